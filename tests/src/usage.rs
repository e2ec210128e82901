// SPDX-License-Identifier: MPL-2.0
//! What a process holds, as the kernel says.

/// A reading of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Memory that is in use, kB: of its own, and of the files that it runs.
    pub resident_kb: u64,
    /// Of this its own, kB.
    pub anonymous_kb: u64,
    /// Open files and sockets.
    pub descriptors: u64,
    /// Threads.
    pub threads: u64,
}

impl Usage {
    /// Of a process; `None` once it has ended.
    pub fn of(pid: u32) -> Option<Self> {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
        Some(Self {
            // A process that has ended has no memory.
            resident_kb: field("VmRSS:")?,
            anonymous_kb: field("RssAnon:")?,
            descriptors,
            threads: field("Threads:")?,
        })
    }
}

/// The middle one; 0 of none.
pub fn median(values: impl IntoIterator<Item = u64>) -> u64 {
    let mut values: Vec<u64> = values.into_iter().collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
