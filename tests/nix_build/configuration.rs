//! Builds with each strategy of fixtures with unusual Cargo configuration and manifests. `fixtures::BUILT`
//! builds them with the default strategy.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::calls::calls_of_nix;
use crate::common::nix::Workspace;
use crate::common::succeed;
use crate::farm::Farm;

/// Arguments for all strategies except the default.
const OTHERS: [&str; 3] = [
    "strategy = \"per-crate\";",
    "strategy = \"shared\";",
    "features = \"workspace\";",
];

/// Builds attributes of a fixture with each strategy, and checks what its programs print.
#[track_caller]
fn assert_builds(fixture: &str, crates: &[&str], attributes: &[&str], programs: &[(&str, &str)]) {
    let workspace = Workspace::of(fixture);
    for arguments in OTHERS {
        let built = Farm::of(&workspace, arguments)
            .with(crates, attributes)
            .build();
        for (name, said) in programs {
            let program = built.join(format!("{name}/package/bin/{name}"));
            assert_eq!(&succeed(&mut Command::new(program)), said, "{arguments}");
        }
    }
}

#[test]
fn packages_of_a_vendor_directory() {
    let programs = [("a", "vendor\n")];
    assert_builds(
        "config-source-replacement",
        &["a"],
        &["package", "test"],
        &programs,
    );
}

/// A source that git ignores is allowed, because Cargo.lock has the checksums of its packages.
#[test]
fn packages_of_a_vendor_directory_that_is_not_there() {
    let workspace = Workspace::of("config-source-replacement");
    workspace.remove("vendor");
    workspace.write(
        "crates/a/src/main.rs",
        "fn main() {\n    cfg_if::cfg_if! { if #[cfg(all())] { println!(\"crates.io\") } }\n}\n",
    );
    workspace.generate();
    let built = Farm::of(&workspace, "").with(&["a"], &["package"]).build();
    let said = succeed(&mut Command::new(built.join("a/package/bin/a")));
    assert_eq!(said, "crates.io\n");
}

#[test]
fn packages_of_paths() {
    let programs = [("a", "true\n"), ("b", "b\n")];
    assert_builds(
        "paths-override",
        &["a", "b"],
        &["package", "test"],
        &programs,
    );
}

#[test]
fn a_wrapper_of_the_configuration() {
    assert_builds(
        "rustc-wrapper",
        &["app"],
        &["package", "test", "clippy"],
        &[("app", "true true\n")],
    );
}

/// `rustc-workspace-wrapper` runs in builds and tests. Clippy replaces it, as it does without Nix.
#[test]
fn a_wrapper_for_the_packages_of_the_workspace() {
    let workspace = Workspace::of("four-crates");
    workspace.write(
        ".cargo/config.toml",
        "[build]\nrustc-workspace-wrapper = \"tools/wrap\"\n",
    );
    workspace.write("tools/wrap", "#!/bin/sh\nexec \"$@\" --cfg wrapped\n");
    let mode = Permissions::from_mode(0o755);
    fs::set_permissions(workspace.path("tools/wrap"), mode).unwrap();
    workspace.append(
        "crates/pkg-a/src/lib.rs",
        "#[test]\nfn is_wrapped() {\n    assert!(cfg!(wrapped));\n}\n",
    );
    workspace.generate();
    Farm::of(&workspace, "")
        .with(&["pkg-a"], &["package", "check"])
        .build();
}

/// A patched crate with its own `[workspace]`: Cargo would take a path dependency for a member.
#[test]
fn a_patch_with_a_workspace_of_its_own() {
    let workspace = Workspace::of("patched-no-member");
    workspace.append("vendor/cfg-if/Cargo.toml", "\n[workspace]\n");
    workspace.generate();
    for arguments in ["", "features = \"workspace\";"] {
        Farm::of(&workspace, arguments)
            .with(&["user", "bystander"], &["package", "check"])
            .build();
    }
}

/// The rustc wrapper of the environment comes first. An empty one means none.
#[test]
fn a_wrapper_of_the_environment() {
    let workspace = Workspace::of("rustc-wrapper");
    let built = Farm::of(&workspace, "commonArgs.env.RUSTC_WRAPPER = \"\";")
        .with(&["app"], &["package"])
        .build();
    let said = succeed(&mut Command::new(built.join("app/package/bin/app")));
    assert_eq!(said, "false false\n");
}

/// No unit is compiled twice, with any strategy.
#[test]
fn a_target_directory_of_the_configuration() {
    let moved = Workspace::of("config-target-dir");
    let plain = Workspace::of("config-target-dir");
    plain.remove(".cargo");
    plain.generate();
    for strategy in ["layered", "per-crate", "shared"] {
        let arguments = format!("strategy = \"{strategy}\";");
        let calls = |workspace: &Workspace| {
            let run = format!("{strategy} {}", workspace.repository());
            calls_of_nix(&run, workspace, &arguments, &["package", "test"])
        };
        assert_eq!(calls(&moved), calls(&plain), "{strategy}");
    }
}

#[test]
fn a_build_script_that_writes_beside_the_sources() {
    assert_builds(
        "build-script-writes-src",
        &["api", "app"],
        &["package", "test", "clippy"],
        &[("app", "42\n")],
    );
}

#[test]
fn a_dylib_and_its_dependents() {
    assert_builds(
        "dylib-crate",
        &["dy", "dapp", "top"],
        &["package", "test"],
        &[],
    );
}

#[test]
fn clippy_sees_what_it_asks_for() {
    let crates = ["a", "b", "c", "d"];
    assert_builds("clippy-cargo-lints", &crates, &["clippy"], &[]);
    // A field that the Cargo.toml lacks is also missing in the build.
    let workspace = Workspace::of("clippy-cargo-lints");
    workspace.replace("crates/a/Cargo.toml", "keywords = [\"k\"]\n", "");
    workspace.remove("crates/c/README.md");
    let log = Farm::of(&workspace, "")
        .with(&crates, &["clippy"])
        .failure();
    for complaint in [
        "a-clippy> error: package `a` is missing `package.keywords` metadata",
        "c-clippy> error: package `c` is missing `package.readme` metadata",
    ] {
        assert!(log.contains(complaint), "{complaint}\n{log}");
    }
    assert!(!log.contains("d-clippy> error"), "{log}");
}

#[test]
fn a_build_script_that_reads_the_root_manifest() {
    assert_builds(
        "workspace-metadata-read",
        &["a"],
        &["package", "test"],
        &[("a", "Widget\n")],
    );
}
