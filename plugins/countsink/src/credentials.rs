// SPDX-License-Identifier: MPL-2.0
//! User name and password for the broker: where they come from, and how they are kept.
//!
//! A password comes from the first of: the file `password-location`, the systemd credential `mqtt.password`, the variable
//! `FOOTFALL_MQTT_PASSWORD`. A property with the password itself does not exist: arguments stand in process lists, and
//! properties in dumps and logs. A user name, which is no secret, comes from the first of `username`, `mqtt.username`,
//! `FOOTFALL_MQTT_USERNAME`.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::broker::BadBroker;

/// File names below `$CREDENTIALS_DIRECTORY`, see systemd's `LoadCredential=`.
const PASSWORD_CREDENTIAL: &str = "mqtt.password";
const USERNAME_CREDENTIAL: &str = "mqtt.username";

/// Variables, for containers.
const PASSWORD_VARIABLE: &str = "FOOTFALL_MQTT_PASSWORD";
const USERNAME_VARIABLE: &str = "FOOTFALL_MQTT_USERNAME";

/// Longest user name and password that MQTT can carry, bytes.
const LONGEST: usize = 65_535;

/// A password. It can not be printed, and its memory is erased when it goes. (The MQTT client keeps a copy of its own while
/// it connects, which is not.)
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text, for the broker alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// Who we are for the broker.
#[derive(Clone)]
pub struct Credentials {
    /// The user's name.
    pub username: String,
    /// Their password; empty where none is given.
    pub password: Secret,
}

/// What the process was given beside its properties.
#[derive(Default)]
pub struct Surroundings {
    /// Where systemd lays down credentials.
    pub credentials_directory: Option<PathBuf>,
    /// `FOOTFALL_MQTT_USERNAME`.
    pub username: Option<String>,
    /// `FOOTFALL_MQTT_PASSWORD`.
    pub password: Option<Secret>,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_process() -> Self {
        let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
        Self {
            credentials_directory: std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from),
            username: variable(USERNAME_VARIABLE),
            password: variable(PASSWORD_VARIABLE).map(Secret::from),
        }
    }

    /// The user name and password to use; neither is an anonymous connection.
    ///
    /// # Errors
    /// When a file can not be read or holds something else, or there is a password without a user name. No sentence repeats
    /// what a file holds.
    pub fn credentials(&self, username: Option<&str>, password: Option<&Path>) -> Result<Option<Credentials>, BadBroker> {
        let (password, from) = match (password, self.credential(PASSWORD_CREDENTIAL), &self.password) {
            (Some(path), ..) => (Some(secret("password-location", path)?), "password-location"),
            (None, Some(path), _) => (Some(secret("the credential mqtt.password", &path)?), "the credential mqtt.password"),
            (None, None, Some(password)) => (Some(password.clone()), PASSWORD_VARIABLE),
            (None, None, None) => (None, ""),
        };
        let username = match (username.filter(|name| !name.is_empty()), self.credential(USERNAME_CREDENTIAL)) {
            (Some(name), _) => Some(name.to_owned()),
            (None, Some(path)) => Some(secret("the credential mqtt.username", &path)?.expose().to_owned()),
            (None, None) => self.username.clone(),
        };
        match (username, password) {
            (Some(username), password) => {
                let password = password.unwrap_or_else(|| Secret::from(String::new()));
                Ok(Some(Credentials { username, password }))
            }
            (None, Some(_)) => Err(BadBroker(format!("{from}: it is set, but username is not; set both"))),
            (None, None) => Ok(None),
        }
    }

    /// The file of a systemd credential, if there is one.
    fn credential(&self, name: &str) -> Option<PathBuf> {
        self.credentials_directory.as_ref().map(|dir| dir.join(name)).filter(|path| path.exists())
    }
}

/// The text of a file without its last line break.
fn secret(what: &str, path: &Path) -> Result<Secret, BadBroker> {
    let bad = |why: &str| BadBroker(format!("{what}: {} {why}", path.display()));
    let unreadable = |e: std::io::Error| bad(&format!("can not be read: {e}"));
    // At full size from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 2));
    File::open(path).and_then(|file| file.take(LONGEST as u64 + 2).read_to_end(&mut bytes)).map_err(unreadable)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| bad("is no text"))?.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(bad("is empty"));
    }
    if text.len() > LONGEST {
        return Err(bad(&format!("is longer than the {LONGEST} bytes that MQTT allows")));
    }
    Ok(Secret::from(text.to_owned()))
}

/// A warning if everybody on this machine may read a file that only we should.
pub fn open_to_all(property: &str, path: &Path) -> Option<String> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o004 != 0).then(|| {
        format!("{property}: everybody on this machine may read {} (mode {mode:04o}); chmod 600 keeps it to you", path.display())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(dir: &tempfile::TempDir, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn both(found: Result<Option<Credentials>, BadBroker>) -> Option<(String, String)> {
        found.map_err(|e| e.0).unwrap().map(|c| (c.username, c.password.expose().to_owned()))
    }

    fn pair(username: &str, password: &str) -> Option<(String, String)> {
        Some((username.into(), password.into()))
    }

    #[test]
    fn a_file_comes_before_a_credential_and_that_before_the_environment() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(&dir, "password", " two words \r\n");
        let mut around = Surroundings {
            credentials_directory: Some(dir.path().to_owned()),
            username: Some("of-variable".into()),
            password: Some(Secret::from("variable".to_owned())),
        };
        assert_eq!(both(around.credentials(None, None)), pair("of-variable", "variable"));
        file(&dir, PASSWORD_CREDENTIAL, "credential\n");
        file(&dir, USERNAME_CREDENTIAL, "of-credential\n");
        assert_eq!(both(around.credentials(None, None)), pair("of-credential", "credential"));
        assert_eq!(both(around.credentials(Some("anna"), Some(&path))), pair("anna", " two words "));
        around = Surroundings::default();
        assert_eq!(both(around.credentials(None, None)), None);
        assert_eq!(both(around.credentials(Some("anna"), None)), pair("anna", ""));
    }

    #[test]
    fn a_password_that_can_not_be_is_named_and_never_repeated() {
        let dir = tempfile::tempdir().unwrap();
        let around = Surroundings::default();
        let sentence = |path: &Path| around.credentials(Some("anna"), Some(path)).err().unwrap().0;
        assert!(sentence(Path::new("/nonexistent/password")).contains("/nonexistent/password can not be read"));
        assert!(sentence(&file(&dir, "a", "\n")).contains("is empty"));
        assert!(sentence(&file(&dir, "b", [0xff, 0xfe])).contains("is no text"));
        let long = sentence(&file(&dir, "c", "sesame".repeat(20_000)));
        assert!(long.contains("65535") && !long.contains("sesame"), "{long}");
        let path = file(&dir, "d", "sesame");
        let alone = around.credentials(None, Some(&path)).err().unwrap().0;
        assert!(alone.contains("password-location") && alone.contains("username") && !alone.contains("sesame"), "{alone}");
        let variable = Surroundings { password: Some(Secret::from("sesame".to_owned())), ..Surroundings::default() };
        let alone = variable.credentials(None, None).err().unwrap().0;
        assert!(alone.contains(PASSWORD_VARIABLE) && !alone.contains("sesame"), "{alone}");
    }

    #[test]
    fn a_file_that_everybody_may_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = file(&dir, "password", "sesame");
        let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        mode(0o640);
        assert_eq!(open_to_all("password-location", &path), None);
        mode(0o644);
        let sentence = open_to_all("password-location", &path).unwrap();
        assert!(sentence.contains("0644") && sentence.contains("password-location"), "{sentence}");
    }
}
