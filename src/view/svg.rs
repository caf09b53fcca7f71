//! The view as a picture that stands alone: SVG, for a README.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::layout::{self, Layout, Pass, Place, layout};
use super::{Link, View};
use crate::graph::EdgeKind;
use crate::text::in_markup;

const MARGIN: f64 = 12.0;
const STYLE: &str = "\
text { font: 15px ui-monospace, 'DejaVu Sans Mono', monospace; text-anchor: middle; fill: #18212d; }
.crate rect { fill: #ffffff; stroke: #8b98ab; }
.other rect { stroke-dasharray: 4 3; }
.rebuilt rect { fill: #ffe9d6; stroke: #a64500; }
.edited rect { fill: #a64500; stroke: #a64500; }
.edited text { fill: #ffffff; font-weight: 700; }
path { fill: none; stroke: #76859b; stroke-width: 1.2; }
.rebuilds { stroke: #a64500; stroke-width: 1.8; }
.build { stroke-dasharray: 7 4; }
.dev { stroke: #14744a; stroke-dasharray: 1.5 4; }
.patched { stroke-width: 2.6; }
.implied { opacity: .35; }
";

/// One picture on a white ground. With an `edited` crate, it and the crates whose package an edit of
/// its library rebuilds are filled.
pub fn text(view: &View<'_>, edited: Option<&str>) -> String {
    let layout = layout(view);
    let edited = edited.and_then(|name| view.crates.iter().position(|krate| krate.name == name));
    let rebuilt = dependents(view, edited);
    let (width, height) = (layout.width + 2.0 * MARGIN, layout.height + 2.0 * MARGIN);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{} {} {width} {height}\" width=\"{width}\">\n\
         <style>{STYLE}</style>\n\
         <rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n",
        -MARGIN, -MARGIN, -MARGIN, -MARGIN
    );
    for (link, route) in view.links.iter().zip(&layout.routes) {
        if link.from != link.to {
            let classes = line_classes(link, &rebuilt);
            let path = line(link, route, &layout);
            let _ = writeln!(text, "<path class=\"{classes}\" d=\"{path}\"/>");
        }
    }
    for (index, (krate, place)) in view.crates.iter().zip(&layout.boxes).enumerate() {
        let mut classes = vec!["crate"];
        if !krate.is_member {
            classes.push("other");
        }
        if Some(index) == edited {
            classes.push("edited");
        } else if rebuilt.contains(&index) {
            classes.push("rebuilt");
        }
        let Place { x, y, width } = *place;
        let _ = writeln!(
            text,
            "<g class=\"{}\"><title>{}</title><rect x=\"{}\" y=\"{y}\" width=\"{width}\" height=\"{}\" rx=\"6\"/>\
             <text x=\"{x}\" y=\"{}\">{}</text></g>",
            classes.join(" "),
            in_markup(krate.path),
            x - width / 2.0,
            layout::BOX,
            y + layout::BOX / 2.0 + 5.0,
            in_markup(krate.name),
        );
    }
    text + "</svg>\n"
}

/// The crate, and all crates that need it for their build.
fn dependents(view: &View<'_>, edited: Option<usize>) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = edited.into_iter().collect();
    let mut open: Vec<usize> = edited.into_iter().collect();
    while let Some(index) = open.pop() {
        for link in &view.links {
            if link.to == index && link.is_built() && found.insert(link.from) {
                open.push(link.from);
            }
        }
    }
    found
}

fn line_classes(link: &Link<'_>, rebuilt: &BTreeSet<usize>) -> String {
    let marks = [
        (link.kind() == EdgeKind::Build, "build"),
        (link.kind() == EdgeKind::Dev, "dev"),
        (link.is_patched(), "patched"),
        (link.is_implied, "implied"),
        (link.is_built() && rebuilt.contains(&link.to), "rebuilds"),
    ];
    let marks = marks.iter().filter(|(is_marked, _)| *is_marked);
    marks.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

/// From the lower edge of the dependent down to the dependency, as the page draws it.
fn line(link: &Link<'_>, route: &[Pass], layout: &Layout) -> String {
    let (from, to) = (layout.boxes[link.from], layout.boxes[link.to]);
    if to.y > from.y {
        let (mut x, mut y) = (from.x, from.y + layout::BOX);
        let mut path = format!("M{x} {y}");
        for pass in route {
            path += &curve((x, y), (pass.x, pass.top));
            let _ = write!(path, "V{}", pass.bottom);
            (x, y) = (pass.x, pass.bottom);
        }
        return path + &curve((x, y), (to.x, to.y));
    }
    let start = format!("M{} {}", from.x, from.y);
    if to.y < from.y {
        return start + &curve((from.x, from.y), (to.x, to.y + layout::BOX));
    }
    let above = from.y - 22.0;
    format!(
        "{start}C{} {above} {} {above} {} {}",
        from.x, to.x, to.x, to.y
    )
}

fn curve((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    if x1 == x2 {
        return format!("V{y2}");
    }
    let bend = (y2 - y1) / 2.0;
    format!("C{x1} {} {x2} {} {x2} {y2}", y1 + bend, y2 - bend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::tests::{graph, view_of};
    use EdgeKind::{Build, Dev, Normal};

    /// `c00` is needed by a build script, which is needed; the tests of `c03` are no build.
    const EDGES: &[(usize, usize, EdgeKind)] =
        &[(1, 0, Build), (2, 1, Normal), (3, 0, Dev), (4, 3, Normal)];

    fn classes(edited: &str) -> Vec<String> {
        let graph = graph(5, EDGES);
        let picture = text(&view_of(&graph), Some(edited));
        let crates = picture.split("<g class=\"crate").skip(1);
        crates
            .map(|rest| rest.split('"').next().unwrap().trim().to_owned())
            .collect()
    }

    #[test]
    fn an_edit_rebuilds_the_crate_and_its_dependents() {
        assert_eq!(classes("c00"), ["edited", "rebuilt", "rebuilt", "", ""]);
        assert_eq!(classes("c03"), ["", "", "", "edited", "rebuilt"]);
        assert_eq!(classes("no such crate"), ["", "", "", "", ""]);
    }

    #[test]
    fn each_crate_and_each_link_is_drawn_and_names_stay_names() {
        let graph = graph(5, EDGES);
        let mut view = view_of(&graph);
        view.crates[0].name = "<b>&\"";
        let picture = text(&view, None);
        assert_eq!(picture.matches("<text").count(), 5);
        assert_eq!(picture.matches("<path").count(), EDGES.len());
        assert!(picture.contains("&lt;b&gt;&amp;&quot;") && !picture.contains("<b>"));
    }
}
