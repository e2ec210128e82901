// SPDX-License-Identifier: MPL-2.0
//! Single pictures for training: each has a room, camera, light and people of its own.

use std::sync::Arc;

use crate::camera::{Camera, Mount};
use crate::canvas::{Actor, Canvas, Shown};
use crate::figure::pose::{Act, Pose, STANDING_ACTS};
use crate::figure::skeleton::Stance;
use crate::figure::{Detail, Figure};
use crate::gallery::Gallery;
use crate::light::Light;
use crate::math::{Rng, Vec3, degrees, sin_cos, v3};
use crate::picture::Picture;
use crate::prop::Prop;
use crate::raster::Area;
use crate::room::{Plan, Room, Thing, random_plan, render, rows_of_desks};
use crate::sensor::{Developer, Sensor};

/// A labelled picture.
pub struct Still {
    /// The picture.
    pub picture: Picture,
    /// Does the camera look straight down?
    pub topdown: bool,
    /// Everybody in it.
    pub people: Vec<Person>,
    /// Boxes of figures that are no persons, pixels.
    pub person_like: Vec<Area>,
}

/// A person in a picture.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// What is seen.
    pub shown: Shown,
    /// Sits in a wheelchair; the box takes it in.
    pub wheelchair: bool,
}

impl Person {
    /// Share of the person's pixels that are seen.
    pub fn visibility(&self) -> f32 {
        self.shown.visible_px as f32 / self.shown.full_px.max(1) as f32
    }

    /// Neither reward nor punish a detector for it.
    pub fn ignore(&self) -> bool {
        self.visibility() < 0.2 || self.shown.visible.height() < 8
    }
}

/// A thing, where its origin is, where it looks, its size.
type PlacedProp = (Arc<Prop>, Vec3, (f32, f32), f32);

/// Somebody placed in a picture.
struct Placed {
    figure: Figure,
    stance: Stance,
    props: Vec<PlacedProp>,
    /// A thing beside the person, not part of it.
    thing: Option<(Arc<Prop>, Vec3, (f32, f32))>,
    wheelchair: bool,
}

/// Makes pictures; keeps figures between them.
#[derive(Default)]
pub struct Stills {
    gallery: Gallery,
}

impl Stills {
    /// The picture of this number of a series.
    pub fn make(&mut self, seed: u64, number: u64, width: usize, height: usize) -> Still {
        let mut rng = Rng::new(seed, number.wrapping_mul(2) + 1);
        let topdown = rng.chance(0.2);
        let rows = !topdown && rng.chance(0.08);
        let plan = if rows { rows_of_desks(&mut rng) } else { random_plan(&mut rng, topdown) };
        let room = plan.build(rng.next_u64(), &mut self.gallery);
        let mount = if topdown { overhead(&mut rng) } else { on_wall(&mut rng, plan.half_width) };
        let camera = Camera::new(&mount, width, height);
        let light = Light::random(&mut rng);
        let backdrop = render(&room, &camera, &light);
        let mut canvas = Canvas::new(camera, light, backdrop);
        let mut placed = self.people(&mut rng, &camera, &room, topdown, (plan.half_width, plan.from_to.1));
        if rows {
            self.seat(&mut rng, &camera, &plan, &mut placed);
        }
        let (actors, wheelchairs) = actors(&placed);
        let shown = canvas.draw(&actors);
        let people = shown
            .iter()
            .filter(|s| s.id != 0 && s.visible_px > 3)
            .map(|s| Person { shown: *s, wheelchair: wheelchairs.contains(&s.id) })
            .collect();
        let person_like = likenesses(&canvas.backdrop().likeness, &canvas.mask, width);
        let mut sensor = Sensor::random(&mut rng);
        sensor.saturation = (64.0 * light.saturation) as i32;
        let mut developer = Developer::new(sensor, &canvas.rgb, width, height, rng.next_u64());
        let mut picture = Picture::new(width, height);
        developer.develop(&canvas.rgb, &[], 0.0, 0, &mut picture);
        Still { picture, topdown, people, person_like }
    }

    fn people(&mut self, rng: &mut Rng, camera: &Camera, room: &Room, topdown: bool, size: (f32, f32)) -> Vec<Placed> {
        let count = match rng.below(20) {
            0 => 0,
            1..=4 => 1,
            5..=8 => 2,
            9..=14 => 3 + rng.below(4),
            _ => 6 + rng.below(10),
        };
        let near = !topdown && rng.chance(0.3);
        let mut taken: Vec<(f32, f32)> = Vec::new();
        let mut placed = Vec::new();
        let mut tries = 0;
        while placed.len() < count && tries < count * 20 {
            tries += 1;
            // One in three stands beside somebody who is there already.
            let beside = (!taken.is_empty() && rng.chance(0.35)).then(|| *rng.pick(&taken));
            let spot = match beside {
                Some((x, y)) => {
                    let (s, c) = sin_cos(rng.range(0.0, core::f32::consts::TAU));
                    let d = rng.range(0.45, 0.9);
                    Some((x + s * d, y + c * d))
                }
                None if near && rng.chance(0.6) => {
                    let d = rng.range(0.8, 2.6);
                    let side = rng.range(-0.7, 0.7) * d;
                    let f = v3(camera.forward.x, camera.forward.y, 0.0).unit();
                    Some((camera.at.x + f.x * d + f.y * side, camera.at.y + f.y * d - f.x * side))
                }
                None => {
                    let low = if rng.chance(0.3) { 1.35 } else { 1.0 };
                    let (px, py) = (rng.range(-0.05, 1.05), rng.range(0.0, low));
                    camera.floor_at(px * camera.width as f32, py * camera.height as f32).map(|p| (p.x, p.y))
                }
            };
            let Some((x, y)) = spot else { continue };
            let inside = x.abs() < size.0 - 0.25 && y > 0.1 && y < size.1 - 0.25;
            let crowded = taken.iter().any(|t| (t.0 - x) * (t.0 - x) + (t.1 - y) * (t.1 - y) < 0.16);
            let stood_on =
                room.footprints.iter().any(|f| x > f[0] - 0.12 && x < f[2] + 0.12 && y > f[1] - 0.12 && y < f[3] + 0.12);
            let (dx, dy) = (x - camera.at.x, y - camera.at.y);
            let at_lens = !topdown && dx * dx + dy * dy < 0.55;
            if !inside || crowded || stood_on || at_lens {
                continue;
            }
            taken.push((x, y));
            placed.push(self.one(rng, camera, v3(x, y, 0.0)));
        }
        placed
    }

    /// Seats people at the plan's tables.
    fn seat(&mut self, rng: &mut Rng, camera: &Camera, plan: &Plan, placed: &mut Vec<Placed>) {
        let full = rng.range(0.4, 0.95);
        let towards = rng.chance(0.6);
        for table in plan.things.iter().filter(|t| matches!(t.thing, Thing::Table(..))) {
            for side in [-0.32, 0.32] {
                if !rng.chance(full) || placed.len() >= 30 {
                    continue;
                }
                let back = if towards { 0.52 } else { -0.52 };
                let at = table.at + v3(side + rng.range(-0.05, 0.05), back, 0.0);
                let turn = rng.range(-0.25, 0.25);
                let facing = Vec3 { z: 0.0, ..v3(turn, if towards { -1.0 } else { 1.0 }, 0.0).unit() };
                let detail = self.detail(camera, at);
                let figure = self.gallery.dressed_for(rng, detail);
                let mut pose = Pose::sitting();
                jitter(&mut pose, rng);
                pose.bow += rng.range(0.0, 0.3);
                let facing = (facing.x, facing.y);
                let stance = Stance::of(&figure.look.build, &pose, at, facing);
                let chair = Arc::new(Prop::chair(v3(0.2, 0.2, 0.22)));
                placed.push(Placed { figure, stance, props: Vec::new(), thing: Some((chair, at, facing)), wheelchair: false });
            }
        }
    }

    /// How fine a figure at this place must be.
    fn detail(&self, camera: &Camera, at: Vec3) -> Detail {
        let depth = (at + v3(0.0, 0.0, 1.0) - camera.at).dot(camera.forward).max(0.3);
        if camera.pixels_per_metre(depth) > 55.0 { Detail::Fine } else { Detail::Coarse }
    }

    fn one(&mut self, rng: &mut Rng, camera: &Camera, at: Vec3) -> Placed {
        let detail = self.detail(camera, at);
        let figure = self.gallery.dressed_for(rng, detail);
        let (s, c) = sin_cos(rng.range(0.0, core::f32::consts::TAU));
        let facing = (s, c);
        let size = figure.look.build.height / 1.75;
        let ahead = |d: f32| at + v3(s, c, 0.0) * d;
        let mut props = Vec::new();
        let mut thing = None;
        let mut wheelchair = false;
        let mut pose = match rng.below(20) {
            0..=8 => Pose::walking(rng.unit(), rng.range(0.5, 1.2)),
            9 => {
                wheelchair = true;
                props.push((Arc::new(Prop::wheelchair(rng)), at, facing, size));
                Pose { lift: 0.13, ..Pose::sitting() }
            }
            10 => {
                thing = Some((Arc::new(Prop::chair(v3(rng.unit(), rng.unit(), rng.unit()) * 0.5)), at, facing));
                Pose::sitting()
            }
            11 => {
                thing = Some((Arc::new(Prop::trolley(rng)), ahead(0.43 * size), facing));
                Pose::walking(rng.unit(), rng.range(0.2, 1.0)).doing(Act::Push, 1.0)
            }
            12 => Pose::standing(rng.unit()).doing(Act::Bend, rng.range(0.5, 1.0)),
            13 => Pose::standing(rng.unit()).doing(Act::Crouch, rng.range(0.8, 1.0)),
            _ => Pose::standing(rng.unit()).doing(*rng.pick(&STANDING_ACTS), rng.range(0.7, 1.0)),
        };
        jitter(&mut pose, rng);
        let pose = if wheelchair || thing.is_some() { pose } else { figure.burdened(pose) };
        let stance = Stance::of(&figure.look.build, &pose, at, facing);
        Placed { figure, stance, props, thing, wheelchair }
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

fn actors(placed: &[Placed]) -> (Vec<Actor<'_>>, Vec<u16>) {
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

/// Boxes of what looks like a person in the backdrop and isn't hidden.
pub fn likenesses(likeness: &[u16], mask: &[u16], width: usize) -> Vec<Area> {
    let mut found: Vec<Option<(Area, u32)>> = Vec::new();
    for (i, (number, owner)) in likeness.iter().zip(mask).enumerate() {
        if *number == 0 || *owner != 0 {
            continue;
        }
        let (x, y) = ((i % width) as i32, (i / width) as i32);
        let n = usize::from(*number);
        if found.len() <= n {
            found.resize(n + 1, None);
        }
        let entry = found[n].get_or_insert((Area { left: x, top: y, right: x + 1, bottom: y + 1 }, 0));
        entry.0.left = entry.0.left.min(x);
        entry.0.right = entry.0.right.max(x + 1);
        entry.0.bottom = y + 1;
        entry.1 += 1;
    }
    found.into_iter().flatten().filter(|f| f.1 > 30).map(|f| f.0).collect()
}

fn on_wall(rng: &mut Rng, half_width: f32) -> Mount {
    let height = if rng.chance(0.25) { rng.range(1.3, 2.2) } else { rng.range(2.2, 3.6) };
    let x = rng.range(-0.8, 0.8) * half_width;
    let yaw = degrees(rng.range(-12.0, 12.0)) + libm::atan2f(x, half_width + 4.0);
    let level = (height - 1.3) * 11.0;
    Mount {
        at: v3(x, rng.range(0.1, 0.5), height),
        yaw,
        pitch: degrees((level + rng.range(-3.0, 18.0)).clamp(-2.0, 55.0)),
        roll: degrees(rng.range(-2.5, 2.5)),
        view: degrees(rng.range(45.0, 98.0)),
        barrel: if rng.chance(0.4) { rng.range(0.05, 0.45) } else { 0.0 },
    }
}

fn overhead(rng: &mut Rng) -> Mount {
    Mount {
        at: v3(rng.range(-0.5, 0.5), rng.range(2.2, 3.4), rng.range(2.4, 4.6)),
        yaw: degrees(*rng.pick(&[0.0, 90.0, 180.0, -90.0])) + degrees(rng.range(-6.0, 6.0)),
        pitch: degrees(90.0 - rng.range(0.0, 1.0) * rng.range(0.0, 14.0)),
        roll: 0.0,
        view: degrees(rng.range(55.0, 105.0)),
        barrel: if rng.chance(0.5) { rng.range(0.05, 0.5) } else { 0.0 },
    }
}
