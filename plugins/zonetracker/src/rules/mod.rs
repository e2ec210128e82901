// SPDX-License-Identifier: MPL-2.0
//! What a person's sightings mean for the scene: pure functions over positions and time. Each line, zone, queue and route
//! keeps its own small memory in the track, and it dies with the track.
//!
//! Sightings become crossings ([`line`], then [`netting`]) and visits ([`zone`]); visits become stops ([`interest`]); a
//! zone's pieces of way become waiting and service ([`queue`]); crossings and visits, put in order ([`arrivals`]), become
//! transitions ([`flow`]) and marks of routes ([`route`]). Where people are is added up in a grid ([`heat`]).

pub mod arrivals;
pub mod border;
pub mod event;
pub mod feet;
pub mod flow;
pub mod heat;
pub mod interest;
pub mod line;
pub mod netting;
pub mod queue;
pub mod route;
pub mod zone;

use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::{Place, Role, Scene};
use smallvec::SmallVec;

use crate::moment::Moment;
use crate::tracker::Sighting;
use arrivals::{Arrival, Arrivals};
pub use event::Event;
use feet::{Stance, Stature};
use flow::{FlowMemory, FlowRule};
use heat::{HeatMemory, HeatRule};
use interest::{InterestMemory, InterestRule};
use line::{LineMemory, LineRule};
use netting::{NettingMemory, NettingRule};
use queue::{QueueMemory, QueueRule};
use route::{RouteMemory, RouteRule};
use zone::{End, Visit, Way, ZoneMemory, ZoneRule};

/// Delays given as 0.5 s are met by 0.499 s.
const SLACK_S: f64 = 1e-3;

/// The scene's rules in the pixels of a picture.
#[derive(Clone, Debug)]
pub struct Rules {
    lines: Vec<(LineRule, NettingRule)>,
    zones: Vec<ZoneRules>,
    /// The places whose arrivals are put in order.
    places: Vec<Place>,
    flow: FlowRule,
    routes: Vec<RouteRule>,
    heat: Option<HeatRule>,
}

/// The rules of one zone.
#[derive(Clone, Debug)]
struct ZoneRules {
    zone: ZoneRule,
    interest: Option<InterestRule>,
    queue: Option<QueueRule>,
}

/// What a person's track remembers of the scene.
#[derive(Clone, Debug)]
pub struct Memory {
    stature: Stature,
    lines: Vec<(LineMemory, NettingMemory)>,
    zones: Vec<ZoneMemories>,
    arrivals: Arrivals,
    flow: FlowMemory,
    routes: Vec<RouteMemory>,
    heat: HeatMemory,
}

#[derive(Clone, Debug, Default)]
struct ZoneMemories {
    zone: ZoneMemory,
    interest: InterestMemory,
    queue: QueueMemory,
}

impl Rules {
    /// The rules of a scene for pictures of this size.
    pub fn new(scene: &Scene, size: PictureSize) -> Self {
        let zone_rules = |number: usize| {
            let zone = scene.zones.get(number)?;
            let (interest, queue) = match zone.role {
                Role::Area => (None, None),
                Role::Interest { stop_s } => (Some(InterestRule::new(number, stop_s)), None),
                Role::Queue { service, join_s, .. } => (None, Some(QueueRule::new(number, join_s, service, &scene.zones, size))),
            };
            Some(ZoneRules { zone: ZoneRule::new(zone, size), interest, queue })
        };
        let lines = scene.lines.iter().enumerate();
        Self {
            lines: lines.map(|(number, line)| (LineRule::new(line, size), NettingRule::new(number, line))).collect(),
            zones: (0..scene.zones.len()).filter_map(zone_rules).collect(),
            places: arrivals::places(scene),
            flow: FlowRule::new(scene),
            routes: scene.routes.iter().enumerate().map(|(number, route)| RouteRule::new(number, route)).collect(),
            heat: HeatRule::new(scene, size),
        }
    }

    /// A newcomer's memory.
    pub fn memory(&self) -> Memory {
        Memory {
            stature: Stature::default(),
            lines: vec![Default::default(); self.lines.len()],
            zones: vec![ZoneMemories::default(); self.zones.len()],
            arrivals: Arrivals::default(),
            flow: FlowMemory::default(),
            routes: vec![RouteMemory::default(); self.routes.len()],
            heat: HeatMemory::default(),
        }
    }

    /// A person was seen.
    pub fn step(&self, memory: &mut Memory, sighting: &Sighting, events: &mut Vec<Event>) {
        let stance = memory.stature.see(sighting.at, &sighting.rect);
        let news = events.len();
        self.step_lines(memory, sighting.at, &stance, events);
        self.step_zones(memory, sighting.at, &stance, events);
        self.note_arrivals(memory, news, events);
        let undecided = self.undecided_arrival(memory);
        let passed = memory.arrivals.pass(sighting.at, undecided);
        self.arrive(memory, &passed, events);
        if let Some(heat) = &self.heat {
            heat.step(&mut memory.heat, sighting.at, stance.point(heat.anchor()), events);
        }
    }

    /// The person has not been seen for a while: what was seen last of a line is enough.
    pub fn rest(&self, memory: &mut Memory, events: &mut Vec<Event>) {
        let news = events.len();
        self.rest_lines(memory, events);
        self.note_arrivals(memory, news, events);
    }

    /// The track is over.
    pub fn end(&self, memory: &mut Memory, why: End, now: Moment, events: &mut Vec<Event>) {
        let news = events.len();
        self.rest_lines(memory, events);
        self.end_lines(memory, events);
        for (number, (rules, memory)) in self.zones.iter().zip(&mut memory.zones).enumerate() {
            let visit = ZoneRule::end(&mut memory.zone, why, now);
            events.extend(visit.map(|visit| visit.in_zone(number)));
            if let Some(interest) = &rules.interest {
                interest.step(&mut memory.interest, visit.as_slice(), &memory.zone, events);
            }
            if let Some(queue) = &rules.queue {
                queue.end(&mut memory.queue, why, now, events);
            }
        }
        self.note_arrivals(memory, news, events);
        let passed = memory.arrivals.pass_all();
        self.arrive(memory, &passed, events);
    }

    /// The end of the stream, with the person in view: nothing more is waited for, and what is open stays open.
    pub fn finish(&self, memory: &mut Memory, events: &mut Vec<Event>) {
        let news = events.len();
        self.rest_lines(memory, events);
        self.end_lines(memory, events);
        self.note_arrivals(memory, news, events);
        let passed = memory.arrivals.pass_all();
        self.arrive(memory, &passed, events);
    }

    fn step_lines(&self, memory: &mut Memory, at: Moment, stance: &Stance, events: &mut Vec<Event>) {
        for ((rule, netting), (memory, held)) in self.lines.iter().zip(&mut memory.lines) {
            if let Some(crossing) = rule.step(memory, at, stance.point(rule.anchor()), stance.height_px) {
                netting.crossed(held, crossing, events);
            }
            netting.seen(held, at, LineRule::open_cut(memory), events);
        }
    }

    fn rest_lines(&self, memory: &mut Memory, events: &mut Vec<Event>) {
        for ((_, netting), (memory, held)) in self.lines.iter().zip(&mut memory.lines) {
            if let Some(crossing) = LineRule::rest(memory) {
                netting.crossed(held, crossing, events);
            }
        }
    }

    fn end_lines(&self, memory: &mut Memory, events: &mut Vec<Event>) {
        for ((_, netting), (_, held)) in self.lines.iter().zip(&mut memory.lines) {
            netting.end(held, events);
        }
    }

    fn step_zones(&self, memory: &mut Memory, at: Moment, stance: &Stance, events: &mut Vec<Event>) {
        let mut ways: SmallVec<[Way; 8]> = SmallVec::new();
        let mut visits: Vec<Visit> = Vec::new();
        for (number, (rules, memory)) in self.zones.iter().zip(&mut memory.zones).enumerate() {
            let way = rules.zone.way(&mut memory.zone, at, stance.point(rules.zone.anchor()), stance.height_px);
            rules.zone.step(&mut memory.zone, &way, &mut visits);
            events.extend(visits.iter().map(|visit| visit.in_zone(number)));
            if let Some(interest) = &rules.interest {
                interest.step(&mut memory.interest, &visits, &memory.zone, events);
            }
            visits.clear();
            ways.push(way);
        }
        let way_in = |zone: Option<usize>| zone.and_then(|zone| ways.get(zone)).map_or(&[][..], SmallVec::as_slice);
        for (number, rules) in self.zones.iter().enumerate() {
            let Some(queue) = &rules.queue else { continue };
            let (way, service) = (way_in(Some(number)), way_in(queue.service_zone()));
            let direct = self.counts_direct_service(number, queue, memory);
            if let Some(memory) = memory.zones.get_mut(number) {
                queue.step(&mut memory.queue, way, service, direct, events);
            }
        }
    }

    /// Where several queues have one service zone, who is served counts in the queue they are in, and else in the first.
    fn counts_direct_service(&self, number: usize, queue: &QueueRule, memory: &Memory) -> bool {
        let service = queue.service_zone();
        self.zones.iter().zip(&memory.zones).enumerate().all(|(other, (rules, memory))| {
            let shares = rules.queue.as_ref().is_some_and(|queue| queue.service_zone() == service);
            other == number || !shares || (other > number && !QueueRule::has(&memory.queue))
        })
    }

    /// Notes those of the events since the `news`-th that are arrivals at places of flows or routes.
    fn note_arrivals(&self, memory: &mut Memory, news: usize, events: &[Event]) {
        let arrivals = events.iter().skip(news).filter_map(Arrival::of);
        arrivals.filter(|arrival| self.places.contains(&arrival.place)).for_each(|arrival| memory.arrivals.add(arrival));
    }

    /// The earliest moment at which an arrival may still turn out to have been.
    fn undecided_arrival(&self, memory: &Memory) -> Option<Moment> {
        let of_zone = |zone: usize| ZoneRule::entering_since(&memory.zones.get(zone)?.zone);
        let since = self.places.iter().filter_map(|place| match *place {
            Place::Line(line) => memory.undecided_crossing_since(line),
            Place::Zone(zone) => of_zone(zone),
        });
        since.min_by_key(|moment| moment.stream)
    }

    fn arrive(&self, memory: &mut Memory, arrivals: &[Arrival], events: &mut Vec<Event>) {
        for arrival in arrivals {
            self.flow.arrived(&mut memory.flow, *arrival, events);
            for (rule, memory) in self.routes.iter().zip(&mut memory.routes) {
                rule.arrived(memory, *arrival, events);
            }
        }
    }
}

impl Memory {
    /// The moment up to which the person's presence in a zone is decided; `None` when it is decided up to now.
    pub fn undecided_since(&self, zone: usize) -> Option<Moment> {
        self.zones.get(zone).and_then(|memory| ZoneRule::undecided_since(&memory.zone))
    }

    /// The moment from which on the person may still turn out to have crossed a line; `None` when it is decided up to now.
    pub fn undecided_crossing_since(&self, line: usize) -> Option<Moment> {
        let (line, held) = self.lines.get(line)?;
        NettingRule::undecided_since(held).or(LineRule::open_cut(line))
    }

    /// As for a zone, of waiting in a queue.
    pub fn undecided_waiting_since(&self, zone: usize) -> Option<Moment> {
        self.zones.get(zone).and_then(|memory| QueueRule::undecided_since(&memory.queue))
    }
}

impl Visit {
    fn in_zone(self, zone: usize) -> Event {
        match self {
            Self::Began(at) => Event::VisitBegan { zone, at },
            Self::Ended(at, dwell) => Event::VisitEnded { zone, at, dwell },
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use footfall_contract::time::{StreamTime, WallTime};

    use crate::moment::Moment;

    /// The moment `s` seconds into a stream whose wall clock begins in 1970.
    pub fn at(s: f64) -> Moment {
        let stream = StreamTime::from_secs_f64(s);
        Moment { stream, wall: WallTime(stream.0 as i64) }
    }
}
