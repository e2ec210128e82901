// SPDX-License-Identifier: MPL-2.0
//! For how long exactly n people were somewhere: mean, most and any share of time follow from it.

use serde::{Deserialize, Serialize};

use super::{TotalFell, add_each, less_each};

/// Times are kept for fewer people than this; more are counted as one less than this.
pub const MOST_PEOPLE: usize = 512;

/// Nanoseconds with exactly n people, by n; the last entry is "n or more" once it is [`MOST_PEOPLE`] long.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeAt(Vec<u64>);

impl TimeAt {
    /// Adds a time with `people`.
    pub fn add_time(&mut self, people: usize, ns: u64) {
        let n = people.min(MOST_PEOPLE - 1);
        if self.0.len() <= n {
            self.0.resize(n + 1, 0);
        }
        if let Some(time) = self.0.get_mut(n) {
            *time += ns;
        }
    }

    /// Nanoseconds by the number of people, from none on.
    pub fn as_ns(&self) -> &[u64] {
        &self.0
    }

    pub(super) fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        less_each(&self.0, &then.0).map(Self)
    }

    pub(super) fn add(&mut self, other: &Self) {
        add_each(&mut self.0, &other.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_stays_bounded() {
        let mut time = TimeAt::default();
        time.add_time(1_000_000, 3);
        assert_eq!((time.as_ns().len(), time.as_ns().last()), (MOST_PEOPLE, Some(&3)));
    }

    #[test]
    fn a_time_that_fell_is_noticed() {
        let (mut few, mut more) = (TimeAt::default(), TimeAt::default());
        few.add_time(1, 5);
        more.add_time(2, 5);
        assert!(few.since(&more).is_err() && more.since(&few).is_err());
    }
}
