// SPDX-License-Identifier: MPL-2.0
//! When a track is born and dies, and what it may do in between. All limits are seconds.
//!
//! ```text
//!            second hit in time           unseen for a while
//! Tentative ─────────────────▶ Visible ─────────────────────▶ Lost ── unseen for long, and hidden ──▶ Hidden
//!     │                          ▲  │            hit            │                                       │
//!     │                          └──┼───────────────────────────┤                                       │
//!     │ no second hit in time       │ life is over              │ in plain view for long, outside       │
//!     └─────────────────────────────┴──────────▶ Gone ◀─────────┴── the picture, or life is over ◀──────┘
//! ```
//!
//! Confirmation is by hits within a time, never by a streak: with a streak of three every missed detection costs three.

/// What a track is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackState {
    /// Seen once: perhaps nobody. It counts nothing, and is told to nobody.
    Tentative,
    /// A person, seen a moment ago; a missing detection is bridged by a predicted box.
    Visible,
    /// A person, not seen for a while: no predicted box any more, but a detection within reach is still this person.
    Lost,
    /// A person who has not been seen for so long that their motion says nothing any more, and is hidden behind somebody:
    /// only somebody new at the very place is still this person.
    Hidden,
    /// Over.
    Gone,
}

/// What happens to a track on a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Signal {
    /// A detection belongs to it.
    Hit,
    /// None does, or nobody looked.
    Unseen {
        /// Seconds since the last hit.
        unseen_s: f64,
        /// Seconds since the place was hidden last, or the last hit.
        open_s: f64,
        /// The motion has led out of the picture.
        outside: bool,
        /// Seconds since the first hit.
        age_s: f64,
    },
}

/// The limits of a track's life, seconds.
#[derive(Clone, Copy, Debug)]
pub struct LifeParams {
    /// The second hit must come this soon after the first.
    pub confirm_within_s: f64,
    /// An unseen person's predicted box is told for this long.
    pub report_s: f64,
    /// An unseen person can be found again for this long.
    pub keep_s: f64,
    /// While somebody stands before the place, for this long: as one waits behind somebody who is being served.
    pub hidden_s: f64,
    /// Nobody is followed for longer: a coat stand is no visitor, and long tracks of people help nobody.
    pub longest_s: f64,
}

impl Default for LifeParams {
    fn default() -> Self {
        Self { confirm_within_s: 0.6, report_s: 0.45, keep_s: 2.0, hidden_s: 20.0, longest_s: 7200.0 }
    }
}

/// Clocks give 0.2 s as 0.199999 s.
const SLACK_S: f64 = 1e-3;

impl TrackState {
    /// The one transition.
    pub fn next(self, signal: Signal, limits: &LifeParams) -> Self {
        match (self, signal) {
            (Self::Gone, Signal::Hit | Signal::Unseen { .. }) => Self::Gone,
            (Self::Tentative | Self::Visible | Self::Lost | Self::Hidden, Signal::Hit) => Self::Visible,
            (Self::Tentative, Signal::Unseen { unseen_s, .. }) => {
                if unseen_s > limits.confirm_within_s + SLACK_S {
                    Self::Gone
                } else {
                    Self::Tentative
                }
            }
            (Self::Visible | Self::Lost | Self::Hidden, Signal::Unseen { unseen_s, open_s, outside, age_s }) => {
                let is_long = |s: f64, limit_s: f64| s > limit_s + SLACK_S;
                let has_left = is_long(open_s, limits.keep_s) || (outside && is_long(unseen_s, limits.report_s));
                if has_left || is_long(unseen_s, limits.hidden_s) || age_s > limits.longest_s {
                    Self::Gone
                } else if is_long(unseen_s, limits.keep_s) {
                    Self::Hidden
                } else if is_long(unseen_s, limits.report_s) {
                    Self::Lost
                } else {
                    Self::Visible
                }
            }
        }
    }

    /// Is it a person whom a detection may be?
    pub fn is_person(self) -> bool {
        match self {
            Self::Visible | Self::Lost => true,
            Self::Tentative | Self::Hidden | Self::Gone => false,
        }
    }

    /// Was it confirmed, and is it not over?
    pub fn is_known(self) -> bool {
        self.is_person() || self == Self::Hidden
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_of_a_life() {
        use TrackState::{Gone, Hidden, Lost, Tentative, Visible};
        let unseen = |unseen_s: f64| Signal::Unseen { unseen_s, open_s: unseen_s, outside: false, age_s: 10.0 };
        let hidden = |unseen_s: f64, open_s: f64| Signal::Unseen { unseen_s, open_s, outside: false, age_s: 100.0 };
        let outside = |unseen_s: f64| Signal::Unseen { unseen_s, open_s: unseen_s, outside: true, age_s: 10.0 };
        for (state, signal, then) in [
            (Tentative, Signal::Hit, Visible),
            (Tentative, unseen(0.6), Tentative),
            (Tentative, unseen(0.7), Gone),
            (Visible, unseen(0.4), Visible),
            (Visible, unseen(0.5), Lost),
            (Visible, unseen(2.1), Gone),
            (Lost, Signal::Hit, Visible),
            (Lost, unseen(2.0), Lost),
            (Lost, unseen(2.1), Gone),
            (Lost, hidden(2.0, 0.0), Lost),
            (Lost, hidden(2.1, 2.0), Hidden),
            (Hidden, hidden(20.0, 0.0), Hidden),
            (Hidden, hidden(20.1, 0.0), Gone),
            (Hidden, hidden(5.0, 2.1), Gone),
            (Hidden, Signal::Hit, Visible),
            (Visible, outside(0.4), Visible),
            (Visible, outside(0.5), Gone),
            (Tentative, outside(0.5), Tentative),
            (Visible, Signal::Unseen { unseen_s: 0.0, open_s: 0.0, outside: false, age_s: 7201.0 }, Gone),
            (Gone, Signal::Hit, Gone),
            (Gone, unseen(0.0), Gone),
        ] {
            assert_eq!(state.next(signal, &LifeParams::default()), then, "{state:?} {signal:?}");
        }
    }

    #[test]
    fn only_the_confirmed_are_persons() {
        assert!(TrackState::Visible.is_person() && TrackState::Lost.is_person());
        assert!(!TrackState::Tentative.is_person() && !TrackState::Hidden.is_person() && !TrackState::Gone.is_person());
        assert!(TrackState::Lost.is_known() && TrackState::Hidden.is_known());
        assert!(!TrackState::Tentative.is_known() && !TrackState::Gone.is_known());
    }
}
