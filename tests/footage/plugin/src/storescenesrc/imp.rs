// SPDX-License-Identifier: MPL-2.0
//! The GObject side.

use std::sync::LazyLock;

use footfall_footage::film::Film;
use footfall_footage::library;
use footfall_footage::picture::Picture;
use gst::glib;
use gst::prelude::*;
use gst::subclass::prelude::*;
use gst_base::prelude::*;
use gst_base::subclass::base_src::CreateSuccess;
use gst_base::subclass::prelude::*;
use gst_video::prelude::*;
use parking_lot::Mutex;

static CAT: LazyLock<gst::DebugCategory> =
    LazyLock::new(|| gst::DebugCategory::new("storescenesrc", gst::DebugColorFlags::empty(), Some("Rendered scenes")));

#[derive(Clone, Debug)]
struct Settings {
    scene: String,
    seed: u64,
    seconds: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { scene: "one-crosses".into(), seed: 1, seconds: 0.0 }
    }
}

/// What caps gave.
struct State {
    film: Film,
    picture: Picture,
    info: gst_video::VideoInfo,
    /// The next frame.
    next: u64,
    frames: u64,
}

/// The element's instance.
#[derive(Default)]
pub struct StoreSceneSrc {
    settings: Mutex<Settings>,
    /// `None` until caps are known.
    state: Mutex<Option<State>>,
}

#[glib::object_subclass]
impl ObjectSubclass for StoreSceneSrc {
    const NAME: &'static str = "FootfallStoreSceneSrc";
    type Type = super::StoreSceneSrc;
    type ParentType = gst_base::PushSrc;
}

impl ObjectImpl for StoreSceneSrc {
    fn properties() -> &'static [glib::ParamSpec] {
        static PROPERTIES: LazyLock<Vec<glib::ParamSpec>> = LazyLock::new(|| {
            let settings = Settings::default();
            vec![
                glib::ParamSpecString::builder("scene")
                    .nick("Scene")
                    .blurb("Name of the scene; `footage list` prints them")
                    .default_value(Some(settings.scene.as_str()))
                    .mutable_ready()
                    .build(),
                glib::ParamSpecUInt64::builder("seed")
                    .nick("Seed")
                    .blurb("Another seed, other people and goods")
                    .default_value(settings.seed)
                    .mutable_ready()
                    .build(),
                glib::ParamSpecDouble::builder("seconds")
                    .nick("Seconds")
                    .blurb("End after this many seconds of the scene; 0: the whole scene")
                    .minimum(0.0)
                    .maximum(3600.0)
                    .default_value(settings.seconds)
                    .mutable_ready()
                    .build(),
                glib::ParamSpecBoolean::builder("is-live")
                    .nick("Is live")
                    .blurb("Push frames at the pace of the clock, as a camera does")
                    .default_value(false)
                    .mutable_ready()
                    .build(),
            ]
        });
        PROPERTIES.as_ref()
    }

    fn set_property(&self, _id: usize, value: &glib::Value, pspec: &glib::ParamSpec) {
        let mut settings = self.settings.lock();
        match pspec.name() {
            "scene" => settings.scene = value.get::<Option<String>>().ok().flatten().unwrap_or_default(),
            "seed" => settings.seed = value.get().unwrap_or(settings.seed),
            "seconds" => settings.seconds = value.get().unwrap_or(settings.seconds),
            "is-live" => {
                drop(settings);
                self.obj().set_live(value.get().unwrap_or(false));
            }
            _ => {}
        }
    }

    fn property(&self, _id: usize, pspec: &glib::ParamSpec) -> glib::Value {
        let settings = self.settings.lock();
        match pspec.name() {
            "scene" => settings.scene.to_value(),
            "seed" => settings.seed.to_value(),
            "seconds" => settings.seconds.to_value(),
            _ => self.obj().is_live().to_value(),
        }
    }

    fn constructed(&self) {
        self.parent_constructed();
        self.obj().set_format(gst::Format::Time);
    }
}

impl GstObjectImpl for StoreSceneSrc {}

impl ElementImpl for StoreSceneSrc {
    fn metadata() -> Option<&'static gst::subclass::ElementMetadata> {
        static METADATA: LazyLock<gst::subclass::ElementMetadata> = LazyLock::new(|| {
            gst::subclass::ElementMetadata::new(
                "Rendered scene",
                "Source/Video",
                "Renders a shop with people in it, for tests and demonstrations",
                "The Footfall authors",
            )
        });
        Some(&*METADATA)
    }

    fn pad_templates() -> &'static [gst::PadTemplate] {
        static TEMPLATES: LazyLock<Vec<gst::PadTemplate>> = LazyLock::new(|| {
            let caps = gst_video::VideoCapsBuilder::new()
                .format(gst_video::VideoFormat::I420)
                .width_range(64..=1920)
                .height_range(64..=1080)
                .framerate_range(gst::Fraction::new(1, 1)..=gst::Fraction::new(60, 1))
                .pixel_aspect_ratio(gst::Fraction::new(1, 1))
                .build();
            let template = gst::PadTemplate::new("src", gst::PadDirection::Src, gst::PadPresence::Always, &caps);
            template.into_iter().collect()
        });
        TEMPLATES.as_ref()
    }
}

impl BaseSrcImpl for StoreSceneSrc {
    fn start(&self) -> Result<(), gst::ErrorMessage> {
        let name = self.settings.lock().scene.clone();
        if library::scene(&name).is_none() {
            let text = format!("storescenesrc: there is no scene {name:?}; `footage list` prints them");
            return Err(gst::error_msg!(gst::ResourceError::NotFound, ("{text}")));
        }
        Ok(())
    }

    fn stop(&self) -> Result<(), gst::ErrorMessage> {
        *self.state.lock() = None;
        Ok(())
    }

    fn is_seekable(&self) -> bool {
        false
    }

    fn fixate(&self, mut caps: gst::Caps) -> gst::Caps {
        caps.truncate();
        if let Some(s) = caps.make_mut().structure_mut(0) {
            s.fixate_field_nearest_int("width", 1280);
            s.fixate_field_nearest_int("height", 720);
            s.fixate_field_nearest_fraction("framerate", gst::Fraction::new(25, 1));
        }
        self.parent_fixate(caps)
    }

    fn set_caps(&self, caps: &gst::Caps) -> Result<(), gst::LoggableError> {
        let info = gst_video::VideoInfo::from_caps(caps).map_err(|_| gst::loggable_error!(CAT, "no video: {caps}"))?;
        let (width, height) = (info.width() as usize, info.height() as usize);
        if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
            return Err(gst::loggable_error!(CAT, "storescenesrc: width and height must be even, not {width}x{height}"));
        }
        let settings = self.settings.lock().clone();
        let scene = library::scene(&settings.scene).ok_or_else(|| gst::loggable_error!(CAT, "no scene {}", settings.scene))?;
        let film = Film::new(&scene, settings.seed, width, height);
        let whole = f64::from(scene.seconds);
        let seconds = if settings.seconds > 0.0 { settings.seconds.min(whole) } else { whole };
        let rate = f64::from(info.fps().numer()) / f64::from(info.fps().denom());
        let picture = Picture::new(width, height);
        *self.state.lock() = Some(State { film, picture, info, next: 0, frames: (seconds * rate) as u64 });
        Ok(())
    }

    fn times(&self, buffer: &gst::BufferRef) -> (Option<gst::ClockTime>, Option<gst::ClockTime>) {
        // A live source waits for each frame's time.
        if !self.obj().is_live() {
            return (None, None);
        }
        let end = buffer.pts().zip(buffer.duration()).map(|(pts, duration)| pts + duration);
        (buffer.pts(), end)
    }

    fn query(&self, query: &mut gst::QueryRef) -> bool {
        if let gst::QueryViewMut::Latency(latency) = query.view_mut()
            && let Some(fps) = self.state.lock().as_ref().map(|s| s.info.fps())
        {
            // A frame is there when its time is over.
            let frame = gst::ClockTime::SECOND.mul_div_floor(fps.denom() as u64, fps.numer() as u64);
            latency.set(self.obj().is_live(), frame.unwrap_or_default(), gst::ClockTime::NONE);
            return true;
        }
        BaseSrcImplExt::parent_query(self, query)
    }
}

impl PushSrcImpl for StoreSceneSrc {
    fn create(&self, _buffer: Option<&mut gst::BufferRef>) -> Result<CreateSuccess, gst::FlowError> {
        let mut guard = self.state.lock();
        let state = guard.as_mut().ok_or(gst::FlowError::NotNegotiated)?;
        if state.next >= state.frames {
            return Err(gst::FlowError::Eos);
        }
        let (numer, denom) = (state.info.fps().numer() as u64, state.info.fps().denom() as u64);
        let at = |n: u64| gst::ClockTime::SECOND.mul_div_floor(n * denom, numer).unwrap_or_default();
        let seconds = (state.next * denom) as f64 / numer as f64;
        state.film.frame_at(seconds, state.next, &mut state.picture);
        let mut buffer = gst::Buffer::with_size(state.info.size()).map_err(|_| gst::FlowError::Error)?;
        {
            let buffer = buffer.get_mut().ok_or(gst::FlowError::Error)?;
            buffer.set_pts(at(state.next));
            buffer.set_duration(at(state.next + 1) - at(state.next));
            buffer.set_offset(state.next);
            write(&state.picture, &state.info, buffer)?;
        }
        state.next += 1;
        Ok(CreateSuccess::NewBuffer(buffer))
    }
}

/// Copies the planes row by row: strides may be wider than rows.
fn write(picture: &Picture, info: &gst_video::VideoInfo, buffer: &mut gst::BufferRef) -> Result<(), gst::FlowError> {
    let mut frame = gst_video::VideoFrameRef::from_buffer_ref_writable(buffer, info).map_err(|_| gst::FlowError::Error)?;
    let planes = [(&picture.y, picture.width), (&picture.u, picture.width / 2), (&picture.v, picture.width / 2)];
    for (i, (source, columns)) in planes.into_iter().enumerate() {
        let stride = frame.plane_stride()[i] as usize;
        let target = frame.plane_data_mut(i as u32).map_err(|_| gst::FlowError::Error)?;
        for (row, out) in source.chunks_exact(columns).zip(target.chunks_mut(stride)) {
            out[..columns].copy_from_slice(row);
        }
    }
    Ok(())
}
