//! The twin of nix/rewrite/lockTexts.nix: Cargo.lock for any set of crates. The text of each package is
//! made once for the workspace, and a pruned lock is some of these texts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::describe_member::Described;
use super::package_text::package_text;
use super::prune_lock::prune_lock;
use super::read_lock::{Lock, Package};
use super::resolve_closures::Closure;
use crate::manifest::Manifest;
use crate::problem::{Code, Problem};
use crate::tables::TABLES;

/// Whether the crates in a lock are the real ones, or stubs with their versions masked, but for
/// those that are `versioned`.
#[derive(Clone, Copy, Debug)]
pub enum LockKind<'k> {
    Real,
    Stubs { versioned: &'k BTreeSet<String> },
}

/// What a lock is made of.
pub struct LockTexts<'w> {
    shape: &'w Manifest,
    lock: &'w Lock,
    described: &'w BTreeMap<String, Described>,
    versions: &'w BTreeMap<String, String>,
    /// By whether crates are stubs.
    plain: [Vec<String>; 2],
    /// The packages that are crates of the workspace or depend on one, by index.
    with_crates: Vec<bool>,
}

impl<'w> LockTexts<'w> {
    pub fn new(
        shape: &'w Manifest,
        lock: &'w Lock,
        described: &'w BTreeMap<String, Described>,
        versions: &'w BTreeMap<String, String>,
    ) -> Self {
        let with_crates = |package: &Package| {
            package.source.is_none() || lock.edges(package).any(|to| to.source.is_none())
        };
        let mut texts = Self {
            shape,
            lock,
            described,
            versions,
            plain: [Vec::new(), Vec::new()],
            with_crates: lock.packages.iter().map(with_crates).collect(),
        };
        let none = BTreeSet::new();
        texts.plain = [LockKind::Real, LockKind::Stubs { versioned: &none }].map(|kind| {
            let packages = lock.packages.iter();
            packages
                .map(|package| texts.text(kind, package, false))
                .collect()
        });
        texts
    }

    /// The Cargo.lock of a closure. Dev-dependencies are those of the crate `tested`.
    pub fn file(&self, kind: LockKind<'_>, closure: &Closure, tested: Option<&str>) -> String {
        let is_needed = |index: &usize| closure.packages.contains(index);
        let wanted: Vec<usize> = self
            .lock
            .by_key
            .values()
            .copied()
            .filter(is_needed)
            .collect();
        // Those that lead to no crate of the workspace are the same in every lock, and first.
        let (some, none): (Vec<usize>, _) = wanted
            .into_iter()
            .partition(|index| self.with_crates[*index]);
        let text = |index: usize| -> Cow<'_, str> {
            let package = &self.lock.packages[index];
            let is_tested = package.source.is_none() && tested == Some(&package.name);
            match kind {
                LockKind::Real if !is_tested => Cow::from(&self.plain[0][index]),
                LockKind::Stubs { versioned } if !is_tested && versioned.is_empty() => {
                    Cow::from(&self.plain[1][index])
                }
                _ => Cow::from(self.text(kind, package, is_tested)),
            }
        };
        let none = none
            .into_iter()
            .map(|index| Cow::from(&self.plain[1][index]));
        let texts: Vec<Cow<'_, str>> = none.chain(some.into_iter().map(text)).collect();
        prune_lock(self.lock, texts.iter().map(AsRef::as_ref))
    }

    /// What is wrong with the lock as far as these crates go: every dependency of a member is
    /// locked, the optional ones and those of other platforms too.
    pub fn problem(&self, crates: &BTreeSet<String>) -> Option<Problem> {
        let message = crates.iter().find_map(|name| {
            let is_member = self.shape.crates.get(name)?.member;
            let found = self
                .lock
                .local(name)
                .map(|index| &self.lock.packages[index]);
            let Some(package) = found else {
                return is_member.then(|| format!("it has no entry for crate `{name}`"));
            };
            let is_missing =
                |to: &&String| !self.lock.edges(package).any(|locked| locked.name == **to);
            let missing = self.described[name].built_names.iter().find(is_missing);
            let missing = missing.filter(|_| is_member)?;
            Some(format!(
                "the entry of crate `{name}` lacks its dependency `{missing}`"
            ))
        })?;
        Some(Problem {
            code: Code::StaleLock,
            path: "Cargo.lock".to_owned(),
            line: None,
            message,
            hint: "run `cargo update --workspace`".to_owned(),
        })
    }

    fn text(&self, kind: LockKind<'_>, package: &Package, is_tested: bool) -> String {
        let is_crate = |package: &Package| {
            package.source.is_none() && self.shape.crates.contains_key(&package.name)
        };
        let version_of = |name: &str| match kind {
            LockKind::Stubs { versioned } if !versioned.contains(name) => &TABLES.stub_version,
            _ => &self.versions[name],
        };
        let built = match self.described.get(&package.name) {
            Some(described) if package.source.is_none() && !is_tested => {
                Some(&described.built_names)
            }
            _ => None,
        };
        let edges: Vec<String> = self
            .lock
            .edges(package)
            .filter(|to| built.is_none_or(|built| built.contains(&to.name)))
            .map(|to| match is_crate(to) {
                true => format!("{} {}", to.name, version_of(&to.name)),
                false => to.reference.clone(),
            })
            .collect();
        let version = match is_crate(package) {
            true => version_of(&package.name),
            false => &package.version,
        };
        package_text(package, version, &edges)
    }
}
