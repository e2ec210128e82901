// SPDX-License-Identifier: MPL-2.0
//! One line of the report: what was found, and what to do about it.

use serde_json::{Map, Value};

/// What a check is about, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// What runs here.
    Machine,
    /// The camera, or the film in its place.
    Camera,
    /// The detector.
    Model,
    /// The scene file.
    Scene,
    /// The broker.
    Broker,
    /// The soak.
    Soak,
}

impl Group {
    /// Its word in the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Model => "model",
            Self::Scene => "scene",
            Self::Camera => "camera",
            Self::Broker => "broker",
            Self::Soak => "soak",
        }
    }
}

/// How a check came out. What is wrong always comes with its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works, but look at this.
    Warning {
        /// What to check.
        check: String,
    },
    /// It does not work.
    Failed {
        /// What was tried.
        tried: String,
        /// What to check.
        check: String,
    },
    /// It could not be tried, or nobody asked.
    NotTried,
}

impl Outcome {
    /// Its word in the report.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning { .. } => "warning",
            Self::Failed { .. } => "failed",
            Self::NotTried => "not tried",
        }
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// What it is about.
    pub group: Group,
    /// Its name; the same in every run.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found, in words.
    pub finding: String,
    /// What was found, in figures; the unit stands in the name.
    pub figures: Map<String, Value>,
}

impl Check {
    fn new(group: Group, name: &'static str, outcome: Outcome, finding: impl Into<String>) -> Self {
        Self { group, name, outcome, finding: finding.into(), figures: Map::new() }
    }

    /// All is well.
    pub fn ok(group: Group, name: &'static str, finding: impl Into<String>) -> Self {
        Self::new(group, name, Outcome::Ok, finding)
    }

    /// It works, but `check` this.
    pub fn warning(group: Group, name: &'static str, finding: impl Into<String>, check: impl Into<String>) -> Self {
        Self::new(group, name, Outcome::Warning { check: check.into() }, finding)
    }

    /// It does not work.
    pub fn failed(
        group: Group,
        name: &'static str,
        finding: impl Into<String>,
        tried: impl Into<String>,
        check: impl Into<String>,
    ) -> Self {
        Self::new(group, name, Outcome::Failed { tried: tried.into(), check: check.into() }, finding)
    }

    /// Nothing was done, and why.
    pub fn not_tried(group: Group, name: &'static str, why: impl Into<String>) -> Self {
        Self::new(group, name, Outcome::NotTried, why)
    }

    /// With a figure. What is no number (infinite, not a number) is null.
    #[must_use]
    pub fn figure(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.figures.insert(name.to_owned(), value.into());
        self
    }

    /// Did it fail?
    pub fn is_failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. })
    }
}
