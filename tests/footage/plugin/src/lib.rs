// SPDX-License-Identifier: MPL-2.0
//! Rendered scenes as a GStreamer source, in a library that is not installed with the product.
#![deny(missing_docs)]

pub mod storescenesrc;

/// The plugin's record. The macro makes public items of its own, without docs and with C linkage.
#[allow(missing_docs)]
mod plugin {
    use gst::glib;

    fn plugin_init(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
        crate::storescenesrc::register(plugin)
    }

    gst::plugin_define!(
        footagetest,
        env!("CARGO_PKG_DESCRIPTION"),
        plugin_init,
        concat!(env!("CARGO_PKG_VERSION"), "-", env!("COMMIT_ID")),
        "MPL-2.0",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_REPOSITORY"),
        env!("BUILD_REL_DATE")
    );
}

/// Registers the element in this process, for tests that link the library.
pub fn register_static() -> Result<(), gst::glib::BoolError> {
    plugin::plugin_register_static()
}
