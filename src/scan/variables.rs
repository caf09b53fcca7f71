//! Variables of the environment, as paths start with them.

use ra_ap_rustc_lexer::TokenKind;

use super::results::{Base, Mention, Text};
use super::scanner::Scanner;

/// How the names of variables start that Cargo sets itself, so that its configuration does not.
const CARGO_PREFIXES: &[&str] = &[
    "CARGO_BIN_",
    "CARGO_CFG_",
    "CARGO_CRATE_",
    "CARGO_FEATURE_",
    "CARGO_PKG_",
    "CARGO_TARGET_",
    "DEP_",
];

/// Further variables that Cargo sets itself, or that every environment has.
const CARGO_OR_SYSTEM_NAMES: &[&str] = &[
    "CARGO",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "HOME",
    "HOST",
    "OPT_LEVEL",
    "OUT_DIR",
    "PATH",
    "PROFILE",
    "RUST_LOG",
    "TARGET",
];

/// Whether Cargo's configuration may give the variable a value.
pub fn is_variable(name: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty()
        && name.bytes().all(is_name)
        && !CARGO_OR_SYSTEM_NAMES.contains(&name)
        && !CARGO_PREFIXES.iter().any(|other| name.starts_with(other))
}

/// A path that may start with a variable, `$NAME/rest` or `${NAME}/rest`: where it starts, which is
/// `default` where it names none, and the rest.
pub fn start(path: &str, default: Base) -> (Base, &str) {
    let Some((name, rest)) = split(path) else {
        return (default, path);
    };
    match name {
        "CARGO_MANIFEST_DIR" => (Base::Package, rest),
        name if is_variable(name) => (Base::Variable(name.to_owned()), rest),
        _ => (default, path),
    }
}

/// The name of the variable that a text starts with, and what follows. As a shell has it, a name in
/// braces may have a value for when it is not set.
fn split(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix('$')?;
    if let Some(braced) = text.strip_prefix('{') {
        let (name, rest) = braced.split_once('}')?;
        let name = name.split_once(':').map_or(name, |(name, _)| name);
        return Some((name, rest));
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// A path with wildcards: what stands before the first of them.
pub fn glob(path: &str) -> Text {
    match path.find(['*', '?', '[', '{']) {
        Some(varies) => Text::Hole {
            before: path[..varies].to_owned(),
            after: None,
        },
        None => Text::Known(path.to_owned()),
    }
}

impl Scanner<'_> {
    /// A string that starts with a variable is a path from its value, whatever it is given to.
    pub(super) fn variable_string(&mut self, at: usize, text: &str) {
        let (base, rest) = start(text, Base::File);
        // The package's directory alone is nothing new.
        let is_bare = rest.trim_matches('/').is_empty();
        if base == Base::File || base == Base::Package && is_bare {
            return;
        }
        let by = format!("the string \"{}\"", text.escape_debug());
        let path = glob(rest);
        self.reference(at, by, base, |reference| {
            reference.path = path;
            reference.is_guess = true;
        });
    }

    /// Notes a variable that is asked for by the string at `at`: `env!("NAME")`,
    /// `option_env!("NAME")`, `env::var("NAME")`, `env::var_os("NAME")`.
    pub(super) fn mention(&mut self, at: usize, name: &str) {
        let is_asked = at > 1
            && match self.tokens.word(at - 2) {
                "var" | "var_os" => true,
                "!" => at > 2 && matches!(self.tokens.word(at - 3), "env" | "option_env"),
                _ => false,
            };
        if !is_asked || !self.tokens.opens(at - 1) || !is_variable(name) {
            return;
        }
        let end = self.tokens.closing(at - 1);
        // The innermost bracket is that of the call.
        let around = self.groups.iter().rev().find(|(close, _)| *close > end);
        let in_array = around.is_some_and(|(close, _)| {
            *close < self.tokens.len() && self.tokens.is(*close, TokenKind::CloseBracket)
        });
        let in_macro = around.is_some_and(|(_, in_macro)| *in_macro);
        let mention = Mention {
            line: self.tokens.line(at),
            name: name.to_owned(),
            rest: self.joined(end + 1, in_array),
            test: at < self.test_until,
            in_macro,
        };
        self.scan.mentions.push(mention);
    }

    /// The path that is joined to the value which ends before `at`; `in_array` where the value is a
    /// part of an array, `[env!(...), "a", "b"].iter().collect()`.
    fn joined(&self, mut at: usize, in_array: bool) -> Option<String> {
        let mut steps: Vec<String> = Vec::new();
        loop {
            match self.tokens.kind(at) {
                // Of `Path::new(env!(...))` and `env::var(...)?`.
                Some(TokenKind::CloseParen | TokenKind::Question) => at += 1,
                Some(TokenKind::Comma) if in_array => {
                    let Some(step) = self.tokens.string(at + 1) else {
                        break;
                    };
                    steps.push(step);
                    at += 2;
                }
                Some(TokenKind::Dot) if self.tokens.is(at + 2, TokenKind::OpenParen) => {
                    let close = self.tokens.closing(at + 2);
                    match self.tokens.word(at + 1) {
                        "join" | "push" if close == at + 4 => {
                            let Some(step) = self.tokens.string(at + 3) else {
                                break;
                            };
                            steps.push(step);
                        }
                        "join" | "push" => break,
                        "parent" => steps.push("..".to_owned()),
                        // `unwrap`, `expect`, `into` and so on leave the path as it is.
                        _ => {}
                    }
                    at = close + 1;
                }
                _ => break,
            }
        }
        (!steps.is_empty()).then(|| format!("/{}", steps.join("/")))
    }
}
