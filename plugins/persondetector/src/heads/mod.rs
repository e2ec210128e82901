// SPDX-License-Identifier: MPL-2.0
//! Heads: from a network's outputs to boxes. One file a family; [`recognise`] chooses by inputs, outputs, shapes, metadata
//! and one run on grey, never by the file's name.

pub mod yolox;

use crate::letterbox::Resize;
use crate::model::metadata::Metadata;
use crate::network::{Description, Element, Network, Output, Port, RunError};
use crate::nms::Candidate;
use crate::sampler::{ChannelOrder, Normalisation};

/// The network's outputs are not what its head expects.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DecodeError {
    /// An output is missing or of another shape than at the start.
    #[error("the network's output has the shape {0:?}, another one than when it was recognised")]
    Shape(Vec<i64>),
    /// A score or a box is not a number.
    #[error("the network gave a score or a box that is not a number")]
    NotANumber,
}

/// A family of outputs.
pub trait Head: Send {
    /// What it is, for the log.
    fn name(&self) -> &'static str;

    /// Appends every person of at least `min_score` to `found`, duplicates included.
    ///
    /// # Errors
    /// When the outputs are none of this head, or not numbers: "nobody seen" must never be a broken network.
    fn decode(&self, outputs: &[Output<'_>], min_score: f32, found: &mut Vec<Candidate>) -> Result<(), DecodeError>;
}

/// What a family's exporters do where the file says nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FamilyDefaults {
    /// Order of the input's planes.
    pub order: ChannelOrder,
    /// Scaling of the samples.
    pub normalisation: Normalisation,
    /// How pictures are fitted.
    pub resize: Resize,
    /// Suggested least score of a person.
    pub threshold: f32,
    /// Does the graph leave duplicates?
    pub needs_nms: bool,
}

/// The picture input of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureInput {
    /// Its name.
    pub name: String,
    /// Width, pixels.
    pub width: usize,
    /// Height, pixels.
    pub height: usize,
}

/// A model that was recognised.
pub struct Recognised {
    /// Its head.
    pub head: Box<dyn Head>,
    /// What its family does by default.
    pub defaults: FamilyDefaults,
    /// Which class is a person, and whether that was guessed.
    pub person: (usize, bool),
}

/// Why a model can not be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotADetector {
    /// The picture input is not one that the sampler fills.
    #[error("the model wants {0} as input; only one input of 1x3xHEIGHTxWIDTH 32-bit floats is understood")]
    Input(String),
    /// No head fits.
    #[error("the model's outputs are {found}; understood is YOLOX: one output of 1xNx(5+classes), {rows} rows for this input")]
    Output {
        /// What was found.
        found: String,
        /// Rows that YOLOX would have.
        rows: usize,
    },
    /// The class of persons is not among the model's classes.
    #[error("the model's person class is {person}, but it has only {classes} classes: set it by model-hints=\"person_class=0\"")]
    Person {
        /// The class that was asked for.
        person: usize,
        /// Number of classes.
        classes: usize,
    },
    /// The model knows its classes by name, and none is a person.
    #[error("the model's classes are {0}, none of them is a person: use a model that was trained on people")]
    NoPerson(String),
    /// The file names a head that is not built.
    #[error("the model's metadata name the head {0:?}; understood are yolox_raw and yolox_decoded")]
    UnknownHead(String),
    /// The first run failed.
    #[error("the model failed on a first grey picture: {0}")]
    Run(#[from] RunError),
}

/// Grey level of the picture on which a model is told apart; the same as YOLOX's padding.
const GREY: f32 = 114.0;

/// The side of inputs that the file leaves open, pixels.
const OPEN_SIDE: usize = 416;

/// Finds the picture input.
///
/// # Errors
/// When there is no input of `1 x 3 x H x W` floats, or more than one input.
pub fn picture_input(description: &Description, metadata: &Metadata) -> Result<PictureInput, NotADetector> {
    let found = || NotADetector::Input(list(&description.inputs));
    let [input] = description.inputs.as_slice() else { return Err(found()) };
    let &[batch, channels, height, width] = input.shape.as_slice() else { return Err(found()) };
    if input.element != Element::F32 || !matches!(batch, 1 | -1) || channels != 3 {
        return Err(found());
    }
    let (open_width, open_height) = metadata.size.unwrap_or((OPEN_SIDE, OPEN_SIDE));
    let side = |told: i64, open: usize| usize::try_from(told).ok().filter(|n| *n > 0).unwrap_or(open);
    let (width, height) = (side(width, open_width), side(height, open_height));
    // Larger than any detector for one core, and a bound on the memory that a file can ask for.
    if width > 4096 || height > 4096 {
        return Err(found());
    }
    Ok(PictureInput { name: input.name.clone(), width, height })
}

/// Tells the head by one run on grey. The network's input must have been set.
///
/// # Errors
/// When no head fits: the error says what was found.
pub fn recognise(network: &mut dyn Network, input: &PictureInput, metadata: &Metadata) -> Result<Recognised, NotADetector> {
    network.input().fill(GREY);
    let mut outcome = None;
    network.run(&mut |outputs| {
        outcome = Some(yolox::recognise(outputs, input, metadata));
    })?;
    let shapes = || list(&network.description().outputs);
    outcome
        .unwrap_or(Ok(None))?
        .ok_or_else(|| NotADetector::Output { found: shapes(), rows: yolox::rows(input.width, input.height) })
}

/// The person class of a head with `classes` classes, and whether it was guessed.
///
/// # Errors
/// When the metadata name a class that is not there, or classes of which none is a person.
pub fn person_class(metadata: &Metadata, classes: usize) -> Result<(usize, bool), NotADetector> {
    match metadata.person() {
        Some(person) if person < classes => Ok((person, false)),
        Some(person) => Err(NotADetector::Person { person, classes }),
        None if !metadata.names.is_empty() => Err(NotADetector::NoPerson(metadata.names.join(", "))),
        // COCO's order, and that of every model of one class.
        None => Ok((0, true)),
    }
}

fn list(ports: &[Port]) -> String {
    let one = |port: &Port| {
        let dims: Vec<_> = port.shape.iter().map(|d| if *d < 0 { "?".to_owned() } else { d.to_string() }).collect();
        format!("{:?} {:?} {}", port.name, port.element, dims.join("x"))
    };
    if ports.is_empty() { "nothing".to_owned() } else { ports.iter().map(one).collect::<Vec<_>>().join(", ") }
}
