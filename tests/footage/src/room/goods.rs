// SPDX-License-Identifier: MPL-2.0
//! Furniture and goods.

use super::build::Builder;
use super::{Finish, Kind};
use crate::figure::look::{Colour, hsv, linear};
use crate::math::{Rng, Rot, Vec3, sin_cos, v3};
use crate::prop::Prop;

fn wares(rng: &mut Rng) -> (Colour, Colour) {
    let a = match rng.below(5) {
        0 => linear(0.9, 0.88, 0.85),
        1 => linear(0.15, 0.15, 0.17),
        _ => hsv(rng.unit(), rng.range(0.15, 0.8), rng.range(0.3, 0.9)),
    };
    (a, hsv(rng.unit(), rng.range(0.0, 0.7), rng.range(0.3, 0.95)))
}

/// A shelf with boards and goods; its back is at `at`, its front looks along -y of `turn`.
pub(super) fn shelf(b: &mut Builder<'_>, at: Vec3, turn: &Rot, length: f32, height: f32, walled: bool) {
    let frame = *b.rng.pick(&[linear(0.82, 0.82, 0.8), linear(0.3, 0.3, 0.32), linear(0.55, 0.42, 0.28), linear(0.7, 0.7, 0.72)]);
    let board = b.room.finish(Finish { gloss: 0.08, ..Finish::paint(frame) });
    let back = b.room.finish(Finish::of(Kind::Perforated, frame * 0.8, frame));
    let depth = 0.42;
    let place = |x: f32, y: f32, z: f32| at + turn.apply(v3(x, y, z));
    b.room.block(place(0.0, 0.0, 0.0), v3(length, 0.03, height), turn, back, board, 0.6);
    for side in [-0.5f32, 0.5] {
        b.room.block(place(side * length, -depth * 0.5, 0.0), v3(0.03, depth, height), turn, board, board, 0.8);
    }
    b.room.stands(place(0.0, -depth * 0.5, 0.0), v3(length, depth, 0.0), turn);
    let levels = ((height / 0.42) as usize).max(2);
    for level in 0..levels {
        let z = 0.12 + (height - 0.16) * level as f32 / levels as f32;
        b.room.block(place(0.0, -depth * 0.5, z - 0.03), v3(length, depth, 0.03), turn, board, board, 0.75);
        let tag = b.room.finish(Finish::of(Kind::Sign(level as u32), v3(0.85, 0.85, 0.8), v3(0.1, 0.1, 0.1)));
        let x = turn.apply(v3(length, 0.0, 0.0));
        b.room.quad(place(-length * 0.5, -depth - 0.012, z - 0.035), x, v3(0.0, 0.0, 0.04), tag, [0.9, 0.9]);
        row_of_goods(b, &place, turn, (length, depth, z), 0.30_f32.min(height / levels as f32 - 0.08));
    }
    let _ = walled;
}

fn row_of_goods(b: &mut Builder<'_>, place: &dyn Fn(f32, f32, f32) -> Vec3, turn: &Rot, board: (f32, f32, f32), room_above: f32) {
    let (length, depth, z) = board;
    let mut x = -length * 0.5 + 0.05;
    while x < length * 0.5 - 0.1 {
        let (w, h) = (b.rng.range(0.06, 0.22), b.rng.range(0.45, 1.0) * room_above);
        let (c, o) = wares(&mut b.rng);
        let kind = Kind::Package(b.rng.below(1 << 16) as u32);
        let finish = b.room.finish(Finish { gloss: 0.1, ..Finish::of(kind, c, o) });
        let same = 1 + b.rng.below(5);
        for _ in 0..same {
            if x + w > length * 0.5 - 0.04 {
                return;
            }
            if !b.rng.chance(0.07) {
                let d = depth * b.rng.range(0.6, 0.95);
                b.room.block(place(x + w * 0.5, -depth + d * 0.5 + 0.01, z), v3(w * 0.96, d, h), turn, finish, finish, 0.62);
            }
            x += w;
        }
        x += b.rng.range(0.0, 0.06);
    }
}

/// A table with piles of goods.
pub(super) fn table(b: &mut Builder<'_>, at: Vec3, turn: &Rot, w: f32, d: f32) {
    let wood =
        b.room.finish(Finish { gloss: 0.1, ..Finish::of(Kind::Planks(0.12), linear(0.6, 0.45, 0.3), linear(0.4, 0.28, 0.18)) });
    let leg = b.room.finish(Finish::paint(linear(0.25, 0.24, 0.23)));
    let place = |x: f32, y: f32, z: f32| at + turn.apply(v3(x, y, z));
    b.room.block(place(0.0, 0.0, 0.72), v3(w, d, 0.04), turn, wood, wood, 0.9);
    for x in [-0.45f32, 0.45] {
        for y in [-0.42f32, 0.42] {
            b.room.block(place(x * w, y * d, 0.0), v3(0.06, 0.06, 0.72), turn, leg, leg, 0.6);
        }
    }
    b.room.footprints.push([at.x - w * 0.5, at.y - d * 0.5, at.x + w * 0.5, at.y + d * 0.5, 0.55]);
    for _ in 0..b.rng.below(9) {
        let (c, o) = wares(&mut b.rng);
        let kind = Kind::Package(b.rng.below(1 << 16) as u32);
        let finish = b.room.finish(Finish::of(kind, c, o));
        let size = v3(b.rng.range(0.1, 0.3), b.rng.range(0.1, 0.3), b.rng.range(0.03, 0.25));
        let p = place(b.rng.range(-0.4, 0.4) * w, b.rng.range(-0.35, 0.35) * d, 0.76);
        let own = turn.after(&Rot::z(b.rng.range(-0.4, 0.4)));
        b.room.block(p, size, &own, finish, finish, 0.85);
    }
}

/// A till: counter with a belt, a screen on a post, a sign above.
pub(super) fn till(b: &mut Builder<'_>, at: Vec3, turn: &Rot) {
    let side = b.room.finish(Finish { gloss: 0.1, ..Finish::paint(linear(0.45, 0.46, 0.48)) });
    let top = b.room.finish(Finish { gloss: 0.12, ..Finish::paint(linear(0.2, 0.2, 0.21)) });
    let place = |x: f32, y: f32, z: f32| at + turn.apply(v3(x, y, z));
    b.room.block(place(0.0, 0.0, 0.0), v3(0.75, 2.2, 0.88), turn, side, top, 0.9);
    b.room.stands(at, v3(0.75, 2.2, 0.0), turn);
    let mut p = Prop::default();
    let dark = v3(0.04, 0.04, 0.045);
    p.bar(v3(0.15, 0.3, 0.88), v3(0.15, 0.3, 1.25), 0.025, dark);
    p.block(v3(0.15, 0.28, 1.30), v3(0.17, 0.02, 0.12), &Rot::x(0.2), dark);
    p.block(v3(-0.15, -0.2, 0.93), v3(0.10, 0.08, 0.05), &Rot::IDENTITY, v3(0.2, 0.2, 0.22));
    p.bar(v3(-0.3, 0.9, 0.88), v3(-0.3, 0.9, 2.1), 0.02, v3(0.4, 0.4, 0.42));
    p.block(v3(-0.3, 0.9, 2.2), v3(0.16, 0.03, 0.14), &Rot::IDENTITY, v3(0.5, 0.35, 0.02));
    let facing = turn.apply(v3(0.0, 1.0, 0.0));
    b.room.prop(&p, at, (facing.x, facing.y), 1.0);
    for i in 0..4 {
        let (c, o) = wares(&mut b.rng);
        let finish = b.room.finish(Finish::of(Kind::Package(i), c, o));
        let size = v3(b.rng.range(0.08, 0.2), b.rng.range(0.08, 0.2), b.rng.range(0.06, 0.24));
        b.room.block(place(b.rng.range(-0.1, 0.2), -0.9 + 0.2 * i as f32, 0.88), size, turn, finish, finish, 0.9);
    }
}

/// A plant in a pot.
pub(super) fn plant(b: &mut Builder<'_>, at: Vec3) {
    let pot = b.room.finish(Finish::paint(hsv(0.06, b.rng.range(0.0, 0.6), b.rng.range(0.3, 0.8))));
    b.room.block(at, v3(0.36, 0.36, 0.38), &Rot::IDENTITY, pot, pot, 0.85);
    b.room.stands(at, v3(0.36, 0.36, 0.0), &Rot::IDENTITY);
    let green = hsv(b.rng.range(0.25, 0.36), b.rng.range(0.4, 0.7), b.rng.range(0.25, 0.5));
    let leaf = b.room.finish(Finish { gloss: 0.06, ..Finish::of(Kind::Leaves, green, green * 0.4) });
    let tall = b.rng.range(0.6, 1.3);
    for _ in 0..90 {
        let (s, c) = sin_cos(b.rng.range(0.0, core::f32::consts::TAU));
        let out = b.rng.range(0.0, 0.42);
        let z = 0.4 + tall * b.rng.unit();
        let spread = out * (1.0 - 0.5 * (z - 0.4) / tall);
        let centre = at + v3(s * spread, c * spread, z);
        let along = v3(s * 0.5 + b.rng.range(-0.5, 0.5), c * 0.5 + b.rng.range(-0.5, 0.5), b.rng.range(-0.6, 0.6)).unit()
            * b.rng.range(0.10, 0.22);
        let across = along.cross(v3(b.rng.range(-1.0, 1.0), b.rng.range(-1.0, 1.0), 1.0)).unit() * b.rng.range(0.02, 0.06);
        let open = [0.4 + 0.5 * out, 0.6 + 0.4 * out];
        b.room.quad(centre - along - across, along * 2.0, across * 2.0, leaf, open);
        b.room.quad(centre - along - across, across * 2.0, along * 2.0, leaf, open);
    }
}

/// A stack of boxes.
pub(super) fn boxes(b: &mut Builder<'_>, at: Vec3, turn: &Rot) {
    let mut z = 0.0;
    for _ in 0..1 + b.rng.below(4) {
        let tone = b.rng.range(0.8, 1.1);
        let card = linear(0.66 * tone, 0.52 * tone, 0.37 * tone);
        let finish = b.room.finish(Finish::of(Kind::Package(b.rng.below(1 << 16) as u32), card, card * 0.6));
        let size = v3(b.rng.range(0.3, 0.55), b.rng.range(0.3, 0.5), b.rng.range(0.2, 0.42));
        let own = turn.after(&Rot::z(b.rng.range(-0.2, 0.2)));
        b.room.block(at + v3(0.0, 0.0, z), size, &own, finish, finish, 0.85);
        z += size.z;
    }
    b.room.stands(at, v3(0.5, 0.45, 0.0), turn);
}

/// A door in a wall: a bright outside behind glass, and a frame.
pub(super) fn door(b: &mut Builder<'_>, at: Vec3, turn: &Rot, w: f32, h: f32) {
    let outside = b.room.finish(Finish::of(Kind::Screen(5), v3(0.85, 0.9, 0.95), v3(0.6, 0.68, 0.72)));
    let frame = b.room.finish(Finish { gloss: 0.2, ..Finish::paint(linear(0.35, 0.36, 0.38)) });
    let place = |x: f32, y: f32, z: f32| at + turn.apply(v3(x, y, z));
    let x = turn.apply(v3(w, 0.0, 0.0));
    b.room.quad(place(-w * 0.5, -0.03, 0.0), x, v3(0.0, 0.0, h), outside, [1.0, 1.0]);
    for side in [-0.5f32, 0.0, 0.5] {
        b.room.block(place(side * w, -0.04, 0.0), v3(0.07, 0.08, h), turn, frame, frame, 0.9);
    }
    b.room.block(place(0.0, -0.04, h), v3(w + 0.1, 0.1, 0.1), turn, frame, frame, 0.9);
}

/// A hand rail on posts, in pieces: a long bar would not bend in a lens.
pub(super) fn handrail(b: &mut Builder<'_>, at: Vec3, turn: &Rot, length: f32, colour: Colour) {
    let mut p = Prop::default();
    let pieces = (length / 0.3).ceil().max(1.0) as usize;
    let x = |i: usize| (i as f32 / pieces as f32 - 0.5) * length;
    for i in 0..pieces {
        for (z, half) in [(0.98, 0.024), (0.55, 0.016)] {
            p.bar(v3(x(i), 0.0, z), v3(x(i + 1), 0.0, z), half, colour);
        }
    }
    for i in (0..=pieces).step_by(pieces.min(4)) {
        p.bar(v3(x(i), 0.0, 0.0), v3(x(i), 0.0, 0.97), 0.022, colour);
    }
    let facing = turn.apply(v3(0.0, 1.0, 0.0));
    b.room.prop(&p, at, (facing.x, facing.y), 1.0);
    b.room.stands(at, v3(length, 0.08, 0.0), turn);
}

/// A rail on posts.
pub(super) fn rail(b: &mut Builder<'_>, at: Vec3, turn: &Rot, length: f32) {
    let mut p = Prop::default();
    let metal = v3(0.45, 0.45, 0.47);
    let posts = ((length / 1.2).ceil() as usize).max(1);
    for i in 0..=posts {
        let x = (i as f32 / posts as f32 - 0.5) * length;
        p.bar(v3(x, 0.0, 0.0), v3(x, 0.0, 0.95), 0.022, metal);
    }
    p.bar(v3(-length * 0.5, 0.0, 0.93), v3(length * 0.5, 0.0, 0.93), 0.02, metal);
    p.bar(v3(-length * 0.5, 0.0, 0.5), v3(length * 0.5, 0.0, 0.5), 0.012, metal);
    let facing = turn.apply(v3(0.0, 1.0, 0.0));
    b.room.prop(&p, at, (facing.x, facing.y), 1.0);
    b.room.stands(at, v3(length, 0.06, 0.0), turn);
}
