//! The view as one HTML page that needs nothing else: markup, style and script are the files
//! beside this one, the data is JSON in the page.

use serde_json::{Value, json};

use super::layout::{self, layout};
use super::{View, json};

const MARKUP: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// `title` is the workspace's name.
pub fn text(view: &View<'_>, title: &str) -> String {
    let parts = [
        ("%TITLE%", escaped(title)),
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

/// A crate is `[name, path, level, member, x, y, width]`, a link
/// `{from, to, kind, implied, patched, optional, marks, entries, route: [[x, top, bottom]]}`.
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

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
