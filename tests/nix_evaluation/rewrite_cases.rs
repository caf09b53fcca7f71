//! The cases in fixtures/rewrite, run by the Nix half in one evaluation. src/rewrite/tests.rs runs them with the
//! Rust half, and writes the expected files.

use std::collections::BTreeSet;

use crate::common::nix::{all_nix, nix_path, repository, with_prelude};

#[test]
fn cases_give_what_they_say() {
    let cases = nix_path(&repository().join("tests/nix/rewrite-cases.nix"));
    let fixtures = nix_path(&repository().join("fixtures"));
    let expression = with_prelude(&format!(
        "import {cases} {{ inherit lib internal; fixtures = {fixtures}; }}"
    ));
    for nix in all_nix() {
        let cases = nix.evaluate(&expression);
        let cases = cases.as_object().unwrap();
        assert!(cases.len() > 100, "only {} cases", cases.len());
        let shown = |value: &serde_json::Value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => serde_json::to_string_pretty(value).unwrap(),
        };
        let wrong: String = cases
            .iter()
            .filter(|(_, case)| case["found"] != case["expected"])
            .map(|(name, case)| {
                let [found, expected] = ["found", "expected"].map(|key| shown(&case[key]));
                format!("fixtures/rewrite/{name}\nexpected:\n{expected}\nfound:\n{found}\n\n")
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong}");
    }
}

/// A function has the same name in both halves.
#[test]
fn the_two_halves_have_the_same_functions() {
    let names = |directory: &str, ending: &str| -> BTreeSet<String> {
        let entries = repository().join(directory).read_dir_utf8().unwrap();
        let names = entries.filter_map(|entry| {
            let name = entry.unwrap().file_name().to_owned();
            Some(name.strip_suffix(ending)?.to_owned())
        });
        names.collect()
    };
    let mut rust = names("src/rewrite", ".rs");
    // Nix has TOML values of its own.
    for other in ["tests", "value"] {
        assert!(rust.remove(other), "{other}");
    }
    let snake = |name: &String| {
        let words = name.chars().map(|letter| match letter {
            'A'..='Z' => format!("_{}", letter.to_ascii_lowercase()),
            letter => letter.to_string(),
        });
        words.collect::<String>()
    };
    let nix: BTreeSet<String> = names("nix/rewrite", ".nix").iter().map(snake).collect();
    assert_eq!(nix, rust);
}
