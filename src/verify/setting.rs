//! A setting, written into a Cargo.toml, which keeps its format. Pure.

use std::collections::BTreeSet;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

/// The glob that means one path and no other.
pub fn literal_glob(path: &str) -> String {
    globset::escape(path)
}

/// `text`, a Cargo.toml, with these globs in the array `key` of `[package.metadata.cratesieve]`;
/// `None` where something else stands there.
pub fn add_setting(text: &str, key: &str, globs: &BTreeSet<String>) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let package = document.get_mut("package")?.as_table_like_mut()?;
    let metadata = table_in(package, "metadata", true)?;
    let settings = table_in(metadata, "cratesieve", false)?;
    let array = settings
        .entry(key)
        .or_insert(Item::Value(Value::Array(Array::new())))
        .as_array_mut()?;
    let known: BTreeSet<&str> = array.iter().filter_map(Value::as_str).collect();
    let new: Vec<String> = globs
        .iter()
        .filter(|glob| !known.contains(glob.as_str()))
        .cloned()
        .collect();
    let is_ours = array.is_empty();
    for glob in new {
        push(array, &glob);
    }
    let width: usize = array.iter().map(|value| value.to_string().len() + 1).sum();
    if is_ours && array.len() > 1 && width + key.len() > 80 {
        break_lines(array);
    }
    let mut written = document.to_string();
    // What is added ends its lines as all others do.
    if text.contains("\r\n") {
        written = written.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    Some(written)
}

fn table_in<'t>(
    parent: &'t mut dyn TableLike,
    key: &str,
    is_implicit: bool,
) -> Option<&'t mut dyn TableLike> {
    if parent.get(key).is_none() {
        let mut table = Table::new();
        table.set_implicit(is_implicit);
        parent.insert(key, Item::Table(table));
    }
    parent.get_mut(key)?.as_table_like_mut()
}

/// At the end, in the way of the last one.
fn push(array: &mut Array, glob: &str) {
    let last = array.iter().last();
    let lead = last.map_or(String::new(), |last| prefix(last).to_owned());
    let indent = lead.rsplit_once('\n').map(|(_, indent)| indent.to_owned());
    let is_alone = last.is_none();
    let mut value = Value::from(glob);
    match indent {
        Some(indent) => {
            value.decor_mut().set_prefix(format!("\n{indent}"));
            // What follows the last element, a comment say, stays there if a comma is.
            if !array.trailing_comma() {
                let last = array.len() - 1;
                let suffix = array.get(last).map(suffix).unwrap_or_default();
                if let Some(last) = array.get_mut(last) {
                    last.decor_mut().set_suffix("");
                }
                array.set_trailing(suffix);
                array.set_trailing_comma(true);
            }
        }
        None if is_alone => value.decor_mut().set_prefix(""),
        None => value.decor_mut().set_prefix(" "),
    }
    array.push_formatted(value);
}

fn break_lines(array: &mut Array) {
    for value in array.iter_mut() {
        value.decor_mut().set_prefix("\n    ");
        value.decor_mut().set_suffix("");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}

fn prefix(value: &Value) -> &str {
    value
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or_default()
}

fn suffix(value: &Value) -> String {
    let suffix = value.decor().suffix().and_then(|suffix| suffix.as_str());
    suffix.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(text: &str, key: &str, globs: &[&str]) -> String {
        let globs = globs.iter().map(|glob| (*glob).to_owned()).collect();
        add_setting(text, key, &globs).unwrap()
    }

    #[test]
    fn a_new_table_after_the_package() {
        let text = "# Ours.\n[package]\nname = 'a' # a\n\n[dependencies]\nb = '1'\n";
        assert_eq!(
            add(text, "include", &["../x.txt"]),
            "# Ours.\n[package]\nname = 'a' # a\n\n[package.metadata.cratesieve]\n\
             include = [\"../x.txt\"]\n\n[dependencies]\nb = '1'\n"
        );
    }

    #[test]
    fn other_metadata_stays() {
        let text = "[package]\nname = 'a'\n[package.metadata.docs.rs]\nall = true\n";
        assert_eq!(
            add(text, "test-include", &["x"]),
            format!("{text}\n[package.metadata.cratesieve]\ntest-include = [\"x\"]\n")
        );
    }

    #[test]
    fn an_array_grows_as_it_is() {
        let line = "[package.metadata.cratesieve]\ninclude = ['x'] # why\n";
        let package = "[package]\nname = 'a'\n";
        assert_eq!(
            add(&format!("{package}{line}"), "include", &["x", "y"]),
            format!("{package}[package.metadata.cratesieve]\ninclude = ['x', \"y\"] # why\n")
        );
        let lines = "[package.metadata.cratesieve]\ninclude = [\n  'x', # why\n  'y'\n]\n";
        assert_eq!(
            add(&format!("{package}{lines}"), "include", &["z"]),
            format!(
                "{package}[package.metadata.cratesieve]\ninclude = [\n  'x', # why\n  'y',\n  \
                 \"z\",\n]\n"
            )
        );
    }

    #[test]
    fn inline_and_dotted_settings() {
        let dotted = "[package]\nname = 'a'\nmetadata.cratesieve.include = ['x']\n";
        assert!(add(dotted, "include", &["y"]).contains("include = ['x', \"y\"]"));
        let inline = "[package]\nname = 'a'\nmetadata = { cratesieve = {} }\n";
        assert!(add(inline, "include", &["y"]).contains("include = [\"y\"]"));
        let wrong = "[package]\nname = 'a'\nmetadata = 1\n";
        assert_eq!(add_setting(wrong, "include", &BTreeSet::new()), None);
    }

    #[test]
    fn many_globs_and_line_endings() {
        let long = "x".repeat(80);
        let found = add("[package]\r\nname = 'a'\r\n", "include", &["y", &long]);
        let expected = format!(
            "[package]\nname = 'a'\n\n[package.metadata.cratesieve]\ninclude = [\n    \"{long}\",\n    \
             \"y\",\n]\n"
        );
        assert_eq!(found, expected.replace('\n', "\r\n"));
        assert_eq!(literal_glob("a/[b].txt"), "a/[[]b[]].txt");
    }
}
