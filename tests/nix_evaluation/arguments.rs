//! Tests each row of nix/craneArguments.nix: an argument of crane reaches exactly the derivations that the
//! table says, at each place where it may be.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;

use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::nix::{Workspace, nix, nix_path, repository, with_prelude};
use crate::markdown::page;
use crate::snapshot::built;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Table {
    parts: Vec<String>,
    reaches: BTreeMap<String, Reach>,
    arguments: BTreeMap<String, Row>,
    #[allow(dead_code)]
    compiling_variables: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Reach {
    #[allow(dead_code)]
    text: String,
    places: Vec<String>,
    #[allow(dead_code)]
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    is_of_artifacts: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, untagged)]
enum Row {
    Reaches(String),
    Refused {
        #[allow(dead_code)]
        why: String,
        instead: String,
    },
}

fn table() -> Table {
    serde_json::from_value(nix().evaluate(&with_prelude("internal.craneArguments"))).unwrap()
}

/// The attributes that may change: of `pkg-a`, a library with tests, of `pkg-b`, which depends on it, and
/// of the workspace.
const LOOKED_AT: &str = "deps testDeps docDeps package check clippy test nextest doc";

/// An expression for the attributes that each of these arguments changes. It may change only `meta`.
fn expression(strategy: &str, places: &[&str], names: &[&String]) -> String {
    let samples = nix_path(&repository().join("tests/nix/argument-samples.nix"));
    let quoted = |all: &[&str]| -> String {
        let all: Vec<_> = all.iter().map(|one| format!("{one:?}")).collect();
        all.join(" ")
    };
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    format!(
        "let
          samples = import {samples} {{ inherit pkgs; }};
          taken = arguments:
            let
              made = mkWorkspace ({{
                src = directory;
                strategy = \"{strategy}\";
                cratesieve = pkgs.jq;
                advisoryDb = pkgs.jq;
                pkgs = pkgs // {{ cargo-audit = pkgs.jq; }};
                craneLib = craneLib.overrideScope (_: _: {{ cargo-deny = pkgs.jq; taplo = pkgs.jq; }});
              }} // arguments);
              of = prefix: crate: lib.listToAttrs (map (attribute: {{
                name = prefix + attribute;
                value = made.crates.${{crate}}.${{attribute}}.drvPath;
              }}) (lib.splitString \" \" \"{LOOKED_AT}\"));
            in
            of \"\" \"pkg-a\" // of \"dependent:\" \"pkg-b\" // {{
              fmt = made.checks.fmt.drvPath;
              devShell = made.devShell.drvPath;
              meta = [ (made.crates.pkg-a.package.meta.description or null) (made.crates.pkg-a.package.sample or null) ];
            }}
            // lib.mapAttrs (_: check: check.drvPath) (removeAttrs made.wideChecks [ \"doc\" ]);
          before = taken {{ }};
          changed = arguments:
            let
              after = builtins.tryEval (let all = taken arguments; in builtins.deepSeq all all);
            in
            if !after.success then \"refused\"
            else lib.filter (what: after.value.${{what}} != before.${{what}}) (lib.attrNames before);
          at = place: given:
            if place == \"commonArgs\" then {{ commonArgs = given; }}
            else if place == \"crates\" then {{ crates.pkg-a = given; }}
            else {{ crates.pkg-a.${{place}} = given; }};
        in
        lib.genAttrs [ {} ] (name: lib.genAttrs [ {} ] (place:
          changed (at place {{ ${{name}} = samples.named.${{name}} or samples.default; }})))",
        quoted(&names),
        quoted(places),
    )
}

/// The attributes that an argument with this reach has to change. No others may change.
fn expected(reach: &str, place: &str, name: &str) -> BTreeSet<String> {
    let is_part = !["commonArgs", "crates"].contains(&place);
    let checks = ["check", "clippy", "test", "nextest", "doc"];
    let of_part = match place {
        "package" => vec!["package"],
        "check" => checks.to_vec(),
        // `check` runs all of these except nextest.
        "nextest" => vec!["nextest"],
        kind if is_part => vec!["check", kind],
        _ => vec![],
    };
    let everything: Vec<&str> = ["deps", "testDeps", "docDeps", "package"]
        .into_iter()
        .chain(checks)
        .collect();
    let of_reach: Vec<&str> = match reach {
        "all" | "inputs" | "compiled" | "flags" | "artifacts" => everything,
        "build" => vec!["deps", "package"],
        "layers" | "checkArtifacts" => [&["testDeps", "docDeps"][..], &checks].concat(),
        "testCommand" if is_part => vec!["check", "test"],
        "testCommand" => [&["testDeps"][..], &checks].concat(),
        "clippy" => vec!["check", "clippy"],
        "test" => vec!["check", "test"],
        "nextest" => vec!["nextest"],
        "tests" => vec!["check", "test", "nextest"],
        "doc" => vec!["check", "doc"],
        "package" | "packageCommand" | "identity" => vec!["package"],
        "format" => vec!["fmt"],
        "shell" => vec!["devShell"],
        other => panic!("this test does not know what `{other}` reaches"),
    };
    let mut changed: BTreeSet<String> = of_reach
        .into_iter()
        .filter(|what| !is_part || of_part.contains(what))
        .map(str::to_owned)
        .collect();
    if ["meta", "passthru"].contains(&name) {
        // Only `meta` changes, no derivation.
        return BTreeSet::from(["meta".to_owned()]);
    }
    let is_inherited = reach == "inputs" && place == "crates";
    if place == "commonArgs" || is_inherited {
        let of_crates = changed
            .iter()
            .filter(|what| LOOKED_AT.split(' ').any(|one| one == **what));
        let of_dependent = of_crates.map(|what| format!("dependent:{what}"));
        changed.extend(of_dependent.collect::<Vec<_>>());
    }
    changed
}

/// Whether an attribute is compared. Some depend on more than the table says.
fn is_looked_at(what: &str, reach: &str, place: &str, strategy: &str) -> bool {
    let is_of_layers = ["deps", "testDeps", "docDeps"]
        .iter()
        .any(|layer| what.trim_start_matches("dependent:") == *layer);
    // In layers, those are of the whole workspace, or of another crate that asks for the same.
    if is_of_layers && strategy == "layered" {
        return false;
    }
    // Dependents start from the layer of the crate, which gets some of its arguments.
    if what.starts_with("dependent:") && strategy == "layered" && place == "crates" {
        return [
            "package",
            "packageCommand",
            "clippy",
            "test",
            "nextest",
            "tests",
            "doc",
        ]
        .contains(&reach);
    }
    // Variables are the shell's as well.
    what != "devShell" || !["all", "inputs", "compiled", "artifacts"].contains(&reach)
}

/// Arguments without an effect here: the fixture has no use for them, or nixpkgs needs `doInstallCheck`.
const NOTHING_TO_SEE: [&str; 5] = [
    "outputHashes",
    "registries",
    "overrideVendorGitCheckout",
    "installCheckInputs",
    "nativeInstallCheckInputs",
];

#[test]
fn each_argument_becomes_what_the_table_says() {
    let table = table();
    let mut places = vec!["commonArgs", "crates"];
    places.extend(table.parts.iter().map(String::as_str));
    let names: Vec<&String> = table.arguments.keys().collect();
    // Each evaluation uses one processor.
    let work: Vec<_> = ["per-crate", "layered"]
        .into_iter()
        .flat_map(|strategy| names.chunks(20).map(move |names| (strategy, names)))
        .collect();
    let workspace = Workspace::of("four-crates");
    for file in ["deny.toml", "taplo.toml"] {
        workspace.write(file, "");
    }
    let wrong: Vec<String> = work
        .par_iter()
        .flat_map_iter(|(strategy, names)| {
            let expression = workspace.expression("", &expression(strategy, &places, names));
            let found = nix().evaluate(&expression);
            let mut wrong = Vec::new();
            for name in *names {
                for place in &places {
                    let found = &found[name.as_str()][*place];
                    if let Err(expected) = compare(&table, strategy, place, name, found) {
                        wrong.push(format!(
                            "{strategy}: {place}: {name}: expected {expected}, found {found}"
                        ));
                    }
                }
            }
            wrong
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn compare(
    table: &Table,
    strategy: &str,
    place: &str,
    name: &str,
    found: &Value,
) -> Result<(), String> {
    let refused = |is_refused: bool| match (is_refused, found == &json!("refused")) {
        (true, false) => Err("refused".to_owned()),
        (false, true) => Err("not refused".to_owned()),
        _ => Ok(()),
    };
    let Row::Reaches(reach) = &table.arguments[name] else {
        return refused(true);
    };
    let row = &table.reaches[reach];
    let is_there = row.places.iter().any(|other| other == place);
    let is_refused = !is_there || row.is_of_artifacts && strategy == "layered";
    refused(is_refused)?;
    if is_refused || NOTHING_TO_SEE.contains(&name) {
        return Ok(());
    }
    let found: BTreeSet<String> = serde_json::from_value(found.clone()).unwrap();
    if reach == "wide" {
        let is_one = found.len() == 1
            && ["audit", "deny", "taplo"]
                .iter()
                .any(|c| found.contains(*c));
        return if is_one {
            Ok(())
        } else {
            Err("one wide check".to_owned())
        };
    }
    if reach == "vendor" || reach == "files" {
        let is_seen = ["package", "check", "dependent:package"]
            .iter()
            .all(|what| found.contains(*what));
        return if is_seen {
            Ok(())
        } else {
            Err("all that see it".to_owned())
        };
    }
    let is_looked_at = |what: &&String| is_looked_at(what, reach, place, strategy);
    let expected = expected(reach, place, name);
    let kept = |set: &BTreeSet<String>| -> BTreeSet<String> {
        set.iter().filter(is_looked_at).cloned().collect()
    };
    if kept(&found) == kept(&expected) {
        Ok(())
    } else {
        Err(format!("{:?}", kept(&expected)))
    }
}

/// The error for a refused argument says what to write instead.
#[test]
fn what_is_refused_has_a_remedy() {
    let table = table();
    let problems = nix().evaluate(&with_prelude(
        "lib.mapAttrs (name: _: internal.checkCraneArguments {
          place = \"crates\";
          where = \"crates.api\";
          crate = \"api\";
          strategy = \"layered\";
          args.${name} = \"\";
        }) internal.craneArguments.arguments",
    ));
    for (name, row) in &table.arguments {
        let problems: Vec<String> = serde_json::from_value(problems[name].clone()).unwrap();
        if let Row::Refused { instead, .. } = row {
            assert_eq!(problems.len(), 1, "{name}");
            assert!(
                problems[0]
                    .starts_with(&format!("cratesieve: `crates.api.{name}` of mkWorkspace: "))
                    && problems[0].ends_with(&format!("\n{instead}")),
                "{problems:?}"
            );
        }
    }
}

#[test]
fn slips_are_not_taken_for_variables() {
    for (name, meant) in [
        ("postinstall", "postInstall"),
        ("buildInput", "buildInputs"),
        ("cargo-extra-args", "cargoExtraArgs"),
        ("nativBuildInputs", "nativeBuildInputs"),
        ("cargoClipyExtraArgs", "cargoClippyExtraArgs"),
        ("cargoTestExtraArg", "cargoTestExtraArgs"),
        ("mtea", ""),
        ("stricDeps", "strictDeps"),
        ("preBiuld", "preBuild"),
        ("RUSTFLAG", "RUSTFLAGS"),
        ("CARGO_PROFIL", "CARGO_PROFILE"),
        ("META", ""),
        ("SQLX_OFFLINE", ""),
        ("OPENSSL_DIR", ""),
        ("PROTOC", ""),
        ("CARGO_PROFILE_DIST_LTO", ""),
        ("dontUseCmakeConfigure", ""),
        ("separateDebugInfo", ""),
        ("hardeningDisable", ""),
        ("dontFixup", ""),
    ] {
        for (place, given) in [
            ("commonArgs", format!("commonArgs.{name} = \"\";")),
            ("crates.pkg-b", format!("crates.pkg-b.{name} = \"\";")),
        ] {
            let workspace = Workspace::of("four-crates");
            let expression = "lib.isString workspace.crates.pkg-b.package.drvPath";
            let expression = workspace.expression(&built("per-crate", &given), expression);
            if meant.is_empty() {
                assert_eq!(nix().evaluate(&expression), json!(true), "{name}");
            } else {
                assert_eq!(
                    nix().error(&expression),
                    format!(
                        "cratesieve: `{place}.{name}` of mkWorkspace: did you mean `{meant}`?\n\
                         write `env.{name}` if it is a variable of this name"
                    )
                );
            }
        }
    }
}

/// Settings of the package only, and of one check, change only these derivations.
#[test]
fn a_variable_of_a_part_changes_one_derivation() {
    let all = "lib.concatMapAttrs (crate: attributes:
        lib.mapAttrs' (attribute: value: lib.nameValuePair \"${crate} ${attribute}\" (value.drvPath or value)) (
          removeAttrs attributes [ \"cargo\" \"forBuildRustPackage\" \"forCrane\" \"forNaersk\" ]
        )
      ) workspace.crates
      // lib.mapAttrs (_: check: check.drvPath) (workspace.checks // workspace.wideChecks)
      // { devShell = workspace.devShell.drvPath; }";
    for settings in [
        "strategy = \"layered\";",
        "strategy = \"layered\"; features = \"workspace\";",
        "strategy = \"per-crate\";",
        "strategy = \"shared\";",
    ] {
        let of = |more: &str| -> BTreeMap<String, Value> {
            let arguments = format!("{settings} cratesieve = pkgs.jq; {more}");
            let workspace = Workspace::of("four-crates");
            let found = nix().evaluate(&workspace.expression(&arguments, all));
            serde_json::from_value(found).unwrap()
        };
        let before = of("");
        for (part, expected) in [
            // A library, whose package is an output of its layer without settings.
            ("crates.pkg-a.package.REVISION = \"1\";", "pkg-a package"),
            ("crates.pkg-b.package.REVISION = \"1\";", "pkg-b package"),
            (
                "crates.pkg-b.package.env.REVISION = \"1\";",
                "pkg-b package",
            ),
            ("crates.pkg-a.package.pname = \"other\";", "pkg-a package"),
            ("crates.pkg-a.postInstall = \"true\";", "pkg-a package"),
            (
                "crates.pkg-b.package.nativeBuildInputs = [ pkgs.jq ];",
                "pkg-b package",
            ),
            (
                "crates.pkg-b.package.cargoExtraArgs = \"--bin pkg-b\";",
                "pkg-b package",
            ),
            ("crates.pkg-a.nextest.REVISION = \"1\";", "pkg-a nextest"),
            (
                "crates.pkg-a.clippy.REVISION = \"1\";",
                "pkg-a check, pkg-a clippy, pkg-a-check",
            ),
            (
                "commonArgs.package.REVISION = \"1\";",
                "pkg-a package, pkg-b package, pkg-c package, pkg-d package",
            ),
        ] {
            let after = of(part);
            let changed: Vec<&str> = before
                .keys()
                .filter(|key| before[*key] != after[*key])
                .map(String::as_str)
                .collect();
            assert_eq!(changed.join(", "), expected, "{settings} {part}");
        }
    }
}

/// Inputs and `env` of a part are added to those of the crate. The part of a crate overrides the common one.
#[test]
fn a_part_is_put_over_the_rest() {
    let arguments = "
      commonArgs = { env.A = \"common\"; package = { env.B = \"common\"; env.C = \"common\"; meta.description = \"common\"; }; };
      crates.pkg-b = {
        env.A = \"crate\";
        nativeBuildInputs = [ pkgs.jq ];
        package = {
          env.C = \"part\";
          nativeBuildInputs = [ pkgs.jq (pkgs.runCommand \"tool\" { } \"\") ];
          meta.description = \"part\";
          pname = \"named\";
          version = \"7\";
          passthru.given = 1;
        };
        cargoExtraArgs = \"--quiet\";
        package.cargoExtraArgs = \"--bin pkg-b\";
      };";
    let found = nix().evaluate(&Workspace::of("four-crates").expression(
        arguments,
        "let inherit (workspace.crates) pkg-b; in {
          variables = [ pkg-b.package.A pkg-b.package.B pkg-b.package.C ];
          outside = [ (pkg-b.check ? B) (pkg-b.check ? C) pkg-b.check.A ];
          inputs = lib.count (input: lib.elem (input.name or \"\") [ \"jq\" \"tool\" ]) pkg-b.package.nativeBuildInputs;
          inherit (pkg-b.package) name given;
          inherit (pkg-b.package.meta) description mainProgram;
          both = lib.hasInfix \"--quiet --bin pkg-b\" pkg-b.package.buildPhase;
          check = lib.hasInfix \"--bin\" pkg-b.check.buildPhase;
        }",
    ));
    assert_eq!(
        found,
        json!({
            "variables": ["crate", "common", "part"],
            "outside": [false, false, "crate"],
            "inputs": 2,
            "name": "named-7",
            "given": 1,
            "description": "part",
            "mainProgram": "pkg-b",
            "both": true,
            "check": false,
        })
    );
}

/// The main program of a package is the one that it is built for.
#[test]
fn the_selected_program_is_the_main_one() {
    let workspace = Workspace::of("targets");
    for (flags, expected) in [
        ("", json!("many-bins")),
        ("--bin extra", json!("extra")),
        ("--quiet --bin=extra", json!("extra")),
        ("--bin extra --bin many-bins", json!("many-bins")),
        ("--bins", json!("many-bins")),
    ] {
        let arguments = format!("crates.many-bins.package.cargoExtraArgs = \"{flags}\";");
        let expression = "workspace.crates.many-bins.package.meta.mainProgram or null";
        let found = nix().evaluate(&workspace.expression(&arguments, expression));
        assert_eq!(found, expected, "{flags}");
    }
}

// ---- Crane's own page -----------------------------------------------------------------------------

/// Every argument that crane's page names has a row. Crane's source is there if `CRANE_SRC` names it.
#[test]
fn every_argument_of_cranes_page_has_a_row() {
    let Some(crane) = env::var_os("CRANE_SRC").filter(|path| !path.is_empty()) else {
        return;
    };
    let page = fs::read_to_string(std::path::Path::new(&crane).join("docs/API.md")).unwrap();
    let table = table();
    let mut missing = BTreeSet::new();
    let mut count = 0;
    for section in page.split("\n### `craneLib.").skip(1) {
        let function = section.split('`').next().unwrap();
        let is_builder = function.starts_with("build")
            || function.starts_with("cargo") && !function.ends_with("Hook")
            || [
                "mkCargoDerivation",
                "mkDummySrc",
                "taploFmt",
                "vendorCargoDeps",
                "devShell",
            ]
            .contains(&function);
        // The text also lists additions to inputs.
        let text = section
            .split("#### Native build dependencies")
            .next()
            .unwrap();
        if !is_builder {
            continue;
        }
        for line in text.lines() {
            let Some(name) = line.trim_start().strip_prefix("* `") else {
                continue;
            };
            let name = name.split(['`', '.']).next().unwrap();
            count += 1;
            if !table.arguments.contains_key(name) {
                missing.insert(format!("{function}: {name}"));
            }
        }
    }
    assert!(count > 100, "{count}");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// The page on moving from crane agrees with the table.
#[test]
fn the_page_on_moving_agrees_with_the_table() {
    let table = table();
    let page = page("docs/moving-from-a-crane-flake.md");
    let mut count = 0;
    // The tables after this heading are not about arguments.
    let (text, _) = page.text.split_once("\n## A whole flake").unwrap();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [left, right] = cells[..] else {
            panic!("not two cells: {line}");
        };
        // `name`, or `name = value`. Another test is for the flags of `cargoExtraArgs`.
        for code in left.split('`').skip(1).step_by(2) {
            let name = code.split([' ', '=']).next().unwrap();
            let is_flag = name == "cargoExtraArgs" || code.contains("craneLib");
            let Some(row) = table.arguments.get(name).filter(|_| !is_flag) else {
                continue;
            };
            let places: &[String] = match row {
                Row::Reaches(reach) => &table.reaches[reach].places,
                Row::Refused { .. } => &[],
            };
            let is_refused =
                right.starts_with("refused") && !right.starts_with("refused by the strategy");
            assert_eq!(
                places.is_empty(),
                is_refused || name == "src",
                "{name}: {line}"
            );
            for (words, place) in [
                ("`commonArgs`", "commonArgs"),
                ("`crates.<name>`", "crates"),
                ("`crates.<name>.package`", "package"),
            ] {
                let is_said = right.contains(words) && !is_refused;
                assert!(
                    !is_said || places.iter().any(|other| other == place),
                    "{name} cannot stand in {words}: {line}"
                );
            }
            count += 1;
        }
    }
    assert!(count > 25, "only {count} arguments");
}
