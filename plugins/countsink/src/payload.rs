// SPDX-License-Identifier: MPL-2.0
//! The payload: what is published of one camera and window. The only place where its format is written;
//! `docs/payload.schema.json` describes it.

mod figures;

use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;
use serde::Serialize;

use crate::hours::{Completeness, Finished};
pub use figures::{
    AtOnce, Bin, Day, DayShop, DurationFigures, Flows, HeatMap, InOrder, Interest, Line, Number, Published, Queue, QueueLength,
    Route, Shop, Zone, tenths,
};

/// Version of the payload: 2 has interest, queues, flows, routes and netted crossings; 3 has shop, day and heat.
pub const SCHEMA: u32 = 3;

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

/// A moment by the shop's clock, with its offset.
pub(crate) fn local(scene: &Scene, t: WallTime) -> String {
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
