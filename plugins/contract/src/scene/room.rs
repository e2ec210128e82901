// SPDX-License-Identifier: MPL-2.0
//! Lines that have no room on both sides.
//!
//! A person is on a side once they were seen further from the line than its dead band. Beyond the picture's edge and in an
//! excluded area nobody is seen: a line that runs close along either can count one way at best, and silently not the other.
//! A line that ends at the edge has room on both sides; one that could never count at all is an error ([`super::check`]).

use super::Line;
use crate::geometry::{Fraction, Point, Polygon};

/// Who walks out of the picture must be seen beyond the band for a moment: half a second's way of somebody far away, or a
/// tenth of a second's of somebody near, fractions of the picture.
const MOMENT: f64 = 0.02;
/// The band is that of a person so high, fractions of the picture's height; who is nearer needs more room.
const PERSON: f64 = 0.3;
/// So much of a line may be without room, as where it meets the picture's edge at an angle.
const SPARE: f64 = 0.1;
/// A segment is looked at in so many steps.
const STEPS: u32 = 256;

/// A short piece of a line.
struct Piece {
    middle: Point<Fraction>,
    /// Straight to one side of the line, of length 1.
    aside: (f64, f64),
    length: f64,
}

fn pieces(points: &[Point<Fraction>]) -> impl Iterator<Item = Piece> {
    points.windows(2).flat_map(|s| {
        let (a, along) = (s[0], (s[1].x - s[0].x, s[1].y - s[0].y));
        let length = along.0.hypot(along.1);
        (0..STEPS).map(move |i| {
            let t = (f64::from(i) + 0.5) / f64::from(STEPS);
            let middle = Point::new(a.x + t * along.0, a.y + t * along.1);
            Piece { middle, aside: (-along.1 / length, along.0 / length), length: length / f64::from(STEPS) }
        })
    })
}

/// Is the point in the picture, and in no excluded area?
fn is_seen(p: Point<Fraction>, excluded: &[Polygon<Fraction>]) -> bool {
    (0.0..=1.0).contains(&p.x) && (0.0..=1.0).contains(&p.y) && !excluded.iter().any(|area| area.contains(p))
}

/// Can anybody be seen on a part of the line?
pub(super) fn is_in_view(points: &[Point<Fraction>], excluded: &[Polygon<Fraction>]) -> bool {
    pieces(points).any(|piece| is_seen(piece.middle, excluded))
}

/// What is wrong with a line beside which people are seen on one side only, in one sentence.
pub(super) fn warning(line: &Line, excluded: &[Polygon<Fraction>]) -> Option<String> {
    let room = MOMENT + PERSON * line.dead_band;
    let (mut seen, mut without, mut first) = (0.0, 0.0, None);
    for Piece { middle, aside, length } in pieces(&line.points).filter(|piece| is_seen(piece.middle, excluded)) {
        seen += length;
        let beside = |side: f64| Point::new(middle.x + side * room * aside.0, middle.y + side * room * aside.1);
        if !is_seen(beside(1.0), excluded) || !is_seen(beside(-1.0), excluded) {
            without += length;
            first = first.or(Some(middle));
        }
    }
    let at = first.filter(|_| without > SPARE * seen)?;
    Some(format!(
        "lines: {:?}: around [{:.2}, {:.2}] the picture's edge or an excluded area is nearer than {room:.3} of the picture, so that who crosses there may be seen on one side only and not be counted; move it away from there",
        line.name, at.x, at.y
    ))
}

#[cfg(test)]
mod tests {
    use crate::scene::Scene;

    /// The warnings of a scene with this line, and these excluded areas (JSON).
    fn warnings(points: &str, more: &str, excluded: &str) -> Vec<String> {
        let text = format!(
            r#"{{"version":1,"site":"a","camera":"b","placement":"other","time_zone":"UTC","excluded":{excluded},
                "lines":[{{"name":"door","points":{points},"inside":[0.45,0.4]{more}}}]}}"#
        );
        Scene::parse(&text).unwrap().warnings()
    }

    #[test]
    fn a_line_close_along_an_edge_is_warned_of() {
        for points in [
            "[[0.2,0.99],[0.8,0.99]]",
            "[[0.2,0.97],[0.8,0.97]]",
            "[[0.2,0.005],[0.8,0.005]]",
            "[[0.01,0.2],[0.01,0.8]]",
            "[[0.98,0.2],[0.98,0.8]]",
            "[[0.3,0.8],[0.3,0.98],[0.7,0.98]]",
            "[[0.3,0.999],[0.7,0.9]]",
            "[[-0.5,0.99],[1.5,0.99]]",
        ] {
            let found = warnings(points, "", "[]");
            assert_eq!(found.len(), 1, "{points}");
            for words in ["lines: \"door\"", "nearer than 0.035", "move it"] {
                assert!(found[0].contains(words) && !found[0].contains('\n'), "{points}: {}", found[0]);
            }
        }
    }

    #[test]
    fn a_line_with_room_is_not() {
        for points in [
            "[[0.0,0.5],[1.0,0.5]]",
            "[[0.3,0.0],[0.3,1.0]]",
            "[[0.0,0.0],[1.0,1.0]]",
            "[[0.2,0.96],[0.8,0.96]]",
            "[[0.3,0.999],[0.7,0.6]]",
            "[[-0.5,0.7],[1.5,0.7]]",
        ] {
            assert_eq!(warnings(points, "", "[]"), [""; 0], "{points}");
        }
    }

    #[test]
    fn a_wider_band_needs_more_room() {
        let low = "[[0.2,0.94],[0.8,0.94]]";
        assert_eq!(warnings(low, "", "[]"), [""; 0]);
        let found = warnings(low, r#","dead_band":0.15"#, "[]");
        assert!(found[0].contains("around [0.20, 0.94]") && found[0].contains("0.065"), "{found:?}");
    }

    /// ```text
    ///        ░░░░░░░░░░  excluded      ░ 0.38 to 0.39
    ///   0.42 ────────── line
    /// ```
    #[test]
    fn a_line_along_an_excluded_area_is_warned_of_and_one_beyond_a_thin_one_is_not() {
        let line = "[[0.2,0.42],[0.8,0.42]]";
        assert_eq!(warnings(line, "", "[[[0,0],[1,0],[1,0.4],[0,0.4]]]").len(), 1);
        assert_eq!(warnings(line, "", "[[[0.2,0],[0.24,0],[0.24,0.4],[0.2,0.4]]]"), [""; 0], "beside a small part of it");
        assert_eq!(warnings(line, "", "[[[0,0.395],[1,0.395],[1,0.41],[0,0.41]]]"), [""; 0], "people are seen beyond it");
    }

    /// Lines that were measured on real clips have room, and so have those of the page about scenes.
    #[test]
    fn the_scenes_that_come_with_footfall_have_room() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut lines = 0;
        for entry in std::fs::read_dir(root.join("pipelines/scenes")).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with(".truth.json") {
                continue;
            }
            let scene = Scene::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
            assert_eq!(scene.warnings(), [""; 0], "{}", path.display());
            lines += scene.lines.len();
        }
        assert!(lines >= 10, "{lines} lines");
    }
}
