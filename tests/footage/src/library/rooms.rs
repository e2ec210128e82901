// SPDX-License-Identifier: MPL-2.0
//! Rooms that scenes share.

use crate::figure::look::linear;
use crate::math::v3;
use crate::room::{Finish, Kind, Plan, Thing};
use crate::scene::Scene;
use crate::world::script::{Kind as Who, Script};

/// A shop with a door in the back.
pub(super) fn shop() -> Plan {
    Plan::plain(4.5, 10.0)
        .with(Thing::Wall(3.5, 3.0, 0.15), -2.75, 7.6, 0.0)
        .with(Thing::Wall(3.5, 3.0, 0.15), 2.75, 7.6, 0.0)
        .hung(Thing::Wall(2.0, 0.7, 0.15), v3(0.0, 7.6, 2.3), 0.0)
        .with(Thing::Door(2.4, 2.4), 0.0, 9.95, 0.0)
        .with(Thing::Mat(1.9, 1.0), 0.0, 7.0, 0.0)
        .with(Thing::Shelf(3.0, 2.0), -4.46, 4.6, 0.25)
        .with(Thing::Shelf(3.0, 2.0), 4.46, 4.6, 0.75)
        .hung(Thing::Poster(0.8, 1.1), v3(-2.2, 7.5, 1.0), 0.0)
        .hung(Thing::Sign(1.0, 0.3), v3(2.6, 7.5, 1.9), 0.0)
        .with(Thing::Plant, -3.9, 7.1, 0.0)
}

/// The same with a wooden floor, a table and warm walls.
pub(super) fn warm_shop() -> Plan {
    let mut plan = shop().with(Thing::Table(1.4, 0.8), 2.3, 5.2, 0.0);
    plan.floor = Finish::of(Kind::Planks(0.14), linear(0.55, 0.38, 0.24), linear(0.40, 0.26, 0.16));
    plan.wall = Finish::paint(linear(0.86, 0.78, 0.66));
    plan
}

/// The same with bricks and a dark carpet, and coats on a rack.
pub(super) fn dark_shop() -> Plan {
    let mut plan = shop().with(Thing::CoatRack(1.3), -3.3, 6.2, 0.1).with(Thing::Boxes, 3.7, 6.9, 0.05);
    plan.floor = Finish::of(Kind::Carpet, linear(0.34, 0.33, 0.36), linear(0.22, 0.22, 0.25));
    plan.wall = Finish::of(Kind::Bricks, linear(0.56, 0.36, 0.30), linear(0.62, 0.60, 0.56));
    plan
}

/// The same with a stone floor and coloured walls.
pub(super) fn bright_shop() -> Plan {
    let mut plan = shop().with(Thing::Gondola(1.6, 1.4), 3.0, 6.3, 0.25);
    plan.floor = Finish::of(Kind::Stone, linear(0.74, 0.72, 0.70), linear(0.5, 0.5, 0.5));
    plan.wall = Finish::paint(linear(0.55, 0.68, 0.70));
    plan
}

/// The same room seen from its right corner.
pub(super) fn from_corner(scene: Scene) -> Scene {
    scene.seen(|m| {
        m.at = v3(3.3, 0.3, 3.0);
        m.yaw = 0.42;
        m.pitch = 0.40;
        m.view = 1.3;
    })
}

/// A door seen from straight above: a wall along x with an opening at the origin.
pub(super) fn door_from_above(opening: f32) -> Plan {
    let mut plan = Plan::plain(6.0, 5.0);
    plan.from_to = (-5.0, 5.0);
    plan.height = 8.0;
    let piece = 6.0 - opening * 0.5;
    let x = (6.0 + opening * 0.5) * 0.5;
    plan.with(Thing::Wall(piece, 2.1, 0.12), -x, 0.0, 0.0).with(Thing::Wall(piece, 2.1, 0.12), x, 0.0, 0.0).with(
        Thing::Mat(opening, 1.0),
        0.0,
        0.8,
        0.0,
    )
}

/// A hall without walls in sight.
pub(super) fn hall() -> Plan {
    let mut plan = Plan::plain(12.0, 12.0);
    plan.from_to = (-12.0, 12.0);
    plan.height = 9.0;
    plan.floor = Finish::of(Kind::Stone, linear(0.68, 0.67, 0.64), linear(0.5, 0.5, 0.5));
    plan
}

/// The line across the shop's door; in is towards the camera.
pub(super) fn door_line(scene: Scene) -> Scene {
    scene.line("door", (-1.3, 6.7), (1.3, 6.7), (0.0, 5.0))
}

/// Comes in through the shop's door at about this second, `side` metres from its middle, from the left or right behind it.
pub(super) fn comes_in(who: Who, second: f32, side: f32, from_left: bool) -> Script {
    let x = if from_left { -2.6 } else { 2.6 };
    let script = Script::of(who, 0.0, x, 8.9);
    let way = (x - side).abs() + 2.0;
    Script { starts_s: second - way / script.pace, ..script }.along(&[(side, 8.7), (side, 7.4), (side * 0.8, 5.8)])
}

/// Goes out through the shop's door, from wherever the script is.
pub(super) fn goes_out(script: Script, side: f32, to_left: bool) -> Script {
    script.along(&[(side * 0.8, 5.8), (side, 7.4), (side, 8.7), (if to_left { -2.8 } else { 2.8 }, 8.9)])
}

/// Leaves the picture at its lower edge, to the left or right of the camera.
pub(super) fn leaves(script: Script, to_left: bool) -> Script {
    let x = if to_left { -2.3 } else { 2.6 };
    script.along(&[(x, 3.4), (x, 1.0)])
}

/// Comes from below the picture.
pub(super) fn from_below(who: Who, second: f32, x: f32) -> Script {
    Script::of(who, second, x, 0.9).to(x, 3.6)
}
