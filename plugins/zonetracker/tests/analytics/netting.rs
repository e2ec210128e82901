// SPDX-License-Identifier: MPL-2.0
//! Who steps out and back in has not gone. The door lies across the middle, above is inside; ways go 100 pixels a second.

use footfall_contract::attestation::Status;
use footfall_contract::time::WallTime;

use super::common::{Bench, Way, person, scene, way};
use super::{RATES, end_s, walked};

fn door(net_within_s: f64) -> footfall_contract::scene::Scene {
    let line = format!(r#"[{{"name":"door","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.2],"net_within_s":{net_within_s}}}]"#);
    scene(&line, "[]")
}

/// Goes over the line at each of these seconds, beginning inside.
fn crossing_at(times: &[f64]) -> Way {
    let mut found = way(&[]);
    for (k, t) in times.iter().enumerate() {
        let (before, after) = if k % 2 == 0 { (440.0, 560.0) } else { (560.0, 440.0) };
        found = found.then(t - 0.6, 500.0, before).then(t + 0.6, 500.0, after);
    }
    found
}

#[test]
fn pairs_within_the_time_are_none() {
    // Name, seconds within which pairs are none, seconds of the crossings (out, in, out, ..), and entries, exits, netted.
    type Case = (&'static str, f64, &'static [f64], [u64; 3]);
    let cases: [Case; 9] = [
        ("out and in, not netted", 0.0, &[2.0, 6.0], [1, 1, 0]),
        ("out and in", 10.0, &[2.0, 6.0], [0, 0, 1]),
        ("out and late in", 3.0, &[2.0, 6.0], [1, 1, 0]),
        ("out only", 10.0, &[2.0], [0, 1, 0]),
        ("out, in, out", 10.0, &[2.0, 5.0, 9.0], [0, 1, 1]),
        ("out, in, out, in", 10.0, &[2.0, 5.0, 9.0, 14.0], [0, 0, 2]),
        ("out, late in, soon out", 5.0, &[2.0, 9.0, 12.0], [0, 1, 1]),
        ("a quarter of a second too late", 4.0, &[2.0, 6.25], [1, 1, 0]),
        ("in time, and settled after it", 4.0, &[2.0, 5.9], [0, 0, 1]),
    ];
    for (name, within_s, times, expected) in cases {
        for rate in RATES {
            let ways = [crossing_at(times)];
            let line = walked(&door(within_s), rate, end_s(&ways) + 3.0, &ways).lines["door"];
            assert_eq!([line.entries, line.exits, line.netted], expected, "{name}, {rate} a second");
        }
    }
}

#[test]
fn two_people_are_no_pair() {
    let ways = [crossing_at(&[2.0]), way(&[(1.0, 700.0, 600.0), (3.0, 700.0, 400.0)])];
    let line = walked(&door(30.0), 10.0, 8.0, &ways).lines["door"];
    assert_eq!((line.entries, line.exits, line.netted), (1, 1, 0));
}

#[test]
fn what_is_held_counts_when_the_stream_ends_or_the_camera_closes() {
    for close in [false, true] {
        let mut bench = Bench::new(door(60.0));
        bench.walk(10.0, 2.6, &[crossing_at(&[2.0])]);
        assert_eq!(bench.line("door"), (0, 0), "still held");
        if close {
            bench.push(2.7, Status::Closed, &[]);
        } else {
            bench.engine.finish();
        }
        assert_eq!(bench.line("door"), (0, 1), "close: {close}");
    }
}

#[test]
fn a_held_crossing_counts_in_its_own_window_and_a_netted_pair_in_that_of_the_second() {
    for (back, first_window, second_window) in [(None, (0, 1, 0), (0, 0, 0)), (Some(25.0), (0, 0, 0), (0, 0, 1))] {
        let mut bench = Bench::new(door(30.0));
        bench.start = WallTime::parse("2026-03-02T09:59:45Z").unwrap();
        let times: Vec<f64> = [10.0].into_iter().chain(back).collect();
        let stays = crossing_at(&times).then(50.0, 500.0, if back.is_some() { 400.0 } else { 600.0 });
        bench.walk(10.0, 50.0, &[stays]);
        let totals = bench.totals();
        let hour = &totals.boundaries[0].reading;
        let since = totals.now.since(hour).unwrap();
        let figures = |reading: &footfall_contract::totals::Reading| {
            let line = reading.lines["door"];
            (line.entries, line.exits, line.netted)
        };
        assert_eq!((figures(hour), figures(&since)), (first_window, second_window), "back at {back:?}");
    }
}

#[test]
fn who_stands_on_the_line_does_not_hold_the_crossing_before_for_ever() {
    let mut bench = Bench::new(door(5.0));
    let stays = crossing_at(&[2.0]).then(4.0, 500.0, 510.0).then(4.5, 500.0, 499.0).then(60.0, 500.0, 499.0);
    for k in 0..=600 {
        let t = f64::from(k) / 10.0;
        let (x, y) = stays.at(t.max(1.4)).unwrap();
        bench.push(t, Status::Detected, &[person(x, y)]);
        let exits = bench.line("door").1;
        assert!(t > 16.9 || exits == 0, "{t} s");
        assert!(t < 17.2 || exits == 1, "{t} s");
    }
}
