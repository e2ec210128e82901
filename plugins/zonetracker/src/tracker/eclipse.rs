// SPDX-License-Identifier: MPL-2.0
//! Who turned round where somebody was hidden did not: the two passed each other, and the hidden one came out in front.
//!
//! Two people who pass each other on the camera's axis are one box for a second or two, and the track that keeps it seems
//! to turn on the spot and walk as the other did. If nothing is said, one goes back through the door and the other never
//! comes. So while somebody hides somebody else who walked the other way, the one who is seen is watched: when the head
//! turns onto the hidden one's way, it is the hidden one's, and who was in front walks on, unseen. ([`super::passing`] is
//! the same for two who are both seen again.)
//!
//! Heads are watched, since the one in front hides the other's legs, and boxes grow and shrink from below.

use footfall_contract::geometry::{Px, Rect};

use super::hidden::shared;
use super::life::{Signal, TrackState};
use super::motion::{Motion, size_of};
use super::passing::change;
use super::{Change, Sighting, TrackId, Tracker};
use crate::moment::Moment;

/// Eclipses kept at most.
const MOST_ECLIPSES: usize = 256;

/// When a hidden person is taken for the one who is seen.
#[derive(Clone, Copy, Debug)]
pub struct EclipseParams {
    /// Who vanishes while a person's box covers this share of theirs is hidden by that person.
    pub covered: f64,
    /// The heads of the two moved against each other, by at least so many heights a second,
    pub least_difference_per_s: f64,
    /// and each by at least so many.
    pub least_speed_per_s: f64,
    /// The one who is seen turned when the head's speed is nearer to the hidden one's, by this share,
    pub share: f64,
    /// and the head is where the hidden one's must be, within so many heights,
    pub near: f64,
    /// for so long, seconds.
    pub turned_s: f64,
}

impl Default for EclipseParams {
    fn default() -> Self {
        Self { covered: 0.5, least_difference_per_s: 0.3, least_speed_per_s: 0.05, share: 0.5, near: 0.3, turned_s: 0.2 }
    }
}

/// Somebody hides somebody else.
#[derive(Clone, Copy, Debug)]
pub(super) struct Eclipse {
    front: TrackId,
    hidden: TrackId,
    /// Speeds of the heads when the one vanished, pixels a second.
    front_before: (f64, f64),
    hidden_before: (f64, f64),
    /// The one in front, when still on their way.
    kept: (Motion, Sighting, f32),
    /// Since when the one in front walks as the hidden one did.
    turned: Option<Moment>,
}

impl Tracker {
    /// Notes who is hidden, and watches those who hide them.
    pub(super) fn watch_eclipses(&mut self, at: Moment) {
        self.note_eclipses(at);
        let mut eclipses = std::mem::take(&mut self.eclipses);
        eclipses.retain_mut(|eclipse| self.watch(eclipse, at));
        self.eclipses = eclipses;
    }

    fn note_eclipses(&mut self, at: Moment) {
        let limits = self.params.eclipse;
        for hidden in &self.tracks {
            let known = |eclipse: &Eclipse| eclipse.hidden == hidden.id;
            let is_new = hidden.state.is_person() && hidden.detection.is_none() && !self.eclipses.iter().any(known);
            if !is_new || self.eclipses.len() >= MOST_ECLIPSES {
                continue;
            }
            let rect = hidden.expected(at, &self.params).rect();
            let seen = self.tracks.iter().filter(|track| track.state.is_person() && track.detection.is_some());
            let covering = seen.map(|track| (track, shared(&rect, &track.last.rect)));
            let Some((front, share)) = covering.max_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
            let (a, b) = (front.motion.head_speed_px_s(), hidden.motion.head_speed_px_s());
            let (front_px, hidden_px) = (size_of(&front.last.rect), size_of(&hidden.last.rect));
            let walked =
                a.0.hypot(a.1) > limits.least_speed_per_s * front_px && b.0.hypot(b.1) > limits.least_speed_per_s * hidden_px;
            let apart = change(a, b) > limits.least_difference_per_s * front_px.max(hidden_px);
            if share >= limits.covered && walked && apart && against(a, b) {
                self.eclipses.push(Eclipse {
                    front: front.id,
                    hidden: hidden.id,
                    front_before: a,
                    hidden_before: b,
                    kept: (front.motion, front.last, front.score),
                    turned: None,
                });
            }
        }
    }

    /// Goes it on?
    fn watch(&mut self, eclipse: &mut Eclipse, at: Moment) -> bool {
        let find = |id: TrackId| self.tracks.iter().position(|track| track.id == id && track.state.is_known());
        let (Some(front), Some(hidden)) = (find(eclipse.front), find(eclipse.hidden)) else { return false };
        if self.tracks[hidden].detection.is_some() {
            return false;
        }
        let seen = &self.tracks[front];
        if seen.detection.is_none() {
            return true;
        }
        let now = seen.motion.head_speed_px_s();
        let (kept, exchanged) = (change(now, eclipse.front_before), change(now, eclipse.hidden_before));
        let head = |rect: &Rect<Px>| (rect.centre().x, rect.top);
        let expected = self.tracks[hidden].expected(at, &self.params).rect();
        let way_px = change(head(&expected), head(&seen.last.rect));
        let is_there = way_px < self.params.eclipse.near * size_of(&seen.last.rect);
        if is_there && against(now, eclipse.front_before) && exchanged < self.params.eclipse.share * kept {
            let turned = *eclipse.turned.get_or_insert(at);
            if at.seconds_since(turned) >= self.params.eclipse.turned_s - 1e-3 {
                self.exchange(front, hidden, eclipse, at);
                return false;
            }
        } else {
            eclipse.turned = None;
            if kept < exchanged {
                eclipse.kept = (seen.motion, seen.last, seen.score);
            }
        }
        true
    }

    /// What is seen is the hidden person's; the one who was in front walked on.
    fn exchange(&mut self, front: usize, hidden: usize, eclipse: &Eclipse, at: Moment) {
        let seen = self.tracks[front].clone();
        let track = &mut self.tracks[hidden];
        (track.state, track.motion, track.last) = (seen.state, seen.motion, seen.last);
        (track.score, track.detection, track.open_since) = (seen.score, seen.detection, at);
        let track = &mut self.tracks[front];
        (track.motion, track.last, track.score) = eclipse.kept;
        // They are hidden now.
        (track.detection, track.open_since) = (None, at);
        let (unseen_s, age_s) = (at.seconds_since(track.last.at), at.seconds_since(track.first.at));
        let signal = Signal::Unseen { unseen_s, open_s: 0.0, outside: false, age_s };
        track.state = track.state.next(signal, &self.params.life);
        self.changes.extend(match track.state {
            TrackState::Gone => Some(Change::Ended(track.id)),
            TrackState::Lost | TrackState::Hidden => Some(Change::Faded(track.id)),
            TrackState::Visible | TrackState::Tentative => None,
        });
    }
}

fn against(a: (f64, f64), b: (f64, f64)) -> bool {
    a.0 * b.0 + a.1 * b.1 < 0.0
}

#[cfg(test)]
mod tests {
    use super::super::{Detection, Track, TrackerParams};
    use super::*;
    use crate::rules::testing::at;

    fn seen(top: f64, height: f64) -> Detection {
        Detection { rect: Rect::new(100.0 - 0.2 * height, top, 0.4 * height, height), score: 0.9 }
    }

    /// One walks away from the camera, to be seen at every moment; the other is hidden behind from 1.5 to 3.3 s. Of both the
    /// upper edge at time t, pixels. The names in the order from the camera, at the end.
    fn names(front: impl Fn(f64) -> f64, other: impl Fn(f64) -> f64) -> Vec<TrackId> {
        let mut tracker = Tracker::new(TrackerParams::default());
        for k in 0..45 {
            let t = f64::from(k) / 10.0;
            let near = seen(front(t), 130.0);
            let far = (!(1.5..3.3).contains(&t)).then(|| seen(other(t), 110.0));
            let all: Vec<_> = std::iter::once(near).chain(far).collect();
            tracker.step(at(t), &all, 0.5);
        }
        let mut tracks: Vec<&Track> = tracker.tracks().iter().filter(|track| track.detection().is_some()).collect();
        tracks.sort_by(|a, b| b.last.rect.bottom().total_cmp(&a.last.rect.bottom()));
        tracks.iter().map(|track| track.id()).collect()
    }

    /// Away from the camera until 2 s, and then as given, pixels a second.
    fn away_then(then_px_s: f64) -> impl Fn(f64) -> f64 {
        move |t| if t < 2.0 { 150.0 - 50.0 * t } else { 50.0 + then_px_s * (t - 2.0) }
    }

    // . . . .O . . . .      The far one comes nearer, the near one goes away; in between there is one box. It seems to
    // . . . \|/ . . . .     turn on the spot.
    // . . . .o. . . . .
    // . . . /|\ . . . .
    #[test]
    fn two_who_pass_each_other_unseen_keep_their_names() {
        let comes = |t: f64| if t < 3.3 { 20.0 + 15.0 * t } else { 50.0 - 50.0 * (t - 2.0) };
        // The near one at the end is the far one of the beginning.
        assert_eq!(names(away_then(15.0), comes), [TrackId(2), TrackId(1)]);
    }

    #[test]
    fn who_turns_before_somebody_who_stands_keeps_the_name() {
        assert_eq!(names(away_then(50.0), |_| 40.0), [TrackId(1), TrackId(2)]);
    }

    #[test]
    fn who_stops_before_somebody_who_comes_keeps_the_name() {
        assert_eq!(names(away_then(0.0), |t| 20.0 + 10.0 * t), [TrackId(1), TrackId(2)]);
    }

    #[test]
    fn who_turns_with_nobody_behind_keeps_the_name() {
        let mut tracker = Tracker::new(TrackerParams::default());
        let way = away_then(15.0);
        for k in 0..40 {
            let t = f64::from(k) / 10.0;
            tracker.step(at(t), &[seen(way(t), 130.0)], 0.5);
        }
        assert_eq!(tracker.tracks().iter().map(Track::id).collect::<Vec<_>>(), [TrackId(1)]);
    }
}
