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
    begun: Instant,
    monitor: Monitor,
}

/// Here alone countsink asks the system's clock.
#[allow(clippy::disallowed_methods)]
fn clocks() -> (WallTime, Instant) {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (WallTime(0).plus(since_1970), Instant::now())
}

/// Wall time by the system's clock.
pub fn wall() -> WallTime {
    clocks().0
}

impl Watch {
    /// Begins now.
    pub fn new(frames: Frames) -> Self {
        let (wall, begun) = clocks();
        Self { frames, begun, monitor: Monitor::new(Moment { wall, monotonic: Duration::ZERO }) }
    }

    fn now(&self) -> Moment {
        let (wall, now) = clocks();
        Moment { wall, monotonic: now.saturating_duration_since(self.begun) }
    }

    /// The scene has come: what runs is told on each connection from now on.
    pub fn scene(&self, scene: &Scene, link: Option<&Link>) {
        if let Some(link) = link {
            link.set_info(info::write(scene, self.monitor.since()));
        }
    }

    /// Totals have come.
    pub fn totals(&mut self, totals: &Totals) {
        let now = self.now();
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
        let now = self.now();
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
