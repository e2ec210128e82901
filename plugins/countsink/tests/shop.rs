// SPDX-License-Identifier: MPL-2.0
//! What is published of the shop, its day, and the grid.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{HeatTotals, LineTotals, RULE_VERSION, Reading, ShopTotals, ZoneTotals};
use gst_plugin_countsink::days::{DayReading, Days};
use gst_plugin_countsink::disclosure::{Figures, disclose};
use gst_plugin_countsink::hours::{Completeness, Finished};
use gst_plugin_countsink::payload;
use serde_json::{Value, json};

use common::{S, fits, published};

const SCENE: &str = r#"{"version":1,"site":"shop-12","camera":"doors","placement":"entrance","time_zone":"Europe/Stockholm",
    "opening_hours":{"monday":["09:00-18:00"]},
    "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]},
             {"name":"back","points":[[0.1,0.1],[0.9,0.1]],"inside":[0.5,0.9]}],
    "zones":[{"name":"left","polygon":[[0.01,0.01],[0.49,0.01],[0.49,0.99],[0.01,0.99]]}],
    "shop":{"lines":["door","back"]},"heat":{"columns":4,"rows":2},"publish":{"profile":"PROFILE"}}"#;

fn scene(profile: &str) -> Scene {
    Scene::parse(&SCENE.replace("PROFILE", profile)).unwrap()
}

/// An hour of Monday with these entries and exits of the doors, and one person inside for half of it.
fn window(hour: u64, doors: [[u64; 2]; 2]) -> Finished {
    let at = |hour: u64| WallTime::parse("2026-03-02T00:00:00+01:00").unwrap().plus(std::time::Duration::from_secs(3600 * hour));
    let lines = ["door", "back"]
        .into_iter()
        .zip(doors)
        .map(|(name, [entries, exits])| (name.to_owned(), LineTotals { entries, exits, ..LineTotals::default() }));
    let [entries, exits] = [0, 1].map(|way| doors.iter().map(|door| door[way]).sum());
    let mut shop = ShopTotals { entries, exits, ..ShopTotals::default() };
    let observed_s = if (9..18).contains(&hour) { 3600 } else { 0 };
    shop.occupancy.add_time(0, observed_s / 2 * S);
    shop.occupancy.add_time(1, observed_s / 2 * S);
    // All come at the hour and go 20 minutes after it.
    shop.entries_at_ms = entries * hour * 3_600_000;
    shop.exits_at_ms = exits * (hour * 3_600_000 + 1_200_000);
    Finished {
        start: at(hour),
        end: at(hour + 1),
        reading: Reading { observed_ns: observed_s * S, lines: lines.collect(), shop: Some(shop), ..Reading::default() },
        inside_at_start: BTreeMap::new(),
        waiting_at_start: BTreeMap::new(),
        in_shop_at_start: 0,
        weak: false,
        completeness: Completeness::Whole,
    }
}

/// The payload of a window that ends a day.
fn with_day(scene: &Scene, window: &Finished, day: DayReading) -> Value {
    let figures = Figures::of(scene, window).with_day(scene, Some(day));
    let value = serde_json::from_str(&payload::write(scene, RULE_VERSION, window, &disclose(&figures, scene)).text).unwrap();
    fits(&value);
    value
}

/// The last payload of a day of these hours.
fn day(profile: &str, windows: &[Finished]) -> Value {
    let (scene, mut days) = (scene(profile), Days::default());
    windows.iter().for_each(|w| assert!(days.add(&scene, w).is_none()));
    let last = window(23, [[0, 0]; 2]);
    let ended = days.add(&scene, &last).unwrap();
    with_day(&scene, &last, ended)
}

fn busy(hour: u64) -> Finished {
    window(hour, [[41, 38], [12, 13]])
}

#[test]
fn a_shop_is_told_as_its_doors_are() {
    let value = published(&scene("standard"), &busy(9));
    assert_eq!(value["lines"], json!({"door": {"entries": 40, "exits": 40}, "back": {"entries": 10, "exits": 15}}));
    let shop = json!({"entries": 50, "exits": 55, "person_seconds": 1800,
        "occupancy": {"mean": 0.5, "max": 0, "seconds_at": [1800, 1800]}});
    assert_eq!(value["shop"], shop);
    assert!(value.get("day").is_none(), "the day is not over");
    let exact = published(&scene("plain"), &window(9, [[1, 0], [2, 0]]));
    assert_eq!((&exact["shop"]["entries"], &exact["shop"]["exits"], &exact["weak"]), (&json!(3), &json!(0), &json!(true)));
}

#[test]
fn a_withheld_door_withholds_the_shop() {
    for (doors, inside, shown) in [
        ([[41, 38], [5, 5]], 0, true),
        ([[41, 38], [4, 5]], 0, false),
        ([[41, 38], [5, 4]], 0, false),
        ([[41, 38], [0, 0]], 0, false),
        ([[5, 5], [5, 5]], 0, true),
    ] {
        let mut w = window(9, doors);
        w.in_shop_at_start = inside;
        let value = published(&scene("standard"), &w);
        assert_eq!(!value["shop"].is_null(), shown, "{doors:?}");
        assert_eq!(value["suppressed"].as_array().unwrap().contains(&json!("shop")), !shown);
    }
}

#[test]
fn a_shop_needs_as_many_people_as_a_zone() {
    let one_door =
        SCENE.replace(r#""shop":{"lines":["door","back"]}"#, r#""shop":{"lines":["door"]}"#).replace("PROFILE", "standard");
    for (entries, inside, shown) in [(9, 0, false), (9, 1, true), (5, 4, false), (10, 0, true)] {
        let mut w = window(9, [[entries, 20], [0, 0]]);
        w.in_shop_at_start = inside;
        let value = published(&Scene::parse(&one_door).unwrap(), &w);
        assert_eq!(!value["shop"].is_null(), shown, "{entries} came, {inside} were inside");
    }
}

#[test]
fn a_day_has_its_balance_and_its_mean_visit() {
    let hours: Vec<_> = (9..18).map(busy).collect();
    let value = day("standard", &hours);
    assert_eq!(value["shop"], Value::Null, "of the night nothing is told");
    let day = &value["day"];
    assert_eq!((&day["start"], &day["end"]), (&json!("2026-03-02T00:00:00+01:00"), &json!("2026-03-03T00:00:00+01:00")));
    assert_eq!((&day["open_s"], &day["coverage_s"]), (&json!(9 * 3600), &json!(9 * 3600)));
    // Nine hours of 40 and 10, and of 40 and 15.
    let shop = json!({"entries": 450, "exits": 495, "balance": -45, "unseen": null, "left_inside": null,
        "mean_visit_s": 1200, "mean_inside": 17});
    assert_eq!(day["shop"], shop);
    let withheld = value["suppressed"].as_array().unwrap();
    assert!(withheld.contains(&json!("day.shop.unseen")) && !withheld.contains(&json!("day.shop.mean_visit_s")));
    let exact = day_of("plain", &hours);
    assert_eq!((&exact["entries"], &exact["exits"], &exact["unseen"]), (&json!(477), &json!(459), &json!(0)));
}

fn day_of(profile: &str, windows: &[Finished]) -> Value {
    day(profile, windows)["day"]["shop"].clone()
}

#[test]
fn the_mean_visit_is_told_where_it_holds() {
    let hours = |change: &dyn Fn(&mut Finished)| -> Vec<Finished> {
        let mut hours: Vec<_> = (9..18).map(busy).collect();
        hours.iter_mut().for_each(change);
        hours
    };
    let mean = |windows: &[Finished]| day_of("standard", windows)["mean_visit_s"].clone();
    assert_eq!(mean(&hours(&|_| ())), 1200);
    assert_eq!(mean(&hours(&|w| w.reading.observed_ns = 3400 * S)), Value::Null, "a twentieth was not looked at");
    let more_exits = |w: &mut Finished| w.reading.lines.get_mut("door").unwrap().exits = 52;
    assert_eq!(mean(&hours(&more_exits)), Value::Null, "exits are a tenth more");
    assert_eq!(mean(&hours(&|_| ())[..8]), Value::Null, "an hour is missing");
    // A shop that never closes, unless it says when it is empty.
    for (empty_at, expected) in [("", Value::Null), (r#","empty_at":"00:00""#, json!(1200))] {
        let text = SCENE.replace("PROFILE", "standard").replace(r#""opening_hours":{"monday":["09:00-18:00"]},"#, "");
        let scene = Scene::parse(&text.replace(r#"["door","back"]"#, &format!(r#"["door","back"]{empty_at}"#))).unwrap();
        let mut days = Days::default();
        let mut told = None;
        for hour in 0..24 {
            let mut w = busy(hour);
            w.reading.observed_ns = 3600 * S;
            told = days.add(&scene, &w);
        }
        assert_eq!(with_day(&scene, &busy(23), told.unwrap())["day"]["shop"]["mean_visit_s"], expected, "{empty_at:?}");
    }
}

#[test]
fn a_day_of_few_tells_little() {
    let value = day("standard", &[window(9, [[4, 4], [0, 0]])]);
    let withheld = value["suppressed"].as_array().unwrap();
    for path in ["shop", "heat", "day.shop.entries", "day.shop.balance", "day.shop.mean_visit_s", "day.shop.mean_inside"] {
        assert!(withheld.contains(&json!(path)), "{path}");
    }
    assert!(value["day"]["shop"].as_object().unwrap().values().all(Value::is_null), "{value:#}");
    // Nine such hours: thirty-six people, in enough parts.
    let quiet: Vec<_> = (9..18).map(|hour| window(hour, [[4, 4], [0, 0]])).collect();
    assert_eq!(day_of("standard", &quiet)["entries"], 35);
}

#[test]
fn drift_is_told_if_both_its_parts_may_be() {
    for (unseen, left, told) in [(9, 12, json!([10, 10])), (4, 12, json!([null, null])), (12, 4, json!([null, null]))] {
        let mut hours: Vec<_> = (9..18).map(busy).collect();
        let shop = hours[8].reading.shop.as_mut().unwrap();
        (shop.unseen, shop.left_inside) = (unseen, left);
        let shop = day_of("standard", &hours);
        assert_eq!(json!([shop["unseen"], shop["left_inside"]]), told, "{unseen} {left}");
    }
}

/// `left` covers the first two of the four columns.
fn heat(profile: &str, visits: [u64; 8], zone_visits: u64) -> Value {
    let mut w = window(9, [[0, 0]; 2]);
    let presence_ns = visits.iter().map(|n| n * 7 * S).collect();
    w.reading.heat = Some(HeatTotals { presence_ns, visits: visits.to_vec() });
    w.reading.zones.insert("left".into(), ZoneTotals { visits: zone_visits, ..ZoneTotals::default() });
    let value = published(&scene(profile), &w);
    let withheld = value["suppressed"].as_array().unwrap();
    let some_null = value["heat"]["seconds"]
        .as_array()
        .is_some_and(|rows| rows.iter().flat_map(|r| r.as_array().unwrap()).any(Value::is_null));
    assert_eq!(withheld.contains(&json!("heat")), value["heat"].is_null());
    assert_eq!(withheld.contains(&json!("heat.seconds")), some_null);
    value["heat"].clone()
}

#[test]
fn a_cell_is_judged_by_its_own_visits() {
    let map = heat("standard", [20, 20, 9, 10, 20, 20, 0, 13], 40);
    assert_eq!(map, json!({"columns": 4, "rows": 2, "seconds": [[140, 140, null, 70], [140, 140, null, 90]]}));
    assert_eq!(heat("standard", [9; 8], 40), Value::Null);
    assert_eq!(heat("plain", [0, 1, 0, 0, 0, 0, 0, 2], 1)["seconds"], json!([[0, 7, 0, 0], [0, 0, 0, 14]]));
}

#[test]
fn a_withheld_zone_has_no_heat() {
    let map = heat("standard", [20; 8], 9);
    assert_eq!(map["seconds"], json!([[null, null, 140, 140], [null, null, 140, 140]]));
}

#[test]
fn a_quiet_cell_of_a_zone_is_not_left_alone() {
    // The zone's time less that of three cells would be the fourth's.
    let map = heat("standard", [20, 30, 20, 20, 25, 4, 20, 20], 40);
    assert_eq!(map["seconds"], json!([[null, 210, 140, 140], [175, null, 140, 140]]));
    let map = heat("standard", [20, 6, 20, 20, 25, 4, 20, 20], 40);
    assert_eq!(map["seconds"], json!([[140, null, 140, 140], [175, null, 140, 140]]), "ten visits are not told");
}

#[test]
fn what_the_scene_does_not_have_is_absent() {
    let text =
        SCENE.replace("PROFILE", "plain").replace(r#""shop":{"lines":["door","back"]},"heat":{"columns":4,"rows":2},"#, "");
    let value = published(&Scene::parse(&text).unwrap(), &busy(23));
    assert!(["shop", "heat", "day"].iter().all(|key| value.get(key).is_none()), "{value:#}");
}
