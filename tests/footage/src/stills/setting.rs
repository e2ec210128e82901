// SPDX-License-Identifier: MPL-2.0
//! What kind of picture it is: the room, the camera's mount, the light, and the camera's faults.

use crate::camera::Mount;
use crate::light::Light;
use crate::math::{Rng, degrees, sin_cos, v3};
use crate::room::{Plan, Seat, Spread, above_door, cafe, furnish, random_plan, rows_of_desks};
use crate::sensor::Sensor;

/// A kind of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// From a wall into a shop.
    Wall,
    /// From high on a wall over rows of desks.
    Desks,
    /// From high on a wall over the tables of a café.
    Cafe,
    /// Straight down from a ceiling.
    Above,
    /// Straight down, close above a door: heads are 0.4 to 1 m below the lens.
    Door,
}

impl View {
    /// A kind drawn by chance.
    pub fn random(rng: &mut Rng) -> Self {
        if rng.chance(0.3) {
            if rng.chance(0.5) { Self::Door } else { Self::Above }
        } else {
            match rng.unit() {
                ..0.2 => Self::Desks,
                0.2..0.28 => Self::Cafe,
                _ => Self::Wall,
            }
        }
    }

    /// Does the camera look straight down?
    pub fn is_topdown(self) -> bool {
        matches!(self, Self::Above | Self::Door)
    }
}

/// Everything about a picture but the people.
pub(super) struct Setting {
    pub view: View,
    /// Is nobody in the picture?
    pub empty: bool,
    pub plan: Plan,
    /// Seats that are taken.
    pub seats: Vec<Seat>,
    pub mount: Mount,
    pub light: Light,
    pub sensor: Sensor,
    /// How coarse the camera's blocks are, when it gives half the columns and rows only.
    pub coarse: Option<f32>,
}

impl Setting {
    /// A setting drawn by chance.
    pub fn random(rng: &mut Rng) -> Self {
        let view = View::random(rng);
        let empty = rng.chance(1.0 / 6.0);
        let mut seats = Vec::new();
        let (plan, mount) = match view {
            View::Wall => {
                let plan = random_plan(rng, false);
                let mount = on_wall(rng, plan.half_width);
                (plan, mount)
            }
            View::Desks | View::Cafe => {
                let make = if view == View::Desks { rows_of_desks } else { cafe };
                let (plan, taken) = make(rng, empty);
                seats = taken;
                let mount = high_on_wall(rng, &plan);
                (plan, mount)
            }
            View::Above => (random_plan(rng, true), overhead(rng)),
            View::Door => above_door(rng),
        };
        let groups = match (view, empty) {
            (View::Wall, true) => 4 + rng.below(6),
            (View::Desks | View::Cafe, _) => 0,
            (_, true) => 3 + rng.below(4),
            (View::Wall, false) => rng.below(2) * (1 + rng.below(4)),
            (View::Above, false) => rng.below(2) * (1 + rng.below(2)),
            (View::Door, false) => usize::from(rng.chance(0.15)),
        };
        let spread = in_view(view, &plan, &mount);
        let plan = furnish(plan, rng, groups, &spread);
        // Cameras above doors are often old and small, and look from the dark into the light.
        let (hard, low) = match view {
            View::Door => (0.6, 0.55),
            View::Above => (0.25, 0.2),
            View::Desks | View::Cafe => (0.1, 0.25),
            View::Wall => (0.08, 0.12),
        };
        let is_hard = rng.chance(hard);
        let light = if is_hard { Light::hard(rng) } else { Light::random(rng) };
        let mut sensor = Sensor::random(rng);
        sensor.saturation = (64.0 * light.saturation) as i32;
        if is_hard && rng.chance(0.4) {
            // Sharpened by the camera.
            sensor.blur = -(rng.below(13) as i32);
        }
        let coarse = rng.chance(low).then(|| rng.range(0.4, 4.5));
        Self { view, empty, plan, seats, mount, light, sensor, coarse }
    }
}

/// The part of the floor that is in view, about.
fn in_view(view: View, plan: &Plan, mount: &Mount) -> Spread {
    if view.is_topdown() {
        let (s, c) = sin_cos(mount.view * 0.5);
        let half = mount.at.z * s / c * 0.8;
        Spread { middle: (mount.at.x, mount.at.y), reach: (half, half) }
    } else {
        let depth = plan.from_to.1;
        Spread { middle: (0.0, depth * 0.5), reach: (plan.half_width * 0.85, depth * 0.5) }
    }
}

fn on_wall(rng: &mut Rng, half_width: f32) -> Mount {
    let height = if rng.chance(0.25) { rng.range(1.3, 2.2) } else { rng.range(2.2, 3.6) };
    let x = rng.range(-0.8, 0.8) * half_width;
    let yaw = degrees(rng.range(-12.0, 12.0)) + libm::atan2f(x, half_width + 4.0);
    let steep = height > 2.4 && rng.chance(0.15);
    let level = if steep { rng.range(30.0, 55.0) } else { (height - 1.3) * 11.0 };
    Mount {
        at: v3(x, rng.range(0.1, 0.5), height),
        yaw,
        pitch: degrees((level + rng.range(-3.0, 18.0)).clamp(-2.0, 55.0)),
        roll: degrees(rng.range(-2.5, 2.5)),
        view: degrees(rng.range(45.0, 98.0)),
        barrel: if rng.chance(0.4) { rng.range(0.05, 0.45) } else { 0.0 },
    }
}

/// A wide view over a whole room, from its front wall or one of its corners.
fn high_on_wall(rng: &mut Rng, plan: &Plan) -> Mount {
    let (w, depth) = (plan.half_width, plan.from_to.1);
    let height = if rng.chance(0.12) { rng.range(1.4, 2.2) } else { rng.range(2.4, plan.height - 0.15) };
    let x = if rng.chance(0.4) { *rng.pick(&[-0.92, 0.92]) } else { rng.range(-0.7, 0.7) } * w;
    // Heads of who sits in the middle of the room come to the middle of the picture, about.
    let down = libm::atan2f(height - 1.0, depth * rng.range(0.33, 0.62));
    Mount {
        at: v3(x, rng.range(0.1, 0.5), height),
        yaw: libm::atan2f(x, depth * 0.5) + degrees(rng.range(-8.0, 8.0)),
        pitch: down + degrees(rng.range(-3.0, 6.0)),
        roll: degrees(rng.range(-2.5, 2.5)),
        view: degrees(rng.range(62.0, 104.0)),
        barrel: if rng.chance(0.5) { rng.range(0.05, 0.45) } else { 0.0 },
    }
}

fn overhead(rng: &mut Rng) -> Mount {
    Mount {
        at: v3(rng.range(-0.5, 0.5), rng.range(2.2, 3.4), rng.range(2.4, 4.6)),
        yaw: degrees(*rng.pick(&[0.0, 90.0, 180.0, -90.0])) + degrees(rng.range(-6.0, 6.0)),
        pitch: degrees(90.0 - rng.range(0.0, 1.0) * rng.range(0.0, 14.0)),
        roll: 0.0,
        view: degrees(rng.range(55.0, 105.0)),
        barrel: if rng.chance(0.5) { rng.range(0.05, 0.5) } else { 0.0 },
    }
}
