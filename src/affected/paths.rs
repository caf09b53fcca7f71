//! Which crates a change of some files would reach, whatever the change is.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::answer::{Affected, Change, Input, Presence, Reason};
use super::chains;
use super::state::{Parts, State};
use crate::fingerprint::Part;
use crate::path;
use crate::rewrite::Content;
use crate::source::{self, Role};

/// Why an answer may name more crates than a change reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Uncertain {
    /// The file is rewritten for each crate: every crate that has it counts as reached.
    Rewritten,
    /// There is no such file: it is taken for one that was there, or will be.
    NotThere,
}

/// Every crate that is reached if these files or directories change, relative to the workspace
/// root; and the paths of which more cannot be said.
pub fn affected_by_paths(
    state: &State<'_>,
    paths: &BTreeSet<String>,
) -> anyhow::Result<(BTreeMap<String, Affected>, BTreeMap<String, Uncertain>)> {
    let tree = &state.analysis.tree;
    let mut uncertain = BTreeMap::new();
    for path in paths.iter().filter(|path| !is_there(state, path)) {
        let is_ignored = tree.identify(path)?.is_some() || tree.is_directory(path);
        if !is_ignored {
            uncertain.insert(path.clone(), Uncertain::NotThere);
        }
    }
    let reached = reached(state, paths)?;
    let crates = state.analysis.manifest.crates.par_iter();
    let found = crates.map(|(name, entry)| {
        let (reasons, rewritten) = reasons(state, name, paths, &reached, &uncertain)?;
        let parts: BTreeSet<Part> = reasons.iter().flat_map(|r| r.parts.clone()).collect();
        let affected = (!parts.is_empty()).then_some(Affected {
            is_member: entry.member,
            presence: Presence::Changed,
            parts,
            reasons,
        });
        Ok((name.clone(), affected, rewritten))
    });
    let found: Vec<_> = found.collect::<anyhow::Result<_>>()?;
    let mut all = BTreeMap::new();
    for (name, affected, rewritten) in found {
        uncertain.extend(
            rewritten
                .into_iter()
                .map(|path| (path, Uncertain::Rewritten)),
        );
        all.extend(affected.map(|affected| (name, affected)));
    }
    Ok((all, uncertain))
}

/// The crates that have files at or below any of the paths.
fn reached<'s>(state: &'s State<'_>, paths: &BTreeSet<String>) -> anyhow::Result<Parts<'s>> {
    let mut reached = Parts::new();
    for name in state.analysis.manifest.crates.keys() {
        for role in Role::ALL {
            let files = state.sources.files_of(name, role)?;
            let is_reached = |path: &String| {
                let mut below = files
                    .range(path.clone()..)
                    .take_while(|file| file.starts_with(path.as_str()));
                below.any(|file| path::is_within(file, path))
            };
            if paths.iter().any(is_reached) {
                reached.insert((name, role));
            }
        }
    }
    Ok(reached)
}

fn is_there(state: &State<'_>, path: &str) -> bool {
    let resolved = state.analysis.tree.resolve(path);
    resolved.is_ok_and(|resolved| resolved.is_some())
}

/// Why one crate is reached, and the paths that are rewritten for it.
fn reasons(
    state: &State<'_>,
    name: &str,
    paths: &BTreeSet<String>,
    reached: &Parts<'_>,
    uncertain: &BTreeMap<String, Uncertain>,
) -> anyhow::Result<(Vec<Reason>, BTreeSet<String>)> {
    let inputs = state.inputs(name, &|krate, role| !reached.contains(&(krate, role)))?;
    let mut rewritten = BTreeSet::new();
    let mut found: BTreeMap<(usize, Vec<String>, String), BTreeSet<Part>> = BTreeMap::new();
    let mut known: BTreeMap<(Role, Option<String>), Vec<String>> = BTreeMap::new();
    let mut add = |role, path: &str, owner: Option<&str>, parts: &[Part]| {
        let chain = known.entry((role, owner.map(str::to_owned)));
        let chain = chain.or_insert_with(|| {
            let chain = owner.and_then(|owner| chains::to_crate(state, name, role, owner));
            chain.unwrap_or_else(|| vec![name.to_owned()])
        });
        let chain = chain.clone();
        let key = (chain.len(), chain, path.to_owned());
        found.entry(key).or_default().extend(parts);
    };
    for part in Part::ALL {
        let role = match part {
            Part::Tests => Role::Test,
            Part::Src | Part::Deps => Role::Own,
        };
        for source in inputs.part(part) {
            for path in paths {
                let below = source.range(path.clone()..);
                let below = below.take_while(|(file, _)| file.starts_with(path.as_str()));
                for (file, content) in below.filter(|(file, _)| path::is_within(file, path)) {
                    if matches!(content, Content::Text(_)) {
                        rewritten.insert(file.clone());
                    }
                    let owner = owner(state, name, role, file, reached)?;
                    add(role, file, owner, &[part]);
                }
            }
        }
        // If Cargo.lock is missing, every crate counts as its reader.
        let gone = paths.iter().filter(|path| uncertain.contains_key(*path));
        for path in gone.filter(|_| part != Part::Deps) {
            let crates = &state.sources.closure(name, role).crates;
            let holds = |krate: &&String| {
                let role = role.of(krate, name);
                let entry = &state.analysis.manifest.crates[*krate];
                source::would_hold(entry, state.analysis.tree.root(), role, path)
            };
            if path == "Cargo.lock" {
                add(role, path, None, &Part::ALL);
            } else if let Some(krate) = crates.iter().find(holds) {
                add(role, path, Some(krate), &[part]);
            }
        }
    }
    let reasons = found.into_iter().map(|((_, chain, path), parts)| Reason {
        parts,
        chain,
        input: Input::File {
            path,
            change: Change::Changed,
        },
    });
    Ok((reasons.collect(), rewritten))
}

/// The crate of the closure among whose files a path is; `reached` has all that it may be.
fn owner<'p>(
    state: &State<'_>,
    name: &str,
    role: Role,
    path: &str,
    reached: &Parts<'p>,
) -> anyhow::Result<Option<&'p str>> {
    let crates = &state.sources.closure(name, role).crates;
    for (krate, in_role) in reached {
        let role = role.of(krate, name);
        if *in_role == role
            && crates.contains(*krate)
            && state.sources.files_of(krate, role)?.contains(path)
        {
            return Ok(Some(krate));
        }
    }
    Ok(None)
}
