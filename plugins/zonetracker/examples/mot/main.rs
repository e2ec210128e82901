// SPDX-License-Identifier: MPL-2.0
//! Runs the tracker, without GStreamer, on a folder of detections and writes tracks in the form of the MOT benchmarks, and
//! with a scene what the counting rules say.
//!
//! ```text
//! cargo run --release -p gst-plugin-zonetracker --no-default-features --example mot -- SEQUENCE_DIR > RESULT.txt
//!     [--scene SCENE.json --events EVENTS.jsonl]
//! ```
//!
//! `SEQUENCE_DIR` holds `det.txt` (frame,x,y,w,h,score in pixels), `times.txt` (frame,seconds; the only clock) and
//! `seqinfo.json` (width and height). Each line of the result is frame,id,x,y,w,h,score,-1,-1,-1; the numbers of the tracks
//! mean nothing beyond the file. `--threshold SCORE` (default 0.6) is the least score of a confident detection.
//!
//! `SCENE.json` is a counting scene of the benchmark, in pixels. The events are `{"t","line","direction"}`, a crossing,
//! `{"zone","enter","leave"}`, a visit, and `{"t","zone","occupancy"}`, a sample each frame; times are seconds.
//!
//! Nothing looks ahead, except that a newcomer's first box is written once the second confirms it (at most 0.6 s later), and
//! that a visit is told when it is over.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod counting;
mod sequence;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use footfall_contract::geometry::{Px, Rect};
use gst_plugin_zonetracker::moment::Moment;
use gst_plugin_zonetracker::tracker::life::TrackState;
use gst_plugin_zonetracker::tracker::{Track, TrackId, Tracker, TrackerParams};

use counting::Counter;
use sequence::Sequence;

const USAGE: &str = "usage: mot SEQUENCE_DIR [--threshold SCORE] [--scene SCENE.json --events EVENTS.jsonl] > RESULT.txt";
/// A box that nobody detected is written for this long, seconds: the benchmarks punish a wrong box as a missing one. (The
/// element tells predicted boxes for longer, since a bare person costs more than a covered floor.)
const PREDICTED_S: f64 = 0.2;
/// It is written only while this share of it is inside the picture: most who are not seen at the edge have left.
const INSIDE: f64 = 0.5;

struct Options {
    folder: PathBuf,
    confident: f32,
    /// A scene, and where its events go.
    counting: Option<(PathBuf, PathBuf)>,
}

fn options() -> Result<Options, String> {
    let (mut folder, mut confident, mut scene, mut events) = (None, 0.6, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(USAGE);
        match argument.as_str() {
            "--threshold" => {
                let value = value()?;
                confident = value.parse().map_err(|_| format!("--threshold: {value:?} is no score between 0 and 1"))?;
            }
            "--scene" => scene = Some(PathBuf::from(value()?)),
            "--events" => events = Some(PathBuf::from(value()?)),
            _ if argument.starts_with("--") || folder.is_some() => return Err(USAGE.into()),
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    if scene.is_some() != events.is_some() {
        return Err(USAGE.into());
    }
    Ok(Options { folder: folder.ok_or(USAGE)?, confident, counting: scene.zip(events) })
}

/// One row of the result.
struct Row {
    frame: u64,
    id: TrackId,
    rect: Rect<Px>,
    score: f32,
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

fn track(sequence: &Sequence, confident: f32, counter: &mut Option<Counter>) -> Vec<Row> {
    let picture = sequence.size.bounds();
    let mut tracker = Tracker::new(TrackerParams::default());
    tracker.look_at(sequence.size);
    let (mut told, mut persons) = (Vec::new(), BTreeSet::new());
    for &(frame, at) in &sequence.frames {
        let changes = tracker.step(at, sequence.detections(frame), confident);
        if let Some(counter) = counter {
            counter.step(at, changes);
        }
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
    told
}

fn run() -> Result<(), String> {
    let Options { folder, confident, counting } = options()?;
    let sequence = Sequence::read(&folder)?;
    let mut counter = counting.as_ref().map(|(scene, _)| Counter::read(scene, sequence.size)).transpose()?;
    let told = track(&sequence, confident, &mut counter);
    if let (Some(counter), Some((_, path))) = (counter, &counting) {
        let lines: String = counter.finish().iter().map(|event| format!("{event}\n")).collect();
        std::fs::write(path, lines).map_err(|e| format!("{}: {e}", path.display()))?;
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for Row { frame, id, rect, score } in told {
        let (x, y, w, h) = (rect.left, rect.top, rect.width, rect.height);
        writeln!(out, "{frame},{},{x:.2},{y:.2},{w:.2},{h:.2},{score:.3},-1,-1,-1", id.0).map_err(|e| e.to_string())?;
    }
    out.flush().map_err(|e| e.to_string())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("mot: {sentence}");
            ExitCode::from(2)
        }
    }
}
