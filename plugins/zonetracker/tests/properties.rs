// SPDX-License-Identifier: MPL-2.0
//! What holds of lines whatever a person does, through tracker, rules and ledger. (`tests/analytics/properties.rs` holds the
//! rest: mirrors, splits, rates and totals that never fall, over all kinds of zones.)

#![allow(clippy::unwrap_used)]

mod common;

use common::{DOOR, SIZE, Way, scene, way};
use footfall_contract::attestation::{PersonBox, Status};
use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::Reading;
use gst_plugin_zonetracker::engine::{Engine, Frame};
use gst_plugin_zonetracker::tracker::TrackerParams;
use proptest::prelude::*;

/// The line of [`DOOR`].
const LINE_Y: f64 = 500.0;
/// Its dead band for a person of 100 pixels.
const BAND: f64 = 5.0;
const ZONE: &str = r#"[{"name":"zone","polygon":[[0.3,0.2],[0.7,0.2],[0.7,0.45],[0.3,0.45]]}]"#;

/// A person's feet at a time.
type Feet = Option<(f64, f64)>;

/// What the engine makes of feet on each frame, in a picture `scale` times as large as [`SIZE`].
fn run(frames: &[(f64, Feet)], scale: f64) -> Reading {
    let px = |side: u32| (f64::from(side) * scale).round() as u32;
    let size = PictureSize::new(px(SIZE.width), px(SIZE.height));
    let mut engine = Engine::new(scene(DOOR, ZONE), TrackerParams::default());
    for (t, feet) in frames {
        let rect =
            |(x, y): (f64, f64)| -> Rect<Px> { Rect::new((x - 20.0) * scale, (y - 100.0) * scale, 40.0 * scale, 100.0 * scale) };
        let mut boxes: Vec<_> = feet.iter().map(|feet| PersonBox::detected(rect(*feet), 0.9)).collect();
        let stream = StreamTime::from_secs_f64(*t);
        let status = Status::Detected;
        let frame = Frame { stream: Some(stream), wall: WallTime(stream.0 as i64), size, status, confident: 0.4, min_score: 0.1 };
        engine.push(&frame, &mut boxes);
    }
    engine.finish();
    engine.totals("run", ClockKind::Stream, false).unwrap().now
}

fn door(reading: &Reading) -> (u64, u64) {
    let line = reading.lines["door"];
    (line.entries, line.exits)
}

/// Somebody on the way through points off the line, some beyond its ends, at a walk, with a pause at each.
fn walker(points: &[(f64, f64, f64)], speed: f64) -> Way {
    let (mut t, mut found) = (0.0, way(&[]));
    for (k, (x, y, pause_s)) in points.iter().enumerate() {
        if let Some((_, px, py)) = k.checked_sub(1).map(|_| found.points[found.points.len() - 1]) {
            t += (x - px).hypot(y - py) / speed;
        }
        found = found.then(t, *x, *y);
        t += pause_s;
        found = found.then(t, *x, *y);
    }
    found
}

/// Points at least `off` from the line.
fn points(off: f64, pause_s: std::ops::Range<f64>) -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    let y = prop_oneof![(200.0..LINE_Y - off), (LINE_Y + off..800.0)];
    proptest::collection::vec((50.0..950.0f64, y, pause_s), 2..7)
}

fn frames(way: &Way, rate: f64) -> Vec<(f64, Feet)> {
    let end_s = way.points[way.points.len() - 1].0;
    (0..=(end_s * rate) as usize).map(|k| k as f64 / rate).map(|t| (t, way.at(t))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn reversing_time_swaps_entries_and_exits(points in points(8.0, 0.0..2.0), speed in 60.0..150.0f64) {
        let there = frames(&walker(&points, speed), 10.0);
        let back: Vec<_> = there.iter().zip(there.iter().rev()).map(|((t, _), (_, feet))| (*t, *feet)).collect();
        let (entries, exits) = door(&run(&there, 1.0));
        prop_assert_eq!(door(&run(&back, 1.0)), (exits, entries));
    }

    /// Away from the line's ends, where a shaking foot really passes on another side.
    #[test]
    fn jitter_below_the_dead_band_changes_nothing(
        mut points in points(2.0 * BAND, 0.6..2.0),
        speed in 60.0..150.0f64,
        jitter in proptest::collection::vec((-1.0..1.0f64, -1.0..1.0f64), 50),
    ) {
        points.iter_mut().for_each(|(x, _, _)| *x = 300.0 + *x * 0.4);
        let clean = frames(&walker(&points, speed), 10.0);
        let shaken: Vec<_> = clean
            .iter()
            .enumerate()
            .map(|(k, (t, feet))| {
                let (dx, dy) = jitter[k % jitter.len()];
                (*t, feet.map(|(x, y)| (x + 0.9 * BAND * dx, y + 0.9 * BAND * dy)))
            })
            .collect();
        prop_assert_eq!(door(&run(&shaken, 1.0)), door(&run(&clean, 1.0)));
    }

    #[test]
    fn standing_within_the_band_counts_nothing(jitter in proptest::collection::vec(-1.0..1.0f64, 100)) {
        let frames: Vec<_> =
            jitter.iter().enumerate().map(|(k, dy)| (k as f64 / 10.0, Some((500.0, LINE_Y + BAND * dy)))).collect();
        prop_assert_eq!(door(&run(&frames, 1.0)), (0, 0));
    }

    #[test]
    fn the_result_is_the_same_at_any_resolution(
        points in points(0.0, 0.0..2.0),
        speed in 60.0..150.0f64,
        scale in proptest::sample::select(vec![0.32, 0.48, 0.72, 1.08, 2.16, 4.0]),
    ) {
        let frames = frames(&walker(&points, speed), 10.0);
        let (one, other) = (run(&frames, 1.0), run(&frames, scale));
        prop_assert_eq!(door(&one), door(&other));
        let (one, other) = (&one.zones["zone"], &other.zones["zone"]);
        prop_assert_eq!((one.visits, one.ended), (other.visits, other.ended));
        prop_assert!(one.presence_ns.abs_diff(other.presence_ns) < 1_000_000);
    }

    /// The bound: at two rates between 5 and 30 the counts of a way differ, in each direction, by at most one for each turn
    /// within 0.6 seconds' walk of the line or of a place beyond it: what is over before two frames of the slowest rate saw it
    /// may or may not be counted. Whoever stays at every turn for 0.6 s counts the same at each (there the bound is 0).
    #[test]
    fn any_rate_from_5_to_30_changes_a_total_by_a_quick_turn_at_most(
        mut points in points(8.0, 0.0..1.5),
        speed in 60.0..150.0f64,
        rates in (5.0..30.0f64, 5.0..30.0f64),
    ) {
        points.iter_mut().for_each(|(x, _, _)| *x = 300.0 + *x * 0.4);
        let way = walker(&points, speed);
        let inner = points.get(1..points.len() - 1).unwrap_or(&[]);
        let is_quick = |(_, y, pause_s): &&(f64, f64, f64)| *pause_s < 0.6 && (y - LINE_Y).abs() < 0.6 * speed;
        let bound = inner.iter().filter(is_quick).count() as u64;
        let [a, b] = [rates.0, rates.1].map(|rate| door(&run(&frames(&way, rate), 1.0)));
        // The stream's two ends are turns, too, where they lie within a walk of the line.
        let ends = [points[0], points[points.len() - 1]].iter().filter(is_quick).count() as u64;
        prop_assert!(a.0.abs_diff(b.0) <= bound + ends && a.1.abs_diff(b.1) <= bound + ends, "{a:?} {b:?} {bound}");
    }
}
