// SPDX-License-Identifier: MPL-2.0
//! What caps say about the frames to come, and why some can not be taken.

use std::time::Duration;

use footfall_contract::wire;

use crate::sampler::{Colorimetry, FrameShape, Matrix, Range};

/// The frames' shape; `None` when such frames are not understood.
pub fn shape(info: &gst_video::VideoInfo) -> Option<FrameShape> {
    let format = wire::frame::pixel_format(info).filter(|_| !info.is_interlaced())?;
    Some(FrameShape { format, size: wire::frame::picture_size(info), colorimetry: colorimetry(info) })
}

/// Why caps can not be taken, and what helps.
pub fn refused(caps: &gst::Caps) -> String {
    let system = caps.features(0).is_none_or(|f| f.is_any() || f.contains(gst::CAPS_FEATURE_MEMORY_SYSTEM_MEMORY));
    let interlaced =
        caps.structure(0).and_then(|s| s.get::<&str>("interlace-mode").ok()).is_some_and(|mode| mode != "progressive");
    let remedy = match (system, interlaced) {
        (false, _) => {
            "pictures must lie in system memory: put the download element of that memory (such as gldownload or vapostproc) before persondetector"
        }
        (_, true) => "interlaced pictures are not understood: put deinterlace before persondetector",
        _ => "the format is not understood: put videoconvert before persondetector",
    };
    format!("caps {caps} can not be taken: {remedy}")
}

fn colorimetry(info: &gst_video::VideoInfo) -> Colorimetry {
    let told = info.colorimetry();
    let matrix = if told.matrix() == gst_video::VideoColorMatrix::Bt709 { Matrix::Bt709 } else { Matrix::Bt601 };
    let range = if told.range() == gst_video::VideoColorRange::Range0_255 { Range::Full } else { Range::Limited };
    Colorimetry { matrix, range }
}

/// The time from frame to frame, where the caps tell it.
pub fn frame_interval(info: &gst_video::VideoInfo) -> Option<Duration> {
    let fps = info.fps();
    let (numer, denom) = (u32::try_from(fps.numer()).ok()?, u32::try_from(fps.denom()).ok()?);
    (numer > 0).then(|| Duration::from_secs(1) * denom / numer)
}
