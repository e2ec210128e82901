// SPDX-License-Identifier: MPL-2.0
//! Causes that lie in the buffer and its memory, through the built pixelscrubber: F16 `unmapped`, F17 `transformed`,
//! F20 `no-pts` and `pts-backwards`, F27 `no-memory`.

use std::sync::atomic::{AtomicU64, Ordering};

use footfall_contract::attestation::Status;
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::wire;
use footfall_tests::attested::Attester;
use footfall_tests::run::{self, launch};
use footfall_tests::{picture, place, scarce};
use gst::prelude::*;

/// A size of its own, so that memory can run out here and nowhere else.
const SIZE: PictureSize = PictureSize::new(326, 246);
/// The frame that something is done to, of ten.
const FAULTY: usize = 5;

fn buffers() -> Vec<gst::Buffer> {
    let info = picture::info(PixelFormat::I420, SIZE, 10);
    let mut attester = Attester::new(&info, None, WallTime(0), ClockKind::Stream);
    (0..10)
        .map(|i| {
            let mut buffer = picture::noise(&info, i + 1, gst::ClockTime::from_mseconds(100 * i));
            attester.attest(&mut buffer, Status::Detected, &[]);
            buffer
        })
        .collect()
}

/// What left at each frame: (PTS in frames, is it black?), what was said, and `stats`.
struct Outcome {
    shown: Vec<(u64, bool)>,
    gaps: Vec<u64>,
    report: run::Report,
    stats: gst::Structure,
}

impl Outcome {
    fn count(&self, name: &str) -> u64 {
        self.stats.get(name).unwrap()
    }

    fn cause(&self, nick: &str) -> u64 {
        self.stats.get::<gst::Structure>("causes").unwrap().get(nick).unwrap()
    }

    /// The frames that left as pictures of their own.
    fn open(&self) -> Vec<u64> {
        self.shown.iter().filter(|(_, black)| !black).map(|(frame, _)| *frame).collect()
    }
}

/// Runs the buffers through; `before` is called with the number of each frame before pixelscrubber has it.
fn scrub(buffers: Vec<gst::Buffer>, before: impl Fn(u64) + Send + Sync + 'static) -> Outcome {
    let pipeline = launch("appsrc name=src ! pixelscrubber name=s ! fakesink sync=false");
    let pictures = run::watch_pictures(&run::pad(&pipeline, "s", "src"));
    let (send, gaps) = std::sync::mpsc::channel();
    run::pad(&pipeline, "s", "src").add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
        if let Some(gst::EventView::Gap(gap)) = probe.event().map(|e| e.view()) {
            let _ = send.send(gap.get().0.mseconds() / 100);
        }
        gst::PadProbeReturn::Ok
    });
    let arrived = AtomicU64::new(0);
    run::pad(&pipeline, "s", "sink").add_probe(gst::PadProbeType::BUFFER, move |_, _| {
        before(arrived.fetch_add(1, Ordering::Relaxed));
        gst::PadProbeReturn::Ok
    });
    pipeline.set_state(gst::State::Paused).unwrap();
    run::feed(&pipeline, "src", &picture::caps(PixelFormat::I420, SIZE, 10), None, buffers);
    pipeline.set_state(gst::State::Playing).unwrap();
    let report = run::wait(&pipeline, false);
    let stats = run::stats(&pipeline, "s");
    pipeline.set_state(gst::State::Null).unwrap();
    let shown = pictures.try_iter().map(|(info, buffer)| {
        let frame = buffer.pts().map_or(u64::MAX, |t| t.mseconds() / 100);
        let black = wire::frame::with_view(&buffer, &info, |view| {
            (0..SIZE.height as usize).all(|y| view.row(0, y).iter().all(|b| *b == 16))
        });
        (frame, black.expect("what leaves is a whole picture"))
    });
    Outcome { shown: shown.collect(), gaps: gaps.try_iter().collect(), report, stats }
}

const OTHERS: [u64; 9] = [0, 1, 2, 3, 4, 6, 7, 8, 9];

/// The faulty frame alone is missing, with a gap in its place.
#[track_caller]
fn one_is_dropped(outcome: &Outcome, cause: &str) {
    outcome.report.end_is_eos();
    assert_eq!(outcome.open(), OTHERS, "{}", outcome.stats);
    assert_eq!((outcome.shown.len(), &outcome.gaps[..]), (9, &[FAULTY as u64][..]), "{}", outcome.stats);
    assert_eq!((outcome.count("dropped"), outcome.cause(cause)), (1, 1), "{}", outcome.stats);
    assert_eq!((outcome.count("blanked"), outcome.count("repeated")), (0, 0), "{}", outcome.stats);
    assert_eq!(outcome.report.warned(&format!("({cause})")), 1, "{:?}", outcome.report.warnings);
}

/// The faulty frame alone is black.
#[track_caller]
fn one_is_blanked(outcome: &Outcome, cause: &str) {
    outcome.report.end_is_eos();
    assert_eq!((outcome.shown.len(), outcome.open()), (10, OTHERS.to_vec()), "{cause}: {}", outcome.stats);
    assert_eq!((outcome.count("blanked"), outcome.cause(cause)), (1, 1), "{cause}: {}", outcome.stats);
    assert_eq!(outcome.report.warned(&format!("({cause})")), 1, "{cause}: {:?}", outcome.report.warnings);
}

type Change = fn(&mut gst::BufferRef);

#[test]
fn a_buffer_that_does_not_hold_its_frame_is_dropped() {
    place::init();
    let changes: [(&str, Change); 3] = [
        ("no memory at all", |buffer| buffer.remove_all_memory()),
        ("one byte too few", |buffer| {
            let size = buffer.size();
            buffer.resize(0..size - 1).unwrap();
        }),
        // GStreamer itself does not look: without a check of our own, what lies behind the buffer would be shown.
        ("a layout that reaches beyond it", |buffer| {
            let info = picture::info(PixelFormat::I420, SIZE, 10);
            let offsets = [0, info.offset()[1], info.offset()[2] + 512];
            let flags = gst_video::VideoFrameFlags::empty();
            let strides = [info.stride()[0], info.stride()[1], info.stride()[2]];
            gst_video::VideoMeta::add_full(buffer, flags, info.format(), SIZE.width, SIZE.height, &offsets, &strides).unwrap();
        }),
    ];
    for (what, change) in changes {
        let mut buffers = buffers();
        change(buffers[FAULTY].make_mut());
        let outcome = scrub(buffers, |_| ());
        assert_eq!(outcome.cause("unmapped"), 1, "{what}: {}", outcome.stats);
        one_is_dropped(&outcome, "unmapped");
    }
}

#[test]
fn a_frame_for_which_there_is_no_memory_is_dropped() {
    place::init();
    let size = picture::info(PixelFormat::I420, SIZE, 10).size();
    let outcome = scrub(buffers(), move |frame| scarce::refuse(if frame == FAULTY as u64 { size } else { 0 }));
    one_is_dropped(&outcome, "no-memory");
}

#[test]
fn what_is_wrong_with_one_buffer_blanks_that_frame_alone() {
    place::init();
    let changes: [(&str, Change); 5] = [
        ("transformed", |buffer| {
            gst_video::VideoCropMeta::add(buffer, (8, 8, 100, 100));
        }),
        ("transformed", |buffer| {
            let mirrored = [[-1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]];
            gst_video::VideoAffineTransformationMeta::add(buffer, Some(&mirrored));
        }),
        ("no-pts", |buffer| buffer.set_pts(gst::ClockTime::NONE)),
        ("pts-backwards", |buffer| {
            let mut attestation = wire::attestation::read(buffer).unwrap().unwrap();
            let earlier = gst::ClockTime::from_mseconds(250);
            attestation.pts = Some(footfall_contract::time::StreamTime(earlier.nseconds()));
            buffer.set_pts(earlier);
            wire::attestation::attach(buffer, &attestation).unwrap();
        }),
        ("bad-boxes", |buffer| {
            let mut attestation = wire::attestation::read(buffer).unwrap().unwrap();
            let inverted = footfall_contract::geometry::Rect::new(50.0, 50.0, -20.0, 40.0);
            attestation.boxes = vec![footfall_contract::attestation::PersonBox::detected(inverted, 0.9)];
            wire::attestation::attach(buffer, &attestation).unwrap();
        }),
    ];
    for (cause, change) in changes {
        let mut buffers = buffers();
        change(buffers[FAULTY].make_mut());
        one_is_blanked(&scrub(buffers, |_| ()), cause);
    }
}
