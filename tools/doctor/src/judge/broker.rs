// SPDX-License-Identifier: MPL-2.0
//! The broker.

use footfall_contract::time::WallTime;

use crate::check::{Check, Group};

const G: Group = Group::Broker;

/// A certificate that ends within this is warned of, days.
pub const RENEW_WITHIN_DAYS: i64 = 30;

/// The broker's certificate.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// Who signed it.
    pub issuer: String,
    /// Until when it is valid; `None`: that could not be read.
    pub until: Option<WallTime>,
    /// TLS version and cipher suite.
    pub session: String,
}

/// What the broker said when it was asked to let us in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// User, password or certificate.
    NotAuthorized,
    /// The client id.
    ClientId,
    /// It does not speak MQTT 5.
    Version,
    /// It does not take a last will.
    Will,
}

/// What it allows, out of its CONNACK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allows {
    /// Retained messages.
    pub retain: bool,
    /// Highest quality of service.
    pub qos: u8,
    /// Largest packet, bytes.
    pub packet: Option<u32>,
}

/// A message of a window with everything in it is smaller, bytes.
pub const LARGEST_MESSAGE: u32 = 65_536;

/// The settings can not be.
pub fn settings(sentence: &str) -> Check {
    Check::failed(G, "settings", sentence, "the address and the files were read", "as it says; docs/elements/countsink.md")
}

/// The settings work, and should still not be so: a sentence with its remedy.
pub fn remark(sentence: &str) -> Check {
    Check::warning(G, "settings", "secrets that others may read", sentence)
}

/// The handshake worked. `trusted`: whose authorities, in words.
pub fn certificate(certificate: &Certificate, trusted: &str, now: WallTime) -> Check {
    let Certificate { issuer, until, session } = certificate;
    let Some(until) = until else {
        return Check::ok(G, "tls", format!("{session}; trusted by {trusted}; signed by {issuer}"));
    };
    let days = (until.0.saturating_sub(now.0)) / 86_400_000_000_000;
    let words = format!("{session}; trusted by {trusted}; signed by {issuer}; valid until {}", until.utc_seconds());
    let check = if days < RENEW_WITHIN_DAYS {
        Check::warning(G, "tls", words, format!("the certificate ends in {days} days: renew it, or the hours stay here"))
    } else {
        Check::ok(G, "tls", words)
    };
    check.figure("valid_days", days)
}

/// The handshake failed; `why`: a clause with its remedy.
pub fn handshake(address: &str, why: &str) -> Check {
    let (finding, remedy) = why.split_once("; ").unwrap_or((why, "the broker's log"));
    Check::failed(G, "tls", finding, format!("a TLS handshake with {address}"), remedy)
}

/// It refused us.
pub fn refused(address: &str, refusal: Refusal) -> Check {
    let (finding, check) = match refusal {
        Refusal::NotAuthorized => (
            "it refuses this user",
            "--username, --password-location, and the broker's list of users; with certificates --cert-location",
        ),
        Refusal::ClientId => ("it does not take this client id", "--client-id, as the broker's rules want it"),
        Refusal::Version => ("it does not speak MQTT 5", "a newer broker, or mosquitto's bridge between"),
        Refusal::Will => ("it does not take a last will", "the broker's settings: countsink's `offline` is one"),
    };
    Check::failed(G, "connected", finding, format!("MQTT 5 with a last will to {address}"), check)
}

/// The connection ended otherwise; `why` in words.
pub fn lost(address: &str, why: &str) -> Check {
    Check::failed(G, "connected", why, format!("MQTT 5 with a last will to {address}"), "is it an MQTT broker? its log says more")
}

/// It let us in.
pub fn connected(client_id: &str, allows: Allows) -> Vec<Check> {
    let welcome = Check::ok(G, "connected", format!("MQTT 5 as {client_id}; it takes a last will"));
    let Allows { retain, qos, packet } = allows;
    let size = packet.map_or("any size".to_owned(), |n| format!("up to {n} bytes"));
    let words = format!("retained messages: {}, quality of service up to {qos}, {size}", if retain { "yes" } else { "no" });
    let good = retain && qos >= 1 && packet.is_none_or(|n| n >= LARGEST_MESSAGE);
    let limits = if good {
        Check::ok(G, "limits", words)
    } else {
        Check::failed(
            G,
            "limits",
            words,
            "the broker's CONNACK was read",
            format!(
                "the broker's settings: countsink needs retained messages, quality of service 1, and {LARGEST_MESSAGE} bytes"
            ),
        )
    };
    vec![welcome, limits]
}

/// How the test message came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// Acknowledged.
    Accepted,
    /// PUBACK 135: the ACL says no.
    Denied,
    /// Another refusal, in words.
    Refused(String),
    /// No answer.
    Silent,
    /// There is no scene, so that site and camera are not known.
    NoScene,
}

/// The test message.
pub fn published(topic: &str, message: &str, came_out: &Published) -> Check {
    let tried = format!("{message:?} on {topic}, quality of service 1, not retained");
    let failed = |finding: String, check: String| Check::failed(G, "publish", finding, tried.clone(), check);
    match came_out {
        Published::Accepted => Check::ok(G, "publish", format!("accepted: {tried}")),
        Published::Denied => {
            let branch = topic.rsplit_once('/').map_or(topic, |(branch, _)| branch);
            failed("it may not publish there (PUBACK 135)".into(), format!("the broker's ACL: let this user write to {branch}/#"))
        }
        Published::Refused(words) => failed(format!("refused: {words}"), "the broker's log".into()),
        Published::Silent => failed("it did not acknowledge the message".into(), "the broker's log; does it hang?".into()),
        Published::NoScene => Check::not_tried(G, "publish", "site and camera are not known: give --scene"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_certificate_that_ends_soon_from_both_sides() {
        let now = WallTime(0);
        for (days, word) in [(31, "ok"), (30, "ok"), (29, "warning")] {
            let until = Some(now.plus(Duration::from_secs(days * 86_400 + 60)));
            let certificate = Certificate { issuer: "CN=ca".into(), until, session: "TLS 1.3".into() };
            assert_eq!(super::certificate(&certificate, "the system's store", now).outcome.word(), word, "{days}");
        }
    }

    #[test]
    fn limits_from_both_sides() {
        let good = Allows { retain: true, qos: 1, packet: Some(LARGEST_MESSAGE) };
        let word = |allows| connected("id", allows)[1].outcome.word();
        assert_eq!(word(good), "ok");
        assert_eq!(word(Allows { packet: None, qos: 2, ..good }), "ok");
        for bad in
            [Allows { retain: false, ..good }, Allows { qos: 0, ..good }, Allows { packet: Some(LARGEST_MESSAGE - 1), ..good }]
        {
            assert_eq!(word(bad), "failed");
        }
    }

    #[test]
    fn a_denial_names_the_branch() {
        let check = published("footfall/a/b/doctor", "m", &Published::Denied);
        let text = crate::report::lines(&check, None);
        assert!(text.contains("135") && text.contains("footfall/a/b/#"), "{text}");
        assert!(!published("t", "m", &Published::NoScene).is_failed());
    }

    #[test]
    fn the_clause_of_a_handshake_is_finding_and_remedy() {
        let check = handshake("mqtts://h:8883", "its certificate has expired; renew it");
        assert_eq!(check.finding, "its certificate has expired");
        assert!(matches!(check.outcome, crate::check::Outcome::Failed { check, .. } if check == "renew it"));
    }
}
