//! TOML as the Nix library sees it: plain values, keys sorted, comments and spelling gone.

use std::collections::BTreeMap;

use toml_edit::{Array, Document, Item, TableLike};

use crate::problem::Problem;
use crate::settings::line_of;

/// A table, its keys in the order of their bytes, which is Nix's.
pub type Table = BTreeMap<String, Value>;

/// What TOML can say and Nix reads.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    Array(Vec<Value>),
    Table(Table),
}

impl Value {
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_table(&self) -> Option<&Table> {
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(array) => Some(array),
            _ => None,
        }
    }

    /// What stands under `key`, if this is a table.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_table()?.get(key)
    }

    /// The strings of an array.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        self.as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(Self::as_str)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl<V: Into<Value>> FromIterator<V> for Value {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self::Array(values.into_iter().map(Into::into).collect())
    }
}

/// The table that stands under `key`, if there is one.
pub fn table<'t>(table: &'t Table, key: &str) -> Option<&'t Table> {
    table.get(key)?.as_table()
}

/// The same of the tables below one another.
pub fn at<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t Value> {
    let (last, above) = keys.split_last()?;
    let mut place = table;
    for key in above {
        place = self::table(place, key)?;
    }
    place.get(*last)
}

/// The table without these keys.
pub fn without(table: &Table, keys: &[&str]) -> Table {
    let left = table
        .iter()
        .filter(|(key, _)| !keys.contains(&key.as_str()));
    left.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Reads the text of the file at `path`.
pub fn parse(path: &str, text: &str) -> Result<Table, Problem> {
    let line = |at: Option<usize>| line_of(text, at?);
    let problem = |line, message, hint: &str| Problem {
        code: "bad-toml",
        path: path.to_owned(),
        line,
        message,
        hint: hint.to_owned(),
    };
    let document = Document::parse(text).map_err(|error| {
        let conflict = text.lines().any(|line| line.starts_with("<<<<<<< "));
        let hint = match (conflict, path) {
            (true, "Cargo.lock") => {
                "take one side of the merge (`git checkout --theirs Cargo.lock`), and run `cargo update --workspace`"
            }
            (true, _) => "resolve the merge conflict",
            _ => "make `cargo metadata` pass",
        };
        let line = line(error.span().map(|span| span.start));
        problem(line, format!("it is no TOML: {}", error.message().replace('\n', ", ")), hint)
    })?;
    read_table(document.as_table()).map_err(|at| {
        problem(
            line(at),
            "Nix reads no dates in TOML".to_owned(),
            "write the date as a string",
        )
    })
}

/// The error is where a date stands.
fn read_table(table: &dyn TableLike) -> Result<Table, Option<usize>> {
    table
        .iter()
        .map(|(key, item)| Ok((key.to_owned(), read_item(item)?)))
        .collect()
}

fn read_item(item: &Item) -> Result<Value, Option<usize>> {
    if let Some(table) = item.as_table_like() {
        return Ok(Value::Table(read_table(table)?));
    }
    if let Some(tables) = item.as_array_of_tables() {
        let tables = tables
            .iter()
            .map(|table| read_table(table).map(Value::Table));
        return Ok(Value::Array(tables.collect::<Result<_, _>>()?));
    }
    match item.as_value() {
        Some(value) => read_value(value),
        None => Ok(Value::Table(Table::new())),
    }
}

fn read_value(value: &toml_edit::Value) -> Result<Value, Option<usize>> {
    use toml_edit::Value as Toml;
    Ok(match value {
        Toml::String(text) => Value::String(text.value().clone()),
        Toml::Integer(number) => Value::Integer(*number.value()),
        Toml::Float(number) => Value::Float(*number.value()),
        Toml::Boolean(value) => Value::Boolean(*value.value()),
        Toml::Datetime(_) => return Err(value.span().map(|span| span.start)),
        Toml::Array(array) => Value::Array(read_array(array)?),
        Toml::InlineTable(table) => Value::Table(read_table(table)?),
    })
}

fn read_array(array: &Array) -> Result<Vec<Value>, Option<usize>> {
    array.iter().map(read_value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nix_does_not_read_is_refused_with_its_line() {
        let problem = parse("a/Cargo.toml", "[package]\nx = [\n  1979-05-27,\n]\n").unwrap_err();
        assert_eq!((problem.code, problem.line), ("bad-toml", Some(3)));
        let problem = parse("Cargo.lock", "version = 4\n<<<<<<< HEAD\n").unwrap_err();
        assert_eq!(problem.line, Some(2));
        assert!(problem.hint.contains("--theirs"), "{}", problem.hint);
        let problem = parse("Cargo.toml", "[package\n").unwrap_err();
        assert_eq!(problem.hint, "make `cargo metadata` pass");
    }
}
