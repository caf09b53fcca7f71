//! The view as JSON, for other programs.

use serde_json::{Value, json};

use super::{Entry, View};

/// `{"crates": {"name": {"path", "member", "level", "dependencies": [...]}}}`, sorted, with a
/// final newline; each dependency is one entry of a Cargo.toml: `to`, `kind` (`normal`, `build` or
/// `dev`), `key`, `optional`, `target` (null for all platforms), `through` (null for a path
/// dependency, else the third-party packages that lead to a patched crate), `place`, `implied`.
pub fn text(view: &View<'_>) -> String {
    let crates = view.crates.iter().enumerate().map(|(index, krate)| {
        let links = view.links.iter().filter(|link| link.from == index);
        let dependencies = links.flat_map(|link| {
            let to = view.crates[link.to].name;
            link.entries.iter().map(move |found| {
                let mut value = json!({ "to": to });
                let fields = entry(found);
                if let (Some(value), Value::Object(fields)) = (value.as_object_mut(), fields) {
                    value.extend(fields);
                    value.insert("implied".to_owned(), json!(link.is_implied));
                }
                value
            })
        });
        let value = json!({
            "path": krate.path,
            "member": krate.is_member,
            "level": krate.level,
            "dependencies": dependencies.collect::<Vec<_>>(),
        });
        (krate.name.to_owned(), value)
    });
    let crates: serde_json::Map<String, Value> = crates.collect();
    format!("{:#}\n", json!({ "crates": crates }))
}

/// The data of one entry, for JSON and for the page.
pub fn entry(entry: &Entry<'_>) -> Value {
    let edge = entry.edge;
    json!({
        "kind": edge.kind.name(),
        "key": edge.key,
        "optional": edge.optional,
        "target": edge.target,
        "through": entry.through,
        "place": entry.place,
    })
}
