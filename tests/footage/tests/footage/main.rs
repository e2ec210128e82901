// SPDX-License-Identifier: MPL-2.0
//! What must hold for rendered films.
#![allow(clippy::expect_used, clippy::panic)] // These are tests.

mod determinism;
mod truth;
