// SPDX-License-Identifier: MPL-2.0
//! Running pipelines: to the end or to an error, and watching what passes a pad.

use std::sync::mpsc::{Receiver, Sender, channel};

use footfall_contract::totals::Totals;
use gst::prelude::*;

/// How long a pipeline may take before a test fails, seconds.
pub const PATIENCE_S: u64 = 60;

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
#[derive(Debug)]
pub enum End {
    /// End of stream.
    Eos,
    /// An error's sentence (with the name of the element that posted it).
    Error(String),
}

/// Everything of interest that was seen on the bus.
#[derive(Debug)]
pub struct Report {
    /// What ended it.
    pub end: End,
    /// Warnings' sentences.
    pub warnings: Vec<String>,
    /// Payloads of `footfall-counts` messages.
    pub counts: Vec<serde_json::Value>,
}

impl Report {
    /// The error's sentence.
    pub fn error(&self) -> &str {
        match &self.end {
            End::Error(sentence) => sentence,
            End::Eos => panic!("it should have failed, but it ended; warnings: {:?}", self.warnings),
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
        assert!(matches!(self.end, End::Eos), "{:?}", self.end);
        self
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
    let bus = pipeline.bus().expect("a pipeline has a bus");
    let mut report = Report { end: End::Eos, warnings: Vec::new(), counts: Vec::new() };
    let patience = gst::ClockTime::from_seconds(if failed { 1 } else { PATIENCE_S });
    loop {
        let Some(message) = bus.timed_pop(patience) else {
            panic!("no end after {PATIENCE_S} s (state change failed: {failed}); warnings: {:?}", report.warnings)
        };
        match message.view() {
            gst::MessageView::Eos(_) => return report,
            gst::MessageView::Error(e) => {
                let source = e.src().map(|s| s.name().to_string()).unwrap_or_default();
                report.end = End::Error(format!("{source}: {}", e.error()));
                return report;
            }
            gst::MessageView::Warning(w) => report.warnings.push(w.error().to_string()),
            gst::MessageView::Element(e) => {
                let payload = e.structure().filter(|s| s.name() == "footfall-counts").map(|s| s.get::<String>("payload"));
                if let Some(Ok(text)) = payload {
                    report.counts.push(serde_json::from_str(&text).expect("a payload is JSON"));
                }
            }
            _ => {}
        }
    }
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

/// The pad of a named element.
pub fn pad(pipeline: &gst::Pipeline, element: &str, pad: &str) -> gst::Pad {
    pipeline.by_name(element).and_then(|e| e.static_pad(pad)).unwrap_or_else(|| panic!("there is no {element}:{pad}"))
}

/// Feeds an `appsrc` from a thread with (caps if they changed, buffer) pairs and ends the stream. A scene is sent as its
/// sticky event before the first buffer.
pub fn feed(pipeline: &gst::Pipeline, source: &str, caps: &gst::Caps, scene: Option<gst::Event>, buffers: Vec<gst::Buffer>) {
    let element = pipeline.by_name(source).unwrap_or_else(|| panic!("there is no {source}"));
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
    for buffer in buffers {
        src.push_buffer(buffer).expect("appsrc takes the buffer");
    }
    src.end_of_stream().expect("appsrc ends");
}
