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

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::{QueueTotals, Reading, ShopTotals, TotalFell, Totals, ZoneTotals};
use footfall_contract::windows::Windows;

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

/// A part of a window that one run has given.
#[derive(Default)]
struct Part {
    reading: Reading,
    inside_at_start: BTreeMap<String, u64>,
    waiting_at_start: BTreeMap<String, u64>,
    in_shop_at_start: u64,
    weak: bool,
}

impl Part {
    fn add(&mut self, other: Self) {
        self.reading.add(&other.reading);
        for (sums, others) in
            [(&mut self.inside_at_start, other.inside_at_start), (&mut self.waiting_at_start, other.waiting_at_start)]
        {
            others.into_iter().for_each(|(zone, n)| *sums.entry(zone).or_default() += n);
        }
        self.in_shop_at_start += other.in_shop_at_start;
        self.weak |= other.weak;
    }
}

/// A run of the tracker.
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
        // Readings were compared when they arrived, so that this difference exists.
        let reading = closing.since(&self.opening).unwrap_or_default();
        let inside = |z: &ZoneTotals| z.visits.saturating_sub(z.ended);
        let waiting = |q: &QueueTotals| q.joined.saturating_sub(q.served + q.abandoned + q.unknown);
        let zones = &self.opening.zones;
        let inside_at_start = zones.iter().map(|(name, z)| (name.clone(), inside(z))).collect();
        let waiting_at_start = zones.iter().filter_map(|(name, z)| Some((name.clone(), waiting(z.queue.as_ref()?)))).collect();
        let in_shop_at_start = self.opening.shop.as_ref().map_or(0, ShopTotals::inside);
        self.opening = closing;
        Part { reading, inside_at_start, waiting_at_start, in_shop_at_start, weak: self.newest.weak }
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
    over: VecDeque<String>,
    /// After the open window, go on with this one: the clock was set.
    skip_to: Option<WallTime>,
}

impl Hours {
    /// No totals yet.
    pub fn new(windows: Windows) -> Self {
        Self { windows, start: None, settled: BTreeMap::new(), run: None, over: VecDeque::new(), skip_to: None }
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
        self.run.as_ref().map(|run| run.newest.clock)
    }

    /// Wall time of the newest totals.
    pub fn newest_wall(&self) -> Option<WallTime> {
        self.run.as_ref().map(|run| run.newest.wall)
    }

    /// The next window, oldest first, that ended at least `grace` before `now`.
    pub fn next_finished(&mut self, now: WallTime, grace: Duration) -> Option<Finished> {
        let start = self.start?;
        let end = self.windows.next_boundary(start);
        if end.plus(grace) > now {
            return None;
        }
        let mut part = self.settled.remove(&start).unwrap_or_default();
        if let Some(run) = &mut self.run {
            part.add(run.close(end));
        }
        self.start = Some(self.skip_to.take().map_or(end, |later| later.max(end)));
        Some(finished(start, end, part, Completeness::Whole))
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
        run || self.settled.values().any(|part| part.reading.observed_ns > 0)
    }

    fn begin(&mut self, totals: Totals) {
        // A run that is older than the boundaries it can still name is not taken from zero.
        let since_start = totals.boundaries.first().is_none_or(|b| b.at <= self.windows.next_boundary(totals.started));
        let (begin, opening) = match totals.boundaries.first() {
            Some(oldest) if !since_start => (oldest.at, oldest.reading.clone()),
            _ => (self.windows.start_of(totals.started), Reading::default()),
        };
        let first_totals = self.start.is_none();
        let start = *self.start.get_or_insert(begin);
        let (wall, clock) = (totals.wall, totals.clock);
        let boundaries = totals.boundaries.iter().filter(|b| b.at > start && b.at > begin);
        let boundaries = boundaries.map(|b| (b.at, b.reading.clone())).collect();
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
        let (Some(mut run), Some(start)) = (self.run.take(), self.start) else { return };
        let mut at = start;
        loop {
            let end = self.windows.next_boundary(at);
            let over = end > run.newest.wall || self.skip_to.is_some();
            let part = if over { run.close_at_newest() } else { run.close(end) };
            self.settled.entry(at).or_default().add(part);
            if over {
                break;
            }
            at = end;
        }
        if self.over.len() == REMEMBERED_RUNS {
            self.over.pop_front();
        }
        self.over.push_back(run.newest.run);
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
