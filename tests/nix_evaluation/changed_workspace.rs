//! Which derivations change with the workspace's Cargo.toml, with new and removed crates, and if all crates
//! share a dependency layer.

use crate::common;
use crate::common::nix::Workspace;
use crate::edits::{LOCKED, add_edge, bump, edit_lock, new_crate};
use crate::snapshot::{
    ALL_DEPS, CHECKS, CODE, DEPS, EVERYTHING, LIBRARY, LINTED, LOCK, NOTHING, OWN, TEST_DEPS,
    TESTS, TESTS_ALONE, assert_changes, assert_changes_with,
};

// ---- Cargo.toml of the workspace ----------------------------------------------------------------

#[test]
fn what_nobody_uses_of_a_workspace() {
    let edit = |from: &'static str, to: &'static str| {
        move |w: &Workspace| w.replace("Cargo.toml", from, to)
    };
    for (from, to) in [
        (
            "itoa = \"1\"",
            "itoa = { version = \"2\", features = [\"x\"] }",
        ),
        ("crates-planned/planned", "elsewhere/planned"),
        (
            "[workspace.package]",
            "[workspace.package]\nhomepage = \"https://example.org\"",
        ),
        (
            "[workspace.package]",
            "[workspace.metadata.tool]\nkey = 1\n\n[workspace.package]",
        ),
        ("members =", "default-members = [\"crates/app\"]\nmembers ="),
        (
            "members = [\"crates/*\"]",
            "members = [\"crates/helper\", \"crates/app\", \"crates/plain\"]",
        ),
        (
            "members = [\"crates/*\"]",
            "members = [\"crates/*\"]\nexclude = [\"elsewhere\"]",
        ),
        ("# Nobody inherits this one either.", "# A remark."),
    ] {
        assert_changes("virtual", edit(from, to), NOTHING);
    }
    // Clippy checks these fields in crates that inherit them.
    assert_changes(
        "virtual",
        edit("publish = false", "publish = true"),
        &[(LINTED, "app helper")],
    );
}

#[test]
fn a_patch_or_an_override_of_a_package_that_is_not_there() {
    for table in [
        "[patch.crates-io]\nryu = { git = \"https://example.org/ryu\" }\n",
        "[profile.release.package.ryu]\nopt-level = 1\n",
    ] {
        let change = |w: &Workspace| w.append("Cargo.toml", &format!("\n{table}"));
        assert_changes("virtual", change, NOTHING);
    }
}

#[test]
fn what_some_use_of_a_workspace() {
    assert_changes(
        "virtual",
        |w| w.replace("Cargo.toml", "Inherited by every member", "Another"),
        &[(CODE, "app")],
    );
    assert_changes(
        "virtual",
        |w| {
            w.replace(
                "Cargo.toml",
                "once_cell = \"1\"",
                "once_cell = { version = \"1\", features = [\"std\"] }",
            )
        },
        &[(CODE, "app"), (ALL_DEPS, "app")],
    );
    assert_changes(
        "virtual",
        |w| {
            w.replace(
                "Cargo.toml",
                "default-features = false",
                "default-features = true",
            )
        },
        &[
            (CODE, "app helper"),
            (ALL_DEPS, "app helper"),
            (&[TESTS, TEST_DEPS], "plain"),
        ],
    );
    assert_changes(
        "virtual",
        |w| {
            w.replace(
                "Cargo.toml",
                "unused_variables = \"deny\"",
                "unused_variables = \"warn\"",
            )
        },
        &[(CODE, "app helper"), (TESTS_ALONE, "plain")],
    );
}

#[test]
fn what_everybody_uses_of_a_workspace() {
    let all = "pkg-a pkg-b pkg-c pkg-d";
    assert_changes(
        "four-crates",
        |w| w.append("Cargo.toml", "\n[profile.release]\nlto = true\n"),
        &[(CODE, all), (ALL_DEPS, all)],
    );
    for (path, text) in [
        (".cargo/config.toml", "\n[term]\nquiet = true\n"),
        ("rust-toolchain.toml", "profile = \"minimal\"\n"),
    ] {
        assert_changes(
            "cargo-config",
            |w| w.append(path, text),
            &[(CODE, "app lib"), (ALL_DEPS, "app lib")],
        );
    }
}

#[test]
fn a_profile_override_for_a_third_party_crate() {
    assert_changes(
        "features",
        |w| w.replace("Cargo.toml", "opt-level = 2", "opt-level = 3"),
        &[(CODE, "user-left"), (ALL_DEPS, "user-left")],
    );
}

/// Changes that do not affect how third-party crates are compiled.
#[test]
fn a_profile_override_for_a_crate() {
    assert_changes(
        "features",
        |w| w.replace("Cargo.toml", "codegen-units = 1", "codegen-units = 2"),
        &[(CODE, "fast user-left")],
    );
}

/// The git repository is local, because Nix downloads a git source during evaluation.
#[test]
fn a_patch_for_one_dependency() {
    let repository = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| common::git(common::utf8(&repository), args);
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["commit", "--quiet", "--allow-empty", "--message=x"]);
    let commit = git(&["rev-parse", "HEAD"]);
    let url = format!("file://{}", repository.path().display());
    let change = |w: &Workspace| {
        let patch = format!("\n[patch.crates-io]\nitoa = {{ git = \"{url}\" }}\n");
        w.append("Cargo.toml", &patch);
        edit_lock(w, "itoa", |text| {
            let head = text.split("source").next().unwrap();
            format!("{head}source = \"git+{url}#{}\"\n", commit.trim())
        });
    };
    assert_changes("four-crates", change, &[(EVERYTHING, "pkg-c")]);
}

#[test]
fn what_crates_of_another_workspace_use_of_it() {
    let sources: &[&[&str]] = &[LIBRARY, &["src", "testSrc"]];
    assert_changes(
        "outside-root",
        |w| w.replace("other-ws/Cargo.toml", "\"2021\"", "\"2024\""),
        &[(CODE, "app"), (sources, "base member")],
    );
}

#[test]
fn what_crates_of_another_workspace_do_not_use_of_it() {
    for text in [
        "\n[profile.release]\nlto = true\n",
        "\n[workspace.metadata.x]\ny = 1\n",
        "\n[workspace.lints.rust]\nunused_variables = \"deny\"\n",
    ] {
        let change = |w: &Workspace| w.append("other-ws/Cargo.toml", text);
        assert_changes("outside-root", change, NOTHING);
    }
}

// ---- Crates that come and go --------------------------------------------------------------------

#[test]
fn a_new_crate() {
    assert_changes(
        "four-crates",
        |w| {
            new_crate(w);
            w.generate();
        },
        &[(EVERYTHING, "pkg-e")],
    );
}

#[test]
fn a_crate_less() {
    let change = |w: &Workspace| {
        w.remove("crates/pkg-d");
        w.replace("Cargo.toml", "    \"crates/pkg-d\",\n", "");
        let text = w.read(LOCKED);
        let start = text.find("\n[[package]]\nname = \"pkg-d\"").unwrap();
        w.write(LOCKED, &text[..start]);
        w.replace(
            LOCKED,
            "[[package]]\nname = \"arrayvec\"\nversion = \"0.7.8\"",
            "[[package]]\nname = \"arrayvec\"\nversion = \"0.7.9\"",
        );
        w.generate();
    };
    assert_changes("four-crates", change, &[(EVERYTHING, "pkg-d")]);
}

#[test]
fn a_new_edge() {
    let change = |w: &Workspace| {
        let dependency = "[dependencies]\npkg-a = { path = \"../pkg-a\" }\n";
        w.replace("crates/pkg-d/Cargo.toml", "[dependencies]\n", dependency);
        add_edge(w, "pkg-d", "pkg-a");
        w.generate();
    };
    assert_changes("four-crates", change, &[(EVERYTHING, "pkg-d")]);
}

// ---- One dependency layer for all ---------------------------------------------------------------

const SHARED: &str = "strategy = \"shared\";";

#[test]
fn a_shared_layer_and_sources() {
    for path in ["README.md", "crates/pkg-a/README.md", "flake.nix"] {
        assert_changes_with(
            SHARED,
            SHARED,
            "four-crates",
            |w| w.write(path, "x"),
            NOTHING,
        );
    }
    assert_changes_with(
        SHARED,
        SHARED,
        "four-crates",
        |w| w.append("crates/pkg-a/src/words.rs", "// More.\n"),
        &[(CODE, "pkg-a pkg-b pkg-c")],
    );
    assert_changes_with(
        SHARED,
        SHARED,
        "four-crates",
        |w| w.append("crates/pkg-a/tests/sides.rs", "// More.\n"),
        &[(TESTS_ALONE, "pkg-a")],
    );
}

/// With the strategy `shared`, all derivations have one layer, but each crate has its own source.
#[test]
fn a_shared_layer_and_a_bumped_dependency() {
    assert_changes_with(
        SHARED,
        SHARED,
        "four-crates",
        |w| bump(w, "itoa"),
        &[
            (EVERYTHING, "pkg-c"),
            (
                &[DEPS, TEST_DEPS, CHECKS, &["package"]],
                "pkg-a pkg-b pkg-d",
            ),
        ],
    );
}

#[test]
fn a_shared_layer_and_a_version() {
    let change = |w: &Workspace| {
        w.replace("crates/pkg-d/Cargo.toml", "0.1.0", "0.2.0");
        edit_lock(w, "pkg-d", |text| text.replace("0.1.0", "0.2.0"));
    };
    assert_changes_with(
        SHARED,
        SHARED,
        "four-crates",
        change,
        &[(&[LIBRARY, OWN, TESTS, LOCK], "pkg-d")],
    );
}
