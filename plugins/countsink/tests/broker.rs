// SPDX-License-Identifier: MPL-2.0
//! A worker and a real mosquitto: what arrives, what is kept, what is said. Without mosquitto each test is skipped by name.

#![cfg(test)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::{LineTotals, RULE_VERSION, Reading, Totals, VERSION};
use gst_plugin_countsink::broker::Given;
use gst_plugin_countsink::mqtt::State;
use gst_plugin_countsink::worker::{Config, Notice, Worker};

use common::mosquitto::{Mosquitto, free_port, pause, until};

const SCENE: &str = r#"{"version":1,"site":"shop","camera":"door","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}],"publish":{"profile":"plain"}}"#;

const PATIENCE: Duration = Duration::from_secs(10);

struct Sink {
    worker: Worker,
    notices: Receiver<Notice>,
    warnings: Vec<String>,
    published: Vec<String>,
}

fn given(url: String) -> Given {
    Given { broker: url, topic_prefix: "footfall".into(), keep_alive: Duration::from_secs(5), ..Given::default() }
}

impl Sink {
    fn start(given: &Given) -> Self {
        let (send, notices) = channel();
        let broker = given.check().map_err(|e| e.to_string()).unwrap_or_else(|e| panic!("{e}"));
        let config = Config { broker: Some(broker), ..Config::default() };
        let worker = Worker::start(config, Arc::new(move |notice| drop(send.send(notice)))).unwrap();
        worker.scene(Scene::parse(SCENE).unwrap());
        Self { worker, notices, warnings: Vec::new(), published: Vec::new() }
    }

    fn read(&mut self) {
        for notice in self.notices.try_iter() {
            match notice {
                Notice::Published(payload) => self.published.push(payload.text),
                Notice::Warning(sentence) => self.warnings.push(sentence),
                Notice::Error(sentence) => panic!("{sentence}"),
            }
        }
    }

    #[track_caller]
    fn warning(&mut self, words: &str) {
        for _ in 0..400 {
            self.read();
            if self.warnings.iter().any(|w| w.contains(words)) {
                return;
            }
            pause(25);
        }
        panic!("no warning about {words:?} within ten seconds, but {:?}", self.warnings);
    }

    /// Publishes the window that begins at this hour of one day.
    fn hour(&self, hour: u32, entries: u64) {
        let t = |h: u32| WallTime::parse(&format!("2026-03-02T{h:02}:00:00Z")).unwrap();
        let lines = std::collections::BTreeMap::from([("door".to_owned(), LineTotals { entries, ..LineTotals::default() })]);
        self.worker.totals(Totals {
            version: VERSION,
            rule_version: RULE_VERSION,
            run: format!("run{hour}"),
            stream: "shop/door".into(),
            started: t(hour),
            wall: WallTime(t(hour + 1).0 + 121_000_000_000),
            running_time: StreamTime(0),
            clock: ClockKind::Stream,
            weak: false,
            now: Reading { lines: lines.clone(), ..Reading::default() },
            boundaries: vec![footfall_contract::totals::BoundaryReading {
                at: t(hour + 1),
                reading: Reading { lines, ..Reading::default() },
            }],
        });
    }

    #[track_caller]
    fn acknowledged(&self, n: u64) {
        until("acknowledged", || self.worker.stats().acknowledged >= n);
    }
}

#[test]
fn counts_are_delivered_and_retained_and_a_clean_end_says_stopped() {
    let Some(broker) = Mosquitto::start("counts_are_delivered", free_port(), "") else { return };
    let mut sink = Sink::start(&given(format!("mqtt://127.0.0.1:{}", broker.port)));
    sink.hour(9, 7);
    sink.acknowledged(1);
    assert_eq!(broker.status().as_deref(), Some("online"));
    sink.worker.end_of_stream(PATIENCE);
    sink.worker.stop(PATIENCE);
    sink.read();
    assert_eq!(sink.published.len(), 1);
    assert_eq!(broker.counts().as_ref(), sink.published.first(), "byte for byte");
    assert_eq!(broker.status().as_deref(), Some("stopped"));
    assert_eq!(sink.warnings, Vec::<String>::new());
    assert_eq!(sink.worker.stats().queued, 0);
}

#[test]
fn a_client_that_dies_is_told_offline() {
    let Some(broker) = Mosquitto::start("a_client_that_dies", free_port(), "") else { return };
    // A forwarder that we can cut: for the broker that is a client which dies without a word.
    let port = free_port();
    let mut relay = Command::new("python3")
        .args(["-c", RELAY, &port.to_string(), &broker.port.to_string()])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut sink = Sink::start(&given(format!("mqtt://127.0.0.1:{port}")));
    sink.hour(9, 7);
    sink.acknowledged(1);
    relay.kill().unwrap();
    relay.wait().unwrap();
    until("offline", || broker.status().as_deref() == Some("offline"));
    sink.warning("can not be reached");
    sink.hour(10, 1);
    until("queued", || sink.worker.stats().queued == 1);
    sink.worker.stop(Duration::from_millis(200));
    sink.warning("1 payloads are lost");
}

const RELAY: &str = "
import socket, sys, threading
def pump(a, b):
    try:
        while data := a.recv(65536): b.sendall(data)
    except OSError: pass
    b.close()
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
while True:
    a, _ = listener.accept()
    b = socket.create_connection(('127.0.0.1', int(sys.argv[2])))
    threading.Thread(target=pump, args=(a, b), daemon=True).start()
    threading.Thread(target=pump, args=(b, a), daemon=True).start()
";

#[test]
fn a_broker_that_comes_late_and_one_that_forgets_get_everything() {
    let test = "a_broker_that_comes_late_and_one_that_forgets_get_everything";
    let port = free_port();
    let mut sink = Sink::start(&given(format!("mqtt://127.0.0.1:{port}")));
    sink.hour(9, 1);
    sink.hour(10, 2);
    sink.warning("can not be reached");
    let Some(broker) = Mosquitto::start(test, port, "") else { return };
    sink.acknowledged(2);
    drop(broker);
    until("lost", || sink.worker.stats().broker == Some(State::Disconnected));
    sink.hour(11, 3);
    let Some(broker) = Mosquitto::start(test, port, "") else { return };
    sink.acknowledged(3);
    assert!(broker.counts().is_some_and(|c| c.contains("T11:00:00Z")));
    sink.read();
    // The second one may be over before the next attempt.
    assert!((1..=2).contains(&sink.warnings.len()), "each absence is told at most once: {:?}", sink.warnings);
    sink.worker.stop(PATIENCE);
    assert_eq!(broker.status().as_deref(), Some("stopped"));
}

#[test]
fn a_topic_that_the_acl_denies_is_kept_and_told_once() {
    let acl_dir = tempfile::tempdir().unwrap();
    let acl = acl_dir.path().join("acl");
    std::fs::write(&acl, "topic read footfall/#\ntopic readwrite footfall/shop/door/status\n").unwrap();
    let extra = format!("acl_file {}", acl.display());
    let Some(broker) = Mosquitto::start("a_topic_that_the_acl_denies", free_port(), &extra) else { return };
    let mut sink = Sink::start(&given(format!("mqtt://127.0.0.1:{}", broker.port)));
    sink.hour(9, 1);
    sink.hour(10, 1);
    sink.warning("refuses the topic footfall/shop/door/counts");
    pause(300);
    sink.read();
    assert_eq!(sink.warnings.len(), 1, "{:?}", sink.warnings);
    let stats = sink.worker.stats();
    assert_eq!((stats.acknowledged, stats.queued), (0, 2));
    assert_eq!((broker.status().as_deref(), broker.counts()), (Some("online"), None));
    sink.worker.stop(Duration::from_millis(100));
}

#[test]
fn two_clients_of_one_id_are_told() {
    let Some(broker) = Mosquitto::start("two_clients_of_one_id", free_port(), "") else { return };
    let given = given(format!("mqtt://127.0.0.1:{}", broker.port));
    let mut first = Sink::start(&given);
    until("connected", || first.worker.stats().broker == Some(State::Connected));
    let second = Sink::start(&given);
    first.warning("client-id");
    assert_eq!(first.warnings.len(), 1, "told once: {:?}", first.warnings);
    assert!(first.warnings.iter().all(|w| w.contains("footfall-shop-door")), "{:?}", first.warnings);
    first.worker.stop(Duration::from_millis(100));
    second.worker.stop(Duration::from_millis(100));
}

#[test]
fn an_interrupted_end_of_stream_does_not_wait() {
    let sink = Sink::start(&given(format!("mqtt://127.0.0.1:{}", free_port())));
    sink.hour(9, 1);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| sink.worker.end_of_stream(Duration::from_secs(600)));
        pause(100);
        assert!(!waiting.is_finished(), "it waits for the broker");
        sink.worker.interrupt(true);
        waiting.join().unwrap();
    });
    sink.worker.stop(Duration::from_millis(100));
}

/// A CA and a certificate for `localhost`, by openssl.
fn certificates(dir: &Path, name: &str) -> PathBuf {
    let run = |args: &str| {
        let done =
            Command::new("openssl").args(args.split(' ')).current_dir(dir).stderr(Stdio::null()).stdout(Stdio::null()).status();
        assert!(done.unwrap().success(), "openssl {args}");
    };
    run(&format!("req -x509 -newkey rsa:2048 -nodes -keyout {name}-ca.key -out {name}-ca.pem -days 2 -subj /CN={name}"));
    run(&format!("req -newkey rsa:2048 -nodes -keyout {name}.key -out {name}.csr -subj /CN=localhost"));
    std::fs::write(dir.join("san"), "subjectAltName=DNS:localhost").unwrap();
    run(&format!(
        "x509 -req -in {name}.csr -CA {name}-ca.pem -CAkey {name}-ca.key -CAcreateserial -out {name}.pem -days 2 -extfile san"
    ));
    dir.join(format!("{name}-ca.pem"))
}

#[test]
fn an_encrypted_broker_is_verified() {
    let test = "an_encrypted_broker_is_verified";
    if !Path::new("/usr/bin/openssl").exists() {
        eprintln!("skipped: {test}: openssl is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let (right, wrong) = (certificates(dir.path(), "right"), certificates(dir.path(), "wrong"));
    let file = |name: &str| dir.path().join(name).display().to_string();
    let extra = format!("certfile {}\nkeyfile {}\n", file("right.pem"), file("right.key"));
    let Some(broker) = Mosquitto::start(test, free_port(), &extra) else { return };
    let tls = |host: &str, ca: &Path| Given { ca_location: Some(ca.into()), ..given(format!("mqtts://{host}:{}", broker.port)) };
    let mut stranger = Sink::start(&tls("localhost", &wrong));
    stranger.warning("set ca-location to the broker's CA");
    stranger.worker.stop(Duration::ZERO);
    let mut misnamed = Sink::start(&tls("127.0.0.1", &right));
    misnamed.warning("its certificate is not for");
    misnamed.worker.stop(Duration::ZERO);
    let mut sink = Sink::start(&tls("localhost", &right));
    sink.hour(9, 7);
    sink.acknowledged(1);
    sink.worker.stop(PATIENCE);
    sink.read();
    assert_eq!(sink.warnings, Vec::<String>::new());
    assert!(broker.dir.path().exists());
}
