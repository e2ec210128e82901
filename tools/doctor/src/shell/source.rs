// SPDX-License-Identifier: MPL-2.0
//! A camera or a film as a pipeline, by the elements of the launch lines, with somebody who watches each step.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use footfall_doctor::address::{Camera, Login, Source};
use footfall_doctor::measured::{Codec, Distrust, Failure};
use gio::TlsCertificateFlags as Flags;
use gst::glib;
use gst::prelude::*;

/// Who watches. Calls come from streaming threads.
pub trait Watcher: Send + Sync + 'static {
    /// A stream of the camera or film, by its caps.
    fn stream(&self, _caps: &gst::StructureRef) {}
    /// An RTP packet of the pictures.
    fn packet(&self, _buffer: &gst::BufferRef) {}
    /// An RTCP report.
    fn report(&self) {}
    /// The pictures' encoding, by caps.
    fn encoded(&self, _caps: &gst::StructureRef) {}
    /// An encoded picture of a film.
    fn film_picture(&self, _pts: Option<gst::ClockTime>) {}
    /// Decoded pictures are of this shape.
    fn shape(&self, _caps: &gst::StructureRef) {}
    /// A picture was decoded.
    fn decoded(&self, _pts: Option<gst::ClockTime>) {}
    /// It can not go on.
    fn failed(&self, failure: Failure);
}

/// A hung camera is given up after this, µs.
const TCP_TIMEOUT_US: u64 = 5_000_000;

/// With what a camera is asked.
pub struct Access {
    /// Who we are.
    pub login: Option<Login>,
    /// Whose certificates are taken; `None`: of the system's authorities.
    pub authority: Option<Authority>,
}

/// An authority, out of a file.
pub struct Authority {
    path: PathBuf,
    database: gio::TlsDatabase,
}

impl Authority {
    /// # Errors
    /// When there is none in the file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let database = gio::TlsFileDatabase::new(path).map_err(|e| {
            let path = path.display();
            format!("--camera-ca-location: no certificate can be read from {path} ({e}); a PEM file is wanted, and the package glib-networking")
        })?;
        Ok(Self { path: path.to_owned(), database: database.upcast() })
    }
}

/// An element by its factory.
pub fn make(factory: &str) -> Result<gst::Element, Failure> {
    gst::ElementFactory::make(factory).build().map_err(|_| Failure::Missing(factory.to_owned()))
}

/// What decodes a codec from RTP, as in the launch lines.
fn chain(codec: &Codec) -> Option<[&'static str; 3]> {
    match codec {
        Codec::H264 => Some(["rtph264depay", "h264parse", "avdec_h264"]),
        Codec::H265 => Some(["rtph265depay", "h265parse", "avdec_h265"]),
        Codec::Jpeg => Some(["rtpjpegdepay", "jpegparse", "jpegdec"]),
        Codec::Other(_) => None,
    }
}

/// A pipeline from the source to `tail`, which takes raw pictures.
///
/// # Errors
/// When an element is missing.
pub fn pipeline(
    source: &Source,
    access: &Access,
    tail: &gst::Element,
    watcher: &Arc<dyn Watcher>,
) -> Result<gst::Pipeline, Failure> {
    let pipeline = gst::Pipeline::new();
    let head = match source {
        Source::Camera(camera) => rtsp(camera, access, watcher)?,
        Source::File(path) => {
            let (file, parse) = (make("filesrc")?, make("parsebin")?);
            file.set_property("location", path.display().to_string());
            add(&pipeline, &[&file])?;
            add(&pipeline, &[&parse])?;
            file.link(&parse).map_err(other)?;
            parse
        }
    };
    let film = matches!(source, Source::File(_));
    if !film {
        add(&pipeline, &[&head])?;
    }
    add(&pipeline, &[tail])?;
    let (weak, tail, watcher) = (pipeline.downgrade(), tail.downgrade(), watcher.clone());
    head.connect_pad_added(move |_, pad| {
        let (Some(pipeline), Some(tail)) = (weak.upgrade(), tail.upgrade()) else { return };
        let done = if film { from_film(&pipeline, pad, &tail, &watcher) } else { from_camera(&pipeline, pad, &tail, &watcher) };
        if let Err(failure) = done {
            watcher.failed(failure);
        }
    });
    Ok(pipeline)
}

fn other(error: glib::BoolError) -> Failure {
    Failure::Other(error.message.to_string())
}

fn add(pipeline: &gst::Pipeline, elements: &[&gst::Element]) -> Result<(), Failure> {
    elements.iter().try_for_each(|e| pipeline.add(*e)).map_err(other)
}

fn rtsp(camera: &Camera, access: &Access, watcher: &Arc<dyn Watcher>) -> Result<gst::Element, Failure> {
    let src = make("rtspsrc")?;
    src.set_property("location", &camera.location);
    src.set_property_from_str("protocols", "tcp");
    src.set_property("latency", 200u32);
    src.set_property("tcp-timeout", TCP_TIMEOUT_US);
    if let Some(login) = &access.login {
        src.set_property("user-id", &login.user);
        src.set_property("user-pw", login.password.expose());
    }
    watch_certificate(&src, camera, access, watcher);
    let watch = watcher.clone();
    src.connect("select-stream", false, move |values| {
        let caps = values.iter().find_map(|v| v.get::<gst::Caps>().ok());
        if let Some(structure) = caps.as_ref().and_then(|c| c.structure(0)) {
            watch.stream(structure);
        }
        // As the launch lines: everything is set up, the pictures alone are linked.
        Some(true.to_value())
    });
    let watch = watcher.clone();
    src.connect("new-manager", false, move |values| {
        let manager = values.iter().filter_map(|v| v.get::<gst::Element>().ok()).nth(1)?;
        // Puts the camera's NTP time on buffers, once a report has told it.
        if manager.has_property("add-reference-timestamp-meta") {
            manager.set_property("add-reference-timestamp-meta", true);
        }
        let watch = watch.clone();
        manager.connect("on-ssrc-active", false, move |_| {
            watch.report();
            None
        });
        None
    });
    Ok(src)
}

/// Says why a certificate is refused, which the error later does not.
fn watch_certificate(src: &gst::Element, camera: &Camera, access: &Access, watcher: &Arc<dyn Watcher>) {
    if let Some(authority) = &access.authority {
        src.set_property("tls-database", &authority.database);
    }
    let (watch, host) = (watcher.clone(), camera.host.clone());
    let authority = access.authority.as_ref().map(|authority| authority.path.clone());
    src.connect("accept-certificate", false, move |values| {
        let flags = values.iter().find_map(|v| v.get::<Flags>().ok()).unwrap_or(Flags::GENERIC_ERROR);
        let distrust = if flags.contains(Flags::UNKNOWN_CA) {
            Distrust::Authority(authority.clone())
        } else if flags.contains(Flags::BAD_IDENTITY) {
            Distrust::Name(host.clone())
        } else if flags.contains(Flags::EXPIRED) {
            Distrust::Expired
        } else if flags.contains(Flags::NOT_ACTIVATED) {
            Distrust::NotYet
        } else {
            Distrust::Other(format!("{flags:?}"))
        };
        watch.failed(Failure::Certificate(distrust));
        Some(false.to_value())
    });
}

/// Is this pad's tail still free?
fn free_sink(tail: &gst::Element) -> Option<gst::Pad> {
    tail.static_pad("sink").filter(|pad| !pad.is_linked())
}

fn from_camera(pipeline: &gst::Pipeline, pad: &gst::Pad, tail: &gst::Element, watcher: &Arc<dyn Watcher>) -> Result<(), Failure> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let Some(structure) = caps.structure(0) else { return Ok(()) };
    let text = |key| structure.get::<String>(key).unwrap_or_default();
    let Some(sink) = free_sink(tail).filter(|_| text("media") == "video") else { return Ok(()) };
    let codec = Codec::from_name(&text("encoding-name"));
    let [depay, parse, decode] = chain(&codec).ok_or_else(|| Failure::Codec(codec.word().to_owned()))?;
    let (depay, parse, decode) = (make(depay)?, make(parse)?, make(decode)?);
    if decode.has_property("max-threads") {
        decode.set_property("max-threads", 1i32);
    }
    watch_packets(pad, watcher);
    watch_encoded(&parse, watcher);
    add(pipeline, &[&depay, &parse, &decode])?;
    gst::Element::link_many([&depay, &parse, &decode]).map_err(other)?;
    let decoded = decode.static_pad("src").ok_or_else(|| Failure::Missing("the decoder's pad".into()))?;
    watch_decoded(&decoded, watcher);
    decoded.link(&sink).map_err(|e| Failure::Other(e.to_string()))?;
    for element in [&decode, &parse, &depay] {
        element.sync_state_with_parent().map_err(other)?;
    }
    let first = depay.static_pad("sink").ok_or_else(|| Failure::Missing("the depayloader's pad".into()))?;
    pad.link(&first).map(|_| ()).map_err(|e| Failure::Other(e.to_string()))
}

fn from_film(pipeline: &gst::Pipeline, pad: &gst::Pad, tail: &gst::Element, watcher: &Arc<dyn Watcher>) -> Result<(), Failure> {
    let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
    let Some(structure) = caps.structure(0) else { return Ok(()) };
    watcher.stream(structure);
    let pictures = ["video/", "image/"].iter().any(|kind| structure.name().starts_with(kind));
    if !pictures || free_sink(tail).is_none() {
        return Ok(());
    }
    watcher.encoded(structure);
    let watch = watcher.clone();
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        if let Some(buffer) = info.buffer() {
            watch.film_picture(buffer.pts());
        }
        gst::PadProbeReturn::Ok
    });
    let decode = make("decodebin")?;
    add(pipeline, &[&decode])?;
    let (tail, watch) = (tail.downgrade(), watcher.clone());
    decode.connect_pad_added(move |_, decoded| {
        let Some(sink) = tail.upgrade().and_then(|tail| free_sink(&tail)) else { return };
        watch_decoded(decoded, &watch);
        if let Err(e) = decoded.link(&sink) {
            watch.failed(Failure::Other(e.to_string()));
        }
    });
    decode.sync_state_with_parent().map_err(other)?;
    let sink = decode.static_pad("sink").ok_or_else(|| Failure::Missing("decodebin's pad".into()))?;
    pad.link(&sink).map(|_| ()).map_err(|e| Failure::Other(e.to_string()))
}

fn watch_packets(pad: &gst::Pad, watcher: &Arc<dyn Watcher>) {
    let watch = watcher.clone();
    pad.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, info| {
        match &info.data {
            Some(gst::PadProbeData::Buffer(buffer)) => watch.packet(buffer),
            Some(gst::PadProbeData::BufferList(list)) => list.iter().for_each(|buffer| watch.packet(buffer)),
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

/// Tells the caps that pass a pad.
fn watch_caps(pad: &gst::Pad, tell: impl Fn(&gst::StructureRef) + Send + Sync + 'static) {
    pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(gst::EventView::Caps(caps)) = info.event().map(|e| e.view())
            && let Some(structure) = caps.caps().structure(0)
        {
            tell(structure);
        }
        gst::PadProbeReturn::Ok
    });
}

fn watch_encoded(parse: &gst::Element, watcher: &Arc<dyn Watcher>) {
    let watch = watcher.clone();
    if let Some(pad) = parse.static_pad("src") {
        watch_caps(&pad, move |caps| watch.encoded(caps));
    }
}

fn watch_decoded(pad: &gst::Pad, watcher: &Arc<dyn Watcher>) {
    // A pad of decodebin has its caps already.
    if let Some(structure) = pad.current_caps().as_ref().and_then(|c| c.structure(0)) {
        watcher.shape(structure);
    }
    let watch = watcher.clone();
    watch_caps(pad, move |caps| watch.shape(caps));
    let watch = watcher.clone();
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        watch.decoded(info.buffer().and_then(|b| b.pts()));
        gst::PadProbeReturn::Ok
    });
}

/// What an error of the pipeline means. `silent_s`: how long it had been waited for.
pub fn failure_of(error: &gst::message::Error, silent_s: f64) -> Failure {
    let (words, debug) = (error.error().to_string(), error.debug().map(|d| d.to_string()).unwrap_or_default());
    let says = |text: &str| debug.contains(text) || words.contains(text);
    let is = |kind: gst::ResourceError| error.error().kind::<gst::ResourceError>() == Some(kind);
    if is(gst::ResourceError::NotAuthorized) || says("(401)") || says("Unauthorized") {
        Failure::NotAuthorized
    } else if says("Unsupported Transport") || says("(461)") {
        Failure::NoTcp
    } else if is(gst::ResourceError::NotFound) || says("(404)") {
        Failure::NotFound
    } else if says("TLS") || says("certificate") {
        Failure::Tls(words)
    } else if says("timed out") || says("Timeout") || says("imeout while") {
        Failure::Silent(silent_s.round() as u64)
    } else {
        let last = debug.lines().last().unwrap_or_default().trim().to_owned();
        Failure::Other(if last.is_empty() || words.contains(&last) { words } else { format!("{words} ({last})") })
    }
}
