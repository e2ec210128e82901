// SPDX-License-Identifier: MPL-2.0
//! Bounds what can't be interrupted: an element that hangs while it is stopped would hang the runner for ever.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::Mouth;

/// Stopping a pipeline takes no longer; countsink's wait for its hours (5 s) is well below it.
const LONGEST: Duration = Duration::from_secs(20);

/// Does `work`. When it hangs, the process says so and ends with 1: a service manager starts it anew.
pub fn within_bounds(mouth: &Mouth, work: impl FnOnce()) {
    let (done, wait) = channel::<()>();
    let mouth = mouth.clone();
    let guard = std::thread::Builder::new().name("guard".into()).spawn(move || {
        if wait.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
            mouth.say(&format!("the pipeline did not stop within {} s; the process ends", LONGEST.as_secs()));
            std::process::exit(1);
        }
    });
    work();
    drop(done);
    if let Ok(guard) = guard {
        let _ = guard.join();
    }
}
