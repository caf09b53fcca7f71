//! `cratesieve merge-driver`: what git runs to merge cratesieve.json.

use std::fs;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::Args;

use super::Printer;
use crate::freshness;
use crate::manifest::{FORMAT, Manifest, Unreadable};
use crate::merge::merge;
use crate::path;
use crate::problem::{Checked, Problem, shell_word};

/// Merge cratesieve.json crate by crate, for git, which runs this in a merge or a rebase
///
/// `cratesieve init` says how git is told of it. The three files are merged by what they say, and
/// what follows from the rest (closures, nested crates) is made again: that is what `gen` writes
/// after the merge, unless both sides changed what only the merged sources can tell. Where they
/// contradict each other, git is told of a conflict, and the file stays that of this side: run
/// `cratesieve gen` when everything else is merged.
#[derive(Args, Debug)]
#[command(after_long_help = "\
In .gitattributes, and once in each clone:

    /cratesieve.json merge=cratesieve

    git config merge.cratesieve.name 'cratesieve.json, crate by crate'
    git config merge.cratesieve.driver 'cratesieve merge-driver %O %A %B %P'

Git merges before it writes the work tree, which is therefore not looked at: what proves the merged
file is `cratesieve gen --check` afterwards, by a hook or in CI.")]
pub struct MergeDriver {
    /// What both sides started from: git's %O; an empty file where both added it
    base: Utf8PathBuf,
    /// This side, which the result replaces: git's %A
    ours: Utf8PathBuf,
    /// The other side: git's %B
    theirs: Utf8PathBuf,
    /// The manifest's path in the repository, for messages: git's %P
    #[arg(default_value = "cratesieve.json")]
    path: String,
}

pub fn run(args: &MergeDriver, printer: &mut Printer<'_>) -> Checked<()> {
    let problem = |code, line, message| Problem {
        code,
        path: args.path.clone(),
        line,
        message,
        hint: format!(
            "when everything else is merged, run `{}` and `git add {}`",
            generate(&args.path),
            shell_word(&args.path)
        ),
    };
    let mut manifests = Vec::new();
    for (side, file) in [
        ("the common ancestor", &args.base),
        ("this side", &args.ours),
        ("the other side", &args.theirs),
    ] {
        let bytes = fs::read(file).with_context(|| format!("cannot read {file}"))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        if text.is_empty() && file == &args.base {
            continue;
        }
        match Manifest::from_text(&text) {
            Ok(manifest) => manifests.push(manifest),
            Err(Unreadable::NewerFormat(format)) => {
                return Ok(Err(Problem {
                    hint: format!(
                        "update cratesieve; {}",
                        problem("", None, String::new()).hint
                    ),
                    ..problem(
                        "newer-format",
                        None,
                        format!(
                            "{side} has format {format}; this cratesieve knows format {FORMAT}"
                        ),
                    )
                }
                .into()));
            }
            Err(Unreadable::Invalid(line, words)) => {
                let message = format!("{side} is no manifest that can be read: {words}");
                return Ok(Err(problem("invalid-manifest", line, message).into()));
            }
        }
    }
    let merged = match &manifests[..] {
        [base, ours, theirs] => merge(Some(base), ours, theirs),
        [ours, theirs] => merge(None, ours, theirs),
        _ => unreachable!("only the base is skipped"),
    };
    match merged {
        Ok(merged) => {
            freshness::write(&args.ours, &merged.to_text())?;
            printer.status(&format!("merged {} crate by crate", args.path))?;
            Ok(Ok(()))
        }
        Err(conflicts) => {
            let message = format!(
                "the two sides contradict each other\n  {}",
                conflicts.join("\n  ")
            );
            Ok(Err(problem("merge-conflict", None, message).into()))
        }
    }
}

/// What writes the manifest at this path, for somebody at the top of the repository.
fn generate(path: &str) -> String {
    match path::parent(path) {
        "." => "cratesieve gen".to_owned(),
        directory => format!("cratesieve gen --manifest-path {}", shell_word(directory)),
    }
}
