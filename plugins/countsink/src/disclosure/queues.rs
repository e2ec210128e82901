// SPDX-License-Identifier: MPL-2.0
//! What is told of a queue.
//!
//! Whoever joins is served, abandons, or is lost from sight: joined = served + abandoned + unknown, but for those who
//! wait at the window's ends. So `joined` stands only beside all its parts; with one of them withheld it would give it
//! away, and the parts, what became of people, are worth more than their sum. The visits of the queue's zone and their
//! number in `dwell` are nearly the same sum: `told` says how much of it is published.

use footfall_contract::totals::QueueTotals;

use super::durations::{Bins, at_once, durations, share_above};
use super::guard::Guard;
use crate::payload::{Queue, QueueLength};

/// A queue's exact figures.
pub(super) struct QueueFigures {
    pub totals: QueueTotals,
    pub waiting_at_start: u64,
    /// The scene has a service zone.
    pub has_service: bool,
    pub long_queue: Option<u32>,
}

impl QueueFigures {
    /// What may be told, and how many of those who joined stand in the counts told of what became of them; that the queue
    /// is shown tells of as many as it takes to be shown.
    pub fn disclosed(&self, path: &str, guard: &mut Guard) -> (Option<Queue>, u64) {
        let (totals, least) = (&self.totals, guard.zones);
        if totals.joined + self.waiting_at_start < least {
            return (guard.withhold(path), 0);
        }
        let parts = [totals.served, totals.unknown, if self.has_service { totals.abandoned } else { 0 }];
        let parts = if self.has_service { &parts[..] } else { &parts[..2] };
        let told = parts.iter().filter(|n| **n >= least).sum::<u64>().max(least);
        let whole = totals.joined >= least && parts.iter().all(|n| *n >= least);
        let mut count = |n: u64, may: bool, key: &str| guard.count(n, may, &format!("{path}.{key}"));
        let queue = Queue {
            joined: count(totals.joined, whole, "joined"),
            served: count(totals.served, totals.served >= least, "served"),
            abandoned: self.has_service.then(|| count(totals.abandoned, totals.abandoned >= least, "abandoned")),
            unknown: count(totals.unknown, totals.unknown >= least, "unknown"),
            length: self.length(guard),
            wait: durations(&totals.wait, Bins::Told, &format!("{path}.wait"), guard),
            service: self.has_service.then(|| durations(&totals.service, Bins::Told, &format!("{path}.service"), guard)),
        };
        (Some(queue), told)
    }

    fn length(&self, guard: &Guard) -> QueueLength {
        let long_share = self.long_queue.map(|people| share_above(people, &self.totals.length).map(|s| guard.share(s)));
        QueueLength { at_once: at_once(&self.totals.length, guard), long_share }
    }
}
