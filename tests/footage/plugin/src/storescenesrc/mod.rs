// SPDX-License-Identifier: MPL-2.0
//! `storescenesrc`: a named scene of the footage library as a video source.
//!
//! **What it does.** It renders a scene and pushes I420 frames, up to 1920x1080, from the scene's first second to its
//! last; then the stream ends.
//!
//! **What it promises.** The same scene, seed, size and frame rate give the same bytes, live or not. At 25 frames a second
//! frame n is frame n of `footage render`, whose truth therefore holds for it.
//!
//! ```text
//! gst-launch-1.0 storescenesrc scene=browsing ! video/x-raw,width=1280,height=720,framerate=25/1 ! videoconvert ! autovideosink
//! gst-launch-1.0 storescenesrc scene=door-above seed=7 is-live=true seconds=10 ! videoconvert ! fakesink
//! ```

use gst::glib;
use gst::prelude::*;

mod imp;

glib::wrapper! {
    /// The element.
    pub struct StoreSceneSrc(ObjectSubclass<imp::StoreSceneSrc>)
        @extends gst_base::PushSrc, gst_base::BaseSrc, gst::Element, gst::Object;
}

/// Registers the element.
pub fn register(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
    gst::Element::register(Some(plugin), "storescenesrc", gst::Rank::NONE, StoreSceneSrc::static_type())
}
