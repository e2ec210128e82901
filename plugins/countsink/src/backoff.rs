// SPDX-License-Identifier: MPL-2.0
//! How long to wait before the next connection: doubling, with jitter, so that a hundred shops do not come back at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// Shortest pause.
const FIRST: Duration = Duration::from_millis(500);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(60);
/// A connection that has held for this long starts the pauses anew.
const STABLE: Duration = Duration::from_secs(30);

/// The pauses between connections.
#[derive(Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next pause, when the last connection held for `held`. `random` is any number.
    pub fn pause(&mut self, held: Duration, random: u64) -> Duration {
        if held >= STABLE {
            self.failures = 0;
        }
        let longest = FIRST.saturating_mul(1 << self.failures.min(10)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // Between half of it and all of it.
        longest.mul_f64(0.5 + 0.5 * (random as f64 / u64::MAX as f64))
    }
}

/// A number that differs between processes and calls; it need not be secret.
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_minute_and_begin_anew_after_a_stable_connection() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..20).map(|_| backoff.pause(Duration::ZERO, u64::MAX).as_millis()).collect();
        assert_eq!(pauses[..4], [500, 1000, 2000, 4000]);
        assert!(pauses.windows(2).all(|p| p[0] <= p[1]));
        assert_eq!(pauses[19], 60_000);
        assert_eq!(backoff.pause(STABLE, 0), FIRST / 2);
    }

    #[test]
    fn a_short_connection_does_not_make_it_hasty() {
        let mut backoff = Backoff::default();
        let first = backoff.pause(Duration::from_secs(1), 0);
        assert!(backoff.pause(Duration::from_secs(1), 0) > first);
    }

    #[test]
    fn random_numbers_differ() {
        assert_ne!(random(), random());
    }
}
