// SPDX-License-Identifier: MPL-2.0
//! Payloads in a file, one a line.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::payload::Payload;

/// So much of the end of a file is looked at: more than a checkpoint can be behind.
const TAIL: u64 = 1 << 20;

/// A file of JSON lines that is appended to.
pub struct JsonLines {
    file: File,
    path: PathBuf,
    /// A last line that was cut when power failed.
    torn: Vec<u8>,
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
        // A pipe or a terminal has no end that could be read.
        let tail = if file.metadata().is_ok_and(|m| m.is_file()) { tail(path).unwrap_or_default() } else { Vec::new() };
        let torn = tail.rsplit(|b| *b == b'\n').next().unwrap_or_default().to_vec();
        Ok(Self { file, path: path.to_owned(), torn })
    }

    /// Does the payload stand at the end of the file?
    pub fn ends_with(&self, payload: &Payload) -> bool {
        let tail = tail(&self.path).unwrap_or_default();
        tail.split(|b| *b == b'\n').any(|line| line == payload.text.as_bytes())
    }

    /// Waits until what was appended outlasts a loss of power.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn sync(&self) -> Result<(), BadFile> {
        match self.file.sync_data() {
            // A pipe can not be synced, and need not be.
            Err(e) if e.kind() != std::io::ErrorKind::InvalidInput => {
                Err(BadFile { path: self.path.clone(), doing: "written", why: e })
            }
            _ => Ok(()),
        }
    }

    /// Appends a line, in one write.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn append(&mut self, payload: &Payload) -> Result<(), BadFile> {
        let torn = std::mem::take(&mut self.torn);
        let line = match payload.text.as_bytes().strip_prefix(torn.as_slice()).and_then(|rest| str::from_utf8(rest).ok()) {
            Some(rest) => format!("{rest}\n"),
            None => format!("\n{}\n", payload.text),
        };
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.flush());
        written.map_err(|why| BadFile { path: self.path.clone(), doing: "written", why })
    }
}

/// The end of a file.
fn tail(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    Ok(bytes)
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
    fn a_line_that_was_cut_is_completed_and_another_is_ended() {
        let payload = Payload { id: "a".into(), text: "{\"n\":12}".into() };
        for (before, after) in [("{\"n\":1}\n{\"n\"", "{\"n\":1}\n{\"n\":12}\n"), ("{\"m\"", "{\"m\"\n{\"n\":12}\n")] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("counts.jsonl");
            std::fs::write(&path, before).unwrap();
            let mut lines = JsonLines::open(&path).unwrap();
            assert!(!lines.ends_with(&payload));
            lines.append(&payload).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
            assert!(lines.ends_with(&payload));
            lines.sync().unwrap();
        }
    }

    #[test]
    fn a_folder_that_is_missing_is_named() {
        let sentence = JsonLines::open(Path::new("/nonexistent/counts.jsonl")).err().unwrap().to_string();
        assert!(sentence.contains("/nonexistent/counts.jsonl") && sentence.contains("jsonl-location"), "{sentence}");
    }
}
