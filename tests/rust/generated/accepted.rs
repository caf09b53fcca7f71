//! Cargo accepts the filtered source of every crate: offline, it resolves to the locked versions, and to
//! exactly the packages that the crate has in the whole workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{CargoOpt, Metadata, MetadataCommand, Package};
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::rewrite::read_lock::Lock;
use cratesieve::rewrite::{Content, Source, StubPaths, make_sources, read_workspace};
use cratesieve::source::Role;

use crate::common::nix::repository;
use crate::common::oracle::Oracle;
use crate::common::symlink;
use crate::workspace::for_all;

#[test]
fn cargo_accepts_the_sources() {
    for_all(60, |case| {
        let workspace = case.locked();
        let root = workspace.root();
        let analysis = analyse(Some(&root.join("Cargo.toml"))).unwrap();
        let shape = &analysis.manifest;
        let read = read_workspace(shape, &analysis.tree).unwrap();
        let sources = make_sources(shape, &read, &analysis.tree, &stub_paths());
        let full = metadata(&root.join("Cargo.toml"));
        let members = shape.crates.iter().filter(|(_, entry)| entry.member);
        let members: Vec<&String> = members.map(|(name, _)| name).collect();
        let locked = locked(&root);

        for role in [Role::Own, Role::Test] {
            let name = *case.random.pick(&members);
            let source = sources.source(name, role).unwrap();
            let there = Unpacked::new(&source, &analysis);
            let pruned = there.resolve(name, &analysis, &locked);
            assert_same_packages(&full, &pruned, name, role);
            assert_same_package(&full, &pruned, name, role);

            let name = *case.random.pick(&members);
            let stubs = sources.stubs(name, role).unwrap();
            Unpacked::new(&stubs, &analysis).resolve(name, &analysis, &locked);
        }
    });
}

/// The paths of the empty targets in the Nix library.
fn stub_paths() -> StubPaths {
    StubPaths::in_directory(repository().join("nix/stub").as_str())
}

struct Unpacked {
    _directory: tempfile::TempDir,
    root: Utf8PathBuf,
}

impl Unpacked {
    /// Writes a source to a temporary directory.
    fn new(source: &Source, analysis: &Analysis) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let top = Utf8Path::from_path(directory.path())
            .unwrap()
            .canonicalize_utf8();
        // The workspace is at the same depth below its source root.
        let root = top
            .unwrap()
            .join("top")
            .join(analysis.root.file_name().unwrap());
        for (path, content) in source {
            let (original, place) = (analysis.root.join(path), root.join(path));
            let above = place.parent().unwrap();
            fs::create_dir_all(&root).unwrap();
            fs::create_dir_all(above).unwrap();
            match content {
                Content::Text(text) => fs::write(&place, text.as_bytes()).unwrap(),
                Content::File if original.is_symlink() => {
                    symlink(&fs::read_link(&original).unwrap(), place.as_std_path());
                }
                Content::File => {
                    fs::copy(&original, &place).unwrap();
                }
            }
        }
        Self {
            _directory: directory,
            root,
        }
    }

    /// Lets Cargo resolve the source. Cargo must find every package in the lock.
    fn resolve(&self, name: &str, analysis: &Analysis, full: &BTreeSet<String>) -> Metadata {
        let before = locked(&self.root);
        let unknown: Vec<_> = before.difference(full).collect();
        assert!(
            unknown.is_empty(),
            "{name}: the full lock lacks {unknown:?}"
        );
        let directory = &analysis.manifest.crates[name].path;
        let metadata = metadata(&self.root.join(directory).join("Cargo.toml"));
        assert_eq!(
            metadata.workspace_root, self.root,
            "{name} has another root"
        );
        let chosen: Vec<_> = locked(&self.root).difference(&before).cloned().collect();
        assert!(chosen.is_empty(), "{name}: Cargo chose {chosen:?}");
        metadata
    }
}

fn metadata(manifest: &Utf8Path) -> Metadata {
    let mut command = MetadataCommand::new();
    command
        .manifest_path(manifest)
        .current_dir(manifest.parent().unwrap())
        .features(CargoOpt::AllFeatures)
        .other_options(["--offline".to_owned()]);
    let metadata = command.exec();
    metadata.unwrap_or_else(|error| panic!("{manifest}: {error}"))
}

/// The third-party packages of a lock.
fn locked(root: &Utf8Path) -> BTreeSet<String> {
    let text = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    let packages = Lock::parse(&text).packages.into_iter();
    let third_party = packages.filter_map(|package| {
        let source = package.source?;
        Some(format!("{} {} {source}", package.name, package.version))
    });
    third_party.collect()
}

/// Checks that Cargo reaches the same packages from the crate in its source as in the workspace.
fn assert_same_packages(full: &Metadata, pruned: &Metadata, name: &str, role: Role) {
    let reached = |metadata| {
        let package = package(metadata, name);
        let oracle = Oracle::new(metadata);
        let all = oracle
            .reach_all(&package.id, role == Role::Test)
            .into_iter();
        all.map(|id| format!("{} {}", metadata[id].name, metadata[id].version))
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(reached(pruned), reached(full), "{role:?} of {name}");
}

/// Checks that the crate has the same targets, and the features of the dependencies in its source.
fn assert_same_package(full: &Metadata, pruned: &Metadata, name: &str, role: Role) {
    let described = |metadata| {
        let package = package(metadata, name);
        let of_tests = |kind: &str| ["test", "bench", "example"].contains(&kind);
        let targets = package.targets.iter().filter_map(|target| {
            let kinds: Vec<String> = target.kind.iter().map(ToString::to_string).collect();
            let is_there = role == Role::Test || !kinds.iter().any(|kind| of_tests(kind));
            let directory = package.manifest_path.parent().unwrap();
            // A crate that has only tests gets an empty library.
            let path = target.src_path.strip_prefix(directory).ok()?;
            is_there.then(|| (target.name.clone(), (kinds, path.to_owned())))
        });
        let targets: BTreeMap<String, _> = targets.collect();
        let version = package.version.to_string();
        (targets, package.edition, version, package.authors.clone())
    };
    assert_eq!(described(pruned), described(full), "{role:?} of {name}");
    let (before, after) = (
        &package(full, name).features,
        &package(pruned, name).features,
    );
    match role {
        Role::Test => assert_eq!(after, before, "features of {name}"),
        // Entries that name a dev-dependency are removed, but the features stay.
        _ => assert!(
            after.keys().eq(before.keys()),
            "features of {name}: {after:?}"
        ),
    }
}

fn package<'m>(metadata: &'m Metadata, name: &str) -> &'m Package {
    let of_name = |package: &&Package| package.source.is_none() && *package.name == *name;
    metadata.packages.iter().find(of_name).unwrap()
}
