// SPDX-License-Identifier: MPL-2.0
//! Raw pictures in, scrubbed pictures out. A raw frame and a scrubbed frame are different types, and there are two ways
//! alone to a [`ScrubbedFrame`]: a flat page ([`Page::flat`]), and a page that takes from a raw frame what no mask covers
//! ([`Page::copy_outside`]). A covered byte is never written to the page, not even for a moment.

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneShape, ShortPlane, check_plane};

use crate::colour::Samples;
use crate::cover::Cover;
use crate::mask::PxRect;
use crate::raster::{BLOCK, BlockRuns};

/// A camera's picture. It has no `Debug` and gives its pixels to this module alone.
#[derive(Clone, Copy)]
pub struct RawFrame<'a>(FrameView<'a>);

impl<'a> RawFrame<'a> {
    /// The frame of a view.
    pub fn new(view: FrameView<'a>) -> Self {
        Self(view)
    }
}

/// Where the planes of a page lie in its memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLayout {
    format: PixelFormat,
    size: PictureSize,
    offsets: [usize; 3],
    strides: [usize; 3],
    len: usize,
    gaps: bool,
}

/// The planes of a layout do not lie in its memory one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLayout {
    /// A plane is too short.
    #[error(transparent)]
    Short(#[from] ShortPlane),
    /// A plane begins before the plane before it, or beyond the end.
    #[error("plane {0} does not lie behind the plane before it")]
    Order(usize),
}

impl PageLayout {
    /// Planes at `offsets` with rows of `strides` bytes, in `len` bytes of memory (surplus entries are ignored).
    ///
    /// # Errors
    /// When the picture does not fit in there.
    pub fn new(
        format: PixelFormat,
        size: PictureSize,
        offsets: &[usize],
        strides: &[usize],
        len: usize,
    ) -> Result<Self, BadLayout> {
        let at = |list: &[usize], i: usize| list.get(i).copied().unwrap_or(0);
        let planes = format.planes();
        let mut layout = Self { format, size, offsets: [len; 3], strides: [0; 3], len, gaps: false };
        for i in 0..planes.len() {
            (layout.offsets[i], layout.strides[i]) = (at(offsets, i), at(strides, i));
        }
        let mut used = 0;
        for (i, shape) in planes.iter().enumerate() {
            let end = layout.end(i);
            let length = end.checked_sub(layout.offsets[i]).filter(|_| end <= len).ok_or(BadLayout::Order(i))?;
            check_plane(format, size, i, length, layout.strides[i])?;
            let (samples, rows) = shape.samples(size);
            used += samples * shape.bytes * rows;
        }
        layout.gaps = used != len;
        Ok(layout)
    }

    /// Byte after plane `i`.
    fn end(&self, i: usize) -> usize {
        if i + 1 < self.format.planes().len() { self.offsets[i + 1] } else { self.len }
    }

    /// The picture's format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The picture's size.
    pub fn size(&self) -> PictureSize {
        self.size
    }
}

/// Memory for a new picture; what stands in it is of no use to anybody.
pub struct Page<'p> {
    bytes: &'p mut [u8],
    layout: PageLayout,
}

/// A picture that may leave.
pub struct ScrubbedFrame<'p> {
    page: Page<'p>,
}

/// The raw frame, the page and the mask are not of one size and format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame, its mask and the new picture differ in size or format")]
pub struct Mismatch;

impl<'p> Page<'p> {
    /// A page in this memory.
    ///
    /// # Errors
    /// When the memory is not as long as the layout.
    pub fn new(bytes: &'p mut [u8], layout: &PageLayout) -> Result<Self, Mismatch> {
        if bytes.len() == layout.len { Ok(Self { bytes, layout: *layout }) } else { Err(Mismatch) }
    }

    /// One colour everywhere.
    pub fn flat(mut self, samples: &Samples) -> ScrubbedFrame<'p> {
        self.clear_gaps();
        for i in 0..self.layout.format.planes().len() {
            let (columns, rows) = self.layout.format.planes()[i].samples(self.layout.size);
            for y in 0..rows {
                self.put(i, y, 0, columns, samples);
            }
        }
        ScrubbedFrame { page: self }
    }

    /// The raw frame where nothing is covered, one colour where something is.
    ///
    /// # Errors
    /// When the three are not of one size and format.
    pub fn copy_outside(mut self, raw: &RawFrame<'_>, cover: &Cover, samples: &Samples) -> Result<ScrubbedFrame<'p>, Mismatch> {
        let PageLayout { format, size, .. } = self.layout;
        if raw.0.format() != format || raw.0.size() != size || cover.size() != size {
            return Err(Mismatch);
        }
        self.clear_gaps();
        for (i, shape) in format.planes().iter().enumerate() {
            let (columns, rows) = shape.samples(size);
            for y in 0..rows {
                let source = raw.0.row(i, y);
                let mut x = 0;
                for run in cover.row(block_row(shape, y)) {
                    let (from, to) = (columns.min(column(shape, run.start)), columns.min(column(shape, run.end)));
                    self.copy(i, y, source, x * shape.bytes..from * shape.bytes);
                    self.put(i, y, from, to, samples);
                    x = to;
                }
                self.copy(i, y, source, x * shape.bytes..columns * shape.bytes);
            }
        }
        Ok(ScrubbedFrame { page: self })
    }

    /// Fresh memory can hold anything, an older frame of the decoder's included: nothing of it leaves, not even between
    /// rows and planes.
    fn clear_gaps(&mut self) {
        if self.layout.gaps {
            self.bytes.fill(0);
        }
    }

    /// The bytes of row `y` of plane `i`, `stride` long where the memory reaches so far.
    fn row_mut(&mut self, i: usize, y: usize) -> &mut [u8] {
        let start = self.layout.offsets[i] + y * self.layout.strides[i];
        let end = (start + self.layout.strides[i]).min(self.layout.end(i));
        self.bytes.get_mut(start..end).unwrap_or(&mut [])
    }

    fn copy(&mut self, i: usize, y: usize, source: &[u8], bytes: std::ops::Range<usize>) {
        if let (Some(to), Some(from)) = (self.row_mut(i, y).get_mut(bytes.clone()), source.get(bytes)) {
            to.copy_from_slice(from);
        }
    }

    /// Columns `from..to` of row `y` of plane `i` in one colour.
    fn put(&mut self, i: usize, y: usize, from: usize, to: usize, samples: &Samples) {
        let sample = samples.of_plane(i);
        let Some(row) = self.row_mut(i, y).get_mut(from * sample.len()..to * sample.len()) else { return };
        match *sample {
            [a] => row.fill(a),
            [a, b] => row.as_chunks_mut().0.fill([a, b]),
            [a, b, c] => row.as_chunks_mut().0.fill([a, b, c]),
            [a, b, c, d] => row.as_chunks_mut().0.fill([a, b, c, d]),
            _ => {}
        }
    }
}

impl ScrubbedFrame<'_> {
    /// Paints a rectangle, rounded outwards to whole samples of each plane.
    pub fn paint_rect(&mut self, rect: &PxRect, samples: &Samples) {
        for (i, shape) in self.page.layout.format.planes().iter().enumerate() {
            let (columns, rows) = shape.samples(self.page.layout.size);
            let up = |n: u32, shift: u32| (n as usize).div_ceil(1 << shift);
            let (from, to) = ((rect.left >> shape.x_shift) as usize, up(rect.right, shape.x_shift));
            for y in (rect.top >> shape.y_shift) as usize..up(rect.bottom, shape.y_shift).min(rows) {
                self.page.put(i, y, from.min(columns), to.min(columns), samples);
            }
        }
    }

    /// Paints runs of blocks.
    pub fn paint_runs(&mut self, runs: &BlockRuns, samples: &Samples) {
        for (i, shape) in self.page.layout.format.planes().iter().enumerate() {
            let (columns, rows) = shape.samples(self.page.layout.size);
            for y in 0..rows {
                for run in runs.row(block_row(shape, y)) {
                    let (from, to) = (column(shape, run.start), column(shape, run.end));
                    self.page.put(i, y, from.min(columns), to.min(columns), samples);
                }
            }
        }
    }

    /// The bytes of row `y` of plane `i`, cut to the samples of the picture.
    pub fn row(&self, i: usize, y: usize) -> &[u8] {
        let PageLayout { format, size, offsets, strides, .. } = self.page.layout;
        let Some(shape) = format.planes().get(i) else { return &[] };
        let start = offsets[i] + y * strides[i];
        self.page.bytes.get(start..start + shape.samples(size).0 * shape.bytes).unwrap_or(&[])
    }

    /// The picture's format.
    pub fn format(&self) -> PixelFormat {
        self.page.layout.format
    }

    /// The picture's size.
    pub fn size(&self) -> PictureSize {
        self.page.layout.size
    }
}

/// The row of blocks that holds row `y` of a plane.
fn block_row(shape: &PlaneShape, y: usize) -> usize {
    (y << shape.y_shift) / BLOCK as usize
}

/// The first column of a plane that belongs to block column `block`.
fn column(shape: &PlaneShape, block: u32) -> usize {
    (block * BLOCK) as usize >> shape.x_shift
}
