// SPDX-License-Identifier: MPL-2.0
//! What leaves for each frame: the one place that decides, from the attestation and the facts of the frame.

use std::time::Duration;

use footfall_contract::attestation::{Attestation, BadAttestation, PersonBox, Status};
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::StreamTime;

use crate::cause::Cause;
use crate::cover::Cover;
use crate::hold::Holds;
use crate::lineage::Lineage;
use crate::mask::{AgedBox, PxRect, cover_into};
use crate::raster::{BlockRuns, Raster};
use crate::repeat::LastPicture;

/// Most boxes, held ones included, that are covered in one picture. A network that sees more is not looking at people.
pub const MAX_COVERED_BOXES: usize = 256;
/// Largest share of the picture that people's rectangles may cover. Somebody close to the camera may well fill half of
/// the picture and is covered; where next to nothing would be left, the detector is more likely wrong than right.
pub const MAX_COVERED_SHARE: f64 = 0.9;

/// What leaves on a frame that nobody looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Between {
    /// The last scrubbed picture again, for a second at most.
    #[default]
    Repeat,
    /// A blank picture.
    Blank,
}

/// What leaves outside opening hours and while stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum WhenClosed {
    /// Blank pictures: files and viewers stay alive.
    #[default]
    Blank,
    /// No pictures; gap events instead.
    Drop,
}

/// The rules of one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rules {
    /// A box is covered from this share of the model's suggested threshold up, 0..1.
    pub mask_threshold: f64,
    /// How long a lost box stays covered.
    pub max_hold: Duration,
    /// On frames that nobody looked at.
    pub between: Between,
    /// Outside opening hours.
    pub closed: WhenClosed,
    /// Every picture is blank (`mode=blank`).
    pub always_blank: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            mask_threshold: 0.4,
            max_hold: Duration::from_millis(500),
            between: Between::default(),
            closed: WhenClosed::default(),
            always_blank: false,
        }
    }
}

/// What can be told of a frame without looking at its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameFacts {
    /// The buffer's presentation time.
    pub pts: Option<StreamTime>,
    /// It is flagged as corrupted.
    pub corrupted: bool,
    /// It does not follow from the frame before it.
    pub discont: bool,
    /// It carries a crop or transformation that was not applied.
    pub transformed: bool,
}

/// What is covered in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// One rectangle for each box.
    pub rects: Vec<PxRect>,
    /// The rectangles and the excluded areas, merged.
    pub cover: Cover,
}

/// What is to leave in the place of a frame.
#[derive(Debug, PartialEq)]
pub enum Verdict<'a> {
    /// The frame's own picture, under this mask.
    Pass(&'a Mask),
    /// The last scrubbed picture again.
    Repeat,
    /// A blank picture.
    Blank(Cause),
    /// Nothing.
    Drop(Cause),
    /// Nothing any more: the scene forbids pictures of this size (one sentence with the remedy).
    Refuse(String),
}

/// As [`Verdict`], before the mask is lent out.
enum Decision {
    Pass,
    Repeat,
    Blank(Cause),
    Drop(Cause),
    Refuse(String),
}

impl From<Cause> for Decision {
    fn from(cause: Cause) -> Self {
        Self::Blank(cause)
    }
}

/// What is known of the scene.
#[derive(Debug)]
enum SceneSlot {
    /// No event came: the whole picture, always open.
    Never,
    Received(Box<Scene>),
    /// An event came that no scene could be read from.
    Damaged,
}

/// Decides frame by frame, and keeps what later frames depend on. `P` is a kept picture (a buffer).
#[derive(Debug)]
pub struct Judge<P> {
    rules: Rules,
    size: PictureSize,
    format: PixelFormat,
    scene: SceneSlot,
    excluded: BlockRuns,
    lineage: Lineage,
    last_pts: Option<StreamTime>,
    holds: Holds,
    last: LastPicture<P>,
    aged: Vec<AgedBox>,
    mask: Mask,
}

impl<P> Judge<P> {
    /// A judge for pictures of this size and format.
    pub fn new(rules: Rules, size: PictureSize, format: PixelFormat) -> Self {
        Self {
            rules,
            size,
            format,
            scene: SceneSlot::Never,
            excluded: BlockRuns::default(),
            lineage: Lineage::default(),
            last_pts: None,
            holds: Holds::new(rules.max_hold),
            last: LastPicture::default(),
            aged: Vec::new(),
            mask: Mask { rects: Vec::new(), cover: Cover::new(size) },
        }
    }

    /// New caps: nothing of older pictures is valid any more.
    pub fn caps(&mut self, size: PictureSize, format: PixelFormat) {
        (self.size, self.format) = (size, format);
        self.mask = Mask { rects: Vec::new(), cover: Cover::new(size) };
        self.rasterise();
        self.forget();
    }

    /// The scene event came, whole or damaged.
    pub fn scene(&mut self, scene: Option<Scene>) {
        self.scene = scene.map_or(SceneSlot::Damaged, |s| SceneSlot::Received(Box::new(s)));
        self.rasterise();
        self.last.forget();
    }

    /// The scene, if one came whole.
    pub fn current_scene(&self) -> Option<&Scene> {
        match &self.scene {
            SceneSlot::Received(scene) => Some(scene),
            SceneSlot::Never | SceneSlot::Damaged => None,
        }
    }

    /// A new stream may begin.
    pub fn stream_start(&mut self) {
        self.lineage.stream_start();
        self.forget();
    }

    /// A flush: frames before it have nothing to do with those after it.
    pub fn flush(&mut self) {
        self.lineage.flush();
        self.forget();
    }

    /// A new segment: time may begin anew.
    pub fn segment(&mut self) {
        self.forget();
    }

    /// Keeps the picture that left for the frame at `pts`, which was looked at.
    pub fn keep(&mut self, picture: P, pts: Option<StreamTime>) {
        match pts {
            Some(pts) if self.rules.between == Between::Repeat => self.last.keep(picture, pts),
            Some(_) | None => self.last.forget(),
        }
    }

    /// The picture that [`Verdict::Repeat`] means.
    pub fn last_picture(&self) -> Option<&P> {
        self.last.picture()
    }

    fn forget(&mut self) {
        self.last.forget();
        self.holds.forget();
        self.last_pts = None;
    }

    fn rasterise(&mut self) {
        self.excluded = match &self.scene {
            SceneSlot::Received(scene) if !scene.excluded.is_empty() => {
                let mut raster = Raster::new(self.size);
                scene.excluded.iter().for_each(|polygon| raster.polygon(&polygon.to_px(self.size)));
                raster.runs()
            }
            SceneSlot::Received(_) | SceneSlot::Never | SceneSlot::Damaged => BlockRuns::default(),
        };
    }

    /// Decides what leaves. `look` gives the fingerprint of the frame's pixels, `None` when they can not be mapped; it is
    /// asked only when everything else agrees, so that a frame outside opening hours is not looked at.
    pub fn judge(
        &mut self,
        attestation: Result<Option<&Attestation>, BadAttestation>,
        facts: &FrameFacts,
        look: impl FnOnce() -> Option<u64>,
    ) -> Verdict<'_> {
        if facts.discont {
            // Holds stay: they end by themselves, and can only cover more.
            self.last.forget();
        }
        let decision = match self.decide(attestation, facts, look) {
            Decision::Pass | Decision::Repeat if self.rules.always_blank => Decision::Blank(Cause::Mode),
            decision => decision,
        };
        match decision {
            Decision::Pass => Verdict::Pass(&self.mask),
            Decision::Repeat => Verdict::Repeat,
            Decision::Blank(cause) => {
                self.last.forget();
                Verdict::Blank(cause)
            }
            Decision::Drop(cause) => {
                self.last.forget();
                Verdict::Drop(cause)
            }
            Decision::Refuse(why) => Verdict::Refuse(why),
        }
    }

    /// The order matters: whose frame it is, whether anybody may look, whether it is the frame that was looked at, and
    /// only then what was seen.
    fn decide(
        &mut self,
        attestation: Result<Option<&Attestation>, BadAttestation>,
        facts: &FrameFacts,
        look: impl FnOnce() -> Option<u64>,
    ) -> Decision {
        if let Some(why) = self.current_scene().and_then(|s| s.refuses_size(self.size)) {
            return Decision::Refuse(why);
        }
        let attestation = match attestation {
            Ok(Some(attestation)) => attestation,
            Ok(None) => return Cause::NoAttestation.into(),
            Err(BadAttestation::Boxes { .. }) => return Cause::BadBoxes.into(),
            Err(BadAttestation::Version(_) | BadAttestation::Field(_)) => return Cause::BadAttestation.into(),
        };
        if let Err(cause) = self.lineage.accept(attestation) {
            return cause.into();
        }
        match (attestation.status, self.rules.closed) {
            (Status::Closed, WhenClosed::Blank) => return Cause::Closed.into(),
            (Status::Closed, WhenClosed::Drop) => return Decision::Drop(Cause::Closed),
            (Status::Failed, _) => return Cause::DetectorFailed.into(),
            (Status::Detected | Status::Skipped, _) => {}
        }
        let pts = match self.same_frame(attestation, facts) {
            Ok(pts) => pts,
            Err(cause) => return cause.into(),
        };
        match look() {
            None => return Decision::Drop(Cause::Unmapped),
            Some(fingerprint) if fingerprint != attestation.fingerprint => return Cause::FingerprintDiffers.into(),
            Some(_) => {}
        }
        if attestation.status == Status::Detected {
            self.cover(attestation, pts).map_or_else(Decision::from, |()| Decision::Pass)
        } else if self.rules.between == Between::Blank {
            Cause::Between.into()
        } else {
            self.last.may_repeat(pts, attestation.age).map_or_else(Decision::from, |()| Decision::Repeat)
        }
    }

    /// Is this the frame that was looked at, in its place in the stream? Gives its time.
    fn same_frame(&mut self, attestation: &Attestation, facts: &FrameFacts) -> Result<StreamTime, Cause> {
        let pts = facts.pts.ok_or(Cause::NoPts)?;
        if attestation.pts != Some(pts) {
            return Err(Cause::PtsDiffers);
        }
        if self.last_pts.is_some_and(|last| pts < last) {
            return Err(Cause::PtsBackwards);
        }
        self.last_pts = Some(pts);
        if attestation.size != self.size || attestation.format != self.format {
            return Err(Cause::ShapeDiffers);
        }
        if facts.transformed {
            return Err(Cause::Transformed);
        }
        if facts.corrupted {
            return Err(Cause::Corrupted);
        }
        let scene = match &self.scene {
            SceneSlot::Received(scene) => scene.sha256() == attestation.scene,
            SceneSlot::Never => attestation.scene.is_empty(),
            SceneSlot::Damaged => false,
        };
        if scene { Ok(pts) } else { Err(Cause::SceneDiffers) }
    }

    /// Makes the mask of a frame that was looked at.
    fn cover(&mut self, attestation: &Attestation, pts: StreamTime) -> Result<(), Cause> {
        let sane = |score: f32| (0.0..=1.0).contains(&score);
        if !sane(attestation.suggested_threshold) || !sane(attestation.min_score) {
            return Err(Cause::BadAttestation);
        }
        // Before any of them is remembered.
        let sane_box =
            |b: &PersonBox| b.rect.is_sane() && b.score.is_finite() && b.speed_px_s.0.is_finite() && b.speed_px_s.1.is_finite();
        if !attestation.boxes.iter().all(sane_box) {
            return Err(Cause::BadBoxes);
        }
        let factor = self.rules.mask_threshold.clamp(0.0, 1.0);
        let threshold = (f64::from(attestation.suggested_threshold) * factor).max(f64::from(attestation.min_score));
        let present = attestation.boxes.iter().filter(|b| b.predicted || f64::from(b.score) >= threshold);
        // Counted before anything is done with them: pairing is quadratic.
        if present.clone().count() > MAX_COVERED_BOXES {
            return Err(Cause::TooManyBoxes);
        }
        self.holds.observe(pts, present.copied(), &mut self.aged);
        if self.aged.len() > MAX_COVERED_BOXES {
            return Err(Cause::TooManyBoxes);
        }
        cover_into(&self.aged, self.size, &mut self.mask.rects).map_err(|_| Cause::BadBoxes)?;
        self.mask.cover.set(&self.mask.rects, &BlockRuns::default());
        if self.mask.cover.share() > MAX_COVERED_SHARE {
            return Err(Cause::Overcovered);
        }
        if !self.excluded.is_empty() {
            self.mask.cover.set(&self.mask.rects, &self.excluded);
        }
        Ok(())
    }
}
