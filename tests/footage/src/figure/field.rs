// SPDX-License-Identifier: MPL-2.0
//! A solid as a distance field: rounded cones and ellipsoids that flow into each other.

use crate::math::{Vec3, v3};

/// The form of one piece.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A cone with round ends from `a` to `b`.
    Cone {
        /// One end.
        a: Vec3,
        /// The other end.
        b: Vec3,
        /// Radius at `a`, metres.
        ra: f32,
        /// Radius at `b`, metres.
        rb: f32,
    },
    /// An ellipsoid.
    Ellipsoid {
        /// Its middle.
        centre: Vec3,
        /// Its three radii, metres.
        radii: Vec3,
    },
}

/// One piece, tied to a bone.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Its form.
    pub shape: Shape,
    /// The bone that moves it.
    pub bone: u8,
    /// Depth over width of its cross-section (1: round).
    pub flat: f32,
}

impl Piece {
    /// Signed distance, about; negative inside.
    #[inline]
    pub fn distance(&self, p: Vec3) -> f32 {
        match self.shape {
            Shape::Cone { a, b, ra, rb } => {
                let k = 1.0 / self.flat;
                let (ap, ab) = (p - a, b - a);
                let ap = v3(ap.x, ap.y * k, ap.z);
                let ab = v3(ab.x, ab.y * k, ab.z);
                let t = (ap.dot(ab) / ab.dot(ab).max(1e-9)).clamp(0.0, 1.0);
                let d = (ap - ab * t).length() - (ra + (rb - ra) * t);
                if d > 0.0 { d * self.flat.min(1.0) } else { d }
            }
            Shape::Ellipsoid { centre, radii } => {
                let q = p - centre;
                let n = v3(q.x / radii.x, q.y / radii.y, q.z / radii.z);
                let g = v3(n.x / radii.x, n.y / radii.y, n.z / radii.z);
                let k0 = n.length();
                let k1 = g.length();
                if k1 < 1e-6 { -radii.x.min(radii.y).min(radii.z) } else { k0 * (k0 - 1.0) / k1 }
            }
        }
    }

    fn bounds(&self) -> (Vec3, Vec3) {
        match self.shape {
            Shape::Cone { a, b, ra, rb } => {
                let r = ra.max(rb);
                let y = r * self.flat;
                (
                    v3(a.x.min(b.x) - r, a.y.min(b.y) - y, a.z.min(b.z) - r),
                    v3(a.x.max(b.x) + r, a.y.max(b.y) + y, a.z.max(b.z) + r),
                )
            }
            Shape::Ellipsoid { centre, radii } => (centre - radii, centre + radii),
        }
    }
}

/// One part of a figure: pieces of one material that flow into each other.
#[derive(Clone, Debug)]
pub struct Solid {
    /// What it is made of.
    pub pieces: Vec<Piece>,
    /// What is taken away.
    pub cuts: Vec<Piece>,
    /// Nothing below this height.
    pub floor: f32,
    /// Nothing above this height.
    pub ceiling: f32,
    /// How softly pieces flow into each other, metres.
    pub blend: f32,
    /// Thickness put on everything, metres.
    pub inflate: f32,
    /// Material of its surface.
    pub material: u8,
    /// Edge of a mesh cell, metres.
    pub cell: f32,
}

impl Solid {
    /// An empty part.
    pub fn new(material: u8, cell: f32, blend: f32) -> Self {
        Self { pieces: Vec::new(), cuts: Vec::new(), floor: -9.0, ceiling: 9.0, blend, inflate: 0.0, material, cell }
    }

    /// Adds a cone with round ends.
    pub fn cone(&mut self, bone: u8, a: Vec3, b: Vec3, ra: f32, rb: f32) -> &mut Self {
        self.flat_cone(bone, a, b, ra, rb, 1.0)
    }

    /// Adds a cone whose depth differs from its width.
    #[allow(clippy::too_many_arguments)] // Two ends, two radii: a type for them would say no more.
    pub fn flat_cone(&mut self, bone: u8, a: Vec3, b: Vec3, ra: f32, rb: f32, flat: f32) -> &mut Self {
        self.pieces.push(Piece { shape: Shape::Cone { a, b, ra, rb }, bone, flat });
        self
    }

    /// Adds an ellipsoid.
    pub fn ball(&mut self, bone: u8, centre: Vec3, radii: Vec3) -> &mut Self {
        self.pieces.push(Piece { shape: Shape::Ellipsoid { centre, radii }, bone, flat: 1.0 });
        self
    }

    /// Takes an ellipsoid away.
    pub fn cut(&mut self, centre: Vec3, radii: Vec3) -> &mut Self {
        self.cuts.push(Piece { shape: Shape::Ellipsoid { centre, radii }, bone: 0, flat: 1.0 });
        self
    }

    /// Signed distance, about; negative inside.
    pub fn distance(&self, p: Vec3) -> f32 {
        self.distance_of(p, self.pieces.iter())
    }

    pub(super) fn distance_of<'a>(&self, p: Vec3, pieces: impl Iterator<Item = &'a Piece>) -> f32 {
        self.merged(p, pieces.map(|piece| piece.distance(p)))
    }

    /// The whole solid's distance at a point from those of its pieces.
    pub(super) fn merged(&self, p: Vec3, distances: impl Iterator<Item = f32>) -> f32 {
        let mut d = 9.0f32;
        for one in distances {
            d = smooth_min(d, one, self.blend);
        }
        d -= self.inflate;
        for cut in &self.cuts {
            d = -smooth_min(-d, cut.distance(p), 0.01);
        }
        d.max(self.floor - p.z).max(p.z - self.ceiling)
    }

    pub(super) fn bounds(&self) -> (Vec3, Vec3) {
        let mut low = v3(9.0, 9.0, 9.0);
        let mut high = v3(-9.0, -9.0, -9.0);
        for piece in &self.pieces {
            let (a, b) = piece.bounds();
            low = v3(low.x.min(a.x), low.y.min(a.y), low.z.min(a.z));
            high = v3(high.x.max(b.x), high.y.max(b.y), high.z.max(b.z));
        }
        let m = self.inflate + self.blend * 0.3 + self.cell * 2.0;
        let margin = v3(m, m, m);
        let (mut low, mut high) = (low - margin, high + margin);
        low.z = low.z.max(self.floor - self.cell * 2.0);
        high.z = high.z.min(self.ceiling + self.cell * 2.0);
        (low, high)
    }
}

fn smooth_min(a: f32, b: f32, k: f32) -> f32 {
    let h = (k - (a - b).abs()).max(0.0);
    a.min(b) - h * h / (4.0 * k)
}
