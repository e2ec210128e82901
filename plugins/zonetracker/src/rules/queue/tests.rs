// SPDX-License-Identifier: MPL-2.0
use footfall_contract::scene::Scene;
use proptest::prelude::*;

use super::*;
use crate::rules::testing::at;

const ZONES: &str = r#"{"version":1,"site":"a","camera":"b","placement":"checkout","time_zone":"UTC","zones":[
    {"name":"line","role":"queue","service":"till","polygon":[[0.1,0.1],[0.4,0.1],[0.4,0.4]],"leave_delay_s":0.5},
    {"name":"till","polygon":[[0.5,0.1],[0.8,0.1],[0.8,0.4]],"enter_delay_s":0.5,"leave_delay_s":1}]}"#;

fn rule() -> QueueRule {
    let scene = Scene::parse(ZONES).unwrap();
    QueueRule::new(0, 3.0, Some(1), &scene.zones, PictureSize::new(100, 100))
}

/// A way by where the person is until when, from second 0: `q` queue, `s` service, `b` both, `-` neither.
fn stretches(way: &[(char, f64)]) -> Vec<(Stretch, Stretch)> {
    let mut from = at(0.0);
    let mut list = Vec::new();
    for (spot, until_s) in way {
        let to = at(*until_s);
        let stretch = |inside: bool| Stretch { inside, from, to };
        list.push((stretch("qb".contains(*spot)), stretch("sb".contains(*spot))));
        from = to;
    }
    list
}

/// The events of a way, a sentence each: what, at which second, how long.
fn told(way: &[(char, f64)], end: Option<End>) -> Vec<String> {
    let (rule, mut memory, mut events) = (rule(), QueueMemory::default(), Vec::new());
    let mut now = at(0.0);
    for (queue, service) in stretches(way) {
        rule.step(&mut memory, &[queue], &[service], true, &mut events);
        now = queue.to;
    }
    if let Some(why) = end {
        rule.end(&mut memory, why, now, &mut events);
    }
    events.iter().map(sentence).collect()
}

fn sentence(event: &Event) -> String {
    let s = |at: &Moment| at.stream.as_secs_f64();
    match event {
        Event::Joined { at, .. } => format!("joined {}", s(at)),
        Event::WaitEnded { at, end: WaitEnd::Served(wait), .. } => format!("served {} after {}", s(at), wait.as_secs_f64()),
        Event::WaitEnded { at, end: WaitEnd::Abandoned, .. } => format!("abandoned {}", s(at)),
        Event::WaitEnded { at, end: WaitEnd::Unknown, .. } => format!("unknown {}", s(at)),
        Event::ServiceEnded { at, service, .. } => format!("left {} after {}", s(at), service.as_secs_f64()),
        other => format!("{other:?}"),
    }
}

#[test]
fn each_way_through_a_queue() {
    use End::{Broken, Vanished};
    type Way = &'static [(char, f64)];
    let cases: [(&str, Way, Option<End>, &[&str]); 21] = [
        (
            "wait and be served",
            &[('-', 1.0), ('q', 9.0), ('s', 14.0), ('-', 16.0)],
            None,
            &["joined 1", "served 9 after 8", "left 14 after 5"],
        ),
        ("a passer", &[('q', 2.0), ('-', 9.0)], None, &[]),
        ("just long enough", &[('q', 3.0), ('-', 8.0)], None, &["joined 0", "abandoned 3"]),
        ("away for the leave delay", &[('q', 2.0), ('-', 2.5), ('q', 3.1), ('-', 9.0)], None, &["joined 0", "abandoned 3.1"]),
        ("away for less", &[('q', 2.0), ('-', 2.4), ('q', 3.1), ('-', 9.0)], None, &["joined 0", "abandoned 3.1"]),
        ("away for more", &[('q', 2.0), ('-', 2.6), ('q', 5.7), ('-', 11.0)], None, &["joined 2.6", "abandoned 5.7"]),
        ("abandon", &[('q', 8.0), ('-', 13.0)], None, &["joined 0", "abandoned 8"]),
        ("not yet abandoned", &[('q', 8.0), ('-', 12.9)], None, &["joined 0"]),
        ("over the gap", &[('q', 8.0), ('-', 12.0), ('s', 13.0)], None, &["joined 0", "served 12 after 12"]),
        ("out and back", &[('q', 8.0), ('-', 12.0), ('q', 20.0), ('s', 21.0)], None, &["joined 0", "served 20 after 20"]),
        ("through without stopping", &[('q', 2.0), ('s', 3.0)], None, &["joined 0", "served 2 after 2"]),
        ("by the side", &[('-', 2.0), ('s', 3.0)], None, &["joined 2", "served 2 after 0"]),
        ("long after the queue", &[('q', 2.0), ('-', 7.0), ('s', 8.0)], None, &["joined 7", "served 7 after 0"]),
        ("a touch of the till", &[('q', 8.0), ('s', 8.4), ('q', 9.0), ('-', 14.0)], None, &["joined 0", "abandoned 9"]),
        ("both is being served", &[('q', 8.0), ('b', 9.0), ('s', 10.0)], None, &["joined 0", "served 8 after 8"]),
        ("back after service", &[('s', 2.0), ('q', 6.0)], None, &["joined 0", "served 0 after 0", "left 2 after 2", "joined 2"]),
        (
            "gone after service, by the queue",
            &[('s', 2.0), ('q', 2.5), ('-', 10.0), ('s', 11.0)],
            None,
            &["joined 0", "served 0 after 0", "left 2 after 2", "joined 10", "served 10 after 0"],
        ),
        ("vanished in the queue", &[('q', 8.0)], Some(Vanished), &["joined 0", "unknown 8"]),
        ("vanished between", &[('q', 8.0), ('-', 9.0)], Some(Vanished), &["joined 0", "abandoned 8"]),
        ("broken between", &[('q', 8.0), ('-', 9.0)], Some(Broken), &["joined 0", "unknown 8"]),
        (
            "vanished at the till",
            &[('q', 8.0), ('s', 12.0)],
            Some(Vanished),
            &["joined 0", "served 8 after 8", "left 12 after 4"],
        ),
    ];
    for (name, way, end, expected) in cases {
        assert_eq!(told(way, end), expected, "{name}");
    }
}

#[test]
fn nobody_knows_how_long_a_broken_service_was() {
    assert_eq!(told(&[('q', 8.0), ('s', 12.0)], Some(End::Broken)), ["joined 0", "served 8 after 8"]);
}

#[test]
fn who_vanished_waited_until_last_seen_and_who_is_no_longer_looked_at_until_now() {
    for (why, until) in [(End::Vanished, "unknown 8"), (End::Broken, "unknown 10")] {
        let (rule, mut memory, mut events) = (rule(), QueueMemory::default(), Vec::new());
        for (queue, service) in stretches(&[('q', 8.0)]) {
            rule.step(&mut memory, &[queue], &[service], true, &mut events);
        }
        rule.end(&mut memory, why, at(10.0), &mut events);
        assert_eq!(events.iter().map(sentence).collect::<Vec<_>>(), ["joined 0", until], "{why:?}");
    }
}

#[test]
fn who_joins_while_entering_the_till_is_not_served_before() {
    let mut rule = rule();
    rule.join_s = 0.0;
    let (mut memory, mut events) = (QueueMemory::default(), Vec::new());
    for (queue, service) in stretches(&[('s', 0.2), ('b', 0.6)]) {
        rule.step(&mut memory, &[queue], &[service], true, &mut events);
    }
    assert_eq!(events.iter().map(sentence).collect::<Vec<_>>(), ["joined 0.2", "served 0.2 after 0"]);
}

#[test]
fn a_way_is_cut_where_either_polygon_cuts_it() {
    let stretch = |inside: bool, from: f64, to: f64| Stretch { inside, from: at(from), to: at(to) };
    let piece = |queue: bool, service: bool, from: f64, to: f64| Piece { queue, service, from: at(from), to: at(to) };
    let queue = [stretch(true, 0.0, 2.0), stretch(false, 2.0, 4.0)];
    let service = [stretch(false, 0.0, 1.0), stretch(true, 1.0, 4.0)];
    let all = [piece(true, false, 0.0, 1.0), piece(true, true, 1.0, 2.0), piece(false, true, 2.0, 4.0)];
    assert_eq!(overlay(&queue, &service).as_slice(), all);
    assert_eq!(overlay(&queue, &[]).as_slice(), [piece(true, false, 0.0, 2.0), piece(false, false, 2.0, 4.0)]);
    assert_eq!(overlay(&[], &service).as_slice(), []);
}

/// When an event raises or lowers the queue's length.
fn length_step(event: &Event) -> Option<(Moment, i32)> {
    match event {
        Event::Joined { at, .. } => Some((*at, 1)),
        Event::WaitEnded { at, .. } => Some((*at, -1)),
        _ => None,
    }
}

proptest! {
    /// A person waits once at a time, nothing is booked before what was told to be decided (a wait of no length apart), and
    /// whoever joined has an end once the track is over.
    #[test]
    fn whatever_the_way_a_person_waits_once_at_a_time(
        way in proptest::collection::vec((proptest::sample::select(vec!['q', 's', 'b', '-']), 0.1f64..6.0), 1..30),
        vanished in any::<bool>(),
    ) {
        let (rule, mut memory, mut now_s, mut steps) = (rule(), QueueMemory::default(), 0.0, Vec::new());
        let mut way_s = Vec::new();
        for (spot, length_s) in way {
            now_s += length_s;
            way_s.push((spot, now_s));
        }
        for (queue, service) in stretches(&way_s) {
            let decided = QueueRule::undecided_since(&memory).unwrap_or(queue.from);
            let mut events = Vec::new();
            rule.step(&mut memory, &[queue], &[service], true, &mut events);
            let found: Vec<_> = events.iter().filter_map(length_step).collect();
            let early: i32 = found.iter().filter(|(at, _)| at.stream < decided.stream).map(|(_, step)| step).sum();
            prop_assert_eq!(early, 0, "{:?} before {:?}", found, decided);
            steps.extend(found);
        }
        let mut events = Vec::new();
        rule.end(&mut memory, if vanished { End::Vanished } else { End::Broken }, at(now_s), &mut events);
        steps.extend(events.iter().filter_map(length_step));
        prop_assert!(steps.chunks(2).all(|pair| matches!(pair, [(a, 1), (b, -1)] if a.stream <= b.stream)), "{:?}", steps);
        prop_assert!(steps.windows(2).all(|pair| pair[0].0.stream <= pair[1].0.stream), "{:?}", steps);
    }

    /// Cutting a way into smaller pieces changes nothing.
    #[test]
    fn a_way_in_smaller_pieces_tells_the_same(
        way in proptest::collection::vec((proptest::sample::select(vec!['q', 's', 'b', '-']), 1u32..12), 1..20),
    ) {
        let (mut whole, mut pieces, mut now) = (Vec::new(), Vec::new(), 0);
        for (spot, halves) in way {
            pieces.extend((now + 1..=now + halves).map(|k| (spot, f64::from(k) / 2.0)));
            now += halves;
            whole.push((spot, f64::from(now) / 2.0));
        }
        prop_assert_eq!(told(&whole, None), told(&pieces, None));
    }
}
