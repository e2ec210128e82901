// SPDX-License-Identifier: MPL-2.0
//! The scene: one file that describes the camera. It is told once (to persondetector) and travels downstream, so that
//! no two elements can disagree about it.
//!
//! [`file`] is the file as it is written; [`Scene::parse`] checks it and gives the [`Scene`] that the elements use.

mod check;
pub mod file;
mod heat;
pub mod hours;
mod paths;
mod room;
mod shop;

use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::geometry::{Fraction, PictureSize, Point, Polygon};
use crate::sentence::one_line;
use crate::windows::{WindowLength, Windows};
pub use file::{Anchor, Placement, Profile, ZoneRole};
pub use heat::Heat;
use hours::OpeningHours;
pub use shop::{Shop, ShopDay};

/// Version of the scene file.
pub const VERSION: u32 = 1;

/// A line that people cross.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its slug.
    pub name: String,
    /// Two or more points, in order.
    pub points: Vec<Point<Fraction>>,
    /// A point on the side that counts as in.
    pub inside: Point<Fraction>,
    /// The point of a person's box that crosses.
    pub anchor: Anchor,
    /// Half width of the band around the line in which no side is settled, in fractions of the box height.
    pub dead_band: f64,
    /// Two opposite crossings by one person within this long are none, seconds; 0: every crossing counts.
    pub net_within_s: f64,
}

/// What a zone is for, with what its rule needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// Visits, dwell, occupancy.
    Area,
    /// These, and stops.
    Interest {
        /// A visit of at least this long is a stop, seconds.
        stop_s: f64,
    },
    /// These, and the queue.
    Queue {
        /// The zone in which people are served, by its place in the scene.
        service: Option<usize>,
        /// Who stays at least this long has joined, seconds.
        join_s: f64,
        /// A queue with more people than this is long.
        long_queue: Option<u32>,
    },
}

/// A line or a zone, by its place in the scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line.
    Line(usize),
    /// A zone.
    Zone(usize),
}

/// A planned way through the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Its slug.
    pub name: String,
    /// Two or more zones in order, by their place in the scene.
    pub zones: Vec<usize>,
}

/// A zone in which people stay.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// Its slug.
    pub name: String,
    /// Its outline, clipped to the picture.
    pub polygon: Polygon<Fraction>,
    /// What it is for.
    pub role: Role,
    /// The point of a person's box that must be inside.
    pub anchor: Anchor,
    /// A visit begins after this long inside, seconds.
    pub enter_delay_s: f64,
    /// A visit ends after this long outside, seconds.
    pub leave_delay_s: f64,
}

/// A named span of the local day, minutes from midnight, `from < to`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayPart {
    /// Its slug.
    pub name: String,
    /// First minute.
    pub from_minute: u16,
    /// Minute after the last.
    pub to_minute: u16,
}

/// What may be published, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// Length of a window.
    pub window: WindowLength,
    /// Protection of small numbers.
    pub profile: Profile,
    /// Least count that a line publishes under `standard`.
    pub min_lines: u64,
    /// Least number of contributors that a zone publishes under `standard`.
    pub min_zones: u64,
    /// Staff who are on shift, where the shop says so.
    pub staff_on_shift: Option<u32>,
    /// pixelscrubber refuses wider pictures, pixels.
    pub max_width: Option<u32>,
    /// pixelscrubber refuses higher pictures, pixels.
    pub max_height: Option<u32>,
}

/// A checked scene.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Slug of the shop.
    pub site: String,
    /// Slug of the camera.
    pub camera: String,
    /// Where the camera hangs.
    pub placement: Placement,
    /// The shop's time zone.
    pub time_zone: TimeZone,
    /// IANA name of the time zone.
    pub time_zone_name: String,
    /// When people are counted; always, unless the file says otherwise.
    pub opening_hours: OpeningHours,
    /// Named spans of the day.
    pub day_parts: Vec<DayPart>,
    /// Polygons that no model sees and no output shows, clipped to the picture.
    pub excluded: Vec<Polygon<Fraction>>,
    /// Lines, in the order of the file.
    pub lines: Vec<Line>,
    /// Zones, in the order of the file.
    pub zones: Vec<Zone>,
    /// Lines and zones between which people's ways are counted.
    pub flows: Vec<Place>,
    /// Planned ways.
    pub routes: Vec<Route>,
    /// The shop as its doors bound it.
    pub shop: Option<Shop>,
    /// The grid in whose cells people's time is added up.
    pub heat: Option<Heat>,
    /// What may be published.
    pub publish: Publish,
    /// The file's text.
    text: String,
    /// SHA-256 of the text, hex.
    sha256: String,
}

/// What is wrong with a scene file: one sentence that names the key, the value and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("scene: {0}")]
pub struct BadScene(pub String);

impl Scene {
    /// Reads and checks a scene.
    ///
    /// # Errors
    /// When the text is no scene: see [`BadScene`].
    pub fn parse(text: &str) -> Result<Self, BadScene> {
        let file: Result<file::SceneFile, _> = serde_json::from_str(text).map_err(|e| BadScene(e.to_string()));
        file.and_then(|file| check::scene(file, text)).map_err(|bad| BadScene(one_line(&bad.0)))
    }

    /// The file's text, as it travels.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text, 64 hex digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The name of a line or zone of this scene.
    pub fn place_name(&self, place: Place) -> &str {
        let name = match place {
            Place::Line(line) => self.lines.get(line).map(|l| &l.name),
            Place::Zone(zone) => self.zones.get(zone).map(|z| &z.name),
        };
        name.map_or("", String::as_str)
    }

    /// `<site>/<camera>`.
    pub fn stream_name(&self) -> String {
        format!("{}/{}", self.site, self.camera)
    }

    /// What can be used and is probably not what was meant, a sentence each: lines without room on both sides.
    pub fn warnings(&self) -> Vec<String> {
        self.lines.iter().filter_map(|line| room::warning(line, &self.excluded)).collect()
    }

    /// Its publishing windows.
    pub fn windows(&self) -> Windows {
        Windows::new(self.time_zone.clone(), self.publish.window)
    }

    /// Why a picture of this size may not leave, if it may not.
    pub fn refuses_size(&self, size: PictureSize) -> Option<String> {
        let wide = self.publish.max_width.is_some_and(|max| size.width > max);
        let high = self.publish.max_height.is_some_and(|max| size.height > max);
        (wide || high).then(|| {
            let limit = |max: Option<u32>| max.map_or("any".to_owned(), |m| m.to_string());
            format!(
                "a picture of {}x{} is larger than the scene's publish.max_width x max_height of {} x {}: put videoscale before persondetector",
                size.width,
                size.height,
                limit(self.publish.max_width),
                limit(self.publish.max_height)
            )
        })
    }
}

/// SHA-256 of some bytes, 64 hex digits.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}
