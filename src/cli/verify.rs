//! `cratesieve verify`: the proof, and what mends a source that lacks a file.

mod print;
mod remedies;

use std::collections::BTreeSet;

use anyhow::{Context as _, anyhow};
use clap::Args;

use super::generate;
use super::options::{Format, Global};
use super::printer::Printer;
use super::workspace::{known_crate, no_lock, workspace};
use crate::analysis::{Analysis, analyse};
use crate::freshness::{self, Freshness};
use crate::manifest::FILE_NAME;
use crate::problem::{Checked, Code, Problem, Problems};
use crate::rewrite::{Sources, make_sources, read_workspace};
use crate::source::Role;
use crate::verify::setting::add_setting;
use crate::verify::{Proof, Step, Verdicts, begin, compile_here, compile_there, judge, runs};

use remedies::{Settings, settings};

/// Check that each crate compiles from its filtered source, with no file missing
#[derive(Args, Debug)]
#[command(before_help = "\
Examples (`cargo fetch` has to run before):
  cratesieve verify                   check all members
  cratesieve verify -p api --fix      check one, and write the settings that add missing files
  cratesieve verify --run             also run the tests, and find files that they read
  cratesieve verify -- --all-features check with these features")]
#[command(after_help = "\
It compiles each crate twice with `cargo check`, with its tests, benches and examples:
  in the workspace          to see which files the compiler and build scripts read
  from its filtered source  with Cargo.toml and Cargo.lock as Nix has them
If a crate does not compile in the workspace either, that is no failure.

It cannot detect:
  - a file that a macro or a build script reads optionally without declaring it to Cargo
  - a file that other features or platforms read
  - without --run: a file that tests read while they run

With --run, files that tests write in the workspace stay. A test that fails only in the source runs
again with more files, until it passes.")]
pub struct Verify {
    /// Check this member only; can be given more than once
    #[arg(short, long, value_name = "CRATE")]
    package: Vec<String>,
    /// Write the settings that add missing files to Cargo.toml, run `gen`, and check again
    #[arg(long)]
    fix: bool,
    /// Also run the tests in both places
    #[arg(long)]
    run: bool,
    /// How to print the result
    #[arg(long, default_value = "text")]
    format: Format,
    /// Arguments for `cargo check` and `cargo test`, such as `--target TRIPLE`
    #[arg(last = true, value_name = "CARGO ARGUMENT")]
    arguments: Vec<String>,
}

pub fn run(args: &Verify, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let mut analysis = workspace(global)?;
    let names = names(&analysis, &args.package)?;
    if !args.fix {
        tell_if_stale(&analysis, printer)?;
    }
    let mut proof: Option<Proof> = None;
    let mut tried = names.clone();
    let mut written = Settings::new();
    loop {
        let read = read_workspace(&analysis.manifest, &analysis.tree)?;
        let stubs = crate::fingerprint::stub_paths();
        let sources = make_sources(&analysis.manifest, &read, &analysis.tree, &stubs);
        locked(&sources, read.lock.is_some(), &names)?;
        let made = match proof.take() {
            Some(made) => made,
            None => begin(&analysis, &args.arguments, args.run)?,
        };
        let tests = args.run;
        let (made, mut verdicts) =
            prove(made, &analysis, &sources, &names, (&tried, tests), printer)?;
        proof = Some(made);
        remedies::try_out(&analysis, &mut verdicts)?;
        let wanted = settings(&analysis, &verdicts);
        let is_new = |(key, globs): (&(String, &'static str), &BTreeSet<String>)| {
            written.get(key).is_none_or(|known| !globs.is_subset(known))
        };
        if !args.fix || !wanted.iter().any(is_new) {
            return answer(&analysis, &verdicts, &names, args, global, printer);
        }
        write(&analysis, &wanted, printer)?;
        tried = again(&names, &verdicts);
        for (key, globs) in wanted {
            written.entry(key).or_default().extend(globs);
        }
        analysis = analyse(Some(&analysis.root.join("Cargo.toml")))?;
        generate::regenerate(&analysis, printer)?;
    }
}

/// All members, or those that were asked for.
fn names(analysis: &Analysis, wanted: &[String]) -> Result<BTreeSet<String>, Problems> {
    let crates = &analysis.graph.crates;
    if wanted.is_empty() {
        let members = crates.iter().filter(|(_, krate)| krate.is_member);
        return Ok(members.map(|(name, _)| name.clone()).collect());
    }
    let problems = wanted.iter().filter_map(|name| match crates.get(name) {
        None => known_crate(name, &analysis.graph).err(),
        Some(krate) if !krate.is_member => Some(Problem {
            code: Code::NoMember,
            path: krate.manifest(),
            line: None,
            message: format!(
                "`{name}` is not a member of the workspace: it is not built by itself"
            ),
            hint: "name a member that depends on it: its library is checked with that member"
                .to_owned(),
        }),
        Some(_) => None,
    });
    Problems::none_of(problems.collect())?;
    Ok(wanted.iter().cloned().collect())
}

/// The proof is of what `gen` would write now.
fn tell_if_stale(analysis: &Analysis, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let (state, _) = freshness::compare(&analysis.manifest, &analysis.root.join(FILE_NAME))?;
    if state != Freshness::Fresh {
        printer.status(&format!(
            "note: {FILE_NAME} is not up to date; this checks what `cratesieve gen` would write"
        ))?;
    }
    Ok(())
}

fn locked(sources: &Sources<'_>, has_lock: bool, names: &BTreeSet<String>) -> Result<(), Problems> {
    if !has_lock {
        return Err(no_lock().into());
    }
    let problems = names
        .iter()
        .filter_map(|name| sources.lock_problem(name, Role::Test));
    Problems::none_of(problems.collect())
}

/// Compiles what has not been compiled: at first everything, then in their sources those that are
/// `tried` again.
fn prove(
    mut proof: Proof,
    analysis: &Analysis,
    sources: &Sources<'_>,
    names: &BTreeSet<String>,
    (tried, with_tests): (&BTreeSet<String>, bool),
    printer: &mut Printer<'_>,
) -> Checked<(Proof, Verdicts)> {
    let is_first = proof.is_new();
    let all = if is_first {
        runs(names, with_tests)
    } else {
        runs(tried, with_tests) / 2
    };
    let mut count = 0;
    let mut head = String::new();
    let mut watch = |step: Step<'_>| {
        let (what, in_source) = match step {
            Step::Check {
                name,
                role: Role::Test,
                in_source,
            } => (format!("check tests of {name}"), in_source),
            Step::Check {
                name, in_source, ..
            } => (format!("check {name}"), in_source),
            Step::Run { name, in_source } => (format!("run tests of {name}"), in_source),
            Step::Compiled(name) => return printer.detail(&format!("{head}: {name}")),
        };
        count += 1;
        let place = match in_source {
            true => "its source",
            false => "the workspace",
        };
        let width = all.to_string().len();
        head = format!("[{count:>width$}/{all}] {what} in {place}");
        printer.progress(&head)
    };
    if is_first {
        compile_here(&mut proof, analysis, names, &mut watch)?;
    }
    compile_there(&mut proof, analysis, sources, tried, &mut watch)?;
    let verdicts = judge(&proof, analysis, sources, names)?;
    Ok((proof, verdicts))
}

fn write(analysis: &Analysis, settings: &Settings, printer: &mut Printer<'_>) -> Checked<()> {
    for ((manifest, key), globs) in settings {
        let path = analysis.root.join(manifest);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let Some(new) = add_setting(&text, key, globs) else {
            return Err(Problem {
                code: Code::BadSetting,
                path: manifest.clone(),
                line: None,
                message: format!("`{key}` cannot be added to [package.metadata.cratesieve]"),
                hint: format!("write {} there by hand", print::setting(key, globs)),
            }
            .into());
        };
        freshness::write(&path, &new)?;
        printer.status(&format!(
            "added {} to {manifest}",
            print::setting(key, globs)
        ))?;
    }
    Ok(())
}

/// Whose proof may come out otherwise after a setting has been written.
fn again(names: &BTreeSet<String>, verdicts: &Verdicts) -> BTreeSet<String> {
    let is_refuted = |name: &&String| verdicts[*name].is_refuted();
    names.iter().filter(is_refuted).cloned().collect()
}

fn answer(
    analysis: &Analysis,
    verdicts: &Verdicts,
    names: &BTreeSet<String>,
    args: &Verify,
    global: &Global,
    printer: &mut Printer<'_>,
) -> Checked<()> {
    match args.format {
        Format::Text => print::text(verdicts, names, global.verbose, printer)?,
        Format::Json => print::json(analysis, verdicts, printer)?,
    }
    let problems = Problems::none_of(print::problems(analysis, verdicts));
    if problems.is_ok() && !names.iter().any(|name| verdicts[name].is_verified()) {
        return Err(
            anyhow!("no crate compiles in the workspace: nothing could be verified").into(),
        );
    }
    Ok(problems?)
}
