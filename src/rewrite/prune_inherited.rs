//! The twin of nix/rewrite/pruneInherited.nix: the tables of `[workspace]` from which members inherit, as
//! far as they do.

use std::collections::BTreeSet;

use super::value::{Table, Value, table};

/// What some crates inherit from their workspace.
#[derive(Clone, Debug, Default)]
pub struct Inherits {
    /// Keys of `[workspace.dependencies]`.
    pub dependencies: BTreeSet<String>,
    /// Keys of `[workspace.package]`.
    pub package: BTreeSet<String>,
    pub lints: bool,
    /// Whether some program reads the file: then all of this stays.
    pub is_read: bool,
}

/// `spec` rewrites a dependency, given its key.
pub fn prune_inherited(
    workspace: &Table,
    inherits: &Inherits,
    spec: &dyn Fn(&str, &Value) -> Value,
) -> Table {
    let mut pruned = Table::new();
    if (inherits.is_read || !inherits.dependencies.is_empty())
        && let Some(dependencies) = table(workspace, "dependencies")
    {
        let used = dependencies
            .iter()
            .filter(|(key, _)| inherits.is_read || inherits.dependencies.contains(*key));
        let used = used.map(|(key, value)| (key.clone(), spec(key, value)));
        pruned.insert("dependencies".to_owned(), Value::Table(used.collect()));
    }
    if (inherits.is_read || !inherits.package.is_empty())
        && let Some(package) = table(workspace, "package")
    {
        let used = package
            .iter()
            .filter(|(key, _)| inherits.is_read || inherits.package.contains(*key));
        let used = used.map(|(key, value)| (key.clone(), value.clone()));
        pruned.insert("package".to_owned(), Value::Table(used.collect()));
    }
    if (inherits.is_read || inherits.lints)
        && let Some(lints) = workspace.get("lints")
    {
        pruned.insert("lints".to_owned(), lints.clone());
    }
    pruned
}

/// Whether a value says `workspace = true`.
pub fn is_inherited(value: &Value) -> bool {
    value.get("workspace") == Some(&Value::Boolean(true))
}
