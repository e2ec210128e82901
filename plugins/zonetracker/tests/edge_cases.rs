// SPDX-License-Identifier: MPL-2.0
//! The edge cases of lines and zones, each as a drawing of people's ways and the totals that it must give. The numbers are
//! those of the project's list of edge cases.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Bench, DOOR, SIZE, Way, person, scene, way};
use footfall_contract::attestation::Status;
use footfall_contract::geometry::Rect;
use footfall_contract::scene::Scene;
use footfall_contract::time::{StreamTime, WallTime};
use footfall_contract::totals::ZoneTotals;
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::rules::line::Direction;
use gst_plugin_zonetracker::rules::zone::End;
use gst_plugin_zonetracker::rules::{Event, Rules};
use gst_plugin_zonetracker::tracker::Sighting;

struct Case {
    name: &'static str,
    rate: f64,
    ways: Vec<Way>,
    entries: u64,
    exits: u64,
}

fn case(name: &'static str, ways: Vec<Way>, entries: u64, exits: u64) -> Case {
    Case { name, rate: 10.0, ways, entries, exits }
}

fn at_rate(rate: f64, case: Case) -> Case {
    Case { rate, ..case }
}

fn line_cases() -> Vec<Case> {
    let up = |x: f64, t: f64| way(&[(t, x, 600.0), (t + 3.0, x, 400.0)]);
    let down = |x: f64, t: f64| way(&[(t, x, 400.0), (t + 3.0, x, 600.0)]);
    vec![
        case("01 clean in", vec![up(500.0, 0.0)], 1, 0),
        case("02 clean out", vec![down(500.0, 0.0)], 0, 1),
        case("03 u-turn in the band", vec![way(&[(0.0, 500.0, 600.0), (2.0, 500.0, 497.0), (4.0, 500.0, 600.0)])], 0, 0),
        case(
            "04 u-turn beyond",
            vec![way(&[(0.0, 500.0, 600.0), (2.0, 500.0, 440.0), (3.0, 500.0, 440.0), (5.0, 500.0, 600.0)])],
            1,
            1,
        ),
        case(
            "05 stand on the line",
            vec![way(&[(0.0, 500.0, 600.0)]).shaking(2.0, 62.0, 500.0, 500.0, 4.0).then(64.0, 500.0, 400.0)],
            1,
            0,
        ),
        case(
            "06 stand and return",
            vec![way(&[(0.0, 500.0, 600.0)]).shaking(2.0, 62.0, 500.0, 500.0, 4.0).then(64.0, 500.0, 600.0)],
            0,
            0,
        ),
        case("07 born in the band", vec![way(&[(0.0, 500.0, 502.0), (2.0, 500.0, 400.0)])], 0, 0),
        case("08 dies in the band", vec![way(&[(0.0, 500.0, 600.0), (2.0, 500.0, 498.0)])], 0, 0),
        case("09 ends one sighting beyond", vec![way(&[(0.0, 500.0, 600.0), (1.2, 500.0, 504.0), (1.3, 500.0, 492.0)])], 1, 0),
        case(
            "12 round the end, then back over the line",
            vec![way(&[(0.0, 700.0, 600.0), (2.0, 900.0, 600.0), (4.0, 900.0, 400.0), (6.0, 700.0, 400.0), (8.0, 700.0, 600.0)])],
            0,
            1,
        ),
        case(
            "13 along the line",
            vec![way(&[(0.0, 250.0, 600.0), (2.0, 300.0, 502.0), (6.0, 700.0, 502.0), (8.0, 750.0, 600.0)])],
            0,
            0,
        ),
        case("14 diagonal graze", vec![way(&[(0.0, 300.0, 600.0), (3.0, 450.0, 497.0), (6.0, 600.0, 600.0)])], 0, 0),
        case("15 gap of a second", vec![up(500.0, 0.0).unseen(1.0, 2.0)], 1, 0),
        case(
            "16 gap of five seconds",
            vec![way(&[(0.0, 500.0, 600.0), (1.0, 500.0, 540.0), (6.0, 500.0, 460.0), (7.0, 500.0, 400.0)]).unseen(1.0, 6.0)],
            0,
            0,
        ),
        case(
            "17 identity switch at the line",
            vec![way(&[(0.0, 500.0, 600.0), (1.3, 500.0, 512.0)]), way(&[(1.6, 500.0, 488.0), (2.9, 500.0, 400.0)])],
            1,
            0,
        ),
        case("18 two cross in opposite directions", vec![up(490.0, 0.0), down(525.0, 0.0)], 1, 1),
        // O      One comes, the other goes, on the camera's axis. In between there is one box, that of whoever is nearer, and it
        // |  ^   seems to turn.
        // v  |
        //    O
        case(
            "18b two pass, one hides the other",
            vec![
                way(&[(0.0, 500.0, 600.0), (2.5, 500.0, 505.0), (2.7, 500.0, 505.0), (5.5, 500.0, 600.0)]),
                way(&[(0.0, 502.0, 395.0), (1.6, 502.0, 450.0), (4.0, 502.0, 450.0), (5.5, 502.0, 390.0)]).unseen(1.6, 4.0),
            ],
            1,
            1,
        ),
        case("19 pair abreast", vec![up(500.0, 0.0), up(516.0, 0.0)], 2, 0),
        case("20 train of five", (0..5).map(|k| up(500.0, f64::from(k) * 0.55)).collect(), 5, 0),
        case("26b exactly on the line", vec![way(&[(0.0, 500.0, 560.0), (0.4, 500.0, 500.0), (0.8, 500.0, 440.0)])], 1, 0),
        at_rate(
            5.0,
            case("26b at five a second", vec![way(&[(0.0, 500.0, 560.0), (0.4, 500.0, 500.0), (0.8, 500.0, 440.0)])], 1, 0),
        ),
        at_rate(5.0, case("01 at five a second", vec![up(500.0, 0.0)], 1, 0)),
        at_rate(30.0, case("01 at thirty a second", vec![up(500.0, 0.0)], 1, 0)),
        at_rate(
            5.0,
            case(
                "seen once below and once above, at five a second",
                vec![way(&[(0.0, 500.0, 520.0), (0.2, 500.0, 480.0)])],
                1,
                0,
            ),
        ),
        case("beyond the end", vec![up(850.0, 0.0)], 0, 0),
    ]
}

#[test]
fn lines_count_what_the_list_says() {
    for Case { name, rate, ways, entries, exits } in line_cases() {
        let mut bench = Bench::new(scene(DOOR, "[]"));
        let end = ways.iter().flat_map(|w| &w.points).fold(0.0, |t: f64, p| t.max(p.0));
        bench.walk(rate, end, &ways);
        bench.engine.finish();
        assert_eq!(bench.line("door"), (entries, exits), "{name}");
    }
}

/// The crossings of one person's sightings, without a tracker.
fn crossings(scene: &Scene, sightings: &[(f64, f64, f64)]) -> Vec<(Direction, f64)> {
    let rules = Rules::new(scene, SIZE);
    let (mut memory, mut events) = (rules.memory(), Vec::new());
    let at = |t: f64| {
        let stream = StreamTime::from_secs_f64(t);
        Moment { stream, wall: WallTime(stream.0 as i64) }
    };
    for &(t, x, y) in sightings {
        rules.step(&mut memory, &Sighting { at: at(t), rect: person(x, y) }, &mut events);
    }
    rules.end(&mut memory, End::Vanished, at(100.0), &mut events);
    let crossing = |event: &Event| match event {
        Event::Crossed { direction, at, .. } => Some((*direction, at.stream.as_secs_f64())),
        _ => None,
    };
    events.iter().filter_map(crossing).collect()
}

#[test]
fn case_10_a_jump_over_the_line_is_a_crossing_at_its_time_between() {
    let found = crossings(&scene(DOOR, "[]"), &[(0.0, 500.0, 559.0), (0.2, 500.0, 441.0)]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Direction::In);
    assert!((found[0].1 - 0.1).abs() < 1e-6, "{found:?}");
}

#[test]
fn case_11_a_jump_past_the_end_is_none() {
    assert!(crossings(&scene(DOOR, "[]"), &[(0.0, 801.0, 559.0), (0.2, 801.0, 441.0)]).is_empty());
    assert_eq!(crossings(&scene(DOOR, "[]"), &[(0.0, 799.0, 559.0), (0.2, 799.0, 441.0)]).len(), 1);
}

#[test]
fn a_flicker_to_the_other_side_is_none() {
    let ways = [(0.0, 500.0, 520.0), (0.1, 500.0, 520.0), (0.2, 500.0, 480.0), (0.3, 500.0, 520.0), (0.4, 500.0, 520.0)];
    assert!(crossings(&scene(DOOR, "[]"), &ways).is_empty());
}

#[test]
fn a_polyline_counts_a_passage_once_at_its_corner_too() {
    let bent = r#"[{"name":"door","points":[[0.2,0.5],[0.5,0.5],[0.5,0.8]],"inside":[0.8,0.2]}]"#;
    for x in [300.0, 499.0, 500.0] {
        let found = crossings(&scene(bent, "[]"), &[(0.0, x - 60.0, 560.0), (0.5, x + 60.0, 440.0), (1.0, x + 90.0, 400.0)]);
        assert_eq!(found.len(), 1, "{x}: {found:?}");
    }
}

#[test]
fn case_05_standing_on_the_line_counts_nothing_before_leaving() {
    let mut bench = Bench::new(scene(DOOR, "[]"));
    bench.walk(10.0, 60.0, &[way(&[(0.0, 500.0, 600.0)]).shaking(2.0, 62.0, 500.0, 500.0, 4.0)]);
    assert_eq!(bench.line("door"), (0, 0));
}

#[test]
fn case_21_a_pulsing_box_beside_the_band_counts_nothing() {
    let mut bench = Bench::new(scene(DOOR, "[]"));
    for k in 0..300 {
        let height = [100.0, 108.0, 100.0, 92.0][k % 4];
        bench.push(k as f64 / 10.0, Status::Detected, &[Rect::new(480.0, 408.0, 40.0, height)]);
    }
    bench.engine.finish();
    assert_eq!(bench.line("door"), (0, 0));
}

#[test]
fn case_22_feet_behind_a_shelf_count_nothing() {
    let mut bench = Bench::new(scene(DOOR, "[]"));
    for k in 0..100 {
        let height = if (30..60).contains(&k) { 70.0 } else { 100.0 };
        bench.push(f64::from(k) / 10.0, Status::Detected, &[Rect::new(480.0, 420.0, 40.0, height)]);
    }
    bench.engine.finish();
    assert_eq!(bench.line("door"), (0, 0));
}

#[test]
fn case_24_a_clock_that_repeats_or_steps_back_does_no_harm() {
    let mut bench = Bench::new(scene(DOOR, "[]"));
    for (t, y) in [(0.0, 600.0), (0.1, 590.0), (0.1, 590.0), (0.05, 580.0), (0.2, 570.0), (0.3, 540.0), (0.2, 0.0)] {
        bench.push(t, Status::Detected, &[person(500.0, y)]);
    }
    for (t, y) in [(0.4, 520.0), (0.5, 490.0), (0.6, 470.0), (0.6, 470.0), (0.7, 450.0)] {
        bench.push(t, Status::Detected, &[person(500.0, y)]);
    }
    bench.engine.finish();
    assert_eq!(bench.line("door"), (1, 0));
}

#[test]
fn case_25_two_lines_on_one_way_count_once_each_and_in_order() {
    let two = r#"[{"name":"a","points":[[0.2,0.55],[0.8,0.55]],"inside":[0.5,0.1]},
                  {"name":"b","points":[[0.2,0.45],[0.8,0.45]],"inside":[0.5,0.1]}]"#;
    let mut bench = Bench::new(scene(two, "[]"));
    let mut order = Vec::new();
    for k in 0..=40 {
        let t = f64::from(k) / 10.0;
        bench.push(t, Status::Detected, &[person(500.0, 600.0 - 50.0 * t)]);
        order.push((bench.line("a"), bench.line("b")));
    }
    assert_eq!(order.last(), Some(&((1, 0), (1, 0))));
    assert!(order.contains(&((1, 0), (0, 0))) && !order.contains(&((0, 0), (1, 0))));
}

#[test]
fn case_26_a_line_without_length_is_refused() {
    let text = r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
        "lines":[{"name":"door","points":[[0.5,0.5],[0.5,0.5]],"inside":[0.5,0.2]}]}"#;
    assert!(Scene::parse(text).unwrap_err().to_string().contains("without length"));
}

const ZONE: &str = r#"[{"name":"zone","polygon":[[0.3,0.3],[0.7,0.3],[0.7,0.7],[0.3,0.7]]}]"#;

/// Walks, ends the stream and gives the zone's totals.
fn zone(zones: &str, rate: f64, until: f64, ways: &[Way]) -> ZoneTotals {
    let mut bench = Bench::new(scene("[]", zones));
    bench.walk(rate, until, ways);
    bench.engine.finish();
    let totals = bench.totals().now;
    let zone = totals.zones["zone"].clone();
    assert_eq!(zone.occupancy.as_ns().iter().sum::<u64>(), totals.observed_ns, "all observed time has an occupancy");
    zone
}

fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// Comes in from the left at `enter`, stands, goes out to the right at `leave`.
fn visitor(enter: f64, leave: f64) -> Way {
    way(&[
        (enter - 2.0, 200.0, 500.0),
        (enter, 300.0, 500.0),
        (enter + 4.0, 500.0, 500.0),
        (leave - 4.0, 500.0, 500.0),
        (leave, 700.0, 500.0),
        (leave + 2.0, 800.0, 500.0),
    ])
}

#[test]
fn case_27_a_clean_visit() {
    let found = zone(ZONE, 10.0, 30.0, &[visitor(10.0, 25.0)]);
    assert_eq!((found.visits, found.ended, found.dwell.finished), (1, 1, 1));
    assert!((seconds(found.dwell.sum_ns) - 15.0).abs() < 0.1, "{found:?}");
    assert!((seconds(found.presence_ns) - 15.0).abs() < 0.1, "{found:?}");
}

#[test]
fn case_28_standing_on_the_edge_is_one_visit_at_most() {
    let found = zone(ZONE, 10.0, 40.0, &[way(&[(0.0, 200.0, 500.0)]).shaking(3.0, 40.0, 300.0, 500.0, 3.0)]);
    assert!(found.visits <= 1, "{found:?}");
    let mut sideways = way(&[(0.0, 200.0, 500.0)]);
    for k in 0..370 {
        sideways.points.push((3.0 + f64::from(k) / 10.0, if k % 3 == 0 { 296.0 } else { 304.0 }, 500.0));
    }
    let found = zone(ZONE, 10.0, 40.0, &[sideways]);
    assert!(found.visits <= 1, "{found:?}");
}

// A hand's breadth is 5 pixels here: nearer to the edge somebody stays on the side where they were.
#[test]
fn case_28b_a_hand_s_breadth_from_the_edge_nobody_comes_and_nobody_goes() {
    let found =
        zone(ZONE, 10.0, 40.0, &[way(&[(0.0, 250.0, 200.0), (2.0, 304.0, 250.0), (20.0, 304.0, 650.0), (22.0, 250.0, 750.0)])]);
    assert_eq!(found.visits, 0, "walks along the edge: {found:?}");
    let there = [(8.0, 200.0), (14.0, 500.0), (18.0, 700.0), (18.5, 703.0), (28.5, 703.0), (31.0, 600.0)];
    let found = zone(ZONE, 10.0, 32.0, &[way(&there.map(|(t, x)| (t, x, 500.0)))]);
    assert_eq!(found.visits, 1, "a step back over the edge is no leaving: {found:?}");
    let there =
        [(8.0, 200.0), (14.0, 500.0), (18.0, 690.0), (18.2, 710.0), (18.5, 710.0), (18.7, 697.0), (28.0, 697.0), (31.0, 600.0)];
    let found = zone(ZONE, 10.0, 32.0, &[way(&there.map(|(t, x)| (t, x, 500.0)))]);
    assert_eq!(found.visits, 1, "who stepped out for a moment is back with the first foot inside: {found:?}");
}

#[test]
fn case_28c_who_stands_just_inside_is_inside_and_who_stands_just_outside_is_not() {
    let stands = |x: f64| {
        let points = [(8.0, 200.0), (9.0, x), (19.0, x), (20.0, 200.0)];
        zone(ZONE, 10.0, 32.0, &[way(&points.map(|(t, x)| (t, x, 500.0)))])
    };
    let found = stands(303.0);
    assert_eq!((found.visits, found.dwell.finished), (1, 1), "{found:?}");
    assert!(
        (seconds(found.dwell.sum_ns) - 9.13).abs() < 0.05,
        "from the sighting on before they have stood for a second: {found:?}"
    );
    assert_eq!(stands(297.0).visits, 0);
    let mut shakes = way(&[(8.0, 200.0, 500.0)]);
    for k in 0..100 {
        shakes.points.push((9.0 + f64::from(k) / 10.0, 303.0 + 1.5 * f64::from(k % 3 - 1), 500.0));
    }
    assert_eq!(zone(ZONE, 10.0, 20.0, &[shakes]).visits, 1, "feet shake");
    let along = way(&[(8.0, 350.0, 200.0), (9.0, 350.0, 303.0), (14.0, 650.0, 303.0), (15.0, 650.0, 200.0)]);
    assert_eq!(zone(ZONE, 10.0, 16.0, &[along]).visits, 0, "who walks along the edge does not stand");
}

#[test]
fn case_29_a_thin_zone_can_not_be_jumped() {
    let thin = r#"[{"name":"zone","polygon":[[0.2,0.5],[0.8,0.5],[0.8,0.518],[0.2,0.518]],"enter_delay_s":0}]"#;
    let found = zone(thin, 5.0, 8.0, &[way(&[(0.0, 500.0, 720.0), (4.0, 500.0, 368.0), (8.0, 500.0, 300.0)])]);
    assert_eq!((found.visits, found.dwell.finished), (1, 1));
    assert!((seconds(found.dwell.sum_ns) - 18.0 / 88.0).abs() < 0.03, "{found:?}");
}

#[test]
fn case_30_a_gap_inside_belongs_to_the_visit() {
    let found = zone(ZONE, 10.0, 30.0, &[visitor(10.0, 25.0).unseen(15.0, 15.8)]);
    assert_eq!((found.visits, found.dwell.finished), (1, 1));
    assert!((seconds(found.dwell.sum_ns) - 15.0).abs() < 0.1, "{found:?}");
}

#[test]
fn case_31_who_is_born_inside_visits_from_then_on() {
    let found = zone(ZONE, 10.0, 20.0, &[way(&[(5.0, 500.0, 500.0), (10.0, 500.0, 500.0), (14.0, 800.0, 500.0)])]);
    assert_eq!((found.visits, found.dwell.finished), (1, 1));
    assert!((seconds(found.dwell.sum_ns) - (5.0 + 4.0 * 200.0 / 300.0)).abs() < 0.1, "{found:?}");
}

#[test]
fn case_32_who_is_still_there_is_counted_without_dwell() {
    let found =
        zone(ZONE, 10.0, 30.0, &[way(&[(8.0, 200.0, 500.0), (10.0, 300.0, 500.0), (14.0, 500.0, 500.0), (30.0, 500.0, 500.0)])]);
    assert_eq!((found.visits, found.ended, found.dwell.finished, found.dwell.sum_ns), (1, 0, 0, 0));
    assert!((seconds(found.presence_ns) - 20.0).abs() < 0.1, "{found:?}");
}

#[test]
fn case_33_a_lost_and_found_person_inside_is_one_visit() {
    let first = way(&[(0.0, 200.0, 500.0), (2.0, 300.0, 500.0), (4.0, 400.0, 500.0)]);
    let second = way(&[(4.5, 415.0, 505.0), (10.0, 500.0, 500.0)]);
    let found = zone(ZONE, 10.0, 10.0, &[first, second]);
    assert_eq!(found.visits, 1);
    assert!(found.occupancy.as_ns().len() <= 2, "never two: {found:?}");
}

/// Somebody walks into the zone, stands at (500, 500) and is not seen from 8 to `seen_s`; before them somebody stands from 4
/// to `uncovered_s`, and walks away.
fn zone_with_somebody_hidden(uncovered_s: f64, seen_s: f64, x: f64) -> ZoneTotals {
    let stands = way(&[(0.0, 200.0, 500.0), (4.0, 500.0, 500.0), (8.0, 500.0, 500.0)]);
    let found = way(&[(seen_s, x, 500.0), (seen_s + 4.0, x, 500.0)]);
    let before = way(&[
        (2.0, 900.0, 520.0),
        (6.0, 510.0, 520.0),
        (uncovered_s, 510.0, 520.0),
        (uncovered_s + 4.0, 900.0, 520.0),
        (uncovered_s + 60.0, 900.0, 520.0),
    ]);
    zone(ZONE, 10.0, seen_s + 4.0, &[stands, found, before])
}

#[test]
fn case_33b_who_is_hidden_for_seconds_is_one_visit() {
    let found = zone_with_somebody_hidden(16.0, 16.5, 505.0);
    assert_eq!(found.visits, 2, "them, and who stood before them: {found:?}");
    let open_s = 20.5 - 4.0 / 3.0;
    assert!((seconds(found.presence_ns) - (open_s + other_s(16.0))).abs() < 0.4, "hidden is present: {found:?}");
}

/// How long whoever stands before the hidden one is in the zone.
fn other_s(uncovered_s: f64) -> f64 {
    let leaves = uncovered_s + 4.0 * 190.0 / 390.0;
    let comes = 2.0 + 4.0 * 200.0 / 390.0;
    leaves - comes
}

#[test]
fn case_33c_who_comes_to_an_empty_place_is_somebody_else() {
    let found = zone_with_somebody_hidden(10.0, 16.5, 505.0);
    assert_eq!(found.visits, 3, "the place was seen to be empty for seconds: {found:?}");
    let found = zone_with_somebody_hidden(16.0, 16.5, 420.0);
    assert_eq!(found.visits, 3, "not the place where they stood: {found:?}");
}

#[test]
fn case_34_the_notch_of_a_zone_ends_a_visit_when_it_takes_longer_than_the_delay() {
    let notched =
        r#"[{"name":"zone","polygon":[[0.2,0.3],[0.4,0.3],[0.4,0.6],[0.6,0.6],[0.6,0.3],[0.8,0.3],[0.8,0.8],[0.2,0.8]]}]"#;
    let across = |speed: f64| way(&[(0.0, 250.0, 500.0), (500.0 / speed, 750.0, 500.0), (500.0 / speed + 2.0, 750.0, 500.0)]);
    assert_eq!(zone(notched, 10.0, 12.0, &[across(50.0)]).visits, 2, "four seconds in the notch");
    assert_eq!(zone(notched, 10.0, 5.0, &[across(250.0)]).visits, 1, "0.8 seconds in the notch");
}

#[test]
fn case_35_two_zones_that_overlap_count_both() {
    let two = r#"[{"name":"zone","polygon":[[0.3,0.3],[0.7,0.3],[0.7,0.7],[0.3,0.7]]},
                  {"name":"other","polygon":[[0.4,0.3],[0.6,0.3],[0.6,0.7],[0.4,0.7]]}]"#;
    let mut bench = Bench::new(scene("[]", two));
    bench.walk(10.0, 30.0, &[visitor(10.0, 25.0)]);
    let zones = bench.totals().now.zones;
    assert_eq!((zones["zone"].visits, zones["other"].visits), (1, 1));
}

#[test]
fn case_36_the_hour_splits_seconds_and_counts_the_visit_at_its_entry() {
    let mut bench = Bench::new(scene("[]", ZONE));
    bench.start = WallTime::parse("2026-03-02T09:59:40Z").unwrap();
    bench.walk(10.0, 50.0, &[visitor(10.0, 40.0)]);
    bench.engine.finish();
    let totals = bench.totals();
    assert_eq!(totals.boundaries.len(), 1);
    let first = &totals.boundaries[0].reading.zones["zone"];
    let second = totals.now.since(&totals.boundaries[0].reading).unwrap().zones["zone"].clone();
    assert_eq!((first.visits, first.dwell.finished, second.visits, second.dwell.finished), (1, 0, 0, 1));
    assert!((seconds(first.presence_ns) - 10.0).abs() < 0.1, "{first:?}");
    assert!((seconds(second.presence_ns) - 20.0).abs() < 0.1, "{second:?}");
}
