// SPDX-License-Identifier: MPL-2.0
//! Who is new, and where a newcomer was seen weakly a moment before.

use super::life::TrackState;
use super::motion::Motion;
use super::rounds::Look;
use super::{Detection, MOST_TRACKS, Sighting, Track, TrackId, Tracker};
use crate::moment::Moment;

/// Beyond this many weak detections the oldest are forgotten.
const MOST_WEAK: usize = 256;

impl Tracker {
    /// Confident detections that nobody took are newcomers.
    pub(super) fn births(&mut self, at: Moment, detections: &[Detection], looks: &[Look]) {
        for (number, detection) in detections.iter().enumerate() {
            if looks[number].taken || !looks[number].strong {
                continue;
            }
            let double = |t: &Track| t.detection.is_some() && t.last.rect.iou(&detection.rect) > self.params.duplicate_iou;
            if self.tracks.iter().any(double) {
                continue;
            }
            if self.tracks.len() >= MOST_TRACKS {
                self.refused += 1;
                continue;
            }
            let sighting = Sighting { at, rect: detection.rect };
            let before = self.take_weak_before(&sighting);
            self.tracks.push(Track {
                id: TrackId(self.next_id),
                state: TrackState::Tentative,
                motion: Motion::new(&detection.rect, &self.params.motion),
                first: before.unwrap_or(sighting),
                born: before.map(|_| sighting),
                last: sighting,
                open_since: at,
                score: detection.score,
                detection: Some(number),
            });
            self.next_id += 1;
        }
    }

    /// The weak detection of a moment ago that fits a newcomer best; it is used up.
    fn take_weak_before(&mut self, newcomer: &Sighting) -> Option<Sighting> {
        let likeness = &self.params.newcomers;
        let fit = |(seen, score): &(Sighting, f32)| {
            let reach = likeness.reach_px(&newcomer.rect, newcomer.at.seconds_since(seen.at));
            likeness.of(&newcomer.rect, reach, &seen.rect, *score)
        };
        let fits = self.weak.iter().map(fit).enumerate().filter(|(_, fit)| *fit >= likeness.least);
        let best = fits.max_by(|a, b| a.1.total_cmp(&b.1))?.0;
        self.weak.remove(best).map(|(sighting, _)| sighting)
    }

    /// Keeps the weak detections that nobody took, for as long as a newcomer has to be confirmed.
    pub(super) fn remember_weak(&mut self, at: Moment, detections: &[Detection], confident: f32, looks: &[Look]) {
        for (detection, look) in detections.iter().zip(looks) {
            if look.taken || look.double || detection.score >= confident {
                continue;
            }
            if self.weak.len() >= MOST_WEAK {
                self.weak.pop_front();
            }
            self.weak.push_back((Sighting { at, rect: detection.rect }, detection.score));
        }
    }
}
