//! The answer of `cratesieve verify`, for people and for programs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::analysis::Analysis;
use crate::cli::printer::Printer;
use crate::problem::{Code, Problem};
use crate::source::Role;
use crate::text::indented;
use crate::verify::setting::literal_glob;
use crate::verify::{Missing, NotVerified, Remedy, Verdicts};

/// As it stands in a Cargo.toml.
pub fn setting(key: &str, globs: &BTreeSet<String>) -> String {
    let globs: Vec<String> = globs.iter().map(|glob| format!("\"{glob}\"")).collect();
    format!("`{key} = [{}]`", globs.join(", "))
}

pub fn text(
    verdicts: &Verdicts,
    names: &BTreeSet<String>,
    verbose: bool,
    printer: &mut Printer<'_>,
) -> anyhow::Result<()> {
    for name in names {
        for (role, why) in &verdicts[name].not_verified {
            if let NotVerified::FailsHere(words) = why {
                printer.status(&format!(
                    "note: {} does not compile in the workspace either:\n{}\n",
                    subject(name, *role),
                    indented(words, "  ")
                ))?;
            }
        }
    }
    let verified = names.iter().filter(|name| verdicts[*name].is_verified());
    let missing: usize = verdicts.values().map(|verdict| verdict.missing.len()).sum();
    let mut lines = format!(
        "{} of {} verified; {} missing\n",
        verified.count(),
        counted(names.len(), "crate"),
        counted(missing, "file"),
    );
    let is_exception = |name: &&String| {
        let verdict = &verdicts[*name];
        !verdict.is_verified() && !verdict.is_refuted()
    };
    let exceptions: Vec<&str> = names
        .iter()
        .filter(is_exception)
        .map(String::as_str)
        .collect();
    if !exceptions.is_empty() {
        lines += &format!(
            "not verified, because they do not compile in the workspace: {}\n",
            exceptions.join(", ")
        );
    }
    let unread: BTreeSet<&String> = verdicts
        .values()
        .flat_map(|verdict| &verdict.unread)
        .collect();
    if !unread.is_empty() {
        let more = if verbose { "" } else { "; -v lists them" };
        lines += &format!(
            "no compiler reads {} of the sources: you can `exclude` them, or write `test-include` if \
             tests read them while they run{more}\n",
            counted(unread.len(), "file")
        );
    }
    if verbose {
        for (name, verdict) in verdicts {
            for file in &verdict.unread {
                lines += &format!("  {name}: {file}\n");
            }
        }
    }
    printer.data(&lines)
}

/// One problem for each missing file, and for each crate that does not compile in its source.
pub fn problems(analysis: &Analysis, verdicts: &Verdicts) -> Vec<Problem> {
    let mut problems = Vec::new();
    // What several crates stumble over is one thing to mend.
    let mut said: BTreeMap<&str, Problem> = BTreeMap::new();
    for (name, verdict) in verdicts {
        problems.extend(
            verdict
                .missing
                .iter()
                .map(|missing| lacks(analysis, missing)),
        );
        for (role, why) in &verdict.not_verified {
            if let NotVerified::FailsThere(words) = why {
                said.entry(words.as_str()).or_insert_with(|| Problem {
                    code: Code::FailsInSource,
                    path: analysis.graph.crates[name].manifest(),
                    line: None,
                    message: format!(
                        "{} compiles in the workspace but not from its filtered source:\n{}",
                        subject(name, *role),
                        indented(words, "  ")
                    ),
                    hint: format!(
                        "if it reads a file that its source lacks, add that to `{}` in \
                         [package.metadata.cratesieve]; `cratesieve files {name}` lists the source",
                        if *role == Role::Test {
                            "test-include"
                        } else {
                            "include"
                        }
                    ),
                });
            }
        }
    }
    problems.extend(said.into_values());
    for (name, verdict) in verdicts {
        for (_, why) in &verdict.not_verified {
            if let NotVerified::TestFails(test, words) = why {
                problems.push(Problem {
                    code: Code::TestFailsInSource,
                    path: analysis.graph.crates[name].manifest(),
                    line: None,
                    message: format!(
                        "{test} passes in the workspace, and fails in the source of {name}, even \
                         with every file of the repository added:\n{}",
                        indented(words, "  ")
                    ),
                    hint: format!(
                        "it may need `.git`, a file that git ignores, or the path of the \
                         workspace, which a build in Nix does not have; or it fails only \
                         sometimes. Change the test, or skip it in Nix with \
                         `crates.{name}.cargoTestExtraArgs = \"-- --skip TEST\"`"
                    ),
                });
            }
        }
    }
    problems
}

fn lacks(analysis: &Analysis, missing: &Missing) -> Problem {
    let krate = &analysis.graph.crates[&missing.name];
    let path = analysis.tree.root().between(&krate.path, &missing.path);
    let (name, file, reader) = (&missing.name, &missing.path, &missing.reader);
    let hint = match &missing.remedy {
        Remedy::Setting(key) => format!(
            "add {} to [package.metadata.cratesieve] in {}, or run `cratesieve verify --fix`",
            setting(key, &BTreeSet::from([literal_glob(&path)])),
            krate.manifest()
        ),
        Remedy::TakenOut(why) => format!("take it out of that setting: {why}"),
        Remedy::Ignored => {
            "add it to git; or, if it is generated, let a build script write it to OUT_DIR"
                .to_owned()
        }
        Remedy::Workspace => format!(
            "add {} to [workspace.metadata.cratesieve] in the root Cargo.toml: every crate then has it",
            setting("include", &BTreeSet::from([literal_glob(&missing.path)]))
        ),
        Remedy::Unknown(why) => format!("no setting adds it: {why}"),
    };
    let message = match missing.remedy {
        Remedy::Ignored => format!("{reader} of {name} reads {file}, which git ignores"),
        _ => format!("{reader} of {name} reads {file}, which is not in its source"),
    };
    Problem {
        code: Code::MissingFile,
        path: missing.by.clone(),
        line: missing.line,
        message,
        hint,
    }
}

pub fn json(
    analysis: &Analysis,
    verdicts: &Verdicts,
    printer: &mut Printer<'_>,
) -> anyhow::Result<()> {
    let mut crates = Map::new();
    for (name, verdict) in verdicts {
        let krate = &analysis.graph.crates[name];
        let missing = verdict.missing.iter().map(|missing| {
            let setting = match &missing.remedy {
                Remedy::Setting(key) => Some(*key),
                Remedy::Workspace => Some("include"),
                Remedy::TakenOut(_) | Remedy::Ignored | Remedy::Unknown(_) => None,
            };
            json!({
                "path": missing.path,
                "reader": missing.reader,
                "by": missing.by,
                "line": missing.line,
                "setting": setting,
                "manifest": match missing.remedy {
                    Remedy::Workspace => "Cargo.toml".to_owned(),
                    _ => krate.manifest(),
                },
            })
        });
        let not_verified = verdict.not_verified.iter().map(|(role, why)| {
            let (why, words) = match why {
                NotVerified::FailsHere(words) => ("fails-in-workspace", Some(words)),
                NotVerified::FailsThere(words) => ("fails-in-source", Some(words)),
                NotVerified::Lacks => ("lacks-files", None),
                NotVerified::TestFails(_, words) => ("test-fails-in-source", Some(words)),
                NotVerified::Blocked(other) => ("not-tried", Some(other)),
            };
            json!({ "role": role.name(), "why": why, "words": words })
        });
        crates.insert(
            name.clone(),
            json!({
                "verified": verdict.is_verified(),
                "missing": missing.collect::<Vec<Value>>(),
                "notVerified": not_verified.collect::<Vec<Value>>(),
                "unread": verdict.unread,
            }),
        );
    }
    printer.json(&json!({ "crates": crates }))
}

fn subject(name: &str, role: Role) -> String {
    match role {
        Role::Test => format!("{name} with its tests"),
        Role::Library | Role::Own => name.to_owned(),
    }
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
