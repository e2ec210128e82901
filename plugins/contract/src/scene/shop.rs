// SPDX-License-Identifier: MPL-2.0
//! The shop as its doors bound it: when its day begins, and when nobody is inside.

use jiff::civil::Date;

use super::check::{Checked, bad};
use super::file::FileShop;
use super::hours::{minute_of_day, start_of};
use super::{Line, Publish, Scene};
use crate::time::WallTime;

/// What bounds the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its doors: all lines by which people come in and go out, by their place in the scene.
    pub lines: Vec<usize>,
    /// The minute of the local day at which the shop's day begins, where the scene says that nobody is inside then.
    /// Otherwise the day begins at midnight.
    pub empty_at_minute: Option<u16>,
}

/// A day of the shop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopDay {
    /// Its beginning.
    pub start: WallTime,
    /// Its end: the beginning of the next.
    pub end: WallTime,
}

/// The shop of a scene with these lines.
pub(super) fn shop(file: &FileShop, lines: &[Line], publish: &Publish) -> Checked<Shop> {
    let mut doors = Vec::new();
    for name in &file.lines {
        let Some(door) = lines.iter().position(|l| l.name == *name) else {
            return bad(format!("shop: {name:?} is no line of this scene"));
        };
        if doors.contains(&door) {
            return bad(format!("shop: {name:?} stands twice"));
        }
        doors.push(door);
    }
    if doors.is_empty() {
        return bad("shop: lines is empty; name every line by which people come in and go out".to_owned());
    }
    let Some(text) = &file.empty_at else { return Ok(Shop { lines: doors, empty_at_minute: None }) };
    let window = publish.window.minutes();
    match minute_of_day(text) {
        Some(minute) if minute < 24 * 60 && u32::from(minute).is_multiple_of(window) => {
            Ok(Shop { lines: doors, empty_at_minute: Some(minute) })
        }
        Some(minute) if minute < 24 * 60 => {
            bad(format!("shop: empty_at {text:?} lies within a window of {window} minutes; write the beginning of one"))
        }
        _ => bad(format!("shop: empty_at {text:?} is no time of day; write HH:MM, such as \"04:00\"")),
    }
}

impl Scene {
    /// The shop's day that holds a moment; `None` if the scene has no shop, or where time ends.
    pub fn shop_day(&self, at: WallTime) -> Option<ShopDay> {
        let minute = self.shop.as_ref()?.empty_at_minute.unwrap_or(0);
        let start = |day: Date| start_of(&self.time_zone, day, minute);
        let today = self.time_zone.to_datetime(at.timestamp()).date();
        let first = if start(today) <= at { today } else { today.yesterday().ok()? };
        Some(ShopDay { start: start(first), end: start(first.tomorrow().ok()?) })
    }

    /// The first moment after `t` at which whoever is still taken to be inside is not: closing time, or the end of the
    /// shop's day. `None` if the scene has no shop.
    pub fn next_emptying(&self, t: WallTime) -> Option<WallTime> {
        let day = self.shop_day(t)?;
        let closing = self.opening_hours.next_closing(&self.time_zone, t, day.end);
        Some(closing.map_or(day.end, |closing| closing.min(day.end)))
    }

    /// Is nobody inside at a day's beginning and end: by the opening hours, or since the scene says so?
    pub fn is_empty_between_days(&self, day: ShopDay) -> bool {
        let closed = |t: WallTime| !self.opening_hours.at(&self.time_zone, t).open;
        self.shop.as_ref().is_some_and(|shop| shop.empty_at_minute.is_some()) || (closed(day.start) && closed(day.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(hours: &str, shop: &str) -> Scene {
        Scene::parse(&format!(
            r#"{{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"Europe/Stockholm"{hours},
            "lines":[{{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}}],"shop":{{"lines":["door"]{shop}}}}}"#
        ))
        .unwrap()
    }

    fn at(text: &str) -> WallTime {
        WallTime::parse(text).unwrap()
    }

    /// The moments at which a shop is emptied in the three days from Friday noon on, by the local clock.
    fn emptied(hours: &str, shop: &str) -> Vec<String> {
        let scene = scene(hours, shop);
        let (mut t, end) = (at("2026-10-23T12:00:00+02:00"), at("2026-10-26T12:00:00+01:00"));
        let mut found = Vec::new();
        loop {
            let next = scene.next_emptying(t).unwrap();
            assert!(next > t, "{next} after {t}");
            if next > end {
                return found;
            }
            found.push(scene.time_zone.to_datetime(next.timestamp()).strftime("%a %H:%M").to_string());
            t = next;
        }
    }

    #[test]
    fn a_shop_is_emptied_at_each_closing_and_between_its_days() {
        let siesta = r#","opening_hours":{"friday":["09:00-12:30","14:00-18:00"],"saturday":["10:00-16:00"]}"#;
        let closings = ["Fri 12:30", "Fri 18:00", "Sat 00:00", "Sat 16:00", "Sun 00:00", "Mon 00:00"];
        assert_eq!(emptied(siesta, ""), closings);
        assert_eq!(emptied("", ""), ["Sat 00:00", "Sun 00:00", "Mon 00:00"]);
        assert_eq!(emptied("", r#","empty_at":"04:00""#), ["Sat 04:00", "Sun 04:00", "Mon 04:00"]);
        let night = r#","opening_hours":{"friday":["20:00-02:00"],"saturday":["02:00-03:00"]}"#;
        assert_eq!(emptied(night, r#","empty_at":"05:00""#), ["Sat 03:00", "Sat 05:00", "Sun 05:00", "Mon 05:00"]);
    }

    #[test]
    fn days_follow_each_other_over_the_change_of_the_clock() {
        let scene = scene("", r#","empty_at":"02:00""#);
        let mut t = at("2026-10-23T12:00:00+02:00");
        let mut hours = Vec::new();
        for _ in 0..4 {
            let day = scene.shop_day(t).unwrap();
            assert!(day.start <= t && t < day.end);
            hours.push(day.end.since(day.start).as_secs() / 3600);
            t = day.end;
        }
        // The clock shows two o'clock twice on Sunday; the day begins at the first.
        assert_eq!(hours, [24, 24, 25, 24]);
    }

    #[test]
    fn between_days_a_shop_is_empty_if_it_is_closed_or_the_scene_says_so() {
        let empty = |hours: &str, shop: &str| {
            let scene = scene(hours, shop);
            scene.is_empty_between_days(scene.shop_day(at("2026-10-23T12:00:00+02:00")).unwrap())
        };
        assert!(empty(r#","opening_hours":{"friday":["09:00-18:00"]}"#, ""));
        assert!(!empty(r#","opening_hours":{"friday":["09:00-02:00"]}"#, ""));
        assert!(!empty("", "") && empty("", r#","empty_at":"04:00""#));
    }
}
