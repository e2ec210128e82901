// SPDX-License-Identifier: MPL-2.0
//! Pictures behind which there is no camera any more: what relays cameras goes on with black frames, or with the last one. Both
//! reduce coverage; neither counts as an empty shop, nor as somebody who stands there.

use std::sync::Arc;
use std::time::Duration;

use footfall_contract::attestation::Signal;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::time::StreamTime;
use footfall_contract::wire;
use footfall_tests::picture;
use footfall_tests::place;
use footfall_tests::run::{self, launch};
use footfall_tests::walk::{Walk, people_at};
use gst::prelude::*;
use gst_plugin_persondetector::signal::SignalWatch;
use parking_lot::Mutex;
use serde_json::Value;

use super::counting::{SIZE, scene_in};
use super::detecting::detector;

/// What the camera, or what stands in for it, gives from this second on.
#[derive(Clone, Copy, PartialEq)]
enum Gives {
    /// Its picture, with the noise of a sensor.
    Picture,
    /// Black dummy frames.
    Black,
    /// The last picture, again and again.
    TheSame,
}

/// Frames, and looks at them, a second.
const RATE: u64 = 5;

/// Frames of parts that last so many seconds.
fn film(parts: &[(u64, Gives)], walks: &[Walk]) -> Vec<gst::Buffer> {
    place::init();
    let info = picture::info(PixelFormat::Gray8, SIZE, RATE as i32);
    let mut frames: Vec<gst::Buffer> = Vec::new();
    for &(seconds, gives) in parts {
        for _ in 0..seconds * RATE {
            let number = frames.len() as u64;
            let pts = gst::ClockTime::from_mseconds(number * 1000 / RATE);
            let mut frame = match (gives, frames.last()) {
                (Gives::TheSame, Some(last)) => last.copy_deep().expect("there is memory"),
                _ => picture::bright(&info, &people_at(walks, number as f64 / RATE as f64), pts),
            };
            let writable = frame.make_mut();
            writable.set_pts(pts);
            let mut map = writable.map_writable().expect("it is ours");
            match gives {
                Gives::Picture => map.iter_mut().step_by(7).for_each(|v| *v ^= (number % 2) as u8),
                Gives::Black => map.fill(16),
                Gives::TheSame => {}
            }
            drop(map);
            frames.push(frame);
        }
    }
    frames
}

/// What came of a film.
struct Told {
    payload: Value,
    report: run::Report,
    /// Frames that were looked at and were no camera's picture.
    without_signal: u64,
}

/// Plays a film; `None` with a line that says what is skipped.
fn play(test: &str, properties: &str, frames: Vec<gst::Buffer>) -> Option<Told> {
    let dir = tempfile::tempdir().unwrap();
    let scene = scene_in(dir.path());
    let start = "start-time=2026-03-02T09:01:00Z";
    let detector = detector(test, &format!("rate={RATE} {properties} scene-location={} {start}", scene.display()))?;
    let pipeline = launch(&format!("appsrc name=src ! {detector} ! zonetracker ! countsink publish-partial=true"));
    let src = run::source(&pipeline, "src", &picture::caps(PixelFormat::Gray8, SIZE, RATE as i32), None);
    pipeline.set_state(gst::State::Playing).unwrap();
    frames.into_iter().for_each(|frame| assert!(src.push_buffer(frame).is_ok()));
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false).expect_eos();
    let without_signal = run::stats(&pipeline, "d").get::<u64>("without-signal").unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(report.counts.len(), 1, "{:?}", report.counts);
    Some(Told { payload: report.counts[0].clone(), report, without_signal })
}

/// Comes in over the line after 2 s and stands on the mat until second 10; nobody sees them go.
fn comes_and_stands() -> Vec<Walk> {
    vec![Walk(vec![(0.5, 320.0, 170.0), (4.5, 320.0, 400.0), (10.0, 320.0, 400.0)])]
}

/// (entries, exits, visits, finished visits) of a payload.
fn door_and_mat(payload: &Value) -> [u64; 4] {
    ["/lines/door/entries", "/lines/door/exits", "/zones/mat/visits", "/zones/mat/dwell/finished"]
        .map(|path| payload.pointer(path).and_then(Value::as_u64).unwrap_or_else(|| panic!("{path}: {payload}")))
}

fn number(payload: &Value, path: &str) -> f64 {
    payload.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {payload}"))
}

#[test]
fn camera_fault_black_dummy_frames_are_less_coverage_and_end_who_stood_there() {
    let film = film(&[(10, Gives::Picture), (40, Gives::Black), (20, Gives::Picture)], &comes_and_stands());
    let test = "camera_fault_black_dummy_frames_are_less_coverage_and_end_who_stood_there";
    let Some(Told { payload, report, without_signal }) = play(test, "", film) else { return };
    assert_eq!(door_and_mat(&payload), [1, 0, 1, 1]);
    assert!((number(&payload, "/coverage_s") - 30.0).abs() <= 0.3, "{payload}");
    assert!(number(&payload, "/zones/mat/person_seconds") < 8.0, "{payload}");
    assert_eq!(without_signal, 200);
    assert_eq!(report.warned("of one colour"), 1, "{:?}", report.warnings);
}

#[test]
fn camera_fault_frozen_picture_is_less_coverage_and_nobody_stands_in_it_for_ever() {
    let parts = [(10, Gives::Picture), (50, Gives::TheSame), (20, Gives::Picture)];
    let test = "camera_fault_frozen_picture_is_less_coverage_and_nobody_stands_in_it_for_ever";
    let Some(Told { payload, report, without_signal }) = play(test, "", film(&parts, &comes_and_stands())) else { return };
    // It is believed for the 30 s of frozen-after: from 9.8, when it was new, to 39.8.
    assert_eq!(door_and_mat(&payload), [1, 0, 1, 1]);
    assert!((number(&payload, "/coverage_s") - 59.8).abs() <= 0.3, "{payload}");
    assert!(number(&payload, "/zones/mat/person_seconds") < 38.0, "{payload}");
    assert_eq!(without_signal, 101);
    assert_eq!(report.warned("has not changed in anything for 30 s"), 1, "{:?}", report.warnings);
    // Who films a screen, or draws, can say so.
    let Some(Told { payload, report, without_signal }) = play(test, "frozen-after=0", film(&parts, &comes_and_stands())) else {
        return;
    };
    assert!((number(&payload, "/coverage_s") - 80.0).abs() <= 0.3, "{payload}");
    assert_eq!((without_signal, report.warnings.len()), (0, 0), "{:?}", report.warnings);
}

#[test]
fn camera_fault_none_an_empty_shop_is_zero_with_full_coverage() {
    let test = "camera_fault_none_an_empty_shop_is_zero_with_full_coverage";
    let Some(Told { payload, report, without_signal }) = play(test, "", film(&[(70, Gives::Picture)], &[])) else { return };
    assert_eq!(door_and_mat(&payload), [0, 0, 0, 0]);
    assert!((number(&payload, "/coverage_s") - 70.0).abs() <= 0.3, "{payload}");
    assert_eq!((without_signal, report.warnings.len()), (0, 0), "{:?}", report.warnings);
}

/// The clips of real cameras: a sensor's noise is in each picture, so that the limits are far away.
const CLIPS: [&str; 9] = [
    "bus-door-overhead-mjpeg.avi",
    "corridor-approach.mp4",
    "hall-overhead-444.avi",
    "one-by-one-person-hevc.mp4",
    "one-by-one-person.mp4",
    "pets09-s2l1.mp4",
    "plaza-crowd.mp4",
    "reception-fisheye.mp4",
    "store-aisle.mp4",
];

#[test]
fn camera_fault_none_no_clip_of_a_real_camera_stands_still_for_a_second_or_is_flat() {
    let test = "camera_fault_none_no_clip_of_a_real_camera_stands_still_for_a_second_or_is_flat";
    place::init();
    for clip in CLIPS {
        let Some(film) = place::asset(test, &format!("videos/{clip}")) else { return };
        let pipeline = launch(&format!(
            "filesrc location={} ! decodebin ! videoconvert ! video/x-raw,format=I420 ! fakesink name=c sync=false",
            film.display()
        ));
        let seen = Arc::new(Mutex::new((SignalWatch::new(Duration::from_secs(1)), None, Vec::new())));
        let of_probe = seen.clone();
        run::pad(&pipeline, "c", "sink").add_probe(gst::PadProbeType::BUFFER, move |pad, info| {
            let (Some(buffer), Some(caps)) = (info.buffer(), pad.current_caps()) else { return gst::PadProbeReturn::Ok };
            let video = gst_video::VideoInfo::from_caps(&caps).unwrap();
            let mut guard = of_probe.lock();
            let (watch, size, signals) = &mut *guard;
            if *size != Some(wire::frame::picture_size(&video)) {
                *size = Some(wire::frame::picture_size(&video));
                watch.set_size(wire::frame::picture_size(&video), &[]);
            }
            let at = StreamTime(buffer.pts().expect("it has a time").nseconds());
            signals.push(wire::frame::with_view(buffer, &video, |frame| watch.look(at, frame)).unwrap());
            gst::PadProbeReturn::Ok
        });
        run::play(&pipeline).expect_eos();
        let signals = &seen.lock().2;
        assert!(signals.len() > 30 && signals.iter().all(|signal| *signal == Signal::Good), "{clip}: {} frames", signals.len());
    }
}
