//! The modules of src/: no circle, and the order of src/lib.rs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8Path;
use walkdir::WalkDir;

/// A module by the names on the way to it: `["view", "layout", "cells"]`.
type Module = Vec<String>;

/// The names that `pub mod` lines give, in their order.
fn order(source: &Utf8Path) -> Vec<String> {
    let text = fs::read_to_string(source.join("lib.rs")).unwrap();
    let names = text.lines().filter_map(|line| {
        let name = line.strip_prefix("pub mod ")?.strip_suffix(';')?;
        Some(name.to_owned())
    });
    names.collect()
}

/// The code of each module, without comments, and without tests, which may use whatever they want.
fn modules(source: &Utf8Path) -> BTreeMap<Module, String> {
    let mut modules = BTreeMap::new();
    for entry in WalkDir::new(source).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = Utf8Path::from_path(entry.path()).unwrap();
        let below = path.strip_prefix(source).unwrap().with_extension("");
        let module: Module = below.iter().map(str::to_owned).collect();
        let is_other = matches!(below.as_str(), "lib" | "main");
        let is_test = module.iter().any(|name| name == "tests");
        if path.extension() == Some("rs") && !is_other && !is_test {
            let text = fs::read_to_string(path).unwrap();
            modules.insert(module, code(&text));
        }
    }
    modules
}

fn code(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The paths in a text that start with this name, those of a `use` with braces one by one.
fn named(text: &str, start: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&format!("{start}::")) {
        let before = text[..at].chars().next_back();
        if !before.is_some_and(|c| is_word(c) || c == ':') {
            continued(start, &text[at + start.len() + 2..], &mut found);
        }
    }
    found
}

/// Adds each path that starts with `path` and goes on with what the text starts with, and returns the
/// rest of the text.
fn continued<'t>(path: &str, text: &'t str, found: &mut Vec<String>) -> &'t str {
    if let Some(mut group) = text.strip_prefix('{') {
        loop {
            group = group.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            match group.strip_prefix('}') {
                Some(rest) => return rest,
                None if group.is_empty() => return group,
                None => group = continued(path, group, found),
            }
        }
    }
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let path = format!("{path}::{word}");
    match rest.strip_prefix("::") {
        Some(rest) => continued(&path, rest, found),
        None => {
            found.push(path);
            // `*` and `<` are no words.
            if word.is_empty() {
                rest.get(1..).unwrap_or("")
            } else {
                rest
            }
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The module that a path names, or whose item it names; as seen from `module`.
fn resolved(path: &str, module: &Module, all: &BTreeMap<Module, String>) -> Option<Module> {
    let mut place = module.clone();
    let mut names = path.split("::").peekable();
    match names.next()? {
        "crate" => place.clear(),
        "super" => {
            place.pop();
            while names.next_if_eq(&"super").is_some() {
                place.pop();
            }
        }
        "self" => {}
        child => place.push(child.to_owned()),
    }
    for name in names {
        let next = [&place[..], &[name.to_owned()]].concat();
        if !all.contains_key(&next) {
            break;
        }
        place = next;
    }
    all.contains_key(&place).then_some(place)
}

/// The other modules that each module uses.
fn uses(all: &BTreeMap<Module, String>) -> BTreeMap<&Module, BTreeSet<Module>> {
    let of = |module: &Module, text: &str| -> BTreeSet<Module> {
        let is_child =
            |other: &&Module| other.len() == module.len() + 1 && other.starts_with(module);
        let children = all.keys().filter(is_child);
        let children = children.filter_map(|child| child.last().map(String::as_str));
        let starts = ["crate", "super", "self"].into_iter().chain(children);
        let paths = starts.flat_map(|start| named(text, start));
        let used = paths.filter_map(|path| resolved(&path, module, all));
        used.filter(|used| used != module).collect()
    };
    let all = all.iter();
    all.map(|(module, text)| (module, of(module, text)))
        .collect()
}

/// The modules that are part of a circle, or lie between two circles.
fn circles(uses: &BTreeMap<&Module, BTreeSet<Module>>) -> BTreeSet<String> {
    let mut left: BTreeSet<&Module> = uses.keys().copied().collect();
    loop {
        let is_linked = |module: &&Module| {
            let is_user = |other: &&Module| uses[*other].contains(*module);
            uses[*module].iter().any(|used| left.contains(used)) && left.iter().any(is_user)
        };
        let linked: BTreeSet<&Module> = left.iter().copied().filter(is_linked).collect();
        if linked.len() == left.len() {
            return linked.iter().map(|module| module.join("::")).collect();
        }
        left = linked;
    }
}

#[test]
fn no_module_uses_a_later_one() {
    let source = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let order = order(&source);
    assert!(order.len() > 30, "{order:?}");
    let all = modules(&source);
    let place = |module: &Module| {
        let place = order.iter().position(|name| *name == module[0]);
        place.unwrap_or_else(|| panic!("lib.rs lacks {}", module[0]))
    };
    let mut count = 0;
    let mut wrong = Vec::new();
    for (module, used) in uses(&all) {
        for used in used {
            count += 1;
            if place(&used) > place(module) {
                let (module, used) = (module.join("::"), used.join("::"));
                wrong.push(format!("{module} uses the later module {used}"));
            }
        }
    }
    assert!(count > 500, "{count}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A module may use what its parent defines, or be used by its parent; not both.
#[test]
fn no_modules_use_each_other_in_a_circle() {
    let all = modules(&Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert_eq!(circles(&uses(&all)), BTreeSet::new());
}

#[test]
fn what_a_text_names() {
    let text = "use crate::tree::Tree;\nuse crate::{path, rewrite::{read::*, value as v}, git};\n\
                crate::walk::area() self::crate::no std::crate::no";
    let expected = [
        "tree::Tree",
        "path",
        "rewrite::read::",
        "rewrite::value",
        "rewrite::as",
        "rewrite::v",
        "git",
        "walk::area",
    ];
    assert_eq!(
        named(text, "crate"),
        expected.map(|path| format!("crate::{path}"))
    );
}

#[test]
fn circles_below_the_top_are_found() {
    let circle_of = |texts: &[(&str, &str)]| {
        let texts = texts.iter().map(|(module, text)| {
            let module: Module = module.split("::").map(str::to_owned).collect();
            (module, (*text).to_owned())
        });
        let all = texts.collect();
        circles(&uses(&all)).into_iter().collect::<Vec<_>>()
    };
    let line = [
        ("a", "use b::{Thing, c::f}; b::g()"),
        ("a::b", "self::c::f()"),
        ("a::b::c", "use crate::d::Other;"),
        ("d", "fn b() {}"),
    ];
    assert_eq!(circle_of(&line), [""; 0]);
    let with = |module, text| circle_of(&[&line[..], &[(module, text)]].concat());
    assert_eq!(
        with("a::b::c", "use super::super::Item;"),
        ["a", "a::b", "a::b::c"]
    );
    assert_eq!(with("a::b::c", "crate::a::b::g()"), ["a::b", "a::b::c"]);
    assert_eq!(
        with("d", "use crate::{a::b::{self, c}, x};"),
        ["a::b", "a::b::c", "d"]
    );
}
