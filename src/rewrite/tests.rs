//! The cases in fixtures/rewrite. The Nix half runs them as well: tests/nix/rewrite-cases.nix.

mod calls;
mod case;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use camino::Utf8Path;

use case::cases;

use super::to_toml::to_toml;
use super::value;

/// Functions without cases: tests/nix_evaluation/rewriting.rs compares whole sources.
const OF_WHOLE_SOURCES: [&str; 2] = ["composeSource", "makeSources"];

fn repository() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn cases_give_what_they_say() {
    let mut wrong = Vec::new();
    for case in cases() {
        let (name, found) = case.run();
        let file = case.directory.join(name);
        if std::env::var_os("RENEW_GOLDEN").is_some() {
            fs::write(&file, &found).unwrap();
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{file}\nexpected:\n{expected}\nfound:\n{found}\n"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\nIf these changes are meant: RENEW_GOLDEN=1 cargo test --locked --lib rewrite",
        wrong.join("\n")
    );
}

/// Cargo reads what is written, and reads the same value. Texts, because NaN is not equal to itself.
#[test]
fn toml_is_read_back_as_it_was() {
    let documents = cases().into_iter().filter(|case| case.function == "toToml");
    for case in documents {
        let written = value::parse("written.toml", &to_toml(&case.arguments)).unwrap();
        let (written, original) = (format!("{written:?}"), format!("{:?}", case.arguments));
        assert_eq!(written, original, "{}", case.directory);
    }
}

#[test]
fn every_function_has_cases() {
    let mut counts = BTreeMap::<String, usize>::new();
    for case in cases() {
        *counts.entry(case.function).or_default() += 1;
    }
    let modules = fs::read_dir(repository().join("src/rewrite")).unwrap();
    let modules = modules.filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs")?.to_owned();
        (!matches!(&*name, "value" | "tests")).then(|| camel(&name))
    });
    let modules: BTreeSet<String> = modules.collect();
    let tried = counts.keys().cloned();
    let tried: BTreeSet<String> = tried.chain(OF_WHOLE_SOURCES.map(str::to_owned)).collect();
    assert_eq!(tried, modules);
}

fn camel(name: &str) -> String {
    let (first, rest) = name.split_once('_').unwrap_or((name, ""));
    let mut camel = first.to_owned();
    for word in rest.split('_').filter(|word| !word.is_empty()) {
        camel.push_str(&word[..1].to_uppercase());
        camel.push_str(&word[1..]);
    }
    camel
}
