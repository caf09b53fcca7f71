//! Text as another text holds it: indented, or in HTML.

/// The lines of a text, each behind `indent`; an empty line stays empty.
pub fn indented(text: &str, indent: &str) -> String {
    let line = |line: &str| match line {
        "" => String::new(),
        line => format!("{indent}{line}"),
    };
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n")
}

/// Text as HTML and SVG take it, in an element or in an attribute.
pub fn in_markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
