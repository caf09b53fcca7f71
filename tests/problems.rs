//! What a user gets to read for each defect, word for word, and the exit code.
//!
//! A directory of fixtures/invalid is a workspace with a defect; `args` is the command line, and
//! `root`, where there is one, the directory that is workspace and repository.

mod common;

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use common::{cratesieve, cratesieve_with, utf8};

fn cases() -> Vec<Utf8PathBuf> {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/invalid");
    let entries = directory.read_dir_utf8().unwrap();
    let mut cases: Vec<_> = entries.map(|entry| entry.unwrap().into_path()).collect();
    cases.sort();
    assert!(cases.len() >= 19, "cases got lost");
    cases
}

#[test]
fn every_defect() {
    for case in cases() {
        let name = case.file_name().unwrap();
        let copy = common::copy(&case);
        let directory = utf8(&copy).to_owned();
        let root = match fs::read_to_string(directory.join("root")) {
            Ok(root) => {
                fs::rename(
                    directory.join(".git"),
                    directory.join(root.trim()).join(".git"),
                )
                .unwrap();
                directory.join(root.trim())
            }
            Err(_) => directory.clone(),
        };
        let line = fs::read_to_string(directory.join("args")).unwrap();
        let line = line.replace("notes.json", root.join("notes.json").as_str());
        let before = state(&directory);
        let outcome = cratesieve_with(&root, &line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(state(&directory), before, "{name}: a file was written");
        let shown = format!(
            "exit code {}\n--- stdout\n{}--- stderr\n{}",
            outcome.code, outcome.stdout, outcome.stderr
        );
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("problem-{name}"), neutral(&shown, &directory));
        });
    }
}

/// Every file and its content.
fn state(directory: &Utf8Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let files = walkdir::WalkDir::new(directory)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// Without the place of the copy and without Cargo's own words, which differ between versions.
fn neutral(text: &str, directory: &Utf8Path) -> String {
    let text = text.replace(directory.as_str(), "[REPOSITORY]");
    let mut lines: Vec<&str> = Vec::new();
    let mut in_words = false;
    for line in text.lines() {
        let is_words = in_words && (line.starts_with("  ") || line.is_empty());
        let starts_words = line.contains("cargo cannot read");
        if !is_words {
            lines.push(line);
            in_words = starts_words;
        } else if lines
            .last()
            .is_some_and(|last| *last != "  [what Cargo says]")
        {
            lines.push("  [what Cargo says]");
        }
        if line.is_empty() && is_words {
            lines.push("");
            in_words = false;
        }
    }
    lines.join("\n")
}

/// What the machine did, no user's fault in the workspace: exit code 2.
#[test]
fn failures_of_the_machine() {
    let fixture = common::Fixture::named("four-crates");
    let outcome = cratesieve(
        &fixture.root(),
        ["gen", "--output", "/no/such/directory/x.json"],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .starts_with("error: cannot write /no/such/directory/x.json: ")
    );
    assert_eq!(cratesieve(&fixture.root(), ["gem"]).code, 2);

    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cratesieve"))
        .args(["gen", "--check", "--manifest-path", fixture.root().as_str()])
        .env("CARGO", "/no/such/cargo")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains("cannot run `/no/such/cargo`: install Cargo"),
        "{words}"
    );
}
