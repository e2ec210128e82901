// SPDX-License-Identifier: MPL-2.0
//! The attestation as a custom meta. Without tags, and registered once a process whoever comes first.

use std::time::Duration;

use crate::attestation::{Attestation, BadAttestation, Signal, Status, StreamId, VERSION, pack_boxes, unpack_boxes};
use crate::geometry::PictureSize;
use crate::pixels::PixelFormat;
use crate::time::{ClockKind, StreamTime, WallTime};

/// Name of the meta.
pub const META: &str = "FootfallAttestation";

/// Registers the meta unless that was done; call it before [`attach`] and [`read`].
pub fn register() {
    if gst::meta::CustomMeta::is_registered(META) {
        return;
    }
    gst::meta::CustomMeta::register(META, &[]);
}

fn write(structure: &mut gst::StructureRef, a: &Attestation) {
    structure.set("version", VERSION);
    structure.set("stream", &a.stream.name);
    structure.set("run", &a.stream.run);
    structure.set("frame", a.frame);
    structure.set("pts", a.pts.map_or(u64::MAX, |t| t.0));
    structure.set("wall", a.wall.0);
    structure.set("clock", a.clock.nick());
    structure.set("width", a.size.width);
    structure.set("height", a.size.height);
    structure.set("format", a.format.name());
    structure.set("fingerprint", a.fingerprint);
    structure.set("status", a.status.nick());
    structure.set("signal", a.signal.nick());
    structure.set("age", a.age.map_or(u64::MAX, |d| d.as_nanos() as u64));
    structure.set("model", &a.model);
    structure.set("scene", &a.scene);
    structure.set("suggested-threshold", a.suggested_threshold);
    structure.set("min-score", a.min_score);
    structure.set("unscrubbed-allowed", a.unscrubbed_allowed);
    structure.set("boxes", glib::Bytes::from_owned(pack_boxes(&a.boxes)));
}

fn parse(structure: &gst::StructureRef) -> Result<Attestation, BadAttestation> {
    fn field<'s, T: glib::value::FromValue<'s>>(s: &'s gst::StructureRef, name: &'static str) -> Result<T, BadAttestation> {
        s.get(name).map_err(|_| BadAttestation::Field(name))
    }
    fn score(s: &gst::StructureRef, name: &'static str) -> Result<f32, BadAttestation> {
        field(s, name).and_then(|v: f32| if (0.0..=1.0).contains(&v) { Ok(v) } else { Err(BadAttestation::Field(name)) })
    }
    let version: u32 = field(structure, "version")?;
    if version != VERSION {
        return Err(BadAttestation::Version(version));
    }
    let known = |value: u64| (value != u64::MAX).then_some(value);
    let boxes: glib::Bytes = field(structure, "boxes")?;
    Ok(Attestation {
        stream: StreamId { name: field(structure, "stream")?, run: field(structure, "run")? },
        frame: field(structure, "frame")?,
        pts: known(field(structure, "pts")?).map(StreamTime),
        wall: WallTime(field(structure, "wall")?),
        clock: ClockKind::from_nick(field(structure, "clock")?).ok_or(BadAttestation::Field("clock"))?,
        size: PictureSize::new(field(structure, "width")?, field(structure, "height")?),
        format: PixelFormat::from_name(field(structure, "format")?).ok_or(BadAttestation::Field("format"))?,
        fingerprint: field(structure, "fingerprint")?,
        status: Status::from_nick(field(structure, "status")?).ok_or(BadAttestation::Field("status"))?,
        signal: Signal::from_nick(field(structure, "signal")?).ok_or(BadAttestation::Field("signal"))?,
        age: known(field(structure, "age")?).map(Duration::from_nanos),
        model: field(structure, "model")?,
        scene: field(structure, "scene")?,
        suggested_threshold: score(structure, "suggested-threshold")?,
        min_score: score(structure, "min-score")?,
        unscrubbed_allowed: field(structure, "unscrubbed-allowed")?,
        boxes: unpack_boxes(&boxes)?,
    })
}

/// Puts the attestation on the buffer, in the place of an older one.
///
/// # Errors
/// When the meta can not be added.
pub fn attach(buffer: &mut gst::BufferRef, attestation: &Attestation) -> Result<(), glib::BoolError> {
    remove(buffer);
    let mut meta = gst::meta::CustomMeta::add(buffer, META)?;
    write(meta.mut_structure(), attestation);
    Ok(())
}

/// The buffer's attestation, if it has one.
///
/// # Errors
/// When there is one and it is not to be believed.
pub fn read(buffer: &gst::BufferRef) -> Result<Option<Attestation>, BadAttestation> {
    if !gst::meta::CustomMeta::is_registered(META) {
        return Ok(None);
    }
    match gst::meta::CustomMeta::from_buffer(buffer, META) {
        Ok(meta) => parse(meta.structure()).map(Some),
        Err(_) => Ok(None),
    }
}

/// Takes the attestation off the buffer.
pub fn remove(buffer: &mut gst::BufferRef) {
    if let Ok(meta) = gst::meta::CustomMeta::from_mut_buffer(buffer, META) {
        let _ = meta.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attestation::PersonBox;
    use crate::geometry::Rect;

    fn sample() -> Attestation {
        Attestation {
            stream: StreamId { name: "demo/door".into(), run: "00ff".into() },
            frame: 7,
            pts: None,
            wall: WallTime(-5),
            clock: ClockKind::Live,
            size: PictureSize::new(640, 480),
            format: PixelFormat::Nv12,
            fingerprint: u64::MAX - 3,
            status: Status::Skipped,
            signal: Signal::Frozen,
            age: Some(Duration::from_millis(80)),
            model: "m".into(),
            scene: String::new(),
            suggested_threshold: 0.4,
            min_score: 0.1,
            unscrubbed_allowed: false,
            boxes: vec![PersonBox::detected(Rect::new(1.0, 2.0, 3.0, 4.5), 0.75)],
        }
    }

    #[test]
    fn it_survives_a_buffer_and_stands_there_once() {
        gst::init().unwrap();
        register();
        register();
        let mut buffer = gst::Buffer::new();
        assert_eq!(read(&buffer), Ok(None));
        let buffer = buffer.make_mut();
        attach(buffer, &Attestation { frame: 6, ..sample() }).unwrap();
        attach(buffer, &sample()).unwrap();
        assert_eq!(read(buffer), Ok(Some(sample())));
        remove(buffer);
        assert_eq!(read(buffer), Ok(None));
    }

    #[test]
    fn unknown_versions_and_missing_fields_are_refused() {
        gst::init().unwrap();
        let mut structure = gst::Structure::new_empty(META);
        write(&mut structure, &sample());
        structure.set("version", 2u32);
        assert_eq!(parse(&structure), Err(BadAttestation::Version(2)));
        structure.set("version", VERSION);
        structure.remove_field("fingerprint");
        assert_eq!(parse(&structure), Err(BadAttestation::Field("fingerprint")));
    }
}
