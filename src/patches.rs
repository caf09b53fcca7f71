//! Which directories `[patch]` and `[replace]` use instead of another source's packages.
//! `cargo metadata --no-deps` does not list them, so the root manifest is read here. Packages of
//! Cargo's `paths` stay third-party packages: the Nix library has them in the vendor directory.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use anyhow::Context as _;
use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::{Document, Item};

use crate::path::{self, Root};
use crate::toml_lines::{key_start, line_of};

/// Where replacements may stand, relative to the workspace root.
pub const FILES: [&str; 3] = ["Cargo.toml", ".cargo/config.toml", ".cargo/config"];

/// The directories in the root manifest and in `.cargo/config.toml` in its directory.
///
/// A file that is no TOML counts as empty: Cargo has refused it already if it matters.
pub fn directories(root: &Utf8Path) -> anyhow::Result<BTreeSet<Utf8PathBuf>> {
    let mut found = BTreeSet::new();
    for file in FILES {
        let path = root.join(file);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) =>
            {
                continue;
            }
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        };
        for (relative, _) in paths(&text) {
            found.insert(path::normal(&root.join(relative)));
        }
    }
    Ok(found)
}

/// The line of one of [`FILES`], with that text, that names `directory` for a package. `directory`
/// is relative to the workspace root.
pub fn line(text: &str, root: &Root, directory: &str) -> Option<usize> {
    let spelled = |path: &str| root.join(".", path).or_else(|| root.relative(path.into()));
    let mut paths = paths(text).into_iter();
    let (_, at) = paths.find(|(path, _)| spelled(path).as_deref() == Some(directory))?;
    line_of(text, at?)
}

/// The path, as written, and the place of each replacement in one file.
fn paths(text: &str) -> Vec<(String, Option<usize>)> {
    // Parsing costs more than all the rest of this module: most workspaces patch nothing.
    if !["patch", "replace"].iter().any(|key| text.contains(key)) {
        return Vec::new();
    }
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let root = document.as_table();
    let tables = |item: Option<&Item>| -> Vec<(String, Option<usize>)> {
        let tables = item.and_then(Item::as_table_like).into_iter();
        let entries = tables.flat_map(|table| table.iter().map(move |entry| (table, entry)));
        entries
            .filter_map(|(table, (key, entry))| {
                let path = entry.get("path")?.as_str()?;
                Some((path.to_owned(), key_start(table, key)))
            })
            .collect()
    };
    let mut found = tables(root.get("replace"));
    if let Some(patch) = root.get("patch").and_then(Item::as_table_like) {
        found.extend(patch.iter().flat_map(|(_, source)| tables(Some(source))));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_replace_a_package() {
        let text = r#"
            paths = ["/abs/over"]
            [patch.crates-io]
            a = { path = "vendor/a" }
            b = { git = "https://example.org/b" }
            [patch."https://example.org/c".c]
            path = "vendor/c"
            [replace]
            "d:1.0.0" = { path = "vendor/d" }
        "#;
        let root = Root::new("/ws".into());
        let found = ["vendor/d", "vendor/a", "vendor/c"];
        let lines = found.map(|directory| line(text, &root, directory));
        assert_eq!(lines, [Some(9), Some(4), Some(6)]);
        assert_eq!(paths(text).len(), found.len());
        assert_eq!(paths("[patch"), []);
    }
}
