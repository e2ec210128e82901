// SPDX-License-Identifier: MPL-2.0
//! Time of the sampler, and of head and duplicates, at 1080p, against one cold copy of the same frame.
//!
//! ```text
//! cargo bench -p gst-plugin-persondetector --no-default-features --bench detect
//! ```
#![allow(missing_docs, clippy::print_stdout, clippy::disallowed_methods, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use gst_plugin_persondetector::heads::{PictureInput, yolox};
use gst_plugin_persondetector::letterbox::Resize;
use gst_plugin_persondetector::model::metadata::Metadata;
use gst_plugin_persondetector::network::Output;
use gst_plugin_persondetector::nms;
use gst_plugin_persondetector::sampler::{ChannelOrder, Colorimetry, FrameShape, InputSpec, Normalisation, Sampler};

/// Frames in turn, together larger than any cache: each is cold when it comes.
const FRAMES: usize = 64;
const ROUNDS: usize = 8;

/// Least and median of `FRAMES * ROUNDS` runs, milliseconds.
fn time(mut work: impl FnMut(usize)) -> (f64, f64) {
    let mut taken: Vec<f64> = (0..FRAMES * ROUNDS)
        .map(|i| {
            let began = Instant::now();
            work(i % FRAMES);
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    (taken[0], taken[taken.len() / 2])
}

fn main() {
    let size = PictureSize::new(1920, 1080);
    let mut copy_ms = 0.0;
    for (format, bytes) in [(PixelFormat::I420, 3_110_400), (PixelFormat::Nv12, 3_110_400), (PixelFormat::Bgrx, 8_294_400)] {
        let frames: Vec<Vec<u8>> = (0..FRAMES).map(|k| (0..bytes).map(|i| ((i * 31 + k * 7) >> 3) as u8).collect()).collect();
        let mut target = vec![0u8; bytes];
        let copy = time(|i| {
            target.copy_from_slice(&frames[i]);
            black_box(&target);
        });
        if format == PixelFormat::I420 {
            copy_ms = copy.1;
            println!("cold copy of a 1080p I420 frame: {:.3} ms least, {:.3} ms median", copy.0, copy.1);
        }
        for (width, height, resize) in [(416, 416, Resize::LetterboxTopLeft), (416, 288, Resize::Stretch)] {
            let spec = InputSpec {
                size: PictureSize::new(width, height),
                resize,
                order: ChannelOrder::Bgr,
                normalisation: Normalisation::NONE,
                pad: 114.0,
            };
            let mut sampler = Sampler::new(FrameShape { format, size, colorimetry: Colorimetry::default() }, spec, &[]);
            let mut tensor = vec![0f32; spec.len()];
            let strides: &[(usize, usize)] = match format {
                PixelFormat::I420 => &[(0, 1920), (2_073_600, 960), (2_592_000, 960)],
                PixelFormat::Nv12 => &[(0, 1920), (2_073_600, 1920)],
                _ => &[(0, 7680)],
            };
            let (least, median) = time(|i| {
                let planes: Vec<_> =
                    strides.iter().map(|(at, stride)| PlaneView { data: &frames[i][*at..], stride: *stride }).collect();
                sampler.sample(&FrameView::new(format, size, &planes).unwrap(), &mut tensor).unwrap();
                black_box(&tensor);
            });
            println!(
                "sampler {} 1920x1080 -> {width}x{height}: {least:.3} ms least, {median:.3} ms median, {:.1} cold copies of I420",
                format.name(),
                median / copy_ms
            );
        }
    }
    head();
}

/// The head of yolox_nano with 24 people of five boxes each, and the removal of duplicates.
fn head() {
    let input = PictureInput { name: "images".into(), width: 416, height: 416 };
    let rows = yolox::rows(416, 416);
    let shape = [1, rows as i64, 85];
    let mut data = vec![0.3f32; rows * 85];
    for (i, row) in data.chunks_exact_mut(85).enumerate() {
        row[4] = if i % 30 < 1 { 0.8 } else { 0.01 };
        row[2] = -0.2;
    }
    let recognised = yolox::recognise(&[Output { shape: &shape, data: &data }], &input, &Metadata::default()).unwrap().unwrap();
    let mut found = Vec::new();
    let (least, median) = time(|_| {
        found.clear();
        recognised.head.decode(&[Output { shape: &shape, data: &data }], 0.1, &mut found).unwrap();
        nms::suppress(&mut found, 0.5);
        black_box(&found);
    });
    println!("head and duplicates, 3549 rows, {} boxes: {least:.3} ms least, {median:.3} ms median", found.len());
}
