// SPDX-License-Identifier: MPL-2.0
//! Netted crossings, stops, queues, flows and routes, each as a drawing of people's ways and the totals that it must give.
//! Numbers at the head of a name are those of the project's list of edge cases.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod interest;
mod netting;
mod properties;
mod queues;
mod ways;

use common::{Bench, Way};
use footfall_contract::scene::Scene;
use footfall_contract::totals::{Durations, Reading};

/// Frames a second: whatever the rate, a clear way gives the same.
const RATES: [f64; 5] = [5.0, 8.0, 10.0, 15.0, 30.0];

/// The last moment of these ways, seconds.
fn end_s(ways: &[Way]) -> f64 {
    ways.iter().flat_map(|w| &w.points).fold(0.0, |t: f64, p| t.max(p.0))
}

/// Walks until `until_s` and ends the stream; a second later than the ways end, say, nobody is in view any more.
fn walked(scene: &Scene, rate: f64, until_s: f64, ways: &[Way]) -> Reading {
    let mut bench = Bench::new(scene.clone());
    bench.walk(rate, until_s, ways);
    bench.engine.finish();
    bench.totals().now
}

/// How many, and their sum in seconds.
fn lasted(durations: &Durations) -> (u64, f64) {
    (durations.finished, durations.sum_ns as f64 / 1e9)
}

/// The number must be right, and the sum within a frame's time for each.
#[track_caller]
fn assert_lasted(name: &str, found: &Durations, expected: (u64, f64)) {
    let found = lasted(found);
    assert_eq!(found.0, expected.0, "{name}: {found:?} for {expected:?}");
    assert!((found.1 - expected.1).abs() <= 0.05 * expected.0 as f64 + 1e-6, "{name}: {found:?} for {expected:?}");
}
