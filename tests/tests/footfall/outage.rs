// SPDX-License-Identifier: MPL-2.0
//! A broker that is away while a pipeline counts and ends: the next pipeline delivers, before a camera answers.

use std::time::Duration;

use footfall_tests::broker::{Broker, NOBODYS_PORT};
use footfall_tests::place;
use footfall_tests::run::{self, Report, launch};
use gst::prelude::*;
use serde_json::Value;

use super::broker_faults::Shop;
use super::tls::now;

#[test]
fn outage_over_the_end_of_a_pipeline_is_made_good_by_the_next() {
    let test = "outage_over_the_end_of_a_pipeline_is_made_good_by_the_next";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let state = format!("state-dir={}", dir.path().join("door").display());
    let shop = Shop::open(dir.path(), "away", &format!("broker=mqtt://127.0.0.1:{NOBODYS_PORT} {state} eos-timeout=60000000000"));
    let (pipeline, begun) = (shop.pipeline.clone(), now());
    let report = shop.plays_on(Report::default());
    assert!(begun.elapsed() < Duration::from_secs(10), "neither the end of the stream nor the stop waits for the broker");
    assert!(report.warnings.iter().all(|w| w.contains("can not be reached")), "nothing is lost: {:?}", report.warnings);
    let stats = run::stats(&pipeline, "c");
    assert_eq!((stats.get::<bool>("durable"), stats.get::<u64>("outbox"), stats.get::<u64>("queued")), (Ok(true), Ok(3), Ok(3)));

    let Some(broker) = Broker::start(test, "") else { return };
    let heard = broker.hear("footfall/test/door/counts", "%p", 4);
    // No frame, no scene, no totals: it knows who it is.
    let pipeline = launch(&format!("appsrc name=src ! countsink name=c broker={} {state}", broker.url()));
    pipeline.set_state(gst::State::Paused).unwrap();
    let heard: Vec<Value> = heard.finish().iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(heard, report.counts, "each once, in order, as it was");
    let stats = run::stats(&pipeline, "c");
    assert_eq!((stats.get::<u64>("outbox"), stats.get::<u64>("acknowledged")), (Ok(0), Ok(3)), "{stats}");
    let status = "footfall/test/door/status";
    assert_eq!(broker.retained(status), [(status.to_owned(), "online".to_owned())]);
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(broker.retained(status), [(status.to_owned(), "stopped".to_owned())]);
    assert_eq!(std::fs::read_dir(dir.path().join("door/outbox")).unwrap().count(), 0);
}
