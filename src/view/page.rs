//! The view as one HTML page that needs nothing else: markup, style and script are files in this
//! directory, the data is JSON in the page.

use serde_json::{Value, json};

use super::layout::{self, layout};
use super::{View, json};
use crate::text::in_markup;

const MARKUP: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// `title` is the workspace's name.
pub fn text(view: &View<'_>, title: &str) -> String {
    let parts = [
        ("%TITLE%", in_markup(title)),
        ("%STYLE%", STYLE.to_owned()),
        ("%DATA%", data(view, title)),
        ("%SCRIPT%", SCRIPT.to_owned()),
    ];
    // Each once and in this order, so that nothing in the data is taken for a mark.
    let mut text = String::new();
    let mut rest = MARKUP;
    for (mark, part) in parts {
        let (before, after) = rest.split_once(mark).unwrap_or((rest, ""));
        text += before;
        text += &part;
        rest = after;
    }
    text + rest
}

/// What the script reads: crates and links as the view has them, with their places. In a route,
/// each pass is `[x, top, bottom]`, in `levels` each is `[level, top, bottom]`.
fn data(view: &View<'_>, title: &str) -> String {
    let layout = layout(view);
    let crates = view.crates.iter().zip(&layout.boxes).map(|(krate, place)| {
        json!({
            "name": krate.name,
            "path": krate.path,
            "level": krate.level,
            "member": krate.is_member,
            "x": place.x,
            "y": place.y,
            "width": place.width,
        })
    });
    let links = view.links.iter().zip(&layout.routes).map(|(link, route)| {
        let route = route
            .iter()
            .map(|pass| json!([pass.x, pass.top, pass.bottom]));
        json!({
            "from": link.from,
            "to": link.to,
            "kind": link.kind().name(),
            "implied": link.is_implied,
            "patched": link.is_patched(),
            "optional": link.is_optional(),
            "target": !link.targets().is_empty(),
            "entries": link.entries.iter().map(json::entry).collect::<Vec<_>>(),
            "route": route.collect::<Vec<_>>(),
        })
    });
    let data = json!({
        "title": title,
        "box": layout::BOX,
        "width": layout.width,
        "height": layout.height,
        "levels": layout.levels,
        "crates": crates.collect::<Vec<_>>(),
        "links": links.collect::<Vec<_>>(),
    });
    in_script(&data)
}

/// JSON that cannot end the element it stands in, nor start a comment there.
fn in_script(data: &Value) -> String {
    data.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::EdgeKind;
    use crate::view::Shown;
    use crate::view::tests::{graph, view_of};

    const HOSTILE: &str = "<!--</script><script>alert(\"1\")</script>&'%DATA%\u{2028}";

    #[test]
    fn names_stay_names() {
        let graph = graph(2, &[(1, 0, EdgeKind::Normal)]);
        let plain = text(&view_of(&graph), "plain");
        let mut view = view_of(&graph);
        view.crates[0] = Shown {
            name: HOSTILE,
            path: HOSTILE,
            ..view.crates[0].clone()
        };
        view.links[0].entries[0].place = HOSTILE.to_owned();
        let page = text(&view, HOSTILE);
        // Every `<` of the data and of the title is written otherwise, and each of the page's own
        // tags is there once.
        for tag in ["<script", "</script", "<!--", "<title", "<"] {
            assert_eq!(
                page.matches(tag).count(),
                plain.matches(tag).count(),
                "{tag}"
            );
        }
        let json = page.split_once("application/json\">").unwrap().1;
        let json = json.split_once("</script>").unwrap().0;
        let data: Value = serde_json::from_str(json).unwrap();
        assert_eq!(data["title"], HOSTILE);
        assert_eq!(data["crates"][0]["name"], HOSTILE);
        assert_eq!(data["links"][0]["entries"][0]["place"], HOSTILE);
        assert!(page.contains("&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)"));
    }

    #[test]
    fn the_page_needs_nothing_else() {
        let graph = graph(2, &[(1, 0, EdgeKind::Normal)]);
        let page = text(&view_of(&graph), "plain");
        for mark in ["%TITLE%", "%STYLE%", "%DATA%", "%SCRIPT%"] {
            assert!(MARKUP.contains(mark) && !page.contains(mark), "{mark}");
        }
        let own = page.replace("http://www.w3.org/2000/svg", "");
        for way_out in [
            "http:",
            "https:",
            "//cdn",
            "src=",
            "href=",
            "@import",
            "url(h",
            "fetch(",
            "innerHTML",
        ] {
            assert!(!own.contains(way_out), "{way_out}");
        }
        assert!(page.contains("default-src 'none'"));
        for part in [STYLE, SCRIPT] {
            assert!(page.contains(part));
        }
    }
}
