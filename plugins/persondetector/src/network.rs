// SPDX-License-Identifier: MPL-2.0
//! What a loaded network looks like from outside, whoever runs it.

use std::collections::BTreeMap;

/// Type of a tensor's elements, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// 32-bit floats.
    F32,
    /// Bytes.
    U8,
    /// Anything else.
    Other,
}

/// An input or output of the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Type of its elements.
    pub element: Element,
    /// Its shape; -1 where the file leaves a dimension open.
    pub shape: Vec<i64>,
}

/// One output of a run.
#[derive(Clone, Copy)]
pub struct Output<'a> {
    /// Its shape, all dimensions known.
    pub shape: &'a [i64],
    /// Its numbers, row by row.
    pub data: &'a [f32],
}

/// What the file says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// Its inputs.
    pub inputs: Vec<Port>,
    /// Its outputs.
    pub outputs: Vec<Port>,
    /// Its custom metadata.
    pub metadata: BTreeMap<String, String>,
}

/// A run failed; the runtime's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the network could not be run: {0}")]
pub struct RunError(pub String);

/// A network that can be run.
pub trait Network: Send {
    /// What the file says of itself.
    fn description(&self) -> &Description;

    /// Fixes the size of the picture input: `1 x 3 x height x width`. Called once, before the first run.
    fn set_input(&mut self, name: &str, width: usize, height: usize);

    /// The tensor that the next run takes; owned by the network and zeroed after each run.
    fn input(&mut self) -> &mut [f32];

    /// Runs on the input and shows the outputs that are 32-bit floats, in the file's order.
    ///
    /// # Errors
    /// When the runtime fails. The input is zeroed all the same.
    fn run(&mut self, look: &mut dyn FnMut(&[Output<'_>])) -> Result<(), RunError>;
}
