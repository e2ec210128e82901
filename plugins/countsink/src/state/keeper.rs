// SPDX-License-Identifier: MPL-2.0
//! Keeps what must not be lost, and says how well that goes.
//!
//! **How often.** At an even pace ([`CHECKPOINT_EVERY`]) while the scene is open and looked at, whether or not somebody is
//! there: were it written more rarely while nobody is, a file's time of change, or the disk's load, would tell when somebody came.
//!
//! **While the disk fails** (full, gone, read-only) counting and sending go on in memory, one warning is given, and it is
//! tried again every few seconds. What must then never happen is that a restart finds totals of a window that was sent: it
//! would send it again, with less in it. So either the checkpoint from which exactly that window follows stays as it is, or,
//! where that could not be written either, or another window has ended since, the checkpoint is taken away. Only where even
//! that fails (a file system that turned read-only) and the process then ends, a window can come twice.

use std::io;
use std::time::Duration;

use footfall_contract::scene::Scene;
use tokio::time::Instant;

use super::outbox::Entry;
use super::{Loaded, Open, State};
use crate::hours::snapshot::Snapshot;

/// A checkpoint is written this often while figures change. Ten seconds are promised; the rest is for the disk.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(8);

/// The files, and how far they are behind.
pub struct Keeper {
    state: State,
    every: Duration,
    /// When a checkpoint was last tried.
    tried: Option<Instant>,
    /// What the checkpoint on disk says.
    on_disk: Option<Open>,
    /// It is past every window that is published.
    is_past: bool,
    /// Published payloads that could not be kept yet.
    unkept: Vec<Entry>,
    /// Payloads of which the broker needs no more.
    gone: Vec<String>,
    fails: bool,
    warning: Option<String>,
}

impl Keeper {
    /// Reads what is there.
    ///
    /// # Errors
    /// When it can not be used: a sentence.
    pub fn load(mut state: State, every: Duration) -> Result<(Self, Loaded), String> {
        let mut loaded = state.load()?;
        let warning = loaded.remark.take();
        let (on_disk, unkept, gone) = (loaded.open.clone(), Vec::new(), Vec::new());
        let keeper = Self { state, every, tried: None, on_disk, is_past: true, unkept, gone, fails: false, warning };
        Ok((keeper, loaded))
    }

    /// What is to be told, once.
    pub fn take_warning(&mut self) -> Option<String> {
        self.warning.take()
    }

    /// Where it is kept.
    pub fn place(&self) -> String {
        self.state.path().display().to_string()
    }

    /// Would everything outlast the end of the process?
    pub fn is_durable(&self) -> bool {
        !self.fails && self.is_past && self.unkept.is_empty()
    }

    /// Payloads on disk.
    pub fn payloads(&self) -> usize {
        self.state.outbox().len()
    }

    /// Published payloads that neither the broker nor the disk has.
    pub fn unkept(&self) -> usize {
        self.unkept.len()
    }

    /// The scene is another.
    pub fn scene(&mut self, scene: &Scene) {
        let kept = self.state.keep_scene(scene);
        self.is_done(kept);
    }

    /// Windows are about to be published: from `open` exactly they follow.
    pub fn before(&mut self, open: Option<Open>) {
        if self.unkept.is_empty()
            && let Some(open) = open
        {
            self.write(open);
        }
    }

    /// Windows are finished: their payloads are kept. Afterwards nothing but these bytes may be published of them.
    pub fn finish(&mut self, entries: Vec<Entry>, before: Option<&Open>) {
        self.is_past = false;
        let follows = self.unkept.is_empty()
            && self.on_disk.as_ref().is_some_and(|found| before.is_some_and(|b| found.tells_the_same_as(b)));
        self.unkept.extend(entries);
        self.keep_unkept();
        if !self.unkept.is_empty() && !follows && self.on_disk.take().is_some() {
            let forgotten = self.state.forget_open();
            self.is_done(forgotten);
        }
    }

    /// Everything as it is now; `None` if nothing is open. What has failed before is over only when all of it is done.
    pub fn keep_all(&mut self, open: Option<Open>) {
        self.keep_unkept();
        if !self.unkept.is_empty() || !open.is_none_or(|open| self.write(open)) {
            return;
        }
        self.is_past = true;
        if self.take_away() {
            self.fails = false;
        }
    }

    /// The same, if it is time.
    pub fn keep_if_due(&mut self, now: Instant, open: impl FnOnce() -> Option<Open>) {
        if self.tried.is_none_or(|tried| now.saturating_duration_since(tried) >= self.every) {
            self.tried = Some(now);
            self.keep_all(open());
        }
    }

    /// The broker has accepted these, or they are too old or too many.
    pub fn gone(&mut self, ids: Vec<String>) {
        self.unkept.retain(|entry| !ids.contains(&entry.id));
        self.gone.extend(ids);
        self.take_away();
    }

    /// Removes what is gone, unless a restart would then find its window open.
    fn take_away(&mut self) -> bool {
        while self.is_past
            && let Some(id) = self.gone.pop()
        {
            let removed = self.state.remove_payload(&id);
            if !self.is_done(removed) {
                self.gone.push(id);
                return false;
            }
        }
        true
    }

    fn keep_unkept(&mut self) {
        if self.unkept.is_empty() {
            return;
        }
        let kept = self.state.keep_payloads(&self.unkept);
        if self.is_done(kept) {
            self.unkept.clear();
        }
    }

    /// Writes the checkpoint, unless the one on disk says the same.
    fn write(&mut self, open: Open) -> bool {
        if self.on_disk.as_ref().is_some_and(|found| found.tells_the_same_as(&open)) {
            return true;
        }
        let start = |open: &Open| open.hours.as_ref().map(Snapshot::start);
        let closes = self.on_disk.as_ref().is_some_and(|found| start(found) != start(&open));
        let written = self.state.keep_open(&open, closes);
        let is_done = self.is_done(written);
        if is_done {
            self.on_disk = Some(open);
        }
        is_done
    }

    /// The first failure is told.
    fn is_done(&mut self, done: io::Result<()>) -> bool {
        let Err(why) = done else { return true };
        if !std::mem::replace(&mut self.fails, true) {
            self.warning = Some(format!(
                "state-dir {} can not be written: {why}; counting and sending go on in memory and it is tried again, but a restart loses what is not written",
                self.place()
            ));
        }
        false
    }
}
