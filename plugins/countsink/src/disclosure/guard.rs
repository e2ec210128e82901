// SPDX-License-Identifier: MPL-2.0
//! What protects figures, by profile: the least counts, the rounding, and the list of what was withheld.

use footfall_contract::scene::{Profile, Publish};

use crate::payload::{Number, tenths};

/// Durations that must be known before they are published by bins.
const MIN_HISTOGRAM: u64 = 30;

/// The protection of one payload. Under `plain` every least count is zero, which nothing is below, and nothing is rounded
/// but for display.
pub(super) struct Guard {
    exact: bool,
    /// Least count of a line.
    pub lines: u64,
    /// Least count of zones, queues, flows and routes.
    pub zones: u64,
    /// Least number of durations of a histogram.
    pub histogram: u64,
    suppressed: Vec<String>,
}

impl Guard {
    pub fn of(publish: &Publish) -> Self {
        let (exact, suppressed) = (publish.profile == Profile::Plain, Vec::new());
        if exact {
            return Self { exact, lines: 0, zones: 0, histogram: 0, suppressed };
        }
        let (lines, zones) = (publish.min_lines, publish.min_zones);
        Self { exact, lines, zones, histogram: MIN_HISTOGRAM.max(zones), suppressed }
    }

    pub fn is_exact(&self) -> bool {
        self.exact
    }

    pub fn into_suppressed(self) -> Vec<String> {
        self.suppressed
    }

    /// Nothing, and its path on the list.
    pub fn withhold<T>(&mut self, path: &str) -> Option<T> {
        self.suppressed.push(path.to_owned());
        None
    }

    /// The count, rounded, if it may be told.
    pub fn count(&mut self, n: u64, may: bool, path: &str) -> Option<u64> {
        if may { Some(self.rounded(n)) } else { self.withhold(path) }
    }

    /// The nearest multiple of five.
    pub fn rounded(&self, n: u64) -> u64 {
        if self.exact { n } else { to_five(n) }
    }

    /// Seconds: two significant digits.
    pub fn seconds(&self, value: f64) -> Number {
        if self.exact { tenths(value) } else { two_digits(value) }
    }

    /// A mean number of people: two significant digits.
    pub fn people(&self, value: f64) -> Number {
        if self.exact { decimals(value, 2) } else { two_digits(value) }
    }

    /// A share: two significant digits.
    pub fn share(&self, value: f64) -> Number {
        if self.exact { decimals(value, 3) } else { two_digits(value) }
    }

    /// A time in which something was so: the nearest five seconds.
    pub fn time(&self, seconds: f64) -> Number {
        if self.exact { tenths(seconds) } else { Number(to_five(seconds.round() as u64) as f64) }
    }
}

/// Seconds in nanoseconds.
pub(super) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

fn to_five(n: u64) -> u64 {
    n.saturating_add(2) / 5 * 5
}

fn two_digits(value: f64) -> Number {
    Number(format!("{value:.1e}").parse().unwrap_or(0.0))
}

fn decimals(value: f64, n: i32) -> Number {
    let scale = 10_f64.powi(n);
    Number((value * scale).round() / scale)
}
