// SPDX-License-Identifier: MPL-2.0
//! Counters of the shop as its doors bound it.

use serde::{Deserialize, Serialize};

use super::time_at::TimeAt;
use super::{TotalFell, less};

/// Who came in and went out by all doors together, as far as that is settled: the doors' own counts may be ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ShopTotals {
    /// Came in.
    pub entries: u64,
    /// Went out.
    pub exits: u64,
    /// For each entry the time since the shop's day began, all together, milliseconds.
    pub entries_at_ms: u64,
    /// The same of exits.
    pub exits_at_ms: u64,
    /// Exits while nobody was known to be inside: somebody had not been seen when they came in.
    pub unseen: u64,
    /// Who was still taken to be inside when the shop was empty, at closing time or by a reset: they had not been seen
    /// when they went out, or went later.
    pub left_inside: u64,
    /// Time with exactly n people inside.
    pub occupancy: TimeAt,
}

impl ShopTotals {
    /// People inside.
    pub fn inside(&self) -> u64 {
        (self.entries + self.unseen).saturating_sub(self.exits + self.left_inside)
    }

    /// Adds the figures of another run, window or moment.
    pub fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.exits += other.exits;
        self.entries_at_ms += other.entries_at_ms;
        self.exits_at_ms += other.exits_at_ms;
        self.unseen += other.unseen;
        self.left_inside += other.left_inside;
        self.occupancy.add(&other.occupancy);
    }

    pub(super) fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self {
            entries: less(self.entries, then.entries)?,
            exits: less(self.exits, then.exits)?,
            entries_at_ms: less(self.entries_at_ms, then.entries_at_ms)?,
            exits_at_ms: less(self.exits_at_ms, then.exits_at_ms)?,
            unseen: less(self.unseen, then.unseen)?,
            left_inside: less(self.left_inside, then.left_inside)?,
            occupancy: self.occupancy.since(&then.occupancy)?,
        })
    }
}
