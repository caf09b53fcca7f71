//! `cratesieve init`: writes the files that a repository needs in addition to its workspace.

mod flake;
mod place;
mod steps;
mod tracking;

use camino::Utf8Component;
use clap::Args;

use super::generate;
use super::options::Global;
use super::printer::Printer;
use super::workspace::workspace;
use crate::git;
use crate::manifest::FILE_NAME;
use crate::problem::{Checked, shell_word};
use crate::setup::{ATTRIBUTES, GIT_CONFIG, with_line};

use place::{Place, place};
use steps::{Steps, below, read, shown};

/// Set up a repository: write cratesieve.json, flake.nix and .gitattributes
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve init --dry-run               show what it would write
  cratesieve init                         set up the repository
  cratesieve init --patch | git apply     add what an existing flake.nix lacks
  cratesieve init --github --pre-commit   also check the manifest in CI and before each commit")]
#[command(after_help = "\
It writes these files, and prints the name of each:
  cratesieve.json  as `cratesieve gen` does
  flake.nix        at the top of the repository, if neither the workspace nor any directory above
                   it has one
  .gitattributes   a line that makes git merge cratesieve.json crate by crate

It changes no existing flake.nix. It prints what to add, in the form of that file: also the C
libraries and programs that packages of Cargo.lock need from nixpkgs. Then it prints what is left to
do. You can run it again: it writes only what is missing.")]
pub struct Init {
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print what flake.nix lacks as a patch for `git apply`, and write nothing
    #[arg(long, conflicts_with_all = ["dry_run", "merge_driver", "pre_commit", "github"])]
    patch: bool,
    /// Also set up the merge driver in this clone, with `git config`
    #[arg(long)]
    merge_driver: bool,
    /// Also write a git hook in this clone that refuses commits with a stale manifest
    #[arg(long)]
    pre_commit: bool,
    /// Also write a workflow for GitHub Actions that checks the manifest
    #[arg(long)]
    github: bool,
}

pub fn run(args: &Init, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let analysis = workspace(global)?;
    generate::warn(&analysis, printer)?;
    let place = place(&analysis)?;
    if args.patch {
        flake::patch(&place, printer)?;
        return Ok(());
    }
    let manifest = analysis.root.join(FILE_NAME);
    let has_changed = generate::update(&analysis, &shown(&manifest), args.dry_run, printer)?;
    let mut steps = Steps {
        printer,
        is_dry: args.dry_run,
        has_changed,
        files: vec![manifest],
        left: Vec::new(),
    };
    flake::add(&place, &mut steps)?;
    attributes(&place, &mut steps)?;
    if place.has_git {
        merge_driver(&place, args.merge_driver, &mut steps)?;
        hook(&place, args.pre_commit, &mut steps)?;
    }
    workflow(&place, args.github, &mut steps)?;
    if !steps.has_changed {
        steps.printer.status(&"nothing to write")?;
    }
    tracking::left(&place, &mut steps)?;
    if !steps.left.is_empty() {
        let left = steps.left.join("\n");
        steps
            .printer
            .data(&format!("What is left to do:\n\n{left}"))?;
    }
    Ok(())
}

fn attributes(place: &Place<'_>, steps: &mut Steps<'_, '_>) -> anyhow::Result<()> {
    if !place.has_git {
        return steps.say("no git repository here: files and settings of git are left out");
    }
    let root = &place.analysis.root;
    let path = root.join(".gitattributes");
    let shown = shown(&path);
    // Any file above may say it, and what it says stands.
    let asked = git::asked(root, &["check-attr", "merge", "--", FILE_NAME])?;
    let said = asked.trim_end().rsplit(": ").next().unwrap_or_default();
    match said {
        "cratesieve" => {
            steps.say("git's attributes name the merge driver already")?;
            if path.exists() {
                steps.files.push(path);
            }
        }
        "unspecified" => {
            match read(&path)? {
                None => steps.write(&path, &with_line("", ATTRIBUTES), false)?,
                Some(text) => {
                    let new = with_line(&text, ATTRIBUTES);
                    steps.change(&path, &new, &format!("`{ATTRIBUTES}`"))?;
                }
            }
            steps.files.push(path);
        }
        other => {
            steps.say(&format!(
                "git's attributes have `merge={other}` for {FILE_NAME}, and stay as they are"
            ))?;
            steps.left.push(format!(
                "To merge {FILE_NAME} crate by crate, replace it with this line, in {shown}:\n\n    \
                 {ATTRIBUTES}\n"
            ));
        }
    }
    Ok(())
}

fn merge_driver(
    place: &Place<'_>,
    is_wanted: bool,
    steps: &mut Steps<'_, '_>,
) -> anyhow::Result<()> {
    let root = &place.analysis.root;
    let known = git::git(root, &["config", "--get", GIT_CONFIG[1].0])?;
    if let Ok(known) = known {
        let known = known.trim_end();
        return match known == GIT_CONFIG[1].1 {
            true => steps.say("git's configuration has the merge driver already"),
            false => steps.say(&format!(
                "git's configuration has another merge driver, which stays: {known}"
            )),
        };
    }
    if !is_wanted {
        steps.left.push(format!(
            "To merge {FILE_NAME} crate by crate, run this in each clone:\n\n    {}\n",
            again(place, "--merge-driver")
        ));
        return Ok(());
    }
    for (name, value) in GIT_CONFIG {
        if !steps.is_dry {
            git::asked(root, &["config", "--local", name, value])?;
        }
        steps.done(
            "set",
            "would set",
            &format!("{name} in this clone's git configuration"),
        )?;
    }
    Ok(())
}

fn hook(place: &Place<'_>, is_wanted: bool, steps: &mut Steps<'_, '_>) -> anyhow::Result<()> {
    let (top, layout) = (&place.top, &place.layout);
    let config = top.join(".pre-commit-config.yaml");
    if let Some(text) = read(&config)? {
        let shown = shown(&config);
        if text.contains("cratesieve") {
            return steps.say(&format!("{shown} has cratesieve already"));
        }
        if is_wanted {
            steps.say(&format!("{shown} is there and stays as it is"))?;
        }
        steps.left.push(format!(
            "To check the manifest before each commit, add to `repos` in {shown}:\n\n{}",
            below(&layout.hook_entry())
        ));
        return Ok(());
    }
    let place_of = |args: &[&str]| {
        let path = git::asked(top, &[&["rev-parse"], args].concat())?;
        anyhow::Ok(top.join(path.trim_end_matches('\n')))
    };
    let path = place_of(&["--git-path", "hooks/pre-commit"])?;
    // Hooks that are kept elsewhere (`core.hooksPath`) are those of other repositories, too.
    let is_own = path.starts_with(top) || path.starts_with(place_of(&["--git-common-dir"])?);
    match read(&path)? {
        Some(text) if text.contains("cratesieve") => {
            steps.say(&format!("{} has cratesieve already", shown(&path)))
        }
        Some(_) => {
            let shown = shown(&path);
            if is_wanted {
                steps.say(&format!("{shown} is there and stays as it is"))?;
            }
            steps.left.push(format!(
                "To check the manifest before each commit, add to {shown}:\n\n    {} --quiet || exit\n",
                layout.check_command()
            ));
            Ok(())
        }
        None if is_wanted && is_own => steps.write(&path, &layout.hook(), true),
        None => {
            if is_wanted {
                steps.say(&format!(
                    "git looks for hooks outside this repository: {} is not written",
                    shown(&path)
                ))?;
            }
            steps.left.push(match is_own {
                true => format!(
                    "To check the manifest before each commit, run this in each clone:\n\n    {}\n",
                    again(place, "--pre-commit")
                ),
                false => format!(
                    "To check the manifest before each commit, write to {}:\n\n{}",
                    shown(&path),
                    below(&layout.hook())
                ),
            });
            Ok(())
        }
    }
}

fn workflow(place: &Place<'_>, is_wanted: bool, steps: &mut Steps<'_, '_>) -> anyhow::Result<()> {
    let path = place.top.join(".github/workflows/cratesieve.yml");
    let shown = shown(&path);
    let command = place.layout.flake_check_command();
    match read(&path)? {
        Some(text) if text.contains(&command) => {
            steps.say(&format!("{shown} checks the manifest already"))
        }
        Some(_) => {
            if is_wanted {
                steps.say(&format!("{shown} is there and stays as it is"))?;
            }
            steps.left.push(format!(
                "To check the manifest in CI, run this in {shown}:\n\n    {command}\n"
            ));
            Ok(())
        }
        None if is_wanted => {
            steps.write(&path, &place.layout.workflow(), false)?;
            steps.files.push(path);
            Ok(())
        }
        None => {
            steps.left.push(format!(
                "To check the manifest in CI, run this there (`cratesieve init --github` writes a \
                 workflow):\n\n    {command}\n"
            ));
            Ok(())
        }
    }
}

/// The command that runs `init` again with an option, as a user can paste it.
fn again(place: &Place<'_>, option: &str) -> String {
    let workspace = shown(&place.analysis.root);
    let is_here_or_above = workspace
        .components()
        .all(|part| matches!(part, Utf8Component::CurDir | Utf8Component::ParentDir));
    match is_here_or_above {
        true => format!("cratesieve init {option}"),
        false => format!(
            "cratesieve init {option} --manifest-path {}",
            shell_word(workspace.as_str())
        ),
    }
}
