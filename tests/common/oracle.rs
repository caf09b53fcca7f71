//! Cargo's own graph of a workspace: the resolve graph of a full `cargo metadata`, and `cargo tree`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use camino::Utf8Path;
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, PackageId};
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::source::Role;

#[derive(Clone, Copy, PartialEq)]
pub enum Tree {
    Ask,
    /// Skips `cargo tree`, which takes a process for each member.
    DoNotAsk,
}

/// Compares the members and their closures with Cargo's. Returns the number of members.
pub fn compare(root: &Utf8Path, tree: Tree) -> usize {
    let mut command = MetadataCommand::new();
    command
        .manifest_path(root.join("Cargo.toml"))
        .current_dir(root)
        .features(CargoOpt::AllFeatures);
    let metadata = command
        .exec()
        .unwrap_or_else(|error| panic!("{root}: {error}"));
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    let oracle = Oracle::new(&metadata);
    let members = metadata.workspace_members.iter();
    let members: BTreeSet<&str> = members.map(|member| oracle.name(member)).collect();
    let crates = analysis.manifest.crates.iter();
    let found: BTreeSet<&str> = crates
        .filter(|(_, entry)| entry.member)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(found, members, "{root}: members");
    for member in &metadata.workspace_members {
        let name = oracle.name(member);
        let found = |role| analysis.closure(name, role).unwrap();
        assert_eq!(
            found(Role::Own),
            oracle.reach(member, false),
            "{root}: closure of {name}"
        );
        assert_eq!(
            found(Role::Test),
            oracle.reach(member, true),
            "{root}: test closure of {name}"
        );
        if tree == Tree::Ask {
            cargo_tree(root, &analysis, member, name);
        }
    }
    metadata.workspace_members.len()
}

pub struct Oracle<'m> {
    metadata: &'m Metadata,
    edges: BTreeMap<&'m PackageId, Vec<(&'m PackageId, BTreeSet<&'static str>)>>,
}

impl<'m> Oracle<'m> {
    pub fn new(metadata: &'m Metadata) -> Self {
        let nodes = &metadata.resolve.as_ref().unwrap().nodes;
        let kind = |kind| match kind {
            DependencyKind::Normal => "normal",
            DependencyKind::Build => "build",
            DependencyKind::Development => "dev",
            DependencyKind::Unknown => panic!("an unknown kind of dependency"),
        };
        let edges = nodes.iter().map(|node| {
            let edges = node.deps.iter().map(|dep| {
                (
                    &dep.pkg,
                    dep.dep_kinds.iter().map(|info| kind(info.kind)).collect(),
                )
            });
            (&node.id, edges.collect())
        });
        Self {
            metadata,
            edges: edges.collect(),
        }
    }

    pub fn name(&self, id: &PackageId) -> &'m str {
        self.metadata[id].name.as_str()
    }

    /// The path packages reached over normal and build edges, and over `start`'s own dev edges.
    pub fn reach(&self, start: &'m PackageId, tests: bool) -> BTreeSet<String> {
        let all = self.reach_all(start, tests).into_iter();
        let paths = all.filter(|id| self.metadata[id].source.is_none());
        paths.map(|id| self.name(id).to_owned()).collect()
    }

    /// The packages reached as in [`Self::reach`], including third-party packages.
    pub fn reach_all(&self, start: &'m PackageId, tests: bool) -> BTreeSet<&'m PackageId> {
        let mut wanted = vec![start];
        let mut seen = BTreeSet::new();
        while let Some(id) = wanted.pop() {
            if seen.insert(id) {
                let of_tests = tests && id == start;
                let follows = |kinds: &BTreeSet<&str>| {
                    kinds.contains("normal") || kinds.contains("build") || of_tests
                };
                let edges = self.edges[id].iter().filter(|(_, kinds)| follows(kinds));
                wanted.extend(edges.map(|(to, _)| *to));
            }
        }
        seen
    }
}

/// Checks that `cargo tree` lists only packages of the closure.
fn cargo_tree(root: &Utf8Path, analysis: &Analysis, member: &PackageId, name: &str) {
    for (edges, role) in [
        ("normal,build", Role::Own),
        ("normal,build,dev", Role::Test),
    ] {
        // Only the crate's own dev-dependencies count, but `cargo tree` shows those of all path packages.
        if role == Role::Test && analysis.graph.crates.values().any(has_dev_edges) {
            continue;
        }
        let output = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "--prefix=none",
                "--target=all",
                "--all-features",
            ])
            .args(["--format={p}", "--edges", edges, "--package", &member.repr])
            .current_dir(root)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{root}: {words}");
        let closure = analysis.closure(name, role).unwrap();
        let mut listed = 0;
        for line in text.lines().filter(|line| line.contains(" (/")) {
            let package = line.split(' ').next().unwrap();
            assert!(
                closure.contains(package),
                "{root}: `cargo tree -p {name}` lists {package}"
            );
            listed += 1;
        }
        assert!(
            listed > 0,
            "{root}: `cargo tree -p {name}` lists not even {name}:\n{text}"
        );
    }
}

fn has_dev_edges(krate: &cratesieve::graph::Crate) -> bool {
    !krate
        .dependencies(&[cratesieve::graph::EdgeKind::Dev])
        .is_empty()
}
