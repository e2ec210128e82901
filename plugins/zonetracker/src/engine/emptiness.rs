// SPDX-License-Identifier: MPL-2.0
//! For how long a camera has been looked at and nobody seen: an empty shop at night, or a view in which people can't be
//! detected at all (from straight above, say), which counts zeros for ever and looks healthy.

use footfall_contract::time::StreamTime;

use super::BLIND_AFTER_S;

/// Looked-at time without anybody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Emptiness {
    looked: Option<StreamTime>,
    seconds: f64,
}

impl Emptiness {
    /// Somebody looked at that moment, and a person was seen or not. Time in which nobody looked is no empty time.
    pub fn looked(&mut self, at: StreamTime, is_anybody_there: bool) {
        let since_s = self.looked.replace(at).map_or(0.0, |before| at.since(before).as_secs_f64());
        let empty_s = if since_s > BLIND_AFTER_S { 0.0 } else { since_s };
        self.seconds = if is_anybody_there { 0.0 } else { self.seconds + empty_s };
    }

    /// Time starts anew.
    pub fn reset(&mut self) {
        self.looked = None;
    }

    /// Looked-at seconds since a person was seen last, or since the beginning.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_time_in_which_somebody_looked_is_empty() {
        let mut emptiness = Emptiness::default();
        for (s, somebody, empty_s) in
            [(0.0, false, 0.0), (1.0, false, 1.0), (61.0, false, 1.0), (62.0, false, 2.0), (63.0, true, 0.0)]
        {
            emptiness.looked(StreamTime::from_secs_f64(s), somebody);
            assert!((emptiness.seconds() - empty_s).abs() < 1e-9, "at {s}: {}", emptiness.seconds());
        }
        emptiness.reset();
        emptiness.looked(StreamTime::from_secs_f64(0.5), false);
        emptiness.looked(StreamTime::from_secs_f64(1.0), false);
        assert!((emptiness.seconds() - 0.5).abs() < 1e-9);
    }
}
