// SPDX-License-Identifier: MPL-2.0
//! What runs here.

use serde_json::json;

use crate::check::{Check, Group};
use crate::measured::{Machine, Plugin};

/// A process with one camera needs 60 to 120 MiB; with less than this free the system begins to swap.
pub const LEAST_AVAILABLE: u64 = 256 << 20;
/// The oldest GStreamer that is supported.
pub const OLDEST_GSTREAMER: (u32, u32) = (1, 22);
/// The oldest ONNX Runtime that is understood and the newest that does not phone home, of 1.x.
pub const RUNTIME_RANGE: (u32, u32) = (17, 28);

/// An element that launch lines use: (factory, Debian's package, is it needed to count from an H.264 camera).
pub const ELEMENTS: [(&str, &str, bool); 31] = [
    ("rtspsrc", "gstreamer1.0-plugins-good", true),
    ("rtph264depay", "gstreamer1.0-plugins-good", true),
    ("watchdog", "gstreamer1.0-plugins-bad", true),
    ("h264parse", "gstreamer1.0-plugins-bad", true),
    ("avdec_h264", "gstreamer1.0-libav", true),
    ("videoconvert", "gstreamer1.0-plugins-base", true),
    ("queue", "libgstreamer1.0-0", true),
    ("tee", "libgstreamer1.0-0", true),
    ("fakesink", "libgstreamer1.0-0", true),
    ("filesrc", "libgstreamer1.0-0", true),
    ("identity", "libgstreamer1.0-0", true),
    ("decodebin", "gstreamer1.0-plugins-base", true),
    ("parsebin", "gstreamer1.0-plugins-base", true),
    ("rtph265depay", "gstreamer1.0-plugins-good", false),
    ("h265parse", "gstreamer1.0-plugins-bad", false),
    ("avdec_h265", "gstreamer1.0-libav", false),
    ("rtpjpegdepay", "gstreamer1.0-plugins-good", false),
    ("jpegparse", "gstreamer1.0-plugins-bad", false),
    ("jpegdec", "gstreamer1.0-plugins-good", false),
    ("qtdemux", "gstreamer1.0-plugins-good", false),
    ("matroskademux", "gstreamer1.0-plugins-good", false),
    ("avidemux", "gstreamer1.0-plugins-good", false),
    ("videoscale", "gstreamer1.0-plugins-base", false),
    ("videorate", "gstreamer1.0-plugins-base", false),
    ("deinterlace", "gstreamer1.0-plugins-good", false),
    ("x264enc", "gstreamer1.0-plugins-ugly", false),
    ("mp4mux", "gstreamer1.0-plugins-good", false),
    ("splitmuxsink", "gstreamer1.0-plugins-good", false),
    ("filesink", "libgstreamer1.0-0", false),
    ("autovideosink", "gstreamer1.0-plugins-good", false),
    ("progressreport", "gstreamer1.0-plugins-good", false),
];

/// Our elements.
pub const OURS: [&str; 4] = ["persondetector", "zonetracker", "pixelscrubber", "countsink"];

/// All checks of the machine. `version`: the doctor's own.
pub fn checks(machine: &Machine, version: &str) -> Vec<Check> {
    vec![
        system(machine),
        gstreamer(machine.gstreamer),
        plugin(&machine.ours, version),
        elements(&machine.missing),
        runtime(machine),
    ]
}

fn mib(bytes: u64) -> u64 {
    bytes >> 20
}

fn system(machine: &Machine) -> Check {
    let unknown = || "unknown".to_owned();
    let name = machine.system.clone().unwrap_or_else(unknown);
    let cores = machine.cores.map_or_else(unknown, |n| n.to_string());
    let memory = match (machine.memory, machine.available) {
        (Some(all), Some(free)) => format!("{} of {} MiB memory free", mib(free), mib(all)),
        _ => "memory unknown".to_owned(),
    };
    let words = format!("{name}, {}, cores: {cores}, {memory}", machine.architecture);
    let check = match machine.available {
        Some(free) if free < LEAST_AVAILABLE => Check::warning(
            Group::Machine,
            "system",
            words,
            format!("less than {} MiB are free: stop what else runs here, or add memory", mib(LEAST_AVAILABLE)),
        ),
        _ => Check::ok(Group::Machine, "system", words),
    };
    check.figure("cores", json!(machine.cores)).figure("memory_available_bytes", json!(machine.available))
}

fn gstreamer((major, minor, micro): (u32, u32, u32)) -> Check {
    let words = format!("GStreamer {major}.{minor}.{micro}");
    if (major, minor) >= OLDEST_GSTREAMER {
        return Check::ok(Group::Machine, "gstreamer", words);
    }
    let (a, b) = OLDEST_GSTREAMER;
    Check::failed(
        Group::Machine,
        "gstreamer",
        words,
        "GStreamer was asked for its version",
        format!("{a}.{b} or later is needed: Debian 12 has it"),
    )
}

fn plugin(ours: &[(&'static str, Option<Plugin>)], version: &str) -> Check {
    const NAME: &str = "plugin";
    let tried = "GStreamer's registry was asked for persondetector, zonetracker, pixelscrubber and countsink";
    let failed = |finding: String, check: &str| Check::failed(Group::Machine, NAME, finding, tried, check);
    let missing: Vec<&str> = ours.iter().filter(|(_, plugin)| plugin.is_none()).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        let finding = format!("not found: {}", missing.join(", "));
        return failed(finding, "run pipelines/setup; is GST_PLUGIN_PATH set by pipelines/env?");
    }
    let mut found: Vec<&Plugin> = ours.iter().filter_map(|(_, plugin)| plugin.as_ref()).collect();
    found.dedup();
    let [one] = found.as_slice() else {
        let files: Vec<&str> = found.iter().map(|p| p.file.as_str()).collect();
        let finding = format!("the four elements come from different libraries: {}", files.join(", "));
        return failed(finding, "remove the older ones: a mixed set of elements is not safe");
    };
    let words = format!("footfall {}, four elements, {}", one.version, one.file);
    // The plugin's version ends in the commit that it was built from.
    if one.version.split('-').next() == Some(version) {
        Check::ok(Group::Machine, NAME, words)
    } else {
        let check = format!("this doctor is {version}: run pipelines/setup, so that both are of one state");
        Check::warning(Group::Machine, NAME, words, check)
    }
}

fn elements(missing: &[&'static str]) -> Check {
    const NAME: &str = "elements";
    let of = |name: &str| ELEMENTS.iter().find(|(element, ..)| *element == name);
    let packages = || {
        let mut packages: Vec<&str> = missing.iter().filter_map(|name| of(name)).map(|(_, package, _)| *package).collect();
        packages.sort_unstable();
        packages.dedup();
        format!("apt-get install {} (pipelines/setup does it)", packages.join(" "))
    };
    let finding = || format!("not installed: {}", missing.join(", "));
    if missing.is_empty() {
        Check::ok(Group::Machine, NAME, format!("all {} that the launch lines name", ELEMENTS.len()))
    } else if missing.iter().any(|name| of(name).is_some_and(|(_, _, needed)| *needed)) {
        Check::failed(Group::Machine, NAME, finding(), "GStreamer's registry was asked for each", packages())
    } else {
        Check::warning(Group::Machine, NAME, finding(), format!("some uses need them: {}", packages()))
    }
}

fn runtime(machine: &Machine) -> Check {
    const NAME: &str = "onnxruntime";
    match &machine.runtime {
        Ok(found) => {
            let (oldest, newest) = RUNTIME_RANGE;
            let words = format!("ONNX Runtime 1.{}, {}", found.minor, found.file);
            if found.minor <= newest {
                Check::ok(Group::Machine, NAME, words).figure("minor", found.minor)
            } else {
                // Only with ORT_DISABLE_TELEMETRY=1 is such a one found at all.
                let check =
                    format!("it would send usage data were ORT_DISABLE_TELEMETRY not 1; 1.{oldest} to 1.{newest} can not");
                Check::warning(Group::Machine, NAME, words, check).figure("minor", found.minor)
            }
        }
        Err(words) => Check::failed(
            Group::Machine,
            NAME,
            words.clone(),
            "looked for in ORT_DYLIB_PATH, beside the plugin, in the system's folders",
            "run pipelines/setup; persondetector alone needs it",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Outcome;
    use crate::measured::Runtime;

    fn good() -> Machine {
        let plugin = Plugin { name: "footfall".into(), version: "0.1.0-abc".into(), file: "/p/libgstfootfall.so".into() };
        Machine {
            system: Some("Debian".into()),
            architecture: "x86_64",
            cores: Some(2),
            memory: Some(4 << 30),
            available: Some(LEAST_AVAILABLE),
            gstreamer: (1, 22, 0),
            missing: vec![],
            ours: OURS.map(|name| (name, Some(plugin.clone()))).to_vec(),
            runtime: Ok(Runtime { file: "/o.so".into(), minor: 23 }),
        }
    }

    fn word(machine: &Machine, name: &str) -> &'static str {
        checks(machine, "0.1.0").into_iter().find(|c| c.name == name).unwrap().outcome.word()
    }

    #[test]
    fn a_good_machine_is_well() {
        assert!(checks(&good(), "0.1.0").iter().all(|c| c.outcome == Outcome::Ok));
    }

    #[test]
    fn each_limit_from_both_sides() {
        let m = good;
        assert_eq!(word(&Machine { available: Some(LEAST_AVAILABLE - 1), ..m() }, "system"), "warning");
        assert_eq!(word(&Machine { gstreamer: (1, 21, 90), ..m() }, "gstreamer"), "failed");
        assert_eq!(word(&Machine { gstreamer: (1, 26, 2), ..m() }, "gstreamer"), "ok");
        for (minor, expected) in [(17, "ok"), (28, "ok"), (29, "warning")] {
            let runtime = Ok(Runtime { file: "/o.so".into(), minor });
            assert_eq!(word(&Machine { runtime, ..m() }, "onnxruntime"), expected);
        }
        assert_eq!(word(&Machine { runtime: Err("none".into()), ..m() }, "onnxruntime"), "failed");
        assert_eq!(word(&Machine { missing: vec!["x264enc"], ..m() }, "elements"), "warning");
        assert_eq!(word(&Machine { missing: vec!["x264enc", "rtspsrc"], ..m() }, "elements"), "failed");
    }

    #[test]
    fn a_plugin_that_is_missing_mixed_or_of_another_state() {
        let mut none = good();
        none.ours[2].1 = None;
        assert_eq!(word(&none, "plugin"), "failed");
        let mut mixed = good();
        mixed.ours[0].1.as_mut().unwrap().file = "/other.so".into();
        assert_eq!(word(&mixed, "plugin"), "failed");
        let mut old = good();
        old.ours.iter_mut().for_each(|o| o.1.as_mut().unwrap().version = "0.0.9-abc".into());
        assert_eq!(word(&old, "plugin"), "warning");
    }

    #[test]
    fn the_launch_lines_name_no_element_that_is_not_asked_for() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut seen = 0;
        for entry in std::fs::read_dir(root.join("pipelines")).unwrap().flatten() {
            if entry.path().extension().is_none_or(|e| e != "launch") {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let line: String = text.lines().filter(|l| !l.trim_start().starts_with('#')).collect::<Vec<_>>().join(" ");
            for part in line.split('!') {
                let words = part.split_whitespace().filter(|w| !w.contains('=') && !w.contains('/') && !w.ends_with('.'));
                for word in words {
                    let known = OURS.contains(&word) || ELEMENTS.iter().any(|(name, ..)| *name == word);
                    assert!(known, "{}: {word}", entry.path().display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 20, "{seen}");
    }
}
