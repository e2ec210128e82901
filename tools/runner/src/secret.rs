// SPDX-License-Identifier: MPL-2.0
//! Where a secret lies.

use std::fmt;
use std::path::{Path, PathBuf};

use footfall_redact::Secret;
use zeroize::Zeroizing;

/// Where a secret lies. It is written into a launch text as it is displayed here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `${credential:NAME}`: the file NAME in `$CREDENTIALS_DIRECTORY`, see systemd's `LoadCredential=`.
    Credential(String),
    /// `${file:/path}`: a file.
    File(PathBuf),
    /// `${env:NAME}`: a variable, for containers. Whoever may read `/proc/PID/environ` sees it.
    Env(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credential(name) => write!(f, "${{credential:{name}}}"),
            Self::File(path) => write!(f, "${{file:{}}}", path.display()),
            Self::Env(name) => write!(f, "${{env:{name}}}"),
        }
    }
}

/// A secret that is not there or can't be used. The sentence names it and never holds its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSecret(String);

/// What the process was given beside its arguments.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// Where the service manager lays down credentials.
    pub credentials_directory: Option<PathBuf>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self { credentials_directory: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from) }
    }

    /// Fetches a secret.
    ///
    /// # Errors
    /// When it is missing, unreadable, empty, no text, longer than 4096 bytes, or more than one line.
    pub fn fetch(&self, source: &Source) -> Result<Secret, BadSecret> {
        match source {
            Source::Credential(name) => {
                let Some(dir) = &self.credentials_directory else {
                    return Err(BadSecret(format!(
                        "{source}: $CREDENTIALS_DIRECTORY is not set; systemd sets it with LoadCredential={name}:/path, by hand name a folder with the file {name}"
                    )));
                };
                file(source, &dir.join(name))
            }
            Source::File(path) => file(source, path),
            Source::Env(name) => match std::env::var(name).map(Zeroizing::new) {
                Ok(text) => Secret::from_line(&text).map_err(|why| BadSecret(format!("{source} {why}"))),
                Err(std::env::VarError::NotPresent) => Err(BadSecret(format!("{source}: the variable {name} is not set"))),
                Err(std::env::VarError::NotUnicode(_)) => Err(BadSecret(format!("{source} is no UTF-8 text"))),
            },
        }
    }
}

fn file(source: &Source, path: &Path) -> Result<Secret, BadSecret> {
    Secret::from_file(path).map_err(|why| BadSecret(format!("{source}: {} {why}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(bytes: &[u8]) -> Result<Secret, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("pw"), bytes).unwrap();
        let given = Surroundings { credentials_directory: Some(dir.path().to_owned()) };
        given.fetch(&Source::Credential("pw".into())).map_err(|e| e.to_string())
    }

    #[test]
    fn what_can_not_be_one_is_refused_without_its_value() {
        let long = vec![b'x'; 5000];
        for bytes in [&b"hunter2\nsecond"[..], b"\n", b"", b"hunter2\0", b"hunter2\xff", &long] {
            let error = fetched(bytes).unwrap_err();
            assert!(error.contains("${credential:pw}") && !error.contains("hunter2") && !error.contains("xxx"), "{error}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let none = Surroundings::default();
        let error = |source| none.fetch(&source).unwrap_err().to_string();
        assert!(error(Source::Credential("door".into())).contains("LoadCredential=door:"));
        assert!(error(Source::File("/nowhere/pw".into())).contains("/nowhere/pw can not be read"));
        assert!(error(Source::Env("FOOTFALL_NO_SUCH".into())).contains("FOOTFALL_NO_SUCH is not set"));
    }
}
