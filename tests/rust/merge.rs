//! The merge driver, run by git in real merges and rebases.

#![cfg(unix)]

use crate::common;

use std::process::{Command, Output};

use common::nix::Workspace;
use common::{cratesieve, git_command, run_in, succeed};

const BINARY: &str = env!("CARGO_BIN_EXE_cratesieve");

/// A git command that never opens an editor.
fn git(workspace: &Workspace, args: &[&str]) -> Command {
    let args = [&["-c", "core.editor=true"], args].concat();
    git_command(workspace.repository(), &args)
}

fn package(name: &str, dependencies: &[&str]) -> String {
    let dependencies: String = dependencies
        .iter()
        .map(|path| {
            let name = path.rsplit('/').next().unwrap();
            format!("{name}.path = '{path}'\n")
        })
        .collect();
    format!(
        "[package]\nname = '{name}'\nversion = '0.1.0'\nedition = '2024'\n\n\
         [dependencies]\n{dependencies}"
    )
}

fn add_crate(workspace: &Workspace, directory: &str, dependencies: &[&str]) {
    let name = directory.rsplit('/').next().unwrap();
    workspace.write(
        &format!("{directory}/Cargo.toml"),
        &package(name, dependencies),
    );
    workspace.write(&format!("{directory}/src/lib.rs"), "");
}

/// A workspace where `app` and `tool` depend on `base`, with the merge driver but without a manifest.
fn bare() -> Workspace {
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = '3'\nmembers = ['crates/*']\n",
        ),
        (".gitattributes", "/cratesieve.json merge=cratesieve\n"),
    ]);
    add_crate(&workspace, "crates/base", &[]);
    add_crate(&workspace, "crates/app", &["../base"]);
    add_crate(&workspace, "crates/tool", &["../base"]);
    workspace.write("crates/tool/docs/a.md", "a");
    workspace.write("crates/tool/docs/b.md", "b");
    workspace
}

fn committed(workspace: Workspace) -> Workspace {
    workspace.commit();
    let driver = format!("'{BINARY}' merge-driver %O %A %B %P");
    succeed(&mut git(
        &workspace,
        &["config", "merge.cratesieve.driver", &driver],
    ));
    workspace
}

type Change = fn(&Workspace);

/// Two branches from one base: `main` with one change, and `side`, which is checked out, with another.
fn branched(base: Workspace, ours: Change, theirs: Change) -> Workspace {
    let workspace = committed(base);
    succeed(&mut git(&workspace, &["checkout", "--quiet", "-b", "side"]));
    for (branch, change) in [("main", theirs), ("side", ours)] {
        succeed(&mut git(&workspace, &["checkout", "--quiet", branch]));
        change(&workspace);
        let written = cratesieve(&workspace.root(), ["gen", "--quiet"]);
        assert_eq!(written.code, 0, "{}", written.stderr);
        workspace.commit();
    }
    workspace
}

fn with_manifest() -> Workspace {
    let workspace = bare();
    workspace.generate();
    workspace
}

const WAYS: [&[&str]; 2] = [&["merge", "--no-edit", "main"], &["rebase", "main"]];

fn words(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Checks that the merged manifest is what `gen` writes for the merged workspace.
#[track_caller]
fn merges(base: fn() -> Workspace, ours: Change, theirs: Change) {
    for way in WAYS {
        let workspace = branched(base(), ours, theirs);
        let output = git(&workspace, way).output().unwrap();
        let words = words(&output);
        assert!(output.status.success(), "{way:?}: {words}");
        assert!(
            words.contains("merged cratesieve.json crate by crate"),
            "the driver was not asked: {words}"
        );
        let check = cratesieve(&workspace.root(), ["gen", "--check"]);
        assert_eq!(check.code, 0, "{way:?}: {}{}", check.stdout, check.stderr);
        assert_eq!(
            succeed(&mut git(&workspace, &["status", "--porcelain"])),
            ""
        );
    }
}

#[test]
fn two_branches_that_each_add_a_crate() {
    merges(
        with_manifest,
        |w| add_crate(w, "crates/one", &["../base"]),
        |w| add_crate(w, "crates/two", &["../app"]),
    );
}

/// A merge by lines has no conflict here, but is wrong: `two` needs `deep` through `base`.
#[test]
fn what_a_new_crate_needs_by_the_other_branch_s_edge() {
    merges(
        with_manifest,
        |w| {
            add_crate(w, "crates/deep", &[]);
            w.append("crates/base/Cargo.toml", "deep.path = '../deep'\n");
        },
        |w| add_crate(w, "crates/two", &["../app"]),
    );
}

#[test]
fn the_lists_of_two_crates() {
    merges(
        with_manifest,
        |w| w.write("crates/app/README.md", "x"),
        |w| w.write("crates/tool/tests/it.rs", "#[test] fn it() {}\n"),
    );
}

#[test]
fn one_list() {
    merges(
        with_manifest,
        |w| w.write("crates/app/README.md", "x"),
        |w| w.write("crates/app/CHANGELOG.md", "x"),
    );
}

#[test]
fn a_crate_goes_while_another_comes() {
    merges(
        with_manifest,
        |w| w.remove("crates/tool"),
        |w| add_crate(w, "crates/two", &["../base"]),
    );
}

#[test]
fn a_crate_is_renamed_while_its_lists_change() {
    merges(
        with_manifest,
        |w| w.replace("crates/tool/Cargo.toml", "'tool'", "'program'"),
        |w| w.write("crates/tool/tests/it.rs", "#[test] fn it() {}\n"),
    );
}

#[test]
fn crates_in_another_one() {
    merges(
        with_manifest,
        |w| {
            add_crate(w, "crates/app/macros", &[]);
            w.append("crates/app/Cargo.toml", "macros.path = 'macros'\n");
        },
        |w| {
            add_crate(w, "crates/app/helper", &[]);
            w.append("crates/tool/Cargo.toml", "helper.path = '../app/helper'\n");
        },
    );
}

#[test]
fn both_branches_write_the_first_manifest() {
    merges(
        bare,
        |w| add_crate(w, "crates/one", &["../base"]),
        |w| add_crate(w, "crates/two", &["../app"]),
    );
}

/// Checks that git stops with instructions, and that following them resolves the conflict.
#[track_caller]
fn conflicts(ours: Change, theirs: Change, expected: &str, mend: Change) {
    for (way, go_on) in WAYS.into_iter().zip([
        &["commit", "--quiet", "--no-edit"][..],
        &["rebase", "--continue"],
    ]) {
        let workspace = branched(with_manifest(), ours, theirs);
        let this_side = match way[0] {
            "merge" => "side",
            _ => "main",
        };
        let before = git(
            &workspace,
            &["show", &format!("{this_side}:cratesieve.json")],
        );
        let before = succeed(&mut { before });
        let output = git(&workspace, way).output().unwrap();
        let words = words(&output);
        assert!(!output.status.success(), "{words}");
        assert!(words.contains(expected), "no {expected:?} in:\n{words}");
        assert!(
            words.contains(
                "hint: when everything else is merged, run `cratesieve gen` and \
                 `git add cratesieve.json`"
            ),
            "{words}"
        );
        assert_eq!(workspace.read("cratesieve.json"), before, "{way:?}");
        let unmerged = git(&workspace, &["ls-files", "--unmerged", "cratesieve.json"]);
        assert_ne!(succeed(&mut { unmerged }), "");

        mend(&workspace);
        workspace.generate();
        succeed(&mut git(&workspace, &["add", "--all"]));
        succeed(&mut git(&workspace, go_on));
        assert_eq!(cratesieve(&workspace.root(), ["gen", "--check"]).code, 0);
    }
}

#[test]
fn a_crate_goes_while_its_lists_change() {
    conflicts(
        |w| w.remove("crates/tool"),
        |w| w.write("crates/tool/tests/it.rs", "#[test] fn it() {}\n"),
        "tool: one side removes it, the other changes it",
        |w| w.remove("crates/tool"),
    );
}

#[test]
fn a_crate_goes_while_another_comes_to_need_it() {
    conflicts(
        |w| w.remove("crates/tool"),
        |w| w.append("crates/app/Cargo.toml", "tool.path = '../tool'\n"),
        "app: it depends on tool, which the other side removes",
        |w| w.replace("crates/app/Cargo.toml", "tool.path = '../tool'\n", ""),
    );
}

/// Only the merged sources could show this change. `gen --check` finds it.
#[test]
fn what_the_driver_cannot_know_the_check_says() {
    let workspace = branched(
        with_manifest(),
        |w| {
            w.write(
                "crates/tool/src/lib.rs",
                "#![doc = include_str!(\"../README.md\")]\n",
            );
            w.write("crates/tool/tests/it.rs", "#[test] fn it() {}\n");
        },
        |w| w.write("crates/tool/README.md", "x"),
    );
    let output = git(&workspace, WAYS[0]).output().unwrap();
    assert!(output.status.success(), "{}", words(&output));
    let check = cratesieve(&workspace.root(), ["gen", "--check"]);
    assert_eq!(check.code, 1);
    assert!(check.stderr.contains("hint: run `cratesieve gen"));
}

#[test]
fn the_driver_by_itself() {
    let workspace = with_manifest();
    let good = workspace.read("cratesieve.json");
    let run = |base: &str, ours: &str, theirs: &str| {
        for (name, text) in [("o", base), ("a", ours), ("b", theirs)] {
            workspace.write(name, text);
        }
        let line = ["merge-driver", "o", "a", "b", "rust code/cratesieve.json"];
        let outcome = run_in(workspace.repository(), &line);
        (outcome.code, outcome.stderr)
    };
    // The driver keeps the line endings.
    let (code, words) = run(
        &good.replace('\n', "\r\n"),
        &good.replace('\n', "\r\n"),
        &good,
    );
    assert_eq!(code, 0, "{words}");
    assert_eq!(workspace.read("a"), good);

    let (code, words) = run(&good, "<<<<<<<\n", &good);
    assert_eq!(code, 1);
    let expected = "error[invalid-manifest]: rust code/cratesieve.json:1: the manifest of this \
                    side cannot be read: expected value\n\nhint: when everything else is merged, run \
                    `cratesieve gen --manifest-path 'rust code'` and `git add 'rust \
                    code/cratesieve.json'`\n";
    assert_eq!(words, expected);
    assert_eq!(workspace.read("a"), "<<<<<<<\n");

    let newer = good.replace("\"format\": 2", "\"format\": 9");
    let (code, words) = run(&good, &good, &newer);
    assert_eq!(code, 1);
    assert!(
        words.contains("the other side has format 9; this cratesieve knows format 2"),
        "{words}"
    );
    assert!(words.contains("hint: update cratesieve; when "), "{words}");

    let older = good.replace("\"format\": 2", "\"format\": 1");
    let (code, words) = run(&older, &good, &good);
    assert_eq!(code, 1);
    let expected = "error[older-format]: rust code/cratesieve.json: the common ancestor has format 1; \
                    this cratesieve knows format 2\n\nhint: when everything else is merged, run \
                    `cratesieve gen ";
    assert!(words.starts_with(expected), "{words}");

    let (code, words) = run("", &good, &good);
    assert_eq!(code, 0, "{words}");
    let missing = run_in(
        workspace.repository(),
        &["merge-driver", "no-file", "a", "b"],
    );
    assert_eq!(missing.code, 2);
}
