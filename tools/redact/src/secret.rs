// SPDX-License-Identifier: MPL-2.0
//! A secret in memory.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

/// Longest secret that is taken, bytes; a longer file is a mistake.
const LONGEST: usize = 4096;

/// A secret. It can not be printed, and its memory is erased when it goes. (The element that it is given to keeps a copy.)
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

/// Why a text is no secret: a clause for a sentence that names its source. It never holds a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSecret(String);

impl fmt::Display for NoSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl Secret {
    /// The text, for whom it is meant alone.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// From what a source holds: one last line break is not part of it.
    ///
    /// # Errors
    /// When it is empty, longer than 4096 bytes, or more than one line.
    pub fn from_line(text: &str) -> Result<Self, NoSecret> {
        let body = text.strip_suffix('\n').unwrap_or(text);
        let body = body.strip_suffix('\r').unwrap_or(body);
        if body.is_empty() {
            return Err(NoSecret("is empty".into()));
        }
        if body.len() > LONGEST {
            return Err(NoSecret(format!("is longer than {LONGEST} bytes; is it the right file?")));
        }
        // A line break inside could add a header to what a camera is asked.
        if body.chars().any(char::is_control) {
            return Err(NoSecret("holds a control character, such as a second line; one line is wanted".into()));
        }
        Ok(Self::from(body.to_owned()))
    }

    /// The one line of a file.
    ///
    /// # Errors
    /// When it can not be read, or is no secret as [`Secret::from_line`] wants it.
    pub fn from_file(path: &Path) -> Result<Self, NoSecret> {
        let bytes = Zeroizing::new(std::fs::read(path).map_err(|e| NoSecret(format!("can not be read: {e}")))?);
        Self::from_line(std::str::from_utf8(&bytes).map_err(|_| NoSecret("is no UTF-8 text".into()))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Secret, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("pw"), bytes).unwrap();
        Secret::from_file(&dir.path().join("pw")).map_err(|e| e.to_string())
    }

    #[test]
    fn one_line_break_at_the_end_is_not_part_of_it() {
        for (bytes, text) in [(&b"p w'\"!\n"[..], "p w'\"!"), (b"a\r\n", "a"), ("pässwörd".as_bytes(), "pässwörd"), (b" ", " ")]
        {
            assert_eq!(read(bytes).unwrap().expose(), text);
        }
    }

    #[test]
    fn what_can_not_be_one_is_refused_without_its_value() {
        let long = vec![b'x'; LONGEST + 1];
        for bytes in [&b"hunter2\nsecond"[..], b"\n", b"", b"hunter2\0", b"hunter2\xff", &long] {
            let error = read(bytes).unwrap_err();
            assert!(!error.contains("hunter2") && !error.contains("xxx"), "{error}");
        }
        let absent = Secret::from_file(Path::new("/nowhere/pw")).unwrap_err().to_string();
        assert!(absent.contains("can not be read"), "{absent}");
    }

    #[test]
    fn it_is_not_printed() {
        assert_eq!(format!("{:?}", read(b"hunter2").unwrap()), "Secret");
    }
}
