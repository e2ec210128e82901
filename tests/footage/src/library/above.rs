// SPDX-License-Identifier: MPL-2.0
//! Scenes seen from straight above. In is towards positive y, the upper half of the picture.

use super::rooms::{door_from_above, hall};
use crate::scene::Scene;
use crate::world::script::Kind::{Child, Grown, Trolley, Wheelchair};
use crate::world::script::{Kind, Script};

/// Walks in through the opening at about this second, at this place of its width.
fn goes_in(who: Kind, second: f32, x: f32) -> Script {
    let script = Script::of(who, 0.0, x * 1.2, -3.6);
    Script { starts_s: second - 3.6 / script.pace, ..script }.along(&[(x, -0.8), (x, 0.8), (x * 1.3, 3.6)])
}

/// Walks out.
fn goes_out(who: Kind, second: f32, x: f32) -> Script {
    let script = Script::of(who, 0.0, x * 1.2, 3.6);
    Script { starts_s: second - 3.6 / script.pace, ..script }.along(&[(x, 0.8), (x, -0.8), (x * 1.3, -3.6)])
}

fn door(name: &'static str, title: &'static str, level: u8, seconds: f32, opening: f32) -> Scene {
    let half = opening * 0.5;
    Scene::above(name, title, level, seconds, door_from_above(opening), 4.2).line("door", (-half, 0.0), (half, 0.0), (0.0, 1.0))
}

pub(super) fn scenes() -> Vec<Scene> {
    let mut all = doors();
    all.extend(halls());
    all
}

fn doors() -> Vec<Scene> {
    vec![
        door("door-above", "A door from above: four in, three out, one at a time.", 2, 34.0, 1.8).people([
            goes_in(Grown, 4.0, 0.1),
            goes_out(Grown, 8.0, -0.2),
            goes_in(Grown, 12.0, -0.3),
            goes_in(Grown, 16.0, 0.3),
            goes_out(Grown, 20.0, 0.0),
            goes_out(Grown, 24.0, 0.3),
            goes_in(Grown, 28.0, 0.0),
        ]),
        door("door-above-pairs", "A door from above: pairs side by side, and people who pass each other.", 3, 34.0, 2.2).people(
            [
                goes_in(Grown, 4.0, -0.42),
                goes_in(Grown, 4.1, 0.42),
                goes_in(Grown, 10.0, -0.5),
                goes_out(Grown, 10.0, 0.5),
                goes_out(Grown, 16.0, -0.45),
                goes_out(Child, 16.2, 0.35),
                goes_in(Grown, 22.0, -0.5),
                goes_out(Grown, 22.3, 0.45),
                goes_in(Grown, 28.0, 0.0),
            ],
        ),
        door("door-above-mixed", "A door from above: trolley, wheelchair, child, and one who turns round.", 3, 40.0, 2.2).people(
            [
                goes_in(Trolley, 6.0, 0.1),
                goes_out(Wheelchair, 14.0, -0.2),
                goes_in(Child, 18.0, 0.5),
                goes_in(Grown, 18.0, -0.2),
                Script::grown(22.0, 0.2, -3.6).along(&[(0.1, -0.9)]).stay(1.5).along(&[(0.4, -3.6)]),
                Script::grown(28.0, -0.3, -3.6).along(&[(-0.3, 0.9)]).stay(1.0).along(&[(-0.3, -3.6)]),
            ],
        ),
        door("door-above-crowd", "A door from above: a dense stream in both directions.", 5, 30.0, 2.8).people((0..18u8).map(
            |i| {
                let k = f32::from(i);
                let second = 4.0 + 1.15 * k;
                if i % 5 < 3 {
                    goes_in(Grown, second, -0.9 + 0.42 * f32::from(i % 3))
                } else {
                    goes_out(Grown, second, 0.55 + 0.4 * f32::from(i % 2))
                }
            },
        )),
    ]
}

fn halls() -> Vec<Scene> {
    let walk = |second: f32, from: (f32, f32), to: (f32, f32)| Script::grown(second, from.0, from.1).to(to.0, to.1);
    let cross = |i: u8| {
        let k = f32::from(i);
        let x = -4.5 + (k * 2.7) % 9.0;
        let second = (k * 1.9) % 22.0;
        if i.is_multiple_of(2) {
            walk(second, (x, -6.5), (x * 0.6 + 1.0, 6.5))
        } else {
            walk(second, (x, 6.5), (x * 0.7 - 0.5, -6.5))
        }
    };
    let hall_scene = |name, title, level, count: u8| {
        Scene::above(name, title, level, 34.0, hall(), 8.0)
            .line("middle", (-6.0, 0.0), (6.0, 0.0), (0.0, 3.0))
            .people((0..count).map(cross))
    };
    vec![
        hall_scene("hall-above", "A hall from high above: eight people walk through it.", 3, 8),
        hall_scene("hall-above-crowd", "A hall from high above: twenty-four people walk through it.", 5, 24),
    ]
}
