// SPDX-License-Identifier: MPL-2.0
//! What the camera did since the frame before, without looking at pixels: when everybody is found a little to the left of
//! where they were expected, it was the camera that moved to the right. People turn each in their own way; a pole that
//! shakes, a door that slams and a camera that is carried move all of them alike.

/// Fewer people than this prove nothing.
const LEAST_WITNESSES: usize = 3;
/// Standard deviation of normal noise for a median absolute deviation of 1.
const DEVIATION_OF_MAD: f64 = 1.4826;
/// Variance of the median of n normal values, times n, for a variance of 1.
const MEDIAN_VARIANCE: f64 = std::f64::consts::FRAC_PI_2;

/// How far people were found from where they were expected; keeps its memory from frame to frame.
#[derive(Debug, Default)]
pub struct Jolt {
    x: Vec<f64>,
    y: Vec<f64>,
}

impl Jolt {
    /// Forgets the witnesses of the frame before.
    pub fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
    }

    /// Somebody was found this far from where they were expected, pixels.
    pub fn witness(&mut self, dx: f64, dy: f64) {
        self.x.push(dx);
        self.y.push(dy);
    }

    /// The shift that all have in common, pixels: 0 while it may be chance, nearly the median when it is clear.
    pub fn shift(&mut self) -> (f64, f64) {
        (common(&mut self.x), common(&mut self.y))
    }
}

/// The median, drawn towards 0 by its own uncertainty (the positive part of James and Stein's estimate, 1961), so that no
/// threshold decides between a shift and none. The values are used up.
fn common(values: &mut [f64]) -> f64 {
    if values.len() < LEAST_WITNESSES {
        return 0.0;
    }
    let middle = median(values);
    for value in values.iter_mut() {
        *value = (*value - middle).abs();
    }
    let deviation = DEVIATION_OF_MAD * median(values);
    let doubt = MEDIAN_VARIANCE * deviation * deviation / values.len() as f64;
    if doubt < middle * middle { middle * (1.0 - doubt / (middle * middle)) } else { 0.0 }
}

/// The upper median; the values are left in another order.
fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    *values.select_nth_unstable_by(half, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(all: &[(f64, f64)]) -> (f64, f64) {
        let mut jolt = Jolt::default();
        jolt.witness(1e6, 1e6);
        jolt.clear();
        for (dx, dy) in all {
            jolt.witness(*dx, *dy);
        }
        jolt.shift()
    }

    #[test]
    fn what_all_share_is_the_camera_and_one_stray_changes_nothing() {
        let (dx, dy) = shift(&[(20.0, 0.4), (21.0, -0.5), (19.5, 0.1), (20.5, 0.3), (-300.0, -0.2)]);
        assert!((dx - 20.0).abs() < 0.5, "{dx}");
        assert!(dy.abs() < 0.2, "{dy}");
    }

    #[test]
    fn people_who_go_their_own_ways_move_no_camera() {
        assert_eq!(shift(&[(9.0, 4.0), (-8.0, 3.0), (2.0, -7.0), (-1.0, -5.0), (-3.0, 0.5)]).0, 0.0);
        assert_eq!(shift(&[(30.0, 30.0), (30.0, 30.0)]), (0.0, 0.0), "two prove nothing");
        assert_eq!(shift(&[]), (0.0, 0.0));
    }
}
