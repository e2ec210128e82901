// SPDX-License-Identifier: MPL-2.0
//! Checks a scene file: each error names the key, the value and what would be right.

use jiff::tz::TimeZone;

use super::file::{
    DEFAULT_JOIN_S, DEFAULT_STOP_S, FileDayPart, FileLine, FilePoint, FilePublish, FileZone, Profile, SceneFile, ZoneRole,
};
use super::heat::heat;
use super::hours::{OpeningHours, minute_of_day};
use super::paths::{flows, routes};
use super::room::is_in_view;
use super::shop::shop;
use super::{BadScene, DayPart, Line, Publish, Role, Scene, VERSION, Zone, sha256_hex};
use crate::geometry::{Fraction, Point, Polygon, cross};
use crate::windows::WindowLength;

/// Least count of lines under `standard`.
pub const MIN_LINES: u64 = 5;
/// Least contributors of zones under `standard`.
pub const MIN_ZONES: u64 = 10;
/// Most points of a line or polygon, most lines, zones and excluded areas: memory is bounded whatever comes.
const MAX_POINTS: usize = 64;
const MAX_ITEMS: usize = 64;

pub(super) type Checked<T> = Result<T, BadScene>;

pub(super) fn bad<T>(text: String) -> Checked<T> {
    Err(BadScene(text))
}

/// The checked scene of a file, whose text is kept with it.
pub fn scene(file: SceneFile, text: &str) -> Checked<Scene> {
    if file.version != VERSION {
        return bad(format!("version is {}, this build reads version {VERSION}", file.version));
    }
    slug("site", &file.site)?;
    slug("camera", &file.camera)?;
    let time_zone = time_zone(&file.time_zone)?;
    let opening_hours = OpeningHours::parse(file.opening_hours.as_ref()).map_err(BadScene)?;
    few("excluded", file.excluded.len())?;
    few("lines", file.lines.len())?;
    few("zones", file.zones.len())?;
    few("routes", file.routes.len())?;
    let excluded = (file.excluded.iter().enumerate())
        .map(|(i, corners)| polygon(&format!("excluded[{i}]"), corners))
        .collect::<Checked<Vec<_>>>()?;
    let mut names = Vec::new();
    let routes_named = file.routes.iter().map(|r| ("routes", &r.name));
    let zones_named = file.zones.iter().map(|z| ("zones", &z.name));
    for (kind, name) in file.lines.iter().map(|l| ("lines", &l.name)).chain(zones_named).chain(routes_named) {
        slug(&format!("{kind}: name"), name)?;
        if names.contains(&(kind, name)) {
            return bad(format!("{kind}: the name {name:?} stands twice; each needs its own"));
        }
        names.push((kind, name));
    }
    let lines = file.lines.iter().map(|l| line(l, &excluded)).collect::<Checked<Vec<_>>>()?;
    let zones = file.zones.iter().map(|z| zone(z, &file.zones)).collect::<Checked<Vec<_>>>()?;
    let publish = publish(&file.publish)?;
    Ok(Scene {
        day_parts: day_parts(&file.day_parts)?,
        shop: file.shop.as_ref().map(|file| shop(file, &lines, &publish)).transpose()?,
        heat: file.heat.as_ref().map(heat).transpose()?,
        publish,
        flows: flows(&file.flows, &lines, &zones)?,
        routes: routes(&file.routes, &zones)?,
        site: file.site,
        camera: file.camera,
        placement: file.placement,
        time_zone,
        time_zone_name: file.time_zone,
        opening_hours,
        excluded,
        lines,
        zones,
        text: text.to_owned(),
        sha256: sha256_hex(text.as_bytes()),
    })
}

fn few(key: &str, n: usize) -> Checked<()> {
    if n > MAX_ITEMS { bad(format!("{key}: {n} of them; at most {MAX_ITEMS} are allowed")) } else { Ok(()) }
}

fn slug(key: &str, name: &str) -> Checked<()> {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    let good =
        (1..=40).contains(&name.len()) && name.bytes().all(|c| plain(c) || c == b'-') && name.bytes().next().is_some_and(plain);
    if good {
        Ok(())
    } else {
        bad(format!(
            "{key}: {name:?} is no slug; use 1 to 40 of a-z, 0-9 and '-', beginning with a letter or digit, such as \"main-door\""
        ))
    }
}

fn time_zone(name: &str) -> Checked<TimeZone> {
    TimeZone::get(name)
        .map_err(|_| BadScene(format!("time_zone: {name:?} is no IANA time zone; write one such as \"Europe/Stockholm\"")))
}

/// How far outside the picture a point may lie before it is taken for pixels.
const FAR: f64 = 2.0;

fn point(key: &str, p: &FilePoint) -> Checked<Point<Fraction>> {
    let inside = |v: f64| v.is_finite() && (-FAR..=1.0 + FAR).contains(&v);
    if p.iter().all(|v| inside(*v)) {
        Ok(Point::new(p[0], p[1]))
    } else {
        bad(format!(
            "{key}: [{}, {}] is far outside the picture; coordinates are fractions of its width and height (0 to 1), not pixels",
            p[0], p[1]
        ))
    }
}

fn points(key: &str, given: &[FilePoint], least: usize) -> Checked<Vec<Point<Fraction>>> {
    if given.len() < least || given.len() > MAX_POINTS {
        return bad(format!("{key}: {} points; it needs {least} to {MAX_POINTS}", given.len()));
    }
    given.iter().map(|p| point(key, p)).collect()
}

fn polygon(key: &str, corners: &[FilePoint]) -> Checked<Polygon<Fraction>> {
    let whole = Polygon::new(points(key, corners, 3)?);
    if let Some((i, j)) = whole.crossing_edges() {
        return bad(format!("{key}: edges {i} and {j} cross each other; give the corners in order around the outline"));
    }
    let clipped = whole.clipped();
    if clipped.area() < 1e-6 {
        return bad(format!("{key}: it has no area inside the picture; give corners between 0 and 1"));
    }
    Ok(clipped)
}

fn line(file: &FileLine, excluded: &[Polygon<Fraction>]) -> Checked<Line> {
    let key = format!("lines: {:?}", file.name);
    let points = points(&format!("{key}: points"), &file.points, 2)?;
    let inside = point(&format!("{key}: inside"), &file.inside)?;
    if points.windows(2).any(|p| (p[0].x - p[1].x).hypot(p[0].y - p[1].y) < 1e-6) {
        return bad(format!("{key}: two points in a row are the same; a segment without length can never count"));
    }
    if !is_in_view(&points, excluded) || along_an_edge(&points) {
        return bad(format!(
            "{key}: no part of it lies in the picture outside the excluded areas, so that it could never count; move it"
        ));
    }
    if points.windows(2).all(|p| cross(p[0], p[1], inside).abs() < 1e-9) {
        return bad(format!(
            "{key}: inside [{}, {}] lies on the line; give a point on the side that counts as in",
            inside.x, inside.y
        ));
    }
    if !(0.0..=1.0).contains(&file.dead_band) {
        return bad(format!("{key}: dead_band {} is no fraction of a person's height between 0 and 1", file.dead_band));
    }
    span_s(&key, "net_within_s", file.net_within_s, 0.0)?;
    let (name, anchor, dead_band) = (file.name.clone(), file.anchor, file.dead_band);
    Ok(Line { name, points, inside, anchor, dead_band, net_within_s: file.net_within_s })
}

/// Does the whole line lie on the picture's border, where nobody can be on both sides?
fn along_an_edge(points: &[Point<Fraction>]) -> bool {
    let all = |on: fn(&Point<Fraction>) -> bool| points.iter().all(on);
    all(|p| p.x <= 0.0) || all(|p| p.x >= 1.0) || all(|p| p.y <= 0.0) || all(|p| p.y >= 1.0)
}

/// A number of seconds up to a minute.
fn span_s(key: &str, name: &str, value: f64, least: f64) -> Checked<()> {
    if (least..=60.0).contains(&value) {
        Ok(())
    } else {
        bad(format!("{key}: {name} is {value}; it must be {least} to 60 seconds"))
    }
}

/// What a zone is for; keys of other roles are refused.
fn role(file: &FileZone, key: &str, all: &[FileZone]) -> Checked<Role> {
    let of_another = |names: &[(&str, bool)], needs: &str| match names.iter().find(|(_, given)| *given) {
        Some((name, _)) => {
            let role = file.role.nick();
            bad(format!("{key}: {name} belongs to the role \"{needs}\", and this zone's role is \"{role}\""))
        }
        None => Ok(()),
    };
    let of_queues =
        [("service", file.service.is_some()), ("join_s", file.join_s.is_some()), ("long_queue", file.long_queue.is_some())];
    if file.role != ZoneRole::Queue {
        of_another(&of_queues, "queue")?;
    }
    if file.role != ZoneRole::Interest {
        of_another(&[("stop_s", file.stop_s.is_some())], "interest")?;
    }
    match file.role {
        ZoneRole::Area => Ok(Role::Area),
        ZoneRole::Interest => {
            let stop_s = file.stop_s.unwrap_or(DEFAULT_STOP_S);
            span_s(key, "stop_s", stop_s, 1.0)?;
            if stop_s < file.enter_delay_s {
                return bad(format!(
                    "{key}: stop_s {stop_s} is less than enter_delay_s {}; a stop is a visit first",
                    file.enter_delay_s
                ));
            }
            Ok(Role::Interest { stop_s })
        }
        ZoneRole::Queue => {
            let join_s = file.join_s.unwrap_or(DEFAULT_JOIN_S);
            span_s(key, "join_s", join_s, 0.0)?;
            let service = file.service.as_ref().map(|name| service_zone(name, key, all)).transpose()?;
            Ok(Role::Queue { service, join_s, long_queue: file.long_queue })
        }
    }
}

/// The place of the zone in which people are served.
fn service_zone(name: &str, key: &str, all: &[FileZone]) -> Checked<usize> {
    match all.iter().position(|z| z.name == name) {
        Some(place) if all.get(place).is_some_and(|z| z.role == ZoneRole::Area) => Ok(place),
        Some(_) => bad(format!("{key}: service {name:?} must be a zone of role \"area\"")),
        None => bad(format!("{key}: service {name:?} is no zone of this scene")),
    }
}

fn zone(file: &FileZone, all: &[FileZone]) -> Checked<Zone> {
    let key = format!("zones: {:?}", file.name);
    let polygon = polygon(&format!("{key}: polygon"), &file.polygon)?;
    for (name, value) in [("enter_delay_s", file.enter_delay_s), ("leave_delay_s", file.leave_delay_s)] {
        span_s(&key, name, value, 0.0)?;
    }
    Ok(Zone {
        name: file.name.clone(),
        polygon,
        role: role(file, &key, all)?,
        anchor: file.anchor,
        enter_delay_s: file.enter_delay_s,
        leave_delay_s: file.leave_delay_s,
    })
}

fn day_parts(files: &[FileDayPart]) -> Checked<Vec<DayPart>> {
    few("day_parts", files.len())?;
    let mut parts: Vec<DayPart> = Vec::new();
    for file in files {
        slug("day_parts: name", &file.name)?;
        let key = format!("day_parts: {:?}", file.name);
        let minute = |name: &str, text: &str| {
            minute_of_day(text)
                .ok_or_else(|| BadScene(format!("{key}: {name} {text:?} is no time of day; write HH:MM, such as \"08:30\"")))
        };
        let (from_minute, to_minute) = (minute("from", &file.from)?, minute("to", &file.to)?);
        if from_minute >= to_minute {
            return bad(format!("{key}: it ends at {} before it begins at {}", file.to, file.from));
        }
        if let Some(other) = parts.iter().find(|p| p.from_minute < to_minute && from_minute < p.to_minute) {
            return bad(format!("{key}: it overlaps {:?}; day parts must lie apart", other.name));
        }
        parts.push(DayPart { name: file.name.clone(), from_minute, to_minute });
    }
    Ok(parts)
}

fn window_length(text: &str) -> Option<WindowLength> {
    let minutes = match text.strip_suffix("min") {
        Some(minutes) => minutes.parse().ok()?,
        None => text.strip_suffix('h')?.parse::<u32>().ok()?.checked_mul(60)?,
    };
    WindowLength::from_minutes(minutes)
}

fn publish(file: &FilePublish) -> Checked<Publish> {
    let text = file.window.as_deref().unwrap_or("1h");
    let allowed = "1h, 2h, 3h, 4h, 6h, 8h, 12h or 24h, and with profile \"plain\" also 5min, 10min, 15min, 20min or 30min";
    let window =
        window_length(text).ok_or_else(|| BadScene(format!("publish.window: {text:?} is no window; write {allowed}")))?;
    if file.profile == Profile::Standard && window.minutes() < 60 {
        return bad(format!("publish.window: {text:?} is too short for profile \"standard\"; write {allowed}"));
    }
    let least = |key: &str, given: Option<u64>, floor: u64| match given {
        Some(n) if n < floor => bad(format!("publish.min_count.{key}: {n} is below {floor}; it may be raised, not lowered")),
        other => Ok(other.unwrap_or(floor)),
    };
    for (key, value) in [("max_width", file.max_width), ("max_height", file.max_height)] {
        if value == Some(0) {
            return bad(format!("publish.{key}: 0 would refuse every picture; give pixels"));
        }
    }
    Ok(Publish {
        window,
        profile: file.profile,
        min_lines: least("lines", file.min_count.lines, MIN_LINES)?,
        min_zones: least("zones", file.min_count.zones, MIN_ZONES)?,
        staff_on_shift: file.staff_on_shift,
        max_width: file.max_width,
        max_height: file.max_height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"Europe/Stockholm",
        "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}],
        "zones":[{"name":"table","polygon":[[0.2,0.2],[0.4,0.2],[0.4,0.4],[0.2,0.4]]}]}"#;

    /// The sentence for a good scene in which `from` is replaced by `to`.
    fn problem(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        Scene::parse(&GOOD.replacen(from, to, 1)).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn a_good_scene_is_read() {
        let scene = Scene::parse(GOOD).unwrap();
        assert_eq!(scene.stream_name(), "demo/door");
        assert_eq!(scene.sha256().len(), 64);
        assert_eq!(scene.publish.min_zones, 10);
        assert_eq!(scene.text(), GOOD);
    }

    #[test]
    fn each_mistake_is_named() {
        for (from, to, words) in [
            (r#""version":1"#, r#""version":2"#, "version is 2"),
            (r#""site":"demo""#, r#""site":"Anna's shop""#, "is no slug"),
            (r#""camera":"door""#, r#""camera":"door","colour":1"#, "unknown field `colour`"),
            (r#""placement":"entrance""#, r#""placement":"roof""#, "unknown variant `roof`"),
            (r#","time_zone":"Europe/Stockholm""#, "", "missing field `time_zone`"),
            ("Europe/Stockholm", "CEST-ish", "is no IANA time zone"),
            ("[0.1,0.5],[0.9,0.5]", "[64,300],[576,300]", "fractions of its width and height (0 to 1), not pixels"),
            ("[0.1,0.5],[0.9,0.5]", "[0.1,0.5],[0.1,0.5]", "without length"),
            ("[0.1,0.5],[0.9,0.5]", "[1.1,0.5],[1.9,0.5]", "could never count"),
            ("[0.1,0.5],[0.9,0.5]", "[0.1,1.0],[0.9,1.0]", "could never count"),
            (r#""inside":[0.5,0.9]"#, r#""inside":[0.5,0.5]"#, "lies on the line"),
            (r#""inside":[0.5,0.9]"#, r#""inside":[0.5,0.9],"dead_band":3"#, "dead_band 3"),
            ("[0.4,0.2],[0.4,0.4]", "[0.4,0.4],[0.4,0.2]", "cross each other"),
            ("[0.2,0.2],[0.4,0.2],[0.4,0.4],[0.2,0.4]", "[1.2,0.2],[1.4,0.2],[1.4,0.4]", "no area inside"),
            (r#""name":"table""#, r#""name":"table","role":"shelf""#, "unknown variant `shelf`"),
            (r#""name":"table""#, r#""name":"table","stop_s":3"#, "stop_s belongs to the role \"interest\""),
            (
                r#""name":"table""#,
                r#""name":"table","role":"interest","service":"till""#,
                "service belongs to the role \"queue\"",
            ),
            (r#""name":"table""#, r#""name":"table","role":"interest","stop_s":0.5"#, "stop_s is 0.5; it must be 1 to 60"),
            (r#""name":"table""#, r#""name":"table","role":"interest","enter_delay_s":5"#, "a stop is a visit first"),
            (r#""name":"table""#, r#""name":"table","role":"queue","service":"till""#, "\"till\" is no zone"),
            (r#""name":"table""#, r#""name":"table","role":"queue","service":"table""#, "of role \"area\""),
            (r#""inside":[0.5,0.9]"#, r#""inside":[0.5,0.9],"net_within_s":90"#, "net_within_s is 90; it must be 0 to 60"),
            (r#""lines":["#, r#""flows":["door","moon"],"lines":["#, "flows: \"moon\""),
            (r#""lines":["#, r#""flows":["door"],"lines":["#, "two or more"),
            (r#""lines":["#, r#""flows":["door","table","door"],"lines":["#, "stands twice"),
            (r#""lines":["#, r#""routes":[{"name":"round","zones":["table"]}],"lines":["#, "2 to 16"),
            (r#""lines":["#, r#""routes":[{"name":"round","zones":["table","door"]}],"lines":["#, "\"door\" is no zone"),
            (r#""lines":["#, r#""routes":[{"name":"round","zones":["table","table"]}],"lines":["#, "stands twice"),
            (r#""lines":["#, r#""shop":{"lines":[]},"lines":["#, "shop: lines is empty"),
            (r#""lines":["#, r#""shop":{"lines":["table"]},"lines":["#, "\"table\" is no line"),
            (r#""lines":["#, r#""shop":{"lines":["door","door"]},"lines":["#, "stands twice"),
            (r#""lines":["#, r#""shop":{"lines":["door"],"empty_at":"04:30"},"lines":["#, "lies within a window of 60 minutes"),
            (r#""lines":["#, r#""shop":{"lines":["door"],"empty_at":"24:00"},"lines":["#, "is no time of day"),
            (r#""lines":["#, r#""heat":{"columns":1},"lines":["#, "heat: columns is 1; it must be 2 to 32"),
            (r#""lines":["#, r#""heat":{"rows":33},"lines":["#, "heat: rows is 33"),
            (r#""lines":["#, r#""heat":{"cells":33},"lines":["#, "unknown field `cells`"),
            (r#""name":"table""#, r#""name":"table","enter_delay_s":-1"#, "0 to 60 seconds"),
            (r#""lines":["#, r#""publish":{"window":"15min"},"lines":["#, "too short for profile"),
            (r#""lines":["#, r#""publish":{"window":"7h"},"lines":["#, "is no window"),
            (r#""lines":["#, r#""publish":{"min_count":{"lines":2}},"lines":["#, "may be raised, not lowered"),
            (r#""lines":["#, r#""excluded":[[[0,0],[1,0],[1,1],[0,1]]],"lines":["#, "outside the excluded areas"),
            (r#""lines":["#, r#""opening_hours":{"monday":["9-18"]},"lines":["#, "opening_hours.monday"),
        ] {
            let sentence = problem(from, to);
            assert!(sentence.contains(words), "{to}: {sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn names_stand_once() {
        let twice =
            GOOD.replacen(r#""lines":["#, r#""lines":[{"name":"door","points":[[0.1,0.6],[0.9,0.6]],"inside":[0.5,0.9]},"#, 1);
        assert!(Scene::parse(&twice).unwrap_err().to_string().contains("stands twice"));
    }
}
