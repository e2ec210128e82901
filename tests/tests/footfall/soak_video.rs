// SPDX-License-Identifier: MPL-2.0
//! An hour of real video by RTSP through everything: found, counted, erased, encoded, and told to a broker.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use footfall_tests::broker::Broker;
use footfall_tests::camera::Camera;
use footfall_tests::place;
use footfall_tests::runner::{Runner, command, launch_file};
use footfall_tests::usage::{Usage, median};
use serde_json::Value;

/// A reading so often.
const EVERY: Duration = Duration::from_secs(10);

/// Whole windows of five minutes, so that an hour holds ten and more.
const SCENE: &str = r#"{"version":1,"site":"test","camera":"soak","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.05,0.5],[0.95,0.5]],"inside":[0.5,0.9]}],
    "zones":[{"name":"floor","polygon":[[0.1,0.3],[0.9,0.3],[0.9,0.9],[0.1,0.9]]}],
    "publish":{"profile":"plain","window":"5min"}}"#;

/// A folder in which the clip lies so often that it lasts.
fn hour_of(clip: &Path, dir: &Path, minutes: u64) -> std::path::PathBuf {
    let film = dir.join("film");
    std::fs::create_dir(&film).unwrap();
    // The clip lasts 79.5 s.
    for part in 0..=minutes * 60 / 79 + 1 {
        symlink(clip, film.join(format!("{part:04}.mp4"))).unwrap();
    }
    film
}

#[test]
#[ignore = "it takes an hour, or FOOTFALL_SOAK_MINUTES; tests/run --long runs it"]
fn soak_of_an_hour_of_video_by_rtsp_keeps_memory_threads_and_descriptors() {
    let test = "soak_of_an_hour_of_video_by_rtsp_keeps_memory_threads_and_descriptors";
    place::init();
    let minutes: u64 = std::env::var("FOOTFALL_SOAK_MINUTES").ok().map_or(60, |text| text.parse().expect("a number of minutes"));
    let Some(clip) = place::asset(test, "videos/pets09-s2l1.mp4") else { return };
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("scene.json"), SCENE).unwrap();
    let film = hour_of(&clip.canonicalize().unwrap(), dir.path(), minutes);
    let (Some(camera), Some(broker)) = (Camera::start(test, &film), Broker::start(test, "")) else { return };
    let Some(runtime) = place::runtime(test) else { return };
    let text = format!(
        "rtspsrc location={} protocols=tcp latency=200 ! application/x-rtp,media=video ! rtph264depay ! watchdog timeout=10000 \
         ! h264parse ! avdec_h264 max-threads=1 ! videoconvert ! persondetector runtime={} scene-location={dir}/scene.json \
         ! zonetracker ! pixelscrubber ! tee name=t \
         t. ! queue leaky=downstream max-size-buffers=2 ! countsink state-dir={dir}/state jsonl-location={dir}/counts.jsonl broker={} \
         t. ! queue ! videoconvert ! x264enc tune=zerolatency speed-preset=ultrafast ! fakesink",
        camera.url(),
        runtime.display(),
        broker.url(),
        dir = dir.path().display(),
    );
    let Some(mut command) = command(test, dir.path()) else { return };
    command.arg(launch_file(dir.path(), &text));
    let mut runner = Runner::start(command);
    runner.wait_for("running", 60);
    let mut readings = Vec::new();
    for _ in 0..minutes * 60 / EVERY.as_secs() {
        runner.listen(EVERY);
        assert!(!runner.has_ended(), "{}", runner.text());
        readings.push(Usage::of(runner.pid()).expect("it runs"));
    }
    assert_eq!(runner.text().matches("next try in").count(), 0, "the stream never broke: {}", runner.text());
    assert_eq!(runner.stop(), 0, "{}", runner.text());
    holds_no_more(&readings);
    sees_all(&dir.path().join("counts.jsonl"), minutes);
}

/// The first sixth is for warming up; the second sixth is compared with the last.
fn holds_no_more(readings: &[Usage]) {
    let sixth = readings.len() / 6;
    let (before, after) = (&readings[sixth..2 * sixth], &readings[readings.len() - sixth..]);
    for (name, part) in [
        ("memory (kB)", (|u: &Usage| u.anonymous_kb) as fn(&Usage) -> u64),
        ("descriptors", |u| u.descriptors),
        ("threads", |u| u.threads),
    ] {
        let (before, after) = (median(before.iter().map(part)), median(after.iter().map(part)));
        eprintln!("{name}: {before}, at the end {after}");
        let slack = if name.starts_with("memory") { before / 20 } else { 0 };
        assert!(after <= before + slack, "{name} grew from {before} to {after}: {readings:?}");
    }
}

/// Each window but the first and the last was seen whole, and people crossed the line in it.
fn sees_all(counts: &Path, minutes: u64) {
    let text = std::fs::read_to_string(counts).unwrap();
    let windows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(windows.len() as u64 + 2 >= minutes / 5, "{} windows in {minutes} min", windows.len());
    for window in windows.iter().skip(1) {
        let (seen_s, entries) = (window["coverage_s"].as_f64().unwrap(), window["lines"]["door"]["entries"].as_u64().unwrap());
        assert!(seen_s >= 297.0 && entries >= 1, "{window}");
    }
    eprintln!("{} windows, seen whole", windows.len());
}
