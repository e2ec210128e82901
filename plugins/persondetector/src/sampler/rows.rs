// SPDX-License-Identifier: MPL-2.0
//! The inner loops: plain slices, written so that the compiler vectorises them.

use super::colour::ToRgb;
use super::taps::{GROUP, Taps};

/// Weights of rows (halved) and of columns multiply.
const NORM: f32 = 1.0 / (128.0 * 256.0);

/// `sums = sum of row(k) * weights[k]`, in 256ths. The weights add up to 256, so that no sum overflows.
#[inline(always)]
pub fn average_rows<'a>(sums: &mut [u16], weights: &[u16], row: impl Fn(usize) -> &'a [u8]) {
    let mut begun = false;
    // Two rows at a time: half as many passes over the sums.
    let mut used = (0..weights.len()).filter(|k| weights[*k] > 0);
    while let Some(a) = used.next() {
        let (row_a, weight_a) = (row(a), weights[a]);
        let (row_b, weight_b) = used.next().map_or((row_a, 0), |b| (row(b), weights[b]));
        let pairs = sums.iter_mut().zip(row_a.iter().zip(row_b));
        if begun {
            pairs.for_each(|(sum, (a, b))| {
                *sum = sum.wrapping_add(u16::from(*a).wrapping_mul(weight_a).wrapping_add(u16::from(*b).wrapping_mul(weight_b)));
            });
        } else {
            pairs.for_each(|(sum, (a, b))| {
                *sum = u16::from(*a).wrapping_mul(weight_a).wrapping_add(u16::from(*b).wrapping_mul(weight_b));
            });
            begun = true;
        }
    }
}

/// Takes one channel (`byte` of samples of `bytes` bytes) out of the sums, in 128ths so that it fits a signed 16-bit lane.
#[inline(always)]
pub fn separate(lane: &mut [i16], sums: &[u16], bytes: usize, byte: usize) {
    let halve = |sum: &u16| (sum >> 1) as i16;
    // The step is a constant of each loop.
    match bytes {
        1 => lane.iter_mut().zip(sums).for_each(|(lane, sum)| *lane = halve(sum)),
        2 => lane.iter_mut().zip(sums.as_chunks::<2>().0).for_each(|(lane, sum)| *lane = halve(&sum[byte & 1])),
        3 => lane.iter_mut().zip(sums.as_chunks::<3>().0).for_each(|(lane, sum)| *lane = halve(&sum[byte % 3])),
        _ => lane.iter_mut().zip(sums.as_chunks::<4>().0).for_each(|(lane, sum)| *lane = halve(&sum[byte & 3])),
    }
}

/// Averages the columns of one channel into `out`, 0..255. The lane ends in a group of zeros.
#[inline(always)]
pub fn average_columns(out: &mut [f32], lane: &[i16], taps: &Taps) {
    if let Some(single) = taps.single_groups() {
        // The usual case: shrinking by less than seven.
        for (out, (first, weights)) in out.iter_mut().zip(single) {
            let samples = lane.get(first..).and_then(|rest| rest.first_chunk::<GROUP>());
            *out = samples.map_or(0, |samples| dot(samples, weights)) as f32 * NORM;
        }
        return;
    }
    for (out, (first, groups)) in out.iter_mut().zip(taps.grouped()) {
        let samples = lane.get(first..).unwrap_or(&[]).as_chunks::<GROUP>().0;
        let sum: i32 = samples.iter().zip(groups).map(|(samples, weights)| dot(samples, weights)).sum();
        *out = sum as f32 * NORM;
    }
}

/// One multiply-and-add instruction and its sum.
#[inline(always)]
fn dot(samples: &[i16; GROUP], weights: &[i16; GROUP]) -> i32 {
    samples.iter().zip(weights).map(|(s, w)| i32::from(*s) * i32::from(*w)).sum()
}

/// Luma and chroma become red, green and blue, in place.
#[inline(always)]
pub fn yuv_to_rgb(a: &mut [f32], b: &mut [f32], c: &mut [f32], to_rgb: &ToRgb) {
    for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
        [*a, *b, *c] = to_rgb.rgb(*a, *b, *c);
    }
}

/// Luma alone becomes red, green and blue.
#[inline(always)]
pub fn grey_to_rgb(a: &mut [f32], b: &mut [f32], c: &mut [f32], to_rgb: &ToRgb) {
    for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
        [*a, *b, *c] = to_rgb.rgb(*a, 128.0, 128.0);
    }
}
