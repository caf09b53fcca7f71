//! The checks of the whole workspace, with programs that replace the tools and inspect their
//! input.

use std::fs;

use crate::common::nix::{Workspace, nix};
use crate::farm::Farm;

/// Programs that replace the tools. Each fails unless it finds its input.
const TOOLS: &str = r#"
    advisoryDb = pkgs.runCommand "advisory-db" { } "mkdir -p $out/crates";
    craneLib = craneLib.overrideScope (_: _: {
      cargo-deny = pkgs.writeShellScriptBin "cargo-deny" ''
        set -e
        [ "$*" = "deny --all-features check licenses" ] && [ -s deny.toml ]
        cargo metadata --locked --offline --format-version 1 >metadata
        for word in '"license":"MIT"' '"name":"pkg-d"' '"name":"itoa"' '"name":"sides"'; do
          grep -q "$word" metadata || { echo "no $word"; exit 1; }
        done
      '';
      taplo = pkgs.writeShellScriptBin "taplo" ''
        [ "$*" = "fmt --check" ] && [ -s taplo.toml ] && [ -s deny.toml ] && [ -s crates/pkg-a/Cargo.toml ]
      '';
    });
    pkgs = pkgs // {
      cargo-audit = pkgs.writeShellScriptBin "cargo-audit" ''
        [ "$1 $2 $3 $5 $6" = "audit -n -d --ignore yanked" ] && [ -d "$4/crates" ] && [ -s Cargo.lock ]
      '';
      cargo-hakari = pkgs.writeShellScriptBin "cargo-hakari" ''
        cargo metadata --locked --offline --format-version 1 >/dev/null && [ -s .config/hakari.toml ]
      '';
    };
    commonArgs.cargoDenyChecks = "licenses";
    commonArgs.cargoDenyExtraArgs = "--all-features";
"#;

fn workspace() -> Workspace {
    let workspace = Workspace::of("four-crates");
    workspace.write("deny.toml", "[licenses]\nallow = [\"MIT\"]\n");
    workspace.write("taplo.toml", "[formatting]\n");
    workspace.write(".config/hakari.toml", "hakari-package = \"pkg-d\"\n");
    workspace.replace(
        "crates/pkg-d/Cargo.toml",
        "name = \"pkg-d\"",
        "name = \"pkg-d\"\nlicense = \"MIT\"",
    );
    workspace.append(
        "crates/pkg-b/src/main.rs",
        "/// As [`pkg_a::greeting`].\npub fn linked() {}\n",
    );
    workspace.generate();
    workspace
}

#[test]
fn each_finds_what_it_needs() {
    let workspace = workspace();
    let mut farm = Farm::of(&workspace, TOOLS);
    for check in ["audit", "deny", "doc", "hakari", "taplo"] {
        farm.link(check, &format!("workspace.wideChecks.{check}"));
    }
    let built = farm.build();
    let page = built.join("doc/share/doc/pkg_b/fn.linked.html");
    let page = fs::read_to_string(page).unwrap();
    assert!(
        page.contains("href=\"../pkg_a/fn.greeting.html\""),
        "{page}"
    );
}

#[test]
fn edits_of_code_concern_the_documentation_alone() {
    let workspace = workspace();
    let changed = |change: &dyn Fn()| {
        let paths = || {
            let paths = "builtins.mapAttrs (_: check: check.drvPath) workspace.wideChecks";
            nix().evaluate(&workspace.expression(TOOLS, paths))
        };
        let before = paths();
        change();
        let after = paths();
        let names = after.as_object().unwrap().keys();
        let changed = names.filter(|name| before[*name] != after[*name]);
        changed.cloned().collect::<Vec<_>>().join(" ")
    };
    let code = || workspace.append("crates/pkg-a/src/lib.rs", "// More.\n");
    assert_eq!(changed(&code), "doc");
    let document = || workspace.append("README.md", "More.\n");
    assert_eq!(changed(&document), "");
    let setting = || workspace.append("deny.toml", "# More.\n");
    assert_eq!(changed(&setting), "deny taplo");
    let version = || workspace.replace("crates/pkg-d/Cargo.toml", "\"MIT\"", "\"Apache-2.0\"");
    assert_eq!(changed(&version), "audit deny doc hakari taplo");
}

/// A check that the workspace is not set up for does not exist.
#[test]
fn those_that_are_not_wanted() {
    let workspace = Workspace::of("four-crates");
    let names = workspace.expression("", "builtins.attrNames workspace.wideChecks");
    assert_eq!(nix().evaluate(&names), serde_json::json!(["doc"]));
}
