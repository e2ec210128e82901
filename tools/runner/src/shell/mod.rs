// SPDX-License-Identifier: MPL-2.0
//! Around GStreamer: builds pipelines, listens to their buses, asks the clocks, and does what the supervisor says.

mod ask;
mod clean;
mod guard;
mod pipeline;
mod session;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use footfall_redact::{Redactor, log};

use crate::launch_text::LaunchText;
use crate::notify::{Manager, Variables};
use crate::options::{self, Command, Options};
use crate::presence::Presence;
use crate::secret::Surroundings;
use crate::supervisor::{Settings, Supervisor};
use pipeline::Recipe;
use session::Session;

/// Wrong usage.
const USAGE: u8 = 2;

/// Where lines go: standard error, with secrets taken out.
#[derive(Clone)]
struct Mouth {
    redactor: Arc<Redactor>,
}

impl Mouth {
    /// Says a line. Who does not listen any more is no reason to stop.
    fn say(&self, words: &str) {
        let _ = writeln!(std::io::stderr().lock(), "run: {}", self.redactor.redact(words));
    }
}

/// The whole command.
pub fn main() -> ExitCode {
    let command = match options::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "run: {error}");
            return ExitCode::from(USAGE);
        }
    };
    let options = match command {
        Command::Help => {
            let _ = write!(std::io::stdout().lock(), "{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Command::Run(options) => options,
    };
    match run(&options) {
        Ok(code) => code,
        Err(error) => {
            // It names what is wrong by the placeholder; nothing in it comes from a secret's value.
            let _ = writeln!(std::io::stderr().lock(), "run: {}: {error}", options.launch.display());
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, String> {
    let dropped = clean::drop_dumping_variables();
    let file = std::fs::read_to_string(&options.launch).map_err(|e| format!("it can not be read: {e}"))?;
    let launch = LaunchText::parse(&file).map_err(|e| e.to_string())?;
    let secrets = launch.fetch(&Surroundings::of_process()).map_err(|e| e.to_string())?;
    let redactor: Arc<Redactor> = Arc::new(secrets.iter().collect());
    let mouth = Mouth { redactor: redactor.clone() };
    dropped.iter().for_each(|name| mouth.say(&format!("{name} is ignored: a dump of the pipeline would hold its secrets")));
    log::install(redactor.clone()).map_err(|e| format!("GST_DEBUG_FILE can not be written: {e}"))?;
    gst::init().map_err(|e| format!("GStreamer does not start: {e}"))?;

    let signals = session::Mailbox::with_signals().map_err(|e| format!("signals can not be caught: {e}"))?;
    let recipe = Recipe::new(launch, secrets, options.camera_ca.as_deref())?;
    // Built once to see that it can be, and which scenes it names; thrown away, so that each start has a fresh one.
    let scenes = recipe.build().and_then(|pipeline| recipe.scenes(&pipeline)).map_err(|e| redactor.redact(&e).into_owned())?;

    let variables = Variables::of_process();
    let watchdog = variables.watchdog(std::process::id());
    let manager = Manager::connect(&variables).unwrap_or_else(|e| {
        mouth.say(&format!("NOTIFY_SOCKET: nobody listens there ({e}); the service manager is told nothing"));
        Manager::default()
    });
    let settings = Settings { once: options.once, stall: options.stall, watchdog };
    let supervisor = Supervisor::new(settings, Presence::of(&scenes), crate::backoff::random);
    let session = Session::new(recipe, supervisor, signals, manager, mouth, options.verbose);
    Ok(session.run())
}
