// SPDX-License-Identifier: MPL-2.0
//! `countsink`: publishes what zonetracker counted, by windows of the shop's calendar.
//!
//! **What it does.** It reads the scene and the cumulative totals from the stream's sticky events, cuts them into windows
//! (an hour by default), withholds small numbers as the scene's `publish` says, and publishes each window once, 120
//! seconds after its end: to an MQTT 5 broker, to a file of JSON lines, and as a message on the bus. Buffers are dropped
//! unread.
//!
//! **What it promises.** The streaming thread never waits on disk or network, except at the end of the stream, for
//! `eos-timeout` at most. Every counted person is in exactly one window. An absent broker is a warning, never an error;
//! payloads wait in memory and are sent in order, each until the broker has accepted it. With `state-dir` the open
//! window and what waits outlast the process; without it, what is not published when the element stops is lost, with a warning.
//!
//! What runs (`info`) and how it goes (`health`, each minute) are told to the broker too; nothing in them follows people.
//!
//! **What it needs.** zonetracker before it, and persondetector with a scene before that. Behind a tee its branch is
//! `queue leaky=downstream max-size-buffers=2 ! countsink`: buffers may be lost there, figures can not.
//!
//! ```text
//! gst-launch-1.0 filesrc location=film.mp4 ! decodebin ! videoconvert ! persondetector scene-location=scene.json start-time=2026-03-02T09:00:00Z ! zonetracker ! countsink jsonl-location=counts.jsonl publish-partial=true
//! gst-launch-1.0 rtspsrc location=rtsp://camera.local/stream ! rtph264depay ! h264parse ! avdec_h264 ! videoconvert ! persondetector scene-location=scene.json ! zonetracker ! countsink broker=mqtts://broker.example.org username=shop password-location=/etc/footfall/password
//! ```
//!
//! | message | when | content |
//! |---|---|---|
//! | element `footfall-counts` | a window is published | `id` (string), `payload` (string: the JSON object as it is sent) |
//! | warning | the broker is absent, not trusted, refuses a topic or the client; anybody may read the password file; `state-dir` can not be used; counts were lost | one sentence |
//! | error | `state-dir` is another countsink's or another camera's; no scene or totals before the first buffer; a damaged event; settings that can not be | one sentence |

use gst::glib;
use gst::prelude::*;

mod imp;
mod settings;

glib::wrapper! {
    /// The element.
    pub struct CountSink(ObjectSubclass<imp::CountSink>)
        @extends gst_base::BaseSink, gst::Element, gst::Object;
}

/// Registers the element.
pub fn register(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
    gst::Element::register(Some(plugin), "countsink", gst::Rank::NONE, CountSink::static_type())
}
