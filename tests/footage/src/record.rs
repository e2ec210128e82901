// SPDX-License-Identifier: MPL-2.0
//! Truth as files: MOT text, JSON lines a frame, the truth file and the scene file.

use serde_json::{Value, json};

use crate::film::{FRAMES_PER_S, Film, Seen};
use crate::scene::Anchor;
use crate::truth::{Truth, outline};

/// A queue of more people is long, as the scene files say.
pub const LONG_QUEUE: u32 = 2;

fn rounded(v: f32) -> f64 {
    (f64::from(v) * 100.0).round() / 100.0
}

fn seconds(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

/// The box of the whole person, moved so that its anchor is exactly where the person is: left, top, width, height.
pub fn anchored(film: &Film, seen: &Seen) -> [f64; 4] {
    let [left, top, right, bottom] = seen.shown.whole;
    let (w, h) = (right - left, bottom - top);
    let p = film.anchor(&seen.spot);
    let top = if film.scene.anchor == Anchor::Bottom { p.1 - h } else { p.1 - h * 0.5 };
    [p.0 - w * 0.5, top, w, h].map(rounded)
}

/// Share of a person's pixels that are seen.
pub fn visibility(seen: &Seen) -> f64 {
    let share = f64::from(seen.shown.visible_px) / f64::from(seen.shown.full_px.max(1));
    (share * 1000.0).round() / 1000.0
}

/// A frame's lines of `gt.txt`: frame from 1, id, left, top, width, height, 1, class 1, visibility.
pub fn mot(film: &Film, number: u32, seen: &[Seen]) -> String {
    let mut text = String::new();
    for one in seen {
        let [x, y, w, h] = anchored(film, one);
        text.push_str(&format!("{},{},{x},{y},{w},{h},1,1,{}\n", number + 1, one.shown.id, visibility(one)));
    }
    text
}

/// A frame as JSON: boxes, points, visibility and pixels of everybody.
pub fn frame(film: &Film, number: u32, seen: &[Seen]) -> Value {
    let people: Vec<Value> = seen
        .iter()
        .map(|one| {
            let b = one.shown.visible;
            let [left, top, right, bottom] = one.shown.whole.map(rounded);
            json!({
                "id": one.shown.id,
                "box": [b.left, b.top, b.width(), b.height()],
                "whole": [left, top, rounded((right - left) as f32), rounded((bottom - top) as f32)],
                "foot": [rounded(one.spot.foot.0), rounded(one.spot.foot.1)],
                "centre": [rounded(one.spot.centre.0), rounded(one.spot.centre.1)],
                "visibility": visibility(one),
                "pixels": runs(film.mask(), one.shown.id),
            })
        })
        .collect();
    json!({ "frame": number, "t": seconds(f64::from(number) / f64::from(FRAMES_PER_S)), "people": people })
}

/// Pixels of one owner as runs, row by row: first pixel, how many, first, how many …
pub fn runs(mask: &[u16], id: u16) -> Vec<u32> {
    let mut runs = Vec::new();
    let mut i = 0;
    while let Some(start) = mask[i..].iter().position(|m| *m == id).map(|p| p + i) {
        let end = mask[start..].iter().position(|m| *m != id).map_or(mask.len(), |p| p + start);
        runs.extend([start as u32, (end - start) as u32]);
        i = end;
    }
    runs
}

/// The truth file of a film's first frames; `sha256` is that of the MP4.
pub fn truth_file(film: &Film, truth: &Truth, frames: u32, clip: &str, sha256: &str) -> Value {
    let scene = &film.scene;
    let anchor = if scene.anchor == Anchor::Bottom { "bottom" } else { "center" };
    let lines: Vec<Value> = scene
        .lines
        .iter()
        .zip(&truth.lines)
        .map(|(line, events)| {
            let ends = outline(film, &[line.from, line.to]);
            let count = |entry: bool| events.iter().filter(|e| e.entry == entry).count();
            let events: Vec<Value> = events
                .iter()
                .map(|e| json!({ "t": seconds(e.at_s), "dir": if e.entry { "forward" } else { "backward" }, "who": e.id }))
                .collect();
            json!({
                "name": line.name, "from": ends.first(), "to": ends.get(1), "anchor": anchor, "forward_is": "in",
                "forward": count(true), "backward": count(false), "time_tolerance_s": 0.2, "events": events,
            })
        })
        .collect();
    let zones: Vec<Value> = scene.zones.iter().zip(&truth.zones).map(|(zone, visits)| {
        let visit = |v: &crate::truth::Visit| json!({ "who": v.id, "enter": seconds(v.enter_s), "leave": seconds(v.leave_s), "dwell_s": seconds(v.leave_s - v.enter_s) });
        let done: Vec<Value> = visits.iter().filter(|v| !v.open).map(visit).collect();
        let open: Vec<Value> = visits.iter().filter(|v| v.open).map(|v| json!({ "who": v.id, "enter": seconds(v.enter_s) })).collect();
        json!({ "name": zone.name, "polygon": outline(film, &zone.corners), "anchor": anchor, "visits": done, "open": open, "time_tolerance_s": 0.2 })
    }).collect();
    let mut file = json!({
        "clip": clip,
        "file": { "sha256": sha256, "width": film.camera.width, "height": film.camera.height, "fps": format!("{FRAMES_PER_S}/1"), "frames": frames },
        "basis": "Rendered: exact.",
        "scene": scene.title, "rendered": scene.name, "seed": film.seed, "level": scene.level,
        "people_total": film.cast.len(),
        "lines": lines, "zones": zones,
    });
    let name = |zone: usize| scene.zones.get(zone).map_or("", |z| z.name);
    if let Some(queue) = scene.queue {
        let served: Vec<Value> = truth
            .queue
            .iter()
            .map(|q| {
                json!({
                    "who": q.id, "joined": seconds(q.joined_s), "served": seconds(q.served_s), "left": seconds(q.left_s),
                    "wait_s": seconds(q.served_s - q.joined_s), "service_s": seconds(q.left_s - q.served_s),
                })
            })
            .collect();
        let whole = frames / FRAMES_PER_S;
        let length: Vec<usize> = (0..=whole).map(|s| truth.queue_length(f64::from(s))).collect();
        file["queue"] =
            json!({ "waiting": queue.waiting, "service": queue.service, "served": served, "length_each_second": length });
    }
    let transitions: Vec<Value> = truth
        .transitions
        .iter()
        .map(|(a, b, id, t)| json!({ "from": name(*a), "to": name(*b), "who": id, "t": seconds(*t) }))
        .collect();
    file["transitions"] = json!(transitions);
    if !scene.route.is_empty() {
        let done: Vec<Value> =
            truth.routes.iter().map(|(id, from, to)| json!({ "who": id, "from": seconds(*from), "to": seconds(*to) })).collect();
        file["route"] = json!({ "zones": scene.route, "completed": done });
    }
    file
}

/// The scene file for the elements.
pub fn scene_file(film: &Film) -> Value {
    let scene = &film.scene;
    let anchor = if scene.anchor == Anchor::Bottom { "bottom" } else { "centre" };
    let lines: Vec<Value> = scene
        .lines
        .iter()
        .map(|line| {
            let p = outline(film, &[line.from, line.to, line.inside]);
            json!({ "name": line.name, "points": p.get(..2), "inside": p.get(2), "anchor": anchor })
        })
        .collect();
    let zones: Vec<Value> = scene
        .zones
        .iter()
        .map(|zone| {
            let mut told = json!({ "name": zone.name, "polygon": outline(film, &zone.corners), "anchor": anchor });
            if let Some(queue) = scene.queue.filter(|queue| queue.waiting == zone.name) {
                told["role"] = json!("queue");
                told["service"] = json!(queue.service);
                told["long_queue"] = json!(LONG_QUEUE);
            }
            told
        })
        .collect();
    let mut file = json!({
        "version": 1, "site": "rendered", "camera": scene.name, "placement": scene.placement, "time_zone": "Europe/London",
        "lines": lines, "zones": zones, "publish": { "window": "1h", "profile": "plain" },
    });
    if scene.zones.len() > 1 {
        file["flows"] = scene.zones.iter().map(|zone| zone.name).collect();
    }
    if !scene.route.is_empty() {
        file["routes"] = json!([{ "name": "route", "zones": scene.route }]);
    }
    file
}
