//! What a changed file rebuilds: what Cargo would build again in a warm target directory, and no other
//! crate. Each test makes one change in a copy of a fixture.

use std::fs;

use serde_json::{Value, json};

use crate::common::fixtures;
use crate::common::nix::{Workspace, nix};
use crate::edits::{LOCKED, bump};
use crate::snapshot::{
    ALL_DEPS, BINARY, CHECKS, CODE, EVERYTHING, Expected, LIBRARY, LINTED, NOTHING, TESTS_ALONE,
    assert_changes, assert_changes_with, difference, expression, of_fixture, taken,
};

// ---- Sources ------------------------------------------------------------------------------------

#[test]
fn nothing_but_the_place_of_the_workspace() {
    for fixture in ["four-crates", "below-root", "outside-root", "odd-names"] {
        assert_changes(fixture, |_| {}, NOTHING);
    }
}

#[test]
fn a_line_of_a_library() {
    assert_changes(
        "four-crates",
        |w| w.append("crates/pkg-a/src/words.rs", "// More.\n"),
        &[(CODE, "pkg-a pkg-b pkg-c")],
    );
}

#[test]
fn a_line_of_a_program() {
    assert_changes(
        "four-crates",
        |w| w.append("crates/pkg-c/src/main.rs", "// More.\n"),
        &[(CODE, "pkg-c")],
    );
}

#[test]
fn a_test_a_bench_or_an_example() {
    for path in ["tests/sides.rs", "benches/sides.rs", "examples/greet.rs"] {
        assert_changes(
            "four-crates",
            |w| w.append(&format!("crates/pkg-a/{path}"), "// More.\n"),
            &[(TESTS_ALONE, "pkg-a")],
        );
    }
}

#[test]
fn a_new_test() {
    assert_changes(
        "four-crates",
        |w| {
            w.write("crates/pkg-a/tests/new.rs", "");
            w.generate();
        },
        &[(TESTS_ALONE, "pkg-a")],
    );
}

#[test]
fn the_first_test() {
    assert_changes(
        "virtual",
        |w| {
            w.write("crates/helper/tests/new.rs", "");
            w.generate();
        },
        &[(TESTS_ALONE, "helper")],
    );
}

/// Its dependencies are compiled once more by itself, and nothing of others is.
#[test]
fn a_new_binary() {
    let change = |w: &Workspace| {
        w.write("crates/pkg-c/src/bin/new.rs", "fn main() {}\n");
        w.generate();
    };
    for (strategy, groups) in [
        ("per-crate", [CODE, ALL_DEPS].concat()),
        ("layered", CODE.to_vec()),
    ] {
        let strategy = format!("strategy = \"{strategy}\";");
        let groups: Expected<'_> = &[(&groups, "pkg-c")];
        assert_changes_with(&strategy, &strategy, "four-crates", change, groups);
    }
}

#[test]
fn the_binary_of_a_library() {
    for path in ["both/src/main.rs", "both/README.md"] {
        assert_changes(
            "bin-only-deps",
            |w| w.append(path, "// More.\n"),
            &[(BINARY, "both")],
        );
    }
}

#[test]
fn the_library_of_a_binary() {
    assert_changes(
        "bin-only-deps",
        |w| w.append("both/src/lib.rs", "// More.\n"),
        &[(CODE, "both user")],
    );
}

#[test]
fn documents() {
    for path in [
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "crates/pkg-a/README.md",
        "crates/pkg-d/README.md",
    ] {
        assert_changes("four-crates", |w| w.append(path, "More.\n"), NOTHING);
        // Clippy may ask whether a package has one.
        let expected: Expected<'_> = match path.split('/').nth(1) {
            Some(name) => &[(LINTED, name)],
            None => NOTHING,
        };
        assert_changes("four-crates", |w| w.remove(path), expected);
    }
}

#[test]
fn a_new_document() {
    for path in [
        "GUIDE.md",
        "crates/pkg-a/CHANGELOG.md",
        "crates/pkg-a/flake.nix",
    ] {
        let change = |w: &Workspace| {
            w.write(path, "");
            w.generate();
        };
        assert_changes("four-crates", change, NOTHING);
    }
}

#[test]
fn a_new_file_among_the_sources() {
    assert_changes(
        "four-crates",
        |w| w.write("crates/pkg-a/src/new.rs", ""),
        &[(CODE, "pkg-a pkg-b pkg-c")],
    );
}

#[test]
fn a_new_file_that_is_nobodys() {
    for path in ["notes.txt", "crates/notes.txt", "other/src/lib.rs"] {
        assert_changes("four-crates", |w| w.write(path, ""), NOTHING);
        assert_changes("root-package", |w| w.write(path, ""), NOTHING);
    }
}

#[test]
fn a_new_empty_directory() {
    for path in [
        "empty",
        "crates/pkg-a/empty",
        "crates/pkg-a/src/empty/deeper",
        "crates/pkg-a/tests/empty",
        "crates/pkg-d/benches",
    ] {
        assert_changes("four-crates", |w| w.make_directory(path), NOTHING);
    }
    assert_changes("shared-proto", |w| w.make_directory("proto/empty"), NOTHING);
}

#[test]
fn the_flake() {
    let change = |w: &Workspace| {
        w.write("flake.nix", "{ outputs = _: { }; }\n");
        w.write("flake.lock", "{ }\n");
        w.write("nix/package.nix", "{ }\n");
        w.link("/nix/store", "result");
    };
    assert_changes("four-crates", change, NOTHING);
    assert_changes("root-package", change, NOTHING);
}

#[test]
fn litter() {
    let change = |w: &Workspace| {
        for path in [
            ".git/description",
            "target/debug/x",
            "crates/pkg-a/target/debug/x",
            "crates/pkg-a/.DS_Store",
            "crates/pkg-a/src/.words.rs.swp",
            "crates/pkg-a/src/words.rs~",
            "crates/pkg-a/.idea/workspace.xml",
        ] {
            w.write(path, "");
        }
    };
    assert_changes("four-crates", change, NOTHING);
}

#[test]
fn how_the_manifest_of_cratesieve_is_written() {
    let change = |w: &Workspace| w.replace("cratesieve.json", "  ", "\t");
    assert_changes("four-crates", change, NOTHING);
}

/// `cratesieve gen --check` is content with these, so nothing else may ask for another run.
#[test]
fn line_ends_of_the_manifest_of_cratesieve() {
    let change = |w: &Workspace| w.replace("cratesieve.json", "\n", "\r\n");
    assert_changes("four-crates", change, NOTHING);
}

// ---- Files outside the crate --------------------------------------------------------------------

#[test]
fn a_file_that_two_crates_share() {
    assert_changes(
        "shared-proto",
        |w| w.append("proto/api.proto", "message Pang {}\n"),
        &[(CODE, "client server")],
    );
}

#[test]
fn a_file_of_a_directory_that_one_crate_reads() {
    for path in ["proto/unused.proto", "proto/new.proto"] {
        assert_changes(
            "shared-proto",
            |w| w.write(path, "package new;\n"),
            &[(CODE, "server")],
        );
    }
}

#[test]
fn a_file_above_the_workspace() {
    assert_changes(
        "below-root",
        |w| w.append("proto/x.txt", "more\n"),
        &[(CODE, "reader described")],
    );
    for path in ["proto/y.txt", "README.md", "new.txt"] {
        assert_changes("below-root", |w| w.write(path, "more\n"), NOTHING);
    }
}

#[test]
fn a_file_of_a_macros_caller() {
    assert_changes(
        "proc-macro",
        |w| w.append("crates/page/texts/banner.txt", "more\n"),
        &[(CODE, "page plain")],
    );
}

#[test]
fn where_a_link_leads() {
    for path in ["common/shared.rs", "common/data/x.txt"] {
        assert_changes(
            "symlinks",
            |w| w.append(path, "\n"),
            &[(CODE, "linked plain")],
        );
    }
    assert_changes("symlinks", |w| w.append("common/unused.txt", "\n"), NOTHING);
    assert_changes("symlinks", |w| w.append("LICENSE", "\n"), NOTHING);
}

#[test]
fn a_file_that_only_tests_read() {
    assert_changes(
        "settings",
        |w| w.append("testdata/one.txt", "more\n"),
        &[(TESTS_ALONE, "checked")],
    );
}

#[test]
fn files_with_odd_names() {
    for path in [
        "crates/größe und maß/src/überblick.rs",
        "crates/größe und maß/data/a file – ü.txt",
    ] {
        assert_changes(
            "odd-names",
            |w| w.append(path, "\n"),
            &[(CODE, "groesse quoted")],
        );
    }
    assert_changes(
        "odd-names",
        |w| w.append("crates/it's $HOME/-data/%41 & `b` #1;.txt", "\n"),
        &[(CODE, "quoted")],
    );
}

// ---- Shapes of workspaces -----------------------------------------------------------------------

#[test]
fn a_root_package() {
    for path in ["src/lib.rs", "build.rs", "assets/logo.txt"] {
        assert_changes("root-package", |w| w.append(path, "\n"), &[(CODE, "root")]);
    }
    assert_changes(
        "root-package",
        |w| w.append("src/main.rs", "\n"),
        &[(BINARY, "root")],
    );
    assert_changes(
        "root-package",
        |w| w.append("tests/line.rs", "\n"),
        &[(TESTS_ALONE, "root")],
    );
    assert_changes(
        "root-package",
        |w| w.append("crates/x/src/lib.rs", "\n"),
        &[(CODE, "root x y")],
    );
    assert_changes(
        "root-package",
        |w| w.append("crates/y/src/main.rs", "\n"),
        &[(CODE, "y")],
    );
    for path in ["README.md", "docs/guide.md", "assets/unused.txt"] {
        assert_changes("root-package", |w| w.append(path, "\n"), NOTHING);
    }
}

#[test]
fn what_only_a_root_package_says_of_itself() {
    assert_changes(
        "root-package",
        |w| w.replace("Cargo.toml", "[package]", "[package]\ndescription = \"x\""),
        &[(CODE, "root")],
    );
    assert_changes(
        "root-package",
        |w| bump(w, "either"),
        &[(EVERYTHING, "root")],
    );
}

#[test]
fn crates_within_crates() {
    assert_changes(
        "nested-crate",
        |w| w.append("crates/outer/macros/support/src/lib.rs", "\n"),
        &[(CODE, "outer outer-macros outer-macros-support side")],
    );
    assert_changes(
        "nested-crate",
        |w| w.append("crates/outer/macros/src/lib.rs", "\n"),
        &[(CODE, "outer outer-macros side")],
    );
    assert_changes(
        "nested-crate",
        |w| w.append("crates/outer/src/lib.rs", "\n"),
        &[(CODE, "outer side")],
    );
}

/// Not all that lies in a crate's directory is the crate's.
#[test]
fn what_only_the_inner_crate_sees() {
    assert_changes(
        "nested-crate",
        |w| {
            w.write("crates/outer/macros/tests/new.rs", "");
            w.generate();
        },
        &[(TESTS_ALONE, "outer-macros")],
    );
    assert_changes(
        "nested-crate",
        |w| {
            w.write("crates/outer/tool/src/lib.rs", "");
            w.write(
                "crates/outer/tool/Cargo.toml",
                "[package]\nname = \"tool\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
            );
            w.append(
                LOCKED,
                "\n[[package]]\nname = \"tool\"\nversion = \"0.1.0\"\n",
            );
            w.replace(
                "Cargo.toml",
                "\"crates/side\"",
                "\"crates/side\", \"crates/outer/tool\"",
            );
            w.generate();
        },
        &[(EVERYTHING, "tool")],
    );
}

#[test]
fn a_cycle_through_dev_dependencies() {
    assert_changes(
        "dev-cycle",
        |w| w.append("a/src/lib.rs", "\n"),
        &[(CODE, "a"), (TESTS_ALONE, "b")],
    );
    assert_changes(
        "dev-cycle",
        |w| w.append("b/src/lib.rs", "\n"),
        &[(CODE, "a b c")],
    );
    assert_changes(
        "dev-cycle",
        |w| w.append("b/tests/above.rs", "\n"),
        &[(TESTS_ALONE, "b")],
    );
    assert_changes(
        "dev-cycle",
        |w| w.append("me/src/testing.rs", "\n"),
        &[(CODE, "me"), (TESTS_ALONE, "c")],
    );
}

#[test]
fn crates_with_tests_alone() {
    assert_changes(
        "tests-only",
        |w| w.append("crates/base/src/lib.rs", "\n"),
        &[(CODE, "base demo it"), (TESTS_ALONE, "it-dev")],
    );
    assert_changes(
        "tests-only",
        |w| w.append("crates/it/tests/it.rs", "\n"),
        &[(TESTS_ALONE, "it")],
    );
}

#[test]
fn crates_that_are_no_members() {
    assert_changes(
        "glob-members",
        |w| w.append("tools/old/src/lib.rs", "\n"),
        &[(CODE, "app"), (&[LIBRARY, &["src", "testSrc"]], "old")],
    );
    assert_changes(
        "glob-members",
        |w| w.append("crates/excluded/src/lib.rs", "\n"),
        NOTHING,
    );
    assert_changes(
        "outside-root",
        |w| w.append("shared/lib-y/src/lib.rs", "\n"),
        &[
            (CODE, "app"),
            (&[LIBRARY, &["src", "testSrc"]], "lib-x lib-y"),
        ],
    );
    assert_changes(
        "outside-root",
        |w| w.append("other-ws/unrelated/src/lib.rs", "\n"),
        NOTHING,
    );
}

#[test]
fn a_crate_that_a_patch_puts_into_third_party_crates() {
    assert_changes(
        "patched",
        |w| w.append("vendor/cfg-if/src/lib.rs", "\n"),
        &[(CODE, "cfg-if user"), (ALL_DEPS, "user")],
    );
    assert_changes(
        "patched",
        |w| w.append("crates/cfg-if-core/src/lib.rs", "\n"),
        &[(CODE, "cfg-if cfg-if-core user"), (ALL_DEPS, "user")],
    );
    assert_changes(
        "patched-no-member",
        |w| w.append("vendor/cfg-if-core/src/lib.rs", "\n"),
        &[
            (CODE, "user"),
            (&[LIBRARY, &["src", "testSrc"]], "cfg-if cfg-if-core"),
            (ALL_DEPS, "user"),
        ],
    );
}

// ---- A law of layers ----------------------------------------------------------------------------

/// Though all checks have what every crate asks for, an edit of one crate's code runs those of its
/// dependents, and no others.
#[test]
fn an_edit_of_code_is_seen_by_the_checks_of_dependents_alone() {
    let arguments = "strategy = \"layered\";";
    let mut edited = Vec::new();
    let mut expressions = Vec::new();
    for fixture in fixtures() {
        let original = Workspace::of(&fixture.name);
        let text = fs::read_to_string(original.root().join("cratesieve.json")).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        // Third-party packages that are built from crates of the tree are everybody's.
        if fixture.name == "no-lock" || manifest.get("patched").is_some() {
            continue;
        }
        let crates = manifest["crates"].as_object().unwrap().clone();
        for (name, entry) in &crates {
            let Some(library) = entry["lib"].as_str() else {
                continue;
            };
            let workspace = original.copied();
            let file = workspace.root().join(entry["path"].as_str().unwrap());
            let file = file.join(library);
            let code = fs::read_to_string(&file).unwrap() + "// More.\n";
            fs::write(&file, code).unwrap();
            expressions.push(expression(&workspace, arguments));
            edited.push((
                fixture.name.clone(),
                crates.clone(),
                name.clone(),
                workspace,
            ));
        }
    }
    assert!(edited.len() > 40, "only {} edits", edited.len());
    let snapshots = nix().evaluate_all(&expressions);
    for ((fixture, crates, name, _), after) in edited.iter().zip(&snapshots) {
        let before = of_fixture(&nix(), fixture, arguments);
        let mut found: Vec<String> = difference(&before, &taken(after))
            .into_iter()
            .filter(|(_, attribute)| CHECKS.contains(&attribute.as_str()))
            .map(|(krate, attribute)| format!("{krate} {attribute}"))
            .collect();
        let sees = |entry: &Value| {
            let is_member = entry["member"] != Value::Bool(false);
            let has = |key: &str| {
                let names = entry[key].as_array();
                names.is_some_and(|names| names.contains(&json!(name)))
            };
            is_member && (has("closure") || has("testExtra"))
        };
        let dependents = crates.iter().filter(|(_, entry)| sees(entry));
        let mut expected: Vec<String> = dependents
            .flat_map(|(krate, _)| CHECKS.iter().map(move |check| format!("{krate} {check}")))
            .collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected, "{fixture}: an edit of {name}");
    }
}
