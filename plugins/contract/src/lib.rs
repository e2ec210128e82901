// SPDX-License-Identifier: MPL-2.0
//! What Footfall's elements tell each other, and nothing else.
//!
//! | what | who writes | who reads |
//! |---|---|---|
//! | [`scene`]: the camera's description | the shop, in a file; persondetector sends it on | all four elements |
//! | [`attestation`]: what was seen on *this* frame, and how | persondetector (zonetracker adds predicted boxes) | zonetracker, pixelscrubber |
//! | [`totals`]: cumulative counters of a run | zonetracker | countsink |
//!
//! Everything here is plain data and pure functions; only [`wire`] (feature `gst`) knows GStreamer, and what it puts
//! on the wire is a named structure, so that even separately built libraries understand each other. The crate
//! holds no GType, no native meta and no mutable static.

#![deny(missing_docs)]

pub mod attestation;
pub mod fingerprint;
pub mod geometry;
pub mod pixels;
pub mod scene;
pub mod sentence;
pub mod time;
pub mod totals;
pub mod windows;
#[cfg(feature = "gst")]
pub mod wire;
