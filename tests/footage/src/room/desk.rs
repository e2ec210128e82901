// SPDX-License-Identifier: MPL-2.0
//! A desk and what lies and stands on it.

use super::build::Builder;
use super::{Finish, Kind};
use crate::figure::look::{Colour, hsv, linear};
use crate::math::{Rot, Vec3, v3};
use crate::prop::Prop;

/// A desk of a room: all of one room are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Desk {
    /// Width, metres.
    pub width: f32,
    /// Depth, metres.
    pub depth: f32,
    /// How many sit at it, side by side.
    pub places: u8,
    /// Share of places with a monitor.
    pub monitors: f32,
    /// Does a board before the knees close it?
    pub closed: bool,
    /// Colour of the top.
    pub colour: Colour,
}

/// Height of the top, metres.
const TOP_M: f32 = 0.74;

/// A desk; who sits at it sits behind it (at +y of `turn`) and looks to its front.
pub(super) fn desk(b: &mut Builder<'_>, at: Vec3, turn: &Rot, desk: &Desk) {
    let top = b.room.finish(Finish { gloss: 0.08, ..Finish::paint(desk.colour) });
    let leg = b.room.finish(Finish::paint(linear(0.28, 0.28, 0.29)));
    let place = |x: f32, y: f32, z: f32| at + turn.apply(v3(x, y, z));
    let (w, d) = (desk.width, desk.depth);
    b.room.block(place(0.0, 0.0, TOP_M - 0.03), v3(w, d, 0.03), turn, top, top, 0.9);
    for x in [-0.48f32, 0.48] {
        b.room.block(place(x * w, 0.0, 0.0), v3(0.04, d * 0.85, TOP_M - 0.03), turn, leg, leg, 0.6);
    }
    if desk.closed {
        b.room.block(place(0.0, -d * 0.44, 0.3), v3(w * 0.94, 0.02, TOP_M - 0.33), turn, top, top, 0.8);
    }
    if b.rng.chance(0.12) {
        // A screen of cloth between desks.
        let cloth = b.room.finish(Finish::of(Kind::Carpet, hsv(0.58, 0.3, 0.5), hsv(0.58, 0.3, 0.4)));
        b.room.block(place(0.0, -d * 0.5, 0.5), v3(w, 0.03, 0.68), turn, cloth, cloth, 0.85);
    }
    b.room.stands(at, v3(w, d, 0.0), turn);
    for i in 0..desk.places {
        let x = ((f32::from(i) + 0.5) / f32::from(desk.places) - 0.5) * w;
        if b.rng.chance(desk.monitors) {
            let two = b.rng.chance(0.15);
            for k in 0..1 + usize::from(two) {
                let shift = if two { k as f32 * 0.5 - 0.25 } else { b.rng.range(-0.1, 0.1) };
                monitor(b, place(x + shift, -d * 0.25, TOP_M), turn);
            }
            keyboard(b, place(x, d * 0.18, TOP_M), turn);
        } else if b.rng.chance(0.5) {
            let shift = b.rng.range(-0.1, 0.1);
            laptop(b, place(x + shift, d * 0.02, TOP_M), turn);
        }
        clutter(b, place(x, 0.0, TOP_M), turn, (w / f32::from(desk.places), d));
    }
}

/// A screen that shines towards who sits there; the others see its back.
fn shining(b: &mut Builder<'_>, corner: Vec3, along: Vec3, up: Vec3) {
    let (a, o) = (hsv(b.rng.unit(), b.rng.range(0.0, 0.6), 0.85), hsv(b.rng.unit(), 0.4, b.rng.range(0.1, 0.6)));
    let finish = b.room.finish(Finish::of(Kind::Screen(b.rng.below(1000) as u32), a, o));
    b.room.quad(corner, along, up, finish, [1.0, 1.0]);
}

fn monitor(b: &mut Builder<'_>, at: Vec3, turn: &Rot) {
    let turn = turn.after(&Rot::z(b.rng.range(-0.25, 0.25)));
    let dark = *b.rng.pick(&[v3(0.02, 0.02, 0.022), v3(0.02, 0.02, 0.022), v3(0.35, 0.35, 0.36), v3(0.7, 0.7, 0.7)]);
    let case = b.room.finish(Finish { gloss: 0.12, ..Finish::paint(dark) });
    let (w, h, lift) = (b.rng.range(0.42, 0.62), b.rng.range(0.26, 0.36), b.rng.range(0.08, 0.16));
    b.room.block(at, v3(0.2, 0.16, 0.015), &turn, case, case, 0.9);
    b.room.block(at, v3(0.04, 0.03, lift + 0.1), &turn, case, case, 0.8);
    let middle = at + turn.apply(v3(0.0, 0.03, lift));
    b.room.block(middle, v3(w, 0.035, h), &turn, case, case, 0.9);
    let out = middle + turn.apply(v3(w * 0.48, 0.02, h * 0.04));
    shining(b, out, turn.apply(v3(-w * 0.96, 0.0, 0.0)), v3(0.0, 0.0, h * 0.92));
}

fn laptop(b: &mut Builder<'_>, at: Vec3, turn: &Rot) {
    let turn = turn.after(&Rot::z(b.rng.range(-0.3, 0.3)));
    let shade = *b.rng.pick(&[v3(0.4, 0.4, 0.41), v3(0.03, 0.03, 0.032), v3(0.6, 0.6, 0.61)]);
    let case = b.room.finish(Finish { gloss: 0.15, ..Finish::paint(shade) });
    b.room.block(at, v3(0.34, 0.24, 0.018), &turn, case, case, 0.9);
    // The lid leans back: two sheets.
    let hinge = at + turn.apply(v3(-0.17, -0.12, 0.015));
    let (along, up) = (turn.apply(v3(0.34, 0.0, 0.0)), turn.apply(v3(0.0, -b.rng.range(0.02, 0.11), 0.215)));
    b.room.quad(hinge, along, up, case, [0.9, 0.9]);
    let lift = turn.apply(v3(0.0, 0.006, 0.0));
    shining(b, hinge + along + lift, -along, up);
}

fn keyboard(b: &mut Builder<'_>, at: Vec3, turn: &Rot) {
    let finish = b.room.finish(Finish::paint(*b.rng.pick(&[v3(0.03, 0.03, 0.032), v3(0.6, 0.6, 0.6)])));
    b.room.block(at, v3(0.42, 0.14, 0.02), turn, finish, finish, 0.9);
}

/// Papers, books, bottles, cups, a bag.
fn clutter(b: &mut Builder<'_>, at: Vec3, turn: &Rot, size: (f32, f32)) {
    for _ in 0..b.rng.below(5) {
        let p = at + turn.apply(v3(b.rng.range(-0.45, 0.45) * size.0, b.rng.range(-0.4, 0.4) * size.1, 0.0));
        let own = turn.after(&Rot::z(b.rng.range(-0.5, 0.5)));
        match b.rng.below(6) {
            0..=2 => {
                let paper = b.room.finish(Finish::of(Kind::Sign(b.rng.below(99) as u32), v3(0.8, 0.8, 0.78), v3(0.2, 0.2, 0.2)));
                b.room.block(p, v3(0.21, 0.3, 0.004), &own, paper, paper, 0.95);
            }
            3 => {
                let book = b.room.finish(Finish::paint(hsv(b.rng.unit(), b.rng.range(0.1, 0.8), b.rng.range(0.2, 0.8))));
                b.room.block(p, v3(0.17, 0.24, b.rng.range(0.01, 0.12)), &own, book, book, 0.95);
            }
            4 => {
                let mut bottle = Prop::default();
                let colour = *b.rng.pick(&[v3(0.35, 0.42, 0.5), v3(0.05, 0.2, 0.06), v3(0.7, 0.7, 0.68), v3(0.5, 0.05, 0.04)]);
                let tall = b.rng.range(0.08, 0.27);
                bottle.round([v3(0.0, 0.0, 0.0), v3(0.0, 0.0, tall * 0.75)], [0.035; 2], 8, colour);
                bottle.round([v3(0.0, 0.0, tall * 0.75), v3(0.0, 0.0, tall)], [0.03, 0.014], 8, colour);
                b.room.prop(&bottle, p, (0.0, 1.0), 1.0);
            }
            _ => {
                let bag = crate::furniture::Furniture::Rucksack.prop(&mut b.rng);
                b.room.prop(&bag, p, (0.6, 0.8), b.rng.range(0.6, 0.9));
            }
        }
    }
}
