// SPDX-License-Identifier: MPL-2.0
//! One run of the element without GStreamer: judges each frame's attestation, feeds the engine and decides when totals
//! are sent.

use footfall_contract::attestation::{Attestation, BadAttestation};
use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::{BadScene, Scene};
use footfall_contract::time::{ClockKind, StreamTime};
use footfall_contract::totals::Totals;

use crate::engine::{Engine, Frame, Step};
use crate::ledger::News;
use crate::tracker::TrackerParams;

/// Counted events are sent at most this often, seconds of running time.
const EVENTS_EVERY_S: f64 = 0.5;
/// Seconds of people in zones are sent this often,
const PRESENCE_EVERY_S: f64 = 5.0;
/// and seconds without any news this often, so that a camera that dies has lost little coverage.
const QUIET_EVERY_S: f64 = 10.0;

/// Why the stream can not go on: one sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No scene came down the stream.
    #[error("no scene has arrived: name one at the head of the pipeline, persondetector scene-location=FILE.json")]
    NoScene,
    /// The scene event is damaged.
    #[error("the scene that arrived can not be used: {0}")]
    BadScene(#[from] BadScene),
    /// The scene changed within a run.
    #[error("another scene arrived while counting: a run has one scene; set the pipeline to READY to change it")]
    OtherScene,
}

/// Why a frame's attestation is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// The buffer has none.
    #[error("a frame without attestation arrived: zonetracker belongs directly behind persondetector")]
    Absent,
    /// It can not be read.
    #[error("a frame's attestation can not be read: {0}")]
    Bad(#[from] BadAttestation),
    /// It speaks of a picture of another size.
    #[error(
        "a frame of {}x{} is attested as {}x{}: put videoscale, cropping and rotation before persondetector",
        .found.width, .found.height, .attested.width, .attested.height
    )]
    Size {
        /// By the caps.
        found: PictureSize,
        /// By the attestation.
        attested: PictureSize,
    },
    /// It was made under another scene.
    #[error("a frame was attested under another scene than the one that arrived")]
    Scene,
}

/// Health of a run: no figure follows a single person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Frames that passed.
    pub frames: u64,
    /// Of these with an attestation that was believed.
    pub attested: u64,
    /// Of these whose time had not grown.
    pub repeated: u64,
    /// How often all tracks were dropped.
    pub resets: u64,
    /// Newcomers refused because too many tracks lived.
    pub refused: u64,
    /// Whole seconds that were looked at since anybody was seen: for long by day, the detector may not see people here.
    pub nobody_s: u64,
}

/// What came of a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// Totals to be sent before the frame.
    pub totals: Option<Totals>,
    /// Said once a run: counting is blind for such frames.
    pub warning: Option<Doubt>,
    /// The boxes were changed.
    pub changed: bool,
}

/// One run: from READY to PAUSED until back again.
#[derive(Debug)]
pub struct Session {
    run: String,
    scene: Option<Result<Scene, BadScene>>,
    engine: Option<Engine>,
    clock: ClockKind,
    weak: bool,
    health: Health,
    warned: bool,
    /// News not sent yet, and when totals were sent last.
    news: News,
    sent: Option<StreamTime>,
}

impl Session {
    /// A run of this name.
    pub fn new(run: String) -> Self {
        Self {
            run,
            scene: None,
            engine: None,
            clock: ClockKind::Stream,
            weak: false,
            health: Health::default(),
            warned: false,
            news: News::default(),
            sent: None,
        }
    }

    /// A scene arrived; it is judged at the next frame.
    pub fn scene(&mut self, scene: Result<Scene, BadScene>) {
        self.scene = Some(scene);
    }

    /// Health so far.
    pub fn health(&self) -> Health {
        let engine = self.engine.as_ref();
        Health {
            resets: engine.map_or(0, Engine::resets),
            refused: engine.map_or(0, Engine::refused),
            nobody_s: engine.map_or(0, |engine| engine.nobody_s() as u64),
            ..self.health
        }
    }

    /// One frame. `size` is the caps', `factor` times the attested threshold makes a detection confident. The
    /// attestation's boxes are completed in place.
    ///
    /// # Errors
    /// When there is no scene, or not one.
    pub fn frame(
        &mut self,
        attestation: &mut Result<Option<Attestation>, BadAttestation>,
        running: Option<StreamTime>,
        size: PictureSize,
        factor: f32,
    ) -> Result<Reply, Fault> {
        self.ready()?;
        self.health.frames += 1;
        let Some(engine) = &mut self.engine else { return Err(Fault::NoScene) };
        let attested = match judge(attestation, size, engine.scene()) {
            Ok(attested) => attested,
            Err(doubt) => {
                engine.miss();
                let first = !std::mem::replace(&mut self.warned, true);
                return Ok(Reply { warning: first.then_some(doubt), ..Reply::default() });
            }
        };
        self.health.attested += 1;
        self.clock = attested.clock;
        self.weak |= attested.unscrubbed_allowed;
        let frame = Frame {
            stream: running,
            wall: attested.wall,
            size,
            status: attested.evidence(),
            confident: attested.suggested_threshold * factor,
            min_score: attested.min_score,
        };
        match engine.push(&frame, &mut attested.boxes) {
            Step::Taken => Ok(Reply { totals: self.due(), warning: None, changed: true }),
            Step::Dropped => {
                self.health.repeated += 1;
                Ok(Reply::default())
            }
        }
    }

    /// Positions or times start anew (a flush): tracks go, totals stay.
    pub fn reset(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.reset();
        }
        self.sent = None;
    }

    /// Nobody is inside the shop now.
    pub fn empty_shop(&mut self) {
        if let Some(engine) = &mut self.engine {
            engine.empty_shop();
        }
    }

    /// The end of the stream: the last totals, if there are any.
    pub fn finish(&mut self) -> Option<Totals> {
        let engine = self.engine.as_mut()?;
        engine.finish();
        engine.totals(&self.run, self.clock, self.weak)
    }

    /// Sees to it that the engine runs with the scene that arrived.
    fn ready(&mut self) -> Result<(), Fault> {
        let scene = match &self.scene {
            None => return Err(Fault::NoScene),
            Some(Err(bad)) => return Err(bad.clone().into()),
            Some(Ok(scene)) => scene,
        };
        match &self.engine {
            Some(engine) if engine.scene().sha256() != scene.sha256() => Err(Fault::OtherScene),
            Some(_) => Ok(()),
            None => {
                self.engine = Some(Engine::new(scene.clone(), TrackerParams::default()));
                Ok(())
            }
        }
    }

    /// The totals, if it is time to send them.
    fn due(&mut self) -> Option<Totals> {
        let engine = self.engine.as_mut()?;
        let news = engine.take_news();
        self.news = News {
            event: self.news.event || news.event,
            boundary: self.news.boundary || news.boundary,
            presence: self.news.presence || news.presence,
        };
        let totals = engine.totals(&self.run, self.clock, self.weak)?;
        let quiet_s = self.sent.map_or(f64::INFINITY, |sent| totals.running_time.since(sent).as_secs_f64());
        let due = self.news.boundary
            || (self.news.event && quiet_s >= EVENTS_EVERY_S)
            || (self.news.presence && quiet_s >= PRESENCE_EVERY_S)
            || quiet_s >= QUIET_EVERY_S;
        due.then(|| {
            self.news = News::default();
            self.sent = Some(totals.running_time);
            totals
        })
    }
}

/// Is the attestation to be believed for this picture and scene?
fn judge<'a>(
    attestation: &'a mut Result<Option<Attestation>, BadAttestation>,
    found: PictureSize,
    scene: &Scene,
) -> Result<&'a mut Attestation, Doubt> {
    let attested = match attestation {
        Ok(Some(attested)) => attested,
        Ok(None) => return Err(Doubt::Absent),
        Err(bad) => return Err(bad.clone().into()),
    };
    if attested.size != found {
        return Err(Doubt::Size { found, attested: attested.size });
    }
    if attested.scene != scene.sha256() {
        return Err(Doubt::Scene);
    }
    Ok(attested)
}

#[cfg(test)]
mod tests;
