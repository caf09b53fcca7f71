//! Warnings: problems that `gen` tolerates but that make the Nix evaluation fail or leave nothing
//! to build.

use std::collections::BTreeSet;

use crate::manifest::Manifest;
use crate::path;
use crate::problem::{Code, Problem};
use crate::rewrite::read_configurations;
use crate::rewrite::value::{Table, at, may_be_unread, parse};
use crate::tree::Tree;

/// Keys of Cargo's configuration that would change a build in Nix without a message: the reason
/// and the remedy, as nix/rewrite/readConfigurations.nix has them.
const REFUSED: [(&[&str], &str, &str); 2] = [
    (
        &["resolver", "lockfile-path"],
        "cratesieve reads the Cargo.lock next to the root Cargo.toml",
        "leave it out",
    ),
    (
        &["resolver", "feature-unification"],
        "each crate is built without the rest of the workspace",
        "leave it out; if its value is \"workspace\", give mkWorkspace `features = \"workspace\"`",
    ),
];

/// All warnings of a workspace, sorted by place. `manifest` is what `gen` would write for it. [`parse`]
/// finds the TOML that Nix cannot read.
pub fn warnings(manifest: &Manifest, files: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut warnings = Vec::new();
    if !manifest.crates.values().any(|entry| entry.member) {
        warnings.push(Problem {
            code: Code::NoMembers,
            path: "Cargo.toml".to_owned(),
            line: None,
            message: "the workspace has no members: there is nothing to build".to_owned(),
            hint: "list the directories of its crates in `members` of `[workspace]`".to_owned(),
        });
    }
    // One that cannot be read says nothing, and names no others.
    let mut read = |path: &str| {
        let text = files.read(path)?;
        Ok(text.and_then(|text| parse(path, &text).ok()))
    };
    let configurations = read_configurations(files.root(), &manifest.files, &mut read)?;
    for (path, configuration) in &configurations {
        let found = REFUSED
            .iter()
            .filter(|(keys, _, _)| at(configuration, keys).is_some());
        warnings.extend(found.map(|(keys, reason, hint)| Problem {
            code: Code::RefusedConfiguration,
            path: path.clone(),
            line: None,
            message: format!("`{}`: {reason}", keys.join(".")),
            hint: (*hint).to_owned(),
        }));
    }
    for path in read_by_nix(manifest, configurations) {
        let text = files.read(&path)?.unwrap_or_default();
        if may_be_unread(&text) {
            warnings.extend(parse(&path, &text).err());
        }
    }
    warnings.sort();
    Ok(warnings)
}

/// The TOML of a workspace that people write: each Cargo.toml, and Cargo's configuration.
fn read_by_nix(manifest: &Manifest, configurations: Vec<(String, Table)>) -> BTreeSet<String> {
    let mut paths = BTreeSet::from(["Cargo.toml".to_owned()]);
    paths.extend(configurations.into_iter().map(|(path, _)| path));
    for entry in manifest.crates.values() {
        paths.insert(path::child(&entry.path, "Cargo.toml"));
        // A crate of another workspace inherits from that one's.
        let workspace = entry.workspace.iter();
        paths.extend(workspace.map(|directory| path::child(directory, "Cargo.toml")));
    }
    paths
}
