// SPDX-License-Identifier: MPL-2.0
//! What `meson install` lays down, and that systemd takes the service unit.

use std::path::Path;
use std::process::Command;

use footfall_tests::place;
use footfall_tests::runner::launch_file;

/// Holds a unit against systemd's rules: it is well-formed, and no more exposed than 2.5 of 10. `runner` is what it starts.
fn systemd_takes(test: &str, unit: &str, runner: &str) {
    let dir = tempfile::tempdir().unwrap();
    // What it starts must exist for the check; everything else is as it is.
    let text = unit.replace(&format!("ExecStart={runner} "), "ExecStart=/bin/true ");
    assert!(text.contains("ExecStart=/bin/true $FOOTFALL_RUN /etc/footfall/%i.launch"), "{text}");
    let [template, instance] = ["footfall@.service", "footfall@door.service"].map(|name| dir.path().join(name));
    std::fs::write(&template, &text).unwrap();
    std::fs::write(&instance, &text).unwrap();
    let analyze = |arguments: &[&str]| Command::new("systemd-analyze").args(arguments).output();
    let Ok(verified) = analyze(&["verify", instance.to_str().unwrap()]) else {
        eprintln!("skipped: {test}: systemd-analyze is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<&str> = said.lines().filter(|line| line.contains("footfall@")).collect();
    assert!(ours.is_empty(), "{said}");
    let exposed = analyze(&["security", "--offline=yes", "--threshold=25", instance.to_str().unwrap()]).unwrap();
    let table = String::from_utf8_lossy(&exposed.stdout).into_owned();
    if !table.contains("exposure level") {
        eprintln!("skipped: {test}: systemd-analyze security --offline: {}", String::from_utf8_lossy(&exposed.stderr).trim());
        return;
    }
    assert!(exposed.status.success(), "it is more exposed than 2.5 of 10: {table}");
}

#[test]
fn runner_has_a_service_unit_that_systemd_takes() {
    let unit = std::fs::read_to_string(place::root().join("pipelines/systemd/footfall@.service.in")).unwrap();
    let unit = unit.replace("@plugins@", "/usr/lib/gstreamer-1.0");
    systemd_takes("runner_has_a_service_unit_that_systemd_takes", &unit, "@runner@");
}

/// Every file below a folder, from there on.
fn files(dir: &Path, below: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir.join(below)).into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| {
        let path = below.join(entry.file_name());
        if entry.path().is_dir() { files(dir, &path) } else { vec![path.display().to_string()] }
    };
    let mut all: Vec<String> = entries.flat_map(of).collect();
    all.sort();
    all
}

#[test]
fn runner_is_installed_with_what_a_box_needs_and_taken_away_again() {
    let test = "runner_is_installed_with_what_a_box_needs_and_taken_away_again";
    if ["meson", "ninja"].iter().any(|tool| Command::new(tool).arg("--version").output().is_err()) {
        eprintln!("skipped: {test}: meson and ninja are not installed");
        return;
    }
    let Some(runtime) = place::runtime(test) else { return };
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    let dir = tempfile::tempdir().unwrap();
    let (build, box_) = (dir.path().join("build"), dir.path().join("box"));
    let run = |program: &str, arguments: &[&str]| {
        let mut command = place::outside_cargo(Command::new(program));
        let done = command.args(arguments).current_dir(place::root()).output().unwrap();
        let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(done.status.success(), "{program} {arguments:?}: {said}");
        said
    };
    let at = |path: &Path| path.display().to_string();
    // What cargo has built for the tests already.
    let options = [format!("-Dcargo-target={}", at(&target)), format!("-Donnxruntime={}", at(&runtime))];
    run("meson", &["setup", "--prefix=/usr", "--libdir=lib", "--buildtype=debug", &options[0], &options[1], &at(&build)]);
    run("meson", &["install", "-C", &at(&build), "--destdir", &at(&box_)]);

    let installed = files(&box_, Path::new(""));
    let library = format!("usr/lib/gstreamer-1.0/{}", runtime.file_name().unwrap().display());
    let unit = "usr/lib/systemd/system/footfall@.service";
    for wanted in ["usr/bin/footfall-run", "usr/bin/footfall-doctor", "usr/lib/gstreamer-1.0/libgstfootfall.so", &library, unit] {
        assert!(installed.iter().any(|path| path == wanted), "{wanted}: {installed:?}");
    }
    let unit = std::fs::read_to_string(box_.join(unit)).unwrap();
    assert!(unit.contains("Environment=GST_PLUGIN_PATH=/usr/lib/gstreamer-1.0\n"), "{unit}");
    systemd_takes(test, &unit, "/usr/bin/footfall-run");
    let in_the_box = |program: &str| {
        let mut command = place::fresh_command(program, dir.path());
        command.env("GST_PLUGIN_PATH", box_.join("usr/lib/gstreamer-1.0")).env_remove("ORT_DYLIB_PATH");
        command
    };
    // The runtime is found beside the plugin.
    let line = "videotestsrc num-buffers=3 ! persondetector ! pixelscrubber ! fakesink";
    let file = launch_file(dir.path(), line);
    let ran = in_the_box(&at(&box_.join("usr/bin/footfall-run"))).arg("--once").arg(file).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    let examined = in_the_box(&at(&box_.join("usr/bin/footfall-doctor"))).arg("--json").output().unwrap();
    let report = String::from_utf8_lossy(&examined.stdout).into_owned();
    assert!(report.contains(&library), "the doctor names the runtime beside the plugin: {report}");

    run("ninja", &["-C", &at(&build), "uninstall"]);
    assert_eq!(files(&box_, Path::new("")), Vec::<String>::new());
}
