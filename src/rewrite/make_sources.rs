//! The twin of nix/makeSources.nix: the sources of all crates, role by role, and the stubs from
//! which their third-party packages are compiled, as the strategy `per-crate` has them.

mod stubs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::lock_texts::{LockKind, LockTexts};
use super::prune_configuration::prune_configuration;
use super::prune_inherited::{Inherits, is_inherited, prune_inherited};
use super::prune_member::Role as MemberRole;
use super::prune_patches::ByName;
use super::prune_root::{Left, prune_root};
use super::read_lock::Package;
use super::read_workspace::Read;
use super::resolve_closure::{Closure, resolve_closure};
use super::rewrite_manifests::{Manifests, Rewritten, rewrite_manifests};
use super::stub_member::StubPaths;
use super::to_toml::to_toml;
use super::value::{Table, Value, table};
use crate::manifest::{CrateEntry, Manifest};
use crate::path;
use crate::problem::Problem;
use crate::source::{self, Role};
use crate::tree::Tree;

/// What stands at a path of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The workspace's own file, or symbolic link, at the same path.
    File,
    /// A rewritten file: a Cargo.toml, Cargo.lock, Cargo's configuration. Never executable.
    Text(Arc<str>),
}

/// Every file of a source, by its path relative to the workspace root.
pub type Source = BTreeMap<String, Content>;

/// The sources of one workspace, made as they are asked for; what several of them have in common
/// is made once.
pub struct Sources<'w> {
    shape: &'w Manifest,
    pub read: &'w Read,
    files: &'w Tree,
    manifests: Manifests,
    closures: BTreeMap<&'w str, Closures>,
    locks: Option<LockTexts<'w>>,
    root_crate: Option<&'w str>,
    known_files: Mutex<KnownFiles<'w>>,
}

/// The files of each crate and role.
type KnownFiles<'w> = BTreeMap<(&'w str, Role), Arc<BTreeSet<String>>>;

struct Closures {
    own: Closure,
    test: Closure,
}

/// The manifests and files that a source has for each crate.
struct Composition<'c> {
    closure: &'c Closure,
    /// Whose dev-dependencies count.
    tested: Option<&'c str>,
    /// The role in which a crate's files are there; `None` for a stub.
    role_of: &'c dyn Fn(&str) -> Option<Role>,
    /// Whose files, in this role, are not wanted.
    is_left_out: &'c dyn Fn(&str, Role) -> bool,
    manifest_of: &'c dyn Fn(&str) -> Rewritten,
    /// Rewrites a dependency of the workspace, given its key.
    spec: &'c dyn Fn(&str, &Value) -> Value,
    lock: Option<String>,
}

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
    let closures = shape.crates.iter().map(|(name, entry)| {
        let closures = Closures {
            own: resolve_closure(&entry.closure, None, shape, lock, &is_built),
            test: resolve_closure(&entry.test_closure(), Some(name), shape, lock, &is_built),
        };
        (name.as_str(), closures)
    });
    let root_crate = shape.crates.iter().find(|(_, entry)| entry.path == ".");
    Sources {
        shape,
        read,
        files,
        manifests: rewrite_manifests(shape, read, paths),
        closures: closures.collect(),
        locks: lock.map(|lock| LockTexts::new(shape, lock, &read.described, &read.versions)),
        root_crate: root_crate.map(|(name, _)| name.as_str()),
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
        let mut source = self.source_as(MemberRole::Linted, &|_, _| true, name, Role::Test)?;
        source.retain(|_, content| matches!(content, Content::Text(_)));
        Ok(source)
    }

    /// The crate itself has the Cargo.toml of this role.
    fn source_as(
        &self,
        own: MemberRole,
        is_left_out: &dyn Fn(&str, Role) -> bool,
        name: &str,
        role: Role,
    ) -> anyhow::Result<Source> {
        let tested = (role == Role::Test).then_some(name);
        let closure = self.closure(name, role);
        let role_of = |other: &str| role.of(other, name);
        let locks = self.locks.as_ref();
        self.compose(&Composition {
            closure,
            tested,
            role_of: &|other| Some(role_of(other)),
            is_left_out,
            manifest_of: &|other| {
                let role = match other == name {
                    true => own,
                    false => role_of(other).into(),
                };
                self.manifests.member(other, role).clone()
            },
            spec: &|_, spec| spec.clone(),
            lock: locks.map(|locks| locks.file(LockKind::Real, closure, tested)),
        })
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

    /// The files of one crate, its Cargo.toml and what it reads from elsewhere included.
    pub fn files_of(&self, name: &str, role: Role) -> anyhow::Result<Arc<BTreeSet<String>>> {
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

    fn compose(&self, parts: &Composition<'_>) -> anyhow::Result<Source> {
        let crates = &parts.closure.crates;
        let manifests = crates
            .iter()
            .map(|name| (name.as_str(), (parts.manifest_of)(name)));
        let manifests: BTreeMap<&str, Rewritten> = manifests.collect();
        let mut source = Source::new();
        for name in crates {
            if let Some(role) = (parts.role_of)(name)
                && !(parts.is_left_out)(name, role)
            {
                let files = self.files_of(name, role)?;
                source.extend(files.iter().map(|file| (file.clone(), Content::File)));
            }
        }
        let shared = self.shape.files.iter();
        source.extend(shared.map(|file| (file.clone(), Content::File)));

        // Last, because an included directory may contain crates.
        let mut place = |directory: &str, text: Arc<str>| {
            source.insert(path::child(directory, "Cargo.toml"), Content::Text(text));
        };
        for (name, manifest) in &manifests {
            if Some(*name) != self.root_crate {
                place(&self.shape.crates[*name].path, manifest.text.clone());
            }
        }
        for home in self.read.other_homes(crates) {
            let manifest = self.other_manifest(home, parts, &manifests);
            place(home, to_toml(&manifest).into());
        }
        place(".", to_toml(&self.root_manifest(parts, &manifests)).into());
        for (path, configuration) in self.configurations(parts) {
            source.insert(path, Content::Text(to_toml(&configuration).into()));
        }
        if let Some(lock) = &parts.lock {
            source.insert("Cargo.lock".to_owned(), Content::Text(lock.as_str().into()));
        }
        Ok(source)
    }

    fn root_manifest(
        &self,
        parts: &Composition<'_>,
        manifests: &BTreeMap<&str, Rewritten>,
    ) -> Table {
        let package = self.root_crate.and_then(|name| manifests.get(name));
        let crates: Vec<_> = manifests.keys().map(|name| self.entry(name)).collect();
        // An override in a profile is nothing to a stub.
        let counts = |package: &Package| {
            package.source.is_some() || (parts.role_of)(&package.name).is_some()
        };
        let left = Left {
            package: package.map(|manifest| &*manifest.toml),
            crates: &crates,
            inherits: &Inherits {
                is_read: self.is_root_read(parts),
                ..self.inherits(".", parts, manifests)
            },
            packages: &self.by_name(parts.closure, counts),
        };
        prune_root(&self.read.root, &left, parts.spec)
    }

    /// Whether a crate reads the root Cargo.toml: it lists it among its files then.
    fn is_root_read(&self, parts: &Composition<'_>) -> bool {
        let root = "Cargo.toml";
        parts.closure.crates.iter().any(|name| {
            let entry = &self.shape.crates[name];
            match (parts.role_of)(name) {
                Some(Role::Test) => {
                    entry.include.contains(root) || entry.test_include.contains(root)
                }
                Some(_) => entry.include.contains(root),
                None => false,
            }
        })
    }

    /// The Cargo.toml of another workspace, from which crates outside this one inherit.
    fn other_manifest(
        &self,
        home: &str,
        parts: &Composition<'_>,
        manifests: &BTreeMap<&str, Rewritten>,
    ) -> Table {
        let mut in_it = manifests
            .iter()
            .filter(|(name, _)| self.shape.crates[**name].path == home);
        let mut manifest = in_it
            .next()
            .map_or_else(Table::new, |(_, m)| (*m.toml).clone());
        let none = Table::new();
        let workspace = table(&self.read.home_tomls[home], "workspace").unwrap_or(&none);
        let inherits = self.inherits(home, parts, manifests);
        let pruned = prune_inherited(workspace, &inherits, parts.spec);
        manifest.insert("workspace".to_owned(), Value::Table(pruned));
        manifest
    }

    /// What the crates of a source inherit from the workspace in a directory. Stubs inherit
    /// nothing but dependencies.
    fn inherits(
        &self,
        home: &str,
        parts: &Composition<'_>,
        manifests: &BTreeMap<&str, Rewritten>,
    ) -> Inherits {
        let mut inherits = Inherits::default();
        for (name, manifest) in manifests {
            if self.read.homes[*name] != home {
                continue;
            }
            let described = &self.read.described[*name];
            inherits
                .dependencies
                .extend(match parts.tested == Some(*name) {
                    true => described.inherits_all.iter().cloned(),
                    false => described.inherits_built.iter().cloned(),
                });
            if (parts.role_of)(name).is_some() {
                let fields = table(&manifest.toml, "package").into_iter().flatten();
                let fields = fields.filter(|(_, value)| is_inherited(value));
                inherits.package.extend(fields.map(|(key, _)| key.clone()));
                inherits.lints |= manifest.toml.get("lints").is_some_and(is_inherited);
            }
        }
        inherits
    }

    /// Cargo's configuration says things that hold for the whole workspace alone.
    fn configurations(&self, parts: &Composition<'_>) -> Vec<(String, Table)> {
        let packages = self.by_name(parts.closure, |_| true);
        let configurations = self.read.configurations.iter();
        let rewritten = configurations.filter_map(|(path, configuration)| {
            let pruned = prune_configuration(configuration, &parts.closure.crates, &packages);
            (pruned != *configuration).then(|| (path.clone(), pruned))
        });
        rewritten.collect()
    }

    fn by_name(&self, closure: &Closure, counts: impl Fn(&Package) -> bool) -> ByName<'_> {
        let mut by_name = ByName::new();
        for package in self.packages(closure).filter(|package| counts(package)) {
            by_name
                .entry(package.name.as_str())
                .or_default()
                .push(package);
        }
        by_name
    }

    fn packages(&self, closure: &Closure) -> impl Iterator<Item = &Package> {
        let packages = self.read.lock.iter().map(|lock| &lock.packages);
        packages.flat_map(|packages| closure.packages.iter().map(|index| &packages[*index]))
    }
}
