// SPDX-License-Identifier: MPL-2.0
//! What a 1080p frame costs, stage by stage, as ratios: to a plain copy of the frame (cold: buffers that do not fit the
//! cache) and to the bare decoder, all in one run. `cargo bench -p footfall-tests` prints Markdown.
//!
//! A clip for the decoder is made from the sample clip (`FOOTFALL_CLIP`, as `pipelines/env` sets it); without it, and
//! without a runtime (`ORT_DYLIB_PATH`), those rows are left out by name; so are those of public networks without the assets.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use footfall_contract::attestation::{PersonBox, Status};
use footfall_contract::fingerprint::fingerprint;
use footfall_contract::geometry::{PictureSize, Rect};
use footfall_contract::pixels::{FrameView, PixelFormat, PlaneView};
use footfall_contract::scene::Scene;
use footfall_contract::time::{StreamTime, WallTime};
use footfall_tests::{picture, place};
use gst::prelude::*;
use gst_plugin_persondetector::detector::{Detector, Options};
use gst_plugin_persondetector::model::builtin;
use gst_plugin_persondetector::network::{Description, Element, Network, Output, Port, RunError};
use gst_plugin_persondetector::runtime::Surroundings;
use gst_plugin_persondetector::sampler::{Colorimetry, FrameShape};
use gst_plugin_persondetector::session::OnnxNetwork;
use gst_plugin_pixelscrubber::colour::Colour;
use gst_plugin_pixelscrubber::cover::Cover;
use gst_plugin_pixelscrubber::mask::{AgedBox, covered_rects};
use gst_plugin_pixelscrubber::planes::{Page, PageLayout, RawFrame};
use gst_plugin_pixelscrubber::raster::BlockRuns;
use gst_plugin_zonetracker::engine::{Engine, Frame};
use gst_plugin_zonetracker::tracker::TrackerParams;

const SIZE: PictureSize = PictureSize::new(1920, 1080);
const LUMA: usize = 1920 * 1080;
const BYTES: usize = LUMA * 3 / 2;
/// 40 frames are 124 MB: more than any cache that runs this.
const RING: usize = 40;
const ROUNDS: usize = 200;
const PEOPLE: usize = 24;

/// Median and 99th percentile of `ROUNDS` runs, microseconds.
fn measure(mut run: impl FnMut(usize)) -> (f64, f64) {
    let mut times: Vec<f64> = (0..ROUNDS + 20)
        .map(|i| {
            let start = Instant::now();
            run(i % RING);
            start.elapsed().as_secs_f64() * 1e6
        })
        .skip(20)
        .collect();
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

fn frames() -> Vec<Vec<u8>> {
    let info = picture::info(PixelFormat::I420, SIZE, 25);
    let noise = picture::noise(&info, 1, gst::ClockTime::ZERO);
    let bytes = noise.map_readable().unwrap().as_slice()[..BYTES].to_vec();
    vec![bytes; RING]
}

fn view(bytes: &[u8]) -> FrameView<'_> {
    let plane = |from: usize, len: usize, stride| PlaneView { data: &bytes[from..from + len], stride };
    let planes = [plane(0, LUMA, 1920), plane(LUMA, LUMA / 4, 960), plane(LUMA * 5 / 4, LUMA / 4, 960)];
    FrameView::new(PixelFormat::I420, SIZE, &planes).unwrap()
}

fn people(t: f64) -> Vec<PersonBox> {
    (0..PEOPLE)
        .map(|i| {
            let (x, y) = (60.0 + 75.0 * i as f64 + 20.0 * t, 200.0 + 100.0 * (i % 6) as f64 + 30.0 * (t + i as f64).sin());
            PersonBox::detected(Rect::new(x, y, 70.0, 190.0), 0.8)
        })
        .collect()
}

/// A network that says at once what a YOLOX of 416 by 416 says: `PEOPLE` people, each seen by several cells.
struct Canned {
    description: Description,
    input: Vec<f32>,
    output: Vec<f32>,
}

impl Canned {
    fn new() -> Self {
        const ROWS: usize = 3549;
        let mut output = vec![0.0f32; ROWS * 85];
        for (i, row) in output.chunks_mut(85).enumerate() {
            row[4] = if i % 20 == 0 { 0.9 } else { 0.001 };
            row[5] = 0.9;
            row[2] = 1.0;
            row[3] = 1.5;
        }
        let port = |name: &str, shape: &[i64]| Port { name: name.into(), element: Element::F32, shape: shape.to_vec() };
        let description = Description {
            inputs: vec![port("images", &[1, 3, 416, 416])],
            outputs: vec![port("output", &[1, ROWS as i64, 85])],
            ..Description::default()
        };
        Self { description, input: vec![0.0; 3 * 416 * 416], output }
    }
}

impl Network for Canned {
    fn description(&self) -> &Description {
        &self.description
    }
    fn set_input(&mut self, _name: &str, _width: usize, _height: usize) {}
    fn input(&mut self) -> &mut [f32] {
        &mut self.input
    }
    fn run(&mut self, look: &mut dyn FnMut(&[Output<'_>])) -> Result<(), RunError> {
        look(&[Output { shape: &[1, 3549, 85], data: &self.output }]);
        Ok(())
    }
}

struct Row {
    name: String,
    median_us: f64,
    p99_us: f64,
    peer: &'static str,
}

fn pure_stages() -> Vec<Row> {
    let frames = frames();
    let mut pages = frames.clone();
    let mut rows = Vec::new();
    let mut row =
        |name: &str, (median_us, p99_us): (f64, f64), peer| rows.push(Row { name: name.into(), median_us, p99_us, peer });
    row("plain copy, cold", measure(|i| pages[i].copy_from_slice(&frames[i])), "0.20 ms (numpy)");
    row(
        "fingerprint",
        measure(|i| {
            black_box(fingerprint(&view(&frames[i])));
        }),
        "none has one",
    );

    let mut detector = Detector::new(Box::new(Canned::new()), &Default::default()).expect("a YOLOX head");
    detector.set_shape(FrameShape { format: PixelFormat::I420, size: SIZE, colorimetry: Colorimetry::default() }, &[]);
    row("sampler to 416 x 416", measure(|i| detector.look(&view(&frames[i])).unwrap()), "1.7 ms (to BGR 0.97, resize 0.71)");
    row(
        "head and duplicates, 178 raw boxes",
        measure(|_| {
            black_box(detector.think(&Options::default()).unwrap());
        }),
        "1.5 ms",
    );

    let scene = Scene::parse(
        r#"{"version":1,"site":"bench","camera":"a","placement":"other","time_zone":"UTC",
        "lines":[{"name":"l","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}],
        "zones":[{"name":"z","polygon":[[0.1,0.5],[0.9,0.5],[0.9,0.9],[0.1,0.9]]}]}"#,
    )
    .unwrap();
    let mut engine = Engine::new(scene, TrackerParams::default());
    let mut n = 0u64;
    let step = measure(|_| {
        let t = n as f64 / 10.0;
        let mut boxes = people(t % 20.0);
        let stream = StreamTime(n * 100_000_000);
        let wall = WallTime(1_800_000_000_000_000_000 + stream.0 as i64);
        let frame = Frame { stream: Some(stream), wall, size: SIZE, status: Status::Detected, confident: 0.4, min_score: 0.1 };
        black_box(engine.push(&frame, &mut boxes));
        n += 1;
    });
    row("tracker and rules, 24 people", step, "0.93 ms + 0.34 ms (ByteTrack, LineZone)");

    let layout = PageLayout::new(PixelFormat::I420, SIZE, &[0, LUMA, LUMA * 5 / 4], &[1920, 960, 960], BYTES).unwrap();
    let samples = Colour::from_argb(0xff20_2020).samples(PixelFormat::I420);
    let aged: Vec<AgedBox> = people(0.0).into_iter().map(|person| AgedBox { person, age: Duration::ZERO }).collect();
    let mut cover = Cover::new(SIZE);
    let fill = measure(|i| {
        cover.set(&covered_rects(&aged, SIZE).unwrap(), &BlockRuns::default());
        let page = Page::new(&mut pages[i], &layout).unwrap();
        black_box(page.copy_outside(&RawFrame::new(view(&frames[i])), &cover, &samples).unwrap());
    });
    row("fill into a new frame, 24 people", fill, "0.14 ms in place on BGR, plus 4.7 ms of conversion");
    rows
}

/// Mean microseconds of a buffer through countsink's pad.
fn countsink_row() -> Row {
    place::init();
    let sink = gst::ElementFactory::make("countsink").build().unwrap();
    let pad = sink.static_pad("sink").unwrap();
    let scene = Scene::parse(r#"{"version":1,"site":"bench","camera":"a","placement":"other","time_zone":"UTC"}"#).unwrap();
    let info = picture::info(PixelFormat::I420, PictureSize::new(64, 48), 25);
    sink.set_state(gst::State::Playing).unwrap();
    pad.send_event(gst::event::StreamStart::new("bench"));
    pad.send_event(gst::event::Caps::new(&info.to_caps().unwrap()));
    pad.send_event(footfall_contract::wire::scene::event(&scene));
    pad.send_event(gst::event::Segment::new(&gst::FormattedSegment::<gst::ClockTime>::new()));
    let mut engine = Engine::new(scene, TrackerParams::default());
    let frame = Frame {
        stream: Some(StreamTime(0)),
        wall: WallTime(0),
        size: SIZE,
        status: Status::Detected,
        confident: 0.4,
        min_score: 0.1,
    };
    engine.push(&frame, &mut Vec::new());
    let totals = engine.totals("bench", footfall_contract::time::ClockKind::Stream, false).unwrap();
    pad.send_event(footfall_contract::wire::totals::event(&totals));
    let buffer = picture::noise(&info, 1, gst::ClockTime::ZERO);
    let (median_us, p99_us) = measure(|_| {
        for _ in 0..10 {
            pad.chain(buffer.clone()).unwrap();
        }
    });
    sink.set_state(gst::State::Null).unwrap();
    Row { name: "countsink".into(), median_us: median_us / 10.0, p99_us: p99_us / 10.0, peer: "none has one" }
}

/// User and system seconds of finished children so far.
fn children_cpu_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |i: usize| fields[i].parse::<f64>().unwrap();
    (ticks(13) + ticks(14)) / 100.0
}

/// Frames of the longer and of the shorter run of a launch line.
const LONG: u32 = 500;
const SHORT: u32 = 100;

/// CPU milliseconds a frame of a launch line behind a film: two lengths are run, and what both cost (starting, loading the
/// model) falls out. Median of five pairs.
fn cpu_ms(decode: &str, rest: &str) -> f64 {
    let run = |frames: u32| {
        let line = format!("{decode} ! identity eos-after={frames} ! {rest}");
        let before = children_cpu_s();
        let status = Command::new("gst-launch-1.0").arg("-q").args(line.split_whitespace()).status().unwrap();
        assert!(status.success(), "{line}");
        children_cpu_s() - before
    };
    let mut times: Vec<f64> = (0..5).map(|_| (run(LONG) - run(SHORT)) * 1e3 / f64::from(LONG - SHORT)).collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

/// A detector: the one that is built in, or a file.
struct Model(Option<PathBuf>);

impl Model {
    fn name(&self) -> String {
        self.0.as_deref().and_then(Path::file_stem).map_or("footfall-person".into(), |s| s.to_string_lossy().into_owned())
    }

    fn load(&self) -> OnnxNetwork {
        let (name, bytes) = builtin::or_file(self.0.as_deref()).unwrap();
        OnnxNetwork::load(&bytes, name, 1, &Surroundings::from_env(None, None)).unwrap()
    }

    /// persondetector's property, or nothing.
    fn setting(&self) -> String {
        self.0.as_ref().map_or_else(String::new, |path| format!("model={}", path.display()))
    }
}

/// One run of a real network on a 1080p frame, its head and its duplicates included; one thread.
fn network_row(model: &Model) -> Row {
    let network = model.load();
    let mut detector = Detector::new(Box::new(network), &Default::default()).unwrap();
    detector.set_shape(FrameShape { format: PixelFormat::I420, size: SIZE, colorimetry: Colorimetry::default() }, &[]);
    let frames = frames();
    let (median_us, p99_us) = measure(|ring| {
        // The input is erased after each run, so that it must be sampled anew; the sampler has its own row.
        detector.look(&view(&frames[ring])).unwrap();
        black_box(detector.think(&Options::default()).unwrap());
    });
    Row {
        name: format!("sampler, network {}, head", model.name()),
        median_us,
        p99_us,
        peer: "9.2 to 14.3 ms (yolox_nano_416, network alone)",
    }
}

/// A path from the environment, if something is there; else it is said that rows are left out.
fn need(name: &str) -> Option<PathBuf> {
    let value = std::env::var_os(name).map(PathBuf::from).filter(|p| p.exists());
    if value.is_none() {
        eprintln!("rows are left out: {name} is not set (eval \"$(./pipelines/env)\")");
    }
    value
}

fn whole_pipeline(models: &[Model]) -> Option<()> {
    let clip = need("FOOTFALL_CLIP")?;
    let dir = tempfile::tempdir().unwrap();
    let film = dir.path().join("1080p.mp4");
    let make = format!(
        "filesrc location={} ! decodebin ! videoconvert ! videoscale ! video/x-raw,width=1920,height=1080,pixel-aspect-ratio=1/1 ! \
         videorate ! video/x-raw,framerate=25/1 ! identity eos-after=500 ! x264enc pass=quant quantizer=23 speed-preset=fast ! mp4mux ! filesink location={}",
        clip.display(),
        film.display()
    );
    assert!(Command::new("gst-launch-1.0").arg("-q").args(make.split_whitespace()).status().unwrap().success());
    let scene = place::root().join("pipelines/scenes/vtest.json");
    let decode = format!("filesrc location={} ! qtdemux ! h264parse ! avdec_h264 max-threads=1", film.display());
    let bare = cpu_ms(&decode, "fakesink sync=false");
    println!("\n| pipeline, 1080p25, ten detections a second | CPU ms a frame | to the bare decoder |\n|---|---|---|");
    println!("| decoder alone | {bare:.2} | 1.00 |");
    for model in models {
        let (scene, name) = (scene.display(), model.name());
        let detector = format!("persondetector {} scene-location={scene} start-time=2026-03-02T09:00:00Z", model.setting());
        for (elements, rest) in [
            ("decoder, detector, tracker, countsink", "zonetracker ! countsink"),
            (
                "decoder, all four elements",
                "zonetracker ! pixelscrubber ! tee name=t t. ! queue leaky=downstream max-size-buffers=2 ! countsink t. ! queue ! fakesink sync=false",
            ),
        ] {
            let cost = cpu_ms(&decode, &format!("{detector} ! {rest}"));
            let (whole, after) = (cost / bare, (cost - bare) / bare);
            println!("| {elements}; {name} | {cost:.2} | {whole:.2} (what comes after the decoder: {after:.2}) |");
        }
    }
    println!("| Python libraries (decode, YOLOX-Nano, ByteTrack, LineZone, fill) | | after the decoder: 1.3 to 1.5 |");
    Some(())
}

fn main() {
    place::init();
    let mut rows = pure_stages();
    rows.push(countsink_row());
    let public = place::asset("rows of YOLOX-Nano", "models/yolox_nano_416.onnx").map(Some);
    let models: Vec<Model> =
        need("ORT_DYLIB_PATH").into_iter().flat_map(|_| [Some(None), public.clone()]).flatten().map(Model).collect();
    rows.extend(models.iter().map(network_row));
    let copy = rows[0].median_us;
    println!(
        "| stage, 1080p I420, one core | median | p99 | in cold copies | careful Python (reference) |\n|---|---|---|---|---|"
    );
    for row in &rows {
        let Row { name, median_us, p99_us, peer } = row;
        println!("| {name} | {:.3} ms | {:.3} ms | {:.2} | {peer} |", median_us / 1e3, p99_us / 1e3, median_us / copy);
    }
    if !models.is_empty() {
        whole_pipeline(&models);
    }
}
