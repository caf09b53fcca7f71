//! The twin of nix/rewrite/packageText.nix.

use super::read_lock::Package;
use super::to_toml::quoted;

/// The text of one package in a Cargo.lock, in this version; `edges` are the references of its
/// dependencies. These have their full form, which Cargo always accepts.
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
