// SPDX-License-Identifier: MPL-2.0
//! What one run has given to one window.

use std::collections::BTreeMap;

use footfall_contract::totals::{QueueTotals, Reading, ShopTotals, ZoneTotals};
use serde::{Deserialize, Serialize};

/// A part of a window. It is exact, so that it is written nowhere but into the checkpoint of what is open.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub(super) reading: Reading,
    pub(super) inside_at_start: BTreeMap<String, u64>,
    pub(super) waiting_at_start: BTreeMap<String, u64>,
    pub(super) in_shop_at_start: u64,
    pub(super) weak: bool,
}

impl Part {
    /// What happened between two readings of a run.
    pub(super) fn between(opening: &Reading, closing: &Reading, weak: bool) -> Self {
        // Readings were compared when they arrived, so that this difference exists.
        let reading = closing.since(opening).unwrap_or_default();
        let inside = |z: &ZoneTotals| z.visits.saturating_sub(z.ended);
        let waiting = |q: &QueueTotals| q.joined.saturating_sub(q.served + q.abandoned + q.unknown);
        let zones = &opening.zones;
        Self {
            reading,
            inside_at_start: zones.iter().map(|(name, z)| (name.clone(), inside(z))).collect(),
            waiting_at_start: zones.iter().filter_map(|(name, z)| Some((name.clone(), waiting(z.queue.as_ref()?)))).collect(),
            in_shop_at_start: opening.shop.as_ref().map_or(0, ShopTotals::inside),
            weak,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.reading.add(&other.reading);
        for (sums, others) in
            [(&mut self.inside_at_start, other.inside_at_start), (&mut self.waiting_at_start, other.waiting_at_start)]
        {
            others.into_iter().for_each(|(zone, n)| *sums.entry(zone).or_default() += n);
        }
        self.in_shop_at_start += other.in_shop_at_start;
        self.weak |= other.weak;
    }
}
