// SPDX-License-Identifier: MPL-2.0
//! Every input that fuzzing has kept goes through its target again, without a fuzzer.
#![allow(clippy::unwrap_used)] // Helpers of tests stand outside #[test] functions.

use std::path::{Path, PathBuf};

use footfall_fuzz::TARGETS;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn inputs(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn fuzzing_corpora_are_replayed() {
    let mut failed = Vec::new();
    for (name, run) in TARGETS {
        let inputs = inputs(&corpora().join(name));
        assert!(inputs.len() >= 5, "the corpus of {name} has only {} inputs", inputs.len());
        for path in inputs {
            let input = std::fs::read(&path).unwrap();
            if std::panic::catch_unwind(|| run(&input)).is_err() {
                failed.push(path.display().to_string());
            }
        }
    }
    assert!(failed.is_empty(), "{} inputs fail:\n{}", failed.len(), failed.join("\n"));
}

/// Each corpus has a target, and each target a binary for the fuzzer.
#[test]
fn fuzzing_targets_have_a_corpus_and_a_fuzzer() {
    let names = |folder: &Path| -> Vec<String> {
        inputs(folder).iter().map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
    };
    let mut expected: Vec<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    expected.sort();
    assert_eq!(names(&corpora()), expected);
    assert_eq!(names(&corpora().with_file_name("fuzz_targets")), expected);
}

/// The corpus is small enough for every checkout.
#[test]
fn fuzzing_corpora_stay_small() {
    let folders = inputs(&corpora());
    let bytes: u64 = folders.iter().flat_map(|folder| inputs(folder)).map(|path| path.metadata().unwrap().len()).sum();
    assert!(bytes <= 300_000, "the corpora have {bytes} bytes; minimise them (tests/fuzz/README.md)");
}
