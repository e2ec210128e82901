// SPDX-License-Identifier: MPL-2.0
//! Cumulative counters: no number here ever falls within a run, and any window's figure is the difference of two
//! readings. So lost events, queues, tees and restarts can not change a sum.

pub mod durations;
pub mod heat;
pub mod shop;
pub mod time_at;
pub mod zone;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::{ClockKind, StreamTime, WallTime};
pub use durations::Durations;
pub use heat::HeatTotals;
pub use shop::ShopTotals;
pub use time_at::TimeAt;
pub use zone::{InterestTotals, QueueTotals, ZoneTotals};

/// Version of the totals on the wire.
pub const VERSION: u32 = 3;

/// Version of the counting rules; a change of a rule that can change a count raises it.
pub const RULE_VERSION: u32 = 1;

/// One reading's later self does not come after it: the two are not of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cumulative total fell: the two readings are not of one run")]
pub struct TotalFell;

/// Crossings of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LineTotals {
    /// Crossings to the inside.
    pub entries: u64,
    /// Crossings to the outside.
    pub exits: u64,
    /// Pairs of opposite crossings by one person within the line's `net_within_s`; they are neither entries nor exits.
    pub netted: u64,
}

/// Marks of a planned route.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RouteTotals {
    /// How many have come to the route's first place, to the second after the first, and so on, in the route's order; in
    /// between they may have been elsewhere. The last is the number of those who walked it whole.
    pub reached: Vec<u64>,
    /// How many walked from a later place of the route to the one before it without having been there.
    pub against: u64,
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
    /// From one place of the scene's `flows` to the next, by the two names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flows: BTreeMap<String, BTreeMap<String, u64>>,
    /// By the route's name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub routes: BTreeMap<String, RouteTotals>,
    /// Of a scene with a shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop: Option<ShopTotals>,
    /// Of a scene with a grid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat: Option<HeatTotals>,
}

fn less(a: u64, b: u64) -> Result<u64, TotalFell> {
    a.checked_sub(b).ok_or(TotalFell)
}

/// Differences by key; a key may come, never go.
fn less_by_key<K: Ord + Clone>(now: &BTreeMap<K, u64>, then: &BTreeMap<K, u64>) -> Result<BTreeMap<K, u64>, TotalFell> {
    if then.keys().any(|key| !now.contains_key(key)) {
        return Err(TotalFell);
    }
    now.iter().map(|(key, n)| Ok((key.clone(), less(*n, then.get(key).copied().unwrap_or(0))?))).collect()
}

fn add_by_key<K: Ord + Clone>(sum: &mut BTreeMap<K, u64>, other: &BTreeMap<K, u64>) {
    for (key, n) in other {
        *sum.entry(key.clone()).or_default() += n;
    }
}

/// Differences by place; a list may grow, never shrink.
fn less_each(now: &[u64], then: &[u64]) -> Result<Vec<u64>, TotalFell> {
    if then.len() > now.len() {
        return Err(TotalFell);
    }
    let earlier = then.iter().copied().chain(std::iter::repeat(0));
    now.iter().zip(earlier).map(|(now, then)| less(*now, then)).collect()
}

fn add_each(sum: &mut Vec<u64>, other: &[u64]) {
    if sum.len() < other.len() {
        sum.resize(other.len(), 0);
    }
    for (sum, n) in sum.iter_mut().zip(other) {
        *sum += n;
    }
}

/// Differences of named parts; a part may come, never go.
fn parts_since<T: Default>(
    now: &BTreeMap<String, T>,
    then: &BTreeMap<String, T>,
    since: impl Fn(&T, &T) -> Result<T, TotalFell>,
) -> Result<BTreeMap<String, T>, TotalFell> {
    if then.keys().any(|name| !now.contains_key(name)) {
        return Err(TotalFell);
    }
    let nothing = T::default();
    now.iter().map(|(name, part)| Ok((name.clone(), since(part, then.get(name).unwrap_or(&nothing))?))).collect()
}

/// The difference of a part that there may be: it may come, never go.
fn part_since<T: Default>(
    now: &Option<T>,
    then: &Option<T>,
    since: impl Fn(&T, &T) -> Result<T, TotalFell>,
) -> Result<Option<T>, TotalFell> {
    match (now, then) {
        (Some(now), Some(then)) => since(now, then).map(Some),
        (Some(now), None) => since(now, &T::default()).map(Some),
        (None, None) => Ok(None),
        (None, Some(_)) => Err(TotalFell),
    }
}

impl Reading {
    /// What happened between `earlier` and this reading of the same run.
    ///
    /// # Errors
    /// When a counter would fall.
    pub fn since(&self, earlier: &Self) -> Result<Self, TotalFell> {
        Ok(Self {
            observed_ns: less(self.observed_ns, earlier.observed_ns)?,
            closed_ns: less(self.closed_ns, earlier.closed_ns)?,
            blind_ns: less(self.blind_ns, earlier.blind_ns)?,
            lines: parts_since(&self.lines, &earlier.lines, LineTotals::since)?,
            zones: parts_since(&self.zones, &earlier.zones, ZoneTotals::since)?,
            flows: parts_since(&self.flows, &earlier.flows, less_by_key)?,
            routes: parts_since(&self.routes, &earlier.routes, RouteTotals::since)?,
            shop: part_since(&self.shop, &earlier.shop, ShopTotals::since)?,
            heat: part_since(&self.heat, &earlier.heat, HeatTotals::since)?,
        })
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
            sum.netted += line.netted;
        }
        for (name, zone) in &other.zones {
            self.zones.entry(name.clone()).or_default().add(zone);
        }
        for (from, to) in &other.flows {
            add_by_key(self.flows.entry(from.clone()).or_default(), to);
        }
        for (name, route) in &other.routes {
            self.routes.entry(name.clone()).or_default().add(route);
        }
        if let Some(shop) = &other.shop {
            self.shop.get_or_insert_default().add(shop);
        }
        if let Some(heat) = &other.heat {
            self.heat.get_or_insert_default().add(heat);
        }
    }
}

impl LineTotals {
    fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self {
            entries: less(self.entries, then.entries)?,
            exits: less(self.exits, then.exits)?,
            netted: less(self.netted, then.netted)?,
        })
    }
}

impl RouteTotals {
    fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self { reached: less_each(&self.reached, &then.reached)?, against: less(self.against, then.against)? })
    }

    fn add(&mut self, other: &Self) {
        add_each(&mut self.reached, &other.reached);
        self.against += other.against;
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
        zone.dwell.record(12_500_000_000);
        zone.add_occupancy(2, 5);
        zone.interest = Some(InterestTotals { stops: 2, ..InterestTotals::default() });
        let mut queue = QueueTotals { joined: 4, served: 2, abandoned: 1, ..QueueTotals::default() };
        queue.wait.record(3_000_000_000);
        queue.service.record(5_000_000_000);
        queue.length.add_time(1, 7);
        zone.queue = Some(queue);
        Reading {
            observed_ns: 10,
            closed_ns: 1,
            blind_ns: 2,
            lines: BTreeMap::from([("door".to_owned(), LineTotals { entries: 4, exits: 2, netted: 1 })]),
            zones: BTreeMap::from([("till".to_owned(), zone)]),
            flows: BTreeMap::from([("door".to_owned(), BTreeMap::from([("till".to_owned(), 3)]))]),
            routes: BTreeMap::from([("round".to_owned(), RouteTotals { reached: vec![5, 3, 1], against: 1 })]),
            shop: Some(ShopTotals { entries: 4, exits: 2, exits_at_ms: 9, left_inside: 1, ..ShopTotals::default() }),
            heat: Some(HeatTotals { presence_ns: vec![0, 7], visits: vec![0, 2] }),
        }
    }

    #[test]
    fn a_sum_less_a_part_is_the_other_part() {
        let (a, mut both) = (sample(), sample());
        both.add(&a);
        assert_eq!(both.since(&a).unwrap(), a);
        assert_eq!(a.since(&Reading::default()).unwrap(), a);
        assert_eq!(a.since(&both), Err(TotalFell));
    }

    /// Each counter alone is noticed when it falls.
    #[test]
    fn no_counter_may_fall() {
        type Fall = fn(&mut Reading);
        let falls: [Fall; 13] = [
            |r| r.observed_ns -= 1,
            |r| r.lines.get_mut("door").unwrap().netted -= 1,
            |r| r.zones.get_mut("till").unwrap().dwell.sum_ns -= 1,
            |r| r.zones.get_mut("till").unwrap().interest = None,
            |r| r.zones.get_mut("till").unwrap().queue.as_mut().unwrap().abandoned -= 1,
            |r| r.flows.get_mut("door").unwrap().clear(),
            |r| r.routes.get_mut("round").unwrap().reached[2] -= 1,
            |r| r.routes.clear(),
            |r| r.shop = None,
            |r| r.shop.as_mut().unwrap().left_inside -= 1,
            |r| r.shop.as_mut().unwrap().exits_at_ms -= 1,
            |r| r.heat.as_mut().unwrap().visits[1] -= 1,
            |r| r.heat.as_mut().unwrap().presence_ns.truncate(1),
        ];
        for (i, fall) in falls.iter().enumerate() {
            let mut later = sample();
            fall(&mut later);
            assert_eq!(later.since(&sample()), Err(TotalFell), "fall {i}");
        }
    }

    #[test]
    fn it_reads_what_it_writes() {
        let text = serde_json::to_string(&sample()).unwrap();
        assert_eq!(serde_json::from_str::<Reading>(&text).unwrap(), sample());
    }
}
