// SPDX-License-Identifier: MPL-2.0
//! Brokers that do not take what is sent: one clear warning each, while the pipeline runs on and the record on disk stays.

use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use footfall_contract::scene::Scene;
use footfall_contract::time::ClockKind;
use footfall_tests::broker::Broker;
use footfall_tests::certificates::{Authority, Holds, Issued};
use footfall_tests::place;
use footfall_tests::run::{self, Report, launch};
use gst::prelude::*;
use serde_json::Value;

use super::counting::{SCENE, frames, head, procession, seconds};

/// A counting pipeline that has published its first window and is fed on by the test.
pub struct Shop {
    pub pipeline: gst::Pipeline,
    pub src: gst_app::AppSrc,
    passed: Receiver<gst::Buffer>,
    record: PathBuf,
    rest: Vec<gst::Buffer>,
    entries: u64,
}

impl Shop {
    /// Six people before the window's end at 09:05, then nobody until 09:11, which publishes it.
    pub fn open(dir: &Path, name: &str, broker: &str) -> Self {
        let scene = Scene::parse(SCENE).unwrap();
        let record = dir.join(format!("{name}.jsonl"));
        let pipeline = launch(&format!(
            "appsrc name=src ! zonetracker ! countsink name=c jsonl-location={} eos-timeout=1500000000 {broker}",
            record.display()
        ));
        let passed = run::watch_buffers(&run::pad(&pipeline, "c", "sink"));
        let (walks, entries, _) = procession(6, 2.0);
        let times = seconds(0.0, 18.0, 10.0).chain(seconds(400.0, 402.0, 10.0)).chain(seconds(700.0, 702.0, 10.0));
        let mut buffers = frames(&scene, "2026-03-02T09:04:30Z", ClockKind::Stream, times, &walks);
        let (caps, event) = head(&scene);
        let src = run::source(&pipeline, "src", &caps, event);
        pipeline.set_state(gst::State::Playing).unwrap();
        let rest = buffers.split_off(200);
        run::pass(&src, &buffers, &passed);
        Self { pipeline, src, passed, record, rest, entries }
    }

    /// Waits for the warning and plays on.
    pub fn warns_once_and_runs_on(self, words: &str) -> Report {
        let first = run::wait_for(&self.pipeline, |report| report.warned(words) > 0);
        self.runs_on(first, words)
    }

    /// Plays on, and what these words say was told once.
    pub fn runs_on(self, first: Report, words: &str) -> Report {
        let report = self.plays_on(first);
        assert_eq!(report.warned(words), 1, "told once: {:?}", report.warnings);
        report
    }

    /// Plays on over two more windows to the end, and holds what was said against the record on disk. `first` is what was
    /// said so far.
    pub fn plays_on(self, first: Report) -> Report {
        run::pass(&self.src, &self.rest, &self.passed);
        self.src.end_of_stream().unwrap();
        let mut report = run::wait(&self.pipeline, false).expect_eos();
        self.pipeline.set_state(gst::State::Null).unwrap();
        report.warnings.splice(..0, first.warnings);
        report.counts.splice(..0, first.counts);
        assert!(report.warnings.iter().all(|w| !w.contains('\n') && !w.contains("panicked")), "{:?}", report.warnings);
        let text = std::fs::read_to_string(&self.record).unwrap();
        let record: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(record, report.counts, "every window that has ended is in the record");
        assert_eq!(record.len(), 3);
        assert_eq!(record[0]["lines"]["door"]["entries"], self.entries);
        report
    }
}

#[test]
fn a_broker_whose_certificate_is_of_another_ca() {
    let test = "a_broker_whose_certificate_is_of_another_ca";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let (Some(ours), Some(foreign)) = (Authority::new(test, dir.path(), "ours"), Authority::new(test, dir.path(), "foreign"))
    else {
        return;
    };
    let Issued { cert, key } = ours.issue("localhost", Holds::Now);
    let extra = format!("certfile {}\nkeyfile {}", cert.display(), key.display());
    let Some(broker) = Broker::start_encrypted(test, &extra) else { return };
    let sink = |ca: &Authority| format!("broker=mqtts://localhost:{} ca-location={}", broker.port(), ca.cert().display());
    let words = "set ca-location to the broker's CA";
    let report = Shop::open(dir.path(), "foreign", &sink(&foreign)).warns_once_and_runs_on(words);
    assert!(report.warnings.iter().any(|w| w.contains("foreign-ca.pem")), "it names the file: {:?}", report.warnings);
    // With the right one the same broker takes everything.
    let shop = Shop::open(dir.path(), "ours", &sink(&ours));
    shop.src.end_of_stream().unwrap();
    let report = run::wait(&shop.pipeline, false).expect_eos();
    assert_eq!(report.warnings, Vec::<String>::new());
    let stats = run::stats(&shop.pipeline, "c");
    shop.pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!((stats.get::<u64>("acknowledged"), stats.get::<u64>("published")), (Ok(2), Ok(2)), "{stats}");
}

#[test]
fn a_topic_that_the_brokers_acl_denies() {
    let test = "a_topic_that_the_brokers_acl_denies";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let acl = dir.path().join("acl");
    std::fs::write(&acl, "topic read footfall/#\ntopic readwrite footfall/test/door/status\n").unwrap();
    let Some(broker) = Broker::start(test, &format!("acl_file {}", acl.display())) else { return };
    let shop = Shop::open(dir.path(), "denied", &format!("broker={}", broker.url()));
    let pipeline = shop.pipeline.clone();
    let report = shop.warns_once_and_runs_on("refuses the topic footfall/test/door/counts");
    assert!(report.warnings.iter().any(|w| w.contains("ACL")), "{:?}", report.warnings);
    let stats = run::stats(&pipeline, "c");
    assert_eq!((stats.get::<u64>("acknowledged"), stats.get::<u64>("queued")), (Ok(0), Ok(3)), "{stats}");
    let retained: Vec<String> = broker.retained("footfall/#").into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(retained, ["footfall/test/door/status"], "no counts came through");
}

#[test]
fn two_clients_of_one_id() {
    let test = "two_clients_of_one_id";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(test, "") else { return };
    let sink = format!("broker={} client-id=the-same", broker.url());
    let shops = ["one", "other"].map(|name| Shop::open(dir.path(), name, &sink));
    let words = "give each countsink its own client-id";
    // Both must be told before one of them ends and leaves the session to the other.
    let told = shops.each_ref().map(|shop| run::wait_for(&shop.pipeline, |report| report.warned(words) > 0));
    for (shop, told) in shops.into_iter().zip(told) {
        assert!(told.warnings.iter().any(|w| w.contains("\"the-same\"")), "it names the id: {:?}", told.warnings);
        shop.runs_on(told, words);
    }
}
