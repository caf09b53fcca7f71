//! The twin of nix/rewrite/rewriteManifests.nix: the Cargo.toml of every crate, rewritten for every use
//! that is made of it, each made once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::inert_features::inert_features;
use super::prune_member::{ManifestRole, prune_member};
use super::read_workspace::Read;
use super::stub_member::{StubKind, stub_member};
use super::stub_paths::StubPaths;
use super::to_toml::to_toml;
use super::value::{Table, Value, without};
use crate::manifest::Manifest;

/// A rewritten Cargo.toml.
#[derive(Clone, Debug)]
pub struct Rewritten {
    pub toml: Arc<Table>,
    pub text: Arc<str>,
}

impl From<Table> for Rewritten {
    fn from(toml: Table) -> Self {
        Self {
            text: to_toml(&toml).into(),
            toml: toml.into(),
        }
    }
}

/// All of one crate.
#[derive(Clone, Debug)]
struct OfCrate {
    members: BTreeMap<ManifestRole, Rewritten>,
    linked: Rewritten,
    /// The stub that replaces the crate while third-party packages are compiled, without the
    /// features that enable no dependency.
    stubs: BTreeMap<StubKind, Rewritten>,
}

/// The rewritten manifests of a workspace.
pub struct Manifests {
    crates: BTreeMap<String, OfCrate>,
    /// The crates that third-party packages depend on, because of a `[patch]`. There is no stub
    /// for these where that matters.
    pub returned: BTreeSet<String>,
    /// The features that a stub is without, by crate.
    pub inert: BTreeMap<String, BTreeSet<String>>,
}

impl Manifests {
    pub fn member(&self, name: &str, role: ManifestRole) -> &Rewritten {
        &self.crates[name].members[&role]
    }

    /// For dependents, if dev-dependencies count when Cargo unifies features: without tests and
    /// binaries, but with dev-dependencies.
    pub fn linked(&self, name: &str) -> &Rewritten {
        &self.crates[name].linked
    }

    pub fn stub(&self, name: &str, kind: StubKind) -> &Rewritten {
        &self.crates[name].stubs[&kind]
    }
}

pub fn rewrite_manifests(shape: &Manifest, read: &Read, paths: &StubPaths) -> Manifests {
    let returned = returned(shape, read);
    // Real crates among the stubs may ask each other for any feature, and so may all that find a
    // patched crate by its version.
    let inert: BTreeMap<String, BTreeSet<String>> = read
        .tomls
        .iter()
        .map(|(name, toml)| {
            let inert = match returned.contains(name) || shape.patched.contains(name) {
                true => BTreeSet::new(),
                false => inert_features(toml),
            };
            (name.clone(), inert)
        })
        .collect();
    let crates = shape.crates.par_iter().map(|(name, entry)| {
        let toml = &read.tomls[name];
        // A crate with tests alone has nothing left without them, and Cargo refuses it.
        let is_bare = entry.lib.is_none() && entry.bins.is_empty();
        let roles = [
            ManifestRole::Library,
            ManifestRole::Own,
            ManifestRole::Test,
            ManifestRole::Linted,
        ];
        let members = roles.map(|role| {
            let has_tests = matches!(role, ManifestRole::Test | ManifestRole::Linted);
            let empty = (is_bare && !has_tests).then_some(paths.library.as_str());
            let readme = read.readmes.get(name).copied();
            let pruned = prune_member(toml, role, entry.lib.is_some(), empty, readme);
            (role, pruned.into())
        });
        let members: BTreeMap<ManifestRole, Rewritten> = members.into();
        let linked = match entry.lib {
            Some(_) => linked(toml).into(),
            None => members[&ManifestRole::Library].clone(),
        };
        let kinds = [StubKind::Plain, StubKind::Built, StubKind::Tested];
        let path_keys = &read.described[name].path_keys;
        let stubs = kinds.map(|kind| {
            (
                kind,
                stub_member(toml, entry, kind, path_keys, &inert, paths).into(),
            )
        });
        let rewritten = OfCrate {
            members,
            linked,
            stubs: stubs.into(),
        };
        (name.clone(), rewritten)
    });
    Manifests {
        crates: crates.collect(),
        returned,
        inert,
    }
}

/// The Cargo.toml of a crate with a library, for dependents whose dev-dependencies count.
fn linked(toml: &Table) -> Table {
    let cut = prune_member(toml, ManifestRole::Units, true, None, None);
    let mut linked = without(&cut, &["bin"]);
    if let Some(Value::Table(package)) = linked.get_mut("package") {
        package.remove("default-run");
        package.insert("autobins".to_owned(), false.into());
    }
    linked
}

/// Third-party crates lead back to these: they cannot be compiled without the real ones.
fn returned(shape: &Manifest, read: &Read) -> BTreeSet<String> {
    let Some(lock) = read.lock.as_ref().filter(|_| !shape.patched.is_empty()) else {
        return BTreeSet::new();
    };
    let third_party = lock
        .packages
        .iter()
        .filter(|package| package.source.is_some());
    let led = third_party
        .flat_map(|package| lock.edges(package))
        .filter(|to| to.source.is_none());
    let entries = led.filter_map(|package| shape.crates.get(&package.name));
    entries
        .flat_map(|entry| entry.closure.iter().cloned())
        .collect()
}
