//! Every fixture workspace: snapshots of its graph and of its manifest, so that a difference shows the
//! faulty stage; the schema; and the files for each role.

use crate::common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use camino::Utf8Path;
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::graph::Graph;
use cratesieve::manifest::{Manifest, Unreadable};
use cratesieve::source::Role;
use jsonschema::Validator;
use serde_json::{Value, json};

fn analysis(root: &Utf8Path) -> Analysis {
    analyse(Some(&root.join("Cargo.toml"))).unwrap()
}

#[test]
fn graphs_and_manifests() {
    let mut stale = Vec::new();
    for fixture in common::fixtures() {
        let analysis = analysis(&fixture.root());
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("graph-{}", fixture.name), graph(&analysis.graph));
        });
        let on_disk = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
        if on_disk != analysis.manifest.to_text() {
            stale.push(fixture.root());
        }
    }
    assert!(
        stale.is_empty(),
        "`cargo run -- gen --manifest-path` there, then review: {stale:#?}"
    );
}

/// The graph as text: a line for each crate, target and edge.
fn graph(graph: &Graph) -> String {
    let mut text = String::new();
    for (name, krate) in &graph.crates {
        let member = if krate.is_member { "" } else { ", no member" };
        let patched = if graph.patched.contains(name) {
            ", patched"
        } else {
            ""
        };
        writeln!(text, "{name} at {}{member}{patched}", krate.path).unwrap();
        for target in &krate.targets {
            writeln!(
                text,
                "  {:?} {} = {}",
                target.kind, target.name, target.path
            )
            .unwrap();
        }
        for edge in &krate.edges {
            writeln!(text, "  -> {}: {}", edge.to, edge.words()).unwrap();
        }
        if let Some(root) = &krate.inherits_from {
            writeln!(text, "  inherits from {root}").unwrap();
        }
    }
    text
}

fn schema() -> Validator {
    let text = include_str!("../../src/manifest.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
}

#[test]
fn every_manifest_keeps_to_the_schema_and_reads_back() {
    let schema = schema();
    for fixture in common::fixtures() {
        let text = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        if let Some(error) = schema.iter_errors(&value).next() {
            panic!("{}: {} at {}", fixture.name, error, error.instance_path());
        }
        let manifest = Manifest::from_text(&text).unwrap();
        assert_eq!(manifest.to_text(), text, "{}", fixture.name);
    }
}

/// The schema and the reader refuse the same manifests.
#[test]
fn schema_and_reader_refuse_the_same() {
    let schema = schema();
    let good = json!({
        "generated": "by `cratesieve gen`; do not edit",
        "format": 2,
        "crates": { "a": { "path": "a", "procMacro": false, "closure": ["a"] } },
    });
    assert!(schema.is_valid(&good));
    Manifest::from_text(&good.to_string()).unwrap();
    let with = |pointer: &str, key: &str, value: Value| {
        let mut changed = good.clone();
        changed.pointer_mut(pointer).unwrap()[key] = value;
        changed
    };
    let bad = [
        with("", "extra", json!(1)),
        with("", "format", json!("2")),
        with("", "sourceRoot", json!("crates")),
        with("", "files", json!(["/etc/passwd"])),
        with("", "files", json!(["a/../../b"])),
        with("", "files", json!(["a//b"])),
        with("/crates/a", "extra", json!([])),
        with("/crates/a", "testClosure", json!(["a"])),
        with("/crates/a", "path", json!("./a")),
        with("/crates/a", "drop", json!(["a/.."])),
        with("/crates/a", "drop", json!("x")),
        with("/crates/a", "member", json!(null)),
        with("/crates/a", "member", json!("false")),
        with("/crates/a", "testOnly", json!(["a\\b"])),
        with("/crates/a", "closure", json!(null)),
    ];
    for bad in bad {
        assert!(!schema.is_valid(&bad), "the schema lets through {bad}");
        let read = Manifest::from_text(&bad.to_string());
        assert!(
            matches!(read, Err(Unreadable::Invalid(..))),
            "the reader lets through {bad}"
        );
    }
    // Redundant entries are accepted by the reader. The freshness check reports them as not canonical.
    for redundant in [
        with("/crates/a", "member", json!(true)),
        with("/crates/a", "drop", json!([])),
    ] {
        assert!(!schema.is_valid(&redundant), "{redundant}");
        let read = Manifest::from_text(&redundant.to_string());
        assert_eq!(read, Manifest::from_text(&good.to_string()), "{redundant}");
    }
    // Only the reader can find these errors.
    for bad in [
        with("/crates/a", "closure", json!(["a", "b"])),
        with("/crates/a", "testExtra", json!(["b"])),
        with("/crates/a", "include", json!(["../x"])),
        with("/crates/a", "workspace", json!("..")),
        with("/crates/a", "nested", json!(["../../x"])),
        with("/crates/a", "lib", json!("../../x.rs")),
        with("", "patched", json!(["b"])),
    ] {
        assert!(Manifest::from_text(&bad.to_string()).is_err(), "{bad}");
    }
    let newer = with("", "format", json!(3)).to_string();
    assert_eq!(Manifest::from_text(&newer), Err(Unreadable::NewerFormat(3)));
    let older = with("", "format", json!(1)).to_string();
    assert_eq!(Manifest::from_text(&older), Err(Unreadable::OlderFormat(1)));
}

/// `member` is written only if it is `false`, right after the path.
#[test]
fn the_crates_that_are_no_members() {
    let no_members = [
        ("glob-members", vec!["old"]),
        ("nested-workspace", vec!["tool-core", "tool-lib"]),
        ("outside-root", vec!["base", "lib-x", "lib-y", "member"]),
        ("patched-no-member", vec!["cfg-if", "cfg-if-core"]),
    ];
    for fixture in common::fixtures() {
        let text = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let mut strangers = Vec::new();
        for (name, entry) in value["crates"].as_object().unwrap() {
            let keys: Vec<_> = entry.as_object().unwrap().keys().collect();
            if let Some(member) = entry.get("member") {
                assert_eq!(
                    (member, keys[1].as_str()),
                    (&json!(false), "member"),
                    "{name}"
                );
                strangers.push(name.as_str());
            }
        }
        let expected = no_members.iter().find(|(name, _)| *name == fixture.name);
        let expected = expected.map_or(&[][..], |(_, names)| names);
        assert_eq!(strangers, expected, "{}", fixture.name);
    }
}

#[test]
fn the_files_of_a_role() {
    let of = |fixture: &str, name: &str, role: Role| {
        let root = common::Fixture::named(fixture).root();
        analysis(&root).source_files(name, role).unwrap()
    };
    let set = |paths: &[&str]| {
        paths
            .iter()
            .map(|p| (*p).to_owned())
            .collect::<BTreeSet<String>>()
    };

    let library = set(&[
        "Cargo.lock",
        "Cargo.toml",
        "crates/many-bins/Cargo.toml",
        "crates/many-bins/src/inner.rs",
        "crates/many-bins/src/lib.rs",
    ]);
    let found = of("targets", "many-bins", Role::Library);
    let own = of("targets", "many-bins", Role::Own);
    assert_eq!(found, library);
    for binary in [
        "src/main.rs",
        "src/cli.rs",
        "src/bin/extra.rs",
        "src/bin/multi/main.rs",
    ] {
        assert!(
            own.contains(&format!("crates/many-bins/{binary}")),
            "{binary}"
        );
    }

    let app = of("four-crates", "pkg-b", Role::Test);
    assert!(app.contains("crates/pkg-a/src/lib.rs"));
    assert!(
        !app.iter()
            .any(|path| path.starts_with("crates/pkg-a/tests"))
    );
    assert!(
        !app.iter()
            .any(|path| path.contains("pkg-c") || path.ends_with(".md"))
    );
    let tests = of("four-crates", "pkg-a", Role::Test);
    assert!(
        tests
            .iter()
            .any(|path| path.starts_with("crates/pkg-a/tests"))
    );
    assert!(of("four-crates", "pkg-a", Role::Own).is_subset(&tests));

    // Third-party packages depend on a patched crate, which only Cargo.lock shows.
    let user = of("patched", "user", Role::Own);
    assert!(user.contains("vendor/cfg-if/src/lib.rs"));
    assert!(user.contains("crates/cfg-if-core/src/lib.rs"));
    let bystander = of("patched", "bystander", Role::Own);
    assert!(!bystander.iter().any(|path| path.contains("cfg-if")));

    let root = of("root-package", "root", Role::Own);
    assert!(root.contains("assets/logo.txt") && !root.contains("assets/unused.txt"));
    assert!(
        !root
            .iter()
            .any(|path| path.starts_with("tests/") || path.starts_with("crates/y"))
    );
    assert!(
        of("root-package", "root", Role::Test)
            .iter()
            .any(|path| path.starts_with("tests/"))
    );
}
