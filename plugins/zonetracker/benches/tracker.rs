// SPDX-License-Identifier: MPL-2.0
//! Time of one step of the tracker, by the size of the crowd.
//!
//! ```text
//! cargo bench -p gst-plugin-zonetracker --no-default-features --bench tracker
//! ```
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use footfall_contract::geometry::Rect;
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::{Detection, Tracker, TrackerParams};

/// Steps that are measured, after as many that warm up.
const STEPS: usize = 1000;
/// All runs are the same; of each step the least time counts, so that what else the machine does is left out.
const RUNS: usize = 5;
const RATE: f64 = 10.0;

/// Numbers 0..1 from a counter.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// People who walk about a picture, each `height` pixels tall, and what a detector makes of them: shaken boxes, one in ten
/// missed, one in ten weak.
struct Crowd {
    people: Vec<[f64; 4]>,
    size: (f64, f64),
    height: f64,
    chance: Chance,
}

impl Crowd {
    fn new(people: usize, size: (f64, f64), height: f64) -> Self {
        let mut chance = Chance(7);
        let mut one = || {
            let (x, y) = (chance.next() * size.0, chance.next() * size.1);
            let (vx, vy) = (chance.next() - 0.5, chance.next() - 0.5);
            [x, y, vx * height * 1.5, vy * height * 0.5]
        };
        Self { people: (0..people).map(|_| one()).collect(), size, height, chance }
    }

    fn seen(&mut self, detections: &mut Vec<Detection>) {
        detections.clear();
        for person in &mut self.people {
            for (axis, size) in [(0, self.size.0), (1, self.size.1)] {
                person[axis] += person[axis + 2] / RATE;
                if !(0.0..size).contains(&person[axis]) {
                    person[axis + 2] = -person[axis + 2];
                }
            }
            let kind = self.chance.next();
            if kind < 0.1 {
                continue;
            }
            let score = if kind < 0.2 { 0.3 } else { 0.9 };
            let mut shake = || (self.chance.next() - 0.5) * 0.08 * self.height;
            let (x, y, w, h) = (person[0] + shake(), person[1] + shake(), self.height * 0.4 + shake(), self.height + shake());
            detections.push(Detection { rect: Rect::new(x - w / 2.0, y - h / 2.0, w, h), score });
        }
    }
}

fn at(step: usize) -> Moment {
    let stream = StreamTime::from_secs_f64(step as f64 / RATE);
    Moment { stream, wall: WallTime(stream.0 as i64) }
}

fn main() {
    println!("one step of the tracker at {RATE} detections a second, {STEPS} steps, the least of {RUNS} same runs of each");
    println!("| people | boxes a step | median | p99 | most | a box (median) |");
    println!("|---|---|---|---|---|---|");
    for (people, size, height) in [
        (1, (1920.0, 1080.0), 250.0),
        (20, (1920.0, 1080.0), 250.0),
        (222, (1920.0, 1080.0), 110.0),
        (1000, (3840.0, 2160.0), 110.0),
    ] {
        let (mut taken, mut boxes) = (vec![f64::INFINITY; STEPS], 0);
        for _ in 0..RUNS {
            let mut crowd = Crowd::new(people, size, height);
            let mut tracker = Tracker::new(TrackerParams::default());
            let mut detections = Vec::new();
            boxes = 0;
            for step in 0..2 * STEPS {
                crowd.seen(&mut detections);
                let began = Instant::now();
                black_box(tracker.step(at(step), black_box(&detections), 0.5));
                let us = began.elapsed().as_secs_f64() * 1e6;
                if step >= STEPS {
                    taken[step - STEPS] = taken[step - STEPS].min(us);
                    boxes += detections.len();
                }
            }
        }
        taken.sort_by(f64::total_cmp);
        let (median, p99, most) = (taken[STEPS / 2], taken[STEPS * 99 / 100], taken[STEPS - 1]);
        let boxes = boxes as f64 / STEPS as f64;
        println!("| {people} | {boxes:.1} | {median:.1} µs | {p99:.1} µs | {most:.1} µs | {:.3} µs |", median / boxes);
    }
}
