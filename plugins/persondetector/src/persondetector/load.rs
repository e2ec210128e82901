// SPDX-License-Identifier: MPL-2.0
//! What is read at READY: scene, start time, runtime, model. Each failure is one sentence.

use std::path::{Path, PathBuf};

use footfall_contract::scene::{Scene, sha256_hex};
use footfall_contract::time::WallTime;

use super::settings::Settings;
use crate::detector::Detector;
use crate::model::builtin;
use crate::model::metadata::parse_hints;
use crate::runtime::Surroundings;
use crate::session::OnnxNetwork;

/// All that a run needs from outside.
pub struct Loaded {
    /// The detector with its model.
    pub detector: Detector,
    /// SHA-256 of the model file, hex.
    pub model_sha256: String,
    /// The scene, if one was set.
    pub scene: Option<Scene>,
    /// Wall time of the first frame, if it was set.
    pub start_time: Option<WallTime>,
    /// One line about model and runtime.
    pub words: String,
}

/// What can not be used, in one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LoadFailed(String);

fn failed(sentence: impl std::fmt::Display) -> LoadFailed {
    LoadFailed(sentence.to_string())
}

/// Reads everything. `beside` is the plugin's folder.
///
/// # Errors
/// When something is missing or wrong.
pub fn load(settings: &Settings, beside: Option<PathBuf>) -> Result<Loaded, LoadFailed> {
    let scene = scene(settings)?;
    let start_time = settings.start_time.as_deref().map(start_time).transpose()?;
    let (name, bytes) = builtin::or_file(settings.model.as_deref()).map_err(failed)?;
    let hints = parse_hints(&settings.model_hints)
        .map_err(|part| failed(format!("model-hints: {part:?} is no key=value, such as color=rgb;resize=stretch")))?;
    let surroundings = Surroundings::from_env(settings.runtime.clone(), beside);
    let network = OnnxNetwork::load(&bytes, name, settings.threads as usize, &surroundings).map_err(failed)?;
    let library = network.library().display().to_string();
    let detector =
        Detector::new(Box::new(network), &hints).map_err(|e| failed(format!("the model {name:?} can not be used: {e}")))?;
    let words = format!("{}: {}; run by {library}", name.display(), detector.card().describe());
    Ok(Loaded { detector, model_sha256: sha256_hex(&bytes), scene, start_time, words })
}

fn scene(settings: &Settings) -> Result<Option<Scene>, LoadFailed> {
    let named = |path: &Path, e: &dyn std::fmt::Display| failed(format!("the scene file {path:?}: {e}"));
    match (&settings.scene_location, &settings.scene) {
        (Some(_), Some(_)) => Err(failed("scene-location and scene are both set: set one of them")),
        (Some(path), None) => {
            let text = std::fs::read_to_string(path).map_err(|e| named(path, &format_args!("can not be read: {e}")))?;
            Scene::parse(&text).map(Some).map_err(|e| named(path, &e))
        }
        (None, Some(text)) => Scene::parse(text).map(Some).map_err(failed),
        (None, None) => Ok(None),
    }
}

fn start_time(text: &str) -> Result<WallTime, LoadFailed> {
    WallTime::parse(text).map_err(|_| {
        failed(format!(
            "start-time {text:?} is no date with time and offset: write it as 2026-03-02T09:00:00Z or 2026-03-02T10:00:00+01:00"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(settings: Settings) -> String {
        load(&settings, None).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn each_mistake_is_one_sentence_that_names_it() {
        let scene = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"UTC"}"#;
        let d = Settings::default;
        let here = std::env::current_exe().unwrap();
        for (settings, words) in [
            (Settings { model: Some("/nonexistent/p.onnx".into()), ..d() }, "/nonexistent/p.onnx"),
            (Settings { scene: Some(scene.into()), scene_location: Some("/s.json".into()), ..d() }, "both set"),
            (Settings { scene: Some(scene.replace("UTC", "Mars")), ..d() }, "Mars"),
            (Settings { scene_location: Some("/nonexistent/s.json".into()), ..d() }, "/nonexistent/s.json"),
            (Settings { start_time: Some("yesterday".into()), ..d() }, "start-time \"yesterday\""),
            (Settings { model_hints: "bgr".into(), model: Some(here), ..d() }, "\"bgr\""),
        ] {
            let sentence = sentence(settings);
            assert!(sentence.contains(words) && !sentence.contains('\n'), "{sentence}");
        }
    }
}
