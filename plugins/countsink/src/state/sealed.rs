// SPDX-License-Identifier: MPL-2.0
//! A file that is whole, or refused: one header line with format, kind and SHA-256 of the body, then the body.
//!
//! A rename is atomic, but not every file system keeps its word when power fails, and flash cards rot. What was not written
//! so by this format is never taken for a count.

use std::io;

use footfall_contract::scene::sha256_hex;

/// Version of all files of the folder; a change that an older reader would misread raises it.
pub const FORMAT: u32 = 1;

/// First word of each file.
const MAGIC: &str = "footfall-state";

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The text of the last scene.
    Scene,
    /// The checkpoint of what is open.
    Open,
    /// A finished payload.
    Payload,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Scene => "scene",
            Self::Open => "open",
            Self::Payload => "payload",
        }
    }
}

/// Why a file is not believed.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It was cut, changed, or written by somebody else.
    #[error("it is damaged")]
    Damaged,
    /// Written by another version of Footfall.
    #[error("its format is {0}, and this version of Footfall reads format {FORMAT}")]
    Format(u32),
    /// It can not be read.
    #[error("it can not be read: {0}")]
    Io(#[from] io::Error),
}

/// The file's bytes.
pub fn seal(kind: Kind, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{MAGIC} {FORMAT} {} {}\n", kind.word(), sha256_hex(body)).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// The body of a file's bytes.
///
/// # Errors
/// When they are not, bit by bit, what [`seal`] made.
pub fn unseal(kind: Kind, bytes: &[u8]) -> Result<&[u8], Unreadable> {
    let line = bytes.iter().position(|b| *b == b'\n').ok_or(Unreadable::Damaged)?;
    let (header, body) = bytes.split_at(line);
    let body = body.get(1..).unwrap_or_default();
    let words: Vec<&str> = str::from_utf8(header).map_err(|_| Unreadable::Damaged)?.split(' ').collect();
    let [MAGIC, format, found, sha256] = words.as_slice() else { return Err(Unreadable::Damaged) };
    if *format != FORMAT.to_string() {
        return Err(format.parse().ok().filter(|found| *found != FORMAT).map_or(Unreadable::Damaged, Unreadable::Format));
    }
    if *found != kind.word() || *sha256 != sha256_hex(body) {
        return Err(Unreadable::Damaged);
    }
    Ok(body)
}
