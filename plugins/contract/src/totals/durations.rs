// SPDX-License-Identifier: MPL-2.0
//! How long things lasted: their number, their sum, and fine bins from which a median can be read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{TotalFell, add_by_key, less, less_by_key};

/// Upper edges in seconds of the bins, ascending; the last bin is open. One second wide up to a minute, then wider: fine
/// enough for a median, coarse enough to be carried at each reading. It has the published edges (10, 30, 60, 180) among
/// its own.
pub fn edges_s() -> impl Iterator<Item = u32> {
    (1..=60).chain((65..=300).step_by(5)).chain((330..=1800).step_by(30)).chain((1860..=3600).step_by(60))
}

/// The bin of a duration of this many seconds: the number of edges at or below it.
pub fn bin(seconds: f64) -> u16 {
    edges_s().take_while(|&edge| f64::from(edge) <= seconds).count() as u16
}

/// The span of a bin: (from, to) in seconds, `to` is `None` for the last.
pub fn span_s(bin: u16) -> (u32, Option<u32>) {
    let from = if bin == 0 { 0 } else { edges_s().nth(usize::from(bin) - 1).unwrap_or(3600) };
    (from, edges_s().nth(usize::from(bin)))
}

/// Durations of what is over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Durations {
    /// How many.
    pub finished: u64,
    /// All together, nanoseconds.
    pub sum_ns: u64,
    /// How many by [`bin`].
    pub bins: BTreeMap<u16, u64>,
}

impl Durations {
    /// Adds one of this length.
    pub fn record(&mut self, ns: u64) {
        self.finished += 1;
        self.sum_ns += ns;
        *self.bins.entry(bin(ns as f64 / 1e9)).or_default() += 1;
    }

    pub(super) fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        let mut bins = less_by_key(&self.bins, &then.bins)?;
        bins.retain(|_, n| *n > 0);
        Ok(Self { finished: less(self.finished, then.finished)?, sum_ns: less(self.sum_ns, then.sum_ns)?, bins })
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.finished += other.finished;
        self.sum_ns += other.sum_ns;
        add_by_key(&mut self.bins, &other.bins);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_edges_are_bin_edges() {
        for edge in [10, 30, 60, 180] {
            assert!(edges_s().any(|e| e == edge));
        }
        assert_eq!(span_s(bin(0.0)), (0, Some(1)));
        assert_eq!(span_s(bin(10.0)), (10, Some(11)));
        assert_eq!(span_s(bin(99_999.0)), (3600, None));
    }
}
