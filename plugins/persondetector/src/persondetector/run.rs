// SPDX-License-Identifier: MPL-2.0
//! One run, from READY to PAUSED and back: what is decided of each frame, and what is said of it.

use std::time::Duration;

use footfall_contract::attestation::{Attestation, PersonBox, Signal, Status, StreamId};
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};

use crate::detector::{Detector, Options};
use crate::opening::OpenCache;
use crate::pace::{self, Pace};
use crate::sampler::FrameShape;
use crate::signal::SignalWatch;

use super::load::Loaded;
use super::settings::Settings;

/// What is done with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The network looks at it.
    Look,
    /// Between two detections.
    Skip,
    /// Due, but it came too late.
    TooLate,
    /// Outside opening hours, or stopped: not even the fingerprint is taken.
    Closed,
}

/// A frame's times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrameTimes {
    /// The buffer's PTS.
    pub pts: Option<StreamTime>,
    /// Its running time; that of the frame before when it has none.
    pub running: StreamTime,
    /// Its wall time.
    pub wall: WallTime,
    /// What drives wall time.
    pub clock: ClockKind,
    /// The pipeline's running time and upstream's minimum latency, live only.
    pub live: Option<(StreamTime, Duration)>,
}

/// What came of a frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// See [`footfall_contract::fingerprint`]; 0 for a frame that was not even mapped.
    pub fingerprint: u64,
    /// Whether it was a camera's picture, where it was looked at.
    pub signal: Signal,
    /// What the detector did.
    pub status: Status,
    /// The people of a frame that was looked at.
    pub boxes: Vec<PersonBox>,
}

impl Seen {
    /// Nobody was looked for.
    pub fn nothing(status: Status, fingerprint: u64) -> Self {
        Self { fingerprint, signal: Signal::Good, status, boxes: Vec::new() }
    }
}

/// The state of a run.
pub struct Run {
    /// The detector.
    pub detector: Detector,
    /// How it is asked.
    pub options: Options,
    /// Whether there is a camera's picture to look at.
    pub signal: SignalWatch,
    scene: Option<Scene>,
    model_sha256: String,
    stream: StreamId,
    rate: f64,
    deadline: Duration,
    unscrubbed_allowed: bool,
    shape: Option<FrameShape>,
    pace: Pace,
    hours: OpenCache,
    frames: u64,
    last_detected: Option<StreamTime>,
}

impl Run {
    /// A run with what was loaded; `run_id` is new for each.
    pub fn new(loaded: Loaded, settings: &Settings, run_id: String) -> Self {
        let name = loaded.scene.as_ref().map_or_else(|| "-/-".to_owned(), Scene::stream_name);
        Self {
            detector: loaded.detector,
            options: settings.options,
            signal: SignalWatch::new(settings.frozen_after),
            scene: loaded.scene,
            model_sha256: loaded.model_sha256,
            stream: StreamId { name, run: run_id },
            rate: settings.rate,
            deadline: settings.deadline,
            unscrubbed_allowed: settings.allow_unscrubbed,
            shape: None,
            pace: Pace::new(settings.rate, None),
            hours: OpenCache::default(),
            frames: 0,
            last_detected: None,
        }
    }

    /// New caps. Detections keep their rhythm only when nothing but the sizes changed.
    pub fn set_shape(&mut self, shape: FrameShape, frame_interval: Option<Duration>) {
        let excluded = self.scene.as_ref().map_or(&[][..], |scene| &scene.excluded);
        self.detector.set_shape(shape, excluded);
        self.signal.set_size(shape.size, excluded);
        self.shape = Some(shape);
        self.pace = Pace::new(self.rate, frame_interval);
    }

    /// Running time begins anew.
    pub fn flushed(&mut self) {
        self.pace.reset();
        self.signal.forget();
        self.last_detected = None;
    }

    /// What is to be done with the frame.
    pub fn decide(&mut self, times: &FrameTimes, stop: bool) -> Decision {
        if stop || !self.hours.is_open(self.scene.as_ref(), times.wall) {
            // The first frame after closing time is looked at.
            self.pace.reset();
            return Decision::Closed;
        }
        let at = times.pts.map(|_| times.running);
        if !self.pace.is_due(at) {
            return Decision::Skip;
        }
        let late = |(now, latency)| pace::is_late(now, times.running, latency, self.deadline);
        if times.live.is_some_and(late) {
            return Decision::TooLate;
        }
        self.pace.looked(at);
        Decision::Look
    }

    /// What is said of the frame; a failure is the caller's to report.
    pub fn attest(&mut self, times: &FrameTimes, seen: Seen) -> Attestation {
        let Seen { fingerprint, signal, status, boxes } = seen;
        if status == Status::Detected {
            self.last_detected = Some(times.running);
        }
        let frame = self.frames;
        self.frames += 1;
        let (size, format) = self.shape.map_or((PictureSize::new(0, 0), PixelFormat::Gray8), |s| (s.size, s.format));
        Attestation {
            stream: self.stream.clone(),
            frame,
            pts: times.pts,
            wall: times.wall,
            clock: times.clock,
            size,
            format,
            fingerprint,
            status,
            signal,
            age: self.last_detected.map(|last| times.running.since(last)),
            model: self.model_sha256.clone(),
            scene: self.scene.as_ref().map_or_else(String::new, |scene| scene.sha256().to_owned()),
            suggested_threshold: self.detector.card().threshold,
            min_score: self.options.min_score,
            unscrubbed_allowed: self.unscrubbed_allowed,
            boxes,
        }
    }
}
