// SPDX-License-Identifier: MPL-2.0
//! People who walk as the test says.

use footfall_contract::geometry::{Px, Rect};

/// Width and height of a walker's box, pixels.
pub const BOX_PX: (f64, f64) = (60.0, 160.0);

/// One person: the place of the feet at given seconds, straight between them, absent before and after.
#[derive(Clone, Debug)]
pub struct Walk(pub Vec<(f64, f64, f64)>);

impl Walk {
    /// From one place to another between two moments: (seconds, x, y) of the feet.
    pub fn straight(from: (f64, f64, f64), to: (f64, f64, f64)) -> Self {
        Self(vec![from, to])
    }

    /// The person's box at a moment; `None` while absent.
    pub fn at(&self, t: f64) -> Option<Rect<Px>> {
        let leg = self.0.windows(2).find(|leg| leg[0].0 <= t && t < leg[1].0)?;
        let share = (t - leg[0].0) / (leg[1].0 - leg[0].0);
        let x = leg[0].1 + share * (leg[1].1 - leg[0].1);
        let y = leg[0].2 + share * (leg[1].2 - leg[0].2);
        Some(Rect::new(x - BOX_PX.0 / 2.0, y - BOX_PX.1, BOX_PX.0, BOX_PX.1))
    }
}

/// Everybody's boxes at a moment.
pub fn people_at(walks: &[Walk], t: f64) -> Vec<Rect<Px>> {
    walks.iter().filter_map(|walk| walk.at(t)).collect()
}

/// The walks this many seconds later.
pub fn later(walks: &[Walk], seconds: f64) -> Vec<Walk> {
    walks.iter().map(|walk| Walk(walk.0.iter().map(|(t, x, y)| (t + seconds, *x, *y)).collect())).collect()
}
