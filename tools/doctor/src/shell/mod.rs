// SPDX-License-Identifier: MPL-2.0
//! The thin half: looks at the world, and hands what it saw to the judgement.

mod broker;
mod clock;
mod eye;
mod machine;
mod model;
mod output;
mod reach;
mod soak;
mod source;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use footfall_contract::scene::Scene;
use footfall_doctor::address::{Login, Source};
use footfall_doctor::arguments::{self, Arguments, USAGE, Wish};
use footfall_doctor::check::{Check, Group};
use footfall_doctor::judge;
use footfall_doctor::measured::{Failure, Observed};
use footfall_redact::{Redactor, Secret, log};
use gst_plugin_countsink::broker::{BadBroker, Broker};

use output::{Output, VERSION};
use source::{Access, Authority};

/// Pictures that are taken for the camera's where there is none to ask, pixels.
const USUAL_SIZE: (u32, u32) = (1920, 1080);

/// Everything that was asked for, with the secrets in it.
struct Job {
    arguments: Arguments,
    source: Option<Source>,
    access: Access,
    login_in_address: bool,
    broker: Option<Result<Broker, BadBroker>>,
}

/// The command.
pub fn run() -> ExitCode {
    let Ok(words) = std::env::args_os().skip(1).map(|w| w.into_string()).collect::<Result<Vec<_>, _>>() else {
        return wrong_use("the command line is no UTF-8; try --help", &Redactor::default());
    };
    let arguments = match arguments::parse(words) {
        Ok(Wish::Look(arguments)) => *arguments,
        Ok(Wish::Help) => {
            let _ = write!(std::io::stdout(), "{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(wrong) => return wrong_use(&wrong.to_string(), &Redactor::default()),
    };
    let mut secrets = Redactor::default();
    let job = match gather(arguments, &mut secrets) {
        Ok(job) => job,
        Err(sentence) => return wrong_use(&sentence, &secrets),
    };
    let secrets = Arc::new(secrets);
    if let Err(e) = log::install(secrets.clone()) {
        return wrong_use(&format!("GST_DEBUG_FILE can not be written: {e}"), &secrets);
    }
    let mut output = Output::new(secrets, job.arguments.json);
    look(&job, &mut output);
    output.end()
}

fn wrong_use(sentence: &str, secrets: &Redactor) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "doctor: {}", secrets.redact(sentence));
    ExitCode::from(2)
}

/// Reads addresses and password files, so that every secret is known before anything is looked at.
fn gather(arguments: Arguments, secrets: &mut Redactor) -> Result<Job, String> {
    let source = arguments.camera.as_deref().map(|text| Source::parse(text, secrets)).transpose().map_err(|e| e.to_string())?;
    let in_address = source.as_ref().and_then(|s| match s {
        Source::Camera(camera) => camera.login.clone(),
        Source::File(_) => None,
    });
    if in_address.is_some() && (arguments.camera_user.is_some() || arguments.camera_password_location.is_some()) {
        return Err("a user stands in the address of --camera and in --camera-user: give it once".into());
    }
    let login_in_address = in_address.is_some();
    let login = match in_address {
        Some(login) => Some(login),
        None => given_login(&arguments)?,
    };
    if let Some(login) = &login {
        secrets.add_login(&login.user, login.password.expose());
    }
    // A user's part is refused below, but it stands here all the same.
    if let Some((_, rest)) = arguments.broker.broker.split_once("://")
        && let Some((user, _)) = rest.rsplit_once('@')
    {
        secrets.add(user);
        secrets.add(user.split_once(':').map_or(user, |(_, password)| password));
    }
    let broker = (!arguments.broker.broker.is_empty()).then(|| arguments.broker.check());
    if let Some(Ok(Broker { credentials: Some(given), .. })) = &broker {
        secrets.add_login(&given.username, given.password.expose());
    }
    let authority = arguments.camera_ca_location.as_deref().map(Authority::read).transpose()?;
    Ok(Job { arguments, source, access: Access { login, authority }, login_in_address, broker })
}

/// The camera's login from options and environment.
fn given_login(arguments: &Arguments) -> Result<Option<Login>, String> {
    let password = match &arguments.camera_password_location {
        Some(path) => Some(Secret::from_file(path).map_err(|e| format!("--camera-password-location: {} {e}", path.display()))?),
        None => std::env::var("FOOTFALL_CAMERA_PASSWORD").ok().filter(|p| !p.is_empty()).map(Secret::from),
    };
    match (&arguments.camera_user, password) {
        (Some(user), password) => {
            Ok(Some(Login { user: user.clone(), password: password.unwrap_or_else(|| Secret::from(String::new())) }))
        }
        (None, Some(_)) if arguments.camera_password_location.is_some() => {
            Err("--camera-password-location needs --camera-user".into())
        }
        (None, _) => Ok(None),
    }
}

/// Everything, in the order of the report.
fn look(job: &Job, output: &mut Output) {
    if let Err(e) = gst::init() {
        let tried = "GStreamer was started";
        output.add(Check::failed(Group::Machine, "gstreamer", e.to_string(), tried, "run pipelines/setup"));
        return;
    }
    output.add_all(judge::machine::checks(&machine::look(), VERSION));
    let seen = job.source.as_ref().and_then(|source| look_at_camera(job, source, output));
    let size = seen.as_ref().map(|s| (s.picture.width, s.picture.height)).filter(|(w, h)| *w > 0 && *h > 0);
    let model = model::look(job.arguments.model.as_deref(), &job.arguments.model_hints, size.unwrap_or(USUAL_SIZE));
    output.add_all(judge::model::checks(&model));
    let scene = look_at_scene(job, size, output);
    look_at_broker(job, scene.as_ref(), output);
    if let (Some(minutes), Some(source)) = (job.arguments.minutes, &job.source) {
        let broken_scene = job.arguments.scene.is_some() && scene.is_none();
        let why = if seen.is_none() {
            Some("the camera could not be watched")
        } else if model.is_err() {
            Some("the model can not be used")
        } else if broken_scene {
            Some("the scene can not be used")
        } else {
            None
        };
        match why {
            Some(why) => output.add(Check::not_tried(Group::Soak, "soak", why)),
            None => soak_it(job, source, minutes, scene.as_ref(), seen.as_ref(), output),
        }
    }
}

fn look_at_camera(job: &Job, source: &Source, output: &mut Output) -> Option<Observed> {
    let live = match source {
        Source::File(_) => false,
        Source::Camera(camera) => {
            if job.login_in_address {
                output.add(Check::warning(
                    Group::Camera,
                    "login",
                    "user and password stand in the address",
                    "arguments show in process lists: use --camera-user and --camera-password-location",
                ));
            }
            let (reach, open) = reach::reach(&camera.host, camera.port);
            output.add_all(judge::reach::checks(Group::Camera, "camera", &camera.host, camera.port, &reach));
            if open.is_none() {
                output.add(Check::not_tried(Group::Camera, "opened", "nobody answers there"));
                return None;
            }
            true
        }
    };
    let shown = source.shown();
    match eye::watch(source, &job.access, job.arguments.seconds) {
        Ok(seen) => {
            output.add_all(judge::camera::checks(&seen, &shown));
            Some(seen)
        }
        // rtspsrc does not say why an encrypted connection fails.
        Err(Failure::Other(words)) if matches!(source, Source::Camera(camera) if camera.tls) => {
            output.add(judge::camera::failure(&Failure::Tls(words), &shown, live));
            None
        }
        Err(failure) => {
            output.add(judge::camera::failure(&failure, &shown, live));
            None
        }
    }
}

fn look_at_scene(job: &Job, size: Option<(u32, u32)>, output: &mut Output) -> Option<Scene> {
    let path = job.arguments.scene.as_ref()?;
    let text = std::fs::read_to_string(path).map_err(|e| e.to_string());
    let (checks, scene) = judge::scene::checks(&path.display().to_string(), &text, clock::wall());
    output.add_all(checks);
    if let Some(scene) = &scene {
        output.add(match size {
            Some((width, height)) => judge::scene::suits(scene, width, height),
            None => Check::not_tried(Group::Scene, "picture", "no picture of the camera: give --camera"),
        });
    }
    scene
}

fn look_at_broker(job: &Job, scene: Option<&Scene>, output: &mut Output) {
    let broker = match &job.broker {
        None => return,
        Some(Err(bad)) => {
            output.add(judge::broker::settings(&bad.0));
            return;
        }
        Some(Ok(broker)) => broker,
    };
    output.add_all(broker.remarks.iter().map(|remark| judge::broker::remark(remark)));
    let (host, port) = (&broker.address.host, broker.address.port);
    let (reach, open) = reach::reach(host, port);
    output.add_all(judge::reach::checks(Group::Broker, "broker", host, port, &reach));
    match open {
        Some(address) => output.add_all(broker::checks(broker, address, scene)),
        None => output.add(Check::not_tried(Group::Broker, "connected", "nobody answers there")),
    }
}

fn soak_it(job: &Job, source: &Source, minutes: f64, scene: Option<&Scene>, seen: Option<&Observed>, output: &mut Output) {
    let plan = soak::Plan {
        source,
        access: &job.access,
        minutes,
        rate: job.arguments.rate,
        scene: scene.and_then(judge::scene::always_open).unwrap_or_else(|| judge::scene::STAND_IN.to_owned()),
        model: job.arguments.model.clone(),
        hints: job.arguments.model_hints.clone(),
        camera_per_s: seen.and_then(judge::camera::per_s),
        ask_throttle: !job.arguments.without_throttling,
    };
    match soak::soak(&plan, output) {
        Ok(soak) => output.add_all(judge::soak::checks(&soak)),
        Err(failure) => {
            let why = judge::camera::failure(&failure, &source.shown(), matches!(source, Source::Camera(_)));
            output.add(Check { group: Group::Soak, name: "soak", ..why });
        }
    }
}
