// SPDX-License-Identifier: MPL-2.0
//! The only GStreamer in the contract: how its values lie in metas and events, and how frames are mapped.
//!
//! Everything is a named structure whose field `version` is checked first; unknown versions are refused.

pub mod attestation;
pub mod frame;
pub mod scene;
pub mod totals;
