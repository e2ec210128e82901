// SPDX-License-Identifier: MPL-2.0
//! The command's edge: help, wrong use, and that no value of a wrong line is repeated.
#![cfg(feature = "gst")]
#![allow(missing_docs, clippy::unwrap_used)]

use std::process::{Command, Output};

fn doctor(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_footfall-doctor")).args(words).output().unwrap()
}

#[test]
fn doctor_helps() {
    let output = doctor(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("usage: pipelines/doctor"));
}

#[test]
fn doctor_refuses_wrong_use_with_status_2_and_repeats_no_value() {
    for words in [
        vec!["geheim77"],
        vec!["--camera-pasword", "geheim77"],
        vec!["--camera", "http://anna:geheim77@h/"],
        vec!["--camera", "rtsp://anna:geheim77@h:x/"],
        vec!["--camera", "rtsp://anna:ge/heim77@h/"],
        vec!["--camera", "rtsp://anna:geheim77@h/", "--camera-user", "anna"],
        vec!["--camera", "rtsp://h/", "--camera-user", "a", "--camera-password-location", "/nonexistent/p"],
        vec!["--minutes", "1"],
    ] {
        let output = doctor(&words);
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(2), "{words:?}: {text}");
        assert!(text.starts_with("doctor: ") && !text.contains("heim77"), "{words:?}: {text}");
    }
}
