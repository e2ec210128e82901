// SPDX-License-Identifier: MPL-2.0
//! One frame through tracker, rules and ledger: the seam that the element talks to. Time is an argument, nothing is logged,
//! and whatever comes, memory is bounded and nothing panics.

pub mod emptiness;

use std::collections::BTreeMap;

use footfall_contract::attestation::{MAX_BOXES, PersonBox, Status};
use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::{RULE_VERSION, Totals, VERSION};

use crate::ledger::presence::Gauge;
use crate::ledger::{Ledger, News, Span};
use crate::moment::Moment;
use crate::rules::zone::End;
use crate::rules::{Event, Memory, Rules};
use crate::tracker::{Change, Detection, Track, TrackId, Tracker, TrackerParams, life::TrackState};
use emptiness::Emptiness;

/// Nobody looked for longer than this, seconds: the time was blind.
pub const BLIND_AFTER_S: f64 = 1.5;

/// What the element knows of a frame, its boxes apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Running time; `None` follows wall time.
    pub stream: Option<StreamTime>,
    /// Wall time, as attested.
    pub wall: WallTime,
    /// Size of the picture.
    pub size: PictureSize,
    /// What the detector did.
    pub status: Status,
    /// Least score of a confident detection, 0..1.
    pub confident: f32,
    /// Boxes below this score are noise, 0..1.
    pub min_score: f32,
}

/// What a step of the stream was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The frame was used.
    Taken,
    /// Its time had not grown: nothing was done.
    Dropped,
}

/// Follows people and counts.
#[derive(Debug)]
pub struct Engine {
    scene: Scene,
    tracker: Tracker,
    /// The rules for pictures of this size.
    rules: Option<(PictureSize, Rules)>,
    people: BTreeMap<TrackId, Memory>,
    ledger: Option<Ledger>,
    /// The last frame taken, and what the time since then is if nothing else is said.
    last: Option<Moment>,
    since_last: Span,
    /// Running time of the reading.
    read_at: StreamTime,
    /// When somebody last looked.
    looked: Option<StreamTime>,
    emptiness: Emptiness,
    resets: u64,
    events: Vec<Event>,
    /// The detections of a frame and the numbers of their boxes; kept, so that no frame asks for memory.
    detections: Vec<Detection>,
    numbers: Vec<usize>,
}

impl Engine {
    /// An engine for a scene; counters begin at zero with the first frame.
    pub fn new(scene: Scene, params: TrackerParams) -> Self {
        Self {
            scene,
            tracker: Tracker::new(params),
            rules: None,
            people: BTreeMap::new(),
            ledger: None,
            last: None,
            since_last: Span::Observed,
            read_at: StreamTime(0),
            looked: None,
            emptiness: Emptiness::default(),
            resets: 0,
            events: Vec::new(),
            detections: Vec::new(),
            numbers: Vec::new(),
        }
    }

    /// The scene.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// How often all tracks were dropped because positions could not be trusted.
    pub fn resets(&self) -> u64 {
        self.resets
    }

    /// Looked-at seconds since a person was seen last, or since the beginning.
    pub fn nobody_s(&self) -> f64 {
        self.emptiness.seconds()
    }

    /// Newcomers who were refused because too many tracks lived.
    pub fn refused(&self) -> u64 {
        self.tracker.refused()
    }

    /// One attested frame. `boxes` are its detections; speeds are set where they are known, and predicted boxes are added
    /// of people whom the detector missed or did not look for.
    pub fn push(&mut self, frame: &Frame, boxes: &mut Vec<PersonBox>) -> Step {
        let now = self.moment(frame);
        if self.last.is_some_and(|last| now.stream <= last.stream) {
            return Step::Dropped;
        }
        self.pass_time(now, frame.status);
        if self.rules.as_ref().is_none_or(|(size, _)| *size != frame.size) {
            self.break_tracks(now);
            self.rules = Some((frame.size, Rules::new(&self.scene, frame.size)));
            self.tracker.look_at(frame.size);
        }
        match frame.status {
            Status::Detected => self.look(now, frame, boxes),
            Status::Skipped | Status::Failed => {
                let changes = self.tracker.skip(now);
                if let Some((_, rules)) = &self.rules {
                    apply(rules, &mut self.people, &mut self.events, now, changes);
                }
            }
            Status::Closed => self.break_tracks(now),
        }
        self.count();
        self.settle(now);
        if frame.status != Status::Closed {
            self.predict(now, frame.size, boxes);
        }
        self.last = Some(now);
        self.read_at = now.stream;
        Step::Taken
    }

    /// A frame passed without an attestation to be believed: nobody looked.
    pub fn miss(&mut self) {
        self.since_last = Span::Blind;
    }

    /// Positions can no longer be trusted, or time starts anew: drops tracks, never totals.
    pub fn reset(&mut self) {
        if let Some(last) = self.last.take() {
            self.break_tracks(last);
            self.count();
            self.settle(last);
        }
        self.since_last = Span::Blind;
        self.looked = None;
        self.emptiness.reset();
    }

    /// The end of the stream: what was seen last of a line is enough, open visits and waits stay open, and seconds run to the
    /// last frame.
    pub fn finish(&mut self) {
        if let Some((_, rules)) = &self.rules {
            self.people.values_mut().for_each(|memory| rules.finish(memory, &mut self.events));
        }
        self.count();
        if let (Some(ledger), Some(last)) = (&mut self.ledger, self.last) {
            Gauge::of(&self.scene).for_each(|gauge| ledger.settle(gauge, last.wall));
            ledger.finish_shop();
        }
    }

    /// Somebody knows that nobody is inside the shop now: who is still taken to be inside is taken out.
    pub fn empty_shop(&mut self) {
        if let Some(ledger) = &mut self.ledger {
            ledger.empty_shop();
        }
    }

    /// What is new in the totals since the last call.
    pub fn take_news(&mut self) -> News {
        self.ledger.as_mut().map(Ledger::take_news).unwrap_or_default()
    }

    /// The totals at the last frame; `None` before the first.
    pub fn totals(&self, run: &str, clock: ClockKind, weak: bool) -> Option<Totals> {
        let ledger = self.ledger.as_ref()?;
        Some(Totals {
            version: VERSION,
            rule_version: RULE_VERSION,
            run: run.to_owned(),
            stream: self.scene.stream_name(),
            started: ledger.started(),
            wall: ledger.wall(),
            running_time: self.read_at,
            clock,
            weak,
            now: ledger.now().clone(),
            boundaries: ledger.boundaries(),
        })
    }

    /// The frame's moment; wall time never goes back.
    fn moment(&self, frame: &Frame) -> Moment {
        let floor = self.ledger.as_ref().map_or(frame.wall, Ledger::wall);
        let wall = frame.wall.max(floor);
        let stream = frame.stream.unwrap_or_else(|| match self.last {
            Some(last) => StreamTime(last.stream.0.saturating_add(wall.since(last.wall).as_nanos() as u64)),
            None => StreamTime(0),
        });
        Moment { stream, wall }
    }

    /// Gives the time since the last frame to the ledger.
    fn pass_time(&mut self, now: Moment, status: Status) {
        let ledger = self.ledger.get_or_insert_with(|| Ledger::new(&self.scene, now.wall));
        let gap_s = now.wall.since(ledger.wall()).as_secs_f64();
        let unseen_s = self.looked.map_or(f64::INFINITY, |looked| now.stream.since(looked).as_secs_f64());
        let asleep = gap_s > BLIND_AFTER_S || (status == Status::Skipped && unseen_s > BLIND_AFTER_S);
        let span = match self.since_last {
            Span::Observed if asleep => Span::Blind,
            Span::Closed if gap_s > BLIND_AFTER_S => Span::Blind,
            span => span,
        };
        ledger.advance(now.wall, span);
        self.since_last = match status {
            Status::Detected => Span::Observed,
            Status::Skipped if self.since_last == Span::Closed => Span::Observed,
            Status::Skipped => self.since_last,
            Status::Closed => Span::Closed,
            Status::Failed => Span::Blind,
        };
        if status == Status::Detected {
            self.looked = Some(now.stream);
        }
    }

    fn look(&mut self, now: Moment, frame: &Frame, boxes: &mut [PersonBox]) {
        let Self { tracker, rules, people, events, numbers, detections, emptiness, .. } = self;
        numbers.clear();
        detections.clear();
        for (number, person) in boxes.iter().enumerate() {
            let seen = !person.predicted && person.score >= frame.min_score && person.rect.is_sane();
            if seen && person.rect.width >= 1.0 && person.rect.height >= 1.0 {
                numbers.push(number);
                detections.push(Detection { rect: person.rect, score: person.score });
            }
        }
        let changes = tracker.step(now, detections, frame.confident.max(frame.min_score));
        if let Some((_, rules)) = rules {
            apply(rules, people, events, now, changes);
        }
        let seen = |track: &Track| track.state().is_person() && track.detection().is_some();
        emptiness.looked(now.stream, tracker.tracks().iter().any(seen));
        for track in tracker.tracks().iter().filter(|t| t.state().is_person()) {
            let number = track.detection().and_then(|n| numbers.get(n));
            if let Some(person) = number.and_then(|n| boxes.get_mut(*n)) {
                person.speed_px_s = track.speed_px_s();
            }
        }
    }

    /// Ends every track and open visit.
    fn break_tracks(&mut self, now: Moment) {
        if self.tracker.tracks().is_empty() && self.people.is_empty() {
            return;
        }
        self.resets += 1;
        self.tracker.end_all();
        let Some((_, rules)) = &self.rules else { return };
        for (_, mut memory) in std::mem::take(&mut self.people) {
            rules.end(&mut memory, End::Broken, now, &mut self.events);
        }
    }

    /// Books the events.
    fn count(&mut self) {
        let Some(ledger) = &mut self.ledger else { return };
        self.events.drain(..).for_each(|event| ledger.book(&event));
    }

    /// Adds the seconds of zones and queues, as far as it is certain who was there.
    fn settle(&mut self, now: Moment) {
        let Some(ledger) = &mut self.ledger else { return };
        // Whoever is not seen now may have come in since the last sighting, and the tentative may have been inside since
        // the first.
        let in_doubt = self.tracker.tracks().iter().map(|track| match track.state() {
            TrackState::Tentative => track.first().at.wall,
            TrackState::Visible | TrackState::Lost | TrackState::Hidden | TrackState::Gone => track.last().at.wall,
        });
        let doubt = in_doubt.fold(now.wall, WallTime::min);
        for gauge in Gauge::of(&self.scene) {
            let undecided = self.people.values().filter_map(|memory| match gauge {
                Gauge::Occupancy(zone) => memory.undecided_since(zone),
                Gauge::Length(zone) => memory.undecided_waiting_since(zone),
            });
            let horizon = undecided.map(|m| m.wall).fold(doubt, WallTime::min);
            ledger.settle(gauge, horizon);
        }
        if let Some(shop) = &self.scene.shop {
            let undecided = self
                .people
                .values()
                .flat_map(|memory| shop.lines.iter().filter_map(move |line| memory.undecided_crossing_since(*line)));
            ledger.settle_shop(undecided.map(|m| m.wall).fold(doubt, WallTime::min));
        }
    }

    /// Adds predicted boxes of people who were seen a moment ago and are not among the detections.
    fn predict(&self, now: Moment, size: PictureSize, boxes: &mut Vec<PersonBox>) {
        let params = self.tracker.params();
        for track in self.tracker.tracks() {
            if track.state() != TrackState::Visible || track.detection().is_some() || boxes.len() >= MAX_BOXES {
                continue;
            }
            let expected = track.expected(now, params);
            let rect = expected.rect();
            if rect.is_sane() && rect.intersection(&size.bounds()).is_some() {
                let (x, y) = expected.speed_px_s();
                let speed_px_s = (x as f32, y as f32);
                boxes.push(PersonBox { rect, score: track.score(), predicted: true, speed_px_s });
            }
        }
    }
}

/// Tells the rules what became of people.
fn apply(rules: &Rules, people: &mut BTreeMap<TrackId, Memory>, events: &mut Vec<Event>, now: Moment, changes: &[Change]) {
    for change in changes {
        match change {
            Change::Seen(id, sighting) => {
                let memory = people.entry(*id).or_insert_with(|| rules.memory());
                rules.step(memory, sighting, events);
            }
            Change::Faded(id) => {
                if let Some(memory) = people.get_mut(id) {
                    rules.rest(memory, events);
                }
            }
            Change::Ended(id) => {
                if let Some(mut memory) = people.remove(id) {
                    rules.end(&mut memory, End::Vanished, now, events);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
