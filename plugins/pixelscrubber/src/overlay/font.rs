// SPDX-License-Identifier: MPL-2.0
//! Letters of five columns by seven rows. A scene's names are slugs: small letters, digits and hyphens. Anything else, should
//! a later scene allow it, is a hollow box.

/// Dots from one letter to the next.
pub(super) const PITCH: u32 = 6;
/// Dots in the height of a letter.
pub(super) const ROWS: u32 = 7;
/// Dots in its width.
const COLUMNS: u32 = 5;

/// The rows of each letter, the leftmost dot in the highest of five bits.
const GLYPHS: [(char, [u8; 7]); 37] = [
    ('-', [0, 0, 0, 14, 0, 0, 0]),
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
    ('a', [0, 0, 14, 1, 15, 17, 15]),
    ('b', [16, 16, 22, 25, 17, 17, 30]),
    ('c', [0, 0, 14, 16, 16, 17, 14]),
    ('d', [1, 1, 13, 19, 17, 17, 15]),
    ('e', [0, 0, 14, 17, 31, 16, 14]),
    ('f', [6, 9, 8, 28, 8, 8, 8]),
    ('g', [0, 0, 15, 17, 15, 1, 14]),
    ('h', [16, 16, 22, 25, 17, 17, 17]),
    ('i', [4, 0, 12, 4, 4, 4, 14]),
    ('j', [2, 0, 6, 2, 2, 18, 12]),
    ('k', [16, 16, 18, 20, 24, 20, 18]),
    ('l', [12, 4, 4, 4, 4, 4, 14]),
    ('m', [0, 0, 26, 21, 21, 17, 17]),
    ('n', [0, 0, 22, 25, 17, 17, 17]),
    ('o', [0, 0, 14, 17, 17, 17, 14]),
    ('p', [0, 0, 30, 17, 30, 16, 16]),
    ('q', [0, 0, 15, 17, 15, 1, 1]),
    ('r', [0, 0, 22, 25, 16, 16, 16]),
    ('s', [0, 0, 15, 16, 14, 1, 30]),
    ('t', [8, 8, 28, 8, 8, 9, 6]),
    ('u', [0, 0, 17, 17, 17, 19, 13]),
    ('v', [0, 0, 17, 17, 17, 10, 4]),
    ('w', [0, 0, 17, 17, 21, 21, 10]),
    ('x', [0, 0, 17, 10, 4, 10, 17]),
    ('y', [0, 0, 17, 17, 15, 1, 14]),
    ('z', [0, 0, 31, 2, 4, 8, 31]),
];

/// What stands for a letter that is not here.
const BOX: [u8; 7] = [31, 17, 17, 17, 17, 17, 31];

/// The dots of a letter: column and row of each.
pub(super) fn dots(letter: char) -> impl Iterator<Item = (u32, u32)> {
    let rows = GLYPHS.iter().find(|(known, _)| *known == letter).map_or(BOX, |(_, rows)| *rows);
    (0..ROWS)
        .zip(rows)
        .flat_map(|(y, bits)| (0..COLUMNS).filter(move |x| bits >> (COLUMNS - 1 - x) & 1 == 1).map(move |x| (x, y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_a_slug_has_a_shape_of_its_own_and_others_are_a_box() {
        let shape = |letter: char| dots(letter).collect::<Vec<_>>();
        let slugs: Vec<char> = ('a'..='z').chain('0'..='9').chain(['-']).collect();
        for (i, letter) in slugs.iter().enumerate() {
            assert!(!shape(*letter).is_empty());
            assert!(slugs[..i].iter().all(|other| shape(*other) != shape(*letter)), "{letter}");
            assert_ne!(shape(*letter), shape('\u{e9}'), "{letter}");
        }
        assert_eq!(shape('\u{e9}'), shape('\u{1f600}'));
        assert_eq!(shape('-'), [(1, 3), (2, 3), (3, 3)]);
    }
}
