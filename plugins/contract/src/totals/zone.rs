// SPDX-License-Identifier: MPL-2.0
//! Counters of a zone, by what it is for.

use serde::{Deserialize, Serialize};

use super::durations::Durations;
use super::time_at::TimeAt;
use super::{TotalFell, less, part_since};

/// Presence in a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneTotals {
    /// Visits begun.
    pub visits: u64,
    /// Visits that are over, with or without a known dwell; `visits - ended` are inside now.
    pub ended: u64,
    /// Person-nanoseconds inside.
    pub presence_ns: u64,
    /// Visits that are over and whose length is known.
    pub dwell: Durations,
    /// Time with exactly n people inside.
    pub occupancy: TimeAt,
    /// Of a zone whose role is `interest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<InterestTotals>,
    /// Of a zone whose role is `queue`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueTotals>,
}

/// Who stopped at a zone of interest. The passers-by are its visits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InterestTotals {
    /// Visits that became stops, in the window of the visit's beginning.
    pub stops: u64,
    /// Stops that are over and whose length is known.
    pub dwell: Durations,
}

/// Who queued. Somebody joins by staying for the queue's least time, or by being served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueTotals {
    /// Joined.
    pub joined: u64,
    /// Came to be served, with or without a wait.
    pub served: u64,
    /// Left without being served.
    pub abandoned: u64,
    /// Were lost from sight while they waited, or nobody looked any more: served or not is unknown.
    pub unknown: u64,
    /// From joining to the beginning of service, of those who were served.
    pub wait: Durations,
    /// At the till, of those whose service is over and whose length is known.
    pub service: Durations,
    /// Time with exactly n people waiting.
    pub length: TimeAt,
}

impl ZoneTotals {
    /// Adds a time with `people` inside.
    pub fn add_occupancy(&mut self, people: usize, ns: u64) {
        self.occupancy.add_time(people, ns);
        self.presence_ns += ns.saturating_mul(people as u64);
    }

    pub(super) fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self {
            visits: less(self.visits, then.visits)?,
            ended: less(self.ended, then.ended)?,
            presence_ns: less(self.presence_ns, then.presence_ns)?,
            dwell: self.dwell.since(&then.dwell)?,
            occupancy: self.occupancy.since(&then.occupancy)?,
            interest: part_since(&self.interest, &then.interest, InterestTotals::since)?,
            queue: part_since(&self.queue, &then.queue, QueueTotals::since)?,
        })
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.visits += other.visits;
        self.ended += other.ended;
        self.presence_ns += other.presence_ns;
        self.dwell.add(&other.dwell);
        self.occupancy.add(&other.occupancy);
        if let Some(interest) = &other.interest {
            self.interest.get_or_insert_default().add(interest);
        }
        if let Some(queue) = &other.queue {
            self.queue.get_or_insert_default().add(queue);
        }
    }
}

impl InterestTotals {
    fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self { stops: less(self.stops, then.stops)?, dwell: self.dwell.since(&then.dwell)? })
    }

    fn add(&mut self, other: &Self) {
        self.stops += other.stops;
        self.dwell.add(&other.dwell);
    }
}

impl QueueTotals {
    fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self {
            joined: less(self.joined, then.joined)?,
            served: less(self.served, then.served)?,
            abandoned: less(self.abandoned, then.abandoned)?,
            unknown: less(self.unknown, then.unknown)?,
            wait: self.wait.since(&then.wait)?,
            service: self.service.since(&then.service)?,
            length: self.length.since(&then.length)?,
        })
    }

    fn add(&mut self, other: &Self) {
        self.joined += other.joined;
        self.served += other.served;
        self.abandoned += other.abandoned;
        self.unknown += other.unknown;
        self.wait.add(&other.wait);
        self.service.add(&other.service);
        self.length.add(&other.length);
    }
}
