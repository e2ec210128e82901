// SPDX-License-Identifier: MPL-2.0
//! What the tests of the built library share: finding it, making pictures and attestations, watching totals, a broker.
#![deny(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

pub mod attested;
pub mod broker;
pub mod camera;
pub mod certificates;
pub mod guarded;
pub mod picture;
pub mod place;
pub mod relay;
pub mod rtcp;
pub mod run;
pub mod runner;
pub mod scarce;
pub mod usage;
pub mod walk;
