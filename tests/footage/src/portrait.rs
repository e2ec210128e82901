// SPDX-License-Identifier: MPL-2.0
//! A picture of one figure before a plain ground: for posters, and to look at figures.

use crate::camera::{Camera, Mount};
use crate::canvas::{Actor, Backdrop, Canvas};
use crate::figure::Figure;
use crate::figure::look::hsv;
use crate::figure::pose::{Pose, STANDING_ACTS};
use crate::figure::skeleton::Stance;
use crate::light::{Light, Tone};
use crate::math::{Rng, degrees, sin_cos, v3};

/// A picture of a figure, and its mask; `close` shows head and shoulders.
pub fn of(figure: &Figure, rng: &mut Rng, width: usize, height: usize, close: bool) -> (Vec<u8>, Vec<u16>) {
    let pose = Pose::standing(rng.unit()).doing(*rng.pick(&STANDING_ACTS), 1.0);
    let (s, c) = sin_cos(rng.range(-0.7, 0.7));
    let ground = hsv(rng.unit(), rng.range(0.0, 0.5), rng.range(0.4, 0.95));
    let tall = figure.look.build.height;
    let (aim, span) = if close { (tall * 0.86, tall * 0.42) } else { (tall * 0.5, tall * 1.12) };
    view(figure, &pose, (s, -c), (width, height), (aim, span), ground)
}

/// A picture of a figure in a pose, facing a direction: at the height `frame.0`, `frame.1` metres high.
pub fn view(
    figure: &Figure,
    pose: &Pose,
    facing: (f32, f32),
    size: (usize, usize),
    frame: (f32, f32),
    ground: crate::figure::look::Colour,
) -> (Vec<u8>, Vec<u16>) {
    let (width, height) = size;
    let far = 4.0;
    let half = libm::atanf(frame.1 * 0.5 * width as f32 / height as f32 / far);
    let mount = Mount { at: v3(0.0, -far, frame.0), yaw: 0.0, pitch: degrees(0.0), roll: 0.0, view: 2.0 * half, barrel: 0.0 };
    let camera = Camera::new(&mount, width, height);
    let light = Light { floor_gloss: 0.0, ..Light::ceiling() };
    let tone = Tone::new(&light);
    let colour = tone.of(ground).to_le_bytes();
    let pixels = width * height;
    let backdrop = Backdrop {
        rgb: colour[..3].repeat(pixels),
        nearness: vec![0.0; pixels * (camera.samples() * camera.samples()) as usize],
        floor: vec![[f32::NAN; 2]; pixels],
        likeness: vec![0; pixels],
    };
    let mut canvas = Canvas::new(camera, light, backdrop);
    let stance = Stance::of(&figure.look.build, pose, v3(0.0, 0.0, 0.0), facing);
    canvas.draw(&[Actor { id: 1, figure: Some((figure, &stance)), props: Vec::new() }]);
    (canvas.rgb, canvas.mask)
}
