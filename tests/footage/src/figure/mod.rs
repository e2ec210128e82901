// SPDX-License-Identifier: MPL-2.0
//! A person: a body of bones, soft solids around them, clothes, and a skin of triangles that follows the bones.

mod body;
pub mod field;
mod head;
pub mod look;
pub mod mesh;
pub mod pose;
pub mod skeleton;

use std::sync::Arc;

use crate::math::{Vec3, noise3, smoothstep, v3};
use look::{Bag, Colour, Look, Print, material};
use mesh::{PosedPoint, Skin};
use pose::Pose;
use skeleton::Stance;

/// How fine a figure's mesh is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// For figures over about 150 pixels.
    Fine,
    /// For small figures.
    Coarse,
}

/// A figure that is ready to be posed and drawn.
#[derive(Clone, Debug)]
pub struct Figure {
    /// How it looks.
    pub look: Look,
    /// Its surface in the rest pose.
    pub skin: Arc<Skin>,
    skull: Vec3,
    head_size: f32,
}

impl Figure {
    /// Builds a figure's mesh.
    pub fn new(look: &Look, detail: Detail) -> Self {
        let cell = if detail == Detail::Fine { 0.021 } else { 0.034 };
        let frame = body::Frame { joint: look.build.joints(), build: look.build, cell };
        let mut solids = body::solids(&frame, look);
        solids.extend(head::solids(&frame, look));
        let folds = |m: u8| match m {
            material::UPPER => 0.013,
            material::LOWER => 0.011,
            material::INNER => 0.010,
            material::BAG => 0.004,
            material::HAIR => 0.016,
            _ => 0.0,
        };
        let (skull, head_size) = head::skull(&frame);
        Self { look: *look, skin: Arc::new(Skin::of(&solids, folds)), skull, head_size }
    }

    /// The pose that this figure takes when it is to take this one: bags pull arms down.
    pub fn burdened(&self, pose: Pose) -> Pose {
        if matches!(self.look.bag, Bag::Hand | Bag::Basket) { pose.laden() } else { pose }
    }

    /// Moves the surface to where the bones are.
    pub fn pose(&self, stance: &Stance, out: &mut Vec<PosedPoint>) {
        self.skin.pose(stance, out);
    }

    /// Must this material be asked for its colour at every pixel?
    pub fn is_patterned(&self, of: u8) -> bool {
        match of {
            material::SKIN => !self.look.mannequin,
            material::HAIR => true,
            material::UPPER => self.look.print != Print::Plain,
            material::LOWER => self.look.lower_print != Print::Plain,
            _ => false,
        }
    }

    /// Share of light that is reflected as a highlight.
    pub fn gloss(&self, of: u8) -> f32 {
        match of {
            material::SKIN => {
                if self.look.mannequin {
                    0.35
                } else {
                    0.10
                }
            }
            material::HAIR => 0.16,
            material::SHOES => 0.14,
            material::BAG => 0.10,
            _ => 0.025,
        }
    }

    /// The colour of a material at a point of the rest pose.
    pub fn colour(&self, of: u8, p: Vec3) -> Colour {
        let base = self.look.colours[usize::from(of)];
        match of {
            material::SKIN if !self.look.mannequin && p.z > self.skull.z - 0.14 * self.head_size => {
                head::paint(&self.look, (p - self.skull) * (1.0 / self.head_size), base)
            }
            material::HAIR => {
                let strand = noise3(v3(p.x * 130.0, p.y * 130.0, p.z * 22.0));
                base * (0.62 + 0.76 * strand)
            }
            material::UPPER => self.printed(self.look.print, base, p),
            material::LOWER => self.printed(self.look.lower_print, base, p),
            _ => base,
        }
    }

    fn printed(&self, print: Print, base: Colour, p: Vec3) -> Colour {
        let other = self.look.print_colour;
        // In the rest pose sleeves slant: measure along them.
        let along = if p.x.abs() > 0.2 { p.z * 0.77 - p.x.abs() * 0.64 } else { p.z };
        let band = |v: f32, width: f32| {
            let t = v / (2.0 * width);
            let t = t - t.floor();
            smoothstep(0.22, 0.28, t) - smoothstep(0.72, 0.78, t)
        };
        match print {
            Print::Plain => base,
            Print::Stripes(w) => base.lerp(other, band(along, w)),
            Print::Checks(w) => {
                let k = 0.5 * (band(along, w) + band(p.x + 0.3 * p.y, w));
                base.lerp(other, k * 0.8)
            }
            Print::Spots(w) => base.lerp(other, smoothstep(0.55, 0.65, noise3(p * (0.8 / w)))),
            Print::Logo => {
                let (x, z) = (p.x / 0.085, (p.z - 1.25) / 0.06);
                let letters = smoothstep(0.42, 0.5, noise3(v3(p.x * 70.0, 0.0, p.z * 45.0)));
                let inside = x.abs() < 1.0 && z.abs() < 1.0 && p.y > 0.05;
                if inside { base.lerp(other, letters) } else { base }
            }
            Print::Blocks => base.lerp(other, smoothstep(1.16, 1.165, along)),
        }
    }
}
