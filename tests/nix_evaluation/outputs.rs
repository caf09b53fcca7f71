//! What is made of the whole workspace: packages, checks and the shell.

use serde_json::{Value, json};

use crate::common::nix::{Workspace, all_nix, nix};
use crate::snapshot::assert_changes;

// ---- Packages -----------------------------------------------------------------------------------

fn names_of_packages(workspace: &Workspace) -> Value {
    nix().evaluate(&workspace.expression("", "builtins.attrNames workspace.packages"))
}

#[test]
fn packages_are_the_crates_that_install_something() {
    for (fixture, names) in [
        ("four-crates", json!(["default", "pkg-b", "pkg-c", "pkg-d"])),
        ("virtual", json!(["app", "default"])),
        ("root-package", json!(["default", "root", "y"])),
        // Not `old`, which is no member.
        ("glob-members", json!(["app", "default", "lint", "new"])),
        ("dev-cycle", json!(["c", "default"])),
        ("tests-only", json!([])),
        ("odd-names", json!(["default", "quoted"])),
    ] {
        assert_eq!(
            names_of_packages(&Workspace::of(fixture)),
            names,
            "{fixture}"
        );
    }
}

#[test]
fn the_default_package() {
    for (fixture, same) in [
        ("root-package", "workspace.packages.root"),
        ("single-package", "workspace.packages.single"),
        ("virtual", "workspace.packages.app"),
        (
            "four-crates",
            "pkgs.symlinkJoin {
              name = \"workspace\";
              paths = with workspace.packages; [ pkg-b pkg-c pkg-d ];
            }",
        ),
    ] {
        let expression = format!("workspace.packages.default.drvPath == ({same}).drvPath");
        let value = nix().evaluate(&Workspace::of(fixture).expression("", &expression));
        assert_eq!(value, Value::Bool(true), "{fixture}");
    }
}

// ---- Checks and the shell -----------------------------------------------------------------------

#[test]
fn checks_are_those_of_the_members() {
    for (fixture, names) in [
        (
            "tests-only",
            // Crates with tests alone have nothing to document.
            json!([
                "base-clippy",
                "base-doc",
                "base-test",
                "demo-clippy",
                "demo-test",
                "fmt",
                "it-clippy",
                "it-dev-clippy",
                "it-dev-test",
                "it-test",
                "manifest",
            ]),
        ),
        (
            "outside-root",
            json!([
                "app-clippy",
                "app-doc",
                "app-test",
                "fmt",
                "local-clippy",
                "local-doc",
                "local-test",
                "manifest",
            ]),
        ),
    ] {
        let expression =
            "builtins.mapAttrs (_: check: lib.isString check.drvPath) workspace.checks";
        let checks = nix().evaluate(&Workspace::of(fixture).expression("", expression));
        let found: Vec<&String> = checks.as_object().unwrap().keys().collect();
        assert_eq!(json!(found), names, "{fixture}");
    }
}

/// Which of the things that belong to no crate are others after a change.
fn changed(fixture: &str, arguments: &str, change: impl Fn(&Workspace)) -> Vec<String> {
    let (original, changed) = (Workspace::of(fixture), Workspace::of(fixture));
    change(&changed);
    let expression = "builtins.mapAttrs (_: derivation: derivation.drvPath) {
        inherit (workspace.checks) fmt manifest;
        inherit (workspace) devShell;
      }";
    let mut names = Vec::new();
    for nix in all_nix() {
        // The library's own source is none of what changes.
        let of = |workspace: &Workspace, arguments: &str| {
            let arguments = format!("cratesieve = pkgs.jq; {arguments}");
            nix.evaluate(&workspace.expression(&arguments, expression))
        };
        let before = of(&original, "");
        let after = of(&changed, arguments);
        let differs = |name: &&String| before[name.as_str()] != after[name.as_str()];
        let found: Vec<_> = before
            .as_object()
            .unwrap()
            .keys()
            .filter(differs)
            .cloned()
            .collect();
        assert!(names.is_empty() || names == found, "{names:?}, {found:?}");
        names = found;
    }
    names
}

#[test]
fn the_check_of_the_manifest_runs_when_the_manifest_may_be_another() {
    let check = |change: &dyn Fn(&Workspace)| {
        changed("shared-proto", "", change).contains(&"manifest".to_owned())
    };
    assert!(!check(&|_| {}));
    // What may refer to files, and what may be referred to.
    assert!(check(&|w| w.append("crates/util/src/lib.rs", "\n")));
    assert!(check(&|w| w.append("crates/util/Cargo.toml", "\n")));
    assert!(check(&|w| w.replace("cratesieve.json", "  ", "\t")));
    assert!(check(&|w| w.write("README.md", "")));
    assert!(check(&|w| w.write("crates/util/README.md", "")));
    assert!(check(
        &|w| w.rename("proto/unused.proto", "proto/used.proto")
    ));
    // Of these, only the names matter.
    assert!(!check(&|w| w.append("proto/api.proto", "\n")));
    assert!(!check(&|w| w.append("Cargo.lock", "\n")));
    // The generator does not look there.
    assert!(!check(&|w| w.write(".git/HEAD", "")));
    assert!(!check(&|w| w.write("target/debug/x.rs", "")));
}

#[test]
fn the_check_of_the_format_runs_when_a_source_changes() {
    let check = |change: &dyn Fn(&Workspace)| {
        changed("cargo-config", "", change).contains(&"fmt".to_owned())
    };
    assert!(!check(&|_| {}));
    assert!(check(&|w| w.append("crates/lib/src/lib.rs", "\n")));
    assert!(check(&|w| w.append("rustfmt.toml", "\n")));
    assert!(check(&|w| w.write("crates/lib/.rustfmt.toml", "")));
    assert!(check(&|w| w.write("crates/lib/tests/x.rs", "")));
    assert!(!check(&|w| w.append("clippy.toml", "\n")));
    assert!(!check(&|w| w.write("README.md", "")));
    assert!(!check(&|w| w.append("Cargo.lock", "\n# A remark.\n")));
}

#[test]
fn the_shell_has_what_every_crate_needs() {
    let with = |arguments: &str| changed("four-crates", arguments, |_| {});
    for input in ["buildInputs", "nativeBuildInputs"] {
        let tool = "[ (pkgs.runCommand \"tool\" { } \"\") ]";
        assert_eq!(
            with(&format!("crates.pkg-d.{input} = {tool};")),
            ["devShell"]
        );
    }
    assert_eq!(with("crates.pkg-d.env.VARIABLE = \"1\";"), ["devShell"]);
    assert_eq!(with("crates.pkg-d.cargoExtraArgs = \"--lib\";"), [""; 0]);
    let edited = changed("four-crates", "", |w| {
        w.append("crates/pkg-a/src/lib.rs", "\n");
        w.append("crates/pkg-a/Cargo.toml", "\n");
    });
    assert_eq!(edited, ["fmt", "manifest"]);
}

/// Where nothing else is given, the generator of this very source checks the manifest.
#[test]
fn the_generator_is_built_from_this_source() {
    let expression = "lib.isString workspace.checks.manifest.drvPath";
    for nix in all_nix() {
        let value = nix.evaluate(&Workspace::of("four-crates").expression("", expression));
        assert_eq!(value, Value::Bool(true));
    }
}

// ---- Files that are for one tool ----------------------------------------------------------------

#[test]
fn files_that_configure_one_tool() {
    for (path, kind, crates) in [
        ("clippy.toml", "clippy", "app lib"),
        (".config/nextest.toml", "nextest", "app lib"),
        ("rustfmt.toml", "none", ""),
    ] {
        let change = |w: &Workspace| w.write(path, "# x\n");
        assert_changes("cargo-config", change, &[(&[&[kind]], crates)]);
    }
}

#[test]
fn files_of_a_crate_that_configure_one_tool() {
    for (path, kind, crates) in [
        ("crates/lib/rustfmt.toml", "none", ""),
        ("crates/lib/.clippy.toml", "clippy", "lib"),
    ] {
        let change = |w: &Workspace| {
            w.write(path, "# x\n");
            w.generate();
        };
        assert_changes("cargo-config", change, &[(&[&[kind]], crates)]);
    }
}

/// The profile `dev` for all, but for whom the settings give another one.
#[test]
fn the_profile_of_development() {
    let arguments = "commonArgs.CARGO_PROFILE = \"dist\"; crates.pkg-d.CARGO_PROFILE = \"own\";";
    let expression = "{
      profiles = map (crate: crate.package.CARGO_PROFILE) (builtins.attrValues workspace.dev.crates);
      isShared = workspace.dev.crates.pkg-b.package.cargoVendorDir.drvPath
        == workspace.crates.pkg-b.package.cargoVendorDir.drvPath;
      plain = workspace.crates.pkg-a.package.CARGO_PROFILE;
      names = builtins.attrNames workspace.dev;
    }";
    let found = nix().evaluate(&Workspace::of("four-crates").expression(arguments, expression));
    let expected = serde_json::json!({
        "profiles": ["dev", "dev", "dev", "own"],
        "isShared": true,
        "plain": "dist",
        "names": ["cargo", "checks", "crates", "packages", "shell"],
    });
    assert_eq!(found, expected);
}
