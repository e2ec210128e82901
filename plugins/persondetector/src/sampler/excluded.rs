// SPDX-License-Identifier: MPL-2.0
//! Which pixels of the network's input would see an excluded area.

use footfall_contract::geometry::{Point, Polygon, Px, Rect};

/// A run of input pixels in one row that become the pad colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Row of the picture's part of the input.
    pub row: usize,
    /// First column.
    pub from: usize,
    /// Column after the last.
    pub to: usize,
}

/// The spans of input pixels whose sources touch a polygon. `columns` and `rows` say for each column and row of the
/// input from which picture pixel to before which one its sources reach, all planes together.
pub fn spans(polygons: &[Polygon<Px>], columns: &[(usize, usize)], rows: &[(usize, usize)]) -> Vec<Span> {
    let mut found = Vec::new();
    for (row, &(top, bottom)) in rows.iter().enumerate() {
        let mut open = None;
        for (column, &(left, right)) in columns.iter().enumerate() {
            let source = Rect::new(left as f64, top as f64, (right - left) as f64, (bottom - top) as f64);
            match (polygons.iter().any(|p| touches(p, &source)), open) {
                (true, None) => open = Some(column),
                (false, Some(from)) => {
                    found.push(Span { row, from, to: column });
                    open = None;
                }
                (true, Some(_)) | (false, None) => {}
            }
        }
        if let Some(from) = open {
            found.push(Span { row, from, to: columns.len() });
        }
    }
    found
}

/// Have the polygon and the rectangle a point in common?
fn touches(polygon: &Polygon<Px>, rect: &Rect<Px>) -> bool {
    polygon.edges().any(|(a, b)| segment_enters(a, b, rect)) || polygon.contains(rect.centre())
}

/// Does the segment have a point in the rectangle, borders included? (Liang and Barsky 1984.)
fn segment_enters(a: Point<Px>, b: Point<Px>, rect: &Rect<Px>) -> bool {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (step, room) in [(-dx, a.x - rect.left), (dx, rect.right() - a.x), (-dy, a.y - rect.top), (dy, rect.bottom() - a.y)] {
        if step == 0.0 {
            if room < 0.0 {
                return false;
            }
        } else if step < 0.0 {
            from = from.max(room / step);
        } else {
            to = to.min(room / step);
        }
    }
    from <= to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(points: &[(f64, f64)]) -> Polygon<Px> {
        Polygon::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect())
    }

    #[test]
    fn touching_is_found_from_every_side() {
        let rect = Rect::new(10.0, 10.0, 10.0, 10.0);
        for (points, truth) in [
            (&[(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)][..], true), // around it
            (&[(12.0, 12.0), (14.0, 12.0), (13.0, 14.0)], true),                   // inside it
            (&[(0.0, 15.0), (100.0, 15.2), (100.0, 15.4)], true),                  // across it
            (&[(0.0, 0.0), (9.0, 0.0), (9.0, 100.0)], false),
            (&[(21.0, 0.0), (50.0, 0.0), (50.0, 100.0), (21.0, 100.0)], false),
            (&[(0.0, 25.0), (25.0, 0.0), (0.0, 0.0)], true), // cuts its corner
        ] {
            assert_eq!(touches(&polygon(points), &rect), truth, "{points:?}");
        }
    }

    #[test]
    fn spans_cover_exactly_the_touched_cells() {
        let cells: Vec<_> = (0..10).map(|i| (i * 10, i * 10 + 10)).collect();
        let found = spans(&[polygon(&[(25.0, 35.0), (44.0, 35.0), (44.0, 36.0), (25.0, 36.0)])], &cells, &cells);
        assert_eq!(found, [Span { row: 3, from: 2, to: 5 }]);
        let edge = spans(&[polygon(&[(95.0, 95.0), (100.0, 95.0), (100.0, 100.0)])], &cells, &cells);
        assert_eq!(edge, [Span { row: 9, from: 9, to: 10 }]);
    }
}
