// SPDX-License-Identifier: MPL-2.0
//! Puts people and moving things into the picture of the room: depth, shadows, reflections, and whose pixel is whose.

use crate::camera::Camera;
use crate::figure::Figure;
use crate::figure::skeleton::Stance;
use crate::light::{Light, Tone};
use crate::math::{Vec3, v3};
use crate::prop::Prop;
use crate::raster::Area;
use crate::shadow::{darkness, shadow_blobs};
use crate::tile::{Tile, View};

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
}

impl Canvas {
    /// A canvas over a backdrop.
    pub fn new(camera: Camera, light: Light, backdrop: Backdrop) -> Self {
        let pixels = camera.width * camera.height;
        let samples = pixels * (camera.samples() * camera.samples()) as usize;
        Self {
            rgb: backdrop.rgb.clone(),
            mask: vec![0; pixels],
            touched: Vec::new(),
            nearness: vec![0.0; samples],
            colour: vec![0; samples],
            owner: vec![0; samples],
            tile: Tile::default(),
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
            let view = View { camera: &self.camera, light: &self.light, tone: &self.tone };
            let whole = self.tile.paint(&view, actor);
            let area = self.tile.area.intersection(&self.picture().scaled(self.camera.samples()));
            let full = self.tile.nearness.iter().filter(|n| **n > 0.0).count() as u32;
            let full_px = full.div_ceil((self.camera.samples() * self.camera.samples()) as u32);
            if !area.is_empty() {
                self.prepare(&area, &ready);
                ready.push(area);
                self.compose(actor.id, &area);
            }
            areas.push(area);
            shown.push(Shown { id: actor.id, full_px, whole, ..Shown::default() });
            if self.light.floor_gloss > 0.0 {
                self.reflect(actor);
            }
        }
        for area in &areas {
            self.resolve(area);
        }
        for (one, area) in shown.iter_mut().zip(&areas) {
            self.measure(one, area);
        }
        self.touched = apart(&self.touched, &self.picture());
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

    /// Fills the samples of an area with the backdrop's depth, where an earlier actor hasn't done so.
    fn prepare(&mut self, area: &Area, ready: &[Area]) {
        let width = self.camera.width * self.camera.samples() as usize;
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
        let width = self.camera.width * self.camera.samples() as usize;
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
        let k = self.camera.samples();
        let area = Area { left: samples.left / k, top: samples.top / k, right: samples.right / k, bottom: samples.bottom / k };
        let (width, wide) = (self.camera.width, self.camera.width * self.camera.samples() as usize);
        for y in area.top as usize..area.bottom as usize {
            for x in area.left as usize..area.right as usize {
                let (s, next) = ((y * wide + x) * k as usize, k as usize - 1);
                let at = [s, s + next, s + next * wide, s + next * (wide + 1)];
                let owners = [self.owner[at[0]], self.owner[at[1]], self.owner[at[2]], self.owner[at[3]]];
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
        let k = self.camera.samples();
        let mut found = Area { left: i32::MAX, top: i32::MAX, right: 0, bottom: 0 };
        for y in samples.top / k..samples.bottom / k {
            for x in samples.left / k..samples.right / k {
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
        let view = View { camera: &self.camera, light: &self.light, tone: &self.tone };
        self.tile.mirror(&view, actor);
        let area = self.tile.area;
        if area.is_empty() {
            return;
        }
        let width = self.camera.width;
        let k = (self.light.floor_gloss * 256.0) as u32;
        for y in area.top..area.bottom {
            for x in area.left..area.right {
                let t = (y - area.top) as usize * area.width() + (x - area.left) as usize;
                let pixel = y as usize * width + x as usize;
                if self.tile.nearness[t] <= 0.0 || self.backdrop.floor[pixel][0].is_nan() || self.mask[pixel] != 0 {
                    continue;
                }
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
        // One value for several pixels: shadows are soft.
        let step = if width > 1200 { 4 } else { 2 };
        for y in (area.top as usize..area.bottom as usize).step_by(step) {
            for x in (area.left as usize..area.right as usize).step_by(step) {
                let [fx, fy] = self.backdrop.floor[y * width + x];
                if fx.is_nan() {
                    continue;
                }
                let k = darkness(&blobs, fx, fy);
                if k >= 256 {
                    continue;
                }
                for row in y..(y + step).min(area.bottom as usize) {
                    for pixel in row * width + x..row * width + (x + step).min(area.right as usize) {
                        if !self.backdrop.floor[pixel][0].is_nan() {
                            for c in &mut self.rgb[pixel * 3..pixel * 3 + 3] {
                                *c = ((u32::from(*c) * k) >> 8) as u8;
                            }
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
        let even =
            Area { left: area.left & !1, top: area.top & !1, right: (area.right + 1) & !1, bottom: (area.bottom + 1) & !1 };
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

/// The same areas as rectangles that don't overlap, in blocks of 32 pixels.
fn apart(areas: &[Area], picture: &Area) -> Vec<Area> {
    const BLOCK: i32 = 32;
    let (columns, rows) = ((picture.right + BLOCK - 1) / BLOCK, (picture.bottom + BLOCK - 1) / BLOCK);
    let mut marked = vec![false; (columns * rows) as usize];
    for area in areas.iter().filter(|a| !a.is_empty()) {
        for row in area.top / BLOCK..=(area.bottom - 1) / BLOCK {
            for column in area.left / BLOCK..=(area.right - 1) / BLOCK {
                marked[(row * columns + column) as usize] = true;
            }
        }
    }
    let mut found = Vec::new();
    for row in 0..rows {
        let line = &marked[(row * columns) as usize..((row + 1) * columns) as usize];
        let mut column = 0;
        while column < columns {
            let begin = column;
            while column < columns && line[column as usize] {
                column += 1;
            }
            if column > begin {
                let area = Area { left: begin * BLOCK, top: row * BLOCK, right: column * BLOCK, bottom: (row + 1) * BLOCK };
                found.push(area.intersection(picture));
            }
            column += 1;
        }
    }
    found
}
