// SPDX-License-Identifier: MPL-2.0
//! When a frame is looked at: so many detections a second, and none that comes too late to be of use.

use std::time::Duration;

use footfall_contract::time::StreamTime;

/// Paces detections: one is due when a frame reaches the next due time less half a frame interval, so that jitter of
/// timestamps costs no detection.
#[derive(Clone, Debug)]
pub struct Pace {
    /// Time between two detections; zero: every frame.
    interval_ns: u64,
    /// Time between two frames, from the caps or from the last two frames.
    frame_ns: u64,
    last_frame: Option<StreamTime>,
    next_due: Option<StreamTime>,
}

impl Pace {
    /// `rate` detections a second, 0 for every frame; `frame_interval` where the caps tell it.
    pub fn new(rate: f64, frame_interval: Option<Duration>) -> Self {
        let interval_ns = if rate > 0.0 { (1e9 / rate) as u64 } else { 0 };
        let frame_ns = frame_interval.map_or(0, |d| u64::try_from(d.as_nanos()).unwrap_or(0));
        Self { interval_ns, frame_ns, last_frame: None, next_due: None }
    }

    /// Is a detection due on this frame? A frame without a time is always looked at; so is the first, and one whose time
    /// has gone back by more than a detection interval.
    pub fn is_due(&mut self, at: Option<StreamTime>) -> bool {
        let Some(at) = at else { return true };
        if let Some(last) = self.last_frame
            && at > last
            && self.frame_ns == 0
        {
            self.frame_ns = at.0 - last.0;
        }
        self.last_frame = Some(at);
        let Some(next) = self.next_due else { return true };
        let went_back = at.0.saturating_add(2 * self.interval_ns) < next.0;
        // Half a frame, and never more than half an interval: a slow camera must not be looked at twice as often.
        let early = self.frame_ns.min(self.interval_ns) / 2;
        went_back || at.0.saturating_add(early) >= next.0
    }

    /// A detection was made, or tried, on the frame at `at`.
    pub fn looked(&mut self, at: Option<StreamTime>) {
        let Some(at) = at else { return };
        let planned = self.next_due.map_or(at.0, |next| next.0);
        // Hold the rhythm while the stream keeps up with it; begin anew after a gap or a step.
        let base = if planned.abs_diff(at.0) <= self.interval_ns / 2 { planned } else { at.0 };
        self.next_due = Some(StreamTime(base.saturating_add(self.interval_ns)));
    }

    /// The next frame is looked at whatever its time (after a flush or a closed time).
    pub fn reset(&mut self) {
        self.next_due = None;
        self.last_frame = None;
    }
}

/// Does a live frame come more than `deadline` after the time at which upstream could have delivered it?
///
/// `now` is the pipeline's running time, `frame` the frame's, `upstream_latency` the minimum latency that upstream
/// answers to a LATENCY query.
pub fn is_late(now: StreamTime, frame: StreamTime, upstream_latency: Duration, deadline: Duration) -> bool {
    now.since(frame) > upstream_latency.saturating_add(deadline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: u64 = 1_000_000;

    fn looked_at(rate: f64, told: Option<Duration>, times_ms: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut pace = Pace::new(rate, told);
        let mut seen = Vec::new();
        for ms in times_ms {
            let at = Some(StreamTime(ms * MS));
            if pace.is_due(at) {
                pace.looked(at);
                seen.push(ms);
            }
        }
        seen
    }

    #[test]
    fn ten_a_second_of_25_frames_is_ten() {
        let seen = looked_at(10.0, Some(Duration::from_millis(40)), (0..250).map(|i| i * 40));
        assert_eq!(&seen[..5], [0, 80, 200, 280, 400]);
        assert_eq!(seen.len(), 100);
    }

    #[test]
    fn a_camera_as_fast_as_the_rate_is_looked_at_on_each_frame_although_it_jitters() {
        let jitter = [0u64, 7, 2, 9, 1, 0, 8];
        let seen = looked_at(10.0, None, (0..70).map(|i| 100 * i + jitter[i as usize % 7]));
        assert_eq!(seen.len(), 70);
    }

    #[test]
    fn rate_0_is_every_frame_and_so_is_no_time() {
        assert_eq!(looked_at(0.0, None, [0, 1, 1, 2]).len(), 4);
        let mut pace = Pace::new(1.0, None);
        pace.looked(Some(StreamTime(0)));
        assert!(pace.is_due(None));
    }

    #[test]
    fn repeated_times_are_looked_at_once() {
        assert_eq!(looked_at(10.0, Some(Duration::from_millis(100)), [0, 0, 0, 100, 100]), [0, 100]);
    }

    #[test]
    fn a_step_back_and_a_gap_begin_anew() {
        assert_eq!(looked_at(10.0, Some(Duration::from_millis(40)), [5000, 5040, 0, 40, 80]), [5000, 0, 80]);
        assert_eq!(looked_at(10.0, Some(Duration::from_millis(40)), [0, 40, 9010, 9050, 9090, 9130]), [0, 9010, 9090]);
    }

    #[test]
    fn a_slow_camera_is_not_looked_at_more_often_than_it_gives() {
        assert_eq!(looked_at(10.0, None, [0, 1000, 2000]), [0, 1000, 2000]);
    }

    #[test]
    fn after_a_reset_the_next_frame_is_due() {
        let mut pace = Pace::new(1.0, None);
        pace.looked(Some(StreamTime(0)));
        assert!(!pace.is_due(Some(StreamTime(10 * MS))));
        pace.reset();
        assert!(pace.is_due(Some(StreamTime(20 * MS))));
    }

    #[test]
    fn late_is_later_than_latency_and_deadline() {
        let late = |now_ms: u64| {
            is_late(StreamTime(now_ms * MS), StreamTime(1000 * MS), Duration::from_millis(200), Duration::from_millis(300))
        };
        assert!(!late(0));
        assert!(!late(1500));
        assert!(late(1501));
    }

    proptest! {
        #[test]
        fn the_rate_is_kept_within_one_in_twenty(fps in 5u64..60, rate in 1u64..30, seed in any::<u64>()) {
            let frame = 1_000_000_000 / fps;
            let mut x = seed | 1;
            let mut pace = Pace::new(rate as f64, Some(Duration::from_nanos(frame)));
            let mut looked = 0u64;
            let frames = 20 * fps;
            for i in 0..frames {
                x ^= x << 13; x ^= x >> 7; x ^= x << 17;
                let at = Some(StreamTime(i * frame + x % (frame / 8)));
                if pace.is_due(at) { pace.looked(at); looked += 1; }
            }
            let want = (20 * rate).min(frames);
            prop_assert!(looked.abs_diff(want) <= want / 20 + 1, "{} of {}", looked, want);
        }
    }
}
