// SPDX-License-Identifier: MPL-2.0
//! What a cheap camera does to a picture: soft optics, darker corners, drifting exposure, flicker, noise, burnt-in text.

use crate::math::{Rng, sin_cos};
use crate::picture::{Picture, convert};
use crate::raster::Area;
use crate::text;

/// How a camera spoils its picture.
#[derive(Clone, Debug)]
pub struct Sensor {
    /// Deviation of noise in the darks, luma steps.
    pub noise: f32,
    /// How much the lens blurs: 0 sharp to 16 soft.
    pub blur: i32,
    /// How much darker corners are, 0..0.5.
    pub vignette: f32,
    /// How far exposure drifts, share.
    pub drift: f32,
    /// How much lamps flicker, share.
    pub flicker: f32,
    /// Colour strength, 64 for as it is.
    pub saturation: i32,
    /// Text in the upper left corner, with `{t}` for the time.
    pub text: String,
}

impl Default for Sensor {
    fn default() -> Self {
        Self { noise: 2.0, blur: 8, vignette: 0.15, drift: 0.02, flicker: 0.0, saturation: 64, text: String::new() }
    }
}

impl Sensor {
    /// A sensor drawn by chance.
    pub fn random(rng: &mut Rng) -> Self {
        Self {
            noise: if rng.chance(0.2) { rng.range(4.0, 10.0) } else { rng.range(0.3, 4.0) },
            blur: rng.below(17) as i32,
            vignette: rng.range(0.0, 0.35),
            drift: 0.0,
            flicker: 0.0,
            saturation: 64,
            text: if rng.chance(0.45) { text::random(rng) } else { String::new() },
        }
    }
}

const NOISE: usize = 1 << 16;

/// Turns rendered pictures into camera pictures.
pub struct Developer {
    sensor: Sensor,
    backdrop: Picture,
    clean: Picture,
    touched: Vec<Area>,
    noise: Vec<i8>,
    seed: u64,
}

impl Developer {
    /// For pictures over this backdrop (red, green, blue).
    pub fn new(sensor: Sensor, rgb: &[u8], width: usize, height: usize, seed: u64) -> Self {
        let mut backdrop = Picture::new(width, height);
        let all = Area { left: 0, top: 0, right: width as i32 & !1, bottom: height as i32 & !1 };
        convert(rgb, &mut backdrop, &all, sensor.blur, sensor.saturation);
        let mut rng = Rng::new(4711, 12);
        let noise = (0..NOISE + width + 64).map(|_| (rng.normal() * 24.0).clamp(-120.0, 120.0) as i8).collect();
        Self { sensor, clean: backdrop.clone(), backdrop, touched: Vec::new(), noise, seed }
    }

    /// The camera's picture of a rendered one that differs from the backdrop in these areas, at this time.
    pub fn develop(&mut self, rgb: &[u8], touched: &[Area], seconds: f64, number: u64, out: &mut Picture) {
        let limit = Area { left: 0, top: 0, right: self.clean.width as i32 & !1, bottom: self.clean.height as i32 & !1 };
        for area in std::mem::take(&mut self.touched) {
            self.clean.copy_area(&self.backdrop, &area);
        }
        for area in touched {
            let wide = Area {
                left: (area.left - 2) & !1,
                top: (area.top - 2) & !1,
                right: (area.right + 3) & !1,
                bottom: (area.bottom + 3) & !1,
            };
            let wide = wide.intersection(&limit);
            if !wide.is_empty() {
                convert(rgb, &mut self.clean, &wide, self.sensor.blur, self.sensor.saturation);
                self.touched.push(wide);
            }
        }
        self.expose(seconds, number, out);
        let stamp = text::filled(&self.sensor.text, seconds);
        text::draw(out, &stamp);
    }

    fn gain(&self, seconds: f64, number: u64) -> f32 {
        let t = seconds as f32;
        let (slow, _) = sin_cos(t * 0.31 + 1.0);
        let (slower, _) = sin_cos(t * 0.083);
        let mut rng = Rng::new(self.seed, number);
        let lamp = self.sensor.flicker * (rng.unit() - 0.5) * 2.0;
        1.0 + self.sensor.drift * (0.6 * slow + 0.4 * slower) + lamp
    }

    fn expose(&self, seconds: f64, number: u64, out: &mut Picture) {
        let (width, height) = (self.clean.width, self.clean.height);
        out.width = width;
        out.height = height;
        out.y.resize(width * height, 0);
        out.u.resize(width / 2 * (height / 2), 0);
        out.v.resize(width / 2 * (height / 2), 0);
        let gain = self.gain(seconds, number);
        let mut rng = Rng::new(self.seed, number ^ 0x5EED);
        let planes = [
            (&self.clean.y, &mut out.y, width, 16, 1.0),
            (&self.clean.u, &mut out.u, width / 2, 128, 0.45),
            (&self.clean.v, &mut out.v, width / 2, 128, 0.45),
        ];
        for (source, target, columns, black, share) in planes {
            let rows = source.len() / columns.max(1);
            let falls = |i: usize, n: usize| {
                let d = (i as f32 + 0.5) / n as f32 * 2.0 - 1.0;
                d * d * self.sensor.vignette * 0.5
            };
            let across: Vec<i32> = (0..columns).map(|i| (gain * (1.0 - falls(i, columns)) * 4096.0) as i32).collect();
            let level = (self.sensor.noise * share * 1024.0 / 24.0) as i32;
            for row in 0..rows {
                let down = (gain * falls(row, rows) * 4096.0) as i32;
                let from = rng.below(NOISE);
                let noise = &self.noise[from..from + columns];
                let span = row * columns..(row + 1) * columns;
                let line = source[span.clone()].iter().zip(&across).zip(noise);
                for (out, ((value, gain), noise)) in target[span].iter_mut().zip(line) {
                    let value = i32::from(*value) - black;
                    // Brighter pixels are a little noisier in light, less so after the display curve.
                    let lit = (value * (gain - down)) >> 12;
                    let noise = (i32::from(*noise) * level) >> 10;
                    *out = (lit + noise + black).clamp(0, 255) as u8;
                }
            }
        }
    }
}
