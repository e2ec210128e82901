// SPDX-License-Identifier: MPL-2.0
//! # pixelscrubber
//!
//! Gives a new picture without people, or no picture.
//!
//! **What it does.** Every frame is written anew into memory of the element's own. Where persondetector (or zonetracker's
//! prediction) says that a person is, and in the scene's excluded areas, the new picture is a plain colour
//! (`mode=fill`); or the whole picture is drawn from nothing (`mode=canvas`); or it is black (`mode=blank`).
//!
//! **What it promises.** Camera pixels leave only from frames that were looked at (`detected`), only under a mask that
//! covers every box with room to spare, and only when the attestation on the buffer is of that very frame. In every other
//! case a black picture leaves, or none, and the cause is counted in `stats`. On frames that nobody looked at, the last
//! scrubbed picture is shown again for at most a second (`between=repeat`). No meta, memory or tag of the input goes on;
//! the events `footfall-scene` and `footfall-totals` do.
//!
//! **What it needs.** Before it persondetector, directly or behind zonetracker; whatever converts, scales, crops, flips or
//! repeats frames belongs before persondetector or behind pixelscrubber, never between the two. System memory.
//!
//! **What it draws.** With `overlay=true` the scene's lines, zones and names stand over each scrubbed picture, and nothing
//! else: no figure ever, and nothing on blank pictures. It can be changed while playing, from the next picture on that is not
//! a repeated one.
//!
//! There is no blur and no mosaic: both leave people recognisable.
//!
//! ```text
//! gst-launch-1.0 rtspsrc location=rtsp://camera/stream ! decodebin ! videoconvert ! persondetector scene-location=scene.json
//!     ! zonetracker ! pixelscrubber ! x264enc tune=zerolatency ! h264parse ! mp4mux ! filesink location=anonymous.mp4
//! gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! persondetector ! pixelscrubber mode=canvas
//!     ! videoconvert ! autovideosink
//! ```
//!
//! | message on the bus | when |
//! |---|---|
//! | warning | the first frame of each cause that is a fault, then once a minute of stream time; causes that follow people once a run |
//! | error | the scene forbids pictures of this size; caps that can not be taken; the element itself failed |

use gst::glib;
use gst::prelude::*;

mod events;
mod imp;
mod picture;
mod settings;

glib::wrapper! {
    /// The element.
    pub struct PixelScrubber(ObjectSubclass<imp::PixelScrubber>) @extends gst_base::BaseTransform, gst::Element, gst::Object;
}

/// Registers the element and the types of its properties.
pub(crate) fn register(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
    settings::mark_types_as_plugin_api();
    gst::Element::register(Some(plugin), "pixelscrubber", gst::Rank::NONE, PixelScrubber::static_type())
}
