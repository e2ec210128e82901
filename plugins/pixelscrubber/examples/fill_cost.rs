// SPDX-License-Identifier: MPL-2.0
//! What a scrubbed 1080p picture costs, as a ratio to one plain copy of it. Buffers take turns, so that none is in the
//! cache. `cargo run --release -p gst-plugin-pixelscrubber --no-default-features --example fill_cost`

// A benchmark asks the clock and prints; there is nothing else that it is for.
#![allow(clippy::disallowed_methods, clippy::print_stdout, clippy::expect_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use footfall_contract::attestation::PersonBox;
use footfall_contract::fingerprint::fingerprint;
use footfall_contract::geometry::{PictureSize, Rect};
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use footfall_contract::scene::Scene;
use gst_plugin_pixelscrubber::canvas::{Canvas, Markers};
use gst_plugin_pixelscrubber::colour::BLACK;
use gst_plugin_pixelscrubber::cover::Cover;
use gst_plugin_pixelscrubber::mask::{AgedBox, cover_into};
use gst_plugin_pixelscrubber::overlay::Overlay;
use gst_plugin_pixelscrubber::planes::{Page, PageLayout, RawFrame};
use gst_plugin_pixelscrubber::raster::BlockRuns;

const SIZE: PictureSize = PictureSize::new(1920, 1080);
const LUMA: usize = 1920 * 1080;
const LEN: usize = LUMA * 3 / 2;
/// Input and output buffers, 300 MB together: no cache holds them.
const BUFFERS: usize = 48;
const ROUNDS: usize = 8;

/// A line and four zones, as a shop has them.
const SCENE: &str = r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC",
    "lines":[{"name":"door","points":[[0.2,0.9],[0.8,0.85]],"inside":[0.5,0.5]}],
    "zones":[{"name":"shelf-left","role":"interest","polygon":[[0.02,0.3],[0.25,0.25],[0.3,0.7],[0.05,0.8]]},
             {"name":"table","polygon":[[0.4,0.4],[0.6,0.4],[0.65,0.7],[0.35,0.7]]},
             {"name":"queue","role":"queue","polygon":[[0.7,0.3],[0.95,0.3],[0.98,0.6],[0.7,0.6]]},
             {"name":"till","polygon":[[0.7,0.6],[0.98,0.6],[0.98,0.8],[0.7,0.8]]}]}"#;

/// Times `act(input, output)` over all buffers in turn, and prints median and 99th percentile.
fn measure(name: &str, inputs: &[Vec<u8>], outputs: &mut [Vec<u8>], mut act: impl FnMut(&[u8], &mut [u8])) -> Duration {
    let mut times = Vec::with_capacity(BUFFERS * ROUNDS);
    for _ in 0..ROUNDS {
        for (input, output) in inputs.iter().zip(outputs.iter_mut()) {
            let start = Instant::now();
            act(black_box(input), black_box(output));
            times.push(start.elapsed());
        }
    }
    times.sort();
    let (median, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("{name:<28} median {:7.3} ms   p99 {:7.3} ms", median.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3);
    median
}

fn view(bytes: &[u8]) -> FrameView<'_> {
    let (y, c) = bytes.split_at(LUMA);
    let (u, v) = c.split_at(LUMA / 4);
    let planes = [(y, 1920), (u, 960), (v, 960)].map(|(data, stride)| PlaneView { data, stride });
    FrameView::new(PixelFormat::I420, SIZE, &planes).expect("the planes fit")
}

fn main() {
    let inputs: Vec<Vec<u8>> = (0..BUFFERS).map(|i| vec![i as u8 + 1; LEN]).collect();
    let mut outputs: Vec<Vec<u8>> = (0..BUFFERS).map(|_| vec![1; LEN]).collect();
    let layout = PageLayout::new(PixelFormat::I420, SIZE, &[0, LUMA, LUMA * 5 / 4], &[1920, 960, 960], LEN).expect("it fits");
    let people: Vec<_> = (0..16)
        .map(|i| {
            let rect = Rect::new(110.0 * f64::from(i), 40.0 * f64::from(i), 96.0, 224.0);
            AgedBox { person: PersonBox::detected(rect, 0.9), age: Duration::ZERO }
        })
        .collect();
    let samples = BLACK.samples(PixelFormat::I420);
    let canvas = Canvas::new(BLACK, Markers::Grid, PixelFormat::I420, SIZE, None);
    let scene = Scene::parse(SCENE).expect("a scene");
    let overlay = Overlay::new(&scene, PixelFormat::I420, SIZE);
    let (mut rects, mut cover) = (Vec::new(), Cover::new(SIZE));

    println!("1920x1080 I420, 16 people, cold buffers");
    let copy = measure("plain copy", &inputs, &mut outputs, |from, to| to.copy_from_slice(from));
    let mut ratios = Vec::new();
    ratios.push((
        "fill",
        measure("mask, fingerprint and fill", &inputs, &mut outputs, |from, to| {
            let frame = view(from);
            black_box(fingerprint(&frame));
            cover_into(&people, SIZE, &mut rects).expect("sane boxes");
            cover.set(&rects, &BlockRuns::default());
            let page = Page::new(to, &layout).expect("it fits");
            black_box(page.copy_outside(&RawFrame::new(frame), &cover, &samples).is_ok());
        }),
    ));
    ratios.push((
        "fill with overlay",
        measure("the same and the overlay", &inputs, &mut outputs, |from, to| {
            let frame = view(from);
            black_box(fingerprint(&frame));
            cover_into(&people, SIZE, &mut rects).expect("sane boxes");
            cover.set(&rects, &BlockRuns::default());
            let page = Page::new(to, &layout).expect("it fits");
            if let Ok(mut shown) = page.copy_outside(&RawFrame::new(frame), &cover, &samples) {
                overlay.draw(&mut shown);
                black_box(shown.size());
            }
        }),
    ));
    ratios.push((
        "making an overlay",
        measure("an overlay, once a scene", &inputs, &mut outputs, |_, _| {
            black_box(Overlay::new(black_box(&scene), PixelFormat::I420, SIZE));
        }),
    ));
    ratios.push((
        "mask",
        measure("mask alone", &inputs, &mut outputs, |_, _| {
            cover_into(&people, SIZE, &mut rects).expect("sane boxes");
            cover.set(black_box(&rects), &BlockRuns::default());
        }),
    ));
    ratios.push((
        "canvas",
        measure("canvas", &inputs, &mut outputs, |_, to| {
            black_box(canvas.draw(&rects, Page::new(to, &layout).expect("it fits")).size());
        }),
    ));
    ratios.push((
        "blank",
        measure("blank", &inputs, &mut outputs, |_, to| {
            black_box(Page::new(to, &layout).expect("it fits").flat(&samples).size());
        }),
    ));
    for (name, time) in ratios {
        println!("{name} / plain copy = {:.2}", time.as_secs_f64() / copy.as_secs_f64());
    }
}
