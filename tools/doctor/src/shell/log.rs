// SPDX-License-Identifier: MPL-2.0
//! GStreamer's log, without secrets: at its higher levels it writes out whole RTSP messages, passwords included.

use std::io::Write;

use footfall_doctor::secret::Secrets;
use gst::glib;

/// Puts a log of our own in the place of GStreamer's, before GStreamer is started. Memory dumps are left out: they are
/// pictures, and text in pieces in which no secret can be found.
pub fn take_over(secrets: &Secrets) {
    gst::log::remove_default_log_function();
    let for_gst = secrets.clone();
    gst::log::add_log_function(move |category, level, file, _function, line, object, message| {
        if level >= gst::DebugLevel::Memdump || level > category.threshold() {
            return;
        }
        let words = message.get().map(|m| for_gst.clean_log(m.as_str())).unwrap_or_default();
        let object = object.map(|o| for_gst.clean(&o.to_string())).unwrap_or_default();
        let file = file.rsplit('/').next().unwrap_or_default();
        let _ = writeln!(std::io::stderr(), "{} {} {file}:{line}: {object} {words}", level.name().trim_end(), category.name());
    });
    let for_glib = secrets.clone();
    glib::log_set_default_handler(move |domain, level, message| {
        if matches!(level, glib::LogLevel::Info | glib::LogLevel::Debug) {
            return;
        }
        let words = for_glib.clean_log(message);
        let _ = writeln!(std::io::stderr(), "{}: {words}", domain.unwrap_or("glib"));
    });
}
