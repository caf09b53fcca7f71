//! Paths that code joins step by step: `root.join("..").join("proto")`, `["..", "proto"].iter().collect()`.

use ra_ap_rustc_lexer::TokenKind;

use super::readers::PACKAGE_MANIFEST;
use super::results::Literal;
use super::scanner::Scanner;

impl Scanner<'_> {
    /// `.join("..").join("proto")`, `.parent().unwrap()`: one path, whatever it starts from. Looks
    /// ahead only: what stands between the steps is read in its turn. Returns whether the path leads
    /// upwards and nowhere down again.
    pub(super) fn join_chain(&mut self, start: usize, first: Option<String>) -> bool {
        self.join_steps(start, Vec::from_iter(first), None)
    }

    /// Joins further steps of a path, as [`Self::join_chain`] does; `variable` is the token that names
    /// the directory from which they lead.
    fn join_steps(
        &mut self,
        start: usize,
        mut steps: Vec<String>,
        variable: Option<usize>,
    ) -> bool {
        let mut of_ancestors = false;
        let mut at = self.next_step(start);
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
                ("join" | "push", Some(path), _) => {
                    self.steps.extend(variable.map(|_| at + 3));
                    steps.push(path);
                }
                // What is joined is not known here.
                ("join" | "push", None, _) => break,
                ("parent", ..) => steps.push("..".to_owned()),
                ("with_file_name", Some(path), _) => steps.extend(["..".to_owned(), path]),
                // Without a variable, `pop` belongs to a list.
                ("pop", ..) if variable.is_some() => steps.push("..".to_owned()),
                ("ancestors", ..) => of_ancestors = true,
                ("nth", _, Some(up)) if of_ancestors && up < 16_usize => {
                    steps.extend(vec!["..".to_owned(); up]);
                }
                // `unwrap`, `ok_or`, `canonicalize` and so on lead to the same place.
                _ => {}
            }
            at = close + 1;
            // Of `parent()?`; and of `Path::new(env!(...)).join(...)`, which ends what is around it.
            let is_end = |kind| {
                kind == TokenKind::Question || variable.is_some() && kind == TokenKind::CloseParen
            };
            while self.tokens.kind(at).is_some_and(is_end) {
                at += 1;
            }
            at = self.next_step(at);
        }
        let climbs = steps.iter().any(|step| step.starts_with(".."));
        self.scan.climbs |= of_ancestors || climbs;
        let path = steps.join("/");
        // `ancestors()` without `nth` leads to some directory above, whatever is joined to it.
        let climbs_only = of_ancestors && !climbs || climbs_only(&path);
        self.climbs_only |= climbs_only;
        if let Some(variable) = variable {
            self.keep_from_package(variable, &path);
        } else if (2..16).contains(&steps.len()) {
            // Each step alone is met as a literal of its own; the chain says more from two steps on.
            self.keep(start, &path);
        }
        climbs_only
    }

    /// The dot of the next step: the token at `at`, or that of the next statement if it goes on with
    /// the same variable, as in `let mut path = PathBuf::from(...); path.pop(); path.push("proto");`.
    fn next_step(&self, at: usize) -> usize {
        let goes_on = self.tokens.is(at, TokenKind::Semi)
            && self.tokens.is(at + 2, TokenKind::Dot)
            && matches!(self.tokens.word(at + 3), "pop" | "push")
            && self.variable_before(at) == Some(self.tokens.word(at + 1));
        if goes_on { at + 2 } else { at }
    }

    /// The variable that the statement before `end` defines, or whose method it calls.
    fn variable_before(&self, end: usize) -> Option<&str> {
        let is_limit = |at: &usize| {
            matches!(
                self.tokens.kind(*at),
                Some(TokenKind::Semi | TokenKind::OpenBrace | TokenKind::CloseBrace)
            )
        };
        let first = (0..end).rev().find(is_limit).map_or(0, |at| at + 1);
        match self.tokens.word(first) {
            "let" if self.tokens.word(first + 1) == "mut" => Some(self.tokens.word(first + 2)),
            variable if self.tokens.is(first + 1, TokenKind::Dot) => Some(variable),
            _ => None,
        }
    }

    /// `["..", "..", "proto"].iter().collect()`: one path. `at` is its first string.
    pub(super) fn join_array(&mut self, at: usize) {
        let is_first = at > 0 && self.tokens.is(at - 1, TokenKind::OpenBracket);
        let mut steps = Vec::new();
        let mut next = at;
        while is_first && let Some(step) = self.tokens.string(next) {
            steps.push(step);
            next = match self.tokens.is(next + 1, TokenKind::Comma) {
                true => next + 2,
                false => next + 1,
            };
        }
        if (2..16).contains(&steps.len()) && steps[0].starts_with("..") {
            self.keep(at, &steps.join("/"));
        }
    }

    /// Whether a string, or the chain of calls that starts with a dot, is joined to a path which is
    /// not known here.
    pub(super) fn is_step(&self, at: usize) -> bool {
        if self.tokens.is(at, TokenKind::Dot) {
            return true;
        }
        // Of several strings that are joined on the spot, only all together are a path.
        let is_joined = |at: usize| {
            at > 1
                && self.tokens.string(at).is_some()
                && self.tokens.is(at - 1, TokenKind::OpenParen)
                && matches!(self.tokens.word(at - 2), "join" | "push")
        };
        let is_next = |at: usize| self.tokens.is(at - 3, TokenKind::Dot) && is_joined(at);
        is_joined(at) && !is_next(at + 5) && !(at > 7 && is_next(at) && is_joined(at - 5))
    }

    /// What follows the string `CARGO_MANIFEST_DIR`: `Path::new(env!("...")).join("tests/data")`, or
    /// `[env!("..."), "tests", "data"].iter().collect()`.
    pub(super) fn join_package(&mut self, at: usize) {
        let mut next = at + 1;
        while self.tokens.is(next, TokenKind::CloseParen) {
            next += 1;
        }
        let (first, mut steps) = (next, Vec::new());
        while self.tokens.is(next, TokenKind::Comma)
            && let Some(step) = self.tokens.string(next + 1)
        {
            steps.push(step);
            next += 2;
        }
        if steps.is_empty() {
            self.join_steps(next, steps, Some(at));
        } else if self.tokens.is(next, TokenKind::CloseBracket) {
            self.steps.extend((first + 1..next).step_by(2));
            self.keep_from_package(at, &steps.join("/"));
        }
    }

    /// A path relative to what the token at `at` names. A macro such as `env!` gives the directory
    /// of this package. A variable that is read at run time gives that of the package that runs the
    /// code.
    fn keep_from_package(&mut self, at: usize, path: &str) {
        let path = match self.tokens.string(at).as_deref() {
            // The first step leads to the directory of the file.
            Some(PACKAGE_MANIFEST) => path.strip_prefix("../").unwrap_or_default(),
            _ => path,
        };
        if path.is_empty() || path.len() >= 256 || path.contains('\n') {
            return;
        }
        self.climbs_only |= climbs_only(path);
        let literal = Literal {
            line: self.tokens.line(at),
            text: path.to_owned(),
            test: at < self.test_until,
            in_macro: self.in_macro(),
            from_package: at > 1 && self.tokens.is(at - 2, TokenKind::Bang),
            is_step: false,
        };
        self.scan.literals.push(literal);
    }
}

/// Whether a path leads upwards and nowhere down again: `../..`, `{root}/../{name}`.
pub fn climbs_only(path: &str) -> bool {
    let is_silent = |step: &str| matches!(step, "" | "." | "..") || step.starts_with('{');
    path.split('/').all(is_silent) && path.split('/').any(|step| step == "..")
}
