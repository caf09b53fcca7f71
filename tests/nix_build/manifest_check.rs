//! `checks.manifest`, which runs the generator in the sandbox.

use crate::common::nix::{Workspace, nix, nix_path, repository};
use crate::common::{fixtures, utf8};
use crate::farm::Farm;
use crate::fixtures::{Farms, farm};
use crate::flakes::INPUTS;

/// cratesieve as the flake builds it, so that this and `flakes` share one build.
fn generator() -> String {
    format!(
        "cratesieve = ((import {}).outputs {{
          self = {{ }};
          nixpkgs = {{
            inherit lib;
            legacyPackages.${{pkgs.stdenv.buildPlatform.system}} = pkgs;
          }};
          crane.mkLib = _: craneLib;
        }}).packages.${{pkgs.stdenv.buildPlatform.system}}.default;",
        nix_path(&utf8(&INPUTS).join("cratesieve/flake.nix"))
    )
}

fn check(workspace: &Workspace) -> Farm {
    let mut farm = Farm::of(workspace, &generator());
    farm.link("manifest", "workspace.checks.manifest");
    farm
}

#[test]
fn fresh_manifests_pass() {
    // The workspace is at the root of `src`, or below it, with crates outside; also without a lock.
    Farms::build(&fixtures(), |fixture, _| {
        let mut farm = farm(fixture, &generator());
        farm.link("manifest", "workspace.checks.manifest");
        farm
    });
    // In a work tree, where the ignore list counts.
    let workspace = Workspace::of("four-crates");
    workspace.write(".gitignore", "/scratch\n");
    workspace.write("crates/pkg-a/README.md.orig", "");
    workspace.generate();
    workspace.write("scratch/README.md", "");
    check(&workspace).build();
    // A manifest with another name.
    let workspace = Workspace::of("below-root");
    workspace.rename("rust/cratesieve.json", "rust/nix/shape of it.json");
    let arguments = format!(
        "{} manifest = {}; workspaceRoot = {};",
        generator(),
        nix_path(&workspace.path("rust/nix/shape of it.json")),
        nix_path(&workspace.path("rust"))
    );
    let mut farm = Farm::of(&workspace, &arguments);
    farm.link("manifest", "workspace.checks.manifest");
    farm.build();
}

#[test]
fn a_stale_manifest_fails_with_the_difference() {
    // A change that only the generator notices: Nix does not read Rust files.
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "crates/pkg-b/src/main.rs",
        "const _: &str = include_str!(\"../../../LICENSE\");\n",
    );
    let log = check(&workspace).failure();
    for expected in [
        "\n@@ ",
        "+      \"include\": [",
        "+        \"LICENSE\"",
        "error[stale-manifest]: cratesieve.json: the manifest does not match the workspace",
        "hint: run `cratesieve gen` (in a flake: `nix run .#gen`) and commit cratesieve.json",
    ] {
        let expected = expected.replace('\n', "\ncratesieve-manifest-check> ");
        assert!(log.contains(&expected), "{expected}\n{log}");
    }
    for (fixture, file) in [
        ("below-root", "rust/cratesieve.json"),
        ("outside-root", "ws/cratesieve.json"),
    ] {
        let workspace = Workspace::of(fixture);
        // A manifest that Nix accepts, but the generator would not write.
        workspace.replace(
            file,
            "  \"crates\": {",
            "  \"patched\": [],\n  \"crates\": {",
        );
        let log = check(&workspace).failure();
        assert!(log.contains("-  \"patched\": [],"), "{fixture}\n{log}");
    }
}

/// An edit of a file that the generator does not read does not run the check again. Other edits do.
#[test]
fn the_check_depends_on_what_the_generator_may_look_at() {
    let prepared = || {
        let workspace = Workspace::of("root-package");
        for file in [
            "data.json",
            "crates/x/query.sql",
            "crates/x/table.in",
            "notes",
        ] {
            workspace.write(file, "");
        }
        workspace.write("proto/deep/api.proto", "");
        workspace.generate();
        workspace
    };
    type Change = fn(&Workspace);
    let unseen: &[(&str, Change)] = &[
        ("a query", |w| w.append("crates/x/query.sql", "select 1")),
        ("a picture", |w| {
            w.append("docs/picture.svg", "<!-- more -->")
        }),
        ("Cargo.lock", |w| w.append("Cargo.lock", "\n# more\n")),
        ("what Cargo makes", |w| w.write("target/debug/x.rs", "")),
        ("version control", |w| w.write(".git/x.rs", "")),
    ];
    let seen: &[(&str, Change)] = &[
        ("source", |w| w.append("src/lib.rs", "// More.\n")),
        ("source of a member", |w| {
            w.append("crates/x/src/lib.rs", "// More.\n")
        }),
        ("a build script", |w| w.append("build.rs", "// More.\n")),
        ("a manifest", |w| {
            w.append("crates/x/Cargo.toml", "\n# More.\n")
        }),
        ("the root's manifest", |w| {
            w.append("Cargo.toml", "\n# More.\n")
        }),
        ("cratesieve.json", |w| {
            w.replace("cratesieve.json", "  ", "\t")
        }),
        ("a document", |w| w.append("README.md", "More.\n")),
        ("one that a crate includes", |w| {
            w.append("docs/guide.md", "More.\n")
        }),
        ("data", |w| w.append("data.json", "{}")),
        ("a protocol", |w| {
            w.append("proto/deep/api.proto", "message A {}")
        }),
        ("what may be included as source", |w| {
            w.append("crates/x/table.in", "[1]")
        }),
        ("a file without an ending", |w| w.append("notes", "More.\n")),
        ("an ignore list", |w| w.write(".gitignore", "*.log\n")),
        ("a new source", |w| w.write("crates/x/src/new.rs", "")),
        ("a new document", |w| w.write("crates/x/NEW.md", "")),
        ("new data", |w| w.write("proto/deep/more.proto", "")),
        ("a renamed document", |w| w.rename("README.md", "READ.md")),
        ("a document that is gone", |w| w.remove("README.md")),
        ("a new directory", |w| w.make_directory("crates/z")),
        ("a new link", |w| w.link("README.md", "crates/x/LINK.md")),
        ("Cargo's configuration", |w| {
            w.write(".cargo/config.toml", "[env]\nX = \"1\"\n")
        }),
    ];
    // The first change leaves the file's content as it was.
    let changed = unseen.iter().chain(seen).map(|(_, change)| {
        let workspace = prepared();
        change(&workspace);
        workspace
    });
    let workspaces: Vec<_> = [prepared(), prepared()]
        .into_iter()
        .chain(changed)
        .collect();
    let expressions = workspaces.iter().map(|workspace| {
        let derivation = "workspace.checks.manifest.drvPath";
        format!(
            "({})",
            workspace.expression("cratesieve = pkgs.jq;", derivation)
        )
    });
    let expressions: Vec<_> = expressions.collect();
    let derivations = nix().evaluate(&format!("[ {} ]", expressions.join(" ")));
    let derivations = derivations.as_array().unwrap();
    assert_eq!(derivations[0], derivations[1], "the place");
    let (same, other) = derivations[2..].split_at(unseen.len());
    for (derivation, (what, _)) in same.iter().zip(unseen) {
        assert_eq!(*derivation, derivations[0], "{what}");
    }
    for (derivation, (what, _)) in other.iter().zip(seen) {
        assert_ne!(*derivation, derivations[0], "{what}");
    }
}

/// By default, the generator is built from the library's own source.
#[test]
fn the_generator_is_that_of_the_library() {
    let workspace = Workspace::of("four-crates");
    let path = |arguments: &str| {
        let expression = workspace.expression(arguments, "workspace.checks.manifest.drvPath");
        nix().evaluate(&expression)
    };
    let own = format!(
        "cratesieve = (mkWorkspace {{ src = {}; }}).packages.default;",
        nix_path(repository())
    );
    assert_eq!(path(""), path(&own));
    assert_ne!(path(""), path("cratesieve = pkgs.jq;"));
}
