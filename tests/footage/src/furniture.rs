// SPDX-License-Identifier: MPL-2.0
//! Furniture and things on wheels: what stands empty in a room and is no person.

use crate::figure::look::{Colour, hsv};
use crate::math::{Rng, Rot, sin_cos, v3};
use crate::prop::Prop;

/// A kind of furniture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Furniture {
    /// A pram; its handle is at the origin.
    Pram,
    /// A suitcase on wheels, its handle drawn out.
    Suitcase,
    /// A round or square table on a column with a foot of spokes.
    StarTable,
    /// The same, as high as a bar.
    BarTable,
    /// A chair on a column with five spokes on castors.
    OfficeChair,
    /// A high seat on a column or on legs.
    BarStool,
    /// An empty wheelchair.
    Wheelchair,
    /// A rucksack that stands on the floor.
    Rucksack,
}

/// A chair of a room where all chairs are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chair {
    /// Four legs, seat and back in this colour.
    Plain(Colour),
    /// An office chair; the number says which.
    Office(u64),
}

impl Chair {
    /// The chair as a thing.
    pub fn prop(self) -> Prop {
        match self {
            Self::Plain(colour) => Prop::chair(colour),
            Self::Office(number) => office_chair(&mut Rng::new(number, 31)),
        }
    }
}

impl Furniture {
    /// One of this kind in colours drawn by chance.
    pub fn prop(self, rng: &mut Rng) -> Prop {
        match self {
            Self::Pram => pram(rng),
            Self::Suitcase => suitcase(rng),
            Self::StarTable => column_table(rng, 0.73),
            Self::BarTable => column_table(rng, 1.08),
            Self::OfficeChair => office_chair(rng),
            Self::BarStool => bar_stool(rng),
            Self::Wheelchair => Prop::wheelchair(rng),
            Self::Rucksack => rucksack(rng),
        }
    }

    /// How much of the floor it covers: width and depth, metres.
    pub fn footprint(self) -> (f32, f32) {
        match self {
            Self::Pram => (0.6, 1.0),
            Self::Suitcase => (0.4, 0.3),
            Self::StarTable | Self::BarTable => (0.7, 0.7),
            Self::OfficeChair => (0.6, 0.6),
            Self::BarStool => (0.4, 0.4),
            Self::Wheelchair => (0.65, 0.9),
            Self::Rucksack => (0.3, 0.2),
        }
    }
}

/// Black, grey, or one colour: what is made of cloth or plastic.
fn dull(rng: &mut Rng) -> Colour {
    match rng.below(5) {
        0 | 1 => v3(0.02, 0.02, 0.023) * rng.range(0.5, 2.0),
        2 => v3(0.3, 0.3, 0.31) * rng.range(0.4, 1.6),
        3 => hsv(rng.range(0.07, 0.11), rng.range(0.2, 0.5), rng.range(0.4, 0.8)),
        _ => hsv(rng.unit(), rng.range(0.4, 0.9), rng.range(0.25, 0.8)),
    }
}

fn pram(rng: &mut Rng) -> Prop {
    let mut p = Prop::default();
    let (cloth, dark) = (dull(rng), v3(0.03, 0.03, 0.033));
    let frame = if rng.chance(0.5) { v3(0.4, 0.41, 0.43) } else { dark };
    let inside = *rng.pick(&[v3(0.6, 0.58, 0.54), v3(0.1, 0.1, 0.11), cloth * 0.6]);
    p.block(v3(0.0, 0.56, 0.62), v3(0.21, 0.38, 0.10), &Rot::IDENTITY, cloth);
    p.block(v3(0.0, 0.56, 0.715), v3(0.17, 0.34, 0.015), &Rot::IDENTITY, inside);
    // The hood: a quarter of a drum over the end at the handle, or further.
    let (steps, reach) = (6, rng.range(1.5, 2.4));
    let rim = |i: usize, x: f32| {
        let (s, c) = sin_cos(0.05 + reach * i as f32 / steps as f32);
        v3(x, 0.46 - 0.30 * c, 0.70 + 0.30 * s)
    };
    for i in 0..steps {
        p.sheet([rim(i, -0.21), rim(i, 0.21), rim(i + 1, 0.21), rim(i + 1, -0.21)], cloth * (1.0 - 0.06 * (i % 2) as f32));
        for x in [-0.21, 0.21] {
            let hub = v3(x, 0.46, 0.70);
            p.sheet([hub, rim(i, x), rim(i + 1, x), hub], cloth * 0.8);
        }
    }
    p.bar(v3(-0.24, -0.02, 1.02), v3(0.24, -0.02, 1.02), 0.017, dark);
    for side in [-1.0f32, 1.0] {
        p.bar(v3(side * 0.24, -0.02, 1.02), v3(side * 0.24, 0.85, 0.20), 0.013, frame);
        p.bar(v3(side * 0.24, 0.20, 0.16), v3(side * 0.22, 0.70, 0.60), 0.013, frame);
        p.wheel(v3(side * 0.27, 0.20, 0.15), 0.15, 0.03, 0.035, dark);
        p.wheel(v3(side * 0.22, 0.86, 0.11), 0.11, 0.03, 0.035, dark);
    }
    p.block(v3(0.0, 0.5, 0.27), v3(0.2, 0.24, 0.07), &Rot::IDENTITY, dark);
    p
}

fn suitcase(rng: &mut Rng) -> Prop {
    let mut p = Prop::default();
    let (shell, dark) = (dull(rng), v3(0.03, 0.03, 0.033));
    let half = v3(rng.range(0.17, 0.23), rng.range(0.10, 0.14), rng.range(0.25, 0.36));
    p.block(v3(0.0, 0.0, 0.06 + half.z), half, &Rot::IDENTITY, shell);
    for side in [-1.0f32, 1.0] {
        p.wheel(v3(side * half.x * 0.85, half.y * 0.7, 0.035), 0.035, 0.02, 0.03, dark);
        p.bar(v3(side * 0.08, -half.y, 0.06 + 2.0 * half.z), v3(side * 0.08, -half.y, 1.0), 0.008, v3(0.4, 0.4, 0.42));
    }
    p.bar(v3(-0.09, -half.y, 1.0), v3(0.09, -half.y, 1.0), 0.014, dark);
    p
}

/// Chrome, black, white, brass or wood: what columns and feet are made of.
fn column_colour(rng: &mut Rng) -> Colour {
    *rng.pick(&[
        v3(0.5, 0.5, 0.52),
        v3(0.03, 0.03, 0.032),
        v3(0.03, 0.03, 0.032),
        v3(0.75, 0.75, 0.74),
        v3(0.4, 0.28, 0.1),
        v3(0.22, 0.11, 0.05),
    ])
}

/// A foot of spokes around a column that rises to `top`.
fn star_foot(p: &mut Prop, rng: &mut Rng, spokes: usize, reach: f32, top: f32, colour: Colour) {
    let (thick, rise) = (rng.range(0.018, 0.036), rng.range(0.02, 0.14));
    let turn = rng.unit();
    for i in 0..spokes {
        let (s, c) = sin_cos(core::f32::consts::TAU * (turn + i as f32 / spokes as f32));
        let end = v3(reach * c, reach * s, 0.035);
        p.round([v3(0.0, 0.0, 0.05 + rise), end], [thick * 1.3, thick * 0.7], 6, colour);
        p.round([v3(end.x, end.y, 0.0), v3(end.x, end.y, 0.045)], [0.026, 0.03], 8, v3(0.03, 0.03, 0.03));
    }
    let column = rng.range(0.022, 0.045);
    p.round([v3(0.0, 0.0, 0.04), v3(0.0, 0.0, 0.09 + rise)], [column * 1.9, column * 1.5], 10, colour);
    p.round([v3(0.0, 0.0, 0.08), v3(0.0, 0.0, top)], [column; 2], 10, colour);
}

fn column_table(rng: &mut Rng, height: f32) -> Prop {
    let mut p = Prop::default();
    let colour = column_colour(rng);
    let top = match rng.below(6) {
        0 | 1 => v3(0.72, 0.71, 0.68),
        2 => v3(0.03, 0.03, 0.032),
        3 => v3(0.3, 0.3, 0.31),
        _ => hsv(rng.range(0.05, 0.1), rng.range(0.3, 0.7), rng.range(0.25, 0.75)),
    };
    let radius = rng.range(0.27, 0.46);
    if rng.chance(0.8) {
        let spokes = *rng.pick(&[4, 4, 5, 5, 3, 6]);
        let reach = radius * rng.range(0.75, 1.15);
        star_foot(&mut p, rng, spokes, reach, height - 0.03, colour);
    } else {
        p.round([v3(0.0, 0.0, 0.0), v3(0.0, 0.0, 0.03)], [0.27, 0.25], 20, colour);
        p.round([v3(0.0, 0.0, 0.03), v3(0.0, 0.0, height - 0.03)], [0.035; 2], 10, colour);
    }
    // The plate's cross under the top.
    for (x, y) in [(0.7, 0.0), (0.0, 0.7)] {
        let end = v3(x * radius, y * radius, height - 0.035);
        p.bar(v3(-end.x, -end.y, end.z), end, 0.015, colour);
    }
    match rng.below(8) {
        // Glass: only its rim is seen.
        0 | 1 => {
            let at = |i: usize| {
                let (s, c) = sin_cos(core::f32::consts::TAU * i as f32 / 20.0);
                v3(radius * c, radius * s, height - 0.01)
            };
            for i in 0..20 {
                p.bar(at(i), at((i + 1) % 20), 0.006, v3(0.35, 0.5, 0.45));
            }
        }
        2 => p.block(v3(0.0, 0.0, height - 0.015), v3(radius * 0.9, radius * 0.9, 0.015), &Rot::IDENTITY, top),
        _ => p.round([v3(0.0, 0.0, height - 0.03), v3(0.0, 0.0, height)], [radius; 2], 24, top),
    }
    for _ in 0..rng.below(4) {
        // A cup, a glass, a bottle.
        let (s, c) = sin_cos(rng.range(0.0, core::f32::consts::TAU));
        let at = v3(c, s, 0.0) * (radius * rng.range(0.2, 0.8)) + v3(0.0, 0.0, height);
        let colour = *rng.pick(&[v3(0.8, 0.8, 0.78), v3(0.1, 0.25, 0.1), v3(0.3, 0.1, 0.05), v3(0.4, 0.45, 0.5)]);
        p.round([at, at + v3(0.0, 0.0, rng.range(0.06, 0.26))], [0.035, 0.03], 8, colour);
    }
    p
}

/// Everything of an office chair; its seat is as high as a sitting figure's thighs.
fn office_chair(rng: &mut Rng) -> Prop {
    let mut p = Prop::default();
    let cloth = dull(rng);
    let frame = if rng.chance(0.7) { v3(0.025, 0.025, 0.027) } else { v3(0.45, 0.45, 0.47) };
    star_foot(&mut p, rng, 5, 0.31, 0.42, frame);
    p.block(v3(0.0, 0.02, 0.44), v3(0.235, 0.225, 0.03), &Rot::IDENTITY, cloth);
    let (tall, wide) = (rng.range(0.15, 0.33), rng.range(0.19, 0.24));
    p.bar(v3(0.0, -0.18, 0.42), v3(0.0, -0.27, 0.62), 0.025, frame);
    let middle = v3(0.0, -0.25, 0.58 + tall);
    p.block(middle, v3(wide, 0.03, tall), &Rot::x(0.1), cloth);
    // Rounded upper corners.
    p.round([middle + v3(0.0, -0.065, tall - 0.02), middle + v3(0.0, 0.0, tall - 0.02)], [wide * 0.8; 2], 14, cloth * 0.95);
    if rng.chance(0.6) {
        for side in [-1.0f32, 1.0] {
            p.bar(v3(side * 0.27, -0.05, 0.42), v3(side * 0.27, -0.05, 0.65), 0.016, frame);
            p.block(v3(side * 0.27, 0.0, 0.665), v3(0.03, 0.13, 0.015), &Rot::IDENTITY, frame);
        }
    }
    p
}

fn bar_stool(rng: &mut Rng) -> Prop {
    let mut p = Prop::default();
    let (seat, colour) = (dull(rng), column_colour(rng));
    let height = rng.range(0.62, 0.82);
    p.round([v3(0.0, 0.0, height - 0.05), v3(0.0, 0.0, height)], [0.17, 0.19], 16, seat);
    match rng.below(3) {
        0 => {
            p.round([v3(0.0, 0.0, 0.0), v3(0.0, 0.0, 0.03)], [0.22, 0.19], 18, colour);
            p.round([v3(0.0, 0.0, 0.03), v3(0.0, 0.0, height - 0.05)], [0.028; 2], 10, colour);
        }
        1 => {
            let spokes = 4 + rng.below(2);
            star_foot(&mut p, rng, spokes, 0.24, height - 0.05, colour);
        }
        _ => {
            for (x, y) in [(-1.0f32, -1.0f32), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)] {
                p.bar(v3(x * 0.19, y * 0.19, 0.0), v3(x * 0.11, y * 0.11, height - 0.05), 0.014, colour);
                p.bar(v3(x * 0.16, y * 0.16, 0.25), v3(-y * 0.16, x * 0.16, 0.25), 0.009, colour);
            }
        }
    }
    if rng.chance(0.3) {
        p.block(v3(0.0, -0.17, height + 0.14), v3(0.17, 0.012, 0.12), &Rot::x(0.08), seat);
    }
    p
}

fn rucksack(rng: &mut Rng) -> Prop {
    let mut p = Prop::default();
    let (cloth, tall) = (dull(rng), rng.range(0.34, 0.48));
    let at = |x: f32, z: f32| v3(x, 0.0, z);
    p.round([at(0.0, 0.0), at(0.0, tall * 0.8)], [0.15, 0.14], 10, cloth);
    p.round([at(0.0, tall * 0.8), at(0.0, tall)], [0.14, 0.07], 10, cloth * 0.9);
    p.round([v3(0.0, 0.13, 0.03), v3(0.0, 0.12, tall * 0.45)], [0.09, 0.08], 8, cloth * 1.2);
    p.bar(v3(-0.03, -0.02, tall), v3(0.03, -0.02, tall + 0.04), 0.01, cloth);
    p
}
