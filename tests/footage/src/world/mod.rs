// SPDX-License-Identifier: MPL-2.0
//! Who is where at which time: scripts of steps become paths.

pub mod path;
pub mod queue;
pub mod script;
