// SPDX-License-Identifier: MPL-2.0
//! One text that is looked for, and where it counts as found.

use std::ops::Range;

use data_encoding::BASE64_NOPAD;
use zeroize::Zeroizing;

use crate::written;

/// Shorter secrets, characters, are taken out only where they stand as a value.
const SHORT: usize = 3;
/// Shortest piece of base64 that is looked for; a shorter one is everywhere.
const SHORTEST_BASE64: usize = 5;
/// A value made of punctuation stands directly behind one of these …
const OPENS: &str = "=:\"'";
/// … and before one of these, a blank, or the end.
const CLOSES: &str = "\"'@&;,)";

/// Where a needle counts as found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// Anywhere.
    Anywhere,
    /// As a value.
    Value,
    /// Anywhere, and what is base64 around it goes too: the letters at its ends hold some bits of the secret.
    Base64,
}

/// One text that is looked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Needle {
    text: Zeroizing<String>,
    counts: Where,
}

impl Needle {
    /// A secret as such, in whatever writing.
    pub fn plain(secret: &str) -> Self {
        let counts = if secret.chars().count() < SHORT { Where::Value } else { Where::Anywhere };
        Self { text: Zeroizing::new(secret.to_owned()), counts }
    }

    /// What shows that these bytes are encoded in base64, with whatever before and behind them; and alone, where that is short.
    /// In both alphabets.
    pub fn base64(bytes: &[u8]) -> impl Iterator<Item = Self> {
        let cores = (0..3).map(|offset| core(bytes, offset)).filter(|core| core.len() >= SHORTEST_BASE64);
        let within = cores.map(|text| Self { text, counts: Where::Base64 });
        let all = within.chain([Self::plain(&Zeroizing::new(BASE64_NOPAD.encode(bytes)))]);
        all.flat_map(|needle| [needle.for_urls(), needle])
    }

    fn for_urls(&self) -> Self {
        Self { text: Zeroizing::new(self.text.replace('+', "-").replace('/', "_")), counts: self.counts }
    }

    /// Can it begin with this byte?
    pub fn may_begin(&self, byte: u8) -> bool {
        self.text.chars().next().is_some_and(|c| written::may_begin(c, byte))
    }

    /// What must go of `text` if the needle stands at `at`, the first byte of a character.
    pub fn found(&self, text: &str, at: usize, scratch: &mut Scratch) -> Option<Range<usize>> {
        let range = at..scratch.longest(text.as_bytes(), at, &self.text)?;
        match self.counts {
            Where::Anywhere => Some(range),
            Where::Value => is_value(text, &range, &self.text).then_some(range),
            Where::Base64 => Some(whole_base64(text.as_bytes(), range)),
        }
    }
}

/// Places that a search has reached; kept from one search to the next.
#[derive(Default)]
pub struct Scratch {
    here: Vec<usize>,
    next: Vec<usize>,
}

impl Scratch {
    /// The end of the longest writing of `needle` that begins at `at`.
    fn longest(&mut self, text: &[u8], at: usize, needle: &str) -> Option<usize> {
        self.here.clear();
        self.here.push(at);
        for c in needle.chars() {
            self.next.clear();
            for at in &self.here {
                written::ends(text, *at, c, |end| {
                    if !self.next.contains(&end) {
                        self.next.push(end);
                    }
                });
            }
            std::mem::swap(&mut self.here, &mut self.next);
            if self.here.is_empty() {
                return None;
            }
        }
        self.here.iter().copied().max()
    }
}

/// Does a short secret stand as a value there? If it holds a letter or digit: as a word of its own. If it is punctuation alone:
/// directly behind what a value follows, and before what ends one.
fn is_value(text: &str, range: &Range<usize>, secret: &str) -> bool {
    let (before, after) = (text.get(..range.start).unwrap_or_default(), text.get(range.end..).unwrap_or_default());
    let (last, first) = (before.chars().next_back(), after.chars().next());
    if secret.chars().any(char::is_alphanumeric) {
        (last.is_none_or(|c| !c.is_alphanumeric()) || ends_in_code(before)) && first.is_none_or(|c| !c.is_alphanumeric())
    } else {
        let ended = |c: char| CLOSES.contains(c) || c.is_whitespace();
        last.is_none_or(|c| OPENS.contains(c)) && first.is_none_or(ended)
    }
}

/// Is the letter or digit at its end a part of a coded character, such as the `D` of `%3D`?
fn ends_in_code(text: &str) -> bool {
    let end = |n: usize| text.len().checked_sub(n).and_then(|from| text.as_bytes().get(from..)).unwrap_or_default();
    let digits = |text: &[u8], radix: u32| text.iter().all(|b| char::from(*b).is_digit(radix));
    match (end(2), end(3), end(4)) {
        ([b'\\', _], ..) => true,
        (_, [b'%', hex @ ..], _) if digits(hex, 16) => true,
        (.., [b'\\', octal @ ..]) if digits(octal, 8) => true,
        _ => false,
    }
}

fn whole_base64(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || b"+/-_%".contains(b);
    let before = text.get(..range.start).unwrap_or_default().iter().rev().take_while(is_part).count();
    let after = text.get(range.end..).unwrap_or_default();
    let more = after.iter().take_while(is_part).count();
    let padding = after.iter().skip(more).take_while(|b| **b == b'=').count();
    range.start - before..range.end + more + padding
}

/// The part of a base64 text that these bytes decide alone, when `offset` unknown bytes (of three) stand before them.
fn core(bytes: &[u8], offset: usize) -> Zeroizing<String> {
    let mut shifted = Zeroizing::new(vec![0; offset]);
    shifted.reserve_exact(bytes.len());
    shifted.extend_from_slice(bytes);
    let encoded = Zeroizing::new(BASE64_NOPAD.encode(&shifted));
    let known = (offset * 8).div_ceil(6)..shifted.len() * 8 / 6;
    Zeroizing::new(encoded.get(known).unwrap_or_default().to_owned())
}
