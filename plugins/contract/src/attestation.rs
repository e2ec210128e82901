// SPDX-License-Identifier: MPL-2.0
//! What persondetector says of *one* frame: what it saw, and how. pixelscrubber believes nothing else: no attestation,
//! no picture.

use std::time::Duration;

use crate::geometry::{PictureSize, Px, Rect};
use crate::pixels::PixelFormat;
use crate::time::{ClockKind, StreamTime, WallTime};

/// Version of the attestation on the wire.
pub const VERSION: u32 = 1;

/// Most boxes that one attestation carries; a detector that sees more has failed.
pub const MAX_BOXES: usize = 1024;

/// What the detector did with the frame. "Nobody seen" (`Detected` without boxes) and "not looked" differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The network looked at this very frame.
    Detected,
    /// Not looked at: between two detections.
    Skipped,
    /// Not looked at: outside opening hours, or stopped. Tracks and open visits end.
    Closed,
    /// The network should have looked and could not.
    Failed,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Detected, Self::Skipped, Self::Closed, Self::Failed];

    /// The word on the wire.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Detected => "detected",
            Self::Skipped => "skipped",
            Self::Closed => "closed",
            Self::Failed => "failed",
        }
    }

    /// From the word on the wire.
    pub fn from_nick(nick: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.nick() == nick)
    }
}

/// Is a picture that was looked at still a camera's? Without a signal nobody can be counted, and the time counts as not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Nothing speaks against it. Frames that were not looked at say this too.
    Good,
    /// The whole picture is of one colour: dummy frames, a covered lens, no light at all.
    Flat,
    /// The picture has not changed in anything for long: what sends it repeats itself.
    Frozen,
}

impl Signal {
    /// Every state of it.
    pub const ALL: [Self; 3] = [Self::Good, Self::Flat, Self::Frozen];

    /// The word on the wire.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Flat => "flat",
            Self::Frozen => "frozen",
        }
    }

    /// From the word on the wire.
    pub fn from_nick(nick: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.nick() == nick)
    }
}

/// One person's box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonBox {
    /// Where, in pixels of the attested picture; may reach outside it.
    pub rect: Rect<Px>,
    /// The network's score, 0..1; for a predicted box the score of its track's last detection.
    pub score: f32,
    /// Added by zonetracker for a person whom the detector missed or did not look for.
    pub predicted: bool,
    /// Speed of the middle in pixels a second (x, y), where zonetracker knows it; 0 otherwise.
    pub speed_px_s: (f32, f32),
}

impl PersonBox {
    /// A box as a detector gives it.
    pub fn detected(rect: Rect<Px>, score: f32) -> Self {
        Self { rect, score, predicted: false, speed_px_s: (0.0, 0.0) }
    }
}

/// Bytes of one packed box: seven little-endian `f32` (left, top, width, height, score, speed x, speed y) and one byte
/// of flags (bit 0: predicted).
const PACKED: usize = 7 * 4 + 1;

/// All boxes as one field of bytes.
pub fn pack_boxes(boxes: &[PersonBox]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(boxes.len() * PACKED);
    for b in boxes {
        let rect = [b.rect.left, b.rect.top, b.rect.width, b.rect.height].map(|v| v as f32);
        for value in rect.into_iter().chain([b.score, b.speed_px_s.0, b.speed_px_s.1]) {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes.push(u8::from(b.predicted));
    }
    bytes
}

/// The boxes of a packed field.
///
/// # Errors
/// When the length is no whole number of boxes, there are more than [`MAX_BOXES`], a number is not finite, a side is
/// negative, or a flag is unknown: such an attestation proves nothing.
pub fn unpack_boxes(bytes: &[u8]) -> Result<Vec<PersonBox>, BadAttestation> {
    let (whole, rest) = bytes.as_chunks::<PACKED>();
    if !rest.is_empty() || whole.len() > MAX_BOXES {
        return Err(BadAttestation::Boxes { bytes: bytes.len() });
    }
    whole
        .iter()
        .map(|packed| {
            let f = |i: usize| f32::from_le_bytes([packed[4 * i], packed[4 * i + 1], packed[4 * i + 2], packed[4 * i + 3]]);
            let values: [f32; 7] = std::array::from_fn(f);
            let rect = Rect::new(f64::from(values[0]), f64::from(values[1]), f64::from(values[2]), f64::from(values[3]));
            let sane = values.iter().all(|v| v.is_finite()) && rect.is_sane() && packed[PACKED - 1] <= 1;
            sane.then_some(PersonBox {
                rect,
                score: values[4],
                predicted: packed[PACKED - 1] == 1,
                speed_px_s: (values[5], values[6]),
            })
            .ok_or(BadAttestation::Boxes { bytes: bytes.len() })
        })
        .collect()
}

/// Who made the stream, and in which run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StreamId {
    /// `<site>/<camera>` of the scene; `-/-` without a scene.
    pub name: String,
    /// New at each start of persondetector.
    pub run: String,
}

/// What persondetector says of one frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Attestation {
    /// Whose frame it is.
    pub stream: StreamId,
    /// Number of the frame in the run, from 0.
    pub frame: u64,
    /// The buffer's PTS; `None` when it had none.
    pub pts: Option<StreamTime>,
    /// The frame's wall time.
    pub wall: WallTime,
    /// What drives wall time.
    pub clock: ClockKind,
    /// Size of the picture that was looked at.
    pub size: PictureSize,
    /// Format of the picture that was looked at.
    pub format: PixelFormat,
    /// See [`crate::fingerprint`].
    pub fingerprint: u64,
    /// What the detector did.
    pub status: Status,
    /// Whether the picture that it looked at was a camera's.
    pub signal: Signal,
    /// Time since the last real detection (0 on a detected frame); `None` before the first.
    pub age: Option<Duration>,
    /// SHA-256 of the model file, hex; empty for detections that come from elsewhere (tests).
    pub model: String,
    /// SHA-256 of the scene's text, hex; empty without a scene.
    pub scene: String,
    /// The model's suggested threshold for "this is a person", 0..1.
    pub suggested_threshold: f32,
    /// Everything from this score up is among the boxes.
    pub min_score: f32,
    /// The detector was told to accept paths without a scrubber: all figures are marked weak.
    pub unscrubbed_allowed: bool,
    /// Every box from `min_score` up, and predicted ones.
    pub boxes: Vec<PersonBox>,
}

impl Attestation {
    /// What may be concluded about who is there: a look at a picture without a signal is none.
    pub fn evidence(&self) -> Status {
        match (self.status, self.signal) {
            (Status::Detected, Signal::Flat | Signal::Frozen) => Status::Failed,
            (status, _) => status,
        }
    }
}

/// Why an attestation is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAttestation {
    /// Made by another version of Footfall.
    #[error("attestation version {0} is unknown, this is version {VERSION}: use elements of one build")]
    Version(u32),
    /// A field is missing or of the wrong type or value.
    #[error("the attestation's field {0:?} is missing or has an unknown value")]
    Field(&'static str),
    /// The packed boxes are no boxes.
    #[error("the attestation's {bytes} bytes of boxes are damaged")]
    Boxes {
        /// Length of the field.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn boxes_survive_packing(values in proptest::collection::vec((-1e4f32..1e4, -1e4f32..1e4, 0f32..1e4, 0f32..1e4, 0f32..1.0, any::<bool>()), 0..40)) {
            let boxes: Vec<_> = values.iter().map(|&(x, y, w, h, score, predicted)| PersonBox {
                rect: Rect::new(f64::from(x), f64::from(y), f64::from(w), f64::from(h)),
                score,
                predicted,
                speed_px_s: (x / 10.0, y / 10.0),
            }).collect();
            prop_assert_eq!(unpack_boxes(&pack_boxes(&boxes)).unwrap(), boxes);
        }

        #[test]
        fn any_bytes_are_boxes_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack_boxes(&bytes);
        }
    }

    #[test]
    fn damaged_boxes_are_refused() {
        let mut bytes = pack_boxes(&[PersonBox::detected(Rect::new(1.0, 2.0, 3.0, 4.0), 0.5)]);
        assert!(unpack_boxes(&bytes[1..]).is_err());
        bytes[8..12].copy_from_slice(&(-3.0f32).to_le_bytes());
        assert!(unpack_boxes(&bytes).is_err());
        bytes[8..12].copy_from_slice(&f32::NAN.to_le_bytes());
        assert!(unpack_boxes(&bytes).is_err());
        assert!(unpack_boxes(&vec![0; PACKED * (MAX_BOXES + 1)]).is_err());
    }
}
