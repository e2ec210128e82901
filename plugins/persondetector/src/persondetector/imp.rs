// SPDX-License-Identifier: MPL-2.0
//! The GObject shell. Locks: each is held for a moment only, never two at once, and none over inference or a push.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use footfall_contract::attestation::{Attestation, Status};
use footfall_contract::fingerprint::fingerprint;
use footfall_contract::scene::Scene;
use footfall_contract::time::{StreamTime, WallTime};
use footfall_contract::wire;
use gst::glib;
use gst::prelude::*;
use gst::subclass::prelude::*;
use gst_base::prelude::*;
use gst_base::subclass::base_transform::{BaseTransformMode, InputBuffer, PrepareOutputBufferSuccess};
use gst_base::subclass::prelude::*;
use parking_lot::Mutex;

use super::caps;
use super::clock::{self, FrameClock, Reference};
use super::downstream;
use super::load::{self, Loaded};
use super::run::{Decision, FrameTimes, Run, Seen};
use super::settings::{Settings, TimeSource};
use super::stats::Stats;

static CAT: LazyLock<gst::DebugCategory> = LazyLock::new(|| {
    gst::DebugCategory::new("persondetector", gst::DebugColorFlags::empty(), Some("Footfall: people on each frame"))
});

/// A failing network, or a picture without a signal, is reported once in this time.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// What the streaming thread works with; taken out of its lock for the time of a frame.
struct Streaming {
    run: Run,
    start_time: Option<WallTime>,
    time_source: TimeSource,
    info: Option<gst_video::VideoInfo>,
    /// Made at the first frame, when upstream knows whether it is live.
    clock: Option<FrameClock>,
    /// Upstream's minimum latency, if it is live.
    latency: Option<Duration>,
    last_running: StreamTime,
    last_warning: Option<Instant>,
    reference: Reference,
}

/// A frame that should have been looked at and could not.
struct Failure {
    fingerprint: u64,
    why: String,
}

/// The element's instance.
#[derive(Default)]
pub struct PersonDetector {
    settings: Mutex<Settings>,
    /// With the settings that it was loaded for.
    loaded: Mutex<Option<(Settings, Loaded)>>,
    streaming: Mutex<Option<Streaming>>,
    scene_event: Mutex<Option<gst::Event>>,
    stats: Mutex<Stats>,
    /// Something changed downstream: the paths must be walked again.
    relinked: AtomicBool,
    /// Upstream's latency must be asked again.
    ask_latency: AtomicBool,
}

#[glib::object_subclass]
impl ObjectSubclass for PersonDetector {
    const NAME: &'static str = "FootfallPersonDetector";
    type Type = super::PersonDetector;
    type ParentType = gst_base::BaseTransform;
}

impl ObjectImpl for PersonDetector {
    fn properties() -> &'static [glib::ParamSpec] {
        static PROPERTIES: LazyLock<Vec<glib::ParamSpec>> = LazyLock::new(|| {
            let mut specs = Settings::specs();
            specs.push(
                glib::ParamSpecBoxed::builder::<gst::Structure>("stats")
                    .blurb("Frames of this run: frames, detected, skipped, closed, failed, late (due, but too late to look at), without-signal (looked at, but of one colour or frozen), and mean-inference-ms")
                    .read_only()
                    .build(),
            );
            specs
        });
        PROPERTIES.as_ref()
    }

    fn set_property(&self, _id: usize, value: &glib::Value, pspec: &glib::ParamSpec) {
        self.settings.lock().set(pspec.name(), value);
    }

    fn property(&self, _id: usize, pspec: &glib::ParamSpec) -> glib::Value {
        let setting = self.settings.lock().get(pspec.name());
        setting.unwrap_or_else(|| self.stats.lock().structure().to_value())
    }

    fn constructed(&self) {
        self.parent_constructed();
        wire::attestation::register();
        // Frames must not be dropped before they are attested; lateness is judged here.
        self.obj().set_property("qos", false);
    }
}

impl GstObjectImpl for PersonDetector {}

impl ElementImpl for PersonDetector {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "Footfall person detector",
                "Filter/Analyzer/Video",
                "Finds people on raw video and attests every frame: what was seen, or that it was not looked at",
                "The Footfall authors",
            )
        });
        Some(&METADATA)
    }

    fn pad_templates() -> &'static [gst::PadTemplate] {
        static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(wire::frame::filter_templates);
        &TEMPLATES
    }

    fn change_state(&self, transition: gst::StateChange) -> Result<gst::StateChangeSuccess, gst::StateChangeError> {
        if transition == gst::StateChange::NullToReady {
            let settings = self.settings.lock().clone();
            self.load(settings).map_err(|message| {
                self.post_error_message(message);
                gst::StateChangeError
            })?;
        }
        let success = self.parent_change_state(transition)?;
        if transition == gst::StateChange::ReadyToNull {
            *self.loaded.lock() = None;
        }
        Ok(success)
    }
}

impl BaseTransformImpl for PersonDetector {
    const MODE: BaseTransformMode = BaseTransformMode::AlwaysInPlace;
    const PASSTHROUGH_ON_SAME_CAPS: bool = false;
    const TRANSFORM_IP_ON_PASSTHROUGH: bool = false;

    fn start(&self) -> Result<(), gst::ErrorMessage> {
        let settings = self.settings.lock().clone();
        let loaded = self.loaded.lock().take();
        // Loaded at READY; anew after a run, or when something was set since.
        let loaded = match loaded {
            Some((with, loaded)) if Settings { stop: settings.stop, ..with.clone() } == settings => loaded,
            _ => {
                self.load(settings.clone())?;
                let anew = self.loaded.lock().take();
                anew.ok_or_else(|| gst::error_msg!(gst::CoreError::StateChange, ("the model was not loaded")))?.1
            }
        };
        let start_time = loaded.start_time;
        *self.stats.lock() = Stats::default();
        *self.streaming.lock() = Some(Streaming {
            run: Run::new(loaded, &settings, run_id()?),
            start_time,
            time_source: settings.time_source,
            info: None,
            clock: None,
            latency: None,
            last_running: StreamTime(0),
            last_warning: None,
            reference: Reference::Unasked,
        });
        Ok(())
    }

    fn stop(&self) -> Result<(), gst::ErrorMessage> {
        *self.streaming.lock() = None;
        Ok(())
    }

    fn accept_caps(&self, direction: gst::PadDirection, caps: &gst::Caps) -> bool {
        let accepted = self.parent_accept_caps(direction, caps);
        if !accepted && direction == gst::PadDirection::Sink {
            gst::element_imp_warning!(self, gst::StreamError::Format, ("{}", caps::refused(caps)));
        }
        accepted
    }

    fn set_caps(&self, incaps: &gst::Caps, _outcaps: &gst::Caps) -> Result<(), gst::LoggableError> {
        let refuse = || {
            gst::element_imp_error!(self, gst::StreamError::Format, ("{}", caps::refused(incaps)));
            gst::loggable_error!(CAT, "{}", caps::refused(incaps))
        };
        let info = gst_video::VideoInfo::from_caps(incaps).map_err(|_| refuse())?;
        let shape = caps::shape(&info).ok_or_else(refuse)?;
        let interval = caps::frame_interval(&info);
        if let Some(streaming) = self.streaming.lock().as_mut() {
            streaming.run.set_shape(shape, interval);
            streaming.info = Some(info);
        }
        self.relinked.store(true, Ordering::Relaxed);
        gst::debug!(CAT, imp = self, "caps {incaps}");
        Ok(())
    }

    fn query(&self, direction: gst::PadDirection, query: &mut gst::QueryRef) -> bool {
        // Answered here, so that no buffers of unknown makers reach the detector through it.
        if direction == gst::PadDirection::Sink
            && let gst::QueryViewMut::Allocation(q) = query.view_mut()
        {
            q.add_allocation_meta::<gst_video::VideoMeta>(None);
            return true;
        }
        BaseTransformImplExt::parent_query(self, direction, query)
    }

    fn decide_allocation(&self, query: &mut gst::query::Allocation) -> Result<(), gst::LoggableError> {
        // Buffers go through as they are: no pool is wanted.
        while query.allocation_pools().next().is_some() {
            query.remove_nth_allocation_pool(0);
        }
        Ok(())
    }

    fn sink_event(&self, event: gst::Event) -> bool {
        let kind = event.type_();
        if kind == gst::EventType::FlushStop
            && let Some(streaming) = self.streaming.lock().as_mut()
        {
            streaming.run.flushed();
            streaming.last_running = StreamTime(0);
            if let Some(clock) = &mut streaming.clock {
                clock.flushed();
            }
        }
        let forwarded = self.parent_sink_event(event);
        if matches!(kind, gst::EventType::StreamStart | gst::EventType::FlushStop) {
            let scene = self.scene_event.lock().clone();
            if let Some(scene) = scene {
                self.obj().src_pad().push_event(scene);
            }
        }
        forwarded
    }

    fn src_event(&self, event: gst::Event) -> bool {
        match event.type_() {
            gst::EventType::Reconfigure => self.relinked.store(true, Ordering::Relaxed),
            gst::EventType::Latency => self.ask_latency.store(true, Ordering::Relaxed),
            _ => {}
        }
        self.parent_src_event(event)
    }

    fn prepare_output_buffer(&self, input: InputBuffer) -> Result<PrepareOutputBufferSuccess, gst::FlowError> {
        Ok(match input {
            InputBuffer::Writable(_) => PrepareOutputBufferSuccess::InputBuffer,
            // A new buffer around the same memory: only its metadata are written.
            InputBuffer::Readable(buffer) => PrepareOutputBufferSuccess::Buffer(buffer.copy()),
        })
    }

    fn transform_ip(&self, buffer: &mut gst::BufferRef) -> Result<gst::FlowSuccess, gst::FlowError> {
        self.check_paths()?;
        // Taken out, so that no lock is held while the network runs.
        let mut streaming = self.streaming.lock().take().ok_or(gst::FlowError::Flushing)?;
        let attestation = self.attest(&mut streaming, buffer);
        *self.streaming.lock() = Some(streaming);
        self.stats.lock().frame(attestation.status);
        gst::log!(CAT, imp = self, "frame {}: {}", attestation.frame, attestation.status.nick());
        wire::attestation::attach(buffer, &attestation).map_err(|e| {
            gst::element_imp_error!(self, gst::LibraryError::Failed, ("the attestation could not be attached: {e}"));
            gst::FlowError::Error
        })?;
        Ok(gst::FlowSuccess::Ok)
    }
}

impl PersonDetector {
    /// Reads scene and model, and keeps them for the next run.
    fn load(&self, settings: Settings) -> Result<(), gst::ErrorMessage> {
        let loaded =
            load::load(&settings, self.plugin_folder()).map_err(|e| gst::error_msg!(gst::ResourceError::Settings, ("{e}")))?;
        gst::info!(CAT, imp = self, "{}", loaded.words);
        for warning in loaded.scene.iter().flat_map(Scene::warnings) {
            gst::element_imp_warning!(self, gst::ResourceError::Settings, ("scene: {warning}"));
        }
        *self.scene_event.lock() = loaded.scene.as_ref().map(wire::scene::event);
        *self.loaded.lock() = Some((settings, loaded));
        Ok(())
    }

    fn plugin_folder(&self) -> Option<PathBuf> {
        let file = self.obj().factory()?.plugin()?.filename()?;
        file.parent().map(std::path::Path::to_path_buf)
    }

    /// Walks downstream after a change, and refuses a path that leaves raw.
    fn check_paths(&self) -> Result<(), gst::FlowError> {
        if !self.relinked.swap(false, Ordering::Relaxed) || self.settings.lock().allow_unscrubbed {
            return Ok(());
        }
        downstream::check(self.obj().src_pad()).map_err(|raw| {
            // The next buffer is refused too, until the path is mended.
            self.relinked.store(true, Ordering::Relaxed);
            gst::element_imp_error!(self, gst::ResourceError::Settings, ("{raw}"));
            gst::FlowError::Error
        })
    }

    /// Looks at the frame, or says why not.
    fn attest(&self, streaming: &mut Streaming, buffer: &gst::BufferRef) -> Attestation {
        let times = self.times(streaming, buffer);
        let stop = self.settings.lock().stop;
        let decision = streaming.run.decide(&times, stop);
        let seen = match decision {
            Decision::Closed => Ok(Seen::nothing(Status::Closed, 0)),
            Decision::Skip | Decision::TooLate => self.view(streaming, buffer, None),
            Decision::Look => self.view(streaming, buffer, Some(times.running)),
        };
        if decision == Decision::TooLate {
            self.report_late(buffer, &times);
        }
        let seen = seen.unwrap_or_else(|Failure { fingerprint, why }| {
            self.warn_sometimes(streaming, &format!("a frame could not be looked at: {why}"));
            Seen::nothing(Status::Failed, fingerprint)
        });
        if let Some(complaint) = streaming.run.signal.complaint(seen.signal) {
            self.stats.lock().without_signal();
            self.warn_sometimes(streaming, &complaint);
        }
        streaming.run.attest(&times, seen)
    }

    /// Maps the frame, takes its fingerprint and, where it is to be looked at (at this running time), detects people on it.
    fn view(&self, streaming: &mut Streaming, buffer: &gst::BufferRef, look: Option<StreamTime>) -> Result<Seen, Failure> {
        let failed = |fingerprint, why: &dyn std::fmt::Display| Failure { fingerprint, why: why.to_string() };
        let Streaming { run, info, .. } = streaming;
        let info = info.as_ref().ok_or_else(|| failed(0, &"a frame came before its caps"))?;
        let began = clock::monotonic();
        let (fingerprint, looked) = wire::frame::with_view(buffer, info, |frame| {
            let looked = look.map(|at| (run.signal.look(at, frame), run.detector.look(frame)));
            (fingerprint(frame), looked)
        })
        .map_err(|e| failed(0, &e))?;
        let Some((signal, looked)) = looked else { return Ok(Seen::nothing(Status::Skipped, fingerprint)) };
        let options = run.options;
        let seen = looked.and_then(|()| run.detector.think(&options)).map_err(|e| failed(fingerprint, &e));
        self.stats.lock().inference(clock::monotonic() - began);
        Ok(Seen { fingerprint, signal, status: Status::Detected, boxes: seen? })
    }

    /// The frame's times; asks upstream at the first frame whether it is live.
    fn times(&self, streaming: &mut Streaming, buffer: &gst::BufferRef) -> FrameTimes {
        if streaming.clock.is_none() || self.ask_latency.swap(false, Ordering::Relaxed) {
            let mut query = gst::query::Latency::new();
            let answered = self.obj().sink_pad().peer_query(&mut query);
            let (live, minimum, _) = query.result();
            streaming.latency = (answered && live).then(|| minimum.into());
        }
        let upstream_is_live = streaming.latency.is_some();
        let running = self.running_time(buffer.pts()).unwrap_or(streaming.last_running);
        streaming.last_running = running;
        let now_running = self.obj().current_running_time().map(|t| StreamTime(t.nseconds()));
        let age = now_running.map_or(Duration::ZERO, |now| now.since(running));
        let reference = self.reference_time(streaming, buffer, running);
        let start_time = streaming.start_time;
        let clock = streaming.clock.get_or_insert_with(|| FrameClock::new(start_time, upstream_is_live));
        let wall = clock.at(running, clock::system_time().minus(if upstream_is_live { age } else { Duration::ZERO }), reference);
        FrameTimes {
            pts: buffer.pts().map(|t| StreamTime(t.nseconds())),
            running,
            wall,
            clock: clock.kind(),
            live: now_running.zip(streaming.latency),
        }
    }

    fn running_time(&self, pts: Option<gst::ClockTime>) -> Option<StreamTime> {
        let segment = self.obj().segment().downcast::<gst::ClockTime>().ok()?;
        segment.to_running_time(pts?).map(|t| StreamTime(t.nseconds()))
    }

    /// What the camera's clock says, if it is to be asked.
    fn reference_time(&self, streaming: &mut Streaming, buffer: &gst::BufferRef, running: StreamTime) -> Option<WallTime> {
        if streaming.time_source != TimeSource::Reference {
            return None;
        }
        let found = clock::reference_time(buffer);
        if streaming.reference.is_missing(found.is_some(), running) {
            gst::element_imp_warning!(
                self,
                gst::StreamError::Failed,
                ("time-source=reference, but frames carry no NTP or Unix reference timestamps: the system's clock is used (rtspsrc needs add-reference-timestamp-meta=true)")
            );
        }
        found
    }

    /// A warning of what may be so on every frame.
    fn warn_sometimes(&self, streaming: &mut Streaming, words: &str) {
        gst::debug!(CAT, imp = self, "{words}");
        let now = clock::monotonic();
        if streaming.last_warning.is_none_or(|last| now.duration_since(last) >= WARN_EVERY) {
            streaming.last_warning = Some(now);
            gst::element_imp_warning!(self, gst::StreamError::Failed, ("{words}"));
        }
    }

    fn report_late(&self, buffer: &gst::BufferRef, times: &FrameTimes) {
        let late = {
            let mut stats = self.stats.lock();
            stats.late();
            (stats.frames(), stats.late_frames())
        };
        let element = self.obj();
        let message = gst::message::Qos::builder(true)
            .running_time(gst::ClockTime::from_nseconds(times.running.0))
            .timestamp(buffer.pts())
            .duration(buffer.duration())
            .stats(gst::format::Buffers::from_u64(late.0), gst::format::Buffers::from_u64(late.1))
            .src(&*element)
            .build();
        let _ = element.post_message(message);
    }
}

/// New for each run.
fn run_id() -> Result<String, gst::ErrorMessage> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes)
        .map_err(|e| gst::error_msg!(gst::LibraryError::Init, ("the system gives no random numbers: {e}")))?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
