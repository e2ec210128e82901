// SPDX-License-Identifier: MPL-2.0
//! What looks like a person and is none: shop-window figures, statues, dolls, pictures of people, hanging clothes.

use super::build::Builder;
use super::{Finish, Kind, Picture};
use crate::figure::look::{Colour, hsv, linear, material};
use crate::figure::pose::{Act, Pose, STANDING_ACTS};
use crate::figure::skeleton::Stance;
use crate::figure::{Detail, Figure};
use crate::math::{Rng, Rot, Vec3, sin_cos, v3};
use crate::portrait;
use crate::prop::Prop;

/// A figure of one stuff: no face, no cloth, no skin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effigy {
    /// A statue of stone or bronze on the floor or on a plinth.
    Statue,
    /// Head and shoulders on a plinth.
    Bust,
    /// A tailor's torso on a pole.
    Torso,
    /// A shop-window figure in one colour, often without a head.
    Bare,
    /// A doll, up to half a metre high.
    Doll,
    /// A toy robot.
    Robot,
    /// A coat and a hat on a cross of poles.
    Scarecrow,
}

/// Every kind, for drawing one by chance.
pub const EFFIGIES: [Effigy; 7] =
    [Effigy::Statue, Effigy::Bust, Effigy::Torso, Effigy::Bare, Effigy::Doll, Effigy::Robot, Effigy::Scarecrow];

impl Builder<'_> {
    fn next_likeness(&mut self) -> u16 {
        self.likeness += 1;
        self.likeness
    }

    pub(super) fn mannequin(&mut self, at: Vec3, turn: f32) {
        let figure = self.gallery.mannequin(&mut self.rng);
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        let act = *self.rng.pick(&[Act::Plain, Act::Akimbo, Act::Plain, Act::Carry, Act::Pockets]);
        let mut pose = Pose::standing(self.rng.unit()).doing(act, 0.8);
        pose.twist += self.rng.range(-0.15, 0.15);
        let stance = Stance::of(&figure.look.build, &pose, at + v3(0.0, 0.0, 0.03), (s, -c));
        let number = self.next_likeness();
        let mut posed = Vec::new();
        figure.pose(&stance, &mut posed);
        self.room.figure(&figure, &posed, number, &[]);
        let stand = self.room.finish(Finish { gloss: 0.2, ..Finish::paint(linear(0.6, 0.6, 0.62)) });
        self.room.block(at, v3(0.42, 0.42, 0.03), &Rot::IDENTITY, stand, stand, 0.9);
        self.room.stands(at, v3(0.42, 0.42, 0.0), &Rot::IDENTITY);
    }

    fn picture_of_people(&mut self, w: f32, h: f32, close: bool) -> u16 {
        let figure = self.gallery.person(&mut self.rng);
        let size = (96, ((96.0 * h / w) as usize).clamp(32, 320));
        let (rgb, _) = portrait::of(&figure, &mut self.rng, size.0, size.1, close);
        self.room.pictures.push(Picture { rgb, width: size.0, height: size.1 });
        (self.room.pictures.len() - 1) as u16
    }

    pub(super) fn poster(&mut self, at: Vec3, turn: &Rot, w: f32, h: f32) {
        let close = self.rng.chance(0.5);
        let index = self.picture_of_people(w, h, close);
        let number = self.next_likeness();
        self.panel(
            at,
            turn,
            w,
            h,
            Finish { kind: Kind::Picture(index, w, h), likeness: number, gloss: 0.12, ..Finish::default() },
        );
    }

    pub(super) fn cutout(&mut self, at: Vec3, turn: &Rot) {
        let (w, h) = (0.62, 1.85);
        let index = self.picture_of_people(w, h, false);
        let number = self.next_likeness();
        self.panel(
            at + v3(0.0, 0.0, 0.03),
            turn,
            w,
            h,
            Finish { kind: Kind::Picture(index, w, h), likeness: number, ..Finish::default() },
        );
        self.room.stands(at, v3(0.6, 0.3, 0.0), turn);
    }

    pub(super) fn coat_rack(&mut self, at: Vec3, turn: &Rot, length: f32) {
        let mut rack = Prop::default();
        let metal: Colour = v3(0.35, 0.35, 0.36);
        let h = 1.55;
        rack.bar(v3(-length * 0.5, 0.0, h), v3(length * 0.5, 0.0, h), 0.014, metal);
        for side in [-0.5f32, 0.5] {
            rack.bar(v3(side * length, 0.0, 0.0), v3(side * length, 0.0, h), 0.016, metal);
            rack.bar(v3(side * length, -0.25, 0.03), v3(side * length, 0.25, 0.03), 0.016, metal);
        }
        let facing = turn.apply(v3(0.0, -1.0, 0.0));
        self.room.prop(&rack, at, (facing.x, facing.y), 1.0);
        self.room.stands(at, v3(length, 0.5, 0.0), turn);
        let count = ((length / 0.13) as usize).min(9);
        let mut posed = Vec::new();
        for i in 0..count {
            let figure: std::sync::Arc<Figure> = self.gallery.person(&mut self.rng);
            let x = (i as f32 + 0.5) / count as f32 * length - length * 0.5 + self.rng.range(-0.03, 0.03);
            let place = at + turn.apply(v3(x, 0.0, 0.0));
            // A garment hangs sideways, as high as the rail: shoulders are at 1.4 of 1.75 m.
            let pose = Pose { arm_out: [0.1; 2], elbow: [0.1; 2], ..Pose::default() };
            let side = turn.apply(v3(if self.rng.chance(0.5) { 1.0 } else { -1.0 }, self.rng.range(-0.2, 0.2), 0.0)).unit();
            let lift = h - 0.04 - 1.42 * figure.look.build.height / 1.75;
            let stance = Stance::of(&figure.look.build, &pose, place + v3(0.0, 0.0, lift), (side.x, side.y));
            figure.pose(&stance, &mut posed);
            let along = turn.apply(v3(1.0, 0.0, 0.0));
            for p in &mut posed {
                // Cloth without a body is flat.
                let d = (p.at - place).dot(along);
                p.at = p.at - along * (d * 0.62);
            }
            self.room.figure(&figure, &posed, 0, &[material::UPPER]);
        }
    }

    /// A figure of one stuff.
    pub(super) fn effigy(&mut self, at: Vec3, turn: f32, kind: Effigy) {
        let number = self.next_likeness();
        match kind {
            Effigy::Statue | Effigy::Doll | Effigy::Bare => self.whole_figure(at, turn, kind, number),
            Effigy::Bust | Effigy::Torso => self.part_of_figure(at, turn, kind, number),
            Effigy::Robot => {
                let robot = robot(&mut self.rng);
                let (s, c) = sin_cos(turn * core::f32::consts::TAU);
                let size = self.rng.range(0.5, 1.3);
                self.room.likeness(&robot, at, (s, -c), size, number);
                self.room.stands(at, v3(0.6, 0.4, 0.0) * size, &Rot::IDENTITY);
            }
            Effigy::Scarecrow => {
                let mut poles = Prop::default();
                let wood = hsv(0.09, 0.5, self.rng.range(0.2, 0.5));
                poles.bar(v3(0.0, 0.0, 0.0), v3(0.0, 0.0, 1.62), 0.022, wood);
                poles.bar(v3(-0.6, 0.0, 1.36), v3(0.6, 0.0, 1.36), 0.018, wood);
                poles.round([v3(0.0, 0.0, 1.5), v3(0.0, 0.0, 1.66)], [0.16, 0.12], 12, wood * 1.3);
                poles.round([v3(0.0, 0.0, 1.66), v3(0.0, 0.0, 1.74)], [0.13, 0.10], 12, wood * 0.6);
                let (s, c) = sin_cos(turn * core::f32::consts::TAU);
                self.room.likeness(&poles, at, (s, -c), 1.0, number);
                self.room.stands(at, v3(0.3, 0.3, 0.0), &Rot::IDENTITY);
                self.garment(at, (s, -c), number, 1.4);
            }
        }
    }

    fn whole_figure(&mut self, at: Vec3, turn: f32, kind: Effigy, number: u16) {
        let bare = kind == Effigy::Bare;
        let figure = if bare { self.gallery.mannequin(&mut self.rng) } else { self.gallery.person(&mut self.rng) };
        let child = self.rng.below(40);
        let figure = if kind == Effigy::Doll { self.gallery.get(1, child, Detail::Coarse) } else { figure };
        let mut build = figure.look.build;
        build.height = match kind {
            Effigy::Doll => self.rng.range(0.22, 0.5),
            Effigy::Statue => build.height * self.rng.range(0.6, 1.3),
            _ => build.height,
        };
        let pose = self.still_pose();
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        let stuff = self.stuff(kind, number);
        let mut base = 0.03;
        if kind == Effigy::Statue {
            base = if self.rng.chance(0.7) { self.rng.range(0.15, 1.0) } else { 0.06 };
            self.plinth(at, base, 0.55 * build.height / 1.75);
        } else if bare {
            self.plinth(at, base, 0.42);
        } else {
            self.room.stands(at, v3(0.15, 0.15, 0.0), &Rot::IDENTITY);
        }
        let stance = Stance::of(&build, &pose, at + v3(0.0, 0.0, base), (s, -c));
        let mut posed = Vec::new();
        figure.pose(&stance, &mut posed);
        self.room.shaped(&figure, &posed, stuff, |_| true);
    }

    fn part_of_figure(&mut self, at: Vec3, turn: f32, kind: Effigy, number: u16) {
        let bust = kind == Effigy::Bust;
        let figure = if bust { self.gallery.person(&mut self.rng) } else { self.gallery.mannequin(&mut self.rng) };
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        // Heights in the rest pose; a bust ends at the chest, a torso at hips, neck and shoulders.
        let (low, high, wide) = if bust { (1.27, 9.0, 0.24) } else { (0.80, 1.50, 0.215) };
        let size = figure.look.build.height / 1.75;
        let top = if bust { self.rng.range(0.9, 1.4) } else { self.rng.range(0.75, 0.95) };
        let stuff = self.stuff(kind, number);
        let stance = Stance::of(&figure.look.build, &Pose::default(), at + v3(0.0, 0.0, top - low * size), (s, -c));
        let mut posed = Vec::new();
        figure.pose(&stance, &mut posed);
        self.room.shaped(&figure, &posed, stuff, |p| p.at.z > low && p.at.z < high && p.at.x.abs() < wide);
        if bust {
            self.plinth(at, top, 0.34);
        } else {
            let mut pole = Prop::default();
            let metal = v3(0.3, 0.3, 0.31);
            pole.round([v3(0.0, 0.0, 0.02), v3(0.0, 0.0, top + 0.1)], [0.018; 2], 8, metal);
            pole.round([v3(0.0, 0.0, 0.0), v3(0.0, 0.0, 0.025)], [0.2, 0.19], 16, metal);
            self.room.prop(&pole, at, (s, -c), 1.0);
            self.room.stands(at, v3(0.35, 0.35, 0.0), &Rot::IDENTITY);
        }
    }

    fn still_pose(&mut self) -> Pose {
        let rng = &mut self.rng;
        let mut pose = match rng.below(5) {
            0 => Pose::walking(rng.unit(), rng.range(0.3, 0.9)),
            _ => Pose::standing(rng.unit()).doing(*rng.pick(&STANDING_ACTS), rng.range(0.4, 1.0)),
        };
        pose.twist += rng.range(-0.2, 0.2);
        pose.look += rng.range(-0.5, 0.5);
        pose.arm_out[0] += rng.range(0.0, 0.5);
        pose
    }

    /// What a figure is made of; one finish all over.
    fn stuff(&mut self, kind: Effigy, likeness: u16) -> u16 {
        let rng = &mut self.rng;
        let stone = kind == Effigy::Statue || kind == Effigy::Bust;
        let (colour, gloss) = if stone { stone_or_bronze(rng) } else { plastic(rng, kind) };
        let kind = if stone { Kind::Stone } else { Kind::Plain };
        self.room.finish(Finish { gloss, likeness, ..Finish::of(kind, colour, colour * 0.8) })
    }

    fn plinth(&mut self, at: Vec3, height: f32, width: f32) {
        let colour = *self.rng.pick(&[
            linear(0.8, 0.8, 0.78),
            linear(0.35, 0.35, 0.36),
            linear(0.55, 0.5, 0.43),
            linear(0.12, 0.12, 0.13),
        ]);
        let finish = self.room.finish(Finish { gloss: 0.05, ..Finish::of(Kind::Stone, colour, colour) });
        self.room.block(at, v3(width, width, height), &Rot::IDENTITY, finish, finish, 0.9);
        self.room.stands(at, v3(width, width, 0.0), &Rot::IDENTITY);
    }

    /// A stand with a star foot, with or without coats.
    pub(super) fn coat_stand(&mut self, at: Vec3, turn: f32) {
        let number = self.next_likeness();
        let mut p = Prop::default();
        let colour = *self.rng.pick(&[v3(0.04, 0.04, 0.045), v3(0.4, 0.4, 0.42), v3(0.25, 0.13, 0.06)]);
        p.round([v3(0.0, 0.0, 0.05), v3(0.0, 0.0, 1.8)], [0.022, 0.018], 8, colour);
        let arms = 3 + self.rng.below(3);
        for i in 0..arms {
            let (s, c) = sin_cos(core::f32::consts::TAU * i as f32 / arms as f32);
            p.bar(v3(0.0, 0.0, 0.1), v3(0.3 * c, 0.3 * s, 0.015), 0.014, colour);
            p.bar(v3(0.0, 0.0, 1.68), v3(0.15 * c, 0.15 * s, 1.8), 0.010, colour);
        }
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        self.room.likeness(&p, at, (s, -c), 1.0, number);
        self.room.stands(at, v3(0.5, 0.5, 0.0), &Rot::IDENTITY);
        for _ in 0..self.rng.below(4) {
            let (s, c) = sin_cos(self.rng.range(0.0, core::f32::consts::TAU));
            let shoulders = self.rng.range(1.5, 1.68);
            self.garment(at + v3(s, c, 0.0) * 0.1, (s, c), number, shoulders);
        }
    }

    /// A jacket over the back of a chair that stands here.
    pub(super) fn jacket(&mut self, at: Vec3, turn: f32) {
        let number = self.next_likeness();
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        let shoulders = self.rng.range(0.84, 0.98);
        self.garment(at - v3(s, -c, 0.0) * 0.22, (s, -c), number, shoulders);
    }

    /// What somebody would wear above, hanging empty from its shoulders at this height.
    fn garment(&mut self, at: Vec3, facing: (f32, f32), number: u16, shoulders: f32) {
        let figure = self.gallery.person(&mut self.rng);
        let (along, flat) = (v3(facing.0, facing.1, 0.0), self.rng.range(0.3, 0.6));
        let pose = Pose { arm_out: [0.05; 2], elbow: [0.1; 2], ..Pose::default() };
        let lift = shoulders - 1.42 * figure.look.build.height / 1.75;
        let stance = Stance::of(&figure.look.build, &pose, at + v3(0.0, 0.0, lift), facing);
        let mut posed = Vec::new();
        figure.pose(&stance, &mut posed);
        for p in &mut posed {
            // Cloth without a body is flat.
            p.at = p.at - along * ((p.at - at).dot(along) * flat);
        }
        self.room.figure(&figure, &posed, number, &[material::UPPER]);
    }
}

fn stone_or_bronze(rng: &mut Rng) -> (Colour, f32) {
    let k = rng.range(0.7, 1.15);
    match rng.below(7) {
        0 | 1 => (linear(0.88, 0.87, 0.84) * k, 0.06),
        2 => (linear(0.6, 0.6, 0.59) * k, 0.02),
        3 => (linear(0.72, 0.62, 0.48) * k, 0.02),
        4 => (linear(0.30, 0.21, 0.12) * k, 0.35),
        5 => (linear(0.35, 0.52, 0.45) * k, 0.10),
        _ => (linear(0.12, 0.12, 0.12) * k, 0.30),
    }
}

fn plastic(rng: &mut Rng, kind: Effigy) -> (Colour, f32) {
    let colour = match rng.below(6) {
        0 | 1 => linear(0.93, 0.92, 0.9),
        2 => linear(0.07, 0.07, 0.075),
        3 => linear(0.6, 0.6, 0.61),
        4 => linear(0.8, 0.68, 0.55),
        _ => hsv(rng.unit(), rng.range(0.3, 0.9), rng.range(0.4, 0.9)),
    };
    (colour, if kind == Effigy::Torso { 0.03 } else { rng.range(0.1, 0.5) })
}

fn robot(rng: &mut Rng) -> Prop {
    let mut p = Prop::default();
    let main = hsv(rng.unit(), rng.range(0.0, 0.7), rng.range(0.3, 0.9));
    let other = hsv(rng.unit(), rng.range(0.0, 0.7), rng.range(0.2, 0.9));
    let wide = rng.range(0.14, 0.26);
    p.block(v3(0.0, 0.0, 0.85), v3(wide, 0.13, 0.28), &Rot::IDENTITY, main);
    p.block(v3(0.0, 0.13, 0.92), v3(wide * 0.6, 0.012, 0.12), &Rot::IDENTITY, other);
    p.round([v3(0.0, 0.0, 1.13), v3(0.0, 0.0, 1.19)], [0.05; 2], 8, other);
    p.block(v3(0.0, 0.0, 1.31), v3(rng.range(0.10, 0.17), 0.11, 0.12), &Rot::IDENTITY, main);
    for side in [-1.0f32, 1.0] {
        p.block(v3(side * 0.05, 0.115, 1.34), v3(0.025, 0.01, 0.025), &Rot::IDENTITY, v3(0.9, 0.8, 0.2));
        p.bar(v3(side * (wide + 0.05), 0.0, 1.08), v3(side * (wide + 0.09), 0.1, 0.65), 0.045, other);
        p.bar(v3(side * wide * 0.55, 0.0, 0.57), v3(side * wide * 0.55, 0.0, 0.06), 0.055, other);
        p.block(v3(side * wide * 0.55, 0.04, 0.04), v3(0.075, 0.12, 0.04), &Rot::IDENTITY, main);
    }
    p
}
