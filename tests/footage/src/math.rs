// SPDX-License-Identifier: MPL-2.0
//! Vectors, rotations and random numbers. Only operations that IEEE 754 defines exactly, and `libm` for the rest, so that
//! every machine and every build computes the same bits.

use std::ops::{Add, Mul, Neg, Sub};

/// A point or direction in metres: x to the right, y forward, z up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Vec3 {
    /// To the right.
    pub x: f32,
    /// Forward.
    pub y: f32,
    /// Up.
    pub z: f32,
}

/// A short way to write a vector.
pub const fn v3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

impl Vec3 {
    /// Scalar product.
    #[inline]
    pub fn dot(self, o: Self) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    /// Vector product.
    #[inline]
    pub fn cross(self, o: Self) -> Self {
        v3(self.y * o.z - self.z * o.y, self.z * o.x - self.x * o.z, self.x * o.y - self.y * o.x)
    }

    /// Length.
    #[inline]
    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The same direction with length 1; up when there is none.
    #[inline]
    pub fn unit(self) -> Self {
        let l = self.length();
        if l > 1e-9 { self * (1.0 / l) } else { v3(0.0, 0.0, 1.0) }
    }

    /// From here to there by a share.
    #[inline]
    pub fn lerp(self, o: Self, share: f32) -> Self {
        self + (o - self) * share
    }

    /// Each coordinate times the other's.
    #[inline]
    pub fn times(self, o: Self) -> Self {
        v3(self.x * o.x, self.y * o.y, self.z * o.z)
    }
}

impl Add for Vec3 {
    type Output = Self;
    #[inline]
    fn add(self, o: Self) -> Self {
        v3(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl Sub for Vec3 {
    type Output = Self;
    #[inline]
    fn sub(self, o: Self) -> Self {
        v3(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    #[inline]
    fn mul(self, k: f32) -> Self {
        v3(self.x * k, self.y * k, self.z * k)
    }
}

impl Neg for Vec3 {
    type Output = Self;
    fn neg(self) -> Self {
        self * -1.0
    }
}

/// A rotation: three columns, the images of x, y and z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rot(pub [Vec3; 3]);

impl Rot {
    /// No rotation.
    pub const IDENTITY: Self = Self([v3(1.0, 0.0, 0.0), v3(0.0, 1.0, 0.0), v3(0.0, 0.0, 1.0)]);

    /// Around x by an angle in radians: y towards z.
    pub fn x(angle: f32) -> Self {
        let (s, c) = sin_cos(angle);
        Self([v3(1.0, 0.0, 0.0), v3(0.0, c, s), v3(0.0, -s, c)])
    }

    /// Around y: z towards x.
    pub fn y(angle: f32) -> Self {
        let (s, c) = sin_cos(angle);
        Self([v3(c, 0.0, -s), v3(0.0, 1.0, 0.0), v3(s, 0.0, c)])
    }

    /// Around z: x towards y.
    pub fn z(angle: f32) -> Self {
        let (s, c) = sin_cos(angle);
        Self([v3(c, s, 0.0), v3(-s, c, 0.0), v3(0.0, 0.0, 1.0)])
    }

    /// The rotation that turns y into a direction on the floor.
    pub fn facing(dx: f32, dy: f32) -> Self {
        Self([v3(dy, -dx, 0.0), v3(dx, dy, 0.0), v3(0.0, 0.0, 1.0)])
    }

    /// Rotates a vector.
    #[inline]
    pub fn apply(&self, v: Vec3) -> Vec3 {
        self.0[0] * v.x + self.0[1] * v.y + self.0[2] * v.z
    }

    /// First the other, then this one.
    pub fn after(&self, first: &Self) -> Self {
        Self([self.apply(first.0[0]), self.apply(first.0[1]), self.apply(first.0[2])])
    }
}

/// Sine and cosine, the same on every machine.
pub fn sin_cos(angle: f32) -> (f32, f32) {
    (libm::sinf(angle), libm::cosf(angle))
}

/// Degrees to radians.
pub fn degrees(angle: f32) -> f32 {
    angle * (core::f32::consts::PI / 180.0)
}

/// 0 below `low`, 1 above `high`, smooth in between.
pub fn smoothstep(low: f32, high: f32, v: f32) -> f32 {
    let t = ((v - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// Between two numbers by a share.
pub fn mix(a: f32, b: f32, share: f32) -> f32 {
    a + (b - a) * share
}

/// A random number generator (SplitMix64): small, good enough for pictures, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator for a seed and a purpose, so that one drawing more here changes nothing there.
    pub fn new(seed: u64, purpose: u64) -> Self {
        // Mixed first: the state grows by the same constant at each draw, so that neighbouring purposes would be the same
        // stream, a few draws apart.
        Self(seed ^ Self(purpose).next_u64())
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    #[inline]
    pub fn unit(&mut self) -> f32 {
        (self.next_u64() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// Between two numbers.
    pub fn range(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((self.next_u64() >> 33) as usize) % n.max(1)
    }

    /// True in this share of cases.
    pub fn chance(&mut self, share: f32) -> bool {
        self.unit() < share
    }

    /// About normal, mean 0 and deviation 1.
    pub fn normal(&mut self) -> f32 {
        let sum: f32 = (0..6).map(|_| self.unit()).sum();
        (sum - 3.0) * core::f32::consts::SQRT_2
    }

    /// One of a list that isn't empty.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A hash of three whole numbers.
pub fn hash3(x: i32, y: i32, z: i32) -> u32 {
    let mut h =
        (x as u32).wrapping_mul(0x8DA6_B343) ^ (y as u32).wrapping_mul(0xD816_3841) ^ (z as u32).wrapping_mul(0xCB1A_B31F);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    h ^ (h >> 15)
}

fn lattice(x: i32, y: i32, z: i32) -> f32 {
    (hash3(x, y, z) >> 8) as f32 / (1u32 << 24) as f32
}

/// Smooth noise in space, 0..1, with features of about one unit.
pub fn noise3(p: Vec3) -> f32 {
    let (fx, fy, fz) = (p.x.floor(), p.y.floor(), p.z.floor());
    let (x, y, z) = (fx as i32, fy as i32, fz as i32);
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (tx, ty, tz) = (ease(p.x - fx), ease(p.y - fy), ease(p.z - fz));
    let row = |y, z| mix(lattice(x, y, z), lattice(x + 1, y, z), tx);
    mix(mix(row(y, z), row(y + 1, z), ty), mix(row(y, z + 1), row(y + 1, z + 1), ty), tz)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_purposes_share_their_numbers() {
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..4 {
            for purpose in 0..64 {
                let mut rng = Rng::new(seed, purpose);
                assert!((0..64).all(|_| seen.insert(rng.next_u64())), "seed {seed}, purpose {purpose}");
            }
        }
    }
}
