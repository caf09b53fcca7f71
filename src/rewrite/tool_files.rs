//! The twin of nix/rewrite/toolFiles.nix: where the configuration of a tool that looks upwards may lie for
//! a crate.

use crate::manifest::CrateEntry;
use crate::path::{self, Root};

/// In the crate's directory and in those above it, as far as the source root, and where the
/// generator dropped such a file. Whether it exists is not asked.
pub fn tool_files(
    root: &Root,
    source_root: &str,
    names: &[&str],
    entry: &CrateEntry,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut directory = entry.path.clone();
    loop {
        found.extend(names.iter().filter_map(|name| root.join(&directory, name)));
        if directory == source_root {
            break;
        }
        match root.join(&directory, "..") {
            Some(up) => directory = up,
            None => break,
        }
    }
    let dropped = entry
        .drop
        .iter()
        .filter(|file| names.contains(&path::name(file)));
    found.extend(dropped.filter_map(|file| root.join(&entry.path, file)));
    found
}
