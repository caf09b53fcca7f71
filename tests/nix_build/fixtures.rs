//! Sources and derivations of every fixture, built once for several tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::analysis::analyse;
use cratesieve::manifest::{CrateEntry, Manifest};
use cratesieve::source::Role;
use rayon::prelude::*;
use walkdir::WalkDir;

use crate::common::{Fixture, fixtures};
use crate::farm::Farm;

/// The attribute of a crate for each role.
const ROLES: [(&str, Role); 3] = [
    ("librarySrc", Role::Library),
    ("src", Role::Own),
    ("testSrc", Role::Test),
];

pub fn manifest(fixture: &Fixture) -> Manifest {
    let text = fs::read_to_string(fixture.root().join("cratesieve.json")).unwrap();
    Manifest::from_text(&text).unwrap()
}

/// The fixtures with a Cargo.lock. Nothing can be built without one.
pub fn locked_fixtures() -> impl Iterator<Item = Fixture> {
    let fixtures = fixtures().into_iter();
    fixtures.filter(|fixture| fixture.root().join("Cargo.lock").exists())
}

/// The outputs of each fixture, by its name.
pub struct Farms(BTreeMap<String, Utf8PathBuf>);

impl Farms {
    /// Builds a farm for each fixture, several at a time, each with one call of Nix: a process of Nix that builds
    /// hundreds of derivations grows and forks slowly.
    pub fn build(fixtures: &[Fixture], plant: impl Fn(&Fixture, &Manifest) -> Farm + Sync) -> Self {
        let built = fixtures.par_iter().map(|fixture| {
            let farm = plant(fixture, &manifest(fixture));
            (fixture.name.clone(), farm.try_build())
        });
        let mut paths = BTreeMap::new();
        let mut failures = String::new();
        for (name, result) in built.collect::<Vec<_>>() {
            match result {
                Ok(path) => drop(paths.insert(name, path)),
                Err(log) => writeln!(failures, "---- {name} ----\n{log}").unwrap(),
            }
        }
        assert!(failures.is_empty(), "{failures}");
        Self(paths)
    }

    pub fn path(&self, fixture: &Fixture, path: &str) -> Utf8PathBuf {
        self.0[&fixture.name].join(path)
    }
}

/// The sources of each fixture: `<crate>/<attribute>` for each crate and role.
pub static SOURCES: LazyLock<Farms> = LazyLock::new(|| {
    Farms::build(&fixtures(), |fixture, manifest| {
        let mut farm = farm(fixture, "");
        for name in manifest.crates.keys() {
            for (attribute, _) in ROLES {
                farm.link_crate(name, attribute);
            }
        }
        farm
    })
});

/// The derivations of each fixture: `<crate>/<attribute>` for each member and its `package`, `check` and
/// `doc`; and `fmt`. It fails if a third-party crate is compiled outside a dependency layer.
pub static BUILT: LazyLock<Farms> = LazyLock::new(|| {
    Farms::build(
        &locked_fixtures().collect::<Vec<_>>(),
        |fixture, manifest| {
            let arguments = match &*fixture.name {
                // This fixture has its own wrapper.
                "rustc-wrapper" => "",
                _ => "commonArgs.env.RUSTC_WRAPPER = guard;",
            };
            let mut farm = farm(fixture, arguments);
            for (name, entry) in members(manifest) {
                for attribute in ["package", "check", "doc"] {
                    if attribute != "doc" || has_documentation(entry) {
                        farm.link_crate(name, attribute);
                    }
                }
            }
            // rustfmt would not find the module that the build script of this fixture writes.
            if fixture.name != "build-script-writes-src" {
                farm.link("fmt", "workspace.checks.fmt");
            }
            farm
        },
    )
});

pub fn farm(fixture: &Fixture, arguments: &str) -> Farm {
    Farm::new(&fixture.repository, &fixture.root(), arguments)
}

pub fn members(manifest: &Manifest) -> impl Iterator<Item = (&String, &CrateEntry)> {
    manifest.crates.iter().filter(|(_, entry)| entry.member)
}

pub fn has_documentation(entry: &CrateEntry) -> bool {
    entry.lib.is_some() || !entry.bins.is_empty()
}

// ---- Sources --------------------------------------------------------------------------------------

#[test]
fn sources_hold_exactly_the_files_that_cratesieve_lists() {
    let mut differences = String::new();
    let mut count = 0;
    for fixture in fixtures() {
        let analysis = analyse(Some(&fixture.root().join("Cargo.toml"))).unwrap();
        for name in analysis.graph.crates.keys() {
            for (attribute, role) in ROLES {
                let store = SOURCES.path(&fixture, &format!("{name}/{attribute}"));
                // Paths are relative to the workspace root, which may be below the root of the source.
                let wanted: BTreeSet<Utf8PathBuf> = analysis
                    .source_files(name, role)
                    .unwrap()
                    .iter()
                    .map(|file| normal(&fixture.root.join(file)))
                    .collect();
                let wanted = match analysis.manifest.source_root {
                    Some(_) => wanted,
                    None => below(&fixture.root, wanted),
                };
                let found = contents(&store);
                count += 1;
                for file in found.difference(&wanted) {
                    writeln!(differences, "{store}: has {file}").unwrap();
                }
                for file in wanted.difference(&found) {
                    writeln!(differences, "{store}: lacks {file}").unwrap();
                }
                let original = match analysis.manifest.source_root {
                    Some(_) => fixture.repository.clone(),
                    None => fixture.root(),
                };
                for file in found.intersection(&wanted) {
                    if !is_same(&store.join(file), &original.join(file)) {
                        writeln!(differences, "{store}: {file} is another").unwrap();
                    }
                }
            }
        }
    }
    assert_eq!(differences, "");
    assert!(count >= 312, "sources got lost: {count}");
}

/// A path without `.` and `..` components.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component.as_str() {
            "." => {}
            ".." => assert!(normal.pop(), "{path} leaves the repository"),
            name => normal.push(name),
        }
    }
    normal
}

fn below(directory: &Utf8Path, paths: BTreeSet<Utf8PathBuf>) -> BTreeSet<Utf8PathBuf> {
    let directory = normal(directory);
    let relative = |path: Utf8PathBuf| path.strip_prefix(&directory).unwrap().to_owned();
    paths.into_iter().map(relative).collect()
}

/// The files and links below a directory, and its empty directories.
pub fn contents(directory: &Utf8Path) -> BTreeSet<Utf8PathBuf> {
    let real = directory.canonicalize_utf8().unwrap();
    let mut found = BTreeSet::new();
    for entry in WalkDir::new(&real).min_depth(1) {
        let entry = entry.unwrap();
        let path = Utf8Path::from_path(entry.path()).unwrap();
        let is_empty = entry.file_type().is_dir() && path.read_dir().unwrap().next().is_none();
        if !entry.file_type().is_dir() || is_empty {
            found.insert(path.strip_prefix(&real).unwrap().to_owned());
        }
    }
    found
}

/// Whether a file equals the original, except rewritten files, which other tests compare.
fn is_same(stored: &Utf8Path, original: &Utf8Path) -> bool {
    if matches!(
        stored.file_name(),
        Some("Cargo.toml" | "Cargo.lock" | "config.toml")
    ) {
        return true;
    }
    if original.is_symlink() {
        return stored.is_symlink() && stored.read_link().unwrap() == original.read_link().unwrap();
    }
    let is_executable =
        |path: &Utf8Path| fs::metadata(path).unwrap().permissions().mode() & 0o100 != 0;
    !stored.is_symlink()
        && fs::read(stored).unwrap() == fs::read(original).unwrap()
        && is_executable(stored) == is_executable(original)
}
