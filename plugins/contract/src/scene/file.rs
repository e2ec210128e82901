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
    /// Names of lines and zones: how many people went from each of them to which as the next.
    #[serde(default)]
    pub flows: Vec<String>,
    /// Planned ways through the shop.
    #[serde(default)]
    pub routes: Vec<FileRoute>,
    /// The shop as its doors bound it: how many are inside, for how long they stay, and the day's balance.
    #[serde(default)]
    pub shop: Option<FileShop>,
    /// A coarse grid over the picture: for how long people were where.
    #[serde(default)]
    pub heat: Option<FileHeat>,
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
    /// A shelf, a table, a group of products: who passes, who stops, for how long.
    Interest,
    /// Where people wait to be served: length, wait, service, abandonment.
    Queue,
}

impl ZoneRole {
    /// The word in files.
    pub fn nick(self) -> &'static str {
        match self {
            Self::Area => "area",
            Self::Interest => "interest",
            Self::Queue => "queue",
        }
    }
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
    /// Two opposite crossings by one person within this long are none at all, seconds (0 to 60; 0: every crossing counts).
    /// For staff who step out to fetch a trolley.
    #[serde(default)]
    pub net_within_s: f64,
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
    /// Role `interest` only: a visit of at least this long is a stop, seconds (1 to 60).
    #[serde(default)]
    pub stop_s: Option<f64>,
    /// Role `queue` only: name of the zone, of role `area`, in which people are served.
    #[serde(default)]
    pub service: Option<String>,
    /// Role `queue` only: who stays at least this long has joined, seconds (0 to 60); who is served has joined anyhow.
    #[serde(default)]
    pub join_s: Option<f64>,
    /// Role `queue` only: a queue with more people than this is long; the share of time with a long queue is published.
    #[serde(default)]
    pub long_queue: Option<u32>,
}

/// Default of `stop_s`: three to five seconds are usual in retail analytics.
pub const DEFAULT_STOP_S: f64 = 3.0;
/// Default of `join_s`: longer than it takes to walk through a queue.
pub const DEFAULT_JOIN_S: f64 = 3.0;

/// A planned way through the shop.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileRoute {
    /// A slug.
    pub name: String,
    /// Names of two or more zones, in the order of the route.
    pub zones: Vec<String>,
}

/// What bounds the shop.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileShop {
    /// Names of all lines by which people come in and go out.
    pub lines: Vec<String>,
    /// Time of day, `HH:MM`, at a window's beginning, when nobody is inside: the shop's day begins then. Missing: at
    /// midnight.
    #[serde(default)]
    pub empty_at: Option<String>,
}

/// A coarse grid over the picture.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileHeat {
    /// Cells from left to right (2 to 32).
    #[serde(default = "default_columns")]
    pub columns: u32,
    /// Cells from top to bottom (2 to 32).
    #[serde(default = "default_rows")]
    pub rows: u32,
    /// The point of a person's box that is somewhere.
    #[serde(default)]
    pub anchor: Anchor,
}

/// Default of `columns`: square cells in a wide picture,
pub const DEFAULT_COLUMNS: u32 = 16;
/// and of `rows`.
pub const DEFAULT_ROWS: u32 = 9;

fn default_columns() -> u32 {
    DEFAULT_COLUMNS
}

fn default_rows() -> u32 {
    DEFAULT_ROWS
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
