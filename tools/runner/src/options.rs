// SPDX-License-Identifier: MPL-2.0
//! The command's arguments. No secret is ever one: everybody on the machine can read them.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// What `--help` prints.
pub const HELP: &str = "\
usage: pipelines/run [--once] [--stall SECONDS] [--camera-ca FILE] [--verbose] FILE.launch

Runs the pipeline in FILE.launch and keeps it alive: after an end of the stream, an error or a stall it is built anew, after a
pause of half a second up to five (a minute up to ten when the camera refuses the password). Lines that begin with # are
comments. Outside the scene's opening hours the camera is not connected. It tells systemd how it goes, if that started it.

In the place of a secret stands a placeholder; its value never is in arguments, logs, dumps or messages:
  ${credential:NAME}  the file NAME in $CREDENTIALS_DIRECTORY (systemd: LoadCredential=NAME:/path)
  ${file:/path}       a file
  ${env:NAME}         a variable
such as: rtspsrc location=rtsp://camera.local/stream user-id=footfall user-pw=${credential:camera-password} ! ...

  --once            no restarts: for files. Exit status 0 at the end of the stream, 1 after an error; no opening hours
  --stall SECONDS   no frame for this long is a stall (15; at least 1)
  --camera-ca FILE  the authority (PEM) that signed the certificates of cameras with rtsps://; by default the system's
  --verbose         also the details of warnings and errors
SIGTERM or SIGINT ends it in order: the stream gets its end, files are finished; ten seconds at most, or until a second signal.
GST_DEBUG works as ever, with secrets taken out; GST_DEBUG_DUMP_DOT_DIR and GST_TRACERS do not: dumps hold secrets.
Exit status: 0 stopped in order, 1 the pipeline can not be built or (--once) failed, 2 wrong usage.
";

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The launch file.
    pub launch: PathBuf,
    /// No restarts.
    pub once: bool,
    /// No frame for this long is a stall.
    pub stall: Duration,
    /// The authority of the cameras' certificates.
    pub camera_ca: Option<PathBuf>,
    /// Details of warnings and errors too.
    pub verbose: bool,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Print [`HELP`].
    Help,
    /// Run a pipeline.
    Run(Options),
}

/// Reads arguments, without the program's name.
///
/// # Errors
/// One sentence about the argument that is wrong.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut rest = arguments.into_iter();
    let mut launch: Option<PathBuf> = None;
    let (mut once, mut verbose, mut stall, mut camera_ca) = (false, false, Duration::from_secs(15), None);
    while let Some(argument) = rest.next() {
        let mut value = |what: &str| rest.next().ok_or_else(|| format!("{what}; try --help"));
        match argument.to_str() {
            Some("--help" | "-h") => return Ok(Command::Help),
            Some("--once") => once = true,
            Some("--verbose") => verbose = true,
            Some("--stall") => stall = seconds(&value("--stall wants seconds")?)?,
            Some("--camera-ca") => camera_ca = Some(PathBuf::from(value("--camera-ca wants a file")?)),
            Some(option) if option.starts_with('-') => return Err(format!("unknown option '{option}'; try --help")),
            _ if launch.is_some() => return Err("one launch file at most; try --help".into()),
            _ => launch = Some(PathBuf::from(argument)),
        }
    }
    let launch = launch.ok_or("no launch file is named; try --help")?;
    Ok(Command::Run(Options { launch, once, stall, camera_ca, verbose }))
}

fn seconds(text: &OsString) -> Result<Duration, String> {
    let number = text.to_str().and_then(|t| t.parse::<u64>().ok()).filter(|s| (1..=3600).contains(s));
    number.map(Duration::from_secs).ok_or_else(|| format!("--stall {}: whole seconds from 1 to 3600 are wanted", text.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Result<Command, String> {
        parse(words.iter().map(OsString::from))
    }

    #[test]
    fn a_file_is_enough() {
        let Ok(Command::Run(options)) = parsed(&["door.launch"]) else { panic!() };
        assert_eq!((options.once, options.stall, options.launch), (false, Duration::from_secs(15), "door.launch".into()));
        let Ok(Command::Run(options)) = parsed(&["--once", "--stall", "3", "f", "--camera-ca", "ca.pem"]) else { panic!() };
        assert_eq!((options.once, options.stall, options.camera_ca), (true, Duration::from_secs(3), Some("ca.pem".into())));
        assert_eq!(parsed(&["f", "-h"]), Ok(Command::Help));
    }

    #[test]
    fn wrong_usage_is_named() {
        for (words, named) in [
            (&[][..], "no launch file"),
            (&["a", "b"], "one launch file"),
            (&["--pw"], "'--pw'"),
            (&["--stall"], "wants seconds"),
            (&["--stall", "0", "f"], "--stall 0"),
            (&["f", "--camera-ca"], "wants a file"),
        ] {
            assert!(parsed(words).unwrap_err().contains(named), "{words:?}");
        }
    }
}
