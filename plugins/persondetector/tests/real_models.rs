// SPDX-License-Identifier: MPL-2.0
//! The whole pure path with the real runtime: from a frame's planes to boxes in pixels.
//!
//! Skipped by name where no ONNX Runtime library is found; tests on real networks also where the asset folder
//! (`FOOTFALL_ASSETS`, by default `../shared/assets` beside the workspace) is absent.

#![allow(clippy::unwrap_used, clippy::print_stderr)] // Helpers of tests stand outside #[test] functions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use footfall_contract::attestation::PersonBox;
use footfall_contract::geometry::{Fraction, PictureSize, Point, Polygon, Rect};
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use gst_plugin_persondetector::detector::{Detector, Options};
use gst_plugin_persondetector::letterbox::Resize;
use gst_plugin_persondetector::model::builtin;
use gst_plugin_persondetector::network::Network;
use gst_plugin_persondetector::runtime::{self, Surroundings};
use gst_plugin_persondetector::sampler::{ChannelOrder, Colorimetry, FrameShape};
use gst_plugin_persondetector::session::OnnxNetwork;
use serde_json::Value;

fn skipped(test: &str, what: &str) {
    eprintln!("skipped: {test}: {what} not found");
}

fn surroundings(test: &str) -> Option<Surroundings> {
    let surroundings = Surroundings::from_env(None, None);
    if let Err(e) = runtime::find(&surroundings) {
        skipped(test, &format!("ONNX Runtime ({e})"));
        return None;
    }
    Some(surroundings)
}

fn asset(test: &str, name: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/assets");
    let path = std::env::var_os("FOOTFALL_ASSETS").map_or(default, PathBuf::from).join(name);
    if !path.exists() {
        skipped(test, "assets");
        return None;
    }
    Some(path)
}

fn network(model: &Path, surroundings: &Surroundings) -> Box<OnnxNetwork> {
    Box::new(OnnxNetwork::load(&std::fs::read(model).unwrap(), model, 1, surroundings).unwrap())
}

fn detector(model: &Path, surroundings: &Surroundings) -> Detector {
    Detector::new(network(model, surroundings), &BTreeMap::new()).unwrap()
}

fn bright_model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("model/bright-rectangles.onnx")
}

fn shape(format: PixelFormat, size: PictureSize) -> FrameShape {
    FrameShape { format, size, colorimetry: Colorimetry::default() }
}

/// A dark grey picture with bright rectangles.
fn bright_picture(size: PictureSize, rects: &[[usize; 4]]) -> Vec<u8> {
    let mut data = vec![30u8; (size.width * size.height) as usize];
    for [left, top, width, height] in rects {
        for y in *top..top + height {
            data[y * size.width as usize + left..][..*width].fill(225);
        }
    }
    data
}

fn detect_grey(detector: &mut Detector, size: PictureSize, data: &[u8]) -> Vec<PersonBox> {
    let plane = PlaneView { data, stride: size.width as usize };
    detector.detect(&FrameView::new(PixelFormat::Gray8, size, &[plane]).unwrap(), &Options::default()).unwrap()
}

#[test]
fn the_committed_model_finds_bright_rectangles_and_nothing_on_dark() {
    let Some(runtime) = surroundings("the_committed_model_finds_bright_rectangles_and_nothing_on_dark") else { return };
    let mut detector = detector(&bright_model(), &runtime);
    assert!(detector.card().guessed.is_empty(), "{}", detector.card().describe());
    for size in [PictureSize::new(640, 480), PictureSize::new(321, 243)] {
        detector.set_shape(shape(PixelFormat::Gray8, size), &[]);
        let rects = [[30, 40, 40, 90], [200, 100, 50, 120]];
        let mut found = detect_grey(&mut detector, size, &bright_picture(size, &rects));
        found.sort_by(|a, b| a.rect.left.total_cmp(&b.rect.left));
        assert_eq!(found.len(), 2);
        for (found, [l, t, w, h]) in found.iter().zip(rects) {
            let truth = Rect::new(l as f64, t as f64, w as f64, h as f64);
            assert!(found.rect.iou(&truth) > 0.85, "{:?}", found.rect);
            assert!((found.score - 0.9).abs() < 1e-6);
        }
        assert!(detect_grey(&mut detector, size, &bright_picture(size, &[])).is_empty());
    }
}

#[test]
fn an_excluded_area_is_not_shown_to_the_model() {
    let Some(runtime) = surroundings("an_excluded_area_is_not_shown_to_the_model") else { return };
    let mut detector = detector(&bright_model(), &runtime);
    let size = PictureSize::new(320, 240);
    let half = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)].map(|(x, y)| Point::<Fraction>::new(x, y));
    detector.set_shape(shape(PixelFormat::Gray8, size), &[Polygon::new(half.to_vec())]);
    let found = detect_grey(&mut detector, size, &bright_picture(size, &[[40, 40, 40, 90], [220, 60, 40, 90]]));
    assert_eq!(found.len(), 1);
    assert!(found[0].rect.left > 200.0);
}

#[test]
fn the_input_is_zero_after_each_run() {
    let Some(runtime) = surroundings("the_input_is_zero_after_each_run") else { return };
    let mut network = network(&bright_model(), &runtime);
    network.set_input("images", 256, 192);
    network.input().fill(200.0);
    let mut shapes = Vec::new();
    network.run(&mut |outputs| shapes.extend(outputs.iter().map(|o| o.shape.to_vec()))).unwrap();
    assert_eq!(shapes, [[1, 1008, 6]]);
    assert!(network.input().iter().all(|v| *v == 0.0));
    network.set_input("no-such-input", 256, 192);
    network.input().fill(200.0);
    assert!(network.run(&mut |_| ()).is_err());
    assert!(network.input().iter().all(|v| *v == 0.0), "after a failed run too");
}

#[test]
fn what_is_no_model_is_named() {
    let Some(runtime) = surroundings("what_is_no_model_is_named") else { return };
    let error = OnnxNetwork::load(b"not a model", Path::new("/m/junk.onnx"), 1, &runtime).map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("junk.onnx") && !error.contains('\n'), "{error}");
}

#[test]
fn a_network_of_another_family_is_refused_with_what_was_found() {
    let test = "a_network_of_another_family_is_refused_with_what_was_found";
    let Some(runtime) = surroundings(test) else { return };
    for (name, words) in [
        ("layout_yolov8_cols.onnx", "1x84x3549"),
        ("person_retail_0013_ssd4.onnx", "U8"),
        ("layout_detr_logits.onnx", "pred_logits"),
        ("deimv2_atto_320_int8.onnx", "orig_target_sizes"),
    ] {
        let Some(model) = asset(test, &format!("models/{name}")) else { return };
        let error = Detector::new(network(&model, &runtime), &BTreeMap::new()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(words), "{name}: {error}");
    }
}

/// A picture's own bytes.
fn load(path: &Path) -> (PictureSize, Vec<u8>) {
    let picture = image::open(path).unwrap().into_rgb8();
    (PictureSize::new(picture.width(), picture.height()), picture.into_raw())
}

fn detect_file(detector: &mut Detector, path: &Path, options: &Options) -> Vec<PersonBox> {
    let (size, data) = load(path);
    detector.set_shape(shape(PixelFormat::Rgb, size), &[]);
    let plane = PlaneView { data: &data, stride: 3 * size.width as usize };
    detector.detect(&FrameView::new(PixelFormat::Rgb, size, &[plane]).unwrap(), options).unwrap()
}

#[test]
fn real_networks_find_what_the_reference_found() {
    let test = "real_networks_find_what_the_reference_found";
    let Some(runtime) = surroundings(test) else { return };
    let Some(folder) = asset(test, "models") else { return };
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    // Of the second network's rows for one person two have all but the same score: either may stay.
    let networks = [("yolox_nano_416.onnx", "decoded here", 0.5), ("layout_yolox_decoded.onnx", "decoded in the graph", 3.0)];
    for (model, head, allowed_px) in networks {
        let mut detector = detector(&folder.join(model), &runtime);
        assert!(detector.card().head.contains(head), "{model}: {}", detector.card().describe());
        let entry = &expected["models"][model];
        let options = Options { min_score: entry["conf"].as_f64().unwrap() as f32, nms_iou: 0.5 };
        for (frame, boxes) in entry["frames"].as_object().unwrap() {
            let found = detect_file(&mut detector, &folder.join("frames").join(frame), &options);
            let boxes = boxes.as_array().unwrap();
            assert_eq!(found.len(), boxes.len(), "{model} {frame}: {found:?}");
            for (found, truth) in found.iter().zip(boxes) {
                let t: Vec<f64> = truth.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
                let corners = [found.rect.left, found.rect.top, found.rect.right(), found.rect.bottom()];
                let off = corners.iter().zip(&t).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                let score = (f64::from(found.score) - t[4]).abs();
                assert!(off < allowed_px && score < 0.01, "{model} {frame}: {corners:?} {} against {t:?}", found.score);
            }
        }
    }
}

#[test]
fn the_built_in_detector_is_told_by_its_metadata_alone() {
    let test = "the_built_in_detector_is_told_by_its_metadata_alone";
    let Some(runtime) = surroundings(test) else { return };
    let network = OnnxNetwork::load(builtin::BYTES, Path::new(builtin::NAME), 1, &runtime).unwrap();
    let mut detector = Detector::new(Box::new(network), &BTreeMap::new()).unwrap();
    let card = detector.card();
    assert!(card.guessed.is_empty(), "{}", card.describe());
    assert_eq!((card.input.order, card.input.resize), (ChannelOrder::Rgb, Resize::Stretch));
    assert_eq!((card.input.size, card.person), (PictureSize::new(416, 288), 0));
    let Some(aisle) = asset(test, "models/frames/store-aisle-detection_33.png") else { return };
    let found = detect_file(&mut detector, &aisle, &Options { min_score: 0.3, ..Options::default() });
    // The man in full view and the one beyond the shelf, as the other networks of the collection see them.
    for truth in [Rect::new(265.0, 62.0, 65.0, 177.0), Rect::new(343.0, 80.0, 55.0, 118.0)] {
        assert!(found.iter().any(|b| b.rect.iou(&truth) > 0.6), "{truth:?}: {found:?}");
    }
}
