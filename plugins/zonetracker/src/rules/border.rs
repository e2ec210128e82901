// SPDX-License-Identifier: MPL-2.0
//! How far from the edge of a zone somebody is clearly inside, or clearly outside.
//!
//! Boxes shake, and feet are known to a few centimetres. Whoever stands on the edge would come and go all the time, and
//! whoever walks along it would be a visitor; so nearer to the edge than [`BAND`] somebody stays on the side where they were
//! last, as in the dead band of a line. A zone that is seen so flat that nobody could ever be clearly inside has a
//! narrower band.

use footfall_contract::geometry::{Point, Polygon, Px, segment_distance};

/// On either side of the edge, fractions of the person's height: as the default dead band of a line, about 9 cm.
pub const BAND: f64 = 0.05;
/// The middle is looked for in a lattice of this many lines each way.
const LATTICE: u32 = 40;
/// A band of 5 pixels is left by 4.99999; a share of the band, so that the size of the picture changes nothing.
const SLACK: f64 = 1e-6;

/// The edge of a zone in the pixels of a picture.
#[derive(Clone, Debug)]
pub struct Border {
    /// How far from the edge the innermost point lies, pixels.
    deepest_px: f64,
}

impl Border {
    /// Of this polygon.
    pub fn of(polygon: &Polygon<Px>) -> Self {
        let span = |of: fn(&Point<Px>) -> f64| {
            let values = polygon.corners().iter().map(of);
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), v| (least.min(v), most.max(v)))
        };
        let ((left, right), (top, bottom)) = (span(|p| p.x), span(|p| p.y));
        let at = |k: u32, from: f64, to: f64| from + (to - from) * f64::from(k) / f64::from(LATTICE);
        let lattice = (1..LATTICE).flat_map(|i| (1..LATTICE).map(move |j| (i, j)));
        let points = lattice.map(|(i, j)| Point::new(at(i, left, right), at(j, top, bottom)));
        let deepest_px = points.filter(|p| polygon.contains(*p)).map(|p| depth_px(polygon, p)).fold(0.0, f64::max);
        Self { deepest_px }
    }

    /// Is a person of this height clearly on the side of the edge where the point lies?
    pub fn is_clear(&self, polygon: &Polygon<Px>, p: Point<Px>, height_px: f64) -> bool {
        depth_px(polygon, p) >= (BAND * height_px).min(self.deepest_px / 2.0) * (1.0 - SLACK)
    }
}

/// The distance of a point from the polygon's edge, on either side of it.
pub(super) fn depth_px(polygon: &Polygon<Px>, p: Point<Px>) -> f64 {
    polygon.edges().map(|(a, b)| segment_distance(p, a, b)).fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(corners: &[(f64, f64)]) -> Polygon<Px> {
        Polygon::new(corners.iter().map(|(x, y)| Point::new(*x, *y)).collect())
    }

    /// Is somebody 200 high, whose band is 10, clear of the edge of a zone this deep when they are so far below its top?
    fn is_clear(deep: f64, y: f64) -> bool {
        let zone = polygon(&[(100.0, 0.0), (500.0, 0.0), (500.0, deep), (100.0, deep)]);
        Border::of(&zone).is_clear(&zone, Point::new(300.0, y), 200.0)
    }

    #[test]
    fn a_flat_zone_has_a_narrower_band_wherever_it_lies() {
        let zone = polygon(&[(600.0, 700.0), (900.0, 700.0), (900.0, 712.0), (600.0, 712.0)]);
        let is_clear = |y: f64| Border::of(&zone).is_clear(&zone, Point::new(750.0, y), 200.0);
        assert!(is_clear(703.5) && is_clear(696.5) && !is_clear(702.0) && !is_clear(698.0));
    }

    #[test]
    fn on_either_side_a_twentieth_of_the_height_is_clear() {
        assert!(is_clear(300.0, 10.0) && is_clear(300.0, 150.0) && is_clear(300.0, -10.0) && is_clear(300.0, 310.0));
        assert!(!is_clear(300.0, 9.0) && !is_clear(300.0, -9.0) && !is_clear(300.0, 0.0) && !is_clear(300.0, 291.0));
    }

    #[test]
    fn a_smaller_picture_changes_nothing() {
        for depth in [9.998, 9.9999, 10.0, 10.002] {
            let at = |scale: f64| {
                let zone = polygon(&[(0.0, 0.0), (400.0 * scale, 0.0), (400.0 * scale, 300.0 * scale), (0.0, 300.0 * scale)]);
                Border::of(&zone).is_clear(&zone, Point::new(200.0 * scale, depth * scale), 200.0 * scale)
            };
            assert_eq!(at(0.1), at(1.0), "{depth}");
            assert_eq!(at(1.0), depth >= 10.0, "{depth}");
        }
    }

    #[test]
    fn in_the_middle_of_the_flattest_zone_somebody_is_clearly_inside() {
        assert!(is_clear(16.0, 8.0) && is_clear(2.0, 1.0));
        assert!(!is_clear(16.0, 3.0) && is_clear(16.0, 5.0) && !is_clear(16.0, -3.0));
    }

    #[test]
    fn the_deepest_point_of_a_slanted_zone_is_found() {
        let zone = polygon(&[(0.0, 0.0), (400.0, 400.0), (400.0, 500.0), (0.0, 100.0)]);
        let deepest_px = Border::of(&zone).deepest_px;
        assert!((deepest_px - 50.0 / 2f64.sqrt()).abs() < 4.0, "{deepest_px}");
    }
}
