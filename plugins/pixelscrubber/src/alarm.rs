// SPDX-License-Identifier: MPL-2.0
//! How often a cause is told: counting is for every frame, warnings are for people.

use std::time::Duration;

use footfall_contract::time::StreamTime;

use crate::cause::{Alarm, Cause};

/// Least time between two warnings of one cause.
pub const PAUSE: Duration = Duration::from_secs(60);

/// Which causes were told, and when (stream time).
#[derive(Clone, Debug)]
pub struct Alarms {
    told: [Option<StreamTime>; Cause::ALL.len()],
}

impl Default for Alarms {
    fn default() -> Self {
        Self { told: [None; Cause::ALL.len()] }
    }
}

impl Alarms {
    /// Is the cause to be told now? Remembers that it was.
    pub fn due(&mut self, cause: Cause, now: StreamTime) -> bool {
        let told = &mut self.told[cause as usize];
        let due = match cause.alarm() {
            Alarm::Never => false,
            Alarm::OncePerRun => told.is_none(),
            // A step back (seek, no timestamp) counts as no time passed.
            Alarm::OncePerMinute => told.is_none_or(|then| now.since(then) >= PAUSE),
        };
        if due {
            *told = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_once_a_minute_people_once_a_run_and_normal_work_never() {
        let times = [0.0, 10.0, 59.0, 60.0, 61.0, 130.0, 5.0];
        let told = |cause| {
            let mut alarms = Alarms::default();
            times.map(|t| alarms.due(cause, StreamTime::from_secs_f64(t)))
        };
        assert_eq!(told(Cause::FingerprintDiffers), [true, false, false, true, false, true, false]);
        assert_eq!(told(Cause::Overcovered), [true, false, false, false, false, false, false]);
        assert_eq!(told(Cause::Closed), [false; 7]);
    }
}
