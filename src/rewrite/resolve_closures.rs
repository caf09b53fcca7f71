//! The twin of nix/rewrite/resolveClosures.nix: the crates that a build needs, and the packages of the lock
//! that it needs.

use std::collections::{BTreeMap, BTreeSet};

use super::read_lock::{Lock, Package};
use crate::manifest::Manifest;

/// The closures of one crate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closures {
    /// For a build of the crate.
    pub own: Closure,
    /// For its tests.
    pub test: Closure,
}

/// What a build needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    pub crates: BTreeSet<String>,
    /// Indices of locked packages, the crates' own among them. Empty without a lock.
    pub packages: BTreeSet<usize>,
}

impl Closure {
    /// Its packages in the lock that it was made with.
    pub fn packages_in<'l>(&'l self, lock: Option<&'l Lock>) -> impl Iterator<Item = &'l Package> {
        let packages = lock.into_iter().map(|lock| &lock.packages);
        packages.flat_map(|packages| self.packages.iter().map(|index| &packages[*index]))
    }
}

/// The closures of all crates. `is_built` says whether a crate has a normal or build dependency on a
/// package of some name.
pub fn resolve_closures<'m>(
    manifest: &'m Manifest,
    lock: Option<&Lock>,
    is_built: &dyn Fn(&str, &str) -> bool,
) -> BTreeMap<&'m str, Closures> {
    let closures = manifest.crates.iter().map(|(name, entry)| {
        let resolve = |names: &BTreeSet<String>, tested: Option<&str>| {
            resolve_closure(names, tested, manifest, lock, is_built)
        };
        let closures = Closures {
            own: resolve(&entry.closure, None),
            test: resolve(&entry.test_closure(), Some(name)),
        };
        (name.as_str(), closures)
    });
    closures.collect()
}

/// The closure of one build. Path dependencies give the crates, `names`. If `[patch]` replaces third-party packages with
/// crates of the tree, the lock may lead back to such crates. They are added with their closures,
/// until nothing changes. Only the dev-dependencies of the crate `tested` count.
pub fn resolve_closure(
    names: &BTreeSet<String>,
    tested: Option<&str>,
    manifest: &Manifest,
    lock: Option<&Lock>,
    is_built: &dyn Fn(&str, &str) -> bool,
) -> Closure {
    let Some(lock) = lock else {
        return Closure {
            crates: names.clone(),
            packages: BTreeSet::new(),
        };
    };
    let crates = &manifest.crates;
    let is_crate =
        |package: &Package| package.source.is_none() && crates.contains_key(&package.name);

    let mut reached = Closure::default();
    let mut wanted: Vec<&str> = Vec::new();
    let mut wanted_packages: Vec<usize> = Vec::new();
    // Packages of crates that are named, and not followed.
    let mut named: BTreeSet<usize> = BTreeSet::new();
    let enter = |name: &str, reached: &mut Closure| reached.crates.insert(name.to_owned());
    for name in names {
        enter(name, &mut reached);
        wanted.push(name);
    }
    loop {
        if let Some(name) = wanted.pop() {
            // A crate that the lock led to brings its closure along.
            for other in crates
                .get(name)
                .into_iter()
                .flat_map(|entry| &entry.closure)
            {
                if enter(other, &mut reached) {
                    wanted.push(other);
                }
            }
            wanted_packages.extend(lock.local(name));
        } else if let Some(index) = wanted_packages.pop() {
            if !reached.packages.insert(index) {
                continue;
            }
            let package = &lock.packages[index];
            // Where one name is there twice, say two versions of which one is for tests, both
            // are kept: a superset does no harm.
            let counts = |to: &Package| {
                !is_crate(package)
                    || tested == Some(&package.name)
                    || is_built(&package.name, &to.name)
            };
            for to in &package.edges {
                let next = &lock.packages[*to];
                if !counts(next) {
                    continue;
                }
                if is_crate(next) {
                    // Path dependencies are among the names already.
                    if !manifest.patched.contains(&next.name) {
                        named.insert(*to);
                    } else if enter(&next.name, &mut reached) {
                        wanted.push(&next.name);
                    }
                } else {
                    wanted_packages.push(*to);
                }
            }
        } else {
            break;
        }
    }
    reached.packages.extend(named);
    reached
}
