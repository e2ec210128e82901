// SPDX-License-Identifier: MPL-2.0
//! When the camera is connected: in the scene's opening hours, a moment before, and until the last window is out.

use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::scene::hours::OpeningHours;
use footfall_contract::time::WallTime;
use footfall_contract::windows::Windows;

/// The camera is connected this long before the shop opens: a stream takes a few seconds to start.
pub const LEAD: Duration = Duration::from_secs(30);
/// The pipeline stays until this long after the end of the window in which the shop closed: countsink publishes a window
/// 120 s after its end, and what it had not published when it stops would wait for the next morning or be lost. In that time
/// nothing is looked at: persondetector marks the frames as closed.
pub const TAIL: Duration = Duration::from_secs(180);
/// A next opening is looked for over so many changes and ends of days.
const STEPS: usize = 40;

/// One camera's hours.
#[derive(Clone, Debug)]
struct Camera {
    hours: OpeningHours,
    windows: Windows,
}

/// The hours of every camera of a pipeline.
#[derive(Clone, Debug, Default)]
pub struct Presence {
    cameras: Vec<Camera>,
}

impl Presence {
    /// Of a pipeline whose cameras have these scenes; none: always.
    pub fn of<'a>(scenes: impl IntoIterator<Item = &'a Scene>) -> Self {
        let camera = |scene: &Scene| Camera { hours: scene.opening_hours.clone(), windows: scene.windows() };
        Self { cameras: scenes.into_iter().map(camera).collect() }
    }

    /// Is a camera wanted at `t`?
    pub fn wanted(&self, t: WallTime) -> bool {
        self.cameras.is_empty() || self.cameras.iter().any(|camera| camera.wanted(t))
    }

    /// When a camera is wanted next, if it is known and not now.
    pub fn next(&self, t: WallTime) -> Option<WallTime> {
        self.cameras.iter().filter_map(|camera| camera.next_opening(t)).min().map(|opens| opens.minus(LEAD))
    }
}

impl Camera {
    /// Was or is it open between the start of the window that is not yet out and the lead from now?
    fn wanted(&self, t: WallTime) -> bool {
        let unpublished = self.windows.start_of(t.minus(TAIL));
        let end = t.plus(LEAD);
        !self.hours.open_within(self.windows.zone(), unpublished, end).is_zero()
    }

    fn next_opening(&self, t: WallTime) -> Option<WallTime> {
        let mut at = t;
        for _ in 0..STEPS {
            let state = self.hours.at(self.windows.zone(), at);
            if state.open {
                return Some(at);
            }
            at = state.until;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scene of one line with these hours and windows, in Stockholm.
    fn presence(hours: &str, window: &str) -> Presence {
        let text = format!(
            r#"{{"version":1,"site":"s","camera":"c","placement":"entrance","time_zone":"Europe/Stockholm",{hours}
            "lines":[{{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}}],
            "publish":{{"profile":"plain","window":"{window}"}}}}"#
        );
        Presence::of(&[Scene::parse(&text).unwrap()])
    }

    fn at(text: &str) -> WallTime {
        WallTime::parse(text).unwrap()
    }

    /// The moments of change between two moments, to the second (none within a minute of another).
    fn changes(presence: &Presence, from: &str, to: &str) -> Vec<String> {
        let (mut t, end) = (at(from), at(to));
        let mut found = Vec::new();
        while t < end {
            let (minute, was) = (t.plus(Duration::from_secs(60)), presence.wanted(t));
            if presence.wanted(minute) != was {
                let second = (1..=60).map(|s| t.plus(Duration::from_secs(s))).find(|s| presence.wanted(*s) != was).unwrap();
                found.push(format!("{} {}", if was { "out" } else { "in" }, second.utc_seconds()));
            }
            t = minute;
        }
        found
    }

    #[test]
    fn without_hours_it_is_always_wanted() {
        assert!(Presence::default().wanted(at("2026-03-02T03:00:00Z")));
        assert!(presence("", "1h").wanted(at("2026-03-02T03:00:00Z")));
        assert_eq!(Presence::default().next(at("2026-03-02T03:00:00Z")), None);
    }

    #[test]
    fn it_comes_before_opening_and_leaves_when_the_last_window_is_out() {
        let on_the_hour = presence(r#""opening_hours":{"monday":["09:00-18:00"]},"#, "1h");
        let day = ("2026-03-02T06:00:00Z", "2026-03-02T20:00:00Z");
        let seen = changes(&on_the_hour, day.0, day.1);
        // The lead's end must lie inside: a second after 08:59:30.
        assert_eq!(seen, ["in 2026-03-02T07:59:31Z", "out 2026-03-02T17:03:00Z"]);
        let half_past = presence(r#""opening_hours":{"monday":["09:30-18:30"]},"#, "1h");
        assert_eq!(changes(&half_past, day.0, day.1), ["in 2026-03-02T08:29:31Z", "out 2026-03-02T18:03:00Z"]);
        let short = presence(r#""opening_hours":{"monday":["09:30-18:30"]},"#, "5min");
        assert_eq!(changes(&short, day.0, day.1), ["in 2026-03-02T08:29:31Z", "out 2026-03-02T17:33:00Z"]);
    }

    #[test]
    fn past_midnight_belongs_to_the_evening() {
        let night = presence(r#""opening_hours":{"saturday":["22:00-02:00"]},"#, "1h");
        let seen = changes(&night, "2026-03-07T18:00:00Z", "2026-03-08T06:00:00Z");
        assert_eq!(seen, ["in 2026-03-07T20:59:31Z", "out 2026-03-08T01:03:00Z"]);
    }

    #[test]
    fn the_clock_change_is_the_shops() {
        // 06:00 local is 05:00 UTC before, 04:00 UTC after Europe's spring change on 2026-03-29.
        let early = presence(r#""opening_hours":{"saturday":["06:00-07:00"],"sunday":["06:00-07:00"]},"#, "1h");
        let seen = changes(&early, "2026-03-28T00:00:00Z", "2026-03-29T12:00:00Z");
        let expected =
            ["in 2026-03-28T04:59:31Z", "out 2026-03-28T06:03:00Z", "in 2026-03-29T03:59:31Z", "out 2026-03-29T05:03:00Z"];
        assert_eq!(seen, expected);
        // The night of autumn has an hour twice: open from 01:00 to 03:00 are three hours.
        let autumn = presence(r#""opening_hours":{"sunday":["01:00-03:00"]},"#, "1h");
        let seen = changes(&autumn, "2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z");
        assert_eq!(seen, ["in 2026-10-24T22:59:31Z", "out 2026-10-25T02:03:00Z"]);
    }

    #[test]
    fn a_lunch_break_shorter_than_a_window_keeps_it_connected() {
        let lunch = presence(r#""opening_hours":{"monday":["09:00-12:30","13:00-18:00"]},"#, "1h");
        assert_eq!(changes(&lunch, "2026-03-02T08:30:00Z", "2026-03-02T16:00:00Z"), [""; 0]);
        let long = presence(r#""opening_hours":{"monday":["09:00-12:00","15:00-18:00"]},"#, "1h");
        assert_eq!(
            changes(&long, "2026-03-02T08:30:00Z", "2026-03-02T16:00:00Z"),
            ["out 2026-03-02T11:03:00Z", "in 2026-03-02T13:59:31Z"]
        );
    }

    #[test]
    fn the_next_opening_is_told_over_a_weekend() {
        let week = presence(r#""opening_hours":{"monday":["09:00-18:00"],"friday":["09:00-18:00"]},"#, "1h");
        assert_eq!(week.next(at("2026-03-06T20:00:00Z")), Some(at("2026-03-09T07:59:30Z")));
    }

    #[test]
    fn two_cameras_are_connected_while_one_is_wanted() {
        let first = presence(r#""opening_hours":{"monday":["09:00-12:00"]},"#, "1h");
        let second = presence(r#""opening_hours":{"monday":["11:00-18:00"]},"#, "1h");
        let both = Presence { cameras: first.cameras.into_iter().chain(second.cameras).collect() };
        let seen = changes(&both, "2026-03-02T06:00:00Z", "2026-03-02T20:00:00Z");
        assert_eq!(seen, ["in 2026-03-02T07:59:31Z", "out 2026-03-02T17:03:00Z"]);
    }
}
