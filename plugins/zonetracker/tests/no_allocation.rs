// SPDX-License-Identifier: MPL-2.0
//! A step of the tracker asks for no memory once it has seen the largest crowd.

#![allow(unsafe_code, clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use footfall_contract::geometry::Rect;
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::{Detection, Tracker, TrackerParams};

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

fn count() {
    // No thread-local any more: the thread ends, and nobody measures.
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + 1));
}

// SAFETY: everything is handed on to the system's allocator; counting touches a constant-initialised thread-local only.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: as the caller's.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// `people` in rows, who walk to and fro; some are missed, some seen weakly, some twice.
fn crowd(people: usize, step: usize) -> Vec<Detection> {
    let away = (step as f64 / 10.0).sin() * 40.0;
    let seen = (0..people).filter(|k| !(k * 7 + step).is_multiple_of(9)).map(|k| {
        let (x, y) = ((k % 25) as f64 * 55.0 + away, (k / 25) as f64 * 60.0);
        let score = if (k + step).is_multiple_of(6) { 0.3 } else { 0.9 };
        Detection { rect: Rect::new(x, y, 40.0, 100.0), score }
    });
    let twice = (0..people / 20).map(|k| Detection { rect: Rect::new(k as f64 * 55.0 + away, 2.0, 40.0, 100.0), score: 0.6 });
    seen.chain(twice).collect()
}

/// How often memory was asked for in `steps` steps, and how many tracks there were.
fn asked(tracker: &mut Tracker, people: usize, from: usize, steps: usize) -> (u64, usize) {
    let frames: Vec<_> = (from..from + steps).map(|step| (step, crowd(people, step))).collect();
    let before = ASKED.get();
    for (step, detections) in &frames {
        let stream = StreamTime::from_secs_f64(*step as f64 / 10.0);
        let at = Moment { stream, wall: WallTime(stream.0 as i64) };
        if step % 5 == 4 {
            tracker.skip(at);
        } else {
            tracker.step(at, detections, 0.5);
        }
    }
    (ASKED.get() - before, tracker.tracks().len())
}

#[test]
fn a_warm_tracker_asks_for_no_memory() {
    for people in [1, 20, 200] {
        let mut tracker = Tracker::new(TrackerParams::default());
        let (cold, _) = asked(&mut tracker, people, 0, 200);
        assert!(cold > 0, "the counter counts");
        let (warm, tracks) = asked(&mut tracker, people, 200, 300);
        assert!(tracks >= people * 9 / 10, "{people} people, {tracks} tracks");
        assert_eq!(warm, 0, "{people} people");
    }
}

#[test]
fn a_smaller_crowd_asks_for_none_after_a_larger_one() {
    let mut tracker = Tracker::new(TrackerParams::default());
    asked(&mut tracker, 200, 0, 200);
    assert_eq!(asked(&mut tracker, 20, 200, 300).0, 0);
    assert_eq!(asked(&mut tracker, 150, 500, 300).0, 0);
}
