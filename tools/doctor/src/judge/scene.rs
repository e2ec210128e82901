// SPDX-License-Identifier: MPL-2.0
//! The scene file: is it good, does it suit the camera's picture, is the shop open.

use footfall_contract::geometry::PictureSize;
use footfall_contract::scene::Scene;
use footfall_contract::time::WallTime;

use crate::check::{Check, Group};
use crate::scene_errors;

const G: Group = Group::Scene;

/// A line or a zone smaller than this in the picture holds nobody's point for long enough, pixels.
pub const LEAST_PX: f64 = 16.0;

/// Reads a scene: its checks, and the scene if it is good. `file`: its path; `now`: wall time.
pub fn checks(file: &str, text: &Result<String, String>, now: WallTime) -> (Vec<Check>, Option<Scene>) {
    let tried = format!("{file} was read");
    let failed = |finding: String, check: &str| vec![Check::failed(G, "file", finding, tried.clone(), check)];
    let text = match text {
        Ok(text) => text,
        Err(words) => return (failed(format!("it can not be read: {words}"), "the path and its rights"), None),
    };
    let scene = match Scene::parse(text) {
        Ok(scene) => scene,
        Err(_) => {
            let errors = scene_errors::all(text);
            let finding = format!("{} wrong: {}", errors.len(), errors.join("; "));
            return (failed(finding, "each of these; docs/scene.md describes every key"), None);
        }
    };
    (vec![file_check(&scene), hours(&scene, now)], Some(scene))
}

fn file_check(scene: &Scene) -> Check {
    let (lines, zones) = (scene.lines.len(), scene.zones.len());
    let words = format!("{}, lines: {lines}, zones: {zones}, excluded areas: {}", scene.stream_name(), scene.excluded.len());
    let warnings = scene.warnings();
    let check = if !warnings.is_empty() {
        Check::warning(G, "file", words, warnings.join("; "))
    } else if lines + zones == 0 {
        Check::warning(G, "file", words, "nothing is counted without a line or a zone (docs/scene.md)")
    } else {
        Check::ok(G, "file", words)
    };
    check.figure("scene_version", scene.sha256().get(..16).unwrap_or_default())
}

fn hours(scene: &Scene, now: WallTime) -> Check {
    let zone = &scene.time_zone;
    let local = |t: WallTime| zone.to_datetime(t.timestamp()).strftime("%Y-%m-%d %H:%M").to_string();
    let state = scene.opening_hours.at(zone, now);
    let until =
        if state.until == WallTime(i64::MAX) { "always".to_owned() } else { format!("until {} at least", local(state.until)) };
    let window = scene.windows().next_boundary(now);
    let words = format!(
        "now {} ({until}); it is {} in {}, the next window begins at {}",
        if state.open { "open" } else { "closed" },
        local(now),
        scene.time_zone_name,
        local(window)
    );
    Check::ok(G, "hours", words).figure("open", state.open).figure("next_window", window.utc_seconds())
}

/// Does the scene suit pictures of this size?
pub fn suits(scene: &Scene, width: u32, height: u32) -> Check {
    let size = PictureSize::new(width, height);
    if let Some(refused) = scene.refuses_size(size) {
        return Check::failed(
            G,
            "picture",
            refused,
            format!("the scene was held against a picture of {width}x{height}"),
            "as it says",
        );
    }
    let small = small_parts(scene, f64::from(width), f64::from(height));
    let words = format!("it suits pictures of {width}x{height}");
    if small.is_empty() {
        Check::ok(G, "picture", words)
    } else {
        let finding = format!("too small in pictures of {width}x{height}: {}", small.join(", "));
        Check::warning(
            G,
            "picture",
            finding,
            format!("less than {LEAST_PX} pixels hold nobody: are these fractions of this camera's picture?"),
        )
    }
}

/// Lines and zones that are too small in the picture, by name.
fn small_parts(scene: &Scene, width: f64, height: f64) -> Vec<String> {
    let mut small = Vec::new();
    for line in &scene.lines {
        let length: f64 = line.points.windows(2).map(|p| ((p[1].x - p[0].x) * width).hypot((p[1].y - p[0].y) * height)).sum();
        if length < LEAST_PX {
            small.push(format!("line {}", line.name));
        }
    }
    for zone in &scene.zones {
        // As a square of the same area.
        if (zone.polygon.area() * width * height).sqrt() < LEAST_PX {
            small.push(format!("zone {}", zone.name));
        }
    }
    small
}

/// The scene as the soak needs it: the same, and open around the clock, so that there is something to soak.
pub fn always_open(scene: &Scene) -> Option<String> {
    let mut keys: serde_json::Map<String, serde_json::Value> = serde_json::from_str(scene.text()).ok()?;
    keys.remove("opening_hours");
    Some(serde_json::Value::Object(keys).to_string())
}

/// What the soak counts where no scene is given: one line across the middle, one zone of everything.
pub const STAND_IN: &str = r#"{"version":1,"site":"doctor","camera":"doctor","placement":"other","time_zone":"UTC",
"lines":[{"name":"middle","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}],
"zones":[{"name":"all","polygon":[[0,0],[1,0],[1,1],[0,1]]}]}"#;

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"Europe/Berlin",
        "opening_hours":{"monday":["09:00-18:00"]},"publish":{"max_width":1280},
        "lines":[{"name":"door","points":[[0.2,0.5],[0.225,0.5]],"inside":[0.5,0.8]}]}"#;

    fn of(text: &str, now: &str) -> (Vec<Check>, Option<Scene>) {
        checks("s.json", &Ok(text.to_owned()), WallTime::parse(now).unwrap())
    }

    #[test]
    fn open_and_closed_are_told_in_the_shops_time() {
        let (checks, scene) = of(TEXT, "2026-03-02T08:30:00Z");
        assert!(scene.is_some() && checks.iter().all(|c| !c.is_failed()));
        assert!(checks[1].finding.contains("now open (until 2026-03-02 18:00"), "{}", checks[1].finding);
        assert!(checks[1].finding.contains("begins at 2026-03-02 10:00"), "{}", checks[1].finding);
        let (checks, _) = of(TEXT, "2026-03-02T17:00:00Z");
        assert!(checks[1].finding.contains("now closed"), "{}", checks[1].finding);
    }

    #[test]
    fn sizes_from_both_sides() {
        let scene = of(TEXT, "2026-03-02T08:30:00Z").1.unwrap();
        for (width, word) in [(639, "warning"), (641, "ok"), (1280, "ok"), (1281, "failed")] {
            assert_eq!(suits(&scene, width, 480).outcome.word(), word, "{width}");
        }
    }

    #[test]
    fn a_broken_one_fails_with_all_its_errors() {
        let (checks, scene) = of(&TEXT.replace("demo", "De mo").replace("Europe/Berlin", "Mars"), "2026-03-02T08:30:00Z");
        assert!(scene.is_none() && checks[0].is_failed());
        assert!(checks[0].finding.starts_with("2 wrong") && checks[0].finding.contains("Mars"), "{}", checks[0].finding);
        assert!(super::checks("s.json", &Err("no such file".into()), WallTime(0)).0[0].is_failed());
    }

    #[test]
    fn what_the_soak_counts_is_good_and_open() {
        let stand_in = Scene::parse(STAND_IN).unwrap();
        assert_eq!(stand_in.warnings(), Vec::<String>::new());
        let scene = of(TEXT, "2026-03-02T08:30:00Z").1.unwrap();
        let open = Scene::parse(&always_open(&scene).unwrap()).unwrap();
        assert!(open.opening_hours.at(&open.time_zone, WallTime(0)).open);
        assert_eq!(open.lines, scene.lines);
    }
}
