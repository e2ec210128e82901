// SPDX-License-Identifier: MPL-2.0
//! The built pixelscrubber and what comes between frames: discontinuities (F19), flushes and segments (F21), switches that
//! somebody turns while it plays (F29, F30), events and tags (F32), and caps that it refuses (F14, F15).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;

use footfall_contract::attestation::Status;
use footfall_contract::geometry::{Px, Rect};
use footfall_contract::pixels::PixelFormat;
use footfall_tests::run::{self, launch};
use footfall_tests::{picture, place};
use gst::prelude::*;
use gst_base::prelude::*;

use super::scrubbing::{SIZE, bytes, frames, is_blank, pts};

const FORMAT: PixelFormat = PixelFormat::I420;
const LINE: &str = "appsrc name=src ! pixelscrubber name=s ! fakesink sync=false";

/// Calls `act` before the given frame leaves a pad.
fn before_frame(pad: &gst::Pad, frame: u64, act: impl Fn(&gst::Pad) + Send + Sync + 'static) {
    let passed = AtomicU64::new(0);
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, _| {
        if passed.fetch_add(1, Ordering::Relaxed) == frame {
            act(pad);
        }
        gst::PadProbeReturn::Ok
    });
}

/// What is done to frame 5 of ten, of which only the first and the ninth were looked at.
#[derive(Clone, Copy, Debug)]
enum Break {
    None,
    Discont,
    Flush,
    Segment,
    /// The frames from there on come two seconds later.
    Gap,
}

fn blanks_after(broken: Break) -> (Vec<usize>, gst::Structure) {
    let mut buffers = frames(FORMAT, None, 10, |i| (if i % 8 == 0 { Status::Detected } else { Status::Skipped }, Vec::new()));
    match broken {
        Break::Discont => buffers[5].make_mut().set_flags(gst::BufferFlags::DISCONT),
        Break::Gap => {
            for (i, buffer) in (0..).zip(&mut buffers).skip(5) {
                let mut attestation = footfall_contract::wire::attestation::read(buffer).unwrap().unwrap();
                let buffer = buffer.make_mut();
                buffer.set_pts(pts(i) + gst::ClockTime::from_seconds(2));
                attestation.pts = buffer.pts().map(|t| footfall_contract::time::StreamTime(t.nseconds()));
                footfall_contract::wire::attestation::attach(buffer, &attestation).unwrap();
            }
        }
        Break::None | Break::Flush | Break::Segment => {}
    }
    let pipeline = launch(LINE);
    let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    if let Break::Segment = broken {
        before_frame(&run::pad(&pipeline, "src", "src"), 5, |pad| {
            let segment = gst::FormattedSegment::<gst::ClockTime>::new();
            pad.push_event(gst::event::Segment::new(&segment));
        });
    }
    let src = run::source(&pipeline, "src", &picture::caps(FORMAT, SIZE, 10), None);
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut shown = run::pass(&src, &buffers[..5], &out);
    if let Break::Flush = broken {
        assert!(src.send_event(gst::event::FlushStart::new()) && src.send_event(gst::event::FlushStop::new(false)));
    }
    shown.extend(run::pass(&src, &buffers[5..], &out));
    src.end_of_stream().unwrap();
    run::wait(&pipeline, false).end_is_eos();
    let causes = run::stats(&pipeline, "s").get::<gst::Structure>("causes").unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    ((0..10).filter(|i| is_blank(FORMAT, &shown[*i])).collect(), causes)
}

#[test]
fn after_a_break_nothing_old_is_shown_until_a_frame_is_looked_at() {
    place::init();
    for (broken, cause) in [
        (Break::None, None),
        (Break::Discont, Some("before-first")),
        (Break::Flush, Some("before-first")),
        (Break::Segment, Some("before-first")),
        (Break::Gap, Some("skipped-too-long")),
    ] {
        let (blank, causes) = blanks_after(broken);
        let expected: &[usize] = if cause.is_some() { &[5, 6, 7] } else { &[] };
        assert_eq!(blank, expected, "{broken:?}: {causes}");
        let counted: u64 = causes.iter().map(|(_, n)| n.get::<u64>().unwrap()).sum();
        // The first blank picture forgets the old one, so that the next frames have none to repeat.
        let first = cause.map_or(0, |cause| causes.get::<u64>(cause).unwrap());
        assert_eq!((counted, first > 0), (expected.len() as u64, cause.is_some()), "{broken:?}: {causes}");
    }
}

/// Somebody is seen on three frames of twelve and then missed; `switch` is turned before the fourth.
fn pictures(properties: &str, switch: impl Fn(&gst_base::BaseTransform) + Send + Sync + 'static) -> Vec<Vec<u8>> {
    let person = Rect::<Px>::new(60.0, 70.0, 40.0, 100.0);
    let buffers = frames(FORMAT, None, 12, |i| (Status::Detected, if i < 3 { vec![person] } else { Vec::new() }));
    let pipeline = launch(&LINE.replace("pixelscrubber", &format!("pixelscrubber {properties}")));
    let scrubber = pipeline.by_name("s").unwrap().downcast::<gst_base::BaseTransform>().unwrap();
    let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    let src = run::source(&pipeline, "src", &picture::caps(FORMAT, SIZE, 10), None);
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut shown = run::pass(&src, &buffers[..3], &out);
    switch(&scrubber);
    shown.extend(run::pass(&src, &buffers[3..], &out));
    src.end_of_stream().unwrap();
    run::wait(&pipeline, false).end_is_eos();
    pipeline.set_state(gst::State::Null).unwrap();
    shown.iter().map(bytes).collect()
}

#[test]
fn switches_turned_while_it_plays_change_no_byte() {
    place::init();
    let held = pictures("", |_| ());
    let open = pictures("max-hold=0", |_| ());
    assert!(held != open, "max-hold, set before the start, does change the pictures");
    let blank = pictures("mode=blank", |_| ());
    assert!(blank.iter().all(|picture| *picture == blank[0]));
    let turned = pictures("", |scrubber| {
        scrubber.set_property("max-hold", 0u64);
        scrubber.set_property("mask-threshold", 1.0f64);
        assert_eq!(scrubber.property::<u64>("max-hold"), 500_000_000);
    });
    assert!(turned == held, "properties");
    assert!(pictures("mode=blank", |s| s.set_property_from_str("mode", "fill")) == blank, "mode");
    assert!(pictures("", |s| s.set_passthrough(true)) == held, "passthrough");
    assert!(pictures("", |s| s.set_in_place(true)) == held, "in place");
    assert!(pictures("mode=blank", |s| s.set_passthrough(true)) == blank, "passthrough while blank");
}

#[test]
fn events_and_tags_go_on_by_an_allow_list() {
    place::init();
    let pipeline = launch(LINE);
    before_frame(&run::pad(&pipeline, "src", "src"), 2, |pad| {
        let mut tags = gst::TagList::new();
        let list = tags.make_mut();
        list.add::<gst::tags::VideoCodec>(&"H.264", gst::TagMergeMode::Append);
        list.add::<gst::tags::Title>(&"a name", gst::TagMergeMode::Append);
        list.add::<gst::tags::GeoLocationName>(&"a place", gst::TagMergeMode::Append);
        let still = gst::Sample::builder().buffer(&gst::Buffer::from_slice(vec![7u8; 64])).build();
        list.add::<gst::tags::Image>(&still, gst::TagMergeMode::Append);
        assert!(pad.push_event(gst::event::Tag::new(tags)));
        let note = || gst::Structure::builder("somebodys-note").field("text", "who passed").build();
        assert!(pad.push_event(gst::event::CustomDownstream::new(note())));
        assert!(pad.push_event(gst::event::CustomDownstreamSticky::new(note())));
        assert!(pad.push_event(gst::event::CustomDownstreamOob::new(note())));
    });
    let (send, events) = channel();
    run::pad(&pipeline, "s", "src").add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
        if let Some(event) = probe.event() {
            let _ = send.send(event.clone());
        }
        gst::PadProbeReturn::Ok
    });
    pipeline.set_state(gst::State::Paused).unwrap();
    let buffers = frames(FORMAT, None, 5, |_| (Status::Detected, Vec::new()));
    run::feed(&pipeline, "src", &picture::caps(FORMAT, SIZE, 10), None, buffers);
    run::play(&pipeline).end_is_eos();
    let events: Vec<gst::Event> = events.try_iter().collect();
    let mut tags = Vec::new();
    for event in &events {
        if let gst::EventView::Tag(tag) = event.view() {
            tags.extend(tag.tag().iter().map(|(name, _)| name.to_string()));
        }
        assert!(event.structure().is_none_or(|s| s.name() != "somebodys-note"), "{event:?}");
    }
    assert_eq!(tags, ["video-codec"]);
    assert!(events.iter().any(|e| e.type_() == gst::EventType::Eos), "the others are seen here");
}

#[test]
fn pictures_that_it_can_not_scrub_are_refused() {
    place::init();
    for caps in [
        "video/x-raw(memory:GLMemory),format=RGBA",
        "video/x-raw,format=Y444",
        "video/x-raw,format=I420,interlace-mode=interleaved",
        "video/x-raw,format=I420,multiview-mode=side-by-side",
    ] {
        let pipeline = launch(LINE);
        let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
        pipeline.set_state(gst::State::Paused).unwrap();
        let caps: gst::Caps = format!("{caps},width=322,height=242,framerate=10/1").parse().unwrap();
        let buffers = frames(FORMAT, None, 2, |_| (Status::Detected, Vec::new()));
        run::feed(&pipeline, "src", &caps, None, buffers);
        let report = run::play(&pipeline);
        assert!(!report.error().contains("panicked"), "{caps}: {}", report.error());
        assert_eq!(out.try_iter().count(), 0, "{caps}: a picture left");
    }
}
