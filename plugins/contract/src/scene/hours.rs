// SPDX-License-Identifier: MPL-2.0
//! Opening hours in the shop's time zone: several spans a day, past midnight, dated exceptions.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::file::FileHours;
use crate::time::WallTime;

/// Minutes from local midnight, `from < to`; `to` beyond 1440 runs into the next day.
type Span = (u16, u16);

const DAY: u16 = 24 * 60;

/// When people are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpeningHours {
    /// No opening hours were given.
    Always,
    /// Spans a weekday (Monday first) and dates whose spans replace them.
    Spans {
        /// Monday to Sunday.
        week: [Vec<Span>; 7],
        /// By date.
        exceptions: BTreeMap<Date, Vec<Span>>,
    },
}

/// Open or closed, and how long for certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenState {
    /// Are people counted now?
    pub open: bool,
    /// Until when this holds; it may hold longer.
    pub until: WallTime,
}

/// `HH:MM` in minutes from midnight; `24:00` is the end of the day.
pub fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

fn span(key: &str, text: &str) -> Result<Span, String> {
    let wrong = || format!("{key}: {text:?} is no span; write HH:MM-HH:MM, such as \"09:00-18:00\"");
    let (from, to) = text.split_once('-').ok_or_else(wrong)?;
    let (from, to) = (minute_of_day(from).ok_or_else(wrong)?, minute_of_day(to).ok_or_else(wrong)?);
    match (from, to) {
        (DAY.., _) => Err(wrong()),
        (from, to) if from == to => Err(format!("{key}: {text:?} is empty; a whole day is \"00:00-24:00\"")),
        (from, to) if to < from => Ok((from, to + DAY)),
        both => Ok(both),
    }
}

fn spans(key: &str, texts: &[String]) -> Result<Vec<Span>, String> {
    let mut spans = texts.iter().map(|text| span(key, text)).collect::<Result<Vec<_>, _>>()?;
    spans.sort_unstable();
    if let Some(pair) = spans.windows(2).find(|pair| pair[1].0 < pair[0].1) {
        let clock = |m: u16| format!("{:02}:{:02}", m / 60 % 24, m % 60);
        return Err(format!("{key}: the span from {} overlaps the one from {}", clock(pair[1].0), clock(pair[0].0)));
    }
    Ok(spans)
}

impl OpeningHours {
    /// From the scene file; the error names the key.
    pub(super) fn parse(file: Option<&FileHours>) -> Result<Self, String> {
        let Some(file) = file else { return Ok(Self::Always) };
        let days = [&file.monday, &file.tuesday, &file.wednesday, &file.thursday, &file.friday, &file.saturday, &file.sunday];
        let names = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let mut week: [Vec<Span>; 7] = Default::default();
        for ((slot, texts), name) in week.iter_mut().zip(days).zip(names) {
            *slot = spans(&format!("opening_hours.{name}"), texts)?;
        }
        let mut exceptions = BTreeMap::new();
        for (date, texts) in &file.exceptions {
            let day: Date = (date.parse())
                .map_err(|_| format!("opening_hours.exceptions: {date:?} is no date; write it as \"2026-12-24\""))?;
            exceptions.insert(day, spans(&format!("opening_hours.exceptions.{date}"), texts)?);
        }
        Ok(Self::Spans { week, exceptions })
    }

    /// Open or closed at `t`, and until when that is certain.
    pub fn at(&self, zone: &TimeZone, t: WallTime) -> OpenState {
        let Self::Spans { .. } = self else { return OpenState { open: true, until: WallTime(i64::MAX) } };
        let today = zone.to_datetime(t.timestamp()).date();
        let mut until = WallTime(i64::MAX);
        let mut open = false;
        for (from, to) in self.spans_around(zone, today, 1) {
            if from <= t && t < to {
                open = true;
                until = until.min(to);
            } else if from > t {
                until = until.min(from);
            }
        }
        // Beyond tomorrow's spans nothing was looked at.
        let horizon = start_of(zone, today.tomorrow().unwrap_or(today), 0);
        OpenState { open, until: if until > horizon && horizon > t { horizon } else { until } }
    }

    /// How long it is open between two moments.
    pub fn open_within(&self, zone: &TimeZone, from: WallTime, to: WallTime) -> Duration {
        if to <= from {
            return Duration::ZERO;
        }
        let Self::Spans { .. } = self else { return to.since(from) };
        let first = zone.to_datetime(from.timestamp()).date();
        let days = (to.since(from).as_secs() / 86_400 + 2).min(400) as i32;
        let mut reached = from;
        let mut sum = Duration::ZERO;
        for (a, b) in self.spans_around(zone, first, days) {
            // Spans of two days may overlap (past midnight and early morning): each moment counts once.
            let (a, b) = (a.max(reached), b.min(to));
            if b > a {
                sum += b.since(a);
                reached = b;
            }
        }
        sum
    }

    /// The first closing after `t` and before `end`: open until then, and not from then on.
    pub(super) fn next_closing(&self, zone: &TimeZone, t: WallTime, end: WallTime) -> Option<WallTime> {
        let mut state = self.at(zone, t);
        while state.until < end {
            let next = self.at(zone, state.until);
            if state.open && !next.open {
                return Some(state.until);
            }
            state = next;
        }
        None
    }

    /// The spans of the day before `day` to `after` days after it, as moments, in order.
    fn spans_around(&self, zone: &TimeZone, day: Date, after: i32) -> Vec<(WallTime, WallTime)> {
        let Self::Spans { week, exceptions } = self else { return Vec::new() };
        let mut found = Vec::new();
        for offset in -1..=after {
            let Ok(date) = day.checked_add(jiff::Span::new().days(offset)) else { continue };
            let of_day = exceptions.get(&date).unwrap_or(&week[monday_first(date.weekday())]);
            found.extend(of_day.iter().map(|(from, to)| (start_of(zone, date, *from), start_of(zone, date, *to))));
        }
        found.sort_unstable();
        found
    }
}

fn monday_first(weekday: Weekday) -> usize {
    weekday.to_monday_zero_offset() as usize
}

/// The moment at which the local clock shows this minute of that date (of a repeated hour the first; of a skipped one
/// the moment after the jump).
pub(super) fn start_of(zone: &TimeZone, date: Date, minute: u16) -> WallTime {
    let local = date.to_datetime(jiff::civil::Time::midnight()).checked_add(jiff::Span::new().minutes(i64::from(minute)));
    let moment = local.and_then(|local| zone.to_ambiguous_timestamp(local).compatible());
    moment.map_or(WallTime(i64::MAX), WallTime::from_timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(json: &str) -> OpeningHours {
        OpeningHours::parse(Some(&serde_json::from_str(json).unwrap())).unwrap()
    }

    fn stockholm() -> TimeZone {
        TimeZone::get("Europe/Stockholm").unwrap()
    }

    fn at(text: &str) -> WallTime {
        WallTime::parse(text).unwrap()
    }

    #[test]
    fn it_opens_and_closes_to_the_nanosecond() {
        let h = hours(r#"{"monday":["09:00-12:00","13:00-18:00"]}"#);
        let zone = stockholm();
        let opens = at("2026-03-02T09:00:00+01:00");
        assert!(!h.at(&zone, WallTime(opens.0 - 1)).open);
        assert_eq!(h.at(&zone, WallTime(opens.0 - 1)).until, opens);
        assert_eq!(h.at(&zone, opens), OpenState { open: true, until: at("2026-03-02T12:00:00+01:00") });
        assert!(!h.at(&zone, at("2026-03-02T12:00:00+01:00")).open);
        assert!(!h.at(&zone, at("2026-03-03T10:00:00+01:00")).open);
        let day = h.open_within(&zone, at("2026-03-02T00:00:00+01:00"), at("2026-03-03T00:00:00+01:00"));
        assert_eq!(day, Duration::from_secs(8 * 3600));
    }

    #[test]
    fn past_midnight_belongs_to_the_evening() {
        let h = hours(r#"{"saturday":["22:00-02:00"]}"#);
        let zone = stockholm();
        assert!(h.at(&zone, at("2026-03-08T01:59:59+01:00")).open);
        assert!(!h.at(&zone, at("2026-03-08T02:00:00+01:00")).open);
        assert!(!h.at(&zone, at("2026-03-07T01:00:00+01:00")).open);
    }

    #[test]
    fn an_exception_replaces_the_weekday() {
        let h = hours(r#"{"thursday":["09:00-18:00"],"exceptions":{"2026-12-24":[]}}"#);
        assert!(!h.at(&stockholm(), at("2026-12-24T10:00:00+01:00")).open);
        assert!(h.at(&stockholm(), at("2026-12-17T10:00:00+01:00")).open);
    }

    #[test]
    fn the_clock_change_lengthens_the_night() {
        let h = hours(r#"{"sunday":["00:00-06:00"]}"#);
        let night = h.open_within(&stockholm(), at("2026-10-25T00:00:00+02:00"), at("2026-10-26T00:00:00+01:00"));
        assert_eq!(night, Duration::from_secs(7 * 3600));
    }

    #[test]
    fn a_state_never_holds_into_the_past() {
        let h = hours(r#"{"monday":["09:00-18:00"],"tuesday":["00:00-24:00"]}"#);
        let zone = stockholm();
        let mut t = at("2026-03-01T00:00:00+01:00");
        for _ in 0..500 {
            let state = h.at(&zone, t);
            assert!(state.until > t, "{t}");
            t = WallTime(t.0 + 1_234_567_890_123);
        }
    }

    #[test]
    fn always_open_is_always_open() {
        let h = OpeningHours::Always;
        assert!(h.at(&stockholm(), WallTime(0)).open);
        assert_eq!(h.open_within(&stockholm(), WallTime(0), WallTime(5_000_000_000)), Duration::from_secs(5));
    }

    #[test]
    fn wrong_spans_are_named() {
        for (json, words) in [
            (r#"{"friday":["18:00-18:00"]}"#, "whole day"),
            (r#"{"friday":["24:00-25:00"]}"#, "no span"),
            (r#"{"friday":["08:00-12:00","11:00-13:00"]}"#, "overlaps"),
            (r#"{"exceptions":{"24.12.":[]}}"#, "no date"),
        ] {
            let error = OpeningHours::parse(Some(&serde_json::from_str(json).unwrap())).unwrap_err();
            assert!(error.contains(words), "{error}");
        }
    }
}
