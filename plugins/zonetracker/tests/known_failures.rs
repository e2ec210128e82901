// SPDX-License-Identifier: MPL-2.0
//! What the nearest open rival gets wrong, each as a drawing and the totals that it must give here. The names W1 to W11 are
//! those of the project's notes on it. The line lies across the middle (y 500), above is inside; a person is 100 high.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, DOOR, person, scene, way};
use footfall_contract::attestation::{PersonBox, Status};
use footfall_contract::geometry::Rect;
use proptest::prelude::*;

const ZONE: &str = r#"[{"name":"zone","polygon":[[0.1,0.1],[0.9,0.1],[0.9,0.45],[0.1,0.45]]}]"#;

/// ```text
///  picture 1000 wide, line upright in the middle
///  A x──▶ (unseen)          |                 (new) ──▶ B
///    250                   500                 750
/// ```
/// A vanishes on the left, B turns up on the right, whatever the time between: nobody leapt, nothing was crossed.
#[test]
fn w1_a_gate_always_refuses_somebody() {
    let upright = r#"[{"name":"door","points":[[0.5,0.0],[0.5,1.0]],"inside":[0.9,0.5]}]"#;
    for tenths in 1..=30 {
        let gap = f64::from(tenths) / 10.0;
        let mut bench = Bench::new(scene(upright, "[]"));
        let ways =
            [way(&[(0.0, 150.0, 500.0), (2.0, 250.0, 500.0)]), way(&[(2.0 + gap, 750.0, 500.0), (5.0 + gap, 900.0, 500.0)])];
        bench.walk(10.0, 6.0 + gap, &ways);
        bench.engine.finish();
        assert_eq!(bench.line("door"), (0, 0), "{gap} s between");
    }
}

/// ```text
///  above  x   440      above  o
///  line  ─x─  500      line  ─o─      a sighting exactly on the line, in whole pixels, both ways
///  below  o   560      below  x
/// ```
#[test]
fn w2_a_foot_exactly_on_the_line_counts_both_ways() {
    for rate in [5.0, 10.0, 30.0] {
        for (from, to, expected) in [(560.0, 440.0, (1, 0)), (440.0, 560.0, (0, 1))] {
            let mut bench = Bench::new(scene(DOOR, "[]"));
            bench.walk(rate, 3.0, &[way(&[(0.0, 500.0, from), (1.0, 500.0, 500.0), (1.4, 500.0, 500.0), (3.0, 500.0, to)])]);
            bench.engine.finish();
            assert_eq!(bench.line("door"), expected, "{rate} a second, from {from}");
        }
    }
}

/// ```text
///  above    /\      /───
///  line  ──/──\────/────     in, out within a second, in again
///  below  /    \__/
/// ```
#[test]
fn w3_quick_there_and_back_counts_each_way() {
    let there = [(0.0, 500.0, 580.0), (1.0, 500.0, 450.0), (1.6, 500.0, 550.0), (2.2, 500.0, 550.0), (3.2, 500.0, 400.0)];
    for (points, expected) in [(&there[..], (2, 1)), (&there[..4], (1, 1))] {
        let mut bench = Bench::new(scene(DOOR, "[]"));
        bench.walk(10.0, 3.2, &[way(points)]);
        bench.engine.finish();
        assert_eq!(bench.line("door"), expected);
    }
}

/// ```text
///  [            ]  [            ]  [            ]  ...   ten minutes of nobody, then a visitor of ten seconds
/// ```
#[test]
fn w4_an_empty_picture_gives_zeros_and_not_silence() {
    let mut bench = Bench::new(scene(DOOR, ZONE));
    for k in 0..=6000 {
        bench.push(f64::from(k) / 10.0, Status::Detected, &[]);
    }
    let now = bench.totals().now;
    assert_eq!((now.observed_ns, now.blind_ns), (600_000_000_000, 0));
    assert_eq!(bench.line("door"), (0, 0));
    assert_eq!((now.zones["zone"].visits, now.zones["zone"].presence_ns), (0, 0));
    assert_eq!(now.zones["zone"].occupancy.as_ns(), [600_000_000_000], "all of it is time with nobody");
    for k in 6001..=6200 {
        let visitor = (6050..6150).contains(&k).then(|| person(500.0, 300.0));
        bench.push(f64::from(k) / 10.0, Status::Detected, visitor.as_slice());
    }
    bench.engine.finish();
    let zone = bench.totals().now.zones["zone"].clone();
    assert_eq!(zone.visits, 1);
    assert!((zone.presence_ns as f64 / 1e9 - 9.9).abs() < 0.11, "ten seconds, and not the empty minutes: {zone:?}");
}

/// ```text
///  zone [ x ]   ── camera lost for 60 s ──   zone [ x ] ──▶
/// ```
/// Nobody knows how long the visitor was there: two visits, no dwell of a minute.
#[test]
fn w5_a_lost_camera_ends_visits_and_makes_no_dwell() {
    let mut bench = Bench::new(scene("[]", ZONE));
    for k in 0..100 {
        bench.push(f64::from(k) / 10.0, Status::Detected, &[person(500.0, 300.0)]);
    }
    bench.engine.reset();
    bench.start = bench.start.plus(std::time::Duration::from_secs(70));
    for k in 0..120 {
        let x = 500.0 + f64::from((k - 50).clamp(0, 49)) * 10.0;
        bench.push(f64::from(k) / 10.0, Status::Detected, &[person(x, 300.0)]);
    }
    bench.engine.finish();
    let now = bench.totals().now;
    let zone = &now.zones["zone"];
    assert_eq!((zone.visits, zone.ended, zone.dwell.finished), (2, 2, 1), "{zone:?}");
    assert!(zone.dwell.sum_ns < 10_000_000_000 && zone.presence_ns < 20_000_000_000, "{zone:?}");
    assert!((now.blind_ns as f64 / 1e9 - 60.0).abs() < 0.2, "{}", now.blind_ns);
}

/// ```text
///            far: 40 high, swings by 1.5        near: 400 high, swings by 15
///  line  ──────~~~──────────────────────────────────~~~~~~──────
/// ```
/// The band is a share of the person: who stands and sways counts nothing, near or far.
#[test]
fn w9_swaying_on_the_line_counts_nothing_at_any_size() {
    for height in [40.0, 100.0, 400.0] {
        let mut bench = Bench::new(scene(DOOR, "[]"));
        for k in 0..600 {
            let foot = 500.0 + height * 0.04 * (f64::from(k) / 3.0).sin();
            bench.push(f64::from(k) / 10.0, Status::Detected, &[Rect::new(480.0, foot - height, 0.4 * height, height)]);
        }
        bench.engine.finish();
        assert_eq!(bench.line("door"), (0, 0), "{height} high");
    }
}

/// ```text
///  980 ───────── line, 20 px above the picture's lower edge: who walks down and out is seen beyond it once or twice
/// 1000 ═════════
/// ```
#[test]
fn w9_a_line_near_the_edge_counts_outwards_too() {
    let low = r#"[{"name":"door","points":[[0.2,0.98],[0.8,0.98]],"inside":[0.5,0.5]}]"#;
    for (ys, expected) in [([850.0, 1000.0], (0, 1)), ([1000.0, 850.0], (1, 0))] {
        let mut bench = Bench::new(scene(low, "[]"));
        bench.walk(10.0, 4.0, &[way(&[(0.0, 500.0, ys[0]), (2.0, 500.0, ys[1])])]);
        bench.engine.finish();
        assert_eq!(bench.line("door"), expected);
    }
}

/// ```text
///  x  x  x  x  x  x     six come in, whichever end of the line was drawn first
///  ▲  ▲  ▲  ▲  ▲  ▲
/// ```
#[test]
fn w10_six_who_come_in_are_six_entries_whichever_way_the_line_is_drawn() {
    let turned = r#"[{"name":"door","points":[[0.8,0.5],[0.2,0.5]],"inside":[0.5,0.2]}]"#;
    for line in [DOOR, turned] {
        let mut bench = Bench::new(scene(line, "[]"));
        let ways: Vec<_> = (0..6).map(|k| way(&[(f64::from(k), 500.0, 600.0), (f64::from(k) + 2.0, 500.0, 400.0)])).collect();
        bench.walk(10.0, 8.0, &ways);
        bench.engine.finish();
        assert_eq!(bench.line("door"), (6, 0));
    }
}

/// ```text
///  (seen from straight above: boxes of score 0.2, or none at all)      the view that sees nobody is named
/// ```
#[test]
fn w11_a_view_that_sees_nobody_for_long_is_named() {
    let mut bench = Bench::new(scene(DOOR, "[]"));
    for k in 0..=600 {
        let t = f64::from(k) / 10.0;
        let mut weak = vec![PersonBox::detected(person(500.0, 700.0 - t), 0.2)];
        bench.engine.push(&bench.frame(t, Status::Detected), &mut weak);
    }
    assert!((bench.engine.nobody_s() - 60.0).abs() < 0.01, "{}", bench.engine.nobody_s());
    bench.push(60.1, Status::Detected, &[person(500.0, 300.0)]);
    bench.push(60.2, Status::Detected, &[person(500.0, 300.0)]);
    assert_eq!(bench.engine.nobody_s(), 0.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// W2 at every height of the picture: feet in whole pixels, whole pixels a step, both ways the same.
    #[test]
    fn w2_whole_pixels_lose_nobody_either_way(line_y in 300u32..700, step in 6u32..20, start in 0u32..20) {
        let line = format!(
            r#"[{{"name":"door","points":[[0.2,{y}],[0.8,{y}]],"inside":[0.5,0.1]}}]"#, y = f64::from(line_y) / 1000.0
        );
        let feet: Vec<f64> = (0..40).map(|k| f64::from(line_y + 20 * step + start) - f64::from(k * step)).collect();
        let count = |feet: &mut dyn Iterator<Item = &f64>| {
            let mut bench = Bench::new(scene(&line, "[]"));
            for (k, y) in feet.enumerate() {
                bench.push(k as f64 / 10.0, Status::Detected, &[person(500.0, *y)]);
            }
            bench.engine.finish();
            bench.line("door")
        };
        prop_assert_eq!(count(&mut feet.iter()), (1, 0));
        prop_assert_eq!(count(&mut feet.iter().rev()), (0, 1));
    }
}
