// SPDX-License-Identifier: MPL-2.0
//! The body below the head and its clothes, as solids in the rest pose.

use super::field::Solid;
use super::look::{Bag, Look, Lower, Upper, material};
use super::skeleton::{Build, CHEST, FOOT, FOREARM, HAND, NECK, PELVIS, SHIN, SIDE, SKIRT, SPINE, THIGH, UPPER_ARM};
use crate::math::{Vec3, mix, v3};

/// Joints and thickness of one build.
pub(super) struct Frame {
    pub joint: [Vec3; 18],
    pub build: Build,
    /// Edge of a mesh cell for large parts, metres.
    pub cell: f32,
}

impl Frame {
    pub fn at(&self, bone: u8) -> Vec3 {
        self.joint[usize::from(bone)]
    }

    /// Thickness of limbs and torso against a slim grown person.
    fn girth(&self) -> f32 {
        1.0 + 0.13 * self.build.weight + 0.10 * self.build.child
    }

    fn wrist(&self, i: usize) -> Vec3 {
        self.at(HAND[i])
    }
}

/// Every solid below the head.
pub(super) fn solids(frame: &Frame, look: &Look) -> Vec<Solid> {
    let mut all = vec![shoes(frame), hands(frame)];
    let bare_arms = look.sleeves < 0.95;
    if bare_arms {
        all.push(arms_skin(frame, look));
    }
    all.push(upper(frame, look));
    if look.open {
        all.push(inner(frame));
    }
    let skirted = look.upper == Upper::Dress || look.lower == Lower::Skirt;
    if skirted || look.lower == Lower::Shorts {
        all.push(legs(frame, material::SKIN, 0.0, 1.0, false));
    }
    if skirted {
        all.push(skirt(frame, look));
    } else {
        all.push(trousers(frame, look));
    }
    if look.upper == Upper::Coat {
        all.push(tails(frame, look));
    }
    all.extend(bag(frame, look));
    all
}

fn torso(s: &mut Solid, f: &Frame) {
    let g = f.girth();
    let (hips, w, c) = (f.build.hips, f.build.weight.max(0.0), f.build.child);
    let shoulder = f.at(UPPER_ARM[1]);
    let (waist, chest, hip) = (f.at(SPINE).z + 0.03, f.at(CHEST).z + 0.06, f.at(THIGH[0]).z + 0.02);
    let broad = shoulder.x / 0.178;
    s.ball(CHEST, v3(0.0, -0.005, chest), v3(mix(0.158, 0.142, hips) * g * broad, 0.108 * g, 0.17));
    s.ball(
        SPINE,
        v3(0.0, 0.005 + 0.02 * w, waist),
        v3(mix(0.142, 0.122, hips) * g * (1.0 + 0.12 * w), (0.098 + 0.03 * w + 0.012 * c) * g, 0.15),
    );
    s.ball(PELVIS, v3(0.0, -0.012, hip), v3(mix(0.155, 0.175, hips) * g, 0.112 * g, 0.13));
    if w > 0.2 {
        s.ball(SPINE, v3(0.0, 0.045, waist - 0.02), v3(0.12 * g, 0.11 * g * (0.8 + 0.3 * w), 0.13));
    }
    for side in SIDE {
        s.cone(
            CHEST,
            v3(0.0, -0.02, shoulder.z + 0.035),
            v3(side * (shoulder.x - 0.02), -0.015, shoulder.z - 0.005),
            0.055 * g,
            0.058 * g,
        );
        s.ball(PELVIS, v3(side * 0.07, -0.062, hip - 0.03), v3(0.085 * g, 0.075 * g, 0.09));
        s.ball(CHEST, v3(side * 0.075, -0.045, chest + 0.06), v3(0.085, 0.07, 0.11));
        if c < 0.3 {
            let bust = mix(0.012, 0.040, hips) + 0.008 * w;
            s.ball(CHEST, v3(side * 0.072, 0.075 * g, chest - 0.01), v3(0.075, 0.035 + bust, 0.07));
        }
    }
}

fn upper(f: &Frame, look: &Look) -> Solid {
    let g = f.girth();
    let (thick, loose) = match look.upper {
        Upper::Tee => (0.010, 0.35),
        Upper::Shirt => (0.010, 0.3),
        Upper::Top | Upper::Dress => (0.005, 0.0),
        Upper::Hoodie => (0.022, 0.8),
        Upper::Jacket => (0.024, 0.7),
        Upper::Coat => (0.024, 0.5),
    };
    let mut s = Solid::new(material::UPPER, f.cell, 0.05);
    s.inflate = if look.mannequin { thick * 0.7 } else { thick };
    torso(&mut s, f);
    let hip = f.at(THIGH[0]).z;
    // Loose cloth hangs straight from chest to hips.
    if loose > 0.0 {
        let r = 0.128 * g * (0.75 + 0.25 * loose);
        s.flat_cone(SPINE, v3(0.0, 0.0, f.at(CHEST).z), v3(0.0, 0.0, f.at(SPINE).z - 0.02), r, r * 1.04, 0.76);
        s.flat_cone(PELVIS, v3(0.0, -0.005, f.at(SPINE).z - 0.02), v3(0.0, -0.008, hip - 0.02), r * 1.06, r * 1.14, 0.78);
    }
    s.floor = match look.upper {
        Upper::Tee | Upper::Shirt => hip - 0.015,
        Upper::Top => hip + 0.05,
        Upper::Dress | Upper::Coat => hip - 0.06,
        Upper::Hoodie => hip - 0.03,
        Upper::Jacket => hip - 0.07,
    };
    for i in 0..2 {
        sleeve(&mut s, f, i, look.sleeves, 0.004 + 0.010 * loose);
    }
    // A collar or hood around the neck.
    let neck = f.at(NECK);
    match look.upper {
        Upper::Hoodie => {
            s.ball(CHEST, neck + v3(0.0, -0.075, -0.005), v3(0.095, 0.06, 0.075));
            s.cone(CHEST, neck + v3(-0.05, 0.0, 0.0), neck + v3(0.05, 0.0, 0.0), 0.062, 0.062);
        }
        Upper::Jacket | Upper::Coat | Upper::Shirt => {
            s.cone(CHEST, neck + v3(0.0, -0.01, -0.02), neck + v3(0.0, -0.012, 0.028), 0.064, 0.056);
        }
        _ => {}
    }
    if look.open {
        s.cut(v3(0.0, 0.16 * g, hip + 0.25), v3(0.055, 0.09, 0.55));
    }
    s
}

fn sleeve(s: &mut Solid, f: &Frame, i: usize, length: f32, slack: f32) {
    if length <= 0.0 {
        return;
    }
    let g = f.girth();
    let (shoulder, elbow, wrist) = (f.at(UPPER_ARM[i]), f.at(FOREARM[i]), f.wrist(i));
    let (ra, re, rw) = (0.052 * g + slack, 0.041 * g + slack, 0.031 * g + slack);
    let upper = (length / 0.5).min(1.0);
    s.cone(UPPER_ARM[i], shoulder, shoulder.lerp(elbow, upper), ra, mix(ra, re, upper));
    if length > 0.5 {
        let lower = ((length - 0.5) / 0.5).min(1.0);
        s.cone(FOREARM[i], elbow, elbow.lerp(wrist, lower * 0.97), re, mix(re, rw, lower));
    }
}

fn arms_skin(f: &Frame, look: &Look) -> Solid {
    let g = f.girth();
    let mut s = Solid::new(material::SKIN, f.cell * 0.8, 0.03);
    for i in 0..2 {
        let (shoulder, elbow, wrist) = (f.at(UPPER_ARM[i]), f.at(FOREARM[i]), f.wrist(i));
        s.cone(UPPER_ARM[i], shoulder, elbow, 0.046 * g, 0.038 * g);
        s.ball(UPPER_ARM[i], shoulder.lerp(elbow, 0.45), v3(0.046, 0.048, 0.075) * g);
        s.cone(FOREARM[i], elbow, elbow.lerp(wrist, 0.4), 0.039 * g, 0.040 * g);
        s.cone(FOREARM[i], elbow.lerp(wrist, 0.4), wrist, 0.038 * g, 0.026 * g);
    }
    if look.upper == Upper::Top || look.sleeves <= 0.0 {
        // Bare shoulders.
        for side in SIDE {
            let at = f.at(UPPER_ARM[1]);
            s.cone(CHEST, v3(0.0, -0.012, at.z + 0.03), v3(side * at.x, -0.012, at.z), 0.046 * g, 0.048 * g);
        }
    }
    s
}

fn inner(f: &Frame) -> Solid {
    let mut s = Solid::new(material::INNER, f.cell, 0.05);
    s.inflate = 0.008;
    torso(&mut s, f);
    s.floor = f.at(THIGH[0]).z - 0.01;
    s
}

fn hands(f: &Frame) -> Solid {
    let mut s = Solid::new(material::SKIN, f.cell * 0.55, 0.012);
    let k = 1.0 + 0.1 * f.build.child;
    for i in 0..2 {
        let wrist = f.wrist(i);
        let along = Build::rest_arm(SIDE[i]);
        let across = v3(0.0, 1.0, 0.0);
        let hand = HAND[i];
        s.cone(hand, wrist - along * 0.02, wrist + along * 0.03, 0.025 * k, 0.028 * k);
        // The palm looks at the thigh; fingers are a little bent, the thumb points forward.
        for (k2, off) in [(0.0f32, -0.024f32), (0.006, -0.008), (0.004, 0.008), (-0.008, 0.024)] {
            let root = wrist + along * 0.085 + across * off;
            s.cone(hand, wrist + along * 0.03 + across * (off * 0.8), root, 0.016 * k, 0.0125 * k);
            s.cone(hand, root, root + along * (0.062 + k2) + v3(-SIDE[i] * 0.022, 0.004, 0.0), 0.0115 * k, 0.009 * k);
        }
        let thumb = wrist + along * 0.04 + across * 0.03;
        s.cone(hand, wrist + along * 0.03 + across * 0.012, thumb, 0.016 * k, 0.014 * k);
        s.cone(hand, thumb, thumb + along * 0.045 + across * 0.022, 0.013 * k, 0.010 * k);
    }
    s
}

fn legs(f: &Frame, material: u8, slack: f32, length: f32, straight: bool) -> Solid {
    let g = f.girth();
    let mut s = Solid::new(material, f.cell, 0.035);
    for i in 0..2 {
        let (hip, knee, ankle) = (f.at(THIGH[i]), f.at(SHIN[i]), f.at(FOOT[i]));
        let (rt, rk, ra) = (mix(0.082, 0.092, f.build.hips) * g + slack * 0.5, 0.054 * g + slack, 0.036 * g + slack);
        let upper = (length / 0.5).min(1.0);
        s.cone(THIGH[i], hip + v3(0.0, -0.005, -0.02), hip.lerp(knee, upper), rt, mix(rt, rk, upper));
        if length > 0.5 {
            let lower = (length - 0.5) / 0.5;
            let calf = knee.lerp(ankle, 0.3) + v3(0.0, -0.012, 0.0);
            if straight {
                s.cone(SHIN[i], knee, knee.lerp(ankle, lower), rk, mix(rk, rk * 0.9, lower) + slack);
            } else {
                s.cone(SHIN[i], knee, calf, rk, 0.053 * g + slack);
                s.cone(SHIN[i], calf, knee.lerp(ankle, lower), 0.053 * g + slack, ra);
            }
        }
    }
    s
}

fn trousers(f: &Frame, look: &Look) -> Solid {
    let (slack, straight) = match look.lower {
        Lower::Slim => (0.006, false),
        Lower::Wide => (0.026, true),
        _ => (0.015, true),
    };
    let length = if look.lower == Lower::Shorts { 0.42 } else { 1.0 };
    let mut s = legs(f, material::LOWER, slack, length, straight);
    s.inflate = 0.004;
    s.blend = 0.045;
    let g = f.girth();
    let hip = f.at(THIGH[0]).z + 0.02;
    let hips = f.build.hips;
    s.ball(PELVIS, v3(0.0, -0.012, hip), v3(mix(0.155, 0.175, hips) * g, 0.112 * g, 0.12));
    s.flat_cone(PELVIS, v3(0.0, 0.0, hip + 0.11), v3(0.0, 0.0, hip), 0.128 * g, 0.14 * g, 0.72);
    for side in SIDE {
        s.ball(PELVIS, v3(side * 0.07, -0.062, hip - 0.03), v3(0.085 * g, 0.075 * g, 0.09));
    }
    s.floor = if look.lower == Lower::Shorts { -9.0 } else { 0.035 };
    s.ceiling = hip + 0.14;
    s
}

/// A skirt, a dress' or a coat's lower part: it follows hips and both thighs.
fn skirt(f: &Frame, look: &Look) -> Solid {
    let of = if look.upper == Upper::Dress { material::UPPER } else { material::LOWER };
    let mut s = flared(f, look, of, 0.004, mix(0.02, 0.09, (look.hem * 37.0) % 1.0));
    s.ceiling = f.at(THIGH[0]).z + 0.15;
    s
}

fn tails(f: &Frame, look: &Look) -> Solid {
    let mut s = flared(f, look, material::UPPER, 0.026, 0.035);
    s.ceiling = f.at(THIGH[0]).z + 0.02;
    if look.open {
        s.cut(v3(0.0, 0.22, look.hem + 0.2), v3(0.07, 0.14, 0.5));
    }
    s
}

fn flared(f: &Frame, look: &Look, of: u8, thick: f32, flare: f32) -> Solid {
    let g = f.girth();
    let mut s = Solid::new(of, f.cell, 0.05);
    s.inflate = thick;
    let hip = f.at(THIGH[0]);
    let hem = look.hem * (hip.z / 0.92);
    let (top, r0) = (hip.z + 0.10, 0.135 * g);
    let r1 = 0.165 * g + flare * 0.4;
    let r2 = 0.15 * g + flare;
    s.flat_cone(PELVIS, v3(0.0, -0.005, top), v3(0.0, -0.008, hip.z), r0, r1, 0.74);
    // Left and right follow the thighs, the middle follows both by half.
    let half = r2 * 0.52;
    for i in 0..2 {
        let x = SIDE[i] * half * 0.9;
        s.flat_cone(THIGH[i], v3(SIDE[i] * 0.07, -0.008, hip.z), v3(x, -0.005, hem - 0.1), r1 - 0.07, r2 - half * 0.9, 0.95);
    }
    s.flat_cone(SKIRT, v3(0.0, -0.008, hip.z), v3(0.0, -0.005, hem - 0.1), r1 * 0.8, r2 * 0.75, 0.95);
    s.floor = hem;
    s
}

fn shoes(f: &Frame) -> Solid {
    let mut s = Solid::new(material::SHOES, f.cell * 0.75, 0.02);
    for i in 0..2 {
        let ankle = f.at(FOOT[i]);
        let (x, y) = (ankle.x, ankle.y);
        let foot = FOOT[i];
        let out = SIDE[i] * 0.018;
        s.cone(foot, v3(x, y - 0.028, 0.038), v3(x + out, y + 0.10, 0.035), 0.040, 0.044);
        s.cone(foot, v3(x + out, y + 0.10, 0.033), v3(x + out, y + 0.165, 0.030), 0.043, 0.030);
        s.cone(foot, v3(x, y - 0.01, 0.05), v3(x, y - 0.005, 0.095), 0.042, 0.040);
    }
    s.floor = 0.0;
    s
}

fn bag(f: &Frame, look: &Look) -> Option<Solid> {
    let mut s = Solid::new(material::BAG, f.cell, 0.03);
    let (chest, hip) = (f.at(CHEST), f.at(THIGH[0]));
    match look.bag {
        Bag::None => return None,
        Bag::Rucksack => {
            s.flat_cone(CHEST, chest + v3(0.0, -0.185, 0.14), chest + v3(0.0, -0.19, -0.13), 0.125, 0.145, 0.62);
            for side in SIDE {
                s.cone(CHEST, chest + v3(side * 0.11, 0.07, 0.22), chest + v3(side * 0.13, 0.105, 0.0), 0.03, 0.024);
                s.cone(CHEST, chest + v3(side * 0.11, 0.07, 0.22), chest + v3(side * 0.09, -0.12, 0.21), 0.03, 0.03);
            }
        }
        Bag::Shoulder => {
            // Flat against the hip, the strap across the chest.
            let out = 0.245 + 0.03 * f.build.weight.max(0.0);
            slab(&mut s, PELVIS, hip + v3(out, -0.01, 0.06), v3(0.015, 0.0, -0.15), 0.12, 0.042);
            s.cone(CHEST, chest + v3(-0.09, 0.02, 0.26), chest + v3(0.03, 0.125, 0.06), 0.020, 0.018);
            s.cone(SPINE, chest + v3(0.03, 0.125, 0.06), hip + v3(0.15, 0.09, 0.1), 0.018, 0.018);
            s.cone(CHEST, chest + v3(-0.09, 0.0, 0.26), chest + v3(0.03, -0.125, 0.06), 0.020, 0.018);
        }
        Bag::Hand | Bag::Basket => {
            let along = Build::rest_arm(-1.0);
            let hand = f.wrist(0) + along * 0.085;
            let basket = look.bag == Bag::Basket;
            let (deep, wide, thick) = if basket { (0.13, 0.15, 0.10) } else { (0.21, 0.13, 0.036) };
            for side in SIDE {
                let top = hand + along * 0.17 + v3(0.0, side * wide * 0.6, 0.0);
                s.cone(HAND[0], hand + v3(0.0, side * 0.02, 0.0), top, 0.011, 0.011);
            }
            slab(&mut s, HAND[0], hand + along * (0.17 + thick), along * deep, wide, thick);
        }
    }
    Some(s)
}

/// A flat thing: from its upper edge down, `wide` to the front and back, `thick` to each side.
fn slab(s: &mut Solid, bone: u8, top: Vec3, down: Vec3, wide: f32, thick: f32) {
    s.blend = 0.015;
    let count = (wide / (thick * 0.6)).ceil().max(2.0) as usize;
    for i in 0..=count {
        let y = (i as f32 / count as f32 - 0.5) * 2.0 * (wide - thick);
        s.cone(bone, top + v3(0.0, y, 0.0), top + down + v3(0.0, y, 0.0), thick, thick * 1.08);
    }
}
