// SPDX-License-Identifier: MPL-2.0
//! Payloads in a file, one a line.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::payload::Payload;

/// A file of JSON lines that is appended to.
pub struct JsonLines {
    file: File,
    path: PathBuf,
}

/// Why the file can not be used.
#[derive(Debug, thiserror::Error)]
#[error("jsonl-location: {path:?} can not be {doing}: {why}; name a file in a folder that may be written")]
pub struct BadFile {
    path: PathBuf,
    doing: &'static str,
    why: std::io::Error,
}

impl JsonLines {
    /// Opens the file, which is made if it is not there.
    ///
    /// # Errors
    /// When it can not be opened for appending.
    pub fn open(path: &Path) -> Result<Self, BadFile> {
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let file = opened.map_err(|why| BadFile { path: path.to_owned(), doing: "opened", why })?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Appends a line, in one write.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn append(&mut self, payload: &Payload) -> Result<(), BadFile> {
        let line = format!("{}\n", payload.text);
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        written.map_err(|why| BadFile { path: self.path.clone(), doing: "written", why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_appended_to_what_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("counts.jsonl");
        std::fs::write(&path, "{\"old\":1}\n").unwrap();
        for n in 2..4 {
            let payload = Payload { id: n.to_string(), text: format!("{{\"n\":{n}}}") };
            JsonLines::open(&path).unwrap().append(&payload).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"old\":1}\n{\"n\":2}\n{\"n\":3}\n");
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let sentence = JsonLines::open(Path::new("/nonexistent/counts.jsonl")).err().unwrap().to_string();
        assert!(sentence.contains("/nonexistent/counts.jsonl") && sentence.contains("jsonl-location"), "{sentence}");
    }
}
