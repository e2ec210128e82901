// SPDX-License-Identifier: MPL-2.0
//! What is published of interest, queues, flows, routes and netted crossings; and the examples of the docs.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{InterestTotals, LineTotals, QueueTotals, Reading, RouteTotals, ZoneTotals};
use gst_plugin_countsink::hours::{Completeness, Finished};
use serde_json::{Value, json};

use common::{S, fits, json_blocks, lasting, published};

const SCENE: &str = r#"{"version":1,"site":"shop-12","camera":"hall","placement":"checkout","time_zone":"Europe/Stockholm",
    "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9],"net_within_s":30}],
    "zones":[
      {"name":"table","role":"interest","polygon":[[0.1,0.1],[0.2,0.1],[0.2,0.2]]},
      {"name":"waiting","role":"queue","service":"till","long_queue":2,"polygon":[[0.3,0.1],[0.4,0.1],[0.4,0.2]]},
      {"name":"till","polygon":[[0.5,0.1],[0.6,0.1],[0.6,0.2]]}],
    "flows":["door","table","waiting"],
    "routes":[{"name":"round","zones":["table","waiting","till"]}],
    "publish":{"profile":"PROFILE"}}"#;

fn scene(profile: &str) -> Scene {
    Scene::parse(&SCENE.replace("PROFILE", profile)).unwrap()
}

/// A window; its line and its zones `table`, `waiting` and `till` have this many crossings or visits.
fn window(visits: [u64; 4]) -> Finished {
    let zone = |n| ZoneTotals { visits: n, ended: n, ..ZoneTotals::default() };
    let names = ["table", "waiting", "till"].into_iter().zip(visits.into_iter().skip(1));
    Finished {
        start: WallTime::parse("2026-03-02T09:00:00Z").unwrap(),
        end: WallTime::parse("2026-03-02T10:00:00Z").unwrap(),
        reading: Reading {
            observed_ns: 3600 * S,
            lines: BTreeMap::from([("door".into(), LineTotals { entries: visits[0], exits: 0, netted: 3 })]),
            zones: names.map(|(name, n)| (name.to_owned(), zone(n))).collect(),
            ..Reading::default()
        },
        inside_at_start: BTreeMap::new(),
        waiting_at_start: BTreeMap::new(),
        in_shop_at_start: 0,
        weak: false,
        completeness: Completeness::Whole,
    }
}

fn zone<'a>(window: &'a mut Finished, name: &str) -> &'a mut ZoneTotals {
    window.reading.zones.get_mut(name).unwrap()
}

/// Joined, served, abandoned, unknown.
fn queue([joined, served, abandoned, unknown]: [u64; 4]) -> QueueTotals {
    let mut queue = QueueTotals { joined, served, abandoned, unknown, wait: lasting(&[(served, 20)]), ..QueueTotals::default() };
    queue.service = lasting(&[(served, 45)]);
    for (people, s) in [(0, 2000), (1, 1000), (2, 400), (3, 200)] {
        queue.length.add_time(people, s * S);
    }
    queue
}

fn flow(window: &mut Finished, from: &str, to: &str, n: u64) {
    window.reading.flows.entry(from.into()).or_default().insert(to.into(), n);
}

fn is_suppressed(value: &Value, path: &str) -> bool {
    value["suppressed"].as_array().unwrap().contains(&json!(path))
}

#[test]
fn plain_tells_every_feature_exactly() {
    let mut w = window([6, 3, 4, 2]);
    zone(&mut w, "table").interest = Some(InterestTotals { stops: 1, dwell: lasting(&[(1, 4)]) });
    zone(&mut w, "waiting").queue = Some(queue([4, 2, 1, 0]));
    flow(&mut w, "table", "waiting", 2);
    w.reading.routes.insert("round".into(), RouteTotals { reached: vec![3, 2, 1], against: 1 });
    let value = published(&scene("plain"), &w);
    assert_eq!(value["lines"]["door"], json!({"entries": 6, "exits": 0, "netted": 3}));
    let interest = &value["zones"]["table"]["interest"];
    assert_eq!(
        (&interest["passers_by"], &interest["stops"], &interest["stopping_rate"], &interest["dwell"]["mean_s"]),
        (&json!(3), &json!(1), &json!(0.333), &json!(4))
    );
    let told = &value["zones"]["waiting"]["queue"];
    let counts = ["joined", "served", "abandoned", "unknown"].map(|key| told[key].as_u64().unwrap());
    assert_eq!(counts, [4, 2, 1, 0]);
    assert_eq!(told["length"], json!({"mean": 0.67, "max": 3, "seconds_at": [2000, 1000, 400, 200], "long_share": 0.056}));
    assert_eq!((&told["wait"]["mean_s"], &told["service"]["mean_s"]), (&json!(20), &json!(45)));
    let flows =
        json!({"door": {"table": 0, "waiting": 0}, "table": {"door": 0, "waiting": 2}, "waiting": {"door": 0, "table": 0}});
    assert_eq!(value["flows"], flows);
    let route = json!({"started": 3, "reached": {"table": 3, "waiting": 2, "till": 1}, "completed": 1, "against": 1});
    assert_eq!(value["routes"], json!({"round": route}));
    assert_eq!((&value["weak"], &value["suppressed"]), (&json!(true), &json!([])));
    let nobody = published(&scene("plain"), &window([0; 4]));
    assert_eq!(nobody["zones"]["table"]["interest"]["stopping_rate"], Value::Null);
    assert_eq!(nobody["zones"]["waiting"]["queue"]["length"]["long_share"], Value::Null);
}

#[test]
fn what_the_scene_does_not_use_is_absent() {
    let plain = r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
        "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}],
        "zones":[{"name":"table","polygon":[[0.1,0.1],[0.2,0.1],[0.2,0.2]]},
                 {"name":"waiting","role":"queue","polygon":[[0.3,0.1],[0.4,0.1],[0.4,0.2]]}],"publish":{"profile":"plain"}}"#;
    let value = published(&Scene::parse(plain).unwrap(), &window([1, 2, 3, 4]));
    let keys = |v: &Value| v.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(value.get("flows").is_none() && value.get("routes").is_none());
    assert_eq!(keys(&value["lines"]["door"]), ["entries", "exits"]);
    assert_eq!(keys(&value["zones"]["table"]), ["dwell", "occupancy", "person_seconds", "visits"]);
    assert_eq!(keys(&value["zones"]["waiting"]["queue"]), ["joined", "length", "served", "unknown", "wait"], "no service zone");
    assert!(value["zones"]["waiting"]["queue"]["length"].get("long_share").is_none());
}

#[test]
fn netted_pairs_are_withheld_by_themselves() {
    for (netted, told) in [(4, Value::Null), (6, json!(5))] {
        let mut w = window([50, 0, 0, 0]);
        w.reading.lines.get_mut("door").unwrap().netted = netted;
        let value = published(&scene("standard"), &w);
        assert_eq!(value["lines"]["door"], json!({"entries": 50, "exits": null, "netted": told}));
    }
}

#[test]
fn a_queue_is_judged_by_who_joined_and_who_waited_at_its_start() {
    for (joined, waiting, shown) in [(9, 0, false), (0, 0, false), (6, 3, false), (6, 4, true), (10, 0, true)] {
        let mut w = window([0, 0, 40, 40]);
        zone(&mut w, "waiting").queue = Some(queue([joined, joined, 0, 0]));
        w.waiting_at_start.insert("waiting".into(), waiting);
        let value = published(&scene("standard"), &w);
        let told = &value["zones"]["waiting"]["queue"];
        assert_eq!(!told.is_null(), shown, "{joined} joined, {waiting} waiting");
        assert_eq!(is_suppressed(&value, "zones.waiting.queue"), !shown);
        if shown {
            assert_eq!(told["served"], if joined < 10 { Value::Null } else { json!(10) });
            assert_eq!(told["wait"].is_null(), joined < 10);
            assert_eq!(
                told["length"],
                json!({"mean": 0.67, "max": 5, "seconds_at": [2000, 1000, 400, 200], "long_share": 0.056})
            );
        }
    }
}

/// joined - served - abandoned = unknown, and the like.
#[test]
fn joined_stands_only_beside_all_its_parts() {
    for (counts, told) in [
        ([60, 40, 11, 9], json!([null, 40, 10, null])),
        ([60, 50, 6, 4], json!([null, 50, null, null])),
        ([62, 36, 14, 12], json!([60, 35, 15, 10])),
        ([24, 8, 8, 8], json!([null, null, null, null])),
    ] {
        let mut w = window([0, 0, 200, 40]);
        zone(&mut w, "waiting").queue = Some(queue(counts));
        let value = published(&scene("standard"), &w);
        let queue = &value["zones"]["waiting"]["queue"];
        let found = ["joined", "served", "abandoned", "unknown"].map(|key| &queue[key]);
        assert_eq!(json!(found), told, "{counts:?}");
        assert_eq!(value["zones"]["waiting"]["visits"], 200, "so many only walked through that nothing follows from it");
    }
}

#[test]
fn visits_of_a_queue_do_not_tell_who_gave_up() {
    let mut w = window([0, 0, 57, 52]);
    zone(&mut w, "waiting").queue = Some(queue([57, 52, 5, 0]));
    zone(&mut w, "waiting").dwell = lasting(&[(57, 25)]);
    let value = published(&scene("standard"), &w);
    let waiting = &value["zones"]["waiting"];
    assert_eq!((&waiting["visits"], &waiting["dwell"]), (&Value::Null, &Value::Null));
    assert_eq!((&waiting["queue"]["served"], &waiting["queue"]["joined"]), (&json!(50), &Value::Null));
    assert!(is_suppressed(&value, "zones.waiting.visits") && is_suppressed(&value, "zones.waiting.dwell"));
}

#[test]
fn a_till_of_two_queues_does_not_tell_the_quiet_one() {
    let express =
        r#"{"name":"express","role":"queue","service":"till","polygon":[[0.7,0.1],[0.8,0.1],[0.8,0.2]]},{"name":"till""#;
    let scene = Scene::parse(&SCENE.replace("PROFILE", "standard").replace(r#"{"name":"till""#, express)).unwrap();
    let till = |quiet: u64, others: u64| {
        let mut w = window([0, 200, 200, 40 + quiet + others]);
        zone(&mut w, "till").dwell = lasting(&[(40 + quiet + others, 45)]);
        zone(&mut w, "waiting").queue = Some(queue([40, 40, 0, 0]));
        let express = ZoneTotals { visits: 200, queue: Some(queue([quiet, quiet, 0, 0])), ..ZoneTotals::default() };
        w.reading.zones.insert("express".into(), express);
        let value = published(&scene, &w);
        (value["zones"]["till"]["visits"].as_u64(), value["zones"]["till"]["dwell"]["finished"].as_u64())
    };
    assert_eq!(till(9, 0), (None, None));
    assert_eq!(till(9, 1), (Some(50), Some(50)), "it may have been as well one and nine");
    assert_eq!(till(12, 0), (Some(50), Some(50)), "nothing is withheld");
}

#[test]
fn stops_need_as_many_who_do_not_stop() {
    for (visits, stops, told) in [
        (40, 9, json!([40, null, null])),
        (40, 12, json!([40, 10, 0.25])),
        (40, 31, json!([40, null, null])),
        (43, 33, json!([45, 35, 0.78])),
    ] {
        let mut w = window([0, visits, 0, 0]);
        zone(&mut w, "table").dwell = lasting(&[(stops, 5), (visits - stops, 1)]);
        zone(&mut w, "table").interest = Some(InterestTotals { stops, dwell: lasting(&[(stops, 5)]) });
        let value = published(&scene("standard"), &w);
        let interest = &value["zones"]["table"]["interest"];
        assert_eq!(json!(["passers_by", "stops", "stopping_rate"].map(|key| &interest[key])), told, "{visits} {stops}");
        for key in ["stops", "stopping_rate", "dwell"] {
            assert_eq!(is_suppressed(&value, &format!("zones.table.interest.{key}")), interest[key].is_null(), "{key}");
        }
        assert_eq!(interest["dwell"].is_null(), told[1].is_null());
    }
}

#[test]
fn of_stops_and_visits_one_histogram_is_told() {
    let told = |profile: &str| {
        let mut w = window([0, 120, 0, 0]);
        zone(&mut w, "table").dwell = lasting(&[(60, 1), (30, 5), (30, 40)]);
        zone(&mut w, "table").interest = Some(InterestTotals { stops: 60, dwell: lasting(&[(30, 5), (30, 40)]) });
        let table = published(&scene(profile), &w)["zones"]["table"].clone();
        (table["dwell"]["histogram"].is_array(), table["interest"]["dwell"]["histogram"].is_array())
    };
    assert_eq!((told("standard"), told("plain")), ((false, true), (true, true)));
}

#[test]
fn a_flow_leaves_enough_people_untold_at_both_its_ends() {
    let told = |at_table: u64, at_queue: u64| {
        let mut w = window([200, at_table, at_queue, 0]);
        flow(&mut w, "table", "waiting", 30);
        flow(&mut w, "table", "door", 12);
        flow(&mut w, "door", "waiting", 9);
        let value = published(&scene("standard"), &w);
        assert_eq!(value["flows"]["door"]["waiting"], Value::Null);
        (value["flows"]["table"]["waiting"].as_u64(), value["flows"]["table"]["door"].as_u64())
    };
    assert_eq!(told(52, 40), (Some(30), Some(10)));
    assert_eq!(told(51, 40), (Some(30), None), "nine more went nowhere from the table");
    assert_eq!(told(52, 39), (None, Some(10)), "nine more came to the queue from elsewhere");
    assert_eq!(told(52, 9), (None, Some(10)), "a withheld zone");
}

#[test]
fn a_route_tells_all_its_zones_or_its_ends_or_its_start() {
    for (reached, told) in [
        ([60, 40, 20], json!([60, 40, 20])),
        ([60, 51, 20], json!([60, null, 20])),
        ([60, 29, 20], json!([60, null, 20])),
        ([60, 55, 51], json!([60, null, null])),
        ([60, 40, 9], json!([60, null, null])),
        ([9, 0, 0], json!([null, null, null])),
    ] {
        let mut w = window([0, 70, 70, 70]);
        w.reading.routes.insert("round".into(), RouteTotals { reached: reached.to_vec(), against: 9 });
        let value = published(&scene("standard"), &w);
        let route = &value["routes"]["round"];
        assert_eq!(json!(["table", "waiting", "till"].map(|zone| &route["reached"][zone])), told, "{reached:?}");
        assert_eq!((&route["started"], &route["completed"], &route["against"]), (&told[0], &told[2], &Value::Null));
    }
}

#[test]
fn a_withheld_zone_has_no_flow_and_no_place_on_a_route() {
    // More than the zone's contributors can not be, but the rule does not depend on it.
    let mut w = window([200, 70, 9, 70]);
    flow(&mut w, "table", "waiting", 30);
    w.reading.routes.insert("round".into(), RouteTotals { reached: vec![60, 40, 20], against: 20 });
    let value = published(&scene("standard"), &w);
    assert_eq!(value["zones"]["waiting"], Value::Null);
    assert_eq!(value["flows"]["table"]["waiting"], Value::Null);
    assert_eq!(value["routes"]["round"]["reached"], json!({"table": 60, "waiting": null, "till": 20}));
    assert!(is_suppressed(&value, "routes.round.reached.waiting"));
}

#[test]
fn zones_of_a_route_stand_in_its_order() {
    use gst_plugin_countsink::disclosure::{Figures, disclose};
    let scene = scene("plain");
    let text = serde_json::to_string(&disclose(&Figures::of(&scene, &window([0; 4])), &scene)).unwrap();
    assert!(text.contains(r#""reached":{"table":0,"waiting":0,"till":0}"#), "{text}");
}

#[test]
fn the_payloads_of_the_docs_fit_the_schema() {
    let blocks = json_blocks("payload.md");
    assert!(blocks.len() >= 2, "{}", blocks.len());
    let examples: Vec<Value> = blocks.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    // The others are of `info` and `health`.
    let examples: Vec<Value> = examples.into_iter().filter(|example| example.get("id").is_some()).collect();
    examples.iter().for_each(fits);
    for path in [
        "/lines/door/netted",
        "/zones/tables/interest",
        "/zones/waiting/queue/service",
        "/flows/door",
        "/routes/round",
        "/shop",
        "/heat",
    ] {
        assert!(examples.iter().any(|e| e.pointer(path).is_some_and(|v| !v.is_null())), "no example has {path}");
    }
}

#[test]
fn the_scenes_of_the_docs_are_scenes() {
    let blocks = json_blocks("scene.md");
    assert!(blocks.len() >= 2, "{}", blocks.len());
    let scenes: Vec<Scene> = blocks.iter().map(|text| Scene::parse(text).unwrap()).collect();
    assert!(scenes.iter().any(|s| !s.flows.is_empty() && !s.routes.is_empty() && s.shop.is_some() && s.heat.is_some()));
}
