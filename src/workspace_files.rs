//! The files that every build of the workspace reads: Cargo's configuration, what that names, and
//! the pinned toolchain.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use toml_edit::{Document, Item, Table, Value};

use crate::filter::imports::imports_of;
use crate::filter::programs::named_by;
use crate::path;
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
    let mut directory = ".".to_owned();
    loop {
        // Where both are there, Cargo reads the one without an ending; it warns and so do we not.
        for name in [".cargo/config", ".cargo/config.toml"] {
            let path = tree.root().join(&directory, name).unwrap_or_default();
            if add(tree, &path, "Cargo's configuration", &mut found)? {
                configuration(tree, &path, &mut Vec::new(), &mut found)?;
            }
        }
        if directory == source_root {
            return Ok(found);
        }
        match tree.root().join(&directory, "..") {
            Some(up) => directory = up,
            None => return Ok(found),
        }
    }
}

/// What a configuration includes, to any depth, and the files that these name.
fn configuration(
    tree: &Tree,
    path: &str,
    seen: &mut Vec<String>,
    found: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let text = tree.read(path)?.unwrap_or_default();
    let Ok(document) = Document::parse(text) else {
        return Ok(());
    };
    configured(tree, document.as_table(), path, found)?;
    let includes = document.get("include").and_then(Item::as_array);
    let names = includes
        .into_iter()
        .flatten()
        .filter_map(|entry| match entry {
            Value::InlineTable(table) => table.get("path").and_then(Value::as_str),
            entry => entry.as_str(),
        });
    for name in names {
        let Some(included) = tree.root().join(path::parent(path), name) else {
            continue;
        };
        let why = format!("included by {path}");
        // Cargo refuses circles.
        if !seen.contains(&included) && add(tree, &included, &why, found)? {
            seen.push(path.to_owned());
            configuration(tree, &included, seen, found)?;
            seen.pop();
        }
    }
    Ok(())
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
    let mut strings = Vec::new();
    for (key, item) in document.iter() {
        // These name commands, and directories of packages, crates or third-party sources.
        if !matches!(key, "alias" | "include" | "paths" | "patch" | "source") {
            collect(item, &mut strings);
        }
    }
    // `-Clink-arg=-Tlink/memory.x`, `-Clink-arg=-Wl,-T,link/memory.x`, `-Clink-arg=@link.args`
    let words = strings
        .iter()
        .flat_map(|string| string.split([' ', ',', '=']));
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

fn collect(item: &Item, strings: &mut Vec<String>) {
    if let Some(table) = item.as_table_like() {
        table.iter().for_each(|(_, item)| collect(item, strings));
    } else if let Some(tables) = item.as_array_of_tables() {
        let items = tables.iter().flat_map(|table| table.iter());
        items.for_each(|(_, item)| collect(item, strings));
    } else if let Some(value) = item.as_value() {
        collect_value(value, strings);
    }
}

fn collect_value(value: &Value, strings: &mut Vec<String>) {
    match value {
        Value::String(string) => strings.push(string.value().clone()),
        Value::Array(array) => array.iter().for_each(|value| collect_value(value, strings)),
        Value::InlineTable(table) => {
            table
                .iter()
                .for_each(|(_, value)| collect_value(value, strings));
        }
        _ => {}
    }
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
