//! The twin of nix/rewrite/stubMember.nix: the Cargo.toml that stands for a crate while its third-party
//! dependencies are compiled. Name, dependencies and features are its own; its targets are empty.

use std::collections::{BTreeMap, BTreeSet};

use super::empty_package::empty_package;
use super::prune_member::{ManifestRole, prune_member, scopes};
use super::stub_paths::StubPaths;
use super::unversioned::unversioned;
use super::value::{Table, Value, at, table};
use super::without_inert::WithoutInert;
use crate::manifest::CrateEntry;
use crate::tables::TABLES;

/// The build for which a crate is only a stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StubKind {
    /// For its dependents.
    Plain,
    /// For the crate itself.
    Built,
    /// For its tests.
    Tested,
}

/// `path_keys` are the crate names of its path dependencies, by key; `inert` the inert features of
/// these and of the crate itself.
pub fn stub_member(
    toml: &Table,
    entry: &CrateEntry,
    kind: StubKind,
    path_keys: &BTreeMap<String, String>,
    inert: &BTreeMap<String, BTreeSet<String>>,
    paths: &StubPaths,
) -> Table {
    let role = match kind {
        StubKind::Tested => ManifestRole::Test,
        StubKind::Plain | StubKind::Built => ManifestRole::Library,
    };
    let cut = prune_member(toml, role, true, None, None);
    let name = package_name(toml);
    let is_optional = |key: &str| {
        scopes(&cut).any(|scope| {
            TABLES
                .all_tables()
                .any(|table| at(scope, &[table, key, "optional"]) == Some(&Value::Boolean(true)))
        })
    };
    let none = BTreeSet::new();
    let lean = WithoutInert {
        toml: &cut,
        own: inert.get(name).unwrap_or(&none),
        path_keys,
        inert,
        is_optional: &is_optional,
    };
    let rewritten = |scope: &Table| -> Table {
        let tables = TABLES.all_tables().filter_map(|key| {
            let rewritten = table(scope, key)?
                .iter()
                .map(|(key, spec)| (key.clone(), unversioned(&lean.spec(key, spec))));
            Some(((*key).to_owned(), Value::Table(rewritten.collect())))
        });
        tables.collect()
    };
    let builds = scopes(&cut).any(|scope| {
        let mut tables = TABLES.host_tables.iter();
        tables.any(|table| scope.contains_key(table))
    });

    let mut stub = rewritten(&cut);
    let mut add = |key: &str, value: Value| stub.insert(key.to_owned(), value);
    if let Some(features) = cut.get("cargo-features") {
        add("cargo-features", features.clone());
    }
    let features = lean.features();
    if !features.is_empty() {
        add("features", Value::Table(features));
    }
    let targets = table(&cut, "target").into_iter().flatten();
    let targets = targets.filter_map(|(platform, scope)| {
        let scope = rewritten(scope.as_table()?);
        (!scope.is_empty()).then(|| (platform.clone(), Value::Table(scope)))
    });
    let targets: Table = targets.collect();
    if !targets.is_empty() {
        add("target", Value::Table(targets));
    }
    let mut empty = empty_package(name, paths);
    if let Some(Value::Table(package)) = empty.get_mut("package") {
        if builds {
            let script = paths.build_script.as_str();
            package.insert("build".to_owned(), script.into());
        }
        // A member outside the workspace root names its workspace.
        if let Some(workspace) = at(toml, &["package", "workspace"]) {
            package.insert("workspace".to_owned(), workspace.clone());
        }
    }
    if let Some(Value::Table(fields)) = empty.get_mut("lib") {
        fields.extend(library(toml, entry, paths));
    }
    for (key, value) in empty {
        add(&key, value);
    }
    if kind != StubKind::Plain && !entry.bins.is_empty() {
        let bins = entry.bins.keys().map(|name| target(name, &paths.binary));
        add("bin", bins.collect());
    }
    if kind == StubKind::Tested {
        add(
            "test",
            [target("cratesieve-stub", &paths.test)]
                .into_iter()
                .collect(),
        );
    }
    stub
}

fn package_name(toml: &Table) -> &str {
    at(toml, &["package", "name"])
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// What the library of a stub has instead of an empty library's fields.
fn library(toml: &Table, entry: &CrateEntry, paths: &StubPaths) -> Table {
    let types = ["crate-type", "crate_type"];
    let types = types.iter().find_map(|key| at(toml, &["lib", key]));
    let fields: Vec<(&str, Value)> = if entry.proc_macro {
        vec![
            ("path", paths.proc_macro.as_str().into()),
            ("proc-macro", true.into()),
        ]
    } else if let Some(types) = types {
        vec![
            ("path", paths.c_library.as_str().into()),
            ("crate-type", types.clone()),
        ]
    } else {
        Vec::new()
    };
    let fields = fields.into_iter();
    fields.map(|(key, value)| (key.to_owned(), value)).collect()
}

fn target(name: &str, path: &str) -> Value {
    Value::Table(Table::from([
        ("name".to_owned(), name.into()),
        ("path".to_owned(), path.into()),
    ]))
}
