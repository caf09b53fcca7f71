//! The exports of the flake and of nix/, and their doc comments.

use std::collections::BTreeSet;
use std::fs;

use camino::Utf8PathBuf;
use serde_json::{Value, json};

use crate::common::nix::{Workspace, all_nix, nix_path, repository, with_prelude};

/// The lines of nix/internal.nix: the name of a function, and its file in nix/.
fn listed() -> Vec<(String, String)> {
    let text = fs::read_to_string(repository().join("nix/internal.nix")).unwrap();
    let lines = text.lines().filter_map(|line| {
        let (name, file) = line.trim().split_once(" = ./")?;
        let file = file.strip_suffix(".nix;")?;
        Some((name.to_owned(), format!("{file}.nix")))
    });
    lines.collect()
}

/// The files of nix/ that define something, each with the name of its definition.
fn definitions() -> Vec<(String, String)> {
    let mut files = listed();
    assert!(files.len() > 50, "{files:?}");
    files.push(("mkWorkspace".to_owned(), "mkWorkspace.nix".to_owned()));
    let read = |(name, file): (String, String)| {
        let file = repository().join("nix").join(file);
        (name, fs::read_to_string(file).unwrap())
    };
    files.into_iter().map(read).collect()
}

/// A file is named after its function, and no file is forgotten.
#[test]
fn every_file_is_a_line_of_internal() {
    let exported = [
        "default",
        "flakeModule",
        "genApp",
        "internal",
        "mkWorkspace",
    ];
    let mut files = BTreeSet::new();
    for directory in ["", "rewrite/"] {
        let entries = repository().join("nix").join(directory).read_dir_utf8();
        for entry in entries.unwrap() {
            let name = entry.unwrap().file_name().to_owned();
            if let Some(name) = name.strip_suffix(".nix")
                && !(directory.is_empty() && exported.contains(&name))
            {
                files.insert((name.to_owned(), format!("{directory}{name}.nix")));
            }
        }
    }
    assert_eq!(listed().into_iter().collect::<BTreeSet<_>>(), files);
}

/// The doc comments of a Nix file (RFC 145), without their indentation.
pub fn doc_comments(text: &str) -> Vec<String> {
    let bodies = text
        .split("/**\n")
        .skip(1)
        .map(|rest| rest.split("*/").next().unwrap());
    bodies
        .map(|body| {
            let lines = body.lines().filter(|line| !line.trim().is_empty());
            let indent = lines.map(|line| line.len() - line.trim_start().len()).min();
            let lines = body
                .lines()
                .map(|line| line.get(indent.unwrap_or(0)..).unwrap_or(""));
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect()
}

/// The Nix code in a doc comment.
pub fn examples(comment: &str) -> Vec<&str> {
    let blocks = comment.split("```nix\n").skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap())
        .collect()
}

#[test]
fn every_function_has_a_comment_with_its_type() {
    for (name, text) in definitions() {
        let comments = doc_comments(&text);
        assert!(!comments.is_empty(), "{name}.nix has no doc comment");
        for comment in comments.iter().filter(|comment| comment.contains("```")) {
            assert!(
                comment.contains("# Type\n\n```\n"),
                "{name}.nix: no type:\n{comment}"
            );
        }
        let typed = comments
            .iter()
            .filter(|comment| comment.contains(" :: "))
            .count();
        assert!(typed > 0, "{name}.nix says no type");
    }
}

/// Examples in doc comments evaluate: each is an expression and, after `=>`, its value.
#[test]
fn examples_give_what_they_say() {
    let mut pairs = Vec::new();
    for (name, text) in definitions() {
        for comment in doc_comments(&text) {
            for example in examples(&comment)
                .into_iter()
                .filter(|text| text.contains("=>"))
            {
                let mut expression = String::new();
                for line in example.lines() {
                    match line.strip_prefix("=>") {
                        Some(value) => {
                            pairs.push((name.clone(), expression.clone(), value.to_owned()));
                            expression.clear();
                        }
                        None => expression += &format!("{line}\n"),
                    }
                }
                assert_eq!(expression.trim(), "", "{name}.nix: what does this give?");
            }
        }
    }
    assert!(!pairs.is_empty());
    let list: String = pairs
        .iter()
        .map(|(_, found, expected)| format!("{{ found = {found}; expected = {expected}; }}\n"))
        .collect();
    for nix in all_nix() {
        let expression = format!("with internal; with internal.paths; [\n{list}]");
        let values = nix.evaluate(&with_prelude(&expression));
        for (value, (name, example, _)) in values.as_array().unwrap().iter().zip(&pairs) {
            assert_eq!(value["found"], value["expected"], "{name}.nix: {example}");
        }
    }
}

#[test]
fn the_example_of_mk_workspace_works() {
    let text = fs::read_to_string(repository().join("nix/mkWorkspace.nix")).unwrap();
    let comment = doc_comments(&text).remove(0);
    let example = examples(&comment).remove(0);

    let workspace = Workspace::of("four-crates");
    workspace.replace("Cargo.toml", "pkg-d", "openssl-user");
    workspace.replace("Cargo.lock", "pkg-d", "openssl-user");
    workspace.rename("crates/pkg-d", "crates/openssl-user");
    workspace.replace("crates/openssl-user/Cargo.toml", "pkg-d", "openssl-user");
    workspace.generate();
    let example = example.replace("./.", &nix_path(workspace.repository()));
    let expression = format!(
        "let
          result = let
            pkgs = standIn.pkgs // {{ openssl = standIn.pkgs.runCommand \"openssl\" {{ }} \"\"; }};
            cratesieve = {{ inherit lib; }};
            inherit (flake) lib;
          in {example};
        in
        {{
          packages = builtins.mapAttrs (_: package: package.drvPath) result.packages.x86_64-linux;
          checks = builtins.attrNames result.checks.x86_64-linux;
          openssl = toString result.packages.x86_64-linux.openssl-user.buildInputs;
        }}"
    );
    let scope = "let standIn = { inherit pkgs; }; flake = { lib = cratesieve; }; in";
    for nix in all_nix() {
        let values = nix.evaluate(&with_prelude(&format!("{scope} {expression}")));
        let packages = values["packages"].as_object().unwrap();
        let names: Vec<&str> = packages.keys().map(String::as_str).collect();
        assert_eq!(names, ["default", "openssl-user", "pkg-b", "pkg-c"]);
        assert!(
            values["checks"]
                .as_array()
                .unwrap()
                .contains(&json!("openssl-user-check"))
        );
        assert!(values["openssl"].as_str().unwrap().ends_with("-openssl"));
    }
}

/// The doc comment of `mkWorkspace` describes all arguments and all attributes of the result.
#[test]
fn the_comment_of_mk_workspace_is_complete() {
    let text = fs::read_to_string(repository().join("nix/mkWorkspace.nix")).unwrap();
    let comment = doc_comments(&text).remove(0);
    for heading in ["# Inputs", "# Output", "# Type", "# Examples"] {
        assert!(comment.contains(&format!("\n{heading}\n")), "{heading}");
    }
    let expression = "{
      given = builtins.attrNames (builtins.functionArgs cratesieve.mkWorkspace);
      got = builtins.attrNames workspace;
      crate = builtins.attrNames workspace.crates.pkg-a;
    }";
    let workspace = Workspace::of("four-crates");
    let names = all_nix()[0].evaluate(&workspace.expression("", expression));
    let of = |key: &str| -> Vec<String> { serde_json::from_value(names[key].clone()).unwrap() };
    let (inputs, output) = comment.split_once("# Output").unwrap();
    for name in of("given") {
        assert!(
            inputs.contains(&format!("\n`{name}`\n: ")),
            "input `{name}`"
        );
    }
    for name in of("got") {
        let heading = [format!("\n`{name}`\n: "), format!("\n`{name}.<name>`\n: ")];
        assert!(
            heading.iter().any(|heading| output.contains(heading)),
            "`{name}`"
        );
    }
    for name in of("crate") {
        assert!(
            output.contains(&format!("`{name}`")),
            "`crates.<name>.{name}`"
        );
    }
}

// ---- The flake ----------------------------------------------------------------------------------

/// The exports of the flake, each with an expression that inspects it. Every export needs a line.
const EXPORTS: &[(&str, &str)] = &[
    (
        "apps",
        "lib.mapAttrs (_: app: app.type) outputs.apps.${system}",
    ),
    (
        "checks",
        "outputs.checks.${system} ? cratesieve-check && outputs.checks.${system} ? manifest",
    ),
    (
        "devShells",
        "lib.isString outputs.devShells.${system}.default.drvPath",
    ),
    // A module can be evaluated with flake-parts only: `flake_module` does that.
    ("flakeModules", "builtins.attrNames outputs.flakeModules"),
    ("lib", "builtins.attrNames outputs.lib"),
    (
        "overlays",
        "(outputs.overlays.default pkgs pkgs).cratesieve.drvPath
          == outputs.packages.${system}.default.drvPath",
    ),
    ("packages", "builtins.attrNames outputs.packages.${system}"),
    (
        "templates",
        "lib.all (template: builtins.pathExists (template.path + \"/flake.nix\"))
          (lib.attrValues outputs.templates)",
    ),
];

/// An expression in the scope of [`with_prelude`], where `outputs` are those of the flake.
pub fn of_the_flake(expression: &str) -> String {
    let flake = nix_path(&repository().join("flake.nix"));
    with_prelude(&format!(
        "let
          flake = import {flake};
          inherit (pkgs.stdenv.hostPlatform) system;
          nixpkgs = {{ _type = \"flake\"; inherit lib; legacyPackages.${{system}} = pkgs; }};
          crane.mkLib = _: craneLib;
          outputs = flake.outputs {{ self = outputs; inherit nixpkgs crane; }};
        in
        {expression}"
    ))
}

#[test]
fn every_export_of_the_flake_is_there_and_evaluates() {
    let list: String = EXPORTS
        .iter()
        .map(|(name, expression)| format!("{name} = {expression};\n"))
        .collect();
    let expression = format!("{{ names = builtins.attrNames outputs; tried = {{ {list} }}; }}");
    for nix in all_nix() {
        let values = nix.evaluate(&of_the_flake(&expression));
        let names: Vec<&str> = EXPORTS.iter().map(|(name, _)| *name).collect();
        assert_eq!(values["names"], json!(names), "an export without a test");
        let tried = &values["tried"];
        assert_eq!(tried["apps"], json!({ "default": "app", "gen": "app" }));
        assert_eq!(tried["flakeModules"], json!(["default"]));
        assert_eq!(tried["lib"], json!(["mkWorkspace"]));
        assert_eq!(tried["packages"], json!(["cratesieve", "default"]));
        for name in ["checks", "devShells", "overlays", "templates"] {
            assert_eq!(tried[name], Value::Bool(true), "{name}");
        }
    }
}

/// The check of the manifest runs the flake's generator by default.
#[test]
fn the_flakes_mk_workspace_brings_the_generator() {
    let workspace = Workspace::of("four-crates");
    let src = nix_path(workspace.repository());
    let call = |more: &str| {
        format!(
            "(outputs.lib.mkWorkspace {{ inherit pkgs craneLib; src = {src}; {more} }})
              .checks.manifest.drvPath"
        )
    };
    let [generator, own, other] = [
        call(""),
        call("cratesieve = outputs.packages.${system}.default;"),
        call("cratesieve = pkgs.jq;"),
    ];
    for nix in all_nix() {
        let values = nix.evaluate(&of_the_flake(&format!("[ {generator} ({own}) ({other}) ]")));
        assert_eq!(values[0], values[1]);
        assert_ne!(values[0], values[2]);
    }
}

#[test]
fn the_template_builds_a_workspace() {
    let workspace = Workspace::of("four-crates");
    let template = repository().join("nix/template");
    for entry in template.read_dir_utf8().unwrap() {
        let path: Utf8PathBuf = entry.unwrap().into_path();
        let name = path.file_name().unwrap();
        workspace.write(name, &fs::read_to_string(&path).unwrap());
    }
    let flake = nix_path(&workspace.path("flake.nix"));
    let expression = of_the_flake(&format!(
        "let
          made = (import {flake}).outputs {{
            self = made;
            inherit crane;
            nixpkgs = nixpkgs // {{
              lib = lib // {{ systems.flakeExposed = [ system ]; }};
            }};
            cratesieve = outputs;
          }};
        in
        {{
          names = builtins.attrNames made;
          packages = builtins.attrNames made.packages.${{system}};
          package = made.packages.${{system}}.pkg-b.drvPath;
          check = made.checks.${{system}}.pkg-b-check.drvPath;
          shell = made.devShells.${{system}}.default.drvPath;
          gen = made.apps.${{system}}.gen.type;
        }}"
    ));
    for nix in all_nix() {
        let values = nix.evaluate(&expression);
        assert_eq!(
            values["names"],
            json!(["apps", "checks", "devShells", "packages"])
        );
        assert_eq!(
            values["packages"],
            json!(["default", "pkg-b", "pkg-c", "pkg-d"])
        );
        assert_eq!(values["gen"], json!("app"));
    }
}
