// SPDX-License-Identifier: MPL-2.0
//! A camera that changes its size and its format in mid-stream, through the whole chain.

use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::pixels::PixelFormat;
use footfall_tests::run::{self, launch};
use footfall_tests::walk::{Walk, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use serde_json::Value;

use super::counting::{SCENE, SIZE};
use super::detecting::detector;

const FPS: i32 = 25;
/// Each part lasts this long, seconds.
const PART_S: u64 = 6;
/// What the camera gives, one after the other.
const PARTS: [(PixelFormat, PictureSize); 3] =
    [(PixelFormat::I420, SIZE), (PixelFormat::I420, PictureSize::new(320, 240)), (PixelFormat::Gray8, SIZE)];

/// Somebody who jumps over the line in the very moment of the first change, and one whose crossing is counted on each
/// side of a change. Places are those of the large picture.
fn walks() -> Vec<Walk> {
    vec![
        // In during the first part, and stays there during the second.
        Walk(vec![(0.5, 150.0, 170.0), (4.5, 150.0, 450.0), (12.0, 150.0, 450.0)]),
        // Outside until the change, inside from it on.
        Walk::straight((0.0, 450.0, 200.0), (6.0, 450.0, 200.0)),
        Walk::straight((6.0, 450.0, 450.0), (12.0, 450.0, 450.0)),
        // In during the second part, out during the third.
        Walk::straight((6.8, 300.0, 170.0), (10.8, 300.0, 450.0)),
        Walk::straight((12.8, 300.0, 450.0), (16.8, 300.0, 170.0)),
    ]
}

fn scaled(people: Vec<Rect<Px>>, size: PictureSize) -> Vec<Rect<Px>> {
    let k = f64::from(size.width) / f64::from(SIZE.width);
    people.into_iter().map(|r| Rect::new(k * r.left, k * r.top, k * r.width, k * r.height)).collect()
}

/// Brighter pixels than the ground has, and whether anything of the ground is shown.
fn look(info: &gst_video::VideoInfo, buffer: &gst::Buffer) -> (usize, bool) {
    let map = buffer.map_readable().unwrap();
    let stride = info.stride()[0] as usize;
    let rows = map[..stride * info.height() as usize].chunks(stride).map(|row| &row[..info.width() as usize]);
    let (mut bright, mut open) = (0, false);
    for row in rows {
        bright += row.iter().filter(|b| **b > 30).count();
        open |= row.iter().any(|b| (17..24).contains(b));
    }
    (bright, open)
}

#[test]
fn a_change_of_size_and_format_counts_nobody_twice_and_shows_nobody() {
    place::init();
    let test = "a_change_of_size_and_format_counts_nobody_twice_and_shows_nobody";
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("scene.json");
    std::fs::write(&path, SCENE).unwrap();
    let properties = format!("scene-location={} start-time=2026-03-02T09:01:00Z", path.display());
    let Some(detector) = detector(test, &properties) else { return };
    let pipeline = launch(&format!(
        "appsrc name=src ! {detector} ! zonetracker name=z ! pixelscrubber name=s fill-color=0xff101010 ! countsink publish-partial=true"
    ));
    let shown = run::watch_pictures(&run::pad(&pipeline, "s", "src"));
    pipeline.set_state(gst::State::Paused).unwrap();
    let src = run::source(&pipeline, "src", &picture::caps(PARTS[0].0, PARTS[0].1, FPS), None);
    let per_part = PART_S * FPS as u64;
    for (part, (format, size)) in (0..).zip(PARTS) {
        let info = picture::info(format, size, FPS);
        src.set_caps(Some(&info.to_caps().unwrap()));
        for i in part * per_part..(part + 1) * per_part {
            let people = scaled(people_at(&walks(), i as f64 / f64::from(FPS)), size);
            src.push_buffer(picture::bright(&info, &people, gst::ClockTime::from_mseconds(40 * i))).unwrap();
        }
    }
    src.end_of_stream().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let report = run::wait(&pipeline, false);
    let resets: u64 = run::stats(&pipeline, "z").get("resets").unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    report.end_is_eos();
    let counts = &report.counts[0];
    let door = &counts["lines"]["door"];
    assert_eq!((&door["entries"], &door["exits"]), (&Value::from(2), &Value::from(1)), "{counts}");
    assert_eq!(counts["zones"]["mat"]["visits"], 3, "{counts}");
    // The format alone changes no place.
    assert_eq!(resets, 2, "tracks end with each change of the size");
    let shown: Vec<_> = shown.try_iter().collect();
    assert_eq!(shown.len() as u64, 3 * per_part);
    for ((format, size), pictures) in PARTS.iter().zip(shown.chunks(per_part as usize)) {
        let expected = picture::info(*format, *size, FPS);
        let mut open = 0;
        for (i, (info, buffer)) in pictures.iter().enumerate() {
            assert_eq!((info.format(), info.width(), info.height()), (expected.format(), expected.width(), expected.height()));
            assert_eq!(buffer.size(), expected.size(), "{format:?} {size:?}, picture {i}");
            let (bright, shows) = look(info, buffer);
            assert_eq!(bright, 0, "{format:?} {size:?}: picture {i} shows a person");
            open += u64::from(shows);
        }
        assert_eq!(open, per_part, "{format:?} {size:?}: every picture shows the ground");
    }
}
