// SPDX-License-Identifier: MPL-2.0
//! One moment on both clocks: people move in stream time, counts belong to wall time.

use footfall_contract::time::{StreamTime, WallTime};

/// A moment of the stream, and the wall time at which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// For motion, delays and dwell.
    pub stream: StreamTime,
    /// For windows.
    pub wall: WallTime,
}

impl Moment {
    /// Seconds of stream time after `earlier`; 0 when it is not later.
    pub fn seconds_since(self, earlier: Self) -> f64 {
        self.stream.since(earlier.stream).as_secs_f64()
    }

    /// The moment at `share` (0..1) of the way to `later`.
    pub fn towards(self, later: Self, share: f64) -> Self {
        let share = share.clamp(0.0, 1.0);
        let stream = later.stream.since(self.stream).mul_f64(share);
        let wall = later.wall.since(self.wall).mul_f64(share);
        Self { stream: StreamTime(self.stream.0.saturating_add(stream.as_nanos() as u64)), wall: self.wall.plus(wall) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_way_is_half_way_on_both_clocks() {
        let a = Moment { stream: StreamTime(0), wall: WallTime(1_000) };
        let b = Moment { stream: StreamTime(100), wall: WallTime(1_300) };
        assert_eq!(a.towards(b, 0.5), Moment { stream: StreamTime(50), wall: WallTime(1_150) });
        assert_eq!(a.towards(b, 7.0), b);
        assert_eq!(a.seconds_since(b), 0.0);
    }
}
