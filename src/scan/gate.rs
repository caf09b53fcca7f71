//! What `cfg(test)` and the like leave out of every build but the tests'.

use ra_ap_rustc_lexer::TokenKind;

use super::tokens::{MAX_DEPTH, Tokens};

/// Crates whose `#[name::test]` turns a function into a test and leaves it out otherwise, as the
/// built-in one does. Any other attribute macro of that name may well keep the function.
const TEST_MACROS: &[&str] = &[
    "actix_rt",
    "actix_web",
    "async_std",
    "compio",
    "core",
    "gpui",
    "smol_potat",
    "sqlx",
    "std",
    "test_log",
    "tokio",
];

/// Whether the attribute whose content stands between `from` and `to` leaves its item out of every
/// build but the tests': `cfg(test)`, `cfg(all(test, ...))`, `test`, `tokio::test`, `bench`.
pub fn means_test(tokens: &Tokens<'_>, from: usize, to: usize) -> bool {
    if tokens.word(from) == "cfg" && tokens.is(from + 1, TokenKind::OpenParen) {
        return implies_test(tokens, from + 2, MAX_DEPTH);
    }
    let is_path =
        |at: &usize| matches!(tokens.kind(*at), Some(TokenKind::Ident | TokenKind::Colon));
    let end = (from..to).find(|at| !is_path(at)).unwrap_or(to);
    let is_test = end > from && matches!(tokens.word(end - 1), "test" | "bench");
    is_test && (end == from + 1 || TEST_MACROS.contains(&tokens.word(from)))
}

/// Whether a predicate of `cfg` holds in tests only.
fn implies_test(tokens: &Tokens<'_>, at: usize, depth: usize) -> bool {
    let word = tokens.word(at);
    match word {
        "test" | "doctest" => !tokens.is(at + 1, TokenKind::Eq),
        "all" | "any" if depth > 0 && tokens.is(at + 1, TokenKind::OpenParen) => {
            let close = tokens.closing(at + 1);
            let mut parts = Vec::new();
            let mut part = at + 2;
            while part < close {
                parts.push(implies_test(tokens, part, depth - 1));
                part = tokens.next_comma(part, close) + 1;
            }
            match word {
                "all" => parts.contains(&true),
                _ => !parts.is_empty() && !parts.contains(&false),
            }
        }
        _ => false,
    }
}

/// One past the last token of what an attribute that ends before `at` stands for. Rather too
/// little than too much: what is taken for a test's alone is missing from the library.
pub fn item_end(tokens: &Tokens<'_>, mut at: usize) -> usize {
    while tokens.is(at, TokenKind::Pound) && tokens.is(at + 1, TokenKind::OpenBracket) {
        at = tokens.closing(at + 1) + 1;
    }
    if tokens.is(at, TokenKind::Dollar) {
        // `$item`: whatever follows is another item.
        return at + 2;
    }
    let is_item = starts_item(tokens, at);
    let mut angles = 0_usize;
    while let Some(kind) = tokens.kind(at) {
        match kind {
            TokenKind::Semi => return at + 1,
            // A field, a variant, an arm, an argument; in an item the comma is of its generics.
            TokenKind::Comma if !is_item && angles == 0 => return at + 1,
            TokenKind::Lt => angles += 1,
            TokenKind::Gt
                if !matches!(
                    tokens.kind(at.wrapping_sub(1)),
                    Some(TokenKind::Eq | TokenKind::Minus)
                ) =>
            {
                if angles == 0 && !is_item {
                    // The end of the generics that a parameter stood in.
                    return at;
                }
                angles = angles.saturating_sub(1);
            }
            TokenKind::OpenBrace => return tokens.closing(at) + 1,
            TokenKind::OpenParen | TokenKind::OpenBracket => at = tokens.closing(at),
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Whether an item or a `let` starts at `at`.
fn starts_item(tokens: &Tokens<'_>, mut at: usize) -> bool {
    const ITEMS: &[&str] = &[
        "async",
        "const",
        "enum",
        "extern",
        "fn",
        "impl",
        "let",
        "macro_rules",
        "mod",
        "static",
        "struct",
        "trait",
        "type",
        "unsafe",
        "use",
    ];
    if tokens.word(at) == "pub" {
        at += 1;
        if tokens.is(at, TokenKind::OpenParen) {
            at = tokens.closing(at) + 1;
        }
    }
    let word = tokens.word(at);
    // Not a name before a colon, as a field's; `union` is a keyword only before a name.
    let is_name = tokens.is(at + 1, TokenKind::Colon);
    let is_union = word == "union" && tokens.is(at + 1, TokenKind::Ident);
    is_union || ITEMS.contains(&word) && !is_name
}
