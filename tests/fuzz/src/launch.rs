// SPDX-License-Identifier: MPL-2.0
//! The launch file: its placeholders, and the URLs in it.

use footfall_run::launch_text::{LaunchText, url_address, url_password};

use crate::is_a_sentence;

/// Reads the input as a launch file.
///
/// # Panics
/// When it shows a fault.
pub fn run(data: &[u8]) {
    let Ok(file) = str::from_utf8(data) else { return };
    file.split_whitespace().for_each(is_a_url_or_none);
    let launch = match LaunchText::parse(file) {
        Ok(launch) => launch,
        Err(bad) => return is_a_sentence(&bad.to_string()),
    };
    let lines: Vec<&str> = file.lines().filter(|line| !line.trim_start().starts_with('#')).collect();
    let written = lines.join("\n");
    assert!(!launch.text().contains("${"), "a placeholder stays for GStreamer to parse: {:?}", launch.text());
    assert_eq!(launch.readable(launch.text()), written, "the placeholders come back");
    assert_eq!(launch.places_in(launch.text()), (0..launch.placeholders()).collect::<Vec<_>>());
    assert!(launch.places_in(&written).is_empty(), "what is written is taken for a token");
    // A line that ends in two carriage returns loses one at each reading, and the text its last line break.
    if !written.contains('\r') && !written.ends_with('\n') {
        let again = LaunchText::parse(&written).map(|again| again.text().to_owned());
        assert_eq!(again.as_deref(), Ok(launch.text()));
    }
}

fn is_a_url_or_none(word: &str) {
    assert!(url_password(word).is_none_or(|password| word.contains(&format!(":{password}@"))));
    assert!(url_address(word).is_none_or(|at| !at.host.is_empty() && word.contains(&at.host)));
}
