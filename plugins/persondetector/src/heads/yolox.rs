// SPDX-License-Identifier: MPL-2.0
//! YOLOX (Ge et al. 2021, Apache-2.0): one output `1 x N x (5 + classes)`, rows for the cells at strides 8, 16, 32, row by
//! row, x fastest. Columns: centre x, centre y, width, height, objectness, classes (the latter sigmoids already);
//! score = objectness x class. *Raw* exports leave the box columns in cells and logarithms, *decoded* ones have pixels of
//! the input: both have the same shape and name, and are told apart by one run on grey.

use footfall_contract::geometry::Rect;

use super::{DecodeError, FamilyDefaults, Head, NotADetector, PictureInput, Recognised, person_class};
use crate::letterbox::Resize;
use crate::model::metadata::Metadata;
use crate::network::Output;
use crate::nms::Candidate;
use crate::sampler::{ChannelOrder, Normalisation};

const STRIDES: [usize; 3] = [8, 16, 32];

/// What YOLOX's own exports want. The threshold is the one at which tracking on this network counts best with a whole
/// second's evidence (two-stage tracking needs the weaker boxes too, it takes them from `min-score` up).
const DEFAULTS: FamilyDefaults = FamilyDefaults {
    order: ChannelOrder::Bgr,
    normalisation: Normalisation::NONE,
    resize: Resize::LetterboxTopLeft,
    threshold: 0.35,
    needs_nms: true,
};

/// A cell of the grid, in pixels of the input.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Cell {
    left: f32,
    top: f32,
    stride: f32,
}

fn cells(width: usize, height: usize) -> Vec<Cell> {
    let of_stride = |stride: usize| {
        let (columns, rows) = (width.div_ceil(stride), height.div_ceil(stride));
        (0..rows * columns).map(move |i| Cell {
            left: ((i % columns) * stride) as f32,
            top: ((i / columns) * stride) as f32,
            stride: stride as f32,
        })
    };
    STRIDES.into_iter().flat_map(of_stride).collect()
}

/// Rows of the output for an input of this size.
pub fn rows(width: usize, height: usize) -> usize {
    STRIDES.iter().map(|s| width.div_ceil(*s) * height.div_ceil(*s)).sum()
}

/// What the box columns hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// Offsets in cells and logarithms of sizes.
    Raw,
    /// Pixels of the input.
    Decoded,
}

/// The YOLOX head.
pub struct Yolox {
    cells: Vec<Cell>,
    columns: Columns,
    classes: usize,
    person: usize,
}

/// Is it YOLOX? `None` when the shapes are of another family.
///
/// # Errors
/// When it is, but its metadata contradict it.
pub fn recognise(outputs: &[Output<'_>], input: &PictureInput, metadata: &Metadata) -> Result<Option<Recognised>, NotADetector> {
    let [output] = outputs else { return Ok(None) };
    let cells = cells(input.width, input.height);
    let Some(classes) = class_count(output, cells.len()) else { return Ok(None) };
    let columns = match metadata.head.as_deref() {
        Some("yolox_raw") => Columns::Raw,
        Some("yolox_decoded") => Columns::Decoded,
        Some(other) => return Err(NotADetector::UnknownHead(other.to_owned())),
        None => tell_columns(&cells, output.data, 5 + classes),
    };
    let person = person_class(metadata, classes)?;
    let head = Yolox { cells, columns, classes, person: person.0 };
    Ok(Some(Recognised { head: Box::new(head), defaults: DEFAULTS, person }))
}

/// Number of classes, when the output has a row for each cell.
fn class_count(output: &Output<'_>, cells: usize) -> Option<usize> {
    let &[1, rows, columns] = output.shape else { return None };
    let columns = usize::try_from(columns).ok()?;
    (usize::try_from(rows) == Ok(cells) && columns > 5 && output.data.len() == cells * columns).then(|| columns - 5)
}

/// Decoded when, on grey, the middle of the distances between column 0 and the cells' centres is under 32 pixels and no
/// width is negative (raw columns span about -3..4 there, decoded ones the whole input; widths as logarithms go below 0).
fn tell_columns(cells: &[Cell], data: &[f32], columns: usize) -> Columns {
    let mut off: Vec<f32> = Vec::with_capacity(cells.len());
    for (cell, row) in cells.iter().zip(data.chunks_exact(columns)) {
        if row[2] < 0.0 {
            return Columns::Raw;
        }
        off.push((row[0] - (cell.left + 0.5 * cell.stride)).abs());
    }
    off.sort_unstable_by(f32::total_cmp);
    if off.get(off.len() / 2).is_some_and(|median| *median < 32.0) { Columns::Decoded } else { Columns::Raw }
}

impl Yolox {
    fn rect(&self, cell: &Cell, row: &[f32]) -> (f32, f32, f32, f32) {
        match self.columns {
            Columns::Decoded => (row[0], row[1], row[2], row[3]),
            Columns::Raw => (
                row[0] * cell.stride + cell.left,
                row[1] * cell.stride + cell.top,
                row[2].exp() * cell.stride,
                row[3].exp() * cell.stride,
            ),
        }
    }
}

impl Head for Yolox {
    fn name(&self) -> &'static str {
        match self.columns {
            Columns::Raw => "YOLOX, boxes decoded here",
            Columns::Decoded => "YOLOX, boxes decoded in the graph",
        }
    }

    fn decode(&self, outputs: &[Output<'_>], min_score: f32, found: &mut Vec<Candidate>) -> Result<(), DecodeError> {
        let [output] = outputs else { return Err(DecodeError::Shape(Vec::new())) };
        if class_count(output, self.cells.len()) != Some(self.classes) {
            return Err(DecodeError::Shape(output.shape.to_vec()));
        }
        for (cell, row) in self.cells.iter().zip(output.data.chunks_exact(5 + self.classes)) {
            let score = row[4] * row[5 + self.person];
            if score < min_score {
                continue;
            }
            let (x, y, w, h) = self.rect(cell, row);
            // A NaN score is not below the threshold, so that it ends up here too.
            if ![score, x, y, w, h].iter().all(|v| v.is_finite()) {
                return Err(DecodeError::NotANumber);
            }
            let (w, h) = (w.max(0.0), h.max(0.0));
            let rect = Rect::new(f64::from(x - w / 2.0), f64::from(y - h / 2.0), f64::from(w), f64::from(h));
            found.push(Candidate { rect, score: score.min(1.0) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH: usize = 64;
    const HEIGHT: usize = 32;

    fn input() -> PictureInput {
        PictureInput { name: "images".into(), width: WIDTH, height: HEIGHT }
    }

    fn shape(columns: usize) -> [i64; 3] {
        [1, rows(WIDTH, HEIGHT) as i64, columns as i64]
    }

    /// What a network gives on grey: no person, boxes of about a cell.
    fn grey(columns: Columns) -> Vec<f32> {
        let mut data = Vec::new();
        for cell in cells(WIDTH, HEIGHT) {
            data.extend(match columns {
                Columns::Raw => [0.4, 0.6, 0.3, -0.1, 0.0, 0.5, 0.5],
                Columns::Decoded => [cell.left + 3.0, cell.top + 4.0, cell.stride, cell.stride, 0.0, 0.5, 0.5],
            });
        }
        data
    }

    fn head(columns: Columns, metadata: &Metadata) -> Box<dyn Head> {
        let data = grey(columns);
        recognise(&[Output { shape: &shape(7), data: &data }], &input(), metadata).unwrap().unwrap().head
    }

    #[test]
    fn raw_and_decoded_give_the_same_box() {
        let cell = 8 * 4 + 4 + 1; // second column and row of stride 16, after the cells of stride 8
        let mut raw = grey(Columns::Raw);
        raw[cell * 7..cell * 7 + 7].copy_from_slice(&[0.5, 0.25, 2f32.ln(), 1f32.ln(), 0.9, 0.8, 0.1]);
        let mut decoded = grey(Columns::Decoded);
        decoded[cell * 7..cell * 7 + 7].copy_from_slice(&[1.5 * 16.0, 1.25 * 16.0, 32.0, 16.0, 0.9, 0.8, 0.1]);
        let mut results = Vec::new();
        for (columns, data) in [(Columns::Raw, raw), (Columns::Decoded, decoded)] {
            let mut found = Vec::new();
            head(columns, &Metadata::default()).decode(&[Output { shape: &shape(7), data: &data }], 0.1, &mut found).unwrap();
            assert_eq!(found.len(), 1, "{columns:?}");
            results.push(found[0]);
        }
        assert!((results[0].score - 0.72).abs() < 1e-6);
        assert!((results[0].rect.left - 8.0).abs() < 1e-4 && (results[0].rect.top - 12.0).abs() < 1e-4);
        assert!(results[0].rect.iou(&results[1].rect) > 0.9999);
    }

    #[test]
    fn a_score_at_the_least_counts_and_below_it_does_not() {
        let mut data = grey(Columns::Decoded);
        data[4] = 0.5;
        data[5] = 0.5;
        let head = head(Columns::Decoded, &Metadata::default());
        for (least, count) in [(0.25, 1), (0.2501, 0)] {
            let mut found = Vec::new();
            head.decode(&[Output { shape: &shape(7), data: &data }], least, &mut found).unwrap();
            assert_eq!(found.len(), count);
        }
    }

    #[test]
    fn what_is_not_a_number_is_an_error_and_not_nobody() {
        let head = head(Columns::Raw, &Metadata::default());
        for (column, value) in [(4, f32::NAN), (0, f32::NAN), (2, f32::INFINITY), (2, 1000.0)] {
            let mut data = grey(Columns::Raw);
            data[4] = 0.9;
            data[5] = 0.9;
            data[column] = value;
            let result = head.decode(&[Output { shape: &shape(7), data: &data }], 0.1, &mut Vec::new());
            assert_eq!(result, Err(DecodeError::NotANumber), "column {column} = {value}");
        }
        let short = head.decode(&[Output { shape: &[1, 2, 7], data: &[0.0; 14] }], 0.1, &mut Vec::new());
        assert_eq!(short, Err(DecodeError::Shape(vec![1, 2, 7])));
    }

    #[test]
    fn the_person_class_is_named_told_or_the_first() {
        let named = Metadata { names: vec!["car".into(), "person".into()], ..Metadata::default() };
        let mut data = grey(Columns::Decoded);
        data[4] = 1.0;
        data[5] = 0.0;
        data[6] = 0.9;
        let mut found = Vec::new();
        head(Columns::Decoded, &named).decode(&[Output { shape: &shape(7), data: &data }], 0.1, &mut found).unwrap();
        assert_eq!(found.len(), 1);
        let cars = Metadata { names: vec!["car".into(), "bus".into()], ..Metadata::default() };
        let output = [Output { shape: &shape(7), data: &data }];
        assert!(matches!(recognise(&output, &input(), &cars), Err(NotADetector::NoPerson(_))));
        let far = Metadata { person_class: Some(2), ..Metadata::default() };
        assert!(matches!(recognise(&output, &input(), &far), Err(NotADetector::Person { person: 2, classes: 2 })));
    }

    #[test]
    fn other_shapes_are_other_families() {
        let data = [0.0; 7 * 100];
        for shape in [[1, 100, 7], [100, 7, 1], [1, 7, 100]] {
            assert!(recognise(&[Output { shape: &shape, data: &data }], &input(), &Metadata::default()).unwrap().is_none());
        }
        let unknown = Metadata { head: Some("ssd".into()), ..Metadata::default() };
        let grey = grey(Columns::Raw);
        let result = recognise(&[Output { shape: &shape(7), data: &grey }], &input(), &unknown);
        assert!(matches!(result, Err(NotADetector::UnknownHead(_))));
    }

    #[test]
    fn rows_are_those_of_the_known_exports() {
        assert_eq!((rows(416, 416), rows(640, 640), rows(384, 256)), (3549, 8400, 2016));
    }
}
