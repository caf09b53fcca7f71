//! `cratesieve graph`: the output in each format, compared with the closures.

use crate::common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use camino::Utf8Path;
use common::{Fixture, cratesieve, cratesieve_with, fixtures, utf8};
use cratesieve::analysis::analyse;
use cratesieve::source::Role;
use serde_json::Value;

fn json(root: &Utf8Path, more: &[&str]) -> Value {
    let outcome = cratesieve_with(root, &[&["graph", "--format", "json"], more].concat());
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""), "{root}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn every_format() {
    let cases: [(&str, &[&str]); 10] = [
        ("edge-kinds", &[]),
        ("edge-kinds", &["--implied"]),
        ("edge-kinds", &["--package", "user", "--no-dev"]),
        ("edge-kinds", &["--format", "mermaid", "--implied"]),
        ("edge-kinds", &["--format", "json", "-p", "app", "--no-dev"]),
        ("outside-root", &["--format", "dot"]),
        ("outside-root", &["--format", "mermaid"]),
        ("patched", &["--format", "mermaid"]),
        ("patched", &["--format", "json", "-p", "user"]),
        ("edge-kinds", &["--format", "svg", "--edited", "plain"]),
    ];
    let mut text = String::new();
    for (fixture, args) in cases {
        let root = Fixture::named(fixture).root();
        let outcome = cratesieve_with(&root, &[&["graph"], args].concat());
        assert_eq!(
            (outcome.code, &*outcome.stderr),
            (0, ""),
            "{fixture} {args:?}"
        );
        let args = args.join(" ");
        writeln!(
            text,
            "$ cd {fixture}; cratesieve graph {args}\n{}",
            outcome.stdout
        )
        .unwrap();
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("drawn", text);
    });
}

/// The names that are reached through dependencies, including `name`.
fn reach<'v>(
    crates: &'v Value,
    name: &'v str,
    counts: impl Fn(&Value) -> bool,
) -> BTreeSet<&'v str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        if reached.insert(name) {
            let dependencies = crates[name]["dependencies"].as_array().unwrap().iter();
            let wanted = dependencies.filter(|dependency| counts(dependency));
            open.extend(wanted.map(|dependency| dependency["to"].as_str().unwrap()));
        }
    }
    reached
}

/// The edges of the graph reach exactly the crates of each closure, including those of `[patch]`, also if
/// implied edges are left out. Every edge leads to a lower level.
#[test]
fn links_are_what_closures_are() {
    let (mut implied, mut through) = (0, 0);
    for fixture in fixtures() {
        let root = fixture.root();
        let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
        let all = json(&root, &[]);
        let crates = &all["crates"];
        assert_eq!(
            crates.as_object().unwrap().len(),
            analysis.graph.crates.len()
        );
        for name in analysis.graph.crates.keys() {
            let built = |dependency: &Value| dependency["kind"] != "dev";
            let closure = analysis.closure(name, Role::Own).unwrap();
            let closure: BTreeSet<&str> = closure.iter().map(String::as_str).collect();
            assert_eq!(
                reach(crates, name, built),
                closure,
                "{}: {name}",
                fixture.name
            );
            let told = |dependency: &Value| built(dependency) && dependency["implied"] == false;
            assert_eq!(
                reach(crates, name, told),
                closure,
                "{}: {name}",
                fixture.name
            );
            for dependency in crates[name]["dependencies"].as_array().unwrap() {
                let below = &crates[dependency["to"].as_str().unwrap()]["level"];
                let level = crates[name]["level"].as_u64();
                assert!(
                    !built(dependency) || below.as_u64() < level,
                    "{}: {name}",
                    fixture.name
                );
                implied += usize::from(dependency["implied"] == true);
                through += usize::from(!dependency["through"].is_null());
            }

            let own = json(&root, &["-p", name]);
            let tests = analysis.closure(name, Role::Test).unwrap();
            let shown: BTreeSet<&String> = own["crates"].as_object().unwrap().keys().collect();
            assert_eq!(shown, tests.iter().collect(), "{}: -p {name}", fixture.name);
        }
    }
    assert!(implied >= 1 && through >= 2, "{implied} {through}");
}

/// The line number of each dependency leads to a line with its key.
#[test]
fn places_are_where_the_dependencies_are() {
    let mut count = 0;
    for fixture in fixtures() {
        let root = fixture.root();
        let all = json(&root, &[]);
        for krate in all["crates"].as_object().unwrap().values() {
            for dependency in krate["dependencies"].as_array().unwrap() {
                let place = dependency["place"].as_str().unwrap();
                let (path, line) = place.rsplit_once(':').unwrap_or_else(|| panic!("{place}"));
                let text = fs::read_to_string(root.join(path)).unwrap();
                let line = text
                    .lines()
                    .nth(line.parse::<usize>().unwrap() - 1)
                    .unwrap();
                let key = dependency["key"].as_str().unwrap();
                assert!(line.contains(key), "{}: {place}: {line}", fixture.name);
                count += 1;
            }
        }
    }
    assert!(count > 50, "{count}");
}

/// The data of the page, from which its script draws the graph.
#[test]
fn the_page_holds_every_crate_and_every_link() {
    let root = Fixture::named("edge-kinds").root();
    let outcome = cratesieve(&root, ["graph", "--format", "html"]);
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    assert!(
        outcome.stdout.starts_with("<!doctype html>\n") && outcome.stdout.ends_with("</html>\n")
    );
    let data = outcome
        .stdout
        .split_once("type=\"application/json\">")
        .unwrap()
        .1;
    let data: Value = serde_json::from_str(data.split_once("</script>").unwrap().0).unwrap();
    assert_eq!(data["title"], "edge-kinds");
    let names = data["crates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|krate| &krate["name"]);
    let all = json(&root, &[]);
    assert_eq!(
        names.collect::<Vec<_>>(),
        all["crates"]
            .as_object()
            .unwrap()
            .keys()
            .collect::<Vec<_>>()
    );
    let links = data["links"].as_array().unwrap().iter();
    let words = links.map(|link| {
        let end = |key: &str| &data["crates"][link[key].as_u64().unwrap() as usize]["name"];
        let marks = ["implied", "optional", "target", "patched"];
        let marks = marks.iter().filter(|mark| link[**mark] == true);
        let marks: Vec<_> = marks.map(|mark| format!(" {mark}")).collect();
        let words = format!(
            "{} {} {}{}",
            end("from"),
            end("to"),
            link["kind"],
            marks.concat()
        );
        words.replace('"', "")
    });
    let expected = [
        "app for-build build implied target",
        "app for-dev dev target",
        "app user normal",
        "user for-build build",
        "user for-dev dev",
        "user for-unix normal target",
        "user for-windows normal target",
        "user optional normal optional",
        "user plain normal",
    ];
    assert_eq!(words.collect::<Vec<_>>(), expected);
}

#[test]
fn an_edited_crate_is_one_of_the_picture() {
    let root = Fixture::named("edge-kinds").root();
    let unknown = cratesieve(&root, ["graph", "--format", "svg", "--edited", "plane"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("did you mean `plain`?"),
        "{}",
        unknown.stderr
    );
    let elsewhere = cratesieve(&root, ["graph", "--edited", "plain"]);
    assert_eq!((elsewhere.code, &*elsewhere.stdout), (2, ""));
    assert!(
        elsewhere.stderr.contains("--format svg"),
        "{}",
        elsewhere.stderr
    );
}

#[test]
fn more_than_mermaid_draws_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let root = utf8(&directory);
    fs::write(
        root.join("Cargo.toml"),
        "[workspace]\nresolver = '2'\nmembers = ['c*']\n",
    )
    .unwrap();
    for from in 0..33 {
        let krate = root.join(format!("c{from}"));
        fs::create_dir_all(krate.join("src")).unwrap();
        fs::write(krate.join("src/lib.rs"), "").unwrap();
        let mut text = format!("[package]\nname = 'c{from}'\n[dependencies]\n");
        for to in 0..from {
            writeln!(text, "c{to}.path = '../c{to}'").unwrap();
        }
        fs::write(krate.join("Cargo.toml"), text).unwrap();
    }
    let outcome = cratesieve(root, ["graph", "--format", "mermaid", "--implied"]);
    assert_eq!(outcome.stdout.matches("-->").count(), 33 * 32 / 2);
    let expected = "note: Mermaid draws at most 500 edges unless its `maxEdges` is raised, and this graph has 528: \
                    leave some out with --package or --no-dev\n";
    assert_eq!((outcome.code, &*outcome.stderr), (0, expected));
    let reduced = cratesieve(root, ["graph", "--format", "mermaid"]);
    assert_eq!(reduced.stdout.matches("-->").count(), 32);
    assert_eq!(reduced.stderr, "");
    let quiet = cratesieve(root, ["graph", "--format", "mermaid", "--implied", "-q"]);
    assert_eq!(quiet.stderr, "");
}
