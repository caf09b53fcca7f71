//! Which crates the build of a crate needs, and which its tests need as well. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{EdgeKind, Graph};

/// Of one crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures {
    /// The crate itself, and what its normal and build path dependencies lead to, transitively.
    pub build: BTreeSet<String>,
    /// `build`, and what building the crate's own tests, benches and examples needs as well: its
    /// own dev-dependencies and *their* build closures. Other crates' dev-dependencies never
    /// count.
    pub test: BTreeSet<String>,
}

impl Closures {
    /// What the tests add.
    pub fn test_extra(&self) -> BTreeSet<String> {
        self.test.difference(&self.build).cloned().collect()
    }
}

/// The closures of every crate of the graph, by name.
pub fn closures(graph: &Graph) -> BTreeMap<String, Closures> {
    let dependencies = |name: &str, kinds: &[EdgeKind]| {
        let krate = graph.crates.get(name);
        krate
            .map(|krate| krate.dependencies(kinds))
            .unwrap_or_default()
    };
    closures_of(
        graph.crates.keys(),
        |name| dependencies(name, &[EdgeKind::Normal, EdgeKind::Build]),
        |name| dependencies(name, &[EdgeKind::Dev]),
    )
}

/// The same of crates of these names, with what each depends on for itself and for its tests.
pub fn closures_of<'n, N: AsRef<str>, D: IntoIterator<Item = N>>(
    names: impl IntoIterator<Item = &'n String>,
    dependencies: impl Fn(&str) -> D,
    dev_dependencies: impl Fn(&str) -> D,
) -> BTreeMap<String, Closures> {
    let reach = |starts: Vec<String>| {
        let mut wanted = starts;
        let mut reached = BTreeSet::new();
        while let Some(name) = wanted.pop() {
            if !reached.contains(&name) {
                let next = dependencies(&name).into_iter();
                wanted.extend(next.map(|name| name.as_ref().to_owned()));
                reached.insert(name);
            }
        }
        reached
    };
    let of = |name: &String| {
        let dev = dev_dependencies(name).into_iter();
        let tested = dev.map(|name| name.as_ref().to_owned());
        Closures {
            build: reach(vec![name.clone()]),
            test: reach(tested.chain([name.clone()]).collect()),
        }
    };
    let names = names.into_iter();
    names.map(|name| (name.clone(), of(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{self, Node};
    use crate::graph::{Crate, Edge};

    /// Four crates; bit `4 * from + to` of `normal` and `dev` is an edge.
    fn digraph(normal: u32, dev: u32) -> Graph {
        let edges = |from: u32| {
            (0..4).flat_map(move |to| {
                let bit = 1 << (4 * from + to);
                let edge = |kind| Edge::new(to.to_string(), kind);
                let normal = (normal & bit != 0).then(|| edge(EdgeKind::Normal));
                normal
                    .into_iter()
                    .chain((dev & bit != 0).then(|| edge(EdgeKind::Dev)))
            })
        };
        let crates = (0..4).map(|from| {
            let krate = Crate {
                path: from.to_string(),
                is_member: true,
                targets: BTreeSet::new(),
                edges: edges(from).collect(),
                third_party: BTreeSet::new(),
                inherits_from: None,
                readme: None,
                license_file: None,
            };
            (from.to_string(), krate)
        });
        Graph {
            crates: crates.collect(),
            patched: BTreeSet::new(),
        }
    }

    /// Every directed graph of four nodes, self-loops included. Warshall's algorithm on bit sets
    /// is the second opinion.
    #[test]
    fn laws_hold_on_all_digraphs_of_four_nodes() {
        for normal in 0..1_u32 << 16 {
            // A different set of dev edges for each, cycles and self-loops among them.
            let dev = normal.wrapping_mul(0x9E37).rotate_right(5) & 0xFFFF;
            let closures = closures(&digraph(normal, dev));
            let expected = warshall(normal);
            for from in 0..4 {
                let found = &closures[&from.to_string()];
                let row = |row: u32| -> BTreeSet<String> {
                    (0..4)
                        .filter(|to| row >> to & 1 == 1)
                        .map(|to| to.to_string())
                        .collect()
                };
                assert_eq!(
                    found.build,
                    row(expected[from]),
                    "build of {from} in {normal:#x}"
                );
                let dev_row = dev >> (4 * from) & 0xF;
                let with_dev = (0..4)
                    .filter(|to| dev_row >> to & 1 == 1)
                    .fold(expected[from], |all, to| all | expected[to]);
                assert_eq!(
                    found.test,
                    row(with_dev),
                    "tests of {from} in {normal:#x}, {dev:#x}"
                );
                assert!(found.build.contains(&from.to_string()));
                assert!(found.build.is_subset(&found.test));
                for reached in &found.build {
                    assert!(
                        closures[reached].build.is_subset(&found.build),
                        "transitive"
                    );
                }
            }
        }
    }

    fn warshall(edges: u32) -> [u32; 4] {
        let mut rows = [0, 1, 2, 3].map(|from| edges >> (4 * from) & 0xF | 1 << from);
        for through in 0..4 {
            for from in 0..4 {
                if rows[from] >> through & 1 == 1 {
                    rows[from] |= rows[through];
                }
            }
        }
        rows
    }

    #[test]
    fn closures_grow_with_edges() {
        for base in (0..1_u32 << 16).step_by(97) {
            let before = closures(&digraph(base, 0));
            for edge in 0..16 {
                let after = closures(&digraph(base | 1 << edge, 0));
                for (name, closures) in &before {
                    assert!(closures.build.is_subset(&after[name].build));
                }
            }
        }
    }

    /// With no lock to lead anywhere else. Floyd's algorithm is the second opinion.
    #[test]
    fn chains_are_the_shortest_and_exist_exactly_within_the_closure() {
        for normal in (0..1_u32 << 16).step_by(31) {
            let dev = normal.rotate_left(3) & 0xFFFF;
            let graph = digraph(normal, dev);
            let steps = distances(normal);
            for (from, to) in (0..16).map(|pair| (pair / 4, pair % 4)) {
                let first = (0..4).filter(|first| dev >> (4 * from + first) & 1 == 1);
                let by_dev = first.filter_map(|first| Some(1 + steps[first][to]?));
                let build = steps[from][to];
                let test = build.into_iter().chain(by_dev).min();
                for (tests, expected) in [(false, build), (true, test)] {
                    let (from, to) = (from.to_string(), to.to_string());
                    let chain = chain::by_paths(&graph, &from, &to, tests);
                    let named = format!("{from} {to} {normal:#x} {dev:#x} {chain:?}");
                    assert_eq!(chain.as_ref().map(Vec::len), expected, "{named}");
                    let mut at = Node::Crate(&from);
                    for step in chain.into_iter().flatten() {
                        assert_eq!((step.from, step.is_locked), (at, false), "{named}");
                        at = step.to;
                    }
                    assert!(expected.is_none() || at == Node::Crate(&to), "{named}");
                }
            }
        }
    }

    fn distances(edges: u32) -> [[Option<usize>; 4]; 4] {
        let mut steps = [[None; 4]; 4];
        for (from, row) in steps.iter_mut().enumerate() {
            for (to, length) in row.iter_mut().enumerate() {
                *length = (edges >> (4 * from + to) & 1 == 1).then_some(1);
            }
            row[from] = Some(0);
        }
        for (through, from, to) in (0..64).map(|i| (i / 16, i / 4 % 4, i % 4)) {
            if let (Some(one), Some(other)) = (steps[from][through], steps[through][to]) {
                let length = steps[from][to].map_or(one + other, |known| known.min(one + other));
                steps[from][to] = Some(length);
            }
        }
        steps
    }
}
