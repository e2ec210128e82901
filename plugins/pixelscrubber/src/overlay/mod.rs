// SPDX-License-Identifier: MPL-2.0
//! The scene drawn over a scrubbed picture: outlines of zones, lines with an arrow to the side that counts as in, and their
//! names.
//!
//! Only the scene is drawn, and it is all that an [`Overlay`] is made of: no figure can get into it, because a running total
//! in the picture would leave the process. It is painted on a [`ScrubbedFrame`], a type that no raw frame can become without
//! its mask, and covers whole blocks of 2x2 pixels in plain colours, so that no byte of it depends on a camera's pixel.
//!
//! Everything is worked out once a scene, size and format; a frame costs the painting of its runs of blocks.

mod font;
mod label;
mod sheet;

use footfall_contract::geometry::{PictureSize, Point, Polygon, Px, signed_distance};
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::{Line, Role, Scene, Zone};

use crate::colour::{Colour, Samples};
use crate::planes::ScrubbedFrame;
use crate::raster::{BLOCK, BlockRuns};
use label::{Board, Tag};
use sheet::{Pen, Sheet};

/// Lines, and their arrows.
pub const LINE: Colour = Colour { red: 0xf2, green: 0x26, blue: 0x1a };
/// Zones of role `area`.
pub const AREA: Colour = Colour { red: 0x1a, green: 0xcc, blue: 0x40 };
/// Zones of role `interest`.
pub const INTEREST: Colour = Colour { red: 0x59, green: 0xa6, blue: 0xff };
/// Zones of role `queue`.
pub const QUEUE: Colour = Colour { red: 0xff, green: 0x8c, blue: 0x1a };

/// Everything is drawn once as thick for each so many pixels in the picture's shorter side.
const UNIT_PX: f64 = 720.0;
/// Length of an arrow, in dots of the font.
const ARROW_DOTS: f64 = 14.0;
/// Length of the two strokes at its tip, along and across the arrow, in dots of the font.
const HEAD_DOTS: (f64, f64) = (5.0, 4.0);

/// What is painted over every picture of one scene, size and format.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// Apart from each other: a block has one colour.
    layers: Vec<(Samples, BlockRuns)>,
}

impl Overlay {
    /// The overlay of a scene for pictures of this format and size.
    pub fn new(scene: &Scene, format: PixelFormat, size: PictureSize) -> Self {
        let mut drawing = Drawing::new(size);
        let zones: Vec<_> = scene.zones.iter().map(|zone| drawing.zone(zone)).collect();
        let lines: Vec<_> = scene.lines.iter().map(|line| drawing.line(line)).collect();
        // Names last, so that no stroke goes through them; those of lines first, which have fewer places to go to.
        lines.iter().chain(&zones).for_each(|tag| drawing.tag(tag));
        let layers = drawing.sheet.layers();
        Self { layers: layers.into_iter().map(|(colour, runs)| (colour.samples(format), runs)).collect() }
    }

    /// Paints it over a picture.
    pub fn draw(&self, frame: &mut ScrubbedFrame<'_>) {
        for (samples, runs) in &self.layers {
            frame.paint_runs(runs, samples);
        }
    }

    /// Is anything painted over the pixel?
    pub fn covers(&self, x: u32, y: u32) -> bool {
        let (column, row) = (x / BLOCK, (y / BLOCK) as usize);
        self.layers.iter().any(|(_, runs)| runs.row(row).iter().any(|run| run.contains(&column)))
    }
}

/// An overlay on the way.
struct Drawing {
    size: PictureSize,
    /// Blocks in the side of a dot of the font, and in the width of a stroke.
    unit: u32,
    sheet: Sheet,
    board: Board,
}

impl Drawing {
    fn new(size: PictureSize) -> Self {
        let unit = (f64::from(size.width.min(size.height)) / UNIT_PX).round().max(1.0) as u32;
        Self { size, unit, sheet: Sheet::new(size), board: Board::new(size) }
    }

    fn dot_px(&self) -> f64 {
        f64::from(self.unit * BLOCK)
    }

    fn stroke(&mut self, path: &[Point<Px>], ink: Colour) {
        let path: Vec<_> = path.iter().map(|p| Point::new(drawn(p.x, self.size.width), drawn(p.y, self.size.height))).collect();
        self.sheet.stroke(&path, &Pen { half_width_px: self.dot_px() / 2.0, ink });
    }

    /// Draws a zone's outline; gives its name's tag.
    fn zone<'s>(&mut self, zone: &'s Zone) -> Tag<'s> {
        let ink = match zone.role {
            Role::Area => AREA,
            Role::Interest { .. } => INTEREST,
            Role::Queue { .. } => QUEUE,
        };
        let outline = zone.polygon.to_px(self.size);
        let mut path = outline.corners().to_vec();
        path.extend(outline.corners().first().copied());
        self.stroke(&path, ink);
        Tag::new(&zone.name, ink, self.unit, self.size, |_, _| vec![middle(&outline)])
    }

    /// Draws a line and its arrow; gives its name's tag.
    fn line<'s>(&mut self, line: &'s Line) -> Tag<'s> {
        let points: Vec<_> = line.points.iter().map(|p| self.size.point_px(*p)).collect();
        self.stroke(&points, LINE);
        let Some(arrow) = Arrow::new(&points, self.size.point_px(line.inside)) else {
            return Tag::new(&line.name, LINE, self.unit, self.size, |_, _| points.clone());
        };
        let dot = self.dot_px();
        let tip = arrow.at(ARROW_DOTS * dot, 0.0);
        self.stroke(&[arrow.root, tip], LINE);
        let (back, aside) = HEAD_DOTS;
        let barb = |side: f64| arrow.at((ARROW_DOTS - back) * dot, side * aside * dot);
        let head = [barb(-1.0), tip, barb(1.0)];
        self.stroke(&head, LINE);
        self.board.keep_free(&[arrow.root, head[0], tip, head[2]]);
        // Opposite the arrow; where the picture ends there, beyond its tip.
        Tag::new(&line.name, LINE, self.unit, self.size, |width_px, height_px| {
            let reach = (width_px * arrow.inwards.0.abs() + height_px * arrow.inwards.1.abs()) / 2.0;
            let apart = reach + 3.0 * dot;
            vec![arrow.at(-apart, 0.0), arrow.at(ARROW_DOTS * dot + apart, 0.0)]
        })
    }

    /// Puts a name where there is room for it.
    fn tag(&mut self, tag: &Tag<'_>) {
        let Some(place) = self.board.place(tag) else { return };
        self.sheet.ground(&place, tag.ink);
        let (left, top) = tag.first_dot(&place);
        let ink = tag.ink.contrast();
        for (i, letter) in tag.text().enumerate() {
            let left = left + i as u32 * font::PITCH * self.unit;
            for (x, y) in font::dots(letter) {
                self.sheet.dot((left + x * self.unit, top + y * self.unit), self.unit, ink);
            }
        }
    }
}

/// A coordinate as it is drawn. Just between two blocks the stroke would be twice as wide, so that it is moved into the
/// next one; along the picture's far edge it stays inside.
fn drawn(v: f64, limit: u32) -> f64 {
    let last = f64::from(limit) - 1.0;
    let inside = if v > last && v <= f64::from(limit) { last } else { v };
    inside + 0.25
}

/// An arrow across a line, from the middle of its longest piece to the inside.
struct Arrow {
    root: Point<Px>,
    /// Of length 1.
    inwards: (f64, f64),
}

impl Arrow {
    /// `None` when the line has no length.
    fn new(points: &[Point<Px>], inside: Point<Px>) -> Option<Self> {
        let length = |s: &[Point<Px>]| (s[1].x - s[0].x).hypot(s[1].y - s[0].y);
        let longest = points.windows(2).max_by(|a, b| length(a).total_cmp(&length(b))).filter(|s| length(s) > 0.0)?;
        let (a, b) = (longest[0], longest[1]);
        let side = if signed_distance(points, inside) < 0.0 { -1.0 } else { 1.0 };
        let inwards = ((a.y - b.y) * side / length(longest), (b.x - a.x) * side / length(longest));
        Some(Self { root: Point::new((a.x + b.x) / 2.0, (a.y + b.y) / 2.0), inwards })
    }

    /// The point this far along the arrow and this far aside of it, pixels.
    fn at(&self, along: f64, aside: f64) -> Point<Px> {
        let (x, y) = self.inwards;
        Point::new(self.root.x + along * x - aside * y, self.root.y + along * y + aside * x)
    }
}

/// A point inside a polygon: at the height of its centre of mass, in the middle of its widest part there.
fn middle(polygon: &Polygon<Px>) -> Point<Px> {
    let (mut moment, mut twice_area) = (0.0, 0.0);
    for (a, b) in polygon.edges() {
        let piece = a.x * b.y - b.x * a.y;
        moment += (a.y + b.y) * piece;
        twice_area += piece;
    }
    let y = moment / (3.0 * twice_area);
    let cuts = polygon.cuts(y);
    let widest = cuts.as_chunks::<2>().0.iter().max_by(|p, q| (p[1] - p[0]).total_cmp(&(q[1] - q[0])));
    // A polygon without area has no middle; a scene has none such.
    widest.map_or_else(
        || polygon.corners().first().copied().unwrap_or(Point::new(0.0, 0.0)),
        |p| Point::new((p[0] + p[1]) / 2.0, y),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polygon(points: &[(f64, f64)]) -> Polygon<Px> {
        Polygon::new(points.iter().map(|&(x, y)| Point::new(x, y)).collect())
    }

    #[test]
    fn a_zones_middle_is_inside_it() {
        let square = polygon(&[(10.0, 20.0), (50.0, 20.0), (50.0, 60.0), (10.0, 60.0)]);
        assert_eq!((middle(&square).x, middle(&square).y), (30.0, 40.0));
        let l = polygon(&[(0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (10.0, 10.0), (10.0, 100.0), (0.0, 100.0)]);
        assert!(l.contains(middle(&l)), "{:?}", middle(&l));
        let flat = polygon(&[(3.0, 4.0), (5.0, 4.0), (9.0, 4.0)]);
        assert!(middle(&flat).is_finite());
    }

    #[test]
    fn an_arrow_points_to_the_inside_square_to_its_line() {
        let line = [Point::new(10.0, 50.0), Point::new(90.0, 50.0)];
        for (inside, tip) in [(Point::new(20.0, 99.0), (50.0, 60.0)), (Point::new(20.0, 1.0), (50.0, 40.0))] {
            let arrow = Arrow::new(&line, inside).unwrap();
            assert_eq!((arrow.at(10.0, 0.0).x, arrow.at(10.0, 0.0).y), tip);
        }
        assert!(Arrow::new(&[line[0], line[0]], line[1]).is_none());
    }
}
