//! Which derivations get which arguments of `mkWorkspace`.

use crate::common::nix::{Workspace, all_nix, nix};
use crate::snapshot::{
    CHECKS, DEPS, Expected, TEST_DEPS, assert_arguments_change, assert_changes_with, built,
    difference, take,
};

/// All derivations that run Cargo.
const BUILDS: &[&[&str]] = &[DEPS, TEST_DEPS, CHECKS, &["package"]];
/// Derivations with dev-dependencies, or that start from the result of `cargo check`.
const TEST_BUILDS: &[&[&str]] = &[TEST_DEPS, &["docDeps"], CHECKS];

const ALL: &str = "pkg-a pkg-b pkg-c pkg-d";

#[track_caller]
fn assert_change(fixture: &str, arguments: &str, groups: Expected<'_>) {
    // Not `layered`, where derivations start from those of other crates.
    let arguments = built("per-crate", arguments);
    assert_arguments_change(fixture, "strategy = \"per-crate\";", &arguments, groups);
}

const TOOL: &str = "[ (pkgs.runCommand \"tool\" { } \"touch $out\") ]";

#[test]
fn dependents_inherit_inputs_and_environment() {
    for input in [
        format!("buildInputs = {TOOL};"),
        format!("nativeBuildInputs = {TOOL};"),
        format!("propagatedBuildInputs = {TOOL};"),
        format!("depsBuildBuild = {TOOL};"),
        "env.VARIABLE = \"1\";".to_owned(),
    ] {
        assert_change(
            "four-crates",
            &format!("crates.pkg-a.{input}"),
            &[(BUILDS, "pkg-a pkg-b pkg-c")],
        );
        assert_change(
            "four-crates",
            &format!("crates.pkg-d.{input}"),
            &[(BUILDS, "pkg-d")],
        );
        assert_change(
            "four-crates",
            &format!("commonArgs.{input}"),
            &[(BUILDS, ALL)],
        );
    }
}

#[test]
fn tests_inherit_from_dev_dependencies() {
    assert_change(
        "dev-cycle",
        "crates.me.env.VARIABLE = \"1\";",
        &[(BUILDS, "me"), (TEST_BUILDS, "c")],
    );
    assert_change(
        "dev-cycle",
        "crates.a.env.VARIABLE = \"1\";",
        &[(BUILDS, "a"), (TEST_BUILDS, "b")],
    );
}

#[test]
fn dependents_inherit_through_third_party_crates() {
    assert_change(
        "patched",
        "crates.cfg-if-core.env.VARIABLE = \"1\";",
        &[(BUILDS, "cfg-if cfg-if-core user")],
    );
}

#[test]
fn crates_that_are_no_members_hand_on_what_they_need() {
    assert_change(
        "glob-members",
        &format!("crates.old.buildInputs = {TOOL};"),
        &[(BUILDS, "app")],
    );
}

/// The values of `attribute` in each derivation of a crate.
fn of_each_derivation(arguments: &str, name: &str, attribute: &str) -> Vec<String> {
    let kinds = "[ \"deps\" \"testDeps\" \"docDeps\" \"package\" \"check\" \"doc\" \"clippy\" \"test\" \"nextest\" ]";
    let expression = format!(
        "map (kind: toString (workspace.crates.{name}.${{kind}}.{attribute} or \"missing\")) {kinds}"
    );
    let arguments = built("per-crate", arguments);
    let values = nix().evaluate(&Workspace::of("four-crates").expression(&arguments, &expression));
    serde_json::from_value(values).unwrap()
}

#[test]
fn a_variable_has_the_nearest_value() {
    let of = |arguments: &str, name| {
        let mut values = of_each_derivation(arguments, name, "VARIABLE");
        values.dedup();
        values.join(" ")
    };
    let inherited = "crates.pkg-a.env.VARIABLE = \"a\";";
    assert_eq!(of(inherited, "pkg-b"), "a");
    assert_eq!(of(inherited, "pkg-d"), "missing");
    let own = format!("{inherited} crates.pkg-b.env.VARIABLE = \"b\";");
    assert_eq!(of(&own, "pkg-b"), "b");
    assert_eq!(of(&own, "pkg-c"), "a");
    let common = format!("{inherited} commonArgs.env.VARIABLE = \"all\";");
    assert_eq!(of(&common, "pkg-a"), "a");
    assert_eq!(of(&common, "pkg-d"), "all");
    // Two crates may set one variable to equal values.
    let twice = "crates.pkg-a.env.VARIABLE = \"x\"; crates.pkg-c.env.VARIABLE = \"x\";";
    assert_eq!(of(twice, "pkg-c"), "x");
}

/// All derivations that compile for each other, and the shell, use the same linker. Other derivations do
/// not change.
#[test]
fn a_linker_is_everybodys() {
    let own = "linker = stdenv: stdenv // {
        mkDerivation = args: stdenv.mkDerivation (args // { NIX_CFLAGS_LINK = \"-fuse-ld=own\"; });
      };";
    for (arguments, attribute, expected) in [
        ("linker = \"mold\";", "NIX_CFLAGS_LINK", "-fuse-ld=mold"),
        ("linker = \"lld\";", "nativeBuildInputs", "-gcc-wrapper"),
        (own, "NIX_CFLAGS_LINK", "-fuse-ld=own"),
    ] {
        for value in of_each_derivation(arguments, "pkg-b", attribute) {
            assert!(value.contains(expected), "{arguments} {value}");
        }
        let shell = format!("toString workspace.devShell.{attribute}");
        let workspace = Workspace::of("four-crates");
        let value = nix().evaluate(&workspace.expression(arguments, &shell));
        assert!(value.as_str().unwrap().contains(expected), "{value}");
    }
    let everything = of_each_derivation("", "pkg-b", "NIX_CFLAGS_LINK");
    assert!(everything.iter().all(|value| value == "missing"));
    // Downloads do not change.
    let vendor = |arguments: &str| {
        let path = "workspace.crates.pkg-b.package.cargoVendorDir.drvPath";
        nix().evaluate(&Workspace::of("four-crates").expression(arguments, path))
    };
    assert_eq!(vendor("linker = \"mold\";"), vendor(""));
}

#[test]
fn inputs_are_joined_once() {
    let arguments = format!(
        "commonArgs.buildInputs = {TOOL}; crates.pkg-a.buildInputs = {TOOL};
         crates.pkg-b.buildInputs = {TOOL} ++ [ (pkgs.runCommand \"other\" {{ }} \"\") ];"
    );
    for inputs in of_each_derivation(&arguments, "pkg-b", "buildInputs") {
        assert_eq!(inputs.matches("-tool").count(), 1, "{inputs}");
        assert_eq!(inputs.matches("-other").count(), 1, "{inputs}");
    }
}

#[test]
fn flags_are_a_crates_own_and_the_same_in_all_of_its_derivations() {
    let arguments = "crates.pkg-a.cargoExtraArgs = \"--features x\";
                     crates.pkg-a.CARGO_PROFILE = \"dev\";";
    assert_change("four-crates", arguments, &[(BUILDS, "pkg-a")]);
    for flags in of_each_derivation(arguments, "pkg-a", "CARGO_PROFILE") {
        assert_eq!(flags, "dev");
    }
    let phases = |name| {
        let [build, check, install] = ["buildPhase", "checkPhase", "installPhase"]
            .map(|phase| of_each_derivation(arguments, name, phase));
        let phases = build.into_iter().zip(check).zip(install);
        phases.map(|((build, check), install)| build + &check + &install)
    };
    for commands in phases("pkg-a") {
        assert!(
            commands.contains("--offline --manifest-path crates/pkg-a/Cargo.toml --features x"),
            "{commands}"
        );
    }
    for commands in phases("pkg-b") {
        assert!(
            commands.contains("--offline --manifest-path crates/pkg-b/Cargo.toml"),
            "{commands}"
        );
        assert!(!commands.contains("--features"), "{commands}");
    }
}

/// Arguments of the last derivation reach no layer.
#[test]
fn arguments_for_one_kind_of_derivation_in_layers() {
    for (argument, kinds) in [
        (
            "cargoClippyExtraArgs = \"--lib\"",
            ["check", "clippy"].as_slice(),
        ),
        ("cargoTestExtraArgs = \"--lib\"", &["check", "test"]),
        ("cargoNextestExtraArgs = \"--lib\"", &["nextest"]),
        (
            "cargoDocExtraArgs = \"--document-private-items\"",
            &["check", "doc"],
        ),
        ("postInstall = \"true\"", &["package"]),
        ("preCheck = \"true\"", &["check", "nextest", "test"]),
    ] {
        assert_arguments_change(
            "four-crates",
            "strategy = \"layered\";",
            &format!("strategy = \"layered\"; commonArgs.{argument};"),
            &[(&[kinds], ALL)],
        );
    }
}

/// Arguments of one crate do not reach layers that it shares with other crates.
#[test]
fn arguments_of_one_crate_in_layers() {
    let workspace = Workspace::of("four-crates");
    let wants = "[dependencies]\nitoa = \"1\"\n";
    workspace.replace("crates/pkg-d/Cargo.toml", "[dependencies]\n", wants);
    workspace.replace(
        "Cargo.lock",
        " \"arrayvec\",\n",
        " \"arrayvec\",\n \"itoa\",\n",
    );
    let changed = |argument: &str| {
        let of = |arguments: &str| take(&nix(), &workspace, &built("layered", arguments));
        let found = difference(&of(""), &of(&format!("crates.pkg-d.{argument};")));
        let words = found.iter().map(|(name, what)| format!("{name} {what}"));
        words.collect::<Vec<_>>()
    };
    for (argument, kinds) in [
        (
            "cargoClippyExtraArgs = \"--lib\"",
            ["check", "clippy"].as_slice(),
        ),
        ("cargoDocExtraArgs = \"--lib\"", &["check", "doc"]),
        ("postInstall = \"true\"", &["package"]),
        ("cargoBuildExtraArgs = \"--quiet\"", &["deps", "package"]),
    ] {
        let expected: Vec<_> = kinds.iter().map(|kind| format!("pkg-d {kind}")).collect();
        assert_eq!(changed(argument), expected);
    }
    // Every check starts from shared layers. Packages of other crates do not.
    let mut changed = changed("env.VARIABLE = \"1\"");
    changed.retain(|what| !what.starts_with("pkg-d"));
    let mut expected = Vec::new();
    for name in ["pkg-a", "pkg-b", "pkg-c"] {
        for attribute in [
            "check", "clippy", "doc", "docDeps", "nextest", "test", "testDeps",
        ] {
            expected.push(format!("{name} {attribute}"));
        }
    }
    assert_eq!(changed, expected);
}

#[test]
fn arguments_for_one_kind_of_derivation() {
    for (argument, kinds) in [
        (
            "cargoClippyExtraArgs = \"--lib\"",
            ["check", "clippy"].as_slice(),
        ),
        ("cargoTestExtraArgs = \"--lib\"", &["check", "test"]),
        ("cargoNextestExtraArgs = \"--lib\"", &["nextest"]),
        (
            "cargoDocExtraArgs = \"--document-private-items\"",
            &["check", "doc"],
        ),
        ("cargoBuildExtraArgs = \"--quiet\"", &["deps", "package"]),
        (
            "cargoCheckExtraArgs = \"--lib\"",
            &[
                "docDeps", "testDeps", "check", "clippy", "doc", "nextest", "test",
            ],
        ),
        ("postInstall = \"true\"", &["package"]),
        ("preCheck = \"true\"", &["check", "nextest", "test"]),
        (
            "nativeCheckInputs = [ pkgs.jq ]",
            &["check", "nextest", "test"],
        ),
    ] {
        assert_change(
            "four-crates",
            &format!("commonArgs.{argument};"),
            &[(&[kinds], ALL)],
        );
        assert_change(
            "four-crates",
            &format!("crates.pkg-a.{argument};"),
            &[(&[kinds], "pkg-a")],
        );
    }
    // `meta` changes no derivation.
    assert_change("four-crates", "crates.pkg-a.meta.description = \"x\";", &[]);
    assert_change("four-crates", "crates.pkg-a.passthru.x = 1;", &[]);
}

#[test]
fn settings_of_the_vendor_directory_concern_the_packages_they_are_about() {
    let change = "commonArgs.overrideVendorCargoPackage = package: drv:
        if package.name == \"itoa\" then drv.overrideAttrs (_: { postPatch = \"true\"; }) else drv;";
    assert_change("four-crates", change, &[(BUILDS, "pkg-c")]);
    assert_change("four-crates", "commonArgs.outputHashes = { };", &[]);
}

// ---- Where things are ------------------------------------------------------------------------------

#[test]
fn a_manifest_at_another_place() {
    let elsewhere = "manifest = directory + \"/nix/crates.json\"; workspaceRoot = directory;";
    assert_changes_with(
        elsewhere,
        "",
        "four-crates",
        |w| w.write("nix/crates.json", &w.read("cratesieve.json")),
        &[],
    );
}

#[test]
fn paths_as_strings_and_defaults() {
    for arguments in [
        "src = toString directory;",
        "src = toString directory; manifest = toString directory + \"/cratesieve.json\";",
        "workspaceRoot = directory;",
        "workspaceRoot = toString directory;",
    ] {
        assert_change("four-crates", arguments, &[]);
    }
    // A manifest in `src`, without the argument `manifest`.
    let workspace = Workspace::of("four-crates");
    for src in ["directory", "(toString directory)"] {
        let expression = format!(
            "(mkWorkspace {{ src = {src}; }}).crates.pkg-b.package.drvPath
              == workspace.crates.pkg-b.package.drvPath"
        );
        let value = nix().evaluate(&workspace.expression("", &expression));
        assert_eq!(value, serde_json::Value::Bool(true), "{src}");
    }
}

/// A `src` with more than the workspace gives equal derivations.
#[test]
fn a_larger_source() {
    let larger = "src = dirOf directory;";
    for fixture in ["four-crates", "outside-root", "root-package"] {
        assert_change(fixture, larger, &[]);
    }
}

// ---- One dependency layer for all ---------------------------------------------------------------

#[test]
fn shared_layers_are_one_for_packages_and_one_for_checks() {
    let workspace = Workspace::of("four-crates");
    for nix in all_nix() {
        let layers = "lib.unique (lib.concatMap (crate: [
            crate.deps.drvPath
            crate.testDeps.drvPath
            crate.docDeps.drvPath
          ]) (builtins.attrValues workspace.crates))";
        let layers = |strategy| {
            nix.evaluate(&workspace.expression(strategy, layers))
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(layers("strategy = \"shared\";"), 2);
        assert_eq!(layers("strategy = \"per-crate\";"), 12);
        let expression = "map (crate: crate.package.cargoArtifacts.drvPath == crate.deps.drvPath
            && crate.test.cargoArtifacts.drvPath == crate.testDeps.drvPath
            && crate.check.cargoArtifacts.drvPath == crate.docDeps.drvPath
            && crate.package.cargoVendorDir == crate.deps.cargoVendorDir
            && crate.test.cargoVendorDir == crate.deps.cargoVendorDir
          ) (builtins.attrValues workspace.crates)";
        let same = nix.evaluate(&workspace.expression("strategy = \"shared\";", expression));
        assert_eq!(same, serde_json::json!([true, true, true, true]));
    }
}

#[test]
fn layers_are_the_default() {
    let path = |arguments: &str| {
        let expression = "workspace.crates.pkg-b.package.drvPath";
        nix().evaluate(&Workspace::of("four-crates").expression(arguments, expression))
    };
    assert_eq!(
        path(""),
        path("strategy = \"layered\"; features = \"package\";")
    );
}

/// All derivations start from the shared layer, so it has the inputs of every crate.
#[test]
fn a_shared_layer_has_everybodys_inputs() {
    let shared = "strategy = \"shared\";";
    let arguments = format!("{shared} crates.pkg-d.buildInputs = {TOOL};");
    assert_arguments_change("four-crates", shared, &arguments, &[(BUILDS, ALL)]);
    assert_arguments_change(
        "four-crates",
        shared,
        &format!("{shared} crates.pkg-d.cargoClippyExtraArgs = \"\";"),
        &[(&[&["check", "clippy"]], "pkg-d")],
    );
}
