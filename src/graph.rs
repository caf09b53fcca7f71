//! The workspace's own crates and the path dependencies between them: owned, sorted, relative to
//! the workspace root. The last module to see `cargo_metadata`'s types.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::DependencyKind;

use crate::metadata::{LoadedPackage, Workspace};
use crate::path::{self, Root};
use crate::problem::{Code, Problem, Problems, Validated};

/// Every crate of the tree that a build of the workspace can reach by path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    pub crates: BTreeMap<String, Crate>,
    /// The crates that `[patch]` (or `[replace]`) uses instead of another source's package.
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
    /// The path dependencies.
    pub edges: BTreeSet<Edge>,
    /// The dependencies on packages from elsewhere, which `[patch]` may lead back to a crate.
    pub third_party: BTreeSet<Edge>,
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

/// One dependency, as one entry of a Cargo.toml declares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The name of the package.
    pub to: String,
    pub kind: EdgeKind,
    /// The platforms that it is for, `cfg(windows)` or a triple, as Cargo spells it; `None` for
    /// all of them.
    pub target: Option<String>,
    pub optional: bool,
    /// Its key in the table: another than the package's name where it is renamed.
    pub key: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    Normal,
    Build,
    Dev,
}

impl Edge {
    /// A dependency without any condition, under the package's own name.
    pub fn new(to: impl Into<String>, kind: EdgeKind) -> Self {
        let to = to.into();
        Self {
            key: to.clone(),
            to,
            kind,
            target: None,
            optional: false,
        }
    }

    /// For people: `normal, optional, only for cfg(windows), as alias`.
    pub fn words(&self) -> String {
        let mut words = self.kind.name().to_owned();
        if self.optional {
            words += ", optional";
        }
        if let Some(target) = &self.target {
            words += &format!(", only for {target}");
        }
        if self.key != self.to {
            words += &format!(", as {}", self.key);
        }
        words
    }
}

impl EdgeKind {
    /// As Cargo's own metadata names them, save for `normal`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Build => "build",
            Self::Dev => "dev",
        }
    }
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
            // A backslash separates names on some systems, and is part of one on others.
            let below = directory.strip_prefix(&workspace.root).unwrap_or(directory);
            if cfg!(not(windows)) && below.as_str().contains('\\') {
                problems.push(odd_path(below));
                continue;
            }
            if let Some(repository) = repository {
                if !directory.starts_with(repository) {
                    problems.push(outside(&root, workspace, directory, repository));
                } else {
                    let targets = loaded.package.targets.iter();
                    let astray = targets.filter(|target| !is_below(&target.src_path, repository));
                    problems.extend(astray.map(|target| target_outside(&path, target, repository)));
                }
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

    pub fn is_proc_macro(&self) -> bool {
        let kind = TargetKind::Lib { proc_macro: true };
        self.targets_of(kind).next().is_some()
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

    /// The entries that declare a dependency on the package `to`, a crate or not, in `kinds`.
    pub fn declarations(&self, to: &str, kinds: &[EdgeKind]) -> impl Iterator<Item = &Edge> {
        let all = self.edges.iter().chain(&self.third_party);
        all.filter(move |edge| edge.to == to && kinds.contains(&edge.kind))
    }

    /// Whether a build without tests needs the package `name`: what tells, in Cargo.lock, a
    /// crate's own needs from its tests'.
    pub fn builds_with(&self, name: &str) -> bool {
        let kinds = [EdgeKind::Normal, EdgeKind::Build];
        self.declarations(name, &kinds).next().is_some()
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
                wanted.extend(loaded.dependencies().filter_map(|(path, _)| path));
            }
        }
        reached
    }
}

impl LoadedPackage {
    /// With the directories of path dependencies. Without the dev-dependencies of a package that
    /// is no member: Cargo never loads those.
    fn dependencies(&self) -> impl Iterator<Item = (Option<&Utf8PathBuf>, Edge)> {
        self.package.dependencies.iter().filter_map(|dependency| {
            let kind = match dependency.kind {
                DependencyKind::Normal => EdgeKind::Normal,
                DependencyKind::Build => EdgeKind::Build,
                DependencyKind::Development | DependencyKind::Unknown => EdgeKind::Dev,
            };
            let edge = Edge {
                to: dependency.name.clone(),
                kind,
                target: dependency.target.as_ref().map(ToString::to_string),
                optional: dependency.optional,
                key: dependency
                    .rename
                    .as_ref()
                    .unwrap_or(&dependency.name)
                    .clone(),
            };
            (self.is_member || kind != EdgeKind::Dev).then_some((dependency.path.as_ref(), edge))
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
    let (mut edges, mut third_party) = (BTreeSet::new(), BTreeSet::new());
    for (directory, mut edge) in loaded.dependencies() {
        let Some(directory) = directory else {
            third_party.insert(edge);
            continue;
        };
        if let Some(loaded) = workspace.packages.get(directory) {
            edge.to = loaded.package.name.to_string();
            edges.insert(edge);
        }
    }
    let manifest_root = &loaded.workspace_root;
    let directory = package.manifest_path.parent();
    let inherits = *manifest_root != workspace.root && Some(manifest_root.as_path()) != directory;
    Crate {
        path,
        is_member: loaded.is_member,
        targets: targets.collect(),
        edges,
        third_party,
        inherits_from: inherits.then(|| relative(manifest_root)).flatten(),
        readme: package.readme.as_ref().map(ToString::to_string),
        license_file: package.license_file.as_ref().map(ToString::to_string),
    }
}

fn same_name(root: &Root, name: &str, one: &Utf8Path, other: &Utf8Path) -> Problem {
    let shown = |path: &Utf8Path| root.relative(path).unwrap_or_else(|| path.to_string());
    Problem {
        code: Code::SameName,
        path: path::child(&shown(other), "Cargo.toml"),
        line: None,
        message: format!(
            "two path packages are named `{name}`; the other is {}",
            path::child(&shown(one), "Cargo.toml")
        ),
        hint:
            "rename one of them: the manifest identifies a crate by its package name, as `-p` does"
                .to_owned(),
    }
}

fn odd_path(directory: &Utf8Path) -> Problem {
    Problem {
        code: Code::OddPath,
        path: format!("{directory}/Cargo.toml"),
        line: None,
        message: "the path of this crate has a backslash in it".to_owned(),
        hint:
            "rename the directory: the manifest separates names with `/` on all systems, and knows \
               no backslash"
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
        let mut paths = loaded.dependencies().filter_map(|(path, _)| path);
        paths.any(|path| path == directory)
    });
    let manifest = asks.map_or_else(
        || workspace.root.join("Cargo.toml"),
        |(d, _)| d.join("Cargo.toml"),
    );
    Problem {
        code: Code::OutsideRepository,
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

/// Whether a path, which may climb, lies below a directory.
fn is_below(path: &Utf8Path, directory: &Utf8Path) -> bool {
    Root::new(directory)
        .relative(path)
        .is_some_and(|path| path::is_within(&path, "."))
}

fn target_outside(
    directory: &str,
    target: &cargo_metadata::Target,
    repository: &Utf8Path,
) -> Problem {
    Problem {
        code: Code::OutsideRepository,
        path: path::child(directory, "Cargo.toml"),
        line: None,
        message: format!(
            "the source of target `{}`, {}, lies outside the repository {repository}",
            target.name, target.src_path
        ),
        hint: "move it into the repository: a flake's source holds nothing outside its repository"
            .to_owned(),
    }
}
