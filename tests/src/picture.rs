// SPDX-License-Identifier: MPL-2.0
//! Pictures made by rule, and buffers of them.

use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::pixels::PixelFormat;

/// Caps of raw video.
pub fn caps(format: PixelFormat, size: PictureSize, fps: i32) -> gst::Caps {
    gst::Caps::builder("video/x-raw")
        .field("format", format.name())
        .field("width", size.width as i32)
        .field("height", size.height as i32)
        .field("framerate", gst::Fraction::new(fps, 1))
        .build()
}

/// The video info of such caps.
pub fn info(format: PixelFormat, size: PictureSize, fps: i32) -> gst_video::VideoInfo {
    gst_video::VideoInfo::from_caps(&caps(format, size, fps)).expect("the caps are raw video")
}

/// A buffer whose bytes follow from `seed` alone, hardly two neighbours alike, with PTS and duration.
pub fn noise(info: &gst_video::VideoInfo, seed: u64, pts: gst::ClockTime) -> gst::Buffer {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let bytes: Vec<u8> = (0..info.size())
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    stamped(gst::Buffer::from_slice(bytes), info, pts)
}

/// A dark buffer (luma 16 plus a slight ramp) with bright rectangles, for the model that finds them. I420 or GRAY8.
pub fn bright(info: &gst_video::VideoInfo, rects: &[Rect<Px>], pts: gst::ClockTime) -> gst::Buffer {
    let (width, height) = (info.width() as usize, info.height() as usize);
    let mut bytes = vec![128u8; info.size()];
    let stride = info.stride()[0] as usize;
    for y in 0..height {
        for x in 0..width {
            bytes[y * stride + x] = 16 + ((x + y) % 8) as u8;
        }
    }
    for r in rects {
        let clamp = |v: f64, max: usize| v.max(0.0).min(max as f64) as usize;
        for y in clamp(r.top, height)..clamp(r.bottom(), height) {
            bytes[y * stride + clamp(r.left, width)..y * stride + clamp(r.right(), width)].fill(235);
        }
    }
    stamped(gst::Buffer::from_slice(bytes), info, pts)
}

fn stamped(mut buffer: gst::Buffer, info: &gst_video::VideoInfo, pts: gst::ClockTime) -> gst::Buffer {
    let fps = info.fps();
    let buffer_ref = buffer.make_mut();
    buffer_ref.set_pts(pts);
    if fps.numer() > 0 {
        buffer_ref.set_duration(gst::ClockTime::from_nseconds(1_000_000_000 * fps.denom() as u64 / fps.numer() as u64));
    }
    buffer
}
