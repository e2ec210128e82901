// SPDX-License-Identifier: MPL-2.0
//! Draws a room: first which triangle every sample shows, then each pixel's colour.

use super::{Kind, Room};
use crate::camera::{Camera, Projected};
use crate::canvas::Backdrop;
use crate::light::{Light, Tone};
use crate::math::{Vec3, noise3, smoothstep, v3};
use crate::raster::{Area, snap, triangle};

const NOTHING: u32 = u32::MAX;

/// The room as this camera sees it in this light.
pub fn render(room: &Room, camera: &Camera, light: &Light) -> Backdrop {
    let at: Vec<Option<Projected>> = room.corners.iter().map(|c| camera.project(c.at)).collect();
    let (faces, nearness) = samples(room, &at, camera);
    let floor_shade = FloorShade::of(room);
    let painter = Painter { room, camera, light, at: &at, floor_shade };
    let tone = Tone::new(light);
    let (width, wide) = (camera.width, camera.width * camera.samples() as usize);
    let mut backdrop = Backdrop {
        rgb: Vec::with_capacity(width * camera.height * 3),
        nearness,
        floor: Vec::with_capacity(width * camera.height),
        likeness: vec![0; width * camera.height],
    };
    for y in 0..camera.height {
        for x in 0..width {
            let (s, next) = ((y * wide + x) * camera.samples() as usize, camera.samples() as usize - 1);
            let shown = [s, s + next, s + next * wide, s + next * (wide + 1)].map(|i| faces[i]);
            let mut sum = [0u32; 3];
            let mut done: [(u32, u32); 4] = [(NOTHING - 1, 0); 4];
            for (i, face) in shown.iter().enumerate() {
                let known = done[..i].iter().find(|d| d.0 == *face).map(|d| d.1);
                let colour = known.unwrap_or_else(|| tone.of(painter.colour(*face, x, y)));
                done[i] = (*face, colour);
                for (k, s) in sum.iter_mut().enumerate() {
                    *s += colour >> (8 * k) & 255;
                }
            }
            backdrop.rgb.extend(sum.map(|s| (s / 4) as u8));
            let finish = |f: u32| (f != NOTHING).then(|| &room.finishes[usize::from(room.faces[f as usize].finish)]);
            let floor = finish(shown[0]).filter(|f| f.floor).map(|_| painter.place(shown[0], x, y).at);
            backdrop.floor.push(floor.map_or([f32::NAN; 2], |p| [p.x, p.y]));
            backdrop.likeness[y * width + x] = finish(shown[0]).map_or(0, |f| f.likeness);
        }
    }
    backdrop
}

fn samples(room: &Room, at: &[Option<Projected>], camera: &Camera) -> (Vec<u32>, Vec<f32>) {
    let (wide, high) = (camera.width * camera.samples() as usize, camera.height * camera.samples() as usize);
    let area = Area { left: 0, top: 0, right: wide as i32, bottom: high as i32 };
    let mut faces = vec![NOTHING; wide * high];
    let mut nearness = vec![0.0f32; wide * high];
    for (i, face) in room.faces.iter().enumerate() {
        let [a, b, c] = face.corners.map(|c| at[c as usize].as_ref());
        let (Some(a), Some(b), Some(c)) = (a, b, c) else { continue };
        let near = [1.0 / a.depth, 1.0 / b.depth, 1.0 / c.depth];
        triangle([a, b, c].map(|p| snap(p, camera.samples() as f32)), &area, |x, y, w| {
            let s = y as usize * wide + x as usize;
            let n = near[0] * w[0] + near[1] * w[1] + near[2] * w[2];
            if n > nearness[s] {
                nearness[s] = n;
                faces[s] = i as u32;
            }
        });
    }
    (faces, nearness)
}

struct Painter<'a> {
    room: &'a Room,
    camera: &'a Camera,
    light: &'a Light,
    at: &'a [Option<Projected>],
    floor_shade: FloorShade,
}

struct Place {
    at: Vec3,
    normal: Vec3,
    tex: Vec3,
    openness: f32,
}

impl Painter<'_> {
    /// The point of a face under a pixel's middle.
    fn place(&self, face: u32, x: usize, y: usize) -> Place {
        let corners = self.room.faces[face as usize].corners.map(|i| i as usize);
        let p = corners.map(|i| self.at[i].unwrap_or_default());
        let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
        let area = |a: &Projected, b: &Projected| (b.y - a.y) * (px - a.x) - (b.x - a.x) * (py - a.y);
        // A pixel's middle may lie a little outside of a face that covers its corner: clamp.
        let w = [area(&p[1], &p[2]), area(&p[2], &p[0]), area(&p[0], &p[1])].map(|v| v.max(0.0));
        let w: [f32; 3] = std::array::from_fn(|i| w[i] / p[i].depth.max(0.01));
        let sum = (w[0] + w[1] + w[2]).max(1e-12);
        let c = corners.map(|i| &self.room.corners[i]);
        let blend = |f: fn(&super::Corner) -> Vec3| (f(c[0]) * w[0] + f(c[1]) * w[1] + f(c[2]) * w[2]) * (1.0 / sum);
        Place {
            at: blend(|c| c.at),
            normal: blend(|c| c.normal),
            tex: blend(|c| c.tex),
            openness: (c[0].openness * w[0] + c[1].openness * w[1] + c[2].openness * w[2]) / sum,
        }
    }

    fn colour(&self, face: u32, x: usize, y: usize) -> Vec3 {
        if face == NOTHING {
            return self.light.sky * 0.5;
        }
        let place = self.place(face, x, y);
        let finish = &self.room.finishes[usize::from(self.room.faces[face as usize].finish)];
        let (albedo, own) = finish.at(self.room, place.tex);
        let p = place.at;
        let mut openness = place.openness;
        if finish.floor {
            openness *= self.floor_shade.at(p.x, p.y);
        } else if place.normal.z.abs() < 0.5 {
            openness *= 0.72 + 0.28 * smoothstep(0.0, 0.45, p.z);
        }
        // Lamps make pools of light.
        let pool = 0.80 + 0.34 * noise3(v3(p.x * 0.42, p.y * 0.42, 3.0));
        let lit = self.light.on(place.normal.unit(), openness) * pool;
        let to_eye = (self.camera.at - p).unit();
        let mut shine = self.light.highlight(place.normal, to_eye, finish.gloss);
        if finish.floor && self.light.floor_gloss > 0.0 {
            shine += self.lamps_in_floor(p, to_eye) * self.light.floor_gloss * 1.3;
        }
        let screen = if finish.kind == Kind::Lamp { 1.0 } else { own };
        albedo.times(lit * (1.0 - 0.8 * own.min(1.0)))
            + albedo * screen * own.max(0.4) * f32::from(u8::from(own > 0.0))
            + self.light.key * shine
    }

    /// How bright the ceiling's lamps shine back from the floor.
    fn lamps_in_floor(&self, p: Vec3, to_eye: Vec3) -> f32 {
        let t = self.room.height / to_eye.z.max(0.05);
        let (x, y) = (p.x - to_eye.x * t, p.y - to_eye.y * t);
        let wave = |v: f32, every: f32| {
            let f = v / every - (v / every).floor() - 0.5;
            1.0 - smoothstep(0.0, 0.46, f.abs())
        };
        let rim = 1.0 - to_eye.z.clamp(0.0, 1.0);
        wave(x + 0.2 * noise3(p * 4.0), 2.4) * wave(y + 0.3 * noise3(p * 5.0), 2.8) * (0.25 + 0.75 * rim * rim)
    }
}

/// How much light reaches the floor beside what stands on it: a lattice of 10 cm.
struct FloorShade {
    low: (f32, f32),
    size: (usize, usize),
    values: Vec<f32>,
}

const LATTICE_M: f32 = 0.10;
const REACH_M: f32 = 0.55;

impl FloorShade {
    fn of(room: &Room) -> Self {
        let low = (-16.0, -16.0);
        let size = (320, 320);
        let mut values = vec![1.0f32; size.0 * size.1];
        let index = |v: f32, low: f32, n: usize| (((v - low) / LATTICE_M) as i32).clamp(0, n as i32 - 1) as usize;
        for f in &room.footprints {
            for j in index(f[1] - REACH_M, low.1, size.1)..=index(f[3] + REACH_M, low.1, size.1) {
                for i in index(f[0] - REACH_M, low.0, size.0)..=index(f[2] + REACH_M, low.0, size.0) {
                    let (x, y) = (low.0 + i as f32 * LATTICE_M, low.1 + j as f32 * LATTICE_M);
                    let dx = (f[0] - x).max(x - f[2]).max(0.0);
                    let dy = (f[1] - y).max(y - f[3]).max(0.0);
                    let d = (dx * dx + dy * dy).sqrt();
                    values[j * size.0 + i] *= 1.0 - f[4] * (1.0 - smoothstep(-0.15, REACH_M, d)) * 0.75;
                }
            }
        }
        Self { low, size, values }
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let u = ((x - self.low.0) / LATTICE_M).clamp(0.0, self.size.0 as f32 - 1.01);
        let v = ((y - self.low.1) / LATTICE_M).clamp(0.0, self.size.1 as f32 - 1.01);
        let (i, j) = (u as usize, v as usize);
        let (s, t) = (u - i as f32, v - j as f32);
        let value = |i: usize, j: usize| self.values[(j * self.size.0 + i).min(self.values.len() - 1)];
        let a = value(i, j) * (1.0 - s) + value(i + 1, j) * s;
        let b = value(i, j + 1) * (1.0 - s) + value(i + 1, j + 1) * s;
        a * (1.0 - t) + b * t
    }
}
