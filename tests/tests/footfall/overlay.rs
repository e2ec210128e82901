// SPDX-License-Identifier: MPL-2.0
//! The built pixelscrubber with `overlay`: the same scrubbed pictures, and over them the scene and nothing else.

use footfall_contract::attestation::Status;
use footfall_contract::geometry::{PictureSize, Point, Px, Rect, segment_distance};
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::wire;
use footfall_tests::attested::Attester;
use footfall_tests::run::{self, feed, launch, play};
use footfall_tests::walk::{Walk, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use gst_plugin_pixelscrubber::canvas::{Canvas, Markers};
use gst_plugin_pixelscrubber::colour::{BLACK, Colour};
use gst_plugin_pixelscrubber::cover::Cover;
use gst_plugin_pixelscrubber::overlay::{LINE, Overlay};
use gst_plugin_pixelscrubber::planes::{Page, PageLayout, RawFrame, ScrubbedFrame};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::rules::line::{Direction, LineMemory, LineRule};

use super::scrubbing::{SIZE, bytes, is_blank};

const SCENE: &str = r#"{"version":1,"site":"test","camera":"door","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.2,0.6],[0.9,0.5]],"inside":[0.5,0.9]}],
    "zones":[{"name":"shelf-2","role":"interest","polygon":[[0.1,0.2],[0.4,0.1],[0.45,0.8],[0.1,0.7]]}]}"#;
/// Across the line, the zone's edge and its name.
const PERSON: Rect<Px> = Rect::new(60.0, 60.0, 50.0, 110.0);
/// The default of `fill-color`.
const GRAY: Colour = Colour { red: 128, green: 128, blue: 128 };

fn scene() -> Scene {
    Scene::parse(SCENE).unwrap()
}

/// An attested frame every 100 ms, everybody seen; frames of another `seed` are other pictures.
fn frames(info: &gst_video::VideoInfo, n: u64, seed: u64) -> Vec<gst::Buffer> {
    let scene = scene();
    let mut attester = attester(info, &scene);
    (0..n)
        .map(|i| {
            let mut buffer = picture::noise(info, seed + i, gst::ClockTime::from_mseconds(100 * i));
            attester.attest(&mut buffer, Status::Detected, &[PERSON]);
            buffer
        })
        .collect()
}

fn attester(info: &gst_video::VideoInfo, scene: &Scene) -> Attester {
    Attester::new(info, Some(scene), WallTime::parse("2026-03-02T09:00:00Z").unwrap(), ClockKind::Stream)
}

/// The pictures of a scrubber with these properties.
fn scrub(properties: &str, info: &gst_video::VideoInfo, buffers: Vec<gst::Buffer>, told: bool) -> Vec<gst::Buffer> {
    let pipeline = launch(&format!("appsrc name=src ! pixelscrubber name=s {properties} ! fakesink sync=false"));
    let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    let event = told.then(|| wire::scene::event(&scene()));
    feed(&pipeline, "src", &info.to_caps().unwrap(), event, buffers);
    play(&pipeline).end_is_eos();
    out.try_iter().collect()
}

fn all_bytes(buffers: &[gst::Buffer]) -> Vec<Vec<u8>> {
    buffers.iter().map(bytes).collect()
}

/// What a page of this format and size holds after `draw`.
fn page(info: &gst_video::VideoInfo, draw: impl for<'p> FnOnce(Page<'p>) -> ScrubbedFrame<'p>) -> Vec<u8> {
    let strides: Vec<usize> = info.stride().iter().map(|s| *s as usize).collect();
    let (format, size) = (wire::frame::pixel_format(info).unwrap(), wire::frame::picture_size(info));
    let layout = PageLayout::new(format, size, info.offset(), &strides, info.size()).unwrap();
    let mut memory = vec![0; info.size()];
    draw(Page::new(&mut memory, &layout).unwrap());
    memory
}

/// The overlay over a picture that has left already.
fn drawn_over(shown: &gst::Buffer, info: &gst_video::VideoInfo) -> Vec<u8> {
    let (format, size) = (wire::frame::pixel_format(info).unwrap(), wire::frame::picture_size(info));
    let overlay = Overlay::new(&scene(), format, size);
    let map = shown.map_readable().unwrap();
    let planes: Vec<_> = (info.offset().iter().zip(info.stride()))
        .map(|(offset, stride)| PlaneView { data: &map[*offset..], stride: *stride as usize })
        .collect();
    let picture = RawFrame::new(FrameView::new(format, size, &planes).unwrap());
    page(info, |page| {
        let mut frame = page.copy_outside(&picture, &Cover::new(size), &BLACK.samples(format)).unwrap();
        overlay.draw(&mut frame);
        frame
    })
}

#[test]
fn the_overlay_is_off_unless_asked_for_and_drawn_over_the_same_pictures_in_every_format() {
    place::init();
    for size in [SIZE, PictureSize::new(1280, 720)] {
        for format in PixelFormat::ALL {
            let info = picture::info(format, size, 10);
            let film = frames(&info, 2, 5);
            let plain = scrub("", &info, film.clone(), true);
            let off = scrub("overlay=false", &info, film.clone(), true);
            let on = scrub("overlay=true", &info, film, true);
            let what = format!("{} {size:?}", format.name());
            assert_eq!((plain.len(), on.len()), (2, 2), "{what}");
            assert!(all_bytes(&plain) == all_bytes(&off), "{what}: off is the default");
            assert!(bytes(&plain[0]) != bytes(&on[0]), "{what}: something is drawn");
            for (without, with) in plain.iter().zip(&on) {
                assert!(
                    drawn_over(without, &info) == bytes(with),
                    "{what}: the scene, and nothing else, is drawn over the same picture"
                );
            }
        }
    }
}

#[test]
fn under_the_overlay_nothing_of_a_person_is_left() {
    place::init();
    for format in [PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Bgrx, PixelFormat::Gray8] {
        let info = picture::info(format, SIZE, 10);
        let one = frames(&info, 3, 5);
        // The same film, somebody else in the box: every byte inside it is another.
        let mut another = attester(&info, &scene());
        let other: Vec<_> = (one.iter())
            .map(|buffer| {
                let mut buffer = buffer.copy_deep().unwrap();
                let mut map = buffer.get_mut().unwrap().map_writable().unwrap();
                for (i, shape) in format.planes().iter().enumerate() {
                    for y in PERSON.top as usize >> shape.y_shift..PERSON.bottom() as usize >> shape.y_shift {
                        let row = info.offset()[i] + y * info.stride()[i] as usize;
                        let column = |x: f64| row + (x as usize >> shape.x_shift) * shape.bytes;
                        map[column(PERSON.left)..column(PERSON.right())].iter_mut().for_each(|b| *b ^= 0xff);
                    }
                }
                drop(map);
                another.attest(&mut buffer, Status::Detected, &[PERSON]);
                buffer
            })
            .collect();
        assert!(all_bytes(&one) != all_bytes(&other));
        let (one, other) = (scrub("overlay=true", &info, one, true), scrub("overlay=true", &info, other, true));
        assert_eq!((one.len(), other.len()), (3, 3));
        assert!(!is_blank(format, &one[0]), "{}", format.name());
        assert!(all_bytes(&one) == all_bytes(&other), "{}", format.name());
    }
}

#[test]
fn blank_pictures_stay_blank_and_without_a_scene_nothing_is_drawn() {
    place::init();
    let info = picture::info(PixelFormat::I420, SIZE, 10);
    let mut broken = frames(&info, 4, 5);
    wire::attestation::remove(broken[2].make_mut());
    let shown = scrub("overlay=true", &info, broken, true);
    let blank: Vec<bool> = shown.iter().map(|b| is_blank(PixelFormat::I420, b)).collect();
    assert_eq!(blank, [false, false, true, false]);
    let mode = scrub("overlay=true mode=blank", &info, frames(&info, 2, 5), true);
    assert!(mode.len() == 2 && mode.iter().all(|b| is_blank(PixelFormat::I420, b)));
    // The frames are attested with a scene that the scrubber never got.
    let untold = scrub("overlay=true", &info, frames(&info, 2, 5), false);
    assert!(untold.len() == 2 && untold.iter().all(|b| is_blank(PixelFormat::I420, b)));
    let without = |properties| {
        let buffers = super::scrubbing::frames(PixelFormat::I420, None, 2, |_| (Status::Detected, vec![PERSON]));
        all_bytes(&scrub(properties, &info, buffers, false))
    };
    assert!(without("overlay=true") == without(""));
}

#[test]
fn a_canvas_has_the_overlay_in_the_place_of_its_own_outlines() {
    place::init();
    for format in [PixelFormat::I420, PixelFormat::Rgb] {
        let info = picture::info(format, SIZE, 10);
        let shown = scrub("overlay=true mode=canvas markers=none", &info, frames(&info, 2, 5), true);
        let canvas = Canvas::new(GRAY, Markers::None, format, SIZE, None);
        let overlay = Overlay::new(&scene(), format, SIZE);
        let expected = page(&info, |page| {
            let mut frame = canvas.draw(&[], page);
            overlay.draw(&mut frame);
            frame
        });
        assert_eq!(shown.len(), 2);
        assert!(shown.iter().all(|b| bytes(b) == expected), "{}", format.name());
    }
}

#[test]
fn it_can_be_switched_while_it_plays() {
    place::init();
    let info = picture::info(PixelFormat::Nv12, SIZE, 10);
    let buffers = frames(&info, 9, 5);
    let [off, on] = ["", "overlay=true"].map(|properties| all_bytes(&scrub(properties, &info, buffers.clone(), true)));
    let pipeline = launch("appsrc name=src ! pixelscrubber name=s ! fakesink sync=false");
    let scrubber = pipeline.by_name("s").unwrap();
    let out = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
    let src = run::source(&pipeline, "src", &info.to_caps().unwrap(), Some(wire::scene::event(&scene())));
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut shown = run::pass(&src, &buffers[..3], &out);
    scrubber.set_property("overlay", true);
    shown.extend(run::pass(&src, &buffers[3..6], &out));
    scrubber.set_property("overlay", false);
    assert!(!scrubber.property::<bool>("overlay"));
    shown.extend(run::pass(&src, &buffers[6..], &out));
    src.end_of_stream().unwrap();
    run::wait(&pipeline, false).end_is_eos();
    pipeline.set_state(gst::State::Null).unwrap();
    let shown = all_bytes(&shown);
    assert!(shown[..3] == off[..3] && shown[3..6] == on[3..6] && shown[6..] == off[6..]);
    assert!(on[3] != off[3]);
}

#[test]
fn no_figure_is_drawn_while_people_are_counted() {
    place::init();
    let size = PictureSize::new(640, 480);
    let info = picture::info(PixelFormat::Gray8, size, 10);
    let scene = scene();
    let mut attester = attester(&info, &scene);
    let walks =
        [Walk::straight((0.0, 330.0, 200.0), (6.0, 330.0, 420.0)), Walk::straight((2.0, 480.0, 470.0), (7.0, 480.0, 170.0))];
    let buffers = (0..90)
        .map(|i| {
            let mut buffer = picture::noise(&info, i, gst::ClockTime::from_mseconds(100 * i));
            attester.attest(&mut buffer, Status::Detected, &people_at(&walks, 0.1 * i as f64));
            buffer
        })
        .collect();
    let pipeline = launch("appsrc name=src ! zonetracker ! pixelscrubber name=s overlay=true ! fakesink sync=false");
    let pad = run::pad(&pipeline, "s", "src");
    let (totals, shown) = (run::watch_totals(&pad), run::watch_buffers(&pad));
    feed(&pipeline, "src", &info.to_caps().unwrap(), Some(wire::scene::event(&scene)), buffers);
    play(&pipeline).end_is_eos();
    let last = totals.try_iter().last().unwrap();
    assert_eq!((last.now.lines["door"].entries, last.now.lines["door"].exits), (1, 1), "somebody is counted meanwhile");

    let overlay = Overlay::new(&scene, PixelFormat::Gray8, size);
    let shown = all_bytes(&shown.try_iter().collect::<Vec<_>>());
    assert_eq!(shown.len(), 90);
    let stride = info.stride()[0] as usize;
    let mut drawn = 0;
    for (x, y) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (x, y))).filter(|(x, y)| overlay.covers(*x, *y)) {
        let at = y as usize * stride + x as usize;
        assert!(shown.iter().all(|picture| picture[at] == shown[0][at]), "{x} {y} changes");
        drawn += 1;
    }
    assert!(drawn > 2000, "{drawn} pixels");
}

#[test]
fn arrows_point_where_zonetracker_counts_in() {
    place::init();
    let size = PictureSize::new(640, 360);
    let mut state = 7u64;
    let mut fraction = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / f64::from(1 << 24)
    };
    let mut compared = 0;
    for _ in 0..150 {
        let points: Vec<[f64; 2]> = (0..3).map(|_| [fraction(), fraction()]).collect();
        let text = serde_json::json!({"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC",
            "lines":[{"name":"l","points":points,"inside":[fraction(), fraction()]}]});
        let Ok(scene) = Scene::parse(&text.to_string()) else { continue };
        let line = &scene.lines[0];
        let px: Vec<Point<Px>> = line.points.iter().map(|p| size.point_px(*p)).collect();
        let (long, short) = if length(&px[..2]) >= length(&px[1..]) { (&px[..2], &px[1..]) } else { (&px[1..], &px[..2]) };
        let root = Point::new((long[0].x + long[1].x) / 2.0, (long[0].y + long[1].y) / 2.0);
        let inside = Rect::<Px>::new(30.0, 30.0, 580.0, 300.0).contains(root);
        if !inside || length(long) < 60.0 || segment_distance(root, short[0], short[1]) < 60.0 {
            continue;
        }
        let Some(inwards) = arrow(&scene, size, root, long) else { panic!("no arrow, or two, at {root:?} of {text}") };
        let at = |s: f64| Moment { stream: StreamTime((s * 1e9) as u64), wall: WallTime(0) };
        let (rule, mut memory) = (LineRule::new(line, size), LineMemory::default());
        let away = |reach: f64| Point::new(root.x + reach * inwards.0, root.y + reach * inwards.1);
        let steps = [(0.0, -8.0), (0.5, 8.0), (1.0, 9.0)];
        let crossings = steps.iter().filter_map(|(s, reach)| rule.step(&mut memory, at(*s), away(*reach), 20.0));
        assert_eq!(crossings.map(|c| c.direction).collect::<Vec<_>>(), [Direction::In], "{text}");
        compared += 1;
    }
    assert!(compared > 30, "{compared} lines");
}

fn length(piece: &[Point<Px>]) -> f64 {
    (piece[1].x - piece[0].x).hypot(piece[1].y - piece[0].y)
}

/// To which side of a piece's middle the drawn arrow goes; `None` when it is not one side alone.
fn arrow(scene: &Scene, size: PictureSize, root: Point<Px>, piece: &[Point<Px>]) -> Option<(f64, f64)> {
    let info = picture::info(PixelFormat::Rgb, size, 10);
    let overlay = Overlay::new(scene, PixelFormat::Rgb, size);
    let drawn = page(&info, |page| {
        let mut frame = page.flat(&GRAY.samples(PixelFormat::Rgb));
        overlay.draw(&mut frame);
        frame
    });
    let red = |x: f64, y: f64| {
        let at = y as usize * info.stride()[0] as usize + x as usize * 3;
        drawn[at..at + 3] == [LINE.red, LINE.green, LINE.blue]
    };
    // Beyond the line's own blocks, and before the name's: there a thin stroke has at least one block on its way.
    let side = |sign: f64| {
        let n = (sign * (piece[0].y - piece[1].y) / length(piece), sign * (piece[1].x - piece[0].x) / length(piece));
        let mut ways = (0..20).map(|i| 2.6 + 0.1 * f64::from(i));
        (ways.any(|d| red(root.x + d * n.0 + 0.25, root.y + d * n.1 + 0.25)), n)
    };
    match [side(1.0), side(-1.0)] {
        [(true, n), (false, _)] | [(false, _), (true, n)] => Some(n),
        _ => None,
    }
}
