// SPDX-License-Identifier: MPL-2.0
//! Which window an event or a second belongs to.
//!
//! All figures are cumulative. The ledger keeps the reading now and the readings at the last two window boundaries. An
//! event that becomes known late (a crossing must settle, a visit must last) belongs to the window of its own wall time:
//! it is added to every reading taken after it. Seconds between two frames are split at the boundaries.
//!
//! How many people are in a zone is known for certain only up to a *horizon*: the time since which somebody may be, or
//! may no longer be, on a visit. Seconds at each occupancy are added up to the horizon, so that no counter ever has to
//! fall.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{BoundaryReading, LineTotals, Reading, ZoneTotals};
use footfall_contract::windows::Windows;

use crate::rules::line::Direction;

/// Boundaries whose readings are kept.
const BOUNDARIES: usize = 2;
/// The horizon never lies further back than this, whatever a rule says: longer than the longest delay of a zone.
const LONGEST_DOUBT: Duration = Duration::from_secs(120);

/// Over a longer step only its last boundaries are visited.
const MANY_WINDOWS: Duration = Duration::from_secs(7 * 86_400);

/// What the time between two frames was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Open and looked at.
    Observed,
    /// Outside opening hours, or stopped.
    Closed,
    /// Open and not looked at.
    Blind,
}

/// A zone's people over the time that is not settled yet.
#[derive(Debug, Default)]
struct Presence {
    /// Settled up to here.
    horizon: Option<WallTime>,
    /// People on a visit at the horizon.
    people: i64,
    /// Visits begun less visits ended, by time, after the horizon.
    steps: BTreeMap<WallTime, i64>,
}

/// The counters of a run.
#[derive(Debug)]
pub struct Ledger {
    windows: Windows,
    lines: Vec<String>,
    zones: Vec<String>,
    started: WallTime,
    wall: WallTime,
    next_boundary: WallTime,
    now: Reading,
    boundaries: VecDeque<BoundaryReading>,
    presence: Vec<Presence>,
    /// Observed time after the earliest horizon, in order.
    observed: VecDeque<(WallTime, WallTime)>,
    news: News,
}

/// What is new since the ledger was last asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct News {
    /// An event was counted.
    pub event: bool,
    /// A boundary was passed.
    pub boundary: bool,
    /// Seconds were added to a zone with people in it.
    pub presence: bool,
}

impl Ledger {
    /// The ledger of a run whose first frame is at `started`: all counters are zero.
    pub fn new(scene: &Scene, started: WallTime) -> Self {
        let windows = scene.windows();
        let lines: Vec<_> = scene.lines.iter().map(|line| line.name.clone()).collect();
        let zones: Vec<_> = scene.zones.iter().map(|zone| zone.name.clone()).collect();
        let now = Reading {
            lines: lines.iter().map(|name| (name.clone(), LineTotals::default())).collect(),
            zones: zones.iter().map(|name| (name.clone(), ZoneTotals::default())).collect(),
            ..Reading::default()
        };
        Self {
            next_boundary: windows.next_boundary(started),
            windows,
            presence: zones.iter().map(|_| Presence { horizon: Some(started), ..Presence::default() }).collect(),
            lines,
            zones,
            started,
            wall: started,
            now,
            boundaries: VecDeque::new(),
            observed: VecDeque::new(),
            news: News::default(),
        }
    }

    /// Wall time of the first frame.
    pub fn started(&self) -> WallTime {
        self.started
    }

    /// Wall time of the reading.
    pub fn wall(&self) -> WallTime {
        self.wall
    }

    /// The counters now.
    pub fn now(&self) -> &Reading {
        &self.now
    }

    /// The counters at the last boundaries, oldest first.
    pub fn boundaries(&self) -> Vec<BoundaryReading> {
        self.boundaries.iter().cloned().collect()
    }

    /// What is new since the last call.
    pub fn take_news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    /// Time goes on to the next frame's wall time; a step back is no time at all.
    pub fn advance(&mut self, to: WallTime, span: Span) {
        if to.since(self.wall) > MANY_WINDOWS {
            // A clock that was set right, say: of the boundaries in between only the last two would be kept anyway.
            let last = self.windows.start_of(to);
            self.next_boundary = self.windows.start_of(last.minus(Duration::from_nanos(1))).max(self.wall);
        }
        while self.wall < to {
            let end = to.min(self.next_boundary);
            self.add_span(end, span);
            self.wall = end;
            if end == self.next_boundary {
                self.pass_boundary(end);
            }
        }
    }

    fn add_span(&mut self, end: WallTime, span: Span) {
        let ns = end.since(self.wall).as_nanos() as u64;
        match span {
            Span::Observed => {
                self.now.observed_ns += ns;
                if self.presence.is_empty() {
                    return;
                }
                match self.observed.back_mut() {
                    Some((_, last)) if *last == self.wall => *last = end,
                    _ => self.observed.push_back((self.wall, end)),
                }
            }
            Span::Closed => self.now.closed_ns += ns,
            Span::Blind => self.now.blind_ns += ns,
        }
    }

    fn pass_boundary(&mut self, at: WallTime) {
        if self.boundaries.len() == BOUNDARIES {
            self.boundaries.pop_front();
        }
        self.boundaries.push_back(BoundaryReading { at, reading: self.now.clone() });
        self.next_boundary = self.windows.next_boundary(at);
        self.news.boundary = true;
    }

    /// A line was crossed.
    pub fn crossed(&mut self, line: usize, direction: Direction, at: WallTime) {
        let Some(name) = self.lines.get(line) else { return };
        self.news.event = true;
        for reading in readings_after(&mut self.now, &mut self.boundaries, at) {
            let Some(line) = reading.lines.get_mut(name) else { continue };
            match direction {
                Direction::In => line.entries += 1,
                Direction::Out => line.exits += 1,
            }
        }
    }

    /// A visit began.
    pub fn visit_began(&mut self, zone: usize, at: WallTime) {
        self.visit_step(zone, at, 1, |totals| totals.visits += 1);
    }

    /// A visit ended, with or without a known dwell.
    pub fn visit_ended(&mut self, zone: usize, at: WallTime, dwell: Option<Duration>) {
        self.visit_step(zone, at, -1, |totals| {
            totals.ended += 1;
            if let Some(dwell) = dwell {
                totals.dwell.record(dwell.as_nanos() as u64);
            }
        });
    }

    fn visit_step(&mut self, zone: usize, at: WallTime, step: i64, count: impl Fn(&mut ZoneTotals)) {
        let (Some(name), Some(presence)) = (self.zones.get(zone), self.presence.get_mut(zone)) else { return };
        self.news.event = true;
        let at = at.min(self.wall);
        let known = presence.horizon.map_or(at, |horizon| at.max(horizon));
        *presence.steps.entry(known).or_default() += step;
        for reading in readings_after(&mut self.now, &mut self.boundaries, at) {
            if let Some(totals) = reading.zones.get_mut(name) {
                count(totals);
            }
        }
    }

    /// Who is in the zone is certain up to `horizon` (at most up to now): adds the seconds.
    pub fn settle(&mut self, zone: usize, horizon: WallTime) {
        let horizon = horizon.max(self.wall.minus(LONGEST_DOUBT)).min(self.wall);
        let (Some(name), Some(presence)) = (self.zones.get(zone), self.presence.get_mut(zone)) else { return };
        let mut from = presence.horizon.unwrap_or(horizon);
        while from < horizon {
            if let Some(step) = presence.steps.remove(&from) {
                presence.people += step;
            }
            let next_step = presence.steps.range(from..).map(|(at, _)| *at).find(|at| *at > from);
            let next_boundary = self.boundaries.iter().map(|b| b.at).find(|at| *at > from);
            let end = [next_step, next_boundary].into_iter().flatten().fold(horizon, WallTime::min);
            let ns: u64 = (self.observed.iter()).map(|(a, b)| end.min(*b).since(from.max(*a)).as_nanos() as u64).sum();
            let people = usize::try_from(presence.people).unwrap_or(0);
            if ns > 0 {
                self.news.presence |= people > 0;
                for reading in readings_after(&mut self.now, &mut self.boundaries, from) {
                    if let Some(totals) = reading.zones.get_mut(name) {
                        totals.add_occupancy(people, ns);
                    }
                }
            }
            from = end;
        }
        presence.horizon = Some(presence.horizon.map_or(horizon, |h| h.max(horizon)));
        self.forget();
    }

    /// Drops observed time that every zone has settled.
    fn forget(&mut self) {
        let settled = self.presence.iter().filter_map(|p| p.horizon).min().unwrap_or(self.wall);
        while self.observed.front().is_some_and(|(_, end)| *end <= settled) {
            self.observed.pop_front();
        }
    }
}

/// The reading now and those at boundaries after `at`.
fn readings_after<'a>(
    now: &'a mut Reading,
    boundaries: &'a mut VecDeque<BoundaryReading>,
    at: WallTime,
) -> impl Iterator<Item = &'a mut Reading> {
    std::iter::once(now).chain(boundaries.iter_mut().filter(move |b| b.at > at).map(|b| &mut b.reading))
}

#[cfg(test)]
mod tests;
