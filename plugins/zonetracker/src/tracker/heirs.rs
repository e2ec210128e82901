// SPDX-License-Identifier: MPL-2.0
//! Who seems new and is not.
//!
//! People turn while others hide them: half a second later they are where their motion did not take them, and the rounds of
//! the association refuse them. When such a newcomer is confirmed, and a person of the same height vanished near enough to
//! have walked there in the meantime, the newcomer is that person: name, sides of lines and open visits go on. That is how
//! a crossing behind somebody's back is counted once, and not never or twice (two halves without an origin, or two people).
//! Time that they were hidden does not count against them: only in plain view nobody can be missed for long.
//!
//! The way is measured from where the person was seen last, and from where the motion would have taken them, between the
//! heads or between the feet, whichever is less: shelves and other people hide the feet, the picture's edge the heads.
//! Who is missed for longer may still be where they were ([`super::hidden`]).
//!
//! Whatever the time, who is further away than a walk is refused, and whose height is another, and who would have had to go
//! back the way that they came: people leave at one edge of the picture and others come in at the other.

use footfall_contract::geometry::{Point, Px, Rect};

use super::life::TrackState;
use super::{Sighting, Track, TrackId, Tracker};

/// Limits in fractions of the taller box's height.
#[derive(Clone, Copy, Debug)]
pub struct HeirParams {
    /// Boxes shake, and half a person may be hidden: this far away is the same place.
    pub near: f64,
    /// And so far a second unseen: a walk, 1.7 m tall at 1.3 m/s.
    pub walk_per_s: f64,
    /// Who was missed in plain view for longer has not walked here, seconds: near a door one leaves and the next comes in.
    pub within_s: f64,
    /// Nobody is taken to have walked back faster than this share of their speed.
    pub back_share: f64,
    /// Least ratio of the two heights.
    pub least_height_ratio: f64,
}

impl Default for HeirParams {
    fn default() -> Self {
        Self { near: 0.3, walk_per_s: 0.75, within_s: 1.0, back_share: 0.5, least_height_ratio: 0.8 }
    }
}

impl Tracker {
    /// The row of the person whom the newcomer of this row continues: of those who may be, the one who had to walk the least
    /// of what was possible.
    pub(super) fn ancestor(&self, row: usize) -> Option<usize> {
        let newcomer = self.tracks.get(row)?.first;
        let efforts = self.tracks.iter().enumerate().filter_map(|(old, track)| Some((old, self.effort(track, &newcomer)?)));
        efforts.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(old, _)| old)
    }

    /// The share of the possible way that somebody would have walked to be this newcomer, 0..1.
    fn effort(&self, old: &Track, newcomer: &Sighting) -> Option<f64> {
        let limits = &self.params.heirs;
        let vanished = old.state.is_known() && old.detection.is_none() && old.last.at.stream < newcomer.at.stream;
        let heights = (old.last.rect.height, newcomer.rect.height);
        let (less, more) = (heights.0.min(heights.1), heights.0.max(heights.1).max(1.0));
        if !vanished || less < limits.least_height_ratio * more {
            return None;
        }
        let missed_s = newcomer.at.seconds_since(old.open_since);
        let may_have_walked = old.state.is_person() && missed_s <= limits.within_s + 1e-3;
        let effort = if may_have_walked { self.walk(old, newcomer, more)? } else { self.step_aside(old, newcomer, more) };
        (effort < 1.0).then_some(effort)
    }

    /// The share of the possible way of somebody of this height who has walked; `None` when they would have walked back.
    fn walk(&self, old: &Track, newcomer: &Sighting, height_px: f64) -> Option<f64> {
        let limits = &self.params.heirs;
        let unseen_s = newcomer.at.seconds_since(old.last.at);
        let reach_px = (limits.near + limits.walk_per_s * unseen_s) * height_px;
        let expected = old.expected(newcomer.at, &self.params).rect();
        let way_px = way_px(&old.last.rect, &newcomer.rect).min(way_px(&expected, &newcomer.rect));
        let (vx, vy) = old.motion.speed_px_s();
        let (from, to) = (old.last.rect.centre(), newcomer.rect.centre());
        let along_px = ((to.x - from.x) * vx + (to.y - from.y) * vy) / vx.hypot(vy).max(1.0);
        let goes_back = along_px < -(limits.back_share * vx.hypot(vy) * unseen_s + limits.near * height_px);
        (!goes_back).then_some(way_px / reach_px)
    }

    /// Ends the person of this row, who goes on as another track: their name and first sighting.
    pub(super) fn bequeath(&mut self, old: usize) -> (TrackId, Sighting) {
        let track = &mut self.tracks[old];
        track.state = TrackState::Gone;
        (track.id, track.first)
    }
}

/// Between the heads, or between the feet, whichever is less.
pub(super) fn way_px(a: &Rect<Px>, b: &Rect<Px>) -> f64 {
    let distance = |p: Point<Px>, q: Point<Px>| (p.x - q.x).hypot(p.y - q.y);
    let head = |rect: &Rect<Px>| Point::new(rect.centre().x, rect.top);
    distance(head(a), head(b)).min(distance(a.bottom_centre(), b.bottom_centre()))
}

#[cfg(test)]
mod tests {
    use super::super::{Detection, TrackerParams};
    use super::*;
    use crate::rules::testing::at;

    fn seen(x: f64, y: f64, height: f64) -> Detection {
        Detection { rect: Rect::new(x, y, 0.4 * height, height), score: 0.9 }
    }

    /// The names of those who are there after somebody stood at (0, 0), was unseen for so long, and `then` was seen.
    fn names(unseen_s: f64, then: Detection) -> Vec<TrackId> {
        let mut tracker = Tracker::new(TrackerParams::default());
        for k in 0..10 {
            tracker.step(at(f64::from(k) / 10.0), &[seen(0.0, 0.0, 100.0)], 0.5);
        }
        for k in 0..2 {
            tracker.step(at(0.9 + unseen_s + f64::from(k) / 10.0), &[then], 0.5);
        }
        tracker.tracks().iter().filter(|track| track.detection().is_some()).map(Track::id).collect()
    }

    #[test]
    fn who_turned_unseen_is_still_the_same_person() {
        assert_eq!(names(1.0, seen(70.0, 60.0, 100.0)), [TrackId(1)]);
        assert_eq!(names(0.5, seen(0.0, 60.0, 95.0)), [TrackId(1)]);
    }

    #[test]
    fn whatever_the_time_somebody_is_refused() {
        for tenths in 1..=25 {
            let unseen_s = f64::from(tenths) / 10.0;
            assert_eq!(names(unseen_s, seen(200.0, 0.0, 100.0)), [TrackId(2)], "two heights away after {unseen_s} s");
            assert_eq!(names(unseen_s, seen(70.0, 60.0, 140.0)), [TrackId(2)], "another height after {unseen_s} s");
        }
        assert_eq!(names(0.2, seen(0.0, 90.0, 100.0)), [TrackId(2)], "near, but not so soon");
        assert_eq!(names(1.2, seen(70.0, 60.0, 100.0)), [TrackId(2)], "too long ago");
    }

    #[test]
    fn who_walked_away_does_not_come_from_behind() {
        let after = |y: f64| {
            let mut tracker = Tracker::new(TrackerParams::default());
            for k in 0..10 {
                tracker.step(at(f64::from(k) / 10.0), &[seen(0.0, 10.0 * f64::from(k), 100.0)], 0.5);
            }
            for k in 0..2 {
                tracker.step(at(1.8 + f64::from(k) / 10.0), &[seen(90.0, y, 100.0)], 0.5);
            }
            tracker.tracks().iter().find(|track| track.detection().is_some()).map(Track::id)
        };
        assert_eq!(after(90.0), Some(TrackId(1)), "turned aside");
        assert_eq!(after(0.0), Some(TrackId(2)), "somebody else came in");
    }

    #[test]
    fn who_is_still_seen_has_no_heir() {
        let mut tracker = Tracker::new(TrackerParams::default());
        for k in 0..12 {
            let newcomer = (k >= 10).then(|| seen(60.0, 10.0, 100.0));
            let all: Vec<_> = std::iter::once(seen(0.0, 0.0, 100.0)).chain(newcomer).collect();
            tracker.step(at(f64::from(k) / 10.0), &all, 0.5);
        }
        assert_eq!(tracker.tracks().iter().map(Track::id).collect::<Vec<_>>(), [TrackId(1), TrackId(2)]);
    }

    #[test]
    fn of_two_who_vanished_the_nearer_goes_on() {
        let mut tracker = Tracker::new(TrackerParams::default());
        for k in 0..10 {
            tracker.step(at(f64::from(k) / 10.0), &[seen(0.0, 0.0, 100.0), seen(150.0, 0.0, 100.0)], 0.5);
        }
        for k in 0..2 {
            tracker.step(at(1.8 + f64::from(k) / 10.0), &[seen(110.0, 80.0, 100.0)], 0.5);
        }
        let found = tracker.tracks().iter().find(|track| track.detection().is_some()).map(Track::id);
        assert_eq!(found, Some(TrackId(2)));
    }
}
