// SPDX-License-Identifier: MPL-2.0
//! Two who met and both turned round did not: they passed each other, and their names were exchanged.
//!
//! While two boxes cover each other nothing tells whose is whose, and the association may take the one for the other. It
//! shows a moment later: each of the two now walks as the other did before. That both turn round at the same place and the
//! same time, each onto the other's way, is far less likely than a mistake; so the names are exchanged back, and with them
//! what the rules remember: a crossing behind each other's back stays a crossing.

use footfall_contract::geometry::{Point, Px};

use super::rounds::Desk;
use super::{Detection, TrackId, Tracker};
use crate::moment::Moment;

/// Encounters kept at most.
const MOST_ENCOUNTERS: usize = 512;
/// Those who are not both seen again for this long are not judged, seconds.
const FORGET_S: f64 = 2.0;

/// When two have met, and when their names were exchanged.
#[derive(Clone, Copy, Debug)]
pub struct PassingParams {
    /// Boxes that overlap by this much (IoU) may be taken for each other.
    pub meet_iou: f64,
    /// They are judged this long after their boxes came apart, seconds.
    pub apart_s: f64,
    /// Those whose ways differed by less, in heights a second, can't be told apart by them.
    pub least_difference_per_s: f64,
    /// Names are exchanged back when both speeds then change by less than this share of what they change else.
    pub share: f64,
}

impl Default for PassingParams {
    fn default() -> Self {
        Self { meet_iou: 0.2, apart_s: 0.3, least_difference_per_s: 0.5, share: 0.5 }
    }
}

/// Two who met, and how they walked before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Encounter {
    ids: [TrackId; 2],
    /// Speeds when they met, pixels a second.
    before: [(f64, f64); 2],
    /// When their boxes overlapped last.
    last: Moment,
    /// And where they were then.
    places: [Point<Px>; 2],
}

impl Tracker {
    /// Notes who meets, and judges those who came apart again.
    pub(super) fn pass(&mut self, at: Moment, detections: &[Detection], desk: &mut Desk) {
        desk.owners.clear();
        desk.owners.resize(detections.len(), None);
        for (row, track) in self.tracks.iter().enumerate() {
            if let (Some(number), true) = (track.detection, track.state.is_person()) {
                desk.owners[number] = Some(row);
            }
        }
        for (number, detection) in detections.iter().enumerate() {
            let Some(row) = desk.owners[number] else { continue };
            for &other in desk.near(detections, &detection.rect, 0.0) {
                if other > number
                    && let Some(other_row) = desk.owners[other]
                    && detection.rect.iou(&detections[other].rect) > self.params.passing.meet_iou
                {
                    self.meet(row, other_row, at);
                }
            }
        }
        let mut encounters = std::mem::take(&mut self.encounters);
        encounters.retain(|encounter| !self.judge(encounter, at));
        self.encounters = encounters;
    }

    fn meet(&mut self, row: usize, other: usize, at: Moment) {
        let (a, b) = if self.tracks[row].id < self.tracks[other].id { (row, other) } else { (other, row) };
        let ids = [self.tracks[a].id, self.tracks[b].id];
        let places = [self.tracks[a].last.rect.centre(), self.tracks[b].last.rect.centre()];
        if let Some(known) = self.encounters.iter_mut().find(|known| known.ids == ids) {
            known.last = at;
            known.places = places;
        } else if self.encounters.len() < MOST_ENCOUNTERS {
            let before = [self.tracks[a].motion.speed_px_s(), self.tracks[b].motion.speed_px_s()];
            self.encounters.push(Encounter { ids, before, last: at, places });
        }
    }

    /// Is it over?
    fn judge(&mut self, encounter: &Encounter, at: Moment) -> bool {
        let find = |id: TrackId| self.tracks.iter().position(|track| track.id == id && track.state.is_person());
        let (Some(a), Some(b)) = (find(encounter.ids[0]), find(encounter.ids[1])) else { return true };
        let apart_s = at.seconds_since(encounter.last);
        let params = &self.params.passing;
        if apart_s < params.apart_s || self.tracks[a].detection.is_none() || self.tracks[b].detection.is_none() {
            return apart_s > FORGET_S;
        }
        let speed = |from: Point<Px>, row: usize| {
            let to = self.tracks[row].last.rect.centre();
            ((to.x - from.x) / apart_s, (to.y - from.y) / apart_s)
        };
        let now = [speed(encounter.places[0], a), speed(encounter.places[1], b)];
        let [first, second] = encounter.before;
        let kept = change(first, now[0]) + change(second, now[1]);
        let exchanged = change(first, now[1]) + change(second, now[0]);
        let size = self.tracks[a].last.rect.height.max(self.tracks[b].last.rect.height);
        if change(first, second) > params.least_difference_per_s * size && exchanged < params.share * kept {
            let (id, since) = (self.tracks[a].id, self.tracks[a].first);
            (self.tracks[a].id, self.tracks[a].first) = (self.tracks[b].id, self.tracks[b].first);
            (self.tracks[b].id, self.tracks[b].first) = (id, since);
        }
        true
    }
}

/// How far two vectors differ.
pub(super) fn change(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

#[cfg(test)]
mod tests {
    use footfall_contract::geometry::Rect;

    use super::super::{Sighting, Track, TrackerParams, motion::Motion};
    use super::*;
    use crate::rules::testing::at;

    fn rect(x: f64) -> Rect<Px> {
        Rect::new(x - 20.0, 0.0, 40.0, 100.0)
    }

    /// Two of these numbers, who were seen at x and x half a second after they met at 0 with these speeds.
    fn judged(before: [f64; 2], after: [f64; 2]) -> Vec<u64> {
        let mut tracker = Tracker::new(TrackerParams::default());
        for (number, x) in (1..).zip(after) {
            let seen = Sighting { at: at(1.5), rect: rect(x) };
            tracker.tracks.push(Track {
                id: TrackId(number),
                state: super::super::life::TrackState::Visible,
                motion: Motion::new(&seen.rect, &tracker.params.motion),
                first: seen,
                born: None,
                last: seen,
                open_since: seen.at,
                score: 0.9,
                detection: Some(number as usize - 1),
            });
        }
        let middle = rect(0.0).centre();
        let before = before.map(|speed| (speed, 0.0));
        let met = Encounter { ids: [TrackId(1), TrackId(2)], before, last: at(1.0), places: [middle, middle] };
        assert!(tracker.judge(&met, at(1.5)));
        tracker.tracks.iter().map(|track| track.id.0).collect()
    }

    #[test]
    fn two_who_seem_to_turn_round_at_once_passed_each_other() {
        assert_eq!(judged([100.0, -100.0], [50.0, -50.0]), [1, 2], "each went on");
        assert_eq!(judged([100.0, -100.0], [-50.0, 50.0]), [2, 1], "each went on as the other");
    }

    #[test]
    fn one_who_turns_and_two_who_walk_alike_keep_their_names() {
        assert_eq!(judged([100.0, -100.0], [-40.0, -50.0]), [1, 2], "one turned, and walks on with the other");
        assert_eq!(judged([100.0, 80.0], [40.0, 50.0]), [1, 2], "nothing tells them apart");
        assert_eq!(judged([100.0, -100.0], [0.0, 0.0]), [1, 2], "both stopped to talk");
    }
}
