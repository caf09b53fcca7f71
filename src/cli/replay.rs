//! `cratesieve replay`: what past commits would have rebuilt.

mod page;
mod print;

use clap::{Args, ValueEnum};

use super::{Global, Printer, workspace};
use crate::history::{Extent, History, history};
use crate::problem::{Checked, Code, Problem};
use crate::replay::{Amount, Outcome, Rebuilt, Step, replay};

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

/// A way to build: its name, and what it rebuilds.
type Way = (&'static str, &'static str, fn(&Rebuilt) -> Amount);

const WAYS: [Way; 3] = [
    ("one source", "oneSource", |rebuilt| rebuilt.one_source),
    ("whole lock", "wholeLock", |rebuilt| rebuilt.whole_lock),
    ("cratesieve", "cratesieve", |rebuilt| rebuilt.isolated),
];

/// Everything there is to print.
struct Answer<'h> {
    history: &'h History,
    steps: &'h [Step<'h>],
    summary: Summary,
}

struct Summary {
    compared: usize,
    skipped: usize,
    lock_changed: usize,
    manifest_changed: usize,
    /// In the order of [`WAYS`].
    ways: [WaySummary; 3],
}

/// Shares, from 0 to 1.
struct WaySummary {
    crates: Middle,
    lines: Middle,
}

struct Middle {
    average: f64,
    median: f64,
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

fn summary(steps: &[Step<'_>]) -> Summary {
    let rebuilt: Vec<&Rebuilt> = steps.iter().filter_map(rebuilt).collect();
    let count = |is: fn(&Rebuilt) -> bool| rebuilt.iter().filter(|rebuilt| is(rebuilt)).count();
    let ways = WAYS.map(|(_, _, amount)| {
        let shares = |of: fn(Amount) -> f64| {
            let shares = rebuilt.iter();
            middle(shares.map(|r| share(of(amount(r)), of(r.all))).collect())
        };
        WaySummary {
            crates: shares(crates_of),
            lines: shares(lines_of),
        }
    });
    Summary {
        compared: rebuilt.len(),
        skipped: steps.len() - rebuilt.len(),
        lock_changed: count(|rebuilt| rebuilt.lock_changed),
        manifest_changed: count(|rebuilt| rebuilt.manifest_changed),
        ways,
    }
}

fn rebuilt<'s>(step: &'s Step<'_>) -> Option<&'s Rebuilt> {
    match &step.outcome {
        Outcome::Rebuilt(rebuilt) => Some(rebuilt),
        Outcome::Skipped(_) => None,
    }
}

fn crates_of(amount: Amount) -> f64 {
    amount.crates as f64
}

fn lines_of(amount: Amount) -> f64 {
    amount.lines as f64
}

/// The share of `part` in `all`. It is 0 if `all` is 0.
fn share(part: f64, all: f64) -> f64 {
    if all == 0.0 { 0.0 } else { part / all }
}

fn middle(mut shares: Vec<f64>) -> Middle {
    shares.sort_by(f64::total_cmp);
    let number = shares.len();
    if number == 0 {
        return Middle {
            average: 0.0,
            median: 0.0,
        };
    }
    Middle {
        average: shares.iter().sum::<f64>() / number as f64,
        median: f64::midpoint(shares[(number - 1) / 2], shares[number / 2]),
    }
}

/// The name of a commit, short enough to read.
fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_and_medians() {
        let of = |shares: &[f64]| {
            let middle = middle(shares.to_vec());
            (middle.average, middle.median)
        };
        assert_eq!(of(&[]), (0.0, 0.0));
        assert_eq!(of(&[1.0, 0.0, 0.5]), (0.5, 0.5));
        assert_eq!(of(&[1.0, 0.0, 0.0, 0.5]), (0.375, 0.25));
    }
}
