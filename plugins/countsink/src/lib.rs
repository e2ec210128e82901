// SPDX-License-Identifier: MPL-2.0
//! countsink: cuts cumulative totals into windows of the shop's calendar, withholds small numbers, and publishes.
//!
//! ```text
//!  events ──► mailbox ──► worker: hours ──► disclosure ──► payload ──► outbox, jsonl, mqtt, message
//!                                  └──────► checkpoint of what is open
//! ```
//!
//! The streaming thread only posts letters; one worker thread owns everything else. Nothing is sent before [`disclosure`], and
//! nothing is stored before it but what is open: [`state`].

#![deny(missing_docs)]

pub mod backoff;
pub mod broker;
pub mod credentials;
pub mod days;
pub mod disclosure;
pub mod health;
pub mod hours;
pub mod info;
pub mod jsonl;
pub mod labels;
pub mod mailbox;
pub mod mqtt;
pub mod outbound;
pub mod payload;
pub mod state;
pub mod tls;
pub mod watch;
pub mod worker;

#[cfg(feature = "gst")]
mod countsink;

/// Registers the element.
///
/// # Errors
/// When GStreamer refuses it.
#[cfg(feature = "gst")]
pub fn register(plugin: &gst::Plugin) -> Result<(), gst::glib::BoolError> {
    countsink::register(plugin)
}
