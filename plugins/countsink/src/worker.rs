// SPDX-License-Identifier: MPL-2.0
//! The one thread of a countsink: it owns windows, disclosure, files and connection, so that the streaming thread waits on
//! none of them. Its disk may hold up its connection for a moment, never the stream.

mod camera;
mod desk;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use footfall_contract::totals::Totals;
use parking_lot::{Condvar, Mutex};

use crate::broker::Broker;
use crate::jsonl::JsonLines;
use crate::mailbox::{Letter, Mailbox};
use crate::mqtt::{Link, State};
use crate::payload::Payload;
use crate::state;
use crate::state::keeper::CHECKPOINT_EVERY;
use crate::watch::{Clock, Frames, Watch};
use desk::Desk;

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
    /// Where everything is kept that must outlast the process.
    pub state: Option<state::State>,
    /// A checkpoint is written this often while figures change.
    pub checkpoint_every: Duration,
    /// What tells the time to windows of live streams.
    pub clock: Clock,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            broker: None,
            jsonl: None,
            publish_partial: false,
            state: None,
            checkpoint_every: CHECKPOINT_EVERY,
            clock: Clock::default(),
        }
    }
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
    /// Payloads that were dropped because room for them ran out, or because they were too old.
    pub dropped: u64,
    /// What the connection is doing; `None` without a broker.
    pub broker: Option<State>,
    /// What was counted up to a few seconds ago outlasts the process.
    pub durable: bool,
    /// Payloads on disk.
    pub outbox: u64,
    /// How long ago the window of the oldest payload ended that waits for the broker, seconds; 0 if none waits.
    pub oldest_unsent_s: u64,
}

/// What the desk tells of what it keeps.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    durable: bool,
    outbox: u64,
    /// Wall time by the stream.
    wall: Option<WallTime>,
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
    kept: Mutex<Kept>,
    link: Mutex<Option<Arc<Link>>>,
}

/// A running worker.
pub struct Worker {
    shared: Arc<Shared>,
    clock: Clock,
    ends: Mutex<u64>,
}

impl Worker {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: Config, notify: Notify) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let (of_thread, clock) = (Arc::clone(&shared), config.clock.clone());
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
        Ok(Self { shared, clock, ends: Mutex::new(0) })
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

    /// Stops: what has ended is published and, unless it is kept on disk, handed over, at most within `patience`; then the
    /// worker ends by itself.
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
        let Kept { durable, outbox, wall } = *self.shared.kept.lock();
        let stats = Stats { published: *self.shared.published.lock(), durable, outbox, ..Stats::default() };
        let Some(link) = self.shared.link.lock().clone() else { return stats };
        let (acknowledged, queued, dropped) = link.counts();
        let oldest_end = link.delivery().oldest_end;
        let oldest_unsent_s = oldest_end.map_or(0, |end| wall.unwrap_or_else(|| self.clock.now().wall).since(end).as_secs());
        Stats { acknowledged, queued: queued as u64, dropped, broker: Some(link.state()), oldest_unsent_s, ..stats }
    }
}

fn work(config: Config, shared: &Arc<Shared>, notify: Notify) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let watch = Watch::new(shared.frames.clone(), config.clock.clone());
        let shared = Arc::clone(shared);
        Desk::new(config, shared, notify, watch).run().await;
    });
    // Not dropped in place: that would wait for a name look-up that hangs.
    runtime.shutdown_background();
    Ok(())
}
