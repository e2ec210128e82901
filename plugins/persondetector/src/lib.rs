// SPDX-License-Identifier: MPL-2.0
//! The element `persondetector`: people on each frame, or honestly: not looked.
//!
//! The GObject shell is `persondetector` (feature `gst`); everything else is pure: no GStreamer type, time as an argument.
#![deny(missing_docs)]

pub mod detector;
pub mod heads;
pub mod letterbox;
pub mod model;
pub mod network;
pub mod nms;
pub mod opening;
pub mod pace;
#[cfg(feature = "gst")]
mod persondetector;
pub mod runtime;
pub mod sampler;
pub mod session;
pub mod signal;

/// Registers the element.
///
/// # Errors
/// When GStreamer refuses it.
#[cfg(feature = "gst")]
pub fn register(plugin: &gst::Plugin) -> Result<(), gst::glib::BoolError> {
    persondetector::register(plugin)
}
