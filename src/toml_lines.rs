//! On which line of a TOML text something stands. Pure.

use toml_edit::TableLike;

/// The line, counted from one, that the byte `at` stands on.
pub fn line_of(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?;
    Some(before.bytes().filter(|byte| *byte == b'\n').count() + 1)
}

/// Where the first mention of `key` in the table starts.
pub fn key_start(table: &dyn TableLike, key: &str) -> Option<usize> {
    table.get_key_value(key)?.0.span().map(|span| span.start)
}
