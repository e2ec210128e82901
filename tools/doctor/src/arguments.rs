// SPDX-License-Identifier: MPL-2.0
//! The command line. A sentence about a mistake never repeats a value: it may be a password in the wrong place.

use std::path::PathBuf;
use std::time::Duration;

use gst_plugin_countsink::broker::Given;

/// Longest time for which a camera is watched, seconds.
const MOST_SECONDS: f64 = 3600.0;
/// Longest soak, minutes: a week.
const MOST_MINUTES: f64 = 7.0 * 24.0 * 60.0;

/// The help text.
pub const USAGE: &str = "\
usage: pipelines/doctor [--camera URL|FILE] [--broker URL] [--scene FILE] [--model FILE] [--minutes N] [OPTION ...]

Says line by line what works and what does not: ok, warning, failed (with what was tried and what to check), not tried.
Without options: what runs on this machine, and how fast the detector is here. It writes no file, keeps no picture, and
never prints a password.

  --camera URL|FILE            rtsp://, rtsps:// or a film: opens it and watches it
  --camera-user NAME           the camera's user; in the URL it would show in process lists
  --camera-password-location FILE
                               the file with the camera's password (or set FOOTFALL_CAMERA_PASSWORD)
  --camera-ca-location FILE    the authority that signed the certificate of a camera by rtsps:// (PEM), or the certificate
                               itself if the camera signed it; else the system's authorities are asked
  --seconds N                  watch the camera for so long, default 10; the drift of its clock needs 60 or more
  --broker URL                 mqtts://HOST[:PORT], or mqtt:// on this machine: connects, and with --scene publishes one
                               message on PREFIX/SITE/CAMERA/doctor, not retained
  --username NAME  --password-location FILE  --ca-location FILE  --cert-location FILE  --key-location FILE
  --topic-prefix PREFIX  --client-id ID  --allow-plain
                               as the properties of countsink
  --scene FILE                 the camera's scene: every error, and whether it suits the camera's picture
  --model FILE                 another detector than the one that is built in
  --model-hints K=V;...        as the property of persondetector
  --minutes N                  a soak: counts from the camera for N minutes and holds rate, CPU, memory and throttling
                               against their limits; what can not be read fails
  --rate N                     detections a second of the soak, default 10
  --without throttling         do not ask for the processor's throttling, where a machine can not say (a virtual one)
  --json                       one JSON object at the end instead of lines

Exit status: 0 all well (warnings allowed), 1 something failed, 2 wrong usage.
";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // The options' own names.
pub struct Arguments {
    pub camera: Option<String>,
    pub camera_user: Option<String>,
    pub camera_password_location: Option<PathBuf>,
    pub camera_ca_location: Option<PathBuf>,
    pub seconds: f64,
    /// As countsink takes it; without an address none is asked for.
    pub broker: Given,
    pub scene: Option<PathBuf>,
    pub model: Option<PathBuf>,
    pub model_hints: String,
    pub minutes: Option<f64>,
    pub rate: f64,
    pub without_throttling: bool,
    pub json: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            camera: None,
            camera_user: None,
            camera_password_location: None,
            camera_ca_location: None,
            seconds: 10.0,
            broker: Given { topic_prefix: "footfall".into(), keep_alive: Duration::from_secs(30), ..Given::default() },
            scene: None,
            model: None,
            model_hints: String::new(),
            minutes: None,
            rate: 10.0,
            without_throttling: false,
            json: false,
        }
    }
}

/// What the command line asks for, if it can be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// The help text.
    Help,
    /// To look.
    Look(Box<Arguments>),
}

/// A mistake on the command line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}; try --help")]
pub struct WrongUse(String);

/// Reads the words behind the command's name.
///
/// # Errors
/// With the first mistake.
pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Wish, WrongUse> {
    let mut words = words.into_iter();
    let mut a = Arguments::default();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            return Err(WrongUse("there is a word that belongs to no option".into()));
        }
        let (name, joined) = word.split_once('=').map_or((word.as_str(), None), |(n, v)| (n, Some(v.to_owned())));
        if matches!(name, "--help" | "-h") {
            return Ok(Wish::Help);
        }
        if let Some(switch) = switch(&mut a, name) {
            if joined.is_some() {
                return Err(WrongUse(format!("{name} takes no value")));
            }
            *switch = true;
            continue;
        }
        if !TAKE_A_VALUE.contains(&name) {
            return Err(WrongUse(format!("{name} is no option")));
        }
        let value = joined.or_else(|| words.next()).filter(|v| !v.is_empty());
        set(&mut a, name, value.ok_or_else(|| WrongUse(format!("{name} needs a value")))?)?;
    }
    whole(a)
}

fn switch<'a>(a: &'a mut Arguments, name: &str) -> Option<&'a mut bool> {
    match name {
        "--json" => Some(&mut a.json),
        "--allow-plain" => Some(&mut a.broker.allow_plain),
        _ => None,
    }
}

const TAKE_A_VALUE: [&str; 19] = [
    "--camera",
    "--camera-user",
    "--camera-password-location",
    "--camera-ca-location",
    "--seconds",
    "--broker",
    "--username",
    "--password-location",
    "--ca-location",
    "--cert-location",
    "--key-location",
    "--topic-prefix",
    "--client-id",
    "--scene",
    "--model",
    "--model-hints",
    "--minutes",
    "--rate",
    "--without",
];

fn set(a: &mut Arguments, name: &str, value: String) -> Result<(), WrongUse> {
    match name {
        "--camera" => a.camera = Some(value),
        "--camera-user" => a.camera_user = Some(value),
        "--camera-password-location" => a.camera_password_location = Some(value.into()),
        "--camera-ca-location" => a.camera_ca_location = Some(value.into()),
        "--seconds" => a.seconds = number(name, &value, MOST_SECONDS)?,
        "--broker" => a.broker.broker = value,
        "--username" => a.broker.username = Some(value),
        "--password-location" => a.broker.password_location = Some(value.into()),
        "--ca-location" => a.broker.ca_location = Some(value.into()),
        "--cert-location" => a.broker.cert_location = Some(value.into()),
        "--key-location" => a.broker.key_location = Some(value.into()),
        "--topic-prefix" => a.broker.topic_prefix = value,
        "--client-id" => a.broker.client_id = Some(value),
        "--scene" => a.scene = Some(value.into()),
        "--model" => a.model = Some(value.into()),
        "--model-hints" => a.model_hints = value,
        "--minutes" => a.minutes = Some(number(name, &value, MOST_MINUTES)?),
        "--rate" => a.rate = number(name, &value, 100.0)?,
        "--without" if value == "throttling" => a.without_throttling = true,
        _ => return Err(WrongUse(format!("{name} takes only the word throttling"))),
    }
    Ok(())
}

fn number(name: &str, value: &str, most: f64) -> Result<f64, WrongUse> {
    let good = value.parse().ok().filter(|n: &f64| *n > 0.0 && *n <= most);
    good.ok_or_else(|| WrongUse(format!("{name} takes a number above 0 and up to {most}")))
}

/// What belongs together is there together.
fn whole(a: Arguments) -> Result<Wish, WrongUse> {
    let of_the_broker = [
        ("--username", a.broker.username.is_some()),
        ("--password-location", a.broker.password_location.is_some()),
        ("--ca-location", a.broker.ca_location.is_some()),
        ("--cert-location", a.broker.cert_location.is_some()),
        ("--key-location", a.broker.key_location.is_some()),
        ("--client-id", a.broker.client_id.is_some()),
        ("--allow-plain", a.broker.allow_plain),
    ];
    let of_the_camera = [
        ("--camera-user", a.camera_user.is_some()),
        ("--camera-password-location", a.camera_password_location.is_some()),
        ("--camera-ca-location", a.camera_ca_location.is_some()),
        ("--minutes", a.minutes.is_some()),
    ];
    let alone = |given: bool, needed: &str, options: &[(&str, bool)]| {
        let lone = options.iter().find(|(_, set)| !given && *set);
        lone.map_or(Ok(()), |(name, _)| Err(WrongUse(format!("{name} needs {needed}"))))
    };
    alone(!a.broker.broker.is_empty(), "--broker", &of_the_broker)?;
    alone(a.camera.is_some(), "--camera", &of_the_camera)?;
    alone(a.minutes.is_some(), "--minutes", &[("--without", a.without_throttling)])?;
    Ok(Wish::Look(Box::new(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Wish, WrongUse> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_read_in_both_manners() {
        let Ok(Wish::Look(a)) = read("--camera rtsp://h/p --seconds=3 --json --minutes 0.2 --without throttling") else {
            panic!()
        };
        assert_eq!((a.camera.as_deref(), a.seconds, a.json, a.minutes), (Some("rtsp://h/p"), 3.0, true, Some(0.2)));
        assert!(a.without_throttling);
        assert_eq!(read("--seconds 3 --help"), Ok(Wish::Help));
        assert_eq!(read(""), Ok(Wish::Look(Box::default())));
    }

    #[test]
    fn mistakes_name_the_option_and_never_a_value() {
        for (line, words) in [
            ("geheim", "belongs to no option"),
            ("--pasword geheim", "--pasword is no option"),
            ("--pasword=geheim", "--pasword is no option"),
            ("--json=geheim", "takes no value"),
            ("--camera", "--camera needs a value"),
            ("--camera=", "--camera needs a value"),
            ("--seconds geheim", "--seconds takes a number"),
            ("--seconds 0", "--seconds takes a number"),
            ("--seconds 3601", "--seconds takes a number"),
            ("--minutes -1 --camera x", "--minutes takes a number"),
            ("--minutes 1", "--minutes needs --camera"),
            ("--camera-user geheim", "--camera-user needs --camera"),
            ("--camera-ca-location geheim", "--camera-ca-location needs --camera"),
            ("--username geheim", "--username needs --broker"),
            ("--without geheim", "only the word throttling"),
            ("--without throttling", "--without needs --minutes"),
        ] {
            let sentence = read(line).unwrap_err().to_string();
            assert!(sentence.contains(words), "{line}: {sentence}");
            assert!(!sentence.contains("geheim"), "{sentence}");
        }
    }

    #[test]
    fn the_help_names_every_option() {
        for name in TAKE_A_VALUE.iter().chain(&["--json", "--allow-plain"]) {
            assert!(USAGE.contains(name), "{name}");
        }
    }
}
