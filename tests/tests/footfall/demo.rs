// SPDX-License-Identifier: MPL-2.0
//! The demo on films of our own, with the committed models: what a bare clone can show without anything fetched.

use std::path::Path;
use std::process::Output;

use footfall_tests::{broker, place};
use serde_json::{Value, json};

use super::camera_faults::film;
use super::counting::SCENE;

fn demo(arguments: &[&str]) -> Output {
    place::script("demo").args(arguments).output().expect("the demo starts")
}

fn ready(test: &str) -> bool {
    let env = place::script("env").output().is_ok_and(|o| o.status.success());
    if !env {
        eprintln!("skipped: {test}: pipelines/setup was not run");
    }
    env && broker::mosquitto(test).is_some()
}

fn arguments(dir: &Path) -> Vec<String> {
    let scene = dir.join("scene.json");
    std::fs::write(&scene, SCENE.replace("\"5min\"", "\"1h\"")).unwrap();
    let model = place::root().join("plugins/persondetector/model/bright-rectangles.onnx");
    let given = [("--source", film(dir, 12)), ("--scene", scene), ("--model", model), ("--out", dir.join("out"))];
    given.into_iter().flat_map(|(name, path)| [name.to_owned(), path.display().to_string()]).collect()
}

#[test]
fn the_demo_counts_a_film_by_rtsp_and_as_fast_as_it_goes() {
    let test = "the_demo_counts_a_film_by_rtsp_and_as_fast_as_it_goes";
    place::init();
    if !ready(test) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let arguments = arguments(dir.path());
    let out = dir.path().join("out");
    for fast in [true, false] {
        let mut words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        words.extend(fast.then_some("--fast"));
        let output = demo(&words);
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(0), "{text}");
        assert!(text.contains("gst-launch-1.0"), "the launch line is printed: {text}");
        let counts = std::fs::read_to_string(out.join("counts.jsonl")).unwrap();
        assert_eq!(counts.lines().count(), 1, "fast: {fast}; {counts}");
        let payload: Value = serde_json::from_str(&counts).unwrap();
        let door = &payload["lines"]["door"];
        assert_eq!((&door["entries"], &door["exits"]), (&Value::from(2), &Value::from(2)), "fast: {fast}; {text}");
        for file in ["anonymous.mp4", "still.png"] {
            assert!(std::fs::metadata(out.join(file)).unwrap().len() > 1000, "{file}");
        }
        std::fs::remove_dir_all(&out).unwrap();
    }
}

/// The detector that is built in, on a scene whose truth is exact.
#[test]
fn the_demo_counts_a_rendered_scene_as_it_truly_was() {
    let test = "the_demo_counts_a_rendered_scene_as_it_truly_was";
    place::init();
    let Some(footage) = place::footage(test).filter(|_| ready(test)) else { return };
    let dir = tempfile::tempdir().unwrap();
    let scene = "three-apart";
    let rendered = std::process::Command::new(footage)
        .args(["render", scene, "--size", "640x360", "--out"])
        .arg(dir.path())
        .output()
        .unwrap();
    assert!(rendered.status.success(), "{}", String::from_utf8_lossy(&rendered.stderr));
    let (film, out) = (dir.path().join(format!("{scene}.mp4")), dir.path().join("out"));
    let output = demo(&["--source", film.to_str().unwrap(), "--fast", "--out", out.to_str().unwrap()]);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{text}");
    let read = |path: &Path| -> Value { serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap() };
    let (truth, payload) = (read(&dir.path().join("truth.json")), read(&out.join("counts.jsonl")));
    let events = truth["lines"][0]["events"].as_array().unwrap();
    let going = |way: &str| Value::from(events.iter().filter(|e| e["dir"] == way).count());
    assert_eq!(events.len(), 3, "three come in: {truth}");
    let door = &payload["lines"][truth["lines"][0]["name"].as_str().unwrap()];
    assert_eq!((&door["entries"], &door["exits"]), (&going("forward"), &going("backward")), "{text}");
    let heads = text.lines().find(|l| l.trim_start().starts_with("Passing")).unwrap_or_else(|| panic!("no table: {text}"));
    assert_eq!(heads.split_whitespace().collect::<Vec<_>>(), ["Passing", "in", "truth", "out", "truth"]);
}

/// A truth file about a film: events at its line `door`, as (seconds, forward).
fn truth(film: &Path, events: &[(f64, bool)]) -> Value {
    let sum = std::process::Command::new("sha256sum").arg(film).output().unwrap();
    let sha256 = String::from_utf8(sum.stdout).unwrap()[..64].to_owned();
    let events: Vec<Value> =
        events.iter().map(|(t, forward)| json!({"t": t, "dir": if *forward { "forward" } else { "backward" }})).collect();
    let line = json!({"name": "door", "time_tolerance_s": 0.5, "events": events});
    json!({"clip": "film.mp4", "file": {"sha256": sha256}, "lines": [line]})
}

#[test]
fn a_film_is_held_against_the_scene_and_the_truth_beside_it() {
    let test = "a_film_is_held_against_the_scene_and_the_truth_beside_it";
    place::init();
    if !ready(test) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let film = film(dir.path(), 12);
    std::fs::write(dir.path().join("scene.json"), SCENE).unwrap();
    let model = place::root().join("plugins/persondetector/model/bright-rectangles.onnx");
    let events = [(1.05, true), (5.35, false), (7.05, true), (11.35, false)];
    for (known, status, row) in [(&events[..], 0, "| film | 4 | 4 | 0 | 0 |"), (&events[..3], 1, "| film | 3 | 3 | 0 | 1 |")] {
        std::fs::write(dir.path().join("truth.json"), truth(&film, known).to_string()).unwrap();
        let output = place::script("accuracy").arg(&film).arg("--model").arg(&model).arg("--strict").output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(text.contains(row), "{text}");
        assert_eq!(output.status.code(), Some(status), "{text}");
    }
}

#[test]
fn what_is_not_there_is_wrong_usage() {
    if !ready("what_is_not_there_is_wrong_usage") {
        return;
    }
    let model = place::root().join("plugins/persondetector/model/bright-rectangles.onnx").display().to_string();
    for arguments in [
        vec!["--source", "/nonexistent/film.mp4"],
        vec!["--scene", "/nonexistent/scene.json"],
        vec!["--model", "/nonexistent/model.onnx"],
        vec!["--model", &model, "--source", "rtsp://127.0.0.1:1/camera"],
        vec!["--no-such-option"],
    ] {
        let output = demo(&arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(!text.contains("Traceback"), "{arguments:?}: {text}");
    }
}

#[test]
fn a_camera_that_is_not_there_is_a_failure() {
    if !ready("a_camera_that_is_not_there_is_a_failure") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut arguments = arguments(dir.path());
    arguments[1] = format!("rtsp://127.0.0.1:{}/camera", broker::NOBODYS_PORT);
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = demo(&words);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(!text.contains("Traceback"), "{text}");
}
