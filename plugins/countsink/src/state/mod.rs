// SPDX-License-Identifier: MPL-2.0
//! What outlives the process: `state-dir`, one folder a camera.
//!
//! ```text
//!  lock              who has the folder                          empty
//!  scene.json        the last scene, byte for byte               who this is before a camera answers
//!  open.json         the open window(s) and the shop's open day  exact totals, replaced every few seconds, erased at the end
//!  outbox/N.json     finished payloads                           after disclosure control, until the broker has them
//! ```
//!
//! **Plain files**, each with one header line ([`sealed`]), written whole under another name, synced, renamed, and the
//! folder synced ([`folder`]). No embedded database: its freed pages keep old totals on disk for as long as it likes, and
//! one commit of it writes more pages than such a file has, every few seconds, on flash cards.
//!
//! **At a window's end**, in this order: the checkpoint from which exactly this window follows; the payload in the outbox;
//! its line in `jsonl-location`; the checkpoint that is past the window; the broker; and when that has accepted it, away
//! with the file. After a fall between any two of them the window is either not finished, and follows again from the same
//! totals, or it is in the outbox, and what the checkpoint has of it is dropped. So it has one content.
//!
//! **What is damaged** is set aside under another name, never deleted nor written over; what another version wrote is left
//! as it is, and state is off. [`keeper`] says what happens while the disk fails.

pub mod folder;
pub mod keeper;
pub mod outbox;
pub mod sealed;

use std::io;
use std::path::{Path, PathBuf};

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use serde::{Deserialize, Serialize};

use crate::days::DaysSnapshot;
use crate::hours::snapshot::Snapshot;
use folder::Folder;
pub use folder::Refused;
use outbox::{Entry, Outbox};
use sealed::{Kind, Unreadable, seal, unseal};

const SCENE: &str = "scene.json";
const OPEN: &str = "open.json";

/// What is open, and of which scene.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// `<site>/<camera>`.
    pub stream: String,
    /// SHA-256 of the scene's text.
    pub scene: String,
    /// The windows' time zone.
    pub time_zone: String,
    /// The windows' length, minutes.
    pub window_minutes: u32,
    /// Windows that begin before this are not published: windows were cut otherwise then.
    pub not_before: Option<WallTime>,
    /// Windows that are not published; `None` before the first totals.
    pub hours: Option<Snapshot>,
    /// The shop's day that is not over.
    pub days: DaysSnapshot,
}

impl Open {
    /// Are the scene's windows those of this?
    pub fn has_windows_of(&self, scene: &Scene) -> bool {
        self.time_zone == scene.time_zone_name && self.window_minutes == scene.publish.window.minutes()
    }

    /// Do both lead to the same windows and days?
    pub fn tells_the_same_as(&self, other: &Self) -> bool {
        let hours = match (&self.hours, &other.hours) {
            (Some(a), Some(b)) => a.tells_the_same_as(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let rest = |open: &Self| Self { hours: None, ..open.clone() };
        hours && rest(self) == rest(other)
    }
}

/// What was found.
pub struct Loaded {
    /// The last scene.
    pub scene: Option<Scene>,
    /// What was open.
    pub open: Option<Open>,
    /// Payloads that the broker has not accepted, oldest first.
    pub entries: Vec<Entry>,
    /// What was set aside, in a sentence.
    pub remark: Option<String>,
}

/// The files.
#[derive(Debug)]
pub struct State {
    folder: Folder,
    outbox: Outbox,
}

impl State {
    /// Takes the folder; nothing of it is read yet.
    ///
    /// # Errors
    /// See [`Folder::open`].
    pub fn open(path: &Path) -> Result<Self, Refused> {
        Ok(Self { folder: Folder::open(path)?, outbox: Outbox::default() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Reads what is there. What is damaged is set aside.
    ///
    /// # Errors
    /// When something can not be read, or is of another format: a sentence. Nothing is changed then.
    pub fn load(&mut self) -> Result<Loaded, String> {
        let unusable = |name: &str, why: &Unreadable| {
            format!(
                "state-dir {} can not be used because of {name}: {why}; it is left as it is, counts go on in memory, and a restart loses those of the open window",
                self.path().display()
            )
        };
        let mut damaged = Vec::new();
        let mut believed = |name: &str, found: Result<Option<Vec<u8>>, Unreadable>| match found {
            Ok(body) => Ok(body),
            Err(Unreadable::Damaged) => {
                damaged.push(name.to_owned());
                Ok(None)
            }
            Err(why) => Err(unusable(name, &why)),
        };
        let scene = believed(SCENE, self.body(SCENE, Kind::Scene))?.map(|body| {
            let scene = str::from_utf8(&body).ok().and_then(|text| Scene::parse(text).ok());
            scene.ok_or(Unreadable::Damaged)
        });
        // A scene of an older Footfall may not be one any more: the next comes with the stream.
        let scene = scene.and_then(Result::ok);
        let open = believed(OPEN, self.body(OPEN, Kind::Open))?.map(|body| serde_json::from_slice(&body));
        let open: Option<Open> = match open {
            Some(Err(_)) => believed(OPEN, Err(Unreadable::Damaged))?.and(None),
            Some(Ok(open)) => Some(open),
            None => None,
        };
        let loaded = Outbox::load(&self.folder);
        let (outbox, entries, bad) = loaded.map_err(|e| unusable("outbox", &Unreadable::Io(e)))?;
        for file in bad {
            believed(&file.name, Err(file.why))?;
        }
        let aside: io::Result<Vec<PathBuf>> = damaged.iter().map(|name| self.folder.set_aside(name)).collect();
        let aside = aside.map_err(|e| unusable("a damaged file", &Unreadable::Io(e)))?;
        let remark = aside.first().map(|first| {
            format!(
                "{} damaged files in state-dir {} are set aside, the first as {}: what they held is lost unless you can mend it, and you may delete them",
                aside.len(),
                self.path().display(),
                first.display()
            )
        });
        self.outbox = outbox;
        Ok(Loaded { scene, open, entries, remark })
    }

    fn body(&self, name: &str, kind: Kind) -> Result<Option<Vec<u8>>, Unreadable> {
        let Some(bytes) = self.folder.read(name)? else { return Ok(None) };
        unseal(kind, &bytes).map(|body| Some(body.to_vec()))
    }

    /// Keeps the scene.
    ///
    /// # Errors
    /// As the file system's.
    pub fn keep_scene(&self, scene: &Scene) -> io::Result<()> {
        self.folder.put(SCENE, &seal(Kind::Scene, scene.text().as_bytes()))?;
        self.folder.sync("")
    }

    /// Keeps what is open, in place of what was. `erase`: a window was closed, and its totals are overwritten.
    ///
    /// # Errors
    /// As the file system's.
    pub fn keep_open(&self, open: &Open, erase: bool) -> io::Result<()> {
        let bytes = seal(Kind::Open, &serde_json::to_vec(open)?);
        if erase {
            self.folder.put_and_erase(OPEN, &bytes)?
        } else {
            self.folder.put(OPEN, &bytes)?
        }
        self.folder.sync("")
    }

    /// Takes away what was open: it is not true any more, and can not be replaced.
    ///
    /// # Errors
    /// As the file system's.
    pub fn forget_open(&self) -> io::Result<()> {
        self.folder.remove(OPEN)?;
        self.folder.sync("")
    }

    /// Keeps payloads.
    ///
    /// # Errors
    /// As the file system's.
    pub fn keep_payloads(&mut self, entries: &[Entry]) -> io::Result<()> {
        self.outbox.add(&self.folder, entries)
    }

    /// Removes a payload.
    ///
    /// # Errors
    /// As the file system's.
    pub fn remove_payload(&mut self, id: &str) -> io::Result<()> {
        self.outbox.remove(&self.folder, id)
    }

    /// The payloads.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }
}

#[cfg(test)]
mod tests;
