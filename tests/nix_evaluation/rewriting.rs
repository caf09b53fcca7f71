//! Rewritten sources: src/rewrite and nix/rewrite make equal bytes.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::rewrite::{Content, Source, StubPaths, make_sources, read_workspace};
use cratesieve::source::Role;
use rayon::prelude::*;

use crate::common::fixtures;
use crate::common::nix::{Workspace, all_nix, nix, nix_string, with_prelude};
use crate::contents::{Sources, files_below, put, root_in};
use crate::edits::{LOCKED, add_edge};

/// The paths of the Nix library's empty targets.
fn stub_paths() -> StubPaths {
    let paths = nix().evaluate(&with_prelude("internal.stubPaths"));
    let path = |name: &str| paths[name].as_str().unwrap().to_owned();
    StubPaths {
        library: path("library"),
        proc_macro: path("procMacro"),
        c_library: path("cLibrary"),
        binary: path("binary"),
        test: path("test"),
        build_script: path("buildScript"),
    }
}

/// Compares every source of every crate. Returns their number.
pub fn assert_rewritten_alike(workspace: &Workspace, what: &str) -> usize {
    let analysis = analyse(Some(&workspace.root().join("Cargo.toml")));
    let analysis = analysis.unwrap();
    let value = nix().evaluate(&with_prelude(&scripts(workspace)));
    let (_directory, put) = put(&value);
    assert_put_alike(workspace, &analysis, &put, what);
    put.len()
}

/// An expression for the scripts of all sources, in the scope of the prelude.
pub fn scripts(workspace: &Workspace) -> String {
    let stubs = match workspace.root().join("Cargo.lock").exists() {
        false => "",
        true => {
            "// lib.optionalAttrs (manifest.crates.${name}.member or true) {
              deps = crate.deps.unpackPhase;
              testDeps = crate.testDeps.unpackPhase;
            }"
        }
    };
    let expression = format!(
        "builtins.mapAttrs (name: crate: {{
          librarySrc = crate.librarySrc.buildCommand;
          src = crate.src.buildCommand;
          testSrc = crate.testSrc.buildCommand;
        }} {stubs}) workspace.crates"
    );
    workspace.within_prelude("strategy = \"per-crate\";", &expression)
}

/// Compares sources that these scripts have put together with those that the program makes.
pub fn assert_put_alike(workspace: &Workspace, analysis: &Analysis, put: &Sources, what: &str) {
    static STUBS: LazyLock<StubPaths> = LazyLock::new(stub_paths);
    let text = fs::read_to_string(workspace.root().join("cratesieve.json")).unwrap();
    assert_eq!(
        text,
        analysis.manifest.to_text(),
        "{what} wants a new manifest"
    );
    let shape = &analysis.manifest;
    let read = read_workspace(shape, &analysis.tree).unwrap();
    let sources = make_sources(shape, &read, &analysis.tree, &STUBS);
    let members = shape.crates.values().filter(|entry| entry.member).count();
    let of_members = if read.lock.is_none() { 0 } else { 2 * members };
    assert_eq!(put.len(), 3 * shape.crates.len() + of_members, "{what}");
    for ((name, attribute), place) in put {
        let what = format!("{what}: {attribute} of {name}");
        let made = match attribute.as_str() {
            "librarySrc" => sources.source(name, Role::Library),
            "src" => sources.source(name, Role::Own),
            "testSrc" => sources.source(name, Role::Test),
            "deps" => sources.stubs(name, Role::Own),
            "testDeps" => sources.stubs(name, Role::Test),
            other => panic!("{other}"),
        };
        assert_same_source(&made.unwrap(), place, analysis, &what);
    }
}

fn assert_same_source(made: &Source, put: &Utf8Path, analysis: &Analysis, what: &str) {
    let root = root_in(put, analysis);
    let paths: Vec<_> = files_below(put, &root).into_iter().collect();
    let found: Vec<_> = made.keys().cloned().collect();
    assert_eq!(found, paths, "{what}");
    for (path, content) in made {
        let (put, original) = (root.join(path), analysis.root.join(path));
        match content {
            Content::Text(text) => {
                let expected = fs::read_to_string(&put).unwrap();
                assert_eq!(&**text, expected, "{what}: {path}");
            }
            Content::File if original.is_symlink() => {
                assert_eq!(put.read_link().unwrap(), original.read_link().unwrap());
            }
            Content::File => {
                let same = fs::read(&put).unwrap() == fs::read(&original).unwrap();
                assert!(same && !put.is_symlink(), "{what}: {path} is rewritten");
            }
        }
    }
}

#[test]
fn every_fixture_is_rewritten_alike() {
    let compared: usize = fixtures()
        .par_iter()
        .map(|fixture| assert_rewritten_alike(&Workspace::of(&fixture.name), &fixture.name))
        .sum();
    assert!(compared > 300, "only {compared} sources were compared");
}

/// Cargo.toml files with contents that are hard to write, and with settings of the workspace.
#[test]
fn odd_values_are_rewritten_alike() {
    let workspace = Workspace::of("four-crates");
    workspace.append(
        "crates/pkg-a/Cargo.toml",
        "\n[package.metadata.odd]\n\
         floats = [0.1, 1.0, -0.0, 1e22, 1.5e-7, 123456789012345.0, 1234567890123456.0, 0.0001, \
                   0.00001, 5e-324, 1.7976931348623157e308, inf, -inf, nan, 0.3, 100.25]\n\
         integers = [0, -1, 9223372036854775807, 0xff, 1_000]\n\
         texts = [\"\\u007f \\u0001 \\t \\\" \\\\ / ü 🦀 \\u2028\", '''a\nb''']\n\
         \"a key\".\"\" = { x.y = [[], [{}]] }\n\
         [[package.metadata.odd.tables]]\n[[package.metadata.odd.tables]]\nx = true\n",
    );
    workspace.append(
        "Cargo.toml",
        r#"
[workspace.lints.rust]
unused = { level = "warn", priority = -1 }

[profile.release]
lto = "thin"

[profile.release.package.itoa]
opt-level = 1

[profile.release.package."https://github.com/rust-lang/crates.io-index#either@1.0.0"]
opt-level = 2

[profile.dev.package."*"]
opt-level = 3

[profile.dev.package.pkg-d]
opt-level = 2

[profile.bench.package.ryu]
opt-level = 2

[patch.crates-io]
itoa = { git = "https://Example.org/itoa", branch = "main" }
renamed = { package = "itoa", git = "https://example.org/itoa", rev = "0123456" }
ryu = { git = "https://example.org/ryu" }
arrayvec = { version = "1", registry = "other" }

[patch."https://example.org/unused"]
ryu = "1"
"#,
    );
    workspace.write(
        ".cargo/config.toml",
        "[registries.other]\nindex = \"https://example.org/index\"\n[patch.crates-io]\neither = { git = \"https://example.org/either\" }\n",
    );
    workspace.generate();
    assert_rewritten_alike(&workspace, "odd values");

    // With a git package in the lock, which a patch names.
    let text = workspace.read(LOCKED);
    let start = text.find("name = \"itoa\"").unwrap();
    let (before, rest) = text.split_at(start);
    let source = rest.find("source = ").unwrap();
    let end = rest.find("\n\n").unwrap();
    let git = "source = \"git+https://example.org/itoa?branch=main#0123456789012345678901234567890123456789\"";
    let text = format!("{before}{}{git}{}", &rest[..source], &rest[end..]);
    workspace.write(LOCKED, &text);
    assert_rewritten_alike(&workspace, "a package from git");
}

/// Old and unusual lock files.
#[test]
fn odd_locks_are_rewritten_alike() {
    let workspace = Workspace::of("four-crates");
    let text = workspace.read(LOCKED);
    let mut old = String::new();
    let mut metadata = "\n[metadata]\n".to_owned();
    let mut package = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with("version = 4")) {
        let (key, value) = line.split_once(" = ").unwrap_or((line, ""));
        package.insert(key, value.trim_matches('"'));
        if key == "checksum" {
            let (name, version, source) = (package["name"], package["version"], package["source"]);
            metadata += &format!("\"checksum {name} {version} ({source})\" = {value}\n");
        } else {
            old += &format!("{line}\n");
        }
    }
    workspace.write(LOCKED, &(old + &metadata));
    assert_rewritten_alike(&workspace, "a lock of version 1");

    let unused = "\n[[patch.unused]]\nname = \"zip\"\nversion = \"1.0.0\"\n";
    workspace.write(LOCKED, &(text.clone() + unused));
    assert_rewritten_alike(&workspace, "a patch that nobody uses");

    let replaced = "checksum = \"0\"\nreplace = \"itoa 9.0.0 (git+https://example.org/x)\"\n";
    let twice = text.replace(
        "name = \"itoa\"\n",
        &format!(
            "name = \"either\"\nversion = \"0.9.0\"\nsource = \"registry+https://example.org/other\"\n{replaced}\
             \n[[package]]\nname = \"itoa\"\n"
        ),
    );
    let twice = twice.replace(" \"either\",", " \"either 0.9.0\",");
    workspace.write(LOCKED, &twice);
    assert_rewritten_alike(&workspace, "a name that is there twice");
}

/// A crate of the workspace replaces a package of its name, found by its path and by its version.
#[test]
fn patched_crates_are_rewritten_alike() {
    let workspace = Workspace::of("four-crates");
    let patch = "[patch.crates-io]\npkg-a = { path = \"crates/pkg-a\" }\n";
    workspace.append("Cargo.toml", patch);
    workspace.generate();
    assert_rewritten_alike(&workspace, "a patch that all find by path");
    workspace.replace(
        "crates/pkg-d/Cargo.toml",
        "[dependencies]\n",
        "[dependencies]\npkg-a = \"0.1\"\n",
    );
    add_edge(&workspace, "pkg-d", "pkg-a");
    workspace.generate();
    assert_rewritten_alike(&workspace, "a patch that one finds by its version");
}

#[test]
fn old_editions_and_features_are_rewritten_alike() {
    for edition in ["2015", "2018", "2024"] {
        let workspace = Workspace::of("root-package");
        let line = format!("edition = \"{edition}\"");
        workspace.replace("Cargo.toml", "edition = \"2021\"", &line);
        assert_rewritten_alike(&workspace, &line);
    }
    // The feature `default` stays, although it enables no dependency.
    let workspace = Workspace::of("features");
    workspace.replace(
        "crates/user-right/Cargo.toml",
        "features = [\"right\"",
        "features = [\"default\", \"right\"",
    );
    workspace.generate();
    assert_rewritten_alike(&workspace, "a default that is asked for by name");
}

/// A crate that is not a member, and a separate workspace.
#[test]
fn the_root_of_another_workspace_is_rewritten_alike() {
    let workspace = Workspace::of("outside-root");
    workspace.append(
        "shared/lib-y/Cargo.toml",
        "\n[workspace]\nresolver = \"2\"\n\n[workspace.package]\nhomepage = \"https://example.org\"\n\
         authors = [\"x\"]\n\n[workspace.lints.rust]\nunused = \"warn\"\n",
    );
    workspace.replace(
        "shared/lib-y/Cargo.toml",
        "[package]\n",
        "[package]\nhomepage.workspace = true\n",
    );
    workspace.generate();
    assert_rewritten_alike(&workspace, "the root of another workspace");
}

/// Every version of Nix reads equal values.
#[test]
fn values_of_toml_are_written_alike() {
    let text = "[a]\nfloats = [0.1, 1.0, -0.0, 1e22, 1.5e-7, 1e15, 1e16, 123456789012345.0, 0.0001, \
                0.00001, 5e-324, 2.2250738585072014e-308, 4.35, 1e-3, inf, -inf, nan]\n\
                text = \"\\b\\t\\n\\f\\r\\\"\\\\ \\u007f\\u0000\\u001f\\u00e4 \\U0001F980\"\n";
    let text = text.replace("\\u0000", "\\u0002");
    let ours = cratesieve::rewrite::value::parse("a.toml", &text).unwrap();
    let ours = cratesieve::rewrite::to_toml::to_toml(&ours);
    let expression = format!("internal.toToml (builtins.fromTOML {})", nix_string(&text));
    for nix in all_nix() {
        assert_eq!(nix.evaluate(&with_prelude(&expression)), ours);
    }
}

/// The newest commits of real repositories, as in `tests/oracle.rs`.
#[test]
#[ignore = "wants repositories, named in CRATESIEVE_WORKSPACES"]
fn real_workspaces_are_rewritten_alike() {
    let workspaces = std::env::var_os("CRATESIEVE_WORKSPACES");
    let workspaces = workspaces.expect("CRATESIEVE_WORKSPACES names no repository");
    for repository in std::env::split_paths(&workspaces) {
        let repository = Utf8PathBuf::from_path_buf(repository).unwrap();
        let workspace = Workspace::cloned(&repository);
        workspace.generate();
        let compared = assert_rewritten_alike(&workspace, repository.as_str());
        eprintln!("{repository}: {compared} sources agree");
    }
}
