//! The twin of nix/rewrite/readWorkspace.nix: what the Cargo.toml files and Cargo.lock of a workspace say,
//! each file read once.

use std::collections::{BTreeMap, BTreeSet};

use super::describe_member::{Described, describe_member};
use super::read_configurations::read_configurations;
use super::read_lock::{Lock, read_lock};
use super::value::{self, Table, Value, at, table};
use crate::manifest::{CrateEntry, Manifest};
use crate::path;
use crate::problem::{Checked, Code, Problem, Problems};
use crate::tree::Tree;

/// A workspace, read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// The root Cargo.toml.
    pub root: Table,
    /// Cargo's own configuration, by path.
    pub configurations: BTreeMap<String, Table>,
    /// By crate.
    pub tomls: BTreeMap<String, Table>,
    pub described: BTreeMap<String, Described>,
    pub versions: BTreeMap<String, String>,
    /// What Cargo takes for a crate's readme by itself.
    pub readmes: BTreeMap<String, &'static str>,
    /// The directory of the workspace that a crate inherits from.
    pub homes: BTreeMap<String, String>,
    /// The Cargo.toml of these workspaces, by their directories.
    pub home_tomls: BTreeMap<String, Table>,
    pub lock: Option<Lock>,
}

/// `shape` is the manifest of this very workspace.
pub fn read_workspace(shape: &Manifest, files: &Tree) -> Checked<Read> {
    let mut problems = Vec::new();
    let mut read = Read::default();
    // A file that is not there says nothing: Cargo has read all that matter.
    let mut toml = |path: &str| -> anyhow::Result<Option<Table>> {
        let Some(text) = files.read(path)? else {
            return Ok(None);
        };
        let parsed = value::parse(path, &text);
        Ok(Some(parsed.unwrap_or_else(|problem| {
            problems.push(problem);
            Table::new()
        })))
    };

    read.root = toml("Cargo.toml")?.unwrap_or_default();
    for (name, entry) in &shape.crates {
        let manifest = match entry.path.as_str() {
            "." => read.root.clone(),
            directory => toml(&path::child(directory, "Cargo.toml"))?.unwrap_or_default(),
        };
        read.tomls.insert(name.clone(), manifest);
    }
    for (name, entry) in &shape.crates {
        let home = home(entry, &read.tomls[name]);
        if !read.home_tomls.contains_key(&home) {
            let manifest = match home.as_str() {
                "." => read.root.clone(),
                directory => toml(&path::child(directory, "Cargo.toml"))?.unwrap_or_default(),
            };
            read.home_tomls.insert(home.clone(), manifest);
        }
        read.homes.insert(name.clone(), home);
    }
    for (name, entry) in &shape.crates {
        for readme in ["README.md", "README.txt", "README"] {
            if files.exists(&path::child(&entry.path, readme))? {
                read.readmes.insert(name.clone(), readme);
                break;
            }
        }
    }
    let configurations = read_configurations(files.root(), &shape.files, &mut toml)?;
    read.configurations = configurations.into_iter().collect();
    read.lock = toml("Cargo.lock")?.map(|lock| read_lock(&lock));

    for (name, toml) in &read.tomls {
        let home = &read.home_tomls[&read.homes[name]];
        read.described
            .insert(name.clone(), describe_member(toml, home));
        read.versions.insert(name.clone(), version(toml, home));
    }
    problems.extend(replaced_by_path(&read.root));
    Problems::none_of(problems)?;
    Ok(read)
}

fn home(entry: &CrateEntry, toml: &Table) -> String {
    match &entry.workspace {
        Some(directory) => directory.clone(),
        None if !entry.member && toml.contains_key("workspace") => entry.path.clone(),
        None => ".".to_owned(),
    }
}

/// What `package.version` is.
fn version(toml: &Table, root: &Table) -> String {
    let version = match at(toml, &["package", "version"]) {
        Some(Value::String(version)) => Some(version.as_str()),
        None => None,
        Some(_) => at(root, &["workspace", "package", "version"]).and_then(Value::as_str),
    };
    version.unwrap_or("0.0.0").to_owned()
}

fn replaced_by_path(root: &Table) -> Option<Problem> {
    let mut replaced = table(root, "replace").into_iter().flatten();
    let (key, _) = replaced.find(|(_, spec)| spec.get("path").is_some())?;
    Some(Problem {
        code: Code::ReplaceByPath,
        path: "Cargo.toml".to_owned(),
        line: None,
        message: format!(
            "[replace] replaces `{key}` with a directory, which cratesieve does not support"
        ),
        hint: "use [patch] instead".to_owned(),
    })
}

impl Read {
    /// The crates of the workspace that these inherit from, but for our own.
    pub fn other_homes(&self, crates: &BTreeSet<String>) -> BTreeSet<&str> {
        let homes = crates.iter().filter_map(|name| self.homes.get(name));
        homes
            .map(String::as_str)
            .filter(|home| *home != ".")
            .collect()
    }
}
