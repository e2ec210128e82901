// SPDX-License-Identifier: MPL-2.0
//! From solids to a skin of triangles that follows the bones (surface nets, then linear blend skinning).

use super::field::{Piece, Solid};
use super::skeleton::{PARENT, Stance};
use crate::math::{Vec3, noise3, v3};

/// A point of a figure's surface in the rest pose.
#[derive(Clone, Copy, Debug)]
pub struct SkinPoint {
    /// Where it is in the rest pose, metres.
    pub at: Vec3,
    /// Which way the surface looks there.
    pub normal: Vec3,
    /// How much of the sky it sees, 0..1.
    pub openness: f32,
    /// Up to three bones that move it.
    pub bones: [u8; 3],
    /// How much each of them does.
    pub weights: [f32; 3],
    /// Material.
    pub material: u8,
}

/// A figure's surface in the rest pose.
#[derive(Clone, Debug, Default)]
pub struct Skin {
    /// Its points.
    pub points: Vec<SkinPoint>,
    /// Its triangles, counter-clockwise seen from outside.
    pub triangles: Vec<[u32; 3]>,
}

/// A point that has been moved to where the bones are now.
#[derive(Clone, Copy, Debug, Default)]
pub struct PosedPoint {
    /// Where it is, metres.
    pub at: Vec3,
    /// Which way the surface looks.
    pub normal: Vec3,
}

impl Skin {
    /// The skin of these solids. `folds` is how deep cloth folds are, per material.
    pub fn of(solids: &[Solid], folds: impl Fn(u8) -> f32) -> Self {
        let mut skin = Self::default();
        for solid in solids {
            skin.add(solid);
        }
        let bounds: Vec<_> = solids.iter().map(|s| (s, s.bounds())).collect();
        for point in &mut skin.points {
            let reach = |h: f32| {
                let p = point.at + point.normal * h;
                let near = bounds.iter().filter(|(_, (low, high))| {
                    p.x > low.x - h
                        && p.x < high.x + h
                        && p.y > low.y - h
                        && p.y < high.y + h
                        && p.z > low.z - h
                        && p.z < high.z + h
                });
                near.map(|(s, _)| s.distance(p)).fold(h, f32::min).max(0.0) / h
            };
            point.openness = 0.25 + 0.75 * (reach(0.04) * 0.5 + reach(0.14) * 0.5);
            let depth = folds(point.material);
            if depth > 0.0 {
                crease(point, depth);
            }
        }
        skin
    }

    fn add(&mut self, solid: &Solid) {
        let grid = Grid::of(solid);
        let mut index = vec![u32::MAX; grid.values.len()];
        for (cell, at, normal) in grid.surface() {
            index[cell] = self.points.len() as u32;
            let (bones, weights) = weigh(&solid.pieces, at);
            self.points.push(SkinPoint { at, normal, openness: 1.0, bones, weights, material: solid.material });
        }
        grid.quads(|quad| {
            let [a, b, c, d] = quad.map(|cell| index[cell]);
            if [a, b, c, d].iter().all(|i| *i != u32::MAX) {
                self.triangles.push([a, b, c]);
                self.triangles.push([a, c, d]);
            }
        });
    }

    /// Moves every point to where the bones are.
    pub fn pose(&self, stance: &Stance, out: &mut Vec<PosedPoint>) {
        out.clear();
        out.extend(self.points.iter().map(|point| {
            let mut at = Vec3::default();
            let mut normal = Vec3::default();
            for (bone, weight) in point.bones.iter().zip(point.weights) {
                if weight > 0.0 {
                    let joint = &stance.joints[usize::from(*bone)];
                    at = at + (joint.turn.apply(point.at) + joint.shift) * weight;
                    normal = normal + joint.turn.apply(point.normal) * weight;
                }
            }
            PosedPoint { at, normal: normal.unit() }
        }));
    }
}

/// Folds of cloth: the normal is bent and hollows are darker.
fn crease(point: &mut SkinPoint, depth: f32) {
    // Long soft folds that run along limbs and slant across the body, and small creases between them.
    let fold = |p: Vec3| {
        let long = noise3(v3(p.x * 13.0 + p.z * 6.0, p.y * 13.0 - p.z * 3.0, p.z * 5.0 - p.x * 5.0));
        let small = noise3(v3(p.x * 34.0 + p.z * 14.0, p.y * 34.0, p.z * 22.0));
        let ridge = 1.0 - (long - 0.5).abs() * 3.2;
        ridge.max(0.0) + 0.22 * small
    };
    let e = 0.012;
    let p = point.at;
    let h = fold(p);
    let slope = v3(fold(p + v3(e, 0.0, 0.0)) - h, fold(p + v3(0.0, e, 0.0)) - h, fold(p + v3(0.0, 0.0, e)) - h) * (depth / e);
    point.normal = (point.normal - slope).unit();
    point.openness *= 0.88 + 0.12 * h.clamp(0.0, 1.0);
}

/// Which bones move a point: those whose pieces are near, among the nearest one's relatives.
fn weigh(pieces: &[Piece], at: Vec3) -> ([u8; 3], [f32; 3]) {
    let mut nearest = [9.0f32; PARENT.len()];
    for piece in pieces {
        let d = piece.distance(at);
        let slot = &mut nearest[usize::from(piece.bone)];
        *slot = slot.min(d);
    }
    let mut main = 0;
    for (bone, d) in nearest.iter().enumerate() {
        if *d < nearest[main] {
            main = bone;
        }
    }
    let mut found: Vec<(usize, f32)> = Vec::with_capacity(4);
    for (bone, d) in nearest.iter().enumerate() {
        let related = bone == main || usize::from(PARENT[bone]) == main || usize::from(PARENT[main]) == bone;
        if related && *d < 8.0 {
            let away = (d - nearest[main]) / 0.028;
            let w = 1.0 / (1.0 + away * away);
            found.push((bone, w * w));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(3);
    let sum: f32 = found.iter().map(|f| f.1).sum();
    let mut bones = [0u8; 3];
    let mut weights = [0.0; 3];
    for (i, (bone, w)) in found.iter().enumerate() {
        bones[i] = *bone as u8;
        weights[i] = w / sum;
    }
    (bones, weights)
}

/// The distance field on a lattice; far from the surface it is only a sign.
struct Grid {
    low: Vec3,
    cell: f32,
    size: [usize; 3],
    values: Vec<f32>,
}

const BLOCK: usize = 4;

impl Grid {
    fn of(solid: &Solid) -> Self {
        let (low, high) = solid.bounds();
        let cell = solid.cell;
        let count = |a: f32, b: f32| (((b - a) / cell) as usize / BLOCK + 2) * BLOCK + 1;
        let size = [count(low.x, high.x), count(low.y, high.y), count(low.z, high.z)];
        let mut grid = Self { low, cell, size, values: vec![1.0; size[0] * size[1] * size[2]] };
        let half = cell * BLOCK as f32 * 0.5;
        let reach = half * 1.75 + cell;
        let (mut near, mut away) = (Vec::new(), Vec::new());
        for z in (0..size[2] - 1).step_by(BLOCK) {
            for y in (0..size[1] - 1).step_by(BLOCK) {
                for x in (0..size[0] - 1).step_by(BLOCK) {
                    let centre = grid.point(x, y, z) + v3(half, half, half);
                    away.clear();
                    away.extend(solid.pieces.iter().map(|p| p.distance(centre)));
                    let d = solid.merged(centre, away.iter().copied());
                    if d.abs() > reach {
                        grid.fill(x, y, z, |_| d);
                        continue;
                    }
                    near.clear();
                    let limit = away.iter().copied().fold(9.0f32, f32::min) + 2.0 * reach + solid.blend;
                    near.extend(solid.pieces.iter().zip(&away).filter(|(_, d)| **d < limit).map(|(p, _)| p));
                    grid.fill(x, y, z, |p| solid.distance_of(p, near.iter().copied()));
                }
            }
        }
        grid
    }

    fn fill(&mut self, x0: usize, y0: usize, z0: usize, value: impl Fn(Vec3) -> f32) {
        for z in z0..=z0 + BLOCK {
            for y in y0..=y0 + BLOCK {
                for x in x0..=x0 + BLOCK {
                    let i = self.at(x, y, z);
                    self.values[i] = value(self.point(x, y, z));
                }
            }
        }
    }

    fn at(&self, x: usize, y: usize, z: usize) -> usize {
        (z * self.size[1] + y) * self.size[0] + x
    }

    fn point(&self, x: usize, y: usize, z: usize) -> Vec3 {
        self.low + v3(x as f32, y as f32, z as f32) * self.cell
    }

    /// Every cell that the surface passes: its number, a point on the surface, and the normal.
    fn surface(&self) -> Vec<(usize, Vec3, Vec3)> {
        let mut found = Vec::new();
        for z in 0..self.size[2] - 1 {
            for y in 0..self.size[1] - 1 {
                for x in 0..self.size[0] - 1 {
                    let mut corner = [0.0f32; 8];
                    for (i, c) in corner.iter_mut().enumerate() {
                        *c = self.values[self.at(x + (i & 1), y + (i >> 1 & 1), z + (i >> 2))];
                    }
                    let inside = corner.iter().filter(|c| **c < 0.0).count();
                    if inside != 0 && inside != 8 {
                        let (offset, normal) = net_point(&corner);
                        found.push((self.at(x, y, z), self.point(x, y, z) + offset * self.cell, normal));
                    }
                }
            }
        }
        found
    }

    /// Four cells around every lattice edge that the surface cuts, counter-clockwise seen from outside.
    fn quads(&self, mut each: impl FnMut([usize; 4])) {
        let step = [1, self.size[0], self.size[0] * self.size[1]];
        for z in 1..self.size[2] - 1 {
            for y in 1..self.size[1] - 1 {
                for x in 1..self.size[0] - 1 {
                    let i = self.at(x, y, z);
                    for axis in 0..3 {
                        let (a, b) = (self.values[i], self.values[i + step[axis]]);
                        if (a < 0.0) == (b < 0.0) {
                            continue;
                        }
                        let (u, v) = (step[(axis + 1) % 3], step[(axis + 2) % 3]);
                        let quad = [i - u - v, i - v, i, i - u];
                        each(if a < 0.0 { quad } else { [quad[0], quad[3], quad[2], quad[1]] });
                    }
                }
            }
        }
    }
}

/// The middle of the cuts of a cell's edges (in cells), and the field's slope.
fn net_point(corner: &[f32; 8]) -> (Vec3, Vec3) {
    const EDGES: [(usize, usize); 12] =
        [(0, 1), (2, 3), (4, 5), (6, 7), (0, 2), (1, 3), (4, 6), (5, 7), (0, 4), (1, 5), (2, 6), (3, 7)];
    let place = |i: usize| v3((i & 1) as f32, (i >> 1 & 1) as f32, (i >> 2) as f32);
    let mut sum = Vec3::default();
    let mut cuts = 0.0;
    for (a, b) in EDGES {
        if (corner[a] < 0.0) != (corner[b] < 0.0) {
            let t = corner[a] / (corner[a] - corner[b]);
            sum = sum + place(a).lerp(place(b), t);
            cuts += 1.0;
        }
    }
    let slope = |bit: usize| (0..8).map(|i| if i & bit != 0 { corner[i] } else { -corner[i] }).sum::<f32>();
    (sum * (1.0 / cuts), v3(slope(1), slope(2), slope(4)).unit())
}
