// SPDX-License-Identifier: MPL-2.0
//! The published figures as they stand in the payload: the only ones that it takes come out of disclosure control.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// A number that is written without a fraction where it has none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Number(pub f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && (0.0..1e15).contains(&self.0) {
            serializer.serialize_u64(self.0 as u64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// Rounded to a tenth.
pub fn tenths(value: f64) -> Number {
    Number((value * 10.0).round() / 10.0)
}

/// A line's figures; `None` is withheld.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Crossings to the inside.
    pub entries: Option<u64>,
    /// Crossings to the outside.
    pub exits: Option<u64>,
    /// Pairs of opposite crossings within the line's `net_within_s`; absent where the scene sets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub netted: Option<Option<u64>>,
}

/// A bin of a histogram of durations.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// From this many seconds on.
    pub from_s: u32,
    /// To less than this many seconds; `None` has no end.
    pub to_s: Option<u32>,
    /// How many.
    pub n: u64,
}

/// How long things lasted that ended in the window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DurationFigures {
    /// Those that ended and whose length is known.
    pub finished: u64,
    /// Their mean, seconds; `None` if there was none.
    pub mean_s: Option<Number>,
    /// Their median, seconds; `None` if there was none.
    pub median_s: Option<Number>,
    /// By length; `None` is withheld.
    pub histogram: Option<Vec<Bin>>,
}

/// How many people were somewhere at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AtOnce {
    /// Mean over the time observed; `None` if nothing was.
    pub mean: Option<Number>,
    /// Most people at once.
    pub max: u64,
    /// Seconds with 0, 1, 2, … people.
    pub seconds_at: Vec<Number>,
}

/// Who stopped at a zone of interest; `None` is withheld.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Interest {
    /// The zone's visits.
    pub passers_by: Option<u64>,
    /// Those of them that became stops.
    pub stops: Option<u64>,
    /// Stops by passers-by; `None` also if nobody passed by.
    pub stopping_rate: Option<Number>,
    /// How long the stops were.
    pub dwell: Option<DurationFigures>,
}

/// How many people waited at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QueueLength {
    /// Mean, most, and times.
    #[serde(flatten)]
    pub at_once: AtOnce,
    /// Share of the time observed with more people than the scene's `long_queue`, `None` if nothing was observed; absent
    /// where the scene sets none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_share: Option<Option<Number>>,
}

/// Who queued; `None` is withheld.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Queue {
    /// Joined.
    pub joined: Option<u64>,
    /// Came to be served.
    pub served: Option<u64>,
    /// Left without being served; absent without a service zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<Option<u64>>,
    /// Served or not is unknown.
    pub unknown: Option<u64>,
    /// How many waited at once.
    pub length: QueueLength,
    /// From joining to service.
    pub wait: Option<DurationFigures>,
    /// At the till; absent without a service zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<Option<DurationFigures>>,
}

/// A zone's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Zone {
    /// Visits begun in the window; `None` is withheld.
    pub visits: Option<u64>,
    /// Person-seconds inside.
    pub person_seconds: Number,
    /// How long visits were; `None` is withheld.
    pub dwell: Option<DurationFigures>,
    /// People inside at once.
    pub occupancy: AtOnce,
    /// Of a zone of role `interest`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest: Option<Interest>,
    /// Of a zone of role `queue`; the inner `None` is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Option<Queue>>,
}

/// A planned route's figures; `None` is withheld.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Route {
    /// Came to its first zone.
    pub started: Option<u64>,
    /// Came to each of its zones, by name.
    pub reached: InOrder<Option<u64>>,
    /// Came to its last zone.
    pub completed: Option<u64>,
    /// Walked a piece of it backwards.
    pub against: Option<u64>,
}

/// The shop as its doors bound it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shop {
    /// By all doors together.
    pub entries: u64,
    /// By all doors together.
    pub exits: u64,
    /// Person-seconds inside.
    pub person_seconds: Number,
    /// People inside at once.
    pub occupancy: AtOnce,
}

/// The shop's balance over a day; `None` is withheld, of the means also what does not hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayShop {
    /// Came in.
    pub entries: Option<u64>,
    /// Went out.
    pub exits: Option<u64>,
    /// Entries less exits.
    pub balance: Option<i64>,
    /// Went out while nobody was known to be inside.
    pub unseen: Option<u64>,
    /// Were still taken to be inside when the shop was empty.
    pub left_inside: Option<u64>,
    /// Mean visit, seconds.
    pub mean_visit_s: Option<Number>,
    /// People inside on average while it was open.
    pub mean_inside: Option<Number>,
}

/// A day that the window ends.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Day {
    /// Its beginning, local time with its offset.
    pub start: String,
    /// Its end.
    pub end: String,
    /// Seconds within opening hours.
    pub open_s: Number,
    /// How many of them were looked at.
    pub coverage_s: Number,
    /// The shop's balance.
    pub shop: DayShop,
}

/// For how long people were where.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HeatMap {
    /// Cells from left to right.
    pub columns: usize,
    /// Cells from top to bottom.
    pub rows: usize,
    /// Person-seconds, rows from the top, each from the left; `None` is withheld.
    pub seconds: Vec<Vec<Option<Number>>>,
}

/// A map that is written in the order given.
#[derive(Clone, Debug, PartialEq)]
pub struct InOrder<T>(pub Vec<(String, T)>);

impl<T: Serialize> Serialize for InOrder<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// From a place to the next, by their names; `None` is withheld.
pub type Flows = BTreeMap<String, BTreeMap<String, Option<u64>>>;

/// Figures after disclosure control: the only ones that a payload takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Published {
    /// By the line's name; empty if the scene has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, Line>,
    /// By the zone's name; empty if the scene has none, `None` is withheld.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub zones: BTreeMap<String, Option<Zone>>,
    /// Empty if the scene has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub flows: Flows,
    /// By the route's name; empty if the scene has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub routes: BTreeMap<String, Route>,
    /// Absent if the scene has no shop; the inner `None` is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shop: Option<Option<Shop>>,
    /// Absent if the scene has no grid; the inner `None` is withheld.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heat: Option<Option<HeatMap>>,
    /// Absent but in the window that ends a day of the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// Paths of what is withheld.
    pub suppressed: Vec<String>,
    /// No protection.
    #[serde(skip)]
    pub weak: bool,
}
