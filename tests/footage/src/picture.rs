// SPDX-License-Identifier: MPL-2.0
//! A picture as a camera gives it: planes of luma and chroma (I420, BT.601, limited range).

use crate::raster::Area;

/// Three planes; chroma has half the columns and rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Columns; even.
    pub width: usize,
    /// Rows; even.
    pub height: usize,
    /// Luma.
    pub y: Vec<u8>,
    /// Blue chroma.
    pub u: Vec<u8>,
    /// Red chroma.
    pub v: Vec<u8>,
}

impl Picture {
    /// A black picture.
    pub fn new(width: usize, height: usize) -> Self {
        let chroma = width / 2 * (height / 2);
        Self { width, height, y: vec![16; width * height], u: vec![128; chroma], v: vec![128; chroma] }
    }

    /// All three planes after each other.
    pub fn write_to(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        out.write_all(&self.y)?;
        out.write_all(&self.u)?;
        out.write_all(&self.v)
    }

    /// Red, green, blue.
    pub fn to_rgb(&self) -> Vec<u8> {
        let mut rgb = Vec::with_capacity(self.width * self.height * 3);
        for row in 0..self.height {
            for col in 0..self.width {
                let c = row / 2 * (self.width / 2) + col / 2;
                let y = (i32::from(self.y[row * self.width + col]) - 16) * 298 + 128;
                let (u, v) = (i32::from(self.u[c]) - 128, i32::from(self.v[c]) - 128);
                for value in [y + 409 * v, y - 100 * u - 208 * v, y + 516 * u] {
                    rgb.push((value >> 8).clamp(0, 255) as u8);
                }
            }
        }
        rgb
    }

    /// Copies an area with even edges from another picture of this size.
    pub fn copy_area(&mut self, from: &Self, area: &Area) {
        let (l, r) = (area.left as usize, area.right as usize);
        for row in area.top as usize..area.bottom as usize {
            let span = row * self.width + l..row * self.width + r;
            self.y[span.clone()].copy_from_slice(&from.y[span]);
        }
        for row in area.top as usize / 2..area.bottom as usize / 2 {
            let span = row * (self.width / 2) + l / 2..row * (self.width / 2) + r / 2;
            self.u[span.clone()].copy_from_slice(&from.u[span.clone()]);
            self.v[span.clone()].copy_from_slice(&from.v[span]);
        }
    }
}

/// Red, green, blue to planes in an area with even edges; the lens blurs luma by `blur` of 64 on each side.
pub fn convert(rgb: &[u8], out: &mut Picture, area: &Area, blur: i32, saturation: i32) {
    let width = out.width;
    let (left, right) = (area.left as usize, area.right as usize);
    let (top, bottom) = (area.top as usize, area.bottom as usize);
    let (l, r) = (left.saturating_sub(1), (right + 1).min(width));
    let (t, b) = (top.saturating_sub(1), (bottom + 1).min(out.height));
    let span = r - l;
    let mut luma = vec![0i32; span * (b - t)];
    for row in t..b {
        let source = &rgb[(row * width + l) * 3..(row * width + r) * 3];
        for (value, c) in luma[(row - t) * span..].iter_mut().zip(source.chunks_exact(3)) {
            *value = 66 * i32::from(c[0]) + 129 * i32::from(c[1]) + 25 * i32::from(c[2]);
        }
    }
    let keep = 64 - 2 * blur;
    let mut rows = vec![0i32; span * (b - t)];
    for (row, out_row) in luma.chunks_exact(span).zip(rows.chunks_exact_mut(span)) {
        out_row.copy_from_slice(row);
        for i in 1..span - 1 {
            out_row[i] = (row[i] * keep + (row[i - 1] + row[i + 1]) * blur) >> 6;
        }
    }
    for row in top..bottom {
        let here = row - t;
        let above = if row > t { here - 1 } else { here };
        let below = if row + 1 < b { here + 1 } else { here };
        for col in left..right {
            let i = col - l;
            let v = rows[here * span + i] * keep + (rows[above * span + i] + rows[below * span + i]) * blur;
            out.y[row * width + col] = ((((v >> 6) + 128) >> 8) + 16).clamp(0, 255) as u8;
        }
    }
    for row in (top..bottom).step_by(2) {
        for col in (left..right).step_by(2) {
            let mut sum = [0i32; 3];
            for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let p = ((row + dy) * width + col + dx) * 3;
                for (s, c) in sum.iter_mut().zip(&rgb[p..p + 3]) {
                    *s += i32::from(*c);
                }
            }
            let [red, green, blue] = sum;
            let u = (-38 * red - 74 * green + 112 * blue) / 4;
            let v = (112 * red - 94 * green - 18 * blue) / 4;
            let i = row / 2 * (width / 2) + col / 2;
            out.u[i] = (128 + ((u * saturation) >> 14)).clamp(0, 255) as u8;
            out.v[i] = (128 + ((v * saturation) >> 14)).clamp(0, 255) as u8;
        }
    }
}
