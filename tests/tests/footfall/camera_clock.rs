// SPDX-License-Identifier: MPL-2.0
//! A camera whose clock is set while it films: its RTCP reports jump. What is counted stays right; only with
//! `time-source=reference` do windows follow it, and only where the new time lasts.

use std::time::Duration;

use footfall_contract::time::WallTime;
use footfall_tests::broker::pause;
use footfall_tests::camera::Camera;
use footfall_tests::place;
use footfall_tests::relay::Relay;
use footfall_tests::rtcp::CameraClock;
use footfall_tests::run::{self, Report, launch};
use gst::prelude::*;
use serde_json::Value;

use super::camera_faults::film;
use super::counting::{scene_in, sum};
use super::detecting::detector;

/// Length of the film, seconds: a passage every three, in and out by turns.
const FILM_S: u64 = 39;

/// Plays the film by RTSP, while `meanwhile` sets the camera's clock; `None` with a line that says what is skipped.
fn play(test: &str, properties: &str, meanwhile: impl FnOnce(&CameraClock)) -> Option<Report> {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let scene = scene_in(dir.path());
    let detector = detector(test, &format!("scene-location={} {properties}", scene.display()))?;
    let camera = Camera::start(test, &film(dir.path(), FILM_S))?;
    let clock = CameraClock::default();
    let of_relay = clock.clone();
    let relay = Relay::changing(camera.port(), move || of_relay.connection());
    let pipeline = launch(&format!(
        "rtspsrc location=rtsp://127.0.0.1:{}/camera protocols=tcp latency=200 add-reference-timestamp-meta=true \
         ! rtph264depay ! watchdog timeout=10000 ! h264parse ! avdec_h264 max-threads=1 ! videoconvert ! {detector} \
         ! zonetracker ! countsink publish-partial=true",
        relay.port()
    ));
    pipeline.set_state(gst::State::Playing).unwrap();
    meanwhile(&clock);
    let report = run::wait(&pipeline, false).expect_eos();
    pipeline.set_state(gst::State::Null).unwrap();
    assert!(clock.reports() >= 3, "the camera sent {} reports", clock.reports());
    assert_eq!((sum(&report.counts, "/lines/door/entries"), sum(&report.counts, "/lines/door/exits")), (7, 6), "{test}");
    let seen_s: f64 = report.counts.iter().map(|c| c["coverage_s"].as_f64().unwrap()).sum();
    assert!((FILM_S as f64 - 2.0..FILM_S as f64 + 0.5).contains(&seen_s), "{seen_s} s of {FILM_S} were seen");
    Some(report)
}

/// Waits for the next sender report.
fn next_report(clock: &CameraClock) {
    let before = clock.reports();
    (0..400).take_while(|_| clock.reports() == before).for_each(|_| pause(Duration::from_millis(50)));
    assert!(clock.reports() > before, "no report came");
}

/// Seconds from the first window's start to the last one's.
fn windows_span_s(report: &Report) -> u64 {
    let start = |payload: &Value| WallTime::parse(payload["window"]["start"].as_str().unwrap()).unwrap();
    let starts: Vec<WallTime> = report.counts.iter().map(start).collect();
    starts.iter().max().unwrap().since(*starts.iter().min().unwrap()).as_secs()
}

#[test]
fn camera_fault_clock_jump_by_rtcp_moves_nothing_without_time_source_reference() {
    let test = "camera_fault_clock_jump_by_rtcp_moves_nothing_without_time_source_reference";
    let jumps = |clock: &CameraClock| {
        next_report(clock);
        for off_s in [3_600, -3_600] {
            clock.set_off(off_s);
            next_report(clock);
        }
    };
    let Some(report) = play(test, "", jumps) else { return };
    assert!(windows_span_s(&report) <= 300, "{:?}", report.counts);
}

#[test]
fn camera_fault_clock_jump_in_one_rtcp_report_moves_no_window() {
    let test = "camera_fault_clock_jump_in_one_rtcp_report_moves_no_window";
    let wrong_once = |clock: &CameraClock| {
        next_report(clock);
        for off_s in [3_600, -86_400] {
            clock.set_off(off_s);
            next_report(clock);
            clock.set_off(0);
            next_report(clock);
        }
    };
    let Some(report) = play(test, "time-source=reference", wrong_once) else { return };
    assert_eq!(report.warned("time-source"), 0, "{:?}", report.warnings);
    assert!(windows_span_s(&report) <= 300, "{:?}", report.counts);
}

#[test]
fn camera_fault_clock_jump_by_rtcp_that_lasts_moves_windows_and_loses_nobody() {
    let test = "camera_fault_clock_jump_by_rtcp_that_lasts_moves_windows_and_loses_nobody";
    let for_good = |clock: &CameraClock| {
        next_report(clock);
        clock.set_off(3_600);
    };
    let Some(report) = play(test, "time-source=reference", for_good) else { return };
    assert!((3_300..=3_900).contains(&windows_span_s(&report)), "{:?}", report.counts);
    let first: &Value = &report.counts[0]["lines"]["door"];
    assert!(first["entries"].as_u64().unwrap() >= 2 && first["exits"].as_u64().unwrap() >= 2, "{first}");
    let last: &Value = &report.counts[report.counts.len() - 1]["lines"]["door"];
    assert!(last["entries"].as_u64().unwrap() >= 1, "{last}");
}
