//! Snapshots of all derivations of a workspace, to compare those before and after a change.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use cratesieve::analysis::analyse;
use cratesieve::fingerprint::{Inputs, Part, fingerprint, place, stub_paths};
use cratesieve::rewrite::{make_sources, read_workspace};
use serde_json::Value;
use walkdir::WalkDir;

use crate::common::cratesieve;
use crate::common::nix::{Nix, Workspace, all_nix, with_prelude};
use crate::edits::LOCKED;

/// Attributes that dependents of a crate use.
pub const LIBRARY: &[&str] = &["librarySrc"];
/// Attributes for the crate itself.
pub const OWN: &[&str] = &["package", "src"];
/// Attributes that check the crate. All of them have the source with tests.
pub const CHECKS: &[&str] = &["check", "clippy", "doc", "nextest", "test"];
/// Attributes for the crate's tests, benches and examples.
pub const TESTS: &[&str] = &["check", "clippy", "doc", "nextest", "test", "testSrc"];
/// Attributes with compiled third-party packages.
pub const DEPS: &[&str] = &["deps", "docDeps"];
pub const TEST_DEPS: &[&str] = &["testDeps"];
pub const LOCK: &[&str] = &["cargoLock"];

/// Attributes that change with the crate's library.
pub const CODE: &[&[&str]] = &[LIBRARY, OWN, TESTS];
/// Attributes that change with a binary of the crate.
pub const BINARY: &[&[&str]] = &[OWN, TESTS];
/// Attributes that change with fields of Cargo.toml that only clippy checks.
pub const LINTED: &[&[&str]] = &[&["check", "clippy"]];
pub const TESTS_ALONE: &[&[&str]] = &[TESTS];
pub const ALL_DEPS: &[&[&str]] = &[DEPS, TEST_DEPS];
pub const EVERYTHING: &[&[&str]] = &[LIBRARY, OWN, TESTS, DEPS, TEST_DEPS, LOCK];

pub const NOTHING: Expected<'static> = &[];

/// (crate, attribute) -> the path of a derivation, or of a file in the store.
pub type Snapshot = BTreeMap<(String, String), String>;

/// The pairs (crate, attribute) that changed.
pub type Changed = BTreeSet<(String, String)>;

pub fn take(nix: &Nix, workspace: &Workspace, arguments: &str) -> Snapshot {
    taken(&nix.evaluate(&with_prelude(&expression(workspace, arguments))))
}

/// The expression for a snapshot, in the scope of the prelude.
pub fn expression(workspace: &Workspace, arguments: &str) -> String {
    // A crate that is not a member has sources only.
    let expression = "builtins.mapAttrs (name: crate:
        builtins.mapAttrs (_: value: value.drvPath or value) (
          if manifest.crates.${name}.member or true then
            removeAttrs crate [ \"cargo\" \"forBuildRustPackage\" \"forCrane\" \"forNaersk\" ]
          else
            { inherit (crate) librarySrc src testSrc cargoLock; }
        )
      ) workspace.crates";
    workspace.within_prelude(arguments, expression)
}

/// The snapshot from the value of that expression.
pub fn taken(value: &Value) -> Snapshot {
    let mut snapshot = Snapshot::new();
    for (name, attributes) in value.as_object().unwrap() {
        for (attribute, path) in attributes.as_object().unwrap() {
            let path = path.as_str().unwrap().to_owned();
            snapshot.insert((name.clone(), attribute.clone()), path);
        }
    }
    snapshot
}

/// The snapshot of an unchanged fixture, made once for each Nix.
pub fn of_fixture(nix: &Nix, fixture: &str, arguments: &str) -> Snapshot {
    type Known = HashMap<(Nix, String, String), Arc<OnceLock<Snapshot>>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let key = (nix.clone(), fixture.to_owned(), arguments.to_owned());
    let known = Arc::clone(KNOWN.lock().unwrap().entry(key).or_default());
    known
        .get_or_init(|| take(nix, &Workspace::of(fixture), arguments))
        .clone()
}

pub fn difference(before: &Snapshot, after: &Snapshot) -> Changed {
    let keys = before.keys().chain(after.keys());
    keys.filter(|key| before.get(*key) != after.get(*key))
        .cloned()
        .collect()
}

/// Groups of attributes, and the crates that they change for, separated by spaces.
pub type Expected<'e> = &'e [(&'e [&'e [&'e str]], &'e str)];

fn expected(groups: Expected<'_>) -> Changed {
    let mut changed = Changed::new();
    for (attributes, crates) in groups {
        for attribute in attributes.iter().copied().flatten() {
            let crates = crates.split_whitespace();
            changed.extend(crates.map(|name| (name.to_owned(), (*attribute).to_owned())));
        }
    }
    changed
}

/// Asserts that `change` changes exactly the listed attributes, with every Nix. For checks in layers see
/// [`Checks`].
#[track_caller]
pub fn assert_changes(fixture: &str, change: impl Fn(&Workspace), groups: Expected<'_>) {
    assert_changes_with("", "", fixture, change, groups);
}

/// Asserts the same with arguments of `mkWorkspace` after and before the change, also in layers.
#[track_caller]
pub fn assert_changes_with(
    arguments: &str,
    arguments_before: &str,
    fixture: &str,
    change: impl Fn(&Workspace),
    groups: Expected<'_>,
) {
    let (original, workspace) = (Workspace::of(fixture), Workspace::of(fixture));
    change(&workspace);
    let checks = if groups.is_empty() {
        Checks::unless_locked_otherwise(&original, &workspace)
    } else {
        Checks::of_change(&original, &workspace)
    };
    let affected = arguments.is_empty().then(|| affected(&original, change));
    for nix in all_nix() {
        for strategy in strategies(arguments) {
            let before = of_fixture(&nix, fixture, &built(strategy, arguments_before));
            let after = take(&nix, &workspace, &built(strategy, arguments));
            let found = difference(&before, &after);
            assert_same(strategy, checks, &found, &expected(groups));
            if let Some(affected) = &affected {
                assert_agrees(strategy, checks, affected, &found, "this change");
            }
        }
    }
}

// ---- Checks in layers ---------------------------------------------------------------------------

/// How many checks may change in layers: they have the stubs of all crates and the whole lock, so that Cargo
/// unifies features for the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// Only code changed: the checks change as the tests of crates do.
    Exact,
    /// Files that Cargo reads changed, which all checks may see.
    AtLeast,
}

impl Checks {
    pub fn of_change(before: &Workspace, after: &Workspace) -> Self {
        let same = |name| files_named(name, before) == files_named(name, after);
        // Third-party packages that depend on a crate of the workspace are in all checks.
        let is_patched = |workspace: &Workspace| {
            let text = fs::read_to_string(workspace.root().join("cratesieve.json")).unwrap();
            let manifest: Value = serde_json::from_str(&text).unwrap();
            manifest
                .get("patched")
                .is_some_and(|patched| patched != &Value::Array(vec![]))
        };
        if same("Cargo.toml") && same(LOCKED) && !is_patched(before) && !is_patched(after) {
            Self::Exact
        } else {
            Self::AtLeast
        }
    }

    /// A change of a Cargo.toml that affects no package affects no check either.
    fn unless_locked_otherwise(before: &Workspace, after: &Workspace) -> Self {
        if files_named(LOCKED, before) == files_named(LOCKED, after) {
            Self::Exact
        } else {
            Self::AtLeast
        }
    }
}

/// The files with this name, by path.
fn files_named(name: &str, workspace: &Workspace) -> BTreeMap<String, Vec<u8>> {
    let top = workspace.repository();
    let entries = WalkDir::new(top).into_iter().filter_entry(|entry| {
        let name = entry.file_name();
        name != ".git" && name != "target"
    });
    entries
        .map(Result::unwrap)
        .filter(|entry| entry.file_name() == name)
        .map(|entry| {
            let path = entry.path().strip_prefix(top).unwrap();
            (
                path.to_str().unwrap().to_owned(),
                fs::read(entry.path()).unwrap(),
            )
        })
        .collect()
}

// ---- What the program says of the same change ---------------------------------------------------

/// The affected parts, by crate, and the crates that are not members.
pub struct Affected {
    parts: BTreeMap<String, BTreeSet<&'static str>>,
    others: BTreeSet<String>,
}

/// The answer of `cratesieve affected` for a change, after a commit of the state before.
pub fn affected(workspace: &Workspace, change: impl FnOnce(&Workspace)) -> Affected {
    workspace.commit();
    let before = fingerprints(workspace);
    change(workspace);
    let after = fingerprints(workspace);
    let outcome = cratesieve(
        &workspace.root(),
        ["affected", "--quiet", "--format", "json"],
    );
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let mut affected = Affected {
        parts: BTreeMap::new(),
        others: BTreeSet::new(),
    };
    for (name, krate) in answer["crates"].as_object().unwrap() {
        let parts = krate["parts"].as_array().unwrap();
        let parts = ["src", "deps", "tests"]
            .into_iter()
            .filter(|part| parts.contains(&Value::from(*part)));
        affected.parts.insert(name.clone(), parts.collect());
        if krate["member"] == Value::Bool(false) {
            affected.others.insert(name.clone());
        }
        // Each crate that exists before and after has a reason for each part.
        if krate["state"] == "changed" {
            let reasons = krate["reasons"].as_array().unwrap();
            for part in krate["parts"].as_array().unwrap() {
                let has = |reason: &Value| reason["parts"].as_array().unwrap().contains(part);
                assert!(reasons.iter().any(has), "{part} of {name}: {krate}");
            }
        }
    }
    // The same parts have new fingerprints.
    if let (Some(before), Some(after)) = (before, after) {
        let keys = before.keys().chain(after.keys());
        let changed = keys.filter(|key| before.get(*key) != after.get(*key));
        let mut parts: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for (name, part) in changed {
            parts.entry(name.clone()).or_default().insert(part);
        }
        let is_member = |name: &String| !affected.others.contains(name);
        parts.retain(|name, _| is_member(name));
        let mut expected = affected.parts.clone();
        expected.retain(|name, _| is_member(name));
        assert_eq!(parts, expected, "fingerprints, and what `affected` says");
    }
    affected
}

/// The fingerprints by crate and part. `None` if the lock does not fit, so that there are none.
fn fingerprints(workspace: &Workspace) -> Option<BTreeMap<(String, &'static str), String>> {
    let analysis = analyse(Some(&workspace.root().join("Cargo.toml")));
    let analysis = analysis.unwrap();
    let (shape, tree) = (&analysis.manifest, &analysis.tree);
    let read = read_workspace(shape, tree).unwrap();
    read.lock.as_ref()?;
    let sources = make_sources(shape, &read, tree, &stub_paths());
    let place = place(&analysis.root, shape);
    let identify = |path: &str| Ok(tree.identify(path)?.unwrap());
    let mut found = BTreeMap::new();
    for name in shape.crates.keys() {
        let inputs = Inputs::of(&sources, shape, tree, name).unwrap();
        for part in Part::ALL {
            let hash = fingerprint(part, inputs.part(part), &place, &identify).unwrap();
            found.insert((name.clone(), part.name()), hash);
        }
    }
    Some(found)
}

/// Asserts that the program names the parts whose derivations change: those that Cargo would build again for
/// each crate separately. In layers, more checks may change.
#[track_caller]
pub fn assert_agrees(
    strategy: &str,
    checks: Checks,
    affected: &Affected,
    found: &Changed,
    what: &str,
) {
    let is_layered = strategy == "layered";
    let mut expected: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (name, attribute) in found {
        let part = match attribute.as_str() {
            "package" | "src" => "src",
            // In layers, crates share compiled third-party packages.
            "deps" | "docDeps" | "testDeps" if is_layered => continue,
            "deps" | "docDeps" => "deps",
            "testSrc" | "testDeps" => "tests",
            attribute if CHECKS.contains(&attribute) => "tests",
            // The library's source and the lock change together with one of these.
            _ => continue,
        };
        expected.entry(name.clone()).or_default().insert(part);
    }
    let mut parts = affected.parts.clone();
    for (name, parts) in &mut parts {
        // For these crates no third-party packages are compiled.
        if is_layered || affected.others.contains(name) {
            parts.remove("deps");
        }
    }
    parts.retain(|_, parts| !parts.is_empty());
    if is_layered && checks == Checks::AtLeast {
        for (name, reached) in &mut expected {
            if !parts.get(name).is_some_and(|parts| parts.contains("tests")) {
                reached.remove("tests");
            }
        }
        expected.retain(|_, parts| !parts.is_empty());
    }
    assert_eq!(
        parts, expected,
        "{strategy}: what `affected` says of {what}, and what Nix does"
    );
}

/// Asserts that other arguments change exactly the listed attributes, with every Nix, also in layers.
#[track_caller]
pub fn assert_arguments_change(fixture: &str, before: &str, arguments: &str, groups: Expected<'_>) {
    for nix in all_nix() {
        for strategy in strategies(arguments) {
            let before = of_fixture(&nix, fixture, &built(strategy, before));
            let after = of_fixture(&nix, fixture, &built(strategy, arguments));
            let found = difference(&before, &after);
            assert_same(strategy, Checks::Exact, &found, &expected(groups));
        }
    }
}

pub const STRATEGIES: [&str; 2] = ["per-crate", "layered"];

/// The strategies to compare: both, if the arguments name none.
fn strategies(arguments: &str) -> Vec<&str> {
    match arguments.split_once("strategy = \"") {
        Some((_, rest)) => vec![rest.split('"').next().unwrap()],
        None => STRATEGIES.to_vec(),
    }
}

/// Arguments with this strategy, unless they name one.
pub fn built(strategy: &str, arguments: &str) -> String {
    if arguments.contains("strategy = ") {
        arguments.to_owned()
    } else {
        format!("strategy = \"{strategy}\"; {arguments}")
    }
}

#[track_caller]
fn assert_same(strategy: &str, checks: Checks, found: &Changed, expected: &Changed) {
    let is_layered = strategy == "layered";
    let may_change = |attribute: &str| {
        is_layered
            && checks == Checks::AtLeast
            && (CHECKS.contains(&attribute) || ["docDeps", "testDeps"].contains(&attribute))
    };
    // In layers, `deps` of a crate may be those of another crate that asks for the same packages.
    let is_shown = |(_, attribute): &&(String, String)| !(is_layered && attribute == "deps");
    let list = |pairs: Vec<&(String, String)>| -> String {
        let lines = pairs
            .into_iter()
            .map(|(name, attribute)| format!("  {attribute} of {name}\n"));
        lines.collect()
    };
    let surplus = found.difference(expected).filter(is_shown);
    let surplus = surplus.filter(|(_, attribute)| !may_change(attribute));
    let surplus: Vec<_> = surplus.collect();
    let missing: Vec<_> = expected.difference(found).filter(is_shown).collect();
    assert!(
        surplus.is_empty() && missing.is_empty(),
        "{strategy}, {checks:?}: changed, and should not have:\n{}did not change, and should have:\n{}",
        list(surplus),
        list(missing),
    );
}
