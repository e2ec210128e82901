// SPDX-License-Identifier: MPL-2.0
//! From which place of the scene's flows people go to which as the next: first-order transitions within a track.
//!
//! A place is visited when a visit to the zone begins, or the line is crossed, whichever way. Coming to the place where one
//! was last is no transition. A visit that was none (shorter than the enter delay) and a crossing that was netted take no
//! part. In zones that overlap the one that was entered first comes first; still being in it makes it no place again.

use footfall_contract::scene::{Place, Scene};

use super::arrivals::Arrival;
use super::event::Event;

/// What a person's track remembers.
#[derive(Clone, Debug, Default)]
pub struct FlowMemory {
    last: Option<Place>,
}

/// The rule of a scene.
#[derive(Clone, Debug)]
pub struct FlowRule {
    places: Vec<Place>,
}

impl FlowRule {
    /// The rule of this scene.
    pub fn new(scene: &Scene) -> Self {
        Self { places: scene.flows.clone() }
    }

    /// The person came to a place; arrivals come in order.
    pub fn arrived(&self, memory: &mut FlowMemory, arrival: Arrival, events: &mut Vec<Event>) {
        let to = arrival.place;
        if self.places.contains(&to)
            && let Some(from) = memory.last.replace(to)
            && from != to
        {
            events.push(Event::Went { from, to, at: arrival.at });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::at;

    #[test]
    fn the_next_other_place_is_a_transition() {
        let (door, shelf, till) = (Place::Line(0), Place::Zone(0), Place::Zone(1));
        let rule = FlowRule { places: vec![door, shelf] };
        let (mut memory, mut events) = (FlowMemory::default(), Vec::new());
        for (k, place) in [door, door, shelf, till, shelf, door].into_iter().enumerate() {
            rule.arrived(&mut memory, Arrival { place, at: at(k as f64) }, &mut events);
        }
        let went = |from: Place, to: Place, s: f64| Event::Went { from, to, at: at(s) };
        assert_eq!(events, [went(door, shelf, 2.0), went(shelf, door, 5.0)], "the till is no place of the flows");
    }
}
