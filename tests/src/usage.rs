// SPDX-License-Identifier: MPL-2.0
//! What a process holds, as the kernel says.

/// A reading of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Memory of its own that is in use (anonymous, resident), KiB.
    pub anonymous_kib: u64,
    /// Open files and sockets.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

impl Usage {
    /// Of a process that runs.
    pub fn of(pid: u32) -> Self {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
            line.split_whitespace().next().and_then(|n| n.parse().ok()).expect("it is a number")
        };
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("the process runs").count() as u64;
        Self { anonymous_kib: field("RssAnon:"), descriptors, threads: field("Threads:") }
    }
}

/// The middle one of what `part` takes from each reading; 0 of none.
pub fn median(readings: &[Usage], part: impl Fn(&Usage) -> u64) -> u64 {
    let mut values: Vec<u64> = readings.iter().map(part).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
