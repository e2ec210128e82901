// SPDX-License-Identifier: MPL-2.0
//! The totals event: its text, and the arithmetic on readings that were read.

use footfall_contract::totals::{Reading, Totals};
use footfall_contract::wire::totals::{BadTotals, EVENT, event, parse};

use crate::is_a_sentence;

/// Reads the input as the text of a totals event.
///
/// # Panics
/// When it shows a fault.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    // A structure's strings end at a NUL.
    if text.contains('\0') || gst::init().is_err() {
        return;
    }
    let structure = gst::Structure::builder(EVENT).field("version", footfall_contract::totals::VERSION).field("totals", text);
    let totals = match parse(&gst::event::CustomDownstreamSticky::new(structure.build())) {
        Some(Ok(totals)) => totals,
        Some(Err(bad @ (BadTotals::Version(_) | BadTotals::Damaged(_)))) => return is_a_sentence(&bad.to_string()),
        None => return,
    };
    assert_eq!(parse(&event(&totals)), Some(Ok(totals.clone())));
    adds_up(&totals);
}

/// What a reading adds to an earlier one is the difference of the two.
fn adds_up(totals: &Totals) {
    let nothing = Reading::default();
    for earlier in totals.boundaries.iter().map(|boundary| &boundary.reading).chain([&nothing]) {
        if let Ok(gained) = totals.now.since(earlier) {
            let mut sum = earlier.clone();
            sum.add(&gained);
            // Not "it is the later one": a bin that holds nothing may be written or left out.
            assert_eq!(sum.since(earlier).as_ref(), Ok(&gained));
        }
    }
    assert!(totals.now.since(&totals.now).is_ok(), "no counter is smaller than itself");
}
