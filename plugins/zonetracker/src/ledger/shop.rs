// SPDX-License-Identifier: MPL-2.0
//! How many are inside the shop, from its doors alone: whoever came in less whoever went out.
//!
//! Doors miss people, so that the difference drifts. It is taken back to none whenever the shop is known to be empty (at
//! closing time, between two days, or when somebody says so), and never falls below none; what that takes is counted.

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::ShopTotals;

use super::presence::{Observed, observed_ns};
use crate::rules::line::Direction;

/// What happened at one moment.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    entries: u64,
    exits: u64,
    /// Nobody is inside from now on.
    empty: bool,
}

/// The people inside the shop, over the time that is not settled yet.
#[derive(Debug)]
pub struct Shop {
    scene: Scene,
    /// Settled up to here.
    horizon: WallTime,
    /// People at the horizon.
    people: u64,
    /// What happened from the horizon on.
    turns: BTreeMap<WallTime, Turn>,
    /// When the shop will be known to be empty as the next.
    next_emptying: Option<WallTime>,
}

impl Shop {
    /// Nobody is inside, from this moment on; `None` if the scene has no shop.
    pub fn new(scene: &Scene, started: WallTime) -> Option<Self> {
        scene.shop.as_ref()?;
        Some(Self {
            horizon: started,
            people: 0,
            turns: BTreeMap::new(),
            next_emptying: scene.next_emptying(started),
            scene: scene.clone(),
        })
    }

    /// Settled up to here.
    pub fn horizon(&self) -> WallTime {
        self.horizon
    }

    /// Somebody crossed a line of the scene; what is settled stays as it is.
    pub fn crossed(&mut self, line: usize, direction: Direction, at: WallTime) {
        if !self.scene.shop.as_ref().is_some_and(|shop| shop.lines.contains(&line)) {
            return;
        }
        let turn = self.turns.entry(at.max(self.horizon)).or_default();
        match direction {
            Direction::In => turn.entries += 1,
            Direction::Out => turn.exits += 1,
        }
    }

    /// Nobody is inside from this moment on.
    pub fn empty(&mut self, at: WallTime) {
        self.turns.entry(at.max(self.horizon)).or_default().empty = true;
    }

    /// Time goes on: was it closing time, or the end of the shop's day? What is taken out then is still the old day's.
    pub fn advance(&mut self, to: WallTime) {
        if let Some(emptied) = self.next_emptying.filter(|at| *at <= to) {
            self.empty(WallTime(emptied.0.saturating_sub(1)));
            // Of several within one step the first is enough: nobody was seen to come in.
            self.next_emptying = self.scene.next_emptying(to);
        }
    }

    /// Every crossing up to `horizon` is known: tells what happened since the last, cut at `cuts` (in order).
    pub fn settle(
        &mut self,
        horizon: WallTime,
        cuts: &[WallTime],
        observed: &Observed,
        mut tell: impl FnMut(WallTime, &ShopTotals),
    ) {
        while self.horizon < horizon {
            let from = self.horizon;
            self.turn(from, &mut tell);
            let next_turn = self.turns.keys().next().copied();
            let next_cut = cuts.iter().copied().find(|at| *at > from);
            let end = [next_turn, next_cut].into_iter().flatten().fold(horizon, WallTime::min);
            let ns = observed_ns(observed, from, end);
            if ns > 0 {
                let mut stay = ShopTotals::default();
                stay.occupancy.add_time(usize::try_from(self.people).unwrap_or(usize::MAX), ns);
                tell(from, &stay);
            }
            self.horizon = end;
        }
    }

    /// The end of the stream: what happened at the horizon itself counts, too.
    pub fn finish(&mut self, mut tell: impl FnMut(WallTime, &ShopTotals)) {
        self.turn(self.horizon, &mut tell);
    }

    fn turn(&mut self, at: WallTime, tell: &mut impl FnMut(WallTime, &ShopTotals)) {
        let Some(Turn { entries, exits, empty }) = self.turns.remove(&at) else { return };
        let day_began = self.scene.shop_day(at).map_or(at, |day| day.start);
        let into_day_ms = u64::try_from(at.since(day_began).as_millis()).unwrap_or(u64::MAX);
        let before = self.people + entries;
        let unseen = exits.saturating_sub(before);
        self.people = before.saturating_sub(exits);
        let left_inside = if empty { std::mem::take(&mut self.people) } else { 0 };
        let [entries_at_ms, exits_at_ms] = [entries, exits].map(|n| n.saturating_mul(into_day_ms));
        tell(at, &ShopTotals { entries, exits, entries_at_ms, exits_at_ms, unseen, left_inside, ..ShopTotals::default() });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn scene() -> Scene {
        Scene::parse(
            r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC",
                "opening_hours":{"monday":["09:00-12:00","13:00-18:00"]},"shop":{"lines":["door"]},
                "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.2]}]}"#,
        )
        .unwrap()
    }

    fn at(clock: &str) -> WallTime {
        WallTime::parse(&format!("2026-03-02T{clock}Z")).unwrap()
    }

    /// Settles, with all time observed.
    fn settle(shop: &mut Shop, to: WallTime, cuts: &[WallTime]) -> Vec<(WallTime, ShopTotals)> {
        let mut told = Vec::new();
        let observed = Observed::from([(at("09:00:00"), to)]);
        shop.settle(to, cuts, &observed, |at, totals| told.push((at, totals.clone())));
        told
    }

    fn sum(told: &[(WallTime, ShopTotals)]) -> ShopTotals {
        told.iter().fold(ShopTotals::default(), |mut sum, (_, totals)| {
            sum.add(totals);
            sum
        })
    }

    #[test]
    fn time_is_cut_where_it_is_asked_for() {
        let mut shop = Shop::new(&scene(), at("09:00:00")).unwrap();
        let told = settle(&mut shop, at("11:00:00"), &[at("10:00:00")]);
        let times: Vec<_> = told.iter().map(|(at, totals)| (*at, totals.occupancy.as_ns().to_vec())).collect();
        assert_eq!(times, [(at("09:00:00"), vec![3_600_000_000_000]), (at("10:00:00"), vec![3_600_000_000_000])]);
    }

    #[test]
    fn what_becomes_known_too_late_counts_from_now_on() {
        let mut shop = Shop::new(&scene(), at("09:00:00")).unwrap();
        settle(&mut shop, at("09:10:00"), &[]);
        shop.crossed(0, Direction::In, at("09:05:00"));
        let told = sum(&settle(&mut shop, at("09:20:00"), &[]));
        assert_eq!((told.entries, told.occupancy.as_ns()), (1, &[0, 600_000_000_000][..]));
    }

    #[test]
    fn what_happens_at_the_very_end_counts_at_the_end() {
        let mut shop = Shop::new(&scene(), at("09:00:00")).unwrap();
        shop.crossed(0, Direction::Out, at("09:10:00"));
        assert_eq!(sum(&settle(&mut shop, at("09:10:00"), &[])).exits, 0);
        let mut told = ShopTotals::default();
        shop.finish(|_, totals| told.add(totals));
        assert_eq!((told.exits, told.unseen, told.exits_at_ms), (1, 1, 9 * 3_600_000 + 600_000));
    }

    #[test]
    fn it_is_emptied_at_each_closing() {
        let mut shop = Shop::new(&scene(), at("09:00:00")).unwrap();
        let mut left = Vec::new();
        for minute in (0..=600).step_by(10) {
            let now = at("09:00:00").plus(Duration::from_secs(60 * minute));
            shop.advance(now);
            if [60, 300].contains(&minute) {
                shop.crossed(0, Direction::In, now);
            }
            left.extend(settle(&mut shop, now, &[]).into_iter().filter(|(_, totals)| totals.left_inside > 0));
        }
        let left: Vec<_> = left.iter().map(|(at, totals)| (at.plus(Duration::from_nanos(1)), totals.left_inside)).collect();
        assert_eq!(left, [(at("12:00:00"), 1), (at("18:00:00"), 1)]);
    }
}
