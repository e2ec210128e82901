// SPDX-License-Identifier: MPL-2.0
//! What leaves for each frame: every cause, and what is forgotten when.

// The whole file is a test; clippy takes only `#[test]` functions for one.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use footfall_contract::attestation::{Attestation, BadAttestation, PersonBox, Signal, Status, StreamId};
use footfall_contract::geometry::{PictureSize, Rect};
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use gst_plugin_pixelscrubber::cause::Cause;
use gst_plugin_pixelscrubber::verdict::{Between, FrameFacts, Judge, MAX_COVERED_BOXES, Rules, Verdict, WhenClosed};

const SIZE: PictureSize = PictureSize::new(640, 480);
const FORMAT: PixelFormat = PixelFormat::I420;
const PRINT: u64 = 99;

fn scene() -> Scene {
    Scene::parse(
        r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC",
            "excluded":[[[0,0],[0.1,0],[0.1,1],[0,1]]],"publish":{"max_width":640,"max_height":480}}"#,
    )
    .unwrap()
}

fn at(ms: u64) -> StreamTime {
    StreamTime(ms * 1_000_000)
}

/// A frame as it arrives: what the detector says of it, and what can be told of it.
struct Frame {
    attestation: Result<Option<Attestation>, BadAttestation>,
    facts: FrameFacts,
    print: Option<u64>,
}

/// Frame number `n`, looked at, nobody seen, every 100 ms.
fn frame(n: u64) -> Frame {
    let pts = at(1000 + 100 * n);
    let attestation = Attestation {
        stream: StreamId { name: "a/b".into(), run: "1".into() },
        frame: n,
        pts: Some(pts),
        wall: WallTime(0),
        clock: ClockKind::Stream,
        size: SIZE,
        format: FORMAT,
        fingerprint: PRINT,
        status: Status::Detected,
        signal: Signal::Good,
        age: Some(Duration::ZERO),
        model: String::new(),
        scene: scene().sha256().to_owned(),
        suggested_threshold: 0.5,
        min_score: 0.1,
        unscrubbed_allowed: false,
        boxes: Vec::new(),
    };
    let facts = FrameFacts { pts: Some(pts), corrupted: false, discont: false, transformed: false };
    Frame { attestation: Ok(Some(attestation)), facts, print: Some(PRINT) }
}

impl Frame {
    fn with(mut self, change: impl FnOnce(&mut Attestation)) -> Self {
        change(self.attestation.as_mut().unwrap().as_mut().unwrap());
        self
    }

    fn skipped(n: u64, age_ms: u64) -> Self {
        frame(n).with(|a| (a.status, a.age) = (Status::Skipped, Some(Duration::from_millis(age_ms))))
    }
}

fn person(left: f64, width: f64, score: f32) -> PersonBox {
    PersonBox::detected(Rect::new(left, 100.0, width, 100.0), score)
}

fn judge(rules: Rules) -> Judge<&'static str> {
    let mut judge = Judge::new(rules, SIZE, FORMAT);
    judge.scene(Some(scene()));
    judge
}

/// What leaves, as one word; a passed picture is kept, as the shell does.
fn word(judge: &mut Judge<&'static str>, f: &Frame) -> String {
    let told = match &f.attestation {
        Ok(a) => Ok(a.as_ref()),
        Err(bad) => Err(bad.clone()),
    };
    let word = match judge.judge(told, &f.facts, || f.print) {
        Verdict::Pass(_) => "pass".to_owned(),
        Verdict::Repeat => "repeat".to_owned(),
        Verdict::Blank(cause) => format!("blank {}", cause.nick()),
        Verdict::Drop(cause) => format!("drop {}", cause.nick()),
        Verdict::Refuse(why) => why,
    };
    if word == "pass" {
        judge.keep("picture", f.facts.pts);
    }
    word
}

/// The verdict on `f` after a good frame number 0.
fn after_a_good_one(rules: Rules, f: &Frame) -> String {
    let mut judge = judge(rules);
    let first = word(&mut judge, &frame(0));
    assert!(first == "pass" || rules.always_blank, "{first}");
    word(&mut judge, f)
}

#[test]
fn every_cause_is_found() {
    let blank = |cause: Cause| format!("blank {}", cause.nick());
    let giant = |b: PersonBox| PersonBox { rect: Rect::new(-10.0, -10.0, 660.0, 500.0), ..b };
    let bad_score = |score: f32| frame(1).with(move |a| a.boxes = vec![person(300.0, 40.0, score)]);
    for (f, expected) in [
        (frame(1), "pass".to_owned()),
        (Frame { attestation: Ok(None), ..frame(1) }, blank(Cause::NoAttestation)),
        (Frame { attestation: Err(BadAttestation::Version(9)), ..frame(1) }, blank(Cause::BadAttestation)),
        (Frame { attestation: Err(BadAttestation::Field("pts")), ..frame(1) }, blank(Cause::BadAttestation)),
        (frame(1).with(|a| a.suggested_threshold = f32::NAN), blank(Cause::BadAttestation)),
        (frame(1).with(|a| a.suggested_threshold = 7.0), blank(Cause::BadAttestation)),
        (frame(1).with(|a| a.min_score = 7.0), blank(Cause::BadAttestation)),
        (Frame { attestation: Err(BadAttestation::Boxes { bytes: 3 }), ..frame(1) }, blank(Cause::BadBoxes)),
        (bad_score(f32::NAN), blank(Cause::BadBoxes)),
        (frame(1).with(|a| a.boxes = vec![person(f64::NAN, 40.0, 0.9)]), blank(Cause::BadBoxes)),
        (frame(1).with(|a| a.boxes = vec![person(300.0, -40.0, 0.9)]), blank(Cause::BadBoxes)),
        (frame(1).with(|a| a.stream.name = "a/c".into()), blank(Cause::ForeignStream)),
        (frame(1).with(|a| a.stream.run = "2".into()), blank(Cause::ForeignStream)),
        (frame(1).with(|a| a.frame = 0), blank(Cause::FrameNotNew)),
        (frame(1).with(|a| a.pts = None), blank(Cause::PtsDiffers)),
        (frame(1).with(|a| a.pts = Some(at(1101))), blank(Cause::PtsDiffers)),
        (Frame { facts: FrameFacts { pts: None, ..frame(1).facts }, ..frame(1).with(|a| a.pts = None) }, blank(Cause::NoPts)),
        (
            Frame { facts: FrameFacts { pts: Some(at(999)), ..frame(1).facts }, ..frame(1).with(|a| a.pts = Some(at(999))) },
            blank(Cause::PtsBackwards),
        ),
        (frame(1).with(|a| a.size = PictureSize::new(640, 479)), blank(Cause::ShapeDiffers)),
        (frame(1).with(|a| a.format = PixelFormat::Yv12), blank(Cause::ShapeDiffers)),
        (Frame { print: Some(PRINT + 1), ..frame(1) }, blank(Cause::FingerprintDiffers)),
        (Frame { print: Some(PRINT + 1), ..Frame::skipped(1, 100) }, blank(Cause::FingerprintDiffers)),
        (Frame { facts: FrameFacts { transformed: true, ..frame(1).facts }, ..frame(1) }, blank(Cause::Transformed)),
        (Frame { facts: FrameFacts { corrupted: true, ..frame(1).facts }, ..frame(1) }, blank(Cause::Corrupted)),
        (frame(1).with(|a| a.scene = String::new()), blank(Cause::SceneDiffers)),
        (frame(1).with(|a| a.scene = "00".repeat(32)), blank(Cause::SceneDiffers)),
        (frame(1).with(|a| a.status = Status::Failed), blank(Cause::DetectorFailed)),
        (Frame::skipped(1, 1001), blank(Cause::SkippedTooLong)),
        (Frame::skipped(11, 100), blank(Cause::SkippedTooLong)),
        (frame(1).with(|a| (a.status, a.age) = (Status::Skipped, None)), blank(Cause::BeforeFirst)),
        (Frame { facts: FrameFacts { discont: true, ..frame(1).facts }, ..Frame::skipped(1, 100) }, blank(Cause::BeforeFirst)),
        (frame(1).with(|a| a.boxes = vec![person(300.0, 1.0, 0.9); MAX_COVERED_BOXES + 1]), blank(Cause::TooManyBoxes)),
        (frame(1).with(|a| a.boxes = vec![giant(person(0.0, 1.0, 0.9))]), blank(Cause::Overcovered)),
        (frame(1).with(|a| a.status = Status::Closed), blank(Cause::Closed)),
        (Frame { print: None, ..frame(1) }, "drop unmapped".to_owned()),
        (Frame::skipped(1, 100), "repeat".to_owned()),
        (Frame::skipped(10, 1000), "repeat".to_owned()),
    ] {
        assert_eq!(after_a_good_one(Rules::default(), &f), expected, "{:?} {:?}", f.attestation, f.facts);
    }
}

#[test]
fn properties_decide_between_detections_outside_hours_and_in_blank_mode() {
    let with = |change: fn(&mut Rules)| {
        let mut rules = Rules::default();
        change(&mut rules);
        rules
    };
    let closed = || frame(1).with(|a| a.status = Status::Closed);
    assert_eq!(after_a_good_one(with(|r| r.between = Between::Blank), &Frame::skipped(1, 100)), "blank between");
    assert_eq!(after_a_good_one(with(|r| r.closed = WhenClosed::Drop), &closed()), "drop closed");
    assert_eq!(after_a_good_one(with(|r| r.always_blank = true), &frame(1)), "blank mode");
    let failed = frame(1).with(|a| a.status = Status::Failed);
    assert_eq!(after_a_good_one(with(|r| r.always_blank = true), &failed), "blank detector-failed");
}

#[test]
fn outside_opening_hours_the_frame_is_not_looked_at() {
    let f = frame(0).with(|a| a.status = Status::Closed);
    let mut judge = judge(Rules::default());
    let verdict = judge.judge(Ok(f.attestation.as_ref().unwrap().as_ref()), &f.facts, || panic!("looked at"));
    assert_eq!(verdict, Verdict::Blank(Cause::Closed));
}

#[test]
fn without_a_scene_only_frames_without_a_scene_pass_and_a_damaged_scene_passes_nothing() {
    let bare = || frame(0).with(|a| a.scene = String::new());
    let mut never = Judge::new(Rules::default(), SIZE, FORMAT);
    assert_eq!(word(&mut never, &bare()), "pass");
    let mut never = Judge::new(Rules::default(), SIZE, FORMAT);
    assert_eq!(word(&mut never, &frame(0)), "blank scene-differs");
    for f in [bare(), frame(0)] {
        let mut damaged = judge(Rules::default());
        damaged.scene(None);
        assert_eq!(word(&mut damaged, &f), "blank scene-differs");
    }
}

#[test]
fn a_picture_that_the_scene_forbids_is_refused_with_the_remedy() {
    let mut judge = judge(Rules::default());
    judge.caps(PictureSize::new(1920, 1080), FORMAT);
    let why = word(&mut judge, &frame(0));
    assert!(why.contains("1920x1080") && why.contains("videoscale before persondetector"), "{why}");
}

#[test]
fn a_fault_and_every_break_of_the_stream_forget_the_picture() {
    type Break = fn(&mut Judge<&'static str>);
    let breaks: [(&str, Break); 6] = [
        ("flush", Judge::flush),
        ("segment", Judge::segment),
        ("stream start", Judge::stream_start),
        ("caps", |j| j.caps(SIZE, FORMAT)),
        ("scene", |j| j.scene(Some(scene()))),
        ("a fault", |j| {
            j.judge(Ok(None), &frame(1).facts, || None);
        }),
    ];
    for (name, act) in breaks {
        let mut judge = judge(Rules::default());
        assert_eq!(word(&mut judge, &frame(0)), "pass");
        act(&mut judge);
        assert_eq!(judge.last_picture(), None, "{name}");
        assert_eq!(word(&mut judge, &Frame::skipped(2, 200)), "blank before-first", "{name}");
    }
}

#[test]
fn after_a_segment_time_may_begin_anew_and_after_a_flush_numbers_too() {
    let early = || frame(5).with(|a| a.pts = Some(at(0)));
    let early = || Frame { facts: FrameFacts { pts: Some(at(0)), ..early().facts }, ..early() };
    let mut judge = judge(Rules::default());
    word(&mut judge, &frame(4));
    judge.segment();
    assert_eq!(word(&mut judge, &early()), "pass");
    judge.flush();
    assert_eq!(word(&mut judge, &frame(0)), "pass");
}

#[test]
fn a_new_stream_begins_only_with_its_event_and_an_old_one_never_comes_back() {
    let of_run = |n: u64, run: &'static str| frame(n).with(|a| a.stream.run = run.into());
    let mut judge = judge(Rules::default());
    assert_eq!(word(&mut judge, &of_run(3, "1")), "pass");
    assert_eq!(word(&mut judge, &of_run(4, "2")), "blank foreign-stream");
    judge.stream_start();
    assert_eq!(word(&mut judge, &of_run(5, "2")), "pass");
    judge.stream_start();
    assert_eq!(word(&mut judge, &of_run(6, "1")), "blank foreign-stream");
    assert_eq!(word(&mut judge, &of_run(6, "2")), "pass");
}

/// The covered rectangles' left edges, of a frame that passes.
fn covered(judge: &mut Judge<&'static str>, f: &Frame) -> Vec<u32> {
    match judge.judge(Ok(f.attestation.as_ref().unwrap().as_ref()), &f.facts, || f.print) {
        Verdict::Pass(mask) => mask.rects.iter().map(|r| r.left).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn masking_begins_at_the_factor_of_the_suggested_threshold_and_never_below_min_score() {
    let boxes = [person(100.0, 40.0, 0.11), person(200.0, 40.0, 0.21), person(300.0, 40.0, 0.6)];
    let predicted = PersonBox { predicted: true, ..person(500.0, 40.0, 0.0) };
    for (factor, min_score, expected) in [
        (0.4, 0.1, vec![176, 272, 480]),
        (0.0, 0.1, vec![80, 176, 272, 480]),
        (0.0, 0.3, vec![272, 480]),
        (1.0, 0.1, vec![272, 480]),
    ] {
        let f = frame(0).with(|a| {
            a.boxes = boxes.iter().copied().chain([predicted]).collect();
            a.min_score = min_score;
        });
        let rules = Rules { mask_threshold: factor, ..Rules::default() };
        assert_eq!(covered(&mut judge(rules), &f), expected, "{factor} {min_score}");
    }
}

#[test]
fn excluded_areas_are_covered_and_do_not_count_as_people() {
    let mut judge = judge(Rules::default());
    let f = frame(0);
    match judge.judge(Ok(f.attestation.as_ref().unwrap().as_ref()), &f.facts, || f.print) {
        Verdict::Pass(mask) => {
            assert!(mask.rects.is_empty());
            assert!(mask.cover.covers(0, 479) && mask.cover.covers(63, 0) && !mask.cover.covers(64, 0));
        }
        other => panic!("{other:?}"),
    }
    let half =
        frame(1).with(|a| a.boxes = vec![PersonBox { rect: Rect::new(64.0, 50.0, 400.0, 430.0), ..person(0.0, 1.0, 0.9) }]);
    assert_eq!(word(&mut judge, &half), "pass", "somebody close to the camera is covered, not blanked");
}

#[test]
fn a_lost_person_stays_covered_over_a_discontinuity_but_not_over_a_flush() {
    let seen = || frame(0).with(|a| a.boxes = vec![person(300.0, 40.0, 0.9)]);
    let lost = |discont| Frame { facts: FrameFacts { discont, ..frame(1).facts }, ..frame(1) };
    let mut j = judge(Rules::default());
    covered(&mut j, &seen());
    assert_eq!(covered(&mut j, &lost(true)).len(), 1);
    let mut j = judge(Rules::default());
    covered(&mut j, &seen());
    j.flush();
    assert_eq!(covered(&mut j, &lost(false)).len(), 0);
}
