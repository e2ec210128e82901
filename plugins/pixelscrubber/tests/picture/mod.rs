// SPDX-License-Identifier: MPL-2.0
//! Pictures of noise, and memory that was used before, for the tests of what leaves.

// Each test uses what it needs.
#![allow(dead_code)]

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use gst_plugin_pixelscrubber::planes::{Page, PageLayout, RawFrame, ScrubbedFrame};

/// The planes of a picture in memory, with some bytes more in each row.
#[derive(Clone)]
pub struct Picture {
    format: PixelFormat,
    size: PictureSize,
    planes: Vec<Vec<u8>>,
    strides: Vec<usize>,
}

impl Picture {
    pub fn noise(format: PixelFormat, size: PictureSize, padding: usize, seed: u64) -> Self {
        let mut state = seed | 1;
        let mut byte = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        };
        let mut picture = Self { format, size, planes: Vec::new(), strides: Vec::new() };
        for shape in format.planes() {
            let (columns, rows) = shape.samples(size);
            let stride = columns * shape.bytes + padding;
            picture.planes.push((0..stride * rows).map(|_| byte()).collect());
            picture.strides.push(stride);
        }
        picture
    }

    pub fn view(&self) -> RawFrame<'_> {
        let planes: Vec<_> =
            self.planes.iter().zip(&self.strides).map(|(data, stride)| PlaneView { data, stride: *stride }).collect();
        RawFrame::new(FrameView::new(self.format, self.size, &planes).unwrap())
    }

    /// The samples of `other` wherever a pixel of them is `hidden`: what a person in front of the camera changes.
    pub fn with_hidden_of(&self, other: &Self, hidden: impl Fn(u32, u32) -> bool) -> Self {
        let mut mixed = other.clone();
        for (i, shape) in self.format.planes().iter().enumerate() {
            let (columns, rows) = shape.samples(self.size);
            for y in 0..rows {
                for x in 0..columns {
                    let pixels = |n: usize, shift: u32| (n as u32) << shift..((n + 1) as u32) << shift;
                    let touched = pixels(y, shape.y_shift).any(|py| pixels(x, shape.x_shift).any(|px| hidden(px, py)));
                    if !touched {
                        let at = y * mixed.strides[i] + x * shape.bytes;
                        mixed.planes[i][at..at + shape.bytes].copy_from_slice(self.sample(i, x, y));
                    }
                }
            }
        }
        mixed
    }

    pub fn sample(&self, i: usize, x: usize, y: usize) -> &[u8] {
        let bytes = self.format.planes()[i].bytes;
        &self.planes[i][y * self.strides[i] + x * bytes..][..bytes]
    }
}

/// A layout with padded rows and space between planes, as some allocators make them.
pub fn layout(format: PixelFormat, size: PictureSize, padding: usize) -> (PageLayout, usize) {
    let (mut offsets, mut strides, mut len) = (Vec::new(), Vec::new(), 0);
    for shape in format.planes() {
        let (columns, rows) = shape.samples(size);
        offsets.push(len);
        strides.push(columns * shape.bytes + padding);
        len += (columns * shape.bytes + padding) * rows + 2 * padding;
    }
    (PageLayout::new(format, size, &offsets, &strides, len).unwrap(), len)
}

/// What stands in memory that was used before; it must not be seen in any result.
pub fn used_memory(len: usize, seed: u64) -> Vec<u8> {
    (0..len as u64).map(|i| (i.wrapping_mul(seed | 1) >> 3) as u8).collect()
}

pub fn printed(layout: &(PageLayout, usize), seed: u64, draw: impl for<'p> FnOnce(Page<'p>) -> ScrubbedFrame<'p>) -> Vec<u8> {
    let mut memory = used_memory(layout.1, seed);
    draw(Page::new(&mut memory, &layout.0).unwrap());
    memory
}
