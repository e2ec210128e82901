// SPDX-License-Identifier: MPL-2.0
//! Attested walkers through the built zonetracker and countsink: what happened is known exactly, and is what is counted.

use std::path::{Path, PathBuf};

use footfall_contract::attestation::Status;
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::wire;
use footfall_tests::attested::Attester;
use footfall_tests::run::{self, feed, launch, play};
use footfall_tests::walk::{Walk, later, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use serde_json::Value;

pub const SIZE: PictureSize = PictureSize::new(640, 480);

pub const SCENE: &str = r#"{"version":1,"site":"test","camera":"door","placement":"entrance","time_zone":"Europe/Stockholm",
    "lines":[{"name":"door","points":[[0.05,0.5],[0.95,0.5]],"inside":[0.5,0.9]}],
    "zones":[{"name":"mat","polygon":[[0.05,0.6],[0.95,0.6],[0.95,0.9],[0.05,0.9]]}],
    "publish":{"profile":"plain","window":"5min"}}"#;

/// [`SCENE`] as a file in a folder.
pub fn scene_in(dir: &Path) -> PathBuf {
    let path = dir.join("scene.json");
    std::fs::write(&path, SCENE).unwrap();
    path
}

/// Frames for these moments (seconds), attested: a detection each 0.1 s, skipped between.
pub fn frames(
    scene: &Scene,
    start: &str,
    clock: ClockKind,
    times_s: impl Iterator<Item = f64>,
    walks: &[Walk],
) -> Vec<gst::Buffer> {
    let info = picture::info(PixelFormat::Gray8, SIZE, 25);
    let mut attester = Attester::new(&info, Some(scene), WallTime::parse(start).unwrap(), clock);
    let mut due = f64::MIN;
    times_s
        .map(|t| {
            let mut buffer = picture::bright(&info, &[], gst::ClockTime::from_nseconds((t * 1e9).round() as u64));
            let status = if t >= due { Status::Detected } else { Status::Skipped };
            if status == Status::Detected {
                due = t + 0.1 - 0.02;
            }
            let people = if status == Status::Detected { people_at(walks, t) } else { Vec::new() };
            attester.attest(&mut buffer, status, &people);
            buffer
        })
        .collect()
}

pub fn seconds(from: f64, to: f64, fps: f64) -> impl Iterator<Item = f64> {
    (0..((to - from) * fps).round() as u64).map(move |i| from + i as f64 / fps)
}

/// One after the other down over the line (in) or up (out), each for four seconds; every third goes out. Walks, entries, exits.
pub fn procession(people: usize, every_s: f64) -> (Vec<Walk>, u64, u64) {
    let walks: Vec<Walk> = (0..people)
        .map(|i| {
            let (t, x) = (1.0 + i as f64 * every_s, 120.0 + 90.0 * (i % 5) as f64);
            let (from, to) = if i % 3 == 2 { (440.0, 180.0) } else { (180.0, 440.0) };
            Walk::straight((t, x, from), (t + 4.0, x, to))
        })
        .collect();
    let out = (people / 3) as u64;
    (walks, people as u64 - out, out)
}

/// The scene's event and the caps of [`frames`].
pub fn head(scene: &Scene) -> (gst::Caps, Option<gst::Event>) {
    (picture::caps(PixelFormat::Gray8, SIZE, 25), Some(wire::scene::event(scene)))
}

fn run_line(line: &str, scene: &Scene, buffers: Vec<gst::Buffer>) -> run::Report {
    let pipeline = launch(line);
    pipeline.set_state(gst::State::Paused).unwrap();
    feed(&pipeline, "src", &picture::caps(PixelFormat::Gray8, SIZE, 25), Some(wire::scene::event(scene)), buffers);
    play(&pipeline)
}

pub fn sum(counts: &[Value], path: &str) -> u64 {
    counts.iter().map(|c| c.pointer(path).and_then(Value::as_u64).unwrap_or(0)).sum()
}

#[test]
fn everybody_who_crosses_is_counted_once_in_their_direction() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let (walks, entries, exits) = procession(14, 2.0);
    let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 34.0, 25.0), &walks);
    let report = run_line("appsrc name=src ! zonetracker ! countsink publish-partial=true", &scene, buffers).expect_eos();
    assert_eq!(report.counts.len(), 1);
    let payload = &report.counts[0];
    assert_eq!(payload["lines"]["door"]["entries"], entries);
    assert_eq!(payload["lines"]["door"]["exits"], exits);
    assert_eq!(payload["final"], false);
    assert_eq!(payload["weak"], true);
    let visits = payload["zones"]["mat"]["visits"].as_u64().unwrap();
    assert_eq!(visits, 14);
    // Each is inside from y = 288 to 432 or back, a walk of 144 of 260 pixels in 4 s.
    let truth_s = 14.0 * 4.0 * 144.0 / 260.0;
    let person_seconds = payload["zones"]["mat"]["person_seconds"].as_f64().unwrap();
    assert!((person_seconds - truth_s).abs() < 0.1 * truth_s, "{person_seconds} of {truth_s}");
}

#[test]
fn the_shop_is_emptied_when_it_is_told_that_nobody_is_inside() {
    place::init();
    let scene = Scene::parse(&SCENE.replacen("\"zones\"", r#""shop":{"lines":["door"]},"zones""#, 1)).unwrap();
    // Two come in, over the line after 2 s of their walk, and are never seen to leave.
    let walks = [1.0, 3.0].map(|t| Walk::straight((t, 200.0, 180.0), (t + 4.0, 200.0, 300.0)));
    let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 40.0, 10.0), &walks);
    let person_seconds = |reset_at: Option<gst::ClockTime>| {
        let pipeline = launch("appsrc name=src ! zonetracker name=tracker ! countsink publish-partial=true");
        let tracker = pipeline.by_name("tracker").unwrap();
        let told = tracker.clone();
        tracker.static_pad("sink").unwrap().add_probe(gst::PadProbeType::BUFFER, move |_, info| {
            if info.buffer().is_some_and(|buffer| buffer.pts() == reset_at && reset_at.is_some()) {
                told.emit_by_name::<()>("reset-occupancy", &[]);
            }
            gst::PadProbeReturn::Ok
        });
        let (caps, scene) = head(&scene);
        feed(&pipeline, "src", &caps, scene, buffers.clone());
        let report = play(&pipeline).expect_eos();
        report.counts[0]["shop"]["person_seconds"].as_f64().unwrap()
    };
    let (kept, emptied) = (person_seconds(None), person_seconds(Some(gst::ClockTime::from_seconds(20))));
    let (first_s, second_s) = (3.0, 5.0);
    assert!((kept - (40.0 - first_s + 40.0 - second_s)).abs() < 1.0, "{kept}");
    assert!((emptied - (20.0 - first_s + 20.0 - second_s)).abs() < 1.0, "{emptied}");
}

#[test]
fn a_view_that_sees_nobody_for_long_is_named_in_the_statistics_and_counts_zeros() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    // Somebody for the first four seconds, then nobody for forty.
    let walks = [Walk::straight((0.0, 200.0, 180.0), (4.0, 200.0, 440.0))];
    let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 44.0, 10.0), &walks);
    let pipeline = launch("appsrc name=src ! zonetracker name=tracker ! countsink publish-partial=true");
    let (caps, scene) = head(&scene);
    feed(&pipeline, "src", &caps, scene, buffers);
    pipeline.set_state(gst::State::Playing).unwrap();
    let report = run::wait(&pipeline, false);
    let nobody_s: u64 = run::stats(&pipeline, "tracker").get("nobody-s").unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    assert!((38..=40).contains(&nobody_s), "{nobody_s}");
    let report = report.expect_eos();
    assert_eq!(report.counts[0]["lines"]["door"]["exits"], 0, "an empty picture gives zeros, not silence");
}

#[test]
fn a_leaky_branch_beside_an_encoder_with_lookahead_loses_no_figure() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let (walks, entries, exits) = procession(9, 1.5);
    let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 20.0, 25.0), &walks);
    let line = "appsrc name=src ! zonetracker ! pixelscrubber ! tee name=t \
        t. ! queue leaky=downstream max-size-buffers=2 ! countsink publish-partial=true \
        t. ! queue ! videoconvert ! x264enc speed-preset=veryfast rc-lookahead=40 ! fakesink";
    let report = run_line(line, &scene, buffers).expect_eos();
    assert_eq!(sum(&report.counts, "/lines/door/entries"), entries);
    assert_eq!(sum(&report.counts, "/lines/door/exits"), exits);
}

#[test]
fn a_gap_over_two_boundaries_counts_everybody_once() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    // People before a gap from 09:04:50 to 09:11:10 and people after it; the windows are of five minutes.
    let (mut walks, entries, exits) = procession(6, 2.0);
    walks.extend(later(&walks, 400.0));
    let times = seconds(0.0, 20.0, 25.0).chain(seconds(400.0, 420.0, 25.0));
    let buffers = frames(&scene, "2026-03-02T09:04:30Z", ClockKind::Stream, times, &walks);
    let report = run_line("appsrc name=src ! zonetracker ! countsink publish-partial=true", &scene, buffers).expect_eos();
    assert_eq!(sum(&report.counts, "/lines/door/entries"), 2 * entries);
    assert_eq!(sum(&report.counts, "/lines/door/exits"), 2 * exits);
    let ids: Vec<&str> = report.counts.iter().map(|c| c["id"].as_str().unwrap()).collect();
    assert_eq!(ids[..2], ["test/door/2026-03-02T09:00:00Z", "test/door/2026-03-02T09:05:00Z"]);
    assert!(ids.len() == 3 && ids[2].starts_with("test/door/2026-03-02T09:10:00Z/"), "{ids:?}");
    assert_eq!(report.counts[0]["lines"]["door"]["entries"], entries);
    assert_eq!(report.counts[1]["lines"]["door"]["entries"], 0);
    assert_eq!(report.counts[1]["coverage_s"].as_f64(), Some(0.0));
    assert_eq!(report.counts[2]["lines"]["door"]["entries"], entries);
}

#[test]
fn a_walk_over_a_boundary_belongs_to_the_window_in_which_the_line_was_cut() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    // The line (y = 240) is cut at 30.2 s, the boundary lies at 30 s, the walk began before it.
    let walk = Walk::straight((28.0, 300.0, 97.0), (32.0, 300.0, 357.0));
    let buffers = frames(&scene, "2026-03-02T09:04:30Z", ClockKind::Stream, seconds(0.0, 60.0, 25.0), &[walk]);
    let report = run_line("appsrc name=src ! zonetracker ! countsink publish-partial=true", &scene, buffers).expect_eos();
    assert_eq!(report.counts.len(), 2);
    assert_eq!(report.counts[0]["lines"]["door"]["entries"], 0);
    assert_eq!(report.counts[1]["lines"]["door"]["entries"], 1);
    let covered = |i: usize| report.counts[i]["coverage_s"].as_f64().unwrap();
    assert!((covered(0) - 30.0).abs() < 0.2 && (covered(1) - 30.0).abs() < 0.2, "{} {}", covered(0), covered(1));
}

#[test]
fn a_silent_camera_ends_its_window_two_minutes_later_and_nobody_is_counted_twice() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let (mut walks, entries, exits) = procession(4, 1.0);
    walks.extend(later(&walks, 160.0));
    // Silent from 09:04:58.5 on, a moment before the window's end, until 09:07:28.5.
    let times = seconds(0.0, 8.5, 10.0).chain(seconds(158.5, 170.0, 10.0));
    let buffers = frames(&scene, "2026-03-02T09:04:50Z", ClockKind::Live, times, &walks);
    let pipeline = launch("appsrc name=src ! zonetracker ! countsink publish-partial=true");
    let (caps, event) = head(&scene);
    let src = run::source(&pipeline, "src", &caps, event);
    pipeline.set_state(gst::State::Playing).unwrap();
    let (before, after) = buffers.split_at(85);
    for buffer in before {
        src.push_buffer(buffer.clone()).unwrap();
    }
    let bus = pipeline.bus().unwrap();
    let message =
        bus.timed_pop_filtered(gst::ClockTime::from_seconds(135), &[gst::MessageType::Element]).expect("the window is published");
    let text = message.structure().unwrap().get::<String>("payload").unwrap();
    let first: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(first["id"], "test/door/2026-03-02T09:00:00Z");
    assert_eq!(
        (first["lines"]["door"]["entries"].as_u64(), first["lines"]["door"]["exits"].as_u64()),
        (Some(entries), Some(exits))
    );
    assert!((first["coverage_s"].as_f64().unwrap() - 8.5).abs() < 1.1, "{first}");
    for buffer in after {
        src.push_buffer(buffer.clone()).unwrap();
    }
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false).expect_eos();
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!((sum(&report.counts, "/lines/door/entries"), sum(&report.counts, "/lines/door/exits")), (entries, exits));
}

#[test]
fn repeated_timestamps_neither_count_nor_stop() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let (walks, entries, exits) = procession(4, 2.0);
    let times = seconds(0.0, 14.0, 10.0).flat_map(|t| [t, t]);
    let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, times, &walks);
    let report = run_line("appsrc name=src ! zonetracker ! countsink publish-partial=true", &scene, buffers).expect_eos();
    assert_eq!(sum(&report.counts, "/lines/door/entries"), entries);
    assert_eq!(sum(&report.counts, "/lines/door/exits"), exits);
}

#[test]
fn the_same_pipeline_counts_again_after_a_stop_and_so_does_a_second_one() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let (walks, entries, _) = procession(4, 2.0);
    let buffers = || frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 14.0, 10.0), &walks);
    let pipelines: Vec<gst::Pipeline> =
        (0..2).map(|_| launch("appsrc name=src ! zonetracker ! countsink publish-partial=true")).collect();
    for _ in 0..2 {
        for pipeline in &pipelines {
            pipeline.set_state(gst::State::Paused).unwrap();
            feed(pipeline, "src", &picture::caps(PixelFormat::Gray8, SIZE, 25), Some(wire::scene::event(&scene)), buffers());
        }
        for pipeline in &pipelines {
            let report = play(pipeline).expect_eos();
            assert_eq!(sum(&report.counts, "/lines/door/entries"), entries);
            assert_eq!(report.counts.len(), 1);
        }
    }
}

#[test]
fn totals_never_fall_and_come_at_most_twice_a_second() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let (walks, entries, exits) = procession(8, 1.0);
    let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 14.0, 25.0), &walks);
    let pipeline = launch("appsrc name=src ! zonetracker name=z ! fakesink sync=false");
    let totals = run::watch_totals(&run::pad(&pipeline, "z", "src"));
    let passed = run::watch_buffers(&run::pad(&pipeline, "z", "src"));
    pipeline.set_state(gst::State::Paused).unwrap();
    feed(&pipeline, "src", &picture::caps(PixelFormat::Gray8, SIZE, 25), Some(wire::scene::event(&scene)), buffers.clone());
    play(&pipeline).expect_eos();
    let totals: Vec<_> = totals.try_iter().collect();
    assert!((2..=30).contains(&totals.len()), "{} events in 14 s", totals.len());
    for pair in totals.windows(2) {
        pair[1].now.since(&pair[0].now).expect("no total falls");
        assert_eq!(pair[0].run, pair[1].run);
    }
    let last = totals.last().unwrap();
    assert_eq!((last.now.lines["door"].entries, last.now.lines["door"].exits), (entries, exits));
    // The picture goes through untouched, in the very memory in which it came.
    let passed: Vec<gst::Buffer> = passed.try_iter().collect();
    assert_eq!(passed.len(), buffers.len());
    for (before, after) in buffers.iter().zip(&passed) {
        assert_eq!(before.peek_memory(0).as_ptr(), after.peek_memory(0).as_ptr());
    }
}

#[test]
fn without_a_scene_the_sentence_names_where_to_put_it() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    for line in ["appsrc name=src ! zonetracker ! fakesink", "appsrc name=src ! countsink"] {
        let buffers = frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 1.0, 10.0), &[]);
        let pipeline = launch(line);
        pipeline.set_state(gst::State::Paused).unwrap();
        feed(&pipeline, "src", &picture::caps(PixelFormat::Gray8, SIZE, 25), None, buffers);
        let report = play(&pipeline);
        assert!(report.error().contains("scene-location"), "{line}: {}", report.error());
    }
}
