// SPDX-License-Identifier: MPL-2.0
//! Head, hair and hats as solids, and the face that is painted on.

use super::body::Frame;
use super::field::Solid;
use super::look::{Colour, Hair, Hat, Look, material};
use super::skeleton::{CHEST, HEAD, NECK, SIDE};
use crate::math::{Vec3, noise3, smoothstep, v3};

/// The head's own coordinates: the skull's middle is the origin, lengths are those of a grown head.
pub(super) fn skull(frame: &Frame) -> (Vec3, f32) {
    let k = frame.build.head();
    (frame.at(HEAD) + v3(0.0, 0.012, 0.118 * k), k)
}

/// Head and neck, hair, hat.
pub(super) fn solids(frame: &Frame, look: &Look) -> Vec<Solid> {
    let mut all = vec![face(frame, look)];
    if !look.headless {
        all.extend(hair(frame, look));
        all.extend(hat(frame, look));
    }
    all
}

fn face(f: &Frame, look: &Look) -> Solid {
    let (o, k) = skull(f);
    let at = |x: f32, y: f32, z: f32| o + v3(x, y, z) * k;
    let mut s = Solid::new(material::SKIN, f.cell * 0.52, 0.022);
    let (neck, g) = (f.at(NECK), 1.0 + 0.1 * f.build.weight);
    let r = (0.056 - 0.009 * f.build.hips) * g * (1.0 - 0.1 * f.build.child);
    s.cone(CHEST, neck + v3(0.0, 0.0, -0.05), neck + v3(0.0, 0.0, 0.01), r * 1.15, r);
    let top = if look.headless { neck + v3(0.0, 0.0, 0.035) } else { at(0.0, -0.015, -0.06) };
    s.cone(NECK, neck + v3(0.0, 0.0, 0.01), top, r, r * 0.95);
    if look.headless {
        return s;
    }
    let wide = 1.0 + 0.08 * f.build.weight.max(0.0) + 0.05 * f.build.child;
    s.ball(HEAD, at(0.0, -0.012, 0.025), v3(0.074, 0.095, 0.088) * k);
    s.ball(HEAD, at(0.0, 0.028, -0.03), v3(0.064 * wide, 0.066, 0.078) * k);
    s.cone(HEAD, at(-0.018, 0.062, -0.094), at(0.018, 0.062, -0.094), 0.019 * k, 0.019 * k);
    for side in SIDE {
        s.cone(HEAD, at(side * 0.052 * wide, 0.0, -0.065), at(side * 0.02, 0.062, -0.095), 0.020 * k, 0.018 * k);
        s.ball(HEAD, at(side * 0.042, 0.060, -0.025), v3(0.024, 0.024, 0.022) * k);
        s.ball(HEAD, at(side * 0.078, -0.008, -0.012), v3(0.010, 0.022, 0.033) * k);
    }
    // Brow, nose, lips.
    s.cone(HEAD, at(-0.03, 0.077, 0.018), at(0.03, 0.077, 0.018), 0.013 * k, 0.013 * k);
    s.cone(HEAD, at(0.0, 0.090, 0.004), at(0.0, 0.105, -0.030), 0.009 * k, 0.013 * k);
    s.cone(HEAD, at(-0.014, 0.084, -0.062), at(0.014, 0.084, -0.062), 0.011 * k, 0.011 * k);
    // Eye sockets.
    s.cut(at(-0.031, 0.108, -0.003), v3(0.020, 0.026, 0.013) * k);
    s.cut(at(0.031, 0.108, -0.003), v3(0.020, 0.026, 0.013) * k);
    s
}

fn cap_of_hair(s: &mut Solid, f: &Frame, thick: f32) {
    let (o, k) = skull(f);
    let at = |x: f32, y: f32, z: f32| o + v3(x, y, z) * k;
    s.ball(HEAD, at(0.0, -0.018, 0.030), v3(0.077 + thick, 0.096 + thick, 0.088 + thick) * k);
    s.ball(HEAD, at(0.0, -0.040, -0.015), v3(0.071 + thick, 0.070 + thick, 0.070) * k);
    // The face stays free.
    s.cut(at(0.0, 0.112, -0.045), v3(0.074, 0.085, 0.115) * k);
}

fn hair(f: &Frame, look: &Look) -> Option<Solid> {
    let (o, k) = skull(f);
    let at = |x: f32, y: f32, z: f32| o + v3(x, y, z) * k;
    let mut s = Solid::new(material::HAIR, f.cell * 0.6, 0.02);
    let covered = matches!(look.hat, Hat::Scarf | Hat::Hood);
    if look.hair == Hair::Bald || covered {
        return None;
    }
    // Hair doesn't grow through hats.
    match look.hat {
        Hat::Cap | Hat::Brim => s.ceiling = at(0.0, 0.0, 0.040).z,
        Hat::Beanie => s.ceiling = at(0.0, 0.0, 0.028).z,
        _ => {}
    }
    let thick = match look.hair {
        Hair::Short => 0.006,
        Hair::Afro => 0.045,
        Hair::Tail | Hair::Bun => 0.009,
        _ => 0.015,
    };
    cap_of_hair(&mut s, f, thick);
    match look.hair {
        Hair::Bob | Hair::Long => {
            let low = if look.hair == Hair::Bob { -0.10 } else { -0.12 };
            for side in SIDE {
                s.cone(HEAD, at(side * 0.072, -0.01, 0.03), at(side * 0.074, -0.012, low), 0.024 * k, 0.026 * k);
                s.cone(HEAD, at(side * 0.045, -0.07, 0.0), at(side * 0.05, -0.06, low), 0.035 * k, 0.036 * k);
            }
            if look.hair == Hair::Long {
                s.flat_cone(NECK, at(0.0, -0.065, -0.08), at(0.0, -0.075, -0.18), 0.085 * k, 0.095 * k, 0.5);
                s.flat_cone(CHEST, at(0.0, -0.085, -0.19), at(0.0, -0.105, -0.31), 0.095 * k, 0.075 * k, 0.45);
            }
        }
        Hair::Tail => {
            s.cone(HEAD, at(0.0, -0.11, 0.03), at(0.0, -0.145, -0.03), 0.028 * k, 0.034 * k);
            s.cone(HEAD, at(0.0, -0.145, -0.03), at(0.0, -0.13, -0.17), 0.034 * k, 0.018 * k);
        }
        Hair::Bun => {
            s.ball(HEAD, at(0.0, -0.105, 0.075), v3(0.045, 0.042, 0.042) * k);
        }
        Hair::Full => {
            for side in SIDE {
                s.cone(HEAD, at(side * 0.066, -0.015, 0.03), at(side * 0.070, -0.02, -0.045), 0.024 * k, 0.020 * k);
            }
            s.ball(HEAD, at(0.0, 0.045, 0.095), v3(0.055, 0.05, 0.032) * k);
        }
        _ => {}
    }
    Some(s)
}

fn hat(f: &Frame, look: &Look) -> Option<Solid> {
    let (o, k) = skull(f);
    let at = |x: f32, y: f32, z: f32| o + v3(x, y, z) * k;
    let mut s = Solid::new(material::HAT, f.cell * 0.6, 0.012);
    match look.hat {
        Hat::None => return None,
        Hat::Cap => {
            s.ball(HEAD, at(0.0, -0.012, 0.045), v3(0.089, 0.108, 0.088) * k);
            s.flat_cone(HEAD, at(-0.035, 0.115, 0.048), at(0.035, 0.115, 0.048), 0.011 * k, 0.011 * k, 4.6);
            s.floor = at(0.0, 0.0, 0.036).z;
        }
        Hat::Beanie => {
            s.ball(HEAD, at(0.0, -0.014, 0.045), v3(0.090, 0.110, 0.105) * k);
            s.floor = at(0.0, 0.0, 0.022).z;
        }
        Hat::Brim => {
            s.ball(HEAD, at(0.0, -0.012, 0.06), v3(0.088, 0.105, 0.10) * k);
            s.ball(HEAD, at(0.0, -0.005, 0.048), v3(0.155, 0.175, 0.016) * k);
            s.floor = at(0.0, 0.0, 0.030).z;
        }
        Hat::Scarf | Hat::Hood => {
            s.blend = 0.03;
            s.ball(HEAD, at(0.0, -0.016, 0.028), v3(0.092, 0.112, 0.103) * k);
            s.ball(HEAD, at(0.0, -0.02, -0.05), v3(0.086, 0.10, 0.09) * k);
            s.cone(NECK, at(0.0, -0.02, -0.09), at(0.0, -0.02, -0.17), 0.082 * k, 0.10 * k);
            s.cut(at(0.0, 0.125, -0.03), v3(0.060, 0.085, 0.088) * k);
        }
    }
    Some(s)
}

/// The colour of skin at a point of the head: eyes, brows, mouth, beard. `p` is in the skull's own coordinates.
pub(super) fn paint(look: &Look, p: Vec3, skin: Colour) -> Colour {
    if p.y < 0.02 {
        return skin;
    }
    let hair = look.colours[usize::from(material::HAIR)];
    let x = p.x.abs();
    let mut c = skin;
    let blob = |cx: f32, cz: f32, rx: f32, rz: f32| {
        let (dx, dz) = ((x - cx) / rx, (p.z - cz) / rz);
        1.0 - smoothstep(0.5, 1.15, dx * dx + dz * dz)
    };
    // Cheeks and nose are redder, sockets darker.
    c = c.lerp(
        v3(c.x * 1.06, c.y * 0.88, c.z * 0.85),
        0.6 * blob(0.042, -0.035, 0.025, 0.022).max(blob(0.0, -0.028, 0.016, 0.02)),
    );
    c = c.lerp(c * 0.60, 0.55 * blob(0.031, -0.001, 0.022, 0.013));
    if look.beard > 0.0 {
        let below = smoothstep(-0.045, -0.06, p.z) * smoothstep(0.0, 0.03, p.y);
        let grain = 0.7 + 0.3 * noise3(p * 400.0);
        c = c.lerp(hair.lerp(skin, 0.25), look.beard * below * grain);
    }
    let lips = blob(0.0, -0.062, 0.024, 0.0085);
    c = c.lerp(v3(skin.x * 0.72, skin.y * 0.42, skin.z * 0.42), lips * 0.85);
    c = c.lerp(skin * 0.25, blob(0.0, -0.062, 0.022, 0.0022) * 0.8);
    c = c.lerp(v3(0.55, 0.53, 0.52), blob(0.031, -0.003, 0.0145, 0.0062) * 0.8);
    c = c.lerp(v3(0.02, 0.015, 0.012), blob(0.030, -0.003, 0.0062, 0.0062));
    c = c.lerp(hair * 0.8, 0.7 * blob(0.031, 0.020, 0.021, 0.0048));
    if look.glasses {
        let (dx, dz) = ((x - 0.032) / 0.026, (p.z + 0.003) / 0.019);
        let ring = (dx * dx + dz * dz - 1.0).abs();
        c = c.lerp(v3(0.02, 0.02, 0.022), 1.0 - smoothstep(0.14, 0.3, ring));
    }
    c
}
