// SPDX-License-Identifier: MPL-2.0
//! The counting rules beside the tracker: a scene of the benchmark, and the events it gives.
//!
//! The benchmark's scene is in pixels, its lines run from a to b, and "in" is from the left hand to the right hand of
//! somebody who looks from a to b. Its definition of a crossing has a dead band of 0.10 body heights, and of a visit a least
//! length: both are settings of our scene, and are set. All else is as a scene has it that says nothing.

use std::collections::BTreeMap;
use std::path::Path;

use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::Scene;
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::rules::line::Direction;
use gst_plugin_zonetracker::rules::zone::End;
use gst_plugin_zonetracker::rules::{Event, Memory, Rules};
use gst_plugin_zonetracker::tracker::{Change, TrackId};
use serde_json::{Value, json};

use crate::sequence;

/// The benchmark's dead band, fractions of the body height.
const DEAD_BAND: f64 = 0.10;
/// Its least length of a visit, seconds, where the scene says none.
const LEAST_VISIT_S: f64 = 0.5;
/// The point that tells which side is in lies this far from the line, pixels.
const BESIDE_PX: f64 = 10.0;

/// Counts what the tracker says.
pub struct Counter {
    scene: Scene,
    rules: Rules,
    people: BTreeMap<TrackId, Memory>,
    events: Vec<Event>,
    moments: Vec<Moment>,
}

impl Counter {
    /// For a scene of the benchmark and pictures of this size.
    pub fn read(path: &Path, size: PictureSize) -> Result<Self, String> {
        let text = converted(&sequence::json(path)?).ok_or_else(|| format!("{}: this is no counting scene", path.display()))?;
        let scene = Scene::parse(&text.to_string()).map_err(|bad| format!("{}: {bad}", path.display()))?;
        let rules = Rules::new(&scene, size);
        Ok(Self { scene, rules, people: BTreeMap::new(), events: Vec::new(), moments: Vec::new() })
    }

    /// Tells the rules what became of people on a frame, as the element does.
    pub fn step(&mut self, now: Moment, changes: &[Change]) {
        self.moments.push(now);
        for change in changes {
            match change {
                Change::Seen(id, sighting) => {
                    let memory = self.people.entry(*id).or_insert_with(|| self.rules.memory());
                    self.rules.step(memory, sighting, &mut self.events);
                }
                Change::Faded(id) => {
                    if let Some(memory) = self.people.get_mut(id) {
                        self.rules.rest(memory, &mut self.events);
                    }
                }
                Change::Ended(id) => {
                    if let Some(mut memory) = self.people.remove(id) {
                        self.rules.end(&mut memory, End::Vanished, now, &mut self.events);
                    }
                }
            }
        }
    }

    /// The end of the sequence, which ends every visit: one JSON object for each crossing, visit, and sample of an occupancy.
    pub fn finish(mut self) -> Vec<Value> {
        let now = self.moments.last().copied();
        for memory in self.people.values_mut() {
            now.iter().for_each(|now| self.rules.end(memory, End::Vanished, *now, &mut self.events));
        }
        let mut visits: Vec<Vec<(f64, f64)>> = vec![Vec::new(); self.scene.zones.len()];
        let mut found = Vec::new();
        for event in &self.events {
            match *event {
                Event::Crossed { line, direction, at } => {
                    let direction = match direction {
                        Direction::In => "in",
                        Direction::Out => "out",
                    };
                    found.push(json!({"t": seconds(at), "line": self.scene.lines[line].name, "direction": direction}));
                }
                Event::VisitEnded { zone, at, dwell: Some(dwell) } => {
                    let (enter, leave) = (seconds(at) - dwell.as_secs_f64(), seconds(at));
                    visits[zone].push((enter, leave));
                    found.push(json!({"zone": self.scene.zones[zone].name, "enter": enter, "leave": leave}));
                }
                _ => {}
            }
        }
        for (zone, visits) in self.scene.zones.iter().zip(&visits) {
            found.extend(self.moments.iter().map(|at| {
                let t = seconds(*at);
                let there = visits.iter().filter(|(enter, leave)| (*enter..=*leave).contains(&t)).count();
                json!({"t": t, "zone": zone.name, "occupancy": there})
            }));
        }
        found
    }
}

fn seconds(at: Moment) -> f64 {
    at.stream.as_secs_f64()
}

/// Our scene of the benchmark's.
fn converted(scene: &Value) -> Option<Value> {
    let (width, height) = (scene["width"].as_f64()?, scene["height"].as_f64()?);
    let pair = |p: &Value| Some((p[0].as_f64()?, p[1].as_f64()?));
    let fraction = |(x, y): (f64, f64)| json!([x / width, y / height]);
    let line = |line: &Value| {
        let (a, b) = (pair(&line["a"])?, pair(&line["b"])?);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let beside = BESIDE_PX / dx.hypot(dy).max(1.0);
        let inside = ((a.0 + b.0) / 2.0 - dy * beside, (a.1 + b.1) / 2.0 + dx * beside);
        Some(
            json!({"name": line["name"], "points": [fraction(a), fraction(b)], "inside": fraction(inside), "dead_band": DEAD_BAND}),
        )
    };
    let zone = |zone: &Value| {
        let corners: Option<Vec<_>> = zone["polygon"].as_array()?.iter().map(|p| pair(p).map(fraction)).collect();
        let least_s = zone["min_visit"].as_f64().unwrap_or(LEAST_VISIT_S);
        Some(json!({"name": zone["name"], "polygon": corners?, "enter_delay_s": least_s}))
    };
    let all = |key: &str, one: &dyn Fn(&Value) -> Option<Value>| {
        scene[key].as_array().into_iter().flatten().map(one).collect::<Option<Vec<_>>>()
    };
    Some(json!({"version": 1, "site": "benchmark", "camera": "scene", "placement": "other", "time_zone": "UTC",
                "lines": all("lines", &line)?, "zones": all("zones", &zone)?}))
}
