// SPDX-License-Identifier: MPL-2.0
//! Which source samples make an output sample along one axis, and how much of each.

/// Sum of the weights of one output sample.
pub const ONE: u16 = 256;

/// For each output sample the source samples `first..first + count` and their weights in 256ths, which add up to
/// [`ONE`] exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taps {
    count: usize,
    first: Vec<u32>,
    weights: Vec<u16>,
    /// The weights again, each output sample's filled up with zeros to whole groups of [`GROUP`].
    grouped: Vec<i16>,
}

/// Samples that one vector instruction multiplies and adds.
pub const GROUP: usize = 8;

/// From this shrinking on, every source sample counts (area averaging); below it two do (half-pixel bilinear).
const AREA_FROM: f64 = 2.0;

impl Taps {
    /// Taps from `len` source samples, of which the first `extent` (in samples; for chroma maybe not whole) are the
    /// picture, to `out` output samples.
    pub fn new(len: usize, extent: f64, out: usize) -> Self {
        let len = len.max(1);
        let scale = extent / out.max(1) as f64;
        let area = scale > AREA_FROM;
        let count = if area { scale.ceil() as usize + 1 } else { 2 }.min(len);
        let mut taps =
            Self { count, first: Vec::with_capacity(out), weights: Vec::with_capacity(out * count), grouped: Vec::new() };
        for j in 0..out {
            if area {
                taps.push(j as f64 * scale, (j + 1) as f64 * scale, len);
            } else {
                // A box one sample wide around the centre gives the bilinear weights.
                let centre = (j as f64 + 0.5) * scale;
                taps.push(centre - 0.5, centre + 0.5, len);
            }
        }
        let groups = count.next_multiple_of(GROUP);
        for weights in taps.weights.chunks_exact(count) {
            taps.grouped.extend(weights.iter().map(|w| *w as i16));
            taps.grouped.resize(taps.grouped.len() + groups - count, 0);
        }
        taps
    }

    /// One output sample that is the mean of the source between `from` and `to`; outside the source the edge repeats.
    fn push(&mut self, from: f64, to: f64, len: usize) {
        let first = (from.floor().max(0.0) as usize).min(len - self.count);
        let share = |edge: f64| (((edge - from) / (to - from)).clamp(0.0, 1.0) * f64::from(ONE)).round() as u16;
        let mut given = 0;
        for k in 0..self.count {
            let up_to = if k + 1 == self.count { ONE } else { share((first + k + 1) as f64) };
            self.weights.push(up_to - given);
            given = up_to;
        }
        self.first.push(first as u32);
    }

    #[cfg(test)]
    /// Number of output samples.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// The first source sample and the weights of output sample `j`.
    pub fn at(&self, j: usize) -> (usize, &[u16]) {
        (self.first[j] as usize, &self.weights[j * self.count..(j + 1) * self.count])
    }

    /// As [`Taps::grouped`], where one group holds all weights of an output sample.
    pub fn single_groups(&self) -> Option<impl Iterator<Item = (usize, &[i16; GROUP])>> {
        let weights = self.grouped.as_chunks().0;
        (self.count <= GROUP).then(|| self.first.iter().map(|f| *f as usize).zip(weights))
    }

    /// Every output sample's first source sample and its weights in whole groups, in order. Weights beyond the taps are
    /// zero, and may lie up to a group beyond the last source sample.
    pub fn grouped(&self) -> impl Iterator<Item = (usize, &[[i16; GROUP]])> {
        let groups = self.count.next_multiple_of(GROUP);
        self.first.iter().map(|f| *f as usize).zip(self.grouped.chunks_exact(groups).map(|w| w.as_chunks().0))
    }

    /// Every output sample's first source sample and weights, in order.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = (usize, &[u16])> {
        self.first.iter().map(|f| *f as usize).zip(self.weights.chunks_exact(self.count))
    }

    /// The source samples that count in output sample `j`: from, and after the last.
    pub fn support(&self, j: usize) -> (usize, usize) {
        let (first, weights) = self.at(j);
        let counts = |w: &u16| *w > 0;
        let from = weights.iter().position(counts).unwrap_or(0);
        let to = weights.iter().rposition(counts).map_or(weights.len(), |k| k + 1);
        (first + from, first + to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halving_is_the_mean_of_two_and_thirding_of_three() {
        assert_eq!(Taps::new(4, 4.0, 2).at(1), (2, &[128, 128][..]));
        let thirds = Taps::new(9, 9.0, 3);
        assert_eq!(thirds.at(1), (3, &[85, 86, 85, 0][..]));
        assert_eq!(thirds.support(1), (3, 6));
    }

    #[test]
    fn same_size_is_a_copy_and_enlarging_is_half_pixel_bilinear() {
        let copy = Taps::new(3, 3.0, 3);
        assert_eq!((0..3).map(|j| copy.support(j)).collect::<Vec<_>>(), [(0, 1), (1, 2), (2, 3)]);
        let double = Taps::new(2, 2.0, 4);
        assert_eq!((0..4).map(|j| double.at(j).1.to_vec()).collect::<Vec<_>>(), [[256, 0], [192, 64], [64, 192], [0, 256]]);
    }

    proptest! {
        #[test]
        fn weights_add_up_and_stay_inside(len in 1usize..3000, cut in 0.0..1.0f64, out in 1usize..700) {
            let extent = (len as f64 - cut).max(0.5);
            let taps = Taps::new(len, extent, out);
            prop_assert_eq!(taps.len(), out);
            for (first, weights) in taps.iter() {
                prop_assert_eq!(weights.iter().map(|w| u32::from(*w)).sum::<u32>(), u32::from(ONE));
                prop_assert!(first + weights.len() <= len);
            }
        }

        #[test]
        fn a_ramp_stays_a_ramp(len in 40usize..2000, out in 10usize..500) {
            let taps = Taps::new(len, len as f64, out);
            let scale = len as f64 / out as f64;
            for j in 1..out - 1 {
                let (first, weights) = taps.at(j);
                let value: f64 = weights.iter().enumerate().map(|(k, w)| (first + k) as f64 * f64::from(*w) / 256.0).sum();
                let want = ((j as f64 + 0.5) * scale - 0.5).clamp(0.0, len as f64 - 1.0);
                prop_assert!((value - want).abs() < 0.02 * scale.max(1.0) + 0.01, "{} {} {}", j, value, want);
            }
        }
    }
}
