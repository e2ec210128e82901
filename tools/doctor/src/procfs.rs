// SPDX-License-Identifier: MPL-2.0
//! What Linux says of a process and of the machine, read out of the texts in `/proc` and `/sys`. What is not there is `None`.

use std::path::Path;

/// Clock ticks a second in `/proc/PID/stat`; 100 in Linux's interface on every architecture that is built for.
const TICKS_PER_S: f64 = 100.0;

/// A value in KiB of `/proc/meminfo` or `/proc/PID/status`, as bytes.
pub fn kib(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix(':'))?;
    let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    number.checked_mul(1024)
}

/// CPU time (user and system) out of `/proc/PID/stat`, seconds.
pub fn cpu_s(stat: &str) -> Option<f64> {
    // The name in parentheses may hold anything, spaces and parentheses included.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let (user, system): (u64, u64) = (fields.nth(11)?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) as f64 / TICKS_PER_S)
}

/// The name of the system out of `/etc/os-release`.
pub fn system_name(os_release: &str) -> Option<String> {
    let value = os_release.lines().find_map(|l| l.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim_matches('"').to_owned())
}

/// The processor's own word on whether it was slowed down by heat.
#[derive(Clone, Debug, PartialEq)]
pub enum Throttle {
    /// How often, since the machine was started: the sum over all cores.
    Count(u64),
    /// A Raspberry Pi's flags: now, and ever since it was started, slowed by heat, by its power supply, or capped.
    Flags(u32),
    /// No counter, but a temperature and the one from which on it is slowed down, °C: the hottest sensor by its distance.
    Temperature {
        /// Now.
        now: f64,
        /// From here on.
        limit: f64,
    },
}

/// A Pi's flags that mean "slowed down", now (low half) and since its start (high half): under-voltage, capped, throttled,
/// soft temperature limit.
const SLOWED: u32 = 0xf | 0xf << 16;

impl Throttle {
    /// Out of a Pi's `vcgencmd get_throttled`.
    pub fn from_vcgencmd(text: &str) -> Option<Self> {
        let hex = text.trim().strip_prefix("throttled=0x")?;
        Some(Self::Flags(u32::from_str_radix(hex, 16).ok()? & SLOWED))
    }

    /// Out of `/sys/devices/system/cpu` of most PCs, below `sys`.
    pub fn from_counters(sys: &Path) -> Option<Self> {
        let cpus = std::fs::read_dir(sys.join("devices/system/cpu")).ok()?.flatten();
        let counts: Vec<u64> = cpus
            .flat_map(|cpu| {
                ["core_throttle_count", "package_throttle_count"].map(|f| cpu.path().join("thermal_throttle").join(f))
            })
            .filter_map(|file| std::fs::read_to_string(file).ok()?.trim().parse().ok())
            .collect();
        (!counts.is_empty()).then(|| Self::Count(counts.iter().sum()))
    }

    /// Out of `/sys/class/thermal` of most boards, below `sys`.
    pub fn from_temperatures(sys: &Path) -> Option<Self> {
        let zones = std::fs::read_dir(sys.join("class/thermal")).ok()?.flatten().map(|e| e.path());
        let read = |path: &Path| std::fs::read_to_string(path).ok().map(|t| t.trim().to_owned());
        let degrees = |path: &Path| read(path)?.parse::<f64>().ok().map(|milli| milli / 1000.0).filter(|t| *t > 0.0);
        let of_zone = |zone: &Path| {
            let trips = (0..12).filter(|i| {
                let kind = read(&zone.join(format!("trip_point_{i}_type")));
                matches!(kind.as_deref(), Some("passive" | "hot" | "critical"))
            });
            let limit = trips.filter_map(|i| degrees(&zone.join(format!("trip_point_{i}_temp")))).min_by(f64::total_cmp)?;
            Some((degrees(&zone.join("temp"))?, limit))
        };
        let (now, limit) = zones.filter_map(|z| of_zone(&z)).min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
        Some(Self::Temperature { now, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proc_is_read() {
        assert_eq!(kib("VmPeak:\t 9 kB\nVmRSS:\t  2048 kB\n", "VmRSS"), Some(2 << 20));
        assert_eq!(kib("VmRSS: much", "VmRSS"), None);
        let stat = "12 (a (b) c) S 1 2 3 4 5 6 7 8 9 10 150 50 0 0";
        assert_eq!(cpu_s(stat), Some(2.0));
        assert_eq!(cpu_s("nonsense"), None);
        assert_eq!(system_name("ID=x\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n").as_deref(), Some("Debian GNU/Linux 12"));
        let own = std::fs::read_to_string("/proc/self/status").unwrap();
        assert!(kib(&own, "VmRSS").unwrap() > 100_000);
        assert!(cpu_s(&std::fs::read_to_string("/proc/self/stat").unwrap()).is_some());
    }

    #[test]
    fn a_pi_says_what_slowed_it() {
        assert_eq!(Throttle::from_vcgencmd("throttled=0x0\n"), Some(Throttle::Flags(0)));
        assert_eq!(Throttle::from_vcgencmd("throttled=0x50005"), Some(Throttle::Flags(0x50005)));
        assert_eq!(Throttle::from_vcgencmd("no such command"), None);
    }

    fn put(file: &Path, text: &str) {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    #[test]
    fn counters_are_summed_and_missing_ones_are_no_zero() {
        let sys = tempfile::tempdir().unwrap();
        assert_eq!(Throttle::from_counters(sys.path()), None);
        for (cpu, n) in [("cpu0", "3\n"), ("cpu1", "4\n")] {
            put(&sys.path().join(format!("devices/system/cpu/{cpu}/thermal_throttle/core_throttle_count")), n);
        }
        put(&sys.path().join("devices/system/cpu/cpu2/online"), "1");
        assert_eq!(Throttle::from_counters(sys.path()), Some(Throttle::Count(7)));
    }

    #[test]
    fn the_sensor_nearest_to_its_limit_counts() {
        let sys = tempfile::tempdir().unwrap();
        let zone = |n: u32, file: &str| sys.path().join(format!("class/thermal/thermal_zone{n}/{file}"));
        put(&zone(0, "temp"), "71000\n");
        assert_eq!(Throttle::from_temperatures(sys.path()), None, "a temperature without a limit says nothing");
        for (n, temp, limit) in [(0, "71000", "80000"), (1, "50000", "90000")] {
            put(&zone(n, "temp"), temp);
            put(&zone(n, "trip_point_0_type"), "active");
            put(&zone(n, "trip_point_0_temp"), "40000");
            put(&zone(n, "trip_point_1_type"), "passive\n");
            put(&zone(n, "trip_point_1_temp"), limit);
        }
        assert_eq!(Throttle::from_temperatures(sys.path()), Some(Throttle::Temperature { now: 71.0, limit: 80.0 }));
    }
}
