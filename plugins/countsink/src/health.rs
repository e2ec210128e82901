// SPDX-License-Identifier: MPL-2.0
//! The message on the topic `health`: does this camera count, and does what it counts arrive? `docs/health.schema.json`
//! describes it.
//!
//! **Nothing in it follows people.** Whether the camera lives is told by its frames, which come whoever is in them, and not
//! by totals, which come when something was counted. Times are whole minutes, and it is sent on the minute. What goes wrong
//! is a word of a closed list. (Where a camera dies, the last reading is older if nobody was there, by ten seconds at most;
//! so coverage is told in whole minutes.)

use std::collections::BTreeMap;
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::Totals;
use serde::Serialize;

use crate::hours::{Completeness, Finished};

/// Version of the message.
pub const SCHEMA: u32 = 1;

/// It is sent once in each of these, aligned to the clock, and is forgotten by the broker after twice as long.
pub const EVERY: Duration = Duration::from_secs(60);

/// A camera without a frame for this long is silent.
const SILENT_AFTER: Duration = Duration::from_secs(30);
/// Totals whose wall time is this far from the system's come from a clock that drifts. A live frame is a second old.
const DRIFTS_FROM: Duration = Duration::from_secs(10);
/// A system clock that goes this much faster or slower than time between two looks was set.
const STEPS_FROM: Duration = Duration::from_secs(5);
/// What went wrong is told for this long after it was over, so that nobody who looks now and then misses it.
const TOLD_FOR: Duration = Duration::from_secs(3600);

/// What went wrong. The list is closed: a free text could carry anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// The broker could not be reached, or went.
    BrokerLost,
    /// The broker refused the connection: user, password, client id or protocol.
    BrokerRefused,
    /// No frame has come within opening hours.
    CameraSilent,
    /// The stream's wall time and the system's differ.
    ClockDrift,
    /// The system's clock was set.
    ClockStep,
    /// The broker's ACL denies a topic.
    Denied,
    /// `jsonl-location` could not be written.
    FileFailed,
    /// Durable state can not be used; counts are in memory alone.
    StateOff,
    /// Another client takes the session.
    SessionTaken,
    /// Totals of another camera came.
    Stranger,
    /// The broker's certificate is not trusted, or ours not by it.
    TlsUntrusted,
    /// Totals fell within a run, and were not used.
    TotalsFell,
    /// Payloads were dropped: room for them ran out.
    WindowsDropped,
}

/// A moment by both clocks: the system's, which can be set, and one that only goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// By the system's clock.
    pub wall: WallTime,
    /// Since any moment before.
    pub monotonic: Duration,
}

/// Does the camera send pictures?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum CameraState {
    /// None yet.
    Waiting,
    Live,
    Silent,
}

/// The connection and what waits for it, as [`Monitor::health`] is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Connections that the broker has accepted so far; more than one are reconnections.
    pub connections: u64,
    /// Payloads that the broker has not accepted.
    pub unsent: u64,
    /// End of the window of the oldest of these.
    pub oldest_end: Option<WallTime>,
    /// Payloads that were dropped.
    pub dropped: u64,
}

#[derive(Serialize)]
struct Broker {
    connected_since: String,
    reconnects: u64,
}

#[derive(Serialize)]
struct Outbox {
    unsent: u64,
    oldest_unsent_s: Option<u64>,
    dropped: u64,
}

#[derive(Clone, Serialize)]
struct LastWindow {
    start: String,
    open_s: u64,
    coverage_s: u64,
}

#[derive(Serialize)]
struct Health<'a> {
    schema: u32,
    site: &'a str,
    camera: &'a str,
    at: String,
    since: String,
    camera_state: CameraState,
    camera_since: String,
    broker: Broker,
    outbox: Outbox,
    last_window: Option<&'a LastWindow>,
    incidents: Vec<Incident>,
}

/// Watches what `health` tells of.
pub struct Monitor {
    since: WallTime,
    looked: Moment,
    camera: CameraState,
    camera_since: WallTime,
    frames: u64,
    last_frame: Moment,
    /// Accepted connections, and since when the newest.
    connection: (u64, WallTime),
    window: Option<LastWindow>,
    /// What went wrong, and when last (monotonic).
    incidents: BTreeMap<Incident, Duration>,
    /// Minute and connection of the last message.
    sent: Option<(i64, u64)>,
}

impl Monitor {
    /// Begins now.
    pub fn new(now: Moment) -> Self {
        Self {
            since: now.wall,
            looked: now,
            camera: CameraState::Waiting,
            camera_since: now.wall,
            frames: 0,
            last_frame: now,
            connection: (0, now.wall),
            window: None,
            incidents: BTreeMap::new(),
            sent: None,
        }
    }

    /// Since when it runs.
    pub fn since(&self) -> WallTime {
        self.since
    }

    /// To be called every second or so. `frames` have come so far, `connections` were accepted so far; `scene`, if it is
    /// known, says when a camera may be silent.
    pub fn look(&mut self, now: Moment, frames: u64, connections: u64, scene: Option<&Scene>) {
        self.notice_step(now);
        if frames != self.frames {
            self.frames = frames;
            self.last_frame = now;
            self.camera_is(CameraState::Live, now.wall);
        } else if now.monotonic.saturating_sub(self.last_frame.monotonic) >= SILENT_AFTER {
            if self.camera == CameraState::Live {
                self.camera_is(CameraState::Silent, self.last_frame.wall);
            }
            if scene.is_none_or(|scene| scene.opening_hours.at(&scene.time_zone, now.wall).open) {
                self.note(Incident::CameraSilent);
            }
        }
        if connections != self.connection.0 {
            self.connection = (connections, now.wall);
        }
    }

    fn camera_is(&mut self, state: CameraState, since: WallTime) {
        if self.camera != state {
            self.camera = state;
            self.camera_since = since;
        }
    }

    /// A clock that was set takes the times that are told with it: many a box begins in 1970.
    fn notice_step(&mut self, now: Moment) {
        let expected = self.looked.wall.plus(now.monotonic.saturating_sub(self.looked.monotonic));
        self.looked = now;
        if expected.0.abs_diff(now.wall.0) < STEPS_FROM.as_nanos() as u64 {
            return;
        }
        self.note(Incident::ClockStep);
        let step = now.wall.0.saturating_sub(expected.0);
        for time in [&mut self.since, &mut self.camera_since, &mut self.last_frame.wall, &mut self.connection.1] {
            time.0 = time.0.saturating_add(step);
        }
    }

    /// Totals have come.
    pub fn totals(&mut self, totals: &Totals, now: Moment) {
        let away = totals.wall.0.abs_diff(now.wall.0);
        if totals.clock == ClockKind::Live && away > DRIFTS_FROM.as_nanos() as u64 {
            self.note(Incident::ClockDrift);
        }
    }

    /// A window is finished.
    pub fn window(&mut self, scene: &Scene, window: &Finished) {
        if window.completeness != Completeness::Whole {
            return;
        }
        let open = scene.opening_hours.open_within(&scene.time_zone, window.start, window.end);
        let observed = Duration::from_nanos(window.reading.observed_ns);
        let whole_minutes = |time: Duration| (time.as_secs_f64() / 60.0).round() as u64 * 60;
        self.window = Some(LastWindow {
            start: window.start.utc_seconds(),
            open_s: open.as_secs(),
            coverage_s: whole_minutes(observed).min(open.as_secs()),
        });
    }

    /// Something goes wrong.
    pub fn note(&mut self, incident: Incident) {
        self.incidents.insert(incident, self.looked.monotonic);
    }

    /// Is it time to send? Once in each minute, and on each new connection. Ask it only while connected: what it says is then
    /// taken to be sent.
    pub fn is_due(&mut self) -> bool {
        let this = (self.looked.wall.0.div_euclid(EVERY.as_nanos() as i64), self.connection.0);
        self.sent.replace(this) != Some(this)
    }

    /// How long until the next minute begins.
    pub fn until_next(now: WallTime) -> Duration {
        let every = EVERY.as_nanos() as i64;
        Duration::from_nanos((every - now.0.rem_euclid(every)).unsigned_abs())
    }

    /// The message as of the last look.
    pub fn health(&self, scene: &Scene, delivery: &Delivery) -> String {
        let now = self.looked;
        let told = |last: Duration| now.monotonic.saturating_sub(last) <= TOLD_FOR;
        let health = Health {
            schema: SCHEMA,
            site: &scene.site,
            camera: &scene.camera,
            at: minute(now.wall),
            since: minute(self.since),
            camera_state: self.camera,
            camera_since: minute(self.camera_since),
            broker: Broker { connected_since: minute(self.connection.1), reconnects: self.connection.0.saturating_sub(1) },
            outbox: Outbox {
                unsent: delivery.unsent,
                oldest_unsent_s: delivery.oldest_end.map(|end| now.wall.since(end).as_secs()),
                dropped: delivery.dropped,
            },
            last_window: self.window.as_ref(),
            incidents: self.incidents.iter().filter(|(_, last)| told(**last)).map(|(incident, _)| *incident).collect(),
        };
        // Strings, numbers and words: there is nothing in it that could fail.
        serde_json::to_string(&health).unwrap_or_default()
    }
}

/// The minute that holds this moment, in UTC.
pub fn minute(t: WallTime) -> String {
    WallTime(t.0.div_euclid(60_000_000_000) * 60_000_000_000).utc_seconds()
}
