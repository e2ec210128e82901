// SPDX-License-Identifier: MPL-2.0
//! The detector that comes with Footfall: trained in `training/`, described in `training/model-card.md`.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// How it is called in messages and logs.
pub const NAME: &str = "footfall-person-int8.onnx (built in)";

/// The ONNX file: INT8, one class, 416 x 288 or any other size in multiples of 32. On the processors that it was timed on
/// it is faster than its single-precision twin.
pub const BYTES: &[u8] = include_bytes!("../../model/footfall-person-int8.onnx");

/// Name and bytes of a model: the file, or without one the detector that is built in.
///
/// # Errors
/// When the file can not be read.
pub fn or_file(file: Option<&Path>) -> Result<(&Path, Cow<'static, [u8]>), Unreadable> {
    let Some(path) = file else { return Ok((Path::new(NAME), BYTES.into())) };
    let bytes = std::fs::read(path).map_err(|why| Unreadable { path: path.to_owned(), why })?;
    Ok((path, bytes.into()))
}

/// The model file can not be read.
#[derive(Debug, thiserror::Error)]
#[error("the model {path:?} can not be read: {why}")]
pub struct Unreadable {
    path: PathBuf,
    why: std::io::Error,
}

#[cfg(test)]
mod tests {
    use super::*;
    use footfall_contract::scene::sha256_hex;

    /// Three million bytes each, and the card names the very files.
    #[test]
    fn the_card_names_the_files_that_are_here() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let card = std::fs::read_to_string(folder.join("training/model-card.md")).unwrap();
        let single = std::fs::read(folder.join("model/footfall-person.onnx")).unwrap();
        for (name, bytes) in [("footfall-person-int8.onnx", BYTES), ("footfall-person.onnx", &single[..])] {
            assert!(bytes.len() <= 3_000_000, "{name}: {} bytes", bytes.len());
            let sum = sha256_hex(bytes);
            assert!(card.lines().any(|l| l.contains(name) && l.contains(&sum)), "the card does not name {name} {sum}");
        }
    }
}
