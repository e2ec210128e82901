// SPDX-License-Identifier: MPL-2.0
//! What surfaces look like, point by point.

use super::Room;
use crate::figure::look::Colour;
use crate::math::{Vec3, hash3, mix, noise3, smoothstep, v3};

/// What a surface is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Kind {
    /// Paint, a little uneven.
    #[default]
    Plain,
    /// Square tiles of this edge, metres.
    Tiles(f32),
    /// Boards of this width, metres.
    Planks(f32),
    /// Carpet.
    Carpet,
    /// Concrete or stone.
    Stone,
    /// Bricks.
    Bricks,
    /// A package with a label.
    Package(u32),
    /// A picture of the room's list, this wide and high, metres.
    Picture(u16, f32, f32),
    /// A screen that shines.
    Screen(u32),
    /// A lamp.
    Lamp,
    /// Leaves.
    Leaves,
    /// Holes in a board.
    Perforated,
    /// Letters on a sign.
    Sign(u32),
    /// A figure of the room's list, and which of its materials.
    Figure(u16, u8),
    /// The colour stands in the texture place.
    Coloured,
    /// Vertical stripes (a curtain, a shutter), metres.
    Slats(f32),
    /// Stripes of two colours, each this wide, metres.
    Striped(f32),
}

/// A surface's finish.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Finish {
    /// Its colour.
    pub colour: Colour,
    /// Its second colour.
    pub other: Colour,
    /// What it is made of.
    pub kind: Kind,
    /// Share of light that is reflected as a highlight.
    pub gloss: f32,
    /// Is it the floor?
    pub floor: bool,
    /// Number of the figure that is no person; 0: none.
    pub likeness: u16,
}

impl Finish {
    /// Plain paint.
    pub fn paint(colour: Colour) -> Self {
        Self { colour, other: colour * 0.8, ..Self::default() }
    }

    /// This kind in these colours.
    pub fn of(kind: Kind, colour: Colour, other: Colour) -> Self {
        Self { kind, colour, other, ..Self::default() }
    }

    /// The colour at a point of the texture, and light that it gives by itself.
    pub fn at(&self, room: &Room, t: Vec3) -> (Colour, f32) {
        let (c, o) = (self.colour, self.other);
        let grain = |k: f32| noise3(v3(t.x * k, t.y * k, t.z * k + 7.0));
        let fraction = |v: f32| v - v.floor();
        let colour = match self.kind {
            Kind::Plain => c * (0.965 + 0.05 * grain(1.3) + 0.02 * grain(40.0)),
            Kind::Tiles(edge) => {
                let (u, v) = (t.x / edge, t.y / edge);
                let (fu, fv) = (fraction(u) - 0.5, fraction(v) - 0.5);
                let joint = smoothstep(0.47, 0.49, fu.abs().max(fv.abs()));
                let tone = (hash3(u.floor() as i32, v.floor() as i32, 3) & 255) as f32 / 255.0;
                (c * (0.93 + 0.08 * tone + 0.10 * grain(5.0))).lerp(o, joint)
            }
            Kind::Planks(width) => {
                let row = (t.x / width).floor();
                let shift = (hash3(row as i32, 1, 9) & 255) as f32 / 255.0;
                let piece = (t.y / 1.1 + shift).floor();
                let tone = (hash3(row as i32, piece as i32, 5) & 255) as f32 / 255.0;
                let fibre = noise3(v3(t.x * 60.0, t.y * 2.5, piece));
                let joint = smoothstep(0.46, 0.49, (fraction(t.x / width) - 0.5).abs());
                c.lerp(o, 0.6 * tone + 0.3 * fibre) * (1.0 - 0.45 * joint)
            }
            Kind::Carpet => c.lerp(o, smoothstep(0.35, 0.7, grain(9.0)) * 0.5) * (0.8 + 0.4 * grain(70.0)),
            Kind::Stone => c * (0.78 + 0.28 * grain(1.1) + 0.16 * grain(13.0)),
            Kind::Bricks => {
                let row = (t.y / 0.075).floor();
                let u = t.x / 0.24 + 0.5 * (row - 2.0 * (row * 0.5).floor());
                let tone = (hash3(u.floor() as i32, row as i32, 2) & 255) as f32 / 255.0;
                let joint = smoothstep(0.44, 0.47, (fraction(u) - 0.5).abs()).max(smoothstep(
                    0.40,
                    0.44,
                    (fraction(t.y / 0.075) - 0.5).abs(),
                ));
                (c * (0.7 + 0.5 * tone) * (0.85 + 0.3 * grain(30.0))).lerp(o, joint)
            }
            Kind::Package(seed) => package(seed, c, o, t),
            Kind::Picture(index, w, h) => return (picture(room, index, t.x / w, 1.0 - t.y / h) * 0.9, 0.0),
            Kind::Screen(seed) => {
                let bars = (hash3((t.x * 9.0) as i32, (t.y * 7.0) as i32, seed as i32) & 255) as f32 / 255.0;
                return (c.lerp(o, bars), 0.9);
            }
            Kind::Lamp => return (c, 3.0),
            Kind::Leaves => c.lerp(o, grain(25.0)) * (0.7 + 0.5 * grain(8.0)),
            Kind::Perforated => {
                let (fu, fv) = (fraction(t.x / 0.05) - 0.5, fraction(t.y / 0.05) - 0.5);
                c * (1.0 - 0.4 * (1.0 - smoothstep(0.01, 0.03, fu * fu + fv * fv)))
            }
            Kind::Sign(seed) => {
                let letters = noise3(v3(t.x * 34.0 + seed as f32, (t.y * 6.0).floor() * 3.0, 1.0));
                let line = fraction(t.y * 6.0);
                let ink = smoothstep(0.5, 0.55, letters) * smoothstep(0.25, 0.3, line) * smoothstep(0.8, 0.75, line);
                c.lerp(o, ink)
            }
            Kind::Figure(index, material) => room.figures[usize::from(index)].colour(material, t),
            Kind::Coloured => t,
            Kind::Striped(width) => {
                let edge = (fraction(t.x / (2.0 * width)) - 0.5).abs();
                c.lerp(o, smoothstep(0.23, 0.27, edge)) * (0.85 + 0.3 * grain(60.0))
            }
            Kind::Slats(width) => c * (0.72 + 0.28 * smoothstep(0.0, 0.5, (fraction(t.x / width) - 0.5).abs())),
        };
        (colour, 0.0)
    }
}

fn package(seed: u32, c: Colour, o: Colour, t: Vec3) -> Colour {
    let low = 0.03 + 0.07 * ((seed >> 8 & 15) as f32 / 15.0);
    let high = low + 0.03 + 0.08 * ((seed >> 12 & 15) as f32 / 15.0);
    let band = smoothstep(low, low + 0.005, t.y) * smoothstep(high + 0.005, high, t.y);
    let print = noise3(v3(t.x * 55.0 + (seed & 63) as f32, t.y * 70.0, 0.0));
    let c = c.lerp(o, band * if seed & 1 == 0 { 0.9 } else { 0.6 });
    c * mix(0.88, 1.06, smoothstep(0.35, 0.65, print))
}

fn picture(room: &Room, index: u16, u: f32, v: f32) -> Colour {
    let Some(picture) = room.pictures.get(usize::from(index)) else { return v3(0.5, 0.5, 0.5) };
    let place = |t: f32, n: usize| ((t * n as f32) as usize).min(n - 1);
    let i = (place(v.clamp(0.0, 1.0), picture.height) * picture.width + place(u.clamp(0.0, 1.0), picture.width)) * 3;
    // Printed ink: display values back to light, about.
    let light = |b: u8| {
        let d = f32::from(b) / 255.0;
        d * d
    };
    v3(light(picture.rgb[i]), light(picture.rgb[i + 1]), light(picture.rgb[i + 2]))
}
