//! `cratesieve gen`: write the manifest, or compare.

mod changes;
mod fallback;

use std::collections::BTreeSet;
use std::fs;

use anstyle::{AnsiColor, Style};
use anyhow::anyhow;
use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::options::{Format, Global};
use super::printer::Printer;
use super::workspace::workspace;
use crate::analysis::Analysis;
use crate::freshness::{self, Freshness};
use crate::manifest::{FILE_NAME, FORMAT, Manifest};
use crate::problem::{Checked, Code, Problem, shell_word};
use crate::warnings::warnings;
use changes::changes;

/// Write the manifest, cratesieve.json
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve gen                    write cratesieve.json next to the root Cargo.toml
  cratesieve gen --check            in CI: fail with a diff if it is not up to date
  cratesieve gen --output -         print the manifest")]
#[command(after_help = "\
The manifest changes when crates, path dependencies, targets or files outside of crates come or go.
An edit of code, a release or a new version in Cargo.lock leaves it as it is.
`gen` needs no network, no registry and no Cargo.lock.")]
pub struct Gen {
    /// Only compare: print a diff, write nothing, exit with 1 if the manifest is not up to date
    #[arg(long)]
    check: bool,
    /// Write to this file; `-` prints [default: cratesieve.json in the workspace root]
    #[arg(long, value_name = "FILE")]
    output: Option<Utf8PathBuf>,
    /// Use this workspace if there is none here or above (`nix run .#gen` passes it)
    #[arg(long, value_name = "DIRECTORY")]
    fallback: Vec<Utf8PathBuf>,
    /// How to print the result of --check
    #[arg(long, default_value = "text", requires = "check")]
    format: Format,
}

pub fn run(args: &Gen, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let elsewhere = fallback::directory(&args.fallback, global)?;
    let global = &Global {
        manifest_path: elsewhere.clone().or_else(|| global.manifest_path.clone()),
        ..*global
    };
    let analysis = workspace(global)?;
    warn(&analysis, printer)?;
    let wanted = &analysis.manifest;
    if args.output.as_deref() == Some(Utf8Path::new("-")) {
        if args.check {
            return Err(anyhow!(
                "--check needs a file to compare with: `--output -` is stdout, so name a file"
            )
            .into());
        }
        printer.data(&wanted.to_text())?;
        return Ok(());
    }
    let (path, shown) = match &args.output {
        Some(path) => (path.clone(), path.clone()),
        None => (
            analysis.root.join(FILE_NAME),
            elsewhere.unwrap_or_default().join(FILE_NAME),
        ),
    };
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(not_a_file(&shown).into());
    }
    let (state, text) = freshness::compare(wanted, &path)?;
    notes(&analysis, global, printer)?;
    if args.check {
        match args.format {
            Format::Text => {
                if !matches!(
                    state,
                    Freshness::Fresh
                        | Freshness::Missing
                        | Freshness::NewerFormat(_)
                        | Freshness::OlderFormat(_)
                ) {
                    let diff = diff(&text, &wanted.to_text(), &shown);
                    printer.styled_data(&diff.trim_end())?;
                }
            }
            Format::Json => printer.json(&json(wanted, &state, &shown))?,
        }
        check(wanted, &state, &shown, &command(args, global), printer)
    } else {
        write(wanted, &state, &text, Some(&path), &shown, printer)
    }
}

/// Writes the manifest, for a command that changed the workspace.
pub fn regenerate(analysis: &Analysis, printer: &mut Printer<'_>) -> Checked<()> {
    update(analysis, Utf8Path::new(FILE_NAME), false, printer).map(|_| ())
}

/// Writes the manifest, which messages call `shown`, and returns whether it changed. A dry run only
/// says what it would do.
pub fn update(
    analysis: &Analysis,
    shown: &Utf8Path,
    is_dry: bool,
    printer: &mut Printer<'_>,
) -> Checked<bool> {
    let path = analysis.root.join(FILE_NAME);
    if fs::metadata(&path).is_ok_and(|metadata| !metadata.is_file()) {
        return Err(not_a_file(shown).into());
    }
    let wanted = &analysis.manifest;
    let (state, text) = freshness::compare(wanted, &path)?;
    let to = if is_dry { None } else { Some(path.as_path()) };
    write(wanted, &state, &text, to, shown, printer)?;
    Ok(state != Freshness::Fresh)
}

/// What writes the file that was compared.
fn command(args: &Gen, global: &Global) -> String {
    let mut options = Vec::new();
    options.extend(
        global
            .manifest_path
            .iter()
            .map(|p| format!("--manifest-path {}", shell_word(p.as_str()))),
    );
    options.extend(
        args.output
            .iter()
            .map(|path| format!("--output {}", shell_word(path.as_str()))),
    );
    match options.is_empty() {
        true => "gen".to_owned(),
        false => format!("gen {}", options.join(" ")),
    }
}

/// The comparison, said; nothing is written.
fn check(
    wanted: &Manifest,
    state: &Freshness,
    shown: &Utf8Path,
    command: &str,
    printer: &mut Printer<'_>,
) -> Checked<()> {
    // `nix run` takes the arguments of the program after two hyphens.
    let flake = command.replacen("gen --", "gen -- --", 1);
    let hint =
        format!("run `cratesieve {command}` (in a flake: `nix run .#{flake}`) and commit {shown}");
    let problem = |code, message: String| Problem {
        code,
        path: shown.to_string(),
        line: None,
        message,
        hint: hint.clone(),
    };
    let problem = match state {
        Freshness::Fresh => {
            printer.status(&format!("{shown} is up to date: {}", count(wanted)))?;
            return Ok(());
        }
        Freshness::NewerFormat(format) => return Err(newer(*format, shown).into()),
        Freshness::OlderFormat(format) => problem(Code::OlderFormat, known_format(*format)),
        Freshness::Missing => problem(Code::MissingManifest, "there is no manifest".to_owned()),
        Freshness::Stale(_) => problem(
            Code::StaleManifest,
            "the manifest does not match the workspace".to_owned(),
        ),
        Freshness::NotCanonical => problem(
            Code::NotCanonical,
            "the manifest is correct but not formatted as `cratesieve gen` writes it".to_owned(),
        ),
        Freshness::Invalid(line, words) => {
            let message = format!("the manifest cannot be read: {words}");
            Problem {
                line: *line,
                ..problem(Code::InvalidManifest, message)
            }
        }
    };
    Err(problem.into())
}

/// The result of `--check` as JSON.
fn json(wanted: &Manifest, state: &Freshness, shown: &Utf8Path) -> Value {
    let (name, changes) = match state {
        Freshness::Fresh => ("fresh", None),
        Freshness::Missing => ("missing", None),
        Freshness::Stale(old) => ("stale", Some(changes(old, wanted).json())),
        Freshness::NotCanonical => ("not-canonical", None),
        Freshness::NewerFormat(_) => ("newer-format", None),
        Freshness::OlderFormat(_) => ("older-format", None),
        Freshness::Invalid(..) => ("invalid", None),
    };
    json!({ "manifest": shown, "state": name, "changes": changes })
}

/// Writes where anything is to be written; without a path, says what would be.
fn write(
    wanted: &Manifest,
    state: &Freshness,
    text: &str,
    path: Option<&Utf8Path>,
    shown: &Utf8Path,
    printer: &mut Printer<'_>,
) -> Checked<()> {
    let count = count(wanted);
    let wrote = if path.is_some() {
        "wrote"
    } else {
        "would write"
    };
    let said = match state {
        Freshness::Fresh => {
            printer.status(&format!("{shown} is up to date: {count}"))?;
            return Ok(());
        }
        Freshness::NewerFormat(format) => return Err(newer(*format, shown).into()),
        Freshness::Missing => format!("{wrote} {shown}: {count}"),
        Freshness::Stale(old) => format!("{wrote} {shown}: {count}{}", changes(old, wanted).text()),
        Freshness::OlderFormat(format) => {
            format!("{wrote} {shown}: {count}; the old one had format {format}")
        }
        Freshness::NotCanonical => format!("{wrote} {shown}: {count}, the same in canonical form"),
        Freshness::Invalid(line, words) => {
            // A manifest with conflict markers in it is one still; some other file is not ours.
            if !text.trim().is_empty() && !text.contains("cratesieve gen") {
                return Err(Problem {
                    code: Code::NotAManifest,
                    path: shown.to_string(),
                    line: *line,
                    message: format!("the file exists and is not a manifest: {words}"),
                    hint: "remove it, or name another file with --output".to_owned(),
                }
                .into());
            }
            format!("{wrote} {shown}: {count}; the old one could not be read")
        }
    };
    if let Some(path) = path {
        freshness::write(path, &wanted.to_text())?;
    }
    printer.status(&said)?;
    Ok(())
}

/// A directory, a device, a pipe: nothing that can be compared with or replaced.
fn not_a_file(shown: &Utf8Path) -> Problem {
    Problem {
        code: Code::NotAFile,
        path: shown.to_string(),
        line: None,
        message: "something other than a regular file is at the place of the manifest".to_owned(),
        hint: "name a file with --output; `--output -` prints the manifest".to_owned(),
    }
}

fn newer(format: u64, shown: &Utf8Path) -> Problem {
    Problem {
        code: Code::NewerFormat,
        path: shown.to_string(),
        line: None,
        message: known_format(format),
        hint: "update cratesieve (in a flake: `nix flake update cratesieve`); if no newer version \
               wrote the file, remove it and run `cratesieve gen`"
            .to_owned(),
    }
}

fn known_format(format: u64) -> String {
    format!("the manifest has format {format}; this cratesieve knows format {FORMAT}")
}

fn count(manifest: &Manifest) -> String {
    match manifest.crates.len() {
        1 => "1 crate".to_owned(),
        crates => format!("{crates} crates"),
    }
}

fn diff(old: &str, new: &str, shown: &Utf8Path) -> String {
    const REMOVED: Style = AnsiColor::Red.on_default();
    const ADDED: Style = AnsiColor::Green.on_default();
    let diff = TextDiff::from_lines(old, new);
    let mut text = format!("--- {shown}\n+++ {shown} (as `cratesieve gen` would write it)\n");
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        text += &format!("{}\n", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', REMOVED),
                ChangeTag::Insert => ('+', ADDED),
                ChangeTag::Equal => (' ', Style::new()),
            };
            text += &format!(
                "{style}{sign}{}{style:#}\n",
                change.value().trim_end_matches('\n')
            );
        }
    }
    text
}

/// Prints warnings about problems that Nix would report late.
pub fn warn(analysis: &Analysis, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    for warning in warnings(&analysis.manifest, &analysis.tree)? {
        printer.status(&format!("{}\n", warning.warning()))?;
    }
    Ok(())
}

/// What a source reads and we could not find: shown where it is asked for, else counted.
fn notes(analysis: &Analysis, global: &Global, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let all: BTreeSet<_> = analysis
        .rules
        .values()
        .flat_map(|rules| &rules.unresolved)
        .collect();
    if global.verbose {
        for note in &all {
            let by = &note.by;
            printer.status(&format!(
                "note: {}:{}: {}: {}",
                by.path, by.line, by.what, note.why
            ))?;
        }
    } else if !all.is_empty() {
        let (them, s) = if all.len() == 1 {
            ("it", "")
        } else {
            ("them", "s")
        };
        printer.status(&format!(
            "note: {} path{s} in the sources could not be resolved; -v lists {them}, and \
             `include` in [package.metadata.cratesieve] adds files that are missing",
            all.len()
        ))?;
    }
    Ok(())
}
