//! The twin of nix/rewrite/pruneMember.nix: the Cargo.toml of a crate as far as a role can tell.

use super::value::{Table, Value, table, without};
use crate::source;
use crate::tables::{TABLES, has};

/// The use for which a Cargo.toml is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ManifestRole {
    /// What a dependent needs.
    Library,
    /// With the binaries.
    Own,
    /// With the dev-dependencies as well.
    Units,
    /// Everything.
    Test,
    /// [`Self::Test`], with the fields that clippy checks.
    Linted,
}

impl From<source::Role> for ManifestRole {
    fn from(role: source::Role) -> Self {
        match role {
            source::Role::Library => Self::Library,
            source::Role::Own => Self::Own,
            source::Role::Test => Self::Test,
        }
    }
}

/// Fields for which clippy checks only that they exist. Placeholders replace their values, so an
/// edit of them changes nothing.
fn linted(package: &Table, role: ManifestRole, readme: Option<&str>) -> Table {
    let mut kept = Table::new();
    let mut keep = |key: &str, value: Value| kept.insert(key.to_owned(), value);
    match role {
        ManifestRole::Linted => {}
        // Clippy checks these fields in all members, but only the linted crate has them.
        ManifestRole::Library | ManifestRole::Units => {
            keep("publish", false.into());
            return kept;
        }
        ManifestRole::Own | ManifestRole::Test => return kept,
    }
    let is_empty = |value: &Value| value.as_array().is_some_and(<[Value]>::is_empty);
    for key in ["categories", "keywords"] {
        if package.get(key).is_some_and(|value| !is_empty(value)) {
            keep(key, ["cratesieve"].into_iter().collect());
        }
    }
    match package.get("publish") {
        Some(inherited @ Value::Table(_)) => drop(keep("publish", inherited.clone())),
        Some(value) if *value == Value::Boolean(false) || is_empty(value) => {
            keep("publish", false.into());
        }
        _ => {}
    }
    // The file may be left out.
    if let Some(readme) = readme.filter(|_| !package.contains_key("readme")) {
        keep("readme", readme.into());
    }
    kept
}

/// `empty_library` is the library of a crate that has none and no binary either; `readme` what
/// Cargo takes for its readme where it names none.
pub fn prune_member(
    toml: &Table,
    role: ManifestRole,
    has_library: bool,
    empty_library: Option<&str>,
    readme: Option<&str>,
) -> Table {
    let is_library = role == ManifestRole::Library && has_library;
    let keeps_tests = matches!(role, ManifestRole::Test | ManifestRole::Linted);
    let mut cut = match role {
        ManifestRole::Test | ManifestRole::Linted | ManifestRole::Units => toml.clone(),
        ManifestRole::Library | ManifestRole::Own => cut_dev(toml),
    };
    cut.remove("badges");
    cut.retain(|key, _| !has(&TABLES.root_tables, key));
    if !keeps_tests {
        cut.retain(|key, _| !has(&TABLES.test_targets, key));
    }
    if is_library {
        cut.remove("bin");
    }

    let no_fields = Table::new();
    let fields = table(toml, "package").unwrap_or(&no_fields);
    let mut package = without(fields, &TABLES.invisible_fields);
    package.append(&mut linted(fields, role, readme));
    if is_library {
        package.remove("autobins");
        package.remove("default-run");
    }
    if let Some(Value::Table(metadata)) = package.get_mut("metadata") {
        metadata.remove("cratesieve");
        if metadata.is_empty() {
            package.remove("metadata");
        }
    }
    let mut off = |key: &str| package.insert(key.to_owned(), false.into());
    if !keeps_tests {
        off("autotests");
        off("autobenches");
        off("autoexamples");
    }
    if is_library {
        off("autobins");
    }
    cut.insert("package".to_owned(), Value::Table(package));
    if let Some(path) = empty_library {
        let library = Table::from([("path".to_owned(), path.into())]);
        cut.insert("lib".to_owned(), Value::Table(library));
    }
    cut
}

fn cut_dev(toml: &Table) -> Table {
    let mut cut = without(toml, &TABLES.dev_tables);
    if let Some(Value::Table(targets)) = cut.get_mut("target") {
        for scope in targets.values_mut() {
            if let Value::Table(scope) = scope {
                scope.retain(|key, _| !has(&TABLES.dev_tables, key));
            }
        }
        targets.retain(|_, scope| scope.as_table().is_none_or(|scope| !scope.is_empty()));
    }
    let scopes: Vec<&Table> = scopes(toml).collect();
    let is_there = |name: &str| {
        let mut tables = scopes.iter().flat_map(|scope| {
            TABLES
                .built_tables
                .iter()
                .filter_map(|key| table(scope, key))
        });
        tables.any(|table| table.contains_key(name))
    };
    if let Some(Value::Table(features)) = cut.get_mut("features") {
        for entries in features.values_mut() {
            if let Value::Array(entries) = entries {
                entries.retain(|entry| {
                    entry
                        .as_str()
                        .and_then(about_dependency)
                        .is_none_or(is_there)
                });
            }
        }
    }
    cut
}

/// The tables that hold tables of dependencies: the whole, and one for each target platform.
pub fn scopes(toml: &Table) -> impl Iterator<Item = &Table> {
    let targets = table(toml, "target").into_iter().flat_map(Table::values);
    [toml]
        .into_iter()
        .chain(targets.filter_map(Value::as_table))
}

/// The dependency that an entry of `[features]` is about: `dep:name`, `name/feature`,
/// `name?/feature`; `None` for the name of a feature.
fn about_dependency(entry: &str) -> Option<&str> {
    entry
        .strip_prefix("dep:")
        .or_else(|| Some(feature_of_dependency(entry)?.0))
}

/// The dependency, whether it is asked weakly (`?`), and the feature, of `name/feature`.
pub fn feature_of_dependency(entry: &str) -> Option<(&str, bool, &str)> {
    let (name, feature) = entry.split_once('/')?;
    let (name, is_weak) = match name.strip_suffix('?') {
        Some(name) => (name, true),
        None => (name, false),
    };
    (!name.is_empty() && !name.contains('?')).then_some((name, is_weak, feature))
}
