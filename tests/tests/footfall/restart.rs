// SPDX-License-Identifier: MPL-2.0
//! Pipelines with a `state-dir` that end and begin again: the open window goes on, nothing is waited for, nothing leaks.

use std::path::Path;

use footfall_contract::scene::Scene;
use footfall_contract::time::ClockKind;
use footfall_tests::place;
use footfall_tests::run::{self, Report, feed, launch, play};
use footfall_tests::walk::Walk;
use gst::prelude::*;

use super::counting::{SCENE, frames, head, procession, seconds};

/// Plays attested walkers through a pipeline of its own to the end of the stream.
fn counted(sink: &str, start: &str, times_s: impl Iterator<Item = f64>, walks: &[Walk]) -> Report {
    let scene = Scene::parse(SCENE).unwrap();
    let pipeline = launch(&format!("appsrc name=src ! zonetracker ! countsink name=c {sink}"));
    pipeline.set_state(gst::State::Paused).unwrap();
    let (caps, event) = head(&scene);
    feed(&pipeline, "src", &caps, event, frames(&scene, start, ClockKind::Stream, times_s, walks));
    play(&pipeline).expect_eos()
}

fn state_dir(dir: &Path) -> String {
    format!("state-dir={}", dir.join("door").display())
}

#[test]
fn restart_of_a_pipeline_within_a_window_adds_up() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let sink = state_dir(dir.path());
    let (mut entries, mut exits) = (0, 0);
    for (start, people) in [("2026-03-02T09:01:00Z", 14), ("2026-03-02T09:02:00Z", 2)] {
        let (walks, inwards, outwards) = procession(people, 2.0);
        let report = counted(&sink, start, seconds(0.0, 6.0 + 2.0 * people as f64, 10.0), &walks);
        assert_eq!((report.counts.len(), report.warnings), (0, vec![]), "the window is open and kept");
        (entries, exits) = (entries + inwards, exits + outwards);
    }
    let report = counted(&sink, "2026-03-02T09:04:00Z", [0.0, 240.0].into_iter(), &[]);
    assert_eq!(report.warnings, Vec::<String>::new());
    let window = report.counts.first().unwrap();
    assert_eq!((&window["lines"]["door"]["entries"], &window["lines"]["door"]["exits"]), (&entries.into(), &exits.into()));
    assert_eq!((&window["final"], &window["zones"]["mat"]["visits"]), (&true.into(), &16.into()));
}

/// Somebody stands in the zone when the camera goes: their visit ends with the last frame, and not when it comes again.
#[test]
fn restart_ends_a_visit_that_was_open_when_the_camera_went() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let sink = state_dir(dir.path());
    // On the mat from the second second on.
    let stays = Walk::straight((0.0, 300.0, 380.0), (60.0, 302.0, 380.0));
    counted(&sink, "2026-03-02T09:01:00Z", seconds(0.0, 10.0, 10.0), &[stays]);
    counted(&sink, "2026-03-02T09:03:00Z", seconds(0.0, 5.0, 10.0), &[]);
    let report = counted(&sink, "2026-03-02T09:04:00Z", [0.0, 240.0].into_iter(), &[]);
    let mat = &report.counts.first().unwrap()["zones"]["mat"];
    assert_eq!(mat["visits"], 1);
    let person_seconds = mat["person_seconds"].as_f64().unwrap();
    assert!((5.0..=11.0).contains(&person_seconds), "{person_seconds}");
}

#[test]
fn restart_beside_a_second_sink_of_the_same_folder_is_refused() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let line = format!("appsrc name=src ! countsink name=c {}", state_dir(dir.path()));
    let (first, second) = (launch(&line), launch(&line));
    first.set_state(gst::State::Paused).unwrap();
    assert!(second.set_state(gst::State::Paused).is_err());
    let report = run::wait(&second, true);
    assert!(report.error().contains("in use by another countsink") && report.error().contains("a folder of its own"));
    second.set_state(gst::State::Null).unwrap();
    first.set_state(gst::State::Null).unwrap();
    assert!(second.set_state(gst::State::Paused).is_ok(), "the folder is free again");
    second.set_state(gst::State::Null).unwrap();
}

#[test]
fn restart_of_another_camera_in_the_same_folder_is_an_error() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    counted(&state_dir(dir.path()), "2026-03-02T09:01:00Z", seconds(0.0, 2.0, 10.0), &[]);
    let scene = Scene::parse(&SCENE.replace("\"door\",\"placement\"", "\"till\",\"placement\"")).unwrap();
    let pipeline = launch(&format!("appsrc name=src ! zonetracker ! countsink {}", state_dir(dir.path())));
    let (caps, event) = head(&scene);
    feed(&pipeline, "src", &caps, event, frames(&scene, "2026-03-02T09:01:00Z", ClockKind::Stream, seconds(0.0, 2.0, 10.0), &[]));
    let report = play(&pipeline);
    assert!(report.error().contains("test/door") && report.error().contains("test/till"), "{}", report.error());
}

#[test]
fn restart_state_is_left_alone_where_the_open_window_is_published() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let sink = format!("{} publish-partial=true", state_dir(dir.path()));
    let report = counted(&sink, "2026-03-02T09:01:00Z", seconds(0.0, 2.0, 10.0), &[]);
    assert_eq!((report.warned("state-dir is not used"), report.warnings.len(), report.counts.len()), (1, 1, 1));
    assert!(!dir.path().join("door").exists());
}

#[test]
fn restart_state_that_can_not_be_used_is_a_warning_and_counting_goes_on() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("file"), "").unwrap();
    let theirs = dir.path().join("theirs");
    std::fs::create_dir(&theirs).unwrap();
    std::fs::write(theirs.join("letters"), "dear").unwrap();
    let older = dir.path().join("older");
    std::fs::create_dir(&older).unwrap();
    std::fs::write(older.join("lock"), "").unwrap();
    std::fs::write(older.join("open.json"), "footfall-state 0 open 00\n{}").unwrap();
    for (place, words) in [
        (dir.path().join("file/door"), "can not be used"),
        (theirs.clone(), "holds files that are not countsink's"),
        (older.clone(), "its format is 0"),
    ] {
        let (walks, entries, _) = procession(3, 2.0);
        let times = seconds(0.0, 14.0, 10.0).chain([500.0, 501.0]);
        let report = counted(&format!("state-dir={}", place.display()), "2026-03-02T09:01:00Z", times, &walks);
        assert_eq!(report.warned(words), 1, "{:?}", report.warnings);
        assert_eq!(report.warned("state-dir"), report.warned(words) + report.warned("are lost"), "{:?}", report.warnings);
        assert_eq!(report.counts[0]["lines"]["door"]["entries"], entries);
    }
    assert_eq!(std::fs::read_dir(theirs).unwrap().count(), 1);
    assert_eq!(std::fs::read(older.join("open.json")).unwrap(), b"footfall-state 0 open 00\n{}");
    assert!(!older.join("open.json.new").exists() && !older.join("scene.json").exists());
}

#[test]
fn restart_a_thousand_times_leaks_no_thread_descriptor_or_file() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("door");
    counted(&state_dir(dir.path()), "2026-03-02T09:01:00Z", seconds(0.0, 2.0, 10.0), &[]);
    let before = std::fs::read(folder.join("open.json")).unwrap();
    let pipeline = launch(&format!("appsrc name=src ! countsink name=c {}", state_dir(dir.path())));
    for _ in 0..1000 {
        pipeline.set_state(gst::State::Paused).unwrap();
        pipeline.set_state(gst::State::Ready).unwrap();
    }
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let ours = threads.filter(|t| std::fs::read_to_string(t.path().join("comm")).is_ok_and(|name| name.trim() == "countsink"));
    assert!(ours.count() < 20, "those of tests beside this one");
    let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
    let open = open.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|path| path.starts_with(&folder)));
    assert_eq!(open.count(), 0, "the folder is closed");
    let mut names: Vec<String> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["lock", "open.json", "outbox", "scene.json"]);
    assert_eq!(std::fs::read(folder.join("open.json")).unwrap(), before, "nothing is written where nothing changes");
    let stats = run::stats(&pipeline, "c");
    assert_eq!(
        (stats.get::<bool>("durable"), stats.get::<u64>("outbox"), stats.get::<u64>("oldest-unsent")),
        (Ok(true), Ok(0), Ok(0))
    );
    pipeline.set_state(gst::State::Null).unwrap();
}
