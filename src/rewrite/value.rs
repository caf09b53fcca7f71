//! TOML as the Nix library sees it: plain values, keys sorted, comments and spelling gone.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;
use toml_edit::{Document, InlineTable, Item, TableLike};

use crate::problem::{Code, Problem};
use crate::toml_lines::line_of;

/// A table, its keys in the order of their bytes, which is Nix's.
pub type Table = BTreeMap<String, Value>;

/// What TOML can say and Nix reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
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

/// The value below nested tables.
pub fn at<'t>(table: &'t Table, keys: &[&str]) -> Option<&'t Value> {
    let (last, above) = keys.split_last()?;
    let mut place = table;
    for key in above {
        place = self::table(place, key)?;
    }
    place.get(*last)
}

/// The table without these keys.
pub fn without(table: &Table, keys: &[impl AsRef<str>]) -> Table {
    let left = table
        .iter()
        .filter(|(key, _)| keys.iter().all(|other| other.as_ref() != *key));
    left.map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Reads the text of the file at `path`.
pub fn parse(path: &str, text: &str) -> Result<Table, Problem> {
    let line = |at: Option<usize>| line_of(text, at?);
    let problem = |line, message, hint: &str| Problem {
        code: Code::BadToml,
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
        let words = error.message().replace('\n', ", ");
        problem(line, format!("the file is not valid TOML: {words}"), hint)
    })?;
    let unread = |Unread { at, what, hint }| {
        problem(line(at), format!("Nix cannot read {what} in TOML"), hint)
    };
    Reader { text }.table(document.as_table()).map_err(unread)
}

/// Whether [`parse`] may find something that Nix does not read in a text that Cargo reads. A look at
/// its characters costs far less than parsing.
pub fn may_be_unread(text: &str) -> bool {
    let is = |bytes: &[u8], digits: &str| {
        let mut pairs = bytes.iter().zip(digits.bytes());
        pairs.all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            wanted => *byte == wanted,
        })
    };
    text.lines().any(|line| {
        let count = |bracket| line.bytes().filter(|byte| *byte == bracket).count();
        let mut before_bracket = line.split('}').rev().skip(1);
        let bytes = line.as_bytes();
        bytes.windows(7).any(|bytes| is(bytes, "dddd-dd"))
            || bytes.windows(5).any(|bytes| is(bytes, "dd:dd"))
            || count(b'{') != count(b'}')
            || before_bracket.any(|text| text.trim_end().ends_with(','))
            || line.contains("\\e")
            || line.contains("\\x")
    })
}

/// What Nix does not read, and where it stands.
struct Unread {
    at: Option<usize>,
    what: &'static str,
    hint: &'static str,
}

/// Nix knows neither dates nor what TOML 1.1 brought.
struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn table(&self, table: &dyn TableLike) -> Result<Table, Unread> {
        table
            .iter()
            .map(|(key, item)| Ok((key.to_owned(), self.item(item)?)))
            .collect()
    }

    fn item(&self, item: &Item) -> Result<Value, Unread> {
        if let Some(value) = item.as_value() {
            return self.value(value);
        }
        if let Some(table) = item.as_table_like() {
            return Ok(Value::Table(self.table(table)?));
        }
        if let Some(tables) = item.as_array_of_tables() {
            let tables = tables
                .iter()
                .map(|table| self.table(table).map(Value::Table));
            return Ok(Value::Array(tables.collect::<Result<_, _>>()?));
        }
        Ok(Value::Table(Table::new()))
    }

    fn value(&self, value: &toml_edit::Value) -> Result<Value, Unread> {
        use toml_edit::Value as Toml;
        let at = value.span().map(|span| span.start);
        Ok(match value {
            Toml::String(text) => {
                self.string(value.span())?;
                Value::String(text.value().clone())
            }
            Toml::Integer(number) => Value::Integer(*number.value()),
            Toml::Float(number) => Value::Float(*number.value()),
            Toml::Boolean(value) => Value::Boolean(*value.value()),
            Toml::Datetime(_) => {
                return Err(Unread {
                    at,
                    what: "dates",
                    hint: "write the date as a string",
                });
            }
            Toml::Array(array) => Value::Array(
                array
                    .iter()
                    .map(|value| self.value(value))
                    .collect::<Result<_, _>>()?,
            ),
            Toml::InlineTable(table) => {
                self.inline_table(table)?;
                Value::Table(self.table(table)?)
            }
        })
    }

    /// Since TOML 1.1, inline tables have line breaks and a comma at their end.
    fn inline_table(&self, table: &InlineTable) -> Result<(), Unread> {
        // What a dotted key opens has no brackets of its own.
        let Some(span) = table.span() else {
            return Ok(());
        };
        let mut values = Vec::new();
        value_spans(table, &mut values);
        values.sort_by_key(|value| value.start);
        let mut at = span.start;
        let mut between = Vec::new();
        for value in values {
            between.extend(self.text.get(at..value.start));
            at = value.end;
        }
        let end = self.text.get(at..span.end).unwrap_or_default();
        let has_comma = end.trim_start().starts_with(',');
        if has_comma
            || between
                .into_iter()
                .chain([end])
                .any(|text| text.contains('\n'))
        {
            return Err(Unread {
                at: Some(span.start),
                what: "inline tables with line breaks or a comma at the end",
                hint: "write the table on one line, without a comma at its end, or in a section of its \
                       own",
            });
        }
        Ok(())
    }

    /// Since TOML 1.1, `\e` and `\x41` are characters.
    fn string(&self, span: Option<Range<usize>>) -> Result<(), Unread> {
        let Some((start, text)) = span.and_then(|span| Some((span.start, self.text.get(span)?)))
        else {
            return Ok(());
        };
        if !text.starts_with('"') {
            return Ok(());
        }
        let mut characters = text.char_indices();
        while let Some((_, character)) = characters.next() {
            if character != '\\' {
                continue;
            }
            if let Some((at, 'e' | 'x')) = characters.next() {
                return Err(Unread {
                    at: Some(start + at),
                    what: "`\\e` and `\\x`",
                    hint: "write `\\u` with four digits in its place",
                });
            }
        }
        Ok(())
    }
}

/// Where the values of an inline table stand; those of dotted keys one by one.
fn value_spans(table: &InlineTable, spans: &mut Vec<Range<usize>>) {
    for (_, value) in table {
        match value.as_inline_table().filter(|table| table.is_dotted()) {
            Some(table) => value_spans(table, spans),
            None => spans.extend(value.span()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nix_does_not_read_is_refused_with_its_line() {
        let problem = parse("a/Cargo.toml", "[package]\nx = [\n  1979-05-27,\n]\n").unwrap_err();
        assert_eq!((problem.code, problem.line), (Code::BadToml, Some(3)));
        let problem = parse("Cargo.lock", "version = 4\n<<<<<<< HEAD\n").unwrap_err();
        assert_eq!(problem.line, Some(2));
        assert!(problem.hint.contains("--theirs"), "{}", problem.hint);
        let problem = parse("Cargo.toml", "[package\n").unwrap_err();
        assert_eq!(problem.hint, "make `cargo metadata` pass");
    }

    /// Tried with Nix: it reads the first ones, and none of the others.
    #[test]
    fn what_nix_reads() {
        for text in [
            "a = { b = [\n  1,\n], c.d = [\n  { e = 1 },\n] }",
            "a = { b = \"\"\"\n\"\"\", c = {} }",
            "a = [ { b = 1 },\n ]",
            r#"a = "\\e \u0041" # \e"#,
            r"a = 'C:\x'",
            "a = '1979-05-27 10:00' # {",
        ] {
            parse("Cargo.toml", text).unwrap();
        }
        for (text, line) in [
            ("a = 1\nb = 1979-05-27", 2),
            ("b = [ { c = 10:00:00 } ]", 1),
            ("[[t]]\na = { b = 1,\n c = 2 }", 2),
            ("a = { # x\n}", 1),
            ("a = { b.c = 1 , }", 1),
            ("a = [\n{ b = 1, },\n]", 2),
            (r#"a = "\\\e""#, 1),
            ("a = \"\"\"\n\\x41\"\"\"", 2),
        ] {
            let problem = parse("Cargo.toml", text).unwrap_err();
            assert!(problem.message.starts_with("Nix cannot read "), "{text}");
            assert_eq!(problem.line, Some(line), "{text}");
            assert!(may_be_unread(text), "{text}");
        }
        assert!(!may_be_unread(
            "[package]\nversion = '1.0.0'\nauthors = ['x']\na = { b = 1, c = ['2024'] }\n"
        ));
    }
}
