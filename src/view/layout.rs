//! Where the page draws each crate and each line: layers as Sugiyama has them. A level of many
//! crates takes several rows. All lines to one crate that pass a row share one way through it, so
//! that they join on their way down, and no line runs beneath a crate. Pure and deterministic.
//!
//! # Why not a library
//!
//! We compared this layout with those of rust-sugiyama 0.4.0 and dagre 0.1.2, for boxes and links of
//! the same sizes. Letters are the height of names when the picture fits into 1400 x 900 pixels. Hidden
//! lines run beneath a crate that they do not belong to.
//!
//! | | crates, links | | width x height | letters | hidden lines | crossings |
//! |---|---|---|---|---|---|---|
//! | helix | 14, 16 | here | 632 x 507 | 27 px | 0 | 1 |
//! | | | rust-sugiyama | 674 x 336 | 31 px | 0 | 1 |
//! | | | dagre | 602 x 574 | 24 px | 0 | 1 |
//! | gitoxide, what gix-status needs | 37, 68 | here | 1675 x 892 | 13 px | 0 | 71 |
//! | | | rust-sugiyama | 2280 x 512 | 9 px | 17 | 70 |
//! | | | dagre | 1854 x 886 | 11 px | 9 | 75 |
//! | gitoxide | 71, 154 | here | 1789 x 1339 | 10 px | 0 | 587 |
//! | | | rust-sugiyama | 4897 x 688 | 4 px | 84 | 476 |
//! | | | dagre | 4016 x 1198 | 5 px | 26 | 527 |
//! | generated | 200, 414 | here | 2290 x 1716 | 8 px | 0 | 3986 |
//! | | | rust-sugiyama | 12602 x 688 | 2 px | 323 | 2835 |
//! | | | dagre | 9959 x 1198 | 2 px | 416 | 3266 |
//!
//! From about 40 crates on, names cannot be read in the pictures of the libraries. Both give each level
//! one row, and take no order of rows from outside, so the rows of this module cannot be had with them.
//! rust-sugiyama does not tell how lines lead past crates. A library could replace the order and the
//! places of cells, which are 200 lines of the 440 of this module, and would cost the picture.

mod cells;

use std::collections::{BTreeMap, BTreeSet};

use self::cells::{Cell, GAP, Neighbours, order, positions};
use super::View;

/// All in pixels, as the style sheet of the page has them.
const CHARACTER: f64 = 9.1;
const PADDING: f64 = 18.0;
/// The height of a crate's box.
pub const BOX: f64 = 28.0;
/// What a line takes of a row that it passes.
const WAY: f64 = 9.0;
const BETWEEN_ROWS: f64 = 26.0;
/// The least, and what each line that has to turn there adds, up to the most.
const BETWEEN_LEVELS: (f64, f64, f64) = (38.0, 1.5, 66.0);
/// Width to height that are aimed at, without the ways of long lines, which add to the width.
const ASPECT: f64 = 1.1;

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

/// The layout of a view. Equal views give equal layouts, to the pixel.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::EdgeKind;
    use crate::view::tests::{graph, view_of};

    /// Sixty crates; each depends on up to four of those before it, hubs more often.
    fn many() -> Vec<(usize, usize, EdgeKind)> {
        let mut seed = 7_u32;
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed as usize / 65_536 % below
        };
        let mut edges = Vec::new();
        for from in 1..60 {
            for _ in 0..random(5) {
                let to = match random(3) {
                    0 => random(from.min(6)),
                    _ => random(from),
                };
                edges.push((from, to, EdgeKind::Normal));
            }
        }
        edges
    }

    #[test]
    fn nothing_overlaps_and_lines_lead_down_past_the_crates() {
        let graph = graph(60, &many());
        let view = view_of(&graph);
        let layout = layout(&view);
        let left = |place: &Place| place.x - place.width / 2.0;
        let right = |place: &Place| place.x + place.width / 2.0;
        for (index, one) in layout.boxes.iter().enumerate() {
            assert!(left(one) >= 0.0 && right(one) <= layout.width && one.y + BOX <= layout.height);
            for other in &layout.boxes[index + 1..] {
                let beside = left(one) >= right(other) || left(other) >= right(one);
                assert!(
                    beside || (one.y - other.y).abs() >= BOX,
                    "{one:?} {other:?}"
                );
            }
        }
        let tops: BTreeSet<i64> = layout.boxes.iter().map(|place| place.y as i64).collect();
        let mut passes = 0;
        for (link, route) in view.links.iter().zip(&layout.routes) {
            let (from, to) = (layout.boxes[link.from], layout.boxes[link.to]);
            assert!(
                from.y + BOX < to.y,
                "a crate stands above all that it depends on"
            );
            let mut y = from.y + BOX;
            for pass in route {
                assert!(y < pass.top && pass.top < pass.bottom && pass.bottom < to.y);
                y = pass.bottom;
                passes += 1;
                for place in layout.boxes.iter().filter(|place| place.y == pass.top) {
                    let (before, after) = (left(place) - pass.x, pass.x - right(place));
                    assert!(before.max(after) >= GAP, "{pass:?} {place:?}");
                }
            }
            let between = tops.range(from.y as i64 + 1..to.y as i64).count();
            let expected = if link.is_implied { 0 } else { between };
            assert_eq!(route.len(), expected, "it passes every row once");
        }
        assert!(passes > 20, "some lines are long");
        for (level, top, bottom) in &layout.levels {
            let crates = view.crates.iter().zip(&layout.boxes);
            for (krate, place) in crates {
                let is_inside = *top <= place.y && place.y + BOX <= *bottom;
                assert_eq!(is_inside, krate.level == *level);
            }
        }
    }

    #[test]
    fn a_level_of_many_crates_takes_several_rows() {
        let edges: Vec<_> = (1..60).map(|from| (from, 0, EdgeKind::Normal)).collect();
        let graph = graph(60, &edges);
        let layout = layout(&view_of(&graph));
        let rows: BTreeSet<i64> = layout.boxes.iter().map(|place| place.y as i64).collect();
        assert!(rows.len() > 3 && layout.levels.len() == 2, "{rows:?}");
        assert!(
            layout.width < 2.5 * layout.height && layout.height < 2.0 * layout.width,
            "{} {} {rows:?}",
            layout.width,
            layout.height
        );
    }
}
