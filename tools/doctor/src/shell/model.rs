// SPDX-License-Identifier: MPL-2.0
//! What a detector is, by the pure modules of persondetector; how fast it is, by the installed element itself.

use std::path::Path;

use footfall_contract::scene::sha256_hex;
use footfall_doctor::measured::Model;
use gst::prelude::*;
use gst_plugin_persondetector::detector::Detector;
use gst_plugin_persondetector::model::{builtin, metadata};
use gst_plugin_persondetector::network::Network;
use gst_plugin_persondetector::session::OnnxNetwork;

use super::machine::surroundings;

/// The first runs are slower: memory is not there yet.
const WARM_UP: u64 = 5;
/// Timed runs.
const RUNS: u64 = 20;
/// A run that takes longer than this is no detector for a camera, seconds.
const WITHIN_S: u64 = 60;

/// What the model is, and how long one detection takes on pictures of this size.
///
/// # Errors
/// A sentence, when it can not be read, loaded or run.
pub fn look(file: Option<&Path>, hints: &str, size: (u32, u32)) -> Result<Model, String> {
    let keys = metadata::parse_hints(hints).map_err(|part| format!("--model-hints: {part:?} is no key=value"))?;
    let (name, bytes) = builtin::or_file(file).map_err(|e| e.to_string())?;
    let network = OnnxNetwork::load(&bytes, name, 1, &surroundings()).map_err(|e| e.to_string())?;
    let told = network.description().metadata.clone();
    let licence = ["license", "licence"].iter().find_map(|key| told.get(*key).cloned());
    let detector = Detector::new(Box::new(network), &keys).map_err(|e| format!("the model {name:?}: {e}"))?;
    let card = detector.card().describe();
    drop(detector);
    Ok(Model {
        name: name.display().to_string(),
        sha256: sha256_hex(&bytes),
        licence,
        card,
        detection_ms: time(file, hints, size)?,
        size,
    })
}

/// The mean time of a detection, milliseconds, by persondetector's own figures. What is on the picture does not change it.
fn time(model: Option<&Path>, hints: &str, (width, height): (u32, u32)) -> Result<f64, String> {
    let frames = WARM_UP + RUNS;
    let line = format!(
        "videotestsrc pattern=gradient num-buffers={frames} ! video/x-raw,format=I420,width={width},height={height} ! \
         persondetector name=detector rate=0 ! pixelscrubber mode=canvas ! fakesink sync=false"
    );
    let element = gst::parse::launch(&line).map_err(|e| e.to_string())?;
    let pipeline = element.downcast::<gst::Pipeline>().map_err(|_| "no pipeline".to_owned())?;
    let detector = pipeline.by_name("detector").ok_or("no persondetector")?;
    detector.set_property("model-hints", hints);
    if let Some(model) = model {
        detector.set_property("model", model.display().to_string());
    }
    let _ = pipeline.set_state(gst::State::Playing);
    let warm = read_when(&pipeline, &detector, WARM_UP);
    let all = warm.and_then(|warm| Ok((warm, read_when(&pipeline, &detector, frames)?)));
    let _ = pipeline.set_state(gst::State::Null);
    let ((warm, warm_ms), (all, all_ms)) = all?;
    if all <= warm {
        return Err("it was too quick to be timed".into());
    }
    Ok((all_ms - warm_ms) / (all - warm) as f64)
}

/// Waits until so many pictures were looked at: (how many, milliseconds in all).
fn read_when(pipeline: &gst::Pipeline, detector: &gst::Element, enough: u64) -> Result<(u64, f64), String> {
    let bus = pipeline.bus().ok_or("the pipeline has no bus")?;
    for _ in 0..WITHIN_S * 200 {
        let message =
            bus.timed_pop_filtered(gst::ClockTime::from_mseconds(5), &[gst::MessageType::Error, gst::MessageType::Warning]);
        match message.as_ref().map(|m| m.view()) {
            Some(gst::MessageView::Error(e)) => return Err(e.error().to_string()),
            Some(gst::MessageView::Warning(w)) => return Err(w.error().to_string()),
            _ => {}
        }
        let stats = detector.property::<Option<gst::Structure>>("stats").ok_or("persondetector has no stats")?;
        let (n, mean_ms) = (stats.get::<u64>("detected"), stats.get::<f64>("mean-inference-ms"));
        let (n, mean_ms) = n.ok().zip(mean_ms.ok()).ok_or("persondetector's stats can not be read")?;
        if n >= enough {
            return Ok((n, n as f64 * mean_ms));
        }
    }
    Err(format!("it did not look at {enough} pictures within {WITHIN_S} s"))
}
