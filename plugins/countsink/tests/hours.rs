// SPDX-License-Identifier: MPL-2.0
//! Hours of calendars that are not simple, as they are published.

#![cfg(test)]

mod common;

use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::ClockKind;
use footfall_contract::totals::BoundaryReading;
use gst_plugin_countsink::worker::Config;
use serde_json::Value;

use common::sink::{SCENE, Sink, at, reading, totals};

/// What is published of a camera in this time zone that looks from one moment to the other and counts one a minute.
fn published(zone: &str, from: &str, to: &str) -> Vec<Value> {
    const STEP: Duration = Duration::from_secs(1800);
    let scene = Scene::parse(&SCENE.replace("UTC", zone)).unwrap_or_else(|e| panic!("{e}"));
    let windows = scene.windows();
    let mut sink = Sink::of(Config::default());
    sink.worker.scene(scene);
    let (from, to) = (at(from), at(to));
    let (mut wall, mut boundaries) = (from, Vec::new());
    while wall < to {
        let (before, until) = (wall, wall.plus(STEP));
        wall = until;
        let seconds = wall.since(from).as_secs();
        let now = reading(seconds / 60, seconds);
        if windows.next_boundary(before) == wall {
            boundaries.push(BoundaryReading { at: wall, reading: now.clone() });
        }
        let old = boundaries.len().saturating_sub(2);
        boundaries.drain(..old);
        let mut totals = totals("a", ClockKind::Stream, from, wall, now);
        totals.boundaries = boundaries.clone();
        sink.worker.totals(totals);
    }
    sink.worker.end_of_stream(Duration::from_secs(10));
    sink.read();
    let found: Vec<Value> = sink.published.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    found.iter().for_each(common::fits);
    let mut ids: Vec<&str> = found.iter().map(|window| window["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), found.len(), "each has a name of its own");
    sink.stop();
    found
}

/// Start and end of each by the shop's clock, its open seconds, those looked at, and who came.
fn told(published: &[Value]) -> Vec<(&str, &str, u64, u64, u64)> {
    fn one(window: &Value) -> (&str, &str, u64, u64, u64) {
        let number = |value: &Value| value.as_u64().unwrap();
        let (span, entries) = (&window["window"], &window["lines"]["door"]["entries"]);
        let (open_s, coverage_s) = (number(&window["open_s"]), number(&window["coverage_s"]));
        (span["start"].as_str().unwrap(), span["end"].as_str().unwrap(), open_s, coverage_s, number(entries))
    }
    published.iter().map(one).collect()
}

#[test]
fn hours_of_berlin_are_23_in_spring_and_25_in_autumn() {
    let spring = published("Europe/Berlin", "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00");
    let autumn = published("Europe/Berlin", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
    let (spring, autumn) = (told(&spring), told(&autumn));
    assert_eq!((spring.len(), autumn.len()), (23, 25));
    for (_, _, open_s, coverage_s, entries) in spring.iter().chain(&autumn) {
        assert_eq!((*open_s, *coverage_s, *entries), (3600, 3600, 60));
    }
    // There is no hour from two to three, and there are two.
    assert_eq!(spring[1].0, "2026-03-29T01:00:00+01:00");
    assert_eq!((spring[1].1, spring[2].0), ("2026-03-29T03:00:00+02:00", "2026-03-29T03:00:00+02:00"));
    assert_eq!((autumn[2].0, autumn[2].1), ("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"));
    assert_eq!((autumn[3].0, autumn[3].1), ("2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"));
}

#[test]
fn hours_of_lord_howe_hold_one_of_90_minutes() {
    let found = published("Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "2026-04-05T04:00:00+10:30");
    assert_eq!(
        told(&found),
        [
            ("2026-04-05T00:00:00+11:00", "2026-04-05T01:00:00+11:00", 3600, 3600, 60),
            ("2026-04-05T01:00:00+11:00", "2026-04-05T02:00:00+10:30", 5400, 5400, 90),
            ("2026-04-05T02:00:00+10:30", "2026-04-05T03:00:00+10:30", 3600, 3600, 60),
            ("2026-04-05T03:00:00+10:30", "2026-04-05T04:00:00+10:30", 3600, 3600, 60),
        ]
    );
}

#[test]
fn hours_of_kathmandu_begin_at_a_quarter() {
    let found = published("Asia/Kathmandu", "2026-05-01T09:00:00+05:45", "2026-05-01T11:00:00+05:45");
    assert_eq!(
        told(&found),
        [
            ("2026-05-01T09:00:00+05:45", "2026-05-01T10:00:00+05:45", 3600, 3600, 60),
            ("2026-05-01T10:00:00+05:45", "2026-05-01T11:00:00+05:45", 3600, 3600, 60),
        ]
    );
    assert_eq!(found[0]["id"], "shop/door/2026-05-01T03:15:00Z");
}
