//! Who else reads files at compile time, by convention: macros and attributes of known crates.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Base;
use crate::conventions::signs_in_text;

/// Macros that read the file that an argument names: where the path starts, and what is read when
/// no argument says.
pub const MACROS: &[(&str, Base, Option<&str>)] = &[
    ("include", Base::File, None),
    ("include_bytes", Base::File, None),
    ("include_str", Base::File, None),
    // wgpu, expect-test
    ("include_wgsl", Base::File, None),
    ("expect_file", Base::File, None),
    // include_dir, include-flate
    ("include_dir", Base::Package, None),
    ("flate", Base::Package, None),
    // sqlx, diesel_migrations, refinery
    ("migrate", Base::Package, Some("migrations")),
    ("embed_migrations", Base::Package, Some("migrations")),
    ("query_file", Base::Package, None),
    ("query_file_as", Base::Package, None),
    ("query_file_as_unchecked", Base::Package, None),
    ("query_file_scalar", Base::Package, None),
    ("query_file_scalar_unchecked", Base::Package, None),
    ("query_file_unchecked", Base::Package, None),
    // rust-i18n, fluent-templates
    ("i18n", Base::Package, Some("locales")),
    ("static_loader", Base::Package, None),
    // wit-bindgen, wasmtime
    ("bindgen", Base::Package, Some("wit")),
    ("generate", Base::Package, Some("wit")),
];

/// sqlx checks these queries against `.sqlx`, beside the package or the workspace.
pub const QUERIES: &[&str] = &[
    "query",
    "query_as",
    "query_as_unchecked",
    "query_scalar",
    "query_unchecked",
];

/// `key = "path"` in attributes of derive macros, and the directories that the path starts from.
pub const ATTRIBUTES: &[(&str, &[&str])] = &[
    // rust-embed
    ("folder", &[""]),
    // pest: from src; some grammars from the package
    ("grammar", &["src/", ""]),
    // graphql_client, cynic
    ("query_path", &[""]),
    ("schema_path", &[""]),
];

/// Attributes whose path lies in a folder by convention, and may lead to any other file there.
pub const FOLDERS: &[(&str, &str)] = &[
    // askama, rinja
    ("template", "templates"),
];

/// Attributes that make a test of each file that a glob matches, from the directory in which rustc
/// runs: the workspace root.
pub const GLOBS: &[&str] = &[
    // test-generator
    "bench_resources",
    "test_resources",
];

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

/// Whether a text can hold anything that a scan for [`Literals::Telling`](super::Literals) would
/// report: a look at the bytes, many times as quick as cutting them into tokens. May be wrong in
/// saying yes, never in saying no.
pub fn may_tell(text: &[u8]) -> bool {
    const MODULE: &str = "mod";
    static SIGNS: LazyLock<(AhoCorasick, usize)> = LazyLock::new(|| {
        let of_macros = MACROS
            .iter()
            .map(|(name, ..)| *name)
            .chain(QUERIES.iter().copied());
        let mut signs: Vec<String> = of_macros
            .flat_map(|name| [format!("{name}!"), format!("{name} ")])
            .chain(ATTRIBUTES.iter().map(|(name, _)| (*name).to_owned()))
            .chain(FOLDERS.iter().map(|(name, _)| (*name).to_owned()))
            .chain(GLOBS.iter().map(|name| (*name).to_owned()))
            .chain(["\"..", "/..", "../", ".parent", ".ancestors"].map(str::to_owned))
            .chain(["concat!", "concat ", "macro_export", "path = $", "path=$"].map(str::to_owned))
            .chain([PACKAGE_DIRECTORY.to_owned()])
            .chain(signs_in_text())
            .collect();
        signs.push(MODULE.to_owned());
        let module = signs.len() - 1;
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(&signs)
            .expect("a hundred short words make no large automaton");
        (automaton, module)
    });
    let (signs, module) = &*SIGNS;
    let tells = signs
        .find_overlapping_iter(text)
        .any(|sign| sign.pattern().as_usize() != *module || may_declare(&text[sign.end()..]));
    let is_test = |word: &[u8]| matches!(word, b"test" | b"benc");
    let mut words = text.windows(4);
    tells
        || words
            .position(is_test)
            .is_some_and(|at| may_name_paths(&text[at..]))
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
