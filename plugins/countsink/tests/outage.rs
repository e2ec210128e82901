// SPDX-License-Identifier: MPL-2.0
//! A worker with a state folder, and brokers that go, freeze and forget: every window arrives, in order, with one content.

#![cfg(test)]

mod common;

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use common::mosquitto::{Mosquitto, Subscriber, free_port, pause, until};
use common::sink::{Sink, broker, entries, lines};

#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

/// What was heard, each window once; a window that came again must have come with the same bytes, and in order.
fn once(heard: &[String]) -> Vec<String> {
    let mut windows: Vec<String> = Vec::new();
    for text in heard {
        match windows.iter().find(|known| *known == text) {
            Some(_) => assert_eq!(Some(text), windows.last(), "only the last may come again"),
            None => windows.push(text.clone()),
        }
    }
    windows
}

fn hear(subscriber: &Subscriber, heard: &mut Vec<String>, n: usize) {
    until("all windows arrive", || {
        heard.extend(subscriber.heard());
        once(heard).len() >= n
    });
}

/// Five windows end while the broker is away; the process ends too, and does not wait.
#[test]
fn outage_of_five_windows_and_a_restart() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut sink = Sink::start(dir.path(), Some(broker(port)));
    for n in 0..5 {
        sink.whole_hour(9 + n, u64::from(n));
    }
    sink.until("five wait on disk", |stats| stats.outbox == 5 && stats.queued == 5 && stats.durable);
    assert_eq!(sink.worker.stats().oldest_unsent_s, 4 * 3600 + 121, "since the end of the first, by the stream");
    let begun = now();
    sink.worker.end_of_stream(Duration::from_secs(10));
    let sink = sink.stop();
    assert!(begun.elapsed() < Duration::from_secs(2), "it waits for the disk alone, not {:?}", begun.elapsed());
    assert!(sink.warnings.iter().all(|w| w.contains("can not be reached")), "{:?}", sink.warnings);
    let Some(mosquitto) = Mosquitto::start("outage_of_five_windows_and_a_restart", port, "") else { return };
    let (subscriber, mut heard) = (mosquitto.subscribe(), Vec::new());
    // Before any scene or camera answers.
    let mut second = Sink::without_scene(dir.path(), Some(broker(port)));
    hear(&subscriber, &mut heard, 5);
    second.until("nothing is left", |stats| stats.outbox == 0 && stats.queued == 0 && stats.acknowledged == 5);
    assert_eq!(mosquitto.status().as_deref(), Some("online"));
    assert_eq!(second.stop().warnings, Vec::<String>::new());
    assert_eq!(mosquitto.status().as_deref(), Some("stopped"));
    assert_eq!(once(&heard), lines(dir.path()));
    assert_eq!(heard.iter().map(|text| entries(text)).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(files(dir.path()), 0);
}

fn files(dir: &Path) -> usize {
    std::fs::read_dir(dir.join("state/outbox")).unwrap().count()
}

/// The broker freezes with a payload on its way, is killed, and comes back without a memory.
#[test]
fn outage_by_a_broker_that_freezes_and_is_killed_with_a_payload_on_its_way() {
    let test = "outage_by_a_broker_that_freezes_and_is_killed_with_a_payload_on_its_way";
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let Some(mosquitto) = Mosquitto::start(test, port, "") else { return };
    let (subscriber, mut heard) = (mosquitto.subscribe(), Vec::new());
    let mut sink = Sink::start(dir.path(), Some(broker(port)));
    sink.whole_hour(9, 1);
    sink.until("the first is there", |stats| stats.acknowledged == 1 && stats.outbox == 0);
    hear(&subscriber, &mut heard, 1);
    mosquitto.signal("-STOP");
    for n in 0..5 {
        sink.whole_hour(10 + n, u64::from(2 + n));
    }
    sink.until("five wait", |stats| stats.outbox == 5 && stats.queued == 5);
    pause(200);
    drop(mosquitto);
    let Some(mosquitto) = Mosquitto::start(test, port, "") else { return };
    let (subscriber, mut after) = (mosquitto.subscribe(), Vec::new());
    sink.until("all are there", |stats| stats.acknowledged == 6 && stats.outbox == 0);
    hear(&subscriber, &mut after, 4);
    // The one on its way may have come to the first, to the second before anybody heard, or to both.
    heard.extend(after);
    heard.extend(subscriber.heard());
    let arrived = once(&heard);
    let all = lines(dir.path());
    assert_eq!(all.iter().map(|text| entries(text)).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(arrived.iter().all(|text| all.contains(text)), "the same bytes");
    assert!(arrived.len() >= 5 && arrived.is_sorted_by_key(|text| entries(text)), "{}", arrived.len());
    assert_eq!(mosquitto.counts().as_ref(), all.last());
    sink.stop();
}

/// Brokers come and go without a memory while windows end, and the process with them.
#[test]
fn outage_of_brokers_and_processes_by_turns() {
    let test = "outage_of_brokers_and_processes_by_turns";
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut retained = Vec::new();
    for round in 0..4u32 {
        let mut sink = Sink::start(dir.path(), Some(broker(port)));
        sink.whole_hour(8 + 2 * round, u64::from(2 * round));
        sink.until("it is on disk", |stats| stats.outbox >= 1 && stats.durable);
        let Some(mosquitto) = Mosquitto::start(test, port, "") else { return };
        let subscriber = mosquitto.subscribe();
        sink.until("it is there", |stats| stats.outbox == 0 && stats.acknowledged >= 1);
        retained.extend(mosquitto.counts());
        drop((subscriber, mosquitto));
        sink.whole_hour(9 + 2 * round, u64::from(2 * round + 1));
        sink.until("another waits", |stats| stats.outbox == 1);
        sink.stop();
    }
    assert_eq!(retained.len(), 4);
    assert!(retained.iter().all(|text| lines(dir.path()).contains(text)));
    assert_eq!(lines(dir.path()).iter().map(|text| entries(text)).collect::<Vec<_>>(), (0..8).collect::<Vec<_>>());
    assert_eq!(files(dir.path()), 1, "the last still waits");
}

/// Nobody listens when the process starts, and it is not started anew: W8 of the list of others' faults.
#[test]
fn outage_of_a_broker_that_is_dead_at_the_start_is_over_when_it_comes() {
    let test = "outage_of_a_broker_that_is_dead_at_the_start_is_over_when_it_comes";
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut sink = Sink::start(dir.path(), Some(broker(port)));
    sink.warning("can not be reached");
    sink.whole_hour(9, 1);
    sink.whole_hour(10, 2);
    sink.until("both wait", |stats| stats.outbox == 2 && stats.queued == 2);
    let Some(mosquitto) = Mosquitto::start(test, port, "") else { return };
    let (subscriber, mut heard) = (mosquitto.subscribe(), Vec::new());
    sink.until("both are there", |stats| stats.acknowledged == 2 && stats.outbox == 0);
    sink.whole_hour(11, 3);
    sink.until("so is the next", |stats| stats.acknowledged == 3 && stats.outbox == 0);
    assert_eq!(mosquitto.status().as_deref(), Some("online"), "it is said on each connection");
    assert_eq!(mosquitto.counts().as_ref(), lines(dir.path()).last());
    // The first may have come before anybody heard.
    hear(&subscriber, &mut heard, 1);
    assert!(once(&heard).iter().all(|text| lines(dir.path()).contains(text)));
    let sink = sink.stop();
    assert_eq!(sink.warnings.len(), 1, "told once: {:?}", sink.warnings);
    assert_eq!(mosquitto.status().as_deref(), Some("stopped"));
}

/// What listens where a broker should be.
#[derive(Clone, Copy, Debug)]
enum Receiver {
    Nobody,
    HangsUp,
    SaysNothing,
    SpeaksAnotherLanguage,
}

impl Receiver {
    /// Its port; it goes on to the end of the test's process.
    fn start(self) -> u16 {
        if matches!(self, Self::Nobody) {
            return 1;
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().map_while(Result::ok) {
                match self {
                    Self::SaysNothing => held.push(stream),
                    Self::SpeaksAnotherLanguage => drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")),
                    Self::Nobody | Self::HangsUp => {}
                }
            }
        });
        port
    }
}

/// Whoever should receive refuses, or says nothing: hours end in their time all the same, and so does the process. W12 of the
/// list of others' faults, where a page and the close of the minute stood still meanwhile.
#[test]
fn outage_by_receivers_that_refuse_or_say_nothing_stalls_no_hour_and_no_stop() {
    for receiver in [Receiver::Nobody, Receiver::HangsUp, Receiver::SaysNothing, Receiver::SpeaksAnotherLanguage] {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = Sink::start(dir.path(), Some(broker(receiver.start())));
        pause(300);
        for n in 0..5 {
            let asked = now();
            sink.whole_hour(9 + n, u64::from(n));
            sink.until("it is published", |stats| stats.published == u64::from(n) + 1);
            // Most of it is the disk.
            assert!(asked.elapsed() < Duration::from_secs(2), "{receiver:?}: {:?}", asked.elapsed());
        }
        sink.until("all are kept", |stats| stats.outbox == 5 && stats.queued == 5 && stats.durable);
        assert_eq!(lines(dir.path()).len(), 5, "{receiver:?}");
        let asked = now();
        let sink = sink.stop();
        assert!(asked.elapsed() < Duration::from_secs(3), "{receiver:?}: {:?}", asked.elapsed());
        assert!(sink.warnings.iter().all(|w| !w.contains("lost")), "{receiver:?}: {:?}", sink.warnings);
    }
}
