//! The Nix examples in README.md and in the book evaluate. docs/options.md is left out: `options` generates
//! it, and `documentation` tests its examples.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::nix::{Workspace, all_nix, nix, nix_path, repository, with_prelude};
use crate::documentation::of_the_flake;
use crate::flake_module::with_flake;
use crate::markdown::{Block, page, pages};

/// A workspace with the crates that the examples name.
fn workspace() -> Workspace {
    let workspace = Workspace::of("four-crates");
    let names = [
        ("pkg-a", "http-client"),
        ("pkg-b", "api"),
        ("pkg-c", "web"),
        ("pkg-d", "your-crate"),
    ];
    for (from, to) in names {
        for path in [
            "Cargo.toml",
            "Cargo.lock",
            "pkg-a",
            "pkg-b",
            "pkg-c",
            "pkg-d",
        ] {
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

/// An expression with the names that the examples use in scope. Derivations and programs in its value are
/// replaced with the paths of their derivations.
fn in_scope(workspace: &Workspace, example: &str) -> String {
    let directory = nix_path(workspace.repository());
    let stand_in = nix_path(&repository().join("tests/nix/stand-in"));
    of_the_flake(&format!(
        "let
          standIn = {{ inherit pkgs nixpkgs; }};
          cratesieve = outputs;
        in
        let
          # Packages that the stand-in does not have, and those of rust-overlay.
          pkgs = standIn.pkgs.extend (final: previous:
            lib.genAttrs [
              \"binaryen\" \"dart-sass\" \"openssl\" \"pkg-config\" \"sqlx-cli\" \"trunk\" \"wasm-bindgen-cli\"
              \"wasm-bindgen-cli_0_2_114\"
            ] (name: previous.runCommand name {{ }} \"\" // {{ version = \"1\"; }})
            // import ({stand_in} + \"/flakes/rust-overlay\") final previous);
          craneLib = crane.mkLib pkgs;
          nixpkgs = standIn.nixpkgs // {{
            legacyPackages = {{ x86_64-linux = pkgs; }} // {{ ${{system}} = pkgs; }};
          }};
          crane.mkLib = (import {stand_in} {{ }}).mkLib;
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

/// The expression that evaluates a block, depending on the form of the block.
fn expression(workspace: &Workspace, block: &Block<'_>) -> String {
    let directory = nix_path(workspace.repository());
    let mut code = block.code.clone();
    for path in ["./.", "./rust", "./tools"] {
        // With a space before it, so that a part of `../.` does not match.
        code = code.replace(&format!(" {path}"), &format!(" {directory}"));
    }
    let first = code.trim_start();
    let uncommented = code.lines().map(|line| line.split(" # ").next().unwrap());
    let is_bindings = uncommented.collect::<String>().trim_end().ends_with(';');
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

/// A wrong example of each form fails.
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

/// Attributes in commands exist, such as `nix build .#checks.x86_64-linux.api-check`.
#[test]
fn commands_name_what_the_flake_has() {
    let workspace = workspace();
    let expression = in_scope(
        &workspace,
        "let
          made = { checks.x86_64-linux = workspace.checks; packages.x86_64-linux = workspace.packages; apps.x86_64-linux = workspace.apps; };
          nameOf = set: lib.mapAttrs (_: lib.mapAttrs (_: builtins.attrNames)) set;
        in nameOf made",
    );
    let made = nix().evaluate(&expression);
    let names = |output: &str| -> Vec<String> {
        serde_json::from_value(made[output]["x86_64-linux"].clone()).unwrap()
    };
    let mut tried = 0;
    for page in pages() {
        for block in page.blocks() {
            let commands = block.code.lines().filter(|line| line.starts_with("nix "));
            for command in commands.filter(|_| block.language == "sh") {
                for reference in command.split(".#").skip(1) {
                    let end = |c: char| c.is_whitespace() || c == ')' || c == '"';
                    let reference = reference.split(end).next().unwrap();
                    let parts: Vec<&str> = reference.split('.').collect();
                    let exists = match parts.as_slice() {
                        // The flake of this project.
                        ["book"] => true,
                        [name] => ["packages", "apps"]
                            .iter()
                            .any(|output| names(output).iter().any(|known| known == name)),
                        // All of an output.
                        [output, "x86_64-linux"] => made[*output]["x86_64-linux"].is_array(),
                        [output, "x86_64-linux", name, ..] => {
                            names(output).iter().any(|known| known == name)
                        }
                        _ => false,
                    };
                    assert!(exists, "{}: .#{reference}: {made}", block.place);
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 6, "{tried}");
}

/// The flake has a package `book` if nixpkgs has mdbook.
#[test]
fn the_flake_has_the_book() {
    let expression = of_the_flake(
        "let
          mdbook = pkgs.runCommand \"mdbook\" { } \"\";
          with' = more: (flake.outputs {
            self = outputs;
            inherit crane;
            nixpkgs = nixpkgs // { legacyPackages.${system} = pkgs // more; };
          }).packages.${system};
        in
        [ ((with' { }) ? book) (lib.isDerivation (with' { inherit mdbook; }).book) (with' { inherit mdbook; }).book.drvPath ]",
    );
    for nix in all_nix() {
        let values = nix.evaluate(&expression);
        assert_eq!(
            (&values[0], &values[1]),
            (&Value::Bool(false), &Value::Bool(true))
        );
        assert!(
            values[2]
                .as_str()
                .unwrap()
                .ends_with("-cratesieve-book.drv")
        );
    }
}

// ---- nix/README.md ----------------------------------------------------------------------------------

const LOCK: &str = r#"version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["style", "word"]

[[package]]
name = "once_cell"
version = "1.21.4"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "9f7c3e4beb33f85d45ae3e3a1792185706c8e16d043238c593331cc7cd313b50"

[[package]]
name = "style"
version = "0.1.0"
dependencies = ["word"]

[[package]]
name = "word"
version = "0.1.0"
dependencies = ["once_cell"]
"#;

/// An expression with the names of nix/README.md in scope.
fn with_values(workspace: &Workspace, expression: &str) -> String {
    let root = nix_path(workspace.repository());
    with_prelude(&format!(
        "let
          inherit (builtins) attrNames removeAttrs;
          root = {root};
          manifest = builtins.fromJSON (builtins.readFile (root + \"/cratesieve.json\"));
          shape = internal.readManifest (root + \"/cratesieve.json\");
          read = internal.readWorkspace {{ inherit root shape; manifest = \"cratesieve.json\"; }};
          closures = internal.resolveClosures {{
            manifest = shape;
            inherit (read) lock;
            builtNames = builtins.mapAttrs (_: described: described.builtNames) read.described;
          }};
          asked = internal.askedFeatures {{
            inherit (read) tomls;
            commonArgs = {{ }};
            settings = {{ }};
          }};
          sources = internal.makeSources {{
            inherit root shape read closures asked;
            workspace = \".\";
            manifest = \"cratesieve.json\";
          }};
          plans = internal.planPackages {{
            inherit shape read;
            closures = closures.own;
            inherit (sources) inert;
            isApart = _: false;
          }};
          workspace = mkWorkspace {{ src = root; strategy = \"layered\"; }};
          withoutHashes = text: lib.concatStrings (
            map (part: if lib.isList part then \"\" else part) (builtins.split \"/nix/store/[a-z0-9]{{32}}-\" text)
          );
          names = list: lib.concatStringsSep \" \" (attrNames (lib.genAttrs (map (layer: layer.name) list) (_: null)));
          layersBelow = derivation: map (found: \"${{found.value.name}}: ${{names found.value.cratesieveLayers}}\") (
            builtins.genericClosure {{
              startSet = [ {{ key = derivation.name; value = derivation; }} ];
              operator = found: map (layer: {{ key = layer.name; value = layer; }}) (
                found.value.cratesieveLayers ++ found.value.cratesieveMaybe or [ ]
              );
            }}
          );
        in
        {expression}"
    ))
}

/// The worked example of nix/README.md: its values are those that the library computes.
#[test]
fn the_worked_example_is_what_the_library_makes_of_it() {
    let page = page("nix/README.md");
    let workspace = Workspace::empty(".");
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
    );
    workspace.write("Cargo.lock", LOCK);
    for source in ["word/src/lib.rs", "style/src/lib.rs", "app/src/main.rs"] {
        workspace.write(&format!("crates/{source}"), "");
    }
    let blocks = page.blocks();
    let comments = blocks
        .iter()
        .filter_map(|block| block.comment.map(|comment| (comment, block)));
    let (files, values): (Vec<_>, Vec<_>) =
        comments.partition(|(comment, _)| comment.starts_with("file "));
    assert_eq!(files.len(), 3);
    for (comment, block) in files {
        workspace.write(comment.strip_prefix("file ").unwrap(), &block.code);
    }
    workspace.generate();

    assert_eq!(values.len(), 7);
    for (comment, block) in values {
        let place = &block.place;
        for nix in all_nix() {
            if let Some(expression) = comment.strip_prefix("value ") {
                let expected: Value = serde_json::from_str(&block.code).unwrap();
                assert_eq!(
                    nix.evaluate(&with_values(&workspace, expression)),
                    expected,
                    "{place}"
                );
            } else if let Some(derivation) = comment.strip_prefix("derivations ") {
                let expression = format!("layersBelow workspace.{derivation}");
                let found = nix.evaluate(&with_values(&workspace, &expression));
                let mut found: Vec<String> = serde_json::from_value(found).unwrap();
                found.sort();
                let found: Vec<&str> = found.iter().map(|line| line.trim_end()).collect();
                assert_eq!(found, block.code.lines().collect::<Vec<_>>(), "{place}");
            } else {
                assert_eq!(comment, "lines of the source of app", "{place}");
                let expression =
                    "withoutHashes (sources.source { name = \"app\"; role = \"own\"; }).script";
                let found = nix.evaluate(&with_values(&workspace, expression));
                let found: Vec<&str> = found.as_str().unwrap().lines().collect();
                for line in block.code.lines() {
                    assert!(found.contains(&line), "{place}: {line}: {found:#?}");
                }
            }
        }
    }
}
