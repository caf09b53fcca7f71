//! The twin of nix/rewrite/composeSource.nix: the source of a set of crates, with a workspace
//! around them that has these crates only.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::prune_configuration::prune_configuration;
use super::prune_inherited::{Inherits, is_inherited, prune_inherited};
use super::prune_patches::ByName;
use super::prune_root::{Left, prune_root};
use super::read_lock::Package;
use super::read_workspace::Read;
use super::resolve_closures::Closure;
use super::rewrite_manifests::Rewritten;
use super::to_toml::to_toml;
use super::value::{Table, Value, table};
use crate::manifest::{CrateEntry, Manifest};
use crate::path;
use crate::source::Role;

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

/// Paths relative to the workspace root, which several sources share.
pub type Files = Arc<BTreeSet<String>>;

/// The manifests and files that a source has for each crate.
pub struct Composition<'c> {
    pub closure: &'c Closure,
    /// The crate whose dev-dependencies count.
    pub tested: Option<&'c str>,
    /// The role in which a crate's files are there; `None` for a stub.
    pub role_of: &'c dyn Fn(&str) -> Option<Role>,
    /// The files of a crate in this role.
    pub files_of: &'c dyn Fn(&str, Role) -> anyhow::Result<Files>,
    pub manifest_of: &'c dyn Fn(&str) -> Rewritten,
    /// Rewrites a dependency of the workspace, given its key.
    pub spec: &'c dyn Fn(&str, &Value) -> Value,
    pub lock: Option<String>,
}

pub fn compose_source(
    shape: &Manifest,
    read: &Read,
    parts: &Composition<'_>,
) -> anyhow::Result<Source> {
    let crates = &parts.closure.crates;
    let mut source = Source::new();
    for name in crates {
        if let Some(role) = (parts.role_of)(name) {
            let files = (parts.files_of)(name, role)?;
            source.extend(files.iter().map(|file| (file.clone(), Content::File)));
        }
    }
    let shared = shape.files.iter();
    source.extend(shared.map(|file| (file.clone(), Content::File)));

    let manifests = crates
        .iter()
        .map(|name| (name.as_str(), (parts.manifest_of)(name)));
    let composed = Composed {
        shape,
        read,
        parts,
        manifests: manifests.collect(),
    };
    // Last, because an included directory may contain crates.
    let mut place = |path: String, text: Arc<str>| source.insert(path, Content::Text(text));
    for (name, manifest) in &composed.manifests {
        let directory = &shape.crates[*name].path;
        if directory != "." {
            place(path::child(directory, "Cargo.toml"), manifest.text.clone());
        }
    }
    for home in read.other_homes(crates) {
        let manifest = composed.other_manifest(home);
        place(path::child(home, "Cargo.toml"), to_toml(&manifest).into());
    }
    let root = composed.root_manifest();
    place("Cargo.toml".to_owned(), to_toml(&root).into());
    for (path, configuration) in composed.configurations() {
        place(path, to_toml(&configuration).into());
    }
    if let Some(lock) = &parts.lock {
        place("Cargo.lock".to_owned(), lock.as_str().into());
    }
    Ok(source)
}

/// The composition, with the rewritten Cargo.toml of each crate.
struct Composed<'c> {
    shape: &'c Manifest,
    read: &'c Read,
    parts: &'c Composition<'c>,
    manifests: BTreeMap<&'c str, Rewritten>,
}

impl Composed<'_> {
    fn root_manifest(&self) -> Table {
        let entries = self.manifests.iter();
        let crates: Vec<(&str, &CrateEntry)> = entries
            .clone()
            .map(|(name, _)| (*name, &self.shape.crates[*name]))
            .collect();
        let package = entries
            .map(|(name, manifest)| (&self.shape.crates[*name].path, manifest))
            .find(|(path, _)| *path == ".");
        // An override in a profile is nothing to a stub.
        let counts = |package: &Package| {
            package.source.is_some() || (self.parts.role_of)(&package.name).is_some()
        };
        let left = Left {
            package: package.map(|(_, manifest)| &*manifest.toml),
            crates: &crates,
            inherits: &Inherits {
                is_read: self.is_root_read(),
                ..self.inherits(".")
            },
            packages: &self.by_name(counts),
        };
        prune_root(&self.read.root, &left, self.parts.spec)
    }

    /// Whether a crate reads the root Cargo.toml: it lists it among its files then.
    fn is_root_read(&self) -> bool {
        let root = "Cargo.toml";
        self.manifests.keys().any(|name| {
            let entry = &self.shape.crates[*name];
            match (self.parts.role_of)(name) {
                Some(Role::Test) => {
                    entry.include.contains(root) || entry.test_include.contains(root)
                }
                Some(_) => entry.include.contains(root),
                None => false,
            }
        })
    }

    /// The Cargo.toml of another workspace, from which crates outside this one inherit.
    fn other_manifest(&self, home: &str) -> Table {
        let mut in_it = self
            .manifests
            .iter()
            .filter(|(name, _)| self.shape.crates[**name].path == home);
        let mut manifest = in_it
            .next()
            .map_or_else(Table::new, |(_, manifest)| (*manifest.toml).clone());
        let none = Table::new();
        let workspace = table(&self.read.home_tomls[home], "workspace").unwrap_or(&none);
        let pruned = prune_inherited(workspace, &self.inherits(home), self.parts.spec);
        manifest.insert("workspace".to_owned(), Value::Table(pruned));
        manifest
    }

    /// What the crates of a source inherit from the workspace in a directory. Stubs inherit
    /// nothing but dependencies.
    fn inherits(&self, home: &str) -> Inherits {
        let mut inherits = Inherits::default();
        for (name, manifest) in &self.manifests {
            if self.read.homes[*name] != home {
                continue;
            }
            let described = &self.read.described[*name];
            let dependencies = match self.parts.tested == Some(*name) {
                true => &described.inherits_all,
                false => &described.inherits_built,
            };
            inherits.dependencies.extend(dependencies.iter().cloned());
            if (self.parts.role_of)(name).is_some() {
                let fields = table(&manifest.toml, "package").into_iter().flatten();
                let fields = fields.filter(|(_, value)| is_inherited(value));
                inherits.package.extend(fields.map(|(key, _)| key.clone()));
                inherits.lints |= manifest.toml.get("lints").is_some_and(is_inherited);
            }
        }
        inherits
    }

    /// The files of Cargo's configuration in which parts make sense for the whole workspace only.
    fn configurations(&self) -> Vec<(String, Table)> {
        let packages = self.by_name(|_| true);
        let configurations = self.read.configurations.iter();
        let rewritten = configurations.filter_map(|(path, configuration)| {
            let crates = &self.parts.closure.crates;
            let pruned = prune_configuration(configuration, crates, &packages);
            (pruned != *configuration).then(|| (path.clone(), pruned))
        });
        rewritten.collect()
    }

    fn by_name(&self, counts: impl Fn(&Package) -> bool) -> ByName<'_> {
        let mut by_name = ByName::new();
        let packages = self.parts.closure.packages_in(self.read.lock.as_ref());
        for package in packages.filter(|package| counts(package)) {
            by_name
                .entry(package.name.as_str())
                .or_default()
                .push(package);
        }
        by_name
    }
}
