//! Rewritten sources: src/rewrite and nix/rewrite make equal bytes.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::analysis::{Analysis, analyse};
use cratesieve::manifest::Manifest;
use cratesieve::rewrite::{self, Content, Read, Source, StubPaths, make_sources, read_workspace};
use cratesieve::source::Role;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use crate::common::fixtures;
use crate::common::nix::{Workspace, nix, nix_path, with_prelude};
use crate::contents::{Sources, files_below, put, root_in};
use crate::edits::add_edge;

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
    let value = nix().evaluate(&with_prelude(&evaluated(workspace)));
    let (_directory, put) = put(&value["scripts"]);
    assert_made_alike(workspace, &analysis, &value["stages"], &put, what);
    put.len()
}

/// An expression in the scope of the prelude: the scripts of all sources, and what the functions return of
/// which they are made.
pub fn evaluated(workspace: &Workspace) -> String {
    let stubs = match workspace.root().join("Cargo.lock").exists() {
        false => "",
        true => {
            "// lib.optionalAttrs (manifest.crates.${name}.member or true) {
              deps = crate.deps.unpackPhase;
              testDeps = crate.testDeps.unpackPhase;
            }"
        }
    };
    let root = nix_path(&workspace.root());
    let expression = format!(
        "{{
          scripts = builtins.mapAttrs (name: crate: {{
            librarySrc = crate.librarySrc.buildCommand;
            src = crate.src.buildCommand;
            testSrc = crate.testSrc.buildCommand;
          }} {stubs}) workspace.crates;
          stages =
            let
              root = {root};
              shape = internal.readManifest (root + \"/cratesieve.json\");
              read = internal.readWorkspace {{ inherit root shape; manifest = \"cratesieve.json\"; }};
              manifests = internal.rewriteManifests {{ inherit shape read; }};
              closures = internal.resolveClosures {{
                manifest = shape;
                lock = if read.hasLock then read.lock else null;
                builtNames = lib.mapAttrs (_: described: described.builtNames) read.described;
              }};
              closure = closure: {{ inherit (closure) crates; keys = lib.attrNames closure.keys; }};
            in
            {{
              readConfigurations = read.configurations.files;
              readLock = if !read.hasLock then null else map (package: {{
                inherit (package) key reference checksum;
                edges = map (to: to.key) package.edges;
              }}) read.lock.packages;
              readWorkspace = {{
                inherit (read) homes versions;
                readmes = lib.filterAttrs (_: readme: readme != null) read.readmes;
              }};
              describeMember = lib.mapAttrs (_: described: {{
                inherit (described) pathKeys;
                builtNames = lib.attrNames described.builtNames;
                inherits = lib.mapAttrs (_: lib.attrNames) described.inherits;
              }}) read.described;
              resolveClosures = {{
                own = lib.mapAttrs (_: closure) closures.own;
                test = lib.mapAttrs (_: closure) closures.test;
              }};
              inertFeatures = lib.mapAttrs (_: lib.attrNames) manifests.inert;
              rewriteManifests = lib.attrNames manifests.returned;
            }};
        }}"
    );
    workspace.within_prelude("strategy = \"per-crate\";", &expression)
}

/// The value of each function, in the order in which data flows, so that the first difference names the guilty
/// one.
fn stages(shape: &Manifest, sources: &rewrite::Sources<'_>) -> Vec<(&'static str, Value)> {
    let read = sources.read;
    let packages = read.lock.as_ref().map(|lock| {
        let packages = lock.packages.iter().map(|package| {
            let edges: Vec<&String> = lock.edges(package).map(|to| &to.key).collect();
            json!({
                "key": package.key,
                "reference": package.reference,
                "checksum": package.checksum,
                "edges": edges,
            })
        });
        packages.collect::<Vec<_>>()
    });
    let described = read.described.iter().map(|(name, described)| {
        let value = json!({
            "pathKeys": described.path_keys,
            "builtNames": described.built_names,
            "inherits": { "built": described.inherits_built, "all": described.inherits_all },
        });
        (name.clone(), value)
    });
    let closures = |role| {
        let closures = shape.crates.keys().map(|name| {
            let closure = sources.closure(name, role);
            let packages = closure.packages_in(read.lock.as_ref());
            let keys: BTreeSet<&String> = packages.map(|package| &package.key).collect();
            let value = json!({ "crates": closure.crates, "keys": keys });
            (name.clone(), value)
        });
        closures.collect::<Map<_, _>>()
    };
    let manifests = sources.manifests();
    vec![
        ("readConfigurations", json!(read.configurations)),
        ("readLock", json!(packages)),
        (
            "readWorkspace",
            json!({ "homes": read.homes, "versions": read.versions, "readmes": read.readmes }),
        ),
        (
            "describeMember",
            Value::Object(described.collect::<Map<_, _>>()),
        ),
        (
            "resolveClosures",
            json!({ "own": closures(Role::Own), "test": closures(Role::Test) }),
        ),
        ("rewriteManifests", json!(manifests.returned)),
        ("inertFeatures", json!(manifests.inert)),
    ]
}

/// Compares what the functions return, and the sources that the scripts have put together, with what the
/// program makes.
pub fn assert_made_alike(
    workspace: &Workspace,
    analysis: &Analysis,
    found: &Value,
    put: &Sources,
    what: &str,
) {
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
    for (function, value) in stages(shape, &sources) {
        assert_eq!(found[function], value, "{what}: {function}");
    }
    let members = shape.crates.values().filter(|entry| entry.member).count();
    let of_members = if read.lock.is_none() { 0 } else { 2 * members };
    assert_eq!(put.len(), 3 * shape.crates.len() + of_members, "{what}");
    for ((name, attribute), place) in put {
        let made = match attribute.as_str() {
            "librarySrc" => sources.source(name, Role::Library),
            "src" => sources.source(name, Role::Own),
            "testSrc" => sources.source(name, Role::Test),
            "deps" => sources.stubs(name, Role::Own),
            "testDeps" => sources.stubs(name, Role::Test),
            other => panic!("{other}"),
        };
        let made = made.unwrap();
        let compared = Compared {
            made: &made,
            put: place,
            analysis,
            read: &read,
            is_stubs: attribute.ends_with("eps"),
            what: format!("{what}: {attribute} of {name}"),
        };
        compared.assert_same();
    }
}

/// One source of both halves.
struct Compared<'c> {
    made: &'c Source,
    put: &'c Utf8Path,
    analysis: &'c Analysis,
    read: &'c Read,
    is_stubs: bool,
    what: String,
}

impl Compared<'_> {
    fn assert_same(&self) {
        let what = &self.what;
        let root = root_in(self.put, self.analysis);
        let paths: Vec<_> = files_below(self.put, &root).into_iter().collect();
        let found: Vec<_> = self.made.keys().cloned().collect();
        assert_eq!(found, paths, "{what}: composeSource, or src/source.rs");
        for (path, content) in self.made {
            let (put, original) = (root.join(path), self.analysis.root.join(path));
            match content {
                Content::Text(text) => {
                    let expected = fs::read_to_string(&put).unwrap();
                    assert_eq!(&**text, expected, "{what}: {path}: {}", self.writer(path));
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

    /// The functions that write a file.
    fn writer(&self, path: &str) -> &'static str {
        let is_home = |home: &String| *home != "." && path == format!("{home}/Cargo.toml");
        if path == "Cargo.lock" {
            "lockTexts, packageText, pruneLock"
        } else if path == "Cargo.toml" {
            "pruneRoot, pruneInherited, prunePatches; of a root package, also pruneMember or stubMember"
        } else if self.read.configurations.contains_key(path) {
            "pruneConfiguration, prunePatches"
        } else if self.read.home_tomls.keys().any(is_home) {
            "composeSource, pruneInherited"
        } else if self.is_stubs {
            "stubMember, withoutInert, emptyPackage; of a patched crate, rewriteManifests"
        } else {
            "pruneMember"
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

    // A package that only the tests of the patched crate use leads back to it. So the real crate is among the
    // stubs of its tests.
    workspace.append(
        "crates/pkg-a/Cargo.toml",
        "\n[dev-dependencies]\nitoa = \"1\"\n\n[features]\ncode = []\n",
    );
    workspace.replace(
        "crates/pkg-a/Cargo.toml",
        "[package]\n",
        "[package]\ndefault-run = \"tool\"\n",
    );
    workspace.write("crates/pkg-a/src/bin/tool.rs", "fn main() {}\n");
    add_edge(&workspace, "pkg-a", "itoa");
    add_edge(&workspace, "itoa", "pkg-a");
    workspace.generate();
    assert_rewritten_alike(
        &workspace,
        "a patch that a package of its tests leads back to",
    );
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
