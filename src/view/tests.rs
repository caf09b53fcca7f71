use super::*;
use crate::graph::Crate;

/// Crates `c00`, `c01`, ..., and edges between them.
pub fn graph(crates: usize, edges: &[(usize, usize, EdgeKind)]) -> Graph {
    let name = |index: usize| format!("c{index:02}");
    let krate = |index: usize| Crate {
        path: name(index),
        is_member: true,
        targets: BTreeSet::new(),
        edges: edges
            .iter()
            .filter(|(from, _, _)| *from == index)
            .map(|(_, to, kind)| Edge::new(name(*to), *kind))
            .collect(),
        third_party: BTreeSet::new(),
        inherits_from: None,
        readme: None,
        license_file: None,
    };
    Graph {
        crates: (0..crates)
            .map(|index| (name(index), krate(index)))
            .collect(),
        patched: BTreeSet::new(),
    }
}

pub fn view_of(graph: &Graph) -> View<'_> {
    view(
        graph,
        &Lock::default(),
        &BTreeMap::new(),
        &Wanted::default(),
    )
}

fn implied(graph: &Graph) -> Vec<(usize, usize)> {
    let view = view_of(graph);
    let links = view.links.iter().filter(|link| link.is_implied);
    links.map(|link| (link.from, link.to)).collect()
}

use EdgeKind::{Build, Dev, Normal};

#[test]
fn what_a_longer_chain_implies() {
    let chain = [(0, 1, Normal), (1, 2, Build), (2, 3, Normal)];
    let with = |more: &[(usize, usize, EdgeKind)]| implied(&graph(4, &[&chain, more].concat()));
    assert_eq!(with(&[]), []);
    assert_eq!(with(&[(0, 3, Normal), (1, 3, Dev)]), [(0, 3), (1, 3)]);
    // What only tests need implies nothing that a build needs, but what tests need.
    let by_tests = [
        (0, 1, Dev),
        (1, 2, Normal),
        (0, 2, Normal),
        (3, 1, Dev),
        (3, 2, Dev),
    ];
    assert_eq!(implied(&graph(4, &by_tests)), [(3, 2)]);
    // Tests may lead in a circle, and a crate's tests to itself.
    let circle = [
        (1, 0, Normal),
        (0, 1, Dev),
        (0, 0, Dev),
        (0, 2, Dev),
        (1, 2, Normal),
    ];
    assert_eq!(implied(&graph(3, &circle)), [(0, 2)]);
}

#[test]
fn what_only_some_builds_need_implies_nothing_that_all_need() {
    let triangle = graph(3, &[(0, 1, Normal), (1, 2, Normal), (0, 2, Normal)]);
    let with_optional = |optional: &[(&str, &str)]| {
        let mut graph = triangle.clone();
        for (from, to) in optional {
            let krate = graph.crates.get_mut(*from).unwrap();
            let mut edge = krate.edges.iter().find(|e| e.to == *to).unwrap().clone();
            krate.edges.remove(&edge);
            edge.optional = true;
            krate.edges.insert(edge);
        }
        implied(&graph)
    };
    assert_eq!(with_optional(&[]), [(0, 2)]);
    assert_eq!(with_optional(&[("c01", "c02")]), []);
    assert_eq!(with_optional(&[("c00", "c01")]), []);
    assert_eq!(with_optional(&[("c00", "c02")]), [(0, 2)]);
    let all = [("c00", "c01"), ("c00", "c02"), ("c01", "c02")];
    assert_eq!(with_optional(&all), [(0, 2)]);
}

#[test]
fn an_outdated_lock_may_lead_in_circles() {
    let circle = [
        (0, 1, Normal),
        (1, 2, Normal),
        (2, 0, Normal),
        (0, 2, Normal),
        (1, 0, Normal),
    ];
    assert_eq!(implied(&graph(3, &circle)), []);
    let graph = graph(3, &circle);
    assert_eq!(view_of(&graph).crates.len(), 3);
    layout::layout(&view_of(&graph));
}

#[test]
fn a_part_has_no_tests_but_those_of_its_own_crates() {
    let edges = [
        (0, 1, Normal),
        (0, 2, Dev),
        (1, 3, Dev),
        (2, 4, Normal),
        (5, 0, Normal),
    ];
    let graph = graph(6, &edges);
    let names = |no_dev| {
        let wanted = Wanted {
            packages: vec!["c00".to_owned()],
            no_dev,
        };
        let view = view(&graph, &Lock::default(), &BTreeMap::new(), &wanted);
        view.crates
            .iter()
            .map(|krate| krate.name.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(false), ["c00", "c01", "c02", "c04"]);
    assert_eq!(names(true), ["c00", "c01"]);
}
