//! The answer for people and for programs.

use serde_json::{Value, json};

use super::{Answer, Step, Verdict, What, place};
use crate::source::Role;

pub fn text(answer: &Answer) -> String {
    let name = &answer.name;
    let (what, is_crate) = match &answer.what {
        What::Crate(what) => (what, true),
        What::Path(what) => (what, false),
    };
    match &answer.verdict {
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
        Verdict::No(why) => format!("{what} is no input of {name}\n\n  {why}\n"),
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
    let what = match &answer.what {
        What::Crate(name) => json!({ "crate": name }),
        What::Path(path) => json!({ "path": path }),
    };
    let (is_input, role, chain, by, why) = match &answer.verdict {
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
    let chain = chain.iter().map(|step| {
        json!({
            "from": step.from,
            "to": step.to,
            "path": step.path,
            "line": step.line,
            "how": step.how,
        })
    });
    json!({
        "crate": answer.name,
        "what": what,
        "input": is_input,
        "role": role,
        "chain": chain.collect::<Vec<_>>(),
        "by": by,
        "why": why,
    })
}
