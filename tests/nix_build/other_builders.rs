//! Builders other than crane's, with the source and the lock of one crate.

use std::process::Command;

use crate::common::nix::{Workspace, nix};
use crate::farm::Farm;

fn said(program: &camino::Utf8Path) -> String {
    let output = Command::new(program).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

const BUILD: &str = "pkgs.rustPlatform.buildRustPackage workspace.crates";

#[test]
fn build_rust_package() {
    // The last one's workspace lies below what it needs.
    for (fixture, name) in [
        ("four-crates", "pkg-b"),
        ("four-crates", "pkg-d"),
        ("features", "user-left"),
        ("outside-root", "app"),
    ] {
        let workspace = Workspace::of(fixture);
        let mut farm = Farm::of(&workspace, "commonArgs.CARGO_PROFILE = \"dev\";");
        farm.link_crate(name, "package");
        farm.link("other", &format!("{BUILD}.{name}.forBuildRustPackage"));
        let built = farm.build();
        let program = |from: &str| built.join(format!("{from}/bin/{name}"));
        assert_eq!(
            said(&program("other")),
            said(&program(&format!("{name}/package")))
        );
    }
}

/// What it is given over and above, it has; and an edit of another crate changes nothing.
#[test]
fn build_rust_package_is_isolated() {
    let workspace = Workspace::of("four-crates");
    let arguments =
        "crates.pkg-a.nativeBuildInputs = [ pkgs.jq ]; crates.pkg-a.env.GREETING = \"hi\";";
    let path = || {
        let expression = format!("({BUILD}.pkg-b.forBuildRustPackage).drvPath");
        nix().evaluate(&workspace.expression(arguments, &expression))
    };
    let before = path();
    workspace.append("crates/pkg-d/src/main.rs", "// More.\n");
    workspace.append("crates/pkg-b/README.md", "More.\n");
    assert_eq!(path(), before);
    let inherited = "let args = workspace.crates.pkg-b.forBuildRustPackage; in
                     args.env.GREETING + toString (lib.any (input: input == pkgs.jq) args.nativeBuildInputs)";
    assert_eq!(
        nix().evaluate(&workspace.expression(arguments, inherited)),
        "hi1"
    );
    workspace.append("crates/pkg-a/src/lib.rs", "// More.\n");
    assert_ne!(path(), before);
}
