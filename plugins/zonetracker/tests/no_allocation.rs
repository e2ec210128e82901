// SPDX-License-Identifier: MPL-2.0
//! A frame asks for no memory once the largest crowd was seen: neither of the tracker alone, nor of the whole engine with all
//! that a scene may describe.

#![allow(unsafe_code, clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use footfall_contract::attestation::{PersonBox, Status};
use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::scene::Scene;
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::engine::{Engine, Frame};
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

/// Lines, zones of all kinds, flows, a route and a grid; people stand in zones, sway from cell to cell and lie across lines,
/// and nobody crosses or leaves.
const SCENE: &str = r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.0,0.02],[1.0,0.02]],"inside":[0.5,0.5]},
             {"name":"gate","points":[[0.0,0.95],[0.5,0.96],[1.0,0.95]],"inside":[0.5,0.5],"net_within_s":5}],
    "zones":[{"name":"hall","polygon":[[0,0.05],[1,0.05],[1,0.9],[0,0.9]]},
             {"name":"shelf","polygon":[[0,0.04],[1,0.04],[1,0.92],[0,0.92]],"role":"interest"},
             {"name":"queue","polygon":[[0,0.03],[1,0.03],[1,0.93],[0,0.93]],"role":"queue","service":"till"},
             {"name":"till","polygon":[[0,0.94],[1,0.94],[1,1],[0,1]]}],
    "flows":["door","hall","till"],
    "heat":{"columns":32,"rows":32},
    "routes":[{"name":"round","zones":["hall","till"]}]}"#;

/// How often memory was asked for in `steps` frames of the engine, from an hour's last seconds into the next.
fn asked_by_engine(engine: &mut Engine, people: usize, from: usize, steps: usize) -> u64 {
    let start = WallTime::parse("2026-03-02T09:59:50Z").unwrap();
    let mut asked = 0;
    for step in from..from + steps {
        let stream = StreamTime::from_secs_f64(step as f64 / 10.0);
        let wall = start.plus(std::time::Duration::from_nanos(stream.0));
        let status = if step % 5 == 4 { Status::Skipped } else { Status::Detected };
        let seen = if status == Status::Detected { crowd(people, step) } else { Vec::new() };
        let mut boxes = Vec::with_capacity(512);
        // Away from the picture's edge, where zones end.
        let inward = |r: Rect<Px>| Rect::new(r.left + 200.0, r.top, r.width, r.height);
        boxes.extend(seen.iter().map(|found| PersonBox::detected(inward(found.rect), found.score)));
        let size = PictureSize::new(2000, 1000);
        let frame = Frame { stream: Some(stream), wall, size, status, confident: 0.5, min_score: 0.1 };
        let before = ASKED.get();
        engine.push(&frame, &mut boxes);
        asked += ASKED.get() - before;
    }
    asked
}

#[test]
fn a_warm_engine_asks_for_no_memory() {
    for people in [1, 20, 200] {
        let mut engine = Engine::new(Scene::parse(SCENE).unwrap(), TrackerParams::default());
        // Longer than somebody hidden is waited for: whoever seemed to be there at the start has gone.
        assert!(asked_by_engine(&mut engine, people, 0, 300) > 0, "the counter counts");
        assert_eq!(asked_by_engine(&mut engine, people, 300, 300), 0, "{people} people");
        let now = engine.totals("run", footfall_contract::time::ClockKind::Stream, false).unwrap().now;
        let hall = now.zones["hall"].clone();
        assert!(hall.visits - hall.ended >= people as u64 * 9 / 10, "{people} people: {hall:?}");
        let cells = now.heat.unwrap().visits;
        assert!(cells.iter().sum::<u64>() > 2 * people as u64, "{people} people sway from cell to cell");
    }
}
