// SPDX-License-Identifier: MPL-2.0
//! The whole chain with the real runtime and the committed model that finds bright rectangles.

use footfall_contract::attestation::{Attestation, Status};
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::wire;
use footfall_tests::run::{self, feed, launch, play};
use footfall_tests::walk::{Walk, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use serde_json::Value;

use super::counting::{SCENE, scene_in};

const SIZE: PictureSize = PictureSize::new(640, 480);

/// `persondetector` with the committed model and the runtime that was found, named `d`.
pub fn detector(test: &str, properties: &str) -> Option<String> {
    let runtime = place::runtime(test)?;
    let model = place::root().join("plugins/persondetector/model/bright-rectangles.onnx");
    Some(format!("persondetector name=d model={} runtime={} {properties}", model.display(), runtime.display()))
}

/// The scene as an inline property, and as frames' wall time the one of `SCENE`'s tests.
fn scene_file(dir: &tempfile::TempDir) -> String {
    let path = scene_in(dir.path());
    format!("scene-location={} start-time=2026-03-02T09:01:00Z", path.display())
}

/// A film of these walkers, and its caps.
pub fn film(format: PixelFormat, seconds: f64, fps: i32, walks: &[Walk]) -> (gst::Caps, Vec<gst::Buffer>) {
    let info = picture::info(format, SIZE, fps);
    let n = (seconds * f64::from(fps)) as u64;
    let buffers = (0..n)
        .map(|i| {
            let t = i as f64 / f64::from(fps);
            picture::bright(&info, &people_at(walks, t), gst::ClockTime::from_nseconds(i * 1_000_000_000 / fps as u64))
        })
        .collect();
    (picture::caps(format, SIZE, fps), buffers)
}

/// Two go in, one goes out.
pub fn walkers() -> Vec<Walk> {
    vec![
        Walk::straight((0.5, 150.0, 170.0), (4.5, 150.0, 450.0)),
        Walk::straight((1.0, 450.0, 450.0), (5.0, 450.0, 170.0)),
        Walk::straight((4.0, 300.0, 170.0), (8.0, 300.0, 450.0)),
    ]
}

pub fn attestations(buffers: impl Iterator<Item = gst::Buffer>) -> Vec<Attestation> {
    buffers.map(|b| wire::attestation::read(&b).unwrap().expect("every buffer is attested")).collect()
}

#[test]
fn bright_walkers_are_found_counted_and_erased() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(detector) = detector("bright_walkers_are_found_counted_and_erased", &scene_file(&dir)) else { return };
    for format in [PixelFormat::I420, PixelFormat::Gray8] {
        let pipeline = launch(&format!(
            "appsrc name=src ! {detector} ! zonetracker ! pixelscrubber name=s fill-color=0xff101010 ! tee name=t \
             t. ! queue leaky=downstream max-size-buffers=2 ! countsink publish-partial=true t. ! queue ! fakesink sync=false"
        ));
        let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
        pipeline.set_state(gst::State::Paused).unwrap();
        let (caps, buffers) = film(format, 10.0, 25, &walkers());
        feed(&pipeline, "src", &caps, None, buffers);
        let report = play(&pipeline).expect_eos();
        let line = &report.counts[0]["lines"]["door"];
        assert_eq!((&line["entries"], &line["exits"]), (&Value::from(2), &Value::from(1)), "{format:?}");
        let height = SIZE.height as usize;
        let stride = picture::info(format, SIZE, 25).stride()[0] as usize;
        let shown: Vec<gst::Buffer> = out.try_iter().collect();
        assert_eq!(shown.len(), 250);
        for (i, buffer) in shown.iter().enumerate() {
            let map = buffer.map_readable().unwrap();
            let luma = &map[..stride * height];
            let bright = luma.iter().filter(|b| **b > 200).count();
            assert_eq!(bright, 0, "frame {i} shows {bright} pixels of a person ({format:?})");
            assert!(luma.iter().any(|b| (17..24).contains(b)), "frame {i} shows the ground ({format:?})");
        }
    }
}

#[test]
fn it_looks_at_the_rate_that_was_asked_and_says_so_of_every_frame() {
    place::init();
    let Some(detector) = detector("it_looks_at_the_rate_that_was_asked_and_says_so_of_every_frame", "rate=5") else { return };
    let pipeline = launch(&format!("appsrc name=src ! {detector} ! pixelscrubber ! fakesink sync=false"));
    let out = run::watch_buffers(&run::pad(&pipeline, "d", "src"));
    pipeline.set_state(gst::State::Paused).unwrap();
    let (caps, buffers) = film(PixelFormat::I420, 4.0, 25, &walkers());
    feed(&pipeline, "src", &caps, None, buffers.clone());
    play(&pipeline).expect_eos();
    let passed: Vec<gst::Buffer> = out.try_iter().collect();
    assert_eq!(passed.len(), buffers.len());
    for (before, after) in buffers.iter().zip(&passed) {
        assert_eq!(before.peek_memory(0).as_ptr(), after.peek_memory(0).as_ptr(), "the picture is not copied");
    }
    let said = attestations(passed.into_iter());
    let looked: Vec<usize> = said.iter().enumerate().filter(|(_, a)| a.status == Status::Detected).map(|(i, _)| i).collect();
    assert_eq!(looked, (0..100).step_by(5).collect::<Vec<_>>());
    assert!(said.iter().filter(|a| a.status != Status::Detected).all(|a| a.status == Status::Skipped));
    assert!(said.windows(2).all(|a| a[0].frame + 1 == a[1].frame && a[0].stream == a[1].stream));
}

#[test]
fn outside_opening_hours_and_after_stop_nothing_is_looked_at() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scene.json");
    let hours = SCENE.replacen(r#""lines""#, r#""opening_hours":{"monday":["10:01-18:00"]},"lines""#, 1);
    std::fs::write(&path, hours).unwrap();
    // 09:00:58Z is 10:00:58 in Stockholm: the shop opens after two seconds.
    let properties = format!("rate=0 scene-location={} start-time=2026-03-02T09:00:58Z", path.display());
    let Some(detector) = detector("outside_opening_hours_and_after_stop_nothing_is_looked_at", &properties) else { return };
    let pipeline = launch(&format!("appsrc name=src ! {detector} ! pixelscrubber name=s ! fakesink sync=false"));
    let out = run::watch_buffers(&run::pad(&pipeline, "d", "src"));
    let shown = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    // The stop comes before the 31st frame.
    let d = pipeline.by_name("d").unwrap();
    let seen = std::sync::atomic::AtomicU32::new(0);
    d.static_pad("sink").unwrap().add_probe(gst::PadProbeType::BUFFER, {
        let d = d.downgrade();
        move |_, _| {
            if seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 30 {
                d.upgrade().unwrap().set_property("stop", true);
            }
            gst::PadProbeReturn::Ok
        }
    });
    pipeline.set_state(gst::State::Paused).unwrap();
    let (caps, buffers) = film(PixelFormat::I420, 4.0, 10, &walkers());
    feed(&pipeline, "src", &caps, None, buffers);
    play(&pipeline).expect_eos();
    let said: Vec<Status> = attestations(out.try_iter()).iter().map(|a| a.status).collect();
    assert!(said[..20].iter().all(|s| *s == Status::Closed), "{said:?}");
    assert!(said[20..30].iter().all(|s| *s == Status::Detected), "{said:?}");
    assert!(said[30..].iter().all(|s| *s == Status::Closed), "{said:?}");
    let info = picture::info(PixelFormat::I420, SIZE, 10);
    let shown: Vec<gst::Buffer> = shown.try_iter().collect();
    assert_eq!((said.len(), shown.len()), (40, 40));
    for (i, buffer) in shown.iter().enumerate() {
        let luma = buffer.map_readable().unwrap()[..info.size() * 2 / 3].iter().all(|b| *b == 16);
        assert_eq!(luma, !(20..30).contains(&i), "frame {i}");
    }
}

#[test]
fn an_excluded_area_reaches_neither_model_nor_output() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scene.json");
    std::fs::write(&path, SCENE.replacen(r#""lines""#, r#""excluded":[[[0,0],[0.4,0],[0.4,1],[0,1]]],"lines""#, 1)).unwrap();
    let properties = format!("rate=0 scene-location={}", path.display());
    let Some(detector) = detector("an_excluded_area_reaches_neither_model_nor_output", &properties) else { return };
    let pipeline =
        launch(&format!("appsrc name=src ! {detector} ! pixelscrubber name=s fill-color=0xff101010 ! fakesink sync=false"));
    let said = run::watch_buffers(&run::pad(&pipeline, "d", "src"));
    let shown = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    pipeline.set_state(gst::State::Paused).unwrap();
    let still = |x: f64| Walk::straight((0.0, x, 400.0), (9.0, x, 400.0));
    let (caps, buffers) = film(PixelFormat::I420, 1.0, 10, &[still(120.0), still(450.0)]);
    feed(&pipeline, "src", &caps, None, buffers);
    play(&pipeline).expect_eos();
    let said = attestations(said.try_iter());
    assert_eq!(said.len(), 10);
    for attestation in said {
        let strong: Vec<f64> = attestation.boxes.iter().filter(|b| b.score > 0.4).map(|b| b.rect.centre().x).collect();
        assert!(strong.len() == 1 && (strong[0] - 450.0).abs() < 20.0, "{strong:?}");
    }
    let shown: Vec<gst::Buffer> = shown.try_iter().collect();
    assert_eq!(shown.len(), 10);
    for buffer in shown {
        let map = buffer.map_readable().unwrap();
        let solid = |row: &[u8]| row.iter().all(|b| *b == row[0]);
        for row in map[..640 * SIZE.height as usize].chunks(640) {
            assert!(solid(&row[..256]), "the excluded area is solid");
            assert!(!solid(&row[256..]), "the rest is shown");
        }
    }
}

/// (what comes behind the detector, the part of the sentence that names the path; `None`: it is allowed).
const PATHS: &[(&str, Option<&str>)] = &[
    ("fakesink", Some("fakesink")),
    ("zonetracker ! fakesink", Some("fakesink")),
    ("zonetracker ! countsink", None),
    ("pixelscrubber ! tee name=t t. ! queue ! fakesink t. ! queue ! fakesink", None),
    ("tee name=t t. ! queue ! pixelscrubber ! fakesink t. ! queue name=raw ! fakesink", Some("raw")),
    ("zonetracker ! tee name=t t. ! queue ! countsink t. ! queue name=raw ! videoconvert ! fakesink", Some("raw")),
    ("bin.( identity ! queue ) ! fakesink", Some("fakesink")),
];

#[test]
fn a_forgotten_scrubber_is_an_error_that_names_the_path() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(detector) = detector("a_forgotten_scrubber_is_an_error_that_names_the_path", &scene_file(&dir)) else { return };
    for (path, expected) in PATHS {
        let pipeline = launch(&format!("appsrc name=src ! {detector} ! {path}"));
        pipeline.set_state(gst::State::Paused).unwrap();
        let (caps, buffers) = film(PixelFormat::I420, 0.5, 10, &[]);
        feed(&pipeline, "src", &caps, None, buffers);
        let report = play(&pipeline);
        match expected {
            Some(name) => {
                assert!(report.error().contains("pixelscrubber") && report.error().contains(name), "{path}: {}", report.error());
            }
            None => report.end_is_eos(),
        }
    }
}

#[test]
fn a_raw_branch_that_is_linked_while_playing_stops_the_pipeline() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let test = "a_raw_branch_that_is_linked_while_playing_stops_the_pipeline";
    let Some(detector) = detector(test, &scene_file(&dir)) else { return };
    for (branch, allowed) in [("fakesink async=false", false), ("countsink", true)] {
        let pipeline = launch(&format!(
            "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=10/1 ! {detector} ! zonetracker ! tee name=t t. ! queue ! countsink"
        ));
        let tee = pipeline.by_name("t").unwrap();
        let before = run::watch_buffers(&tee.static_pad("sink").unwrap());
        pipeline.set_state(gst::State::Playing).unwrap();
        before.recv_timeout(std::time::Duration::from_secs(20)).expect("it plays");
        let late = gst::parse::bin_from_description(&format!("queue name=late ! {branch}"), true).unwrap();
        pipeline.add(&late).unwrap();
        late.sync_state_with_parent().unwrap();
        tee.link(&late).unwrap();
        if allowed {
            for _ in 0..10 {
                before.recv_timeout(std::time::Duration::from_secs(20)).expect("it plays on");
            }
            let error = pipeline.bus().unwrap().pop_filtered(&[gst::MessageType::Error]);
            assert!(error.is_none(), "{error:?}");
        } else {
            let report = run::wait(&pipeline, false);
            assert!(report.error().contains("pixelscrubber"), "{}", report.error());
        }
        pipeline.set_state(gst::State::Null).unwrap();
    }
}

#[test]
fn allow_unscrubbed_is_seen_in_every_payload() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("s.json");
    std::fs::write(&path, SCENE.replace("\"profile\":\"plain\",\"window\":\"5min\"", "\"window\":\"1h\"")).unwrap();
    // The scene's own profile is not weak: the same pipeline is, with the permission, and is not without.
    for (allowed, branches) in [(true, "queue ! fakesink"), (false, "queue ! pixelscrubber ! fakesink")] {
        let properties = format!("allow-unscrubbed={allowed} start-time=2026-03-02T09:59:58Z scene-location={}", path.display());
        let Some(detector) = detector("allow_unscrubbed_is_seen_in_every_payload", &properties) else { return };
        let line = format!("appsrc name=src ! {detector} ! zonetracker ! tee name=t t. ! queue ! countsink t. ! {branches}");
        let pipeline = launch(&line);
        pipeline.set_state(gst::State::Paused).unwrap();
        let (caps, buffers) = film(PixelFormat::I420, 4.0, 10, &[]);
        feed(&pipeline, "src", &caps, None, buffers);
        let report = play(&pipeline).expect_eos();
        assert_eq!(report.counts.len(), 1, "the hour that ended is published at EOS");
        assert_eq!(report.counts[0]["weak"], allowed);
        assert_eq!(report.counts[0]["final"], true);
    }
}

#[test]
fn a_seek_back_and_a_flush_count_nothing_and_lose_nothing() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(detector) = detector("a_seek_back_and_a_flush_count_nothing_and_lose_nothing", &scene_file(&dir)) else { return };
    let pipeline = launch(&format!("appsrc name=src ! {detector} ! zonetracker name=z ! countsink publish-partial=true"));
    let passed = run::watch_buffers(&run::pad(&pipeline, "z", "src"));
    let src = pipeline.by_name("src").unwrap().downcast::<gst_app::AppSrc>().unwrap();
    let (caps, buffers) = film(PixelFormat::I420, 10.0, 10, &walkers());
    src.set_caps(Some(&caps));
    pipeline.set_state(gst::State::Playing).unwrap();
    for buffer in &buffers {
        src.push_buffer(buffer.clone()).unwrap();
    }
    for _ in 0..buffers.len() {
        passed.recv_timeout(std::time::Duration::from_secs(20)).expect("the first pass goes through");
    }
    assert!(src.send_event(gst::event::FlushStart::new()) && src.send_event(gst::event::FlushStop::new(false)));
    for buffer in &buffers {
        src.push_buffer(buffer.clone()).unwrap();
    }
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false).expect_eos();
    pipeline.set_state(gst::State::Null).unwrap();
    let entries: u64 = report.counts.iter().map(|c| c["lines"]["door"]["entries"].as_u64().unwrap()).sum();
    let exits: u64 = report.counts.iter().map(|c| c["lines"]["door"]["exits"].as_u64().unwrap()).sum();
    assert_eq!((entries, exits), (4, 2), "both passes are counted, the jump between them is not");
}

#[test]
fn a_frame_that_it_can_not_look_at_is_failed_and_blank_and_the_next_is_looked_at() {
    place::init();
    let test = "a_frame_that_it_can_not_look_at_is_failed_and_blank_and_the_next_is_looked_at";
    let Some(detector) = detector(test, "rate=0") else { return };
    let pipeline = launch(&format!("appsrc name=src ! {detector} ! pixelscrubber name=s ! fakesink sync=false"));
    let out = run::watch_buffers(&run::pad(&pipeline, "d", "src"));
    let shown = run::watch_pictures(&run::pad(&pipeline, "s", "src"));
    let (caps, mut buffers) = film(PixelFormat::I420, 1.0, 10, &walkers());
    buffers[4].make_mut().remove_all_memory();
    buffers[6].make_mut().remove_all_memory();
    pipeline.set_state(gst::State::Paused).unwrap();
    feed(&pipeline, "src", &caps, None, buffers);
    pipeline.set_state(gst::State::Playing).unwrap();
    let report = run::wait(&pipeline, false);
    let (seen, scrubbed) = (run::stats(&pipeline, "d"), run::stats(&pipeline, "s"));
    pipeline.set_state(gst::State::Null).unwrap();
    report.end_is_eos();
    let said: Vec<Status> = attestations(out.try_iter()).iter().map(|a| a.status).collect();
    let expected = (0..10).map(|i| if i == 4 || i == 6 { Status::Failed } else { Status::Detected });
    assert_eq!(said, expected.collect::<Vec<_>>());
    let black = |(info, buffer): (gst_video::VideoInfo, gst::Buffer)| {
        buffer.map_readable().unwrap()[..info.size() * 2 / 3].iter().all(|b| *b == 16)
    };
    let black: Vec<usize> = shown.try_iter().map(black).enumerate().filter(|(_, black)| *black).map(|(i, _)| i).collect();
    assert_eq!(black, [4, 6]);
    let causes: gst::Structure = scrubbed.get("causes").unwrap();
    assert_eq!((seen.get::<u64>("failed"), causes.get::<u64>("detector-failed")), (Ok(2), Ok(2)), "{seen} {scrubbed}");
    assert_eq!(report.warned("a frame could not be looked at"), 1, "once a minute: {:?}", report.warnings);
}
