// SPDX-License-Identifier: MPL-2.0
//! Polygons and lines as runs of blocks of 2x2 pixels, rounded outwards: every block that the shape touches with some
//! area belongs to it. Blocks of two pixels are what one chroma sample of the 4:2:0 formats covers, so that luma and
//! chroma can not disagree about what is covered.

use std::ops::Range;

use footfall_contract::geometry::{PictureSize, Point, Polygon, Px};

/// Pixels in the side of a block.
pub const BLOCK: u32 = 2;

/// Blocks in a row and in a column of a picture, rounded up.
pub fn blocks(size: PictureSize) -> (u32, u32) {
    (size.width.div_ceil(BLOCK), size.height.div_ceil(BLOCK))
}

/// Runs of blocks, row by row; within a row in order, apart from each other.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct BlockRuns {
    runs: Vec<Range<u32>>,
    /// Of each row, its part of `runs`.
    rows: Vec<Range<usize>>,
}

impl BlockRuns {
    /// The runs of a row of blocks; none beyond the last.
    pub fn row(&self, row: usize) -> &[Range<u32>] {
        self.rows.get(row).and_then(|r| self.runs.get(r.clone())).unwrap_or(&[])
    }

    /// Are there no runs at all?
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.rows.clear();
    }

    /// Appends a row that holds the union of `parts`, which are put in order on the way.
    pub fn push_row(&mut self, parts: &mut [Range<u32>]) {
        let first = self.runs.len();
        parts.sort_unstable_by_key(|r| r.start);
        for part in parts.iter().filter(|p| p.start < p.end) {
            match self.runs.get_mut(first..).and_then(|row| row.last_mut()) {
                Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
                _ => self.runs.push(part.clone()),
            }
        }
        self.rows.push(first..self.runs.len());
    }

    /// How many blocks the runs hold.
    pub fn area(&self) -> u64 {
        self.runs.iter().map(|r| u64::from(r.end - r.start)).sum()
    }
}

/// Shapes drawn into one picture, block by block; made once a scene and size.
pub struct Raster {
    size: PictureSize,
    columns: usize,
    rows: usize,
    set: Vec<bool>,
}

impl Raster {
    /// Nothing drawn yet.
    pub fn new(size: PictureSize) -> Self {
        let (columns, rows) = blocks(size);
        let (columns, rows) = (columns as usize, rows as usize);
        Self { size, columns, rows, set: vec![false; columns * rows] }
    }

    /// Every block that the polygon touches.
    pub fn polygon(&mut self, polygon: &Polygon<Px>) {
        for (a, b) in polygon.edges() {
            self.segment(a, b);
        }
        let block = f64::from(BLOCK);
        for row in 0..self.rows {
            // Blocks without an edge in them lie wholly inside or outside: their middle tells.
            let y = (row as f64 + 0.5) * block;
            let cuts = polygon.cuts(y);
            for pair in cuts.as_chunks::<2>().0 {
                self.mark(row, pair[0] / block - 0.5, pair[1] / block - 0.5);
            }
        }
    }

    /// Every block that the line touches. A line has no inside, so that one just between two blocks is moved into the
    /// next.
    pub fn polyline(&mut self, points: &[Point<Px>]) {
        let moved = |p: Point<Px>| Point::new(p.x + 0.25, p.y + 0.25);
        for pair in points.windows(2) {
            self.segment(moved(pair[0]), moved(pair[1]));
        }
    }

    /// Every block through whose inside the segment goes.
    fn segment(&mut self, a: Point<Px>, b: Point<Px>) {
        if !a.is_finite() || !b.is_finite() {
            return;
        }
        let block = f64::from(BLOCK);
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        let first = (a.y / block).floor().max(0.0) as usize;
        let last = (b.y / block).ceil().clamp(0.0, self.rows as f64) as usize;
        for row in first..last {
            let at = |y: f64| if b.y > a.y { a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x) } else { a.x };
            let (upper, lower) = ((row as f64 * block).max(a.y), ((row + 1) as f64 * block).min(b.y));
            let (p, q) = if b.y > a.y { (at(upper), at(lower)) } else { (a.x, b.x) };
            self.mark(row, (p.min(q) / block).floor(), p.max(q) / block);
        }
    }

    /// Sets the blocks of a row from `from` (rounded up) to before `to` (rounded up), clipped to the picture.
    fn mark(&mut self, row: usize, from: f64, to: f64) {
        let clip = |x: f64| x.ceil().clamp(0.0, self.columns as f64) as usize;
        let (from, to) = (clip(from), clip(to));
        if let Some(blocks) = self.set.get_mut(row * self.columns + from..row * self.columns + to.max(from)) {
            blocks.fill(true);
        }
    }

    /// What was drawn, as runs.
    pub fn runs(&self) -> BlockRuns {
        let mut runs = BlockRuns::default();
        let mut parts = Vec::new();
        for row in self.set.chunks(self.columns.max(1)) {
            parts.clear();
            parts.extend((0u32..).zip(row).filter(|(_, set)| **set).map(|(x, _)| x..x + 1));
            runs.push_row(&mut parts);
        }
        runs
    }

    /// The picture's size.
    pub fn size(&self) -> PictureSize {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn polygon(points: &[(f64, f64)]) -> Polygon<Px> {
        Polygon::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect())
    }

    fn covers(runs: &BlockRuns, x: u32, y: u32) -> bool {
        runs.row((y / BLOCK) as usize).iter().any(|r| r.contains(&(x / BLOCK)))
    }

    #[test]
    fn a_rectangle_on_block_edges_is_exact_and_one_off_them_is_rounded_outwards() {
        let size = PictureSize::new(20, 12);
        for (points, expected) in [
            ([(4.0, 2.0), (10.0, 2.0), (10.0, 8.0), (4.0, 8.0)], (2..5, 1..4)),
            ([(4.5, 2.5), (9.1, 2.5), (9.1, 6.5), (4.5, 6.5)], (2..5, 1..4)),
            ([(-3.0, -3.0), (99.0, -3.0), (99.0, 99.0), (-3.0, 99.0)], (0..10, 0..6)),
        ] {
            let mut raster = Raster::new(size);
            raster.polygon(&polygon(&points));
            let runs = raster.runs();
            for row in 0..6u32 {
                let expected_row: &[_] = if expected.1.contains(&row) { std::slice::from_ref(&expected.0) } else { &[] };
                assert_eq!(runs.row(row as usize), expected_row, "row {row} of {points:?}");
            }
        }
    }

    #[test]
    fn the_notch_of_a_u_stays_open() {
        let mut raster = Raster::new(PictureSize::new(30, 20));
        raster.polygon(&polygon(&[
            (2.0, 2.0),
            (8.0, 2.0),
            (8.0, 12.0),
            (20.0, 12.0),
            (20.0, 2.0),
            (26.0, 2.0),
            (26.0, 18.0),
            (2.0, 18.0),
        ]));
        let runs = raster.runs();
        assert_eq!(runs.row(2), [1..4, 10..13]);
        assert_eq!(runs.row(7), std::slice::from_ref(&(1..13)));
    }

    proptest! {
        #[test]
        fn no_pixel_with_its_middle_inside_is_left_out(
            points in proptest::collection::vec((-10f64..60.0, -10f64..40.0), 3..7),
        ) {
            let polygon = polygon(&points);
            let size = PictureSize::new(51, 31);
            let mut raster = Raster::new(size);
            raster.polygon(&polygon);
            let runs = raster.runs();
            for y in 0..size.height {
                for x in 0..size.width {
                    for (dx, dy) in [(0.5, 0.5), (0.01, 0.01), (0.99, 0.99)] {
                        if polygon.contains(Point::new(f64::from(x) + dx, f64::from(y) + dy)) {
                            prop_assert!(covers(&runs, x, y), "pixel {} {}", x, y);
                        }
                    }
                }
            }
        }
    }
}
