//! Stubs, the empty crates that replace real ones while dependencies are compiled.

use std::process::Command;

use crate::common::nix::Workspace;
use crate::farm::Farm;
use crate::packages::lock;

/// Crates that look like stubs to Cargo: equal version, edition and path of the library, no build
/// script. They have a third-party package, so that there is a layer.
fn look_alikes() -> Workspace {
    let manifest = |name: &str, dependencies: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0-cratesieve.stub\"\nedition = \"2021\"\n\
             [dependencies]\n{dependencies}"
        )
    };
    let workspace = Workspace::from_files(&[
        (
            "Cargo.toml",
            "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"real\"]\n",
        ),
        (
            "app/Cargo.toml",
            &manifest("app", "real.path = \"../real\"\n"),
        ),
        (
            "app/src/main.rs",
            "fn main() { let _ = real::Loud; println!(\"main\") }\n",
        ),
        ("real/Cargo.toml", &manifest("real", "either = \"1\"\n")),
        (
            "real/src/lib.rs",
            "/// Not empty.\npub struct Loud;\n\
             pub fn side() -> either::Either<u8, u8> { either::Left(1) }\n\
             #[test]\nfn the_real_test_runs() { panic!() }\n",
        ),
    ]);
    lock(&workspace);
    workspace.generate();
    workspace
}

/// Problem: with stubs at src/lib.rs, `cargo test` took the stub's test binary for fresh, printed
/// `running 0 tests`, and exited with 0.
#[test]
fn tests_are_those_of_the_real_crate() {
    let workspace = look_alikes();
    let log = Farm::of(&workspace, "")
        .with(&["real"], &["test", "nextest"])
        .failure();
    for expected in [
        "real-test> test the_real_test_runs ... FAILED",
        "FAIL [",
        "real the_real_test_runs",
    ] {
        assert!(log.contains(expected), "{expected}\n{log}");
    }
}

/// Problem: with stubs at src/lib.rs, `real` was not compiled at all, and `app` did not find `Loud` in it.
#[test]
fn libraries_are_those_of_the_real_crate() {
    let attributes = ["package", "clippy", "doc"];
    let workspace = look_alikes();
    let built = Farm::of(&workspace, "")
        .with(&["app", "real"], &attributes)
        .build();
    let output = Command::new(built.join("app/package/bin/app"))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"main\n");
    assert!(
        built
            .join("real/doc/share/doc/real/struct.Loud.html")
            .exists()
    );
}

/// A member's version requirement matches the patched crate, which has a version of its own.
#[test]
fn a_patch_that_members_alone_use() {
    let manifest = |name: &str, version: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n{rest}")
    };
    for is_member in [true, false] {
        let root = format!(
            "[workspace]\nresolver = \"2\"\nmembers = [\"app\"{}]\n\
             [patch.crates-io]\neither = {{ path = \"either\" }}\n",
            if is_member { ", \"either\"" } else { "" }
        );
        let workspace = Workspace::from_files(&[
            ("Cargo.toml", &root),
            (
                "app/Cargo.toml",
                &manifest(
                    "app",
                    "0.1.0",
                    "[dependencies]\neither = \"1\"\nitoa = \"1\"\n",
                ),
            ),
            (
                "app/src/main.rs",
                "fn main() { println!(\"{}\", either::PATCHED) }\n",
            ),
            ("either/Cargo.toml", &manifest("either", "1.99.0", "")),
            (
                "either/src/lib.rs",
                "pub const PATCHED: &str = \"patched\";\n",
            ),
        ]);
        lock(&workspace);
        workspace.generate();
        let attributes = ["package", "clippy", "test", "doc"];
        let built = Farm::of(&workspace, "").with(&["app"], &attributes).build();
        let output = Command::new(built.join("app/package/bin/app"))
            .output()
            .unwrap();
        assert_eq!(output.stdout, b"patched\n");
    }
}
