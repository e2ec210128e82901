// SPDX-License-Identifier: MPL-2.0
//! Every rendered scene through tracker, scrubber and sink with its true boxes attested: what is counted is what is true, and
//! what is covered is every pixel of everybody.

use footfall_contract::attestation::Status;
use footfall_contract::geometry::{PictureSize, Px, Rect};
use footfall_contract::pixels::PixelFormat;
use footfall_contract::scene::Scene;
use footfall_contract::time::{ClockKind, WallTime};
use footfall_contract::wire;
use footfall_footage::film::{FRAMES_PER_S, Film, Seen};
use footfall_footage::picture::Picture;
use footfall_footage::truth::Truth;
use footfall_footage::{library, record};
use footfall_tests::attested::Attester;
use footfall_tests::picture;
use footfall_tests::run::{self, Report, feed, launch, play};
use serde_json::Value;

const SIZE: PictureSize = PictureSize::new(320, 180);
/// Gray of the default fill, as luma.
const FILL: u8 = 126;

fn film(scene: &footfall_footage::scene::Scene) -> (Film, Scene) {
    let film = Film::new(scene, 1, SIZE.width as usize, SIZE.height as usize);
    let told = Scene::parse(&record::scene_file(&film).to_string()).unwrap_or_else(|e| panic!("{}: {e}", scene.name));
    (film, told)
}

/// Every second frame of the films: as a camera of 12.5 frames a second.
const STEP: usize = 2;

/// A frame's buffer, attested with these boxes.
fn buffer(picture: &Picture, number: u32, boxes: &[Rect<Px>], attester: &mut Attester) -> gst::Buffer {
    let mut bytes = Vec::new();
    picture.write_to(&mut bytes).expect("a vector takes bytes");
    let mut buffer = gst::Buffer::from_mut_slice(bytes);
    let pts = gst::ClockTime::SECOND * u64::from(number) / u64::from(FRAMES_PER_S);
    buffer.get_mut().expect("it is new").set_pts(pts);
    attester.attest(&mut buffer, Status::Detected, boxes);
    buffer
}

/// The box of the whole person, if the point that counts is in the picture: truth follows people there.
fn whole(film: &Film, seen: &Seen) -> Option<Rect<Px>> {
    let (x, y) = film.anchor(&seen.spot);
    let inside = (0.0..SIZE.width as f32).contains(&x) && (0.0..SIZE.height as f32).contains(&y);
    let [left, top, width, height] = record::anchored(film, seen);
    inside.then(|| Rect::new(left, top, width, height))
}

fn count(film: &mut Film, scene: &Scene) -> Report {
    let info = picture::info(PixelFormat::I420, SIZE, FRAMES_PER_S as i32);
    let mut attester = Attester::new(&info, Some(scene), WallTime::parse("2026-03-02T09:01:00Z").unwrap(), ClockKind::Stream);
    let mut picture = Picture::new(SIZE.width as usize, SIZE.height as usize);
    let buffers = (0..film.frames())
        .step_by(STEP)
        .map(|number| {
            let seen = film.frame(number, &mut picture);
            let boxes: Vec<_> = seen.iter().filter_map(|one| whole(film, one)).collect();
            buffer(&picture, number, &boxes, &mut attester)
        })
        .collect();
    let pipeline = launch("appsrc name=src ! zonetracker ! pixelscrubber ! countsink publish-partial=true");
    feed(&pipeline, "src", &info.to_caps().unwrap(), Some(wire::scene::event(scene)), buffers);
    play(&pipeline).expect_eos()
}

/// What a payload says beside what is true, by name.
fn compare(film: &Film, payload: &Value) -> Vec<String> {
    let truth = Truth::of(film, film.frames());
    let mut wrong = Vec::new();
    let mut hold = |what: String, told: &Value, expected: f64, tolerance: f64| {
        if !told.as_f64().is_some_and(|told| (told - expected).abs() <= tolerance) {
            wrong.push(format!("{}: {what} is {told}, truly {expected}", film.scene.name));
        }
    };
    for (line, events) in film.scene.lines.iter().zip(&truth.lines) {
        let entries = events.iter().filter(|e| e.entry).count();
        let told = &payload["lines"][line.name];
        hold(format!("{}.entries", line.name), &told["entries"], entries as f64, 0.0);
        hold(format!("{}.exits", line.name), &told["exits"], (events.len() - entries) as f64, 0.0);
    }
    for (zone, visits) in film.scene.zones.iter().zip(&truth.zones) {
        let told = &payload["zones"][zone.name];
        hold(format!("{}.visits", zone.name), &told["visits"], visits.len() as f64, 0.0);
        let finished: Vec<f64> = visits.iter().filter(|v| !v.open).map(|v| v.leave_s - v.enter_s).collect();
        hold(format!("{}.dwell.finished", zone.name), &told["dwell"]["finished"], finished.len() as f64, 0.0);
        if !finished.is_empty() {
            let mean = finished.iter().sum::<f64>() / finished.len() as f64;
            hold(
                format!("{}.dwell.mean_s", zone.name),
                &told["dwell"]["mean_s"],
                mean,
                STEP as f64 / f64::from(FRAMES_PER_S) + 0.05,
            );
        }
    }
    ways(film, &truth, payload, &mut hold);
    if let Some(zones) = film.scene.queue {
        queue(&truth, f64::from(film.frames()) / f64::from(FRAMES_PER_S), &payload["zones"][zones.waiting]["queue"], &mut hold);
    }
    wrong
}

/// Holds a figure: its name, what is told, what is true, and the tolerance.
type Hold<'a> = &'a mut dyn FnMut(String, &Value, f64, f64);

/// Who went where next, and who walked the route whole.
fn ways(film: &Film, truth: &Truth, payload: &Value, hold: Hold<'_>) {
    let zones = &film.scene.zones;
    for (i, from) in zones.iter().enumerate().filter(|_| zones.len() > 1) {
        for (k, to) in zones.iter().enumerate().filter(|(k, _)| *k != i) {
            let went = truth.transitions.iter().filter(|t| (t.0, t.1) == (i, k)).count();
            hold(format!("flows.{}.{}", from.name, to.name), &payload["flows"][from.name][to.name], went as f64, 0.0);
        }
    }
    if !film.scene.route.is_empty() {
        hold("routes.route.completed".into(), &payload["routes"]["route"]["completed"], truth.routes.len() as f64, 0.0);
    }
}

/// Everybody in these films is served in the end.
fn queue(truth: &Truth, film_s: f64, told: &Value, hold: Hold<'_>) {
    let people = truth.queue.len() as f64;
    for (name, expected) in [("joined", people), ("served", people), ("abandoned", 0.0), ("unknown", 0.0)] {
        hold(format!("queue.{name}"), &told[name], expected, 0.0);
    }
    let frame_s = STEP as f64 / f64::from(FRAMES_PER_S) + 0.05;
    let waited_s: f64 = truth.queue.iter().map(|q| q.served_s - q.joined_s).sum();
    let served_s: f64 = truth.queue.iter().map(|q| q.left_s - q.served_s).sum();
    hold("queue.wait.mean_s".into(), &told["wait"]["mean_s"], waited_s / people, frame_s);
    hold("queue.service.mean_s".into(), &told["service"]["mean_s"], served_s / people, frame_s);
    hold("queue.length.mean".into(), &told["length"]["mean"], waited_s / film_s, 0.02);
    hold("queue.length.long_share".into(), &told["length"]["long_share"], long_s(truth) / film_s, 0.02);
}

/// For how long the queue was long: between two changes as many wait as after the first.
fn long_s(truth: &Truth) -> f64 {
    let mut changes: Vec<f64> = truth.queue.iter().flat_map(|q| [q.joined_s, q.served_s]).collect();
    changes.sort_by(f64::total_cmp);
    let long = changes.windows(2).filter(|pair| truth.queue_length(pair[0]) > record::LONG_QUEUE as usize);
    long.map(|pair| pair[1] - pair[0]).sum()
}

#[test]
fn every_rendered_scene_is_counted_as_it_truly_was() {
    footfall_tests::place::init();
    let mut wrong = Vec::new();
    for scene in library::scenes() {
        let (mut film, told) = film(&scene);
        let report = count(&mut film, &told);
        assert_eq!(report.counts.len(), 1, "{}: one window", scene.name);
        wrong.extend(compare(&film, &report.counts[0]));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_pixel_of_anybody_is_left_open() {
    footfall_tests::place::init();
    let info = picture::info(PixelFormat::I420, SIZE, FRAMES_PER_S as i32);
    let stride = info.stride()[0] as usize;
    for scene in library::scenes() {
        let (mut film, told) = film(&scene);
        let mut attester = Attester::new(&info, Some(&told), WallTime::parse("2026-03-02T09:01:00Z").unwrap(), ClockKind::Stream);
        let mut picture = Picture::new(SIZE.width as usize, SIZE.height as usize);
        let (mut buffers, mut masks) = (Vec::new(), Vec::new());
        // Some of each second are enough.
        for number in (0..film.frames()).step_by(7) {
            let seen = film.frame(number, &mut picture);
            let boxes: Vec<_> = seen
                .iter()
                .map(|one| one.shown.visible)
                .map(|b| Rect::new(b.left.into(), b.top.into(), b.width() as f64, b.height() as f64))
                .collect();
            buffers.push(buffer(&picture, number, &boxes, &mut attester));
            masks.push(film.mask().to_vec());
        }
        let pipeline = launch("appsrc name=src ! pixelscrubber name=s ! fakesink sync=false");
        let shown = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
        feed(&pipeline, "src", &info.to_caps().unwrap(), Some(wire::scene::event(&told)), buffers);
        play(&pipeline).end_is_eos();
        let shown: Vec<_> = shown.try_iter().collect();
        assert_eq!(shown.len(), masks.len(), "{}: a picture for each frame", scene.name);
        let mut people_px = 0;
        for (number, (mask, picture)) in masks.iter().zip(shown).enumerate() {
            let map = picture.map_readable().unwrap();
            for (i, _) in mask.iter().enumerate().filter(|(_, owner)| **owner != 0) {
                let (x, y) = (i % SIZE.width as usize, i / SIZE.width as usize);
                assert_eq!(map[y * stride + x], FILL, "{}, picture {number}: a person's pixel at {x},{y}", scene.name);
                people_px += 1;
            }
        }
        assert!(people_px > 1000, "{}: {people_px} pixels of people", scene.name);
    }
}
