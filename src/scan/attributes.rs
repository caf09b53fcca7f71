//! Attributes: what they say of tests and modules, and the files that derive macros read.

use ra_ap_rustc_lexer::TokenKind;

use super::gate::{item_end, means_test};
use super::readers::{ATTRIBUTES, FOLDERS, GLOBS, PLAIN_ATTRIBUTES};
use super::{Base, Scanner, Text};

impl Scanner<'_> {
    /// `#[...]` or `#![...]`: notes `cfg(test)` and `path`, and lets the content be read as any
    /// other (an `include_str!` may stand in a `doc`).
    pub(super) fn attribute(&mut self, at: usize) -> usize {
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

    /// `key = "path"` in an attribute.
    pub(super) fn equals(&mut self, at: usize) {
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
}
