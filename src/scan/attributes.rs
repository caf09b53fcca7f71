//! Attributes: what they say of tests and modules, and the files that derive macros read.

use ra_ap_rustc_lexer::TokenKind;

use super::gate::{item_end, means_test};
use super::readers::PLAIN_ATTRIBUTES;
use super::results::Text;
use super::scanner::Scanner;
use super::tools::{Form, Reader, index};
use super::variables::glob;

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
        self.enter(open, !PLAIN_ATTRIBUTES.contains(&name));
        self.reading_attribute(open, name);
        open + 1
    }

    /// `#[test_resources("inputs/*.txt")]`, `#[template(...)]`
    fn reading_attribute(&mut self, open: usize, name: &str) {
        for reader in index().attributes.get(name).into_iter().flatten() {
            let paths = match reader.form {
                Form::GlobAttribute(_) => match self.tokens.string(open + 3) {
                    Some(path) => vec![glob(&path)],
                    None => continue,
                },
                Form::Attribute(_) => Vec::new(),
                _ => continue,
            };
            self.read_by(open, &format!("#[{name}]"), reader, paths);
        }
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
        // `#[template(path = "...")]`, `#[graphql(schema_path = "...")]`, `#[folder = "..."]`
        let name = if key == "path" { &attribute } else { &key };
        let of_key = index().keys.get(&**name).into_iter().flatten();
        let of_attribute = index().attributes.get(&*attribute).into_iter().flatten();
        let is_of_key = |reader: &&&Reader| match reader.form {
            Form::KeyOf(_, known) => known == key,
            _ => false,
        };
        for reader in of_key.chain(of_attribute.filter(is_of_key)) {
            let paths = vec![Text::Known(path.clone())];
            self.read_by(open, &format!("#[{attribute}]"), reader, paths);
        }
    }
}
