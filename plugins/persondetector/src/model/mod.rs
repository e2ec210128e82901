// SPDX-License-Identifier: MPL-2.0
//! A model and what is known of it: from its own metadata, else from hints, else guessed by its family.

pub mod builtin;
pub mod metadata;

use std::collections::BTreeMap;

use footfall_contract::geometry::PictureSize;

use crate::heads::{self, Head, NotADetector, Recognised};
use crate::network::Network;
use crate::sampler::{InputSpec, Normalisation};
use metadata::{BadKey, Metadata};

/// What is known of a model, and from where.
#[derive(Clone, Debug, PartialEq)]
pub struct Card {
    /// The input that the sampler fills.
    pub input: InputSpec,
    /// The head's name.
    pub head: &'static str,
    /// The class of persons.
    pub person: usize,
    /// Suggested least score of a person, 0..1.
    pub threshold: f32,
    /// Does the graph leave duplicates?
    pub needs_nms: bool,
    /// What nobody told and was guessed by family.
    pub guessed: Vec<&'static str>,
}

impl Card {
    /// One line in plain words.
    pub fn describe(&self) -> String {
        let InputSpec { size, resize, order, normalisation, pad, .. } = &self.input;
        let scaling = if *normalisation == Normalisation::NONE {
            "0..255".to_owned()
        } else {
            format!("(0..255 x {} - {:?}) / {:?}", normalisation.scale, normalisation.mean, normalisation.std)
        };
        let guessed = if self.guessed.is_empty() {
            "all said by the file".to_owned()
        } else {
            format!("guessed by family: {}", self.guessed.join(", "))
        };
        format!(
            "{}; input {}x{} {} {scaling}, {}, pad {pad}; class {} is a person, suggested threshold {}; {guessed}",
            self.head,
            size.width,
            size.height,
            order.nick(),
            resize.nick(),
            self.person,
            self.threshold
        )
    }
}

/// Why a model can not be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadModel {
    /// Its metadata make no sense.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// It is no detector that is understood.
    #[error(transparent)]
    NotADetector(#[from] NotADetector),
}

/// Recognises a network; `hints` (keys of [`metadata`]) win over what the file says.
///
/// # Errors
/// When the network is no detector that is understood.
pub fn recognise(network: &mut dyn Network, hints: &BTreeMap<String, String>) -> Result<(Card, Box<dyn Head>), BadModel> {
    let mut keys = network.description().metadata.clone();
    keys.extend(hints.clone());
    let told = Metadata::parse(&keys)?;
    let input = heads::picture_input(network.description(), &told)?;
    network.set_input(&input.name, input.width, input.height);
    let recognised = heads::recognise(network, &input, &told)?;
    let size = PictureSize::new(input.width as u32, input.height as u32);
    Ok((card(&told, &recognised, size), recognised.head))
}

fn card(told: &Metadata, recognised: &Recognised, size: PictureSize) -> Card {
    let defaults = &recognised.defaults;
    let mut guessed = Vec::new();
    let mut note = |missing: bool, what: &'static str| {
        if missing {
            guessed.push(what);
        }
    };
    note(told.order.is_none(), "colour order");
    note(told.scale.is_none() && told.mean.is_none() && told.std.is_none(), "scaling");
    note(told.resize.is_none(), "resize");
    note(recognised.person.1, "person class");
    note(told.threshold.is_none(), "threshold");
    let by_family = defaults.normalisation;
    let normalisation = Normalisation {
        scale: told.scale.unwrap_or(by_family.scale),
        mean: told.mean.unwrap_or(by_family.mean),
        std: told.std.unwrap_or(by_family.std),
    };
    Card {
        input: InputSpec {
            size,
            resize: told.resize.unwrap_or(defaults.resize),
            order: told.order.unwrap_or(defaults.order),
            normalisation,
            pad: told.pad.unwrap_or(114.0),
        },
        head: recognised.head.name(),
        person: recognised.person.0,
        threshold: told.threshold.unwrap_or(defaults.threshold),
        needs_nms: defaults.needs_nms,
        guessed,
    }
}
