//! Cargo.lock, as far as a `[patch]` makes it part of the crate graph: a third-party crate may
//! lead back into the workspace, and only the lock tells. Pure.

mod chain;

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Document, Item};

use crate::closure::Closures;
use crate::graph::Graph;

pub use self::chain::{Node, Step};

/// The packages of a lock file and the edges between them.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    packages: Vec<Package>,
}

#[derive(Clone, Debug)]
struct Package {
    name: String,
    version: String,
    source: Option<String>,
    dependencies: Vec<Reference>,
}

#[derive(Clone, Debug)]
struct Reference {
    /// `name`, `name version` or `name version (source)`: whichever Cargo found unique.
    text: String,
    /// The byte at which it starts.
    at: usize,
}

impl Lock {
    /// A text that is no lock counts as empty: Cargo says better what is wrong with it.
    pub fn parse(text: &str) -> Self {
        let Ok(document) = Document::parse(text) else {
            return Self::default();
        };
        let packages = document.get("package").and_then(Item::as_array_of_tables);
        let string = |table: &toml_edit::Table, key| {
            table.get(key).and_then(Item::as_str).map(str::to_owned)
        };
        let package = |table: &toml_edit::Table| {
            let dependencies = table.get("dependencies").and_then(Item::as_array);
            Some(Package {
                name: string(table, "name")?,
                version: string(table, "version").unwrap_or_default(),
                source: string(table, "source"),
                dependencies: dependencies
                    .into_iter()
                    .flat_map(|array| array.iter())
                    .filter_map(|value| {
                        Some(Reference {
                            text: value.as_str()?.to_owned(),
                            at: value.span()?.start,
                        })
                    })
                    .collect(),
            })
        };
        let packages = packages.into_iter().flat_map(|tables| tables.iter());
        Self {
            packages: packages.filter_map(package).collect(),
        }
    }

    /// `crates`, and the patched crates that the lock reaches from them, with their closures, to
    /// a fixed point. The dev-dependencies of `tested` count, nobody else's.
    pub fn with_patched(
        &self,
        graph: &Graph,
        closures: &BTreeMap<String, Closures>,
        crates: &BTreeSet<String>,
        tested: Option<&str>,
    ) -> BTreeSet<String> {
        let mut all = crates.clone();
        if graph.patched.is_subset(&all) {
            return all;
        }
        let by_name = self.by_name();
        let mut seen = BTreeSet::new();
        let mut wanted: Vec<usize> = all
            .iter()
            .filter_map(|name| self.path_package(&by_name, name))
            .collect();
        while let Some(index) = wanted.pop() {
            if !seen.insert(index) {
                continue;
            }
            let package = &self.packages[index];
            let is_path = package.source.is_none();
            if is_path && graph.patched.contains(&package.name) {
                let closure = closures
                    .get(&package.name)
                    .into_iter()
                    .flat_map(|c| &c.build);
                for name in closure {
                    if all.insert(name.clone()) {
                        wanted.extend(self.path_package(&by_name, name));
                    }
                }
            }
            let krate = graph.crates.get(&package.name).filter(|_| is_path);
            for dependency in &package.dependencies {
                let is_built = krate.is_none_or(|krate| {
                    tested == Some(&package.name) || krate.builds_with(dependency.name())
                });
                if is_built {
                    wanted.extend(self.resolve(&by_name, dependency));
                }
            }
        }
        all
    }

    fn by_name(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, package) in self.packages.iter().enumerate() {
            by_name.entry(&package.name).or_default().push(index);
        }
        by_name
    }

    fn path_package(&self, by_name: &BTreeMap<&str, Vec<usize>>, name: &str) -> Option<usize> {
        let candidates = by_name.get(name)?;
        candidates
            .iter()
            .copied()
            .find(|index| self.packages[*index].source.is_none())
    }

    /// Every package that the reference can mean: a short one is unique in its own lock.
    fn resolve(&self, by_name: &BTreeMap<&str, Vec<usize>>, reference: &Reference) -> Vec<usize> {
        let mut parts = reference.text.splitn(3, ' ');
        let name = parts.next().unwrap_or_default();
        let (version, source) = (parts.next(), parts.next());
        let source = source.map(|source| source.trim_matches(['(', ')']));
        let is_meant = |index: &&usize| {
            let package = &self.packages[**index];
            // The commit after the `#` of a git source is not part of the reference.
            let known = package
                .source
                .as_deref()
                .map(|s| s.split('#').next().unwrap_or(s));
            version.is_none_or(|version| version == package.version)
                && source.is_none_or(|source| known == Some(source))
        };
        by_name
            .get(name)
            .into_iter()
            .flatten()
            .filter(is_meant)
            .copied()
            .collect()
    }
}

impl Reference {
    fn name(&self) -> &str {
        self.text.split(' ').next().unwrap_or(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::closure;
    use crate::graph::{Crate, Edge, EdgeKind};

    /// `user` builds with `third`; its tests need `tool`. Both lead back to `patched`, which is
    /// there from the registry as well, and whose path dependency is `core`.
    const LOCK: &str = r#"
        version = 4
        [[package]]
        name = "user"
        version = "0.1.0"
        dependencies = ["third", "tool 1.0.0"]
        [[package]]
        name = "third"
        version = "1.0.0"
        source = "registry+https://example.org/index"
        dependencies = ["BACK"]
        [[package]]
        name = "tool"
        version = "1.0.0"
        source = "git+https://example.org/tool?branch=main#0123456789"
        dependencies = ["patched 2.0.0"]
        [[package]]
        name = "tool"
        version = "2.0.0"
        source = "registry+https://example.org/index"
        [[package]]
        name = "patched"
        version = "1.0.0"
        source = "registry+https://example.org/index"
        [[package]]
        name = "patched"
        version = "2.0.0"
        dependencies = ["core"]
        [[package]]
        name = "core"
        version = "0.1.0"
    "#;

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

    fn reached(lock: &str, tested: Option<&str>) -> Vec<String> {
        let graph = graph();
        let closures = closure::closures(&graph);
        let all =
            Lock::parse(lock).with_patched(&graph, &closures, &closures["user"].build, tested);
        all.into_iter().collect()
    }

    #[test]
    fn third_party_crates_lead_back() {
        let all = ["core", "patched", "user"];
        assert_eq!(reached(&LOCK.replace("BACK", "patched 2.0.0"), None), all);
        // Only the package with that version is meant, and only with that source.
        assert_eq!(
            reached(&LOCK.replace("BACK", "patched 1.0.0"), None),
            ["user"]
        );
        let full = "patched 1.0.0 (registry+https://example.org/index)";
        assert_eq!(reached(&LOCK.replace("BACK", full), None), ["user"]);
    }

    #[test]
    fn only_the_tested_crates_own_tests_count() {
        let lock = LOCK.replace("BACK", "patched 1.0.0");
        assert_eq!(reached(&lock, None), ["user"]);
        assert_eq!(reached(&lock, Some("user")), ["core", "patched", "user"]);
        assert_eq!(reached(&lock, Some("core")), ["user"]);
    }

    #[test]
    fn chains_lead_through_third_party_packages() {
        let graph = graph();
        let text = LOCK.replace("BACK", "patched 2.0.0");
        let lock = Lock::parse(&text);
        let chain = |to, tests| {
            let steps = lock.chain(&graph, "user", to, tests)?;
            let shown = steps.iter().map(|step| {
                let said = step.at.map_or("by path", |at| {
                    text[at..].split_inclusive('"').nth(1).unwrap_or_default()
                });
                format!("{} [{said}", lock.shown(step.to))
            });
            Some(shown.collect::<Vec<_>>().join(", "))
        };
        let by_third = "third 1.0.0 [third\", patched [patched 2.0.0\", core [by path";
        assert_eq!(chain("core", false).as_deref(), Some(by_third));
        assert_eq!(chain("user", false).as_deref(), Some(""));
        assert_eq!(Lock::default().chain(&graph, "user", "core", true), None);

        let led_back = |text: &str, tests| {
            let lock = Lock::parse(text);
            let crates = lock.led_back(&graph, "user", tests);
            let steps = crates.into_iter().map(|(name, steps)| (name, steps.len()));
            steps.collect::<Vec<_>>()
        };
        assert_eq!(led_back(&text, false), [("patched", 2)]);
        let only_tests = LOCK.replace("BACK", "patched 1.0.0");
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
        let text = LOCK.replace("BACK", "patched 2.0.0");
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

    #[test]
    fn no_lock_adds_nothing() {
        for text in [
            "",
            "no toml at all [",
            "package = 1",
            "[[package]]\nversion = 1\n",
        ] {
            assert_eq!(reached(text, Some("user")), ["user"]);
        }
    }
}
