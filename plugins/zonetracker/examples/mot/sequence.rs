// SPDX-License-Identifier: MPL-2.0
//! A folder of detections, as the benchmarks' tools write it.

use std::collections::BTreeMap;
use std::path::Path;

use footfall_contract::geometry::{PictureSize, Rect};
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::Detection;

/// Weaker detections are noise, as in persondetector.
const MIN_SCORE: f32 = 0.1;

/// The detections of a sequence, and its clock.
pub struct Sequence {
    /// Size of the picture.
    pub size: PictureSize,
    /// Each frame's number and moment, in order.
    pub frames: Vec<(u64, Moment)>,
    detections: BTreeMap<u64, Vec<Detection>>,
}

impl Sequence {
    /// Reads `det.txt` (frame,x,y,w,h,score), `times.txt` (frame,seconds) and the picture's size from `seqinfo.json`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut detections: BTreeMap<u64, Vec<Detection>> = BTreeMap::new();
        for row in rows(&folder.join("det.txt"), 6)? {
            let detection = Detection { rect: Rect::new(row[1], row[2], row[3], row[4]), score: row[5] as f32 };
            if detection.score >= MIN_SCORE {
                detections.entry(row[0] as u64).or_default().push(detection);
            }
        }
        let moment = |s: f64| {
            let stream = StreamTime::from_secs_f64(s);
            Moment { stream, wall: WallTime(stream.0 as i64) }
        };
        let frames = rows(&folder.join("times.txt"), 2)?.iter().map(|row| (row[0] as u64, moment(row[1]))).collect();
        Ok(Self { size: size(&folder.join("seqinfo.json"))?, frames, detections })
    }

    /// The detections of a frame.
    pub fn detections(&self, frame: u64) -> &[Detection] {
        self.detections.get(&frame).map_or(&[], Vec::as_slice)
    }
}

/// The numbers of a file, a row a line.
fn rows(path: &Path, least: usize) -> Result<Vec<Vec<f64>>, String> {
    (text(path)?.lines().filter(|line| !line.trim().is_empty()).enumerate())
        .map(|(i, line)| {
            let row: Result<Vec<f64>, _> = line.split(',').map(|field| field.trim().parse()).collect();
            row.ok()
                .filter(|row| row.len() >= least)
                .ok_or_else(|| format!("{}: line {} is not {least} numbers", path.display(), i + 1))
        })
        .collect()
}

fn size(path: &Path) -> Result<PictureSize, String> {
    let info = json(path)?;
    let side = |name: &str| {
        let given = info[name].as_u64().and_then(|pixels| u32::try_from(pixels).ok());
        given.ok_or_else(|| format!("{}: {name} is no number of pixels", path.display()))
    };
    Ok(PictureSize::new(side("width")?, side("height")?))
}

/// A file's JSON.
pub fn json(path: &Path) -> Result<serde_json::Value, String> {
    serde_json::from_str(&text(path)?).map_err(|e| format!("{}: {e}", path.display()))
}

fn text(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
