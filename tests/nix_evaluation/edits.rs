//! Edits of Cargo.lock and Cargo.toml as Cargo makes them.

use crate::common::nix::Workspace;

pub const LOCKED: &str = "Cargo.lock";

/// Edits the lines of one package in Cargo.lock.
pub fn edit_lock(workspace: &Workspace, name: &str, edit: impl Fn(&str) -> String) {
    let text = workspace.read(LOCKED);
    let head = format!("name = \"{name}\"\n");
    let start = text
        .find(&head)
        .unwrap_or_else(|| panic!("{name} is not locked"));
    let end = text[start..]
        .find("\n[[package]]")
        .map_or(text.len(), |length| start + length);
    let edited = edit(&text[start..end]);
    assert_ne!(edited, text[start..end], "{name} is locked as it was");
    workspace.write(
        LOCKED,
        &format!("{}{edited}{}", &text[..start], &text[end..]),
    );
}

/// Updates a package as `cargo update -p` does: version and checksum change.
pub fn bump(workspace: &Workspace, name: &str) {
    edit_lock(workspace, name, |text| {
        let lines = text.lines().map(|line| {
            if line.starts_with("version = ") {
                "version = \"1.99.0\"\n".to_owned()
            } else if line.starts_with("checksum = ") {
                format!("checksum = \"{}\"\n", "0123456789abcdef".repeat(4))
            } else {
                format!("{line}\n")
            }
        });
        lines.collect()
    });
}

/// Adds a dependency to a package in Cargo.lock.
pub fn add_edge(workspace: &Workspace, from: &str, to: &str) {
    edit_lock(workspace, from, |text| {
        let mut edges: Vec<&str> = text.lines().filter(|l| l.starts_with(" \"")).collect();
        let edge = format!(" \"{to}\",");
        edges.push(&edge);
        edges.sort_unstable();
        let head = text.lines().take_while(|l| !l.starts_with("dependencies"));
        let head: String = head
            .filter(|l| !l.is_empty())
            .map(|l| format!("{l}\n"))
            .collect();
        format!("{head}dependencies = [\n{}\n]\n", edges.join("\n"))
    });
}

/// Adds a member `crates/pkg-e` without dependencies and dependents to `four-crates`.
pub fn new_crate(workspace: &Workspace) {
    workspace.write("crates/pkg-e/src/lib.rs", "");
    workspace.write(
        "crates/pkg-e/Cargo.toml",
        "[package]\nname = \"pkg-e\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    let members = "    \"crates/pkg-d\",\n    \"crates/pkg-e\",\n";
    workspace.replace("Cargo.toml", "    \"crates/pkg-d\",\n", members);
    workspace.append(
        LOCKED,
        "\n[[package]]\nname = \"pkg-e\"\nversion = \"0.1.0\"\n",
    );
}
