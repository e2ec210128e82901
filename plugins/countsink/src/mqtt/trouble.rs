// SPDX-License-Identifier: MPL-2.0
//! What is wrong with the connection, in one sentence with its remedy.

use std::io::{self, ErrorKind};

use rumqttc::v5::mqttbytes::Error as CodecError;
use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, DisconnectReasonCode, PubAckReason};
use rumqttc::v5::{ConnectionError, StateError, TlsError};

use super::CONNECT_TIMEOUT_S;
use crate::broker::Broker;
use crate::health::Incident;
use crate::tls;

/// What is wrong. Each kind is told once until it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Trouble {
    Unreachable,
    /// One of the two certificates is not trusted, or there is no encryption where there should be.
    Handshake,
    /// Something answers that speaks no MQTT 5.
    NotMqtt,
    Refused,
    /// The broker closed a connection that it had accepted, and did not say why.
    Closed,
    TakenOver,
    Denied,
}

impl Trouble {
    /// Does it end with the next connection that the broker accepts?
    pub fn ends_with_a_connection(self) -> bool {
        !matches!(self, Self::Closed | Self::TakenOver | Self::Denied)
    }

    /// Its word in `health`.
    pub fn incident(self) -> Incident {
        match self {
            Self::Unreachable | Self::NotMqtt | Self::Closed => Incident::BrokerLost,
            Self::Handshake => Incident::TlsUntrusted,
            Self::Refused => Incident::BrokerRefused,
            Self::TakenOver => Incident::SessionTaken,
            Self::Denied => Incident::Denied,
        }
    }
}

/// Who speaks to whom.
pub(super) struct Parties<'a> {
    pub broker: &'a Broker,
    pub client_id: &'a str,
}

impl Parties<'_> {
    /// Why a connection ended that the broker had accepted, or had not.
    pub fn explain(&self, error: &ConnectionError, accepted: bool) -> (Trouble, String) {
        match error {
            ConnectionError::Tls(error) => self.handshake_failed(error),
            ConnectionError::ConnectionRefused(code) => (Trouble::Refused, self.refusal(*code)),
            ConnectionError::MqttState(error) if accepted => self.ended(error),
            ConnectionError::MqttState(error) => self.never_accepted(error),
            ConnectionError::NotConnAck(_) => self.no_mqtt("it does not answer CONNECT"),
            ConnectionError::Io(e) => (Trouble::Unreachable, self.lost(&e.to_string())),
            ConnectionError::Timeout(_) => (Trouble::Unreachable, self.lost(&format!("no answer within {CONNECT_TIMEOUT_S} s"))),
            other => (Trouble::Unreachable, self.lost(&other.to_string())),
        }
    }

    /// The connection is away.
    pub fn lost(&self, why: &str) -> String {
        format!("{} can not be reached ({why}); it is tried again and again, and counts wait", self.broker.address)
    }

    /// Somebody else has the session.
    pub fn taken_over(&self) -> String {
        format!(
            "{} accepts the connection and soon closes it again: most likely another client has the client id {:?} too and takes the session; give each countsink its own client-id",
            self.broker.address, self.client_id
        )
    }

    /// A message was refused.
    pub fn denied(&self, topic: &str, reason: PubAckReason) -> String {
        let why = match reason {
            PubAckReason::NotAuthorized => {
                let all = topic.rsplit_once('/').map_or(topic, |(above, _)| above);
                format!("client {:?} may not publish there; let the broker's ACL allow it to write {all}/#", self.client_id)
            }
            other => format!("reason {other:?}; look at the broker's log"),
        };
        format!("{} refuses the topic {topic}: {why}. What is refused is kept and tried again", self.broker.address)
    }

    fn handshake_failed(&self, error: &TlsError) -> (Trouble, String) {
        match error {
            TlsError::TLS(error) => self.not_trusted(error),
            TlsError::Io(error) => match rustls_inside(error) {
                Some(rustls) => self.not_trusted(rustls),
                None if is_end(error) => self.no_handshake("it ended the connection in the middle of the handshake"),
                None => (Trouble::Unreachable, self.lost(&error.to_string())),
            },
            other => self.no_handshake(&other.to_string()),
        }
    }

    fn not_trusted(&self, error: &rustls::Error) -> (Trouble, String) {
        let Broker { address, tls, trusted, .. } = self.broker;
        let has_identity = tls.as_ref().is_some_and(|config| config.client_auth_cert_resolver.has_certs());
        match error {
            rustls::Error::InvalidMessage(_) => self.no_handshake("what it answers is no TLS"),
            error => {
                let why = tls::explain(error, &address.host, trusted, has_identity);
                (Trouble::Handshake, format!("no encrypted connection to {address}: {why}; it is tried again and again"))
            }
        }
    }

    fn no_handshake(&self, why: &str) -> (Trouble, String) {
        let address = &self.broker.address;
        let sentence = format!(
            "no encrypted connection to {address}: {why}; check that its port {} speaks TLS; it is tried again and again",
            address.port
        );
        (Trouble::Handshake, sentence)
    }

    /// The way to the broker is there, and it does not accept us. Under TLS 1.3 it looks at our certificate only then.
    fn never_accepted(&self, error: &StateError) -> (Trouble, String) {
        let (address, io) = (&self.broker.address, io_inside(error));
        match (io.and_then(rustls_inside), error) {
            (Some(rustls), _) => self.not_trusted(rustls),
            (None, _) if address.tls => {
                let why = "it ended the connection before it answered: it may ask for a certificate of ours, or not accept it (cert-location, key-location)";
                (Trouble::Handshake, format!("no encrypted connection to {address}: {why}; it is tried again and again"))
            }
            (None, StateError::ConnectionAborted) => self.no_mqtt("it closes the connection"),
            (None, _) if io.is_some() => self.no_mqtt("it breaks off the connection"),
            (None, _) => self.no_mqtt("it answers with something else"),
        }
    }

    fn no_mqtt(&self, why: &str) -> (Trouble, String) {
        let remedy = "if its port is encrypted, write mqtts://; a broker older than MQTT 5 needs mosquitto's bridge before it";
        let sentence = format!("{} speaks no MQTT 5 ({why}): {remedy}; it is tried again and again", self.broker.address);
        (Trouble::NotMqtt, sentence)
    }

    fn ended(&self, error: &StateError) -> (Trouble, String) {
        let closed = || (Trouble::Closed, self.lost("it closed the connection"));
        match error {
            StateError::ServerDisconnect { reason_code: DisconnectReasonCode::SessionTakenOver, .. } => {
                (Trouble::TakenOver, self.taken_over())
            }
            StateError::ServerDisconnect { reason_code, .. } => {
                (Trouble::Unreachable, self.lost(&format!("it ended the connection: {reason_code:?}")))
            }
            StateError::ConnectionAborted => closed(),
            StateError::AwaitPingResp => (Trouble::Unreachable, self.lost("it is silent")),
            other => match io_inside(other) {
                // An encrypted connection that is closed without the word for it.
                Some(e) if e.kind() == ErrorKind::UnexpectedEof => closed(),
                Some(e) => (Trouble::Unreachable, self.lost(&e.to_string())),
                None => (Trouble::Unreachable, self.lost(&other.to_string())),
            },
        }
    }

    fn refusal(&self, code: ConnectReturnCode) -> String {
        let why = match code {
            ConnectReturnCode::NotAuthorized | ConnectReturnCode::BadUserNamePassword => {
                "check username and password (password-location)".to_owned()
            }
            ConnectReturnCode::BadClientId | ConnectReturnCode::ClientIdentifierNotValid => {
                format!("it does not take the client id {:?}; set client-id", self.client_id)
            }
            ConnectReturnCode::RefusedProtocolVersion | ConnectReturnCode::UnsupportedProtocolVersion => {
                "it does not speak MQTT 5; put a newer broker, or mosquitto's bridge, between".to_owned()
            }
            other => format!("{other:?}"),
        };
        format!("{} refuses the connection: {why}; it is tried again and again, and counts wait", self.broker.address)
    }
}

fn io_inside(error: &StateError) -> Option<&io::Error> {
    match error {
        StateError::Io(e) | StateError::Deserialization(CodecError::Io(e)) => Some(e),
        _ => None,
    }
}

fn rustls_inside(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref().and_then(|inner| inner.downcast_ref())
}

fn is_end(error: &io::Error) -> bool {
    use ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe)
}
