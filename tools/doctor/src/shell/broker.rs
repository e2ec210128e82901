// SPDX-License-Identifier: MPL-2.0
//! Knocks at the broker: handshake, connection, one message.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_doctor::check::Check;
use footfall_doctor::judge::broker::{self as judge, Allows, Certificate, Published, Refusal};
use gst_plugin_countsink::broker::Broker;
use gst_plugin_countsink::tls;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnAck, ConnectReturnCode, LastWill, Packet, PubAckReason};
use rumqttc::v5::{AsyncClient, ConnectionError, Event, EventLoop, MqttOptions};
use rumqttc::{TlsConfiguration, Transport};
use x509_cert::der::Decode;

use super::clock::wall;

/// Each step takes no longer than this.
const WITHIN: Duration = Duration::from_secs(10);
/// The test message.
const MESSAGE: &str = "footfall doctor: a test, to be ignored";

/// The checks behind an open port. `scene` names site and camera.
pub fn checks(broker: &Broker, address: SocketAddr, scene: Option<&Scene>) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(config) = &broker.tls {
        match handshake(broker, config, address) {
            Ok(certificate) => checks.push(judge::certificate(&certificate, &broker.trusted, wall())),
            Err(why) => {
                checks.push(judge::handshake(&broker.address.to_string(), &why));
                return checks;
            }
        }
    }
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => checks.extend(runtime.block_on(converse(broker, scene))),
        Err(e) => checks.push(judge::lost(&broker.address.to_string(), &format!("no runtime for the client: {e}"))),
    }
    checks
}

/// Why a handshake failed, as a clause with its remedy.
fn why(broker: &Broker, error: &rustls::Error) -> String {
    let has_identity = broker.tls.as_ref().is_some_and(|config| config.client_auth_cert_resolver.has_certs());
    tls::explain(error, &broker.address.host, &broker.trusted, has_identity)
}

/// A TLS handshake of its own, because the client tells nothing of the broker's certificate.
fn handshake(broker: &Broker, config: &tls::Config, address: SocketAddr) -> Result<Certificate, String> {
    let explain = |e: &rustls::Error| why(broker, e);
    let name = rustls::pki_types::ServerName::try_from(broker.address.host.clone()).map_err(|e| e.to_string())?;
    let mut session = rustls::ClientConnection::new(config.clone(), name).map_err(|e| explain(&e))?;
    let mut socket = TcpStream::connect_timeout(&address, WITHIN).map_err(|e| e.to_string())?;
    let limits = socket.set_read_timeout(Some(WITHIN)).and_then(|()| socket.set_write_timeout(Some(WITHIN)));
    limits.map_err(|e| e.to_string())?;
    while session.is_handshaking() {
        session.complete_io(&mut socket).map_err(|e| {
            match e.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
                Some(error) => explain(error),
                None if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                    format!("no handshake within {} s; does its port speak TLS?", WITHIN.as_secs())
                }
                None => format!("the connection broke off ({e}); does its port speak TLS?"),
            }
        })?;
    }
    let version = session.protocol_version().map_or("TLS".to_owned(), |v| format!("{v:?}").replace('_', "."));
    let cipher = session.negotiated_cipher_suite().map(|s| format!(", {:?}", s.suite())).unwrap_or_default();
    let leaf = session.peer_certificates().and_then(|chain| chain.first()).map(|der| x509_cert::Certificate::from_der(der));
    let (issuer, until) = match leaf {
        Some(Ok(leaf)) => {
            let tbs = leaf.tbs_certificate;
            let end = tbs.validity.not_after.to_unix_duration().as_nanos();
            (tbs.issuer.to_string(), i64::try_from(end).ok().map(WallTime))
        }
        _ => ("somebody (it can not be read)".into(), None),
    };
    Ok(Certificate { issuer, until, session: format!("{version}{cipher}") })
}

/// A name of our own: the camera's would take the session from a countsink that runs.
fn client_id(broker: &Broker) -> String {
    broker.client_id.clone().unwrap_or_else(|| {
        let mut bytes = [0; 4];
        // Without randomness the process id does.
        let number = getrandom::fill(&mut bytes).map_or_else(|_| std::process::id(), |()| u32::from_be_bytes(bytes));
        format!("footfall-doctor-{number:08x}")
    })
}

/// The topic of the test message, and of the last will.
fn topic(broker: &Broker, scene: Option<&Scene>) -> String {
    match scene {
        Some(scene) => format!("{}/{}/doctor", broker.topic_prefix, scene.stream_name()),
        None => format!("{}/doctor", broker.topic_prefix),
    }
}

async fn converse(broker: &Broker, scene: Option<&Scene>) -> Vec<Check> {
    let (address, id, topic) = (broker.address.to_string(), client_id(broker), topic(broker, scene));
    let mut options = MqttOptions::new(&id, broker.address.host.trim_matches(['[', ']']), broker.address.port);
    options.set_keep_alive(Duration::from_secs(30));
    options.set_clean_start(true);
    options.set_connection_timeout(WITHIN.as_secs());
    options.set_last_will(LastWill::new(&topic, MESSAGE, QoS::AtLeastOnce, false, None));
    if let Some(given) = &broker.credentials {
        options.set_credentials(&given.username, given.password.expose());
    }
    if let Some(config) = &broker.tls {
        options.set_transport(Transport::tls_with_config(TlsConfiguration::Rustls(config.clone())));
    }
    let (client, mut events) = AsyncClient::new(options, 4);
    let ack = match welcome(&mut events).await {
        Ok(ack) => ack,
        Err(error) => return vec![explain(broker, &address, error)],
    };
    let mut checks = judge::connected(&id, allows(&ack));
    let came_out = match scene {
        None => Published::NoScene,
        Some(_) => publish(&client, &mut events, &topic).await,
    };
    checks.push(judge::published(&topic, MESSAGE, &came_out));
    // In order, so that the last will stays unsaid.
    if client.try_disconnect().is_ok() {
        let _ = tokio::time::timeout(Duration::from_secs(1), async { while events.poll().await.is_ok() {} }).await;
    }
    checks
}

/// Polls until the broker has let us in. `None`: it said nothing.
async fn welcome(events: &mut EventLoop) -> Result<ConnAck, Option<ConnectionError>> {
    let answer = tokio::time::timeout(WITHIN, async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::ConnAck(ack))) => return Ok(ack),
                Ok(_) => {}
                Err(error) => return Err(error),
            }
        }
    });
    answer.await.map_err(|_| None)?.map_err(Some)
}

fn allows(ack: &ConnAck) -> Allows {
    let told = ack.properties.as_ref();
    // What is not told is allowed (MQTT 5, 3.2.2.3).
    Allows {
        retain: told.and_then(|p| p.retain_available) != Some(0),
        qos: told.and_then(|p| p.max_qos).unwrap_or(2),
        packet: told.and_then(|p| p.max_packet_size),
    }
}

fn explain(broker: &Broker, address: &str, error: Option<ConnectionError>) -> Check {
    let Some(error) = error else {
        return judge::lost(address, &format!("it does not answer within {} s", WITHIN.as_secs()));
    };
    match error {
        ConnectionError::ConnectionRefused(code) => match code {
            ConnectReturnCode::NotAuthorized | ConnectReturnCode::BadUserNamePassword => {
                judge::refused(address, Refusal::NotAuthorized)
            }
            ConnectReturnCode::BadClientId | ConnectReturnCode::ClientIdentifierNotValid => {
                judge::refused(address, Refusal::ClientId)
            }
            ConnectReturnCode::RefusedProtocolVersion | ConnectReturnCode::UnsupportedProtocolVersion => {
                judge::refused(address, Refusal::Version)
            }
            ConnectReturnCode::TopicNameInvalid | ConnectReturnCode::QoSNotSupported => judge::refused(address, Refusal::Will),
            other => judge::lost(address, &format!("it refuses the connection: {other:?}")),
        },
        ConnectionError::Timeout(_) => judge::lost(address, &format!("it does not answer within {} s", WITHIN.as_secs())),
        ConnectionError::Tls(rumqttc::TlsError::TLS(e)) => judge::handshake(address, &why(broker, &e)),
        // With TLS 1.3 a broker looks at our certificate only after the handshake, and hangs up.
        other if broker.tls.is_some() => {
            judge::lost(address, &format!("the connection broke off ({other}); it may ask for a certificate (--cert-location)"))
        }
        other => judge::lost(address, &format!("the connection broke off ({other})")),
    }
}

/// Publishes the test message and waits for its answer.
async fn publish(client: &AsyncClient, events: &mut EventLoop, topic: &str) -> Published {
    if client.try_publish(topic, QoS::AtLeastOnce, false, MESSAGE).is_err() {
        return Published::Silent;
    }
    let answer = tokio::time::timeout(WITHIN, async {
        loop {
            match events.poll().await {
                Ok(Event::Incoming(Packet::PubAck(ack))) => return Ok(ack.reason),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
        }
    });
    match answer.await {
        Err(_) => Published::Silent,
        Ok(Ok(PubAckReason::Success | PubAckReason::NoMatchingSubscribers)) => Published::Accepted,
        Ok(Ok(PubAckReason::NotAuthorized)) => Published::Denied,
        Ok(Ok(other)) => Published::Refused(format!("{other:?}")),
        Ok(Err(words)) => Published::Refused(format!("the connection broke off ({words})")),
    }
}
