// SPDX-License-Identifier: MPL-2.0
//! Scenes inside a shop: staying, queueing, hiding, bending, and what only looks like a person.

use super::rooms::{comes_in, door_line, from_below, goes_out, leaves, shop, warm_shop};
use crate::figure::pose::Act;
use crate::math::v3;
use crate::room::Thing;
use crate::scene::Scene;
use crate::world::queue::{Customer, Queue, scripts};
use crate::world::script::Kind::{Child, Grown, Trolley, Wheelchair};

pub(super) fn scenes() -> Vec<Scene> {
    vec![
        browsing(),
        bending(),
        behind_shelves(),
        likenesses(),
        queue("short-queue", "Three are served at the till, one after another.", 3, 3, 5.0),
        queue("long-queue", "Six wait at the till at once.", 4, 6, 6.0),
        queue_across(),
        route(),
        seated(),
        full_shop(),
    ]
}

fn browsing() -> Scene {
    door_line(Scene::wall("browsing", "Two look at a table and a shelf for a while.", 2, 32.0, warm_shop()))
        .zone("table", 0.9, 3.9, 3.0, 4.75)
        .zone("shelf", -4.0, 3.8, -2.6, 5.8)
        .people([
            goes_out(comes_in(Grown, 2.0, 0.1, true).to(2.1, 4.3).act(8.0, Act::Reach, 2.2, 5.2).to(0.4, 5.0), 0.1, true),
            goes_out(
                comes_in(Grown, 7.0, -0.2, false).to(-3.2, 4.7).act(9.0, Act::ReachUp, -4.5, 4.7).to(-1.5, 5.5),
                -0.2,
                false,
            ),
        ])
}

fn bending() -> Scene {
    door_line(Scene::wall("bending", "People bend and crouch at shelves.", 3, 32.0, shop()))
        .zone("left-shelf", -4.0, 3.6, -2.6, 6.0)
        .zone("right-shelf", 2.6, 3.6, 4.0, 6.0)
        .people([
            goes_out(
                comes_in(Grown, 2.0, 0.0, true).to(-3.0, 5.2).act(6.0, Act::Bend, -4.5, 5.2).stay(1.5).to(-1.5, 5.5),
                0.0,
                true,
            ),
            goes_out(
                comes_in(Grown, 5.0, 0.2, false).to(3.4, 5.0).act(7.0, Act::Crouch, 4.5, 5.0).stay(1.5).to(1.5, 5.6),
                0.2,
                false,
            ),
            leaves(comes_in(Grown, 9.0, -0.2, true).to(-3.3, 5.5).act(5.0, Act::ReachUp, -4.5, 5.5), true),
        ])
}

fn behind_shelves() -> Scene {
    let plan = shop().with(Thing::Gondola(2.4, 1.35), -1.6, 4.6, 0.0).with(Thing::Gondola(1.8, 1.2), 2.0, 4.4, 0.0);
    door_line(Scene::wall("behind-shelves", "People walk behind shelves that hide their legs.", 4, 30.0, plan)).people([
        goes_out(comes_in(Grown, 2.0, 0.0, true).to(-2.4, 5.6).act(5.0, Act::Reach, -2.4, 4.6).to(-1.0, 5.7), 0.0, true),
        leaves(comes_in(Grown, 4.0, 0.3, false).to(2.4, 5.5).stay(4.0).to(0.25, 5.3).to(0.25, 3.6), true),
        goes_out(
            from_below(Grown, 9.0, 0.2).to(0.2, 5.3).to(-2.2, 5.5).act(4.0, Act::Phone, -2.0, 3.0).to(-0.6, 5.9),
            0.2,
            false,
        ),
    ])
}

fn likenesses() -> Scene {
    let plan = warm_shop()
        .with(Thing::Mannequin, -2.4, 5.8, 0.05)
        .with(Thing::Mannequin, -1.7, 6.6, 0.95)
        .with(Thing::Mannequin, 3.2, 6.3, 0.9)
        .with(Thing::Cutout, 1.7, 7.0, 0.0)
        .with(Thing::CoatRack(1.4), -3.2, 4.3, 0.1)
        .hung(Thing::Poster(0.9, 1.5), v3(2.4, 7.5, 0.7), 0.0)
        .hung(Thing::Screen(1.0, 0.6), v3(-3.6, 7.5, 1.7), 0.0);
    door_line(Scene::wall(
        "mannequins-and-posters",
        "Shop-window figures, posters and a cardboard man; two real people.",
        4,
        22.0,
        plan,
    ))
    .people([leaves(comes_in(Grown, 2.0, 0.1, true), false), goes_out(from_below(Grown, 9.0, -0.3).stay(3.0), 0.1, false)])
}

fn queue(name: &'static str, title: &'static str, level: u8, customers: u8, service_s: f32) -> Scene {
    let plan = shop().with(Thing::Till, 0.55, 3.9, 0.0).with(Thing::Rail(3.2), -1.5, 5.9, 0.25);
    let line = Queue { front: (-0.35, 3.9), back: (0.0, 0.72), till: (0.6, 3.9) };
    let customers: Vec<Customer> = (0..customers)
        .map(|i| Customer {
            kind: if i == 1 { Trolley } else { Grown },
            starts_s: f32::from(i) * 3.2,
            way: vec![(2.6, 8.9), (0.4, 8.7), (0.3, 7.4), (-0.1, 7.0)],
            service_s: service_s + 0.7 * f32::from(i % 3),
            out: vec![(-0.4, 3.3), (-2.2, 3.2), (-2.4, 1.0)],
        })
        .collect();
    let seconds = 14.0 + customers.len() as f32 * (service_s + 3.2);
    Scene::wall(name, title, level, seconds, plan)
        .zone("waiting", -0.95, 4.30, 0.1, 8.1)
        .zone("service", -0.95, 3.45, 0.1, 4.30)
        .queue("waiting", "service")
        .people(scripts(&line, &customers))
}

/// The queue of `long-queue`, turned by a quarter: the camera sees each person whole.
fn queue_across() -> Scene {
    let plan = shop().with(Thing::Till, -1.4, 5.3, std::f32::consts::FRAC_PI_2);
    let line = Queue { front: (-1.4, 4.4), back: (0.72, 0.0), till: (-1.4, 5.3) };
    let customers: Vec<Customer> = (0..6u8)
        .map(|i| Customer {
            kind: if i == 1 { Trolley } else { Grown },
            starts_s: f32::from(i) * 3.2,
            way: vec![(2.6, 8.9), (0.4, 8.7), (0.6, 7.0), (2.4, 6.0), (2.9, 4.7)],
            service_s: 6.0 + 0.7 * f32::from(i % 3),
            out: vec![(-2.1, 4.2), (-2.4, 1.0)],
        })
        .collect();
    let seconds = 14.0 + customers.len() as f32 * 9.2;
    Scene::wall("queue-across", "Six wait at a till, in a row across the picture.", 3, seconds, plan)
        .zone("waiting", -1.0, 3.95, 2.6, 4.85)
        .zone("service", -1.85, 3.95, -1.0, 4.85)
        .queue("waiting", "service")
        .people(scripts(&line, &customers))
}

fn route() -> Scene {
    door_line(Scene::wall(
        "route",
        "A planned route past three places: one goes it whole, one leaves early.",
        3,
        36.0,
        warm_shop(),
    ))
    .zone("entry", -0.9, 5.6, 0.9, 6.5)
    .zone("shelf", -4.0, 3.8, -2.4, 5.5)
    .zone("table", 1.1, 3.7, 3.2, 4.75)
    .route(&["entry", "shelf", "table"])
    .people([
        leaves(
            comes_in(Grown, 2.0, 0.0, true).stay(0.6).to(-3.1, 4.6).act(4.0, Act::Reach, -4.5, 4.6).to(2.1, 4.3).stay(4.0),
            false,
        ),
        goes_out(
            comes_in(Grown, 9.0, 0.1, false).stay(0.6).to(-3.0, 4.8).act(5.0, Act::ReachUp, -4.5, 4.8).to(-1.2, 5.0),
            0.1,
            true,
        ),
    ])
}

fn seated() -> Scene {
    let plan = warm_shop().with(Thing::Chair, -2.6, 5.0, 0.35).with(Thing::Table(0.7, 0.7), -1.9, 4.7, 0.0);
    door_line(Scene::wall("seated", "Somebody sits down at a table, and leaves.", 3, 30.0, plan))
        .zone("chair", -3.2, 4.5, -2.3, 5.4)
        .people([
            goes_out(
                comes_in(Grown, 2.0, 0.0, true).to(-2.4, 5.7).to(-2.6, 5.0).act(9.0, Act::Sit, -1.9, 4.7).to(-2.5, 5.7),
                0.0,
                true,
            ),
            leaves(comes_in(Grown, 8.0, 0.3, false), false),
        ])
}

fn full_shop() -> Scene {
    let plan = shop()
        .with(Thing::Till, 2.6, 4.2, 0.0)
        .with(Thing::Gondola(2.0, 1.3), -2.0, 4.7, 0.0)
        .with(Thing::Mannequin, -3.4, 6.7, 0.1)
        .with(Thing::Trolley, 3.6, 6.6, 0.1);
    let line = Queue { front: (1.7, 4.2), back: (0.0, 0.75), till: (2.6, 4.2) };
    let customer = |starts_s: f32, kind, service_s| Customer {
        kind,
        starts_s,
        way: vec![(2.6, 8.9), (0.5, 8.7), (0.5, 7.4), (1.2, 6.4)],
        service_s,
        out: vec![(1.7, 3.4), (2.2, 1.0)],
    };
    let queue = [customer(0.0, Grown, 6.0), customer(4.0, Trolley, 5.0), customer(9.0, Grown, 6.0)];
    door_line(Scene::wall("full-shop", "Door, shelves, till, trolley, wheelchair, child, mannequin: all at once.", 5, 44.0, plan))
        .zone("waiting", 1.1, 4.62, 2.2, 6.6)
        .zone("service", 1.1, 3.7, 2.2, 4.62)
        .queue("waiting", "service")
        .people(scripts(&line, &queue))
        .people([
            goes_out(comes_in(Wheelchair, 8.0, -0.2, true).to(0.2, 4.6).stay(3.0), -0.2, true),
            goes_out(
                comes_in(Grown, 14.0, -0.5, true).to(-2.2, 5.7).act(6.0, Act::Bend, -2.2, 4.7).stay(1.0).to(-0.8, 5.9),
                -0.4,
                true,
            ),
            goes_out(from_below(Child, 24.0, 0.2).pace(1.5), 0.1, false),
            leaves(comes_in(Grown, 30.0, -0.3, true), true),
        ])
}
