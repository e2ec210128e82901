// SPDX-License-Identifier: MPL-2.0
//! Caps and buffers as the pure modules see them.

use gst_video::prelude::*;

use crate::geometry::PictureSize;
use crate::pixels::{FrameView, PixelFormat, PlaneView};

/// The caps that every element takes: system memory, progressive, one view, the formats of [`PixelFormat::ALL`].
pub fn caps() -> gst::Caps {
    let names = PixelFormat::ALL.map(PixelFormat::name);
    gst_video::VideoCapsBuilder::new().format_list(names.iter().filter_map(|n| n.parse::<gst_video::VideoFormat>().ok())).build()
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
    let frame = gst_video::VideoFrameRef::from_buffer_ref_readable(buffer, info).map_err(|_| bad())?;
    let planes: Vec<PlaneView<'_>> = (0..frame.n_planes())
        .filter_map(|i| {
            let stride = usize::try_from(*frame.plane_stride().get(i as usize)?).ok()?;
            Some(PlaneView { data: frame.plane_data(i).ok()?, stride })
        })
        .collect();
    let size = PictureSize::new(frame.width(), frame.height());
    if size != picture_size(info) || frame.format() != info.format() {
        return Err(bad());
    }
    let view = FrameView::new(format, size, &planes).map_err(|_| bad())?;
    Ok(look(&view))
}
