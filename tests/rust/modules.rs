//! The order of the modules in src/lib.rs.

use std::fs;

use camino::Utf8Path;
use walkdir::WalkDir;

/// The names that `pub mod` lines give, in their order.
fn order(source: &Utf8Path) -> Vec<String> {
    let text = fs::read_to_string(source.join("lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| {
        let name = line.strip_prefix("pub mod ")?.strip_suffix(';')?;
        Some(name.to_owned())
    });
    names.collect()
}

/// The modules that a text names after `crate::`, in braces too.
fn named(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let word = |text: &'_ str| text.find(|c| !is_word(c)).unwrap_or(text.len());
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push(&rest[..word(rest)]),
            Some(group) => {
                let end = group.find("};").unwrap_or(group.len());
                let mut depth = 0;
                for part in group[..end].split_inclusive(['{', '}', ',']) {
                    let name = part.trim_start();
                    let name = &name[..word(name)];
                    if depth == 0 && !name.is_empty() {
                        found.push(name);
                    }
                    depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
                }
            }
        }
    }
    found
}

/// Without comments, and without the tests, which may look ahead.
fn code(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn no_module_uses_a_later_one() {
    let source = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let order = order(&source);
    assert!(order.len() > 30, "{order:?}");
    let place = |name: &str| order.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    let mut uses = 0;
    for entry in WalkDir::new(&source).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = Utf8Path::from_path(entry.path()).unwrap();
        let below = path.strip_prefix(&source).unwrap();
        if path.extension() != Some("rs") || path.file_stem() == Some("tests") {
            continue;
        }
        let module = below.iter().next().unwrap().trim_end_matches(".rs");
        let Some(own) = place(module) else {
            assert!(matches!(module, "lib" | "main"), "lib.rs lacks {module}");
            continue;
        };
        let text = code(&fs::read_to_string(path).unwrap());
        for used in named(&text) {
            let used_at = place(used);
            uses += usize::from(used_at.is_some());
            if used_at.is_some_and(|used_at| used_at > own) {
                wrong.push(format!("{below} uses the later module {used}"));
            }
        }
    }
    assert!(uses > 200, "{uses}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_a_text_names() {
    let text = "use crate::tree::Tree;\nuse crate::{path, rewrite::{read, value}, git};\ncrate::walk::area()";
    assert_eq!(named(text), ["tree", "path", "rewrite", "git", "walk"]);
}
