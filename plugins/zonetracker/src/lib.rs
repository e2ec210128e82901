// SPDX-License-Identifier: MPL-2.0
//! Who moves where: cumulative totals of lines and zones, and predicted boxes of people whom the detector missed.
//!
//! | module | decides |
//! |---|---|
//! | [`tracker`] | which boxes of successive frames are one person; when a track is born and dies |
//! | [`rules`] | when a line was crossed, when a visit begins and ends, who stops, who waits, who goes where |
//! | [`ledger`] | which window an event or a second belongs to |
//! | [`engine`] | one frame through all of it |
//! | [`session`] | whether a frame is believed, and when totals are sent |
//!
//! Motion only: positions, sizes, scores and times. No appearance is computed anywhere.

#![deny(missing_docs)]

pub mod engine;
pub mod ledger;
pub mod moment;
pub mod rules;
pub mod session;
pub mod tracker;
#[cfg(feature = "gst")]
mod zonetracker;

/// Registers the element `zonetracker`.
///
/// # Errors
/// When GStreamer refuses it.
#[cfg(feature = "gst")]
pub fn register(plugin: &gst::Plugin) -> Result<(), gst::glib::BoolError> {
    zonetracker::register(plugin)
}
