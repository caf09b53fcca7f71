//! Nine tests that an earlier project published.

use crate::common::nix::{Workspace, all_nix};
use crate::snapshot;

/// Tests of <https://github.com/mike-marcacci/nix-cargo-workspace-optimizations>: what a change of one
/// crate does to the package of another. The fifth builds a third crate first, which makes no difference
/// to evaluation.
#[test]
fn the_nine_tests_hits_and_misses() {
    for (changed, asked, is_hit) in [
        (None, "pkg-d", true),
        (Some("pkg-a/src/lib.rs"), "pkg-d", true),
        (Some("pkg-a/src/lib.rs"), "pkg-b", false),
        (Some("pkg-c/src/main.rs"), "pkg-b", true),
        (Some("pkg-c/src/main.rs"), "pkg-b", true),
    ] {
        let workspace = Workspace::of("four-crates");
        if let Some(path) = changed {
            workspace.append(&format!("crates/{path}"), "// Modified\n");
        }
        for nix in all_nix() {
            let before = snapshot::of_fixture(&nix, "four-crates", "");
            let after = snapshot::take(&nix, &workspace, "");
            let key = (asked.to_owned(), "package".to_owned());
            assert_eq!(
                before[&key] == after[&key],
                is_hit,
                "{asked} after {changed:?}"
            );
        }
    }
}

/// Four further tests: which third-party packages the dependency layer of a crate has.
#[test]
fn the_nine_tests_dependency_isolation() {
    let workspace = Workspace::of("four-crates");
    let expression = "builtins.mapAttrs (_: crate: {
        locked = builtins.readFile crate.deps.cratesieveLock;
        vendored = crate.package.cargoVendorDir.buildCommand;
      }) workspace.crates";
    for nix in all_nix() {
        let layers = nix.evaluate(&workspace.expression("", expression));
        let has = |name: &str, package: &str| {
            let text = |key: &str| layers[name][key].as_str().unwrap().to_owned();
            let locked = text("locked").contains(&format!("name = \"{package}\"\n"));
            assert_eq!(text("vendored").contains(&format!("/{package}-")), locked);
            locked
        };
        assert!(!has("pkg-b", "arrayvec"));
        assert!(has("pkg-b", "once_cell"));
        assert!(has("pkg-b", "either"));
        assert!(!has("pkg-a", "itoa"));
        // It has no others.
        for (name, packages) in [
            ("pkg-a", "either once_cell"),
            ("pkg-b", "either once_cell"),
            ("pkg-c", "either itoa once_cell"),
            ("pkg-d", "arrayvec"),
        ] {
            for package in ["arrayvec", "either", "itoa", "once_cell"] {
                assert_eq!(
                    has(name, package),
                    packages.split(' ').any(|p| p == package)
                );
            }
        }
    }
}
