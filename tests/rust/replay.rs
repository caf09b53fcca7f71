//! `cratesieve replay` on histories that the tests make.

#![cfg(unix)]

use crate::common;

use std::fs;

use camino::Utf8Path;
use common::nix::Workspace;
use common::{Outcome, cratesieve_with, git, utf8};
use cratesieve::history::{Extent, history};
use cratesieve::replay::{self, replay_in_shares};
use serde_json::{Value, json};

fn replayed(root: &Utf8Path, args: &[&str]) -> Value {
    let mut line = vec!["replay", "--format", "json"];
    line.extend(args);
    let Outcome {
        code,
        stdout,
        stderr,
    } = cratesieve_with(root, &line);
    assert_eq!((code, &*stderr), (0, ""));
    serde_json::from_str(&stdout).unwrap()
}

/// A history with every kind of commit. pkg-b and pkg-c depend on pkg-a, and pkg-d is independent.
fn generated() -> Workspace {
    let workspace = Workspace::committed("four-crates");
    let now = |subject: &str| workspace.commit_as(subject);

    workspace.append("README.md", "More.\n");
    now("docs only");
    workspace.append("crates/pkg-a/src/lib.rs", "// More.\n");
    now("a library");
    workspace.append("crates/pkg-a/tests/sides.rs", "// More.\n");
    now("a test");
    let lock = workspace.read("Cargo.lock");
    workspace.write(
        "Cargo.lock",
        &lock.replace("version = \"1.0.18\"", "version = \"1.0.99\""),
    );
    now("a lock bump");
    workspace.write("Cargo.toml.off", &workspace.read("Cargo.toml"));
    workspace.append("Cargo.toml", "[broken\n");
    now("a broken manifest");
    workspace.append("crates/pkg-c/src/main.rs", "// More.\n");
    now("broken still");
    workspace.rename("Cargo.toml.off", "Cargo.toml");
    now("mended");
    workspace.replace(
        "Cargo.toml",
        "    \"crates/pkg-d\",\n",
        "    \"crates/pkg-d\",\n    \"crates/pkg-e\",\n",
    );
    workspace.write(
        "crates/pkg-e/Cargo.toml",
        "[package]\nname = \"pkg-e\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    workspace.write("crates/pkg-e/src/lib.rs", "pub fn e() {}\n");
    now("a new crate");
    workspace.append(
        "crates/pkg-e/src/lib.rs",
        "pub const T: &str = include_str!(\"../../../README.md\");\n",
    );
    now("a file that is read from now on");
    workspace.append("README.md", "And more.\n");
    now("docs that a crate reads");
    workspace.replace(
        "crates/pkg-e/Cargo.toml",
        "name = \"pkg-e\"",
        "name = \"pkg-f\"",
    );
    now("a new name <b>&\"x\"</b>");
    let top = workspace.repository();
    git(top, &["checkout", "--quiet", "-b", "side", "HEAD~2"]);
    workspace.append("crates/pkg-d/src/main.rs", "// Aside.\n");
    now("aside");
    git(top, &["checkout", "--quiet", "main"]);
    git(
        top,
        &["merge", "--quiet", "--no-ff", "--message=a merge", "side"],
    );
    workspace.remove("crates/pkg-e");
    workspace.replace("Cargo.toml", "    \"crates/pkg-e\",\n", "");
    now("a crate less");
    workspace.append("crates/pkg-a/src/words.rs", "// More.\n");
    now("a module");
    workspace.write("crates/pkg-d/tests/new.rs", "#[test]\nfn new() {}\n");
    now("a new test");
    workspace.write("crates/pkg-d/src/bin/more.rs", "fn main() {}\n");
    now("a new program");
    workspace.remove("crates/pkg-a/examples/greet.rs");
    now("an example less");
    workspace.write("crates/pkg-d/src/deep/er/new.rs", "// New.\n");
    now("a new file among the sources");
    workspace.write(".cargo/config.toml", "[alias]\nb = \"build\"\n");
    now("a configuration");
    workspace.append(".cargo/config.toml", "c = \"check\"\n");
    now("an alias");
    workspace
}

fn shares(answer: &Value) -> Vec<String> {
    let commits = answer["commits"].as_array().unwrap().iter();
    let lines = commits.map(|commit| {
        let subject = commit["subject"].as_str().unwrap();
        if commit.get("skipped").is_some() {
            return format!("{subject}: skipped");
        }
        let crates = |key: &str| commit[key]["crates"].as_u64().unwrap();
        let mut line = format!(
            "{subject}: {} {} {} of {}, {} tests",
            crates("oneSource"),
            crates("wholeLock"),
            crates("cratesieve"),
            crates("all"),
            commit["tested"].as_array().unwrap().len(),
        );
        for (key, word) in [("lockChanged", " lock"), ("manifestChanged", " manifest")] {
            if commit[key] == true {
                line += word;
            }
        }
        line
    });
    lines.collect()
}

#[test]
fn each_kind_of_commit() {
    let workspace = generated();
    let before = git(
        workspace.repository(),
        &["status", "--porcelain", "--ignored"],
    );
    let answer = replayed(&workspace.root(), &[]);
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("replay-commits", shares(&answer).join("\n"));
    });
    let after = git(
        workspace.repository(),
        &["status", "--porcelain", "--ignored"],
    );
    assert_eq!(before, after, "the work tree is as it was");
}

/// Compares each commit with the answer of `affected`. Returns the number of commits.
fn agrees_with_affected(workspace: &Workspace) -> usize {
    let root = workspace.root();
    let answer = replayed(&root, &[]);
    let clone = tempfile::tempdir().unwrap();
    let clone = utf8(&clone).join("c");
    git(&root, &["clone", "--quiet", root.as_str(), clone.as_str()]);
    let (mut last, mut compared) = (answer["base"].as_str().unwrap().to_owned(), 0);
    for commit in answer["commits"].as_array().unwrap() {
        if commit.get("skipped").is_some() {
            continue;
        }
        let id = commit["commit"].as_str().unwrap();
        git(&clone, &["checkout", "--quiet", id]);
        let line = ["affected", "--quiet", "--format", "json", "--since", &last];
        let outcome = cratesieve_with(&clone, &line);
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
        let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
        for (part, said) in [("src", &commit["rebuilt"]), ("tests", &commit["tested"])] {
            assert_eq!(
                *said,
                with_part(&found, part),
                "{part} of {}",
                commit["subject"]
            );
        }
        let number = commit["rebuilt"].as_array().unwrap().len();
        assert_eq!(commit["cratesieve"]["crates"], number);
        last = id.to_owned();
        compared += 1;
    }
    compared
}

/// The crates that `affected` names for a part, without removed crates.
fn with_part(found: &Value, part: &str) -> Value {
    let crates = found["crates"].as_object().unwrap().iter();
    let has = |(_, c): &(&String, &Value)| {
        c["state"] != "gone" && c["parts"].as_array().unwrap().contains(&part.into())
    };
    json!(crates.filter(has).map(|(name, _)| name).collect::<Vec<_>>())
}

/// The answer does not depend on data that is kept from commit to commit.
#[test]
fn commit_by_commit_it_is_what_affected_says() {
    assert_eq!(agrees_with_affected(&generated()), 18);
}

#[test]
fn links_and_what_comes_and_goes_where_nothing_can_be_read() {
    let workspace = Workspace::committed("symlinks");
    let now = |subject: &str| workspace.commit_as(subject);
    workspace.write("common/data/z.txt", "z\n");
    workspace.write("common/other.rs", "pub const NAME: &str = \"other\";\n");
    workspace.write("common/bin/more.rs", "fn main() {}\n");
    now("files for later");
    workspace.link("../../../common/bin", "crates/plain/src/bin");
    now("a link to a directory of programs");
    workspace.append(
        "common/shared.rs",
        "pub const L: &str = include_str!(\"../../../LICENSE\");\n",
    );
    now("a file behind a link names another");
    workspace.append("LICENSE", "More.\n");
    now("the other");
    workspace.remove("crates/linked/src/shared.rs");
    workspace.link("../../../common/other.rs", "crates/linked/src/shared.rs");
    now("a link leads elsewhere");
    workspace.append("common/shared.rs", "// More.\n");
    now("where it led");
    workspace.append("common/other.rs", "// More.\n");
    now("where it leads");

    let manifest = workspace.read("Cargo.toml");
    let real = workspace.read("crates/linked/src/real.rs");
    workspace.write("Cargo.toml", "[broken\n");
    workspace.append("crates/linked/src/real.rs", "// More.\n");
    now("broken");
    workspace.append("crates/linked/src/real.rs", "// And more.\n");
    now("broken still");
    workspace.write("Cargo.toml", &manifest);
    workspace.write("crates/linked/src/real.rs", &real);
    now("all as it was");
    assert_eq!(agrees_with_affected(&workspace), 8);

    // Each file is counted once.
    let files = [
        "crates/linked/src/lib.rs",
        "crates/linked/src/real.rs",
        "crates/plain/src/main.rs",
        "common/bin/more.rs",
        "common/other.rs",
    ];
    let lines: usize = files
        .iter()
        .map(|file| workspace.read(file).lines().count())
        .sum();
    let answer = replayed(&workspace.root(), &[]);
    let last = answer["commits"].as_array().unwrap().last().unwrap();
    // The manifest has another program.
    assert_eq!(answer["commits"][1]["manifestChanged"], true);
    assert_eq!(last["all"]["lines"], lines);
}

/// A member whose path is a symbolic link: git knows its files under another path.
#[test]
fn a_crate_behind_a_link() {
    let workspace = Workspace::of("four-crates");
    workspace.rename("crates/pkg-d", "elsewhere/pkg-d");
    workspace.link("../elsewhere/pkg-d", "crates/pkg-d");
    workspace.commit();
    workspace.append("elsewhere/pkg-d/src/main.rs", "// More.\n");
    workspace.commit_as("its program");
    workspace.append("elsewhere/pkg-d/src/main.rs", "// And more.\n");
    workspace.commit_as("its program again");
    assert_eq!(agrees_with_affected(&workspace), 2);
    let answer = replayed(&workspace.root(), &["--last", "1"]);
    assert_eq!(answer["commits"][0]["rebuilt"], json!(["pkg-d"]));
}

#[test]
fn the_number_of_shares_does_not_show() {
    let workspace = generated();
    let root = workspace.root().canonicalize_utf8().unwrap();
    let history = history(&root, Extent::Last(100)).unwrap();
    let outcomes = |shares: usize| {
        let mut done = Vec::new();
        let mut watch = |count| {
            done.push(count);
            Ok(())
        };
        let steps = replay_in_shares(&history, &root, shares, &mut watch).unwrap();
        assert_eq!(done, (1..=steps.len()).collect::<Vec<_>>());
        let outcomes = steps.into_iter().map(|step| match step.outcome {
            replay::Outcome::Rebuilt(rebuilt) => Some(rebuilt),
            replay::Outcome::Skipped(_) => None,
        });
        outcomes.collect::<Vec<_>>()
    };
    let one = outcomes(1);
    assert_eq!(one.len(), history.commits.len());
    // If there are as many shares as commits, one share starts at the broken manifest.
    for shares in [4, one.len()] {
        assert_eq!(outcomes(shares), one, "{shares} shares");
    }
}

#[test]
fn what_people_see() {
    let workspace = generated();
    let root = workspace.root();
    let ids = git(&root, &["log", "--format=%h %cs", "--abbrev=8"]);
    let mut text = cratesieve_with(&root, &["replay", "--last", "14"]).stdout;
    for line in ids.lines() {
        let (id, date) = line.split_once(' ').unwrap();
        text = text.replace(id, "COMMIT..").replace(date, "YYYY-MM-DD");
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("replay-text", text);
    });
    let color = cratesieve_with(&root, &["replay", "--last", "14", "--color", "always"]);
    assert!(color.stdout.contains("\u{1b}["), "{}", color.stdout);

    let page = cratesieve_with(&root, &["replay", "--format", "html"]).stdout;
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    assert!(
        !page.contains("<b>&\"")
            && page.contains("a new name &lt;b&gt;&amp;&quot;x&quot;&lt;/b&gt;")
    );
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<!--"));
    assert_eq!(page.matches("<tr>").count(), 2 + 3 + 20, "{page}");
}

#[test]
fn ranges() {
    let workspace = generated();
    let root = workspace.root();
    let subjects = |args: &[&str]| {
        let answer = replayed(&root, args);
        let commits = answer["commits"].as_array().unwrap().iter();
        commits
            .map(|c| c["subject"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(subjects(&["--last", "1"]), ["an alias"]);
    assert_eq!(
        subjects(&["--since", "HEAD~2"]),
        ["a configuration", "an alias"]
    );
    assert_eq!(
        subjects(&["--since", "side"])[..2],
        ["docs that a crate reads", "a new name <b>&\"x\"</b>"][..]
    );
    assert_eq!(subjects(&["--since", "1.week.ago"]).len(), 20);
    assert_eq!(subjects(&[]).len(), 20);

    let problem = |root: &Utf8Path, args: &[&str], code: i32, words: &str| {
        let mut line = vec!["replay"];
        line.extend(args);
        let outcome = cratesieve_with(root, &line);
        assert_eq!(
            (i32::from(outcome.code), &*outcome.stdout),
            (code, ""),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    };
    problem(&root, &["--since", "nowhere"], 1, "error[unknown-revision]");
    problem(&root, &["--since", "v1.2.3"], 1, "not a date either");
    problem(&root, &["--since", "HEAD"], 1, "error[empty-range]");
    problem(&root, &["--since", "2099-01-01"], 1, "error[empty-range]");
    problem(&root, &["--last", "0"], 2, "one or more");
    problem(
        &root,
        &["--last", "2", "--since", "HEAD"],
        2,
        "cannot be used with",
    );

    let directory = tempfile::tempdir().unwrap();
    let shallow = utf8(&directory).join("s");
    let url = format!("file://{root}");
    git(
        &root,
        &["clone", "--quiet", "--depth", "3", &url, shallow.as_str()],
    );
    let outcome = cratesieve_with(&shallow, &["replay"]);
    assert!(
        outcome.stderr.contains("shallow") && outcome.code == 0,
        "{}",
        outcome.stderr
    );
    problem(&shallow, &["--since", "HEAD~5"], 1, "git fetch --unshallow");

    let fixture = Workspace::of("four-crates");
    problem(&fixture.root(), &[], 1, "error[no-repository]");
    fixture.commit();
    problem(&fixture.root(), &[], 1, "one commit only");
}

#[test]
fn below_the_root_of_the_repository_and_through_links() {
    for name in ["below-root", "outside-root", "symlinks"] {
        let workspace = Workspace::committed(name);
        let root = workspace.root();
        let files = git(workspace.repository(), &["ls-files", "*.rs"]);
        let files: Vec<&str> = files.lines().collect();
        for file in &files {
            if fs::symlink_metadata(workspace.path(file))
                .unwrap()
                .is_file()
            {
                workspace.append(file, "// More.\n");
                workspace.commit_as(file);
            }
        }
        let answer = replayed(&root, &[]);
        let affected = |id: &str| {
            let directory = tempfile::tempdir().unwrap();
            let clone = utf8(&directory).join(workspace.repository().file_name().unwrap());
            git(
                &root,
                &[
                    "clone",
                    "--quiet",
                    workspace.repository().as_str(),
                    clone.as_str(),
                ],
            );
            git(&clone, &["checkout", "--quiet", id]);
            let below = root.strip_prefix(workspace.repository()).unwrap();
            let line = [
                "affected", "--quiet", "--format", "json", "--since", "HEAD~1",
            ];
            let outcome = cratesieve_with(&clone.join(below), &line);
            with_part(&serde_json::from_str(&outcome.stdout).unwrap(), "src")
        };
        for commit in answer["commits"].as_array().unwrap() {
            let id = commit["commit"].as_str().unwrap();
            let said = &commit["rebuilt"];
            assert_eq!(*said, affected(id), "{name}: {}", commit["subject"]);
        }
    }
}
