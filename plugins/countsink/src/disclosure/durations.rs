// SPDX-License-Identifier: MPL-2.0
//! How long things lasted, and for how long how many people were somewhere.

use footfall_contract::totals::durations::span_s;
use footfall_contract::totals::{Durations, TimeAt};

use super::guard::{Guard, seconds};
use crate::payload::{AtOnce, Bin, DurationFigures};

/// Upper edges of the published bins in seconds, ascending; the last bin is open.
pub const EDGES_S: [u32; 4] = [10, 30, 60, 180];
/// The same where a bin of those is too small.
pub const COARSE_EDGES_S: [u32; 1] = [30];

/// Is a histogram told?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bins {
    /// If it is large enough.
    Told,
    /// Not under `standard`: another histogram is told, and the difference would be a third.
    Untold,
}

/// Withheld below the least number of ended ones.
pub(super) fn durations(ended: &Durations, bins: Bins, path: &str, guard: &mut Guard) -> Option<DurationFigures> {
    if ended.finished < guard.zones {
        return guard.withhold(path);
    }
    let histogram = match histogram(ended, guard) {
        Some(told) if bins == Bins::Told || guard.is_exact() => Some(told),
        _ => guard.withhold(&format!("{path}.histogram")),
    };
    Some(DurationFigures {
        finished: guard.rounded(ended.finished),
        mean_s: mean_s(ended).map(|s| guard.seconds(s)),
        median_s: median_s(ended).map(|s| guard.seconds(s)),
        histogram,
    })
}

fn mean_s(ended: &Durations) -> Option<f64> {
    (ended.finished > 0).then(|| seconds(ended.sum_ns) / ended.finished as f64)
}

/// The median by the fine bins, as if durations lay evenly in the bin that holds it.
fn median_s(ended: &Durations) -> Option<f64> {
    let all: u64 = ended.bins.values().sum();
    let half = all as f64 / 2.0;
    let mut below = 0;
    for (&bin, &n) in ended.bins.iter().filter(|(_, n)| **n > 0) {
        if (below + n) as f64 >= half {
            let (from, to) = span_s(bin);
            let width = f64::from(to.unwrap_or(from) - from);
            return Some(f64::from(from) + width * (half - below as f64) / n as f64);
        }
        below += n;
    }
    None
}

/// The published bins: fine or coarse ones, none of which is small. `finished` less the others would give away a bin that
/// is withheld, so that none is withheld by itself.
fn histogram(ended: &Durations, guard: &Guard) -> Option<Vec<Bin>> {
    if ended.finished < guard.histogram {
        return None;
    }
    let counts = |edges: &[u32]| {
        let ends = edges.iter().copied().map(Some).chain([None]);
        let spans = std::iter::once(0).chain(edges.iter().copied()).zip(ends);
        spans.map(|(from, to)| (from, to, count(ended, from, to))).collect::<Vec<_>>()
    };
    let large = |bins: &Vec<(u32, Option<u32>, u64)>| bins.iter().all(|bin| bin.2 >= guard.zones);
    let bins = [counts(&EDGES_S), counts(&COARSE_EDGES_S)].into_iter().find(large)?;
    Some(bins.into_iter().map(|(from_s, to_s, n)| Bin { from_s, to_s, n: guard.rounded(n) }).collect())
}

/// How many lasted from `from` to less than `to` seconds.
fn count(ended: &Durations, from: u32, to: Option<u32>) -> u64 {
    let inside = |bin: u16| (from..to.unwrap_or(u32::MAX)).contains(&span_s(bin).0);
    ended.bins.iter().filter(|(bin, _)| inside(**bin)).map(|(_, n)| n).sum()
}

/// How many people at once. It tells times and no counts of people but the most, and so needs the contributors of its
/// zone or queue, which its caller asks for.
pub(super) fn at_once(time: &TimeAt, guard: &Guard) -> AtOnce {
    let longest = time.as_ns().iter().rposition(|ns| *ns > 0);
    let kept = time.as_ns().iter().take(longest.map_or(0, |n| n + 1));
    let mut seconds_at: Vec<_> = kept.map(|ns| guard.time(seconds(*ns))).collect();
    while !guard.is_exact() && seconds_at.last().is_some_and(|s| s.0 == 0.0) {
        seconds_at.pop();
    }
    let person_ns: f64 = time.as_ns().iter().enumerate().map(|(n, ns)| n as f64 * *ns as f64).sum();
    let mean = share_of(person_ns, time);
    AtOnce { mean: mean.map(|m| guard.people(m)), max: guard.rounded(longest.unwrap_or(0) as u64), seconds_at }
}

/// The share of the time with more than `people`; `None` if there was no time.
pub(super) fn share_above(people: u32, time: &TimeAt) -> Option<f64> {
    let above: u64 = time.as_ns().iter().skip(people as usize + 1).sum();
    share_of(above as f64, time)
}

fn share_of(ns: f64, time: &TimeAt) -> Option<f64> {
    let all: u64 = time.as_ns().iter().sum();
    (all > 0).then(|| ns / all as f64)
}
