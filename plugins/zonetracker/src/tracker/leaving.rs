// SPDX-License-Identifier: MPL-2.0
//! Who has walked out of the picture has left.
//!
//! A person who is not seen any more, and whom their motion has taken beyond the picture's edge by half their width or
//! height, does not come back by it: whoever is seen there next is somebody else, who comes in. Without this, people at an
//! edge where many come and go pass their names on to those who come the other way, and two visits become one.

use footfall_contract::geometry::PictureSize;

use super::{Track, Tracker, TrackerParams};
use crate::moment::Moment;

impl Tracker {
    /// The picture that is looked at; until it is known, nobody leaves it.
    pub fn look_at(&mut self, picture: PictureSize) {
        self.picture = Some(picture);
    }
}

/// Is somebody's middle expected outside the picture?
pub(super) fn is_outside(track: &Track, at: Moment, picture: PictureSize, params: &TrackerParams) -> bool {
    let (middle, bounds) = (track.expected(at, params).rect().centre(), picture.bounds());
    middle.x < bounds.left || middle.x > bounds.right() || middle.y < bounds.top || middle.y > bounds.bottom()
}

#[cfg(test)]
mod tests {
    use footfall_contract::geometry::Rect;

    use super::super::{Detection, TrackId};
    use super::*;
    use crate::rules::testing::at;

    fn seen(x: f64) -> Detection {
        Detection { rect: Rect::new(x, 300.0, 40.0, 100.0), score: 0.9 }
    }

    /// The names of those who are seen when somebody walked to the right until they were at `last`, with a speed of 100
    /// pixels a second, and a second later somebody stands near by; the picture is 640 wide.
    fn names(last: f64, then: f64, picture: Option<PictureSize>) -> Vec<TrackId> {
        let mut tracker = Tracker::new(TrackerParams::default());
        picture.into_iter().for_each(|picture| tracker.look_at(picture));
        for k in 0..=10 {
            tracker.step(at(f64::from(k) / 10.0), &[seen(last - 10.0 * f64::from(10 - k))], 0.5);
        }
        for k in 0..=10 {
            tracker.step(at(1.1 + f64::from(k) / 10.0), &[], 0.5);
        }
        for k in 0..2 {
            tracker.step(at(2.2 + f64::from(k) / 10.0), &[seen(then)], 0.5);
        }
        tracker.tracks().iter().filter(|track| track.detection().is_some()).map(Track::id).collect()
    }

    #[test]
    fn who_walked_out_of_the_picture_does_not_come_back() {
        let picture = Some(PictureSize::new(640, 480));
        assert_eq!(names(590.0, 595.0, picture), [TrackId(2)], "somebody comes in");
        assert_eq!(names(590.0, 595.0, None), [TrackId(1)], "the picture may be wider");
        assert_eq!(names(300.0, 400.0, picture), [TrackId(1)], "in the middle nobody leaves");
    }
}
