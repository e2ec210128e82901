// SPDX-License-Identifier: MPL-2.0
use footfall_contract::geometry::Rect;

use super::*;

const SIZE: PictureSize = PictureSize::new(1000, 1000);
const S: u64 = 1_000_000_000;

fn engine() -> Engine {
    let scene = Scene::parse(
        r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
            "lines":[{"name":"door","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.2]}],
            "zones":[{"name":"zone","polygon":[[0,0.55],[1,0.55],[1,1],[0,1]]}]}"#,
    )
    .unwrap();
    Engine::new(scene, TrackerParams::default())
}

fn frame(t: f64, status: Status) -> Frame {
    let stream = StreamTime::from_secs_f64(t);
    let wall = WallTime(1_772_442_600 * S as i64 + stream.0 as i64);
    Frame { stream: Some(stream), wall, size: SIZE, status, confident: 0.4, min_score: 0.1 }
}

fn person(y: f64) -> PersonBox {
    PersonBox::detected(Rect::new(480.0, y - 100.0, 40.0, 100.0), 0.9)
}

/// A person who walks up from y 700 at 100 pixels a second, from..to, ten frames a second.
fn walk(engine: &mut Engine, from: u32, to: u32) {
    for k in from..to {
        let t = f64::from(k) / 10.0;
        engine.push(&frame(t, Status::Detected), &mut vec![person(700.0 - 100.0 * t)]);
    }
}

fn totals(engine: &Engine) -> Totals {
    engine.totals("run", ClockKind::Stream, false).unwrap()
}

fn door(engine: &Engine) -> (u64, u64) {
    let line = totals(engine).now.lines["door"];
    (line.entries, line.exits)
}

#[test]
fn skipped_frames_get_predicted_boxes_that_move_on() {
    let mut engine = engine();
    walk(&mut engine, 0, 10);
    let mut boxes = Vec::new();
    engine.push(&frame(1.0, Status::Skipped), &mut boxes);
    assert_eq!(boxes.len(), 1);
    assert!(boxes[0].predicted && boxes[0].score == 0.9);
    assert!((boxes[0].rect.bottom() - 600.0).abs() < 5.0, "{:?}", boxes[0]);
    assert!((boxes[0].speed_px_s.1 + 100.0).abs() < 20.0, "{:?}", boxes[0]);
    let mut boxes = Vec::new();
    engine.push(&frame(1.6, Status::Skipped), &mut boxes);
    assert!(boxes.is_empty(), "after half a second nothing is predicted");
}

#[test]
fn detected_boxes_get_a_speed_and_are_not_repeated() {
    let mut engine = engine();
    walk(&mut engine, 0, 10);
    let mut boxes = vec![person(600.0)];
    engine.push(&frame(1.0, Status::Detected), &mut boxes);
    assert_eq!(boxes.len(), 1);
    assert!(!boxes[0].predicted && (boxes[0].speed_px_s.1 + 100.0).abs() < 20.0, "{boxes:?}");
}

#[test]
fn closing_ends_every_track_and_visit_at_once() {
    let mut engine = engine();
    walk(&mut engine, 0, 10);
    let mut boxes = Vec::new();
    engine.push(&frame(1.0, Status::Closed), &mut boxes);
    let zone = totals(&engine).now.zones["zone"].clone();
    assert_eq!((zone.visits, zone.ended, zone.dwell.finished), (1, 1, 0), "where the visitor went is unknown");
    for k in 11..30 {
        engine.push(&frame(f64::from(k) / 10.0, Status::Closed), &mut boxes);
    }
    engine.push(&frame(3.0, Status::Detected), &mut vec![person(400.0)]);
    engine.push(&frame(3.1, Status::Detected), &mut vec![person(390.0)]);
    engine.finish();
    let now = totals(&engine).now;
    assert_eq!((now.observed_ns, now.closed_ns, now.blind_ns), (S + S / 10, 2 * S, 0));
    assert_eq!(door(&engine), (0, 0));
    assert!(boxes.is_empty());
}

#[test]
fn failed_frames_and_gaps_are_blind() {
    let mut engine = engine();
    for k in 0..=30 {
        let status = if (10..20).contains(&k) { Status::Failed } else { Status::Detected };
        engine.push(&frame(f64::from(k) / 10.0, status), &mut Vec::new());
    }
    engine.push(&frame(8.0, Status::Detected), &mut Vec::new());
    engine.push(&frame(8.1, Status::Detected), &mut Vec::new());
    let now = totals(&engine).now;
    assert_eq!((now.observed_ns, now.blind_ns), (2 * S + S / 10, 6 * S));
}

#[test]
fn skipping_for_long_is_blind() {
    let mut engine = engine();
    engine.push(&frame(0.0, Status::Detected), &mut Vec::new());
    for k in 1..=40 {
        engine.push(&frame(f64::from(k) / 10.0, Status::Skipped), &mut Vec::new());
    }
    let now = totals(&engine).now;
    assert_eq!((now.observed_ns, now.blind_ns), (S + S / 2, 2 * S + S / 2));
}

#[test]
fn a_frame_without_attestation_makes_the_time_until_the_next_blind() {
    let mut engine = engine();
    engine.push(&frame(0.0, Status::Detected), &mut Vec::new());
    engine.miss();
    engine.push(&frame(1.0, Status::Detected), &mut Vec::new());
    engine.push(&frame(1.5, Status::Detected), &mut Vec::new());
    let now = totals(&engine).now;
    assert_eq!((now.observed_ns, now.blind_ns), (S / 2, S));
}

#[test]
fn a_reset_drops_tracks_and_keeps_totals() {
    let mut engine = engine();
    walk(&mut engine, 0, 25);
    assert_eq!(door(&engine), (1, 0));
    engine.reset();
    engine.push(&frame(0.0, Status::Detected), &mut vec![person(600.0)]);
    engine.push(&frame(0.1, Status::Detected), &mut vec![person(590.0)]);
    assert_eq!(door(&engine), (1, 0));
    assert_eq!(engine.resets(), 1);
}

#[test]
fn another_size_of_picture_drops_tracks() {
    let mut engine = engine();
    walk(&mut engine, 0, 18);
    let smaller = Frame { size: PictureSize::new(500, 500), ..frame(1.8, Status::Detected) };
    let half = PersonBox::detected(Rect::new(240.0, 180.0, 20.0, 50.0), 0.9);
    engine.push(&smaller, &mut vec![half]);
    engine.push(&Frame { size: smaller.size, ..frame(1.9, Status::Detected) }, &mut vec![half]);
    engine.finish();
    assert_eq!((door(&engine), engine.resets()), ((0, 0), 1));
}

#[test]
fn a_crossing_pending_at_the_end_counts_once() {
    let mut engine = engine();
    for (k, y) in [540.0, 530.0, 520.0, 490.0].into_iter().enumerate() {
        engine.push(&frame(k as f64 / 10.0, Status::Detected), &mut vec![person(y)]);
    }
    assert_eq!(door(&engine), (0, 0));
    engine.finish();
    engine.finish();
    engine.reset();
    assert_eq!(door(&engine), (1, 0));
}

#[test]
fn a_crossing_is_told_soon_although_nobody_is_seen_any_more() {
    let mut engine = engine();
    for (k, y) in [540.0, 530.0, 520.0, 490.0].into_iter().enumerate() {
        engine.push(&frame(k as f64 / 10.0, Status::Detected), &mut vec![person(y)]);
    }
    for k in 4..9 {
        engine.push(&frame(f64::from(k) / 10.0, Status::Detected), &mut Vec::new());
    }
    assert_eq!(door(&engine), (1, 0), "within half a second, not when the track is forgotten");
}

#[test]
fn frames_without_a_time_follow_wall_time() {
    let mut engine = engine();
    for k in 0..25 {
        let t = f64::from(k) / 10.0;
        let untimed = Frame { stream: None, ..frame(t, Status::Detected) };
        engine.push(&untimed, &mut vec![person(700.0 - 100.0 * t)]);
    }
    assert_eq!(door(&engine), (1, 0));
}

#[test]
fn damaged_boxes_do_no_harm() {
    let mut engine = engine();
    for k in 0..20 {
        let bad = PersonBox { rect: Rect::new(f64::NAN, 0.0, -3.0, f64::INFINITY), ..person(0.0) };
        engine.push(&frame(f64::from(k) / 10.0, Status::Detected), &mut vec![bad, person(600.0)]);
    }
    assert_eq!(totals(&engine).now.zones["zone"].visits, 1);
}
