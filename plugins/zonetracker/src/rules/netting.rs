// SPDX-License-Identifier: MPL-2.0
//! Two opposite crossings of a line by one person within the line's `net_within_s` are none at all.
//!
//! - A crossing is held for that long. An opposite one within it cancels both, and one netted pair is booked at the
//!   moment of the second.
//! - Else it counts at its own moment, told at the first sighting after that time, or when the track is over.
//! - A cut of the line within that time, whose crossing must still settle, is waited for, but for [`UNSETTLED_S`] at most.

use footfall_contract::scene::Line;

use super::SLACK_S;
use super::event::Event;
use super::line::Crossing;
use crate::moment::Moment;

/// Somebody who stands on the line is waited for this long, seconds: long enough to settle, and the window of the crossing
/// (published two minutes after its end) is still open.
const UNSETTLED_S: f64 = 10.0;

/// What a person's track remembers of a line's last crossing.
#[derive(Clone, Debug, Default)]
pub struct NettingMemory {
    held: Option<Crossing>,
}

/// The rule of one line.
#[derive(Clone, Debug)]
pub struct NettingRule {
    line: usize,
    within_s: f64,
}

impl NettingRule {
    /// The rule of the scene's line at this place.
    pub fn new(number: usize, line: &Line) -> Self {
        Self { line: number, within_s: line.net_within_s }
    }

    /// The person crossed the line.
    pub fn crossed(&self, memory: &mut NettingMemory, crossing: Crossing, events: &mut Vec<Event>) {
        if self.within_s <= 0.0 {
            events.push(self.counts(crossing));
            return;
        }
        match memory.held.take() {
            Some(first) if first.direction != crossing.direction && self.is_within(first, crossing.at) => {
                events.push(Event::Netted { line: self.line, at: crossing.at });
            }
            first => {
                events.extend(first.map(|first| self.counts(first)));
                memory.held = Some(crossing);
            }
        }
    }

    /// The person was seen; `open_cut` is a cut of the line that may still become a crossing.
    pub fn seen(&self, memory: &mut NettingMemory, now: Moment, open_cut: Option<Moment>, events: &mut Vec<Event>) {
        let Some(first) = memory.held else { return };
        let over_s = now.seconds_since(first.at) - self.within_s;
        let may_cancel = over_s <= UNSETTLED_S && open_cut.is_some_and(|cut| self.is_within(first, cut));
        if over_s > SLACK_S && !may_cancel {
            self.end(memory, events);
        }
    }

    /// Nothing more is waited for: what is held counts.
    pub fn end(&self, memory: &mut NettingMemory, events: &mut Vec<Event>) {
        events.extend(memory.held.take().map(|first| self.counts(first)));
    }

    /// The moment of a crossing that is held.
    pub fn undecided_since(memory: &NettingMemory) -> Option<Moment> {
        memory.held.map(|first| first.at)
    }

    fn is_within(&self, first: Crossing, at: Moment) -> bool {
        at.seconds_since(first.at) <= self.within_s + SLACK_S
    }

    fn counts(&self, crossing: Crossing) -> Event {
        Event::Crossed { line: self.line, direction: crossing.direction, at: crossing.at }
    }
}

#[cfg(test)]
mod tests {
    use super::super::line::Direction::{self, In, Out};
    use super::*;
    use crate::rules::testing::at;

    fn crossing(direction: Direction, s: f64) -> Crossing {
        Crossing { direction, at: at(s) }
    }

    fn crossed(direction: Direction, s: f64) -> Event {
        Event::Crossed { line: 3, direction, at: at(s) }
    }

    /// The events of these crossings, and then of being seen at that time.
    fn events(within_s: f64, crossings: &[(Direction, f64)], seen_s: f64, open_cut: Option<f64>) -> Vec<Event> {
        let (rule, mut memory, mut events) = (NettingRule { line: 3, within_s }, NettingMemory::default(), Vec::new());
        for (direction, s) in crossings {
            rule.crossed(&mut memory, crossing(*direction, *s), &mut events);
        }
        rule.seen(&mut memory, at(seen_s), open_cut.map(at), &mut events);
        events
    }

    #[test]
    fn without_a_time_every_crossing_counts_at_once() {
        assert_eq!(events(0.0, &[(In, 1.0), (Out, 1.5)], 1.5, None), [crossed(In, 1.0), crossed(Out, 1.5)]);
    }

    #[test]
    fn a_pair_within_the_time_is_none() {
        let netted = |s: f64| Event::Netted { line: 3, at: at(s) };
        assert_eq!(events(5.0, &[(Out, 1.0), (In, 6.0)], 99.0, None), [netted(6.0)], "the last moment is within");
        assert_eq!(events(5.0, &[(Out, 1.0), (In, 3.0), (Out, 5.0)], 99.0, None), [netted(3.0), crossed(Out, 5.0)]);
        assert_eq!(events(5.0, &[(Out, 1.0), (In, 6.1)], 99.0, None), [crossed(Out, 1.0), crossed(In, 6.1)]);
        assert_eq!(events(5.0, &[(In, 1.0), (In, 2.0)], 99.0, None), [crossed(In, 1.0), crossed(In, 2.0)], "round the end");
    }

    #[test]
    fn a_crossing_is_told_once_its_time_is_over() {
        assert_eq!(events(5.0, &[(In, 1.0)], 5.9, None), []);
        assert_eq!(events(5.0, &[(In, 1.0)], 6.1, None), [crossed(In, 1.0)]);
    }

    #[test]
    fn a_cut_in_time_is_waited_for_but_not_for_ever() {
        assert_eq!(events(5.0, &[(In, 1.0)], 6.1, Some(5.9)), []);
        assert_eq!(events(5.0, &[(In, 1.0)], 6.3, Some(6.2)), [crossed(In, 1.0)], "too late to cancel anything");
        assert_eq!(events(5.0, &[(In, 1.0)], 16.1, Some(5.9)), [crossed(In, 1.0)]);
    }
}
