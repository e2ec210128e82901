// SPDX-License-Identifier: MPL-2.0
//! GStreamer's log, with secrets taken out. Its own function would print them: rtspsrc logs whole requests.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use crate::redact::Redactor;

/// Takes the place of GStreamer's log function, before GStreamer starts. `GST_DEBUG` and `GST_DEBUG_FILE` work as ever.
///
/// # Errors
/// When `GST_DEBUG_FILE` can't be created.
pub fn install(redactor: Arc<Redactor>) -> std::io::Result<()> {
    let file = match std::env::var_os("GST_DEBUG_FILE").filter(|name| !name.is_empty() && name != "-") {
        Some(name) => Some(File::create(name)?),
        None => None,
    };
    gst::log::remove_default_log_function();
    let began = gst::get_timestamp();
    let of_glib = redactor.clone();
    gst::log::add_log_function(move |category, level, source, function, line, object, message| {
        // GStreamer asks only the most talkative category's threshold.
        if level > category.threshold() {
            return;
        }
        // A dump in hex shows a secret in a form that nobody looks for.
        let shown = if level == gst::DebugLevel::Memdump { None } else { message.get() };
        let words = shown.as_deref().map_or("(memory is not shown)", |text| text.as_str());
        let object = object.map(|o| format!("<{o}> ")).unwrap_or_default();
        let text =
            format!("{} {:5} {} {source}:{line}:{function}: {object}{words}", since(began), level.name().trim(), category.name());
        let clean = redactor.redact(&text);
        // What can't be written is lost; there is nobody to tell.
        let _ = match &file {
            Some(file) => writeln!(&mut &*file, "{clean}"),
            None => writeln!(std::io::stderr().lock(), "{clean}"),
        };
    });
    gst::glib::log_set_default_handler(move |domain, level, message| {
        if matches!(level, gst::glib::LogLevel::Info | gst::glib::LogLevel::Debug) {
            return;
        }
        let text = format!("{}: {message}", domain.unwrap_or("glib"));
        let _ = writeln!(std::io::stderr().lock(), "{}", of_glib.redact(&text));
    });
    Ok(())
}

/// As GStreamer writes it.
fn since(began: gst::ClockTime) -> String {
    gst::get_timestamp().saturating_sub(began).to_string()
}
