// SPDX-License-Identifier: MPL-2.0
//! Secrets of the commands: how they are held, and how they are kept out of whatever is printed and logged.
//!
//! ```text
//!  file, address ──► secret ──► redactor ──► every line that is printed
//!                      needle, written ┘ └──► log: GStreamer's and GLib's messages
//! ```
//!
//! A [`Redactor`] knows every secret before anything is started, and searches each text for each of them in every form in
//! which a library may write it. All of it is pure but [`log`] (feature `gst`).

#![deny(missing_docs)]

#[cfg(feature = "gst")]
pub mod log;
mod needle;
mod redactor;
mod secret;
mod written;

pub use redactor::{HIDDEN, Redactor};
pub use secret::{NoSecret, Secret};
