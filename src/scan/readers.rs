//! Which macros and attributes read no file, and the quick look that tells whether a text is worth
//! cutting into tokens.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::SPECIAL_PLACES;
use super::tools::index;
use super::variables::is_variable;
use crate::places::signs_of_dropped_names;

/// Macros that format, check or log: their strings are for people.
pub const PLAIN_MACROS: &[&str] = &[
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "cfg",
    "concat",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "env",
    "eprint",
    "eprintln",
    "error",
    "format",
    "format_args",
    "info",
    "log",
    "matches",
    "option_env",
    "panic",
    "print",
    "println",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Attributes whose strings are no paths that they read.
pub const PLAIN_ATTRIBUTES: &[&str] = &[
    "allow",
    "arg",
    "cfg",
    "cfg_attr",
    "clap",
    "command",
    "crate_name",
    "deny",
    "deprecated",
    "diagnostic",
    "doc",
    "error",
    "expect",
    "export_name",
    "link",
    "link_name",
    "must_use",
    "path",
    "repr",
    "serde",
    "warn",
];

/// Whether a text can hold anything that a scan for [`Literals::Telling`](super::Literals) would
/// report: a look at the bytes, many times as quick as cutting them into tokens. May be wrong in
/// saying yes, never in saying no.
pub fn may_tell(text: &[u8]) -> bool {
    static SIGNS: LazyLock<(AhoCorasick, Vec<Look>)> = LazyLock::new(|| {
        let tools = index();
        let of_macros = tools
            .macros
            .keys()
            .flat_map(|name| [format!("{name}!"), format!("{name} !")]);
        let of_keys = tools
            .keys
            .keys()
            .flat_map(|name| [format!("{name} ="), format!("{name}=")]);
        let of_attributes = tools
            .attributes
            .keys()
            .flat_map(|name| [format!("[{name}"), format!("[ {name}")]);
        let plain = of_macros
            .chain(of_keys)
            .chain(of_attributes)
            .chain(["\"..", "/..", "../", ".parent", ".ancestors", "\"$"].map(str::to_owned))
            .chain(["concat!", "concat !", "macro_export", "path = $", "path=$"].map(str::to_owned))
            .chain(SPECIAL_PLACES.iter().map(|place| format!("\"{place}")))
            .chain(signs_of_dropped_names())
            .map(|sign| (sign, Look::Enough));
        let further = [
            ("mod", Look::Declaration),
            ("env!", Look::Variable),
            ("env !", Look::Variable),
            ("var(", Look::Variable),
            ("var_os(", Look::Variable),
            ("var ", Look::Variable),
            ("var_os ", Look::Variable),
        ];
        let further = further.map(|(sign, look)| (sign.to_owned(), look));
        let (signs, looks): (Vec<String>, Vec<Look>) = plain.chain(further).unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&signs)
            .expect("a hundred short words make no large automaton");
        (automaton, looks)
    });
    let (signs, looks) = &*SIGNS;
    signs.find_overlapping_iter(text).any(|sign| {
        let rest = &text[sign.end()..];
        match looks[sign.pattern().as_usize()] {
            Look::Enough => true,
            Look::Declaration => may_declare(rest),
            Look::Variable => may_name_variable(rest),
        }
    })
}

/// What decides after a sign.
enum Look {
    Enough,
    /// A name and a semicolon follow.
    Declaration,
    /// The name of a variable follows.
    Variable,
}

/// Whether what follows an `env` or a `var` can be the name of a variable that Cargo's configuration
/// may set.
fn may_name_variable(rest: &[u8]) -> bool {
    let is_between =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'!' | b'(' | b'[' | b'{');
    let between = rest.iter().take_while(|byte| is_between(byte)).count();
    match &rest[between..] {
        [b'"', name @ ..] => {
            let end = name.iter().position(|byte| *byte == b'"');
            let name = end.and_then(|end| std::str::from_utf8(&name[..end]).ok());
            // What is escaped is no name that we know.
            name.is_none_or(|name| name.contains('\\') || is_variable(name))
        }
        // A raw string, or a comment.
        [b'r' | b'/', ..] => true,
        _ => false,
    }
}

/// Whether what follows a `mod` can be a name and a semicolon, or a computed name. A body, as of
/// most `mod tests`, is nothing to follow.
fn may_declare(rest: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'#' | 0x80..);
    let Some(rest) = rest.strip_prefix(b" ") else {
        // Part of a longer word, or something that no formatter leaves.
        return matches!(rest.first(), Some(b'/' | b'\n' | b'\r' | b'\t'));
    };
    let name = rest.iter().take_while(|byte| is_name(byte)).count();
    match &rest[name..] {
        [b' ', b'{', ..] | [b'{', ..] if name > 0 => false,
        // Not `mod x`, but prose, or an operator.
        [byte, ..] if name > 0 => matches!(byte, b';' | b'/' | b'\n' | b'\r' | b'\t' | b' '),
        [byte, ..] => matches!(byte, b'$' | b'/' | b'\n' | b'\r' | b'\t' | b' '),
        [] => false,
    }
}
