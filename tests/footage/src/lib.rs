// SPDX-License-Identifier: MPL-2.0
//! Rendered films of a shop, with exact truth.
//!
//! A scene is a few lines of description; from it come pictures, and for every picture who is where, which pixels are
//! whose, who crossed which line and who stayed where. The same seed gives the same bytes on every machine.
#![deny(missing_docs)]

pub mod camera;
pub mod canvas;
pub mod coarse;
pub mod figure;
pub mod film;
pub mod furniture;
pub mod gallery;
pub mod library;
pub mod light;
pub mod math;
pub mod picture;
pub mod portrait;
pub mod prop;
pub mod raster;
pub mod record;
pub mod room;
pub mod scene;
pub mod sensor;
mod shadow;
pub mod stills;
pub mod text;
mod tile;
pub mod truth;
pub mod world;
