// SPDX-License-Identifier: MPL-2.0
//! The built library in a fresh process with an empty registry, where every warning is fatal.

use std::path::Path;
use std::process::{Command, Output};

use footfall_tests::place::{fresh_command, runtime};

fn output(command: &mut Command) -> (Output, String) {
    let output = command.output().expect("the program starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, text)
}

fn four_elements(dir: &Path, prepare: impl Fn(&mut Command)) {
    let inspect = |arguments: &[&str]| {
        let mut command = fresh_command("gst-inspect-1.0", dir);
        command.args(arguments).env("G_DEBUG", "fatal-warnings");
        prepare(&mut command);
        output(&mut command)
    };
    let (result, text) = inspect(&["--plugin", "footfall"]);
    assert!(result.status.success(), "{text}");
    for element in ["persondetector", "zonetracker", "pixelscrubber", "countsink"] {
        assert!(text.contains(&format!("  {element}: ")), "{element} is missing: {text}");
        let (result, page) = inspect(&[element]);
        assert!(result.status.success(), "{page}");
        assert!(page.contains("none (0)"), "{element} has a rank: {page}");
        assert!(page.contains("GObject\n +----GInitiallyUnowned"), "{page}");
        assert!(page.contains("Footfall"), "{element}'s type has another prefix: {page}");
    }
    assert!(text.contains("MPL-2.0"), "{text}");
    assert!(text.contains("4 features"), "{text}");
    let (_, blacklist) = inspect(&["-b"]);
    assert!(!blacklist.contains("footfall"), "{blacklist}");
}

#[test]
fn it_loads_with_an_empty_registry_and_without_onnx_runtime() {
    let dir = tempfile::tempdir().unwrap();
    four_elements(dir.path(), |command| {
        command.env("ORT_DYLIB_PATH", "/nonexistent/libonnxruntime.so");
    });
}

#[test]
fn it_loads_with_onnx_runtime_present() {
    let Some(runtime) = runtime("it_loads_with_onnx_runtime_present") else { return };
    let dir = tempfile::tempdir().unwrap();
    four_elements(dir.path(), |command| {
        command.env("ORT_DYLIB_PATH", &runtime);
    });
}
