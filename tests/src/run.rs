// SPDX-License-Identifier: MPL-2.0
//! Running pipelines: to the end or to an error, and watching what passes a pad.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use footfall_contract::totals::Totals;
use gst::prelude::*;

/// How long a pipeline may take before a test fails, seconds.
pub const PATIENCE_S: u64 = 120;

/// A pipeline from a launch line.
pub fn launch(line: &str) -> gst::Pipeline {
    crate::place::init();
    let element = gst::parse::launch(line).unwrap_or_else(|e| panic!("{line}: {e}"));
    let pipeline = element.downcast::<gst::Pipeline>().unwrap_or_else(|_| panic!("{line}: no pipeline"));
    // Before the first state change: appsrc makes its segment then.
    for source in pipeline.iterate_sources().into_iter().flatten() {
        if let Ok(source) = source.downcast::<gst_app::AppSrc>() {
            source.set_format(gst::Format::Time);
            source.set_max_bytes(0);
        }
    }
    pipeline
}

/// What ended a pipeline.
#[derive(Debug, Default)]
pub enum End {
    /// Nothing yet.
    #[default]
    NotYet,
    /// End of stream.
    Eos,
    /// An error's sentence (with the name of the element that posted it).
    Error(String),
}

/// What a QoS message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qos {
    /// The element that posted it.
    pub element: String,
    /// Frames so far.
    pub processed: u64,
    /// Of these not worked on.
    pub dropped: u64,
}

/// Everything of interest that was seen on the bus.
#[derive(Debug, Default)]
pub struct Report {
    /// What ended it.
    pub end: End,
    /// Warnings' sentences.
    pub warnings: Vec<String>,
    /// Payloads of `footfall-counts` messages.
    pub counts: Vec<serde_json::Value>,
    /// QoS messages.
    pub qos: Vec<Qos>,
}

impl Report {
    /// The error's sentence.
    #[track_caller]
    pub fn error(&self) -> &str {
        match &self.end {
            End::Error(sentence) => sentence,
            End::Eos | End::NotYet => panic!("it should have failed: {self:?}"),
        }
    }

    /// Asserts that it ended as streams do.
    #[track_caller]
    pub fn end_is_eos(&self) {
        assert!(matches!(self.end, End::Eos), "{:?}; warnings {:?}", self.end, self.warnings);
    }

    /// The same, and hands it on.
    #[track_caller]
    pub fn expect_eos(self) -> Self {
        self.end_is_eos();
        self
    }

    /// How many warnings hold these words.
    pub fn warned(&self, words: &str) -> usize {
        self.warnings.iter().filter(|w| w.contains(words)).count()
    }

    fn take(&mut self, message: &gst::MessageRef) {
        let source = || message.src().map(|s| s.name().to_string()).unwrap_or_default();
        match message.view() {
            gst::MessageView::Eos(_) => self.end = End::Eos,
            gst::MessageView::Error(e) => self.end = End::Error(format!("{}: {}", source(), e.error())),
            gst::MessageView::Warning(w) => self.warnings.push(w.error().to_string()),
            gst::MessageView::Qos(q) => {
                let (processed, dropped) = q.stats();
                let number = |v: gst::GenericFormattedValue| u64::try_from(v.value()).unwrap_or(0);
                self.qos.push(Qos { element: source(), processed: number(processed), dropped: number(dropped) });
            }
            gst::MessageView::Element(e) => {
                let payload = e.structure().filter(|s| s.name() == "footfall-counts").map(|s| s.get::<String>("payload"));
                if let Some(Ok(text)) = payload {
                    self.counts.push(serde_json::from_str(&text).expect("a payload is JSON"));
                }
            }
            _ => {}
        }
    }
}

/// Plays until EOS or an error, then stops it.
pub fn play(pipeline: &gst::Pipeline) -> Report {
    let started = pipeline.set_state(gst::State::Playing);
    let report = wait(pipeline, started.is_err());
    pipeline.set_state(gst::State::Null).expect("a pipeline stops");
    report
}

/// Waits for EOS or an error. `failed`: the state change failed already, so that the error must be there.
pub fn wait(pipeline: &gst::Pipeline, failed: bool) -> Report {
    watch_bus(pipeline, if failed { 1 } else { PATIENCE_S }, |report| !matches!(report.end, End::NotYet))
}

/// Waits until what was seen on the bus from now on is enough; an end before that is a failure.
#[track_caller]
pub fn wait_for(pipeline: &gst::Pipeline, enough: impl Fn(&Report) -> bool) -> Report {
    let report = watch_bus(pipeline, PATIENCE_S, |report| enough(report) || !matches!(report.end, End::NotYet));
    assert!(enough(&report), "it ended too early: {report:?}");
    report
}

#[track_caller]
fn watch_bus(pipeline: &gst::Pipeline, patience_s: u64, done: impl Fn(&Report) -> bool) -> Report {
    let bus = pipeline.bus().expect("a pipeline has a bus");
    let clock = gst::SystemClock::obtain();
    // As a whole: a pipeline that only talks does not end either.
    let until = clock.time() + gst::ClockTime::from_seconds(patience_s);
    let mut report = Report::default();
    while !done(&report) {
        match bus.timed_pop(until.saturating_sub(clock.time())) {
            Some(message) => report.take(&message),
            None => panic!("not within {patience_s} s: {report:?}"),
        }
    }
    report
}

/// Every `footfall-totals` event that passes the pad.
pub fn watch_totals(pad: &gst::Pad) -> Receiver<Totals> {
    let (send, receive): (Sender<Totals>, _) = channel();
    pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, probe| {
        if let Some(Ok(totals)) = probe.event().and_then(|e| footfall_contract::wire::totals::parse(e)) {
            let _ = send.send(totals);
        }
        gst::PadProbeReturn::Ok
    });
    receive
}

/// Every buffer that passes the pad.
pub fn watch_buffers(pad: &gst::Pad) -> Receiver<gst::Buffer> {
    let (send, receive) = channel();
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if let Some(buffer) = probe.buffer() {
            let _ = send.send(buffer.clone());
        }
        gst::PadProbeReturn::Ok
    });
    receive
}

/// Every picture that passes the pad, with the caps that hold for it.
pub fn watch_pictures(pad: &gst::Pad) -> Receiver<(gst_video::VideoInfo, gst::Buffer)> {
    let (send, receive) = channel();
    pad.add_probe(gst::PadProbeType::BUFFER, move |pad, probe| {
        let info = pad.current_caps().and_then(|caps| gst_video::VideoInfo::from_caps(&caps).ok());
        if let (Some(info), Some(buffer)) = (info, probe.buffer()) {
            let _ = send.send((info, buffer.clone()));
        }
        gst::PadProbeReturn::Ok
    });
    receive
}

/// The pad of a named element.
pub fn pad(pipeline: &gst::Pipeline, element: &str, pad: &str) -> gst::Pad {
    pipeline.by_name(element).and_then(|e| e.static_pad(pad)).unwrap_or_else(|| panic!("there is no {element}:{pad}"))
}

/// The `stats` of a named element.
pub fn stats(pipeline: &gst::Pipeline, element: &str) -> gst::Structure {
    pipeline.by_name(element).unwrap_or_else(|| panic!("there is no {element}")).property("stats")
}

/// A named `appsrc`, with its caps and the sticky event of a scene that is sent before the first buffer.
pub fn source(pipeline: &gst::Pipeline, name: &str, caps: &gst::Caps, scene: Option<gst::Event>) -> gst_app::AppSrc {
    let element = pipeline.by_name(name).unwrap_or_else(|| panic!("there is no {name}"));
    let src = element.downcast::<gst_app::AppSrc>().expect("it is an appsrc");
    src.set_caps(Some(caps));
    if let Some(event) = scene {
        let pad = src.static_pad("src").expect("appsrc has a src pad");
        let sent = std::sync::atomic::AtomicBool::new(false);
        pad.add_probe(gst::PadProbeType::BUFFER, move |pad, _| {
            if !sent.swap(true, std::sync::atomic::Ordering::Relaxed) {
                pad.push_event(event.clone());
            }
            gst::PadProbeReturn::Ok
        });
    }
    src
}

/// Feeds a named `appsrc` with everything at once and ends the stream; see [`source`].
pub fn feed(pipeline: &gst::Pipeline, name: &str, caps: &gst::Caps, scene: Option<gst::Event>, buffers: Vec<gst::Buffer>) {
    let src = source(pipeline, name, caps, scene);
    for buffer in buffers {
        src.push_buffer(buffer).expect("appsrc takes the buffer");
    }
    src.end_of_stream().expect("appsrc ends");
}

/// Pushes buffers and waits until as many have passed the watched pad.
#[track_caller]
pub fn pass<T>(src: &gst_app::AppSrc, buffers: &[gst::Buffer], passed: &Receiver<T>) -> Vec<T> {
    for buffer in buffers {
        src.push_buffer(buffer.clone()).expect("appsrc takes the buffer");
    }
    let next = |_| passed.recv_timeout(Duration::from_secs(PATIENCE_S)).expect("it goes through");
    buffers.iter().map(next).collect()
}
