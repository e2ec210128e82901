// SPDX-License-Identifier: MPL-2.0
//! Pictures of cheap cameras: few pixels, coded in coarse blocks (motion JPEG), and enlarged again by whoever shows them.

use std::sync::OnceLock;

use crate::picture::Picture;

/// Edge of a block, pixels.
const BLOCK: usize = 8;

/// Red, green, blue of half the columns and rows: the mean of four pixels each.
pub fn halved(rgb: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(width / 2 * (height / 2) * 3);
    for row in 0..height / 2 {
        for column in 0..width / 2 {
            for channel in 0..3 {
                let at = |dx: usize, dy: usize| u32::from(rgb[((row * 2 + dy) * width + column * 2 + dx) * 3 + channel]);
                out.push(((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4) as u8);
            }
        }
    }
    out
}

/// Twice the columns and rows, straight between neighbours.
pub fn doubled(picture: &Picture) -> Picture {
    let mut out = Picture::new(picture.width * 2, picture.height * 2);
    double(&picture.y, picture.width, &mut out.y);
    double(&picture.u, picture.width / 2, &mut out.u);
    double(&picture.v, picture.width / 2, &mut out.v);
    out
}

fn double(from: &[u8], width: usize, to: &mut [u8]) {
    let height = from.len() / width;
    for (row, line) in to.chunks_exact_mut(width * 2).enumerate() {
        // Three quarters of the nearest, a quarter of the next one.
        let near = row / 2;
        let next = if row % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(height - 1) };
        for (column, value) in line.iter_mut().enumerate() {
            let left = column / 2;
            let beside = if column % 2 == 0 { left.saturating_sub(1) } else { (left + 1).min(width - 1) };
            let at = |row: usize, column: usize| u32::from(from[row * width + column]);
            let mean = 9 * at(near, left) + 3 * (at(near, beside) + at(next, left)) + at(next, beside);
            *value = ((mean + 8) / 16) as u8;
        }
    }
}

/// Codes every block with steps this coarse (1 is good quality, 5 poor), and decodes it again.
pub fn coded(picture: &mut Picture, coarseness: f32) {
    let chroma = picture.width / 2;
    code(&mut picture.y, picture.width, coarseness);
    code(&mut picture.u, chroma, coarseness * 1.6);
    code(&mut picture.v, chroma, coarseness * 1.6);
}

type Matrix = [[f32; BLOCK]; BLOCK];

/// The cosine transform's rows.
fn cosines() -> &'static Matrix {
    static ROWS: OnceLock<Matrix> = OnceLock::new();
    ROWS.get_or_init(|| {
        std::array::from_fn(|k| {
            let size = if k == 0 { 0.125f32 } else { 0.25 }.sqrt();
            std::array::from_fn(|n| size * libm::cosf((2 * n + 1) as f32 * k as f32 * core::f32::consts::PI / (2 * BLOCK) as f32))
        })
    })
}

fn code(plane: &mut [u8], width: usize, coarseness: f32) {
    let rows = cosines();
    let height = plane.len() / width;
    // Along rows, then along columns; `back` transposes the rotation.
    let turned = |block: &Matrix, back: bool| -> Matrix {
        let row = |k: usize, n: usize| if back { rows[n][k] } else { rows[k][n] };
        let mut half = [[0.0f32; BLOCK]; BLOCK];
        for (line, from) in half.iter_mut().zip(block) {
            for (k, value) in line.iter_mut().enumerate() {
                *value = (0..BLOCK).map(|n| row(k, n) * from[n]).sum();
            }
        }
        std::array::from_fn(|k| std::array::from_fn(|x| (0..BLOCK).map(|n| row(k, n) * half[n][x]).sum()))
    };
    for top in (0..height).step_by(BLOCK) {
        for left in (0..width).step_by(BLOCK) {
            let block: Matrix = std::array::from_fn(|y| {
                let row = (top + y).min(height - 1) * width;
                std::array::from_fn(|x| f32::from(plane[row + (left + x).min(width - 1)]) - 128.0)
            });
            let mut waves = turned(&block, false);
            for (v, line) in waves.iter_mut().enumerate() {
                for (u, wave) in line.iter_mut().enumerate() {
                    // Finer waves in coarser steps, about as JPEG's own table has it.
                    let step = coarseness * (6.0 + 2.5 * (u + v) as f32 + 0.7 * (u * u + v * v) as f32);
                    *wave = (*wave / step + 0.5).floor() * step;
                }
            }
            let block = turned(&waves, true);
            for (y, line) in block.iter().enumerate().take(height - top) {
                for (x, value) in line.iter().enumerate().take(width - left) {
                    plane[(top + y) * width + left + x] = (value + 128.5).clamp(0.0, 255.0) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slope() -> Picture {
        let mut picture = Picture::new(20, 12);
        for (i, value) in picture.y.iter_mut().enumerate() {
            *value = (40 + 7 * (i % 20) + 3 * (i / 20)) as u8;
        }
        picture
    }

    #[test]
    fn fine_steps_change_little_and_coarse_ones_more() {
        let worst = |coarseness: f32| {
            let (before, mut after) = (slope(), slope());
            coded(&mut after, coarseness);
            before.y.iter().zip(&after.y).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
        };
        assert!(worst(0.05) <= 1, "{}", worst(0.05));
        assert!(worst(4.0) > worst(0.05) && worst(4.0) < 60, "{}", worst(4.0));
    }

    #[test]
    fn doubling_keeps_an_even_plane_and_the_order_of_a_slope() {
        let big = doubled(&slope());
        assert_eq!((big.width, big.height, big.y.len(), big.u.len()), (40, 24, 960, 240));
        assert!(big.u.iter().all(|u| *u == 128));
        assert!(big.y[..40].windows(2).all(|w| w[0] <= w[1]));
    }

    #[test]
    fn halving_takes_the_mean_of_four() {
        let rgb: Vec<u8> = [[10, 0, 0], [20, 0, 0], [30, 0, 0], [40, 0, 4]].concat();
        assert_eq!(halved(&rgb, 2, 2), [25, 0, 1]);
    }
}
