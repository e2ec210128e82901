// SPDX-License-Identifier: MPL-2.0
//! From boxes to covered rectangles: the one place that says how much is covered around a person.
//!
//! A box of `w` by `h` pixels, seen `age` seconds ago, moving at (`vx`, `vy`) pixels a second, is enlarged on the left
//! and on the right by
//!
//! ```text
//! max(16, 0.15 * w) + |vx| * (0.04 + age) + 0.8 * h * age
//! ```
//!
//! and upwards and downwards by the same with `h` for `w` in the first term and `vy` for `vx`; then its edges are moved
//! outwards to multiples of 16 pixels and clipped to the picture. So a mask never is smaller than its box.

use std::time::Duration;

use footfall_contract::attestation::PersonBox;
use footfall_contract::geometry::PictureSize;

/// Least enlargement of a box on each side, pixels (a detector's boxes jitter by some pixels whatever their size).
pub const LEAST_MARGIN_PX: f64 = 16.0;
/// Enlargement of a box on each side, as a share of its width or height.
pub const MARGIN_SHARE: f64 = 0.15;
/// Edges of covered rectangles are multiples of this, pixels (codecs work in blocks of 16, and a snapped edge tells
/// less of a person's outline and gait).
pub const ALIGN_PX: u32 = 16;
/// How long a picture is exposed at most, seconds: a moving person is smeared by this much.
pub const EXPOSURE_S: f64 = 0.04;
/// How fast a person may walk away from where they were seen, in heights of their box a second (1.4 m/s at 1.7 m).
pub const WANDER_HEIGHTS_PER_S: f64 = 0.8;

/// A box and how long ago the person was really seen in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgedBox {
    /// The box.
    pub person: PersonBox,
    /// Time since a network saw the person; zero for a detection of this frame.
    pub age: Duration,
}

/// A covered rectangle, whole pixels of the picture; never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PxRect {
    /// First column.
    pub left: u32,
    /// First row.
    pub top: u32,
    /// Column after the last.
    pub right: u32,
    /// Row after the last.
    pub bottom: u32,
}

/// A box holds numbers that are not finite, or a negative side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a person's box holds impossible numbers")]
pub struct ImpossibleBox;

/// What is covered for one box; `None` when nothing of it reaches into the picture.
///
/// # Errors
/// When the box holds impossible numbers: nobody knows what to cover.
pub fn covered_rect(aged: &AgedBox, size: PictureSize) -> Result<Option<PxRect>, ImpossibleBox> {
    let PersonBox { rect, speed_px_s: (vx, vy), .. } = aged.person;
    if !rect.is_sane() || !vx.is_finite() || !vy.is_finite() {
        return Err(ImpossibleBox);
    }
    let age = aged.age.as_secs_f64();
    let margin = |side: f64, speed: f32| {
        LEAST_MARGIN_PX.max(MARGIN_SHARE * side)
            + f64::from(speed).abs() * (EXPOSURE_S + age)
            + WANDER_HEIGHTS_PER_S * rect.height * age
    };
    let (dx, dy) = (margin(rect.width, vx), margin(rect.height, vy));
    let (left, right) = outwards(rect.left - dx, rect.right() + dx, size.width);
    let (top, bottom) = outwards(rect.top - dy, rect.bottom() + dy, size.height);
    Ok((left < right && top < bottom).then_some(PxRect { left, top, right, bottom }))
}

/// What is covered for all boxes, one rectangle each (rectangles may overlap), in the order of the boxes.
///
/// # Errors
/// When one of the boxes holds impossible numbers.
pub fn covered_rects(boxes: &[AgedBox], size: PictureSize) -> Result<Vec<PxRect>, ImpossibleBox> {
    let mut rects = Vec::new();
    cover_into(boxes, size, &mut rects)?;
    Ok(rects)
}

/// As [`covered_rects`], into memory that is there already.
///
/// # Errors
/// When one of the boxes holds impossible numbers.
pub fn cover_into(boxes: &[AgedBox], size: PictureSize, rects: &mut Vec<PxRect>) -> Result<(), ImpossibleBox> {
    rects.clear();
    for aged in boxes {
        rects.extend(covered_rect(aged, size)?);
    }
    Ok(())
}

/// Both ends moved outwards to multiples of [`ALIGN_PX`], then clipped to `0..limit`.
fn outwards(from: f64, to: f64, limit: u32) -> (u32, u32) {
    let align = f64::from(ALIGN_PX);
    let clip = |x: f64| x.clamp(0.0, f64::from(limit)) as u32;
    (clip((from / align).floor() * align), clip((to / align).ceil() * align))
}

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::geometry::Rect;
    use proptest::prelude::*;

    fn aged(left: f64, top: f64, width: f64, height: f64) -> AgedBox {
        AgedBox { person: PersonBox::detected(Rect::new(left, top, width, height), 0.5), age: Duration::ZERO }
    }

    #[test]
    fn boxes_are_enlarged_and_aligned_as_the_formula_says() {
        let size = PictureSize::new(640, 479);
        let px = |left, top, right, bottom| Some(PxRect { left, top, right, bottom });
        let moving = AgedBox {
            person: PersonBox { speed_px_s: (100.0, -50.0), ..aged(300.0, 200.0, 40.0, 100.0).person },
            age: Duration::from_millis(500),
        };
        for (name, aged, expected) in [
            ("small: 16 px", aged(100.0, 100.0, 10.0, 20.0), px(80, 80, 128, 144)),
            ("large: 15 %", aged(200.0, 100.0, 200.0, 300.0), px(160, 48, 432, 448)),
            ("at the corner", aged(-50.0, -50.0, 60.0, 60.0), px(0, 0, 32, 32)),
            ("at the odd end", aged(630.0, 470.0, 30.0, 30.0), px(608, 448, 640, 479)),
            ("far outside", aged(-500.0, 10.0, 60.0, 60.0), None),
            // x: 16 + 100 * 0.54 + 40 = 110 px; y: 16 + 50 * 0.54 + 40 = 83 px.
            ("fast and old", moving, px(176, 112, 464, 384)),
        ] {
            assert_eq!(covered_rect(&aged, size), Ok(expected), "{name}");
        }
    }

    #[test]
    fn impossible_numbers_are_refused() {
        let size = PictureSize::new(640, 480);
        for (left, width, speed) in [(f64::NAN, 1.0, 0.0), (0.0, f64::INFINITY, 0.0), (0.0, -1.0, 0.0), (0.0, 1.0, f32::NAN)] {
            let mut aged = aged(left, 10.0, width, 10.0);
            aged.person.speed_px_s.0 = speed;
            assert_eq!(covered_rect(&aged, size), Err(ImpossibleBox));
        }
    }

    proptest! {
        #[test]
        fn a_mask_covers_its_box_and_more_and_never_shrinks_with_age_or_speed(
            left in -200f64..1200.0, top in -200f64..800.0, width in 0f64..900.0, height in 0f64..900.0,
            speed in (-900f32..900.0, -900f32..900.0), age_ms in 0u64..2000, w in 1u32..1300, h in 1u32..900,
        ) {
            let size = PictureSize::new(w, h);
            let still = aged(left, top, width, height);
            let moving = AgedBox { person: PersonBox { speed_px_s: speed, ..still.person }, age: Duration::from_millis(age_ms) };
            let visible = still.person.rect.grown(LEAST_MARGIN_PX, LEAST_MARGIN_PX).intersection(&size.bounds());
            let (small, large) = (covered_rect(&still, size).unwrap(), covered_rect(&moving, size).unwrap());
            if let Some(visible) = visible {
                let mask = small.unwrap();
                prop_assert!(f64::from(mask.left) <= visible.left && f64::from(mask.top) <= visible.top);
                prop_assert!(f64::from(mask.right) >= visible.right() && f64::from(mask.bottom) >= visible.bottom());
            }
            if let Some(s) = small {
                let l = large.unwrap();
                prop_assert!(l.left <= s.left && l.top <= s.top && l.right >= s.right && l.bottom >= s.bottom);
                prop_assert!(l.right <= w && l.bottom <= h && l.left % ALIGN_PX == 0 && l.top % ALIGN_PX == 0);
            }
        }
    }
}
