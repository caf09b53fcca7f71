//! Cargo's configuration, as far as the repository holds it: the files that Cargo reads for a
//! build in the workspace root, and the variables that their `[env]` tables set.
//!
//! The rules are those of the Cargo book, "Configuration": Cargo reads `.cargo/config.toml` of the
//! workspace root and of every directory above it. The nearer file wins. A file may `include`
//! others. What a file says itself wins over what it includes, and a later include wins over an
//! earlier one.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Document, Item, Value};

use crate::path;
use crate::tree::Tree;

/// One file of Cargo's configuration.
pub struct ConfigFile {
    /// Relative to the workspace root.
    pub path: String,
    /// The file that includes it; `None` for one that Cargo finds by itself.
    pub included_by: Option<String>,
    pub document: Document<String>,
}

/// A variable that Cargo sets for compilers, build scripts and tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The directory that the value starts from, where it is `relative`.
    pub base: Option<String>,
    pub value: String,
}

/// The variables of `[env]` by their names. Cargo's `force` does not matter here: it decides
/// between the value and one from outside, and nothing is set outside.
pub type Environment = BTreeMap<String, Variable>;

/// The largest number of files that may include each other. Real configurations have fewer.
const MAX_FILES: usize = 64;

/// Every file of Cargo's configuration from the workspace root up to the directory `top`, in the
/// order in which they win. A file that cannot be parsed is left out: Cargo refuses it.
pub fn files(tree: &Tree, top: &str) -> anyhow::Result<Vec<ConfigFile>> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let mut directory = ".".to_owned();
    loop {
        // Where both are there, Cargo reads the one without an ending, and warns.
        for name in [".cargo/config", ".cargo/config.toml"] {
            let path = tree.root().join(&directory, name).unwrap_or_default();
            let is_file = tree.resolve(&path)?;
            if is_file.is_some_and(|resolved| !resolved.is_directory) {
                read(tree, path, None, &mut seen, &mut found)?;
                break;
            }
        }
        if directory == top {
            return Ok(found);
        }
        match tree.root().join(&directory, "..") {
            Some(up) => directory = up,
            None => return Ok(found),
        }
    }
}

/// Reads one file, then those that it includes. One that is `seen` already says nothing new: what
/// came before it wins.
fn read(
    tree: &Tree,
    path: String,
    included_by: Option<String>,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<ConfigFile>,
) -> anyhow::Result<()> {
    if seen.len() > MAX_FILES || !seen.insert(path.clone()) {
        return Ok(());
    }
    let text = tree.read(&path)?.unwrap_or_default();
    let Ok(document) = Document::parse(text) else {
        return Ok(());
    };
    let names = included(&document);
    found.push(ConfigFile {
        path: path.clone(),
        included_by,
        document,
    });
    for name in names.iter().rev() {
        let Some(target) = tree.root().join(path::parent(&path), name) else {
            continue;
        };
        let resolved = tree.resolve(&target)?;
        if resolved.is_some_and(|resolved| !resolved.is_directory) {
            read(tree, target, Some(path.clone()), seen, found)?;
        }
    }
    Ok(())
}

/// The paths that `include` names: `["a.toml", { path = "b.toml" }]`, `[[include]]`. Cargo takes no other form.
fn included(document: &Document<String>) -> Vec<String> {
    let of_value = |value: &Value| match value {
        Value::InlineTable(table) => table.get("path").and_then(Value::as_str).map(str::to_owned),
        value => value.as_str().map(str::to_owned),
    };
    match document.get("include") {
        Some(Item::Value(Value::Array(array))) => array.iter().filter_map(of_value).collect(),
        Some(Item::ArrayOfTables(tables)) => tables
            .iter()
            .filter_map(|table| table.get("path").and_then(Item::as_str))
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

impl ConfigFile {
    /// The directory that Cargo takes a relative path of this file from: the one that holds
    /// `.cargo`. Of an included file it is, by the same rule, the parent of its directory.
    pub fn base(&self, tree: &Tree) -> Option<String> {
        tree.root().join(path::parent(&self.path), "..")
    }
}

/// What `[env]` of these files sets: of several, the first one.
pub fn environment(tree: &Tree, files: &[ConfigFile]) -> Environment {
    let mut environment = Environment::new();
    for file in files {
        let table = file.document.get("env").and_then(Item::as_table_like);
        for (name, item) in table.into_iter().flat_map(|table| table.iter()) {
            let table = item.as_table_like();
            let value = match table {
                Some(table) => table.get("value").and_then(Item::as_str),
                None => item.as_str(),
            };
            let relative = table.and_then(|table| table.get("relative"));
            let is_relative = relative.and_then(Item::as_bool) == Some(true);
            if let Some(value) = value {
                let base = is_relative.then(|| file.base(tree)).flatten();
                let variable = Variable {
                    base,
                    value: value.to_owned(),
                };
                environment.entry(name.to_owned()).or_insert(variable);
            }
        }
    }
    environment
}

/// The directories that `relative` variables name, each with the reason, if no crate of the workspace
/// asks for the variable: then the build script of a third-party package does. A directory that
/// contains a crate is left out.
pub fn directories_of_others<'c>(
    tree: &Tree,
    environment: &Environment,
    asked: &BTreeSet<String>,
    crates: impl Iterator<Item = &'c str> + Clone,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for (name, variable) in environment {
        let Some(base) = variable.base.as_ref().filter(|_| !asked.contains(name)) else {
            continue;
        };
        let Some(target) = tree.root().join(base, &variable.value) else {
            continue;
        };
        let is_around = path::is_within(".", &target)
            || crates.clone().any(|krate| path::is_within(krate, &target));
        if is_around
            || !tree
                .resolve(&target)?
                .is_some_and(|found| found.is_directory)
        {
            continue;
        }
        let why = format!("the variable {name} of Cargo's configuration");
        for path in tree
            .resolve(&target)?
            .into_iter()
            .flat_map(|found| found.needed)
        {
            found.entry(path).or_insert_with(|| why.clone());
        }
    }
    Ok(found)
}

impl Variable {
    /// What a path is that starts with the variable: the directory it is seen from, which is
    /// `default` where the value is no `relative` one, and the path.
    pub fn path<'v>(&'v self, default: &'v str, rest: &str) -> (&'v str, String) {
        let path = format!("{}{rest}", self.value);
        match &self.base {
            // An empty value is the directory itself, which Cargo ends with a `/`.
            Some(base) if self.value.is_empty() => (base, path.trim_start_matches('/').to_owned()),
            Some(base) => (base, path),
            None => (default, path),
        }
    }
}
