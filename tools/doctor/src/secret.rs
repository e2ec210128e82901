// SPDX-License-Identifier: MPL-2.0
//! Secrets, and how they are kept out of every output.
//!
//! Twice: what is shown of an address is built without its user's part ([`crate::address`]), and everything that is printed,
//! GStreamer's log included, goes through [`Secrets::clean`] on its way out.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What stands where a secret stood.
pub const MARK: &str = "***";

/// Shorter secrets are taken out only where they stand as a word: a password of one letter would else tear every word
/// apart, and show by the holes which letter it is.
const SHORT: usize = 4;

/// A user's name and password. It has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Everything that must not be printed. It has no `Debug`.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The longest first.
    forms: Vec<String>,
}

impl Secrets {
    /// Adds a secret in every form in which something may write it.
    pub fn add(&mut self, secret: &str) {
        let decoded = percent_decode_str(secret).decode_utf8_lossy().into_owned();
        for plain in [secret, &decoded] {
            self.add_form(plain.to_owned());
            self.add_form(utf8_percent_encode(plain, NON_ALPHANUMERIC).to_string());
            self.add_form(BASE64.encode(plain.as_bytes()));
            self.add_form(BASE64URL.encode(plain.as_bytes()));
            self.add_form(within_quotes(&format!("{plain:?}")));
            self.add_form(within_quotes(&serde_json::Value::from(plain).to_string()));
        }
        self.forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    }

    /// Adds a password, and the two together as HTTP and RTSP write them.
    pub fn add_login(&mut self, login: &Login) {
        self.add(&login.password);
        let both = format!("{}:{}", login.user, login.password);
        self.add_form(BASE64_NOPAD.encode(both.as_bytes()));
        self.add(&both);
    }

    fn add_form(&mut self, form: String) {
        if !form.trim().is_empty() && !self.forms.contains(&form) {
            self.forms.push(form);
        }
    }

    /// The text without secrets.
    pub fn clean(&self, text: &str) -> String {
        // A library's log is long, and holds none almost everywhere.
        if !self.forms.iter().any(|form| text.contains(form.as_str())) {
            return text.to_owned();
        }
        let mut clean = String::with_capacity(text.len());
        let mut rest = text;
        let mut before: Option<char> = None;
        while let Some(first) = rest.chars().next() {
            let found = self.forms.iter().find(|form| {
                let after = rest.strip_prefix(form.as_str()).map(|rest| rest.chars().next());
                after.is_some_and(|after| form.len() >= SHORT || is_word(before, after))
            });
            let taken = match found {
                Some(form) => {
                    clean.push_str(MARK);
                    form.len()
                }
                None => {
                    clean.push(first);
                    first.len_utf8()
                }
            };
            let (gone, further) = rest.split_at(taken);
            before = gone.chars().last();
            rest = further;
        }
        clean
    }

    /// A message of a library's log: the same, and no word of what a client says to identify itself.
    pub fn clean_log(&self, message: &str) -> String {
        if message.to_ascii_lowercase().contains("authorization") {
            return "(a message that carries an authorization was left out)".to_owned();
        }
        self.clean(message)
    }
}

/// Is what stands between these two characters a word of its own?
fn is_word(before: Option<char>, after: Option<char>) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    ends(before) && ends(after)
}

fn within_quotes(quoted: &str) -> String {
    quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap_or(quoted).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secrets(password: &str) -> Secrets {
        let mut secrets = Secrets::default();
        secrets.add_login(&Login { user: "anna".into(), password: password.into() });
        secrets
    }

    #[test]
    fn every_form_of_a_password_is_found() {
        let secrets = secrets("p@ss/w\"rd 1");
        for form in
            ["p@ss/w\"rd 1", "p%40ss%2Fw%22rd%201", "p@ss/w\\\"rd 1", &BASE64.encode(b"anna:p@ss/w\"rd 1"), "anna:p@ss/w\"rd 1"]
        {
            let clean = secrets.clean(&format!("before {form} after"));
            assert_eq!(clean, format!("before {MARK} after"), "{form}");
        }
    }

    #[test]
    fn a_password_that_is_written_encoded_is_found_decoded() {
        let secrets = secrets("caf%C3%A9-geheim");
        assert_eq!(secrets.clean("café-geheim and caf%C3%A9-geheim"), "*** and ***");
    }

    #[test]
    fn short_ones_are_found_as_words_and_leave_the_others_whole() {
        let secrets = secrets("ab");
        assert_eq!(secrets.clean("cab ab about =ab& :ab@"), "cab *** about =***& :***@");
        assert_eq!(Secrets::default().clean("nothing is secret"), "nothing is secret");
        let mut none = Secrets::default();
        none.add("");
        assert_eq!(none.clean("an empty password hides nothing"), "an empty password hides nothing");
    }

    #[test]
    fn an_authorization_is_never_logged() {
        let secrets = Secrets::default();
        assert!(!secrets.clean_log("Authorization: Digest response=\"0123\"").contains("0123"));
        assert_eq!(secrets.clean_log("CSeq: 3"), "CSeq: 3");
    }

    proptest! {
        #[test]
        fn no_secret_survives_whatever_stands_around_it(
            password in "[!-)+-~äöü ]{4,24}",
            pieces in proptest::collection::vec("[ -~\u{e4}\u{20ac}]{0,12}", 1..5),
        ) {
            prop_assume!(!password.trim().is_empty());
            let secrets = secrets(&password);
            let encoded = utf8_percent_encode(&password, NON_ALPHANUMERIC).to_string();
            for form in [password.clone(), encoded, BASE64.encode(format!("anna:{password}").as_bytes())] {
                let clean = secrets.clean(&pieces.join(&form));
                prop_assert!(pieces.len() < 2 || !clean.contains(&form), "{clean}");
                // Once more changes nothing: there is nothing left to take.
                prop_assert_eq!(secrets.clean(&clean), clean);
            }
        }

        #[test]
        fn what_is_no_secret_stays(text in "[ -~]{0,40}") {
            let secrets = secrets("\u{20ac}\u{20ac}\u{20ac}\u{20ac}");
            let others = text.contains("%E2%82%AC") || text.contains("4oKs");
            prop_assert!(others || secrets.clean(&text) == text);
        }
    }
}
