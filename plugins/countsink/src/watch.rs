// SPDX-License-Identifier: MPL-2.0
//! Health, fed from the clocks, the frame counter and the connection: the worker's one line to [`crate::health`].

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::Totals;

use crate::health::{Incident, Moment, Monitor};
use crate::hours::Finished;
use crate::info;
use crate::mqtt::{Link, State};

/// How many frames have come; the streaming thread counts, the worker reads.
#[derive(Clone, Default)]
pub struct Frames(Arc<AtomicU64>);

impl Frames {
    /// One more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The watch over one worker.
pub struct Watch {
    frames: Frames,
    clock: Clock,
    monitor: Monitor,
}

/// What tells the time by which windows end: the system's, or, in tests, one that runs faster.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Moment + Send + Sync>);

impl Clock {
    /// A clock of one's own. What it tells as monotonic must never fall.
    pub fn of(now: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The moment.
    pub fn now(&self) -> Moment {
        (self.0)()
    }
}

impl Default for Clock {
    /// The system's. Here alone countsink asks it.
    #[allow(clippy::disallowed_methods)]
    fn default() -> Self {
        let begun = Instant::now();
        Self::of(move || {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Moment { wall: WallTime(0).plus(since_1970), monotonic: begun.elapsed() }
        })
    }
}

impl Watch {
    /// Begins now.
    pub fn new(frames: Frames, clock: Clock) -> Self {
        Self { frames, monitor: Monitor::new(clock.now()), clock }
    }

    /// The scene has come: what runs is told on each connection from now on.
    pub fn scene(&self, scene: &Scene, link: Option<&Link>) {
        if let Some(link) = link {
            link.set_info(info::write(scene, self.monitor.since()));
        }
    }

    /// Totals have come.
    pub fn totals(&mut self, totals: &Totals) {
        let now = self.clock.now();
        self.monitor.totals(totals, now);
    }

    /// A window is finished.
    pub fn window(&mut self, scene: &Scene, window: &Finished) {
        self.monitor.window(scene, window);
    }

    /// Something goes wrong.
    pub fn note(&mut self, incident: Incident) {
        self.monitor.note(incident);
    }

    /// Looks around and sends `health` if it is time. Returns how long nothing is to be sent: the sender wakes on the
    /// minute, whether or not totals wake it too.
    pub fn look(&mut self, scene: Option<&Scene>, link: Option<&Link>) -> Duration {
        let now = self.clock.now();
        let connections = link.map_or(0, Link::connections);
        self.monitor.look(now, self.frames.so_far(), connections, scene);
        if let Some(link) = link {
            link.take_incidents().into_iter().for_each(|incident| self.monitor.note(incident));
            if let Some(scene) = scene
                && link.state() == State::Connected
                && self.monitor.is_due()
            {
                link.send_health(self.monitor.health(scene, &link.delivery()));
            }
        }
        Monitor::until_next(now.wall)
    }
}
