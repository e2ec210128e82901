// SPDX-License-Identifier: MPL-2.0
//! What the time stamps of pictures tell: the true rate, how evenly they come, their order, and how the camera's clock runs
//! against this machine's.

/// One picture: when the camera says that it was, and when it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrival {
    /// The camera's time stamp, seconds from any start.
    pub media_s: f64,
    /// This machine's steady clock, seconds from any start.
    pub at_s: f64,
}

/// Makes 32-bit time stamps, which begin anew every few hours, into ones that do not. A step back is kept as one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ticks {
    last: Option<(u32, i64)>,
}

impl Ticks {
    /// The next time stamp, counted from the first one.
    pub fn next(&mut self, ticks: u32) -> i64 {
        let whole = self.last.map_or(0, |(last, whole)| whole + i64::from(ticks.wrapping_sub(last) as i32));
        self.last = Some((ticks, whole));
        whole
    }
}

/// The rate of a stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Pictures a second.
    pub per_s: f64,
    /// Median time between two, seconds.
    pub interval_s: f64,
    /// Pictures that are missing between those that came.
    pub missing: u64,
    /// Pictures that came.
    pub frames: u64,
}

/// Two time stamps nearer than this are the same picture, seconds.
const SAME_S: f64 = 1e-4;

/// The rate by the stamps alone, whatever their order. `None` of fewer than three pictures.
pub fn rate(media_s: &[f64]) -> Option<Rate> {
    let mut stamps = media_s.to_vec();
    stamps.sort_by(f64::total_cmp);
    stamps.dedup_by(|a, b| (*a - *b).abs() < SAME_S);
    let (first, last) = (*stamps.first()?, *stamps.last()?);
    if stamps.len() < 3 {
        return None;
    }
    let mut intervals: Vec<f64> = stamps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    intervals.sort_by(f64::total_cmp);
    let interval_s = intervals[intervals.len() / 2];
    let missing = intervals.iter().filter(|i| **i > 1.5 * interval_s).map(|i| (i / interval_s).round() as u64 - 1).sum();
    Some(Rate { per_s: intervals.len() as f64 / (last - first), interval_s, missing, frames: stamps.len() as u64 })
}

/// How many pictures were sent after one with a later stamp: with B-frames some are.
pub fn reordered(media_s: &[f64]) -> usize {
    let mut latest = f64::NEG_INFINITY;
    let late = |stamp: &&f64| {
        let behind = **stamp < latest - SAME_S;
        latest = latest.max(**stamp);
        behind
    };
    media_s.iter().filter(late).count()
}

/// How much later than the quickest of them pictures came, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lateness {
    /// Half of them came sooner.
    pub median_s: f64,
    /// 19 of 20 came sooner.
    pub p95_s: f64,
    /// None came later.
    pub most_s: f64,
}

/// What a server sends at the start comes in a heap; it says nothing of the way.
const SETTLED_AFTER_S: f64 = 1.0;

fn settled(arrivals: &[Arrival]) -> &[Arrival] {
    let from = arrivals.first().map_or(0.0, |a| a.at_s + SETTLED_AFTER_S);
    &arrivals[arrivals.iter().position(|a| a.at_s >= from).unwrap_or(arrivals.len())..]
}

/// How late pictures come. `None` of fewer than ten.
pub fn lateness(arrivals: &[Arrival]) -> Option<Lateness> {
    let mut delays: Vec<f64> = settled(arrivals).iter().map(|a| a.at_s - a.media_s).collect();
    if delays.len() < 10 {
        return None;
    }
    delays.sort_by(f64::total_cmp);
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share).round() as usize] - delays[0];
    Some(Lateness { median_s: at(0.5), p95_s: at(0.95), most_s: at(1.0) })
}

/// How fast the camera's clock runs against this machine's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Parts per million; above 0 the camera's clock is fast. 100 ppm are 8.6 s a day.
    pub ppm: f64,
    /// The truth lies within this of it, in nearly all cases (three standard errors), ppm.
    pub uncertainty_ppm: f64,
    /// Over this time, seconds.
    pub over_s: f64,
}

/// A picture's way may take long, but never less than its shortest: of each span the quickest one is taken.
const SPAN_S: f64 = 1.0;
/// Fewer spans make no line.
const LEAST_SPANS: usize = 6;

/// The drift of the camera's clock. `None` where there are fewer than six seconds of pictures.
pub fn drift(arrivals: &[Arrival]) -> Option<Drift> {
    let arrivals = settled(arrivals);
    let start = arrivals.first()?.at_s;
    let mut quickest: Vec<(f64, f64)> = Vec::new();
    let mut span = None;
    for a in arrivals {
        let (this, delay) = (((a.at_s - start) / SPAN_S) as u64, a.at_s - a.media_s);
        match quickest.last_mut() {
            Some(best) if span == Some(this) => {
                if delay < best.1 {
                    *best = (a.media_s, delay);
                }
            }
            _ => quickest.push((a.media_s, delay)),
        }
        span = Some(this);
    }
    // The last span is not whole.
    quickest.pop();
    line(&quickest)
}

/// The slope of delay over time by least squares, with its standard error.
fn line(points: &[(f64, f64)]) -> Option<Drift> {
    let n = points.len();
    if n < LEAST_SPANS {
        return None;
    }
    let mean = |f: fn(&(f64, f64)) -> f64| points.iter().map(f).sum::<f64>() / n as f64;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let sxx: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    let slope = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>() / sxx;
    let rest: f64 = points.iter().map(|p| (p.1 - y - slope * (p.0 - x)).powi(2)).sum();
    let error = (rest / (n - 2) as f64 / sxx).sqrt();
    let over_s = points[n - 1].0 - points[0].0;
    // Few points know their own scatter badly: about what Student's distribution adds.
    let wide = 3.0 * (1.0 + 3.0 / (n - 2) as f64);
    // Who is later and later has a slow clock.
    Some(Drift { ppm: -slope * 1e6, uncertainty_ppm: wide * error * 1e6, over_s }).filter(|d| d.ppm.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A stream whose clock runs `ppm` fast, with delays up to `noise_s`.
    fn stream(seconds: usize, per_s: usize, ppm: f64, noise_s: f64) -> Vec<Arrival> {
        (0..seconds * per_s)
            .map(|i| {
                // Splitmix64 of the number.
                let mut z = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                let noise = ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64 * noise_s;
                let true_s = i as f64 / per_s as f64;
                Arrival { media_s: 100.0 + true_s * (1.0 + ppm * 1e-6), at_s: true_s + noise }
            })
            .collect()
    }

    #[test]
    fn ticks_go_on_where_they_begin_anew_and_keep_a_step_back() {
        let mut ticks = Ticks::default();
        let seen: Vec<i64> = [u32::MAX - 1000, 2599, 1000, 9000].into_iter().map(|t| ticks.next(t)).collect();
        assert_eq!(seen, [0, 3600, 2001, 10001]);
    }

    #[test]
    fn the_rate_is_that_of_the_stamps_and_what_is_missing_is_seen() {
        let mut stamps: Vec<f64> = (0..101).map(|i| i as f64 * 0.04).collect();
        let whole = rate(&stamps).unwrap();
        assert!((whole.per_s - 25.0).abs() < 1e-6 && whole.missing == 0, "{whole:?}");
        stamps.drain(50..53);
        stamps.swap(10, 11);
        let rate = rate(&stamps).unwrap();
        assert_eq!((rate.missing, rate.frames), (3, 98));
        assert!((rate.interval_s - 0.04).abs() < 1e-9);
        assert_eq!(super::rate(&[1.0, 1.0, 2.0]), None);
    }

    #[test]
    fn b_frames_are_seen_by_their_order() {
        // I P B B P B B, as they are sent.
        assert_eq!(reordered(&[0.0, 0.12, 0.04, 0.08, 0.24, 0.16, 0.20]), 4);
        assert_eq!(reordered(&[0.0, 0.04, 0.04, 0.08]), 0);
    }

    #[test]
    fn lateness_is_against_the_quickest() {
        let mut arrivals = stream(10, 10, 0.0, 0.0);
        arrivals.iter_mut().skip(50).take(10).for_each(|a| a.at_s += 0.3);
        // The heap at the start does not count.
        arrivals[0].at_s += 0.9;
        let late = lateness(&arrivals).unwrap();
        assert!((late.most_s - 0.3).abs() < 1e-9 && late.median_s < 1e-9, "{late:?}");
        assert!(lateness(&arrivals[..15]).is_none());
    }

    #[test]
    fn a_drift_is_found_within_its_own_uncertainty() {
        for ppm in [-400.0, 0.0, 30.0, 1500.0] {
            let found = drift(&stream(120, 10, ppm, 0.02)).unwrap();
            assert!((found.ppm - ppm).abs() <= found.uncertainty_ppm, "{ppm}: {found:?}");
            assert!(found.uncertainty_ppm < 100.0, "{found:?}");
        }
        let short = drift(&stream(10, 10, 50.0, 0.05)).unwrap();
        assert!(short.uncertainty_ppm > 100.0, "ten seconds of a shaky network say nothing: {short:?}");
        assert_eq!(drift(&stream(5, 10, 0.0, 0.0)), None);
        assert_eq!(drift(&[]), None);
    }

    proptest! {
        #[test]
        fn nothing_that_comes_breaks_it(stamps in proptest::collection::vec((-1e9..1e9f64, -1e9..1e9f64), 0..60)) {
            let arrivals: Vec<Arrival> = stamps.iter().map(|(m, a)| Arrival { media_s: *m, at_s: *a }).collect();
            let media: Vec<f64> = stamps.iter().map(|(m, _)| *m).collect();
            rate(&media);
            reordered(&media);
            lateness(&arrivals);
            drift(&arrivals);
        }
    }
}
