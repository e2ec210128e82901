// SPDX-License-Identifier: MPL-2.0
//! Hours that outlive the process: what they would have settled had the run ended at this moment, and nothing else.
//!
//! A snapshot holds parts of windows that are not published, never a run's cumulative totals: those would tell closed
//! windows exactly. The process may die at any moment, so that the run in progress is written as if it were over; what it
//! gave stands apart from the rest, for it may go on: where countsink alone is stopped and started in a pipeline that plays,
//! the same run's totals come again. They hold all that the run gave, and take the place of what it gave in the snapshot.

use std::collections::{BTreeMap, VecDeque};

use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::{Reading, Totals};
use footfall_contract::windows::Windows;
use serde::{Deserialize, Serialize};

use super::part::Part;
use super::{Hours, Run};

/// What one run gave to windows that are not published, by the window's start.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub(super) run: String,
    pub(super) parts: BTreeMap<WallTime, Part>,
}

/// Everything that is known of windows that are not published.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    start: WallTime,
    settled: BTreeMap<WallTime, Part>,
    run: Option<Share>,
    over: VecDeque<String>,
    skip_to: Option<WallTime>,
    clock: ClockKind,
    wall: WallTime,
}

impl Snapshot {
    /// Start of the oldest window that is not published.
    pub fn start(&self) -> WallTime {
        self.start
    }

    /// Do both lead to the same windows? Time that was closed or blind is in none of them.
    pub fn tells_the_same_as(&self, other: &Self) -> bool {
        let plain = |snapshot: &Self| {
            let mut plain = snapshot.clone();
            plain.wall = WallTime(0);
            let of_run = plain.run.iter_mut().flat_map(|share| share.parts.values_mut());
            for part in plain.settled.values_mut().chain(of_run) {
                (part.reading.closed_ns, part.reading.blind_ns) = (0, 0);
            }
            plain
        };
        plain(self) == plain(other)
    }

    /// Was anybody counted, or anything looked at, in the windows that are not published?
    pub fn has_figures(&self) -> bool {
        let of_run = self.run.iter().flat_map(|share| share.parts.values());
        self.settled.values().chain(of_run).any(|part| part.reading != Reading::default())
    }
}

impl Hours {
    /// What is not published, as if the run ended now; `None` before the first totals.
    pub fn snapshot(&self) -> Option<Snapshot> {
        Some(Snapshot {
            start: self.start?,
            settled: self.settled.clone(),
            run: self.share().or_else(|| self.earlier.clone()),
            over: self.over.clone(),
            skip_to: self.skip_to,
            clock: self.clock()?,
            wall: self.newest_wall()?,
        })
    }

    /// Goes on where a snapshot was taken. `windows` must be those of its scene.
    pub fn restore(windows: Windows, snapshot: Snapshot) -> Self {
        Self {
            start: Some(snapshot.start),
            settled: snapshot.settled,
            earlier: snapshot.run,
            before: Some((snapshot.clock, snapshot.wall)),
            over: snapshot.over,
            skip_to: snapshot.skip_to,
            ..Self::new(windows)
        }
    }

    /// The scene has changed, and with it what names mean: what was counted so far is marked weak, and its run is over.
    pub fn mix_scenes(&mut self) {
        self.before = self.clock().zip(self.newest_wall());
        if let Some(share) = self.earlier.take() {
            self.retire(share);
        }
        self.settle();
        self.settled.values_mut().for_each(|part| part.weak = true);
        if let Some(start) = self.start {
            self.settled.entry(start).or_default().weak = true;
        }
    }

    /// What the run in progress has given to the windows it belongs to.
    pub(super) fn share(&self) -> Option<Share> {
        let (mut run, mut at): (Run, _) = (self.run.clone()?, self.start?);
        let mut parts: BTreeMap<WallTime, Part> = BTreeMap::new();
        let mut skip_to = self.skip_to;
        loop {
            let end = self.windows.next_boundary(at);
            let is_last = end > run.newest.wall;
            let part = if is_last { run.close_at_newest() } else { run.close(end) };
            parts.entry(at).or_default().add(part);
            if is_last {
                return Some(Share { run: run.newest.run, parts });
            }
            at = skip_to.take().map_or(end, |later| later.max(end));
        }
    }

    /// Totals begin a run, or take up the one in which the snapshot was taken: then where, and at which reading. What the
    /// snapshot has of it and the totals will tell again is dropped. `since_start`: they can still name all its boundaries.
    pub(super) fn take_up(&mut self, totals: &Totals, since_start: bool) -> Option<(WallTime, Reading)> {
        let (mut share, start) = (self.earlier.take()?, self.start?);
        if share.run != totals.run {
            self.retire(share);
            return None;
        }
        let (begin, opening) = if since_start && totals.started >= start {
            (self.windows.start_of(totals.started), Reading::default())
        } else if let Some(boundary) = totals.boundaries.iter().find(|b| b.at >= start) {
            (boundary.at, boundary.reading.clone())
        } else {
            // All of it was published already: it goes on from here.
            (start, totals.now.clone())
        };
        // What it gave before the first boundary that it still names stays as it was.
        share.parts.retain(|at, _| *at < begin);
        self.add_parts(share.parts);
        Some((begin, opening))
    }
}
