// SPDX-License-Identifier: MPL-2.0
//! Where a person's feet are when a shelf or a counter hides them.
//!
//! The lower edge of the box then jumps up to the shelf while the upper edge stays, and a line on the floor would seem
//! crossed. So while a box is much lower than the person usually is, and it was the lower edge that moved, the feet are
//! taken to be one usual height below the head. People who bend or sit down move the upper edge: their feet stay.

use footfall_contract::geometry::{Point, Px, Rect};
use footfall_contract::scene::Anchor;

use crate::moment::Moment;

/// A box below this share of the usual height may be cut off, and is whole again above the other.
const CUT_BELOW: f64 = 0.85;
const WHOLE_ABOVE: f64 = 0.92;
/// The usual height follows taller boxes and lower ones with these time constants, seconds.
const RISE_S: f64 = 0.5;
const FALL_S: f64 = 6.0;
/// A whole box older than this says nothing of which edge moved, seconds.
const COMPARE_WITHIN_S: f64 = 1.5;

/// What a track remembers of its person's height.
#[derive(Clone, Debug, Default)]
pub struct Stature {
    known: Option<Known>,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    usual_px: f64,
    at: Moment,
    /// The last whole box.
    whole: (Moment, Rect<Px>),
    cut: bool,
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
        let mut known = self.known.unwrap_or(Known { usual_px: rect.height.max(1.0), at, whole: (at, *rect), cut: false });
        let dt = at.seconds_since(known.at);
        let pace = if rect.height > known.usual_px { RISE_S } else { FALL_S };
        known.usual_px += (rect.height - known.usual_px) * (1.0 - (-dt / pace).exp());
        known.at = at;
        let share = rect.height / known.usual_px;
        if share >= WHOLE_ABOVE {
            known.cut = false;
            known.whole = (at, *rect);
        } else if share < CUT_BELOW && !known.cut {
            let (then, whole) = known.whole;
            let (head, foot) = (rect.top - whole.top, rect.bottom() - whole.bottom());
            known.cut = at.seconds_since(then) <= COMPARE_WITHIN_S && foot < 0.0 && head.abs() < 0.5 * foot.abs();
        }
        self.known = Some(known);
        let mut feet = rect.bottom_centre();
        if known.cut {
            feet.y = rect.top + known.usual_px;
        }
        Stance { feet, centre: rect.centre(), height_px: known.usual_px }
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

    #[test]
    fn a_small_step_is_not_a_shelf() {
        assert_eq!(feet_after(Rect::new(0.0, 0.0, 40.0, 100.0), Rect::new(0.0, 0.0, 40.0, 92.0)), 92.0);
    }
}
