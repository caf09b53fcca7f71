//! Clippy and rustfmt: checks fail if they complain, and their configuration reaches them.

use crate::common::nix::Workspace;
use crate::farm::Farm;

// ---- Clippy ---------------------------------------------------------------------------------------

fn clippy(workspace: &Workspace, crates: &[&str]) -> Farm {
    let arguments =
        "commonArgs.cargoClippyExtraArgs = \"--all-targets -- --deny clippy::disallowed-names\";";
    Farm::of(workspace, arguments).with(crates, &["clippy"])
}

/// Code that uses this name.
fn uses(name: &str) -> String {
    format!("\npub fn with_{name}() {{\n    let {name} = 1;\n    println!(\"{{{name}}}\");\n}}\n")
}

/// A configuration of clippy that forbids this name.
fn forbids(name: &str) -> String {
    format!("disallowed-names = [\"{name}\"]\n")
}

fn complaint(name: &str) -> String {
    format!("error: use of a disallowed/placeholder name `{name}`")
}

/// clippy.toml of the crate overrides that of the workspace.
#[test]
fn the_configuration_of_clippy_reaches_it() {
    let workspace = Workspace::of("four-crates");
    let crates = ["pkg-a", "pkg-b", "pkg-c", "pkg-d"];
    for name in crates {
        let source = if name == "pkg-a" { "lib.rs" } else { "main.rs" };
        let source = format!("crates/{name}/src/{source}");
        workspace.append(&source, &(uses("common") + &uses("own")));
    }
    clippy(&workspace, &crates).build();

    workspace.write("clippy.toml", &forbids("common"));
    workspace.write("crates/pkg-b/clippy.toml", &forbids("own"));
    // Dependents of pkg-a see this file only.
    workspace.write("crates/pkg-a/.clippy.toml", &forbids("own"));
    workspace.generate();
    let log = clippy(&workspace, &crates).failure();
    for (name, forbidden, allowed) in [
        ("pkg-a", "own", "common"),
        ("pkg-b", "own", "common"),
        ("pkg-d", "common", "own"),
    ] {
        let [forbidden, allowed] =
            [forbidden, allowed].map(|word| format!("{name}-clippy> {}", complaint(word)));
        assert!(log.contains(&forbidden), "{forbidden}\n{log}");
        assert!(!log.contains(&allowed), "{allowed}\n{log}");
    }
}

/// Clippy searches every directory above the crate for its configuration.
#[test]
fn the_configuration_of_clippy_may_lie_between_and_above() {
    let mut unseen = Vec::new();
    for (fixture, name, source, configuration) in [
        (
            "four-crates",
            "pkg-d",
            "crates/pkg-d/src/main.rs",
            ".clippy.toml",
        ),
        (
            "four-crates",
            "pkg-d",
            "crates/pkg-d/src/main.rs",
            "crates/clippy.toml",
        ),
        (
            "below-root",
            "plain",
            "rust/crates/plain/src/lib.rs",
            "rust/clippy.toml",
        ),
        (
            "below-root",
            "plain",
            "rust/crates/plain/src/lib.rs",
            "clippy.toml",
        ),
    ] {
        let workspace = Workspace::of(fixture);
        workspace.append(source, &uses("common"));
        workspace.write(configuration, &forbids("common"));
        workspace.generate();
        match clippy(&workspace, &[name]).try_build() {
            Ok(_) => unseen.push((fixture, configuration)),
            Err(log) => assert!(log.contains(&complaint("common")), "{log}"),
        }
    }
    assert_eq!(unseen, []);
}

/// Clippy also lints the members that a crate depends on, each with the configuration of that
/// member.
#[test]
fn dependencies_keep_their_configuration_of_clippy() {
    let workspace = Workspace::of("four-crates");
    workspace.append("crates/pkg-a/src/lib.rs", &uses("common"));
    workspace.write("clippy.toml", &forbids("common"));
    workspace.write("crates/pkg-a/clippy.toml", &forbids("own"));
    workspace.generate();
    clippy(&workspace, &["pkg-a", "pkg-b", "pkg-c"]).build();
}

// ---- Rustfmt --------------------------------------------------------------------------------------

fn format(workspace: &Workspace) -> Farm {
    let mut farm = Farm::of(workspace, "");
    farm.link("fmt", "workspace.checks.fmt");
    farm
}

#[test]
fn what_rustfmt_would_change_fails() {
    let mut unseen = Vec::new();
    for path in [
        "crates/pkg-a/src/words.rs",
        "crates/pkg-b/src/main.rs",
        "crates/pkg-a/tests/sides.rs",
        "crates/pkg-a/benches/sides.rs",
        "crates/pkg-a/examples/greet.rs",
    ] {
        let workspace = Workspace::of("four-crates");
        workspace.append(path, "fn  crooked( ) {}\n");
        match format(&workspace).try_build() {
            Ok(_) => unseen.push(path),
            Err(log) => assert!(
                log.contains(&format!("Diff in /build/source/{path}")),
                "{log}"
            ),
        }
    }
    assert_eq!(unseen, [""; 0]);
}

/// rustfmt uses the nearest configuration above each source file.
#[test]
fn the_configuration_of_rustfmt_reaches_it() {
    let mut unseen = Vec::new();
    for (fixture, source, configuration) in [
        ("four-crates", "crates/pkg-d/src/main.rs", "rustfmt.toml"),
        ("four-crates", "crates/pkg-d/src/main.rs", ".rustfmt.toml"),
        (
            "four-crates",
            "crates/pkg-d/src/main.rs",
            "crates/pkg-d/rustfmt.toml",
        ),
        (
            "four-crates",
            "crates/pkg-d/src/main.rs",
            "crates/pkg-d/src/rustfmt.toml",
        ),
        (
            "four-crates",
            "crates/pkg-d/src/main.rs",
            "crates/rustfmt.toml",
        ),
        (
            "below-root",
            "rust/crates/plain/src/lib.rs",
            "rust/rustfmt.toml",
        ),
        ("below-root", "rust/crates/plain/src/lib.rs", "rustfmt.toml"),
    ] {
        let workspace = Workspace::of(fixture);
        let wide = "\n#[allow(dead_code)]\nfn wide() -> &'static str {\n    \
                    concat!(\"a line of\", \" more than\", \" forty columns\")\n}\n";
        workspace.append(source, wide);
        format(&workspace).build();
        workspace.write(configuration, "max_width = 40\n");
        workspace.generate();
        match format(&workspace).try_build() {
            Ok(_) => unseen.push((fixture, configuration)),
            Err(log) => assert!(log.contains("Diff in"), "{log}"),
        }
    }
    assert_eq!(unseen, []);
}
