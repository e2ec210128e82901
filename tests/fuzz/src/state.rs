// SPDX-License-Identifier: MPL-2.0
//! countsink's state files: the seal, and what stands behind it. A fuzzer hits no SHA-256, so that the bodies are also read
//! without their seal.

use footfall_contract::scene::Scene;
use gst_plugin_countsink::hours::Hours;
use gst_plugin_countsink::state::Open;
use gst_plugin_countsink::state::outbox::Entry;
use gst_plugin_countsink::state::sealed::{FORMAT, Kind, Unreadable, seal, unseal};

use crate::is_a_sentence;

/// A scene whose windows a checkpoint may have.
const SCENE: &str = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"Europe/Stockholm"}"#;

/// Reads the input as a file of the folder and as the body of one.
///
/// # Panics
/// When it shows a fault.
pub fn run(data: &[u8]) {
    for kind in [Kind::Scene, Kind::Open, Kind::Payload] {
        match unseal(kind, data) {
            Ok(body) => assert_eq!(seal(kind, body), data, "bit by bit"),
            Err(bad @ (Unreadable::Format(_) | Unreadable::Damaged | Unreadable::Io(_))) => is_a_sentence(&bad.to_string()),
        }
        let sealed = seal(kind, data);
        assert_eq!(unseal(kind, &sealed).ok(), Some(data));
        let others = [Kind::Scene, Kind::Open, Kind::Payload].into_iter().filter(|other| *other != kind);
        others.for_each(|other| assert!(unseal(other, &sealed).is_err(), "a {kind:?} was taken for a {other:?}"));
        assert!(sealed.starts_with(format!("footfall-state {FORMAT} ").as_bytes()));
    }
    if let Ok(open) = serde_json::from_slice::<Open>(data) {
        is_open(open);
    }
    if let Ok(entry) = serde_json::from_slice::<Entry>(data) {
        let written = serde_json::to_vec(&entry).unwrap_or_default();
        assert!(serde_json::from_slice::<Entry>(&written).is_ok_and(|again| again == entry));
        crate::payload::run(entry.payload().text.as_bytes());
    }
}

/// A checkpoint is written and read to the same, and so are the hours that go on from it.
fn is_open(open: Open) {
    let written = serde_json::to_vec(&open).unwrap_or_default();
    assert!(serde_json::from_slice::<Open>(&written).is_ok_and(|again| again == open), "a checkpoint changed");
    assert!(open.tells_the_same_as(&open.clone()));
    if let (Ok(scene), Some(snapshot)) = (Scene::parse(SCENE), open.hours) {
        let again = Hours::restore(scene.windows(), snapshot.clone()).snapshot();
        assert!(again.is_some_and(|again| again.tells_the_same_as(&snapshot)), "hours changed by being taken up");
    }
}
