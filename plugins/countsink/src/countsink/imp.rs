// SPDX-License-Identifier: MPL-2.0
//! The GObject shell: events become letters to the worker, its notices become messages. It never maps a buffer.
//!
//! Locks: `settings`, `run` and `seen` are never held together, and none while the worker is waited for.

use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use gst::glib;
use gst::prelude::*;
use gst::subclass::prelude::*;
use gst_base::prelude::*;
use gst_base::subclass::prelude::*;
use parking_lot::Mutex;

use footfall_contract::wire;

use super::settings::{self, Settings};
use crate::jsonl::JsonLines;
use crate::mqtt;
use crate::state::{Refused, State};
use crate::worker::{Config, Notice, Stats, Worker};

static CAT: LazyLock<gst::DebugCategory> =
    LazyLock::new(|| gst::DebugCategory::new("countsink", gst::DebugColorFlags::empty(), Some("Footfall counts")));

/// Which of the two events have come.
#[derive(Clone, Copy, Default)]
struct Seen {
    scene: bool,
    totals: bool,
}

/// The element's private part.
#[derive(Default)]
pub struct CountSink {
    settings: Mutex<Settings>,
    run: Mutex<Option<Arc<Worker>>>,
    seen: Mutex<Seen>,
    /// Health of the last run, after its end.
    last: Mutex<Stats>,
}

#[glib::object_subclass]
impl ObjectSubclass for CountSink {
    const NAME: &'static str = "FootfallCountSink";
    type Type = super::CountSink;
    type ParentType = gst_base::BaseSink;
}

impl ObjectImpl for CountSink {
    fn properties() -> &'static [glib::ParamSpec] {
        settings::properties()
    }

    fn set_property(&self, _id: usize, value: &glib::Value, pspec: &glib::ParamSpec) {
        self.settings.lock().set(pspec.name(), value);
    }

    fn property(&self, _id: usize, pspec: &glib::ParamSpec) -> glib::Value {
        match pspec.name() {
            "stats" => self.stats().to_value(),
            name => self.settings.lock().get(name).unwrap_or_else(|| pspec.default_value().clone()),
        }
    }

    fn constructed(&self) {
        self.parent_constructed();
        let sink = self.obj();
        sink.set_sync(false);
        // `async` stays on: with a sink that does not preroll, GStreamer 1.22's GstBin now and then loses the end of the
        // stream (its posted-playing flag is overwritten when PAUSED is committed late), and gst-launch never ends.
        // Otherwise any program could read the last picture.
        sink.set_enable_last_sample(false);
    }
}

impl GstObjectImpl for CountSink {}

impl ElementImpl for CountSink {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "Footfall count sink",
                "Sink/Analyzer/Network",
                "Cuts zonetracker's totals into windows of the shop's calendar, withholds small numbers, and publishes by MQTT 5",
                "Footfall developers",
            )
        });
        Some(&METADATA)
    }

    fn pad_templates() -> &'static [gst::PadTemplate] {
        static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
            let caps = gst::Caps::builder("video/x-raw").any_features().build();
            gst::PadTemplate::new("sink", gst::PadDirection::Sink, gst::PadPresence::Always, &caps).into_iter().collect()
        });
        &TEMPLATES
    }

    /// A run is READY to PAUSED and back. The base class would start at READY already, and stop when the bus is deaf.
    fn change_state(&self, transition: gst::StateChange) -> Result<gst::StateChangeSuccess, gst::StateChangeError> {
        if transition == gst::StateChange::ReadyToPaused
            && let Err(message) = self.begin()
        {
            self.post_error_message(message);
            return Err(gst::StateChangeError);
        }
        let changed = self.parent_change_state(transition);
        if transition == gst::StateChange::PausedToReady || (transition == gst::StateChange::ReadyToPaused && changed.is_err()) {
            self.end();
        }
        changed
    }
}

impl BaseSinkImpl for CountSink {
    fn event(&self, event: gst::Event) -> bool {
        match event.view() {
            gst::EventView::CustomDownstreamSticky(_) => self.sticky(&event),
            gst::EventView::Eos(_) => {
                if let Some(worker) = self.worker() {
                    worker.end_of_stream(self.eos_timeout());
                }
            }
            gst::EventView::Gap(_) => self.frame_came(),
            _ => {}
        }
        self.parent_event(event)
    }

    fn unlock(&self) -> Result<(), gst::ErrorMessage> {
        if let Some(worker) = self.worker() {
            worker.interrupt(true);
        }
        Ok(())
    }

    fn unlock_stop(&self) -> Result<(), gst::ErrorMessage> {
        if let Some(worker) = self.worker() {
            worker.interrupt(false);
        }
        Ok(())
    }

    /// Buffers with a layout of their own need no copy for us: nobody looks at them.
    fn propose_allocation(&self, query: &mut gst::query::Allocation) -> Result<(), gst::LoggableError> {
        query.add_allocation_meta::<gst_video::VideoMeta>(None);
        Ok(())
    }

    fn render(&self, _buffer: &gst::Buffer) -> Result<gst::FlowSuccess, gst::FlowError> {
        self.frame_came();
        let missing = match *self.seen.lock() {
            Seen { scene: true, totals: true } => return Ok(gst::FlowSuccess::Ok),
            Seen { scene: false, .. } => "no scene came down the stream: give one with persondetector scene-location=FILE",
            Seen { totals: false, .. } => "no totals came down the stream: put zonetracker between persondetector and countsink",
        };
        gst::element_imp_error!(self, gst::StreamError::Failed, ("{missing}"));
        Err(gst::FlowError::Error)
    }
}

impl CountSink {
    fn begin(&self) -> Result<(), gst::ErrorMessage> {
        let settings = self.settings.lock().clone();
        let wrong = |sentence: String| gst::error_msg!(gst::ResourceError::Settings, ("{sentence}"));
        let broker = settings.given_broker().map(|given| given.check()).transpose().map_err(|e| wrong(e.to_string()))?;
        let jsonl = settings.jsonl_location.as_deref().filter(|path| !path.is_empty());
        let jsonl = jsonl.map(|path| JsonLines::open(Path::new(path))).transpose().map_err(|e| {
            let sentence = e.to_string();
            gst::error_msg!(gst::ResourceError::OpenWrite, ("{sentence}"))
        })?;
        let state = self.open_state(&settings)?;
        let config = Config { broker, jsonl, publish_partial: settings.publish_partial, state, ..Config::default() };
        let sink = self.obj().downgrade();
        let notify = Arc::new(move |notice| {
            if let Some(sink) = sink.upgrade() {
                sink.imp().notice(notice);
            }
        });
        let worker = Worker::start(config, notify).map_err(|e| wrong(format!("no thread for the worker: {e}")))?;
        *self.seen.lock() = Seen::default();
        *self.run.lock() = Some(Arc::new(worker));
        Ok(())
    }

    /// The folder of durable state, where one is set and can be used. It is an error only if another countsink has it.
    fn open_state(&self, settings: &Settings) -> Result<Option<State>, gst::ErrorMessage> {
        let Some(path) = settings.state_dir.as_deref().filter(|path| !path.is_empty()) else { return Ok(None) };
        if settings.publish_partial {
            self.notice(Notice::Warning(
                "state-dir is not used: publish-partial=true publishes the open window instead of keeping it".into(),
            ));
            return Ok(None);
        }
        match State::open(Path::new(path)) {
            Ok(state) => Ok(Some(state)),
            Err(Refused::InUse(sentence)) => Err(gst::error_msg!(gst::ResourceError::Busy, ("{sentence}"))),
            Err(Refused::Unusable(sentence)) => {
                self.notice(Notice::Warning(sentence));
                Ok(None)
            }
        }
    }

    /// Ends the run; waits until its windows are handed over, `eos-timeout` at most.
    fn end(&self) {
        let patience = self.eos_timeout();
        let worker = self.run.lock().take();
        if let Some(worker) = worker {
            worker.stop(patience);
            *self.last.lock() = worker.stats();
        }
    }

    fn worker(&self) -> Option<Arc<Worker>> {
        self.run.lock().clone()
    }

    /// The camera lives: told by frames, which come whoever is in them.
    fn frame_came(&self) {
        if let Some(worker) = &*self.run.lock() {
            worker.frame();
        }
    }

    fn eos_timeout(&self) -> Duration {
        // An hour and more is as good as for ever, and keeps sums of times in range.
        self.settings.lock().eos_timeout.min(gst::ClockTime::from_seconds(86_400)).into()
    }

    /// Scene and totals go to the worker.
    fn sticky(&self, event: &gst::EventRef) {
        let Some(worker) = self.worker() else { return };
        match wire::scene::parse(event) {
            Some(Ok(scene)) => {
                gst::info!(CAT, imp = self, "scene {} of {}", scene.sha256(), scene.stream_name());
                self.seen.lock().scene = true;
                return worker.scene(scene);
            }
            Some(Err(e)) => return gst::element_imp_error!(self, gst::StreamError::Format, ("{e}")),
            None => {}
        }
        match wire::totals::parse(event) {
            Some(Ok(totals)) => {
                self.seen.lock().totals = true;
                worker.totals(totals);
            }
            Some(Err(e)) => gst::element_imp_error!(self, gst::StreamError::Format, ("{e}")),
            None => {}
        }
    }

    fn notice(&self, notice: Notice) {
        match notice {
            Notice::Published(payload) => {
                gst::info!(CAT, imp = self, "published {}", payload.id);
                let structure =
                    gst::Structure::builder("footfall-counts").field("id", payload.id).field("payload", payload.text).build();
                let message = gst::message::Element::builder(structure).src(&*self.obj()).build();
                if self.obj().post_message(message).is_err() {
                    gst::debug!(CAT, imp = self, "there is no bus for the message");
                }
            }
            Notice::Warning(sentence) => gst::element_imp_warning!(self, gst::ResourceError::Failed, ("{sentence}")),
            Notice::Error(sentence) => gst::element_imp_error!(self, gst::ResourceError::Failed, ("{sentence}")),
        }
    }

    fn stats(&self) -> gst::Structure {
        let stats = self.worker().map_or_else(|| *self.last.lock(), |worker| worker.stats());
        let broker = match stats.broker {
            None => "none",
            Some(mqtt::State::Disconnected) => "disconnected",
            Some(mqtt::State::Connected) => "connected",
        };
        gst::Structure::builder("stats")
            .field("published", stats.published)
            .field("acknowledged", stats.acknowledged)
            .field("queued", stats.queued)
            .field("dropped", stats.dropped)
            .field("broker", broker)
            .field("durable", stats.durable)
            .field("outbox", stats.outbox)
            .field("oldest-unsent", stats.oldest_unsent_s)
            .build()
    }
}
