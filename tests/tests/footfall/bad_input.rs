// SPDX-License-Identifier: MPL-2.0
//! Bad input: one clear sentence each, no panic, nothing unscrubbed.

use footfall_tests::run::{self, launch, play};
use footfall_tests::{broker, place};
use gst::prelude::*;

use super::counting::SCENE;
use super::detecting::detector;

/// The sentence with which a line fails; nothing may have passed the scrubber.
fn sentence(line: &str) -> String {
    let pipeline = launch(line);
    let shown = pipeline.by_name("s").map(|s| run::watch_buffers(&s.static_pad("src").unwrap()));
    let report = play(&pipeline);
    if let Some(shown) = shown {
        assert_eq!(shown.try_iter().count(), 0, "{line}: a picture left");
    }
    let sentence = report.error().to_owned();
    assert!(!sentence.contains("panicked") && !sentence.contains('\n'), "{sentence}");
    sentence
}

fn model() -> String {
    place::root().join("plugins/persondetector/model/bright-rectangles.onnx").display().to_string()
}

/// An ONNX model of one Identity node, 1x3x32x32 in and out: valid, and no detector (91 bytes, in hexadecimal).
const NO_DETECTOR: &str = "080812003a4f0a100a017812017922084964656e746974791201675a1b0a017812160a14080112100a0208010a0208030a0208200a020820\
    621b0a017912160a14080112100a0208010a0208030a0208200a02082042040a00100d";

fn no_detector(dir: &std::path::Path) -> String {
    let hex: Vec<u8> = NO_DETECTOR.bytes().filter(u8::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> = hex.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect();
    let path = dir.join("identity.onnx");
    std::fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

#[test]
fn what_persondetector_can_not_start_with_is_named() {
    place::init();
    let dir = tempfile::tempdir().unwrap();
    let junk = dir.path().join("junk.onnx");
    std::fs::write(&junk, "this is no model").unwrap();
    let junk = junk.display();
    let identity = no_detector(dir.path());
    let model = model();
    let Some(runtime) = place::runtime("what_persondetector_can_not_start_with_is_named") else { return };
    let runtime = runtime.display();
    let tail = "pixelscrubber name=s ! fakesink";
    for (properties, words) in [
        (format!("model={model} runtime=/nonexistent/libonnxruntime.so"), vec!["/nonexistent/libonnxruntime.so"]),
        (format!("runtime={runtime} model=/nonexistent/person.onnx"), vec!["/nonexistent/person.onnx"]),
        (format!("runtime={runtime} model={junk}"), vec!["junk.onnx"]),
        (format!("runtime={runtime} model={identity}"), vec!["identity.onnx", "YOLOX"]),
        (format!("runtime={runtime} model={model} scene-location=/nonexistent/scene.json"), vec!["/nonexistent/scene.json"]),
        (format!("runtime={runtime} model={model} start-time=yesterday"), vec!["start-time", "yesterday"]),
    ] {
        let line = format!("videotestsrc num-buffers=5 ! persondetector {properties} ! {tail}");
        let text = sentence(&line);
        for word in words {
            assert!(text.contains(word), "{properties}: {text}");
        }
    }
}

#[test]
fn each_mistake_in_a_scene_file_is_named() {
    place::init();
    let Some(detector) = detector("each_mistake_in_a_scene_file_is_named", "") else { return };
    let dir = tempfile::tempdir().unwrap();
    for (from, to, words) in [
        (r#""camera":"door""#, r#""camera":"door","colour":1"#, "colour"),
        ("[0.05,0.6],[0.95,0.6],[0.95,0.9],[0.05,0.9]", "[0.05,0.6],[0.95,0.9],[0.95,0.6],[0.05,0.9]", "cross each other"),
        ("[0.05,0.5],[0.95,0.5]", "[32,240],[608,240]", "pixels"),
        (r#","time_zone":"Europe/Stockholm""#, "", "time_zone"),
        (r#""camera":"door""#, r#""camera":"Main Door""#, "slug"),
    ] {
        assert!(SCENE.contains(from), "{from}");
        let path = dir.path().join("scene.json");
        std::fs::write(&path, SCENE.replacen(from, to, 1)).unwrap();
        let text = sentence(&format!(
            "videotestsrc num-buffers=5 ! {detector} scene-location={} ! pixelscrubber name=s ! fakesink",
            path.display()
        ));
        assert!(text.contains(words), "{to}: {text}");
    }
}

#[test]
fn a_line_close_to_the_edge_is_warned_of_and_the_pipeline_plays() {
    place::init();
    let Some(detector) = detector("a_line_close_to_the_edge_is_warned_of_and_the_pipeline_plays", "") else { return };
    let dir = tempfile::tempdir().unwrap();
    for (line, warned) in [("[0.05,0.5],[0.95,0.5]", 0), ("[0.05,0.99],[0.95,0.99]", 1)] {
        let path = dir.path().join("scene.json");
        std::fs::write(&path, SCENE.replacen("[0.05,0.5],[0.95,0.5]", line, 1)).unwrap();
        let report = play(&launch(&format!(
            "videotestsrc num-buffers=2 ! {detector} scene-location={} ! pixelscrubber ! fakesink",
            path.display()
        )));
        report.end_is_eos();
        assert_eq!(report.warned("the picture's edge or an excluded area is nearer than 0.035"), warned, "{:?}", report.warnings);
    }
}

#[test]
fn caps_that_can_not_be_linked_are_refused() {
    place::init();
    let Some(detector) = detector("caps_that_can_not_be_linked_are_refused", "") else { return };
    for caps in ["video/x-raw,format=P010_10LE", "video/x-raw,format=Y444", "video/x-raw(memory:GLMemory),format=RGBA"] {
        let line = format!("videotestsrc num-buffers=5 ! capsfilter caps={caps} ! {detector} ! pixelscrubber name=s ! fakesink");
        let error = gst::parse::launch(&line).expect_err("the parser refuses it");
        assert!(error.to_string().contains("could not link"), "{error}");
    }
}

#[test]
fn caps_that_come_while_it_plays_are_refused_with_the_remedy() {
    let test = "caps_that_come_while_it_plays_are_refused_with_the_remedy";
    place::init();
    let Some(detector) = detector(test, "") else { return };
    for (caps, remedy) in [
        ("video/x-raw,format=P010_10LE", "videoconvert"),
        ("video/x-raw,format=I420,interlace-mode=interleaved", "deinterlace"),
        ("video/x-raw(memory:GLMemory),format=RGBA", "gldownload"),
    ] {
        let caps: gst::Caps = format!("{caps},width=64,height=64,framerate=10/1").parse().unwrap();
        let pipeline = launch(&format!("appsrc name=src ! {detector} ! pixelscrubber name=s ! fakesink"));
        let shown = run::watch_buffers(&run::pad(&pipeline, "s", "src"));
        pipeline.set_state(gst::State::Paused).unwrap();
        let mut buffer = gst::Buffer::with_size(64 * 64 * 4).unwrap();
        buffer.make_mut().set_pts(gst::ClockTime::ZERO);
        run::feed(&pipeline, "src", &caps, None, vec![buffer]);
        let report = play(&pipeline);
        // In the error itself, or in a warning before an error of the source's.
        let told = report.error().contains(remedy) || report.warned(remedy) > 0;
        assert!(told && !report.error().contains("panicked"), "{caps}: {report:?}");
        assert_eq!(shown.try_iter().count(), 0, "{caps}: a picture left");
    }
}

#[test]
fn a_truncated_film_ends_and_leaves_nothing_raw() {
    place::init();
    let test = "a_truncated_film_ends_and_leaves_nothing_raw";
    let Some(detector) = detector(test, "") else { return };
    let dir = tempfile::tempdir().unwrap();
    let whole = dir.path().join("whole.mp4");
    let make = format!(
        "videotestsrc num-buffers=60 ! video/x-raw,width=320,height=240,framerate=10/1 ! x264enc tune=zerolatency ! mp4mux ! filesink location={}",
        whole.display()
    );
    play(&launch(&make)).expect_eos();
    let bytes = std::fs::read(&whole).unwrap();
    let cut = dir.path().join("cut.mp4");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    // The demuxer by its name: decodebin loses the error of a demuxer that fails while it is being started (docs/debugging.md).
    let line = format!(
        "filesrc location={} ! qtdemux ! h264parse ! avdec_h264 ! videoconvert ! {detector} ! pixelscrubber name=s ! fakesink",
        cut.display()
    );
    let text = sentence(&line);
    assert!(text.contains("no playable streams"), "{text}");
}

fn counting_line(detector: &str, scene: &std::path::Path, sink: &str) -> String {
    format!(
        "videotestsrc num-buffers=20 pattern=black ! video/x-raw,width=320,height=240,framerate=10/1 ! {detector} scene-location={} start-time=2026-03-02T09:59:59Z \
         ! zonetracker ! countsink name=c {sink}",
        scene.display()
    )
}

#[test]
fn a_broker_that_is_absent_for_good_warns_and_the_pipeline_runs_on() {
    place::init();
    let Some(detector) = detector("a_broker_that_is_absent_for_good_warns_and_the_pipeline_runs_on", "") else { return };
    let dir = tempfile::tempdir().unwrap();
    let scene = dir.path().join("scene.json");
    std::fs::write(&scene, SCENE).unwrap();
    let sink = format!("broker=mqtt://127.0.0.1:{} eos-timeout=1000000000", broker::NOBODYS_PORT);
    let report = play(&launch(&counting_line(&detector, &scene, &sink))).expect_eos();
    assert!(report.warnings.iter().any(|w| w.contains("127.0.0.1")), "{:?}", report.warnings);
    assert_eq!(report.counts.len(), 1, "the window is published on the bus all the same");
}

#[test]
fn settings_of_the_broker_that_can_not_be_are_named() {
    place::init();
    let Some(detector) = detector("settings_of_the_broker_that_can_not_be_are_named", "") else { return };
    let dir = tempfile::tempdir().unwrap();
    let scene = dir.path().join("scene.json");
    std::fs::write(&scene, SCENE).unwrap();
    for (sink, words) in [
        ("broker=mqtt://user:secret@127.0.0.1", "password-location"),
        ("broker=mqtt://broker.example.org", "allow-plain"),
        ("broker=http://127.0.0.1", "mqtt"),
        ("broker=mqtts://127.0.0.1 ca-location=/nonexistent/ca.pem", "/nonexistent/ca.pem"),
    ] {
        let text = sentence(&counting_line(&detector, &scene, sink));
        assert!(text.contains(words), "{sink}: {text}");
        assert!(!text.contains("secret"), "{text}");
    }
}
