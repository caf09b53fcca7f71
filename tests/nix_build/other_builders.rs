//! Builders other than crane's, with the source and the lock of one crate.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};

use crate::common::nix::{Workspace, nix, nix_path, repository};
use crate::farm::Farm;

fn said(program: &Utf8Path) -> String {
    let output = Command::new(program).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

const BUILD: &str = "pkgs.rustPlatform.buildRustPackage workspace.crates";

#[test]
fn build_rust_package() {
    // In the last fixture, dependencies are outside the workspace.
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

/// Uses naersk itself if `NAERSK_SRC` names a checkout of it.
#[test]
fn naersk() {
    let naersk = nix_path(&repository().join("tests/nix/stand-in/naersk"));
    let build = format!("(import {naersk} {{ inherit pkgs lib; }}).buildPackage workspace.crates");
    for (fixture, name) in [("four-crates", "pkg-d"), ("features", "user-left")] {
        let workspace = Workspace::of(fixture);
        for profile in ["dev", "release"] {
            let arguments = format!("commonArgs.CARGO_PROFILE = \"{profile}\";");
            let expression = format!("{build}.{name}.forNaersk");
            let output = nix()
                .command("build")
                .args(["--option", "allow-import-from-derivation", "true"])
                .args(["--impure", "--no-link", "--print-out-paths", "--expr"])
                .arg(workspace.expression(&arguments, &expression))
                .output()
                .unwrap();
            let (stdout, stderr) = (output.stdout, String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{stderr}");
            let other = String::from_utf8(stdout).unwrap();
            let other = Utf8PathBuf::from(other.trim()).join("bin").join(name);
            let farm = Farm::of(&workspace, &arguments).with(&[name], &["package"]);
            let ours = farm.build().join(format!("{name}/package/bin/{name}"));
            assert_eq!(said(&other), said(&ours), "{fixture}: {profile}");
        }
    }
}

/// Additional arguments reach the builder. An edit of another crate changes nothing.
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
