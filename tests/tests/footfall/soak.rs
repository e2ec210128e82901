// SPDX-License-Identifier: MPL-2.0
//! A shop's day through countsink, many times faster than real: a process of its own with a real broker, a `state-dir` and a
//! file, watched from outside. Memory, files and threads stay where they are, and all hours are there, once each, with the
//! figures that were counted.
//!
//! Every run of the tests plays the day in some seconds, with totals once a minute of the day; with `FOOTFALL_SOAK=200` it is
//! played at 200 times real time, with totals each second, as `zonetracker` sends them, and memory is judged too: see
//! `tests/long`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::{
    BoundaryReading, HeatTotals, InterestTotals, QueueTotals, RULE_VERSION, Reading, RouteTotals, Totals, VERSION,
};
use footfall_contract::wire;
use footfall_tests::broker::{Broker, pause};
use footfall_tests::run::{self, launch};
use footfall_tests::usage::{Usage, median};
use footfall_tests::{picture, place};
use gst::prelude::*;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::tls::{fits, now};

const SCENE: &str = r#"{"version":1,"site":"shop-12","camera":"hall","placement":"checkout","time_zone":"Europe/Stockholm",
    "lines":[{"name":"door","points":[[0.05,0.3],[0.05,0.8]],"inside":[0.3,0.5]}],
    "zones":[
        {"name":"tables","role":"interest","stop_s":4,"polygon":[[0.15,0.5],[0.35,0.5],[0.35,0.9],[0.15,0.9]]},
        {"name":"waiting","role":"queue","service":"till","join_s":5,"polygon":[[0.5,0.4],[0.8,0.4],[0.8,0.55],[0.5,0.55]]},
        {"name":"till","polygon":[[0.8,0.4],[0.95,0.4],[0.95,0.6],[0.8,0.6]]}],
    "flows":["door","tables","waiting"],"shop":{"lines":["door"]},"heat":{"columns":16,"rows":9},
    "routes":[{"name":"round","zones":["tables","waiting","till"]}],"publish":{"profile":"plain"}}"#;
/// Midnight in Stockholm.
const MIDNIGHT: &str = "2026-03-01T23:00:00Z";
const HOURS: u64 = 24;
const CELLS: usize = 16 * 9;
const S: u64 = 1_000_000_000;
/// A window is published so long after its end.
const GRACE_S: u64 = 120;
/// How fast the day goes in every run of the tests.
const SHORT_SPEED: u64 = 14_400;
/// Memory of the last hours is that of the first ones, but for this share.
const FLAT: f64 = 0.05;

/// How fast the day goes, and how many of its seconds lie between two totals.
fn pace() -> (u64, u64) {
    match std::env::var("FOOTFALL_SOAK").ok().and_then(|speed| speed.parse().ok()) {
        Some(speed) => (speed, 1),
        None => (SHORT_SPEED, 60),
    }
}

/// The totals of a busy shop, second by second: somebody comes each ten seconds in the first hour, each 33 in the last, so
/// that no two hours are alike.
#[derive(Default)]
struct Shop {
    second: u64,
    now: Reading,
    boundaries: Vec<BoundaryReading>,
}

impl Shop {
    fn live_a_second(&mut self) {
        let (t, midnight) = (self.second, WallTime::parse(MIDNIGHT).unwrap());
        if t > 0 && t.is_multiple_of(3600) {
            self.boundaries.push(BoundaryReading { at: midnight.plus(Duration::from_secs(t)), reading: self.now.clone() });
            let old = self.boundaries.len().saturating_sub(2);
            self.boundaries.drain(..old);
        }
        let every = 10 + t / 3600;
        let (comes, stays_s) = (u64::from(t.is_multiple_of(every)), 3 + t % 170);
        let now = &mut self.now;
        let leaves = u64::from(t % every == 7 && now.shop.as_ref().is_some_and(|shop| shop.inside() > 0));
        now.observed_ns += S;
        let door = now.lines.entry("door".into()).or_default();
        (door.entries, door.exits) = (door.entries + comes, door.exits + leaves);
        let shop = now.shop.get_or_insert_default();
        (shop.entries, shop.exits) = (shop.entries + comes, shop.exits + leaves);
        (shop.entries_at_ms, shop.exits_at_ms) = (shop.entries_at_ms + comes * t * 1000, shop.exits_at_ms + leaves * t * 1000);
        let inside = shop.inside() as usize;
        shop.occupancy.add_time(inside, S);
        for name in ["tables", "waiting", "till"] {
            let zone = now.zones.entry(name.into()).or_default();
            (zone.visits, zone.ended) = (zone.visits + comes, zone.ended + leaves);
            zone.add_occupancy(inside, S);
            if leaves == 1 {
                zone.dwell.record(stays_s * S);
            }
            match name {
                "tables" => {
                    let interest = zone.interest.get_or_insert_with(InterestTotals::default);
                    interest.stops += comes * u64::from(t % 3 == 0);
                }
                "waiting" => {
                    let queue = zone.queue.get_or_insert_with(QueueTotals::default);
                    (queue.joined, queue.served) = (queue.joined + comes, queue.served + leaves);
                    queue.length.add_time(inside, S);
                    if leaves == 1 {
                        queue.wait.record(stays_s * S / 2);
                        queue.service.record(stays_s * S / 3);
                    }
                }
                _ => {}
            }
        }
        for (from, to) in [("door", "tables"), ("tables", "waiting"), ("waiting", "door")] {
            *now.flows.entry(from.into()).or_default().entry(to.into()).or_default() += comes;
        }
        let round = now.routes.entry("round".into()).or_default();
        *round = RouteTotals { reached: vec![door.entries, door.exits, door.exits / 2], against: 0 };
        let heat = now.heat.get_or_insert_with(|| HeatTotals::nobody(CELLS));
        let cell = (t as usize * 7) % CELLS;
        heat.presence_ns[cell] += S / 2;
        heat.visits[cell] += comes;
        self.second += 1;
    }

    fn totals(&self) -> Totals {
        let midnight = WallTime::parse(MIDNIGHT).unwrap();
        Totals {
            version: VERSION,
            rule_version: RULE_VERSION,
            run: "soak".into(),
            stream: "shop-12/hall".into(),
            started: midnight,
            wall: midnight.plus(Duration::from_secs(self.second)),
            running_time: StreamTime(self.second * S),
            clock: ClockKind::Stream,
            weak: false,
            now: self.now.clone(),
            boundaries: self.boundaries.clone(),
        }
    }
}

/// What an hour must say, as the difference of two readings.
fn truth(before: &Reading, after: &Reading) -> Value {
    let entries = |r: &Reading| r.lines.get("door").map_or((0, 0), |door| (door.entries, door.exits));
    let ((n, m), (o, p)) = (entries(after), entries(before));
    let seconds = |r: &Reading| r.zones.get("till").map_or(0, |zone| zone.presence_ns) / S;
    let stops = |r: &Reading| r.zones.get("tables").and_then(|zone| Some(zone.interest.as_ref()?.stops)).unwrap_or(0);
    let cells = |r: &Reading| r.heat.as_ref().map_or(0, |heat| heat.presence_ns.iter().sum::<u64>()) / S;
    json!([
        n - o,
        m - p,
        n - o,
        m - p,
        seconds(after) - seconds(before),
        stops(after) - stops(before),
        n - o,
        n - o,
        cells(after) - cells(before),
        3600,
        3600
    ])
}

/// The same figures as a payload has them.
fn told(payload: &Value) -> Value {
    let at = |path: &str| payload.pointer(path).cloned().unwrap_or_default();
    let rows = at("/heat/seconds");
    let cells: f64 =
        rows.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap()).map(|cell| cell.as_f64().unwrap()).sum();
    json!([
        at("/lines/door/entries"),
        at("/lines/door/exits"),
        at("/zones/till/visits"),
        at("/zones/waiting/queue/served"),
        at("/zones/till/person_seconds"),
        at("/zones/tables/interest/stops"),
        at("/flows/tables/waiting"),
        at("/shop/entries"),
        cells.round() as u64,
        at("/open_s"),
        at("/coverage_s")
    ])
}

/// The process that is watched: not a test of its own.
#[test]
#[ignore = "it is what the other test watches"]
fn the_process_that_plays_a_day() {
    let Some(dir) = std::env::var_os("FOOTFALL_SOAK_DIR") else { return };
    let (dir, broker) = (Path::new(&dir), std::env::var("FOOTFALL_SOAK_BROKER").unwrap());
    place::init();
    let at = |name: &str| dir.join(name).display().to_string();
    let pipeline = launch(&format!(
        "appsrc name=src ! countsink name=c broker={broker} state-dir={} jsonl-location={}",
        at("state"),
        at("counts.jsonl")
    ));
    let size = PictureSize::new(16, 16);
    let (info, scene) = (picture::info(PixelFormat::Gray8, size, 1), Scene::parse(SCENE).unwrap());
    let caps = picture::caps(PixelFormat::Gray8, size, 1);
    let src = run::source(&pipeline, "src", &caps, Some(wire::scene::event(&scene)));
    // Totals come before the frame that they belong to, as zonetracker sends them.
    let letter = std::sync::Arc::new(Mutex::new(None));
    let next = letter.clone();
    src.static_pad("src").unwrap().add_probe(gst::PadProbeType::BUFFER, move |pad, _| {
        if let Some(event) = next.lock().take() {
            pad.push_event(event);
        }
        gst::PadProbeReturn::Ok
    });
    let passed = run::watch_buffers(&run::pad(&pipeline, "c", "sink"));
    pipeline.set_state(gst::State::Playing).unwrap();
    let (bus, (speed, every)) = (pipeline.bus().unwrap(), pace());
    let (mut shop, begun) = (Shop::default(), now());
    while shop.second < HOURS * 3600 + GRACE_S + 60 {
        (0..every).for_each(|_| shop.live_a_second());
        *letter.lock() = Some(wire::totals::event(&shop.totals()));
        let frame = picture::bright(&info, &[], gst::ClockTime::from_seconds(shop.second));
        run::pass(&src, &[frame], &passed);
        while let Some(message) = bus.pop() {
            if let gst::MessageView::Warning(_) | gst::MessageView::Error(_) = message.view() {
                panic!("{:?}", message.structure());
            }
        }
        pause(Duration::from_secs(shop.second).div_f64(speed as f64).saturating_sub(begun.elapsed()));
    }
    src.end_of_stream().unwrap();
    let report = run::wait(&pipeline, false).expect_eos();
    let stats = || run::stats(&pipeline, "c");
    for _ in 0..400 {
        if (stats().get::<u64>("acknowledged"), stats().get::<u64>("outbox")) == (Ok(HOURS), Ok(0)) {
            break;
        }
        pause(Duration::from_millis(25));
    }
    let found =
        (stats().get::<u64>("acknowledged"), stats().get::<u64>("outbox"), stats().get::<bool>("durable"), report.warnings.len());
    assert_eq!(found, (Ok(HOURS), Ok(0), Ok(true), 0), "{:?} {}", report.warnings, stats());
    pipeline.set_state(gst::State::Null).unwrap();
}

/// One look at the process.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// Hours that it has finished.
    hours: usize,
    usage: Usage,
}

/// Looks taken between these hours.
fn between(looks: &[Look], from: usize, to: usize) -> Vec<Look> {
    let found: Vec<Look> = looks.iter().filter(|look| (from..to).contains(&look.hours)).copied().collect();
    assert!(!found.is_empty(), "nobody looked between the hours {from} and {to}: {} looks", looks.len());
    found
}

#[test]
fn soak_of_a_day_keeps_memory_flat_and_tells_each_hour_once() {
    let test = "soak_of_a_day_keeps_memory_flat_and_tells_each_hour_once";
    place::init();
    let Some(broker) = Broker::start(test, "") else { return };
    let dir = tempfile::tempdir().unwrap();
    let (speed, _) = pace();
    let lasts_s = (HOURS * 3600).div_ceil(speed);
    let heard = broker.hear("footfall/shop-12/hall/counts", "%p", lasts_s as u32 + lasts_s as u32 / 4 + 8);
    // It is read from the beginning: a day does not fit into the pipe.
    let heard = std::thread::spawn(move || heard.finish());
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "soak::the_process_that_plays_a_day", "--ignored", "--nocapture"])
        .env("FOOTFALL_SOAK_DIR", dir.path())
        .env("FOOTFALL_SOAK_BROKER", broker.url())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let record = || std::fs::read_to_string(dir.path().join("counts.jsonl")).unwrap_or_default();
    let mut looks: Vec<Look> = Vec::new();
    let ended = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let hours = record().lines().count();
        looks.extend(Usage::of(child.id()).map(|usage| Look { hours, usage }));
        pause(Duration::from_millis(if speed < SHORT_SPEED { 500 } else { 20 }));
    };
    assert!(ended.success(), "{ended}");
    is_flat(&looks, speed);

    let lines: Vec<Value> = record().lines().map(|line| fits("payload.schema.json", line)).collect();
    let mut shop = Shop::default();
    assert_eq!(lines.len() as u64, HOURS, "each hour once");
    for (hour, line) in lines.iter().enumerate() {
        let before = shop.now.clone();
        (0..3600).for_each(|_| shop.live_a_second());
        let start = WallTime::parse(MIDNIGHT).unwrap().plus(Duration::from_secs(3600 * hour as u64));
        assert_eq!(line["id"], format!("shop-12/hall/{}", start.utc_seconds()));
        assert_eq!(told(line), truth(&before, &shop.now), "hour {hour}");
        assert_eq!(line.get("day").is_some(), hour == 23, "the day is told in its last hour");
    }
    assert_eq!(lines[23]["day"]["shop"]["entries"], shop.now.shop.as_ref().unwrap().entries);
    let heard: Vec<Value> = heard.join().unwrap().iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert!(heard == lines, "the broker has each hour once, in order, as it is on record: {} of {}", heard.len(), lines.len());
}

/// The first two hours are the warm-up; the next four are held against the last four.
fn is_flat(looks: &[Look], speed: u64) {
    let (early, late) = (between(looks, 2, 6), between(looks, 20, 24));
    let middle = |looks: &[Look], of: fn(&Usage) -> u64| median(looks.iter().map(|look| of(&look.usage)));
    let most = |of: fn(&Usage) -> u64| looks.iter().filter(|look| look.hours >= 2).map(|look| of(&look.usage)).max().unwrap();
    let rss = |looks: &[Look]| middle(looks, |usage| usage.resident_kb);
    let files = |looks: &[Look]| middle(looks, |usage| usage.descriptors);
    let threads = |looks: &[Look]| middle(looks, |usage| usage.threads);
    eprintln!(
        "a day at {speed} times real time, {} looks: resident {} kB in hours 2 to 6, {} kB in hours 20 to 24, {} kB at most; files {} and {}, {} at most; threads {} and {}, {} at most",
        looks.len(),
        rss(&early),
        rss(&late),
        most(|usage| usage.resident_kb),
        files(&early),
        files(&late),
        most(|usage| usage.descriptors),
        threads(&early),
        threads(&late),
        most(|usage| usage.threads),
    );
    let by_hour: Vec<u64> = (1..HOURS as usize).map(|hour| rss(&between(looks, hour, hour + 1))).collect();
    eprintln!("resident by hour, kB: {by_hour:?}");
    assert_eq!((files(&early), threads(&early)), (files(&late), threads(&late)));
    // A checkpoint and a line that are just written.
    assert!(most(|usage| usage.descriptors) <= files(&early) + 3 && most(|usage| usage.threads) <= threads(&early) + 1);
    if speed < SHORT_SPEED {
        let grown = rss(&late) as f64 / rss(&early) as f64 - 1.0;
        assert!(grown.abs() <= FLAT, "resident memory changed by {:.1} %", 100.0 * grown);
    }
}
