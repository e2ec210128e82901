// SPDX-License-Identifier: MPL-2.0
//! The connection to the broker: MQTT 5 by rumqttc, which no other file names.
//!
//! What is unsent lives in [`Outbound`], never in the client: rumqttc forgets queued and unacknowledged messages when the
//! broker comes back without a session. So each connection has a new client, one message is under way at a time, and
//! only the reason codes Success and NoMatchingSubscribers take it from the queue (a denial by the broker's ACL is an
//! acknowledgement too, with code 135).

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectReturnCode, DisconnectReasonCode, LastWill, Packet, PubAckReason, PublishProperties};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions, StateError, TlsError};
use rumqttc::{Outgoing, TlsConfiguration, Transport};
use tokio::sync::Notify;

use crate::backoff::{Backoff, random};
use crate::broker::Broker;
use crate::outbound::{Message, Outbound, Status, Topic};
use crate::payload::Payload;
use crate::tls;

/// A connection whose broker does not acknowledge for this long is given up and made anew.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(60);

/// A connection attempt, name look-up and handshake included, takes no longer than this, seconds.
const CONNECT_TIMEOUT_S: u64 = 5;

/// What the connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No connection yet, or none any more.
    Disconnected,
    /// The broker has accepted us.
    Connected,
}

/// What is wrong with the connection. Each kind is told once until it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Trouble {
    Unreachable,
    Handshake,
    Refused,
    /// The broker closed a connection that it had accepted, and did not say why.
    Closed,
    TakenOver,
    Denied(&'static str),
}

/// A broker tells a client whose session another one takes, but rumqttc can not read that word (a reason without
/// properties). So this many accepted connections in a row that are closed within [`SHORT`] are taken for it.
const CLOSED_IN_A_ROW: u32 = 2;
const SHORT: Duration = Duration::from_secs(30);

/// Where warnings go.
pub type Warn = Arc<dyn Fn(String) + Send + Sync>;

struct Inner {
    outbound: Outbound,
    client: Option<AsyncClient>,
    connected_at: Option<Instant>,
    told: HashSet<Trouble>,
}

/// One camera's connection. Cheap to ask, from any thread; [`Link::run`] keeps it going.
pub struct Link {
    broker: Broker,
    client_id: String,
    status_topic: String,
    counts_topic: String,
    warn: Warn,
    inner: Mutex<Inner>,
    /// Something was accepted, refused, connected or lost.
    changed: Notify,
}

#[allow(clippy::disallowed_methods)] // The connection's waits are measured here and nowhere else.
fn now() -> Instant {
    Instant::now()
}

impl Link {
    /// A connection for the camera `site`/`camera`; nothing is sent yet.
    pub fn new(broker: Broker, site: &str, camera: &str, warn: Warn) -> Self {
        let topic = |last: &str| format!("{}/{site}/{camera}/{last}", broker.topic_prefix);
        let (status_topic, counts_topic) = (topic("status"), topic("counts"));
        let client_id = broker.client_id.clone().unwrap_or_else(|| format!("footfall-{site}-{camera}"));
        let inner = Inner { outbound: Outbound::default(), client: None, connected_at: None, told: HashSet::new() };
        Self { broker, client_id, status_topic, counts_topic, warn, inner: Mutex::new(inner), changed: Notify::new() }
    }

    /// Adds a payload.
    pub fn push(&self, payload: Payload) {
        let gone = self.inner.lock().outbound.push(payload);
        if gone > 0 {
            (self.warn)(format!(
                "{gone} of the oldest payloads were dropped: {} has been away for so long that memory for them ran out",
                self.broker.address
            ));
        }
        self.hand_over();
    }

    /// What the connection is doing.
    pub fn state(&self) -> State {
        if self.inner.lock().connected_at.is_some() { State::Connected } else { State::Disconnected }
    }

    /// Payloads that are (acknowledged, queued, dropped).
    pub fn counts(&self) -> (u64, usize, u64) {
        let outbound = &self.inner.lock().outbound;
        (outbound.acknowledged(), outbound.queued(), outbound.dropped())
    }

    /// Hands over the next message if the connection stands and nothing is under way.
    pub fn hand_over(&self) {
        let mut inner = self.inner.lock();
        if inner.connected_at.is_none() {
            return;
        }
        let Some(client) = inner.client.clone() else { return };
        let Some(message) = inner.outbound.next(now()) else { return };
        let (topic, content_type, text) = match message {
            Message::Status(status) => (&self.status_topic, "text/plain", status.word().to_owned()),
            Message::Counts(payload) => (&self.counts_topic, "application/json", payload.text),
        };
        let properties = PublishProperties {
            payload_format_indicator: Some(1),
            content_type: Some(content_type.to_owned()),
            ..PublishProperties::default()
        };
        if client.try_publish_with_properties(topic, QoS::AtLeastOnce, true, text, properties).is_err() {
            // One message at a time: its channel can only be full if the client is gone.
            inner.outbound.lost();
        }
    }

    /// Waits until every payload is acknowledged; give it a time limit.
    pub async fn drained(&self) {
        while self.inner.lock().outbound.queued() > 0 {
            self.changed.notified().await;
        }
    }

    /// Says `stopped` and disconnects in order; give it a time limit. Without it, the broker says `offline`.
    pub async fn say_goodbye(&self) {
        if self.state() != State::Connected {
            return;
        }
        self.inner.lock().outbound.set_status(Status::Stopped);
        self.hand_over();
        while self.inner.lock().outbound.status_waits() {
            self.changed.notified().await;
        }
        let client = self.inner.lock().client.clone();
        if let Some(client) = client {
            // The queue is empty, so that there is room in the client's channel.
            let _ = client.try_disconnect();
        }
        while self.state() == State::Connected {
            self.changed.notified().await;
        }
    }

    /// Keeps the connection until it is ended by [`Link::say_goodbye`].
    pub async fn run(self: Arc<Self>) {
        let mut backoff = Backoff::default();
        let mut closed_in_a_row = 0;
        loop {
            let (client, mut events) = AsyncClient::new(self.options(), 4);
            self.inner.lock().client = Some(client);
            let end = self.converse(&mut events).await;
            let held = {
                let mut inner = self.inner.lock();
                inner.client = None;
                inner.outbound.lost();
                inner.connected_at.take().map_or(Duration::ZERO, |since| now().saturating_duration_since(since))
            };
            self.changed.notify_waiters();
            self.changed.notify_one();
            match end {
                End::Goodbye => return,
                End::Lost(Trouble::Closed, _) if !held.is_zero() && held < SHORT => {
                    // If the broker is away, the next attempt says so.
                    closed_in_a_row += 1;
                    if closed_in_a_row >= CLOSED_IN_A_ROW {
                        self.tell(Trouble::TakenOver, self.taken_over());
                    }
                }
                End::Lost(trouble, sentence) => {
                    closed_in_a_row = 0;
                    self.tell(trouble, sentence);
                }
            }
            drop(events);
            tokio::time::sleep(backoff.pause(held, random())).await;
        }
    }

    /// Polls the client until the connection ends. `poll` is never cancelled in mid-connection: that would lose what
    /// it holds half way.
    async fn converse(&self, events: &mut EventLoop) -> End {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(_))) => self.connected(),
                Ok(Event::Incoming(Packet::PubAck(ack))) => self.acknowledged(ack.reason),
                Ok(Event::Outgoing(Outgoing::Disconnect)) => return End::Goodbye,
                Ok(Event::Incoming(_) | Event::Outgoing(_)) => {}
                Err(error) => {
                    let (trouble, why) = self.explain(&error);
                    return End::Lost(trouble, why);
                }
            }
            let silent = self.inner.lock().outbound.waiting(now());
            if silent > ACKNOWLEDGED_WITHIN {
                let why = format!("it did not acknowledge a message within {} s", ACKNOWLEDGED_WITHIN.as_secs());
                return End::Lost(Trouble::Unreachable, self.lost(&why));
            }
            self.hand_over();
        }
    }

    fn connected(&self) {
        let mut inner = self.inner.lock();
        inner.connected_at = Some(now());
        inner.told.retain(|t| matches!(t, Trouble::Closed | Trouble::TakenOver | Trouble::Denied(_)));
        inner.outbound.lost();
        inner.outbound.set_status(Status::Online);
        drop(inner);
        self.changed.notify_one();
    }

    fn acknowledged(&self, reason: PubAckReason) {
        match reason {
            PubAckReason::Success | PubAckReason::NoMatchingSubscribers => self.inner.lock().outbound.accepted(),
            refused => {
                let topic = self.inner.lock().outbound.refused(now());
                let (word, name) = match topic {
                    Some(Topic::Status) => ("status", &self.status_topic),
                    Some(Topic::Counts) | None => ("counts", &self.counts_topic),
                };
                let why = match refused {
                    PubAckReason::NotAuthorized => {
                        format!("client {:?} may not publish there; let the broker's ACL allow it to write", self.client_id)
                    }
                    other => format!("reason {other:?}; look at the broker's log"),
                };
                self.tell(
                    Trouble::Denied(word),
                    format!("{} refuses the topic {name}: {why}. What is refused is kept and tried again", self.broker.address),
                );
            }
        }
        self.changed.notify_one();
    }

    fn tell(&self, trouble: Trouble, sentence: String) {
        if self.inner.lock().told.insert(trouble) {
            (self.warn)(sentence);
        }
    }

    fn options(&self) -> MqttOptions {
        let Broker { address, tls, credentials, keep_alive, .. } = &self.broker;
        let mut options = MqttOptions::new(&self.client_id, &address.host, address.port);
        // The client panics below five seconds.
        options.set_keep_alive((*keep_alive).max(Duration::from_secs(5)));
        options.set_clean_start(true);
        options.set_connection_timeout(CONNECT_TIMEOUT_S);
        options.set_outgoing_inflight_upper_limit(1);
        options.set_last_will(LastWill::new(&self.status_topic, Status::Offline.word(), QoS::AtLeastOnce, true, None));
        if let Some((username, password)) = credentials {
            options.set_credentials(username, password);
        }
        if let Some(config) = tls {
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config.clone())));
        }
        options
    }

    fn lost(&self, why: &str) -> String {
        format!("{} can not be reached ({why}); it is tried again and again, and counts wait in memory", self.broker.address)
    }

    fn taken_over(&self) -> String {
        format!(
            "{} accepts the connection and soon closes it again: most likely another client has the client id {:?} too and takes the session; give each countsink its own client-id",
            self.broker.address, self.client_id
        )
    }

    fn explain(&self, error: &ConnectionError) -> (Trouble, String) {
        let address = &self.broker.address;
        match error {
            ConnectionError::Tls(error) => {
                let rustls = match error {
                    TlsError::TLS(error) => Some(error),
                    TlsError::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
                    _ => None,
                };
                match rustls {
                    Some(rustls) => {
                        let why = tls::explain(rustls, &address.host, &self.broker.trusted);
                        (Trouble::Handshake, format!("{address} is not trusted: {why}; it is tried again and again"))
                    }
                    None => (Trouble::Unreachable, self.lost(&error.to_string())),
                }
            }
            ConnectionError::ConnectionRefused(code) => (Trouble::Refused, self.refusal(*code)),
            ConnectionError::MqttState(StateError::ServerDisconnect { reason_code, .. }) => match reason_code {
                DisconnectReasonCode::SessionTakenOver => (Trouble::TakenOver, self.taken_over()),
                other => (Trouble::Unreachable, self.lost(&format!("it ended the connection: {other:?}"))),
            },
            ConnectionError::MqttState(StateError::ConnectionAborted) => (Trouble::Closed, self.lost("it closed the connection")),
            ConnectionError::MqttState(StateError::AwaitPingResp) => (Trouble::Unreachable, self.lost("it is silent")),
            ConnectionError::MqttState(StateError::Io(e)) | ConnectionError::Io(e) => {
                (Trouble::Unreachable, self.lost(&e.to_string()))
            }
            ConnectionError::Timeout(_) => (Trouble::Unreachable, self.lost(&format!("no answer within {CONNECT_TIMEOUT_S} s"))),
            other => (Trouble::Unreachable, self.lost(&other.to_string())),
        }
    }

    fn refusal(&self, code: ConnectReturnCode) -> String {
        let why = match code {
            ConnectReturnCode::NotAuthorized | ConnectReturnCode::BadUserNamePassword => {
                "check username and password-location".to_owned()
            }
            ConnectReturnCode::BadClientId | ConnectReturnCode::ClientIdentifierNotValid => {
                format!("it does not take the client id {:?}; set client-id", self.client_id)
            }
            ConnectReturnCode::RefusedProtocolVersion | ConnectReturnCode::UnsupportedProtocolVersion => {
                "it does not speak MQTT 5; put a newer broker, or mosquitto's bridge, between".to_owned()
            }
            other => format!("{other:?}"),
        };
        format!("{} refuses the connection: {why}; it is tried again and again, and counts wait in memory", self.broker.address)
    }
}

/// How a connection ended.
enum End {
    /// We disconnected.
    Goodbye,
    Lost(Trouble, String),
}
