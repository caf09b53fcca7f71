//! `gen` writes equal bytes, regardless of the directory, the order of files and members, the locale, and
//! unrelated files.

use crate::common;

use std::collections::BTreeSet;
use std::fs;

use camino::Utf8Path;
use common::{copy, copy_in_order, cratesieve, fixtures, utf8};
use cratesieve::analysis::analyse;
use cratesieve::source::Role;
use toml_edit::{DocumentMut, Value};

fn generated(root: &Utf8Path) -> String {
    let outcome = cratesieve(root, ["gen", "--output", "-"]);
    assert_eq!(outcome.code, 0, "{root}: {}", outcome.stderr);
    outcome.stdout
}

#[test]
fn moved_and_shuffled() {
    for fixture in fixtures() {
        let expected = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
        let reversed = copy_in_order(&fixture.repository, |entries| entries.reverse());
        let by_hash = copy_in_order(&fixture.repository, |entries| {
            entries.sort_by_cached_key(|entry| fnv(entry.path().to_string_lossy().as_bytes()));
        });
        for copy in [&reversed, &by_hash] {
            let root = utf8(copy).join(&fixture.root);
            assert_eq!(generated(&root), expected, "{}", fixture.name);
            reverse_members(&root.join("Cargo.toml"));
            assert_eq!(
                generated(&root),
                expected,
                "{}: members reversed",
                fixture.name
            );
        }
    }
}

/// A hash (FNV-1a), for an order that does not depend on names.
fn fnv(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

fn reverse_members(manifest: &Utf8Path) {
    let mut document: DocumentMut = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let members = document
        .get_mut("workspace")
        .and_then(|workspace| workspace.get_mut("members"));
    if let Some(members) = members.and_then(|members| members.as_array_mut()) {
        let mut values: Vec<Value> = members.iter().cloned().collect();
        values.reverse();
        members.clear();
        members.extend(values);
    }
    fs::write(manifest, document.to_string()).unwrap();
}

#[test]
fn what_git_ignores_and_tools_leave_is_not_there() {
    for name in [
        "four-crates",
        "root-package",
        "nested-crate",
        "outside-files",
    ] {
        let fixture = common::Fixture::named(name);
        let expected = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
        let copy = copy(&fixture.repository);
        let root = utf8(&copy).to_owned();
        let files = every_file(&root);
        fs::write(
            root.join(".gitignore"),
            "/target\nscratch*\n*.log.md\n!kept.log.md\n",
        )
        .unwrap();
        let crates: Vec<_> = walkdir::WalkDir::new(&root)
            .into_iter()
            .map(Result::unwrap)
            .filter(|entry| entry.file_name() == "Cargo.toml")
            .map(|entry| entry.path().parent().unwrap().to_owned())
            .collect();
        for directory in crates {
            for file in [
                "target/debug/README.md",
                "target/tests/x.rs",
                ".hg/README.md",
                ".direnv/README.md",
                ".idea/README.md",
                "scratch/README.md",
                "scratch.md",
                "tests/scratch.rs",
                "notes.log.md",
            ] {
                let path = directory.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, "").unwrap();
            }
        }
        assert_eq!(generated(&root), expected, "{name}");
        assert_eq!(every_file(&root), files, "{name}");
        // Files that git does not ignore belong to a crate.
        let member = some_member(&root);
        fs::write(member.join("kept.log.md"), "").unwrap();
        assert!(generated(&root).contains("kept.log.md"), "{name}");
    }
}

/// The sources of all crates, tests included.
fn every_file(root: &Utf8Path) -> Vec<BTreeSet<String>> {
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    let crates = analysis.graph.crates.keys();
    crates
        .map(|name| analysis.source_files(name, Role::Test).unwrap())
        .collect()
}

fn some_member(root: &Utf8Path) -> camino::Utf8PathBuf {
    let crates = root.join("crates");
    let mut members: Vec<_> = crates
        .read_dir_utf8()
        .unwrap()
        .map(|e| e.unwrap().into_path())
        .collect();
    members.sort();
    members.remove(0)
}

/// `gen` does not depend on the locale, colors, the current directory and the clock of the process.
#[test]
fn the_environment_says_nothing() {
    let fixture = common::Fixture::named("odd-names");
    let expected = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
    for (locale, directory) in [("C", "/"), ("tr_TR.UTF-8", env!("CARGO_MANIFEST_DIR"))] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cratesieve"))
            .args([
                "gen",
                "--output",
                "-",
                "--color",
                "always",
                "--manifest-path",
            ])
            .arg(fixture.root())
            .current_dir(directory)
            .env("LC_ALL", locale)
            .env("TZ", "Asia/Kathmandu")
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    }
}
