//! Nix's syntax, as far as a flake is read: names, scopes, calls. Pure.

use std::ops::Range;

use rnix::SyntaxNode;
use rnix::ast::{
    AstNode, Attr, AttrSet, Attrpath, AttrpathValue, Entry, Expr, HasEntry, InterpolPart, Lambda,
    LetIn, Param,
};

/// The node that stands below any kind of syntax.
pub fn node<T: AstNode>(syntax: &T) -> &SyntaxNode {
    syntax.syntax()
}

/// The node as this kind of syntax, if it is of it.
pub fn cast<T: AstNode>(node: SyntaxNode) -> Option<T> {
    T::cast(node)
}

pub fn range<T: AstNode>(syntax: &T) -> Range<usize> {
    let range = node(syntax).text_range();
    range.start().into()..range.end().into()
}

pub fn text<T: AstNode>(syntax: &T) -> String {
    node(syntax).text().to_string()
}

pub fn all<T: AstNode>(root: &SyntaxNode) -> impl Iterator<Item = T> {
    root.descendants().filter_map(T::cast)
}

/// A name, or `${system}` as it stands there.
pub fn attribute(attr: &Attr) -> String {
    match attr {
        Attr::Str(string) => plain(string).unwrap_or_else(|| text(attr)),
        _ => text(attr),
    }
}

/// What a string holds that has no `${}` in it.
pub fn plain(string: &rnix::ast::Str) -> Option<String> {
    let parts = string.normalized_parts();
    match &parts[..] {
        [] => Some(String::new()),
        [InterpolPart::Literal(text)] => Some(text.clone()),
        _ => None,
    }
}

pub fn path_of(attrpath: &Attrpath) -> Vec<String> {
    attrpath.attrs().map(|attr| attribute(&attr)).collect()
}

pub fn key(entry: &AttrpathValue) -> Vec<String> {
    entry
        .attrpath()
        .map(|path| path_of(&path))
        .unwrap_or_default()
}

/// Without the parentheses around it.
pub fn bare(expr: &Expr) -> Expr {
    match expr {
        Expr::Paren(paren) => paren
            .expr()
            .map_or_else(|| expr.clone(), |inner| bare(&inner)),
        _ => expr.clone(),
    }
}

/// The function and the arguments of a call.
pub fn call(expr: &Expr) -> (Expr, Vec<Expr>) {
    let mut head = bare(expr);
    let mut arguments = Vec::new();
    while let Expr::Apply(apply) = &head {
        let (Some(function), Some(argument)) = (apply.lambda(), apply.argument()) else {
            break;
        };
        arguments.insert(0, argument);
        head = bare(&function);
    }
    (head, arguments)
}

/// `f` of `f`, `lib.f` and `inputs.nixpkgs.lib.f`.
pub fn last_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Ident(_) => Some(text(expr)),
        Expr::Select(select) => path_of(&select.attrpath()?).pop(),
        _ => None,
    }
}

/// The value of a key of a set, where it is written as `a.b.c = value` or in nested sets.
pub fn value_at(set: &AttrSet, path: &[&str]) -> Option<Expr> {
    set.attrpath_values().find_map(|entry| {
        let key = key(&entry);
        if key.len() > path.len() || !key.iter().zip(path).all(|(a, b)| a == b) {
            return None;
        }
        let value = entry.value()?;
        match path.split_at(key.len()).1 {
            [] => Some(value),
            rest => match bare(&value) {
                Expr::AttrSet(inner) => value_at(&inner, rest),
                _ => None,
            },
        }
    })
}

/// The names that can be said at a place, the innermost last, with their values where these are
/// written down.
#[derive(Clone, Default)]
pub struct Scope(pub Vec<(String, Option<Expr>)>);

impl Scope {
    /// Within `let`, or a `rec` set.
    pub fn enter_entries(&mut self, entries: impl Iterator<Item = Entry>) {
        for entry in entries {
            match entry {
                Entry::AttrpathValue(entry) => {
                    if let [name] = &key(&entry)[..] {
                        self.0.push((name.clone(), entry.value()));
                    } else if let Some(name) = key(&entry).first() {
                        self.0.push((name.clone(), None));
                    }
                }
                Entry::Inherit(inherit) => {
                    let names = inherit.attrs().map(|attr| attribute(&attr));
                    // `inherit x;` brings nothing new.
                    if inherit.from().is_some() {
                        self.0.extend(names.map(|name| (name, None)));
                    }
                }
            }
        }
    }

    pub fn enter_lambda(&mut self, lambda: &Lambda) {
        self.0
            .extend(parameters(lambda).into_iter().map(|name| (name, None)));
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The value of the innermost binding of this name.
    pub fn value(&self, name: &str) -> Option<&Expr> {
        let binding = self.0.iter().rev().find(|(known, _)| known == name);
        binding.and_then(|(_, value)| value.as_ref())
    }

    /// The bindings that nothing further inside hides, the innermost first.
    pub fn visible(&self) -> impl Iterator<Item = (&str, &Expr)> {
        let bindings = self.0.iter().enumerate().rev();
        bindings.filter_map(|(place, (name, value))| {
            let is_hidden = self.0[place + 1..].iter().any(|(later, _)| later == name);
            let value = value.as_ref().filter(|_| !is_hidden)?;
            Some((name.as_str(), value))
        })
    }
}

/// The names that a function's parameter brings.
pub fn parameters(lambda: &Lambda) -> Vec<String> {
    match lambda.param() {
        Some(Param::IdentParam(param)) => param.ident().iter().map(text).collect(),
        Some(Param::Pattern(pattern)) => {
            let entries = pattern.pat_entries().filter_map(|entry| entry.ident());
            let bound = pattern.pat_bind().and_then(|bind| bind.ident());
            entries.chain(bound).map(|ident| text(&ident)).collect()
        }
        None => Vec::new(),
    }
}

/// Where an expression ends up, behind `let`, `with`, `assert` and parentheses.
pub struct Inner {
    pub expr: Expr,
    pub scope: Scope,
    /// The last `let` on the way.
    pub let_in: Option<LetIn>,
}

pub fn enter(expr: &Expr, scope: &Scope) -> Inner {
    let mut inner = Inner {
        expr: expr.clone(),
        scope: scope.clone(),
        let_in: None,
    };
    loop {
        let next = match &inner.expr {
            Expr::LetIn(let_in) => {
                inner.scope.enter_entries(let_in.entries());
                inner.let_in = Some(let_in.clone());
                let_in.body()
            }
            Expr::With(with) => with.body(),
            Expr::Assert(assert) => assert.body(),
            Expr::Paren(paren) => paren.expr(),
            _ => None,
        };
        match next {
            Some(next) => inner.expr = next,
            None => return inner,
        }
    }
}
