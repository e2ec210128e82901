// SPDX-License-Identifier: MPL-2.0
//! How many people are somewhere, over the time that is not settled yet: in a zone, or waiting in it.

use std::collections::{BTreeMap, VecDeque};

use footfall_contract::scene::{Role, Scene};
use footfall_contract::time::WallTime;
use footfall_contract::totals::ZoneTotals;

/// A number of people that is kept over time. Zones are named by their place in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gauge {
    /// On a visit to a zone.
    Occupancy(usize),
    /// Waiting in a queue.
    Length(usize),
}

impl Gauge {
    /// All of a scene.
    pub fn of(scene: &Scene) -> impl Iterator<Item = Self> {
        scene.zones.iter().enumerate().flat_map(|(number, zone)| {
            let is_queue = matches!(zone.role, Role::Queue { .. });
            [Some(Self::Occupancy(number)), is_queue.then_some(Self::Length(number))].into_iter().flatten()
        })
    }

    /// The zone.
    pub fn zone(self) -> usize {
        match self {
            Self::Occupancy(zone) | Self::Length(zone) => zone,
        }
    }

    /// Adds a time with `people` to the zone's totals.
    pub(super) fn add(self, totals: &mut ZoneTotals, people: usize, ns: u64) {
        match self {
            Self::Occupancy(_) => totals.add_occupancy(people, ns),
            Self::Length(_) => totals.queue.get_or_insert_default().length.add_time(people, ns),
        }
    }
}

/// Spans of observed time, in order.
pub type Observed = VecDeque<(WallTime, WallTime)>;

/// Observed nanoseconds between two moments.
pub(super) fn observed_ns(observed: &Observed, from: WallTime, end: WallTime) -> u64 {
    observed.iter().map(|(a, b)| end.min(*b).since(from.max(*a)).as_nanos() as u64).sum()
}

/// A span of time with this many people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its beginning.
    pub from: WallTime,
    /// People.
    pub people: usize,
    /// Observed nanoseconds in it.
    pub ns: u64,
}

/// The people of one gauge.
#[derive(Debug)]
pub struct Presence {
    /// Settled up to here.
    horizon: WallTime,
    /// People at the horizon.
    people: i64,
    /// Those who came less those who went, by time, from the horizon on.
    steps: BTreeMap<WallTime, i64>,
}

impl Presence {
    /// Nobody, from this moment on.
    pub fn new(started: WallTime) -> Self {
        Self { horizon: started, people: 0, steps: BTreeMap::new() }
    }

    /// Settled up to here.
    pub fn horizon(&self) -> WallTime {
        self.horizon
    }

    /// Somebody came (1) or went (-1); what is settled stays as it is.
    pub fn step(&mut self, at: WallTime, step: i64) {
        *self.steps.entry(at.max(self.horizon)).or_default() += step;
    }

    /// Who is there is certain up to `horizon`: tells the observed time since the last, cut at `cuts` (in order).
    pub fn settle(&mut self, horizon: WallTime, cuts: &[WallTime], observed: &Observed, mut tell: impl FnMut(Piece)) {
        while self.horizon < horizon {
            let from = self.horizon;
            self.people += self.steps.remove(&from).unwrap_or(0);
            let next_step = self.steps.keys().next().copied();
            let next_cut = cuts.iter().copied().find(|at| *at > from);
            let end = [next_step, next_cut].into_iter().flatten().fold(horizon, WallTime::min);
            let ns = observed_ns(observed, from, end);
            if ns > 0 {
                tell(Piece { from, people: usize::try_from(self.people).unwrap_or(0), ns });
            }
            self.horizon = end;
        }
    }
}
