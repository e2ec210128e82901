// SPDX-License-Identifier: MPL-2.0
//! A worker with a state folder ends and begins again: what is counted adds up, and each window has one content.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use gst_plugin_countsink::jsonl::JsonLines;
use gst_plugin_countsink::state::{Refused, State};
use gst_plugin_countsink::worker::Config;
use serde_json::Value;

use common::mosquitto::pause;
use common::sink::{SCENE, Sink, broker, entries, hour, lines, reading, start, totals};

/// Nobody listens there.
const NOBODYS_PORT: u16 = 1;

fn minutes(from: WallTime, n: u64) -> WallTime {
    from.plus(Duration::from_secs(60 * n))
}

/// Every byte below a folder.
fn contents(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for child in std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()) {
        if child.is_dir() {
            found.extend(contents(&child));
        } else {
            found.insert(child.display().to_string(), std::fs::read(child).unwrap());
        }
    }
    found
}

fn holds(path: &Path, word: &str) -> bool {
    contents(path).values().any(|bytes| bytes.windows(word.len()).any(|part| part == word.as_bytes()))
}

/// Fourteen come, a clean stop, and two more in the same minute: W6 of the list of others' faults.
#[test]
fn restart_within_a_window_adds_up() {
    let dir = tempfile::tempdir().unwrap();
    let first = Sink::start(dir.path(), None);
    first.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(9), 20), reading(14, 1200)));
    let first = first.stop();
    assert_eq!((first.warnings, first.published, first.errors), (vec![], vec![], vec![]));
    let second = Sink::start(dir.path(), None);
    second.worker.totals(totals("b", ClockKind::Stream, minutes(hour(9), 20), minutes(hour(9), 21), reading(2, 60)));
    let second = second.stop();
    assert_eq!((second.warnings, second.published), (vec![], vec![]));
    let third = Sink::start(dir.path(), None);
    third.worker.totals(totals("c", ClockKind::Stream, hour(10), minutes(hour(10), 3), reading(1, 180)));
    let third = third.stop();
    assert_eq!(third.published.iter().map(|p| entries(p)).collect::<Vec<_>>(), [16]);
    let payload: Value = serde_json::from_str(&third.published[0]).unwrap();
    assert_eq!((&payload["coverage_s"], &payload["final"]), (&Value::from(1260), &Value::from(true)));
    assert_eq!(lines(dir.path()), third.published);
}

#[test]
fn restart_with_the_same_run_takes_it_up() {
    let dir = tempfile::tempdir().unwrap();
    for (wall, n) in [(10, 3), (20, 5), (30, 8)] {
        let sink = Sink::start(dir.path(), None);
        sink.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(9), wall), reading(n, 60 * wall)));
        assert_eq!(sink.stop().warnings, Vec::<String>::new());
    }
    let last = Sink::start(dir.path(), None);
    last.whole_hour(10, 1);
    assert_eq!(last.stop().published.iter().map(|p| entries(p)).collect::<Vec<_>>(), [8, 1]);
}

/// The hours of a camera that never answers again end by the clock, before any scene has come.
#[test]
fn restart_without_a_camera_ends_its_hours_with_coverage_0() {
    let dir = tempfile::tempdir().unwrap();
    let then = now().minus(Duration::from_secs(3 * 3600));
    let first = Sink::start(dir.path(), None);
    first.worker.totals(totals("a", ClockKind::Live, then, then.plus(Duration::from_secs(1)), reading(6, 1)));
    assert_eq!(first.stop().published, Vec::<String>::new());
    let mut second = Sink::without_scene(dir.path(), None);
    second.until("three hours end", |stats| stats.published >= 2 && stats.durable);
    let second = second.stop();
    let published: Vec<Value> = second.published.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert!((2..=4).contains(&published.len()), "{published:?}");
    assert_eq!((&published[0]["lines"]["door"]["entries"], &published[0]["coverage_s"]), (&Value::from(6), &Value::from(1)));
    for rest in &published[1..] {
        assert_eq!((&rest["lines"]["door"]["entries"], &rest["coverage_s"]), (&Value::from(0), &Value::from(0)));
        assert_eq!(rest["final"], true);
    }
    // Once.
    assert_eq!(Sink::without_scene(dir.path(), None).stop().published.len(), 0);
    assert_eq!(lines(dir.path()).len(), published.len());
}

#[allow(clippy::disallowed_methods)]
fn now() -> WallTime {
    WallTime(0).plus(SystemTime::now().duration_since(UNIX_EPOCH).unwrap())
}

/// A box without a battery for its clock starts in the past; a film has no clock at all.
#[test]
fn restart_ends_no_hours_by_a_clock_that_is_behind_nor_those_of_a_film() {
    for (clock, then) in [
        (ClockKind::Live, now().plus(Duration::from_secs(5 * 3600))),
        (ClockKind::Stream, now().minus(Duration::from_secs(5 * 3600))),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let first = Sink::start(dir.path(), None);
        first.worker.totals(totals("a", clock, then, then, reading(6, 0)));
        first.stop();
        let second = Sink::without_scene(dir.path(), None);
        pause(200);
        assert_eq!(second.stop().published, Vec::<String>::new());
        assert!(holds(&dir.path().join("state"), "\"entries\":6"), "it is still open");
        let mut third = Sink::start(dir.path(), None);
        let earlier = then.minus(Duration::from_secs(2 * 3600));
        third.worker.totals(totals("b", clock, earlier, earlier, reading(1, 0)));
        third.warning("what is counted now goes to the window that begins then");
        third.worker.totals(totals("b", clock, earlier, minutes(earlier, 1), reading(2, 0)));
        let third = third.stop();
        assert_eq!((third.published.len(), third.warnings.len()), (0, 1), "told once: {:?}", third.warnings);
    }
}

#[test]
fn restart_between_outbox_and_checkpoint_publishes_the_same_bytes_once() {
    for line_was_written in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let checkpoint = dir.path().join("state/open.json");
        let first = Sink::start(dir.path(), Some(broker(NOBODYS_PORT)));
        let t = |wall, n| totals("a", ClockKind::Stream, hour(9), wall, reading(n, 60));
        first.worker.totals(t(minutes(hour(9), 59), 7));
        pause(100);
        let before = std::fs::read(&checkpoint).unwrap();
        first.worker.totals(t(minutes(hour(10), 3), 7));
        let first = first.stop();
        assert_eq!(first.published.len(), 1);
        assert!(first.warnings.iter().all(|w| !w.contains("lost")), "{:?}", first.warnings);
        // The process fell after it had written the payload, with or without its line.
        std::fs::write(&checkpoint, &before).unwrap();
        if !line_was_written {
            std::fs::write(dir.path().join("counts.jsonl"), "").unwrap();
        }
        let mut second = Sink::without_scene(dir.path(), Some(broker(NOBODYS_PORT)));
        second.until("it waits for the broker", |stats| stats.queued == 1 && stats.outbox == 1 && stats.published == 1);
        assert!(second.worker.stats().oldest_unsent_s < 60, "its clock is the stream's");
        let second = second.stop();
        assert_eq!(second.published, first.published);
        assert_eq!(lines(dir.path()), first.published);
        assert_ne!(std::fs::read(&checkpoint).unwrap(), before, "the checkpoint is past it");
        let third = Sink::without_scene(dir.path(), None);
        pause(100);
        assert_eq!((third.stop().published.len(), lines(dir.path()).len()), (0, 1));
    }
}

#[test]
fn restart_of_another_camera_in_the_same_folder_is_an_error_that_names_both() {
    let dir = tempfile::tempdir().unwrap();
    let first = Sink::start(dir.path(), None);
    first.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(9), 20), reading(14, 1200)));
    first.stop();
    let before = contents(&dir.path().join("state"));
    let second = Sink::without_scene(dir.path(), None);
    second.worker.scene(Scene::parse(&SCENE.replace("\"camera\":\"door\"", "\"camera\":\"till\"")).unwrap());
    let second = second.stop();
    assert_eq!(second.errors.len(), 1, "{:?}", second.errors);
    assert!(
        ["shop/door", "shop/till", "a folder of its own"].iter().all(|w| second.errors[0].contains(w)),
        "{:?}",
        second.errors
    );
    assert!(contents(&dir.path().join("state")) == before);
    let Err(Refused::InUse(_)) = State::open(&dir.path().join("state")).and_then(|_first| State::open(&dir.path().join("state")))
    else {
        panic!("two at once")
    };
}

#[test]
fn restart_with_a_changed_scene_goes_on_and_is_weak_unless_windows_are_cut_otherwise() {
    let standard = SCENE.replace("plain", "standard");
    let moved = standard.replace("0.9,0.5", "0.8,0.5");
    let longer = standard.replace("\"publish\":{", "\"publish\":{\"window\":\"2h\",");
    for (scene, counts) in [(&moved, vec![(25, true), (10, false)]), (&longer, vec![(10, false)])] {
        let Ok(scene) = Scene::parse(scene) else { panic!("{:?}", Scene::parse(scene).err()) };
        let dir = tempfile::tempdir().unwrap();
        let first = Sink::without_scene(dir.path(), None);
        first.worker.scene(Scene::parse(&standard).unwrap());
        first.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(9), 20), reading(15, 1200)));
        first.stop();
        let second = Sink::without_scene(dir.path(), None);
        second.worker.scene(scene);
        second.worker.totals(totals("b", ClockKind::Stream, minutes(hour(9), 30), minutes(hour(9), 40), reading(10, 600)));
        second.worker.totals(totals("c", ClockKind::Stream, hour(10), minutes(hour(10), 10), reading(10, 600)));
        second.worker.totals(totals("d", ClockKind::Stream, hour(14), minutes(hour(14), 10), reading(0, 600)));
        let second = second.stop();
        let found: Vec<(Option<u64>, bool)> = second
            .published
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).unwrap())
            .map(|v| (v["lines"]["door"]["entries"].as_u64(), v["weak"] == true))
            .filter(|(n, _)| n.is_some())
            .collect();
        assert_eq!(found, counts.iter().map(|(n, weak)| (Some(*n), *weak)).collect::<Vec<_>>());
        let withheld = second.warnings.iter().filter(|w| w.contains("09:00:00Z are withheld")).count();
        assert_eq!((withheld, second.warnings.len()), (2 - counts.len(), 2 - counts.len()), "{:?}", second.warnings);
        let mut starts: Vec<WallTime> = lines(dir.path()).iter().map(|line| start(line)).collect();
        assert!(starts.is_sorted());
        let all = starts.len();
        starts.dedup();
        assert_eq!(starts.len(), all, "each name once");
    }
}

/// The scene or the checkpoint is damaged: what is whole goes on, and what is not is told once.
#[test]
fn restart_with_a_damaged_file_goes_on_with_the_others() {
    for (file, expected) in [("scene.json", 5), ("open.json", 2)] {
        let dir = tempfile::tempdir().unwrap();
        let first = Sink::start(dir.path(), Some(broker(NOBODYS_PORT)));
        first.whole_hour(9, 7);
        first.worker.totals(totals("b", ClockKind::Stream, hour(10), minutes(hour(10), 20), reading(3, 1200)));
        let first = first.stop();
        std::fs::write(dir.path().join("state").join(file), "footfall-state 1 rubbish").unwrap();
        let mut second = Sink::start(dir.path(), Some(broker(NOBODYS_PORT)));
        second.warning(&format!("{file}.corrupt-1"));
        second.worker.totals(totals("c", ClockKind::Stream, minutes(hour(10), 30), minutes(hour(10), 40), reading(2, 600)));
        second.worker.totals(totals("d", ClockKind::Stream, hour(11), minutes(hour(11), 3), reading(0, 0)));
        second.until("the new window and the old one", |stats| stats.queued == 2 && stats.durable);
        let second = second.stop();
        assert_eq!(second.warnings.iter().filter(|w| w.contains("state-dir")).count(), 1, "{:?}", second.warnings);
        assert_eq!(second.published.iter().map(|p| entries(p)).collect::<Vec<_>>(), [expected]);
        assert_eq!(lines(dir.path()), [first.published, second.published].concat());
    }
}

/// After a window is closed nothing of it is in the folder but what may be published.
#[test]
fn restart_finds_no_exact_total_of_a_closed_window() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let sink = Sink::without_scene(dir.path(), Some(broker(NOBODYS_PORT)));
    sink.worker.scene(Scene::parse(&SCENE.replace("plain", "standard")).unwrap());
    let run = "run-of-that-morning";
    sink.worker.totals(totals(run, ClockKind::Stream, hour(9), minutes(hour(9), 30), reading(4321, 1801)));
    pause(150);
    assert!(holds(&state, "4321") && holds(&state, "1801000000000"), "while it is open");
    // The run goes on, and its own totals are cumulative.
    sink.worker.totals(totals(run, ClockKind::Stream, hour(9), minutes(hour(10), 30), reading(4388, 3601)));
    let sink = sink.stop();
    assert_eq!(entries(&sink.published[0]), 4320, "rounded");
    let kept = contents(&state);
    assert_eq!(kept.len(), 4, "lock, scene, what is open, one payload: {:?}", kept.keys());
    for word in ["4321", "4388", "1801000000000", "3601000000000"] {
        assert!(!holds(&state, word), "{word}");
    }
    for text in kept.values().filter_map(|bytes| std::str::from_utf8(bytes).ok()) {
        for word in ["track", "box", "person_id", "at_ns", "crossing"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}

#[test]
fn restart_after_the_folder_was_away_for_a_while_finds_everything_again() {
    let dir = tempfile::tempdir().unwrap();
    let (state, aside) = (dir.path().join("state"), dir.path().join("aside"));
    let mut sink = Sink::start(dir.path(), Some(broker(NOBODYS_PORT)));
    sink.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(9), 20), reading(1, 1200)));
    sink.until("kept", |stats| stats.durable);
    pause(100);
    std::fs::rename(&state, &aside).unwrap();
    sink.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(9), 30), reading(3, 1800)));
    sink.warning("can not be written");
    sink.worker.totals(totals("a", ClockKind::Stream, hour(9), minutes(hour(11), 30), reading(5, 1800)));
    sink.until("it is sent all the same", |stats| stats.published == 2 && !stats.durable);
    std::fs::rename(&aside, &state).unwrap();
    sink.until("it is kept again", |stats| stats.durable && stats.outbox == 2);
    let sink = sink.stop();
    let told = sink.warnings.iter().filter(|w| w.contains("state-dir")).count();
    assert_eq!((told, sink.warnings.iter().any(|w| w.contains("lost"))), (1, false), "{:?}", sink.warnings);
    let second = Sink::start(dir.path(), None);
    second.worker.totals(totals("b", ClockKind::Stream, hour(12), minutes(hour(12), 3), reading(0, 1)));
    let second = second.stop();
    assert_eq!(second.published.len(), 1, "the third alone");
    assert_eq!(lines(dir.path()).len(), 3);
}

/// The outbox can not be written when a window ends, and then the process does: either the window comes again with the same
/// bytes, or, where the checkpoint could not be brought up to it either, it does not come again.
#[test]
fn restart_after_an_end_without_an_outbox_repeats_a_window_to_the_byte_or_not_at_all() {
    for checkpoint_works in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let config = || Config {
            jsonl: Some(JsonLines::open(&dir.path().join("counts.jsonl")).unwrap()),
            broker: Some(broker(NOBODYS_PORT)),
            state: Some(State::open(&state).unwrap_or_else(|e| panic!("{e}"))),
            checkpoint_every: Duration::from_secs(3600),
            ..Config::default()
        };
        let t = |wall, n| totals("a", ClockKind::Stream, hour(9), wall, reading(n, 1));
        let mut first = Sink::of(config());
        first.worker.scene(Scene::parse(SCENE).unwrap());
        first.worker.totals(t(minutes(hour(9), 10), 1));
        first.worker.end_of_stream(Duration::from_secs(5));
        // More comes, which no checkpoint has but the one at the window's end.
        first.worker.totals(t(minutes(hour(9), 50), 2));
        pause(100);
        std::fs::rename(state.join("outbox"), dir.path().join("aside")).unwrap();
        if !checkpoint_works {
            std::fs::create_dir(state.join("open.json.new")).unwrap();
        }
        first.worker.totals(t(minutes(hour(10), 10), 2));
        first.until("it is sent from memory", |stats| stats.published == 1);
        let first = first.stop();
        assert!(first.warnings.iter().any(|w| w.contains("1 payloads are lost")), "{:?}", first.warnings);
        std::fs::rename(dir.path().join("aside"), state.join("outbox")).unwrap();
        let _ = std::fs::remove_dir(state.join("open.json.new"));
        let mut second = Sink::of(config());
        second.worker.scene(Scene::parse(SCENE).unwrap());
        second.worker.totals(totals("b", ClockKind::Stream, hour(10), minutes(hour(10), 20), reading(0, 1)));
        second.worker.end_of_stream(Duration::from_secs(5));
        second.read();
        assert_eq!(second.published, if checkpoint_works { first.published.clone() } else { Vec::new() });
        assert_eq!(lines(dir.path()), first.published, "its line is there once");
        second.stop();
    }
}

/// A real disk that is full, and one that turns read-only.
#[test]
fn restart_after_a_full_and_a_read_only_disk_sends_nothing_wrong() {
    let test = "restart_after_a_full_and_a_read_only_disk_sends_nothing_wrong";
    let mount = |arguments: &[&str]| Command::new("mount").args(arguments).output().is_ok_and(|o| o.status.success());
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let place = disk.display().to_string();
    if !mount(&["-t", "tmpfs", "-o", "size=256k", "none", &place]) {
        eprintln!("skipped: {test}: this user may not mount");
        return;
    }
    let worked = std::panic::catch_unwind(|| {
        let config = || Config {
            broker: Some(broker(NOBODYS_PORT)),
            state: Some(State::open(&disk.join("door")).unwrap_or_else(|e| panic!("{e}"))),
            checkpoint_every: Duration::from_millis(20),
            ..Config::default()
        };
        let t = |wall, n| totals("a", ClockKind::Stream, hour(9), wall, reading(n, 60 * n));
        let mut sink = Sink::of(config());
        sink.worker.scene(Scene::parse(SCENE).unwrap());
        sink.worker.totals(t(minutes(hour(9), 10), 1));
        pause(100);
        // Full to the last page.
        let filler = disk.join("filler");
        let mut all = std::fs::File::create(&filler).unwrap();
        while std::io::Write::write(&mut all, &[7; 4096]).is_ok() {}
        sink.worker.totals(t(minutes(hour(9), 50), 2));
        sink.warning("can not be written");
        sink.worker.totals(t(minutes(hour(10), 10), 3));
        sink.until("sent", |stats| stats.published == 1 && !stats.durable);
        drop(all);
        std::fs::remove_file(&filler).unwrap();
        sink.until("kept again", |stats| stats.durable && stats.outbox == 1);
        assert!(mount(&["-o", "remount,ro", &place]), "it can be made read-only");
        sink.worker.totals(t(minutes(hour(10), 20), 4));
        pause(200);
        sink.read();
        let told = sink.warnings.iter().filter(|w| w.contains("can not be written")).count();
        assert_eq!(told, 2, "each fault once: {:?}", sink.warnings);
        let sink = sink.stop();
        let lost: Vec<&String> = sink.warnings.iter().filter(|w| w.contains("lost:")).collect();
        assert!(matches!(lost.as_slice(), [one] if one.contains("newest counts of the open window")), "{:?}", sink.warnings);
        // A folder that is read-only from the start: nothing is read from it that could not be taken away again.
        let refused = State::open(&disk.join("door")).map(|_| ()).err().map(|e| e.to_string());
        assert!(refused.is_some_and(|sentence| sentence.contains("can not be used") && sentence.contains("in memory")));
        assert!(mount(&["-o", "remount,rw", &place]));
        let mut second = Sink::of(config());
        second.until("the payload is there", |stats| stats.queued == 1);
        second.stop();
        sink.published
    });
    assert!(Command::new("umount").args(["-l", &place]).status().unwrap().success());
    assert_eq!(worked.unwrap().iter().map(|p| entries(p)).collect::<Vec<_>>(), [2], "as it was at the last reading before");
}

#[test]
fn restart_a_thousand_times_leaks_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let count = |folder: &str| std::fs::read_dir(folder).unwrap().count();
    let cycle = |n: u64| {
        let sink = Sink::start(dir.path(), Some(broker(NOBODYS_PORT)));
        let wall = hour(9).plus(Duration::from_secs(n));
        sink.worker.totals(totals(&n.to_string(), ClockKind::Stream, wall, wall.plus(Duration::from_secs(1)), reading(1, 1)));
        let lost = sink.stop().warnings.iter().filter(|w| w.contains("lost")).count();
        assert_eq!(lost, 0);
    };
    (0..10).for_each(cycle);
    let before = (count("/proc/self/task"), count("/proc/self/fd"), contents(&dir.path().join("state")).len());
    (10..1010).for_each(cycle);
    let after = (count("/proc/self/task"), count("/proc/self/fd"), contents(&dir.path().join("state")).len());
    // Other tests run beside this one.
    assert!(after.0 < before.0 + 50 && after.1 < before.1 + 100, "{before:?} {after:?}");
    assert_eq!(after.2, before.2);
    let last = Sink::start(dir.path(), None);
    last.whole_hour(10, 0);
    assert_eq!(last.stop().published.iter().map(|p| entries(p)).collect::<Vec<_>>(), [1010, 0]);
}
