// SPDX-License-Identifier: MPL-2.0
//! Where things are: the built library, the assets, ONNX Runtime.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use gst::prelude::*;

/// The workspace's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace").to_owned()
}

/// The folder of the built library: `FOOTFALL_PLUGIN_DIR`, else `target/release`, else `target/debug`.
pub fn plugin_dir() -> PathBuf {
    let given = std::env::var_os("FOOTFALL_PLUGIN_DIR").map(PathBuf::from);
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let places = given.into_iter().chain([target.join("release"), target.join("debug")]);
    places.into_iter().find(|dir| dir.join("libgstfootfall.so").exists()).unwrap_or_else(|| {
        panic!("libgstfootfall.so is not built: run `cargo build --release -p gst-plugin-footfall` or set FOOTFALL_PLUGIN_DIR")
    })
}

/// Starts GStreamer with the built library, once a process.
pub fn init() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        gst::init().expect("GStreamer starts");
        let registry = gst::Registry::get();
        registry.scan_path(plugin_dir());
        let factory = gst::ElementFactory::find("persondetector").expect("the built library holds persondetector");
        let plugin = factory.plugin().expect("a factory has a plugin");
        assert_eq!(plugin.plugin_name(), "footfall", "another plugin shadows ours");
        footfall_contract::wire::attestation::register();
    });
}

/// A command with a registry of its own in `dir` and the built library on its path.
pub fn fresh_command(program: &str, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("GST_REGISTRY", dir.join("registry.bin"))
        .env("GST_PLUGIN_PATH", plugin_dir())
        .env_remove("GST_DEBUG")
        .env("LC_ALL", "C.UTF-8");
    command
}

/// The renderer's command, as `cargo test --workspace` builds it beside the tests; `None` with a line that says what is
/// skipped.
pub fn footage(test: &str) -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?.parent()?.with_file_name("footage");
    if beside.exists() {
        return Some(beside);
    }
    eprintln!("skipped: {test}: the renderer is not built (cargo build -p footfall-footage)");
    None
}

/// A script of `pipelines/`, with the surroundings of a user's shell.
pub fn script(name: &str) -> Command {
    outside_cargo(Command::new(root().join("pipelines").join(name)))
}

/// With the surroundings of a user's shell: what cargo sets for tests would make a command build anew.
pub fn outside_cargo(mut command: Command) -> Command {
    let of_the_user = |key: &str| {
        ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_INCREMENTAL", "CARGO_PROFILE_"].iter().any(|start| key.starts_with(start))
    };
    let set_by_cargo = |key: &str| (key.starts_with("CARGO") && !of_the_user(key)) || key == "LD_LIBRARY_PATH";
    std::env::vars_os().filter(|(key, _)| key.to_str().is_some_and(set_by_cargo)).for_each(|(key, _)| {
        command.env_remove(key);
    });
    command
}

/// The assets' folder (`FOOTFALL_ASSETS`, default beside the workspace), or `None` with a line that says what is skipped.
pub fn asset(test: &str, path: &str) -> Option<PathBuf> {
    let base = std::env::var_os("FOOTFALL_ASSETS").map_or_else(|| root().join("../shared/assets"), PathBuf::from);
    let found = base.join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("skipped: {test}: assets/{path} is not here");
    None
}

/// ONNX Runtime as `pipelines/setup` keeps it, or as `ORT_DYLIB_PATH` names it; `None` with a line that says what is
/// skipped.
pub fn runtime(test: &str) -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    let kept = cache.map(|dir| dir.join("footfall"));
    let in_cache = kept.and_then(|dir| {
        std::fs::read_dir(dir).ok()?.flatten().map(|e| e.path()).find(|p| p.to_string_lossy().contains("libonnxruntime.so"))
    });
    let found = std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from).filter(|p| p.exists()).or(in_cache);
    if found.is_none() {
        eprintln!("skipped: {test}: ONNX Runtime is not here (run pipelines/setup)");
    }
    found
}
