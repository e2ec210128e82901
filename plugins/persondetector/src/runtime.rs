// SPDX-License-Identifier: MPL-2.0
//! Where the ONNX Runtime library is, and whether it may be loaded.
//!
//! Looked for, in this order: what the user named (property `runtime`), the environment variable `ORT_DYLIB_PATH`, beside
//! the plugin, the system's library folders. What is named must be there; what is found by searching may be passed over.
//!
//! Libraries of version 1.29 and later open sockets to their maker as soon as they are used, unless
//! `ORT_DISABLE_TELEMETRY=1` stands in the environment: without it they are refused. The version is read from the file
//! itself, before any of its code runs.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The oldest minor version (of 1.x) that is understood.
const OLDEST_MINOR: u32 = 17;

/// The first minor version that opens sockets.
const TELEMETRY_MINOR: u32 = 29;

/// What may influence the search, read from the environment by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// What the user named.
    pub named: Option<PathBuf>,
    /// `ORT_DYLIB_PATH`.
    pub variable: Option<PathBuf>,
    /// The folder of the plugin.
    pub beside: Option<PathBuf>,
    /// Is `ORT_DISABLE_TELEMETRY` 1?
    pub telemetry_off: bool,
}

impl Surroundings {
    /// With what the environment variables say.
    pub fn from_env(named: Option<PathBuf>, beside: Option<PathBuf>) -> Self {
        let variable = std::env::var_os("ORT_DYLIB_PATH").filter(|v| !v.is_empty()).map(PathBuf::from);
        let telemetry_off = std::env::var_os("ORT_DISABLE_TELEMETRY").is_some_and(|v| v == "1");
        Self { named, variable, beside, telemetry_off }
    }
}

/// Why no library can be loaded.
#[derive(Debug, thiserror::Error)]
pub enum NoRuntime {
    /// None was found anywhere.
    #[error(
        "ONNX Runtime was not found: install libonnxruntime.so (version 1.17 to 1.28), set ORT_DYLIB_PATH or the property runtime to its absolute path{}",
        passed_over(.0)
    )]
    NotFound(Vec<String>),
    /// A path is relative.
    #[error("{what} is {path:?}; write the library's absolute path")]
    Relative {
        /// Which setting.
        what: &'static str,
        /// Its value.
        path: PathBuf,
    },
    /// The named library may not be loaded.
    #[error("{what} names a library that can not be used: {why}")]
    Named {
        /// Which setting.
        what: &'static str,
        /// Why.
        why: Unfit,
    },
}

fn passed_over(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!(" (passed over: {})", reasons.join("; ")) }
}

/// Why a library may not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It can not be read.
    #[error("{path:?} can not be read: {error}")]
    Unreadable {
        /// The library.
        path: PathBuf,
        /// The system's words.
        error: io::Error,
    },
    /// It carries no version of ONNX Runtime.
    #[error("{0:?} is no ONNX Runtime library")]
    NoVersion(PathBuf),
    /// It is too old.
    #[error("{path:?} is ONNX Runtime 1.{minor}; 1.{OLDEST_MINOR} or newer is needed")]
    TooOld {
        /// The library.
        path: PathBuf,
        /// Its minor version.
        minor: u32,
    },
    /// It opens sockets.
    #[error(
        "{path:?} is ONNX Runtime 1.{minor}, which sends usage data over the network: use 1.17 to 1.28, or set ORT_DISABLE_TELEMETRY=1"
    )]
    Telemetry {
        /// The library.
        path: PathBuf,
        /// Its minor version.
        minor: u32,
    },
}

/// Finds a library that may be loaded; the path is absolute.
///
/// # Errors
/// When none is found, or a named one can not be used.
pub fn find(surroundings: &Surroundings) -> Result<PathBuf, NoRuntime> {
    let named = [("the property runtime", &surroundings.named), ("ORT_DYLIB_PATH", &surroundings.variable)];
    for (what, path) in named {
        let Some(path) = path else { continue };
        if !path.is_absolute() {
            return Err(NoRuntime::Relative { what, path: path.clone() });
        }
        check(path, surroundings.telemetry_off).map_err(|why| NoRuntime::Named { what, why })?;
        return Ok(path.clone());
    }
    let mut passed_over = Vec::new();
    for path in surroundings.beside.iter().cloned().chain(system_folders()).flat_map(|folder| libraries_in(&folder)) {
        match check(&path, surroundings.telemetry_off) {
            Ok(()) => return Ok(path),
            Err(why) => passed_over.push(why.to_string()),
        }
    }
    Err(NoRuntime::NotFound(passed_over))
}

/// The folders in which Debian, Ubuntu and hand-made installations keep libraries.
fn system_folders() -> impl Iterator<Item = PathBuf> {
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    let folders = ["/usr/local/lib".to_owned(), format!("/usr/lib/{triplet}"), "/usr/lib64".to_owned(), "/usr/lib".to_owned()];
    folders.into_iter().map(PathBuf::from)
}

/// The ONNX Runtime libraries in a folder, the plain name first, then the highest version.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    const NAME: &str = "libonnxruntime.so";
    if !folder.is_absolute() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.strip_prefix(NAME).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
        .collect();
    let version = |name: &str| -> Vec<u32> { name[NAME.len()..].split('.').filter_map(|n| n.parse().ok()).collect() };
    names.sort_by(|a, b| (a != NAME).cmp(&(b != NAME)).then_with(|| version(b).cmp(&version(a))).then_with(|| a.cmp(b)));
    names.into_iter().map(|name| folder.join(name)).collect()
}

/// The minor version (of 1.x) of a library, read from the file itself.
///
/// # Errors
/// When it can not be read or carries none.
pub fn minor_of(path: &Path) -> Result<u32, Unfit> {
    let unreadable = |error| Unfit::Unreadable { path: path.to_owned(), error };
    let mut file = File::open(path).map_err(unreadable)?;
    minor_version(&mut file).map_err(unreadable)?.ok_or_else(|| Unfit::NoVersion(path.to_owned()))
}

/// May this library be loaded?
fn check(path: &Path, telemetry_off: bool) -> Result<(), Unfit> {
    match minor_of(path)? {
        minor @ ..OLDEST_MINOR => Err(Unfit::TooOld { path: path.to_owned(), minor }),
        minor @ TELEMETRY_MINOR.. if !telemetry_off => Err(Unfit::Telemetry { path: path.to_owned(), minor }),
        _ => Ok(()),
    }
}

/// The mark that the library's symbols carry (an ELF version name such as `VERS_1.23.2`).
const MARK: &[u8] = b"VERS_1.";

/// The minor version in the library's symbol versions.
fn minor_version(file: &mut impl Read) -> io::Result<Option<u32>> {
    const CHUNK: usize = 1 << 20;
    // The longest text that is looked for: the mark and a number.
    const OVERLAP: usize = 16;
    let mut window = Vec::with_capacity(CHUNK + OVERLAP);
    loop {
        let kept = window.len().min(OVERLAP);
        window.drain(..window.len() - kept);
        let read = file.by_ref().take(CHUNK as u64).read_to_end(&mut window)?;
        let end = if read == 0 { window.len() } else { window.len().saturating_sub(OVERLAP) };
        let starts = window.windows(MARK.len()).take(end).enumerate().filter(|(_, text)| *text == MARK);
        for (start, _) in starts {
            let digits: String =
                window[start + MARK.len()..].iter().take(4).map(|b| char::from(*b)).take_while(char::is_ascii_digit).collect();
            if let Ok(minor) = digits.parse() {
                return Ok(Some(minor));
            }
        }
        if read == 0 {
            return Ok(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn version_of(bytes: Vec<u8>) -> Option<u32> {
        minor_version(&mut Cursor::new(bytes)).unwrap()
    }

    #[test]
    fn the_version_is_read_from_the_symbols_wherever_they_are() {
        for at in [0, 5, (1 << 20) - 3, (1 << 20) - 17, (1 << 20) + 9, 2 << 20] {
            let mut bytes = vec![b'x'; (2 << 20) + 30];
            bytes[at..at + 11].copy_from_slice(b"VERS_1.23.2");
            assert_eq!(version_of(bytes), Some(23), "at {at}");
        }
        assert_eq!(version_of(b"VERS_1.\0 and VERS_1.9".to_vec()), Some(9));
        assert_eq!(version_of(vec![0; 100]), None);
    }

    fn library(folder: &Path, name: &str, version: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, format!("ELF... {version} ...")).unwrap();
        path
    }

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("footfall-runtime-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    #[test]
    fn what_is_named_wins_and_must_be_usable() {
        let folder = folder("named");
        let good = library(&folder, "a.so", "VERS_1.23.2");
        let chatty = library(&folder, "b.so", "VERS_1.31.1");
        let old = library(&folder, "c.so", "VERS_1.9.0");
        let none = library(&folder, "d.so", "something else");
        let with =
            |named: &Path, off| find(&Surroundings { named: Some(named.into()), telemetry_off: off, ..Surroundings::default() });
        assert_eq!(with(&good, false).unwrap(), good);
        assert_eq!(with(&chatty, true).unwrap(), chatty);
        for (path, words) in [
            (&chatty, "ORT_DISABLE_TELEMETRY=1"),
            (&old, "1.17 or newer"),
            (&none, "is no ONNX Runtime library"),
            (&folder.join("absent.so"), "can not be read"),
            (&PathBuf::from("relative.so"), "absolute path"),
        ] {
            let error = with(path, false).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains("the property runtime"), "{error}");
        }
        let variable = Surroundings { variable: Some(chatty), beside: Some(folder.clone()), ..Surroundings::default() };
        assert!(find(&variable).unwrap_err().to_string().contains("ORT_DYLIB_PATH"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn beside_the_plugin_the_newest_that_is_quiet_is_taken() {
        let folder = folder("beside");
        library(&folder, "libonnxruntime.so.1.31.1", "VERS_1.31.1");
        library(&folder, "libonnxruntime.so.1.9.9", "VERS_1.9.9");
        library(&folder, "libonnxruntime_providers_shared.so", "VERS_1.20.0");
        let good = library(&folder, "libonnxruntime.so.1.23.2", "VERS_1.23.2");
        library(&folder, "libonnxruntime.so.1.20.0", "VERS_1.20.0");
        let surroundings = Surroundings { beside: Some(folder.clone()), ..Surroundings::default() };
        assert_eq!(find(&surroundings).unwrap(), good);
        let plain = library(&folder, "libonnxruntime.so", "VERS_1.20.0");
        assert_eq!(find(&surroundings).unwrap(), plain);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
