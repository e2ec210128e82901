// SPDX-License-Identifier: MPL-2.0
//! How often the open window is written, and what that costs: what was counted and looked at is on disk within ten seconds, at
//! the same pace whether or not somebody is there.

#![cfg(test)]

mod common;

use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::ClockKind;
use footfall_contract::totals::{QueueTotals, Reading, ShopTotals};
use gst_plugin_countsink::days::Days;
use gst_plugin_countsink::hours::Hours;
use gst_plugin_countsink::state::keeper::{CHECKPOINT_EVERY, Keeper};
use gst_plugin_countsink::state::{Open, State};
use serde_json::Value;
use tokio::time::Instant;

use common::sink::{SCENE, hour, totals};

const ZONES: [&str; 4] = ["shelf-a", "shelf-b", "table", "till"];
const S: u64 = 1_000_000_000;

/// A shop with a door, four zones, one of them a queue, and a day.
fn scene() -> Scene {
    let zone = |name: &str| {
        let role = if name == "till" { r#""role":"queue","# } else { "" };
        format!(r#"{{"name":"{name}",{role}"polygon":[[0.1,0.1],[0.2,0.1],[0.2,0.2]]}}"#)
    };
    let zones = ZONES.map(zone).join(",");
    let text = SCENE.replace("\"publish\"", &format!("\"zones\":[{zones}],\"shop\":{{\"lines\":[\"door\"]}},\"publish\""));
    Scene::parse(&text).unwrap_or_else(|e| panic!("{e}"))
}

/// One second more is looked at, while nobody is there.
fn nobody(now: &mut Reading) {
    now.observed_ns += S;
    now.lines.entry("door".into()).or_default();
    now.shop.get_or_insert_default().occupancy.add_time(0, S);
    for name in ZONES {
        let zone = now.zones.entry(name.into()).or_default();
        zone.add_occupancy(0, S);
        if name == "till" {
            zone.queue.get_or_insert_with(QueueTotals::default).length.add_time(0, S);
        }
    }
}

/// One second more, in which somebody comes and each zone is full.
fn many(now: &mut Reading, second: u64) {
    now.observed_ns += S;
    now.lines.entry("door".into()).or_default().entries += 1;
    let shop = now.shop.get_or_insert_with(|| ShopTotals { exits: 290, entries_at_ms: 9_876_543_210, ..ShopTotals::default() });
    shop.entries += 1;
    shop.occupancy.add_time((second % 12) as usize, S);
    for name in ZONES {
        let zone = now.zones.entry(name.into()).or_default();
        zone.visits += 1;
        zone.dwell.record(second % 40 * 1_500_000_000);
        zone.add_occupancy((second % 6) as usize, S);
        if name == "till" {
            let queue = zone.queue.get_or_insert_with(QueueTotals::default);
            queue.joined += 1;
            queue.wait.record(second % 90 * S);
            queue.length.add_time((second % 5) as usize, S);
        }
    }
}

/// What an hour or less of checkpoints came to.
#[derive(Debug, Default)]
struct Cost {
    files: u64,
    bytes: u64,
    /// How many seconds a count was behind at most.
    count_behind_s: u64,
    /// How many seconds coverage was.
    coverage_behind_s: u64,
}

/// The keeper of a shop through so many seconds: the clock is the test's, the disk is real. `step` makes one second.
fn cost(seconds: u64, mut step: impl FnMut(&mut Reading, u64)) -> Cost {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open(dir.path()).unwrap_or_else(|e| panic!("{e}"));
    let (mut keeper, _) = Keeper::load(state, CHECKPOINT_EVERY).unwrap();
    let (scene, file, begun) = (scene(), dir.path().join("open.json"), Instant::now());
    let mut hours = Hours::new(scene.windows());
    let (mut now, mut cost, mut known, mut last) = (Reading::default(), Cost::default(), Vec::new(), Vec::new());
    for second in 0..seconds {
        step(&mut now, second);
        let wall = hour(9).plus(Duration::from_secs(second));
        hours.receive(totals("a", ClockKind::Live, hour(9), wall, now.clone())).unwrap();
        known.push((now.lines["door"].entries, now.observed_ns));
        keeper.keep_if_due(begun + Duration::from_secs(second), || {
            Some(Open {
                stream: scene.stream_name(),
                scene: scene.sha256().to_owned(),
                time_zone: scene.time_zone_name.clone(),
                window_minutes: 60,
                not_before: None,
                hours: hours.snapshot(),
                days: Days::default().snapshot(),
            })
        });
        assert!(keeper.is_durable());
        let bytes = std::fs::read(&file).unwrap();
        if bytes != last {
            (cost.files, cost.bytes) = (cost.files + 1, cost.bytes + bytes.len() as u64);
            last = bytes;
        }
        let body = last.splitn(2, |byte| *byte == b'\n').nth(1).unwrap();
        let kept: Value = serde_json::from_slice(body).unwrap();
        let parts = kept["hours"]["run"]["parts"].as_object().unwrap();
        let reading = &parts.values().next().unwrap()["reading"];
        let (entries, observed) = (reading["lines"]["door"]["entries"].as_u64(), reading["observed_ns"].as_u64());
        let behind =
            |is_newer: &dyn Fn(&(u64, u64)) -> bool| known.iter().rev().take_while(|known| is_newer(known)).count() as u64;
        cost.count_behind_s = cost.count_behind_s.max(behind(&|(n, _)| *n > entries.unwrap()));
        cost.coverage_behind_s = cost.coverage_behind_s.max(behind(&|(_, ns)| *ns > observed.unwrap()));
    }
    cost
}

fn told(shop: &str, cost: Cost) -> Cost {
    let Cost { files, bytes, .. } = cost;
    eprintln!("{shop}: {files} checkpoints an hour of {} bytes, {bytes} bytes", bytes / files);
    cost
}

#[test]
fn restart_costs_little_flash_and_its_pace_tells_nobody_who_is_there() {
    let busy = told("a busy shop", cost(3600, many));
    let empty = told("an empty shop", cost(3600, |now, _| nobody(now)));
    // Somebody each two minutes or so.
    let somebody = |now: &mut Reading, second| if second % 127 == 63 { many(now, second) } else { nobody(now) };
    let quiet = told("a quiet shop", cost(3600, somebody));
    for cost in [&busy, &empty, &quiet] {
        assert_eq!((cost.files, cost.coverage_behind_s), (450, 7), "each eight seconds: {cost:?}");
        assert!(cost.count_behind_s < 8, "{cost:?}");
    }
    assert!(busy.bytes / busy.files > 1000 && busy.bytes < 4 << 20, "it holds something, and not too much: {busy:?}");
}
