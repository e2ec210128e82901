// SPDX-License-Identifier: MPL-2.0
//! The totals as a sticky event. They are one JSON text in it: sent at most twice a second, read once.

use crate::sentence::one_line;
use crate::totals::{Totals, VERSION};

/// Name of the event.
pub const EVENT: &str = "footfall-totals";

/// Why totals are not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTotals {
    /// Made by another version of Footfall.
    #[error("totals version {0} is unknown, this is version {VERSION}: use elements of one build")]
    Version(u32),
    /// The text is no totals.
    #[error("the totals event is damaged: {0}")]
    Damaged(String),
}

/// The sticky event that carries totals.
pub fn event(totals: &Totals) -> gst::Event {
    let text = serde_json::to_string(totals).unwrap_or_default();
    let structure = gst::Structure::builder(EVENT).field("version", VERSION).field("totals", text).build();
    gst::event::CustomDownstreamSticky::new(structure)
}

/// The totals that an event carries; `None` when it is another event.
pub fn parse(event: &gst::EventRef) -> Option<Result<Totals, BadTotals>> {
    let structure = event.structure().filter(|s| s.name() == EVENT)?;
    let version: u32 = structure.get("version").unwrap_or(0);
    if version != VERSION {
        return Some(Err(BadTotals::Version(version)));
    }
    let text: &str = structure.get("totals").unwrap_or_default();
    Some(serde_json::from_str(text).map_err(|e| BadTotals::Damaged(one_line(&e.to_string()))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{ClockKind, StreamTime, WallTime};
    use crate::totals::{BoundaryReading, RULE_VERSION, Reading};

    #[test]
    fn it_survives_an_event() {
        gst::init().unwrap();
        let totals = Totals {
            version: VERSION,
            rule_version: RULE_VERSION,
            run: "r".into(),
            stream: "demo/door".into(),
            started: WallTime(1),
            wall: WallTime(2),
            running_time: StreamTime(3),
            clock: ClockKind::Stream,
            weak: true,
            now: Reading { observed_ns: 4, ..Reading::default() },
            boundaries: vec![BoundaryReading { at: WallTime(2), reading: Reading::default() }],
        };
        assert_eq!(parse(&event(&totals)), Some(Ok(totals)));
        assert_eq!(parse(&gst::event::Eos::new()), None);
    }
}
