//! What the compiles prove of each crate.

use std::collections::{BTreeMap, BTreeSet};

use super::failures::of_failures;
use super::messages::{Failure, UnitKind};
use super::missing::{Asked, Missing, of_unit};
use super::proof::{Outcome, Proof, ROLES};
use crate::analysis::Analysis;
use crate::path;
use crate::rewrite::Sources;
use crate::source::Role;

/// The verdicts on crates, by name.
pub type Verdicts = BTreeMap<String, Verdict>;

/// The verdict on one crate.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What the source lacks, by whomever it was found out.
    pub missing: BTreeSet<Missing>,
    /// Why there is no proof, in each role that lacks one.
    pub not_verified: Vec<(Role, NotVerified)>,
    /// Files of its own package's source that no compile read, and nothing refers to.
    pub unread: BTreeSet<String>,
}

/// Why a crate in a role is not verified.
#[derive(Clone, Debug)]
pub enum NotVerified {
    /// The crate does not compile in the workspace either: the messages.
    FailsHere(String),
    /// The crate compiles in the workspace, not from its source, and no file is known to be
    /// missing.
    FailsThere(String),
    /// The crate compiles in the workspace, not from its source, because of files that are known.
    Lacks,
    /// A test passes in the workspace and fails in its source, with every file of the repository
    /// there as well: its name, and the words.
    TestFails(String, String),
    /// Not tried: this crate, itself or one that it depends on, does not compile in its own source.
    Blocked(String),
}

impl Verdict {
    /// Whether there is something to mend: a crate that cannot be compiled here is no fault of its
    /// source.
    pub fn is_refuted(&self) -> bool {
        let is_fault = |(_, why): &(Role, NotVerified)| !matches!(why, NotVerified::FailsHere(_));
        !self.missing.is_empty() || self.not_verified.iter().any(is_fault)
    }

    pub fn is_verified(&self) -> bool {
        self.missing.is_empty() && self.not_verified.is_empty()
    }
}

/// The verdicts on these crates, and on every other crate with a missing file.
pub fn judge(
    proof: &Proof,
    analysis: &Analysis,
    sources: &Sources<'_>,
    names: &BTreeSet<String>,
) -> anyhow::Result<Verdicts> {
    let mut verdicts: Verdicts = names
        .iter()
        .map(|name| (name.clone(), Verdict::default()))
        .collect();
    let mut asked = Asked::new(analysis, sources);
    let mut read = BTreeSet::new();
    let mut missing = BTreeSet::new();
    for outcome in proof.here.values().chain(proof.there.values()) {
        for unit in &outcome.units {
            missing.extend(of_unit(&mut asked, &proof.scratch, unit, &mut read)?);
        }
    }
    for name in names {
        for role in ROLES {
            let key = (name.clone(), role);
            let here = &proof.here[&key];
            let why = match proof.there.get(&key) {
                _ if !here.failures.is_empty() => {
                    NotVerified::FailsHere(first_words(proof, &here.failures))
                }
                None => continue,
                Some(Outcome {
                    blocked: Some(other),
                    ..
                }) => NotVerified::Blocked(other.clone()),
                Some(there) if !there.failures.is_empty() => {
                    let mut found =
                        of_failures(&mut asked, &proof.scratch, (name, role), &there.failures)?;
                    let is_known = !found.is_empty()
                        || missing.iter().any(|missing: &Missing| {
                            sources.closure(name, role).crates.contains(&missing.name)
                        });
                    // Dep-info says better who reads it than the words of an error.
                    let is_same =
                        |a: &Missing, b: &Missing| (&a.name, &a.path) == (&b.name, &b.path);
                    found.retain(|found| !missing.iter().any(|known| is_same(known, found)));
                    missing.extend(found);
                    match is_known {
                        true => NotVerified::Lacks,
                        false => NotVerified::FailsThere(first_words(proof, &there.failures)),
                    }
                }
                Some(_) => continue,
            };
            if let Some(verdict) = verdicts.get_mut(name) {
                verdict.not_verified.push((role, why));
            }
        }
    }
    for (name, missed) in &proof.missed {
        missing.extend(missed.files.iter().cloned());
        let Some(verdict) = verdicts.get_mut(name) else {
            continue;
        };
        for (test, words) in &missed.unexplained {
            let why = NotVerified::TestFails(test.to_string(), shortened(proof, words));
            verdict.not_verified.push((Role::Test, why));
        }
    }
    for missing in merged(missing) {
        let verdict = verdicts.entry(missing.name.clone()).or_default();
        verdict.missing.insert(missing);
    }
    for name in names {
        if verdicts[name].is_verified() {
            let unread = unread(proof, analysis, sources, name, &read)?;
            if let Some(verdict) = verdicts.get_mut(name) {
                verdict.unread = unread;
            }
        }
    }
    Ok(verdicts)
}

/// Merges reports of one file: a file that a library and its tests read is the library's, and a
/// report with a line is best.
fn merged(all: BTreeSet<Missing>) -> Vec<Missing> {
    let mut merged: BTreeMap<(String, String), Missing> = BTreeMap::new();
    for missing in all {
        let rank = |missing: &Missing| (missing.remedy.clone(), missing.line.is_none());
        let key = (missing.name.clone(), missing.path.clone());
        match merged.get(&key) {
            Some(other) if rank(other) <= rank(&missing) => {}
            _ => {
                merged.insert(key, missing);
            }
        }
    }
    merged.into_values().collect()
}

/// The first error, without what stands around it.
fn first_words(proof: &Proof, failures: &[Failure]) -> String {
    // What a compiler says comes before what Cargo says of it.
    let words = failures.first().map_or("", |failure| &failure.words);
    shortened(proof, words)
}

fn shortened(proof: &Proof, words: &str) -> String {
    // The scratch directory is gone when they are read.
    let words = words.replace(&format!("{}/", proof.scratch.root), "");
    let lines: Vec<&str> = words
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[..lines.len().min(12)].join("\n")
}

/// Files of a source that no build seems to need. Rust sources are left out, because they are often
/// for other platforms or features. So are files for which the scan found a reader, and all files
/// if a build script does not declare what it reads.
fn unread(
    proof: &Proof,
    analysis: &Analysis,
    sources: &Sources<'_>,
    name: &str,
    read: &BTreeSet<String>,
) -> anyhow::Result<BTreeSet<String>> {
    let outcomes = proof.here.iter().filter(|((other, _), _)| other == name);
    let mut units = outcomes
        .flat_map(|(_, outcome)| &outcome.units)
        .filter(|unit| unit.name == name && unit.kind == UnitKind::BuildScriptRun);
    if units.any(|unit| unit.reads.is_empty()) {
        return Ok(BTreeSet::new());
    }
    let entry = &analysis.manifest.crates[name];
    let manifest = path::child(&entry.path, "Cargo.toml");
    let why = &analysis.rules[name].why;
    let files = sources.files_of(name, Role::Own)?;
    let is_unread = |file: &&String| {
        !file.ends_with(".rs")
            && **file != manifest
            && !analysis.manifest.files.contains(*file)
            && !why.contains_key(*file)
            && path::is_within(file, &entry.path)
            && !read
                .iter()
                .any(|read| path::is_within(file, read) && !path::is_within(&entry.path, read))
    };
    Ok(files.iter().filter(is_unread).cloned().collect())
}
