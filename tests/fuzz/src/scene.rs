// SPDX-License-Identifier: MPL-2.0
//! The scene file: `Scene::parse`, and what the elements ask a scene that was read.

use footfall_contract::geometry::{Fraction, PictureSize, Point, Polygon, Px, Rect};
use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;

use crate::is_a_sentence;

/// Moments to ask about, seconds since 1970: long ago, both clock changes of Europe, a leap day, and far ahead.
const MOMENTS_S: [i64; 7] = [-3_000_000_000, 0, 1_709_164_800, 1_774_746_000, 1_792_893_600, 1_792_897_200, 6_000_000_000];

/// Reads the input as a scene.
///
/// # Panics
/// When it shows a fault.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let scene = match Scene::parse(text) {
        Ok(scene) => scene,
        Err(bad) => return is_a_sentence(&bad.to_string()),
    };
    // It travels as its text: the other elements read the same.
    assert_eq!(scene.text(), text);
    let again = Scene::parse(scene.text()).map(|again| format!("{again:?}"));
    assert_eq!(again.as_ref(), Ok(&format!("{scene:?}")));
    scene.warnings().iter().for_each(|warning| is_a_sentence(warning));
    let _ = scene.refuses_size(PictureSize::new(1920, 1080)).as_deref().map(is_a_sentence);
    let polygons = scene.excluded.iter().chain(scene.zones.iter().map(|zone| &zone.polygon));
    polygons.clone().for_each(lies_in_the_picture);
    if let Some(heat) = scene.heat {
        let cells = polygons.flat_map(|polygon| heat.cells_of(polygon));
        cells.for_each(|cell| assert!(cell < heat.cells(), "cell {cell} of {}", heat.cells()));
        assert!(heat.cell_at(Point::new(f64::NAN, 9.0)) < heat.cells());
    }
    for second in MOMENTS_S {
        has_its_calendar(&scene, WallTime(second * 1_000_000_000));
    }
}

/// Excluded areas and zones are clipped; drawing them in pixels stays in bounds.
fn lies_in_the_picture(polygon: &Polygon<Fraction>) {
    let area = polygon.area();
    assert!(area > 0.0 && area <= 1.0 + 1e-9, "area {area}");
    let picture: Rect<Px> = PictureSize::new(641, 479).bounds();
    let inside =
        |p: &Point<Px>| (-1e-6..=picture.right() + 1e-6).contains(&p.x) && (-1e-6..=picture.bottom() + 1e-6).contains(&p.y);
    let in_px = polygon.to_px(PictureSize::new(641, 479));
    assert!(in_px.corners().iter().all(inside), "{:?}", in_px.corners());
    assert!(in_px.cuts(100.5).len().is_multiple_of(2), "an outline is entered as often as it is left");
}

/// Each moment lies in one window and one day, and every state ends later.
fn has_its_calendar(scene: &Scene, t: WallTime) {
    let windows = scene.windows();
    let (start, end) = (windows.start_of(t), windows.next_boundary(t));
    assert!(start <= t && t < end, "{t} is not in its window {start} to {end}");
    assert_eq!(windows.next_boundary(start), end);
    let state = scene.opening_hours.at(&scene.time_zone, t);
    assert!(state.until > t, "{t}: what holds now held until {}", state.until);
    let open = scene.opening_hours.open_within(&scene.time_zone, start, end);
    assert!(open <= end.since(start), "open for longer than the window is");
    if let Some(day) = scene.shop_day(t) {
        assert!(day.start <= t && t < day.end, "{t} is not in its day {} to {}", day.start, day.end);
        let _ = scene.is_empty_between_days(day);
        assert!(scene.next_emptying(t).is_some_and(|emptying| emptying > t && emptying <= day.end));
    }
}
