// SPDX-License-Identifier: MPL-2.0
//! The scene over a scrubbed picture: lines, zones and names stand where the scene says, at every size and in every format,
//! and nothing else of the picture changes.

// The whole file is a test; clippy takes only `#[test]` functions for one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod picture;

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use gst_plugin_pixelscrubber::colour::{BLACK, Colour};
use gst_plugin_pixelscrubber::cover::Cover;
use gst_plugin_pixelscrubber::mask::PxRect;
use gst_plugin_pixelscrubber::overlay::{AREA, INTEREST, LINE, Overlay, QUEUE};
use gst_plugin_pixelscrubber::planes::{Page, ScrubbedFrame};
use gst_plugin_pixelscrubber::raster::BlockRuns;
use picture::{Picture, layout, printed, used_memory};
use proptest::prelude::*;

const GRAY: Colour = Colour { red: 128, green: 128, blue: 128 };

fn scene(rest: &str) -> Option<Scene> {
    let head = r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC","#;
    Scene::parse(&format!("{head}{rest}}}")).ok()
}

/// Rows of a letter of the font, as they are to be seen.
fn letter(c: char) -> [&'static str; 7] {
    match c {
        'd' => ["....#", "....#", ".##.#", "#..##", "#...#", "#...#", ".####"],
        'o' => [".....", ".....", ".###.", "#...#", "#...#", "#...#", ".###."],
        'r' => [".....", ".....", "#.##.", "##..#", "#....", "#....", "#...."],
        _ => panic!("{c} is not used here"),
    }
}

/// Is the pixel of this colour, in every plane?
fn is(frame: &ScrubbedFrame<'_>, (x, y): (u32, u32), colour: Colour) -> bool {
    let samples = colour.samples(frame.format());
    frame.format().planes().iter().enumerate().all(|(i, shape)| {
        let at = (x >> shape.x_shift) as usize * shape.bytes;
        frame.row(i, (y >> shape.y_shift) as usize).get(at..at + shape.bytes) == Some(samples.of_plane(i))
    })
}

/// Pixels in the side of a dot of the font.
fn dot_px(size: PictureSize) -> u32 {
    2 * (f64::from(size.width.min(size.height)) / 720.0).round().max(1.0) as u32
}

/// Where a word stands in the picture, its middle, in fractions of it: every place.
fn words(frame: &ScrubbedFrame<'_>, word: &str, ground: Colour) -> Vec<(f64, f64)> {
    let (size, dot) = (frame.size(), dot_px(frame.size()));
    let (width, height) = ((word.len() as u32 * 6 - 1) * dot, 7 * dot);
    let rows: Vec<String> = (0..7).map(|y| word.chars().map(|c| letter(c)[y]).collect::<Vec<_>>().join(".")).collect();
    let ink = ground.contrast();
    let stands = |left: u32, top: u32| {
        (0u32..).zip(&rows).all(|(y, row)| {
            (0u32..).zip(row.chars()).all(|(x, c)| {
                let (x, y) = (left + x * dot, top + y * dot);
                let wanted = if c == '#' { ink } else { ground };
                is(frame, (x, y), wanted) && is(frame, (x + dot - 1, y + dot - 1), wanted)
            })
        })
    };
    let places = (0..size.height.saturating_sub(height)).flat_map(|y| (0..size.width.saturating_sub(width)).map(move |x| (x, y)));
    places
        .filter(|(x, y)| x % 2 == 0 && y % 2 == 0 && stands(*x, *y))
        .map(|(x, y)| (f64::from(x + width / 2) / f64::from(size.width), f64::from(y + height / 2) / f64::from(size.height)))
        .collect()
}

#[test]
fn lines_zones_and_names_are_where_the_scene_says() {
    let scene = scene(
        r#""lines":[{"name":"door","points":[[0.1,0.7],[0.9,0.7]],"inside":[0.5,0.2]}],
           "zones":[{"name":"rod","polygon":[[0.1,0.1],[0.4,0.1],[0.4,0.5],[0.1,0.5]]},
                    {"name":"odd","role":"interest","polygon":[[0.6,0.1],[0.9,0.1],[0.75,0.55]]}]"#,
    )
    .unwrap();
    for (size, formats) in [
        (PictureSize::new(322, 242), &PixelFormat::ALL[..]),
        (PictureSize::new(1280, 720), &[PixelFormat::I420, PixelFormat::Nv12, PixelFormat::Bgrx, PixelFormat::Gray8][..]),
        (PictureSize::new(1081, 1919), &[PixelFormat::Nv12][..]),
    ] {
        for format in formats {
            let layout = layout(*format, size, 1);
            let mut memory = used_memory(layout.1, 7);
            let mut frame = Page::new(&mut memory, &layout.0).unwrap().flat(&GRAY.samples(*format));
            Overlay::new(&scene, *format, size).draw(&mut frame);
            let what = format!("{} {size:?}", format.name());
            // 0.7 * 720 is a little less than 504.
            let whole = |v: f64, side: u32| (v * f64::from(side) + 1e-6) as u32;
            let px = |x: f64, y: f64| (whole(x, size.width), whole(y, size.height));
            for x in [0.11, 0.3, 0.45, 0.6, 0.89] {
                assert!(is(&frame, px(x, 0.7), LINE), "{what}: the line at {x}");
            }
            let (x, y) = px(0.5, 0.7);
            let dot = dot_px(size);
            assert!(is(&frame, (x, y - 9 * dot), LINE), "{what}: the arrow");
            assert!(!is(&frame, (x, y + 2 * dot), LINE), "{what}: nothing on its other side");
            assert!(
                is(&frame, (x - 3 * dot / 2, y - 12 * dot), LINE) || is(&frame, (x - 2 * dot, y - 12 * dot), LINE),
                "{what}: its tip"
            );
            for (x, y) in [(0.1, 0.3), (0.4, 0.2), (0.2, 0.1), (0.3, 0.5)] {
                assert!(is(&frame, px(x, y), AREA), "{what}: the area's edge at {x} {y}");
            }
            assert!(is(&frame, px(0.65, 0.1), INTEREST), "{what}: the shelf's edge");
            assert!(is(&frame, px(0.02, 0.95), GRAY) && is(&frame, px(0.2, 0.2), GRAY), "{what}: open ground");

            let near = |found: &[(f64, f64)], x: f64, y: f64| {
                let [(fx, fy)] = found else { return false };
                let off = |a: f64, b: f64, side: u32| ((a - b) * f64::from(side)).abs() <= 1.5 * f64::from(dot);
                off(*fx, x, size.width) && off(*fy, y, size.height)
            };
            let beside = 0.7 + f64::from(15 * dot) / 2.0 / f64::from(size.height);
            for (word, ground, x, y) in [("door", LINE, 0.5, beside), ("rod", AREA, 0.25, 0.3), ("odd", INTEREST, 0.75, 0.25)] {
                let found = words(&frame, word, ground);
                assert!(near(&found, x, y), "{what}: {word} is at {found:?}, not at ({x}, {y})");
            }
        }
    }
}

#[test]
fn roles_have_their_colours_and_names_stay_in_the_picture() {
    let scene = scene(
        r#""zones":[{"name":"rod","role":"queue","polygon":[[0.0,0.0],[0.05,0.0],[0.05,0.04],[0.0,0.04]]},
                    {"name":"odd","polygon":[[0.5,0.5],[1.0,0.5],[1.0,1.0],[0.5,1.0]]}]"#,
    )
    .unwrap();
    let size = PictureSize::new(321, 241);
    let layout = layout(PixelFormat::Rgb, size, 0);
    let mut memory = used_memory(layout.1, 7);
    let mut frame = Page::new(&mut memory, &layout.0).unwrap().flat(&GRAY.samples(PixelFormat::Rgb));
    Overlay::new(&scene, PixelFormat::Rgb, size).draw(&mut frame);
    assert_eq!((words(&frame, "rod", QUEUE).len(), words(&frame, "odd", AREA).len()), (1, 1));
    assert!(is(&frame, (200, 240), AREA) && is(&frame, (320, 130), AREA), "an edge of the picture is drawn too");
}

/// A line and a zone anywhere, with names of any length.
fn any_scene() -> impl Strategy<Value = Scene> {
    let fraction = || (0u32..=100).prop_map(|v| f64::from(v) / 100.0);
    let point = move || (fraction(), fraction());
    let points = proptest::collection::vec(point(), 2..5);
    (points, point(), (point(), point(), point()), 1usize..40).prop_filter_map("no scene", |(line, inside, zone, letters)| {
        let pair = |p: &(f64, f64)| format!("[{},{}]", p.0, p.1);
        let list = |points: &[(f64, f64)]| points.iter().map(pair).collect::<Vec<_>>().join(",");
        scene(&format!(
            r#""lines":[{{"name":"l","points":[{}],"inside":{}}}],"zones":[{{"name":"{}","polygon":[{}]}}]"#,
            list(&line),
            pair(&inside),
            "z".repeat(letters),
            list(&[zone.0, zone.1, zone.2]),
        ))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_overlay_changes_nothing_but_its_own_blocks_and_shows_nothing_of_the_camera(
        scene in any_scene(), w in 1u32..190, h in 1u32..130, padding in 0usize..5, seeds in any::<(u64, u64)>(),
    ) {
        let size = PictureSize::new(w, h);
        let cover = Cover::new(size);
        for format in PixelFormat::ALL {
            let overlay = Overlay::new(&scene, format, size);
            let layout = layout(format, size, padding);
            let samples = BLACK.samples(format);
            let shown = |seed, over: bool| {
                let picture = Picture::noise(format, size, padding, seed);
                let mut memory = used_memory(layout.1, seed);
                let page = Page::new(&mut memory, &layout.0).unwrap();
                let mut frame = page.copy_outside(&picture.view(), &cover, &samples).unwrap();
                if over {
                    overlay.draw(&mut frame);
                }
                let rows = |i: usize| (0..format.planes()[i].samples(size).1).map(move |y| (i, y));
                (0..format.planes().len()).flat_map(rows).map(|(i, y)| frame.row(i, y).to_vec()).collect::<Vec<_>>()
            };
            let (without, with, with_another) = (shown(seeds.0, false), shown(seeds.0, true), shown(seeds.1, true));
            let mut row = 0;
            for shape in format.planes() {
                let (columns, rows) = shape.samples(size);
                for y in 0..rows {
                    for x in 0..columns {
                        let covered = overlay.covers((x as u32) << shape.x_shift, (y as u32) << shape.y_shift);
                        let expected = if covered { &with_another } else { &without };
                        let bytes = x * shape.bytes..(x + 1) * shape.bytes;
                        prop_assert_eq!(&with[row][bytes.clone()], &expected[row][bytes], "{} at {} {}", format.name(), x, y);
                    }
                    row += 1;
                }
            }
        }
    }

    #[test]
    fn under_an_overlay_equal_outside_and_different_inside_give_the_same_bytes(
        scene in any_scene(), w in 1u32..190, h in 1u32..130, left in 0u32..150, top in 0u32..100, seeds in any::<(u64, u64)>(),
    ) {
        let size = PictureSize::new(w, h);
        let person = PxRect { left: left.min(w - 1), top: top.min(h - 1), right: (left + 32).min(w), bottom: (top + 48).min(h) };
        prop_assume!(person.left < person.right && person.top < person.bottom);
        let mut cover = Cover::new(size);
        cover.set(&[person], &BlockRuns::default());
        let hidden = |x, y| (person.left..person.right).contains(&x) && (person.top..person.bottom).contains(&y);
        for format in PixelFormat::ALL {
            let overlay = Overlay::new(&scene, format, size);
            let one = Picture::noise(format, size, 1, seeds.0);
            let other = one.with_hidden_of(&Picture::noise(format, size, 3, seeds.1), hidden);
            let layout = layout(format, size, 2);
            let samples = GRAY.samples(format);
            let print = |picture: &Picture, seed| {
                printed(&layout, seed, |page| {
                    let mut frame = page.copy_outside(&picture.view(), &cover, &samples).unwrap();
                    overlay.draw(&mut frame);
                    frame
                })
            };
            prop_assert_eq!(print(&one, seeds.0), print(&other, seeds.1), "{}", format.name());
        }
    }
}
