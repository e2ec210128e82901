// SPDX-License-Identifier: MPL-2.0
//! To come.
pub fn register(_plugin: &gst::Plugin) -> Result<(), gst::glib::BoolError> {
    Ok(())
}
