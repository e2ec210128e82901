// SPDX-License-Identifier: MPL-2.0
//! Names, and where there is room for them. Everything is in blocks, unless it says otherwise.

use footfall_contract::geometry::{PictureSize, Point, Px};

use super::font;
use super::sheet::RIM;
use crate::colour::Colour;
use crate::raster::{BLOCK, blocks};

/// Dots of ground around a name.
const MARGIN: u32 = 1;

/// A rectangle of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockRect {
    pub(super) left: u32,
    pub(super) top: u32,
    /// Column after the last.
    pub(super) right: u32,
    /// Row after the last.
    pub(super) bottom: u32,
}

impl BlockRect {
    /// Do the two, with their rims, share a block?
    fn meets(&self, other: &Self) -> bool {
        let apart = 2 * RIM;
        self.left < other.right + apart
            && other.left < self.right + apart
            && self.top < other.bottom + apart
            && other.top < self.bottom + apart
    }
}

/// A name on its ground.
pub(super) struct Tag<'s> {
    name: &'s str,
    /// So many letters of it are shown.
    letters: u32,
    /// Of the ground.
    pub(super) ink: Colour,
    /// Blocks in the side of a dot.
    unit: u32,
    width: u32,
    height: u32,
    /// Where its middle would best be, the best first.
    spots: Vec<Point<Px>>,
}

impl<'s> Tag<'s> {
    /// The tag of a name. `spots` is asked with the tag's width and height in pixels. A name that is wider than the picture
    /// is cut.
    pub(super) fn new(
        name: &'s str,
        ink: Colour,
        unit: u32,
        size: PictureSize,
        spots: impl FnOnce(f64, f64) -> Vec<Point<Px>>,
    ) -> Self {
        let (columns, _) = blocks(size);
        // The last letter needs no gap behind it.
        let room = (columns / unit + 1).saturating_sub(2 * MARGIN) / font::PITCH;
        let letters = room.min(u32::try_from(name.chars().count()).unwrap_or(u32::MAX));
        let width = (letters * font::PITCH + 2 * MARGIN).saturating_sub(1) * unit;
        let height = (font::ROWS + 2 * MARGIN) * unit;
        let px = |side: u32| f64::from(side * BLOCK);
        Self { name, letters, ink, unit, width, height, spots: spots(px(width), px(height)) }
    }

    /// The letters that are shown.
    pub(super) fn text(&self) -> impl Iterator<Item = char> + '_ {
        self.name.chars().take(self.letters as usize)
    }

    /// The upper left block of its first letter, when it lies at `place`.
    pub(super) fn first_dot(&self, place: &BlockRect) -> (u32, u32) {
        (place.left + MARGIN * self.unit, place.top + MARGIN * self.unit)
    }
}

/// The places that are taken.
pub(super) struct Board {
    columns: u32,
    rows: u32,
    taken: Vec<BlockRect>,
}

impl Board {
    /// An empty one.
    pub(super) fn new(size: PictureSize) -> Self {
        let (columns, rows) = blocks(size);
        Self { columns, rows, taken: Vec::new() }
    }

    /// Takes the smallest rectangle that holds these points, so that no name is put there.
    pub(super) fn keep_free(&mut self, points: &[Point<Px>]) {
        let span = |of: fn(&Point<Px>) -> f64, limit: u32| {
            let block = |v: f64| (v / f64::from(BLOCK)).floor().clamp(0.0, f64::from(limit)) as u32;
            let blocks = || points.iter().map(|p| block(of(p)));
            (blocks().min().unwrap_or(0), blocks().max().map_or(0, |last| last + 1))
        };
        let ((left, right), (top, bottom)) = (span(|p| p.x, self.columns), span(|p| p.y, self.rows));
        self.taken.push(BlockRect { left, top, right, bottom });
    }

    /// Takes a place for a tag: its first spot that is free and wholly in the picture, else above or below the first one as
    /// near as there is room, else the first one all the same. `None` in a picture that is too small for any name.
    pub(super) fn place(&mut self, tag: &Tag<'_>) -> Option<BlockRect> {
        if tag.letters == 0 || tag.width > self.columns || tag.height > self.rows {
            return None;
        }
        let first = *tag.spots.first()?;
        let as_it_is = tag.spots.iter().map(|spot| self.at(tag, *spot)).filter(|(_, moved)| !moved).map(|(place, _)| place);
        let step_px = f64::from((tag.height + 2 * RIM) * BLOCK);
        let steps = (0..=self.rows / tag.height).flat_map(|n| [f64::from(n), -f64::from(n)]);
        let beside = steps.map(|n| self.at(tag, Point::new(first.x, first.y + n * step_px)).0);
        let place = as_it_is.chain(beside).find(|place| self.taken.iter().all(|t| !t.meets(place)));
        let place = place.unwrap_or_else(|| self.at(tag, first).0);
        self.taken.push(place);
        Some(place)
    }

    /// The place of a tag with its middle at `spot`, and whether it had to be moved into the picture.
    fn at(&self, tag: &Tag<'_>, spot: Point<Px>) -> (BlockRect, bool) {
        let held = |middle_px: f64, side: u32, limit: u32| {
            let wanted = (middle_px / f64::from(BLOCK) - f64::from(side) / 2.0).round();
            let found = wanted.clamp(0.0, f64::from(limit - side));
            (found as u32, found != wanted)
        };
        let (left, moved_x) = held(spot.x, tag.width, self.columns);
        let (top, moved_y) = held(spot.y, tag.height, self.rows);
        (BlockRect { left, top, right: left + tag.width, bottom: top + tag.height }, moved_x || moved_y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::colour::BLACK;

    fn tag(name: &str, size: PictureSize, spots: &[(f64, f64)]) -> (u32, Option<BlockRect>) {
        let mut board = Board::new(size);
        let tag = Tag::new(name, BLACK, 1, size, |_, _| spots.iter().map(|s| Point::new(s.0, s.1)).collect());
        (tag.letters, board.place(&tag))
    }

    #[test]
    fn a_tag_stands_at_its_spot_or_at_the_next_that_is_in_the_picture() {
        let size = PictureSize::new(200, 100);
        // Two letters: 13 by 9 blocks.
        let rect = |left, top| Some(BlockRect { left, top, right: left + 13, bottom: top + 9 });
        assert_eq!(tag("ab", size, &[(100.0, 50.0)]), (2, rect(44, 21)));
        assert_eq!(tag("ab", size, &[(100.0, 99.0), (100.0, 50.0)]), (2, rect(44, 21)));
        assert_eq!(tag("ab", size, &[(100.0, 99.0)]), (2, rect(44, 41)));
    }

    #[test]
    fn names_do_not_lie_on_each_other_while_there_is_room() {
        let size = PictureSize::new(200, 100);
        let mut board = Board::new(size);
        let tag = Tag::new("name", BLACK, 1, size, |_, _| vec![Point::new(100.0, 50.0)]);
        let places: Vec<_> = (0..3).map(|_| board.place(&tag).unwrap()).collect();
        for (i, a) in places.iter().enumerate() {
            assert!(a.right <= 100 && a.bottom <= 50);
            assert!(places[..i].iter().all(|b| !a.meets(b)), "{places:?}");
        }
        assert!((0..9).all(|_| board.place(&tag).is_some()), "a full board takes names all the same");
        let mut board = Board::new(size);
        board.keep_free(&[Point::new(100.0, 40.0), Point::new(90.0, 55.0)]);
        let arrow = BlockRect { left: 45, top: 20, right: 51, bottom: 28 };
        assert!(board.taken[0] == arrow && !board.place(&tag).unwrap().meets(&arrow));
    }

    #[test]
    fn a_name_that_is_too_wide_is_cut_and_none_is_better_than_nothing_legible() {
        assert_eq!(tag(&"a".repeat(40), PictureSize::new(200, 100), &[(9.0, 9.0)]).0, 16);
        assert_eq!(tag("a", PictureSize::new(8, 100), &[(4.0, 9.0)]), (0, None));
        assert_eq!(tag("a", PictureSize::new(100, 8), &[(4.0, 4.0)]), (1, None));
    }
}
