// SPDX-License-Identifier: MPL-2.0
//! The payload: what is published of one camera and window. The only place where its format is written;
//! `docs/payload.schema.json` describes it.

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use serde::{Serialize, Serializer};

use crate::hours::{Completeness, Finished};

/// Version of the payload.
pub const SCHEMA: u32 = 1;

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

/// A line's figures; `None` is withheld.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Crossings to the inside.
    pub entries: Option<u64>,
    /// Crossings to the outside.
    pub exits: Option<u64>,
}

/// A bin of the dwell histogram.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// From this many seconds on.
    pub from_s: u32,
    /// To less than this many seconds; `None` has no end.
    pub to_s: Option<u32>,
    /// Visits; `None` is withheld.
    pub n: Option<u64>,
}

/// How long visits were that ended in the window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Dwell {
    /// Visits that ended with a known dwell.
    pub finished: u64,
    /// Their mean, seconds; `None` if there was none.
    pub mean_s: Option<Number>,
    /// Their median, seconds; `None` if there was none.
    pub median_s: Option<Number>,
    /// By length; `None` is withheld.
    pub histogram: Option<Vec<Bin>>,
}

/// How many people were inside at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Occupancy {
    /// Mean over the time observed; `None` if nothing was.
    pub mean: Option<Number>,
    /// Most people at once.
    pub max: u64,
    /// Seconds with 0, 1, 2, … people inside.
    pub seconds_at: Vec<Number>,
}

/// A zone's figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Zone {
    /// Visits begun in the window; `None` is withheld.
    pub visits: Option<u64>,
    /// Person-seconds inside.
    pub person_seconds: Number,
    /// Dwell; `None` is withheld.
    pub dwell: Option<Dwell>,
    /// Occupancy.
    pub occupancy: Occupancy,
}

/// Figures after disclosure control: the only ones that a payload takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Published {
    /// By the line's name; empty if the scene has none.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lines: BTreeMap<String, Line>,
    /// By the zone's name; empty if the scene has none, `None` is withheld.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub zones: BTreeMap<String, Option<Zone>>,
    /// Paths of what is withheld.
    pub suppressed: Vec<String>,
    /// No protection.
    #[serde(skip)]
    pub weak: bool,
}

#[derive(Serialize)]
struct Span<'a> {
    start: String,
    end: String,
    time_zone: &'a str,
    /// Absent if the scene has no day parts, `null` outside them.
    #[serde(skip_serializing_if = "Option::is_none")]
    day_part: Option<Option<&'a str>>,
}

#[derive(Serialize)]
struct Body<'a> {
    schema: u32,
    id: &'a str,
    rule_version: u32,
    scene_version: &'a str,
    site: &'a str,
    camera: &'a str,
    placement: &'a str,
    window: Span<'a>,
    open_s: Number,
    coverage_s: Number,
    #[serde(rename = "final")]
    is_final: bool,
    weak: bool,
    withdrawn: bool,
    #[serde(flatten)]
    figures: &'a Published,
}

/// A payload: its name and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// `<site>/<camera>/<start in UTC>`, of a partial window with its run behind it.
    pub id: String,
    /// One JSON object on one line.
    pub text: String,
}

/// Writes the payload of a window.
pub fn write(scene: &Scene, rule_version: u32, window: &Finished, figures: &Published) -> Payload {
    let mut id = format!("{}/{}", scene.stream_name(), window.start.utc_seconds());
    let is_final = match &window.completeness {
        Completeness::Whole => true,
        Completeness::Partial { suffix } => {
            id = format!("{id}/{suffix}");
            false
        }
    };
    let open = scene.opening_hours.open_within(&scene.time_zone, window.start, window.end);
    let body = Body {
        schema: SCHEMA,
        id: &id,
        rule_version,
        scene_version: scene.sha256().get(..16).unwrap_or_default(),
        site: &scene.site,
        camera: &scene.camera,
        placement: scene.placement.nick(),
        window: Span {
            start: local(scene, window.start),
            end: local(scene, window.end),
            time_zone: &scene.time_zone_name,
            day_part: (!scene.day_parts.is_empty()).then(|| day_part(scene, window.start)),
        },
        open_s: Number(open.as_secs_f64().round()),
        coverage_s: tenths(window.reading.observed_ns as f64 / 1e9),
        is_final,
        weak: window.weak || figures.weak || !is_final,
        withdrawn: false,
        figures,
    };
    // Strings, numbers and maps with string keys: there is nothing in it that could fail.
    let text = serde_json::to_string(&body).unwrap_or_default();
    Payload { id, text }
}

/// Rounded to a tenth.
pub fn tenths(value: f64) -> Number {
    Number((value * 10.0).round() / 10.0)
}

fn local(scene: &Scene, t: WallTime) -> String {
    let t = t.timestamp();
    t.display_with_offset(scene.time_zone.to_offset(t)).to_string()
}

/// The day part in which the window begins.
fn day_part(scene: &Scene, start: WallTime) -> Option<&str> {
    let local = scene.time_zone.to_datetime(start.timestamp());
    let minute = (i32::from(local.hour()) * 60 + i32::from(local.minute())) as u16;
    let part = scene.day_parts.iter().find(|part| (part.from_minute..part.to_minute).contains(&minute));
    part.map(|part| part.name.as_str())
}
