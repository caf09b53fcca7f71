//! The compiles of a proof: first in the workspace, then in every source.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use camino::Utf8PathBuf;

use super::compile::{Check, compile, toolchain};
use super::messages::{Failure, Unit, UnitKind};
use super::missing::Asked;
use super::scratch::Scratch;
use super::search::{Missed, missed};
use super::tests_run::{TestRun, run_tests};
use super::{interrupt, third_party};
use crate::analysis::Analysis;
use crate::path;
use crate::problem::{Checked, Code, Problem};
use crate::rewrite::Sources;
use crate::source::Role;

/// The two ways in which a crate is compiled.
pub(super) const ROLES: [Role; 2] = [Role::Own, Role::Test];

/// What has been compiled so far, and where.
pub struct Proof {
    pub(super) scratch: Scratch,
    pub(super) toolchain: Option<String>,
    /// Further arguments for Cargo, such as features.
    pub(super) arguments: Vec<String>,
    /// What the Nix library has in a vendor directory, as Cargo's configuration names it.
    pub(super) packages: Option<Utf8PathBuf>,
    pub(super) here: BTreeMap<(String, Role), Outcome>,
    pub(super) there: BTreeMap<(String, Role), Outcome>,
    /// The crates that have been compiled as somebody's library, without their binaries' files.
    pub(super) as_library: BTreeSet<String>,
    /// The tests are run as well: what became of them in the workspace.
    pub(super) ran_here: Option<BTreeMap<String, TestRun>>,
    /// What they miss in their sources.
    pub(super) missed: BTreeMap<String, Missed>,
}

/// The outcome for one crate in one role.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) units: Vec<Unit>,
    pub(super) failures: Vec<Failure>,
    /// Not tried: its source holds this crate, which fails in its own.
    pub(super) blocked: Option<String>,
}

/// A step of the run, to show progress.
#[derive(Clone, Copy, Debug)]
pub enum Step<'s> {
    /// A run of Cargo begins, on a crate.
    Check {
        name: &'s str,
        role: Role,
        in_source: bool,
    },
    /// The tests of a crate are run.
    Run { name: &'s str, in_source: bool },
    /// A crate of the workspace has been compiled on the way.
    Compiled(&'s str),
}

/// Called at every step.
pub type Watch<'w> = &'w mut dyn FnMut(Step<'_>) -> anyhow::Result<()>;

/// How many runs of Cargo it takes, if none fails.
pub fn runs(names: &BTreeSet<String>, with_tests: bool) -> usize {
    names.len() * (ROLES.len() + usize::from(with_tests)) * 2
}

/// Makes the scratch directory of a proof, in which every `cargo check` gets these arguments as
/// well, and every `cargo test`, if the tests are to be run.
pub fn begin(analysis: &Analysis, arguments: &[String], with_tests: bool) -> anyhow::Result<Proof> {
    interrupt::install();
    let source_root = analysis.manifest.source_root.as_deref().unwrap_or(".");
    let climbs = source_root.split('/').filter(|name| *name == "..").count();
    let scratch = Scratch::new(&analysis.root, climbs)?;
    let packages = third_party::configuration(analysis)?;
    let packages = packages.map(|text| scratch.write_beside("packages.toml", &text));
    Ok(Proof {
        packages: packages.transpose()?,
        scratch,
        toolchain: toolchain(&analysis.root),
        arguments: arguments.to_vec(),
        here: BTreeMap::new(),
        there: BTreeMap::new(),
        as_library: BTreeSet::new(),
        ran_here: with_tests.then(BTreeMap::new),
        missed: BTreeMap::new(),
    })
}

impl Proof {
    /// Whether nothing has been compiled.
    pub fn is_new(&self) -> bool {
        self.here.is_empty()
    }
}

/// Compiles these crates in the workspace itself, which stays as it is.
pub fn compile_here(
    proof: &mut Proof,
    analysis: &Analysis,
    names: &BTreeSet<String>,
    watch: Watch<'_>,
) -> Checked<()> {
    for name in in_order(analysis, names) {
        for role in ROLES {
            watch(Step::Check {
                name,
                role,
                in_source: false,
            })?;
            let check = Check {
                root: &analysis.root,
                directory: &analysis.root.join(&analysis.graph.crates[name].path),
                role,
                target: &proof.scratch.target,
                locked: true,
                toolchain: proof.toolchain.as_deref(),
                arguments: &proof.arguments,
            };
            let found = run(&check, watch)?;
            if let Some(failure) = found.failures.iter().find(|failure| failure.is_refusal) {
                return Err(refused(&failure.words).into());
            }
            if role == Role::Test
                && found.failures.is_empty()
                && let Some(ran) = &mut proof.ran_here
            {
                watch(Step::Run {
                    name,
                    in_source: false,
                })?;
                ran.insert(name.to_owned(), run_tests(&check, None)?);
            }
            proof.here.insert((name.to_owned(), role), found);
        }
    }
    proof
        .scratch
        .forget(analysis.graph.crates.keys().map(String::as_str))?;
    Ok(())
}

/// Compiles these crates in their sources, except those that cannot be compiled in the workspace.
pub fn compile_there(
    proof: &mut Proof,
    analysis: &Analysis,
    sources: &Sources<'_>,
    names: &BTreeSet<String>,
    watch: Watch<'_>,
) -> anyhow::Result<()> {
    let again = |(name, _): &(String, Role)| names.contains(name);
    proof.there.retain(|key, _| !again(key));
    proof.missed.retain(|name, _| !names.contains(name));
    // First all crates, then all tests, which may lead back to a dependent.
    for role in ROLES {
        for name in in_order(analysis, names) {
            watch(Step::Check {
                name,
                role,
                in_source: true,
            })?;
            let key = (name.to_owned(), role);
            let entry = &analysis.manifest.crates[name];
            let has_targets = entry.lib.is_some() || !entry.bins.is_empty();
            if !proof.here[&key].failures.is_empty() || role == Role::Own && !has_targets {
                continue;
            }
            let crates = &sources.closure(name, role).crates;
            // Nor its tests, where it fails itself.
            let fails = |other: &&String| {
                let outcome = proof.there.get(&((*other).clone(), Role::Own));
                outcome.is_some_and(|found| !found.is_fine())
            };
            let outcome = match crates.iter().find(fails) {
                Some(other) => Outcome {
                    blocked: Some(other.clone()),
                    ..Outcome::default()
                },
                None => compile_source(proof, analysis, sources, name, role, watch)?,
            };
            if role == Role::Test && outcome.is_fine() {
                run_source(proof, analysis, sources, name, watch)?;
            }
            proof.there.insert(key, outcome);
        }
    }
    Ok(())
}

fn compile_source(
    proof: &mut Proof,
    analysis: &Analysis,
    sources: &Sources<'_>,
    name: &str,
    role: Role,
    watch: Watch<'_>,
) -> anyhow::Result<Outcome> {
    let source = sources.source(name, role)?;
    proof.scratch.unpack(&source, &analysis.root)?;
    let closure = &sources.closure(name, role).crates;
    // A library that was compiled in one target directory with its own binaries is compiled once
    // without them.
    let first = closure
        .iter()
        .filter(|other| *other != name && !proof.as_library.contains(*other));
    let mut to_recompile: Vec<&str> = first.map(String::as_str).collect();
    to_recompile.extend((role == Role::Own).then_some(name));
    proof.scratch.forget(to_recompile.iter().copied())?;
    let mut arguments = proof.arguments.clone();
    if let Some(packages) = &proof.packages {
        arguments.extend(["--config".to_owned(), packages.to_string()]);
    }
    let check = Check {
        root: &proof.scratch.root,
        directory: &proof
            .scratch
            .root
            .join(&analysis.manifest.crates[name].path),
        role,
        target: &proof.scratch.target,
        locked: false,
        toolchain: proof.toolchain.as_deref(),
        arguments: &arguments,
    };
    let found = run(&check, watch)?;
    for unit in found.units.iter().filter(|unit| unit.name != name) {
        proof.as_library.insert(unit.name.clone());
    }
    let is_stale = |unit: &&Unit| {
        unit.is_fresh
            && unit.kind == UnitKind::Compiled
            && to_recompile.contains(&unit.name.as_str())
    };
    if let Some(unit) = found.units.iter().find(is_stale) {
        bail!(
            "cargo did not compile {} again, so the check would prove nothing: this version of \
             Cargo keeps its fingerprints in a place that cratesieve does not know; use another \
             version of Cargo, and report this",
            unit.name
        );
    }
    Ok(found)
}

/// Runs the tests in the source that is unpacked, and looks for what they miss.
fn run_source(
    proof: &mut Proof,
    analysis: &Analysis,
    sources: &Sources<'_>,
    name: &str,
    watch: Watch<'_>,
) -> anyhow::Result<()> {
    let Some(here) = proof.ran_here.as_ref().and_then(|ran| ran.get(name)) else {
        return Ok(());
    };
    if here.refusal.is_some() {
        return Ok(());
    }
    watch(Step::Run {
        name,
        in_source: true,
    })?;
    let directory = proof
        .scratch
        .root
        .join(&analysis.manifest.crates[name].path);
    let check = Check {
        root: &proof.scratch.root,
        directory: &directory,
        role: Role::Test,
        target: &proof.scratch.target,
        locked: false,
        toolchain: proof.toolchain.as_deref(),
        arguments: &proof.arguments,
    };
    let mut asked = Asked::new(analysis, sources);
    let found = missed(&mut asked, &proof.scratch, &check, name, here)?;
    proof.missed.insert(name.to_owned(), found);
    Ok(())
}

fn run(check: &Check<'_>, watch: Watch<'_>) -> anyhow::Result<Outcome> {
    let mut failed = None;
    let found = compile(check, &mut |name| {
        failed = failed.take().or(watch(Step::Compiled(name)).err());
    })?;
    match failed {
        Some(error) => Err(error),
        None => Ok(Outcome {
            units: found.units,
            failures: found.failures,
            blocked: None,
        }),
    }
}

impl Outcome {
    fn is_fine(&self) -> bool {
        self.failures.is_empty() && self.blocked.is_none()
    }
}

/// Dependencies before dependents: their closures are smaller.
fn in_order<'n>(analysis: &Analysis, names: &'n BTreeSet<String>) -> Vec<&'n str> {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_by_key(|name| analysis.closures[*name].build.len());
    names
}

fn refused(words: &str) -> Problem {
    let has = |text: &str| words.contains(text);
    let (code, hint) = if has("--locked") || has("lock file") {
        (
            Code::StaleLock,
            "run `cargo update --workspace`, and commit Cargo.lock",
        )
    } else if has("--offline") || has("offline mode") || has("cargo fetch") {
        (
            Code::NotFetched,
            "run `cargo fetch`: the packages are taken from Cargo's own cache, offline",
        )
    } else {
        (
            Code::CargoRefuses,
            "make `cargo check` work in the workspace",
        )
    };
    let words = words.strip_prefix("error: ").unwrap_or(words);
    Problem {
        code,
        path: path::child(".", "Cargo.toml"),
        line: None,
        message: words.trim().to_owned(),
        hint: hint.to_owned(),
    }
}
