// SPDX-License-Identifier: MPL-2.0
//! What is told of people's ways: from place to place, and along planned routes.

use std::collections::BTreeMap;

use footfall_contract::scene::{self, Place, Scene};

use super::guard::Guard;
use crate::hours::Finished;
use crate::payload::{Flows, InOrder, Route};

/// How many went from each place to which as the next: exact.
pub(super) struct FlowFigures {
    /// Name of each place, and how many came there: a zone's visits, a line's crossings.
    places: Vec<(String, u64)>,
    /// By the places' numbers, from and to.
    counts: BTreeMap<(usize, usize), u64>,
}

impl FlowFigures {
    pub fn of(scene: &Scene, window: &Finished) -> Self {
        let came = |place: Place, name: &str| match place {
            Place::Line(_) => window.reading.lines.get(name).map_or(0, |l| l.entries + l.exits),
            Place::Zone(_) => window.reading.zones.get(name).map_or(0, |z| z.visits),
        };
        let named = scene.flows.iter().map(|place| (*place, scene.place_name(*place)));
        let places: Vec<(String, u64)> = named.map(|(place, name)| (name.to_owned(), came(place, name))).collect();
        let pairs = (0..places.len()).flat_map(|from| (0..places.len()).map(move |to| (from, to)));
        let name = |i: usize| places.get(i).map_or("", |p| p.0.as_str());
        let count = |from, to| window.reading.flows.get(name(from)).and_then(|ways| ways.get(name(to))).copied().unwrap_or(0);
        let counts = pairs.filter(|(from, to)| from != to).map(|(from, to)| ((from, to), count(from, to))).collect();
        Self { places, counts }
    }

    /// Each count by itself; and who came to a place came from the others or from nowhere, and goes to the others or
    /// nowhere: of both sums a rest is left that is large enough. A withheld zone has fewer visits than that rest, so that
    /// no flow from or to it is told.
    pub fn disclosed(&self, guard: &mut Guard) -> Flows {
        let least = guard.zones;
        let mut cells: BTreeMap<(usize, usize), Cell> =
            self.counts.iter().map(|(&way, &n)| (way, Cell { n, told: n >= least })).collect();
        for (place, (_, came)) in self.places.iter().enumerate() {
            for end in [|way: &(usize, usize)| way.0, |way: &(usize, usize)| way.1] {
                let of_place = cells.iter_mut().filter(|(way, _)| end(way) == place).map(|(_, cell)| cell);
                leave_a_rest(*came, &mut of_place.collect::<Vec<_>>(), least);
            }
        }
        let name = |i: usize| self.places.get(i).map_or("", |p| p.0.as_str());
        let mut out = Flows::new();
        for ((from, to), cell) in cells {
            let n = guard.count(cell.n, cell.told, &format!("flows.{}.{}", name(from), name(to)));
            out.entry(name(from).to_owned()).or_default().insert(name(to).to_owned(), n);
        }
        out
    }
}

/// One of the counts that make up a whole.
struct Cell {
    n: u64,
    told: bool,
}

/// Takes told cells back, the smallest first, until what is not told of the whole is `least` or more. A smaller rest could
/// be solved for, whole less told cells, and with it all that is withheld.
fn leave_a_rest(whole: u64, cells: &mut [&mut Cell], least: u64) {
    loop {
        let told: u64 = cells.iter().filter(|c| c.told).map(|c| c.n).sum();
        if whole.saturating_sub(told) >= least {
            return;
        }
        match cells.iter_mut().filter(|c| c.told).min_by_key(|c| c.n) {
            Some(smallest) => smallest.told = false,
            None => return,
        }
    }
}

/// A route's exact figures.
pub(super) struct RouteFigures {
    /// Name of each zone, and how many reached it.
    reached: Vec<(String, u64)>,
    against: u64,
}

impl RouteFigures {
    pub fn of(route: &scene::Route, scene: &Scene, window: &Finished) -> Self {
        let totals = window.reading.routes.get(&route.name).cloned().unwrap_or_default();
        let counts = totals.reached.iter().copied().chain(std::iter::repeat(0));
        let names = route.zones.iter().map(|zone| scene.place_name(Place::Zone(*zone)).to_owned());
        Self { reached: names.zip(counts).collect(), against: totals.against }
    }

    /// Who reached a zone and not the next has left the route there: two counts stand side by side only if that group is
    /// large enough. Either all zones are told, or the ends, or the start: which of them says nothing of a single zone.
    pub fn disclosed(&self, name: &str, is_shown: impl Fn(&str) -> bool, guard: &mut Guard) -> Route {
        let least = guard.zones;
        let may = |zones: &[&(String, u64)]| {
            let apart = |pair: &[&(String, u64)]| matches!(pair, [a, b] if a.1.saturating_sub(b.1) >= least);
            zones.iter().all(|(zone, n)| *n >= least && is_shown(zone)) && zones.windows(2).all(apart)
        };
        let all: Vec<&(String, u64)> = self.reached.iter().collect();
        let last = all.len().saturating_sub(1);
        let ends: Vec<&(String, u64)> = all.first().into_iter().chain(all.last()).copied().collect();
        let (may_all, may_ends, may_start) = (may(&all), may(&ends), may(ends.get(..1).unwrap_or_default()));
        let told = |i: usize| may_all || may_ends && (i == 0 || i == last) || may_start && i == 0;
        let count = |i: usize| self.reached.get(i).map_or(0, |r| r.1);
        let path = format!("routes.{name}");
        let started = guard.count(count(0), told(0), &format!("{path}.started"));
        let reached = self.reached.iter().enumerate();
        let reached =
            reached.map(|(i, (zone, n))| (zone.clone(), guard.count(*n, told(i), &format!("{path}.reached.{zone}")))).collect();
        let completed = guard.count(count(last), told(last), &format!("{path}.completed"));
        let against = guard.count(self.against, self.against >= least, &format!("{path}.against"));
        Route { started, reached: InOrder(reached), completed, against }
    }
}
