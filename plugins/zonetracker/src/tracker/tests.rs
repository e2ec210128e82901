// SPDX-License-Identifier: MPL-2.0
use footfall_contract::time::{StreamTime, WallTime};
use proptest::prelude::*;

use super::*;

fn at(s: f64) -> Moment {
    let stream = StreamTime::from_secs_f64(s);
    Moment { stream, wall: WallTime(stream.0 as i64) }
}

fn person(x: f64, score: f32) -> Detection {
    Detection { rect: Rect::new(x, 100.0, 40.0, 100.0), score }
}

fn persons(tracker: &Tracker) -> usize {
    tracker.tracks().iter().filter(|t| t.state().is_person()).count()
}

/// The times of the sightings that were told, seconds.
fn seen_at(told: &[Change]) -> Vec<f64> {
    told.iter()
        .filter_map(|c| match c {
            Change::Seen(_, s) => Some(s.at.stream.as_secs_f64()),
            Change::Faded(_) | Change::Ended(_) => None,
        })
        .collect()
}

#[test]
fn two_hits_in_time_make_a_person_and_both_sightings_are_told() {
    let mut tracker = Tracker::new(TrackerParams::default());
    assert!(tracker.step(at(0.0), &[person(0.0, 0.9)], 0.5).is_empty());
    tracker.step(at(0.2), &[], 0.5);
    let told = tracker.step(at(0.4), &[person(20.0, 0.9)], 0.5).to_vec();
    assert_eq!(seen_at(&told), [0.0, 0.4]);
}

#[test]
fn who_was_seen_weakly_just_before_begins_there() {
    let told = |weak_x: f64, weak_s: f64| {
        let mut tracker = Tracker::new(TrackerParams::default());
        tracker.step(at(weak_s), &[person(weak_x, 0.3)], 0.5);
        tracker.step(at(1.0), &[person(20.0, 0.9)], 0.5);
        seen_at(tracker.step(at(1.1), &[person(25.0, 0.9)], 0.5))
    };
    assert_eq!(told(10.0, 0.9), [0.9, 1.0, 1.1]);
    assert_eq!(told(10.0, 0.2), [1.0, 1.1], "too long ago");
    assert_eq!(told(300.0, 0.9), [1.0, 1.1], "too far away");
}

#[test]
fn one_hit_is_nobody() {
    let mut tracker = Tracker::new(TrackerParams::default());
    tracker.step(at(0.0), &[person(0.0, 0.9)], 0.5);
    assert!(tracker.step(at(1.0), &[], 0.5).is_empty());
    assert!(tracker.tracks().is_empty());
}

#[test]
fn weak_detections_begin_nothing_but_continue_somebody() {
    let mut tracker = Tracker::new(TrackerParams::default());
    for k in 0..10 {
        tracker.step(at(f64::from(k) / 10.0), &[person(0.0, 0.3)], 0.5);
    }
    assert!(tracker.tracks().is_empty());
    tracker.step(at(1.0), &[person(0.0, 0.9)], 0.5);
    tracker.step(at(1.1), &[person(0.0, 0.9)], 0.5);
    for k in 0..50 {
        tracker.step(at(1.2 + f64::from(k) / 10.0), &[person(0.0, 0.3)], 0.5);
    }
    assert_eq!(persons(&tracker), 1);
}

#[test]
fn a_second_box_of_the_same_person_is_no_newcomer() {
    let mut tracker = Tracker::new(TrackerParams::default());
    for k in 0..10 {
        tracker.step(at(f64::from(k) / 10.0), &[person(0.0, 0.9), person(3.0, 0.8)], 0.5);
    }
    assert_eq!(tracker.tracks().len(), 1);
}

#[test]
fn a_walker_hidden_for_a_second_is_the_same_person_at_every_rate() {
    for rate in [5.0, 10.0, 15.0, 30.0] {
        let mut tracker = Tracker::new(TrackerParams::default());
        for k in 0..=((5.0 * rate) as usize) {
            let t = k as f64 / rate;
            let seen = if (2.0..3.0).contains(&t) { vec![] } else { vec![person(80.0 * t, 0.9)] };
            tracker.step(at(t), &seen, 0.5);
        }
        let ids: Vec<_> = tracker.tracks().iter().map(|t| t.id()).collect();
        assert_eq!(ids, [TrackId(1)], "{rate} a second");
    }
}

#[test]
fn a_person_fades_and_then_ends() {
    let mut tracker = Tracker::new(TrackerParams::default());
    tracker.step(at(0.0), &[person(0.0, 0.9)], 0.5);
    tracker.step(at(0.1), &[person(0.0, 0.9)], 0.5);
    assert!(tracker.skip(at(0.5)).is_empty());
    assert_eq!(tracker.skip(at(0.7)), [Change::Faded(TrackId(1))]);
    assert!(tracker.skip(at(2.0)).is_empty());
    assert_eq!(tracker.skip(at(2.2)), [Change::Ended(TrackId(1))]);
}

#[test]
fn a_camera_that_moves_takes_the_unseen_along() {
    let mut tracker = Tracker::new(TrackerParams::default());
    let crowd = |shift: f64, all: usize| (0..all).map(|k| person(k as f64 * 150.0 + shift, 0.9)).collect::<Vec<_>>();
    for k in 0..5 {
        tracker.step(at(f64::from(k) / 10.0), &crowd(0.0, 5), 0.5);
    }
    for k in 1..=4 {
        tracker.step(at(0.4 + f64::from(k) / 10.0), &crowd(15.0 * f64::from(k), 4), 0.5);
    }
    let hidden = tracker.tracks().iter().find(|t| t.detection().is_none()).unwrap();
    let left = hidden.expected(at(0.8), tracker.params()).rect().left;
    assert!(left > 600.0 + 30.0, "{left}");
    tracker.step(at(0.9), &crowd(60.0, 5), 0.5);
    assert!(tracker.tracks().len() == 5 && tracker.tracks().iter().all(|t| t.detection().is_some()));
}

#[test]
fn a_walker_alone_is_not_the_camera() {
    let mut tracker = Tracker::new(TrackerParams::default());
    let mut seen: Vec<_> = (0..4).map(|k| person(f64::from(k) * 200.0, 0.9)).collect();
    for k in 0..20 {
        seen[0].rect.left = 8.0 * f64::from(k);
        tracker.step(at(f64::from(k) / 10.0), &seen, 0.5);
    }
    for track in tracker.tracks().iter().filter(|t| t.last().rect.left >= 200.0) {
        assert_eq!(track.speed_px_s(), (0.0, 0.0), "who stands is not carried along");
    }
}

#[test]
fn the_longer_nobody_saw_a_person_the_less_is_a_detection_theirs() {
    let after = |unseen_s: f64, likeness_fades_s: f64| {
        // Without those who would bridge it.
        let heirs = HeirParams { near: 0.0, walk_per_s: 0.0, ..HeirParams::default() };
        let hidden = HiddenParams { near: 0.0, ..HiddenParams::default() };
        let mut tracker = Tracker::new(TrackerParams { likeness_fades_s, heirs, hidden, ..TrackerParams::default() });
        for t in [0.0, 0.1, 0.1 + unseen_s, 0.2 + unseen_s] {
            tracker.step(at(t), &[person(0.0, 0.9)], 0.5);
        }
        persons(&tracker)
    };
    assert_eq!(after(1.5, 2.0), 1, "at the same place it is them");
    assert_eq!(after(1.5, 0.2), 2, "to a short memory it is somebody else");
    assert_eq!(after(0.2, 0.2), 1);
}

#[test]
fn memory_is_bounded() {
    let mut tracker = Tracker::new(TrackerParams::default());
    let crowd: Vec<_> = (0..1536).map(|k| person(f64::from(k) * 100.0, 0.9)).collect();
    tracker.step(at(0.0), &crowd, 0.5);
    assert_eq!(tracker.tracks().len(), MOST_TRACKS);
    assert_eq!(tracker.refused(), 512);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_boxes_at_any_times_do_no_harm(
        frames in proptest::collection::vec(
            (0.001f64..5.0, proptest::collection::vec((-2e3f64..2e3, -2e3f64..2e3, 0f64..2e3, 0f64..2e3, 0f32..1.0), 0..20)),
            1..20,
        )
    ) {
        let mut tracker = Tracker::new(TrackerParams::default());
        let mut t = 0.0;
        for (dt, boxes) in frames {
            t += dt;
            let detections: Vec<_> =
                boxes.iter().map(|&(x, y, w, h, score)| Detection { rect: Rect::new(x, y, w, h), score }).collect();
            tracker.step(at(t), &detections, 0.4);
            let mut taken: Vec<_> = tracker.tracks().iter().filter_map(Track::detection).collect();
            let n = taken.len();
            taken.sort_unstable();
            taken.dedup();
            prop_assert_eq!(taken.len(), n, "a detection belongs to one track");
            for track in tracker.tracks() {
                prop_assert!(track.expected(at(t + 1.0), tracker.params()).rect().is_sane());
            }
        }
    }
}
