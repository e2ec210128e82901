// SPDX-License-Identifier: MPL-2.0
//! The launch file: comments, the pipeline's text, and placeholders for secrets.
//!
//! A placeholder is never replaced in the text, which GStreamer would then parse: a password with a space or a `!` would
//! become a pipeline. A token stands for it until the text is parsed, and the secret is put into the property that holds
//! the token.

use std::path::PathBuf;

use footfall_contract::sentence::one_line;
use footfall_redact::Secret;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::secret::{BadSecret, Source, Surroundings};

/// What is encoded in a URL: all but letters, digits and `-._~` (RFC 3986, unreserved).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is wrong with a launch file; one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadLaunch(pub String);

/// A launch text with tokens in the places of its secrets.
#[derive(Clone, Debug)]
pub struct LaunchText {
    text: String,
    /// By place; the same secret may stand twice.
    placeholders: Vec<Source>,
    /// What every token begins with; it occurs nowhere else in the text.
    stem: String,
}

impl LaunchText {
    /// Reads a launch file's text: lines that begin with `#` are comments.
    ///
    /// # Errors
    /// When there is no pipeline in it, or a placeholder is none of `${credential:NAME}`, `${file:/path}`, `${env:NAME}`.
    pub fn parse(file: &str) -> Result<Self, BadLaunch> {
        let lines: Vec<&str> = file.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
        let written = lines.join("\n");
        if written.trim().is_empty() {
            return Err(BadLaunch("it holds no pipeline: every line is empty or a comment".into()));
        }
        let stem = (0..).map(|n| format!("footfallsecret{n}x")).find(|stem| !written.contains(stem)).unwrap_or_default();
        let (mut text, mut placeholders) = (String::new(), Vec::new());
        let mut rest = written.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let unclosed = || {
                BadLaunch(one_line(&format!(
                    "the placeholder ${{{} is not closed; write ${{credential:NAME}}",
                    first_word(after)
                )))
            };
            let (inside, behind) = after.split_once('}').ok_or_else(unclosed)?;
            text.push_str(before);
            text.push_str(&token(&stem, placeholders.len()));
            placeholders.push(source(inside)?);
            rest = behind;
        }
        text.push_str(rest);
        Ok(Self { text, placeholders, stem })
    }

    /// What GStreamer parses.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Fetches all secrets, in the order of their places.
    ///
    /// # Errors
    /// The first that can not be had.
    pub fn fetch(&self, from: &Surroundings) -> Result<Vec<Secret>, BadSecret> {
        self.placeholders.iter().map(|source| from.fetch(source)).collect()
    }

    /// The places of secrets whose tokens stand in a property's value.
    pub fn places_in(&self, value: &str) -> Vec<usize> {
        (0..self.placeholders.len()).filter(|place| value.contains(&token(&self.stem, *place))).collect()
    }

    /// A property's value with its secrets. One that is a part of a URL is percent-encoded; one that is the whole value is
    /// put in as it is.
    pub fn filled(&self, value: &str, secrets: &[Secret]) -> String {
        let mut filled = value.to_owned();
        for (place, secret) in secrets.iter().enumerate() {
            let token = token(&self.stem, place);
            let in_url = value.split_once(&token).is_some_and(|(before, _)| before.contains("://"));
            let put =
                if in_url { utf8_percent_encode(secret.expose(), RESERVED).to_string() } else { secret.expose().to_owned() };
            filled = filled.replace(&token, &put);
        }
        filled
    }

    /// A sentence about the text, such as the parser's, with placeholders in the places of tokens.
    pub fn readable(&self, sentence: &str) -> String {
        let places = self.placeholders.iter().enumerate();
        places.fold(sentence.to_owned(), |text, (place, source)| text.replace(&token(&self.stem, place), &source.to_string()))
    }

    /// How the placeholder at a place is written.
    pub fn placeholder(&self, place: usize) -> String {
        self.placeholders.get(place).map(ToString::to_string).unwrap_or_default()
    }

    /// How many there are.
    pub fn placeholders(&self) -> usize {
        self.placeholders.len()
    }

    /// Is this value, or the password in this URL, nothing but placeholders?
    pub fn hides(&self, value: &str) -> bool {
        let rest = (0..self.placeholders.len()).fold(value.to_owned(), |v, place| v.replace(&token(&self.stem, place), ""));
        rest.is_empty()
    }
}

/// The password of a URL's user info, if it has one: `secret` of `rtsp://user:secret@host/`.
pub fn url_password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A password may hold an @ that nobody encoded.
    let (user_info, _) = authority.rsplit_once('@')?;
    user_info.split_once(':').map(|(_, password)| password)
}

/// Where a camera's RTSP server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// A name or an address, an IPv6 one without its brackets.
    pub host: String,
    /// TCP.
    pub port: u16,
}

/// The address in an RTSP URL; `None` for tunnels by HTTP and whatever else is no plain or encrypted RTSP.
pub fn url_address(url: &str) -> Option<Address> {
    let (scheme, rest) = url.split_once("://")?;
    let standard = match scheme {
        "rtsp" | "rtspt" | "rtspu" => 554,
        "rtsps" | "rtspst" => 322,
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let (host, port) = match place.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((host, port)) => (host, port.strip_prefix(':')),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map_or(Some(standard), |text| text.parse().ok())?;
    (!host.is_empty()).then(|| Address { host: host.to_owned(), port })
}

fn token(stem: &str, place: usize) -> String {
    format!("{stem}{place}end")
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn source(inside: &str) -> Result<Source, BadLaunch> {
    let bad = |why: &str| Err(BadLaunch(one_line(&format!("the placeholder ${{{inside}}} {why}"))));
    let Some((kind, name)) = inside.split_once(':') else {
        return bad("has no kind; write ${credential:NAME}, ${file:/path} or ${env:NAME}");
    };
    let plain = |extra: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c));
    match kind {
        "credential" if plain("_-.") && !name.starts_with('.') => Ok(Source::Credential(name.to_owned())),
        "credential" => bad("is no file's name; letters, digits, _, - and . are taken"),
        "file" if name.starts_with('/') => Ok(Source::File(PathBuf::from(name))),
        "file" => bad("is no absolute path; write it from / on"),
        "env" if plain("_") => Ok(Source::Env(name.to_owned())),
        "env" => bad("is no variable's name; letters, digits and _ are taken"),
        _ => bad("is of no known kind; write ${credential:NAME}, ${file:/path} or ${env:NAME}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret_of(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[test]
    fn comments_go_and_lines_stay() {
        let launch = LaunchText::parse("# a camera\nvideotestsrc\n  # more\n! fakesink name=a#b\n").unwrap();
        assert_eq!(launch.text(), "videotestsrc\n! fakesink name=a#b");
        assert_eq!(launch.placeholders(), 0);
        assert!(LaunchText::parse("# nothing\n\n").unwrap_err().to_string().contains("no pipeline"));
    }

    #[test]
    fn a_placeholder_becomes_a_token_that_no_parser_cuts() {
        let launch = LaunchText::parse("rtspsrc user-id=${env:CAM} user-pw=\"${file:/etc/my key}\" ! fakesink").unwrap();
        assert!(!launch.text().contains('$') && !launch.text().contains("my key"), "{}", launch.text());
        assert_eq!(launch.placeholder(0), "${env:CAM}");
        assert_eq!(launch.readable(launch.text()), "rtspsrc user-id=${env:CAM} user-pw=\"${file:/etc/my key}\" ! fakesink");
    }

    #[test]
    fn tokens_are_found_again_and_filled() {
        let text: String = (0..12).map(|i| format!("a{i}=${{env:V{i}}} ")).collect();
        let launch = LaunchText::parse(&text).unwrap();
        let secrets: Vec<Secret> = (0..12).map(|i| secret_of(&format!("s{i}"))).collect();
        for (i, word) in launch.text().split_whitespace().enumerate() {
            assert_eq!(launch.places_in(word), [i]);
            assert_eq!(launch.filled(word, &secrets), format!("a{i}=s{i}"));
        }
    }

    #[test]
    fn in_a_url_a_secret_is_encoded_and_as_a_whole_value_it_is_not() {
        let launch = LaunchText::parse("location=rtsp://u:${env:A}@cam/ user-pw=${env:A}").unwrap();
        let secrets = [secret_of("p@ss:w/rd"), secret_of("p@ss:w/rd")];
        let filled: Vec<_> = launch.text().split(' ').map(|word| launch.filled(word, &secrets)).collect();
        assert_eq!(filled, ["location=rtsp://u:p%40ss%3Aw%2Frd@cam/", "user-pw=p@ss:w/rd"]);
    }

    #[test]
    fn wrong_placeholders_are_named() {
        for (text, words) in [
            ("a=${credential:x", "not closed"),
            ("a=${x}", "no kind"),
            ("a=${vault:x}", "no known kind"),
            ("a=${credential:../x}", "no file's name"),
            ("a=${credential:.x}", "no file's name"),
            ("a=${credential:}", "no file's name"),
            ("a=${file:x}", "no absolute path"),
            ("a=${env:A B}", "no variable's name"),
        ] {
            let error = LaunchText::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn a_token_in_the_text_is_not_taken_for_one() {
        let launch = LaunchText::parse("a=footfallsecret0x0end b=${env:A}").unwrap();
        assert_eq!(launch.places_in("footfallsecret0x0end"), [0; 0]);
        assert_eq!(launch.filled("footfallsecret0x0end", &[secret_of("s")]), "footfallsecret0x0end");
    }

    #[test]
    fn a_cameras_address_is_read_from_its_url() {
        for (url, host, port) in [
            ("rtsp://cam/stream", "cam", 554),
            ("rtsps://cam", "cam", 322),
            ("rtspt://10.0.0.2:8554/a?b=c:1", "10.0.0.2", 8554),
            ("rtsp://u:p@ss@cam:1/x@y:2", "cam", 1),
            ("rtsp://[fe80::1]:554/x", "fe80::1", 554),
            ("rtsps://[::1]", "::1", 322),
        ] {
            assert_eq!(url_address(url), Some(Address { host: host.into(), port }), "{url}");
        }
        for url in ["rtsph://cam/", "http://cam/", "cam", "rtsp:///x", "rtsp://cam:x/"] {
            assert_eq!(url_address(url), None, "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_seen() {
        assert_eq!(url_password("rtsp://u:p@ss@cam:554/x"), Some("p@ss"));
        assert_eq!(url_password("rtsp://cam:554/x@y:z"), None);
        assert_eq!(url_password("rtsp://u@cam/"), None);
        let launch = LaunchText::parse("rtsp://${env:U}:${env:P}@cam").unwrap();
        assert!(launch.hides(url_password(launch.text()).unwrap()));
        assert!(!launch.hides("plain"));
    }
}
