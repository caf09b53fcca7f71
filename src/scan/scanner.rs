//! The walk over the tokens of a text: modules, macro calls, attributes and brackets, each read where
//! it stands.

use std::collections::HashSet;

use ra_ap_rustc_lexer::TokenKind;

use super::results::{Base, Inline, Literals, Module, Reference, Scan, Text};
use super::tokens::{MAX_DEPTH, Tokens};

/// What functions, fields and variables are called that hold a directory further up.
pub const ROOT_WORDS: &[&str] = &[
    "get_project_root",
    "project_root",
    "repo_root",
    "workspace_dir",
    "workspace_root",
];

/// Scans a text without the examples in comments.
pub fn scan_code(tokens: Tokens<'_>, literals: Literals) -> Scan {
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
        climbs_only: false,
    };
    scanner.run();
    scanner.scan
}

/// Where a scan is in its text, and what it has found so far.
pub struct Scanner<'t> {
    pub tokens: Tokens<'t>,
    pub literals: Literals,
    pub scan: Scan,
    /// Tokens before this index stand under `cfg(test)`.
    pub test_until: usize,
    /// The brackets of the current attribute, or of the last one.
    pub attribute: (usize, usize),
    /// The `#[path]`s seen since the last item.
    pub pending: Vec<String>,
    /// Whether one of them holds in every configuration.
    pub is_elsewhere: bool,
    /// The inline modules around the current token, each with the index of its closing brace.
    pub inline: Vec<(Inline, usize)>,
    /// The brackets around the current token: the index of each closing one, and whether it is of
    /// a macro or an attribute that may read files.
    pub groups: Vec<(usize, bool)>,
    /// Tokens before this index stand in an `extern "C++"`, where an `include!` names a header.
    pub foreign_until: usize,
    /// The dots of all chains of calls met so far.
    pub chained: HashSet<usize>,
    /// The strings that are steps of a path from the package, and no paths by themselves.
    pub steps: HashSet<usize>,
    /// Whether the text asks for the directory of the package, anywhere.
    pub asks_directory: bool,
    /// Whether the text calls `pop`, maybe on a path.
    pops: bool,
    /// Whether some path in the text leads upwards and nowhere down again.
    pub climbs_only: bool,
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
        let leads_up = self.pops || self.climbs_only;
        self.scan.leads_up |= leads_up && self.scan.names_package;
        self.scan.tests_lead_up |= leads_up && self.asks_directory;
    }

    /// Notes that what stands at a token leads to a directory above the package.
    pub fn leads_up(&mut self, at: usize) {
        self.scan.climbs = true;
        match at < self.test_until {
            true => self.scan.tests_lead_up = true,
            false => self.scan.leads_up = true,
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
                self.leads_up(at);
            }
            Some(TokenKind::Dot) => {
                self.join_chain(at, None);
            }
            Some(TokenKind::Eq) => self.equals(at),
            Some(TokenKind::Semi | TokenKind::CloseBrace) => {
                self.pending.clear();
                self.is_elsewhere = false;
            }
            _ => {}
        }
        at + 1
    }

    pub(super) fn enter(&mut self, open: usize, in_macro: bool) {
        self.groups.push((self.tokens.closing(open), in_macro));
    }

    /// Whether a bracket opens an `extern "C++"`, or what the like of cxx make of one.
    fn is_foreign(&self, open: usize) -> bool {
        let language = open.checked_sub(1).and_then(|at| self.tokens.string(at));
        language.is_some_and(|language| matches!(&*language, "C++" | "C++Qt" | "RustQt"))
            && open > 1
            && self.tokens.word(open - 2) == "extern"
    }

    pub(super) fn in_macro(&self) -> bool {
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

    pub(super) fn note_computed_modules(&mut self, at: usize) {
        self.scan.computed_modules |= at >= self.test_until;
    }

    pub(super) fn reference(
        &mut self,
        at: usize,
        by: String,
        base: Base,
        set: impl FnOnce(&mut Reference),
    ) {
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
