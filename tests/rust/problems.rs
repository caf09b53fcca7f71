//! The message and exit code for each defect, word for word.
//!
//! Each directory of fixtures/invalid is a workspace with a defect. Its `args` is the command line. If there
//! is a `root`, that directory is the workspace and the repository.

use crate::common;

use std::fs;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
#[cfg(unix)]
use common::nix::Workspace;
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

/// Every file with its content.
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

/// A message without the path of the copy, and without Cargo's own words, which depend on the version.
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

/// Failures of the machine, which no change of the workspace can fix, have exit code 2.
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

/// Runs a shell command line in a directory. Returns its exit code and messages.
fn run(place: &Utf8Path, line: &str) -> (i32, String) {
    let line = format!("'{}' {line}", env!("CARGO_BIN_EXE_cratesieve"));
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", &line]).current_dir(place).output();
    let output = output.unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), words)
}

/// Checks that a command fails with this hint, and that the command `better` succeeds.
#[track_caller]
fn remedied(place: &Utf8Path, line: &str, hint: &str, better: &str) {
    let (code, words) = run(place, line);
    assert_eq!(code, 1, "{line}: {words}");
    let expected = format!("\nhint: {hint}\n");
    assert!(words.ends_with(&expected), "{line}: {words}");
    let (code, words) = run(place, better);
    assert_eq!(code, 0, "{better}: {words}");
}

/// The likeliest mistakes of a new user, in a repository with its workspace below the top: each remedy works
/// literally.
#[test]
fn remedies_work() {
    let directory = tempfile::tempdir().unwrap();
    let top = utf8(&directory);
    let fixture = common::Fixture::named("four-crates");
    let copy = common::copy(&fixture.repository);
    let workspace = top.join("rust code");
    fs::rename(copy.keep(), &workspace).unwrap();
    fs::remove_dir(workspace.join(".git")).unwrap();
    let git = |args: &[&str]| common::git(top, args);
    git(&["init", "--quiet", "--initial-branch=topic"]);

    remedied(
        top,
        "gen",
        "add `--manifest-path 'rust code/Cargo.toml'`, or go there",
        "gen --manifest-path 'rust code/Cargo.toml'",
    );
    let name_it =
        "name the workspace's Cargo.toml with --manifest-path, or the directory that holds it";
    for wrong in ["rust", "'rust code/README.md'", "'rust code/crates'"] {
        remedied(
            top,
            &format!("gen --manifest-path {wrong}"),
            name_it,
            "gen --manifest-path 'rust code/Cargo.toml'",
        );
    }
    for wrong in [
        "pkg_a",
        "crates/pkg-a",
        "./crates/pkg-a/",
        "crates/pkg-a/Cargo.toml",
    ] {
        remedied(
            &workspace,
            &format!("files {wrong}"),
            "did you mean `pkg-a`?",
            "files pkg-a",
        );
    }
    remedied(
        &workspace,
        "why crates/pkg-a/src/lib.rs pkg-b",
        "name the crate first: `cratesieve why pkg-b crates/pkg-a/src/lib.rs`",
        "why pkg-b crates/pkg-a/src/lib.rs",
    );
    for line in ["affected", "replay"] {
        let (code, words) = run(&workspace, line);
        assert_eq!(code, 1);
        assert!(
            words.ends_with("\nhint: commit something first\n"),
            "{words}"
        );
    }
    git(&["add", "--all"]);
    git(&["commit", "--quiet", "--message=x"]);
    git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    for dots in ["", "..."] {
        remedied(
            &workspace,
            &format!("affected --since main{dots}"),
            &format!("did you mean `origin/main{dots}`?"),
            &format!("affected --since origin/main{dots}"),
        );
    }
    let (code, words) = run(&workspace, "affected topic");
    assert_eq!(code, 0);
    let note = "note: topic does not exist: this lists the crates that would have it; for the \
                revision, use `--since topic`\n";
    assert!(words.starts_with(note), "{words}");

    fs::remove_file(workspace.join("cratesieve.json")).unwrap();
    remedied(
        &workspace,
        "gen --check",
        "run `cratesieve gen` (in a flake: `nix run .#gen`) and commit cratesieve.json",
        "gen",
    );
    // An empty directory.
    let empty = tempfile::tempdir().unwrap();
    let (code, words) = run(utf8(&empty), "init");
    assert_eq!(code, 1);
    let expected = "error[no-workspace]: Cargo.toml: there is no Cargo.toml here, nor in a directory \
                    above\n\nhint: go to the directory of a Cargo workspace, or name it with \
                    `--manifest-path`\n";
    assert_eq!(words, expected);
}

/// If the workspace is below the current directory, the remedy names it.
#[test]
fn a_workspace_below() {
    let directory = tempfile::tempdir().unwrap();
    let top = utf8(&directory);
    let write = |path: &str| {
        let path = top.join(path);
        fs::create_dir_all(path.join("src")).unwrap();
        fs::write(path.join("src/lib.rs"), "").unwrap();
        let name = path.file_name().unwrap();
        let package = format!("[package]\nname = '{name}'\nedition = '2024'\n[workspace]\n");
        fs::write(path.join("Cargo.toml"), package).unwrap();
    };
    let hint = |expected: &str| {
        let (code, words) = run(top, "gen");
        assert_eq!(code, 1);
        let hint = words.split("\n\nhint: ").nth(1).unwrap();
        assert_eq!(hint, format!("{expected}\n"));
    };
    let nowhere = "go to the directory of a Cargo workspace, or name it with `--manifest-path`";
    for nothing in [
        "a/b/c/deep",
        "target/package",
        ".hidden",
        "a/node_modules/x",
    ] {
        write(nothing);
    }
    #[cfg(unix)]
    common::symlink("a/b/c/deep".as_ref(), top.join("link").as_std_path());
    hint(nowhere);
    write("a/my rust/ws");
    let manifest = "a/my rust/ws/Cargo.toml";
    remedied(
        top,
        "gen",
        &format!("add `--manifest-path '{manifest}'`, or go there"),
        &format!("gen --manifest-path '{manifest}'"),
    );
    // The nearest workspaces, not a list of all.
    write("tools");
    write("rust");
    hint(
        "add `--manifest-path rust/Cargo.toml` or `--manifest-path tools/Cargo.toml`, or go there",
    );
    write("x");
    hint(
        "add `--manifest-path rust/Cargo.toml`, `--manifest-path tools/Cargo.toml` or \
         `--manifest-path x/Cargo.toml`, or go there",
    );
    write("y");
    hint(nowhere);
}

/// `gen --fallback`, as the app `gen` of a flake calls it.
#[test]
fn gen_from_outside_the_workspace() {
    let workspace = common::copy(&common::Fixture::named("four-crates").repository);
    let directory = tempfile::tempdir().unwrap();
    let top = utf8(&directory);
    fs::rename(workspace.path(), top.join("rust")).unwrap();
    fs::remove_dir(top.join("rust/.git")).unwrap();
    for path in [".git", "docs/more", "rust/crates"] {
        fs::create_dir_all(top.join(path)).unwrap();
    }
    let manifest = top.join("rust/cratesieve.json");
    let fresh = fs::read_to_string(&manifest).unwrap();
    let gen_ = "gen --fallback nothing --fallback rust";
    for (place, shown) in [
        (".", "rust/cratesieve.json"),
        ("docs/more", "../../rust/cratesieve.json"),
        ("rust", "cratesieve.json"),
        ("rust/crates/pkg-a", "cratesieve.json"),
    ] {
        let place = top.join(place);
        fs::remove_file(&manifest).unwrap();
        let (code, words) = run(&place, &format!("{gen_} --check"));
        assert_eq!(code, 1);
        let expected = format!("error[missing-manifest]: {shown}: ");
        assert!(words.starts_with(&expected), "{words}");
        let command = words.split('`').nth(1).unwrap();
        let (code, words) = run(&place, gen_);
        assert_eq!((code, words), (0, format!("wrote {shown}: 4 crates\n")));
        assert_eq!(fs::read_to_string(&manifest).unwrap(), fresh);
        let (code, _) = run(&place, command.strip_prefix("cratesieve ").unwrap());
        assert_eq!(code, 0, "{command}");
    }
    // The user's option wins, and so does a workspace that Cargo finds.
    let (code, words) = run(top, "gen --fallback rust --manifest-path docs");
    assert_eq!(code, 1);
    assert!(words.contains("no Cargo.toml in the directory"), "{words}");
    fs::create_dir_all(top.join("tools/src")).unwrap();
    fs::write(top.join("tools/src/lib.rs"), "").unwrap();
    fs::write(top.join("tools/Cargo.toml"), "[package]\nname = 'tools'\n").unwrap();
    let (_, words) = run(&top.join("tools"), gen_);
    assert_eq!(words, "wrote cratesieve.json: 1 crate\n");
    // With two workspaces, or one outside the repository, `gen` does not guess.
    let (code, words) = run(top, "gen --fallback rust --fallback tools");
    assert_eq!(code, 1);
    let hint =
        "`--manifest-path rust/Cargo.toml` or `--manifest-path tools/Cargo.toml`, or go there";
    assert!(words.contains(hint), "{words}");
    fs::create_dir(top.join("docs/.git")).unwrap();
    let (code, words) = run(&top.join("docs"), gen_);
    assert_eq!(code, 1);
    assert!(words.starts_with("error[no-workspace]: "), "{words}");
    // A Cargo.toml above the repository does not belong to it.
    fs::write(top.join("Cargo.toml"), "").unwrap();
    let inner = top.join("docs/ws");
    fs::rename(top.join("rust"), &inner).unwrap();
    let (code, words) = run(&top.join("docs"), "gen --fallback ws");
    assert_eq!(
        (code, &*words),
        (0, "ws/cratesieve.json is up to date: 4 crates\n")
    );
}

/// A path with a backslash, which is a separator on Windows only.
#[cfg(unix)]
#[test]
fn a_backslash_in_the_path_of_a_crate() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    let krate = root.join("crates/a\\b");
    fs::create_dir_all(krate.join("src")).unwrap();
    fs::write(
        root.join("Cargo.toml"),
        "[workspace]\nmembers = [\"crates/*\"]\n",
    )
    .unwrap();
    fs::write(krate.join("Cargo.toml"), "[package]\nname = \"a\"\n").unwrap();
    fs::write(krate.join("src/lib.rs"), "").unwrap();
    let outcome = cratesieve(root, ["gen"]);
    assert_eq!(outcome.code, 1);
    assert_eq!(
        outcome.stderr,
        "error[odd-path]: crates/a\\b/Cargo.toml: the path of this crate has a backslash in it\n\nhint: \
         rename the directory: the manifest separates names with `/` on all systems, and knows no \
         backslash\n"
    );
}

/// If the workspace is neither above nor below, the remedy names one in the repository.
#[cfg(unix)]
#[test]
fn a_workspace_beside() {
    let workspace = Workspace::from_files(&[
        ("rust/my code/Cargo.toml", "[package]\nname = 'x'\n"),
        ("rust/my code/src/lib.rs", ""),
        ("docs/more/index.md", ""),
        ("rust/README.md", ""),
    ]);
    for (place, manifest) in [
        ("docs", "../rust/my code/Cargo.toml"),
        ("docs/more", "../../rust/my code/Cargo.toml"),
        ("rust", "my code/Cargo.toml"),
    ] {
        remedied(
            &workspace.path(place),
            "gen",
            &format!("add `--manifest-path '{manifest}'`, or go there"),
            &format!("gen --manifest-path '{manifest}'"),
        );
    }
    // A workspace below is preferred to one in another directory.
    workspace.write("docs/more/book/Cargo.toml", "[package]\nname = 'y'\n");
    workspace.write("docs/more/book/src/lib.rs", "");
    remedied(
        &workspace.path("docs"),
        "gen",
        "add `--manifest-path more/book/Cargo.toml`, or go there",
        "gen --manifest-path more/book/Cargo.toml",
    );
    // A workspace in another repository is ignored.
    workspace.make_directory("rust/other/.git");
    let (_, words) = run(&workspace.path("rust/other"), "gen");
    assert!(
        words.contains("hint: go to the directory of a Cargo workspace"),
        "{words}"
    );
}

/// An empty workspace: the manifest is written, with a warning.
#[cfg(unix)]
#[test]
fn a_workspace_without_members() {
    let workspace = Workspace::from_files(&[("Cargo.toml", "[workspace]\nresolver = '3'\n")]);
    let warning = "warning[no-members]: Cargo.toml: the workspace has no members: there is nothing to \
                   build\n\nhint: list the directories of its crates in `members` of `[workspace]`\n\n";
    for (line, said) in [
        ("gen", "wrote cratesieve.json: 0 crates\n"),
        ("gen --check", "cratesieve.json is up to date: 0 crates\n"),
        ("gen --output -", ""),
    ] {
        let (code, words) = run(&workspace.root(), line);
        assert_eq!((code, words), (0, format!("{warning}{said}")));
    }
    assert_eq!(run(&workspace.root(), "gen --quiet"), (0, String::new()));
    let (_, words) = run(&workspace.root(), "init --dry-run");
    assert!(words.starts_with(warning), "{words}");

    workspace.write("Cargo.toml", "[workspace]\nmembers = ['a']\n");
    workspace.write("a/Cargo.toml", "[package]\nname = 'a'\n");
    workspace.write("a/src/lib.rs", "");
    let (_, words) = run(&workspace.root(), "gen");
    assert!(!words.contains("warning"), "{words}");
}

/// `gen` reports a manifest that would stop Nix.
#[test]
fn configuration_that_nix_refuses() {
    let workspace = Workspace::of("config-target-dir");
    let text = "[resolver]\nlockfile-path = 'x/Cargo.lock'\nfeature-unification = 'workspace'\n";
    workspace.write(".cargo/config.toml", text);
    let (code, words) = run(&workspace.root(), "gen");
    assert_eq!(code, 0, "{words}");
    for said in [
        "warning[refused-configuration]: .cargo/config.toml: `resolver.lockfile-path`: cratesieve \
         reads the Cargo.lock next to the root Cargo.toml\n\nhint: leave it out\n",
        "warning[refused-configuration]: .cargo/config.toml: `resolver.feature-unification`: \
         each crate is built without the rest of the workspace\n\nhint: leave it out; if its value is \
         \"workspace\", give mkWorkspace `features = \"workspace\"`\n",
    ] {
        assert!(words.contains(said), "{said}\n{words}");
    }
}

/// A date or time in TOML, which Nix cannot read, is reported for every file that it reads.
#[cfg(unix)]
#[test]
fn toml_that_nix_does_not_read() {
    let package = |name: &str, more: &str| format!("[package]\nname = '{name}'\n{more}");
    let workspace = Workspace::from_files(&[
        (
            "ws/Cargo.toml",
            "[workspace]\nmembers = ['a', 'b']\n\n[workspace.metadata]\nsince = 2024-02-29\n",
        ),
        ("ws/.cargo/config.toml", "[env]\nx = '.cargo/more.toml'\n"),
        // A file that no configuration includes is not read.
        ("ws/.cargo/more.toml", "[x]\n\n\nat = 10:30:00\n"),
        (
            "ws/a/Cargo.toml",
            &package("a", "metadata.x = [\n  { at = 2024-02-29T10:00:00Z }\n]\n"),
        ),
        (
            "ws/b/Cargo.toml",
            &package(
                "b",
                "# 2024-02-29\ndescription = 'of 2024-02-29'\n[dependencies]\nc.path = '../../other/c'\n",
            ),
        ),
        ("ws/a/src/lib.rs", ""),
        ("ws/b/src/lib.rs", ""),
        // A file that no build reads.
        ("ws/a/tests/data/Cargo.toml", "a = 2024-02-29\n"),
        (
            "other/Cargo.toml",
            "[workspace]\nmembers = ['c']\npackage.edition = '2024'\nmetadata.on = 2024-02-29\n",
        ),
        (
            "other/c/Cargo.toml",
            &package("c", "edition.workspace = true\n"),
        ),
        ("other/c/src/lib.rs", ""),
    ]);
    let root = workspace.path("ws");
    let warning = |place: &str| {
        format!(
            "warning[bad-toml]: {place}: Nix cannot read dates in TOML\n\nhint: write the date as a string\n\n"
        )
    };
    let places = ["../other/Cargo.toml:4", "Cargo.toml:5", "a/Cargo.toml:4"];
    let expected = places.map(warning).concat();
    for (line, said) in [
        ("gen", "wrote cratesieve.json: 3 crates\n"),
        ("gen --check", "cratesieve.json is up to date: 3 crates\n"),
    ] {
        let (code, words) = run(&root, line);
        assert_eq!((code, words), (0, format!("{expected}{said}")));
    }
    // `verify` depends on the files that Nix reads, so it stops.
    let (code, words) = run(&root, "verify");
    assert_eq!(code, 1);
    assert!(words.contains("error[bad-toml]: Cargo.toml:5: "), "{words}");

    // The remedy works literally.
    for (file, date) in [
        ("other/Cargo.toml", "2024-02-29"),
        ("ws/Cargo.toml", "2024-02-29"),
        ("ws/a/Cargo.toml", "2024-02-29T10:00:00Z"),
    ] {
        workspace.replace(file, date, &format!("'{date}'"));
    }
    let (_, words) = run(&root, "gen");
    assert_eq!(words, "cratesieve.json is up to date: 3 crates\n");
}

/// The hint names the crate of a program or of a library.
#[test]
fn a_target_in_place_of_a_crate() {
    for (name, expected) in [
        (
            "extra",
            "hint: `extra` is a program of the crate `many-bins`: use that name\n",
        ),
        ("many_bins", "hint: did you mean `many-bins`?\n"),
        ("crates/many-bins", "hint: did you mean `many-bins`?\n"),
    ] {
        let root = common::Fixture::named("targets").root();
        let outcome = cratesieve(&root, ["files", name]);
        assert_eq!(outcome.code, 1);
        let expected = format!(
            "error[unknown-crate]: Cargo.toml: the workspace has no crate `{name}`\n\n{expected}"
        );
        assert_eq!(outcome.stderr, expected);
    }
}
