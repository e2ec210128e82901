// SPDX-License-Identifier: MPL-2.0
//! Which window a count belongs to: cumulative totals go in, finished windows come out.
//!
//! A window is the difference of two readings of the cumulative totals, summed over runs. The closing reading is the
//! tracker's own reading at the boundary if that arrives in time, else the newest totals received; **the number used is
//! the opening reading of the next window**, whatever arrives later. So the windows always add up to the totals.
//!
//! ```text
//!  no totals yet ──first totals──► a window is open ──its end + grace──► it is finished, the next is open ─┐
//!                                       ▲   │ another run: the old one is settled, the new begins at zero  │
//!                                       └───┴──────────────────────────────────────────────────────────────┘
//! ```
//!
//! What is not published yet can be kept over the end of the process: [`snapshot`].

mod part;
pub mod snapshot;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::{Reading, TotalFell, Totals};
use footfall_contract::windows::Windows;

use part::Part;
use snapshot::Share;

/// A window is published this long after its end, so that readings in flight arrive in time.
pub const PUBLISH_AFTER: Duration = Duration::from_secs(120);

/// More empty windows in a row than this come from a clock that was set, not from a shop; they are left out.
const MAX_GAP: usize = 1000;

/// Totals of the tracker come at least this often while something changes, so a smaller step of the observed time
/// between two readings means that nothing was looked at between them.
const ONE_STEP: Duration = Duration::from_secs(2);

/// Runs that are over and whose late totals are ignored.
const REMEMBERED_RUNS: usize = 16;

/// Is a window complete?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// It has ended.
    Whole,
    /// It was still open when its run ended.
    Partial {
        /// What its name ends in: the run, with a number behind it from the second partial window of a run on.
        suffix: String,
    },
}

/// A window with its exact figures, before disclosure control.
#[derive(Clone, PartialEq, Eq)]
pub struct Finished {
    /// Its start.
    pub start: WallTime,
    /// Its end on the calendar.
    pub end: WallTime,
    /// What happened in it.
    pub reading: Reading,
    /// People inside at its start, by the zone's name.
    pub inside_at_start: BTreeMap<String, u64>,
    /// People waiting at its start, by the queue's name.
    pub waiting_at_start: BTreeMap<String, u64>,
    /// People inside the shop at its start.
    pub in_shop_at_start: u64,
    /// The totals were marked weak.
    pub weak: bool,
    /// Whether it has ended.
    pub completeness: Completeness,
}

/// A run of the tracker.
#[derive(Clone)]
struct Run {
    /// The reading at the start of the open window, or at the last partial publication.
    opening: Reading,
    /// Readings at later boundaries.
    boundaries: BTreeMap<WallTime, Reading>,
    newest: Totals,
    /// Totals have come since the last partial publication.
    fresh: bool,
    partials: u32,
}

impl Run {
    /// What the run gave up to the boundary `end`, whose reading opens the next window.
    fn close(&mut self, end: WallTime) -> Part {
        let closing = match self.boundaries.remove(&end) {
            Some(reading) => reading,
            None if end <= self.newest.started => self.opening.clone(),
            None => self.newest.now.clone(),
        };
        self.move_to(closing)
    }

    fn close_at_newest(&mut self) -> Part {
        self.move_to(self.newest.now.clone())
    }

    fn move_to(&mut self, closing: Reading) -> Part {
        let part = Part::between(&self.opening, &closing, self.newest.weak);
        self.opening = closing;
        part
    }
}

/// The windows of one camera.
pub struct Hours {
    windows: Windows,
    /// Start of the oldest window that is not published.
    start: Option<WallTime>,
    /// What runs that are over gave to windows that are not published, by the window's start.
    settled: BTreeMap<WallTime, Part>,
    run: Option<Run>,
    /// What the run gave in which a snapshot was taken, until it goes on or another begins.
    earlier: Option<Share>,
    /// Clock and wall time of the newest totals before the snapshot.
    before: Option<(ClockKind, WallTime)>,
    over: VecDeque<String>,
    /// After the open window, go on with this one: the clock was set.
    skip_to: Option<WallTime>,
}

impl Hours {
    /// No totals yet.
    pub fn new(windows: Windows) -> Self {
        Self {
            windows,
            start: None,
            settled: BTreeMap::new(),
            run: None,
            earlier: None,
            before: None,
            over: VecDeque::new(),
            skip_to: None,
        }
    }

    /// Takes totals. Older ones than the newest, and those of a run that is over, are ignored.
    ///
    /// # Errors
    /// When a total fell within a run; the totals are not used.
    pub fn receive(&mut self, totals: Totals) -> Result<(), TotalFell> {
        if self.over.contains(&totals.run) {
            return Ok(());
        }
        check_order(&totals)?;
        match &self.run {
            Some(run) if run.newest.run == totals.run => self.go_on(totals),
            _ => {
                self.settle();
                self.begin(totals);
                Ok(())
            }
        }
    }

    /// The clock that drives the newest run.
    pub fn clock(&self) -> Option<ClockKind> {
        self.run.as_ref().map(|run| run.newest.clock).or(self.before.map(|(clock, _)| clock))
    }

    /// Wall time of the newest totals.
    pub fn newest_wall(&self) -> Option<WallTime> {
        self.run.as_ref().map(|run| run.newest.wall).or(self.before.map(|(_, wall)| wall))
    }

    /// Start of the oldest window that is not published.
    pub fn start(&self) -> Option<WallTime> {
        self.start
    }

    /// Did a window end at least `grace` before `now`?
    pub fn is_due(&self, now: WallTime, grace: Duration) -> bool {
        self.start.is_some_and(|start| self.windows.next_boundary(start).plus(grace) <= now)
    }

    /// The next window, oldest first, that ended at least `grace` before `now`.
    pub fn next_finished(&mut self, now: WallTime, grace: Duration) -> Option<Finished> {
        if !self.is_due(now, grace) {
            return None;
        }
        self.leave_out_gap(now);
        self.take_oldest()
    }

    /// The oldest window, whether or not it has ended.
    pub fn take_oldest(&mut self) -> Option<Finished> {
        let start = self.start?;
        let end = self.windows.next_boundary(start);
        let mut part = self.settled.remove(&start).unwrap_or_default();
        if let Some(share) = self.earlier.as_mut().and_then(|share| share.parts.remove(&start)) {
            part.add(share);
        }
        if let Some(run) = &mut self.run {
            part.add(run.close(end));
        }
        self.start = Some(self.skip_to.take().map_or(end, |later| later.max(end)));
        Some(finished(start, end, part, Completeness::Whole))
    }

    /// After a pause of more than [`MAX_GAP`] windows the next one is that of now.
    fn leave_out_gap(&mut self, now: WallTime) {
        let Some(mut at) = self.start.filter(|_| self.skip_to.is_none()) else { return };
        for _ in 0..=MAX_GAP {
            at = self.windows.next_boundary(at);
            if at > now {
                return;
            }
        }
        self.skip_to = Some(self.windows.start_of(now));
    }

    /// What is known of the open window, which is thereby taken out of it; `None` unless totals have come since the last
    /// time. Ask for windows that have ended first.
    pub fn take_open(&mut self) -> Option<Finished> {
        let start = self.start?;
        let run = self.run.as_mut().filter(|run| run.fresh)?;
        let mut part = self.settled.remove(&start).unwrap_or_default();
        part.add(run.close_at_newest());
        run.fresh = false;
        run.partials += 1;
        let suffix = if run.partials == 1 { run.newest.run.clone() } else { format!("{}-{}", run.newest.run, run.partials) };
        Some(finished(start, self.windows.next_boundary(start), part, Completeness::Partial { suffix }))
    }

    /// Was anything looked at in the open window?
    pub fn open_window_has_figures(&self) -> bool {
        let run = self.run.as_ref().is_some_and(|run| run.newest.now.observed_ns > run.opening.observed_ns);
        let earlier = self.earlier.iter().flat_map(|share| share.parts.values());
        run || self.settled.values().chain(earlier).any(|part| part.reading.observed_ns > 0)
    }

    fn begin(&mut self, totals: Totals) {
        // A run that is older than the boundaries it can still name is not taken from zero.
        let since_start = totals.boundaries.first().is_none_or(|b| b.at <= self.windows.next_boundary(totals.started));
        let (begin, opening) = match self.take_up(&totals, since_start) {
            Some(where_it_was) => where_it_was,
            None => match totals.boundaries.first() {
                Some(oldest) if !since_start => (oldest.at, oldest.reading.clone()),
                _ => (self.windows.start_of(totals.started), Reading::default()),
            },
        };
        let first_totals = self.start.is_none();
        self.leave_out_gap(totals.wall);
        let start = *self.start.get_or_insert(begin);
        let (wall, clock) = (totals.wall, totals.clock);
        let boundaries = totals.boundaries.iter().filter(|b| b.at > start && b.at > begin);
        let mut boundaries: BTreeMap<_, _> = boundaries.map(|b| (b.at, b.reading.clone())).collect();
        // It gave nothing to windows before its first.
        let mut at = self.windows.next_boundary(start);
        for _ in 0..MAX_GAP {
            if at > begin {
                break;
            }
            boundaries.insert(at, opening.clone());
            at = self.windows.next_boundary(at);
        }
        self.run = Some(Run { opening, boundaries, newest: totals, fresh: true, partials: 0 });
        if first_totals && clock == ClockKind::Live {
            // The sink was linked late: what was due before is not its to publish.
            while self.next_finished(wall, PUBLISH_AFTER).is_some() {}
        }
    }

    fn go_on(&mut self, totals: Totals) -> Result<(), TotalFell> {
        let (Some(run), Some(start)) = (&mut self.run, self.start) else { return Ok(()) };
        if totals.wall < run.newest.wall {
            return Ok(());
        }
        totals.now.since(&run.newest.now)?;
        // A boundary's newest reading counts: what becomes known after it (a crossing must settle) belongs to its own time.
        let later: Vec<_> = totals.boundaries.iter().filter(|b| b.at > start).collect();
        for boundary in &later {
            boundary.reading.since(&run.opening)?;
        }
        // Boundaries that the totals do not name any more. If nothing was looked at since the newest totals, the oldest
        // reading named is theirs too.
        let unnamed = match totals.boundaries.first() {
            Some(b) if b.reading.observed_ns.saturating_sub(run.newest.now.observed_ns) <= ONE_STEP.as_nanos() as u64 => {
                b.reading.clone()
            }
            _ => run.newest.now.clone(),
        };
        run.boundaries.extend(later.into_iter().map(|b| (b.at, b.reading.clone())));
        let mut boundary = self.windows.next_boundary(start.max(run.newest.wall));
        for passed in 0.. {
            if boundary > totals.wall {
                break;
            }
            if passed == MAX_GAP {
                self.skip_to = Some(self.windows.start_of(totals.wall));
                run.boundaries.retain(|at, _| *at <= boundary);
                break;
            }
            run.boundaries.entry(boundary).or_insert_with(|| unnamed.clone());
            boundary = self.windows.next_boundary(boundary);
        }
        run.newest = totals;
        run.fresh = true;
        Ok(())
    }

    /// Gives what the run has counted to the windows it belongs to; the run is over.
    fn settle(&mut self) {
        if let Some(share) = self.share() {
            self.retire(share);
        }
        self.run = None;
    }

    fn retire(&mut self, share: Share) {
        self.add_parts(share.parts);
        if self.over.len() == REMEMBERED_RUNS {
            self.over.pop_front();
        }
        self.over.push_back(share.run);
    }

    fn add_parts(&mut self, parts: BTreeMap<WallTime, Part>) {
        for (start, part) in parts {
            self.settled.entry(start).or_default().add(part);
        }
    }
}

fn finished(start: WallTime, end: WallTime, part: Part, completeness: Completeness) -> Finished {
    let Part { reading, inside_at_start, waiting_at_start, in_shop_at_start, weak } = part;
    Finished { start, end, reading, inside_at_start, waiting_at_start, in_shop_at_start, weak, completeness }
}

/// Do the readings of one event rise from boundary to boundary to now?
fn check_order(totals: &Totals) -> Result<(), TotalFell> {
    let readings: Vec<&Reading> = totals.boundaries.iter().map(|b| &b.reading).chain([&totals.now]).collect();
    let times: Vec<WallTime> = totals.boundaries.iter().map(|b| b.at).chain([totals.wall]).collect();
    if times.windows(2).any(|pair| matches!(pair, [a, b] if a > b)) {
        return Err(TotalFell);
    }
    for pair in readings.windows(2) {
        if let [earlier, later] = pair {
            later.since(earlier)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
