// SPDX-License-Identifier: MPL-2.0
//! GStreamer's and GLib's messages, with secrets taken out. GStreamer's own log would print them: rtspsrc logs whole requests
//! and addresses.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use gst::glib;

use crate::Redactor;

/// Takes the place of GStreamer's log and of GLib's, once in a process and before GStreamer starts. `GST_DEBUG` works as ever,
/// and so does `GST_DEBUG_FILE` (`-` is standard output, `%p` in a name the process's number).
///
/// Memory dumps are left out: they are pictures, and text in hex in which no secret can be found.
///
/// # Errors
/// When `GST_DEBUG_FILE` can not be created.
pub fn install(redactor: Arc<Redactor>) -> io::Result<()> {
    let out = Out::of_process()?;
    gst::log::remove_default_log_function();
    let (began, of_glib) = (gst::get_timestamp(), redactor.clone());
    gst::log::add_log_function(move |category, level, source, function, line, object, message| {
        // GStreamer asks only the most talkative category's threshold.
        if level >= gst::DebugLevel::Memdump || level > category.threshold() {
            return;
        }
        let since = gst::get_timestamp().saturating_sub(began);
        let (level, category) = (level.name().trim_end(), category.name());
        let object = object.map(|o| format!("<{o}> ")).unwrap_or_default();
        let message = message.get();
        let words = message.as_deref().map_or("", |words| words.as_str());
        out.write(&redactor.redact(&format!("{since} {level:7} {category} {source}:{line}:{function}: {object}{words}")));
    });
    glib::log_set_writer_func(move |level, fields| {
        if !matches!(level, glib::LogLevel::Info | glib::LogLevel::Debug) {
            let field = |key: &str| fields.iter().find(|field| field.key() == key).and_then(|field| field.value_str());
            let text = format!("{}: {}", field("GLIB_DOMAIN").unwrap_or("glib"), field("MESSAGE").unwrap_or_default());
            Out::Errors.write(&of_glib.redact(&text));
        }
        glib::LogWriterOutput::Handled
    });
    Ok(())
}

/// Where the log goes.
enum Out {
    Errors,
    Output,
    File(File),
}

impl Out {
    fn of_process() -> io::Result<Self> {
        match std::env::var("GST_DEBUG_FILE").unwrap_or_default().as_str() {
            "" => Ok(Self::Errors),
            "-" => Ok(Self::Output),
            name => Ok(Self::File(File::create(name.replace("%p", &std::process::id().to_string()))?)),
        }
    }

    /// In one piece, so that threads do not mix their lines.
    fn write(&self, line: &str) {
        let line = format!("{line}\n");
        // What can't be written is lost; there is nobody to tell.
        let _ = match self {
            Self::Errors => io::stderr().write_all(line.as_bytes()),
            Self::Output => io::stdout().write_all(line.as_bytes()),
            Self::File(file) => (&*file).write_all(line.as_bytes()),
        };
    }
}
