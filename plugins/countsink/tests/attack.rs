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
use footfall_contract::totals::{Durations, InterestTotals, QueueTotals, Reading, RouteTotals, ZoneTotals};
use gst_plugin_countsink::disclosure::{Figures, disclose};
use gst_plugin_countsink::hours::{Completeness, Finished};
use gst_plugin_countsink::payload::{DurationFigures, Published};

use common::lasting;

/// Least count of zones.
const LEAST: u64 = 10;

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
    fn leaks(&self) -> bool {
        let all_small = (1u128 << LEAST) - 1;
        self.is_small_somewhere && self.possible >> LEAST == 0 && self.possible != all_small
    }
}

/// The tables of an attack, each with its groups and whether it lies so far from the edge of what is tried that no other
/// table is missing beside it.
#[derive(Default)]
struct Attack {
    by_publication: HashMap<Told, Vec<Sizes>>,
}

impl Attack {
    fn add(&mut self, told: Told, groups: &[u64], inner: bool) {
        let sizes = self.by_publication.entry(told).or_default();
        sizes.resize(groups.len(), Sizes::default());
        for (sizes, n) in sizes.iter_mut().zip(groups) {
            sizes.possible |= 1 << n;
            sizes.is_small_somewhere |= inner && *n < LEAST;
        }
    }

    /// Publications that give a group away: what is told, the group's number, its possible sizes.
    fn leaks(&self) -> Vec<String> {
        let sizes = |s: &Sizes| (0..128).filter(|n| s.possible >> n & 1 == 1).collect::<Vec<u64>>();
        let of = |(told, groups): (&Told, &Vec<Sizes>)| {
            let found = groups.iter().enumerate().filter(|(_, s)| s.leaks());
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
