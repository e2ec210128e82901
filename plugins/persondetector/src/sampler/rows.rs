// SPDX-License-Identifier: MPL-2.0
//! The inner loops: plain slices, written so that the compiler vectorises them.

use super::colour::ToRgb;
use super::taps::Taps;

/// Weights of rows and of columns multiply.
const NORM: f32 = 1.0 / (256.0 * 256.0);

/// `sums = sum of row(k) * weights[k]`, in 256ths. The weights add up to 256, so that no sum overflows.
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

/// Averages the columns of one channel (`byte` of samples of `bytes` bytes) into `out`, 0..255.
pub fn average_columns(out: &mut [f32], sums: &[u16], bytes: usize, byte: usize, taps: &Taps) {
    // The number of taps is a constant of the inner loop for the usual shrinkings.
    match (bytes, taps.count()) {
        (1, 2) => columns::<1, 2>(out, sums, byte, taps),
        (1, 3) => columns::<1, 3>(out, sums, byte, taps),
        (1, 4) => columns::<1, 4>(out, sums, byte, taps),
        (1, 5) => columns::<1, 5>(out, sums, byte, taps),
        (1, 6) => columns::<1, 6>(out, sums, byte, taps),
        (1, 7) => columns::<1, 7>(out, sums, byte, taps),
        (2, 2) => columns::<2, 2>(out, sums, byte, taps),
        (2, 3) => columns::<2, 3>(out, sums, byte, taps),
        (2, 4) => columns::<2, 4>(out, sums, byte, taps),
        _ => {
            for (out, (first, weights)) in out.iter_mut().zip(taps.iter()) {
                let samples = sums.iter().skip(first * bytes + byte).step_by(bytes);
                let sum: u32 = samples.zip(weights).map(|(s, w)| u32::from(*s) * u32::from(*w)).sum();
                *out = sum as f32 * NORM;
            }
        }
    }
}

fn columns<const BYTES: usize, const COUNT: usize>(out: &mut [f32], sums: &[u16], byte: usize, taps: &Taps) {
    for (out, (first, weights)) in out.iter_mut().zip(taps.iter()) {
        let from = first * BYTES;
        let (Some(samples), Ok(weights)) = (sums.get(from..from + COUNT * BYTES), <&[u16; COUNT]>::try_from(weights)) else {
            continue;
        };
        let mut sum = 0u32;
        for k in 0..COUNT {
            sum += u32::from(samples[k * BYTES + byte]) * u32::from(weights[k]);
        }
        *out = sum as f32 * NORM;
    }
}

/// Luma and chroma become red, green and blue, in place.
pub fn yuv_to_rgb(a: &mut [f32], b: &mut [f32], c: &mut [f32], to_rgb: &ToRgb) {
    for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
        [*a, *b, *c] = to_rgb.rgb(*a, *b, *c);
    }
}

/// Luma alone becomes red, green and blue.
pub fn grey_to_rgb(a: &mut [f32], b: &mut [f32], c: &mut [f32], to_rgb: &ToRgb) {
    for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
        [*a, *b, *c] = to_rgb.rgb(*a, 128.0, 128.0);
    }
}
