// SPDX-License-Identifier: MPL-2.0
//! Rooms where people sit: rows of desks (a class, an office), and cafés.

use super::random::{self, floor};
use super::{Desk, Plan, Thing, Things};
use crate::figure::look::{hsv, linear};
use crate::furniture::{Chair, Furniture};
use crate::math::{Rng, Vec3, sin_cos, v3};

/// A seat that somebody takes.
#[derive(Clone, Copy, Debug)]
pub struct Seat {
    /// Where it stands, metres.
    pub at: Vec3,
    /// Where it looks, as a thing's `turn`.
    pub turn: f32,
    /// The chair.
    pub chair: Chair,
}

/// A room, who sits where, and how full it is while it is being planned.
struct Seating {
    plan: Plan,
    taken: Vec<Seat>,
    chair: Chair,
    /// Share of seats that are taken.
    full: f32,
}

impl Seating {
    fn new(rng: &mut Rng, size: (f32, f32), empty: bool) -> Self {
        let mut plan = Plan::plain(size.0, size.1);
        plan.height = rng.range(3.1, 3.9);
        plan.floor = floor(rng);
        plan.wall = random::wall(rng);
        if rng.chance(0.6) {
            plan = random::along_walls(plan, rng);
        }
        let chair = if rng.chance(0.5) {
            Chair::Office(rng.next_u64())
        } else {
            Chair::Plain(hsv(rng.unit(), rng.range(0.0, 0.6), rng.range(0.1, 0.8)))
        };
        let full = if empty { 0.0 } else { rng.range(0.35, 0.97) };
        Self { plan, taken: Vec::new(), chair, full }
    }

    fn put(&mut self, thing: Thing, at: Vec3, turn: f32) {
        self.plan.things.push(Things { thing, at, turn });
    }

    /// A seat: taken, or an empty chair, at times with a jacket over its back.
    fn seat(&mut self, rng: &mut Rng, at: Vec3, turn: f32, full: f32) {
        if rng.chance(full) && self.taken.len() < MOST_SEATED {
            self.taken.push(Seat { at, turn, chair: self.chair });
        } else if rng.chance(0.85) {
            let thing = if rng.chance(0.2) { Thing::Draped(self.chair) } else { Thing::Seat(self.chair) };
            self.put(thing, at, turn + rng.range(-0.08, 0.08));
        }
    }
}

/// More people than this don't sit in one picture.
const MOST_SEATED: usize = 34;

/// Rows of desks with monitors, laptops, bags and papers, and the seats that are taken.
pub fn rows_of_desks(rng: &mut Rng, empty: bool) -> (Plan, Vec<Seat>) {
    let large = rng.chance(0.7);
    let size = if large { (rng.range(3.8, 6.5), rng.range(9.0, 15.0)) } else { (rng.range(3.0, 4.5), rng.range(7.0, 10.0)) };
    let mut room = Seating::new(rng, size, empty);
    let (w, d) = size;
    let towards = rng.chance(0.6);
    let office = rng.chance(0.5);
    let places = 1 + rng.below(3);
    let width = 0.72 * places as f32 + rng.range(0.0, 0.3);
    let desk = Desk {
        width,
        depth: rng.range(0.5, 0.8),
        places: places as u8,
        monitors: if office { rng.range(0.5, 1.0) } else { rng.range(0.0, 0.35) },
        closed: rng.chance(0.6),
        colour: match rng.below(3) {
            0 => linear(0.85, 0.85, 0.83),
            1 => linear(0.4, 0.4, 0.41),
            _ => hsv(rng.range(0.06, 0.1), rng.range(0.3, 0.55), rng.range(0.4, 0.85)),
        },
    };
    let (gap, step) = (rng.range(0.05, 1.0), rng.range(1.25, 1.9));
    let aisle = rng.chance(0.5).then(|| rng.range(-0.4, 0.4) * w);
    let mut y = if large { rng.range(2.4, 4.5) } else { rng.range(1.8, 3.0) };
    // As many as fit, but no more than a picture is to hold: evenly over all rows.
    let seats = (d - 0.9 - y) / step * (2.0 * w / (width + gap)) * places as f32;
    room.full = room.full.min(MOST_SEATED as f32 * 0.9 / seats);
    while y < d - 0.9 {
        let mut x = -w + width * 0.5 + rng.range(0.2, 0.8);
        while x < w - width * 0.5 - 0.15 {
            let in_aisle = aisle.is_some_and(|a| (a - x).abs() < width * 0.5);
            if !in_aisle {
                // In offices some sit the other way round.
                let towards = towards != (office && rng.chance(0.25));
                let at = v3(x + rng.range(-0.05, 0.05), y, 0.0);
                one_desk(&mut room, rng, &desk, at, towards);
            }
            x += width + gap;
        }
        y += step;
    }
    (room.plan, room.taken)
}

fn one_desk(room: &mut Seating, rng: &mut Rng, desk: &Desk, at: Vec3, towards: bool) {
    let turn = if towards { 0.0 } else { 0.5 };
    let way = if towards { 1.0 } else { -1.0 };
    room.put(Thing::Desk(*desk), at, turn);
    for i in 0..desk.places {
        let side = (f32::from(i) + 0.5) / f32::from(desk.places) - 0.5;
        let back = desk.depth * 0.5 + rng.range(0.1, 0.32);
        let seat = at + v3(side * desk.width + rng.range(-0.06, 0.06), way * back, 0.0);
        let askew = if rng.chance(0.12) { rng.range(-0.2, 0.2) } else { rng.range(-0.035, 0.035) };
        let full = room.full;
        room.seat(rng, seat, turn + askew, full);
        if rng.chance(0.15) {
            let beside = seat + v3(rng.range(0.3, 0.4), 0.0, 0.0);
            room.put(Thing::Piece(Furniture::Rucksack), beside, rng.unit());
        }
    }
}

/// A café: round tables, or long ones, people facing each other.
pub fn cafe(rng: &mut Rng, empty: bool) -> (Plan, Vec<Seat>) {
    let size = (rng.range(2.6, 5.0), rng.range(6.0, 11.0));
    let mut room = Seating::new(rng, size, empty);
    let (w, d) = size;
    let long = rng.chance(0.3);
    let (step_x, step_y) =
        if long { (rng.range(2.6, 3.4), rng.range(2.1, 2.6)) } else { (rng.range(1.7, 2.4), rng.range(1.7, 2.4)) };
    let mut y = rng.range(1.7, 2.6);
    while y < d - 0.9 {
        let mut x = -w + rng.range(0.9, 1.5);
        while x < w - 0.9 {
            let at = v3(x + rng.range(-0.15, 0.15), y + rng.range(-0.2, 0.2), 0.0);
            // Whole tables are empty.
            let full = if rng.chance(0.3) { 0.0 } else { room.full };
            if long {
                long_table(&mut room, rng, at, full);
            } else {
                round_table(&mut room, rng, at, full);
            }
            x += step_x;
        }
        y += step_y;
    }
    for _ in 0..rng.below(3) {
        let thing = *rng.pick(&[Thing::Plant, Thing::CoatStand, Thing::Till]);
        let at = v3(*rng.pick(&[-1.0, 1.0]) * (w - 0.6), rng.range(1.5, d - 0.8), 0.0);
        room.put(thing, at, rng.unit());
    }
    (room.plan, room.taken)
}

fn round_table(room: &mut Seating, rng: &mut Rng, at: Vec3, full: f32) {
    room.put(Thing::Piece(Furniture::StarTable), at, rng.unit());
    let (seats, first) = (2 + rng.below(3), rng.unit());
    for i in 0..seats {
        let turn = first + i as f32 / seats as f32 + rng.range(-0.03, 0.03);
        let (s, c) = sin_cos(turn * core::f32::consts::TAU);
        let seat = at + v3(-s, c, 0.0) * rng.range(0.55, 0.72);
        let askew = rng.range(-0.06, 0.06);
        room.seat(rng, seat, turn + askew, full);
    }
}

fn long_table(room: &mut Seating, rng: &mut Rng, at: Vec3, full: f32) {
    let depth = rng.range(0.7, 0.95);
    room.put(Thing::Table(1.9, depth), at, 0.0);
    for (way, turn) in [(1.0, 0.0), (-1.0, 0.5)] {
        for i in 0..3 {
            let seat = at + v3((i as f32 - 1.0) * 0.6, way * (depth * 0.5 + rng.range(0.1, 0.25)), 0.0);
            let askew = rng.range(-0.05, 0.05);
            room.seat(rng, seat, turn + askew, full);
        }
    }
}
