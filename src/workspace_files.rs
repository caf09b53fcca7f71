//! The files that every build of the workspace reads: Cargo's configuration, what that names, and
//! the pinned toolchain.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use toml_edit::Table;

use crate::cargo_config;
use crate::filter::imports::imports_of;
use crate::filter::programs::named_by;
use crate::path;
use crate::toml_lines::strings;
use crate::tree::Tree;

/// Each file and why it is there. Cargo looks for its configuration in the workspace root and in
/// every directory above it, as far up as `source_root`.
pub fn find(tree: &Tree, source_root: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = configurations(tree, source_root)?;
    // Linker scripts and wrappers name further files.
    let mut left: Vec<String> = found.keys().cloned().collect();
    while let Some(file) = left.pop() {
        let why = format!("named in {file}");
        let named = imports_of(".", &file, tree)?;
        for resolved in named.into_iter().chain(named_by(".", &file, tree)?) {
            for path in resolved.needed {
                if let Entry::Vacant(entry) = found.entry(path) {
                    left.push(entry.key().clone());
                    entry.insert(why.clone());
                }
            }
        }
    }
    Ok(found)
}

/// The configurations and the files that they name themselves.
fn configurations(tree: &Tree, source_root: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for name in ["rust-toolchain.toml", "rust-toolchain"] {
        add(tree, name, "the pinned toolchain", &mut found)?;
    }
    for file in cargo_config::files(tree, source_root)? {
        let why = match &file.included_by {
            None => "Cargo's configuration".to_owned(),
            Some(by) => format!("included by {by}"),
        };
        add(tree, &file.path, &why, &mut found)?;
        configured(tree, file.document.as_table(), &file.path, &mut found)?;
    }
    Ok(found)
}

/// The files that a configuration names: linker scripts, target specifications, wrappers. Paths are
/// relative to the directory above its own.
fn configured(
    tree: &Tree,
    document: &Table,
    path: &str,
    found: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let directory = tree
        .root()
        .join(path::parent(path), "..")
        .unwrap_or_default();
    let mut named = Vec::new();
    for (key, item) in document.iter() {
        // These name commands, and directories of packages, crates or third-party sources.
        if !matches!(key, "alias" | "include" | "paths" | "patch" | "source") {
            named.extend(strings(item));
        }
    }
    // `-Clink-arg=-Tlink/memory.x`, `-Clink-arg=-Wl,-T,link/memory.x`, `-Clink-arg=@link.args`
    let words = named
        .iter()
        .flat_map(|(_, string)| string.split([' ', ',', '=']));
    let mut before = "";
    for word in words {
        let text = word.strip_prefix("-T").unwrap_or(word);
        let text = text.strip_prefix('@').unwrap_or(text);
        // Where to search for libraries: `-Llib`, `-L native=lib`.
        let text = text.strip_prefix("-L").unwrap_or(text);
        let is_searched = word.len() > text.len() && word.starts_with("-L")
            || matches!(before, "-L" | "all" | "dependency" | "native");
        before = word;
        if text.is_empty() || matches!(text, "all" | "dependency" | "native") {
            continue;
        }
        for base in [&*directory, path::parent(path)] {
            let Some(target) = tree.root().join(base, text) else {
                continue;
            };
            let is_path = is_searched || target.contains(['/', '.']);
            if !is_path || path::is_within(".", &target) {
                continue;
            }
            let why = format!("named in {path}");
            if tree
                .resolve(&target)?
                .is_some_and(|resolved| is_searched || !resolved.is_directory)
            {
                add(tree, &target, &why, found)?;
            }
        }
    }
    Ok(())
}

fn add(
    tree: &Tree,
    path: &str,
    why: &str,
    found: &mut BTreeMap<String, String>,
) -> anyhow::Result<bool> {
    let resolved = tree.resolve(path)?;
    let is_there = resolved.is_some();
    for path in resolved.into_iter().flat_map(|resolved| resolved.needed) {
        found.entry(path).or_insert_with(|| why.to_owned());
    }
    Ok(is_there)
}
