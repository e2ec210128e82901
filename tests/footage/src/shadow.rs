// SPDX-License-Identifier: MPL-2.0
//! Shadows on the floor, as soft dark strokes.

use crate::canvas::Actor;
use crate::figure::skeleton::{FOOT, FOREARM, HAND, HEAD, SHIN, THIGH, UPPER_ARM};
use crate::light::Light;
use crate::math::{Vec3, v3};

/// A soft dark stroke on the floor.
pub(crate) struct Blob {
    pub a: (f32, f32),
    pub b: (f32, f32),
    pub radius: f32,
    dark: f32,
}

/// An actor's shadow: the first strokes are those under the body and the feet.
pub(crate) fn shadow_blobs(actor: &Actor<'_>, light: &Light) -> Vec<Blob> {
    let mut blobs = Vec::with_capacity(18);
    let flat = |p: Vec3| (p.x, p.y);
    if let Some((figure, stance)) = actor.figure {
        let size = figure.look.build.height / 1.75;
        let at = |bone: u8| stance.joints[usize::from(bone)].at;
        let pelvis = at(0);
        blobs.push(Blob { a: flat(pelvis), b: flat(at(2)), radius: 0.62 * size, dark: 0.30 * light.shadow });
        for bone in FOOT {
            let foot = at(bone);
            let lifted = (1.0 - (foot.z - 0.09) * 4.0).clamp(0.0, 1.0);
            let toe = stance.joints[usize::from(bone)].turn.apply(v3(0.0, 0.11, 0.0)) + foot;
            blobs.push(Blob { a: flat(foot), b: flat(toe), radius: 0.15 * size, dark: (0.15 + 0.5 * light.shadow) * lifted });
        }
        let strength = light.key.x / (light.key.x + light.sky.x) * light.shadow;
        let thrown = |p: Vec3| {
            let t = p.z / light.key_from.z.max(0.3);
            (p.x - light.key_from.x * t, p.y - light.key_from.y * t)
        };
        let mut limb = |a: Vec3, b: Vec3, r: f32| {
            // The higher, the softer.
            let soft = 0.05 + 0.06 * (a.z + b.z);
            blobs.push(Blob { a: thrown(a), b: thrown(b), radius: r * size + soft, dark: strength * 0.9 * r / (r + soft * 0.4) });
        };
        limb(pelvis, at(3), 0.19);
        limb(at(HEAD), at(HEAD) + v3(0.0, 0.0, 0.14), 0.11);
        for i in 0..2 {
            limb(at(THIGH[i]), at(SHIN[i]), 0.10);
            limb(at(SHIN[i]), at(FOOT[i]), 0.075);
            limb(at(UPPER_ARM[i]), at(FOREARM[i]), 0.06);
            limb(at(FOREARM[i]), at(HAND[i]), 0.05);
        }
    }
    for (_, at, facing, _) in &actor.props {
        let ahead = |d: f32| (at.x + facing.0 * d, at.y + facing.1 * d);
        blobs.push(Blob { a: ahead(0.0), b: ahead(0.75), radius: 0.45, dark: 0.4 * light.shadow });
    }
    blobs
}

/// How much light is left, 256 for all of it. Of several strokes of one kind the darkest counts more than their sum.
pub(crate) fn darkness(blobs: &[Blob], x: f32, y: f32) -> u32 {
    let mut left = 1.0f32;
    let mut darkest = 0.0f32;
    for (i, b) in blobs.iter().enumerate() {
        let (dx, dy) = (b.b.0 - b.a.0, b.b.1 - b.a.1);
        let t = (((x - b.a.0) * dx + (y - b.a.1) * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0.0, 1.0);
        let (ex, ey) = (x - b.a.0 - dx * t, y - b.a.1 - dy * t);
        let q = 1.0 - (ex * ex + ey * ey) / (b.radius * b.radius);
        if q > 0.0 {
            let d = b.dark * q * q * (3.0 - 2.0 * q);
            if i < 3 { left *= 1.0 - d } else { darkest = darkest.max(d) }
        }
    }
    // Display values are about the square root of light.
    ((left * (1.0 - darkest)).sqrt() * 256.0) as u32
}
