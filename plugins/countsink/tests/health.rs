// SPDX-License-Identifier: MPL-2.0
//! What `health` and `info` say, held against their schemas; that nothing in them follows people; and that a clock that
//! drifts loses no count and is named.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::{BoundaryReading, LineTotals, RULE_VERSION, Reading, Totals, VERSION};
use gst_plugin_countsink::health::{Delivery, Incident, Moment, Monitor};
use gst_plugin_countsink::hours::{Completeness, Finished, Hours, PUBLISH_AFTER};
use gst_plugin_countsink::info;
use serde_json::{Value, json};

use common::{S, fits_schema, json_blocks, schema};

fn scene(more: &str) -> Scene {
    Scene::parse(&format!(
        r#"{{"version":1,"site":"shop-12","camera":"main-door","placement":"entrance","time_zone":"Europe/Stockholm",
        "lines":[{{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}}]{more}}}"#
    ))
    .unwrap()
}

fn wall(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

/// Time that both clocks agree on, from a Monday morning on.
fn moment(seconds: f64) -> Moment {
    let monotonic = Duration::from_secs_f64(seconds);
    Moment { wall: wall("2026-03-02T09:00:20Z").plus(monotonic), monotonic }
}

fn read(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    fits_schema("health.schema.json", &value);
    value
}

fn totals(at: WallTime, clock: ClockKind, entries: u64, observed: Duration) -> Totals {
    let lines = BTreeMap::from([("door".to_owned(), LineTotals { entries, ..LineTotals::default() })]);
    Totals {
        version: VERSION,
        rule_version: RULE_VERSION,
        run: "run".into(),
        stream: "shop-12/main-door".into(),
        started: wall("2026-03-02T09:00:00Z"),
        wall: at,
        running_time: StreamTime(0),
        clock,
        weak: false,
        now: Reading { observed_ns: observed.as_nanos() as u64, lines, ..Reading::default() },
        boundaries: Vec::new(),
    }
}

fn window(observed_s: u64) -> Finished {
    Finished {
        start: wall("2026-03-02T08:00:00Z"),
        end: wall("2026-03-02T09:00:00Z"),
        reading: Reading { observed_ns: observed_s * S, ..Reading::default() },
        inside_at_start: BTreeMap::new(),
        waiting_at_start: BTreeMap::new(),
        in_shop_at_start: 0,
        weak: false,
        completeness: Completeness::Whole,
    }
}

#[test]
fn info_is_as_documented() {
    for (more, profile, minutes) in [("", "standard", 60), (r#","publish":{"profile":"plain","window":"5min"}"#, "plain", 5)] {
        let value: Value = serde_json::from_str(&info::write(&scene(more), moment(0.0).wall)).unwrap();
        fits_schema("info.schema.json", &value);
        assert_eq!((&value["profile"], &value["window_min"]), (&json!(profile), &json!(minutes)));
        assert_eq!(value["since"], "2026-03-02T09:00:00Z", "to the minute");
        assert_eq!(value["version"], env!("CARGO_PKG_VERSION"));
        for (key, strange) in [("people", json!(3)), ("since", json!("2026-03-02T09:00:20Z")), ("version", json!("Anna"))] {
            let mut changed = value.clone();
            changed[key] = strange;
            assert!(!schema("info.schema.json").is_valid(&changed), "{changed}");
        }
    }
}

#[test]
fn health_tells_of_camera_broker_and_outbox() {
    let scene = scene("");
    let mut monitor = Monitor::new(moment(0.0));
    monitor.look(moment(1.0), 0, 1, Some(&scene));
    let value = read(&monitor.health(&scene, &Delivery { connections: 1, ..Delivery::default() }));
    assert_eq!(
        (&value["camera_state"], &value["last_window"], &value["incidents"]),
        (&json!("waiting"), &json!(null), &json!([]))
    );
    assert_eq!(value["outbox"], json!({"unsent": 0, "oldest_unsent_s": null, "dropped": 0}));
    // A camera that comes after 100 s, and a window.
    monitor.look(moment(100.0), 1, 1, Some(&scene));
    monitor.window(&scene, &window(3_573));
    monitor.look(moment(101.0), 26, 3, Some(&scene));
    let delivery = Delivery { connections: 3, unsent: 2, oldest_end: Some(wall("2026-03-02T09:00:00Z")), dropped: 1 };
    let value = read(&monitor.health(&scene, &delivery));
    assert_eq!((&value["camera_state"], &value["camera_since"]), (&json!("live"), &json!("2026-03-02T09:02:00Z")));
    assert_eq!(value["last_window"], json!({"start": "2026-03-02T08:00:00Z", "open_s": 3600, "coverage_s": 3600}));
    assert_eq!(value["broker"], json!({"connected_since": "2026-03-02T09:02:00Z", "reconnects": 2}));
    assert_eq!(value["outbox"], json!({"unsent": 2, "oldest_unsent_s": 121, "dropped": 1}));
    assert_eq!((&value["at"], &value["since"]), (&json!("2026-03-02T09:02:00Z"), &json!("2026-03-02T09:00:00Z")));
    // It goes again.
    monitor.look(moment(140.0), 26, 3, Some(&scene));
    let value = read(&monitor.health(&scene, &delivery));
    assert_eq!((&value["camera_state"], &value["camera_since"]), (&json!("silent"), &json!("2026-03-02T09:02:00Z")));
    // What was wrong before the camera came is told for an hour.
    assert_eq!(value["incidents"], json!(["camera-silent"]));
}

#[test]
fn a_camera_may_be_silent_outside_opening_hours() {
    let told = |hours: &str| {
        let scene = scene(&format!(r#","opening_hours":{{"monday":["{hours}"]}}"#));
        let mut monitor = Monitor::new(moment(0.0));
        monitor.look(moment(1.0), 1, 1, Some(&scene));
        monitor.look(moment(60.0), 1, 1, Some(&scene));
        let value = read(&monitor.health(&scene, &Delivery::default()));
        assert_eq!(value["camera_state"], "silent");
        value["incidents"].clone()
    };
    assert_eq!(told("09:00-18:00"), json!(["camera-silent"]));
    assert_eq!(told("12:00-18:00"), json!([]));
}

#[test]
fn incidents_are_told_for_an_hour_after_they_are_over() {
    let scene = scene("");
    let mut monitor = Monitor::new(moment(0.0));
    let incidents = |monitor: &mut Monitor, s: u32| {
        // A camera that always lives.
        monitor.look(moment(f64::from(s)), u64::from(s), 1, Some(&scene));
        read(&monitor.health(&scene, &Delivery::default()))["incidents"].clone()
    };
    assert_eq!(incidents(&mut monitor, 1), json!([]));
    monitor.note(Incident::TlsUntrusted);
    monitor.note(Incident::Denied);
    monitor.note(Incident::Denied);
    assert_eq!(incidents(&mut monitor, 3600), json!(["denied", "tls-untrusted"]));
    assert_eq!(incidents(&mut monitor, 3602), json!([]));
}

#[test]
fn a_clock_that_is_set_is_named_and_takes_the_told_times_with_it() {
    let scene = scene("");
    let begun = Moment { wall: wall("1970-01-01T00:00:10Z"), monotonic: Duration::ZERO };
    let mut monitor = Monitor::new(begun);
    let set = Moment { wall: wall("2026-03-02T09:05:12Z"), monotonic: Duration::from_secs(120) };
    monitor.look(set, 1, 1, Some(&scene));
    let value = read(&monitor.health(&scene, &Delivery::default()));
    assert_eq!(value["incidents"], json!(["clock-step"]));
    assert_eq!(value["since"], "2026-03-02T09:03:00Z");
    // A clock that is only slewed is not set.
    let mut monitor = Monitor::new(moment(0.0));
    for s in 1..1000 {
        let slewed = Moment { wall: moment(f64::from(s) * 1.0005).wall, monotonic: Duration::from_secs(s as u64) };
        monitor.look(slewed, s as u64, 1, Some(&scene));
    }
    assert_eq!(read(&monitor.health(&scene, &Delivery::default()))["incidents"], json!([]));
}

#[test]
fn it_is_sent_once_a_minute_and_on_each_connection() {
    let scene = scene("");
    let mut monitor = Monitor::new(moment(0.0));
    let mut sent = Vec::new();
    for s in 0..200 {
        let connections = if s < 70 { 1 } else { 2 };
        monitor.look(moment(f64::from(s)), 0, connections, Some(&scene));
        if monitor.is_due() {
            sent.push(s);
        }
    }
    // It begins 20 s after the minute.
    assert_eq!(sent, [0, 40, 70, 100, 160]);
    assert_eq!(Monitor::until_next(moment(0.5).wall), Duration::from_millis(39_500));
    assert_eq!(Monitor::until_next(moment(40.0).wall), Duration::from_secs(60));
}

/// The same camera for ten minutes, once with a shop full of people and once with nobody: the tracker sends totals twice a
/// second, or every ten. What is told, and when, is the same to the byte.
#[test]
fn health_is_the_same_whether_or_not_somebody_is_there() {
    let scene = scene("");
    let told = |totals_every_ms: u64| {
        let mut monitor = Monitor::new(moment(0.0));
        let mut told = Vec::new();
        for ms in (0..600_000_u64).step_by(100) {
            let now = moment(ms as f64 / 1000.0);
            // It dies a few seconds after a minute; with nobody there the last totals are from before it.
            let lives = ms <= 343_000;
            if lives && (ms + totals_every_ms / 2).is_multiple_of(totals_every_ms) {
                let entries = if totals_every_ms < 1000 { ms / 1000 } else { 0 };
                monitor.totals(&totals(now.wall, ClockKind::Live, entries, now.monotonic), now);
            }
            monitor.look(now, ms.min(343_000) / 40, 1, Some(&scene));
            if monitor.is_due() {
                told.push(monitor.health(&scene, &Delivery { connections: 1, ..Delivery::default() }));
            }
        }
        told.iter().for_each(|text| drop(read(text)));
        told
    };
    let (full, empty) = (told(500), told(10_000));
    assert_eq!(full, empty);
    assert_eq!(full.len(), 11);
    let silent = r#""camera_state":"silent","camera_since":"2026-03-02T09:06:00Z""#;
    assert!(full[8].contains(silent) && !full[4].contains("silent"), "{full:#?}");
}

#[test]
fn the_schema_takes_nothing_that_could_describe_one_person() {
    let scene = scene("");
    let mut monitor = Monitor::new(moment(0.0));
    monitor.window(&scene, &window(3_600));
    monitor.look(moment(1.0), 1, 1, Some(&scene));
    let value = read(&monitor.health(&scene, &Delivery::default()));
    let changes = [
        ("/people", json!(1)),
        ("/last_entry", json!("2026-03-02T09:00:00Z")),
        ("/at", json!("2026-03-02T09:00:21Z")),
        ("/since", json!("2026-03-02T09:00:20.5Z")),
        ("/camera_since", json!("2026-03-02T09:00:01Z")),
        ("/camera_state", json!("person in view")),
        ("/incidents", json!(["somebody stood at the shelf"])),
        ("/incidents", json!([{ "code": "denied", "track": 7 }])),
        ("/outbox/unsent", json!(1.5)),
        ("/broker/entries", json!(3)),
        ("/last_window/visits", json!(3)),
        ("/last_window/coverage_s", json!(3573.25)),
        ("/camera", json!("Anna Schmidt")),
    ];
    for (path, strange) in changes {
        let mut changed = value.clone();
        let (parent, key) = path.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[key] = strange;
        assert!(!schema("health.schema.json").is_valid(&changed), "{path}: {changed}");
    }
}

#[test]
fn every_incident_has_its_word_in_the_schema_and_in_the_docs() {
    use Incident::{
        BrokerLost, BrokerRefused, CameraSilent, ClockDrift, ClockStep, Denied, FileFailed, SessionTaken, StateOff, Stranger,
        TlsUntrusted, TotalsFell, WindowsDropped,
    };
    let all = [
        BrokerLost,
        BrokerRefused,
        CameraSilent,
        ClockDrift,
        ClockStep,
        Denied,
        FileFailed,
        SessionTaken,
        StateOff,
        Stranger,
        TlsUntrusted,
        TotalsFell,
        WindowsDropped,
    ];
    let scene = scene("");
    let mut monitor = Monitor::new(moment(0.0));
    all.into_iter().for_each(|incident| monitor.note(incident));
    let value = read(&monitor.health(&scene, &Delivery::default()));
    let words = value["incidents"].as_array().unwrap();
    assert_eq!(words.len(), all.len());
    let schema: Value = serde_json::from_str(&common::docs("health.schema.json")).unwrap();
    assert_eq!(schema["properties"]["incidents"]["items"]["enum"].as_array().unwrap().len(), all.len());
    let page = common::docs("payload.md");
    for word in words {
        assert!(page.contains(&format!("`{}`", word.as_str().unwrap())), "{word}");
    }
}

#[test]
fn the_examples_in_the_docs_fit_the_schemas() {
    let blocks = json_blocks("payload.md").into_iter().map(|b| serde_json::from_str::<Value>(&b).unwrap());
    let (health, info): (Vec<Value>, Vec<Value>) =
        blocks.filter(|b| b.get("since").is_some()).partition(|b| b.get("incidents").is_some());
    assert_eq!((health.len(), info.len()), (1, 1));
    fits_schema("health.schema.json", &health[0]);
    fits_schema("info.schema.json", &info[0]);
}

/// A camera whose clock goes slower or faster, until after three hours it is a minute away from the system's. Totals come
/// every ten seconds, and the worker goes on between them with the monotonic clock.
fn drifting(by_s: f64) -> (u64, Vec<(String, u64)>, Value) {
    const SECONDS: u32 = 3 * 3600;
    let scene = scene("");
    let start = wall("2026-03-02T09:00:00Z");
    let mut hours = Hours::new(scene.windows());
    let mut monitor = Monitor::new(Moment { wall: start, monotonic: Duration::ZERO });
    let (mut counted, mut published) = (0, Vec::new());
    let mut boundaries: Vec<BoundaryReading> = Vec::new();
    let mut newest = start;
    for second in 0..=SECONDS + 600 {
        let monotonic = Duration::from_secs(second.into());
        let system = Moment { wall: start.plus(monotonic), monotonic };
        let camera = start.plus(monotonic.mul_f64(1.0 + by_s / f64::from(SECONDS)));
        monitor.look(system, second.into(), 1, Some(&scene));
        counted += u64::from(second % 7 == 0);
        if second % 10 == 0 {
            let mut now = totals(camera, ClockKind::Live, counted, camera.since(start));
            let hour = scene.windows().start_of(camera);
            if hour > start && boundaries.last().is_none_or(|b| b.at < hour) {
                boundaries.push(BoundaryReading { at: hour, reading: now.now.clone() });
            }
            now.boundaries = boundaries.iter().rev().take(2).rev().cloned().collect();
            monitor.totals(&now, system);
            hours.receive(now).unwrap();
            newest = camera;
        }
        let since_totals = Duration::from_secs((second % 10).into());
        while let Some(window) = hours.next_finished(newest.plus(since_totals), PUBLISH_AFTER) {
            published.push((window.start.utc_seconds(), window.reading.lines["door"].entries));
        }
    }
    while let Some(window) = hours.next_finished(newest.plus(Duration::from_secs(7200)), Duration::ZERO) {
        published.push((window.start.utc_seconds(), window.reading.lines.get("door").map_or(0, |door| door.entries)));
        if published.len() > 9 {
            break;
        }
    }
    let health = read(&monitor.health(&scene, &Delivery::default()));
    (counted, published, health)
}

#[test]
fn a_stream_clock_that_drifts_loses_no_hours_and_is_named_in_health() {
    for by_s in [-60.0, 60.0] {
        let (counted, published, health) = drifting(by_s);
        assert_eq!(published.iter().map(|(_, entries)| entries).sum::<u64>(), counted, "{by_s}: {published:?}");
        let hours: Vec<&str> = published.iter().map(|(start, _)| start.as_str()).take(3).collect();
        assert_eq!(hours, ["2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"], "{by_s}");
        // An hour of the stream is so many seconds here, with somebody every seventh; its last reading is ten seconds late.
        let expected = 3600.0 / (1.0 + by_s / (3.0 * 3600.0)) / 7.0;
        assert!(published[..3].iter().all(|(_, n)| (*n as f64 - expected).abs() <= 2.5), "{by_s}: {published:?} {expected}");
        assert_eq!(health["incidents"], json!(["clock-drift"]), "{by_s}");
    }
    let (.., health) = drifting(5.0);
    assert_eq!(health["incidents"], json!([]), "five seconds are no drift");
}

#[test]
fn a_file_has_a_clock_of_its_own_and_does_not_drift() {
    let mut monitor = Monitor::new(moment(0.0));
    monitor.look(moment(1.0), 1, 1, None);
    monitor.totals(&totals(wall("2020-01-01T00:00:00Z"), ClockKind::Stream, 0, Duration::ZERO), moment(1.0));
    assert_eq!(read(&monitor.health(&scene(""), &Delivery::default()))["incidents"], json!([]));
}
