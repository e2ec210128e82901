// SPDX-License-Identifier: MPL-2.0
//! The runner's life: letters from buses and signals, the clocks, and the supervisor's actions.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use footfall_contract::time::WallTime;
use gst::prelude::*;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::pipeline::{Meter, Recipe};
use super::{Mouth, ask, guard};
use crate::notify::Manager;
use crate::supervisor::{Action, Event, Exit, Fault, Now, Supervisor};

/// The supervisor looks at the clock this often.
const TICK: Duration = Duration::from_millis(250);
/// A stream that has just begun is not stopped before this. Stopped within milliseconds of its first frame, GStreamer 1.22's
/// rtpjitterbuffer may wait for ever (about one try in ten; a second later it hardly ever does). Then the guard ends the process.
const SETTLED: Duration = Duration::from_secs(1);

/// Something that happened on another thread.
enum Letter {
    Signal,
    /// On the bus of the pipeline with this number, or of its cameras.
    Bus(u64, Event),
}

/// Where letters arrive.
pub struct Mailbox {
    letters: Receiver<Letter>,
    send: Sender<Letter>,
}

impl Mailbox {
    /// SIGTERM and SIGINT become letters from now on.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn with_signals() -> std::io::Result<Self> {
        let (send, letters) = channel();
        let mut signals = Signals::new([SIGTERM, SIGINT])?;
        let post = send.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || {
            for _ in signals.forever() {
                if post.send(Letter::Signal).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { letters, send })
    }
}

/// A pipeline that plays.
struct Playing {
    pipeline: gst::Pipeline,
    meter: Meter,
    /// Since the runner's start: when frames were first seen.
    flows_since: Option<Duration>,
}

/// A runner.
pub struct Session {
    recipe: Recipe,
    supervisor: Supervisor,
    mailbox: Mailbox,
    manager: Manager,
    mouth: Mouth,
    verbose: bool,
    began: Instant,
    /// The number of the pipeline that plays; letters of earlier ones are thrown away.
    number: u64,
    playing: Option<Playing>,
}

impl Session {
    /// Nothing plays yet.
    #[allow(clippy::disallowed_methods)] // The one place that asks the clocks.
    pub fn new(recipe: Recipe, supervisor: Supervisor, mailbox: Mailbox, manager: Manager, mouth: Mouth, verbose: bool) -> Self {
        Self { recipe, supervisor, mailbox, manager, mouth, verbose, began: Instant::now(), number: 0, playing: None }
    }

    /// Until it ends.
    pub fn run(mut self) -> ExitCode {
        loop {
            let (frames, now) = (self.playing.as_ref().map_or(0, |p| p.meter.frames()), self.now().uptime);
            if let (Some(playing), true) = (&mut self.playing, frames > 0) {
                playing.flows_since.get_or_insert(now);
            }
            if let Some(code) = self.happens(Event::Tick { frames }) {
                return code;
            }
            let event = match self.mailbox.letters.recv_timeout(TICK) {
                Ok(Letter::Signal) => Event::Stop,
                Ok(Letter::Bus(number, event)) if number == self.number => event,
                Ok(Letter::Bus(..)) | Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => Event::Stop,
            };
            if let Some(code) = self.happens(event) {
                return code;
            }
        }
    }

    /// Lets the supervisor decide, and does it. What fails on the way is an event too.
    fn happens(&mut self, event: Event) -> Option<ExitCode> {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            let now = self.now();
            for action in self.supervisor.handle(event, now) {
                match action {
                    Action::Start => events.extend(self.start().err().map(|why| Event::Failed(Fault::Unusable, why))),
                    Action::Ask => self.ask(),
                    Action::Drain => self.drain(),
                    Action::Drop => self.stop(),
                    Action::Tell(notes) => self.manager.tell(&self.clean(notes)),
                    Action::Say(words) => self.mouth.say(&words),
                    Action::Exit(Exit::InOrder) => return Some(ExitCode::SUCCESS),
                    Action::Exit(Exit::Failed) => return Some(ExitCode::FAILURE),
                }
            }
        }
        None
    }

    #[allow(clippy::disallowed_methods)] // The one place that asks the clocks.
    fn now(&self) -> Now {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Now { uptime: self.began.elapsed(), wall: WallTime(0).plus(since) }
    }

    fn clean(&self, notes: Vec<crate::notify::Note>) -> Vec<crate::notify::Note> {
        use crate::notify::Note;
        let one = |note| match note {
            Note::Status(text) => Note::Status(self.mouth.redactor.redact(&text).into_owned()),
            other => other,
        };
        notes.into_iter().map(one).collect()
    }

    /// A fresh pipeline. What elements refuse comes by its bus.
    fn start(&mut self) -> Result<(), String> {
        self.number += 1;
        let pipeline = self.recipe.build()?;
        let meter = Meter::of(&pipeline);
        let settling = Arc::new(AtomicBool::new(true));
        let ear = Ear {
            number: self.number,
            send: self.mailbox.send.clone(),
            settling: settling.clone(),
            mouth: self.mouth.clone(),
            verbose: self.verbose,
        };
        let bus = pipeline.bus().ok_or("the pipeline has no bus")?;
        let weak = pipeline.downgrade();
        bus.set_sync_handler(move |_, message| {
            ear.hear(message, &weak);
            gst::BusSyncReply::Drop
        });
        self.playing = Some(Playing { pipeline: pipeline.clone(), meter, flows_since: None });
        // READY is where elements judge their settings, before anybody asks the camera.
        let ready = pipeline.set_state(gst::State::Ready);
        settling.store(false, Ordering::Relaxed);
        if ready.and_then(|_| pipeline.set_state(gst::State::Playing)).is_err() {
            // The error itself came first and says why; this only ends what no element gave a reason for.
            let silent = Event::Failed(Fault::Broken, "the pipeline does not start, and no element says why".into());
            let _ = self.mailbox.send.send(Letter::Bus(self.number, silent));
        }
        Ok(())
    }

    /// Asks the cameras on a thread: an address that nobody has takes seconds.
    fn ask(&self) {
        let addresses = self.playing.as_ref().map(|p| ask::cameras(&p.pipeline)).unwrap_or_default();
        let (number, send) = (self.number, self.mailbox.send.clone());
        let asked = std::thread::Builder::new().name("ask".into()).spawn({
            let send = send.clone();
            move || send.send(Letter::Bus(number, Event::Answered(addresses.iter().all(ask::answers))))
        });
        if asked.is_err() {
            // Without a thread it is found out by a start.
            let _ = send.send(Letter::Bus(number, Event::Answered(true)));
        }
    }

    /// Asks the stream to end, on a thread of GStreamer's: a stream that hangs would hold this one.
    fn drain(&self) {
        self.settle();
        if let Some(playing) = &self.playing {
            playing.pipeline.call_async(|pipeline| {
                pipeline.send_event(gst::event::Eos::new());
            });
        }
    }

    /// Waits until a stream that has just begun can be stopped.
    fn settle(&self) {
        if let Some(playing) = self.playing.as_ref().filter(|playing| playing.meter.frames() > 0) {
            let flows_for = playing.flows_since.map_or(Duration::ZERO, |since| self.now().uptime.saturating_sub(since));
            // Should it wake earlier, so be it.
            std::thread::park_timeout(SETTLED.saturating_sub(flows_for));
        }
    }

    fn stop(&mut self) {
        self.number += 1;
        self.settle();
        if let Some(playing) = self.playing.take() {
            guard::within_bounds(&self.mouth, move || {
                // It is let go whatever this says.
                let _ = playing.pipeline.set_state(gst::State::Null);
                if let Some(bus) = playing.pipeline.bus() {
                    bus.unset_sync_handler();
                }
            });
        }
    }
}

/// What listens to one bus.
struct Ear {
    number: u64,
    send: Sender<Letter>,
    /// Not yet READY: nobody has asked a camera for anything.
    settling: Arc<AtomicBool>,
    mouth: Mouth,
    verbose: bool,
}

impl Ear {
    fn hear(&self, message: &gst::Message, pipeline: &gst::glib::WeakRef<gst::Pipeline>) {
        match message.view() {
            gst::MessageView::Eos(_) => self.post(Event::Eos),
            gst::MessageView::Error(error) => {
                let words = sentence(message, &error.error());
                self.details(error.debug());
                self.post(Event::Failed(self.fault(message, &error.error()), words));
            }
            gst::MessageView::Warning(warning) => {
                self.mouth.say(&format!("warning: {}", sentence(message, &warning.error())));
                self.details(warning.debug());
            }
            gst::MessageView::ClockLost(_) => self.post(Event::Failed(Fault::Broken, "the pipeline's clock was lost".into())),
            gst::MessageView::Latency(_) => {
                if let Some(pipeline) = pipeline.upgrade() {
                    pipeline.call_async(|pipeline| {
                        let _ = pipeline.recalculate_latency();
                    });
                }
            }
            _ => {}
        }
    }

    fn post(&self, event: Event) {
        // Nobody reads it any more: the process ends.
        let _ = self.send.send(Letter::Bus(self.number, event));
    }

    fn details(&self, debug: Option<gst::glib::GString>) {
        if let (true, Some(debug)) = (self.verbose, debug) {
            self.mouth.say(&format!("  {}", debug.replace('\n', " ")));
        }
    }

    fn fault(&self, message: &gst::Message, error: &gst::glib::Error) -> Fault {
        // A source may open its device already in READY, and a device comes back.
        let of_source = (message.src())
            .and_then(|o| o.downcast_ref::<gst::Element>())
            .is_some_and(|e| e.element_flags().contains(gst::ElementFlags::SOURCE));
        if error.matches(gst::ResourceError::NotAuthorized) {
            Fault::Refused
        } else if self.settling.load(Ordering::Relaxed) && !of_source {
            Fault::Unusable
        } else {
            Fault::Broken
        }
    }
}

fn sentence(message: &gst::Message, error: &gst::glib::Error) -> String {
    let name = message.src().map(|s| s.name().to_string()).unwrap_or_default();
    format!("{name}: {}", error.message())
}
