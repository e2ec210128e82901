// SPDX-License-Identifier: MPL-2.0
//! New pictures in the element's own memory.

use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::wire::frame::{picture_size, pixel_format, with_view};
use gst::prelude::*;

use super::settings::{Mode, Settings};
use crate::canvas::Canvas;
use crate::cause::Cause;
use crate::colour::{BLACK, Samples};
use crate::overlay::Overlay;
use crate::planes::{Mismatch, Page, PageLayout, RawFrame, ScrubbedFrame};
use crate::verdict::Mask;

/// Everything that depends on caps.
pub(super) struct Press {
    pub(super) info: gst_video::VideoInfo,
    layout: PageLayout,
    pool: gst::BufferPool,
    fill: Samples,
    blank: Samples,
    /// Of `mode=canvas`.
    canvas: Option<Canvas>,
    /// Of `overlay=true`, once the scene is there.
    overlay: Option<Overlay>,
}

impl Press {
    /// Makes ready for pictures of these caps.
    ///
    /// # Errors
    /// One sentence when the caps can not be taken.
    pub(super) fn new(caps: &gst::Caps) -> Result<Self, String> {
        let info = gst_video::VideoInfo::from_caps(caps)
            .map_err(|_| format!("the caps {caps} are no raw video: put videoconvert before persondetector"))?;
        if info.interlace_mode() != gst_video::VideoInterlaceMode::Progressive {
            return Err("interlaced pictures are not taken: put deinterlace before persondetector".into());
        }
        if !matches!(info.multiview_mode(), gst_video::VideoMultiviewMode::None | gst_video::VideoMultiviewMode::Mono) {
            return Err("pictures of several views are not taken: put glviewconvert or videocrop before persondetector".into());
        }
        let format = pixel_format(&info).ok_or_else(|| {
            format!("the format {} is not understood: put videoconvert before persondetector", info.format().to_str())
        })?;
        let strides: Vec<usize> = info.stride().iter().filter_map(|s| usize::try_from(*s).ok()).collect();
        let layout = PageLayout::new(format, picture_size(&info), info.offset(), &strides, info.size())
            .map_err(|e| format!("the caps {caps} describe no picture: {e}"))?;
        let pool = pool(caps, &info)?;
        Ok(Self { info, layout, pool, fill: BLACK.samples(format), blank: BLACK.samples(format), canvas: None, overlay: None })
    }

    /// Takes the colours, and the scene that canvas and overlay draw.
    pub(super) fn dress(&mut self, settings: &Settings, scene: Option<&Scene>) {
        let (format, size) = (self.layout.format(), self.layout.size());
        self.fill = settings.colour().samples(format);
        self.overlay = scene.filter(|_| settings.overlay).map(|scene| Overlay::new(scene, format, size));
        // The overlay has the canvas's own outlines in it.
        let scenery = scene.filter(|_| !settings.overlay);
        self.canvas =
            (settings.mode == Mode::Canvas).then(|| Canvas::new(settings.colour(), settings.markers(), format, size, scenery));
    }

    /// The pictures' format.
    pub(super) fn format(&self) -> PixelFormat {
        self.layout.format()
    }

    /// The pictures' size.
    pub(super) fn size(&self) -> footfall_contract::geometry::PictureSize {
        self.layout.size()
    }

    /// A black picture in the place of `input`. Nothing is drawn over it: a blank picture is known by being nothing but
    /// black, and a scene over it would look like an empty shop.
    pub(super) fn blank(&self, input: &gst::BufferRef) -> Result<gst::Buffer, Cause> {
        self.print(input, |page| Ok(page.flat(&self.blank)))
    }

    /// The picture of `input` under the mask; with canvas, only the mask is looked at.
    pub(super) fn scrubbed(&self, input: &gst::BufferRef, mask: &Mask) -> Result<gst::Buffer, Cause> {
        if let Some(canvas) = &self.canvas {
            return self.print(input, |page| Ok(self.finished(canvas.draw(&mask.rects, page))));
        }
        with_view(input, &self.info, |view| {
            let raw = RawFrame::new(*view);
            self.print(input, |page| Ok(self.finished(page.copy_outside(&raw, &mask.cover, &self.fill)?)))
        })
        .unwrap_or(Err(Cause::Unmapped))
    }

    /// The frame with the overlay, if there is one.
    fn finished<'p>(&self, mut frame: ScrubbedFrame<'p>) -> ScrubbedFrame<'p> {
        if let Some(overlay) = &self.overlay {
            overlay.draw(&mut frame);
        }
        frame
    }

    /// A new buffer with a scrubbed frame in it. Only times go over from the input.
    fn print(
        &self,
        input: &gst::BufferRef,
        draw: impl for<'p> FnOnce(Page<'p>) -> Result<ScrubbedFrame<'p>, Mismatch>,
    ) -> Result<gst::Buffer, Cause> {
        let mut buffer = self.pool.acquire_buffer(None).map_err(|_| Cause::NoMemory)?;
        let output = buffer.get_mut().ok_or(Cause::NoMemory)?;
        {
            let mut map = output.map_writable().map_err(|_| Cause::NoMemory)?;
            let page = Page::new(map.as_mut_slice(), &self.layout).map_err(|_| Cause::NoMemory)?;
            draw(page).map_err(|_| Cause::Unmapped)?;
        }
        stamp(output, input);
        Ok(buffer)
    }
}

impl Drop for Press {
    fn drop(&mut self) {
        // Buffers that are still downstream are freed when they come back.
        let _ = self.pool.set_active(false);
    }
}

/// `picture` again, in the place of `input`: the same memory, which nobody can write to while it is shared.
pub(super) fn again(picture: &gst::BufferRef, input: &gst::BufferRef) -> Result<gst::Buffer, Cause> {
    let mut buffer = picture.copy_region(gst::BufferCopyFlags::MEMORY, ..).map_err(|_| Cause::NoMemory)?;
    stamp(buffer.get_mut().ok_or(Cause::NoMemory)?, input);
    Ok(buffer)
}

/// Times and the one flag that go over.
fn stamp(output: &mut gst::BufferRef, input: &gst::BufferRef) {
    output.set_pts(input.pts());
    output.set_duration(input.duration());
    if input.flags().contains(gst::BufferFlags::DISCONT) {
        output.set_flags(gst::BufferFlags::DISCONT);
    }
}

/// The element's own pool: system memory in the plain layout of the caps, so that no meta is needed.
fn pool(caps: &gst::Caps, info: &gst_video::VideoInfo) -> Result<gst::BufferPool, String> {
    let failed = |_| "there is no memory for new pictures".to_owned();
    let size = u32::try_from(info.size()).map_err(|_| "the picture is too large".to_owned())?;
    let pool: gst::BufferPool = gst_video::VideoBufferPool::new().upcast();
    let mut config = pool.config();
    config.set_params(Some(caps), size, 0, 0);
    pool.set_config(config).map_err(failed)?;
    pool.set_active(true).map_err(failed)?;
    Ok(pool)
}
