// SPDX-License-Identifier: MPL-2.0
//! Truth agrees with itself, with the pictures, and with what the elements read.

use footfall_contract::scene::Scene as SceneOfElements;
use footfall_footage::film::{FRAMES_PER_S, Film};
use footfall_footage::picture::Picture;
use footfall_footage::truth::Truth;
use footfall_footage::{library, record};

const SIZE: (usize, usize) = (192, 108);

fn film(name: &str) -> Film {
    Film::new(&library::scene(name).expect("the scene is there"), 1, SIZE.0, SIZE.1)
}

/// Entries and exits over a floor line, from places in metres: 25 cm on either side settle it.
fn crossings_in_metres(film: &Film, line: usize, frames: u32) -> (usize, usize) {
    let line = &film.scene.lines[line];
    let (dx, dy) = (line.to.0 - line.from.0, line.to.1 - line.from.1);
    let length = (dx * dx + dy * dy).sqrt();
    let place = |p: (f32, f32)| {
        let (x, y) = (p.0 - line.from.0, p.1 - line.from.1);
        ((x * dx + y * dy) / length, (x * dy - y * dx) / length)
    };
    let sign = place(line.inside).1.signum();
    let (mut entries, mut exits) = (0, 0);
    for member in &film.cast {
        let mut settled: Option<bool> = None;
        for frame in 0..frames {
            let t = f64::from(frame) / f64::from(FRAMES_PER_S);
            let (Some(moment), Some(spot)) = (member.path.at(t), film.spot(member.id, t)) else { continue };
            let p = film.anchor(&spot);
            if p.0 < 0.0 || p.1 < 0.0 || p.0 > film.camera.width as f32 || p.1 > film.camera.height as f32 {
                continue;
            }
            let (along, off) = place(moment.at);
            if off.abs() < 0.25 {
                continue;
            }
            let side = off * sign > 0.0;
            if settled.is_some_and(|s| s != side) {
                assert!(along > 0.0 && along < length, "{}: somebody goes round the line's end", film.scene.name);
                if side { entries += 1 } else { exits += 1 }
            }
            settled = Some(side);
        }
    }
    (entries, exits)
}

#[test]
fn crossings_in_the_picture_are_those_on_the_floor() {
    let mut all = 0;
    for scene in library::scenes() {
        let film = Film::new(&scene, 1, 64, 36);
        let frames = film.frames();
        let truth = Truth::of(&film, frames);
        for (i, events) in truth.lines.iter().enumerate() {
            let entries = events.iter().filter(|e| e.entry).count();
            let counted = (entries, events.len() - entries);
            assert_eq!(counted, crossings_in_metres(&film, i, frames), "{}", scene.name);
            all += events.len();
        }
    }
    assert!(all > 150, "only {all} crossings in all scenes");
}

#[test]
fn what_the_scenes_say_happens() {
    let lines = |name: &str| {
        let film = film(name);
        let truth = Truth::of(&film, film.frames());
        let entries = truth.lines[0].iter().filter(|e| e.entry).count();
        (entries, truth.lines[0].len() - entries)
    };
    assert_eq!(lines("one-crosses"), (1, 0));
    assert_eq!(lines("side-by-side"), (2, 2));
    assert_eq!(lines("turn-in-the-door"), (2, 1));
    assert_eq!(lines("standing-on-the-line"), (1, 0));
    assert_eq!(lines("groups"), (6, 0));
    assert_eq!(lines("crowd-at-the-door"), (9, 7));
    assert_eq!(lines("door-above-pairs"), (5, 4));
    assert_eq!(lines("door-above-mixed"), (4, 2));
}

#[test]
fn a_queue_waits_is_served_and_leaves_in_order() {
    let film = film("long-queue");
    let truth = Truth::of(&film, film.frames());
    assert_eq!(truth.queue.len(), 6);
    for (one, next) in truth.queue.iter().zip(&truth.queue[1..]) {
        assert!(one.joined_s < next.joined_s && one.left_s <= next.served_s + 0.5, "{one:?} {next:?}");
    }
    let last = truth.queue[5];
    assert!(last.served_s - last.joined_s > 15.0, "{last:?}");
    assert!(truth.queue.iter().all(|q| q.left_s - q.served_s > 5.0), "{:?}", truth.queue);
    assert!((0..film.scene.seconds as u32).any(|s| truth.queue_length(f64::from(s)) >= 3));
}

#[test]
fn one_goes_the_planned_route_and_one_does_not() {
    let film = film("route");
    let truth = Truth::of(&film, film.frames());
    assert_eq!(truth.routes.len(), 1);
    assert_eq!(truth.routes[0].0, 1);
    let ways: Vec<(usize, usize, u16)> = truth.transitions.iter().map(|t| (t.0, t.1, t.2)).collect();
    assert!(ways.contains(&(0, 1, 1)) && ways.contains(&(1, 2, 1)) && ways.contains(&(0, 1, 2)), "{ways:?}");
}

#[test]
fn every_visit_is_over_when_the_film_is() {
    for scene in library::scenes().iter().filter(|s| !s.zones.is_empty()) {
        let film = Film::new(scene, 1, 64, 36);
        let truth = Truth::of(&film, film.frames());
        for (zone, visits) in scene.zones.iter().zip(&truth.zones) {
            assert!(!visits.is_empty(), "{}: nobody visits {}", scene.name, zone.name);
            assert!(visits.iter().all(|v| !v.open), "{}, {}: {visits:?}", scene.name, zone.name);
        }
    }
}

#[test]
fn boxes_hold_exactly_the_pixels_of_the_mask() {
    for name in ["groups", "behind-shelves", "door-above-pairs"] {
        let mut film = film(name);
        let mut picture = Picture::new(SIZE.0, SIZE.1);
        let mut people = 0;
        for number in (40..film.frames()).step_by(60) {
            let seen = film.frame(number, &mut picture);
            for one in &seen {
                let b = one.shown.visible;
                let pixels = film.mask().iter().enumerate().filter(|(_, m)| **m == one.shown.id);
                let (mut count, mut edges) = (0, [i32::MAX, i32::MAX, 0, 0]);
                for (i, _) in pixels {
                    let (x, y) = ((i % SIZE.0) as i32, (i / SIZE.0) as i32);
                    edges = [edges[0].min(x), edges[1].min(y), edges[2].max(x + 1), edges[3].max(y + 1)];
                    count += 1;
                }
                assert_eq!(count, one.shown.visible_px, "{name}, frame {number}");
                let runs = record::runs(film.mask(), one.shown.id);
                assert_eq!(runs.chunks(2).map(|r| r[1]).sum::<u32>(), count);
                if count > 0 {
                    people += 1;
                    assert_eq!(edges, [b.left, b.top, b.right, b.bottom], "{name}, frame {number}");
                    let whole = one.shown.whole;
                    assert!(b.left as f32 >= whole[0] - 1.5 && b.bottom as f32 <= whole[3] + 1.5, "{name}: {one:?}");
                    assert!(one.shown.visible_px <= one.shown.full_px);
                }
            }
        }
        assert!(people > 3, "{name}: only {people} people seen");
    }
}

#[test]
fn a_box_of_gt_txt_has_its_anchor_where_the_person_stands() {
    for (name, bottom) in [("trolleys", true), ("door-above-mixed", false)] {
        let mut film = film(name);
        let mut picture = Picture::new(SIZE.0, SIZE.1);
        let seen = film.frame(150, &mut picture);
        assert!(!seen.is_empty());
        for one in &seen {
            let [x, y, w, h] = record::anchored(&film, one);
            let p = film.anchor(&one.spot);
            let end = if bottom { y + h } else { y + h * 0.5 };
            assert!((x + w * 0.5 - f64::from(p.0)).abs() < 0.02 && (end - f64::from(p.1)).abs() < 0.02, "{name}: {one:?}");
        }
    }
}

#[test]
fn every_scene_file_loads() {
    for scene in library::scenes() {
        let film = Film::new(&scene, 1, 64, 36);
        let text = record::scene_file(&film).to_string();
        let parsed = SceneOfElements::parse(&text).unwrap_or_else(|e| panic!("{}: {e}\n{text}", scene.name));
        assert_eq!(parsed.lines.len(), scene.lines.len());
        assert_eq!(parsed.zones.len(), scene.zones.len());
    }
}

#[test]
fn the_library_is_large_its_names_differ_and_every_scene_shows_somebody() {
    let scenes = library::scenes();
    assert!(scenes.len() >= 24, "{}", scenes.len());
    let mut names: Vec<_> = scenes.iter().map(|s| s.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), scenes.len());
    assert!(scenes.windows(2).all(|p| p[0].level <= p[1].level));
    for scene in scenes {
        let mut film = Film::new(&scene, 1, 96, 54);
        let mut picture = Picture::new(96, 54);
        let pixels = |seen: &[footfall_footage::film::Seen]| seen.iter().map(|s| s.shown.visible_px).sum::<u32>();
        let shows = (0..film.frames()).step_by(12).any(|n| pixels(&film.frame(n, &mut picture)) > 12);
        assert!(shows, "{}: nobody is ever seen", scene.name);
    }
}
