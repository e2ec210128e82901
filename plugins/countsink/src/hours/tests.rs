// SPDX-License-Identifier: MPL-2.0
//! A tracker in small sends totals, some of which get lost; whatever comes, everybody is in exactly one window.

use std::time::Duration;

use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::totals::{BoundaryReading, QueueTotals, RULE_VERSION, Reading, Totals, VERSION};
use footfall_contract::windows::{WindowLength, Windows};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> WallTime {
    WallTime::parse(text).unwrap()
}

fn windows(zone: &str, minutes: u32) -> Windows {
    Windows::new(TimeZone::get(zone).unwrap(), WindowLength::from_minutes(minutes).unwrap())
}

/// zonetracker's side of the contract.
struct Tracker {
    windows: Windows,
    totals: Totals,
}

impl Tracker {
    fn start(windows: &Windows, run: &str, started: WallTime, clock: ClockKind) -> Self {
        let totals = Totals {
            version: VERSION,
            rule_version: RULE_VERSION,
            run: run.into(),
            stream: "test/door".into(),
            started,
            wall: started,
            running_time: StreamTime(0),
            clock,
            weak: false,
            now: Reading::default(),
            boundaries: Vec::new(),
        };
        Self { windows: windows.clone(), totals }
    }

    /// Goes on to `wall`; `observed`: somebody looked in between.
    fn go_to(&mut self, wall: WallTime, observed: bool) -> &mut Self {
        let t = &mut self.totals;
        let mut boundary = self.windows.next_boundary(t.wall);
        while boundary <= wall {
            let mut reading = t.now.clone();
            reading.observed_ns += if observed { boundary.since(t.wall).as_nanos() as u64 } else { 0 };
            t.boundaries.push(BoundaryReading { at: boundary, reading });
            if t.boundaries.len() > 2 {
                t.boundaries.remove(0);
            }
            boundary = self.windows.next_boundary(boundary);
        }
        t.now.observed_ns += if observed { wall.since(t.wall).as_nanos() as u64 } else { 0 };
        t.wall = wall;
        self
    }

    fn entries(&mut self, n: u64) -> &mut Self {
        self.totals.now.lines.entry("door".into()).or_default().entries += n;
        self
    }

    fn enter_zone(&mut self, n: u64) -> &mut Self {
        self.totals.now.zones.entry("mat".into()).or_default().visits += n;
        self
    }

    fn leave_zone(&mut self, n: u64) -> &mut Self {
        self.totals.now.zones.entry("mat".into()).or_default().ended += n;
        self
    }

    fn queue(&mut self) -> &mut QueueTotals {
        self.totals.now.zones.entry("till".into()).or_default().queue.get_or_insert_default()
    }

    fn send(&self, hours: &mut Hours) {
        hours.receive(self.totals.clone()).unwrap();
    }
}

fn entries(window: &Finished) -> u64 {
    window.reading.lines.get("door").map_or(0, |l| l.entries)
}

/// (start, entries, seconds observed) of each window that is due at `now`.
fn due(hours: &mut Hours, now: &str) -> Vec<(String, u64, u64)> {
    let found = std::iter::from_fn(|| hours.next_finished(at(now), PUBLISH_AFTER));
    found.map(|w| (w.start.utc_seconds(), entries(&w), w.reading.observed_ns / 1_000_000_000)).collect()
}

fn utc_hours() -> (Windows, Hours) {
    let windows = windows("UTC", 60);
    (windows.clone(), Hours::new(windows))
}

#[test]
fn a_window_is_published_once_two_minutes_after_its_end() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:30:00Z"), ClockKind::Live);
    tracker.send(&mut hours);
    tracker
        .go_to(at("2026-03-02T09:40:00Z"), true)
        .entries(3)
        .go_to(at("2026-03-02T10:00:30Z"), true)
        .entries(1)
        .send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T10:01:59.999Z"), vec![]);
    assert_eq!(due(&mut hours, "2026-03-02T10:02:00Z"), vec![("2026-03-02T09:00:00Z".into(), 3, 1800)]);
    assert_eq!(due(&mut hours, "2026-03-02T10:59:00Z"), vec![]);
    assert_eq!(due(&mut hours, "2026-03-02T11:02:00Z"), vec![("2026-03-02T10:00:00Z".into(), 1, 30)]);
}

#[test]
fn a_silent_camera_still_ends_its_hours_and_the_empty_ones_are_published() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    tracker.send(&mut hours);
    tracker.go_to(at("2026-03-02T09:50:00Z"), true).entries(7).send(&mut hours);
    let published = due(&mut hours, "2026-03-02T11:02:00Z");
    assert_eq!(published, vec![("2026-03-02T09:00:00Z".into(), 7, 3000), ("2026-03-02T10:00:00Z".into(), 0, 0)]);
}

#[test]
fn a_boundary_reading_that_comes_too_late_moves_nobody_out_of_the_sum() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    tracker.send(&mut hours);
    tracker.go_to(at("2026-03-02T09:58:00Z"), true).entries(9).send(&mut hours);
    // A tenth is counted, but the camera is silent before it is told.
    tracker.go_to(at("2026-03-02T09:58:00.5Z"), true).entries(1);
    assert_eq!(due(&mut hours, "2026-03-02T10:02:00Z")[0].1, 9);
    tracker.go_to(at("2026-03-02T10:05:00Z"), false).entries(2).send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T11:02:00Z")[0].1, 3);
}

#[test]
fn a_boundary_reading_in_flight_that_comes_in_time_is_used() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    tracker.send(&mut hours);
    tracker.go_to(at("2026-03-02T09:59:59Z"), true).entries(9).go_to(at("2026-03-02T10:01:58Z"), true).entries(5);
    tracker.send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T10:02:00Z")[0].1, 9);
}

#[test]
fn a_crossing_that_settles_after_the_boundary_belongs_before_it() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    tracker.send(&mut hours);
    tracker.go_to(at("2026-03-02T10:00:00.1Z"), true).send(&mut hours);
    // The line was cut at 09:59:59.9: both readings grow.
    tracker.entries(1);
    tracker.totals.boundaries[0].reading.lines.entry("door".into()).or_default().entries += 1;
    tracker.go_to(at("2026-03-02T10:00:00.3Z"), true).send(&mut hours);
    tracker.go_to(at("2026-03-02T10:30:00Z"), true).entries(4).send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T11:02:00Z").iter().map(|w| w.1).collect::<Vec<_>>(), [1, 4]);
}

#[test]
fn a_gap_over_many_boundaries_leaves_the_people_before_it_where_they_were() {
    for (to, empty) in [("2026-03-02T11:30:00Z", 1), ("2026-03-02T15:30:00Z", 5)] {
        let (w, mut hours) = utc_hours();
        let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Stream);
        tracker.send(&mut hours);
        tracker.go_to(at("2026-03-02T09:50:00Z"), true).entries(4).send(&mut hours);
        // One more, which is not told before the gap.
        tracker.go_to(at("2026-03-02T09:50:00.5Z"), true).entries(1).go_to(at(to), false).entries(2).send(&mut hours);
        let counts: Vec<u64> = due(&mut hours, to).into_iter().map(|w| w.1).collect();
        let mut expected = vec![5];
        expected.resize(1 + empty, 0);
        assert_eq!(counts, expected, "{to}");
        assert_eq!(entries(&hours.take_open().unwrap()), 2, "{to}");
    }
}

#[test]
fn days_of_23_and_25_hours_have_as_many_windows() {
    for (day, end, n) in [
        ("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23),
        ("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25),
    ] {
        let w = windows("Europe/Berlin", 60);
        let mut hours = Hours::new(w.clone());
        let mut tracker = Tracker::start(&w, "a", at(day), ClockKind::Stream);
        tracker.send(&mut hours);
        while tracker.totals.wall < at(end) {
            let next = tracker.totals.wall.plus(Duration::from_secs(600));
            tracker.entries(1).go_to(next, true).send(&mut hours);
        }
        let published: Vec<_> = std::iter::from_fn(|| hours.next_finished(at(end), Duration::ZERO)).collect();
        assert_eq!(published.len(), n);
        assert!(published.iter().all(|w| entries(w) == 6 && w.reading.observed_ns == 3_600_000_000_000));
        let mut starts: Vec<_> = published.iter().map(|w| w.start.utc_seconds()).collect();
        starts.dedup();
        assert_eq!(starts.len(), n, "each has a name of its own");
    }
}

#[test]
fn a_run_that_begins_anew_within_a_window_adds_to_it() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.send(&mut hours);
    a.go_to(at("2026-03-02T09:20:00Z"), true).entries(3).send(&mut hours);
    let mut b = Tracker::start(&w, "b", at("2026-03-02T09:30:00Z"), ClockKind::Live);
    b.send(&mut hours);
    b.go_to(at("2026-03-02T09:40:00Z"), true).entries(4).go_to(at("2026-03-02T10:10:00Z"), true).entries(1).send(&mut hours);
    // A straggler of the first run changes nothing.
    a.send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T10:10:00Z"), vec![("2026-03-02T09:00:00Z".into(), 7, 3000)]);
}

#[test]
fn a_run_that_begins_after_the_boundary_gives_nothing_to_the_window_before() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.send(&mut hours);
    a.go_to(at("2026-03-02T09:59:00Z"), true).entries(3).send(&mut hours);
    let mut b = Tracker::start(&w, "b", at("2026-03-02T10:00:30Z"), ClockKind::Live);
    b.send(&mut hours);
    b.go_to(at("2026-03-02T10:01:00Z"), true).entries(2).send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T10:02:00Z")[0].1, 3);
    assert_eq!(due(&mut hours, "2026-03-02T11:02:00Z")[0].1, 2);
}

#[test]
fn those_inside_at_the_start_are_contributors_of_the_window() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Stream);
    tracker.send(&mut hours);
    tracker.enter_zone(5).go_to(at("2026-03-02T09:59:00Z"), true).leave_zone(2).go_to(at("2026-03-02T11:00:00Z"), true);
    tracker.leave_zone(3).go_to(at("2026-03-02T12:30:00Z"), true).send(&mut hours);
    let finished: Vec<_> = std::iter::from_fn(|| hours.next_finished(at("2026-03-02T12:30:00Z"), PUBLISH_AFTER)).collect();
    let inside: Vec<u64> = finished.iter().map(|w| w.inside_at_start.get("mat").copied().unwrap_or(0)).collect();
    // The tracker names the readings at 11 and 12; that at 10 is the one before, with nobody yet.
    assert_eq!(inside.len(), 3);
    assert_eq!(inside[2], 3, "{inside:?}");
}

#[test]
fn those_waiting_at_the_start_are_known() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Stream);
    tracker.send(&mut hours);
    let queue = tracker.queue();
    (queue.joined, queue.served, queue.abandoned, queue.unknown) = (9, 4, 1, 2);
    tracker.go_to(at("2026-03-02T10:30:00Z"), true).queue().served += 2;
    tracker.enter_zone(1).send(&mut hours);
    tracker.go_to(at("2026-03-02T11:30:00Z"), true).send(&mut hours);
    let finished: Vec<_> = std::iter::from_fn(|| hours.next_finished(at("2026-03-02T11:30:00Z"), PUBLISH_AFTER)).collect();
    let waiting: Vec<Option<u64>> = finished.iter().map(|w| w.waiting_at_start.get("till").copied()).collect();
    assert_eq!(waiting, [None, Some(2)], "nobody before the first totals; a zone without a queue has no entry");
    assert!(finished.iter().all(|w| !w.waiting_at_start.contains_key("mat")));
}

#[test]
fn a_sink_that_is_linked_late_publishes_whole_windows_only_once_they_are_its_own() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T05:00:00Z"), ClockKind::Live);
    tracker
        .entries(50)
        .go_to(at("2026-03-02T09:00:00Z"), true)
        .entries(6)
        .go_to(at("2026-03-02T09:30:00Z"), true)
        .send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T09:30:00Z"), vec![]);
    assert_eq!(due(&mut hours, "2026-03-02T10:02:00Z"), vec![("2026-03-02T09:00:00Z".into(), 6, 1800)]);
}

#[test]
fn an_open_window_is_taken_once() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Stream);
    tracker.go_to(at("2026-03-02T09:10:00Z"), true).entries(2).send(&mut hours);
    assert!(hours.open_window_has_figures());
    let first = hours.take_open().unwrap();
    assert_eq!((entries(&first), &first.completeness), (2, &Completeness::Partial { suffix: "a".into() }));
    assert!(hours.take_open().is_none() && !hours.open_window_has_figures());
    tracker.go_to(at("2026-03-02T09:20:00Z"), true).entries(1).send(&mut hours);
    let second = hours.take_open().unwrap();
    assert_eq!((entries(&second), &second.completeness), (1, &Completeness::Partial { suffix: "a-2".into() }));
}

#[test]
fn a_clock_that_was_set_years_ahead_publishes_no_years_of_empty_hours() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("1970-01-01T00:00:10Z"), ClockKind::Live);
    tracker.send(&mut hours);
    tracker.entries(1).go_to(at("2026-03-02T09:30:00Z"), false).entries(2).send(&mut hours);
    let published = due(&mut hours, "2026-03-02T10:02:00Z");
    assert_eq!(published.len(), 2, "{published:?}");
    assert_eq!(published.iter().map(|w| w.1).sum::<u64>(), 3);
    assert_eq!(published[1].0, "2026-03-02T09:00:00Z");
}

#[test]
fn totals_that_fall_are_refused_and_change_nothing() {
    let (w, mut hours) = utc_hours();
    let mut tracker = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Stream);
    tracker.entries(5).send(&mut hours);
    tracker.totals.now.lines.get_mut("door").unwrap().entries = 4;
    tracker.go_to(at("2026-03-02T09:01:00Z"), true);
    assert!(hours.receive(tracker.totals.clone()).is_err());
    assert_eq!(entries(&hours.take_open().unwrap()), 5);
}

/// One step of a random day.
#[derive(Clone, Debug)]
enum Step {
    Count(u64),
    Pass(u64, bool),
    Send,
    Publish(u64),
    Restart(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1u64..4).prop_map(Step::Count),
        4 => (0u64..500, any::<bool>()).prop_map(|(s, observed)| Step::Pass(s, observed)),
        1 => (500u64..4000, any::<bool>()).prop_map(|(s, observed)| Step::Pass(s, observed)),
        3 => Just(Step::Send),
        2 => (0u64..900).prop_map(Step::Publish),
        1 => (0u64..1000).prop_map(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn everybody_is_in_exactly_one_window(steps in prop::collection::vec(step(), 1..80), live in any::<bool>()) {
        let clock = if live { ClockKind::Live } else { ClockKind::Stream };
        let w = windows("Europe/Berlin", 5);
        let mut hours = Hours::new(w.clone());
        let mut tracker = Tracker::start(&w, "0", at("2026-03-02T09:02:00Z"), clock);
        tracker.send(&mut hours);
        let (mut truth, mut sum, mut runs) = (0, 0, 0);
        let mut ends: Vec<WallTime> = Vec::new();
        let mut take = |window: Finished, ends: &mut Vec<WallTime>| {
            sum += entries(&window);
            if window.completeness == Completeness::Whole {
                ends.push(window.end);
            }
        };
        for step in steps {
            match step {
                Step::Count(n) => { truth += n; tracker.entries(n); }
                Step::Pass(s, observed) => { tracker.go_to(tracker.totals.wall.plus(Duration::from_secs(s)), observed); }
                Step::Send => tracker.send(&mut hours),
                Step::Publish(ahead) => {
                    let now = hours.newest_wall().unwrap();
                    let now = if live { now.plus(Duration::from_secs(ahead)) } else { now };
                    while let Some(window) = hours.next_finished(now, PUBLISH_AFTER) { take(window, &mut ends); }
                }
                Step::Restart(pause) => {
                    // The last totals always arrive.
                    tracker.send(&mut hours);
                    runs += 1;
                    let started = tracker.totals.wall.plus(Duration::from_secs(pause));
                    tracker = Tracker::start(&w, &runs.to_string(), started, clock);
                    tracker.send(&mut hours);
                }
            }
        }
        tracker.send(&mut hours);
        while let Some(window) = hours.next_finished(tracker.totals.wall, Duration::ZERO) { take(window, &mut ends); }
        if let Some(window) = hours.take_open() { take(window, &mut ends); }
        prop_assert_eq!(sum, truth);
        for pair in ends.windows(2) {
            prop_assert_eq!(pair[1], w.next_boundary(pair[0]), "windows follow each other without gap or overlap");
        }
    }
}

mod restart;
