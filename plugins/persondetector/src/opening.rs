// SPDX-License-Identifier: MPL-2.0
//! Open or closed, asked once a frame and computed once a span.

use footfall_contract::scene::Scene;
use footfall_contract::scene::hours::OpenState;
use footfall_contract::time::WallTime;

/// Remembers the state of the opening hours for as long as it is certain.
#[derive(Clone, Debug, Default)]
pub struct OpenCache {
    known: Option<(WallTime, OpenState)>,
}

impl OpenCache {
    /// Are people counted at `wall`? Without a scene always.
    pub fn is_open(&mut self, scene: Option<&Scene>, wall: WallTime) -> bool {
        let Some(scene) = scene else { return true };
        match self.known {
            Some((from, state)) if from <= wall && wall < state.until => state.open,
            _ => {
                let state = scene.opening_hours.at(&scene.time_zone, wall);
                self.known = Some((wall, state));
                state.open
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const TEXT: &str = r#"{"version":1,"site":"demo","camera":"door","placement":"entrance","time_zone":"UTC",
        "opening_hours":{"monday":["09:00-12:00","13:00-18:00"]}}"#;

    #[test]
    fn the_cache_says_what_the_hours_say_forwards_and_backwards() {
        let scene = Scene::parse(TEXT).unwrap();
        let monday = WallTime::parse("2026-03-02T00:00:00Z").unwrap();
        let mut cache = OpenCache::default();
        let mut minutes: Vec<u64> = (0..2 * 24 * 60).collect();
        minutes.extend([10, 600, 5, 1000]);
        for minute in minutes {
            let t = monday.plus(Duration::from_secs(60 * minute));
            let truth = scene.opening_hours.at(&scene.time_zone, t).open;
            assert_eq!(cache.is_open(Some(&scene), t), truth, "{t}");
        }
    }

    #[test]
    fn without_a_scene_it_is_always_open() {
        assert!(OpenCache::default().is_open(None, WallTime(0)));
    }
}
