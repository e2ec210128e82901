// SPDX-License-Identifier: MPL-2.0
//! The envelope of a payload, read from the bytes of an outbox that may be old.

use gst_plugin_countsink::labels::{user_properties, window_end};

/// Reads the input as a payload.
///
/// # Panics
/// When it shows a fault.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let properties = user_properties(text);
    assert!(properties.len() <= 3);
    if let Some(end) = window_end(text) {
        assert!(!end.utc_seconds().is_empty());
    }
}
