// SPDX-License-Identifier: MPL-2.0
//! Who is hidden is still there.
//!
//! Nobody vanishes in the middle of a picture, and nobody comes into being there. Who waits behind others is not seen for
//! many seconds, and when the others step aside, somebody new seems to stand where nobody left. So while somebody nearer
//! covers the place where a person was seen last, the person is waited for, for [`LifeParams::hidden_s`] at most, and a
//! newcomer of the same height at that very place is that person: one visit, not two, and its dwell goes on.
//!
//! A place in plain view where nobody is seen is empty: who was there has left unseen, and is waited for no longer than
//! anybody else. The place does not grow with the time: who walked on behind the others' backs is somebody new, since in
//! crowds a wider place would be found by somebody else first.
//!
//! [`LifeParams::hidden_s`]: super::life::LifeParams::hidden_s

use footfall_contract::geometry::{Px, Rect};

use super::heirs::way_px;
use super::life::TrackState;
use super::rounds::Desk;
use super::{Detection, Sighting, Track, Tracker};
use crate::moment::Moment;

/// When somebody is hidden, and where they are found again.
#[derive(Clone, Copy, Debug)]
pub struct HiddenParams {
    /// A person is hidden when a nearer box covers this share of theirs: detectors miss who is seen by less than three
    /// quarters.
    pub covered: f64,
    /// Only who was followed for so long is waited for, seconds: a box of a moment may have been nobody, or two in one.
    pub followed_s: f64,
    /// Who was hidden is found again this near, in fractions of the taller box's height: a step aside.
    pub near: f64,
}

/// Clocks give 1.0 s as 0.999999 s.
const SLACK_S: f64 = 1e-3;

impl Default for HiddenParams {
    fn default() -> Self {
        Self { covered: 0.25, followed_s: 1.0, near: 0.5 }
    }
}

impl Tracker {
    /// Notes of persons who are not seen any more whether somebody stands before the place where they were: another person,
    /// since a newcomer there may be them. Whose each detection is, is known by now.
    pub(super) fn note_hidden(&mut self, at: Moment, detections: &[Detection], desk: &Desk) {
        let HiddenParams { covered: least, followed_s, .. } = self.params.hidden;
        for track in &mut self.tracks {
            let is_followed = track.last.at.seconds_since(track.first.at) >= followed_s - SLACK_S;
            if is_followed && matches!(track.state, TrackState::Lost | TrackState::Hidden) {
                let place = &track.last.rect;
                let near = desk.near(detections, place, 0.0);
                if near.iter().any(|n| desk.owners[*n].is_some() && covered(place, &detections[*n].rect) >= least) {
                    track.open_since = at;
                }
            }
        }
    }

    /// The share of the possible way of somebody of this height who stood hidden.
    pub(super) fn step_aside(&self, old: &Track, newcomer: &Sighting, height_px: f64) -> f64 {
        let reach_px = self.params.hidden.near * height_px;
        if reach_px > 0.0 { way_px(&old.last.rect, &newcomer.rect) / reach_px } else { f64::INFINITY }
    }
}

/// The share of a place that somebody nearer covers; the nearer to the camera, the lower are the feet.
fn covered(place: &Rect<Px>, other: &Rect<Px>) -> f64 {
    if other.bottom() < place.bottom() { 0.0 } else { shared(place, other) }
}

/// The share of a place that lies in another box.
pub(super) fn shared(place: &Rect<Px>, other: &Rect<Px>) -> f64 {
    other.intersection(place).map_or(0.0, |part| part.area()) / place.area().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::{TrackId, TrackerParams};
    use super::*;
    use crate::rules::testing::at;

    fn seen(x: f64, y: f64, height: f64) -> Detection {
        Detection { rect: Rect::new(x, y, 0.4 * height, height), score: 0.9 }
    }

    /// The names of those who are seen at last: somebody stood at (0, 0) for a second and was unseen for `unseen_s`, while
    /// somebody else stood before them for `hidden_s`; then `then` is seen.
    fn names(hidden_s: f64, unseen_s: f64, then: Detection) -> Vec<TrackId> {
        let mut tracker = Tracker::new(TrackerParams::default());
        let frames = (10.0 * (1.0 + unseen_s)).round() as u32;
        for k in 0..=frames + 1 {
            let s = f64::from(k) / 10.0;
            // They are seen to leave, so that nobody takes the hidden for them.
            let before = seen(14.0 + 150.0 * (s - 1.0 - hidden_s).max(0.0), 10.0, 110.0);
            let stands = (s <= 1.0).then(|| seen(0.0, 0.0, 100.0));
            let comes = (k >= frames).then_some(then);
            let all: Vec<_> = stands.into_iter().chain([before]).chain(comes).collect();
            tracker.step(at(s), &all, 0.5);
        }
        let seen = tracker.tracks().iter().filter(|track| track.detection().is_some());
        seen.filter(|track| (track.last().rect.height - then.rect.height).abs() < 1.0).map(Track::id).collect()
    }

    #[test]
    fn who_stood_hidden_is_found_where_they_stood() {
        assert_eq!(names(5.0, 5.5, seen(-5.0, 0.0, 98.0)), [TrackId(1)]);
        assert_eq!(names(15.0, 16.0, seen(30.0, 10.0, 95.0)), [TrackId(1)], "a step aside");
    }

    #[test]
    fn somebody_else_is_somebody_else() {
        assert_ne!(names(5.0, 5.5, seen(-70.0, 0.0, 98.0)), [TrackId(1)], "too far away");
        assert_ne!(names(5.0, 5.5, seen(-5.0, 0.0, 75.0)), [TrackId(1)], "another height");
        assert_ne!(names(21.0, 21.5, seen(-5.0, 0.0, 98.0)), [TrackId(1)], "nobody is waited for so long");
    }

    #[test]
    fn a_place_in_plain_view_is_empty() {
        assert_eq!(names(3.0, 4.9, seen(-5.0, 0.0, 98.0)), [TrackId(1)], "hidden a moment ago");
        assert_ne!(names(3.0, 5.5, seen(-5.0, 0.0, 98.0)), [TrackId(1)], "nobody was there for two seconds");
        assert_ne!(names(0.0, 4.0, seen(-5.0, 0.0, 98.0)), [TrackId(1)], "never hidden");
    }

    #[test]
    fn who_comes_to_an_empty_place_does_not_cover_it() {
        // A memory so short that the association takes the second for somebody else.
        let mut tracker = Tracker::new(TrackerParams { likeness_fades_s: 0.2, ..TrackerParams::default() });
        for k in 0..=10 {
            tracker.step(at(f64::from(k) / 10.0), &[seen(0.0, 0.0, 100.0)], 0.5);
        }
        for s in [1.5, 2.0, 2.5] {
            let comes = (s > 2.2).then(|| seen(5.0, 10.0, 100.0));
            tracker.step(at(s), comes.as_slice(), 0.5);
        }
        let places: Vec<_> = tracker.tracks().iter().map(|track| (track.id().0, track.open_since)).collect();
        assert_eq!(places, [(1, at(1.0)), (2, at(2.5))]);
    }

    #[test]
    fn only_who_is_nearer_covers() {
        let place = Rect::new(0.0, 0.0, 40.0, 100.0);
        assert_eq!(covered(&place, &Rect::new(20.0, 0.0, 40.0, 100.0)), 0.5);
        assert_eq!(covered(&place, &Rect::new(20.0, -1.0, 40.0, 100.0)), 0.0, "behind");
        assert_eq!(covered(&place, &Rect::new(80.0, 0.0, 40.0, 100.0)), 0.0, "beside");
    }
}
