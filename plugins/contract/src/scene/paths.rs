// SPDX-License-Identifier: MPL-2.0
//! Checks what a scene says of people's ways: flows between places, and planned routes.

use super::check::{Checked, bad};
use super::file::FileRoute;
use super::{Line, Place, Route, Zone};

/// Most places of flows: their matrix grows with the square.
const MOST_PLACES: usize = 16;
/// Most zones of a route.
const MOST_STOPS: usize = 16;

/// The lines and zones that take part in flows.
pub fn flows(names: &[String], lines: &[Line], zones: &[Zone]) -> Checked<Vec<Place>> {
    if names.len() == 1 || names.len() > MOST_PLACES {
        return bad(format!("flows: {} places; it needs two or more, at most {MOST_PLACES}", names.len()));
    }
    let mut places = Vec::new();
    for name in names {
        let line = lines.iter().position(|l| l.name == *name).map(Place::Line);
        let zone = zones.iter().position(|z| z.name == *name).map(Place::Zone);
        let place = match (line, zone) {
            (Some(_), Some(_)) => return bad(format!("flows: {name:?} names a line and a zone; give them different names")),
            (Some(place), None) | (None, Some(place)) => place,
            (None, None) => return bad(format!("flows: {name:?} is no line and no zone of this scene")),
        };
        if places.contains(&place) {
            return bad(format!("flows: {name:?} stands twice"));
        }
        places.push(place);
    }
    Ok(places)
}

/// The planned routes.
pub fn routes(files: &[FileRoute], zones: &[Zone]) -> Checked<Vec<Route>> {
    files.iter().map(|file| route(file, zones)).collect()
}

fn route(file: &FileRoute, zones: &[Zone]) -> Checked<Route> {
    let key = format!("routes: {:?}", file.name);
    if !(2..=MOST_STOPS).contains(&file.zones.len()) {
        return bad(format!("{key}: {} zones; a route needs 2 to {MOST_STOPS}", file.zones.len()));
    }
    let mut places = Vec::new();
    for name in &file.zones {
        let Some(place) = zones.iter().position(|z| z.name == *name) else {
            return bad(format!("{key}: {name:?} is no zone of this scene"));
        };
        if places.contains(&place) {
            return bad(format!("{key}: {name:?} stands twice; how far a person came could not be told"));
        }
        places.push(place);
    }
    Ok(Route { name: file.name.clone(), zones: places })
}
