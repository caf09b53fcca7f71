//! Which macros and attributes read no file, and the quick look that tells whether a text is worth
//! cutting into tokens.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::scanner::ROOT_WORDS;
use super::tools::index;
use super::variables::is_variable;
use crate::conventions::signs_in_text;

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

/// The variable that holds the directory of a package.
pub const PACKAGE_DIRECTORY: &str = "CARGO_MANIFEST_DIR";

/// The variable that holds the path of a package's Cargo.toml.
pub const PACKAGE_MANIFEST: &str = "CARGO_MANIFEST_PATH";

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
            .chain([PACKAGE_DIRECTORY.to_owned(), PACKAGE_MANIFEST.to_owned()])
            .chain(ROOT_WORDS.iter().map(|word| (*word).to_owned()))
            .chain(["locate-project".to_owned()])
            .chain(signs_in_text())
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
    let tells = signs.find_overlapping_iter(text).any(|sign| {
        let rest = &text[sign.end()..];
        match looks[sign.pattern().as_usize()] {
            Look::Enough => true,
            Look::Declaration => may_declare(rest),
            Look::Variable => may_name_variable(rest),
        }
    });
    let is_test = |word: &[u8]| matches!(word, b"test" | b"benc");
    let mut words = text.windows(4);
    tells
        || words
            .position(is_test)
            .is_some_and(|at| may_name_paths(&text[at..]))
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

/// Whether a string in a text may be a path that starts with the name of a directory.
pub fn may_name_paths(text: &[u8]) -> bool {
    const STEP: &[u8] = b".join(";
    let mut starts = text.iter().enumerate().filter(|(_, byte)| **byte == b'"');
    starts.any(|(at, _)| {
        if text[..at].ends_with(STEP) || text[..at].ends_with(b".push(") {
            return true;
        }
        let rest = &text[at + 1..];
        let length = rest.iter().take_while(|byte| is_in_path(**byte)).count();
        rest[..length].contains(&b'/')
            && rest.get(length) == Some(&b'"')
            && is_rooted(&rest[..length])
    })
}

/// Whether a string may be a path that starts with the name of a directory: `crates/a/data.json`.
pub fn is_rooted(text: &[u8]) -> bool {
    let starts = text.first().is_some_and(|byte| *byte != b'/');
    let path = starts && text.iter().all(|byte| is_in_path(*byte)) && text.contains(&b'/');
    path && !text.ends_with(b"/")
        && text
            .split(|byte| *byte == b'/')
            .all(|name| !name.is_empty())
}

fn is_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/' | b'*' | b'?')
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
