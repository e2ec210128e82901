// SPDX-License-Identifier: MPL-2.0
//! The room: what stands still. It is drawn once for a camera, with its depth.

mod build;
mod desk;
mod entrance;
mod finish;
mod furnish;
mod goods;
mod likeness;
mod random;
mod render;
mod seating;

pub use build::{Plan, Thing, Things};
pub use desk::Desk;
pub use entrance::above_door;
pub use finish::{Finish, Kind};
pub use furnish::{Spread, furnish};
pub use likeness::{EFFIGIES, Effigy};
pub use random::random_plan;
pub use render::render;
pub use seating::{Seat, cafe, rows_of_desks};

use crate::figure::Figure;
use crate::figure::mesh::{PosedPoint, SkinPoint};
use crate::math::{Rot, Vec3, v3};
use crate::prop::Prop;

/// A corner of the room's surface.
#[derive(Clone, Copy, Debug)]
pub struct Corner {
    /// Where, metres.
    pub at: Vec3,
    /// Which way the surface looks.
    pub normal: Vec3,
    /// Where on its finish: metres along and up, or a figure's rest pose.
    pub tex: Vec3,
    /// Share of its surroundings that it sees.
    pub openness: f32,
}

/// A triangle of the room.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    /// Its corners, counter-clockwise seen from outside.
    pub corners: [u32; 3],
    /// Its finish.
    pub finish: u16,
}

/// A picture on a wall: red, green, blue of 0..255, rows from the top.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Pixels.
    pub rgb: Vec<u8>,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// All that stands still.
#[derive(Clone, Debug, Default)]
pub struct Room {
    /// Corners.
    pub corners: Vec<Corner>,
    /// Triangles.
    pub faces: Vec<Face>,
    /// Finishes.
    pub finishes: Vec<Finish>,
    /// Pictures on walls.
    pub pictures: Vec<Picture>,
    /// Figures that are no persons, for their colours.
    pub figures: Vec<Figure>,
    /// What stands on the floor and darkens it: left, front, right, back (metres), and how much.
    pub footprints: Vec<[f32; 5]>,
    /// Height of the ceiling, metres.
    pub height: f32,
}

/// Longest edge of a face, metres: longer ones would bend wrongly in a lens, and vanish before it.
const LONGEST_M: f32 = 0.45;

impl Room {
    /// A finish of the room; its number.
    pub fn finish(&mut self, finish: Finish) -> u16 {
        self.finishes.push(finish);
        (self.finishes.len() - 1) as u16
    }

    /// A quadrangle: a corner and two edges; it looks where `along` × `up` points. Texture runs in metres from the corner.
    pub fn quad(&mut self, corner: Vec3, along: Vec3, up: Vec3, finish: u16, openness: [f32; 2]) {
        let normal = along.cross(up).unit();
        let (la, lu) = (along.length(), up.length());
        let (na, nu) = ((la / LONGEST_M).ceil().max(1.0) as u32, (lu / LONGEST_M).ceil().max(1.0) as u32);
        let first = self.corners.len() as u32;
        for j in 0..=nu {
            for i in 0..=na {
                let (s, t) = (i as f32 / na as f32, j as f32 / nu as f32);
                self.corners.push(Corner {
                    at: corner + along * s + up * t,
                    normal,
                    tex: v3(s * la, t * lu, 0.0),
                    openness: openness[0] + (openness[1] - openness[0]) * t,
                });
            }
        }
        for j in 0..nu {
            for i in 0..na {
                let a = first + j * (na + 1) + i;
                let (b, c, d) = (a + 1, a + na + 2, a + na + 1);
                self.faces.push(Face { corners: [a, b, c], finish });
                self.faces.push(Face { corners: [a, c, d], finish });
            }
        }
    }

    /// A box that stands on its lower middle, turned in the plan; the top may have another finish.
    #[allow(clippy::too_many_arguments)] // A box with two finishes; called in one folder only.
    pub fn block(&mut self, base: Vec3, size: Vec3, turn: &Rot, sides: u16, top: u16, openness: f32) {
        let (x, y) = (turn.apply(v3(size.x, 0.0, 0.0)), turn.apply(v3(0.0, size.y, 0.0)));
        let z = v3(0.0, 0.0, size.z);
        let c = base - x * 0.5 - y * 0.5;
        let shade = [openness * 0.75, openness];
        self.quad(c, x, z, sides, shade);
        self.quad(c + x, y, z, sides, shade);
        self.quad(c + x + y, -x, z, sides, shade);
        self.quad(c + y, -y, z, sides, shade);
        self.quad(c + z, x, y, top, [openness; 2]);
        if base.z > 0.5 {
            self.quad(c, y, x, sides, [openness * 0.5; 2]);
        }
    }

    /// Marks a rectangle of the floor as covered.
    pub fn stands(&mut self, base: Vec3, size: Vec3, turn: &Rot) {
        let (x, y) = (turn.apply(v3(size.x, 0.0, 0.0)), turn.apply(v3(0.0, size.y, 0.0)));
        let (hx, hy) = ((x.x.abs() + y.x.abs()) * 0.5, (x.y.abs() + y.y.abs()) * 0.5);
        self.footprints.push([base.x - hx, base.y - hy, base.x + hx, base.y + hy, 0.6]);
    }

    /// A figure that is no person; only these materials when any are named.
    pub fn figure(&mut self, figure: &Figure, posed: &[PosedPoint], number: u16, only: &[u8]) {
        let index = self.figures.len() as u16;
        let first_finish = self.finishes.len() as u16;
        for material in 0..crate::figure::look::material::COUNT as u8 {
            let gloss = figure.gloss(material);
            self.finish(Finish { kind: Kind::Figure(index, material), gloss, likeness: number, ..Finish::default() });
        }
        let first = self.corners.len() as u32;
        for (p, rest) in posed.iter().zip(&figure.skin.points) {
            self.corners.push(Corner { at: p.at, normal: p.normal, tex: rest.at, openness: rest.openness * 0.95 });
        }
        for t in &figure.skin.triangles {
            let of = figure.skin.points[t[0] as usize].material;
            if only.is_empty() || only.contains(&of) {
                self.faces.push(Face { corners: t.map(|i| first + i), finish: first_finish + u16::from(of) });
            }
        }
        self.figures.push(figure.clone());
    }

    /// The part of a figure that is to be kept, in one finish. Where it is cut, its inside is seen.
    pub fn shaped(&mut self, figure: &Figure, posed: &[PosedPoint], finish: u16, keep: impl Fn(&SkinPoint) -> bool) {
        let first = self.corners.len() as u32;
        for (p, rest) in posed.iter().zip(&figure.skin.points) {
            self.corners.push(Corner { at: p.at, normal: p.normal, tex: rest.at, openness: rest.openness * 0.95 });
        }
        let kept: Vec<bool> = figure.skin.points.iter().map(keep).collect();
        let cut = kept.contains(&false);
        for t in figure.skin.triangles.iter().filter(|t| t.iter().all(|i| kept[*i as usize])) {
            let corners = t.map(|i| first + i);
            self.faces.push(Face { corners, finish });
            if cut {
                let [a, b, c] = corners;
                self.faces.push(Face { corners: [a, c, b], finish });
            }
        }
    }

    /// A thing with hard edges.
    pub fn prop(&mut self, prop: &Prop, at: Vec3, facing: (f32, f32), size: f32) {
        self.likeness(prop, at, facing, size, 0);
    }

    /// A thing with hard edges that looks like a person and bears this number; 0 for one that doesn't.
    pub fn likeness(&mut self, prop: &Prop, at: Vec3, facing: (f32, f32), size: f32, number: u16) {
        let turn = Rot::facing(facing.0, facing.1);
        let finish = Finish { kind: Kind::Coloured, gloss: 0.15, likeness: number, ..Finish::default() };
        let finish = self.finish(finish);
        let first = self.corners.len() as u32;
        for (p, normal, colour) in &prop.points {
            self.corners.push(Corner {
                at: turn.apply(*p) * size + at,
                normal: turn.apply(*normal),
                tex: *colour,
                openness: 0.75,
            });
        }
        for t in &prop.triangles {
            self.faces.push(Face { corners: t.map(|i| first + i), finish });
        }
    }
}
