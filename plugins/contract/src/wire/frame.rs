// SPDX-License-Identifier: MPL-2.0
//! Caps and buffers as the pure modules see them.

use gst_video::prelude::*;

use crate::geometry::PictureSize;
use crate::pixels::{FrameView, PixelFormat, PlaneView, check_plane};

/// The caps that every element takes: system memory, progressive, one view, the formats of [`PixelFormat::ALL`].
pub fn caps() -> gst::Caps {
    let names = PixelFormat::ALL.map(PixelFormat::name);
    gst_video::VideoCapsBuilder::new().format_list(names.iter().filter_map(|n| n.parse::<gst_video::VideoFormat>().ok())).build()
}

/// The pads of an element between camera and scrubber: one in, one out, both with [`caps`].
pub fn filter_templates() -> Vec<gst::PadTemplate> {
    let caps = caps();
    let template = |name, direction| gst::PadTemplate::new(name, direction, gst::PadPresence::Always, &caps);
    [template("sink", gst::PadDirection::Sink), template("src", gst::PadDirection::Src)].into_iter().flatten().collect()
}

/// The format of caps that were negotiated; `None` when the elements do not know it.
pub fn pixel_format(info: &gst_video::VideoInfo) -> Option<PixelFormat> {
    PixelFormat::from_name(info.format().to_str())
}

/// The picture's size.
pub fn picture_size(info: &gst_video::VideoInfo) -> PictureSize {
    PictureSize::new(info.width(), info.height())
}

/// Why a buffer can not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unmapped {
    /// The format is none that the elements know.
    #[error("the format {0} is not understood: put videoconvert before persondetector")]
    Format(String),
    /// Mapping failed, or its video meta contradicts the caps or the memory's size.
    #[error("a buffer could not be mapped as a {0} frame of its caps")]
    Map(&'static str),
}

/// Maps the buffer for reading (video meta, strides and offsets respected) and hands the view to `look`.
///
/// # Errors
/// When the buffer does not hold the frame that its caps promise.
pub fn with_view<T>(
    buffer: &gst::BufferRef,
    info: &gst_video::VideoInfo,
    look: impl FnOnce(&FrameView<'_>) -> T,
) -> Result<T, Unmapped> {
    let format = pixel_format(info).ok_or_else(|| Unmapped::Format(info.format().to_str().to_string()))?;
    let bad = || Unmapped::Map(format.name());
    if buffer.meta::<gst_video::VideoMeta>().is_some_and(|meta| !holds(buffer, &meta, format)) {
        return Err(bad());
    }
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, info).map_err(|_| bad())?;
    let mut planes = [PlaneView { data: &[], stride: 0 }; gst_video::VIDEO_MAX_PLANES];
    let mut n_planes = 0;
    for (i, plane) in (0..frame.n_planes()).zip(&mut planes) {
        let stride = frame.plane_stride().get(i as usize).and_then(|stride| usize::try_from(*stride).ok()).ok_or_else(bad)?;
        *plane = PlaneView { data: frame.plane_data(i).map_err(|_| bad())?, stride };
        n_planes += 1;
    }
    let size = PictureSize::new(frame.width(), frame.height());
    if size != picture_size(info) || frame.format() != info.format() {
        return Err(bad());
    }
    let view = FrameView::new(format, size, planes.get(..n_planes).unwrap_or_default()).map_err(|_| bad())?;
    Ok(look(&view))
}

/// Does the buffer hold the planes that its video meta speaks of? GStreamer maps the one memory in which a plane begins, and
/// does not look how far the plane reaches: a meta that says too much would show what lies behind that memory.
fn holds(buffer: &gst::BufferRef, meta: &gst_video::VideoMeta, format: PixelFormat) -> bool {
    let size = PictureSize::new(meta.width(), meta.height());
    let planes = format.planes().len();
    let (offsets, strides) = (meta.offset(), meta.stride());
    let whole = |plane: usize, offset: usize, stride: i32| {
        let (memories, skipped) = buffer.find_memory(offset..=offset)?;
        let available = buffer.peek_memory(memories.start).size().checked_sub(skipped)?;
        check_plane(format, size, plane, available, usize::try_from(stride).ok()?).ok()
    };
    offsets.len() >= planes
        && strides.len() >= planes
        && (0..planes).all(|plane| whole(plane, offsets[plane], strides[plane]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const W: usize = 8;
    const H: usize = 4;

    fn info() -> gst_video::VideoInfo {
        gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, W as u32, H as u32).build().unwrap()
    }

    /// A buffer of memories of these sizes with a video meta of these plane offsets and strides.
    fn buffer(memories: &[usize], offsets: [usize; 3], strides: [i32; 3]) -> gst::Buffer {
        let mut buffer = gst::Buffer::new();
        let writable = buffer.make_mut();
        memories.iter().for_each(|size| writable.append_memory(gst::Memory::from_slice(vec![1u8; *size])));
        let (flags, format) = (gst_video::VideoFrameFlags::empty(), gst_video::VideoFormat::I420);
        gst_video::VideoMeta::add_full(writable, flags, format, W as u32, H as u32, &offsets, &strides).unwrap();
        buffer
    }

    fn is_seen(buffer: &gst::Buffer) -> bool {
        with_view(buffer, &info(), |view| view.row(2, 1).to_vec()).is_ok()
    }

    #[test]
    fn planes_lie_where_the_meta_says_and_nowhere_else() {
        gst::init().unwrap();
        // Luma of 8 x 4, chroma of 4 x 2 each.
        assert!(is_seen(&buffer(&[48], [0, 32, 40], [8, 4, 4])));
        assert!(is_seen(&buffer(&[32, 8, 8], [0, 32, 40], [8, 4, 4])), "a memory a plane");
        assert!(is_seen(&buffer(&[64 + 8 + 12], [0, 64, 72], [16, 4, 8])), "the last row need not be padded");
        for (what, memories, offsets, strides) in [
            ("the last plane ends a byte behind the buffer", &[47][..], [0, 32, 40], [8, 4, 4]),
            ("an offset behind the buffer", &[48], [0, 32, 48], [8, 4, 4]),
            ("a stride that reaches behind the buffer", &[48], [0, 32, 40], [8, 4, 5]),
            ("a stride shorter than a row", &[48], [0, 32, 40], [8, 4, 3]),
            ("a stride below zero", &[48], [0, 32, 40], [-8, 4, 4]),
            ("a plane over two memories", &[20, 28], [0, 32, 40], [8, 4, 4]),
        ] {
            assert!(!is_seen(&buffer(memories, offsets, strides)), "{what}");
        }
    }
}
