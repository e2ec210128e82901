// SPDX-License-Identifier: MPL-2.0
//! Which detection belongs to which track: the cheapest assignment as a whole.
//!
//! Only possible pairs are given. They fall into groups that share no track and no detection; each group is solved
//! alone (Hungarian method with potentials, as Kuhn 1955 and Munkres 1957 by Jonker and Volgenant's shortest paths), so
//! that a crowd costs little more than its knots. A group too large to be solved in time is taken greedily.

/// A possible pair. Leaving both unmatched costs 1, so a cost lies in 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The track's number.
    pub row: usize,
    /// The detection's number.
    pub column: usize,
    /// What it costs to pair them, 0..1.
    pub cost: f64,
}

/// Groups with more rows than this are taken greedily.
const MOST_ROWS: usize = 96;
/// The cost of a pair that was not given.
const IMPOSSIBLE: f64 = 1e3;

/// Chooses pairs so that no row and no column is taken twice, the number and then the cost of pairs being best in each
/// group.
pub fn assign(pairs: &[Pair]) -> Vec<Pair> {
    let mut chosen = Vec::new();
    for mut group in groups(pairs) {
        if group.len() == 1 {
            chosen.append(&mut group);
        } else {
            solve(&group, &mut chosen);
        }
    }
    chosen
}

/// Splits the pairs into groups that share neither row nor column.
fn groups(pairs: &[Pair]) -> Vec<Vec<Pair>> {
    let rows = pairs.iter().map(|p| p.row + 1).max().unwrap_or(0);
    let columns = pairs.iter().map(|p| p.column + 1).max().unwrap_or(0);
    let mut leader: Vec<usize> = (0..rows + columns).collect();
    fn find(leader: &mut [usize], mut i: usize) -> usize {
        while leader[i] != i {
            leader[i] = leader[leader[i]];
            i = leader[i];
        }
        i
    }
    for pair in pairs {
        let (a, b) = (find(&mut leader, pair.row), find(&mut leader, rows + pair.column));
        leader[a.max(b)] = a.min(b);
    }
    let mut place = vec![usize::MAX; rows + columns];
    let mut groups: Vec<Vec<Pair>> = Vec::new();
    for pair in pairs {
        let root = find(&mut leader, pair.row);
        if place[root] == usize::MAX {
            place[root] = groups.len();
            groups.push(Vec::new());
        }
        groups[place[root]].push(*pair);
    }
    groups
}

/// The distinct numbers, ascending.
fn distinct(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut all: Vec<usize> = numbers.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn solve(group: &[Pair], chosen: &mut Vec<Pair>) {
    let rows = distinct(group.iter().map(|p| p.row));
    let columns = distinct(group.iter().map(|p| p.column));
    if rows.len().min(columns.len()) > MOST_ROWS {
        return greedy(group, chosen);
    }
    let turned = rows.len() > columns.len();
    let (n, m) = if turned { (columns.len(), rows.len()) } else { (rows.len(), columns.len()) };
    let mut costs = vec![IMPOSSIBLE; n * m];
    let index = |of: &[usize], number: usize| of.partition_point(|&x| x < number);
    for pair in group {
        let (r, c) = (index(&rows, pair.row), index(&columns, pair.column));
        costs[if turned { c * m + r } else { r * m + c }] = pair.cost;
    }
    for (r, c) in hungarian(&costs, n, m) {
        let cost = costs[r * m + c];
        if cost < IMPOSSIBLE {
            let (row, column) = if turned { (rows[c], columns[r]) } else { (rows[r], columns[c]) };
            chosen.push(Pair { row, column, cost });
        }
    }
}

fn greedy(group: &[Pair], chosen: &mut Vec<Pair>) {
    let mut sorted = group.to_vec();
    sorted.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    let (mut rows, mut columns) = (Vec::new(), Vec::new());
    for pair in sorted {
        if !rows.contains(&pair.row) && !columns.contains(&pair.column) {
            rows.push(pair.row);
            columns.push(pair.column);
            chosen.push(pair);
        }
    }
}

/// The cheapest complete assignment of `n` rows to `m >= n` columns: pairs (row, column).
fn hungarian(costs: &[f64], n: usize, m: usize) -> Vec<(usize, usize)> {
    // Row and column 0 are the method's helpers; real ones count from 1.
    let (mut row_price, mut column_price) = (vec![0.0; n + 1], vec![0.0; m + 1]);
    let mut row_of = vec![0usize; m + 1];
    for row in 1..=n {
        row_of[0] = row;
        let mut column = 0;
        let (mut least, mut back, mut done) = (vec![f64::INFINITY; m + 1], vec![0usize; m + 1], vec![false; m + 1]);
        while row_of[column] != 0 {
            done[column] = true;
            let r = row_of[column];
            let (mut step, mut next) = (f64::INFINITY, 0);
            for c in 1..=m {
                if done[c] {
                    continue;
                }
                let reduced = costs[(r - 1) * m + c - 1] - row_price[r] - column_price[c];
                if reduced < least[c] {
                    least[c] = reduced;
                    back[c] = column;
                }
                if least[c] < step {
                    step = least[c];
                    next = c;
                }
            }
            for c in 0..=m {
                if done[c] {
                    row_price[row_of[c]] += step;
                    column_price[c] -= step;
                } else {
                    least[c] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[back[column]];
            column = back[column];
        }
    }
    (1..=m).filter(|&c| row_of[c] != 0).map(|c| (row_of[c] - 1, c - 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(list: &[(usize, usize, f64)]) -> Vec<Pair> {
        list.iter().map(|&(row, column, cost)| Pair { row, column, cost }).collect()
    }

    /// The best number and cost of pairs, by trying everything.
    fn best(pairs: &[Pair], used: u32) -> (usize, f64) {
        let Some((first, rest)) = pairs.split_first() else { return (0, 0.0) };
        let row = 1 << first.row;
        let column = 1 << (16 + first.column);
        let without = best(rest, used);
        if used & (row | column) != 0 {
            return without;
        }
        let (n, cost) = best(rest, used | row | column);
        let with = (n + 1, cost + first.cost);
        if with.0 > without.0 || (with.0 == without.0 && with.1 < without.1) { with } else { without }
    }

    #[test]
    fn the_whole_counts_not_the_first_come() {
        let chosen = assign(&pairs(&[(0, 0, 0.1), (0, 1, 0.2), (1, 0, 0.15), (1, 1, 0.9)]));
        assert_eq!(chosen.iter().map(|p| (p.row, p.column)).collect::<Vec<_>>().len(), 2);
        assert!(chosen.contains(&Pair { row: 0, column: 1, cost: 0.2 }), "{chosen:?}");
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(assign(&[]).is_empty());
    }

    #[test]
    fn a_huge_knot_is_taken_greedily_and_takes_nobody_twice() {
        let all: Vec<Pair> = (0..150)
            .flat_map(|row| (0..150).map(move |column| Pair { row, column, cost: (row.abs_diff(column) as f64) / 150.0 }))
            .collect();
        let chosen = assign(&all);
        assert_eq!(chosen.len(), 150);
        assert!(chosen.iter().all(|p| p.row == p.column));
    }

    proptest! {
        #[test]
        fn it_is_as_good_as_trying_everything(
            edges in proptest::collection::btree_map((0usize..5, 0usize..5), 0.0f64..1.0, 0..12)
        ) {
            let all: Vec<Pair> = edges.iter().map(|(&(row, column), &cost)| Pair { row, column, cost }).collect();
            let chosen = assign(&all);
            let rows: std::collections::BTreeSet<_> = chosen.iter().map(|p| p.row).collect();
            let columns: std::collections::BTreeSet<_> = chosen.iter().map(|p| p.column).collect();
            prop_assert!(rows.len() == chosen.len() && columns.len() == chosen.len());
            let (n, cost) = best(&all, 0);
            prop_assert_eq!(chosen.len(), n);
            prop_assert!((chosen.iter().map(|p| p.cost).sum::<f64>() - cost).abs() < 1e-9);
        }
    }
}
