//! The outputs of the whole workspace: packages, checks and the shell.

use serde_json::{Value, json};

use crate::common::nix::{Workspace, all_nix, nix};
use crate::snapshot::{CHECKS, assert_changes, built};

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
        // Without `old`, which is not a member.
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
        // `default-members` of Cargo.toml.
        ("glob-members", "workspace.packages.app"),
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

/// `default-members` without patterns; members without a program do not count.
#[test]
fn the_default_package_follows_the_workspace() {
    for (members, expected) in [
        ("\"crates/pkg-b\"", "pkg-b"),
        ("\"./crates/pkg-c/\", \"crates/pkg-a\"", "pkg-c"),
        ("\"crates/pkg-d\", \"crates/pkg-b\"", "pkg-b pkg-d"),
        ("\"crates/pkg-a\"", "pkg-b pkg-c pkg-d"),
        ("\"crates/*\"", "pkg-b pkg-c pkg-d"),
    ] {
        let workspace = Workspace::of("four-crates");
        let table = format!("[workspace]\ndefault-members = [{members}]");
        workspace.replace("Cargo.toml", "[workspace]", &table);
        let names: Vec<_> = expected
            .split(' ')
            .map(|name| format!("\"{name}\""))
            .collect();
        let expression = format!(
            "let names = [ {} ]; inherit (workspace.packages) default; in [
              ((if lib.length names == 1 then workspace.packages.${{lib.head names}}
                else workspace.joinPackages {{ crates = names; }}).drvPath == default.drvPath)
              (default.meta.mainProgram or null)
            ]",
            names.join(" ")
        );
        let found = nix().evaluate(&workspace.expression("", &expression));
        let program = (!expected.contains(' ')).then_some(expected);
        assert_eq!(found, json!([true, program]), "{members}");
    }
}

/// Cargo only warns about it.
#[test]
fn the_default_package_of_crates_with_one_program() {
    let workspace = Workspace::of("four-crates");
    workspace.write("crates/pkg-b/src/bin/pkg-c.rs", "fn main() {}\n");
    workspace.generate();
    let expression = "lib.isString workspace.packages.default.drvPath";
    assert_eq!(
        nix().evaluate(&workspace.expression("", expression)),
        json!(true)
    );
}

#[test]
fn packages_of_several_crates() {
    let expression = "let
        made = workspace.joinPackages {
          pname = \"tools\";
          version = \"1\";
          crates = [ \"pkg-b\" \"pkg-a\" ];
          meta.description = \"x\";
          passthru.tests = \"y\";
          nativeBuildInputs = [ pkgs.jq ];
        };
        other = workspace.joinPackages { crates = [ \"pkg-b\" \"pkg-c\" ]; mainProgram = \"pkg-c\"; };
      in [ made.name made.meta.mainProgram made.meta.description made.tests (lib.getName (lib.head made.nativeBuildInputs)) other.name other.meta.mainProgram ]";
    let found = nix().evaluate(&Workspace::of("four-crates").expression("", expression));
    assert_eq!(
        found,
        json!(["tools-1", "pkg-b", "x", "y", "jq", "workspace", "pkg-c"])
    );
}

// ---- Checks and the shell -----------------------------------------------------------------------

#[test]
fn checks_are_those_of_the_members() {
    for (fixture, arguments, names) in [
        (
            "tests-only",
            "",
            "base-check demo-check fmt it-check it-dev-check manifest",
        ),
        ("outside-root", "", "app-check fmt local-check manifest"),
        (
            "tests-only",
            "checks.apart = true;",
            // Crates that have only tests have no documentation.
            "base-clippy base-doc base-test demo-clippy demo-test fmt it-clippy it-dev-clippy it-dev-test \
             it-test manifest",
        ),
        (
            "outside-root",
            "checks = { apart = true; run = [ \"nextest\" \"doc\" ]; };",
            "app-doc app-nextest fmt local-doc local-nextest manifest",
        ),
        (
            "tests-only",
            "checks.run = [ \"doc\" ];",
            "base-check fmt manifest",
        ),
        ("outside-root", "checks.run = [ ];", "fmt manifest"),
        (
            "outside-root",
            "crates.app.checks = [ ];",
            "fmt local-check manifest",
        ),
        (
            "outside-root",
            "checks.run = [ ]; crates.app.checks = [ \"test\" ];",
            "app-check fmt manifest",
        ),
        (
            "outside-root",
            "checks.apart = true; crates.app.checks = [ \"nextest\" ];",
            "app-nextest fmt local-clippy local-doc local-test manifest",
        ),
    ] {
        let expression =
            "builtins.mapAttrs (_: check: lib.isString check.drvPath) workspace.checks";
        let checks = nix().evaluate(&Workspace::of(fixture).expression(arguments, expression));
        let found: Vec<&String> = checks.as_object().unwrap().keys().collect();
        let names: Vec<&str> = names.split_whitespace().collect();
        assert_eq!(found, names, "{fixture} {arguments}");
    }
}

/// The commands of a check's derivation: its phases, line by line.
fn runs(arguments: &str, check: &str) -> Vec<String> {
    let expression = format!(
        "map (phase: workspace.{check}.${{phase}} or \"\")
          [ \"buildPhase\" \"checkPhase\" \"installPhase\" ]"
    );
    let workspace = Workspace::of("four-crates");
    let phases = nix().evaluate(&workspace.expression(arguments, &expression));
    let phases = phases.as_array().unwrap().iter();
    let lines = phases.flat_map(|phase| phase.as_str().unwrap().lines());
    let runs = lines.filter_map(|line| line.trim().strip_prefix("cratesieveRun "));
    runs.map(str::to_owned).collect()
}

/// Checks are one derivation for each crate, or one for each command, with the right profile.
#[test]
fn what_checks_run() {
    for strategy in ["per-crate", "layered", "shared"] {
        let kinds = |arguments: &str, check: &str| -> String {
            let arguments = built(strategy, arguments);
            let lines = runs(&arguments, check);
            let kinds = lines.iter().map(|line| line.split(' ').next().unwrap());
            kinds.collect::<Vec<_>>().join(" ")
        };
        for (arguments, check, expected) in [
            ("", "crates.pkg-a.check", "clippy test doc"),
            ("", "checks.pkg-a-check", "clippy test doc"),
            ("", "crates.pkg-a.clippy", "clippy"),
            ("", "crates.pkg-a.test", "test"),
            ("", "crates.pkg-a.nextest", "nextest doctest"),
            ("", "crates.pkg-b.nextest", "nextest"),
            ("", "crates.pkg-a.doc", "doc"),
            (
                "checks.run = [ \"doc\" \"nextest\" ];",
                "crates.pkg-a.check",
                "nextest doctest doc",
            ),
            (
                "crates.pkg-a.checks = [ \"clippy\" ];",
                "crates.pkg-a.check",
                "clippy",
            ),
            (
                "crates.pkg-a.checks = [ \"clippy\" ];",
                "crates.pkg-b.check",
                "clippy test doc",
            ),
            // A command that no check runs still has an attribute.
            (
                "crates.pkg-a.checks = [ \"clippy\" ];",
                "crates.pkg-a.doc",
                "doc",
            ),
            ("checks.apart = true;", "checks.pkg-a-doc", "doc"),
        ] {
            let found = kinds(arguments, check);
            assert_eq!(found, expected, "{strategy}: {arguments} {check}");
        }
        let arguments = "crates.pkg-a = { cargoClippyExtraArgs = \"-- --deny warnings\";
            cargoTestExtraArgs = \"--lib\"; cargoDocExtraArgs = \"--document-private-items\"; };";
        let lines = runs(&built(strategy, arguments), "crates.pkg-a.check");
        for (line, end) in lines.iter().zip([
            "--no-deps -- --deny warnings",
            "--lib",
            "--document-private-items",
        ]) {
            assert!(line.ends_with(end), "{line}");
        }
        assert_eq!(lines.len(), 3);
    }
}

/// Checks are compiled with the profile of `cargo test`, packages with that of their installation.
#[test]
fn checks_have_a_profile_of_their_own() {
    let profiles = |arguments: &str| {
        let expression = "map (derivation: derivation.CARGO_PROFILE or \"\") [
            workspace.crates.pkg-b.package
            workspace.crates.pkg-b.deps
            workspace.crates.pkg-b.check
            workspace.crates.pkg-b.testDeps
            workspace.crates.pkg-b.docDeps
            workspace.crates.pkg-c.doc
            workspace.dev.crates.pkg-b.package
            workspace.dev.crates.pkg-b.check
          ]";
        let found = nix().evaluate(&Workspace::of("four-crates").expression(arguments, expression));
        let found: Vec<String> = serde_json::from_value(found).unwrap();
        found.join(" ")
    };
    for strategy in ["per-crate", "layered", "shared"] {
        for (arguments, expected) in [
            ("", "  dev dev dev dev dev dev"),
            (
                "commonArgs.CARGO_PROFILE = \"dist\";",
                "dist dist dist dist dist dist dev dev",
            ),
            (
                "checks.profile = \"test-fast\";",
                "  test-fast test-fast test-fast test-fast dev test-fast",
            ),
            (
                "commonArgs.CARGO_PROFILE = \"dist\"; checks.profile = \"dev\";",
                "dist dist dev dev dev dev dev dev",
            ),
        ] {
            let found = profiles(&built(strategy, arguments));
            assert_eq!(found, expected, "{strategy}: {arguments}");
        }
    }
}

/// The checks of `dev` are the same derivations, unless packages have their own profile.
#[test]
fn the_checks_of_development_are_the_checks() {
    let expression = "lib.mapAttrs (_: check: check.drvPath) workspace.checks
        == lib.mapAttrs (_: check: check.drvPath) workspace.dev.checks";
    for (arguments, same) in [("", true), ("commonArgs.CARGO_PROFILE = \"dist\";", false)] {
        let arguments = format!("cratesieve = pkgs.jq; {arguments}");
        let value =
            nix().evaluate(&Workspace::of("four-crates").expression(&arguments, expression));
        assert_eq!(value, json!(same), "{arguments}");
    }
}

/// Which outputs that belong to no single crate change with a change of the workspace.
fn changed(fixture: &str, arguments: &str, change: impl Fn(&Workspace)) -> Vec<String> {
    let (original, changed) = (Workspace::of(fixture), Workspace::of(fixture));
    change(&changed);
    let expression = "builtins.mapAttrs (_: derivation: derivation.drvPath) {
        inherit (workspace.checks) fmt manifest;
        inherit (workspace) devShell;
      }";
    let mut names = Vec::new();
    for nix in all_nix() {
        // A fixed source of the library, so that only the workspace changes.
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
    // Files that may refer to other files, and files that may be referred to.
    assert!(check(&|w| w.append("crates/util/src/lib.rs", "\n")));
    assert!(check(&|w| w.append("crates/util/Cargo.toml", "\n")));
    assert!(check(&|w| w.replace("cratesieve.json", "  ", "\t")));
    assert!(check(&|w| w.write("README.md", "")));
    assert!(check(&|w| w.write("crates/util/README.md", "")));
    assert!(check(
        &|w| w.rename("proto/unused.proto", "proto/used.proto")
    ));
    // A .proto file may import others.
    assert!(check(&|w| w.append("proto/api.proto", "\n")));
    assert!(!check(&|w| w.append("Cargo.lock", "\n")));
    // The generator does not read this directory.
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
    assert_eq!(with("crates.pkg-d.cargoExtraArgs = \"--quiet\";"), [""; 0]);
    let edited = changed("four-crates", "", |w| {
        w.append("crates/pkg-a/src/lib.rs", "\n");
        w.append("crates/pkg-a/Cargo.toml", "\n");
    });
    assert_eq!(edited, ["fmt", "manifest"]);
}

/// By default, the generator from the library's own source checks the manifest.
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
    for (path, crates) in [
        ("clippy.toml", "app lib"),
        (".config/nextest.toml", "app lib"),
        ("rustfmt.toml", ""),
    ] {
        let change = |w: &Workspace| w.write(path, "# x\n");
        assert_changes("cargo-config", change, &[(&[CHECKS], crates)]);
    }
}

#[test]
fn files_of_a_crate_that_configure_one_tool() {
    for (path, crates) in [
        ("crates/lib/rustfmt.toml", ""),
        ("crates/lib/.clippy.toml", "lib"),
    ] {
        let change = |w: &Workspace| {
            w.write(path, "# x\n");
            w.generate();
        };
        assert_changes("cargo-config", change, &[(&[CHECKS], crates)]);
    }
}

/// `dev` uses the profile `dev` for all crates, unless a crate's settings name another profile.
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
