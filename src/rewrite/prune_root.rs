//! The twin of nix/rewrite/pruneRoot.nix: the root Cargo.toml of a workspace that consists of some of its
//! crates only.

use std::collections::BTreeSet;

use super::prune_inherited::{Inherits, prune_inherited};
use super::prune_patches::{ByName, prune_patches};
use super::value::{Table, Value, at, table, without};
use crate::manifest::CrateEntry;
use crate::path;

/// What is left of a workspace.
pub struct Left<'l> {
    /// The root package's own, already rewritten Cargo.toml, if it is among the crates.
    pub package: Option<&'l Table>,
    /// The crates, with their entries in the manifest.
    pub crates: &'l [(&'l str, &'l CrateEntry)],
    pub inherits: &'l Inherits,
    /// The packages of the pruned lock.
    pub packages: &'l ByName<'l>,
}

/// `toml` is the parsed root Cargo.toml; `spec` rewrites a dependency, given its key.
///
/// `members` lists the members among the crates; of what they may inherit and of `[patch]` and
/// overrides in profiles, only what they use is left; where a crate reads the file, all that it may
/// inherit, and `[workspace.metadata]`. `resolver` is always said, because a root
/// package that is left out would have implied it.
pub fn prune_root(toml: &Table, left: &Left<'_>, spec: &dyn Fn(&str, &Value) -> Value) -> Table {
    let resolver = at(toml, &["workspace", "resolver"])
        .or_else(|| at(toml, &["package", "resolver"]))
        .cloned()
        .unwrap_or_else(|| implied_resolver(toml).into());
    let is_workspace = toml.contains_key("workspace");

    let mut pruned = Table::new();
    if let Some(features) = toml.get("cargo-features") {
        pruned.insert("cargo-features".to_owned(), features.clone());
    }
    if let Some(package) = left.package {
        pruned.extend(package.clone());
        if let Some(Value::Table(package)) = pruned.get_mut("package") {
            package.remove("resolver");
            // Said in [workspace], where there is one.
            if !is_workspace {
                package.insert("resolver".to_owned(), resolver.clone());
            }
        }
    }
    let mut add = |key: &str, table: Table| {
        if !table.is_empty() {
            pruned.insert(key.to_owned(), Value::Table(table));
        }
    };
    if let Some(workspace) = table(toml, "workspace") {
        add(
            "workspace",
            prune_workspace(workspace, left, resolver, spec),
        );
    }
    let is_there = |spec: &str| spec == "*" || left.packages.contains_key(spec_name(spec));
    add("profile", prune_profiles(toml, &is_there));
    let names: BTreeSet<String> = left
        .crates
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    if let Some(patch) = table(toml, "patch") {
        add("patch", prune_patches(patch, &names, left.packages));
    }
    if let Some(replace) = table(toml, "replace") {
        let replaced = replace.iter().filter(|(spec, _)| is_there(spec));
        add(
            "replace",
            replaced
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        );
    }
    pruned
}

fn prune_workspace(
    workspace: &Table,
    left: &Left<'_>,
    resolver: Value,
    spec: &dyn Fn(&str, &Value) -> Value,
) -> Table {
    let members = left.crates.iter().map(|(_, entry)| entry);
    let (members, others): (Vec<&CrateEntry>, _) = members.partition(|entry| entry.member);
    let members = members.iter().filter(|entry| entry.path != ".");
    let is_used = |excluded: &&str| {
        let excluded = normal(excluded);
        others
            .iter()
            .any(|entry| path::is_within(&entry.path, &excluded))
    };
    let excludes: Vec<&str> = workspace
        .get("exclude")
        .into_iter()
        .flat_map(Value::strings)
        .filter(is_used)
        .collect();
    let replaced = [
        "default-members",
        "dependencies",
        "exclude",
        "lints",
        "metadata",
        "package",
    ];
    let mut pruned = without(workspace, &replaced);
    pruned.insert(
        "members".to_owned(),
        members.map(|entry| entry.path.as_str()).collect(),
    );
    pruned.insert("resolver".to_owned(), resolver);
    if !excludes.is_empty() {
        pruned.insert("exclude".to_owned(), excludes.into_iter().collect());
    }
    if left.inherits.is_read
        && let Some(metadata) = table(workspace, "metadata")
    {
        let metadata = without(metadata, &["cratesieve"]);
        if !metadata.is_empty() {
            pruned.insert("metadata".to_owned(), Value::Table(metadata));
        }
    }
    pruned.extend(prune_inherited(workspace, left.inherits, spec));
    pruned
}

/// Overrides for packages that are there, and the rest.
fn prune_profiles(toml: &Table, is_there: &dyn Fn(&str) -> bool) -> Table {
    let profiles = table(toml, "profile").into_iter().flatten();
    let pruned = profiles.filter_map(|(name, profile)| {
        let profile = profile.as_table()?;
        let overrides = table(profile, "package").into_iter().flatten();
        let overrides: Table = overrides
            .filter(|(spec, _)| is_there(spec))
            .map(|(spec, value)| (spec.clone(), value.clone()))
            .collect();
        let mut pruned = without(profile, &["package"]);
        if !overrides.is_empty() {
            pruned.insert("package".to_owned(), Value::Table(overrides));
        }
        (!pruned.is_empty()).then(|| (name.clone(), Value::Table(pruned)))
    });
    pruned.collect()
}

/// What `resolver` is where the workspace does not say it: a root package's edition decides.
fn implied_resolver(toml: &Table) -> &str {
    let edition = match at(toml, &["package", "edition"]) {
        Some(Value::String(edition)) => Some(edition.as_str()),
        None => None,
        Some(_) => at(toml, &["workspace", "package", "edition"]).and_then(Value::as_str),
    };
    match edition.unwrap_or("2015") {
        _ if !toml.contains_key("package") => "1",
        "2015" | "2018" => "1",
        "2021" => "2",
        _ => "3",
    }
}

/// The package that a profile override or `[replace]` names: a name, `name@version`,
/// `name:version` or a URL that ends in one of these or in the name of a directory.
fn spec_name(spec: &str) -> &str {
    let fragment = spec.rsplit(['#', '/']).next().unwrap_or(spec);
    fragment.split(['@', ':']).next().unwrap_or(fragment)
}

/// Without empty components and `.`.
fn normal(path: &str) -> String {
    let components = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".");
    let path = components.collect::<Vec<_>>().join("/");
    if path.is_empty() {
        ".".to_owned()
    } else {
        path
    }
}
