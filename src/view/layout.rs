//! Where the page draws each crate and each line: layers as Sugiyama has them. A level of many
//! crates takes several rows. All lines to one crate that pass a row share one way through it, so
//! that they join on their way down, and no line runs beneath a crate. Pure, and the same for the
//! same view.

use std::collections::{BTreeMap, BTreeSet};

use super::View;

/// All in pixels, as the style sheet of the page has them.
const CHARACTER: f64 = 9.1;
const PADDING: f64 = 18.0;
/// The height of a crate's box.
pub const BOX: f64 = 28.0;
/// Between neighbours in a row.
const GAP: f64 = 16.0;
/// What a line takes of a row that it passes.
const WAY: f64 = 9.0;
const BETWEEN_ROWS: f64 = 26.0;
/// The least, and what each line that has to turn there adds, up to the most.
const BETWEEN_LEVELS: (f64, f64, f64) = (38.0, 1.5, 66.0);
/// Width to height that are aimed at, without the ways of long lines, which add to the width.
const ASPECT: f64 = 1.1;
const SWEEPS: usize = 24;

/// Places of everything, from the upper left corner on.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub width: f64,
    pub height: f64,
    /// For each crate of the view.
    pub boxes: Vec<Place>,
    /// For each link: how it passes the rows between its ends. Empty as well for links that are
    /// not laid out, the implied ones and those of tests: these are drawn straight.
    pub routes: Vec<Vec<Pass>>,
    /// Level, upper and lower end, from the highest level down.
    pub levels: Vec<(usize, f64, f64)>,
}

/// The middle of a box's upper edge, and its width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub x: f64,
    pub y: f64,
    pub width: f64,
}

/// A line through a row, straight down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pass {
    pub x: f64,
    pub top: f64,
    pub bottom: f64,
}

/// A crate in a row, or the way of all lines to a crate further down.
#[derive(Clone, Copy, Debug)]
struct Cell {
    row: usize,
    is_way: bool,
    width: f64,
}

pub fn layout(view: &View<'_>) -> Layout {
    let rows = rows(view);
    let mut row_of = vec![0; view.crates.len()];
    for (row, crates) in rows.iter().enumerate() {
        for index in crates {
            row_of[*index] = row;
        }
    }
    let laid_out = |from: usize, to: usize| row_of[from] < row_of[to];
    let links = view
        .links
        .iter()
        .filter(|link| link.is_built() && !link.is_implied);
    let links: Vec<(usize, usize)> = links
        .map(|link| (link.from, link.to))
        .filter(|(from, to)| laid_out(*from, *to))
        .collect();

    let mut cells: Vec<Cell> = (0..view.crates.len())
        .map(|index| Cell {
            row: row_of[index],
            is_way: false,
            width: width(view.crates[index].name),
        })
        .collect();
    let mut ways: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (from, to) in &links {
        for row in row_of[*from] + 1..row_of[*to] {
            ways.entry((*to, row)).or_insert_with(|| {
                cells.push(Cell {
                    row,
                    is_way: true,
                    width: WAY,
                });
                cells.len() - 1
            });
        }
    }
    // Between neighbouring rows only.
    let mut steps = BTreeSet::new();
    for (from, to) in &links {
        let passed = (row_of[*from] + 1..row_of[*to]).map(|row| ways[&(*to, row)]);
        let cells: Vec<usize> = std::iter::once(*from).chain(passed).chain([*to]).collect();
        steps.extend(cells.windows(2).map(|pair| (pair[0], pair[1])));
    }
    let neighbours = Neighbours::new(cells.len(), &steps);
    let order = order(&cells, rows.len(), &neighbours);
    let x = positions(&cells, &order, &neighbours);

    let mut tops = Vec::new();
    let mut levels: Vec<(usize, f64, f64)> = Vec::new();
    let mut y = 0.0;
    let mut turns = vec![0.0; rows.len()];
    for (from, to) in &steps {
        if x[*from] != x[*to] {
            turns[cells[*to].row] += 1.0;
        }
    }
    for (crates, turns) in rows.iter().zip(turns) {
        let level = view.crates[crates[0]].level;
        match levels.last_mut() {
            Some((known, _, bottom)) if *known == level => {
                y += BETWEEN_ROWS;
                *bottom = y + BOX;
            }
            Some(_) => {
                let (least, each, most) = BETWEEN_LEVELS;
                y += (least + each * turns).min(most).round();
                levels.push((level, y, y + BOX));
            }
            None => levels.push((level, y, y + BOX)),
        }
        tops.push(y);
        y += BOX;
    }
    let boxes = (0..view.crates.len()).map(|index| Place {
        x: x[index],
        y: tops[row_of[index]],
        width: cells[index].width,
    });
    let pass = |to: usize, row: usize| Pass {
        x: x[ways[&(to, row)]],
        top: tops[row],
        bottom: tops[row] + BOX,
    };
    let routes = view.links.iter().map(|link| {
        let (first, last) = (row_of[link.from] + 1, row_of[link.to]);
        let is_laid_out = link.is_built() && !link.is_implied;
        let passed = (first..last).filter(|_| is_laid_out);
        passed.map(|row| pass(link.to, row)).collect()
    });
    let right = cells.iter().zip(&x).map(|(cell, x)| x + cell.width / 2.0);
    Layout {
        width: right.fold(0.0, f64::max),
        height: y,
        boxes: boxes.collect(),
        routes: routes.collect(),
        levels,
    }
}

fn width(name: &str) -> f64 {
    // A character from U+1100 on, where the wide ones begin, may be as wide as two.
    let columns = name.chars().map(|c| if c < '\u{1100}' { 1.0 } else { 2.0 });
    (columns.sum::<f64>() * CHARACTER + PADDING).round()
}

/// The least width of a row with which the whole becomes wide enough for its height.
fn widest_row(by_level: &BTreeMap<usize, Vec<usize>>, needed: impl Fn(usize) -> f64) -> f64 {
    let wants = |crates: &Vec<usize>| crates.iter().map(|index| needed(*index)).sum();
    let levels: Vec<f64> = by_level.values().map(wants).collect();
    let most = levels.iter().copied().fold(0.0, f64::max);
    let mut widest = 400.0;
    loop {
        let between = levels.len() as f64 * (BETWEEN_LEVELS.2 - BETWEEN_ROWS);
        let rows: f64 = levels.iter().map(|level| (level / widest).ceil()).sum();
        let height = rows * (BOX + BETWEEN_ROWS) + between;
        if widest >= most || widest >= ASPECT * height {
            return widest;
        }
        widest += 50.0;
    }
}

/// The crates of each row, from above. Within a level, those that more depend on stand higher,
/// and those that depend on more lower: so fewer lines have to pass the rows of their own level.
fn rows(view: &View<'_>) -> Vec<Vec<usize>> {
    let mut pull = vec![0_i64; view.crates.len()];
    for link in view.links.iter().filter(|link| link.is_built()) {
        pull[link.to] -= 1;
        pull[link.from] += 1;
    }
    let mut by_level: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, krate) in view.crates.iter().enumerate() {
        by_level.entry(krate.level).or_default().push(index);
    }
    let wanted = |index: usize| width(view.crates[index].name) + GAP;
    let widest = widest_row(&by_level, wanted);
    let mut rows = Vec::new();
    for mut crates in by_level.into_values().rev() {
        crates.sort_by_key(|index| pull[*index]);
        let needed: f64 = crates.iter().map(|index| wanted(*index)).sum();
        let count = (needed / widest).ceil().max(1.0);
        let (mut row, mut filled) = (Vec::new(), 0.0);
        for index in crates {
            let wanted = wanted(index);
            if !row.is_empty() && filled + wanted / 2.0 > needed / count {
                rows.push(std::mem::take(&mut row));
                filled = 0.0;
            }
            row.push(index);
            filled += wanted;
        }
        rows.push(row);
    }
    rows
}

struct Neighbours {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

impl Neighbours {
    fn new(cells: usize, steps: &BTreeSet<(usize, usize)>) -> Self {
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
fn order(cells: &[Cell], rows: usize, neighbours: &Neighbours) -> Vec<Vec<usize>> {
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
        if found < best.0 {
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
fn positions(cells: &[Cell], order: &[Vec<usize>], neighbours: &Neighbours) -> Vec<f64> {
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
                        // Alone: where it is, unless somebody needs the place.
                        false => (x[*cell], 0.01),
                    }
                })
                .collect();
            let between = |one: &Cell, other: &Cell| {
                let gap = if one.is_way && other.is_way { 0.0 } else { GAP };
                (one.width + other.width) / 2.0 + gap
            };
            let gaps = row
                .windows(2)
                .map(|pair| between(&cells[pair[0]], &cells[pair[1]]));
            for (cell, place) in row.iter().zip(spread(&wishes, &gaps.collect::<Vec<_>>())) {
                x[*cell] = place;
            }
        }
    }
    let lefts = cells.iter().zip(&x).map(|(cell, x)| x - cell.width / 2.0);
    let left = lefts.fold(f64::INFINITY, f64::min);
    x.iter().map(|x| (x - left).round()).collect()
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
