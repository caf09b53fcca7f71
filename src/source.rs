//! What the manifest means: the exact files of a crate's source, role by role. The Nix library
//! says the same in its own words; a test compares the two.

use std::collections::BTreeSet;

use crate::manifest::{CrateEntry, Manifest};
use crate::path::{self, Root};
use crate::tree;
use crate::tree::Tree;
use crate::walk::area;

/// The use of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// For dependents: no tests, benches or examples, and no binaries of a crate with a library.
    Library,
    /// The crate's own package.
    Own,
    /// The crate's own tests, benches and examples as well.
    Test,
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Library, Self::Own, Self::Test];

    /// The role in which a crate is there, in the source of the crate `name` for this role.
    pub fn of(self, krate: &str, name: &str) -> Self {
        if krate == name { self } else { Self::Library }
    }

    /// As the command line and its JSON name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Own => "own",
            Self::Test => "test",
        }
    }
}

/// The directories that Cargo itself takes for those of tests, benches and examples, and in which no other target
/// of the crate lies: whatever is in them is for tests only, unless the manifest includes it. So the first
/// file in one of them changes no build of a dependent, before the manifest is generated again.
///
/// Relative to the crate's directory.
pub fn conventional(entry: &CrateEntry) -> impl Iterator<Item = &'static str> {
    CONVENTIONAL.into_iter().filter(|directory| {
        !entry
            .targets()
            .any(|(_, path)| path::is_within(path, directory))
    })
}

pub use crate::conventions::TESTS as CONVENTIONAL;

/// Every file of the source of `crates` where one of them, `name`, has the given role and the
/// others are its libraries: relative to the workspace root. Generated files are listed as well.
pub fn files(
    manifest: &Manifest,
    tree: &Tree,
    name: &str,
    role: Role,
    crates: &BTreeSet<String>,
) -> anyhow::Result<BTreeSet<String>> {
    let mut files = BTreeSet::from(["Cargo.toml".to_owned()]);
    if tree.exists("Cargo.lock")? {
        files.insert("Cargo.lock".to_owned());
    }
    files.extend(manifest.files.iter().cloned());
    for other in crates {
        let role = role.of(other, name);
        files.extend(crate_files(&manifest.crates[other], tree, role)?);
    }
    Ok(files)
}

/// One crate's share of a source.
pub fn crate_files(
    entry: &CrateEntry,
    tree: &Tree,
    role: Role,
) -> anyhow::Result<BTreeSet<String>> {
    let own = |path: &String| tree.root().join(&entry.path, path);
    let rooted = |paths: &BTreeSet<String>| paths.iter().filter_map(own).collect::<Vec<_>>();
    let mut test_only = rooted(&entry.test_only);
    test_only.extend(conventional(entry).filter_map(|path| own(&path.to_owned())));
    let targets: Vec<String> = entry.targets().filter_map(|(_, path)| own(path)).collect();
    let mut places = area(&entry.path, targets.iter().map(String::as_str));
    let mut without = rooted(&entry.drop);
    let nested: BTreeSet<String> = rooted(&entry.nested).into_iter().collect();
    match role {
        Role::Library => without.extend(rooted(&entry.bin_only)),
        Role::Own | Role::Test => {}
    }
    match role {
        Role::Library | Role::Own => without.extend(test_only),
        Role::Test => {
            let is_own = |path: &String| places.iter().any(|place| path::is_within(path, place));
            let is_there = |path: &String| {
                tree.leads_to_directory(path) || !CONVENTIONAL.contains(&path::name(path))
            };
            let tests = test_only.into_iter();
            let tests: Vec<String> = tests
                .filter(|path| !is_own(path) && is_there(path))
                .collect();
            places.extend(tests);
        }
    }
    let manifest = path::child(&entry.path, "Cargo.toml");
    let mut files = BTreeSet::from([manifest]);
    for place in &places {
        // A member's directory may be a link.
        if tree.leads_to_directory(place) {
            let found = tree.files_below(place, &nested)?;
            let is_out = |path: &String| without.iter().any(|out| path::is_within(path, out));
            files.extend(found.into_keys().filter(|path| !is_out(path)));
        } else if !without.contains(place) {
            files.insert(place.clone());
        }
    }
    let included = entry.include.iter();
    for place in included.chain(entry.test_include.iter().filter(|_| role == Role::Test)) {
        if tree.is_directory(place) {
            files.extend(tree.files_below(place, &BTreeSet::new())?.into_keys());
        } else {
            files.insert(place.clone());
        }
    }
    Ok(files)
}

/// Whether a file at `path`, which is not there, would be part of one crate's share of a source.
/// A file that would be dropped for its name counts.
pub fn would_hold(entry: &CrateEntry, root: &Root, role: Role, path: &str) -> bool {
    let own = |paths: &BTreeSet<String>| -> Vec<String> {
        let paths = paths.iter();
        paths
            .filter_map(|path| root.join(&entry.path, path))
            .collect()
    };
    let is_below = |places: &[String]| places.iter().any(|place| path::is_within(path, place));
    let included = |paths: &BTreeSet<String>| paths.iter().any(|p| path::is_within(path, p));
    if included(&entry.include) || role == Role::Test && included(&entry.test_include) {
        return true;
    }
    let targets = entry
        .targets()
        .filter_map(|(_, path)| root.join(&entry.path, path));
    let targets: Vec<String> = targets.collect();
    let area: Vec<String> = area(&entry.path, targets.iter().map(String::as_str))
        .into_iter()
        .collect();
    let mut tests = own(&entry.test_only);
    tests.extend(conventional(entry).filter_map(|path| root.join(&entry.path, path)));
    let is_out = tree::is_version_control_or_litter(path)
        || is_below(&own(&entry.nested))
        || path::is_within(path, &path::child(&entry.path, "target"))
        || is_below(&own(&entry.drop));
    let is_in = is_below(&area) && !is_out;
    match role {
        Role::Library => is_in && !is_below(&own(&entry.bin_only)) && !is_below(&tests),
        Role::Own => is_in && !is_below(&tests),
        Role::Test => is_in || is_below(&tests),
    }
}
