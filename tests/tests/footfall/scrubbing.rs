// SPDX-License-Identifier: MPL-2.0
//! The built pixelscrubber behind attested frames: what leaves, byte by byte, and what happens when anything is wrong.

use footfall_contract::attestation::{Attestation, Status};
use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::wire;
use footfall_tests::attested::Attester;
use footfall_tests::run::{self, feed, launch, play};
use footfall_tests::{picture, place};
use gst::prelude::*;

pub const SIZE: PictureSize = PictureSize::new(322, 242);
const SCENE: &str = r#"{"version":1,"site":"test","camera":"door","placement":"entrance","time_zone":"UTC",
    "excluded":[[[0.8,0.0],[1.0,0.0],[1.0,0.3],[0.8,0.3]]]}"#;

fn start() -> WallTime {
    WallTime::parse("2026-03-02T09:00:00Z").unwrap()
}

pub fn pts(frame: u64) -> gst::ClockTime {
    gst::ClockTime::from_mseconds(100 * frame)
}

/// Attested frames of noise; `status` and people by frame number.
pub fn frames(
    format: PixelFormat,
    scene: Option<&Scene>,
    n: u64,
    rule: impl Fn(u64) -> (Status, Vec<Rect<Px>>),
) -> Vec<gst::Buffer> {
    let info = picture::info(format, SIZE, 10);
    let mut attester = Attester::new(&info, scene, start(), ClockKind::Stream);
    (0..n)
        .map(|i| {
            let mut buffer = picture::noise(&info, i + 1, pts(i));
            let (status, people) = rule(i);
            attester.attest(&mut buffer, status, &people);
            buffer
        })
        .collect()
}

struct Run {
    out: Vec<gst::Buffer>,
    report: run::Report,
    stats: gst::Structure,
}

impl Run {
    fn cause(&self, nick: &str) -> u64 {
        let causes: gst::Structure = self.stats.get("causes").expect("stats has causes");
        causes.get::<u64>(nick).unwrap_or(0)
    }

    fn count(&self, name: &str) -> u64 {
        self.stats.get::<u64>(name).unwrap_or_else(|e| panic!("{name}: {e}; {}", self.stats))
    }
}

/// Runs buffers through `scrubber` (a launch fragment named `s`).
fn scrub(scrubber: &str, format: PixelFormat, scene: Option<&Scene>, buffers: Vec<gst::Buffer>) -> Run {
    let pipeline = launch(&format!("appsrc name=src ! {scrubber} ! fakesink sync=false"));
    let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    pipeline.set_state(gst::State::Paused).unwrap();
    let caps = picture::caps(format, SIZE, 10);
    feed(&pipeline, "src", &caps, scene.map(wire::scene::event), buffers);
    pipeline.set_state(gst::State::Playing).unwrap();
    let report = run::wait(&pipeline, false);
    let stats = pipeline.by_name("s").unwrap().property::<gst::Structure>("stats");
    pipeline.set_state(gst::State::Null).unwrap();
    Run { out: out.try_iter().collect(), report, stats }
}

pub fn bytes(buffer: &gst::Buffer) -> Vec<u8> {
    buffer.map_readable().unwrap().as_slice().to_vec()
}

pub fn is_blank(format: PixelFormat, buffer: &gst::Buffer) -> bool {
    let info = picture::info(format, SIZE, 10);
    let data = bytes(buffer);
    let luma = &data[..info.stride()[0] as usize * SIZE.height as usize];
    let rows = luma.chunks(info.stride()[0] as usize);
    rows.map(|row| &row[..SIZE.width as usize]).all(|row| row.iter().all(|b| *b == 16))
}

/// Luma differs from the input's only inside these pixels, by the documented enlargement of a person who stands still and
/// was just seen: 16 pixels or 15 % to each side, aligned outwards to 16.
fn covered(person: &Rect<Px>, x: usize, y: usize) -> bool {
    let (dx, dy) = ((0.15 * person.width).max(16.0), (0.15 * person.height).max(16.0));
    let down = |v: f64| ((v / 16.0).floor() * 16.0).max(0.0) as usize;
    let up = |v: f64| ((v / 16.0).ceil() * 16.0).max(0.0) as usize;
    (down(person.left - dx)..up(person.right() + dx)).contains(&x)
        && (down(person.top - dy)..up(person.bottom() + dy)).contains(&y)
}

#[test]
fn fill_equals_the_input_outside_the_covered_rectangles_and_is_plain_inside() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    let person = Rect::new(60.0, 70.0, 40.0, 100.0);
    let buffers = frames(PixelFormat::I420, Some(&scene), 3, |_| (Status::Detected, vec![person]));
    let run = scrub("pixelscrubber name=s mode=fill", PixelFormat::I420, Some(&scene), buffers.clone());
    run.report.end_is_eos();
    assert_eq!(run.out.len(), 3);
    let stride = picture::info(PixelFormat::I420, SIZE, 10).stride()[0] as usize;
    for (before, after) in buffers.iter().zip(&run.out) {
        let (before, after) = (bytes(before), bytes(after));
        let inside = after[100 * stride + 80];
        let (mut same, mut filled) = (0, 0);
        for y in 0..SIZE.height as usize {
            for x in 0..SIZE.width as usize {
                let at = y * stride + x;
                // Rounded outwards to 2x2 blocks: one chroma sample covers four pixels.
                let excluded = x >= 256 && y < 74;
                if covered(&person, x, y) || (x as f64 >= 0.8 * 322.0 && (y as f64) < 0.3 * 242.0 - 1.0) {
                    assert_eq!(after[at], inside, "a covered pixel at {x},{y}");
                    filled += 1;
                } else if !excluded {
                    assert_eq!(after[at], before[at], "an open pixel at {x},{y}");
                    same += 1;
                }
            }
        }
        assert!(same > 30_000 && filled > 10_000, "{same} open, {filled} covered");
    }
}

#[test]
fn nothing_of_the_input_buffer_goes_on() {
    place::init();
    let mut buffers = frames(PixelFormat::Nv12, None, 3, |_| (Status::Detected, Vec::new()));
    for buffer in &mut buffers {
        let buffer = buffer.make_mut();
        gst_video::VideoRegionOfInterestMeta::add(buffer, "person", (1, 2, 3, 4));
        gst::ReferenceTimestampMeta::add(
            buffer,
            &gst::Caps::new_empty_simple("timestamp/x-unix"),
            gst::ClockTime::SECOND,
            gst::ClockTime::NONE,
        );
    }
    let run = scrub("pixelscrubber name=s", PixelFormat::Nv12, None, buffers.clone());
    assert_eq!(run.out.len(), 3);
    for (before, after) in buffers.iter().zip(&run.out) {
        assert_ne!(before.peek_memory(0).as_ptr(), after.peek_memory(0).as_ptr());
        for meta in after.iter_meta::<gst::Meta>() {
            assert_eq!(meta.api(), gst_video::VideoMeta::meta_api(), "a meta that is not on the list went on");
        }
        assert_eq!(before.pts(), after.pts());
    }
}

type Change = fn(&mut gst::BufferRef, &mut Attestation);

/// What is done to frame 5 of 10, and the cause that must be counted once (and its picture blank).
const FAULTS: &[(&str, Change)] = &[
    ("no-attestation", |buffer, _| wire::attestation::remove(buffer)),
    ("fingerprint-differs", |_, a| a.fingerprint ^= 1),
    ("shape-differs", |_, a| a.size = PictureSize::new(320, 242)),
    ("shape-differs", |_, a| a.format = PixelFormat::Nv12),
    ("pts-differs", |_, a| a.pts = Some(StreamTime(7))),
    ("frame-not-new", |_, a| a.frame = 3),
    ("detector-failed", |_, a| a.status = Status::Failed),
    ("scene-differs", |_, a| a.scene = "00".repeat(32)),
    ("foreign-stream", |_, a| a.stream.name = "test/other".into()),
    ("corrupted", |buffer, _| buffer.set_flags(gst::BufferFlags::CORRUPTED)),
    ("closed", |_, a| a.status = Status::Closed),
    ("too-many-boxes", |_, a| {
        let one = footfall_contract::attestation::PersonBox::detected(Rect::new(1.0, 1.0, 2.0, 2.0), 0.9);
        a.boxes = vec![one; 1000];
    }),
];

#[test]
fn each_fault_blanks_its_frame_and_is_counted_by_its_cause() {
    place::init();
    let scene = Scene::parse(SCENE).unwrap();
    for (cause, change) in FAULTS {
        let mut buffers = frames(PixelFormat::I420, Some(&scene), 10, |_| (Status::Detected, Vec::new()));
        let buffer = buffers[5].make_mut();
        let mut attestation = wire::attestation::read(buffer).unwrap().unwrap();
        change(buffer, &mut attestation);
        if *cause != "no-attestation" {
            wire::attestation::attach(buffer, &attestation).unwrap();
        }
        let run = scrub("pixelscrubber name=s", PixelFormat::I420, Some(&scene), buffers);
        run.report.end_is_eos();
        assert_eq!(run.out.len(), 10, "{cause}");
        let blank: Vec<usize> = (0..10).filter(|i| is_blank(PixelFormat::I420, &run.out[*i])).collect();
        assert_eq!(blank, [5], "{cause}: {}", run.stats);
        assert_eq!(run.cause(cause), 1, "{cause}: {}", run.stats);
        assert_eq!(run.count("blanked"), 1, "{cause}: {}", run.stats);
    }
}

#[test]
fn somebody_nearly_everywhere_blanks() {
    place::init();
    let everywhere = Rect::new(0.0, 0.0, f64::from(SIZE.width), f64::from(SIZE.height));
    let rule = |i| (Status::Detected, if i == 1 { vec![everywhere] } else { Vec::new() });
    // Held, it would blank the frames after it too.
    let run = scrub("pixelscrubber name=s max-hold=0", PixelFormat::I420, None, frames(PixelFormat::I420, None, 3, rule));
    let blank: Vec<bool> = run.out.iter().map(|b| is_blank(PixelFormat::I420, b)).collect();
    assert_eq!((blank, run.cause("overcovered")), (vec![false, true, false], 1), "{}", run.stats);
}

#[test]
fn a_damaged_attestation_blanks() {
    place::init();
    let mut buffers = frames(PixelFormat::I420, None, 3, |_| (Status::Detected, Vec::new()));
    let mut meta = gst::meta::CustomMeta::from_mut_buffer(buffers[1].make_mut(), wire::attestation::META).unwrap();
    meta.mut_structure().remove_field("boxes");
    let run = scrub("pixelscrubber name=s", PixelFormat::I420, None, buffers);
    let blank: Vec<bool> = run.out.iter().map(|b| is_blank(PixelFormat::I420, b)).collect();
    assert_eq!(blank, [false, true, false], "{}", run.stats);
    assert_eq!((run.cause("bad-attestation"), run.count("blanked")), (1, 1), "{}", run.stats);
}

#[test]
fn skipped_frames_repeat_the_last_scrubbed_picture_for_a_second_and_no_longer() {
    place::init();
    let buffers = frames(PixelFormat::I420, None, 30, |i| (if i == 2 { Status::Detected } else { Status::Skipped }, Vec::new()));
    let run = scrub("pixelscrubber name=s", PixelFormat::I420, None, buffers);
    let blank = |i: usize| is_blank(PixelFormat::I420, &run.out[i]);
    assert!(blank(0) && blank(1), "before the first detected frame");
    let shown = bytes(&run.out[2]);
    for i in 3..=12 {
        assert!(bytes(&run.out[i]) == shown, "frame {i} repeats frame 2");
    }
    assert!((14..30).all(blank), "after a second: {}", run.stats);
    assert_eq!(run.count("scrubbed"), 1);
    let blanking = scrub(
        "pixelscrubber name=s between=blank",
        PixelFormat::I420,
        None,
        frames(PixelFormat::I420, None, 3, |i| (if i == 0 { Status::Detected } else { Status::Skipped }, Vec::new())),
    );
    let blank: Vec<bool> = blanking.out.iter().map(|b| is_blank(PixelFormat::I420, b)).collect();
    assert_eq!((blank, blanking.cause("between")), (vec![false, true, true], 2), "{}", blanking.stats);
}

#[test]
fn canvas_shows_no_camera_pixel() {
    place::init();
    let people = |_| (Status::Detected, vec![Rect::new(60.0, 70.0, 40.0, 100.0)]);
    let run = |seed: u64| {
        let info = picture::info(PixelFormat::I420, SIZE, 10);
        let mut attester = Attester::new(&info, None, start(), ClockKind::Stream);
        let buffers = (0..3u64)
            .map(|i| {
                let mut buffer = picture::noise(&info, seed + i, pts(i));
                let (status, boxes) = people(i);
                attester.attest(&mut buffer, status, &boxes);
                buffer
            })
            .collect();
        let run = scrub("pixelscrubber name=s mode=canvas", PixelFormat::I420, None, buffers);
        assert_eq!(run.count("scrubbed"), 3, "{}", run.stats);
        run.out.iter().map(bytes).collect::<Vec<_>>()
    };
    let canvas = run(1);
    assert!(canvas.len() == 3 && canvas[0].iter().any(|b| *b != canvas[0][0]), "something is drawn");
    assert!(canvas == run(1000), "two different films with the same people give the same canvas");
}

#[test]
fn closed_frames_can_be_dropped() {
    place::init();
    let buffers = frames(PixelFormat::I420, None, 6, |i| (if i >= 3 { Status::Closed } else { Status::Detected }, Vec::new()));
    let run = scrub("pixelscrubber name=s closed=drop", PixelFormat::I420, None, buffers);
    run.report.end_is_eos();
    assert_eq!((run.out.len(), run.count("scrubbed")), (3, 3));
    assert_eq!((run.count("dropped"), run.cause("closed")), (3, 3));
}

#[test]
fn too_large_a_picture_is_refused_with_the_remedy() {
    place::init();
    let small = SCENE.replacen(r#""excluded""#, r#""publish":{"max_width":320},"excluded""#, 1);
    let scene = Scene::parse(&small).unwrap();
    let buffers = frames(PixelFormat::I420, Some(&scene), 2, |_| (Status::Detected, Vec::new()));
    let run = scrub("pixelscrubber name=s", PixelFormat::I420, Some(&scene), buffers);
    assert!(run.report.error().contains("videoscale before persondetector"), "{}", run.report.error());
    assert!(run.out.is_empty());
}

#[test]
fn elements_between_detector_and_scrubber_end_in_blanked_frames() {
    place::init();
    for (between, causes) in [
        ("videoflip video-direction=horiz", ["fingerprint-differs", "no-attestation"]),
        ("videoconvert ! video/x-raw,format=RGB", ["shape-differs", "no-attestation"]),
        ("videoscale ! video/x-raw,width=160,height=120", ["shape-differs", "no-attestation"]),
        ("videocrop left=16", ["shape-differs", "no-attestation"]),
        // The encoder moves timestamps as well.
        ("avenc_mjpeg ! jpegdec", ["pts-differs", "no-attestation"]),
    ] {
        let buffers = frames(PixelFormat::I420, None, 5, |_| (Status::Detected, Vec::new()));
        let run = scrub(&format!("{between} ! pixelscrubber name=s"), PixelFormat::I420, None, buffers);
        run.report.end_is_eos();
        let counted: u64 = causes.iter().map(|c| run.cause(c)).sum();
        assert_eq!((run.count("scrubbed"), run.count("blanked"), counted), (0, 5, 5), "{between}: {}", run.stats);
        assert!(run.report.warnings.iter().any(|w| w.contains("persondetector")), "{between}: {:?}", run.report.warnings);
    }
}

#[test]
fn a_change_of_size_in_mid_stream_is_followed() {
    place::init();
    let pipeline = launch("appsrc name=src ! pixelscrubber name=s ! fakesink sync=false");
    let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    pipeline.set_state(gst::State::Paused).unwrap();
    let first = picture::info(PixelFormat::I420, SIZE, 10);
    let second = picture::info(PixelFormat::I420, PictureSize::new(160, 120), 10);
    let mut attester = Attester::new(&first, None, start(), ClockKind::Stream);
    let src = pipeline.by_name("src").unwrap().downcast::<gst_app::AppSrc>().unwrap();
    for i in 0..6 {
        let info = if i < 3 { &first } else { &second };
        attester.set_info(info);
        src.set_caps(Some(&info.to_caps().unwrap()));
        let mut buffer = picture::noise(info, i, pts(i));
        attester.attest(&mut buffer, Status::Detected, &[]);
        src.push_buffer(buffer).unwrap();
    }
    src.end_of_stream().unwrap();
    play(&pipeline).expect_eos();
    let sizes: Vec<usize> = out.try_iter().map(|b| b.size()).collect();
    assert_eq!(sizes, [first.size(), first.size(), first.size(), second.size(), second.size(), second.size()]);
}

#[test]
fn a_person_stays_covered_for_half_a_second_after_a_miss() {
    place::init();
    let person = Rect::new(60.0, 70.0, 40.0, 100.0);
    let buffers = frames(PixelFormat::Gray8, None, 12, |i| (Status::Detected, if i < 3 { vec![person] } else { Vec::new() }));
    let run = scrub("pixelscrubber name=s", PixelFormat::Gray8, None, buffers.clone());
    let middle = |b: &gst::Buffer| bytes(b)[120 * picture::info(PixelFormat::Gray8, SIZE, 10).stride()[0] as usize + 80];
    let fill = middle(&run.out[0]);
    let open: Vec<usize> = (0..12).filter(|i| middle(&run.out[*i]) != fill).collect();
    assert!(open.first().is_none_or(|first| *first >= 7), "opened at frame {open:?}");
    assert!(open.len() >= 2, "it is not covered for ever: {open:?}");
}
