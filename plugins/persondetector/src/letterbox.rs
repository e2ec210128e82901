// SPDX-License-Identifier: MPL-2.0
//! How a picture lies in the network's input, and the way back.

use footfall_contract::geometry::{PictureSize, Point, Px, Rect};

/// Unit: pixels of the network's input. Never to be mixed with [`Px`], pixels of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetPx;

/// How a network wants pictures of another shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    /// Each axis on its own; people become wider or slimmer.
    Stretch,
    /// In proportion, at the upper left corner, the rest in the pad colour.
    LetterboxTopLeft,
    /// In proportion, in the middle, the rest in the pad colour.
    LetterboxCentred,
}

impl Resize {
    /// The word in metadata and log lines.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Stretch => "stretch",
            Self::LetterboxTopLeft => "letterbox-topleft",
            Self::LetterboxCentred => "letterbox-centre",
        }
    }

    /// From the words that metadata use.
    pub fn from_nick(word: &str) -> Option<Self> {
        match word {
            "stretch" => Some(Self::Stretch),
            "letterbox" | "topleft" | "letterbox-topleft" => Some(Self::LetterboxTopLeft),
            "center" | "centre" | "letterbox-center" | "letterbox-centre" => Some(Self::LetterboxCentred),
            _ => None,
        }
    }
}

/// Where a picture lies in the network's input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placement {
    /// The picture's size.
    pub source: PictureSize,
    /// The input's size.
    pub net: PictureSize,
    /// Left edge of the picture in the input, whole pixels.
    pub left: u32,
    /// Upper edge of the picture in the input, whole pixels.
    pub top: u32,
    /// The picture's size in the input; never empty.
    pub content: PictureSize,
}

impl Placement {
    /// Places a picture of `source` pixels into an input of `net` pixels. Letterbox: the scale is
    /// `min(net width / width, net height / height)`, sizes are rounded, a centred picture's offsets are rounded down.
    pub fn new(resize: Resize, source: PictureSize, net: PictureSize) -> Self {
        let (w, h) = (f64::from(source.width.max(1)), f64::from(source.height.max(1)));
        let scale = (f64::from(net.width) / w).min(f64::from(net.height) / h);
        let fitted = |n: f64, limit: u32| ((n * scale).round() as u32).clamp(1, limit.max(1));
        let content = match resize {
            Resize::Stretch => net,
            Resize::LetterboxTopLeft | Resize::LetterboxCentred => PictureSize::new(fitted(w, net.width), fitted(h, net.height)),
        };
        let (left, top) = match resize {
            Resize::Stretch | Resize::LetterboxTopLeft => (0, 0),
            Resize::LetterboxCentred => ((net.width - content.width) / 2, (net.height - content.height) / 2),
        };
        Self { source, net, left, top, content }
    }

    /// Picture pixels per input pixel, along x and y.
    fn scale(&self) -> (f64, f64) {
        (
            f64::from(self.source.width) / f64::from(self.content.width),
            f64::from(self.source.height) / f64::from(self.content.height),
        )
    }

    /// A box of the input, in pixels of the picture; not clipped.
    pub fn to_source(&self, r: &Rect<NetPx>) -> Rect<Px> {
        let (sx, sy) = self.scale();
        Rect::new((r.left - f64::from(self.left)) * sx, (r.top - f64::from(self.top)) * sy, r.width * sx, r.height * sy)
    }

    /// A point of the picture, in pixels of the input.
    pub fn to_net(&self, p: Point<Px>) -> Point<NetPx> {
        let (sx, sy) = self.scale();
        Point::new(p.x / sx + f64::from(self.left), p.y / sy + f64::from(self.top))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Resize; 3] = [Resize::Stretch, Resize::LetterboxTopLeft, Resize::LetterboxCentred];

    #[test]
    fn pictures_lie_where_each_family_wants_them() {
        let net = PictureSize::new(416, 416);
        let wide = PictureSize::new(1920, 1080);
        let cases = [
            (Resize::Stretch, 0, 0, net),
            (Resize::LetterboxTopLeft, 0, 0, PictureSize::new(416, 234)),
            (Resize::LetterboxCentred, 0, 91, PictureSize::new(416, 234)),
        ];
        for (resize, left, top, content) in cases {
            assert_eq!(Placement::new(resize, wide, net), Placement { source: wide, net, left, top, content });
        }
        let high = Placement::new(Resize::LetterboxCentred, PictureSize::new(240, 480), net);
        assert_eq!((high.left, high.top, high.content), (104, 0, PictureSize::new(208, 416)));
    }

    #[test]
    fn an_extreme_shape_still_has_a_pixel() {
        let p = Placement::new(Resize::LetterboxCentred, PictureSize::new(10_000, 1), PictureSize::new(320, 320));
        assert_eq!(p.content, PictureSize::new(320, 1));
    }

    #[test]
    fn words_and_kinds_agree() {
        for resize in ALL {
            assert_eq!(Resize::from_nick(resize.nick()), Some(resize));
        }
        assert_eq!(Resize::from_nick("crop"), None);
    }

    proptest! {
        #[test]
        fn the_way_back_undoes_the_way_in(
            kind in 0usize..3, sw in 1u32..4000, sh in 1u32..3000, nw in 1u32..700, nh in 1u32..700,
            x in 0.0..1.0f64, y in 0.0..1.0f64, w in 0.0..1.0f64, h in 0.0..1.0f64,
        ) {
            let source = PictureSize::new(sw, sh);
            let placement = Placement::new(ALL[kind], source, PictureSize::new(nw, nh));
            let (a, b) = (Point::new(x * f64::from(sw), y * f64::from(sh)), Point::new((x + w) * f64::from(sw), (y + h) * f64::from(sh)));
            let back = placement.to_source(&Rect::from_corners(placement.to_net(a), placement.to_net(b)));
            let there = Rect::from_corners(a, b);
            for (got, want) in [(back.left, there.left), (back.top, there.top), (back.width, there.width), (back.height, there.height)] {
                prop_assert!((got - want).abs() < 1e-6 * f64::from(sw.max(sh)));
            }
        }

        #[test]
        fn the_picture_stays_inside_the_input(kind in 0usize..3, sw in 1u32..4000, sh in 1u32..3000, nw in 1u32..700, nh in 1u32..700) {
            let p = Placement::new(ALL[kind], PictureSize::new(sw, sh), PictureSize::new(nw, nh));
            prop_assert!(p.content.width >= 1 && p.content.height >= 1);
            prop_assert!(p.left + p.content.width <= nw && p.top + p.content.height <= nh);
        }
    }
}
