//! Macros and strings: the files that they name, or may name.

use ra_ap_rustc_lexer::TokenKind;

use super::constant::constant;
use super::readers::{PACKAGE_DIRECTORY, PACKAGE_MANIFEST, PLAIN_MACROS, is_rooted};
use super::results::{Base, Literal, Literals, Text};
use super::scanner::Scanner;
use super::steps::climbs_only;
use super::tools::{Form, Reader, index};
use super::variables::{glob, start};
use crate::conventions::is_special;

/// Calls that are given a directory, to which other code may join a path or in which it may open one.
const DIRECTORY_CALLS: &[&str] = &[
    "canonicalize",
    "current_dir",
    "from",
    "new",
    "set_current_dir",
];

impl Scanner<'_> {
    /// `name!(...)`.
    pub(super) fn macro_call(&mut self, at: usize) -> usize {
        let open = at + 2;
        if !self.tokens.opens(open) {
            return at + 1;
        }
        let close = self.tokens.closing(open);
        let name = self.tokens.word(at).to_owned();
        if name == "concat" {
            let (base, path) = constant(&self.tokens, at, close + 1);
            if let (None, Text::Known(text)) = (&base, &path) {
                self.keep(at, text);
            }
            if let (Some(Base::Package), Text::Known(text)) = (&base, &path)
                && text.trim_end_matches('/').ends_with("..")
            {
                // A constant for the directory, to which other strings are joined.
                self.leads_up(at);
                self.scan.names_package |= at >= self.test_until;
            }
            if let Some(base @ (Base::Package | Base::Variable(_))) = base {
                if base != Base::Package {
                    self.keep_parts(open, close);
                }
                let is_at_run_time = base == Base::Package && !self.in_macro();
                self.reference(at, "concat!".to_owned(), base, |reference| {
                    reference.path = path;
                    reference.is_guess = true;
                    reference.is_at_run_time = is_at_run_time;
                });
                return close + 1;
            }
        } else if matches!(&*name, "include" | "include_bytes" | "include_str") {
            return self.include(at, open, close);
        } else if let Some(readers) = index().macros.get(&*name) {
            let mut is_read = false;
            for reader in readers {
                self.reading_macro(at, open, close, reader);
                is_read |= matches!(reader.form, Form::Macro(_) | Form::Document(_));
            }
            if is_read {
                return close + 1;
            }
        }
        self.enter(open, !PLAIN_MACROS.contains(&&*name));
        open + 1
    }

    /// `include!(...)` and the like.
    fn include(&mut self, at: usize, open: usize, close: usize) -> usize {
        let name = self.tokens.word(at);
        let by = format!("{name}!");
        let is_source = name == "include";
        let end = self.tokens.next_comma(open + 1, close);
        let (given, path) = constant(&self.tokens, open + 1, end);
        if is_source && (at < self.foreign_until || is_header(&path)) {
            self.reference(at, by, Base::Headers, |reference| {
                reference.path = path;
                reference.is_guess = true;
            });
            return close + 1;
        }
        let is_variable = matches!(given, Some(Base::Variable(_)));
        // What some macro makes of its arguments: they may be the path, or a part of it.
        let is_call = matches!(&path, Text::Hole { before, .. } if before.is_empty());
        let is_document = self.is_documentation(at);
        self.reference(at, by, given.unwrap_or(Base::File), |reference| {
            reference.path = path;
            reference.is_source = is_source;
            reference.is_document = is_document;
        });
        if is_variable {
            self.keep_parts(open, close);
        } else if is_call {
            self.enter(open, true);
            return open + 1;
        }
        close + 1
    }

    /// Keeps the strings of a path that starts with a variable: nothing may say what its value is.
    fn keep_parts(&mut self, open: usize, close: usize) {
        for at in open + 1..close {
            if let Some(text) = self.tokens.string(at) {
                self.keep(at, &text);
            }
        }
    }

    /// A call of a macro of some [`TOOLS`](super::tools::TOOLS).
    fn reading_macro(&mut self, at: usize, open: usize, close: usize, reader: &Reader) {
        let by = format!("{}!", self.tokens.word(at));
        let has_string = || (open + 1..close).any(|at| self.tokens.string(at).is_some());
        let paths: Vec<Text> = match reader.form {
            Form::Empty(_) if has_string() => return,
            Form::First(_) => {
                let first = self.tokens.string(open + 1);
                first.into_iter().map(Text::Known).collect()
            }
            Form::Macro(_) | Form::Document(_) => (open + 1..close)
                .filter_map(|at| self.tokens.string(at))
                .map(Text::Known)
                .collect(),
            Form::Keyed(_, keys) => (open + 1..close)
                .filter(|at| keys.contains(&self.key_before(*at, open)))
                .filter_map(|at| self.tokens.string(at))
                .map(Text::Known)
                .collect(),
            Form::Glob(_) => {
                let mut steps = Vec::new();
                let mut part = open + 1;
                while part < close
                    && let Some(step) = self.tokens.string(part)
                {
                    steps.push(step);
                    part = self.tokens.next_comma(part, close) + 1;
                }
                let path = steps.join("/");
                (!steps.is_empty())
                    .then(|| glob(&path))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        };
        self.read_by(at, &by, reader, paths);
    }

    /// The paths that a macro or an attribute reads, or what it reads without any.
    pub(super) fn read_by(&mut self, at: usize, by: &str, reader: &Reader, paths: Vec<Text>) {
        let default = reader.default.iter().filter(|_| paths.is_empty());
        let default: Vec<Text> = default
            .map(|path| Text::Known((*path).to_owned()))
            .collect();
        for path in paths.into_iter().chain(default) {
            for from in reader.from {
                let (base, path) = match &path {
                    Text::Known(path) => {
                        let (base, path) = start(path, from.base());
                        let prefix = if base == from.base() {
                            from.prefix()
                        } else {
                            ""
                        };
                        (base, Text::Known(format!("{prefix}{path}")))
                    }
                    Text::Hole { before, after } => {
                        let (base, before) = start(before, from.base());
                        let hole = Text::Hole {
                            before: before.to_owned(),
                            after: after.clone(),
                        };
                        (base, hole)
                    }
                    Text::Readme(_) => (from.base(), path.clone()),
                };
                let is_given = base != from.base();
                self.reference(at, by.to_owned(), base, |reference| {
                    reference.path = path;
                    reference.is_guess = true;
                    reference.is_document = matches!(reader.form, Form::Document(_));
                });
                if is_given {
                    break;
                }
            }
        }
    }

    /// The word that a string belongs to: `path` in `path: "a"`, in `path = ["a", "b"]` and in
    /// `path("a")`.
    fn key_before(&self, at: usize, open: usize) -> &str {
        let mut key = at;
        while key > open + 1 {
            key -= 1;
            match self.tokens.kind(key) {
                Some(TokenKind::Ident) => return self.tokens.word(key),
                Some(
                    TokenKind::Colon
                    | TokenKind::Eq
                    | TokenKind::OpenBracket
                    | TokenKind::OpenParen
                    | TokenKind::Comma
                    | TokenKind::Literal { .. },
                ) => {}
                _ => break,
            }
        }
        ""
    }

    pub(super) fn literal(&mut self, at: usize) {
        if let Some(text) = self.tokens.string(at)
            && !self.steps.contains(&at)
        {
            self.keep(at, &text);
            self.variable_string(at, &text);
            self.mention(at, &text);
            if text == PACKAGE_DIRECTORY || text == PACKAGE_MANIFEST {
                self.scan.names_package |= at >= self.test_until;
                self.join_package(at);
                self.asks_directory = true;
            }
            if text == "locate-project" {
                self.leads_up(at);
            }
            self.join_array(at);
            // `Path::new("../..").join("proto")`
            if self.tokens.is(at + 1, TokenKind::CloseParen) {
                let climbs_only = self.join_chain(at + 2, Some(text));
                let is_directory = at > 1 && DIRECTORY_CALLS.contains(&self.tokens.word(at - 2));
                if climbs_only && is_directory {
                    self.leads_up(at);
                }
            }
        }
    }

    /// Keeps the lines of a string that may be paths.
    pub(super) fn keep(&mut self, at: usize, text: &str) {
        // `format!("{}/tests/data", env!("CARGO_MANIFEST_DIR"))`
        let known = match text.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
            Some((_, rest)) if rest.starts_with('/') => rest,
            _ => text,
        };
        let is_special = self.literals != Literals::All
            && !text.contains('\n')
            && (is_special(known) || self.is_from_root(at, text));
        for text in text.split('\n') {
            let climbs = text == ".." || text.starts_with("../") || text.contains("/..");
            self.scan.climbs |= climbs;
            self.climbs_only |= climbs && climbs_only(text);
            let wanted = match self.literals {
                Literals::All => true,
                _ => climbs || is_special,
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
                    from_package: false,
                    is_step: self.is_step(at),
                });
            }
        }
    }

    /// Whether a string of a test may be a path from the workspace root.
    fn is_from_root(&self, at: usize, text: &str) -> bool {
        let is_of_test = self.literals == Literals::Tests || at < self.test_until;
        is_of_test && is_rooted(text.as_bytes()) && !self.tokens.word(at).contains('\\')
    }

    /// Whether a macro at `at` is called in an attribute that makes documentation of its text:
    /// `#![doc = include_str!("../README.md")]`, also within a `cfg_attr`; or in a macro that does so,
    /// `doc_comment!(include_str!("../README.md"));`.
    fn is_documentation(&self, at: usize) -> bool {
        let (open, close) = self.attribute;
        if at > 2 && self.tokens.word(at - 3) == "doc_comment" {
            return true;
        }
        (open..close).contains(&at)
            && at > 1
            && self.tokens.is(at - 1, TokenKind::Eq)
            && self.tokens.word(at - 2) == "doc"
    }
}

/// Whether an `include!` names what no Rust compiler reads: `<vector>`, `app/include/store.h`.
fn is_header(path: &Text) -> bool {
    const ENDINGS: &[&str] = &[".h", ".hh", ".hpp", ".hxx"];
    match path {
        Text::Known(path) => {
            path.starts_with('<') || ENDINGS.iter().any(|ending| path.ends_with(ending))
        }
        _ => false,
    }
}
