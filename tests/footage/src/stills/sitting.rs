// SPDX-License-Identifier: MPL-2.0
//! How people sit: at the keyboard, over a paper, chin in hand, leaning back, turned to somebody.

use crate::figure::pose::{Act, Pose};
use crate::math::Rng;

/// A sitting pose drawn by chance.
pub(super) fn pose(rng: &mut Rng) -> Pose {
    let mut p = Pose::sitting();
    match rng.below(12) {
        // Hands on the desk.
        0..=2 => {
            (p.arm, p.elbow, p.arm_in) = ([0.75, 0.75], [0.95, 0.95], [0.15, 0.15]);
            p.bow += rng.range(0.0, 0.25);
            p.nod += rng.range(-0.1, 0.3);
        }
        // Over a paper.
        3 | 4 => {
            (p.arm, p.elbow, p.arm_in) = ([0.8, 0.9], [1.1, 1.2], [0.4, 0.35]);
            p.tilt += rng.range(0.1, 0.35);
            p.bow += rng.range(0.2, 0.45);
            p.nod += rng.range(0.3, 0.7);
        }
        // Chin in a hand.
        5 | 6 => {
            let i = rng.below(2);
            (p.arm[i], p.elbow[i], p.arm_in[i], p.arm_out[i]) = (0.95, 2.25, 0.35, 0.1);
            p.arm[1 - i] = 0.7;
            p.bow += rng.range(0.15, 0.4);
            p.tilt += rng.range(0.0, 0.2);
            p.nod += rng.range(-0.1, 0.25);
        }
        // Leaning far over the desk.
        7 => {
            (p.arm, p.elbow) = ([1.2, 1.1], [0.9, 1.2]);
            p.tilt += rng.range(0.3, 0.6);
            p.bow += rng.range(0.3, 0.55);
            p.nod += rng.range(0.0, 0.8);
        }
        // Leaning back, arms folded.
        8 => {
            p = p.doing(Act::Folded, 1.0);
            p.tilt -= rng.range(0.05, 0.25);
        }
        9 => p = p.doing(Act::Phone, 1.0),
        // Turned to somebody beside or behind.
        10 => {
            let side = *rng.pick(&[-1.0, 1.0]);
            p.twist += side * rng.range(0.2, 0.6);
            p.look += side * rng.range(0.4, 1.0);
        }
        _ => {
            // A hand up, or stretched out.
            let act = *rng.pick(&[Act::ReachUp, Act::Reach, Act::Hold]);
            p = p.doing(act, rng.range(0.6, 1.0));
        }
    }
    p
}
