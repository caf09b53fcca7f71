//! `cratesieve verify`, on small workspaces without third-party packages.

#![cfg(unix)]

use crate::common;

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8Path;
use common::nix::Workspace;
use common::{Outcome, cratesieve_with, fixtures, utf8};
use serde_json::Value;
use walkdir::WalkDir;

/// A macro crate. `read!(a b)` gives the text of `a/b` in the workspace, without telling Cargo. `look!(a b)`
/// lets rustc read it, or is empty if the file is missing. `count!("a")` counts the files of a directory
/// of the workspace.
const MACROS: &str = r#"
use proc_macro::TokenStream;
use std::path::PathBuf;

fn place(words: TokenStream) -> PathBuf {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
    let words = words.into_iter().map(|word| word.to_string());
    words.fold(root.ancestors().nth(2).unwrap().to_owned(), |path, word| path.join(word))
}

#[proc_macro]
pub fn read(words: TokenStream) -> TokenStream {
    let place = place(words);
    let text = std::fs::read_to_string(&place);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", place.display()));
    format!("{text:?}").parse().unwrap()
}

#[proc_macro]
pub fn count(words: TokenStream) -> TokenStream {
    let name = words.to_string().trim_matches('"').to_owned();
    match std::fs::read_dir(&name) {
        Ok(files) => format!("{}", files.count()).parse().unwrap(),
        Err(_) => panic!("nothing matches {name}/**/*"),
    }
}

#[proc_macro]
pub fn look(words: TokenStream) -> TokenStream {
    let place = place(words);
    match place.exists() {
        true => format!("include_str!({place:?})").parse().unwrap(),
        false => "\"\"".parse().unwrap(),
    }
}
"#;

const ROOT: &str = "[workspace]\nresolver = '3'\nmembers = ['crates/*']\n";

fn package(name: &str, rest: &str) -> String {
    format!("[package]\nname = '{name}'\nversion = '0.1.0'\nedition = '2024'\n\n{rest}")
}

const WITH_MACROS: &str = "[dependencies]\nmacros.path = '../macros'\n";

/// A workspace with the macro crate and the given files.
fn workspace(files: &[(&str, &str)]) -> Workspace {
    let macros = package("macros", "[lib]\nproc-macro = true\n");
    let common = [
        ("Cargo.toml", ROOT),
        ("shared/banner", "banner"),
        ("crates/macros/Cargo.toml", macros.as_str()),
        ("crates/macros/src/lib.rs", MACROS),
    ];
    let workspace = Workspace::from_files(&common);
    for (path, text) in files {
        workspace.write(path, text);
    }
    lock(&workspace);
    workspace
}

fn lock(workspace: &Workspace) {
    let cargo = Command::new(env!("CARGO"))
        .args(["generate-lockfile", "--offline", "--quiet"])
        .current_dir(workspace.root())
        .status();
    assert!(cargo.unwrap().success());
    workspace.generate();
}

fn verify(workspace: &Workspace, args: &[&str]) -> Outcome {
    let mut line = vec!["verify", "--quiet"];
    line.extend(args);
    cratesieve_with(&workspace.root(), &line)
}

#[track_caller]
fn verified(outcome: Outcome, expected: &str) {
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    let first = outcome.stdout.lines().next();
    assert_eq!(first, Some(expected), "{}", outcome.stdout);
}

/// The problems of a run that reports some.
#[track_caller]
fn problems(outcome: Outcome) -> String {
    assert_eq!(outcome.code, 1, "{}{}", outcome.stdout, outcome.stderr);
    outcome.stderr
}

#[track_caller]
fn holds(text: &str, part: &str) {
    assert!(text.contains(part), "no {part:?} in:\n{text}");
}

/// Every file with its time.
fn state(root: &Utf8Path) -> BTreeMap<String, (Vec<u8>, std::time::SystemTime)> {
    let entries = WalkDir::new(root).into_iter().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().is_file());
    let states = files.map(|entry| {
        let text = fs::read(entry.path()).unwrap();
        let modified = entry.metadata().unwrap().modified().unwrap();
        (entry.path().to_str().unwrap().to_owned(), (text, modified))
    });
    states.collect()
}

#[test]
fn a_workspace_is_verified_and_stays_as_it_is() {
    let app = package("app", "[dependencies]\nbase.path = '../base'\n");
    let base = package("base", "");
    let workspace = workspace(&[
        (
            ".cargo/config.toml",
            "[build]\ntarget-dir = 'built'\nbuild-dir = 'building'\n",
        ),
        ("target/debug/mine", "mine"),
        ("crates/app/Cargo.toml", &app),
        (
            "crates/app/src/main.rs",
            "fn main() { print!(\"{}{}\", base::NAME, include_str!(\"../../../shared/banner\")) }",
        ),
        ("crates/base/Cargo.toml", &base),
        (
            "crates/base/build.rs",
            "fn main() { println!(\"cargo::rerun-if-changed=../../shared/banner\"); \
             println!(\"cargo::rerun-if-changed=absent.txt\"); }",
        ),
        (
            "crates/base/src/lib.rs",
            "pub const NAME: &str = \"base\";\n#[cfg(test)]\nmod tests;\n",
        ),
        ("crates/base/src/tests.rs", "#[test]\nfn t() {}\n"),
        (
            "crates/base/tests/all.rs",
            "#[test]\nfn t() { assert_eq!(base::NAME, \"base\") }\n",
        ),
    ]);
    let before = state(workspace.repository());
    let outcome = cratesieve_with(&workspace.root(), &["verify", "--color=never"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "3 of 3 crates verified; 0 files missing\n");
    // Dependencies come before dependents. Tests, which may depend on any crate, come last.
    let steps: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(steps.len(), 12);
    assert_eq!(steps[0], "[ 1/12] check base in the workspace");
    assert_eq!(steps[11], "[12/12] check tests of app in its source");
    assert_eq!(state(workspace.repository()), before);
    verified(
        verify(&workspace, &["-p", "app"]),
        "1 of 1 crate verified; 0 files missing",
    );
}

/// No code names the file, so only compiling the source shows that it is missing.
#[test]
fn a_file_that_a_macro_reads_and_tells_nobody_of() {
    let page = package("page", WITH_MACROS);
    let site = package("site", "[dependencies]\npage.path = '../page'\n");
    let workspace = workspace(&[
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/src/lib.rs",
            "\npub const BANNER: &str = macros::read!(shared banner);\n",
        ),
        ("crates/site/Cargo.toml", &site),
        (
            "crates/site/src/lib.rs",
            "pub const B: &str = page::BANNER;\n",
        ),
    ]);
    let before = state(workspace.repository());
    let outcome = verify(&workspace, &[]);
    holds(&outcome.stdout, "1 of 3 crates verified; 1 file missing\n");
    assert_eq!(
        problems(outcome),
        "error[missing-file]: crates/page/src/lib.rs:2: a macro of page reads shared/banner, which is \
         not in its source\n\nhint: add `include = [\"../../shared/banner\"]` to \
         [package.metadata.cratesieve] in crates/page/Cargo.toml, or run `cratesieve verify --fix`\n"
    );
    assert_eq!(state(workspace.repository()), before);

    verified(
        verify(&workspace, &["--fix"]),
        "3 of 3 crates verified; 0 files missing",
    );
    assert_eq!(
        workspace.read("crates/page/Cargo.toml"),
        page.replace(
            "[dependencies]",
            "[package.metadata.cratesieve]\ninclude = [\"../../shared/banner\"]\n\n[dependencies]"
        )
    );
    let manifest: Value = serde_json::from_str(&workspace.read("cratesieve.json")).unwrap();
    assert_eq!(
        manifest["crates"]["page"]["include"],
        serde_json::json!(["shared/banner"])
    );
    let fixed = state(workspace.repository());
    verified(
        verify(&workspace, &["--fix"]),
        "3 of 3 crates verified; 0 files missing",
    );
    assert_eq!(state(workspace.repository()), fixed);
}

/// Macros run in the workspace root, as rustc does.
#[test]
fn a_macro_that_looks_for_what_a_glob_matches() {
    let page = package("page", WITH_MACROS);
    let workspace = workspace(&[
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/src/lib.rs",
            "pub const N: usize = macros::count!(\"shared\");\n",
        ),
    ]);
    let outcome = problems(verify(&workspace, &[]));
    holds(
        &outcome,
        "crates/page/src/lib.rs:1: a macro of page reads shared, which is not in its source",
    );
    holds(&outcome, "add `include = [\"../../shared\"]`");
    verified(
        verify(&workspace, &["--fix"]),
        "2 of 2 crates verified; 0 files missing",
    );
}

/// The source compiles without these files, so only a build in the workspace shows that they are read.
#[test]
fn files_that_a_compile_would_do_without() {
    let page = package("page", WITH_MACROS);
    let workspace = workspace(&[
        ("shared/list", "list"),
        ("shared/parts/one", "1"),
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/build.rs",
            "fn main() {\n    let above = std::path::Path::new(\"..\").join(\"..\").join([\"sha\", \
             \"red\"].concat());\n    for name in [\"list\", \"parts\", \"absent\"] {\n        \
             println!(\"cargo:rerun-if-changed={}\", above.join(name).display());\n    }\n}\n",
        ),
        (
            "crates/page/src/lib.rs",
            "pub const BANNER: &str = macros::look!(shared banner);\n",
        ),
        (
            "crates/page/tests/all.rs",
            "pub const T: &str = macros::look!(shared golden);\n",
        ),
        ("shared/golden", "golden"),
    ]);
    let outcome = verify(&workspace, &["-p", "page", "--format", "json"]);
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let page = &found["crates"]["page"];
    assert_eq!(page["notVerified"], serde_json::json!([]));
    let missing: Vec<_> = page["missing"].as_array().unwrap().iter().collect();
    let texts = missing.iter().map(|missing| {
        let text = |key| missing[key].as_str().unwrap_or("?");
        format!("{} {} {}", text("path"), text("setting"), text("by"))
    });
    assert_eq!(
        texts.collect::<Vec<_>>(),
        [
            "shared/banner include crates/page/src/lib.rs",
            "shared/golden test-include crates/page/tests/all.rs",
            "shared/list include crates/page/build.rs",
            "shared/parts include crates/page/build.rs",
        ]
    );
    assert_eq!(missing[2]["line"], 3);
    verified(
        verify(&workspace, &["-p", "page", "--fix"]),
        "1 of 1 crate verified; 0 files missing",
    );
    holds(
        &workspace.read("crates/page/Cargo.toml"),
        "include = [\"../../shared/banner\", \"../../shared/list\", \"../../shared/parts\"]\n\
         test-include = [\"../../shared/golden\"]\n",
    );
}

/// The source of a crate has its binary. Sources of dependents do not.
#[test]
fn a_library_is_verified_without_its_binaries() {
    let base = package("base", WITH_MACROS);
    let app = package("app", "[dependencies]\nbase.path = '../base'\n");
    let workspace = workspace(&[
        ("crates/base/Cargo.toml", &base),
        (
            "crates/base/src/lib.rs",
            "pub const S: &str = macros::read!(crates base src bin tool data);\n",
        ),
        ("crates/base/src/bin/tool/main.rs", "fn main() {}\n"),
        ("crates/base/src/bin/tool/data", "data"),
        ("crates/app/Cargo.toml", &app),
        ("crates/app/src/lib.rs", "pub use base::S;\n"),
    ]);
    let found = problems(verify(&workspace, &[]));
    holds(
        &found,
        "a macro of base reads crates/base/src/bin/tool/data, which is not in its source",
    );
    holds(&found, "`include = [\"src/bin/tool/data\"]`");
    verified(
        verify(&workspace, &["--fix"]),
        "3 of 3 crates verified; 0 files missing",
    );
}

#[test]
fn what_no_setting_adds() {
    let page = package(
        "page",
        "[package.metadata.cratesieve]\nexclude = ['data/*']\n",
    );
    let workspace = workspace(&[
        (".gitignore", "generated.txt\n"),
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/src/lib.rs",
            "pub const A: &str = include_str!(\"../data/a.txt\");\n\
             pub const B: &str = include_str!(\"generated.txt\");\n",
        ),
        ("crates/page/data/a.txt", "a"),
        ("crates/page/src/generated.txt", "b"),
    ]);
    let before = state(workspace.repository());
    let found = problems(verify(&workspace, &["-p", "page", "--fix"]));
    holds(
        &found,
        "crates/page/src/lib.rs:1: the library of page reads crates/page/data/a.txt, which is not in \
         its source\n\nhint: take it out of that setting: `exclude` at crates/page/Cargo.toml:7",
    );
    holds(
        &found,
        "crates/page/src/lib.rs:2: the library of page reads crates/page/src/generated.txt, which \
         git ignores",
    );
    assert_eq!(state(workspace.repository()), before);
}

/// A workspace that does not compile is not a fault of its sources, but nothing was verified.
#[test]
fn a_crate_that_cannot_be_compiled_anywhere() {
    let (broken, user) = (
        package("broken", ""),
        package("user", "[dependencies]\nbroken.path = '../broken'\n"),
    );
    let workspace = workspace(&[
        ("crates/broken/Cargo.toml", &broken),
        (
            "crates/broken/src/lib.rs",
            "compile_error!(\"no such luck\");\n",
        ),
        ("crates/user/Cargo.toml", &user),
        ("crates/user/src/lib.rs", ""),
    ]);
    let outcome = cratesieve_with(&workspace.root(), &["verify", "--color=never"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    holds(
        &outcome.stderr,
        "note: broken does not compile in the workspace either:\n  error: no such luck\n",
    );
    assert_eq!(
        outcome.stdout,
        "1 of 3 crates verified; 0 files missing\n\
         not verified, because they do not compile in the workspace: broken, user\n"
    );
    let outcome = verify(&workspace, &["-p", "broken"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    holds(&outcome.stderr, "nothing could be verified");
}

/// If no file can be named, the compiler's message is shown.
#[test]
fn a_crate_that_fails_in_its_source_for_no_known_file() {
    let page = package("page", "");
    let workspace = workspace(&[
        ("shared/probe", ""),
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/build.rs",
            "fn main() {\n    let name = [\"sha\", \"red\"].concat();\n    let place = \
             std::path::Path::new(\"..\").join(\"..\").join(name);\n    \
             assert!(place.exists(), \"it is gone\");\n    println!(\"cargo::rerun-if-changed=build.rs\");\n}\n",
        ),
        ("crates/page/src/lib.rs", ""),
    ]);
    let found = problems(verify(&workspace, &["-p", "page"]));
    holds(
        &found,
        "error[fails-in-source]: crates/page/Cargo.toml: page compiles in the workspace but not \
         from its filtered source:\n",
    );
    holds(&found, "it is gone");
    assert_eq!(found.matches("error[").count(), 1, "{found}");
}

#[test]
fn files_that_no_compile_names() {
    let page = package("page", "");
    let workspace = workspace(&[
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/src/lib.rs",
            "pub const A: &str = include_str!(\"a.txt\");\n#[cfg(windows)]\nmod windows;\n",
        ),
        ("crates/page/src/a.txt", "a"),
        ("crates/page/src/b.txt", "b"),
        ("crates/page/src/windows.rs", ""),
        ("crates/page/tests/golden/c.txt", "c"),
        ("crates/page/tests/all.rs", ""),
    ]);
    let outcome = verify(&workspace, &["-p", "page"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    holds(&outcome.stdout, "\nno compiler reads 1 file of the sources");
    assert!(!outcome.stdout.contains("b.txt"));
    let outcome = cratesieve_with(
        &workspace.root(),
        &["verify", "-p", "page", "-v", "--color=never"],
    );
    assert!(
        outcome
            .stdout
            .ends_with("\n  page: crates/page/src/b.txt\n"),
        "{}",
        outcome.stdout
    );
    // A build script that does not declare its files may read any file.
    workspace.write("crates/page/build.rs", "fn main() {}\n");
    let outcome = verify(&workspace, &["-p", "page"]);
    assert!(!outcome.stdout.contains("no compile"), "{}", outcome.stdout);
}

#[test]
fn what_cannot_be_verified() {
    let page = package("page", "[dependencies]\nouter.path = '../../outer'\n");
    let outer = package("outer", "");
    let workspace = workspace(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = '3'\nmembers = ['crates/*']\nexclude = ['outer']\n",
        ),
        ("crates/page/Cargo.toml", &page),
        ("crates/page/src/lib.rs", ""),
        ("outer/Cargo.toml", &outer),
        ("outer/src/lib.rs", ""),
    ]);
    let found = problems(verify(&workspace, &["-p", "pages", "-p", "outer"]));
    holds(
        &found,
        "error[unknown-crate]: Cargo.toml: the workspace has no crate `pages`",
    );
    holds(&found, "did you mean `page`?");
    holds(
        &found,
        "error[no-member]: outer/Cargo.toml: `outer` is not a member",
    );

    workspace.replace("crates/page/Cargo.toml", "0.1.0", "0.2.0");
    let before = workspace.read("Cargo.lock");
    let found = problems(verify(&workspace, &["-p", "page"]));
    holds(&found, "error[stale-lock]");
    assert_eq!(workspace.read("Cargo.lock"), before);

    workspace.remove("Cargo.lock");
    let found = problems(verify(&workspace, &[]));
    holds(&found, "error[missing-lock]");
    holds(&found, "cargo generate-lockfile");
    assert!(!workspace.path("Cargo.lock").exists());
}

fn binary(workspace: &Workspace) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cratesieve"));
    command
        .args(["verify", "--color=never", "--manifest-path"])
        .arg(workspace.root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// `verify` with other features, as Nix may build the crate with them.
#[test]
fn arguments_for_cargo() {
    let page = package("page", &format!("[features]\nmore = []\n\n{WITH_MACROS}"));
    let workspace = workspace(&[
        ("crates/page/Cargo.toml", &page),
        (
            "crates/page/src/lib.rs",
            "#[cfg(feature = \"more\")]\npub const B: &str = macros::read!(shared banner);\n",
        ),
    ]);
    verified(
        verify(&workspace, &["-p", "page"]),
        "1 of 1 crate verified; 0 files missing",
    );
    let output = binary(&workspace)
        .args(["-p", "page", "--", "--all-features"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    holds(
        &String::from_utf8(output.stderr).unwrap(),
        "crates/page/src/lib.rs:2: a macro of page reads shared/banner",
    );
}

#[test]
fn packages_that_were_not_fetched() {
    let workspace = Workspace::of("proc-macro");
    let home = tempfile::tempdir().unwrap();
    let output = binary(&workspace)
        .env("CARGO_HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let words = String::from_utf8(output.stderr).unwrap();
    holds(&words, "error[not-fetched]");
    holds(&words, "hint: run `cargo fetch`");
}

#[test]
fn the_scratch_directory_lies_outside() {
    let workspace = workspace(&[]);
    workspace.make_directory("tmp");
    let output = binary(&workspace)
        .env("TMPDIR", workspace.path("tmp"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    holds(&String::from_utf8(output.stderr).unwrap(), "set TMPDIR");
    assert_eq!(fs::read_dir(workspace.path("tmp")).unwrap().count(), 0);
}

#[test]
fn an_interrupt_leaves_nothing_behind() {
    let slow = package("slow", "");
    let workspace = workspace(&[
        ("crates/slow/Cargo.toml", &slow),
        (
            "crates/slow/build.rs",
            "fn main() { std::thread::sleep(std::time::Duration::from_secs(20)) }\n",
        ),
        ("crates/slow/src/lib.rs", ""),
    ]);
    let temporary = tempfile::tempdir().unwrap();
    let child = binary(&workspace)
        .args(["-p", "slow"])
        .env("TMPDIR", temporary.path())
        .spawn()
        .unwrap();
    let is_running = || {
        let entries = WalkDir::new(temporary.path())
            .into_iter()
            .filter_map(Result::ok);
        entries
            .into_iter()
            .any(|entry| entry.file_name() == "build-script-build")
    };
    let start = Instant::now();
    while !is_running() {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "nothing was built"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    holds(&String::from_utf8(output.stderr).unwrap(), "interrupted");
    assert_eq!(fs::read_dir(utf8(&temporary)).unwrap().count(), 0);
}

#[test]
fn every_fixture() {
    for fixture in fixtures() {
        let workspace = Workspace::of(&fixture.name);
        if !workspace.root().join("Cargo.lock").exists() {
            assert!(problems(verify(&workspace, &[])).contains("error[missing-lock]"));
            continue;
        }
        let outcome = verify(&workspace, &["--format", "json"]);
        let Outcome {
            code,
            stdout,
            stderr,
        } = &outcome;
        assert_eq!((*code, &**stderr), (0, ""), "{}", fixture.name);
        let answer: Value = serde_json::from_str(stdout).unwrap();
        let manifest = workspace.root().join("cratesieve.json");
        let manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
        for (name, entry) in manifest["crates"].as_object().unwrap() {
            let verdict = &answer["crates"][name];
            let is_verified = verdict["verified"] == true;
            assert_eq!(
                is_verified,
                entry["member"] != false,
                "{}: {name}",
                fixture.name
            );
        }
    }
}

/// A function for the tests below: no scan finds the path that it returns.
const SECRET: &str = "fn place(name: &str) -> std::path::PathBuf {\n    \
    let above = std::path::Path::new(\"..\").join(\"..\");\n    \
    above.join([\"sha\", \"red\"].concat()).join(name)\n}\n";

/// Only running the tests shows these files: some messages name a file, some do not, and some tests read directories.
#[test]
fn what_tests_read_while_they_run() {
    let page = package("page", "");
    let tests = format!(
        "{SECRET}\n\
         #[test]\nfn silent() {{ std::fs::read(place(\"deep/golden\")).unwrap(); }}\n\
         #[test]\nfn named() {{ let p = place(\"banner\"); assert!(p.exists(), \"no {{p:?}}\"); }}\n\
         #[test]\nfn all() {{ assert!(std::fs::read_dir(place(\"inputs\")).unwrap().count() == 2); }}\n\
         #[test]\nfn fine() {{}}\n\
         #[test]\nfn broken() {{ panic!(\"here as well\"); }}\n"
    );
    let doc = "/// ```\n/// let name = [\"sha\", \"red\"].concat();\n\
        /// assert!(std::fs::read(format!(\"../../{name}/doc\")).is_ok());\n/// ```\npub fn f() {}\n";
    let workspace = workspace(&[
        ("shared/deep/golden", ""),
        ("shared/inputs/one", ""),
        ("shared/inputs/two", ""),
        ("shared/doc", ""),
        ("shared/spare", ""),
        ("crates/page/Cargo.toml", &page),
        ("crates/page/src/lib.rs", doc),
        ("crates/page/tests/all.rs", &tests),
    ]);
    verified(
        verify(&workspace, &["-p", "page"]),
        "1 of 1 crate verified; 0 files missing",
    );
    let outcome = verify(&workspace, &["-p", "page", "--run"]);
    holds(&outcome.stdout, "0 of 1 crate verified; 4 files missing\n");
    let found = problems(outcome);
    for (reader, path, line) in [
        ("silent", "shared/deep/golden", 7),
        ("named", "shared/banner", 9),
        ("all", "shared/inputs", 11),
    ] {
        holds(
            &found,
            &format!(
                "error[missing-file]: crates/page/tests/all.rs:{line}: the test `{reader}` of page \
                 reads {path}, which is not in its source"
            ),
        );
        holds(&found, &format!("add `test-include = [\"../../{path}\"]`"));
    }
    holds(
        &found,
        "the test `crates/page/src/lib.rs - f (line 1)` of page reads shared/doc",
    );
    assert_eq!(found.matches("error[").count(), 4, "{found}");
    verified(
        verify(&workspace, &["-p", "page", "--run", "--fix"]),
        "1 of 1 crate verified; 0 files missing",
    );
    let manifest: Value = serde_json::from_str(&workspace.read("cratesieve.json")).unwrap();
    assert_eq!(
        manifest["crates"]["page"]["testInclude"],
        serde_json::json!([
            "shared/banner",
            "shared/deep/golden",
            "shared/doc",
            "shared/inputs"
        ])
    );
}

/// A test that needs a file outside all sources always fails in its source.
#[test]
fn a_test_that_no_file_of_the_repository_helps() {
    let page = package("page", "");
    let tests = format!(
        "{SECRET}\n#[test]\nfn t() {{ std::fs::read(place(\"made\")).expect(\"run make\"); }}\n"
    );
    let own = "[[test]]\nname = 'own'\nharness = false\n";
    let workspace = workspace(&[
        (".gitignore", "made\n"),
        ("shared/made", ""),
        ("crates/page/Cargo.toml", &format!("{page}{own}")),
        ("crates/page/src/lib.rs", ""),
        ("crates/page/tests/all.rs", &tests),
        (
            "crates/page/tests/own.rs",
            &format!("{SECRET}\nfn main() {{ std::fs::read(place(\"banner\")).unwrap(); }}\n"),
        ),
    ]);
    let found = problems(verify(&workspace, &["-p", "page", "--run"]));
    holds(
        &found,
        "error[test-fails-in-source]: crates/page/Cargo.toml: `t` of `--test all` passes in the \
         workspace, and fails in the source of page, even with every file of the repository \
         added:\n",
    );
    holds(&found, "run make");
    // A custom harness does not report single tests.
    holds(
        &found,
        "crates/page/tests/own.rs:6: the tests of `--test own` of page reads shared/banner",
    );
}

/// A failing test is named, and the remedy works.
#[test]
fn the_right_reader_and_a_remedy_that_works() {
    let plain = package("plain", "[build-dependencies]\nscript.path = '../script'\n");
    let script = package("script", "");
    let workspace = workspace(&[
        ("crates/script/Cargo.toml", &script),
        (
            "crates/script/src/lib.rs",
            &format!(
                "{SECRET}pub fn run() {{ let p = place(\"banner\"); assert!(p.exists(), \"no {{p:?}}\"); }}\n"
            ),
        ),
        ("crates/plain/Cargo.toml", &plain),
        ("crates/plain/build.rs", "fn main() { script::run(); }\n"),
        ("crates/plain/src/lib.rs", ""),
    ]);
    let found = problems(verify(&workspace, &[]));
    holds(
        &found,
        "crates/plain/build.rs: the build script of plain reads shared/banner",
    );
    verified(
        verify(&workspace, &["--fix"]),
        "3 of 3 crates verified; 0 files missing",
    );
}

/// Every proposed remedy is applied, and then no file is missing: a setting of the crate, a setting of the
/// workspace, the removal of a setting, and a file that git ignores.
#[test]
fn every_remedy_works() {
    let page = package(
        "page",
        "[package.metadata.cratesieve]\nexclude = ['data/*']\n",
    );
    let plain = package("plain", "");
    let workspace = workspace(&[
        (".gitignore", "made.txt\n"),
        ("tools/extra.toml", "[env]\nEXTRA = '1'\n"),
        ("shared/name/a.txt", ""),
        ("crates/page/Cargo.toml", &page),
        ("crates/page/data/a.txt", "a"),
        ("crates/page/src/made.txt", "b"),
        (
            "crates/page/src/lib.rs",
            "pub const A: &str = include_str!(\"../data/a.txt\");\n\
             pub const B: &str = include_str!(\"made.txt\");\n",
        ),
        ("crates/plain/Cargo.toml", &plain),
        (
            "crates/plain/src/lib.rs",
            &format!(
                "#[cfg(test)]\n{SECRET}#[test]\nfn t() {{ std::fs::read(place(\"name/a.txt\")).unwrap(); }}\n"
            ),
        ),
    ]);
    // Cargo itself reads this file, for any crate. Neither crate has a build script.
    let line = [
        "--quiet",
        "-p",
        "page",
        "-p",
        "plain",
        "--run",
        "--",
        "--config",
        "tools/extra.toml",
    ];
    let run = || {
        let output = binary(&workspace).args(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = u8::try_from(output.status.code().unwrap()).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Outcome {
            code,
            stdout,
            stderr,
        }
    };
    let found = problems(run());
    holds(
        &found,
        "the build of page reads tools/extra.toml, which is not in its source",
    );
    assert!(!found.contains("the build script"), "{found}");
    let hint = "add `include = [\"tools/extra.toml\"]` to [workspace.metadata.cratesieve] in the root \
        Cargo.toml: every crate then has it";
    holds(&found, hint);
    workspace.write(
        "Cargo.toml",
        &format!("{ROOT}\n[workspace.metadata.cratesieve]\ninclude = [\"tools/extra.toml\"]\n"),
    );

    let found = problems(run());
    holds(
        &found,
        "take it out of that setting: `exclude` at crates/page/Cargo.toml:7",
    );
    holds(&found, "add it to git");
    holds(&found, "add `test-include = [\"../../shared/name/a.txt\"]`");
    assert_eq!(found.matches("error[missing-file]").count(), 3, "{found}");
    workspace.write("crates/page/Cargo.toml", &package("page", ""));
    workspace.write(".gitignore", "");
    let setting = "[package.metadata.cratesieve]\ntest-include = [\"../../shared/name/a.txt\"]\n";
    workspace.write("crates/plain/Cargo.toml", &package("plain", setting));
    workspace.generate();
    verified(run(), "2 of 2 crates verified; 0 files missing");
}
