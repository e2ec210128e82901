// SPDX-License-Identifier: MPL-2.0
//! The scene as a sticky event.

use crate::scene::{BadScene, Scene, VERSION, sha256_hex};

/// Name of the event.
pub const EVENT: &str = "footfall-scene";

/// The sticky event that carries a scene.
pub fn event(scene: &Scene) -> gst::Event {
    let structure = gst::Structure::builder(EVENT)
        .field("version", VERSION)
        .field("scene", scene.text())
        .field("sha256", scene.sha256())
        .build();
    gst::event::CustomDownstreamSticky::new(structure)
}

/// The scene that an event carries; `None` when it is another event.
///
/// # Errors
/// When it is damaged or of another version.
pub fn parse(event: &gst::EventRef) -> Option<Result<Scene, BadScene>> {
    let structure = event.structure().filter(|s| s.name() == EVENT)?;
    Some(parse_structure(structure))
}

fn parse_structure(structure: &gst::StructureRef) -> Result<Scene, BadScene> {
    let version: u32 = structure.get("version").unwrap_or(0);
    if version != VERSION {
        return Err(BadScene(format!(
            "the event's version {version} is unknown, this is version {VERSION}: use elements of one build"
        )));
    }
    let text: &str = structure.get("scene").map_err(|_| BadScene("the event carries no text".into()))?;
    let sha256: &str = structure.get("sha256").map_err(|_| BadScene("the event carries no hash".into()))?;
    if sha256_hex(text.as_bytes()) != sha256 {
        return Err(BadScene("the event's text and hash differ".into()));
    }
    Scene::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"UTC"}"#;

    #[test]
    fn it_survives_an_event() {
        gst::init().unwrap();
        let scene = Scene::parse(TEXT).unwrap();
        let back = parse(&event(&scene)).unwrap().unwrap();
        assert_eq!((back.text(), back.sha256()), (scene.text(), scene.sha256()));
        assert!(parse(&gst::event::Eos::new()).is_none());
    }

    #[test]
    fn a_changed_text_is_refused() {
        gst::init().unwrap();
        let structure =
            gst::Structure::builder(EVENT).field("version", VERSION).field("scene", TEXT).field("sha256", "00").build();
        let event = gst::event::CustomDownstreamSticky::new(structure);
        assert!(parse(&event).unwrap().is_err());
    }
}
