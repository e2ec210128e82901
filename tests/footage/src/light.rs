// SPDX-License-Identifier: MPL-2.0
//! Light, and how a sensor turns it into display values.

use crate::figure::look::Colour;
use crate::math::{Rng, Vec3, v3};

/// The light of a room: from the ceiling, from the floor back, and from one side (a window or the nearest lamp).
#[derive(Clone, Copy, Debug)]
pub struct Light {
    /// What comes from above.
    pub sky: Colour,
    /// What the floor sends back.
    pub bounce: Colour,
    /// Direction towards the strongest light.
    pub key_from: Vec3,
    /// That light.
    pub key: Colour,
    /// Brightness of the whole picture.
    pub exposure: f32,
    /// How dark shadows on the floor are, 0..1.
    pub shadow: f32,
    /// How much the floor mirrors, 0..1.
    pub floor_gloss: f32,
    /// Haze that lifts the darks, 0..0.2.
    pub haze: f32,
    /// 1: colours as they are; 0: a night camera without colours.
    pub saturation: f32,
    /// Contrast of the display curve, about 1.
    pub contrast: f32,
    /// Display value (0..1) below which all is black: 0 keeps every shade.
    pub black: f32,
    /// Display value (0..1) above which all is white: 1 keeps every shade.
    pub white: f32,
}

impl Light {
    /// Even light from the ceiling.
    pub fn ceiling() -> Self {
        Self {
            sky: v3(0.78, 0.77, 0.74),
            bounce: v3(0.34, 0.32, 0.30),
            key_from: v3(0.45, -0.35, 0.82).unit(),
            key: v3(0.55, 0.54, 0.52),
            exposure: 1.0,
            shadow: 0.55,
            floor_gloss: 0.08,
            haze: 0.01,
            saturation: 1.0,
            contrast: 1.0,
            black: 0.0,
            white: 1.0,
        }
    }

    /// Light drawn by chance.
    pub fn random(rng: &mut Rng) -> Self {
        let mut light = Self::ceiling();
        let warm = rng.range(-0.12, 0.14);
        let tint = v3(1.0 + warm, 1.0 + rng.range(-0.03, 0.03), 1.0 - warm);
        let share = rng.unit();
        light.sky = light.sky.times(tint) * (1.15 - 0.5 * share);
        let back = rng.range(0.7, 1.5);
        light.bounce = light.bounce.times(tint) * back;
        light.key = light.key.times(tint) * (0.3 + 1.7 * share);
        light.key_from = v3(rng.range(-1.0, 1.0), rng.range(-1.0, 1.0), rng.range(0.35, 1.6)).unit();
        light.exposure = match rng.below(10) {
            0 => rng.range(0.25, 0.5),
            1 => rng.range(1.4, 2.0),
            _ => rng.range(0.65, 1.35),
        };
        light.shadow = rng.range(0.25, 0.8);
        light.floor_gloss = if rng.chance(0.5) { rng.range(0.05, 0.28) } else { 0.0 };
        light.haze = if rng.chance(0.25) { rng.range(0.02, 0.12) } else { rng.range(0.0, 0.02) };
        light.saturation = if rng.chance(0.10) { 0.0 } else { rng.range(0.55, 1.2) };
        light.contrast = rng.range(0.85, 1.25);
        light
    }

    /// Light drawn by chance for a camera that can't hold it: crushed darks, burnt-out brights, weak or gaudy colours.
    pub fn hard(rng: &mut Rng) -> Self {
        let mut light = Self::random(rng);
        light.exposure = rng.range(0.6, 1.9);
        light.haze = 0.0;
        light.contrast = rng.range(1.2, 1.65);
        light.shadow = rng.range(0.5, 0.95);
        light.black = rng.range(0.04, 0.24);
        light.white = rng.range(0.70, 0.97);
        light.saturation = match rng.below(6) {
            0 => rng.range(0.0, 0.3),
            1 => rng.range(1.2, 1.8),
            _ => rng.range(0.5, 1.25),
        };
        light
    }

    /// Light on a surface that looks in this direction and sees this share of its surroundings.
    #[inline]
    pub fn on(&self, normal: Vec3, openness: f32) -> Colour {
        let up = 0.5 + 0.5 * normal.z;
        let around = self.bounce.lerp(self.sky, up) * openness;
        // Large lamps: the light goes a little round edges.
        let wrap = 0.18;
        let facing = ((normal.dot(self.key_from) + wrap) / (1.0 + wrap)).max(0.0);
        around + self.key * (facing * (0.35 + 0.65 * openness))
    }

    /// A highlight for a viewer in direction `to_eye`.
    #[inline]
    pub fn highlight(&self, normal: Vec3, to_eye: Vec3, gloss: f32) -> f32 {
        let half = (to_eye + self.key_from).unit();
        let c = normal.dot(half).max(0.0);
        let c2 = c * c;
        let c8 = c2 * c2 * c2 * c2;
        let rim = 1.0 - normal.dot(to_eye).clamp(0.0, 1.0);
        gloss * (c8 * c2 * 1.4 + 0.5 * rim * rim * rim)
    }
}

/// The display curve as a table over the square root of light, so that darks are as fine as brights.
#[derive(Clone, Debug)]
pub struct Tone {
    table: Vec<u8>,
}

const STEPS: f32 = 4095.0;
/// Light above this is white.
const WHITE: f32 = 4.0;

impl Tone {
    /// The curve for a light's exposure, haze and contrast.
    pub fn new(light: &Light) -> Self {
        let table = (0..=STEPS as usize)
            .map(|i| {
                let root = i as f32 / STEPS;
                let x = root * root * WHITE * light.exposure + light.haze * 0.25;
                let y = x * (1.0 + x / 6.0) / (1.0 + x) * 1.45;
                let d = libm::powf(y.min(1.0), 1.0 / 2.2);
                let s = d * d * (3.0 - 2.0 * d);
                let d = d + (s - d) * (light.contrast - 0.65).clamp(0.0, 1.0);
                let d = ((d - light.black) / (light.white - light.black)).clamp(0.0, 1.0);
                (d * 251.0 + 2.0).clamp(0.0, 255.0) as u8
            })
            .collect();
        Self { table }
    }

    /// The display value of a light's square root.
    #[inline]
    pub fn of_root(&self, root: f32) -> u8 {
        let i = (root * (STEPS * 0.5)) as usize;
        self.table[i.min(STEPS as usize)]
    }

    /// The display colour of light; packed, red lowest.
    #[inline]
    pub fn of(&self, c: Colour) -> u32 {
        self.of_roots(v3(c.x.max(0.0).sqrt(), c.y.max(0.0).sqrt(), c.z.max(0.0).sqrt()))
    }

    /// The display colour of the square roots of light.
    #[inline]
    pub fn of_roots(&self, c: Vec3) -> u32 {
        u32::from(self.of_root(c.x)) | u32::from(self.of_root(c.y)) << 8 | u32::from(self.of_root(c.z)) << 16
    }
}

/// The square roots of a colour.
pub fn roots(c: Colour) -> Vec3 {
    v3(c.x.max(0.0).sqrt(), c.y.max(0.0).sqrt(), c.z.max(0.0).sqrt())
}
