//! Which crates a change reaches, in which part, and why: the sources that the Nix library would
//! make before and after it, compared. A lock or a root manifest changes as the crate's own,
//! pruned one does.

mod chains;
mod differences;
mod inputs;
mod lock_changes;
mod manifest_changes;
mod paths;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::fingerprint::{Inputs, Part};
use crate::rewrite::Sources;
use crate::source::Role;

pub use lock_changes::LockChange;
pub use paths::{Uncertain, affected_by_paths};

/// A workspace, and the sources that Nix would make of it.
pub struct State<'s> {
    pub analysis: &'s Analysis,
    pub sources: Sources<'s>,
}

/// A crate that a change reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Whether Cargo builds it by itself.
    pub is_member: bool,
    pub presence: Presence,
    /// Never empty.
    pub parts: BTreeSet<Part>,
    /// Sorted, the nearest first; empty for a crate that came or went.
    pub reasons: Vec<Reason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Changed,
    New,
    Gone,
}

/// One input that is different, and how the crate comes to have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub parts: BTreeSet<Part>,
    /// From the crate, which is its first, to the crate or the third-party package that has the
    /// input.
    pub chain: Vec<String>,
    pub input: Input,
}

/// What is different.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// A path dependency.
    Dependency { name: String, change: Change },
    /// A file of the workspace.
    File { path: String, change: Change },
    /// A Cargo.toml or a configuration of Cargo's, as it is rewritten for the crate, and what is
    /// different in it.
    Manifest { path: String, keys: Vec<String> },
    /// A package of Cargo.lock.
    Lock(LockChange),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Changed,
    New,
    Gone,
}

/// Every crate that is reached, by name. `is_same` says whether a file that is there before and
/// after holds the same.
pub fn affected<'s>(
    before: &State<'s>,
    after: &State<'s>,
    is_same: &(dyn Fn(&str) -> anyhow::Result<bool> + Sync),
) -> anyhow::Result<BTreeMap<String, Affected>> {
    let names = |state: &State<'_>| state.analysis.manifest.crates.keys().cloned().collect();
    let mut all: BTreeSet<String> = names(after);
    all.extend(names(before));
    let unchanged = unchanged(before, after, is_same)?;
    let found = all.into_par_iter().map(|name| {
        let entry = |state: &State<'_>| state.analysis.manifest.crates.get(&name).cloned();
        let all_of_it = |presence, is_member| Affected {
            is_member,
            presence,
            parts: Part::ALL.into(),
            reasons: Vec::new(),
        };
        let found = match (entry(before), entry(after)) {
            (None, None) => None,
            (None, Some(entry)) => Some(all_of_it(Presence::New, entry.member)),
            (Some(entry), None) => Some(all_of_it(Presence::Gone, entry.member)),
            (Some(_), Some(entry)) => {
                let reasons = inputs::reasons(&name, before, after, &unchanged, is_same)?;
                let parts: BTreeSet<Part> = reasons
                    .iter()
                    .flat_map(|reason| reason.parts.clone())
                    .collect();
                (!parts.is_empty()).then_some(Affected {
                    is_member: entry.member,
                    presence: Presence::Changed,
                    parts,
                    reasons,
                })
            }
        };
        Ok(found.map(|affected| (name, affected)))
    });
    let found: Vec<_> = found.collect::<anyhow::Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Crates, each in a role.
type Parts<'p> = BTreeSet<(&'p str, Role)>;

/// The crates whose own files are equal before and after. A file is in the sources of all
/// dependents, so comparing it once is enough for all of them.
fn unchanged<'n>(
    before: &State<'_>,
    after: &'n State<'_>,
    is_same: &(dyn Fn(&str) -> anyhow::Result<bool> + Sync),
) -> anyhow::Result<Parts<'n>> {
    let crates = after.analysis.manifest.crates.keys();
    let crates = crates.filter(|name| before.analysis.manifest.crates.contains_key(*name));
    let parts: Vec<(&str, Role)> = crates
        .flat_map(|name| Role::ALL.map(|role| (name.as_str(), role)))
        .collect();
    let is_unchanged = |(name, role): (&str, Role)| -> anyhow::Result<bool> {
        let old = before.sources.files_of(name, role)?;
        let new = after.sources.files_of(name, role)?;
        if old != new {
            return Ok(false);
        }
        for path in new.iter() {
            if !is_same(path)? {
                return Ok(false);
            }
        }
        Ok(true)
    };
    let found = parts
        .into_par_iter()
        .map(|part| Ok(is_unchanged(part)?.then_some(part)));
    let found: Vec<_> = found.collect::<anyhow::Result<_>>()?;
    Ok(found.into_iter().flatten().collect())
}

impl State<'_> {
    fn inputs(
        &self,
        name: &str,
        is_left_out: &dyn Fn(&str, Role) -> bool,
    ) -> anyhow::Result<Inputs> {
        let (shape, tree) = (&self.analysis.manifest, &self.analysis.tree);
        Inputs::without(is_left_out, &self.sources, shape, tree, name)
    }

    /// The crates among whose files a path is, in the source of the crate `name` for a role.
    fn owners(&self, name: &str, role: Role, path: &str) -> anyhow::Result<Vec<&str>> {
        let mut owners = Vec::new();
        for krate in &self.sources.closure(name, role).crates {
            let role = role.of(krate, name);
            if self.sources.files_of(krate, role)?.contains(path) {
                owners.push(krate.as_str());
            }
        }
        Ok(owners)
    }
}
