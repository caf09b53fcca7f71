//! Chains from crate to crate, by path dependencies and through third-party packages, which a
//! `[patch]` may lead back into the workspace. Pure.

use std::collections::{BTreeMap, VecDeque};

use toml_edit::{Document, Item};

use crate::graph::{EdgeKind, Graph};
use crate::rewrite::read_lock::Lock;
use crate::toml_lines::line_of;

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
    /// Whether Cargo.lock says it; else it is a path dependency.
    pub is_locked: bool,
}

/// The shortest chain of path dependencies alone, which needs no lock.
pub fn by_paths<'g>(
    graph: &'g Graph,
    from: &'g str,
    to: &'g str,
    tests: bool,
) -> Option<Vec<Step<'g>>> {
    Lock::default().chain(graph, from, to, tests)
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
        self.chain_to(graph, from, Node::Crate(to), tests)
    }

    /// The shortest chain from a crate to any node, as [`chain`] finds it for a crate.
    pub fn chain_to<'g>(
        &self,
        graph: &'g Graph,
        from: &'g str,
        to: Node<'g>,
        tests: bool,
    ) -> Option<Vec<Step<'g>>> {
        if Node::Crate(from) == to {
            return Some(Vec::new());
        }
        trail(&self.search(graph, from, tests, |_| true), to)
    }

    /// The shortest of such chains to what has this package name, in any version.
    pub fn chain_to_package<'g>(
        &self,
        graph: &'g Graph,
        from: &'g str,
        package: &str,
        tests: bool,
    ) -> Option<Vec<Step<'g>>> {
        let before = self.search(graph, from, tests, |_| true);
        let found = before.keys().filter(|node| self.name(**node) == package);
        let chains = found.filter_map(|node| trail(&before, *node));
        chains.min_by_key(Vec::len)
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
        let crates = before.iter().filter(|(_, step)| step.is_locked);
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

    /// The line, counted from one, on which the Cargo.lock with this text says a step.
    pub fn line(&self, text: &str, step: &Step<'_>) -> Option<usize> {
        let index = |node| match node {
            Node::Crate(name) => self.local(name),
            Node::ThirdParty(index) => Some(index),
        };
        let (from, to) = (index(step.from)?, index(step.to)?);
        let document = Document::parse(text).ok()?;
        let packages = document.get("package").and_then(Item::as_array_of_tables)?;
        let references = packages.get(from)?.get("dependencies")?.as_array()?;
        let mut meant = references.iter().filter(|reference| {
            let reference = reference.as_str();
            reference.is_some_and(|reference| self.resolve(reference).contains(&to))
        });
        line_of(text, meant.next()?.span()?.start)
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
        let start = Node::Crate(from);
        let mut before = BTreeMap::new();
        let mut wanted = VecDeque::from([start]);
        while let Some(node) = wanted.pop_front() {
            if node != start && !through(node) {
                continue;
            }
            for step in self.steps(graph, node, tests && node == start) {
                if step.to != start && !before.contains_key(&step.to) {
                    before.insert(step.to, step);
                    wanted.push_back(step.to);
                }
            }
        }
        before
    }

    fn steps<'g>(&self, graph: &'g Graph, from: Node<'g>, tests: bool) -> Vec<Step<'g>> {
        let mut steps = Vec::new();
        let (package, krate) = match from {
            Node::Crate(name) => (self.local(name), graph.crates.get(name)),
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
                is_locked: false,
            };
            steps.extend(krate.dependencies(kinds).into_iter().map(to_step));
        }
        let edges = package.map(|index| &self.packages[index].edges);
        for index in edges.into_iter().flatten() {
            let package = &self.packages[*index];
            if !tests && krate.is_some_and(|krate| !krate.builds_with(&package.name)) {
                continue;
            }
            let known = graph.crates.get_key_value(&package.name);
            steps.push(Step {
                from,
                to: match known.filter(|_| package.source.is_none()) {
                    Some((name, _)) => Node::Crate(name),
                    None => Node::ThirdParty(*index),
                },
                is_locked: true,
            });
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::graph::{Crate, Edge};
    use crate::rewrite::read_lock::LED_BACK;

    fn graph() -> Graph {
        let krate = |name: &str, to: Option<&str>, built: &[&str]| {
            let edges = to.map(|to| Edge::new(to, EdgeKind::Normal));
            let built = built.iter().map(|name| Edge::new(*name, EdgeKind::Normal));
            let krate = Crate {
                path: name.to_owned(),
                is_member: true,
                targets: BTreeSet::new(),
                edges: edges.into_iter().collect(),
                third_party: built.collect(),
                inherits_from: None,
                readme: None,
                license_file: None,
            };
            (name.to_owned(), krate)
        };
        let crates = [
            krate("user", None, &["third"]),
            krate("patched", Some("core"), &[]),
            krate("core", None, &[]),
        ];
        Graph {
            crates: crates.into(),
            patched: BTreeSet::from(["patched".to_owned()]),
        }
    }

    #[test]
    fn chains_lead_through_third_party_packages() {
        let graph = graph();
        let text = LED_BACK.replace("BACK", "patched 2.0.0");
        let lock = Lock::parse(&text);
        let chain = |to, tests| {
            let steps = lock.chain(&graph, "user", to, tests)?;
            let shown = steps.iter().map(|step| {
                let line = lock.line(&text, step).filter(|_| step.is_locked);
                let said = line.map_or("by path", |line| {
                    text.lines().nth(line - 1).unwrap_or_default().trim()
                });
                format!("{} [{said}]", lock.shown(step.to))
            });
            Some(shown.collect::<Vec<_>>().join(", "))
        };
        let by_third = "third 1.0.0 [\"third\",], patched [dependencies = [\"patched 2.0.0\"]], \
                        core [by path]";
        assert_eq!(chain("core", false).as_deref(), Some(by_third));
        assert_eq!(chain("user", false).as_deref(), Some(""));
        assert_eq!(Lock::default().chain(&graph, "user", "core", true), None);

        let length = |package, tests| {
            let steps = lock.chain_to_package(&graph, "user", package, tests);
            steps.map(|steps| steps.len())
        };
        assert_eq!(length("patched", false), Some(2));
        assert_eq!(
            (length("tool", false), length("tool", true)),
            (None, Some(1))
        );

        let led_back = |text: &str, tests| {
            let lock = Lock::parse(text);
            let crates = lock.led_back(&graph, "user", tests);
            let steps = crates.into_iter().map(|(name, steps)| (name, steps.len()));
            steps.collect::<Vec<_>>()
        };
        assert_eq!(led_back(&text, false), [("patched", 2)]);
        let only_tests = LED_BACK.replace("BACK", "patched 1.0.0");
        assert_eq!(led_back(&only_tests, false), []);
        assert_eq!(led_back(&only_tests, true), [("patched", 2)]);
    }

    /// `user` -> third -> `patched` -> deep -> `core`, and no path dependency.
    #[test]
    fn what_lies_behind_another_crate_is_not_led_back_to() {
        let mut graph = graph();
        graph.crates.get_mut("patched").unwrap().edges.clear();
        let deep = Edge::new("deep", EdgeKind::Normal);
        let patched = graph.crates.get_mut("patched").unwrap();
        patched.third_party.insert(deep);
        let text = LED_BACK.replace("BACK", "patched 2.0.0");
        let text = text.replace(r#"["core"]"#, r#"["deep"]"#)
            + r#"
            [[package]]
            name = "deep"
            version = "1.0.0"
            source = "registry+https://example.org/index"
            dependencies = ["core"]
            "#;
        let lock = Lock::parse(&text);
        let led_back = |from| {
            lock.led_back(&graph, from, false)
                .into_keys()
                .collect::<Vec<_>>()
        };
        assert_eq!(led_back("user"), ["patched"]);
        assert_eq!(led_back("patched"), ["core"]);
        assert_eq!(lock.chain(&graph, "user", "core", false).unwrap().len(), 4);
    }
}
