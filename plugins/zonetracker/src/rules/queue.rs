// SPDX-License-Identifier: MPL-2.0
//! Who waits, for how long, and what comes of it.
//!
//! ```text
//! Away ──in the queue──▶ Arriving ──for join_s──▶ Waiting ──a visit to the service zone──▶ Served ──it ends──▶ Away
//!
//! Away, Arriving ──a visit to the service zone──▶ Served
//! Arriving ──left──▶ Away (a passer)
//! Waiting ──left──▶ Away (abandoned)
//! ```
//!
//! - Somebody joins by staying in the queue's polygon for `join_s`, at the first moment inside; absences within the zone's
//!   leave delay do not break the stay. Who comes to be served has joined anyhow: at the first moment in the queue on this
//!   way, or, not having been in it, at the beginning of service, with no wait.
//! - Service is a visit to the service zone, by that zone's own delays. Polygons may overlap: in both is being served.
//! - Between the two polygons there may be a gap. Leaving the queue is an abandonment only after [`HANDOVER_S`] (or the
//!   zone's leave delay, if that is longer) outside both; waiting then ended at the last moment in the queue. Who is back in
//!   time goes on waiting.
//! - Without a service zone, leaving the queue is being served, at the last moment inside.
//! - A track that vanishes between the polygons abandoned; one that vanishes in them, and one that is broken, is unknown.

use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::Zone;
use smallvec::SmallVec;

use super::SLACK_S;
use super::event::{Event, WaitEnd};
use super::zone::{End, Stretch, Visit, ZoneMemory, ZoneRule};
use crate::moment::Moment;

/// From the queue to the service people may walk for this long, seconds: a few metres, as at a shared queue of several
/// tills.
pub const HANDOVER_S: f64 = 5.0;

/// What a person's track remembers of a queue.
#[derive(Clone, Debug, Default)]
pub struct QueueMemory {
    state: State,
    /// The service zone, as this queue sees it.
    service: ZoneMemory,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Away,
    /// Came into the queue; not a member yet.
    Arriving { first: Moment, last: Moment },
    /// A member since `joined`; `last` is the last moment in the queue.
    Waiting { joined: Moment, last: Moment, seen: Spot },
    /// On a visit to the service zone. Who is not `ours` counts for another queue of the same service. `back` are the first
    /// and last moment in the queue, outside the service zone since then.
    Served { ours: bool, back: Option<(Moment, Moment)> },
}

/// Where somebody who waits was seen last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    Queue,
    Service,
    Between,
}

/// A piece of a person's way, all inside or all outside each of the two polygons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    queue: bool,
    service: bool,
    from: Moment,
    to: Moment,
}

/// The rule of one queue.
#[derive(Clone, Debug)]
pub struct QueueRule {
    zone: usize,
    join_s: f64,
    leave_delay_s: f64,
    handover_s: f64,
    /// The service zone's place and rule.
    service: Option<(usize, ZoneRule)>,
}

impl QueueRule {
    /// The rule of the scene's zone at this place, with the place of its service zone among all of them.
    pub fn new(number: usize, join_s: f64, service: Option<usize>, zones: &[Zone], size: PictureSize) -> Self {
        let leave_delay_s = zones.get(number).map_or(0.0, |zone| zone.leave_delay_s);
        let service = service.and_then(|place| Some((place, ZoneRule::new(zones.get(place)?, size))));
        let handover_s = if service.is_some() { leave_delay_s.max(HANDOVER_S) } else { leave_delay_s };
        Self { zone: number, join_s, leave_delay_s, handover_s, service }
    }

    /// The place of the service zone.
    pub fn service_zone(&self) -> Option<usize> {
        self.service.as_ref().map(|(place, _)| *place)
    }

    /// The pieces of a person's way by the queue's polygon and by that of the service (none without one). `direct`: who is
    /// served without having queued anywhere counts here.
    pub fn step(&self, memory: &mut QueueMemory, queue: &[Stretch], service: &[Stretch], direct: bool, events: &mut Vec<Event>) {
        let mut visits = Vec::new();
        for piece in overlay(queue, service) {
            memory.state = self.moved(memory.state, &piece, events);
            let Some((_, rule)) = &self.service else { continue };
            rule.step(&mut memory.service, &[Stretch { inside: piece.service, from: piece.from, to: piece.to }], &mut visits);
            for visit in visits.drain(..) {
                memory.state = self.visited(memory.state, visit, direct, events);
                if let (Visit::Ended(..), false) = (visit, piece.queue) {
                    memory.state = self.moved(memory.state, &piece, events);
                }
            }
        }
    }

    /// The state after a piece of the way.
    fn moved(&self, state: State, piece: &Piece, events: &mut Vec<Event>) -> State {
        let Piece { queue, service, from, to } = *piece;
        let is_gone = |last: Moment| !queue && !service && to.seconds_since(last) >= self.handover_s - SLACK_S;
        match state {
            State::Away if queue => self.stays(from, to, events),
            State::Away => State::Away,
            State::Arriving { first, last } if queue => {
                let anew = from.seconds_since(last) > self.leave_delay_s + SLACK_S;
                self.stays(if anew { from } else { first }, to, events)
            }
            State::Arriving { last, .. } if is_gone(last) => State::Away,
            State::Arriving { .. } => state,
            State::Waiting { joined, last, .. } if is_gone(last) => {
                events.push(self.left(joined, last));
                State::Away
            }
            State::Waiting { joined, .. } if queue => State::Waiting { joined, last: to, seen: Spot::Queue },
            State::Waiting { joined, last, .. } => {
                State::Waiting { joined, last, seen: if service { Spot::Service } else { Spot::Between } }
            }
            State::Served { ours, .. } if service => State::Served { ours, back: None },
            State::Served { ours, back } if queue => {
                State::Served { ours, back: Some((back.map_or(from, |(first, _)| first), to)) }
            }
            State::Served { .. } => state,
        }
    }

    /// Somebody was in the queue from `first` on, short absences apart.
    fn stays(&self, first: Moment, last: Moment, events: &mut Vec<Event>) -> State {
        if last.seconds_since(first) < self.join_s - SLACK_S {
            return State::Arriving { first, last };
        }
        events.push(Event::Joined { zone: self.zone, at: first });
        State::Waiting { joined: first, last, seen: Spot::Queue }
    }

    /// The state after a visit to the service zone began or ended.
    fn visited(&self, state: State, visit: Visit, direct: bool, events: &mut Vec<Event>) -> State {
        match (visit, state) {
            (Visit::Began(at), State::Waiting { joined, .. }) => events.push(self.served(joined, at)),
            (Visit::Began(at), State::Arriving { first, .. }) => {
                let joined = if first.stream <= at.stream { first } else { at };
                events.extend([Event::Joined { zone: self.zone, at: joined }, self.served(joined, at)]);
            }
            (Visit::Began(at), State::Away) if direct => {
                events.extend([Event::Joined { zone: self.zone, at }, self.served(at, at)]);
            }
            (Visit::Began(_), State::Away) => return State::Served { ours: false, back: None },
            (Visit::Began(_), State::Served { .. }) => return state,
            (Visit::Ended(at, length), State::Served { ours, back }) => {
                if let (true, Some(service)) = (ours, length) {
                    events.push(Event::ServiceEnded { zone: self.zone, at, service });
                }
                return back.map_or(State::Away, |(first, last)| self.stays(first, last, events));
            }
            (Visit::Ended(..), State::Away | State::Arriving { .. } | State::Waiting { .. }) => return state,
        }
        State::Served { ours: true, back: None }
    }

    /// Service began; where the polygons overlap its first moment may lie before that of joining.
    fn served(&self, joined: Moment, at: Moment) -> Event {
        let at = if at.stream < joined.stream { joined } else { at };
        Event::WaitEnded { zone: self.zone, at, end: WaitEnd::Served(at.stream.since(joined.stream)) }
    }

    /// Somebody who waited has left the queue, and did not come to a service zone.
    fn left(&self, joined: Moment, last: Moment) -> Event {
        match self.service {
            Some(_) => Event::WaitEnded { zone: self.zone, at: last, end: WaitEnd::Abandoned },
            None => self.served(joined, last),
        }
    }

    /// The track is over.
    pub fn end(&self, memory: &mut QueueMemory, why: End, now: Moment, events: &mut Vec<Event>) {
        let QueueMemory { state, mut service } = std::mem::take(memory);
        match (state, why) {
            (State::Waiting { joined, last, seen: Spot::Between }, End::Vanished) => events.push(self.left(joined, last)),
            (State::Waiting { last, seen, .. }, _) => {
                // Nobody looks: the person is still there, for all that is known.
                let at = if why == End::Broken && seen == Spot::Queue { now } else { last };
                events.push(Event::WaitEnded { zone: self.zone, at, end: WaitEnd::Unknown });
            }
            (State::Served { ours: true, .. }, _) => {
                if let Some(Visit::Ended(at, Some(service))) = ZoneRule::end(&mut service, why, now) {
                    events.push(Event::ServiceEnded { zone: self.zone, at, service });
                }
            }
            (State::Away | State::Arriving { .. } | State::Served { .. }, _) => {}
        }
    }

    /// The moment up to which it is decided whether the person waits; `None` when it is decided up to now.
    pub fn undecided_since(memory: &QueueMemory) -> Option<Moment> {
        match memory.state {
            State::Away => None,
            State::Arriving { first, .. } => Some(first),
            State::Waiting { last, .. } => {
                let entering = ZoneRule::entering_since(&memory.service);
                Some(entering.filter(|first| first.stream < last.stream).unwrap_or(last))
            }
            State::Served { back, .. } => back.map(|(first, _)| first),
        }
    }

    /// Is the person in this queue, or on the way to be served from it?
    pub fn has(memory: &QueueMemory) -> bool {
        match memory.state {
            State::Away => false,
            State::Arriving { .. } | State::Waiting { .. } => true,
            State::Served { ours, .. } => ours,
        }
    }
}

/// The pieces of a way that two polygons cut; both lists are of the same way. Without the second all is outside it.
fn overlay(queue: &[Stretch], service: &[Stretch]) -> SmallVec<[Piece; 4]> {
    let Some(mut from) = queue.first().map(|first| first.from) else { return SmallVec::new() };
    let mut ends: SmallVec<[Moment; 8]> = queue.iter().chain(service).map(|stretch| stretch.to).collect();
    ends.sort_by_key(|end| end.stream);
    ends.dedup_by_key(|end| end.stream);
    let inside =
        |way: &[Stretch], end: Moment| way.iter().find(|s| s.to.stream >= end.stream).is_some_and(|stretch| stretch.inside);
    let mut pieces = SmallVec::with_capacity(ends.len());
    for to in ends {
        pieces.push(Piece { queue: inside(queue, to), service: inside(service, to), from, to });
        from = to;
    }
    pieces
}

#[cfg(test)]
mod tests;
