// SPDX-License-Identifier: MPL-2.0
//! The connection to the broker: MQTT 5 by rumqttc, which nothing outside this file and its folder names.
//!
//! What is unsent lives in [`Outbound`], never in the client: rumqttc forgets queued and unacknowledged messages when the
//! broker comes back without a session. So each connection has a new client, one message is under way at a time, and
//! only the reason codes Success and NoMatchingSubscribers take it from the queue (a denial by the broker's ACL is an
//! acknowledgement too, with code 135).
//!
//! **Status.** `online` is said after each connection, and again with each `health`; `offline` is the last will. The broker
//! holds the will back for [`WILL_DELAY_S`], and drops it when we are back by then in the same session: so the session
//! outlives the connection ([`SESSION_EXPIRY_S`]) and is taken up again (no clean start). There is nothing else in it: we
//! subscribe to nothing, and what is unacknowledged is ours.
//!
//! `info` and `health` go at QoS 0: an hour is never held up by them, and the next one comes in a minute.

mod trouble;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, LastWillProperties, Packet, PubAckReason, PublishProperties};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use rumqttc::{Outgoing, TlsConfiguration, Transport};
use tokio::sync::Notify;

use crate::backoff::{Backoff, random};
use crate::broker::Broker;
use crate::health::{self, Delivery, Incident};
use crate::labels;
use crate::outbound::{Message, Outbound, Status, Topic};
use crate::payload::Payload;
use trouble::{Parties, Trouble};

/// A connection whose broker does not acknowledge for this long is given up and made anew.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(60);

/// A connection attempt, name look-up and handshake included, takes no longer than this, seconds. A lost SYN is sent again
/// after 1, 3, 7 and 15 seconds, and small brokers on bad lines take ten for a handshake. Nobody waits for it meanwhile.
const CONNECT_TIMEOUT_S: u64 = 30;

/// The broker says `offline` this long after it lost us, seconds: a short absence is none.
const WILL_DELAY_S: u32 = 30;

/// The broker keeps the session this long, seconds. When a session ends its will is sent, so this must be longer.
const SESSION_EXPIRY_S: u32 = 2 * WILL_DELAY_S;

/// What the connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No connection yet, or none any more.
    Disconnected,
    /// The broker has accepted us.
    Connected,
}

/// A broker tells a client whose session another one takes, but rumqttc can not read that word (a reason without
/// properties). So this many accepted connections in a row that are closed within [`SHORT`] are taken for it.
const CLOSED_IN_A_ROW: u32 = 2;
const SHORT: Duration = Duration::from_secs(30);

/// Where warnings go.
pub type Warn = Arc<dyn Fn(String) + Send + Sync>;

#[derive(Default)]
struct Inner {
    outbound: Outbound,
    client: Option<AsyncClient>,
    connected_at: Option<Instant>,
    connections: u64,
    info: Option<Info>,
    told: HashSet<Trouble>,
    incidents: BTreeSet<Incident>,
}

/// What runs, and whether this connection has been told.
struct Info {
    text: String,
    told: bool,
}

/// One camera's connection. Cheap to ask, from any thread; [`Link::run`] keeps it going.
pub struct Link {
    broker: Broker,
    client_id: String,
    status_topic: String,
    counts_topic: String,
    info_topic: String,
    health_topic: String,
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
        Self {
            client_id: broker.client_id.clone().unwrap_or_else(|| format!("footfall-{site}-{camera}")),
            status_topic: topic("status"),
            counts_topic: topic("counts"),
            info_topic: topic("info"),
            health_topic: topic("health"),
            broker,
            warn,
            inner: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Sets what is said on the topic `info` now and on each connection.
    pub fn set_info(&self, text: String) {
        self.inner.lock().info = Some(Info { text, told: false });
        self.hand_over();
    }

    /// Says this on the topic `health`, and `online` again. Nothing happens without a connection.
    pub fn send_health(&self, text: String) {
        {
            let mut inner = self.inner.lock();
            let Some(client) = inner.client.clone().filter(|_| inner.connected_at.is_some()) else { return };
            // Whoever else said something on our status topic, an older will for one, was wrong.
            inner.outbound.set_status(Status::Online);
            let expiry = 2 * health::EVERY.as_secs() as u32;
            let properties = PublishProperties { message_expiry_interval: Some(expiry), ..of_type("application/json") };
            // If there is no room the connection stands still: the next one will do.
            let _ = client.try_publish_with_properties(&self.health_topic, QoS::AtMostOnce, true, text, properties);
        }
        self.hand_over();
    }

    /// How many connections the broker has accepted.
    pub fn connections(&self) -> u64 {
        self.inner.lock().connections
    }

    /// What waits, and since when.
    pub fn delivery(&self) -> Delivery {
        let inner = self.inner.lock();
        Delivery {
            connections: inner.connections,
            unsent: inner.outbound.queued() as u64,
            oldest_end: inner.outbound.oldest().and_then(|payload| labels::window_end(&payload.text)),
            dropped: inner.outbound.dropped(),
        }
    }

    /// What has gone wrong since this was asked last.
    pub fn take_incidents(&self) -> BTreeSet<Incident> {
        std::mem::take(&mut self.inner.lock().incidents)
    }

    /// Adds a payload.
    pub fn push(&self, payload: Payload) {
        let gone = self.inner.lock().outbound.push(payload);
        if gone > 0 {
            self.inner.lock().incidents.insert(Incident::WindowsDropped);
            (self.warn)(format!(
                "{gone} of the oldest payloads were dropped: {} has been away for so long that room for them ran out",
                self.broker.address
            ));
        }
        self.hand_over();
    }

    /// Names of payloads that were accepted or dropped since this was asked last.
    pub fn take_left(&self) -> Vec<String> {
        self.inner.lock().outbound.take_left()
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
        if let Some(info) = inner.info.as_mut().filter(|info| !info.told) {
            let (properties, text) = (of_type("application/json"), info.text.clone());
            let sent = client.try_publish_with_properties(&self.info_topic, QoS::AtMostOnce, true, text, properties);
            info.told = sent.is_ok();
        }
        let Some(message) = inner.outbound.next(now()) else { return };
        let (topic, properties, text) = match message {
            Message::Status(status) => (&self.status_topic, of_type("text/plain"), status.word().to_owned()),
            Message::Counts(payload) => {
                // No expiry: an hour is worth keeping however late it comes.
                let user_properties = labels::user_properties(&payload.text);
                let properties = PublishProperties { user_properties, ..of_type("application/json") };
                (&self.counts_topic, properties, payload.text)
            }
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
        self.broker.remarks.iter().for_each(|remark| (self.warn)(remark.clone()));
        loop {
            let (client, mut events) = AsyncClient::new(self.options(), 8);
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
                    self.inner.lock().incidents.insert(Trouble::Closed.incident());
                    closed_in_a_row += 1;
                    if closed_in_a_row >= CLOSED_IN_A_ROW {
                        self.tell(Trouble::TakenOver, self.parties().taken_over());
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
                    let (trouble, why) = self.parties().explain(&error, self.state() == State::Connected);
                    return End::Lost(trouble, why);
                }
            }
            let silent = self.inner.lock().outbound.waiting(now());
            if silent > ACKNOWLEDGED_WITHIN {
                let why = format!("it did not acknowledge a message within {} s", ACKNOWLEDGED_WITHIN.as_secs());
                return End::Lost(Trouble::Unreachable, self.parties().lost(&why));
            }
            self.hand_over();
        }
    }

    fn connected(&self) {
        let mut inner = self.inner.lock();
        inner.connected_at = Some(now());
        inner.connections += 1;
        if let Some(info) = &mut inner.info {
            info.told = false;
        }
        inner.told.retain(|trouble| !trouble.ends_with_a_connection());
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
                let name = match topic {
                    Some(Topic::Status) => &self.status_topic,
                    Some(Topic::Counts) | None => &self.counts_topic,
                };
                self.tell(Trouble::Denied, self.parties().denied(name, refused));
            }
        }
        self.changed.notify_one();
    }

    fn tell(&self, trouble: Trouble, sentence: String) {
        let first = {
            let mut inner = self.inner.lock();
            inner.incidents.insert(trouble.incident());
            inner.told.insert(trouble)
        };
        if first {
            (self.warn)(sentence);
        }
    }

    fn parties(&self) -> Parties<'_> {
        Parties { broker: &self.broker, client_id: &self.client_id }
    }

    fn options(&self) -> MqttOptions {
        let Broker { address, tls, credentials, keep_alive, .. } = &self.broker;
        let mut options = MqttOptions::new(&self.client_id, &address.host, address.port);
        // The client panics below five seconds.
        options.set_keep_alive((*keep_alive).max(Duration::from_secs(5)));
        options.set_clean_start(false);
        options.set_session_expiry_interval(Some(SESSION_EXPIRY_S));
        options.set_connection_timeout(CONNECT_TIMEOUT_S);
        options.set_outgoing_inflight_upper_limit(1);
        let will = will_properties();
        options.set_last_will(LastWill::new(&self.status_topic, Status::Offline.word(), QoS::AtLeastOnce, true, Some(will)));
        if let Some(credentials) = credentials {
            options.set_credentials(&credentials.username, credentials.password.expose());
        }
        if let Some(config) = tls {
            options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config.clone())));
        }
        options
    }
}

/// Properties of a message that is text of this type.
fn of_type(content_type: &str) -> PublishProperties {
    PublishProperties {
        payload_format_indicator: Some(1),
        content_type: Some(content_type.to_owned()),
        ..PublishProperties::default()
    }
}

fn will_properties() -> LastWillProperties {
    LastWillProperties {
        delay_interval: Some(WILL_DELAY_S),
        payload_format_indicator: Some(1),
        message_expiry_interval: None,
        content_type: Some("text/plain".to_owned()),
        response_topic: None,
        correlation_data: None,
        user_properties: Vec::new(),
    }
}

/// How a connection ended.
enum End {
    /// We disconnected.
    Goodbye,
    Lost(Trouble, String),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::broker::Given;

    /// By MQTT 5 a session that ends, or is begun anew, sends its will at once. (Mosquitto 2.0 holds it back even then, so that
    /// no test with it could tell.)
    #[test]
    fn the_will_is_held_back_in_a_session_that_outlives_it_and_is_taken_up_again() {
        let given = Given { broker: "mqtt://127.0.0.1".into(), topic_prefix: "footfall".into(), ..Given::default() };
        let broker = given.check().map_err(|e| e.to_string()).unwrap();
        let options = Link::new(broker, "shop", "door", Arc::new(drop)).options();
        let will = options.last_will().unwrap();
        let delay = will.properties.and_then(|properties| properties.delay_interval).unwrap();
        assert_eq!((will.topic.as_ref(), will.message.as_ref()), (&b"footfall/shop/door/status"[..], &b"offline"[..]));
        assert_eq!((delay, will.retain, options.clean_start()), (30, true, false));
        assert!(options.session_expiry_interval().unwrap() > delay);
    }
}
