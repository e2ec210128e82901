// SPDX-License-Identifier: MPL-2.0
//! Finished payloads that the broker has not accepted, a file each: `outbox/SEQUENCE.json`, in the order of their windows.

use std::collections::VecDeque;
use std::io;

use footfall_contract::time::WallTime;
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use super::sealed::{Kind, Unreadable, seal, unseal};
use crate::payload::Payload;

/// Its folder.
const FOLDER: &str = "outbox";

/// A payload with the start of its window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Start of its window.
    pub start: WallTime,
    /// Its name.
    pub id: String,
    /// Its bytes.
    pub text: String,
}

impl Entry {
    /// The payload.
    pub fn payload(&self) -> Payload {
        Payload { id: self.id.clone(), text: self.text.clone() }
    }
}

/// A file that is not believed.
#[derive(Debug)]
pub struct BadEntry {
    /// Its name in the state's folder.
    pub name: String,
    /// Why.
    pub why: Unreadable,
}

/// Which files there are.
#[derive(Debug, Default)]
pub struct Outbox {
    /// (sequence, id), oldest first.
    kept: VecDeque<(u64, String)>,
}

fn file_name(sequence: u64) -> String {
    format!("{FOLDER}/{sequence:012}.json")
}

impl Outbox {
    /// Reads what is there: the payloads in order, and files that are not believed.
    ///
    /// # Errors
    /// When the folder can not be made or listed.
    pub fn load(folder: &Folder) -> io::Result<(Self, Vec<Entry>, Vec<BadEntry>)> {
        folder.make(FOLDER)?;
        let (mut outbox, mut entries, mut bad) = (Self::default(), Vec::new(), Vec::new());
        for name in folder.list(FOLDER)? {
            let Some(sequence) = name.strip_suffix(".json").and_then(|digits| digits.parse::<u64>().ok()) else { continue };
            let name = file_name(sequence);
            match read(folder, &name) {
                Ok(entry) => {
                    outbox.kept.push_back((sequence, entry.id.clone()));
                    entries.push(entry);
                }
                Err(why) => bad.push(BadEntry { name, why }),
            }
        }
        Ok((outbox, entries, bad))
    }

    /// Adds payloads; afterwards they outlast a loss of power.
    ///
    /// # Errors
    /// As the file system's; those before the one that failed may be there.
    pub fn add(&mut self, folder: &Folder, entries: &[Entry]) -> io::Result<()> {
        for entry in entries {
            if self.holds(&entry.id) {
                continue;
            }
            let sequence = self.kept.back().map_or(1, |(last, _)| last.saturating_add(1));
            let body = serde_json::to_vec(entry)?;
            folder.put(&file_name(sequence), &seal(Kind::Payload, &body))?;
            self.kept.push_back((sequence, entry.id.clone()));
        }
        folder.sync(FOLDER)
    }

    /// Is the payload of this name there?
    pub fn holds(&self, id: &str) -> bool {
        self.kept.iter().any(|(_, kept)| kept == id)
    }

    /// Removes a payload. If power fails at once it may be there again, and is sent once more, the same.
    ///
    /// # Errors
    /// As the file system's; it is then still there.
    pub fn remove(&mut self, folder: &Folder, id: &str) -> io::Result<()> {
        let Some(at) = self.kept.iter().position(|(_, kept)| kept == id) else { return Ok(()) };
        if let Some((sequence, _)) = self.kept.get(at) {
            folder.remove(&file_name(*sequence))?;
        }
        self.kept.remove(at);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }
}

fn read(folder: &Folder, name: &str) -> Result<Entry, Unreadable> {
    let bytes = folder.read(name)?.ok_or(Unreadable::Damaged)?;
    serde_json::from_slice(unseal(Kind::Payload, &bytes)?).map_err(|_| Unreadable::Damaged)
}
