// SPDX-License-Identifier: MPL-2.0
//! What is told of the grid: a cell by its own visits, and by the zones that it lies in.
//!
//! A withheld zone's cells are withheld. Of a zone that is told, the person-seconds less those of its told cells are those
//! of the others: they are none, or of as many visits to cells as a zone needs. Whoever was in no cell at all would be
//! found so, too; so that, where one cell of a zone is empty, a quiet one is withheld with it.

use footfall_contract::scene::{self, Scene};
use footfall_contract::totals::HeatTotals;

use super::guard::{Guard, seconds};
use crate::hours::Finished;
use crate::payload::HeatMap;

/// The grid's exact figures.
pub(super) struct HeatFigures {
    grid: scene::Heat,
    totals: HeatTotals,
    /// By the zone's name, the cells that it covers in part or whole.
    zones: Vec<(String, Vec<usize>)>,
}

impl HeatFigures {
    /// `None` if the scene has no grid.
    pub fn of(scene: &Scene, window: &Finished) -> Option<Self> {
        let grid = scene.heat?;
        let totals = window.reading.heat.clone().unwrap_or_default();
        let zones = scene.zones.iter().map(|zone| (zone.name.clone(), grid.cells_of(&zone.polygon))).collect();
        Some(Self { grid, totals, zones })
    }

    pub fn disclosed(&self, is_shown: impl Fn(&str) -> bool, guard: &mut Guard) -> Option<HeatMap> {
        let told = self.told(is_shown, guard);
        if !told.contains(&true) {
            return guard.withhold("heat");
        }
        if told.contains(&false) {
            guard.withhold::<()>("heat.seconds");
        }
        let time = |cell: usize| guard.time(seconds(self.totals.presence_ns.get(cell).copied().unwrap_or(0)));
        let cells: Vec<_> = told.iter().enumerate().map(|(cell, told)| told.then(|| time(cell))).collect();
        Some(HeatMap {
            columns: self.grid.columns,
            rows: self.grid.rows,
            seconds: cells.chunks(self.grid.columns).map(<[_]>::to_vec).collect(),
        })
    }

    /// Which cells are told.
    fn told(&self, is_shown: impl Fn(&str) -> bool, guard: &Guard) -> Vec<bool> {
        let least = guard.zones;
        let mut told: Vec<bool> = (0..self.grid.cells()).map(|cell| self.visits(cell) >= least).collect();
        let withhold = |told: &mut [bool], cell: usize| told.get_mut(cell).into_iter().for_each(|told| *told = false);
        for cell in self.zones.iter().filter(|(name, _)| !is_shown(name)).flat_map(|(_, cells)| cells) {
            withhold(&mut told, *cell);
        }
        // What one zone takes back may leave another with too small a rest.
        while let Some(cell) = self.zones.iter().find_map(|(_, cells)| self.to_take_back(cells, &told, least)) {
            withhold(&mut told, cell);
        }
        told
    }

    /// The quietest told cell of a zone whose other cells have too few visits together.
    fn to_take_back(&self, cells: &[usize], told: &[bool], least: u64) -> Option<usize> {
        let is_told = |cell: &&usize| told.get(**cell).copied().unwrap_or(false);
        let rest: Vec<&usize> = cells.iter().filter(|cell| !is_told(cell)).collect();
        let visits: u64 = rest.iter().map(|cell| self.visits(**cell)).sum();
        if rest.is_empty() || visits >= least {
            return None;
        }
        cells.iter().filter(is_told).min_by_key(|cell| self.visits(**cell)).copied()
    }

    fn visits(&self, cell: usize) -> u64 {
        self.totals.visits.get(cell).copied().unwrap_or(0)
    }
}
