// SPDX-License-Identifier: MPL-2.0
//! One camera's folder: locked, and written so that each file in it is the old one or the new one, whatever happens.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Name of the lock, which also says that the folder is ours.
const LOCK: &str = "lock";

/// Larger files are not ours.
const MAX_BYTES: u64 = 64 << 20;

/// What a file is called until it is whole.
const UNFINISHED: &str = ".new";

/// Why a folder is not used, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Another countsink uses it.
    #[error("{0}")]
    InUse(String),
    /// It can not be used; counts can go on in memory.
    #[error("{0}")]
    Unusable(String),
}

/// The folder, as long as it is ours.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    lock: File,
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Closing it would not do: a child that is just being started elsewhere in the process has it open too.
        let _ = self.lock.unlock();
    }
}

fn own() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

impl Folder {
    /// Takes the folder, which is made if it is not there: mode 0700, files in it 0600.
    ///
    /// # Errors
    /// When another countsink has it, or it holds somebody else's files, or it can not be written.
    pub fn open(path: &Path) -> Result<Self, Refused> {
        let unusable = |why: &dyn std::fmt::Display| {
            Refused::Unusable(format!(
                "state-dir {} can not be used: {why}; counts go on in memory, and a restart loses those of the open window",
                path.display()
            ))
        };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|e| unusable(&e))?;
        let lock_path = path.join(LOCK);
        let mut files = std::fs::read_dir(path).map_err(|e| unusable(&e))?;
        if !lock_path.exists() && files.next().is_some() {
            return Err(unusable(&"it holds files that are not countsink's; name an empty folder, or one that is not there yet"));
        }
        own().truncate(false).open(&lock_path).map_err(|e| unusable(&e))?;
        // Held open for reading only: whoever wants the disk read-only is not kept from it.
        let lock = File::open(&lock_path).map_err(|e| unusable(&e))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), lock }),
            Err(TryLockError::WouldBlock) => Err(Refused::InUse(format!(
                "state-dir {} is in use by another countsink; give each camera a folder of its own",
                path.display()
            ))),
            Err(TryLockError::Error(e)) => Err(unusable(&e)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a folder in it.
    ///
    /// # Errors
    /// As the file system's.
    pub fn make(&self, name: &str) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(self.path.join(name))
    }

    /// Names of the whole files in a folder of it, in order. What was left unfinished is removed.
    ///
    /// # Errors
    /// As the file system's.
    pub fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.path.join(folder))? {
            let Ok(name) = entry?.file_name().into_string() else { continue };
            if name.ends_with(UNFINISHED) {
                self.remove(&format!("{folder}/{name}"))?;
            } else {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// A file's bytes, if it is there.
    ///
    /// # Errors
    /// As the file system's; also when the file is far larger than any of ours.
    pub fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let path = self.path.join(name);
        match std::fs::metadata(&path) {
            Ok(meta) if meta.len() > MAX_BYTES => Err(io::Error::new(ErrorKind::FileTooLarge, "it is far too large")),
            Ok(_) => std::fs::read(path).map(Some),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Writes a file whole, in place of the old one. It outlasts a loss of power once its folder is synced too.
    ///
    /// # Errors
    /// As the file system's; the old file is then still there.
    pub fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.path.join(format!("{name}{UNFINISHED}"));
        let written = own().truncate(true).open(&unfinished).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.and_then(|()| std::fs::rename(&unfinished, self.path.join(name))).inspect_err(|_| {
            // It is in the way of a full disk, and nobody reads it.
            let _ = std::fs::remove_file(&unfinished);
        })
    }

    /// As [`Folder::put`], and overwrites the old file's bytes with zeros before the file system frees them.
    ///
    /// # Errors
    /// As the file system's.
    pub fn put_and_erase(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let old = OpenOptions::new().write(true).open(self.path.join(name)).ok();
        self.put(name, bytes)?;
        if let Some(mut old) = old {
            let length = old.metadata()?.len().min(MAX_BYTES);
            old.write_all(&vec![0; length as usize])?;
            old.sync_data()?;
        }
        Ok(())
    }

    /// Makes what was put into a folder of it (`""` for itself), or removed from there, outlast a loss of power.
    ///
    /// # Errors
    /// As the file system's.
    pub fn sync(&self, folder: &str) -> io::Result<()> {
        File::open(self.path.join(folder))?.sync_all()
    }

    /// Removes a file; that it is gone already is no error.
    ///
    /// # Errors
    /// As the file system's.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.path.join(name)) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }

    /// Renames a damaged file to the first free `NAME.corrupt-N`, and tells it: nothing is deleted, nothing overwritten.
    ///
    /// # Errors
    /// As the file system's.
    pub fn set_aside(&self, name: &str) -> io::Result<PathBuf> {
        let free = (1..).map(|n| self.path.join(format!("{name}.corrupt-{n}"))).find(|path| !path.exists());
        let to = free.unwrap_or_else(|| self.path.join(format!("{name}.corrupt")));
        std::fs::rename(self.path.join(name), &to)?;
        Ok(to)
    }
}
