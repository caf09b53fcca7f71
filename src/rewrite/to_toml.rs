//! The twin of nix/rewrite/toToml.nix: a TOML writer whose text depends on the value alone.

use super::value::{Table, Value};

/// The text of a TOML document: top-level tables have a header, and so have those of `[workspace]`
/// and of `metadata` that programs look for by that line. What lies deeper is inline.
pub fn to_toml(document: &Table) -> String {
    let mut text = String::new();
    for (key, value) in document {
        if value.as_table().is_none() {
            entry(key, value, &mut text);
        }
    }
    for (key, value) in document {
        if let Value::Table(table) = value {
            section(&mut vec![key], table, &mut text);
        }
    }
    text
}

/// Tables with a header of their own, those of `metadata` to any depth.
fn has_header(path: &[&str]) -> bool {
    match path {
        ["package" | "workspace", "metadata", ..] => true,
        ["workspace", key] => matches!(*key, "dependencies" | "package"),
        _ => false,
    }
}

fn section<'t>(path: &mut Vec<&'t str>, table: &'t Table, text: &mut String) {
    let mut inner = Vec::new();
    let mut own = Vec::new();
    for (key, value) in table {
        path.push(key);
        match value {
            Value::Table(table) if has_header(path) => inner.push((key, table)),
            value => own.push((key, value)),
        }
        path.pop();
    }
    // What holds nothing but tables need not be said, but for those at the top.
    if path.len() == 1 || !own.is_empty() || inner.is_empty() {
        text.push_str("\n[");
        for (index, key) in path.iter().enumerate() {
            if index > 0 {
                text.push('.');
            }
            push_key(key, text);
        }
        text.push_str("]\n");
        for (key, value) in own {
            entry(key, value, text);
        }
    }
    for (key, table) in inner {
        path.push(key);
        section(path, table, text);
        path.pop();
    }
}

fn entry(key: &str, value: &Value, text: &mut String) {
    push_key(key, text);
    text.push_str(" = ");
    push_inline(value, text);
    text.push('\n');
}

fn push_key(key: &str, text: &mut String) {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !key.is_empty() && key.bytes().all(is_bare) {
        text.push_str(key);
    } else {
        push_quoted(key, text);
    }
}

/// Writes a string as JSON does. TOML also wants DEL escaped.
fn push_quoted(string: &str, text: &mut String) {
    text.push_str(&quoted(string).replace('\u{7f}', "\\u007f"));
}

/// A JSON string, which is what Cargo.lock and `builtins.toJSON` write as well.
pub fn quoted(string: &str) -> String {
    serde_json::to_string(string).expect("a string is JSON")
}

fn push_inline(value: &Value, text: &mut String) {
    match value {
        Value::String(string) => push_quoted(string, text),
        Value::Integer(number) => text.push_str(&number.to_string()),
        Value::Float(number) => text.push_str(&float(*number)),
        Value::Boolean(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Array(array) => {
            text.push('[');
            for (index, value) in array.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                push_inline(value, text);
            }
            text.push(']');
        }
        Value::Table(table) => {
            text.push_str("{ ");
            for (index, (key, value)) in table.iter().enumerate() {
                if index > 0 {
                    text.push_str(", ");
                }
                push_key(key, text);
                text.push_str(" = ");
                push_inline(value, text);
            }
            text.push_str(" }");
        }
    }
}

/// As Nix's JSON library writes a number: the shortest digits that say it, with an exponent below
/// 1e-4 and from 1e15 on.
fn float(number: f64) -> String {
    if number.is_nan() {
        return "nan".to_owned();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    if number.is_infinite() {
        return format!("{sign}inf");
    }
    if number == 0.0 {
        return format!("{sign}0.0");
    }
    let shortest = format!("{:e}", number.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits = mantissa.replace('.', "");
    let point = exponent.parse::<i32>().unwrap_or_default() + 1;
    let length = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let words = if (length..=15).contains(&point) {
        format!("{digits}{}.0", zeros(point - length))
    } else if (1..=15).contains(&point) {
        let (whole, part) = digits.split_at(usize::try_from(point).unwrap_or_default());
        format!("{whole}.{part}")
    } else if (-3..=0).contains(&point) {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let exponent = point - 1;
        let side = if exponent < 0 { '-' } else { '+' };
        let (first, rest) = digits.split_at(1);
        let rest = if rest.is_empty() {
            String::new()
        } else {
            format!(".{rest}")
        };
        format!("{first}{rest}e{side}{:02}", exponent.abs())
    };
    format!("{sign}{words}")
}
