// SPDX-License-Identifier: MPL-2.0
use footfall_contract::scene::Place;
use proptest::prelude::*;

use super::*;
use crate::moment::Moment;
use crate::rules::event::{Event, WaitEnd};
use crate::rules::line::Direction;

const S: u64 = 1_000_000_000;

fn scene() -> Scene {
    Scene::parse(
        r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
            "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.2]}],
            "zones":[{"name":"zone","polygon":[[0.1,0.1],[0.9,0.1],[0.9,0.9]]}]}"#,
    )
    .unwrap()
}

fn at(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

fn seconds(t: WallTime, s: f64) -> WallTime {
    t.plus(Duration::from_secs_f64(s))
}

#[test]
fn seconds_are_split_at_the_boundary() {
    let start = at("2026-03-02T08:59:50Z");
    let mut ledger = Ledger::new(&scene(), start);
    ledger.advance(seconds(start, 30.0), Span::Observed);
    let boundaries = ledger.boundaries();
    assert_eq!(boundaries.len(), 1);
    assert_eq!(boundaries[0].at, at("2026-03-02T09:00:00Z"));
    assert_eq!((boundaries[0].reading.observed_ns, ledger.now().observed_ns), (10 * S, 30 * S));
    assert!(ledger.take_news().boundary && !ledger.take_news().boundary);
}

#[test]
fn closed_and_blind_seconds_are_told_apart() {
    let start = at("2026-03-02T08:00:00Z");
    let mut ledger = Ledger::new(&scene(), start);
    ledger.advance(seconds(start, 1.0), Span::Observed);
    ledger.advance(seconds(start, 3.0), Span::Closed);
    ledger.advance(seconds(start, 6.0), Span::Blind);
    ledger.advance(seconds(start, 2.0), Span::Observed);
    let now = ledger.now();
    assert_eq!((now.observed_ns, now.closed_ns, now.blind_ns), (S, 2 * S, 3 * S));
    assert_eq!(ledger.wall(), seconds(start, 6.0), "time does not go back");
}

#[test]
fn an_event_that_becomes_known_late_belongs_to_its_own_window() {
    let start = at("2026-03-02T08:59:50Z");
    let mut ledger = Ledger::new(&scene(), start);
    ledger.advance(seconds(start, 10.5), Span::Observed);
    ledger.crossed(0, Direction::In, seconds(start, 9.9));
    ledger.crossed(0, Direction::Out, seconds(start, 10.0));
    ledger.crossed(9, Direction::Out, start);
    let (closing, now) = (&ledger.boundaries()[0].reading.lines["door"].clone(), &ledger.now().lines["door"]);
    assert_eq!((closing.entries, closing.exits), (1, 0), "an event at the boundary belongs to the window that begins");
    assert_eq!((now.entries, now.exits), (1, 1));
}

#[test]
fn a_gap_over_several_boundaries_gives_them_all_the_counts_before_it() {
    let start = at("2026-03-02T08:30:00Z");
    let mut ledger = Ledger::new(&scene(), start);
    ledger.crossed(0, Direction::In, start);
    ledger.advance(at("2026-03-02T12:30:00Z"), Span::Blind);
    ledger.crossed(0, Direction::In, at("2026-03-02T12:30:00Z"));
    let boundaries = ledger.boundaries();
    assert_eq!(
        boundaries.iter().map(|b| b.at.utc_seconds()).collect::<Vec<_>>(),
        ["2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"]
    );
    assert!(boundaries.iter().all(|b| b.reading.lines["door"].entries == 1));
    let last_hour = boundaries[1].reading.since(&boundaries[0].reading).unwrap();
    assert_eq!(last_hour.blind_ns, 3600 * S);
    assert_eq!(ledger.now().lines["door"].entries, 2);
}

#[test]
fn a_clock_that_is_set_right_by_decades_takes_no_time() {
    let mut ledger = Ledger::new(&scene(), at("1970-01-01T00:00:07Z"));
    let now = at("2026-03-02T12:30:00Z");
    ledger.advance(now, Span::Blind);
    assert_eq!(ledger.wall(), now);
    assert_eq!(
        ledger.boundaries().iter().map(|b| b.at.utc_seconds()).collect::<Vec<_>>(),
        ["2026-03-02T11:00:00Z", "2026-03-02T12:00:00Z"]
    );
    assert_eq!(ledger.now().blind_ns, now.since(ledger.started()).as_nanos() as u64);
}

#[test]
fn presence_is_added_up_to_the_horizon_only() {
    let start = at("2026-03-02T08:59:50Z");
    let mut ledger = Ledger::new(&scene(), start);
    ledger.advance(seconds(start, 20.0), Span::Observed);
    ledger.settle(Gauge::Occupancy(0), seconds(start, 4.0));
    ledger.visit_began(0, seconds(start, 5.0));
    ledger.settle(Gauge::Occupancy(0), seconds(start, 15.0));
    let (now, hour) = (&ledger.now().zones["zone"], &ledger.boundaries()[0].reading.zones["zone"]);
    assert_eq!(now.occupancy.as_ns(), [5 * S, 10 * S]);
    assert_eq!((now.presence_ns, hour.presence_ns), (10 * S, 5 * S));
    ledger.visit_ended(0, seconds(start, 16.0), Some(Duration::from_secs(11)));
    ledger.settle(Gauge::Occupancy(0), seconds(start, 20.0));
    let now = &ledger.now().zones["zone"];
    assert_eq!(now.occupancy.as_ns(), [9 * S, 11 * S]);
    assert_eq!((now.visits, now.ended, now.dwell.finished, now.dwell.sum_ns), (1, 1, 1, 11 * S));
}

#[test]
fn blind_time_has_no_occupancy() {
    let start = at("2026-03-02T08:00:00Z");
    let mut ledger = Ledger::new(&scene(), start);
    ledger.visit_began(0, start);
    ledger.advance(seconds(start, 2.0), Span::Observed);
    ledger.advance(seconds(start, 5.0), Span::Blind);
    ledger.advance(seconds(start, 6.0), Span::Observed);
    ledger.settle(Gauge::Occupancy(0), seconds(start, 6.0));
    assert_eq!(ledger.now().zones["zone"].occupancy.as_ns(), [0, 3 * S]);
}

fn shop() -> Scene {
    Scene::parse(
        r#"{"version":1,"site":"a","camera":"b","placement":"checkout","time_zone":"UTC",
            "zones":[{"name":"line","role":"queue","polygon":[[0.1,0.1],[0.4,0.1],[0.4,0.4]]},
                {"name":"shelf","role":"interest","polygon":[[0.5,0.1],[0.9,0.1],[0.9,0.4]]}],
            "flows":["line","shelf"],"routes":[{"name":"round","zones":["shelf","line"]}]}"#,
    )
    .unwrap()
}

#[test]
fn a_run_begins_with_zero_for_all_that_the_scene_asks_for() {
    let ledger = Ledger::new(&shop(), at("2026-03-02T08:00:00Z"));
    let now = ledger.now();
    assert_eq!((&now.zones["line"].queue, &now.zones["line"].interest), (&Some(QueueTotals::default()), &None));
    assert_eq!((&now.zones["shelf"].queue, &now.zones["shelf"].interest), (&None, &Some(InterestTotals::default())));
    assert_eq!(now.routes["round"], RouteTotals { reached: vec![0, 0], against: 0 });
    assert!(now.flows.is_empty());
}

#[test]
fn each_event_is_counted_in_its_window_and_what_the_scene_has_not_is_left_out() {
    let start = at("2026-03-02T08:59:50Z");
    let mut ledger = Ledger::new(&shop(), start);
    ledger.advance(seconds(start, 20.0), Span::Observed);
    let moment = |s: f64| Moment { stream: Default::default(), wall: seconds(start, s) };
    let second = Duration::from_secs(1);
    for (zone, route) in [(0, 0), (1, 0), (9, 9)] {
        let (first, last) = (moment(9.0), moment(11.0));
        let places = [Place::Zone(zone), Place::Zone(1 - zone.min(1))];
        for event in [
            Event::Stopped { zone, at: first },
            Event::StopEnded { zone, at: last, dwell: second },
            Event::Joined { zone, at: first },
            Event::WaitEnded { zone, at: last, end: WaitEnd::Served(second) },
            Event::ServiceEnded { zone, at: last, service: second },
            Event::Joined { zone, at: first },
            Event::WaitEnded { zone, at: first, end: WaitEnd::Abandoned },
            Event::Joined { zone, at: first },
            Event::WaitEnded { zone, at: last, end: WaitEnd::Unknown },
            Event::Went { from: places[0], to: places[1], at: last },
            Event::Reached { route, step: zone, at: first },
            Event::Against { route, at: last },
            Event::Netted { line: zone, at: last },
        ] {
            ledger.book(&event);
        }
    }
    let hour = ledger.boundaries()[0].reading.clone();
    let since = ledger.now().since(&hour).unwrap();
    let queue = |reading: &Reading| {
        let queue = reading.zones["line"].queue.clone().unwrap();
        ([queue.joined, queue.served, queue.abandoned, queue.unknown], queue.wait.finished, queue.service.finished)
    };
    assert_eq!((queue(&hour), queue(&since)), (([3, 0, 1, 0], 0, 0), ([0, 1, 0, 1], 1, 1)));
    let stops = |reading: &Reading| reading.zones["shelf"].interest.as_ref().map(|i| (i.stops, i.dwell.finished));
    assert_eq!((stops(&hour), stops(&since)), (Some((1, 0)), Some((0, 1))));
    assert!(hour.flows.is_empty() && since.flows["line"]["shelf"] == 1 && since.flows["shelf"]["line"] == 1);
    assert_eq!(hour.routes["round"], RouteTotals { reached: vec![1, 1], against: 0 });
    assert_eq!(since.routes["round"], RouteTotals { reached: vec![0, 0], against: 2 });
}

#[test]
fn the_length_of_a_queue_is_added_up_to_its_own_horizon() {
    let start = at("2026-03-02T08:59:50Z");
    let mut ledger = Ledger::new(&shop(), start);
    ledger.advance(seconds(start, 20.0), Span::Observed);
    let moment = |s: f64| Moment { stream: Default::default(), wall: seconds(start, s) };
    ledger.settle(Gauge::Occupancy(0), seconds(start, 20.0));
    ledger.settle(Gauge::Length(0), seconds(start, 4.0));
    ledger.book(&Event::Joined { zone: 0, at: moment(5.0) });
    ledger.settle(Gauge::Length(0), seconds(start, 15.0));
    ledger.book(&Event::WaitEnded { zone: 0, at: moment(16.0), end: WaitEnd::Unknown });
    ledger.settle(Gauge::Length(0), seconds(start, 20.0));
    let length = |reading: &Reading| reading.zones["line"].queue.as_ref().unwrap().length.as_ns().to_vec();
    assert_eq!((length(ledger.now()), length(&ledger.boundaries()[0].reading)), (vec![9 * S, 11 * S], vec![5 * S, 5 * S]));
    assert_eq!(ledger.now().zones["line"].occupancy.as_ns(), [20 * S], "waiting is not visiting");
    ledger.settle(Gauge::Length(1), seconds(start, 20.0));
    assert_eq!(ledger.now().zones["shelf"].queue, None, "the shelf is no queue");
}

#[test]
fn an_endless_doubt_is_cut_short() {
    let start = at("2026-03-02T08:00:00Z");
    let mut ledger = Ledger::new(&scene(), start);
    for k in 1..2000 {
        ledger.advance(seconds(start, f64::from(k)), if k % 2 == 0 { Span::Observed } else { Span::Blind });
        ledger.settle(Gauge::Occupancy(0), start);
    }
    assert!(ledger.observed.len() < 130, "{}", ledger.observed.len());
}

proptest! {
    #[test]
    fn no_reading_ever_falls_and_occupancy_fills_the_observed_time(
        steps in proptest::collection::vec((0u64..900, 0u8..3, 0u64..60, 0u8..4), 1..60)
    ) {
        let start = at("2026-03-02T08:50:00Z");
        let mut ledger = Ledger::new(&scene(), start);
        let (mut inside, mut before, mut kept) = (0, ledger.now().clone(), Vec::<BoundaryReading>::new());
        for (gap, span, ago, event) in steps {
            let span = [Span::Observed, Span::Closed, Span::Blind][usize::from(span)];
            ledger.advance(ledger.wall().plus(Duration::from_secs(gap)), span);
            let when = ledger.wall().minus(Duration::from_secs(ago));
            match event {
                0 => ledger.crossed(0, Direction::In, when),
                1 => { ledger.visit_began(0, when); inside += 1; }
                2 if inside > 0 => { ledger.visit_ended(0, when, None); inside -= 1; }
                _ => {}
            }
            ledger.settle(Gauge::Occupancy(0), when);
            prop_assert!(ledger.now().since(&before).is_ok());
            for old in &kept {
                if let Some(new) = ledger.boundaries().iter().find(|b| b.at == old.at) {
                    prop_assert!(new.reading.since(&old.reading).is_ok(), "a boundary's reading fell");
                }
            }
            for boundary in ledger.boundaries() {
                prop_assert!(ledger.now().since(&boundary.reading).is_ok());
            }
            before = ledger.now().clone();
            kept = ledger.boundaries();
        }
        ledger.settle(Gauge::Occupancy(0), ledger.wall());
        let now = ledger.now();
        prop_assert_eq!(now.zones["zone"].occupancy.as_ns().iter().sum::<u64>(), now.observed_ns);
        let all = now.observed_ns + now.closed_ns + now.blind_ns;
        prop_assert_eq!(all, ledger.wall().since(start).as_nanos() as u64);
    }
}
