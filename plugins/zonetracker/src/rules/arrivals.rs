// SPDX-License-Identifier: MPL-2.0
//! A person's arrivals at the places of flows and routes, in the order of their moments.
//!
//! A visit becomes known only after the zone's enter delay, a crossing after it has settled and can no longer be netted: an
//! arrival may become known after a later one. So arrivals are held back until no earlier one can come any more. Memory is
//! bounded: the oldest is passed on after [`LONGEST_WAIT_S`], or when more than [`MOST_HELD`] are held; what then turns out
//! to have been earlier is left out.

use footfall_contract::scene::{Place, Scene};

use super::event::Event;
use crate::moment::Moment;

/// The longest that an arrival is held back, seconds: longer than the longest enter delay or time to net.
const LONGEST_WAIT_S: f64 = 75.0;
/// Arrivals held back at most.
const MOST_HELD: usize = 32;

/// Somebody came to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Where.
    pub place: Place,
    /// The first moment there.
    pub at: Moment,
}

impl Arrival {
    /// Of an event that is one.
    pub fn of(event: &Event) -> Option<Self> {
        match *event {
            Event::Crossed { line, at, .. } => Some(Self { place: Place::Line(line), at }),
            Event::VisitBegan { zone, at } => Some(Self { place: Place::Zone(zone), at }),
            _ => None,
        }
    }

    /// Of two places at the same moment the line is first, then the order of the scene decides.
    fn order(&self) -> (u64, Place) {
        (self.at.stream.0, self.place)
    }
}

/// The places of flows and routes.
pub fn places(scene: &Scene) -> Vec<Place> {
    let of_routes = scene.routes.iter().flat_map(|route| &route.zones).map(|zone| Place::Zone(*zone));
    let mut places: Vec<_> = scene.flows.iter().copied().chain(of_routes).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// A person's arrivals that may not be the next yet.
#[derive(Clone, Debug, Default)]
pub struct Arrivals {
    /// In order.
    held: Vec<Arrival>,
    /// The last that was passed on.
    passed: Option<Arrival>,
}

impl Arrivals {
    /// An arrival became known.
    pub fn add(&mut self, arrival: Arrival) {
        if self.passed.is_none_or(|passed| passed.order() <= arrival.order()) {
            let place = self.held.partition_point(|held| held.order() <= arrival.order());
            self.held.insert(place, arrival);
        }
    }

    /// Those before which none can come any more, given the earliest moment that is not decided.
    pub fn pass(&mut self, now: Moment, undecided: Option<Moment>) -> Vec<Arrival> {
        let surplus = self.held.len().saturating_sub(MOST_HELD);
        let is_next = |arrival: &Arrival| {
            undecided.is_none_or(|since| arrival.at.stream < since.stream) || now.seconds_since(arrival.at) > LONGEST_WAIT_S
        };
        let ready = self.held.iter().take_while(|arrival| is_next(arrival)).count();
        self.take(ready.max(surplus))
    }

    /// All of them: nothing more is waited for.
    pub fn pass_all(&mut self) -> Vec<Arrival> {
        self.take(self.held.len())
    }

    fn take(&mut self, n: usize) -> Vec<Arrival> {
        let taken: Vec<_> = self.held.drain(..n).collect();
        self.passed = taken.last().copied().or(self.passed);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::at;

    fn zone(number: usize, s: f64) -> Arrival {
        Arrival { place: Place::Zone(number), at: at(s) }
    }

    #[test]
    fn an_arrival_waits_for_an_earlier_one() {
        let mut arrivals = Arrivals::default();
        arrivals.add(zone(1, 2.0));
        assert_eq!(arrivals.pass(at(3.0), Some(at(1.0))), []);
        arrivals.add(zone(0, 1.0));
        assert_eq!(arrivals.pass(at(4.0), None), [zone(0, 1.0), zone(1, 2.0)]);
        assert_eq!(arrivals.pass(at(5.0), None), []);
    }

    #[test]
    fn only_what_lies_before_the_undecided_is_passed_on() {
        let mut arrivals = Arrivals::default();
        arrivals.add(zone(1, 2.0));
        arrivals.add(zone(0, 3.0));
        assert_eq!(arrivals.pass(at(4.0), Some(at(2.0))), [], "at the same moment the other may come first");
        assert_eq!(arrivals.pass(at(4.0), Some(at(2.5))), [zone(1, 2.0)]);
    }

    #[test]
    fn what_comes_too_late_is_left_out() {
        let mut arrivals = Arrivals::default();
        arrivals.add(zone(1, 2.0));
        assert_eq!(arrivals.pass(at(77.0), Some(at(1.0))), []);
        assert_eq!(arrivals.pass(at(78.0), Some(at(1.0))), [zone(1, 2.0)], "nobody waits for ever");
        arrivals.add(zone(0, 1.0));
        arrivals.add(zone(2, 2.0));
        assert_eq!(arrivals.pass_all(), [zone(2, 2.0)]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut arrivals = Arrivals::default();
        let mut passed = Vec::new();
        for k in 0..1000 {
            arrivals.add(zone(k % 2, 1.0 + k as f64 / 100.0));
            passed.extend(arrivals.pass(at(11.0), Some(at(0.5))));
        }
        assert_eq!((arrivals.held.len(), passed.len()), (MOST_HELD, 1000 - MOST_HELD));
        assert!(passed.is_sorted_by_key(Arrival::order));
    }
}
