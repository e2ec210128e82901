// SPDX-License-Identifier: MPL-2.0
//! What must hold for rendered films.

mod determinism;
mod truth;
