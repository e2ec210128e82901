// SPDX-License-Identifier: MPL-2.0
//! Why a frame did not leave as a scrubbed picture, and how often. The numbers F… are those of `docs/fail-closed.md`.

/// Why a picture was blanked or withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// F1: the buffer carries no attestation.
    NoAttestation,
    /// F1: the attestation is of another version, or a field is missing or impossible.
    BadAttestation,
    /// F12: a box is not finite or inverted.
    BadBoxes,
    /// F35: the attestation is of another stream or run than the frames before it.
    ForeignStream,
    /// F2: the frame number does not grow.
    FrameNotNew,
    /// F2: the attestation names another presentation time than the buffer.
    PtsDiffers,
    /// F20: the buffer has no presentation time.
    NoPts,
    /// F20: presentation time went backwards.
    PtsBackwards,
    /// F3: the attestation names another size or format than the caps.
    ShapeDiffers,
    /// F4: the pixels are not those that the detector looked at.
    FingerprintDiffers,
    /// F17: a crop or affine-transformation meta says that the picture is to be shown in another way.
    Transformed,
    /// F18: the buffer is flagged as corrupted.
    Corrupted,
    /// F23: the scene that the attestation names never arrived here, or was damaged.
    SceneDiffers,
    /// F5: the detector failed on this frame.
    DetectorFailed,
    /// F9: nobody looked at this frame, and `between=blank`.
    Between,
    /// F7: nobody has looked for longer than a picture may be repeated.
    SkippedTooLong,
    /// F21: no frame has been looked at since the start, a flush, a segment, new caps, a discontinuity or a fault.
    BeforeFirst,
    /// F11: more people than a detector can mean.
    TooManyBoxes,
    /// F11: people are said to cover nearly all of the picture.
    Overcovered,
    /// F25: outside opening hours, or stopped.
    Closed,
    /// `mode=blank` asks for it; no fault.
    Mode,
    /// F16: the buffer does not hold the frame that its caps promise.
    Unmapped,
    /// F27: no memory for a new picture.
    NoMemory,
    /// The scene forbids pictures of this size.
    TooLarge,
}

/// Must there be a warning for people who run the pipeline?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// It belongs to normal work, or is an error already.
    Never,
    /// It follows people, so that its time would tell of one: once a run.
    OncePerRun,
    /// Once a minute.
    OncePerMinute,
}

impl Cause {
    /// Every cause, in the order of `stats`.
    pub const ALL: [Self; 24] = [
        Self::NoAttestation,
        Self::BadAttestation,
        Self::BadBoxes,
        Self::ForeignStream,
        Self::FrameNotNew,
        Self::PtsDiffers,
        Self::NoPts,
        Self::PtsBackwards,
        Self::ShapeDiffers,
        Self::FingerprintDiffers,
        Self::Transformed,
        Self::Corrupted,
        Self::SceneDiffers,
        Self::DetectorFailed,
        Self::Between,
        Self::SkippedTooLong,
        Self::BeforeFirst,
        Self::TooManyBoxes,
        Self::Overcovered,
        Self::Closed,
        Self::Mode,
        Self::Unmapped,
        Self::NoMemory,
        Self::TooLarge,
    ];

    /// Its word in `stats` and in messages.
    pub fn nick(self) -> &'static str {
        match self {
            Self::NoAttestation => "no-attestation",
            Self::BadAttestation => "bad-attestation",
            Self::BadBoxes => "bad-boxes",
            Self::ForeignStream => "foreign-stream",
            Self::FrameNotNew => "frame-not-new",
            Self::PtsDiffers => "pts-differs",
            Self::NoPts => "no-pts",
            Self::PtsBackwards => "pts-backwards",
            Self::ShapeDiffers => "shape-differs",
            Self::FingerprintDiffers => "fingerprint-differs",
            Self::Transformed => "transformed",
            Self::Corrupted => "corrupted",
            Self::SceneDiffers => "scene-differs",
            Self::DetectorFailed => "detector-failed",
            Self::Between => "between",
            Self::SkippedTooLong => "skipped-too-long",
            Self::BeforeFirst => "before-first",
            Self::TooManyBoxes => "too-many-boxes",
            Self::Overcovered => "overcovered",
            Self::Closed => "closed",
            Self::Mode => "mode",
            Self::Unmapped => "unmapped",
            Self::NoMemory => "no-memory",
            Self::TooLarge => "too-large",
        }
    }

    /// One sentence for those who run the pipeline: what is wrong, and what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NoAttestation => "frames arrive without an attestation: put persondetector before pixelscrubber",
            Self::BadAttestation => "an attestation is damaged or of another version: use elements of one build of Footfall",
            Self::BadBoxes => {
                "an attestation holds boxes with impossible numbers: use another model, or elements of one build of Footfall"
            }
            Self::ForeignStream => {
                "frames of another stream or run are mixed in: give each camera its own persondetector and pixelscrubber, behind any funnel or input-selector"
            }
            Self::FrameNotNew => {
                "a frame arrives a second time or out of order: videorate and other elements that repeat frames belong before persondetector"
            }
            Self::PtsDiffers => {
                "frames carry other timestamps than those that were attested: videorate and other elements that change timestamps belong before persondetector"
            }
            Self::NoPts => {
                "frames carry no timestamps: let the source set them (appsrc do-timestamp=true, multifilesrc with a framerate in caps)"
            }
            Self::PtsBackwards => {
                "timestamps go backwards: the source or the parser before the decoder must give frames in their order of showing"
            }
            Self::ShapeDiffers => {
                "frames have another size or format than those that were looked at: videoscale, videoconvert and videocrop belong before persondetector"
            }
            Self::FingerprintDiffers => {
                "pixels changed after they were looked at: videoconvert, videoscale, videorate, videoflip and overlays belong before persondetector or behind pixelscrubber"
            }
            Self::Transformed => {
                "frames carry a crop or a transformation that was not applied: put videocrop or videoflip before persondetector"
            }
            Self::Corrupted => "the decoder marks frames as corrupted: see to the network, or to the camera's encoder",
            Self::SceneDiffers => {
                "the scene that frames are attested for has not arrived here intact: nothing may stop or change the event footfall-scene"
            }
            Self::DetectorFailed => "persondetector failed on frames: see its own warning",
            Self::Between => "nobody looked at this frame, and between=blank",
            Self::SkippedTooLong => {
                "no frame has been looked at for over a second: lower the load, or raise persondetector's rate"
            }
            Self::BeforeFirst => "no frame has been looked at yet",
            Self::TooManyBoxes => "more people are attested than a picture can hold: raise mask-threshold or use another model",
            Self::Overcovered => {
                "people are attested nearly everywhere in the picture: see to the camera's view, or use another model"
            }
            Self::Closed => "outside opening hours, or stopped",
            Self::Mode => "mode=blank",
            Self::Unmapped => "a buffer does not hold the frame that its caps promise: put videoconvert before persondetector",
            Self::NoMemory => "there is no memory for a new picture",
            Self::TooLarge => "the picture is larger than the scene allows: put videoscale before persondetector",
        }
    }

    /// How often it is told.
    pub fn alarm(self) -> Alarm {
        match self {
            Self::Between | Self::BeforeFirst | Self::Closed | Self::Mode | Self::TooLarge => Alarm::Never,
            Self::TooManyBoxes | Self::Overcovered => Alarm::OncePerRun,
            Self::NoAttestation
            | Self::BadAttestation
            | Self::BadBoxes
            | Self::ForeignStream
            | Self::FrameNotNew
            | Self::PtsDiffers
            | Self::NoPts
            | Self::PtsBackwards
            | Self::ShapeDiffers
            | Self::FingerprintDiffers
            | Self::Transformed
            | Self::Corrupted
            | Self::SceneDiffers
            | Self::DetectorFailed
            | Self::SkippedTooLong
            | Self::Unmapped
            | Self::NoMemory => Alarm::OncePerMinute,
        }
    }
}

/// What became of the frames of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Counts {
    /// Frames that arrived.
    pub frames: u64,
    /// Frames that left as a picture of their own.
    pub scrubbed: u64,
    /// Frames in whose place the last scrubbed picture left again.
    pub repeated: u64,
    /// Frames in whose place an empty picture left.
    pub blanked: u64,
    /// Frames in whose place nothing left.
    pub dropped: u64,
    causes: [u64; Cause::ALL.len()],
}

impl Counts {
    /// Counts one blanked frame.
    pub fn blank(&mut self, cause: Cause) {
        self.blanked += 1;
        self.causes[cause as usize] += 1;
    }

    /// Counts one withheld frame.
    pub fn withhold(&mut self, cause: Cause) {
        self.dropped += 1;
        self.causes[cause as usize] += 1;
    }

    /// Blanked and withheld frames by cause.
    pub fn by_cause(&self) -> impl Iterator<Item = (Cause, u64)> + '_ {
        Cause::ALL.into_iter().map(|c| (c, self.causes[c as usize]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_cause_has_a_place_and_a_word_of_its_own() {
        for (i, cause) in Cause::ALL.into_iter().enumerate() {
            assert_eq!(cause as usize, i);
        }
        let nicks: HashSet<_> = Cause::ALL.map(Cause::nick).into_iter().collect();
        assert_eq!(nicks.len(), Cause::ALL.len());
    }

    #[test]
    fn counts_are_kept_by_cause() {
        let mut counts = Counts::default();
        counts.blank(Cause::NoPts);
        counts.withhold(Cause::Closed);
        counts.withhold(Cause::Closed);
        let told: Vec<_> = counts.by_cause().filter(|(_, n)| *n > 0).collect();
        assert_eq!(told, [(Cause::NoPts, 1), (Cause::Closed, 2)]);
        assert_eq!((counts.blanked, counts.dropped), (1, 2));
    }
}
