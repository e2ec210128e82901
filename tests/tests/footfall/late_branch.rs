// SPDX-License-Identifier: MPL-2.0
//! A countsink that is linked behind a tee while the pipeline plays. It gets the newest totals with its first buffer, and
//! they are cumulative: what happened before it was linked is in its first window, as far back as the totals name readings
//! (the last two boundaries). Live, a window that was due before the sink came is not its to publish.

use footfall_contract::scene::Scene;
use footfall_contract::time::ClockKind;
use footfall_tests::place;
use footfall_tests::run::{self, launch};
use footfall_tests::walk::{Walk, later};
use gst::prelude::*;
use serde_json::Value;

use super::counting::{SCENE, frames, head, procession, seconds};

/// Plays the frames, links the sink before frame `linked`, and gives what it publishes.
fn published_by_a_late_sink(clock: ClockKind, start: &str, times: Vec<f64>, walks: &[Walk], linked: usize) -> Vec<Value> {
    let scene = Scene::parse(SCENE).unwrap();
    let buffers = frames(&scene, start, clock, times.into_iter(), walks);
    let pipeline = launch("appsrc name=src ! zonetracker ! pixelscrubber ! tee name=t t. ! queue ! fakesink sync=false");
    let tee = pipeline.by_name("t").unwrap();
    let passed = run::watch_buffers(&tee.static_pad("sink").unwrap());
    let (caps, event) = head(&scene);
    let src = run::source(&pipeline, "src", &caps, event);
    pipeline.set_state(gst::State::Playing).unwrap();
    run::pass(&src, &buffers[..linked], &passed);
    let branch = "queue leaky=downstream max-size-buffers=2 ! countsink publish-partial=true";
    let late = gst::parse::bin_from_description(branch, true).unwrap();
    pipeline.add(&late).unwrap();
    late.sync_state_with_parent().unwrap();
    tee.link(&late).unwrap();
    run::pass(&src, &buffers[linked..], &passed);
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false);
    pipeline.set_state(gst::State::Null).unwrap();
    report.expect_eos().counts
}

/// (the window's start in UTC, entries, exits, whether it is final) of each payload.
fn told(counts: &[Value]) -> Vec<(String, u64, u64, bool)> {
    let told = |c: &Value| {
        let id = c["id"].as_str().unwrap().strip_prefix("test/door/2026-03-02T").unwrap();
        let door = &c["lines"]["door"];
        let number = |key: &str| door[key].as_u64().unwrap();
        (id[..5].to_owned(), number("entries"), number("exits"), c["final"].as_bool().unwrap())
    };
    counts.iter().map(told).collect()
}

#[test]
fn what_happened_before_it_was_linked_is_in_its_first_window() {
    place::init();
    let (walks, entries, exits) = procession(9, 2.0);
    let times: Vec<f64> = seconds(0.0, 24.0, 10.0).collect();
    // Linked after twelve seconds: four are over the line, and all have passed it by the end.
    let counts = published_by_a_late_sink(ClockKind::Stream, "2026-03-02T09:01:00Z", times, &walks, 120);
    assert_eq!(told(&counts), [("09:00".into(), entries, exits, false)]);
    let covered = counts[0]["coverage_s"].as_f64().unwrap();
    assert!((covered - 24.0).abs() <= 1.0, "from the first frame on: {covered} s");
}

/// Six people each at 09:04:30, at 09:11:10 and `third_s` seconds after the start, ten frames a second.
fn three_times_six(third_s: f64) -> (Vec<f64>, Vec<Walk>, u64, u64) {
    let (first, entries, exits) = procession(6, 2.0);
    let walks = [first.clone(), later(&first, 400.0), later(&first, third_s)].concat();
    let begins = [0.0, 400.0, third_s];
    (begins.into_iter().flat_map(|begin| seconds(begin, begin + 18.0, 10.0)).collect(), walks, entries, exits)
}

#[test]
fn windows_before_the_oldest_reading_that_the_totals_name_are_not_its_to_tell() {
    place::init();
    // The third six pass from 09:16:10 on. Totals then name the readings at 09:10 and 09:15: the first six lie before them.
    let (times, walks, entries, exits) = three_times_six(700.0);
    let counts = published_by_a_late_sink(ClockKind::Stream, "2026-03-02T09:04:30Z", times, &walks, 2 * 180 + 60);
    assert_eq!(told(&counts), [("09:10".into(), entries, exits, true), ("09:15".into(), entries, exits, false)]);
}

#[test]
fn live_a_window_that_was_due_before_it_was_linked_is_left_out() {
    place::init();
    // The third six pass from 09:17:30 on, when the window that ended at 09:15 was due for half a minute.
    let (times, walks, entries, exits) = three_times_six(780.0);
    let counts = published_by_a_late_sink(ClockKind::Live, "2026-03-02T09:04:30Z", times, &walks, 2 * 180 + 60);
    assert_eq!(told(&counts), [("09:15".into(), entries, exits, false)]);
}
