// SPDX-License-Identifier: MPL-2.0
//! Takes known secrets out of text before anybody reads it: as they are, percent-encoded, escaped as GStreamer and GLib
//! escape strings, and inside base64 (`Authorization: Basic` is base64 of `user:password`).
//!
//! What a camera is told to prove a password (`Authorization: Digest …`) could be tried against lists of passwords, so the
//! rest of any line behind the word `Authorization` goes too.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::secret::Secret;

/// What stands in the place of a secret.
pub const HIDDEN: &str = "***";
/// What a camera is told behind this word proves a password.
const PROOF: &[u8] = b"authorization";
/// Shortest piece of base64 that is looked for; a shorter one is everywhere.
const SHORTEST_BASE64: usize = 5;

/// Every form of every known secret.
pub struct Redactor {
    forms: Vec<Zeroizing<String>>,
}

impl Redactor {
    /// For these secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut forms: Vec<String> = secrets.into_iter().flat_map(|secret| forms_of(secret.expose())).collect();
        forms.sort_unstable();
        forms.dedup();
        Self { forms: forms.into_iter().filter(|form| !form.is_empty()).map(Zeroizing::new).collect() }
    }

    /// The text without secrets.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut covered: Vec<(usize, usize)> = self.forms.iter().flat_map(|form| places(text, form)).collect();
        covered.extend(proofs(text));
        if covered.is_empty() {
            return Cow::Borrowed(text);
        }
        covered.sort_unstable();
        let (mut clean, mut reached, mut last_end) = (String::with_capacity(text.len()), 0, None);
        for (from, to) in covered {
            if last_end.is_none_or(|end| from > end) {
                clean.push_str(text.get(reached..from).unwrap_or_default());
                clean.push_str(HIDDEN);
            }
            reached = reached.max(to);
            last_end = Some(reached);
        }
        clean.push_str(text.get(reached..).unwrap_or_default());
        Cow::Owned(clean)
    }
}

/// Where a form stands, overlaps included.
fn places<'a>(text: &'a str, form: &'a str) -> impl Iterator<Item = (usize, usize)> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(form)?;
        from = at + text.get(at..)?.chars().next().map_or(1, char::len_utf8);
        Some((at, at + form.len()))
    })
}

/// From behind the word `authorization` to the end of its line.
fn proofs(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let starts = (0..bytes.len()).filter(|i| bytes.get(*i..i + PROOF.len()).is_some_and(|w| w.eq_ignore_ascii_case(PROOF)));
    let line_end = |from: usize| text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |n| from + n);
    starts.map(|i| i + PROOF.len()).map(|from| (from, line_end(from))).filter(|(from, to)| from < to).collect()
}

fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    // With and without what user info may hold as it is (RFC 3986, sub-delims).
    for keep in ["", "!$&'()*+,;=", "!$&'()*+,;=:@/?"] {
        let upper = percent_encoded_but(secret, keep);
        forms.push(lower_hex(&upper));
        forms.push(upper);
    }
    forms.push(glib_escaped(secret));
    forms.push(structure_escaped(secret));
    forms.extend((0..3).map(|offset| base64_core(secret.as_bytes(), offset)).filter(|core| core.len() >= SHORTEST_BASE64));
    forms
}

/// Percent-encoded; letters, digits and `-._~` stay (RFC 3986, unreserved).
pub fn percent_encoded(text: &str) -> String {
    percent_encoded_but(text, "")
}

fn percent_encoded_but(text: &str, keep: &str) -> String {
    let stays = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b) || keep.as_bytes().contains(&b);
    text.bytes().map(|b| if stays(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn lower_hex(encoded: &str) -> String {
    let mut hex = 0;
    let lower = |c: char| {
        hex = if c == '%' { 2 } else { hex };
        let digit = hex > 0 && c != '%';
        hex -= i32::from(digit);
        if digit { c.to_ascii_lowercase() } else { c }
    };
    encoded.chars().map(lower).collect()
}

/// As `g_strescape` writes it.
fn glib_escaped(text: &str) -> String {
    let one = |b: u8| match b {
        b'"' => "\\\"".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b' '..=b'~' => char::from(b).to_string(),
        _ => format!("\\{b:03o}"),
    };
    text.bytes().map(one).collect()
}

/// As `gst_value_serialize` writes a string.
fn structure_escaped(text: &str) -> String {
    let one = |b: u8| match b {
        b if b.is_ascii_alphanumeric() || b"_-+/:.".contains(&b) => char::from(b).to_string(),
        b' '..=b'~' => format!("\\{}", char::from(b)),
        _ => format!("\\{b:03o}"),
    };
    text.bytes().map(one).collect()
}

/// The part of a base64 text that these bytes decide alone, when `offset` unknown bytes (of three) stand before them.
fn base64_core(bytes: &[u8], offset: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let known_from = offset * 8;
    let known_to = known_from + bytes.len() * 8;
    let bit = |i: usize| bytes.get(i / 8 - offset).map_or(0, |b| (b >> (7 - i % 8)) & 1);
    let sextets = (known_from.div_ceil(6)..known_to / 6).map(|s| (s * 6..s * 6 + 6).fold(0, |v, i| (v << 1) | bit(i)));
    sextets.filter_map(|v| ALPHABET.get(usize::from(v)).copied().map(char::from)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secret::{Source, Surroundings};

    fn redactor(secrets: &[&str]) -> Redactor {
        let dir = tempfile::tempdir().unwrap();
        let fetch = |text: &&str| {
            std::fs::write(dir.path().join("s"), text).unwrap();
            Surroundings::default().fetch(&Source::File(dir.path().join("s"))).unwrap()
        };
        Redactor::new(&secrets.iter().map(fetch).collect::<Vec<_>>())
    }

    #[test]
    fn every_form_goes() {
        let redactor = redactor(&["p@ss w\"rd!ä"]);
        for text in [
            "user-pw=p@ss w\"rd!ä.",
            "rtsp://u:p%40ss%20w%22rd%21%C3%A4@cam",
            "rtsp://u:p%40ss%20w%22rd!%c3%a4@cam",
            "(string)\"p\\@ss\\ w\\\"rd\\!\\303\\244\"",
            "\"p@ss w\\\"rd!\\303\\244\"",
        ] {
            let clean = redactor.redact(text);
            assert!(clean.contains(HIDDEN) && !clean.contains("rd") && !clean.contains("ss"), "{text}: {clean}");
        }
    }

    #[test]
    fn base64_of_user_and_password_goes() {
        let redactor = redactor(&["open sesame"]);
        // printf 'NAME:open sesame' | base64, for names of one, two and three letters.
        for text in ["YTpvcGVuIHNlc2FtZQ==", "YWI6b3BlbiBzZXNhbWU=", "YWJjOm9wZW4gc2VzYW1l"] {
            let clean = redactor.redact(text).into_owned();
            assert!(clean.contains(HIDDEN) && clean.len() < 11, "{text}: {clean}");
        }
    }

    #[test]
    fn proofs_of_passwords_go_up_to_the_lines_end() {
        let clean = redactor(&[]).redact("key: 'Authorization', value: 'Digest response=\"ab\"'\nkey: 'CSeq'").into_owned();
        assert_eq!(clean, "key: 'Authorization***\nkey: 'CSeq'");
    }

    #[test]
    fn what_holds_no_secret_is_left_as_it_is() {
        let text = "rtspsrc0: Failed to connect. Größe 3";
        assert!(matches!(redactor(&["hunter2"]).redact(text), Cow::Borrowed(t) if t == text));
    }

    #[test]
    fn overlapping_secrets_go_together() {
        assert_eq!(redactor(&["abc", "cde"]).redact("xabcdex"), "x***x");
        assert_eq!(redactor(&["aa"]).redact("baaab"), "b***b");
    }

    proptest! {
        #[test]
        fn no_secret_is_left_whatever_stands_around_it(secret in "\\PC{4,20}", before in "\\PC{0,10}", after in "\\PC{0,10}") {
            prop_assume!(secret.chars().all(|c| !c.is_control()));
            let redactor = redactor(&[&secret]);
            let clean = redactor.redact(&format!("{before}{secret}{after}")).into_owned();
            // What is left is a mark and what stood around; neither gives the secret, unless it is made of marks.
            prop_assert!(!clean.contains(&secret) || secret.chars().all(|c| c == '*') || before.contains(&secret) , "{}", clean);
        }
    }
}
