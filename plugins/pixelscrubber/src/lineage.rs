// SPDX-License-Identifier: MPL-2.0
//! Whose frames these are: one stream, one run, numbers that grow.

use footfall_contract::attestation::{Attestation, StreamId};

use crate::cause::Cause;

/// How many runs that were left are remembered.
const LEFT_RUNS: usize = 64;

/// The run that is believed, and those that were left and never come back (two detectors behind a funnel would
/// otherwise take turns).
#[derive(Clone, Debug, Default)]
pub struct Lineage {
    current: Option<(StreamId, Option<u64>)>,
    left: Vec<StreamId>,
    /// A STREAM_START came: the next frame may begin a new run.
    open: bool,
}

impl Lineage {
    /// A new stream may begin with the next frame.
    pub fn stream_start(&mut self) {
        self.open = true;
    }

    /// Frame numbers may begin anew within the run (after a flush).
    pub fn flush(&mut self) {
        if let Some((_, frame)) = &mut self.current {
            *frame = None;
        }
    }

    /// Does the frame go on from the frames before it? Remembers it if so.
    ///
    /// # Errors
    /// [`Cause::ForeignStream`] or [`Cause::FrameNotNew`].
    pub fn accept(&mut self, attestation: &Attestation) -> Result<(), Cause> {
        if self.left.contains(&attestation.stream) {
            return Err(Cause::ForeignStream);
        }
        match &mut self.current {
            Some((stream, last)) if *stream == attestation.stream => {
                if last.is_some_and(|last| attestation.frame <= last) {
                    return Err(Cause::FrameNotNew);
                }
                *last = Some(attestation.frame);
            }
            Some(_) if !self.open => return Err(Cause::ForeignStream),
            current => {
                if let Some((stream, _)) = current.replace((attestation.stream.clone(), Some(attestation.frame))) {
                    if self.left.len() == LEFT_RUNS {
                        self.left.remove(0);
                    }
                    self.left.push(stream);
                }
            }
        }
        self.open = false;
        Ok(())
    }
}
