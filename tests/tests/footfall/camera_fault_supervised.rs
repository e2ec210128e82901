// SPDX-License-Identifier: MPL-2.0
//! Cameras that die, freeze, change and send rubbish, under the command that keeps the pipeline alive.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::pixels::PixelFormat;
use footfall_tests::broker::pause;
use footfall_tests::camera::Camera;
use footfall_tests::run::{launch, play, source};
use footfall_tests::runner::{Manager, Runner, command, launch_file, now};
use footfall_tests::walk::{Walk, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use serde_json::Value;

use super::counting::scene_in;
use super::detecting::detector;

/// Places of walks are those of a picture of this size.
const LARGE: PictureSize = PictureSize::new(640, 480);
const SMALL: PictureSize = PictureSize::new(320, 240);
const FPS: i32 = 10;
/// Figures go on within this time of a camera's return.
const BACK: Duration = Duration::from_secs(10);

/// A film in parts of so many seconds and sizes, with people who walk through all of it.
fn film(path: &Path, parts: &[(PictureSize, u64)], walks: &[Walk]) -> PathBuf {
    let line = "appsrc name=src ! x264enc tune=zerolatency speed-preset=ultrafast ! h264parse ! mpegtsmux ! filesink location=";
    let pipeline = launch(&format!("{line}{}", path.display()));
    pipeline.set_state(gst::State::Paused).unwrap();
    let src = source(&pipeline, "src", &picture::caps(PixelFormat::I420, parts[0].0, FPS), None);
    let mut i = 0;
    for (size, seconds) in parts {
        let info = picture::info(PixelFormat::I420, *size, FPS);
        src.set_caps(Some(&info.to_caps().unwrap()));
        for _ in 0..seconds * FPS as u64 {
            let people = scaled(people_at(walks, i as f64 / f64::from(FPS)), *size);
            src.push_buffer(picture::bright(&info, &people, gst::ClockTime::from_mseconds(i * 1000 / FPS as u64))).unwrap();
            i += 1;
        }
    }
    src.end_of_stream().unwrap();
    play(&pipeline).expect_eos();
    path.to_owned()
}

fn scaled(people: Vec<Rect<Px>>, size: PictureSize) -> Vec<Rect<Px>> {
    let k = f64::from(size.width) / f64::from(LARGE.width);
    people.into_iter().map(|r| Rect::new(k * r.left, k * r.top, k * r.width, k * r.height)).collect()
}

/// One passage in each three seconds, all of them in.
fn passages(seconds: u64) -> Vec<Walk> {
    let one = |i: u64| {
        let (t, x) = (i as f64 * 3.0 + 0.3, 120.0 + 100.0 * (i % 5) as f64);
        Walk::straight((t, x, 180.0), (t + 2.4, x, 440.0))
    };
    (0..seconds / 3).map(one).collect()
}

/// A runner with a detector on a camera, and the file of its figures.
struct Shop {
    dir: tempfile::TempDir,
    detector: String,
}

impl Shop {
    fn new(test: &str) -> Option<Self> {
        place::init();
        let dir = tempfile::tempdir().unwrap();
        let scene = scene_in(dir.path());
        let detector = detector(test, &format!("scene-location={} start-time=2026-03-02T09:01:00Z", scene.display()))?;
        Some(Self { dir, detector })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn runner(&self, test: &str, url: &str, more: impl FnOnce(&mut Command)) -> Option<Runner> {
        self.runner_of(test, url, "rtph264depay ! watchdog timeout=3000 ! h264parse ! avdec_h264 max-threads=1", more)
    }

    /// The same, for another codec: from the depayloader to the decoder.
    fn runner_of(&self, test: &str, url: &str, decode: &str, more: impl FnOnce(&mut Command)) -> Option<Runner> {
        let text = format!(
            "rtspsrc location={url} protocols=tcp latency=200 ! application/x-rtp,media=video\n\
             ! {decode} ! videoconvert\n\
             ! {} ! zonetracker ! countsink publish-partial=true jsonl-location={}",
            self.detector,
            self.path("counts.jsonl").display()
        );
        let mut command = command(test, self.dir.path())?;
        more(&mut command);
        command.arg(launch_file(self.dir.path(), &text));
        Some(Runner::start(command))
    }

    /// The figures of each run of the pipeline, in order.
    fn runs(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path("counts.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Entries and exits of each run.
    fn door(&self) -> Vec<(u64, u64)> {
        let door = |run: &Value| ["entries", "exits"].map(|way| run["lines"]["door"][way].as_u64().unwrap()).into();
        self.runs().iter().map(door).collect()
    }

    /// Seconds that each run saw.
    fn seen_s(&self) -> Vec<f64> {
        self.runs().iter().map(|run| run["coverage_s"].as_f64().unwrap()).collect()
    }
}

#[test]
fn camera_fault_killed_and_back_in_another_size_counts_again_within_ten_seconds() {
    let test = "camera_fault_killed_and_back_in_another_size_counts_again_within_ten_seconds";
    let Some(shop) = Shop::new(test) else { return };
    let large = film(&shop.path("large.ts"), &[(LARGE, 30)], &passages(30));
    let small = film(&shop.path("small.ts"), &[(SMALL, 30)], &passages(30));
    let Some(mut camera) = Camera::start(test, &large) else { return };
    let Some(mut runner) = shop.runner(test, camera.url(), |_| {}) else { return };
    runner.wait_for("running", 30);
    pause(Duration::from_secs(7));
    camera.kill();
    runner.wait_for("next try in", 10);
    // Long enough away that the pauses have grown to the longest.
    runner.listen(Duration::from_secs(14));
    let silent = runner.said.iter().filter(|line| line.contains("the camera does not answer")).count();
    assert_eq!(silent, 1, "{}", runner.text());
    let port = camera.port().to_string();
    let returned = now();
    let Some(_camera) = Camera::start_with(test, &small, &["--port", &port]) else { return };
    let running = runner.wait_for("running", 20);
    assert!(running - returned < BACK, "it took {:?}: {}", running - returned, runner.text());
    println!("a frame was counted {:.1} s after the camera was started", (running - returned).as_secs_f64());
    pause(Duration::from_secs(7));
    assert_eq!(runner.stop(), 0, "{}", runner.text());
    let door = shop.door();
    assert_eq!(door.len(), 2, "one line a run: {door:?}");
    for (run, (entries, exits)) in door.iter().enumerate() {
        // Seven seconds and a moment hold two passages, and three at most.
        assert!((2..=3).contains(entries) && *exits == 0, "run {run}: {door:?}");
    }
    // Each run saw its seven seconds and a moment at most (on a busy machine frames come too late to be looked at, and it says
    // so); nobody saw those between.
    let seen_s = shop.seen_s();
    assert!(seen_s.iter().all(|seen_s| (1.0..11.0).contains(seen_s)), "{seen_s:?}");
}

#[test]
fn camera_fault_frozen_feeds_no_watchdog_and_counts_again_within_ten_seconds() {
    let test = "camera_fault_frozen_feeds_no_watchdog_and_counts_again_within_ten_seconds";
    let Some(shop) = Shop::new(test) else { return };
    let film = film(&shop.path("film.ts"), &[(LARGE, 90)], &passages(90));
    let Some(camera) = Camera::start(test, &film) else { return };
    let manager = Manager::listen(shop.dir.path());
    let socket = manager.path.clone();
    let heard = manager.follow();
    let surroundings = |c: &mut Command| {
        c.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "1000000");
    };
    let Some(mut runner) = shop.runner(test, camera.url(), surroundings) else { return };
    runner.wait_for("running", 30);
    runner.listen(Duration::from_secs(4));
    camera.hang();
    let froze = now();
    let noticed = runner.wait_for("next try in", 10);
    assert!(runner.text().contains("Watchdog"), "{}", runner.text());
    assert!(noticed - froze < Duration::from_secs(5), "{:?}", noticed - froze);
    runner.listen(Duration::from_secs(60));
    let tries = runner.text().matches("Watchdog triggered").count();
    assert!(tries >= 3, "the port of a frozen camera answers, up to the length of its queue: {}", runner.text());
    let fed: Vec<Instant> = heard.try_iter().filter(|(_, note)| note == "WATCHDOG=1").map(|(at, _)| at).collect();
    let between = |from: Instant, to: Instant| fed.iter().filter(|at| (from..to).contains(at)).count();
    assert!(between(froze - Duration::from_secs(4), froze) >= 4, "it was fed while frames came");
    // rtspsrc's buffer of 0.2 s flows on, and half a period of 0.5 s may have held frames.
    let starved_from = froze + Duration::from_secs(1);
    assert_eq!(between(starved_from, noticed - Duration::from_millis(50)), 0, "nothing came and it was fed: {fed:?}");
    assert!(between(noticed, now()) >= 8, "who waits for a camera is alive: {fed:?}");
    camera.thaw();
    let returned = now();
    let running = runner.wait_for("running", 20);
    println!("a frame was counted {:.1} s after the camera went on", (running - returned).as_secs_f64());
    assert!(running - returned < BACK, "it took {:?}: {}", running - returned, runner.text());
    runner.listen(Duration::from_secs(5));
    assert_eq!(runner.stop(), 0, "{}", runner.text());
    let door = shop.door();
    assert!(door.len() >= 2 && door.iter().all(|(_, exits)| *exits == 0), "{door:?}");
    assert!(door.first().unwrap().0 >= 1 && door.last().unwrap().0 >= 1, "{door:?}");
    // Four seconds before and five after at most, a moment each (on a busy machine frames come too late to be looked at, and it
    // says so); and nothing of the minute between.
    let seen_s = shop.seen_s();
    assert!(*seen_s.first().unwrap() >= 1.0 && *seen_s.last().unwrap() >= 1.0, "{seen_s:?}; {}", runner.text());
    assert!(seen_s.iter().sum::<f64>() < 15.0, "{seen_s:?}; {}", runner.text());
}

#[test]
fn camera_fault_change_of_size_in_mid_stream_goes_on_and_counts_nobody_twice() {
    let test = "camera_fault_change_of_size_in_mid_stream_goes_on_and_counts_nobody_twice";
    let Some(shop) = Shop::new(test) else { return };
    let mut walks = vec![
        // In before the change, and stays.
        Walk(vec![(1.0, 150.0, 170.0), (4.0, 150.0, 450.0), (12.0, 150.0, 450.0)]),
        // Outside up to the change, inside from it on: nobody saw them cross.
        Walk::straight((0.5, 450.0, 200.0), (6.0, 450.0, 200.0)),
        Walk::straight((6.0, 450.0, 450.0), (12.0, 450.0, 450.0)),
    ];
    walks.push(Walk::straight((7.0, 300.0, 170.0), (10.5, 300.0, 450.0)));
    walks.push(Walk::straight((13.0, 300.0, 450.0), (16.5, 300.0, 170.0)));
    let film = film(&shop.path("film.ts"), &[(LARGE, 6), (SMALL, 6), (LARGE, 6)], &walks);
    let Some(camera) = Camera::start(test, &film) else { return };
    let Some(mut runner) = shop.runner(test, camera.url(), |c| _ = c.arg("--once")) else { return };
    assert_eq!(runner.end(60), 0, "{}", runner.text());
    assert_eq!(shop.door(), [(2, 1)], "{}", runner.text());
}

#[test]
fn camera_fault_corrupt_data_counts_nobody_and_crashes_nothing() {
    let test = "camera_fault_corrupt_data_counts_nobody_and_crashes_nothing";
    let Some(shop) = Shop::new(test) else { return };
    // Two who stand, one on each side of the line.
    let walks =
        [Walk::straight((0.0, 150.0, 190.0), (40.0, 150.0, 190.0)), Walk::straight((0.0, 450.0, 440.0), (40.0, 450.0, 440.0))];
    let film = film(&shop.path("film.ts"), &[(LARGE, 25)], &walks);
    if gst::ElementFactory::find("breakmydata").is_none() {
        eprintln!("skipped: {test}: breakmydata is not installed");
        return;
    }
    for share in ["0.0005", "0.01"] {
        let Some(camera) = Camera::start_with(test, &film, &["--corrupt", share]) else { return };
        let Some(mut runner) = shop.runner(test, camera.url(), |c| _ = c.env("GST_DEBUG", "libav:1")) else { return };
        runner.listen(Duration::from_secs(20));
        assert!(!runner.has_ended(), "{share}: {}", runner.text());
        assert_eq!(runner.stop(), 0, "{share}: {}", runner.text());
        let complaints = runner.said.iter().filter(|line| line.contains("libav")).count();
        println!("{share} of the bytes wrong: the decoder complained {complaints} times");
        assert!(complaints > 10, "{share}: the data was corrupt: {}", runner.text());
        assert!(runner.text().contains("running"), "{share}: {}", runner.text());
    }
    let door = shop.door();
    assert!(!door.is_empty() && door.iter().all(|counted| *counted == (0, 0)), "{door:?}");
}

#[test]
fn camera_fault_free_cameras_of_each_codec_are_counted() {
    let test = "camera_fault_free_cameras_of_each_codec_are_counted";
    for (codec, decode) in [
        ("h264", "rtph264depay ! watchdog timeout=10000 ! h264parse ! avdec_h264 max-threads=1"),
        ("h265", "rtph265depay ! watchdog timeout=10000 ! h265parse ! avdec_h265 max-threads=1"),
        ("jpeg", "rtpjpegdepay ! watchdog timeout=10000 ! jpegparse ! jpegdec"),
    ] {
        let Some(shop) = Shop::new(test) else { return };
        let film = film(&shop.path("film.ts"), &[(LARGE, 10)], &passages(9));
        let Some(camera) = Camera::start_with(test, &film, &["--codec", codec]) else { return };
        let Some(mut runner) = shop.runner_of(test, camera.url(), decode, |c| _ = c.arg("--once")) else { return };
        assert_eq!(runner.end(60), 0, "{codec}: {}", runner.text());
        assert_eq!(shop.door(), [(3, 0)], "{codec}: {}", runner.text());
    }
}
