// SPDX-License-Identifier: MPL-2.0
//! Rooms drawn by chance.

use super::{Finish, Kind, Plan, Thing};
use crate::figure::look::{Colour, hsv, linear};
use crate::math::{Rng, v3};

fn pale(rng: &mut Rng) -> Colour {
    hsv(rng.unit(), rng.range(0.0, 0.14), rng.range(0.62, 0.95))
}

pub(super) fn floor(rng: &mut Rng) -> Finish {
    let grey = |rng: &mut Rng, low: f32, high: f32| {
        let v = rng.range(low, high);
        linear(v * rng.range(0.97, 1.05), v, v * rng.range(0.92, 1.03))
    };
    match rng.below(8) {
        0..=2 => {
            let c = grey(rng, 0.35, 0.85);
            Finish::of(Kind::Tiles(rng.range(0.3, 0.9)), c, c * rng.range(0.45, 0.8))
        }
        3 | 4 => {
            let (h, v) = (rng.range(0.05, 0.11), rng.range(0.3, 0.75));
            Finish::of(Kind::Planks(rng.range(0.09, 0.2)), hsv(h, 0.45, v), hsv(h, 0.55, v * 0.7))
        }
        5 => {
            let c = hsv(rng.unit(), rng.range(0.05, 0.7), rng.range(0.15, 0.5));
            Finish::of(Kind::Carpet, c, c * 0.5)
        }
        6 => Finish::of(Kind::Stone, grey(rng, 0.25, 0.7), v3(0.1, 0.1, 0.1)),
        _ => {
            let c = grey(rng, 0.1, 0.3);
            Finish::of(Kind::Tiles(rng.range(0.3, 0.6)), c, c * 1.6)
        }
    }
}

pub(super) fn wall(rng: &mut Rng) -> Finish {
    match rng.below(7) {
        0 => Finish::of(
            Kind::Bricks,
            hsv(rng.range(0.0, 0.06), rng.range(0.3, 0.7), rng.range(0.35, 0.65)),
            linear(0.6, 0.58, 0.55),
        ),
        1 => Finish::paint(hsv(rng.unit(), rng.range(0.2, 0.6), rng.range(0.3, 0.8))),
        2 => {
            let c = pale(rng);
            Finish::of(Kind::Tiles(rng.range(0.15, 0.4)), c, c * 0.7)
        }
        3 => Finish::of(Kind::Slats(rng.range(0.1, 0.3)), pale(rng), pale(rng)),
        _ => Finish::paint(pale(rng)),
    }
}

/// A room drawn by chance; one seen from straight above has fewer things.
pub fn random_plan(rng: &mut Rng, topdown: bool) -> Plan {
    let mut plan = Plan::plain(rng.range(2.6, 7.0), rng.range(5.0, 15.0));
    plan.height = rng.range(2.9, 4.5).max(if topdown { 4.8 } else { 3.7 });
    plan.floor = floor(rng);
    plan.wall = wall(rng);
    let (w, d) = (plan.half_width, plan.from_to.1);
    if rng.chance(0.7) {
        plan = along_walls(plan, rng);
    }
    let aisles = if topdown { rng.below(2) } else { rng.below(4) };
    for _ in 0..aisles {
        let (x, y) = (rng.range(-0.7, 0.7) * w, rng.range(2.8, (d - 1.0).max(3.0)));
        let turn = if rng.chance(0.6) { 0.25 } else { 0.0 };
        plan = plan.with(Thing::Gondola(rng.range(1.2, 3.5), rng.range(1.2, 2.1)), x, y, turn);
    }
    let count = if topdown { rng.below(4) } else { 2 + rng.below(8) };
    for _ in 0..count {
        let (x, y) = (rng.range(-0.85, 0.85) * w, rng.range(if topdown { 0.8 } else { 1.9 }, d - 0.6));
        let turn = rng.unit();
        let thing = match rng.below(11) {
            0 | 1 => Thing::Table(rng.range(0.8, 1.8), rng.range(0.6, 1.1)),
            2 => Thing::Till,
            3 => Thing::Plant,
            4 => Thing::CoatRack(rng.range(0.8, 1.6)),
            5 | 6 => Thing::Mannequin,
            7 => Thing::Boxes,
            8 => Thing::Trolley,
            9 => Thing::Cutout,
            _ => {
                if rng.chance(0.5) {
                    Thing::Pillar
                } else {
                    Thing::Rail(rng.range(1.2, 3.0))
                }
            }
        };
        plan = plan.with(thing, x, y, turn);
    }
    if rng.chance(0.5) {
        plan = plan.with(
            Thing::Mat(rng.range(1.0, 2.2), rng.range(0.8, 1.4)),
            rng.range(-0.6, 0.6) * w,
            rng.range(1.5, d - 1.0),
            0.0,
        );
    }
    plan
}

/// Shelves, posters, doors and screens along the walls.
pub(super) fn along_walls(mut plan: Plan, rng: &mut Rng) -> Plan {
    let (w, d) = (plan.half_width, plan.from_to.1);
    let sides = [(true, 0.0), (false, 0.25), (false, 0.75)];
    for (back, turn) in sides {
        let long = if back { 2.0 * w } else { d };
        let mut s = rng.range(0.6, 1.6);
        while s < long - 1.2 {
            let step = rng.range(1.0, 2.4);
            let at = s + step * 0.5;
            // Things on the right wall look to -x, on the left wall to x.
            let (x, y) = match (back, turn < 0.5) {
                (true, _) => (at - w, d - 0.02),
                (false, true) => (-w + 0.02, at),
                (false, false) => (w - 0.02, at),
            };
            match rng.below(8) {
                0..=2 => plan = plan.with(Thing::Shelf(step, rng.range(1.4, 2.4)), x, y, turn),
                3 => {
                    plan = plan.hung(Thing::Poster(rng.range(0.5, 1.0), rng.range(0.7, 1.5)), v3(x, y, rng.range(0.6, 1.3)), turn)
                }
                4 => {
                    plan = plan.hung(Thing::Screen(rng.range(0.6, 1.2), rng.range(0.4, 0.7)), v3(x, y, rng.range(1.2, 2.0)), turn)
                }
                5 => plan = plan.with(Thing::Door(rng.range(0.9, 2.0), rng.range(2.0, 2.3)), x, y, turn),
                6 => {
                    plan = plan.hung(Thing::Sign(rng.range(0.5, 1.4), rng.range(0.25, 0.5)), v3(x, y, rng.range(1.6, 2.4)), turn)
                }
                _ => {}
            }
            s += step + rng.range(0.0, 0.5);
        }
    }
    plan
}
