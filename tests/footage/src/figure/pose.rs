// SPDX-License-Identifier: MPL-2.0
//! Poses: angles of the joints, in radians, and how they change while walking.

use super::skeleton::{FOOT, FOREARM, HAND, HEAD, NECK, PELVIS, REST_ARM, SHIN, SIDE, SKIRT, SPINE, THIGH, UPPER_ARM};
use crate::math::{Rot, degrees, mix, sin_cos};

/// Angles of a body's joints. Pairs are left, then right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pose {
    /// Hips forward (a bow from the hip joints).
    pub tilt: f32,
    /// Lower back forward.
    pub bow: f32,
    /// Chest turned against the hips.
    pub twist: f32,
    /// Head forward.
    pub nod: f32,
    /// Head to the left.
    pub look: f32,
    /// Arms forward.
    pub arm: [f32; 2],
    /// Arms sideways.
    pub arm_out: [f32; 2],
    /// Forearms turned inwards around the upper arm.
    pub arm_in: [f32; 2],
    /// Elbows bent.
    pub elbow: [f32; 2],
    /// Thighs forward.
    pub thigh: [f32; 2],
    /// Thighs sideways.
    pub thigh_out: [f32; 2],
    /// Knees bent.
    pub knee: [f32; 2],
    /// Toes up.
    pub toes: [f32; 2],
    /// Feet above the floor (on a foot rest), metres at reference height.
    pub lift: f32,
    /// Body to the side, metres at reference height.
    pub sway: f32,
    /// Body ahead of its ground point, metres at reference height.
    pub ahead: f32,
}

/// What somebody does with the upper body or while standing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Act {
    /// Nothing: arms hang or swing.
    #[default]
    Plain,
    /// Looks at a telephone in one hand.
    Phone,
    /// Both hands at a trolley's handle.
    Push,
    /// Bends down to a low shelf.
    Bend,
    /// Crouches before the lowest shelf.
    Crouch,
    /// Takes something from a shelf in front.
    Reach,
    /// Takes something from a high shelf.
    ReachUp,
    /// Arms folded.
    Folded,
    /// Hands on the hips.
    Akimbo,
    /// Carries something in one hand.
    Carry,
    /// Holds something before the chest.
    Hold,
    /// Sits.
    Sit,
    /// Hands in the pockets.
    Pockets,
}

/// Every act, for drawing one by chance.
pub const STANDING_ACTS: [Act; 9] =
    [Act::Plain, Act::Phone, Act::Reach, Act::ReachUp, Act::Folded, Act::Akimbo, Act::Carry, Act::Hold, Act::Pockets];

impl Pose {
    /// Standing at ease; `ease` (0..1) is which leg carries.
    pub fn standing(ease: f32) -> Self {
        let e = ease - 0.5;
        Self {
            arm: [0.03, 0.03],
            arm_out: [0.12, 0.12],
            elbow: [0.22, 0.22],
            thigh: [0.02 + 0.06 * e, 0.02 - 0.06 * e],
            thigh_out: [0.02, 0.02],
            knee: [0.05 + 0.12 * e.max(0.0), 0.05 + 0.12 * (-e).max(0.0)],
            toes: [0.0, 0.0],
            twist: 0.1 * e,
            sway: 0.02 * e,
            bow: 0.03,
            ..Self::default()
        }
    }

    /// Walking: `phase` counts strides (two steps), `effort` is 0 at a stand and 1 at 1.4 m/s.
    pub fn walking(phase: f32, effort: f32) -> Self {
        let turn = |p: f32| sin_cos(p * core::f32::consts::TAU);
        let swing = 0.42 * effort.min(1.6);
        let mut pose = Self { bow: 0.03 + 0.03 * effort, arm_out: [0.10, 0.10], thigh_out: [0.0, 0.0], ..Self::default() };
        for i in 0..2 {
            let p = phase + 0.5 * i as f32;
            let (_, c) = turn(p);
            pose.thigh[i] = 0.06 * effort + swing * c;
            let (lift, _) = turn(p - 0.50);
            let lift = lift.max(0.0);
            pose.knee[i] = 0.06 + (0.15 + 0.90 * lift * lift) * effort.min(1.2) - 0.08 * effort * c.max(0.0);
            let (push, _) = turn(p - 0.28);
            pose.toes[i] = effort * (0.16 * c.max(0.0) - 0.42 * push.max(0.0) * (-c).max(0.0));
            pose.arm[i] = 0.03 - 0.30 * swing / 0.42 * c;
            pose.elbow[i] = 0.20 + 0.10 * effort * (1.0 - c);
        }
        let (s, c) = turn(phase);
        pose.twist = -0.10 * effort * c;
        pose.sway = 0.018 * effort * s;
        pose
    }

    /// Sitting on something.
    pub fn sitting() -> Self {
        Self {
            tilt: -0.06,
            bow: 0.10,
            arm: [0.45, 0.45],
            arm_out: [0.10, 0.10],
            arm_in: [0.25, 0.25],
            elbow: [1.05, 1.05],
            thigh: [1.48, 1.48],
            thigh_out: [0.10, 0.10],
            knee: [1.42, 1.42],
            toes: [0.0, 0.0],
            ..Self::default()
        }
    }

    /// The same pose doing something, by a share from not yet to fully.
    pub fn doing(self, act: Act, share: f32) -> Self {
        self.towards(&self.with(act), share)
    }

    /// The same pose with something heavy in the left hand: that arm hangs.
    pub fn laden(mut self) -> Self {
        (self.arm[0], self.elbow[0], self.arm_out[0], self.arm_in[0]) = (self.arm[0] * 0.2, 0.06, 0.17, 0.0);
        self
    }

    fn with(self, act: Act) -> Self {
        let mut p = self;
        match act {
            Act::Plain => {}
            Act::Phone => {
                (p.arm[1], p.elbow[1], p.arm_in[1], p.arm_out[1]) = (0.45, 1.85, 0.45, 0.10);
                p.nod += 0.35;
            }
            Act::Push => {
                (p.arm, p.elbow, p.arm_out, p.arm_in) = ([0.42; 2], [0.85; 2], [0.10; 2], [0.10; 2]);
                p.bow += 0.06;
            }
            Act::Bend => {
                (p.tilt, p.bow, p.nod) = (p.tilt + 0.55, p.bow + 0.55, p.nod - 0.2);
                (p.arm, p.elbow) = ([0.5, 1.0], [0.3, 0.25]);
                (p.knee, p.thigh) = ([0.5; 2], [0.45; 2]);
                (p.toes, p.ahead) = ([0.0; 2], p.ahead - 0.14);
            }
            Act::Crouch => {
                (p.tilt, p.bow, p.nod) = (p.tilt + 0.25, p.bow + 0.25, p.nod - 0.1);
                (p.arm, p.elbow) = ([0.7, 1.1], [0.5, 0.2]);
                (p.thigh, p.knee, p.thigh_out) = ([1.75, 1.5], [2.0, 2.15], [0.25; 2]);
                p.toes = [0.1, -0.3];
            }
            Act::Reach => {
                (p.arm[1], p.elbow[1], p.bow) = (1.30, 0.25, p.bow + 0.10);
            }
            Act::ReachUp => {
                (p.arm[1], p.elbow[1], p.nod, p.arm_out[1]) = (2.35, 0.25, p.nod - 0.35, 0.15);
            }
            Act::Folded => {
                (p.arm, p.elbow, p.arm_in, p.arm_out) = ([0.42, 0.5], [1.65, 1.75], [1.25, 1.25], [0.12; 2]);
            }
            Act::Akimbo => {
                (p.arm, p.elbow, p.arm_out, p.arm_in) = ([-0.35; 2], [1.45; 2], [0.75; 2], [0.95; 2]);
            }
            Act::Carry => {
                (p.arm[0], p.elbow[0], p.arm_out[0]) = (0.0, 0.08, 0.14);
            }
            Act::Hold => {
                (p.arm, p.elbow, p.arm_in, p.arm_out) = ([0.35; 2], [1.5; 2], [0.55; 2], [0.12; 2]);
            }
            Act::Sit => p = Self::sitting(),
            Act::Pockets => {
                (p.arm, p.elbow, p.arm_out, p.arm_in) = ([-0.22; 2], [0.75; 2], [0.30; 2], [0.35; 2]);
            }
        }
        p
    }

    /// Between two poses.
    pub fn towards(&self, o: &Self, t: f32) -> Self {
        let pair = |a: [f32; 2], b: [f32; 2]| [mix(a[0], b[0], t), mix(a[1], b[1], t)];
        Self {
            tilt: mix(self.tilt, o.tilt, t),
            bow: mix(self.bow, o.bow, t),
            twist: mix(self.twist, o.twist, t),
            nod: mix(self.nod, o.nod, t),
            look: mix(self.look, o.look, t),
            arm: pair(self.arm, o.arm),
            arm_out: pair(self.arm_out, o.arm_out),
            arm_in: pair(self.arm_in, o.arm_in),
            elbow: pair(self.elbow, o.elbow),
            thigh: pair(self.thigh, o.thigh),
            thigh_out: pair(self.thigh_out, o.thigh_out),
            knee: pair(self.knee, o.knee),
            toes: pair(self.toes, o.toes),
            lift: mix(self.lift, o.lift, t),
            sway: mix(self.sway, o.sway, t),
            ahead: mix(self.ahead, o.ahead, t),
        }
    }

    /// Each bone's rotation against its parent.
    pub(super) fn turns(&self) -> [Rot; 18] {
        let mut turn = [Rot::IDENTITY; 18];
        turn[usize::from(PELVIS)] = Rot::x(-self.tilt).after(&Rot::z(-0.5 * self.twist));
        turn[usize::from(SPINE)] = Rot::x(-self.bow * 0.5).after(&Rot::z(self.twist));
        turn[2] = Rot::x(-self.bow * 0.5).after(&Rot::z(0.5 * self.twist));
        turn[usize::from(NECK)] = Rot::x(-self.nod * 0.5 + (self.tilt + self.bow) * 0.25).after(&Rot::z(self.look * 0.5));
        turn[usize::from(HEAD)] = Rot::x(-self.nod * 0.5 + (self.tilt + self.bow) * 0.25).after(&Rot::z(self.look * 0.5));
        let rest = degrees(REST_ARM);
        for i in 0..2 {
            let side = SIDE[i];
            let hang = Rot::y(side * rest);
            let back = Rot::y(-side * rest);
            // In the hanging frame: sideways first, then forward; the forearm bends in that frame too.
            let upper = Rot::x(self.arm[i]).after(&Rot::y(-side * self.arm_out[i])).after(&Rot::z(side * self.arm_in[i]));
            turn[usize::from(UPPER_ARM[i])] = upper.after(&hang);
            turn[usize::from(FOREARM[i])] = back.after(&Rot::x(self.elbow[i])).after(&hang);
            turn[usize::from(HAND[i])] = back.after(&Rot::x(0.12)).after(&hang);
            // Bowing from the hips leaves the legs where they are.
            let thigh = Rot::x(self.thigh[i]).after(&Rot::y(-side * self.thigh_out[i]));
            turn[usize::from(THIGH[i])] = Rot::z(0.5 * self.twist).after(&Rot::x(self.tilt)).after(&thigh);
            turn[usize::from(SHIN[i])] = Rot::x(-self.knee[i]);
            let flat = self.knee[i] - self.thigh[i];
            turn[usize::from(FOOT[i])] = Rot::x(flat * 0.88 + self.toes[i]);
        }
        let both = 0.5 * (self.thigh[0] + self.thigh[1]);
        turn[usize::from(SKIRT)] = Rot::x(self.tilt + both);
        turn
    }
}
