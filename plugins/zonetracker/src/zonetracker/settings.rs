// SPDX-License-Identifier: MPL-2.0
//! The element's properties.

use gst::glib;
use gst::prelude::*;

/// Least and largest value of `track-threshold`.
pub const TRACK_THRESHOLD: std::ops::RangeInclusive<f32> = 0.0..=10.0;

/// What the user may set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Factor on the attested threshold from which a detection is confident.
    pub track_threshold: f32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { track_threshold: 1.0 }
    }
}

/// The properties of the element.
pub fn properties() -> Vec<glib::ParamSpec> {
    let default = Settings::default();
    vec![
        glib::ParamSpecFloat::builder("track-threshold")
            .nick("Track threshold")
            .blurb(
                "A detection starts a track from this factor times the model's suggested score (never below the \
                 detector's min-score); weaker ones only continue tracks; no unit",
            )
            .minimum(*TRACK_THRESHOLD.start())
            .maximum(*TRACK_THRESHOLD.end())
            .default_value(default.track_threshold)
            .mutable_playing()
            .build(),
        glib::ParamSpecBoxed::builder::<gst::Structure>("stats")
            .nick("Statistics")
            .blurb(
                "Health of this run: frames, attested (frames with a believed attestation), unattested, repeated (frames \
                 whose time had not grown), resets (all tracks dropped), refused (newcomers beyond the most tracks), \
                 nobody-s (seconds looked at since anybody was seen: by day and for long, check the detector's view)",
            )
            .read_only()
            .build(),
    ]
}
