// SPDX-License-Identifier: MPL-2.0
//! What Footfall reads from elsewhere, with any bytes: the functions that a fuzzer calls (`fuzz_targets`), and that every
//! run of the tests calls with the inputs that fuzzers have found (`tests/replay.rs`).
//!
//! Beside "it does not panic" a target says what must be true of any input: what was read is written and read again to the
//! same, and a refusal is one short line.

#![deny(missing_docs)]

pub mod attestation;
pub mod launch;
pub mod payload;
pub mod scene;
pub mod state;
pub mod totals;

/// A target: its name, which is its corpus's, and what it does with an input. It panics where the input shows a fault.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 6] = [
    ("scene", scene::run),
    ("attestation", attestation::run),
    ("totals", totals::run),
    ("state", state::run),
    ("payload", payload::run),
    ("launch", launch::run),
];

/// A refusal is no longer than this, bytes, however long the input is: about 200 of the input, the rest our own words.
pub const LONGEST_SENTENCE: usize = 600;

/// A refusal is one line that a person reads in a log.
///
/// # Panics
/// When it is none.
pub fn is_a_sentence(sentence: &str) {
    assert!(!sentence.is_empty(), "the sentence is empty");
    assert!(!sentence.chars().any(char::is_control), "the sentence holds a control character: {sentence:?}");
    let length = sentence.len();
    assert!(length <= LONGEST_SENTENCE, "the sentence has {length} bytes, more than {LONGEST_SENTENCE}: {sentence:?}");
}
