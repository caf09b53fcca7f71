//! The files that every build of the workspace reads: Cargo's configuration, what that names, and
//! the pinned toolchain.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, Value};

use crate::path;
use crate::tree::Tree;

/// Each file and why it is there. Cargo looks for its configuration in the workspace root and in
/// every directory above it, as far up as `source_root`.
pub fn find(tree: &Tree, source_root: &str) -> anyhow::Result<BTreeMap<String, String>> {
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
                configured(tree, &directory, &path, &mut found)?;
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

/// The files that a configuration names: more configuration, linker scripts, target
/// specifications, wrappers. `directory` is the one that holds `.cargo`.
fn configured(
    tree: &Tree,
    directory: &str,
    path: &str,
    found: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    let text = tree.read(path)?.unwrap_or_default();
    let Ok(document) = Document::parse(text) else {
        return Ok(());
    };
    let mut strings = Vec::new();
    for (key, item) in document.iter() {
        // These name commands, and directories of packages, crates or third-party sources.
        if !matches!(key, "alias" | "paths" | "patch" | "source") {
            collect(item, &mut strings);
        }
    }
    // `-Clink-arg=-Tlink/memory.x`, `-Clink-arg=-Wl,-T,link/memory.x`
    let words = strings
        .iter()
        .flat_map(|string| string.split([' ', ',', '=']));
    for word in words {
        let text = word.strip_prefix("-T").unwrap_or(word);
        for base in [directory, path::parent(path)] {
            let Some(target) = tree.root().join(base, text) else {
                continue;
            };
            if !target.contains('/') && !target.contains('.') || path::is_within(".", &target) {
                continue;
            }
            let why = format!("named in {path}");
            if tree
                .resolve(&target)?
                .is_some_and(|resolved| !resolved.is_directory)
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
