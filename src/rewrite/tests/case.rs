//! The arguments that fixtures/rewrite has for one call.

use std::collections::BTreeSet;
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::repository;
use crate::manifest::Manifest;
use crate::rewrite::prune_inherited::Inherits;
use crate::rewrite::read_lock::{Lock, read_lock};
use crate::rewrite::read_workspace::{Read, read_workspace};
use crate::rewrite::unversioned::unversioned;
use crate::rewrite::value::{self, Table, Value, table};
use crate::tree::Tree;

/// The arguments of one call. The files of the directory are arguments, too.
pub(super) struct Case {
    pub(super) function: String,
    pub(super) directory: Utf8PathBuf,
    pub(super) arguments: Table,
}

pub(super) fn cases() -> Vec<Case> {
    let below = |directory: &Utf8Path| {
        let entries = directory.read_dir_utf8().unwrap();
        let mut paths: Vec<Utf8PathBuf> = entries.map(|entry| entry.unwrap().into_path()).collect();
        paths.sort();
        paths
    };
    let functions = below(&repository().join("fixtures/rewrite"));
    let directories = functions.iter().flat_map(|function| below(function));
    let cases = directories.map(|directory| {
        let function = directory.parent().and_then(Utf8Path::file_name).unwrap();
        Case {
            function: function.to_owned(),
            arguments: parsed(&directory.join("arguments.toml")),
            directory,
        }
    });
    cases.collect()
}

/// A TOML file; empty if there is none.
pub(super) fn parsed(file: &Utf8Path) -> Table {
    let text = fs::read_to_string(file).unwrap_or_default();
    value::parse(file.as_str(), &text).unwrap_or_else(|problem| panic!("{file}: {problem:?}"))
}

impl Case {
    pub(super) fn has(&self, file: &str) -> bool {
        self.directory.join(file).exists()
    }

    pub(super) fn manifest(&self) -> Table {
        parsed(&self.directory.join("Cargo.toml"))
    }

    pub(super) fn lock(&self) -> Lock {
        read_lock(&parsed(&self.directory.join("Cargo.lock")))
    }

    /// The root of the workspace: a directory of the case, or a fixture.
    pub(super) fn root(&self) -> Utf8PathBuf {
        let top = match self.arguments.get("fixture") {
            Some(fixture) => repository()
                .join("fixtures/workspaces")
                .join(fixture.as_str().unwrap()),
            None => self.directory.join("workspace"),
        };
        match self.arguments.get("root") {
            Some(root) => top.join(root.as_str().unwrap()),
            None => top,
        }
    }

    pub(super) fn workspace(&self) -> (Manifest, Read) {
        let root = self.root();
        let shape = shape(&root.join("cratesieve.json"));
        let tree = Tree::new(&root, None, BTreeSet::new());
        let read = read_workspace(&shape, &tree).unwrap();
        (shape, read)
    }

    pub(super) fn text(&self, key: &str) -> &str {
        let text = self.optional(key);
        text.unwrap_or_else(|| panic!("{}: there is no `{key}`", self.directory))
    }

    pub(super) fn optional(&self, key: &str) -> Option<&str> {
        self.arguments.get(key)?.as_str()
    }

    pub(super) fn is(&self, key: &str) -> bool {
        self.arguments.get(key) == Some(&Value::Boolean(true))
    }

    pub(super) fn table(&self, key: &str) -> Table {
        table(&self.arguments, key).cloned().unwrap_or_default()
    }

    pub(super) fn names(&self, key: &str) -> BTreeSet<String> {
        names(self.arguments.get(key))
    }

    pub(super) fn inherits(&self) -> Inherits {
        let inherits = self.table("inherits");
        Inherits {
            dependencies: names(inherits.get("dependencies")),
            package: names(inherits.get("package")),
            lints: inherits.get("lints") == Some(&Value::Boolean(true)),
            is_read: self.is("isRead"),
        }
    }

    /// Rewrites a dependency of the workspace.
    pub(super) fn spec(&self) -> impl Fn(&str, &Value) -> Value {
        let is_unversioned = self.is("unversioned");
        move |_, spec| match is_unversioned {
            true => unversioned(spec),
            false => spec.clone(),
        }
    }
}

pub(super) fn shape(file: &Utf8Path) -> Manifest {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    Manifest::from_text(&text).unwrap_or_else(|error| panic!("{file}: {error:?}"))
}

pub(super) fn names(value: Option<&Value>) -> BTreeSet<String> {
    let names = value.into_iter().flat_map(Value::strings);
    names.map(str::to_owned).collect()
}
