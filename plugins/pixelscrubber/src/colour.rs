// SPDX-License-Identifier: MPL-2.0
//! Plain colours as the samples of each format.

use footfall_contract::pixels::{Layout, PixelFormat};

/// An opaque colour, 0..255 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

/// The bytes that one sample of a colour has in each plane of a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Samples {
    planes: [([u8; 4], usize); 3],
}

impl Samples {
    /// The bytes of one sample in plane number `i`; empty where the format has none.
    pub fn of_plane(&self, i: usize) -> &[u8] {
        self.planes.get(i).and_then(|(bytes, len)| bytes.get(..*len)).unwrap_or(&[])
    }
}

impl Colour {
    /// From `0xAARRGGBB`; alpha is ignored: what covers people is never transparent.
    pub fn from_argb(argb: u32) -> Self {
        let [_, red, green, blue] = argb.to_be_bytes();
        Self { red, green, blue }
    }

    /// Luma, 16..235 (ITU-R BT.601, narrow range, 8-bit integer form).
    pub fn luma(self) -> u8 {
        let (r, g, b) = (i32::from(self.red), i32::from(self.green), i32::from(self.blue));
        (16 + ((66 * r + 129 * g + 25 * b + 128) >> 8)) as u8
    }

    /// Chroma (Cb, Cr), 16..240 (ITU-R BT.601, narrow range, 8-bit integer form).
    pub fn chroma(self) -> (u8, u8) {
        let (r, g, b) = (i32::from(self.red), i32::from(self.green), i32::from(self.blue));
        let cb = 128 + ((-38 * r - 74 * g + 112 * b + 128) >> 8);
        let cr = 128 + ((112 * r - 94 * g - 18 * b + 128) >> 8);
        (cb as u8, cr as u8)
    }

    /// Black or white, whichever is seen better on this colour.
    pub fn contrast(self) -> Self {
        if self.luma() < 126 { Self { red: 255, green: 255, blue: 255 } } else { BLACK }
    }

    /// Half way between two colours.
    pub fn mixed(self, other: Self) -> Self {
        let half = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) / 2) as u8;
        Self { red: half(self.red, other.red), green: half(self.green, other.green), blue: half(self.blue, other.blue) }
    }

    /// The colour in a format; alpha and padding bytes are 255.
    pub fn samples(self, format: PixelFormat) -> Samples {
        let (cb, cr) = self.chroma();
        let luma = ([self.luma(), 0, 0, 0], 1);
        let mut planes = [luma, ([0; 4], 0), ([0; 4], 0)];
        match format.layout() {
            Layout::Planar420 { u, v } => {
                planes[u] = ([cb, 0, 0, 0], 1);
                planes[v] = ([cr, 0, 0, 0], 1);
            }
            Layout::SemiPlanar420 { u, v } => {
                planes[1].1 = 2;
                planes[1].0[u] = cb;
                planes[1].0[v] = cr;
            }
            Layout::Packed { r, g, b, bytes } => {
                let mut pixel = [255; 4];
                (pixel[r], pixel[g], pixel[b]) = (self.red, self.green, self.blue);
                planes[0] = (pixel, bytes);
            }
            Layout::Gray => {}
        }
        Samples { planes }
    }
}

/// Black: luma 16, chroma 128; the colour of a blank picture.
pub const BLACK: Colour = Colour { red: 0, green: 0, blue: 0 };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_is_luma_16_and_chroma_128_or_opaque_black() {
        for (format, planes) in [
            (PixelFormat::I420, [vec![16], vec![128], vec![128]]),
            (PixelFormat::Nv21, [vec![16], vec![128, 128], vec![]]),
            (PixelFormat::Rgb, [vec![0, 0, 0], vec![], vec![]]),
            (PixelFormat::Bgra, [vec![0, 0, 0, 255], vec![], vec![]]),
            (PixelFormat::Gray8, [vec![16], vec![], vec![]]),
        ] {
            let samples = BLACK.samples(format);
            assert_eq!([0, 1, 2].map(|i| samples.of_plane(i).to_vec()), planes, "{}", format.name());
        }
    }

    #[test]
    fn primaries_land_in_their_bytes() {
        let red = Colour::from_argb(0x00ff_0000);
        assert_eq!((red.luma(), red.chroma()), (82, (90, 240)));
        for (format, planes) in [
            (PixelFormat::I420, [vec![82], vec![90], vec![240]]),
            (PixelFormat::Yv12, [vec![82], vec![240], vec![90]]),
            (PixelFormat::Nv12, [vec![82], vec![90, 240], vec![]]),
            (PixelFormat::Nv21, [vec![82], vec![240, 90], vec![]]),
            (PixelFormat::Rgba, [vec![255, 0, 0, 255], vec![], vec![]]),
            (PixelFormat::Bgrx, [vec![0, 0, 255, 255], vec![], vec![]]),
            (PixelFormat::Bgr, [vec![0, 0, 255], vec![], vec![]]),
        ] {
            let samples = red.samples(format);
            assert_eq!([0, 1, 2].map(|i| samples.of_plane(i).to_vec()), planes, "{}", format.name());
        }
    }
}
