//! Which crates a change reaches, in which part, and why: the sources that the Nix library would
//! make before and after it, compared. A change of Cargo.lock or of the root Cargo.toml reaches a
//! crate only if it changes the pruned file of that crate.

mod answer;
mod chains;
mod differences;
mod inputs;
mod lock_changes;
mod manifest_changes;
mod paths;
mod state;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::fingerprint::Part;
use crate::source::Role;

pub use answer::{Affected, Change, Input, Presence, Reason};
pub use lock_changes::LockChange;
pub use paths::{Uncertain, affected_by_paths};
pub use state::State;

use state::Parts;

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
