// SPDX-License-Identifier: MPL-2.0
//! One camera: its scene, its windows and its day, begun anew or taken up where they were.

use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::RULE_VERSION;

use crate::days::Days;
use crate::disclosure::{Figures, disclose};
use crate::health::Moment;
use crate::hours::{Finished, Hours};
use crate::payload::{self, Payload};
use crate::state::Open;

/// The camera that the scene describes.
pub(super) struct Camera {
    pub scene: Scene,
    pub hours: Hours,
    pub days: Days,
    /// When the newest totals came, by the monotonic clock; `None` if there were none in this process.
    pub at: Option<Duration>,
    /// Windows that begin before this are not published: windows were cut otherwise then.
    not_before: Option<WallTime>,
}

/// What becomes of what was open when the scene changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It goes on.
    GoesOn,
    /// Windows are cut otherwise now: the open one is withheld. It began then.
    Withheld(WallTime),
}

impl Camera {
    /// Nothing is counted yet.
    pub fn new(scene: Scene) -> Self {
        Self { hours: Hours::new(scene.windows()), days: Days::default(), scene, at: None, not_before: None }
    }

    /// Goes on with what was open, perhaps under another scene of the same camera.
    ///
    /// Where only the scene's contents have changed, names go on adding, the window is weak, and a day so far is dropped:
    /// its doors may be others. Where windows are cut otherwise (another time zone or length), the open one is withheld and
    /// so is every new one that begins before it: two windows would have one name, or one person two windows.
    pub fn resume(scene: Scene, open: Open) -> (Self, Change) {
        if !open.has_windows_of(&scene) {
            let start = open.hours.as_ref().map(|hours| hours.start());
            let has_figures = open.hours.is_some_and(|hours| hours.has_figures());
            let camera = Self { not_before: start.max(open.not_before), ..Self::new(scene) };
            return (camera, start.filter(|_| has_figures).map_or(Change::GoesOn, Change::Withheld));
        }
        let mut camera = Self { not_before: open.not_before, ..Self::new(scene) };
        if let Some(hours) = open.hours {
            camera.hours = Hours::restore(camera.scene.windows(), hours);
        }
        if open.scene == camera.scene.sha256() {
            camera.days = Days::restore(open.days);
        } else {
            camera.hours.mix_scenes();
        }
        (camera, Change::GoesOn)
    }

    /// What is open.
    pub fn open(&self) -> Open {
        Open {
            stream: self.scene.stream_name(),
            scene: self.scene.sha256().to_owned(),
            time_zone: self.scene.time_zone_name.clone(),
            window_minutes: self.scene.publish.window.minutes(),
            not_before: self.not_before,
            hours: self.hours.snapshot(),
            days: self.days.snapshot(),
        }
    }

    /// Wall time: the newest totals', which goes on with the monotonic clock if the source is live. Where the newest are of
    /// an earlier process, the system's clock, unless it says that they are still to come: a box without a battery for its
    /// clock starts in the past.
    pub fn now(&self, system: Moment) -> Option<WallTime> {
        let wall = self.hours.newest_wall()?;
        match (self.hours.clock()?, self.at) {
            (ClockKind::Stream, _) => Some(wall),
            (ClockKind::Live, Some(at)) => Some(wall.plus(system.monotonic.saturating_sub(at))),
            (ClockKind::Live, None) => Some(system.wall).filter(|now| *now >= wall),
        }
    }

    /// Adds a finished window to the day, and writes its payload; `None` if it is not to be published.
    pub fn write(&mut self, window: &Finished) -> Option<Payload> {
        let day = self.days.add(&self.scene, window);
        if self.not_before.is_some_and(|first| window.start < first) {
            return None;
        }
        let figures = Figures::of(&self.scene, window).with_day(&self.scene, day);
        let published = disclose(&figures, &self.scene);
        Some(payload::write(&self.scene, RULE_VERSION, window, &published))
    }
}
