// SPDX-License-Identifier: MPL-2.0
//! What is told of the shop as a whole, in a window and over a day.
//!
//! Its entries are those of its doors, which are told one by one: with one door withheld, their sum would give it away.
//! So a window's figures stand only if each door's do. A day is the sum of what its windows have told, and of the rest only
//! if that is large enough, and of enough parts, that none of them can be told from none or from the most it can be.

use footfall_contract::scene::Scene;
use footfall_contract::totals::{LineTotals, ShopTotals};

use super::durations::at_once;
use super::guard::{Guard, seconds};
use crate::days::DayReading;
use crate::hours::Finished;
use crate::payload::{Day, DayShop, Number, Shop, local, tenths};

/// Of the time that the shop was open, so much must have been looked at.
const LEAST_COVERAGE: f64 = 0.95;
/// Entries and exits may differ by this share of the entries.
const MOST_IMBALANCE: f64 = 0.1;

/// The shop's exact figures in a window.
pub(super) struct ShopFigures {
    doors: Vec<LineTotals>,
    totals: ShopTotals,
    /// Entries, and people inside at the start.
    contributors: u64,
}

impl ShopFigures {
    /// `None` if the scene has no shop.
    pub fn of(scene: &Scene, window: &Finished) -> Option<Self> {
        let doors = scene.shop.as_ref()?.lines.iter().filter_map(|line| scene.lines.get(*line));
        let doors: Vec<_> = doors.map(|d| window.reading.lines.get(&d.name).copied().unwrap_or_default()).collect();
        let totals = window.reading.shop.clone().unwrap_or_default();
        let contributors = doors.iter().map(|d| d.entries).sum::<u64>() + window.in_shop_at_start;
        Some(Self { doors, totals, contributors })
    }

    pub fn disclosed(&self, guard: &mut Guard) -> Option<Shop> {
        let told = |door: &LineTotals| door.entries.min(door.exits) >= guard.lines;
        if !self.doors.iter().all(told) || self.contributors < guard.zones {
            return guard.withhold("shop");
        }
        // Of the rounded counts: it says nothing that the doors do not say.
        let sum = |count: fn(&LineTotals) -> u64| self.doors.iter().map(|door| guard.rounded(count(door))).sum();
        let time = &self.totals.occupancy;
        let person_s: f64 = time.as_ns().iter().enumerate().map(|(n, ns)| n as f64 * seconds(*ns)).sum();
        Some(Shop {
            entries: sum(|door| door.entries),
            exits: sum(|door| door.exits),
            person_seconds: guard.seconds(person_s),
            occupancy: at_once(time, guard),
        })
    }
}

/// A day's exact figures.
pub(super) struct DayFigures {
    reading: DayReading,
    start: String,
    end: String,
    open_s: f64,
    /// Nobody was inside at its beginning and end: by opening hours or scene, which tell nothing of people.
    is_closed: bool,
}

impl DayFigures {
    pub fn of(scene: &Scene, reading: DayReading) -> Self {
        let day = reading.day;
        let open = scene.opening_hours.open_within(&scene.time_zone, day.start, day.end);
        Self {
            start: local(scene, day.start),
            end: local(scene, day.end),
            open_s: open.as_secs_f64(),
            is_closed: scene.is_empty_between_days(day),
            reading,
        }
    }

    pub fn disclosed(&self, guard: &mut Guard) -> Day {
        Day {
            start: self.start.clone(),
            end: self.end.clone(),
            open_s: Number(self.open_s.round()),
            coverage_s: tenths(seconds(self.reading.observed_ns)),
            shop: self.shop(guard),
        }
    }

    fn shop(&self, guard: &mut Guard) -> DayShop {
        let DayReading { totals, entries, exits, .. } = &self.reading;
        let mut sum = |cells: &[u64], key: &str| {
            let sum = told_sum(cells, guard);
            if sum < guard.lines { guard.withhold(&format!("day.shop.{key}")) } else { Some(sum) }
        };
        let (entries, exits) = (sum(entries, "entries"), sum(exits, "exits"));
        let balance = match (entries, exits) {
            (Some(entries), Some(exits)) => Some(entries as i64 - exits as i64),
            _ => guard.withhold("day.shop.balance"),
        };
        // Their difference is the balance: one of them alone would give the other away.
        let may_drift = totals.unseen.min(totals.left_inside) >= guard.lines;
        let unseen = guard.count(totals.unseen, may_drift, "day.shop.unseen");
        let left_inside = guard.count(totals.left_inside, may_drift, "day.shop.left_inside");
        let mean_visit_s = self.mean_visit_s(entries, balance, guard);
        // Little's law with what is told: entries by time, times the mean visit.
        let inside = entries.zip(mean_visit_s).filter(|_| self.open_s > 0.0).map(|(n, s)| n as f64 * s / self.open_s);
        DayShop {
            entries,
            exits,
            balance,
            unseen,
            left_inside,
            mean_visit_s: mean_visit_s.map(|s| guard.seconds(s)),
            mean_inside: inside.map(|n| guard.people(n)),
        }
    }

    /// The mean visit, where it holds: the day is closed, was seen, and what was seen balances. All of that is judged by what
    /// is told anyhow.
    fn mean_visit_s(&self, entries: Option<u64>, balance: Option<i64>, guard: &mut Guard) -> Option<f64> {
        let totals = &self.reading.totals;
        let told = entries.zip(balance).filter(|_| totals.entries.min(totals.exits) >= guard.zones);
        let Some((entries, balance)) = told else {
            guard.withhold::<f64>("day.shop.mean_inside");
            return guard.withhold("day.shop.mean_visit_s");
        };
        let is_seen = seconds(self.reading.observed_ns) >= LEAST_COVERAGE * self.open_s;
        let balances = balance.unsigned_abs() as f64 <= MOST_IMBALANCE * entries as f64;
        self.reading.mean_visit_s().filter(|_| self.is_closed && is_seen && balances)
    }
}

/// The sum of a day's parts as far as they are told, and of the others if that may be told.
fn told_sum(parts: &[u64], guard: &Guard) -> u64 {
    let least = guard.lines;
    let (told, withheld): (Vec<u64>, Vec<u64>) = parts.iter().partition(|n| **n >= least);
    told.iter().map(|n| guard.rounded(*n)).sum::<u64>() + rest(&withheld, guard)
}

/// The sum of withheld parts, rounded; nothing if it is small, or if there are so few of them that one of them could not be
/// none any more.
fn rest(withheld: &[u64], guard: &Guard) -> u64 {
    let (sum, least) = (withheld.iter().sum::<u64>(), guard.lines);
    let rounded = guard.rounded(sum);
    // What whoever knows it rounded, and that it is told, knows of it at least; and the most that all parts but one can be.
    let at_least = least.max(rounded.saturating_sub(2));
    let others = least.saturating_sub(1) * (withheld.len() as u64).saturating_sub(1);
    if sum >= least && at_least <= others { rounded } else { 0 }
}
