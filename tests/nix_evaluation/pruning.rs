//! Pruned Cargo.toml files of crates and of the workspace.

use crate::common::nix::nix_string;
use crate::functions::assert_equal;

// ---- Cargo.toml of a crate ----------------------------------------------------------------------

/// Asserts the pruned Cargo.toml of a crate for a role.
#[track_caller]
fn assert_member(role: &str, has_library: bool, toml: &str, expected: &str) {
    let call = format!(
        "pruneMember {{
          toml = builtins.fromTOML {};
          role = \"{role}\";
          hasLibrary = {has_library};
        }}",
        nix_string(toml)
    );
    let expected = format!("builtins.fromTOML {}", nix_string(expected));
    assert_equal(&[(&call, &expected)]);
}

const MEMBER: &str = r#"
cargo-features = ["x"]

[package]
name = "a"
version = "0.1.0"
edition.workspace = true
description = "d"
readme = "R.md"
links = "z"
build = "build.rs"
default-run = "a"
autobins = true
keywords = ["k"]
categories = ["c"]
documentation = "https://example.org"
publish = false
include = ["i"]
exclude = ["e"]
metadata.cratesieve = { include = ["i"] }
metadata.other = 1

[lib]
path = "lib.rs"

[[bin]]
name = "a"
required-features = ["cli"]

[[test]]
name = "t"

[[bench]]
name = "b"

[[example]]
name = "e"

[badges]
x = { y = "z" }

[lints]
workspace = true

[dependencies]
one = "1"
two = { version = "2", optional = true }

[dev-dependencies]
tool = "1"
one = { version = "1", features = ["x"] }

[target.'cfg(unix)'.dependencies]
three = "3"

[target.'cfg(unix)'.dev-dependencies]
four = "4"

[target.'cfg(windows)'.dev-dependencies]
five = "5"

[features]
cli = ["dep:two", "tool/x", "four?/x"]
both = ["one/x", "three/x", "five/x", "two?/x", "cli"]
"#;

const MEMBER_CUT: &str = r#"
cargo-features = ["x"]

[lib]
path = "lib.rs"

[lints]
workspace = true

[dependencies]
one = "1"
two = { version = "2", optional = true }

[target.'cfg(unix)'.dependencies]
three = "3"

[features]
cli = ["dep:two"]
both = ["one/x", "three/x", "two?/x", "cli"]

[package]
name = "a"
version = "0.1.0"
edition.workspace = true
description = "d"
readme = "R.md"
links = "z"
build = "build.rs"
metadata.other = 1
autotests = false
autobenches = false
autoexamples = false
"#;

#[test]
fn a_crate_as_its_dependents_see_it() {
    let library = format!("{MEMBER_CUT}autobins = false\npublish = false\n");
    assert_member("library", true, MEMBER, &library);
}

#[test]
fn a_crate_as_it_sees_itself() {
    let own = format!(
        "{MEMBER_CUT}autobins = true\ndefault-run = \"a\"\n\n[[bin]]\nname = \"a\"\n\
         required-features = [\"cli\"]\n"
    );
    assert_member("own", true, MEMBER, &own);
}

#[test]
fn a_crate_as_its_tests_see_it() {
    let mut text = MEMBER.to_owned();
    for gone in [
        "keywords = [\"k\"]\n",
        "categories = [\"c\"]\n",
        "documentation = \"https://example.org\"\n",
        "publish = false\n",
        "include = [\"i\"]\n",
        "exclude = [\"e\"]\n",
        "metadata.cratesieve = { include = [\"i\"] }\n",
        "[badges]\nx = { y = \"z\" }\n",
    ] {
        assert!(text.contains(gone), "{gone}");
        text = text.replace(gone, "");
    }
    assert_member("test", true, MEMBER, &text);
}

#[test]
fn a_crate_without_a_library_keeps_its_binaries() {
    let toml = "[package]\nname = \"a\"\ndefault-run = \"x\"\n[[bin]]\nname = \"x\"\n";
    let expected = format!("{toml}[package.metadata]\n")
        .replace("[package.metadata]\n", "")
        .replace(
            "default-run",
            "autotests = false\nautobenches = false\nautoexamples = false\ndefault-run",
        );
    assert_member("own", false, toml, &expected);
    let expected = expected.replace("default-run", "publish = false\ndefault-run");
    assert_member("library", false, toml, &expected);
}

#[test]
fn dev_dependencies_as_they_were_once_written() {
    let toml = r#"
[package]
name = "a"
autotests = false
autobenches = false
autoexamples = false

[build_dependencies]
build = "1"

[features]
x = ["build/x", "tool/x", "other/x", "y"]
y = []

[dev_dependencies]
tool = "1"

[target.x86_64-unknown-linux-gnu.dev_dependencies]
other = "1"
"#;
    let expected = r#"
[package]
name = "a"
autotests = false
autobenches = false
autoexamples = false

[build_dependencies]
build = "1"

[features]
x = ["build/x", "y"]
y = []

[target]
"#;
    assert_member("own", true, toml, expected);
}

#[test]
fn the_library_of_a_crate_that_has_none() {
    assert_equal(&[(
        "(pruneMember {
          toml = builtins.fromTOML \"[package]\\nname = \\\"a\\\"\";
          role = \"own\";
          hasLibrary = false;
          emptyLibrary = \"/x/lib.rs\";
        }).lib",
        "{ path = \"/x/lib.rs\"; }",
    )]);
}

// ---- Cargo.toml of the workspace ----------------------------------------------------------------

/// Asserts the pruned root Cargo.toml for the member `a` in crates/a and the non-member `out` in out. The
/// lock has `a`, `out` and `itoa`.
#[track_caller]
fn assert_root(arguments: &str, toml: &str, expected: &str) {
    let call = format!(
        "pruneRoot ({{
          toml = builtins.fromTOML {};
          package = null;
          crates = {{
            a = {{ path = \"crates/a\"; member = true; }};
            out = {{ path = \"out\"; member = false; }};
          }};
          inherits = {{ dependencies = {{ }}; package = {{ }}; lints = false; }};
          packages = {{
            a = [ {{ name = \"a\"; }} ];
            out = [ {{ name = \"out\"; }} ];
            itoa = [ {{ name = \"itoa\"; source = \"git+https://example.org/itoa?branch=x#0123\"; }} ];
          }};
        }} // {{ {arguments} }})",
        nix_string(toml)
    );
    let expected = format!("builtins.fromTOML {}", nix_string(expected));
    assert_equal(&[(&call, &expected)]);
}

const ROOT: &str = r#"
cargo-features = ["x"]

[workspace]
members = ["crates/*"]
default-members = ["crates/b"]
exclude = ["out", "./elsewhere"]
resolver = "2"

[workspace.package]
version = "1.0.0"
edition = "2021"

[workspace.dependencies]
itoa = "1"
ryu = "1"

[workspace.lints.rust]
x = "deny"

[workspace.metadata.x]
y = 1
"#;

#[test]
fn a_workspace_of_some_crates() {
    assert_root(
        "",
        ROOT,
        "cargo-features = [\"x\"]\n[workspace]\nmembers = [\"crates/a\"]\nexclude = [\"out\"]\n\
         resolver = \"2\"\n",
    );
}

#[test]
fn what_crates_inherit_stays() {
    assert_root(
        "inherits = {
          dependencies.itoa = true;
          package = { version.workspace = true; };
          lints = true;
        };",
        ROOT,
        "cargo-features = [\"x\"]\n[workspace]\nmembers = [\"crates/a\"]\nexclude = [\"out\"]\n\
         resolver = \"2\"\n[workspace.package]\nversion = \"1.0.0\"\n[workspace.dependencies]\n\
         itoa = \"1\"\n[workspace.lints.rust]\nx = \"deny\"\n",
    );
}

/// `resolver` is written if the root package, which implies it, is left out.
#[test]
fn the_resolver_is_the_one_that_the_workspace_had() {
    for (head, resolver) in [
        ("", "1"),
        ("[package]\nname = \"r\"\n", "1"),
        ("[package]\nname = \"r\"\nedition = \"2015\"\n", "1"),
        ("[package]\nname = \"r\"\nedition = \"2018\"\n", "1"),
        ("[package]\nname = \"r\"\nedition = \"2021\"\n", "2"),
        ("[package]\nname = \"r\"\nedition = \"2024\"\n", "3"),
        (
            "[package]\nname = \"r\"\nresolver = \"2\"\nedition = \"2018\"\n",
            "2",
        ),
        (
            "[package]\nname = \"r\"\nedition.workspace = true\n[workspace.package]\n\
             edition = \"2024\"\n",
            "3",
        ),
    ] {
        assert_root(
            "",
            &format!("{head}[workspace]\nmembers = [\"crates/a\"]\n"),
            &format!("[workspace]\nmembers = [\"crates/a\"]\nresolver = \"{resolver}\"\n"),
        );
    }
}

#[test]
fn patches_that_are_used() {
    let workspace = "[workspace]\nresolver = \"2\"\nmembers = [\"crates/a\"]\n";
    let used = r#"
[patch.crates-io]
itoa = { git = "https://example.org/itoa", branch = "x" }
local = { path = "crates/a", package = "a" }
"#;
    let unused = r#"
ryu = { git = "https://example.org/ryu" }
renamed = { git = "https://example.org/itoa-fork", package = "itoa" }
elsewhere = { path = "crates/elsewhere" }

[patch."https://example.org/other"]
zip = { path = "crates/zip" }
"#;
    assert_root(
        "",
        &format!("{workspace}{used}{unused}"),
        &format!("{workspace}{used}"),
    );
}

#[test]
fn overrides_of_packages_that_are_there() {
    let workspace = "[workspace]\nresolver = \"2\"\nmembers = [\"crates/a\"]\n";
    let kept = r#"
[profile.release]
lto = true

[profile.release.build-override]
opt-level = 1

[profile.release.package]
"*" = { opt-level = 1 }
a = { opt-level = 1 }
"itoa@1.0.0" = { opt-level = 1 }
"itoa:1" = { opt-level = 1 }
"https://example.org/itoa" = { opt-level = 1 }
"https://example.org/index#itoa@1.0.0" = { opt-level = 1 }
"registry+https://example.org/index#itoa:1.0.0" = { opt-level = 1 }
"#;
    let gone = r#"
ryu = { opt-level = 1 }
"ryu@1.0.0" = { opt-level = 1 }
"https://example.org/ryu" = { opt-level = 1 }
"https://example.org/itoa#ryu@1.0.0" = { opt-level = 1 }
"#;
    assert_root(
        "",
        &format!("{workspace}{kept}{gone}"),
        &format!("{workspace}{kept}"),
    );
    // A profile without entries is removed.
    assert_root(
        "",
        &format!("{workspace}[profile.dev.package.ryu]\nopt-level = 1\n"),
        workspace,
    );
}

#[test]
fn a_root_package_among_the_crates() {
    assert_root(
        "package = { package.name = \"r\"; lib.path = \"lib.rs\"; };
         crates = { r = { path = \".\"; member = true; }; };",
        "[package]\nname = \"r\"\nedition = \"2021\"\n[workspace]\nmembers = [\"crates/*\"]\n\
         [dependencies]\nx = \"1\"\n",
        "[package]\nname = \"r\"\n[lib]\npath = \"lib.rs\"\n[workspace]\nmembers = []\n\
         resolver = \"2\"\n",
    );
}
