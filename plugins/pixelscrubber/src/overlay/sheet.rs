// SPDX-License-Identifier: MPL-2.0
//! Plain ink, block by block: what is drawn later covers what was drawn before. Every stroke and ground has a dark rim, so
//! that it is seen on any picture.

use footfall_contract::geometry::{PictureSize, Point, Px, segment_distance};

use super::label::BlockRect;
use crate::colour::{BLACK, Colour};
use crate::raster::{BLOCK, BlockRuns, blocks};

/// Width of the rim, blocks.
pub(super) const RIM: u32 = 1;

/// What a stroke is drawn with.
pub(super) struct Pen {
    /// Half of the stroke's width, without its rim.
    pub(super) half_width_px: f64,
    pub(super) ink: Colour,
}

/// The ink on each block of a picture.
pub(super) struct Sheet {
    columns: u32,
    rows: u32,
    inks: Vec<Option<Colour>>,
}

impl Sheet {
    /// Nothing drawn yet.
    pub(super) fn new(size: PictureSize) -> Self {
        let (columns, rows) = blocks(size);
        Self { columns, rows, inks: vec![None; columns as usize * rows as usize] }
    }

    /// Draws a path of straight pieces, its rim first.
    pub(super) fn stroke(&mut self, path: &[Point<Px>], pen: &Pen) {
        let rim_px = pen.half_width_px + f64::from(RIM * BLOCK);
        for (reach_px, ink) in [(rim_px, BLACK), (pen.half_width_px, pen.ink)] {
            path.windows(2).for_each(|piece| self.piece(piece[0], piece[1], reach_px, ink));
        }
    }

    /// A tag's ground, with its rim outside.
    pub(super) fn ground(&mut self, rect: &BlockRect, ink: Colour) {
        let rim = BlockRect {
            left: rect.left.saturating_sub(RIM),
            top: rect.top.saturating_sub(RIM),
            right: rect.right + RIM,
            bottom: rect.bottom + RIM,
        };
        self.fill(&rim, BLACK);
        self.fill(rect, ink);
    }

    /// A square of `side` blocks whose upper left one is `at`.
    pub(super) fn dot(&mut self, at: (u32, u32), side: u32, ink: Colour) {
        self.fill(&BlockRect { left: at.0, top: at.1, right: at.0 + side, bottom: at.1 + side }, ink);
    }

    fn fill(&mut self, rect: &BlockRect, ink: Colour) {
        for row in rect.top..rect.bottom {
            for column in rect.left..rect.right {
                self.set(column, row, ink);
            }
        }
    }

    fn set(&mut self, column: u32, row: u32, ink: Colour) {
        if column < self.columns
            && let Some(slot) = self.inks.get_mut(row as usize * self.columns as usize + column as usize)
        {
            *slot = Some(ink);
        }
    }

    /// Every block whose middle is not further than `reach_px` from the segment.
    fn piece(&mut self, a: Point<Px>, b: Point<Px>, reach_px: f64, ink: Colour) {
        if !a.is_finite() || !b.is_finite() {
            return;
        }
        let block = f64::from(BLOCK);
        let (a, b) = if a.y <= b.y { (a, b) } else { (b, a) };
        let within = |from: f64, to: f64, limit: u32| {
            let clip = |v: f64| v.clamp(0.0, f64::from(limit)) as u32;
            clip(((from - reach_px) / block).floor())..clip(((to + reach_px) / block).ceil())
        };
        for row in within(a.y, b.y, self.rows) {
            let y = (f64::from(row) + 0.5) * block;
            // Only the part of the segment near this row can be near its blocks.
            let at = |y: f64| a.x + (y.clamp(a.y, b.y) - a.y) / (b.y - a.y) * (b.x - a.x);
            let (p, q) = if b.y > a.y { (at(y - reach_px), at(y + reach_px)) } else { (a.x, b.x) };
            for column in within(p.min(q), p.max(q), self.columns) {
                let centre = Point::new((f64::from(column) + 0.5) * block, y);
                if segment_distance(centre, a, b) <= reach_px {
                    self.set(column, row, ink);
                }
            }
        }
    }

    /// The runs of each colour.
    pub(super) fn layers(&self) -> Vec<(Colour, BlockRuns)> {
        let mut colours = Vec::new();
        for ink in self.inks.iter().flatten() {
            if !colours.contains(ink) {
                colours.push(*ink);
            }
        }
        colours.into_iter().map(|colour| (colour, self.runs(colour))).collect()
    }

    fn runs(&self, colour: Colour) -> BlockRuns {
        let mut runs = BlockRuns::default();
        let mut parts = Vec::new();
        for row in self.inks.chunks(self.columns.max(1) as usize) {
            parts.clear();
            parts.extend((0u32..).zip(row).filter(|(_, ink)| **ink == Some(colour)).map(|(x, _)| x..x + 1));
            runs.push_row(&mut parts);
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const INK: Colour = Colour { red: 255, green: 0, blue: 0 };

    fn stroke(a: (f64, f64), b: (f64, f64)) -> Sheet {
        let mut sheet = Sheet::new(PictureSize::new(81, 61));
        let pen = Pen { half_width_px: 1.0, ink: INK };
        sheet.stroke(&[Point::new(a.0, a.1), Point::new(b.0, b.1)], &pen);
        sheet
    }

    fn inked(sheet: &Sheet) -> Vec<(u32, u32)> {
        let at = |i: usize| (i as u32 % sheet.columns, i as u32 / sheet.columns);
        (0..sheet.inks.len()).filter(|i| sheet.inks[*i] == Some(INK)).map(at).collect()
    }

    #[test]
    fn an_upright_stroke_is_one_block_wide_between_two_of_rim() {
        let sheet = stroke((21.0, 11.0), (21.0, 31.0));
        let layers = sheet.layers();
        let runs = |colour: Colour| &layers.iter().find(|(c, _)| *c == colour).unwrap().1;
        assert_eq!(runs(INK).row(10), std::slice::from_ref(&(10..11)));
        assert_eq!(runs(BLACK).row(10), [9..10, 11..12]);
        assert_eq!((runs(INK).area(), layers.len()), (11, 2));
    }

    #[test]
    fn what_is_drawn_later_covers_what_was_drawn_before() {
        let mut sheet = stroke((1.0, 21.0), (80.0, 21.0));
        let ground = BlockRect { left: 5, top: 5, right: 20, bottom: 15 };
        sheet.ground(&ground, BLACK);
        assert!(inked(&sheet).iter().all(|(x, _)| *x < 4 || *x >= 21));
        sheet.dot((39, 29), 4, INK);
        assert!(inked(&sheet).contains(&(40, 30)), "a dot that reaches out is cut");
    }

    proptest! {
        #[test]
        fn a_stroke_is_thin_and_has_no_gap(
            a in (1f64..80.0, 1f64..60.0), b in (1f64..80.0, 1f64..60.0),
        ) {
            let blocks = inked(&stroke(a, b));
            let along = ((a.0 - b.0).abs().max((a.1 - b.1).abs()) / 2.0).floor() as usize;
            prop_assert!(blocks.len() >= along, "{} blocks on {} steps", blocks.len(), along);
            prop_assert!(blocks.len() <= 2 * along + 5, "{} blocks on {} steps", blocks.len(), along);
            for (x, y) in &blocks {
                let touches = |other: &&(u32, u32)| *other != &(*x, *y) && other.0.abs_diff(*x) <= 1 && other.1.abs_diff(*y) <= 1;
                prop_assert!(blocks.len() == 1 || blocks.iter().any(|other| touches(&other)), "{} {} stands alone", x, y);
            }
        }
    }
}
