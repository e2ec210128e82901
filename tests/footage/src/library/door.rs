// SPDX-License-Identifier: MPL-2.0
//! Scenes at a shop's door, seen by a camera on the wall.

use super::rooms::{bright_shop, comes_in, dark_shop, door_line, from_below, from_corner, goes_out, leaves, shop, warm_shop};
use crate::figure::pose::Act;
use crate::room::Thing;
use crate::scene::Scene;
use crate::world::script::Kind::{Child, Grown, Trolley, Wheelchair};
use crate::world::script::Script;

pub(super) fn scenes() -> Vec<Scene> {
    let mut all = simple();
    all.extend(people());
    all.extend(light());
    all.push(crowd());
    all
}

fn simple() -> Vec<Scene> {
    let scene = |name, title, level, seconds| door_line(Scene::wall(name, title, level, seconds, shop()));
    vec![
        scene("one-crosses", "One person comes in through the door and leaves the picture.", 1, 10.0)
            .people([leaves(comes_in(Grown, 2.0, 0.1, true), false)]),
        scene("in-and-out", "One comes in; later another goes out.", 1, 16.0)
            .people([leaves(comes_in(Grown, 2.0, -0.2, false), true), goes_out(from_below(Grown, 6.0, 0.4), 0.2, true)]),
        scene("three-apart", "Three come in, one after another.", 1, 18.0).people([
            leaves(comes_in(Grown, 2.0, 0.0, true), true),
            leaves(comes_in(Grown, 5.5, 0.3, false), false),
            leaves(comes_in(Grown, 9.5, -0.3, true), true),
        ]),
        scene("side-by-side", "Two come in side by side, and go out again side by side.", 2, 22.0).people({
            let one = goes_out(comes_in(Grown, 2.0, -0.38, true).to(-0.6, 4.4).stay(4.0), -0.38, true);
            let two = goes_out(comes_in(Grown, 2.1, 0.38, true).to(0.3, 4.4).stay(4.0), 0.38, true);
            [one, two]
        }),
        scene("opposite-ways", "One comes in while another goes out: they pass each other in the door.", 2, 14.0)
            .people([leaves(comes_in(Grown, 4.6, -0.45, true), true), goes_out(from_below(Grown, 0.0, 1.2), 0.45, false)]),
        scene("turn-in-the-door", "One turns round before the line, one behind it, one goes through.", 2, 30.0).people([
            Script { steps: Vec::new(), ..comes_in(Grown, 2.0, 0.0, true) }
                .along(&[(0.0, 8.7), (0.0, 7.45)])
                .act(1.5, Act::Plain, 0.0, 2.0)
                .along(&[(0.0, 8.7), (-2.8, 8.9)]),
            goes_out(comes_in(Grown, 9.0, 0.2, false).stay(1.0), 0.3, false),
            leaves(comes_in(Grown, 19.0, 0.0, true), false),
        ]),
        scene("standing-on-the-line", "One stops on the line and goes on; one stops on it and goes back.", 3, 32.0)
            .people([leaves(on_line(2.0, 0.3).stay(5.0), true), on_line(14.0, -0.2).stay(6.0).along(&[(0.0, 8.7), (2.8, 8.9)])]),
    ]
}

/// Comes through the door and stops on the line.
fn on_line(second: f32, side: f32) -> Script {
    Script { steps: Vec::new(), ..comes_in(Grown, second, side, true) }.along(&[(side, 8.7), (side, 6.7)])
}

fn people() -> Vec<Scene> {
    let scene = |name, title, level, seconds| from_corner(door_line(Scene::wall(name, title, level, seconds, warm_shop())));
    vec![
        scene("parent-and-child", "A grown-up and a child come in together; another child runs out.", 2, 16.0).people({
            let parent = leaves(comes_in(Grown, 2.5, -0.3, false).pace(1.05), true);
            let child = parent.beside(Child, 0.55, 0.05, 0.1);
            [parent, child, goes_out(from_below(Child, 7.0, -0.4).pace(1.7), 0.2, true)]
        }),
        scene("wheelchair", "Somebody in a wheelchair comes in and goes out again; a companion walks beside.", 2, 30.0).people({
            let chair = goes_out(comes_in(Wheelchair, 4.0, 0.25, true).to(0.4, 4.6).stay(2.5), 0.25, true);
            let walker = goes_out(comes_in(Grown, 4.0, -0.45, true).pace(0.8).to(-0.5, 4.6).stay(2.5), -0.45, true).pace(0.8);
            [chair, walker]
        }),
        scene("trolleys", "Two push trolleys in, one out.", 2, 24.0).people([
            leaves(comes_in(Trolley, 3.0, 0.1, true), true),
            goes_out(from_below(Trolley, 7.0, 0.9), 0.2, true),
            leaves(comes_in(Trolley, 15.0, -0.1, false), false),
        ]),
        scene("groups", "A couple and a group of four come in close together.", 3, 20.0).people({
            let first = leaves(comes_in(Grown, 2.0, -0.3, true), true);
            let second = leaves(comes_in(Grown, 8.0, -0.4, false).pace(1.1), false);
            let couple = first.beside(Grown, 0.5, 0.08, 0.1);
            let others = [(0.55, 0.0, 0.15), (0.1, 0.0, 0.8), (0.65, 0.0, 1.0)].map(|(x, y, t)| second.beside(Grown, x, y, t));
            let mut all = vec![first, couple, second];
            all.extend(others);
            all
        }),
        scene("telephone", "People stop inside with telephones and go on.", 2, 24.0).people([
            leaves(comes_in(Grown, 2.0, 0.0, true).to(-1.2, 5.0).act(6.0, Act::Phone, -1.0, 2.0), true),
            leaves(comes_in(Grown, 5.0, 0.2, false).to(0.8, 4.4).act(5.0, Act::Folded, -1.0, 5.0), false),
        ]),
    ]
}

fn light() -> Vec<Scene> {
    let scene = |name, title, level, seconds| door_line(Scene::wall(name, title, level, seconds, dark_shop()));
    let traffic = || {
        [
            leaves(comes_in(Grown, 2.0, -0.2, true), true),
            goes_out(from_below(Grown, 4.0, 0.5), 0.3, true),
            leaves(comes_in(Grown, 9.0, 0.3, false), false),
            goes_out(from_below(Grown, 10.0, -0.5), -0.3, false),
        ]
    };
    vec![
        scene("flicker", "Lamps flicker and exposure drifts.", 3, 18.0).people(traffic()).spoiled(|s| {
            s.flicker = 0.08;
            s.drift = 0.15;
            s.noise = 3.5;
        }),
        scene("night", "Little light and much noise.", 4, 18.0)
            .people(traffic())
            .lit(|l| {
                l.exposure = 0.28;
                l.shadow = 0.8;
            })
            .spoiled(|s| {
                s.noise = 7.0;
                s.flicker = 0.04;
            }),
        scene("infrared", "A night camera without colours.", 4, 18.0)
            .people(traffic())
            .lit(|l| {
                l.exposure = 0.5;
                l.saturation = 0.0;
                l.contrast = 1.3;
            })
            .spoiled(|s| s.noise = 5.0),
        scene("low-sun", "Hard shadows and a floor that mirrors.", 3, 18.0).people(traffic()).lit(|l| {
            l.key = l.key * 2.6;
            l.sky = l.sky * 0.6;
            l.key_from = crate::math::v3(-0.8, 0.3, 0.6).unit();
            l.shadow = 0.85;
            l.floor_gloss = 0.25;
        }),
        scene("haze", "A pale picture against the light.", 3, 18.0).people(traffic()).lit(|l| {
            l.haze = 0.30;
            l.contrast = 0.8;
            l.exposure = 0.9;
        }),
        scene("wide-lens", "A lens with strong distortion.", 3, 18.0).people(traffic()).seen(|m| {
            m.barrel = 0.4;
            m.view = 1.5;
        }),
    ]
}

fn crowd() -> Scene {
    let mut people = Vec::new();
    for i in 0..9u8 {
        let k = f32::from(i);
        let side = [-0.5, 0.45, 0.0][usize::from(i % 3)];
        people.push(leaves(comes_in(Grown, 2.0 + 1.5 * k, side, i % 2 == 0).pace(1.0 + 0.06 * k), i % 2 == 1));
    }
    for i in 0..7u8 {
        let k = f32::from(i);
        people.push(goes_out(
            from_below(Grown, 1.0 + 1.9 * k, -1.0 + 0.35 * k),
            [0.5, -0.15, 0.2][usize::from(i % 3)],
            i % 2 == 0,
        ));
    }
    let plan = bright_shop().with(Thing::Trolley, 3.2, 6.9, 0.1);
    door_line(Scene::wall("crowd-at-the-door", "Sixteen people come and go at once.", 5, 30.0, plan)).people(people)
}
