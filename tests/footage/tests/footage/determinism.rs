// SPDX-License-Identifier: MPL-2.0
//! The same seed gives the same bytes, in every build and on every machine.
//!
//! The hashes change whenever anything about the pictures changes: then look at the pictures, and write the new ones here.

use footfall_footage::film::Film;
use footfall_footage::library;
use footfall_footage::picture::Picture;
use footfall_footage::stills::Stills;
use sha2::{Digest, Sha256};

/// Scene, frame, and the beginning of the hash of its picture and its mask.
const FRAMES: [(&str, u32, &str); 4] = [
    ("browsing", 190, "719f80793644f318"),
    ("door-above-pairs", 98, "cd2238057d53caea"),
    ("mannequins-and-posters", 110, "706edf96c0763cd5"),
    ("night", 120, "396796d75c02c570"),
];

/// Number of a still, and the beginning of its hash: desks, a shop, two close above doors (the first from a small camera), and
/// one from a ceiling.
const STILLS: [(u64, &str); 5] = [
    (3, "ab231c4dd0d782da"),
    (4, "9ce6c45dfcefa293"),
    (20, "bf2597c32f47c7b9"),
    (22, "b3b24d52fad71149"),
    (30, "bcd53178be828e7e"),
];

fn hash(parts: &[&[u8]]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part);
    }
    sha.finalize()[..8].iter().map(|b| format!("{b:02x}")).collect()
}

fn hash_of_frame(name: &str, number: u32) -> String {
    let scene = library::scene(name).expect("the scene is there");
    let mut film = Film::new(&scene, 1, 192, 108);
    let mut picture = Picture::new(192, 108);
    let seen = film.frame(number, &mut picture);
    assert!(!seen.is_empty(), "{name}: nobody in frame {number}");
    let mask: Vec<u8> = film.mask().iter().map(|m| *m as u8).collect();
    assert!(mask.iter().any(|m| *m != 0), "{name}: no pixel of anybody in frame {number}");
    hash(&[&picture.y, &picture.u, &picture.v, &mask])
}

#[test]
fn frames_are_these_bytes_in_every_build() {
    let found: Vec<_> = FRAMES.iter().map(|(name, frame, _)| (*name, *frame, hash_of_frame(name, *frame))).collect();
    for ((name, frame, expected), (_, _, actual)) in FRAMES.iter().zip(&found) {
        assert_eq!(expected, actual, "{name}, frame {frame}; all: {found:?}");
    }
}

#[test]
fn a_still_is_these_bytes_whatever_was_made_before() {
    let of = |still: footfall_footage::stills::Still| hash(&[&still.picture.y, &still.picture.u, &still.picture.v]);
    let mut maker = Stills::default();
    let found: Vec<_> = STILLS.iter().map(|(number, _)| of(maker.make(3, *number, 160, 100))).collect();
    for ((number, expected), actual) in STILLS.iter().zip(&found) {
        assert_eq!(expected, actual, "still {number}; all: {found:?}");
        assert_eq!(of(Stills::default().make(3, *number, 160, 100)), *actual);
    }
}

#[test]
fn frames_do_not_depend_on_those_drawn_before() {
    let scene = library::scene("opposite-ways").expect("the scene is there");
    let (mut one, mut other) = (Film::new(&scene, 1, 192, 108), Film::new(&scene, 1, 192, 108));
    let (mut a, mut b) = (Picture::new(192, 108), Picture::new(192, 108));
    for number in [0, 90, 130, 200] {
        one.frame(number, &mut a);
    }
    other.frame(200, &mut b);
    assert_eq!(a, b);
    assert_eq!(one.mask(), other.mask());
}

#[test]
fn another_seed_is_another_picture() {
    let scene = library::scene("one-crosses").expect("the scene is there");
    let mut pictures = [1, 2].map(|seed| {
        let mut film = Film::new(&scene, seed, 192, 108);
        let mut picture = Picture::new(192, 108);
        film.frame(100, &mut picture);
        picture
    });
    pictures.sort_by(|a, b| a.y.cmp(&b.y));
    assert_ne!(pictures[0], pictures[1]);
}
