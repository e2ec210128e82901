// SPDX-License-Identifier: MPL-2.0
//! `footage stills`: pictures and labels for training.

use std::fs::File;
use std::io::{BufWriter, Write};

use footfall_footage::math::Rng;
use footfall_footage::stills::{Still, Stills};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use serde_json::{Value, json};

use super::{Failure, Options};

/// Writes the pictures and `labels.json`.
pub fn run(options: &Options) -> Result<(), Failure> {
    let count = options.count.ok_or_else(|| Failure::Usage("--count is missing".into()))?;
    let (width, height) = options.size.unwrap_or((640, 400));
    let seed = options.seed.unwrap_or(1);
    let out = options.out()?;
    std::fs::create_dir_all(out)?;
    let mut maker = Stills::default();
    let (mut images, mut annotations, mut alike) = (Vec::new(), Vec::new(), Vec::new());
    for number in options.first..options.first + count {
        let still = maker.make(seed, number, width, height);
        let name = format!("s{seed}-{number:06}.jpg");
        let quality = 30 + Rng::new(seed, number ^ 0x4A50).below(65) as u8;
        let mut file = BufWriter::new(File::create(out.join(&name))?);
        JpegEncoder::new_with_quality(&mut file, quality)
            .encode(&still.picture.to_rgb(), width as u32, height as u32, ExtendedColorType::Rgb8)
            .map_err(|e| Failure::Failed(e.to_string()))?;
        file.flush()?;
        label(&still, number, &name, &mut images, &mut annotations, &mut alike);
        if (number + 1 - options.first) % 100 == 0 {
            eprint!("\r{} of {count} pictures", number + 1 - options.first);
        }
    }
    eprintln!("\r{count} of {count} pictures");
    let labels = json!({ "images": images, "annotations": annotations, "person_like": alike, "categories": [{ "id": 1, "name": "person" }] });
    let mut file = BufWriter::new(File::create(out.join("labels.json"))?);
    serde_json::to_writer(&mut file, &labels).map_err(|e| Failure::Failed(e.to_string()))?;
    file.flush()?;
    Ok(())
}

fn label(still: &Still, id: u64, name: &str, images: &mut Vec<Value>, annotations: &mut Vec<Value>, alike: &mut Vec<Value>) {
    let source = if still.topdown { "rendered_topdown" } else { "rendered_oblique" };
    images.push(
        json!({ "id": id, "file_name": name, "width": still.picture.width, "height": still.picture.height, "source": source }),
    );
    for person in &still.people {
        let b = person.shown.visible;
        let visibility = (f64::from(person.visibility()) * 1000.0).round() / 1000.0;
        annotations.push(json!({
            "id": annotations.len() + 1,
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
    for b in &still.person_like {
        alike.push(json!({ "image_id": id, "bbox": [b.left, b.top, b.width(), b.height()] }));
    }
}
