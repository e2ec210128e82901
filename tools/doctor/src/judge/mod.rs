// SPDX-License-Identifier: MPL-2.0
//! From what was seen to checks. Each limit is named once, with its reason, and tested from both sides.

pub mod broker;
pub mod camera;
pub mod machine;
pub mod model;
pub mod reach;
pub mod scene;
pub mod soak;
