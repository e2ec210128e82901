// SPDX-License-Identifier: MPL-2.0
//! The rounds of one step: which tracks are offered which detections, and in what order.

use footfall_contract::geometry::{Px, Rect};

use super::assign::{Assigner, Pair};
use super::jolt::Jolt;
use super::life::TrackState;
use super::likeness::LikenessParams;
use super::motion::Motion;
use super::{Detection, Track, Tracker, TrackerParams};
use crate::moment::Moment;

/// Who is paired with what, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// Persons with confident detections.
    Persons,
    /// Persons seen a moment ago with weak ones.
    SecondChance,
    /// The tentative with what confident detections are left.
    Newcomers,
    /// Persons whom nobody took with confident detections that nobody took.
    Rescue,
}

impl Round {
    /// All, in order.
    pub(super) const ALL: [Self; 4] = [Self::Persons, Self::SecondChance, Self::Newcomers, Self::Rescue];

    fn likeness(self, params: &TrackerParams) -> &LikenessParams {
        match self {
            Self::Persons => &params.persons,
            Self::SecondChance => &params.second_chance,
            Self::Newcomers => &params.newcomers,
            Self::Rescue => &params.rescue,
        }
    }

    /// Does a track take part, last seen `unseen_s` ago?
    fn takes(self, track: &Track, unseen_s: f64, params: &TrackerParams) -> bool {
        match self {
            Self::Persons | Self::Rescue => track.state.is_person(),
            Self::SecondChance => track.state.is_person() && unseen_s <= params.weak_within_s,
            Self::Newcomers => track.state == TrackState::Tentative,
        }
    }
}

/// What a step knows of a detection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Confident, and no second box of a better one.
    pub(super) strong: bool,
    /// Perhaps a second box of somebody with a better one.
    pub(super) double: bool,
    /// It belongs to a track.
    pub(super) taken: bool,
}

/// The working memory of a step, kept so that a step costs no allocation once it has seen the largest crowd.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// Of each detection.
    pub(super) looks: Vec<Look>,
    /// Of each detection: the person's row.
    pub(super) owners: Vec<Option<usize>>,
    /// Of each track: where it is expected now.
    pub(super) expected: Vec<Motion>,
    /// The detections' numbers, from left to right.
    by_left: Vec<usize>,
    widest: f64,
    pairs: Vec<Pair>,
    assigner: Assigner,
    jolt: Jolt,
}

impl Desk {
    /// Sorts the detections from left to right, and the confident from the doubtful.
    pub(super) fn lay_out(&mut self, detections: &[Detection], confident: f32, double_iou: f64) {
        self.widest = detections.iter().map(|d| d.rect.width).fold(0.0, f64::max);
        self.by_left.clear();
        self.by_left.extend(0..detections.len());
        self.by_left.sort_unstable_by(|a, b| detections[*a].rect.left.total_cmp(&detections[*b].rect.left));
        self.looks.clear();
        for detection in detections {
            let better = |other: &Detection| other.score > detection.score && other.rect.iou(&detection.rect) > double_iou;
            let double = self.near(detections, &detection.rect, 0.0).iter().any(|n| better(&detections[*n]));
            self.looks.push(Look { strong: detection.score >= confident && !double, double, taken: false });
        }
    }

    /// The numbers of all detections that may touch the box when both are grown by `reach_px`, and of a few more.
    pub(super) fn near(&self, detections: &[Detection], rect: &Rect<Px>, reach_px: f64) -> &[usize] {
        let (first, last) = (rect.left - 2.0 * reach_px - self.widest, rect.right() + 2.0 * reach_px);
        let from = self.by_left.partition_point(|n| detections[*n].rect.left < first);
        let count = self.by_left[from..].partition_point(|n| detections[*n].rect.left <= last);
        &self.by_left[from..from + count]
    }
}

impl Tracker {
    /// Where every track is expected, and what the camera did.
    pub(super) fn expect(&mut self, at: Moment, detections: &[Detection], desk: &mut Desk) {
        desk.expected.clear();
        desk.expected.extend(self.tracks.iter().map(|track| track.expected(at, &self.params)));
        desk.jolt.clear();
        let likeness = &self.params.jolt;
        for (track, expected) in self.tracks.iter().zip(&desk.expected) {
            let unseen_s = at.seconds_since(track.last.at);
            if !track.state.is_person() || unseen_s > self.params.jolt_within_s {
                continue;
            }
            let rect = expected.rect();
            let reach = likeness.reach_px(&rect, unseen_s);
            let strong = desk.near(detections, &rect, reach).iter().filter(|n| desk.looks[**n].strong);
            let fits = strong.map(|n| (n, likeness.of(&rect, reach, &detections[*n].rect, detections[*n].score)));
            let best = fits.filter(|(_, fit)| *fit >= likeness.least).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(n, _)| *n);
            if let Some(number) = best {
                let (from, to) = (rect.centre(), detections[number].rect.centre());
                desk.jolt.witness(to.x - from.x, to.y - from.y);
            }
        }
        let (dx, dy) = desk.jolt.shift();
        for (track, expected) in self.tracks.iter_mut().zip(&mut desk.expected) {
            track.motion.shift(dx, dy);
            expected.shift(dx, dy);
        }
    }

    /// Pairs the tracks and untaken detections of a round.
    pub(super) fn associate(&mut self, at: Moment, detections: &[Detection], round: Round, desk: &mut Desk) {
        let likeness = round.likeness(&self.params);
        let mut pairs = std::mem::take(&mut desk.pairs);
        pairs.clear();
        for (row, track) in self.tracks.iter().enumerate() {
            let unseen_s = at.seconds_since(track.last.at);
            if track.detection.is_some() || !round.takes(track, unseen_s, &self.params) {
                continue;
            }
            let expected = desk.expected[row].rect();
            let reach = likeness.reach_px(&expected, unseen_s);
            let faded = (-unseen_s / self.params.likeness_fades_s).exp();
            for &column in desk.near(detections, &expected, reach) {
                let look = desk.looks[column];
                if look.taken || look.strong == (round == Round::SecondChance) {
                    continue;
                }
                let fit = faded * likeness.of(&expected, reach, &detections[column].rect, detections[column].score);
                if fit >= likeness.least {
                    pairs.push(Pair { row, column, cost: 1.0 - fit });
                }
            }
        }
        // A pair that is just alike enough is worth no more than none.
        for pair in desk.assigner.assign(&mut pairs, 1.0 - likeness.least) {
            desk.looks[pair.column].taken = true;
            self.hit(pair.row, at, pair.column, detections[pair.column], &desk.expected[pair.row]);
        }
        desk.pairs = pairs;
    }
}
