//! Compares what Cargo compiles again after an edit with the answer of `cratesieve affected`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use camino::Utf8Path;
use cratesieve::manifest::Manifest;
use serde_json::Value;
use tempfile::TempDir;

use super::since::commit;
use crate::common::nix::Workspace;
use crate::common::{cratesieve, utf8};
use crate::workspace::edits::{edit, edit_content};
use crate::workspace::for_all_batches;
use crate::workspace::random::Shape;

/// Shapes that are left out: the compiler refuses such names, and directories that begin with a dash. For
/// another platform, Cargo compiles nothing.
const NEVER: &[Shape] = &[Shape::OddDirectory, Shape::OddName, Shape::Target];

/// The parts (`src`, `tests`) of each crate.
type Parts = BTreeMap<String, BTreeSet<String>>;

/// Cargo compiles only parts that `affected` names. After an edit of a file that Cargo tracks, it compiles
/// all of them.
#[test]
fn what_cargo_compiles_again() {
    let (equal, compared) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_all_batches(20, 1, NEVER, |cases| {
        let case = &mut cases[0];
        let workspace = case.locked();
        make_build_scripts_plain(&workspace);
        workspace.generate();
        commit(&workspace);
        let target = tempfile::tempdir().unwrap();
        let first = compiled(&workspace, &target).expect("what is generated compiles");
        assert!(!first.is_empty());
        let again = compiled(&workspace, &target);
        assert_eq!(again, Some(Parts::new()), "nothing was edited");

        let is_content = case.random.percent(75);
        let done = match is_content {
            true => edit_content(case, &workspace),
            false => edit(case, &workspace),
        };
        let said = affected(&workspace);
        // With a version that does not exist, or without a file, the workspace may not compile.
        let Some(compiled) = compiled(&workspace, &target) else {
            return;
        };
        for (name, parts) in &compiled {
            let said = said.get(name).cloned().unwrap_or_default();
            assert!(
                parts.is_subset(&said),
                "after {done}: Cargo compiles {parts:?} of {name}, and affected says {said:?}"
            );
        }
        if is_content && !compiled.is_empty() {
            assert_eq!(compiled, said, "after {done}: Cargo, and affected");
            equal.fetch_add(1, Ordering::Relaxed);
        }
        compared.fetch_add(1, Ordering::Relaxed);
    });
    let (equal, compared) = (equal.into_inner(), compared.into_inner());
    assert!(
        equal * 4 >= compared || compared < 15,
        "only {equal} of {compared} edits were of what Cargo knows"
    );
}

/// Adds a `rerun-if-changed` line to every build script. Without one, Cargo runs a build script after any
/// edit in its package, which is more than a source can have. A crate with build-dependencies gets a script.
fn make_build_scripts_plain(workspace: &Workspace) {
    const SCRIPTS: [&str; 2] = ["build.rs", "build/script.rs"];
    for entry in walkdir::WalkDir::new(workspace.repository()) {
        let entry = entry.unwrap();
        let path = Utf8Path::from_path(entry.path()).unwrap();
        let path = path.strip_prefix(workspace.repository()).unwrap();
        let Some(directory) = path.parent().filter(|_| path.ends_with("Cargo.toml")) else {
            continue;
        };
        let is_there = |script: &&&str| workspace.path(directory.join(script).as_str()).exists();
        let wants_one = workspace.read(path.as_str()).contains("build-dependencies");
        let script = SCRIPTS.iter().find(is_there).copied();
        if let Some(script) = script.or(wants_one.then_some(SCRIPTS[0])) {
            let path = directory.join(script);
            let line = format!("println!(\"cargo::rerun-if-changed={script}\");");
            let text = match is_there(&&script) {
                true => workspace.read(path.as_str()),
                false => "fn main() {}\n".to_owned(),
            };
            let text = text.replace("fn main() {", &format!("fn main() {{ {line}"));
            workspace.write(path.as_str(), &text);
        }
    }
}

/// The parts that Cargo compiled. `None` if something does not compile.
fn compiled(workspace: &Workspace, target: &TempDir) -> Option<Parts> {
    let output = Command::new(env!("CARGO"))
        .args(["check", "--workspace", "--all-targets", "--all-features"])
        .args(["--offline", "--quiet", "--message-format=json"])
        .current_dir(workspace.root())
        .env("CARGO_TARGET_DIR", utf8(target))
        .env("CARGO_BUILD_JOBS", "1")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let messages: Vec<Value> = stdout
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let mut parts = Parts::new();
    for message in &messages {
        let id = message["package_id"].as_str().unwrap_or_default();
        if message["reason"] != "compiler-artifact" || !id.starts_with("path+") {
            continue;
        }
        if message["fresh"] == true {
            continue;
        }
        // A package ID ends in `#name@version`, or in `#version` if the directory has the name.
        let (directory, name) = id.rsplit_once('#').unwrap();
        let name = match name.split_once('@') {
            Some((name, _)) => name,
            None => directory.rsplit('/').next().unwrap(),
        };
        let kind = message["target"]["kind"][0].as_str().unwrap();
        let is_tests =
            message["profile"]["test"] == true || ["test", "bench", "example"].contains(&kind);
        let part = if is_tests { "tests" } else { "src" };
        parts
            .entry(name.to_owned())
            .or_default()
            .insert(part.to_owned());
    }
    output.status.success().then_some(parts)
}

fn affected(workspace: &Workspace) -> Parts {
    let outcome = cratesieve(
        &workspace.root(),
        ["affected", "--quiet", "--format", "json"],
    );
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let manifest = workspace.root().join("cratesieve.json");
    let manifest = Manifest::from_text(&fs::read_to_string(manifest).unwrap()).unwrap();
    let mut said = Parts::new();
    for (name, krate) in answer["crates"].as_object().unwrap() {
        // The parts that Cargo can compile: not the tests of a crate that is not a member, and no library in
        // a crate that has only tests.
        let has_source = manifest
            .crates
            .get(name)
            .is_none_or(|entry| entry.lib.is_some() || !entry.bins.is_empty());
        let is_compiled = |part: &String| match part.as_str() {
            "src" => has_source,
            "tests" => krate["member"] == true,
            _ => false,
        };
        let parts = krate["parts"].as_array().unwrap().iter();
        let parts: BTreeSet<String> = parts
            .map(|part| part.as_str().unwrap().to_owned())
            .filter(is_compiled)
            .collect();
        if !parts.is_empty() {
            said.insert(name.clone(), parts);
        }
    }
    said
}
