// SPDX-License-Identifier: MPL-2.0
//! The shop's day: finished windows go in, whole days come out.

use footfall_contract::scene::{Scene, ShopDay};
use footfall_contract::time::WallTime;
use footfall_contract::totals::ShopTotals;
use serde::{Deserialize, Serialize};

use crate::hours::{Completeness, Finished};

/// A day of the shop with its exact figures, before disclosure control.
#[derive(Clone, PartialEq, Eq)]
pub struct DayReading {
    /// Its beginning and end.
    pub day: ShopDay,
    /// What happened in it.
    pub totals: ShopTotals,
    /// Nanoseconds looked at.
    pub observed_ns: u64,
    /// Entries of each door in each window in which the shop was open: these, and nothing else, its windows can tell.
    pub entries: Vec<u64>,
    /// The same of exits.
    pub exits: Vec<u64>,
}

/// The day that is not over. Nothing of it is told before: a day so far, told twice, would give away what came between.
#[derive(Default)]
pub struct Days {
    open: Option<DayReading>,
}

/// The day that is not over, as it outlives the process.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DaysSnapshot {
    open: Option<OpenDay>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenDay {
    start: WallTime,
    end: WallTime,
    totals: ShopTotals,
    observed_ns: u64,
    entries: Vec<u64>,
    exits: Vec<u64>,
}

impl Days {
    /// What is known of the day that is not over.
    pub fn snapshot(&self) -> DaysSnapshot {
        let open = self.open.clone().map(|DayReading { day, totals, observed_ns, entries, exits }| OpenDay {
            start: day.start,
            end: day.end,
            totals,
            observed_ns,
            entries,
            exits,
        });
        DaysSnapshot { open }
    }

    /// Goes on where a snapshot was taken.
    pub fn restore(snapshot: DaysSnapshot) -> Self {
        let open = snapshot.open.map(|OpenDay { start, end, totals, observed_ns, entries, exits }| DayReading {
            day: ShopDay { start, end },
            totals,
            observed_ns,
            entries,
            exits,
        });
        Self { open }
    }

    /// Takes a window; tells the day that it ends.
    pub fn add(&mut self, scene: &Scene, window: &Finished) -> Option<DayReading> {
        let shop = scene.shop.as_ref()?;
        let day = scene.shop_day(window.start)?;
        // A day whose end was left out, since the clock was set, is dropped.
        let mut open = self.open.take().filter(|open| open.day == day).unwrap_or_else(|| DayReading::new(day));
        open.observed_ns += window.reading.observed_ns;
        open.totals.add(&window.reading.shop.clone().unwrap_or_default());
        let is_open = !scene.opening_hours.open_within(&scene.time_zone, window.start, window.end).is_zero();
        for door in shop.lines.iter().filter_map(|line| scene.lines.get(*line)) {
            let line = window.reading.lines.get(&door.name).copied().unwrap_or_default();
            for (cells, n) in [(&mut open.entries, line.entries), (&mut open.exits, line.exits)] {
                if is_open || n > 0 {
                    cells.push(n);
                }
            }
        }
        if window.completeness == Completeness::Whole && window.end >= day.end {
            return Some(open);
        }
        self.open = Some(open);
        None
    }
}

impl DayReading {
    fn new(day: ShopDay) -> Self {
        Self { day, totals: ShopTotals::default(), observed_ns: 0, entries: Vec::new(), exits: Vec::new() }
    }

    /// Mean visit, seconds: mean time of exits less mean time of entries. `None` if there was none, or if what was seen
    /// does not fit together.
    ///
    /// Little's law (Little 1961) says L = λW, with L people inside on average, λ entries by time, and W the mean visit. Over
    /// a day that begins and ends with nobody inside it is exact, whatever happens in between (Little and Graves 2008), for
    /// the person-seconds are the sum of all exit times less that of all entry times. Doors that miss some of the entries
    /// and others of the exits, at random, shift neither mean; in a running sum of who is inside, each missed exit would
    /// stay until closing time.
    pub fn mean_visit_s(&self) -> Option<f64> {
        let mean_s = |sum_ms: u64, n: u64| (n > 0).then(|| sum_ms as f64 / 1e3 / n as f64);
        let totals = &self.totals;
        let visit_s = mean_s(totals.exits_at_ms, totals.exits)? - mean_s(totals.entries_at_ms, totals.entries)?;
        (visit_s > 0.0).then_some(visit_s)
    }
}

#[cfg(test)]
mod tests;
