// SPDX-License-Identifier: MPL-2.0
//! On which side of a line its inside lies. zonetracker decides the same for counting; a test on the built library holds
//! the two together.

use footfall_contract::geometry::{Point, Px, cross, segment_distance};

/// Does `inside` lie to the right of the line's direction? The nearest segment tells; the first and last are prolonged.
pub(super) fn inside_is_right(points: &[Point<Px>], inside: Point<Px>) -> bool {
    let last = points.len().saturating_sub(2);
    let mut nearest = (f64::INFINITY, 0.0_f64);
    for (i, s) in points.windows(2).enumerate() {
        let (dx, dy) = (s[1].x - s[0].x, s[1].y - s[0].y);
        let length = dx.hypot(dy).max(1e-9);
        // To the right of the segment, prolonged on both sides; pixels.
        let offset = cross(s[0], s[1], inside) / length;
        let along = ((inside.x - s[0].x) * dx + (inside.y - s[0].y) * dy) / length;
        let beyond_an_end = (i == 0 && along < 0.0) || (i == last && along > length);
        let distance = if beyond_an_end { offset.abs() } else { segment_distance(inside, s[0], s[1]) };
        // At a corner both segments are equally near: the one that sees the point more squarely tells the side.
        let tie = (distance - nearest.0).abs() <= 1e-9;
        if (tie && offset.abs() > nearest.1.abs()) || (!tie && distance < nearest.0) {
            nearest = (distance, offset);
        }
    }
    nearest.1 >= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_piece_tells_the_side() {
        let p = |x, y| Point::new(x, y);
        let straight = [p(0.0, 50.0), p(100.0, 50.0)];
        let hook = [p(0.0, 0.0), p(100.0, 0.0), p(100.0, 100.0)];
        for (line, inside, right) in [
            (&straight[..], p(50.0, 90.0), true),
            (&straight[..], p(50.0, 10.0), false),
            (&straight[..], p(300.0, 60.0), true),
            (&hook[..], p(50.0, 40.0), true),
            (&hook[..], p(160.0, 50.0), false),
            // Left of the second piece, beyond the corner.
            (&hook[..], p(130.0, -10.0), false),
        ] {
            assert_eq!(inside_is_right(line, inside), right, "{line:?} {inside:?}");
        }
    }
}
