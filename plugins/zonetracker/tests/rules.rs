// SPDX-License-Identifier: MPL-2.0
//! What the rules of lines and zones are, to the point and to the moment: no tracker, no totals.

#![allow(clippy::unwrap_used)]

mod common;

use common::{DOOR, SIZE, person, scene};
use footfall_contract::geometry::Rect;
use footfall_contract::scene::Scene;
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::rules::{Event, Rules};
use gst_plugin_zonetracker::tracker::Sighting;

fn at(s: f64) -> Moment {
    let stream = StreamTime::from_secs_f64(s);
    Moment { stream, wall: WallTime(stream.0 as i64) }
}

/// ```text
///  y 470   x       centre
///    500 ───────── both lines; both zones lie above
///    520   x       feet
/// ```
#[test]
fn each_line_zone_and_grid_asks_for_its_own_point_of_a_person() {
    let text = r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
        "lines":[{"name":"feet","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.2]},
                 {"name":"middle","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.2],"anchor":"centre"}],
        "zones":[{"name":"of-feet","polygon":[[0,0],[1,0],[1,0.5],[0,0.5]]},
                 {"name":"of-middles","polygon":[[0,0],[1,0],[1,0.5],[0,0.5]],"anchor":"centre"}],
        "heat":{"columns":2,"rows":2,"anchor":"ANCHOR"}}"#;
    for (anchor, cells) in [("centre", [3, 1].as_slice()), ("bottom", &[3])] {
        let rules = Rules::new(&Scene::parse(&text.replace("ANCHOR", anchor)).unwrap(), SIZE);
        let (mut memory, mut events) = (rules.memory(), Vec::new());
        for k in 0..=30 {
            let feet = (600.0 - 10.0 * f64::from(k)).max(520.0);
            let rect = Rect::new(600.0, feet - 100.0, 40.0, 100.0);
            rules.step(&mut memory, &Sighting { at: at(f64::from(k) / 10.0), rect }, &mut events);
        }
        let of = |kind: fn(&Event) -> Option<usize>| events.iter().filter_map(kind).collect::<Vec<_>>();
        let crossed = of(|event| if let Event::Crossed { line, .. } = event { Some(*line) } else { None });
        let visited = of(|event| if let Event::VisitBegan { zone, .. } = event { Some(*zone) } else { None });
        let been = of(|event| if let Event::CameTo { cell, .. } = event { Some(*cell) } else { None });
        assert_eq!((crossed, visited, been.as_slice()), (vec![1], vec![1], cells), "{anchor}");
    }
}

/// Of somebody who is so high in the picture (the door lies at 500, its band reaches 5 to either side), a second apart:
/// since when it is not decided whether they crossed.
fn undecided_since(ys: &[f64]) -> Option<f64> {
    let rules = Rules::new(&scene(DOOR, "[]"), SIZE);
    let mut memory = rules.memory();
    for (s, y) in ys.iter().enumerate() {
        rules.step(&mut memory, &Sighting { at: at(s as f64), rect: person(500.0, *y) }, &mut Vec::new());
    }
    memory.undecided_crossing_since(0).map(|moment| moment.stream.as_secs_f64())
}

#[test]
fn undecided_is_who_cut_the_line_from_a_known_side_and_has_not_come_back() {
    assert_eq!(undecided_since(&[504.0, 496.0]), None, "nobody knows where they came from");
    assert_eq!(undecided_since(&[520.0, 502.0]), None, "the line is not cut");
    assert_eq!(undecided_since(&[504.0, 516.0, 496.0]), Some(1.8));
    assert_eq!(undecided_since(&[520.0, 496.0, 502.0]), None, "and cut back");
    assert_eq!(undecided_since(&[520.0, 496.0, 502.0, 498.0]), Some(2.5), "and once more");
    assert_eq!(undecided_since(&[520.0, 480.0]), Some(0.5), "beyond the band, and not settled yet");
    assert_eq!(undecided_since(&[520.0, 480.0, 470.0]), None, "crossed");
}

/// ```text
///  x 200  400  600  800
///  300 ┌────┐    ┌
///      │    │    │  ·  ╲
///  600 │    └────┘      ╲
///  800 └─────────────────┘ 900
/// ```
const NOTCHED: &str = "[[0.2,0.3],[0.4,0.3],[0.4,0.6],[0.6,0.6],[0.6,0.3],[0.8,0.4],[0.9,0.8],[0.2,0.8]]";

/// First and last moments of the visits of somebody who is at these times and places (seconds, x, y), seconds.
fn visits(delays: &str, sightings: &[(f64, f64, f64)]) -> Vec<(f64, Option<f64>)> {
    let rules = Rules::new(&scene("[]", &format!(r#"[{{"name":"zone","polygon":{NOTCHED},{delays}}}]"#)), SIZE);
    let (mut memory, mut events) = (rules.memory(), Vec::new());
    for (s, x, y) in sightings {
        rules.step(&mut memory, &Sighting { at: at(*s), rect: person(*x, *y) }, &mut events);
    }
    let mut found = Vec::new();
    for event in events {
        match event {
            Event::VisitBegan { at, .. } => found.push((at.stream.as_secs_f64(), None)),
            Event::VisitEnded { at, .. } => found.last_mut().unwrap().1 = Some(at.stream.as_secs_f64()),
            _ => {}
        }
    }
    found
}

#[test]
fn a_visit_lasts_from_where_the_way_cuts_the_outline_to_where_it_does_so_again() {
    type Case = (&'static str, &'static [(f64, f64, f64)], &'static [(f64, f64)]);
    let cases: [Case; 6] = [
        ("along the notch", &[(0.0, 100.0, 500.0), (9.0, 1000.0, 500.0)], &[(1.0, 3.0), (5.0, 7.25)]),
        ("and back", &[(0.0, 1000.0, 500.0), (9.0, 100.0, 500.0)], &[(1.75, 4.0), (6.0, 8.0)]),
        ("over a slanted edge", &[(0.0, 700.0, 250.0), (4.0, 700.0, 450.0), (5.0, 700.0, 250.0)], &[(2.0, 4.5)]),
        ("askew", &[(0.0, 100.0, 450.0), (2.0, 300.0, 550.0), (4.0, 100.0, 450.0)], &[(1.0, 3.0)]),
        (
            "round the outside and into the notch",
            &[(0.0, 100.0, 200.0), (1.0, 500.0, 100.0), (2.0, 500.0, 550.0), (3.0, 500.0, 100.0), (4.0, 950.0, 350.0)],
            &[],
        ),
        ("below", &[(0.0, 300.0, 900.0), (1.0, 300.0, 700.0), (2.0, 300.0, 900.0)], &[(0.5, 1.5)]),
    ];
    for (name, sightings, expected) in cases {
        let found = visits(r#""enter_delay_s":0,"leave_delay_s":0"#, sightings);
        assert_eq!(found.len(), expected.len(), "{name}: {found:?}");
        for ((first, last), expected) in found.iter().zip(expected) {
            assert!((first - expected.0).abs() < 1e-6 && (last.unwrap() - expected.1).abs() < 1e-6, "{name}: {found:?}");
        }
    }
}

// The band is 5 pixels here.
#[test]
fn a_step_or_the_middle_of_a_way_tells_clearly_where_somebody_is() {
    let found = |sightings: &[(f64, f64, f64)]| visits(r#""enter_delay_s":0"#, sightings);
    assert_eq!(found(&[(0.0, 300.0, 297.0), (0.1, 300.0, 303.0)]), [], "not clearly inside");
    assert_eq!(found(&[(0.0, 300.0, 297.0), (0.1, 300.0, 303.0), (0.2, 300.0, 306.0)]), [(0.1, None)], "a step further");
    let through = found(&[(0.0, 500.0, 400.0), (1.0, 500.0, 804.0)]);
    assert!(matches!(&through[..], [(first, None)] if (first - 0.495).abs() < 1e-2), "in the middle of the way: {through:?}");
}

/// Each of the four sides of a square, and its corners: to it, and away again.
#[test]
fn who_touches_the_edge_and_goes_away_was_not_inside_on_the_way() {
    for (x, y) in [(200.0, 700.0), (300.0, 300.0), (300.0, 800.0), (200.0, 300.0), (200.0, 800.0), (900.0, 800.0), (400.0, 300.0)]
    {
        for (dx, dy) in [(-100.0, -100.0), (100.0, -250.0), (-150.0, 150.0), (120.0, 130.0)] {
            let away = (x + dx, y + dy);
            let is_inside = |(x, y)| !visits(r#""enter_delay_s":0"#, &[(0.0, x, y)]).is_empty();
            let middle = (x + dx / 2.0, y + dy / 2.0);
            if is_inside(away) || is_inside(middle) {
                continue;
            }
            let delays = r#""enter_delay_s":0,"leave_delay_s":0"#;
            for (first, last) in visits(delays, &[(0.0, away.0, away.1), (1.0, x, y), (2.0, away.0, away.1)]) {
                assert!(first > 0.999 && last.unwrap() < 1.001, "({x}, {y}) from {away:?}: {first} to {last:?}");
            }
        }
    }
}

#[test]
fn a_delay_is_met_on_its_stroke() {
    let found = |sightings: &[(f64, f64)]| {
        let sightings: Vec<_> = sightings.iter().map(|(s, x)| (*s, *x, 500.0)).collect();
        visits(r#""enter_delay_s":0.5,"leave_delay_s":1"#, &sightings)
    };
    assert_eq!(found(&[(0.0, 300.0), (0.49, 300.0)]), []);
    assert_eq!(found(&[(0.0, 300.0), (0.5, 300.0)]), [(0.0, None)]);
    // Half way out at 0.6 s: at 1.6 s outside for just the leave delay.
    assert_eq!(found(&[(0.0, 300.0), (0.5, 300.0), (0.7, 100.0), (1.59, 100.0)]), [(0.0, None)]);
    assert_eq!(found(&[(0.0, 300.0), (0.5, 300.0), (0.7, 100.0), (1.6, 100.0)]), [(0.0, Some(0.6))]);
}
