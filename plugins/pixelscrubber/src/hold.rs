// SPDX-License-Identifier: MPL-2.0
//! Hold-over: a box that a detector loses for some frames stays covered for a while.
//!
//! Memory is keyed by geometry, not by identifiers: an old box is continued by the present box that overlaps it most,
//! one by one; whatever is not continued is held. A person who goes behind another is therefore held, although the
//! other's box overlaps theirs. Nothing tells this element that a person has really left, so that every lost box is
//! held, and then simply ends.

use std::time::Duration;

use footfall_contract::attestation::PersonBox;
use footfall_contract::time::StreamTime;

use crate::mask::AgedBox;

/// Least intersection over union by which a present box continues an old one.
pub const CONTINUES_IOU: f64 = 0.1;

#[derive(Clone, Copy, Debug)]
struct Sight {
    person: PersonBox,
    seen: StreamTime,
}

/// The boxes of one run that are still to be covered.
#[derive(Clone, Debug)]
pub struct Holds {
    max_hold: Duration,
    sights: Vec<Sight>,
    /// (overlap, old, present), best first; kept for its memory.
    pairs: Vec<(f64, usize, usize)>,
    next: Vec<Sight>,
}

impl Holds {
    /// Boxes are held for `max_hold` after they were really seen for the last time.
    pub fn new(max_hold: Duration) -> Self {
        Self { max_hold, sights: Vec::new(), pairs: Vec::new(), next: Vec::new() }
    }

    /// Forgets all boxes.
    pub fn forget(&mut self) {
        self.sights.clear();
    }

    /// Takes the boxes of a frame that was looked at, and gives (into `covered`) all that must be covered on it: these
    /// boxes first, in their order, then those that are held. A predicted box is as old as the sight that it continues.
    pub fn observe(&mut self, now: StreamTime, present: impl Iterator<Item = PersonBox>, covered: &mut Vec<AgedBox>) {
        let max_hold = self.max_hold;
        self.sights.retain(|s| now.since(s.seen) <= max_hold);
        self.next.clear();
        self.next.extend(present.map(|person| Sight { person, seen: now }));
        self.pair();
        for &(_, old, new) in &self.pairs {
            if self.next[new].person.predicted {
                self.next[new].seen = self.sights[old].seen;
            }
        }
        let mut old = 0;
        let pairs = &self.pairs;
        self.sights.retain(|_| {
            old += 1;
            !pairs.iter().any(|p| p.1 == old - 1)
        });
        self.next.append(&mut self.sights);
        std::mem::swap(&mut self.next, &mut self.sights);
        covered.clear();
        covered.extend(self.sights.iter().map(|s| AgedBox { person: s.person, age: now.since(s.seen) }));
    }

    /// Leaves in `pairs` which old box is continued by which present one: best overlap first, each at most once.
    fn pair(&mut self) {
        self.pairs.clear();
        for (i, old) in self.sights.iter().enumerate() {
            for (j, new) in self.next.iter().enumerate() {
                let iou = old.person.rect.iou(&new.person.rect);
                if iou >= CONTINUES_IOU {
                    self.pairs.push((iou, i, j));
                }
            }
        }
        self.pairs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let mut kept = 0;
        for k in 0..self.pairs.len() {
            let (_, i, j) = self.pairs[k];
            if !self.pairs[..kept].iter().any(|p| p.1 == i || p.2 == j) {
                self.pairs[kept] = self.pairs[k];
                kept += 1;
            }
        }
        self.pairs.truncate(kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::geometry::Rect;
    use proptest::prelude::*;

    fn at(x: f64) -> PersonBox {
        PersonBox::detected(Rect::new(x, 100.0, 40.0, 100.0), 0.6)
    }

    fn step(holds: &mut Holds, seconds: f64, present: &[PersonBox]) -> Vec<(f64, f64)> {
        let mut covered = Vec::new();
        holds.observe(StreamTime::from_secs_f64(seconds), present.iter().copied(), &mut covered);
        covered.iter().map(|a| (a.person.rect.left, (a.age.as_secs_f64() * 10.0).round() / 10.0)).collect()
    }

    fn holds() -> Holds {
        Holds::new(Duration::from_millis(500))
    }

    #[test]
    fn a_lost_box_is_held_for_max_hold_and_then_ends() {
        let mut h = holds();
        assert_eq!(step(&mut h, 1.0, &[at(10.0)]), [(10.0, 0.0)]);
        assert_eq!(step(&mut h, 1.2, &[]), [(10.0, 0.2)]);
        assert_eq!(step(&mut h, 1.5, &[]), [(10.0, 0.5)]);
        assert_eq!(step(&mut h, 1.6, &[]), []);
    }

    #[test]
    fn a_person_who_walks_on_leaves_no_trail() {
        let mut h = holds();
        step(&mut h, 1.0, &[at(10.0)]);
        assert_eq!(step(&mut h, 1.1, &[at(25.0)]), [(25.0, 0.0)]);
    }

    #[test]
    fn a_person_who_goes_behind_another_is_held() {
        let mut h = holds();
        step(&mut h, 1.0, &[at(10.0), at(30.0)]);
        assert_eq!(step(&mut h, 1.1, &[at(28.0)]), [(28.0, 0.0), (10.0, 0.1)]);
    }

    #[test]
    fn a_prediction_covers_but_does_not_make_a_sight_younger() {
        let mut h = holds();
        step(&mut h, 1.0, &[at(10.0)]);
        let predicted = |x| PersonBox { predicted: true, ..at(x) };
        assert_eq!(step(&mut h, 1.3, &[predicted(15.0)]), [(15.0, 0.3)]);
        assert_eq!(step(&mut h, 1.5, &[predicted(20.0)]), [(20.0, 0.5)]);
        assert_eq!(step(&mut h, 1.6, &[]), [], "held on from the sight, not from the prediction");
    }

    #[test]
    fn forgotten_means_forgotten() {
        let mut h = holds();
        step(&mut h, 1.0, &[at(10.0)]);
        h.forget();
        assert_eq!(step(&mut h, 1.1, &[]), []);
    }

    proptest! {
        #[test]
        fn all_present_boxes_come_first_and_every_old_one_is_continued_or_held(
            first in proptest::collection::vec(0f64..600.0, 0..8), second in proptest::collection::vec(0f64..600.0, 0..8),
        ) {
            let boxes = |xs: &[f64]| xs.iter().map(|x| at(*x)).collect::<Vec<_>>();
            let mut h = holds();
            step(&mut h, 1.0, &boxes(&first));
            let covered = step(&mut h, 1.1, &boxes(&second));
            let lefts: Vec<_> = covered.iter().map(|c| c.0).collect();
            prop_assert_eq!(&lefts[..second.len()], &second[..]);
            prop_assert!(lefts.len() >= first.len().max(second.len()) && lefts.len() <= first.len() + second.len());
            for old in &first {
                let near = |x: &f64| at(*x).rect.iou(&at(*old).rect) >= CONTINUES_IOU;
                prop_assert!(lefts.iter().any(near), "{} is uncovered", old);
            }
        }
    }
}
