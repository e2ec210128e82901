// SPDX-License-Identifier: MPL-2.0
//! The one installed library: four elements, one version, one registry entry, so that an old tracker never runs beside a
//! new scrubber.
#![deny(missing_docs)]

/// The plugin's record. The macro makes public items of its own, without docs and with C linkage.
#[allow(missing_docs)]
mod plugin {
    use gst::glib;

    fn plugin_init(plugin: &gst::Plugin) -> Result<(), glib::BoolError> {
        gst_plugin_persondetector::register(plugin)?;
        gst_plugin_zonetracker::register(plugin)?;
        gst_plugin_pixelscrubber::register(plugin)?;
        gst_plugin_countsink::register(plugin)
    }

    gst::plugin_define!(
        footfall,
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
