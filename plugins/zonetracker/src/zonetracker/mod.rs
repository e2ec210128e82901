// SPDX-License-Identifier: MPL-2.0
//! The element `zonetracker`: who moves where.
//!
//! It reads each frame's attestation, follows people by the motion of their boxes, and counts what the scene asks for:
//! crossings of lines, visits, dwell, person-seconds and occupancy of zones. It never maps a buffer.
//!
//! # Promises
//! - What it sends downstream are cumulative totals: no identifier, box, track or time of one person's passing, on no
//!   bus, in no property and in no log line below the level LOG.
//! - It adds predicted boxes of people whom the detector missed to the attestation, marked as such, and never changes a
//!   frame's status.
//! - Memory is bounded; a frame whose time has not grown is passed on and not counted.
//!
//! # Needs
//! - `persondetector` directly before it, started with a scene; without one it stops with an error that says so.
//! - A frame without a believable attestation is passed on, counted as blind time, and warned of once.
//!
//! # Launch lines
//! ```text
//! gst-launch-1.0 filesrc location=shop.mp4 ! decodebin ! videoconvert ! persondetector model=MODEL.onnx scene-location=shop.json ! zonetracker ! countsink jsonl-location=counts.jsonl
//! gst-launch-1.0 rtspsrc location=rtsp://camera/stream ! rtph264depay ! h264parse ! avdec_h264 ! persondetector model=MODEL.onnx scene-location=shop.json ! zonetracker track-threshold=1.2 ! pixelscrubber ! tee name=t t. ! queue leaky=downstream max-size-buffers=2 ! countsink broker=mqtt://localhost t. ! queue ! autovideosink
//! ```
//!
//! # Events downstream
//! `footfall-totals`, sticky: before the first attested frame, when something was counted (at most twice a second), at
//! each window boundary, at least every ten seconds of stream, and before EOS. It is not for disks: do not put serialising
//! elements such as `gdppay` behind it.
//!
//! # Action signals
//! `reset-occupancy`: nobody is inside the shop now. Whoever is still taken to be inside is taken out of its occupancy, and
//! counted as such; entries and exits stay as they are. At closing time, and between two of the shop's days, it happens by
//! itself.
//!
//! # Messages on the bus
//! | message | when |
//! |---|---|
//! | error (`STREAM`, `FAILED`) | no scene, a damaged one, or a second one in a run |
//! | warning (`STREAM`, `FORMAT`) | once a run, for the first frame whose attestation is absent or not believed |

mod imp;
mod settings;

use gst::glib;
use gst::prelude::*;

glib::wrapper! {
    /// The element's object.
    pub struct ZoneTracker(ObjectSubclass<imp::ZoneTracker>)
        @extends gst_base::BaseTransform, gst::Element, gst::Object;
}

/// Registers the element.
pub fn register(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
    gst::Element::register(Some(plugin), "zonetracker", gst::Rank::NONE, ZoneTracker::static_type())
}
