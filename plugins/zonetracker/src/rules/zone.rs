// SPDX-License-Identifier: MPL-2.0
//! When a visit begins and ends.
//!
//! - A visit begins once a person has been inside for the zone's enter delay; its time is the first moment inside.
//! - It ends once the person has been outside for the leave delay, or when the track is over; its time is the last
//!   moment inside. A missed detection ends nothing: between two sightings the path is straight.
//! - Near the edge somebody stays on the side where they were clearly last ([`super::border`]); but who stands just inside
//!   is inside.
//! - Moments are interpolated where the path cuts the edge, so that a thin zone can't be jumped between two frames.

use std::time::Duration;

use footfall_contract::geometry::{PictureSize, Point, Polygon, Px, cross};
use footfall_contract::scene::{Anchor, Zone};
use smallvec::{SmallVec, smallvec};

use super::SLACK_S;
use super::border::{Border, depth_px};
use crate::moment::Moment;

/// Who stands inside for so long is there, however near the edge, seconds.
const STANDS_S: f64 = 1.0;
/// And stands whoever moves no further in that time, fractions of the height: more than feet shake, and a quarter of a step.
const STANDS_WITHIN: f64 = 0.1;

/// A piece of a person's way that lies inside a zone, or outside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Inside.
    pub inside: bool,
    /// Its beginning.
    pub from: Moment,
    /// Its end.
    pub to: Moment,
}

/// A person's way since the last sighting, in order.
pub type Way = SmallVec<[Stretch; 4]>;

/// What happened in a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// A visit began.
    Began(Moment),
    /// A visit ended; its dwell is `None` where the person's way on is unknown.
    Ended(Moment, Option<Duration>),
}

/// What a person's track remembers of a zone.
#[derive(Clone, Debug, Default)]
pub struct ZoneMemory {
    last: Option<(Moment, Point<Px>)>,
    /// Where they clearly were last.
    inside: bool,
    /// Where they have stood inside, and since when.
    stand: Option<(Moment, Point<Px>)>,
    presence: Presence,
}

#[derive(Clone, Copy, Debug, Default)]
enum Presence {
    #[default]
    Outside,
    /// Inside since `first`; no visit yet.
    Entering { first: Moment },
    /// On a visit, inside when last seen.
    Inside { first: Moment, last: Moment },
    /// On a visit, outside when last seen; `last` is the last moment inside.
    Leaving { first: Moment, last: Moment },
}

/// Why a track ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The person was not seen any more: the last moment inside is the end of the visit.
    Vanished,
    /// Nobody looks any more, or positions can not be trusted: where the person went is unknown, and so is the dwell.
    Broken,
}

/// A zone in the pixels of a picture.
#[derive(Clone, Debug)]
pub struct ZoneRule {
    polygon: Polygon<Px>,
    border: Border,
    anchor: Anchor,
    enter_delay_s: f64,
    leave_delay_s: f64,
}

impl ZoneRule {
    /// The rule of a scene's zone in a picture of this size.
    pub fn new(zone: &Zone, size: PictureSize) -> Self {
        let polygon = zone.polygon.to_px(size);
        Self {
            border: Border::of(&polygon),
            polygon,
            anchor: zone.anchor,
            enter_delay_s: zone.enter_delay_s,
            leave_delay_s: zone.leave_delay_s,
        }
    }

    /// The point of a person that must be inside.
    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// A person of this height was seen at this point: the pieces of the way since the last sighting, in order.
    pub fn way(&self, memory: &mut ZoneMemory, at: Moment, point: Point<Px>, height_px: f64) -> Way {
        let is_clear = |p: Point<Px>| self.border.is_clear(&self.polygon, p, height_px);
        let Some((before, from)) = memory.last.replace((at, point)) else {
            let inside = self.polygon.contains(point);
            memory.stand = inside.then_some((at, point));
            memory.inside = inside && is_clear(point);
            return smallvec![Stretch { inside: memory.inside, from: at, to: at }];
        };
        let point_at = |share: f64| Point::new(from.x + share * (point.x - from.x), from.y + share * (point.y - from.y));
        let mut inside = self.polygon.contains(from);
        let (mut since, mut passed) = (before, 0.0);
        let mut way = Way::new();
        for share in self.cuts(from, point).into_iter().chain([1.0]) {
            let until = if share < 1.0 { before.towards(at, share) } else { at };
            let is_back = inside && matches!(memory.presence, Presence::Leaving { .. });
            let place = point_at(share);
            let is_there = |p: Point<Px>| (p.x - place.x).hypot(p.y - place.y) <= STANDS_WITHIN * height_px;
            let stand = memory.stand.filter(|(_, stood)| is_there(*stood)).unwrap_or((until, place));
            memory.stand = inside.then_some(stand);
            let stands = inside && until.seconds_since(stand.0) >= STANDS_S - SLACK_S;
            if stands || is_back || is_clear(point_at((passed + share) / 2.0)) || is_clear(place) {
                memory.inside = inside;
            }
            way.push(Stretch { inside: memory.inside, from: since, to: until });
            inside = !inside;
            (since, passed) = (until, share);
        }
        way
    }

    /// What the next pieces of a person's way mean.
    pub fn step(&self, memory: &mut ZoneMemory, way: &[Stretch], visits: &mut Vec<Visit>) {
        for Stretch { inside, from, to } in way {
            if *inside { self.inside(memory, *from, *to, visits) } else { self.outside(memory, *to, visits) }
        }
    }

    fn inside(&self, memory: &mut ZoneMemory, from: Moment, to: Moment, visits: &mut Vec<Visit>) {
        memory.presence = match memory.presence {
            Presence::Outside => Presence::Entering { first: from },
            Presence::Leaving { first, .. } => Presence::Inside { first, last: to },
            Presence::Inside { first, .. } => Presence::Inside { first, last: to },
            entering @ Presence::Entering { .. } => entering,
        };
        if let Presence::Entering { first } = memory.presence
            && to.seconds_since(first) >= self.enter_delay_s - SLACK_S
        {
            visits.push(Visit::Began(first));
            memory.presence = Presence::Inside { first, last: to };
        }
    }

    fn outside(&self, memory: &mut ZoneMemory, to: Moment, visits: &mut Vec<Visit>) {
        memory.presence = match memory.presence {
            Presence::Outside | Presence::Entering { .. } => Presence::Outside,
            Presence::Inside { first, last } | Presence::Leaving { first, last } => {
                if to.seconds_since(last) >= self.leave_delay_s - SLACK_S {
                    visits.push(Visit::ended(first, last));
                    Presence::Outside
                } else {
                    Presence::Leaving { first, last }
                }
            }
        };
    }

    /// The track is over.
    pub fn end(memory: &mut ZoneMemory, why: End, now: Moment) -> Option<Visit> {
        memory.last = None;
        match (std::mem::take(&mut memory.presence), why) {
            (Presence::Outside | Presence::Entering { .. }, _) => None,
            (Presence::Leaving { first, last }, _) | (Presence::Inside { first, last }, End::Vanished) => {
                Some(Visit::ended(first, last))
            }
            (Presence::Inside { .. }, End::Broken) => Some(Visit::Ended(now, None)),
        }
    }

    /// The moment up to which the person's presence is decided; `None` when it is decided up to now.
    pub fn undecided_since(memory: &ZoneMemory) -> Option<Moment> {
        match memory.presence {
            Presence::Outside => None,
            Presence::Entering { first } => Some(first),
            Presence::Inside { last, .. } | Presence::Leaving { last, .. } => Some(last),
        }
    }

    /// The first moment inside of somebody who has not stayed for the enter delay yet.
    pub fn entering_since(memory: &ZoneMemory) -> Option<Moment> {
        match memory.presence {
            Presence::Entering { first } => Some(first),
            Presence::Outside | Presence::Inside { .. } | Presence::Leaving { .. } => None,
        }
    }

    /// The first moment of the visit that is open, and the last inside so far.
    pub fn open_visit(memory: &ZoneMemory) -> Option<(Moment, Moment)> {
        match memory.presence {
            Presence::Outside | Presence::Entering { .. } => None,
            Presence::Inside { first, last } | Presence::Leaving { first, last } => Some((first, last)),
        }
    }

    /// Where (shares of the way) a step cuts the edge, in order; consistent with [`Polygon::contains`].
    fn cuts(&self, from: Point<Px>, to: Point<Px>) -> SmallVec<[f64; 4]> {
        let right = |v: f64| v > 0.0;
        let mut shares: SmallVec<[f64; 4]> = (self.polygon.edges())
            .filter_map(|(a, b)| {
                let (p, q) = (cross(a, b, from), cross(a, b, to));
                let apart = right(cross(from, to, a)) != right(cross(from, to, b));
                (right(p) != right(q) && apart).then(|| p / (p - q))
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        // A sighting exactly on an edge can be told apart differently; the two ends decide, and the cut is at that one.
        let changed_sides = self.polygon.contains(from) != self.polygon.contains(to);
        if (shares.len() % 2 == 1) != changed_sides {
            let (end, place) =
                if depth_px(&self.polygon, from) < depth_px(&self.polygon, to) { (0.0, 0) } else { (1.0, shares.len()) };
            let known = shares.iter().position(|share| (share - end).abs() < 1e-9);
            match known {
                Some(known) => drop(shares.remove(known)),
                None => shares.insert(place, end),
            }
        }
        shares
    }
}

impl Visit {
    fn ended(first: Moment, last: Moment) -> Self {
        Self::Ended(last, Some(last.stream.since(first.stream)))
    }
}
