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

/// For so long, in stream time, a clock must have told another time before it is believed: one wrong report of a camera's
/// clock (RTCP sends one every few seconds), or a stall of the network, must not move windows, since they never go back.
pub const BELIEVE_AFTER: Duration = Duration::from_secs(15);

/// Maps a run's frames to wall time: the first frame anchors it, live sources are anchored anew when they have drifted
/// by more than [`RESYNC_AFTER`] for [`BELIEVE_AFTER`]. It never goes backwards: a step back is waited out.
#[derive(Clone, Debug, Default)]
pub struct WallClock {
    anchor: Option<(StreamTime, WallTime)>,
    /// The frame before, and the wall time that was given to it.
    last: Option<(StreamTime, WallTime)>,
    step: Option<Step>,
}

/// A clock that tells another time than the anchor.
#[derive(Clone, Copy, Debug)]
struct Step {
    since: StreamTime,
    by_ns: i128,
}

impl WallClock {
    /// A clock for files that begins at `start` with the first frame.
    pub fn starting_at(first: StreamTime, start: WallTime) -> Self {
        Self { anchor: Some((first, start)), ..Self::default() }
    }

    /// The wall time of a frame. `arrival` is the best outside estimate of it (live: the system's time less the
    /// frame's age); `None` follows the anchor alone. `None` is returned only before any anchor is known.
    pub fn at(&mut self, frame: StreamTime, arrival: Option<WallTime>) -> Option<WallTime> {
        let by_anchor = self.anchor.map(|(stream, wall)| {
            let ahead = i128::from(frame.0) - i128::from(stream.0);
            WallTime((i128::from(wall.0) + ahead).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
        });
        let wall = match (by_anchor, arrival) {
            (Some(expected), Some(seen)) if self.believes(frame, expected, seen) => seen,
            (Some(expected), _) => expected,
            (None, Some(seen)) => seen,
            (None, None) => return None,
        };
        if by_anchor != Some(wall) {
            (self.anchor, self.step) = (Some((frame, wall)), None);
        }
        let wall = self.last.map_or(wall, |(_, last)| wall.max(last));
        self.last = Some((frame, wall));
        Some(wall)
    }

    /// Is `seen`, rather than `expected`, the time of the frame?
    fn believes(&mut self, frame: StreamTime, expected: WallTime, seen: WallTime) -> bool {
        let (by_ns, tolerance_ns) = (i128::from(seen.0) - i128::from(expected.0), RESYNC_AFTER.as_nanos() as i128);
        if by_ns.abs() <= tolerance_ns {
            self.step = None;
            return false;
        }
        // Frames without times of their own: the stream says nothing.
        if self.last.is_some_and(|(last, _)| frame <= last) {
            return true;
        }
        let same = self.step.filter(|step| (step.by_ns - by_ns).abs() <= tolerance_ns);
        let step = *self.step.insert(same.unwrap_or(Step { since: frame, by_ns }));
        frame.since(step.since) >= BELIEVE_AFTER
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

    /// Where the clock stands after each second of `for_s`, when the outside is off by so many.
    fn follow(clock: &mut WallClock, from_s: u64, for_s: u64, off_s: i64) -> Vec<i64> {
        let at = |s: u64| (StreamTime(s * S), WallTime((1_000 + s as i64 + off_s) * S as i64));
        let seen = (from_s..from_s + for_s).map(at).map(|(frame, arrival)| clock.at(frame, Some(arrival)).unwrap());
        seen.map(|wall| wall.0 / S as i64 - 1_000).collect()
    }

    #[test]
    fn live_jitter_does_not_move_it_but_drift_does() {
        let mut clock = WallClock::default();
        assert_eq!(follow(&mut clock, 0, 2, 0), [0, 1]);
        assert_eq!(clock.at(StreamTime(2 * S), Some(WallTime(1_003_300_000_000))), Some(WallTime(1_002 * S as i64)));
        // After 15 s it is no jitter; then it goes on from there.
        let walls = follow(&mut clock, 3, 20, 60);
        assert_eq!((walls[14], walls[15], walls[16]), (17, 78, 79));
    }

    #[test]
    fn one_wrong_report_of_a_clock_moves_nothing() {
        let mut clock = WallClock::default();
        follow(&mut clock, 0, 10, 0);
        for off_s in [3_600, -3_600, 86_400 * 3_650, -400_000_000] {
            let walls = follow(&mut clock, 10, 14, off_s);
            assert_eq!(walls, (10..24).collect::<Vec<i64>>(), "{off_s}");
            assert_eq!(follow(&mut clock, 24, 1, 0), [24]);
            clock = WallClock::default();
            follow(&mut clock, 0, 10, 0);
        }
        // Reports that never agree are none.
        for second in 10..100 {
            let walls = follow(&mut clock, second, 1, 10 * second as i64);
            assert_eq!(walls, [second as i64]);
        }
    }

    #[test]
    fn it_waits_out_a_step_back() {
        let mut clock = WallClock::default();
        follow(&mut clock, 0, 10, 0);
        let walls = follow(&mut clock, 10, 100, -30);
        assert_eq!(walls[..15], (10..25).collect::<Vec<i64>>());
        // Believed at second 25, it stands until the clock has caught up.
        assert!(walls[15..45].iter().all(|wall| *wall == 24), "{walls:?}");
        assert_eq!(walls[45..48], [25, 26, 27]);
    }

    #[test]
    fn frames_without_times_follow_the_clock() {
        let mut clock = WallClock::default();
        let t0 = WallTime(1_000 * S as i64);
        clock.at(StreamTime(0), Some(t0));
        for second in 2..20 {
            let now = t0.plus(Duration::from_secs(second));
            assert!(now.since(clock.at(StreamTime(0), Some(now)).unwrap()) <= RESYNC_AFTER, "{second}");
        }
    }
}
