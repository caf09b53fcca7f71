//! The workspace's own crates and the path dependencies between them: owned, sorted, relative to
//! the workspace root. The last module to see `cargo_metadata`'s types.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::DependencyKind;

use crate::metadata::{LoadedPackage, Workspace};
use crate::path::{self, Root};
use crate::problem::{Problem, Problems, Validated};

/// Every crate of the tree that a build of the workspace can reach by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    pub crates: BTreeMap<String, Crate>,
    /// The crates that `[patch]` (or `[replace]`) puts in place of another source's package.
    pub patched: BTreeSet<String>,
}

/// One package with a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crate {
    /// Its directory, relative to the workspace root.
    pub path: String,
    /// `false` for a path dependency that the workspace excludes or that lies outside its root.
    pub is_member: bool,
    pub targets: BTreeSet<Target>,
    pub edges: BTreeSet<Edge>,
    /// The packages of all normal and build dependencies, third-party ones too: what tells, in
    /// Cargo.lock, a crate's own needs from its tests'.
    pub built_names: BTreeSet<String>,
    /// Where the crate belongs to another workspace: that one's root directory, whose manifest
    /// Cargo reads for inherited fields.
    pub inherits_from: Option<String>,
    /// Given or found by name, relative to the crate's directory, as `CARGO_PKG_README` says it.
    pub readme: Option<String>,
    pub license_file: Option<String>,
}

/// What Cargo compiles of a crate.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    pub kind: TargetKind,
    pub name: String,
    /// The root source file, relative to the workspace root.
    pub path: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TargetKind {
    Lib {
        proc_macro: bool,
    },
    BuildScript,
    Bin,
    /// A test, a bench or an example: what only the crate's own tests need.
    Test,
}

/// A path dependency, whatever its target platform, optional or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub to: String,
    pub kind: EdgeKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    Normal,
    Build,
    Dev,
}

impl Graph {
    /// `repository` is the directory that no path dependency may leave; `None` where there is no
    /// repository to stay in (an unpacked archive, a Nix sandbox).
    pub fn new(workspace: &Workspace, repository: Option<&Utf8Path>) -> Validated<Self> {
        let root = Root::new(&workspace.root);
        let mut problems = Vec::new();
        let mut places: BTreeMap<&str, &Utf8PathBuf> = BTreeMap::new();
        for directory in workspace.reached() {
            let name = workspace.packages[directory].package.name.as_str();
            if let Some(other) = places.insert(name, directory) {
                problems.push(same_name(&root, name, other, directory));
            }
        }
        let mut crates = BTreeMap::new();
        for (name, directory) in &places {
            let loaded = &workspace.packages[*directory];
            let Some(path) = root.relative(directory) else {
                problems.push(outside(&root, workspace, directory, &workspace.root));
                continue;
            };
            if let Some(repository) = repository.filter(|r| !directory.starts_with(r)) {
                problems.push(outside(&root, workspace, directory, repository));
            }
            crates.insert((*name).to_owned(), to_crate(&root, workspace, loaded, path));
        }
        let patched = workspace
            .patches
            .iter()
            .filter_map(|directory| workspace.packages.get(directory))
            .map(|loaded| loaded.package.name.to_string())
            .collect();
        Problems::none_of(problems).map(|()| Self { crates, patched })
    }
}

impl Crate {
    /// The manifest, relative to the workspace root.
    pub fn manifest(&self) -> String {
        path::child(&self.path, "Cargo.toml")
    }

    pub fn lib(&self) -> Option<&Target> {
        self.targets
            .iter()
            .find(|target| matches!(target.kind, TargetKind::Lib { .. }))
    }

    pub fn targets_of(&self, kind: TargetKind) -> impl Iterator<Item = &Target> {
        self.targets
            .iter()
            .filter(move |target| target.kind == kind)
    }

    /// The crates that `kinds` of path dependencies lead to, sorted, each once.
    pub fn dependencies(&self, kinds: &[EdgeKind]) -> BTreeSet<&str> {
        let wanted = self.edges.iter().filter(|edge| kinds.contains(&edge.kind));
        wanted.map(|edge| edge.to.as_str()).collect()
    }
}

impl Workspace {
    /// The directories of the packages that are the workspace's or reached from them: a call at
    /// the manifest of a foreign path dependency lists that one's whole workspace.
    fn reached(&self) -> BTreeSet<&Utf8PathBuf> {
        let members = self.packages.iter().filter(|(_, loaded)| loaded.is_member);
        let mut wanted: Vec<_> = members.map(|(directory, _)| directory).collect();
        wanted.extend(&self.patches);
        let mut reached = BTreeSet::new();
        while let Some(directory) = wanted.pop() {
            let Some(loaded) = self.packages.get(directory) else {
                continue;
            };
            if reached.insert(directory) {
                wanted.extend(loaded.path_dependencies().map(|(_, path)| path));
            }
        }
        reached
    }
}

impl LoadedPackage {
    /// Without the dev-dependencies of a package that is no member: Cargo never loads those.
    fn path_dependencies(&self) -> impl Iterator<Item = (EdgeKind, &Utf8PathBuf)> {
        self.package.dependencies.iter().filter_map(|dependency| {
            let kind = match dependency.kind {
                DependencyKind::Normal => EdgeKind::Normal,
                DependencyKind::Build => EdgeKind::Build,
                DependencyKind::Development | DependencyKind::Unknown => EdgeKind::Dev,
            };
            let path = dependency.path.as_ref()?;
            (self.is_member || kind != EdgeKind::Dev).then_some((kind, path))
        })
    }
}

fn to_crate(root: &Root, workspace: &Workspace, loaded: &LoadedPackage, path: String) -> Crate {
    let package = &loaded.package;
    let relative = |path: &Utf8PathBuf| root.relative(path);
    let targets = package.targets.iter().filter_map(|target| {
        let kind = if target.is_custom_build() {
            TargetKind::BuildScript
        } else if target.is_bin() {
            TargetKind::Bin
        } else if target.is_test() || target.is_bench() || target.is_example() {
            TargetKind::Test
        } else {
            TargetKind::Lib {
                proc_macro: target.is_proc_macro(),
            }
        };
        Some(Target {
            kind,
            name: target.name.clone(),
            path: relative(&target.src_path)?,
        })
    });
    let edges = loaded.path_dependencies().filter_map(|(kind, directory)| {
        let to = workspace.packages.get(directory)?.package.name.to_string();
        Some(Edge { to, kind })
    });
    let built = package
        .dependencies
        .iter()
        .filter(|d| d.kind != DependencyKind::Development);
    let manifest_root = &loaded.workspace_root;
    let directory = package.manifest_path.parent();
    let inherits = *manifest_root != workspace.root && Some(manifest_root.as_path()) != directory;
    Crate {
        path,
        is_member: loaded.is_member,
        targets: targets.collect(),
        edges: edges.collect(),
        built_names: built.map(|dependency| dependency.name.clone()).collect(),
        inherits_from: inherits.then(|| relative(manifest_root)).flatten(),
        readme: package.readme.as_ref().map(ToString::to_string),
        license_file: package.license_file.as_ref().map(ToString::to_string),
    }
}

fn same_name(root: &Root, name: &str, one: &Utf8Path, other: &Utf8Path) -> Problem {
    let shown = |path: &Utf8Path| root.relative(path).unwrap_or_else(|| path.to_string());
    Problem {
        code: "same-name",
        path: path::child(&shown(other), "Cargo.toml"),
        line: None,
        message: format!(
            "two path packages are named `{name}`; the other is {}",
            path::child(&shown(one), "Cargo.toml")
        ),
        hint: "rename one of them: the manifest knows a crate by its package name, as `-p` does"
            .to_owned(),
    }
}

fn outside(
    root: &Root,
    workspace: &Workspace,
    directory: &Utf8Path,
    repository: &Utf8Path,
) -> Problem {
    let asks = workspace.packages.iter().find(|(_, loaded)| {
        loaded
            .path_dependencies()
            .any(|(_, path)| path == directory)
    });
    let manifest = asks.map_or_else(
        || workspace.root.join("Cargo.toml"),
        |(d, _)| d.join("Cargo.toml"),
    );
    Problem {
        code: "outside-repository",
        path: root
            .relative(&manifest)
            .unwrap_or_else(|| manifest.to_string()),
        line: None,
        message: format!(
            "the path dependency at {directory} lies outside the repository {repository}"
        ),
        hint: "move it into the repository, or depend on it by `git` or from a registry: \
               a flake's source holds nothing outside its repository"
            .to_owned(),
    }
}
