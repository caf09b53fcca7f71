//! Functions of nix/internal.nix on tables of values. The functions in nix/rewrite have cases in fixtures/rewrite.

use cratesieve::path::{self, Root};

use crate::common::nix::{all_nix, nix_string, with_prelude};

/// Asserts that the two Nix expressions of each pair are equal.
#[track_caller]
fn assert_equal(pairs: &[(&str, &str)]) {
    let list: String = pairs
        .iter()
        .map(|(found, expected)| format!("{{ found = {found}; expected = {expected}; }}\n"))
        .collect();
    let scope = "inherit (internal) paths toToml;";
    for nix in all_nix() {
        let values = nix.evaluate(&with_prelude(&format!("let {scope} in [\n{list}]")));
        for (value, (expression, _)) in values.as_array().unwrap().iter().zip(pairs) {
            assert_eq!(value["found"], value["expected"], "{expression}");
        }
    }
}

// ---- toToml -------------------------------------------------------------------------------------

#[test]
fn toml_text_keeps_its_context() {
    assert_equal(&[(
        "builtins.hasContext (toToml { lib.path = \"${builtins.toFile \"x\" \"\"}\"; })",
        "true",
    )]);
}

// ---- paths --------------------------------------------------------------------------------------

#[test]
fn paths_are_those_of_the_program() {
    let root = "/home/me/ws";
    let given = [
        ".",
        "..",
        "../..",
        "a",
        "./a/./b//c",
        "a/../b",
        "a/..",
        "../ws",
        "../ws/a",
        "../../me/ws/a",
        "../other/a",
        "../../me/other",
        "a/b/../../../ws/c",
        "../wsx/a",
        "...",
        "a/.../b",
        "ws/a",
        "a b/ü",
        "../../../x",
        "./..",
        "a/",
    ];
    let mut expected = Vec::new();
    let mut calls = String::new();
    let mut within = String::new();
    let mut is_within = Vec::new();
    for base in given {
        for path in given {
            let (base, path) = (nix_string(base), nix_string(path));
            calls += &format!("(join {{ root = \"{root}\"; base = {base}; }} {path})\n");
        }
    }
    let program = Root::new(root.into());
    let mut normal = Vec::new();
    for base in given {
        let base = program.join(".", base).unwrap();
        for path in given {
            expected.push(program.join(&base, path));
        }
        normal.push(base);
    }
    for directory in &normal {
        for path in &normal {
            within += &format!(
                "(isWithin {} {})\n",
                nix_string(directory),
                nix_string(path)
            );
            is_within.push((path::is_within(path, directory), path, directory));
        }
    }
    let expression = with_prelude(&format!(
        "let inherit (internal.paths) join isWithin; in {{ joined = [ {calls} ]; within = [ {within} ]; }}"
    ));
    for nix in all_nix() {
        let values = nix.evaluate(&expression);
        let joined = values["joined"].as_array().unwrap().iter().zip(&expected);
        for (index, (found, expected)) in joined.enumerate() {
            let (base, path) = (given[index / given.len()], given[index % given.len()]);
            // There is nothing above the root of the file system.
            if let Some(expected) = expected {
                assert_eq!(found, expected, "{path} from {base}");
            }
        }
        let within = values["within"].as_array().unwrap().iter().zip(&is_within);
        for (found, (expected, path, directory)) in within {
            assert_eq!(found, expected, "{path} within {directory}");
        }
    }
}

#[test]
fn what_is_below_a_directory() {
    assert_equal(&[
        ("paths.below \"/a/b\" \"/a/b\"", "\".\""),
        ("paths.below \"/a/b\" \"/a/b/c/d\"", "\"c/d\""),
        ("paths.below \"/a/b\" \"/a/bc\"", "null"),
        ("paths.below \"/a/b\" \"/a\"", "null"),
        ("paths.components \"./a//b/.\"", "[ \"a\" \"b\" ]"),
        ("paths.fromComponents [ ]", "\".\""),
        ("paths.fromComponents [ \"a\" \"b\" ]", "\"a/b\""),
    ]);
}
