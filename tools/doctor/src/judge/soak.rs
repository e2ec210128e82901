// SPDX-License-Identifier: MPL-2.0
//! The soak: each figure against its limit. What could not be read fails, and is never 0.

use crate::check::{Check, Group};
use crate::measured::Soak;
use crate::procfs::Throttle;

const G: Group = Group::Soak;

/// At least this share of the detections that were asked for.
pub const KEPT: f64 = 0.95;
/// At most this share of the detections too late.
pub const LATE: f64 = 0.01;
/// At most this share of the whole machine: beyond it the next busy moment costs pictures.
pub const CPU: f64 = 0.8;
/// Memory may grow by this share in the second half.
pub const GROWTH: f64 = 0.05;
/// So many readings of memory at least in each half.
const LEAST_READINGS: usize = 4;

/// All checks of a soak.
pub fn checks(soak: &Soak) -> Vec<Check> {
    vec![rate(soak), frames(soak), camera(soak), cpu(soak), memory(soak), throttling(soak)]
}

fn unread(name: &'static str, what: &str) -> Check {
    Check::failed(
        G,
        name,
        format!("{what} can not be read"),
        "it was asked for during the soak",
        "what can not be read counts as failed; is /proc there?",
    )
}

fn failed(name: &'static str, words: String, limit: String, check: &str) -> Check {
    Check::failed(G, name, words, limit, check)
}

/// Detections a second that could be had: no more than there are pictures.
fn due_per_s(soak: &Soak) -> Option<f64> {
    soak.camera_per_s.map(|camera| camera.min(soak.asked_per_s))
}

fn rate(soak: &Soak) -> Check {
    const NAME: &str = "rate";
    let (Some(detected), Some(due)) = (soak.detected, due_per_s(soak)) else {
        return unread(NAME, "the rate (persondetector's stats, and the camera's rate)");
    };
    if soak.lasted_s <= 0.0 {
        return unread(NAME, "the time");
    }
    let kept = detected as f64 / soak.lasted_s;
    let words = format!("{kept:.2} of {due:.2} detections a second kept over {:.0} s", soak.lasted_s);
    let check = if kept >= KEPT * due {
        Check::ok(G, NAME, words)
    } else {
        failed(
            NAME,
            words,
            format!("the limit is {:.0} %", KEPT * 100.0),
            "a lower persondetector rate, fewer cameras on this machine, a smaller picture; is the camera's line below well?",
        )
    };
    check.figure("kept_per_s", kept).figure("due_per_s", due)
}

fn frames(soak: &Soak) -> Check {
    const NAME: &str = "frames";
    let (Some(frames), Some(detected), Some(late), Some(bad)) = (soak.frames, soak.detected, soak.late, soak.failed) else {
        return unread(NAME, "persondetector's stats");
    };
    let skipped = frames.saturating_sub(detected + bad);
    let words =
        format!("{frames} pictures: {detected} looked at, {skipped} between, {late} too late, {bad} on which the network failed");
    let check = if bad > 0 {
        failed(NAME, words, "none may fail".into(), "the model and ONNX Runtime; GST_DEBUG=persondetector:5 says more")
    } else if late as f64 > LATE * (detected + late) as f64 {
        failed(
            NAME,
            words,
            format!("at most {:.0} % may be too late", LATE * 100.0),
            "the machine is too slow at times: what else runs here?",
        )
    } else {
        Check::ok(G, NAME, words)
    };
    check.figure("frames", frames).figure("late", late).figure("failed", bad)
}

fn camera(soak: &Soak) -> Check {
    let (times, why) = &soak.reopened;
    if *times == 0 {
        return Check::ok(G, "camera", "it stayed");
    }
    let words = format!("opened again {times} times; the last time because {}", why.as_deref().unwrap_or("it ended"));
    Check::warning(G, "camera", words, "the camera or the network is not steady").figure("reopened", *times)
}

fn cpu(soak: &Soak) -> Check {
    let (Some(cpu_s), Some(cores)) = (soak.cpu_s, soak.cores.filter(|n| *n > 0)) else {
        return unread("cpu", "the CPU time of this process");
    };
    if soak.lasted_s <= 0.0 {
        return unread("cpu", "the time");
    }
    let of_one = cpu_s / soak.lasted_s;
    let share = of_one / cores as f64;
    let words = format!("{:.0} % of one core, {:.0} % of the machine's {cores}", of_one * 100.0, share * 100.0);
    let check = if share <= CPU {
        Check::ok(G, "cpu", words)
    } else {
        failed(
            "cpu",
            words,
            format!("the limit is {:.0} % of the machine", CPU * 100.0),
            "a lower persondetector rate, a smaller picture in the camera, H.264 instead of H.265",
        )
    };
    check.figure("share_of_one_core", of_one).figure("share_of_machine", share)
}

fn memory(soak: &Soak) -> Check {
    let half_s = soak.lasted_s / 2.0;
    let second: Vec<u64> = soak.memory.iter().filter(|(t, _)| *t >= half_s).map(|(_, bytes)| *bytes).collect();
    if second.len() < 2 * LEAST_READINGS {
        return unread("memory", "the memory of this process (or not often enough: soak longer)");
    }
    // Medians, so that one picture more or less in flight does not decide.
    let median = |readings: &[u64]| {
        let mut sorted = readings.to_vec();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied().unwrap_or_default() as f64
    };
    let quarter = second.len() / 4;
    let quarter = quarter.max(LEAST_READINGS / 2);
    let (from, to) = (median(&second[..quarter]), median(&second[second.len() - quarter..]));
    let growth = (to - from) / from;
    let mib = |bytes: f64| bytes / f64::from(1 << 20);
    let words =
        format!("{:.1} MiB in the middle, {:.1} MiB at the end: {:+.1} % in the second half", mib(from), mib(to), growth * 100.0);
    let check = if growth <= GROWTH {
        Check::ok(G, "memory", words)
    } else {
        failed(
            "memory",
            words,
            format!("the limit is {:.0} %", GROWTH * 100.0),
            "soak longer (--minutes 30): it settles in the first minutes; if it does not, report it",
        )
    };
    check.figure("middle_bytes", from).figure("end_bytes", to).figure("growth", growth)
}

fn throttling(soak: &Soak) -> Check {
    const NAME: &str = "throttling";
    if !soak.ask_throttle {
        return Check::not_tried(G, NAME, "--without throttling");
    }
    let hot = |words: String| {
        failed(
            NAME,
            words,
            "the processor must not be slowed down".into(),
            "cooling and power supply; the machine is slower than it was timed above",
        )
    };
    match &soak.throttle {
        (Some(Throttle::Count(before)), Some(Throttle::Count(after))) if after == before => {
            Check::ok(G, NAME, "the processor was not slowed down by heat").figure("events", 0)
        }
        (Some(Throttle::Count(before)), Some(Throttle::Count(after))) => {
            let events = after.saturating_sub(*before);
            hot(format!("slowed down by heat {events} times")).figure("events", events)
        }
        (Some(Throttle::Flags(before)), Some(Throttle::Flags(after))) if (after & !before) | (after & 0xf) == 0 => {
            Check::ok(G, NAME, format!("not slowed down by heat or supply (vcgencmd: {after:#x})"))
        }
        (Some(Throttle::Flags(_)), Some(Throttle::Flags(after))) => {
            hot(format!("slowed down by heat or a weak supply (vcgencmd: {after:#x})"))
        }
        (Some(Throttle::Temperature { .. }), Some(Throttle::Temperature { now, limit })) if now < limit => {
            Check::ok(G, NAME, format!("{now:.0} °C at the end, slowed down from {limit:.0} °C on"))
        }
        (Some(Throttle::Temperature { .. }), Some(Throttle::Temperature { now, limit })) => {
            hot(format!("{now:.0} °C at the end, slowed down from {limit:.0} °C on"))
        }
        _ => Check::failed(
            G,
            NAME,
            "whether the processor was slowed down by heat can not be read",
            "/sys/devices/system/cpu/cpu*/thermal_throttle, vcgencmd, /sys/class/thermal",
            "a virtual machine can not say: --without throttling leaves it out",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Soak {
        Soak {
            lasted_s: 100.0,
            camera_per_s: Some(25.0),
            asked_per_s: 10.0,
            frames: Some(2500),
            detected: Some(1000),
            late: Some(0),
            failed: Some(0),
            reopened: (0, None),
            cpu_s: Some(40.0),
            cores: Some(2),
            memory: (0..100).map(|i| (f64::from(i), 100 << 20)).collect(),
            throttle: (Some(Throttle::Count(3)), Some(Throttle::Count(3))),
            ask_throttle: true,
        }
    }

    fn word(soak: &Soak, name: &str) -> &'static str {
        checks(soak).into_iter().find(|c| c.name == name).unwrap().outcome.word()
    }

    #[test]
    fn a_good_soak_is_well() {
        assert!(checks(&good()).iter().all(|c| c.outcome.word() == "ok"), "{:#?}", checks(&good()));
    }

    #[test]
    fn each_limit_from_both_sides() {
        let s = good;
        assert_eq!(word(&Soak { detected: Some(950), ..s() }, "rate"), "ok");
        assert_eq!(word(&Soak { detected: Some(949), ..s() }, "rate"), "failed");
        let slow = Soak { camera_per_s: Some(5.0), detected: Some(480), ..s() };
        assert_eq!(word(&slow, "rate"), "ok", "no more is due than the camera sends");
        assert_eq!(word(&Soak { late: Some(10), ..s() }, "frames"), "ok");
        assert_eq!(word(&Soak { late: Some(11), ..s() }, "frames"), "failed");
        assert_eq!(word(&Soak { failed: Some(1), ..s() }, "frames"), "failed");
        assert_eq!(word(&Soak { cpu_s: Some(160.0), ..s() }, "cpu"), "ok");
        assert_eq!(word(&Soak { cpu_s: Some(160.1), ..s() }, "cpu"), "failed");
        assert_eq!(word(&Soak { reopened: (1, None), ..s() }, "camera"), "warning");
        for (grown, expected) in [(104.9, "ok"), (105.1, "failed"), (50.0, "ok")] {
            let mut soak = s();
            soak.memory.iter_mut().skip(75).for_each(|r| r.1 = (grown * f64::from(1 << 20)) as u64);
            assert_eq!(word(&soak, "memory"), expected, "{grown}");
        }
        // What grows in the first half is start-up.
        let mut soak = s();
        soak.memory.iter_mut().take(45).for_each(|r| r.1 = 10 << 20);
        assert_eq!(word(&soak, "memory"), "ok");
    }

    #[test]
    fn what_can_not_be_read_fails() {
        let s = good;
        assert_eq!(word(&Soak { detected: None, ..s() }, "rate"), "failed");
        assert_eq!(word(&Soak { camera_per_s: None, ..s() }, "rate"), "failed");
        assert_eq!(word(&Soak { lasted_s: 0.0, ..s() }, "rate"), "failed");
        assert_eq!(word(&Soak { frames: None, ..s() }, "frames"), "failed");
        assert_eq!(word(&Soak { cpu_s: None, ..s() }, "cpu"), "failed");
        assert_eq!(word(&Soak { memory: vec![], ..s() }, "memory"), "failed");
        assert_eq!(word(&Soak { memory: s().memory[..57].to_vec(), ..s() }, "memory"), "failed");
        assert_eq!(word(&Soak { memory: s().memory[..58].to_vec(), ..s() }, "memory"), "ok");
        assert_eq!(word(&Soak { throttle: (None, None), ..s() }, "throttling"), "failed");
        assert_eq!(word(&Soak { throttle: (Some(Throttle::Count(0)), None), ..s() }, "throttling"), "failed");
        assert_eq!(word(&Soak { throttle: (None, None), ask_throttle: false, ..s() }, "throttling"), "not tried");
    }

    #[test]
    fn throttling_from_both_sides() {
        let word = |before, after| word(&Soak { throttle: (Some(before), Some(after)), ..good() }, "throttling");
        assert_eq!(word(Throttle::Count(3), Throttle::Count(4)), "failed");
        assert_eq!(word(Throttle::Flags(0x50000), Throttle::Flags(0x50000)), "ok", "it was long ago");
        assert_eq!(word(Throttle::Flags(0), Throttle::Flags(0x40000)), "failed");
        assert_eq!(word(Throttle::Flags(0x4), Throttle::Flags(0x4)), "failed");
        let at = |now| Throttle::Temperature { now, limit: 80.0 };
        assert_eq!(word(at(20.0), at(79.9)), "ok");
        assert_eq!(word(at(20.0), at(80.0)), "failed");
    }
}
