//! The view in Mermaid's language, which forges draw in Markdown.

use std::fmt::Write as _;

use super::View;
use crate::graph::EdgeKind;

/// How many edges Mermaid draws unless a page's configuration allows more (`maxEdges`).
pub const MOST_EDGES: usize = 500;

/// One flowchart: a node for each crate, an arrow for each link, labelled with its kind and marks.
/// Dev-dependencies are dotted, implied links faint.
pub fn text(view: &View<'_>) -> String {
    let mut text = String::from("flowchart TD\n");
    let mut order: Vec<usize> = (0..view.crates.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(view.crates[*index].level));
    let mut level = None;
    for index in order {
        let krate = &view.crates[index];
        if level != Some(krate.level) {
            let _ = writeln!(text, "  %% level {}", krate.level);
            level = Some(krate.level);
        }
        let _ = writeln!(text, "  c{index}[\"{}\"]", escaped(krate.name));
    }
    let others = view
        .crates
        .iter()
        .enumerate()
        .filter(|(_, krate)| !krate.is_member);
    let others: Vec<String> = others.map(|(index, _)| format!("c{index}")).collect();
    let mut implied = Vec::new();
    for (index, link) in view.links.iter().enumerate() {
        if link.is_implied {
            implied.push(index.to_string());
        }
        let mut marks = link.marks();
        match link.kind() {
            EdgeKind::Normal => {}
            EdgeKind::Build => marks.insert(0, "build".to_owned()),
            EdgeKind::Dev => marks.insert(0, "dev".to_owned()),
        }
        if link.is_patched() {
            marks.push("by [patch]".to_owned());
        }
        let arrow = match link.is_built() {
            true => "-->",
            false => "-.->",
        };
        let label = match marks.is_empty() {
            true => String::new(),
            false => format!("|\"{}\"|", escaped(&marks.join(", "))),
        };
        let _ = writeln!(text, "  c{} {arrow}{label} c{}", link.from, link.to);
    }
    if !implied.is_empty() {
        let _ = writeln!(text, "  linkStyle {} opacity:0.3", implied.join(","));
    }
    if !others.is_empty() {
        text += "  classDef other stroke-dasharray:4\n";
        let _ = writeln!(text, "  class {} other", others.join(","));
    }
    text
}

/// Mermaid writes characters that mean something to it, or to HTML, by their number.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || "-_ ./(),=".contains(character) {
            escaped.push(character);
        } else {
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Shown;
    use crate::view::tests::{graph, view_of};

    #[test]
    fn names_stay_names() {
        let graph = graph(1, &[]);
        let mut view = view_of(&graph);
        view.crates[0] = Shown {
            name: "a\"] --> b[\"größe; %% <x>#",
            ..view.crates[0].clone()
        };
        let expected = "flowchart TD\n  %% level 0\n  \
            c0[\"a#34;#93; --#62; b#91;#34;größe#59; #37;#37; #60;x#62;#35;\"]\n";
        assert_eq!(text(&view), expected);
    }
}
