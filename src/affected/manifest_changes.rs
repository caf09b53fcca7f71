//! What is different in a rewritten Cargo.toml. Pure.

use std::collections::BTreeSet;

use crate::rewrite::value::{self, Table, Value};

/// One line for each key that is different, sorted: `package.version 0.1.0 -> 0.2.0`,
/// `features.default +std -simd`, `dependencies.itoa`.
pub fn manifest_changes(path: &str, before: &str, after: &str) -> BTreeSet<String> {
    let parse = |text: &str| value::parse(path, text).unwrap_or_default();
    let mut found = BTreeSet::new();
    compare("", &parse(before), &parse(after), &mut found);
    found
}

fn compare(above: &str, before: &Table, after: &Table, found: &mut BTreeSet<String>) {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let shown = match key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
        {
            true => format!("{above}{key}"),
            false => format!("{above}\"{key}\""),
        };
        match (before.get(key), after.get(key)) {
            (Some(before), Some(after)) if before == after => {}
            (Some(Value::Table(before)), Some(Value::Table(after))) => {
                compare(&format!("{shown}."), before, after, found);
            }
            // A table of dependencies that comes names its dependencies.
            (None, Some(Value::Table(after))) if holds_tables(after) => {
                compare(&format!("{shown}."), &Table::new(), after, found);
            }
            (Some(Value::Table(before)), None) if holds_tables(before) => {
                compare(&format!("{shown}."), before, &Table::new(), found);
            }
            (before, after) => {
                found.insert(format!("{shown}{}", words(before, after)));
            }
        }
    }
}

fn holds_tables(table: &Table) -> bool {
    !table.is_empty() && table.values().all(|value| value.as_table().is_some())
}

fn words(before: Option<&Value>, after: Option<&Value>) -> String {
    let strings = |value: &Value| -> Option<BTreeSet<String>> {
        let array = value.as_array()?;
        let strings = value.strings().map(str::to_owned).collect::<BTreeSet<_>>();
        (strings.len() == array.len()).then_some(strings)
    };
    match (before, after) {
        (None, _) => " (new)".to_owned(),
        (_, None) => " (gone)".to_owned(),
        (Some(before), Some(after)) => match (strings(before), strings(after)) {
            (Some(before), Some(after)) => {
                let new = after.difference(&before).map(|entry| format!(" +{entry}"));
                let gone = before.difference(&after).map(|entry| format!(" -{entry}"));
                new.chain(gone).collect()
            }
            _ => match (short(before), short(after)) {
                (Some(before), Some(after)) => format!(" {before} -> {after}"),
                _ => String::new(),
            },
        },
    }
}

/// What fits into a line.
fn short(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() <= 40 && !text.contains('\n') => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Boolean(value) => Some(value.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_that_is_different() {
        let before = "[package]\nversion = '0.1.0'\nx = 1\n[dependencies]\na = '1'\nb = { version = '1', features = ['x', 'y'] }\n[features]\ndefault = ['a']\n";
        let after = "[package]\nversion = '0.2.0'\nx = true\n[dependencies]\na = { version = '1' }\nb = { version = '1', features = ['x', 'z'] }\nc = '1'\n[features]\n[target.'cfg(unix)'.dependencies]\nd = { path = '../d' }\n";
        let found: Vec<_> = manifest_changes("Cargo.toml", before, after)
            .into_iter()
            .collect();
        let expected = [
            "dependencies.a",
            "dependencies.b.features +z -y",
            "dependencies.c (new)",
            "features.default (gone)",
            "package.version 0.1.0 -> 0.2.0",
            "package.x 1 -> true",
            "target.\"cfg(unix)\".dependencies.d (new)",
        ];
        assert_eq!(found, expected);
    }
}
