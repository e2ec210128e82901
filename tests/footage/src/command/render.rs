// SPDX-License-Identifier: MPL-2.0
//! `footage render`: a scene as MP4 with its truth. `footage list`, `footage sheet`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use footfall_footage::film::{FRAMES_PER_S, Film};
use footfall_footage::picture::Picture;
use footfall_footage::scene::Scene;
use footfall_footage::truth::Truth;
use footfall_footage::{library, record};
use sha2::{Digest, Sha256};

use super::{Failure, Options};

/// Prints the scenes.
pub fn list() -> Result<(), Failure> {
    for scene in library::scenes() {
        println!(
            "{}  {:<24} {:>3.0} s  {:>2} people  {}",
            scene.level,
            scene.name,
            scene.seconds,
            scene.people.len(),
            scene.title
        );
    }
    Ok(())
}

/// Renders one scene.
pub fn run(options: &Options) -> Result<(), Failure> {
    let scene = named(options)?;
    let name = scene.name;
    let (width, height) = options.size.unwrap_or((1280, 720));
    let out = options.out()?;
    std::fs::create_dir_all(out)?;
    let mut film = Film::new(&scene, options.seed.unwrap_or(1), width, height);
    let frames = options.seconds.map_or(film.frames(), |s| ((s * f64::from(FRAMES_PER_S)) as u32).clamp(1, film.frames()));
    let clip = out.join(format!("{name}.mp4"));
    let mut encoder = start_encoder(&clip, width, height)?;
    let written = write_frames(&mut film, frames, out, &mut encoder);
    drop(encoder.stdin.take());
    let status = encoder.wait()?;
    written?;
    if !status.success() {
        return Err(Failure::Failed(format!("gst-launch-1.0 could not encode: {status}")));
    }
    let digest: String = Sha256::digest(std::fs::read(&clip)?).iter().map(|b| format!("{b:02x}")).collect();
    let truth = Truth::of(&film, frames);
    let clip_name = format!("{name}.mp4");
    write_json(&out.join("truth.json"), &record::truth_file(&film, &truth, frames, &clip_name, &digest))?;
    write_json(&out.join("scene.json"), &record::scene_file(&film))
}

fn write_json(path: &Path, value: &serde_json::Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Failure::Failed(e.to_string()))?;
    Ok(std::fs::write(path, text + "\n")?)
}

fn start_encoder(clip: &Path, width: usize, height: usize) -> Result<Child, Failure> {
    let mut command = Command::new("gst-launch-1.0");
    command.args(["-q", "fdsrc", "fd=0", "!", "rawvideoparse", "format=i420"]);
    command.args([format!("width={width}"), format!("height={height}"), format!("framerate={FRAMES_PER_S}/1")]);
    command.args(["!", "x264enc", "bframes=0", "key-int-max=50", "pass=quant", "quantizer=23", "threads=1", "!"]);
    command.args(["h264parse", "!", "mp4mux", "!", "filesink"]).arg(format!("location={}", clip.display()));
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    command.spawn().map_err(|e| Failure::Failed(format!("gst-launch-1.0 (package gstreamer1.0-tools): {e}")))
}

fn write_frames(film: &mut Film, frames: u32, out: &Path, encoder: &mut Child) -> Result<(), Failure> {
    let mut boxes = BufWriter::new(File::create(out.join("gt.txt"))?);
    let mut lines = BufWriter::new(File::create(out.join("frames.jsonl"))?);
    let mut picture = Picture::new(film.camera.width, film.camera.height);
    let Some(pipe) = encoder.stdin.as_mut() else { return Err(Failure::Failed("the encoder has no input".into())) };
    for number in 0..frames {
        let seen = film.frame(number, &mut picture);
        picture.write_to(pipe)?;
        boxes.write_all(record::mot(film, number, &seen).as_bytes())?;
        writeln!(lines, "{}", record::frame(film, number, &seen))?;
        if number % 25 == 24 {
            eprint!("\r{} of {frames} frames", number + 1);
        }
    }
    eprintln!("\r{frames} of {frames} frames");
    boxes.flush()?;
    lines.flush()?;
    Ok(())
}

/// One picture of every scene.
pub fn sheet(options: &Options) -> Result<(), Failure> {
    let out = options.out()?;
    let (width, height) = options.size.unwrap_or((426, 240));
    let scenes = library::scenes();
    let columns = 5;
    let rows = scenes.len().div_ceil(columns);
    let mut sheet = image::RgbImage::new((columns * width) as u32, (rows * height) as u32);
    for (i, scene) in scenes.iter().enumerate() {
        let mut film = Film::new(scene, options.seed.unwrap_or(1), width, height);
        let mut picture = Picture::new(width, height);
        let number = busiest(&mut film, &mut picture);
        film.frame(number, &mut picture);
        if let Some(tile) = image::RgbImage::from_raw(width as u32, height as u32, picture.to_rgb()) {
            image::imageops::replace(&mut sheet, &tile, ((i % columns) * width) as i64, ((i / columns) * height) as i64);
        }
    }
    sheet.save(out).map_err(|e| Failure::Failed(e.to_string()))
}

/// The frame that shows most of most people.
fn busiest(film: &mut Film, picture: &mut Picture) -> u32 {
    let enough = (picture.width * picture.height / 120) as u32;
    let mut best = (0, 0);
    for number in (0..film.frames()).step_by(15) {
        let seen = film.frame(number, picture);
        let score = seen.iter().map(|s| s.shown.visible_px.min(enough)).sum();
        if score > best.1 {
            best = (number, score);
        }
    }
    best.0
}

/// Says how long rendering takes.
#[allow(clippy::disallowed_methods)] // Measuring is all that it does.
pub fn speed(options: &Options) -> Result<(), Failure> {
    let (scene, (width, height)) = (named(options)?, options.size.unwrap_or((1920, 1080)));
    let begun = std::time::Instant::now();
    let mut film = Film::new(&scene, options.seed.unwrap_or(1), width, height);
    let ready = begun.elapsed();
    let frames = options.seconds.map_or(film.frames(), |s| ((s * f64::from(FRAMES_PER_S)) as u32).clamp(1, film.frames()));
    let mut picture = Picture::new(width, height);
    let begun = std::time::Instant::now();
    let cpu_before = cpu_seconds();
    let (mut people, mut pixels) = (0, 0u64);
    for number in 0..frames {
        let seen = film.frame(number, &mut picture);
        people += seen.len();
        pixels += seen.iter().map(|s| u64::from(s.shown.visible_px)).sum::<u64>();
    }
    let spent = begun.elapsed().as_secs_f64();
    let n = f64::from(frames);
    if let (Some(before), Some(after)) = (cpu_before, cpu_seconds()) {
        println!("{}: {:.1} ms of processor time a frame", scene.name, (after - before) / n * 1e3);
    }
    println!(
        "{}: {width}x{height}, {frames} frames, {:.1} people and {:.0} of their pixels a frame: {:.1} ms a frame, {:.0} frames a second (room and figures before: {:.2} s)",
        scene.name,
        people as f64 / n,
        pixels as f64 / n,
        spent / n * 1e3,
        n / spent,
        ready.as_secs_f64()
    );
    Ok(())
}

/// Processor time of this thread, where Linux tells it: a busy machine doesn't lengthen it by waiting.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

fn named(options: &Options) -> Result<Scene, Failure> {
    let [name] = &options.names[..] else { return Err(Failure::Usage("name one scene".into())) };
    library::scene(name).ok_or_else(|| Failure::Usage(format!("there is no scene {name}; try: footage list")))
}
