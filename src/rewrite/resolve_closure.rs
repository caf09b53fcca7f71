//! The twin of nix/resolveClosures.nix: the crates that a build needs, and the packages of the lock
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::manifest::CrateEntry;
    use crate::rewrite::read_lock::LED_BACK;

    fn manifest() -> Manifest {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let krate = |name: &str, closure: &[&str]| {
            let entry = CrateEntry {
                path: name.to_owned(),
                member: true,
                workspace: None,
                lib: None,
                proc_macro: false,
                build_script: None,
                bins: BTreeMap::new(),
                dependencies: BTreeSet::new(),
                dev_dependencies: BTreeSet::new(),
                closure: names(closure),
                test_extra: BTreeSet::new(),
                nested: BTreeSet::new(),
                bin_only: BTreeSet::new(),
                test_only: BTreeSet::new(),
                drop: BTreeSet::new(),
                include: BTreeSet::new(),
                test_include: BTreeSet::new(),
            };
            (name.to_owned(), entry)
        };
        let crates = [
            krate("user", &["user"]),
            krate("patched", &["core", "patched"]),
            krate("core", &["core"]),
        ];
        Manifest::new(BTreeSet::new(), names(&["patched"]), crates.into())
    }

    fn reached(lock: &str, tested: Option<&str>) -> Vec<String> {
        let manifest = manifest();
        let lock = Lock::parse(lock);
        let is_built =
            |name: &str, to: &str| matches!((name, to), ("user", "third") | ("patched", "core"));
        let names = &manifest.crates["user"].closure;
        let all = resolve_closure(names, tested, &manifest, Some(&lock), &is_built);
        all.crates.into_iter().collect()
    }

    #[test]
    fn third_party_crates_lead_back() {
        let all = ["core", "patched", "user"];
        assert_eq!(
            reached(&LED_BACK.replace("BACK", "patched 2.0.0"), None),
            all
        );
        // Only the package with that version is meant, and only with that source.
        assert_eq!(
            reached(&LED_BACK.replace("BACK", "patched 1.0.0"), None),
            ["user"]
        );
        let full = "patched 1.0.0 (registry+https://example.org/index)";
        assert_eq!(reached(&LED_BACK.replace("BACK", full), None), ["user"]);
    }

    #[test]
    fn only_the_tested_crates_own_tests_count() {
        let lock = LED_BACK.replace("BACK", "patched 1.0.0");
        assert_eq!(reached(&lock, None), ["user"]);
        assert_eq!(reached(&lock, Some("user")), ["core", "patched", "user"]);
        assert_eq!(reached(&lock, Some("core")), ["user"]);
    }

    #[test]
    fn no_lock_adds_nothing() {
        for text in [
            "",
            "no toml at all [",
            "package = 1",
            "[[package]]\nversion = 1\n",
        ] {
            assert_eq!(reached(text, Some("user")), ["user"]);
        }
        let manifest = manifest();
        let names = &manifest.crates["user"].closure;
        let all = resolve_closure(names, None, &manifest, None, &|_, _| true);
        assert_eq!((&all.crates, all.packages.len()), (names, 0));
    }
}
