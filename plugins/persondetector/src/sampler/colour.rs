// SPDX-License-Identifier: MPL-2.0
//! Colour: YCbCr to RGB, and what the network wants of it.

/// How the frame's luma and chroma were made from red, green and blue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matrix {
    /// ITU-R BT.601: standard definition, most cameras' JPEG.
    #[default]
    Bt601,
    /// ITU-R BT.709: high definition.
    Bt709,
}

/// Which values black and white have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// Luma 16..235, chroma 16..240.
    #[default]
    Limited,
    /// 0..255.
    Full,
}

/// A frame's colours; meaningless for RGB frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Colorimetry {
    /// The matrix.
    pub matrix: Matrix,
    /// The range.
    pub range: Range,
}

/// Coefficients from (Y, Cb, Cr) to (R, G, B), all 0..255.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ToRgb {
    /// Gain of luma.
    pub luma: f32,
    /// Luma of black.
    pub black: f32,
    /// Red from Cr.
    pub red_cr: f32,
    /// Green from Cb.
    pub green_cb: f32,
    /// Green from Cr.
    pub green_cr: f32,
    /// Blue from Cb.
    pub blue_cb: f32,
}

impl ToRgb {
    /// From the luma weights of red and blue (BT.601: 0.299 and 0.114; BT.709: 0.2126 and 0.0722).
    pub fn new(colorimetry: Colorimetry) -> Self {
        let (kr, kb) = match colorimetry.matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
        };
        let (luma, chroma, black) = match colorimetry.range {
            Range::Limited => (255.0 / 219.0, 255.0 / 224.0, 16.0),
            Range::Full => (1.0, 1.0, 0.0),
        };
        let kg = 1.0 - kr - kb;
        Self {
            luma,
            black,
            red_cr: chroma * 2.0 * (1.0 - kr),
            green_cb: -chroma * 2.0 * kb * (1.0 - kb) / kg,
            green_cr: -chroma * 2.0 * kr * (1.0 - kr) / kg,
            blue_cb: chroma * 2.0 * (1.0 - kb),
        }
    }

    /// One pixel, in 0..255.
    #[inline(always)]
    pub fn rgb(&self, y: f32, cb: f32, cr: f32) -> [f32; 3] {
        let y = (y - self.black) * self.luma;
        let (cb, cr) = (cb - 128.0, cr - 128.0);
        let hold = |v: f32| v.clamp(0.0, 255.0);
        [hold(y + self.red_cr * cr), hold(y + self.green_cb * cb + self.green_cr * cr), hold(y + self.blue_cb * cb)]
    }
}

/// The order of the tensor's three planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelOrder {
    /// Red first.
    Rgb,
    /// Blue first.
    Bgr,
}

impl ChannelOrder {
    /// The word in metadata and log lines.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Rgb => "rgb",
            Self::Bgr => "bgr",
        }
    }

    /// From the word in metadata.
    pub fn from_nick(word: &str) -> Option<Self> {
        [Self::Rgb, Self::Bgr].into_iter().find(|o| o.nick() == word)
    }

    /// The tensor's plane of red, green and blue.
    pub fn planes(self) -> [usize; 3] {
        match self {
            Self::Rgb => [0, 1, 2],
            Self::Bgr => [2, 1, 0],
        }
    }
}

/// What the network wants of a sample: `(sample * scale - mean) / std`, samples in 0..255; `mean` and `std` stand in the
/// order of the tensor's planes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normalisation {
    /// Factor on 0..255.
    pub scale: f32,
    /// Taken off after scaling.
    pub mean: [f32; 3],
    /// Divided by; never zero.
    pub std: [f32; 3],
}

impl Normalisation {
    /// Samples as they are, 0..255.
    pub const NONE: Self = Self { scale: 1.0, mean: [0.0; 3], std: [1.0; 3] };

    /// Gain and offset of a plane: `sample * gain + offset`.
    pub fn affine(&self, plane: usize) -> (f32, f32) {
        (self.scale / self.std[plane], -self.mean[plane] / self.std[plane])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: [f32; 3], want: [f32; 3]) {
        assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1.6), "{got:?} {want:?}");
    }

    #[test]
    fn black_white_and_the_primaries_come_back() {
        let sd = ToRgb::new(Colorimetry::default());
        close(sd.rgb(16.0, 128.0, 128.0), [0.0; 3]);
        close(sd.rgb(235.0, 128.0, 128.0), [255.0; 3]);
        close(sd.rgb(81.0, 90.0, 240.0), [255.0, 0.0, 0.0]);
        let hd = ToRgb::new(Colorimetry { matrix: Matrix::Bt709, range: Range::Limited });
        close(hd.rgb(63.0, 102.0, 240.0), [255.0, 0.0, 0.0]);
        close(hd.rgb(32.0, 240.0, 118.0), [0.0, 0.0, 255.0]);
        let jpeg = ToRgb::new(Colorimetry { matrix: Matrix::Bt601, range: Range::Full });
        close(jpeg.rgb(76.0, 85.0, 255.0), [255.0, 0.0, 0.0]);
    }

    #[test]
    fn values_are_held_in_range() {
        let sd = ToRgb::new(Colorimetry::default());
        assert_eq!(sd.rgb(255.0, 128.0, 128.0), [255.0; 3]);
        assert_eq!(sd.rgb(0.0, 128.0, 128.0), [0.0; 3]);
    }

    #[test]
    fn normalisation_is_scale_mean_and_deviation() {
        let n = Normalisation { scale: 1.0 / 255.0, mean: [0.5, 0.0, 0.0], std: [0.25, 1.0, 1.0] };
        let (gain, offset) = n.affine(0);
        assert!((255.0 * gain + offset - 2.0).abs() < 1e-5);
        assert!((offset + 2.0).abs() < 1e-6);
    }
}
