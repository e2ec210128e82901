// SPDX-License-Identifier: MPL-2.0
//! Commit and release date for the plugin record.

fn main() {
    gst_plugin_version_helper::info();
}
