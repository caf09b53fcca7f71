//! `cratesieve merge-driver`: what git runs to merge cratesieve.json.

use std::fs;

use anyhow::Context as _;
use camino::Utf8PathBuf;
use clap::Args;

use super::printer::Printer;
use crate::freshness;
use crate::manifest::{FORMAT, Manifest, Unreadable};
use crate::merge::merge;
use crate::path;
use crate::problem::{Checked, Code, Problem, shell_word};

/// Merge cratesieve.json crate by crate; git runs this in a merge or a rebase
#[derive(Args, Debug)]
#[command(before_help = "\
To use it, run this once in each clone:
  cratesieve init --merge-driver

That adds this line to .gitattributes, and runs these commands:
  /cratesieve.json merge=cratesieve
  git config merge.cratesieve.name 'cratesieve.json, crate by crate'
  git config merge.cratesieve.driver 'cratesieve merge-driver %O %A %B %P'")]
#[command(after_help = "\
If the two sides contradict each other, git reports a conflict, and the file stays as this side has
it. Merge everything else, then run `cratesieve gen`.

The driver does not see the sources. Run `cratesieve gen --check` after a merge, in a hook or in CI.")]
pub struct MergeDriver {
    /// The common ancestor: git's %O; an empty file if both sides added the manifest
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
                let problem = problem(Code::NewerFormat, None, known_format(side, format));
                return Err(Problem {
                    hint: format!("update cratesieve; {}", problem.hint),
                    ..problem
                }
                .into());
            }
            Err(Unreadable::OlderFormat(format)) => {
                let message = known_format(side, format);
                return Err(problem(Code::OlderFormat, None, message).into());
            }
            Err(Unreadable::Invalid(line, words)) => {
                let message = format!("the manifest of {side} cannot be read: {words}");
                return Err(problem(Code::InvalidManifest, line, message).into());
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
            Ok(())
        }
        Err(conflicts) => {
            let message = format!(
                "the two sides contradict each other\n  {}",
                conflicts.join("\n  ")
            );
            Err(problem(Code::MergeConflict, None, message).into())
        }
    }
}

fn known_format(side: &str, format: u64) -> String {
    format!("{side} has format {format}; this cratesieve knows format {FORMAT}")
}

/// The command that writes the manifest at this path, for a user at the top of the repository.
fn generate(path: &str) -> String {
    match path::parent(path) {
        "." => "cratesieve gen".to_owned(),
        directory => format!("cratesieve gen --manifest-path {}", shell_word(directory)),
    }
}
