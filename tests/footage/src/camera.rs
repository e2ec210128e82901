// SPDX-License-Identifier: MPL-2.0
//! The camera: where it hangs, where it looks, its lens.

use crate::math::{Vec3, sin_cos, v3};

/// How a camera is mounted.
#[derive(Clone, Copy, Debug)]
pub struct Mount {
    /// Where it hangs, metres.
    pub at: Vec3,
    /// Direction in the plan, radians: 0 looks along y, positive turns to the left.
    pub yaw: f32,
    /// Degrees below the horizon would be easier to say, but this is radians: 0 level, π/2 straight down.
    pub pitch: f32,
    /// Turned around its own axis, radians.
    pub roll: f32,
    /// Horizontal field of view without distortion, radians.
    pub view: f32,
    /// Barrel distortion: 0 none, 0.25 a strong wide-angle lens.
    pub barrel: f32,
}

/// A camera for a picture of a certain size.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    /// Where it is, metres.
    pub at: Vec3,
    right: Vec3,
    down: Vec3,
    /// Where it looks.
    pub forward: Vec3,
    focal: f32,
    centre: (f32, f32),
    barrel: f32,
    /// Picture width, pixels.
    pub width: usize,
    /// Picture height, pixels.
    pub height: usize,
}

/// Nearer things than this are not drawn, metres.
pub const NEAR_M: f32 = 0.12;

/// A point in the picture: pixels and distance along the optical axis, metres.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Projected {
    /// Pixels from the left edge.
    pub x: f32,
    /// Pixels from the upper edge.
    pub y: f32,
    /// Metres along the optical axis.
    pub depth: f32,
}

impl Camera {
    /// The camera on its mount.
    pub fn new(mount: &Mount, width: usize, height: usize) -> Self {
        let (sy, cy) = sin_cos(mount.yaw);
        let (sp, cp) = sin_cos(mount.pitch);
        let ahead = v3(-sy, cy, 0.0);
        let forward = ahead * cp + v3(0.0, 0.0, -sp);
        let right = v3(cy, sy, 0.0);
        let down = forward.cross(right);
        let (sr, cr) = sin_cos(mount.roll);
        let (right, down) = (right * cr + down * sr, down * cr - right * sr);
        let (s, c) = sin_cos(mount.view * 0.5);
        let focal = width as f32 * 0.5 * c / s;
        let centre = (width as f32 * 0.5, height as f32 * 0.5);
        Self { at: mount.at, right, down, forward, focal, centre, barrel: mount.barrel, width, height }
    }

    /// Where a point of the world is in the picture; `None` behind the camera or far outside.
    pub fn project(&self, p: Vec3) -> Option<Projected> {
        let q = p - self.at;
        let depth = q.dot(self.forward);
        if depth < NEAR_M {
            return None;
        }
        let (x, y) = (q.dot(self.right) / depth, q.dot(self.down) / depth);
        let r2 = x * x + y * y;
        if r2 > 36.0 {
            return None;
        }
        // Monotonic for every r, unlike a polynomial.
        let k = 1.0 / (1.0 + self.barrel * r2).sqrt() * (1.0 + 0.35 * self.barrel);
        Some(Projected { x: self.centre.0 + self.focal * x * k, y: self.centre.1 + self.focal * y * k, depth })
    }

    /// The point of the floor that a pixel shows; `None` where it shows none.
    pub fn floor_at(&self, x: f32, y: f32) -> Option<Vec3> {
        self.level_at(x, y, 0.0)
    }

    /// The point this high above the floor (metres, below the camera) that a pixel shows; `None` where it shows none.
    pub fn level_at(&self, x: f32, y: f32, height: f32) -> Option<Vec3> {
        let (dx, dy) = ((x - self.centre.0) / self.focal, (y - self.centre.1) / self.focal);
        let c = 1.0 + 0.35 * self.barrel;
        let under = c * c - self.barrel * (dx * dx + dy * dy);
        if under < 0.01 {
            return None;
        }
        let k = 1.0 / under.sqrt();
        let ray = self.forward + self.right * (dx * k) + self.down * (dy * k);
        if ray.z > -1e-3 {
            return None;
        }
        Some(self.at + ray * ((height - self.at.z) / ray.z))
    }

    /// Samples a pixel in each direction: large pictures are soft anyhow.
    pub fn samples(&self) -> i32 {
        if self.height >= 900 { 1 } else { 2 }
    }

    /// How many pixels a metre is at this depth, about.
    pub fn pixels_per_metre(&self, depth: f32) -> f32 {
        self.focal / depth.max(NEAR_M)
    }
}
