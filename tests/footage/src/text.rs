// SPDX-License-Identifier: MPL-2.0
//! The text that cameras burn into their pictures.

use crate::math::Rng;
use crate::picture::Picture;

/// Five columns by seven rows, a row a byte.
const GLYPHS: [(char, [u8; 7]); 40] = [
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
    ('A', [14, 17, 17, 31, 17, 17, 17]),
    ('B', [30, 17, 17, 30, 17, 17, 30]),
    ('C', [14, 17, 16, 16, 16, 17, 14]),
    ('D', [28, 18, 17, 17, 17, 18, 28]),
    ('E', [31, 16, 16, 30, 16, 16, 31]),
    ('F', [31, 16, 16, 30, 16, 16, 16]),
    ('G', [14, 17, 16, 23, 17, 17, 15]),
    ('H', [17, 17, 17, 31, 17, 17, 17]),
    ('I', [14, 4, 4, 4, 4, 4, 14]),
    ('J', [7, 2, 2, 2, 2, 18, 12]),
    ('K', [17, 18, 20, 24, 20, 18, 17]),
    ('L', [16, 16, 16, 16, 16, 16, 31]),
    ('M', [17, 27, 21, 21, 17, 17, 17]),
    ('N', [17, 17, 25, 21, 19, 17, 17]),
    ('O', [14, 17, 17, 17, 17, 17, 14]),
    ('P', [30, 17, 17, 30, 16, 16, 16]),
    ('Q', [14, 17, 17, 17, 21, 18, 13]),
    ('R', [30, 17, 17, 30, 20, 18, 17]),
    ('S', [15, 16, 16, 14, 1, 1, 30]),
    ('T', [31, 4, 4, 4, 4, 4, 4]),
    ('U', [17, 17, 17, 17, 17, 17, 14]),
    ('V', [17, 17, 17, 17, 17, 10, 4]),
    ('W', [17, 17, 17, 21, 21, 21, 10]),
    ('X', [17, 17, 10, 4, 10, 17, 17]),
    ('Y', [17, 17, 17, 10, 4, 4, 4]),
    ('Z', [31, 1, 2, 4, 8, 16, 31]),
    ('-', [0, 0, 0, 31, 0, 0, 0]),
    (':', [0, 12, 12, 0, 12, 12, 0]),
    ('/', [1, 1, 2, 4, 8, 16, 16]),
    ('.', [0, 0, 0, 0, 0, 12, 12]),
];

/// A text drawn by chance.
pub fn random(rng: &mut Rng) -> String {
    let date = format!("{}-{:02}-{:02}", 2019 + rng.below(8), 1 + rng.below(12), 1 + rng.below(28));
    let time = format!("{:02}:{:02}:{:02}", rng.below(24), rng.below(60), rng.below(60));
    let name = *rng.pick(&["CAM 01", "CAMERA 3", "CH02", "ENTRANCE", "SHOP FLOOR", "IPC", "DOOR-2", "TILL 4", "FRONT"]);
    match rng.below(4) {
        0 => format!("{date} {time}"),
        1 => format!("{name}\n{date} {time}"),
        2 => name.to_string(),
        _ => format!("{date} {time} {name}"),
    }
}

/// The text at a time: `{t}` becomes the clock.
pub fn filled(text: &str, seconds: f64) -> String {
    let s = seconds.max(0.0) as u64;
    text.replace("{t}", &format!("2026-03-14 {:02}:{:02}:{:02}", 10 + s / 3600, s / 60 % 60, s % 60))
}

/// Draws lines of text into the upper left corner: white with a dark rim.
pub fn draw(out: &mut Picture, text: &str) {
    let scale = (out.height / 300).max(1);
    for (row, line) in text.lines().enumerate() {
        for (col, letter) in line.chars().enumerate() {
            let Some((_, glyph)) = GLYPHS.iter().find(|g| g.0 == letter) else { continue };
            let (left, top) = ((2 + col * 6) * scale, (3 + row * 10) * scale);
            for dark in [true, false] {
                for (y, bits) in glyph.iter().enumerate() {
                    for x in 0..5 {
                        if bits >> (4 - x) & 1 == 1 {
                            dot(out, left + x * scale, top + y * scale, scale, dark);
                        }
                    }
                }
            }
        }
    }
}

fn dot(out: &mut Picture, left: usize, top: usize, scale: usize, dark: bool) {
    let grow = usize::from(dark);
    for y in top.saturating_sub(grow)..(top + scale + grow).min(out.height) {
        for x in left.saturating_sub(grow)..(left + scale + grow).min(out.width) {
            out.y[y * out.width + x] = if dark { 30 } else { 232 };
            let c = y / 2 * (out.width / 2) + x / 2;
            if let (Some(u), Some(v)) = (out.u.get_mut(c), out.v.get_mut(c)) {
                (*u, *v) = (128, 128);
            }
        }
    }
}
