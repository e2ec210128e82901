// SPDX-License-Identifier: MPL-2.0
//! Which boxes of successive frames are one person. Motion only: positions, sizes, scores and times.
//!
//! One frame is one [`Tracker::step`]: who was unseen for too long ends; confident detections go to persons first, weak
//! ones to persons seen a moment ago (ByteTrack's second chance, Zhang et al., ECCV 2022), what is left to newcomers and,
//! with a wider reach, to persons whom nobody took; a
//! confident detection that nobody took, and that is no second box of somebody, is a newcomer.
//!
//! A newcomer was often seen before, weakly: half in the picture, or half hidden. A weak detection of a moment ago that
//! fits becomes their first sighting, so that somebody who is seen well only beyond a line has a side to come from.
//!
//! Who turned while nobody saw them is a newcomer by their motion, and continues the person who vanished near by
//! ([`heirs`]); two who met and both seem to turn round had been taken for each other ([`passing`]), and so had one who seems
//! to turn round where another is hidden ([`eclipse`]). Who stands hidden behind others is found again where they stood
//! ([`hidden`]), and who walked out of the picture is not ([`leaving`]).
//!
//! `docs/tracking.md` says what each idea is worth, and which were tried and left out.

pub mod assign;
mod births;
pub mod eclipse;
pub mod heirs;
pub mod hidden;
pub mod jolt;
mod leaving;
pub mod life;
pub mod likeness;
pub mod motion;
pub mod passing;
mod rounds;

use std::collections::VecDeque;

use footfall_contract::geometry::{PictureSize, Px, Rect};

use crate::moment::Moment;
use eclipse::{Eclipse, EclipseParams};
use heirs::HeirParams;
use hidden::HiddenParams;
use life::{LifeParams, Signal, TrackState};
use likeness::LikenessParams;
use motion::{Motion, MotionParams};
use passing::{Encounter, PassingParams};
use rounds::{Desk, Round};

/// Memory is bounded whatever comes: beyond this many tracks nobody is born,
pub const MOST_TRACKS: usize = 1024;

/// All numbers of the tracker: one set for every frame rate from 5 to 30 a second.
#[derive(Clone, Copy, Debug)]
pub struct TrackerParams {
    /// How boxes move.
    pub motion: MotionParams,
    /// When tracks are born and die.
    pub life: LifeParams,
    /// Which confident detection fits which person,
    pub persons: LikenessParams,
    /// which weak one,
    pub second_chance: LikenessParams,
    /// which confident one fits a newcomer,
    pub newcomers: LikenessParams,
    /// and which one a person whom nobody took.
    pub rescue: LikenessParams,
    /// Which newcomer continues a person who vanished near by.
    pub heirs: HeirParams,
    /// And who was hidden there.
    pub hidden: HiddenParams,
    /// Which two had their names exchanged,
    pub passing: PassingParams,
    /// and who was hidden and is taken for the one who hid them.
    pub eclipse: EclipseParams,
    /// Which detection shows what the camera did,
    pub jolt: LikenessParams,
    /// to a person seen this short a time ago, seconds.
    pub jolt_within_s: f64,
    /// The longer nobody saw a person, the less is a detection that fits them theirs: likeness falls to 1/e in this time,
    /// seconds.
    pub likeness_fades_s: f64,
    /// A weak detection continues only a person seen this short a time ago, seconds.
    pub weak_within_s: f64,
    /// A detection that overlaps one with a higher score by this much (IoU) may be a second box of the same person: it is
    /// taken for a weak one, which begins nothing.
    pub double_iou: f64,
    /// A confident detection that overlaps a person's detection on the same frame by this much (IoU) is no newcomer.
    pub duplicate_iou: f64,
}

impl Default for TrackerParams {
    fn default() -> Self {
        Self {
            motion: MotionParams::default(),
            life: LifeParams::default(),
            persons: LikenessParams::PERSONS,
            second_chance: LikenessParams::SECOND_CHANCE,
            newcomers: LikenessParams::NEWCOMERS,
            rescue: LikenessParams::RESCUE,
            heirs: HeirParams::default(),
            hidden: HiddenParams::default(),
            passing: PassingParams::default(),
            eclipse: EclipseParams::default(),
            jolt: LikenessParams::JOLT,
            jolt_within_s: 0.5,
            likeness_fades_s: 4.0,
            weak_within_s: 0.5,
            double_iou: 0.6,
            duplicate_iou: 0.75,
        }
    }
}

/// Names a track inside this crate. It never leaves the element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u64);

/// A detection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Where.
    pub rect: Rect<Px>,
    /// The detector's score, 0..1.
    pub score: f32,
}

/// Where a person was seen, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sighting {
    /// When.
    pub at: Moment,
    /// The detection's box.
    pub rect: Rect<Px>,
}

/// What a step says of persons (never of the tentative).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// A person was seen. On confirmation the first sighting is told before the second.
    Seen(TrackId, Sighting),
    /// A person has not been seen for a while.
    Faded(TrackId),
    /// A person's track is over.
    Ended(TrackId),
}

/// One track.
#[derive(Clone, Debug)]
pub struct Track {
    id: TrackId,
    state: TrackState,
    motion: Motion,
    first: Sighting,
    /// Of the tentative who were seen weakly before: their first confident sighting.
    born: Option<Sighting>,
    last: Sighting,
    /// The place of the last sighting is in plain view since then, without this person.
    open_since: Moment,
    score: f32,
    /// The detection of the last step that belongs to it.
    detection: Option<usize>,
}

impl Track {
    /// Its name inside this crate.
    pub fn id(&self) -> TrackId {
        self.id
    }

    /// What it is.
    pub fn state(&self) -> TrackState {
        self.state
    }

    /// Its last sighting.
    pub fn last(&self) -> &Sighting {
        &self.last
    }

    /// Its first sighting.
    pub fn first(&self) -> &Sighting {
        &self.first
    }

    /// The last detection's score.
    pub fn score(&self) -> f32 {
        self.score
    }

    /// The number of the last step's detection that belongs to it.
    pub fn detection(&self) -> Option<usize> {
        self.detection
    }

    /// Speed of the middle at the last sighting, pixels a second.
    pub fn speed_px_s(&self) -> (f32, f32) {
        let (x, y) = self.motion.speed_px_s();
        (x as f32, y as f32)
    }

    /// Where it is expected at that moment.
    pub fn expected(&self, at: Moment, params: &TrackerParams) -> Motion {
        self.motion.after(at.seconds_since(self.last.at), &params.motion)
    }
}

/// Follows people from frame to frame.
#[derive(Debug)]
pub struct Tracker {
    params: TrackerParams,
    tracks: Vec<Track>,
    next_id: u64,
    changes: Vec<Change>,
    refused: u64,
    /// Weak detections of a moment ago that nobody took.
    weak: VecDeque<(Sighting, f32)>,
    encounters: Vec<Encounter>,
    eclipses: Vec<Eclipse>,
    picture: Option<PictureSize>,
    desk: Desk,
}

impl Tracker {
    /// A tracker with nobody in it.
    pub fn new(params: TrackerParams) -> Self {
        Self {
            params,
            tracks: Vec::new(),
            next_id: 1,
            changes: Vec::new(),
            refused: 0,
            weak: VecDeque::new(),
            encounters: Vec::new(),
            eclipses: Vec::new(),
            picture: None,
            desk: Desk::default(),
        }
    }

    /// Its numbers.
    pub fn params(&self) -> &TrackerParams {
        &self.params
    }

    /// All living tracks, the tentative included.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// Newcomers refused because of [`MOST_TRACKS`].
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// One frame on which somebody looked. `confident` is the least score of a confident detection. Time must have grown
    /// since the step before.
    pub fn step(&mut self, at: Moment, detections: &[Detection], confident: f32) -> &[Change] {
        self.changes.clear();
        self.age(at);
        let mut desk = std::mem::take(&mut self.desk);
        desk.lay_out(detections, confident, self.params.double_iou);
        self.expect(at, detections, &mut desk);
        for round in Round::ALL {
            self.associate(at, detections, round, &mut desk);
        }
        self.pass(at, detections, &mut desk);
        self.note_hidden(at, detections, &desk);
        self.watch_eclipses(at);
        self.births(at, detections, &desk.looks);
        self.remember_weak(at, detections, confident, &desk.looks);
        self.desk = desk;
        self.tracks.retain(|track| track.state != TrackState::Gone);
        &self.changes
    }

    /// One frame on which nobody looked: tracks only age.
    pub fn skip(&mut self, at: Moment) -> &[Change] {
        self.changes.clear();
        self.age(at);
        &self.changes
    }

    /// Ends every track.
    pub fn end_all(&mut self) -> &[Change] {
        self.changes.clear();
        self.weak.clear();
        let ended = self.tracks.drain(..).filter(|t| t.state.is_known()).map(|t| Change::Ended(t.id));
        self.changes.extend(ended);
        &self.changes
    }

    fn age(&mut self, at: Moment) {
        let Self { params, tracks, changes, weak, picture, .. } = self;
        weak.retain(|(seen, _)| at.seconds_since(seen.at) <= params.life.confirm_within_s);
        tracks.retain_mut(|track| {
            track.detection = None;
            let unseen_s = at.seconds_since(track.last.at);
            let has_faded = unseen_s > params.life.report_s;
            let signal = Signal::Unseen {
                unseen_s,
                open_s: at.seconds_since(track.open_since),
                outside: has_faded && picture.is_some_and(|picture| leaving::is_outside(track, at, picture, params)),
                age_s: at.seconds_since(track.first.at),
            };
            let before = track.state;
            track.state = before.next(signal, &params.life);
            match (before.is_known(), before, track.state) {
                (true, _, TrackState::Gone) => changes.push(Change::Ended(track.id)),
                (true, TrackState::Visible, TrackState::Lost) => changes.push(Change::Faded(track.id)),
                _ => {}
            }
            track.state != TrackState::Gone
        });
    }

    /// Detection `number` belongs to track `row`, which was expected at `expected`.
    fn hit(&mut self, row: usize, at: Moment, number: usize, detection: Detection, expected: &Motion) {
        let is_newcomer = !self.tracks[row].state.is_person();
        let ancestor = if is_newcomer { self.ancestor(row) } else { None };
        let inherited = ancestor.map(|old| self.bequeath(old));
        let track = &mut self.tracks[row];
        let sighting = Sighting { at, rect: detection.rect };
        if is_newcomer {
            track.id = inherited.map_or(track.id, |(id, _)| id);
            self.changes.push(Change::Seen(track.id, track.first));
            self.changes.extend(track.born.take().map(|born| Change::Seen(track.id, born)));
            track.first = inherited.map_or(track.first, |(_, first)| first);
        }
        self.changes.push(Change::Seen(track.id, sighting));
        track.motion = expected.seen_at(&detection.rect, detection.score, &self.params.motion);
        track.state = track.state.next(Signal::Hit, &self.params.life);
        track.last = sighting;
        track.open_since = at;
        track.score = detection.score;
        track.detection = Some(number);
    }
}

#[cfg(test)]
mod tests;
