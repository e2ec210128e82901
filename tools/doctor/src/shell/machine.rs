// SPDX-License-Identifier: MPL-2.0
//! Looks at this machine and at what is installed on it.

use std::path::{Path, PathBuf};

use footfall_doctor::judge::machine::{ELEMENTS, OURS};
use footfall_doctor::measured::{Machine, Plugin, Runtime};
use footfall_doctor::procfs;
use gst::prelude::*;
use gst_plugin_persondetector::runtime::{self, Surroundings};

/// A file of the system as text, if it is there.
pub fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The folder of the installed library, if it is there.
pub fn plugin_folder() -> Option<PathBuf> {
    let plugin = gst::ElementFactory::find("persondetector")?.plugin()?;
    plugin.filename()?.parent().map(Path::to_owned)
}

/// Where ONNX Runtime is looked for.
pub fn surroundings() -> Surroundings {
    Surroundings::from_env(None, plugin_folder())
}

/// Everything about this machine.
pub fn look() -> Machine {
    let meminfo = read("/proc/meminfo").unwrap_or_default();
    let (major, minor, micro, _) = gst::version();
    Machine {
        system: read("/etc/os-release").and_then(|text| procfs::system_name(&text)),
        architecture: std::env::consts::ARCH,
        cores: std::thread::available_parallelism().ok().map(|n| n.get()),
        memory: procfs::kib(&meminfo, "MemTotal"),
        available: procfs::kib(&meminfo, "MemAvailable"),
        gstreamer: (major, minor, micro),
        missing: ELEMENTS.iter().map(|(name, ..)| *name).filter(|name| gst::ElementFactory::find(name).is_none()).collect(),
        ours: OURS.map(|name| (name, plugin_of(name))).to_vec(),
        runtime: onnx_runtime(),
    }
}

fn plugin_of(element: &str) -> Option<Plugin> {
    let plugin = gst::ElementFactory::find(element)?.plugin()?;
    let file = plugin.filename().map(|f| f.display().to_string()).unwrap_or_default();
    Some(Plugin { name: plugin.plugin_name().to_string(), version: plugin.version().to_string(), file })
}

fn onnx_runtime() -> Result<Runtime, String> {
    let path = runtime::find(&surroundings()).map_err(|e| e.to_string())?;
    let minor = runtime::minor_of(&path).map_err(|e| e.to_string())?;
    Ok(Runtime { file: path.display().to_string(), minor })
}
