// SPDX-License-Identifier: MPL-2.0
//! Which counter an event is added to.

use std::time::Duration;

use footfall_contract::scene::Place;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{InterestTotals, LineTotals, QueueTotals, Reading, RouteTotals, ZoneTotals};

use super::presence::Gauge;
use super::{Ledger, readings_after};
use crate::rules::event::{Event, WaitEnd};
use crate::rules::line::Direction;

impl Ledger {
    /// Something happened.
    pub fn book(&mut self, event: &Event) {
        match *event {
            Event::Crossed { line, direction, at } => self.crossed(line, direction, at.wall),
            Event::Netted { line, at } => self.count_line(line, at.wall, |line| line.netted += 1),
            Event::VisitBegan { zone, at } => self.visit_began(zone, at.wall),
            Event::VisitEnded { zone, at, dwell } => self.visit_ended(zone, at.wall, dwell),
            Event::Stopped { zone, at } => self.count_interest(zone, at.wall, |interest| interest.stops += 1),
            Event::StopEnded { zone, at, dwell } => {
                self.count_interest(zone, at.wall, |interest| interest.dwell.record(ns(dwell)));
            }
            Event::Joined { zone, at } => {
                self.step(Gauge::Length(zone), at.wall, 1);
                self.count_queue(zone, at.wall, |queue| queue.joined += 1);
            }
            Event::WaitEnded { zone, at, end } => {
                self.step(Gauge::Length(zone), at.wall, -1);
                self.count_queue(zone, at.wall, |queue| match end {
                    WaitEnd::Served(wait) => {
                        queue.served += 1;
                        queue.wait.record(ns(wait));
                    }
                    WaitEnd::Abandoned => queue.abandoned += 1,
                    WaitEnd::Unknown => queue.unknown += 1,
                });
            }
            Event::ServiceEnded { zone, at, service } => {
                self.count_queue(zone, at.wall, |queue| queue.service.record(ns(service)));
            }
            Event::Went { from, to, at } => self.went(from, to, at.wall),
            Event::Reached { route, step, at } => self.count_route(route, at.wall, |route| {
                if let Some(reached) = route.reached.get_mut(step) {
                    *reached += 1;
                }
            }),
            Event::Against { route, at } => self.count_route(route, at.wall, |route| route.against += 1),
            Event::Stayed { cell, from, to } => self.stayed(cell, from.wall, to.wall),
            Event::CameTo { cell, at } => self.came_to(cell, at.wall),
        }
    }

    /// A line was crossed.
    pub fn crossed(&mut self, line: usize, direction: Direction, at: WallTime) {
        if let Some(shop) = &mut self.shop {
            shop.crossed(line, direction, at.min(self.wall));
        }
        self.count_line(line, at, |line| match direction {
            Direction::In => line.entries += 1,
            Direction::Out => line.exits += 1,
        });
    }

    /// A visit began.
    pub fn visit_began(&mut self, zone: usize, at: WallTime) {
        self.step(Gauge::Occupancy(zone), at, 1);
        self.count_zone(zone, at, |zone| zone.visits += 1);
    }

    /// A visit ended, with or without a known dwell.
    pub fn visit_ended(&mut self, zone: usize, at: WallTime, dwell: Option<Duration>) {
        self.step(Gauge::Occupancy(zone), at, -1);
        self.count_zone(zone, at, |zone| {
            zone.ended += 1;
            if let Some(dwell) = dwell {
                zone.dwell.record(ns(dwell));
            }
        });
    }

    /// Somebody came to one place of the flows from another.
    fn went(&mut self, from: Place, to: Place, at: WallTime) {
        let name = |place: Place| match place {
            Place::Line(line) => self.lines.get(line).cloned(),
            Place::Zone(zone) => self.zones.get(zone).cloned(),
        };
        let (Some(from), Some(to)) = (name(from), name(to)) else { return };
        self.count(at, |reading| {
            *reading.flows.entry(from.clone()).or_default().entry(to.clone()).or_default() += 1;
        });
    }

    /// Somebody was in a cell of the grid: the time is split at the boundaries.
    fn stayed(&mut self, cell: usize, from: WallTime, to: WallTime) {
        let (from, to) = (from.min(self.wall), to.min(self.wall));
        self.news.presence = true;
        let until_boundaries = self.boundaries.iter_mut().map(|b| (to.min(b.at), &mut b.reading));
        for (to, reading) in std::iter::once((to, &mut self.now)).chain(until_boundaries) {
            if let Some(time) = reading.heat.as_mut().and_then(|heat| heat.presence_ns.get_mut(cell)) {
                *time += to.since(from).as_nanos() as u64;
            }
        }
    }

    fn came_to(&mut self, cell: usize, at: WallTime) {
        self.news.presence = true;
        for reading in readings_after(&mut self.now, &mut self.boundaries, at.min(self.wall)) {
            let visits = reading.heat.as_mut().and_then(|heat| heat.visits.get_mut(cell));
            visits.into_iter().for_each(|n| *n += 1);
        }
    }

    fn step(&mut self, gauge: Gauge, at: WallTime, step: i64) {
        let at = at.min(self.wall);
        if let Some(presence) = self.presence.get_mut(&gauge) {
            presence.step(at, step);
        }
    }

    fn count_line(&mut self, line: usize, at: WallTime, count: impl Fn(&mut LineTotals)) {
        let Some(name) = self.lines.get(line).cloned() else { return };
        self.count(at, |reading| reading.lines.get_mut(&name).into_iter().for_each(&count));
    }

    fn count_zone(&mut self, zone: usize, at: WallTime, count: impl Fn(&mut ZoneTotals)) {
        let Some(name) = self.zones.get(zone).cloned() else { return };
        self.count(at, |reading| reading.zones.get_mut(&name).into_iter().for_each(&count));
    }

    fn count_interest(&mut self, zone: usize, at: WallTime, count: impl Fn(&mut InterestTotals)) {
        self.count_zone(zone, at, |zone| zone.interest.iter_mut().for_each(&count));
    }

    fn count_queue(&mut self, zone: usize, at: WallTime, count: impl Fn(&mut QueueTotals)) {
        self.count_zone(zone, at, |zone| zone.queue.iter_mut().for_each(&count));
    }

    fn count_route(&mut self, route: usize, at: WallTime, count: impl Fn(&mut RouteTotals)) {
        let Some(name) = self.routes.get(route).cloned() else { return };
        self.count(at, |reading| reading.routes.get_mut(&name).into_iter().for_each(&count));
    }

    /// Counts in every reading after the event.
    fn count(&mut self, at: WallTime, count: impl Fn(&mut Reading)) {
        self.news.event = true;
        readings_after(&mut self.now, &mut self.boundaries, at.min(self.wall)).for_each(count);
    }
}

fn ns(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
