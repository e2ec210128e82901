// SPDX-License-Identifier: MPL-2.0
//! What is published of a window: disclosure tables, and every payload held against `docs/payload.schema.json`.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{LineTotals, RULE_VERSION, Reading, ZoneTotals};
use gst_plugin_countsink::hours::{Completeness, Finished};
use serde_json::{Value, json};

use common::{S, published};

fn scene(publish: &str, more: &str) -> Scene {
    Scene::parse(&format!(
        r#"{{"version":1,"site":"shop-12","camera":"main-door","placement":"entrance","time_zone":"Europe/Stockholm",
        "lines":[{{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}}],
        "zones":[{{"name":"shelf","polygon":[[0.2,0.2],[0.4,0.2],[0.4,0.4],[0.2,0.4]]}}],"publish":{publish}{more}}}"#
    ))
    .unwrap()
}

fn window(line: LineTotals, zone: ZoneTotals, inside: u64) -> Finished {
    Finished {
        start: WallTime::parse("2026-03-02T09:00:00Z").unwrap(),
        end: WallTime::parse("2026-03-02T10:00:00Z").unwrap(),
        reading: Reading {
            observed_ns: 3598 * S,
            lines: BTreeMap::from([("door".into(), line)]),
            zones: BTreeMap::from([("shelf".into(), zone)]),
            ..Reading::default()
        },
        inside_at_start: BTreeMap::from([("shelf".into(), inside)]),
        waiting_at_start: BTreeMap::new(),
        in_shop_at_start: 0,
        weak: false,
        completeness: Completeness::Whole,
    }
}

fn visitors(visits: u64, dwell_s: &[f64]) -> ZoneTotals {
    let mut zone = ZoneTotals { visits, ended: dwell_s.len() as u64, ..ZoneTotals::default() };
    for s in dwell_s {
        zone.dwell.record((s * 1e9) as u64);
    }
    zone.add_occupancy(0, 3000 * S);
    zone.add_occupancy(2, 598 * S);
    zone
}

#[test]
fn a_payload_is_as_documented() {
    let line = LineTotals { entries: 34, exits: 31, ..LineTotals::default() };
    let parts = r#","day_parts":[{"name":"morning","from":"09:00","to":"12:00"}],"opening_hours":{"monday":["10:30-18:00"]}"#;
    let scene = scene("{}", parts);
    let value = published(&scene, &window(line, visitors(3, &[]), 0));
    let expected = json!({
        "schema": 3, "id": "shop-12/main-door/2026-03-02T09:00:00Z", "rule_version": RULE_VERSION,
        "scene_version": &scene.sha256()[..16], "site": "shop-12", "camera": "main-door", "placement": "entrance",
        "window": {"start": "2026-03-02T10:00:00+01:00", "end": "2026-03-02T11:00:00+01:00",
                   "time_zone": "Europe/Stockholm", "day_part": "morning"},
        "open_s": 1800, "coverage_s": 3598, "final": true, "weak": false, "withdrawn": false,
        "lines": {"door": {"entries": 35, "exits": 30}}, "zones": {"shelf": null}, "suppressed": ["zones.shelf"],
    });
    assert_eq!(value, expected);
}

#[test]
fn standard_withholds_small_lines_and_rounds_the_rest_to_five() {
    for (exact, expected) in
        [(0, Value::Null), (4, Value::Null), (5, json!(5)), (7, json!(5)), (8, json!(10)), (12, json!(10)), (13, json!(15))]
    {
        let value = published(
            &scene("{}", ""),
            &window(LineTotals { entries: exact, exits: 100, ..LineTotals::default() }, visitors(0, &[]), 0),
        );
        assert_eq!(value["lines"]["door"]["entries"], expected, "{exact}");
        let withheld = value["suppressed"].as_array().unwrap().contains(&json!("lines.door.entries"));
        assert_eq!(withheld, expected.is_null(), "{exact}");
        assert_eq!(value["lines"]["door"]["exits"], 100);
    }
}

#[test]
fn raised_minimums_withhold_more() {
    let scene = scene(r#"{"min_count":{"lines":20,"zones":50}}"#, "");
    let value = published(&scene, &window(LineTotals { entries: 19, exits: 20, ..LineTotals::default() }, visitors(49, &[]), 0));
    assert_eq!(value["suppressed"], json!(["lines.door.entries", "zones.shelf"]));
}

#[test]
fn a_zone_is_judged_by_its_contributors() {
    for (visits, inside, shown) in [(9, 0, false), (0, 0, false), (10, 0, true), (6, 4, true), (6, 3, false)] {
        let value = published(&scene("{}", ""), &window(LineTotals::default(), visitors(visits, &[]), inside));
        let zone = &value["zones"]["shelf"];
        assert_eq!(!zone.is_null(), shown, "{visits} visits, {inside} inside");
        if shown {
            assert_eq!(zone["visits"], if visits < 10 { Value::Null } else { json!(10) });
            assert_eq!(zone["dwell"], Value::Null);
            assert_eq!(zone["occupancy"]["seconds_at"], json!([3000, 0, 600]));
            assert_eq!(zone["person_seconds"], 1200);
        }
    }
}

#[test]
fn dwell_needs_ten_visits_that_ended_and_its_bins_thirty() {
    let scene = scene("{}", "");
    let dwell = |short: usize, long: usize| {
        let dwell = [vec![5.0; short], vec![40.0; long]].concat();
        published(&scene, &window(LineTotals::default(), visitors(100, &dwell), 0))["zones"]["shelf"]["dwell"].clone()
    };
    assert_eq!(dwell(2, 7), Value::Null);
    let twelve = dwell(2, 10);
    assert_eq!((&twelve["finished"], &twelve["mean_s"], &twelve["median_s"]), (&json!(10), &json!(34), &json!(40)));
    assert_eq!(twelve["histogram"], Value::Null);
    let bins = |short, long| {
        let bin = |b: &Value| (b["from_s"].as_u64().unwrap(), b["to_s"].as_u64(), b["n"].as_u64().unwrap());
        dwell(short, long)["histogram"].as_array().map(|bins| bins.iter().map(bin).collect::<Vec<_>>())
    };
    assert_eq!(bins(14, 15), None);
    assert_eq!(bins(13, 27), Some(vec![(0, Some(30), 15), (30, None, 25)]), "below, between and above is nobody");
    assert_eq!(bins(9, 31), None, "finished less the one bin would give the other away");
}

#[test]
fn a_histogram_has_no_small_bins() {
    let told = |n: [usize; 5]| {
        let dwell: Vec<f64> = [5.0, 20.0, 45.0, 100.0, 200.0].iter().zip(n).flat_map(|(s, n)| vec![*s; n]).collect();
        let value = published(&scene("{}", ""), &window(LineTotals::default(), visitors(100, &dwell), 0));
        let bins = value["zones"]["shelf"]["dwell"]["histogram"].as_array().cloned().unwrap_or_default();
        bins.iter().map(|b| b["n"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(told([12, 13, 14, 17, 18]), [10, 15, 15, 15, 20]);
    assert_eq!(told([12, 13, 9, 17, 18]), [25, 45]);
    assert_eq!(told([0, 9, 40, 40, 40]), [0_u64; 0]);
}

#[test]
fn plain_is_exact_and_weak() {
    let value = published(
        &scene(r#"{"profile":"plain"}"#, ""),
        &window(LineTotals { entries: 1, exits: 0, ..LineTotals::default() }, visitors(2, &[12.5, 200.0]), 0),
    );
    assert_eq!(value["weak"], true);
    assert_eq!(value["lines"]["door"], json!({"entries": 1, "exits": 0}));
    let zone = &value["zones"]["shelf"];
    assert_eq!((&zone["visits"], &zone["dwell"]["finished"], &zone["dwell"]["mean_s"]), (&json!(2), &json!(2), &json!(106.3)));
    let n: Vec<u64> = zone["dwell"]["histogram"].as_array().unwrap().iter().map(|b| b["n"].as_u64().unwrap()).collect();
    assert_eq!(n, [0, 1, 0, 0, 1]);
    assert_eq!(zone["occupancy"]["max"], 2);
    assert_eq!(value["suppressed"], json!([]));
}

#[test]
fn an_open_window_says_so() {
    let mut window = window(LineTotals { entries: 50, exits: 50, ..LineTotals::default() }, visitors(0, &[]), 0);
    window.completeness = Completeness::Partial { suffix: "run-7".into() };
    let value = published(&scene("{}", ""), &window);
    assert_eq!((&value["final"], &value["weak"]), (&json!(false), &json!(true)));
    assert_eq!(value["id"], "shop-12/main-door/2026-03-02T09:00:00Z/run-7");
}

#[test]
fn an_unscrubbed_path_makes_it_weak() {
    let mut window = window(LineTotals { entries: 50, exits: 50, ..LineTotals::default() }, visitors(0, &[]), 0);
    window.weak = true;
    assert_eq!(published(&scene("{}", ""), &window)["weak"], true);
}
