// SPDX-License-Identifier: MPL-2.0
//! Between two frames that were looked at, the last scrubbed picture is shown again: a newcomer on a frame that nobody
//! looked at is never shown.

use std::time::Duration;

use footfall_contract::time::StreamTime;

use crate::cause::Cause;

/// A picture is repeated at most this long after the last frame that was looked at.
pub const LONGEST: Duration = Duration::from_secs(1);

/// The last scrubbed picture, `P` (a buffer), as long as it may be shown again.
#[derive(Clone, Debug)]
pub struct LastPicture<P> {
    kept: Option<(P, StreamTime)>,
}

impl<P> Default for LastPicture<P> {
    fn default() -> Self {
        Self { kept: None }
    }
}

impl<P> LastPicture<P> {
    /// Keeps the picture of the frame at `at`, which was looked at.
    pub fn keep(&mut self, picture: P, at: StreamTime) {
        self.kept = Some((picture, at));
    }

    /// Forgets it: blanking never shows old pixels.
    pub fn forget(&mut self) {
        self.kept = None;
    }

    /// The picture to show again.
    pub fn picture(&self) -> Option<&P> {
        self.kept.as_ref().map(|(picture, _)| picture)
    }

    /// May it be shown at `now`, on a frame whose attestation says that the last detection is `age` old? Both the
    /// detector's word and the picture's own time count.
    ///
    /// # Errors
    /// [`Cause::BeforeFirst`] or [`Cause::SkippedTooLong`].
    pub fn may_repeat(&self, now: StreamTime, age: Option<Duration>) -> Result<(), Cause> {
        match (&self.kept, age) {
            (None, _) | (_, None) => Err(Cause::BeforeFirst),
            (Some((_, at)), Some(age)) if age > LONGEST || now.since(*at) > LONGEST => Err(Cause::SkippedTooLong),
            (Some(_), Some(_)) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_repeated_for_a_second_by_both_clocks() {
        let mut last = LastPicture::default();
        let ms = Duration::from_millis;
        let at = |t| StreamTime::from_secs_f64(t);
        assert_eq!(last.may_repeat(at(5.0), Some(ms(40))), Err(Cause::BeforeFirst));
        last.keep("picture", at(5.0));
        for (now, age, expected) in [
            (5.04, Some(ms(40)), Ok(())),
            (6.0, Some(ms(1000)), Ok(())),
            (6.001, Some(ms(1000)), Err(Cause::SkippedTooLong)),
            (5.5, Some(ms(1001)), Err(Cause::SkippedTooLong)),
            (5.04, None, Err(Cause::BeforeFirst)),
        ] {
            assert_eq!(last.may_repeat(at(now), age), expected, "{now} {age:?}");
        }
        last.forget();
        assert_eq!((last.picture(), last.may_repeat(at(5.1), Some(ms(1)))), (None, Err(Cause::BeforeFirst)));
    }
}
