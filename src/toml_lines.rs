//! On which line of a TOML text something stands. Pure.

use toml_edit::{Item, TableLike, Value};

/// The line, counted from one, that the byte `at` stands on.
pub fn line_of(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    Some(before.bytes().filter(|byte| *byte == b'\n').count() + 1)
}

/// Where the first mention of `key` in the table starts.
pub fn key_start(table: &dyn TableLike, key: &str) -> Option<usize> {
    table.get_key_value(key)?.0.span().map(|span| span.start)
}

/// The strings in an item, at any depth, each with where it starts.
pub fn strings(item: &Item) -> Vec<(usize, &str)> {
    if let Some(table) = item.as_table_like() {
        return table.iter().flat_map(|(_, item)| strings(item)).collect();
    }
    if let Some(tables) = item.as_array_of_tables() {
        let items = tables.iter().flat_map(|table| table.iter());
        return items.flat_map(|(_, item)| strings(item)).collect();
    }
    item.as_value().map(strings_of_value).unwrap_or_default()
}

fn strings_of_value(value: &Value) -> Vec<(usize, &str)> {
    match value {
        Value::String(string) => {
            let at = value.span().map_or(0, |span| span.start);
            vec![(at, string.value())]
        }
        Value::Array(array) => array.iter().flat_map(strings_of_value).collect(),
        Value::InlineTable(table) => {
            let values = table.iter().map(|(_, value)| value);
            values.flat_map(strings_of_value).collect()
        }
        _ => Vec::new(),
    }
}
