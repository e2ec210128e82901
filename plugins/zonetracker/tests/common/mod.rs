// SPDX-License-Identifier: MPL-2.0
//! Drawings of people's ways, and what the engine makes of them. The picture is 1000 x 1000 pixels, a person is 100 high
//! and 40 wide, so that 59 pixels are a metre and the default dead band is 5 pixels on either side.

#![allow(dead_code, clippy::unwrap_used)]

use footfall_contract::attestation::{PersonBox, Status};
use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::Totals;
use gst_plugin_zonetracker::engine::{Engine, Frame};
use gst_plugin_zonetracker::tracker::TrackerParams;

pub const SIZE: PictureSize = PictureSize::new(1000, 1000);

/// A box whose feet are at (x, y).
pub fn person(x: f64, y: f64) -> Rect<Px> {
    Rect::new(x - 20.0, y - 100.0, 40.0, 100.0)
}

/// One person's way: straight between points (seconds, x, y of the feet).
#[derive(Clone, Debug, Default)]
pub struct Way {
    pub points: Vec<(f64, f64, f64)>,
    /// Unseen from..to, seconds.
    pub unseen: Vec<(f64, f64)>,
}

pub fn way(points: &[(f64, f64, f64)]) -> Way {
    Way { points: points.to_vec(), unseen: Vec::new() }
}

impl Way {
    pub fn unseen(mut self, from: f64, to: f64) -> Self {
        self.unseen.push((from, to));
        self
    }

    /// Stands at a point from..to, shaking by `shake` pixels up and down.
    pub fn shaking(mut self, from: f64, to: f64, x: f64, y: f64, shake: f64) -> Self {
        let steps = ((to - from) * 10.0) as usize;
        for k in 0..=steps {
            let t = from + k as f64 / 10.0;
            let sway = if k % 3 == 0 {
                -shake
            } else if k % 3 == 1 {
                shake
            } else {
                0.0
            };
            self.points.push((t, x, y + sway));
        }
        self
    }

    pub fn then(mut self, t: f64, x: f64, y: f64) -> Self {
        self.points.push((t, x, y));
        self
    }

    /// The feet at a time, if the person is there and seen.
    pub fn at(&self, t: f64) -> Option<(f64, f64)> {
        if self.unseen.iter().any(|&(from, to)| t > from + 1e-6 && t < to - 1e-6) {
            return None;
        }
        let (first, last) = (self.points.first()?, self.points.last()?);
        if t < first.0 - 1e-6 || t > last.0 + 1e-6 {
            return None;
        }
        let next = self.points.iter().position(|p| p.0 >= t - 1e-9).unwrap_or(self.points.len() - 1);
        let (a, b) = (self.points[next.saturating_sub(1)], self.points[next]);
        let share = if b.0 > a.0 { ((t - a.0) / (b.0 - a.0)).clamp(0.0, 1.0) } else { 1.0 };
        Some((a.1 + share * (b.1 - a.1), a.2 + share * (b.2 - a.2)))
    }
}

/// A scene with these lines and zones (JSON lists).
pub fn scene(lines: &str, zones: &str) -> Scene {
    scene_with(lines, zones, "[]", "[]")
}

/// A scene with these lines, zones, flows and routes (JSON lists).
pub fn scene_with(lines: &str, zones: &str, flows: &str, routes: &str) -> Scene {
    Scene::parse(&format!(
        r#"{{"version":1,"site":"test","camera":"drawing","placement":"other","time_zone":"UTC","lines":{lines},"zones":{zones},
            "flows":{flows},"routes":{routes}}}"#
    ))
    .unwrap()
}

/// The line across the middle, above is inside.
pub const DOOR: &str = r#"[{"name":"door","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.2]}]"#;

pub struct Bench {
    pub engine: Engine,
    pub start: WallTime,
}

impl Bench {
    pub fn new(scene: Scene) -> Self {
        Self { engine: Engine::new(scene, TrackerParams::default()), start: WallTime::parse("2026-03-02T09:10:00Z").unwrap() }
    }

    pub fn frame(&self, t: f64, status: Status) -> Frame {
        let stream = StreamTime::from_secs_f64(t);
        let wall = self.start.plus(std::time::Duration::from_nanos(stream.0));
        Frame { stream: Some(stream), wall, size: SIZE, status, confident: 0.4, min_score: 0.1 }
    }

    /// One frame with these boxes; gives the boxes as they leave.
    pub fn push(&mut self, t: f64, status: Status, rects: &[Rect<Px>]) -> Vec<PersonBox> {
        let mut boxes: Vec<_> = rects.iter().map(|r| PersonBox::detected(*r, 0.9)).collect();
        self.engine.push(&self.frame(t, status), &mut boxes);
        boxes
    }

    /// Frames at `rate` from 0 to `until`.
    pub fn walk(&mut self, rate: f64, until: f64, ways: &[Way]) {
        for k in 0..=((until * rate).round() as usize) {
            let t = k as f64 / rate;
            let rects: Vec<_> = ways.iter().filter_map(|w| w.at(t)).map(|(x, y)| person(x, y)).collect();
            self.push(t, Status::Detected, &rects);
        }
    }

    pub fn totals(&self) -> Totals {
        self.engine.totals("run", ClockKind::Stream, false).unwrap()
    }

    pub fn line(&self, name: &str) -> (u64, u64) {
        let line = self.totals().now.lines[name];
        (line.entries, line.exits)
    }
}
