// SPDX-License-Identifier: MPL-2.0
//! The one thread of a countsink: it owns windows, disclosure, file and connection, so that the streaming thread waits on
//! none of them.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::totals::{RULE_VERSION, Totals};
use parking_lot::{Condvar, Mutex};
use tokio::time::{Instant, timeout};

use crate::broker::Broker;
use crate::days::Days;
use crate::disclosure::{Figures, disclose};
use crate::health::Incident;
use crate::hours::{Finished, Hours, PUBLISH_AFTER};
use crate::jsonl::JsonLines;
use crate::mailbox::{Letter, Mailbox};
use crate::mqtt::{Link, State};
use crate::payload::{self, Payload};
use crate::watch::{Frames, Watch};

/// How often the worker looks at the clock while nothing arrives.
const TICK: Duration = Duration::from_secs(1);

/// Saying goodbye to the broker takes no longer than this.
const GOODBYE: Duration = Duration::from_secs(1);

/// What the worker tells the element.
pub enum Notice {
    /// A payload is published.
    Published(Payload),
    /// Something is wrong, and goes on.
    Warning(String),
    /// The worker can not go on.
    Error(String),
}

/// Where notices go.
pub type Notify = Arc<dyn Fn(Notice) + Send + Sync>;

/// What a worker works with.
pub struct Config {
    /// Where payloads are sent.
    pub broker: Option<Broker>,
    /// Where payloads are written.
    pub jsonl: Option<JsonLines>,
    /// Publish the open window at the end, marked as such.
    pub publish_partial: bool,
}

/// Health in numbers. Nothing of any window's figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Windows published.
    pub published: u64,
    /// Payloads that the broker has accepted.
    pub acknowledged: u64,
    /// Payloads that wait for the broker.
    pub queued: u64,
    /// Payloads that were dropped because memory for them ran out.
    pub dropped: u64,
    /// What the connection is doing; `None` without a broker.
    pub broker: Option<State>,
}

#[derive(Default)]
struct Progress {
    /// The last end of stream whose windows are handed over.
    ended: u64,
    interrupted: bool,
    finished: bool,
}

#[derive(Default)]
struct Shared {
    mailbox: Mailbox,
    frames: Frames,
    progress: Mutex<Progress>,
    moved: Condvar,
    published: Mutex<u64>,
    link: Mutex<Option<Arc<Link>>>,
}

/// A running worker.
pub struct Worker {
    shared: Arc<Shared>,
    ends: Mutex<u64>,
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: Config, notify: Notify) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        std::thread::Builder::new().name("countsink".into()).spawn(move || {
            let for_end = Arc::clone(&notify);
            let worked = std::panic::catch_unwind(AssertUnwindSafe(|| work(config, &of_thread, notify)));
            let problem = match worked {
                Ok(Ok(())) => None,
                Ok(Err(e)) => Some(format!("the worker could not start: {e}")),
                Err(_) => {
                    Some("the worker failed in a way it never should; counts of this run are lost. Please report it".into())
                }
            };
            if let Some(sentence) = problem {
                for_end(Notice::Error(sentence));
            }
            of_thread.progress.lock().finished = true;
            of_thread.moved.notify_all();
        })?;
        Ok(Self { shared, ends: Mutex::new(0) })
    }

    /// The scene has come.
    pub fn scene(&self, scene: Scene) {
        self.shared.mailbox.post(Letter::Scene(Box::new(scene)));
    }

    /// Totals have come.
    pub fn totals(&self, totals: Totals) {
        self.shared.mailbox.post(Letter::Totals(Box::new(totals)));
    }

    /// A frame has come, or a gap instead of one. Cheap, and never waits.
    pub fn frame(&self) {
        self.shared.frames.count();
    }

    /// The stream has ended: waits until its windows are handed over, at most `patience`, and not when interrupted.
    pub fn end_of_stream(&self, patience: Duration) {
        let number = {
            let mut ends = self.ends.lock();
            *ends += 1;
            *ends
        };
        self.shared.mailbox.post(Letter::EndOfStream(number));
        self.wait(patience, |p| p.ended >= number || p.interrupted);
    }

    /// Ends waits at the end of a stream (and lets later ones wait again).
    pub fn interrupt(&self, interrupted: bool) {
        self.shared.progress.lock().interrupted = interrupted;
        self.shared.moved.notify_all();
    }

    /// Stops: what has ended is published and handed over, at most within `patience`; then the worker ends by itself.
    pub fn stop(&self, patience: Duration) {
        self.shared.mailbox.post(Letter::Stop(patience));
        self.wait(patience + 2 * GOODBYE, |_| false);
    }

    fn wait(&self, patience: Duration, done: impl Fn(&Progress) -> bool) {
        let mut progress = self.shared.progress.lock();
        self.shared.moved.wait_while_for(&mut progress, |p| !(p.finished || done(p)), patience);
    }

    /// Health in numbers.
    pub fn stats(&self) -> Stats {
        let mut stats = Stats { published: *self.shared.published.lock(), ..Stats::default() };
        if let Some(link) = &*self.shared.link.lock() {
            let (acknowledged, queued, dropped) = link.counts();
            stats = Stats { acknowledged, queued: queued as u64, dropped, broker: Some(link.state()), ..stats };
        }
        stats
    }
}

fn work(config: Config, shared: &Arc<Shared>, notify: Notify) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let watch = Watch::new(shared.frames.clone());
        let shared = Arc::clone(shared);
        let mut desk = Desk { config, shared, notify, camera: None, watch, told: Told::default(), end: None };
        desk.run().await;
    });
    // Not dropped in place: that would wait for a name look-up that hangs.
    runtime.shutdown_background();
    Ok(())
}

/// The camera that the scene describes.
struct Camera {
    scene: Scene,
    hours: Hours,
    days: Days,
    /// When the newest totals came.
    at: Option<Instant>,
}

/// Warnings that are given once.
#[derive(Default)]
struct Told {
    fell: bool,
    file: bool,
    stranger: bool,
}

struct Desk {
    config: Config,
    shared: Arc<Shared>,
    notify: Notify,
    camera: Option<Camera>,
    watch: Watch,
    told: Told,
    /// The end of a stream whose windows are not handed over yet, and when it came.
    end: Option<(u64, Instant)>,
}

impl Desk {
    async fn run(&mut self) {
        loop {
            while let Some(letter) = self.shared.mailbox.take() {
                match letter {
                    Letter::Scene(scene) => self.scene(*scene),
                    Letter::Totals(totals) => self.totals(*totals),
                    Letter::EndOfStream(number) => self.end_of_stream(number),
                    Letter::Stop(patience) => return self.stop(patience).await,
                }
            }
            self.publish_due();
            self.note_end();
            if let Some(link) = self.link() {
                link.hand_over();
            }
            let until_health = self.watch.look(self.camera.as_ref().map(|camera| &camera.scene), self.link().as_deref());
            // While an end of stream waits for the broker, look more often.
            let pause = if self.end.is_some() { TICK / 50 } else { TICK.min(until_health) };
            let _ = timeout(pause, self.shared.mailbox.arrival()).await;
        }
    }

    fn link(&self) -> Option<Arc<Link>> {
        self.shared.link.lock().clone()
    }

    fn warn(&self, sentence: String) {
        (self.notify)(Notice::Warning(sentence));
    }

    fn scene(&mut self, scene: Scene) {
        if let Some(camera) = &self.camera {
            if camera.scene.sha256() == scene.sha256() {
                return;
            }
            if camera.scene.stream_name() != scene.stream_name() {
                let old = camera.scene.stream_name();
                let sentence = format!(
                    "the scene of {old} is followed by one of {}; a countsink publishes one camera: use one each",
                    scene.stream_name()
                );
                return (self.notify)(Notice::Error(sentence));
            }
            self.close_windows();
        }
        if self.link().is_none()
            && let Some(broker) = self.config.broker.clone()
        {
            let notify = Arc::clone(&self.notify);
            let warn = Arc::new(move |sentence| notify(Notice::Warning(sentence)));
            let link = Arc::new(Link::new(broker, &scene.site, &scene.camera, warn));
            *self.shared.link.lock() = Some(Arc::clone(&link));
            tokio::spawn(link.run());
        }
        self.watch.scene(&scene, self.link().as_deref());
        self.camera = Some(Camera { hours: Hours::new(scene.windows()), days: Days::default(), scene, at: None });
    }

    fn totals(&mut self, totals: Totals) {
        let Some(camera) = &mut self.camera else { return };
        if totals.stream != camera.scene.stream_name() {
            self.watch.note(Incident::Stranger);
            if !std::mem::replace(&mut self.told.stranger, true) {
                let sentence = format!("totals of {} are ignored: the scene is of {}", totals.stream, camera.scene.stream_name());
                self.warn(sentence);
            }
            return;
        }
        self.watch.totals(&totals);
        let received = camera.hours.receive(totals);
        if received.is_err() {
            self.watch.note(Incident::TotalsFell);
        }
        match received {
            Ok(()) => camera.at = Some(Instant::now()),
            Err(fell) if !std::mem::replace(&mut self.told.fell, true) => self.warn(format!("totals are ignored: {fell}")),
            Err(_) => {}
        }
        self.publish_due();
    }

    /// Wall time: the newest totals', which goes on with the monotonic clock if the source is live.
    fn now(&self) -> Option<WallTime> {
        let camera = self.camera.as_ref()?;
        let (wall, at) = (camera.hours.newest_wall()?, camera.at?);
        match camera.hours.clock()? {
            ClockKind::Live => Some(wall.plus(at.elapsed())),
            ClockKind::Stream => Some(wall),
        }
    }

    fn publish_due(&mut self) {
        self.publish_finished(PUBLISH_AFTER);
    }

    fn publish_finished(&mut self, grace: Duration) {
        let Some(now) = self.now() else { return };
        while let Some(window) = self.camera.as_mut().and_then(|camera| camera.hours.next_finished(now, grace)) {
            self.publish(&window);
        }
    }

    /// Publishes every window that has ended, and the open one if that is wanted.
    fn close_windows(&mut self) {
        self.publish_finished(Duration::ZERO);
        if self.config.publish_partial
            && let Some(window) = self.camera.as_mut().and_then(|camera| camera.hours.take_open())
        {
            self.publish(&window);
        }
    }

    fn publish(&mut self, window: &Finished) {
        let Some(camera) = &mut self.camera else { return };
        let day = camera.days.add(&camera.scene, window);
        let figures = Figures::of(&camera.scene, window).with_day(&camera.scene, day);
        let published = disclose(&figures, &camera.scene);
        let payload = payload::write(&camera.scene, RULE_VERSION, window, &published);
        self.watch.window(&camera.scene, window);
        if let Some(Err(problem)) = self.config.jsonl.as_mut().map(|file| file.append(&payload)) {
            self.watch.note(Incident::FileFailed);
            if !std::mem::replace(&mut self.told.file, true) {
                self.warn(problem.to_string());
            }
        }
        *self.shared.published.lock() += 1;
        if let Some(link) = self.link() {
            link.push(payload.clone());
        }
        (self.notify)(Notice::Published(payload));
    }

    fn end_of_stream(&mut self, number: u64) {
        self.close_windows();
        self.end = Some((number, Instant::now()));
    }

    /// Lets go whoever waits for the end of the stream once everything is handed over.
    fn note_end(&mut self) {
        let Some((number, _)) = self.end else { return };
        if self.link().is_none_or(|link| link.counts().1 == 0) {
            self.shared.progress.lock().ended = number;
            self.shared.moved.notify_all();
            self.end = None;
        }
    }

    async fn stop(&mut self, patience: Duration) {
        self.close_windows();
        if self.camera.as_ref().is_some_and(|camera| camera.hours.open_window_has_figures()) {
            self.warn(
                "the counts of the open window are lost: it had not ended when the element was stopped (publish-partial=true publishes it, marked as such)"
                    .into(),
            );
        }
        let Some(link) = self.link() else { return };
        // A broker that stayed away while the end of the stream waited is not waited for twice.
        let waited =
            self.end.filter(|_| link.state() == State::Disconnected).map_or(Duration::ZERO, |(_, since)| since.elapsed());
        let deadline = Instant::now() + patience.saturating_sub(waited);
        let _ = tokio::time::timeout_at(deadline, link.drained()).await;
        let (_, queued, _) = link.counts();
        if queued > 0 {
            return self
                .warn(format!("{queued} payloads are lost: the broker had not accepted them when the element was stopped"));
        }
        let _ = timeout(GOODBYE, link.say_goodbye()).await;
    }
}
