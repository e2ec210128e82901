// SPDX-License-Identifier: MPL-2.0
//! Who stops at a zone of interest. Passers-by are the zone's visits; a visit of at least the zone's `stop_s` is a stop.
//!
//! A stop is told as soon as it is certain and booked at the visit's first moment. Its length is the visit's: a short
//! absence within the zone's leave delay belongs to it, and a visit whose length is unknown gives none.

use super::SLACK_S;
use super::event::Event;
use super::zone::{Visit, ZoneMemory, ZoneRule};
use crate::moment::Moment;

/// What a person's track remembers of a zone of interest.
#[derive(Clone, Debug, Default)]
pub struct InterestMemory {
    /// The first moment of the visit that is open.
    first: Option<Moment>,
    /// It is a stop.
    stopped: bool,
}

/// The rule of one zone.
#[derive(Clone, Debug)]
pub struct InterestRule {
    zone: usize,
    stop_s: f64,
}

impl InterestRule {
    /// The rule of the scene's zone at this place, where `stop_s` seconds make a stop.
    pub fn new(zone: usize, stop_s: f64) -> Self {
        Self { zone, stop_s }
    }

    /// What the zone's rule said of a person's visits, and the state it is in now.
    pub fn step(&self, memory: &mut InterestMemory, visits: &[Visit], now: &ZoneMemory, events: &mut Vec<Event>) {
        for visit in visits {
            match *visit {
                Visit::Began(first) => *memory = InterestMemory { first: Some(first), stopped: false },
                Visit::Ended(last, dwell) => {
                    self.stayed_until(memory, dwell.map_or(0.0, |dwell| dwell.as_secs_f64()), events);
                    if let (true, Some(dwell)) = (memory.stopped, dwell) {
                        events.push(Event::StopEnded { zone: self.zone, at: last, dwell });
                    }
                    *memory = InterestMemory::default();
                }
            }
        }
        if let Some((first, last)) = ZoneRule::open_visit(now) {
            self.stayed_until(memory, last.seconds_since(first), events);
        }
    }

    /// The open visit has lasted for this long.
    fn stayed_until(&self, memory: &mut InterestMemory, seconds: f64, events: &mut Vec<Event>) {
        if let Some(at) = memory.first
            && !memory.stopped
            && seconds >= self.stop_s - SLACK_S
        {
            memory.stopped = true;
            events.push(Event::Stopped { zone: self.zone, at });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::rules::testing::at;

    #[test]
    fn a_visit_that_is_over_before_anybody_looked_again_is_judged_by_its_length() {
        let rule = InterestRule::new(2, 3.0);
        for (length_s, stops) in [(2.9, 0), (3.0, 1)] {
            let dwell = Duration::from_secs_f64(length_s);
            let visits = [Visit::Began(at(1.0)), Visit::Ended(at(1.0 + length_s), Some(dwell))];
            let mut events = Vec::new();
            rule.step(&mut InterestMemory::default(), &visits, &ZoneMemory::default(), &mut events);
            let stop = [Event::Stopped { zone: 2, at: at(1.0) }, Event::StopEnded { zone: 2, at: at(1.0 + length_s), dwell }];
            assert_eq!(events, stop[..2 * stops], "{length_s} s");
        }
    }

    #[test]
    fn a_visit_of_unknown_length_makes_no_stop_by_its_end() {
        let mut events = Vec::new();
        let visits = [Visit::Began(at(1.0)), Visit::Ended(at(9.0), None)];
        InterestRule::new(2, 3.0).step(&mut InterestMemory::default(), &visits, &ZoneMemory::default(), &mut events);
        assert_eq!(events, []);
    }
}
