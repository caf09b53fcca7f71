//! `cratesieve replay`: what past commits would have rebuilt.

mod page;
mod print;
mod summary;

use clap::{Args, ValueEnum};

use super::options::Global;
use super::printer::Printer;
use super::workspace::workspace;
use crate::history::{Extent, history};
use crate::problem::{Checked, Code, Problem};
use crate::replay::{Outcome, Step, replay};

use summary::{Answer, short, summary};

/// Show how many crates each past commit would have rebuilt
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve replay                                 the last 100 commits
  cratesieve replay --since \"3 months ago\"
  cratesieve replay --format html > replay.html     a page with a chart")]
#[command(after_help = "\
It compares each commit with its first parent, for three ways to build:
  one source  all crates share one source, which holds only files that a crate or its tests read
  whole lock  each crate has its own source, with the whole Cargo.lock in it
  cratesieve  each crate has its own source; Cargo.toml and Cargo.lock are rewritten for it

It counts the crates whose package is rebuilt, and their lines of Rust without tests. It does not
count third-party packages and checks. Submodules are empty. Commits that Cargo cannot read are
skipped. Commits are read in a scratch directory, so the work tree stays as it is.")]
pub struct ReplayArgs {
    /// Start after this revision or date, such as `v1.0`, `2025-01-31`, `"2 weeks ago"`
    #[arg(long, value_name = "REV|DATE", conflicts_with = "last")]
    since: Option<String>,
    /// Take this many commits, up to HEAD
    #[arg(long, value_name = "N", default_value = "100", value_parser = number)]
    last: usize,
    /// How to print the result; `html` is one page with a chart
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
}

fn number(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("a number of commits, one or more, is needed".to_owned()),
        Ok(number) => Ok(number),
    }
}

pub fn run(args: &ReplayArgs, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let analysis = workspace(global)?;
    let root = analysis.root.clone();
    let extent = match &args.since {
        Some(since) => Extent::Since(since),
        None => Extent::Last(args.last),
    };
    let history = history(&root, extent)?;
    let all = history.commits.len();
    let steps = replay(&history, &root, &mut |done| {
        printer.detail(&format!("[{done}/{all}] commits compared"))
    })?;
    let summary = summary(&steps);
    if summary.compared == 0 {
        return Err(nothing_readable(&steps).into());
    }
    let answer = Answer {
        history: &history,
        steps: &steps,
        summary,
    };
    match args.format {
        Format::Text => print::text(&answer, printer)?,
        Format::Json => printer.data(&print::json(&answer)?)?,
        Format::Html => printer.data(&page::html(&answer))?,
    }
    if history.is_cut {
        let commits = steps.len();
        printer.status(&format!(
            "note: the clone is shallow and has no more than these {commits} commits: \
             `git fetch --unshallow` brings the others"
        ))?;
    }
    Ok(())
}

fn nothing_readable(steps: &[Step<'_>]) -> Problem {
    let why = steps.iter().rev().find_map(|step| match &step.outcome {
        Outcome::Skipped(why) => Some(format!("{}: {why}", short(&step.commit.id))),
        Outcome::Rebuilt(_) => None,
    });
    Problem {
        code: Code::NothingToReplay,
        path: "Cargo.toml".to_owned(),
        line: None,
        message: format!(
            "no commit of the range can be compared\n  {}",
            why.unwrap_or_default()
        ),
        hint: "name a range of commits whose workspace Cargo reads at this place".to_owned(),
    }
}
