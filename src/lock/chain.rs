//! Chains from crate to crate, by path dependencies and through third-party packages.

use std::collections::{BTreeMap, VecDeque};

use super::Lock;
use crate::graph::{EdgeKind, Graph};

/// A crate of the tree, by its name, or a third-party package, which [`Lock::shown`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node<'g> {
    Crate(&'g str),
    ThirdParty(usize),
}

/// One dependency of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<'g> {
    pub from: Node<'g>,
    pub to: Node<'g>,
    /// The byte of Cargo.lock at which it is said; `None` for a path dependency.
    pub at: Option<usize>,
}

impl Lock {
    /// The shortest chain from one crate to another, by path dependencies and through third-party
    /// packages. The first step may be a dev-dependency where `tests` is wanted; a tie goes to
    /// path dependencies, and then to the name that sorts first.
    pub fn chain<'g>(
        &self,
        graph: &'g Graph,
        from: &'g str,
        to: &'g str,
        tests: bool,
    ) -> Option<Vec<Step<'g>>> {
        if from == to {
            return Some(Vec::new());
        }
        trail(&self.search(graph, from, tests, |_| true), Node::Crate(to))
    }

    /// The crates to which third-party packages lead back from `from`, without another crate in
    /// between, each with the shortest chain.
    pub fn led_back<'g>(
        &self,
        graph: &'g Graph,
        from: &'g str,
        tests: bool,
    ) -> BTreeMap<&'g str, Vec<Step<'g>>> {
        let before = self.search(graph, from, tests, |node| {
            matches!(node, Node::ThirdParty(_))
        });
        let crates = before.iter().filter(|(_, step)| step.at.is_some());
        crates
            .filter_map(|(node, _)| match node {
                Node::Crate(name) => Some((*name, trail(&before, *node)?)),
                Node::ThirdParty(_) => None,
            })
            .collect()
    }

    /// A third-party package by its name, with its version where people see it.
    pub fn shown(&self, node: Node<'_>) -> String {
        match node {
            Node::Crate(name) => name.to_owned(),
            Node::ThirdParty(index) => {
                let package = &self.packages[index];
                format!("{} {}", package.name, package.version)
            }
        }
    }

    /// The name of the package alone, as a Cargo.toml names it.
    pub fn name<'l>(&'l self, node: Node<'l>) -> &'l str {
        match node {
            Node::Crate(name) => name,
            Node::ThirdParty(index) => &self.packages[index].name,
        }
    }

    /// The step that first reached each node, breadth first; only `through` nodes, and `from`,
    /// are left again.
    fn search<'g>(
        &self,
        graph: &'g Graph,
        from: &'g str,
        tests: bool,
        through: impl Fn(Node<'_>) -> bool,
    ) -> BTreeMap<Node<'g>, Step<'g>> {
        let by_name = self.by_name();
        let start = Node::Crate(from);
        let mut before = BTreeMap::new();
        let mut wanted = VecDeque::from([start]);
        while let Some(node) = wanted.pop_front() {
            if node != start && !through(node) {
                continue;
            }
            for step in self.steps(graph, &by_name, node, tests && node == start) {
                if step.to != start && !before.contains_key(&step.to) {
                    before.insert(step.to, step);
                    wanted.push_back(step.to);
                }
            }
        }
        before
    }

    fn steps<'g>(
        &self,
        graph: &'g Graph,
        by_name: &BTreeMap<&str, Vec<usize>>,
        from: Node<'g>,
        tests: bool,
    ) -> Vec<Step<'g>> {
        let mut steps = Vec::new();
        let (package, krate) = match from {
            Node::Crate(name) => (self.path_package(by_name, name), graph.crates.get(name)),
            Node::ThirdParty(index) => (Some(index), None),
        };
        if let Some(krate) = krate {
            let kinds: &[EdgeKind] = match tests {
                true => &[EdgeKind::Normal, EdgeKind::Build, EdgeKind::Dev],
                false => &[EdgeKind::Normal, EdgeKind::Build],
            };
            let to_step = |to| Step {
                from,
                to: Node::Crate(to),
                at: None,
            };
            steps.extend(krate.dependencies(kinds).into_iter().map(to_step));
        }
        let references = package.map(|index| &self.packages[index].dependencies);
        for reference in references.into_iter().flatten() {
            if !tests && krate.is_some_and(|krate| !krate.builds_with(reference.name())) {
                continue;
            }
            for index in self.resolve(by_name, reference) {
                let package = &self.packages[index];
                let known = graph.crates.get_key_value(&package.name);
                steps.push(Step {
                    from,
                    to: match known.filter(|_| package.source.is_none()) {
                        Some((name, _)) => Node::Crate(name),
                        None => Node::ThirdParty(index),
                    },
                    at: Some(reference.at),
                });
            }
        }
        steps
    }
}

/// The steps that lead to `to`, in their order.
fn trail<'g>(before: &BTreeMap<Node<'g>, Step<'g>>, to: Node<'g>) -> Option<Vec<Step<'g>>> {
    let mut steps = vec![*before.get(&to)?];
    while let Some(step) = before.get(&steps[steps.len() - 1].from) {
        steps.push(*step);
    }
    steps.reverse();
    Some(steps)
}
