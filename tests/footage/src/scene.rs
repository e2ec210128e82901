// SPDX-License-Identifier: MPL-2.0
//! A scene's description: a room, a camera, light, people, and what is counted.

use crate::camera::Mount;
use crate::light::Light;
use crate::math::v3;
use crate::room::Plan;
use crate::sensor::Sensor;
use crate::world::script::Script;

/// The point of a person that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The feet.
    Bottom,
    /// The middle.
    Centre,
}

/// A line on the floor.
#[derive(Clone, Debug)]
pub struct FloorLine {
    /// A slug.
    pub name: &'static str,
    /// From here, metres.
    pub from: (f32, f32),
    /// To here.
    pub to: (f32, f32),
    /// A point on the side that counts as in.
    pub inside: (f32, f32),
}

/// A zone on the floor.
#[derive(Clone, Debug)]
pub struct FloorZone {
    /// A slug.
    pub name: &'static str,
    /// Its corners, metres.
    pub corners: Vec<(f32, f32)>,
}

impl FloorZone {
    /// An upright rectangle of the floor.
    pub fn rectangle(name: &'static str, left: f32, front: f32, right: f32, back: f32) -> Self {
        Self { name, corners: vec![(left, front), (right, front), (right, back), (left, back)] }
    }
}

/// Which zones make a queue.
#[derive(Clone, Copy, Debug)]
pub struct QueueZones {
    /// Where people wait.
    pub waiting: &'static str,
    /// Where they are served.
    pub service: &'static str,
}

/// A scene.
#[derive(Clone, Debug)]
pub struct Scene {
    /// A slug.
    pub name: &'static str,
    /// What happens, in a sentence.
    pub title: &'static str,
    /// 1 easy to 5 hard.
    pub level: u8,
    /// Length, seconds.
    pub seconds: f32,
    /// The room.
    pub plan: Plan,
    /// The camera.
    pub mount: Mount,
    /// The point of a person that counts.
    pub anchor: Anchor,
    /// Placement in the scene file.
    pub placement: &'static str,
    /// The light.
    pub light: Light,
    /// The camera's faults.
    pub sensor: Sensor,
    /// The people.
    pub people: Vec<Script>,
    /// Lines.
    pub lines: Vec<FloorLine>,
    /// Zones.
    pub zones: Vec<FloorZone>,
    /// The queue.
    pub queue: Option<QueueZones>,
    /// A planned route: zones in order.
    pub route: Vec<&'static str>,
}

impl Scene {
    /// A scene seen by a camera on a wall.
    pub fn wall(name: &'static str, title: &'static str, level: u8, seconds: f32, plan: Plan) -> Self {
        let mount = Mount { at: v3(0.3, 0.2, 2.9), yaw: 0.0, pitch: 0.42, roll: 0.0, view: 1.22, barrel: 0.0 };
        Self {
            name,
            title,
            level,
            seconds,
            plan,
            mount,
            anchor: Anchor::Bottom,
            placement: "entrance",
            light: Light::ceiling(),
            sensor: Sensor { text: "CAM 01\n{t}".into(), ..Sensor::default() },
            people: Vec::new(),
            lines: Vec::new(),
            zones: Vec::new(),
            queue: None,
            route: Vec::new(),
        }
    }

    /// A scene seen from straight above the origin, `height` metres over the floor.
    pub fn above(name: &'static str, title: &'static str, level: u8, seconds: f32, plan: Plan, height: f32) -> Self {
        let mount =
            Mount { at: v3(0.0, 0.0, height), yaw: 0.0, pitch: core::f32::consts::FRAC_PI_2, roll: 0.0, view: 1.35, barrel: 0.0 };
        Self { mount, anchor: Anchor::Centre, ..Self::wall(name, title, level, seconds, plan) }
    }

    /// With a line.
    pub fn line(mut self, name: &'static str, from: (f32, f32), to: (f32, f32), inside: (f32, f32)) -> Self {
        self.lines.push(FloorLine { name, from, to, inside });
        self
    }

    /// With a rectangular zone.
    pub fn zone(mut self, name: &'static str, left: f32, front: f32, right: f32, back: f32) -> Self {
        self.zones.push(FloorZone::rectangle(name, left, front, right, back));
        self
    }

    /// With these people.
    pub fn people(mut self, people: impl IntoIterator<Item = Script>) -> Self {
        self.people.extend(people);
        self
    }

    /// With a change to the light.
    pub fn lit(mut self, change: impl FnOnce(&mut Light)) -> Self {
        change(&mut self.light);
        self
    }

    /// With a change to the camera's faults.
    pub fn spoiled(mut self, change: impl FnOnce(&mut Sensor)) -> Self {
        change(&mut self.sensor);
        self
    }

    /// With a change to the camera's mount.
    pub fn seen(mut self, change: impl FnOnce(&mut Mount)) -> Self {
        change(&mut self.mount);
        self
    }

    /// With a queue of two zones.
    pub fn queue(mut self, waiting: &'static str, service: &'static str) -> Self {
        self.queue = Some(QueueZones { waiting, service });
        self.placement = "checkout";
        self
    }

    /// With a planned route.
    pub fn route(mut self, zones: &[&'static str]) -> Self {
        self.route = zones.to_vec();
        self.placement = "department";
        self
    }
}
