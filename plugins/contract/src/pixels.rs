// SPDX-License-Identifier: MPL-2.0
//! The pixel formats that the elements understand, in one table, and a view of a frame's planes.

use crate::geometry::PictureSize;

/// A raw picture format (names are GStreamer's).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum PixelFormat {
    I420,
    Yv12,
    Nv12,
    Nv21,
    Rgb,
    Bgr,
    Rgba,
    Bgra,
    Rgbx,
    Bgrx,
    Gray8,
}

/// How a format's samples lie in its planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Luma in plane 0, chroma at half size in planes `u` and `v`.
    Planar420 {
        /// Plane of U (Cb).
        u: usize,
        /// Plane of V (Cr).
        v: usize,
    },
    /// Luma in plane 0, chroma pairs at half size in plane 1.
    SemiPlanar420 {
        /// Byte of U (Cb) in a pair.
        u: usize,
        /// Byte of V (Cr) in a pair.
        v: usize,
    },
    /// All in plane 0, `bytes` a pixel.
    Packed {
        /// Byte of red in a pixel.
        r: usize,
        /// Byte of green.
        g: usize,
        /// Byte of blue.
        b: usize,
        /// Bytes a pixel.
        bytes: usize,
    },
    /// Luma alone, one byte a pixel.
    Gray,
}

impl PixelFormat {
    /// Every format, in the order in which pads offer them.
    pub const ALL: [Self; 11] = [
        Self::I420,
        Self::Nv12,
        Self::Yv12,
        Self::Nv21,
        Self::Rgb,
        Self::Bgr,
        Self::Rgba,
        Self::Bgra,
        Self::Rgbx,
        Self::Bgrx,
        Self::Gray8,
    ];

    /// GStreamer's name of the format, as it stands in caps.
    pub fn name(self) -> &'static str {
        match self {
            Self::I420 => "I420",
            Self::Yv12 => "YV12",
            Self::Nv12 => "NV12",
            Self::Nv21 => "NV21",
            Self::Rgb => "RGB",
            Self::Bgr => "BGR",
            Self::Rgba => "RGBA",
            Self::Bgra => "BGRA",
            Self::Rgbx => "RGBx",
            Self::Bgrx => "BGRx",
            Self::Gray8 => "GRAY8",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.name() == name)
    }

    /// Where its samples lie. GStreamer's planes are used: plane 1 of YV12 is V.
    pub fn layout(self) -> Layout {
        match self {
            Self::I420 => Layout::Planar420 { u: 1, v: 2 },
            Self::Yv12 => Layout::Planar420 { u: 2, v: 1 },
            Self::Nv12 => Layout::SemiPlanar420 { u: 0, v: 1 },
            Self::Nv21 => Layout::SemiPlanar420 { u: 1, v: 0 },
            Self::Rgb => Layout::Packed { r: 0, g: 1, b: 2, bytes: 3 },
            Self::Bgr => Layout::Packed { r: 2, g: 1, b: 0, bytes: 3 },
            Self::Rgba | Self::Rgbx => Layout::Packed { r: 0, g: 1, b: 2, bytes: 4 },
            Self::Bgra | Self::Bgrx => Layout::Packed { r: 2, g: 1, b: 0, bytes: 4 },
            Self::Gray8 => Layout::Gray,
        }
    }

    /// The planes of the format: (bytes a sample, right shift of x, right shift of y) for each. A plane has
    /// `ceil(width / 2^shift)` samples in a row.
    pub fn planes(self) -> &'static [PlaneShape] {
        const FULL: PlaneShape = PlaneShape { bytes: 1, x_shift: 0, y_shift: 0 };
        const HALF: PlaneShape = PlaneShape { bytes: 1, x_shift: 1, y_shift: 1 };
        const PAIR: PlaneShape = PlaneShape { bytes: 2, x_shift: 1, y_shift: 1 };
        match self.layout() {
            Layout::Planar420 { .. } => &[FULL, HALF, HALF],
            Layout::SemiPlanar420 { .. } => &[FULL, PAIR],
            Layout::Packed { bytes: 3, .. } => &[PlaneShape { bytes: 3, x_shift: 0, y_shift: 0 }],
            Layout::Packed { .. } => &[PlaneShape { bytes: 4, x_shift: 0, y_shift: 0 }],
            Layout::Gray => &[FULL],
        }
    }
}

/// The shape of one plane of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaneShape {
    /// Bytes a sample (a pair of chroma bytes is one sample).
    pub bytes: usize,
    /// The plane is `2^x_shift` times narrower than the picture, rounded up.
    pub x_shift: u32,
    /// The plane is `2^y_shift` times lower than the picture, rounded up.
    pub y_shift: u32,
}

impl PlaneShape {
    /// Samples in a row and rows of the plane for a picture of this size.
    pub fn samples(&self, size: PictureSize) -> (usize, usize) {
        let up = |n: u32, shift: u32| ((n as usize) + (1 << shift) - 1) >> shift;
        (up(size.width, self.x_shift), up(size.height, self.y_shift))
    }
}

/// One plane of a mapped frame: rows of `stride` bytes.
#[derive(Clone, Copy)]
pub struct PlaneView<'a> {
    /// The bytes; the last row may be shorter than the stride.
    pub data: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
}

/// A frame mapped for reading. It has no `Debug`: pixels never reach a log.
#[derive(Clone, Copy)]
pub struct FrameView<'a> {
    format: PixelFormat,
    size: PictureSize,
    planes: [PlaneView<'a>; 3],
}

/// The planes do not hold the picture that they are said to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plane {plane} of the {format} frame holds {found} bytes, {needed} are needed for its size and stride", format = format.name())]
pub struct ShortPlane {
    /// Number of the plane.
    pub plane: usize,
    /// The frame's format.
    pub format: PixelFormat,
    /// Bytes found.
    pub found: usize,
    /// Bytes needed.
    pub needed: usize,
}

/// Checks that `len` bytes at `stride` hold plane number `plane` of the picture.
///
/// # Errors
/// When the plane is too short or its stride is shorter than a row.
pub fn check_plane(format: PixelFormat, size: PictureSize, plane: usize, len: usize, stride: usize) -> Result<(), ShortPlane> {
    let Some(shape) = format.planes().get(plane) else { return Ok(()) };
    let (samples, rows) = shape.samples(size);
    let row = samples * shape.bytes;
    let needed = if stride < row { usize::MAX } else { rows.saturating_sub(1) * stride + row };
    if len < needed { Err(ShortPlane { plane, format, found: len, needed }) } else { Ok(()) }
}

impl<'a> FrameView<'a> {
    /// A view of `planes` (as many as the format has; the rest is ignored).
    ///
    /// # Errors
    /// When a plane is missing or too short for the picture's size, so that indexing inside the picture can not fail.
    pub fn new(format: PixelFormat, size: PictureSize, planes: &[PlaneView<'a>]) -> Result<Self, ShortPlane> {
        let mut kept = [PlaneView { data: &[], stride: 0 }; 3];
        for (i, slot) in kept.iter_mut().enumerate().take(format.planes().len()) {
            if let Some(plane) = planes.get(i) {
                *slot = *plane;
            }
            check_plane(format, size, i, slot.data.len(), slot.stride)?;
        }
        Ok(Self { format, size, planes: kept })
    }

    /// The format.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The picture's size.
    pub fn size(&self) -> PictureSize {
        self.size
    }

    /// Plane number `i` (empty where the format has none).
    pub fn plane(&self, i: usize) -> PlaneView<'a> {
        self.planes[i.min(2)]
    }

    /// The bytes of row `y` of plane `i`, cut to the samples of the picture.
    pub fn row(&self, i: usize, y: usize) -> &'a [u8] {
        let Some(shape) = self.format.planes().get(i) else { return &[] };
        let (samples, _) = shape.samples(self.size);
        let start = y * self.planes[i].stride;
        self.planes[i].data.get(start..start + samples * shape.bytes).unwrap_or(&[])
    }

    /// Luma of one pixel, 0..255 (of an RGB pixel: 77, 150 and 29 parts in 256, ITU-R BT.601).
    pub fn luma(&self, x: usize, y: usize) -> u8 {
        let row = self.row(0, y);
        match self.format.layout() {
            Layout::Packed { r, g, b, bytes } => {
                let at = |c: usize| row.get(x * bytes + c).copied().map_or(0, u32::from);
                ((77 * at(r) + 150 * at(g) + 29 * at(b)) >> 8) as u8
            }
            Layout::Planar420 { .. } | Layout::SemiPlanar420 { .. } | Layout::Gray => row.get(x).copied().unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_sizes_round_chroma_up() {
        let size = PictureSize::new(5, 3);
        assert_eq!(PixelFormat::I420.planes()[1].samples(size), (3, 2));
        assert!(check_plane(PixelFormat::I420, size, 1, 3 * 2, 3).is_ok());
        assert!(check_plane(PixelFormat::I420, size, 1, 5, 3).is_err());
        assert!(check_plane(PixelFormat::Nv12, size, 1, 12, 6).is_ok());
        assert!(check_plane(PixelFormat::Nv12, size, 1, 1000, 5).is_err());
    }

    #[test]
    fn luma_reads_every_layout() {
        let size = PictureSize::new(2, 1);
        let gray = FrameView::new(PixelFormat::Gray8, size, &[PlaneView { data: &[7, 9], stride: 2 }]).unwrap();
        assert_eq!((gray.luma(0, 0), gray.luma(1, 0)), (7, 9));
        let bgr = FrameView::new(PixelFormat::Bgr, size, &[PlaneView { data: &[0, 0, 255, 255, 255, 255], stride: 6 }]).unwrap();
        assert_eq!((bgr.luma(0, 0), bgr.luma(1, 0)), (76, 255));
    }

    #[test]
    fn names_and_formats_agree() {
        for format in PixelFormat::ALL {
            assert_eq!(PixelFormat::from_name(format.name()), Some(format));
        }
        assert_eq!(PixelFormat::from_name("P010_10LE"), None);
    }
}
