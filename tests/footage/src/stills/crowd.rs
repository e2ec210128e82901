// SPDX-License-Identifier: MPL-2.0
//! Who is in a picture: where people stand or sit, what they do, and what is beside them.

use std::sync::Arc;

use super::setting::{Setting, View};
use super::sitting;
use crate::camera::Camera;
use crate::canvas::Actor;
use crate::figure::look::{Colour, linear, material};
use crate::figure::pose::{Act, Pose, STANDING_ACTS};
use crate::figure::skeleton::Stance;
use crate::figure::{Detail, Figure};
use crate::furniture::Furniture;
use crate::gallery::Gallery;
use crate::math::{Rng, Vec3, sin_cos, v3};
use crate::prop::Prop;
use crate::room::Room;

/// A thing, where its origin is, where it looks, its size.
type PlacedProp = (Arc<Prop>, Vec3, (f32, f32), f32);

/// Somebody placed in a picture.
pub(super) struct Placed {
    figure: Figure,
    stance: Stance,
    props: Vec<PlacedProp>,
    /// A thing beside the person, not part of it.
    thing: Option<(Arc<Prop>, Vec3, (f32, f32))>,
    wheelchair: bool,
}

/// No head is nearer below the lens than this, metres.
const HEADROOM_M: f32 = 0.33;

/// The people of a picture while they are being placed.
pub(super) struct Crowd<'a> {
    gallery: &'a mut Gallery,
    rng: &'a mut Rng,
    setting: &'a Setting,
    room: &'a Room,
    camera: Camera,
    /// Where somebody is already.
    taken: Vec<(f32, f32)>,
    pub placed: Vec<Placed>,
}

impl<'a> Crowd<'a> {
    /// Nobody yet.
    pub fn new(gallery: &'a mut Gallery, rng: &'a mut Rng, setting: &'a Setting, room: &'a Room, camera: Camera) -> Self {
        Self { gallery, rng, setting, room, camera, taken: Vec::new(), placed: Vec::new() }
    }

    /// Places people who stand and walk.
    pub fn stand(&mut self) {
        let count = self.how_many();
        let near = self.setting.view == View::Wall && self.rng.chance(0.3);
        let enough = self.placed.len() + count;
        let mut tries = 0;
        while self.placed.len() < enough && tries < count * 30 {
            tries += 1;
            let Some((x, y)) = self.spot(near) else { continue };
            if !self.is_free(x, y) {
                continue;
            }
            self.taken.push((x, y));
            let one = self.one(v3(x, y, 0.0));
            self.placed.push(one);
        }
    }

    fn how_many(&mut self) -> usize {
        if self.setting.empty {
            return 0;
        }
        let draw = self.rng.below(20);
        if self.setting.view == View::Door {
            return match draw {
                0..=5 => 1,
                6..=12 => 2,
                13..=16 => 3,
                _ => 4 + self.rng.below(2),
            };
        }
        if matches!(self.setting.view, View::Desks | View::Cafe) {
            return draw / 4;
        }
        match draw {
            0 => 0,
            1..=4 => 1,
            5..=8 => 2,
            9..=14 => 3 + self.rng.below(4),
            _ => 6 + self.rng.below(10),
        }
    }

    /// Where the next one could stand.
    fn spot(&mut self, near: bool) -> Option<(f32, f32)> {
        let camera = &self.camera;
        let rng = &mut *self.rng;
        // One in three stands beside somebody who is there already.
        if !self.taken.is_empty() && rng.chance(0.35) {
            let (x, y) = *rng.pick(&self.taken);
            let (s, c) = sin_cos(rng.range(0.0, core::f32::consts::TAU));
            let d = rng.range(0.45, 0.9);
            return Some((x + s * d, y + c * d));
        }
        if near && rng.chance(0.6) {
            let d = rng.range(0.8, 2.6);
            let side = rng.range(-0.7, 0.7) * d;
            let f = v3(camera.forward.x, camera.forward.y, 0.0).unit();
            return Some((camera.at.x + f.x * d + f.y * side, camera.at.y + f.y * d - f.x * side));
        }
        let (width, height) = (camera.width as f32, camera.height as f32);
        if self.setting.view == View::Door && (self.taken.is_empty() || rng.chance(0.8)) {
            // Chests are in the picture; of those whose feet are in it only, most would be legs.
            let (px, py) = (rng.range(-0.02, 1.02), rng.range(-0.02, 1.02));
            return camera.level_at(px * width, py * height, 1.35).map(|p| (p.x, p.y));
        }
        let low = if rng.chance(0.3) { 1.35 } else { 1.0 };
        let (px, py) = (rng.range(-0.05, 1.05), rng.range(0.0, low));
        camera.floor_at(px * width, py * height).map(|p| (p.x, p.y))
    }

    /// Can somebody stand here?
    fn is_free(&self, x: f32, y: f32) -> bool {
        let plan = &self.setting.plan;
        let inside = x.abs() < plan.half_width - 0.25 && y > 0.1 && y < plan.from_to.1 - 0.25;
        let crowded = self.taken.iter().any(|t| (t.0 - x) * (t.0 - x) + (t.1 - y) * (t.1 - y) < 0.16);
        let within = |f: &[f32; 5]| x > f[0] - 0.12 && x < f[2] + 0.12 && y > f[1] - 0.12 && y < f[3] + 0.12;
        let stood_on = self.room.footprints.iter().any(within);
        let (dx, dy) = (x - self.camera.at.x, y - self.camera.at.y);
        let at_lens = !self.setting.view.is_topdown() && dx * dx + dy * dy < 0.55;
        inside && !crowded && !stood_on && !at_lens
    }

    /// Seats people where the setting has seats that are taken.
    pub fn sit(&mut self) {
        let setting = self.setting;
        let Some(first) = setting.seats.first() else { return };
        let chair = Arc::new(first.chair.prop());
        for seat in &setting.seats {
            let figure = self.somebody(seat.at);
            let rng = &mut *self.rng;
            let mut pose = sitting::pose(rng);
            jitter(&mut pose, rng);
            let (s, c) = sin_cos(seat.turn * core::f32::consts::TAU);
            // Some have turned their chair away from the desk.
            let away = if rng.chance(0.08) { rng.range(-1.4, 1.4) } else { rng.range(-0.12, 0.12) };
            let (sa, ca) = sin_cos(away);
            let facing = (s * ca + c * sa, s * sa - c * ca);
            let stance = Stance::of(&figure.look.build, &pose, seat.at, facing);
            let thing = Some((Arc::clone(&chair), seat.at, facing));
            self.taken.push((seat.at.x, seat.at.y));
            self.placed.push(Placed { figure, stance, props: Vec::new(), thing, wheelchair: false });
        }
    }

    /// Somebody who fits this place: fine when large, and never up to the lens.
    fn somebody(&mut self, at: Vec3) -> Figure {
        let depth = (at + v3(0.0, 0.0, 1.0) - self.camera.at).dot(self.camera.forward).max(0.3);
        let detail = if self.camera.pixels_per_metre(depth) > 55.0 { Detail::Fine } else { Detail::Coarse };
        let mut figure = self.gallery.dressed_for(self.rng, detail);
        if self.setting.view.is_topdown() {
            let tallest = self.camera.at.z - HEADROOM_M;
            figure.look.build.height = figure.look.build.height.min(tallest);
        }
        if self.setting.view == View::Door && self.rng.chance(0.5) {
            figure.look.colours[usize::from(material::UPPER)] = stark(self.rng);
        }
        figure
    }

    /// Somebody on foot, on a chair or in a wheelchair.
    fn one(&mut self, at: Vec3) -> Placed {
        let figure = self.somebody(at);
        let rng = &mut *self.rng;
        let (s, c) = sin_cos(rng.range(0.0, core::f32::consts::TAU));
        let facing = (s, c);
        let size = figure.look.build.height / 1.75;
        let ahead = |d: f32| at + v3(s, c, 0.0) * d;
        let mut props = Vec::new();
        let mut thing = None;
        let mut wheelchair = false;
        let door = self.setting.view == View::Door;
        let shop = !matches!(self.setting.view, View::Desks | View::Cafe);
        let mut pose = match rng.below(20) {
            0..=8 => Pose::walking(rng.unit(), rng.range(0.5, 1.2)),
            9 => {
                wheelchair = true;
                props.push((Arc::new(Prop::wheelchair(rng)), at, facing, size));
                Pose { lift: 0.13, ..Pose::sitting() }
            }
            10 if door => {
                thing = Some((Arc::new(Furniture::Suitcase.prop(rng)), ahead(-0.5) + v3(c, -s, 0.0) * 0.2, facing));
                Pose::walking(rng.unit(), rng.range(0.5, 1.2))
            }
            10 => {
                thing = Some((Arc::new(Prop::chair(v3(rng.unit(), rng.unit(), rng.unit()) * 0.5)), at, facing));
                Pose::sitting()
            }
            11 if shop => {
                let pushed = if rng.chance(0.35) { Furniture::Pram.prop(rng) } else { Prop::trolley(rng) };
                thing = Some((Arc::new(pushed), ahead(0.43 * size), facing));
                Pose::walking(rng.unit(), rng.range(0.2, 1.0)).doing(Act::Push, 1.0)
            }
            12 if shop && !door => Pose::standing(rng.unit()).doing(Act::Bend, rng.range(0.5, 1.0)),
            13 if shop && !door => Pose::standing(rng.unit()).doing(Act::Crouch, rng.range(0.8, 1.0)),
            12 | 13 if shop => Pose::walking(rng.unit(), rng.range(0.3, 1.2)).doing(Act::Carry, 1.0),
            _ => Pose::standing(rng.unit()).doing(*rng.pick(&STANDING_ACTS), rng.range(0.7, 1.0)),
        };
        jitter(&mut pose, rng);
        let pose = if wheelchair || thing.is_some() { pose } else { figure.burdened(pose) };
        let stance = Stance::of(&figure.look.build, &pose, at, facing);
        Placed { figure, stance, props, thing, wheelchair }
    }
}

/// White, beige, black: what burns out or drowns in a hard light.
fn stark(rng: &mut Rng) -> Colour {
    match rng.below(5) {
        0 | 1 => linear(0.96, 0.95, 0.93),
        2 => linear(0.78, 0.68, 0.54),
        _ => linear(0.08, 0.08, 0.09),
    }
}

/// Nobody stands quite like anybody else.
fn jitter(pose: &mut Pose, rng: &mut Rng) {
    pose.look += rng.range(-0.7, 0.7);
    pose.nod += rng.range(-0.15, 0.3);
    pose.bow += rng.range(-0.02, 0.08);
    for i in 0..2 {
        pose.arm[i] += rng.range(-0.12, 0.15);
        pose.arm_out[i] += rng.range(-0.03, 0.14);
        pose.elbow[i] = (pose.elbow[i] + rng.range(-0.12, 0.25)).max(0.03);
    }
}

/// What is drawn, and who of it sits in a wheelchair.
pub(super) fn actors(placed: &[Placed]) -> (Vec<Actor<'_>>, Vec<u16>) {
    let mut actors = Vec::new();
    let mut wheelchairs = Vec::new();
    for (i, p) in placed.iter().enumerate() {
        let id = i as u16 + 1;
        if p.wheelchair {
            wheelchairs.push(id);
        }
        let props = p.props.iter().map(|(prop, at, facing, size)| (&**prop, *at, *facing, *size)).collect();
        actors.push(Actor { id, figure: Some((&p.figure, &p.stance)), props });
        if let Some((prop, at, facing)) = &p.thing {
            actors.push(Actor { id: 0, figure: None, props: vec![(&**prop, *at, *facing, 1.0)] });
        }
    }
    (actors, wheelchairs)
}
