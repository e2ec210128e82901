// SPDX-License-Identifier: MPL-2.0
//! Live frames that come late to persondetector, under a clock that the test turns.

use footfall_contract::attestation::Status;
use footfall_contract::pixels::PixelFormat;
use footfall_tests::run::{self, launch};
use footfall_tests::walk::{Walk, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use serde_json::Value;

use super::counting::{SCENE, SIZE};
use super::detecting::{attestations, detector};

/// Time between two frames, and between two detections, milliseconds.
const FRAME_MS: u64 = 100;
/// What the camera says its latency is, milliseconds.
const LATENCY_MS: u64 = 200;
/// What persondetector allows on top, milliseconds.
const DEADLINE_MS: u64 = 300;

/// (frames, how late they come in milliseconds): in time, as late as is allowed, too late for three seconds, and, after the
/// second that a leaky queue has dropped, in time again.
const PLAN: [(std::ops::Range<u64>, u64); 4] = [(0..50, 0), (50..60, LATENCY_MS + DEADLINE_MS), (60..90, 1000), (100..160, 0)];

/// In while frames come in time, while they come late (unseen), and when they come in time again.
fn walks() -> Vec<Walk> {
    vec![
        Walk::straight((0.5, 150.0, 170.0), (4.5, 150.0, 450.0)),
        Walk::straight((6.2, 300.0, 170.0), (8.8, 300.0, 450.0)),
        Walk::straight((10.5, 450.0, 170.0), (14.5, 450.0, 450.0)),
    ]
}

#[test]
fn late_live_frames_are_skipped_told_and_never_shown_raw() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scene.json");
    std::fs::write(&path, SCENE).unwrap();
    let properties =
        format!("deadline={} scene-location={} start-time=2026-03-02T09:01:00Z", DEADLINE_MS * 1_000_000, path.display());
    let Some(detector) = detector("late_live_frames_are_skipped_told_and_never_shown_raw", &properties) else { return };
    let pipeline = launch(&format!(
        "appsrc name=src is-live=true min-latency={} ! {detector} ! zonetracker ! pixelscrubber name=s fill-color=0xff101010 ! \
         tee name=t t. ! queue ! countsink publish-partial=true t. ! queue ! fakesink sync=false",
        LATENCY_MS * 1_000_000
    ));
    let clock = gst_check::TestClock::with_start_time(gst::ClockTime::ZERO);
    pipeline.use_clock(Some(&clock));
    let attested = run::watch_buffers(&run::pad(&pipeline, "d", "src"));
    let shown = run::watch_pictures(&run::pad(&pipeline, "s", "src"));
    let info = picture::info(PixelFormat::I420, SIZE, 10);
    let src = run::source(&pipeline, "src", &info.to_caps().unwrap(), None);
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut pictures = Vec::new();
    for (frames, late_ms) in PLAN {
        for i in frames {
            let pts = gst::ClockTime::from_mseconds(i * FRAME_MS);
            clock.set_time(pts + gst::ClockTime::from_mseconds(late_ms));
            let people = people_at(&walks(), i as f64 / 10.0);
            pictures.extend(run::pass(&src, &[picture::bright(&info, &people, pts)], &shown));
        }
    }
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false);
    let (seen, scrubbed) = (run::stats(&pipeline, "d"), run::stats(&pipeline, "s"));
    pipeline.set_state(gst::State::Null).unwrap();
    report.end_is_eos();

    let status: Vec<Status> = attestations(attested.try_iter()).iter().map(|a| a.status).collect();
    let in_time = |i: usize| !(60..90).contains(&i);
    for (i, status) in status.iter().enumerate() {
        assert_eq!(*status, if in_time(i) { Status::Detected } else { Status::Skipped }, "frame {i}");
    }
    assert_eq!((seen.get::<u64>("late"), seen.get::<u64>("detected")), (Ok(30), Ok(120)), "{seen}");
    // The last late one is the 90th frame.
    let last = report.qos.iter().rfind(|q| q.element == "d").expect("a QoS message");
    assert_eq!((report.qos.len(), last.dropped), (30, 30), "{:?}", report.qos);

    // The fill's luma is 30. Ten repeats (a second), then blank pictures; nobody's pixels at any time.
    let luma = |i: usize| {
        let map = pictures[i].1.map_readable().unwrap();
        map[..info.size() * 2 / 3].to_vec()
    };
    for i in 0..pictures.len() {
        let luma = luma(i);
        assert!(luma.iter().all(|b| *b <= 30), "picture {i} shows a person");
        assert_eq!(luma.iter().all(|b| *b == 16), (70..90).contains(&i), "picture {i} is blank or not");
    }
    for i in 60..70 {
        assert!(luma(i) == luma(59), "picture {i} is the last one that was looked at");
    }
    assert_eq!((scrubbed.get::<u64>("repeated"), scrubbed.get::<u64>("blanked")), (Ok(10), Ok(20)), "{scrubbed}");
    assert_eq!(report.warned("skipped-too-long"), 1, "{:?}", report.warnings);

    // Counting goes on; who came and went while nobody looked is not guessed at.
    let counts = &report.counts[0];
    assert_eq!(counts["lines"]["door"]["entries"], Value::from(2), "{counts}");
    // 15.9 s, less those that nobody looked at for over 1.5 s: from 7.4 s to the last late frame at 8.9 s.
    let covered = counts["coverage_s"].as_f64().unwrap();
    assert!((covered - 14.4).abs() < 0.2, "{covered}");
}
