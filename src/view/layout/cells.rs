//! The cells of the rows: in which order, and where.

use std::collections::BTreeSet;

/// The pixels between neighbours in a row.
pub const GAP: f64 = 16.0;

/// How often the rows are gone through, down and up in turns.
const SWEEPS: usize = 24;

/// A crate in a row, or the way of all lines to a crate further down.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub row: usize,
    pub is_way: bool,
    pub width: f64,
}

/// For each cell, the cells of the rows above and below to which lines lead.
pub struct Neighbours {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Neighbours {
    pub fn new(cells: usize, steps: &BTreeSet<(usize, usize)>) -> Self {
        let mut neighbours = Self {
            above: vec![Vec::new(); cells],
            below: vec![Vec::new(); cells],
        };
        for (from, to) in steps {
            neighbours.below[*from].push(*to);
            neighbours.above[*to].push(*from);
        }
        neighbours
    }
}

/// The cells of each row from left to right, so that few lines cross: each cell goes to the mean
/// place (the barycentre) of its neighbours in the row before, down and up in turns, and the best
/// order that was met is kept.
pub fn order(cells: &[Cell], rows: usize, neighbours: &Neighbours) -> Vec<Vec<usize>> {
    let mut order = vec![Vec::new(); rows];
    for (index, cell) in cells.iter().enumerate() {
        order[cell.row].push(index);
    }
    let mut best = (crossings(&order, cells.len(), neighbours), order.clone());
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let mut place = vec![0.0; cells.len()];
        let sequence: Vec<usize> = match down {
            true => (0..rows).collect(),
            false => (0..rows).rev().collect(),
        };
        for row in sequence {
            let length = order[row].len() as f64;
            let near = if down {
                &neighbours.above
            } else {
                &neighbours.below
            };
            let mut wanted: Vec<(f64, usize)> = Vec::new();
            for (at, cell) in order[row].iter().enumerate() {
                let sum: f64 = near[*cell].iter().map(|other| place[*other]).sum();
                let wish = match near[*cell].len() {
                    0 => (at as f64 + 0.5) / length,
                    count => sum / count as f64,
                };
                wanted.push((wish, *cell));
            }
            wanted.sort_by(|one, other| one.0.total_cmp(&other.0));
            order[row] = wanted.into_iter().map(|(_, cell)| cell).collect();
            for (at, cell) in order[row].iter().enumerate() {
                place[*cell] = (at as f64 + 0.5) / length;
            }
        }
        let found = crossings(&order, cells.len(), neighbours);
        // A later one is better balanced.
        if found <= best.0 {
            best = (found, order.clone());
        }
    }
    best.1
}

/// How many pairs of lines between neighbouring rows cross.
fn crossings(order: &[Vec<usize>], cells: usize, neighbours: &Neighbours) -> usize {
    let mut place = vec![0; cells];
    for row in order {
        for (at, cell) in row.iter().enumerate() {
            place[*cell] = at;
        }
    }
    let mut count = 0;
    for (row, next) in order.iter().zip(order.iter().skip(1)) {
        // How many of the lines so far end at each place of the next row.
        let mut ends = vec![0; next.len()];
        for cell in row {
            let below: Vec<usize> = neighbours.below[*cell]
                .iter()
                .map(|to| place[*to])
                .collect();
            for to in &below {
                count += ends[to + 1..].iter().sum::<usize>();
            }
            for to in below {
                ends[to] += 1;
            }
        }
    }
    count
}

/// The middle of each cell: as near to the mean of its neighbours as the order and the widths of
/// its row allow. Ways pull harder than crates, so that long lines become straight.
pub fn positions(cells: &[Cell], order: &[Vec<usize>], neighbours: &Neighbours) -> Vec<f64> {
    let mut x = vec![0.0; cells.len()];
    for row in order {
        let all: f64 = row.iter().map(|cell| cells[*cell].width + GAP).sum();
        let mut left = -all / 2.0;
        for cell in row {
            x[*cell] = left + cells[*cell].width / 2.0;
            left += cells[*cell].width + GAP;
        }
    }
    for sweep in 0..2 * SWEEPS {
        let rows: Vec<&Vec<usize>> = match sweep % 2 {
            0 => order.iter().collect(),
            _ => order.iter().rev().collect(),
        };
        for row in rows {
            let wishes: Vec<(f64, f64)> = row
                .iter()
                .map(|cell| {
                    // A way stands above the next part of it, so that it turns at its start only.
                    if cells[*cell].is_way {
                        return (x[neighbours.below[*cell][0]], 8.0);
                    }
                    let near = neighbours.above[*cell]
                        .iter()
                        .chain(&neighbours.below[*cell]);
                    let (mut sum, mut weight) = (0.0, 0.0);
                    for other in near {
                        sum += x[*other];
                        weight += 1.0;
                    }
                    match weight > 0.0 {
                        true => (sum / weight, weight),
                        // Without neighbours, it stays in place unless another cell needs the
                        // place.
                        false => (x[*cell], 0.01),
                    }
                })
                .collect();
            let gaps = row
                .windows(2)
                .map(|pair| between(&cells[pair[0]], &cells[pair[1]]));
            for (cell, place) in row.iter().zip(spread(&wishes, &gaps.collect::<Vec<_>>())) {
                x[*cell] = place;
            }
        }
    }
    gather(cells, order, neighbours, &mut x);
    let lefts = cells.iter().zip(&x).map(|(cell, x)| x - cell.width / 2.0);
    let left = lefts.fold(f64::INFINITY, f64::min);
    x.iter().map(|x| (x - left).round()).collect()
}

/// From middle to middle.
fn between(one: &Cell, other: &Cell) -> f64 {
    let gap = if one.is_way && other.is_way { 0.0 } else { GAP };
    (one.width + other.width) / 2.0 + gap
}

/// Crates to which no line leads, at the ends of rows, move up to the others; a row of nothing
/// else goes to the middle.
fn gather(cells: &[Cell], order: &[Vec<usize>], neighbours: &Neighbours, x: &mut [f64]) {
    let is_held =
        |cell: &usize| !(neighbours.above[*cell].is_empty() && neighbours.below[*cell].is_empty());
    let held = (0..cells.len()).filter(is_held);
    let (least, most) = held.fold((0.0_f64, 0.0_f64), |(least, most), cell| {
        (least.min(x[cell]), most.max(x[cell]))
    });
    for row in order {
        let first = row.iter().position(is_held);
        let last = row.iter().rposition(is_held);
        let (Some(first), Some(last)) = (first, last) else {
            let [start, end] = [row[0], row[row.len() - 1]];
            let shift = (least + most - x[start] - x[end]) / 2.0;
            row.iter().for_each(|cell| x[*cell] += shift);
            continue;
        };
        for at in (0..first).rev() {
            x[row[at]] = x[row[at + 1]] - between(&cells[row[at]], &cells[row[at + 1]]);
        }
        for at in last + 1..row.len() {
            x[row[at]] = x[row[at - 1]] + between(&cells[row[at]], &cells[row[at - 1]]);
        }
    }
}

/// The places with the least weighted squares of distances from the wishes, in the given order
/// and with at least the given gaps: neighbours that want to pass each other are pooled.
fn spread(wishes: &[(f64, f64)], gaps: &[f64]) -> Vec<f64> {
    let mut offsets = vec![0.0];
    for gap in gaps {
        offsets.push(offsets[offsets.len() - 1] + gap);
    }
    // Sum of weighted wishes, of weights, and how many.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for ((wish, weight), offset) in wishes.iter().zip(&offsets) {
        let mut pool = ((wish - offset) * weight, *weight, 1);
        while let Some(before) = pools
            .last()
            .filter(|before| before.0 / before.1 > pool.0 / pool.1)
        {
            pool = (pool.0 + before.0, pool.1 + before.1, pool.2 + before.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let means = pools
        .into_iter()
        .flat_map(|(sum, weight, count)| std::iter::repeat_n(sum / weight, count));
    means
        .zip(offsets)
        .map(|(mean, offset)| mean + offset)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two rows of four; upper cells 0 to 3 lead to lower cells 4 to 7.
    fn two_rows(steps: &[(usize, usize)]) -> (Vec<Cell>, Neighbours) {
        let cell = |row| Cell {
            row,
            is_way: false,
            width: 10.0,
        };
        let cells = (0..8).map(|index| cell(index / 4)).collect();
        (cells, Neighbours::new(8, &steps.iter().copied().collect()))
    }

    #[test]
    fn crossings_are_counted_and_then_avoided() {
        let (cells, neighbours) = two_rows(&[(0, 7), (1, 6), (2, 5), (3, 4), (0, 6)]);
        let given = vec![vec![0, 1, 2, 3], vec![4, 5, 6, 7]];
        // All pairs of the first four, and the fifth with the two that end left of it.
        assert_eq!(crossings(&given, 8, &neighbours), 8);
        let found = order(&cells, 2, &neighbours);
        assert_eq!(crossings(&found, 8, &neighbours), 0, "{found:?}");
    }

    #[test]
    fn places_are_the_nearest_that_the_gaps_allow() {
        let wishes = [(5.0, 1.0), (0.0, 3.0), (4.0, 1.0), (40.0, 1.0)];
        let gaps = [10.0, 10.0, 10.0];
        let cost = |places: &[f64]| -> f64 {
            let each = places.iter().zip(wishes);
            each.map(|(place, (wish, weight))| weight * (place - wish) * (place - wish))
                .sum()
        };
        let is_allowed = |places: &[f64]| {
            let mut pairs = places.windows(2).zip(gaps);
            pairs.all(|(pair, gap)| pair[1] - pair[0] >= gap - 1e-9)
        };
        let found = spread(&wishes, &gaps);
        assert!(is_allowed(&found), "{found:?}");
        assert_eq!(found[3], 40.0, "nobody is in its way");
        // No small move of some neighbours, all one way, is both allowed and better.
        for (start, end) in (0..4).flat_map(|start| (start..4).map(move |end| (start, end))) {
            for step in [-0.5, 0.5] {
                let mut moved = found.clone();
                moved[start..=end]
                    .iter_mut()
                    .for_each(|place| *place += step);
                assert!(
                    !is_allowed(&moved) || cost(&moved) > cost(&found),
                    "{start} {end} {step}"
                );
            }
        }
    }
}
