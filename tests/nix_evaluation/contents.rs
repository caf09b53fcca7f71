//! The files of each source, put together with the functions that a build uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::source::Role;
use rayon::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use toml_edit::DocumentMut;
use walkdir::WalkDir;

use crate::common::nix::{Workspace, nix, repository};
use crate::common::{fixtures, utf8};
use crate::rewriting::assert_rewritten_alike;

const SOURCES: [(&str, Role); 3] = [
    ("librarySrc", Role::Library),
    ("src", Role::Own),
    ("testSrc", Role::Test),
];

/// (crate, attribute) -> the directory of its source.
pub type Sources = BTreeMap<(String, String), Utf8PathBuf>;

/// Puts together the sources of a Nix expression, `{ <crate>.<attribute> = script; }`.
pub fn put_together(
    workspace: &Workspace,
    arguments: &str,
    expression: &str,
) -> (TempDir, Sources) {
    put(&nix().evaluate(&workspace.expression(arguments, expression)))
}

/// Puts together the sources of such an expression's value.
pub fn put(value: &Value) -> (TempDir, Sources) {
    let directory = tempfile::tempdir().unwrap();
    let mut script = "set -eu\nrunHook() { :; }\n. \"$HOOK\"\n".to_owned();
    let mut sources = Sources::new();
    for (name, attributes) in value.as_object().unwrap() {
        for (attribute, text) in attributes.as_object().unwrap() {
            let place = utf8(&directory).join(name).join(attribute);
            fs::create_dir_all(&place).unwrap();
            script += &format!(
                "(out={place}; cratesieveRoot=$out; {})\n",
                text.as_str().unwrap()
            );
            sources.insert((name.clone(), attribute.clone()), place);
        }
    }
    let file = directory.path().join("put-together.sh");
    fs::write(&file, script).unwrap();
    let output = Command::new("bash")
        .arg(file)
        .env("HOOK", repository().join("nix/hooks/cratesieve-hook.sh"))
        .env("NIX_BUILD_TOP", directory.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    (directory, sources)
}

fn sources_of(workspace: &Workspace) -> (TempDir, Sources) {
    put_together(
        workspace,
        "",
        "builtins.mapAttrs (_: crate: {
          librarySrc = crate.librarySrc.buildCommand;
          src = crate.src.buildCommand;
          testSrc = crate.testSrc.buildCommand;
        }) workspace.crates",
    )
}

/// Files and links below a directory, relative to the workspace root.
pub fn files_below(top: &Utf8Path, root: &Utf8Path) -> BTreeSet<String> {
    let files = WalkDir::new(top).into_iter().map(Result::unwrap);
    files
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let path = Utf8Path::from_path(entry.path()).unwrap();
            match path.strip_prefix(root) {
                Ok(path) => path.to_string(),
                Err(_) => format!("../{}", path.strip_prefix(root.parent().unwrap()).unwrap()),
            }
        })
        .collect()
}

/// The workspace root in a source.
pub fn root_in(source: &Utf8Path, analysis: &Analysis) -> Utf8PathBuf {
    match analysis.manifest.source_root {
        None => source.to_owned(),
        // In all fixtures, crates are at most one directory above the workspace.
        Some(_) => source.join(analysis.root.file_name().unwrap()),
    }
}

/// The rules for parts of a crate are implemented twice, in src/source.rs and in nix/. They agree.
#[test]
fn the_files_are_those_that_the_program_lists() {
    let fixtures = fixtures();
    let compared: usize = fixtures
        .par_iter()
        .map(|fixture| assert_files_are_listed(&Workspace::of(&fixture.name), &fixture.name))
        .sum();
    assert!(compared > 200, "only {compared} sources were compared");
}

fn assert_files_are_listed(workspace: &Workspace, fixture: &str) -> usize {
    let analysis = analyse(Some(&workspace.root().join("Cargo.toml")));
    let analysis = analysis.unwrap();
    let (_directory, sources) = sources_of(workspace);
    for name in analysis.manifest.crates.keys() {
        for (attribute, role) in SOURCES {
            let what = format!("{fixture}: {attribute} of {name}");
            let source = &sources[&(name.clone(), attribute.to_owned())];
            let root = root_in(source, &analysis);
            let found = files_below(source, &root);
            let listed = analysis.source_files(name, role).unwrap();
            assert_eq!(found, listed, "{what}");
            for file in &found {
                let (put, original) = (root.join(file), workspace.root().join(file));
                assert_same_file(&put, &original, &what);
            }
        }
    }
    sources.len()
}

/// Whether a file is unchanged. Manifests, locks and Cargo's configuration are rewritten, see `rewriting`.
fn is_as_it_was(file: &Utf8Path) -> bool {
    !matches!(
        file.file_name(),
        Some("Cargo.toml" | "Cargo.lock" | "config.toml")
    )
}

fn assert_same_file(put: &Utf8Path, original: &Utf8Path, what: &str) {
    if original.is_symlink() {
        assert_eq!(put.read_link().unwrap(), original.read_link().unwrap());
    } else {
        assert!(!put.is_symlink(), "{what}: {put} is a link");
        if is_as_it_was(original) {
            let same = fs::read(put).unwrap() == fs::read(original).unwrap();
            assert!(same, "{what}: {put} is another file");
        }
    }
    // Cargo.toml is the newest file of a package, and no file is newer than those in the store.
    let metadata = put.symlink_metadata().unwrap();
    let expected = match put.file_name() {
        Some("Cargo.toml") => (1, 0),
        _ => (0, 500_000_000),
    };
    let time = (metadata.mtime(), metadata.mtime_nsec());
    assert_eq!(time, expected, "{what}: {put} has another time");
}

/// The store has a crate's directory in at most three parts, the files that it reads outside once for each
/// role, and its rewritten Cargo.toml once for all dependents. Nothing is stored again for each
/// dependent.
#[test]
fn sources_share_their_parts() {
    for fixture in fixtures() {
        let workspace = Workspace::of(&fixture.name);
        let scripts = nix().evaluate(&workspace.expression(
            "",
            "lib.concatMap (crate: [
              crate.librarySrc.buildCommand
              crate.src.buildCommand
              crate.testSrc.buildCommand
            ]) (builtins.attrValues workspace.crates)",
        ));
        let mut directories = BTreeMap::<&str, BTreeSet<&str>>::new();
        let mut outside = BTreeMap::<&str, BTreeSet<&str>>::new();
        let mut manifests = BTreeMap::<&str, BTreeSet<&str>>::new();
        let scripts: Vec<&str> = scripts
            .as_array()
            .unwrap()
            .iter()
            .map(|script| script.as_str().unwrap())
            .collect();
        for line in scripts.iter().flat_map(|script| script.lines()) {
            let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
            let Some((source, place)) = rest.split_once(' ') else {
                continue;
            };
            let place = place.trim_matches('\'');
            // The name after the hash is that of a crate.
            let (_, name) = source.split_once('-').unwrap_or_default();
            let is_outside = name.ends_with("-outside") || name == "workspace";
            if command == "cratesieveDirectory" && is_outside {
                outside.entry(name).or_default().insert(source);
            } else if command == "cratesieveDirectory" {
                directories.entry(place).or_default().insert(source);
            } else if command == "cratesieveText"
                && place.ends_with("/Cargo.toml")
                && place != "./Cargo.toml"
            {
                manifests.entry(place).or_default().insert(source);
            }
        }
        assert!(!directories.is_empty());
        assert!(
            directories.len() == 1 || !manifests.is_empty(),
            "{}",
            fixture.name
        );
        for parts in outside.values() {
            assert!(parts.len() <= 2, "{}: {parts:?}", fixture.name);
        }
        for parts in directories.values().chain(manifests.values()) {
            assert!(parts.len() <= 3, "{}: {parts:?}", fixture.name);
        }
    }
}

/// The identities of the packages in a lock.
fn locked(file: &Utf8Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let document: DocumentMut = text
        .parse()
        .unwrap_or_else(|error| panic!("{file}: {error}"));
    let packages = document
        .get("package")
        .and_then(|item| item.as_array_of_tables());
    packages
        .into_iter()
        .flatten()
        .map(|package| {
            let value = |key| {
                package
                    .get(key)
                    .and_then(|item| item.as_str())
                    .unwrap_or("")
            };
            format!("{} {} {}", value("name"), value("version"), value("source"))
        })
        .collect()
}

/// Runs `cargo metadata`, which resolves dependencies.
fn resolve(manifest: &Utf8Path, flags: &[&str], what: &str) {
    let output = Command::new("cargo")
        .args([
            "metadata",
            "--offline",
            "--format-version=1",
            "--manifest-path",
        ])
        .arg(manifest)
        .args(flags)
        .current_dir(manifest.parent().unwrap())
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{what}: {stderr}");
}

/// Checks that Cargo reads each source, and that its lock is complete. It checks the sources of crates, and
/// those for third-party packages.
fn assert_cargo_understands(workspace: &Workspace, fixture: &str) {
    let analysis = analyse(Some(&workspace.root().join("Cargo.toml")));
    let analysis = analysis.unwrap();
    let (_directory, sources) = put_together(
        workspace,
        "strategy = \"per-crate\";",
        "builtins.mapAttrs (_: crate:
          {
            src = crate.src.buildCommand;
            testSrc = crate.testSrc.buildCommand;
            deps = crate.deps.unpackPhase;
          }
          // lib.optionalAttrs (crate.testDeps.unpackPhase != crate.deps.unpackPhase) {
            testDeps = crate.testDeps.unpackPhase;
          }
        ) (lib.filterAttrs (name: _: (manifest.crates.${name}.member or true)) workspace.crates)",
    );
    assert!(!sources.is_empty());
    sources.par_iter().for_each(|((name, attribute), source)| {
        let what = format!("{fixture}: {attribute} of {name}");
        let root = root_in(source, &analysis);
        let before = locked(&root.join("Cargo.lock"));
        assert!(!before.is_empty(), "{what}");
        let directory = root.join(&analysis.manifest.crates[name].path);
        resolve(&directory.join("Cargo.toml"), &[], &what);
        let after = locked(&root.join("Cargo.lock"));
        let chosen: Vec<_> = after.difference(&before).collect();
        assert!(chosen.is_empty(), "{what}: Cargo chose {chosen:?}");
    });
}

#[test]
fn cargo_understands_the_sources() {
    let fixtures = fixtures();
    let with_lock = fixtures
        .par_iter()
        .filter(|fixture| fixture.name != "no-lock");
    with_lock.for_each(|fixture| {
        assert_cargo_understands(&Workspace::of(&fixture.name), &fixture.name);
    });
}

/// Checks the same after a change of a fixture that Cargo accepts.
fn assert_cargo_understands_after(fixture: &str, change: impl Fn(&Workspace)) {
    let workspace = Workspace::of(fixture);
    change(&workspace);
    resolve(
        &workspace.root().join("Cargo.toml"),
        &[],
        "the changed workspace",
    );
    workspace.generate();
    assert_files_are_listed(&workspace, fixture);
    assert_rewritten_alike(&workspace, fixture);
    assert_cargo_understands(&workspace, fixture);
}

#[test]
fn cargo_understands_a_resolver_that_the_root_package_says() {
    assert_cargo_understands_after("root-package", |w| {
        let resolver = "edition = \"2018\"\nresolver = \"2\"";
        w.replace("Cargo.toml", "edition = \"2021\"", resolver);
    });
}

#[test]
fn cargo_understands_a_patch_in_its_configuration() {
    assert_cargo_understands_after("patched", |w| {
        let manifest = w.read("Cargo.toml");
        let (workspace, patch) = manifest.split_at(manifest.find("[patch").unwrap());
        w.write("Cargo.toml", workspace);
        w.write(".cargo/config.toml", patch);
    });
}

/// Stubs have no version that a dependency could require.
#[test]
fn cargo_understands_versions_asked_of_crates() {
    assert_cargo_understands_after("four-crates", |w| {
        let table = "[workspace.dependencies]\n\
                     pkg-a = { path = \"crates/pkg-a\", version = \"=0.1.0\" }\n";
        w.append("Cargo.toml", &format!("\n{table}"));
        let given = "{ path = \"../pkg-a\", version = \"0.1\" }";
        w.replace("crates/pkg-b/Cargo.toml", "{ path = \"../pkg-a\" }", given);
        let inherited = "{ workspace = true }";
        w.replace(
            "crates/pkg-c/Cargo.toml",
            "{ path = \"../pkg-a\" }",
            inherited,
        );
        w.append(
            "crates/pkg-d/Cargo.toml",
            &format!(
                "\n[dev-dependencies]\npkg-a = {given}\n\
                 \n[target.'cfg(unix)'.build-dependencies]\npkg-a = {given}\n"
            ),
        );
        w.write("crates/pkg-d/build.rs", "fn main() {}\n");
    });
}

#[test]
fn cargo_understands_a_member_outside_the_root() {
    assert_cargo_understands_after("outside-root", |w| {
        let workspace = "[package]\nworkspace = \"../../ws\"";
        w.replace("shared/lib-y/Cargo.toml", "[package]", workspace);
        w.replace(
            "ws/Cargo.toml",
            "\"local\"",
            "\"local\", \"../shared/lib-y\"",
        );
    });
}

#[test]
fn cargo_understands_targets_outside_their_crate() {
    assert_cargo_understands_after("four-crates", |w| {
        w.write("shared/lib.rs", "mod part;\n");
        w.write("shared/part.rs", "");
        w.write("shared/main.rs", "fn main() {}\n");
        w.write("shared/build.rs", "fn main() {}\n");
        w.write("shared/test.rs", "");
        w.replace(
            "crates/pkg-d/Cargo.toml",
            "[dependencies]",
            "build = \"../../shared/build.rs\"\nautobins = false\n\n\
             [lib]\npath = \"../../shared/lib.rs\"\n\n\
             [[bin]]\nname = \"x\"\npath = \"../../shared/main.rs\"\n\n\
             [[test]]\nname = \"t\"\npath = \"../../shared/test.rs\"\n\n\
             [dependencies]",
        );
        w.replace(
            "crates/pkg-c/Cargo.toml",
            "[dependencies]",
            "[dependencies]\npkg-d = { path = \"../pkg-d\" }",
        );
    });
}

#[test]
fn cargo_understands_a_workspace_without_a_table_for_it() {
    assert_cargo_understands_after("single-package", |w| {
        w.replace("Cargo.toml", "\n[workspace]\n", "");
    });
}

#[test]
fn cargo_understands_a_crate_with_the_name_and_version_of_a_third_party_crate() {
    assert_cargo_understands_after("path-and-registry", |w| {
        w.replace("crates/either/Cargo.toml", "9.0.0", "1.19.0");
        let by_path = "crates/by-path/Cargo.toml";
        w.append(
            by_path,
            "x = { package = \"either\", version = \"1.19\" }\n",
        );
    });
}

/// Cargo refuses a stub without a feature that a dependent enables.
#[test]
fn cargo_understands_features_asked_for_in_every_way() {
    assert_cargo_understands_after("features", |w| {
        w.append(
            "Cargo.toml",
            "\n[workspace.dependencies]\n\
             base = { path = \"crates/base\", default-features = false, features = [\"left\"] }\n",
        );
        w.write(
            "crates/user-right/Cargo.toml",
            r#"
[package]
name = "user-right"
version = "0.1.0"
edition = "2021"

[features]
default = ["up"]
up = ["base/right", "renamed?/fancy", "more"]
more = ["dep:fast", "testing/strict"]
down = ["up"]
extra = ["renamed/fancy"]

[dependencies]
base = { workspace = true, features = ["right", "std"] }
renamed = { package = "extra", path = "../extra", optional = true, features = ["fancy"] }
fast = { path = "../fast", optional = true }

[target.'cfg(unix)'.build-dependencies]
base = { path = "../base", features = ["left"] }

[target.'cfg(windows)'.dependencies]
renamed = { package = "extra", path = "../extra", features = ["fancy"] }

[dev-dependencies]
testing = { path = "../testing", features = ["strict"] }
base = { path = "../base", features = ["left", "right"] }
user-left = { path = "../user-left", features = ["all", "tested"] }
"#,
        );
        w.write("crates/user-right/build.rs", "fn main() {}\n");
        // A library, so that other crates can depend on it.
        w.write("crates/user-left/src/lib.rs", "");
    });
}

#[test]
fn cargo_understands_tables_as_they_were_once_written() {
    assert_cargo_understands_after("four-crates", |w| {
        w.write(
            "crates/pkg-b/Cargo.toml",
            r#"
[package]
name = "pkg-b"
version = "0.1.0"
edition = "2021"
autobins = false
default-run = "other"

[lib]
proc_macro = false
crate_type = ["rlib", "cdylib"]

[[bin]]
name = "other"
path = "src/main.rs"

[dependencies.once_cell]
version = "1"
default_features = false
features = ["std"]

[dependencies.pkg-a]
path = "../pkg-a"

[build_dependencies]
itoa = "1"

[dev_dependencies]
arrayvec = { version = "0.7", default_features = false }

[target.x86_64-unknown-linux-gnu.dev_dependencies]
either = "1"
"#,
        );
        w.write("crates/pkg-b/src/lib.rs", "");
        w.write("crates/pkg-b/build.rs", "fn main() {}\n");
    });
}

/// Stubs omit features that make no difference for third-party crates, unless flags may name them.
#[test]
fn cargo_understands_flags_that_name_features() {
    let workspace = Workspace::of("features");
    for (name, flags) in [
        ("base", ["--features", "left"].as_slice()),
        ("base", &["--no-default-features", "-F", "right"]),
        ("user-right", &["--features", "base/left"]),
        ("user-left", &["--all-features"]),
    ] {
        let arguments = format!(
            "strategy = \"per-crate\"; crates.{name}.cargoExtraArgs = \"{}\";",
            flags.join(" ")
        );
        let layers = format!(
            "{{ {name} = builtins.mapAttrs (_: layer: layer.unpackPhase) {{
              inherit (workspace.crates.{name}) deps testDeps docDeps;
            }}; }}"
        );
        let (_directory, sources) = put_together(&workspace, &arguments, &layers);
        assert_eq!(sources.len(), 3);
        for ((_, attribute), source) in &sources {
            let manifest = source.join(format!("crates/{name}/Cargo.toml"));
            resolve(
                &manifest,
                flags,
                &format!("{attribute} of {name} with {flags:?}"),
            );
        }
    }
}
