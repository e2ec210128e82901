// SPDX-License-Identifier: MPL-2.0
//! How well a detection fits a track: overlap of the two boxes after both have been enlarged by the track's reach (the
//! buffered IoU of C-BIoU, Yang et al., WACV 2023). The reach grows with the time since the track was seen, so that the
//! measure does not vanish at low frame rates and after gaps, where plain boxes no longer touch.

use footfall_contract::geometry::{Px, Rect};

use super::motion::size_of;

/// Reach and weights of one round of the association.
#[derive(Clone, Copy, Debug)]
pub struct LikenessParams {
    /// Reach a second since the track was seen, in fractions of the size.
    pub reach_per_s: f64,
    /// The largest reach.
    pub reach_most: f64,
    /// Weight of the detection's score: 0 ignores it, 1 is ByteTrack's fusion (overlap times score).
    pub score_weight: f64,
    /// Weight of the two heights' ratio: people do not grow, and who is nearer is taller.
    pub height_weight: f64,
    /// Least likeness at which a detection continues a track.
    pub least: f64,
}

impl LikenessParams {
    /// Persons whose speed is known, with confident detections: narrow reach, so that people who pass each other stay apart.
    /// The least likeness is ByteTrack's: with its fusion of overlap and score a higher one would turn away everybody whose
    /// score is near the threshold.
    pub const PERSONS: Self = Self { reach_per_s: 0.3, reach_most: 0.6, score_weight: 1.0, height_weight: 1.0, least: 0.2 };
    /// The same people with weak detections.
    pub const SECOND_CHANCE: Self = Self { reach_per_s: 0.2, reach_most: 0.6, score_weight: 0.5, height_weight: 1.0, least: 0.4 };
    /// Those who were seen once, whose speed is not known: a brisk walk in any direction. The height says little where
    /// the picture's edge lets go of a person.
    pub const NEWCOMERS: Self = Self { reach_per_s: 1.0, reach_most: 0.6, score_weight: 0.5, height_weight: 0.5, least: 0.15 };
    /// Persons whom nobody took, with what nobody took: wide, for turns at low frame rates and after gaps.
    pub const RESCUE: Self = Self { reach_per_s: 0.5, reach_most: 0.6, score_weight: 0.5, height_weight: 0.5, least: 0.25 };
    /// Whoever shows what the camera did: a jolt moves everybody by more than they walk.
    pub const JOLT: Self = Self { reach_per_s: 0.6, reach_most: 0.6, score_weight: 0.5, height_weight: 0.5, least: 0.2 };

    /// The reach in pixels of a track last seen `unseen_s` ago.
    pub fn reach_px(&self, expected: &Rect<Px>, unseen_s: f64) -> f64 {
        (self.reach_per_s * unseen_s).min(self.reach_most) * size_of(expected)
    }

    /// Likeness 0..1 of a detection to the place where a track is expected.
    pub fn of(&self, expected: &Rect<Px>, reach_px: f64, seen: &Rect<Px>, score: f32) -> f64 {
        let overlap = expected.grown(reach_px, reach_px).iou(&seen.grown(reach_px, reach_px));
        if overlap <= 0.0 {
            return 0.0;
        }
        let heights = expected.height.min(seen.height).max(1.0) / expected.height.max(seen.height).max(1.0);
        overlap * f64::from(score).clamp(0.0, 1.0).powf(self.score_weight) * heights.powf(self.height_weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_that_no_longer_touch_are_still_alike_after_a_while() {
        let params = LikenessParams::NEWCOMERS;
        let before = Rect::new(0.0, 0.0, 40.0, 100.0);
        let after = Rect::new(50.0, 0.0, 40.0, 100.0);
        let reach = |s: f64| params.reach_px(&before, s);
        assert_eq!(params.of(&before, reach(0.0), &after, 1.0), 0.0);
        assert!(params.of(&before, reach(0.2), &after, 1.0) > params.least);
        assert!(reach(60.0) <= 60.0, "it does not grow for ever");
    }

    #[test]
    fn the_taller_is_less_alike() {
        let params = LikenessParams::NEWCOMERS;
        let me = Rect::new(0.0, 0.0, 40.0, 100.0);
        assert!(params.of(&me, 10.0, &me, 0.9) > params.of(&me, 10.0, &Rect::new(-2.0, -20.0, 44.0, 140.0), 0.9));
    }
}
