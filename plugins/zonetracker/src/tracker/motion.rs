// SPDX-License-Identifier: MPL-2.0
//! How a box moves: four independent Kalman filters (middle x, middle y, width, height), each with a position and a
//! speed. The step is the true time between two sightings, noise grows with it and with the size of the box, so that one
//! set of numbers serves every frame rate and every distance from the camera.

use footfall_contract::geometry::{Px, Rect};

/// Noise of the motion model, in fractions of the box height.
#[derive(Clone, Copy, Debug)]
pub struct MotionParams {
    /// Standard deviation of a detected edge or middle (1/20 in SORT's successors) when the detector is sure,
    pub measured: f64,
    /// and when it is not (score 0); in between it is in between. The boxes of the half hidden are the doubtful ones.
    pub measured_unsure: f64,
    /// Random walk of the position, per square root of a second.
    pub wander_per_sqrt_s: f64,
    /// Random walk of the speed (a second), per square root of a second.
    pub speed_wander_per_sqrt_s: f64,
    /// Standard deviation of a newcomer's speed, a second: about a walk, 1.7 m tall at 2.5 m/s.
    pub first_speed_per_s: f64,
    /// A person keeps the speed for this long unseen, seconds.
    pub keep_speed_s: f64,
    /// From then on it falls to 1/e in this time, seconds: people stop and turn.
    pub speed_decay_s: f64,
    /// The same for the speed of growing and shrinking, seconds.
    pub growth_decay_s: f64,
}

impl Default for MotionParams {
    fn default() -> Self {
        Self {
            measured: 0.05,
            measured_unsure: 0.15,
            wander_per_sqrt_s: 0.2,
            speed_wander_per_sqrt_s: 0.7,
            first_speed_per_s: 1.5,
            keep_speed_s: 0.4,
            speed_decay_s: 1.5,
            growth_decay_s: 0.5,
        }
    }
}

/// One coordinate: position, speed and their covariance.
#[derive(Clone, Copy, Debug)]
struct Axis {
    x: f64,
    v: f64,
    xx: f64,
    xv: f64,
    vv: f64,
}

impl Axis {
    fn new(x: f64, x_std: f64, v_std: f64) -> Self {
        Self { x, v: 0.0, xx: x_std * x_std, xv: 0.0, vv: v_std * v_std }
    }

    /// After a step; white noise drives position (`walk` a root second) and speed (`kick` a root second).
    fn after(&self, Step { dt, kept, way }: Step, walk: f64, kick: f64) -> Self {
        let kick2 = kick * kick;
        Self {
            x: self.x + self.v * way,
            v: self.v * kept,
            xx: self.xx + 2.0 * way * self.xv + way * way * self.vv + walk * walk * dt + kick2 * dt * dt * dt / 3.0,
            xv: kept * (self.xv + way * self.vv) + kick2 * dt * dt / 2.0,
            vv: kept * kept * self.vv + kick2 * dt,
        }
    }

    fn seen_at(&self, z: f64, z_std: f64) -> Self {
        let s = self.xx + z_std * z_std;
        let (gain_x, gain_v) = (self.xx / s, self.xv / s);
        let surprise = z - self.x;
        Self {
            x: self.x + gain_x * surprise,
            v: self.v + gain_v * surprise,
            xx: (1.0 - gain_x) * self.xx,
            xv: (1.0 - gain_x) * self.xv,
            vv: self.vv - gain_v * self.xv,
        }
    }
}

/// A step in time, for an axis whose speed stays for a while and then decays.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// Its length, seconds.
    dt: f64,
    /// What is left of the speed.
    kept: f64,
    /// The way at a first speed of 1.
    way: f64,
}

impl Step {
    fn new(dt: f64, keep_s: f64, decay_s: f64) -> Self {
        if dt <= keep_s {
            return Self { dt, kept: 1.0, way: dt };
        }
        let kept = (-(dt - keep_s) / decay_s).exp();
        Self { dt, kept, way: keep_s + decay_s * (1.0 - kept) }
    }
}

/// A box in motion, as it was at its last sighting.
#[derive(Clone, Copy, Debug)]
pub struct Motion {
    x: Axis,
    y: Axis,
    width: Axis,
    height: Axis,
}

impl Motion {
    /// A newcomer's.
    pub fn new(seen: &Rect<Px>, params: &MotionParams) -> Self {
        let middle = seen.centre();
        let size = size_of(seen);
        let (at, speed) = (params.measured * size, params.first_speed_per_s * size);
        Self {
            x: Axis::new(middle.x, at, speed),
            y: Axis::new(middle.y, at, speed),
            width: Axis::new(seen.width, at, speed / 2.0),
            height: Axis::new(seen.height, at, speed / 2.0),
        }
    }

    /// As it is expected `dt` seconds later.
    pub fn after(&self, dt: f64, params: &MotionParams) -> Self {
        let size = size_of(&self.rect());
        let (walk, kick) = (params.wander_per_sqrt_s * size, params.speed_wander_per_sqrt_s * size);
        let (move_on, grow_on) = (
            Step::new(dt, params.keep_speed_s, params.speed_decay_s),
            Step::new(dt, params.keep_speed_s / 2.0, params.growth_decay_s),
        );
        let place = |axis: &Axis| axis.after(move_on, walk, kick);
        let growth = |axis: &Axis| axis.after(grow_on, walk / 2.0, kick / 2.0);
        Self { x: place(&self.x), y: place(&self.y), width: growth(&self.width), height: growth(&self.height) }
    }

    /// Corrected by a sighting of that score.
    pub fn seen_at(&self, seen: &Rect<Px>, score: f32, params: &MotionParams) -> Self {
        let middle = seen.centre();
        let sure = f64::from(score).clamp(0.0, 1.0);
        let noise = (sure * params.measured + (1.0 - sure) * params.measured_unsure) * size_of(seen);
        Self {
            x: self.x.seen_at(middle.x, noise),
            y: self.y.seen_at(middle.y, noise),
            width: self.width.seen_at(seen.width, noise),
            height: self.height.seen_at(seen.height, noise),
        }
    }

    /// Carried along by the camera, pixels.
    pub fn shift(&mut self, dx: f64, dy: f64) {
        self.x.x += dx;
        self.y.x += dy;
    }

    /// The box.
    pub fn rect(&self) -> Rect<Px> {
        let (width, height) = (self.width.x.max(1.0), self.height.x.max(1.0));
        Rect::new(self.x.x - width / 2.0, self.y.x - height / 2.0, width, height)
    }

    /// Speed of the middle, pixels a second.
    pub fn speed_px_s(&self) -> (f64, f64) {
        (self.x.v, self.y.v)
    }

    /// Speed of the middle of the upper edge, pixels a second.
    pub fn head_speed_px_s(&self) -> (f64, f64) {
        (self.x.v, self.y.v - self.height.v / 2.0)
    }
}

/// The length by which noise and reach are measured: the height of a standing person, also where the picture's edge or
/// a shelf cuts the legs off and the box is wide for its height.
pub fn size_of(rect: &Rect<Px>) -> f64 {
    rect.height.max(1.5 * rect.width).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walker(t: f64) -> Rect<Px> {
        Rect::new(100.0 + 150.0 * t, 50.0, 40.0, 100.0)
    }

    #[test]
    fn a_steady_walk_is_learnt_at_every_frame_rate() {
        let params = MotionParams::default();
        for rate in [5.0, 10.0, 30.0] {
            let mut motion = Motion::new(&walker(0.0), &params);
            let steps = (2.0 * rate) as usize;
            for k in 1..=steps {
                motion = motion.after(1.0 / rate, &params).seen_at(&walker(k as f64 / rate), 0.9, &params);
            }
            let (vx, vy) = motion.speed_px_s();
            assert!((vx - 150.0).abs() < 12.0 && vy.abs() < 1e-6, "{rate}: {vx} {vy}");
            let ahead = motion.after(0.2, &params).rect();
            assert!(ahead.iou(&walker(2.2)) > 0.75, "{rate}: {ahead:?}");
        }
    }

    #[test]
    fn the_unseen_slow_down() {
        let params = MotionParams::default();
        let mut motion = Motion::new(&walker(0.0), &params);
        for k in 1..=20 {
            motion = motion.after(0.1, &params).seen_at(&walker(f64::from(k) / 10.0), 0.9, &params);
        }
        let (v0, v2) = (motion.speed_px_s().0, motion.after(2.0, &params).speed_px_s().0);
        assert!(v2 < v0 * 0.4 && v2 > 0.0);
    }
}
