//! Evaluation does not depend on the version of Nix, nor on the environment.

use std::process::Command;

use camino::Utf8Path;

use crate::common::nix::{Workspace, all_nix, nix, nix_string, repository};
use crate::common::{Fixture, copy, fixtures, utf8};
use crate::snapshot;

#[test]
fn every_nix_makes_the_same_derivations() {
    let all = all_nix();
    let (first, others) = all.split_first().unwrap();
    for fixture in fixtures()
        .iter()
        .filter(|fixture| fixture.name != "no-lock")
    {
        let expected = snapshot::of_fixture(first, &fixture.name, "");
        assert!(expected.len() > 3, "{}", fixture.name);
        for other in others {
            let found = snapshot::of_fixture(other, &fixture.name, "");
            assert_eq!(found, expected, "{}", fixture.name);
        }
    }
}

/// A flake evaluates without environment and search path, and reads only files of the flake.
#[test]
fn pure_evaluation_makes_the_same_derivations() {
    let fixture = Workspace::of("four-crates");
    let flake = copy(&Fixture::named("four-crates").repository);
    let top = utf8(&flake);
    let take = |from: &Utf8Path, to: &str| {
        std::fs::create_dir_all(top.join(to).parent().unwrap()).unwrap();
        // Links in the repository could lead out of the flake.
        let status = Command::new("cp")
            .args(["-rL", from.as_str()])
            .arg(top.join(to))
            .status();
        assert!(status.unwrap().success());
    };
    let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    take(&repository().join("nix"), "cratesieve/nix");
    take(&repository().join("tests/nix/stand-in"), "stand-in");
    let tools = given("CRATESIEVE_HOST_TOOLS");
    let mut arguments = String::new();
    for (value, to, argument) in [
        (
            tools,
            "host-tools.json",
            "tools = builtins.fromJSON (builtins.readFile ./host-tools.json);",
        ),
        (given("CRANE_SRC"), "crane", "craneSrc = ./crane;"),
        (
            given("NIXPKGS_LIB"),
            "nixpkgs-lib",
            "nixpkgsLib = ./nixpkgs-lib;",
        ),
    ] {
        if let Some(value) = value {
            take(Utf8Path::new(&value), to);
            arguments += argument;
        }
    }
    for nix in all_nix() {
        let system = nix.evaluate("builtins.currentSystem");
        let system = nix_string(system.as_str().unwrap());
        std::fs::write(
            top.join("flake.nix"),
            format!(
                "{{
                  outputs = _: {{
                    paths = let
                      standIn = import ./stand-in {{ system = {system}; {arguments} }};
                      workspace = (import ./cratesieve/nix).mkWorkspace {{
                        inherit (standIn) pkgs craneLib;
                        src = ./.;
                      }};
                    in builtins.mapAttrs (_: crate: {{
                      package = crate.package.drvPath;
                      test = crate.test.drvPath;
                    }}) workspace.crates;
                  }};
                }}"
            ),
        )
        .unwrap();
        let mut command = nix.command("eval");
        command
            .args(["--extra-experimental-features", "flakes"])
            .args([
                "--option",
                "pure-eval",
                "true",
                "--json",
                "--no-write-lock-file",
            ])
            .arg(format!("path:{top}#paths"));
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let expected = nix.evaluate(&fixture.expression(
            "",
            "builtins.mapAttrs (_: crate: {
              package = crate.package.drvPath;
              test = crate.test.drvPath;
            }) workspace.crates",
        ));
        assert_eq!(found, expected);
    }
}

/// All tests disable import from derivation. This is the error that it would give.
#[test]
fn import_from_derivation_fails_here() {
    let derivation = "derivation { name = \"x\"; system = \"x\"; builder = \"x\"; }";
    let message = nix().error(&format!("import ({derivation})"));
    assert!(
        message.contains("allow-import-from-derivation"),
        "{message}"
    );
}
