// SPDX-License-Identifier: MPL-2.0
//! What is withheld from publication. Exact figures go in, figures that may be published come out; nothing is stored
//! or sent before.
//!
//! Profile `standard`: a line's figure under its minimum is withheld, zero included, so that emptiness is not told. A
//! zone with fewer contributors than its minimum is withheld whole, with every flow from or to it and what routes say of
//! it; contributors are its visits and those who were inside at its start. A queue likewise: who joined, and who waited at
//! its start. What is left is withheld count by count below the minimum, and rounded to the nearest five; means, times and
//! shares to two significant digits. Profile `plain` withholds nothing and marks everything weak.
//!
//! The shop stands only where each of its doors does, a cell of the grid only with enough visits of its own and in no
//! withheld zone.
//!
//! Where published figures are the parts of a published sum, so much is withheld that whoever has them all either can not
//! tell of a group that it is small, or knows that it is and nothing more: `tests/attack.rs` tries it.

mod durations;
mod guard;
mod heat;
mod lines;
mod queues;
mod shop;
mod ways;
mod zones;

use std::collections::BTreeMap;

use footfall_contract::scene::Scene;

use crate::days::DayReading;
use crate::hours::Finished;
use crate::payload::{Published, Zone};
pub use durations::{COARSE_EDGES_S, EDGES_S};
use guard::Guard;
use heat::HeatFigures;
use lines::LineFigures;
use shop::{DayFigures, ShopFigures};
use ways::{FlowFigures, RouteFigures};
use zones::ZoneFigures;

/// Exact figures, which can not be written anywhere: there is no way from here into a payload but [`disclose`].
pub struct Figures {
    lines: BTreeMap<String, LineFigures>,
    zones: BTreeMap<String, ZoneFigures>,
    flows: FlowFigures,
    routes: BTreeMap<String, RouteFigures>,
    shop: Option<ShopFigures>,
    heat: Option<HeatFigures>,
    day: Option<DayFigures>,
}

impl Figures {
    /// The figures of everything that the scene counts, those without any count included.
    pub fn of(scene: &Scene, window: &Finished) -> Self {
        Self {
            lines: scene.lines.iter().map(|line| (line.name.clone(), LineFigures::of(line, window))).collect(),
            zones: scene.zones.iter().map(|zone| (zone.name.clone(), ZoneFigures::of(zone, scene, window))).collect(),
            flows: FlowFigures::of(scene, window),
            routes: scene.routes.iter().map(|r| (r.name.clone(), RouteFigures::of(r, scene, window))).collect(),
            shop: ShopFigures::of(scene, window),
            heat: HeatFigures::of(scene, window),
            day: None,
        }
    }

    /// These, and the day that the window ends.
    pub fn with_day(self, scene: &Scene, day: Option<DayReading>) -> Self {
        Self { day: day.map(|day| DayFigures::of(scene, day)), ..self }
    }
}

/// What may be published of the figures.
pub fn disclose(figures: &Figures, scene: &Scene) -> Published {
    let mut guard = Guard::of(&scene.publish);
    let lines = figures.lines.iter().map(|(name, line)| (name.clone(), line.disclosed(name, &mut guard))).collect();
    let zones: BTreeMap<String, Option<Zone>> =
        figures.zones.iter().map(|(name, zone)| (name.clone(), zone.disclosed(name, &mut guard))).collect();
    let flows = figures.flows.disclosed(&mut guard);
    let is_shown = |name: &str| zones.get(name).is_some_and(Option::is_some);
    let routes = figures.routes.iter().map(|(name, r)| (name.clone(), r.disclosed(name, is_shown, &mut guard))).collect();
    let shop = figures.shop.as_ref().map(|shop| shop.disclosed(&mut guard));
    let heat = figures.heat.as_ref().map(|heat| heat.disclosed(is_shown, &mut guard));
    let day = figures.day.as_ref().map(|day| day.disclosed(&mut guard));
    Published { lines, zones, flows, routes, shop, heat, day, weak: guard.is_exact(), suppressed: guard.into_suppressed() }
}
