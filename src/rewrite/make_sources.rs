//! The twin of nix/rewrite/makeSources.nix: the sources of all crates, role by role, and the stubs from
//! which their third-party packages are compiled, as the strategy `per-crate` has them.

mod stubs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::compose_source::{Composition, Content, Files, Source, compose_source};
use super::lock_texts::{LockKind, LockTexts};
use super::prune_member::ManifestRole;
use super::read_workspace::Read;
use super::resolve_closures::{Closure, Closures, resolve_closures};
use super::rewrite_manifests::{Manifests, rewrite_manifests};
use super::stub_paths::StubPaths;
use crate::manifest::{CrateEntry, Manifest};
use crate::problem::Problem;
use crate::source::{self, Role};
use crate::tree::Tree;

/// The sources of one workspace, made as they are asked for; what several of them have in common
/// is made once.
pub struct Sources<'w> {
    shape: &'w Manifest,
    pub read: &'w Read,
    files: &'w Tree,
    manifests: Manifests,
    closures: BTreeMap<&'w str, Closures>,
    locks: Option<LockTexts<'w>>,
    known_files: Mutex<KnownFiles<'w>>,
}

/// The files of each crate and role.
type KnownFiles<'w> = BTreeMap<(&'w str, Role), Files>;

/// `shape` is the manifest of the workspace that was read from `files`; `paths` say where empty
/// targets lie.
pub fn make_sources<'w>(
    shape: &'w Manifest,
    read: &'w Read,
    files: &'w Tree,
    paths: &StubPaths,
) -> Sources<'w> {
    let lock = read.lock.as_ref();
    let is_built = |name: &str, to: &str| read.described[name].built_names.contains(to);
    Sources {
        shape,
        read,
        files,
        manifests: rewrite_manifests(shape, read, paths),
        closures: resolve_closures(shape, lock, &is_built),
        locks: lock.map(|lock| LockTexts::new(shape, lock, &read.described, &read.versions)),
        known_files: Mutex::default(),
    }
}

impl<'w> Sources<'w> {
    /// The source of a crate of the workspace: itself in this role, the others of its closure as
    /// libraries.
    pub fn source(&self, name: &str, role: Role) -> anyhow::Result<Source> {
        self.source_without(&|_, _| false, name, role)
    }

    /// The source without the files of some crates, for callers that know these. Rewritten files
    /// are included.
    pub fn source_without(
        &self,
        is_left_out: &dyn Fn(&str, Role) -> bool,
        name: &str,
        role: Role,
    ) -> anyhow::Result<Source> {
        self.source_as(role.into(), is_left_out, name, role)
    }

    /// What clippy sees of a crate that tests do not: the manifests in which it looks.
    pub fn linted(&self, name: &str) -> anyhow::Result<Source> {
        let mut source = self.source_as(ManifestRole::Linted, &|_, _| true, name, Role::Test)?;
        source.retain(|_, content| matches!(content, Content::Text(_)));
        Ok(source)
    }

    /// The crate itself has the Cargo.toml of this role.
    fn source_as(
        &self,
        own: ManifestRole,
        is_left_out: &dyn Fn(&str, Role) -> bool,
        name: &str,
        role: Role,
    ) -> anyhow::Result<Source> {
        let tested = (role == Role::Test).then_some(name);
        let closure = self.closure(name, role);
        let role_of = |other: &str| role.of(other, name);
        let locks = self.locks.as_ref();
        let none = Arc::new(BTreeSet::new());
        let parts = Composition {
            closure,
            tested,
            role_of: &|other| Some(role_of(other)),
            files_of: &|name, role| match is_left_out(name, role) {
                true => Ok(none.clone()),
                false => self.files_of(name, role),
            },
            manifest_of: &|other| {
                let role = match other == name {
                    true => own,
                    false => role_of(other).into(),
                };
                self.manifests.member(other, role).clone()
            },
            spec: &|_, spec| spec.clone(),
            lock: locks.map(|locks| locks.file(LockKind::Real, closure, tested)),
        };
        compose_source(self.shape, self.read, &parts)
    }

    /// What is wrong with Cargo.lock as far as a crate and its closure go: the Nix library refuses
    /// it then.
    pub fn lock_problem(&self, name: &str, role: Role) -> Option<Problem> {
        let crates = &self.closure(name, role).crates;
        self.locks.as_ref()?.problem(crates)
    }

    /// The crates and the locked packages that a build of a crate in this role needs.
    pub fn closure(&self, name: &str, role: Role) -> &Closure {
        let closures = &self.closures[name];
        match role {
            Role::Library | Role::Own => &closures.own,
            Role::Test => &closures.test,
        }
    }

    /// The rewritten manifests that the sources are made of.
    pub fn manifests(&self) -> &Manifests {
        &self.manifests
    }

    /// The files of one crate, its Cargo.toml and what it reads from elsewhere included.
    pub fn files_of(&self, name: &str, role: Role) -> anyhow::Result<Files> {
        let (name, entry) = self.entry(name);
        let lock = || {
            self.known_files
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(known) = lock().get(&(name, role)) {
            return Ok(known.clone());
        }
        let files = Arc::new(source::crate_files(entry, self.files, role)?);
        lock().insert((name, role), files.clone());
        Ok(files)
    }

    fn entry(&self, name: &str) -> (&'w str, &'w CrateEntry) {
        let found = self.shape.crates.get_key_value(name);
        let (name, entry) = found.unwrap_or_else(|| panic!("`{name}` is a crate of the workspace"));
        (name, entry)
    }
}
