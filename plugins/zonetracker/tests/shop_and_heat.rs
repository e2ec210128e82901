// SPDX-License-Identifier: MPL-2.0
//! How many are inside the shop, where people are, and for how long a queue is long: drawings of people's ways, and the
//! totals that they must give.
//!
//! ```text
//!        x  150      300      500      700   1000
//!   y 200   |           inside                 |
//!     500   |-------- door --------|-- back ---|
//!     800   |           outside                |
//! ```

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use common::{Bench, Way, person, way};
use footfall_contract::attestation::Status;
use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{Reading, ShopTotals};
use proptest::prelude::*;

const RATES: [f64; 3] = [5.0, 10.0, 30.0];

fn scene(more: &str) -> Scene {
    Scene::parse(&format!(
        r#"{{"version":1,"site":"test","camera":"drawing","placement":"entrance","time_zone":"UTC",
        "lines":[{{"name":"door","points":[[0.15,0.5],[0.7,0.5]],"inside":[0.5,0.2],"net_within_s":0}},
                 {{"name":"back","points":[[0.7,0.5],[1.0,0.5]],"inside":[0.8,0.2]}},
                 {{"name":"aisle","points":[[0.1,0.3],[0.9,0.3]],"inside":[0.5,0.1]}}],
        "shop":{{"lines":["door","back"]}}{more}}}"#
    ))
    .unwrap()
}

/// Comes in at x, a second after `start`; the door is cut a second and a half after it.
fn comes_in(start: f64, x: f64) -> Way {
    way(&[(start, x, 650.0), (start + 3.0, x, 350.0)])
}

fn goes_out(start: f64, x: f64) -> Way {
    way(&[(start, x, 350.0), (start + 3.0, x, 650.0)])
}

fn shop(reading: &Reading) -> ShopTotals {
    reading.shop.clone().unwrap()
}

/// Seconds at no people, at one, and so on, to the tenth.
fn seconds_at(shop: &ShopTotals) -> Vec<f64> {
    shop.occupancy.as_ns().iter().map(|ns| (*ns as f64 / 1e8).round() / 10.0).collect()
}

/// Entries, exits, unseen, left inside.
fn counts(shop: &ShopTotals) -> [u64; 4] {
    [shop.entries, shop.exits, shop.unseen, shop.left_inside]
}

/// Name, ways, entries, exits, unseen and left inside, seconds at no people, at one, and so on.
type Case = (&'static str, Vec<Way>, [u64; 4], &'static [f64]);

#[test]
fn people_inside_are_who_came_in_less_who_went_out_by_all_doors() {
    let (door, back) = (300.0, 850.0);
    let cases: [Case; 5] = [
        ("nobody", vec![], [0; 4], &[20.0]),
        ("in by the door, out at the back", vec![comes_in(1.0, door), goes_out(11.0, back)], [1, 1, 0, 0], &[10.0, 10.0]),
        ("two at once", vec![comes_in(1.0, door), comes_in(1.0, back), goes_out(11.0, door)], [2, 1, 0, 0], &[2.5, 7.5, 10.0]),
        ("out before anybody came", vec![goes_out(1.0, door), comes_in(11.0, door)], [1, 1, 1, 0], &[12.5, 7.5]),
        ("the aisle is no door", vec![way(&[(1.0, 300.0, 400.0), (4.0, 300.0, 200.0)])], [0; 4], &[20.0]),
    ];
    for (name, ways, expected, at) in cases {
        for rate in RATES {
            let mut bench = Bench::new(scene(""));
            bench.walk(rate, 20.0, &ways);
            bench.engine.finish();
            let now = bench.totals().now;
            let found = shop(&now);
            assert_eq!((counts(&found), seconds_at(&found)), (expected, at.to_vec()), "{name}, {rate} a second");
            assert_eq!(found.occupancy.as_ns().iter().sum::<u64>(), now.observed_ns, "{name}");
        }
    }
}

#[test]
fn at_closing_time_nobody_is_inside_any_more() {
    let mut bench = Bench::new(scene(r#","opening_hours":{"monday":["09:00-18:00"]}"#));
    bench.start = WallTime::parse("2026-03-02T17:59:40Z").unwrap();
    let ways = [comes_in(1.0, 300.0), comes_in(4.0, 850.0), goes_out(8.0, 300.0)];
    bench.walk(10.0, 19.9, &ways);
    for k in 0..50 {
        bench.push(20.0 + f64::from(k) / 10.0, Status::Closed, &[]);
    }
    bench.engine.finish();
    let totals = bench.totals();
    let (hour, now) = (shop(&totals.boundaries[0].reading), shop(&totals.now));
    assert_eq!(counts(&hour), [2, 1, 0, 1], "what is taken out belongs to the hour that ends");
    assert_eq!((hour.inside(), counts(&now)), (0, counts(&hour)));
    // Two and a half, five and a half and nine and a half seconds after 17:59:40.
    let second_of_day = 17.0 * 3600.0 + 59.0 * 60.0 + 40.0;
    assert!((now.entries_at_ms as f64 / 1e3 - (2.0 * second_of_day + 2.5 + 5.5)).abs() < 0.01, "{}", now.entries_at_ms);
    assert!((now.exits_at_ms as f64 / 1e3 - (second_of_day + 9.5)).abs() < 0.01, "{}", now.exits_at_ms);
}

#[test]
fn a_reset_takes_out_who_is_inside_and_nobody_else() {
    let mut bench = Bench::new(scene(""));
    bench.walk(10.0, 10.0, &[comes_in(1.0, 300.0), comes_in(1.0, 850.0)]);
    bench.engine.empty_shop();
    let later = [goes_out(15.0, 300.0)];
    for k in 101..300 {
        let t = f64::from(k) / 10.0;
        let rects: Vec<_> = later.iter().filter_map(|w| w.at(t)).map(|(x, y)| person(x, y)).collect();
        bench.push(t, Status::Detected, &rects);
    }
    bench.engine.finish();
    let found = shop(&bench.totals().now);
    assert_eq!(counts(&found), [2, 1, 1, 2], "who goes out after it had not been inside any more");
    assert_eq!((found.inside(), seconds_at(&found)), (0, vec![22.4, 0.0, 7.5]));
}

#[test]
fn a_day_that_ends_takes_out_who_is_inside() {
    let mut bench = Bench::new(scene(""));
    bench.start = WallTime::parse("2026-03-02T23:59:50Z").unwrap();
    bench.walk(10.0, 20.0, &[comes_in(1.0, 300.0), comes_in(12.0, 300.0)]);
    bench.engine.finish();
    let totals = bench.totals();
    let (day, next) = (shop(&totals.boundaries[0].reading), shop(&totals.now.since(&totals.boundaries[0].reading).unwrap()));
    assert_eq!((counts(&day), counts(&next)), ([1, 0, 0, 1], [1, 0, 0, 0]));
    assert!(next.entries_at_ms.abs_diff(3500) <= 1, "{}: times are since the day began", next.entries_at_ms);
}

/// A crossing that is held for netting counts at its own moment when it is told.
#[test]
fn a_held_crossing_counts_for_the_time_since_it_was() {
    let held = Scene::parse(&scene("").text().replace(r#""net_within_s":0"#, r#""net_within_s":8"#)).unwrap();
    for (ways, expected, at) in [
        (vec![way(&[(1.0, 300.0, 650.0), (4.0, 300.0, 350.0), (19.0, 320.0, 300.0)])], [1, 0, 0, 0], vec![2.5, 17.5]),
        (vec![way(&[(1.0, 300.0, 650.0), (4.0, 300.0, 350.0), (7.0, 300.0, 650.0)])], [0; 4], vec![20.0]),
    ] {
        let mut bench = Bench::new(held.clone());
        bench.walk(10.0, 20.0, &ways);
        bench.engine.finish();
        let found = shop(&bench.totals().now);
        assert_eq!((counts(&found), seconds_at(&found)), (expected, at));
    }
}

fn grid(more: &str) -> Scene {
    Scene::parse(&format!(
        r#"{{"version":1,"site":"test","camera":"drawing","placement":"other","time_zone":"UTC",
            "zones":[{{"name":"all","polygon":[[-0.5,-0.5],[1.5,-0.5],[1.5,1.5],[-0.5,1.5]],"enter_delay_s":0}}],
            "heat":{{"columns":5,"rows":2}}{more}}}"#
    ))
    .unwrap()
}

fn heat_s(reading: &Reading) -> Vec<f64> {
    reading.heat.as_ref().unwrap().presence_ns.iter().map(|ns| (*ns as f64 / 1e8).round() / 10.0).collect()
}

/// ```text
///   0   200  400  600  800  1000
///   | 0  | 1  | 2  | 3  | 4  |
/// 500 -----------------------
///   | 5  | 6  | 7  | 8  | 9  |     --> at 100 pixels a second along y 700, then 4 s in cell 8
/// ```
#[test]
fn heat_is_the_time_of_people_in_cells_at_any_rate() {
    for rate in RATES {
        let mut bench = Bench::new(grid(""));
        bench.walk(rate, 16.0, &[way(&[(1.0, 100.0, 700.0), (7.0, 700.0, 700.0), (11.0, 700.0, 700.0)])]);
        bench.engine.finish();
        let now = bench.totals().now;
        assert_eq!(heat_s(&now), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 5.0, 0.0], "{rate} a second");
        assert_eq!(now.heat.unwrap().visits, [0, 0, 0, 0, 0, 1, 1, 1, 1, 0]);
    }
}

#[test]
fn heat_is_split_at_the_hour_and_counts_people_once_an_hour() {
    let mut bench = Bench::new(grid(""));
    bench.start = WallTime::parse("2026-03-02T09:59:50Z").unwrap();
    bench.walk(10.0, 16.0, &[way(&[(1.0, 100.0, 700.0), (15.0, 100.0, 700.0)])]);
    let totals = bench.totals();
    let hour = &totals.boundaries[0].reading;
    let next = totals.now.since(hour).unwrap();
    assert_eq!((heat_s(hour)[5], heat_s(&next)[5]), (9.0, 5.0));
    assert_eq!((hour.heat.as_ref().unwrap().visits[5], next.heat.as_ref().unwrap().visits[5]), (1, 1));
}

#[test]
fn excluded_areas_stay_dark() {
    let mut bench = Bench::new(grid(r#","excluded":[[[0.2,0.5],[0.4,0.5],[0.4,1.0],[0.2,1.0]]]"#));
    bench.walk(10.0, 12.0, &[way(&[(1.0, 100.0, 700.0), (7.0, 700.0, 700.0)])]);
    let now = bench.totals().now;
    assert_eq!(heat_s(&now)[5..9], [1.0, 0.0, 2.0, 1.0]);
    assert_eq!(now.heat.unwrap().visits[5..9], [1, 0, 1, 1]);
}

/// The share of time with more than two in the queue, against the drawing: who waits in the queue, and when, is known.
#[test]
fn a_queue_is_long_for_as_long_as_it_truly_was() {
    let scene = Scene::parse(
        r#"{"version":1,"site":"test","camera":"drawing","placement":"checkout","time_zone":"UTC",
            "zones":[{"name":"queue","role":"queue","service":"till","join_s":3,"long_queue":2,
                      "polygon":[[0.3,0.1],[0.6,0.1],[0.6,0.9],[0.3,0.9]]},
                     {"name":"till","polygon":[[0.6,0.1],[0.7,0.1],[0.7,0.9],[0.6,0.9]]}]}"#,
    )
    .unwrap();
    // Each comes in their own lane, is in the queue from one second after the beginning on, and for so many seconds there.
    let people = [(0.0, 20.0), (5.0, 25.0), (9.0, 11.0), (14.0, 40.0), (16.0, 9.0), (41.0, 30.0), (44.0, 30.0)];
    let ways: Vec<Way> = (people.iter().enumerate())
        .map(|(lane, (start, stay))| {
            let y = 150.0 + 120.0 * lane as f64;
            let leaves = start + 2.0 + stay - 2.0;
            way(&[
                (*start, 200.0, y),
                (start + 2.0, 400.0, y),
                (leaves, 400.0, y),
                (leaves + 2.5, 650.0, y),
                (leaves + 9.0, 950.0, y),
            ])
        })
        .collect();
    // From the edge at 300 to the till's at 600, which is reached two seconds after leaving.
    let waits: Vec<(f64, f64)> = people.iter().map(|(start, stay)| (start + 1.0, start + 2.0 + stay)).collect();
    let end_s = 90.0;
    let steps = (0..(end_s * 100.0) as usize).map(|k| (k as f64 + 0.5) / 100.0);
    let long = steps.filter(|t| waits.iter().filter(|(a, b)| a <= t && t < b).count() > 2).count();
    let true_share = long as f64 / (end_s * 100.0);
    assert!(true_share > 0.2, "{true_share}");
    for rate in RATES {
        let mut bench = Bench::new(scene.clone());
        bench.walk(rate, end_s, &ways);
        bench.engine.finish();
        let queue = bench.totals().now.zones["queue"].queue.clone().unwrap();
        assert_eq!((queue.joined, queue.served), (7, 7));
        let at = queue.length.as_ns();
        let share = at.iter().skip(3).sum::<u64>() as f64 / at.iter().sum::<u64>() as f64;
        assert!((share - true_share).abs() < 0.005, "{rate} a second: {share} for {true_share}");
    }
}

/// When somebody begins, and the y to which they walk at so many pixels a second.
type Walker = (f64, Vec<(f64, f64)>);

fn ways() -> impl Strategy<Value = Vec<Way>> {
    let stops = proptest::collection::vec((30.0..970.0f64, 60.0..140.0f64), 2..7);
    proptest::collection::vec((0.0..10.0f64, stops), 1..4).prop_map(|people| {
        let walk = |(lane, (start, stops)): (usize, &Walker)| {
            let (mut now, mut found, mut before) = (*start, way(&[]), None);
            for (y, speed) in stops {
                now += before.map_or(0.0, |before| f64::abs(y - before) / speed);
                (found, before) = (found.then(now, 250.0 + 250.0 * lane as f64, *y), Some(*y));
            }
            found
        };
        people.iter().enumerate().map(walk).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn totals_of_shop_and_heat_never_fall_and_fit_together(
        ways in ways(),
        statuses in proptest::collection::vec((0u8..60, 0u32..40), 40),
        resets in proptest::collection::vec(0usize..300, 0..3),
    ) {
        let more = r#","heat":{},"opening_hours":{"monday":["09:00-10:00","10:01-18:00"]}"#;
        let mut bench = Bench::new(scene(more));
        bench.start = WallTime::parse("2026-03-02T09:59:45Z").unwrap();
        let (mut before, mut t) = (Reading::default(), 0.0);
        for k in 0..300 {
            let (kind, gap) = statuses[k / 10 % statuses.len()];
            let status = match kind { 0 => Status::Closed, 1 => Status::Failed, 2..6 => Status::Skipped, _ => Status::Detected };
            t += if k % 10 == 0 && gap > 35 { f64::from(gap) / 10.0 } else { 0.1 };
            let rects: Vec<_> = ways.iter().filter_map(|way| way.at(k as f64 / 10.0)).map(|(x, y)| person(x, y)).collect();
            bench.push(t, status, if status == Status::Detected { &rects } else { &[] });
            if resets.contains(&k) {
                bench.engine.empty_shop();
            }
            let totals = bench.totals();
            prop_assert!(totals.now.since(&before).is_ok());
            prop_assert!(totals.boundaries.iter().all(|boundary| totals.now.since(&boundary.reading).is_ok()));
            let shop = shop(&totals.now);
            prop_assert!(shop.entries + shop.unseen >= shop.exits + shop.left_inside);
            before = totals.now;
        }
        bench.engine.finish();
        let now = bench.totals().now;
        let doors = ["door", "back"].map(|name| now.lines[name]);
        let shop = shop(&now);
        prop_assert_eq!(shop.entries, doors.iter().map(|d| d.entries).sum::<u64>());
        prop_assert_eq!(shop.exits, doors.iter().map(|d| d.exits).sum::<u64>());
        prop_assert_eq!(shop.occupancy.as_ns().iter().sum::<u64>(), now.observed_ns);
    }

    /// A zone over the whole picture, and more, holds everybody: its time is that of all cells.
    #[test]
    fn the_cells_together_are_everybody(ways in ways(), rate in 5.0..30.0f64) {
        let mut bench = Bench::new(grid(""));
        let end_s = ways.iter().flat_map(|w| &w.points).fold(0.0, |t: f64, p| t.max(p.0));
        bench.walk(rate, end_s + 4.0, &ways);
        bench.engine.finish();
        let now = bench.totals().now;
        let cells_s: f64 = now.heat.unwrap().presence_ns.iter().sum::<u64>() as f64 / 1e9;
        let zone_s = now.zones["all"].presence_ns as f64 / 1e9;
        prop_assert!((cells_s - zone_s).abs() < 1e-3, "{} in cells, {} in the zone", cells_s, zone_s);
    }

    /// From the entry to the exit, whenever they are.
    #[test]
    fn whoever_stays_is_inside_until_the_end(stay_s in 1.0..30.0f64, gap_s in 0.0..20.0f64) {
        let mut bench = Bench::new(scene(""));
        let end_s = stay_s + gap_s + 8.0;
        bench.walk(10.0, end_s, &[comes_in(0.0, 300.0), goes_out(stay_s, 850.0)]);
        bench.engine.finish();
        let totals = bench.totals();
        let found = shop(&totals.now);
        prop_assert_eq!((found.entries, found.exits), (1, 1));
        let inside_s = seconds_at(&found).get(1).copied().unwrap_or(0.0);
        prop_assert!((inside_s - stay_s).abs() < 0.11, "{} for {}", inside_s, stay_s);
        prop_assert_eq!(totals.wall.since(totals.started), Duration::from_nanos(totals.now.observed_ns));
    }
}
