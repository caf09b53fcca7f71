//! The stubs from which the third-party packages of a crate are compiled: `stubsOf` of
//! nix/rewrite/makeSources.nix.

use std::collections::BTreeSet;

use super::{Composition, Source, Sources, compose_source};
use crate::rewrite::lock_texts::LockKind;
use crate::rewrite::prune_member::ManifestRole;
use crate::rewrite::read_lock::Package;
use crate::rewrite::resolve_closures::Closure;
use crate::rewrite::rewrite_manifests::Rewritten;
use crate::rewrite::stub_member::StubKind;
use crate::rewrite::unversioned::unversioned;
use crate::rewrite::value::{Value, without};
use crate::source::Role;

impl Sources<'_> {
    /// The stubs that replace the crates while the third-party packages of a crate are compiled: for its
    /// library and binaries (`Role::Own`, `Role::Library`) or for its tests as well.
    ///
    /// Without a Cargo.lock, the source has none either. The Nix library uses that.
    pub fn stubs(&self, name: &str, role: Role) -> anyhow::Result<Source> {
        let is_tests = role == Role::Test;
        let tested = is_tests.then_some(name);
        let closure = self.closure(name, role);
        let leads_back = self.leads_back(closure);
        let is_real = |other: &str| leads_back && self.manifests.returned.contains(other);
        let versioned: BTreeSet<String> = closure
            .crates
            .iter()
            .filter(|other| is_real(other) || self.is_asked(closure, other))
            .cloned()
            .collect();
        let kind_of = |other: &str| match (other == name, is_tests) {
            (false, _) => StubKind::Plain,
            (true, false) => StubKind::Built,
            (true, true) => StubKind::Tested,
        };
        let manifest_of = |other: &str| {
            let kind = kind_of(other);
            if is_real(other) {
                self.real_among_stubs(other, kind)
            } else {
                let stub = self.manifests.stub(other, kind);
                match versioned.contains(other) {
                    true => self.versioned(other, stub),
                    false => stub.clone(),
                }
            }
        };
        let locks = self.locks.as_ref();
        let kind = LockKind::Stubs {
            versioned: &versioned,
        };
        let parts = Composition {
            closure,
            tested,
            role_of: &|other| is_real(other).then_some(Role::Library),
            files_of: &|name, role| self.files_of(name, role),
            manifest_of: &manifest_of,
            spec: &|key, spec| unversioned(&self.lean_spec(key, spec)),
            lock: locks.map(|locks| locks.file(kind, closure, tested)),
        };
        compose_source(self.shape, self.read, &parts)
    }

    /// Whether third-party packages of the closure depend on crates, because of a `[patch]`.
    fn leads_back(&self, closure: &Closure) -> bool {
        let third_party = |package: &&Package| package.source.is_some();
        !self.shape.patched.is_empty()
            && closure
                .packages_in(self.read.lock.as_ref())
                .filter(third_party)
                .any(|package| self.leads_to(package, None))
    }

    /// Whether a locked package depends on this crate; on any crate, without a name.
    fn leads_to(&self, package: &Package, name: Option<&str>) -> bool {
        let mut edges = self.read.lock.iter().flat_map(|lock| lock.edges(package));
        edges.any(|to| to.source.is_none() && name.is_none_or(|name| to.name == name))
    }

    /// A patched crate is found by its version, by all that do not depend on its path.
    fn is_asked(&self, closure: &Closure, name: &str) -> bool {
        let by_path = |package: &Package| {
            let described = self.read.described.get(&package.name);
            let described = described.filter(|_| package.source.is_none());
            described.is_some_and(|described| described.path_keys.values().any(|to| to == name))
        };
        self.shape.patched.contains(name)
            && closure
                .packages_in(self.read.lock.as_ref())
                .any(|package| self.leads_to(package, Some(name)) && !by_path(package))
    }

    /// A crate that third-party packages depend on. The crate that is built itself has its
    /// binaries and its tests, all of them empty.
    fn real_among_stubs(&self, name: &str, kind: StubKind) -> Rewritten {
        let library = self.manifests.member(name, ManifestRole::Library);
        if kind == StubKind::Plain {
            return library.clone();
        }
        let real = match kind {
            StubKind::Tested => self.manifests.linked(name),
            _ => library,
        };
        let mut manifest = (*real.toml).clone();
        let stub = &self.manifests.stub(name, kind).toml;
        for key in ["bin", "test"] {
            let has_place = key == "test" || self.shape.crates[name].lib.is_some();
            if let Some(targets) = stub.get(key).filter(|_| has_place) {
                manifest.insert(key.to_owned(), targets.clone());
            }
        }
        manifest.into()
    }

    fn versioned(&self, name: &str, stub: &Rewritten) -> Rewritten {
        let mut manifest = (*stub.toml).clone();
        if let Some(Value::Table(package)) = manifest.get_mut("package") {
            let version = self.read.versions[name].as_str();
            package.insert("version".to_owned(), version.into());
        }
        manifest.into()
    }

    /// A dependency of the workspace, without the features that stubs do not have.
    fn lean_spec(&self, key: &str, spec: &Value) -> Value {
        let name = spec.get("package").and_then(Value::as_str).unwrap_or(key);
        let (Some(table), Some(features)) = (spec.as_table(), spec.get("features")) else {
            return spec.clone();
        };
        let Some(inert) = self
            .manifests
            .inert
            .get(name)
            .filter(|_| table.contains_key("path"))
        else {
            return spec.clone();
        };
        let left: Vec<Value> = features
            .strings()
            .filter(|feature| !inert.contains(*feature))
            .map(Value::from)
            .collect();
        let mut lean = without(table, &["features"]);
        if !left.is_empty() {
            lean.insert("features".to_owned(), Value::Array(left));
        }
        Value::Table(lean)
    }
}
