// SPDX-License-Identifier: MPL-2.0
//! Small groups are not to be computed back. Every small table is published; tables with one and the same publication
//! are what an attacker has to choose from, and each group's sizes in them are what can be known of it.
//!
//! The attacker is given more than a reader has: people wait at neither end of the window, every visit ends in it, and
//! nobody is served without having waited.

#![cfg(test)]

mod common;

use std::collections::{BTreeMap, HashMap};

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::{
    Durations, HeatTotals, InterestTotals, LineTotals, QueueTotals, Reading, RouteTotals, ShopTotals, ZoneTotals,
};
use gst_plugin_countsink::days::DayReading;
use gst_plugin_countsink::disclosure::{Figures, disclose};
use gst_plugin_countsink::hours::{Completeness, Finished};
use gst_plugin_countsink::payload::{DurationFigures, Published};

use common::{S, lasting};

/// Least count of zones, and
const LEAST: u64 = 10;
/// of lines.
const LEAST_LINES: u64 = 5;

/// Counts of a publication.
type Told = Vec<Option<u64>>;

/// A group's sizes in the tables of one publication, a bit a size.
#[derive(Clone, Copy, Default)]
struct Sizes {
    possible: u128,
    /// A table in the middle of those tried has a group below the least.
    is_small_somewhere: bool,
}

impl Sizes {
    /// The group can be told to be small, and more than that.
    fn leaks(&self, least: u64) -> bool {
        let all_small = (1u128 << least) - 1;
        self.is_small_somewhere && self.possible >> least == 0 && self.possible != all_small
    }
}

/// The tables of an attack, each with its groups and whether it lies so far from the edge of what is tried that no other
/// table is missing beside it.
struct Attack {
    least: u64,
    by_publication: HashMap<Told, Vec<Sizes>>,
}

impl Default for Attack {
    fn default() -> Self {
        Self { least: LEAST, by_publication: HashMap::new() }
    }
}

impl Attack {
    fn on_lines() -> Self {
        Self { least: LEAST_LINES, ..Self::default() }
    }

    fn add(&mut self, told: Told, groups: &[u64], inner: bool) {
        let sizes = self.by_publication.entry(told).or_default();
        sizes.resize(groups.len(), Sizes::default());
        for (sizes, n) in sizes.iter_mut().zip(groups) {
            sizes.possible |= 1 << n;
            sizes.is_small_somewhere |= inner && *n < self.least;
        }
    }

    /// Publications that give a group away: what is told, the group's number, its possible sizes.
    fn leaks(&self) -> Vec<String> {
        let sizes = |s: &Sizes| (0..128).filter(|n| s.possible >> n & 1 == 1).collect::<Vec<u64>>();
        let of = |(told, groups): (&Told, &Vec<Sizes>)| {
            let found = groups.iter().enumerate().filter(|(_, s)| s.leaks(self.least));
            found.map(|(i, s)| format!("{told:?}: group {i} is one of {:?}", sizes(s))).collect::<Vec<_>>()
        };
        self.by_publication.iter().flat_map(of).collect()
    }

    /// Nothing leaks, and something is told.
    fn fails(&self) {
        let leaks = self.leaks();
        assert!(leaks.is_empty(), "{} leaks, such as {:#?}", leaks.len(), leaks.iter().take(5).collect::<Vec<_>>());
        assert!(self.by_publication.len() > 20, "only {} publications: is everything withheld?", self.by_publication.len());
    }
}

fn scene(more: &str) -> Scene {
    let zone = |name: &str, more: &str| format!(r#"{{"name":"{name}","polygon":[[0.1,0.1],[0.2,0.1],[0.2,0.2]]{more}}}"#);
    let zones = [zone("a", r#","role":"interest""#), zone("b", r#","role":"queue","service":"c""#), zone("c", "")];
    Scene::parse(&format!(
        r#"{{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC","zones":[{}]{more}}}"#,
        zones.join(",")
    ))
    .unwrap()
}

/// A window with these visits to the zones `a`, `b` and `c`, all of which have ended.
fn window(visits: [u64; 3]) -> Finished {
    let zone = |n: u64| ZoneTotals { visits: n, ended: n, dwell: lasting(&[(n, 5)]), ..ZoneTotals::default() };
    let zones = ["a", "b", "c"].into_iter().zip(visits).map(|(name, n)| (name.to_owned(), zone(n)));
    Finished {
        start: WallTime::parse("2026-03-02T09:00:00Z").unwrap(),
        end: WallTime::parse("2026-03-02T10:00:00Z").unwrap(),
        reading: Reading { zones: zones.collect(), ..Reading::default() },
        inside_at_start: BTreeMap::new(),
        waiting_at_start: BTreeMap::new(),
        in_shop_at_start: 0,
        weak: false,
        completeness: Completeness::Whole,
    }
}

fn publish(scene: &Scene, window: &Finished) -> Published {
    disclose(&Figures::of(scene, window), scene)
}

/// How many of a window's durations are told, and by bins.
fn durations(told: Option<&DurationFigures>) -> Told {
    let bins = told.and_then(|d| d.histogram.as_ref()).into_iter().flatten().map(|bin| Some(bin.n));
    std::iter::once(told.map(|d| d.finished)).chain(bins).collect()
}

/// The checker itself finds what rounding alone leaves open.
#[test]
fn rounding_alone_would_give_small_groups_away() {
    let mut attack = Attack::default();
    let to_five = |n: u64| (n >= LEAST).then_some((n + 2) / 5 * 5);
    for all in 0..60 {
        for part in 0..=all {
            attack.add(vec![to_five(all), to_five(part)], &[part, all - part], all <= 40);
        }
    }
    assert!(attack.leaks().len() > 5);
}

#[test]
fn who_stopped_and_who_did_not() {
    let (scene, mut attack) = (scene(""), Attack::default());
    for visits in 0..=70 {
        for stops in 0..=visits {
            let mut w = window([visits, 0, 0]);
            let zone = w.reading.zones.get_mut("a").unwrap();
            zone.interest = Some(InterestTotals { stops, dwell: lasting(&[(stops, 5)]) });
            let told = publish(&scene, &w);
            let told = told.zones["a"].as_ref().map_or_else(Vec::new, |zone| {
                let interest = zone.interest.as_ref().unwrap();
                let rate = interest.stopping_rate.map(|r| (r.0 * 1000.0) as u64);
                let counts = vec![zone.visits, interest.passers_by, interest.stops, rate];
                [counts, durations(zone.dwell.as_ref()), durations(interest.dwell.as_ref())].concat()
            });
            attack.add(told, &[visits, stops, visits - stops], visits <= 45);
        }
    }
    attack.fails();
}

#[test]
fn what_became_of_those_who_queued() {
    let (scene, mut attack) = (scene(""), Attack::default());
    let small = [0..=24_u64, 0..=13, 0..=13, 0..=24];
    let [served, abandoned, unknown, through] = small;
    for served in served {
        for abandoned in abandoned.clone() {
            for unknown in unknown.clone() {
                for through in through.clone() {
                    let joined = served + abandoned + unknown;
                    let mut w = window([0, joined + through, served]);
                    let wait = Durations { finished: served, ..Durations::default() };
                    let queue = QueueTotals { joined, served, abandoned, unknown, wait, ..QueueTotals::default() };
                    w.reading.zones.get_mut("b").unwrap().queue = Some(queue);
                    let told = publish(&scene, &w);
                    let told = told.zones["b"].as_ref().map_or_else(Vec::new, |zone| {
                        let queue = zone.queue.as_ref().unwrap().as_ref();
                        let counts = queue.map_or(vec![], |q| vec![q.joined, q.served, q.abandoned.flatten(), q.unknown]);
                        let wait = durations(queue.and_then(|q| q.wait.as_ref()));
                        [vec![zone.visits], durations(zone.dwell.as_ref()), counts, wait].concat()
                    });
                    attack.add(told, &[joined, served, abandoned, unknown, through], served <= 15 && through <= 12);
                }
            }
        }
    }
    attack.fails();
}

#[test]
fn who_left_a_route_where() {
    let scene = scene(r#","routes":[{"name":"r","zones":["a","b","c"]}]"#);
    let mut attack = Attack::default();
    for first in 0..=48 {
        for second in 0..=first {
            for third in 0..=second {
                let mut w = window([100; 3]);
                w.reading.routes.insert("r".into(), RouteTotals { reached: vec![first, second, third], against: 0 });
                let told = publish(&scene, &w);
                let route = &told.routes["r"];
                let reached = route.reached.0.iter().map(|(_, n)| *n);
                let groups = [first, second, third, first - second, second - third, first - third];
                attack.add(reached.chain([route.started, route.completed]).collect(), &groups, first <= 36);
            }
        }
    }
    attack.fails();
}

#[test]
fn who_went_where_next() {
    let (scene, mut attack) = (scene(r#","flows":["a","b","c"]"#), Attack::default());
    for b in 0..=32 {
        for c in 0..=32 {
            for nowhere in 0..=32 {
                let mut w = window([b + c + nowhere, 100, 100]);
                let ways = BTreeMap::from([("b".to_owned(), b), ("c".to_owned(), c)]);
                w.reading.flows.insert("a".into(), ways);
                let told = publish(&scene, &w);
                let counts = vec![told.flows["a"]["b"], told.flows["a"]["c"], told.zones["a"].as_ref().and_then(|z| z.visits)];
                attack.add(counts, &[b, c, nowhere], b <= 16 && c <= 16 && nowhere <= 16);
            }
        }
    }
    attack.fails();
}

/// The attacker knows besides that the two longest bins are empty, so that the five are never told: then none is small.
#[test]
fn who_stayed_how_long() {
    let (scene, mut attack) = (scene(""), Attack::default());
    for short in 0..=40 {
        for middling in 0..=40 {
            for long in 0..=40 {
                let mut w = window([0, 0, 200]);
                let lengths = lasting(&[(short, 5), (middling, 20), (long, 40)]);
                w.reading.zones.get_mut("c").unwrap().dwell = lengths;
                let told = publish(&scene, &w);
                let told = told.zones["c"].as_ref().map_or_else(Vec::new, |z| durations(z.dwell.as_ref()));
                attack.add(told, &[short, middling, long], short <= 20 && middling <= 20 && long <= 20);
            }
        }
    }
    attack.fails();
}

/// A shop with the doors `a` and `b`, and a grid whose upper row is the zone `top`.
fn shop() -> Scene {
    let line = |name: &str| format!(r#"{{"name":"{name}","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}}"#);
    Scene::parse(&format!(
        r#"{{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC","lines":[{},{}],
            "zones":[{{"name":"top","polygon":[[0.02,0.02],[0.98,0.02],[0.98,0.4],[0.02,0.4]]}}],
            "shop":{{"lines":["a","b"],"empty_at":"00:00"}},"heat":{{"columns":3,"rows":2}}}}"#,
        line("a"),
        line("b")
    ))
    .unwrap()
}

/// A window with these entries by the two doors, and many exits.
fn at_the_doors(entries: [u64; 2]) -> Finished {
    let line = |n: u64| LineTotals { entries: n, exits: 40, netted: 0 };
    let lines = ["a", "b"].into_iter().zip(entries).map(|(name, n)| (name.to_owned(), line(n))).collect();
    let shop = ShopTotals { entries: entries.iter().sum(), exits: 80, ..ShopTotals::default() };
    Finished { reading: Reading { lines, shop: Some(shop), ..Reading::default() }, ..window([0; 3]) }
}

#[test]
fn who_came_by_the_quiet_door() {
    let (scene, mut attack) = (shop(), Attack::on_lines());
    for a in 0..=22 {
        for b in 0..=22 {
            let told = publish(&scene, &at_the_doors([a, b]));
            let shop = told.shop.clone().flatten().map(|shop| shop.entries);
            attack.add(vec![told.lines["a"].entries, told.lines["b"].entries, shop], &[a, b], true);
        }
    }
    attack.fails();
}

/// A day of three hours and one door, and one of two hours and two doors: whoever has its windows has each part that is told.
#[test]
fn who_came_in_the_quiet_hours() {
    let (scene, mut attack) = (shop(), Attack::on_lines());
    let by_hour: Vec<Option<u64>> = (0..=12).map(|n| publish(&scene, &at_the_doors([n, 0])).lines["a"].entries).collect();
    let window = at_the_doors([0, 0]);
    let day = scene.shop_day(window.start).unwrap();
    let mut told_sums = 0;
    for code in 0..13usize.pow(4) {
        let parts: Vec<u64> = (0..4).map(|k| (code / 13usize.pow(k) % 13) as u64).collect();
        for length in [3, 4] {
            let parts = &parts[..length];
            let totals = ShopTotals { entries: parts.iter().sum(), exits: 80, ..ShopTotals::default() };
            let reading = DayReading { day, totals, observed_ns: 0, entries: parts.to_vec(), exits: vec![40, 40] };
            let told = disclose(&Figures::of(&scene, &window).with_day(&scene, Some(reading)), &scene).day.unwrap().shop;
            let by_hour: Vec<_> = parts.iter().map(|n| by_hour[*n as usize]).collect();
            told_sums += u64::from(told.entries > Some(by_hour.iter().flatten().sum()));
            let balance = told.balance.map(|n| n.unsigned_abs());
            attack.add([by_hour, vec![told.entries, balance]].concat(), parts, true);
        }
    }
    attack.fails();
    assert!(told_sums > 100, "{told_sums}: is the rest ever told?");
}

#[test]
fn whom_the_doors_missed() {
    let (scene, mut attack) = (shop(), Attack::on_lines());
    let window = at_the_doors([0, 0]);
    let day = scene.shop_day(window.start).unwrap();
    for entries in 40..=60_u64 {
        for unseen in 0..=28_u64 {
            for left_inside in 0..=28_u64 {
                let exits = entries + unseen - left_inside;
                let totals = ShopTotals { entries, exits, unseen, left_inside, ..ShopTotals::default() };
                let reading = DayReading { day, totals, observed_ns: 0, entries: vec![entries], exits: vec![exits] };
                let told = disclose(&Figures::of(&scene, &window).with_day(&scene, Some(reading)), &scene).day.unwrap().shop;
                let counts = vec![told.entries, told.exits, told.unseen, told.left_inside];
                let inner = (46..=54).contains(&entries) && unseen.max(left_inside) <= 14;
                attack.add(counts, &[unseen, left_inside], inner);
            }
        }
    }
    attack.fails();
}

/// The attacker knows that each person was in one of the zone's cells and no other, but not for how long: so what can be had
/// of a cell are whether it is told, and the number of the zone. Times follow from each other: what is told of a zone less
/// what is told of its cells must be the time of nobody's cell, or of enough.
#[test]
fn who_was_in_which_cell() {
    let (scene, mut attack) = (shop(), Attack::default());
    for code in 0..33usize.pow(3) {
        let cells = [0, 1, 2].map(|k| (code / 33usize.pow(k) % 33) as u64);
        let visits: u64 = cells.iter().sum();
        if visits < LEAST {
            continue;
        }
        let presence_ns = vec![500 * S; 6];
        let zone = ZoneTotals { visits, presence_ns: 1500 * S, ..ZoneTotals::default() };
        let heat = HeatTotals { presence_ns, visits: [cells, [100; 3]].concat() };
        let zones = BTreeMap::from([("top".to_owned(), zone)]);
        let reading = Reading { zones, heat: Some(heat), ..Reading::default() };
        let told = publish(&scene, &Finished { reading, ..window([0; 3]) });
        let map = told.heat.flatten().unwrap();
        assert!(map.seconds[1].iter().all(Option::is_some), "below the zone nothing is quiet");
        let hidden: Vec<u64> = cells.iter().zip(&map.seconds[0]).filter(|(_, told)| told.is_none()).map(|(n, _)| *n).collect();
        assert!(hidden.is_empty() || hidden.iter().sum::<u64>() >= LEAST, "{cells:?}: {map:?}");
        let of_cells = map.seconds[0].iter().map(|told| told.map(|s| s.0 as u64));
        let of_zone = told.zones["top"].as_ref().and_then(|zone| zone.visits);
        attack.add(of_cells.chain([of_zone]).collect(), &cells, visits <= 30);
    }
    attack.fails();
}
