// SPDX-License-Identifier: MPL-2.0
//! `footage figures`: a sheet of figures in many poses, to look at.

use footfall_footage::figure::Detail;
use footfall_footage::figure::look::linear;
use footfall_footage::figure::pose::{Act, Pose, STANDING_ACTS};
use footfall_footage::gallery::Gallery;
use footfall_footage::math::{Rng, sin_cos};
use footfall_footage::portrait;

use super::{Failure, Options};

const LOW: [Act; 8] = [Act::Bend, Act::Crouch, Act::Sit, Act::Push, Act::Phone, Act::Folded, Act::Akimbo, Act::Hold];

/// Draws the sheet.
pub fn run(options: &Options) -> Result<(), Failure> {
    let out = options.out()?;
    let (width, height) = options.size.unwrap_or((170, 330));
    let (columns, rows) = (8, 3);
    let mut gallery = Gallery::default();
    let mut rng = Rng::new(options.seed.unwrap_or(1), 5);
    let mut sheet = image::RgbImage::new((columns * width) as u32, (rows * height) as u32);
    for i in 0..columns * rows {
        let figure = gallery.dressed(&mut rng, i % 9 == 8, Detail::Fine);
        let pose = match i / columns {
            0 => Pose::standing(rng.unit()).doing(STANDING_ACTS[i % STANDING_ACTS.len()], 1.0),
            1 => Pose::walking(i as f32 / 8.0, 1.0),
            _ => Pose::standing(0.3).doing(LOW[i % LOW.len()], 1.0),
        };
        let (s, c) = sin_cos(i as f32 * 0.7);
        let ground = linear(0.6, 0.62, 0.6);
        let (rgb, _) = portrait::view(&figure, &figure.burdened(pose), (s, -c), (width, height), (0.95, 2.1), ground);
        if let Some(tile) = image::RgbImage::from_raw(width as u32, height as u32, rgb) {
            image::imageops::replace(&mut sheet, &tile, ((i % columns) * width) as i64, ((i / columns) * height) as i64);
        }
    }
    sheet.save(out).map_err(|e| Failure::Failed(e.to_string()))
}
