//! On which line of a Cargo.toml a dependency is declared, which `cargo metadata` does not tell.
//! Pure.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, TableLike};

use crate::graph::{Edge, EdgeKind};
use crate::tables::TABLES;
use crate::toml_lines::{key_start, line_of};

/// The line, counted from one, of each of the `edges` that the manifest with this text declares.
/// An inherited dependency (`workspace = true`) stands where it is inherited.
pub fn lines<'e>(
    text: &str,
    edges: impl IntoIterator<Item = &'e Edge>,
) -> BTreeMap<&'e Edge, usize> {
    // Cargo has read the same file before.
    let Ok(document) = Document::parse(text) else {
        return BTreeMap::new();
    };
    let root = document.as_table();
    let found = edges
        .into_iter()
        .filter_map(|edge| Some((edge, line_of(text, place(root, edge)?)?)));
    found.collect()
}

/// Where the key of the dependency starts.
fn place(root: &dyn TableLike, edge: &Edge) -> Option<usize> {
    let Some(target) = &edge.target else {
        return place_in(root, edge);
    };
    let targets = root.get("target")?.as_table_like()?;
    let tables = targets
        .iter()
        .filter_map(|(key, table)| Some((key, place_in(table.as_table_like()?, edge)?)));
    let places: Vec<_> = tables.collect();
    let same = places.iter().find(|(key, _)| is_same(key, target));
    match (same, &places[..]) {
        (Some((_, place)), _) | (None, [(_, place)]) => Some(*place),
        _ => None,
    }
}

/// In the tables of one platform, or of all.
fn place_in(table: &dyn TableLike, edge: &Edge) -> Option<usize> {
    // The tables of build and dev-dependencies have a second spelling, which Cargo accepts until edition 2024.
    let names = match edge.kind {
        EdgeKind::Normal => &TABLES.built_tables[..1],
        EdgeKind::Build => &TABLES.host_tables,
        EdgeKind::Dev => &TABLES.dev_tables,
    };
    let tables = names
        .iter()
        .filter_map(|name| table.get(name).and_then(Item::as_table_like));
    tables
        .filter_map(|table| key_start(table, &edge.key))
        .next()
}

/// Whether the platform, as written, is what Cargo writes for it.
fn is_same(written: &str, target: &str) -> bool {
    let bare = |text: &str| {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        text.replace(",)", ")")
    };
    bare(written) == bare(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"[package]
name = "app"

[dependencies]
inline = { path = "../inline" }
inherited = { workspace = true }
dotted.workspace = true
alias = { path = "../real", package = "real" }

[dependencies.table]
path = "../table"
optional = true

[build_dependencies]
inline = { path = "../inline" }

[dev-dependencies]
inline = { path = "../inline" }

[target.'cfg(any(unix, target_os="wasi",))'.dependencies]
inline = { path = "../inline" }
[target.'cfg(windows)'.dependencies.inline]
path = "../inline"
[target.'cfg( windows )'.dev-dependencies]
inline.path = "../inline"
"#;

    #[test]
    fn every_way_to_declare_a_dependency() {
        use EdgeKind::{Build, Dev, Normal};
        let cases = [
            ("inline", Normal, None, 5),
            ("inherited", Normal, None, 6),
            ("dotted", Normal, None, 7),
            ("alias", Normal, None, 8),
            ("table", Normal, None, 10),
            ("inline", Build, None, 15),
            ("inline", Dev, None, 18),
            (
                "inline",
                Normal,
                Some(r#"cfg(any(unix, target_os = "wasi"))"#),
                21,
            ),
            ("inline", Normal, Some("cfg(windows)"), 22),
            ("inline", Dev, Some("cfg(windows)"), 25),
            // The only one of that kind for any platform.
            ("inline", Dev, Some("cfg(all(windows))"), 25),
        ];
        for (key, kind, target, line) in cases {
            let edge = Edge {
                key: key.to_owned(),
                target: target.map(str::to_owned),
                ..Edge::new("package", kind)
            };
            assert_eq!(
                lines(MANIFEST, [&edge]),
                BTreeMap::from([(&edge, line)]),
                "{key} {kind:?} {target:?}"
            );
        }
    }

    #[test]
    fn what_is_not_declared_has_no_line() {
        let missing = Edge::new("real", EdgeKind::Normal);
        let ambiguous = Edge {
            target: Some("cfg(target_os = \"wasi\")".to_owned()),
            ..Edge::new("inline", EdgeKind::Normal)
        };
        assert_eq!(lines(MANIFEST, [&missing, &ambiguous]), BTreeMap::new());
        assert_eq!(lines("[dependencies", [&missing]), BTreeMap::new());
    }
}
