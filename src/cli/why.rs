//! `cratesieve why`: the chain of dependencies, or the rule, that makes an input.

mod answer;
mod mentions;
mod package;
mod print;
mod steps;

use camino::Utf8Path;
use clap::Args;

use super::options::{Format, Global};
use super::printer::Printer;
use super::workspace::{given_path, known_crate, workspace};
use crate::analysis::Analysis;
use crate::path;
use crate::problem::{Checked, Code, Problem, shell_word};
use crate::source::{self, Role};

use answer::{Answer, Verdict, What};
use steps::LockFile;

/// Explain why a file, a crate or a package is an input of a crate, or is not
#[derive(Args, Debug)]
#[command(before_help = "\
Examples:
  cratesieve why api assets/logo.svg   a file: the rule or the line of code that needs it
  cratesieve why api log-format        a crate: the shortest chain of dependencies
  cratesieve why api openssl-sys       a third-party package: the chain through Cargo.lock
  cratesieve why api syn@2             only the versions 2.x of it")]
#[command(after_help = "\
If several things have the name, a crate of the workspace comes first, then a path, then a package
of Cargo.lock. Paths start from the current directory. If nothing is there, they start from the
workspace root.")]
pub struct Why {
    /// A package of the workspace
    #[arg(value_name = "CRATE")]
    name: String,
    /// What may be an input: a crate, a file or directory, `package` or `package@version`
    #[arg(value_name = "CRATE|PATH|PACKAGE")]
    what: String,
    /// How to print the answer
    #[arg(long, default_value = "text")]
    format: Format,
}

pub fn run(args: &Why, global: &Global, printer: &mut Printer<'_>) -> Checked<()> {
    let name = args.name.as_str();
    let analysis = workspace(global)?;
    if let Err(problem) = known_crate(name, &analysis.graph) {
        let is_swapped = analysis.graph.crates.contains_key(&args.what)
            && given_path(&analysis, name)?.is_some();
        return Err(match is_swapped {
            true => Problem {
                hint: format!(
                    "name the crate first: `cratesieve why {} {}`",
                    shell_word(&args.what),
                    shell_word(name)
                ),
                ..problem
            },
            false => problem,
        }
        .into());
    }
    let answer = answer(&analysis, name, &args.what)?;
    match args.format {
        Format::Text => printer.data(&print::text(&answer))?,
        Format::Json => printer.json(&print::json(&answer))?,
    }
    Ok(())
}

/// The answer for a name: a crate, else a path, else a third-party package.
fn answer(analysis: &Analysis, name: &str, given: &str) -> Checked<Answer> {
    let (what, verdict) = if analysis.graph.crates.contains_key(given) {
        let verdict = why_crate(analysis, name, given)?;
        (What::Crate(given.to_owned()), verdict)
    } else if let Some(path) = given_path(analysis, given)? {
        let verdict = why_path(analysis, name, &path)?;
        (What::Path(path), verdict)
    } else {
        let file = LockFile::read(analysis)?;
        let indices = package::named(&file, given)?;
        return match indices.is_empty() {
            false => Ok(package::why(analysis, &file, name, &indices)?),
            true => Err(unknown(&file, given).into()),
        };
    };
    Ok(Answer {
        name: name.to_owned(),
        what,
        verdict,
        versions: Vec::new(),
    })
}

fn unknown(file: &LockFile, given: &str) -> Problem {
    let similar: Vec<String> = package::similar(file, given)
        .into_iter()
        .map(|name| format!("`{name}`"))
        .collect();
    // Where there is no lock, it might be a package; but not with a `/` or an ending.
    let name = given.split('@').next().unwrap_or(given);
    let is_answered = file.is_there || name.contains(['/', '.']);
    let message = match Utf8Path::new(given).exists() {
        true => "no source can hold it: it lies outside the repository or git ignores it",
        false if is_answered => "there is no such file, and no package of that name",
        false => "there is no such file, no crate of that name, and no Cargo.lock with packages",
    };
    Problem {
        code: Code::UnknownPath,
        path: given.to_owned(),
        line: None,
        message: message.to_owned(),
        hint: if !similar.is_empty() {
            format!("did you mean {}?", similar.join(" or "))
        } else if is_answered {
            "name a file of the repository that git does not ignore, or a package".to_owned()
        } else {
            "run `cargo generate-lockfile` if it is a third-party package".to_owned()
        },
    }
}

fn why_crate(analysis: &Analysis, name: &str, other: &str) -> anyhow::Result<Verdict> {
    if name == other {
        return Ok(Verdict::Always("it is the same crate".to_owned()));
    }
    for role in [Role::Own, Role::Test] {
        if analysis.closure(name, role)?.contains(other) {
            return Ok(Verdict::Input {
                role,
                chain: steps::to_crate(analysis, name, other, role)?,
                reason: None,
            });
        }
    }
    Ok(Verdict::No(format!(
        "no chain of path dependencies leads from {name} to {other}"
    )))
}

fn why_path(analysis: &Analysis, name: &str, path: &str) -> anyhow::Result<Verdict> {
    for asked in [Role::Library, Role::Own, Role::Test] {
        for part in [name].into_iter().chain(
            analysis
                .closure(name, asked)?
                .iter()
                .map(String::as_str)
                .filter(|part| *part != name),
        ) {
            let role = asked.of(part, name);
            let files = source::crate_files(&analysis.manifest.crates[part], &analysis.tree, role)?;
            if !files.iter().any(|file| path::is_within(file, path)) {
                continue;
            }
            let below = files.iter().filter(|file| path::is_within(file, path));
            let reason = match (below.clone().count(), below.clone().next()) {
                (count, Some(first))
                    if count > 1 && !analysis.rules[part].why.contains_key(path) =>
                {
                    let reason = reason(analysis, part, first);
                    format!("{count} files below it, such as {first}: {reason}")
                }
                _ => reason(analysis, part, path),
            };
            let chain = match part == name {
                true => Vec::new(),
                false => steps::to_crate(analysis, name, part, asked)?,
            };
            return Ok(Verdict::Input {
                role: asked,
                chain,
                reason: Some((part.to_owned(), reason)),
            });
        }
    }
    if matches!(path, "Cargo.toml" | "Cargo.lock") {
        let why = format!("every source has one, pruned to what {name} needs");
        return Ok(Verdict::Always(why));
    }
    let files = &mut analysis.files.iter();
    if let Some((_, why)) = files.find(|(file, _)| path::is_within(file, path)) {
        return Ok(Verdict::Always(format!("an input of every crate: {why}")));
    }
    Ok(Verdict::No(why_not(analysis, name, path)?))
}

/// What lets the file in.
fn reason(analysis: &Analysis, part: &str, path: &str) -> String {
    let rules = &analysis.rules[part];
    // For a directory, the reason for the first file below it.
    let below = rules.why.range(path.to_owned()..).next();
    let path = match below {
        Some((file, _)) if path::is_within(file, path) => file,
        _ => path,
    };
    let mut place = path;
    loop {
        if let Some(why) = rules.why.get(place) {
            return why.clone();
        }
        if place == "." || !place.contains('/') {
            break;
        }
        place = path::parent(place);
    }
    match analysis.graph.crates[part].path.as_str() {
        "." => "in the directory of one of its targets, and no rule excludes it".to_owned(),
        directory => format!("in {directory}, and no rule excludes it"),
    }
}

/// Whose the file is, and what keeps it out.
fn why_not(analysis: &Analysis, name: &str, path: &str) -> anyhow::Result<String> {
    let owner = analysis
        .walked
        .iter()
        .find(|(_, walked)| walked.files.keys().any(|file| path::is_within(file, path)));
    let Some((owner, _)) = owner else {
        let said = match mentions::mention(analysis, name, path)? {
            Some((file, line)) => format!(
                "no crate owns it; {file}:{line} has its name, but {name} may not read it there"
            ),
            None => format!("no crate owns it, and nothing that {name} reads refers to it"),
        };
        return Ok(format!(
            "{said}; if it is read anyway, `include` it in [package.metadata.cratesieve]"
        ));
    };
    let rules = &analysis.rules[owner];
    let why = rules
        .why
        .get(path)
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    let own = analysis
        .tree
        .root()
        .between(&analysis.graph.crates[owner].path, path);
    let listed = |list: &std::collections::BTreeSet<String>| {
        list.iter().any(|entry| path::is_within(&own, entry))
    };
    Ok(if listed(&rules.drop) {
        format!("{owner} leaves it out of its source{why}")
    } else if !analysis.closure(name, Role::Test)?.contains(owner) {
        format!("it belongs to {owner}, to which no chain of path dependencies leads from {name}")
    } else if listed(&rules.bin_only) {
        format!("only binaries of {owner} read it, and {name} uses its library{why}")
    } else if listed(&rules.test_only) {
        format!("only tests, benches and examples of {owner} read it{why}")
    } else {
        format!("it belongs to {owner}{why}")
    })
}
