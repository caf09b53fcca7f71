//! A Rust source text to the paths that it reads. Pure.
//!
//! Token by token, with rustc's own lexer: comments and strings are never mistaken for code, and
//! what stands inside macro calls and attributes is seen as well. Nothing is expanded, so a path
//! that a macro computes is reported as computed rather than guessed.

mod readers;
mod tokens;

use ra_ap_rustc_lexer::TokenKind;

use readers::{ATTRIBUTES, MACROS, QUERIES, may_tell};
use tokens::Tokens;

use crate::path;
use crate::places::dropped_name;

/// What one file says of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    pub modules: Vec<Module>,
    pub references: Vec<Reference>,
    pub literals: Vec<Literal>,
    /// A `mod $name;`: some macro declares modules whose names are not here to read.
    pub computed_modules: bool,
    /// An `include_str!($path)`: some macro includes files whose names are its arguments.
    pub computed_includes: bool,
}

/// `mod name;`, whose content is another file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    pub line: usize,
    pub name: String,
    /// Of `#[path = "..."]`, also within `cfg_attr`: each of them may be the one.
    pub paths: Vec<String>,
    /// Whether a `#[path]` outside `cfg_attr` rules out the file that is named after the module.
    pub is_elsewhere: bool,
    /// The inline modules around it, outermost first: name, or the path that one is given.
    pub inside: Vec<Inline>,
    /// Compiled under `cfg(test)` only.
    pub test: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Name(String),
    Path(String),
}

/// A path given to a macro or an attribute that reads the file at compile time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub line: usize,
    /// The macro or attribute, as written: `include_str!`.
    pub by: String,
    pub base: Base,
    pub path: Text,
    /// Read under `cfg(test)` only.
    pub test: bool,
    /// The file is Rust source, pasted in.
    pub is_source: bool,
    /// The macro may well mean something else: a path that leads nowhere is not worth a word.
    pub is_guess: bool,
}

/// What a relative path starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The directory of the file that says it.
    File,
    /// The package's directory: `CARGO_MANIFEST_DIR`, and the current directory of build scripts
    /// and tests.
    Package,
    /// The workspace root.
    Workspace,
    /// Cargo's own output directory: no source file.
    OutDir,
}

/// A string as far as it is literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    Known(String),
    /// A part varies: what stands before it.
    Prefix(String),
    /// The package's readme: `env!("CARGO_PKG_README")` below the given prefix.
    Readme(String),
}

/// A string that may be a path read at run time. Means something in build scripts and tests only,
/// whose current directory is the package's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
    pub test: bool,
}

/// Which string literals are worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literals {
    /// All that could name a file: for build scripts, and for root packages, which do not own all
    /// that lies around them.
    All,
    /// Those that climb (`..`) or name a file that is dropped unless something refers to it: any
    /// other leads to a file that the crate has in any case.
    Telling,
}

/// Reads one file. Text that is not UTF-8 is no Rust, which rustc will say better.
pub fn scan_bytes(bytes: &[u8], literals: Literals) -> Scan {
    if literals == Literals::Telling && !may_tell(bytes) {
        return Scan::default();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => scan(text, literals),
        Err(_) => scan(&String::from_utf8_lossy(bytes), literals),
    }
}

/// Reads one text.
pub fn scan(text: &str, literals: Literals) -> Scan {
    let mut scanner = Scanner {
        tokens: Tokens::new(text),
        literals,
        scan: Scan::default(),
        test_until: 0,
        attribute: (0, 0),
        pending: Vec::new(),
        is_elsewhere: false,
        inline: Vec::new(),
    };
    scanner.run();
    scanner.scan
}

/// How deeply `concat!` and `all()` may nest before they are taken for computed.
const MAX_DEPTH: usize = 32;

struct Scanner<'t> {
    tokens: Tokens<'t>,
    literals: Literals,
    scan: Scan,
    /// Tokens before this index stand under `cfg(test)`.
    test_until: usize,
    /// The brackets of the current attribute, or of the last one.
    attribute: (usize, usize),
    /// The `#[path]`s seen since the last item.
    pending: Vec<String>,
    /// Whether one of them holds in every configuration.
    is_elsewhere: bool,
    /// The inline modules around the current token, each with the index of its closing brace.
    inline: Vec<(Inline, usize)>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            while self.inline.last().is_some_and(|(_, end)| *end <= at) {
                self.inline.pop();
            }
            at = self.step(at);
        }
    }

    /// Reads what starts at token `at`, and says where to go on.
    fn step(&mut self, at: usize) -> usize {
        match self.tokens.kind(at) {
            Some(TokenKind::Pound) => return self.attribute(at),
            Some(TokenKind::Ident) if self.tokens.word(at) == "mod" => return self.module(at),
            Some(TokenKind::Ident) if self.tokens.is(at + 1, TokenKind::Bang) => {
                return self.macro_call(at);
            }
            Some(TokenKind::Literal { .. }) => self.literal(at),
            Some(TokenKind::Dot) => return self.join_chain(at),
            Some(TokenKind::Eq) => self.equals(at),
            Some(TokenKind::Semi | TokenKind::CloseBrace) => {
                self.pending.clear();
                self.is_elsewhere = false;
            }
            _ => {}
        }
        at + 1
    }

    /// `#[...]` or `#![...]`: notes `cfg(test)` and `path`, and lets the content be read as any
    /// other (an `include_str!` may stand in a `doc`).
    fn attribute(&mut self, at: usize) -> usize {
        let inner = self.tokens.is(at + 1, TokenKind::Bang);
        let open = if inner { at + 2 } else { at + 1 };
        if !self.tokens.is(open, TokenKind::OpenBracket) {
            return at + 1;
        }
        let close = self.tokens.closing(open);
        // An attribute within one that is for tests alone adds nothing.
        if close >= self.test_until && self.means_test(open + 1, close) {
            let until = match inner {
                // Of the file, or of the inline module that it stands in.
                true => self
                    .inline
                    .last()
                    .map_or(self.tokens.len(), |(_, end)| *end),
                false => self.item_end(close + 1),
            };
            self.test_until = self.test_until.max(until);
        }
        if self.attribute.1 <= at {
            self.attribute = (open, close);
        }
        open + 1
    }

    /// `key = "path"` in an attribute.
    fn equals(&mut self, at: usize) {
        let (open, close) = self.attribute;
        if open < at
            && at < close
            && let Some(path) = self.tokens.string(at + 1)
        {
            self.key_and_path(open, at - 1, path);
        }
    }

    fn key_and_path(&mut self, open: usize, key: usize, path: String) {
        let attribute = self.tokens.word(open + 1).to_owned();
        let key = self.tokens.word(key).to_owned();
        if key == "path" && matches!(&*attribute, "path" | "cfg_attr") {
            self.is_elsewhere |= attribute == "path";
            return self.pending.push(path);
        }
        // `#[template(path = "...")]`, `#[graphql(schema_path = "...")]`, `#[folder = "..."]`
        let name = if key == "path" { &attribute } else { &key };
        let known = ATTRIBUTES.iter().find(|(known, _)| known == name);
        for prefix in known.map_or(&[][..], |(_, prefixes)| prefixes) {
            self.reference(
                open,
                format!("#[{attribute}]"),
                Base::Package,
                |reference| {
                    reference.path = Text::Known(format!("{prefix}{path}"));
                    reference.is_guess = true;
                },
            );
        }
    }

    /// Whether the attribute between `from` and `to` leaves its item out of every build but the
    /// tests': `cfg(test)`, `cfg(all(test, ...))`, `test`, `tokio::test`, `bench`.
    fn means_test(&self, from: usize, to: usize) -> bool {
        if self.tokens.word(from) == "cfg" && self.tokens.is(from + 1, TokenKind::OpenParen) {
            return self.implies_test(from + 2, MAX_DEPTH);
        }
        let path_end = (from..to)
            .find(|at| {
                !matches!(
                    self.tokens.kind(*at),
                    Some(TokenKind::Ident | TokenKind::Colon)
                )
            })
            .unwrap_or(to);
        // `core::prelude::v1::test` and the test macros of runtimes all end in this word.
        path_end > from && matches!(self.tokens.word(path_end - 1), "test" | "bench")
    }

    fn implies_test(&self, at: usize, depth: usize) -> bool {
        match self.tokens.word(at) {
            "test" => !self.tokens.is(at + 1, TokenKind::Eq),
            "all" if depth > 0 && self.tokens.is(at + 1, TokenKind::OpenParen) => {
                let close = self.tokens.closing(at + 1);
                let mut part = at + 2;
                while part < close {
                    if self.implies_test(part, depth - 1) {
                        return true;
                    }
                    part = self.tokens.next_comma(part, close) + 1;
                }
                false
            }
            _ => false,
        }
    }

    /// `mod name;`, `mod name { ... }`.
    fn module(&mut self, at: usize) -> usize {
        let paths = std::mem::take(&mut self.pending);
        let is_elsewhere = std::mem::take(&mut self.is_elsewhere);
        if self.tokens.is(at + 1, TokenKind::Dollar) {
            self.scan.computed_modules = true;
            return at + 2;
        }
        let name = match self.tokens.kind(at + 1) {
            Some(TokenKind::Ident) => self.tokens.word(at + 1).to_owned(),
            Some(TokenKind::RawIdent) => self.tokens.word(at + 1)[2..].to_owned(),
            _ => return at + 1,
        };
        if self.tokens.is(at + 2, TokenKind::Semi) {
            let line = self.tokens.line(at);
            let inside = self
                .inline
                .iter()
                .map(|(inline, _)| inline.clone())
                .collect();
            let test = at < self.test_until;
            self.scan.modules.push(Module {
                line,
                name,
                paths,
                is_elsewhere,
                inside,
                test,
            });
        } else if self.tokens.is(at + 2, TokenKind::OpenBrace) {
            let inline = paths
                .into_iter()
                .next()
                .map_or(Inline::Name(name), Inline::Path);
            self.inline.push((inline, self.tokens.closing(at + 2)));
        }
        at + 2
    }

    /// `name!(...)`.
    fn macro_call(&mut self, at: usize) -> usize {
        let open = at + 2;
        if !self.tokens.opens(open) {
            return at + 1;
        }
        let close = self.tokens.closing(open);
        let name = self.tokens.word(at).to_owned();
        if name == "concat" {
            let (base, path) = self.constant(at, close + 1, MAX_DEPTH);
            if base == Some(Base::Package) {
                self.reference(at, "concat!".to_owned(), Base::Package, |reference| {
                    reference.path = path;
                    reference.is_guess = true;
                });
                return close + 1;
            }
        } else if QUERIES.contains(&&*name) {
            for base in [Base::Package, Base::Workspace] {
                self.reference(at, format!("{name}!"), base, |reference| {
                    reference.path = Text::Known(".sqlx".to_owned());
                    reference.is_guess = true;
                });
            }
        } else if let Some((_, base, default)) = MACROS.iter().find(|(known, ..)| *known == name) {
            return self.reading_macro(at, open, close, *base, *default);
        }
        open + 1
    }

    /// A call of one of [`MACROS`].
    fn reading_macro(
        &mut self,
        at: usize,
        open: usize,
        close: usize,
        base: Base,
        default: Option<&str>,
    ) -> usize {
        let name = self.tokens.word(at).to_owned();
        let by = format!("{name}!");
        let is_builtin = matches!(&*name, "include" | "include_bytes" | "include_str");
        if is_builtin {
            let end = self.tokens.next_comma(open + 1, close);
            let (given, path) = self.constant(open + 1, end, MAX_DEPTH);
            let base = given.unwrap_or(base);
            if given.is_none() && matches!(&path, Text::Prefix(prefix) if prefix.is_empty()) {
                self.scan.computed_includes = true;
            }
            self.reference(at, by, base, |reference| {
                reference.path = path;
                reference.is_source = name == "include";
            });
            return close + 1;
        }
        let strings: Vec<String> = (open + 1..close)
            .filter_map(|at| self.tokens.string(at))
            .collect();
        let default = default.filter(|_| strings.is_empty()).map(str::to_owned);
        for path in strings.into_iter().chain(default) {
            let path = path.trim_start_matches("$CARGO_MANIFEST_DIR/").to_owned();
            self.reference(at, by.clone(), base, |reference| {
                reference.path = Text::Known(path);
                reference.is_guess = true;
            });
        }
        close + 1
    }

    /// A constant string expression: what it starts from where it says so, and its text.
    fn constant(&self, from: usize, to: usize, depth: usize) -> (Option<Base>, Text) {
        if to == from + 1
            && let Some(text) = self.tokens.string(from)
        {
            return (None, Text::Known(text));
        }
        if self.tokens.is(from + 1, TokenKind::Bang) && self.tokens.opens(from + 2) {
            let (open, close) = (from + 2, self.tokens.closing(from + 2));
            match self.tokens.word(from) {
                "concat" if close + 1 == to && depth > 0 => {
                    return self.concatenation(open + 1, close, depth - 1);
                }
                "env" => {
                    return match self.tokens.string(open + 1).as_deref() {
                        Some("CARGO_MANIFEST_DIR") => {
                            (Some(Base::Package), Text::Known(String::new()))
                        }
                        Some("OUT_DIR") => (Some(Base::OutDir), Text::Known(String::new())),
                        Some("CARGO_PKG_README") => (None, Text::Readme(String::new())),
                        _ => (None, Text::Prefix(String::new())),
                    };
                }
                _ => {}
            }
        }
        (None, Text::Prefix(String::new()))
    }

    fn concatenation(&self, from: usize, to: usize, depth: usize) -> (Option<Base>, Text) {
        let (mut base, mut text) = (None, String::new());
        let mut part = from;
        while part < to {
            let end = self.tokens.next_comma(part, to);
            match self.constant(part, end, depth) {
                (found, Text::Known(more)) => {
                    base = base.or(found);
                    text.push_str(&more);
                }
                (_, Text::Prefix(more)) => return (base, Text::Prefix(text + &more)),
                (_, Text::Readme(more)) => return (base, Text::Readme(text + &more)),
            }
            part = end + 1;
        }
        (base, Text::Known(text))
    }

    fn literal(&mut self, at: usize) {
        if let Some(text) = self.tokens.string(at) {
            self.keep(at, text);
        }
    }

    fn keep(&mut self, at: usize, text: String) {
        let wanted = match self.literals {
            Literals::All => true,
            Literals::Telling => {
                let climbs = text.starts_with("..") || text.contains("/..");
                climbs || dropped_name(path::name(&text)).is_some()
            }
        };
        if wanted && !text.is_empty() && text.len() < 256 && !text.contains('\n') {
            let (line, test) = (self.tokens.line(at), at < self.test_until);
            self.scan.literals.push(Literal { line, text, test });
        }
    }

    /// `.join("..").join("proto")`, `.parent().unwrap()`: one path, whatever it starts from.
    fn join_chain(&mut self, start: usize) -> usize {
        let mut steps: Vec<String> = Vec::new();
        let mut at = start;
        while self.tokens.is(at, TokenKind::Dot) && self.tokens.is(at + 2, TokenKind::OpenParen) {
            let close = self.tokens.closing(at + 2);
            let argument = self.tokens.string(at + 3).filter(|_| close == at + 4);
            match (self.tokens.word(at + 1), argument) {
                ("join" | "push", Some(path)) => steps.push(path),
                ("parent", None) => steps.push("..".to_owned()),
                ("unwrap" | "to_path_buf" | "as_path" | "expect", _) => {}
                _ => break,
            }
            at = close + 1;
            // Of `Path::new(...).join(...)` and `parent()?`.
            while self.tokens.is(at, TokenKind::Question) {
                at += 1;
            }
        }
        // Each step alone is met as a literal of its own; the chain says more from two steps on.
        if (2..16).contains(&steps.len()) {
            self.keep(start, steps.join("/"));
        }
        // The steps of one chain are read once: a later start would see its tail only.
        for index in start + 1..at {
            if matches!(self.tokens.kind(index), Some(TokenKind::Literal { .. })) {
                self.literal(index);
            }
        }
        at.max(start + 1)
    }

    fn reference(&mut self, at: usize, by: String, base: Base, set: impl FnOnce(&mut Reference)) {
        let mut reference = Reference {
            line: self.tokens.line(at),
            by,
            base,
            path: Text::Known(String::new()),
            test: at < self.test_until,
            is_source: false,
            is_guess: false,
        };
        set(&mut reference);
        if reference.base != Base::OutDir {
            self.scan.references.push(reference);
        }
    }

    /// One past the last token of the item that starts at `at`.
    fn item_end(&self, mut at: usize) -> usize {
        const ITEMS: &[&str] = &[
            "const",
            "enum",
            "extern",
            "fn",
            "impl",
            "macro_rules",
            "mod",
            "static",
            "struct",
            "trait",
            "type",
            "union",
            "unsafe",
            "use",
        ];
        let mut is_item = false;
        while let Some(kind) = self.tokens.kind(at) {
            match kind {
                TokenKind::Pound if self.tokens.is(at + 1, TokenKind::OpenBracket) => {
                    at = self.tokens.closing(at + 1);
                }
                TokenKind::Ident => is_item |= ITEMS.contains(&self.tokens.word(at)),
                TokenKind::Semi => return at + 1,
                // A field, a variant, an argument; in an item the comma is one of its generics.
                TokenKind::Comma if !is_item => return at + 1,
                TokenKind::OpenBrace => return self.tokens.closing(at) + 1,
                TokenKind::OpenParen | TokenKind::OpenBracket => at = self.tokens.closing(at),
                TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                    return at;
                }
                _ => {}
            }
            at += 1;
        }
        at
    }
}

#[cfg(test)]
mod tests;
