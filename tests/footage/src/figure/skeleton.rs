// SPDX-License-Identifier: MPL-2.0
//! Bones, and where they are in a pose.
//!
//! Lengths are those of a grown person of 1.75 m; a figure is scaled as a whole, and children have other proportions.
//! In the rest pose arms stand off by [`REST_ARM`], so that they don't flow into the chest.

use super::pose::Pose;
use crate::math::{Rot, Vec3, degrees, sin_cos, v3};

/// Height that all lengths are for, metres.
pub const REFERENCE_M: f32 = 1.75;
/// Angle between hanging and rest arm, degrees.
pub const REST_ARM: f32 = 40.0;

/// The hips: root of all.
pub const PELVIS: u8 = 0;
/// The lower back.
pub const SPINE: u8 = 1;
/// The chest.
pub const CHEST: u8 = 2;
/// The neck.
pub const NECK: u8 = 3;
/// The head.
pub const HEAD: u8 = 4;
/// Upper arms: left, then right.
pub const UPPER_ARM: [u8; 2] = [5, 8];
/// Forearms.
pub const FOREARM: [u8; 2] = [6, 9];
/// Hands.
pub const HAND: [u8; 2] = [7, 10];
/// Thighs.
pub const THIGH: [u8; 2] = [11, 14];
/// Shins.
pub const SHIN: [u8; 2] = [12, 15];
/// Feet.
pub const FOOT: [u8; 2] = [13, 16];
/// Cloth between the thighs: moves half with each.
pub const SKIRT: u8 = 17;

/// Each bone's parent; the root is its own.
pub const PARENT: [u8; 18] = [0, 0, 1, 2, 3, 2, 5, 6, 2, 8, 9, 0, 11, 12, 0, 14, 15, 0];

/// -1 for left, 1 for right: x grows to a person's right.
pub const SIDE: [f32; 2] = [-1.0, 1.0];

/// How a body is built.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// Height, metres.
    pub height: f32,
    /// 0 grown up, 1 a small child.
    pub child: f32,
    /// 0 broad shoulders, 1 broad hips.
    pub hips: f32,
    /// -1 thin, 1 stout.
    pub weight: f32,
}

impl Build {
    /// Size of the head over a grown person's.
    pub fn head(&self) -> f32 {
        1.035 + 0.50 * self.child
    }

    /// Where the joints are in the rest pose, at reference height.
    pub fn joints(&self) -> [Vec3; 18] {
        let c = self.child;
        let leg = 1.0 - 0.10 * c;
        let drop = 0.92 * (1.0 - leg) + 0.085 * c * 0.4;
        let shoulder = (0.178 - 0.018 * self.hips + 0.012 * self.weight) * (1.0 - 0.06 * c);
        let hip = 0.088 + 0.008 * self.hips;
        let (s, k) = sin_cos(degrees(REST_ARM));
        let mut joint = [Vec3::default(); 18];
        joint[0] = v3(0.0, 0.0, 0.95 - drop);
        joint[1] = v3(0.0, -0.01, 1.05 - drop);
        joint[2] = v3(0.0, -0.01, 1.20 - drop);
        joint[3] = v3(0.0, -0.015, 1.455 - drop);
        joint[4] = v3(0.0, 0.0, 1.53 - drop - 0.01 * c);
        for i in 0..2 {
            let side = SIDE[i];
            let along = v3(side * s, 0.0, -k);
            let arm = 1.0 - 0.10 * c;
            let at = v3(side * shoulder, -0.012, 1.405 - drop);
            joint[usize::from(UPPER_ARM[i])] = at;
            joint[usize::from(FOREARM[i])] = at + along * (0.285 * arm);
            joint[usize::from(HAND[i])] = at + along * (0.53 * arm);
            let leg_z = |z: f32| z * leg - 0.034 * c * (z / 0.92);
            joint[usize::from(THIGH[i])] = v3(side * hip, 0.0, leg_z(0.92));
            joint[usize::from(SHIN[i])] = v3(side * (hip + 0.014), 0.008, leg_z(0.50));
            joint[usize::from(FOOT[i])] = v3(side * (hip + 0.022), -0.018, 0.085);
        }
        joint[usize::from(SKIRT)] = v3(0.0, 0.0, joint[usize::from(THIGH[0])].z);
        joint
    }

    /// Direction of the right arm in the rest pose; mirror x for the left.
    pub fn rest_arm(side: f32) -> Vec3 {
        let (s, k) = sin_cos(degrees(REST_ARM));
        v3(side * s, 0.0, -k)
    }
}

/// How a bone stands: a point of the rest pose goes to `turn * point + shift`.
#[derive(Clone, Copy, Debug)]
pub struct JointNow {
    /// Rotation from the rest pose.
    pub turn: Rot,
    /// Shift after it, metres.
    pub shift: Vec3,
    /// Where the joint itself is now, metres.
    pub at: Vec3,
}

/// All bones in a pose, in metres of the world.
#[derive(Clone, Debug)]
pub struct Stance {
    /// One entry a bone.
    pub joints: [JointNow; 18],
}

impl Stance {
    /// Where the bones are: pose, place on the floor, and direction (a unit vector).
    pub fn of(build: &Build, pose: &Pose, ground: Vec3, facing: (f32, f32)) -> Self {
        let rest = build.joints();
        let turns = pose.turns();
        let mut global = [Rot::IDENTITY; 18];
        let mut at = [Vec3::default(); 18];
        for bone in 0..18 {
            let parent = usize::from(PARENT[bone]);
            if bone == 0 {
                global[0] = turns[0];
                at[0] = rest[0];
            } else {
                global[bone] = global[parent].after(&turns[bone]);
                at[bone] = at[parent] + global[parent].apply(rest[bone] - rest[parent]);
            }
        }
        // The lowest point of the feet stands on the floor, whatever the pose.
        let mut lowest = f32::MAX;
        for foot in FOOT.map(usize::from) {
            for (y, z) in [(0.19, 0.0), (-0.065, 0.0), (0.10, 0.0)] {
                let sole = v3(rest[foot].x, rest[foot].y + y, z) - rest[foot];
                lowest = lowest.min((at[foot] + global[foot].apply(sole)).z);
            }
        }
        let lift = pose.lift - lowest;
        let scale = build.height / REFERENCE_M;
        let place = Rot::facing(facing.0, facing.1);
        let joints = std::array::from_fn(|bone| {
            let turn = place.after(&global[bone]);
            let here = place.apply(at[bone] + v3(pose.sway, pose.ahead, lift)) * scale + ground;
            let turn = Rot(turn.0.map(|column| column * scale));
            JointNow { turn, shift: here - turn.apply(rest[bone]), at: here }
        });
        Self { joints }
    }
}
