// SPDX-License-Identifier: MPL-2.0
//! From steps to a smooth path: position, direction, phase of the gait and what is done, 50 times a second.

use super::script::{Kind, Script, Step};
use crate::figure::pose::{Act, Pose};
use crate::math::{smoothstep, v3};

/// Samples a second.
pub const RATE: f32 = 50.0;

/// Somebody at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moment {
    /// On the floor, metres.
    pub at: (f32, f32),
    /// Where the body looks; a unit vector.
    pub facing: (f32, f32),
    /// Strides since the beginning.
    pub phase: f32,
    /// Speed over 1.4 m/s.
    pub effort: f32,
    /// What is done.
    pub act: Act,
    /// How far it is done, 0..1.
    pub share: f32,
}

/// A path from its first to its last second.
#[derive(Clone, Debug)]
pub struct Path {
    /// When it begins, seconds.
    pub starts_s: f32,
    kind: Kind,
    moments: Vec<Moment>,
}

/// A place that is meant, before smoothing.
#[derive(Clone, Copy)]
struct Raw {
    at: (f32, f32),
    act: Act,
    look_at: Option<(f32, f32)>,
}

impl Path {
    /// The path of a script for somebody of this height.
    pub fn of(script: &Script, height: f32) -> Self {
        let raw = meant(script);
        let x = smooth(raw.iter().map(|r| r.at.0).collect());
        let y = smooth(raw.iter().map(|r| r.at.1).collect());
        let n = raw.len();
        let speed = |i: usize| {
            let (a, b) = (i.saturating_sub(1), (i + 1).min(n - 1));
            let k = RATE / (b - a).max(1) as f32;
            ((x[b] - x[a]) * k, (y[b] - y[a]) * k)
        };
        let mut facing = (0.0, -1.0);
        let mut meant_x = Vec::with_capacity(n);
        let mut meant_y = Vec::with_capacity(n);
        // The first direction holds from the beginning.
        if let Some(i) = (0..n).find(|i| length(speed(*i)) > 0.3) {
            facing = unit(speed(i), facing);
        }
        for (i, r) in raw.iter().enumerate() {
            let v = speed(i);
            if length(v) > 0.3 {
                facing = unit(v, facing);
            } else if let Some(p) = r.look_at {
                facing = unit((p.0 - x[i], p.1 - y[i]), facing);
            }
            meant_x.push(facing.0);
            meant_y.push(facing.1);
        }
        let (fx, fy) = (smooth(meant_x), smooth(meant_y));
        let stride = 0.80 * height;
        let (mut phase, mut share) = (0.0, 0.0f32);
        let mut act = Act::Plain;
        let mut moments = Vec::with_capacity(n);
        let mut last = (0.0, -1.0);
        for i in 0..n {
            let v = length(speed(i));
            phase += v / RATE / stride;
            last = unit((fx[i], fy[i]), last);
            // An act comes and goes in half a second, and one ends before another begins.
            if raw[i].act == act && act != Act::Plain {
                share = (share + 2.0 / RATE).min(1.0);
            } else {
                share = (share - 2.0 / RATE).max(0.0);
                if share <= 0.0 {
                    act = raw[i].act;
                }
            }
            moments.push(Moment { at: (x[i], y[i]), facing: last, phase, effort: v / 1.4, act, share });
        }
        Self { starts_s: script.starts_s, kind: script.kind, moments }
    }

    /// When it ends, seconds.
    pub fn ends_s(&self) -> f32 {
        self.starts_s + (self.moments.len().saturating_sub(1)) as f32 / RATE
    }

    /// The person at a time; `None` before and after.
    pub fn at(&self, seconds: f64) -> Option<Moment> {
        let t = (seconds as f32 - self.starts_s) * RATE;
        if t < 0.0 || self.moments.is_empty() {
            return None;
        }
        let i = t as usize;
        let a = self.moments.get(i)?;
        let b = self.moments.get(i + 1).unwrap_or(a);
        let k = t - i as f32;
        let mix = |a: f32, b: f32| a + (b - a) * k;
        Some(Moment {
            at: (mix(a.at.0, b.at.0), mix(a.at.1, b.at.1)),
            facing: unit((mix(a.facing.0, b.facing.0), mix(a.facing.1, b.facing.1)), a.facing),
            phase: mix(a.phase, b.phase),
            effort: mix(a.effort, b.effort),
            act: a.act,
            share: mix(a.share, b.share),
        })
    }

    /// The pose at a moment.
    pub fn pose(&self, m: &Moment) -> Pose {
        if self.kind == Kind::Wheelchair {
            let mut pose = Pose { lift: 0.13, ..Pose::sitting() };
            let push = if m.effort > 0.05 { crate::math::sin_cos(m.phase * 5.0).0 } else { 0.0 };
            pose.arm = [0.35 + 0.25 * push; 2];
            return pose;
        }
        let walk = Pose::walking(m.phase, m.effort);
        let pose = Pose::standing((m.phase * 0.37) % 1.0).towards(&walk, smoothstep(0.02, 0.35, m.effort));
        let pose = pose.doing(m.act, smoothstep(0.0, 1.0, m.share));
        if self.kind == Kind::Trolley && m.act == Act::Plain { pose.doing(Act::Push, 1.0) } else { pose }
    }
}

fn length(v: (f32, f32)) -> f32 {
    (v.0 * v.0 + v.1 * v.1).sqrt()
}

fn unit(v: (f32, f32), otherwise: (f32, f32)) -> (f32, f32) {
    let l = length(v);
    if l > 1e-3 { (v.0 / l, v.1 / l) } else { otherwise }
}

/// Straight from point to point at an even pace, still in between.
fn meant(script: &Script) -> Vec<Raw> {
    let mut at = script.from;
    let mut raw = vec![Raw { at, act: Act::Plain, look_at: None }];
    for step in &script.steps {
        match *step {
            Step::Go(x, y) => {
                let way = v3(x - at.0, y - at.1, 0.0);
                let n = (way.length() / script.pace * RATE).ceil().max(1.0) as usize;
                for i in 1..=n {
                    let k = i as f32 / n as f32;
                    raw.push(Raw { at: (at.0 + way.x * k, at.1 + way.y * k), act: Act::Plain, look_at: None });
                }
                at = (x, y);
            }
            Step::Stay(seconds, act, look_at) => {
                raw.extend(std::iter::repeat_n(Raw { at, act, look_at }, (seconds * RATE) as usize));
            }
            Step::Until(second, act, look_at) => {
                let now = script.starts_s + raw.len() as f32 / RATE;
                raw.extend(std::iter::repeat_n(Raw { at, act, look_at }, ((second - now).max(0.0) * RATE) as usize));
            }
        }
    }
    raw
}

/// Means over half a second, twice: corners become round, starts and stops soft.
fn smooth(values: Vec<f32>) -> Vec<f32> {
    const HALF: i64 = 12;
    let mut now = values;
    for _ in 0..2 {
        let n = now.len() as i64;
        now = (0..n)
            .map(|i| {
                // Never wider on one side than on the other, so that ends stay where they are.
                let h = HALF.min(i).min(n - 1 - i);
                let sum: f64 = (i - h..=i + h).map(|k| f64::from(now[k as usize])).sum();
                (sum / (2 * h + 1) as f64) as f32
            })
            .collect();
    }
    now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_ends_where_the_script_says_and_stands_still_in_between() {
        let script = Script::grown(1.0, 0.0, 0.0).to(0.0, 4.0).stay(3.0).to(2.0, 4.0);
        let path = Path::of(&script, 1.75);
        assert_eq!(path.at(0.9), None);
        assert_eq!(path.at(1.0).map(|m| m.at), Some((0.0, 0.0)));
        let still = path.at(1.0 + 3.2 + 1.5).expect("is there");
        assert!(still.effort < 1e-4 && (still.at.1 - 4.0).abs() < 1e-4, "{still:?}");
        let end = path.at(f64::from(path.ends_s()) - 0.001).expect("is there");
        assert!((end.at.0 - 2.0).abs() < 0.03 && end.facing.0 > 0.9, "{end:?}");
    }
}
