// SPDX-License-Identifier: MPL-2.0
//! A process that counts is killed at random moments, again and again (200 times; `FOOTFALL_KILLS` says how often), with a
//! real broker: every window arrives, in order, with one content, and with everything in it that was counted before the last
//! checkpoint, which is hardly older than its interval.
//!
//! Time runs fast: windows of five minutes end each quarter of a second, and a checkpoint is written each 50 ms.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::BoundaryReading;
use gst_plugin_countsink::jsonl::JsonLines;
use gst_plugin_countsink::state::{Refused, State};
use gst_plugin_countsink::worker::{Config, Notice, Worker};

use common::mosquitto::{Mosquitto, free_port, pause};
use common::sink::{SCENE, broker, entries, hour, reading, start, totals};

const CHECKPOINT: Duration = Duration::from_millis(50);
/// What was counted so long before the last checkpoint was written must be in it: time for the letter, on a busy machine.
const LETTER: Duration = Duration::from_millis(100);
/// So old may a checkpoint be at a death: its interval, and the time of the disk. A busy disk may take longer now and then.
const OLDEST: Duration = Duration::from_millis(300);
/// Between two readings.
const STEP: Duration = Duration::from_secs(5);
const WINDOW: Duration = Duration::from_secs(300);
/// Windows in which the last process ends in order.
const LAST_READINGS: usize = 200;

#[allow(clippy::disallowed_methods)]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

fn scene() -> Scene {
    let text = SCENE.replace("\"publish\":{", "\"publish\":{\"window\":\"5min\",");
    Scene::parse(&text).unwrap_or_else(|e| panic!("{e}"))
}

/// The process that is killed: not a test of its own. It writes down each reading before the worker has it.
#[test]
#[ignore = "it is what the other test kills"]
fn the_process_that_is_killed() {
    let Some(dir) = std::env::var_os("FOOTFALL_KILLED_DIR") else { return };
    let dir = Path::new(&dir);
    let number = |name: &str| std::env::var(name).unwrap().parse::<i64>().unwrap();
    let (run, port, started) = (number("FOOTFALL_RUN"), number("FOOTFALL_PORT") as u16, WallTime(number("FOOTFALL_STARTED")));
    let is_last = number("FOOTFALL_IS_LAST") == 1;
    let state = match State::open(&dir.join("state")) {
        Ok(state) => state,
        Err(Refused::InUse(sentence) | Refused::Unusable(sentence)) => panic!("{sentence}"),
    };
    let jsonl = JsonLines::open(&dir.join("counts.jsonl")).unwrap();
    let config = Config {
        broker: Some(broker(port)),
        jsonl: Some(jsonl),
        state: Some(state),
        checkpoint_every: CHECKPOINT,
        ..Config::default()
    };
    let mut log = OpenOptions::new().append(true).create(true).open(dir.join("log")).unwrap();
    let said = OpenOptions::new().append(true).create(true).open(dir.join("said")).unwrap();
    let notify = move |notice| {
        if let Notice::Warning(sentence) | Notice::Error(sentence) = notice {
            let _ = writeln!(&said, "{sentence}");
        }
    };
    let worker = Worker::start(config, Arc::new(notify)).unwrap();
    worker.scene(scene());
    let windows = scene().windows();
    let (mut wall, mut n, mut boundaries) = (started, 0, Vec::new());
    for step in 0u64.. {
        if is_last && step as usize == LAST_READINGS {
            break;
        }
        let boundary = windows.next_boundary(wall);
        let next = wall.plus(STEP);
        if boundary <= next {
            boundaries.push(BoundaryReading { at: boundary, reading: reading(n, 0) });
            if boundaries.len() > 2 {
                boundaries.remove(0);
            }
        }
        wall = next;
        n += (run as u64 * 7 + step * step) % 4;
        log.write_all(format!("{} {run} {} {n}\n", now().as_nanos(), wall.0).as_bytes()).unwrap();
        let mut totals = totals(&format!("run-{run}"), ClockKind::Stream, started, wall, reading(n, 0));
        totals.boundaries = boundaries.clone();
        worker.totals(totals);
        pause(4);
    }
    for _ in 0..2400 {
        let stats = worker.stats();
        if stats.outbox == 0 && stats.queued == 0 && stats.published > 0 {
            break;
        }
        pause(25);
    }
    worker.stop(Duration::from_secs(10));
}

/// One life, as its log has it.
#[derive(Default)]
struct Life {
    /// (when it was counted, its wall time, how many so far).
    counted: Vec<(Duration, WallTime, u64)>,
    /// When the last checkpoint before its death was written.
    kept: Option<Duration>,
}

impl Life {
    /// How many came within a window, of what was counted `before`.
    fn within(&self, start: WallTime, before: Duration) -> u64 {
        let by = |end: WallTime| {
            let known = self.counted.iter().filter(|(at, wall, _)| *at <= before && *wall <= end);
            known.map(|(_, _, n)| *n).max().unwrap_or(0)
        };
        // Whoever is counted in a reading came after the reading before it: before the boundary, the last reading counts.
        by(start.plus(WINDOW).minus(Duration::from_nanos(1))) - by(start.minus(Duration::from_nanos(1)))
    }

    fn bounds(&self, start: WallTime) -> (u64, u64) {
        let all = self.within(start, Duration::MAX);
        let Some(kept) = self.kept else { return (all, all) };
        (self.within(start, kept.saturating_sub(LETTER)), all)
    }
}

fn lives(dir: &Path, checkpoints: &BTreeMap<i64, Duration>) -> BTreeMap<i64, Life> {
    let mut lives: BTreeMap<i64, Life> = BTreeMap::new();
    for line in std::fs::read_to_string(dir.join("log")).unwrap().lines() {
        let words: Vec<i64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let life = lives.entry(words[1]).or_default();
        life.counted.push((Duration::from_nanos(words[0] as u64), WallTime(words[2]), words[3] as u64));
        life.kept = checkpoints.get(&words[1]).copied();
    }
    lives
}

fn begin(dir: &Path, port: u16, run: i64, started: WallTime, is_last: bool) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--ignored", "--nocapture"])
        .env("FOOTFALL_KILLED_DIR", dir)
        .env("FOOTFALL_PORT", port.to_string())
        .env("FOOTFALL_RUN", run.to_string())
        .env("FOOTFALL_STARTED", started.0.to_string())
        .env("FOOTFALL_IS_LAST", i64::from(is_last).to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Where the log ends; a line that was cut is taken out of it: the worker never had that reading.
fn end_of_log(dir: &Path, otherwise: WallTime) -> WallTime {
    let text = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    if whole.len() < text.len() {
        std::fs::write(dir.join("log"), whole).unwrap();
    }
    whole.lines().last().map_or(otherwise, |line| WallTime(line.split(' ').nth(2).unwrap().parse().unwrap()))
}

#[test]
fn restart_after_each_of_many_kills_loses_no_window() {
    let kills: i64 = std::env::var("FOOTFALL_KILLS").map_or(200, |n| n.parse().unwrap());
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let dir = dir.path();
    let Some(mosquitto) = Mosquitto::start("restart_after_each_of_many_kills_loses_no_window", port, "") else {
        return;
    };
    let subscriber = mosquitto.subscribe();
    let mut heard: Vec<String> = Vec::new();
    let (mut checkpoints, mut ages, mut random, mut wall) = (BTreeMap::new(), Vec::new(), 0x2545_f491_4f6c_dd1d_u64, hour(9));
    for run in 0..kills {
        let (mut child, born) = (begin(dir, port, run, wall, false), now());
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        pause(20 + (random >> 33) % 700);
        assert!(child.try_wait().unwrap().is_none(), "process {run} ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        let died = now();
        let kept = std::fs::metadata(dir.join("state/open.json")).and_then(|m| m.modified());
        let kept = kept.map_or(Duration::ZERO, |at| at.duration_since(UNIX_EPOCH).unwrap());
        ages.push(died.saturating_sub(kept.max(born)));
        checkpoints.insert(run, kept);
        wall = end_of_log(dir, wall).plus(Duration::from_secs(2));
        heard.extend(subscriber.heard());
    }
    assert!(begin(dir, port, kills, wall, true).wait().unwrap().success());
    pause(500);
    heard.extend(subscriber.heard());

    let text = std::fs::read_to_string(dir.join("counts.jsonl")).unwrap();
    let record: Vec<&str> = text.lines().collect();
    let starts: Vec<WallTime> = record.iter().map(|line| start(line)).collect();
    for pair in starts.windows(2) {
        assert_eq!(pair[0].plus(WINDOW), pair[1], "each window once, in order, none missing");
    }
    let mut arrived: Vec<&str> = Vec::new();
    for text in &heard {
        if !arrived.contains(&text.as_str()) {
            arrived.push(text);
        }
    }
    assert_eq!(arrived, record, "what arrives is what is on record: the same bytes, in the same order");

    let lives = lives(dir, &checkpoints);
    let (mut sure, mut sum, mut truth) = (0, 0, 0);
    for (line, start) in record.iter().zip(&starts) {
        let bounds: Vec<(u64, u64)> = lives.values().map(|life| life.bounds(*start)).collect();
        let (least, most) = bounds.iter().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        let n = entries(line);
        assert!((least..=most).contains(&n), "{start}: {n} is not within {least} and {most}");
        (sure, sum, truth) = (sure + least, sum + n, truth + most);
    }
    ages.sort();
    let again = heard.len() - arrived.len();
    let said = std::fs::read_to_string(dir.join("said")).unwrap_or_default();
    eprintln!(
        "{kills} kills, checkpoints {:?} old, at most {:?}: {} windows; {sum} of {truth} arrived, {sure} had to; {again} delivered twice; {} warnings",
        ages.get(ages.len() / 2).unwrap(),
        ages.last().unwrap(),
        record.len(),
        said.lines().count()
    );
    assert!(said.lines().all(|sentence| sentence.contains("can not be reached")), "{said}");
    assert!(ages.iter().filter(|age| **age > OLDEST).count() <= ages.len() / 20, "one in twenty at most: {ages:?}");
    assert!(sure > truth / 3, "the bound says something");
    assert!(record.len() > kills as usize / 2 && truth > 1000, "{} windows, {truth} people", record.len());
}
