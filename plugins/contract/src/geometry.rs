// SPDX-License-Identifier: MPL-2.0
//! Points, rectangles and polygons, in pixels or in fractions of the picture, never mixed.
//!
//! The origin is the picture's top left corner, x grows to the right, y grows downwards.

use std::marker::PhantomData;

/// Unit: pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Px;
/// Unit: fractions of the picture's width (x) and height (y), 0..1 inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction;

/// A point in unit `U`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point<U> {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
    unit: PhantomData<U>,
}

impl<U> Point<U> {
    /// The point (x, y).
    pub const fn new(x: f64, y: f64) -> Self {
        Self { x, y, unit: PhantomData }
    }

    /// Are both coordinates finite?
    pub fn is_finite(&self) -> bool {
        self.x.is_finite() && self.y.is_finite()
    }
}

/// An upright rectangle in unit `U`; width and height are never negative when made by [`Rect::from_corners`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect<U> {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    unit: PhantomData<U>,
}

impl<U: Copy> Rect<U> {
    /// A rectangle from its upper left corner and its size.
    pub const fn new(left: f64, top: f64, width: f64, height: f64) -> Self {
        Self { left, top, width, height, unit: PhantomData }
    }

    /// A rectangle from two opposite corners, in any order.
    pub fn from_corners(a: Point<U>, b: Point<U>) -> Self {
        let (left, right) = (a.x.min(b.x), a.x.max(b.x));
        let (top, bottom) = (a.y.min(b.y), a.y.max(b.y));
        Self::new(left, top, right - left, bottom - top)
    }

    /// Right edge.
    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Lower edge.
    pub fn bottom(&self) -> f64 {
        self.top + self.height
    }

    /// The middle.
    pub fn centre(&self) -> Point<U> {
        Point::new(self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    /// The middle of the lower edge: where a standing person's feet are.
    pub fn bottom_centre(&self) -> Point<U> {
        Point::new(self.left + self.width / 2.0, self.bottom())
    }

    /// Width times height.
    pub fn area(&self) -> f64 {
        self.width * self.height
    }

    /// Are all four numbers finite, and neither side negative?
    pub fn is_sane(&self) -> bool {
        [self.left, self.top, self.width, self.height].iter().all(|v| v.is_finite()) && self.width >= 0.0 && self.height >= 0.0
    }

    /// The common part; `None` when they do not overlap.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let left = self.left.max(other.left);
        let top = self.top.max(other.top);
        let right = self.right().min(other.right());
        let bottom = self.bottom().min(other.bottom());
        (right > left && bottom > top).then(|| Self::new(left, top, right - left, bottom - top))
    }

    /// The smallest rectangle that holds both.
    pub fn union(&self, other: &Self) -> Self {
        let left = self.left.min(other.left);
        let top = self.top.min(other.top);
        let right = self.right().max(other.right());
        let bottom = self.bottom().max(other.bottom());
        Self::new(left, top, right - left, bottom - top)
    }

    /// Intersection over union, 0..1.
    pub fn iou(&self, other: &Self) -> f64 {
        let common = self.intersection(other).map_or(0.0, |r| r.area());
        let all = self.area() + other.area() - common;
        if all > 0.0 { common / all } else { 0.0 }
    }

    /// Grown by `dx` to the left and right and by `dy` upwards and downwards.
    pub fn grown(&self, dx: f64, dy: f64) -> Self {
        Self::new(self.left - dx, self.top - dy, self.width + 2.0 * dx, self.height + 2.0 * dy)
    }

    /// Does it hold the point (left and upper edge included)?
    pub fn contains(&self, p: Point<U>) -> bool {
        p.x >= self.left && p.x < self.right() && p.y >= self.top && p.y < self.bottom()
    }
}

/// The size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PictureSize {
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
}

impl PictureSize {
    /// A size of `width` by `height` pixels.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// A point of fractions, in this picture's pixels.
    pub fn point_px(&self, p: Point<Fraction>) -> Point<Px> {
        Point::new(p.x * f64::from(self.width), p.y * f64::from(self.height))
    }

    /// A point of pixels, in fractions of this picture.
    pub fn point_fraction(&self, p: Point<Px>) -> Point<Fraction> {
        Point::new(p.x / f64::from(self.width), p.y / f64::from(self.height))
    }

    /// A rectangle of pixels, in fractions of this picture.
    pub fn rect_fraction(&self, r: Rect<Px>) -> Rect<Fraction> {
        let (w, h) = (f64::from(self.width), f64::from(self.height));
        Rect::new(r.left / w, r.top / h, r.width / w, r.height / h)
    }

    /// The whole picture as a rectangle.
    pub fn bounds(&self) -> Rect<Px> {
        Rect::new(0.0, 0.0, f64::from(self.width), f64::from(self.height))
    }
}

/// Twice the signed area of the triangle a, b, p: positive when p lies to the right of the way from a to b on the
/// screen (y grows downwards), 0 on the line.
pub fn cross<U>(a: Point<U>, b: Point<U>, p: Point<U>) -> f64 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}

/// Where the way from `p` to `q` cuts the segment `a`-`b`: the share of the way (0..1), or `None` when it does not, or
/// when both lie on one line. Touching counts.
pub fn segment_cut<U>(p: Point<U>, q: Point<U>, a: Point<U>, b: Point<U>) -> Option<f64> {
    let (rx, ry) = (q.x - p.x, q.y - p.y);
    let (sx, sy) = (b.x - a.x, b.y - a.y);
    let d = rx * sy - ry * sx;
    if d == 0.0 {
        return None;
    }
    let t = ((a.x - p.x) * sy - (a.y - p.y) * sx) / d;
    let u = ((a.x - p.x) * ry - (a.y - p.y) * rx) / d;
    ((0.0..=1.0).contains(&t) && (0.0..=1.0).contains(&u)).then_some(t)
}

/// The distance of `p` from the segment `a`-`b`.
pub fn segment_distance<U>(p: Point<U>, a: Point<U>, b: Point<U>) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let length2 = dx * dx + dy * dy;
    let t = if length2 > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / length2).clamp(0.0, 1.0) } else { 0.0 };
    (p.x - a.x - t * dx).hypot(p.y - a.y - t * dy)
}

/// The distance of `p` from the polyline through `points`, positive to the right of its direction (y grows downwards): which
/// side of a line is in follows from its sign. Measured to the nearest segment; the first and last are prolonged.
pub fn signed_distance<U: Copy>(points: &[Point<U>], p: Point<U>) -> f64 {
    let segments = points.len().saturating_sub(1);
    let mut best = (f64::INFINITY, 0.0_f64);
    for (i, (a, b)) in points.iter().zip(points.iter().skip(1)).enumerate() {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx.hypot(dy).max(1e-9);
        let offset = cross(*a, *b, p) / length;
        let along = ((p.x - a.x) * dx + (p.y - a.y) * dy) / length;
        let prolonged = (i == 0 && along < 0.0) || (i + 1 == segments && along > length);
        let distance = if prolonged { offset.abs() } else { segment_distance(p, *a, *b) };
        // Near a corner both segments are equally near: the one that sees the point more squarely tells the side.
        let tie = (distance - best.0).abs() <= 1e-9;
        if (tie && offset.abs() > best.1.abs()) || (!tie && distance < best.0) {
            best = (distance, offset);
        }
    }
    best.0 * best.1.signum()
}

/// A simple polygon (its edges do not cross) in unit `U`.
#[derive(Clone, Debug, PartialEq)]
pub struct Polygon<U> {
    corners: Vec<Point<U>>,
}

impl<U: Copy> Polygon<U> {
    /// A polygon from its corners in order, first not repeated. Whether it is simple is asked by
    /// [`Polygon::crossing_edges`].
    pub fn new(corners: Vec<Point<U>>) -> Self {
        Self { corners }
    }

    /// The corners in order.
    pub fn corners(&self) -> &[Point<U>] {
        &self.corners
    }

    /// The edges, the closing one last.
    pub fn edges(&self) -> impl Iterator<Item = (Point<U>, Point<U>)> + '_ {
        let n = self.corners.len();
        (0..n).map(move |i| (self.corners[i], self.corners[(i + 1) % n]))
    }

    /// Where the horizontal at `y` meets the edges, from left to right: inside lies between the first and second, the third
    /// and fourth, and so on.
    pub fn cuts(&self, y: f64) -> Vec<f64> {
        let meets = self.edges().filter(|(a, b)| (a.y > y) != (b.y > y));
        let mut cuts: Vec<f64> = meets.map(|(a, b)| a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)).collect();
        cuts.sort_by(f64::total_cmp);
        cuts
    }

    /// Is the point inside? Even-odd rule; a point on an edge belongs to one of the two sides.
    pub fn contains(&self, p: Point<U>) -> bool {
        let mut inside = false;
        for (a, b) in self.edges() {
            if (a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x {
                inside = !inside;
            }
        }
        inside
    }

    /// The area, never negative.
    pub fn area(&self) -> f64 {
        self.edges().map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>().abs() / 2.0
    }

    /// The first pair of edges (by the number of their first corner) that cross or touch although they are not
    /// neighbours; `None` for a simple polygon.
    pub fn crossing_edges(&self) -> Option<(usize, usize)> {
        let edges: Vec<_> = self.edges().collect();
        let n = edges.len();
        for i in 0..n {
            for j in i + 1..n {
                let neighbours = j == i + 1 || (i == 0 && j == n - 1);
                if !neighbours && segment_cut(edges[i].0, edges[i].1, edges[j].0, edges[j].1).is_some() {
                    return Some((i, j));
                }
            }
        }
        None
    }
}

impl Polygon<Fraction> {
    /// The same polygon in the pixels of a picture.
    pub fn to_px(&self, size: PictureSize) -> Polygon<Px> {
        Polygon::new(self.corners.iter().map(|p| size.point_px(*p)).collect())
    }

    /// The part inside the picture (Sutherland and Hodgman 1974); may be empty.
    pub fn clipped(&self) -> Self {
        type Inside = fn(Point<Fraction>) -> f64;
        let sides: [Inside; 4] = [|p| p.x, |p| 1.0 - p.x, |p| p.y, |p| 1.0 - p.y];
        let mut corners = self.corners.clone();
        for distance in sides {
            let mut kept = Vec::with_capacity(corners.len() + 4);
            for i in 0..corners.len() {
                let (a, b) = (corners[i], corners[(i + 1) % corners.len()]);
                let (da, db) = (distance(a), distance(b));
                if da >= 0.0 {
                    kept.push(a);
                }
                if (da >= 0.0) != (db >= 0.0) {
                    let t = da / (da - db);
                    kept.push(Point::new(a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)));
                }
            }
            corners = kept;
        }
        Self { corners }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_horizontal_cuts_a_polygon_in_pairs() {
        let p = |x, y| Point::<Px>::new(x, y);
        let horns = Polygon::new(vec![p(0.0, 0.0), p(4.0, 8.0), p(8.0, 0.0), p(12.0, 8.0), p(12.0, 12.0), p(0.0, 12.0)]);
        assert_eq!(horns.cuts(4.0), [0.0, 2.0, 6.0, 10.0]);
        assert_eq!(horns.cuts(10.0), [0.0, 12.0]);
        assert!(horns.cuts(20.0).is_empty());
    }

    #[test]
    fn the_nearest_piece_of_a_line_tells_the_side() {
        let p = |x, y| Point::<Px>::new(x, y);
        let straight = [p(0.0, 50.0), p(100.0, 50.0)];
        let hook = [p(0.0, 0.0), p(100.0, 0.0), p(100.0, 100.0)];
        for (line, point, right) in [
            (&straight[..], p(50.0, 90.0), true),
            (&straight[..], p(50.0, 10.0), false),
            (&straight[..], p(300.0, 60.0), true),
            (&hook[..], p(50.0, 40.0), true),
            (&hook[..], p(160.0, 50.0), false),
            // Left of the second piece, beyond the corner.
            (&hook[..], p(130.0, -10.0), false),
        ] {
            assert_eq!(signed_distance(line, point) > 0.0, right, "{line:?} {point:?}");
        }
    }

    fn polygon(points: &[(f64, f64)]) -> Polygon<Fraction> {
        Polygon::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect())
    }

    #[test]
    fn a_bow_tie_crosses_itself_and_a_square_does_not() {
        assert_eq!(polygon(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]).crossing_edges(), Some((0, 2)));
        assert_eq!(polygon(&[(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]).crossing_edges(), None);
    }

    #[test]
    fn a_polygon_that_reaches_out_is_clipped_to_the_picture() {
        let clipped = polygon(&[(0.5, 0.5), (1.5, 0.5), (1.5, 0.8), (0.5, 0.8)]).clipped();
        assert!((clipped.area() - 0.5 * 0.3).abs() < 1e-12);
        assert!(polygon(&[(1.2, 0.1), (1.5, 0.1), (1.5, 0.3)]).clipped().area() == 0.0);
    }

    #[test]
    fn the_notch_of_an_l_is_outside() {
        let l = polygon(&[(0.0, 0.0), (1.0, 0.0), (1.0, 0.4), (0.4, 0.4), (0.4, 1.0), (0.0, 1.0)]);
        assert!(l.contains(Point::new(0.2, 0.8)));
        assert!(!l.contains(Point::new(0.8, 0.8)));
        assert!((l.area() - 0.64).abs() < 1e-12);
    }

    #[test]
    fn a_cut_is_found_where_it_is() {
        let cut = segment_cut::<Px>(Point::new(0.0, 0.0), Point::new(0.0, 10.0), Point::new(-1.0, 4.0), Point::new(1.0, 4.0));
        assert_eq!(cut, Some(0.4));
        let beyond = segment_cut::<Px>(Point::new(2.0, 0.0), Point::new(2.0, 10.0), Point::new(-1.0, 4.0), Point::new(1.0, 4.0));
        assert_eq!(beyond, None);
    }

    #[test]
    fn overlap_is_a_share() {
        let a = Rect::<Px>::new(0.0, 0.0, 10.0, 10.0);
        assert_eq!(a.iou(&a), 1.0);
        assert!((a.iou(&Rect::new(5.0, 0.0, 10.0, 10.0)) - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(a.iou(&Rect::new(10.0, 0.0, 10.0, 10.0)), 0.0);
    }
}
