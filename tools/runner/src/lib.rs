// SPDX-License-Identifier: MPL-2.0
//! footfall-run: runs the pipeline of one launch file and keeps it alive.
//!
//! ```text
//!  FILE.launch ──► launch_text ──► secret                  what is run, and where what nobody may read lies
//!  bus, frames, signals, clock ──► supervisor ──► actions   when it is started, stopped and started anew
//!                                     ▲    └────► notify    what a service manager is told
//!                          backoff, presence
//! ```
//!
//! [`supervisor`] decides, knows no GStreamer, and takes time as an argument; [`shell`] (feature `gst`) asks the clock,
//! builds pipelines and does what it is told.

#![deny(missing_docs)]

pub mod backoff;
pub mod launch_text;
pub mod notify;
pub mod options;
pub mod presence;
pub mod secret;
pub mod supervisor;

#[cfg(feature = "gst")]
pub mod shell;
