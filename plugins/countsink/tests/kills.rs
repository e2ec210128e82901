// SPDX-License-Identifier: MPL-2.0
//! A process that counts is killed at random moments, again and again (120 and 200 times; `FOOTFALL_KILLS` says how often), with a
//! real broker: every window arrives, in order, with one content, and with everything in it that was counted before the last
//! checkpoint, which is hardly older than its interval.
//!
//! Time runs fast: windows of five minutes end each quarter of a second, and a checkpoint is written each 50 ms. A `stream`'s
//! time is that of its totals alone, and stands still while nobody counts. A `live` camera's time goes on whether or not
//! there is a process, and whether or not the camera answers; the worker is given a clock that runs 1200 times as fast as the
//! system's. Processes, kills, disk and broker are real.

#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::BoundaryReading;
use gst_plugin_countsink::health::Moment;
use gst_plugin_countsink::hours::PUBLISH_AFTER;
use gst_plugin_countsink::jsonl::JsonLines;
use gst_plugin_countsink::state::{Refused, State};
use gst_plugin_countsink::watch::Clock;
use gst_plugin_countsink::worker::{Config, Notice, Worker};
use serde_json::Value;

use common::mosquitto::{Mosquitto, free_port, pause};
use common::sink::{SCENE, broker, entries, hour, reading, start, totals};

const CHECKPOINT: Duration = Duration::from_millis(50);
/// So old may a checkpoint be at a death: its interval, and the time of the disk. A busy disk may take longer now and then.
const OLDEST: Duration = Duration::from_millis(300);
/// A window is told so long after it is due, at most: a process must begin, and the disk must have it. One in ten may be later.
const LATE: Duration = Duration::from_millis(350);
/// Between two readings of a stream; a live camera's are as far apart by its clock.
const STEP: Duration = Duration::from_secs(5);
/// So fast goes a live camera's time.
const SPEED: u32 = 1200;
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

/// Time that goes on fast from `since` (by the system's clock) on, until it is told to stand still.
#[derive(Clone)]
struct Fast {
    since: Duration,
    stands_at_ns: Arc<AtomicU64>,
}

impl Fast {
    fn new(since: Duration) -> Self {
        Self { since, stands_at_ns: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    fn elapsed(&self) -> Duration {
        (now() - self.since).mul_f64(f64::from(SPEED)).min(Duration::from_nanos(self.stands_at_ns.load(Ordering::Relaxed)))
    }

    fn stand_still(&self) {
        self.stands_at_ns.store(self.elapsed().as_nanos() as u64, Ordering::Relaxed);
    }

    fn wall(&self) -> WallTime {
        hour(9).plus(self.elapsed())
    }

    fn clock(&self) -> Clock {
        let this = self.clone();
        Clock::of(move || Moment { wall: this.wall(), monotonic: this.elapsed() })
    }
}

/// How long a life is: 20 ms and up to `life_ms` more; the silent ones of live cameras are longer than windows.
fn length_ms(run: i64, random: u64, is_live: bool, life_ms: u64) -> u64 {
    if is_live && run % 5 >= 3 { 400 + random % 300 } else { 20 + random % life_ms }
}

/// How a life goes: when its first reading comes, and when the camera is silent after that, milliseconds. Cameras of
/// streams are never silent.
fn plan(run: i64, is_live: bool) -> (u64, std::ops::Range<u64>) {
    match run % 5 {
        _ if !is_live => (0, 0..0),
        0 | 1 => (0, 0..0),
        2 => (120, 0..0),
        // Longer than it lives.
        3 => (3000, 0..0),
        _ => (0, 60..3000),
    }
}

/// What one life counts, reading by reading; it is written down before the worker has it.
struct Counter {
    run: i64,
    kind: ClockKind,
    started: WallTime,
    wall: WallTime,
    n: u64,
    boundaries: Vec<BoundaryReading>,
    log: std::fs::File,
}

impl Counter {
    fn count(&mut self, step: u64, wall: WallTime, worker: &Worker) {
        let windows = scene().windows();
        let mut boundary = windows.next_boundary(self.wall);
        while boundary <= wall {
            self.boundaries.push(BoundaryReading { at: boundary, reading: reading(self.n, 0) });
            boundary = windows.next_boundary(boundary);
        }
        let old = self.boundaries.len().saturating_sub(2);
        self.boundaries.drain(..old);
        self.wall = wall;
        self.n += (self.run as u64 * 7 + step * step) % 4;
        let line = format!("{} {} {} {}\n", now().as_nanos(), self.run, wall.0, self.n);
        self.log.write_all(line.as_bytes()).unwrap();
        let mut totals = totals(&format!("run-{}", self.run), self.kind, self.started, wall, reading(self.n, 0));
        totals.boundaries = self.boundaries.clone();
        worker.totals(totals);
    }
}

/// The process that is killed: not a test of its own.
#[test]
#[ignore = "it is what the other tests kill"]
fn the_process_that_is_killed() {
    let Some(dir) = std::env::var_os("FOOTFALL_KILLED_DIR") else { return };
    let dir = Path::new(&dir);
    let number = |name: &str| std::env::var(name).unwrap().parse::<i64>().unwrap();
    let (run, port, started) = (number("FOOTFALL_RUN"), number("FOOTFALL_PORT") as u16, WallTime(number("FOOTFALL_STARTED")));
    let is_last = number("FOOTFALL_IS_LAST") == 1;
    let live = Some(number("FOOTFALL_LIVE_SINCE")).filter(|ns| *ns > 0).map(|ns| Fast::new(Duration::from_nanos(ns as u64)));
    let state = match State::open(&dir.join("state")) {
        Ok(state) => state,
        Err(Refused::InUse(sentence) | Refused::Unusable(sentence)) => panic!("{sentence}"),
    };
    let config = Config {
        broker: Some(broker(port)),
        jsonl: Some(JsonLines::open(&dir.join("counts.jsonl")).unwrap()),
        state: Some(state),
        checkpoint_every: CHECKPOINT,
        clock: live.as_ref().map_or_else(Clock::default, Fast::clock),
        ..Config::default()
    };
    let log = OpenOptions::new().append(true).create(true).open(dir.join("log")).unwrap();
    let said = OpenOptions::new().append(true).create(true).open(dir.join("said")).unwrap();
    let told = OpenOptions::new().append(true).create(true).open(dir.join("told")).unwrap();
    let notify = move |notice| {
        let _ = match notice {
            Notice::Warning(sentence) | Notice::Error(sentence) => writeln!(&said, "{sentence}"),
            // At once, or not at all.
            Notice::Published(payload) => {
                (&told).write_all(format!("{} {}\n", now().as_nanos(), start(&payload.text).0).as_bytes())
            }
        };
    };
    let worker = Worker::start(config, Arc::new(notify)).unwrap();
    let (quiet_ms, silent_ms) = if is_last { (0, 0..0) } else { plan(run, live.is_some()) };
    pause(quiet_ms);
    worker.scene(scene());
    let kind = if live.is_some() { ClockKind::Live } else { ClockKind::Stream };
    let started = live.as_ref().map_or(started, Fast::wall);
    let mut counter = Counter { run, kind, started, wall: started, n: 0, boundaries: Vec::new(), log };
    let born = now();
    for step in 0u64.. {
        if is_last && step as usize == LAST_READINGS {
            break;
        }
        let wall = live.as_ref().map_or_else(|| counter.wall.plus(STEP), Fast::wall);
        if !silent_ms.contains(&((now() - born).as_millis() as u64)) {
            counter.count(step, wall, &worker);
        }
        pause(4);
    }
    if let Some(fast) = live {
        // The camera is silent for two more windows; then time stands still, so that no window ends while the process does.
        pause(600);
        fast.stand_still();
    }
    let mut idle = 0;
    for _ in 0..2400 {
        let stats = worker.stats();
        idle = if stats.outbox == 0 && stats.queued == 0 && stats.published > 0 { idle + 1 } else { 0 };
        if idle == 20 {
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
    /// How it ended; `None` of the last, which ended in order.
    end: Option<Death>,
}

#[derive(Clone, Copy)]
struct Death {
    /// Wall time of the newest reading that is in the checkpoint.
    kept: WallTime,
    died: Duration,
}

impl Death {
    /// As the checkpoint says it that was found after it. One of an earlier life holds nothing of this.
    fn found(dir: &Path, run: i64, died: Duration) -> Self {
        let text = std::fs::read_to_string(dir.join("state/open.json")).unwrap_or_default();
        let body = text.split_once('\n').and_then(|(_, body)| serde_json::from_str::<Value>(body).ok()).unwrap_or_default();
        let is_its_own = body["hours"]["run"]["run"] == format!("run-{run}");
        let kept = body["hours"]["wall"].as_i64().filter(|_| is_its_own).map_or(WallTime(i64::MIN), WallTime);
        Self { kept, died }
    }
}

impl Life {
    /// How many came within a window, of what was counted up to `newest`.
    fn within(&self, start: WallTime, newest: WallTime) -> u64 {
        let by = |end: WallTime| {
            let known = self.counted.iter().filter(|(_, wall, _)| *wall <= newest && *wall <= end);
            known.map(|(_, _, n)| *n).max().unwrap_or(0)
        };
        // Whoever is counted in a reading came after the reading before it: before the boundary, the last reading counts.
        by(start.plus(WINDOW).minus(Duration::from_nanos(1))) - by(start.minus(Duration::from_nanos(1)))
    }

    fn bounds(&self, start: WallTime) -> (u64, u64) {
        let all = self.within(start, WallTime(i64::MAX));
        (self.end.map_or(all, |death| self.within(start, death.kept)), all)
    }

    /// For how long somebody who was counted had not been on disk when it died.
    fn waited(&self) -> Duration {
        let Some(Death { kept, died }) = self.end else { return Duration::ZERO };
        let n = self.counted.iter().filter(|(_, wall, _)| *wall <= kept).map(|(.., n)| *n).max().unwrap_or(0);
        let first = self.counted.iter().find(|(.., more)| *more > n);
        first.map_or(Duration::ZERO, |(at, ..)| died.saturating_sub(*at))
    }

    /// Was a reading taken within this window?
    fn saw(&self, start: WallTime) -> bool {
        self.counted.iter().any(|(_, wall, _)| (start..start.plus(WINDOW)).contains(wall))
    }
}

fn lives(dir: &Path, ends: &BTreeMap<i64, Death>) -> BTreeMap<i64, Life> {
    let mut lives: BTreeMap<i64, Life> = BTreeMap::new();
    for line in std::fs::read_to_string(dir.join("log")).unwrap().lines() {
        let words: Vec<i64> = line.split(' ').map(|word| word.parse().unwrap()).collect();
        let life = lives.entry(words[1]).or_default();
        life.counted.push((Duration::from_nanos(words[0] as u64), WallTime(words[2]), words[3] as u64));
        life.end = ends.get(&words[1]).copied();
    }
    lives
}

fn begin(dir: &Path, port: u16, run: i64, started: WallTime, since: Option<Duration>, is_last: bool) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_process_that_is_killed", "--ignored", "--nocapture"])
        .env("FOOTFALL_KILLED_DIR", dir)
        .env("FOOTFALL_PORT", port.to_string())
        .env("FOOTFALL_RUN", run.to_string())
        .env("FOOTFALL_STARTED", started.0.to_string())
        .env("FOOTFALL_LIVE_SINCE", since.map_or(0, |since| since.as_nanos()).to_string())
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

/// Kills, and holds what arrived against what was counted.
fn kill_again_and_again(test: &str, is_live: bool, life_ms: u64) {
    let kills: i64 = std::env::var("FOOTFALL_KILLS").map_or(if is_live { 120 } else { 200 }, |n| n.parse().unwrap());
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let dir = dir.path();
    let Some(mosquitto) = Mosquitto::start(test, port, "") else { return };
    let subscriber = mosquitto.subscribe();
    let mut heard: Vec<String> = Vec::new();
    let since = is_live.then(now);
    let (mut ends, mut spans) = (BTreeMap::new(), Vec::new());
    let (mut random, mut wall) = (0x2545_f491_4f6c_dd1d_u64, hour(9));
    for run in 0..kills {
        let mut child = begin(dir, port, run, wall, since, false);
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let born = now();
        pause(length_ms(run, random >> 33, is_live, life_ms));
        assert!(child.try_wait().unwrap().is_none(), "process {run} ended by itself");
        child.kill().unwrap();
        child.wait().unwrap();
        let died = now();
        ends.insert(run, Death::found(dir, run, died));
        spans.push((born, died));
        wall = end_of_log(dir, wall).plus(Duration::from_secs(2));
        heard.extend(subscriber.heard());
    }
    assert!(begin(dir, port, kills, wall, since, true).wait().unwrap().success());
    pause(500);
    heard.extend(subscriber.heard());

    let text = std::fs::read_to_string(dir.join("counts.jsonl")).unwrap();
    let record: Vec<&str> = text.lines().collect();
    let starts: Vec<WallTime> = record.iter().map(|line| start(line)).collect();
    for pair in starts.windows(2) {
        assert_eq!(pair[0].plus(WINDOW), pair[1], "each window once, in order, none missing");
    }
    let arrived = each_once(&heard);
    assert_eq!(arrived, record, "what arrives is what is on record: the same bytes, in the same order");
    let said = std::fs::read_to_string(dir.join("said")).unwrap_or_default();
    assert!(said.lines().all(|sentence| sentence.contains("can not be reached")), "{said}");
    let again = heard.len() - arrived.len();
    eprintln!("{test}: {kills} kills, {again} delivered twice, {} warnings", said.lines().count());
    hold_against(&record, &starts, &lives(dir, &ends), is_live);
    if let Some(since) = since {
        end_in_their_time(dir, &spans, since);
    }
}

/// Whoever lives tells each window in its time, whether or not the camera has said anything since.
fn end_in_their_time(dir: &Path, spans: &[(Duration, Duration)], since: Duration) {
    let text = std::fs::read_to_string(dir.join("told")).unwrap();
    let words = text.lines().filter_map(|line| line.split_once(' '));
    let told: Vec<(Duration, WallTime)> =
        words.map(|(at, start)| (Duration::from_nanos(at.parse().unwrap()), WallTime(start.parse().unwrap()))).collect();
    let due = |start: &WallTime| since + start.plus(WINDOW + PUBLISH_AFTER).since(hour(9)) / SPEED;
    let is_late = |(_, died): &&(Duration, Duration)| {
        let newest = told.iter().filter(|(at, _)| at <= died).map(|(_, start)| *start).max();
        newest.is_some_and(|newest| due(&newest.plus(WINDOW)) <= died.saturating_sub(LATE))
    };
    let long: Vec<_> = spans.iter().filter(|(born, died)| died.saturating_sub(*born) > LATE).collect();
    let late = long.iter().copied().filter(is_late).count();
    eprintln!("{late} of {} lives longer than {LATE:?} had not told a window in time", long.len());
    assert!(long.len() > spans.len() / 6 && late <= long.len() / 10, "{late} of {}", long.len());
}

/// What was heard, without what was heard already.
fn each_once(heard: &[String]) -> Vec<&str> {
    let mut arrived: Vec<&str> = Vec::new();
    for text in heard {
        if !arrived.contains(&text.as_str()) {
            arrived.push(text);
        }
    }
    arrived
}

fn hold_against(record: &[&str], starts: &[WallTime], lives: &BTreeMap<i64, Life>, is_live: bool) {
    let (mut sure, mut sum, mut truth) = (0, 0, 0);
    for (line, start) in record.iter().zip(starts) {
        let bounds: Vec<(u64, u64)> = lives.values().map(|life| life.bounds(*start)).collect();
        let (least, most) = bounds.iter().fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
        let n = entries(line);
        assert!((least..=most).contains(&n), "{start}: {n} is not within {least} and {most}");
        (sure, sum, truth) = (sure + least, sum + n, truth + most);
    }
    let mut waited: Vec<Duration> = lives.values().map(Life::waited).collect();
    waited.sort();
    let unseen = starts.iter().filter(|start| !lives.values().any(|life| life.saw(**start))).count();
    eprintln!(
        "{} windows, {unseen} of them without a reading; {sum} of {truth} arrived, {sure} had to; at a death somebody had waited {:?} for the disk, at most {:?}",
        record.len(),
        waited.get(waited.len() / 2).unwrap(),
        waited.last().unwrap(),
    );
    assert!(waited.iter().filter(|time| **time > OLDEST).count() <= waited.len() / 20, "one in twenty at most: {waited:?}");
    assert!(sure > truth * 2 / 3, "the bound says something");
    assert!(record.len() > lives.len() / 2 && truth > 1000, "{} windows, {truth} people", record.len());
    assert_eq!(unseen > 0, is_live, "windows of a live camera that is silent end too, and a stream's time stands still");
}

#[test]
fn restart_after_each_of_many_kills_loses_no_window() {
    kill_again_and_again("restart_after_each_of_many_kills_loses_no_window", false, 700);
}

#[test]
fn restart_after_each_of_many_kills_of_a_live_camera_loses_no_window() {
    kill_again_and_again("restart_after_each_of_many_kills_of_a_live_camera_loses_no_window", true, 380);
}
