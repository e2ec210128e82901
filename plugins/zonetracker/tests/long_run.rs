// SPDX-License-Identifier: MPL-2.0
//! A day of people who come and go, and one mannequin that never leaves: memory stays where it was. So it does in a whole
//! engine that knows how many are inside a shop, and where people are.

#![allow(unsafe_code, clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use footfall_contract::attestation::{PersonBox, Status};
use footfall_contract::geometry::{PictureSize, Rect};
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::Reading;
use gst_plugin_zonetracker::engine::{Engine, Frame};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::{Change, Detection, TrackId, Tracker, TrackerParams};

thread_local! {
    /// Bytes that this test's thread holds.
    static HELD: Cell<i64> = const { Cell::new(0) };
}

struct Weighing;

fn weigh(bytes: i64) {
    // No thread-local any more: the thread ends, and nobody measures.
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
}

// SAFETY: everything is handed on to the system's allocator; weighing touches a constant-initialised thread-local only.
unsafe impl GlobalAlloc for Weighing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        weigh(layout.size() as i64);
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        weigh(-(layout.size() as i64));
        // SAFETY: as the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        weigh(size as i64 - layout.size() as i64);
        // SAFETY: as the caller's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Weighing = Weighing;

/// Persons a second, each seen for `STAY` frames of the `RATE` a second at a place of their own.
const COMING: usize = 12;
const RATE: usize = 10;
const STAY: usize = 5;

/// Everybody in frame `step`: the mannequin, and those who came within the last `STAY` frames.
fn seen(step: usize, detections: &mut Vec<Detection>) {
    detections.clear();
    detections.push(Detection { rect: Rect::new(10.0, 10.0, 40.0, 100.0), score: 0.9 });
    let (first, last) = ((step.saturating_sub(STAY - 1) * COMING).div_ceil(RATE), (step * COMING) / RATE);
    for person in first..=last {
        // Nobody comes to a place where somebody was a short time ago.
        let place = person % 400;
        let (x, y) = (200.0 + (place % 40) as f64 * 100.0, 10.0 + (place / 40) as f64 * 200.0);
        detections.push(Detection { rect: Rect::new(x, y, 40.0, 100.0), score: 0.9 });
    }
}

/// What was held after the first hour and at the end of `hours`, bytes; how many tracks there were at the end; and how many
/// persons were told.
fn run(hours: f64) -> (i64, i64, usize, u64) {
    let mut tracker = Tracker::new(TrackerParams::default());
    let (mut detections, mut living, mut told) = (Vec::with_capacity(64), BTreeSet::<TrackId>::new(), 0);
    let steps = (hours * 3600.0) as usize * RATE;
    let mut warm = 0;
    for step in 0..steps {
        seen(step, &mut detections);
        let stream = StreamTime::from_secs_f64(step as f64 / RATE as f64);
        for change in tracker.step(Moment { stream, wall: WallTime(stream.0 as i64) }, &detections, 0.5) {
            match change {
                Change::Seen(id, _) => told += u64::from(living.insert(*id)),
                Change::Ended(id) => assert!(living.remove(id), "it ends once"),
                Change::Faded(_) => {}
            }
        }
        if step == steps / 24 {
            living = living.into_iter().collect();
            warm = HELD.get();
        }
    }
    let held = HELD.get();
    assert!(living.len() <= tracker.tracks().len());
    (warm, held, tracker.tracks().len(), told)
}

fn check(hours: f64, persons: u64) {
    let (warm, held, tracks, told) = run(hours);
    assert!(told >= persons, "{told} persons");
    assert!(tracks < 100, "{tracks} tracks at the end");
    assert_flat(warm, held);
}

fn assert_flat(warm: i64, held: i64) {
    assert!((held - warm).abs() < 16 * 1024, "{warm} bytes after a twenty-fourth of the time, {held} at the end");
}

/// A door across the picture, above is inside, and a grid.
const SHOP: &str = r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.0,0.5],[1.0,0.5]],"inside":[0.5,0.2]}],
    "shop":{"lines":["door"]},"heat":{}}"#;
const SIZE: PictureSize = PictureSize::new(2000, 1000);

/// Somebody comes each `EVERY` frames and walks through the door for `WALK` frames, every other one out, in lanes of their own.
const EVERY: usize = 4;
const WALK: usize = 20;
const LANES: usize = 18;

/// Everybody in frame `step`, in the middle of whose picture the door is.
fn walkers(step: usize, boxes: &mut Vec<PersonBox>) {
    boxes.clear();
    for person in step.saturating_sub(WALK - 1).div_ceil(EVERY)..=step / EVERY {
        let way = 15.0 * (step - person * EVERY) as f64 - 140.0;
        let (x, feet) = (100.0 + 100.0 * (person % LANES) as f64, if person % 2 == 0 { 500.0 - way } else { 500.0 + way });
        boxes.push(PersonBox::detected(Rect::new(x, feet - 100.0, 40.0, 100.0), 0.9));
    }
}

/// What the engine held after the first twenty-fourth of `hours` and at their end, bytes, and what it has counted.
fn run_shop(hours: f64) -> (i64, i64, Reading) {
    let mut engine = Engine::new(Scene::parse(SHOP).unwrap(), TrackerParams::default());
    let start = WallTime::parse("2026-03-02T09:59:50Z").unwrap();
    let (mut boxes, mut warm) = (Vec::with_capacity(64), 0);
    let steps = (hours * 3600.0) as usize * RATE;
    for step in 0..steps {
        walkers(step, &mut boxes);
        let stream = StreamTime::from_secs_f64(step as f64 / RATE as f64);
        let wall = start.plus(Duration::from_nanos(stream.0));
        let (stream, status) = (Some(stream), Status::Detected);
        engine.push(&Frame { stream, wall, size: SIZE, status, confident: 0.5, min_score: 0.1 }, &mut boxes);
        if step == steps / 24 {
            warm = HELD.get();
        }
    }
    let held = HELD.get();
    engine.finish();
    (warm, held, engine.totals("run", ClockKind::Stream, false).unwrap().now)
}

fn check_shop(hours: f64) {
    let (warm, held, now) = run_shop(hours);
    let (door, shop, heat) = (now.lines["door"], now.shop.unwrap(), now.heat.unwrap());
    let persons = (hours * 3600.0) as u64 * RATE as u64 / EVERY as u64;
    assert!(door.entries.min(door.exits) > persons * 49 / 100, "{door:?} of {persons}");
    assert_eq!((shop.entries, shop.exits), (door.entries, door.exits));
    assert!(heat.visits.iter().sum::<u64>() > 2 * persons, "everybody walks through three cells");
    assert_flat(warm, held);
}

#[test]
fn memory_is_flat_over_an_hour() {
    check(1.0, 40_000);
}

#[test]
fn memory_of_a_shop_with_heat_is_flat_over_an_hour() {
    check_shop(1.0);
}

/// `cargo test --release -p gst-plugin-zonetracker --no-default-features --test long_run -- --ignored`
#[test]
#[ignore = "a day takes a minute; tests/long runs it"]
fn memory_is_flat_over_a_day_with_a_million_persons() {
    check(24.0, 1_000_000);
}

#[test]
#[ignore = "a day takes a minute; tests/long runs it"]
fn memory_of_a_shop_with_heat_is_flat_over_a_day() {
    check_shop(24.0);
}
