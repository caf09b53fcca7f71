//! The twin of nix/rewrite/pruneConfiguration.nix: a file of Cargo's configuration as a pruned source can
//! have it.

use std::collections::BTreeSet;

use super::prune_patches::{ByName, prune_patches};
use super::value::{Table, Value, table, without};
use crate::tables::TABLES;

pub fn prune_configuration(
    configuration: &Table,
    crates: &BTreeSet<String>,
    packages: &ByName<'_>,
) -> Table {
    let mut pruned = without(configuration, &TABLES.dropped_configuration);
    let mut keep = |key: &str, table: Table| {
        if !table.is_empty() {
            pruned.insert(key.to_owned(), Value::Table(table));
        }
    };
    if let Some(build) = table(configuration, "build") {
        keep("build", without(build, &TABLES.places_of_builds));
    }
    if let Some(patch) = table(configuration, "patch") {
        keep("patch", prune_patches(patch, crates, packages));
    }
    pruned
}
