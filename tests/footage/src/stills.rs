// SPDX-License-Identifier: MPL-2.0
//! Single pictures for training: each has a room, camera, light and people of its own.

mod crowd;
mod setting;
mod sitting;

use crate::camera::Camera;
use crate::canvas::{Canvas, Shown};
use crate::coarse;
use crate::gallery::Gallery;
use crate::math::Rng;
use crate::picture::Picture;
use crate::raster::Area;
use crate::room::render;
use crate::sensor::Developer;
use crowd::{Crowd, actors};
use setting::Setting;

/// A labelled picture.
pub struct Still {
    /// The picture.
    pub picture: Picture,
    /// Does the camera look straight down?
    pub topdown: bool,
    /// Everybody in it.
    pub people: Vec<Person>,
    /// Boxes of figures that are no persons, pixels.
    pub person_like: Vec<Area>,
}

/// A person in a picture.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    /// What is seen.
    pub shown: Shown,
    /// Sits in a wheelchair; the box takes it in.
    pub wheelchair: bool,
}

impl Person {
    /// Share of the person's pixels that are seen.
    pub fn visibility(&self) -> f32 {
        self.shown.visible_px as f32 / self.shown.full_px.max(1) as f32
    }

    /// Neither reward nor punish a detector for it.
    pub fn ignore(&self) -> bool {
        self.visibility() < 0.2 || self.shown.visible.height() < 8
    }
}

/// Makes pictures; keeps figures between them.
#[derive(Default)]
pub struct Stills {
    gallery: Gallery,
}

impl Stills {
    /// The picture of this number of a series.
    pub fn make(&mut self, seed: u64, number: u64, width: usize, height: usize) -> Still {
        let mut rng = Rng::new(seed, number.wrapping_mul(2) + 1);
        let setting = Setting::random(&mut rng);
        let room = setting.plan.build(rng.next_u64(), &mut self.gallery);
        let camera = Camera::new(&setting.mount, width, height);
        let backdrop = render(&room, &camera, &setting.light);
        let mut canvas = Canvas::new(camera, setting.light, backdrop);
        let mut crowd = Crowd::new(&mut self.gallery, &mut rng, &setting, &room, camera);
        crowd.sit();
        crowd.stand();
        let (actors, wheelchairs) = actors(&crowd.placed);
        let shown = canvas.draw(&actors);
        let people = shown
            .iter()
            .filter(|s| s.id != 0 && s.visible_px > 3)
            .map(|s| Person { shown: *s, wheelchair: wheelchairs.contains(&s.id) })
            .collect();
        let person_like = likenesses(&canvas.backdrop().likeness, &canvas.mask, width);
        let picture = develop(&setting, &canvas.rgb, (width, height), rng.next_u64());
        Still { picture, topdown: setting.view.is_topdown(), people, person_like }
    }
}

/// What the setting's camera makes of the rendered picture.
fn develop(setting: &Setting, rgb: &[u8], (width, height): (usize, usize), seed: u64) -> Picture {
    let plain = |rgb: &[u8], width: usize, height: usize| {
        let mut picture = Picture::new(width, height);
        Developer::new(setting.sensor.clone(), rgb, width, height, seed).develop(rgb, &[], 0.0, 0, &mut picture);
        picture
    };
    match setting.coarse {
        // Chroma has half the columns and rows once more.
        Some(coarseness) if width.is_multiple_of(4) && height.is_multiple_of(4) => {
            let small = coarse::halved(rgb, width, height);
            let mut picture = plain(&small, width / 2, height / 2);
            coarse::coded(&mut picture, coarseness);
            coarse::doubled(&picture)
        }
        _ => plain(rgb, width, height),
    }
}

/// Boxes of what looks like a person in the backdrop and isn't hidden.
pub fn likenesses(likeness: &[u16], mask: &[u16], width: usize) -> Vec<Area> {
    let mut found: Vec<Option<(Area, u32)>> = Vec::new();
    for (i, (number, owner)) in likeness.iter().zip(mask).enumerate() {
        if *number == 0 || *owner != 0 {
            continue;
        }
        let (x, y) = ((i % width) as i32, (i / width) as i32);
        let n = usize::from(*number);
        if found.len() <= n {
            found.resize(n + 1, None);
        }
        let entry = found[n].get_or_insert((Area { left: x, top: y, right: x + 1, bottom: y + 1 }, 0));
        entry.0.left = entry.0.left.min(x);
        entry.0.right = entry.0.right.max(x + 1);
        entry.0.bottom = y + 1;
        entry.1 += 1;
    }
    found.into_iter().flatten().filter(|f| f.1 > 30).map(|f| f.0).collect()
}

#[cfg(test)]
mod tests {
    use super::setting::View;
    use super::*;

    #[test]
    fn close_above_a_door_boxes_hold_what_is_seen_and_people_are_large() {
        let mut maker = Stills::default();
        let (width, height) = (160, 100);
        let mut large = 0;
        let mut doors = 0;
        for number in 0..40 {
            let setting = Setting::random(&mut Rng::new(9, number * 2 + 1));
            if setting.view != View::Door {
                continue;
            }
            doors += 1;
            let still = maker.make(9, number, width, height);
            assert!(still.topdown);
            for person in &still.people {
                let b = person.shown.visible;
                assert!(b.left >= 0 && b.top >= 0 && b.right <= width as i32 && b.bottom <= height as i32, "{b:?}");
                assert!(b.width() * b.height() >= person.shown.visible_px as usize, "{b:?}");
                large += usize::from(b.width().max(b.height()) > height / 4);
            }
        }
        assert!(doors >= 3 && large >= doors / 2, "{large} large people above {doors} doors");
    }

    #[test]
    fn at_desks_many_sit_and_most_of_them_are_partly_hidden() {
        let mut maker = Stills::default();
        let at_desks = |n: &u64| {
            let setting = Setting::random(&mut Rng::new(6, n * 2 + 1));
            setting.view == View::Desks && setting.seats.len() > 10
        };
        let numbers: Vec<u64> = (0..200).filter(at_desks).take(3).collect();
        let people: Vec<Person> = numbers.iter().flat_map(|n| maker.make(6, *n, 256, 144).people).collect();
        let hidden = people.iter().filter(|p| p.visibility() < 0.9).count();
        assert!(numbers.len() == 3 && people.len() > 20, "{} people in {numbers:?}", people.len());
        assert!(hidden * 2 > people.len(), "{hidden} of {} are partly hidden", people.len());
    }

    #[test]
    fn an_empty_picture_has_nobody_and_about_one_in_six_is_empty() {
        let empty = (0..600).filter(|n| Setting::random(&mut Rng::new(5, n * 2 + 1)).empty).count();
        assert!((70..130).contains(&empty), "{empty} of 600");
        let number = (0..600).find(|n| Setting::random(&mut Rng::new(5, n * 2 + 1)).empty);
        let still = number.map(|n| Stills::default().make(5, n, 160, 100));
        assert!(still.is_some_and(|s| s.people.is_empty()));
    }
}
