// SPDX-License-Identifier: MPL-2.0
//! Which detection belongs to which track: the best assignment as a whole.
//!
//! Only possible pairs are given. They fall into groups that share no track and no detection; each group is solved
//! alone (Hungarian method with potentials, as Kuhn 1955 and Munkres 1957 by Jonker and Volgenant's shortest paths), so
//! that a crowd costs little more than its knots. A group too large to be solved in time is taken greedily.
//!
//! What is best is the sum over the pairs of what each saves over leaving both sides alone, not the number of pairs: two
//! poor pairs, made by tearing a good one apart, are how two people who pass each other change names.

/// A possible pair.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The track's number.
    pub row: usize,
    /// The detection's number.
    pub column: usize,
    /// What it costs to pair them, 0..1.
    pub cost: f64,
}

/// Groups with more rows and more columns than this are taken greedily.
const MOST_ROWS: usize = 96;

/// Chooses pairs. It keeps its working memory, so that a step costs no allocation once it has seen the largest crowd.
#[derive(Debug, Default)]
pub struct Assigner {
    leader: Vec<usize>,
    /// Of each row: its number in the group.
    row_place: Vec<usize>,
    /// Of each column: its number in the group.
    column_place: Vec<usize>,
    rows: Vec<usize>,
    columns: Vec<usize>,
    costs: Vec<f64>,
    hungarian: Hungarian,
    chosen: Vec<Pair>,
}

/// Not numbered yet.
const NONE: usize = usize::MAX;

impl Assigner {
    /// Chooses pairs so that no row and no column is taken twice and the sum of `apart - cost` is the largest; `apart` is
    /// what it costs to leave a row and a column without each other. The given pairs are left in another order.
    pub fn assign(&mut self, pairs: &mut [Pair], apart: f64) -> &[Pair] {
        self.chosen.clear();
        self.group(pairs);
        let mut rest = &mut *pairs;
        while let Some(first) = rest.first() {
            let root = self.leader[first.row];
            let size = rest.iter().take_while(|p| self.leader[p.row] == root).count();
            let (group, others) = rest.split_at_mut(size);
            match group {
                [pair] if pair.cost < apart => self.chosen.push(*pair),
                [_] => {}
                _ => self.solve(group, apart),
            }
            rest = others;
        }
        &self.chosen
    }

    /// Sorts the pairs by groups that share neither row nor column; `leader` of a row then names its group.
    fn group(&mut self, pairs: &mut [Pair]) {
        fn find(leader: &mut [usize], mut i: usize) -> usize {
            while leader[i] != i {
                leader[i] = leader[leader[i]];
                i = leader[i];
            }
            i
        }
        let rows = pairs.iter().map(|p| p.row + 1).max().unwrap_or(0);
        let columns = pairs.iter().map(|p| p.column + 1).max().unwrap_or(0);
        self.leader.clear();
        self.leader.extend(0..rows + columns);
        for pair in pairs.iter() {
            let (a, b) = (find(&mut self.leader, pair.row), find(&mut self.leader, rows + pair.column));
            self.leader[a.max(b)] = a.min(b);
        }
        for row in 0..rows {
            self.leader[row] = find(&mut self.leader, row);
        }
        pairs.sort_unstable_by_key(|p| (self.leader[p.row], p.row, p.column));
        self.row_place.clear();
        self.row_place.resize(rows, NONE);
        self.column_place.clear();
        self.column_place.resize(columns, NONE);
    }

    fn solve(&mut self, group: &mut [Pair], apart: f64) {
        self.rows.clear();
        self.columns.clear();
        for pair in group.iter() {
            number(pair.row, &mut self.row_place, &mut self.rows);
            number(pair.column, &mut self.column_place, &mut self.columns);
        }
        if self.rows.len().min(self.columns.len()) > MOST_ROWS {
            return self.greedy(group, apart);
        }
        let turned = self.rows.len() > self.columns.len();
        let (n, m) = if turned { (self.columns.len(), self.rows.len()) } else { (self.rows.len(), self.columns.len()) };
        // Whoever gets a pair that was not given is left alone, and that is what it costs.
        self.costs.clear();
        self.costs.resize(n * m, apart);
        for pair in group.iter() {
            let (r, c) = (self.row_place[pair.row], self.column_place[pair.column]);
            self.costs[if turned { c * m + r } else { r * m + c }] = pair.cost.min(apart);
        }
        for (r, c) in self.hungarian.solve(&self.costs, n, m) {
            let cost = self.costs[r * m + c];
            if cost < apart {
                let (row, column) = if turned { (self.rows[c], self.columns[r]) } else { (self.rows[r], self.columns[c]) };
                self.chosen.push(Pair { row, column, cost });
            }
        }
    }

    fn greedy(&mut self, group: &mut [Pair], apart: f64) {
        group.sort_unstable_by(|a, b| a.cost.total_cmp(&b.cost).then(a.row.cmp(&b.row)).then(a.column.cmp(&b.column)));
        for pair in group.iter().take_while(|p| p.cost < apart) {
            if self.row_place[pair.row] != NONE && self.column_place[pair.column] != NONE {
                self.row_place[pair.row] = NONE;
                self.column_place[pair.column] = NONE;
                self.chosen.push(*pair);
            }
        }
    }
}

/// Gives a row or column its number in the group, once.
fn number(of: usize, place: &mut [usize], members: &mut Vec<usize>) {
    if place[of] == NONE {
        place[of] = members.len();
        members.push(of);
    }
}

/// The Hungarian method's memory. Row and column 0 are the method's helpers; real ones count from 1.
#[derive(Debug, Default)]
struct Hungarian {
    row_price: Vec<f64>,
    column_price: Vec<f64>,
    row_of: Vec<usize>,
    least: Vec<f64>,
    back: Vec<usize>,
    done: Vec<bool>,
}

impl Hungarian {
    /// The cheapest complete assignment of `n` rows to `m >= n` columns: pairs (row, column).
    fn solve(&mut self, costs: &[f64], n: usize, m: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        refill(&mut self.row_price, n + 1, 0.0);
        refill(&mut self.column_price, m + 1, 0.0);
        refill(&mut self.row_of, m + 1, 0);
        refill(&mut self.back, m + 1, 0);
        for row in 1..=n {
            self.place(costs, m, row);
        }
        self.row_of.iter().enumerate().skip(1).filter(|(_, row)| **row != 0).map(|(column, row)| (row - 1, column - 1))
    }

    /// Finds a column for one more row along the shortest path.
    fn place(&mut self, costs: &[f64], m: usize, row: usize) {
        refill(&mut self.least, m + 1, f64::INFINITY);
        refill(&mut self.done, m + 1, false);
        self.row_of[0] = row;
        let mut column = 0;
        while self.row_of[column] != 0 {
            self.done[column] = true;
            let r = self.row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for c in 1..=m {
                if self.done[c] {
                    continue;
                }
                let reduced = costs[(r - 1) * m + c - 1] - self.row_price[r] - self.column_price[c];
                if reduced < self.least[c] {
                    self.least[c] = reduced;
                    self.back[c] = column;
                }
                if self.least[c] < step {
                    step = self.least[c];
                    next = c;
                }
            }
            for c in 0..=m {
                if self.done[c] {
                    self.row_price[self.row_of[c]] += step;
                    self.column_price[c] -= step;
                } else {
                    self.least[c] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            self.row_of[column] = self.row_of[self.back[column]];
            column = self.back[column];
        }
    }
}

fn refill<T: Clone>(list: &mut Vec<T>, length: usize, value: T) {
    list.clear();
    list.resize(length, value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(list: &[(usize, usize, f64)]) -> Vec<Pair> {
        list.iter().map(|&(row, column, cost)| Pair { row, column, cost }).collect()
    }

    fn assign(pairs: &[Pair], apart: f64) -> Vec<Pair> {
        Assigner::default().assign(&mut pairs.to_vec(), apart).to_vec()
    }

    /// The most that can be saved, by trying everything.
    fn best(pairs: &[Pair], apart: f64, used: u32) -> f64 {
        let Some((first, rest)) = pairs.split_first() else { return 0.0 };
        let row = 1 << first.row;
        let column = 1 << (16 + first.column);
        let without = best(rest, apart, used);
        if used & (row | column) != 0 {
            return without;
        }
        without.max(apart - first.cost + best(rest, apart, used | row | column))
    }

    #[test]
    fn the_whole_counts_not_the_first_come() {
        let chosen = assign(&pairs(&[(0, 0, 0.1), (0, 1, 0.2), (1, 0, 0.15), (1, 1, 0.9)]), 1.0);
        assert_eq!(chosen.len(), 2);
        assert!(chosen.contains(&Pair { row: 0, column: 1, cost: 0.2 }), "{chosen:?}");
    }

    #[test]
    fn a_good_pair_is_not_torn_apart_for_two_poor_ones() {
        let chosen = assign(&pairs(&[(0, 0, 0.1), (0, 1, 0.6), (1, 0, 0.6)]), 0.8);
        assert_eq!(chosen, [Pair { row: 0, column: 0, cost: 0.1 }]);
    }

    #[test]
    fn nothing_gives_nothing_and_what_costs_too_much_is_not_paired() {
        assert!(assign(&[], 1.0).is_empty());
        assert!(assign(&pairs(&[(0, 0, 0.9), (1, 1, 0.9), (1, 2, 0.85)]), 0.8).is_empty());
    }

    #[test]
    fn the_memory_of_one_crowd_does_not_disturb_the_next() {
        let mut assigner = Assigner::default();
        let mut large = pairs(&[(3, 7, 0.1), (3, 2, 0.3), (9, 2, 0.2), (9, 7, 0.1), (0, 0, 0.5)]);
        assert_eq!(assigner.assign(&mut large, 1.0).len(), 3);
        let mut small = pairs(&[(0, 1, 0.1), (1, 1, 0.3), (1, 0, 0.4)]);
        let chosen = assigner.assign(&mut small, 1.0);
        assert!(chosen.len() == 2 && chosen.contains(&Pair { row: 1, column: 0, cost: 0.4 }), "{chosen:?}");
    }

    #[test]
    fn a_huge_knot_is_taken_greedily_and_takes_nobody_twice() {
        let all: Vec<Pair> = (0..150)
            .flat_map(|row| (0..150).map(move |column| Pair { row, column, cost: (row.abs_diff(column) as f64) / 150.0 }))
            .collect();
        let chosen = assign(&all, 1.0);
        assert_eq!(chosen.len(), 150);
        assert!(chosen.iter().all(|p| p.row == p.column));
    }

    proptest! {
        #[test]
        fn it_is_as_good_as_trying_everything(
            edges in proptest::collection::btree_map((0usize..5, 0usize..5), 0.0f64..1.0, 0..12),
            apart in 0.3f64..1.2,
        ) {
            let all: Vec<Pair> = edges.iter().map(|(&(row, column), &cost)| Pair { row, column, cost }).collect();
            let chosen = assign(&all, apart);
            let rows: std::collections::BTreeSet<_> = chosen.iter().map(|p| p.row).collect();
            let columns: std::collections::BTreeSet<_> = chosen.iter().map(|p| p.column).collect();
            prop_assert!(rows.len() == chosen.len() && columns.len() == chosen.len());
            let saved: f64 = chosen.iter().map(|p| apart - p.cost).sum();
            prop_assert!((saved - best(&all, apart, 0)).abs() < 1e-9);
        }
    }
}
