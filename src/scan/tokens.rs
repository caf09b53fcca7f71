//! A text as rustc's own lexer cuts it, comments and white space left out, brackets paired.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, strip_shebang, tokenize};

/// How deeply `concat!`, `all()` and inline modules may nest before they are taken for computed.
pub const MAX_DEPTH: usize = 32;

/// The tokens of a text.
pub struct Tokens<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The doc comments: where each starts and ends.
    pub documents: Vec<(usize, usize)>,
    /// The offsets of all newlines, computed when a line is first asked for.
    newlines: Option<Vec<usize>>,
}

struct Token {
    kind: TokenKind,
    start: usize,
    end: usize,
    /// The index of the token that closes an opening bracket, or of the last token.
    closing: usize,
}

impl<'t> Tokens<'t> {
    pub fn new(text: &'t str) -> Self {
        let mut position = text
            .strip_prefix('\u{FEFF}')
            .map_or(0, |rest| text.len() - rest.len());
        position += strip_shebang(&text[position..]).unwrap_or(0);
        let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 6);
        let mut open = Vec::new();
        let mut documents = Vec::new();
        for token in tokenize(&text[position..], FrontmatterAllowed::Yes) {
            let (kind, start) = (token.kind, position);
            position += token.len as usize;
            match kind {
                TokenKind::LineComment { doc_style: Some(_) }
                | TokenKind::BlockComment {
                    doc_style: Some(_),
                    terminated: true,
                } => {
                    documents.push((start, position));
                    continue;
                }
                TokenKind::Whitespace
                | TokenKind::LineComment { .. }
                | TokenKind::BlockComment { .. }
                | TokenKind::Frontmatter { .. } => continue,
                TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace => {
                    open.push(tokens.len());
                }
                TokenKind::CloseParen | TokenKind::CloseBracket | TokenKind::CloseBrace => {
                    if let Some(opening) = open.pop() {
                        tokens[opening].closing = tokens.len();
                    }
                }
                _ => {}
            }
            tokens.push(Token {
                kind,
                start,
                end: position,
                closing: usize::MAX,
            });
        }
        Self {
            text,
            tokens,
            documents,
            newlines: None,
        }
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub fn is(&self, at: usize, kind: TokenKind) -> bool {
        self.kind(at) == Some(kind)
    }

    /// Whether a bracket of any shape opens here.
    pub fn opens(&self, at: usize) -> bool {
        matches!(
            self.kind(at),
            Some(TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace)
        )
    }

    /// The index of the token that closes the bracket at `open`; the last one where none does.
    pub fn closing(&self, open: usize) -> usize {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens
            .get(open)
            .map_or(last, |token| token.closing.min(last))
            .max(open)
    }

    /// The next comma outside brackets, or `end`.
    pub fn next_comma(&self, mut at: usize, end: usize) -> usize {
        while at < end {
            if self.is(at, TokenKind::Comma) {
                return at;
            }
            at = if self.opens(at) {
                self.closing(at) + 1
            } else {
                at + 1
            };
        }
        end
    }

    /// The text of a token; empty past the end.
    pub fn word(&self, at: usize) -> &'t str {
        self.tokens
            .get(at)
            .map_or("", |token| &self.text[token.start..token.end])
    }

    /// The value of a string literal.
    pub fn string(&self, at: usize) -> Option<String> {
        let TokenKind::Literal { kind, suffix_start } = self.kind(at)? else {
            return None;
        };
        let text = &self.word(at)[..suffix_start as usize];
        match kind {
            LiteralKind::Str { terminated: true } => {
                let mut value = String::with_capacity(text.len());
                rustc_literal_escaper::unescape_str(&text[1..text.len() - 1], |_, character| {
                    value.extend(character);
                });
                Some(value)
            }
            LiteralKind::RawStr {
                n_hashes: Some(hashes),
            } => {
                let quote = usize::from(hashes) + 1;
                Some(text[quote + 1..text.len() - quote].to_owned())
            }
            _ => None,
        }
    }

    /// The line that a token starts on, counted from one.
    pub fn line(&mut self, at: usize) -> usize {
        let text = self.text.as_bytes();
        if self.newlines.is_none() {
            let found = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            self.newlines = Some(found.map(|(offset, _)| offset).collect());
        }
        let offset = self.tokens.get(at).map_or(text.len(), |token| token.start);
        let newlines = self.newlines.as_deref().unwrap_or_default();
        newlines.partition_point(|newline| *newline < offset) + 1
    }
}
