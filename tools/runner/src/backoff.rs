// SPDX-License-Identifier: MPL-2.0
//! How long to wait before the next try: doubling, with jitter, so that twenty cameras behind one switch do not come back
//! in the same moment.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A stream that made progress for this long starts the pauses anew.
pub const STABLE: Duration = Duration::from_secs(60);

/// What a try failed of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// The camera is away, or the stream broke: half a second up to [`Pace::longest`], short enough that figures go on
    /// within ten seconds of the camera's return.
    Away,
    /// The camera refused the credentials: a minute up to ten, since many cameras lock an account after a few wrong tries.
    Refused,
}

impl Pace {
    fn first(self) -> Duration {
        match self {
            Self::Away => Duration::from_millis(500),
            Self::Refused => Duration::from_secs(60),
        }
    }

    /// The longest pause.
    pub fn longest(self) -> Duration {
        match self {
            Self::Away => Duration::from_secs(5),
            Self::Refused => Duration::from_secs(600),
        }
    }
}

/// The pauses between tries.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next pause, after a stream that made progress for `held`. `random` is any number: between half the pause and
    /// all of it is waited.
    pub fn pause(&mut self, pace: Pace, held: Duration, random: u64) -> Duration {
        if held >= STABLE {
            self.failures = 0;
        }
        let whole = pace.first().saturating_mul(1 << self.failures.min(10)).min(pace.longest());
        self.failures = self.failures.saturating_add(1);
        whole.mul_f64(0.5 + 0.5 * (random as f64 / u64::MAX as f64))
    }
}

/// A number that differs between processes and calls; it need not be secret.
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(pace: Pace, n: usize) -> Vec<u128> {
        let mut backoff = Backoff::default();
        (0..n).map(|_| backoff.pause(pace, Duration::ZERO, u64::MAX).as_millis()).collect()
    }

    #[test]
    fn pauses_double_up_to_five_seconds() {
        assert_eq!(pauses(Pace::Away, 6), [500, 1000, 2000, 4000, 5000, 5000]);
    }

    #[test]
    fn a_camera_that_refuses_is_asked_rarely() {
        assert_eq!(pauses(Pace::Refused, 6), [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
    }

    #[test]
    fn a_minute_of_progress_starts_anew_and_less_does_not() {
        let mut backoff = Backoff::default();
        for _ in 0..5 {
            backoff.pause(Pace::Away, Duration::ZERO, u64::MAX);
        }
        let short = backoff.pause(Pace::Away, STABLE - Duration::from_millis(1), u64::MAX);
        assert_eq!(short, Pace::Away.longest());
        assert_eq!(backoff.pause(Pace::Away, STABLE, u64::MAX), Duration::from_millis(500));
    }

    #[test]
    fn jitter_takes_up_to_half_away() {
        assert_eq!(Backoff::default().pause(Pace::Away, Duration::ZERO, 0), Duration::from_millis(250));
        assert_ne!(random(), random());
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        assert_eq!(pauses(Pace::Away, 1000)[999], 5000);
    }
}
