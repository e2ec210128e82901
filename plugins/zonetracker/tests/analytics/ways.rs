// SPDX-License-Identifier: MPL-2.0
//! Flows and routes. Zones are strips across the picture, named by letter from left to right, a hundred pixels wide with a
//! hundred between; the door is a line at x = 50, to its right is inside:
//!
//! ```text
//!    x   50   100  200  300  400  500  600  700  800
//!      door   |a    |    |b    |    |c    |    |d    |
//! ```

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::RouteTotals;

use super::common::{Bench, Way, scene_with, way};
use super::{RATES, end_s, walked};

const ZONES: &str = r#"[{"name":"a","polygon":[[0.1,0.1],[0.2,0.1],[0.2,0.9],[0.1,0.9]]},
    {"name":"b","polygon":[[0.3,0.1],[0.4,0.1],[0.4,0.9],[0.3,0.9]],"enter_delay_s":2},
    {"name":"c","polygon":[[0.5,0.1],[0.6,0.1],[0.6,0.9],[0.5,0.9]]},
    {"name":"d","polygon":[[0.7,0.1],[0.8,0.1],[0.8,0.9],[0.7,0.9]]}]"#;

fn shop(net_within_s: f64) -> Scene {
    let door =
        format!(r#"[{{"name":"door","points":[[0.05,0.1],[0.05,0.9]],"inside":[0.5,0.5],"net_within_s":{net_within_s}}}]"#);
    scene_with(&door, ZONES, r#"["door","a","b","c"]"#, r#"[{"name":"round","zones":["a","b","d"]}]"#)
}

/// Where somebody is one after another: `o` outside the door, `-` right behind it, letters the zones' middles; capitals
/// stay for three seconds, others are passed through. All at 100 pixels a second.
fn along(spots: &str) -> Way {
    let (mut now, mut found) = (0.0, way(&[]));
    for spot in spots.chars() {
        let x = match spot.to_ascii_lowercase() {
            'o' => 20.0,
            '-' => 80.0,
            letter => 150.0 + 200.0 * f64::from(letter as u32 - 'a' as u32),
        };
        if let Some((_, before, _)) = found.points.last() {
            now += f64::abs(x - before) / 100.0;
        }
        found = found.then(now, x, 500.0);
        if spot.is_ascii_uppercase() {
            now += 3.0;
            found = found.then(now, x, 500.0);
        }
    }
    found
}

/// From a place to a place, how often.
type Went = (&'static str, &'static str, u64);

fn flows(list: &[Went]) -> BTreeMap<String, BTreeMap<String, u64>> {
    let mut flows: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for (from, to, n) in list {
        flows.entry((*from).to_owned()).or_default().insert((*to).to_owned(), *n);
    }
    flows
}

#[test]
fn flows_count_what_the_ways_say_at_any_rate() {
    // Name, way, transitions. Who passes through b is in it for one second, and its enter delay is two.
    let cases: [(&str, &str, &[Went]); 9] = [
        ("42 a, too short b, c", "A-AbC", &[("a", "c", 1)]),
        ("a, b, c", "ABC", &[("a", "b", 1), ("b", "c", 1)]),
        ("there and back", "ABA", &[("a", "b", 1), ("b", "a", 1)]),
        ("the same again is none", "A-A", &[]),
        ("the same with b too short between", "AbA", &[]),
        ("in by the door and out again", "oACo", &[("door", "a", 1), ("a", "c", 1), ("c", "a", 1), ("a", "door", 1)]),
        ("in and out at the door", "o-o", &[]),
        ("d takes no part", "CDCB", &[("c", "b", 1)]),
        ("born in a", "AC", &[("a", "c", 1)]),
    ];
    for (name, spots, expected) in cases {
        for rate in RATES {
            let ways = [along(spots)];
            let found = walked(&shop(0.0), rate, end_s(&ways) + 4.0, &ways).flows;
            assert_eq!(found, flows(expected), "{name}, {rate} a second");
        }
    }
}

#[test]
fn a_netted_crossing_is_no_place() {
    // From a out of the door, and at once back to c: through a again.
    for (net_within_s, expected) in [(0.0, &[("a", "door", 1), ("door", "a", 1), ("a", "c", 1)][..]), (20.0, &[("a", "c", 1)])] {
        let ways = [along("AoC")];
        let found = walked(&shop(net_within_s), 10.0, end_s(&ways) + 4.0, &ways).flows;
        assert_eq!(found, flows(expected), "net within {net_within_s} s");
    }
}

#[test]
fn a_held_crossing_comes_before_what_follows_it() {
    let ways = [along("oACbA")];
    let found = walked(&shop(3.0), 10.0, end_s(&ways) + 4.0, &ways).flows;
    assert_eq!(found, flows(&[("door", "a", 1), ("a", "c", 1), ("c", "a", 1)]));
}

/// A wide zone with a long enter delay, and a narrow one within it that is entered later and decided sooner.
#[test]
fn visits_take_part_in_the_order_of_their_first_moments() {
    let nested = r#"[{"name":"wide","polygon":[[0.2,0.1],[0.8,0.1],[0.8,0.9],[0.2,0.9]],"enter_delay_s":6},
        {"name":"narrow","polygon":[[0.4,0.1],[0.6,0.1],[0.6,0.9],[0.4,0.9]]}]"#;
    let scene = scene_with("[]", nested, r#"["narrow","wide"]"#, r#"[{"name":"in","zones":["wide","narrow"]}]"#);
    let stays =
        |leave_s: f64| [way(&[(0.0, 100.0, 500.0), (4.0, 500.0, 500.0), (leave_s - 4.0, 500.0, 500.0), (leave_s, 900.0, 500.0)])];
    let long = walked(&scene, 10.0, 20.0, &stays(15.0));
    assert_eq!(long.flows, flows(&[("wide", "narrow", 1)]));
    assert_eq!(long.routes["in"], RouteTotals { reached: vec![1, 1], against: 0 });
    // Too short in the wide one: out over its upper edge.
    let leaves = way(&[(0.0, 100.0, 500.0), (4.0, 500.0, 500.0), (6.8, 500.0, 80.0), (16.0, 500.0, 80.0)]);
    let short = walked(&scene, 10.0, 20.0, &[leaves]);
    assert_eq!((short.zones["wide"].visits, short.zones["narrow"].visits), (0, 1));
    assert_eq!(short.flows, flows(&[]));
    assert_eq!(short.routes["in"], RouteTotals { reached: vec![0, 0], against: 0 });
}

#[test]
fn routes_count_how_far_and_against() {
    // The route goes a, b, d.
    let cases: [(&str, &str, [u64; 3], u64); 9] = [
        ("whole", "ABD", [1, 1, 1], 0),
        ("half", "AB", [1, 1, 0], 0),
        ("begun", "AC", [1, 0, 0], 0),
        ("with a detour", "ACBCD", [1, 1, 1], 0),
        ("b left out", "AbD", [1, 0, 0], 0),
        ("against", "DBA", [1, 0, 0], 1),
        ("from its middle", "BD", [0, 0, 0], 0),
        ("twice", "ABDBABD", [1, 1, 1], 0),
        ("elsewhere", "C", [0, 0, 0], 0),
    ];
    for (name, spots, reached, against) in cases {
        for rate in RATES {
            let ways = [along(spots)];
            let found = walked(&shop(0.0), rate, end_s(&ways) + 4.0, &ways).routes;
            assert_eq!(found["round"], RouteTotals { reached: reached.to_vec(), against }, "{name}, {rate} a second");
        }
    }
}

#[test]
fn arrivals_belong_to_their_own_window() {
    let mut bench = Bench::new(shop(0.0));
    bench.start = WallTime::parse("2026-03-02T09:59:55Z").unwrap();
    // In b from 4.5 s on, known two seconds later: the hour ends in between.
    let ways = [along("ABD")];
    bench.walk(10.0, end_s(&ways), &ways);
    bench.engine.finish();
    let totals = bench.totals();
    let hour = &totals.boundaries[0].reading;
    assert_eq!(hour.flows, flows(&[("a", "b", 1)]));
    assert_eq!(hour.routes["round"].reached, [1, 1, 0]);
    assert_eq!(totals.now.since(hour).unwrap().routes["round"].reached, [0, 0, 1]);
}

#[test]
fn a_scene_without_flows_and_routes_has_none() {
    let plain = scene_with("[]", ZONES, "[]", "[]");
    let found = walked(&plain, 10.0, 12.0, &[along("ABC")]);
    assert!(found.flows.is_empty() && found.routes.is_empty() && found.zones["b"].visits == 1);
}
