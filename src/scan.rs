//! A Rust source text to the paths that it reads. Pure.
//!
//! Token by token, with rustc's own lexer: comments and strings are never mistaken for code, and
//! what stands inside macro calls and attributes is seen as well. Nothing is expanded, so a path
//! that a macro computes is reported as computed rather than guessed.

mod constant;
mod gate;
mod readers;
mod tokens;

use std::collections::HashSet;

use ra_ap_rustc_lexer::TokenKind;

use constant::constant;
use gate::{item_end, means_test};
use readers::{
    ATTRIBUTES, FOLDERS, GLOBS, MACROS, PLAIN_ATTRIBUTES, PLAIN_MACROS, QUERIES, may_tell,
};
use tokens::Tokens;

use crate::path;
use crate::places::dropped_name;

/// What one file says of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    pub modules: Vec<Module>,
    pub references: Vec<Reference>,
    pub literals: Vec<Literal>,
    /// A `mod $name;` or a `#[path = $path]`: some macro declares modules whose names or places
    /// are not here to read.
    pub computed_modules: bool,
    /// A macro of this file is for other crates as well.
    pub exports_macros: bool,
    /// A string or a call leads upwards: other strings may be the rest of the path.
    pub climbs: bool,
}

impl Scan {
    /// Whether two texts read the same paths, wherever in them.
    pub fn reads_as(&self, other: &Self) -> bool {
        let unplaced = |scan: &Self| {
            let mut scan = scan.clone();
            scan.modules.iter_mut().for_each(|module| module.line = 0);
            scan.references.iter_mut().for_each(|found| found.line = 0);
            scan.literals.iter_mut().for_each(|found| found.line = 0);
            scan
        };
        self == other || unplaced(self) == unplaced(other)
    }
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
    /// The inline modules around it, outermost first.
    pub inside: Vec<Inline>,
    /// Compiled under `cfg(test)` only.
    pub test: bool,
}

/// `mod name { ... }` around a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    pub name: String,
    /// As for [`Module`]; here the path is a directory.
    pub paths: Vec<String>,
    pub is_elsewhere: bool,
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
    /// A part varies: what stands before and after it. Nothing is known of what comes after where
    /// more than one part does.
    Hole {
        before: String,
        after: Option<String>,
    },
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
    /// An argument of a macro or an attribute, which may read the file at compile time.
    pub in_macro: bool,
}

/// Which string literals are worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Literals {
    /// All that could name a file: for build scripts, and for root packages, which do not own all
    /// that lies around them.
    All,
    /// Those that climb (`..`), or that name a file which is dropped or is the tests' alone unless
    /// something refers to it: any other leads to a file that the crate has in any case.
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
        groups: Vec::new(),
        chained: HashSet::new(),
    };
    scanner.run();
    scanner.scan
}

/// Where own files lie that only tests or binaries need, or nobody, unless something refers to
/// them.
const SPECIAL_PLACES: &[&str] = &[
    ".cargo/",
    ".github/",
    "benches/",
    "examples/",
    "fuzz/",
    "src/bin/",
    "tests/",
];

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
    /// The brackets around the current token: the index of each closing one, and whether it is of
    /// a macro or an attribute that may read files.
    groups: Vec<(usize, bool)>,
    /// The dots of all chains of calls met so far.
    chained: HashSet<usize>,
}

impl Scanner<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            while self.inline.last().is_some_and(|(_, end)| *end <= at) {
                self.inline.pop();
            }
            while self.groups.last().is_some_and(|(end, _)| *end <= at) {
                self.groups.pop();
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
            Some(TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::OpenBrace) => {
                self.enter(at, self.in_macro());
            }
            Some(TokenKind::Ident) if self.tokens.word(at) == "macro_export" => {
                self.scan.exports_macros = true;
            }
            Some(TokenKind::Dot) => self.join_chain(at, None),
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
        if close >= self.test_until && means_test(&self.tokens, open + 1, close) {
            let until = match inner {
                // Of whatever it stands in: a module, a function, the file.
                true => self
                    .groups
                    .last()
                    .map_or(self.tokens.len(), |(end, _)| *end),
                false => item_end(&self.tokens, close + 1),
            };
            self.test_until = self.test_until.max(until);
        }
        if self.attribute.1 <= at {
            self.attribute = (open, close);
        }
        let name = self.tokens.word(open + 1);
        let (may_read, is_glob) = (!PLAIN_ATTRIBUTES.contains(&name), GLOBS.contains(&name));
        self.enter(open, may_read);
        if is_glob {
            self.glob(open);
        }
        open + 1
    }

    /// `#[test_resources("inputs/*.txt")]`
    fn glob(&mut self, open: usize) {
        let Some(glob) = self.tokens.string(open + 3) else {
            return;
        };
        let by = format!("#[{}]", self.tokens.word(open + 1));
        self.reference(open, by, Base::Workspace, |reference| {
            reference.path = match glob.find(['*', '?', '[']) {
                Some(varies) => Text::Hole {
                    before: glob[..varies].to_owned(),
                    after: None,
                },
                None => Text::Known(glob),
            };
            reference.is_guess = true;
        });
    }

    fn enter(&mut self, open: usize, in_macro: bool) {
        self.groups.push((self.tokens.closing(open), in_macro));
    }

    fn in_macro(&self) -> bool {
        self.groups.last().is_some_and(|(_, in_macro)| *in_macro)
    }

    /// `key = "path"` in an attribute.
    fn equals(&mut self, at: usize) {
        let (open, close) = self.attribute;
        if at <= open || at >= close {
            return;
        }
        let is_path = self.tokens.word(at - 1) == "path";
        if is_path && self.tokens.is(at + 1, TokenKind::Dollar) {
            self.note_computed_modules(at);
        }
        if let Some(path) = self.tokens.string(at + 1) {
            self.key_and_path(open, at - 1, path);
        }
    }

    fn key_and_path(&mut self, open: usize, key: usize, path: String) {
        let attribute = self.tokens.word(open + 1).to_owned();
        // `cfg_attr(predicate, path = "...")`, where the path is no other attribute's.
        let is_conditional = attribute == "cfg_attr" && self.tokens.is(key - 1, TokenKind::Comma);
        let key = self.tokens.word(key).to_owned();
        if key == "path" && (attribute == "path" || is_conditional) {
            self.is_elsewhere |= attribute == "path";
            return self.pending.push(path);
        }
        let path = path.trim_start_matches("$CARGO_MANIFEST_DIR/");
        // `#[template(path = "...")]`, `#[graphql(schema_path = "...")]`, `#[folder = "..."]`
        let name = if key == "path" { &attribute } else { &key };
        let known = ATTRIBUTES.iter().find(|(known, _)| known == name);
        let given = known.map_or(&[][..], |(_, prefixes)| prefixes);
        let given = given.iter().map(|prefix| format!("{prefix}{path}"));
        let folder = FOLDERS.iter().find(|(known, _)| known == name);
        for path in given.chain(folder.map(|(_, folder)| (*folder).to_owned())) {
            self.reference(
                open,
                format!("#[{attribute}]"),
                Base::Package,
                |reference| {
                    reference.path = Text::Known(path);
                    reference.is_guess = true;
                },
            );
        }
    }

    /// `mod name;`, `mod name { ... }`.
    fn module(&mut self, at: usize) -> usize {
        let paths = std::mem::take(&mut self.pending);
        let is_elsewhere = std::mem::take(&mut self.is_elsewhere);
        if self.tokens.is(at + 1, TokenKind::Dollar) {
            // With a body, it is no other file.
            if !self.tokens.is(at + 3, TokenKind::OpenBrace) {
                self.note_computed_modules(at);
            }
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
            let inline = Inline {
                name,
                paths,
                is_elsewhere,
            };
            self.inline.push((inline, self.tokens.closing(at + 2)));
        }
        at + 2
    }

    fn note_computed_modules(&mut self, at: usize) {
        self.scan.computed_modules |= at >= self.test_until;
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
            let (base, path) = constant(&self.tokens, at, close + 1);
            if let (None, Text::Known(text)) = &(base, &path) {
                self.keep(at, text);
            }
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
        self.enter(open, !PLAIN_MACROS.contains(&&*name));
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
            let (given, path) = constant(&self.tokens, open + 1, end);
            let base = given.unwrap_or(base);
            // What some macro makes of its arguments: they may be the path, or a part of it.
            let is_call = matches!(&path, Text::Hole { before, .. } if before.is_empty());
            self.reference(at, by, base, |reference| {
                reference.path = path;
                reference.is_source = name == "include";
            });
            if is_call {
                self.enter(open, true);
                return open + 1;
            }
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

    fn literal(&mut self, at: usize) {
        if let Some(text) = self.tokens.string(at) {
            self.keep(at, &text);
            // `Path::new("../..").join("proto")`
            if self.tokens.is(at + 1, TokenKind::CloseParen) {
                self.join_chain(at + 2, Some(text));
            }
        }
    }

    /// Keeps the lines of a string that may be paths.
    fn keep(&mut self, at: usize, text: &str) {
        for text in text.split('\n') {
            let climbs = text == ".." || text.starts_with("../") || text.contains("/..");
            self.scan.climbs |= climbs;
            let wanted = match self.literals {
                Literals::All => true,
                Literals::Telling => {
                    let is_special = SPECIAL_PLACES.iter().any(|place| text.starts_with(place));
                    climbs || is_special || dropped_name(path::name(text)).is_some()
                }
            };
            if wanted && !text.is_empty() && text.len() < 256 {
                let (line, test) = (self.tokens.line(at), at < self.test_until);
                let text = text.to_owned();
                let in_macro = self.in_macro();
                self.scan.literals.push(Literal {
                    line,
                    text,
                    test,
                    in_macro,
                });
            }
        }
    }

    /// `.join("..").join("proto")`, `.parent().unwrap()`: one path, whatever it starts from. Looks
    /// ahead only: what stands between the steps is read in its turn.
    fn join_chain(&mut self, start: usize, first: Option<String>) {
        let mut steps: Vec<String> = Vec::from_iter(first);
        let mut of_ancestors = false;
        let mut at = start;
        while self.tokens.is(at, TokenKind::Dot)
            && self.tokens.is(at + 2, TokenKind::OpenParen)
            // A later start of the same chain would see its tail only.
            && self.chained.insert(at)
        {
            let close = self.tokens.closing(at + 2);
            let argument = self.tokens.string(at + 3).filter(|_| close == at + 4);
            let number = self
                .tokens
                .word(at + 3)
                .parse()
                .ok()
                .filter(|_| close == at + 4);
            match (self.tokens.word(at + 1), argument, number) {
                ("join" | "push", Some(path), _) => steps.push(path),
                // What is joined is not known here.
                ("join" | "push", None, _) => break,
                ("parent", ..) => steps.push("..".to_owned()),
                ("ancestors", ..) => of_ancestors = true,
                ("nth", _, Some(up)) if of_ancestors && up < 16_usize => {
                    steps.extend(vec!["..".to_owned(); up]);
                }
                // `unwrap`, `ok_or`, `canonicalize` and so on lead to the same place.
                _ => {}
            }
            at = close + 1;
            // Of `Path::new(...).join(...)` and `parent()?`.
            while self.tokens.is(at, TokenKind::Question) {
                at += 1;
            }
        }
        let climbs = steps.iter().any(|step| step.starts_with(".."));
        self.scan.climbs |= of_ancestors || climbs;
        // Each step alone is met as a literal of its own; the chain says more from two steps on.
        let is_telling = climbs || self.literals == Literals::All;
        if is_telling && (2..16).contains(&steps.len()) {
            self.keep(start, &steps.join("/"));
        }
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
}

#[cfg(test)]
mod tests;
