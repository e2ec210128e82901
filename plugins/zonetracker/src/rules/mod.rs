// SPDX-License-Identifier: MPL-2.0
//! What a person's sightings mean for the scene: pure functions over positions and time. Each line and each zone keeps
//! its own small memory in the track, and it dies with the track.

pub mod feet;
pub mod line;
pub mod zone;

use std::time::Duration;

use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::Scene;

use crate::moment::Moment;
use crate::tracker::Sighting;
use feet::Stature;
use line::{Direction, LineMemory, LineRule};
use zone::{End, Visit, ZoneMemory, ZoneRule};

/// Something that is counted. Lines and zones are named by their place in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A line was crossed.
    Crossed {
        /// Which line.
        line: usize,
        /// Which way.
        direction: Direction,
        /// When.
        at: Moment,
    },
    /// A visit began.
    VisitBegan {
        /// In which zone.
        zone: usize,
        /// The first moment inside.
        at: Moment,
    },
    /// A visit ended.
    VisitEnded {
        /// In which zone.
        zone: usize,
        /// The last moment inside.
        at: Moment,
        /// How long it was, where that is known.
        dwell: Option<Duration>,
    },
}

/// The scene's rules in the pixels of a picture.
#[derive(Clone, Debug)]
pub struct Rules {
    lines: Vec<LineRule>,
    zones: Vec<ZoneRule>,
}

/// What a person's track remembers of the scene.
#[derive(Clone, Debug)]
pub struct Memory {
    stature: Stature,
    lines: Vec<LineMemory>,
    zones: Vec<ZoneMemory>,
}

impl Rules {
    /// The rules of a scene for pictures of this size.
    pub fn new(scene: &Scene, size: PictureSize) -> Self {
        Self {
            lines: scene.lines.iter().map(|line| LineRule::new(line, size)).collect(),
            zones: scene.zones.iter().map(|zone| ZoneRule::new(zone, size)).collect(),
        }
    }

    /// A newcomer's memory.
    pub fn memory(&self) -> Memory {
        Memory {
            stature: Stature::default(),
            lines: vec![LineMemory::default(); self.lines.len()],
            zones: vec![ZoneMemory::default(); self.zones.len()],
        }
    }

    /// A person was seen.
    pub fn step(&self, memory: &mut Memory, sighting: &Sighting, events: &mut Vec<Event>) {
        let stance = memory.stature.see(sighting.at, &sighting.rect);
        for (line, (rule, memory)) in self.lines.iter().zip(&mut memory.lines).enumerate() {
            if let Some(crossing) = rule.step(memory, sighting.at, stance.point(rule.anchor()), stance.height_px) {
                events.push(Event::Crossed { line, direction: crossing.direction, at: crossing.at });
            }
        }
        let mut visits = Vec::new();
        for (zone, (rule, memory)) in self.zones.iter().zip(&mut memory.zones).enumerate() {
            rule.step(memory, sighting.at, stance.point(rule.anchor()), &mut visits);
            events.extend(visits.drain(..).map(|visit| visit.in_zone(zone)));
        }
    }
}

impl Memory {
    /// The person has not been seen for a while: what was seen last of a line is enough.
    pub fn rest(&mut self, events: &mut Vec<Event>) {
        for (line, memory) in self.lines.iter_mut().enumerate() {
            if let Some(crossing) = LineRule::rest(memory) {
                events.push(Event::Crossed { line, direction: crossing.direction, at: crossing.at });
            }
        }
    }

    /// The track is over.
    pub fn end(&mut self, why: End, now: Moment, events: &mut Vec<Event>) {
        self.rest(events);
        for (zone, memory) in self.zones.iter_mut().enumerate() {
            events.extend(ZoneRule::end(memory, why, now).map(|visit| visit.in_zone(zone)));
        }
    }

    /// The moment up to which the person's presence in a zone is decided; `None` when it is decided up to now.
    pub fn undecided_since(&self, zone: usize) -> Option<Moment> {
        self.zones.get(zone).and_then(ZoneRule::undecided_since)
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
