// SPDX-License-Identifier: MPL-2.0
//! The source in a pipeline.
#![allow(clippy::expect_used)] // These are tests.

use footfall_footage::film::Film;
use footfall_footage::library;
use footfall_footage::picture::Picture;
use gst::prelude::*;
use gst_video::VideoFrameExt;

fn frames(line: &str) -> Result<Vec<gst::Buffer>, String> {
    gst::init().expect("GStreamer starts");
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| gstfootagetest::register_static().expect("registers"));
    let pipeline = gst::parse::launch(&format!("{line} ! appsink name=sink sync=false")).expect("a launch line");
    let pipeline = pipeline.downcast::<gst::Pipeline>().expect("a pipeline");
    let sink = pipeline.by_name("sink").and_downcast::<gst_app::AppSink>().expect("the sink");
    let started = pipeline.set_state(gst::State::Playing);
    let mut found = Vec::new();
    if started.is_ok() {
        while let Ok(sample) = sink.pull_sample() {
            found.extend(sample.buffer_owned());
        }
    }
    let bus = pipeline.bus().expect("a bus");
    let error = bus.pop_filtered(&[gst::MessageType::Error]).map(|message| match message.view() {
        gst::MessageView::Error(e) => e.error().to_string(),
        _ => String::new(),
    });
    pipeline.set_state(gst::State::Null).expect("stops");
    error.map_or(Ok(found), Err)
}

#[test]
fn its_frames_are_those_of_the_film() {
    let found = frames("storescenesrc scene=in-and-out seed=3 seconds=0.4 ! video/x-raw,width=160,height=90,framerate=25/1")
        .expect("plays");
    assert_eq!(found.len(), 10);
    let mut film = Film::new(&library::scene("in-and-out").expect("is there"), 3, 160, 90);
    let mut picture = Picture::new(160, 90);
    film.frame(9, &mut picture);
    let info = gst_video::VideoInfo::builder(gst_video::VideoFormat::I420, 160, 90).build().expect("a format");
    let frame = gst_video::VideoFrame::from_buffer_readable(found[9].clone(), &info).expect("maps");
    let rows = frame.plane_data(0).expect("luma").chunks(frame.plane_stride()[0] as usize);
    let luma: Vec<u8> = rows.flat_map(|r| r[..160].to_vec()).collect();
    assert_eq!(luma, picture.y);
    assert_eq!(found[9].pts(), Some(gst::ClockTime::from_mseconds(360)));
}

#[test]
fn live_or_not_the_bytes_are_the_same() {
    let line = |live| {
        format!("storescenesrc scene=one-crosses is-live={live} num-buffers=5 ! video/x-raw,width=96,height=64,framerate=30/1")
    };
    let bytes = |live| -> Vec<Vec<u8>> {
        let found = frames(&line(live)).expect("plays");
        found.iter().map(|b| b.map_readable().expect("maps").to_vec()).collect()
    };
    let still = bytes(false);
    assert_eq!(still.len(), 5);
    assert_eq!(still, bytes(true));
}

#[test]
fn a_scene_that_is_not_there_is_an_error_that_names_it() {
    let error = frames("storescenesrc scene=no-such-scene").expect_err("fails");
    assert!(error.contains("no-such-scene"), "{error}");
}
