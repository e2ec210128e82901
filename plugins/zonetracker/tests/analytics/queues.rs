// SPDX-License-Identifier: MPL-2.0
//! Queues, from above; people come from the left at 100 pixels a second, which is one second for each of the drawing's
//! letters, and are served at the till `T`:
//!
//! ```text
//!    x  200  300  400  500  600  700  800
//!   close    |Q    Q    Q   |T   |            the till joins the queue
//!   apart    |Q    Q    Q   |    |T   |       there is a gap
//!   within   |Q    Q    Q  [QT] Q|            the till lies in the queue
//! ```

use footfall_contract::attestation::Status;
use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::QueueTotals;

use super::common::{Bench, Way, scene, way};
use super::{RATES, assert_lasted, walked};

/// A queue from x to x, and its till.
fn till(queue: (f64, f64), till: Option<(f64, f64)>) -> Scene {
    let zone = |name: &str, (from, to): (f64, f64), more: &str| {
        let (a, b) = (from / 1000.0, to / 1000.0);
        format!(r#"{{"name":"{name}","polygon":[[{a},0.35],[{b},0.35],[{b},0.65],[{a},0.65]]{more}}}"#)
    };
    let served = if till.is_some() { r#","service":"till""# } else { "" };
    let mut zones = vec![zone("queue", queue, &format!(r#","role":"queue","join_s":3{served}"#))];
    zones.extend(till.map(|till| zone("till", till, "")));
    scene("[]", &format!("[{}]", zones.join(",")))
}

fn close() -> Scene {
    till((300.0, 600.0), Some((600.0, 700.0)))
}

fn apart() -> Scene {
    till((300.0, 600.0), Some((700.0, 800.0)))
}

fn within() -> Scene {
    till((300.0, 700.0), Some((550.0, 650.0)))
}

fn open() -> Scene {
    till((300.0, 600.0), None)
}

/// Walks through these x at 100 pixels a second from `start`, staying at each for that many seconds.
fn walk_from(start: f64, stays: &[(f64, f64)]) -> Way {
    let mut now = start;
    let mut found = way(&[]);
    for (k, (x, stay_s)) in stays.iter().enumerate() {
        if let Some((before, _)) = k.checked_sub(1).and_then(|k| stays.get(k)) {
            now += (x - before).abs() / 100.0;
        }
        found = found.then(now, *x, 500.0);
        now += stay_s;
        found = found.then(now, *x, 500.0);
    }
    found
}

/// What a case must give: joined, served, abandoned, unknown; waits and services, each with their sum in seconds.
struct Expected {
    counts: [u64; 4],
    wait: (u64, f64),
    service: (u64, f64),
}

fn case(scene: Scene, stays: &[(f64, f64)], counts: [u64; 4], wait: (u64, f64), service: (u64, f64)) -> (Scene, Way, Expected) {
    (scene, walk_from(0.0, stays), Expected { counts, wait, service })
}

fn cases() -> Vec<(&'static str, (Scene, Way, Expected))> {
    let (none, end) = ((0, 0.0), (950.0, 4.0));
    vec![
        // 200 --> 400 waits 40 s --> 650 is served 20 s -->
        (
            "38 join, serve, leave",
            case(close(), &[(200.0, 0.0), (400.0, 40.0), (650.0, 19.0), end], [1, 1, 0, 0], (1, 43.0), (1, 20.0)),
        ),
        // 200 --> 400 waits 60 s <-- 100
        ("39 abandon", case(close(), &[(200.0, 0.0), (400.0, 60.0), (100.0, 6.0)], [1, 0, 1, 0], none, none)),
        // through a corner and back, 2 s
        ("40 passer", case(close(), &[(200.0, 0.0), (400.0, 0.0), (100.0, 6.0)], [0, 0, 0, 0], none, none)),
        ("over the gap", case(apart(), &[(200.0, 0.0), (400.0, 10.0), (750.0, 5.0), end], [1, 1, 0, 0], (1, 14.0), (1, 6.0))),
        (
            "too long in the gap",
            case(apart(), &[(200.0, 0.0), (400.0, 10.0), (650.0, 6.0), (750.0, 5.0), end], [2, 1, 1, 0], (1, 0.0), (1, 6.0)),
        ),
        (
            "the till in the queue",
            case(within(), &[(200.0, 0.0), (400.0, 10.0), (600.0, 5.0), end], [1, 1, 0, 0], (1, 12.5), (1, 6.0)),
        ),
        (
            "out and back within five seconds",
            case(
                close(),
                &[(200.0, 0.0), (400.0, 8.0), (200.0, 2.0), (400.0, 9.0), (650.0, 1.0), end],
                [1, 1, 0, 0],
                (1, 26.0),
                (1, 2.0),
            ),
        ),
        (
            "out and back after five seconds",
            case(
                close(),
                &[(200.0, 0.0), (400.0, 8.0), (200.0, 4.0), (400.0, 9.0), (650.0, 1.0), end],
                [2, 1, 1, 0],
                (1, 12.0),
                (1, 2.0),
            ),
        ),
        ("straight to the till", case(close(), &[(200.0, 0.0), (650.0, 5.0), end], [1, 1, 0, 0], (1, 3.0), (1, 6.0))),
        ("to the till by the side", case(close(), &[(950.0, 0.0), (650.0, 5.0), end], [1, 1, 0, 0], (1, 0.0), (1, 6.0))),
        (
            "a glance at the till",
            case(close(), &[(200.0, 0.0), (400.0, 8.0), (605.0, 0.3), (400.0, 2.0), (100.0, 6.0)], [1, 0, 1, 0], none, none),
        ),
        ("lost in the queue", case(close(), &[(200.0, 0.0), (400.0, 8.0)], [1, 0, 0, 1], none, none)),
        ("lost before joining", case(close(), &[(200.0, 0.0), (400.0, 1.0)], [0, 0, 0, 0], none, none)),
        ("lost after leaving", case(close(), &[(200.0, 0.0), (400.0, 8.0), (250.0, 0.5)], [1, 0, 1, 0], none, none)),
        ("lost at the till", case(close(), &[(200.0, 0.0), (400.0, 8.0), (650.0, 7.5)], [1, 1, 0, 0], (1, 11.0), (1, 8.0))),
        ("no till: leaving is service", case(open(), &[(200.0, 0.0), (400.0, 8.0), end], [1, 1, 0, 0], (1, 11.0), none)),
        ("no till: a passer", case(open(), &[(200.0, 0.0), (400.0, 0.0), (100.0, 6.0)], [0, 0, 0, 0], none, none)),
    ]
}

fn counts(queue: &QueueTotals) -> [u64; 4] {
    [queue.joined, queue.served, queue.abandoned, queue.unknown]
}

fn queue_of(scene: &Scene, rate: f64, until: f64, ways: &[Way]) -> QueueTotals {
    let totals = walked(scene, rate, until, ways);
    let queue = totals.zones["queue"].queue.clone().unwrap();
    assert_eq!(queue.length.as_ns().iter().sum::<u64>(), totals.observed_ns, "all observed time has a length");
    queue
}

/// Person-seconds in the queue.
fn waited_s(queue: &QueueTotals) -> f64 {
    queue.length.as_ns().iter().enumerate().map(|(n, ns)| n as f64 * *ns as f64 / 1e9).sum()
}

#[test]
fn queues_count_what_the_drawings_say_at_any_rate() {
    for (name, (scene, way, expected)) in cases() {
        for rate in RATES {
            let name = format!("{name}, {rate} a second");
            let until = way.points.last().unwrap().0 + 4.0;
            let queue = queue_of(&scene, rate, until, std::slice::from_ref(&way));
            assert_eq!(counts(&queue), expected.counts, "{name}");
            assert_lasted(&name, &queue.wait, expected.wait);
            assert_lasted(&name, &queue.service, expected.service);
        }
    }
}

#[test]
fn the_length_is_the_number_of_those_who_wait() {
    let alone = |name: &str| {
        let (scene, way, _) = cases().into_iter().find(|(other, _)| *other == name).unwrap().1;
        waited_s(&queue_of(&scene, 10.0, way.points.last().unwrap().0 + 4.0, &[way]))
    };
    for (name, expected_s) in [
        ("38 join, serve, leave", 43.0),
        ("39 abandon", 62.0),
        ("40 passer", 0.0),
        ("over the gap", 14.0),
        ("out and back within five seconds", 26.0),
        ("to the till by the side", 0.0),
        ("lost in the queue", 9.0),
        ("lost before joining", 0.0),
    ] {
        let found_s = alone(name);
        assert!((found_s - expected_s).abs() < 0.11, "{name}: {found_s} for {expected_s}");
    }
}

#[test]
fn case_41_two_who_are_served_as_one_are_two() {
    let one = walk_from(0.0, &[(200.0, 0.0), (400.0, 10.0), (650.0, 4.0), (950.0, 4.0)]);
    let mut other = one.clone();
    other.points.iter_mut().for_each(|p| p.2 += 110.0);
    let queue = queue_of(&close(), 10.0, 30.0, &[one, other]);
    assert_eq!(counts(&queue), [2, 2, 0, 0]);
    let at: Vec<f64> = queue.length.as_ns().iter().map(|ns| *ns as f64 / 1e9).collect();
    assert_eq!(at.len(), 3, "{at:?}");
    assert!((at[2] - 13.0).abs() < 0.1, "{at:?}");
}

#[test]
fn who_still_waits_at_the_end_has_joined_and_nothing_else() {
    let queue = queue_of(&close(), 10.0, 20.0, &[walk_from(0.0, &[(200.0, 0.0), (400.0, 60.0)])]);
    assert_eq!(counts(&queue), [1, 0, 0, 0]);
    assert!((waited_s(&queue) - 19.0).abs() < 0.1, "{queue:?}");
}

#[test]
fn when_the_camera_closes_nobody_knows_what_came_of_who_waited() {
    for (stays, expected) in [(&[(200.0, 0.0), (400.0, 60.0)][..], [1, 0, 0, 1]), (&[(650.0, 60.0)], [1, 1, 0, 0])] {
        let mut bench = Bench::new(close());
        bench.walk(10.0, 9.0, &[walk_from(0.0, stays)]);
        bench.push(9.1, Status::Closed, &[]);
        let queue = bench.totals().now.zones["queue"].queue.clone().unwrap();
        assert_eq!((counts(&queue), queue.service.finished), (expected, 0), "{stays:?}");
    }
}

#[test]
fn joining_and_service_belong_to_their_own_windows() {
    let mut bench = Bench::new(close());
    bench.start = WallTime::parse("2026-03-02T09:59:58Z").unwrap();
    bench.walk(10.0, 30.0, &[walk_from(0.0, &[(200.0, 0.0), (400.0, 10.0), (650.0, 4.0), (950.0, 4.0)])]);
    let totals = bench.totals();
    let hour = &totals.boundaries[0].reading;
    let since = totals.now.since(hour).unwrap();
    let queue = |reading: &footfall_contract::totals::Reading| reading.zones["queue"].queue.clone().unwrap();
    assert_eq!((counts(&queue(hour)), counts(&queue(&since))), ([1, 0, 0, 0], [0, 1, 0, 0]));
    assert!((waited_s(&queue(hour)) - 1.0).abs() < 0.1 && (waited_s(&queue(&since)) - 12.0).abs() < 0.1);
}

#[test]
fn two_queues_of_one_till_count_each_person_once() {
    let zones = r#"[{"name":"left","role":"queue","service":"till","polygon":[[0.3,0.35],[0.6,0.35],[0.6,0.5],[0.3,0.5]]},
        {"name":"right","role":"queue","service":"till","polygon":[[0.3,0.5],[0.6,0.5],[0.6,0.65],[0.3,0.65]]},
        {"name":"till","polygon":[[0.6,0.35],[0.7,0.35],[0.7,0.65],[0.6,0.65]]}]"#;
    let stays = [(200.0, 0.0), (400.0, 10.0), (650.0, 4.0), (950.0, 4.0)];
    for (y, left, right) in [(450.0, [1, 1, 0, 0], [0; 4]), (550.0, [0; 4], [1, 1, 0, 0])] {
        let mut person = walk_from(0.0, &stays);
        person.points.iter_mut().for_each(|p| p.2 = y);
        let zones = walked(&scene("[]", zones), 10.0, 30.0, &[person]).zones;
        let found = ["left", "right"].map(|name| counts(zones[name].queue.as_ref().unwrap()));
        assert_eq!(found, [left, right], "y {y}");
    }
    let zones = walked(&scene("[]", zones), 10.0, 30.0, &[walk_from(0.0, &[(950.0, 0.0), (650.0, 4.0), (950.0, 4.0)])]).zones;
    let found = ["left", "right"].map(|name| counts(zones[name].queue.as_ref().unwrap()));
    assert_eq!(found, [[1, 1, 0, 0], [0; 4]], "who queued in neither counts in the first");
}
