//! A text of any of these languages, cut into words, strings and symbols.

/// The strings of a text with their lines, but for keys: those before a `:` or a `=`. For formats in
/// which a path is a string: TOML and JSON.
pub fn strings<'t>(text: &'t str, comments: &[&str]) -> Vec<(usize, &'t str)> {
    let tokens = tokens(text, comments);
    let is_key = |at: usize| {
        let next = tokens.get(at + 1).map(|token| &token.kind);
        matches!(next, Some(Kind::Symbol(':' | '=')))
    };
    let values = tokens.iter().enumerate().filter(|(at, _)| !is_key(*at));
    values
        .filter_map(|(_, token)| Some((token.line, token.string()?)))
        .collect()
}

/// A word, a string or a symbol.
pub struct Token<'t> {
    pub line: usize,
    pub kind: Kind<'t>,
}

/// What a token is.
#[derive(PartialEq, Eq)]
pub enum Kind<'t> {
    Word(&'t str),
    /// Without its quotes; what is escaped in it stays so.
    String(&'t str),
    Symbol(char),
}

impl<'t> Token<'t> {
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word(word)
    }

    pub fn string(&self) -> Option<&'t str> {
        match self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }
}

/// A text without its comments and white space.
pub fn tokens<'t>(text: &'t str, comments: &[&str]) -> Vec<Token<'t>> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_in_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        let (kind, length) = if comments.iter().any(|comment| rest.starts_with(comment)) {
            (None, rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if matches!(first, '"' | '\'') {
            // A string ends with its line, in all of these languages but a few that import nothing
            // in longer ones; an apostrophe alone is none.
            let body = &rest[1..];
            let end = body.find([first, '\n']).unwrap_or(body.len());
            match body[end..].starts_with(first) {
                true => (Some(Kind::String(&body[..end])), end + 2),
                false => (None, 1),
            }
        } else if is_in_word(first) {
            let end = rest.find(|c| !is_in_word(c)).unwrap_or(rest.len());
            let end = rest[..end].find("//").filter(|at| *at > 0).unwrap_or(end);
            (Some(Kind::Word(&rest[..end])), end)
        } else if first.is_whitespace() {
            (None, first.len_utf8())
        } else {
            (Some(Kind::Symbol(first)), first.len_utf8())
        };
        found.extend(kind.map(|kind| Token { line, kind }));
        line += rest[..length].bytes().filter(|byte| *byte == b'\n').count();
        rest = &rest[length..];
    }
    found
}
