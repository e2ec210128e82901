// SPDX-License-Identifier: MPL-2.0
//! A queue at a till: who comes when, who moves up when, who is served how long.

use super::script::{Kind, Script, Step};
use crate::figure::pose::Act;

/// A queue: its first place is where people are served.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// Where people are served, metres.
    pub front: (f32, f32),
    /// From one place to the next behind it, metres.
    pub back: (f32, f32),
    /// Where people look while they are served.
    pub till: (f32, f32),
}

/// A customer: comes to the scene at this second, from this place, by this way, and is served this long.
#[derive(Clone, Debug)]
pub struct Customer {
    /// Kind of person.
    pub kind: Kind,
    /// Begins at this second.
    pub starts_s: f32,
    /// The way to the queue; the first point is the beginning.
    pub way: Vec<(f32, f32)>,
    /// Seconds of service.
    pub service_s: f32,
    /// The way out.
    pub out: Vec<(f32, f32)>,
}

const REACTION_S: f32 = 0.6;

/// The customers' scripts, in the order of their arrival.
pub fn scripts(queue: &Queue, customers: &[Customer]) -> Vec<Script> {
    let place = |k: usize| (queue.front.0 + queue.back.0 * k as f32, queue.front.1 + queue.back.1 * k as f32);
    let distance = |a: (f32, f32), b: (f32, f32)| ((a.0 - b.0) * (a.0 - b.0) + (a.1 - b.1) * (a.1 - b.1)).sqrt();
    let mut leaves: Vec<f32> = Vec::new();
    let mut scripts = Vec::new();
    for c in customers {
        let Some((first, rest)) = c.way.split_first() else { continue };
        let mut script = Script::of(c.kind, c.starts_s, first.0, first.1).along(rest);
        let mut time = c.starts_s;
        for pair in c.way.windows(2) {
            time += distance(pair[0], pair[1]) / script.pace;
        }
        let last = *c.way.last().unwrap_or(first);
        // How many will still be there when the place behind them is reached?
        let ahead = |t: f32| leaves.iter().filter(|l| **l > t).count();
        let mut waiting = ahead(time + distance(last, place(ahead(time))) / script.pace);
        time += distance(last, place(waiting)) / script.pace;
        script = script.along(&[place(waiting)]);
        while waiting > 0 {
            let goes = leaves[leaves.len() - waiting] + REACTION_S;
            script.steps.push(Step::Until(goes, Act::Plain, Some(queue.till)));
            waiting -= 1;
            script = script.along(&[place(waiting)]);
            time = time.max(goes) + distance(place(0), place(1)) / script.pace;
        }
        script = script.act(c.service_s, Act::Hold, queue.till.0, queue.till.1).along(&c.out);
        leaves.push(time + c.service_s);
        scripts.push(script);
    }
    scripts
}
