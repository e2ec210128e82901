// SPDX-License-Identifier: MPL-2.0
//! Attested frames without a detector: the test says where people are, so that counting and covering are measured against
//! an exact truth.

use std::time::Duration;

use footfall_contract::attestation::{Attestation, PersonBox, Signal, Status, StreamId};
use footfall_contract::fingerprint::fingerprint;
use footfall_contract::geometry::{Px, Rect};
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::wire;

/// Writes the attestations of one stream.
pub struct Attester {
    info: gst_video::VideoInfo,
    scene: Option<String>,
    stream: StreamId,
    start: WallTime,
    clock: ClockKind,
    frame: u64,
    last_detected: Option<gst::ClockTime>,
}

impl Attester {
    /// A stream of this scene whose first frame (PTS 0) is at `start`.
    pub fn new(info: &gst_video::VideoInfo, scene: Option<&Scene>, start: WallTime, clock: ClockKind) -> Self {
        Self {
            info: info.clone(),
            scene: scene.map(|s| s.sha256().to_owned()),
            stream: StreamId { name: scene.map_or("-/-".into(), Scene::stream_name), run: "test".into() },
            start,
            clock,
            frame: 0,
            last_detected: None,
        }
    }

    /// Follows a caps change.
    pub fn set_info(&mut self, info: &gst_video::VideoInfo) {
        self.info = info.clone();
    }

    /// The attestation of a buffer with these people.
    pub fn attestation(&mut self, buffer: &gst::BufferRef, status: Status, people: &[Rect<Px>]) -> Attestation {
        let pts = buffer.pts().expect("test buffers carry a PTS");
        if status == Status::Detected {
            self.last_detected = Some(pts);
        }
        let print = wire::frame::with_view(buffer, &self.info, fingerprint).expect("a test buffer maps");
        let frame = self.frame;
        self.frame += 1;
        Attestation {
            stream: self.stream.clone(),
            frame,
            pts: Some(StreamTime(pts.nseconds())),
            wall: self.start.plus(Duration::from_nanos(pts.nseconds())),
            clock: self.clock,
            size: wire::frame::picture_size(&self.info),
            format: wire::frame::pixel_format(&self.info).expect("a format that the elements know"),
            fingerprint: print,
            status,
            signal: Signal::Good,
            age: self.last_detected.map(|t| Duration::from_nanos(pts.saturating_sub(t).nseconds())),
            model: String::new(),
            scene: self.scene.clone().unwrap_or_default(),
            suggested_threshold: 0.4,
            min_score: 0.1,
            unscrubbed_allowed: false,
            boxes: people.iter().map(|r| PersonBox::detected(*r, 0.9)).collect(),
        }
    }

    /// Attests a buffer in place.
    pub fn attest(&mut self, buffer: &mut gst::Buffer, status: Status, people: &[Rect<Px>]) -> Attestation {
        let attestation = self.attestation(buffer, status, people);
        wire::attestation::attach(buffer.make_mut(), &attestation).expect("the meta can be added");
        attestation
    }
}
