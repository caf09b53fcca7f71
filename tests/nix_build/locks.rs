//! The pruned Cargo.lock: Cargo accepts it, and what Cargo writes is a part of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use rayon::prelude::*;
use toml_edit::DocumentMut;

use crate::common::nix::{Workspace, repository};
use crate::common::{copy, utf8};
use crate::farm::Farm;
use crate::fixtures::{SOURCES, locked_fixtures, manifest, members};

/// The name, version and source of a package.
type Package = (String, String, Option<String>);

/// Every package of a lock with its dependencies.
fn read_lock(text: &str) -> BTreeMap<Package, BTreeSet<Package>> {
    let document: DocumentMut = text.parse().unwrap();
    let Some(entries) = document.get("package") else {
        return BTreeMap::new();
    };
    let entries: Vec<_> = entries.as_array_of_tables().unwrap().iter().collect();
    let string = |entry: &toml_edit::Table, key| Some(entry.get(key)?.as_str().unwrap().to_owned());
    let packages: Vec<Package> = entries
        .iter()
        .map(|entry| {
            (
                string(entry, "name").unwrap(),
                string(entry, "version").unwrap(),
                string(entry, "source"),
            )
        })
        .collect();
    // A reference is `name`, `name version` or `name version (source)`, without the commit of the source.
    let resolve = |reference: &str| {
        let mut parts = reference.split(' ');
        let name = parts.next().unwrap();
        let (version, source) = (parts.next(), parts.next());
        let is_meant = |package: &&Package| {
            let referred = package
                .2
                .as_deref()
                .map(|full| full.split('#').next().unwrap());
            package.0 == name
                && version.is_none_or(|version| package.1 == version)
                && source.is_none_or(|source| referred == Some(source.trim_matches(['(', ')'])))
        };
        let found: Vec<&Package> = packages.iter().filter(is_meant).collect();
        assert_eq!(found.len(), 1, "{reference} in\n{text}");
        found[0].clone()
    };
    let edges = entries.iter().map(|entry| match entry.get("dependencies") {
        None => BTreeSet::new(),
        Some(list) => {
            let list = list.as_array().unwrap().iter();
            list.map(|reference| resolve(reference.as_str().unwrap()))
                .collect()
        }
    });
    packages.iter().cloned().zip(edges).collect()
}

#[test]
fn cargo_accepts_every_pruned_lock_and_keeps_its_versions() {
    let sources: Vec<_> = locked_fixtures()
        .flat_map(|fixture| {
            let manifest = manifest(&fixture);
            let full = fs::read_to_string(fixture.root().join("Cargo.lock")).unwrap();
            let root = match manifest.source_root {
                Some(_) => fixture.root.clone(),
                None => ".".into(),
            };
            let sources = members(&manifest).flat_map(|(name, _)| {
                let path = |attribute| SOURCES.path(&fixture, &format!("{name}/{attribute}"));
                [path("src"), path("testSrc")]
            });
            let sources = sources.map(|source| (source, root.clone(), full.clone()));
            sources.collect::<Vec<_>>()
        })
        .collect();
    let problems: String = sources
        .par_iter()
        .map(|(source, root, full)| {
            let mut problems = String::new();
            // A copy, because Cargo writes to it.
            let copy = copy(&source.canonicalize_utf8().unwrap());
            let root = utf8(&copy).join(root);
            let given = read_lock(&fs::read_to_string(root.join("Cargo.lock")).unwrap());
            let output = Command::new("cargo")
                .args(["metadata", "--offline", "--format-version", "1"])
                .current_dir(&root)
                .output()
                .unwrap();
            if !output.status.success() {
                let stderr = String::from_utf8_lossy(&output.stderr);
                writeln!(problems, "{source}: {stderr}").unwrap();
            }
            let written = read_lock(&fs::read_to_string(root.join("Cargo.lock")).unwrap());
            let full = read_lock(full);
            for (what, lock) in [("given", &given), ("written", &written)] {
                for (package, edges) in lock {
                    let Some(known) = full.get(package) else {
                        writeln!(problems, "{source}: {what}: {package:?} is new").unwrap();
                        continue;
                    };
                    for edge in edges.difference(known) {
                        writeln!(problems, "{source}: {what}: {package:?} -> {edge:?} is new")
                            .unwrap();
                    }
                }
            }
            problems
        })
        .collect();
    assert_eq!(problems, "");
    assert!(sources.len() >= 160, "sources got lost: {}", sources.len());
}

// ---- A lock that does not fit ---------------------------------------------------------------------

/// `a` needs cfg-if 0.1 and `b`, which needs `a`, needs cfg-if 1: both are locked, and vendored for `b`.
const TWO_VERSIONS: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"b\"]\n",
    ),
    (
        "a/Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\ncfg-if = \"0.1\"\n",
    ),
    ("a/src/lib.rs", "pub use cfg_if::cfg_if;\n"),
    (
        "b/Cargo.toml",
        "[package]\nname = \"b\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[dependencies]\na = { path = \"../a\" }\ncfg-if = \"1\"\n",
    ),
    ("b/src/lib.rs", "pub use a::cfg_if;\n"),
    (
        "Cargo.lock",
        r#"version = 4

[[package]]
name = "a"
version = "0.1.0"
dependencies = [
 "cfg-if 0.1.10",
]

[[package]]
name = "b"
version = "0.1.0"
dependencies = [
 "a",
 "cfg-if 1.0.5",
]

[[package]]
name = "cfg-if"
version = "0.1.10"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "4785bdd1c96b2a846b2bd7cc02e86b6b3dbf14e7e53446c4f54c92a361040822"

[[package]]
name = "cfg-if"
version = "1.0.5"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "4e7648175b45a9a48536d676f68d918270699102aa8dab5496df06904c914600"
"#,
    ),
];

#[test]
fn a_lock_that_cargo_would_change_fails_with_what_changed() {
    let workspace = Workspace::from_files(TWO_VERSIONS);
    workspace.generate();
    // With layers, Cargo would compile `a` separately, and would not find that version.
    let farm =
        || Farm::of(&workspace, "strategy = \"per-crate\";").with(&["b"], &["package", "test"]);
    farm().build();

    workspace.replace("a/Cargo.toml", "\"0.1\"", "\"1\"");
    // The layer of dependencies fails already, because stubs have the same dependencies.
    let log = farm().failure();
    let said = |version: &str| {
        format!(
            "error: Cargo.lock does not fit the Cargo.toml files: Cargo resolved differently\n  \
             a {version} now depends on cfg-if 1.0.5 (registry+https://github.com/rust-lang/crates.io-index)\n\n\
             hint: run `cargo metadata --locked` in the workspace to see it there, and commit the Cargo.lock that \
             `cargo metadata` writes\n"
        )
    };
    let stub = said("0.0.0-cratesieve.stub");
    assert!(unprefixed(&log, "b-deps> ").contains(&stub), "{log}");
    assert!(unprefixed(&log, "b-test-deps> ").contains(&stub), "{log}");
}

/// The oldest format of Cargo.lock: no version, checksums at the end, all references in full.
#[test]
fn an_old_lock_is_taken() {
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let checksums = [
        (
            "cfg-if 0.1.10",
            "4785bdd1c96b2a846b2bd7cc02e86b6b3dbf14e7e53446c4f54c92a361040822",
        ),
        (
            "cfg-if 1.0.5",
            "4e7648175b45a9a48536d676f68d918270699102aa8dab5496df06904c914600",
        ),
    ];
    let workspace = Workspace::from_files(TWO_VERSIONS);
    workspace.replace("Cargo.lock", "version = 4\n\n", "");
    workspace.replace("Cargo.lock", " \"a\",\n", " \"a 0.1.0\",\n");
    workspace.append("Cargo.lock", "\n[metadata]\n");
    for (package, checksum) in checksums {
        workspace.replace("Cargo.lock", &format!("checksum = \"{checksum}\"\n"), "");
        let line = format!("\"checksum {package} ({registry})\" = \"{checksum}\"\n");
        workspace.append("Cargo.lock", &line);
        let reference = format!(" \"{package}\",");
        workspace.replace(
            "Cargo.lock",
            &reference,
            &format!(" \"{package} ({registry})\","),
        );
    }
    workspace.generate();
    Farm::of(&workspace, "")
        .with(&["a", "b"], &["package", "test"])
        .build();
}

/// The lines of a log that one derivation printed.
fn unprefixed(log: &str, prefix: &str) -> String {
    let lines = log.lines().filter_map(|line| line.strip_prefix(prefix));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A package that is not locked is not vendored, and Cargo reports it.
#[test]
fn a_version_that_is_not_locked_is_not_found() {
    let workspace = Workspace::from_files(TWO_VERSIONS);
    workspace.replace("b/Cargo.toml", "cfg-if = \"1\"", "cfg-if = \"=1.0.4\"");
    workspace.generate();
    let log = Farm::of(&workspace, "")
        .with(&["b"], &["package"])
        .failure();
    let expected = "failed to select a version for the requirement `cfg-if = \"=1.0.4\"`";
    assert!(log.contains(expected), "{log}");
}

// ---- The comparison of two locks ------------------------------------------------------------------

const GIVEN: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
 "either 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)",
 "either-extra 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)",
 "forked 2.0.0 (git+https://example.org/forked?branch=a%2Fb)",
 "lib 0.1.0",
]

[[package]]
name = "either"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "aa"

[[package]]
name = "either"
version = "2.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "bb"

[[package]]
name = "either-extra"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "cc"
dependencies = [
 "either 2.0.0 (registry+https://github.com/rust-lang/crates.io-index)",
]

[[package]]
name = "forked"
version = "2.0.0"
source = "git+https://example.org/forked?branch=a%2Fb#1111111111111111111111111111111111111111"

[[package]]
name = "lib"
version = "0.1.0"
"#;

const REGISTRY: &str = "(registry+https://github.com/rust-lang/crates.io-index)";

/// The output of nix/hooks/check-lock.awk, which must be equal with every installed awk.
fn compare(given: &str, written: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let directory = utf8(&directory);
    let paths = [directory.join("given"), directory.join("written")];
    fs::write(&paths[0], given).unwrap();
    fs::write(&paths[1], written).unwrap();
    let script = repository().join("nix/hooks/check-lock.awk");
    let mut answers = BTreeMap::new();
    for awk in [
        &["awk"][..],
        &["gawk"],
        &["gawk", "--posix"],
        &["mawk"],
        &["busybox", "awk"],
    ] {
        let mut command = Command::new(awk[0]);
        command
            .args(&awk[1..])
            .args(["-f", script.as_str()])
            .args(&paths);
        let Ok(output) = command.output() else {
            assert_ne!(awk, ["awk"], "there is no awk");
            continue;
        };
        assert!(
            output.status.success(),
            "{awk:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        answers.insert(awk, String::from_utf8(output.stdout).unwrap());
    }
    let answer = answers.values().next().unwrap().clone();
    assert!(
        answers.values().all(|other| *other == answer),
        "{answers:#?}"
    );
    answer
}

/// A lock without the given package, or without its lines that contain a text.
fn without(lock: &str, name: &str, version: &str) -> String {
    let start = lock.find(&format!(
        "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n"
    ));
    let start = start.unwrap_or_else(|| panic!("{name} {version} is not in\n{lock}"));
    let end = lock[start + 1..]
        .find("\n[[package]]")
        .map_or(lock.len(), |length| start + 1 + length);
    format!("{}{}", &lock[..start], &lock[end..])
}

#[test]
fn what_cargo_leaves_out_is_fine() {
    assert_eq!(compare(GIVEN, GIVEN), "");
    let less = without(GIVEN, "lib", "0.1.0").replace(" \"lib 0.1.0\",\n", "");
    assert_eq!(compare(GIVEN, &less), "");
    let header = "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\n";
    assert_eq!(compare(GIVEN, &format!("{header}{less}")), "");
    assert_eq!(compare(GIVEN, "version = 4\n"), "");
    // Cargo sorts packages, so another order is not written.
    let reordered = format!(
        "version = 4\n\n[[package]]\nname = \"lib\"\nversion = \"0.1.0\"\n{}",
        without(GIVEN, "lib", "0.1.0").trim_start_matches("version = 4\n")
    );
    assert_eq!(compare(GIVEN, &reordered), "");
}

/// Cargo writes the shortest unique reference. A name that is unique in a part of a lock may occur twice
/// in the whole lock.
#[test]
fn a_reference_is_as_long_as_it_must_be() {
    let short = without(GIVEN, "either", "2.0.0")
        .replace(&format!(" \"either 2.0.0 {REGISTRY}\",\n"), "")
        .replace(&format!("either 1.0.0 {REGISTRY}"), "either")
        .replace(&format!("either-extra 1.0.0 {REGISTRY}"), "either-extra")
        .replace(
            "forked 2.0.0 (git+https://example.org/forked?branch=a%2Fb)",
            "forked",
        )
        .replace("lib 0.1.0\"", "lib\"");
    assert!(
        short.contains(" \"either\",\n \"either-extra\",\n \"forked\",\n \"lib\",\n"),
        "{short}"
    );
    assert_eq!(compare(GIVEN, &short), "");
    let medium = GIVEN.replace(&format!("either 1.0.0 {REGISTRY}"), "either 1.0.0");
    assert_eq!(compare(GIVEN, &medium), "");
    // The same with the locks exchanged.
    assert_eq!(
        compare(
            &short,
            &without(GIVEN, "either", "2.0.0")
                .replace(&format!(" \"either 2.0.0 {REGISTRY}\",\n"), "")
        ),
        ""
    );
}

#[test]
fn another_version_is_said() {
    let other = GIVEN
        .replace("either-extra 1.0.0", "either-extra 1.0.1")
        .replace(
            "name = \"either-extra\"\nversion = \"1.0.0\"",
            "name = \"either-extra\"\nversion = \"1.0.1\"",
        );
    let expected = format!(
        "  app 0.1.0 now depends on either-extra 1.0.1 {REGISTRY}\n  \
         package either-extra 1.0.1 {REGISTRY} is not in the Cargo.lock of the workspace\n"
    );
    assert_eq!(compare(GIVEN, &other), expected);
}

#[test]
fn another_edge_between_known_packages_is_said() {
    let other = GIVEN.replace(
        &format!("either 1.0.0 {REGISTRY}"),
        &format!("either 2.0.0 {REGISTRY}"),
    );
    let expected = format!("  app 0.1.0 now depends on either 2.0.0 {REGISTRY}\n");
    assert_eq!(compare(GIVEN, &other), expected);
    let other = format!("{GIVEN}dependencies = [\n \"forked\",\n]\n");
    let expected =
        "  lib 0.1.0 now depends on forked 2.0.0 (git+https://example.org/forked?branch=a%2Fb)\n";
    assert_eq!(compare(GIVEN, &other), expected);
}

#[test]
fn another_commit_or_branch_is_said() {
    let other = GIVEN.replace("#1111", "#2111");
    let identity = "forked 2.0.0 (git+https://example.org/forked?branch=a%2Fb)";
    let expected = format!("  package {identity} is not in the Cargo.lock of the workspace\n");
    assert_eq!(compare(GIVEN, &other), expected);

    let other = GIVEN.replace("a%2Fb", "c");
    let identity = "forked 2.0.0 (git+https://example.org/forked?branch=c)";
    let expected = format!(
        "  app 0.1.0 now depends on {identity}\n  \
         package {identity} is not in the Cargo.lock of the workspace\n"
    );
    assert_eq!(compare(GIVEN, &other), expected);
}

/// A package with another source is a different package.
#[test]
fn another_source_is_said() {
    let other = format!(
        "{GIVEN}source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"dd\"\n"
    );
    let expected = format!(
        "  app 0.1.0 now depends on lib 0.1.0 {REGISTRY}\n  \
         package lib 0.1.0 {REGISTRY} is not in the Cargo.lock of the workspace\n"
    );
    let other = other.replace("\"lib 0.1.0\"", "\"lib\"");
    assert_eq!(compare(GIVEN, &other), expected);
}

/// Other tables in Cargo.lock are not packages.
#[test]
fn unused_patches_and_replacements_are_no_packages() {
    let unused = format!(
        "{GIVEN}\n[[patch.unused]]\nname = \"other\"\nversion = \"9.0.0\"\n\n\
         [[patch.unused]]\nname = \"another\"\nversion = \"9.0.0\"\nsource = \"git+https://example.org/a#11\"\n"
    );
    assert_eq!(compare(GIVEN, &unused), "");
    assert_eq!(compare(&unused, GIVEN), "");
    // In version 1 the checksums are in this table.
    let metadata = format!("{GIVEN}\n[metadata]\n\"checksum x 1.0.0 (registry+a)\" = \"aa\"\n");
    assert_eq!(compare(GIVEN, &metadata), "");
    // `[replace]`: both packages are locked, and the replaced one names the other.
    let replaced = GIVEN.replace(
        "checksum = \"cc\"\n",
        "checksum = \"cc\"\nreplace = \"lib 0.1.0\"\n",
    );
    assert_eq!(compare(&replaced, &replaced), "");
    assert_eq!(
        compare(
            &replaced,
            &without(&replaced, "either-extra", "1.0.0")
                .replace(&format!(" \"either-extra 1.0.0 {REGISTRY}\",\n"), "")
        ),
        ""
    );
}

/// Two members have dev-dependencies on one package, with different requirements and features. The root package
/// has a build script, so Cargo writes the lock before it compiles. `cargo nextest` calls `cargo metadata`.
#[test]
fn dev_dependencies_with_different_requirements() {
    let workspace = Workspace::of("root-package");
    // A member with a feature that only tests want, and a package that only one platform wants.
    workspace.append("crates/x/Cargo.toml", "\n[features]\nextra = []\n");
    workspace.append(
        "Cargo.toml",
        "\n[dev-dependencies]\nx = { path = \"crates/x\", features = [\"extra\"] }\n\n\
         [target.'cfg(unix)'.dev-dependencies]\neither = { version = \"1.2\", features = [\"use_std\"] }\n",
    );
    let without_features = "{ version = \"1\", default-features = false }";
    for (name, requirement) in [("x", without_features), ("y", "\"1.0.0\"")] {
        let table = format!("\n[dev-dependencies]\neither = {requirement}\n");
        workspace.append(&format!("crates/{name}/Cargo.toml"), &table);
    }
    workspace.replace(
        "Cargo.lock",
        "name = \"x\"\nversion = \"0.1.0\"\n",
        "name = \"x\"\nversion = \"0.1.0\"\ndependencies = [\n \"either\",\n]\n",
    );
    workspace.replace(
        "Cargo.lock",
        "version = \"0.1.0\"\ndependencies = [\n \"x\",\n]",
        "version = \"0.1.0\"\ndependencies = [\n \"either\",\n \"x\",\n]",
    );
    workspace.generate();
    let asks =
        "crates.root.check.preBuild = \"cargo metadata --offline --format-version 1 >/dev/null\";";
    let mut farm = Farm::of(&workspace, asks);
    farm.link("root", "workspace.checks.root-check");
    farm.build();
}
