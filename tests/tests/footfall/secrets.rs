// SPDX-License-Identifier: MPL-2.0
//! The password is in no argument, graph, log or message, wherever it comes from and whatever becomes of it. (The environment
//! of a process is open to its own user; who gives the password there has chosen so.)

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use footfall_tests::broker::{Broker, pause};
use footfall_tests::certificates::{Authority, Holds, Issued};
use footfall_tests::place;

use super::counting::SCENE;
use super::detecting::detector;
use super::tls::add_user;

/// Found nowhere by chance, nor as a part of anything.
const RIGHT: &str = "kaleidoscope-Zq71-tern";
const WRONG: &str = "harpsichord-Vx92-moth";

/// Every file below a folder, with its text.
fn files(dir: &Path, found: &mut Vec<(String, String)>) {
    for path in std::fs::read_dir(dir).unwrap().flatten().map(|e| e.path()) {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), text(&std::fs::read(&path).unwrap())));
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What `ps` shows of a process; it is empty until the program is loaded.
fn arguments_of(pid: u32) -> String {
    for _ in 0..100 {
        let found = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        if !found.is_empty() {
            return text(&found);
        }
        pause(Duration::from_millis(10));
    }
    panic!("process {pid} has no arguments");
}

/// How a password is given.
#[derive(Clone, Copy, Debug)]
enum Given {
    File,
    Credential,
    Environment,
}

/// Runs a pipeline that is given this password, in a process of its own, and returns all that it left: arguments, graphs, the
/// log at its highest level, and what it printed with its messages.
fn traces(line: &str, password: &str, given: Given) -> Vec<(String, String)> {
    let (secret, left) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = secret.path().join("mqtt.password");
    let mut command = place::fresh_command("gst-launch-1.0", secret.path());
    let mut line = line.to_owned();
    match given {
        Given::File => line = format!("{line} password-location={}", path.display()),
        Given::Credential => drop(command.env("CREDENTIALS_DIRECTORY", secret.path())),
        Given::Environment => drop(command.env("FOOTFALL_MQTT_PASSWORD", password)),
    }
    if !matches!(given, Given::Environment) {
        std::fs::write(&path, password).unwrap();
    }
    command
        .args(["-m", "-v", "-e"])
        .args(line.split_whitespace())
        .env("GST_DEBUG", "*:9")
        .env("GST_DEBUG_NO_COLOR", "1")
        .env("GST_DEBUG_FILE", left.path().join("log"))
        .env("GST_DEBUG_DUMP_DOT_DIR", left.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let arguments = arguments_of(child.id());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{given:?}: {}", String::from_utf8_lossy(&output.stderr));
    let mut found =
        vec![("arguments".into(), arguments), ("stdout".into(), text(&output.stdout)), ("stderr".into(), text(&output.stderr))];
    files(left.path(), &mut found);
    found
}

#[test]
fn tls_password_is_in_no_argument_graph_log_or_message() {
    let test = "tls_password_is_in_no_argument_graph_log_or_message";
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let scene = dir.path().join("scene.json");
    std::fs::write(&scene, SCENE).unwrap();
    // Live: so that the broker has answered before the end.
    let Some(detector) = detector(test, &format!("scene-location={}", scene.display())) else { return };
    let Some(authority) = Authority::new(test, dir.path(), "ours") else { return };
    let Issued { cert, key } = authority.issue("localhost", Holds::Now);
    let users = dir.path().join("users");
    add_user(&users, "shop-12", RIGHT);
    let extra = format!(
        "certfile {}\nkeyfile {}\nallow_anonymous false\npassword_file {}",
        cert.display(),
        key.display(),
        users.display()
    );
    let Some(broker) = Broker::start_encrypted(test, &extra) else { return };
    let line = format!(
        "videotestsrc is-live=true num-buffers=12 pattern=black ! video/x-raw,format=GRAY8,width=320,height=240,framerate=4/1 ! \
         {detector} ! zonetracker ! countsink broker=mqtts://localhost:{} ca-location={} username=shop-12 publish-partial=true",
        broker.port(),
        authority.cert().display()
    );
    for given in [Given::File, Given::Credential, Given::Environment] {
        for password in [RIGHT, WRONG] {
            let found = traces(&line, password, given);
            let all = |words: &str| -> Vec<&str> {
                found.iter().filter(|(_, text)| text.contains(words)).map(|(name, _)| name.as_str()).collect()
            };
            // What is looked through is what it should be.
            assert!(all("shop-12").iter().any(|name| name.ends_with(".dot")), "{given:?}: no graph has the user's name");
            assert!(all("countsink").iter().any(|name| name.ends_with("/log")), "{given:?}: the log is empty");
            assert!(all("countsink").contains(&"arguments"), "{given:?}: the arguments are not there");
            assert!(all("footfall-counts").contains(&"stdout"), "{given:?}: no message was printed");
            let refused = all("check username and password");
            assert_eq!(refused.is_empty(), password == RIGHT, "{given:?}: it was told in {refused:?}");
            let open = all("everybody on this machine may read");
            assert_eq!(open.is_empty(), !matches!(given, Given::File), "{given:?}: it was told in {open:?}");
            assert_eq!(all(password), Vec::<&str>::new(), "{given:?}: the password stands in these");
        }
    }
}

#[test]
fn tls_password_in_the_brokers_address_is_refused_and_not_repeated() {
    place::init();
    let (left, line) = (tempfile::tempdir().unwrap(), "fakesrc ! countsink broker=mqtts://shop-12:SECRET@localhost");
    let mut command: Command = place::fresh_command("gst-launch-1.0", left.path());
    let output = command.args(line.replace("SECRET", WRONG).split_whitespace()).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success());
    assert!(said.contains("use username and password-location"), "{said}");
    assert!(!said.contains(WRONG), "{said}");
}
