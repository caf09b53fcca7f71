//! The twin of nix/pruneConfiguration.nix: a file of Cargo's configuration as a pruned source can
//! have it.

use std::collections::BTreeSet;

use super::prune_patches::{ByName, prune_patches};
use super::value::{Table, Value, table, without};

/// What Cargo's configuration says of the whole workspace, or of what the Nix library decides.
const GONE: [&str; 5] = ["alias", "build", "patch", "paths", "source"];

/// Where a build puts things is the build's own affair.
const PLACES: [&str; 2] = ["build-dir", "target-dir"];

pub fn prune_configuration(
    configuration: &Table,
    crates: &BTreeSet<String>,
    packages: &ByName<'_>,
) -> Table {
    let mut pruned = without(configuration, &GONE);
    let mut keep = |key: &str, table: Table| {
        if !table.is_empty() {
            pruned.insert(key.to_owned(), Value::Table(table));
        }
    };
    if let Some(build) = table(configuration, "build") {
        keep("build", without(build, &PLACES));
    }
    if let Some(patch) = table(configuration, "patch") {
        keep("patch", prune_patches(patch, crates, packages));
    }
    pruned
}
