// SPDX-License-Identifier: MPL-2.0
//! The scene file as it is written: JSON, unknown keys are errors, coordinates are fractions of the picture.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A point: `[x, y]`, fractions of the picture's width and height from its top left corner.
pub type FilePoint = [f64; 2];

/// One camera's scene.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SceneFile {
    /// Where the JSON Schema lies; for editors, ignored.
    #[serde(rename = "$schema", default)]
    pub schema: Option<String>,
    /// Version of the file: 1.
    pub version: u32,
    /// The shop: a slug (`a-z`, `0-9`, `-`; at most 40).
    pub site: String,
    /// The camera: a slug.
    pub camera: String,
    /// Where the camera hangs.
    pub placement: Placement,
    /// IANA time zone, such as `Europe/Stockholm`.
    pub time_zone: String,
    /// When people are counted. Missing: always.
    #[serde(default)]
    pub opening_hours: Option<FileHours>,
    /// Named spans of the day.
    #[serde(default)]
    pub day_parts: Vec<FileDayPart>,
    /// Polygons that no model sees and no output shows.
    #[serde(default)]
    pub excluded: Vec<Vec<FilePoint>>,
    /// Lines that people cross.
    #[serde(default)]
    pub lines: Vec<FileLine>,
    /// Zones in which people stay.
    #[serde(default)]
    pub zones: Vec<FileZone>,
    /// What may be published.
    #[serde(default)]
    pub publish: FilePublish,
}

/// Where a camera hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    /// A door to the outside.
    Entrance,
    /// The tills.
    Checkout,
    /// A department or aisle.
    Department,
    /// In front of the shop.
    Pavement,
    /// Anywhere else.
    Other,
}

impl Placement {
    /// The word in files and payloads.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Entrance => "entrance",
            Self::Checkout => "checkout",
            Self::Department => "department",
            Self::Pavement => "pavement",
            Self::Other => "other",
        }
    }
}

/// The point of a person's box that counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Anchor {
    /// The middle of the lower edge: the feet.
    #[default]
    Bottom,
    /// The middle: for cameras that look straight down, or where feet are hidden.
    Centre,
}

/// What a zone is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ZoneRole {
    /// An area: visits, dwell, occupancy.
    #[default]
    Area,
}

/// Protection of small numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Minimums and rounding.
    #[default]
    Standard,
    /// No protection: everything published is marked weak.
    Plain,
}

/// A line.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileLine {
    /// A slug.
    pub name: String,
    /// Two or more points.
    pub points: Vec<FilePoint>,
    /// A point on the side that counts as in.
    pub inside: FilePoint,
    /// The point of a person's box that crosses.
    #[serde(default)]
    pub anchor: Anchor,
    /// Half width of the band around the line in which no side is settled, in fractions of the box height.
    #[serde(default = "default_dead_band")]
    pub dead_band: f64,
}

/// Default of `dead_band`: a twentieth of a person's height, about 9 cm.
pub const DEFAULT_DEAD_BAND: f64 = 0.05;

fn default_dead_band() -> f64 {
    DEFAULT_DEAD_BAND
}

/// A zone.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileZone {
    /// A slug.
    pub name: String,
    /// Three or more corners; the edges must not cross.
    pub polygon: Vec<FilePoint>,
    /// What it is for.
    #[serde(default)]
    pub role: ZoneRole,
    /// The point of a person's box that must be inside.
    #[serde(default)]
    pub anchor: Anchor,
    /// A visit begins after this long inside, seconds (0 to 60). Its time is still the first moment inside.
    #[serde(default = "default_enter_delay_s")]
    pub enter_delay_s: f64,
    /// A visit ends after this long outside, seconds (0 to 60). Its time is still the last moment inside.
    #[serde(default = "default_leave_delay_s")]
    pub leave_delay_s: f64,
}

/// Default of `enter_delay_s`.
pub const DEFAULT_ENTER_DELAY_S: f64 = 0.5;
/// Default of `leave_delay_s`.
pub const DEFAULT_LEAVE_DELAY_S: f64 = 1.0;

fn default_enter_delay_s() -> f64 {
    DEFAULT_ENTER_DELAY_S
}

fn default_leave_delay_s() -> f64 {
    DEFAULT_LEAVE_DELAY_S
}

/// Opening hours: spans such as `"09:00-18:00"` a weekday; a span that ends at or before its start runs past midnight.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct FileHours {
    pub monday: Vec<String>,
    pub tuesday: Vec<String>,
    pub wednesday: Vec<String>,
    pub thursday: Vec<String>,
    pub friday: Vec<String>,
    pub saturday: Vec<String>,
    pub sunday: Vec<String>,
    /// Dates (`2026-12-24`) whose spans replace the weekday's; an empty list is closed.
    pub exceptions: BTreeMap<String, Vec<String>>,
}

/// A named span of the day.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileDayPart {
    /// A slug, such as `morning`.
    pub name: String,
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`, later than `from`; `24:00` is midnight.
    pub to: String,
}

/// What may be published.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FilePublish {
    /// Length of a window: `1h` (default) to `24h` in whole hours that divide a day; under `plain` also `5min`, `10min`,
    /// `15min`, `20min`, `30min`.
    pub window: Option<String>,
    /// Protection of small numbers.
    pub profile: Profile,
    /// Least counts; may be raised above 5 for lines and 10 for zones.
    pub min_count: FileMinCount,
    /// Staff who are on shift.
    pub staff_on_shift: Option<u32>,
    /// pixelscrubber refuses wider pictures.
    pub max_width: Option<u32>,
    /// pixelscrubber refuses higher pictures.
    pub max_height: Option<u32>,
}

/// Least counts of the profile `standard`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct FileMinCount {
    /// For lines, at least 5.
    pub lines: Option<u64>,
    /// For zones, at least 10.
    pub zones: Option<u64>,
}
