// SPDX-License-Identifier: MPL-2.0
//! From a plan to a room: floor, walls, and things.

use super::{Desk, Effigy, Finish, Kind, Room, desk, goods};
use crate::figure::look::{Colour, hsv, linear};
use crate::furniture::{Chair, Furniture};
use crate::gallery::Gallery;
use crate::math::{Rng, Rot, Vec3, sin_cos, v3};
use crate::prop::Prop;

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Thing {
    /// A shelf of this length and height; goods look along its front.
    Shelf(f32, f32),
    /// Two shelves back to back.
    Gondola(f32, f32),
    /// A table of this width and depth with goods on it.
    Table(f32, f32),
    /// A till: counter, screen, belt.
    Till,
    /// A plant.
    Plant,
    /// Clothes on a rail of this length.
    CoatRack(f32),
    /// A shop-window figure.
    Mannequin,
    /// A life-size figure of cardboard: a picture of a person on a stand.
    Cutout,
    /// A picture of people on a wall, this wide and high; its lower edge is at the thing's height.
    Poster(f32, f32),
    /// A screen on a wall.
    Screen(f32, f32),
    /// A sign on a wall.
    Sign(f32, f32),
    /// A round-edged pillar.
    Pillar,
    /// A stack of boxes.
    Boxes,
    /// A parked trolley.
    Trolley,
    /// A chair.
    Chair,
    /// A door of this width and height; bright outside.
    Door(f32, f32),
    /// A wall of this length, height and thickness.
    Wall(f32, f32, f32),
    /// A mat of this width and depth.
    Mat(f32, f32),
    /// A low barrier (a rope, a rail) of this length.
    Rail(f32),
    /// A hand rail of this length and colour.
    Handrail(f32, Colour),
    /// A mat or a strip of another floor of this width and depth.
    Laid(f32, f32, Finish),
    /// A solid of this width, depth and height: a partition, a door's leaf, a post.
    Solid(Vec3, Finish),
    /// Something one could sit on, eat at or push.
    Piece(Furniture),
    /// A figure of one stuff.
    Effigy(Effigy),
    /// A desk with what stands on it; who sits at it looks to its front.
    Desk(Desk),
    /// An empty chair.
    Seat(Chair),
    /// An empty chair with a jacket over its back.
    Draped(Chair),
    /// A coat stand with a star foot.
    CoatStand,
}

/// A thing in its place.
#[derive(Clone, Copy, Debug)]
pub struct Things {
    /// What it is.
    pub thing: Thing,
    /// Where it stands, metres.
    pub at: Vec3,
    /// Where its front looks: 0 towards -y (the camera's wall), a quarter turn is 0.25, to the left first.
    pub turn: f32,
}

/// What a room is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Half of the width, metres: walls at -x and x.
    pub half_width: f32,
    /// Where the room begins and ends in y, metres.
    pub from_to: (f32, f32),
    /// Height, metres.
    pub height: f32,
    /// The floor.
    pub floor: Finish,
    /// The walls.
    pub wall: Finish,
    /// What stands in it.
    pub things: Vec<Things>,
}

impl Plan {
    /// A pale room with a tiled floor.
    pub fn plain(half_width: f32, depth: f32) -> Self {
        Self {
            half_width,
            from_to: (-0.3, depth),
            height: 3.0,
            floor: Finish::of(Kind::Tiles(0.6), linear(0.66, 0.64, 0.6), linear(0.45, 0.44, 0.42)),
            wall: Finish::paint(linear(0.82, 0.80, 0.75)),
            things: Vec::new(),
        }
    }

    /// Puts a thing somewhere on the floor.
    pub fn with(mut self, thing: Thing, x: f32, y: f32, turn: f32) -> Self {
        self.things.push(Things { thing, at: v3(x, y, 0.0), turn });
        self
    }

    /// Puts a thing on a wall, at this height.
    pub fn hung(mut self, thing: Thing, at: Vec3, turn: f32) -> Self {
        self.things.push(Things { thing, at, turn });
        self
    }

    /// Builds the room. The same seed draws the same goods and figures.
    pub fn build(&self, seed: u64, gallery: &mut Gallery) -> Room {
        let mut room = Room { height: self.height, ..Room::default() };
        self.shell(&mut room);
        let mut builder = Builder { room, rng: Rng::new(seed, 77), gallery, likeness: 0 };
        for thing in &self.things {
            builder.put(thing);
        }
        builder.room
    }

    fn shell(&self, room: &mut Room) {
        let (w, (front, back), h) = (self.half_width, self.from_to, self.height);
        let depth = back - front;
        let floor = room.finish(Finish { floor: true, ..self.floor });
        let wall = room.finish(self.wall);
        let ceiling = room.finish(Finish::of(Kind::Tiles(0.6), v3(0.62, 0.62, 0.6), v3(0.45, 0.45, 0.44)));
        let lamp = room.finish(Finish::of(Kind::Lamp, v3(1.0, 1.0, 0.97), v3(1.0, 1.0, 1.0)));
        let skirting = room.finish(Finish::paint(self.wall.colour * 0.45));
        room.quad(v3(-w, front, 0.0), v3(2.0 * w, 0.0, 0.0), v3(0.0, depth, 0.0), floor, [1.0, 1.0]);
        let open = [0.85, 0.95];
        for (corner, along) in [
            (v3(-w, back, 0.0), v3(2.0 * w, 0.0, 0.0)),
            (v3(-w, front, 0.0), v3(0.0, depth, 0.0)),
            (v3(w, back, 0.0), v3(0.0, -depth, 0.0)),
            (v3(w, front, 0.0), v3(-2.0 * w, 0.0, 0.0)),
        ] {
            let inwards = along.cross(v3(0.0, 0.0, 1.0)).unit();
            room.quad(corner, along, v3(0.0, 0.0, h), wall, open);
            room.quad(corner + inwards * 0.015, along, v3(0.0, 0.0, 0.09), skirting, open);
        }
        room.quad(v3(-w, back, h), v3(2.0 * w, 0.0, 0.0), v3(0.0, -depth, 0.0), ceiling, [0.8, 0.8]);
        let mut y = front + 1.4;
        while y < back {
            let mut x = -w + 1.2;
            while x < w - 0.6 {
                room.quad(v3(x, y, h - 0.02), v3(1.2, 0.0, 0.0), v3(0.0, -0.3, 0.0), lamp, [1.0, 1.0]);
                x += 2.4;
            }
            y += 2.8;
        }
        room.footprints.push([-w - 1.0, back, w + 1.0, back + 1.0, 0.35]);
        room.footprints.push([-w - 1.0, front, -w, back, 0.35]);
        room.footprints.push([w, front, w + 1.0, back, 0.35]);
    }
}

pub(super) struct Builder<'a> {
    pub room: Room,
    pub rng: Rng,
    pub gallery: &'a mut Gallery,
    pub likeness: u16,
}

impl Builder<'_> {
    fn put(&mut self, thing: &Things) {
        let turn = Rot::z(thing.turn * core::f32::consts::TAU);
        let at = thing.at;
        match thing.thing {
            Thing::Shelf(length, height) => goods::shelf(self, at, &turn, length, height, true),
            Thing::Gondola(length, height) => {
                let back = turn.apply(v3(0.0, 0.24, 0.0));
                goods::shelf(self, at - back, &turn, length, height, false);
                goods::shelf(self, at + back, &turn.after(&Rot::z(core::f32::consts::PI)), length, height, false);
            }
            Thing::Table(w, d) => goods::table(self, at, &turn, w, d),
            Thing::Till => goods::till(self, at, &turn),
            Thing::Plant => goods::plant(self, at),
            Thing::CoatRack(length) => self.coat_rack(at, &turn, length),
            Thing::Mannequin => self.mannequin(at, thing.turn),
            Thing::Cutout => self.cutout(at, &turn),
            Thing::Poster(w, h) => self.poster(at, &turn, w, h),
            Thing::Screen(w, h) => {
                let seed = self.rng.below(1000) as u32;
                let (a, b) = (hsv(self.rng.unit(), 0.5, 0.8), hsv(self.rng.unit(), 0.6, 0.4));
                self.panel(at, &turn, w, h, Finish::of(Kind::Screen(seed), a, b));
            }
            Thing::Sign(w, h) => {
                let seed = self.rng.below(1000) as u32;
                let (a, b) = (hsv(self.rng.unit(), 0.7, 0.7), v3(0.9, 0.9, 0.9));
                self.panel(at, &turn, w, h, Finish::of(Kind::Sign(seed), a, b));
            }
            Thing::Pillar => {
                let f = self.room.finish(Finish::paint(linear(0.75, 0.74, 0.72)));
                self.room.block(at, v3(0.4, 0.4, self.room.height), &turn, f, f, 0.9);
                self.room.stands(at, v3(0.4, 0.4, 0.0), &turn);
            }
            Thing::Boxes => goods::boxes(self, at, &turn),
            Thing::Trolley => {
                let prop = Prop::trolley(&mut self.rng);
                self.room.stands(at + v3(0.0, 0.4, 0.0), v3(0.5, 0.8, 0.0), &turn);
                self.prop(&prop, at, thing.turn);
            }
            Thing::Chair => {
                let prop = Prop::chair(hsv(self.rng.unit(), 0.4, 0.5));
                self.room.stands(at, v3(0.4, 0.4, 0.0), &turn);
                self.prop(&prop, at, thing.turn);
            }
            Thing::Door(w, h) => goods::door(self, at, &turn, w, h),
            Thing::Wall(l, h, d) => {
                let f = self.room.finish(Finish::paint(linear(0.7, 0.7, 0.68)));
                let top = self.room.finish(Finish::paint(linear(0.5, 0.5, 0.5)));
                self.room.block(at, v3(l, d, h), &turn, f, top, 0.9);
                self.room.stands(at, v3(l, d, 0.0), &turn);
            }
            Thing::Mat(w, d) => {
                let f = Finish::of(Kind::Carpet, linear(0.23, 0.22, 0.23), linear(0.13, 0.13, 0.14));
                let f = self.room.finish(Finish { floor: true, ..f });
                let (x, y) = (turn.apply(v3(w, 0.0, 0.0)), turn.apply(v3(0.0, d, 0.0)));
                self.room.quad(at - x * 0.5 - y * 0.5 + v3(0.0, 0.0, 0.008), x, y, f, [1.0, 1.0]);
            }
            Thing::Rail(length) => goods::rail(self, at, &turn, length),
            Thing::Handrail(length, colour) => goods::handrail(self, at, &turn, length, colour),
            Thing::Laid(w, d, finish) => {
                let f = self.room.finish(Finish { floor: true, ..finish });
                let (x, y) = (turn.apply(v3(w, 0.0, 0.0)), turn.apply(v3(0.0, d, 0.0)));
                self.room.quad(at - x * 0.5 - y * 0.5 + v3(0.0, 0.0, 0.006), x, y, f, [1.0, 1.0]);
            }
            Thing::Solid(size, finish) => {
                let f = self.room.finish(finish);
                self.room.block(at, size, &turn, f, f, 0.9);
                self.room.stands(at, size, &turn);
            }
            Thing::Effigy(kind) => self.effigy(at, thing.turn, kind),
            Thing::Desk(desk) => desk::desk(self, at, &turn, &desk),
            Thing::Seat(chair) => {
                self.room.stands(at, v3(0.45, 0.45, 0.0), &turn);
                self.prop(&chair.prop(), at, thing.turn);
            }
            Thing::Draped(chair) => {
                self.room.stands(at, v3(0.45, 0.45, 0.0), &turn);
                self.prop(&chair.prop(), at, thing.turn);
                self.jacket(at, thing.turn);
            }
            Thing::CoatStand => self.coat_stand(at, thing.turn),
            Thing::Piece(furniture) => {
                let prop = furniture.prop(&mut self.rng);
                let (w, d) = furniture.footprint();
                self.room.stands(at, v3(w, d, 0.0), &turn);
                self.prop(&prop, at, thing.turn);
            }
        }
    }

    pub(super) fn prop(&mut self, prop: &Prop, at: Vec3, turn: f32) {
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        self.room.prop(prop, at, (s, -c), 1.0);
    }

    /// A flat thing on a wall with a thin frame.
    pub(super) fn panel(&mut self, at: Vec3, turn: &Rot, w: f32, h: f32, finish: Finish) {
        let out = turn.apply(v3(0.0, -0.02, 0.0));
        let x = turn.apply(v3(w, 0.0, 0.0));
        let f = self.room.finish(finish);
        let frame = self.room.finish(Finish::paint(linear(0.2, 0.2, 0.21)));
        self.room.block(at + v3(0.0, 0.0, -0.02), v3(w + 0.04, 0.03, h + 0.04), turn, frame, frame, 0.9);
        self.room.quad(at - x * 0.5 + out, x, v3(0.0, 0.0, h), f, [1.0, 1.0]);
    }
}
