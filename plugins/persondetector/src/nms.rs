// SPDX-License-Identifier: MPL-2.0
//! Removal of duplicates: greedy non-maximum suppression, with one order of ties.

use std::cmp::Ordering;

use footfall_contract::geometry::Rect;

use crate::letterbox::NetPx;

/// A box that a head found, before duplicates are removed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Where, in pixels of the network's input; may reach outside it.
    pub rect: Rect<NetPx>,
    /// Score, 0..1.
    pub score: f32,
}

/// Higher scores first; ties by place, so that the result does not depend on the order of the rows.
fn best_first(a: &Candidate, b: &Candidate) -> Ordering {
    let place = |c: &Candidate| [c.rect.top, c.rect.left, c.rect.height, c.rect.width];
    b.score.total_cmp(&a.score).then_with(|| {
        let (a, b) = (place(a), place(b));
        a.iter().zip(&b).map(|(a, b)| a.total_cmp(b)).find(|o| *o != Ordering::Equal).unwrap_or(Ordering::Equal)
    })
}

/// Keeps the best of every group of boxes that overlap by more than `iou` (0..1, intersection over union), best first.
/// In place, without allocating.
pub fn suppress(candidates: &mut Vec<Candidate>, iou: f64) {
    candidates.sort_unstable_by(best_first);
    let mut kept = 0;
    for i in 0..candidates.len() {
        let candidate = candidates[i];
        if candidates[..kept].iter().all(|better| better.rect.iou(&candidate.rect) <= iou) {
            candidates[kept] = candidate;
            kept += 1;
        }
    }
    candidates.truncate(kept);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candidate(left: f64, top: f64, side: f64, score: f32) -> Candidate {
        Candidate { rect: Rect::new(left, top, side, side), score }
    }

    #[test]
    fn the_better_of_two_doubles_stays() {
        let mut found = vec![candidate(0.0, 0.0, 10.0, 0.6), candidate(1.0, 0.0, 10.0, 0.9), candidate(50.0, 0.0, 10.0, 0.2)];
        suppress(&mut found, 0.5);
        assert_eq!(found, [candidate(1.0, 0.0, 10.0, 0.9), candidate(50.0, 0.0, 10.0, 0.2)]);
    }

    #[test]
    fn overlap_at_the_limit_is_no_double() {
        let mut found = vec![candidate(0.0, 0.0, 10.0, 0.6), candidate(5.0, 0.0, 10.0, 0.5)];
        suppress(&mut found, 1.0 / 3.0);
        assert_eq!(found.len(), 2);
        suppress(&mut found, 0.33);
        assert_eq!(found.len(), 1);
    }

    proptest! {
        #[test]
        fn the_order_of_rows_does_not_matter(
            rows in proptest::collection::vec((0u8..20, 0u8..20, 1u8..9, 0u8..4), 0..40), iou in 0.0..1.0f64, turn in 0usize..40,
        ) {
            let mut a: Vec<_> = rows.iter().map(|&(x, y, s, p)| candidate(f64::from(x), f64::from(y), f64::from(s), f32::from(p) / 4.0)).collect();
            let mut b = a.clone();
            let len = b.len().max(1);
            b.rotate_left(turn % len);
            b.reverse();
            suppress(&mut a, iou);
            suppress(&mut b, iou);
            prop_assert_eq!(a, b);
        }

        #[test]
        fn no_two_that_stay_overlap_by_more(rows in proptest::collection::vec((0u8..20, 0u8..20, 1u8..9, 0u8..9), 0..40), iou in 0.0..1.0f64) {
            let mut kept: Vec<_> = rows.iter().map(|&(x, y, s, p)| candidate(f64::from(x), f64::from(y), f64::from(s), f32::from(p) / 9.0)).collect();
            let best = kept.iter().map(|c| c.score).fold(0.0, f32::max);
            let had_any = !kept.is_empty();
            suppress(&mut kept, iou);
            prop_assert_eq!(kept.first().map(|c| c.score), had_any.then_some(best));
            for (i, a) in kept.iter().enumerate() {
                prop_assert!(kept[..i].iter().all(|b| a.rect.iou(&b.rect) <= iou));
            }
        }
    }
}
