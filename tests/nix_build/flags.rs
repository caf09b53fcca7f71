//! Flags and settings reach every derivation of a crate, so that nothing is compiled twice.

use std::process::Command;

use crate::common::nix::Workspace;
use crate::farm::Farm;
use crate::packages::lock;

const EVERYTHING: &[&str] = &["package", "check", "nextest"];

/// With flags, no third-party crate is compiled twice. `fixtures` has the same test without flags.
#[test]
fn third_party_crates_get_the_flags_of_the_crate() {
    for (fixture, name, arguments, expected) in [
        (
            "four-crates",
            "pkg-c",
            "commonArgs = { CARGO_PROFILE = \"dev\"; RUSTFLAGS = \"--cfg given\"; env.RUSTC_WRAPPER = guard; };",
            "pkg-c: 7 is right\n",
        ),
        (
            "four-crates",
            "pkg-c",
            "commonArgs = {
              CARGO_BUILD_TARGET = pkgs.stdenv.hostPlatform.rust.rustcTarget;
              env.RUSTC_WRAPPER = guard;
            };",
            "pkg-c: 7 is right\n",
        ),
        (
            "features",
            "user-left",
            "commonArgs.env.RUSTC_WRAPPER = guard;
             crates.user-left.cargoExtraArgs = \"--features all,either\";",
            "user-left: left fast fancy extra either\n",
        ),
    ] {
        let workspace = Workspace::of(fixture);
        let built = Farm::of(&workspace, arguments)
            .with(&[name], EVERYTHING)
            .build();
        let program = built.join(format!("{name}/package/bin/{name}"));
        let output = Command::new(program).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            expected,
            "{arguments}"
        );
    }
}

/// The guard, which other tests rely on, fails if it should.
#[test]
fn what_is_compiled_again_is_seen() {
    let arguments = "commonArgs = {
      cargoClippyExtraArgs = \"--config profile.dev.opt-level=1\";
      env.RUSTC_WRAPPER = guard;
    };";
    let workspace = Workspace::of("four-crates");
    let log = Farm::of(&workspace, arguments)
        .with(&["pkg-c"], &["clippy"])
        .failure();
    assert!(log.contains("pkg-c-clippy> guard: "), "{log}");
}

/// With this flag `cargo doc` writes nothing, and succeeds.
#[test]
fn nothing_to_document_is_no_error() {
    let manifest = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
    };
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"optional\", \"hidden\"]\n",
        ),
        (
            "hidden/Cargo.toml",
            &manifest("hidden", "[lib]\ndoc = false\n"),
        ),
        ("hidden/src/lib.rs", ""),
        (
            "optional/Cargo.toml",
            &manifest(
                "optional",
                "[features]\ncli = []\n[[bin]]\nname = \"optional\"\nrequired-features = [\"cli\"]\n",
            ),
        ),
        ("optional/src/main.rs", "fn main() {}\n"),
    ]);
    lock(&workspace);
    workspace.generate();
    Farm::of(&workspace, "")
        .with(&["hidden", "optional"], EVERYTHING)
        .build();
}
