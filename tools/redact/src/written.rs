// SPDX-License-Identifier: MPL-2.0
//! In how many ways one character can be written.
//!
//! Each character of a secret is looked for in each of its writings, so that every mixture is found: a URL in which only what
//! must be is percent-encoded, the same inside a structure that GStreamer has escaped, that structure as a string in another.
//!
//! | writing | of `"` and `ä` | by |
//! |---|---|---|
//! | as it is | `"`, `ä` | |
//! | percent-encoded, also more than once, in capitals or not | `%22`, `%c3%A4`, `%2522` | URLs |
//! | a blank as a plus | `+` | HTML forms |
//! | behind backslashes | `\"`, `\\\"` | JSON, `gst_value_serialize`, Rust's `Debug` |
//! | in octal | `\042`, `\303\244` | `g_strescape`, `gst_value_serialize` |
//! | in hex | `\x22`, `\xc3\xa4` | C |
//! | by its number in Unicode | `\u0022`, `\u{e4}`, `\ud83d\ude00` | JSON, Rust's `Debug` |
//! | by a letter | `\n` | line breaks in all of these |

/// Deeper nesting is not looked for: a quote in a string in a string in a string in a string has this many backslashes.
const DEEPEST: usize = 15;

/// Can some writing of this character begin with this byte?
pub fn may_begin(c: char, byte: u8) -> bool {
    let first = c.encode_utf8(&mut [0; 4]).bytes().next();
    matches!(byte, b'\\' | b'%') || first == Some(byte) || (c == ' ' && byte == b'+')
}

/// Tells each place behind `c` if that stands at `at`, however it is written.
pub fn ends(text: &[u8], at: usize, c: char, mut tell: impl FnMut(usize)) {
    let mut buffer = [0; 4];
    let bytes = c.encode_utf8(&mut buffer).as_bytes();
    let backslashes = rest(text, at).iter().take(DEEPEST).take_while(|b| **b == b'\\').count();
    for n in 0..=backslashes {
        if rest(text, at + n).starts_with(bytes) {
            tell(at + n + bytes.len());
        }
    }
    if c == ' ' && text.get(at) == Some(&b'+') {
        tell(at + 1);
    }
    if let [byte] = bytes {
        percent(text, at, *byte).for_each(&mut tell);
    } else if let Some(end) = bytes.iter().try_fold(at, |at, byte| percent(text, at, *byte).next()) {
        tell(end);
    }
    if backslashes > 0 {
        let (bytes_end, char_end) =
            (bytes.iter().try_fold(at, |at, byte| numbered(text, at, *byte)), named(text, at + backslashes, c));
        bytes_end.into_iter().chain(char_end).for_each(&mut tell);
    }
}

/// `%22`, `%2522`, …
fn percent(text: &[u8], at: usize, byte: u8) -> impl Iterator<Item = usize> {
    let digits = (text.get(at) == Some(&b'%')).then_some(at + 1);
    let more = move |from: &usize| rest(text, *from).starts_with(b"25").then_some(from + 2);
    let all = std::iter::successors(digits, more).take(DEEPEST);
    all.filter(move |from| number(text, *from, 2, 16) == Some(u32::from(byte))).map(|from| from + 2)
}

/// `\042` and `\x22`.
fn numbered(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    let backslashes = rest(text, at).iter().take(DEEPEST).take_while(|b| **b == b'\\').count();
    let from = (backslashes > 0).then_some(at + backslashes)?;
    if number(text, from, 3, 8) == Some(u32::from(byte)) {
        return Some(from + 3);
    }
    (text.get(from) == Some(&b'x') && number(text, from + 1, 2, 16) == Some(u32::from(byte))).then_some(from + 3)
}

/// What stands behind backslashes for a whole character: `u0022`, `u{22}`, `n`.
fn named(text: &[u8], at: usize, c: char) -> Option<usize> {
    let letter = match c {
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        _ => b'u',
    };
    if letter != b'u' && text.get(at) == Some(&letter) {
        return Some(at + 1);
    }
    let digits = (text.get(at) == Some(&b'u')).then_some(at + 1)?;
    if text.get(digits) == Some(&b'{') {
        let length = rest(text, digits + 1).iter().take(7).position(|b| *b == b'}')?;
        return (number(text, digits + 1, length, 16) == Some(u32::from(c))).then_some(digits + length + 2);
    }
    let mut buffer = [0; 2];
    let mut units = c.encode_utf16(&mut buffer).iter();
    let first = (number(text, digits, 4, 16) == units.next().map(|u| u32::from(*u))).then_some(digits + 4)?;
    units.try_fold(first, |at, unit| {
        let backslashes = rest(text, at).iter().take(DEEPEST).take_while(|b| **b == b'\\').count();
        let digits = (backslashes > 0 && text.get(at + backslashes) == Some(&b'u')).then_some(at + backslashes + 1)?;
        (number(text, digits, 4, 16) == Some(u32::from(*unit))).then_some(digits + 4)
    })
}

fn rest(text: &[u8], from: usize) -> &[u8] {
    text.get(from..).unwrap_or_default()
}

/// So many digits as a number.
fn number(text: &[u8], from: usize, digits: usize, radix: u32) -> Option<u32> {
    let digits = text.get(from..from + digits).filter(|digits| !digits.is_empty())?;
    digits.iter().try_fold(0, |sum, digit| Some(sum * radix + char::from(*digit).to_digit(radix)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str, c: char) -> Vec<usize> {
        let mut found = Vec::new();
        ends(text.as_bytes(), 0, c, |end| found.push(end));
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn every_writing_of_the_table_is_read() {
        for (c, writings) in [
            ('"', &["\"", "%22", "%2522", "\\\"", "\\\\\\\"", "\\042", "\\x22", "\\u0022", "\\u{22}"][..]),
            ('ä', &["ä", "%c3%A4", "%25C3%25a4", "\\303\\244", "\\\\303\\\\244", "\\xc3\\xa4", "\\u00e4", "\\u{e4}"]),
            ('\u{1f600}', &["\\ud83d\\ude00", "\\u{1f600}", "%F0%9F%98%80"]),
            (' ', &["+", "%20", "\\ "]),
            ('\n', &["\n", "\\n", "\\\\n", "%0A", "\\012"]),
            ('a', &["a", "%61", "\\a", "\\141"]),
        ] {
            for text in writings {
                assert_eq!(all(text, c), [text.len()], "{text}");
                assert!(may_begin(c, text.as_bytes()[0]), "{text}");
                // Cut short it is none.
                let cut: String = text.chars().take(text.chars().count() - 1).collect();
                assert_eq!(all(&cut, c), [0; 0], "{cut}");
            }
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is() {
        assert_eq!(all("\\\\\\", '\\'), [1, 2, 3]);
        assert_eq!(all("%2525", '%'), [1, 3, 5]);
        for (text, c) in [("%4g", 'O'), ("%+4", '\u{4}'), ("\\u{}", '\0'), ("\\u{110000}", 'x'), ("b", 'a'), ("%", 'a')] {
            assert_eq!(all(text, c), [0; 0], "{text}");
        }
    }
}
