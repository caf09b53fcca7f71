//! The names that a `let` binds, and those that some code needs.

use std::collections::BTreeSet;

use rnix::SyntaxNode;
use rnix::ast::{AttrpathValue, Expr, HasEntry as _};

use crate::setup::syntax::{all, attribute, key, node, text};

/// What the `let`s in front of an expression bind: name, the text of the binding, the names in it.
pub(super) fn bindings(body: &Expr) -> Vec<(String, String, BTreeSet<String>)> {
    let mut found = Vec::new();
    let mut expr = body.clone();
    loop {
        let next = match &expr {
            Expr::LetIn(let_in) => {
                for entry in let_in.attrpath_values() {
                    if let [name] = &key(&entry)[..] {
                        found.push((name.clone(), dedented(&entry), idents(node(&entry))));
                    }
                }
                for inherit in let_in.inherits() {
                    for attr in inherit.attrs() {
                        found.push((attribute(&attr), text(&inherit), idents(node(&inherit))));
                    }
                }
                let_in.body()
            }
            Expr::With(with) => with.body(),
            Expr::Paren(paren) => paren.expr(),
            _ => None,
        };
        match next {
            Some(next) => expr = next,
            None => return found,
        }
    }
}

/// An entry's text as at the start of a line.
fn dedented(entry: &AttrpathValue) -> String {
    let text = text(entry);
    let rest = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let indent = rest
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    // The last line closes what the first one opens.
    let others = lines.map(|line| line.get(indent..).unwrap_or_default().to_owned());
    std::iter::once(first)
        .chain(others)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The bindings that the wanted names lead to, in their order.
pub(super) fn needed(
    bindings: &[(String, String, BTreeSet<String>)],
    wanted: &mut BTreeSet<String>,
) -> Vec<String> {
    loop {
        let before = wanted.len();
        for (name, _, names) in bindings {
            if wanted.contains(name) {
                wanted.extend(names.iter().cloned());
            }
        }
        if wanted.len() == before {
            break;
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for (name, text, _) in bindings {
        if wanted.contains(name) && !lines.contains(text) {
            lines.push(text.clone());
        }
    }
    lines
}

/// The names that code says by themselves.
fn idents(code: &SyntaxNode) -> BTreeSet<String> {
    all::<rnix::ast::Ident>(code)
        .map(|ident| text(&ident))
        .collect()
}

/// The words of a line that may be names.
pub(super) fn words(line: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || "_-'".contains(c);
    line.split(|c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
