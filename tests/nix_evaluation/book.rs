//! The Nix in README.md and in the book evaluates. docs/options.md is left out: `options` makes it,
//! and `documentation` tries its examples.

use std::collections::BTreeMap;

use crate::common::nix::{Workspace, nix, nix_path};
use crate::documentation::of_the_flake;
use crate::flake_module::with_flake;
use crate::markdown::{Block, pages};

/// The crates that the examples name.
fn workspace() -> Workspace {
    let workspace = Workspace::of("four-crates");
    let names = [
        ("pkg-a", "http-client"),
        ("pkg-b", "api"),
        ("pkg-d", "your-crate"),
    ];
    for (from, to) in names {
        for path in ["Cargo.toml", "Cargo.lock", "pkg-a", "pkg-b", "pkg-c", "pkg-d"] {
            let path = match path.starts_with("pkg") {
                true => format!("crates/{path}/Cargo.toml"),
                false => path.to_owned(),
            };
            let text = workspace.read(&path);
            workspace.write(&path, &text.replace(from, to));
        }
    }
    for (from, to) in names {
        workspace.rename(&format!("crates/{from}"), &format!("crates/{to}"));
    }
    workspace.append("Cargo.toml", "\n[profile.ci]\ninherits = \"dev\"\n");
    workspace.generate();
    workspace
}

/// What the examples take for granted, around the value of `example`: derivations and programs in it
/// become the paths of their derivations.
fn in_scope(workspace: &Workspace, example: &str) -> String {
    let directory = nix_path(workspace.repository());
    of_the_flake(&format!(
        "let
          standIn = {{ inherit pkgs nixpkgs crane; }};
          cratesieve = outputs;
        in
        let
          pkgs = standIn.pkgs // lib.genAttrs [ \"openssl\" \"pkg-config\" \"sqlx-cli\" ] (
            name: standIn.pkgs.runCommand name {{ }} \"\"
          );
          nixpkgs = standIn.nixpkgs // {{
            legacyPackages = {{ x86_64-linux = pkgs; }} // {{ ${{system}} = pkgs; }};
          }};
          crane.mkLib = standIn.crane.mkLib;
          naersk.buildPackage = arguments: pkgs.runCommand \"naersk\" {{
            names = builtins.attrNames arguments;
          }} \"\";
          flake-utils.lib.eachDefaultSystem = made: lib.mapAttrs (_: value: {{ ${{system}} = value; }}) (made system);
          directory = {directory};
          make = arguments: cratesieve.lib.mkWorkspace (
            {{ inherit pkgs craneLib; src = directory; }} // arguments
          );
          everything = workspace: {{
            inherit (workspace) packages checks apps devShell;
            dev = workspace.dev.packages;
          }};
          workspace = make {{ }};
          paths = value:
            if lib.isDerivation value then value.drvPath
            else if value.type or null == \"app\" then toString value.program
            else if lib.isAttrs value then lib.mapAttrs (_: paths) value
            else if lib.isList value then map paths value
            else if lib.isFunction value then null
            else value;
        in
        paths ({example})"
    ))
}

/// How a block is evaluated, by what it looks like.
fn expression(workspace: &Workspace, block: &Block<'_>) -> String {
    let directory = nix_path(workspace.repository());
    let mut code = block.code.clone();
    for path in ["./.", "./rust", "./tools"] {
        // Not a part of `../.`.
        code = code.replace(&format!(" {path}"), &format!(" {directory}"));
    }
    let first = code.trim_start();
    let is_bindings = code.trim_end().ends_with(';') || code.contains(";   #") || code.contains("; #");
    if first.starts_with("imports =") {
        let value = "{ packages = drvs flake.packages; checks = drvs flake.checks; shells = drvs flake.devShells; }";
        return with_flake(workspace, "", &[&code], value);
    }
    if code.contains("outputs =") {
        let flake = match first.starts_with('{') {
            true => code,
            false => format!("{{ {code} }}"),
        };
        let made = "made = flake.outputs { self = made; inherit nixpkgs crane flake-utils; cratesieve = cratesieve; };";
        return in_scope(workspace, &format!("let flake = {flake}; {made} in made"));
    }
    if is_bindings && code.contains("workspace.") {
        return in_scope(workspace, &format!("{{ {code} }}"));
    }
    if is_bindings {
        return in_scope(workspace, &format!("everything (make {{ {code} }})"));
    }
    in_scope(workspace, &code)
}

#[test]
fn the_examples_evaluate() {
    let workspace = workspace();
    let nix = nix();
    let pages = pages();
    let mut failed = Vec::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages.iter().filter(|page| page.path != "docs/options.md") {
        for block in page.blocks() {
            if block.language != "nix" {
                continue;
            }
            *kinds.entry(page.path.as_str()).or_default() += 1;
            let expression = expression(&workspace, &block);
            let output = nix.run_evaluate(&expression, &["--impure"]);
            let stdout = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() || !stdout.contains("/nix/store/") {
                let stderr = String::from_utf8_lossy(&output.stderr);
                let end: Vec<&str> = stderr.lines().rev().take(12).collect();
                let end: Vec<&str> = end.into_iter().rev().collect();
                failed.push(format!(
                    "{}:\n{}{stdout}\n{}",
                    block.place,
                    block.code,
                    end.join("\n")
                ));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(kinds["README.md"] >= 3 && kinds.len() >= 6, "{kinds:?}");
}

/// A wrong example of each kind is found.
#[test]
fn wrong_examples_do_not_evaluate() {
    let workspace = workspace();
    for wrong in [
        "crates.no-such-crate.buildInputs = [ ];",
        "linker = \"glod\";",
        "checks.x86_64-linux = workspace.cheks;",
        "imports = [ inputs.cratesieve.flakeModules.default ];\nperSystem.cratesieve.workspaces.default.sorce = ./.;",
        "{ outputs = { nixpkgs, crane, cratesieve, ... }: { packages = cratesieve.lib.mkWorkspac { }; }; }",
        "pkgs.rustPlatform.buildRustPackage workspace.crates.api.forBuildRustPackag",
    ] {
        let block = Block {
            language: "nix",
            code: format!("{wrong}\n"),
            comment: None,
            place: String::new(),
        };
        let output = nix().run_evaluate(&expression(&workspace, &block), &["--impure"]);
        assert!(!output.status.success(), "{wrong}");
    }
}
