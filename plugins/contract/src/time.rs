// SPDX-License-Identifier: MPL-2.0
//! Stream time and wall time, which must never be mixed.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Running time in a pipeline, in nanoseconds; it never steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamTime(pub u64);

impl StreamTime {
    /// How long after `earlier`; 0 when it is not later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// In seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// From seconds; negative and non-finite numbers give 0.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self(Duration::try_from_secs_f64(seconds).map_or(0, |d| d.as_nanos() as u64))
    }
}

/// Wall time: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WallTime(pub i64);

impl WallTime {
    /// How long after `earlier`; 0 when it is not later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// This much later.
    pub fn plus(self, later: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(later.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// This much earlier.
    pub fn minus(self, earlier: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(earlier.as_nanos()).unwrap_or(i64::MAX)))
    }

    /// As a timestamp of the time-zone library.
    pub fn timestamp(self) -> jiff::Timestamp {
        // i64 nanoseconds reach from 1677 to 2262, well inside the library's range.
        jiff::Timestamp::from_nanosecond(i128::from(self.0)).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }

    /// From a timestamp; times beyond 1677..2262 are held at the ends.
    pub fn from_timestamp(t: jiff::Timestamp) -> Self {
        let ns = t.as_nanosecond().clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        Self(ns as i64)
    }

    /// From text such as `2026-03-02T09:00:00Z` or `2026-03-02T10:00:00+01:00`.
    ///
    /// # Errors
    /// When the text is no date with time and offset.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self::from_timestamp(text.parse()?))
    }

    /// In UTC, to the second: `2026-03-02T09:00:00Z`.
    pub fn utc_seconds(self) -> String {
        let seconds = self.0.div_euclid(1_000_000_000);
        jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.timestamp().fmt(f)
    }
}

/// What drives wall time in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClockKind {
    /// A live source: wall time goes on when the stream stands still.
    Live,
    /// A file: wall time is the stream's own, and stands still with it.
    Stream,
}

impl ClockKind {
    /// The word on the wire.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Stream => "stream",
        }
    }

    /// From the word on the wire.
    pub fn from_nick(nick: &str) -> Option<Self> {
        match nick {
            "live" => Some(Self::Live),
            "stream" => Some(Self::Stream),
            _ => None,
        }
    }
}

/// How far wall time may run away from the stream before it is set anew, live.
pub const RESYNC_AFTER: Duration = Duration::from_secs(1);

/// Maps a run's frames to wall time: the first frame anchors it, live sources are anchored anew when they have drifted
/// by more than [`RESYNC_AFTER`]. It never goes backwards: a step back is waited out.
#[derive(Clone, Debug, Default)]
pub struct WallClock {
    anchor: Option<(StreamTime, WallTime)>,
    last: Option<WallTime>,
}

impl WallClock {
    /// A clock for files that begins at `start` with the first frame.
    pub fn starting_at(first: StreamTime, start: WallTime) -> Self {
        Self { anchor: Some((first, start)), last: None }
    }

    /// The wall time of a frame. `arrival` is the best outside estimate of it (live: the system's time less the
    /// frame's age); `None` follows the anchor alone. `None` is returned only before any anchor is known.
    pub fn at(&mut self, frame: StreamTime, arrival: Option<WallTime>) -> Option<WallTime> {
        let by_anchor = self.anchor.map(|(stream, wall)| {
            let ahead = i128::from(frame.0) - i128::from(stream.0);
            WallTime((i128::from(wall.0) + ahead).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
        });
        let wall = match (by_anchor, arrival) {
            (Some(expected), Some(seen)) if expected.0.abs_diff(seen.0) > RESYNC_AFTER.as_nanos() as u64 => seen,
            (Some(expected), _) => expected,
            (None, Some(seen)) => seen,
            (None, None) => return None,
        };
        if by_anchor != Some(wall) {
            self.anchor = Some((frame, wall));
        }
        let wall = self.last.map_or(wall, |last| wall.max(last));
        self.last = Some(wall);
        Some(wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    #[test]
    fn a_file_follows_its_start() {
        let start = WallTime::parse("2026-03-02T10:00:00+01:00").unwrap();
        let mut clock = WallClock::starting_at(StreamTime(5 * S), start);
        assert_eq!(clock.at(StreamTime(5 * S), None), Some(start));
        assert_eq!(clock.at(StreamTime(65 * S), None), Some(start.plus(Duration::from_secs(60))));
        assert_eq!(start.utc_seconds(), "2026-03-02T09:00:00Z");
    }

    #[test]
    fn live_jitter_does_not_move_it_but_drift_does() {
        let mut clock = WallClock::default();
        let t0 = WallTime(1_000 * S as i64);
        assert_eq!(clock.at(StreamTime(0), Some(t0)), Some(t0));
        let late = t0.plus(Duration::from_millis(1300));
        assert_eq!(clock.at(StreamTime(S), Some(late)), Some(t0.plus(Duration::from_secs(1))));
        let far = t0.plus(Duration::from_secs(62));
        assert_eq!(clock.at(StreamTime(2 * S), Some(far)), Some(far));
        assert_eq!(clock.at(StreamTime(3 * S), Some(far)), Some(far.plus(Duration::from_secs(1))));
    }

    #[test]
    fn it_waits_out_a_step_back() {
        let mut clock = WallClock::default();
        let t0 = WallTime(1_000 * S as i64);
        clock.at(StreamTime(0), Some(t0));
        assert_eq!(clock.at(StreamTime(S), Some(t0.minus(Duration::from_secs(3600)))), Some(t0));
    }
}
