//! The module for flake-parts, with the real flake-parts in `FLAKE_PARTS_SRC` or with the stand-in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use cratesieve::setup::{self, Layout};
use serde_json::{Value, json};

use super::documentation::{doc_comments, examples, of_the_flake};
use crate::common::nix::{Nix, Workspace, all_nix, nix, nix_path, repository};

/// The module of a flake with one workspace, a copy of `four-crates`.
const SMALLEST: &str = "perSystem.cratesieve.workspaces.default = { src = directory; };";

/// An expression where `flake` has the outputs of these modules for this system: `packages`, `checks`,
/// `devShells` and `apps`. `directory`, the copy, and the names of [`of_the_flake`] are in scope.
/// `inputs` are further inputs of the flake.
pub fn with_flake(
    workspace: &Workspace,
    inputs: &str,
    modules: &[&str],
    expression: &str,
) -> String {
    let directory = nix_path(workspace.repository());
    let stand_in = nix_path(&repository().join("tests/nix/stand-in/flake-parts"));
    let modules: String = modules
        .iter()
        .map(|module| format!("({{ config, lib, ... }}: {{ {module} }})\n"))
        .collect();
    of_the_flake(&format!(
        "let
          directory = {directory};
          source = builtins.getEnv \"FLAKE_PARTS_SRC\";
          flakeParts =
            if source == \"\" then {{ lib = import {stand_in} {{ inherit lib; }}; }}
            else (import (/. + source + \"/flake.nix\")).outputs {{
              self = flakeParts // {{ _type = \"flake\"; outPath = source; inputs = {{ }}; }};
              nixpkgs-lib = {{ inherit lib; }};
            }};
          inputs = {{
            self = {{ _type = \"flake\"; inherit inputs; outPath = toString directory; }};
            inherit nixpkgs crane;
            cratesieve = outputs // {{ _type = \"flake\"; }};
          }} // {{ {inputs} }};
          made = flakeParts.lib.mkFlake {{ inherit inputs; }} {{
            imports = [ outputs.flakeModules.default {modules} ];
            systems = [ system ];
          }};
          flake = lib.genAttrs [ \"apps\" \"checks\" \"devShells\" \"packages\" ] (
            output: made.${{output}}.${{system}}
          );
          drvs = lib.mapAttrs (_: derivation: derivation.drvPath);
          direct = arguments: outputs.lib.mkWorkspace (
            {{ inherit pkgs craneLib; src = directory; }} // arguments
          );
        in
        {expression}"
    ))
}

fn evaluate(nix: &Nix, modules: &[&str], expression: &str) -> Value {
    let workspace = Workspace::of("four-crates");
    nix.evaluate(&with_flake(&workspace, "", modules, expression))
}

// ---- What the flake gets --------------------------------------------------------------------------

#[test]
fn the_smallest_flake_has_what_mk_workspace_makes() {
    for nix in all_nix() {
        let values = evaluate(
            &nix,
            &[SMALLEST],
            "{
              found = lib.genAttrs [ \"packages\" \"checks\" \"devShells\" ] (output: drvs flake.${output});
              expected = {
                packages = drvs (direct { }).packages;
                checks = drvs (direct { }).checks;
                devShells.default = (direct { }).devShell.drvPath;
              };
              apps = flake.apps;
            }",
        );
        assert_eq!(values["found"], values["expected"]);
        let names = values["found"]["packages"].as_object().unwrap().keys();
        assert!(names.eq(["default", "pkg-b", "pkg-c", "pkg-d"]));
        let apps = values["apps"].as_object().unwrap();
        assert!(apps.keys().eq(["gen"]), "{apps:?}");
        assert_eq!(apps["gen"]["type"], "app");
        let program = apps["gen"]["program"].as_str().unwrap();
        assert!(program.ends_with("/bin/cratesieve-gen"), "{program}");
    }
}

#[test]
fn the_example_works() {
    let text = fs::read_to_string(repository().join("nix/flakeModule.nix")).unwrap();
    let comment = doc_comments(&text).remove(0);
    let example = examples(&comment)
        .remove(0)
        .replace("./.", "directory")
        .replace("\"x86_64-linux\"", "system");
    let workspace = Workspace::of("four-crates");
    let expression = format!(
        "let
          example = {example};
          made = example.outputs (inputs // {{ flake-parts = flakeParts; }});
        in
        [ (builtins.attrNames example.inputs) (drvs made.packages.${{system}}) (drvs (direct {{ }}).packages) ]"
    );
    for nix in all_nix() {
        let values = nix.evaluate(&with_flake(&workspace, "", &[], &expression));
        assert_eq!(values[0], json!(["cratesieve", "flake-parts", "nixpkgs"]));
        assert_eq!(values[1], values[2]);
    }
}

/// Options, each with the equal arguments of `mkWorkspace`.
const ARGUMENTS: &[(&str, &str)] = &[
    ("strategy = \"shared\";", "strategy = \"shared\";"),
    ("strategy = \"per-crate\";", "strategy = \"per-crate\";"),
    ("features = \"workspace\";", "features = \"workspace\";"),
    ("linker = \"lld\";", "linker = \"lld\";"),
    (
        "linker = stdenv: stdenv // { name = \"other\"; };",
        "linker = stdenv: stdenv // { name = \"other\"; };",
    ),
    (
        "commonArgs.CARGO_PROFILE = \"dev\";",
        "commonArgs.CARGO_PROFILE = \"dev\";",
    ),
    (
        "crates.pkg-a.env.LEVEL = \"3\";",
        "crates.pkg-a.env.LEVEL = \"3\";",
    ),
    (
        "crates.pkg-a.package.REVISION = \"1\"; crates.pkg-b = { check.env.A = \"1\"; test = { }; };",
        "crates.pkg-a.package.REVISION = \"1\"; crates.pkg-b.check.env.A = \"1\";",
    ),
    (
        "commonArgs = { package.REVISION = \"1\"; strictDeps = true; };",
        "commonArgs = { package.REVISION = \"1\"; strictDeps = true; };",
    ),
    (
        "checks.profile = \"release\";",
        "checks.profile = \"release\";",
    ),
    ("checks.apart = true;", "checks.apart = true;"),
    (
        "checks.run = [ \"nextest\" ];",
        "checks.run = [ \"nextest\" ];",
    ),
    (
        "crates.pkg-a.checks = [ \"doc\" ]; crates.pkg-b = { checks = [ ]; env.A = \"1\"; };",
        "crates.pkg-a.checks = [ \"doc\" ]; crates.pkg-b = { checks = [ ]; env.A = \"1\"; };",
    ),
    (
        "crates.pkg-a.checks = lib.mkIf false [ \"doc\" ]; checks.run = lib.mkIf false [ ];",
        "",
    ),
    (
        "crates.pkg-a.env = lib.mkIf false { LEVEL = \"4\"; }; crates.pkg-b = lib.mkIf false { A = 1; };",
        "",
    ),
    (
        "craneLib = craneLib.overrideScope (_: _: { cargo = pkgs.jq; });",
        "craneLib = craneLib.overrideScope (_: _: { cargo = pkgs.jq; });",
    ),
    (
        "pkgs = pkgs.extend (_: _: { stdenv = pkgs.stdenv // { shell = \"/other\"; }; });",
        "pkgs = pkgs.extend (_: _: { stdenv = pkgs.stdenv // { shell = \"/other\"; }; });",
    ),
    (
        "manifest = directory + \"/other.json\";",
        "manifest = directory + \"/other.json\";",
    ),
    (
        "manifest = directory + \"/sub/other.json\"; workspaceRoot = directory;",
        "manifest = directory + \"/sub/other.json\"; workspaceRoot = directory;",
    ),
];

#[test]
fn options_are_the_arguments_of_mk_workspace() {
    let workspace = Workspace::of("four-crates");
    workspace.write("other.json", &workspace.read("cratesieve.json"));
    workspace.write("sub/other.json", &workspace.read("cratesieve.json"));
    for nix in all_nix() {
        for (options, arguments) in ARGUMENTS {
            let module =
                format!("{SMALLEST} perSystem.cratesieve.workspaces.default = {{ {options} }};");
            let expression = format!(
                "{{
                  found = [ (drvs flake.packages) (drvs flake.checks) ];
                  expected =
                    let made = direct {{ {arguments} }};
                    in [ (drvs made.packages) (drvs made.checks) ];
                }}"
            );
            let values = nix.evaluate(&with_flake(&workspace, "", &[&module], &expression));
            assert_eq!(values["found"], values["expected"], "{options}");
        }
    }
}

/// Each argument of `mkWorkspace` has an option, and each option has a line above.
#[test]
fn every_argument_of_mk_workspace_is_an_option() {
    for nix in all_nix() {
        let values = evaluate(
            &nix,
            &[
                SMALLEST,
                "perSystem = { config, ... }: { checks = lib.mkForce { }; packages = lib.mkForce {
                  names = pkgs.runCommand \"names\" { names = builtins.attrNames config.cratesieve.workspaces.default; } \"\";
                }; };",
            ],
            "{
              options = flake.packages.names.names;
              arguments = builtins.attrNames (builtins.functionArgs (import ./nix).mkWorkspace);
            }"
            .replace("./nix", &format!("{}/nix", repository()))
            .as_str(),
        );
        let names =
            |key: &str| -> Vec<String> { serde_json::from_value(values[key].clone()).unwrap() };
        let options = names("options");
        for argument in names("arguments") {
            // All workspaces share one generator: `cratesieve.package`.
            if argument == "cratesieve" {
                continue;
            }
            assert!(options.contains(&argument), "`{argument}` is no option");
            let starts = [format!("{argument} ="), format!("{argument}.")];
            let is_given = |given: &str| starts.iter().any(|start| given.contains(start));
            assert!(
                is_given(SMALLEST)
                    || is_given(WIDE)
                    || ARGUMENTS.iter().any(|(_, given)| is_given(given)),
                "no test sets the option `{argument}`"
            );
        }
    }
}

#[test]
fn what_is_switched_off_is_not_there() {
    let nix = &all_nix()[0];
    let names = |more: &str| -> Value {
        let module = format!("{SMALLEST} perSystem.cratesieve.workspaces.default = {{ {more} }};");
        evaluate(
            nix,
            &[&module],
            "lib.mapAttrs (_: builtins.attrNames) flake",
        )
    };
    let of_crates = ["a", "b", "c", "d"].map(|name| format!("pkg-{name}-check"));
    let of_crates = of_crates.join(" ");
    for (options, expected) in [
        ("", format!("fmt manifest {of_crates}")),
        ("checks.fmt = false;", format!("manifest {of_crates}")),
        ("checks.manifest = false;", format!("fmt {of_crates}")),
        ("checks.run = [ ];", "fmt manifest".to_owned()),
        (
            "crates.pkg-b.checks = [ ]; checks.fmt = false;",
            "manifest pkg-a-check pkg-c-check pkg-d-check".to_owned(),
        ),
        (
            "checks = { apart = true; run = [ \"nextest\" ]; fmt = false; manifest = false; };",
            of_crates.replace("check", "nextest"),
        ),
    ] {
        let expected: Vec<&str> = expected.split_whitespace().collect();
        assert_eq!(names(options)["checks"], json!(expected), "{options}");
    }
    // Definitions in several modules are merged.
    let runs = "with flake.checks.pkg-a-check; [
      (lib.hasInfix \"cratesieveRun clippy\" buildPhase)
      (lib.hasInfix \"cratesieveRun nextest\" checkPhase)
      (lib.hasInfix \"cratesieveRun doc\" installPhase)
    ]";
    let other = |kind: &str| {
        let set = format!("checks.run = [ \"{kind}\" ];");
        format!("perSystem.cratesieve.workspaces.default = {{ {set} }};")
    };
    let modules = [SMALLEST, &other("clippy"), &other("nextest")];
    assert_eq!(evaluate(nix, &modules, runs), json!([true, true, false]));

    assert_eq!(names("packages = false;")["packages"], json!([]));
    assert_eq!(names("devShell = false;")["devShells"], json!([]));
}

#[test]
fn the_shell_may_start_warm() {
    let module = format!("{SMALLEST} perSystem.cratesieve.workspaces.default.warmShell = true;");
    let same = "flake.devShells.default.drvPath == (direct { }).dev.shell.drvPath";
    assert_eq!(evaluate(&nix(), &[&module], same), json!(true));
}

/// A workspace with all checks of the whole workspace.
const WIDE: &str = "perSystem.cratesieve.workspaces.default = {
  advisoryDb = pkgs.jq;
  wideChecks = { audit = true; deny = true; doc = true; hakari = true; taplo = true; };
};";

/// Replacements of the tools for these checks, as options and as arguments.
const TOOLS: &str = "
  pkgs = pkgs // { cargo-audit = pkgs.jq; cargo-hakari = pkgs.jq; };
  craneLib = craneLib.overrideScope (_: _: { cargo-deny = pkgs.jq; taplo = pkgs.jq; });
";

/// The error for a check that the workspace has no configuration for.
pub const NOT_SET_UP: &str = "cratesieve: `wideChecks.deny` of the workspace `default`: the workspace is not set up for this check\n\
     add deny.toml in the workspace root, or leave the option out";

#[test]
fn wide_checks_are_there_if_wanted() {
    let workspace = Workspace::of("four-crates");
    let call = |modules: &[&str], expression: &str| with_flake(&workspace, "", modules, expression);
    let nix = &all_nix()[0];
    let names = |modules: &[&str]| nix.evaluate(&call(modules, "builtins.attrNames flake.checks"));
    let missing = nix.error(&call(&[SMALLEST, WIDE], "flake.checks.deny.drvPath"));
    assert_eq!(missing, NOT_SET_UP);
    let without = WIDE.replace("advisoryDb = pkgs.jq;", "");
    let missing = nix.error(&call(&[SMALLEST, &without], "flake.checks.audit.drvPath"));
    assert!(
        missing.ends_with("give it an `advisoryDb`, or leave the option out"),
        "{missing}"
    );

    for file in ["deny.toml", "taplo.toml", ".config/hakari.toml"] {
        workspace.write(file, "");
    }
    let mut expected = names(&[SMALLEST]);
    let wide = ["audit", "deny", "doc", "hakari", "taplo"];
    expected
        .as_array_mut()
        .unwrap()
        .extend(wide.map(Value::from));
    expected
        .as_array_mut()
        .unwrap()
        .sort_by_key(Value::to_string);
    assert_eq!(names(&[SMALLEST, WIDE]), expected);
    for nix in all_nix() {
        let expression = format!(
            "let expected = (direct {{ advisoryDb = pkgs.jq; {TOOLS} }}).wideChecks; in {{
              found = drvs (builtins.intersectAttrs expected flake.checks);
              expected = drvs expected;
            }}"
        );
        let tools = format!("perSystem.cratesieve.workspaces.default = {{ {TOOLS} }};");
        let values = nix.evaluate(&call(&[SMALLEST, WIDE, &tools], &expression));
        assert_eq!(values["found"], values["expected"]);
    }
}

#[test]
fn several_workspaces_have_their_names_before_theirs() {
    let single = nix_path(&repository().join("fixtures/workspaces/single-package"));
    let module = format!(
        "{SMALLEST} perSystem.cratesieve.workspaces = {{
          tools = {{ src = {single}; strategy = \"shared\"; }};
          bare = {{ src = {single}; prefix = \"\"; packages = false; devShell = false; checks.fmt = false; checks.manifest = false; }};
        }};"
    );
    for nix in all_nix() {
        let values = evaluate(
            &nix,
            &[&module],
            &format!(
                "{{
                  names = lib.mapAttrs (_: builtins.attrNames) flake;
                  same = flake.packages.tools.drvPath
                    == (direct {{ src = {single}; strategy = \"shared\"; }}).packages.default.drvPath;
                }}"
            ),
        );
        let names = &values["names"];
        assert_eq!(names["apps"], json!(["gen"]));
        assert_eq!(names["devShells"], json!(["default", "tools"]));
        assert_eq!(
            names["packages"],
            json!([
                "default",
                "pkg-b",
                "pkg-c",
                "pkg-d",
                "tools",
                "tools-single"
            ])
        );
        let checks = names["checks"].as_array().unwrap();
        for name in [
            "fmt",
            "pkg-a-check",
            "tools-fmt",
            "tools-single-check",
            "single-check",
        ] {
            assert!(checks.contains(&json!(name)), "{name}: {checks:?}");
        }
        assert_eq!(values["same"], true);
    }
}

/// An output that the flake itself defines wins, also if a module is imported twice.
#[test]
fn what_the_flake_says_goes_before() {
    let own = "imports = [ outputs.flakeModules.default ];
        perSystem = { config, ... }: {
          packages.default = config.cratesieve.workspaces.default.outputs.crates.pkg-d.package;
          devShells.default = pkgs.jq;
          apps.gen.program = \"/own/gen\";
          checks.fmt = pkgs.jq;
        };";
    for nix in all_nix() {
        let values = evaluate(
            &nix,
            &[SMALLEST, own],
            "{
              package = flake.packages.default.drvPath == flake.packages.pkg-d.drvPath;
              others = [ flake.devShells.default.name flake.checks.fmt.name flake.apps.gen.program ];
            }",
        );
        assert_eq!(values["package"], true);
        assert_eq!(values["others"], json!(["jq", "jq", "/own/gen"]));
    }
}

#[test]
fn the_generator_is_one_for_all() {
    let module = format!("{SMALLEST} perSystem.cratesieve.package = pkgs.jq;");
    for nix in all_nix() {
        let expression = "{
          gen = flake.apps.gen.program;
          found = flake.checks.manifest.drvPath;
          expected = (direct { cratesieve = pkgs.jq; }).checks.manifest.drvPath;
        }";
        let values = evaluate(&nix, &[&module], expression);
        assert_eq!(values["found"], values["expected"]);
        let own = evaluate(&nix, &[SMALLEST], expression);
        assert_ne!(own["gen"], values["gen"]);
        assert_ne!(own["found"], values["found"]);
    }
}

/// The module uses the flake's input `crane`, or else cratesieve's own.
#[test]
fn crane_is_an_input_or_ours() {
    let workspace = Workspace::of("four-crates");
    let nix = &all_nix()[0];
    let call = |inputs: &str| {
        with_flake(
            &workspace,
            inputs,
            &[SMALLEST],
            "flake.packages.pkg-b.drvPath",
        )
    };
    let own = nix.evaluate(&call("").replace(
        "inherit nixpkgs crane;\n            cratesieve",
        "inherit nixpkgs;\n cratesieve",
    ));
    assert_eq!(own, nix.evaluate(&call("")));
    let message = nix.error(&call("crane.mkLib = _: throw \"the crane of the flake\";"));
    assert_eq!(message, "the crane of the flake");
}

/// The code that `cratesieve init` prints for an existing flake, in its place.
#[test]
fn what_init_prints_works() {
    let workspace = Workspace::of("outside-root");
    let layout = Layout {
        flake: ".".to_owned(),
        workspace: "ws".to_owned(),
        source: ".".to_owned(),
    };
    let completed = |text: &str| {
        let text = text.replace("imports =", "systems = [ system ];\n    imports =");
        let text = text.replace("x86_64-linux", "${system}");
        let text = text.replace("src = ./.;", "src = directory;");
        text.replace(
            "./ws/cratesieve.json",
            "directory + \"/ws/cratesieve.json\"",
        )
    };
    let none = BTreeMap::new();
    let plain = completed(&layout.general_addition(&none));
    let text = "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { inherit inputs; } {\n}; }";
    let flake = setup::flake::read(text).unwrap();
    let added = setup::addition::addition(&setup::addition::Request {
        text,
        flake: &flake,
        presence: &setup::presence::Presence::new(&flake, &[]),
        settings: layout.settings(),
        wanted: &none,
        packages: BTreeSet::new(),
        checks: BTreeSet::new(),
        toolchain_file: None,
    });
    assert!(added.is_whole);
    let parts = completed(&setup::edits::applied(text, &added.edits));
    let expression = format!(
        "let
          made = flake: flake.outputs (inputs // {{ flake-parts = flakeParts; }});
          names = map (flake: lib.mapAttrs (_: one: builtins.attrNames (one.${{system}} or {{ }})) (
            lib.getAttrs [ \"apps\" \"packages\" \"checks\" \"devShells\" ] (made flake)
          )) flakes;
          flakes = [ {{ {plain} }} {parts} ];
        in
        {{
          inherit names;
          drvs = map (flake: drvs (made flake).packages.${{system}}) flakes;
          inputs = map (flake: builtins.attrNames flake.inputs) flakes;
        }}"
    );
    for nix in all_nix() {
        let values = nix.evaluate(&with_flake(&workspace, "", &[], &expression));
        assert_eq!(values["names"][0], values["names"][1]);
        assert_eq!(values["names"][0]["apps"], json!(["gen"]));
        assert_eq!(values["drvs"][0], values["drvs"][1]);
        assert!(values["drvs"][0]["app"].is_string(), "{values:#}");
        assert_eq!(
            values["inputs"],
            json!([["crane", "cratesieve"], ["cratesieve"]])
        );
    }
}

// ---- Laziness -------------------------------------------------------------------------------------

#[test]
fn one_package_evaluates_no_other_crate() {
    let module = format!(
        "{SMALLEST} perSystem.cratesieve.workspaces.default.crates.pkg-c = throw \"pkg-c is looked at\";"
    );
    for nix in all_nix() {
        let workspace = Workspace::of("four-crates");
        let call = |expression: &str| with_flake(&workspace, "", &[&module], expression);
        let values = nix.evaluate(&call(
            "[
              flake.packages.pkg-b.drvPath
              (builtins.attrNames flake.packages)
              (builtins.attrNames flake.devShells) flake.apps.gen.program
            ]",
        ));
        assert!(values[0].is_string());
        let message = nix.error(&call("flake.packages.pkg-c.drvPath"));
        assert_eq!(message, "pkg-c is looked at");
    }
}

/// Without a manifest, `nix run .#gen` works and a check fails.
#[test]
fn without_a_manifest_there_are_names_and_gen() {
    let workspace = Workspace::of("four-crates");
    workspace.remove("cratesieve.json");
    let module =
        format!("{SMALLEST} perSystem.cratesieve.workspaces.default.checks.manifest = false;");
    for nix in all_nix() {
        let call = |expression: &str| with_flake(&workspace, "", &[&module], expression);
        let values = nix.evaluate(&call(
            "[
              flake.apps.gen.type
              (lib.mapAttrs (_: builtins.attrNames) (removeAttrs flake [ \"apps\" ]))
            ]",
        ));
        let names = json!({
            "checks": ["manifest"], "devShells": ["default"], "packages": ["default"]
        });
        assert_eq!(values, json!(["app", names]));
        for asked in ["packages.default", "checks.manifest", "devShells.default"] {
            let message = nix.error(&call(&format!("flake.{asked}.drvPath")));
            assert!(
                message.starts_with("cratesieve: there is no manifest at"),
                "{asked}: {message}"
            );
        }
    }
}

// ---- Mistakes -------------------------------------------------------------------------------------

/// Modules with mistakes, and texts that the message contains in this order. `OPTION` is the option of
/// the workspace.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "perSystem.cratesieve.workspace.default.src = directory;",
        &["The option `perSystem.SYSTEM.cratesieve.workspace' does not exist"],
    ),
    (
        "perSystem.cratesieve.src = directory;",
        &["The option `perSystem.SYSTEM.cratesieve.src' does not exist"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; stratgy = \"shared\"; };",
        &["The option `OPTION.stratgy' does not exist"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; checks.clipy = false; };",
        &["The option `OPTION.checks.clipy' does not exist"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; checks.run = [ \"clipy\" ]; };",
        &[
            "A definition for option `OPTION.checks.run.\"[definition 1-entry 1]\"' is not of type `one of \"clippy\", \"test\", \"nextest\", \"doc\"'",
            "\"clipy\"",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; checks.apart = \"yes\"; };",
        &["A definition for option `OPTION.checks.apart' is not of type `boolean'"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; checks.profile = 3; };",
        &["A definition for option `OPTION.checks.profile' is not of type `null or string'"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; crates.pkg-b.checks = \"doc\"; };",
        &[
            "A definition for option `OPTION.crates.pkg-b.checks' is not of type `null or (list of (one of \"clippy\", \"test\", \"nextest\", \"doc\"))'",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; strategy = \"layers\"; };",
        &[
            "A definition for option `OPTION.strategy' is not of type `one of \"layered\", \"per-crate\", \"shared\"'",
            "\"layers\"",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; features = \"all\"; };",
        &[
            "A definition for option `OPTION.features' is not of type `one of \"package\", \"workspace\"'",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; craneLib = crane; };",
        &[
            "A definition for option `OPTION.craneLib' is not of type `crane's library, such as `crane.mkLib pkgs`'",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; pkgs = nixpkgs; };",
        &["A definition for option `OPTION.pkgs' is not of type `nixpkgs' package set'"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; linker = \"gold\"; };",
        &[
            "A definition for option `OPTION.linker' is not of type `null or one of \"lld\", \"mold\" or function of a stdenv'",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; commonArgs = [ ]; };",
        &[
            "A definition for option `OPTION.commonArgs' is not of type `open submodule of attribute set of raw value'",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; crates.pkg-b = \"x\"; };",
        &[
            "A definition for option `OPTION.crates.pkg-b' is not of type `open submodule of attribute set of raw value'",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; packages = \"yes\"; };",
        &["A definition for option `OPTION.packages' is not of type `boolean'"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; manifest = \"cratesieve.json\"; };",
        &["A definition for option `OPTION.manifest' is not of type `absolute path'"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; outputs = { }; };",
        &["The option `OPTION.outputs' is read-only"],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { };",
        &["The option `OPTION.src' was accessed but has no value defined"],
    ),
    (
        "perSystem.cratesieve.workspaces = {
          default.src = directory;
          a = { src = directory; prefix = \"\"; strategy = \"shared\"; devShell = false; };
        };",
        &["The option `perSystem.SYSTEM.packages.pkg-b' is defined multiple times"],
    ),
    // Errors that need the manifest come from `mkWorkspace`.
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; crates.pkg-z = { }; };",
        &[
            "cratesieve: `crates.pkg-z` of mkWorkspace: there is no crate `pkg-z` in the workspace",
            "its crates are: pkg-a, pkg-b, pkg-c, pkg-d",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default = { src = directory; crates.pkg-b.src = ./.; };",
        &["cratesieve: `crates.pkg-b.src` of mkWorkspace: cratesieve decides it"],
    ),
    (
        "perSystem.cratesieve.workspaces.default.src = \"${directory}\";",
        &[
            "cratesieve: `src` of mkWorkspace is a string with context",
            "give a path: src = ./.;",
        ],
    ),
    (
        "perSystem.cratesieve.workspaces.default.src = inputs.self;",
        &[
            "cratesieve: `src` of mkWorkspace is a set",
            "give a path: src = ./.;",
        ],
    ),
];

#[test]
fn mistakes_name_the_option() {
    let workspace = Workspace::of("four-crates");
    for nix in all_nix() {
        let system = nix.evaluate("builtins.currentSystem");
        let system = system.as_str().unwrap();
        for (module, parts) in MISTAKES {
            let expression = "flake.packages.pkg-b.drvPath";
            let message = nix.error(&with_flake(&workspace, "", &[module], expression));
            let mut rest = message.as_str();
            for part in *parts {
                let part = part
                    .replace("OPTION", "perSystem.SYSTEM.cratesieve.workspaces.default")
                    .replace("SYSTEM", system);
                let place = rest.find(&part);
                let place =
                    place.unwrap_or_else(|| panic!("{module}\n{part}\n---- said:\n{message}"));
                rest = &rest[place + part.len()..];
            }
        }
    }
}
