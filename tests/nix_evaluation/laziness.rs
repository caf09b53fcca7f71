//! Evaluating one crate evaluates only that crate and its closure.

use crate::common::nix::{Workspace, all_nix};
use crate::snapshot::{STRATEGIES, built};

/// The attributes that are lazy. In layers, checks unify features, so they need all members.
fn asked(strategy: &str) -> &'static str {
    match strategy {
        "layered" => "{ inherit (workspace.crates.pkg-b) package src testSrc; }",
        _ => {
            "{ inherit (workspace.crates.pkg-b) package src testSrc check doc clippy test nextest; }"
        }
    }
}

/// Checks that the derivations of a crate of `four-crates` evaluate, and are equal with and without a change.
#[track_caller]
fn assert_undisturbed(change: impl Fn(&Workspace), arguments: &str) {
    let original = Workspace::of("four-crates");
    let changed = Workspace::of("four-crates");
    change(&changed);
    for nix in all_nix() {
        for strategy in STRATEGIES {
            let paths = format!(
                "builtins.mapAttrs (_: derivation: derivation.drvPath) {}",
                asked(strategy)
            );
            let expected = nix.evaluate(&original.expression(&built(strategy, ""), &paths));
            let found = nix.evaluate(&changed.expression(&built(strategy, arguments), &paths));
            assert_eq!(found, expected, "{strategy}");
        }
    }
}

#[test]
fn a_broken_manifest_of_another_crate() {
    assert_undisturbed(
        |w| {
            for name in ["pkg-c", "pkg-d"] {
                w.write(&format!("crates/{name}/Cargo.toml"), "[[[");
            }
        },
        "",
    );
}

#[test]
fn a_stale_edge_of_another_crate() {
    assert_undisturbed(
        |w| {
            let edge = "\n[build-dependencies]\npkg-a = { path = \"../pkg-a\" }\n";
            w.append("crates/pkg-d/Cargo.toml", edge);
        },
        "",
    );
}

#[test]
fn another_crate_that_is_gone() {
    assert_undisturbed(|w| w.remove("crates/pkg-c"), "");
}

#[test]
fn throwing_settings_of_another_crate() {
    for setting in [
        "crates.pkg-d.buildInputs = throw \"x\";",
        "crates.pkg-d.buildInputs = [ (throw \"x\") ];",
        "crates.pkg-d.env.VARIABLE = throw \"x\";",
        "crates.pkg-d.env = throw \"x\";",
        "crates.pkg-c.cargoExtraArgs = throw \"x\";",
    ] {
        assert_undisturbed(|_| {}, setting);
    }
}

#[test]
fn settings_of_another_crate_that_are_nothing_but_a_throw() {
    assert_undisturbed(|_| {}, "crates.pkg-d = throw \"x\";");
}

#[test]
fn a_throwing_generator() {
    assert_undisturbed(|_| {}, "cratesieve = throw \"x\";");
}

#[test]
fn names_need_no_crate() {
    let workspace = Workspace::of("four-crates");
    for name in ["pkg-a", "pkg-b", "pkg-c", "pkg-d"] {
        workspace.write(&format!("crates/{name}/Cargo.toml"), "[[[");
    }
    workspace.write("Cargo.toml", "[[[");
    workspace.write("Cargo.lock", "[[[");
    let expression = "{
      crates = builtins.attrNames workspace.crates;
      attributes = builtins.attrNames workspace.crates.pkg-a;
      packages = builtins.attrNames workspace.packages;
      checks = builtins.attrNames workspace.checks;
    }";
    for nix in all_nix() {
        let names = nix.evaluate(&workspace.expression("", expression));
        let expected = serde_json::json!({
            "crates": ["pkg-a", "pkg-b", "pkg-c", "pkg-d"],
            "attributes": [
                "cargo", "cargoLock", "check", "clippy", "deps", "doc", "docDeps", "forBuildRustPackage", "forCrane",
                "forNaersk",
                "librarySrc", "nextest", "package", "src", "test", "testDeps", "testSrc",
            ],
            "packages": ["default", "pkg-b", "pkg-c", "pkg-d"],
            "checks": [
                "fmt", "manifest", "pkg-a-check", "pkg-b-check", "pkg-c-check", "pkg-d-check",
            ],
        });
        assert_eq!(names, expected);
    }
}

/// An error in a crate's own files names the place.
#[test]
fn a_broken_manifest_of_the_crate_is_named() {
    let workspace = Workspace::of("four-crates");
    workspace.write("crates/pkg-a/Cargo.toml", "[[[");
    let expression = workspace.expression("", "workspace.crates.pkg-b.package.drvPath");
    for nix in all_nix() {
        let output = nix.run_evaluate(&expression, &["--impure"]);
        let stderr = String::from_utf8(output.stderr).unwrap();
        let place = format!(
            "while reading {}/crates/pkg-a/Cargo.toml",
            workspace.repository()
        );
        assert!(
            !output.status.success() && stderr.contains(&place),
            "{stderr}"
        );
    }
}
