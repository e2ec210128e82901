// SPDX-License-Identifier: MPL-2.0
//! Where the broker is and how it is spoken to: the settings, checked. What can not be is refused before anything is
//! connected.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::credentials::{Credentials, Surroundings, open_to_all};
use crate::tls;

/// Port of `mqtt://` where the address names none.
const PLAIN_PORT: u16 = 1883;
/// Port of `mqtts://`.
const TLS_PORT: u16 = 8883;

/// A setting of the broker that can not be: one sentence that names the property, the value and the remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadBroker(pub String);

/// The broker's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Name or IP address, as it stands in the address (IPv6 in brackets).
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Encrypted.
    pub tls: bool,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.tls { "mqtts" } else { "mqtt" }, self.host, self.port)
    }
}

impl Address {
    /// From `mqtt://host[:port]` or `mqtts://host[:port]`.
    ///
    /// # Errors
    /// When it is something else, or carries a user's name or password. The sentence never repeats those.
    pub fn parse(text: &str) -> Result<Self, BadBroker> {
        let bad = |why: &str| {
            BadBroker(format!("broker: {why}; write mqtts://HOST[:PORT] or, on this machine, mqtt://127.0.0.1[:PORT]"))
        };
        if text.contains('@') {
            return Err(BadBroker(
                "broker: the address holds a user's name or password, which would show in process lists; use username and password-location".into(),
            ));
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad(&format!("{text:?} is no address")))?;
        let tls = match scheme {
            "mqtt" => false,
            "mqtts" => true,
            _ => return Err(bad(&format!("{text:?} begins with neither mqtt:// nor mqtts://"))),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest).ok_or_else(|| bad(&format!("{text:?} has no port number behind its colon")))?;
        let plain = |c: u8| c.is_ascii_alphanumeric() || b".-_".contains(&c);
        let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).is_some_and(|h| h.parse::<IpAddr>().is_ok());
        if !bracketed && (host.is_empty() || !host.bytes().all(plain)) {
            return Err(bad(&format!("{text:?} names no host")));
        }
        if bracketed && tls {
            return Err(bad(&format!("{text:?}: a certificate can not be checked for an IPv6 address; use the broker's name")));
        }
        let port = port.unwrap_or(if tls { TLS_PORT } else { PLAIN_PORT });
        Ok(Self { host: host.to_owned(), port, tls })
    }

    /// Is it this machine?
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// Host and port; `None` if the port is no number.
fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let colon = match text.rfind(']') {
        Some(bracket) => text.get(bracket..)?.find(':').map(|i| bracket + i),
        None => text.find(':'),
    };
    match colon {
        None => Some((text, None)),
        Some(i) => {
            let port: u16 = text.get(i + 1..)?.parse().ok()?;
            (port > 0).then_some((text.get(..i)?, Some(port)))
        }
    }
}

/// The settings as they are given.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(missing_docs)]
pub struct Given {
    pub broker: String,
    pub client_id: Option<String>,
    pub username: Option<String>,
    pub password_location: Option<PathBuf>,
    pub ca_location: Option<PathBuf>,
    pub cert_location: Option<PathBuf>,
    pub key_location: Option<PathBuf>,
    pub topic_prefix: String,
    pub keep_alive: Duration,
    pub allow_plain: bool,
}

/// How the broker is spoken to. It has no `Debug`: nothing of it is to be logged.
#[derive(Clone)]
pub struct Broker {
    /// Where it is.
    pub address: Address,
    /// The client's name; by default made of site and camera.
    pub client_id: Option<String>,
    /// Who we are; `None` is anonymous.
    pub credentials: Option<Credentials>,
    /// How its certificate is checked; `None` is unencrypted.
    pub tls: Option<tls::Config>,
    /// Whose authorities are trusted, in words.
    pub trusted: String,
    /// First part of every topic.
    pub topic_prefix: String,
    /// An idle connection is probed this often.
    pub keep_alive: Duration,
    /// What works and should still not be so, a sentence each.
    pub remarks: Vec<String>,
}

impl Given {
    /// The checked settings; files are read, and the process's surroundings.
    ///
    /// # Errors
    /// With the first thing that can not be.
    pub fn check(&self) -> Result<Broker, BadBroker> {
        self.check_in(&Surroundings::of_process())
    }

    fn check_in(&self, surroundings: &Surroundings) -> Result<Broker, BadBroker> {
        let address = Address::parse(&self.broker)?;
        if !address.tls && !address.is_loopback() && !self.allow_plain {
            return Err(BadBroker(format!(
                "broker: {address} would carry counts and password unencrypted over the network; use mqtts://, or set allow-plain=true"
            )));
        }
        let encrypted_only =
            [("ca-location", &self.ca_location), ("cert-location", &self.cert_location), ("key-location", &self.key_location)];
        if let Some((name, _)) = encrypted_only.iter().find(|(_, value)| !address.tls && value.is_some()) {
            return Err(BadBroker(format!("{name}: it is set, but {address} is not encrypted; use mqtts://")));
        }
        prefix(&self.topic_prefix)?;
        let tls = if address.tls {
            Some(tls::config(self.ca_location.as_deref(), self.cert_location.as_deref(), self.key_location.as_deref())?)
        } else {
            None
        };
        Ok(Broker {
            address,
            client_id: self.client_id.clone().filter(|id| !id.is_empty()),
            credentials: surroundings.credentials(self.username.as_deref(), self.password_location.as_deref())?,
            tls,
            trusted: match &self.ca_location {
                Some(path) => format!("ca-location {}", path.display()),
                None => "the system's store".to_owned(),
            },
            topic_prefix: self.topic_prefix.clone(),
            keep_alive: self.keep_alive,
            remarks: self.remarks(),
        })
    }

    /// Secrets that everybody on this machine may read.
    fn remarks(&self) -> Vec<String> {
        let files = [("password-location", &self.password_location), ("key-location", &self.key_location)];
        files.into_iter().filter_map(|(property, path)| open_to_all(property, path.as_deref()?)).collect()
    }
}

/// The bytes of a file that a property names.
pub(crate) fn read(property: &str, path: &Path) -> Result<Vec<u8>, BadBroker> {
    std::fs::read(path).map_err(|e| BadBroker(format!("{property}: {} can not be read: {e}", path.display())))
}

fn prefix(prefix: &str) -> Result<(), BadBroker> {
    let good = |level: &str| !level.is_empty() && !level.starts_with('$') && !level.contains(['#', '+', '\0', ' ']);
    if prefix.len() <= 200 && prefix.split('/').all(good) {
        Ok(())
    } else {
        Err(BadBroker(format!(
            "topic-prefix: {prefix:?} is no topic; use words with '/' between them, without '#', '+', '$' and spaces, such as \"footfall\""
        )))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn given(broker: &str) -> Given {
        Given { broker: broker.into(), topic_prefix: "footfall".into(), keep_alive: Duration::from_secs(30), ..Given::default() }
    }

    #[test]
    fn addresses_are_read() {
        for (text, host, port, tls) in [
            ("mqtt://127.0.0.1", "127.0.0.1", 1883, false),
            ("mqtt://localhost:1999/", "localhost", 1999, false),
            ("mqtt://[::1]:1884", "[::1]", 1884, false),
            ("mqtts://broker.example.org", "broker.example.org", 8883, true),
            ("mqtts://10.0.0.7:443", "10.0.0.7", 443, true),
        ] {
            assert_eq!(Address::parse(text), Ok(Address { host: host.into(), port, tls }), "{text}");
        }
    }

    #[test]
    fn what_can_not_be_is_refused_with_a_remedy() {
        for (text, words) in [
            ("http://127.0.0.1", "neither mqtt:// nor mqtts://"),
            ("127.0.0.1:1883", "is no address"),
            ("mqtt://127.0.0.1:x", "no port number"),
            ("mqtt://127.0.0.1:0", "no port number"),
            ("mqtt://", "names no host"),
            ("mqtt://a b", "names no host"),
            ("mqtt://localhost/topic", "names no host"),
            ("mqtts://[::1]", "use the broker's name"),
            ("mqtt://broker.example.org", "allow-plain"),
            ("mqtt://10.0.0.1", "allow-plain"),
            ("mqtt://localhost.example.org", "allow-plain"),
        ] {
            let sentence = given(text).check().err().unwrap().to_string();
            assert!(sentence.contains(words), "{text}: {sentence}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_never_repeated() {
        let sentence = given("mqtt://anna:secret@127.0.0.1").check().err().unwrap().to_string();
        assert!(sentence.contains("password-location"), "{sentence}");
        assert!(!sentence.contains("anna") && !sentence.contains("secret"), "{sentence}");
    }

    #[test]
    fn plain_beyond_this_machine_is_an_explicit_choice() {
        assert!(given("mqtt://[::1]").check().is_ok());
        let chosen = Given { allow_plain: true, ..given("mqtt://broker.example.org") };
        assert!(chosen.check().is_ok());
    }

    #[test]
    fn who_we_are_comes_from_properties_and_surroundings() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        std::fs::write(&path, "sesame\n").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let with_file = Given { username: Some("anna".into()), password_location: Some(path), ..given("mqtt://127.0.0.1") };
        let broker = with_file.check_in(&Surroundings::default()).ok().unwrap();
        assert!(broker.credentials.is_some_and(|c| c.username == "anna" && c.password.expose() == "sesame"));
        assert!(broker.remarks.iter().any(|r| r.contains("0644")), "{:?}", broker.remarks);
        let around = Surroundings { username: Some("berta".into()), ..Surroundings::default() };
        let broker = given("mqtt://127.0.0.1").check_in(&around).ok().unwrap();
        assert!(broker.credentials.is_some_and(|c| c.username == "berta" && c.password.expose().is_empty()));
        assert_eq!(broker.remarks, Vec::<String>::new());
    }

    #[test]
    fn topic_prefixes_are_topics() {
        for bad in ["", "/a", "a/", "a//b", "a/#", "+", "$SYS", "a b"] {
            assert!(Given { topic_prefix: bad.into(), ..given("mqtt://127.0.0.1") }.check().is_err(), "{bad:?}");
        }
        for good in ["footfall", "shops/north/footfall"] {
            assert!(Given { topic_prefix: good.into(), ..given("mqtt://127.0.0.1") }.check().is_ok(), "{good:?}");
        }
    }

    #[test]
    fn files_of_an_encrypted_connection_need_one() {
        let wrong = Given { ca_location: Some("/etc/ca.pem".into()), ..given("mqtt://127.0.0.1") };
        assert!(wrong.check().err().unwrap().0.contains("use mqtts://"));
        let missing = Given { ca_location: Some("/nonexistent/ca.pem".into()), ..given("mqtts://127.0.0.1") };
        assert!(missing.check().err().unwrap().0.contains("/nonexistent/ca.pem"));
        let half = Given { cert_location: Some("/etc/cert.pem".into()), ..given("mqtts://127.0.0.1") };
        assert!(half.check().err().unwrap().0.contains("key-location"));
    }
}
