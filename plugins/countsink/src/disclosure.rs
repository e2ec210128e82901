// SPDX-License-Identifier: MPL-2.0
//! What is withheld from publication. Exact figures go in, figures that may be published come out; nothing is stored
//! or sent before.
//!
//! Profile `standard`: a line's figure under its minimum is withheld, zero included, so that emptiness is not told. A
//! zone with fewer contributors than its minimum is withheld whole; contributors are its visits and those who were
//! inside at its start. The rest is rounded to the nearest five, means and times to two significant digits. Profile
//! `plain` withholds nothing and marks everything weak.

use std::collections::BTreeMap;

use footfall_contract::scene::{Profile, Scene};
use footfall_contract::totals::durations::span_s;
use footfall_contract::totals::{LineTotals, ZoneTotals};

use crate::hours::Finished;
use crate::payload::{Bin, Dwell, Line, Number, Occupancy, Published, Zone, tenths};

/// Upper edges of the published dwell bins in seconds, ascending; the last bin is open.
pub const DWELL_EDGES_S: [u32; 4] = [10, 30, 60, 180];

/// Visits that must have ended before their lengths are published by bins.
const MIN_HISTOGRAM: u64 = 30;

/// A zone's exact figures.
struct ZoneFigures {
    totals: ZoneTotals,
    contributors: u64,
}

/// Exact figures, which can not be written anywhere: there is no way from here into a payload but [`disclose`].
pub struct Figures {
    lines: BTreeMap<String, LineTotals>,
    zones: BTreeMap<String, ZoneFigures>,
}

impl Figures {
    /// The figures of every line and zone of the scene, those without any count included.
    pub fn of(scene: &Scene, window: &Finished) -> Self {
        let lines = scene.lines.iter().map(|line| {
            let totals = window.reading.lines.get(&line.name).copied().unwrap_or_default();
            (line.name.clone(), totals)
        });
        let zones = scene.zones.iter().map(|zone| {
            let totals = window.reading.zones.get(&zone.name).cloned().unwrap_or_default();
            let inside = window.inside_at_start.get(&zone.name).copied().unwrap_or(0);
            (zone.name.clone(), ZoneFigures { contributors: totals.visits + inside, totals })
        });
        Self { lines: lines.collect(), zones: zones.collect() }
    }
}

/// What may be published of the figures.
pub fn disclose(figures: &Figures, scene: &Scene) -> Published {
    match scene.publish.profile {
        Profile::Standard => standard(figures, scene.publish.min_lines, scene.publish.min_zones),
        Profile::Plain => plain(figures),
    }
}

/// The nearest multiple of five.
fn to_five(n: u64) -> u64 {
    n.saturating_add(2) / 5 * 5
}

/// Two significant digits.
fn two_digits(value: f64) -> Number {
    Number(format!("{value:.1e}").parse().unwrap_or(0.0))
}

/// Seconds in nanoseconds.
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// The paths of what is withheld.
#[derive(Default)]
struct Withheld(Vec<String>);

impl Withheld {
    /// The count, rounded; withheld under `least`.
    fn count(&mut self, n: u64, least: u64, path: impl FnOnce() -> String) -> Option<u64> {
        if n < least {
            self.0.push(path());
            return None;
        }
        Some(to_five(n))
    }
}

fn standard(figures: &Figures, min_lines: u64, min_zones: u64) -> Published {
    let mut withheld = Withheld::default();
    let mut out = Published::default();
    for (name, line) in &figures.lines {
        let entries = withheld.count(line.entries, min_lines, || format!("lines.{name}.entries"));
        let exits = withheld.count(line.exits, min_lines, || format!("lines.{name}.exits"));
        out.lines.insert(name.clone(), Line { entries, exits });
    }
    for (name, zone) in &figures.zones {
        let published = if zone.contributors < min_zones {
            withheld.0.push(format!("zones.{name}"));
            None
        } else {
            Some(protected_zone(name, &zone.totals, min_zones, &mut withheld))
        };
        out.zones.insert(name.clone(), published);
    }
    out.suppressed = withheld.0;
    out
}

fn protected_zone(name: &str, totals: &ZoneTotals, least: u64, withheld: &mut Withheld) -> Zone {
    let visits = withheld.count(totals.visits, least, || format!("zones.{name}.visits"));
    let dwell = if totals.dwell.finished < least {
        withheld.0.push(format!("zones.{name}.dwell"));
        None
    } else {
        Some(protected_dwell(name, totals, least, withheld))
    };
    let exact = occupancy(totals);
    let mut seconds_at: Vec<Number> = exact.seconds_at.iter().map(|s| Number(to_five(s.0.round() as u64) as f64)).collect();
    while seconds_at.last().is_some_and(|s| s.0 == 0.0) {
        seconds_at.pop();
    }
    Zone {
        visits,
        person_seconds: two_digits(seconds(totals.presence_ns)),
        dwell,
        occupancy: Occupancy { mean: exact.mean.map(|m| two_digits(m.0)), max: to_five(exact.max), seconds_at },
    }
}

fn protected_dwell(name: &str, totals: &ZoneTotals, least: u64, withheld: &mut Withheld) -> Dwell {
    let histogram = if totals.dwell.finished < MIN_HISTOGRAM.max(least) {
        withheld.0.push(format!("zones.{name}.dwell.histogram"));
        None
    } else {
        let mut bins = histogram(totals);
        for (i, bin) in bins.iter_mut().enumerate() {
            bin.n = bin.n.and_then(|n| withheld.count(n, least, || format!("zones.{name}.dwell.histogram.{i}")));
        }
        Some(bins)
    };
    Dwell {
        finished: to_five(totals.dwell.finished),
        mean_s: mean_dwell_s(totals).map(two_digits),
        median_s: median_dwell_s(totals).map(two_digits),
        histogram,
    }
}

fn plain(figures: &Figures) -> Published {
    let line = |l: &LineTotals| Line { entries: Some(l.entries), exits: Some(l.exits) };
    let zone = |z: &ZoneTotals| Zone {
        visits: Some(z.visits),
        person_seconds: tenths(seconds(z.presence_ns)),
        dwell: Some(Dwell {
            finished: z.dwell.finished,
            mean_s: mean_dwell_s(z).map(tenths),
            median_s: median_dwell_s(z).map(tenths),
            histogram: Some(histogram(z)),
        }),
        occupancy: occupancy(z),
    };
    Published {
        lines: figures.lines.iter().map(|(name, l)| (name.clone(), line(l))).collect(),
        zones: figures.zones.iter().map(|(name, z)| (name.clone(), Some(zone(&z.totals)))).collect(),
        suppressed: Vec::new(),
        weak: true,
    }
}

fn mean_dwell_s(totals: &ZoneTotals) -> Option<f64> {
    (totals.dwell.finished > 0).then(|| seconds(totals.dwell.sum_ns) / totals.dwell.finished as f64)
}

/// The median by the fine bins, as if visits lay evenly in the bin that holds it.
fn median_dwell_s(totals: &ZoneTotals) -> Option<f64> {
    let all: u64 = totals.dwell.bins.values().sum();
    let half = all as f64 / 2.0;
    let mut below = 0;
    for (&bin, &n) in totals.dwell.bins.iter().filter(|(_, n)| **n > 0) {
        if (below + n) as f64 >= half {
            let (from, to) = span_s(bin);
            let width = f64::from(to.unwrap_or(from) - from);
            return Some(f64::from(from) + width * (half - below as f64) / n as f64);
        }
        below += n;
    }
    None
}

/// The dwell in the published bins.
fn histogram(totals: &ZoneTotals) -> Vec<Bin> {
    let edges = [0].into_iter().chain(DWELL_EDGES_S);
    let ends = DWELL_EDGES_S.into_iter().map(Some).chain([None]);
    let count = |from: u32, to: Option<u32>| {
        let inside = |bin: u16| (from..to.unwrap_or(u32::MAX)).contains(&span_s(bin).0);
        totals.dwell.bins.iter().filter(|(bin, _)| inside(**bin)).map(|(_, n)| n).sum()
    };
    edges.zip(ends).map(|(from_s, to_s)| Bin { from_s, to_s, n: Some(count(from_s, to_s)) }).collect()
}

fn occupancy(totals: &ZoneTotals) -> Occupancy {
    let time: u64 = totals.occupancy.as_ns().iter().sum();
    let longest = totals.occupancy.as_ns().iter().rposition(|ns| *ns > 0);
    let kept = totals.occupancy.as_ns().iter().take(longest.map_or(0, |n| n + 1));
    Occupancy {
        mean: (time > 0).then(|| hundredths(totals.presence_ns as f64 / time as f64)),
        max: longest.unwrap_or(0) as u64,
        seconds_at: kept.map(|ns| tenths(seconds(*ns))).collect(),
    }
}

fn hundredths(value: f64) -> Number {
    Number((value * 100.0).round() / 100.0)
}
