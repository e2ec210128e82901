// SPDX-License-Identifier: MPL-2.0
//! Loads a detector and times it, by the very code of the element.

use std::path::Path;

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use footfall_contract::scene::sha256_hex;
use footfall_doctor::measured::Model;
use gst_plugin_persondetector::detector::{Detector, Options};
use gst_plugin_persondetector::model::{builtin, metadata};
use gst_plugin_persondetector::network::Network;
use gst_plugin_persondetector::sampler::{Colorimetry, FrameShape};
use gst_plugin_persondetector::session::OnnxNetwork;

use super::clock::Clock;
use super::machine::surroundings;

/// The first runs are slower: memory is not there yet.
const WARM_UP: usize = 3;
const RUNS: usize = 15;

/// What the model is, and how long one detection takes on pictures of this size.
///
/// # Errors
/// A sentence, when it can not be read, loaded or run.
pub fn look(file: Option<&Path>, hints: &str, (width, height): (u32, u32)) -> Result<Model, String> {
    let hints = metadata::parse_hints(hints).map_err(|part| format!("--model-hints: {part:?} is no key=value"))?;
    let (name, bytes) = builtin::or_file(file).map_err(|e| e.to_string())?;
    let network = OnnxNetwork::load(&bytes, name, 1, &surroundings()).map_err(|e| e.to_string())?;
    let told = network.description().metadata.clone();
    let licence = ["license", "licence"].iter().find_map(|key| told.get(*key).cloned());
    let mut detector = Detector::new(Box::new(network), &hints).map_err(|e| format!("the model {name:?}: {e}"))?;
    let detection_ms = time(&mut detector, PictureSize::new(width, height))?;
    Ok(Model {
        name: name.display().to_string(),
        sha256: sha256_hex(&bytes),
        licence,
        card: detector.card().describe(),
        detection_ms,
        size: (width, height),
    })
}

/// The median of several detections on a picture of grey, milliseconds. What is on it does not change the time.
fn time(detector: &mut Detector, size: PictureSize) -> Result<f64, String> {
    detector.set_shape(FrameShape { format: PixelFormat::I420, size, colorimetry: Colorimetry::default() }, &[]);
    let chroma = (size.width.div_ceil(2) as usize, size.height.div_ceil(2) as usize);
    let luma = vec![110; size.width as usize * size.height as usize];
    let colour = vec![128; chroma.0 * chroma.1];
    let plane = |data, stride| PlaneView { data, stride };
    let planes = [plane(&luma, size.width as usize), plane(&colour, chroma.0), plane(&colour, chroma.0)];
    let frame = FrameView::new(PixelFormat::I420, size, &planes).map_err(|e| e.to_string())?;
    let mut times = Vec::new();
    for run in 0..WARM_UP + RUNS {
        let clock = Clock::start();
        detector.detect(&frame, &Options::default()).map_err(|e| e.to_string())?;
        if run >= WARM_UP {
            times.push(clock.seconds() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    times.get(RUNS / 2).copied().ok_or_else(|| "it was not timed".into())
}
