// SPDX-License-Identifier: MPL-2.0
//! A coarse grid over the picture, in whose cells people's time is added up.

use super::check::{Checked, bad};
use super::file::{Anchor, FileHeat};
use crate::geometry::{Fraction, Point, Polygon, Rect, segment_cut};

/// Most columns, and most rows: with more the figures would be large, and a cell smaller than a person.
const MOST: u32 = 32;

/// A grid of equal cells over the whole picture, counted row by row from the top left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heat {
    /// Cells from left to right.
    pub columns: usize,
    /// Cells from top to bottom.
    pub rows: usize,
    /// The point of a person's box that is somewhere.
    pub anchor: Anchor,
}

/// The checked grid.
pub(super) fn heat(file: &FileHeat) -> Checked<Heat> {
    for (key, n) in [("columns", file.columns), ("rows", file.rows)] {
        if !(2..=MOST).contains(&n) {
            return bad(format!("heat: {key} is {n}; it must be 2 to {MOST}"));
        }
    }
    Ok(Heat { columns: file.columns as usize, rows: file.rows as usize, anchor: file.anchor })
}

impl Heat {
    /// How many cells.
    pub fn cells(&self) -> usize {
        self.columns * self.rows
    }

    /// The cell that holds a point; one outside the picture belongs to the nearest cell.
    pub fn cell_at(&self, p: Point<Fraction>) -> usize {
        let place = |share: f64, n: usize| ((share * n as f64).max(0.0) as usize).min(n - 1);
        place(p.y, self.rows) * self.columns + place(p.x, self.columns)
    }

    /// A cell's outline.
    pub fn outline(&self, cell: usize) -> Rect<Fraction> {
        let (width, height) = (1.0 / self.columns as f64, 1.0 / self.rows as f64);
        Rect::new((cell % self.columns) as f64 * width, (cell / self.columns) as f64 * height, width, height)
    }

    /// The cells that a polygon covers in part or whole.
    pub fn cells_of(&self, polygon: &Polygon<Fraction>) -> Vec<usize> {
        (0..self.cells()).filter(|cell| meet(&self.outline(*cell), polygon)).collect()
    }
}

/// Do a cell and a polygon have a point in common?
fn meet(cell: &Rect<Fraction>, polygon: &Polygon<Fraction>) -> bool {
    let (left, top, right, bottom) = (cell.left, cell.top, cell.right(), cell.bottom());
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom)].map(|(x, y)| Point::new(x, y));
    let sides = (0..4).map(|i| (corners[i], corners[(i + 1) % 4]));
    let cuts = |(a, b): (Point<Fraction>, Point<Fraction>)| sides.clone().any(|(c, d)| segment_cut(a, b, c, d).is_some());
    polygon.contains(cell.centre()) || polygon.corners().iter().any(|corner| cell.contains(*corner)) || polygon.edges().any(cuts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid() -> Heat {
        Heat { columns: 4, rows: 2, anchor: Anchor::Bottom }
    }

    #[test]
    fn cells_are_counted_row_by_row_and_hold_their_upper_left_edges() {
        for ((x, y), cell) in [
            ((0.0, 0.0), 0),
            ((0.25, 0.0), 1),
            ((0.2499, 0.4999), 0),
            ((0.99, 0.5), 7),
            ((1.0, 1.0), 7),
            ((1.7, -0.2), 3),
            ((-3.0, 0.7), 4),
        ] {
            assert_eq!(grid().cell_at(Point::new(x, y)), cell, "{x} {y}");
        }
        for cell in 0..grid().cells() {
            assert_eq!(grid().cell_at(grid().outline(cell).centre()), cell);
        }
    }

    #[test]
    fn a_polygon_covers_every_cell_that_it_touches() {
        let of = |points: &[(f64, f64)]| grid().cells_of(&Polygon::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect()));
        assert_eq!(of(&[(0.1, 0.1), (0.2, 0.1), (0.2, 0.2)]), [0], "within a cell");
        assert_eq!(of(&[(0.05, 0.1), (0.95, 0.1), (0.95, 0.2), (0.05, 0.2)]), [0, 1, 2, 3], "a strip through a row");
        assert_eq!(of(&[(-0.1, -0.1), (1.1, -0.1), (1.1, 1.1), (-0.1, 1.1)]).len(), 8, "over all");
        assert_eq!(of(&[(0.3, 0.6), (0.7, 0.6), (0.7, 0.9), (0.3, 0.9)]), [5, 6]);
    }
}
