// SPDX-License-Identifier: MPL-2.0
//! Properties: names, ranges, defaults, and nothing else.

use std::path::PathBuf;
use std::time::Duration;

use gst::glib;
use gst::prelude::*;

use crate::detector::Options;

/// From where a frame's wall time comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, glib::Enum)]
#[enum_type(name = "FootfallPersonDetectorTimeSource")]
pub enum TimeSource {
    /// The system's clock.
    #[default]
    #[enum_value(name = "The system's clock, less the frame's age", nick = "clock")]
    Clock,
    /// The reference timestamps on buffers.
    #[enum_value(name = "The camera's clock: reference timestamps (NTP or Unix) on buffers", nick = "reference")]
    Reference,
}

/// What the user set.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub model: Option<PathBuf>,
    pub model_hints: String,
    pub runtime: Option<PathBuf>,
    pub threads: u32,
    pub options: Options,
    pub rate: f64,
    pub deadline: Duration,
    pub frozen_after: Duration,
    pub scene_location: Option<PathBuf>,
    pub scene: Option<String>,
    pub time_source: TimeSource,
    pub start_time: Option<String>,
    pub stop: bool,
    pub allow_unscrubbed: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: None,
            model_hints: String::new(),
            runtime: None,
            threads: 1,
            options: Options::default(),
            rate: 10.0,
            deadline: Duration::from_millis(300),
            frozen_after: Duration::from_secs(30),
            scene_location: None,
            scene: None,
            time_source: TimeSource::default(),
            start_time: None,
            stop: false,
            allow_unscrubbed: false,
        }
    }
}

impl Settings {
    /// All properties but `stats`.
    pub fn specs() -> Vec<glib::ParamSpec> {
        let d = Self::default();
        let text = |name, blurb| glib::ParamSpecString::builder(name).blurb(blurb).mutable_ready().build();
        vec![
            text("model", "Absolute path of an ONNX detector to use instead of the one that comes with Footfall"),
            glib::ParamSpecString::builder("model-hints")
                .blurb("What the model file does not say itself, as key=value;key=value (color, scale, mean, std, resize, pad, head, person_class, threshold); wins over the file")
                .default_value(Some(d.model_hints.as_str()))
                .mutable_ready()
                .build(),
            text("runtime", "Absolute path of the ONNX Runtime library; unset: ORT_DYLIB_PATH, beside the plugin, the system's folders. One library a process: the first one loaded stays"),
            glib::ParamSpecUInt::builder("threads")
                .blurb("Threads for one run of the network")
                .minimum(1)
                .maximum(64)
                .default_value(d.threads)
                .mutable_ready()
                .build(),
            glib::ParamSpecFloat::builder("min-score")
                .blurb("Boxes from this score up (0..1) are attested; counting and covering have thresholds of their own above it")
                .minimum(0.01)
                .maximum(1.0)
                .default_value(d.options.min_score)
                .mutable_ready()
                .build(),
            glib::ParamSpecDouble::builder("nms")
                .blurb("Of two boxes whose intersection over union (0..1) is larger, the weaker is a duplicate")
                .minimum(0.0)
                .maximum(1.0)
                .default_value(d.options.nms_iou)
                .mutable_ready()
                .build(),
            glib::ParamSpecDouble::builder("rate")
                .blurb("Detections a second of stream time; 0: on every frame. Frames between are attested as skipped")
                .minimum(0.0)
                .maximum(1000.0)
                .default_value(d.rate)
                .mutable_ready()
                .build(),
            glib::ParamSpecUInt64::builder("deadline")
                .blurb("Live only: a frame that comes later than this (ns) after its time and upstream's latency is not looked at")
                .maximum(60_000_000_000)
                .default_value(d.deadline.as_nanos() as u64)
                .mutable_ready()
                .build(),
            glib::ParamSpecUInt64::builder("frozen-after")
                .blurb("A picture in which nothing at all has changed for so long (ns) is a frozen camera's: it counts as not looked at until it changes; 0: never")
                .maximum(86_400_000_000_000)
                .default_value(d.frozen_after.as_nanos() as u64)
                .mutable_ready()
                .build(),
            text("scene-location", "Path of the scene file; unset and no scene: the whole picture, always open"),
            text("scene", "The scene itself, as JSON text, instead of scene-location"),
            glib::ParamSpecEnum::builder_with_default("time-source", d.time_source)
                .blurb("From where the wall time of frames comes; without reference timestamps on buffers the clock is used, with a warning")
                .mutable_ready()
                .build(),
            text("start-time", "Files: wall time of the first frame, such as 2026-03-02T09:00:00Z or with an offset +01:00; unset: the system's time"),
            glib::ParamSpecBoolean::builder("stop")
                .blurb("Stop looking, at once and as if the shop were closed; may be set at any time")
                .default_value(d.stop)
                .mutable_playing()
                .build(),
            glib::ParamSpecBoolean::builder("allow-unscrubbed")
                .blurb("Let pictures go down paths that reach neither pixelscrubber nor countsink, for experiments; all figures are then marked weak")
                .default_value(d.allow_unscrubbed)
                .mutable_ready()
                .build(),
        ]
    }

    /// Sets a property. GLib has checked name, type and range.
    pub fn set(&mut self, name: &str, value: &glib::Value) {
        let text = || value.get::<Option<String>>().ok().flatten().filter(|s| !s.is_empty());
        match name {
            "model" => self.model = text().map(PathBuf::from),
            "model-hints" => self.model_hints = text().unwrap_or_default(),
            "runtime" => self.runtime = text().map(PathBuf::from),
            "threads" => self.threads = value.get().unwrap_or(self.threads),
            "min-score" => self.options.min_score = value.get().unwrap_or(self.options.min_score),
            "nms" => self.options.nms_iou = value.get().unwrap_or(self.options.nms_iou),
            "rate" => self.rate = value.get().unwrap_or(self.rate),
            "deadline" => self.deadline = value.get().map_or(self.deadline, Duration::from_nanos),
            "frozen-after" => self.frozen_after = value.get().map_or(self.frozen_after, Duration::from_nanos),
            "scene-location" => self.scene_location = text().map(PathBuf::from),
            "scene" => self.scene = text(),
            "time-source" => self.time_source = value.get().unwrap_or(self.time_source),
            "start-time" => self.start_time = text(),
            "stop" => self.stop = value.get().unwrap_or(self.stop),
            "allow-unscrubbed" => self.allow_unscrubbed = value.get().unwrap_or(self.allow_unscrubbed),
            _ => {}
        }
    }

    /// The value of a property; `None` for a name that is not here.
    pub fn get(&self, name: &str) -> Option<glib::Value> {
        let path = |p: &Option<PathBuf>| p.as_ref().map(|p| p.to_string_lossy().into_owned()).to_value();
        Some(match name {
            "model" => path(&self.model),
            "model-hints" => self.model_hints.to_value(),
            "runtime" => path(&self.runtime),
            "threads" => self.threads.to_value(),
            "min-score" => self.options.min_score.to_value(),
            "nms" => self.options.nms_iou.to_value(),
            "rate" => self.rate.to_value(),
            "deadline" => (self.deadline.as_nanos() as u64).to_value(),
            "frozen-after" => (self.frozen_after.as_nanos() as u64).to_value(),
            "scene-location" => path(&self.scene_location),
            "scene" => self.scene.to_value(),
            "time-source" => self.time_source.to_value(),
            "start-time" => self.start_time.to_value(),
            "stop" => self.stop.to_value(),
            "allow-unscrubbed" => self.allow_unscrubbed.to_value(),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_has_the_default_that_it_names_and_keeps_what_is_set() {
        let mut settings = Settings::default();
        for spec in Settings::specs() {
            let default = settings.get(spec.name()).unwrap();
            assert_eq!(format!("{default:?}"), format!("{:?}", spec.default_value()), "{}", spec.name());
        }
        for (name, value) in [
            ("rate", 5.0f64.to_value()),
            ("model", "/m.onnx".to_value()),
            ("deadline", 7u64.to_value()),
            ("stop", true.to_value()),
        ] {
            settings.set(name, &value);
            assert_eq!(format!("{:?}", settings.get(name).unwrap()), format!("{value:?}"));
        }
        assert!(settings.get("colour").is_none());
    }
}
