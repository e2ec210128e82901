// SPDX-License-Identifier: MPL-2.0
//! `footfall-doctor` as a process, against real cameras and brokers on loopback: what it finds, what it says of each fault,
//! and that no secret is in what it prints, not even in GStreamer's log.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use footfall_tests::broker::{Broker, NOBODYS_PORT};
use footfall_tests::camera::Camera;
use footfall_tests::certificates::{Authority, Holds};
use footfall_tests::guarded::Guarded;
use footfall_tests::{place, run};
use serde_json::Value;

use super::camera_faults::film;
use super::counting::SCENE;

/// The command as `cargo test --workspace` builds it beside the tests.
fn doctor(test: &str) -> Option<Command> {
    static REGISTRY: OnceLock<tempfile::TempDir> = OnceLock::new();
    place::init();
    let program = std::env::current_exe().ok()?.parent()?.with_file_name("footfall-doctor");
    if !program.exists() {
        eprintln!("skipped: {test}: the doctor is not built (cargo build -p footfall-doctor)");
        return None;
    }
    let runtime = place::runtime(test)?;
    // One for all: scanning GStreamer's plugins takes seconds.
    let dir = REGISTRY.get_or_init(|| tempfile::tempdir().unwrap());
    let mut command = place::fresh_command(program.to_str()?, dir.path());
    command.env("ORT_DYLIB_PATH", runtime).env("ORT_DISABLE_TELEMETRY", "1").env_remove("FOOTFALL_CAMERA_PASSWORD");
    Some(command)
}

/// What a run found.
struct Found {
    status: Option<i32>,
    report: Value,
    everything: String,
}

impl Found {
    fn of(command: &mut Command) -> Self {
        let output = command.arg("--json").output().unwrap();
        let everything = text(&output);
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {everything}"));
        Self { status: output.status.code(), report, everything }
    }

    fn check(&self, group: &str, name: &str) -> &Value {
        let checks = self.report["checks"].as_array().unwrap();
        let found = checks.iter().find(|c| c["group"] == group && c["name"] == name);
        found.unwrap_or_else(|| panic!("no {group} {name}: {}", self.everything))
    }

    #[track_caller]
    fn is(&self, group: &str, name: &str, outcome: &str, words: &str) {
        let check = self.check(group, name);
        assert!(check["outcome"] == outcome && check.to_string().contains(words), "{outcome}, {words:?}: {check:#}");
        if outcome == "failed" {
            assert!(check["tried"].is_string() && check["check"].is_string(), "{check:#}");
            assert_eq!((self.status, &self.report["well"]), (Some(1), &Value::Bool(false)));
        }
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A CA, and a certificate by it for `localhost` that ends in two days: `NAME-ca.pem`, `NAME.pem`, `NAME.key`.
fn certificates(dir: &Path, name: &str) {
    let run = |arguments: &str| {
        let mut command = Command::new("openssl");
        let done = command.args(arguments.split(' ')).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(done.unwrap().success(), "openssl {arguments}");
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    run(&format!("req -x509 {key} -keyout {name}-ca.key -out {name}-ca.pem -days 2 -subj /CN={name}"));
    run(&format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN=localhost"));
    std::fs::write(dir.join("san"), "subjectAltName=DNS:localhost").unwrap();
    let by = format!("-CA {name}-ca.pem -CAkey {name}-ca.key -CAcreateserial");
    run(&format!("x509 -req -in {name}.csr {by} -out {name}.pem -days 2 -extfile san"));
}

/// A film with its scene.
fn place_of(dir: &Path, seconds: u64) -> (PathBuf, PathBuf) {
    let scene = dir.join("scene.json");
    std::fs::write(&scene, SCENE).unwrap();
    (film(dir, seconds), scene)
}

/// Group headers and names of a report for people, in their order.
fn shape(report: &str) -> Vec<String> {
    let words = ["ok ", "warning ", "failed ", "not tried "];
    let name = |line: &str| {
        let rest = words.iter().find_map(|w| line.strip_prefix("  ")?.strip_prefix(w))?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let header = |line: &str| (!line.is_empty() && line.bytes().all(|b| b.is_ascii_lowercase())).then(|| format!("[{line}]"));
    report.lines().filter_map(|line| header(line).or_else(|| name(line))).collect()
}

#[test]
fn doctor_finds_a_good_place_well_and_the_docs_show_it() {
    let test = "doctor_finds_a_good_place_well_and_the_docs_show_it";
    let dir = tempfile::tempdir().unwrap();
    let (Some(mut command), Some(broker)) = (doctor(test), Broker::start(test, "")) else { return };
    let (film, scene) = place_of(dir.path(), 30);
    let Some(camera) = Camera::start(test, &film) else { return };
    let mut listener = Command::new("mosquitto_sub")
        .args([
            "-h",
            "127.0.0.1",
            "-p",
            &broker.port().to_string(),
            "-V",
            "5",
            "-t",
            "#",
            "-F",
            "%t %r %p",
            "-C",
            "1",
            "-W",
            "60",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    command.args(["--camera", camera.url(), "--broker", &broker.url(), "--seconds", "9", "--scene"]).arg(&scene);
    let output = command.output().unwrap();
    let report = text(&output);
    assert_eq!(output.status.code(), Some(0), "{report}");
    for words in [
        "640x480",
        "10.00 pictures a second (10.0 stated)",
        "none: pictures come in their order",
        "RTCP reports come",
        "MQTT 5 as footfall-doctor-",
    ] {
        assert!(report.contains(words), "{words}: {report}");
    }
    let mut heard = String::new();
    BufReader::new(listener.stdout.take().unwrap()).read_line(&mut heard).unwrap();
    let _ = listener.wait();
    assert!(heard.starts_with("footfall/test/door/doctor 0 footfall doctor: a test"), "{heard:?}");
    assert_eq!(broker.retained("footfall/#"), vec![], "nothing stays at the broker, and no last will was said");
    let page = std::fs::read_to_string(place::root().join("docs/doctor.md")).unwrap();
    let sample = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page shows a report");
    assert!(shape(sample).len() > 20, "{:?}", shape(sample));
    assert_eq!(shape(sample), shape(&report), "docs/doctor.md shows another report");
}

#[test]
fn doctor_says_what_to_check_of_a_camera() {
    let test = "doctor_says_what_to_check_of_a_camera";
    let dir = tempfile::tempdir().unwrap();
    if doctor(test).is_none() {
        return;
    }
    let look = |url: &str| Found::of(doctor(test).unwrap().args(["--camera", url, "--seconds", "2"]));
    let closed = look(&format!("rtsp://127.0.0.1:{NOBODYS_PORT}/camera"));
    closed.is("camera", "name", "ok", "127.0.0.1");
    closed.is("camera", "port", "failed", "port open: no");
    closed.is("camera", "opened", "not_tried", "");
    look("rtsp://camera.invalid/stream").is("camera", "name", "failed", "does not resolve");
    look("/nonexistent/film.mp4").is("camera", "opened", "failed", "no such file");
    let (film, _) = place_of(dir.path(), 60);
    let Some(camera) = Camera::start(test, &film) else { return };
    look(&camera.url().replace("/camera", "/another")).is("camera", "opened", "failed", "404");
    let whole = look(camera.url());
    assert_eq!((whole.status, &whole.check("camera", "rate")["outcome"]), (Some(0), &Value::from("ok")), "{}", whole.everything);
    let short = tempfile::tempdir().unwrap();
    let Some(ending) = Camera::start(test, &place_of(short.path(), 3).0) else { return };
    look(ending.url()).is("camera", "opened", "ok", "watched for 2.");
    let longer = Found::of(doctor(test).unwrap().args(["--camera", ending.url(), "--seconds", "20"]));
    longer.is("camera", "opened", "failed", "it ended the stream");
    camera.hang();
    let hung = look(camera.url());
    hung.is("camera", "port", "ok", "port open: yes");
    hung.is("camera", "opened", "failed", "says nothing");
}

#[test]
fn doctor_looks_at_a_film() {
    let test = "doctor_looks_at_a_film";
    let dir = tempfile::tempdir().unwrap();
    let Some(mut command) = doctor(test) else { return };
    let (film, scene) = place_of(dir.path(), 6);
    let found = Found::of(command.arg("--camera").arg(&film).arg("--scene").arg(&scene));
    assert_eq!(found.status, Some(0), "{}", found.everything);
    found.is("camera", "codec", "ok", "H.264");
    found.is("camera", "rate", "ok", "10.00 pictures a second");
    found.is("camera", "drift", "not_tried", "film");
    // AVI stamps no encoded picture.
    let avi = dir.path().join("film.avi");
    let line = format!(
        "videotestsrc num-buffers=60 ! video/x-raw,framerate=12/1 ! jpegenc ! avimux ! filesink location={}",
        avi.display()
    );
    run::play(&run::launch(&line)).end_is_eos();
    let old = Found::of(doctor(test).unwrap().arg("--camera").arg(&avi));
    old.is("camera", "rate", "ok", "12.00 pictures a second");
    found.is("scene", "picture", "ok", "640x480");
}

/// A password that hides nowhere by chance: its middle is looked for as well.
const PASSWORD: &str = "Gh7-zebraQuark_91x";

fn holds_no_secret(text: &str) {
    // "anna:Gh7-zebraQuark_91x" as Basic authentication writes it, and a piece of it.
    for secret in [PASSWORD, "zebraQuark", "YW5uYTpHaDctemVicmFRdWFya185MX", "emVicmFRdWFya"] {
        let at = text.find(secret);
        let around = at.map(|at| text[..at].lines().last().unwrap_or_default());
        assert!(at.is_none(), "{secret} is in the output, behind {around:?}");
    }
}

#[test]
fn doctor_and_a_camera_with_a_password() {
    let test = "doctor_and_a_camera_with_a_password";
    let Some(camera) = doctor(test).and_then(|_| Guarded::start(test, PASSWORD, None)) else { return };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let look = || {
        let mut command = doctor(test).unwrap();
        command.args(["--seconds", "3"]);
        command
    };
    let url = format!("rtsp://{}", camera.address());
    let stranger = Found::of(look().args(["--camera", &url]));
    stranger.is("camera", "opened", "failed", "401");
    let wrong = Found::of(look().args(["--camera", &format!("rtsp://anna:wrong-{PASSWORD}@{}", camera.address())]));
    wrong.is("camera", "opened", "failed", "--camera-password-location");
    holds_no_secret(&wrong.everything);
    let known = Found::of(look().args(["--camera", &url, "--camera-user", "anna", "--camera-password-location"]).arg(&file));
    assert_eq!(known.status, Some(0), "{}", known.everything);
    known.is("camera", "opened", "ok", &url);
    known.is("camera", "sound", "warning", "PCMA");
    known.is("camera", "b-frames", "warning", "B-frames");
    holds_no_secret(&known.everything);
    let by_environment =
        Found::of(look().env("FOOTFALL_CAMERA_PASSWORD", PASSWORD).args(["--camera", &url, "--camera-user", "anna"]));
    by_environment.is("camera", "opened", "ok", "");
    let address = format!("rtsp://anna:{PASSWORD}@{}", camera.address());
    let pasted = Found::of(look().args(["--camera", &address, "--scene", &format!("/nonexistent/{PASSWORD}.json")]));
    // Where nobody looked for one: the last look before it is printed.
    pasted.is("scene", "file", "failed", "/nonexistent/***.json");
    pasted.is("camera", "login", "warning", "process lists");
    pasted.is("camera", "opened", "ok", &url);
    holds_no_secret(&pasted.everything);
}

#[test]
fn doctor_and_a_camera_whose_certificate_nobody_trusts() {
    let test = "doctor_and_a_camera_whose_certificate_nobody_trusts";
    if doctor(test).is_none() {
        return;
    }
    if !Path::new("/usr/bin/openssl").exists() {
        eprintln!("skipped: {test}: openssl is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    certificates(dir.path(), "ours");
    let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
    let identity = dir.path().join("identity.pem");
    std::fs::write(&identity, format!("{}{}", read("ours.pem"), read("ours.key"))).unwrap();
    let Some(camera) = Guarded::start(test, PASSWORD, Some(&identity)) else { return };
    let look = |scheme: &str| {
        let address = format!("{scheme}://anna:{PASSWORD}@{}", camera.address());
        Found::of(doctor(test).unwrap().args(["--seconds", "1", "--camera", &address]))
    };
    let untrusted = look("rtsps");
    untrusted.is("camera", "opened", "failed", "update-ca-certificates");
    holds_no_secret(&untrusted.everything);
    look("rtsp").is("camera", "opened", "failed", "does it want rtsps://");
}

#[test]
fn doctor_takes_a_camera_by_tls_only_from_its_authority() {
    let test = "doctor_takes_a_camera_by_tls_only_from_its_authority";
    if doctor(test).is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let [Some(ours), Some(foreign)] = ["ours", "foreign"].map(|name| Authority::new(test, dir.path(), name)) else { return };
    let password = dir.path().join("password");
    std::fs::write(&password, PASSWORD).unwrap();
    let look = |camera: &Guarded, host: &str, authority: Option<&Path>| {
        let mut command = doctor(test).unwrap();
        let url = format!("rtsps://{}", camera.address().replace("127.0.0.1", host));
        command.args(["--seconds", "2", "--camera", &url, "--camera-user", "anna", "--camera-password-location"]).arg(&password);
        authority.iter().for_each(|ca| _ = command.arg("--camera-ca-location").arg(ca));
        let found = Found::of(&mut command);
        holds_no_secret(&found.everything);
        found
    };
    for (holds, words) in [(Holds::Now, ""), (Holds::NoLonger, "has expired"), (Holds::NotYet, "does not hold yet")] {
        let issued = ours.issue("localhost", holds);
        let identity = dir.path().join("identity.pem");
        let both = [issued.cert, issued.key].map(|file| std::fs::read_to_string(file).unwrap()).concat();
        std::fs::write(&identity, both).unwrap();
        let Some(camera) = Guarded::start(test, PASSWORD, Some(&identity)) else { return };
        let right = look(&camera, "localhost", Some(&ours.cert()));
        right.is("camera", "opened", if words.is_empty() { "ok" } else { "failed" }, words);
        if holds == Holds::Now {
            look(&camera, "localhost", Some(&foreign.cert())).is("camera", "opened", "failed", "is not signed by");
            look(&camera, "localhost", None).is("camera", "opened", "failed", "--camera-ca-location");
            look(&camera, "127.0.0.1", Some(&ours.cert())).is("camera", "opened", "failed", "not made out to 127.0.0.1");
        }
    }
    let mut command = doctor(test).unwrap();
    let none = command.args(["--camera", "rtsps://h/", "--camera-ca-location"]).arg(&password).output().unwrap();
    assert_eq!(none.status.code(), Some(2), "{}", text(&none));
    assert!(text(&none).contains("no certificate can be read from"), "{}", text(&none));
}

#[test]
fn doctor_prints_no_secret_even_into_gstreamers_log() {
    let test = "doctor_prints_no_secret_even_into_gstreamers_log";
    let Some(camera) = doctor(test).and_then(|_| Guarded::start(test, PASSWORD, None)) else { return };
    let mut command = doctor(test).unwrap();
    // As some firmwares want it, and so that rtspsrc writes one secret into its log.
    let address = format!("rtsp://anna:{PASSWORD}@{}?token=x{PASSWORD}x", camera.address());
    command.args(["--seconds", "1", "--camera", &address]);
    command.env("GST_DEBUG", "9").env("G_MESSAGES_DEBUG", "all");
    let output = command.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(report.contains("/***"), "the path is not shown: {report}");
    // The log is there, down to its lowest level, and the address is in it.
    let about = |kind: [&str; 2], words: &str| {
        log.lines().any(|line| line.split_whitespace().skip(1).take(2).eq(kind) && line.contains(words))
    };
    assert!(about(["TRACE", "GST_REFCOUNTING"], "") && about(["DEBUG", "rtspsrc"], "?token=***"), "{} bytes of log", log.len());
    assert!(!log.contains("MEMDUMP"), "a dump is a secret in a form that nobody looks for");
    holds_no_secret(&log);
    holds_no_secret(&report);
}

#[test]
fn doctor_says_what_to_check_of_a_broker() {
    let test = "doctor_says_what_to_check_of_a_broker";
    let dir = tempfile::tempdir().unwrap();
    if doctor(test).is_none() {
        return;
    }
    let scene = dir.path().join("scene.json");
    std::fs::write(&scene, SCENE).unwrap();
    let look =
        |url: &str, more: &[&str]| Found::of(doctor(test).unwrap().args(["--broker", url]).args(more).arg("--scene").arg(&scene));
    let closed = look(&format!("mqtt://127.0.0.1:{NOBODYS_PORT}"), &[]);
    closed.is("broker", "port", "failed", "is closed");
    closed.is("broker", "connected", "not_tried", "");
    look("mqtt://broker.example.org", &[]).is("broker", "settings", "failed", "mqtts://");
    let pasted = look(&format!("mqtt://anna:{PASSWORD}@127.0.0.1"), &[]);
    pasted.is("broker", "settings", "failed", "password-location");
    holds_no_secret(&pasted.everything);

    let file = |name: &str, content: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    };
    let (right, wrong) = (file("right", &format!("{PASSWORD}\n")), file("wrong", &format!("not-{PASSWORD}")));
    let users = dir.path().join("users");
    let made = Command::new("mosquitto_passwd").args(["-b", "-c"]).arg(&users).args(["anna", PASSWORD]).status();
    if !made.is_ok_and(|s| s.success()) {
        eprintln!("skipped: {test}: mosquitto_passwd is not installed");
        return;
    }
    let acl = file("acl", "user anna\ntopic readwrite footfall/test/door/counts\n");
    let guarded = format!("allow_anonymous false\npassword_file {}\nacl_file {acl}", users.display());
    let Some(broker) = Broker::start(test, &guarded) else { return };
    look(&broker.url(), &[]).is("broker", "connected", "failed", "refuses this user");
    let refused = look(&broker.url(), &["--username", "anna", "--password-location", &wrong]);
    refused.is("broker", "connected", "failed", "--password-location");
    holds_no_secret(&refused.everything);
    let denied = look(&broker.url(), &["--username", "anna", "--password-location", &right]);
    denied.is("broker", "connected", "ok", "MQTT 5");
    denied.is("broker", "limits", "ok", "retained messages: yes");
    denied.is("broker", "publish", "failed", "footfall/test/door/#");
    holds_no_secret(&denied.everything);
    let unknown =
        Found::of(doctor(test).unwrap().args(["--broker", &broker.url(), "--username", "anna", "--password-location", &right]));
    unknown.is("broker", "publish", "not_tried", "--scene");
    assert_eq!(unknown.status, Some(0), "{}", unknown.everything);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hung = look(&format!("mqtt://127.0.0.1:{}", silent.local_addr().unwrap().port()), &[]);
    hung.is("broker", "connected", "failed", "does not answer");
}

#[test]
fn doctor_says_whose_certificate_a_broker_has() {
    let test = "doctor_says_whose_certificate_a_broker_has";
    if doctor(test).is_none() {
        return;
    }
    if !Path::new("/usr/bin/openssl").exists() {
        eprintln!("skipped: {test}: openssl is not installed");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).display().to_string();
    certificates(dir.path(), "ours");
    certificates(dir.path(), "foreign");
    let extra = format!("certfile {}\nkeyfile {}", file("ours.pem"), file("ours.key"));
    let Some(broker) = Broker::start(test, &extra) else { return };
    let look = |host: &str, ca: &str| {
        let url = format!("mqtts://{host}:{}", broker.port());
        Found::of(doctor(test).unwrap().args(["--broker", &url, "--ca-location", &file(ca)]))
    };
    let good = look("localhost", "ours-ca.pem");
    // Made for two days, so that it ends soon.
    good.is("broker", "tls", "warning", "CN=ours");
    assert!(
        good.check("broker", "tls")["figures"]["valid_days"].as_i64().is_some_and(|d| (1..=2).contains(&d)),
        "{}",
        good.everything
    );
    good.is("broker", "connected", "ok", "");
    assert_eq!(good.status, Some(0));
    look("localhost", "foreign-ca.pem").is("broker", "tls", "failed", "ca-location");
    look("127.0.0.1", "ours-ca.pem").is("broker", "tls", "failed", "is not for");
    look("localhost", "absent.pem").is("broker", "settings", "failed", "absent.pem");
    // A broker that speaks no TLS.
    let Some(plain) = Broker::start(test, "") else { return };
    let url = format!("mqtts://localhost:{}", plain.port());
    let found = Found::of(doctor(test).unwrap().args(["--broker", &url, "--ca-location", &file("ours-ca.pem")]));
    found.is("broker", "tls", "failed", "speak TLS");
}

#[test]
fn doctor_tells_every_error_of_a_scene_and_of_a_model() {
    let test = "doctor_tells_every_error_of_a_scene_and_of_a_model";
    let Some(mut command) = doctor(test) else { return };
    let dir = tempfile::tempdir().unwrap();
    let scene = dir.path().join("scene.json");
    let broken = SCENE.replace("\"test\"", "\"Anna's shop\"").replace("Europe/Stockholm", "Mars");
    assert!(broken.contains("Anna's shop") && broken.contains("Mars"));
    std::fs::write(&scene, broken).unwrap();
    let model = dir.path().join("model.onnx");
    std::fs::write(&model, "no model").unwrap();
    let found = Found::of(command.arg("--scene").arg(&scene).arg("--model").arg(&model));
    found.is("scene", "file", "failed", "2 wrong");
    found.is("scene", "file", "failed", "Anna's shop");
    found.is("scene", "file", "failed", "Mars");
    found.is("model", "file", "failed", "model.onnx");
    found.is("model", "speed", "not_tried", "");
    Found::of(doctor(test).unwrap().args(["--scene", "/nonexistent/s.json"])).is("scene", "file", "failed", "can not be read");
}

#[test]
fn doctor_soaks_with_real_figures() {
    let test = "doctor_soaks_with_real_figures";
    let dir = tempfile::tempdir().unwrap();
    let Some(mut command) = doctor(test) else { return };
    let (film, scene) = place_of(dir.path(), 45);
    let Some(camera) = Camera::start(test, &film) else { return };
    let model = place::root().join("plugins/persondetector/model/bright-rectangles.onnx");
    command.args(["--camera", camera.url(), "--seconds", "3", "--minutes", "0.2", "--rate", "5", "--without", "throttling"]);
    let found = Found::of(command.arg("--scene").arg(&scene).arg("--model").arg(&model));
    let figure = |check: &str, name: &str| found.check("soak", check)["figures"][name].as_f64().unwrap();
    found.is("soak", "rate", "ok", "detections a second");
    assert_eq!(figure("rate", "due_per_s"), 5.0);
    assert!((4.75..=5.5).contains(&figure("rate", "kept_per_s")), "{}", found.everything);
    assert!((110.0..=130.0).contains(&figure("frames", "frames")), "{}", found.everything);
    assert!(figure("cpu", "share_of_one_core") > 0.001, "{}", found.everything);
    assert!(figure("memory", "end_bytes") > 20e6, "{}", found.everything);
    found.is("soak", "camera", "ok", "");
    found.is("soak", "throttling", "not_tried", "");
    assert!(found.everything.contains("soak: "), "it says how far it has come");
}

/// The server plays its film anew for each client: a camera that drops its viewers every four seconds.
#[test]
fn doctor_soaks_a_camera_that_goes_and_counts_the_time_without_it() {
    let test = "doctor_soaks_a_camera_that_goes_and_counts_the_time_without_it";
    let dir = tempfile::tempdir().unwrap();
    let Some(mut command) = doctor(test) else { return };
    let Some(camera) = Camera::start(test, &place_of(dir.path(), 4).0) else { return };
    command.args(["--camera", camera.url(), "--seconds", "2", "--minutes", "0.25", "--without", "throttling"]);
    let found = Found::of(&mut command);
    found.is("soak", "camera", "warning", "it ended the stream");
    found.is("soak", "rate", "failed", "of 10.00 detections a second kept over 15 s");
    let kept = found.check("soak", "rate")["figures"]["kept_per_s"].as_f64().unwrap();
    assert!((4.0..9.0).contains(&kept), "{}", found.everything);
}

#[test]
fn doctor_soaks_a_film_and_a_machine_without_counters_fails() {
    let test = "doctor_soaks_a_film_and_a_machine_without_counters_fails";
    let dir = tempfile::tempdir().unwrap();
    let Some(mut command) = doctor(test) else { return };
    let (film, _) = place_of(dir.path(), 6);
    let found = Found::of(command.arg("--camera").arg(&film).args(["--minutes", "0.15"]));
    found.is("soak", "rate", "ok", "of 10.00 detections a second");
    found.is("soak", "camera", "ok", "");
    let outcome = &found.check("soak", "throttling")["outcome"];
    let counted = Path::new("/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count").exists();
    let warm = std::fs::read_dir("/sys/class/thermal").is_ok_and(|d| d.count() > 0);
    if !counted && !warm && Command::new("vcgencmd").output().is_err() {
        assert_eq!(outcome, "failed", "what can not be read is no zero");
    }
}

#[test]
fn doctor_is_a_command_of_the_pipelines() {
    let test = "doctor_is_a_command_of_the_pipelines";
    let ready = place::script("env").output().is_ok_and(|o| o.status.success());
    let help = place::script("doctor").arg("--help").output().unwrap();
    if !ready || text(&help).contains("run ") && help.status.code() == Some(1) {
        eprintln!("skipped: {test}: pipelines/setup was not run");
        return;
    }
    assert_eq!(help.status.code(), Some(0), "{}", text(&help));
    let wrong = place::script("doctor").arg("--no-such-option").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2), "{}", text(&wrong));
}
