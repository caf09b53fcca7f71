//! The answer for people and for programs.

use serde_json::{Value, json};

use super::answer::{Answer, Verdict, Version, What};
use super::steps::{Step, place};
use crate::source::Role;

pub fn text(answer: &Answer) -> String {
    let name = &answer.name;
    match &answer.what {
        What::Crate(what) => paragraph(name, what, true, &answer.verdict),
        What::Path(what) => paragraph(name, what, false, &answer.verdict),
        What::Package(what) => {
            let paragraphs = answer.versions.iter().map(|version| {
                let what = format!("{what} {}", version_words(version, &answer.versions));
                paragraph(name, &what, true, &version.verdict)
            });
            paragraphs.collect::<Vec<_>>().join("\n")
        }
    }
}

/// With the source where another one has the same version.
fn version_words(version: &Version, all: &[Version]) -> String {
    let same = all.iter().filter(|other| other.version == version.version);
    match same.count() {
        1 => version.version.clone(),
        _ => format!("{} ({})", version.version, version.source),
    }
}

fn paragraph(name: &str, what: &str, is_crate: bool, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Input {
            role,
            chain,
            reason,
        } => {
            let head = match (role, is_crate) {
                (Role::Test, true) => format!("{what} is an input of the tests of {name}"),
                (Role::Test, false) => format!("{what} is an input of {name}, of its tests only"),
                (Role::Own, false) => {
                    format!("{what} is an input of {name}, of its own package only")
                }
                (Role::Own, true) | (Role::Library, _) => format!("{what} is an input of {name}"),
            };
            let mut lines = lines(chain);
            lines.extend(reason.iter().map(|(part, why)| format!("{part}: {why}")));
            format!("{head}\n\n  {}\n", lines.join("\n  "))
        }
        Verdict::Always(why) if is_crate => format!("{what} is an input of {name}: {why}\n"),
        Verdict::Always(why) => format!("{what} is an input of {name}\n\n  {why}\n"),
        Verdict::No(why) => format!("{what} is not an input of {name}\n\n  {why}\n"),
    }
}

/// A line for each step: who, where, of what kind.
fn lines(chain: &[Step]) -> Vec<String> {
    let rows: Vec<(String, String, &String)> = chain
        .iter()
        .map(|step| {
            let way = format!("{} -> {}", step.from, step.to);
            (way, place(&step.path, step.line), &step.how)
        })
        .collect();
    let width = |column: fn(&(String, String, &String)) -> usize| {
        rows.iter().map(column).max().unwrap_or_default()
    };
    let way_width = width(|(way, _, _)| way.chars().count());
    let place_width = width(|(_, place, _)| place.chars().count());
    let line = |(way, place, how): &(String, String, &String)| {
        format!("{way:way_width$}  {place:place_width$}  {how}")
    };
    rows.iter().map(line).collect()
}

pub fn json(answer: &Answer) -> Value {
    let (what, versions) = match &answer.what {
        What::Crate(name) => (json!({ "crate": name }), None),
        What::Path(path) => (json!({ "path": path }), None),
        What::Package(name) => (json!({ "package": name }), Some(&answer.versions)),
    };
    let versions = versions.map(|versions| {
        let versions = versions.iter().map(|version| {
            let of = told(&version.verdict);
            json!({
                "version": version.version,
                "source": version.source,
                "input": of.input,
                "role": of.role,
                "chain": of.chain,
            })
        });
        versions.collect::<Vec<_>>()
    });
    let of = told(&answer.verdict);
    json!({
        "crate": answer.name,
        "what": what,
        "input": of.input,
        "role": of.role,
        "chain": of.chain,
        "by": of.by,
        "why": of.why,
        "versions": versions,
    })
}

/// A verdict in the terms of JSON.
struct Told<'a> {
    input: bool,
    role: Option<&'static str>,
    chain: Vec<Value>,
    by: Option<&'a String>,
    why: Option<&'a String>,
}

fn told(verdict: &Verdict) -> Told<'_> {
    let (input, role, chain, by, why) = match verdict {
        Verdict::Input {
            role,
            chain,
            reason,
        } => {
            let (by, why) = reason.as_ref().map(|(by, why)| (by, why)).unzip();
            (true, Some(role.name()), &chain[..], by, why)
        }
        Verdict::Always(why) => (true, Some(Role::Library.name()), &[][..], None, Some(why)),
        Verdict::No(why) => (false, None, &[][..], None, Some(why)),
    };
    let step = |step: &Step| {
        json!({
            "from": step.from,
            "to": step.to,
            "path": step.path,
            "line": step.line,
            "how": step.how,
        })
    };
    Told {
        input,
        role,
        chain: chain.iter().map(step).collect(),
        by,
        why,
    }
}
