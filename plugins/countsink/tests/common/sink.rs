// SPDX-License-Identifier: MPL-2.0
//! A worker of a small shop, fed with hours that somebody else has counted.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::{BoundaryReading, LineTotals, RULE_VERSION, Reading, Totals, VERSION};
use gst_plugin_countsink::broker::{Broker, Given};
use gst_plugin_countsink::jsonl::JsonLines;
use gst_plugin_countsink::state::State;
use gst_plugin_countsink::worker::{Config, Notice, Stats, Worker};

use super::mosquitto::pause;

pub const SCENE: &str = r#"{"version":1,"site":"shop","camera":"door","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}],"publish":{"profile":"plain"}}"#;

pub fn at(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

pub fn hour(h: u32) -> WallTime {
    at(&format!("2026-03-02T{h:02}:00:00Z"))
}

/// What is read when this many have come in.
pub fn reading(entries: u64, observed_s: u64) -> Reading {
    let lines = BTreeMap::from([("door".to_owned(), LineTotals { entries, ..LineTotals::default() })]);
    Reading { observed_ns: observed_s * 1_000_000_000, lines, ..Reading::default() }
}

/// Totals of a run.
pub fn totals(run: &str, clock: ClockKind, started: WallTime, wall: WallTime, now: Reading) -> Totals {
    Totals {
        version: VERSION,
        rule_version: RULE_VERSION,
        run: run.into(),
        stream: "shop/door".into(),
        started,
        wall,
        running_time: StreamTime(0),
        clock,
        weak: false,
        now,
        boundaries: Vec::new(),
    }
}

/// A broker on this port of loopback.
pub fn broker(port: u16) -> Broker {
    let broker = format!("mqtt://127.0.0.1:{port}");
    let given = Given { broker, topic_prefix: "footfall".into(), keep_alive: Duration::from_secs(5), ..Given::default() };
    given.check().map_err(|e| e.to_string()).unwrap_or_else(|e| panic!("{e}"))
}

/// A worker, and what it has said.
pub struct Sink {
    pub worker: Worker,
    notices: Receiver<Notice>,
    pub warnings: Vec<String>,
    pub errors: Vec<String>,
    pub published: Vec<String>,
}

impl Sink {
    /// With state in `dir/state` and lines in `dir/counts.jsonl`; the scene has come.
    pub fn start(dir: &Path, broker: Option<Broker>) -> Self {
        let sink = Self::without_scene(dir, broker);
        sink.worker.scene(Scene::parse(SCENE).unwrap());
        sink
    }

    pub fn without_scene(dir: &Path, broker: Option<Broker>) -> Self {
        let state = State::open(&dir.join("state")).unwrap_or_else(|e| panic!("{e}"));
        let jsonl = Some(JsonLines::open(&dir.join("counts.jsonl")).unwrap_or_else(|e| panic!("{e}")));
        Self::of(Config { broker, jsonl, state: Some(state), checkpoint_every: Duration::from_millis(20), ..Config::default() })
    }

    pub fn of(config: Config) -> Self {
        let (send, notices) = channel();
        let worker = Worker::start(config, Arc::new(move |notice| drop(send.send(notice)))).unwrap();
        Self { worker, notices, warnings: Vec::new(), errors: Vec::new(), published: Vec::new() }
    }

    pub fn read(&mut self) {
        for notice in self.notices.try_iter() {
            match notice {
                Notice::Published(payload) => self.published.push(payload.text),
                Notice::Warning(sentence) => self.warnings.push(sentence),
                Notice::Error(sentence) => self.errors.push(sentence),
            }
        }
    }

    /// Waits until its numbers are as wanted.
    #[track_caller]
    pub fn until(&mut self, what: &str, done: impl Fn(&Stats) -> bool) {
        for _ in 0..400 {
            self.read();
            if done(&self.worker.stats()) {
                return;
            }
            pause(25);
        }
        panic!("not within ten seconds: {what}: {:?} {:?}", self.worker.stats(), self.warnings);
    }

    /// Waits for a warning.
    #[track_caller]
    pub fn warning(&mut self, words: &str) {
        for _ in 0..400 {
            self.read();
            if self.warnings.iter().any(|w| w.contains(words)) {
                return;
            }
            pause(25);
        }
        panic!("no warning about {words:?} within ten seconds, but {:?}", self.warnings);
    }

    /// A run of its own sees this hour of a day, and a little more, so that the hour is published.
    pub fn whole_hour(&self, h: u32, entries: u64) {
        let wall = hour(h + 1).plus(Duration::from_secs(121));
        let mut totals = totals(&format!("run{h}"), ClockKind::Stream, hour(h), wall, reading(entries, 3721));
        totals.boundaries = vec![BoundaryReading { at: hour(h + 1), reading: reading(entries, 3600) }];
        self.worker.totals(totals);
    }

    /// Stops it, and returns what it has said.
    pub fn stop(mut self) -> Self {
        self.worker.stop(Duration::from_secs(10));
        self.read();
        self
    }
}

/// The lines in `dir/counts.jsonl`.
pub fn lines(dir: &Path) -> Vec<String> {
    std::fs::read_to_string(dir.join("counts.jsonl")).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The entries in a payload.
pub fn entries(payload: &str) -> u64 {
    let value: serde_json::Value = serde_json::from_str(payload).unwrap();
    value["lines"]["door"]["entries"].as_u64().unwrap()
}

/// The start of a payload's window, as its name has it.
pub fn start(payload: &str) -> WallTime {
    let value: serde_json::Value = serde_json::from_str(payload).unwrap();
    at(value["id"].as_str().unwrap().rsplit('/').next().unwrap())
}
