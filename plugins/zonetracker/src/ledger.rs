// SPDX-License-Identifier: MPL-2.0
//! Which window an event or a second belongs to.
//!
//! All figures are cumulative. The ledger keeps the reading now and the readings at the last two window boundaries. An
//! event that becomes known late (a crossing must settle, a visit must last) belongs to the window of its own wall time:
//! it is added to every reading taken after it. Seconds between two frames are split at the boundaries.
//!
//! How many people are in a zone, or wait in it, is known for certain only up to a *horizon*: the time since which somebody
//! may be, or may no longer be, one of them. Seconds at each number of people are added up to the horizon, so that no
//! counter ever has to fall.

mod book;
pub mod presence;
mod shop;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use footfall_contract::scene::{Role, Scene, Zone};
use footfall_contract::time::WallTime;
use footfall_contract::totals::{
    BoundaryReading, HeatTotals, InterestTotals, LineTotals, QueueTotals, Reading, RouteTotals, ShopTotals, ZoneTotals,
};
use footfall_contract::windows::Windows;

use presence::{Gauge, Observed, Presence};
use shop::Shop;
use smallvec::SmallVec;

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

/// The counters of a run.
#[derive(Debug)]
pub struct Ledger {
    windows: Windows,
    lines: Vec<String>,
    zones: Vec<String>,
    routes: Vec<String>,
    started: WallTime,
    wall: WallTime,
    next_boundary: WallTime,
    now: Reading,
    boundaries: VecDeque<BoundaryReading>,
    presence: BTreeMap<Gauge, Presence>,
    shop: Option<Shop>,
    /// Observed time after the earliest horizon.
    observed: Observed,
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
        let now = Reading {
            lines: lines.iter().map(|name| (name.clone(), LineTotals::default())).collect(),
            zones: scene.zones.iter().map(|zone| (zone.name.clone(), nobody_in(zone))).collect(),
            routes: (scene.routes.iter())
                .map(|route| (route.name.clone(), RouteTotals { reached: vec![0; route.zones.len()], against: 0 }))
                .collect(),
            shop: scene.shop.as_ref().map(|_| ShopTotals::default()),
            heat: scene.heat.map(|grid| HeatTotals::nobody(grid.cells())),
            ..Reading::default()
        };
        Self {
            next_boundary: windows.next_boundary(started),
            windows,
            presence: Gauge::of(scene).map(|gauge| (gauge, Presence::new(started))).collect(),
            shop: Shop::new(scene, started),
            lines,
            zones: scene.zones.iter().map(|zone| zone.name.clone()).collect(),
            routes: scene.routes.iter().map(|route| route.name.clone()).collect(),
            started,
            wall: started,
            now,
            boundaries: VecDeque::new(),
            observed: Observed::new(),
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
            if let Some(shop) = &mut self.shop {
                shop.advance(end);
            }
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
                if self.presence.is_empty() && self.shop.is_none() {
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

    /// How many there are is certain up to `horizon` (at most up to now): adds the seconds.
    pub fn settle(&mut self, gauge: Gauge, horizon: WallTime) {
        let horizon = horizon.max(self.wall.minus(LONGEST_DOUBT)).min(self.wall);
        let Self { zones, presence, boundaries, observed, now, news, .. } = self;
        let (Some(name), Some(presence)) = (zones.get(gauge.zone()), presence.get_mut(&gauge)) else { return };
        if presence.horizon() < horizon {
            let cuts: SmallVec<[WallTime; BOUNDARIES]> = boundaries.iter().map(|boundary| boundary.at).collect();
            presence.settle(horizon, &cuts, observed, |piece| {
                news.presence |= piece.people > 0;
                for reading in readings_after(now, boundaries, piece.from) {
                    if let Some(totals) = reading.zones.get_mut(name) {
                        gauge.add(totals, piece.people, piece.ns);
                    }
                }
            });
        }
        self.forget();
    }

    /// Every crossing of the shop's doors up to `horizon` (at most up to now) is known.
    pub fn settle_shop(&mut self, horizon: WallTime) {
        let horizon = horizon.max(self.wall.minus(LONGEST_DOUBT)).min(self.wall);
        let Self { shop: Some(shop), boundaries, observed, now, news, .. } = self else { return };
        let cuts: Vec<_> = boundaries.iter().map(|boundary| boundary.at).collect();
        shop.settle(horizon, &cuts, observed, |at, totals| {
            // Time with nobody inside is no news.
            news.presence |= totals.occupancy.as_ns().len() != 1;
            add_to_shop(readings_after(now, boundaries, at), totals);
        });
        self.forget();
    }

    /// The end of the stream: nothing more will become known of the shop.
    pub fn finish_shop(&mut self) {
        self.settle_shop(self.wall);
        let Self { shop: Some(shop), boundaries, now, .. } = self else { return };
        shop.finish(|at, totals| add_to_shop(readings_after(now, boundaries, at), totals));
    }

    /// Somebody knows that nobody is inside the shop now.
    pub fn empty_shop(&mut self) {
        if let Some(shop) = &mut self.shop {
            shop.empty(self.wall);
        }
    }

    /// Drops observed time that every gauge has settled.
    fn forget(&mut self) {
        let gauges = self.presence.values().map(Presence::horizon).chain(self.shop.iter().map(Shop::horizon));
        let settled = gauges.min().unwrap_or(self.wall);
        while self.observed.front().is_some_and(|(_, end)| *end <= settled) {
            self.observed.pop_front();
        }
    }
}

/// A zone's totals before anything happened.
fn nobody_in(zone: &Zone) -> ZoneTotals {
    let mut totals = ZoneTotals::default();
    match zone.role {
        Role::Area => {}
        Role::Interest { .. } => totals.interest = Some(InterestTotals::default()),
        Role::Queue { .. } => totals.queue = Some(QueueTotals::default()),
    }
    totals
}

fn add_to_shop<'a>(readings: impl Iterator<Item = &'a mut Reading>, totals: &ShopTotals) {
    readings.filter_map(|reading| reading.shop.as_mut()).for_each(|shop| shop.add(totals));
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
