// SPDX-License-Identifier: MPL-2.0
//! Puts people and moving things into the picture of the room: depth, shadows, reflections, and whose pixel is whose.

use crate::camera::{Camera, Projected};
use crate::figure::Figure;
use crate::figure::look::material;
use crate::figure::mesh::PosedPoint;
use crate::figure::skeleton::{FOOT, FOREARM, HAND, HEAD, SHIN, Stance, THIGH, UPPER_ARM};
use crate::light::{Light, Tone, roots};
use crate::math::{Rot, Vec3, smoothstep, v3};
use crate::prop::Prop;
use crate::raster::{Area, triangle};

/// Samples a pixel in each direction.
pub const SAMPLES: i32 = 2;

/// The room without people, as this camera sees it.
#[derive(Clone, Debug)]
pub struct Backdrop {
    /// Red, green, blue.
    pub rgb: Vec<u8>,
    /// One over the distance along the optical axis, for every sample.
    pub nearness: Vec<f32>,
    /// Where on the floor a pixel lies, metres; not a number where it isn't the floor.
    pub floor: Vec<[f32; 2]>,
    /// Which figure that is no person a pixel shows; 0: none.
    pub likeness: Vec<u16>,
}

/// Somebody or something that moves.
pub struct Actor<'a> {
    /// Whose pixels these are; 0 for a thing.
    pub id: u16,
    /// A person's figure and where the bones are.
    pub figure: Option<(&'a Figure, &'a Stance)>,
    /// Things that move with it: the thing, where its origin is, where it looks, its size.
    pub props: Vec<(&'a Prop, Vec3, (f32, f32), f32)>,
}

/// What the picture shows of an actor.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shown {
    /// The actor's number.
    pub id: u16,
    /// Pixels that show it.
    pub visible_px: u32,
    /// Pixels that would show it if nothing stood before it and the picture had no edge.
    pub full_px: u32,
    /// Box of the visible pixels: left, top, right, bottom; empty when there are none.
    pub visible: Area,
    /// Box of the whole figure, pixels, also behind things and outside the picture.
    pub whole: [f32; 4],
}

/// Depth, colour and owner of an actor's samples.
#[derive(Default)]
struct Tile {
    area: Area,
    nearness: Vec<f32>,
    colour: Vec<u32>,
}

/// A picture under construction.
pub struct Canvas {
    camera: Camera,
    light: Light,
    tone: Tone,
    backdrop: Backdrop,
    /// The picture: red, green, blue.
    pub rgb: Vec<u8>,
    /// Whose pixel it is; 0: nobody's.
    pub mask: Vec<u16>,
    /// Which parts of the picture differ from the backdrop.
    pub touched: Vec<Area>,
    nearness: Vec<f32>,
    colour: Vec<u32>,
    owner: Vec<u16>,
    tile: Tile,
    posed: Vec<PosedPoint>,
    projected: Vec<Option<Projected>>,
    lit: Vec<Vec3>,
}

impl Canvas {
    /// A canvas over a backdrop.
    pub fn new(camera: Camera, light: Light, backdrop: Backdrop) -> Self {
        let pixels = camera.width * camera.height;
        let samples = pixels * (SAMPLES * SAMPLES) as usize;
        Self {
            rgb: backdrop.rgb.clone(),
            mask: vec![0; pixels],
            touched: Vec::new(),
            nearness: vec![0.0; samples],
            colour: vec![0; samples],
            owner: vec![0; samples],
            tile: Tile::default(),
            posed: Vec::new(),
            projected: Vec::new(),
            lit: Vec::new(),
            tone: Tone::new(&light),
            camera,
            light,
            backdrop,
        }
    }

    /// The room without people.
    pub fn backdrop(&self) -> &Backdrop {
        &self.backdrop
    }

    fn picture(&self) -> Area {
        Area { left: 0, top: 0, right: self.camera.width as i32, bottom: self.camera.height as i32 }
    }

    /// Draws the actors over the backdrop, and says what the picture shows of each.
    pub fn draw(&mut self, actors: &[Actor<'_>]) -> Vec<Shown> {
        self.restore();
        for actor in actors {
            self.shadow(actor);
        }
        let mut shown = Vec::with_capacity(actors.len());
        let mut areas = Vec::with_capacity(actors.len());
        let mut ready: Vec<Area> = Vec::with_capacity(actors.len());
        for actor in actors {
            let whole = self.paint_tile(actor, false);
            let area = self.tile.area.intersection(&self.picture().scaled(SAMPLES));
            let full = self.tile.nearness.iter().filter(|n| **n > 0.0).count() as u32;
            let full_px = full.div_ceil((SAMPLES * SAMPLES) as u32);
            if !area.is_empty() {
                self.prepare(&area, &ready);
                ready.push(area);
                self.compose(actor.id, &area);
            }
            areas.push(area);
            shown.push(Shown { id: actor.id, full_px, whole, ..Shown::default() });
        }
        if self.light.floor_gloss > 0.0 {
            for actor in actors {
                self.reflect(actor);
            }
        }
        for area in &areas {
            self.resolve(area);
        }
        for (one, area) in shown.iter_mut().zip(&areas) {
            self.measure(one, area);
        }
        shown
    }

    /// Takes back what the last picture changed.
    fn restore(&mut self) {
        let width = self.camera.width;
        for area in std::mem::take(&mut self.touched) {
            for y in area.top as usize..area.bottom as usize {
                let (a, b) = (y * width + area.left as usize, y * width + area.right as usize);
                self.rgb[a * 3..b * 3].copy_from_slice(&self.backdrop.rgb[a * 3..b * 3]);
                self.mask[a..b].fill(0);
            }
        }
    }

    /// Draws one actor alone; `mirrored` in the floor. Gives the box of the whole figure in pixels.
    fn paint_tile(&mut self, actor: &Actor<'_>, mirrored: bool) -> [f32; 4] {
        let flip = |p: Vec3| if mirrored { v3(p.x, p.y, -p.z) } else { p };
        let scale = if mirrored { 1 } else { SAMPLES };
        let mut whole = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        let mut grow = |p: &Option<Projected>| {
            if let Some(p) = p {
                whole = [whole[0].min(p.x), whole[1].min(p.y), whole[2].max(p.x), whole[3].max(p.y)];
            }
        };
        let mut posed = std::mem::take(&mut self.posed);
        let mut projected = std::mem::take(&mut self.projected);
        projected.clear();
        if let Some((figure, stance)) = actor.figure {
            figure.pose(stance, &mut posed);
            projected.extend(posed.iter().map(|p| self.camera.project(flip(p.at))));
        }
        let body = projected.len();
        for (prop, at, facing, size) in &actor.props {
            let turn = Rot::facing(facing.0, facing.1);
            projected.extend(prop.points.iter().map(|p| self.camera.project(flip(turn.apply(p.0) * *size + *at))));
        }
        projected.iter().for_each(&mut grow);
        self.open_tile(&whole, scale, mirrored);
        if !self.tile.area.is_empty() {
            if let Some((figure, _)) = actor.figure {
                self.paint_figure(figure, &posed, &projected[..body], scale, mirrored);
            }
            let mut from = body;
            for (prop, at, facing, _) in &actor.props {
                let to = from + prop.points.len();
                self.paint_prop(prop, *at, *facing, &projected[from..to], scale, mirrored);
                from = to;
            }
        }
        self.posed = posed;
        self.projected = projected;
        whole
    }

    fn open_tile(&mut self, whole: &[f32; 4], scale: i32, mirrored: bool) {
        // A figure may reach out of the picture by half of its size: those samples count for its visibility.
        let mut limit = self.picture().scaled(scale);
        if !mirrored {
            let (w, h) = (limit.right / 2, limit.bottom / 2);
            limit = Area { left: -w, top: -h, right: limit.right + w, bottom: limit.bottom + h };
        }
        let k = scale as f32;
        let area = Area {
            left: (whole[0].clamp(-1e6, 1e6) * k).floor() as i32 - 1,
            top: (whole[1].clamp(-1e6, 1e6) * k).floor() as i32 - 1,
            right: (whole[2].clamp(-1e6, 1e6) * k).ceil() as i32 + 1,
            bottom: (whole[3].clamp(-1e6, 1e6) * k).ceil() as i32 + 1,
        }
        .intersection(&limit);
        // Even edges, so that pixels are whole.
        let down = |v: i32| v.div_euclid(scale) * scale;
        self.tile.area = Area {
            left: down(area.left),
            top: down(area.top),
            right: down(area.right + scale - 1),
            bottom: down(area.bottom + scale - 1),
        };
        let samples = self.tile.area.width() * self.tile.area.height();
        self.tile.nearness.clear();
        self.tile.nearness.resize(samples, 0.0);
        self.tile.colour.clear();
        self.tile.colour.resize(samples, 0);
    }

    fn paint_figure(&mut self, figure: &Figure, posed: &[PosedPoint], at: &[Option<Projected>], scale: i32, mirrored: bool) {
        let light = &self.light;
        let plain: [Vec3; material::COUNT] = std::array::from_fn(|m| roots(figure.look.colours[m]));
        self.lit.clear();
        self.lit.extend(posed.iter().zip(&figure.skin.points).map(|(p, rest)| {
            let to_eye = (self.camera.at - p.at).unit();
            let shine = light.highlight(p.normal, to_eye, figure.gloss(rest.material));
            let albedo = figure.look.colours[usize::from(rest.material)];
            let mean = (albedo.x + albedo.y + albedo.z) * 0.333 + 0.04;
            // Lower parts get less light from the ceiling.
            let depth = 0.80 + 0.20 * smoothstep(0.0, 1.2, p.at.z);
            roots(light.on(p.normal, rest.openness * depth) + light.key * (shine / mean))
        }));
        let tile = &mut self.tile;
        let (area, width) = (tile.area, tile.area.width());
        let tone = &self.tone;
        for corners in &figure.skin.triangles {
            let mut c = corners.map(|i| i as usize);
            if mirrored {
                c.swap(1, 2);
            }
            let (Some(a), Some(b), Some(d)) = (&at[c[0]], &at[c[1]], &at[c[2]]) else { continue };
            let near = [1.0 / a.depth, 1.0 / b.depth, 1.0 / d.depth];
            let lit = c.map(|i| self.lit[i]);
            let of = figure.skin.points[c[0]].material;
            let base = plain[usize::from(of)];
            let patterned = figure.is_patterned(of);
            let rest = c.map(|i| figure.skin.points[i].at);
            triangle([a, b, d], scale as f32, &area, |x, y, w| {
                let i = (y - area.top) as usize * width + (x - area.left) as usize;
                let nearness = near[0] * w[0] + near[1] * w[1] + near[2] * w[2];
                if nearness > tile.nearness[i] {
                    tile.nearness[i] = nearness;
                    let light = lit[0] * w[0] + lit[1] * w[1] + lit[2] * w[2];
                    let albedo = if patterned {
                        roots(figure.colour(of, rest[0] * w[0] + rest[1] * w[1] + rest[2] * w[2]))
                    } else {
                        base
                    };
                    tile.colour[i] = tone.of_roots(light.times(albedo));
                }
            });
        }
    }

    fn paint_prop(&mut self, prop: &Prop, place: Vec3, facing: (f32, f32), at: &[Option<Projected>], scale: i32, mirrored: bool) {
        let turn = Rot::facing(facing.0, facing.1);
        let tile = &mut self.tile;
        let (area, width) = (tile.area, tile.area.width());
        for corners in &prop.triangles {
            let mut c = corners.map(|i| i as usize);
            let (_, normal, colour) = prop.points[c[0]];
            if mirrored {
                c.swap(1, 2);
            }
            let (Some(a), Some(b), Some(d)) = (&at[c[0]], &at[c[1]], &at[c[2]]) else { continue };
            let near = [1.0 / a.depth, 1.0 / b.depth, 1.0 / d.depth];
            let normal = turn.apply(normal);
            let shine = self.light.highlight(normal, (self.camera.at - place).unit(), 0.15);
            let colour = self.tone.of(self.light.on(normal, 0.75).times(colour) + self.light.key * shine);
            triangle([a, b, d], scale as f32, &area, |x, y, w| {
                let i = (y - area.top) as usize * width + (x - area.left) as usize;
                let nearness = near[0] * w[0] + near[1] * w[1] + near[2] * w[2];
                if nearness > tile.nearness[i] {
                    tile.nearness[i] = nearness;
                    tile.colour[i] = colour;
                }
            });
        }
    }

    /// Fills the samples of an area with the backdrop's depth, where an earlier actor hasn't done so.
    fn prepare(&mut self, area: &Area, ready: &[Area]) {
        let width = self.camera.width * SAMPLES as usize;
        let near: Vec<Area> = ready.iter().copied().filter(|r| !r.intersection(area).is_empty()).collect();
        for y in area.top..area.bottom {
            let row = y as usize * width;
            let mut x = area.left;
            while x < area.right {
                // Skip what is ready, else fill up to the next ready area.
                if let Some(r) = near.iter().find(|r| y >= r.top && y < r.bottom && x >= r.left && x < r.right) {
                    x = r.right;
                    continue;
                }
                let next = near.iter().filter(|r| y >= r.top && y < r.bottom && r.left > x).map(|r| r.left).min();
                let end = next.unwrap_or(area.right).min(area.right);
                let span = row + x as usize..row + end as usize;
                self.nearness[span.clone()].copy_from_slice(&self.backdrop.nearness[span.clone()]);
                self.owner[span.clone()].fill(0);
                self.colour[span].fill(0);
                x = end;
            }
        }
    }

    fn compose(&mut self, id: u16, area: &Area) {
        let width = self.camera.width * SAMPLES as usize;
        let tile = &self.tile;
        // A thing's samples are drawn too, but belong to nobody: its owner is the highest number.
        let owner = if id == 0 { u16::MAX } else { id };
        for y in area.top..area.bottom {
            let from = (y - tile.area.top) as usize * tile.area.width() + (area.left - tile.area.left) as usize;
            let to = y as usize * width + area.left as usize;
            for k in 0..area.width() {
                let nearness = tile.nearness[from + k];
                if nearness > self.nearness[to + k] {
                    self.nearness[to + k] = nearness;
                    self.colour[to + k] = tile.colour[from + k];
                    self.owner[to + k] = owner;
                }
            }
        }
    }

    /// Samples to pixels: the mean colour, and the owner of at least half of them.
    fn resolve(&mut self, samples: &Area) {
        if samples.is_empty() {
            return;
        }
        let area = Area {
            left: samples.left / SAMPLES,
            top: samples.top / SAMPLES,
            right: samples.right / SAMPLES,
            bottom: samples.bottom / SAMPLES,
        };
        let (width, wide) = (self.camera.width, self.camera.width * SAMPLES as usize);
        for y in area.top as usize..area.bottom as usize {
            for x in area.left as usize..area.right as usize {
                let s = y * 2 * wide + x * 2;
                let at = [s, s + 1, s + wide, s + wide + 1];
                let owners = at.map(|i| self.owner[i]);
                if owners == [0; 4] {
                    continue;
                }
                let pixel = y * width + x;
                let under = &self.rgb[pixel * 3..pixel * 3 + 3];
                let mut sum = [0u32; 3];
                for (i, owner) in at.iter().zip(owners) {
                    let c = self.colour[*i];
                    for (k, s) in sum.iter_mut().enumerate() {
                        *s += if owner == 0 { u32::from(under[k]) } else { c >> (8 * k) & 255 };
                    }
                }
                for (k, s) in sum.iter().enumerate() {
                    self.rgb[pixel * 3 + k] = (s.div_ceil(4)).min(255) as u8;
                }
                self.mask[pixel] = majority(owners);
            }
        }
        // Resolving again would mix twice: what is done is nobody's any more.
        for y in samples.top as usize..samples.bottom as usize {
            self.owner[y * wide + samples.left as usize..y * wide + samples.right as usize].fill(0);
        }
        self.touched.push(area);
    }

    fn measure(&self, shown: &mut Shown, samples: &Area) {
        if shown.id == 0 || samples.is_empty() {
            return;
        }
        let mut found = Area { left: i32::MAX, top: i32::MAX, right: 0, bottom: 0 };
        for y in samples.top / SAMPLES..samples.bottom / SAMPLES {
            for x in samples.left / SAMPLES..samples.right / SAMPLES {
                if self.mask[y as usize * self.camera.width + x as usize] == shown.id {
                    shown.visible_px += 1;
                    found.left = found.left.min(x);
                    found.top = found.top.min(y);
                    found.right = found.right.max(x + 1);
                    found.bottom = found.bottom.max(y + 1);
                }
            }
        }
        if shown.visible_px > 0 {
            shown.visible = found;
            shown.full_px = shown.full_px.max(shown.visible_px);
        }
    }

    /// A faint image in the floor.
    fn reflect(&mut self, actor: &Actor<'_>) {
        self.paint_tile(actor, true);
        let area = self.tile.area;
        if area.is_empty() {
            return;
        }
        let (width, wide) = (self.camera.width, self.camera.width * SAMPLES as usize);
        let k = (self.light.floor_gloss * 256.0) as u32;
        for y in area.top..area.bottom {
            for x in area.left..area.right {
                let t = (y - area.top) as usize * area.width() + (x - area.left) as usize;
                let pixel = y as usize * width + x as usize;
                let sample = y as usize * 2 * wide + x as usize * 2;
                if self.tile.nearness[t] <= 0.0 || self.backdrop.floor[pixel][0].is_nan() || self.mask[pixel] != 0 {
                    continue;
                }
                let _ = sample;
                let c = self.tile.colour[t];
                for channel in 0..3 {
                    let p = &mut self.rgb[pixel * 3 + channel];
                    let value = c >> (8 * channel) & 255;
                    *p = ((u32::from(*p) * (256 - k) + value * k) >> 8) as u8;
                }
            }
        }
        self.touched.push(area);
    }

    /// Shadows on the floor: a soft one under the body, one at each foot, and one away from the strongest light.
    fn shadow(&mut self, actor: &Actor<'_>) {
        let blobs = shadow_blobs(actor, &self.light);
        let mut low = v3(f32::MAX, f32::MAX, 0.0);
        let mut high = v3(f32::MIN, f32::MIN, 0.0);
        for b in &blobs {
            for p in [b.a, b.b] {
                low = v3(low.x.min(p.0 - b.radius), low.y.min(p.1 - b.radius), 0.0);
                high = v3(high.x.max(p.0 + b.radius), high.y.max(p.1 + b.radius), 0.0);
            }
        }
        let area = self.floor_area(low, high);
        if blobs.is_empty() || area.is_empty() {
            return;
        }
        let width = self.camera.width;
        for y in (area.top as usize..area.bottom as usize).step_by(2) {
            for x in (area.left as usize..area.right as usize).step_by(2) {
                // One value for four pixels: shadows are soft.
                let [fx, fy] = self.backdrop.floor[y * width + x];
                if fx.is_nan() {
                    continue;
                }
                let k = darkness(&blobs, fx, fy);
                if k >= 256 {
                    continue;
                }
                for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                    if x + dx >= width || y + dy >= self.camera.height {
                        continue;
                    }
                    let pixel = (y + dy) * width + x + dx;
                    if !self.backdrop.floor[pixel][0].is_nan() {
                        for c in &mut self.rgb[pixel * 3..pixel * 3 + 3] {
                            *c = (u32::from(*c) * k >> 8) as u8;
                        }
                    }
                }
            }
        }
        self.touched.push(area);
    }

    /// The part of the picture that a rectangle of the floor can be in, with even corners.
    fn floor_area(&self, low: Vec3, high: Vec3) -> Area {
        let mut area = Area { left: i32::MAX, top: i32::MAX, right: i32::MIN, bottom: i32::MIN };
        for i in 0..=4 {
            for j in 0..=4 {
                let p = v3(low.x + (high.x - low.x) * i as f32 * 0.25, low.y + (high.y - low.y) * j as f32 * 0.25, 0.0);
                if let Some(q) = self.camera.project(p) {
                    area.left = area.left.min(q.x as i32 - 2);
                    area.top = area.top.min(q.y as i32 - 2);
                    area.right = area.right.max(q.x as i32 + 2);
                    area.bottom = area.bottom.max(q.y as i32 + 2);
                }
            }
        }
        if area.left > area.right {
            return Area::default();
        }
        let even = Area { left: area.left & !1, top: area.top & !1, right: (area.right + 1) & !1, bottom: (area.bottom + 1) & !1 };
        even.intersection(&self.picture())
    }
}

/// The owner of at least half of four samples; a person goes before nobody, the lower number before the higher.
fn majority(owners: [u16; 4]) -> u16 {
    let mut best = (0, 0);
    for o in owners {
        let n = owners.iter().filter(|p| **p == o).count();
        let person = o != 0 && o != u16::MAX;
        if person && (n > best.1 || (n == best.1 && o < best.0)) {
            best = (o, n);
        }
    }
    if best.1 >= 2 { best.0 } else { 0 }
}

/// A soft dark stroke on the floor.
struct Blob {
    a: (f32, f32),
    b: (f32, f32),
    radius: f32,
    dark: f32,
}

fn shadow_blobs(actor: &Actor<'_>, light: &Light) -> Vec<Blob> {
    let mut blobs = Vec::with_capacity(18);
    let flat = |p: Vec3| (p.x, p.y);
    if let Some((figure, stance)) = actor.figure {
        let size = figure.look.build.height / 1.75;
        let at = |bone: u8| stance.joints[usize::from(bone)].at;
        let pelvis = at(0);
        blobs.push(Blob { a: flat(pelvis), b: flat(at(2)), radius: 0.62 * size, dark: 0.30 * light.shadow });
        for i in 0..2 {
            let foot = at(FOOT[i]);
            let lifted = (1.0 - (foot.z - 0.09) * 4.0).clamp(0.0, 1.0);
            let toe = stance.joints[usize::from(FOOT[i])].turn.apply(v3(0.0, 0.11, 0.0)) + foot;
            blobs.push(Blob { a: flat(foot), b: flat(toe), radius: 0.15 * size, dark: (0.15 + 0.5 * light.shadow) * lifted });
        }
        let strength = light.key.x / (light.key.x + light.sky.x) * light.shadow;
        let thrown = |p: Vec3| {
            let t = p.z / light.key_from.z.max(0.3);
            (p.x - light.key_from.x * t, p.y - light.key_from.y * t)
        };
        let mut limb = |a: Vec3, b: Vec3, r: f32| {
            // The higher, the softer.
            let soft = 0.05 + 0.06 * (a.z + b.z);
            blobs.push(Blob { a: thrown(a), b: thrown(b), radius: r * size + soft, dark: strength * 0.9 * r / (r + soft * 0.4) });
        };
        limb(pelvis, at(3), 0.19);
        limb(at(HEAD), at(HEAD) + v3(0.0, 0.0, 0.14), 0.11);
        for i in 0..2 {
            limb(at(THIGH[i]), at(SHIN[i]), 0.10);
            limb(at(SHIN[i]), at(FOOT[i]), 0.075);
            limb(at(UPPER_ARM[i]), at(FOREARM[i]), 0.06);
            limb(at(FOREARM[i]), at(HAND[i]), 0.05);
        }
    }
    for (_, at, facing, _) in &actor.props {
        let ahead = |d: f32| (at.x + facing.0 * d, at.y + facing.1 * d);
        blobs.push(Blob { a: ahead(0.0), b: ahead(0.75), radius: 0.45, dark: 0.4 * light.shadow });
    }
    blobs
}

/// How much light is left, 256 for all of it. Of several strokes of one kind the darkest counts more than their sum.
fn darkness(blobs: &[Blob], x: f32, y: f32) -> u32 {
    let mut left = 1.0f32;
    let mut darkest = 0.0f32;
    for (i, b) in blobs.iter().enumerate() {
        let (dx, dy) = (b.b.0 - b.a.0, b.b.1 - b.a.1);
        let t = (((x - b.a.0) * dx + (y - b.a.1) * dy) / (dx * dx + dy * dy + 1e-6)).clamp(0.0, 1.0);
        let (ex, ey) = (x - b.a.0 - dx * t, y - b.a.1 - dy * t);
        let q = 1.0 - (ex * ex + ey * ey) / (b.radius * b.radius);
        if q > 0.0 {
            let d = b.dark * q * q * (3.0 - 2.0 * q);
            if i < 3 { left *= 1.0 - d } else { darkest = darkest.max(d) }
        }
    }
    // Display values are about the square root of light.
    ((left * (1.0 - darkest)).sqrt() * 256.0) as u32
}
