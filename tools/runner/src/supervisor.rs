// SPDX-License-Identifier: MPL-2.0
//! When a pipeline is started, stopped, and started anew, and what a service manager is told. Time is an argument; nothing
//! is done here, actions are.
//!
//! ```text
//!             ┌────────► Closed ◄──────── draining at closing time
//!             │            │ opening                ▲
//!  Fresh ─────┴──► Starting ── first frame ──► Running ── stop ──► draining ──► Done
//!                     ▲                           │
//!                     ├── pause over ── Waiting ◄─┴── end of stream, error, stall
//!                     └─ it answers ── Asking ◄─┴─► Waiting
//! ```
//!
//! **A pipeline that failed stands until the next takes its place.** With durable state its countsink still ends the hours of a
//! camera that is away. So that this countsink is not thrown away every five seconds, and a broker is not told of as many
//! starts and stops, a pipeline that never got a frame is only replaced when the camera's port answers.
//!
//! **What a sign of life means.** While a stream runs, the watchdog is fed only if frames went through since it was fed last:
//! a stream that hangs, and with it a runner that hangs while it stops that stream, is not fed. In every other state the
//! runner itself waits for something that ends by the clock (a pause, the first frame, the opening), so it feeds the
//! watchdog from its own loop: a camera that is away is no reason to kill the one who waits for it.

use std::time::Duration;

use footfall_contract::time::WallTime;

use crate::backoff::{Backoff, Pace};
use crate::notify::Note;
use crate::presence::Presence;

/// The first frame must come within this time of a start: connecting, and a key frame, which some cameras send rarely.
pub const START: Duration = Duration::from_secs(30);
/// An end of the stream that was asked for must come within this time.
pub const DRAIN: Duration = Duration::from_secs(10);
/// Whether a camera answers must be known within this time: looking up its name may hang.
pub const ASK: Duration = Duration::from_secs(10);
/// While no frame has come ever, the service manager is asked for so much more time, again and again.
const MORE_TIME: Duration = Duration::from_secs(60);
/// How often it is asked.
const MORE_TIME_EVERY: Duration = Duration::from_secs(10);

/// Two clocks at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Since the runner began; it never steps.
    pub uptime: Duration,
    /// Wall time, for opening hours alone.
    pub wall: WallTime,
}

/// How a pipeline fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It can't be built, or an element refuses its settings.
    Unusable,
    /// The camera refuses the credentials.
    Refused,
    /// Anything else; a next try may go well.
    Broken,
}

/// What happens to the runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Time has passed; so many frames went through the pipeline that runs.
    Tick {
        /// Of the watched pad with the fewest.
        frames: u64,
    },
    /// The stream has ended.
    Eos,
    /// The pipeline failed.
    Failed(Fault, String),
    /// Whether every camera's port takes a connection.
    Answered(bool),
    /// A signal asks it to stop.
    Stop,
}

/// What the shell is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Build a fresh pipeline and play it.
    Start,
    /// Find out whether the cameras answer.
    Ask,
    /// Ask the stream to end, so that files are finished.
    Drain,
    /// Stop the pipeline and let it go.
    Drop,
    /// Tell the service manager.
    Tell(Vec<Note>),
    /// Tell whoever reads the log.
    Say(String),
    /// End the process.
    Exit(Exit),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// In order.
    InOrder,
    /// The pipeline can't be built, or failed and was to run once.
    Failed,
}

/// How the runner is to behave.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// No restarts, no opening hours.
    pub once: bool,
    /// No frame for this long is a stall.
    pub stall: Duration,
    /// How long the service manager waits for a sign of life.
    pub watchdog: Option<Duration>,
}

/// What follows an end that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Exit,
    Close,
}

/// What follows a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Start,
    Ask,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fresh,
    Closed,
    Waiting { until: Duration, then: Next },
    Asking { since: Duration },
    Starting { since: Duration },
    Running { since: Duration, last: Duration, frames: u64 },
    Draining { until: Duration, then: Then },
    Done,
}

/// Decides.
#[derive(Debug)]
pub struct Supervisor {
    settings: Settings,
    presence: Presence,
    state: State,
    backoff: Backoff,
    random: fn() -> u64,
    /// A pipeline exists, playing or broken.
    standing: bool,
    /// It has been said that the camera does not answer.
    said_silent: bool,
    /// Has the service manager been told that it has started?
    ready: bool,
    /// Has any try gone as far as the camera? Until then an unusable pipeline is a mistake in the file, not an accident.
    tried: bool,
    /// When the watchdog was fed last, and the number of frames then.
    fed: Option<(Duration, u64)>,
    asked_for_time: Option<Duration>,
    actions: Vec<Action>,
}

impl Supervisor {
    /// Nothing is started yet. `random` gives the jitter of pauses.
    pub fn new(settings: Settings, presence: Presence, random: fn() -> u64) -> Self {
        let presence = if settings.once { Presence::default() } else { presence };
        Self {
            settings,
            presence,
            state: State::Fresh,
            backoff: Backoff::default(),
            random,
            standing: false,
            said_silent: false,
            ready: false,
            tried: false,
            fed: None,
            asked_for_time: None,
            actions: Vec::new(),
        }
    }

    /// What to do now that this has happened, in order.
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Action> {
        match event {
            Event::Tick { frames } => self.tick(frames, now),
            Event::Eos => self.end(now),
            Event::Failed(fault, sentence) => self.failed(fault, &sentence, now),
            Event::Answered(answers) => self.answered(answers, now),
            Event::Stop => self.stop(now),
        }
        std::mem::take(&mut self.actions)
    }

    fn tick(&mut self, frames: u64, now: Now) {
        match self.state {
            State::Fresh | State::Closed if self.presence.wanted(now.wall) => self.start(now),
            State::Fresh => self.close(now),
            State::Waiting { .. } | State::Asking { .. } if !self.presence.wanted(now.wall) => self.close(now),
            State::Waiting { until, then: Next::Start } if now.uptime >= until => self.start(now),
            State::Waiting { until, then: Next::Ask } if now.uptime >= until => {
                self.state = State::Asking { since: now.uptime };
                self.actions.push(Action::Ask);
            }
            State::Asking { since } if now.uptime >= since + ASK => self.answered(false, now),
            State::Starting { .. } | State::Running { .. } if !self.presence.wanted(now.wall) => {
                self.note("the shop is closed and its last window is out: the stream is ended");
                self.drain(now, Then::Close);
            }
            State::Starting { .. } if frames > 0 => self.first_frame(frames, now),
            State::Starting { since } if now.uptime >= since + START => {
                self.broke(Pace::Away, Next::Ask, &format!("no frame came within {} s", START.as_secs()), now);
            }
            State::Running { since, last, frames: before } => self.running(since, last, before, frames, now),
            State::Draining { until, then } if now.uptime >= until => {
                self.say(format!("the stream did not end within {} s and is stopped", DRAIN.as_secs()));
                self.drained(then, now);
            }
            _ => {}
        }
        self.feed(frames, now);
    }

    fn start(&mut self, now: Now) {
        self.let_go();
        self.standing = true;
        self.state = State::Starting { since: now.uptime };
        self.actions.push(Action::Tell(vec![Note::Status("starting".into())]));
        self.actions.push(Action::Start);
    }

    fn first_frame(&mut self, frames: u64, now: Now) {
        self.state = State::Running { since: now.uptime, last: now.uptime, frames };
        self.tried = true;
        self.said_silent = false;
        self.say("running".into());
        self.ready("running");
    }

    fn running(&mut self, since: Duration, last: Duration, before: u64, frames: u64, now: Now) {
        if frames > before {
            self.state = State::Running { since, last: now.uptime, frames };
        } else if now.uptime >= last + self.settings.stall {
            self.broke(Pace::Away, Next::Start, &format!("no frame came for {} s", self.settings.stall.as_secs()), now);
        }
    }

    fn close(&mut self, now: Now) {
        self.let_go();
        self.state = State::Closed;
        let until = self.presence.next(now.wall).map_or_else(|| "the next opening".into(), WallTime::utc_seconds);
        let words = format!("closed; no camera is connected until {until}");
        self.say(words.clone());
        self.ready(&words);
    }

    fn end(&mut self, now: Now) {
        match self.state {
            State::Draining { then, .. } => self.drained(then, now),
            State::Starting { .. } | State::Running { .. } if self.settings.once => {
                self.note("the stream has ended");
                self.finish(Exit::InOrder);
            }
            State::Starting { .. } | State::Running { .. } => {
                self.broke(Pace::Away, Next::Start, "the stream has ended", now);
            }
            _ => {}
        }
    }

    fn failed(&mut self, fault: Fault, sentence: &str, now: Now) {
        match (self.state, fault) {
            (State::Draining { then, .. }, _) => {
                self.say(sentence.to_owned());
                self.drained(then, now);
            }
            (State::Starting { .. }, Fault::Unusable) if !self.tried => {
                self.say(sentence.to_owned());
                self.finish(Exit::Failed);
            }
            (State::Starting { .. } | State::Running { .. }, Fault::Refused) => {
                self.broke(Pace::Refused, Next::Start, sentence, now);
            }
            (State::Starting { .. }, Fault::Broken) => self.broke(Pace::Away, Next::Ask, sentence, now),
            (State::Starting { .. } | State::Running { .. }, _) => self.broke(Pace::Away, Next::Start, sentence, now),
            _ => {}
        }
    }

    /// The stream is over before its time.
    fn broke(&mut self, pace: Pace, then: Next, why: &str, now: Now) {
        if self.settings.once {
            self.say(why.to_owned());
            self.finish(Exit::Failed);
            return;
        }
        let held = match self.state {
            State::Running { since, last, .. } => last.saturating_sub(since),
            _ => Duration::ZERO,
        };
        self.tried = true;
        let pause = self.backoff.pause(pace, held, (self.random)());
        self.state = State::Waiting { until: now.uptime + pause, then };
        let words = format!("{why}; next try in {:.1} s", pause.as_secs_f64());
        self.say(words.clone());
        self.actions.push(Action::Tell(vec![Note::Status(words)]));
    }

    fn answered(&mut self, answers: bool, now: Now) {
        if !matches!(self.state, State::Asking { .. }) {
            return;
        }
        if answers {
            self.start(now);
            return;
        }
        let pause = self.backoff.pause(Pace::Away, Duration::ZERO, (self.random)());
        self.state = State::Waiting { until: now.uptime + pause, then: Next::Ask };
        if !std::mem::replace(&mut self.said_silent, true) {
            let words = format!("the camera does not answer; it is asked every {} s", Pace::Away.longest().as_secs());
            self.say(words.clone());
            self.actions.push(Action::Tell(vec![Note::Status(words)]));
        }
    }

    fn stop(&mut self, now: Now) {
        match self.state {
            State::Draining { then: Then::Exit, .. } => {
                self.say("asked twice: stopped at once".into());
                self.finish(Exit::InOrder);
                return;
            }
            State::Done => return,
            _ => {}
        }
        self.say("stopping".into());
        self.actions.push(Action::Tell(vec![Note::Stopping, Note::Status("stopping".into())]));
        match self.state {
            State::Running { .. } => self.drain(now, Then::Exit),
            State::Draining { until, .. } => self.state = State::Draining { until, then: Then::Exit },
            // Without a stream that runs there is nothing to finish.
            _ => self.finish(Exit::InOrder),
        }
    }

    fn drain(&mut self, now: Now, then: Then) {
        self.state = State::Draining { until: now.uptime + DRAIN, then };
        self.actions.push(Action::Drain);
    }

    fn drained(&mut self, then: Then, now: Now) {
        match then {
            Then::Exit => self.finish(Exit::InOrder),
            Then::Close => self.close(now),
        }
    }

    fn let_go(&mut self) {
        if std::mem::take(&mut self.standing) {
            self.actions.push(Action::Drop);
        }
    }

    fn finish(&mut self, exit: Exit) {
        self.let_go();
        self.state = State::Done;
        self.actions.push(Action::Exit(exit));
    }

    /// Feeds the watchdog, or asks for time while the start lasts.
    fn feed(&mut self, frames: u64, now: Now) {
        if !self.ready {
            if self.state != State::Done && self.asked_for_time.is_none_or(|then| now.uptime >= then + MORE_TIME_EVERY) {
                self.asked_for_time = Some(now.uptime);
                self.actions.push(Action::Tell(vec![Note::MoreTime(MORE_TIME)]));
            }
            return;
        }
        let Some(period) = self.settings.watchdog else { return };
        let due = self.fed.is_none_or(|(then, _)| now.uptime >= then + period / 2);
        let alive = match self.state {
            State::Running { .. } => self.fed.is_none_or(|(_, before)| frames != before),
            State::Done => false,
            _ => true,
        };
        if due && alive {
            self.fed = Some((now.uptime, frames));
            self.actions.push(Action::Tell(vec![Note::Alive]));
        }
    }

    fn ready(&mut self, words: &str) {
        let status = Note::Status(words.to_owned());
        let first = !std::mem::replace(&mut self.ready, true);
        self.actions.push(Action::Tell(if first { vec![Note::Ready, status] } else { vec![status] }));
    }

    fn say(&mut self, words: String) {
        self.actions.push(Action::Say(words));
    }

    fn note(&mut self, words: &str) {
        self.say(words.to_owned());
    }
}

#[cfg(test)]
mod tests;
