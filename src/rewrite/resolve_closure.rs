//! The twin of nix/resolveClosure.nix: the crates that a build needs, and the packages of the lock
//! that it needs.

use std::collections::BTreeSet;

use super::read_lock::{Lock, Package};
use crate::manifest::Manifest;

/// What a build needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    pub crates: BTreeSet<String>,
    /// Indices of locked packages, the crates' own among them. Empty without a lock.
    pub packages: BTreeSet<usize>,
}

/// Path edges give the closure, `names`; where `[patch]` puts crates of the tree in place of
/// third-party packages, the lock may lead back to them, so they are added with their closures, to
/// a fixed point. The dev-dependencies of the crate `tested` count, nobody else's: `is_built` says
/// whether a crate has a normal or build dependency on a package of some name.
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
                    if enter(&next.name, &mut reached) {
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
    // Without a patch, path edges are all there is.
    if manifest.patched.iter().all(|name| names.contains(name)) {
        reached.crates = names.clone();
    }
    reached
}
