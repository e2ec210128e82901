// SPDX-License-Identifier: MPL-2.0
//! The GObject shell: locks, calls the session, turns its answer into events, messages and metas.

use std::sync::LazyLock;

use footfall_contract::geometry::PictureSize;
use footfall_contract::time::StreamTime;
use footfall_contract::totals::Totals;
use footfall_contract::wire;
use gst::glib;
use gst::prelude::*;
use gst::subclass::prelude::*;
use gst_base::prelude::*;
use gst_base::subclass::prelude::*;
use parking_lot::Mutex;

use super::settings::{Settings, properties};
use crate::session::{Reply, Session};

static CAT: LazyLock<gst::DebugCategory> = LazyLock::new(|| {
    gst::DebugCategory::new("zonetracker", gst::DebugColorFlags::empty(), Some("Footfall: who moves where, as totals"))
});

/// What lives from READY to PAUSED until back again.
struct State {
    session: Session,
    size: Option<PictureSize>,
}

/// The element.
#[derive(Default)]
pub struct ZoneTracker {
    settings: Mutex<Settings>,
    state: Mutex<Option<State>>,
}

#[glib::object_subclass]
impl ObjectSubclass for ZoneTracker {
    const NAME: &'static str = "FootfallZoneTracker";
    type Type = super::ZoneTracker;
    type ParentType = gst_base::BaseTransform;
}

impl ObjectImpl for ZoneTracker {
    fn signals() -> &'static [glib::subclass::Signal] {
        static SIGNALS: LazyLock<Vec<glib::subclass::Signal>> = LazyLock::new(|| {
            let reset = glib::subclass::Signal::builder("reset-occupancy").action().class_handler(|values| {
                let element = values.first()?.get::<super::ZoneTracker>().ok()?;
                if let Some(state) = element.imp().state.lock().as_mut() {
                    state.session.empty_shop();
                }
                None
            });
            vec![reset.build()]
        });
        &SIGNALS
    }

    fn properties() -> &'static [glib::ParamSpec] {
        static PROPERTIES: LazyLock<Vec<glib::ParamSpec>> = LazyLock::new(properties);
        &PROPERTIES
    }

    fn set_property(&self, _id: usize, value: &glib::Value, pspec: &glib::ParamSpec) {
        if pspec.name() == "track-threshold"
            && let Ok(factor) = value.get()
        {
            self.settings.lock().track_threshold = factor;
        }
    }

    fn property(&self, _id: usize, pspec: &glib::ParamSpec) -> glib::Value {
        match pspec.name() {
            "track-threshold" => self.settings.lock().track_threshold.to_value(),
            _ => self.stats().to_value(),
        }
    }
}

impl GstObjectImpl for ZoneTracker {}

impl ElementImpl for ZoneTracker {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "Footfall zone tracker",
                "Filter/Analyzer/Video",
                "Counts crossings of lines and visits to zones from the boxes of persondetector, as cumulative totals",
                "The Footfall authors",
            )
        });
        Some(&METADATA)
    }

    fn pad_templates() -> &'static [gst::PadTemplate] {
        static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(wire::frame::filter_templates);
        &TEMPLATES
    }
}

impl BaseTransformImpl for ZoneTracker {
    const MODE: gst_base::subclass::BaseTransformMode = gst_base::subclass::BaseTransformMode::AlwaysInPlace;
    const PASSTHROUGH_ON_SAME_CAPS: bool = false;
    const TRANSFORM_IP_ON_PASSTHROUGH: bool = false;

    fn start(&self) -> Result<(), gst::ErrorMessage> {
        wire::attestation::register();
        let mut id = [0u8; 8];
        getrandom::fill(&mut id).map_err(|error| {
            gst::error_msg!(gst::LibraryError::Init, ("the system gives no random numbers for the run's name: {}", error))
        })?;
        let run = format!("{:016x}", u64::from_le_bytes(id));
        *self.state.lock() = Some(State { session: Session::new(run), size: None });
        Ok(())
    }

    fn stop(&self) -> Result<(), gst::ErrorMessage> {
        *self.state.lock() = None;
        Ok(())
    }

    fn set_caps(&self, incaps: &gst::Caps, _outcaps: &gst::Caps) -> Result<(), gst::LoggableError> {
        let info = gst_video::VideoInfo::from_caps(incaps)
            .map_err(|_| gst::loggable_error!(CAT, "caps {} are no raw video: put videoconvert before persondetector", incaps))?;
        if let Some(state) = self.state.lock().as_mut() {
            state.size = Some(wire::frame::picture_size(&info));
        }
        Ok(())
    }

    fn sink_event(&self, event: gst::Event) -> bool {
        match event.view() {
            gst::EventView::CustomDownstreamSticky(_) => {
                if let Some(scene) = wire::scene::parse(&event)
                    && let Some(state) = self.state.lock().as_mut()
                {
                    state.session.scene(scene);
                }
            }
            gst::EventView::FlushStop(_) => {
                if let Some(state) = self.state.lock().as_mut() {
                    state.session.reset();
                }
            }
            gst::EventView::Eos(_) => {
                let totals = self.state.lock().as_mut().and_then(|state| state.session.finish());
                self.send(totals);
            }
            _ => {}
        }
        self.parent_sink_event(event)
    }

    fn transform_ip(&self, buffer: &mut gst::BufferRef) -> Result<gst::FlowSuccess, gst::FlowError> {
        let factor = self.settings.lock().track_threshold;
        let running = self.running_time(buffer);
        let mut attestation = wire::attestation::read(buffer);
        let reply = {
            let mut state = self.state.lock();
            let state = state.as_mut().ok_or(gst::FlowError::Flushing)?;
            let size = state.size.ok_or(gst::FlowError::NotNegotiated)?;
            state.session.frame(&mut attestation, running, size, factor)
        };
        let Reply { totals, warning, changed } = reply.map_err(|fault| {
            gst::element_imp_error!(self, gst::StreamError::Failed, ("{}", fault));
            gst::FlowError::Error
        })?;
        if let Some(doubt) = warning {
            gst::element_imp_warning!(self, gst::StreamError::Format, ("{}; until then nothing is counted", doubt));
        }
        if let (true, Ok(Some(attestation))) = (changed, &attestation) {
            wire::attestation::attach(buffer, attestation).map_err(|_| {
                gst::element_imp_error!(self, gst::StreamError::Failed, ("the attestation can not be written to a frame"));
                gst::FlowError::Error
            })?;
        }
        self.send(totals);
        Ok(gst::FlowSuccess::Ok)
    }
}

impl ZoneTracker {
    fn running_time(&self, buffer: &gst::BufferRef) -> Option<StreamTime> {
        let segment = self.obj().segment().downcast::<gst::ClockTime>().ok()?;
        segment.to_running_time(buffer.pts()?).map(|time| StreamTime(time.nseconds()))
    }

    fn send(&self, totals: Option<Totals>) {
        if let Some(totals) = totals {
            gst::log!(CAT, imp = self, "totals at {}", totals.wall);
            self.obj().src_pad().push_event(wire::totals::event(&totals));
        }
    }

    fn stats(&self) -> gst::Structure {
        let health = self.state.lock().as_ref().map(|state| state.session.health()).unwrap_or_default();
        gst::Structure::builder("stats")
            .field("frames", health.frames)
            .field("attested", health.attested)
            .field("unattested", health.frames - health.attested)
            .field("repeated", health.repeated)
            .field("resets", health.resets)
            .field("refused", health.refused)
            .field("nobody-s", health.nobody_s)
            .build()
    }
}
