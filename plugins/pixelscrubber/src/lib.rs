// SPDX-License-Identifier: MPL-2.0
//! Footfall's `pixelscrubber`: a new picture without people, or no picture.
//!
//! One function decides what leaves, [`verdict::Judge::judge`]; one type proves that it did, [`planes::ScrubbedFrame`]:
//! only a flat page or a copy of what no mask covers becomes one. The scene may be drawn over such a frame ([`overlay`]),
//! never over a raw one. Only the module `pixelscrubber` (feature `gst`)
//! knows GStreamer.

#![deny(missing_docs)]

pub mod alarm;
pub mod canvas;
pub mod cause;
pub mod colour;
pub mod cover;
pub mod hold;
pub mod lineage;
pub mod mask;
pub mod overlay;
#[cfg(feature = "gst")]
mod pixelscrubber;
pub mod planes;
pub mod raster;
pub mod repeat;
pub mod verdict;

/// Registers the element.
///
/// # Errors
/// When the registry does not take it.
#[cfg(feature = "gst")]
pub fn register(plugin: &gst::Plugin) -> Result<(), gst::glib::BoolError> {
    pixelscrubber::register(plugin)
}
