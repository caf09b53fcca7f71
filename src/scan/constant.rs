//! Constant string expressions, as far as they can be read without expanding anything.

use ra_ap_rustc_lexer::{LiteralKind, TokenKind};

use super::results::{Base, Text};
use super::tokens::{MAX_DEPTH, Tokens};
use super::variables::is_variable;

/// The expression between `from` and `to`: what it starts from where it says so, and its text.
pub fn constant(tokens: &Tokens<'_>, from: usize, to: usize) -> (Option<Base>, Text) {
    expression(tokens, from, to, MAX_DEPTH)
}

const VARIES: Text = Text::Hole {
    before: String::new(),
    after: Some(String::new()),
};

fn expression(tokens: &Tokens<'_>, from: usize, to: usize, depth: usize) -> (Option<Base>, Text) {
    if to == from + 1
        && let Some(text) = plain(tokens, from)
    {
        return (None, Text::Known(text));
    }
    let mut at = from;
    // `::core::concat!`, `std::env!`
    while tokens.is(at, TokenKind::Colon) || tokens.is(at + 1, TokenKind::Colon) {
        at += 1;
    }
    if tokens.is(at + 1, TokenKind::Bang) && tokens.opens(at + 2) {
        let (open, close) = (at + 2, tokens.closing(at + 2));
        match tokens.word(at) {
            "concat" if close + 1 == to && depth > 0 => {
                return concatenation(tokens, open + 1, close, depth - 1);
            }
            "env" => return environment(tokens.string(open + 1).as_deref()),
            _ => {}
        }
    }
    (None, VARIES)
}

fn environment(name: Option<&str>) -> (Option<Base>, Text) {
    match name {
        Some("CARGO_MANIFEST_DIR") => (Some(Base::Package), Text::Known(String::new())),
        Some("OUT_DIR") => (Some(Base::OutDir), Text::Known(String::new())),
        Some("CARGO_PKG_README") => (None, Text::Readme(String::new())),
        Some(name) if is_variable(name) => {
            let base = Base::Variable(name.to_owned());
            (Some(base), Text::Known(String::new()))
        }
        _ => (None, VARIES),
    }
}

/// A literal as `concat!` writes it out.
fn plain(tokens: &Tokens<'_>, at: usize) -> Option<String> {
    let word = tokens.word(at);
    match tokens.kind(at)? {
        TokenKind::Ident if matches!(word, "true" | "false") => Some(word.to_owned()),
        TokenKind::Literal {
            kind: LiteralKind::Int { .. } | LiteralKind::Float { .. },
            suffix_start,
        } => Some(word[..suffix_start as usize].replace('_', "")),
        TokenKind::Literal {
            kind: LiteralKind::Char { terminated: true },
            ..
        } => rustc_literal_escaper::unescape_char(word.get(1..word.len() - 1)?)
            .ok()
            .map(String::from),
        _ => tokens.string(at),
    }
}

fn concatenation(
    tokens: &Tokens<'_>,
    from: usize,
    to: usize,
    depth: usize,
) -> (Option<Base>, Text) {
    let mut base = None;
    let mut text = Text::Known(String::new());
    let mut part = from;
    while part < to {
        let end = tokens.next_comma(part, to);
        let (found, more) = expression(tokens, part, end, depth);
        base = base.or(found);
        text = append(text, more);
        part = end + 1;
    }
    (base, text)
}

fn append(text: Text, more: Text) -> Text {
    match (text, more) {
        (Text::Known(text), Text::Known(more)) => Text::Known(text + &more),
        (Text::Known(text), Text::Readme(more)) => Text::Readme(text + &more),
        (Text::Known(text), Text::Hole { before, after }) => Text::Hole {
            before: text + &before,
            after,
        },
        (
            Text::Hole {
                before,
                after: Some(after),
            },
            Text::Known(more),
        ) => Text::Hole {
            before,
            after: Some(after + &more),
        },
        // Two parts vary.
        (Text::Hole { before, .. }, _) => Text::Hole {
            before,
            after: None,
        },
        (Text::Readme(before), _) => Text::Hole {
            before,
            after: None,
        },
    }
}
