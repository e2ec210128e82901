// SPDX-License-Identifier: MPL-2.0
//! Publishing windows: spans of the shop's calendar, cut at the local hour.
//!
//! A window begins wherever the local clock shows a multiple of the window's length since midnight, and wherever
//! such a reading was jumped over by the clock. So Berlin's autumn day has 25 hours and its spring day 23, Lord Howe's
//! repeated half hour makes one of 90 minutes, and Kathmandu's hours begin at a quarter past UTC's.

use jiff::civil;
use jiff::tz::TimeZone;

use crate::time::WallTime;

/// The length of a window in minutes of the local clock; it divides an hour, or is whole hours that divide a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WindowLength {
    minutes: u32,
}

impl WindowLength {
    /// One hour.
    pub const HOUR: Self = Self { minutes: 60 };

    /// A length in minutes; `None` unless it divides an hour or is a divisor of a day in whole hours, and is at least
    /// five minutes.
    pub fn from_minutes(minutes: u32) -> Option<Self> {
        let in_hour = (5..=60).contains(&minutes) && 60 % minutes == 0;
        let in_day = minutes.is_multiple_of(60) && (60..=1440).contains(&minutes) && 1440 % minutes == 0;
        (in_hour || in_day).then_some(Self { minutes })
    }

    /// In minutes.
    pub fn minutes(self) -> u32 {
        self.minutes
    }
}

/// The windows of one shop.
#[derive(Clone, Debug)]
pub struct Windows {
    zone: TimeZone,
    length: WindowLength,
}

impl Windows {
    /// Windows of this length in this time zone.
    pub fn new(zone: TimeZone, length: WindowLength) -> Self {
        Self { zone, length }
    }

    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first boundary after `t`.
    pub fn next_boundary(&self, t: WallTime) -> WallTime {
        let now = t.timestamp();
        let mut from = now;
        // Two transitions within one window do not happen on Earth; the bound only keeps the loop finite.
        for _ in 0..8 {
            let offset = self.zone.to_offset(from);
            let local = offset.to_datetime(from);
            let boundary = self.next_aligned(local).and_then(|next| offset.to_timestamp(next).ok());
            let change = self.zone.following(from).next().map(|transition| transition.timestamp());
            match (boundary, change) {
                (Some(boundary), Some(change)) if change <= boundary => {
                    if self.begins_at_change(change) {
                        return WallTime::from_timestamp(change);
                    }
                    from = change;
                }
                (Some(boundary), _) => return WallTime::from_timestamp(boundary),
                (None, _) => break,
            }
        }
        WallTime(i64::MAX)
    }

    /// The boundary at or before `t`: the start of the window that holds `t`.
    pub fn start_of(&self, t: WallTime) -> WallTime {
        // The longest window is a day of 25 hours; go back further and walk forward.
        let mut start = self.next_boundary(WallTime(t.0.saturating_sub(self.back_ns())));
        if start > t {
            return t;
        }
        loop {
            let next = self.next_boundary(start);
            if next > t {
                return start;
            }
            start = next;
        }
    }

    fn back_ns(&self) -> i64 {
        (i64::from(self.length.minutes) + 26 * 60) * 60_000_000_000
    }

    /// The next multiple of the window's length on the local clock, as if its offset stayed.
    fn next_aligned(&self, local: civil::DateTime) -> Option<civil::DateTime> {
        let minute_of_day = i64::from(local.hour()) * 60 + i64::from(local.minute());
        let length = i64::from(self.length.minutes);
        let next = (minute_of_day / length + 1) * length;
        let midnight = local.date().to_datetime(civil::Time::midnight());
        midnight.checked_add(jiff::Span::new().minutes(next)).ok()
    }

    /// Does a window begin where the zone's offset changes: is the clock aligned after it, or did it jump over an
    /// aligned reading?
    fn begins_at_change(&self, change: jiff::Timestamp) -> bool {
        let after = self.zone.to_offset(change).to_datetime(change);
        let Ok(just_before) = change.checked_sub(jiff::Span::new().nanoseconds(1)) else { return true };
        let before = self.zone.to_offset(just_before).to_datetime(just_before);
        let aligned_after = after.subsec_nanosecond() == 0
            && after.second() == 0
            && (u32::from(after.hour() as u8) * 60 + u32::from(after.minute() as u8)) % self.length.minutes == 0;
        let jumped = after > before && self.next_aligned(before).is_some_and(|next| next < after);
        aligned_after || jumped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(zone: &str, minutes: u32) -> Windows {
        Windows::new(TimeZone::get(zone).unwrap(), WindowLength::from_minutes(minutes).unwrap())
    }

    fn minutes_of_windows(zone: &str, minutes: u32, from: &str, to: &str) -> Vec<i64> {
        let w = windows(zone, minutes);
        let (mut at, end) = (WallTime::parse(from).unwrap(), WallTime::parse(to).unwrap());
        assert_eq!(w.start_of(at), at, "the table starts at a boundary");
        let mut lengths = Vec::new();
        while at < end {
            let next = w.next_boundary(at);
            assert_eq!(w.start_of(WallTime(next.0 - 1)), at);
            lengths.push((next.0 - at.0) / 60_000_000_000);
            at = next;
        }
        assert_eq!(at, end);
        lengths
    }

    #[test]
    fn berlin_has_25_hours_in_autumn_and_23_in_spring() {
        let autumn = minutes_of_windows("Europe/Berlin", 60, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
        assert_eq!(autumn, vec![60; 25]);
        let spring = minutes_of_windows("Europe/Berlin", 60, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00");
        assert_eq!(spring, vec![60; 23]);
        let day = minutes_of_windows("Europe/Berlin", 1440, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00");
        assert_eq!(day, vec![25 * 60]);
    }

    #[test]
    fn lord_howe_has_an_hour_of_90_minutes() {
        let autumn = minutes_of_windows("Australia/Lord_Howe", 60, "2026-04-05T00:00:00+11:00", "2026-04-05T04:00:00+10:30");
        assert_eq!(autumn, vec![60, 90, 60, 60]);
        let spring = minutes_of_windows("Australia/Lord_Howe", 60, "2026-10-04T01:00:00+10:30", "2026-10-04T04:00:00+11:00");
        assert_eq!(spring, vec![60, 30, 60]);
    }

    #[test]
    fn kathmandu_begins_at_a_quarter() {
        let w = windows("Asia/Kathmandu", 60);
        let boundary = w.next_boundary(WallTime::parse("2026-05-01T09:00:00Z").unwrap());
        assert_eq!(boundary.utc_seconds(), "2026-05-01T09:15:00Z");
    }

    #[test]
    fn lengths_divide_the_hour_or_the_day() {
        for good in [5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440] {
            assert!(WindowLength::from_minutes(good).is_some(), "{good}");
        }
        for bad in [0, 1, 4, 7, 25, 45, 90, 300, 1000, 2880] {
            assert!(WindowLength::from_minutes(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn windows_never_overlap_whatever_the_zone() {
        for zone in ["Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "America/Sao_Paulo", "UTC", "Africa/Casablanca"] {
            let w = windows(zone, 180);
            let mut at = w.start_of(WallTime::parse("2026-01-01T00:00:00Z").unwrap());
            for _ in 0..(366 * 8) {
                let next = w.next_boundary(at);
                assert!(next > at && next.0 - at.0 <= 5 * 3_600_000_000_000, "{zone}");
                at = next;
            }
        }
    }
}
