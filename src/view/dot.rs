//! The view in Graphviz's language.

use std::fmt::Write as _;

use super::View;
use crate::graph::EdgeKind;

/// A longer text than this is in the tooltip of the line only.
const LONGEST_MARK: usize = 32;

/// One digraph: a node for each crate, a level to a rank, an edge for each link. Build edges are
/// dashed, dev ones dotted, optional ones have an open arrowhead, implied ones are faint; what
/// `[patch]` leads to is bold.
pub fn text(view: &View<'_>) -> String {
    let mut text = String::from(
        "digraph crates {\n  \
         graph [rankdir=TB, newrank=true, nodesep=0.25, ranksep=0.7, fontname=\"Helvetica\"];\n  \
         node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6fa\", color=\"#5b6b85\", \
         fontname=\"Helvetica\", fontsize=12, margin=\"0.12,0.06\", height=0.3];\n  \
         edge [fontname=\"Helvetica\", fontsize=9, fontcolor=\"#44546f\", arrowsize=0.7];\n",
    );
    let levels = view.crates.iter().map(|krate| krate.level).max();
    for level in (0..=levels.unwrap_or_default()).rev() {
        let crates = view.crates.iter().filter(|krate| krate.level == level);
        let crates: Vec<_> = crates.collect();
        if crates.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {{ rank=same; // level {level}");
        for krate in crates {
            let name = quoted(krate.name);
            let tooltip = quoted(krate.path);
            let other = match krate.is_member {
                true => "",
                false => ", style=\"rounded,filled,dashed\"",
            };
            let _ = writeln!(text, "    {name} [tooltip={tooltip}{other}];");
        }
        text += "  }\n";
    }
    for link in &view.links {
        let (color, kind) = match link.kind() {
            EdgeKind::Normal => ("#44546f", &[][..]),
            EdgeKind::Build => ("#8a4b08", &["style=dashed"][..]),
            EdgeKind::Dev => ("#1b6e4a", &["style=dotted", "constraint=false"][..]),
        };
        let faint = if link.is_implied { "60" } else { "" };
        let mut style = vec![format!("color=\"{color}{faint}\"")];
        style.extend(kind.iter().map(|style| (*style).to_owned()));
        if link.is_patched() {
            style.push("penwidth=2".to_owned());
        }
        if link.is_optional() {
            style.push("arrowhead=onormal".to_owned());
        }
        if link.is_implied {
            style.push("weight=0".to_owned());
        }
        let marks = link.marks().join(", ");
        if !marks.is_empty() && marks.len() <= LONGEST_MARK {
            style.push(format!("label={}", quoted(&marks)));
        }
        let words = link.entries.iter().map(super::Entry::words);
        let words = words.collect::<Vec<_>>().join("\n");
        style.push(format!("tooltip={}", quoted(&words)));
        let (from, to) = (view.crates[link.from].name, view.crates[link.to].name);
        let _ = writeln!(
            text,
            "  {} -> {} [{}];",
            quoted(from),
            quoted(to),
            style.join(", ")
        );
    }
    text + "}\n"
}

/// A string that Graphviz takes for itself: it knows escapes of its own, such as `\N`.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('\n', "\\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_names() {
        assert_eq!(quoted("a\" -> \"b\\N\nc"), r#""a\" -> \"b\\N\nc""#);
    }
}
