//! The twin of nix/rewrite/readConfigurations.nix: Cargo's own configuration.

use std::collections::BTreeSet;

use super::value::{Table, Value};
use crate::path::{self, Root};

/// The files, parsed, that Cargo reads when it runs in the workspace root, the least important
/// first: what stands later has precedence. `files` are those of the manifest; `read` gives nothing
/// for one that is not there.
///
/// A file is configuration where Cargo finds it by itself or another one names it in `include`, not
/// because of the directory that it lies in.
pub fn read_configurations(
    root: &Root,
    files: &BTreeSet<String>,
    read: &mut dyn FnMut(&str) -> anyhow::Result<Option<Table>>,
) -> anyhow::Result<Vec<(String, Table)>> {
    let firsts: BTreeSet<&str> = files.iter().map(String::as_str).filter(is_first).collect();
    // Where there is one without an ending, Cargo leaves the other one alone.
    let is_used = |path: &&&str| {
        path::name(path) == "config"
            || !firsts.contains(&*path::child(path::parent(path), "config"))
    };
    let mut used: Vec<&str> = firsts.iter().filter(is_used).copied().collect();
    // From the outermost directory inwards.
    used.sort_by_key(|path| std::cmp::Reverse(path.matches("../").count()));
    let mut all = Vec::new();
    let mut expansion = Expansion { root, files, read };
    for path in used {
        expansion.add(path, &mut Vec::new(), &mut all)?;
    }
    Ok(all)
}

/// `.cargo/config.toml`, `../.cargo/config`: in the workspace root, or above it.
fn is_first(path: &&str) -> bool {
    let below = path.trim_start_matches("../");
    matches!(below, ".cargo/config" | ".cargo/config.toml")
}

struct Expansion<'e> {
    root: &'e Root,
    files: &'e BTreeSet<String>,
    read: &'e mut dyn FnMut(&str) -> anyhow::Result<Option<Table>>,
}

impl Expansion<'_> {
    /// What a file includes comes before it, in the order of `include`.
    fn add(
        &mut self,
        path: &str,
        seen: &mut Vec<String>,
        all: &mut Vec<(String, Table)>,
    ) -> anyhow::Result<()> {
        let toml = (self.read)(path)?.unwrap_or_default();
        for name in included(&toml) {
            let Some(name) = self.root.join(path::parent(path), name) else {
                continue;
            };
            // Cargo skips an optional one that is missing, and refuses circles and what else is
            // missing.
            if !seen.contains(&name) && self.files.contains(&name) {
                seen.push(path.to_owned());
                self.add(&name, seen, all)?;
                seen.pop();
            }
        }
        all.push((path.to_owned(), toml));
        Ok(())
    }
}

/// The paths that a configuration includes, relative to its own directory.
fn included(configuration: &Table) -> impl Iterator<Item = &str> {
    let entries = configuration.get("include").and_then(Value::as_array);
    let entries = entries.unwrap_or_default().iter();
    entries.filter_map(|entry| match entry {
        Value::Table(table) => table.get("path").and_then(Value::as_str),
        entry => entry.as_str(),
    })
}
