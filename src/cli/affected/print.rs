//! The answer, for people, for programs and for `-p`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::affected::{Affected, Change, Input, LockChange, Presence, Reason, Uncertain};
use crate::cli::printer::Printer;
use crate::fingerprint::Part;
use crate::problem::Problem;

/// What there is to print.
pub struct Answer {
    pub crates: BTreeMap<String, Affected>,
    /// The number of all crates.
    pub all: usize,
    /// The revision as it was named, and its commit.
    pub since: Option<(String, String)>,
    pub uncertain: BTreeMap<String, Uncertain>,
    /// Paths that are not there, and are revisions.
    pub revisions: BTreeSet<String>,
    /// What is wrong with Cargo.lock as it is now.
    pub lock: Option<Problem>,
}

/// The reasons that a crate is given without `--verbose`.
const SHOWN: usize = 3;

pub fn text(answer: &Answer, verbose: bool, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let mut text = String::new();
    for (name, affected) in &answer.crates {
        text += &head(name, affected);
        let shown = if verbose { usize::MAX } else { SHOWN };
        for reason in affected.reasons.iter().take(shown) {
            text += &format!("  {}\n", line(reason));
        }
        let left = affected.reasons.len().saturating_sub(shown);
        if left > 0 {
            text += &format!("  and {left} more, which -v lists\n");
        }
    }
    printer.data(&text)?;
    notes(answer, printer)?;
    let reached = answer.crates.len();
    let by = match &answer.since {
        Some((since, commit)) if commit.starts_with(since) => format!("what changed since {since}"),
        Some((since, commit)) => {
            let short = commit.get(..8).unwrap_or(commit);
            format!("what changed since {since} ({short})")
        }
        None => "a change of these files".to_owned(),
    };
    let of = match answer.all {
        1 => "1 crate".to_owned(),
        all => format!("{all} crates"),
    };
    printer.status(&match reached {
        0 => format!("none of {of} is reached by {by}"),
        _ => format!("{reached} of {of} reached by {by}"),
    })
}

pub fn names(answer: &Answer, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let crates = answer.crates.iter();
    let members = crates.filter(|(_, affected)| affected.is_member);
    let there = members.filter(|(_, affected)| affected.presence != Presence::Gone);
    let names: String = there.map(|(name, _)| format!("{name}\n")).collect();
    printer.data(&names)?;
    notes(answer, printer)
}

pub fn json(answer: &Answer, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let crates = answer.crates.iter().map(|(name, affected)| {
        let value = json!({
            "member": affected.is_member,
            "state": match affected.presence {
                Presence::Changed => "changed",
                Presence::New => "new",
                Presence::Gone => "gone",
            },
            "parts": parts(affected.parts.iter()),
            "reasons": affected.reasons.iter().map(reason).collect::<Vec<_>>(),
        });
        (name.clone(), value)
    });
    let uncertain = answer.uncertain.iter().map(|(path, why)| {
        let why = match why {
            Uncertain::Rewritten => "rewritten",
            Uncertain::NotThere => "not there",
        };
        (path.clone(), Value::from(why))
    });
    let mut object = Map::new();
    if let Some((since, commit)) = &answer.since {
        object.insert("since".to_owned(), since.as_str().into());
        object.insert("commit".to_owned(), commit.as_str().into());
    } else {
        object.insert("uncertain".to_owned(), Value::Object(uncertain.collect()));
    }
    object.insert("crates".to_owned(), Value::Object(crates.collect()));
    printer.json(&Value::Object(object))?;
    notes(answer, printer)
}

/// What of an answer is more, or less, than can be known.
fn notes(answer: &Answer, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    if let Some(problem) = &answer.lock {
        let (message, hint) = (&problem.message, &problem.hint);
        printer.status(&format!("note: Cargo.lock is stale: {message}; {hint}"))?;
    }
    for (path, why) in &answer.uncertain {
        printer.status(&match why {
            Uncertain::Rewritten => format!(
                "note: {path} is rewritten for each crate. This lists all crates that have it; \
                 --since lists those that a change reaches"
            ),
            Uncertain::NotThere => {
                let revision = match answer.revisions.contains(path) {
                    true => format!("; for the revision, use `--since {path}`"),
                    false => String::new(),
                };
                format!("note: {path} does not exist: this lists the crates that would have it{revision}")
            }
        })?;
    }
    Ok(())
}

fn head(name: &str, affected: &Affected) -> String {
    let member = match affected.is_member {
        true => "",
        false => " (not a member)",
    };
    match affected.presence {
        Presence::New => format!("{name}{member}: new\n"),
        Presence::Gone => format!("{name}{member}: gone\n"),
        Presence::Changed => {
            let parts = affected.parts.iter().map(|part| part.name());
            let parts = parts.collect::<Vec<_>>().join(", ");
            format!("{name}{member}: {parts}\n")
        }
    }
}

/// The chain, where the input is another crate's, and the input.
fn line(reason: &Reason) -> String {
    let words = match &reason.input {
        Input::File { path, change } => format!("{path}{}", suffix(*change)),
        Input::Manifest { path, keys } => format!("{path}: {}", keys.join(", ")),
        Input::Lock(change) => format!("Cargo.lock: {}", lock_words(change)),
        Input::Dependency { name, change } => match change {
            Change::Gone => format!("no longer depends on {name}"),
            Change::Changed | Change::New => format!("depends on {name} now"),
        },
    };
    match &reason.chain[..] {
        [] | [_] => words,
        chain => format!("{}: {words}", chain.join(" -> ")),
    }
}

fn suffix(change: Change) -> &'static str {
    match change {
        Change::Changed => "",
        Change::New => " (new)",
        Change::Gone => " (gone)",
    }
}

fn lock_words(change: &LockChange) -> String {
    let package = &change.package;
    let (old, new) = (change.old.join(", "), change.new.join(", "));
    let mut words = match (old.is_empty(), new.is_empty()) {
        (true, true) => Vec::new(),
        (true, false) => vec![format!("{package} {new} (new)")],
        (false, true) => vec![format!("{package} {old} (gone)")],
        (false, false) => vec![format!("{package} {old} -> {new}")],
    };
    words.extend(
        change
            .details
            .iter()
            .map(|details| format!("{package} {details}")),
    );
    words.join("; ")
}

fn parts<'p>(parts: impl Iterator<Item = &'p Part>) -> Value {
    parts.map(|part| part.name()).collect()
}

fn reason(reason: &Reason) -> Value {
    let change = |change: &Change| match change {
        Change::Changed => "changed",
        Change::New => "new",
        Change::Gone => "gone",
    };
    let mut value = json!({ "parts": parts(reason.parts.iter()), "chain": reason.chain });
    let input = match &reason.input {
        Input::File { path, change: what } => {
            json!({ "kind": "file", "path": path, "change": change(what) })
        }
        Input::Manifest { path, keys } => {
            json!({ "kind": "manifest", "path": path, "keys": keys })
        }
        Input::Lock(change) => json!({
            "kind": "lock",
            "path": "Cargo.lock",
            "package": change.package,
            "old": change.old,
            "new": change.new,
            "details": change.details,
        }),
        Input::Dependency { name, change: what } => {
            json!({ "kind": "dependency", "crate": name, "change": change(what) })
        }
    };
    if let (Value::Object(value), Value::Object(input)) = (&mut value, input) {
        value.extend(input);
    }
    value
}
