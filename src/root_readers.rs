//! The crates that read the workspace's root Cargo.toml without naming it: by what Cargo tells of the
//! workspace, or through a package that is known to read it. One that names the file is found by the
//! scan of its sources.

use std::collections::{BTreeMap, BTreeSet};

use crate::closure::Closures;
use crate::graph::{Crate, EdgeKind, Graph, TargetKind};
use crate::tree::Tree;
use crate::walk::Walked;

/// Words of which one stands in code that asks Cargo for `[workspace.metadata]`, or looks for it in
/// the text or the parsed file.
const WORDS: [&str; 3] = [
    "workspace_metadata",
    "workspace.metadata",
    "[\"workspace\"]",
];

/// Macros that look for `[workspace.metadata.*]` in the Cargo.toml of the package that uses them,
/// which is the root's for a package that lies there.
const PACKAGES: [&str; 1] = ["rust-i18n"];

/// Each with the reason. Only what runs while something is built counts: build scripts, macros, and
/// what build scripts use.
pub fn find(
    graph: &Graph,
    closures: &BTreeMap<String, Closures>,
    walked: &BTreeMap<String, Walked>,
    tree: &Tree,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut run = BTreeSet::new();
    for krate in graph.crates.values() {
        for name in krate.dependencies(&[EdgeKind::Build]) {
            run.extend(closures[name].build.iter().map(String::as_str));
        }
    }
    let mut found = BTreeMap::new();
    for (name, krate) in &graph.crates {
        let mut known = krate
            .third_party
            .iter()
            .filter(|edge| krate.path == "." && PACKAGES.contains(&edge.to.as_str()));
        let why = match known.next() {
            Some(edge) => Some(format!("read by {}", edge.to)),
            None if runs(krate) || run.contains(name.as_str()) => asks(&walked[name], tree)?,
            None => None,
        };
        found.extend(why.map(|why| (name.clone(), why)));
    }
    Ok(found)
}

fn runs(krate: &Crate) -> bool {
    krate.targets.iter().any(|target| {
        matches!(
            target.kind,
            TargetKind::BuildScript | TargetKind::Lib { proc_macro: true }
        )
    })
}

fn asks(walked: &Walked, tree: &Tree) -> anyhow::Result<Option<String>> {
    for file in walked.files.keys().filter(|file| file.ends_with(".rs")) {
        let text = tree.read(file)?.unwrap_or_default();
        if let Some(word) = WORDS.iter().find(|word| text.contains(**word)) {
            return Ok(Some(format!("asked for as `{word}` in {file}")));
        }
    }
    Ok(None)
}
