// SPDX-License-Identifier: MPL-2.0
//! From a frame to boxes: sampler, network, head, removal of duplicates. No GStreamer, no clock.

use std::collections::BTreeMap;

use footfall_contract::attestation::{MAX_BOXES, PersonBox};
use footfall_contract::geometry::{Fraction, Polygon};
use footfall_contract::pixels::FrameView;

use crate::heads::{DecodeError, Head};
use crate::model::{self, BadModel, Card};
use crate::network::{Network, RunError};
use crate::nms::{self, Candidate};
use crate::sampler::{FrameShape, Sampler, WrongFrame};

/// Intersection over union from which on two boxes are one person, by default (measured: see `docs/accuracy.md`).
pub const DEFAULT_NMS_IOU: f64 = 0.5;

/// Least score of a box by default.
pub const DEFAULT_MIN_SCORE: f32 = 0.10;

/// What the user may choose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// Boxes below this score (0..1) are left out.
    pub min_score: f32,
    /// Intersection over union (0..1) above which the weaker of two boxes is a duplicate.
    pub nms_iou: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { min_score: DEFAULT_MIN_SCORE, nms_iou: DEFAULT_NMS_IOU }
    }
}

/// The network should have looked at the frame and could not.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Failed {
    /// No frame shape was set.
    #[error("a frame came before its shape was known")]
    NoShape,
    /// The frame is of another shape.
    #[error(transparent)]
    Frame(#[from] WrongFrame),
    /// The runtime failed.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The outputs make no sense.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// More people than a picture holds.
    #[error("the network found {0} people on one frame, more than {MAX_BOXES}: it is the wrong model or wrongly fed")]
    TooMany(usize),
}

/// A detector with its model.
pub struct Detector {
    network: Box<dyn Network>,
    head: Box<dyn Head>,
    card: Card,
    sampler: Option<Sampler>,
    candidates: Vec<Candidate>,
}

impl Detector {
    /// A detector on a loaded network. `hints`: see [`model::metadata`].
    ///
    /// # Errors
    /// When the network is no detector that is understood.
    pub fn new(mut network: Box<dyn Network>, hints: &BTreeMap<String, String>) -> Result<Self, BadModel> {
        let (card, head) = model::recognise(network.as_mut(), hints)?;
        Ok(Self { network, head, card, sampler: None, candidates: Vec::new() })
    }

    /// What is known of the model.
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// The frames to come are of this shape; `excluded` areas are not shown to the network.
    pub fn set_shape(&mut self, shape: FrameShape, excluded: &[Polygon<Fraction>]) {
        self.sampler = Some(Sampler::new(shape, self.card.input, excluded));
    }

    /// Writes the frame into the network's input.
    ///
    /// # Errors
    /// When the frame is of another shape than the one that was set.
    pub fn look(&mut self, frame: &FrameView<'_>) -> Result<(), Failed> {
        let sampler = self.sampler.as_mut().ok_or(Failed::NoShape)?;
        Ok(sampler.sample(frame, self.network.input())?)
    }

    /// Runs the network on what was last written and gives the people in it, best first, clipped to the picture.
    ///
    /// # Errors
    /// When the network fails or its outputs make no sense.
    pub fn think(&mut self, options: &Options) -> Result<Vec<PersonBox>, Failed> {
        let Self { network, head, sampler, candidates, .. } = self;
        let placement = *sampler.as_ref().ok_or(Failed::NoShape)?.placement();
        candidates.clear();
        let mut decoded = Ok(());
        network.run(&mut |outputs| decoded = head.decode(outputs, options.min_score, candidates))?;
        decoded?;
        if self.card.needs_nms {
            nms::suppress(candidates, options.nms_iou);
        }
        let bounds = placement.source.bounds();
        let people: Vec<_> = candidates
            .iter()
            .filter_map(|c| Some(PersonBox::detected(placement.to_source(&c.rect).intersection(&bounds)?, c.score)))
            .collect();
        if people.len() > MAX_BOXES { Err(Failed::TooMany(people.len())) } else { Ok(people) }
    }

    /// [`Detector::look`] and [`Detector::think`].
    ///
    /// # Errors
    /// As theirs.
    pub fn detect(&mut self, frame: &FrameView<'_>, options: &Options) -> Result<Vec<PersonBox>, Failed> {
        self.look(frame)?;
        self.think(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heads::yolox;
    use crate::network::{Description, Element, Output, Port};
    use crate::sampler::Colorimetry;
    use footfall_contract::geometry::PictureSize;
    use footfall_contract::pixels::{PixelFormat, PlaneView};

    /// A decoded YOLOX network of one class on 64x64: what it is told to find, in boxes of the input.
    struct Stub {
        description: Description,
        input: Vec<f32>,
        found: Vec<[f32; 5]>,
        fails: bool,
    }

    impl Stub {
        fn boxed(found: &[[f32; 5]], fails: bool) -> Box<dyn Network> {
            let port = |shape: &[i64]| Port { name: "p".into(), element: Element::F32, shape: shape.to_vec() };
            let metadata = [("head", "yolox_decoded"), ("color", "rgb"), ("resize", "letterbox-topleft")];
            let description = Description {
                inputs: vec![port(&[1, 3, 64, 64])],
                outputs: vec![port(&[1, -1, 6])],
                metadata: metadata.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
            };
            Box::new(Self { description, input: Vec::new(), found: found.to_vec(), fails })
        }
    }

    impl Network for Stub {
        fn description(&self) -> &Description {
            &self.description
        }
        fn set_input(&mut self, _name: &str, width: usize, height: usize) {
            self.input = vec![0.0; 3 * width * height];
        }
        fn input(&mut self) -> &mut [f32] {
            &mut self.input
        }
        fn run(&mut self, look: &mut dyn FnMut(&[Output<'_>])) -> Result<(), RunError> {
            let grey = self.input.iter().all(|v| *v == 114.0);
            self.input.fill(0.0);
            if self.fails && !grey {
                return Err(RunError("told to".into()));
            }
            let rows = yolox::rows(64, 64);
            let mut data = vec![0.0; rows * 6];
            for (row, found) in data.chunks_exact_mut(6).zip(&self.found).filter(|_| !grey) {
                row[..5].copy_from_slice(found);
                row[5] = 1.0;
            }
            look(&[Output { shape: &[1, rows as i64, 6], data: &data }]);
            Ok(())
        }
    }

    fn detect(found: &[[f32; 5]], fails: bool) -> Result<Vec<PersonBox>, Failed> {
        let mut detector = Detector::new(Stub::boxed(found, fails), &BTreeMap::new()).unwrap();
        let size = PictureSize::new(128, 64);
        detector.set_shape(FrameShape { format: PixelFormat::Gray8, size, colorimetry: Colorimetry::default() }, &[]);
        let plane = PlaneView { data: &[40; 128 * 64], stride: 128 };
        detector.detect(&FrameView::new(PixelFormat::Gray8, size, &[plane]).unwrap(), &Options::default())
    }

    #[test]
    fn boxes_come_back_in_pixels_of_the_picture_without_doubles_and_clipped() {
        let found = detect(
            &[
                [10.0, 10.0, 8.0, 16.0, 0.8],
                [10.5, 10.0, 8.0, 16.0, 0.9],
                [2.0, 4.0, 8.0, 8.0, 0.3],
                [40.0, 10.0, 4.0, 4.0, 0.05],
            ],
            false,
        );
        let found = found.unwrap();
        let rects: Vec<_> = found.iter().map(|b| (b.rect.left, b.rect.top, b.rect.width, b.rect.height)).collect();
        assert_eq!(rects, [(13.0, 4.0, 16.0, 32.0), (0.0, 0.0, 12.0, 16.0)]);
        assert_eq!(found[0].score, 0.9);
    }

    #[test]
    fn a_box_in_the_padding_is_nobody() {
        assert_eq!(detect(&[[20.0, 55.0, 8.0, 8.0, 0.9]], false), Ok(vec![]));
    }

    #[test]
    fn a_failed_run_is_a_failure_and_the_input_is_zeroed() {
        assert_eq!(detect(&[], true), Err(Failed::Run(RunError("told to".into()))));
    }

    #[test]
    fn hints_win_and_guesses_are_named() {
        let hints = [("resize".to_owned(), "stretch".to_owned()), ("threshold".to_owned(), "0.4".to_owned())].into();
        let detector = Detector::new(Stub::boxed(&[], false), &hints).unwrap();
        let words = detector.card().describe();
        assert!(
            words.contains("stretch") && words.contains("0.4") && words.contains("guessed by family: scaling, person class"),
            "{words}"
        );
    }
}
