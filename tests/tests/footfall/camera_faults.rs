// SPDX-License-Identifier: MPL-2.0
//! By RTSP from a real server to a real broker; cameras that die and cameras that hang; which sockets there are.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use footfall_contract::geometry::PictureSize;
use footfall_contract::pixels::PixelFormat;
use footfall_tests::broker::{Broker, pause};
use footfall_tests::camera::Camera;
use footfall_tests::run::{self, feed, launch, play};
use footfall_tests::walk::{Walk, people_at};
use footfall_tests::{picture, place};
use gst::prelude::*;
use serde_json::Value;

use super::counting::scene_in;
use super::detecting::detector;

const SIZE: PictureSize = PictureSize::new(640, 480);

/// A film of so many seconds with one passage every three seconds, first in, then out, and so on.
pub fn film(dir: &Path, seconds: u64) -> PathBuf {
    let path = dir.join("film.mp4");
    let walks: Vec<Walk> = (0..seconds / 3)
        .map(|i| {
            let (t, x) = (i as f64 * 3.0 + 0.5, 120.0 + 100.0 * (i % 5) as f64);
            let (from, to) = if i % 2 == 0 { (180.0, 440.0) } else { (440.0, 180.0) };
            Walk::straight((t, x, from), (t + 2.4, x, to))
        })
        .collect();
    let info = picture::info(PixelFormat::I420, SIZE, 10);
    let buffers: Vec<gst::Buffer> = (0..seconds * 10)
        .map(|i| picture::bright(&info, &people_at(&walks, i as f64 / 10.0), gst::ClockTime::from_mseconds(i * 100)))
        .collect();
    let pipeline = launch(&format!(
        "appsrc name=src ! x264enc tune=zerolatency speed-preset=ultrafast ! mp4mux ! filesink location={}",
        path.display()
    ));
    pipeline.set_state(gst::State::Paused).unwrap();
    feed(&pipeline, "src", &picture::caps(PixelFormat::I420, SIZE, 10), None, buffers);
    play(&pipeline).expect_eos();
    path
}

/// A camera with a film, and what looks at it.
struct Place {
    camera: Camera,
    detector: String,
    dir: tempfile::TempDir,
}

impl Place {
    /// A camera that plays so many seconds of passages; `None` with a line that says what is skipped.
    fn set_up(test: &str, seconds: u64) -> Option<Self> {
        place::init();
        let dir = tempfile::tempdir().unwrap();
        let scene = scene_in(dir.path());
        let detector = detector(test, &format!("scene-location={} start-time=2026-03-02T09:01:00Z", scene.display()))?;
        let camera = Camera::start(test, &film(dir.path(), seconds))?;
        Some(Self { camera, detector, dir })
    }

    /// From the camera to `rest`, which comes behind zonetracker.
    fn line(&self, rest: &str) -> String {
        self.watched_line(10_000, rest)
    }

    /// The same; a camera that hangs for so many milliseconds is an error.
    fn watched_line(&self, timeout_ms: u32, rest: &str) -> String {
        format!(
            "rtspsrc location={} protocols=tcp latency=200 ! rtph264depay ! watchdog timeout={timeout_ms} ! h264parse ! avdec_h264 max-threads=1 ! \
             videoconvert ! {} ! zonetracker ! {rest}",
            self.camera.url(),
            self.detector
        )
    }

    /// Plays until so many frames have reached a countsink; three seconds without one are an error from then on.
    fn play(&self, frames: usize) -> gst::Pipeline {
        let pipeline = launch(&self.watched_line(3_000, "countsink name=c publish-partial=true"));
        let passed = run::watch_buffers(&run::pad(&pipeline, "c", "sink"));
        pipeline.set_state(gst::State::Playing).unwrap();
        for _ in 0..frames {
            passed.recv_timeout(Duration::from_secs(20)).expect("it plays");
        }
        pipeline
    }
}

/// `pixelscrubber`, then a viewer beside a countsink that speaks to the broker.
fn to_viewer_and(broker: &Broker) -> String {
    format!(
        "pixelscrubber ! tee name=t t. ! queue leaky=downstream max-size-buffers=2 ! countsink publish-partial=true broker={} t. ! queue ! fakesink",
        broker.url()
    )
}

#[test]
fn by_rtsp_to_a_broker_everybody_is_counted() {
    let test = "by_rtsp_to_a_broker_everybody_is_counted";
    let (Some(place), Some(broker)) = (Place::set_up(test, 12), Broker::start(test, "")) else { return };
    let report = play(&launch(&place.line(&to_viewer_and(&broker)))).expect_eos();
    assert_eq!(report.counts.len(), 1);
    let door = &report.counts[0]["lines"]["door"];
    assert_eq!((&door["entries"], &door["exits"]), (&Value::from(2), &Value::from(2)));
    let retained = broker.retained("footfall/test/door/#");
    let counts = retained.iter().find(|(topic, _)| topic == "footfall/test/door/counts").expect("the counts are retained");
    assert_eq!(serde_json::from_str::<Value>(&counts.1).unwrap(), report.counts[0]);
    assert!(retained.contains(&("footfall/test/door/status".into(), "stopped".into())), "{retained:?}");
}

#[test]
fn a_camera_that_dies_ends_the_stream_and_what_was_counted_stands() {
    let Some(mut place) = Place::set_up("a_camera_that_dies_ends_the_stream_and_what_was_counted_stands", 30) else { return };
    let pipeline = place.play(65);
    place.camera.kill();
    let report = run::wait(&pipeline, false).expect_eos();
    pipeline.set_state(gst::State::Null).unwrap();
    let door = &report.counts[0]["lines"]["door"];
    assert_eq!((&door["entries"], &door["exits"]), (&Value::from(1), &Value::from(1)), "two passages lie before the 65th frame");
}

#[test]
fn a_camera_that_hangs_is_an_error_after_three_seconds() {
    let Some(place) = Place::set_up("a_camera_that_hangs_is_an_error_after_three_seconds", 30) else { return };
    let pipeline = place.play(10);
    place.camera.hang();
    let report = run::wait(&pipeline, false);
    pipeline.set_state(gst::State::Null).unwrap();
    assert!(report.error().contains("Watchdog"), "{}", report.error());
}

/// The TCP and UDP sockets of a process: (is it listening, remote port).
fn sockets(pid: u32) -> Vec<(bool, u16)> {
    let links = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let inodes: Vec<String> = links
        .filter_map(|l| std::fs::read_link(l.path()).ok())
        .filter_map(|l| l.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for row in text.lines().skip(1) {
            let fields: Vec<&str> = row.split_whitespace().collect();
            if inodes.iter().any(|inode| fields.get(9) == Some(&inode.as_str())) {
                let port = u16::from_str_radix(fields[2].rsplit(':').next().unwrap(), 16).unwrap();
                found.push((table.starts_with("tcp") && fields[3] == "0A", port));
            }
        }
    }
    found
}

fn wait_until_connected(child: &Child, ports: &[u16]) {
    for _ in 0..400 {
        let now = sockets(child.id());
        if ports.iter().all(|port| now.iter().any(|(_, remote)| remote == port)) {
            return;
        }
        pause(Duration::from_millis(50));
    }
    panic!("it never connected to {ports:?}: {:?}", sockets(child.id()));
}

#[test]
fn there_is_no_socket_but_the_cameras_and_the_brokers() {
    let test = "there_is_no_socket_but_the_cameras_and_the_brokers";
    let (Some(place), Some(broker)) = (Place::set_up(test, 30), Broker::start(test, "")) else { return };
    let mut command = place::fresh_command("gst-launch-1.0", place.dir.path());
    command.args(place.line(&to_viewer_and(&broker)).split_whitespace()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let known = [place.camera.port(), broker.port()];
    wait_until_connected(&child, &known);
    // Ten seconds: a runtime that phones home does so after nine.
    for _ in 0..20 {
        let now = sockets(child.id());
        assert!(!now.is_empty(), "it still runs, and its sockets are seen");
        for (listens, remote) in now {
            assert!(!listens, "a port listens");
            assert!(known.contains(&remote), "a socket to port {remote}");
        }
        pause(Duration::from_millis(500));
    }
    let stopped = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(stopped.is_ok_and(|s| s.success()));
    child.wait().unwrap();
}
