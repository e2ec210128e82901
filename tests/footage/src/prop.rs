// SPDX-License-Identifier: MPL-2.0
//! Things with hard edges that move: trolleys, wheelchairs, prams. Boxes, bars and wheels.

use crate::figure::look::Colour;
use crate::math::{Rng, Rot, Vec3, sin_cos, v3};

/// A rigid thing; its origin stands on the floor, it looks along y.
#[derive(Clone, Debug, Default)]
pub struct Prop {
    /// Corners: place, normal, colour.
    pub points: Vec<(Vec3, Vec3, Colour)>,
    /// Triangles, counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
}

impl Prop {
    /// A quadrangle, counter-clockwise seen from outside.
    pub fn quad(&mut self, corners: [Vec3; 4], colour: Colour) {
        let normal = (corners[1] - corners[0]).cross(corners[3] - corners[0]).unit();
        let n = self.points.len() as u32;
        self.points.extend(corners.map(|c| (c, normal, colour)));
        self.triangles.extend([[n, n + 1, n + 2], [n, n + 2, n + 3]]);
    }

    /// A box around a middle, turned by a rotation.
    pub fn block(&mut self, middle: Vec3, half: Vec3, turn: &Rot, colour: Colour) {
        for axis in 0..3 {
            for sign in [-1.0f32, 1.0] {
                let unit = |a: usize| [v3(half.x, 0.0, 0.0), v3(0.0, half.y, 0.0), v3(0.0, 0.0, half.z)][a];
                let (n, u, v) = (unit(axis) * sign, unit((axis + 1) % 3) * sign, unit((axis + 2) % 3));
                let corner = |a: f32, b: f32| middle + turn.apply(n + u * a + v * b);
                self.quad([corner(-1.0, -1.0), corner(1.0, -1.0), corner(1.0, 1.0), corner(-1.0, 1.0)], colour);
            }
        }
    }

    /// A bar from here to there with a square section of this half width.
    pub fn bar(&mut self, a: Vec3, b: Vec3, half: f32, colour: Colour) {
        let z = (b - a).unit();
        let x = if z.z.abs() > 0.9 { v3(1.0, 0.0, 0.0) } else { v3(0.0, 0.0, 1.0) };
        let x = x.cross(z).unit();
        let turn = Rot([x, z.cross(x), z]);
        self.block((a + b) * 0.5, v3(half, half, (b - a).length() * 0.5), &turn, colour);
    }

    /// A round solid from here to there with these radii, in this many flat sides, closed at both ends.
    pub fn round(&mut self, ends: [Vec3; 2], radii: [f32; 2], sides: usize, colour: Colour) {
        let z = (ends[1] - ends[0]).unit();
        let x = if z.z.abs() > 0.9 { v3(1.0, 0.0, 0.0) } else { v3(0.0, 0.0, 1.0) };
        let x = x.cross(z).unit();
        let y = z.cross(x);
        let at = |i: usize, end: usize| {
            let (s, c) = sin_cos(core::f32::consts::TAU * (i % sides) as f32 / sides as f32);
            ends[end] + (x * c + y * s) * radii[end]
        };
        for i in 0..sides {
            self.quad([at(i, 0), at(i + 1, 0), at(i + 1, 1), at(i, 1)], colour);
            for (end, normal, [b, c]) in [(0, -z, [i + 1, i]), (1, z, [i, i + 1])] {
                let n = self.points.len() as u32;
                self.points.extend([ends[end], at(b, end), at(c, end)].map(|p| (p, normal, colour)));
                self.triangles.push([n, n + 1, n + 2]);
            }
        }
    }

    /// A sheet that is seen from both sides.
    pub fn sheet(&mut self, corners: [Vec3; 4], colour: Colour) {
        let [a, b, c, d] = corners;
        self.quad([a, b, c, d], colour);
        self.quad([d, c, b, a], colour);
    }

    /// A wheel in the plane of y and z.
    pub fn wheel(&mut self, middle: Vec3, radius: f32, rim: f32, width: f32, colour: Colour) {
        const STEPS: usize = 16;
        let at = |i: usize, r: f32, x: f32| {
            let (s, c) = sin_cos(core::f32::consts::TAU * (i % STEPS) as f32 / STEPS as f32);
            middle + v3(x, c * r, s * r)
        };
        for i in 0..STEPS {
            let j = i + 1;
            let (inner, h) = (radius - rim, width * 0.5);
            self.quad([at(i, radius, h), at(j, radius, h), at(j, inner, h), at(i, inner, h)].map(|p| p), colour);
            self.quad([at(j, radius, h), at(i, radius, h), at(i, inner, h), at(j, inner, h)], colour);
            self.quad([at(i, radius, -h), at(j, radius, -h), at(j, inner, -h), at(i, inner, -h)], colour);
            self.quad([at(j, radius, -h), at(i, radius, -h), at(i, inner, -h), at(j, inner, -h)], colour);
            self.quad([at(i, radius, -h), at(i, radius, h), at(j, radius, h), at(j, radius, -h)], colour);
            self.quad([at(i, radius, h), at(i, radius, -h), at(j, radius, -h), at(j, radius, h)], colour);
            if i % 2 == 0 {
                self.bar(middle, at(i, inner, 0.0), 0.004, v3(0.4, 0.4, 0.42));
            }
        }
    }

    /// A shopping trolley with things in it.
    pub fn trolley(rng: &mut Rng) -> Self {
        let mut p = Self::default();
        let metal = v3(0.42, 0.43, 0.45) * rng.range(0.7, 1.2);
        let handle = *rng.pick(&[v3(0.6, 0.05, 0.04), v3(0.03, 0.15, 0.5), v3(0.05, 0.35, 0.1), v3(0.7, 0.35, 0.02)]);
        let (w0, w1) = (0.27, 0.22);
        let (y0, y1, z0, z1) = (0.10, 0.85, 0.52, 0.98);
        let bars = 9;
        for i in 0..=bars {
            let t = i as f32 / bars as f32;
            let y = y0 + (y1 - y0) * t;
            let w = w0 + (w1 - w0) * t;
            let low = z0 + 0.10 * t;
            for side in [-1.0, 1.0] {
                p.bar(v3(side * (w - 0.04), y, low), v3(side * w, y, z1 - 0.03 * t), 0.004, metal);
            }
            p.bar(v3(-(w - 0.04), y, low), v3(w - 0.04, y, low), 0.004, metal);
        }
        for k in 0..=5 {
            let t = k as f32 / 5.0;
            let z = z0 + (z1 - z0) * t;
            for side in [-1.0, 1.0] {
                let thick = if k == 5 { 0.010 } else { 0.004 };
                p.bar(
                    v3(side * (w0 - 0.04 * (1.0 - t)), y0, z),
                    v3(side * (w1 - 0.04 * (1.0 - t)), y1, z + 0.08 * (1.0 - t)),
                    thick,
                    metal,
                );
            }
            p.bar(v3(-w1, y1, z + 0.04), v3(w1, y1, z + 0.04), 0.005, metal);
            p.bar(v3(-w0, y0, z), v3(w0, y0, z), 0.005, metal);
        }
        p.bar(v3(-0.27, -0.02, 1.02), v3(0.27, -0.02, 1.02), 0.016, handle);
        for side in [-1.0f32, 1.0] {
            p.bar(v3(side * 0.26, -0.02, 1.02), v3(side * 0.26, 0.12, 0.94), 0.012, metal);
            p.bar(v3(side * 0.25, 0.12, 0.95), v3(side * 0.23, 0.02, 0.14), 0.013, metal);
            p.bar(v3(side * 0.23, 0.02, 0.16), v3(side * 0.20, 0.80, 0.16), 0.012, metal);
            for y in [0.04, 0.78] {
                p.wheel(v3(side * 0.21, y, 0.065), 0.065, 0.03, 0.03, v3(0.03, 0.03, 0.03));
            }
        }
        for _ in 0..rng.below(9) {
            let half = v3(rng.range(0.04, 0.09), rng.range(0.04, 0.10), rng.range(0.05, 0.13));
            let at = v3(rng.range(-0.12, 0.12), rng.range(0.2, 0.7), 0.60 + half.z);
            let colour = crate::figure::look::hsv(rng.unit(), rng.range(0.2, 0.9), rng.range(0.3, 0.9));
            p.block(at, half, &Rot::z(rng.range(-0.8, 0.8)), colour);
        }
        p
    }

    /// A wheelchair; its seat is at the height of a sitting figure's thighs.
    pub fn wheelchair(rng: &mut Rng) -> Self {
        let mut p = Self::default();
        let frame = if rng.chance(0.5) { v3(0.05, 0.05, 0.055) } else { v3(0.4, 0.41, 0.43) };
        let cloth = *rng.pick(&[v3(0.02, 0.02, 0.025), v3(0.02, 0.04, 0.15), v3(0.15, 0.02, 0.02)]);
        for side in [-1.0f32, 1.0] {
            p.wheel(v3(side * 0.30, -0.10, 0.30), 0.30, 0.035, 0.03, v3(0.03, 0.03, 0.03));
            p.wheel(v3(side * 0.33, -0.10, 0.30), 0.26, 0.014, 0.015, v3(0.5, 0.5, 0.52));
            p.wheel(v3(side * 0.24, 0.38, 0.09), 0.09, 0.04, 0.03, v3(0.03, 0.03, 0.03));
            p.bar(v3(side * 0.25, -0.20, 0.46), v3(side * 0.25, 0.30, 0.46), 0.013, frame);
            p.bar(v3(side * 0.25, -0.20, 0.40), v3(side * 0.25, -0.27, 0.98), 0.013, frame);
            p.bar(v3(side * 0.25, -0.27, 0.96), v3(side * 0.25, -0.42, 0.96), 0.015, v3(0.03, 0.03, 0.03));
            p.bar(v3(side * 0.26, -0.22, 0.70), v3(side * 0.26, 0.20, 0.70), 0.022, cloth);
            p.bar(v3(side * 0.25, 0.30, 0.47), v3(side * 0.16, 0.52, 0.14), 0.012, frame);
            p.block(v3(side * 0.12, 0.53, 0.11), v3(0.09, 0.09, 0.008), &Rot::x(0.15), frame);
        }
        p.block(v3(0.0, 0.05, 0.46), v3(0.25, 0.24, 0.02), &Rot::IDENTITY, cloth);
        p.block(v3(0.0, -0.23, 0.70), v3(0.25, 0.015, 0.22), &Rot::x(0.1), cloth);
        p
    }

    /// A chair.
    pub fn chair(colour: Colour) -> Self {
        let mut p = Self::default();
        p.block(v3(0.0, 0.02, 0.44), v3(0.22, 0.21, 0.02), &Rot::IDENTITY, colour);
        p.block(v3(0.0, -0.20, 0.72), v3(0.21, 0.015, 0.18), &Rot::x(0.08), colour);
        for x in [-0.19f32, 0.19] {
            for y in [-0.18f32, 0.20] {
                let top = if y < 0.0 { 0.86 } else { 0.44 };
                p.bar(v3(x, y, 0.0), v3(x, y, top), 0.014, v3(0.25, 0.25, 0.26));
            }
        }
        p
    }
}
