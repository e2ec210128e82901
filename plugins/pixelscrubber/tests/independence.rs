// SPDX-License-Identifier: MPL-2.0
//! No output byte depends on a pixel inside a person's enlarged area, nor on an excluded one: two pictures that are equal
//! outside and differ inside give the same bytes, in every format, at odd sizes, with padded strides.

// The whole file is a test; clippy takes only `#[test]` functions for one.
#![allow(clippy::unwrap_used, clippy::panic)]

mod picture;

use std::time::Duration;

use footfall_contract::attestation::PersonBox;
use footfall_contract::geometry::{PictureSize, Point, Polygon, Rect};
use footfall_contract::pixels::PixelFormat;
use gst_plugin_pixelscrubber::canvas::{Canvas, Markers};
use gst_plugin_pixelscrubber::colour::{BLACK, Colour};
use gst_plugin_pixelscrubber::cover::Cover;
use gst_plugin_pixelscrubber::mask::{AgedBox, PxRect, covered_rects};
use gst_plugin_pixelscrubber::planes::{Page, PageLayout};
use gst_plugin_pixelscrubber::raster::{BlockRuns, Raster};
use picture::{Picture, layout, printed, used_memory};
use proptest::prelude::*;

fn rects_of(boxes: &[(f64, f64, f64, f64)], size: PictureSize) -> Vec<PxRect> {
    let aged: Vec<_> = boxes
        .iter()
        .map(|&(x, y, w, h)| AgedBox { person: PersonBox::detected(Rect::new(x, y, w, h), 0.9), age: Duration::ZERO })
        .collect();
    covered_rects(&aged, size).unwrap()
}

fn excluded_runs(corners: &[(f64, f64)], size: PictureSize) -> (Polygon<footfall_contract::geometry::Px>, BlockRuns) {
    let polygon = Polygon::new(corners.iter().map(|&(x, y)| Point::new(x, y)).collect());
    let mut raster = Raster::new(size);
    raster.polygon(&polygon);
    (polygon, raster.runs())
}

const FILL: Colour = Colour { red: 200, green: 30, blue: 90 };

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn equal_outside_and_different_inside_give_the_same_bytes(
        boxes in proptest::collection::vec((-30f64..150.0, -30f64..110.0, 0f64..40.0, 0f64..40.0), 0..3),
        corners in proptest::collection::vec((-10f64..150.0, -10f64..110.0), 3..5),
        w in 1u32..150, h in 1u32..110, padding in 0usize..9, seeds in any::<(u64, u64, u64, u64)>(),
    ) {
        let size = PictureSize::new(w, h);
        let rects = rects_of(&boxes, size);
        let (polygon, excluded) = excluded_runs(&corners, size);
        let mut cover = Cover::new(size);
        cover.set(&rects, &excluded);
        let hidden = |x: u32, y: u32| {
            rects.iter().any(|r| (r.left..r.right).contains(&x) && (r.top..r.bottom).contains(&y))
                || polygon.contains(Point::new(f64::from(x) + 0.5, f64::from(y) + 0.5))
        };
        for format in PixelFormat::ALL {
            let one = Picture::noise(format, size, padding, seeds.0);
            let other = one.with_hidden_of(&Picture::noise(format, size, padding + 3, seeds.1), hidden);
            // Rows of the two lie differently in memory, and so does their padding's content.
            let layout = layout(format, size, padding);
            let samples = FILL.samples(format);
            let print = |p: &Picture, seed| printed(&layout, seed, |page| page.copy_outside(&p.view(), &cover, &samples).unwrap());
            prop_assert_eq!(print(&one, seeds.2), print(&other, seeds.3), "{}", format.name());
        }
    }

    #[test]
    fn outside_the_mask_is_the_input_and_inside_is_the_fill_colour(
        boxes in proptest::collection::vec((-30f64..150.0, -30f64..110.0, 0f64..40.0, 0f64..40.0), 0..3),
        w in 1u32..150, h in 1u32..110, padding in 0usize..5, seed in any::<u64>(),
    ) {
        let size = PictureSize::new(w, h);
        let mut cover = Cover::new(size);
        cover.set(&rects_of(&boxes, size), &BlockRuns::default());
        for format in PixelFormat::ALL {
            let picture = Picture::noise(format, size, padding, seed);
            let layout = layout(format, size, 1);
            let samples = FILL.samples(format);
            let mut memory = used_memory(layout.1, seed);
            let frame = Page::new(&mut memory, &layout.0).unwrap().copy_outside(&picture.view(), &cover, &samples).unwrap();
            for (i, shape) in format.planes().iter().enumerate() {
                let (columns, rows) = shape.samples(size);
                for y in 0..rows {
                    let row = frame.row(i, y);
                    for x in 0..columns {
                        let covered = cover.covers((x as u32) << shape.x_shift, (y as u32) << shape.y_shift);
                        let expected = if covered { samples.of_plane(i) } else { picture.sample(i, x, y) };
                        prop_assert_eq!(&row[x * shape.bytes..(x + 1) * shape.bytes], expected);
                    }
                }
            }
        }
    }

    #[test]
    fn canvas_and_blank_depend_on_nothing_but_the_mask(
        boxes in proptest::collection::vec((-30f64..150.0, -30f64..110.0, 0f64..40.0, 0f64..40.0), 0..3),
        w in 1u32..150, h in 1u32..110, padding in 0usize..5, seeds in any::<(u64, u64)>(),
    ) {
        let size = PictureSize::new(w, h);
        let rects = rects_of(&boxes, size);
        for format in PixelFormat::ALL {
            let layout = layout(format, size, padding);
            let canvas = Canvas::new(FILL, Markers::Grid, format, size, None);
            prop_assert_eq!(printed(&layout, seeds.0, |p| canvas.draw(&rects, p)), printed(&layout, seeds.1, |p| canvas.draw(&rects, p)));
            let blank = BLACK.samples(format);
            prop_assert_eq!(printed(&layout, seeds.0, |p| p.flat(&blank)), printed(&layout, seeds.1, |p| p.flat(&blank)));
        }
    }
}

#[test]
fn a_mask_or_page_of_another_size_or_format_is_refused() {
    let size = PictureSize::new(32, 16);
    let picture = Picture::noise(PixelFormat::I420, size, 0, 1);
    let samples = BLACK.samples(PixelFormat::I420);
    for (page_format, page_size, cover_size) in [
        (PixelFormat::I420, size, PictureSize::new(32, 18)),
        (PixelFormat::Yv12, size, size),
        (PixelFormat::I420, PictureSize::new(32, 18), PictureSize::new(32, 18)),
    ] {
        let (layout, len) = layout(page_format, page_size, 0);
        let mut memory = vec![0; len];
        let page = Page::new(&mut memory, &layout).unwrap();
        assert!(page.copy_outside(&picture.view(), &Cover::new(cover_size), &samples).is_err());
        assert!(memory.iter().all(|b| *b == 0), "nothing was written");
    }
    let (layout, len) = layout(PixelFormat::I420, size, 0);
    assert!(Page::new(&mut vec![0; len + 1], &layout).is_err());
}

#[test]
fn layouts_whose_planes_overlap_or_reach_out_are_refused() {
    let size = PictureSize::new(4, 4);
    for (offsets, strides, len) in [
        ([0, 16, 20], [4, 2, 2], 23),
        ([0, 15, 20], [4, 2, 2], 24),
        ([0, 20, 16], [4, 2, 2], 24),
        ([0, 16, 20], [3, 2, 2], 24),
        ([0, 16, 99], [4, 2, 2], 24),
    ] {
        assert!(PageLayout::new(PixelFormat::I420, size, &offsets, &strides, len).is_err(), "{offsets:?} {strides:?} {len}");
    }
    assert!(PageLayout::new(PixelFormat::I420, size, &[0, 16, 20], &[4, 2, 2], 24).is_ok());
}
