// SPDX-License-Identifier: MPL-2.0
//! Cumulative counters: no number here ever falls within a run, and any window's figure is the difference of two
//! readings. So lost events, queues, tees and restarts can not change a sum.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::{ClockKind, StreamTime, WallTime};

/// Version of the totals on the wire.
pub const VERSION: u32 = 1;

/// Version of the counting rules; a change of a rule that can change a count raises it.
pub const RULE_VERSION: u32 = 1;

/// Seconds at n people are kept for n below this; more people are counted as the last n.
pub const MAX_OCCUPANCY: usize = 128;

/// Upper edges in seconds of the dwell bins, ascending; the last bin is open. One second wide up to a minute, then
/// wider: fine enough for a median, coarse enough to be carried at each reading. It has the published edges
/// (10, 30, 60, 180) among its own.
pub fn dwell_edges_s() -> impl Iterator<Item = u32> {
    (1..=60).chain((65..=300).step_by(5)).chain((330..=1800).step_by(30)).chain((1860..=3600).step_by(60))
}

/// The bin of a dwell of this many seconds: the number of edges at or below it.
pub fn dwell_bin(seconds: f64) -> u16 {
    dwell_edges_s().take_while(|&edge| f64::from(edge) <= seconds).count() as u16
}

/// The span of a bin: (from, to) in seconds, `to` is `None` for the last.
pub fn dwell_span_s(bin: u16) -> (u32, Option<u32>) {
    let from = if bin == 0 { 0 } else { dwell_edges_s().nth(usize::from(bin) - 1).unwrap_or(3600) };
    (from, dwell_edges_s().nth(usize::from(bin)))
}

/// One reading's later self does not come after it: the two are not of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cumulative total fell: the two readings are not of one run")]
pub struct TotalFell;

/// Crossings of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineTotals {
    /// Crossings to the inside.
    pub entries: u64,
    /// Crossings to the outside.
    pub exits: u64,
}

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
    /// Visits finished with a known dwell.
    pub finished: u64,
    /// Their dwell together, nanoseconds.
    pub dwell_ns: u64,
    /// Finished visits by [`dwell_bin`].
    pub dwell_bins: BTreeMap<u16, u64>,
    /// Nanoseconds with exactly n people inside; the last entry is "n or more" once it is [`MAX_OCCUPANCY`] long.
    pub occupancy_ns: Vec<u64>,
}

impl ZoneTotals {
    /// Adds a finished visit of this length.
    pub fn finish_visit(&mut self, dwell_ns: u64) {
        self.finished += 1;
        self.dwell_ns += dwell_ns;
        *self.dwell_bins.entry(dwell_bin(dwell_ns as f64 / 1e9)).or_default() += 1;
    }

    /// Adds a time with `people` inside.
    pub fn add_occupancy(&mut self, people: usize, ns: u64) {
        let n = people.min(MAX_OCCUPANCY - 1);
        if self.occupancy_ns.len() <= n {
            self.occupancy_ns.resize(n + 1, 0);
        }
        self.occupancy_ns[n] += ns;
        self.presence_ns += ns.saturating_mul(people as u64);
    }
}

/// A reading of all counters of a run at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reading {
    /// Nanoseconds in which the scene was open and looked at.
    pub observed_ns: u64,
    /// Nanoseconds closed (outside opening hours or stopped).
    pub closed_ns: u64,
    /// Nanoseconds open but not looked at (the detector failed, frames were missing).
    pub blind_ns: u64,
    /// By the line's name.
    pub lines: BTreeMap<String, LineTotals>,
    /// By the zone's name.
    pub zones: BTreeMap<String, ZoneTotals>,
}

fn less(a: u64, b: u64) -> Result<u64, TotalFell> {
    a.checked_sub(b).ok_or(TotalFell)
}

impl Reading {
    /// What happened between `earlier` and this reading of the same run.
    ///
    /// # Errors
    /// When a counter would fall.
    pub fn since(&self, earlier: &Self) -> Result<Self, TotalFell> {
        let mut out = Self {
            observed_ns: less(self.observed_ns, earlier.observed_ns)?,
            closed_ns: less(self.closed_ns, earlier.closed_ns)?,
            blind_ns: less(self.blind_ns, earlier.blind_ns)?,
            ..Self::default()
        };
        let (no_line, no_zone) = (LineTotals::default(), ZoneTotals::default());
        if earlier.lines.keys().any(|name| !self.lines.contains_key(name))
            || earlier.zones.keys().any(|name| !self.zones.contains_key(name))
        {
            return Err(TotalFell);
        }
        for (name, now) in &self.lines {
            let then = earlier.lines.get(name).unwrap_or(&no_line);
            let line = LineTotals { entries: less(now.entries, then.entries)?, exits: less(now.exits, then.exits)? };
            out.lines.insert(name.clone(), line);
        }
        for (name, now) in &self.zones {
            out.zones.insert(name.clone(), now.since(earlier.zones.get(name).unwrap_or(&no_zone))?);
        }
        Ok(out)
    }

    /// Adds the figures of another run or window.
    pub fn add(&mut self, other: &Self) {
        self.observed_ns += other.observed_ns;
        self.closed_ns += other.closed_ns;
        self.blind_ns += other.blind_ns;
        for (name, line) in &other.lines {
            let sum = self.lines.entry(name.clone()).or_default();
            sum.entries += line.entries;
            sum.exits += line.exits;
        }
        for (name, zone) in &other.zones {
            self.zones.entry(name.clone()).or_default().add(zone);
        }
    }
}

impl ZoneTotals {
    fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        let mut out = Self {
            visits: less(self.visits, then.visits)?,
            ended: less(self.ended, then.ended)?,
            presence_ns: less(self.presence_ns, then.presence_ns)?,
            finished: less(self.finished, then.finished)?,
            dwell_ns: less(self.dwell_ns, then.dwell_ns)?,
            ..Self::default()
        };
        if then.occupancy_ns.len() > self.occupancy_ns.len()
            || then.dwell_bins.keys().any(|bin| !self.dwell_bins.contains_key(bin))
        {
            return Err(TotalFell);
        }
        for (n, ns) in self.occupancy_ns.iter().enumerate() {
            out.occupancy_ns.push(less(*ns, then.occupancy_ns.get(n).copied().unwrap_or(0))?);
        }
        for (bin, n) in &self.dwell_bins {
            let n = less(*n, then.dwell_bins.get(bin).copied().unwrap_or(0))?;
            if n > 0 {
                out.dwell_bins.insert(*bin, n);
            }
        }
        Ok(out)
    }

    fn add(&mut self, other: &Self) {
        self.visits += other.visits;
        self.ended += other.ended;
        self.presence_ns += other.presence_ns;
        self.finished += other.finished;
        self.dwell_ns += other.dwell_ns;
        for (bin, n) in &other.dwell_bins {
            *self.dwell_bins.entry(*bin).or_default() += n;
        }
        if self.occupancy_ns.len() < other.occupancy_ns.len() {
            self.occupancy_ns.resize(other.occupancy_ns.len(), 0);
        }
        for (sum, ns) in self.occupancy_ns.iter_mut().zip(&other.occupancy_ns) {
            *sum += ns;
        }
    }
}

/// The reading at a window boundary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoundaryReading {
    /// The boundary.
    pub at: WallTime,
    /// The counters at that moment.
    pub reading: Reading,
}

/// What zonetracker sends downstream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// [`VERSION`].
    pub version: u32,
    /// [`RULE_VERSION`].
    pub rule_version: u32,
    /// New at each READY to PAUSED of zonetracker.
    pub run: String,
    /// `<site>/<camera>`.
    pub stream: String,
    /// Wall time of the run's first attested frame: the reading then was zero.
    pub started: WallTime,
    /// Wall time of this reading.
    pub wall: WallTime,
    /// Running time of this reading.
    pub running_time: StreamTime,
    /// What drives wall time.
    pub clock: ClockKind,
    /// The figures are marked weak (a path without a scrubber was allowed).
    pub weak: bool,
    /// The counters now.
    pub now: Reading,
    /// The counters at the last window boundaries that the run passed, oldest first, at most two.
    pub boundaries: Vec<BoundaryReading>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Reading {
        let mut zone = ZoneTotals { visits: 3, ended: 1, ..ZoneTotals::default() };
        zone.finish_visit(12_500_000_000);
        zone.add_occupancy(2, 5);
        let lines = BTreeMap::from([("door".to_owned(), LineTotals { entries: 4, exits: 2 })]);
        Reading { observed_ns: 10, closed_ns: 1, blind_ns: 2, lines, zones: BTreeMap::from([("till".to_owned(), zone)]) }
    }

    #[test]
    fn a_sum_less_a_part_is_the_other_part() {
        let (a, mut both) = (sample(), sample());
        both.add(&a);
        assert_eq!(both.since(&a).unwrap(), a);
        assert_eq!(a.since(&Reading::default()).unwrap(), a);
        assert_eq!(a.since(&both), Err(TotalFell));
    }

    #[test]
    fn published_dwell_edges_are_bin_edges() {
        for edge in [10, 30, 60, 180] {
            assert!(dwell_edges_s().any(|e| e == edge));
        }
        assert_eq!(dwell_span_s(dwell_bin(0.0)), (0, Some(1)));
        assert_eq!(dwell_span_s(dwell_bin(10.0)), (10, Some(11)));
        assert_eq!(dwell_span_s(dwell_bin(99_999.0)), (3600, None));
    }

    #[test]
    fn a_crowd_stays_bounded() {
        let mut zone = ZoneTotals::default();
        zone.add_occupancy(1_000_000, 3);
        assert_eq!(zone.occupancy_ns.len(), MAX_OCCUPANCY);
        assert_eq!(zone.presence_ns, 3_000_000);
    }

    #[test]
    fn it_reads_what_it_writes() {
        let text = serde_json::to_string(&sample()).unwrap();
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), sample());
    }
}
