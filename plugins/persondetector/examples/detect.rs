// SPDX-License-Identifier: MPL-2.0
//! Detects people in picture files, through the very code of the element, without GStreamer.
//!
//! ```text
//! cargo run --release -p gst-plugin-persondetector --example detect -- [options] IMAGE...
//! ```
//!
//! Prints one JSON list on stdout: `{"file_name": base name, "bbox": [x, y, w, h] in pixels, "score": 0..1}` for every
//! person from `--min-score` up. Without `--model` the detector that is built in looks. Pictures may be WebP, PNG or JPEG. The ONNX Runtime library is found like the element
//! finds it: `--runtime`, `ORT_DYLIB_PATH`, the system.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use gst_plugin_persondetector::detector::{Detector, Options};
use gst_plugin_persondetector::model::{builtin, metadata::parse_hints};
use gst_plugin_persondetector::runtime::Surroundings;
use gst_plugin_persondetector::sampler::{Colorimetry, FrameShape};
use gst_plugin_persondetector::session::OnnxNetwork;
use serde_json::{Value, json};

const USAGE: &str = "usage: detect [--model MODEL] [--runtime LIBRARY] [--min-score S] [--nms IOU] [--threads N] [--model-hints K=V;...] IMAGE...";

struct Arguments {
    model: Option<PathBuf>,
    runtime: Option<PathBuf>,
    threads: usize,
    options: Options,
    hints: BTreeMap<String, String>,
    images: Vec<PathBuf>,
}

fn number<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name}: {text:?} is no number"))
}

fn arguments(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut words = words;
    let mut a = Arguments {
        model: None,
        runtime: None,
        threads: 1,
        options: Options::default(),
        hints: BTreeMap::new(),
        images: Vec::new(),
    };
    while let Some(word) = words.next() {
        if !word.starts_with("--") {
            a.images.push(word.into());
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value\n{USAGE}"))?;
        match word.as_str() {
            "--model" => a.model = Some(value.into()),
            "--runtime" => a.runtime = Some(value.into()),
            "--threads" => a.threads = number(&word, &value)?,
            "--min-score" => a.options.min_score = number(&word, &value)?,
            "--nms" => a.options.nms_iou = number(&word, &value)?,
            "--model-hints" => a.hints = parse_hints(&value).map_err(|part| format!("{word}: {part:?} is no key=value"))?,
            _ => return Err(format!("{word} is unknown\n{USAGE}")),
        }
    }
    if a.images.is_empty() { Err(format!("no pictures are named\n{USAGE}")) } else { Ok(a) }
}

fn detect(detector: &mut Detector, options: &Options, path: &Path, list: &mut Vec<Value>) -> Result<(), String> {
    let named = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
    let picture = image::open(path).map_err(|e| named(&e))?.into_rgb8();
    let size = PictureSize::new(picture.width(), picture.height());
    detector.set_shape(FrameShape { format: PixelFormat::Rgb, size, colorimetry: Colorimetry::default() }, &[]);
    let plane = PlaneView { data: picture.as_raw(), stride: 3 * size.width as usize };
    let frame = FrameView::new(PixelFormat::Rgb, size, &[plane]).map_err(|e| named(&e))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    for person in detector.detect(&frame, options).map_err(|e| named(&e))? {
        let r = person.rect;
        list.push(json!({ "file_name": name, "bbox": [r.left, r.top, r.width, r.height], "score": person.score }));
    }
    Ok(())
}

fn run() -> Result<(), String> {
    let a = arguments(std::env::args().skip(1))?;
    let (name, bytes) = builtin::or_file(a.model.as_deref()).map_err(|e| e.to_string())?;
    let surroundings = Surroundings::from_env(a.runtime, None);
    let network = OnnxNetwork::load(&bytes, name, a.threads, &surroundings).map_err(|e| e.to_string())?;
    let mut detector = Detector::new(Box::new(network), &a.hints).map_err(|e| format!("the model {name:?}: {e}"))?;
    say(&detector.card().describe());
    let mut list = Vec::new();
    for path in &a.images {
        detect(&mut detector, &a.options, path, &mut list)?;
    }
    let out = serde_json::to_writer(std::io::stdout().lock(), &list);
    out.map_err(|e| format!("stdout: {e}"))
}

#[allow(clippy::print_stderr)] // A command line tool: its words belong there.
fn say(words: &str) {
    eprintln!("{words}");
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            say(&words);
            ExitCode::FAILURE
        }
    }
}
