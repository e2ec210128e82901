// SPDX-License-Identifier: MPL-2.0
//! Brokers that freeze and connections that break: nothing waits for them, and `offline` is said when it is true and not else.

use std::time::Duration;

use footfall_tests::broker::{Broker, pause};
use footfall_tests::place;
use footfall_tests::relay::Relay;
use footfall_tests::run;
use gst::prelude::*;
use serde_json::{Value, json};

use super::broker_faults::Shop;
use super::tls::{fits, now};

const STATUS: &str = "footfall/test/door/status";

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        pause(Duration::from_millis(50));
    }
}

fn is_connected(shop: &Shop) -> bool {
    run::stats(&shop.pipeline, "c").get("broker") == Ok("connected")
}

fn queued(shop: &Shop) -> u64 {
    run::stats(&shop.pipeline, "c").get("queued").unwrap()
}

#[test]
fn outage_by_a_frozen_broker_stalls_neither_frames_nor_a_stop() {
    let test = "outage_by_a_frozen_broker_stalls_neither_frames_nor_a_stop";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(test, "") else { return };
    let shop = Shop::open(dir.path(), "frozen", &format!("broker={}", broker.url()));
    until("connected and empty", || is_connected(&shop) && queued(&shop) == 0);
    broker.freeze();
    // Two more windows end; nothing of it waits.
    let begun = now();
    let pipeline = shop.pipeline.clone();
    let report = shop.plays_on(run::Report::default());
    assert!(begun.elapsed() < Duration::from_secs(8), "it took {:?}", begun.elapsed());
    assert_eq!(report.counts.len(), 3);
    let stats = run::stats(&pipeline, "c");
    assert!(stats.get::<u64>("queued").unwrap() >= 1, "{stats}");
    // Who starts against a frozen broker is not stalled either.
    let begun = now();
    let shop = Shop::open(dir.path(), "frozen-at-start", &format!("broker={}", broker.url()));
    shop.plays_on(run::Report::default());
    assert!(begun.elapsed() < Duration::from_secs(12), "it took {:?}", begun.elapsed());
    broker.thaw();
}

/// First the connection breaks for us alone, so that the broker has two of us for a moment; then for both.
#[test]
fn outage_that_is_short_is_never_told_as_offline() {
    let test = "outage_that_is_short_is_never_told_as_offline";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(test, "") else { return };
    let mut relay = Relay::start(broker.port(), Duration::ZERO);
    let heard = broker.hear(STATUS, "%p", 50);
    let health = broker.hear("footfall/test/door/health", "%p", 50);
    let shop = Shop::open(dir.path(), "short", &format!("broker=mqtt://127.0.0.1:{}", relay.port()));
    until("connected and empty", || is_connected(&shop) && queued(&shop) == 0);
    assert_eq!(relay.cut_unnoticed_by_the_server(), 1);
    until("cut", || !is_connected(&shop));
    until("connected again", || is_connected(&shop));
    assert_eq!(relay.cut(), 2);
    until("cut", || !is_connected(&shop));
    until("connected again", || is_connected(&shop));
    // A will is held back for 30 s; none comes.
    let heard = heard.finish();
    // The connection between the two cuts may be over before it has said anything.
    assert!(heard.len() >= 2, "{heard:?}");
    assert!(heard.iter().all(|status| status == "online"), "{heard:?}");
    let health: Vec<Value> = health.finish().iter().map(|text| fits("health.schema.json", text)).collect();
    let last = health.last().unwrap();
    assert_eq!(last["broker"]["reconnects"], 2, "{health:?}");
    assert!(last["incidents"].as_array().unwrap().contains(&json!("broker-lost")), "{health:?}");
    shop.pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(broker.retained(STATUS), [(STATUS.to_owned(), "stopped".to_owned())]);
}

/// A will of somebody who had our topic before us comes late, as brokers that know no sessions send it.
#[test]
fn outage_over_offline_does_not_stay_while_figures_flow() {
    let test = "outage_over_offline_does_not_stay_while_figures_flow";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let Some(broker) = Broker::start(test, "") else { return };
    let shop = Shop::open(dir.path(), "late", &format!("broker={}", broker.url()));
    until("connected and empty", || is_connected(&shop) && queued(&shop) == 0);
    broker.say(STATUS, "offline");
    let heard = broker.hear(STATUS, "%p", 65).finish();
    assert_eq!(heard.first().map(String::as_str), Some("offline"), "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("online"), "within a minute: {heard:?}");
    shop.pipeline.set_state(gst::State::Null).unwrap();
}
