//! `cratesieve affected` and `cratesieve fingerprint`, in git repositories of every kind.

#![cfg(unix)]

use crate::common;

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use common::nix::Workspace;
use common::{Outcome, cratesieve, cratesieve_with, git, run_in};
use serde_json::Value;

#[track_caller]
fn fine(outcome: Outcome) -> String {
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    outcome.stdout
}

fn names(root: &Utf8Path, args: &[&str]) -> String {
    let mut line = vec!["affected", "--format", "names", "--quiet"];
    line.extend(args);
    fine(cratesieve_with(root, &line)).replace('\n', " ")
}

fn parts(root: &Utf8Path, path: &str) -> BTreeMap<String, Value> {
    let line = ["affected", "--format", "json", "--quiet", path];
    let answer: Value = serde_json::from_str(&fine(cratesieve(root, line))).unwrap();
    let crates = answer["crates"].as_object().unwrap().clone();
    let parts = crates
        .into_iter()
        .map(|(name, mut krate)| (name, krate["parts"].take()));
    parts.collect()
}

#[track_caller]
fn problem(root: &Utf8Path, args: &[&str]) -> String {
    let mut line = vec!["affected"];
    line.extend(args);
    let outcome = cratesieve_with(root, &line);
    assert_eq!(
        (outcome.code, &*outcome.stdout),
        (1, ""),
        "{}",
        outcome.stderr
    );
    outcome.stderr
}

/// A series of edits. Each is compared with the commit of the edit before.
#[test]
fn what_it_says() {
    let mut text = String::new();
    let mut show = |workspace: &Workspace, what: &str, args: &[&str]| {
        let mut line = vec!["affected"];
        line.extend(args);
        let outcome = cratesieve_with(&workspace.root(), &line);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let head = git(workspace.repository(), &["rev-parse", "--short=8", "HEAD"]);
        let stderr = outcome.stderr.replace(&head, "COMMIT");
        let line = line.join(" ");
        text += &format!(
            "# {what}\n$ cratesieve {line}\n{}--- {stderr}\n",
            outcome.stdout
        );
    };

    let workspace = Workspace::committed("four-crates");
    show(&workspace, "nothing", &[]);
    workspace.append("crates/pkg-a/src/words.rs", "// More.\n");
    workspace.append("crates/pkg-a/tests/sides.rs", "// More.\n");
    workspace.append("README.md", "More.\n");
    show(&workspace, "a library, a test and a document", &[]);
    show(&workspace, "the same", &["--format", "names"]);
    workspace.commit();

    workspace.write("crates/pkg-b/src/new.rs", "");
    workspace.remove("crates/pkg-a/examples/greet.rs");
    show(&workspace, "a file that is new and one that is gone", &[]);
    workspace.commit();

    workspace.write(
        "Cargo.lock",
        &workspace
            .read("Cargo.lock")
            .replace("version = \"1.0.18\"", "version = \"1.0.99\""),
    );
    workspace.replace("crates/pkg-d/Cargo.toml", "0.1.0", "0.2.0");
    workspace.replace("crates/pkg-a/Cargo.toml", "publish = false\n", "");
    workspace.replace(
        "crates/pkg-d/Cargo.toml",
        "default-features = false",
        "features = [\"std\"]",
    );
    workspace.append(
        "Cargo.toml",
        "[profile.release.package.itoa]\nopt-level = 1\n",
    );
    show(&workspace, "a lock, manifests, an override", &[]);
    workspace.commit();

    workspace.replace(
        "crates/pkg-d/Cargo.toml",
        "[dependencies]\n",
        "[dependencies]\npkg-b = { path = \"../pkg-b\" }\n",
    );
    workspace.write("crates/pkg-b/src/lib.rs", "");
    show(&workspace, "a new dependency", &[]);
    workspace.commit();

    workspace.remove("crates/pkg-c");
    workspace.replace(
        "Cargo.toml",
        "    \"crates/pkg-c\",\n",
        "    \"crates/pkg-e\",\n",
    );
    workspace.write("crates/pkg-e/src/lib.rs", "");
    workspace.write(
        "crates/pkg-e/Cargo.toml",
        "[package]\nname = \"pkg-e\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    show(&workspace, "a crate that comes and one that goes", &[]);
    show(&workspace, "the same", &["--format", "names"]);

    let workspace = Workspace::committed("patched");
    workspace.append("crates/cfg-if-core/src/lib.rs", "// More.\n");
    show(&workspace, "by way of a third-party crate", &[]);

    let workspace = Workspace::committed("glob-members");
    workspace.append("tools/old/src/lib.rs", "// More.\n");
    show(&workspace, "a crate that is no member", &[]);
    show(&workspace, "the same", &["--format", "names"]);

    let workspace = Workspace::committed("shared-proto");
    workspace.append("proto/api.proto", "// More.\n");
    show(
        &workspace,
        "a file that two crates read",
        &["--format", "json"],
    );

    let workspace = Workspace::committed("cargo-config");
    workspace.append(".cargo/config.toml", "\n[term]\nquiet = true\n");
    show(&workspace, "what everybody reads", &[]);

    let text = text
        .lines()
        .map(|line| match line.split_once("\"commit\": ") {
            Some((before, _)) => format!("{before}\"commit\": \"COMMIT\",\n"),
            None => format!("{line}\n"),
        });
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("affected", text.collect::<String>());
    });
}

#[test]
fn paths_in_place_of_a_revision() {
    let mut text = String::new();
    let questions: [(&str, &[&str]); 13] = [
        ("four-crates", &["crates/pkg-a/src/words.rs"]),
        ("four-crates", &["crates/pkg-a/tests", "README.md"]),
        ("four-crates", &["Cargo.lock"]),
        ("four-crates", &["Cargo.toml"]),
        ("four-crates", &["crates/pkg-d/Cargo.toml"]),
        ("four-crates", &["crates/pkg-c/src/gone.rs"]),
        ("four-crates", &["crates/pkg-a/benches/gone.rs"]),
        (
            "four-crates",
            &[
                "target/debug/x",
                "elsewhere/gone.rs",
                "crates/pkg-a/.gone.rs.swp",
            ],
        ),
        ("below-root", &["../proto/x.txt"]),
        ("shared-proto", &["proto"]),
        ("cargo-config", &["rust-toolchain.toml"]),
        ("bin-only-deps", &["both/src/main.rs"]),
        ("no-lock", &["Cargo.lock"]),
    ];
    for (fixture, paths) in questions {
        let workspace = Workspace::of(fixture);
        let mut line = vec!["affected"];
        line.extend(paths);
        let outcome = cratesieve_with(&workspace.root(), &line);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let paths = paths.join(" ");
        text += &format!(
            "$ cd {fixture}; cratesieve affected {paths}\n{}--- {}\n",
            outcome.stdout, outcome.stderr
        );
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("affected-paths", text);
    });
}

/// An edit of any path that is in the source of crates affects these crates.
#[test]
fn paths_reach_whose_source_holds_them() {
    for fixture in [
        "four-crates",
        "bin-only-deps",
        "root-package",
        "settings",
        "symlinks",
    ] {
        let workspace = Workspace::of(fixture);
        let root = workspace.root();
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        let manifest: Value = serde_json::from_str(&workspace.read("cratesieve.json")).unwrap();
        for name in manifest["crates"].as_object().unwrap().keys() {
            for file in fine(cratesieve(&root, ["files", name, "--role", "test"])).lines() {
                *owners.entry(file.to_owned()).or_default() += &format!("{name} ");
            }
        }
        assert!(owners.len() > 4, "{fixture}");
        for (file, owners) in owners {
            assert_eq!(names(&root, &[&file]), owners, "{fixture}: {file}");
        }
    }
}

/// A path of a file that does not exist affects the crates that would have the file.
#[test]
fn paths_that_are_not_there_reach_whose_source_would_hold_them() {
    // In these fixtures, a new file does not change whether its directory as a whole is for tests or is
    // excluded.
    for fixture in [
        "below-root",
        "four-crates",
        "nested-crate",
        "odd-names",
        "outside-files",
        "root-package",
        "shared-proto",
    ] {
        let workspace = Workspace::of(fixture);
        let root = workspace.root();
        let below = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        let directories: Vec<_> = below
            .filter(|entry| entry.file_type().is_dir())
            .map(|entry| Utf8PathBuf::from_path_buf(entry.into_path()).unwrap())
            .filter(|directory| !directory.components().any(|name| name.as_str() == ".git"))
            .collect();
        for directory in directories {
            let file = directory.join("not-there.txt");
            let shown = file.strip_prefix(&root).unwrap();
            let before = parts(&root, shown.as_str());
            fs::write(&file, "").unwrap();
            assert_eq!(before, parts(&root, shown.as_str()), "{fixture}: {shown}");
            fs::remove_file(&file).unwrap();
        }
    }
}

#[test]
fn the_work_tree_and_the_index_stay_as_they_are() {
    let workspace = Workspace::committed("four-crates");
    let root = workspace.root();
    workspace.append("crates/pkg-a/src/lib.rs", "// Staged.\n");
    git(&root, &["add", "--all"]);
    workspace.append("crates/pkg-d/src/main.rs", "// Not staged.\n");
    // Equal content with another time stamp than git has recorded.
    let same = fs::File::open(workspace.path("crates/pkg-b/src/main.rs")).unwrap();
    same.set_modified(SystemTime::now() - Duration::from_secs(60))
        .unwrap();
    let state = || {
        let files = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter();
        let files = files.map(Result::unwrap).map(|entry| {
            let time = entry.metadata().unwrap().modified().unwrap();
            (entry.into_path(), time)
        });
        files.collect::<Vec<_>>()
    };
    // Edits only, and then also other changes.
    for expected in ["pkg-a pkg-b pkg-c pkg-d ", "pkg-a pkg-b pkg-c pkg-d "] {
        let before = state();
        assert_eq!(names(&root, &[]), expected);
        let after = state();
        let changed = after.iter().filter(|entry| !before.contains(entry));
        let changed: Vec<_> = changed.map(|(path, _)| path).collect();
        assert!(changed.is_empty(), "{changed:?} changed");
        assert_eq!(after.len(), before.len());
        workspace.write("crates/pkg-c/src/untracked.rs", "");
    }
}

#[test]
fn what_counts_as_changed() {
    let workspace = Workspace::committed("four-crates");
    let root = workspace.root();
    assert_eq!(names(&root, &[]), "");
    // A touched file with equal content.
    workspace.append("crates/pkg-d/src/main.rs", "");
    assert_eq!(names(&root, &[]), "");
    // A staged edit that is undone in the work tree.
    let text = workspace.read("crates/pkg-d/src/main.rs");
    workspace.append("crates/pkg-d/src/main.rs", "// More.\n");
    git(&root, &["add", "--all"]);
    workspace.write("crates/pkg-d/src/main.rs", &text);
    assert_eq!(names(&root, &[]), "");
    // An untracked file, which then becomes ignored.
    workspace.write("crates/pkg-d/src/generated.rs", "");
    assert_eq!(names(&root, &[]), "pkg-d ");
    workspace.write(".gitignore", "generated.rs\n");
    assert_eq!(names(&root, &[]), "");
    workspace.remove("crates/pkg-d/src/generated.rs");
    // A tracked file that matches an ignore list.
    workspace.write("crates/pkg-d/src/generated.rs", "");
    workspace.commit();
    assert_eq!(names(&root, &[]), "");
    workspace.append("crates/pkg-d/src/generated.rs", "// More.\n");
    assert_eq!(names(&root, &[]), "pkg-d ");
    workspace.commit();
    assert_eq!(names(&root, &["--since", "HEAD~1"]), "pkg-d ");
    // The executable bit.
    use std::os::unix::fs::PermissionsExt as _;
    let file = workspace.path("crates/pkg-d/src/main.rs");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(names(&root, &[]), "pkg-d ");
    // A symbolic link, and the file that it leads to.
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    workspace.link("main.rs", "crates/pkg-d/src/link.rs");
    workspace.commit();
    assert_eq!(names(&root, &[]), "");
    workspace.remove("crates/pkg-d/src/link.rs");
    workspace.link("generated.rs", "crates/pkg-d/src/link.rs");
    assert_eq!(names(&root, &[]), "pkg-d ");
}

/// A member whose path is a symbolic link: git knows its files under another path.
#[test]
fn a_crate_behind_a_link() {
    let workspace = Workspace::committed("four-crates");
    workspace.rename("crates/pkg-d", "elsewhere/pkg-d");
    workspace.link("../elsewhere/pkg-d", "crates/pkg-d");
    workspace.commit();
    let root = workspace.root();
    assert_eq!(names(&root, &[]), "");
    workspace.append("elsewhere/pkg-d/src/main.rs", "// More.\n");
    assert_eq!(names(&root, &[]), "pkg-d ");
    workspace.write("crates/pkg-a/src/new.rs", "");
    assert_eq!(names(&root, &[]), "pkg-a pkg-b pkg-c pkg-d ");
    // A file with two paths: what it included is known by both.
    let workspace = Workspace::of("four-crates");
    workspace.write("crates/pkg-d/src/one.rs", "");
    workspace.link("one.rs", "crates/pkg-d/src/two.rs");
    workspace.commit();
    workspace.append(
        "crates/pkg-d/src/one.rs",
        "include_str!(\"../../../LICENSE\");\n",
    );
    let edited = fine(cratesieve(&workspace.root(), ["affected", "--quiet"]));
    assert!(edited.contains("  LICENSE (new)\n"), "{edited}");
}

/// The answer does not depend on whether all files of a revision are unpacked, or only the edited
/// ones.
#[test]
fn edits_alone_and_with_a_file_that_is_nobodys() {
    let edits: [(&str, &str, &str); 6] = [
        ("four-crates", "crates/pkg-a/src/lib.rs", "// More.\n"),
        (
            "four-crates",
            "Cargo.lock",
            "\n[[patch.unused]]\nname = \"x\"\nversion = \"1.0.0\"\n",
        ),
        (
            "outside-files",
            "crates/bystander/src/main.rs",
            "const X: &str = include_str!(\"../../../LICENSE\");\n",
        ),
        ("below-root", "proto/x.txt", "more\n"),
        (
            "four-crates",
            "crates/pkg-d/Cargo.toml",
            "pkg-a = { path = \"../pkg-a\" }\n",
        ),
        (
            "cargo-config",
            "rust-toolchain.toml",
            "profile = \"minimal\"\n",
        ),
    ];
    for (fixture, path, text) in edits {
        let workspace = Workspace::committed(fixture);
        workspace.append(path, text);
        let edited = fine(cratesieve(&workspace.root(), ["affected", "--quiet"]));
        workspace.write("nobodys.txt", "");
        let whole = fine(cratesieve(&workspace.root(), ["affected", "--quiet"]));
        assert_eq!(edited, whole, "{fixture}: {path}");
        assert_eq!(edited.is_empty(), path == "Cargo.lock", "{fixture}: {path}");
    }
    // A removed file, and a file that becomes a link, are more than edits.
    let workspace = Workspace::committed("four-crates");
    workspace.remove("crates/pkg-a/examples/greet.rs");
    assert_eq!(names(&workspace.root(), &[]), "pkg-a ");
    workspace.link("../src/lib.rs", "crates/pkg-a/examples/greet.rs");
    assert_eq!(names(&workspace.root(), &[]), "pkg-a ");
}

#[test]
fn a_revision_is_named_in_every_way() {
    let workspace = Workspace::committed("four-crates");
    let root = workspace.root();
    git(&root, &["switch", "--quiet", "--create", "topic"]);
    workspace.append("crates/pkg-b/src/main.rs", "// More.\n");
    workspace.commit();
    git(&root, &["switch", "--quiet", "main"]);
    workspace.append("crates/pkg-d/src/main.rs", "// More.\n");
    workspace.commit();
    git(&root, &["switch", "--quiet", "topic"]);
    git(&root, &["tag", "--annotate", "--message=x", "v1", "main~1"]);
    assert_eq!(names(&root, &["--since", "main"]), "pkg-b pkg-d ");
    assert_eq!(names(&root, &["--since", "main..."]), "pkg-b ");
    assert_eq!(names(&root, &["--since", "v1"]), "pkg-b ");
    assert_eq!(
        names(&root, &["--since", &git(&root, &["rev-parse", "HEAD~1"])]),
        "pkg-b "
    );
    let message = problem(&root, &["--since", "nowhere"]);
    assert!(
        message.contains("git knows no commit `nowhere`"),
        "{message}"
    );
    for odd in ["--help", "-x", "", "HEAD:Cargo.toml", "a b", "..."] {
        let message = problem(&root, &[&format!("--since={odd}")]);
        assert!(
            message.starts_with("error[unknown-revision]: "),
            "{message}"
        );
    }
    let both = cratesieve(&root, ["affected", "--since", "main", "Cargo.toml"]);
    assert_eq!(both.code, 2);
}

#[test]
fn repositories_that_lack_what_is_asked() {
    // A repository without a commit.
    let workspace = Workspace::of("four-crates");
    fs::remove_dir_all(workspace.path(".git")).unwrap();
    git(workspace.repository(), &["init", "--quiet"]);
    let message = problem(&workspace.root(), &[]);
    assert!(message.contains("git knows no commit `HEAD`"), "{message}");

    // A workspace outside any repository.
    let workspace = Workspace::of("four-crates");
    fs::remove_dir_all(workspace.path(".git")).unwrap();
    let message = problem(&workspace.root(), &["--since", "HEAD"]);
    assert!(message.starts_with("error[no-repository]: "), "{message}");
    assert!(
        message.contains("hint: name the files that changed"),
        "{message}"
    );
    assert_eq!(
        names(&workspace.root(), &["crates/pkg-d/src/main.rs"]),
        "pkg-d "
    );

    // A shallow clone.
    let workspace = Workspace::committed("four-crates");
    workspace.append("crates/pkg-d/src/main.rs", "// More.\n");
    workspace.commit();
    let directory = tempfile::tempdir().unwrap();
    let clone = common::utf8(&directory).join("clone");
    let from = format!("file://{}", workspace.root());
    git(
        common::utf8(&directory),
        &["clone", "--quiet", "--depth=1", &from, "clone"],
    );
    let message = problem(&clone, &["--since", "HEAD~1"]);
    assert!(
        message.contains("hint: the clone is shallow: "),
        "{message}"
    );
    assert_eq!(names(&clone, &["--since", "HEAD"]), "");

    // A revision that Cargo refuses, and one without the workspace.
    let text = workspace.read("Cargo.toml");
    workspace.write("Cargo.toml", "[workspace\n");
    workspace.commit();
    workspace.write("Cargo.toml", &text);
    let message = problem(&workspace.root(), &["--since", "HEAD"]);
    assert!(
        message.starts_with("error[revision-refused]: HEAD/Cargo.toml: in HEAD: "),
        "{message}"
    );
    workspace.remove("Cargo.toml");
    workspace.commit();
    workspace.write("Cargo.toml", &text);
    assert_eq!(
        names(&workspace.root(), &["--since", "HEAD"]),
        "pkg-a pkg-b pkg-c pkg-d "
    );
}

#[test]
fn a_workspace_below_the_root_of_its_repository() {
    let workspace = Workspace::committed("below-root");
    let root = workspace.root();
    workspace.append("proto/x.txt", "more\n");
    workspace.append("README.md", "more\n");
    assert_eq!(names(&root, &[]), "described reader ");
    workspace.append("rust/crates/plain/src/lib.rs", "// More.\n");
    assert_eq!(names(&root, &[]), "described plain reader ");
    // In a directory below the workspace root.
    let line = ["affected", "--format", "names", "--quiet"];
    let outcome = run_in(&root.join("crates/plain"), &line);
    assert_eq!(outcome.stdout, "described\nplain\nreader\n");

    let workspace = Workspace::committed("outside-root");
    workspace.append("shared/lib-y/src/lib.rs", "// More.\n");
    assert_eq!(names(&workspace.root(), &[]), "app ");
}

/// Git sets variables for hooks, which name a repository and an index.
#[test]
fn in_a_hook_and_in_another_work_tree() {
    let workspace = Workspace::committed("four-crates");
    let directory = tempfile::tempdir().unwrap();
    let other = common::utf8(&directory).join("other");
    git(
        &workspace.root(),
        &["worktree", "add", "--quiet", other.as_str()],
    );
    fs::write(other.join("crates/pkg-d/src/main.rs"), "// Another.\n").unwrap();
    assert_eq!(names(&other, &[]), "pkg-d ");
    assert_eq!(names(&workspace.root(), &[]), "");

    workspace.append("crates/pkg-c/src/main.rs", "// More.\n");
    let output = Command::new(env!("CARGO_BIN_EXE_cratesieve"))
        .args(["affected", "--format", "names", "--quiet"])
        .current_dir(workspace.root())
        .env("GIT_DIR", "/nowhere")
        .env("GIT_WORK_TREE", &other)
        .env("GIT_INDEX_FILE", "/nowhere/index")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "pkg-c\n");
}

#[test]
fn submodules() {
    let inner = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[package]\nname = \"inner\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        ("src/lib.rs", ""),
    ]);
    inner.commit();
    let outer = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"app\", \"alone\", \"modules/inner\"]\n",
        ),
        (
            "app/Cargo.toml",
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\ninner = { path = \"../modules/inner\" }\n",
        ),
        ("app/src/lib.rs", ""),
        (
            "alone/Cargo.toml",
            "[package]\nname = \"alone\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        ("alone/src/lib.rs", ""),
    ]);
    let root = outer.root();
    fs::remove_dir_all(root.join(".git")).unwrap();
    git(&root, &["init", "--quiet"]);
    git(
        &root,
        &[
            "submodule",
            "--quiet",
            "add",
            inner.root().as_str(),
            "modules/inner",
        ],
    );
    outer.commit();
    assert_eq!(names(&root, &[]), "");
    // An edit in the work tree of the submodule; then committed in the submodule; then in the outer repository.
    outer.append("modules/inner/src/lib.rs", "// More.\n");
    assert_eq!(names(&root, &[]), "app inner ");
    git(
        &root.join("modules/inner"),
        &["commit", "--quiet", "--all", "--message=x"],
    );
    assert_eq!(names(&root, &[]), "app inner ");
    outer.commit();
    assert_eq!(names(&root, &[]), "");
    assert_eq!(names(&root, &["--since", "HEAD~1"]), "app inner ");
    // A clone whose submodule has only the newest commit.
    let directory = tempfile::tempdir().unwrap();
    let clone = common::utf8(&directory).join("clone");
    git(
        common::utf8(&directory),
        &["clone", "--quiet", root.as_str(), "clone"],
    );
    let from = format!("file://{}/modules/inner", root);
    git(&clone, &["submodule", "--quiet", "init"]);
    git(&clone, &["config", "submodule.modules/inner.url", &from]);
    git(&clone, &["submodule", "--quiet", "update", "--depth=1"]);
    let message = problem(&clone, &["--since", "HEAD~1"]);
    assert!(
        message.contains("modules/inner: the submodule does not have the commit"),
        "{message}"
    );
}

#[test]
fn fingerprints() {
    let workspace = Workspace::committed("four-crates");
    let of = |name: &str| -> Vec<String> {
        let text = fine(cratesieve(&workspace.root(), ["fingerprint", name]));
        text.lines().map(str::to_owned).collect()
    };
    let before = of("pkg-b");
    assert_eq!(before.len(), 3);
    let parts = |found: Vec<String>| -> String {
        let changed = before
            .iter()
            .zip(&found)
            .filter(|(before, after)| before != after);
        changed
            .map(|(line, _)| line.split(' ').next().unwrap().to_owned() + " ")
            .collect()
    };
    // The fingerprint does not depend on the directory.
    let elsewhere = Workspace::of("four-crates");
    let text = fine(cratesieve(&elsewhere.root(), ["fingerprint", "pkg-b"]));
    assert_eq!(text.lines().collect::<Vec<_>>(), before);
    for (path, expected) in [
        ("crates/pkg-a/src/lib.rs", "src tests "),
        ("crates/pkg-a/tests/sides.rs", ""),
        ("crates/pkg-c/src/main.rs", ""),
        ("crates/pkg-b/src/main.rs", "src tests "),
        ("README.md", ""),
    ] {
        let text = workspace.read(path);
        workspace.append(path, "// More.\n");
        assert_eq!(parts(of("pkg-b")), expected, "{path}");
        workspace.write(path, &text);
    }
    workspace.append("Cargo.toml", "[profile.release]\nlto = true\n");
    assert_eq!(parts(of("pkg-b")), "src deps tests ");
    workspace.write("clippy.toml", "");
    workspace.replace("Cargo.toml", "[profile.release]\nlto = true\n", "");
    assert_eq!(parts(of("pkg-b")), "tests ");

    let part = fine(cratesieve(
        &workspace.root(),
        ["fingerprint", "pkg-b", "--part", "src"],
    ));
    assert_eq!(format!("src    {}", part.trim_end()), before[0]);
    let json = fine(cratesieve(
        &workspace.root(),
        ["fingerprint", "pkg-b", "--format", "json"],
    ));
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["crate"], &json["src"]),
        (&Value::from("pkg-b"), &Value::from(part.trim_end()))
    );

    // Without a lock there is no fingerprint.
    workspace.remove("Cargo.lock");
    let outcome = cratesieve(&workspace.root(), ["fingerprint", "pkg-b"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome
            .stderr
            .contains("hint: run `cargo generate-lockfile`"),
        "{}",
        outcome.stderr
    );
    let workspace = Workspace::of("four-crates");
    workspace.replace(
        "crates/pkg-a/Cargo.toml",
        "[dependencies]",
        "[dependencies]\nryu = \"1\"",
    );
    let outcome = cratesieve(&workspace.root(), ["fingerprint", "pkg-b"]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome
            .stderr
            .contains("the entry of crate `pkg-a` lacks its dependency `ryu`"),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        cratesieve(&workspace.root(), ["fingerprint", "pkg-d"]).code,
        0
    );
    workspace.replace("Cargo.lock", "version = 4", "<<<<<<< HEAD");
    let outcome = cratesieve(&workspace.root(), ["fingerprint", "pkg-d"]);
    assert!(
        outcome.stderr.starts_with("error[bad-toml]: Cargo.lock:"),
        "{}",
        outcome.stderr
    );
}

/// A change of the lock decides whether third-party packages are compiled with a patched crate or with its
/// stub, although the files of the crate are unchanged.
#[test]
fn a_patched_crate_that_the_lock_leads_back_to() {
    let workspace = Workspace::of("patched");
    let wants = "[dependencies]\ncfg-if = { path = \"../../vendor/cfg-if\" }\n";
    workspace.replace("crates/user/Cargo.toml", "[dependencies]\n", wants);
    let back = "dependencies = [\n \"cfg-if\",\n]\n\n[[package]]\nname = \"itoa\"";
    let lock = workspace.read("Cargo.lock");
    workspace.replace("Cargo.lock", back, "\n[[package]]\nname = \"itoa\"");
    workspace.generate();
    workspace.commit();
    workspace.write("Cargo.lock", &lock);
    let answer = fine(cratesieve_with(
        &workspace.root(),
        &["affected", "--format", "json", "--quiet"],
    ));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let reasons = answer["crates"]["user"]["reasons"].as_array().unwrap();
    let is_of_source = |reason: &&Value| reason["path"] == "vendor/cfg-if/src/lib.rs";
    let reason = reasons.iter().find(is_of_source);
    let reason = reason.unwrap_or_else(|| panic!("{reasons:#?}"));
    assert_eq!(reason["parts"], serde_json::json!(["src", "deps", "tests"]));
}
