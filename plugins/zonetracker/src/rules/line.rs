// SPDX-License-Identifier: MPL-2.0
//! The whole decision of a crossing.
//!
//! - A point has a side only while it is further from the line than the dead band (a fraction of the person's height).
//! - The first side seen is the person's origin: one sighting is enough.
//! - The new side must hold for [`SETTLE_S`], or be the last that was seen of the person.
//! - In between, the person's path must have cut the line itself an odd number of times: walking round its end changes the
//!   side without an event, and so does coming back through the line what went round it.
//! - The event's time is that of the last cut, interpolated between the two sightings.
//! - Sides alternate: after a crossing in, the next can only be one out. Nobody is counted "once for all".
//!
//! Beyond its ends the line's sides are those of its first and last segment, prolonged.

use footfall_contract::geometry::{PictureSize, Point, Px, cross, signed_distance};
use footfall_contract::scene::{Anchor, Line};
use smallvec::SmallVec;

use crate::moment::Moment;

/// The new side must hold this long, seconds. (Two sightings at five frames a second, less the jitter of their times.)
pub const SETTLE_S: f64 = 0.19;

/// Which way a line was crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the inside.
    In,
    /// To the outside.
    Out,
}

/// A side of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Inside,
    Outside,
}

impl Side {
    fn other(self) -> Self {
        match self {
            Self::Inside => Self::Outside,
            Self::Outside => Self::Inside,
        }
    }
}

/// A crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Which way.
    pub direction: Direction,
    /// When the path cut the line.
    pub at: Moment,
}

/// What a person's track remembers of a line.
#[derive(Clone, Debug, Default)]
pub struct LineMemory {
    last: Option<(Moment, Point<Px>)>,
    /// The last settled side.
    settled: Option<Side>,
    /// The other side, and since when it is held.
    pending: Option<(Side, Moment)>,
    /// How often the path cut the line since the settled side was last seen, and when last.
    cuts: u32,
    last_cut: Option<Moment>,
}

/// A line in the pixels of a picture.
#[derive(Clone, Debug)]
pub struct LineRule {
    points: Vec<Point<Px>>,
    /// The side to the right of the line's direction.
    right: Side,
    dead_band: f64,
    anchor: Anchor,
}

impl LineRule {
    /// The rule of a scene's line in a picture of this size.
    pub fn new(line: &Line, size: PictureSize) -> Self {
        let points: Vec<_> = line.points.iter().map(|p| size.point_px(*p)).collect();
        let is_right = signed_distance(&points, size.point_px(line.inside)) >= 0.0;
        let right = if is_right { Side::Inside } else { Side::Outside };
        Self { points, right, dead_band: line.dead_band, anchor: line.anchor }
    }

    /// The point of a person that crosses.
    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// A person of this height was seen at this point.
    pub fn step(&self, memory: &mut LineMemory, at: Moment, point: Point<Px>, height_px: f64) -> Option<Crossing> {
        if let Some((before, from)) = memory.last.replace((at, point)) {
            for share in self.cuts(from, point) {
                memory.cuts += 1;
                memory.last_cut = Some(before.towards(at, share));
            }
        }
        let side = self.side(point, height_px);
        match (side, memory.settled) {
            (None, _) => memory.pending = None,
            (Some(side), Some(settled)) if side != settled => {
                let (_, since) = *memory.pending.get_or_insert((side, at));
                if at.seconds_since(since) >= SETTLE_S {
                    return memory.settle();
                }
            }
            (Some(side), _) => memory.start_from(side),
        }
        None
    }

    /// Nothing more will be seen of the person for a while: one sighting beyond the band is enough then.
    pub fn rest(memory: &mut LineMemory) -> Option<Crossing> {
        memory.settle()
    }

    /// The last cut of the line, where it may still become a crossing.
    pub fn open_cut(memory: &LineMemory) -> Option<Moment> {
        memory.last_cut.filter(|_| memory.settled.is_some() && memory.cuts % 2 == 1)
    }

    fn side(&self, point: Point<Px>, height_px: f64) -> Option<Side> {
        let distance = signed_distance(&self.points, point);
        if distance.abs() <= self.dead_band * height_px {
            None
        } else if distance > 0.0 {
            Some(self.right)
        } else {
            Some(self.right.other())
        }
    }

    /// Where (shares of the way) a step cuts the line, in order. A point on the line belongs to one side, so that a cut is
    /// found once whether or not a sighting lies exactly on it.
    fn cuts(&self, from: Point<Px>, to: Point<Px>) -> SmallVec<[f64; 4]> {
        let right = |v: f64| v > 0.0;
        let mut shares: SmallVec<[f64; 4]> = (self.points.windows(2))
            .filter_map(|s| {
                let (a, b) = (cross(s[0], s[1], from), cross(s[0], s[1], to));
                let apart = right(cross(from, to, s[0])) != right(cross(from, to, s[1]));
                (right(a) != right(b) && apart).then(|| a / (a - b))
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        shares
    }
}

impl LineMemory {
    fn start_from(&mut self, side: Side) {
        self.settled = Some(side);
        self.pending = None;
        self.cuts = 0;
        self.last_cut = None;
    }

    fn settle(&mut self) -> Option<Crossing> {
        let (side, _) = self.pending?;
        let cut = self.last_cut.filter(|_| self.cuts % 2 == 1);
        self.start_from(side);
        let direction = match side {
            Side::Inside => Direction::In,
            Side::Outside => Direction::Out,
        };
        cut.map(|at| Crossing { direction, at })
    }
}
