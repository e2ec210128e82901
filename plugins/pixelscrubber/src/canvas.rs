// SPDX-License-Identifier: MPL-2.0
//! A flat picture with a marker for each person: no camera pixel at all. The scene's zones and lines are drawn in it, so
//! that a viewer knows where they are.

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;

use crate::colour::{Colour, Samples};
use crate::mask::{ALIGN_PX, PxRect};
use crate::planes::{Page, ScrubbedFrame};
use crate::raster::{BlockRuns, Raster};

/// The picture's shorter side holds this many cells of the grid to which markers are snapped.
const CELLS: u32 = 16;
/// Thickness of a marker's outline, pixels.
const OUTLINE_PX: u32 = 4;

/// What stands in the picture beside the flat ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Markers {
    /// An outline for each person, snapped to a coarse grid.
    #[default]
    Grid,
    /// Nothing of people.
    None,
}

/// What is drawn into every picture of one scene, size and format.
#[derive(Clone, Debug)]
pub struct Canvas {
    ground: Samples,
    scenery: Samples,
    marker: Samples,
    outlines: BlockRuns,
    markers: Markers,
    size: PictureSize,
}

impl Canvas {
    /// A canvas of the colour `ground`, for pictures of this format and size.
    pub fn new(ground: Colour, markers: Markers, format: PixelFormat, size: PictureSize, scene: Option<&Scene>) -> Self {
        let contrast = ground.contrast();
        Self {
            ground: ground.samples(format),
            scenery: ground.mixed(contrast).samples(format),
            marker: contrast.samples(format),
            outlines: scene.map(|s| outlines(s, size)).unwrap_or_default(),
            markers,
            size,
        }
    }

    /// Draws people who are covered by `rects`.
    pub fn draw<'p>(&self, rects: &[PxRect], page: Page<'p>) -> ScrubbedFrame<'p> {
        let mut frame = page.flat(&self.ground);
        frame.paint_runs(&self.outlines, &self.scenery);
        if self.markers == Markers::Grid {
            for rect in rects {
                outline(&mut frame, &snapped(rect, self.size), &self.marker);
            }
        }
        frame
    }
}

/// The outlines of the scene's zones and lines.
fn outlines(scene: &Scene, size: PictureSize) -> BlockRuns {
    let mut raster = Raster::new(size);
    for zone in &scene.zones {
        for (a, b) in zone.polygon.to_px(size).edges() {
            raster.polyline(&[a, b]);
        }
    }
    for line in &scene.lines {
        let points: Vec<_> = line.points.iter().map(|p| size.point_px(*p)).collect();
        raster.polyline(&points);
    }
    raster.runs()
}

/// The marker of a covered rectangle: inside it, its edges moved inwards to the grid. A rectangle that holds no whole
/// cell has the square of 16 pixels in its middle instead.
pub fn snapped(rect: &PxRect, size: PictureSize) -> PxRect {
    let cell = (size.width.min(size.height) / CELLS).next_multiple_of(ALIGN_PX).max(ALIGN_PX);
    let side = |from: u32, to: u32, limit: u32| {
        // An edge that is the picture's own is on the grid.
        let inner = (from.next_multiple_of(cell), if to == limit { to } else { to / cell * cell });
        let middle = (from + to) / 2 / ALIGN_PX * ALIGN_PX;
        if inner.0 < inner.1 { inner } else { (middle.max(from), (middle + ALIGN_PX).min(to)) }
    };
    let (left, right) = side(rect.left, rect.right, size.width);
    let (top, bottom) = side(rect.top, rect.bottom, size.height);
    PxRect { left, top, right, bottom }
}

fn outline(frame: &mut ScrubbedFrame<'_>, r: &PxRect, samples: &Samples) {
    let (inner_right, inner_bottom) = (r.right.saturating_sub(OUTLINE_PX), r.bottom.saturating_sub(OUTLINE_PX));
    for side in [
        PxRect { bottom: r.bottom.min(r.top + OUTLINE_PX), ..*r },
        PxRect { top: inner_bottom.max(r.top), ..*r },
        PxRect { right: r.right.min(r.left + OUTLINE_PX), ..*r },
        PxRect { left: inner_right.max(r.left), ..*r },
    ] {
        frame.paint_rect(&side, samples);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::BLACK;
    use crate::planes::PageLayout;
    use proptest::prelude::*;

    #[test]
    fn a_marker_stands_where_it_should() {
        let size = PictureSize::new(640, 480);
        let px = |left, top, right, bottom| PxRect { left, top, right, bottom };
        for (rect, expected) in [
            (px(80, 80, 208, 336), px(96, 96, 192, 320)),
            (px(16, 16, 48, 48), px(32, 32, 48, 48)),
            (px(0, 0, 48, 96), px(0, 0, 32, 96)),
        ] {
            assert_eq!(snapped(&rect, size), expected);
        }
    }

    #[test]
    fn without_markers_the_canvas_does_not_tell_that_somebody_is_there() {
        let size = PictureSize::new(64, 64);
        let layout = PageLayout::new(PixelFormat::Gray8, size, &[0], &[64], 64 * 64).unwrap();
        let rect = PxRect { left: 0, top: 0, right: 48, bottom: 48 };
        let drawn = |markers, rects: &[PxRect]| {
            let mut bytes = vec![7; 64 * 64];
            Canvas::new(BLACK, markers, PixelFormat::Gray8, size, None).draw(rects, Page::new(&mut bytes, &layout).unwrap());
            bytes
        };
        assert_eq!(drawn(Markers::None, &[rect]), vec![16; 64 * 64]);
        assert_ne!(drawn(Markers::Grid, &[rect]), drawn(Markers::Grid, &[]));
    }

    #[test]
    fn the_scene_is_drawn() {
        let scene = Scene::parse(
            r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"UTC",
                "lines":[{"name":"l","points":[[0,0.5],[1,0.5]],"inside":[0.5,0.9]}]}"#,
        )
        .unwrap();
        let size = PictureSize::new(64, 64);
        let runs = outlines(&scene, size);
        assert_eq!(runs.row(16), std::slice::from_ref(&(0..32)));
        assert_eq!(runs.area(), 32);
    }

    proptest! {
        #[test]
        fn markers_lie_inside_their_rectangle_and_are_never_empty(
            left in 0u32..60, top in 0u32..40, width in 1u32..30, height in 1u32..30, w in 17u32..1000, h in 17u32..700,
        ) {
            // Any block of the picture, and as many beyond it as are still inside.
            let (left, top) = (left % w.div_ceil(16) * 16, top % h.div_ceil(16) * 16);
            let rect = PxRect { left, top, right: (left + width * 16).min(w), bottom: (top + height * 16).min(h) };
            let m = snapped(&rect, PictureSize::new(w, h));
            prop_assert!(m.left >= rect.left && m.top >= rect.top && m.right <= rect.right && m.bottom <= rect.bottom);
            prop_assert!(m.left < m.right && m.top < m.bottom, "{:?}", m);
        }
    }
}
