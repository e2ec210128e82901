// SPDX-License-Identifier: MPL-2.0
//! Who stops at the shelf. It reaches from x = 400 to 600 (and a bit less, so that nobody is seen just on its edge); three
//! seconds in it are a stop.

use footfall_contract::attestation::Status;
use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;

use super::common::{Bench, Way, scene, way};
use super::{RATES, assert_lasted, end_s, walked};

fn shelf() -> Scene {
    scene("[]", r#"[{"name":"shelf","role":"interest","stop_s":3,"polygon":[[0.4005,0.3],[0.6,0.3],[0.6,0.7],[0.4005,0.7]]}]"#)
}

/// Comes from the left to the edge at `enter`, stands in the middle, is at the edge again at `leave`, and goes back.
fn visitor(enter: f64, leave: f64) -> Way {
    way(&[(enter - 1.0, 300.0, 500.0), (enter, 400.0, 500.0)])
        .then(enter + 0.5, 450.0, 500.0)
        .then(leave - 0.5, 450.0, 500.0)
        .then(leave, 400.0, 500.0)
        .then(leave + 1.5, 250.0, 500.0)
}

/// Two ways as one.
fn and_then(first: Way, second: &Way) -> Way {
    second.points.iter().fold(first, |way, (t, x, y)| way.then(*t, *x, *y))
}

#[test]
fn a_stop_is_a_visit_that_lasts() {
    // Nobody who walks turns round in no time.
    const TURN_S: f64 = 0.3;
    let away_for = |pause_s: f64| {
        let (walk_s, turn) = ((pause_s - TURN_S) / 2.0, 4.0 + (pause_s - TURN_S) / 2.0);
        let pause = visitor(2.0, 4.0).points[..5].iter().fold(way(&[]), |way, (t, x, y)| way.then(*t, *x, *y));
        let away = 400.0 - 100.0 * walk_s;
        pause.then(turn, away, 500.0).then(turn + TURN_S, away, 500.0).then(4.0 + pause_s, 400.0, 500.0)
    };
    let back = |way: Way, at: f64| way.then(at + 0.5, 450.0, 500.0).then(at + 1.5, 450.0, 500.0).then(at + 2.0, 400.0, 500.0);
    // Name, way, visits, stops, lengths of stops.
    let cases: [(&str, Way, u64, u64, f64); 6] = [
        ("stop", visitor(2.0, 7.0), 1, 1, 5.0),
        ("no stop", visitor(2.0, 4.5), 1, 0, 0.0),
        ("just a stop", visitor(2.0, 5.3), 1, 1, 3.3),
        ("passing through", way(&[(0.0, 300.0, 500.0), (4.0, 700.0, 500.0)]), 1, 0, 0.0),
        ("a pause within the leave delay", back(away_for(0.7), 4.7).then(9.0, 200.0, 500.0), 1, 1, 4.7),
        ("two short visits", back(away_for(1.6), 5.6).then(10.0, 200.0, 500.0), 2, 0, 0.0),
    ];
    for (name, way, visits, stops, length_s) in cases {
        for rate in RATES {
            let ways = [way.clone()];
            let zone = walked(&shelf(), rate, end_s(&ways) + 3.0, &ways).zones["shelf"].clone();
            let interest = zone.interest.unwrap();
            assert_eq!((zone.visits, interest.stops), (visits, stops), "{name}, {rate} a second");
            assert_lasted(name, &interest.dwell, (stops, length_s));
        }
    }
}

#[test]
fn two_stops_of_one_person_are_two() {
    let ways = [and_then(visitor(2.0, 7.0), &visitor(12.0, 16.0))];
    let interest = walked(&shelf(), 10.0, 20.0, &ways).zones["shelf"].interest.clone().unwrap();
    assert_eq!(interest.stops, 2);
    assert_lasted("two stops", &interest.dwell, (2, 9.0));
}

#[test]
fn a_stop_is_told_when_it_is_certain_and_belongs_to_the_window_of_its_beginning() {
    let mut bench = Bench::new(shelf());
    bench.start = WallTime::parse("2026-03-02T09:59:56Z").unwrap();
    let stops = |bench: &Bench| bench.totals().now.zones["shelf"].interest.clone().unwrap().stops;
    bench.walk(10.0, 4.8, &[visitor(2.0, 9.0)]);
    assert_eq!(stops(&bench), 0);
    let ways = visitor(2.0, 9.0);
    for k in 49..=120 {
        let t = f64::from(k) / 10.0;
        let rects: Vec<_> = ways.at(t).map(|(x, y)| super::common::person(x, y)).into_iter().collect();
        bench.push(t, Status::Detected, &rects);
        assert!(k < 51 || stops(&bench) == 1, "{t} s");
    }
    let totals = bench.totals();
    let hour = totals.boundaries[0].reading.zones["shelf"].interest.clone().unwrap();
    let since = totals.now.since(&totals.boundaries[0].reading).unwrap().zones["shelf"].interest.clone().unwrap();
    assert_eq!((hour.stops, hour.dwell.finished, since.stops, since.dwell.finished), (1, 0, 0, 1));
}

#[test]
fn who_is_lost_when_the_camera_closes_has_stopped_for_an_unknown_time() {
    let mut bench = Bench::new(shelf());
    bench.walk(10.0, 7.0, &[visitor(2.0, 30.0)]);
    bench.push(7.1, Status::Closed, &[]);
    let zone = bench.totals().now.zones["shelf"].clone();
    let interest = zone.interest.unwrap();
    assert_eq!((zone.visits, zone.ended, interest.stops, interest.dwell.finished), (1, 1, 1, 0));
}

#[test]
fn other_zones_have_no_stops() {
    let plain = scene("[]", r#"[{"name":"shelf","polygon":[[0.4,0.3],[0.6,0.3],[0.6,0.7],[0.4,0.7]]}]"#);
    let zone = walked(&plain, 10.0, 12.0, &[visitor(2.0, 7.0)]).zones["shelf"].clone();
    assert_eq!((zone.visits, zone.interest, zone.queue), (1, None, None));
}
