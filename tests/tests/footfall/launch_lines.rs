// SPDX-License-Identifier: MPL-2.0
//! Every launch line that is printed anywhere parses with the built library.

use std::path::{Path, PathBuf};

use footfall_tests::place;

fn markdown_files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "md") {
            found.push(path);
        }
    }
}

/// The launch lines in a Markdown text: each line of a fence that begins with gst-launch-1.0, continued lines joined.
fn launch_lines(text: &str) -> Vec<String> {
    let joined = text.replace("\\\n", " ");
    let mut lines = Vec::new();
    let mut fenced = false;
    for line in joined.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if let Some(rest) = line.trim_start().strip_prefix("gst-launch-1.0 ").filter(|_| fenced) {
            let rest = rest.trim_start();
            let pipeline = rest.split_whitespace().skip_while(|word| word.starts_with('-')).collect::<Vec<_>>().join(" ");
            lines.push(pipeline.replace(['\'', '"'], ""));
        }
    }
    lines
}

fn parses(origin: &Path, line: &str) {
    if let Err(error) = gst::parse::launch(line) {
        panic!("{}: {line}: {error}", origin.display());
    }
}

#[test]
fn every_line_in_the_docs_parses() {
    place::init();
    let mut files = vec![place::root().join("README.md")];
    markdown_files(&place::root().join("docs"), &mut files);
    let mut seen = 0;
    for file in files {
        for line in launch_lines(&std::fs::read_to_string(&file).unwrap()) {
            parses(&file, &line);
            seen += 1;
        }
    }
    assert!(seen >= 8, "only {seen} launch lines were found: is the search broken?");
}

#[test]
fn every_ready_pipeline_parses() {
    place::init();
    let mut seen = 0;
    for entry in std::fs::read_dir(place::root().join("pipelines")).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "launch") {
            let text = std::fs::read_to_string(&path).unwrap();
            let line: Vec<&str> = text.lines().filter(|l| !l.trim_start().starts_with('#')).collect();
            parses(&path, &line.join(" "));
            let live = text.contains("rtspsrc");
            assert!(!live || text.contains("! watchdog "), "{}: a camera that hangs is never noticed", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 2, "only {seen} ready pipelines were found");
}
