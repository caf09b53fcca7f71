//! All that a workspace evaluates to, to be compared with what it evaluates to after a change.

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

/// What a dependent sees of a crate.
pub const LIBRARY: &[&str] = &["librarySrc"];
/// The crate itself.
pub const OWN: &[&str] = &["package", "src"];
/// What runs in its check, together and one by one: all of it sees the source of the tests.
pub const CHECKS: &[&str] = &["check", "clippy", "doc", "nextest", "test"];
/// Its tests, benches and examples.
pub const TESTS: &[&str] = &["check", "clippy", "doc", "nextest", "test", "testSrc"];
/// The third-party dependencies, compiled.
pub const DEPS: &[&str] = &["deps", "docDeps"];
pub const TEST_DEPS: &[&str] = &["testDeps"];
pub const LOCK: &[&str] = &["cargoLock"];

/// What sees a change of a crate's library.
pub const CODE: &[&[&str]] = &[LIBRARY, OWN, TESTS];
/// What sees a change of a crate's binary.
pub const BINARY: &[&[&str]] = &[OWN, TESTS];
/// What clippy asks of a crate's Cargo.toml and no build does.
pub const LINTED: &[&[&str]] = &[&["check", "clippy"]];
pub const TESTS_ALONE: &[&[&str]] = &[TESTS];
pub const ALL_DEPS: &[&[&str]] = &[DEPS, TEST_DEPS];
pub const EVERYTHING: &[&[&str]] = &[LIBRARY, OWN, TESTS, DEPS, TEST_DEPS, LOCK];

pub const NOTHING: Expected<'static> = &[];

/// (crate, attribute) -> the path of a derivation, or of a file in the store.
pub type Snapshot = BTreeMap<(String, String), String>;

/// (crate, attribute) of what is another one.
pub type Changed = BTreeSet<(String, String)>;

pub fn take(nix: &Nix, workspace: &Workspace, arguments: &str) -> Snapshot {
    taken(&nix.evaluate(&with_prelude(&expression(workspace, arguments))))
}

/// What a snapshot is evaluated from, which wants the prelude.
pub fn expression(workspace: &Workspace, arguments: &str) -> String {
    // Of a crate that is no member, only the sources can be asked for.
    let expression = "builtins.mapAttrs (name: crate:
        builtins.mapAttrs (_: value: value.drvPath or value) (
          if manifest.crates.${name}.member or true then
            removeAttrs crate [ \"forBuildRustPackage\" \"forNaersk\" ]
          else
            { inherit (crate) librarySrc src testSrc cargoLock; }
        )
      ) workspace.crates";
    workspace.within_prelude(arguments, expression)
}

/// The snapshot that it has been evaluated to.
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

/// The same of an unchanged fixture, made once for each Nix.
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

/// Asserts that `change` changes exactly what is listed, with every Nix; of the checks of layers, see
/// [`Checks`].
#[track_caller]
pub fn assert_changes(fixture: &str, change: impl Fn(&Workspace), groups: Expected<'_>) {
    assert_changes_with("", "", fixture, change, groups);
}

/// The same, with arguments of `mkWorkspace` after the change and before it. In layers, too.
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

/// In layers, checks have the stubs of all crates and the whole lock, so that Cargo unifies features as
/// for the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checks {
    /// Code alone is another one: as many of them change as tests of crates do.
    Exact,
    /// Cargo's own files are others, which all of them may see.
    AtLeast,
}

impl Checks {
    pub fn of_change(before: &Workspace, after: &Workspace) -> Self {
        let same = |name| files_named(name, before) == files_named(name, after);
        // Third-party packages that are built from a crate of the tree are everybody's.
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

    /// What no package sees of a Cargo.toml, no check sees.
    fn unless_locked_otherwise(before: &Workspace, after: &Workspace) -> Self {
        if files_named(LOCKED, before) == files_named(LOCKED, after) {
            Self::Exact
        } else {
            Self::AtLeast
        }
    }
}

/// By path.
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

/// By crate, the parts that are reached; and the crates that are no members.
pub struct Affected {
    parts: BTreeMap<String, BTreeSet<&'static str>>,
    others: BTreeSet<String>,
}

/// What `cratesieve affected` says of the change of a workspace, which git gets to know before.
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
        // Each crate that is there before and after is given a reason for each part.
        if krate["state"] == "changed" {
            let reasons = krate["reasons"].as_array().unwrap();
            for part in krate["parts"].as_array().unwrap() {
                let has = |reason: &Value| reason["parts"].as_array().unwrap().contains(part);
                assert!(reasons.iter().any(has), "{part} of {name}: {krate}");
            }
        }
    }
    // Fingerprints are others for the same parts.
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

/// By crate and part; nothing where there are no keys for want of a lock that fits.
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

/// The program names the parts whose derivations Nix has others of: those that Cargo would build again
/// for each crate by itself. In layers, checks may be more.
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
            // Crates share what is compiled for them.
            "deps" | "docDeps" | "testDeps" if is_layered => continue,
            "deps" | "docDeps" => "deps",
            "testSrc" | "testDeps" => "tests",
            attribute if CHECKS.contains(&attribute) => "tests",
            // The library alone, and the lock, change together with one of these.
            _ => continue,
        };
        expected.entry(name.clone()).or_default().insert(part);
    }
    let mut parts = affected.parts.clone();
    for (name, parts) in &mut parts {
        // Nobody compiles third-party packages for these.
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

/// Asserts that other arguments change exactly what is listed, with every Nix. In layers, too.
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

/// Those that are compared: both, if the arguments name none.
fn strategies(arguments: &str) -> Vec<&str> {
    match arguments.split_once("strategy = \"") {
        Some((_, rest)) => vec![rest.split('"').next().unwrap()],
        None => STRATEGIES.to_vec(),
    }
}

/// Arguments with this strategy, if they name none.
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
    // In layers, the dependencies of a crate are shown as those of another one that asks for the same.
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
