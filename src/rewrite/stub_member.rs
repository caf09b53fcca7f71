//! The twin of nix/stubMember.nix: the Cargo.toml that stands for a crate while its third-party
//! dependencies are compiled. Name, dependencies and features are its own; its targets are empty.

use std::collections::{BTreeMap, BTreeSet};

use super::inert_features::Inert;
use super::prune_member::{Role, prune_member, scopes};
use super::value::{Table, Value, at, table};
use crate::manifest::CrateEntry;
use crate::tables::TABLES;

/// Where the empty targets lie, as a manifest says it: the text of a rewritten Cargo.toml depends
/// on that, and the Nix library has them in its store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubPaths {
    pub library: String,
    pub proc_macro: String,
    pub c_library: String,
    pub binary: String,
    pub test: String,
    pub build_script: String,
}

impl StubPaths {
    /// The files of the Nix library, below `directory`.
    pub fn in_directory(directory: &str) -> Self {
        let file = |name: &str| format!("{directory}/{name}.rs");
        Self {
            library: file("lib"),
            proc_macro: file("proc_macro"),
            c_library: file("c_library"),
            binary: file("main"),
            test: file("test"),
            build_script: file("build"),
        }
    }

    /// The content of an empty library, which a crate with nothing but tests has as well where
    /// its tests are left out.
    pub const EMPTY_LIBRARY: &str = include_str!("../../nix/stub/lib.rs");
}

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
        StubKind::Tested => Role::Test,
        StubKind::Plain | StubKind::Built => Role::Library,
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
    let lean = Inert {
        toml: &cut,
        own: inert.get(name).unwrap_or(&none),
        path_keys,
        all: inert,
        is_optional: &is_optional,
    };
    let rewritten = |scope: &Table| -> Table {
        let tables = TABLES.all_tables().filter_map(|key| {
            let rewritten = table(scope, key)?
                .iter()
                .map(|(key, spec)| (key.clone(), unversioned(&lean.spec_left(key, spec))));
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
    let features = lean.features_left();
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
    add("package", package(toml, builds.then_some(paths)));
    add("lib", library(toml, entry, paths));
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

/// A dependency without its version, because stubs have no real version.
pub fn unversioned(spec: &Value) -> Value {
    match spec {
        Value::Table(table) if table.contains_key("path") => {
            Value::Table(super::value::without(table, &["version"]))
        }
        _ => spec.clone(),
    }
}

fn package_name(toml: &Table) -> &str {
    at(toml, &["package", "name"])
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Where there are build-dependencies, an empty build script makes Cargo compile them.
fn package(toml: &Table, build_script: Option<&StubPaths>) -> Value {
    let mut package = Table::from([
        ("name".to_owned(), package_name(toml).into()),
        ("version".to_owned(), TABLES.stub_version.as_str().into()),
        ("edition".to_owned(), "2021".into()),
        (
            "build".to_owned(),
            build_script.map_or(false.into(), |paths| paths.build_script.as_str().into()),
        ),
    ]);
    // Of what is to be published, clippy asks for a description and the like.
    for key in [
        "autobins",
        "autotests",
        "autobenches",
        "autoexamples",
        "publish",
    ] {
        package.insert(key.to_owned(), false.into());
    }
    // A member outside the root says where its workspace is.
    if let Some(workspace) = at(toml, &["package", "workspace"]) {
        package.insert("workspace".to_owned(), workspace.clone());
    }
    Value::Table(package)
}

fn library(toml: &Table, entry: &CrateEntry, paths: &StubPaths) -> Value {
    let types = ["crate-type", "crate_type"];
    let types = types.iter().find_map(|key| at(toml, &["lib", key]));
    // No other crate's name, nor one of the standard library.
    let name = format!("cratesieve_stub_{}", package_name(toml).replace('-', "_"));
    let mut library = Table::from([("name".to_owned(), name.as_str().into())]);
    let path = if entry.proc_macro {
        library.insert("proc-macro".to_owned(), true.into());
        &paths.proc_macro
    } else if let Some(types) = types {
        library.insert("crate-type".to_owned(), types.clone());
        &paths.c_library
    } else {
        &paths.library
    };
    library.insert("path".to_owned(), path.as_str().into());
    Value::Table(library)
}

fn target(name: &str, path: &str) -> Value {
    Value::Table(Table::from([
        ("name".to_owned(), name.into()),
        ("path".to_owned(), path.into()),
    ]))
}
