//! Any text at all: none may take long, and the quick look has to agree with the scan.

use super::*;

#[test]
fn no_text_makes_it_panic_or_crawl() {
    let deep = |open: &str, close: &str| open.repeat(50_000) + &close.repeat(50_000);
    for text in [
        deep("(", ")"),
        deep("concat!(", ")"),
        format!("include_str!({})", deep("concat!(", ")")),
        format!("#[cfg({})] mod a;", deep("all(", ")")),
        deep("mod a {", "}"),
        deep("#[cfg(test)] mod a {", "}"),
        "include_str!(".repeat(50_000),
        "#[".repeat(50_000),
        ".join(\"a\")".repeat(50_000),
        "mod".to_owned(),
        "mod r#".to_owned(),
        "#".to_owned(),
        "#[path = ".to_owned(),
        "include_str!(\"".to_owned(),
        "include_str!(r#\"".to_owned(),
        "include_str!(concat!(".to_owned(),
        "\"\\".to_owned(),
        ")]}".to_owned(),
        "\u{FEFF}".to_owned(),
        "---\nfront\n---\nmod a;".to_owned(),
    ] {
        all(&text);
        scan(&text, Literals::Telling);
    }
}

/// The quick look must not overlook what a full scan finds, in any source of ours or of a
/// dependency: all that the test can lay its hands on.
#[test]
fn the_quick_look_overlooks_nothing() {
    let registry = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let registry = registry.map(|home| home.join("registry/src"));
    let own = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let (mut files, mut skipped) = (0, 0);
    for directory in [own.join("src"), own.join("tests"), own.join("fixtures")]
        .into_iter()
        .chain(registry)
    {
        for entry in walkdir::WalkDir::new(directory)
            .into_iter()
            .filter_map(Result::ok)
        {
            if entry
                .path()
                .extension()
                .is_none_or(|extension| extension != "rs")
            {
                continue;
            }
            let Ok(text) = std::fs::read_to_string(entry.path()) else {
                continue;
            };
            files += 1;
            if !readers::may_tell(text.as_bytes()) {
                skipped += 1;
                let found = scan(&text, Literals::Telling);
                assert_eq!(found, Scan::default(), "{}", entry.path().display());
            }
            if files > 20_000 {
                break;
            }
        }
    }
    assert!(
        files > 100 && skipped > 10,
        "{files} files, {skipped} skipped"
    );
}

#[test]
fn the_quick_look_at_modules() {
    for text in [
        "mod a;",
        "pub mod r#a ;",
        "mod\na;",
        "mod /* */ a;",
        "mod $x;",
        "mod  a;",
        "mod \u{e9};",
    ] {
        assert!(readers::may_tell(text.as_bytes()), "{text}");
    }
    for text in [
        "mod tests {",
        "model;",
        "// modern; mod-rs",
        "a.mod_floor(b)",
        "in_mod",
    ] {
        assert!(!readers::may_tell(text.as_bytes()), "{text}");
    }
}
