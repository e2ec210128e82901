// SPDX-License-Identifier: MPL-2.0
//! The attestation: its packed boxes, and the fields of its meta, each of them good, missing, or of any type and value.
//!
//! An input is one byte a field, in the order of [`FIELDS`], that says what becomes of it, and behind them the bytes that
//! values are taken from; the same bytes are the boxes.

use std::time::Duration;

use footfall_contract::attestation::{Attestation, MAX_BOXES, Signal, Status, StreamId, VERSION, pack_boxes, unpack_boxes};
use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_contract::time::{ClockKind, StreamTime, WallTime};
use footfall_contract::wire::attestation::{META, attach, read, register};

use crate::is_a_sentence;

/// The fields of the meta, in the order of an input's first bytes.
pub const FIELDS: [&str; 20] = [
    "version",
    "stream",
    "run",
    "frame",
    "pts",
    "wall",
    "clock",
    "width",
    "height",
    "format",
    "fingerprint",
    "status",
    "age",
    "model",
    "scene",
    "suggested-threshold",
    "min-score",
    "unscrubbed-allowed",
    "boxes",
    "signal",
];

/// Reads the input as boxes and as an attestation.
///
/// # Panics
/// When it shows a fault.
pub fn run(data: &[u8]) {
    let Some((changes, rest)) = data.split_at_checked(FIELDS.len()) else { return };
    are_boxes(rest);
    if let Ok(word) = str::from_utf8(rest) {
        assert!(Status::from_nick(word).is_none_or(|status| status.nick() == word));
        assert!(Signal::from_nick(word).is_none_or(|signal| signal.nick() == word));
        assert!(ClockKind::from_nick(word).is_none_or(|clock| clock.nick() == word));
        assert!(PixelFormat::from_name(word).is_none_or(|format| format.name() == word));
    }
    if gst::init().is_err() {
        return;
    }
    register();
    let mut buffer = gst::Buffer::new();
    let Some(writable) = buffer.get_mut() else { return };
    if attach(writable, &good()).is_err() {
        return;
    }
    let Ok(mut meta) = gst::meta::CustomMeta::from_mut_buffer(writable, META) else { return };
    for (name, change) in FIELDS.iter().zip(changes) {
        change_field(meta.mut_structure(), name, *change, rest);
    }
    match read(&buffer) {
        Ok(Some(found)) => comes_back(&found),
        Ok(None) => {}
        Err(bad) => is_a_sentence(&bad.to_string()),
    }
}

/// What unpacks packs to the same bytes.
fn are_boxes(bytes: &[u8]) {
    match unpack_boxes(bytes) {
        Ok(boxes) => {
            assert!(boxes.len() <= MAX_BOXES);
            assert!(boxes.iter().all(|b| b.rect.is_sane() && b.score.is_finite()));
            assert_eq!(pack_boxes(&boxes), bytes);
        }
        Err(bad) => is_a_sentence(&bad.to_string()),
    }
}

/// What was read is attached and read again to the same (numbers that are none included, which equal nothing).
fn comes_back(found: &Attestation) {
    let mut buffer = gst::Buffer::new();
    if let Some(writable) = buffer.get_mut()
        && attach(writable, found).is_ok()
    {
        assert_eq!(format!("{:?}", read(&buffer)), format!("{:?}", Ok::<_, ()>(Some(found))));
    }
}

fn change_field(structure: &mut gst::StructureRef, name: &str, change: u8, rest: &[u8]) {
    let mut eight = [0; 8];
    eight.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let number = u64::from_le_bytes(eight);
    match change {
        1 => structure.remove_field(name),
        2 => structure.set(name, number as u32),
        3 => structure.set(name, number),
        4 => structure.set(name, number as i64),
        5 => structure.set(name, f32::from_bits(number as u32)),
        6 => structure.set(name, f64::from_bits(number)),
        7 => structure.set(name, number & 1 == 1),
        8 => structure.set(name, String::from_utf8_lossy(rest).replace('\0', "")),
        9 => structure.set(name, glib::Bytes::from_owned(rest.to_owned())),
        10 => structure.set(name, None::<String>),
        // As it was.
        _ => {}
    }
}

/// An attestation that is believed.
pub fn good() -> Attestation {
    Attestation {
        stream: StreamId { name: "demo/door".to_owned(), run: "00ff".to_owned() },
        frame: u64::from(VERSION),
        pts: Some(StreamTime(40_000_000)),
        wall: WallTime(1_774_746_000_000_000_000),
        clock: ClockKind::Live,
        size: PictureSize::new(640, 480),
        format: PixelFormat::Nv12,
        fingerprint: 7,
        status: Status::Detected,
        signal: Signal::Good,
        age: Some(Duration::ZERO),
        model: "m".to_owned(),
        scene: String::new(),
        suggested_threshold: 0.4,
        min_score: 0.1,
        unscrubbed_allowed: false,
        boxes: Vec::new(),
    }
}
