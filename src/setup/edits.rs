//! Changes to the text of a flake.nix: where they go, and how they are shown. Pure.

use std::ops::Range;

use rnix::ast::{AttrSet, AttrpathValue, Expr, HasEntry, LetIn, List};

use super::syntax::range;
use crate::text::indented;

/// A change to a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
    /// Where, for a reader: ``in `inputs` ``.
    pub place: String,
    /// What a reader adds or writes there; empty where another edit shows it.
    pub shown: String,
}

/// All changes to one text.
pub struct Edits<'t> {
    text: &'t str,
    edits: Vec<Edit>,
    pending: Vec<Pending>,
}

/// Entries to be added to one set, together.
struct Pending {
    at: Gap,
    place: String,
    blocks: Vec<String>,
}

/// Between the brackets of a set, a `let` or a list.
struct Gap {
    open: usize,
    close: usize,
    first: Option<usize>,
    last: Option<usize>,
}

impl<'t> Edits<'t> {
    pub fn new(text: &'t str) -> Self {
        Self {
            text,
            edits: Vec::new(),
            pending: Vec::new(),
        }
    }

    /// In the order of the text.
    pub fn finish(mut self) -> Vec<Edit> {
        for pending in std::mem::take(&mut self.pending) {
            let edit = self.written(&pending);
            self.edits.push(edit);
        }
        self.edits.sort_by_key(|edit| edit.range.start);
        self.edits
    }

    pub fn replace(&mut self, range: Range<usize>, text: String, place: String, shown: String) {
        self.edits.push(Edit {
            range,
            text,
            place,
            shown,
        });
    }

    /// Whether an earlier change is in the way of one here.
    pub fn overlaps(&self, range: &Range<usize>) -> bool {
        let is_over = |edit: &Edit| edit.range.start < range.end && range.start < edit.range.end;
        self.edits.iter().any(is_over)
    }

    pub fn add_to_set(&mut self, set: &AttrSet, block: &str, place: &str) {
        let token = |token: Option<rnix::SyntaxToken>| token.map(|token| token.text_range());
        let (Some(open), Some(close)) = (token(set.l_curly_token()), token(set.r_curly_token()))
        else {
            return;
        };
        let at = gap(
            open.end().into(),
            close.start().into(),
            set.entries().map(|e| range(&e)),
        );
        self.add(at, block, place);
    }

    pub fn add_to_let(&mut self, let_in: &LetIn, block: &str, place: &str) {
        let token = |token: Option<rnix::SyntaxToken>| token.map(|token| token.text_range());
        let (Some(open), Some(close)) = (token(let_in.let_token()), token(let_in.in_token()))
        else {
            return;
        };
        let entries = let_in.entries().map(|e| range(&e));
        self.add(
            gap(open.end().into(), close.start().into(), entries),
            block,
            place,
        );
    }

    pub fn add_to_list(&mut self, list: &List, block: &str, place: &str) {
        let token = |token: Option<rnix::SyntaxToken>| token.map(|token| token.text_range());
        let (Some(open), Some(close)) = (token(list.l_brack_token()), token(list.r_brack_token()))
        else {
            return;
        };
        let items = list.items().map(|e| range(&e));
        self.add(
            gap(open.end().into(), close.start().into(), items),
            block,
            place,
        );
    }

    /// Behind an entry of a set.
    pub fn add_behind(&mut self, set: &AttrSet, entry: &AttrpathValue, block: &str, place: &str) {
        let close = set.r_curly_token().map(|token| token.text_range().start());
        let at = Gap {
            open: range(entry).start,
            close: close.map_or(range(set).end, usize::from),
            first: Some(range(entry).start),
            last: Some(range(entry).end),
        };
        self.add(at, block, place);
    }

    fn add(&mut self, at: Gap, block: &str, place: &str) {
        match self.pending.iter_mut().find(|p| p.at.open == at.open) {
            Some(pending) => pending.blocks.push(block.to_owned()),
            None => self.pending.push(Pending {
                at,
                place: place.to_owned(),
                blocks: vec![block.to_owned()],
            }),
        }
    }

    fn written(&self, Pending { at, place, blocks }: &Pending) -> Edit {
        let block = blocks.join("\n");
        let outer = self.indentation(at.open);
        let own_line = at.first.filter(|first| self.starts_line(*first));
        let indent = match own_line {
            Some(first) => self.indentation(first).to_owned(),
            None => format!("{outer}  "),
        };
        // A comment at the end of the line stays with what it is about.
        let end = at.last.map_or(at.open, |last| self.end_of_line(last));
        let mut text = format!("\n{}", indented(&block, &indent));
        if !self.text[end..at.close].contains('\n') {
            text += &format!("\n{outer}");
        }
        Edit {
            range: end..end,
            text,
            place: place.clone(),
            shown: block,
        }
    }

    /// Before an expression, in its line.
    pub fn before(&mut self, expr: &Expr, added: &str, place: &str) {
        let range = range(expr);
        let needs_parentheses = matches!(
            expr,
            Expr::LetIn(_) | Expr::With(_) | Expr::IfElse(_) | Expr::Assert(_) | Expr::Lambda(_)
        );
        let open = if needs_parentheses { "(" } else { "" };
        let line = self.line_start(range.start);
        let end = self.text[range.start..]
            .find('\n')
            .map_or(self.text.len(), |n| range.start + n);
        let shown = format!(
            "{}{added}{open}{}",
            self.text[line..range.start].trim_start(),
            &self.text[range.start..end]
        );
        let note = match needs_parentheses {
            true => format!(
                "{shown}\n# and a `)` after it, on line {}",
                self.line(range.end)
            ),
            false => shown,
        };
        self.replace(
            range.start..range.start,
            format!("{added}{open}"),
            place.to_owned(),
            note,
        );
        if needs_parentheses {
            self.replace(
                range.end..range.end,
                ")".to_owned(),
                String::new(),
                String::new(),
            );
        }
    }

    /// A `let` around an expression.
    pub fn wrap_in_let(&mut self, expr: &Expr, bindings: &str, place: &str) {
        let start = range(expr).start;
        let indent = self.indentation(start).to_owned();
        let text = format!(
            "let\n{}\n{indent}in\n{indent}",
            indented(bindings, &format!("{indent}  "))
        );
        let shown = format!("let\n{}\nin", indented(bindings, "  "));
        self.replace(start..start, text, place.to_owned(), shown);
    }

    /// Leaves out an entry, and its line if nothing else stands there.
    pub fn remove(&mut self, entry: &AttrpathValue) {
        let range = range(entry);
        let start = self.line_start(range.start);
        let is_alone = self.text[start..range.start].trim().is_empty();
        let rest = &self.text[range.end..];
        let line = rest.find('\n').unwrap_or(rest.len());
        let is_last = rest[..line].trim().is_empty() && line < rest.len();
        let whole = match is_alone && is_last {
            true => start..range.end + line + 1,
            false => range,
        };
        self.replace(whole, String::new(), String::new(), String::new());
    }

    /// Counted from one.
    pub fn line(&self, place: usize) -> usize {
        line(self.text, place)
    }

    fn line_start(&self, place: usize) -> usize {
        self.text[..place].rfind('\n').map_or(0, |end| end + 1)
    }

    fn starts_line(&self, place: usize) -> bool {
        self.text[self.line_start(place)..place].trim().is_empty()
    }

    pub fn indentation(&self, place: usize) -> &'t str {
        let line = &self.text[self.line_start(place)..];
        let length = line.len() - line.trim_start_matches([' ', '\t']).len();
        &line[..length]
    }

    fn end_of_line(&self, place: usize) -> usize {
        let rest = &self.text[place..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let line = line.trim_end_matches('\r');
        match line.trim_start() {
            "" => place,
            comment if comment.starts_with('#') => place + line.len(),
            _ => place,
        }
    }
}

fn gap(open: usize, close: usize, items: impl Iterator<Item = Range<usize>>) -> Gap {
    let items: Vec<Range<usize>> = items.collect();
    Gap {
        open,
        close,
        first: items.first().map(|item| item.start),
        last: items.last().map(|item| item.end),
    }
}

pub fn line(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

/// The text with all changes.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let mut new = String::new();
    let mut done = 0;
    for edit in edits {
        new.push_str(&text[done..edit.range.start]);
        new.push_str(&edit.text);
        done = edit.range.end;
    }
    new + &text[done..]
}
