// SPDX-License-Identifier: MPL-2.0
//! Empty furniture and figures that are no persons, in groups: what a detector must learn to leave alone.

use super::{EFFIGIES, Effigy, Plan, Thing};
use crate::furniture::Furniture;
use crate::math::{Rng, sin_cos, v3};

/// A part of the floor: its middle, and how far it reaches to both sides and to front and back, metres.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Its middle.
    pub middle: (f32, f32),
    /// Half of its width and depth.
    pub reach: (f32, f32),
}

impl Spread {
    fn draw(&self, rng: &mut Rng) -> (f32, f32) {
        let (x, y) = (rng.range(-1.0, 1.0), rng.range(-1.0, 1.0));
        (self.middle.0 + x * self.reach.0, self.middle.1 + y * self.reach.1)
    }
}

/// Adds this many groups to a plan.
pub fn furnish(mut plan: Plan, rng: &mut Rng, groups: usize, spread: &Spread) -> Plan {
    let (w, d) = (plan.half_width, plan.from_to.1);
    for _ in 0..groups {
        let (x, y) = spread.draw(rng);
        if x.abs() > w - 0.45 || y < 0.7 || y > d - 0.45 {
            continue;
        }
        plan = group(plan, rng, x, y);
    }
    plan
}

fn group(plan: Plan, rng: &mut Rng, x: f32, y: f32) -> Plan {
    match rng.below(18) {
        16 | 17 | 0..=3 => table(plan, rng, x, y),
        4 | 5 => some(plan, rng, Furniture::OfficeChair, (x, y)),
        6 => some(plan, rng, Furniture::BarStool, (x, y)),
        7 => plan.with(Thing::Piece(Furniture::Pram), x, y, rng.unit()),
        8 => plan.with(Thing::Piece(Furniture::Wheelchair), x, y, rng.unit()),
        9 => plan.with(Thing::CoatStand, x, y, rng.unit()),
        10 => plan.with(Thing::CoatRack(rng.range(0.6, 1.6)), x, y, rng.unit()),
        11 => plan.with(Thing::Mannequin, x, y, rng.unit()),
        12 => {
            // Dolls sit on tables rather than on the floor.
            let mut plan = plan.with(Thing::Table(rng.range(0.6, 1.2), rng.range(0.5, 0.8)), x, y, 0.0);
            for _ in 0..1 + rng.below(3) {
                let at = v3(x + rng.range(-0.25, 0.25), y + rng.range(-0.2, 0.2), 0.76);
                plan = plan.hung(Thing::Effigy(Effigy::Doll), at, rng.unit());
            }
            plan
        }
        _ => {
            let kind = *rng.pick(&EFFIGIES);
            let mut plan = plan.with(Thing::Effigy(kind), x, y, rng.unit());
            if rng.chance(0.35) {
                plan = plan.with(Thing::Effigy(kind), x + rng.range(-0.3, 0.3), y + rng.range(0.5, 0.9), rng.unit());
            }
            plan
        }
    }
}

/// A table on a column with seats around it.
fn table(plan: Plan, rng: &mut Rng, x: f32, y: f32) -> Plan {
    let high = rng.chance(0.35);
    let mut plan = plan.with(Thing::Piece(if high { Furniture::BarTable } else { Furniture::StarTable }), x, y, rng.unit());
    let (seats, first) = (rng.below(5), rng.unit());
    for i in 0..seats {
        let turn = first + i as f32 / seats as f32 + rng.range(-0.04, 0.04);
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        let away = rng.range(0.5, 0.8);
        let seat = match (high, rng.below(4)) {
            (true, _) => Thing::Piece(Furniture::BarStool),
            (false, 0) => Thing::Piece(Furniture::OfficeChair),
            _ => Thing::Chair,
        };
        // A seat looks at the table: its front is -y of its turn.
        plan = plan.with(seat, x - s * away, y + c * away, turn + rng.range(-0.05, 0.05));
    }
    plan
}

fn some(mut plan: Plan, rng: &mut Rng, kind: Furniture, (x, y): (f32, f32)) -> Plan {
    let (dx, dy) = (rng.range(-0.5, 0.5), rng.range(0.55, 0.8));
    for i in 0..1 + rng.below(4) {
        let k = i as f32;
        plan = plan.with(Thing::Piece(kind), x + dx * k, y + dy * k, rng.unit());
    }
    plan
}
