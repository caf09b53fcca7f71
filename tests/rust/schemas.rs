//! The JSON of each command, checked with its schema in docs/schemas.

#![cfg(unix)]

use crate::common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use camino::Utf8Path;
use common::nix::Workspace;
use common::{Fixture, cratesieve_with, fixtures, git};
use jsonschema::Validator;
use serde_json::{Value, json};

fn schema(name: &str) -> Value {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let text = fs::read_to_string(directory.join(format!("{name}.schema.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A schema, and the answers that it was checked with.
struct Held {
    name: &'static str,
    schema: Value,
    validator: Validator,
    keys: BTreeSet<String>,
    last: Value,
}

impl Held {
    fn against(name: &'static str) -> Self {
        let schema = schema(name);
        Self {
            name,
            validator: jsonschema::validator_for(&schema).unwrap(),
            schema,
            keys: BTreeSet::new(),
            last: Value::Null,
        }
    }

    #[track_caller]
    fn holds(&mut self, root: &Utf8Path, args: &[&str]) -> Value {
        let line = [args, &["--quiet", "--format", "json"]].concat();
        let outcome = cratesieve_with(root, &line);
        let value: Value = serde_json::from_str(&outcome.stdout)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {}", outcome.stderr));
        if let Some(error) = self.validator.iter_errors(&value).next() {
            let place = error.instance_path();
            panic!("{args:?} at {root}: {error} at {place}\n{value:#}");
        }
        collect_keys(&value, &mut self.keys);
        self.last = value.clone();
        value
    }

    /// Checks that the schema has no key that no answer has, and refuses unknown keys.
    #[track_caller]
    fn is_exact(&self) {
        let mut named = BTreeSet::new();
        collect_named(&self.schema, &mut named);
        let unseen: Vec<_> = named.difference(&self.keys).collect();
        assert!(unseen.is_empty(), "{}: never seen: {unseen:?}", self.name);
        for key in self.last.as_object().unwrap().keys() {
            let mut more = self.last.clone();
            more["more"] = json!(1);
            let mut other = self.last.clone();
            other[key] = json!({ "other": {} });
            for wrong in [more, other] {
                assert!(
                    !self.validator.is_valid(&wrong),
                    "{} passes {wrong}",
                    self.name
                );
            }
        }
        assert!(!self.validator.is_valid(&json!({})));
    }
}

fn collect_keys(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            collect_keys(value, keys);
        }),
        Value::Array(array) => array.iter().for_each(|value| collect_keys(value, keys)),
        _ => {}
    }
}

fn collect_named(schema: &Value, named: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            for (key, value) in object {
                if key == "properties" {
                    named.extend(value.as_object().unwrap().keys().cloned());
                }
                collect_named(value, named);
            }
        }
        Value::Array(array) => array.iter().for_each(|value| collect_named(value, named)),
        _ => {}
    }
}

fn first_crate(fixture: &Fixture) -> String {
    let text = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    manifest["crates"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap()
        .clone()
}

#[test]
fn files() {
    let mut held = Held::against("files");
    for fixture in fixtures() {
        for role in ["library", "own", "test"] {
            let name = first_crate(&fixture);
            let answer = held.holds(&fixture.root(), &["files", &name, "--role", role]);
            assert_eq!(
                (&answer["crate"], &answer["role"]),
                (&json!(name), &json!(role))
            );
            let text = cratesieve_with(&fixture.root(), &["files", &name, "--role", role]).stdout;
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(answer["files"], json!(lines), "{}", fixture.name);
        }
    }
    held.is_exact();
}

#[test]
fn graph() {
    let mut held = Held::against("graph");
    for fixture in fixtures() {
        held.holds(&fixture.root(), &["graph"]);
    }
    held.is_exact();
}

#[test]
fn why() {
    let mut held = Held::against("why");
    let mut roles = Vec::new();
    for (fixture, name, what) in [
        ("four-crates", "pkg-b", "pkg-a"),
        ("four-crates", "pkg-b", "pkg-b"),
        ("four-crates", "pkg-b", "pkg-c"),
        ("four-crates", "pkg-b", "crates/pkg-a/src/lib.rs"),
        ("four-crates", "pkg-a", "crates/pkg-a/tests"),
        ("four-crates", "pkg-b", "crates/pkg-a/README.md"),
        ("four-crates", "pkg-b", "Cargo.lock"),
        ("targets", "many-bins", "crates/many-bins/src/main.rs"),
        ("edge-kinds", "app", "for-dev"),
        ("patched", "user", "vendor/cfg-if/src/lib.rs"),
        ("cargo-config", "app", ".cargo/config.toml"),
        ("four-crates", "pkg-b", "either"),
        ("path-and-registry", "by-path", "either@1"),
    ] {
        let answer = held.holds(&Fixture::named(fixture).root(), &["why", name, what]);
        roles.push(answer["role"].clone());
        assert_eq!(answer["input"], json!(!answer["role"].is_null()));
    }
    let expected = json!([
        "own", "library", null, "library", "test", null, "library", "own", "test", "library",
        "library", "own", null
    ]);
    assert_eq!(json!(roles), expected);
    let patched = held.holds(
        &Fixture::named("patched").root(),
        &["why", "user", "cfg-if"],
    );
    let steps = patched["chain"].as_array().unwrap();
    assert_eq!(
        (&steps[0]["from"], &steps[1]["path"], &steps[1]["to"]),
        (&json!("user"), &json!("Cargo.lock"), &json!("cfg-if"))
    );
    held.is_exact();
}

#[test]
fn check() {
    let mut held = Held::against("check");
    for fixture in fixtures() {
        let answer = held.holds(&fixture.root(), &["gen", "--check"]);
        assert_eq!(answer["state"], "fresh", "{}", fixture.name);
    }
    let workspace = Workspace::of("four-crates");
    let good = workspace.read("cratesieve.json");
    for (state, text) in [
        ("not-canonical", good.replace("  ", "\t")),
        (
            "newer-format",
            good.replace("\"format\": 2", "\"format\": 3"),
        ),
        (
            "older-format",
            good.replace("\"format\": 2", "\"format\": 1"),
        ),
        ("invalid", "<<<<<<<\n".to_owned()),
        (
            "stale",
            good.replace("README.md", "NEWS.md")
                .replace("pkg-d", "pkg-e"),
        ),
    ] {
        workspace.write("cratesieve.json", &text);
        let answer = held.holds(&workspace.root(), &["gen", "--check"]);
        assert_eq!(answer["state"], state);
        assert_eq!(answer["changes"].is_null(), state != "stale");
    }
    let expected = json!({
        "keys": [],
        "added": ["pkg-d"],
        "removed": ["pkg-e"],
        "changed": { "pkg-a": ["drop"], "pkg-b": ["drop"], "pkg-c": ["drop"] },
    });
    assert_eq!(held.last["changes"], expected);
    workspace.remove("cratesieve.json");
    let answer = held.holds(&workspace.root(), &["gen", "--check"]);
    assert_eq!(answer["state"], "missing");
    held.is_exact();
}

#[test]
fn fingerprint() {
    let mut held = Held::against("fingerprint");
    for fixture in ["four-crates", "patched", "single-package"] {
        let fixture = Fixture::named(fixture);
        let name = first_crate(&fixture);
        held.holds(&fixture.root(), &["fingerprint", &name, "--part", "deps"]);
        held.holds(&fixture.root(), &["fingerprint", &name]);
    }
    held.is_exact();
}

#[test]
fn affected_and_replay() {
    let mut held = Held::against("affected");
    let workspace = Workspace::of("four-crates");
    let root = workspace.root();
    workspace.commit();
    held.holds(&root, &["affected", "--since", "HEAD"]);
    workspace.append("crates/pkg-a/src/words.rs", "// More.\n");
    workspace.write("crates/pkg-c/src/new.rs", "");
    workspace.remove("crates/pkg-a/examples/greet.rs");
    workspace.replace(
        "crates/pkg-a/Cargo.toml",
        "publish = false",
        "license = 'MIT'",
    );
    workspace.replace("Cargo.lock", "version = \"1.0.18\"", "version = \"1.0.99\"");
    workspace.append("crates/pkg-c/Cargo.toml", "pkg-n.path = '../pkg-n'\n");
    workspace.replace("Cargo.toml", "\"crates/pkg-d\"", "\"crates/pkg-n\"");
    let new = "[package]\nname = 'pkg-n'\nversion = '0.1.0'\nedition = '2024'\n";
    workspace.write("crates/pkg-n/Cargo.toml", new);
    workspace.write("crates/pkg-n/src/lib.rs", "");
    let answer = held.holds(&root, &["affected"]);
    for (name, state) in [("pkg-a", "changed"), ("pkg-d", "gone"), ("pkg-n", "new")] {
        assert_eq!(answer["crates"][name]["state"], state);
    }
    held.holds(&root, &["affected", "Cargo.lock", "crates/pkg-b/no-file"]);
    held.is_exact();

    let mut held = Held::against("replay");
    workspace.commit();
    workspace.append("Cargo.toml", "[broken\n");
    git(
        workspace.repository(),
        &["commit", "--quiet", "--all", "--message=broken"],
    );
    workspace.replace("Cargo.toml", "[broken\n", "");
    git(
        workspace.repository(),
        &["commit", "--quiet", "--all", "--message=mended"],
    );
    let answer = held.holds(&root, &["replay"]);
    assert_eq!(answer["summary"]["skipped"], 1);
    held.is_exact();
}

#[test]
fn verify() {
    let mut held = Held::against("verify");
    let package = |name: &str| format!("[package]\nname = '{name}'\nedition = '2024'\n");
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = '3'\nmembers = ['crates/*']\n",
        ),
        ("shared/x", "x"),
        ("crates/fine/Cargo.toml", &package("fine")),
        ("crates/fine/src/lib.rs", ""),
        ("crates/fine/notes.txt", "unread"),
        ("crates/broken/Cargo.toml", &package("broken")),
        ("crates/broken/src/lib.rs", "fn broken("),
        ("crates/lacks/Cargo.toml", &package("lacks")),
        ("crates/lacks/src/lib.rs", ""),
        (
            "crates/lacks/build.rs",
            "fn main() {\n    let up = [\"..\", \"..\", \"sha\"].join(\"/\");\n    \
             println!(\"cargo::rerun-if-changed={up}red/x\");\n}\n",
        ),
    ]);
    let mut lock = Command::new(env!("CARGO"));
    lock.args(["generate-lockfile", "--offline", "--quiet"]);
    common::succeed(lock.current_dir(workspace.root()));
    workspace.generate();
    let answer = held.holds(&workspace.root(), &["verify"]);
    let crates = &answer["crates"];
    assert_eq!(crates["fine"]["unread"], json!(["crates/fine/notes.txt"]));
    assert_eq!(crates["lacks"]["missing"][0]["path"], "shared/x");
    assert_eq!(
        crates["broken"]["notVerified"][0]["why"],
        "fails-in-workspace"
    );
    held.is_exact();
}

/// Each schema is valid, and a test above uses it.
#[test]
fn the_schemas() {
    let directory = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas");
    let mut names = Vec::new();
    for entry in directory.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        let name = path
            .file_name()
            .unwrap()
            .strip_suffix(".schema.json")
            .unwrap();
        names.push(name.to_owned());
        jsonschema::validator_for(&schema(name)).unwrap();
    }
    names.sort();
    let source = include_str!("schemas.rs");
    for name in &names {
        assert!(
            source.contains(&format!("Held::against(\"{name}\")")),
            "{name}"
        );
    }
    assert_eq!(names.len(), 8);
}
