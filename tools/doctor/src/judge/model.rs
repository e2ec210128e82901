// SPDX-License-Identifier: MPL-2.0
//! The detector: what it is, and how fast it is here.

use crate::check::{Check, Group};
use crate::measured::Model;

/// The network may take this share of one core; the rest is for decoding and all else of that camera.
pub const SHARE: f64 = 0.7;
/// What persondetector does unless told otherwise, detections a second.
pub const USUAL_PER_S: f64 = 10.0;
/// zonetracker's parameters hold from here up, detections a second.
pub const LEAST_PER_S: f64 = 5.0;

/// Detections a second that one core allows beside all else.
pub fn allowed_per_s(detection_ms: f64) -> f64 {
    SHARE * 1000.0 / detection_ms
}

/// The checks of a model that was loaded and timed, or of one that could not be (its sentence).
pub fn checks(model: &Result<Model, String>) -> Vec<Check> {
    match model {
        Ok(model) => vec![identity(model), speed(model)],
        Err(sentence) => vec![
            Check::failed(
                Group::Model,
                "file",
                sentence.clone(),
                "the model was read, loaded and run on a grey picture",
                "give an ONNX file with a YOLOX head (docs/elements/persondetector.md), or none: one is built in",
            ),
            Check::not_tried(Group::Model, "speed", "there is no model to time"),
        ],
    }
}

fn identity(model: &Model) -> Check {
    let Model { name, sha256, licence, card, .. } = model;
    match licence {
        Some(licence) => Check::ok(Group::Model, "file", format!("{name}, licence {licence}, SHA-256 {sha256}; {card}")),
        None => Check::warning(
            Group::Model,
            "file",
            format!("{name}, no licence stated, SHA-256 {sha256}; {card}"),
            "may you use it? the file names no licence (metadata key license)",
        ),
    }
    .figure("sha256", sha256.as_str())
}

fn speed(model: &Model) -> Check {
    let Model { detection_ms, size: (width, height), .. } = model;
    let allowed = allowed_per_s(*detection_ms);
    let words =
        format!("{detection_ms:.1} ms a detection at {width}x{height}: {allowed:.1} a second on one core beside the decoder");
    let rate = allowed.floor().max(1.0);
    let check = if allowed >= USUAL_PER_S {
        Check::ok(Group::Model, "speed", words)
    } else if allowed >= LEAST_PER_S {
        Check::warning(Group::Model, "speed", words, format!("set persondetector rate={rate}, or threads=2"))
    } else {
        Check::failed(
            Group::Model,
            "speed",
            words,
            "persondetector looked at pictures of that size",
            format!("counting needs {LEAST_PER_S} a second: a smaller model, a faster machine, or persondetector threads=2"),
        )
    };
    check.figure("detection_ms", *detection_ms).figure("allowed_per_s", allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(detection_ms: f64, licence: Option<&str>) -> Result<Model, String> {
        Ok(Model {
            name: "m".into(),
            sha256: "00".into(),
            licence: licence.map(str::to_owned),
            card: "yolox".into(),
            detection_ms,
            size: (1920, 1080),
        })
    }

    #[test]
    fn the_rate_that_a_machine_allows_from_both_sides() {
        for (ms, word) in [(70.0, "ok"), (70.1, "warning"), (140.0, "warning"), (140.1, "failed")] {
            assert_eq!(checks(&model(ms, Some("MPL-2.0")))[1].outcome.word(), word, "{ms}");
        }
    }

    #[test]
    fn a_model_without_a_licence_is_warned_of_and_one_that_can_not_be_read_fails() {
        assert_eq!(checks(&model(1.0, None))[0].outcome.word(), "warning");
        assert!(checks(&Err("no".into()))[0].is_failed());
    }
}
