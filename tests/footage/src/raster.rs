// SPDX-License-Identifier: MPL-2.0
//! Triangles to samples. Corners are snapped to a sixteenth of a sample and edges are whole numbers, so that neighbours
//! never leave a gap and never cover a sample twice.

use crate::camera::Projected;

/// A rectangle of whole samples; right and bottom lie outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub left: i32,
    /// First row.
    pub top: i32,
    /// Behind the last column.
    pub right: i32,
    /// Behind the last row.
    pub bottom: i32,
}

impl Area {
    /// Nothing in it?
    pub fn is_empty(&self) -> bool {
        self.right <= self.left || self.bottom <= self.top
    }

    /// What both cover.
    pub fn intersection(&self, o: &Self) -> Self {
        Self {
            left: self.left.max(o.left),
            top: self.top.max(o.top),
            right: self.right.min(o.right),
            bottom: self.bottom.min(o.bottom),
        }
    }

    /// Columns.
    pub fn width(&self) -> usize {
        (self.right - self.left).max(0) as usize
    }

    /// Rows.
    pub fn height(&self) -> usize {
        (self.bottom - self.top).max(0) as usize
    }

    /// Each side times `k`.
    pub fn scaled(&self, k: i32) -> Self {
        Self { left: self.left * k, top: self.top * k, right: self.right * k, bottom: self.bottom * k }
    }
}

/// Larger triangles than this (samples) are left out: they touch the lens.
const LARGEST: i32 = 1900 * 16;

/// A corner on the lattice of sixteenths of a sample, at `scale` samples a pixel.
#[inline]
pub fn snap(p: &Projected, scale: f32) -> (i32, i32) {
    // Adding a whole number first makes truncation round down, without a call for every corner.
    const SHIFT: f32 = 1_048_576.0;
    let one = |v: f32| (f64::from(v * scale * 16.0) + f64::from(SHIFT) + 0.5) as i32 - SHIFT as i32;
    (one(p.x), one(p.y))
}

/// Calls `each(x, y, [b0, b1, b2])` for every sample of a triangle whose front shows, in order. Corners are snapped.
#[inline]
pub fn triangle(corners: [(i32, i32); 3], clip: &Area, mut each: impl FnMut(i32, i32, [f32; 3])) {
    let x = [corners[0].0, corners[1].0, corners[2].0];
    let y = [corners[0].1, corners[1].1, corners[2].1];
    let (x_low, x_high) = (x[0].min(x[1]).min(x[2]), x[0].max(x[1]).max(x[2]));
    let (y_low, y_high) = (y[0].min(y[1]).min(y[2]), y[0].max(y[1]).max(y[2]));
    let left = (x_low >> 4).max(clip.left);
    let right = ((x_high >> 4) + 1).min(clip.right);
    let top = (y_low >> 4).max(clip.top);
    let bottom = ((y_high >> 4) + 1).min(clip.bottom);
    if left >= right || top >= bottom || (x_high - x_low).max(y_high - y_low) > LARGEST {
        return;
    }
    // Seen from the front, corners run counter-clockwise in space: with y downwards this area is positive.
    let area = (x[2] - x[0]) * (y[1] - y[0]) - (x[1] - x[0]) * (y[2] - y[0]);
    if area <= 0 {
        return;
    }
    let (px, py) = (left * 16 + 8, top * 16 + 8);
    // Edge i lies opposite corner i; a sample exactly on an edge belongs to one of its two triangles.
    let edge = |a: usize, b: usize| {
        let (dx, dy) = (x[b] - x[a], y[b] - y[a]);
        let value = (px - x[a]) * dy - (py - y[a]) * dx;
        let owned = dy > 0 || (dy == 0 && dx < 0);
        (value, dy * 16, -dx * 16, if owned { 0 } else { 1 })
    };
    let e = [edge(1, 2), edge(2, 0), edge(0, 1)];
    let inverse = 1.0 / area as f32;
    let mut row = [e[0].0, e[1].0, e[2].0];
    for sy in top..bottom {
        let mut w = row;
        for sx in left..right {
            if w[0] >= e[0].3 && w[1] >= e[1].3 && w[2] >= e[2].3 {
                each(sx, sy, [w[0] as f32 * inverse, w[1] as f32 * inverse, w[2] as f32 * inverse]);
            }
            for i in 0..3 {
                w[i] += e[i].1;
            }
        }
        for i in 0..3 {
            row[i] += e[i].2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32) -> Projected {
        Projected { x, y, depth: 1.0 }
    }

    #[test]
    fn two_halves_of_a_square_cover_each_sample_once() {
        let clip = Area { left: 0, top: 0, right: 40, bottom: 40 };
        let corner = [at(3.5, 4.5), at(3.5, 30.5), at(33.5, 30.5), at(33.5, 4.5)];
        let mut hits = vec![0u8; 1600];
        for t in [[0, 1, 2], [0, 2, 3]] {
            triangle(t.map(|i: usize| snap(&corner[i], 1.0)), &clip, |x, y, b| {
                hits[(y * 40 + x) as usize] += 1;
                assert!((b[0] + b[1] + b[2] - 1.0).abs() < 1e-4);
            });
        }
        assert_eq!(hits.iter().filter(|h| **h == 1).count(), 30 * 26);
        assert_eq!(hits.iter().filter(|h| **h > 1).count(), 0);
    }

    #[test]
    fn the_back_of_a_triangle_is_not_drawn() {
        let clip = Area { left: 0, top: 0, right: 40, bottom: 40 };
        let corner = [at(3.0, 4.0), at(33.0, 30.0), at(3.0, 30.0)];
        let mut hits = 0;
        triangle([0, 1, 2].map(|i: usize| snap(&corner[i], 1.0)), &clip, |_, _, _| hits += 1);
        assert_eq!(hits, 0);
    }
}
