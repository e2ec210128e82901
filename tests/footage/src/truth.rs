// SPDX-License-Identifier: MPL-2.0
//! What is true about a film, from where people are: crossings, visits, queue, transitions, route.
//!
//! A person's path in the picture is that of the scene's anchor: the projection of the floor point, or the middle between
//! it and the top of the head. Between two frames it is straight. Lines and zones are straight in the picture.

use crate::film::{FRAMES_PER_S, Film};

/// A point in pixels.
pub type Point = (f64, f64);

/// A line's crossing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// Who.
    pub id: u16,
    /// To the inside?
    pub entry: bool,
    /// When, seconds.
    pub at_s: f64,
}

/// A visit to a zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Who.
    pub id: u16,
    /// The first moment inside, seconds.
    pub enter_s: f64,
    /// The last moment inside; the end of the film for a visit that isn't over.
    pub leave_s: f64,
    /// Does it go on when the film ends?
    pub open: bool,
}

/// Somebody in the queue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Served {
    /// Who.
    pub id: u16,
    /// When the waiting began.
    pub joined_s: f64,
    /// When the service began.
    pub served_s: f64,
    /// When it ended.
    pub left_s: f64,
}

/// What is true about a film.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// Crossings by line, in order of time.
    pub lines: Vec<Vec<Crossing>>,
    /// Visits by zone, in order of time.
    pub zones: Vec<Vec<Visit>>,
    /// Everybody who was served.
    pub queue: Vec<Served>,
    /// From zone, to zone, who, when the second visit began.
    pub transitions: Vec<(usize, usize, u16, f64)>,
    /// Who went the whole planned route, from when to when.
    pub routes: Vec<(u16, f64, f64)>,
}

/// A line or zone in the picture, as fractions.
pub fn outline(film: &Film, points: &[(f32, f32)]) -> Vec<[f64; 2]> {
    let (w, h) = (film.camera.width as f32, film.camera.height as f32);
    points
        .iter()
        .filter_map(|p| crate::film::spot(&film.camera, *p, 1.7))
        .map(|s| film.anchor(&s))
        .map(|p| [f64::from(p.0 / w), f64::from(p.1 / h)].map(|v| (v * 1e4).round() / 1e4))
        .collect()
}

/// The new side must hold this long, seconds.
const SETTLE_S: f64 = 0.19;
/// No side within this share of a person's height.
const DEAD_BAND: f64 = 0.05;
/// A visit begins after this long inside.
const ENTER_S: f64 = 0.5;
/// And ends after this long outside.
const LEAVE_S: f64 = 1.0;

/// A sighting: seconds, anchor in pixels, height of the box.
type Sighting = (f64, Point, f64);

impl Truth {
    /// The truth about the first `frames` frames of a film.
    pub fn of(film: &Film, frames: u32) -> Self {
        let mut truth = Self::default();
        let paths: Vec<(u16, Vec<Sighting>)> = film.cast.iter().map(|m| (m.id, sightings(film, m.id, frames))).collect();
        let px = |p: &[f64; 2]| (p[0] * film.camera.width as f64, p[1] * film.camera.height as f64);
        for line in &film.scene.lines {
            let ends: Vec<Point> = outline(film, &[line.from, line.to, line.inside]).iter().map(px).collect();
            let mut events = Vec::new();
            if let [a, b, inside] = ends[..] {
                for (id, path) in &paths {
                    events.extend(crossings(path, a, b, inside).into_iter().map(|(at_s, entry)| Crossing {
                        id: *id,
                        entry,
                        at_s,
                    }));
                }
            }
            events.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
            truth.lines.push(events);
        }
        let end_s = f64::from(frames.saturating_sub(1)) / f64::from(FRAMES_PER_S);
        for zone in &film.scene.zones {
            let corners: Vec<Point> = outline(film, &zone.corners).iter().map(px).collect();
            let mut visits: Vec<Visit> = Vec::new();
            for (id, path) in &paths {
                visits.extend(stays(path, &corners).into_iter().map(|(enter_s, leave_s)| {
                    let gone = path.last().is_none_or(|l| l.0 < end_s - 1e-6);
                    Visit { id: *id, enter_s, leave_s, open: leave_s > end_s - LEAVE_S && !gone }
                }));
            }
            visits.sort_by(|a, b| a.enter_s.total_cmp(&b.enter_s));
            truth.zones.push(visits);
        }
        truth.queue(film);
        truth.ways(film);
        truth
    }

    /// How many people are waiting at a time.
    pub fn queue_length(&self, seconds: f64) -> usize {
        self.queue.iter().filter(|q| q.joined_s <= seconds && seconds < q.served_s).count()
    }

    fn zone(&self, film: &Film, name: &str) -> Option<usize> {
        film.scene.zones.iter().position(|z| z.name == name)
    }

    fn queue(&mut self, film: &Film) {
        let Some(zones) = film.scene.queue else { return };
        let (Some(waiting), Some(service)) = (self.zone(film, zones.waiting), self.zone(film, zones.service)) else { return };
        for served in &self.zones[service] {
            let before = self.zones[waiting].iter().find(|w| w.id == served.id && w.enter_s <= served.enter_s);
            let joined_s = before.map_or(served.enter_s, |w| w.enter_s);
            self.queue.push(Served { id: served.id, joined_s, served_s: served.enter_s, left_s: served.leave_s });
        }
    }

    fn ways(&mut self, film: &Film) {
        let route: Vec<usize> = film.scene.route.iter().filter_map(|n| self.zone(film, n)).collect();
        for member in &film.cast {
            let mut visits: Vec<(f64, f64, usize)> = Vec::new();
            for (zone, all) in self.zones.iter().enumerate() {
                visits.extend(all.iter().filter(|v| v.id == member.id).map(|v| (v.enter_s, v.leave_s, zone)));
            }
            visits.sort_by(|a, b| a.0.total_cmp(&b.0));
            for pair in visits.windows(2) {
                if pair[0].2 != pair[1].2 {
                    self.transitions.push((pair[0].2, pair[1].2, member.id, pair[1].0));
                }
            }
            let mut wanted = route.iter();
            let mut next = wanted.next();
            let mut begun = None;
            for (enter, _, zone) in &visits {
                if next == Some(zone) {
                    begun.get_or_insert(*enter);
                    next = wanted.next();
                    if let (None, Some(from)) = (next, begun) {
                        self.routes.push((member.id, from, *enter));
                        break;
                    }
                }
            }
        }
        self.transitions.sort_by(|a, b| a.3.total_cmp(&b.3));
    }
}

/// Every frame in which the anchor is in the picture.
fn sightings(film: &Film, id: u16, frames: u32) -> Vec<Sighting> {
    let (w, h) = (film.camera.width as f32, film.camera.height as f32);
    (0..frames)
        .filter_map(|n| {
            let seconds = f64::from(n) / f64::from(FRAMES_PER_S);
            let spot = film.spot(id, seconds)?;
            let p = film.anchor(&spot);
            let inside = p.0 >= 0.0 && p.0 <= w && p.1 >= 0.0 && p.1 <= h;
            inside.then_some((seconds, (f64::from(p.0), f64::from(p.1)), f64::from(spot.height_px)))
        })
        .collect()
}

fn side_of(a: Point, b: Point, p: Point) -> f64 {
    (b.0 - a.0) * (p.1 - a.1) - (b.1 - a.1) * (p.0 - a.0)
}

/// Share of the way from `p` to `q` at which the segment from `a` to `b` is cut.
fn cut(a: Point, b: Point, p: Point, q: Point) -> Option<f64> {
    let (s, t) = (side_of(a, b, p), side_of(a, b, q));
    let apart = (side_of(p, q, a) > 0.0) != (side_of(p, q, b) > 0.0);
    ((s > 0.0) != (t > 0.0) && apart).then(|| s / (s - t))
}

/// When a path crossed a line, and whether to the inside.
fn crossings(path: &[Sighting], a: Point, b: Point, inside: Point) -> Vec<(f64, bool)> {
    let length = ((b.0 - a.0) * (b.0 - a.0) + (b.1 - a.1) * (b.1 - a.1)).sqrt();
    let sign = if side_of(a, b, inside) < 0.0 { -1.0 } else { 1.0 };
    let mut events = Vec::new();
    let (mut settled, mut pending): (Option<bool>, Option<(bool, f64)>) = (None, None);
    let (mut cuts, mut last_cut) = (0, 0.0);
    for (i, (t, p, height)) in path.iter().enumerate() {
        if let Some((before, from, _)) = i.checked_sub(1).map(|k| path[k])
            && let Some(share) = cut(a, b, from, *p)
        {
            cuts += 1;
            last_cut = before + (t - before) * share;
        }
        let d = side_of(a, b, *p) / length * sign;
        let side = (d.abs() > DEAD_BAND * height).then_some(d > 0.0);
        match (side, settled) {
            (None, _) => pending = None,
            (Some(now), Some(was)) if now != was => {
                let (_, since) = *pending.get_or_insert((now, *t));
                if t - since >= SETTLE_S || i + 1 == path.len() {
                    if cuts % 2 == 1 {
                        events.push((last_cut, now));
                    }
                    (settled, pending, cuts) = (Some(now), None, 0);
                }
            }
            (Some(now), _) => (settled, pending, cuts) = (Some(now), None, 0),
        }
    }
    events
}

fn contains(corners: &[Point], p: Point) -> bool {
    let mut inside = false;
    for (i, a) in corners.iter().enumerate() {
        let b = corners[(i + 1) % corners.len()];
        if (a.1 > p.1) != (b.1 > p.1) && p.0 < a.0 + (p.1 - a.1) / (b.1 - a.1) * (b.0 - a.0) {
            inside = !inside;
        }
    }
    inside
}

/// From when to when a path was in a zone: short absences are part of a visit, short visits are none.
fn stays(path: &[Sighting], corners: &[Point]) -> Vec<(f64, f64)> {
    let mut spans: Vec<(f64, f64)> = Vec::new();
    let mut add = |from: f64, to: f64| match spans.last_mut() {
        Some(last) if from - last.1 < 1e-9 => last.1 = to,
        _ => spans.push((from, to)),
    };
    for pair in path.windows(2) {
        let ((t0, p, _), (t1, q, _)) = (pair[0], pair[1]);
        let mut shares: Vec<f64> =
            (0..corners.len()).filter_map(|i| cut(corners[i], corners[(i + 1) % corners.len()], p, q)).collect();
        shares.sort_by(f64::total_cmp);
        shares.push(1.0);
        let mut since = 0.0;
        for share in shares {
            // The middle between two cuts is never on an edge.
            let middle = 0.5 * (since + share);
            if share > since && contains(corners, (p.0 + (q.0 - p.0) * middle, p.1 + (q.1 - p.1) * middle)) {
                add(t0 + (t1 - t0) * since, t0 + (t1 - t0) * share);
            }
            since = share;
        }
    }
    let mut visits: Vec<(f64, f64)> = Vec::new();
    for (from, to) in spans {
        match visits.last_mut() {
            Some(last) if from - last.1 < LEAVE_S => last.1 = to,
            _ => visits.push((from, to)),
        }
    }
    visits.retain(|v| v.1 - v.0 >= ENTER_S);
    visits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(points: &[(f64, f64)]) -> Vec<Sighting> {
        points.iter().enumerate().map(|(i, p)| (i as f64 * 0.1, *p, 20.0)).collect()
    }

    #[test]
    fn there_and_back_are_two_crossings_and_a_turn_on_the_line_is_none() {
        let (a, b, inside) = ((0.0, 10.0), (100.0, 10.0), (50.0, 50.0));
        let there = walk(&[
            (50.0, 0.0),
            (50.0, 4.0),
            (50.0, 14.0),
            (50.0, 20.0),
            (50.0, 24.0),
            (50.0, 14.0),
            (50.0, 4.0),
            (50.0, 0.0),
            (50.0, 0.0),
        ]);
        let found = crossings(&there, a, b, inside);
        assert_eq!(found.iter().map(|e| e.1).collect::<Vec<_>>(), [true, false]);
        assert!((found[0].0 - 0.16).abs() < 1e-9, "{found:?}");
        let turn = walk(&[(50.0, 0.0), (50.0, 8.0), (50.0, 10.5), (50.0, 8.0), (50.0, 0.0), (50.0, 0.0)]);
        assert_eq!(crossings(&turn, a, b, inside), []);
    }

    #[test]
    fn a_visit_begins_and_ends_at_the_edge() {
        let zone = [(10.0, 0.0), (20.0, 0.0), (20.0, 20.0), (10.0, 20.0)];
        let path: Vec<Sighting> = (0..31).map(|i| (f64::from(i) * 0.1, (f64::from(i), 5.0), 20.0)).collect();
        let found = stays(&path, &zone);
        assert_eq!(found.len(), 1);
        assert!((found[0].0 - 1.0).abs() < 1e-6 && (found[0].1 - 2.0).abs() < 1e-6, "{found:?}");
    }
}
