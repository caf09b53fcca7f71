//! `cratesieve why` for third-party packages: through which chain of Cargo.lock a crate has them.

use crate::common;

use std::collections::BTreeSet;
use std::fs;

use camino::Utf8Path;
use common::{Outcome, cratesieve, utf8};
use cratesieve::analysis::analyse;
use cratesieve::chain::Node;
use cratesieve::rewrite::read_lock::Lock;
use cratesieve::rewrite::{Content, StubPaths, make_sources, read_workspace};
use cratesieve::source::Role;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Checks that chains lead to exactly the packages of the crate's pruned lock.
#[track_caller]
fn chains_lead_where_the_lock_does(root: &Utf8Path) -> usize {
    let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
    let (shape, tree) = (&analysis.manifest, &analysis.tree);
    let text = tree.read("Cargo.lock").unwrap().unwrap_or_default();
    let lock = Lock::parse(&text);
    let read = read_workspace(shape, tree).unwrap();
    let paths = ["lib", "macro", "c", "bin", "test", "build"].map(|name| format!("{name}.rs"));
    let [library, proc_macro, c_library, binary, test, build_script] = paths;
    let paths = StubPaths {
        library,
        proc_macro,
        c_library,
        binary,
        test,
        build_script,
    };
    let sources = make_sources(shape, &read, tree, &paths);
    let third_party = |package: &&cratesieve::rewrite::read_lock::Package| package.source.is_some();
    let mut compared = 0;
    for name in shape.crates.keys() {
        for role in [Role::Own, Role::Test] {
            let source = sources.source(name, role).unwrap();
            let Some(Content::Text(pruned)) = source.get("Cargo.lock") else {
                continue;
            };
            let pruned = Lock::parse(pruned);
            let pruned = pruned.packages.iter().filter(third_party);
            let pruned: BTreeSet<&str> = pruned.map(|package| package.key.as_str()).collect();
            let is_reached = |index: &usize| {
                let to = Node::ThirdParty(*index);
                let steps = lock.chain_to(&analysis.graph, name, to, role == Role::Test);
                // Each step starts where the step before ends.
                steps.is_some_and(|steps| {
                    assert!(steps.windows(2).all(|pair| pair[0].to == pair[1].from));
                    assert_eq!(steps[0].from, Node::Crate(name));
                    assert_eq!(steps.last().unwrap().to, to);
                    true
                })
            };
            let reached = (0..lock.packages.len()).filter(is_reached);
            let reached = reached.map(|index| &lock.packages[index]);
            let reached: BTreeSet<&str> = reached
                .filter(third_party)
                .map(|package| package.key.as_str())
                .collect();
            assert_eq!(reached, pruned, "{root}: {name}, {role:?}");
            compared += reached.len();
        }
    }
    compared
}

#[test]
fn chains_lead_where_the_lock_does_on_every_fixture() {
    let mut compared = 0;
    for fixture in common::fixtures() {
        compared += chains_lead_where_the_lock_does(&fixture.root());
    }
    assert!(compared > 100, "only {compared} packages were compared");
}

#[test]
#[ignore = "wants workspaces, named in CRATESIEVE_WORKSPACES"]
fn chains_lead_where_the_lock_does_on_real_workspaces() {
    let workspaces = std::env::var_os("CRATESIEVE_WORKSPACES");
    let workspaces = workspaces.expect("CRATESIEVE_WORKSPACES names no workspace");
    for workspace in std::env::split_paths(&workspaces) {
        let root = Utf8Path::from_path(&workspace).unwrap();
        eprintln!("{root}: {} packages", chains_lead_where_the_lock_does(root));
    }
}

// ---- The command --------------------------------------------------------------------------------

const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";
const GIT: &str = "git+https://example.org/tool#0123456789abcdef0123456789abcdef01234567";

/// A workspace where `app` depends on `low`, which depends on deep 1, and on deep 2 for its build script and
/// through `wide`. Only the tests of `app` use `tool`, from two places. No crate uses `nobody`.
fn workspace() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| common::write(utf8(&directory), path, text);
    write(
        "Cargo.toml",
        "[workspace]\nresolver = '2'\nmembers = ['app', 'low']\n",
    );
    write(
        "app/Cargo.toml",
        "[package]\nname = 'app'\n\n[dependencies]\nlow.path = '../low'\n\
         wide = { version = '1', features = ['x'] }\n\n\
         [target.'cfg(windows)'.dependencies]\nlately = { package = 'deep', version = '2', optional = true }\n\n\
         [build-dependencies]\ndeep = '2'\n\n\
         [dev-dependencies]\ntool = '1'\nother-tool = { package = 'tool', git = 'https://example.org/tool' }\n",
    );
    write(
        "low/Cargo.toml",
        "[package]\nname = 'low'\n\n[dependencies]\nmiddle = '1'\n",
    );
    for name in ["app", "low", "log"] {
        write(&format!("{name}/src/lib.rs"), "");
    }
    let mut lock = "version = 4\n".to_owned();
    let in_git = format!("tool 1.0.0 ({})", GIT.split('#').next().unwrap());
    let in_index = format!("tool 1.0.0 ({INDEX})");
    let mut package = |name: &str, version: &str, source: &str, to: &[&str]| {
        lock += &format!("\n[[package]]\nname = '{name}'\nversion = '{version}'\n");
        if !source.is_empty() {
            lock += &format!("source = '{source}'\n");
        }
        let to: String = to.iter().map(|to| format!(" '{to}',\n")).collect();
        lock += &format!("dependencies = [\n{to}]\n");
    };
    package(
        "app",
        "0.0.0",
        "",
        &["deep 2.1.0", "low", &in_index, &in_git, "wide"],
    );
    package("deep", "1.0.9", INDEX, &[]);
    package("deep", "2.1.0", INDEX, &[]);
    package("log", "0.4.0", INDEX, &[]);
    package("low", "0.0.0", "", &["middle"]);
    package("middle", "1.0.0", INDEX, &["deep 1.0.9"]);
    package("nobody", "10.0.0", INDEX, &[]);
    package("tool", "1.0.0", GIT, &["log"]);
    package("tool", "1.0.0", INDEX, &[]);
    package("wide", "1.0.0", INDEX, &["deep 2.1.0"]);
    write("Cargo.lock", &lock);
    directory
}

fn why(what: &str) -> Outcome {
    let directory = workspace();
    cratesieve(utf8(&directory), ["why", "app", what])
}

#[track_caller]
fn says(what: &str, expected: &str) {
    let outcome = why(what);
    assert_eq!((&*outcome.stderr, &*outcome.stdout), ("", expected));
    assert_eq!(outcome.code, 0);
}

const DEEP_1: &str = "\
deep 1.0.9 is an input of app

  app -> low                  app/Cargo.toml:5  normal
  low -> middle 1.0.0         low/Cargo.toml:5  normal
  middle 1.0.0 -> deep 1.0.9  Cargo.lock:47     third-party
";
const DEEP_2: &str = "\
deep 2.1.0 is an input of app

  app -> deep 2.1.0  app/Cargo.toml:9   normal, optional, only for cfg(windows), as lately
  app -> deep 2.1.0  app/Cargo.toml:12  build
";

#[test]
fn each_version_has_its_chain() {
    says("deep", &format!("{DEEP_1}\n{DEEP_2}"));
    for one in ["deep@1", "deep@1.0", "deep@1.0.9"] {
        says(one, DEEP_1);
    }
    says("deep@2.1.0", DEEP_2);
}

#[test]
fn tests_and_nothing() {
    let tool = |source: &str| {
        format!(
            "tool 1.0.0 ({source}) is an input of the tests of app\n\n  \
             app -> tool 1.0.0  app/Cargo.toml:16  dev, as other-tool\n  \
             app -> tool 1.0.0  app/Cargo.toml:15  dev\n"
        )
    };
    says("tool", &format!("{}\n{}", tool(GIT), tool(INDEX)));
    says(
        "nobody@10",
        "nobody 10.0.0 is not an input of app\n\n  no chain of dependencies leads there from app\n",
    );
    // A crate of the workspace comes before a package. With its version, the package is meant.
    says(
        "log",
        "log is not an input of app\n\n  no crate owns it, and nothing that app reads refers to it; if it is \
         read anyway, `include` it in [package.metadata.cratesieve]\n",
    );
    let outcome = why("log@0.4");
    assert!(
        outcome
            .stdout
            .starts_with("log 0.4.0 is an input of the tests of app\n\n  app -> tool 1.0.0  "),
        "{}",
        outcome.stdout
    );
}

#[test]
fn what_is_not_in_the_lock() {
    for (what, expected) in [
        (
            "deep@10",
            "error[unknown-version]: Cargo.lock: there is no deep 10\n\nhint: name `deep@1.0.9` or \
             `deep@2.1.0`, or `deep` for any version\n",
        ),
        (
            "nobody@1",
            "error[unknown-version]: Cargo.lock: there is no nobody 1\n\nhint: name `nobody@10.0.0`, \
             or `nobody` for any version\n",
        ),
        (
            "midle",
            "error[unknown-path]: midle: there is no such file, and no package of that name\n\nhint: \
             did you mean `middle`?\n",
        ),
        (
            "something@1",
            "error[unknown-path]: something@1: there is no such file, and no package of that name\n\n\
             hint: name a file of the repository that git does not ignore, or a package\n",
        ),
    ] {
        let outcome = why(what);
        assert_eq!((outcome.code, &*outcome.stderr), (1, expected));
    }
    let directory = workspace();
    fs::remove_file(directory.path().join("Cargo.lock")).unwrap();
    let outcome = cratesieve(utf8(&directory), ["why", "app", "deep"]);
    assert_eq!(
        outcome.stderr,
        "error[unknown-path]: deep: there is no such file, no crate of that name, and no Cargo.lock with \
         packages\n\nhint: run `cargo generate-lockfile` if it is a third-party package\n"
    );
}

/// For programs that read the output, the nearest version answers for all versions.
#[test]
fn versions_for_programs() {
    let directory = workspace();
    let answer = |what: &str| -> Value {
        let outcome = cratesieve(utf8(&directory), ["why", "app", what, "--format", "json"]);
        serde_json::from_str(&outcome.stdout).unwrap()
    };
    let deep = answer("deep");
    assert_eq!(deep["what"], json!({ "package": "deep" }));
    let versions = deep["versions"].as_array().unwrap();
    let numbers: Vec<&Value> = versions.iter().map(|one| &one["version"]).collect();
    assert_eq!(numbers, ["1.0.9", "2.1.0"]);
    assert_eq!(deep["chain"], versions[1]["chain"]);
    assert_eq!(versions[0]["chain"][2]["path"], "Cargo.lock");
    let tool = answer("tool");
    assert_eq!(
        (&tool["role"], &tool["input"]),
        (&json!("test"), &json!(true))
    );
    assert_ne!(tool["versions"][0]["source"], tool["versions"][1]["source"]);
    let nobody = answer("nobody");
    assert_eq!(
        (&nobody["role"], &nobody["input"]),
        (&Value::Null, &json!(false))
    );
    assert_eq!(
        nobody["why"],
        "no chain of dependencies leads there from app"
    );
    assert_eq!(answer("low")["versions"], Value::Null);
}

/// "Nothing refers to it" is printed only if no string refers to the file.
#[test]
fn a_string_that_leads_to_no_file_is_told() {
    let directory = workspace();
    let root = utf8(&directory);
    fs::create_dir_all(root.join("data")).unwrap();
    fs::write(root.join("data/table.csv"), "").unwrap();
    fs::write(root.join("data/other.csv"), "").unwrap();
    fs::write(
        root.join("low/src/lib.rs"),
        "// data/other.csv is of old\nfn f(x: &str) {\n    read(format!(\"{x}/data/table.csv\"));\n}\n",
    )
    .unwrap();
    let why = |file: &str| cratesieve(root, ["why", "app", file]).stdout;
    let told = why("data/table.csv");
    assert!(
        told.contains("no crate owns it; low/src/lib.rs:3 has its name"),
        "{told}"
    );
    let silent = why("data/other.csv");
    assert!(
        silent.contains("nothing that app reads refers to it"),
        "{silent}"
    );
}

/// A file that a library opens at run time: which crates run it, and where the code is.
#[test]
fn a_file_that_runs_elsewhere_is_told_with_whoever_runs_it() {
    let of = |fixture: &str, name: &str, file: &str| {
        let root = common::Fixture::named(fixture).root();
        cratesieve(&root, ["why", name, file]).stdout
    };
    assert_eq!(
        of("build-helper-crate", "api", "proto/api.proto"),
        "proto/api.proto is an input of api\n\n  api: read by the string \"../../proto/api.proto\", \
         in code that the build script of api runs, at crates/codegen/src/lib.rs:2\n"
    );
    assert_eq!(
        of(
            "testutils-own-data",
            "a",
            "crates/test-utils/tests/third/z.json"
        ),
        "crates/test-utils/tests/third/z.json is an input of a, of its tests only\n\n  a: read by \
         the string \"tests/third\", in code that a test of a runs, at crates/test-utils/src/lib.rs:11\n"
    );
}
