// SPDX-License-Identifier: MPL-2.0
//! The one place where clocks are asked, and the mapping of a run's frames to wall time.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use footfall_contract::time::{ClockKind, StreamTime, WallClock, WallTime};

/// The system's wall time.
#[allow(clippy::disallowed_methods)] // Frames must be mapped to wall time somewhere; everything else gets it as an argument.
pub fn system_time() -> WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    WallTime(0).plus(since)
}

/// A monotonic reading, for the duration of inference and the pace of warnings.
#[allow(clippy::disallowed_methods)] // As above.
pub fn monotonic() -> Instant {
    Instant::now()
}

/// Seconds from 1900 (NTP) to 1970 (Unix).
const NTP_TO_UNIX: Duration = Duration::from_secs(2_208_988_800);

/// The wall time that a buffer carries, if it carries one.
pub fn reference_time(buffer: &gst::BufferRef) -> Option<WallTime> {
    buffer.iter_meta::<gst::ReferenceTimestampMeta>().find_map(|meta| {
        let time = Duration::from_nanos(meta.timestamp().nseconds());
        match meta.reference().structure(0)?.name().as_str() {
            "timestamp/x-unix" => Some(WallTime(0).plus(time)),
            "timestamp/x-ntp" => Some(WallTime(0).plus(time.checked_sub(NTP_TO_UNIX)?)),
            _ => None,
        }
    })
}

/// An RTSP camera's first frames carry no reference: it comes with the first sender report, and these are up to 7.5 s apart
/// (RFC 3550, section 6.2).
const REFERENCE_WITHIN: Duration = Duration::from_secs(10);

/// Whether frames carry the camera's time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reference {
    /// No frame was asked.
    Unasked,
    /// None had it, from this running time on.
    AwaitedSince(StreamTime),
    /// One had it, or it was told that none has.
    Settled,
}

impl Reference {
    /// Is it now certain, and was not before, that frames do not carry it? `found`: this one does.
    pub fn is_missing(&mut self, found: bool, frame: StreamTime) -> bool {
        let since = match *self {
            Self::Settled => return false,
            Self::Unasked => frame,
            Self::AwaitedSince(since) => since,
        };
        let missing = !found && frame.since(since) >= REFERENCE_WITHIN;
        *self = if found || missing { Self::Settled } else { Self::AwaitedSince(since) };
        missing
    }
}

/// Maps a run's frames to wall time.
pub struct FrameClock {
    kind: ClockKind,
    /// A start time was set: nothing else is asked.
    told: bool,
    start: Option<WallTime>,
    clock: Option<WallClock>,
    last: Option<WallTime>,
}

impl FrameClock {
    /// A clock for a run: `stream` when a start time was set or upstream is not live, else `live`.
    pub fn new(start: Option<WallTime>, upstream_is_live: bool) -> Self {
        let kind = if start.is_some() || !upstream_is_live { ClockKind::Stream } else { ClockKind::Live };
        Self { kind, told: start.is_some(), start, clock: None, last: None }
    }

    /// What drives it.
    pub fn kind(&self) -> ClockKind {
        self.kind
    }

    /// Running time begins anew (a flush): a file's wall time goes on from where it is.
    pub fn flushed(&mut self) {
        self.clock = None;
        self.start = self.last.or(self.start);
    }

    /// The wall time of the frame at `frame`. `now` is the system's time less the frame's age; `reference` what the
    /// frame itself carries, if that is to be used.
    pub fn at(&mut self, frame: StreamTime, now: WallTime, reference: Option<WallTime>) -> WallTime {
        let live = (self.kind == ClockKind::Live).then_some(now);
        let outside = if self.told { None } else { reference.or(live) };
        let first = outside.or(self.start).unwrap_or(now);
        let clock = self.clock.get_or_insert_with(|| WallClock::starting_at(frame, first));
        let wall = clock.at(frame, outside).unwrap_or(now);
        let wall = self.last.map_or(wall, |last| wall.max(last));
        self.last = Some(wall);
        wall
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: u64 = 1_000_000_000;

    fn at(seconds: u64) -> WallTime {
        WallTime(0).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_file_with_a_start_time_follows_it_and_goes_on_after_a_flush() {
        let mut clock = FrameClock::new(Some(at(1000)), true);
        assert_eq!(clock.kind(), ClockKind::Stream);
        assert_eq!(clock.at(StreamTime(5 * S), at(77), None), at(1000));
        assert_eq!(clock.at(StreamTime(9 * S), at(78), None), at(1004));
        clock.flushed();
        assert_eq!(clock.at(StreamTime(0), at(79), None), at(1004));
        assert_eq!(clock.at(StreamTime(S), at(80), None), at(1005));
    }

    #[test]
    fn a_file_without_one_begins_now() {
        let mut clock = FrameClock::new(None, false);
        assert_eq!(clock.at(StreamTime(0), at(50), None), at(50));
        assert_eq!(clock.at(StreamTime(60 * S), at(51), None), at(110));
    }

    #[test]
    fn a_live_source_follows_the_system() {
        let mut clock = FrameClock::new(None, true);
        assert_eq!(clock.kind(), ClockKind::Live);
        assert_eq!(clock.at(StreamTime(0), at(50), None), at(50));
        assert_eq!(clock.at(StreamTime(S), at(90), None), at(51));
        assert_eq!(clock.at(StreamTime(16 * S), at(105), None), at(105));
        clock.flushed();
        assert_eq!(clock.at(StreamTime(0), at(200), None), at(200));
    }

    #[test]
    fn a_reference_is_missing_once_and_not_before_the_first_report_may_have_come() {
        let missing = |found_at: Option<u64>| {
            let mut reference = Reference::Unasked;
            (5..40).filter(|s| reference.is_missing(Some(*s) == found_at, StreamTime(s * S))).collect::<Vec<u64>>()
        };
        assert_eq!(missing(None), [15]);
        for found_at in [5, 14] {
            assert!(missing(Some(found_at)).is_empty());
        }
    }

    #[test]
    fn reference_times_are_read_in_both_epochs() {
        gst::init().unwrap();
        for (name, seconds) in [("timestamp/x-unix", 100), ("timestamp/x-ntp", 100 + NTP_TO_UNIX.as_secs())] {
            let mut buffer = gst::Buffer::new();
            let caps = gst::Caps::new_empty_simple(name);
            gst::ReferenceTimestampMeta::add(buffer.make_mut(), &caps, gst::ClockTime::from_seconds(seconds), None);
            assert_eq!(reference_time(&buffer), Some(at(100)), "{name}");
        }
        assert_eq!(reference_time(&gst::Buffer::new()), None);
    }
}
