// SPDX-License-Identifier: MPL-2.0
//! Hours whose process ended, and what becomes of them: each window once, with what was kept.

use super::*;
use crate::hours::snapshot::Snapshot;

/// The process ends: what is written is read again, through its text.
fn restarted(hours: &Hours, windows: &Windows) -> Hours {
    let text = serde_json::to_string(&hours.snapshot().unwrap()).unwrap();
    Hours::restore(windows.clone(), serde_json::from_str::<Snapshot>(&text).unwrap())
}

#[test]
fn hours_add_up_over_a_restart_within_a_window() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.send(&mut hours);
    a.enter_zone(3).go_to(at("2026-03-02T09:20:00Z"), true).entries(14).send(&mut hours);
    let mut hours = restarted(&hours, &w);
    assert!(hours.open_window_has_figures());
    assert_eq!((hours.clock(), hours.newest_wall()), (Some(ClockKind::Live), Some(at("2026-03-02T09:20:00Z"))));
    let mut b = Tracker::start(&w, "b", at("2026-03-02T09:21:00Z"), ClockKind::Live);
    b.go_to(at("2026-03-02T09:40:00Z"), true).entries(2).send(&mut hours);
    b.go_to(at("2026-03-02T10:05:00Z"), true).entries(1).send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T10:05:00Z"), vec![("2026-03-02T09:00:00Z".into(), 16, 1200 + 39 * 60)]);
    assert_eq!(due(&mut hours, "2026-03-02T11:02:00Z"), vec![("2026-03-02T10:00:00Z".into(), 1, 300)]);
}

#[test]
fn hours_of_a_dead_camera_end_without_a_run() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.send(&mut hours);
    a.go_to(at("2026-03-02T09:20:00Z"), true).entries(4).send(&mut hours);
    let mut hours = restarted(&hours, &w);
    let expected = [("2026-03-02T09:00:00Z", 4, 1200), ("2026-03-02T10:00:00Z", 0, 0), ("2026-03-02T11:00:00Z", 0, 0)];
    assert_eq!(due(&mut hours, "2026-03-02T12:03:00Z"), expected.map(|(start, n, s)| (start.to_owned(), n, s)));
    assert!(hours.take_open().is_none());
    // Nor are they ended again after another restart.
    let mut hours = restarted(&hours, &w);
    assert_eq!(due(&mut hours, "2026-03-02T12:03:00Z"), vec![]);
}

#[test]
fn hours_of_a_run_that_goes_on_are_taken_from_its_own_totals() {
    for (until, again) in [("09:20", "09:30"), ("10:10", "10:20"), ("09:20", "10:20")] {
        let (w, mut never) = utc_hours();
        let time = |text: &str| at(&format!("2026-03-02T{text}:00Z"));
        let mut a = Tracker::start(&w, "a", at("2026-03-02T08:30:00Z"), ClockKind::Live);
        a.send(&mut never);
        a.entries(1).go_to(time("09:00"), true).entries(2).enter_zone(5).go_to(time(until), true).send(&mut never);
        let published = due(&mut never, "2026-03-02T09:03:00Z");
        assert_eq!(published.iter().map(|w| w.1).collect::<Vec<_>>(), [1]);
        let mut again_hours = restarted(&never, &w);
        a.entries(4).leave_zone(2).go_to(time(again), true).send(&mut never);
        a.send(&mut again_hours);
        a.entries(8).go_to(time("11:40"), true).send(&mut never);
        a.send(&mut again_hours);
        for _ in 0..3 {
            let (Some(expected), Some(found)) = (never.take_oldest(), again_hours.take_oldest()) else { panic!("three windows") };
            assert!(expected == found, "{until} {again}: {} {}", entries(&expected), entries(&found));
        }
    }
}

#[test]
fn hours_that_a_run_can_not_name_any_more_keep_what_was_written() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.entries(3).go_to(at("2026-03-02T09:20:00Z"), true).send(&mut hours);
    let mut hours = restarted(&hours, &w);
    // Nobody listened for four hours.
    a.entries(5).go_to(at("2026-03-02T13:20:00Z"), true).entries(1).send(&mut hours);
    let counts: Vec<u64> = due(&mut hours, "2026-03-02T14:02:00Z").into_iter().map(|w| w.1).collect();
    assert_eq!(counts, [3, 0, 0, 0, 1], "what nobody heard is in no window, and nothing is twice");
}

#[test]
fn hours_after_a_pause_of_months_go_on_at_the_present() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.entries(3).go_to(at("2026-03-02T09:20:00Z"), true).send(&mut hours);
    // By the wall clock alone, and by a camera that answers at once.
    let mut dead = restarted(&hours, &w);
    assert_eq!(due(&mut dead, "2026-09-02T09:20:00Z"), vec![("2026-03-02T09:00:00Z".into(), 3, 1200)]);
    assert_eq!(dead.start(), Some(at("2026-09-02T09:00:00Z")));
    let mut lives = restarted(&hours, &w);
    let mut b = Tracker::start(&w, "b", at("2026-09-02T09:18:00Z"), ClockKind::Live);
    b.entries(2).go_to(at("2026-09-02T09:20:00Z"), true).send(&mut lives);
    assert!(lives.snapshot().is_some(), "not a window for each hour of it");
    assert_eq!(due(&mut lives, "2026-09-02T09:20:00Z"), vec![("2026-03-02T09:00:00Z".into(), 3, 1200)]);
    assert_eq!(due(&mut lives, "2026-09-02T10:02:00Z"), vec![("2026-09-02T09:00:00Z".into(), 2, 120)]);
    // Of a month, each hour is there.
    let mut month = restarted(&hours, &w);
    assert_eq!(due(&mut month, "2026-04-02T09:20:00Z").len(), 31 * 24);
}

#[test]
fn hours_after_the_clock_was_set_back_wait_until_it_has_passed_them() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.send(&mut hours);
    a.entries(3).go_to(at("2026-03-02T10:05:00Z"), true).send(&mut hours);
    assert_eq!(due(&mut hours, "2026-03-02T10:05:00Z").len(), 1);
    for back in ["2026-03-02T08:30:00Z", "2025-01-01T00:00:00Z"] {
        let mut hours = restarted(&hours, &w);
        let mut b = Tracker::start(&w, "b", at(back), ClockKind::Live);
        b.entries(2).go_to(at(back).plus(Duration::from_secs(60)), true).send(&mut hours);
        assert_eq!(due(&mut hours, "2026-03-02T10:06:00Z"), vec![], "no window is published a second time");
        // The clock is set right again.
        b.go_to(at("2026-03-02T10:30:00Z"), true).entries(1).send(&mut hours);
        let counts: Vec<(String, u64)> = due(&mut hours, "2026-03-02T11:02:00Z").into_iter().map(|w| (w.0, w.1)).collect();
        assert_eq!(counts, [("2026-03-02T10:00:00Z".into(), 3)], "{back}");
    }
}

#[test]
fn hours_of_every_calendar_end_as_if_there_had_been_no_restart() {
    for (zone, minutes, from, to, n) in [
        ("Europe/Berlin", 60, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 23),
        ("Europe/Berlin", 60, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 25),
        ("Europe/Berlin", 1440, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", 1),
        ("Europe/Berlin", 180, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", 8),
        ("Australia/Lord_Howe", 60, "2026-04-05T00:00:00+11:00", "2026-04-05T04:00:00+10:30", 4),
        ("Asia/Kathmandu", 60, "2026-05-01T00:00:00+05:45", "2026-05-02T00:00:00+05:45", 24),
        ("Asia/Kathmandu", 5, "2026-05-01T00:00:00+05:45", "2026-05-01T02:00:00+05:45", 24),
    ] {
        let w = windows(zone, minutes);
        let (mut hours, mut published, mut runs, mut wall) = (Hours::new(w.clone()), Vec::new(), 0, at(from));
        while wall < at(to) {
            // A process of seven minutes counts one a minute, and ends.
            let mut run = Tracker::start(&w, &runs.to_string(), wall, ClockKind::Stream);
            run.send(&mut hours);
            for _ in 0..7 {
                wall = wall.plus(Duration::from_secs(60)).min(at(to));
                if wall > run.totals.wall {
                    run.entries(1).go_to(wall, true).send(&mut hours);
                }
            }
            published.extend(std::iter::from_fn(|| hours.next_finished(wall, Duration::ZERO)));
            hours = restarted(&hours, &w);
            runs += 1;
        }
        assert_eq!(published.len(), n, "{zone} {minutes}");
        let mut start = at(from);
        for window in &published {
            assert_eq!((window.start, window.end), (start, w.next_boundary(start)), "{zone} {minutes}");
            let length = window.end.since(window.start);
            assert_eq!((entries(window), window.reading.observed_ns), (length.as_secs() / 60, length.as_nanos() as u64));
            start = window.end;
        }
        assert_eq!(start, at(to), "{zone} {minutes}");
    }
}

#[test]
fn hours_under_another_scene_are_weak_and_go_on() {
    let (w, mut hours) = utc_hours();
    let mut a = Tracker::start(&w, "a", at("2026-03-02T09:00:00Z"), ClockKind::Live);
    a.entries(3).go_to(at("2026-03-02T09:20:00Z"), true).send(&mut hours);
    let mut hours = restarted(&hours, &w);
    hours.mix_scenes();
    let mut hours = restarted(&hours, &w);
    let mut b = Tracker::start(&w, "b", at("2026-03-02T09:30:00Z"), ClockKind::Live);
    b.entries(2).go_to(at("2026-03-02T10:30:00Z"), true).send(&mut hours);
    // And once more, with a window that has ended and is not published yet.
    hours.mix_scenes();
    let mut c = Tracker::start(&w, "c", at("2026-03-02T10:40:00Z"), ClockKind::Live);
    c.entries(1).go_to(at("2026-03-02T11:30:00Z"), true).send(&mut hours);
    let windows: Vec<Finished> = (0..3).filter_map(|_| hours.take_oldest()).collect();
    let found: Vec<(u64, bool)> = windows.iter().map(|w| (entries(w), w.weak)).collect();
    assert_eq!(found, [(5, true), (1, true), (0, false)]);
}

/// One step of a random life.
#[derive(Clone, Debug)]
enum Life {
    Count(u64),
    Pass(u64, bool),
    Send,
    Publish(u64),
    Checkpoint,
    /// The process ends; the next run begins after so many seconds.
    Die(u64),
    /// The sink alone ends, in order, and is there again while the run goes on.
    Relink,
}

fn life() -> impl Strategy<Value = Life> {
    prop_oneof![
        4 => (1u64..4).prop_map(Life::Count),
        4 => (0u64..400, any::<bool>()).prop_map(|(s, observed)| Life::Pass(s, observed)),
        3 => Just(Life::Send),
        2 => (0u64..900).prop_map(Life::Publish),
        3 => Just(Life::Checkpoint),
        2 => (0u64..1500).prop_map(Life::Die),
        1 => Just(Life::Relink),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Each window comes once, in order, without a gap, and all together they hold what was sent before the last checkpoint
    /// of each process: exactly that.
    #[test]
    fn hours_hold_what_the_checkpoints_held(steps in prop::collection::vec(life(), 1..120), live in any::<bool>()) {
        let clock = if live { ClockKind::Live } else { ClockKind::Stream };
        let w = windows("Europe/Berlin", 5);
        let mut hours = Hours::new(w.clone());
        let mut tracker = Tracker::start(&w, "0", at("2026-03-02T09:02:00Z"), clock);
        tracker.send(&mut hours);
        // (what the run has sent, of these written) of the run in progress, and what runs that are over have written.
        let (mut sent, mut written, mut over) = (0, 0, 0);
        let mut kept = hours.snapshot().unwrap();
        let (mut sum, mut runs, mut ends) = (0, 0, Vec::new());
        for step in steps {
            match step {
                Life::Count(n) => { tracker.entries(n); }
                Life::Pass(s, observed) => { tracker.go_to(tracker.totals.wall.plus(Duration::from_secs(s)), observed); }
                Life::Send => { tracker.send(&mut hours); sent = entries_so_far(&tracker); }
                Life::Publish(ahead) => {
                    let now = hours.newest_wall().unwrap();
                    let now = if live { now.plus(Duration::from_secs(ahead)) } else { now };
                    while let Some(window) = hours.next_finished(now, PUBLISH_AFTER) {
                        sum += entries(&window);
                        ends.push((window.start, window.end));
                    }
                    // As the worker does: what is published is not open on disk.
                    kept = hours.snapshot().unwrap();
                    written = sent;
                }
                Life::Checkpoint => { kept = hours.snapshot().unwrap(); written = sent; }
                Life::Die(pause) => {
                    hours = Hours::restore(w.clone(), kept.clone());
                    over += written;
                    runs += 1;
                    let started = tracker.totals.wall.plus(Duration::from_secs(pause));
                    tracker = Tracker::start(&w, &runs.to_string(), started, clock);
                    tracker.send(&mut hours);
                    (sent, written) = (0, 0);
                    kept = hours.snapshot().unwrap();
                }
                Life::Relink => {
                    // Readings that are silent over a boundary are the one exception: see `take_up`.
                    tracker.send(&mut hours);
                    sent = entries_so_far(&tracker);
                    if hours.start().is_some_and(|start| start <= tracker.totals.wall) && !live {
                        kept = hours.snapshot().unwrap();
                        written = sent;
                        hours = Hours::restore(w.clone(), kept.clone());
                        tracker.send(&mut hours);
                    }
                }
            }
        }
        tracker.send(&mut hours);
        let all = over + entries_so_far(&tracker);
        while let Some(window) = hours.next_finished(tracker.totals.wall, Duration::ZERO) {
            sum += entries(&window);
            ends.push((window.start, window.end));
        }
        if let Some(window) = hours.take_open() {
            sum += entries(&window);
        }
        prop_assert_eq!(sum, all);
        for pair in ends.windows(2) {
            prop_assert_eq!(pair[0].1, pair[1].0, "windows follow each other without gap or overlap");
        }
    }
}

fn entries_so_far(tracker: &Tracker) -> u64 {
    tracker.totals.now.lines.get("door").map_or(0, |l| l.entries)
}
