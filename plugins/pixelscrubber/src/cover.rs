// SPDX-License-Identifier: MPL-2.0
//! What is covered in one picture: people's rectangles and the scene's excluded areas, merged into runs of blocks, so
//! that one structure alone decides of each byte whether it may be copied.

use std::ops::Range;

use footfall_contract::geometry::PictureSize;

use crate::mask::PxRect;
use crate::raster::{BLOCK, BlockRuns, blocks};

/// The covered part of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    size: PictureSize,
    runs: BlockRuns,
    scratch: Vec<Range<u32>>,
}

impl Cover {
    /// Nothing is covered in a picture of this size.
    pub fn new(size: PictureSize) -> Self {
        Self { size, runs: BlockRuns::default(), scratch: Vec::new() }
    }

    /// The union of the rectangles and of `more`.
    pub fn set(&mut self, rects: &[PxRect], more: &BlockRuns) {
        self.runs.clear();
        let (_, rows) = blocks(self.size);
        for row in 0..rows {
            self.scratch.clear();
            self.scratch.extend_from_slice(more.row(row as usize));
            let touching = rects.iter().filter(|r| r.top < (row + 1) * BLOCK && r.bottom > row * BLOCK);
            self.scratch.extend(touching.map(|r| r.left / BLOCK..r.right.div_ceil(BLOCK)));
            self.runs.push_row(&mut self.scratch);
        }
    }

    /// The picture's size.
    pub fn size(&self) -> PictureSize {
        self.size
    }

    /// The covered runs of a row of blocks.
    pub fn row(&self, row: usize) -> &[Range<u32>] {
        self.runs.row(row)
    }

    /// The covered share of the picture, 0..1.
    pub fn share(&self) -> f64 {
        let (columns, rows) = blocks(self.size);
        self.runs.area() as f64 / (f64::from(columns) * f64::from(rows)).max(1.0)
    }

    /// Is the pixel covered?
    pub fn covers(&self, x: u32, y: u32) -> bool {
        self.row((y / BLOCK) as usize).iter().any(|r| r.contains(&(x / BLOCK)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::Raster;
    use footfall_contract::geometry::{Point, Polygon};
    use proptest::prelude::*;

    #[test]
    fn overlaps_are_counted_once() {
        let mut cover = Cover::new(PictureSize::new(64, 32));
        let a = PxRect { left: 0, top: 0, right: 32, bottom: 16 };
        let b = PxRect { left: 16, top: 0, right: 48, bottom: 16 };
        cover.set(&[b, a], &BlockRuns::default());
        assert_eq!(cover.row(3), std::slice::from_ref(&(0..24)));
        assert_eq!(cover.share(), 48.0 * 16.0 / (64.0 * 32.0));
        cover.set(&[], &BlockRuns::default());
        assert_eq!(cover.share(), 0.0);
    }

    proptest! {
        #[test]
        fn every_pixel_of_a_rectangle_and_of_an_excluded_area_is_covered(
            rects in proptest::collection::vec((0u32..70, 0u32..50, 1u32..40, 1u32..40), 0..6), w in 1u32..70, h in 1u32..50,
        ) {
            let size = PictureSize::new(w, h);
            let mut raster = Raster::new(size);
            let corners = [(3.0, 4.0), (20.5, 9.0), (8.0, 30.0)].map(|(x, y)| Point::new(x, y));
            let triangle = Polygon::new(corners.to_vec());
            raster.polygon(&triangle);
            let rects: Vec<_> = rects.iter()
                .map(|&(x, y, dx, dy)| PxRect { left: x, top: y, right: (x + dx).min(w), bottom: (y + dy).min(h) })
                .filter(|r| r.left < r.right && r.top < r.bottom)
                .collect();
            let mut cover = Cover::new(size);
            cover.set(&rects, &raster.runs());
            for y in 0..h {
                for x in 0..w {
                    let inside = rects.iter().any(|r| (r.left..r.right).contains(&x) && (r.top..r.bottom).contains(&y));
                    let excluded = triangle.contains(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5));
                    prop_assert!(cover.covers(x, y) || !(inside || excluded));
                }
            }
        }
    }
}
