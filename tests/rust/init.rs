//! `cratesieve init` in repositories of all kinds: what it writes, what it leaves unchanged, and what it
//! reports.

#![cfg(unix)]

use crate::common;

use std::fs;
use std::process::Command;

use camino::Utf8Path;
use common::nix::Workspace;
use common::{Outcome, cratesieve, fixtures, git, run_in};
use cratesieve::setup::Layout;

fn init(directory: &Utf8Path, args: &[&str]) -> Outcome {
    run_in(directory, &[&["init"], args].concat())
}

/// What `init` says is left to do, and what it did.
#[track_caller]
fn fine(directory: &Utf8Path, args: &[&str]) -> (String, String) {
    let outcome = init(directory, args);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    (outcome.stdout, outcome.stderr)
}

/// All files and their contents, including git's hooks and configuration but no other files of git.
fn state(directory: &Utf8Path) -> Vec<(String, Vec<u8>)> {
    let entries = walkdir::WalkDir::new(directory).sort_by_file_name();
    let files = entries.into_iter().map(Result::unwrap);
    let counts = |path: &str| {
        let path = path.strip_prefix(directory.as_str()).unwrap();
        !path.starts_with("/.git/") || path.contains("/hooks/") || path.ends_with("/config")
    };
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path().into_os_string().into_string().unwrap())
        .filter(|path| counts(path))
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect()
}

/// A repository without files of cratesieve.
fn new(fixture: &str) -> Workspace {
    let workspace = Workspace::of(fixture);
    let manifest = workspace.root().join("cratesieve.json");
    fs::remove_file(manifest).unwrap();
    workspace.commit();
    workspace
}

#[test]
fn everything_from_nothing() {
    let workspace = new("four-crates");
    let root = workspace.root();
    let before = state(&root);
    let (_, dry) = fine(
        &root,
        &["--dry-run", "--merge-driver", "--pre-commit", "--github"],
    );
    let wanted = "would write cratesieve.json: 4 crates\nwould write flake.nix\n\
                  would write .gitattributes\n\
                  would set merge.cratesieve.name in this clone's git configuration\n\
                  would set merge.cratesieve.driver in this clone's git configuration\n\
                  would write .git/hooks/pre-commit\n\
                  would write .github/workflows/cratesieve.yml\n";
    assert_eq!(dry, wanted);
    assert_eq!(state(&root), before, "a dry run wrote something");

    let (to_do, said) = fine(&root, &[]);
    assert_eq!(
        said,
        "wrote cratesieve.json: 4 crates\nwrote flake.nix\nwrote .gitattributes\n"
    );
    let template = include_str!("../../nix/template/flake.nix");
    assert_eq!(workspace.read("flake.nix"), template);
    let line = "/cratesieve.json merge=cratesieve\n";
    assert_eq!(workspace.read(".gitattributes"), line);
    for part in [
        "git add cratesieve.json flake.nix .gitattributes\n",
        "    nix build .#pkg-b\n    nix flake check --keep-going\n",
        "    cratesieve init --merge-driver\n",
        "    cratesieve init --pre-commit\n",
        "    nix run .#gen -- --check\n",
    ] {
        assert!(to_do.contains(part), "no {part:?} in:\n{to_do}");
    }
    git(
        &root,
        &["add", "cratesieve.json", "flake.nix", ".gitattributes"],
    );

    let (to_do, said) = fine(&root, &["--merge-driver", "--pre-commit", "--github"]);
    assert!(said.contains("wrote .git/hooks/pre-commit\nwrote .github/workflows/cratesieve.yml\n"));
    let expected = "What is left to do:\n\nAdd the new files to git. A flake sees only files that git \
                    tracks:\n\n    git add .github/workflows/cratesieve.yml\n";
    assert_eq!(to_do, expected);
    let driver = git(&root, &["config", "merge.cratesieve.driver"]);
    assert_eq!(driver, "cratesieve merge-driver %O %A %B %P");

    let before = state(&root);
    git(&root, &["add", "--all"]);
    for args in [&[][..], &["--merge-driver", "--pre-commit", "--github"]] {
        let (to_do, said) = fine(&root, args);
        assert_eq!(to_do, "");
        let last = said.lines().last();
        assert_eq!(last, Some("nothing to write"), "{said}");
        assert!(!said.contains("wrote") && !said.contains("added"), "{said}");
        assert_eq!(state(&root), before);
    }
}

/// No build reads the files that `init` adds.
#[test]
fn the_manifest_stays_fresh() {
    for fixture in fixtures() {
        let workspace = new(&fixture.name);
        let root = workspace.root();
        let all = ["--merge-driver", "--pre-commit", "--github"];
        let (_, said) = fine(&root, &all);
        let check = cratesieve(&root, ["gen", "--check"]);
        assert_eq!(check.code, 0, "{}: {}", fixture.name, check.stdout);
        let before = state(workspace.repository());
        let (_, again) = fine(&root, &all);
        assert!(
            again.ends_with("nothing to write\n"),
            "{}: {said}{again}",
            fixture.name
        );
        assert_eq!(state(workspace.repository()), before);
    }
}

#[test]
fn what_is_there_stays() {
    let workspace = new("four-crates");
    let root = workspace.root();
    let flake = "{ outputs = _: { }; }\n";
    workspace.write("flake.nix", flake);
    workspace.write(".gitattributes", "* text=auto\r\n*.lock -diff");
    workspace.write(".git/hooks/pre-commit", "#!/bin/sh\nmine\n");
    workspace.write(".github/workflows/cratesieve.yml", "on: push\n");
    let all = ["--pre-commit", "--github"];
    let (to_do, said) = fine(&root, &all);
    let expected = "wrote cratesieve.json: 4 crates\nflake.nix is there and stays as it is\n\
                    added `/cratesieve.json merge=cratesieve` to .gitattributes\n\
                    .git/hooks/pre-commit is there and stays as it is\n\
                    .github/workflows/cratesieve.yml is there and stays as it is\n";
    assert_eq!(said, expected);
    assert_eq!(workspace.read("flake.nix"), flake);
    assert_eq!(
        workspace.read(".gitattributes"),
        "* text=auto\r\n*.lock -diff\r\n/cratesieve.json merge=cratesieve\r\n"
    );
    let asked = git(&root, &["check-attr", "merge", "cratesieve.json"]);
    assert_eq!(asked, "cratesieve.json: merge: cratesieve");
    assert_eq!(workspace.read(".git/hooks/pre-commit"), "#!/bin/sh\nmine\n");
    for part in [
        "Add to flake.nix:\n",
        "src = ./.;\n",
        "add to .git/hooks/pre-commit:\n\n    cratesieve gen --check --quiet || exit\n",
        "run this in .github/workflows/cratesieve.yml:\n\n    nix run .#gen -- --check\n",
    ] {
        assert!(to_do.contains(part), "no {part:?} in:\n{to_do}");
    }

    workspace.write(".pre-commit-config.yaml", "repos: []\n");
    workspace.remove(".git/hooks/pre-commit");
    let (to_do, said) = fine(&root, &all);
    assert!(said.contains(".pre-commit-config.yaml is there and stays as it is\n"));
    assert!(to_do.contains("      entry: cratesieve gen --check\n"));
    assert!(!workspace.path(".git/hooks/pre-commit").exists());

    // An existing setting for merges stays.
    workspace.write(".gitattributes", "*.json -merge\n");
    let (to_do, said) = fine(&root, &[]);
    assert!(
        said.contains("git's attributes have `merge=unset` for cratesieve.json, and stay"),
        "{said}"
    );
    assert_eq!(workspace.read(".gitattributes"), "*.json -merge\n");
    assert!(to_do.contains("    /cratesieve.json merge=cratesieve\n"));
    git(&root, &["config", "merge.cratesieve.driver", "other %A"]);
    let (_, said) = fine(&root, &["--merge-driver"]);
    assert!(said.contains("another merge driver, which stays: other %A\n"));
}

/// The printed flake code has the path to a workspace below the flake.
#[test]
fn a_flake_above_the_workspace() {
    let workspace = new("outside-root");
    let flake = "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } { }; }\n";
    workspace.write("flake.nix", flake);
    let root = workspace.root();
    let (to_do, said) = fine(&root, &[]);
    assert!(
        said.contains("\n../flake.nix is there and stays as it is\n"),
        "{said}"
    );
    assert_eq!(workspace.read("flake.nix"), flake);
    for part in [
        "Add to ../flake.nix:\n",
        "\nOr let git add it: cratesieve init --patch | git -C .. apply\n",
        "imports = [ inputs.cratesieve.flakeModules.default ];\n",
        "              src = ./.;\n              manifest = ./ws/cratesieve.json;\n",
    ] {
        assert!(to_do.contains(part), "no {part:?} in:\n{to_do}");
    }
    assert!(!to_do.contains("mkWorkspace"), "{to_do}");
    let before = state(workspace.repository());
    let (again, said) = fine(&root, &[]);
    assert_eq!(again, to_do);
    assert!(said.ends_with("nothing to write\n"), "{said}");
    assert_eq!(state(workspace.repository()), before);

    // Text in a comment does not count.
    workspace.write("flake.nix", &format!("{flake}# inputs.cratesieve\n"));
    let (again, _) = fine(&root, &[]);
    assert_eq!(again, to_do);

    // After the patch is applied, `init` has nothing more to say about the flake.
    let (patch, _) = fine(&root, &["--patch"]);
    let file = workspace.path(".git/patch");
    fs::write(&file, patch).unwrap();
    git(&root, &["-C", "..", "apply", file.as_str()]);
    let (to_do, said) = fine(&root, &[]);
    assert!(
        said.contains("../flake.nix has cratesieve already\n"),
        "{said}"
    );
    assert!(!to_do.contains("Add to"), "{to_do}");
}

#[test]
fn a_workspace_below_the_top() {
    let workspace = Workspace::from_files(&[
        (
            "rust/Cargo.toml",
            "[package]\nname = 'x'\nedition = '2024'\n",
        ),
        ("rust/src/lib.rs", ""),
    ]);
    workspace.commit();
    let root = workspace.path("rust");
    let (to_do, said) = fine(&root, &["--pre-commit", "--github"]);
    let expected = "wrote cratesieve.json: 1 crate\nwrote ../flake.nix\nwrote .gitattributes\n\
                    wrote ../.git/hooks/pre-commit\nwrote ../.github/workflows/cratesieve.yml\n";
    assert_eq!(said, expected);
    assert!(workspace.read("flake.nix").contains(" src = ./rust;\n"));
    assert!(to_do.contains(
        "    git add cratesieve.json ../flake.nix .gitattributes ../.github/workflows/cratesieve.yml\n"
    ));
    let hook = workspace.path(".git/hooks/pre-commit");
    let run = || {
        let path = format!(
            "{}:{}",
            Utf8Path::new(env!("CARGO_BIN_EXE_cratesieve"))
                .parent()
                .unwrap(),
            std::env::var("PATH").unwrap()
        );
        let mut hook = Command::new(&hook);
        hook.current_dir(workspace.repository()).env("PATH", path);
        hook.output().unwrap()
    };
    assert!(run().status.success());
    workspace.write("rust/tests/it.rs", "");
    let output = run();
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(
        words.contains("hint: run `cratesieve gen --manifest-path rust`"),
        "{words}"
    );
    let workflow = workspace.read(".github/workflows/cratesieve.yml");
    assert!(workflow.contains("run: nix run .#gen -- --check\n"));

    // The same result at the top of the repository, with the workspace below.
    workspace.remove("rust/cratesieve.json");
    let top = workspace.repository();
    let (to_do, said) = fine(top, &["--manifest-path", "rust/Cargo.toml"]);
    assert!(
        said.starts_with("wrote rust/cratesieve.json: 1 crate\nflake.nix has cratesieve already\n")
    );
    assert!(
        to_do.contains("git add rust/cratesieve.json flake.nix rust/.gitattributes"),
        "{to_do}"
    );
    // Commands work from the directory in which `init` ran.
    let again = "    cratesieve init --merge-driver --manifest-path rust\n";
    assert!(to_do.contains(again), "{to_do}");
    workspace.remove("flake.nix");
    let above = top.parent().unwrap();
    let manifest = workspace.path("rust/Cargo.toml");
    let (to_do, _) = fine(above, &["--manifest-path", manifest.as_str()]);
    let name = top.file_name().unwrap();
    let build = format!("Run all checks:\n\n    nix flake check --keep-going ./{name}\n");
    assert!(to_do.contains(&build), "{to_do}");
}

/// Hooks that all repositories of a user share are not changed.
#[test]
fn hooks_elsewhere_and_files_that_git_ignores() {
    let workspace = new("four-crates");
    let root = workspace.root();
    let elsewhere = tempfile::tempdir().unwrap();
    let hooks = common::utf8(&elsewhere);
    git(&root, &["config", "core.hooksPath", hooks.as_str()]);
    workspace.write(".gitignore", "*.json\n");
    let (to_do, said) = fine(&root, &["--pre-commit"]);
    assert!(
        said.contains("git looks for hooks outside this repository: ")
            && !hooks.join("pre-commit").exists(),
        "{said}"
    );
    assert!(to_do.contains("before each commit, write to "), "{to_do}");
    let add = to_do.lines().find(|line| line.contains("git add")).unwrap();
    assert_eq!(
        add.trim(),
        "git add --force cratesieve.json flake.nix .gitattributes"
    );
    let words: Vec<&str> = add.split_whitespace().skip(1).collect();
    git(&root, &words);
    let (to_do, _) = fine(&root, &[]);
    assert!(!to_do.contains("git add"), "{to_do}");
    // A linked work tree uses the hooks of its clone.
    git(&root, &["config", "--unset", "core.hooksPath"]);
    let beside = hooks.join("beside");
    git(
        &root,
        &["worktree", "add", "--quiet", "--detach", beside.as_str()],
    );
    let (_, said) = fine(&beside, &["--pre-commit"]);
    assert!(workspace.path(".git/hooks/pre-commit").exists(), "{said}");
}

/// If path dependencies are above the workspace, the flake's `src` contains them.
#[test]
fn crates_above_the_workspace() {
    let workspace = new("outside-root");
    fine(&workspace.root(), &[]);
    let flake = workspace.read("flake.nix");
    assert!(
        flake.contains("src = ./.;\n          manifest = ./ws/cratesieve.json;\n"),
        "{flake}"
    );
}

#[test]
fn without_a_repository_without_a_workspace() {
    let directory = tempfile::tempdir().unwrap();
    let root = common::utf8(&directory);
    let outcome = init(root, &[]);
    assert_eq!((outcome.code, &*outcome.stdout), (1, ""));
    assert_eq!(fs::read_dir(root).unwrap().count(), 0);

    fs::create_dir(root.join("src")).unwrap();
    fs::write(root.join("src/lib.rs"), "").unwrap();
    let package = "[package]\nname = 'x'\nedition = '2024'\n";
    fs::write(root.join("Cargo.toml"), package).unwrap();
    let (to_do, said) = fine(root, &["--merge-driver", "--pre-commit"]);
    assert_eq!(
        said,
        "wrote cratesieve.json: 1 crate\nwrote flake.nix\n\
         no git repository here: files and settings of git are left out\n"
    );
    assert!(!to_do.contains("git "), "{to_do}");
    let lock = "What is left to do:\n\nMake Cargo.lock, which every build needs:\n\n    \
                cargo generate-lockfile\n";
    assert!(to_do.starts_with(lock), "{to_do}");
    assert!(!root.join(".gitattributes").exists());
}

/// A file that cannot be written is reported. Files that were written before stay.
#[test]
fn what_cannot_be_written() {
    let workspace = new("four-crates");
    let root = workspace.root();
    workspace.write(".github", "no directory");
    let outcome = init(&root, &["--github"]);
    assert_eq!(outcome.code, 2);
    let words = outcome.stderr.lines().last().unwrap();
    assert!(
        words.starts_with("error: cannot read ") && words.contains(".github/workflows"),
        "{words}"
    );
    workspace.remove(".github");
    fine(&root, &["--github"]);

    workspace.remove("cratesieve.json");
    workspace.make_directory("cratesieve.json");
    let outcome = init(&root, &[]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome
            .stderr
            .contains("error[not-a-file]: cratesieve.json: ")
    );
}

/// The command of the pre-commit.com hook, with a fresh manifest and with a stale one.
#[test]
fn the_hook_for_others() {
    let definition = include_str!("../../.pre-commit-hooks.yaml");
    let entry = definition
        .lines()
        .find_map(|line| line.trim().strip_prefix("entry: cratesieve "));
    let args: Vec<&str> = entry.unwrap().split(' ').collect();
    let workspace = new("four-crates");
    fine(&workspace.root(), &[]);
    let run = || common::cratesieve_with(&workspace.root(), &args);
    assert_eq!(run().code, 0);
    workspace.write("crates/pkg-b/CHANGELOG.md", "x");
    let outcome = run();
    assert_eq!(outcome.code, 1);
    assert!(outcome.stdout.contains("+        \"CHANGELOG.md\",\n"));
    assert!(outcome.stderr.contains("\nhint: run `cratesieve gen"));
    assert!(
        Layout {
            flake: ".".to_owned(),
            workspace: ".".to_owned(),
            source: ".".to_owned(),
        }
        .hook_entry()
        .contains(&format!("entry: cratesieve {}\n", entry.unwrap()))
    );
}

/// A flake sees a new crate or a new lock only after `git add`.
#[test]
fn crates_that_git_does_not_track() {
    let workspace = new("four-crates");
    let root = workspace.root();
    fine(&root, &[]);
    git(&root, &["add", "--all"]);
    git(
        &root,
        &[
            "rm",
            "-r",
            "--quiet",
            "--cached",
            "crates/pkg-d",
            "Cargo.lock",
        ],
    );
    let (to_do, _) = fine(&root, &[]);
    assert!(
        to_do.contains("\n    git add Cargo.lock crates/pkg-d\n"),
        "{to_do}"
    );
    git(&root, &["rm", "-r", "--quiet", "--cached", "."]);
    let (to_do, _) = fine(&root, &[]);
    let line = to_do.lines().find(|line| line.contains("git add"));
    assert!(line.is_some_and(|line| line.ends_with(" .")), "{to_do}");
}

/// Without a tracked Cargo.lock, Nix fails late, so `init` reports it.
#[test]
fn a_lock_that_nix_would_not_see() {
    let workspace = new("four-crates");
    let root = workspace.root();
    let (to_do, _) = fine(&root, &[]);
    assert!(!to_do.contains("Cargo.lock"), "{to_do}");

    let lock = workspace.read("Cargo.lock");
    git(&root, &["rm", "--quiet", "Cargo.lock"]);
    let (to_do, _) = fine(&root, &[]);
    let expected = "What is left to do:\n\nMake Cargo.lock, which every build needs:\n\n    \
                    cargo generate-lockfile\n    git add Cargo.lock\n\nAdd the new files to git";
    assert!(to_do.starts_with(expected), "{to_do}");
    let crates = root.join("crates");
    let (to_do, _) = fine(&crates, &["--dry-run"]);
    let expected = "    cargo generate-lockfile --manifest-path ../Cargo.toml\n    \
                    git add ../Cargo.lock\n";
    assert!(to_do.contains(expected), "{to_do}");

    let list = "target\n*.lock\n!crates/Cargo.lock\n";
    workspace.write(".gitignore", list);
    let (to_do, _) = fine(&root, &[]);
    let expected = "What is left to do:\n\nMake Cargo.lock, which every build needs, and add it to git, \
                    although .gitignore:2 ignores it:\n\n    \
                    cargo generate-lockfile\n    git add --force Cargo.lock\n";
    assert!(to_do.starts_with(expected), "{to_do}");
    workspace.write("Cargo.lock", &lock);
    let (to_do, _) = fine(&crates, &[]);
    let expected = "What is left to do:\n\nAdd Cargo.lock to git, although ../.gitignore:2 ignores it. A \
                    flake sees only files that git tracks:\n\n    git add --force ../Cargo.lock\n";
    assert!(to_do.starts_with(expected), "{to_do}");

    // After `git add`, or if the lock is not ignored, it is no longer reported.
    git(&crates, &["add", "--force", "../Cargo.lock"]);
    let (to_do, _) = fine(&root, &[]);
    assert!(!to_do.contains("Cargo.lock"), "{to_do}");
    git(&root, &["rm", "--quiet", "--cached", "Cargo.lock"]);
    workspace.write(".gitignore", &format!("{list}!/Cargo.lock\n"));
    let (to_do, _) = fine(&root, &[]);
    assert!(!to_do.contains("--force"), "{to_do}");
    assert!(to_do.contains(" .gitattributes Cargo.lock\n"), "{to_do}");
}
