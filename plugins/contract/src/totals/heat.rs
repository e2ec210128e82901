// SPDX-License-Identifier: MPL-2.0
//! Counters of the grid's cells, row by row from the top left.

use serde::{Deserialize, Serialize};

use super::{TotalFell, add_each, less_each};

/// Where people were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HeatTotals {
    /// Person-nanoseconds in each cell.
    pub presence_ns: Vec<u64>,
    /// How many were in each cell: each track once a window, so that neither trembling on an edge nor going to and fro
    /// makes one person many.
    pub visits: Vec<u64>,
}

impl HeatTotals {
    /// Nobody has been in any of so many cells.
    pub fn nobody(cells: usize) -> Self {
        Self { presence_ns: vec![0; cells], visits: vec![0; cells] }
    }

    pub(super) fn since(&self, then: &Self) -> Result<Self, TotalFell> {
        Ok(Self { presence_ns: less_each(&self.presence_ns, &then.presence_ns)?, visits: less_each(&self.visits, &then.visits)? })
    }

    pub(super) fn add(&mut self, other: &Self) {
        add_each(&mut self.presence_ns, &other.presence_ns);
        add_each(&mut self.visits, &other.visits);
    }
}
