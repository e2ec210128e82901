// SPDX-License-Identifier: MPL-2.0
//! Counters of a run, for the property `stats`. None of them follows people.

use std::time::Duration;

use footfall_contract::attestation::Status;

/// Frames by what was done with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    detected: u64,
    skipped: u64,
    closed: u64,
    failed: u64,
    late: u64,
    without_signal: u64,
    inference: Duration,
}

impl Stats {
    /// A frame was attested.
    pub fn frame(&mut self, status: Status) {
        match status {
            Status::Detected => self.detected += 1,
            Status::Skipped => self.skipped += 1,
            Status::Closed => self.closed += 1,
            Status::Failed => self.failed += 1,
        }
    }

    /// A due detection was left out: its frame came too late.
    pub fn late(&mut self) {
        self.late += 1;
    }

    /// A frame that was looked at was no camera's picture.
    pub fn without_signal(&mut self) {
        self.without_signal += 1;
    }

    /// Sampling, network and decoding of one detected frame took this long.
    pub fn inference(&mut self, took: Duration) {
        self.inference += took;
    }

    /// Frames attested.
    pub fn frames(&self) -> u64 {
        self.detected + self.skipped + self.closed + self.failed
    }

    /// Due detections left out.
    pub fn late_frames(&self) -> u64 {
        self.late
    }

    /// As the property shows them.
    pub fn structure(&self) -> gst::Structure {
        let mean_ms = if self.detected > 0 { self.inference.as_secs_f64() * 1e3 / self.detected as f64 } else { 0.0 };
        gst::Structure::builder("stats")
            .field("frames", self.frames())
            .field("detected", self.detected)
            .field("skipped", self.skipped)
            .field("closed", self.closed)
            .field("failed", self.failed)
            .field("late", self.late)
            .field("without-signal", self.without_signal)
            .field("mean-inference-ms", mean_ms)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_is_counted_once() {
        let mut stats = Stats::default();
        for (i, status) in Status::ALL.into_iter().enumerate() {
            for _ in 0..=i {
                stats.frame(status);
            }
        }
        stats.late();
        stats.without_signal();
        stats.inference(Duration::from_millis(8));
        gst::init().unwrap();
        let shown = stats.structure();
        let count = |name: &str| shown.get::<u64>(name).unwrap();
        assert_eq!(
            (count("frames"), count("detected"), count("skipped"), count("closed"), count("failed"), count("late")),
            (10, 1, 2, 3, 4, 1)
        );
        assert_eq!(count("without-signal"), 1);
        assert_eq!(shown.get::<f64>("mean-inference-ms").unwrap(), 8.0);
    }
}
