// SPDX-License-Identifier: MPL-2.0
//! One pass from a frame's planes into the network's tensor: resizing (area averaging when shrinking by more than two,
//! else bilinear), colour conversion, normalisation, padding, excluded areas. No intermediate picture: at most one row of
//! each plane is held, and nothing is allocated after [`Sampler::new`].

mod colour;
mod excluded;
mod rows;
mod taps;
mod wide;

pub use colour::{ChannelOrder, Colorimetry, Matrix, Normalisation, Range};

use footfall_contract::geometry::{Fraction, PictureSize, Polygon};
use footfall_contract::pixels::{FrameView, Layout, PixelFormat};

use crate::letterbox::{Placement, Resize};
use colour::ToRgb;
use excluded::Span;
use taps::{GROUP, Taps};

/// What the network wants as input: `1 x 3 x height x width` 32-bit floats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InputSpec {
    /// Size in pixels.
    pub size: PictureSize,
    /// How pictures of another shape are fitted.
    pub resize: Resize,
    /// Order of the planes.
    pub order: ChannelOrder,
    /// Scaling of the samples.
    pub normalisation: Normalisation,
    /// Grey level of padding and excluded areas, 0..255, before normalisation.
    pub pad: f32,
}

impl InputSpec {
    /// Floats in the tensor.
    pub fn len(&self) -> usize {
        3 * self.size.width as usize * self.size.height as usize
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A frame's shape: what stands in the caps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameShape {
    /// Format of the samples.
    pub format: PixelFormat,
    /// Size in pixels.
    pub size: PictureSize,
    /// Colours, for luma and chroma formats.
    pub colorimetry: Colorimetry,
}

/// The frame is none that the sampler was made for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a {found} frame of {width}x{height} came where a {wanted} frame of {wanted_width}x{wanted_height} was negotiated")]
pub struct WrongFrame {
    found: &'static str,
    width: u32,
    height: u32,
    wanted: &'static str,
    wanted_width: u32,
    wanted_height: u32,
}

/// One channel's way: which plane, which byte of a sample, which of the plane's taps.
#[derive(Clone, Copy, Debug)]
struct Channel {
    plane: usize,
    byte: usize,
}

/// One plane's way into the tensor.
#[derive(Clone, Debug)]
struct PlaneWay {
    plane: usize,
    bytes: usize,
    across: Taps,
    down: Taps,
    /// A source row's bytes, averaged over the rows of one output row, in 256ths.
    sums: Vec<u16>,
    /// One channel of the sums, in 128ths, and a group of zeros.
    lane: Vec<i16>,
}

/// Samples frames of one shape for one network.
pub struct Sampler {
    shape: FrameShape,
    spec: InputSpec,
    placement: Placement,
    ways: Vec<PlaneWay>,
    channels: Vec<Channel>,
    /// One output row of each channel, 0..255.
    rows: [Vec<f32>; 3],
    to_rgb: ToRgb,
    masked: Vec<Span>,
}

impl Sampler {
    /// A sampler for frames of `shape` and a network that wants `spec`; `excluded` areas become the pad colour.
    pub fn new(shape: FrameShape, spec: InputSpec, excluded: &[Polygon<Fraction>]) -> Self {
        let placement = Placement::new(spec.resize, shape.size, spec.size);
        let (width, height) = (placement.content.width as usize, placement.content.height as usize);
        let channels = channels(shape.format);
        let mut ways: Vec<PlaneWay> = Vec::new();
        for (plane, geometry) in shape.format.planes().iter().enumerate() {
            let (samples, lines) = geometry.samples(shape.size);
            let extent = |pixels: u32, shift: u32| f64::from(pixels) / f64::from(1u32 << shift);
            ways.push(PlaneWay {
                plane,
                bytes: geometry.bytes,
                across: Taps::new(samples, extent(shape.size.width, geometry.x_shift), width),
                down: Taps::new(lines, extent(shape.size.height, geometry.y_shift), height),
                sums: vec![0; samples * geometry.bytes],
                lane: vec![0; samples + 2 * GROUP],
            });
        }
        let mut sampler = Self {
            shape,
            spec,
            placement,
            ways,
            channels,
            rows: std::array::from_fn(|_| vec![0.0; width]),
            to_rgb: ToRgb::new(shape.colorimetry),
            masked: Vec::new(),
        };
        let polygons: Vec<_> = excluded.iter().map(|p| p.to_px(shape.size)).collect();
        if !polygons.is_empty() {
            sampler.masked = excluded::spans(&polygons, &sampler.support(true), &sampler.support(false));
        }
        sampler
    }

    /// Where the picture lies in the input.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// For each column (`across`) or row of the input, the picture's pixels that count in it, all planes together.
    fn support(&self, across: bool) -> Vec<(usize, usize)> {
        let out = if across { self.placement.content.width } else { self.placement.content.height } as usize;
        let reach = |j: usize| {
            let per_plane = self.ways.iter().zip(self.shape.format.planes()).map(|(way, plane)| {
                let (taps, shift) = if across { (&way.across, plane.x_shift) } else { (&way.down, plane.y_shift) };
                let (from, to) = taps.support(j);
                (from << shift, to << shift)
            });
            per_plane.fold((usize::MAX, 0), |(a, b), (from, to)| (a.min(from), b.max(to)))
        };
        (0..out).map(reach).collect()
    }

    /// Writes the frame into `tensor`, which is overwritten whole.
    ///
    /// # Errors
    /// When the frame is of another shape than the sampler, or the tensor of another length than the input.
    pub fn sample(&mut self, frame: &FrameView<'_>, tensor: &mut [f32]) -> Result<(), WrongFrame> {
        let (size, wanted) = (frame.size(), self.shape.size);
        if frame.format() != self.shape.format || size != wanted || tensor.len() != self.spec.len() {
            return Err(WrongFrame {
                found: frame.format().name(),
                width: size.width,
                height: size.height,
                wanted: self.shape.format.name(),
                wanted_width: wanted.width,
                wanted_height: wanted.height,
            });
        }
        self.pad(tensor);
        wide::widest(
            #[inline(always)]
            || self.fill(frame, tensor),
        );
        Ok(())
    }

    /// Row by row.
    #[inline(always)]
    fn fill(&mut self, frame: &FrameView<'_>, tensor: &mut [f32]) {
        let mut masked = 0;
        for j in 0..self.placement.content.height as usize {
            self.gather(frame, j);
            masked = self.mask_from(masked, j);
            self.emit(tensor, j);
        }
    }

    /// Fills what the picture does not cover.
    fn pad(&self, tensor: &mut [f32]) {
        if self.placement.content == self.spec.size {
            return;
        }
        let plane = tensor.len() / 3;
        for (p, samples) in tensor.chunks_exact_mut(plane.max(1)).enumerate() {
            let (gain, offset) = self.spec.normalisation.affine(p);
            samples.fill(self.spec.pad * gain + offset);
        }
    }

    /// Averages the source rows of output row `j` and then its columns, channel by channel.
    #[inline(always)]
    fn gather(&mut self, frame: &FrameView<'_>, j: usize) {
        for way in &mut self.ways {
            let (first, weights) = way.down.at(j);
            rows::average_rows(&mut way.sums, weights, |k| frame.row(way.plane, first + k));
        }
        for (channel, row) in self.channels.iter().zip(&mut self.rows) {
            let way = &mut self.ways[channel.plane];
            rows::separate(&mut way.lane, &way.sums, way.bytes, channel.byte);
            rows::average_columns(row, &way.lane, &way.across);
        }
        if !matches!(self.shape.format.layout(), Layout::Packed { .. }) {
            let [a, b, c] = &mut self.rows;
            if self.channels.len() == 1 {
                rows::grey_to_rgb(a, b, c, &self.to_rgb);
            } else {
                rows::yuv_to_rgb(a, b, c, &self.to_rgb);
            }
        }
    }

    /// Overwrites the masked pixels of row `j`; spans are in order of rows, `next` is the first not yet used.
    fn mask_from(&mut self, mut next: usize, j: usize) -> usize {
        while let Some(span) = self.masked.get(next).filter(|span| span.row == j) {
            for row in &mut self.rows {
                row[span.from..span.to].fill(self.spec.pad);
            }
            next += 1;
        }
        next
    }

    /// Normalises the row and writes it into the tensor's three planes.
    #[inline(always)]
    fn emit(&self, tensor: &mut [f32], j: usize) {
        let (width, height) = (self.spec.size.width as usize, self.spec.size.height as usize);
        let start = (self.placement.top as usize + j) * width + self.placement.left as usize;
        for (row, plane) in self.rows.iter().zip(self.spec.order.planes()) {
            let (gain, offset) = self.spec.normalisation.affine(plane);
            let from = plane * width * height + start;
            for (out, sample) in tensor[from..from + row.len()].iter_mut().zip(row) {
                *out = sample * gain + offset;
            }
        }
    }
}

/// Red, green and blue, or luma and the two chromas, or luma alone.
fn channels(format: PixelFormat) -> Vec<Channel> {
    let channel = |plane, byte| Channel { plane, byte };
    match format.layout() {
        Layout::Planar420 { u, v } => vec![channel(0, 0), channel(u, 0), channel(v, 0)],
        Layout::SemiPlanar420 { u, v } => vec![channel(0, 0), channel(1, u), channel(1, v)],
        Layout::Packed { r, g, b, .. } => vec![channel(0, r), channel(0, g), channel(0, b)],
        Layout::Gray => vec![channel(0, 0)],
    }
}

#[cfg(test)]
mod tests;
