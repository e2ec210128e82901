// SPDX-License-Identifier: MPL-2.0
//! What the worker does with each letter, and in which order it lets go of a window: see [`crate::state`].

use std::sync::Arc;
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::Totals;
use tokio::time::{Instant, timeout};

use super::camera::{Camera, Change};
use super::{Config, GOODBYE, Kept, Notice, Notify, Shared, TICK};
use crate::health::Incident;
use crate::hours::PUBLISH_AFTER;
use crate::mailbox::Letter;
use crate::mqtt::{Link, State};
use crate::payload::Payload;
use crate::state::keeper::Keeper;
use crate::state::outbox::Entry;
use crate::state::{Loaded, Open};
use crate::watch::Watch;

/// Warnings that are given once.
#[derive(Default)]
struct Told {
    fell: bool,
    file: bool,
    stranger: bool,
    past: bool,
}

/// The end of a stream whose windows are not handed over yet.
#[derive(Clone, Copy)]
struct End {
    number: u64,
    since: Instant,
}

pub(super) struct Desk {
    config: Config,
    shared: Arc<Shared>,
    notify: Notify,
    camera: Option<Camera>,
    keeper: Option<Keeper>,
    /// What was open when the last process ended, until its scene is known.
    open: Option<Open>,
    /// Payloads of earlier processes, until there is a connection to send them by.
    unsent: Vec<Entry>,
    /// A scene has come down the stream.
    is_told: bool,
    watch: Watch,
    told: Told,
    end: Option<End>,
}

impl Desk {
    pub fn new(config: Config, shared: Arc<Shared>, notify: Notify, watch: Watch) -> Self {
        Self {
            config,
            shared,
            notify,
            camera: None,
            keeper: None,
            open: None,
            unsent: Vec::new(),
            is_told: false,
            watch,
            told: Told::default(),
            end: None,
        }
    }

    pub async fn run(&mut self) {
        self.take_up();
        loop {
            while let Some(letter) = self.shared.mailbox.take() {
                match letter {
                    Letter::Scene(scene) => self.scene(*scene),
                    Letter::Totals(totals) => self.totals(*totals),
                    Letter::EndOfStream(number) => self.end_of_stream(number),
                    Letter::Stop(patience) => return self.stop(patience).await,
                }
            }
            self.publish_finished(PUBLISH_AFTER);
            self.keep();
            self.note_end();
            let link = self.link();
            if let Some(link) = &link {
                link.hand_over();
            }
            let until_health = self.watch.look(self.camera.as_ref().map(|camera| &camera.scene), link.as_deref());
            // While an end of stream waits for the broker, or files for its word to be removed, look more often.
            let is_busy = self.keeper.is_some() && link.is_some_and(|l| l.state() == State::Connected && l.counts().1 > 0);
            let pause = if self.end.is_some() {
                TICK / 50
            } else if is_busy {
                TICK / 10
            } else {
                TICK.min(until_health).min(self.config.checkpoint_every)
            };
            let _ = timeout(pause, self.shared.mailbox.arrival()).await;
        }
    }

    fn link(&self) -> Option<Arc<Link>> {
        self.shared.link.lock().clone()
    }

    fn warn(&self, sentence: String) {
        (self.notify)(Notice::Warning(sentence));
    }

    /// Reads what an earlier process has left.
    fn take_up(&mut self) {
        let Some(state) = self.config.state.take() else { return };
        let (keeper, loaded) = match Keeper::load(state, self.config.checkpoint_every) {
            Ok(found) => found,
            Err(sentence) => {
                self.watch.note(Incident::StateOff);
                return self.warn(sentence);
            }
        };
        let Loaded { scene, open, entries, .. } = loaded;
        self.keeper = Some(keeper);
        self.open = open;
        self.unsent = entries;
        if let Some(scene) = scene {
            self.begin(scene);
        }
        self.keep();
    }

    /// The camera is known.
    fn begin(&mut self, scene: Scene) {
        let camera = match self.open.take() {
            Some(open) => self.resume(scene, open),
            None => Camera::new(scene),
        };
        let scene = &camera.scene;
        if self.link().is_none()
            && let Some(broker) = self.config.broker.clone()
        {
            let notify = Arc::clone(&self.notify);
            let warn = Arc::new(move |sentence| notify(Notice::Warning(sentence)));
            let link = Arc::new(Link::new(broker, &scene.site, &scene.camera, warn));
            *self.shared.link.lock() = Some(Arc::clone(&link));
            tokio::spawn(link.run());
        }
        self.watch.scene(scene, self.link().as_deref());
        self.camera = Some(camera);
        self.publish_again();
    }

    fn resume(&mut self, scene: Scene, open: Open) -> Camera {
        let minutes = open.window_minutes;
        let (camera, change) = Camera::resume(scene, open);
        if let Change::Withheld(start) = change {
            self.warn(format!(
                "the counts of the open window that began at {} are withheld: the scene cut windows of {minutes} minutes then, and cuts them otherwise now; the first window that is published begins later",
                start.utc_seconds()
            ));
        }
        camera
    }

    /// Payloads of earlier processes wait for the broker, in order. Windows that are among them are finished: what the
    /// checkpoint has of them is dropped, and what may not have been done any more is done.
    fn publish_again(&mut self) {
        let entries = std::mem::take(&mut self.unsent);
        let Some(camera) = &mut self.camera else { return };
        let mut cut_off = Vec::new();
        for entry in &entries {
            if camera.hours.start() == Some(entry.start)
                && let Some(window) = camera.hours.take_oldest()
            {
                camera.write(&window);
                cut_off.push(entry.payload());
            }
        }
        cut_off.iter().for_each(|payload| self.record(payload));
        if !cut_off.is_empty() {
            self.keep_all();
        }
        let payloads: Vec<Payload> = entries.iter().map(Entry::payload).collect();
        if let Some(link) = self.link() {
            payloads.into_iter().for_each(|payload| link.push(payload));
        }
        for payload in cut_off {
            *self.shared.published.lock() += 1;
            (self.notify)(Notice::Published(payload));
        }
    }

    fn scene(&mut self, scene: Scene) {
        let (stream, is_first) = (scene.stream_name(), !std::mem::replace(&mut self.is_told, true));
        let known = self.camera.as_ref().map(|camera| camera.scene.stream_name());
        let known = known.or_else(|| self.open.as_ref().map(|open| open.stream.clone()));
        let of_id = |entry: &Entry| entry.id.rsplit_once('/').map(|(stream, _)| stream.to_owned());
        let known = known.or_else(|| self.unsent.first().and_then(of_id));
        if let Some(known) = known.filter(|known| *known != stream) {
            let sentence = match self.keeper.as_ref().filter(|_| is_first) {
                Some(keeper) => format!(
                    "state-dir {} holds the counts of {known}, but the scene is of {stream}: give each camera a folder of its own",
                    keeper.place()
                ),
                None => {
                    format!("the scene of {known} is followed by one of {stream}; a countsink publishes one camera: use one each")
                }
            };
            return (self.notify)(Notice::Error(sentence));
        }
        if self.camera.as_ref().is_some_and(|camera| camera.scene.sha256() == scene.sha256()) {
            return;
        }
        self.close_windows();
        if let Some(camera) = self.camera.take().filter(|_| !self.config.publish_partial) {
            self.open = Some(camera.open());
        }
        if let Some(keeper) = &mut self.keeper {
            keeper.scene(&scene);
        }
        self.begin(scene);
        self.keep_all();
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
        let wall = totals.wall;
        let received = camera.hours.receive(totals);
        let is_before = camera.hours.start().filter(|start| wall.plus(PUBLISH_AFTER) < *start);
        if received.is_err() {
            self.watch.note(Incident::TotalsFell);
        }
        match received {
            Ok(()) => camera.at = Some(self.config.clock.now().monotonic),
            Err(fell) if !std::mem::replace(&mut self.told.fell, true) => self.warn(format!("totals are ignored: {fell}")),
            Err(_) => {}
        }
        if let Some(start) = is_before
            && !std::mem::replace(&mut self.told.past, true)
        {
            self.clock_is_behind(wall, start);
        }
        self.publish_finished(PUBLISH_AFTER);
    }

    fn clock_is_behind(&self, wall: WallTime, start: WallTime) {
        let (wall, start) = (wall.utc_seconds(), start.utc_seconds());
        self.warn(format!(
            "the clock says {wall}, but windows up to {start} are published already: what is counted now goes to the window that begins then. If the clock was wrong before and is right now, stop, and name another state-dir"
        ));
    }

    fn publish_finished(&mut self, grace: Duration) {
        let Some(camera) = &mut self.camera else { return };
        let Some(now) = camera.now(self.config.clock.now()).filter(|now| camera.hours.is_due(*now, grace)) else { return };
        let before = self.keeper.is_some().then(|| camera.open());
        if let Some(keeper) = &mut self.keeper {
            keeper.before(before.clone());
        }
        let mut finished = Vec::new();
        while let Some(window) = camera.hours.next_finished(now, grace) {
            self.watch.window(&camera.scene, &window);
            finished.extend(camera.write(&window).map(|payload| Entry {
                start: window.start,
                id: payload.id,
                text: payload.text,
            }));
        }
        self.publish(finished, before.as_ref());
    }

    /// Publishes every window that has ended, and the open one if that is wanted.
    fn close_windows(&mut self) {
        self.publish_finished(Duration::ZERO);
        if !self.config.publish_partial {
            return;
        }
        let Some(camera) = &mut self.camera else { return };
        let Some(window) = camera.hours.take_open() else { return };
        self.watch.window(&camera.scene, &window);
        let entry = camera.write(&window).map(|payload| Entry { start: window.start, id: payload.id, text: payload.text });
        self.publish(entry.into_iter().collect(), None);
    }

    /// Lets go of finished windows, in the order that [`crate::state`] says.
    fn publish(&mut self, finished: Vec<Entry>, before: Option<&Open>) {
        let payloads: Vec<Payload> = finished.iter().map(Entry::payload).collect();
        if let Some(keeper) = &mut self.keeper {
            keeper.finish(finished, before);
        }
        for payload in &payloads {
            self.record(payload);
        }
        self.keep_all();
        for payload in payloads {
            *self.shared.published.lock() += 1;
            match self.link() {
                Some(link) => link.push(payload.clone()),
                None => self.gone(vec![payload.id.clone()]),
            }
            (self.notify)(Notice::Published(payload));
        }
    }

    /// Writes the payload's line, unless an earlier process has.
    fn record(&mut self, payload: &Payload) {
        let Some(file) = &mut self.config.jsonl else { return };
        if self.keeper.is_some() && file.ends_with(payload) {
            return;
        }
        let mut written = file.append(payload);
        if self.keeper.is_some() {
            written = written.and_then(|()| file.sync());
        }
        if let Err(problem) = written {
            self.watch.note(Incident::FileFailed);
            if !std::mem::replace(&mut self.told.file, true) {
                self.warn(problem.to_string());
            }
        }
    }

    fn gone(&mut self, ids: Vec<String>) {
        if let Some(keeper) = &mut self.keeper {
            keeper.gone(ids);
        }
    }

    fn keep_all(&mut self) {
        let open = self.camera.as_ref().map(Camera::open);
        if let Some(keeper) = &mut self.keeper {
            keeper.keep_all(open);
        }
    }

    /// Keeps what has changed, if it is time, and tells how that goes.
    fn keep(&mut self) {
        if let Some(link) = self.link() {
            self.gone(link.take_left());
        }
        let camera = self.camera.as_ref();
        let now = self.config.clock.now();
        let mut kept = Kept { wall: camera.and_then(|camera| camera.now(now)), ..Kept::default() };
        if let Some(keeper) = &mut self.keeper {
            keeper.keep_if_due(Instant::now(), || camera.map(Camera::open));
            (kept.durable, kept.outbox) = (keeper.is_durable(), keeper.payloads() as u64);
            let warning = keeper.take_warning();
            if !kept.durable {
                self.watch.note(Incident::StateOff);
            }
            if let Some(sentence) = warning {
                self.warn(sentence);
            }
        }
        *self.shared.kept.lock() = kept;
    }

    fn is_durable(&self) -> bool {
        self.keeper.as_ref().is_some_and(Keeper::is_durable)
    }

    fn end_of_stream(&mut self, number: u64) {
        self.close_windows();
        self.keep_all();
        self.end = Some(End { number, since: Instant::now() });
    }

    /// Lets go whoever waits for the end of the stream once everything is handed over, or lies on disk.
    fn note_end(&mut self) {
        let Some(End { number, .. }) = self.end else { return };
        if self.is_durable() || self.link().is_none_or(|link| link.counts().1 == 0) {
            self.shared.progress.lock().ended = number;
            self.shared.moved.notify_all();
            self.end = None;
        }
    }

    async fn stop(&mut self, patience: Duration) {
        self.close_windows();
        self.keep_all();
        self.keep();
        let is_durable = self.is_durable();
        if !is_durable && self.camera.as_ref().is_some_and(|camera| camera.hours.open_window_has_figures()) {
            let sentence = match &self.keeper {
                None => {
                    "the counts of the open window are lost: it had not ended when the element was stopped (state-dir=FOLDER keeps it, publish-partial=true publishes it, marked as such)"
                }
                Some(_) => {
                    "the newest counts of the open window are lost: state-dir could not be written when the element was stopped"
                }
            };
            self.warn(sentence.into());
        }
        let Some(link) = self.link() else { return };
        if !is_durable {
            // A broker that stayed away while the end of the stream waited is not waited for twice.
            let waited =
                self.end.filter(|_| link.state() == State::Disconnected).map_or(Duration::ZERO, |end| end.since.elapsed());
            let deadline = Instant::now() + patience.saturating_sub(waited);
            let _ = tokio::time::timeout_at(deadline, link.drained()).await;
            self.gone(link.take_left());
            let lost = self.keeper.as_ref().map_or(link.counts().1, Keeper::unkept);
            if lost > 0 {
                return self
                    .warn(format!("{lost} payloads are lost: the broker had not accepted them when the element was stopped"));
            }
        }
        let _ = timeout(GOODBYE, link.say_goodbye()).await;
        self.keep();
    }
}
