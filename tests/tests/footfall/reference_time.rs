// SPDX-License-Identifier: MPL-2.0
//! `time-source=reference`: windows are cut by the camera's clock, which is neither the system's nor the stream's.

use std::time::Duration;

use footfall_contract::pixels::PixelFormat;
use footfall_contract::time::WallTime;
use footfall_tests::place;
use footfall_tests::run::{self, launch};
use footfall_tests::walk::Walk;
use gst::prelude::*;
use serde_json::Value;

use super::counting::scene_in;
use super::detecting::{detector, film};

/// Seconds from 1900 to 1970.
const NTP_TO_UNIX_S: u64 = 2_208_988_800;

/// The camera's time at the first frame: the window of five minutes ends six seconds later.
const START: &str = "2001-09-09T01:44:54Z";

/// The line (y = 240) is cut after 2.5 s (in) and after 8.5 s (in) and 9.5 s (out).
fn walks() -> Vec<Walk> {
    vec![
        Walk::straight((0.5, 150.0, 100.0), (4.5, 150.0, 380.0)),
        Walk::straight((6.5, 300.0, 100.0), (10.5, 300.0, 380.0)),
        Walk::straight((7.5, 450.0, 380.0), (11.5, 450.0, 100.0)),
    ]
}

/// Runs a film of twelve seconds whose frames carry the camera's time under this name (or not at all).
fn counts(detector: &str, source: &str, reference: Option<(&str, u64)>) -> run::Report {
    let pipeline = launch(&format!("{source} name=src ! {detector} ! zonetracker ! countsink publish-partial=true"));
    let (caps, mut buffers) = film(PixelFormat::Gray8, 12.0, 10, &walks());
    if let Some((name, epoch_s)) = reference {
        let start = WallTime::parse(START).unwrap().since(WallTime(0)) + Duration::from_secs(epoch_s);
        for buffer in &mut buffers {
            let time = gst::ClockTime::from_nseconds(start.as_nanos() as u64) + buffer.pts().unwrap();
            let caps = gst::Caps::new_empty_simple(name);
            gst::ReferenceTimestampMeta::add(buffer.make_mut(), &caps, time, gst::ClockTime::NONE);
        }
    }
    let src = run::source(&pipeline, "src", &caps, None);
    pipeline.set_state(gst::State::Playing).unwrap();
    for buffer in buffers {
        src.push_buffer(buffer).unwrap();
    }
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false);
    pipeline.set_state(gst::State::Null).unwrap();
    report.expect_eos()
}

fn scene_file(dir: &tempfile::TempDir) -> String {
    let path = scene_in(dir.path());
    format!("time-source=reference scene-location={}", path.display())
}

#[test]
fn windows_are_cut_by_the_cameras_clock() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(detector) = detector("windows_are_cut_by_the_cameras_clock", &scene_file(&dir)) else { return };
    for source in ["appsrc", "appsrc is-live=true"] {
        for reference in [("timestamp/x-unix", 0), ("timestamp/x-ntp", NTP_TO_UNIX_S)] {
            let report = counts(&detector, source, Some(reference));
            let told: Vec<_> = report
                .counts
                .iter()
                .map(|c| {
                    let door = &c["lines"]["door"];
                    (c["id"].as_str().unwrap(), door["entries"].as_u64().unwrap(), door["exits"].as_u64().unwrap())
                })
                .collect();
            assert_eq!(told.len(), 2, "{source} {reference:?}: {told:?}");
            assert_eq!(told[0], ("test/door/2001-09-09T01:40:00Z", 1, 0), "{source} {reference:?}");
            assert!(told[1].0.starts_with("test/door/2001-09-09T01:45:00Z/"), "{source} {reference:?}: {told:?}");
            assert_eq!((told[1].1, told[1].2), (1, 1), "{source} {reference:?}");
            assert_eq!(report.warned("time-source"), 0, "{:?}", report.warnings);
        }
    }
}

#[test]
fn without_reference_timestamps_one_warning_names_the_remedy_and_the_systems_clock_is_used() {
    place::init();
    let test = "without_reference_timestamps_one_warning_names_the_remedy_and_the_systems_clock_is_used";
    let dir = tempfile::tempdir().unwrap();
    let Some(detector) = detector(test, &scene_file(&dir)) else { return };
    // Some other meta is none that is asked for.
    for reference in [None, Some(("timestamp/x-drop-frame", 0))] {
        let report = counts(&detector, "appsrc", reference);
        assert_eq!(report.warned("add-reference-timestamp-meta=true"), 1, "{:?}", report.warnings);
        let entries = report.counts.iter().map(|c| c["lines"]["door"]["entries"].as_u64().unwrap());
        assert_eq!(entries.sum::<u64>(), 2);
        let start: WallTime = report.counts[0]["window"]["start"].as_str().map(|t| WallTime::parse(t).unwrap()).unwrap();
        let long_after = WallTime::parse(START).unwrap().plus(Duration::from_secs(20 * 365 * 86_400));
        assert!(start > long_after, "a window of today: {}", Value::from(start.to_string()));
    }
}
