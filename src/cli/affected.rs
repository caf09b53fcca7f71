//! `cratesieve affected`: the crates that a change reaches, and why.

mod print;

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, ValueEnum};

use super::options::Global;
use super::printer::Printer;
use super::workspace::{given_places, workspace};
use crate::affected::{Affected, Presence, State, affected, affected_by_paths};
use crate::analysis::{Analysis, analyse_edited, analyse_unpacked};
use crate::fingerprint::{Part, stub_paths};
use crate::git;
use crate::manifest::Manifest;
use crate::problem::{Checked, Code, Problem, Problems};
use crate::revision::{self, Place, Revision};
use crate::rewrite::{Read, make_sources, read_workspace};
use crate::source::Role;

use print::Answer;

/// List the crates that a change affects, and say why
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve affected                                what is not committed yet
  cratesieve affected --since main...                what the branch changed
  cratesieve affected --since main... --format names the members, one to a line, for `-p`
  cratesieve affected proto/api.proto                what any change of this file affects")]
#[command(after_help = "\
It compares the source of each crate before and after the change: its files, and Cargo.toml and
Cargo.lock as cratesieve rewrites them for the crate. It lists the parts that are built again:
  src    the crate's package
  deps   the third-party packages compiled for it, and so its package
  tests  its tests, benches and examples, and clippy

It does not look at the compiler, at flake.lock or at the arguments of mkWorkspace. Checks unify
features for the workspace, so a change of Cargo.lock rebuilds all checks. This does not list that.")]
pub struct AffectedArgs {
    /// Compare with this revision; `main...` is the merge base with main [default: HEAD]
    #[arg(long, value_name = "REV", conflicts_with = "paths")]
    since: Option<String>,
    /// How to print the crates; `names` prints only the names of members, one to a line
    #[arg(long, default_value = "text")]
    format: Format,
    /// Files or directories, existing or not: list the crates that a change of them affects
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Names,
}

pub fn run(args: &AffectedArgs, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let analysis = workspace(global)?;
    let answer = if args.paths.is_empty() {
        since(&analysis, args.since.as_deref().unwrap_or("HEAD"))?
    } else {
        of_paths(&analysis, &args.paths)?
    };
    match args.format {
        Format::Text => print::text(&answer, global.verbose, printer)?,
        Format::Json => print::json(&answer, printer)?,
        Format::Names => print::names(&answer, printer)?,
    }
    Ok(())
}

fn of_paths(analysis: &Analysis, given: &[String]) -> Checked<Answer> {
    let mut paths = BTreeSet::new();
    let mut problems = Vec::new();
    for given in given {
        let places = given_places(analysis, given)?;
        let mut there = None;
        for place in &places {
            let tree = &analysis.tree;
            if tree.identify(place)?.is_some() || tree.is_directory(place) {
                there = Some(place);
                break;
            }
        }
        // Of what is not there, the crates are asked that would hold it.
        match there.or(places.first()) {
            Some(path) => {
                paths.insert(path.clone());
            }
            None => problems.push(Problem {
                code: Code::UnknownPath,
                path: given.clone(),
                line: None,
                message: "no source can hold it: it lies outside what the workspace reads"
                    .to_owned(),
                hint: "name files relative to the current directory or to the workspace root"
                    .to_owned(),
            }),
        }
    }
    Problems::none_of(problems)?;
    let read = read_workspace(&analysis.manifest, &analysis.tree)?;
    let state = state(analysis, &read);
    let (crates, uncertain) = affected_by_paths(&state, &paths)?;
    let names = uncertain.keys();
    // Without git, none is.
    let is_revision = |name: &&String| matches!(git::commit(&analysis.root, name), Ok(Ok(_)));
    let revisions = names.filter(is_revision).cloned().collect();
    Ok(Answer {
        crates,
        all: analysis.manifest.crates.len(),
        since: None,
        uncertain,
        revisions,
        lock: None,
    })
}

fn since(analysis: &Analysis, wanted: &str) -> Checked<Answer> {
    let revision = revision::check_out(&analysis.root, wanted)?;
    let answer = |crates, lock| Answer {
        crates,
        all: analysis.manifest.crates.len(),
        since: Some((wanted.to_owned(), revision.commit.clone())),
        uncertain: BTreeMap::new(),
        revisions: BTreeSet::new(),
        lock,
    };
    let Some(before) = then(&revision, analysis, wanted)? else {
        return Ok(answer(all_new(&analysis.manifest), None));
    };
    let new = read_workspace(&analysis.manifest, &analysis.tree)?;
    let refused = |problems: &Problems| then_refused(problems, &revision, wanted);
    let old = read_workspace(&before.manifest, &before.tree);
    let old = old.map_err(|failure| failure.map_problems(refused))?;
    let is_same = |path: &str| {
        Ok(revision.is_untouched(path)
            || before.tree.identify(path)? == analysis.tree.identify(path)?)
    };
    let (old, new) = (state(&before, &old), state(analysis, &new));
    let crates = affected(&old, &new, &is_same)?;
    let mut there = analysis.manifest.crates.keys();
    let lock = there.find_map(|name| new.sources.lock_problem(name, Role::Test));
    Ok(answer(crates, lock))
}

fn state<'s>(analysis: &'s Analysis, read: &'s Read) -> State<'s> {
    State {
        analysis,
        sources: make_sources(&analysis.manifest, read, &analysis.tree, &stub_paths()),
    }
}

/// The workspace as it was at the same place; `None` where there was none.
fn then(revision: &Revision, now: &Analysis, wanted: &str) -> Checked<Option<Analysis>> {
    let (repository, old_root) = match &revision.place {
        Place::Edited(files) => {
            return analyse_edited(&now.root, files.clone(), now.tree.scans()).map(Some);
        }
        Place::Unpacked { repository, root } => (repository, root),
    };
    let manifest = old_root.join("Cargo.toml");
    if !manifest.is_file() {
        return Ok(None);
    }
    // The directories around the work tree say which Cargo it is, then as now.
    let analysis = analyse_unpacked(&manifest, repository, &now.root);
    let refused = |problems: &Problems| then_refused(problems, revision, wanted);
    let analysis = analysis.map_err(|failure| failure.map_problems(refused))?;
    Ok(Some(analysis).filter(|analysis| analysis.root == *old_root))
}

fn then_refused(problems: &Problems, revision: &Revision, wanted: &str) -> Problems {
    let there = |text: &str| match &revision.place {
        Place::Edited(_) => text.to_owned(),
        Place::Unpacked { repository, .. } => text.replace(repository.as_str(), wanted),
    };
    problems.map(|problem| Problem {
        code: Code::RevisionRefused,
        path: there(&problem.path),
        line: problem.line,
        message: format!("in {wanted}: {}", there(&problem.message)),
        hint: "name a revision whose workspace Cargo reads, or the files that changed".to_owned(),
    })
}

fn all_new(shape: &Manifest) -> BTreeMap<String, Affected> {
    let new = shape.crates.iter().map(|(name, entry)| {
        let affected = Affected {
            is_member: entry.member,
            presence: Presence::New,
            parts: Part::ALL.into(),
            reasons: Vec::new(),
        };
        (name.clone(), affected)
    });
    new.collect()
}
