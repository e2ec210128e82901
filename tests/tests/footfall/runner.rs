// SPDX-License-Identifier: MPL-2.0
//! The command that keeps a pipeline alive: its exit status, what it hides, what a service manager hears.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use footfall_tests::camera::Camera;
use footfall_tests::place;
use footfall_tests::runner::{Manager, Runner, command, launch_file};

use super::camera_faults::film;
use super::counting::SCENE;

/// Starts it with this launch text; `more` may add arguments before the file, and variables.
fn started(test: &str, dir: &Path, text: &str, more: impl FnOnce(&mut Command)) -> Option<Runner> {
    let mut command = command(test, dir)?;
    more(&mut command);
    command.arg(launch_file(dir, text));
    Some(Runner::start(command))
}

/// A stream without end, from no camera.
const LIVE: &str = "videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=20/1 ! fakesink";

#[test]
fn runner_once_ends_with_the_film() {
    let dir = tempfile::tempdir().unwrap();
    let text = "# a comment with ${no:meaning}\nvideotestsrc num-buffers=20\n! fakesink\n";
    let Some(mut runner) = started("runner_once_ends_with_the_film", dir.path(), text, |c| _ = c.arg("--once")) else { return };
    assert_eq!(runner.end(20), 0, "{}", runner.text());
    let text = "videotestsrc num-buffers=20 ! identity error-after=10 ! fakesink";
    let Some(mut runner) = started("once", dir.path(), text, |c| _ = c.arg("--once")) else { return };
    assert_eq!(runner.end(20), 1, "{}", runner.text());
    assert!(runner.text().contains("run: identity"), "{}", runner.text());
}

#[test]
fn runner_starts_a_stream_that_ends_or_fails_anew() {
    let dir = tempfile::tempdir().unwrap();
    let test = "runner_starts_a_stream_that_ends_or_fails_anew";
    for (end, words) in
        [("num-buffers=10 !", "the stream has ended; next try in"), ("! identity error-after=10 !", "run: identity")]
    {
        let text = format!("videotestsrc {end} fakesink");
        let Some(mut runner) = started(test, dir.path(), &text, |_| {}) else { return };
        for _ in 0..3 {
            runner.wait_for(words, 20);
        }
        assert_eq!(runner.stop(), 0, "{}", runner.text());
    }
}

#[test]
fn runner_names_what_it_can_not_run() {
    let test = "runner_names_what_it_can_not_run";
    let dir = tempfile::tempdir().unwrap();
    let scene = dir.path().join("scene.json");
    std::fs::write(&scene, "{}").unwrap();
    let bad_scene = format!("videotestsrc ! persondetector scene-location={} ! fakesink", scene.display());
    for (text, words) in [
        ("videotestsrc ! nosuchelement", "nosuchelement"),
        ("videotestsrc nosuch=1 ! fakesink", "nosuch"),
        ("# only a comment", "no pipeline"),
        ("rtspsrc user-pw=${credential:door} ! fakesink", "${credential:door}"),
        ("rtspsrc user-pw=${env:FOOTFALL_UNSET} ! fakesink", "FOOTFALL_UNSET is not set"),
        ("rtspsrc user-pw=hunter2 ! fakesink", "user-pw holds a password"),
        ("rtspsrc location=rtsp://u:hunter2@cam/ ! fakesink", "location holds a password"),
        ("rtspsrc location=rtsps://cam/ tls-validation-flags=0 ! fakesink", "tls-validation-flags is loosened"),
        ("videotestsrc num-buffers=${file:/etc/hostname} ! fakesink", "${file:/etc/hostname}"),
        ("videotestsrc ! fakesink ${file:/etc/hostname}", "${file:/etc/hostname}"),
        (&bad_scene, "scene"),
        ("filesrc location=/nowhere ! persondetector model=/nowhere allow-unscrubbed=true ! fakesink", "/nowhere"),
    ] {
        let Some(mut runner) = started(test, dir.path(), text, |_| {}) else { return };
        assert_eq!(runner.end(20), 1, "{text}: {}", runner.text());
        let said = runner.text();
        assert!(said.contains(words) && !said.contains("hunter2") && !said.contains("footfallsecret"), "{text}: {said}");
    }
    let mut usage = command(test, dir.path()).unwrap();
    usage.arg("--password=x");
    assert_eq!(Runner::start(usage).end(20), 2);
}

#[test]
fn runner_stops_in_order_and_leaves_no_process() {
    let test = "runner_stops_in_order_and_leaves_no_process";
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("film.mp4");
    let text = format!(
        "videotestsrc is-live=true ! video/x-raw,width=64,height=64,framerate=20/1 ! x264enc tune=zerolatency ! mp4mux ! filesink location={}",
        out.display()
    );
    for signal in ["-TERM", "-INT"] {
        let Some(mut runner) = started(test, dir.path(), &text, |_| {}) else { return };
        runner.wait_for("running", 20);
        runner.listen(Duration::from_secs(1));
        let pid = runner.pid();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        assert_eq!(children, "", "it needs no process but itself");
        runner.signal(signal);
        assert_eq!(runner.end(5), 0, "{}", runner.text());
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
        // Without its end the file has no index and can't be read.
        let line = format!("filesrc location={} ! qtdemux ! h264parse ! fakesink", out.display());
        footfall_tests::run::play(&footfall_tests::run::launch(&line)).end_is_eos();
    }
}

#[test]
fn runner_tells_a_service_manager_how_it_goes() {
    let test = "runner_tells_a_service_manager_how_it_goes";
    let dir = tempfile::tempdir().unwrap();
    let manager = Manager::listen(dir.path());
    let surroundings = |c: &mut Command| {
        c.env("NOTIFY_SOCKET", &manager.path).env("WATCHDOG_USEC", "2000000").env_remove("WATCHDOG_PID");
    };
    let Some(mut runner) = started(test, dir.path(), LIVE, surroundings) else { return };
    let heard = manager.hear_for(Duration::from_secs(8));
    assert_eq!(runner.stop(), 0, "{}", runner.text());
    let at = |wanted: &str| heard.iter().filter(|(_, note)| note == wanted).map(|(at, _)| *at).collect::<Vec<_>>();
    assert_eq!(at("READY=1").len(), 1, "{heard:?}");
    assert!(!at("STATUS=starting").is_empty() && !at("STATUS=running").is_empty(), "{heard:?}");
    let fed = at("WATCHDOG=1");
    assert!(fed.len() >= 4, "{heard:?}");
    assert!(fed[0] >= at("READY=1")[0], "{heard:?}");
    // Datagrams are read a little later than they are sent.
    assert!(fed.windows(2).all(|w| w[1] - w[0] > Duration::from_millis(900)), "more often than half the period: {fed:?}");
    let last = manager.hear_for(Duration::from_millis(100));
    assert!(last.iter().any(|(_, note)| note == "STOPPING=1"), "{last:?}");
}

#[test]
fn runner_feeds_no_watchdog_that_is_another_processs() {
    let test = "runner_feeds_no_watchdog_that_is_another_processs";
    let dir = tempfile::tempdir().unwrap();
    let manager = Manager::listen(dir.path());
    let surroundings = |c: &mut Command| {
        c.env("NOTIFY_SOCKET", &manager.path).env("WATCHDOG_USEC", "1000000").env("WATCHDOG_PID", "1");
    };
    let Some(mut runner) = started(test, dir.path(), LIVE, surroundings) else { return };
    runner.wait_for("running", 20);
    let heard = manager.hear_for(Duration::from_secs(3));
    assert!(heard.iter().any(|(_, note)| note == "READY=1") && heard.iter().all(|(_, note)| note != "WATCHDOG=1"), "{heard:?}");
    assert_eq!(runner.stop(), 0);
}

#[test]
fn runner_puts_hostile_secrets_into_their_property_and_nowhere_else() {
    let test = "runner_puts_hostile_secrets_into_their_property_and_nowhere_else";
    let hostile = [
        "a b",
        "a\" ! fakesink \"",
        "x ! filesink location=stolen",
        "$(touch stolen)",
        "back\\slash \\\"",
        "ümläut%20%s%n",
        "' or '1",
    ];
    for secret in hostile {
        let dir = tempfile::tempdir().unwrap();
        // The secret is a file's name: what is copied shows that the property held exactly that.
        std::fs::write(dir.path().join(secret.replace('/', "_")), "the right file").unwrap();
        std::fs::write(dir.path().join("credential"), format!("{}\n", dir.path().join(secret).display())).unwrap();
        let out = dir.path().join("out");
        let text = format!("filesrc location=${{credential:credential}} ! filesink location={}", out.display());
        let more = |c: &mut Command| {
            let log = dir.path().join("log");
            c.arg("--once").env("CREDENTIALS_DIRECTORY", dir.path()).env("GST_DEBUG", "*:9").env("GST_DEBUG_FILE", log);
            c.current_dir(dir.path());
        };
        let Some(mut runner) = started(test, dir.path(), &text, more) else { return };
        assert_eq!(runner.end(60), 0, "{secret}: {}", runner.text());
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "the right file", "{secret}");
        assert!(!dir.path().join("stolen").exists(), "{secret}");
        let log = std::fs::read_to_string(dir.path().join("log")).unwrap();
        assert!(log.contains("***"), "{secret}: it is logged, and taken out");
        assert!(!log.contains(secret) && !runner.text().contains(secret), "{secret}: {}", runner.text());
    }
}

/// A login whose forms are easy to look for, and the forms.
const LOGIN: (&str, &str) = ("footfall", "cor rect\"horse!staple");
const FORMS: [&str; 6] =
    ["cor rect", "horse!staple", "cor%20rect", "cor\\ rect", "Zm9vdGZhbGw6Y29yIHJlY3QiaG9yc2Uhc3RhcGxl", "response=\""];

#[test]
fn runner_keeps_the_cameras_password_from_everybody() {
    let test = "runner_keeps_the_cameras_password_from_everybody";
    let dir = tempfile::tempdir().unwrap();
    place::init();
    let film = film(dir.path(), 30);
    std::fs::write(dir.path().join("login"), format!("{}:{}\n", LOGIN.0, LOGIN.1)).unwrap();
    std::fs::write(dir.path().join("door"), format!("{}\n", LOGIN.1)).unwrap();
    let dots = dir.path().join("dots");
    std::fs::create_dir(&dots).unwrap();
    let properties = format!("user-id={} user-pw=${{credential:door}}", LOGIN.0);
    for (method, in_url) in [(&["--login"][..], false), (&["--digest", "--login"], false), (&["--login"], true)] {
        let login = dir.path().join("login").display().to_string();
        let arguments: Vec<&str> = method.iter().copied().chain([login.as_str()]).collect();
        let Some(camera) = Camera::start_with(test, &film, &arguments) else { return };
        let user_info = format!("rtsp://{}:${{credential:door}}@", LOGIN.0);
        let url = if in_url { camera.url().replace("rtsp://", &user_info) } else { camera.url().to_owned() };
        let told = if in_url { "" } else { &properties };
        let text = format!("rtspsrc location={url} protocols=tcp {told} ! rtph264depay ! fakesink");
        let log = dir.path().join("log");
        let more = |c: &mut Command| {
            c.arg("--verbose").env("CREDENTIALS_DIRECTORY", dir.path()).env("GST_DEBUG", "*:9").env("GST_DEBUG_FILE", &log);
            c.env("GST_DEBUG_DUMP_DOT_DIR", &dots).env("GST_TRACERS", "log");
        };
        let Some(mut runner) = started(test, dir.path(), &text, more) else { return };
        runner.wait_for("running", 30);
        let arguments = std::fs::read_to_string(format!("/proc/{}/cmdline", runner.pid())).unwrap();
        assert_eq!(runner.stop(), 0, "{}", runner.text());
        let said = runner.text();
        assert!(said.contains("GST_DEBUG_DUMP_DOT_DIR is ignored") && said.contains("GST_TRACERS is ignored"), "{said}");
        let log = String::from_utf8_lossy(&std::fs::read(&log).unwrap()).into_owned();
        assert!(log.contains("Unauthorized"), "the camera asked for the password");
        // With properties GStreamer 1.22 itself never logs it; in a URL it does.
        assert_eq!(log.contains("***"), in_url, "what is taken out is seen to be");
        for form in FORMS {
            for (place, text) in [("arguments", &arguments), ("messages", &said), ("log", &log)] {
                let line = text.lines().find(|line| line.contains(form));
                assert_eq!(line, None, "{method:?}: {form} stands in the {place}");
            }
        }
        assert_eq!(std::fs::read_dir(&dots).unwrap().count(), 0, "a dump holds every property");
    }
}

#[test]
fn runner_takes_secrets_out_of_glibs_warnings() {
    let test = "runner_takes_secrets_out_of_glibs_warnings";
    let dir = tempfile::tempdir().unwrap();
    let Some((authority, _)) = certificate(test, dir.path(), "a") else { return };
    let text = "videotestsrc num-buffers=2 ! filesink location=${env:DOOR}";
    let more = |c: &mut Command| {
        // GLib warns of a module that it does not find, by its name.
        c.args(["--once", "--camera-ca", &authority])
            .env("DOOR", "Gh7-zebra")
            .env("GIO_USE_TLS", "Gh7-zebra")
            .current_dir(dir.path());
    };
    let Some(mut runner) = started(test, dir.path(), text, more) else { return };
    assert_eq!(runner.end(20), 0, "{}", runner.text());
    let said = runner.text();
    assert!(said.contains("GLib-GIO: ") && said.contains("'***'") && !said.contains("Gh7-zebra"), "{said}");
}

#[test]
fn runner_asks_a_camera_that_refuses_the_password_rarely() {
    let test = "runner_asks_a_camera_that_refuses_the_password_rarely";
    let dir = tempfile::tempdir().unwrap();
    place::init();
    let film = film(dir.path(), 6);
    std::fs::write(dir.path().join("login"), "footfall:right\n").unwrap();
    let login = dir.path().join("login").display().to_string();
    let Some(camera) = Camera::start_with(test, &film, &["--login", &login]) else { return };
    let text = format!(
        "rtspsrc location={} protocols=tcp user-id=footfall user-pw=${{env:DOOR}} ! rtph264depay ! fakesink",
        camera.url()
    );
    let Some(mut runner) = started(test, dir.path(), &text, |c| _ = c.env("DOOR", "wrong-password")) else { return };
    runner.wait_for("next try in", 20);
    let said = runner.text();
    let pause = said.rsplit("next try in ").next().and_then(|rest| rest.split(' ').next()?.parse::<f64>().ok()).unwrap();
    assert!((30.0..=60.0).contains(&pause), "{said}");
    assert!(!said.contains("wrong-password"), "{said}");
    assert_eq!(runner.stop(), 0);
}

/// A certificate for 127.0.0.1 that signs itself, with its key: (certificate, both). `None` where openssl is missing.
fn certificate(test: &str, dir: &Path, name: &str) -> Option<(String, String)> {
    let [key, cert, both] = ["key", "cert", "both"].map(|kind| dir.join(format!("{name}-{kind}.pem")).display().to_string());
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=camera"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", &key, "-out", &cert])
        .output();
    if !made.is_ok_and(|o| o.status.success()) {
        eprintln!("skipped: {test}: openssl is not installed");
        return None;
    }
    let text = std::fs::read_to_string(&key).unwrap() + &std::fs::read_to_string(&cert).unwrap();
    std::fs::write(&both, text).unwrap();
    Some((cert, both))
}

#[test]
fn runner_takes_a_camera_by_tls_only_from_its_authority() {
    let test = "runner_takes_a_camera_by_tls_only_from_its_authority";
    let dir = tempfile::tempdir().unwrap();
    place::init();
    let (Some((right, both)), Some((wrong, _))) = (certificate(test, dir.path(), "a"), certificate(test, dir.path(), "b")) else {
        return;
    };
    let film = film(dir.path(), 30);
    let Some(camera) = Camera::start_with(test, &film, &["--tls", &both]) else { return };
    let text = format!("rtspsrc location={} protocols=tcp ! rtph264depay ! fakesink", camera.url());
    assert!(text.contains("rtsps://"));
    let Some(mut runner) = started(test, dir.path(), &text, |c| _ = c.args(["--camera-ca", &right])) else { return };
    runner.wait_for("running", 20);
    assert_eq!(runner.stop(), 0);
    for authority in [&["--camera-ca", &wrong][..], &[]] {
        let Some(mut runner) = started(test, dir.path(), &text, |c| _ = c.arg("--verbose").args(authority)) else { return };
        runner.wait_for("next try in", 20);
        runner.listen(Duration::from_secs(2));
        assert_eq!(runner.stop(), 0);
        let said = runner.text();
        assert!(!said.contains("running") && said.contains("Could not open resource"), "{authority:?}: {said}");
    }
}

#[test]
fn runner_connects_no_camera_outside_the_opening_hours() {
    let test = "runner_connects_no_camera_outside_the_opening_hours";
    let dir = tempfile::tempdir().unwrap();
    place::init();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let manager = Manager::listen(dir.path());
    let scene = dir.path().join("scene.json");
    let text = format!(
        "rtspsrc location=rtsp://127.0.0.1:{}/x protocols=tcp ! decodebin ! videoconvert ! persondetector scene-location={} ! zonetracker ! countsink",
        listener.local_addr().unwrap().port(),
        scene.display()
    );
    // Open on no day, and always.
    for (hours, connects) in [(r#""opening_hours":{"exceptions":{"2020-01-01":["09:00-10:00"]}},"#, false), ("", true)] {
        std::fs::write(&scene, SCENE.replacen("\"lines\"", &format!("{hours}\"lines\""), 1)).unwrap();
        let Some(mut runner) = started(test, dir.path(), &text, |c| _ = c.env("NOTIFY_SOCKET", &manager.path)) else { return };
        let heard = manager.hear_for(Duration::from_secs(4));
        assert_eq!(listener.accept().is_ok(), connects, "{}", runner.text());
        let ready = heard.iter().any(|(_, note)| note == "READY=1");
        assert_eq!(ready, !connects, "closed is a state to be in, a camera that says nothing is none: {heard:?}");
        assert_eq!(runner.stop(), 0, "{}", runner.text());
        assert_eq!(runner.text().contains("closed; no camera is connected"), !connects, "{}", runner.text());
    }
}

#[test]
fn runner_command_sets_its_surroundings() {
    let test = "runner_command_sets_its_surroundings";
    if !place::script("env").output().is_ok_and(|o| o.status.success()) {
        eprintln!("skipped: {test}: pipelines/setup was not run");
        return;
    }
    let help = place::script("run").arg("--help").output().unwrap();
    assert!(help.status.success(), "{}", String::from_utf8_lossy(&help.stderr));
    assert!(String::from_utf8_lossy(&help.stdout).contains("FILE.launch"));
    let dir = tempfile::tempdir().unwrap();
    let file = launch_file(dir.path(), "videotestsrc num-buffers=5 ! pixelscrubber ! fakesink");
    let ran = place::script("run").arg("--once").arg(file).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
}
