// SPDX-License-Identifier: MPL-2.0
//! Files that are cut, changed and left behind: what comes back is what was written, or nothing.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use footfall_contract::time::{ClockKind, StreamTime};
use footfall_contract::totals::{LineTotals, RULE_VERSION, Reading, Totals, VERSION};
use proptest::prelude::*;

use super::*;
use crate::days::Days;
use crate::hours::Hours;

const SCENE: &str = r#"{"version":1,"site":"shop","camera":"door","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}]}"#;

fn scene() -> Scene {
    Scene::parse(SCENE).unwrap()
}

fn open(entries: u64) -> Open {
    let scene = scene();
    let mut hours = Hours::new(scene.windows());
    let started = WallTime::parse("2026-03-02T09:00:00Z").unwrap();
    let lines = BTreeMap::from([("door".to_owned(), LineTotals { entries, ..LineTotals::default() })]);
    let now = Reading { observed_ns: 7, lines, ..Reading::default() };
    hours
        .receive(Totals {
            version: VERSION,
            rule_version: RULE_VERSION,
            run: "run".into(),
            stream: "shop/door".into(),
            started,
            wall: started,
            running_time: StreamTime(0),
            clock: ClockKind::Live,
            weak: false,
            now,
            boundaries: Vec::new(),
        })
        .unwrap();
    Open {
        stream: scene.stream_name(),
        scene: scene.sha256().to_owned(),
        time_zone: "UTC".into(),
        window_minutes: 60,
        not_before: None,
        hours: hours.snapshot(),
        days: Days::default().snapshot(),
    }
}

fn entry(n: i64) -> Entry {
    Entry { start: WallTime(n), id: format!("shop/door/{n}"), text: format!("{{\"n\":{n}}}") }
}

fn loaded(path: &Path) -> Loaded {
    State::open(path).unwrap().load().unwrap_or_else(|sentence| panic!("{sentence}"))
}

/// Every file below a folder, by its path in it.
fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for child in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if child.is_dir() {
                folders.push(child);
            } else {
                found.insert(child.strip_prefix(path).unwrap().display().to_string(), std::fs::read(child).unwrap());
            }
        }
    }
    found
}

fn full(path: &Path) -> State {
    let mut state = State::open(path).unwrap();
    state.load().unwrap_or_else(|sentence| panic!("{sentence}"));
    state.keep_scene(&scene()).unwrap();
    state.keep_open(&open(1234), false).unwrap();
    state.keep_payloads(&[entry(1), entry(2)]).unwrap();
    state.keep_payloads(&[entry(2), entry(3)]).unwrap();
    state
}

#[test]
fn a_restart_finds_everything_that_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("var/door");
    drop(full(&path));
    let found = loaded(&path);
    assert_eq!(found.scene.unwrap().text(), SCENE, "byte for byte");
    assert!(found.open == Some(open(1234)));
    assert_eq!(found.entries, [entry(1), entry(2), entry(3)], "in order, each once");
    assert_eq!(found.remark, None);
}

#[test]
fn a_payload_that_is_gone_does_not_come_back_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut state = full(dir.path());
    for id in ["shop/door/1", "shop/door/1", "never there"] {
        state.remove_payload(id).unwrap();
    }
    assert_eq!(state.outbox().len(), 2);
    state.keep_payloads(&[entry(4)]).unwrap();
    drop(state);
    assert_eq!(loaded(dir.path()).entries, [entry(2), entry(3), entry(4)]);
}

#[test]
fn nobody_else_can_read_what_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("door");
    let _state = full(&path);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&path.join("outbox"))), (0o700, 0o700));
    let names: Vec<String> = files(&path).into_keys().collect();
    assert_eq!(
        names,
        ["lock", "open.json", "outbox/000000000001.json", "outbox/000000000002.json", "outbox/000000000003.json", "scene.json"]
    );
    names.iter().for_each(|name| assert_eq!(mode(&path.join(name)), 0o600, "{name}"));
}

#[test]
fn a_closed_windows_totals_are_overwritten_before_their_room_is_freed() {
    let dir = tempfile::tempdir().unwrap();
    let state = full(dir.path());
    // Another name for the same file shows what becomes of its bytes.
    let witness = dir.path().join("witness");
    std::fs::hard_link(dir.path().join("open.json"), &witness).unwrap();
    let before = std::fs::read(&witness).unwrap();
    assert!(before.windows(4).any(|bytes| bytes == b"1234"));
    state.keep_open(&open(0), true).unwrap();
    let after = std::fs::read(&witness).unwrap();
    assert_eq!((after.len(), after.iter().all(|b| *b == 0)), (before.len(), true));
}

#[test]
fn a_second_countsink_is_refused_and_the_next_one_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let first = State::open(dir.path()).unwrap();
    let Err(Refused::InUse(sentence)) = State::open(dir.path()) else { panic!("it is refused") };
    assert!(sentence.contains("another countsink") && sentence.contains(&dir.path().display().to_string()), "{sentence}");
    drop(first);
    State::open(dir.path()).unwrap();
}

#[test]
fn a_folder_of_somebody_else_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("letters"), "dear").unwrap();
    let Err(Refused::Unusable(sentence)) = State::open(dir.path()) else { panic!("it is refused") };
    assert!(sentence.contains("not countsink's") && sentence.contains("in memory"), "{sentence}");
    assert_eq!(files(dir.path()).into_keys().collect::<Vec<_>>(), ["letters"]);
    let Err(Refused::Unusable(sentence)) = State::open(&dir.path().join("letters/door")) else { panic!("it is refused") };
    assert!(sentence.contains("letters/door"), "{sentence}");
}

#[test]
fn what_is_damaged_is_set_aside_and_never_written_over() {
    let dir = tempfile::tempdir().unwrap();
    for n in 1..=2 {
        drop(full(dir.path()));
        for name in ["open.json", "outbox/000000000002.json"] {
            std::fs::write(dir.path().join(name), format!("rubbish {n}")).unwrap();
        }
        let found = loaded(dir.path());
        let remark = found.remark.unwrap();
        assert!(remark.starts_with("2 damaged files") && remark.contains("open.json.corrupt-"), "{remark}");
        assert!(found.open.is_none());
        // In the second round entry 2 has a new file at the end.
        assert!(found.entries.contains(&entry(1)) && found.entries.contains(&entry(3)));
        let now = files(dir.path());
        assert_eq!(now[&format!("open.json.corrupt-{n}")], format!("rubbish {n}").into_bytes());
    }
    let now = files(dir.path());
    assert_eq!(now["open.json.corrupt-1"], b"rubbish 1");
    assert_eq!(now.keys().filter(|name| name.contains("corrupt")).count(), 4, "{:?}", now.keys());
}

#[test]
fn another_versions_files_are_left_as_they_are() {
    for name in ["scene.json", "open.json", "outbox/000000000002.json"] {
        let dir = tempfile::tempdir().unwrap();
        drop(full(dir.path()));
        let text = String::from_utf8(std::fs::read(dir.path().join(name)).unwrap()).unwrap();
        std::fs::write(dir.path().join(name), text.replacen("footfall-state 1 ", "footfall-state 0 ", 1)).unwrap();
        let before = files(dir.path());
        let sentence = State::open(dir.path()).unwrap().load().err().unwrap();
        assert!(sentence.contains(name) && sentence.contains("format is 0") && sentence.contains("in memory"), "{sentence}");
        assert!(files(dir.path()) == before);
    }
}

#[test]
fn what_was_left_unfinished_is_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(full(dir.path()));
    let torn = std::fs::read(dir.path().join("outbox/000000000001.json")).unwrap();
    for length in [0, 1, torn.len() / 2, torn.len() - 1, torn.len()] {
        std::fs::write(dir.path().join("outbox/000000000004.json.new"), &torn[..length]).unwrap();
        std::fs::write(dir.path().join("open.json.new"), &torn[..length]).unwrap();
        let found = loaded(dir.path());
        assert_eq!((found.entries.len(), found.remark), (3, None));
        assert!(found.open == Some(open(1234)));
    }
    assert!(!dir.path().join("outbox/000000000004.json.new").exists());
}

/// A full disk, as `/dev/full` and a limit have it: see the tests on the built library for a real one.
#[test]
fn a_folder_that_vanished_is_an_error_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("door");
    let mut state = full(&path);
    std::fs::remove_dir_all(&path).unwrap();
    assert!(state.keep_open(&open(1), false).is_err());
    assert!(state.keep_open(&open(1), true).is_err());
    assert!(state.keep_scene(&scene()).is_err());
    assert!(state.keep_payloads(&[entry(9)]).is_err());
    assert!(!state.outbox().holds("shop/door/9"));
    state.remove_payload("shop/door/1").unwrap();
    assert!(state.forget_open().is_err());
}

/// Cut at every byte, and with every bit of the header and many of the body changed, a file is refused or says the same.
#[test]
fn a_cut_file_is_never_believed() {
    let body = serde_json::to_vec(&entry(12)).unwrap();
    let sealed = seal(Kind::Payload, &body);
    assert_eq!(unseal(Kind::Payload, &sealed).unwrap(), body);
    for length in 0..sealed.len() {
        assert!(unseal(Kind::Payload, &sealed[..length]).is_err(), "{length}");
    }
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        // A hexadecimal digit has two forms, but only one is ours.
        assert!(unseal(Kind::Payload, &changed).is_err(), "bit {bit}");
    }
    assert!(unseal(Kind::Open, &sealed).is_err(), "another kind");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_becomes_of_the_files_no_payload_is_another(
        harm in prop::collection::vec((0usize..5, 0usize..2000, any::<u8>(), any::<bool>()), 1..6)
    ) {
        let dir = tempfile::tempdir().unwrap();
        drop(full(dir.path()));
        let names: Vec<String> = files(dir.path()).into_keys().filter(|name| name != "lock").collect();
        for (file, at, byte, cut) in harm {
            let path = dir.path().join(&names[file % names.len()]);
            let mut bytes = std::fs::read(&path).unwrap();
            if bytes.is_empty() {
                continue;
            }
            let at = at % bytes.len();
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            std::fs::write(&path, bytes).unwrap();
        }
        let before: usize = files(dir.path()).len();
        if let Ok(found) = State::open(dir.path()).unwrap().load() {
            let genuine = [entry(1), entry(2), entry(3)];
            prop_assert!(found.entries.iter().all(|e| genuine.contains(e)));
            prop_assert!(found.entries.is_sorted_by_key(|e| e.start));
            prop_assert!(found.open.is_none() || found.open == Some(open(1234)));
            prop_assert!(found.scene.is_none_or(|s| s.text() == SCENE));
        }
        prop_assert_eq!(files(dir.path()).len(), before, "nothing is deleted");
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = unseal(Kind::Open, &bytes);
        let _ = serde_json::from_slice::<Open>(&bytes);
        let _ = serde_json::from_slice::<Entry>(&bytes);
    }
}
