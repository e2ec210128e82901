// SPDX-License-Identifier: MPL-2.0
//! What holds whatever people do. Each person keeps to a lane of their own, so that nobody is taken for another, and walks
//! along the shop: zones are strips across it.

use std::collections::BTreeMap;

use footfall_contract::attestation::Status;
use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{BoundaryReading, Reading};
use proptest::prelude::*;

use super::common::{Bench, Way, person, scene_with, way};

const LANES_Y: [f64; 3] = [250.0, 500.0, 750.0];

/// A shop with all there is; `mirrored` as seen in a mirror.
fn shop(mirrored: bool) -> Scene {
    let x = |x: f64| if mirrored { 1.0 - x } else { x };
    let strip = |name: &str, from: f64, to: f64, more: &str| {
        let (a, b) = (x(from), x(to));
        format!(r#"{{"name":"{name}","polygon":[[{a},0.02],[{b},0.02],[{b},0.98],[{a},0.98]]{more}}}"#)
    };
    let line = |name: &str, at: f64, more: &str| {
        let (at, inside) = (x(at), x(0.9));
        format!(r#"{{"name":"{name}","points":[[{at},0.02],[{at},0.98]],"inside":[{inside},0.5]{more}}}"#)
    };
    let zones = [
        strip("shelf", 0.23, 0.41, r#","role":"interest","stop_s":3"#),
        strip("end", 0.36, 0.52, ""),
        strip("queue", 0.61, 0.76, r#","role":"queue","service":"till","join_s":2"#),
        strip("till", 0.78, 0.88, ""),
    ];
    let lines = [line("door", 0.17, ""), line("gate", 0.56, r#","net_within_s":8"#)];
    scene_with(
        &format!("[{}]", lines.join(",")),
        &format!("[{}]", zones.join(",")),
        r#"["door","shelf","end","till"]"#,
        r#"[{"name":"round","zones":["shelf","end","till"]}]"#,
    )
}

/// Somebody who begins at a second, and walks from x to x at so many pixels a second, pausing at each.
fn walker(lane: usize, start_s: f64, stays: &[(f64, f64, f64)]) -> Way {
    let (mut now, mut found, mut before) = (start_s, way(&[]), None);
    for (x, speed, pause_s) in stays {
        now += before.map_or(0.0, |before| f64::abs(x - before) / speed);
        found = found.then(now, *x, LANES_Y[lane]).then(now + pause_s, *x, LANES_Y[lane]);
        now += pause_s;
        before = Some(*x);
    }
    found
}

fn walkers() -> impl Strategy<Value = Vec<Way>> {
    let stays = proptest::collection::vec((30.0..970.0f64, 60.0..150.0f64, 0.0..5.0f64), 2..8);
    proptest::collection::vec((0.0..8.0f64, stays), 1..=LANES_Y.len())
        .prop_map(|people| people.iter().enumerate().map(|(lane, (start_s, stays))| walker(lane, *start_s, stays)).collect())
}

/// All counts by their names.
fn counts(reading: &Reading) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for (name, line) in &reading.lines {
        for (what, n) in [("entries", line.entries), ("exits", line.exits), ("netted", line.netted)] {
            counts.insert(format!("{name} {what}"), n);
        }
    }
    for (name, zone) in &reading.zones {
        counts.extend([(format!("{name} visits"), zone.visits), (format!("{name} ended"), zone.ended)]);
        if let Some(interest) = &zone.interest {
            counts.insert(format!("{name} stops"), interest.stops);
        }
        if let Some(queue) = &zone.queue {
            let figures = [queue.joined, queue.served, queue.abandoned, queue.unknown];
            counts.extend(
                ["joined", "served", "abandoned", "unknown"].map(|what| format!("{name} {what}")).into_iter().zip(figures),
            );
        }
    }
    for (from, to) in &reading.flows {
        counts.extend(to.iter().map(|(to, n)| (format!("{from} to {to}"), *n)));
    }
    for (name, route) in &reading.routes {
        counts.extend(route.reached.iter().enumerate().map(|(k, n)| (format!("{name} {k}"), *n)));
        counts.insert(format!("{name} against"), route.against);
    }
    counts
}

/// All times by their names, seconds.
fn times_s(reading: &Reading) -> BTreeMap<String, f64> {
    let mut times = BTreeMap::new();
    for (name, zone) in &reading.zones {
        times.insert(format!("{name} dwell"), zone.dwell.sum_ns);
        times.insert(format!("{name} presence"), zone.presence_ns);
        if let Some(interest) = &zone.interest {
            times.insert(format!("{name} stops"), interest.dwell.sum_ns);
        }
        if let Some(queue) = &zone.queue {
            let waiting = queue.length.as_ns().iter().enumerate().map(|(n, ns)| n as u64 * ns).sum();
            times.insert(format!("{name} wait"), queue.wait.sum_ns);
            times.insert(format!("{name} service"), queue.service.sum_ns);
            times.insert(format!("{name} length"), waiting);
        }
    }
    times.into_iter().map(|(name, ns)| (name, ns as f64 / 1e9)).collect()
}

/// Walks frames `from..to` at this rate; `mirrored` as seen in a mirror.
fn run(frames: std::ops::Range<usize>, rate: f64, ways: &[Way], mirrored: bool) -> Reading {
    let mut bench = Bench::new(shop(mirrored));
    for k in frames {
        let t = k as f64 / rate;
        let feet = ways.iter().filter_map(|way| way.at(t));
        let rects: Vec<_> = feet.map(|(x, y)| person(if mirrored { 1000.0 - x } else { x }, y)).collect();
        bench.push(t, Status::Detected, &rects);
    }
    bench.engine.finish();
    bench.totals().now
}

fn frames(rate: f64, ways: &[Way]) -> usize {
    ((super::end_s(ways) + 3.0) * rate) as usize
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn totals_never_fall_and_fit_together(
        ways in walkers(),
        statuses in proptest::collection::vec((0u8..60, 0u32..40), 40),
        jumps in proptest::collection::vec((0usize..400, 30.0..970.0f64), 0..20),
    ) {
        let mut bench = Bench::new(shop(false));
        bench.start = WallTime::parse("2026-03-02T09:59:50Z").unwrap();
        let (mut before, mut kept, mut t) = (Reading::default(), Vec::<BoundaryReading>::new(), 0.0);
        for k in 0..frames(10.0, &ways).min(500) {
            let (kind, gap) = statuses[k / 10 % statuses.len()];
            let status = match kind { 0 => Status::Closed, 1 => Status::Failed, 2..6 => Status::Skipped, _ => Status::Detected };
            t += if k % 10 == 0 && gap > 35 { f64::from(gap) / 10.0 } else { 0.1 };
            let mut rects: Vec<_> = ways.iter().filter_map(|way| way.at(k as f64 / 10.0)).map(|(x, y)| person(x, y)).collect();
            rects.extend(jumps.iter().filter(|(at, _)| *at == k).map(|(_, x)| person(*x, 500.0)));
            bench.push(t, status, if status == Status::Detected { &rects } else { &[] });
            let totals = bench.totals();
            prop_assert!(totals.now.since(&before).is_ok());
            for old in &kept {
                let new = totals.boundaries.iter().find(|boundary| boundary.at == old.at);
                prop_assert!(new.is_none_or(|new| new.reading.since(&old.reading).is_ok()), "a boundary's reading fell");
            }
            prop_assert!(totals.boundaries.iter().all(|boundary| totals.now.since(&boundary.reading).is_ok()));
            (before, kept) = (totals.now, totals.boundaries);
        }
        bench.engine.finish();
        let now = bench.totals().now;
        prop_assert!(now.since(&before).is_ok());
        let shelf = now.zones["shelf"].clone();
        let stops = shelf.interest.unwrap();
        prop_assert!(stops.stops <= shelf.visits && stops.dwell.finished <= stops.stops.min(shelf.dwell.finished));
        let queue = now.zones["queue"].queue.clone().unwrap();
        prop_assert!(queue.served + queue.abandoned + queue.unknown <= queue.joined);
        prop_assert!(queue.service.finished <= queue.served && queue.wait.finished == queue.served);
        prop_assert!(queue.served <= now.zones["till"].visits);
        prop_assert_eq!(queue.length.as_ns().iter().sum::<u64>(), now.observed_ns);
        prop_assert!(now.routes["round"].reached.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn a_mirror_changes_nothing(ways in walkers(), rate in 5.0..30.0f64) {
        let n = frames(rate, &ways);
        let (plain, mirrored) = (run(0..n, rate, &ways, false), run(0..n, rate, &ways, true));
        prop_assert_eq!(counts(&plain), counts(&mirrored));
        let (plain, mirrored) = (times_s(&plain), times_s(&mirrored));
        for (name, s) in &plain {
            prop_assert!((s - mirrored[name]).abs() < 1e-3, "{}: {} and {}", name, s, mirrored[name]);
        }
    }

    /// The bound: each count of the two parts together differs from that of the whole by one for each person in view, or
    /// seen in the two seconds before (as long as a track is kept).
    #[test]
    fn a_split_changes_a_count_by_the_people_in_view_at_most(ways in walkers(), share in 0.0..1.0f64) {
        let n = frames(10.0, &ways);
        let cut = ((n as f64 * share) as usize).clamp(1, n - 1);
        let whole = counts(&run(0..n, 10.0, &ways, false));
        let mut parts = run(0..cut, 10.0, &ways, false);
        parts.add(&run(cut..n, 10.0, &ways, false));
        let parts = counts(&parts);
        let cut_s = cut as f64 / 10.0;
        let in_view = |way: &&Way| way.points[0].0 <= cut_s && cut_s <= way.points[way.points.len() - 1].0 + 2.2;
        let in_view = ways.iter().filter(in_view).count() as u64;
        for name in whole.keys().chain(parts.keys()) {
            let of = |counts: &BTreeMap<String, u64>| counts.get(name).copied().unwrap_or(0);
            prop_assert!(of(&whole).abs_diff(of(&parts)) <= in_view, "{}: {:?} and {:?}", name, whole, parts);
        }
    }

    /// Somebody who takes their time everywhere gives the same at any rate.
    #[test]
    fn clear_ways_give_the_same_at_any_rate(
        stops in proptest::collection::vec(proptest::sample::select(vec![60.0, 120.0, 290.0, 440.0, 580.0, 690.0, 830.0, 940.0]), 2..8),
        speed in 80.0..110.0f64,
        rates in (5.0..30.0f64, 5.0..30.0f64),
    ) {
        // Away from every limit: six seconds are longer than each delay, and no way back over the gate takes eight.
        let stays: Vec<_> = stops.iter().map(|x| (*x, speed, 6.0)).collect();
        let ways = [walker(1, 0.0, &stays)];
        let [a, b] = [rates.0, rates.1].map(|rate| counts(&run(0..frames(rate, &ways), rate, &ways, false)));
        prop_assert_eq!(a, b);
    }
}
