// SPDX-License-Identifier: MPL-2.0
//! Watches a camera or a film for a while.

use std::sync::Arc;

use footfall_doctor::address::Source;
use footfall_doctor::measured::{Codec, Failure, Observed, Picture};
use footfall_doctor::timing::{Arrival, Ticks};
use gst::prelude::*;
use parking_lot::Mutex;

use super::clock::{Clock, wall};
use super::source::{self, Access, Watcher, failure_of, make};

/// Nothing at all came for so long: given up, seconds.
const SILENT_S: f64 = 10.0;
/// Pictures came for so long and none could be decoded: given up, seconds. Some cameras send a key frame every ten.
const UNDECODED_S: f64 = 20.0;
/// A camera that had sent pictures sends none for so long, seconds.
const STALLED_S: f64 = 5.0;
/// More pictures are not kept: an hour at 60 a second.
const MOST_ARRIVALS: usize = 216_000;
/// Seconds from 1900 to 1970.
const NTP_TO_UNIX_S: f64 = 2_208_988_800.0;

#[derive(Default)]
struct Seen {
    codec: Option<Codec>,
    profile: Option<String>,
    described_rate: Option<f64>,
    encoded_rate: Option<f64>,
    sound: Vec<String>,
    picture: Picture,
    ticks: Ticks,
    last_stamp: Option<u32>,
    clock_rate: f64,
    arrivals: Vec<Arrival>,
    /// A film's pictures once more, decoded: some formats (AVI) stamp most of them only then.
    shown: Vec<Arrival>,
    decoded: u64,
    first_s: Option<f64>,
    latest_s: Option<f64>,
    report_s: Option<f64>,
    ntp_offset_s: Option<f64>,
    failure: Option<Failure>,
}

struct Eye {
    clock: Clock,
    live: bool,
    seen: Mutex<Seen>,
}

impl Eye {
    fn arrival(&self, seen: &mut Seen, media_s: f64) {
        let at_s = self.clock.seconds();
        if seen.arrivals.len() < MOST_ARRIVALS {
            seen.arrivals.push(Arrival { media_s, at_s });
        }
    }
}

impl Watcher for Eye {
    fn stream(&self, caps: &gst::StructureRef) {
        let text = |key: &str| caps.get::<String>(key).ok();
        let mut seen = self.seen.lock();
        let name = caps.name().as_str();
        match text("media").as_deref() {
            Some("audio") => seen.sound.push(text("encoding-name").unwrap_or_else(|| "sound".into())),
            Some("video") => {
                seen.codec = text("encoding-name").map(|name| Codec::from_name(&name));
                seen.clock_rate = caps.get::<i32>("clock-rate").map_or(90_000.0, f64::from);
                seen.described_rate = text("a-framerate").and_then(|t| t.trim().parse().ok());
            }
            Some(_) => {}
            None if name.starts_with("audio/") => seen.sound.push(name.trim_start_matches("audio/").to_owned()),
            None if seen.codec.is_none() && !name.starts_with("application/") => seen.codec = Some(Codec::from_name(name)),
            None => {}
        }
    }

    fn packet(&self, buffer: &gst::BufferRef) {
        let ntp = buffer.iter_meta::<gst::ReferenceTimestampMeta>().find_map(|meta| {
            let is_ntp = meta.reference().structure(0).is_some_and(|s| s.name() == "timestamp/x-ntp");
            is_ntp.then(|| meta.timestamp().nseconds() as f64 / 1e9 - NTP_TO_UNIX_S - wall().0 as f64 / 1e9)
        });
        let stamp = buffer.map_readable().ok().and_then(|map| map.get(4..8)?.try_into().ok().map(u32::from_be_bytes));
        let mut guard = self.seen.lock();
        let seen = &mut *guard;
        seen.latest_s = Some(self.clock.seconds());
        if ntp.is_some() {
            seen.ntp_offset_s = ntp;
        }
        if let Some(stamp) = stamp.filter(|s| seen.last_stamp != Some(*s)) {
            seen.last_stamp = Some(stamp);
            let media_s = seen.ticks.next(stamp) as f64 / seen.clock_rate.max(1.0);
            self.arrival(seen, media_s);
        }
    }

    fn report(&self) {
        let now_s = self.clock.seconds();
        self.seen.lock().report_s.get_or_insert(now_s);
    }

    fn encoded(&self, caps: &gst::StructureRef) {
        let mut seen = self.seen.lock();
        let parts = ["profile", "level"].map(|key| caps.get::<String>(key).ok().map(|v| format!("{key} {v}")));
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        seen.profile = (!parts.is_empty()).then(|| parts.join(", "));
        let rate = caps.get::<gst::Fraction>("framerate").ok();
        seen.encoded_rate = rate.filter(|r| r.numer() > 0).map(|r| f64::from(r.numer()) / f64::from(r.denom()));
    }

    fn film_picture(&self, pts: Option<gst::ClockTime>) {
        let mut guard = self.seen.lock();
        let seen = &mut *guard;
        seen.latest_s = Some(self.clock.seconds());
        if let Some(pts) = pts {
            self.arrival(seen, pts.nseconds() as f64 / 1e9);
        }
    }

    fn shape(&self, caps: &gst::StructureRef) {
        let side = |key: &str| caps.get::<i32>(key).ok().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
        let mode = caps.get::<String>("interlace-mode").unwrap_or_else(|_| "progressive".into());
        let format = caps.get::<String>("format").unwrap_or_default();
        self.seen.lock().picture =
            Picture { width: side("width"), height: side("height"), format, interlaced: mode != "progressive" };
    }

    fn decoded(&self, pts: Option<gst::ClockTime>) {
        let now_s = self.clock.seconds();
        let mut seen = self.seen.lock();
        seen.decoded += 1;
        if let Some(pts) = pts.filter(|_| !self.live && seen.shown.len() < MOST_ARRIVALS) {
            seen.shown.push(Arrival { media_s: pts.nseconds() as f64 / 1e9, at_s: now_s });
        }
        seen.first_s.get_or_insert(now_s);
    }

    fn failed(&self, failure: Failure) {
        self.seen.lock().failure.get_or_insert(failure);
    }
}

/// Watches the source for so many seconds from its first picture on.
///
/// # Errors
/// When there is nothing to be seen of it.
pub fn watch(source: &Source, access: &Access, seconds: f64) -> Result<Observed, Failure> {
    let live = matches!(source, Source::Camera(_));
    let sink = make("fakesink")?;
    sink.set_property("sync", false);
    sink.set_property("async", false);
    let eye = Arc::new(Eye { clock: Clock::start(), live, seen: Mutex::default() });
    let watcher: Arc<dyn Watcher> = eye.clone();
    let pipeline = source::pipeline(source, access, &sink, &watcher)?;
    let started = pipeline.set_state(gst::State::Playing);
    let outcome = follow(&pipeline, &eye, seconds, live, started.is_err());
    let _ = pipeline.set_state(gst::State::Null);
    let (complaints, ended) = outcome?;
    let seen = std::mem::take(&mut *eye.seen.lock());
    let first_s = seen.first_s.unwrap_or_default();
    Ok(Observed {
        live,
        codec: seen.codec.unwrap_or_else(|| Codec::Other("unknown".into())),
        profile: seen.profile,
        stated_rate: seen.described_rate.or(seen.encoded_rate),
        sound: seen.sound,
        picture: seen.picture,
        arrivals: if seen.shown.len() > 2 * seen.arrivals.len() { seen.shown } else { seen.arrivals },
        decoded: seen.decoded,
        complaints,
        rtcp_after_s: seen.report_s.map(|s| (s - first_s).max(0.0)),
        ntp_offset_s: seen.ntp_offset_s,
        watched_s: eye.clock.seconds() - first_s,
        ended,
    })
}

/// Follows the bus; gives the decoder's complaints and why it ended early.
fn follow(pipeline: &gst::Pipeline, eye: &Eye, seconds: f64, live: bool, failed: bool) -> Result<(u64, Option<String>), Failure> {
    let bus = pipeline.bus().ok_or_else(|| Failure::Other("the pipeline has no bus".into()))?;
    let mut complaints = 0;
    loop {
        let message = bus.timed_pop(gst::ClockTime::from_mseconds(100));
        let now_s = eye.clock.seconds();
        let (first_s, latest_s, media_s, failure) = {
            let seen = eye.seen.lock();
            (
                seen.first_s,
                seen.latest_s,
                seen.shown.last().or(seen.arrivals.last()).map_or(0.0, |a| a.media_s),
                seen.failure.clone(),
            )
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        match message.as_ref().map(|m| m.view()) {
            Some(gst::MessageView::Error(error)) => {
                let failure = failure_of(error, now_s);
                return if first_s.is_some() {
                    Ok((complaints, Some(format!("it failed: {}", error.error()))))
                } else {
                    Err(failure)
                };
            }
            Some(gst::MessageView::Eos(_)) if first_s.is_none() => return Err(Failure::NoVideo),
            Some(gst::MessageView::Eos(_)) => return Ok((complaints, live.then(|| "it ended the stream".to_owned()))),
            Some(gst::MessageView::Warning(warning)) => {
                let decoder = warning.src().is_some_and(|s| s.name().starts_with("avdec") || s.name().starts_with("jpegdec"));
                complaints += u64::from(decoder);
            }
            _ => {}
        }
        match (first_s, latest_s) {
            (Some(first_s), _) if now_s - first_s >= seconds || (!live && media_s >= seconds) => return Ok((complaints, None)),
            (Some(_), Some(latest_s)) if live && now_s - latest_s > STALLED_S => {
                return Ok((complaints, Some(format!("it fell silent for {STALLED_S} s"))));
            }
            (None, None) if now_s > SILENT_S || failed && message.is_none() => return Err(Failure::Silent(now_s.round() as u64)),
            (None, Some(_)) if now_s > UNDECODED_S => return Err(Failure::Undecodable),
            _ => {}
        }
    }
}
