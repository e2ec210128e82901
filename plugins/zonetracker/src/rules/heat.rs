// SPDX-License-Identifier: MPL-2.0
//! Where people are, in a coarse grid.
//!
//! - Between two sightings the path is straight, and its time is each cell's share of it.
//! - A cell's visits are tracks, each once a window, whatever it does there.
//! - A cell whose middle lies in an excluded area stays dark.

use footfall_contract::geometry::{PictureSize, Point, Px};
use footfall_contract::scene::{Anchor, Heat, Scene};
use footfall_contract::time::WallTime;
use footfall_contract::windows::Windows;

use super::event::Event;
use crate::moment::Moment;

/// Over a longer step nobody looked, the clock was set, or somebody was hidden and may have been anywhere: longer than a
/// track in plain view is kept unseen, seconds.
const LONGEST_STEP_S: f64 = 2.5;

/// What a person's track remembers of the grid.
#[derive(Clone, Debug, Default)]
pub struct HeatMemory {
    last: Option<(Moment, Point<Px>)>,
    /// Cells visited in the window that ends at `window_ends`, a bit each.
    been: Vec<u64>,
    window_ends: Option<WallTime>,
}

/// The grid in the pixels of a picture.
#[derive(Clone, Debug)]
pub struct HeatRule {
    grid: Heat,
    size: PictureSize,
    dark: Vec<bool>,
    windows: Windows,
}

impl HeatRule {
    /// The rule of a scene's grid in a picture of this size; `None` if it has none.
    pub fn new(scene: &Scene, size: PictureSize) -> Option<Self> {
        let grid = scene.heat?;
        let is_dark = |cell| scene.excluded.iter().any(|area| area.contains(grid.outline(cell).centre()));
        Some(Self { grid, size, dark: (0..grid.cells()).map(is_dark).collect(), windows: scene.windows() })
    }

    /// The point of a person that is somewhere.
    pub fn anchor(&self) -> Anchor {
        self.grid.anchor
    }

    /// A person was seen at this point.
    pub fn step(&self, memory: &mut HeatMemory, at: Moment, point: Point<Px>, events: &mut Vec<Event>) {
        let (before, from) = match memory.last.replace((at, point)) {
            Some(last) if is_one_step(last.0, at) => last,
            _ => return self.visit(memory, self.cell_at(point), at, events),
        };
        let (mut since, mut passed) = (before, 0.0);
        while passed < 1.0 {
            let share = self.next_edge(from, point, passed);
            let until = before.towards(at, share);
            let middle = (passed + share) / 2.0;
            let middle = Point::new(from.x + middle * (point.x - from.x), from.y + middle * (point.y - from.y));
            self.stay(memory, self.cell_at(middle), since, until, events);
            (since, passed) = (until, share);
        }
    }

    fn stay(&self, memory: &mut HeatMemory, cell: usize, from: Moment, to: Moment, events: &mut Vec<Event>) {
        if self.is_dark(cell) {
            return;
        }
        self.visit(memory, cell, from, events);
        if memory.window_ends.is_some_and(|ends| ends < to.wall) {
            self.visit(memory, cell, to, events);
        }
        events.push(Event::Stayed { cell, from, to });
    }

    /// The person is in a cell: for the first time in this window?
    fn visit(&self, memory: &mut HeatMemory, cell: usize, at: Moment, events: &mut Vec<Event>) {
        if self.is_dark(cell) {
            return;
        }
        if memory.window_ends.is_none_or(|ends| ends <= at.wall) {
            memory.window_ends = Some(self.windows.next_boundary(at.wall));
            memory.been.clear();
            memory.been.resize(self.grid.cells().div_ceil(64), 0);
        }
        let Some(word) = memory.been.get_mut(cell / 64) else { return };
        let bit = 1u64 << (cell % 64);
        if *word & bit == 0 {
            *word |= bit;
            events.push(Event::CameTo { cell, at });
        }
    }

    fn is_dark(&self, cell: usize) -> bool {
        self.dark.get(cell).copied().unwrap_or(true)
    }

    fn cell_at(&self, point: Point<Px>) -> usize {
        self.grid.cell_at(self.size.point_fraction(point))
    }

    /// Where (share of the way, above `passed`) a step leaves the next of its cells; 1 where it ends.
    fn next_edge(&self, from: Point<Px>, to: Point<Px>, passed: f64) -> f64 {
        let (a, b) = (self.size.point_fraction(from), self.size.point_fraction(to));
        let edges = edges(a.x, b.x, self.grid.columns).chain(edges(a.y, b.y, self.grid.rows));
        edges.filter(|share| *share > passed).fold(1.0, f64::min)
    }
}

/// Where the way from `a` to `b` (fractions of the picture) passes the inner edges between `n` equal cells; infinite or no
/// number where it goes along them.
fn edges(a: f64, b: f64, n: usize) -> impl Iterator<Item = f64> {
    (1..n).map(move |k| (k as f64 / n as f64 - a) / (b - a))
}

fn is_one_step(before: Moment, at: Moment) -> bool {
    at.seconds_since(before) <= LONGEST_STEP_S && at.wall.since(before.wall).as_secs_f64() <= LONGEST_STEP_S
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::at;

    /// A grid of four by two cells on a picture of 400 x 200 pixels; the last cell is excluded.
    fn rule() -> HeatRule {
        let scene = Scene::parse(
            r#"{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC","heat":{"columns":4,"rows":2},
                "excluded":[[[0.8,0.6],[1.0,0.6],[1.0,1.0],[0.8,1.0]]]}"#,
        )
        .unwrap();
        HeatRule::new(&scene, PictureSize::new(400, 200)).unwrap()
    }

    /// Name, sightings, and what they must give.
    type Case = (&'static str, &'static [(f64, f64, f64)], [f64; 8], [u64; 8]);

    /// Seconds, and visits, by cell, of somebody seen at these times and points.
    fn heat(sightings: &[(f64, f64, f64)]) -> (Vec<f64>, Vec<u64>) {
        let (rule, mut memory, mut events) = (rule(), HeatMemory::default(), Vec::new());
        for (s, x, y) in sightings {
            rule.step(&mut memory, at(*s), Point::new(*x, *y), &mut events);
        }
        let (mut seconds, mut visits) = (vec![0.0; 8], vec![0; 8]);
        for event in events {
            match event {
                Event::Stayed { cell, from, to } => seconds[cell] += to.seconds_since(from),
                Event::CameTo { cell, .. } => visits[cell] += 1,
                other => panic!("{other:?}"),
            }
        }
        (seconds.iter().map(|s| (s * 1e3).round() / 1e3).collect(), visits)
    }

    /// ```text
    ///   0   100  200  300  400
    ///   |  0 | 1  | 2  | 3  |
    /// 100 ------------------
    ///   |  4 | 5  | 6  |####|   # excluded
    /// ```
    #[test]
    fn time_is_where_the_way_is() {
        let cases: [Case; 12] = [
            ("seen once", &[(0.0, 50.0, 50.0)], [0.0; 8], [1, 0, 0, 0, 0, 0, 0, 0]),
            (
                "stands",
                &[(0.0, 50.0, 50.0), (1.0, 50.0, 50.0), (2.0, 50.0, 50.0)],
                [2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [1, 0, 0, 0, 0, 0, 0, 0],
            ),
            (
                "walks along a row",
                &[(0.0, 50.0, 50.0), (2.0, 250.0, 50.0)],
                [0.5, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0],
                [1, 1, 1, 0, 0, 0, 0, 0],
            ),
            (
                "walks back along it",
                &[(0.0, 250.0, 50.0), (2.0, 50.0, 50.0)],
                [0.5, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0],
                [1, 1, 1, 0, 0, 0, 0, 0],
            ),
            (
                "seen on both sides of the hour",
                &[(3599.5, 50.0, 50.0), (3600.5, 50.0, 50.0)],
                [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [2, 0, 0, 0, 0, 0, 0, 0],
            ),
            (
                "seen last on the stroke of the hour",
                &[(3599.5, 50.0, 50.0), (3600.0, 50.0, 50.0)],
                [0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [1, 0, 0, 0, 0, 0, 0, 0],
            ),
            (
                "jumps over a cell's corner",
                &[(0.0, 90.0, 50.0), (1.0, 130.0, 150.0)],
                [0.25, 0.25, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0],
                [1, 1, 0, 0, 0, 1, 0, 0],
            ),
            (
                "trembles on an edge",
                &[(0.0, 99.0, 50.0), (1.0, 101.0, 50.0), (2.0, 99.0, 50.0), (3.0, 101.0, 50.0)],
                [1.5, 1.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [1, 1, 0, 0, 0, 0, 0, 0],
            ),
            (
                "into the excluded area",
                &[(0.0, 250.0, 150.0), (1.0, 350.0, 150.0), (2.0, 350.0, 150.0)],
                [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0],
                [0, 0, 0, 0, 0, 0, 1, 0],
            ),
            (
                "below the picture",
                &[(0.0, 50.0, 230.0), (1.0, 50.0, 260.0)],
                [0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
                [0, 0, 0, 0, 1, 0, 0, 0],
            ),
            (
                "unseen for longer than a track is kept",
                &[(0.0, 50.0, 50.0), (3.0, 250.0, 50.0), (4.0, 250.0, 50.0)],
                [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [1, 0, 1, 0, 0, 0, 0, 0],
            ),
            (
                "in the next hour once more",
                &[(3599.5, 50.0, 50.0), (3600.5, 50.0, 50.0), (3601.5, 50.0, 50.0)],
                [2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                [2, 0, 0, 0, 0, 0, 0, 0],
            ),
        ];
        for (name, sightings, seconds, visits) in cases {
            assert_eq!(heat(sightings), (seconds.to_vec(), visits.to_vec()), "{name}");
        }
    }

    #[test]
    fn a_clock_that_is_set_on_gives_no_time() {
        let (rule, mut memory, mut events) = (rule(), HeatMemory::default(), Vec::new());
        let late = Moment { wall: at(30.0).wall, ..at(1.0) };
        for moment in [at(0.0), late] {
            rule.step(&mut memory, moment, Point::new(50.0, 50.0), &mut events);
        }
        assert_eq!(events, [Event::CameTo { cell: 0, at: at(0.0) }]);
    }
}
