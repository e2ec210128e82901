// SPDX-License-Identifier: MPL-2.0
//! Tests on the built library. One binary, a module a subject.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod bad_input;
mod broker_faults;
mod broker_outage;
mod camera_clock;
mod camera_fault_supervised;
mod camera_faults;
mod caps_change;
mod counting;
mod demo;
mod detecting;
mod doctor;
mod documentation;
mod installing;
mod late_branch;
mod lateness;
mod launch_lines;
mod loading;
mod no_signal;
mod outage;
mod overlay;
mod real_clips;
mod reference_time;
mod rendered;
mod restart;
mod runner;
mod scrubbing;
mod scrubbing_causes;
mod scrubbing_stream;
mod secrets;
mod soak;
mod soak_video;
mod tls;
