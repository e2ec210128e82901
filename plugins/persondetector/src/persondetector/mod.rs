// SPDX-License-Identifier: MPL-2.0
//! The element `persondetector`.
//!
//! **What it does.** It looks for people on raw video with an ONNX network, and attaches to *every* buffer an attestation
//! (`FootfallAttestation`): what it saw on this very frame, or that it did not look. It reads the scene file and sends it
//! downstream as the sticky event `footfall-scene`.
//!
//! **What it promises.** Pixel memory is mapped for reading only and never copied. The network's input is zeroed after
//! each run, and excluded areas never reach it. Outside opening hours, and while `stop` is set, frames are not looked at
//! at all. A failed network is the status `failed`, never "nobody seen". Inference runs on the streaming thread: a hung
//! runtime stops the picture. Pictures that would get past pixelscrubber and countsink are an error, not a surprise.
//!
//! **What it needs.** Before it: progressive raw video in system memory (`videoconvert`, `deinterlace`, a download
//! element), scaled to its final size (`videoscale`). After it: nothing that changes pictures until pixelscrubber. In the
//! process: the ONNX Runtime library, 1.17 to 1.28.
//!
//! ```text
//! gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! persondetector model=/path/to/model.onnx scene-location=scene.json start-time=2026-03-02T09:00:00Z ! zonetracker ! countsink publish-partial=true
//! gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! persondetector model=/path/to/model.onnx ! pixelscrubber ! videoconvert ! autovideosink
//! ```
//!
//! | on the bus | when |
//! |---|---|
//! | error | model, runtime, scene or start time can not be used (at READY); caps can not be taken; a path without a scrubber |
//! | warning | a line of the scene has no room on one side (at READY); the network failed on a frame (once a minute at most); caps were refused, with the remedy; no reference time on frames |
//! | `qos` | a due detection was left out because its live frame came too late |

mod caps;
mod clock;
mod downstream;
mod imp;
mod load;
mod run;
mod settings;
mod stats;

use gst::glib;
use gst::prelude::*;

glib::wrapper! {
    /// The element.
    pub struct PersonDetector(ObjectSubclass<imp::PersonDetector>)
        @extends gst_base::BaseTransform, gst::Element, gst::Object;
}

/// Registers the element.
///
/// # Errors
/// When GStreamer refuses it.
pub fn register(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
    gst::Element::register(Some(plugin), "persondetector", gst::Rank::NONE, PersonDetector::static_type())
}
