// SPDX-License-Identifier: MPL-2.0
//! Runs the tracker, without GStreamer, on a folder of detections and writes tracks in the form of the MOT benchmarks.
//!
//! ```text
//! cargo run --release -p gst-plugin-zonetracker --no-default-features --example mot -- SEQUENCE_DIR > RESULT.txt
//! ```
//!
//! `SEQUENCE_DIR` holds `det.txt` (frame,x,y,w,h,score in pixels), `times.txt` (frame,seconds; the only clock) and
//! `seqinfo.json` (width and height). Each line of the result is frame,id,x,y,w,h,score,-1,-1,-1; the numbers of the tracks
//! mean nothing beyond the file. `--threshold SCORE` (default 0.6) is the least score of a confident detection.
//!
//! Nothing looks ahead, except that a newcomer's first box is written once the second confirms it (at most 0.6 s later).

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use footfall_contract::geometry::{Px, Rect};
use footfall_contract::time::{StreamTime, WallTime};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::life::TrackState;
use gst_plugin_zonetracker::tracker::{Detection, Track, TrackId, Tracker, TrackerParams};

const USAGE: &str = "usage: mot SEQUENCE_DIR [--threshold SCORE] > RESULT.txt";
/// Weaker detections are noise, as in persondetector.
const MIN_SCORE: f32 = 0.1;
/// A box that nobody detected is written for this long, seconds: the benchmarks punish a wrong box as a missing one. (The
/// element tells predicted boxes for longer, since a bare person costs more than a covered floor.)
const PREDICTED_S: f64 = 0.2;
/// It is written only while this share of it is inside the picture: most who are not seen at the edge have left.
const INSIDE: f64 = 0.5;

struct Options {
    folder: PathBuf,
    confident: f32,
}

fn options() -> Result<Options, String> {
    let (mut folder, mut confident) = (None, 0.6);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--threshold" => {
                let value = arguments.next().ok_or(USAGE)?;
                confident = value.parse().map_err(|_| format!("--threshold: {value:?} is no score between 0 and 1"))?;
            }
            _ if argument.starts_with("--") || folder.is_some() => return Err(USAGE.into()),
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    Ok(Options { folder: folder.ok_or(USAGE)?, confident })
}

/// The numbers of a file, a row a line.
fn rows(path: &Path, least: usize) -> Result<Vec<Vec<f64>>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    (text.lines().filter(|line| !line.trim().is_empty()).enumerate())
        .map(|(i, line)| {
            let row: Result<Vec<f64>, _> = line.split(',').map(|field| field.trim().parse()).collect();
            row.ok()
                .filter(|row| row.len() >= least)
                .ok_or_else(|| format!("{}: line {} is not {least} numbers", path.display(), i + 1))
        })
        .collect()
}

/// One row of the result.
struct Row {
    frame: u64,
    id: TrackId,
    rect: Rect<Px>,
    score: f32,
}

/// The picture, as the sequence tells.
fn picture(folder: &Path) -> Result<Rect<Px>, String> {
    let path = folder.join("seqinfo.json");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let info: serde_json::Value = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
    let side = |name: &str| info[name].as_f64().ok_or_else(|| format!("{}: {name} is no number", path.display()));
    Ok(Rect::new(0.0, 0.0, side("width")?, side("height")?))
}

/// The box of a track on this frame, if one is written: half way between what was seen and what the motion says, which
/// halves the detector's shaking; a prediction where nothing was seen.
fn written(track: &Track, at: Moment, params: &TrackerParams, picture: &Rect<Px>) -> Option<Rect<Px>> {
    let expected = track.expected(at, params).rect();
    if track.detection().is_some() {
        let seen = track.last().rect;
        let mean = |a: f64, b: f64| (a + b) / 2.0;
        return Some(Rect::new(
            mean(seen.left, expected.left),
            mean(seen.top, expected.top),
            mean(seen.width, expected.width),
            mean(seen.height, expected.height),
        ));
    }
    let recent = track.state() == TrackState::Visible && at.seconds_since(track.last().at) <= PREDICTED_S + 1e-3;
    let inside = expected.intersection(picture).map_or(0.0, |part| part.area()) >= INSIDE * expected.area();
    (recent && inside).then_some(expected)
}

fn track(options: &Options) -> Result<Vec<Row>, String> {
    let mut frames: BTreeMap<u64, Vec<Detection>> = BTreeMap::new();
    for row in rows(&options.folder.join("det.txt"), 6)? {
        let detection = Detection { rect: Rect::new(row[1], row[2], row[3], row[4]), score: row[5] as f32 };
        if detection.score >= MIN_SCORE {
            frames.entry(row[0] as u64).or_default().push(detection);
        }
    }
    let picture = picture(&options.folder)?;
    let mut tracker = Tracker::new(TrackerParams::default());
    let (mut told, mut persons) = (Vec::new(), BTreeSet::new());
    for row in rows(&options.folder.join("times.txt"), 2)? {
        let (frame, stream) = (row[0] as u64, StreamTime::from_secs_f64(row[1]));
        let at = Moment { stream, wall: WallTime(stream.0 as i64) };
        let detections = frames.get(&frame).map_or(&[][..], Vec::as_slice);
        tracker.step(at, detections, options.confident);
        for track in tracker.tracks() {
            if track.state().is_person() {
                persons.insert(track.id());
            }
            // What a tentative track does is told once it is a person, as the element's rules are told.
            if let Some(rect) = written(track, at, tracker.params(), &picture) {
                told.push(Row { frame, id: track.id(), rect, score: track.score() });
            }
        }
    }
    told.retain(|row| persons.contains(&row.id));
    Ok(told)
}

fn main() -> ExitCode {
    let result = options().and_then(|options| track(&options)).and_then(|told| {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for Row { frame, id, rect, score } in told {
            let (x, y, w, h) = (rect.left, rect.top, rect.width, rect.height);
            writeln!(out, "{frame},{},{x:.2},{y:.2},{w:.2},{h:.2},{score:.3},-1,-1,-1", id.0).map_err(|e| e.to_string())?;
        }
        out.flush().map_err(|e| e.to_string())
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("mot: {sentence}");
            ExitCode::from(2)
        }
    }
}
