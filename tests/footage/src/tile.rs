// SPDX-License-Identifier: MPL-2.0
//! One actor alone: depth and colour of its samples.
//!
//! First every sample learns which triangle it shows; then each material in a pixel is shaded once.

use crate::camera::{Camera, Projected};
use crate::canvas::Actor;
use crate::figure::Figure;
use crate::figure::look::material;
use crate::figure::mesh::PosedPoint;
use crate::light::{Light, Tone, roots};
use crate::math::{Rot, Vec3, smoothstep, v3};
use crate::raster::{Area, snap, triangle};

/// What a picture is drawn with.
pub(crate) struct View<'a> {
    pub camera: &'a Camera,
    pub light: &'a Light,
    pub tone: &'a Tone,
}

/// An actor's samples.
#[derive(Default)]
pub(crate) struct Tile {
    /// Which samples.
    pub area: Area,
    /// One over the distance along the optical axis; 0 where there is nothing.
    pub nearness: Vec<f32>,
    /// Display colours.
    pub colour: Vec<u32>,
    faces: Vec<u32>,
    posed: Vec<PosedPoint>,
    lit: Vec<Vec3>,
    corners: Vec<Corner>,
}

/// A corner in the picture; `near` is 0 behind the camera.
#[derive(Clone, Copy, Default)]
struct Corner {
    at: Projected,
    snapped: (i32, i32),
    near: f32,
}

/// A mirrored figure is drawn up to this height, metres: higher parts are lost in a floor that is not quite flat.
const MIRRORED_M: f32 = 1.1;

impl Tile {
    /// Draws the actor. Gives the box of the whole of it in pixels, also outside the picture.
    pub fn paint(&mut self, view: &View<'_>, actor: &Actor<'_>) -> [f32; 4] {
        if let Some((figure, stance)) = actor.figure {
            figure.pose(stance, &mut self.posed);
            self.light_up(view, figure);
        }
        self.project(view, actor, false);
        let mut whole = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for c in self.corners.iter().filter(|c| c.near > 0.0) {
            whole = [whole[0].min(c.at.x), whole[1].min(c.at.y), whole[2].max(c.at.x), whole[3].max(c.at.y)];
        }
        // A figure may reach out of the picture by half of its size: those samples count for its visibility.
        let (w, h) = (view.camera.width as i32 * view.camera.samples(), view.camera.height as i32 * view.camera.samples());
        self.open(&whole, view.camera.samples(), &Area { left: -w / 2, top: -h / 2, right: w + w / 2, bottom: h + h / 2 });
        if !self.area.is_empty() {
            self.cover(actor, false);
            self.shade(view, actor, view.camera.samples());
        }
        whole
    }

    /// Draws the lower part of the same actor mirrored in the floor, a sample a pixel.
    pub fn mirror(&mut self, view: &View<'_>, actor: &Actor<'_>) {
        self.project(view, actor, true);
        let mut whole = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for c in self.corners.iter().filter(|c| c.near > 0.0) {
            whole = [whole[0].min(c.at.x), whole[1].min(c.at.y), whole[2].max(c.at.x), whole[3].max(c.at.y)];
        }
        let limit = Area { left: 0, top: 0, right: view.camera.width as i32, bottom: view.camera.height as i32 };
        self.open(&whole, 1, &limit);
        if !self.area.is_empty() {
            self.cover(actor, true);
            self.shade(view, actor, 1);
        }
    }

    fn project(&mut self, view: &View<'_>, actor: &Actor<'_>, mirrored: bool) {
        let scale = if mirrored { 1.0 } else { view.camera.samples() as f32 };
        let corner = |p: Vec3| {
            if mirrored && p.z > MIRRORED_M {
                return Corner::default();
            }
            let at = view.camera.project(if mirrored { v3(p.x, p.y, -p.z) } else { p });
            at.map_or(Corner::default(), |at| Corner { snapped: snap(&at, scale), near: 1.0 / at.depth, at })
        };
        self.corners.clear();
        if actor.figure.is_some() {
            self.corners.extend(self.posed.iter().map(|p| corner(p.at)));
        }
        for (prop, at, facing, size) in &actor.props {
            let turn = Rot::facing(facing.0, facing.1);
            self.corners.extend(prop.points.iter().map(|p| corner(turn.apply(p.0) * *size + *at)));
        }
    }

    fn open(&mut self, whole: &[f32; 4], scale: i32, limit: &Area) {
        let k = scale as f32;
        let [left, top, right, bottom] = whole.map(|v| (v.clamp(-1e5, 1e5) * k) as i32);
        let area = Area { left: left - 2, top: top - 2, right: right + 2, bottom: bottom + 2 }.intersection(limit);
        // Even edges, so that pixels are whole.
        let down = |v: i32| v.div_euclid(scale) * scale;
        self.area = Area {
            left: down(area.left),
            top: down(area.top),
            right: down(area.right + scale - 1),
            bottom: down(area.bottom + scale - 1),
        };
        let samples = self.area.width() * self.area.height();
        self.nearness.clear();
        self.nearness.resize(samples, 0.0);
        self.faces.clear();
        self.faces.resize(samples, 0);
        self.colour.clear();
        self.colour.resize(samples, 0);
    }

    /// The light on every point of the skin: its square roots.
    fn light_up(&mut self, view: &View<'_>, figure: &Figure) {
        let light = view.light;
        let about: [(f32, f32); material::COUNT] = std::array::from_fn(|m| {
            let albedo = figure.look.colours[m];
            (figure.gloss(m as u8), (albedo.x + albedo.y + albedo.z) * 0.333 + 0.04)
        });
        self.lit.clear();
        self.lit.extend(self.posed.iter().zip(&figure.skin.points).map(|(p, rest)| {
            let to_eye = (view.camera.at - p.at).unit();
            let (gloss, mean) = about[usize::from(rest.material)];
            let shine = light.highlight(p.normal, to_eye, gloss);
            // Lower parts get less light from the ceiling.
            let depth = 0.80 + 0.20 * smoothstep(0.0, 1.2, p.at.z);
            roots(light.on(p.normal, rest.openness * depth) + light.key * (shine / mean))
        }));
    }

    /// Which triangle every sample shows.
    fn cover(&mut self, actor: &Actor<'_>, mirrored: bool) {
        let mut first_corner = 0;
        let mut number = 0;
        let (area, width) = (self.area, self.area.width());
        let meshes = actor.figure.iter().map(|f| (&f.0.skin.triangles, f.0.skin.points.len()));
        let meshes = meshes.chain(actor.props.iter().map(|p| (&p.0.triangles, p.0.points.len())));
        for (triangles, points) in meshes {
            for corners in triangles {
                number += 1;
                let corner = |i: usize| &self.corners[first_corner + corners[i] as usize];
                let (one, other) = if mirrored { (2, 1) } else { (1, 2) };
                let c = [corner(0), corner(one), corner(other)];
                if c[0].near <= 0.0 || c[1].near <= 0.0 || c[2].near <= 0.0 {
                    continue;
                }
                let near = [c[0].near, c[1].near, c[2].near];
                let (nearness, faces) = (&mut self.nearness, &mut self.faces);
                triangle([c[0].snapped, c[1].snapped, c[2].snapped], &area, |x, y, w| {
                    let i = (y - area.top) as usize * width + (x - area.left) as usize;
                    let here = near[0] * w[0] + near[1] * w[1] + near[2] * w[2];
                    if here > nearness[i] {
                        nearness[i] = here;
                        faces[i] = number;
                    }
                });
            }
            first_corner += points;
        }
    }

    /// Colours: every material once a pixel.
    fn shade(&mut self, view: &View<'_>, actor: &Actor<'_>, scale: i32) {
        let (width, k) = (self.area.width(), scale as usize);
        let painter = Painter::new(view, actor, &self.corners, &self.lit);
        for row in (0..self.area.height()).step_by(k) {
            for column in (0..width).step_by(k) {
                let mut done = [(u32::MAX, 0u32); 4];
                for sample in 0..k * k {
                    let (dx, dy) = (sample % k, sample / k);
                    let i = (row + dy) * width + column + dx;
                    let face = self.faces[i];
                    if face == 0 {
                        continue;
                    }
                    let key = painter.key(face);
                    let colour = done[..sample].iter().find(|d| d.0 == key).map(|d| d.1);
                    let colour = colour.unwrap_or_else(|| {
                        let x = (self.area.left as f32 + (column + dx) as f32 + 0.5) / scale as f32;
                        let y = (self.area.top as f32 + (row + dy) as f32 + 0.5) / scale as f32;
                        painter.colour(face, x, y)
                    });
                    done[sample] = (key, colour);
                    self.colour[i] = colour;
                }
            }
        }
    }
}

/// Gives a triangle's colour at a point of the picture.
struct Painter<'a> {
    view: &'a View<'a>,
    actor: &'a Actor<'a>,
    corners: &'a [Corner],
    lit: &'a [Vec3],
    plain: [Vec3; material::COUNT],
    patterned: [bool; material::COUNT],
    figure_faces: u32,
}

impl<'a> Painter<'a> {
    fn new(view: &'a View<'a>, actor: &'a Actor<'a>, corners: &'a [Corner], lit: &'a [Vec3]) -> Self {
        let figure = actor.figure.map(|f| f.0);
        Self {
            view,
            actor,
            corners,
            lit,
            plain: std::array::from_fn(|m| figure.map_or(Vec3::default(), |f| roots(f.look.colours[m]))),
            patterned: std::array::from_fn(|m| figure.is_some_and(|f| f.is_patterned(m as u8))),
            figure_faces: figure.map_or(0, |f| f.skin.triangles.len() as u32),
        }
    }

    /// Faces with the same key look alike within a pixel.
    fn key(&self, face: u32) -> u32 {
        match self.actor.figure {
            Some((figure, _)) if face <= self.figure_faces => {
                let [corner, ..] = figure.skin.triangles[face as usize - 1];
                u32::from(figure.skin.points[corner as usize].material)
            }
            _ => 1000 + face,
        }
    }

    fn colour(&self, face: u32, x: f32, y: f32) -> u32 {
        match self.actor.figure {
            Some((figure, _)) if face <= self.figure_faces => self.skin(figure, face as usize - 1, x, y),
            _ => self.prop(face - self.figure_faces - 1),
        }
    }

    fn skin(&self, figure: &Figure, face: usize, x: f32, y: f32) -> u32 {
        let [a, b, d] = figure.skin.triangles[face];
        let c = [a as usize, b as usize, d as usize];
        let p = [&self.corners[c[0]].at, &self.corners[c[1]].at, &self.corners[c[2]].at];
        let area = |a: &Projected, b: &Projected| (b.y - a.y) * (x - a.x) - (b.x - a.x) * (y - a.y);
        let w = [area(p[1], p[2]), area(p[2], p[0]), area(p[0], p[1])];
        let sum = w[0] + w[1] + w[2];
        let share = |v: f32| (v / sum).clamp(0.0, 1.0);
        let w = if sum.abs() > 1e-9 { [share(w[0]), share(w[1]), share(w[2])] } else { [1.0, 0.0, 0.0] };
        let light = self.lit[c[0]] * w[0] + self.lit[c[1]] * w[1] + self.lit[c[2]] * w[2];
        let rest = [&figure.skin.points[c[0]], &figure.skin.points[c[1]], &figure.skin.points[c[2]]];
        let of = rest[0].material;
        let albedo = if self.patterned[usize::from(of)] {
            roots(figure.colour(of, rest[0].at * w[0] + rest[1].at * w[1] + rest[2].at * w[2]))
        } else {
            self.plain[usize::from(of)]
        };
        self.view.tone.of_roots(light.times(albedo))
    }

    fn prop(&self, mut face: u32) -> u32 {
        for (prop, place, facing, _) in &self.actor.props {
            if let Some(corners) = prop.triangles.get(face as usize) {
                let (_, normal, colour) = prop.points[corners[0] as usize];
                let normal = Rot::facing(facing.0, facing.1).apply(normal);
                let shine = self.view.light.highlight(normal, (self.view.camera.at - *place).unit(), 0.15);
                let light = self.view.light.on(normal, 0.75);
                return self.view.tone.of(light.times(colour) + self.view.light.key * shine);
            }
            face -= prop.triangles.len() as u32;
        }
        0
    }
}
