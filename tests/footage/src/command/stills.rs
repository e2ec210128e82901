// SPDX-License-Identifier: MPL-2.0
//! `footage stills` and `footage frames`: pictures and labels to train and to measure detectors.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use footfall_footage::film::Film;
use footfall_footage::library;
use footfall_footage::math::Rng;
use footfall_footage::picture::Picture;
use footfall_footage::raster::Area;
use footfall_footage::scene::Anchor;
use footfall_footage::stills::{Person, Stills, likenesses};
use footfall_footage::world::script::Kind;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};

use super::{Failure, Options};

/// Labels that grow picture by picture.
#[derive(Default)]
struct Labels {
    images: Vec<Value>,
    annotations: Vec<Value>,
    alike: Vec<Value>,
}

/// Writes pictures drawn by chance and `labels.json`.
pub fn run(options: &Options) -> Result<(), Failure> {
    let count = options.count.ok_or_else(|| Failure::Usage("--count is missing".into()))?;
    let (width, height) = options.size.unwrap_or((640, 400));
    let seed = options.seed.unwrap_or(1);
    let out = options.out()?;
    std::fs::create_dir_all(out)?;
    let mut maker = Stills::default();
    let mut labels = Labels::default();
    for number in options.first..options.first + count {
        let still = maker.make(seed, number, width, height);
        let name = format!("s{seed}-{number:06}.jpg");
        let quality = 30 + Rng::new(seed, number ^ 0x4A50).below(65) as u8;
        write_jpeg(&out.join(&name), &still.picture, quality)?;
        let source = if still.topdown { "rendered_topdown" } else { "rendered_oblique" };
        labels.add(number, &name, (width, height), source, (&still.people, &still.person_like));
        if (number + 1 - options.first).is_multiple_of(100) {
            eprint!("\r{} of {count} pictures", number + 1 - options.first);
        }
    }
    eprintln!("\r{count} of {count} pictures");
    labels.write(out)
}

/// Writes pictures of every named scene, evenly over its length, and `labels.json`.
pub fn frames(options: &Options) -> Result<(), Failure> {
    let count = options.count.ok_or_else(|| Failure::Usage("--count is missing".into()))?.max(1) as u32;
    let (width, height) = options.size.unwrap_or((1280, 720));
    let out = options.out()?;
    std::fs::create_dir_all(out)?;
    let mut labels = Labels::default();
    for scene in library::scenes() {
        let mut film = Film::new(&scene, options.seed.unwrap_or(1), width, height);
        let source = if scene.anchor == Anchor::Centre { "rendered_topdown" } else { "rendered_oblique" };
        let mut picture = Picture::new(width, height);
        for k in 0..count {
            let number = (film.frames() * (2 * k + 1)) / (2 * count);
            let seen = film.frame(number, &mut picture);
            let people: Vec<Person> = seen
                .iter()
                .filter(|s| s.shown.visible_px > 3)
                .map(|s| Person { shown: s.shown, wheelchair: film.kind(s.shown.id) == Some(Kind::Wheelchair) })
                .collect();
            let name = format!("{}-{number:05}.jpg", scene.name);
            write_jpeg(&out.join(&name), &picture, 85)?;
            let alike = likenesses(film.likeness(), film.mask(), width);
            labels.add(labels.images.len() as u64 + 1, &name, (width, height), source, (&people, &alike));
        }
        eprint!("\r{:<30}", scene.name);
    }
    eprintln!("\r{} pictures", labels.images.len());
    labels.write(out)
}

fn write_jpeg(path: &Path, picture: &Picture, quality: u8) -> Result<(), Failure> {
    let mut file = BufWriter::new(File::create(path)?);
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode(&picture.to_rgb(), picture.width as u32, picture.height as u32, ExtendedColorType::Rgb8)
        .map_err(|e| Failure::Failed(e.to_string()))?;
    Ok(file.flush()?)
}

impl Labels {
    fn add(&mut self, id: u64, name: &str, size: (usize, usize), source: &str, seen: (&[Person], &[Area])) {
        let (people, alike) = seen;
        self.images.push(json!({ "id": id, "file_name": name, "width": size.0, "height": size.1, "source": source }));
        for person in people {
            let b = person.shown.visible;
            let visibility = (f64::from(person.visibility()) * 1000.0).round() / 1000.0;
            self.annotations.push(json!({
                "id": self.annotations.len() + 1,
                "image_id": id,
                "category_id": 1,
                "bbox": [b.left, b.top, b.width(), b.height()],
                "area": person.shown.visible_px,
                "iscrowd": 0,
                "visibility": visibility,
                "ignore": u8::from(person.ignore()),
                "wheelchair": u8::from(person.wheelchair),
            }));
        }
        for b in alike {
            self.alike.push(json!({ "image_id": id, "bbox": [b.left, b.top, b.width(), b.height()] }));
        }
    }

    fn write(&self, out: &Path) -> Result<(), Failure> {
        let labels = json!({
            "images": self.images, "annotations": self.annotations, "person_like": self.alike,
            "categories": [{ "id": 1, "name": "person" }],
        });
        let mut file = BufWriter::new(File::create(out.join("labels.json"))?);
        serde_json::to_writer(&mut file, &labels).map_err(|e| Failure::Failed(e.to_string()))?;
        Ok(file.flush()?)
    }
}
