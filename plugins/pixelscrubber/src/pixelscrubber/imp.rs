// SPDX-License-Identifier: MPL-2.0
//! The GObject shell: buffers and events in, a verdict asked for, buffers and events out.
//!
//! Lock order: `settings`, then `state`, then `counts`. No lock is held while something is pushed or posted.

use std::sync::LazyLock;

use footfall_contract::fingerprint::fingerprint;
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::time::StreamTime;
use footfall_contract::wire;
use gst::glib;
use gst::prelude::*;
use gst::subclass::prelude::*;
use gst_base::prelude::*;
use gst_base::subclass::base_transform::{BaseTransformMode, GenerateOutputSuccess};
use gst_base::subclass::prelude::*;
use parking_lot::Mutex;

use super::events::{allowed, asks_for_transform};
use super::picture::{Press, again};
use super::settings::Settings;
use crate::alarm::Alarms;
use crate::cause::{Cause, Counts};
use crate::repeat;
use crate::verdict::{FrameFacts, Judge, Verdict};

static CAT: LazyLock<gst::DebugCategory> =
    LazyLock::new(|| gst::DebugCategory::new("pixelscrubber", gst::DebugColorFlags::empty(), Some("Footfall's pixelscrubber")));

/// What a run needs, from READY to READY.
struct State {
    settings: Settings,
    judge: Judge<gst::Buffer>,
    /// From the first caps on.
    press: Option<Press>,
    alarms: Alarms,
    /// Was the last picture blank or absent? `None` before the first.
    was_blank: Option<bool>,
    last_key_unit: Option<StreamTime>,
}

/// What one frame comes to.
enum Product {
    Scrubbed(gst::Buffer),
    Repeated(gst::Buffer),
    Blank(gst::Buffer, Cause),
    Nothing(Cause),
    Refused(String),
}

#[derive(Default)]
pub struct PixelScrubber {
    settings: Mutex<Settings>,
    state: Mutex<Option<State>>,
    counts: Mutex<Counts>,
}

#[glib::object_subclass]
impl ObjectSubclass for PixelScrubber {
    const NAME: &'static str = "FootfallPixelScrubber";
    type Type = super::PixelScrubber;
    type ParentType = gst_base::BaseTransform;
}

impl ObjectImpl for PixelScrubber {
    fn properties() -> &'static [glib::ParamSpec] {
        static PROPERTIES: LazyLock<Vec<glib::ParamSpec>> = LazyLock::new(Settings::param_specs);
        &PROPERTIES
    }

    fn set_property(&self, _id: usize, value: &glib::Value, pspec: &glib::ParamSpec) {
        let mut settings = self.settings.lock();
        let mut state = self.state.lock();
        if state.is_some() && !pspec.flags().contains(gst::PARAM_FLAG_MUTABLE_PLAYING) {
            gst::warning!(CAT, imp = self, "property {} can be set in NULL and READY only, it stays as it is", pspec.name());
            return;
        }
        settings.set(pspec.name(), value);
        if let Some(state) = state.as_mut() {
            state.settings = *settings;
            state.dress();
        }
    }

    fn property(&self, _id: usize, pspec: &glib::ParamSpec) -> glib::Value {
        let settings = *self.settings.lock();
        settings.get(pspec.name()).unwrap_or_else(|| self.stats().to_value())
    }
}

impl GstObjectImpl for PixelScrubber {}

impl ElementImpl for PixelScrubber {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "Pixel scrubber",
                "Filter/Effect/Video",
                "Gives a new picture without people, or no picture: believes only persondetector's attestation of that very frame",
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

impl BaseTransformImpl for PixelScrubber {
    const MODE: BaseTransformMode = BaseTransformMode::NeverInPlace;
    const PASSTHROUGH_ON_SAME_CAPS: bool = false;
    const TRANSFORM_IP_ON_PASSTHROUGH: bool = false;

    fn start(&self) -> Result<(), gst::ErrorMessage> {
        wire::attestation::register();
        let settings = self.settings.lock();
        *self.counts.lock() = Counts::default();
        *self.state.lock() = Some(State::new(*settings));
        Ok(())
    }

    fn stop(&self) -> Result<(), gst::ErrorMessage> {
        *self.state.lock() = None;
        Ok(())
    }

    fn set_caps(&self, incaps: &gst::Caps, _outcaps: &gst::Caps) -> Result<(), gst::LoggableError> {
        gst::debug!(CAT, imp = self, "caps {incaps}");
        match Press::new(incaps) {
            Ok(press) => {
                if let Some(state) = self.state.lock().as_mut() {
                    state.set_press(press);
                }
                Ok(())
            }
            Err(why) => {
                gst::element_imp_error!(self, gst::CoreError::Negotiation, ("pixelscrubber: {why}"));
                Err(gst::loggable_error!(CAT, "{why}"))
            }
        }
    }

    // The element's own pool is used; what downstream offers would be memory of which nothing is known.
    fn decide_allocation(&self, query: &mut gst::query::Allocation) -> Result<(), gst::LoggableError> {
        while query.allocation_pools().next().is_some() {
            query.remove_nth_allocation_pool(0);
        }
        Ok(())
    }

    fn propose_allocation(
        &self,
        _decide_query: Option<&gst::query::Allocation>,
        query: &mut gst::query::Allocation,
    ) -> Result<(), gst::LoggableError> {
        query.add_allocation_meta::<gst_video::VideoMeta>(None);
        Ok(())
    }

    fn sink_event(&self, event: gst::Event) -> bool {
        match event.view() {
            gst::EventView::CustomDownstreamSticky(_) => self.scene_event(&event),
            gst::EventView::StreamStart(_) => self.with_judge(Judge::stream_start),
            gst::EventView::FlushStop(_) => self.with_judge(Judge::flush),
            gst::EventView::Segment(_) => self.with_judge(Judge::segment),
            _ => {}
        }
        let kind = event.type_();
        match allowed(event) {
            Some(event) => self.parent_sink_event(event),
            None => {
                gst::log!(CAT, imp = self, "a {kind:?} event does not go on");
                true
            }
        }
    }

    // The base class's own way would hand the input on whenever somebody sets it to passthrough: it is not used at all.
    fn generate_output(&self) -> Result<GenerateOutputSuccess, gst::FlowError> {
        let Some(input) = self.take_queued_buffer() else { return Ok(GenerateOutputSuccess::NoOutput) };
        let (product, alarm, key_unit) = {
            let mut state = self.state.lock();
            let state = state.as_mut().ok_or(gst::FlowError::Flushing)?;
            let product = state.frame(&input)?;
            let alarm = product.cause().filter(|cause| state.alarm_due(*cause, &input));
            let key_unit = state.key_unit_due(&product, &input);
            (product, alarm, key_unit)
        };
        self.count(&product);
        if let Some(cause) = alarm {
            gst::element_imp_warning!(
                self,
                gst::StreamError::Failed,
                ("pixelscrubber blanks: {} ({})", cause.sentence(), cause.nick())
            );
        }
        if key_unit {
            let event = gst_video::DownstreamForceKeyUnitEvent::builder().all_headers(true).build();
            self.obj().src_pad().push_event(event);
        }
        match product {
            Product::Scrubbed(buffer) | Product::Repeated(buffer) | Product::Blank(buffer, _) => {
                Ok(GenerateOutputSuccess::Buffer(buffer))
            }
            Product::Nothing(_) => {
                self.push_gap(&input);
                Ok(GenerateOutputSuccess::NoOutput)
            }
            Product::Refused(why) => {
                gst::element_imp_error!(self, gst::StreamError::Format, ("pixelscrubber: {why}"));
                Err(gst::FlowError::Error)
            }
        }
    }

    fn transform(&self, _input: &gst::Buffer, _output: &mut gst::BufferRef) -> Result<gst::FlowSuccess, gst::FlowError> {
        // Never called: generate_output is the only way out.
        Err(gst::FlowError::NotSupported)
    }
}

impl PixelScrubber {
    fn with_judge(&self, act: impl FnOnce(&mut Judge<gst::Buffer>)) {
        if let Some(state) = self.state.lock().as_mut() {
            act(&mut state.judge);
        }
    }

    fn scene_event(&self, event: &gst::EventRef) {
        let Some(scene) = wire::scene::parse(event) else { return };
        let (scene, problem) = match scene {
            Ok(scene) => (Some(scene), None),
            Err(bad) => (None, Some(bad)),
        };
        if let Some(state) = self.state.lock().as_mut() {
            state.judge.scene(scene);
            state.dress();
        }
        if let Some(bad) = problem {
            gst::element_imp_warning!(
                self,
                gst::StreamError::Decode,
                ("pixelscrubber blanks until a whole scene arrives: {bad}")
            );
        }
    }

    fn count(&self, product: &Product) {
        let mut counts = self.counts.lock();
        counts.frames += 1;
        match product {
            Product::Scrubbed(_) => counts.scrubbed += 1,
            Product::Repeated(_) => counts.repeated += 1,
            Product::Blank(_, cause) => counts.blank(*cause),
            Product::Nothing(cause) => counts.withhold(*cause),
            Product::Refused(_) => counts.withhold(Cause::TooLarge),
        }
    }

    fn push_gap(&self, input: &gst::BufferRef) {
        if let Some(pts) = input.pts() {
            let gap = gst::event::Gap::builder(pts).duration(input.duration()).build();
            self.obj().src_pad().push_event(gap);
        }
    }

    fn stats(&self) -> gst::Structure {
        let counts = *self.counts.lock();
        let mut causes = gst::Structure::new_empty("causes");
        for (cause, n) in counts.by_cause() {
            causes.set(cause.nick(), n);
        }
        gst::Structure::builder("pixelscrubber-stats")
            .field("frames", counts.frames)
            .field("scrubbed", counts.scrubbed)
            .field("repeated", counts.repeated)
            .field("blanked", counts.blanked)
            .field("dropped", counts.dropped)
            .field("causes", causes)
            .build()
    }
}

impl State {
    fn new(settings: Settings) -> Self {
        // Caps come before the first frame and set both.
        let (size, format) = (PictureSize::new(0, 0), PixelFormat::Gray8);
        Self {
            settings,
            judge: Judge::new(settings.rules(), size, format),
            press: None,
            alarms: Alarms::default(),
            was_blank: None,
            last_key_unit: None,
        }
    }

    fn set_press(&mut self, press: Press) {
        self.judge.caps(press.size(), press.format());
        self.press = Some(press);
        self.dress();
    }

    fn dress(&mut self) {
        if let Some(press) = &mut self.press {
            press.dress(&self.settings, self.judge.current_scene());
        }
    }

    fn frame(&mut self, input: &gst::BufferRef) -> Result<Product, gst::FlowError> {
        let press = self.press.as_ref().ok_or(gst::FlowError::NotNegotiated)?;
        let (attestation, bad) = match wire::attestation::read(input) {
            Ok(attestation) => (attestation, None),
            Err(bad) => (None, Some(bad)),
        };
        let told = bad.map_or(Ok(attestation.as_ref()), Err);
        let look = || wire::frame::with_view(input, &press.info, fingerprint).ok();
        let made = match self.judge.judge(told, &facts(input), look) {
            Verdict::Pass(mask) => press.scrubbed(input, mask).map(Product::Scrubbed),
            Verdict::Repeat => match self.judge.last_picture() {
                Some(picture) => again(picture, input).map(Product::Repeated),
                None => press.blank(input).map(|b| Product::Blank(b, Cause::BeforeFirst)),
            },
            Verdict::Blank(cause) => press.blank(input).map(|b| Product::Blank(b, cause)),
            Verdict::Drop(cause) => Err(cause),
            Verdict::Refuse(why) => Ok(Product::Refused(why)),
        };
        if let Ok(Product::Scrubbed(picture)) = &made {
            self.judge.keep(picture.clone(), pts(input));
        }
        Ok(made.unwrap_or_else(Product::Nothing))
    }

    fn alarm_due(&mut self, cause: Cause, input: &gst::BufferRef) -> bool {
        self.alarms.due(cause, pts(input).unwrap_or_default())
    }

    /// An encoder begins anew where pictures turn blank or come back, at most once in a while.
    fn key_unit_due(&mut self, product: &Product, input: &gst::BufferRef) -> bool {
        let blank = product.cause().is_some();
        let turned = self.was_blank.replace(blank).is_some_and(|was| was != blank);
        let now = pts(input).unwrap_or_default();
        let due = turned && self.last_key_unit.is_none_or(|then| now < then || now.since(then) >= repeat::LONGEST);
        if due {
            self.last_key_unit = Some(now);
        }
        due
    }
}

impl Product {
    fn cause(&self) -> Option<Cause> {
        match self {
            Self::Blank(_, cause) | Self::Nothing(cause) => Some(*cause),
            Self::Scrubbed(_) | Self::Repeated(_) | Self::Refused(_) => None,
        }
    }
}

fn pts(buffer: &gst::BufferRef) -> Option<StreamTime> {
    buffer.pts().map(|t| StreamTime(t.nseconds()))
}

fn facts(buffer: &gst::BufferRef) -> FrameFacts {
    let flags = buffer.flags();
    FrameFacts {
        pts: pts(buffer),
        corrupted: flags.contains(gst::BufferFlags::CORRUPTED),
        discont: flags.contains(gst::BufferFlags::DISCONT),
        transformed: asks_for_transform(buffer),
    }
}
