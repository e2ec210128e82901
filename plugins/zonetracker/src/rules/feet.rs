// SPDX-License-Identifier: MPL-2.0
//! Where a person's feet are when a shelf or a counter hides them.
//!
//! The lower edge of the box then jumps up to the shelf while the upper edge stays, and a line on the floor would seem
//! crossed. So while a box is much lower than the person must be by now, and it is the lower edge that is missing, the feet
//! are taken to be one height below the head. Who bends or sits down moves the upper edge: the feet stay those of the box.
//! Who walks away from the camera shrinks too, and from below more than from above, but steadily: what a person must
//! measure by now follows from how the height went before, as does where the head must be.

use footfall_contract::geometry::{Point, Px, Rect};
use footfall_contract::scene::Anchor;

use crate::moment::Moment;

/// A box below this share of the expected height may be cut off, and is whole again above the other.
const CUT_BELOW: f64 = 0.85;
const WHOLE_ABOVE: f64 = 0.92;
/// Height and upper edge follow the boxes with this time constant, seconds.
const FOLLOW_S: f64 = 0.2;
/// And their trends with this one; before somebody was seen whole for so long, nothing is held against a box.
const TREND_S: f64 = 1.0;
/// While cut off, the expected height falls towards the box with this time constant: nobody stands behind a shelf for ever.
const FALL_S: f64 = 6.0;
/// After so long without a whole box nothing is expected any more, and the next is taken as it is, seconds. Whom nobody
/// saw for longer may have walked on, and is lower for that reason.
const EXPECT_WITHIN_S: f64 = 0.5;

/// What a track remembers of its person's height.
#[derive(Clone, Debug, Default)]
pub struct Stature {
    known: Option<Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    /// Of the last whole box, or of the last one at all while cut off.
    at: Moment,
    /// When the first whole box was seen.
    since: Moment,
    log_height: Trend,
    top_px: Trend,
    cut: bool,
}

/// A value and how it changes.
#[derive(Clone, Copy, Debug)]
struct Trend {
    value: f64,
    a_second: f64,
}

impl Trend {
    fn new(value: f64) -> Self {
        Self { value, a_second: 0.0 }
    }

    /// As it is after `dt` seconds unseen: the trend fades.
    fn fade(&mut self, dt: f64, value: f64) {
        self.value = value;
        self.a_second *= (-dt / TREND_S).exp();
    }

    fn after(&self, dt: f64) -> f64 {
        self.value + self.a_second * dt
    }

    /// Follows what was seen `dt` seconds after the last; `age_s` says for how long it follows already.
    fn follow(&mut self, dt: f64, age_s: f64, seen: f64) {
        let surprise = seen - self.after(dt);
        if dt > 0.0 {
            // The less is known, the more of a surprise is trend.
            self.a_second += surprise / (dt + FOLLOW_S) * (1.0 - (-dt / age_s.clamp(dt.min(TREND_S), TREND_S)).exp());
        }
        self.value = seen - surprise * (-dt / FOLLOW_S).exp();
    }
}

/// Where a person stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stance {
    /// Middle of the box's lower edge, or where the feet must be.
    pub feet: Point<Px>,
    /// Middle of the box.
    pub centre: Point<Px>,
    /// The person's height, pixels.
    pub height_px: f64,
}

impl Stance {
    /// The point that a rule asks for.
    pub fn point(&self, anchor: Anchor) -> Point<Px> {
        match anchor {
            Anchor::Bottom => self.feet,
            Anchor::Centre => self.centre,
        }
    }
}

impl Stature {
    /// Takes a sighting and tells where the person stands.
    pub fn see(&mut self, at: Moment, rect: &Rect<Px>) -> Stance {
        let anew =
            Known { at, since: at, log_height: Trend::new(rect.height.max(1.0).ln()), top_px: Trend::new(rect.top), cut: false };
        let mut known = self.known.unwrap_or(anew);
        let dt = at.seconds_since(known.at);
        let log_height = rect.height.max(1.0).ln();
        let expected_px = known.log_height.after(dt).exp();
        let share = rect.height / expected_px;
        if known.cut && share < WHOLE_ABOVE {
            // Who was walking away goes on for a while; else one box without feet would hold them back for seconds.
            let expected = expected_px.ln();
            known.log_height.fade(dt, expected + (log_height - expected) * (1.0 - (-dt / FALL_S).exp()));
            known.at = at;
        } else if known.cut {
            known = anew;
        } else if share >= CUT_BELOW || at.seconds_since(known.since) < TREND_S {
            let age_s = at.seconds_since(known.since);
            known.log_height.follow(dt, age_s, log_height);
            // Nobody is expected to grow: who comes into the picture from below does so quickly, and then no longer.
            known.log_height.a_second = known.log_height.a_second.min(0.0);
            known.top_px.follow(dt, age_s, rect.top);
            known.at = at;
        } else if dt > EXPECT_WITHIN_S {
            known = anew;
        } else {
            let top_px = known.top_px.after(dt);
            let (head, foot) = (rect.top - top_px, rect.bottom() - (top_px + expected_px));
            if foot < 0.0 && head.abs() < 0.5 * foot.abs() {
                known.log_height.fade(dt, expected_px.ln());
                known = Known { at, cut: true, ..known };
            }
        }
        self.known = Some(known);
        let height_px = known.log_height.value.exp();
        let mut feet = rect.bottom_centre();
        if known.cut {
            feet.y = rect.top + height_px;
        }
        Stance { feet, centre: rect.centre(), height_px }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::time::{StreamTime, WallTime};

    fn at(s: f64) -> Moment {
        let stream = StreamTime::from_secs_f64(s);
        Moment { stream, wall: WallTime(stream.0 as i64) }
    }

    /// The feet after two seconds of `before` and then one sighting of `after`.
    fn feet_after(before: Rect<Px>, after: Rect<Px>) -> f64 {
        let mut stature = Stature::default();
        for k in 0..20 {
            stature.see(at(f64::from(k) / 10.0), &before);
        }
        stature.see(at(2.0), &after).feet.y
    }

    #[test]
    fn a_shelf_cuts_the_legs_and_the_feet_stay() {
        let y = feet_after(Rect::new(0.0, 0.0, 40.0, 100.0), Rect::new(0.0, 0.0, 40.0, 70.0));
        assert!((y - 100.0).abs() < 2.0, "{y}");
    }

    #[test]
    fn who_bends_down_keeps_the_feet_of_the_box() {
        assert_eq!(feet_after(Rect::new(0.0, 0.0, 40.0, 100.0), Rect::new(0.0, 30.0, 40.0, 70.0)), 100.0);
    }

    /// Feet of somebody whose box is this at time `s`, after walking for two seconds at ten sightings a second.
    fn feet_on_the_way(rect: impl Fn(f64) -> Rect<Px>) -> Vec<(f64, f64)> {
        let mut stature = Stature::default();
        (0..40)
            .map(|k| {
                let seen = rect(f64::from(k) / 10.0);
                (stature.see(at(f64::from(k) / 10.0), &seen).feet.y, seen.bottom())
            })
            .collect()
    }

    // As a low camera sees it: the head hardly moves, the feet rise, and a step makes the box four per cent higher and lower.
    #[test]
    fn who_walks_away_keeps_the_feet_of_the_box() {
        for (from_m, metres_s) in [(2.5, 0.8), (2.5, 1.4), (4.0, 2.0)] {
            let away = |s: f64| {
                let (depth_m, step) = (from_m + metres_s * s, 1.0 + 0.04 * (12.0 * s).sin());
                let (top, bottom) = (200.0 + 300.0 / depth_m, 200.0 + 2000.0 / depth_m);
                Rect::new(100.0, bottom - (bottom - top) * step, 400.0 / depth_m, (bottom - top) * step)
            };
            for (feet, bottom) in feet_on_the_way(away) {
                assert_eq!(feet, bottom, "from {from_m} m at {metres_s} m/s");
            }
        }
    }

    // From below the picture's edge a person grows, and shrinks as soon as the feet are seen.
    #[test]
    fn who_comes_in_from_below_keeps_the_feet_of_the_box() {
        let away = |s: f64| {
            let depth_m = 1.5 + 1.2 * s;
            let (top, bottom) = (100.0 + 300.0 / depth_m, (100.0 + 1200.0 / depth_m).min(500.0));
            Rect::new(100.0, top, 400.0 / depth_m, bottom - top)
        };
        for (feet, bottom) in feet_on_the_way(away) {
            assert_eq!(feet, bottom);
        }
    }

    // Lower and upper edges, as a detector saw somebody who came in from below at ten sightings a second.
    #[test]
    fn who_was_really_seen_to_come_in_from_below_keeps_the_feet_of_the_box() {
        const SEEN: [(f64, f64); 24] = [
            (359.0, 213.3),
            (359.8, 200.8),
            (360.0, 193.3),
            (360.0, 180.9),
            (359.6, 176.5),
            (359.4, 164.8),
            (360.0, 160.5),
            (360.0, 150.4),
            (360.0, 143.8),
            (358.3, 137.5),
            (345.6, 135.2),
            (344.6, 126.2),
            (336.5, 124.0),
            (336.1, 120.6),
            (332.3, 115.0),
            (318.4, 109.1),
            (310.9, 108.0),
            (288.5, 101.9),
            (284.1, 100.3),
            (279.2, 97.8),
            (281.5, 93.9),
            (263.5, 90.8),
            (260.7, 88.7),
            (249.5, 81.7),
        ];
        let mut stature = Stature::default();
        for (k, (bottom, top)) in (0u8..).zip(SEEN) {
            let seen = Rect::new(100.0, top, 80.0, bottom - top);
            assert_eq!(stature.see(at(f64::from(k) / 10.0), &seen).feet.y, seen.bottom(), "sighting {k}");
        }
    }

    #[test]
    fn who_walks_away_behind_a_shelf_keeps_the_feet_below_it() {
        // From the second second on all below 380 px is hidden.
        let away = |s: f64| {
            let depth_m = 4.0 + 0.7 * s;
            let (top, bottom) = (200.0 + 300.0 / depth_m, 200.0 + 2000.0 / depth_m);
            Rect::new(100.0, top, 80.0, if s >= 2.0 { bottom.min(380.0) } else { bottom } - top)
        };
        let feet = feet_on_the_way(away);
        let (cut_off, shelf) = feet[25];
        assert!(cut_off > shelf + 50.0, "{cut_off} {shelf}");
    }

    // A detector that cuts off the feet for one box does not hold them back for long.
    #[test]
    fn who_walks_away_gets_the_feet_back_after_a_box_without_them() {
        let away = |s: f64| {
            let depth_m = 4.0 + 1.0 * s;
            let (top, bottom) = (200.0 + 300.0 / depth_m, 200.0 + 2000.0 / depth_m);
            let missing = if (1.95..2.05).contains(&s) { 0.2 } else { 0.04 };
            Rect::new(100.0, top, 80.0, (bottom - top) * (1.0 - missing))
        };
        let feet = feet_on_the_way(away);
        assert!(feet[20].0 > feet[20].1, "held back for a moment: {:?}", feet[20]);
        assert!(feet[25..].iter().all(|(feet, bottom)| feet == bottom), "{:?}", &feet[25..]);
    }

    /// As [`Trend::follow`] is documented, by a reference: a first-order filter of value and trend.
    #[test]
    fn a_trend_is_learned_at_once_when_new_and_slowly_when_old() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-4;
        let mut new = Trend::new(5.0);
        new.follow(0.1, 0.1, 6.0);
        // 1 / (0.1 + 0.2) of the surprise a second, and of that 1 - 1/e; the value keeps exp(-0.5) of the surprise.
        assert!(near(new.a_second, 2.10707) && near(new.value, 5.39347), "{new:?}");
        let mut old = Trend::new(5.0);
        old.follow(0.1, 9.0, 6.0);
        assert!(near(old.a_second, 0.31721) && near(old.value, 5.39347), "{old:?}");
        let (mut ramp, mut age_s) = (Trend::new(0.0), 0.0);
        for k in 1..=40 {
            age_s += 0.1;
            ramp.follow(0.1, age_s, f64::from(k) * 0.3);
        }
        assert!((ramp.a_second - 3.0).abs() < 0.03 && (ramp.after(0.5) - 13.5).abs() < 0.1, "{ramp:?}");
        let before = ramp;
        ramp.follow(0.0, age_s, 20.0);
        assert!(ramp.a_second == before.a_second && ramp.value == before.value, "two boxes of one moment are no trend");
        ramp.fade(1.0, 7.0);
        assert!(ramp.value == 7.0 && near(ramp.a_second, before.a_second / std::f64::consts::E), "{ramp:?}");
    }

    /// The feet after sightings (seconds, top, height).
    fn feet(sightings: &[(f64, f64, f64)]) -> f64 {
        let mut stature = Stature::default();
        let whole = (0..20).map(|k| (f64::from(k) / 10.0, 0.0, 100.0));
        let all = whole.chain(sightings.iter().copied());
        all.map(|(s, top, height)| stature.see(at(s), &Rect::new(0.0, top, 40.0, height)).feet.y).last().unwrap_or(f64::NAN)
    }

    #[test]
    fn nobody_is_expected_to_be_as_high_after_half_a_second_unseen() {
        assert!((feet(&[(2.4, 0.0, 70.0)]) - 100.0).abs() < 2.0);
        assert_eq!(feet(&[(2.5, 0.0, 70.0)]), 70.0);
    }

    #[test]
    fn who_stays_behind_a_shelf_is_believed_to_be_lower_in_the_end() {
        let cut = |seconds: u32| feet(&(0..=10 * seconds).map(|k| (2.0 + f64::from(k) / 10.0, 0.0, 70.0)).collect::<Vec<_>>());
        assert!((cut(1) - 94.6).abs() < 1.0 && (cut(6) - 79.9).abs() < 1.0, "{} {}", cut(1), cut(6));
        // The time unseen before is not counted.
        assert!((feet(&[(2.3, 0.0, 70.0), (2.4, 0.0, 70.0)]) - 99.4).abs() < 0.2);
    }

    #[test]
    fn who_crouches_behind_something_low_keeps_the_feet_of_the_box() {
        assert_eq!(feet(&[(2.0, 12.0, 68.0)]), 80.0, "the head came down by more than half of what the feet came up");
        assert!((feet(&[(2.0, 8.0, 72.0)]) - 108.0).abs() < 2.0, "and by less");
    }

    #[test]
    fn in_the_first_second_nothing_is_held_against_a_box() {
        let mut stature = Stature::default();
        for k in 0..5 {
            stature.see(at(f64::from(k) / 10.0), &Rect::new(0.0, 0.0, 40.0, 100.0));
        }
        assert_eq!(stature.clone().see(at(0.5), &Rect::new(0.0, 0.0, 40.0, 70.0)).feet.y, 70.0);
        for k in 5..10 {
            stature.see(at(f64::from(k) / 10.0), &Rect::new(0.0, 0.0, 40.0, 100.0));
        }
        assert!((stature.see(at(1.0), &Rect::new(0.0, 0.0, 40.0, 70.0)).feet.y - 100.0).abs() < 2.0);
    }

    proptest::proptest! {
        #[test]
        fn any_boxes_at_any_times_give_a_place(boxes in proptest::collection::vec((0.0..4.0, -50.0..900.0, 0.0..800.0), 1..40)) {
            let (mut stature, mut now_s) = (Stature::default(), 0.0);
            for (pause_s, top, height) in boxes {
                now_s += pause_s;
                let stance = stature.see(at(now_s), &Rect::new(0.0, top, 30.0, height));
                proptest::prop_assert!(stance.feet.y.is_finite() && stance.height_px.is_finite() && stance.height_px > 0.0);
            }
        }
    }

    #[test]
    fn a_small_step_is_not_a_shelf() {
        assert_eq!(feet_after(Rect::new(0.0, 0.0, 40.0, 100.0), Rect::new(0.0, 0.0, 40.0, 92.0)), 92.0);
    }
}
