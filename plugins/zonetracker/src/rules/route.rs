// SPDX-License-Identifier: MPL-2.0
//! How far people follow a planned route, each mark once a track.
//!
//! - Who has visited the route's places up to one in this order, has reached it, at the first moment there; other places in
//!   between are allowed, and earlier visits out of order do not count for it.
//! - Who comes to a place for the first time after having been in the one behind it, walks against the route.

use footfall_contract::scene::{Place, Route};

use super::arrivals::Arrival;
use super::event::Event;

/// What a person's track remembers of a route.
#[derive(Clone, Debug, Default)]
pub struct RouteMemory {
    /// Places reached in order.
    reached: usize,
    /// Places visited in whatever order, a bit each.
    been: u64,
    /// Walked against it.
    against: bool,
}

/// The rule of one route.
#[derive(Clone, Debug)]
pub struct RouteRule {
    route: usize,
    zones: Vec<usize>,
}

impl RouteRule {
    /// The rule of the scene's route at this place.
    pub fn new(number: usize, route: &Route) -> Self {
        Self { route: number, zones: route.zones.clone() }
    }

    /// The person came to a place; arrivals come in order.
    pub fn arrived(&self, memory: &mut RouteMemory, arrival: Arrival, events: &mut Vec<Event>) {
        let place = |zone: &usize| Place::Zone(*zone) == arrival.place;
        let Some(step) = self.zones.iter().position(place) else { return };
        if step == memory.reached {
            memory.reached += 1;
            events.push(Event::Reached { route: self.route, step, at: arrival.at });
        }
        let been = |step: usize| memory.been.checked_shr(step as u32).unwrap_or(0) & 1 == 1;
        if !memory.against && !been(step) && been(step + 1) {
            memory.against = true;
            events.push(Event::Against { route: self.route, at: arrival.at });
        }
        memory.been |= 1u64.checked_shl(step as u32).unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::at;

    /// Marks of somebody who visits these zones on the route 5, 6, 7: how far, and whether against.
    fn marks(zones: &[usize]) -> (usize, usize) {
        let rule = RouteRule { route: 0, zones: vec![5, 6, 7] };
        let (mut memory, mut events) = (RouteMemory::default(), Vec::new());
        for zone in zones {
            rule.arrived(&mut memory, Arrival { place: Place::Zone(*zone), at: at(1.0) }, &mut events);
        }
        let against = events.iter().filter(|e| matches!(e, Event::Against { .. })).count();
        (events.len() - against, against)
    }

    #[test]
    fn marks_of_a_way() {
        for (way, expected) in [
            (&[5, 6, 7][..], (3, 0)),
            (&[5, 9, 6, 5, 7], (3, 0)),
            (&[5, 6], (2, 0)),
            (&[5, 7], (1, 0)),
            (&[5, 7, 6], (2, 1)),
            (&[6, 7], (0, 0)),
            (&[7, 6, 5], (1, 1)),
            (&[6, 5, 6, 7], (3, 1)),
            (&[5, 6, 5, 6, 7, 5, 6, 7], (3, 0)),
            (&[], (0, 0)),
        ] {
            assert_eq!(marks(way), expected, "{way:?}");
        }
    }
}
