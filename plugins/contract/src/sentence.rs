// SPDX-License-Identifier: MPL-2.0
//! Sentences that repeat a part of what was read: one line, and no longer than a person reads, whatever that was.

/// What repeats more than this is cut, bytes.
const LONGEST: usize = 400;

/// The sentence on one line: control characters are escaped, and the middle of a long one is left out (its end says what
/// to do).
#[must_use]
pub fn one_line(sentence: &str) -> String {
    let escape = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    let line: String = sentence.chars().map(escape).collect();
    if line.len() <= LONGEST {
        return line;
    }
    let is_end = |at: &usize| line.is_char_boundary(*at);
    let head = (0..=LONGEST / 2).rev().find(is_end).unwrap_or(0);
    let tail = (line.len() - LONGEST / 2..line.len()).find(is_end).unwrap_or(line.len());
    format!("{} … {}", line.get(..head).unwrap_or_default(), line.get(tail..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_short_and_plain_stays() {
        assert_eq!(one_line("lines: Tür is no slug"), "lines: Tür is no slug");
        assert_eq!(one_line("unknown field `a\nb\0`"), "unknown field `a\\nb\\u{0}`");
    }

    #[test]
    fn a_long_one_keeps_its_beginning_and_its_remedy() {
        let cut = one_line(&format!("site: {:?} is too long; write fewer letters", "ö".repeat(3000)));
        assert!(cut.starts_with("site: ") && cut.ends_with("write fewer letters") && cut.contains(" … "), "{cut}");
    }

    proptest! {
        #[test]
        fn it_is_one_short_line(text in "\\PC*|.*|(?s).{300,500}") {
            let line = one_line(&text);
            prop_assert!(line.len() <= LONGEST + 8 && !line.chars().any(char::is_control), "{line:?}");
        }
    }
}
