// SPDX-License-Identifier: MPL-2.0
use footfall_contract::attestation::{PersonBox, Signal, Status, StreamId};
use footfall_contract::geometry::Rect;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::time::WallTime;

use super::*;

const SIZE: PictureSize = PictureSize::new(1000, 1000);
const TEXT: &str = r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.2,0.5],[0.8,0.5]],"inside":[0.5,0.2]}]}"#;

type Read = Result<Option<Attestation>, BadAttestation>;

fn attested(t: f64, y: Option<f64>) -> Attestation {
    let stream = StreamTime::from_secs_f64(t);
    Attestation {
        stream: StreamId { name: "a/b".into(), run: "r".into() },
        frame: 0,
        pts: Some(stream),
        wall: WallTime(1_772_442_600_000_000_000 + stream.0 as i64),
        clock: ClockKind::Live,
        size: SIZE,
        format: PixelFormat::I420,
        fingerprint: 0,
        status: Status::Detected,
        signal: Signal::Good,
        age: None,
        model: String::new(),
        scene: Scene::parse(TEXT).unwrap().sha256().into(),
        suggested_threshold: 0.4,
        min_score: 0.1,
        unscrubbed_allowed: false,
        boxes: y.map(|y| PersonBox::detected(Rect::new(480.0, y - 100.0, 40.0, 100.0), 0.5)).into_iter().collect(),
    }
}

fn session() -> Session {
    let mut session = Session::new("run".into());
    session.scene(Scene::parse(TEXT));
    session
}

fn push(session: &mut Session, t: f64, mut read: Read, factor: f32) -> Result<Reply, Fault> {
    session.frame(&mut read, Some(StreamTime::from_secs_f64(t)), SIZE, factor)
}

/// Ten frames a second with somebody walking up from y 700, a second 100 pixels; the times of totals sent.
fn sent(session: &mut Session, seconds: u32, factor: f32) -> Vec<f64> {
    let mut times = Vec::new();
    for k in 0..seconds * 10 {
        let t = f64::from(k) / 10.0;
        let y = (700.0 - 100.0 * t > 300.0).then_some(700.0 - 100.0 * t);
        if push(session, t, Ok(Some(attested(t, y))), factor).unwrap().totals.is_some() {
            times.push(t);
        }
    }
    times
}

#[test]
fn without_a_scene_the_fault_names_the_remedy() {
    let mut session = Session::new("run".into());
    let fault = push(&mut session, 0.0, Ok(Some(attested(0.0, None))), 1.0).unwrap_err();
    assert!(fault.to_string().contains("persondetector scene-location="), "{fault}");
    session.scene(Scene::parse("{}"));
    assert!(matches!(push(&mut session, 0.0, Ok(None), 1.0), Err(Fault::BadScene(_))));
}

#[test]
fn a_second_scene_in_a_run_is_a_fault_and_the_same_again_is_none() {
    let mut session = session();
    push(&mut session, 0.0, Ok(Some(attested(0.0, None))), 1.0).unwrap();
    session.scene(Scene::parse(TEXT));
    push(&mut session, 0.1, Ok(Some(attested(0.1, None))), 1.0).unwrap();
    session.scene(Scene::parse(&TEXT.replace("\"b\"", "\"c\"")));
    assert_eq!(push(&mut session, 0.2, Ok(Some(attested(0.2, None))), 1.0), Err(Fault::OtherScene));
}

#[test]
fn totals_go_out_at_first_at_each_crossing_and_now_and_then() {
    let times = sent(&mut session(), 30, 1.0);
    assert_eq!(times[0], 0.0);
    assert!(times[1] > 2.0 && times[1] < 2.6, "the crossing at 2.0 s, settled: {times:?}");
    assert!(times[2..].windows(2).all(|w| (w[1] - w[0] - 10.0).abs() < 0.2), "{times:?}");
}

#[test]
fn a_boundary_is_sent_at_once() {
    let mut session = session();
    let noon = WallTime::parse("2026-03-02T12:00:00Z").unwrap().0;
    let mut told = Vec::new();
    for k in 0..20 {
        let t = f64::from(k) / 10.0;
        let wall = WallTime(noon - 1_000_000_000 + i64::from(k) * 100_000_000);
        let reply = push(&mut session, t, Ok(Some(Attestation { wall, ..attested(t, None) })), 1.0).unwrap();
        told.extend(reply.totals.map(|totals| (k, totals.boundaries.len())));
    }
    assert_eq!(told, [(0, 0), (10, 1)]);
}

#[test]
fn the_factor_decides_who_begins_a_track() {
    for (factor, entries) in [(1.0, 1), (1.3, 0), (0.0, 1)] {
        let mut session = session();
        sent(&mut session, 5, factor);
        assert_eq!(session.finish().unwrap().now.lines["door"].entries, entries, "{factor}");
    }
}

#[test]
fn frames_that_are_not_believed_are_warned_of_once() {
    let mut session = session();
    let bad_size = Attestation { size: PictureSize::new(500, 500), ..attested(0.0, None) };
    let other_scene = Attestation { scene: "00".into(), ..attested(0.0, None) };
    for (read, words) in [
        (Ok(None), "directly behind persondetector"),
        (Err(BadAttestation::Version(7)), "version 7"),
        (Ok(Some(bad_size)), "put videoscale"),
        (Ok(Some(other_scene)), "another scene"),
    ] {
        let mut fresh = self::session();
        let reply = push(&mut fresh, 0.0, read.clone(), 1.0).unwrap();
        let sentence = reply.warning.unwrap().to_string();
        assert!(sentence.contains(words), "{sentence}");
        assert!(!reply.changed && reply.totals.is_none());
        push(&mut session, 0.0, read, 1.0).unwrap();
    }
    assert_eq!(push(&mut session, 0.1, Ok(None), 1.0).unwrap().warning, None);
    let health = session.health();
    assert_eq!((health.frames, health.attested), (5, 0));
    assert_eq!(session.finish(), None, "nothing was attested, so there are no totals");
}

#[test]
fn a_repeated_time_changes_nothing() {
    let mut session = session();
    push(&mut session, 0.5, Ok(Some(attested(0.5, None))), 1.0).unwrap();
    assert_eq!(push(&mut session, 0.5, Ok(Some(attested(0.5, None))), 1.0).unwrap(), Reply::default());
    assert_eq!(session.health().repeated, 1);
}

#[test]
fn weak_stays_weak() {
    let mut session = session();
    push(&mut session, 0.0, Ok(Some(Attestation { unscrubbed_allowed: true, ..attested(0.0, None) })), 1.0).unwrap();
    push(&mut session, 0.1, Ok(Some(attested(0.1, None))), 1.0).unwrap();
    let totals = session.finish().unwrap();
    assert!(totals.weak);
    assert_eq!((totals.clock, totals.stream.as_str(), totals.run.as_str()), (ClockKind::Live, "a/b", "run"));
}

#[test]
fn after_a_flush_times_may_start_anew() {
    let mut session = session();
    sent(&mut session, 5, 1.0);
    session.reset();
    let again = sent(&mut session, 5, 1.0);
    assert_eq!(again[0], 0.0);
    assert_eq!(session.finish().unwrap().now.lines["door"].entries, 2);
}

#[test]
fn a_picture_without_a_signal_shows_nobody_and_is_not_seen() {
    for signal in [Signal::Flat, Signal::Frozen] {
        let mut session = session();
        // Somebody stands there for ten seconds; from the third on the picture is none.
        for k in 0..=100 {
            let t = f64::from(k) / 10.0;
            let signal = if k < 30 { Signal::Good } else { signal };
            push(&mut session, t, Ok(Some(Attestation { signal, ..attested(t, Some(700.0)) })), 1.0).unwrap();
        }
        let totals = session.finish().unwrap();
        assert_eq!((totals.now.observed_ns, totals.now.closed_ns), (3_000_000_000, 0), "{signal:?}");
    }
}
