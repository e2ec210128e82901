// SPDX-License-Identifier: MPL-2.0
//! What is told of a line: each count by itself.

use footfall_contract::scene;
use footfall_contract::totals::LineTotals;

use super::guard::Guard;
use crate::hours::Finished;
use crate::payload::Line;

/// A line's exact figures.
pub(super) struct LineFigures {
    totals: LineTotals,
    /// The scene nets its crossings.
    nets: bool,
}

impl LineFigures {
    pub fn of(line: &scene::Line, window: &Finished) -> Self {
        let totals = window.reading.lines.get(&line.name).copied().unwrap_or_default();
        Self { totals, nets: line.net_within_s > 0.0 }
    }

    pub fn disclosed(&self, name: &str, guard: &mut Guard) -> Line {
        let LineTotals { entries, exits, netted } = self.totals;
        let least = guard.lines;
        let mut count = |n: u64, key: &str| guard.count(n, n >= least, &format!("lines.{name}.{key}"));
        // Netted pairs are in neither of the other two, and no published figure is a sum with them.
        Line {
            entries: count(entries, "entries"),
            exits: count(exits, "exits"),
            netted: self.nets.then(|| count(netted, "netted")),
        }
    }
}
