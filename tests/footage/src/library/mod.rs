// SPDX-License-Identifier: MPL-2.0
//! The named scenes, from easy to hard.
//!
//! In the rooms with a camera on the wall x runs to the right and y away from the camera, in metres; the door is in a wall
//! at y = 7.6, and what happens behind that wall isn't seen. In those seen from above the camera hangs over the origin.

mod above;
mod door;
mod rooms;
mod shop;

use crate::scene::Scene;

/// All scenes, by rising difficulty.
pub fn scenes() -> Vec<Scene> {
    let mut all = door::scenes();
    all.extend(shop::scenes());
    all.extend(above::scenes());
    all.sort_by_key(|s| s.level);
    all
}

/// The scene of this name.
pub fn scene(name: &str) -> Option<Scene> {
    scenes().into_iter().find(|s| s.name == name)
}
