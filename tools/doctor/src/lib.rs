// SPDX-License-Identifier: MPL-2.0
//! The first ten minutes: what works on this machine, with this camera, broker and scene, and what to check where it does not.
//!
//! ```text
//!  what was looked at ──► judgement ──► checks ──► report ──► secrets cut out once more ──► stdout
//! ```
//!
//! Everything here is pure: what was seen comes in as plain data, time as an argument, and a [`check::Check`] comes out.
//! The command itself (`main.rs` and `shell/`, feature `gst`) looks at the world and decides nothing.

#![deny(missing_docs)]

pub mod address;
pub mod arguments;
pub mod check;
pub mod judge;
pub mod measured;
pub mod procfs;
pub mod report;
pub mod scene_errors;
pub mod timing;
