//! A Rust source text to the paths that it reads. Pure.
//!
//! Token by token, with rustc's own lexer: comments and strings are never mistaken for code, and
//! what stands inside macro calls and attributes is seen as well. Nothing is expanded, so a path
//! that a macro computes is reported as computed rather than guessed.

mod attributes;
mod constant;
mod examples;
mod gate;
mod readers;
mod strings;
mod tokens;
mod tools;
mod variables;

use std::collections::HashSet;

use ra_ap_rustc_lexer::TokenKind;

use readers::{ROOT_WORDS, may_name_paths, may_tell};
use tokens::Tokens;

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
    /// The variables that it asks for.
    pub mentions: Vec<Mention>,
    /// The text has `CARGO_MANIFEST_DIR` outside tests: other strings may be the rest of the path.
    pub names_package: bool,
}

impl Scan {
    /// The variables that it asks for, in whatever way.
    pub fn variables(&self) -> impl Iterator<Item = &String> {
        let of_paths = self
            .references
            .iter()
            .filter_map(|found| match &found.base {
                Base::Variable(name) => Some(name),
                _ => None,
            });
        let asked = self.mentions.iter().map(|mention| &mention.name);
        asked.chain(of_paths)
    }

    /// Whether two texts read the same paths, wherever in them.
    pub fn reads_as(&self, other: &Self) -> bool {
        let unplaced = |scan: &Self| {
            let mut scan = scan.clone();
            scan.modules.iter_mut().for_each(|module| module.line = 0);
            scan.references.iter_mut().for_each(|found| found.line = 0);
            scan.literals.iter_mut().for_each(|found| found.line = 0);
            scan.mentions.iter_mut().for_each(|found| found.line = 0);
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
    /// The paths of `#[path = "..."]`, also within `cfg_attr`: each of them may be the one.
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
    /// No macro gets the path: the code reads the file when it runs.
    pub is_at_run_time: bool,
    /// The file becomes documentation: the examples in it are tests.
    pub is_document: bool,
}

/// What a relative path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// The directory of the file that says it.
    File,
    /// The package's directory: `CARGO_MANIFEST_DIR`, and the current directory of build scripts
    /// and tests.
    Package,
    /// The workspace root.
    Workspace,
    /// The nearest of the package's `src`, its directory and those above it that has such a path.
    Above,
    /// The value of a variable that the compiler sees.
    Variable(String),
    /// Where a C++ compiler looks for the header of a bridge: below the package's directory, which
    /// goes by the name of the package.
    Headers,
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
    /// The path starts from the package: from `CARGO_MANIFEST_DIR`.
    pub from_package: bool,
    /// Joined to a path that is not known here: `root().join("testdata")`.
    pub is_step: bool,
}

/// A variable that is asked for: `env!("NAME")`, `env::var("NAME")`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub line: usize,
    pub name: String,
    /// What is joined to its value on the spot, `Path::new(env!("NAME")).join("a").join("b")`;
    /// `None` where the value goes elsewhere.
    pub rest: Option<String>,
    /// Read under `cfg(test)` only.
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
    /// Literals with `..`, or that name a file which is dropped or only for tests unless something
    /// refers to it. Any other literal leads to a file that the crate has in any case. For tests,
    /// also literals that could name a file from the workspace root.
    Telling,
    /// As [`Literals::Telling`] has it, of a file that is all tests.
    Tests,
    /// Literals of the examples in a Markdown text, which is read instead of Rust.
    Examples,
}

impl Literals {
    pub const ALL: [Self; 4] = [Self::All, Self::Telling, Self::Tests, Self::Examples];
}

/// Reads one file. Text that is not UTF-8 is no Rust, which rustc will say better.
pub fn scan_bytes(bytes: &[u8], literals: Literals) -> Scan {
    let is_worth_it = match literals {
        Literals::All | Literals::Examples => true,
        Literals::Telling => may_tell(bytes),
        Literals::Tests => may_tell(bytes) || may_name_paths(bytes),
    };
    if !is_worth_it {
        return Scan::default();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => scan(text, literals),
        Err(_) => scan(&String::from_utf8_lossy(bytes), literals),
    }
}

/// Reads one text.
pub fn scan(text: &str, literals: Literals) -> Scan {
    if literals == Literals::Examples {
        return examples::of_markdown(text);
    }
    let tokens = Tokens::new(text);
    let lines = examples::lines_of_comments(text, &tokens.documents);
    let mut scan = scan_code(tokens, literals);
    examples::add(&lines, literals, &mut scan);
    scan
}

/// Scans a text without the examples in comments.
fn scan_code(tokens: Tokens<'_>, literals: Literals) -> Scan {
    let mut scanner = Scanner {
        tokens,
        literals,
        scan: Scan::default(),
        test_until: 0,
        attribute: (0, 0),
        pending: Vec::new(),
        is_elsewhere: false,
        inline: Vec::new(),
        groups: Vec::new(),
        foreign_until: 0,
        chained: HashSet::new(),
        steps: HashSet::new(),
        asks_directory: false,
        pops: false,
    };
    scanner.run();
    scanner.scan
}

/// How deeply `concat!`, `all()` and inline modules may nest before they are taken for computed.
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
    /// Tokens before this index stand in an `extern "C++"`, where an `include!` names a header.
    foreign_until: usize,
    /// The dots of all chains of calls met so far.
    chained: HashSet<usize>,
    /// The strings that are steps of a path from the package, and no paths by themselves.
    steps: HashSet<usize>,
    /// It asks for the directory of the package, wherever.
    asks_directory: bool,
    /// It takes the last part from something, maybe from a path.
    pops: bool,
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
        self.scan.climbs |= self.pops && self.asks_directory;
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
                if self.is_foreign(at) {
                    self.foreign_until = self.foreign_until.max(self.tokens.closing(at));
                }
                // What a macro by example writes may stand in a call of another macro.
                let is_body = at > 2 && self.tokens.word(at - 3) == "macro_rules";
                self.enter(at, is_body || self.in_macro());
            }
            Some(TokenKind::Ident) if self.tokens.word(at) == "macro_export" => {
                self.scan.exports_macros = true;
            }
            Some(TokenKind::Ident) if self.tokens.word(at) == "pop" => self.pops = true,
            Some(TokenKind::Ident) if ROOT_WORDS.contains(&self.tokens.word(at)) => {
                self.scan.climbs = true;
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

    fn enter(&mut self, open: usize, in_macro: bool) {
        self.groups.push((self.tokens.closing(open), in_macro));
    }

    /// Whether a bracket opens an `extern "C++"`, or what the like of cxx make of one.
    fn is_foreign(&self, open: usize) -> bool {
        let language = open.checked_sub(1).and_then(|at| self.tokens.string(at));
        language.is_some_and(|language| matches!(&*language, "C++" | "C++Qt" | "RustQt"))
            && open > 1
            && self.tokens.word(open - 2) == "extern"
    }

    fn in_macro(&self) -> bool {
        self.groups.last().is_some_and(|(_, in_macro)| *in_macro)
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
            if self.inline.len() > MAX_DEPTH {
                self.note_computed_modules(at);
                return at + 2;
            }
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

    fn reference(&mut self, at: usize, by: String, base: Base, set: impl FnOnce(&mut Reference)) {
        let mut reference = Reference {
            line: self.tokens.line(at),
            by,
            base,
            path: Text::Known(String::new()),
            test: at < self.test_until,
            is_source: false,
            is_guess: false,
            is_at_run_time: false,
            is_document: false,
        };
        set(&mut reference);
        if reference.base != Base::OutDir {
            self.scan.references.push(reference);
        }
    }
}

#[cfg(test)]
mod tests;
