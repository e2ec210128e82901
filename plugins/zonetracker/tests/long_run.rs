// SPDX-License-Identifier: MPL-2.0
//! A day of people who come and go, and one mannequin that never leaves: memory stays where it was.

#![allow(unsafe_code, clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use footfall_contract::geometry::Rect;
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::{Change, Detection, TrackId, Tracker, TrackerParams};

static HELD: AtomicI64 = AtomicI64::new(0);

struct Weighing;

// SAFETY: everything is handed on to the system's allocator.
unsafe impl GlobalAlloc for Weighing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size() as i64, Relaxed);
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as i64, Relaxed);
        // SAFETY: as the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        HELD.fetch_add(size as i64 - layout.size() as i64, Relaxed);
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
            warm = HELD.load(Relaxed);
        }
    }
    let held = HELD.load(Relaxed);
    assert!(living.len() <= tracker.tracks().len());
    (warm, held, tracker.tracks().len(), told)
}

fn check(hours: f64, persons: u64) {
    let (warm, held, tracks, told) = run(hours);
    assert!(told >= persons, "{told} persons");
    assert!(tracks < 100, "{tracks} tracks at the end");
    assert!((held - warm).abs() < 16 * 1024, "{warm} bytes after a twenty-fourth of the time, {held} at the end");
}

#[test]
fn memory_is_flat_over_an_hour() {
    check(1.0, 40_000);
}

/// `cargo test --release -p gst-plugin-zonetracker --no-default-features --test long_run -- --ignored`
#[test]
#[ignore = "a day takes a minute; tests/long runs it"]
fn memory_is_flat_over_a_day_with_a_million_persons() {
    check(24.0, 1_000_000);
}
