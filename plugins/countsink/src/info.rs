// SPDX-License-Identifier: MPL-2.0
//! The message on the topic `info`: what runs, since when. `docs/info.schema.json` describes it.

use footfall_contract::scene::{Profile, Scene};
use footfall_contract::time::WallTime;
use footfall_contract::totals::RULE_VERSION;
use serde::Serialize;

use crate::health::minute;
use crate::payload;

/// Version of the message.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Info<'a> {
    schema: u32,
    site: &'a str,
    camera: &'a str,
    placement: &'a str,
    version: &'a str,
    rule_version: u32,
    scene_version: &'a str,
    payload_schema: u32,
    time_zone: &'a str,
    window_min: u32,
    profile: &'a str,
    since: String,
}

/// Writes the message of a countsink that runs since `since`.
pub fn write(scene: &Scene, since: WallTime) -> String {
    let info = Info {
        schema: SCHEMA,
        site: &scene.site,
        camera: &scene.camera,
        placement: scene.placement.nick(),
        version: env!("CARGO_PKG_VERSION"),
        rule_version: RULE_VERSION,
        scene_version: scene.sha256().get(..16).unwrap_or_default(),
        payload_schema: payload::SCHEMA,
        time_zone: &scene.time_zone_name,
        window_min: scene.publish.window.minutes(),
        profile: match scene.publish.profile {
            Profile::Standard => "standard",
            Profile::Plain => "plain",
        },
        since: minute(since),
    };
    // Strings and numbers: there is nothing in it that could fail.
    serde_json::to_string(&info).unwrap_or_default()
}
