// SPDX-License-Identifier: MPL-2.0
//! The one place that asks the clocks.

use std::time::Instant;

use footfall_contract::time::WallTime;

/// A steady clock that began with the value.
#[derive(Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Begins now.
    #[allow(clippy::disallowed_methods)]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// Since it began, seconds.
    pub fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }
}

/// The wall time.
pub fn wall() -> WallTime {
    WallTime::from_timestamp(jiff::Timestamp::now())
}

/// Waits before a camera is knocked at again: nobody can wake it, and Ctrl-C ends the process.
#[allow(clippy::disallowed_methods)]
pub fn pause(seconds: f64) {
    std::thread::sleep(std::time::Duration::from_secs_f64(seconds));
}
