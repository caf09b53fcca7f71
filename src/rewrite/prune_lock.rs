//! The twin of nix/pruneLock.nix: the text of a Cargo.lock. References are written in full, which
//! Cargo accepts always.

use super::read_lock::{Lock, Package};
use super::to_toml::quoted;
use crate::tables::TABLES;

/// The text of one package, in this version; `edges` are the references of its dependencies.
pub fn package_text(package: &Package, version: &str, edges: &[String]) -> String {
    let mut text = "\n[[package]]\n".to_owned();
    let mut line = |key: &str, value: Option<&str>| {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {}\n", quoted(value)));
        }
    };
    line("name", Some(&package.name));
    line("version", Some(version));
    line("source", package.source.as_deref());
    line("checksum", package.checksum.as_deref());
    line("replace", package.replace.as_deref());
    if !edges.is_empty() {
        text.push_str("dependencies = [\n");
        for reference in edges {
            text.push_str(&format!(" {},\n", quoted(reference)));
        }
        text.push_str("]\n");
    }
    text
}

/// What stands before the packages. Version 3 is the oldest that holds every git source; 4 differs
/// only in how these are encoded.
pub fn lock_head(lock: &Lock) -> String {
    format!(
        "version = {}\n",
        lock.version.max(TABLES.oldest_lock_version)
    )
}
