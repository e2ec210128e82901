// SPDX-License-Identifier: MPL-2.0
//! How somebody looks: build, clothes, hair, colours.

use super::skeleton::Build;
use crate::math::{Rng, Vec3, mix, v3};

/// Materials of a figure.
pub mod material {
    /// Face, hands, bare arms and legs.
    pub const SKIN: u8 = 0;
    /// Hair.
    pub const HAIR: u8 = 1;
    /// Shirt, jacket or dress.
    pub const UPPER: u8 = 2;
    /// Trousers or skirt.
    pub const LOWER: u8 = 3;
    /// Shoes.
    pub const SHOES: u8 = 4;
    /// What shows under an open jacket.
    pub const INNER: u8 = 5;
    /// Bag or rucksack.
    pub const BAG: u8 = 6;
    /// Hat, cap, headscarf.
    pub const HAT: u8 = 7;
    /// How many there are.
    pub const COUNT: usize = 8;
}

/// What is worn above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upper {
    /// A T-shirt: short sleeves, close.
    Tee,
    /// A shirt or jumper: long sleeves.
    Shirt,
    /// A hooded jumper, wide.
    Hoodie,
    /// A jacket to the hips, often open.
    Jacket,
    /// A long coat.
    Coat,
    /// No sleeves.
    Top,
    /// A dress: upper and skirt in one.
    Dress,
}

/// What is worn below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lower {
    /// Straight trousers.
    Trousers,
    /// Close trousers or leggings.
    Slim,
    /// Wide trousers.
    Wide,
    /// Shorts.
    Shorts,
    /// A skirt.
    Skirt,
}

/// Hair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hair {
    /// None.
    Bald,
    /// Cropped.
    Short,
    /// Full, over the ears.
    Full,
    /// To the chin.
    Bob,
    /// Over the shoulders.
    Long,
    /// A tail.
    Tail,
    /// A knot.
    Bun,
    /// Curls.
    Afro,
}

/// On the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hat {
    /// Nothing.
    None,
    /// A peaked cap.
    Cap,
    /// A knitted hat.
    Beanie,
    /// A hat with a brim.
    Brim,
    /// A headscarf.
    Scarf,
    /// The jumper's hood.
    Hood,
}

/// What is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bag {
    /// Nothing.
    None,
    /// A rucksack.
    Rucksack,
    /// A bag on the shoulder.
    Shoulder,
    /// A bag in the left hand.
    Hand,
    /// A basket in the left hand.
    Basket,
}

/// What is on cloth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Print {
    /// One colour.
    Plain,
    /// Stripes around, of this width in metres.
    Stripes(f32),
    /// Chequers of this width in metres.
    Checks(f32),
    /// Spots of about this size in metres.
    Spots(f32),
    /// Something on the chest.
    Logo,
    /// The lower half another colour.
    Blocks,
}

/// A colour in linear light, 0..1.
pub type Colour = Vec3;

/// How somebody looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Body.
    pub build: Build,
    /// Above.
    pub upper: Upper,
    /// Below.
    pub lower: Lower,
    /// Length of sleeves, 0..1.
    pub sleeves: f32,
    /// Where skirt, dress or coat ends, metres above the floor at reference height.
    pub hem: f32,
    /// Hair.
    pub hair: Hair,
    /// Hat.
    pub hat: Hat,
    /// Bag.
    pub bag: Bag,
    /// Beard, 0..1.
    pub beard: f32,
    /// Spectacles.
    pub glasses: bool,
    /// A jacket that stands open.
    pub open: bool,
    /// Colours by material.
    pub colours: [Colour; material::COUNT],
    /// The second colour of the upper print.
    pub print_colour: Colour,
    /// Print of the upper.
    pub print: Print,
    /// Print of the lower.
    pub lower_print: Print,
    /// A shop-window figure: no face, one colour of skin, glossy. Never a person.
    pub mannequin: bool,
    /// A shop-window figure without a head.
    pub headless: bool,
}

/// sRGB (0..1) to linear light.
pub fn linear(r: f32, g: f32, b: f32) -> Colour {
    // A power of 2.2, near enough: x²·x^0.2.
    let one = |v: f32| libm::powf(v.clamp(0.0, 1.0), 2.2);
    v3(one(r), one(g), one(b))
}

/// Hue 0..1, saturation, value: a display colour.
pub fn hsv(h: f32, s: f32, v: f32) -> Colour {
    let f = |n: f32| {
        let k = (n + h * 6.0) % 6.0;
        v - v * s * k.min(4.0 - k).clamp(0.0, 1.0)
    };
    linear(f(5.0), f(3.0), f(1.0))
}

/// A skin tone: 0 pale, 1 dark.
pub fn skin_tone(t: f32, red: f32) -> Colour {
    const STEPS: [[f32; 3]; 6] =
        [[0.93, 0.77, 0.69], [0.87, 0.68, 0.57], [0.78, 0.58, 0.45], [0.66, 0.46, 0.34], [0.48, 0.32, 0.24], [0.30, 0.20, 0.16]];
    let at = t.clamp(0.0, 0.999) * 5.0;
    let i = at as usize;
    let share = at - i as f32;
    let c: [f32; 3] = std::array::from_fn(|k| mix(STEPS[i][k], STEPS[i + 1][k], share));
    linear(c[0] + 0.03 * red, c[1] - 0.01 * red, c[2])
}

fn cloth_colour(rng: &mut Rng) -> Colour {
    // Shops are full of black, grey, navy, white and beige; the rest is any colour.
    match rng.below(20) {
        0..=4 => {
            let v = rng.range(0.06, 0.2);
            linear(v, v, v * rng.range(0.95, 1.15))
        }
        5..=7 => {
            let v = rng.range(0.25, 0.6);
            linear(v * rng.range(0.97, 1.03), v, v * rng.range(0.95, 1.06))
        }
        8..=9 => {
            let v = rng.range(0.8, 0.95);
            linear(v, v * rng.range(0.97, 1.0), v * rng.range(0.92, 1.0))
        }
        10..=12 => hsv(rng.range(0.58, 0.66), rng.range(0.4, 0.75), rng.range(0.15, 0.45)),
        13..=14 => hsv(rng.range(0.07, 0.12), rng.range(0.2, 0.5), rng.range(0.35, 0.75)),
        15 => hsv(rng.range(0.2, 0.35), rng.range(0.25, 0.5), rng.range(0.2, 0.45)),
        _ => hsv(rng.unit(), rng.range(0.35, 0.9), rng.range(0.3, 0.9)),
    }
}

fn hair_colour(rng: &mut Rng, grey: f32) -> Colour {
    if rng.chance(grey) {
        let v = rng.range(0.55, 0.8);
        return linear(v, v * 0.98, v * 0.95);
    }
    match rng.below(10) {
        0..=3 => linear(0.10, 0.085, 0.08),
        4..=6 => linear(rng.range(0.2, 0.32), rng.range(0.14, 0.2), 0.11),
        7..=8 => linear(rng.range(0.55, 0.72), rng.range(0.42, 0.54), rng.range(0.24, 0.36)),
        _ => linear(0.45, 0.22, 0.12),
    }
}

fn trousers_colour(rng: &mut Rng) -> Colour {
    match rng.below(12) {
        0..=3 => hsv(rng.range(0.58, 0.63), rng.range(0.3, 0.6), rng.range(0.2, 0.55)),
        4..=7 => {
            let v = rng.range(0.07, 0.18);
            linear(v, v, v * 1.08)
        }
        8 => linear(0.62, 0.53, 0.40),
        9 => linear(0.42, 0.42, 0.43),
        _ => cloth_colour(rng),
    }
}

impl Look {
    /// A grown person drawn by chance.
    pub fn grown(rng: &mut Rng) -> Self {
        let hips = if rng.chance(0.5) { rng.range(0.0, 0.25) } else { rng.range(0.7, 1.0) };
        let weight = (rng.normal() * 0.45).clamp(-1.0, 1.3);
        let height = (1.775 - 0.13 * hips + rng.normal() * 0.065).clamp(1.48, 1.98);
        Self::dressed(rng, Build { height, child: 0.0, hips, weight })
    }

    /// A child drawn by chance; `age` 0 (about three years) to 1 (about twelve).
    pub fn child(rng: &mut Rng, age: f32) -> Self {
        let build = Build {
            height: mix(0.95, 1.48, age),
            child: mix(1.0, 0.35, age),
            hips: rng.range(0.2, 0.6),
            weight: rng.range(-0.5, 0.4),
        };
        let mut look = Self::dressed(rng, build);
        look.beard = 0.0;
        if look.upper == Upper::Coat {
            look.upper = Upper::Jacket;
        }
        look.bag = if rng.chance(0.25) { Bag::Rucksack } else { Bag::None };
        if look.hair == Hair::Bald {
            look.hair = Hair::Short;
        }
        look
    }

    /// A shop-window figure drawn by chance.
    pub fn mannequin(rng: &mut Rng) -> Self {
        let mut look = Self::grown(rng);
        look.mannequin = true;
        look.headless = rng.chance(0.45);
        look.hair = Hair::Bald;
        look.hat = Hat::None;
        look.bag = Bag::None;
        look.beard = 0.0;
        look.glasses = false;
        look.build.weight = -0.35;
        look.build.height = look.build.height.max(1.72);
        let v = *rng.pick(&[0.88, 0.8, 0.12, 0.62]);
        look.colours[usize::from(material::SKIN)] = linear(v, v * 0.985, v * 0.95);
        look
    }

    fn dressed(rng: &mut Rng, build: Build) -> Self {
        let female = build.hips > 0.5;
        let upper = match rng.below(if female { 14 } else { 11 }) {
            0..=2 => Upper::Tee,
            3..=5 => Upper::Shirt,
            6 => Upper::Hoodie,
            7..=8 => Upper::Jacket,
            9 => Upper::Coat,
            10 => {
                if female {
                    Upper::Top
                } else {
                    Upper::Hoodie
                }
            }
            11 => Upper::Top,
            _ => Upper::Dress,
        };
        let lower = match rng.below(10) {
            0..=3 => Lower::Trousers,
            4..=5 => Lower::Slim,
            6 => Lower::Wide,
            7 => Lower::Shorts,
            _ => {
                if female {
                    Lower::Skirt
                } else {
                    Lower::Trousers
                }
            }
        };
        let sleeves = match upper {
            Upper::Tee => rng.range(0.22, 0.45),
            Upper::Top => 0.0,
            Upper::Dress if rng.chance(0.5) => rng.range(0.0, 0.4),
            Upper::Shirt if rng.chance(0.3) => rng.range(0.55, 0.75),
            _ => 1.0,
        };
        let hem = match upper {
            Upper::Coat => rng.range(0.42, 0.66),
            _ => rng.range(0.35, 0.66),
        };
        let hair = if female {
            *rng.pick(&[Hair::Long, Hair::Long, Hair::Bob, Hair::Tail, Hair::Bun, Hair::Full, Hair::Short, Hair::Afro])
        } else {
            *rng.pick(&[Hair::Short, Hair::Short, Hair::Short, Hair::Full, Hair::Bald, Hair::Short, Hair::Full, Hair::Long])
        };
        let hat = match rng.below(24) {
            0 | 1 => Hat::Cap,
            2 => Hat::Beanie,
            3 => Hat::Brim,
            4 => {
                if female {
                    Hat::Scarf
                } else {
                    Hat::Cap
                }
            }
            5 => {
                if upper == Upper::Hoodie {
                    Hat::Hood
                } else {
                    Hat::None
                }
            }
            _ => Hat::None,
        };
        let bag = match rng.below(12) {
            0 | 1 => Bag::Rucksack,
            2 | 3 => Bag::Shoulder,
            4 => Bag::Hand,
            5 => Bag::Basket,
            _ => Bag::None,
        };
        let print = |rng: &mut Rng| match rng.below(12) {
            0 => Print::Stripes(rng.range(0.02, 0.05)),
            1 => Print::Checks(rng.range(0.03, 0.06)),
            2 => Print::Spots(rng.range(0.03, 0.07)),
            3 | 4 => Print::Logo,
            5 => Print::Blocks,
            _ => Print::Plain,
        };
        let tone = if rng.chance(0.6) { rng.range(0.0, 0.45) } else { rng.range(0.4, 1.0) };
        let mut colours = [Vec3::default(); material::COUNT];
        let skin = skin_tone(tone, rng.range(-0.5, 1.0));
        let hair_now = if tone > 0.55 && rng.chance(0.8) { linear(0.07, 0.06, 0.06) } else { hair_colour(rng, 0.18) };
        for (i, c) in [
            skin,
            hair_now,
            cloth_colour(rng),
            trousers_colour(rng),
            if rng.chance(0.35) { linear(0.85, 0.85, 0.84) } else { cloth_colour(rng) * 0.5 },
            cloth_colour(rng),
            cloth_colour(rng) * 0.8,
            cloth_colour(rng),
        ]
        .into_iter()
        .enumerate()
        {
            colours[i] = c;
        }
        let upper_print = if matches!(upper, Upper::Coat) { Print::Plain } else { print(rng) };
        Self {
            build,
            upper,
            lower,
            sleeves,
            hem,
            hair,
            hat,
            bag,
            beard: if !female && rng.chance(0.3) { rng.range(0.4, 1.0) } else { 0.0 },
            glasses: rng.chance(0.2),
            open: matches!(upper, Upper::Jacket | Upper::Coat) && rng.chance(0.6),
            colours,
            print_colour: cloth_colour(rng),
            print: upper_print,
            lower_print: if rng.chance(0.08) { Print::Checks(0.04) } else { Print::Plain },
            mannequin: false,
            headless: false,
        }
    }
}
