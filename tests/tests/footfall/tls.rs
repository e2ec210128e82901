// SPDX-License-Identifier: MPL-2.0
//! Encrypted brokers that do not take us, or that we do not take: one clear warning each, while the pipeline runs on and the
//! record on disk stays. Then one that takes us with our certificate, and one that takes ten seconds.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use footfall_tests::broker::Broker;
use footfall_tests::certificates::{Authority, Holds, Issued};
use footfall_tests::place;
use footfall_tests::relay::Relay;
use footfall_tests::run::{self};
use gst::prelude::*;
use serde_json::Value;

use super::broker_faults::Shop;

#[allow(clippy::disallowed_methods)] // What is measured here is real time.
pub fn now() -> Instant {
    Instant::now()
}

/// A broker's and a shop's certificates, and where they lie.
struct Papers {
    dir: tempfile::TempDir,
    authority: Authority,
}

impl Papers {
    fn new(test: &str) -> Option<Self> {
        place::init();
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::new(test, dir.path(), "ours")?;
        Some(Self { dir, authority })
    }

    /// A broker with a certificate of this kind and further lines of configuration.
    fn broker(&self, test: &str, subject: &str, holds: Holds, extra: &str) -> Option<Broker> {
        let Issued { cert, key } = self.authority.issue(subject, holds);
        Broker::start_encrypted(test, &format!("certfile {}\nkeyfile {}\n{extra}", cert.display(), key.display()))
    }

    /// A broker that asks for certificates of our authority.
    fn asking_broker(&self, test: &str, extra: &str) -> Option<Broker> {
        let ca = self.authority.cert();
        let extra = format!("cafile {}\nrequire_certificate true\n{extra}", ca.display());
        self.broker(test, "localhost", Holds::Now, &extra)
    }

    /// countsink's properties for a broker on this port.
    fn sink(&self, port: u16) -> String {
        format!("broker=mqtts://localhost:{port} ca-location={}", self.authority.cert().display())
    }

    /// The fault is told once, with these words, and nothing else is.
    fn one_warning(&self, name: &str, sink: &str, words: &str) {
        let report = Shop::open(self.dir.path(), name, sink).warns_once_and_runs_on(words);
        assert_eq!(report.warnings.len(), 1, "{name}: {:?}", report.warnings);
        eprintln!("{name}: {}", report.warnings[0]);
    }
}

fn with_identity(sink: &str, identity: &Issued) -> String {
    format!("{sink} cert-location={} key-location={}", identity.cert.display(), identity.key.display())
}

#[test]
fn tls_faults_of_the_brokers_certificate_are_told_once_each() {
    let test = "tls_faults_of_the_brokers_certificate_are_told_once_each";
    let Some(papers) = Papers::new(test) else { return };
    for (name, subject, holds, words) in [
        ("expired", "localhost", Holds::NoLonger, "its certificate has expired"),
        ("not-yet", "localhost", Holds::NotYet, "its certificate is not valid yet"),
        ("other-name", "broker.example.org", Holds::Now, "its certificate is not for \"localhost\""),
    ] {
        let Some(broker) = papers.broker(test, subject, holds, "") else { return };
        papers.one_warning(name, &papers.sink(broker.port()), words);
    }
}

#[test]
fn tls_faults_of_our_certificate_are_told_once_each() {
    let test = "tls_faults_of_our_certificate_are_told_once_each";
    let Some(papers) = Papers::new(test) else { return };
    let Some(foreign) = Authority::new(test, papers.dir.path(), "foreign") else { return };
    let Some(broker) = papers.asking_broker(test, "") else { return };
    let sink = papers.sink(broker.port());
    papers.one_warning("none", &sink, "for a certificate");
    let identity = with_identity(&sink, &foreign.issue("shop-12", Holds::Now));
    papers.one_warning("foreign", &identity, "cert-location");
    let identity = with_identity(&sink, &papers.authority.issue("shop-12", Holds::NoLonger));
    papers.one_warning("expired", &identity, "cert-location");
}

#[test]
fn tls_and_no_tls_on_either_side_are_told_once_each() {
    let test = "tls_and_no_tls_on_either_side_are_told_once_each";
    let Some(papers) = Papers::new(test) else { return };
    let Some(plain) = Broker::start(test, "") else { return };
    papers.one_warning("plain-broker", &papers.sink(plain.port()), "speaks TLS");
    let Some(encrypted) = papers.broker(test, "localhost", Holds::Now, "") else { return };
    papers.one_warning("plain-client", &format!("broker=mqtt://127.0.0.1:{}", encrypted.port()), "write mqtts://");
}

#[test]
fn tls_with_a_wrong_password_and_with_no_right_to_publish_is_told_once_each() {
    let test = "tls_with_a_wrong_password_and_with_no_right_to_publish_is_told_once_each";
    let Some(papers) = Papers::new(test) else { return };
    let file = |name: &str| papers.dir.path().join(name);
    let (users, wrong, right) = (file("users"), file("wrong"), file("right"));
    add_user(&users, "shop-12", "sesame");
    for (path, password) in [(&wrong, "simsalabim"), (&right, "sesame")] {
        std::fs::write(path, password).unwrap();
        let done = Command::new("chmod").arg("600").arg(path).status().unwrap();
        assert!(done.success());
    }
    // Who knows the password may read, and write nothing.
    let acl = file("acl");
    std::fs::write(&acl, "topic read footfall/#\nuser shop-12\ntopic read footfall/#\n").unwrap();
    let extra = format!("allow_anonymous false\npassword_file {}\nacl_file {}", users.display(), acl.display());
    let Some(broker) = papers.broker(test, "localhost", Holds::Now, &extra) else { return };
    let sink =
        |password: &Path| format!("{} username=shop-12 password-location={}", papers.sink(broker.port()), password.display());
    papers.one_warning("wrong", &sink(&wrong), "check username and password");
    papers.one_warning("denied", &sink(&right), "ACL allow it to write footfall/test/door/#");
}

/// The broker's word for it does not come through encryption as it does without.
#[test]
fn tls_with_two_clients_of_one_id_is_told_to_both() {
    let test = "tls_with_two_clients_of_one_id_is_told_to_both";
    let Some(papers) = Papers::new(test) else { return };
    let Some(broker) = papers.broker(test, "localhost", Holds::Now, "") else { return };
    let sink = format!("{} client-id=the-same", papers.sink(broker.port()));
    let shops = ["one", "other"].map(|name| Shop::open(papers.dir.path(), name, &sink));
    let words = "give each countsink its own client-id";
    let told = shops.each_ref().map(|shop| run::wait_for(&shop.pipeline, |report| report.warned(words) > 0));
    for (shop, told) in shops.into_iter().zip(told) {
        shop.runs_on(told, words);
    }
}

/// Adds a user to a password file of mosquitto.
pub fn add_user(file: &Path, user: &str, password: &str) {
    let mut command = Command::new("mosquitto_passwd");
    let done = command.arg("-b").args(if file.exists() { None } else { Some("-c") }).arg(file).args([user, password]).output();
    assert!(done.unwrap().status.success());
}

/// What a message says, which fits a schema of the docs.
pub fn fits(schema: &str, text: &str) -> Value {
    let path = place::root().join("docs").join(schema);
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let problems: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert_eq!(problems, Vec::<String>::new(), "{text}");
    value
}

/// The broker asks for our certificate, takes our name from it, and lets it write our topics alone.
#[test]
fn tls_with_certificates_on_both_sides_delivers_everything() {
    let test = "tls_with_certificates_on_both_sides_delivers_everything";
    let Some(papers) = Papers::new(test) else { return };
    let acl = papers.dir.path().join("acl");
    std::fs::write(&acl, "topic read footfall/#\nuser shop-12\ntopic write footfall/test/door/#\n").unwrap();
    let extra = format!("use_identity_as_username true\nacl_file {}", acl.display());
    let Some(broker) = papers.asking_broker(test, &extra) else { return };
    let format = "%t|%q|%C|%E|%P|%p";
    let heard = broker.hear("footfall/#", format, 12);
    let identity = papers.authority.issue("shop-12", Holds::Now);
    let shop = Shop::open(papers.dir.path(), "both", &with_identity(&papers.sink(broker.port()), &identity));
    shop.src.end_of_stream().unwrap();
    let report = run::wait(&shop.pipeline, false).expect_eos();
    assert_eq!(report.warnings, Vec::<String>::new());
    let stats = run::stats(&shop.pipeline, "c");
    assert_eq!((stats.get::<u64>("acknowledged"), stats.get::<u64>("queued")), (Ok(2), Ok(0)), "{stats}");
    shop.pipeline.set_state(gst::State::Null).unwrap();
    let heard = heard.finish();
    let of = |topic: &str| -> Vec<Vec<&str>> {
        let all = heard.iter().map(|line| line.splitn(6, '|').collect::<Vec<_>>());
        all.filter(|fields| fields[0] == format!("footfall/test/door/{topic}")).collect()
    };
    let texts = |topic: &str| of(topic).iter().map(|fields| fields[5].to_owned()).collect::<Vec<_>>();
    assert_eq!(
        (texts("status").first().map(String::as_str), texts("status").last().map(String::as_str)),
        (Some("online"), Some("stopped"))
    );
    let counts: Vec<Value> = texts("counts").iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(counts, report.counts);
    for fields in of("counts") {
        let payload: Value = serde_json::from_str(fields[5]).unwrap();
        let scene_version = payload["scene_version"].as_str().unwrap();
        assert_eq!(fields[1..4], ["1", "application/json", ""], "an hour never expires");
        for property in ["schema:3", "rule-version:1", &format!("scene-version:{scene_version}")] {
            assert!(fields[4].contains(property), "{property}: {fields:?}");
        }
    }
    let info = fits("info.schema.json", &texts("info")[0]);
    assert_eq!(info["scene_version"], counts[0]["scene_version"]);
    let health = of("health");
    assert!(!health.is_empty(), "it is told on each connection: {heard:?}");
    for fields in &health {
        let health = fits("health.schema.json", fields[5]);
        assert_eq!(health["incidents"], serde_json::json!([]));
        assert_eq!(fields[1..3], ["0", "application/json"]);
        assert!((100..=120).contains(&fields[3].parse::<u32>().unwrap()), "two minutes: {fields:?}");
    }
    let retained: Vec<String> = broker.retained("footfall/#").into_iter().map(|(topic, _)| topic).collect();
    assert_eq!(retained.len(), 4, "all four stay: {retained:?}");
}

#[test]
fn tls_handshake_of_ten_seconds_is_waited_for_by_nobody_and_succeeds() {
    let test = "tls_handshake_of_ten_seconds_is_waited_for_by_nobody_and_succeeds";
    let Some(papers) = Papers::new(test) else { return };
    let Some(broker) = papers.broker(test, "localhost", Holds::Now, "") else { return };
    let relay = Relay::start(broker.port(), Duration::from_secs(10));
    let begun = now();
    let shop = Shop::open(papers.dir.path(), "slow", &papers.sink(relay.port()));
    // Two windows are there, and nothing has waited.
    let report = run::wait_for(&shop.pipeline, |report| !report.counts.is_empty());
    assert!(begun.elapsed() < Duration::from_secs(8), "it took {:?}", begun.elapsed());
    assert_eq!(acknowledged(&shop), 0);
    while acknowledged(&shop) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(28), "not after {:?}", begun.elapsed());
        footfall_tests::broker::pause(Duration::from_millis(100));
    }
    assert!(begun.elapsed() > Duration::from_secs(10), "the handshake was not slow: {:?}", begun.elapsed());
    assert_eq!(report.warnings, Vec::<String>::new());
    shop.pipeline.set_state(gst::State::Null).unwrap();
    // A stop in the middle of another waits no longer than it may: `eos-timeout` is a second and a half.
    let shop = Shop::open(papers.dir.path(), "stopped", &papers.sink(relay.port()));
    run::wait_for(&shop.pipeline, |report| !report.counts.is_empty());
    let stopped = now();
    shop.pipeline.set_state(gst::State::Null).unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(4), "it took {:?}", stopped.elapsed());
}

fn acknowledged(shop: &Shop) -> u64 {
    run::stats(&shop.pipeline, "c").get("acknowledged").unwrap()
}
