// SPDX-License-Identifier: MPL-2.0
//! The space under a camera that hangs close above a door: the door's frame and leaves, mats, a rail or a partition.

use super::random::{self, floor};
use super::{Finish, Kind, Plan, Thing};
use crate::camera::Mount;
use crate::figure::look::{Colour, hsv, linear};
use crate::furniture::Furniture;
use crate::math::{Rng, degrees, v3};

/// How far below the lens walls end, metres: nothing is drawn that touches the lens.
const BELOW_LENS_M: f32 = 0.15;

/// A floor as entrances have it: often black, grey or strongly coloured.
fn entrance_floor(rng: &mut Rng) -> Finish {
    match rng.below(6) {
        0 => {
            let c = strong(rng);
            Finish::of(if rng.chance(0.5) { Kind::Carpet } else { Kind::Stone }, c, c * 0.6)
        }
        1 => {
            let c = linear(0.13, 0.13, 0.14) * rng.range(0.3, 1.6);
            Finish::of(*rng.pick(&[Kind::Carpet, Kind::Stone, Kind::Tiles(0.4)]), c, c * 1.5)
        }
        _ => floor(rng),
    }
}

/// Red, blue, green: no floor is too gaudy.
fn strong(rng: &mut Rng) -> Colour {
    let hue = *rng.pick(&[0.0, 0.98, 0.02, 0.6, 0.33, 0.1]) + rng.range(-0.02, 0.02);
    hsv((hue + 1.0) % 1.0, rng.range(0.6, 0.95), rng.range(0.3, 0.85))
}

fn mat(rng: &mut Rng) -> Finish {
    let dark = linear(0.2, 0.2, 0.21) * rng.range(0.2, 1.5);
    match rng.below(5) {
        0 | 1 => Finish::of(Kind::Carpet, dark, dark * 0.5),
        2 => Finish::of(Kind::Striped(rng.range(0.02, 0.08)), dark, dark * rng.range(2.0, 6.0)),
        3 => {
            let c = strong(rng);
            Finish::of(Kind::Carpet, c, c * 0.6)
        }
        _ => Finish::of(Kind::Striped(rng.range(0.05, 0.3)), strong(rng), linear(0.8, 0.78, 0.74) * rng.range(0.1, 1.0)),
    }
}

fn metal(rng: &mut Rng) -> Colour {
    *rng.pick(&[v3(0.45, 0.45, 0.47), v3(0.05, 0.05, 0.055), v3(0.7, 0.7, 0.72), v3(0.55, 0.36, 0.02), v3(0.25, 0.14, 0.07)])
}

/// An entrance and the camera above its door.
pub fn above_door(rng: &mut Rng) -> (Plan, Mount) {
    let mut plan = Plan::plain(rng.range(1.2, 3.4), rng.range(4.6, 6.5));
    plan.height = 3.2;
    plan.floor = entrance_floor(rng);
    plan.wall = random::wall(rng);
    let mount = Mount {
        at: v3(rng.range(-0.35, 0.35), rng.range(2.0, 3.0), rng.range(2.1, 2.7)),
        yaw: degrees(*rng.pick(&[0.0, 90.0, 180.0, -90.0])) + degrees(rng.range(-5.0, 5.0)),
        pitch: degrees(90.0 - rng.unit() * rng.range(0.0, 24.0)),
        roll: 0.0,
        view: degrees(rng.range(60.0, 110.0)),
        barrel: if rng.chance(0.55) { rng.range(0.05, 0.5) } else { 0.0 },
    };
    let door_y = mount.at.y + *rng.pick(&[-1.0, 1.0]) * rng.range(0.25, 1.1);
    let opening = rng.range(1.1, 2.4);
    if rng.chance(0.6) {
        plan = door(plan, rng, &mount, door_y, opening);
    }
    for layer in 1..2 + rng.below(2) {
        let (x, y) = (rng.range(-0.4, 0.4), mount.at.y + rng.range(-0.9, 0.9));
        if rng.chance(0.6) {
            let kind = mat(rng);
            let size = (rng.range(0.9, 2.6), rng.range(0.7, 2.4));
            let turn = *rng.pick(&[0.0, 0.25]);
            plan = plan.hung(Thing::Laid(size.0, size.1, kind), v3(x, y, 0.006 * layer as f32), turn);
        }
    }
    plan = divider(plan, rng, &mount);
    for _ in 0..rng.below(4) {
        let side = *rng.pick(&[-1.0, 1.0]);
        let x = mount.at.x + side * rng.range(0.7, 1.5);
        let y = mount.at.y + rng.range(-1.4, 1.4);
        let thing = match rng.below(7) {
            0 => Thing::Plant,
            1 => Thing::Boxes,
            2 => Thing::Trolley,
            3 => Thing::Piece(Furniture::Pram),
            4 => Thing::Piece(Furniture::Suitcase),
            5 => Thing::Chair,
            _ => Thing::Table(rng.range(0.5, 0.9), rng.range(0.4, 0.7)),
        };
        if x.abs() < plan.half_width - 0.3 {
            plan = plan.with(thing, x, y, rng.unit());
        }
    }
    (plan, mount)
}

/// A wall across with an opening, its frame, leaves that stand open, and often another floor behind it.
fn door(mut plan: Plan, rng: &mut Rng, mount: &Mount, y: f32, opening: f32) -> Plan {
    let (w, wall) = (plan.half_width, plan.wall);
    let height = mount.at.z - BELOW_LENS_M - rng.range(0.0, 0.2);
    let thick = rng.range(0.08, 0.3);
    if opening < 2.0 * w - 0.3 {
        let piece = w - opening * 0.5;
        for side in [-1.0, 1.0] {
            plan = plan.with(Thing::Solid(v3(piece, thick, height), wall), side * (w - piece * 0.5), y, 0.0);
        }
    }
    let frame = Finish { gloss: 0.2, ..Finish::paint(metal(rng)) };
    let beyond = (y - mount.at.y).signum();
    for side in [-1.0, 1.0] {
        let x = side * opening * 0.5;
        plan = plan.with(Thing::Solid(v3(0.06, thick + 0.04, height), frame), x, y, 0.0);
        if rng.chance(0.5) {
            // A leaf that stands open, to this side or the other.
            let leaf = opening * rng.range(0.4, 0.5);
            let out = beyond * *rng.pick(&[-1.0, 1.0]);
            let size = v3(0.045, leaf, 2.0f32.min(height));
            let turn = rng.range(-0.04, 0.04);
            plan = plan.with(Thing::Solid(size, frame), x, y + out * leaf * 0.5, turn);
        }
    }
    if rng.chance(0.6) {
        // Outside: another floor, at times in the sun.
        let mut ground = entrance_floor(rng);
        let sun = if rng.chance(0.35) { rng.range(1.5, 3.5) } else { rng.range(0.7, 1.2) };
        (ground.colour, ground.other) = (ground.colour * sun, ground.other * sun);
        plan = plan.with(Thing::Laid(2.0 * w, 3.0, ground), 0.0, y + beyond * 1.5, 0.0);
    }
    plan
}

/// What parts those who come from those who go.
fn divider(plan: Plan, rng: &mut Rng, mount: &Mount) -> Plan {
    let (x, y) = (mount.at.x + rng.range(-0.7, 0.7), mount.at.y + rng.range(-0.8, 0.8));
    let turn = 0.25 + rng.range(-0.015, 0.015);
    let length = rng.range(0.8, 3.0);
    match rng.below(7) {
        0..=2 => plan.with(Thing::Handrail(length, metal(rng)), x, y, turn),
        3 => plan.with(Thing::Handrail(length, metal(rng)), x, y, turn + 0.25),
        4 => {
            let size = v3(length, rng.range(0.03, 0.12), rng.range(0.8, 1.5));
            let board = Finish { gloss: 0.1, ..Finish::paint(hsv(rng.unit(), rng.range(0.0, 0.4), rng.range(0.15, 0.9))) };
            plan.with(Thing::Solid(size, board), x, y, turn)
        }
        5 => plan.with(Thing::Solid(v3(0.14, 0.4, 1.35), Finish::paint(metal(rng))), x, y, turn),
        _ => plan,
    }
}
