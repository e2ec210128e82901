// SPDX-License-Identifier: MPL-2.0
//! The properties. They are read when the element starts: none that protects can be changed in PAUSED or PLAYING, so that
//! protection never gets weaker in mid-stream. `overlay` can: it takes nothing away.

use std::time::Duration;

use gst::glib;
use gst::prelude::*;

use crate::canvas::Markers;
use crate::colour::Colour;
use crate::verdict::{Between, Rules, WhenClosed};

/// What the new picture is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, glib::Enum)]
#[enum_type(name = "FootfallPixelScrubberMode")]
#[repr(i32)]
pub(super) enum Mode {
    #[default]
    #[enum_value(name = "Camera picture with people and excluded areas in one colour", nick = "fill")]
    Fill,
    #[enum_value(name = "Flat picture with markers, no camera pixel", nick = "canvas")]
    Canvas,
    #[enum_value(name = "Black picture", nick = "blank")]
    Blank,
}

/// What canvas shows of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, glib::Enum)]
#[enum_type(name = "FootfallPixelScrubberMarkers")]
#[repr(i32)]
pub(super) enum MarkersChoice {
    #[default]
    #[enum_value(name = "An outline for each person, snapped to a coarse grid", nick = "grid")]
    Grid,
    #[enum_value(name = "Nothing", nick = "none")]
    None,
}

/// What leaves on frames that nobody looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, glib::Enum)]
#[enum_type(name = "FootfallPixelScrubberBetween")]
#[repr(i32)]
pub(super) enum BetweenChoice {
    #[default]
    #[enum_value(name = "The last scrubbed picture again, for 1 s at most", nick = "repeat")]
    Repeat,
    #[enum_value(name = "A black picture", nick = "blank")]
    Blank,
}

/// What leaves outside opening hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, glib::Enum)]
#[enum_type(name = "FootfallPixelScrubberClosed")]
#[repr(i32)]
pub(super) enum ClosedChoice {
    #[default]
    #[enum_value(name = "Black pictures", nick = "blank")]
    Blank,
    #[enum_value(name = "Gap events, no pictures", nick = "drop")]
    Drop,
}

/// Shows the enums in the documentation of the plugin.
pub(super) fn mark_types_as_plugin_api() {
    for gtype in [Mode::static_type(), MarkersChoice::static_type(), BetweenChoice::static_type(), ClosedChoice::static_type()] {
        gtype.mark_as_plugin_api(gst::PluginAPIFlags::empty());
    }
}

/// All properties.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) mode: Mode,
    pub(super) fill_argb: u32,
    pub(super) mask_threshold: f64,
    pub(super) max_hold: Duration,
    pub(super) between: BetweenChoice,
    pub(super) closed: ClosedChoice,
    pub(super) markers: MarkersChoice,
    pub(super) overlay: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            mode: Mode::default(),
            fill_argb: 0xff80_8080,
            mask_threshold: rules.mask_threshold,
            max_hold: rules.max_hold,
            between: BetweenChoice::default(),
            closed: ClosedChoice::default(),
            markers: MarkersChoice::default(),
            overlay: false,
        }
    }
}

impl Settings {
    /// The rules of a run.
    pub(super) fn rules(&self) -> Rules {
        Rules {
            mask_threshold: self.mask_threshold,
            max_hold: self.max_hold,
            between: match self.between {
                BetweenChoice::Repeat => Between::Repeat,
                BetweenChoice::Blank => Between::Blank,
            },
            closed: match self.closed {
                ClosedChoice::Blank => WhenClosed::Blank,
                ClosedChoice::Drop => WhenClosed::Drop,
            },
            always_blank: self.mode == Mode::Blank,
        }
    }

    /// The colour that covers.
    pub(super) fn colour(&self) -> Colour {
        Colour::from_argb(self.fill_argb)
    }

    /// What canvas shows of people.
    pub(super) fn markers(&self) -> Markers {
        match self.markers {
            MarkersChoice::Grid => Markers::Grid,
            MarkersChoice::None => Markers::None,
        }
    }

    /// The properties as GStreamer shows them.
    pub(super) fn param_specs() -> Vec<glib::ParamSpec> {
        let d = Self::default();
        vec![
            glib::ParamSpecEnum::builder_with_default("mode", d.mode)
                .nick("Mode")
                .blurb("What the new picture is made of; there is no blur and no mosaic, both leave people recognisable")
                .mutable_ready()
                .build(),
            glib::ParamSpecUInt::builder("fill-color")
                .nick("Fill colour")
                .blurb("Colour of what is covered, and of the ground of mode=canvas, as 0xAARRGGBB; alpha is ignored, it is always opaque")
                .default_value(d.fill_argb)
                .mutable_ready()
                .build(),
            glib::ParamSpecDouble::builder("mask-threshold")
                .nick("Mask threshold")
                .blurb("A box is covered from this share (0 to 1) of the model's suggested threshold up, never below persondetector's min-score; lower covers more")
                .minimum(0.0)
                .maximum(1.0)
                .default_value(d.mask_threshold)
                .mutable_ready()
                .build(),
            glib::ParamSpecUInt64::builder("max-hold")
                .nick("Longest hold")
                .blurb("How long a box stays covered after the detector last saw it, nanoseconds (0 to 5 s)")
                .maximum(5_000_000_000)
                .default_value(d.max_hold.as_nanos() as u64)
                .mutable_ready()
                .build(),
            glib::ParamSpecEnum::builder_with_default("between", d.between)
                .nick("Between")
                .blurb("What leaves on frames that nobody looked at, between two detections")
                .mutable_ready()
                .build(),
            glib::ParamSpecEnum::builder_with_default("closed", d.closed)
                .nick("Closed")
                .blurb("What leaves outside opening hours and while persondetector is stopped")
                .mutable_ready()
                .build(),
            glib::ParamSpecEnum::builder_with_default("markers", d.markers)
                .nick("Markers")
                .blurb("What mode=canvas shows of people")
                .mutable_ready()
                .build(),
            glib::ParamSpecBoolean::builder("overlay")
                .nick("Overlay")
                .blurb("Draw the scene over the scrubbed picture: lines with an arrow to the inside, zones, their names; never a figure, and nothing on blank pictures")
                .default_value(d.overlay)
                .mutable_playing()
                .build(),
            glib::ParamSpecBoxed::builder::<gst::Structure>("stats")
                .nick("Statistics")
                .blurb("Frames of this run: frames = scrubbed + repeated + blanked + dropped, and blanked or dropped ones by cause (guint64 each)")
                .read_only()
                .build(),
        ]
    }

    /// Takes a property's value; types are checked by GObject before.
    pub(super) fn set(&mut self, name: &str, value: &glib::Value) {
        fn put<T: for<'a> glib::value::FromValue<'a>>(slot: &mut T, value: &glib::Value) {
            if let Ok(value) = value.get() {
                *slot = value;
            }
        }
        match name {
            "mode" => put(&mut self.mode, value),
            "fill-color" => put(&mut self.fill_argb, value),
            "mask-threshold" => put(&mut self.mask_threshold, value),
            "max-hold" => {
                let mut ns = self.max_hold.as_nanos() as u64;
                put(&mut ns, value);
                self.max_hold = Duration::from_nanos(ns);
            }
            "between" => put(&mut self.between, value),
            "closed" => put(&mut self.closed, value),
            "markers" => put(&mut self.markers, value),
            "overlay" => put(&mut self.overlay, value),
            _ => {}
        }
    }

    /// A property's value; `None` when it is none of these.
    pub(super) fn get(&self, name: &str) -> Option<glib::Value> {
        Some(match name {
            "mode" => self.mode.to_value(),
            "fill-color" => self.fill_argb.to_value(),
            "mask-threshold" => self.mask_threshold.to_value(),
            "max-hold" => (self.max_hold.as_nanos() as u64).to_value(),
            "between" => self.between.to_value(),
            "closed" => self.closed.to_value(),
            "markers" => self.markers.to_value(),
            "overlay" => self.overlay.to_value(),
            _ => return None,
        })
    }
}
