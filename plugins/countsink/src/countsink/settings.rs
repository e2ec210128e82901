// SPDX-License-Identifier: MPL-2.0
//! The properties: their defaults in one place, and how they are set and read.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use gst::glib;
use gst::prelude::*;

use crate::broker::Given;

/// What the user has set.
#[derive(Clone, Debug)]
pub struct Settings {
    pub broker: Option<String>,
    pub client_id: Option<String>,
    pub username: Option<String>,
    pub password_location: Option<String>,
    pub ca_location: Option<String>,
    pub cert_location: Option<String>,
    pub key_location: Option<String>,
    pub topic_prefix: String,
    pub keep_alive_s: u32,
    pub allow_plain: bool,
    pub jsonl_location: Option<String>,
    pub state_dir: Option<String>,
    pub publish_partial: bool,
    pub eos_timeout: gst::ClockTime,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            broker: None,
            client_id: None,
            username: None,
            password_location: None,
            ca_location: None,
            cert_location: None,
            key_location: None,
            topic_prefix: "footfall".into(),
            keep_alive_s: 30,
            allow_plain: false,
            jsonl_location: None,
            state_dir: None,
            publish_partial: false,
            eos_timeout: gst::ClockTime::from_seconds(5),
        }
    }
}

impl Settings {
    /// The broker's settings, if a broker is set.
    pub fn given_broker(&self) -> Option<Given> {
        let path = |text: &Option<String>| text.as_ref().filter(|t| !t.is_empty()).map(PathBuf::from);
        Some(Given {
            broker: self.broker.clone().filter(|b| !b.is_empty())?,
            client_id: self.client_id.clone(),
            username: self.username.clone(),
            password_location: path(&self.password_location),
            ca_location: path(&self.ca_location),
            cert_location: path(&self.cert_location),
            key_location: path(&self.key_location),
            topic_prefix: self.topic_prefix.clone(),
            keep_alive: Duration::from_secs(u64::from(self.keep_alive_s)),
            allow_plain: self.allow_plain,
        })
    }

    /// Sets a property; `false` if there is none of that name that can be set.
    pub fn set(&mut self, name: &str, value: &glib::Value) -> bool {
        let text = || value.get::<Option<String>>().ok().flatten();
        match name {
            "broker" => self.broker = text(),
            "client-id" => self.client_id = text(),
            "username" => self.username = text(),
            "password-location" => self.password_location = text(),
            "ca-location" => self.ca_location = text(),
            "cert-location" => self.cert_location = text(),
            "key-location" => self.key_location = text(),
            "topic-prefix" => self.topic_prefix = text().unwrap_or_else(|| Self::default().topic_prefix),
            "keep-alive" => self.keep_alive_s = value.get().unwrap_or(self.keep_alive_s),
            "allow-plain" => self.allow_plain = value.get().unwrap_or(self.allow_plain),
            "jsonl-location" => self.jsonl_location = text(),
            "state-dir" => self.state_dir = text(),
            "publish-partial" => self.publish_partial = value.get().unwrap_or(self.publish_partial),
            "eos-timeout" => self.eos_timeout = value.get().map_or(self.eos_timeout, gst::ClockTime::from_nseconds),
            _ => return false,
        }
        true
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<glib::Value> {
        Some(match name {
            "broker" => self.broker.to_value(),
            "client-id" => self.client_id.to_value(),
            "username" => self.username.to_value(),
            "password-location" => self.password_location.to_value(),
            "ca-location" => self.ca_location.to_value(),
            "cert-location" => self.cert_location.to_value(),
            "key-location" => self.key_location.to_value(),
            "topic-prefix" => self.topic_prefix.to_value(),
            "keep-alive" => self.keep_alive_s.to_value(),
            "allow-plain" => self.allow_plain.to_value(),
            "jsonl-location" => self.jsonl_location.to_value(),
            "state-dir" => self.state_dir.to_value(),
            "publish-partial" => self.publish_partial.to_value(),
            "eos-timeout" => self.eos_timeout.nseconds().to_value(),
            _ => return None,
        })
    }
}

fn text(name: &str, nick: &str, blurb: &str, default: Option<&str>) -> glib::ParamSpec {
    glib::ParamSpecString::builder(name).nick(nick).blurb(blurb).default_value(default).mutable_ready().build()
}

fn switch(name: &str, nick: &str, blurb: &str, default: bool) -> glib::ParamSpec {
    glib::ParamSpecBoolean::builder(name).nick(nick).blurb(blurb).default_value(default).mutable_ready().build()
}

/// The properties of the element.
pub fn properties() -> &'static [glib::ParamSpec] {
    static PROPERTIES: LazyLock<Vec<glib::ParamSpec>> = LazyLock::new(|| {
        let default = Settings::default();
        vec![
            text("broker", "Broker", "MQTT 5 broker: mqtts://HOST[:PORT], or mqtt://127.0.0.1[:PORT] on this machine (ports 8883 and 1883 by default); not set: nothing is sent", None),
            text("client-id", "Client id", "MQTT client identifier, one for each countsink; not set: footfall-SITE-CAMERA", None),
            text("username", "User name", "User name for the broker; not set: the systemd credential mqtt.username, else the variable FOOTFALL_MQTT_USERNAME", None),
            text("password-location", "Password file", "File whose content is the password for the broker; not set: the systemd credential mqtt.password, else the variable FOOTFALL_MQTT_PASSWORD", None),
            text("ca-location", "CA file", "PEM file of the authorities that may sign the broker's certificate; not set: those of the system", None),
            text("cert-location", "Certificate file", "PEM file of our certificate, where the broker asks for one", None),
            text("key-location", "Key file", "PEM file of the key to cert-location, without pass phrase", None),
            text("topic-prefix", "Topic prefix", "First part of the topics PREFIX/SITE/CAMERA/counts, .../status, .../info and .../health", Some(&default.topic_prefix)),
            glib::ParamSpecUInt::builder("keep-alive")
                .nick("Keep alive")
                .blurb("An idle connection to the broker is probed this often, in seconds")
                .minimum(5)
                .maximum(3600)
                .default_value(default.keep_alive_s)
                .mutable_ready()
                .build(),
            switch("allow-plain", "Allow plain", "Allow mqtt:// to other machines: counts and password cross the network unencrypted", default.allow_plain),
            text("jsonl-location", "JSON lines file", "File to which each published payload is appended as a line; not set: none", None),
            text("state-dir", "State folder", "Folder of this camera alone in which the open window and what the broker has not accepted outlast a restart; made if it is not there; not set: both are lost", None),
            switch("publish-partial", "Publish partial windows", "Publish the open window at the end of the stream and at a stop, marked final=false and weak=true; state-dir is not used then", default.publish_partial),
            glib::ParamSpecUInt64::builder("eos-timeout")
                .nick("EOS timeout")
                .blurb("At the end of the stream and at a stop, wait no longer than this for the broker to accept what is published, in nanoseconds; with state-dir it is not waited for")
                .default_value(default.eos_timeout.nseconds())
                .mutable_ready()
                .build(),
            glib::ParamSpecBoxed::builder::<gst::Structure>("stats")
                .nick("Statistics")
                .blurb("published, acknowledged, queued and dropped windows (guint64), broker (string: none, disconnected, connected), durable (gboolean: a restart loses nothing but the last seconds), outbox (guint64: payloads in state-dir), oldest-unsent (guint64: seconds since the end of the oldest window that waits for the broker)")
                .read_only()
                .build(),
        ]
    });
    &PROPERTIES
}
