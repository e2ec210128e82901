// SPDX-License-Identifier: MPL-2.0
//! Takes known secrets out of text before anybody reads it.
//!
//! - A secret of three characters or more goes wherever it stands, in any of the writings of `written.rs` (as it is,
//!   percent-encoded, escaped, in any mixture), also where it was given percent-encoded and stands decoded.
//! - One of one or two characters would tear every word apart, and the holes would show which letter it is. It goes where it
//!   **stands as a value**: as a word of its own, with no letter or digit directly before or behind it (`pw=ab`, `"ab"`,
//!   `:ab@`, `%3Aab%40`), and if it is punctuation alone, between what a value follows (`=`, `:`, a quote) and what ends one.
//! - In base64, which `Authorization: Basic` is, it goes with all the base64 around it, for secrets of five bytes or more at
//!   any place, and for shorter ones as a whole, alone or with their user's name.
//! - What a camera is told to prove a password (`Authorization: Digest …`) could be tried against lists of passwords, so the
//!   rest of any line behind the word `authorization` goes too.
//!
//! Not found are a secret in hex, encrypted or compressed, and one whose halves stand in two lines.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;
use zeroize::Zeroizing;

use crate::needle::{Needle, Scratch};
use crate::secret::Secret;

/// What stands in the place of a secret.
pub const HIDDEN: &str = "***";
/// What a camera is told behind this word proves a password.
const PROOF: &[u8] = b"authorization";

/// Every known secret; without any it takes out proofs alone. It has no `Debug`.
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Vec<Needle>,
    /// By byte: which needles can begin with it, by their place. Empty as long as there are none.
    by_first: Vec<Vec<usize>>,
}

impl<'a> FromIterator<&'a Secret> for Redactor {
    fn from_iter<I: IntoIterator<Item = &'a Secret>>(secrets: I) -> Self {
        let mut redactor = Self::default();
        secrets.into_iter().for_each(|secret| redactor.add(secret.expose()));
        redactor
    }
}

impl Redactor {
    /// One more secret, as it was given; percent-encoded or not.
    pub fn add(&mut self, secret: &str) {
        let decoded = Zeroizing::new(percent_decode_str(secret).decode_utf8_lossy().into_owned());
        self.add_one(secret);
        if *decoded != secret {
            self.add_one(&decoded);
        }
    }

    /// A password, and the two together as HTTP and RTSP write them.
    pub fn add_login(&mut self, user: &str, password: &str) {
        if !password.is_empty() {
            self.add(password);
            self.add(&Zeroizing::new(format!("{user}:{password}")));
        }
    }

    fn add_one(&mut self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        for needle in [Needle::plain(secret)].into_iter().chain(Needle::base64(secret.as_bytes())) {
            if !self.needles.contains(&needle) {
                self.needles.push(needle);
            }
        }
        let begin_with = |byte| (0..).zip(&self.needles).filter(move |(_, n)| n.may_begin(byte)).map(|(i, _)| i).collect();
        self.by_first = (0..=u8::MAX).map(begin_with).collect();
    }

    /// The text without secrets.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let covered = self.covered(text);
        if covered.is_empty() {
            return Cow::Borrowed(text);
        }
        let (mut clean, mut reached, mut last_end) = (String::with_capacity(text.len()), 0, None);
        for Range { start, end } in covered {
            if last_end.is_none_or(|last| start > last) {
                clean.push_str(text.get(reached..start).unwrap_or_default());
                clean.push_str(HIDDEN);
            }
            reached = reached.max(end);
            last_end = Some(reached);
        }
        clean.push_str(text.get(reached..).unwrap_or_default());
        Cow::Owned(clean)
    }

    /// What must go, by its start; pieces may overlap.
    fn covered(&self, text: &str) -> Vec<Range<usize>> {
        let (bytes, mut covered, mut scratch) = (text.as_bytes(), Vec::new(), Scratch::default());
        for (at, byte) in bytes.iter().enumerate() {
            if matches!(byte, b'a' | b'A') && bytes.get(at..at + PROOF.len()).is_some_and(|w| w.eq_ignore_ascii_case(PROOF)) {
                covered.push(to_line_end(bytes, at + PROOF.len()));
            }
            for place in self.by_first.get(usize::from(*byte)).map_or(&[][..], Vec::as_slice) {
                covered.extend(self.needles.get(*place).and_then(|needle| needle.found(text, at, &mut scratch)));
            }
        }
        covered.retain(|range| !range.is_empty());
        covered.sort_unstable_by_key(|range| (range.start, range.end));
        covered
    }
}

fn to_line_end(text: &[u8], from: usize) -> Range<usize> {
    let length = text.get(from..).and_then(|rest| rest.iter().position(|b| *b == b'\n'));
    from..length.map_or(text.len(), |n| from + n)
}

#[cfg(test)]
mod tests;
