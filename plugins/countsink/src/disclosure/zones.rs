// SPDX-License-Identifier: MPL-2.0
//! What is told of a zone, by what it is for.

use std::collections::BTreeMap;

use footfall_contract::scene::{self, Role, Scene};
use footfall_contract::totals::{InterestTotals, ZoneTotals};

use super::durations::{Bins, at_once, durations};
use super::guard::{Guard, seconds};
use super::queues::QueueFigures;
use crate::hours::Finished;
use crate::payload::{Interest, Zone};

/// A zone's exact figures.
pub(super) struct ZoneFigures {
    totals: ZoneTotals,
    /// Visits begun in the window, and people inside at its start.
    contributors: u64,
    interest: Option<InterestTotals>,
    queue: Option<QueueFigures>,
    /// Of each queue whose service is here: how many came to be served, and of how many the service is over.
    served_here: Vec<[u64; 2]>,
}

impl ZoneFigures {
    pub fn of(zone: &scene::Zone, scene: &Scene, window: &Finished) -> Self {
        let totals = window.reading.zones.get(&zone.name).cloned().unwrap_or_default();
        let at_start = |of: &BTreeMap<String, u64>| of.get(&zone.name).copied().unwrap_or(0);
        let queue = match zone.role {
            Role::Queue { service, long_queue, .. } => Some(QueueFigures {
                totals: totals.queue.clone().unwrap_or_default(),
                waiting_at_start: at_start(&window.waiting_at_start),
                has_service: service.is_some(),
                long_queue,
            }),
            _ => None,
        };
        let interest = matches!(zone.role, Role::Interest { .. }).then(|| totals.interest.clone().unwrap_or_default());
        let is_here = |service: &usize| scene.zones.get(*service).is_some_and(|z| z.name == zone.name);
        let queues = scene.zones.iter().filter(|z| matches!(&z.role, Role::Queue { service: Some(s), .. } if is_here(s)));
        let served = |z: &scene::Zone| {
            let queue = window.reading.zones.get(&z.name).and_then(|z| z.queue.as_ref());
            queue.map_or([0; 2], |q| [q.served, q.service.finished])
        };
        let served_here = queues.map(served).collect();
        Self { contributors: totals.visits + at_start(&window.inside_at_start), interest, queue, served_here, totals }
    }

    /// Those of the zone's visits, and of their ends, that are told elsewhere as parts of all of them, beside others that
    /// are withheld. In a queue it is whoever has a fate that is told: the others are the few who gave up, see `queues`.
    /// Where several queues are served it is the service of the busy ones: the other is that of the quiet ones.
    fn told(&self, of_queue: u64, least: u64) -> [u64; 2] {
        [0, 1].map(|i| {
            let parts = self.served_here.iter().filter_map(|served| served.get(i));
            let withheld = parts.clone().any(|n| *n < least);
            of_queue + if withheld { parts.filter(|n| **n >= least).sum() } else { 0 }
        })
    }

    pub fn disclosed(&self, name: &str, guard: &mut Guard) -> Option<Zone> {
        let path = format!("zones.{name}");
        if self.contributors < guard.zones {
            return guard.withhold(&path);
        }
        let (queue, told) = match &self.queue {
            Some(queue) => queue.disclosed(&format!("{path}.queue"), guard),
            None => (None, 0),
        };
        let [visits_told, ends_told] = self.told(told, guard.zones);
        let may_visits = self.totals.visits.saturating_sub(visits_told) >= guard.zones;
        let may_dwell = self.totals.dwell.finished.saturating_sub(ends_told) >= guard.zones;
        let visits = guard.count(self.totals.visits, may_visits, &format!("{path}.visits"));
        let dwell = format!("{path}.dwell");
        Some(Zone {
            visits,
            person_seconds: guard.seconds(seconds(self.totals.presence_ns)),
            dwell: if may_dwell { durations(&self.totals.dwell, self.bins(), &dwell, guard) } else { guard.withhold(&dwell) },
            occupancy: at_once(&self.totals.occupancy, guard),
            interest: self.interest.as_ref().map(|i| self.interest(i, &format!("{path}.interest"), guard)),
            queue: self.queue.is_some().then_some(queue),
        })
    }

    /// The histogram of visits less that of stops, or less that of one queue's service, would be a third histogram.
    fn bins(&self) -> Bins {
        if self.interest.is_some() || self.served_here.len() > 1 { Bins::Untold } else { Bins::Told }
    }

    /// Passers-by are those who stop and those who do not: stops stand beside passers-by only where both groups are large
    /// enough. The same holds for those whose visit has ended, which mostly are the same people, so that each published
    /// sum is held against each of the two parts.
    fn interest(&self, interest: &InterestTotals, path: &str, guard: &mut Guard) -> Interest {
        let least = guard.zones;
        let passers_by = self.totals.visits;
        let sums = [passers_by, self.totals.dwell.finished].map(|n| (n >= least).then_some(n));
        let may = |part: u64| part >= least && sums.iter().flatten().all(|sum| sum.saturating_sub(part) >= least);
        let (may_stops, may_dwell) = (may(interest.stops), may(interest.dwell.finished));
        let passers_by = guard.count(passers_by, passers_by >= least, &format!("{path}.passers_by"));
        let stops = guard.count(interest.stops, may_stops, &format!("{path}.stops"));
        // Of the rounded counts: it says nothing that they do not say.
        let stopping_rate = match (stops, passers_by) {
            (Some(stops), Some(all)) => (all > 0).then(|| guard.share(stops as f64 / all as f64)),
            _ => guard.withhold(&format!("{path}.stopping_rate")),
        };
        let dwell = format!("{path}.dwell");
        let dwell = if may_dwell { durations(&interest.dwell, Bins::Told, &dwell, guard) } else { guard.withhold(&dwell) };
        Interest { passers_by, stops, stopping_rate, dwell }
    }
}
