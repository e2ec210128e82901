// SPDX-License-Identifier: MPL-2.0
//! A 64-bit fingerprint of a sparse lattice of luma samples: it tells that the picture is still the one that was
//! looked at. It guards against accidents (an element that crops, flips, scales or repeats), not against attackers.

use crate::geometry::PictureSize;
use crate::pixels::FrameView;

/// Samples in a row and in a column of the lattice.
pub const LATTICE: usize = 16;

/// The fingerprint of a frame: of its size, and of luma at the middles of a 16 by 16 grid of cells.
pub fn fingerprint(frame: &FrameView<'_>) -> u64 {
    let size = frame.size();
    let mut hash = Fnv::default();
    hash.put(u64::from(size.width) << 32 | u64::from(size.height));
    lattice(LATTICE, size).for_each(|(x, y)| hash.put(u64::from(frame.luma(x, y))));
    hash.value()
}

/// The pixels (x, y) in the middles of a grid of `cells` by `cells` over a picture, row by row.
pub fn lattice(cells: usize, size: PictureSize) -> impl Iterator<Item = (usize, usize)> {
    let middle = move |i: usize, length: u32| (2 * i + 1) * length as usize / (2 * cells);
    (0..cells).flat_map(move |j| (0..cells).map(move |i| (middle(i, size.width), middle(j, size.height))))
}

/// FNV-1a over whole words, with the 64-bit offset and prime of the original (Fowler, Noll, Vo).
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// One word more.
    pub fn put(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
    }

    /// The hash of the words so far.
    pub fn value(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pixels::{PixelFormat, PlaneView};

    fn of(width: u32, height: u32, data: &[u8]) -> u64 {
        let plane = PlaneView { data, stride: width as usize };
        fingerprint(&FrameView::new(PixelFormat::Gray8, PictureSize::new(width, height), &[plane]).unwrap())
    }

    #[test]
    fn a_lattice_lies_in_the_middles_and_inside_the_smallest_picture() {
        assert_eq!(lattice(2, PictureSize::new(8, 4)).collect::<Vec<_>>(), [(2, 1), (6, 1), (2, 3), (6, 3)]);
        assert!(lattice(LATTICE, PictureSize::new(1, 1)).all(|at| at == (0, 0)));
    }

    #[test]
    fn a_flip_a_crop_and_one_changed_sample_change_it() {
        let picture: Vec<u8> = (0..64 * 32).map(|i| ((i * 7919) >> 4) as u8).collect();
        let flipped: Vec<u8> = picture.chunks(64).flat_map(|row| row.iter().rev().copied()).collect();
        let mut touched = picture.clone();
        touched[64 + 2] ^= 1;
        let whole = of(64, 32, &picture);
        assert_eq!(whole, of(64, 32, &picture.clone()));
        assert_ne!(whole, of(64, 32, &flipped));
        assert_ne!(whole, of(64, 31, &picture[..64 * 31]));
        assert_ne!(whole, of(64, 32, &touched));
    }
}
